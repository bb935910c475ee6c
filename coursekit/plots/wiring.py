"""Three ways to connect a row of units to a row of pixels: to all, to near ones, by one filter."""

from matplotlib.axes import Axes

from coursekit.plots.layout import make_panels
from coursekit.plots.palette import INK, LINE, WIDTH, series_style, style
from coursekit.plots.picture import Picture

_HIGH = 1.25
_MOST = 12


def show_wiring(inputs: int, field: int, *, alt: str, caption: str | None = None) -> Picture:
    """Draw units over a row of ``inputs`` pixels, connected fully, locally, and by a shared filter.

    There are inputs − field + 1 units in each panel; a line is a weight. Where weights are shared,
    those that are the same number have the same colour and line style; elsewhere every line is a
    number of its own. The titles count them (F1 to F3 of the claims ledger, in one dimension).

    Raises ValueError unless 1 ≤ field ≤ inputs ≤ 12, and field is at most 6.
    """
    if not 1 <= field <= inputs <= _MOST or field > 6:
        raise ValueError(
            f"show_wiring draws 1 ≤ field ≤ inputs ≤ {_MOST} with field ≤ 6, got inputs={inputs}, "
            f"field={field}"
        )
    units = inputs - field + 1
    titles = [
        f"full: {inputs} × {units} = {inputs * units}",
        f"local: {field} × {units} = {field * units}",
        f"shared: {field}",
    ]
    gap = 0.2
    size = ((WIDTH - 0.12 - 2 * gap) / 3, _HIGH)
    with style():
        figure, axes = make_panels([size] * 3, titles, rows=[3], gap=gap)
        for ax, kind in zip(axes, ("full", "local", "shared"), strict=True):
            _draw(ax, inputs, field, kind)
        return Picture(figure, alt, caption=caption)


def _draw(ax: Axes, inputs: int, field: int, kind: str) -> None:
    units = inputs - field + 1
    for u in range(units):
        seen = range(inputs) if kind == "full" else range(u, u + field)
        for x in seen:
            look = series_style(x - u) if kind == "shared" else None
            ax.plot(
                [x, u + (field - 1) / 2],
                [0, 1],
                color=look.colour if look else INK,
                linestyle=look.linestyle if look else "-",
                linewidth=2.0 if look else 0.8,
                zorder=1,
            )
    for row, places in (
        (0, [float(x) for x in range(inputs)]),
        (1, [u + (field - 1) / 2 for u in range(units)]),
    ):
        marker = "s" if row == 0 else "o"
        ax.plot(
            places,
            [row] * len(places),
            linestyle="none",
            marker=marker,
            markersize=8,
            markerfacecolor="white" if row else LINE,
            markeredgecolor=INK,
            zorder=2,
        )
    ax.set(xlim=(-0.6, inputs - 0.4), ylim=(-0.15, 1.15))
