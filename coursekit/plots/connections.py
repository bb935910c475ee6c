"""Which maps a partly connected layer joins: the table of LeNet-5's C3."""

from collections.abc import Sequence

from matplotlib.patches import Rectangle

from coursekit.plots.charts import make_chart
from coursekit.plots.palette import BLUE, LINE, WIDTH, style
from coursekit.plots.picture import Picture

_CELL = 0.27


def show_connections(
    table: Sequence[Sequence[int]],
    inputs: int,
    *,
    alt: str,
    xlabel: str = "output map",
    ylabel: str = "input map",
    caption: str | None = None,
) -> Picture:
    """Draw a connection table: one column per output map, one row per input map, × = connected.

    ``table[f]`` lists the input maps, 0 to ``inputs`` − 1, that output map f sees (LeCun et al.
    1998, table I). Above each column stands how many it sees. Raises ValueError for an empty table
    or a map that is not there.
    """
    if not table or not all(0 <= m < inputs for maps in table for m in maps):
        raise ValueError(f"the table must list maps from 0 to {inputs - 1}, got {list(table)}")
    count = len(table)
    cell = min(_CELL, (WIDTH - 1.0) / count)
    with style():
        figure, ax = make_chart(xlabel, ylabel, None, height=cell * (inputs + 1) + 0.75)
        for f, maps in enumerate(table):
            ax.text(f, -0.95, str(len(set(maps))), ha="center", va="center", fontsize=9.5)
            for m in range(inputs):
                joined = m in maps
                colour = BLUE if joined else "white"
                square = Rectangle((f - 0.5, m - 0.5), 1, 1, facecolor=colour, edgecolor=LINE)
                ax.add_patch(square)
                if joined:
                    ax.text(
                        f, m, "×", ha="center", va="center", color="white", fontsize=11, zorder=3
                    )
        ax.text(-0.9, -0.95, "sees", ha="right", va="center", fontsize=9.5)
        ax.set(xlim=(-0.55, count - 0.45), ylim=(inputs - 0.45, -1.3), aspect="equal")
        ax.set_xticks(range(count))
        ax.set_yticks(range(inputs))
        ax.tick_params(length=0, labelsize=9.5)
        ax.spines[:].set_visible(False)
        return Picture(figure, alt, caption=caption)
