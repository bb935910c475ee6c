"""conv_output_size against counting the positions of a window."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.filters import conv_output_size

small = st.integers(1, 12)


@settings(deadline=None, max_examples=200, derandomize=True)
@given(n=small, f=small, stride=small, padding=st.integers(0, 4), dilation=st.integers(1, 4))
def test_counts_the_positions(n: int, f: int, stride: int, padding: int, dilation: int) -> None:
    padded = range(n + 2 * padding)
    last_tap = dilation * (f - 1)
    count = sum(1 for start in padded[::stride] if start + last_tap in padded)
    if count:
        assert conv_output_size(n, f, stride, padding, dilation) == count
    else:
        with pytest.raises(ValueError, match="does not fit"):
            conv_output_size(n, f, stride, padding, dilation)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [((28, 5), 24), ((32, 5), 28), ((227, 11, 4), 55), ((224, 7, 2, 3), 112), ((7, 3, 1, 2, 2), 7)],
)
def test_layers_of_the_course(arguments: tuple[int, ...], expected: int) -> None:
    assert conv_output_size(*arguments) == expected
    assert type(conv_output_size(*arguments)) is int


def test_numpy_integers_are_integers() -> None:
    assert conv_output_size(*np.array([8, 3])) == 6


@pytest.mark.parametrize("bad", [3.0, "3", None, True, np.float64(3)])
@pytest.mark.parametrize("name", ["n", "f", "stride", "padding", "dilation"])
def test_only_integers(name: str, bad: Any) -> None:
    with pytest.raises(TypeError, match=f"{name} must be an integer"):
        conv_output_size(**{"n": 8, "f": 3, name: bad})


@pytest.mark.parametrize(
    ("name", "bad"), [("n", 0), ("f", 0), ("stride", 0), ("padding", -1), ("dilation", 0)]
)
def test_out_of_range(name: str, bad: int) -> None:
    with pytest.raises(ValueError, match=f"{name} must be at least"):
        conv_output_size(**{"n": 8, "f": 3, name: bad})


def test_the_message_says_how_much_to_pad() -> None:
    with pytest.raises(ValueError, match=r"spans 9 pixels .* pad by at least 3"):
        conv_output_size(4, 5, dilation=2)
    assert conv_output_size(4, 5, padding=3, dilation=2) == 2
