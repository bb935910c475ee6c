"""Whatever an answer returns, a check gives a verdict that can be shown, and never raises."""

import fractions

import numpy as np
import pytest

from coursekit.checking.ladder import climb
from coursekit.exercises import find, names


class RaisesOnSight:
    def __array__(self, *args, **kwargs):
        raise RuntimeError("no")

    def __len__(self):
        raise RuntimeError("no")

    def __repr__(self):
        raise RuntimeError("no")

    def __eq__(self, other):
        raise RuntimeError("no")


JUNK = (
    *(None, True, 0, -1, 2.5, 1j, float("nan"), float("inf"), 10**400),
    *("text", b"bytes", [], (), {}, set(), {"a": 1}),
    *((None, 1), (1, None), ("a", "b"), ([1], [[2]]), (1, 2, 3), [[1, 2], [3]]),
    *(np.zeros(()), np.zeros(0), np.zeros((0, 3)), np.zeros((2, 2, 2, 2)), np.array("x")),
    *(np.array([None, 1]), np.array([1, "a"], object), np.zeros(3, "datetime64[s]")),
    *(np.ma.masked_all((2, 2)), np.eye(2, dtype=np.float16), np.full((2, 2), np.nan)),
    *(np.zeros(2, dtype=[("a", int), ("b", float)]), fractions.Fraction(1, 3), range(3)),
    *(iter([1]), map(abs, [1]), print, int, NotImplemented, ..., RaisesOnSight()),
    *((RaisesOnSight(), 1), [RaisesOnSight()], np.random, type, object()),
)


@pytest.mark.parametrize("name", names())
def test_junk_is_refused_in_words(name):
    exercise = find(name)
    for i, junk in enumerate(JUNK):
        result = climb(exercise, lambda *args, junk=junk, **kwargs: junk)
        assert not result.passed, f"{name} accepts {i}"
        assert result.message
        assert repr(result)
        assert result._repr_html_()
