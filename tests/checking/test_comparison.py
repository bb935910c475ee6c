"""Comparing answers: what is accepted, what is refused, and in which words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.exercises.comparison import (
    Comparison,
    angle_difference,
    as_array,
    number,
    same,
)

EXPECTED = np.array([[1.5, -2.0, 3.0], [0.0, 5.0, 6.25]])


@pytest.mark.parametrize(
    "got",
    [
        EXPECTED,
        EXPECTED.tolist(),
        EXPECTED.astype(np.float32),
        np.asfortranarray(EXPECTED),
        EXPECTED + 1e-9,
        np.ma.masked_array(EXPECTED),
        [tuple(row) for row in EXPECTED],
    ],
    ids=["array", "lists", "float32", "Fortran", "rounding", "masked", "tuples"],
)
def test_right_in_any_dress(got):
    assert Comparison().mismatch(got, EXPECTED) is None


def test_torch_tensors_are_arrays():
    torch = pytest.importorskip("torch")
    tensor = torch.tensor(EXPECTED, requires_grad=True)
    assert Comparison().mismatch(tensor, EXPECTED) is None


@pytest.mark.parametrize(
    ("got", "rung", "words"),
    [
        (None, "returns", "`return` statement missing"),
        ((v for v in [1]), "returns", "generator"),
        (map(abs, [1]), "returns", "map"),
        (np.sin, "returns", "forget to call"),
        ("text", "returns", "str came back"),
        ({"a": 1}, "returns", "dict came back"),
        ([[1, 2], [3]], "returns", "different lengths"),
        (np.array([["a"]]), "returns", "not numbers"),
        ((EXPECTED, EXPECTED), "returns", "tuple of 2"),
        (EXPECTED.T, "shape", "(2, 3), but has shape (3, 2)"),
        (EXPECTED[None], "shape", "(1, 2, 3)"),
        (EXPECTED[0], "shape", "(3,)"),
        (EXPECTED + 0j, "dtype", "complex"),
        (EXPECTED > 0, "dtype", "True and False"),
        (np.where(EXPECTED == 5, np.nan, EXPECTED), "finite", "NaN in 1 of 6 places"),
        (np.where(EXPECTED == 5, np.inf, EXPECTED), "finite", "infinity in 1 of 6"),
        (np.full((2, 3), np.nan), "finite", "NaN in all 6"),
        (EXPECTED.astype(int), "values", "wrong in 2 of 6 places. First at [0, 0]"),
        (EXPECTED + 1e-4, "values", "wrong in"),
        (np.zeros((2, 3)), "values", "wrong in 5 of 6"),
    ],
)
def test_wrong_answers_are_described(got, rung, words):
    found = Comparison().mismatch(got, EXPECTED)
    assert found is not None
    assert found.rung == rung
    assert words in found.message


@pytest.mark.parametrize("got", [np.ones((5, 1)), np.ones((1, 5)), 1.0, np.ones((5, 5))])
def test_nothing_broadcasts(got):
    assert Comparison().mismatch(got, np.ones(5)).rung == "shape"


def test_expected_nan_must_be_nan():
    expected = np.array([np.nan, 1.0])
    assert same(np.array([np.nan, 1.0]), expected) is None
    assert same(np.array([0.0, 1.0]), expected).rung == "values"


@pytest.mark.parametrize("got", [5, np.int64(5), np.array(5), np.uint8(5)])
def test_whole_numbers(got):
    assert Comparison(whole=True).mismatch(got, 5) is None


@pytest.mark.parametrize(("got", "rung"), [(5.0, "dtype"), (True, "dtype"), (6, "values")])
def test_not_whole(got, rung):
    assert Comparison(whole=True).mismatch(got, 5).rung == rung


def test_three_and_three_point_zero_are_the_same_unless_whole():
    assert same(3, 3.0) is None
    assert same([1.0, 2.0], [1, 2]) is None


def test_several_outputs_are_named():
    comparison = Comparison(outputs=("size", "angle"), differences={"angle": angle_difference})
    expected = (np.array([1.0, 2.0]), np.array([np.pi, 0.5]))
    assert comparison.mismatch((expected[0], np.array([-np.pi, 0.5])), expected) is None
    assert comparison.mismatch([*expected], expected) is None
    wrong = comparison.mismatch((expected[0], np.array([0.0, 0.5])), expected)
    assert wrong.output == "angle"
    assert "`angle` is wrong" in wrong.message
    for got in (expected[0], (*expected, 1), None, (v for v in expected)):
        assert comparison.mismatch(got, expected).rung in ("returns", "shape")


def test_single_numbers_read_well():
    assert same(2.0, 3.0).message == "The answer should be 3.0, but is 2.0."
    assert number(3) == "3"
    assert number(1e-12) == "1e-12"


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20),
    st.integers(0, 19),
    st.floats(1e-3, 1e3),
)
def test_any_visible_error_is_found(values, at, factor):
    expected = np.array(values)
    got = expected.copy()
    got[at % len(values)] += factor * max(np.abs(expected).max(), 1e-3)
    found = same(got, expected)
    assert found is not None
    assert found.wrong.sum() == 1


def test_places_without_meaning_are_not_compared():
    comparison = Comparison(
        outputs=("size", "angle"), undefined={"angle": lambda expected: expected[0] == 0}
    )
    expected = (np.array([0.0, 2.0]), np.array([0.3, 0.5]))
    assert comparison.mismatch((expected[0], np.array([9.0, 0.5])), expected) is None
    assert comparison.mismatch((expected[0], np.array([0.3, 9.0])), expected).output == "angle"
    assert comparison.mismatch((expected[0], np.array([np.nan, 0.5])), expected).rung == "finite"


def test_pythons_own_numbers_are_numbers():
    from fractions import Fraction

    assert same([Fraction(1, 2), Fraction(3, 2)], [0.5, 1.5]) is None
    assert same(np.array([1, 2], dtype=object), [1, 2]) is None
    assert "None, perhaps" in same(np.array([1, None]), [1, 2]).message


def test_as_array_survives_hostile_objects():
    class Hostile:
        def __array__(self, *args, **kwargs):
            raise RuntimeError("no")

    array, problem = as_array(Hostile())
    assert array is None
    assert problem
