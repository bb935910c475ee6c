"""What the units of a stack of sliding windows see, along one axis, as dots and lines."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coursekit.plots.layout import text_width
from coursekit.plots.palette import EMPTY, INK, LINE, WIDTH, SeriesStyle, series_style, style
from coursekit.plots.picture import Picture

_MARGIN, _ROW, _BRACKET = 0.12, 0.54, 0.3  # inches
_LARGEST_STEP, _SMALLEST_STEP = 0.23, 0.15  # inches from one pixel to the next
_MOST_UNITS = 3
_USUAL = (1, 1, 0, 1)


class _Row(NamedTuple):
    """One layer: unit u sees units ``step * u - padding + t * apart`` of the row below.

    Its middle stands over pixel ``first + jump * u``; there are ``units`` of them.
    """

    name: str
    size: int
    step: int
    padding: int
    apart: int
    first: float
    jump: int
    units: int

    def below(self, unit: int) -> range:
        start = self.step * unit - self.padding
        return range(start, start + (self.size - 1) * self.apart + 1, self.apart)


def show_units(
    pixels: int,
    layers: Mapping[str, Sequence[int]],
    units: Sequence[int],
    *,
    alt: str,
    margin: int = 0,
    caption: str | None = None,
) -> Picture:
    """Draw a row of ``pixels`` and layers of units over it, and what some units see.

    ``layers`` maps names, first layer first, to (size,), (size, stride), (size, stride, padding) or
    (size, stride, padding, dilation) of the sliding window. Every unit stands over the middle of
    its receptive field. From each of ``units``, at most three units of the last layer, lines lead
    down to all that it sees, those that several share in the style of the first; a bracket under
    the pixels spans its receptive field, with the first and last pixel. Hollow dots are padding:
    zeros, which see nothing. There is room for ``margin`` of them on both sides, so that pictures
    of several units have one scale.

    Raises ValueError for no layer, an impossible window, a layer without room for one unit, a unit
    that is not there, or more pixels than can be told apart.
    """
    rows = _rows(pixels, layers)
    top = rows[-1]
    _check_units(units, top.units)
    seen = [_seen(rows, unit) for unit in units]
    left = min(-margin, *(min(s[0]) for s in seen))
    right = max(pixels - 1 + margin, *(max(s[0]) for s in seen))
    edge = _MARGIN + max(text_width(row.name, 10.5) for row in rows) + 0.24
    step = min(_LARGEST_STEP, (WIDTH - edge - _MARGIN - 0.1) / (right - left + 1))
    if step < _SMALLEST_STEP:
        raise ValueError(
            f"{right - left + 1} pixels in a row are too small to read: draw fewer, or see less"
        )
    width = edge + (right - left + 1) * step + _MARGIN + 0.1
    base = _MARGIN + 0.1 + (len(rows) - 1) * _ROW
    height = base + 0.32 + _BRACKET * len(units) + _MARGIN
    with style():
        figure = Figure(figsize=(width, height))
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, width), ylim=(height, 0))  # inches, rows downwards
        ax.set_axis_off()
        places = _Places(edge + step / 2 - left * step, step, base)
        drawn: set[tuple[int, int, int]] = set()
        for number, unit in enumerate(units):
            look = series_style(number)
            ways = _ways(rows, unit) - drawn
            _draw_lines(ax, places, rows, sorted(ways), look)
            drawn |= ways
            _draw_bracket(ax, places, (seen[number][0][0], seen[number][0][-1]), number, look)
        for level, row in enumerate(rows):
            ax.text(_MARGIN, places.y(level), row.name, va="center", fontsize=10.5)
            around = {u for s in seen for u in s[level]}
            dark = {u for unit in units for u in _reached(rows, unit)[level]}
            _draw_dots(ax, places, level, row, around, dark)
        every = 1 if step >= 0.2 else 2
        for pixel in sorted({*range(pixels), *(p for s in seen for p in s[0])}):
            if pixel % every == 0:
                x, y = places.at(0, pixel)
                ax.text(x, y + 0.2, _written(pixel), ha="center", va="center", fontsize=9)
        return Picture(figure, alt, caption=caption)


class _Places(NamedTuple):
    """Where things are, in inches: pixel 0, the way to the next pixel, the row of pixels."""

    zero: float
    step: float
    base: float

    def y(self, level: int) -> float:
        return self.base - level * _ROW

    def at(self, level: int, pixel: float) -> tuple[float, float]:
        return self.zero + pixel * self.step, self.y(level)


def _rows(pixels: int, layers: Mapping[str, Sequence[int]]) -> list[_Row]:
    """The row of pixels, and one row for each layer."""
    if not layers:
        raise ValueError("there is no layer to draw: layers is empty")
    rows = [_Row("pixels", 1, 1, 0, 1, 0.0, 1, pixels)]
    for name, numbers in layers.items():
        if not 1 <= len(numbers) <= 4 or min(numbers) < 0 or 0 in (*numbers[:2], *numbers[3:]):
            raise ValueError(
                f"{name!r} must be (size, stride, padding, dilation) or the first of these, with "
                f"nothing but the padding 0; got {tuple(numbers)}"
            )
        size, stride, padding, apart = (*numbers, *_USUAL[len(numbers) :])
        below = rows[-1]
        reach = (size - 1) * apart
        count = (below.units + 2 * padding - reach - 1) // stride + 1
        if count < 1:
            raise ValueError(f"{name!r} spans {reach + 1} units, {below.name!r} has {below.units}")
        middle = below.first + (reach / 2 - padding) * below.jump
        jump = below.jump * stride
        rows.append(_Row(name, size, stride, padding, apart, middle, jump, count))
    return rows


def _check_units(units: Sequence[int], count: int) -> None:
    if not 1 <= len(units) <= _MOST_UNITS:
        raise ValueError(f"units must be one to {_MOST_UNITS} units, got {len(units)}")
    for unit in units:
        if not 0 <= unit < count:
            raise ValueError(f"the last layer has the units 0 to {count - 1}, not {unit}")


def _seen(rows: Sequence[_Row], unit: int) -> list[list[int]]:
    """For each row from the pixels up, what the unit sees of it, padding included."""
    found = [[unit]]
    for row in reversed(rows[1:]):
        found.append(sorted({below for u in found[-1] for below in row.below(u)}))
    return found[::-1]


def _reached(rows: Sequence[_Row], unit: int) -> list[set[int]]:
    """The same without what is seen through padding only: there is nothing below it."""
    found = [{unit}]
    for row, under in zip(rows[:0:-1], rows[-2::-1], strict=True):
        reached = {below for u in found[-1] for below in row.below(u)}
        found.append({u for u in reached if 0 <= u < under.units})
    return found[::-1]


def _ways(rows: Sequence[_Row], unit: int) -> set[tuple[int, int, int]]:
    """The lines (level, unit of this level, unit of the level below) down to the pixels."""
    reached = _reached(rows, unit)
    levels = range(1, len(rows))
    return {(n, u, v) for n in levels for u in reached[n] for v in rows[n].below(u)}


def _draw_lines(
    ax: Axes,
    places: _Places,
    rows: Sequence[_Row],
    ways: Sequence[tuple[int, int, int]],
    look: SeriesStyle,
) -> None:
    for level, u, v in ways:
        row, under = rows[level], rows[level - 1]
        start = places.at(level, row.first + u * row.jump)
        end = places.at(level - 1, under.first + v * under.jump)
        ax.plot(
            *zip(start, end, strict=True),
            color=look.colour,
            linestyle=look.linestyle,
            linewidth=1.3,
        )


def _draw_dots(
    ax: Axes, places: _Places, level: int, row: _Row, around: set[int], dark: set[int]
) -> None:
    """Every unit of a layer, those that are seen ``dark``; what is ``around`` them is hollow."""
    for u in sorted({*range(row.units), *around}):
        ground = INK if u in dark else EMPTY if 0 <= u < row.units else "white"
        ax.plot(
            *places.at(level, row.first + u * row.jump),
            "o",
            markersize=7 if u in dark else 6,
            color=INK if u in dark else LINE,
            markerfacecolor=ground,
            zorder=3,
        )


def _draw_bracket(
    ax: Axes, places: _Places, ends: tuple[int, int], number: int, look: SeriesStyle
) -> None:
    """Under the pixels, from the first that is seen to the last."""
    first, last = ends
    left, y = places.at(0, first - 0.35)
    right, _ = places.at(0, last + 0.35)
    y += 0.42 + number * _BRACKET
    ax.plot([left, left, right, right], [y - 0.07, y, y, y - 0.07], color=look.colour, linewidth=2)
    size = last - first + 1
    said = f"{size} pixel{'s' * (size > 1)}: {_written(first)} … {_written(last)}"
    middle = (left + right) / 2
    half = text_width(said, 10) / 2
    middle = min(max(middle, _MARGIN + half), ax.get_xlim()[1] - _MARGIN - half)
    ax.text(middle, y + 0.1, said, ha="center", va="center", fontsize=10)


def _written(number: int) -> str:
    return f"{number}".replace("-", "−")
