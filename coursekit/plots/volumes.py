"""The volumes of numbers that go through a network, drawn to scale from its summary."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from coursekit.analysis.stages import map_size, stages
from coursekit.plots.layout import text_width
from coursekit.plots.palette import BLUE, INK, VERMILLION, WIDTH, rgb, style
from coursekit.plots.picture import Picture

if TYPE_CHECKING:
    from coursekit.analysis import Layer, Summary

Detail = Literal["layers", "stages"]

_TALLEST, _SMALLEST_ROW, _GAP, _HEAD = 0.8, 0.235, 0.05, 0.26  # inches
_SLANT = (0.30, 0.24)
"""How far the far edge of a box lies to the right and up, for each unit of width."""

_POINTS, _SMALL = 10.0, 9.0
_MARGIN = 0.06


@dataclass(frozen=True)
class _Volume:
    """A box (channels, height, width) and what is written beside it."""

    name: str
    shape: tuple[int, int, int]
    colour: str

    @property
    def size(self) -> str:
        """64×56×56, or 4096 for a vector."""
        c, h, w = self.shape
        return f"{c}×{h}×{w}" if (h, w) != (1, 1) else f"{c}"


def show_volumes(
    summary: Summary,
    *,
    alt: str,
    detail: Detail = "layers",
    names: Mapping[str, str] | None = None,
    caption: str | None = None,
) -> Picture:
    """Draw what comes out of each layer as a box: as long as it has channels, as high as its maps.

    Heights and widths of all maps share one scale, channels and the lengths of vectors another.
    With ``detail="layers"`` there is a box for the input and for each layer that has weights or
    changes how many numbers there are; with "stages" one for each size of map, as long as its
    widest layer (see `coursekit.analysis.stages`). Beside each box stand its shape and how many
    numbers it holds. ``names`` gives layers other names than those of the summary.

    Raises ValueError for another detail, or a network whose input is no picture.
    """
    if detail not in ("layers", "stages"):
        raise ValueError(f"detail must be 'layers' or 'stages', got {detail!r}")
    if len(summary.input_shape) != 3:
        raise ValueError(f"the input must be a picture (C, H, W), got {summary.input_shape}")
    volumes = _layers(summary) if detail == "layers" else _stages(summary)
    volumes = [replace(v, name=(names or {}).get(v.name, v.name)) for v in volumes]
    widest = max(text_width(v.name, _POINTS) for v in volumes)
    sizes = max(text_width(v.size, _POINTS) for v in volumes)
    counts = max(text_width(t, _SMALL) for t in ("numbers", *map(_count, volumes)))
    left, right = _MARGIN + widest + 0.12, WIDTH - _MARGIN - sizes - counts - 0.22
    pixel = _TALLEST / max(max(v.shape[1:]) for v in volumes)
    channel = min((right - left - v.shape[2] * pixel * _SLANT[0]) / v.shape[0] for v in volumes)
    rows = [
        max(_SMALLEST_ROW, pixel * (v.shape[1] + v.shape[2] * _SLANT[1]) + _GAP) for v in volumes
    ]
    height = sum(rows) + _HEAD + 2 * _MARGIN
    with style():
        figure = Figure(figsize=(WIDTH, height))
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, WIDTH), ylim=(0, height))
        ax.set_axis_off()
        top = height - _MARGIN - _HEAD
        head = top + _HEAD / 2
        ax.text(right + 0.1, head, "shape", va="center", fontsize=_SMALL)
        ax.text(WIDTH - _MARGIN, head, "numbers", ha="right", va="center", fontsize=_SMALL)
        for volume, row in zip(volumes, rows, strict=True):
            middle = top - row / 2
            _draw_box(ax, volume, left, middle, pixel, channel)
            ax.text(left - 0.12, middle, volume.name, ha="right", va="center", fontsize=_POINTS)
            ax.text(right + 0.1, middle, volume.size, va="center", fontsize=_POINTS)
            ax.text(
                WIDTH - _MARGIN, middle, _count(volume), ha="right", va="center", fontsize=_SMALL
            )
            top -= row
        return Picture(figure, alt, caption=caption)


def _layers(summary: Summary) -> list[_Volume]:
    found = [_volume("input", summary.input_shape)]
    for layer in summary.layers:
        found += _next(found[-1], layer)
    return found


def _stages(summary: Summary) -> list[_Volume]:
    found = [_volume("input", summary.input_shape)]
    for stage in stages(summary):
        if stage.size != (1, 1):
            layers = "layer" if stage.weighing == 1 else "layers"
            name = f"{stage.weighing} {layers}" if stage.weighing else "pooling"
            found.append(_volume(name, (stage.channels, *stage.size)))
    for layer in summary.layers:
        if map_size(layer.output_shape) == (1, 1):
            found += _next(found[-1], layer)
    return found


def _next(before: _Volume, layer: Layer) -> list[_Volume]:
    """The layer's volume, unless it is the one before it over again."""
    volume = _volume(layer.name, layer.output_shape)
    same = math.prod(volume.shape) == math.prod(before.shape) and not layer.macs
    return [] if same else [volume]


def _volume(name: str, shape: tuple[int, ...]) -> _Volume:
    c, h, w = shape if len(shape) == 3 else (shape[0], 1, 1)
    colour = "#7F7F7F" if name == "input" else VERMILLION if (h, w) == (1, 1) else BLUE
    return _Volume(name, (c, h, w), colour)


def _count(volume: _Volume) -> str:
    return f"{math.prod(volume.shape):,}"


def _draw_box(
    ax: Axes, volume: _Volume, left: float, middle: float, pixel: float, channel: float
) -> None:
    """Front, top and side of a box; lines keep a box visible that is thinner than they are."""
    c, h, w = volume.shape
    long, high = c * channel, max(h * pixel, 0.02)
    over, up = w * pixel * _SLANT[0], w * pixel * _SLANT[1]
    bottom = middle - (high + up) / 2
    a, b = (left, bottom), (left + long, bottom)
    top = bottom + high
    faces = (
        ((a, b, (left + long, top), (left, top)), 0.55),
        (
            (
                (left, top),
                (left + long, top),
                (left + long + over, top + up),
                (left + over, top + up),
            ),
            0.3,
        ),
        (
            (
                b,
                (left + long + over, bottom + up),
                (left + long + over, top + up),
                (left + long, top),
            ),
            0.75,
        ),
    )
    for corners, share in faces:
        shade = tuple(1 - share * (1 - v) for v in rgb(volume.colour))
        ax.add_patch(
            Polygon(corners, facecolor=shade, edgecolor=INK, linewidth=0.6, joinstyle="round")
        )
