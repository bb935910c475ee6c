"""The ten shapes: how far a point lies from each outline, and the points that have a name.

A shape lives in its own frame, x to the right and y down, inside the circle of radius 1. Its
distance is below 0 inside; it is exact beside edges and a lower bound beyond corners. ``form`` in
[0, 1] varies what may vary without changing the shape's name. Only + − × ÷ √ and comparisons are
used, which every machine rounds alike.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.data.shapes.chance import FloatArray

Point = tuple[str, float, float]

_COS_18, _COS_30, _COS_36 = 0.9510565, 0.8660254, 0.8090170
_SIN_18, _SIN_36 = 0.3090170, 0.5877853
_HALF_ROOT = 0.7071068


class Outline(NamedTuple):
    """A shape: ``distance(x, y, form)`` of points, and ``points(form)`` as (name, x, y)."""

    name: str
    distance: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
    points: Callable[[float], tuple[Point, ...]]


def _length(x: FloatArray, y: FloatArray) -> FloatArray:
    return np.sqrt(x * x + y * y)


def _disc(x: FloatArray, y: FloatArray, form: FloatArray) -> FloatArray:
    return _length(x, y) - 0.88


def _square(x: FloatArray, y: FloatArray, form: FloatArray) -> FloatArray:
    return np.maximum(np.abs(x), np.abs(y)) - 0.72


def _square_points(form: float) -> tuple[Point, ...]:
    a = 0.72
    return (
        ("top left", -a, -a),
        ("top right", a, -a),
        ("bottom right", a, a),
        ("bottom left", -a, a),
    )


def _triangle(x: FloatArray, y: FloatArray, form: FloatArray) -> FloatArray:
    return np.maximum(y, np.abs(x) * _COS_30 - y * 0.5) - 0.5


def _triangle_points(form: float) -> tuple[Point, ...]:
    return ("top", 0.0, -1.0), ("bottom right", _COS_30, 0.5), ("bottom left", -_COS_30, 0.5)


def _star(x: FloatArray, y: FloatArray, form: FloatArray) -> FloatArray:
    """Inside at least four of the five sides of the pentagram: the second largest distance."""
    sides = (
        x * _COS_18 - y * _SIN_18,
        -x * _COS_18 - y * _SIN_18,
        x * _SIN_36 + y * _COS_36,
        -x * _SIN_36 + y * _COS_36,
    )
    largest, second = -y, np.full_like(y, -2)
    for side in sides:
        second = np.maximum(second, np.minimum(largest, side))
        largest = np.maximum(largest, side)
    return second - _SIN_18


def _star_points(form: float) -> tuple[Point, ...]:
    return (
        ("top", 0.0, -1.0),
        ("right", _COS_18, -_SIN_18),
        ("bottom right", _SIN_36, _COS_36),
        ("bottom left", -_SIN_36, _COS_36),
        ("left", -_COS_18, -_SIN_18),
    )


def _ring(x: FloatArray, y: FloatArray, form: FloatArray) -> FloatArray:
    outer, inner = 0.92, 0.42 + 0.2 * form
    return np.abs(_length(x, y) - (outer + inner) / 2) - (outer - inner) / 2


def _cross(x: FloatArray, y: FloatArray, form: FloatArray) -> FloatArray:
    across, along = np.abs(x), np.abs(y)
    arm = 0.2 + 0.12 * form
    upright = np.maximum(across - arm, along - 0.92)
    return np.minimum(upright, np.maximum(across - 0.92, along - arm))


def _cross_points(form: float) -> tuple[Point, ...]:
    a = 0.92
    return ("top", 0.0, -a), ("right", a, 0.0), ("bottom", 0.0, a), ("left", -a, 0.0)


def _half_disc(x: FloatArray, y: FloatArray, form: FloatArray) -> FloatArray:
    down = y - 0.4
    return np.maximum(_length(x, down) - 0.92, down)


def _half_disc_points(form: float) -> tuple[Point, ...]:
    return ("left", -0.92, 0.4), ("top", 0.0, -0.52), ("right", 0.92, 0.4)


def _heart(x: FloatArray, y: FloatArray, form: FloatArray) -> FloatArray:
    """A square on its corner with a disc on each of its upper sides."""
    across, half = np.abs(x), 0.56
    bump = half * _HALF_ROOT
    square = (across + np.abs(y)) * _HALF_ROOT - half
    return np.minimum(square, _length(across - bump, y + bump) - half)


def _heart_points(form: float) -> tuple[Point, ...]:
    half = 0.56
    return ("notch", 0.0, -2 * half * _HALF_ROOT), ("tip", 0.0, 2 * half * _HALF_ROOT)


def _arrow(x: FloatArray, y: FloatArray, form: FloatArray) -> FloatArray:
    across, width, shaft = np.abs(x), 0.68 + 0.12 * form, 0.17 + 0.1 * form
    side = (across - width * (y + 1)) / np.sqrt(1 + width * width)
    head = np.maximum(side, y)
    return np.minimum(head, np.maximum(across - shaft, np.maximum(y - 0.92, -0.2 - y)))


def _arrow_points(form: float) -> tuple[Point, ...]:
    width = 0.68 + 0.12 * form
    return ("tip", 0.0, -1.0), ("right", width, 0.0), ("end", 0.0, 0.92), ("left", -width, 0.0)


def _crescent(x: FloatArray, y: FloatArray, form: FloatArray) -> FloatArray:
    """A disc of radius 0.9 without the disc of radius 0.75 that lies off to its right."""
    across = x - 0.15
    bite = _length(across - (0.46 + 0.1 * form), y)
    return np.maximum(_length(across, y) - 0.9, 0.75 - bite)


def _crescent_points(form: float) -> tuple[Point, ...]:
    """The horns are where the two circles meet, the back is farthest from the bite."""
    off = 0.46 + 0.1 * form
    across = (off * off + 0.9**2 - 0.75**2) / (2 * off)
    up = float(np.sqrt(0.9**2 - across * across))
    return ("top", 0.15 + across, -up), ("back", -0.75, 0.0), ("bottom", 0.15 + across, up)


def _none(form: float) -> tuple[Point, ...]:
    return ()


OUTLINES = (
    Outline("disc", _disc, _none),
    Outline("square", _square, _square_points),
    Outline("triangle", _triangle, _triangle_points),
    Outline("star", _star, _star_points),
    Outline("ring", _ring, _none),
    Outline("cross", _cross, _cross_points),
    Outline("half-disc", _half_disc, _half_disc_points),
    Outline("heart", _heart, _heart_points),
    Outline("arrow", _arrow, _arrow_points),
    Outline("crescent", _crescent, _crescent_points),
)

#: The names of the classes; a label is a place in this list.
SHAPES = tuple(outline.name for outline in OUTLINES)


def distances(
    kinds: NDArray[np.int64], x: FloatArray, y: FloatArray, form: FloatArray
) -> FloatArray:
    """The distance of point i from the outline of shape ``kinds[i]``; all four arrays (N,)."""
    result = np.empty_like(x)
    for kind in np.unique(kinds):
        here = np.flatnonzero(kinds == kind)
        result[here] = OUTLINES[kind].distance(x[here], y[here], form[here])
    return result
