"""General rules that read a mistake off the numbers."""

import numpy as np
import pytest

from coursekit.checking.symptoms import (
    shape_symptom,
    storage_symptom,
    swapped_outputs,
    value_symptom,
)

RNG = np.random.default_rng(3)
X = RNG.standard_normal((6, 7)) * 3
SQUARE = RNG.standard_normal((5, 5))
BIG = RNG.integers(0, 900, (6, 6)).astype(float)


def edge_wrong(width):
    wrong = X + 1
    wrong[width:-width, width:-width] = X[width:-width, width:-width]
    return wrong


def last_row_wrong():
    wrong = X.copy()
    wrong[-1] = 0
    return wrong


def half_filled():
    wrong = X.copy()
    wrong[1::2, ::2] = 0
    return wrong


@pytest.mark.parametrize(
    ("got", "expected", "words"),
    [
        (-X, X, "wrong sign"),
        (X * 9, X, "9.0 times too large"),
        (X / 9, X, "9.0 times too small"),
        (X * 180 / np.pi, X, "degrees"),
        (X + 0.5, X, "0.5 too large"),
        (SQUARE.T, SQUARE, "transpose"),
        (X[::-1], X, "order of the rows is reversed"),
        (X[:, ::-1], X, "order of the columns is reversed"),
        (X[::-1, ::-1], X, "turned by 180°"),
        (np.abs(X), X, "have become positive"),
        (X * np.where(X > 2, -1, 1), X, "some signs are wrong"),
        (X**2 + 1, np.sqrt(X**2 + 1), "square root missing"),
        (np.sqrt(X**2 + 1), X**2 + 1, "square root of"),
        (np.clip(X, 0, None), X, "clipped"),
        (np.mod(BIG, 256), BIG, "above 255 wrapped"),
        (np.zeros_like(X), X, "Every value is 0"),
        (edge_wrong(1), X, "outer pixel is wrong"),
        (edge_wrong(2), X, "outer 2 pixels"),
        (last_row_wrong(), X, "Only the last row"),
        (half_filled(), X, "does the loop reach everything"),
        (np.roll(X, (1, 0), (0, 1)), X, "moved down by 1 row:"),
        (X.ravel()[RNG.permutation(42)].reshape(6, 7), X, "wrong places"),
        (np.array(4), np.array(5), "1 too small"),
        (np.array(-3.5), np.array(3.5), "sign"),
        (np.array(25.0), np.array(0.25), "percent"),
        (np.array(0.75), np.array(0.25), "1 minus"),
    ],
)
def test_patterns_are_named(got, expected, words):
    assert words in value_symptom(got, expected, [np.ones((2, 2))])


@pytest.mark.parametrize(
    ("got", "expected", "words"),
    [
        (np.trunc(X).astype(int), X, "cut to whole numbers"),
        (np.rint(X).astype(int), X, "cut to whole numbers"),
        (BIG.astype(np.int64).astype(np.uint8), BIG, "wrap round"),
        ((X + 300).astype(np.uint8), X + 300, "fractions are cut off"),
        (np.round(X, 2), X, "rounded to 2 decimals"),
        ((X * 7).astype(int), X, "where fractions belong"),
        (X, X + 1, ""),
    ],
)
def test_values_spoilt_by_how_they_are_kept(got, expected, words):
    said = storage_symptom(got, expected)
    assert words in said
    assert bool(said) == bool(words)


def test_a_kernel_has_no_border_to_pad():
    assert "pad" not in value_symptom(edge_wrong(1), X, [5, 1.0])


def test_the_input_returned_unchanged():
    assert "unchanged" in value_symptom(X, X * 2 + 1, [X])


def test_no_pattern_no_words():
    assert value_symptom(RNG.standard_normal((6, 7)), X) == ""


@pytest.mark.parametrize(
    ("have", "want", "words"),
    [
        ((7, 6), (6, 7), "reverse order"),
        ((2, 6, 5), (5, 2, 6), "another order"),
        ((1, 6, 7), (6, 7), "too many axes of length 1"),
        ((6,), (6, 1), "too few axes of length 1"),
        ((), (3, 3), "Was everything summed"),
        ((42,), (6, 7), "flattened"),
        ((5, 6), (6, 7), "1 too short"),
        ((5,), (7,), "2 numbers too few"),
        ((8, 9), (6, 7), "2 too long"),
        ((6, 8), (6, 7), "Only axis 1"),
        ((6, 7, 3), (6, 7), "one axis too many"),
        ((7,), (6, 7), "one axis too few"),
    ],
)
def test_shapes(have, want, words):
    assert words in shape_symptom(np.zeros(have), np.zeros(want))


def test_swapped_outputs():
    a, b = np.arange(3), np.ones((2, 2))
    assert swapped_outputs((b, a), (a, b))
    assert not swapped_outputs((a, b), (a, b))
    assert not swapped_outputs(a, (a, b))
