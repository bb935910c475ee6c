"""Blocks with a shortcut past their layers, as boxes and arrows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from coursekit.plots.layout import make_panels, text_width
from coursekit.plots.palette import BLUE, EMPTY, INK, WIDTH, style
from coursekit.plots.picture import Picture

_BOX, _STEP, _POINTS = 0.3, 0.46, 9.5  # inches, inches, points
_ARROW = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "linewidth": 1.3}


class Block(NamedTuple):
    """What is in one block.

    ``layers`` are its path's boxes from above to below; ``shortcut`` is None for no shortcut, "x"
    for the input itself, or what a box on the way says. ``after`` stands below the sum.
    """

    layers: Sequence[str]
    shortcut: str | None = "x"
    after: str = "ReLU"


def show_blocks(blocks: Mapping[str, Block], *, alt: str, caption: str | None = None) -> Picture:
    """Draw blocks side by side: the layers of each in boxes, and the way around them.

    Raises ValueError for no block, more than three, a block without layers, or a text too long for
    its box.
    """
    if not 1 <= len(blocks) <= 3:
        raise ValueError(f"there is room for 1 to 3 blocks, got {len(blocks)}")
    gap = 0.12
    wide = (WIDTH - 0.12 - gap * (len(blocks) - 1)) / len(blocks)
    tall = max(len(b.layers) for b in blocks.values()) * _STEP + 1.35
    for name, block in blocks.items():
        if not block.layers:
            raise ValueError(f"block {name!r} has no layers")
        for text in block.layers:
            if text_width(text, _POINTS) > 0.6 * wide - 0.1:
                raise ValueError(f"{text!r} is too long for a box of block {name!r}")
        if text_width(block.shortcut or "", _POINTS) > 0.3 * wide - 0.1:
            raise ValueError(f"{block.shortcut!r} is too long for the shortcut of {name!r}")
    with style():
        size = (wide, tall)
        titles, rows = list(blocks), [len(blocks)]
        figure, axes = make_panels([size] * len(blocks), titles, rows=rows, gap=gap)
        for ax, block in zip(axes, blocks.values(), strict=True):
            ax.set(xlim=(0, wide), ylim=(tall, 0))  # inches, rows downwards
            _draw(ax, block, wide, tall)
        return Picture(figure, alt, caption=caption)


def _draw(ax: Axes, block: Block, wide: float, tall: float) -> None:
    centre, side = 0.37 * wide, 0.84 * wide
    top, begin = 0.12, 0.36
    y_sum = tall - 0.72
    ax.text(centre, top, "x", ha="center", va="center", fontsize=_POINTS + 1, style="italic")
    y = top + 0.08
    spare = (y_sum - 0.14 - begin - 0.1 - _BOX * len(block.layers)) / len(block.layers)
    for i, text in enumerate(block.layers):
        box = begin + 0.1 + i * (_BOX + spare)
        ax.annotate("", (centre, box), (centre, y), arrowprops={**_ARROW, "color": INK})
        _box(ax, centre, box + _BOX / 2, 0.62 * wide, text, EMPTY)
        y = box + _BOX
    if block.shortcut is None:
        y_end = y
    else:
        ax.annotate("", (centre, y_sum - 0.11), (centre, y), arrowprops={**_ARROW, "color": INK})
        ax.text(
            centre,
            y_sum,
            "+",
            ha="center",
            va="center",
            fontsize=12,
            bbox={"boxstyle": "circle,pad=0.12", "facecolor": "white", "edgecolor": INK},
        )
        ax.plot([centre, side, side], [0.3, 0.3, y_sum], color=BLUE, linewidth=2)
        ax.annotate(
            "",
            (centre + 0.13, y_sum),
            (side, y_sum),
            arrowprops={**_ARROW, "color": BLUE, "linewidth": 2},
        )
        y_middle = (0.3 + y_sum) / 2
        if block.shortcut == "x":
            ax.text(side + 0.06, y_middle, "x", va="center", fontsize=_POINTS + 1, style="italic")
        else:
            _box(ax, side, y_middle, text_width(block.shortcut, _POINTS) + 0.1, block.shortcut, "w")
        y_end = y_sum + 0.11
    ax.annotate("", (centre, tall - 0.34), (centre, y_end), arrowprops={**_ARROW, "color": INK})
    ax.text(centre, tall - 0.2, block.after, ha="center", va="center", fontsize=_POINTS)


def _box(ax: Axes, x: float, y: float, width: float, text: str, fill: str) -> None:
    corner = (x - width / 2, y - _BOX / 2)
    ax.add_patch(
        FancyBboxPatch(
            corner,
            width,
            _BOX,
            boxstyle="round,pad=0,rounding_size=0.05",
            facecolor=fill,
            edgecolor=INK,
            zorder=2,
        )
    )
    ax.text(x, y, text, ha="center", va="center", fontsize=_POINTS, zorder=3)
