"""A network walked through layer by layer, with a rule for each kind of layer.

The right rules are here; a mistake in `network_summary` is the same walk with one rule wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.exercises.unit05._places import Size, places

Shape = tuple[int, int, int]
Found = tuple[Shape, int, int]
"""Output shape, parameters, multiply-adds."""

Rule = Callable[..., Found]
"""``rule(shape, *numbers)`` for a layer ``(kind, *numbers)`` with an input of this shape."""


def conv(shape: Shape, m: int, f: int, stride: int, padding: int, *, size: Size = places) -> Found:
    """A convolution of m kernels, f×f, each with a bias."""
    c, h, w = shape
    out = (m, size(h, f, stride, padding), size(w, f, stride, padding))
    return out, m * (c * f * f + 1), math.prod(out) * c * f * f


def pool(shape: Shape, size: int, stride: int, *, rounded: Size = places) -> Found:
    """Pooling over size×size; windows that do not fit are dropped."""
    c, h, w = shape
    return (c, rounded(h, size, stride, 0), rounded(w, size, stride, 0)), 0, 0


def relu(shape: Shape) -> Found:
    """Every number by itself."""
    return shape, 0, 0


def flatten(shape: Shape) -> Found:
    """All numbers in one row."""
    return (math.prod(shape), 1, 1), 0, 0


def linear(shape: Shape, m: int) -> Found:
    """m neurons, each over all numbers, each with a bias."""
    n = math.prod(shape)
    return (m, 1, 1), m * (n + 1), m * n


def global_average(shape: Shape) -> Found:
    """The mean of each map."""
    return (shape[0], 1, 1), 0, 0


RULES: dict[str, Rule] = {
    "conv": conv,
    "pool": pool,
    "relu": relu,
    "flatten": flatten,
    "linear": linear,
    "global_average": global_average,
}


def walk(
    layers: Sequence[tuple[Any, ...]], input_shape: Shape, **changed: Rule
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shapes (L, 3), parameters (L,) and multiply-adds (L,); `changed` replaces rules."""
    rules, shape, found = RULES | changed, input_shape, []
    for kind, *numbers in layers:
        found.append(rules[kind](shape, *numbers))
        shape = found[-1][0]
    shapes, parameters, macs = zip(*found, strict=True)
    return np.array(shapes), np.array(parameters), np.array(macs)
