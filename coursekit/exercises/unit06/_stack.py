"""A stack of layers along one axis, as unit 06's exercises take it: in lists, first layer first."""

from __future__ import annotations

import math
from collections.abc import Sequence

from coursekit.analysis import Span, input_span


def span(
    kernel_sizes: Sequence[int],
    strides: Sequence[int],
    paddings: Sequence[int],
    dilations: Sequence[int],
) -> Span:
    """What the last layer's units see."""
    seen = input_span()
    for window in zip(kernel_sizes, strides, paddings, dilations, strict=True):
        seen = seen.window(*window)
    return seen


def jumps_of(strides: Sequence[int]) -> list[int]:
    """How many pixels apart the units below each layer look."""
    return [math.prod(strides[:i]) for i in range(len(strides))]
