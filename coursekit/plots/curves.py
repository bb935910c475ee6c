"""How a training goes: loss and accuracy, epoch by epoch."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from coursekit.plots.charts import Scale
from coursekit.plots.palette import WIDTH, series_style, style
from coursekit.plots.picture import Picture

#: A row's columns beside "epoch", in the order in which a reader meets them.
COLUMNS = ("training_loss", "validation_loss", "training_accuracy", "validation_accuracy")

_HEIGHT = 2.9
_PARTS = ("training", "validation")
_KINDS = {"loss": "loss", "accuracy": "accuracy in %"}


def show_curves(
    rows: Sequence[Mapping[str, Any]],
    *,
    title: str = "Training",
    loss_scale: Scale = "linear",
    caption: str | None = None,
) -> Picture:
    """Draw the loss on the left and the accuracy in percent on the right, over the epochs.

    Each row has "epoch" and any of `COLUMNS`: losses, and accuracies as shares from 0 to 1. A
    column that no row has is left out, as is a panel without columns; where single values are
    missing, None or NaN, the line has a gap. Other entries of a row are ignored. The alternative
    text gives the last value of each column.

    Raises ValueError for no row, a row without epoch, no finite value at all, an accuracy outside
    [0, 1], or a loss ≤ 0 on a logarithmic axis.
    """
    epochs, columns = _read(rows)
    panels = [kind for kind in _KINDS if any(name.endswith(kind) for name in columns)]
    if loss_scale == "log" and any((columns[c] <= 0).any() for c in columns if c.endswith("loss")):
        raise ValueError("there is a loss ≤ 0, which a log axis cannot show")
    with style():
        layout = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.06, wspace=0.04)
        figure = Figure(figsize=(WIDTH, _HEIGHT), layout=layout)
        if title:
            figure.suptitle(title, x=0.02, ha="left", fontsize=11)
        axes = figure.subplots(1, len(panels), squeeze=False)[0]
        for ax, kind in zip(axes, panels, strict=True):
            _draw(ax, epochs, columns, kind)
        if "loss" in panels:
            axes[0].set_yscale(loss_scale)
        handles = {line.get_label(): line for ax in axes for line in ax.lines}
        named = [part for part in _PARTS if part in handles]
        figure.legend(
            [handles[part] for part in named], named, loc="outside lower center", ncols=len(named)
        )
        return Picture(figure, _alt(title, epochs, columns), caption=caption)


def _draw(
    ax: Axes, epochs: NDArray[np.float64], columns: Mapping[str, NDArray[np.float64]], kind: str
) -> None:
    for number, part in enumerate(_PARTS):
        values = columns.get(f"{part}_{kind}")
        if values is None:
            continue
        look = series_style(number)
        ax.plot(
            epochs,
            100 * values if kind == "accuracy" else values,
            color=look.colour,
            linestyle=look.linestyle,
            marker=look.marker,
            markersize=5,
            markevery=-(-len(epochs) // 10),
            label=part,
        )
    ax.set(xlabel="epoch", ylabel=_KINDS[kind])
    ax.grid(axis="y")
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
    ax.ticklabel_format(axis="y", useOffset=False)


def _read(
    rows: Sequence[Mapping[str, Any]],
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    """Epochs (N,) and the columns (N,) that hold something, NaN where a value is missing."""
    if len(rows) == 0:
        raise ValueError("there is no curve to draw: rows is empty")
    if any(row.get("epoch") is None for row in rows):
        raise ValueError(f"each row needs its epoch, got {dict(rows[0])}")
    epochs = _numbers(rows, "epoch")
    columns = {name: _numbers(rows, name) for name in COLUMNS}
    columns = {name: v for name, v in columns.items() if np.isfinite(v).any()}
    if not columns:
        raise ValueError(f"no row has a finite value of {', '.join(COLUMNS)}")
    return epochs, columns


def _numbers(rows: Sequence[Mapping[str, Any]], name: str) -> NDArray[np.float64]:
    return np.array([checked(name, row.get(name)) for row in rows])


def checked(name: str, value: Any) -> float:
    """A value of the column ``name`` as a float, NaN for None.

    Raises ValueError for an accuracy that is not a share.
    """
    number = np.nan if value is None else float(value)
    if name.endswith("accuracy") and (number < 0 or number > 1):
        raise ValueError(f"{name} must be a share from 0 to 1, got {number:g}")
    return number


def _alt(
    title: str, epochs: NDArray[np.float64], columns: Mapping[str, NDArray[np.float64]]
) -> str:
    ends = []
    for name, values in columns.items():
        last = float(values[np.isfinite(values)][-1])
        said = f"{100 * last:.2f} %" if name.endswith("accuracy") else f"{last:.3g}"
        ends.append(f"{name.replace('_', ' ')} {said}")
    start = f"{title}: curves" if title else "Training curves"
    span = f"epoch {epochs[0]:g}" + (f" to {epochs[-1]:g}" if len(epochs) > 1 else "")
    return f"{start} of {span}. Last values: {', '.join(ends)}."
