"""General rules that read a mistake off the numbers."""

import numpy as np
import pytest

from coursekit.checking.symptoms import shape_symptom, swapped_outputs, value_symptom

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
        (X * 9, X, "9.0 times"),
        (X / 9, X, "1/9.0 times"),
        (X * 180 / np.pi, X, "degrees"),
        (X + 0.5, X, "0.5 too large"),
        (SQUARE.T, SQUARE, "transpose"),
        (X[::-1], X, "mirrored along the rows"),
        (X[:, ::-1], X, "mirrored along the columns"),
        (X[::-1, ::-1], X, "turned by 180°"),
        (np.abs(X), X, "lost their sign"),
        (X * np.where(X > 2, -1, 1), X, "some signs are wrong"),
        (X**2 + 1, np.sqrt(X**2 + 1), "square root missing"),
        (np.sqrt(X**2 + 1), X**2 + 1, "square root of"),
        (np.clip(X, 0, None), X, "clipped"),
        (np.mod(BIG, 256), BIG, "above 255 wrapped"),
        (np.trunc(X).astype(int), X, "cut to whole numbers"),
        (np.zeros_like(X), X, "Every value is 0"),
        (edge_wrong(1), X, "outer 1 pixel"),
        (edge_wrong(2), X, "outer 2 pixels"),
        (last_row_wrong(), X, "Only the last of 6 along the rows"),
        (half_filled(), X, "never filled"),
        (np.roll(X, (1, 0), (0, 1)), X, "moved by 1 row(s) and 0"),
        (X.ravel()[RNG.permutation(42)].reshape(6, 7), X, "wrong places"),
        (np.array(4), np.array(5), "1 too small"),
        (np.array(-3.5), np.array(3.5), "sign"),
        (np.array(25.0), np.array(0.25), "percent"),
        (np.array(0.75), np.array(0.25), "1 minus"),
    ],
)
def test_patterns_are_named(got, expected, words):
    assert words in value_symptom(got, expected)


def test_the_input_returned_unchanged():
    assert "unchanged" in value_symptom(X, X * 2 + 1, [X])


def test_no_pattern_no_words():
    assert value_symptom(RNG.standard_normal((6, 7)), X) == ""


@pytest.mark.parametrize(
    ("have", "want", "words"),
    [
        ((7, 6), (6, 7), "swapped"),
        ((2, 6, 5), (5, 2, 6), "another order"),
        ((1, 6, 7), (6, 7), "too many axes of length 1"),
        ((6,), (6, 1), "too few axes of length 1"),
        ((), (3, 3), "summed over everything"),
        ((42,), (6, 7), "flattened"),
        ((5, 6), (6, 7), "1 too short"),
        ((5,), (7,), "2 numbers too few"),
        ((8, 9), (6, 7), "2 too long"),
        ((6, 8), (6, 7), "Only axis 1"),
        ((6, 7, 3), (6, 7), "1 axes too many"),
        ((7,), (6, 7), "1 axes too few"),
    ],
)
def test_shapes(have, want, words):
    assert words in shape_symptom(np.zeros(have), np.zeros(want))


def test_swapped_outputs():
    a, b = np.arange(3), np.ones((2, 2))
    assert swapped_outputs((b, a), (a, b))
    assert not swapped_outputs((a, b), (a, b))
    assert not swapped_outputs(a, (a, b))
