"""pad2d against numpy.pad."""

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.arguments import Border
from coursekit.filters import pad2d

BORDERS = get_args(Border)
NUMPY_NAME: dict[str, Any] = {
    "zero": "constant",
    "reflect": "reflect",
    "edge": "edge",
    "wrap": "wrap",
}
margin = st.integers(0, 9)


@settings(deadline=None, max_examples=150, derandomize=True)
@given(
    shape=st.sampled_from([(1, 1), (1, 5), (2, 3), (4, 4), (3, 2, 5), (0, 2, 2), (2, 1, 3, 4)]),
    rows=st.tuples(margin, margin),
    columns=st.tuples(margin, margin),
    border=st.sampled_from(BORDERS),
    dtype=st.sampled_from(["u1", "i4", "f4", "f8", "?"]),
)
def test_equals_numpy(
    shape: tuple[int, ...],
    rows: tuple[int, int],
    columns: tuple[int, int],
    border: Border,
    dtype: str,
) -> None:
    x = np.random.default_rng(0).integers(0, 256, shape).astype(dtype)
    before = x.copy()
    padded = pad2d(x, (rows, columns), border)
    everywhere = ((0, 0),) * (len(shape) - 2) + (rows, columns)
    expected = np.pad(x, everywhere, mode=NUMPY_NAME[border])
    np.testing.assert_array_equal(padded, expected, strict=True)
    np.testing.assert_array_equal(x, before)
    assert not np.shares_memory(padded, x)


def test_three_spellings_of_the_margin() -> None:
    x = np.arange(6).reshape(2, 3)
    assert pad2d(x, 2).shape == (6, 7)
    assert pad2d(x, (1, 3)).shape == (4, 9)
    assert pad2d(x, ((1, 0), (0, 2))).shape == (3, 5)
    np.testing.assert_array_equal(pad2d(x, 2), pad2d(x, ((2, 2), (2, 2))))


def test_reads_views_and_lists() -> None:
    x = np.arange(12.0).reshape(3, 4)
    x.setflags(write=False)
    np.testing.assert_array_equal(pad2d(x[::-1, ::2], 1)[1:-1, 1:-1], x[::-1, ::2])
    np.testing.assert_array_equal(pad2d([[1, 2]], (0, 1)), [[0, 1, 2, 0]])


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (([[1]], 1, "mirror"), ValueError, "zero, reflect, edge, wrap; got 'mirror'"),
        (([[1]], -1), ValueError, "padding must be at least 0, got -1"),
        (([[1]], 1.5), TypeError, "padding must be an integer"),
        (([[1]], (1, 2, 3)), ValueError, "pair"),
        (([[1]], ((1, 2), (1, 2), (1, 2))), ValueError, "top, bottom"),
        (([[1]], ((1, 2, 3), (1, 2))), ValueError, "pair"),
        (([1, 2], 1), ValueError, "two axes"),
        ((np.ones((0, 3)), 1), ValueError, "not empty"),
        (([[1j]], 1), TypeError, "real numbers, got dtype complex128"),
        (([["a"]], 1), TypeError, "real numbers"),
        (([[1], [2, 3]], 1), ValueError, "rectangular"),
    ],
)
def test_bad_input(arguments: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        pad2d(*arguments)
