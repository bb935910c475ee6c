"""Colours, markers, line styles and hatches of every figure, and the style they are drawn in.

The series colours are Okabe and Ito's ("Color Universal Design", 2008), which people with the
common forms of colour blindness can tell apart. Each comes with a marker, a line style and a
hatch, so that nothing is said by colour alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize, to_rgb

BLACK, BLUE, GREEN, ORANGE = "#000000", "#0072B2", "#009E73", "#E69F00"
PURPLE, SKY, VERMILLION, YELLOW = "#CC79A7", "#56B4E9", "#D55E00", "#F0E442"

#: Text and axes; frames and grid lines; cells without a value.
INK, LINE, EMPTY = "#1F1F1F", "#B8B8B8", "#EFEFEF"

#: Figure width in inches; at `SCREEN_DPI` it is 540 CSS pixels.
WIDTH = 5.4
SCREEN_DPI = 100
#: Pixels drawn per CSS pixel.
DENSITY = 2

#: Negative is blue, zero is white, positive is vermillion; 257 colours put white at the middle.
SIGNED: Colormap = LinearSegmentedColormap.from_list(
    "signed", ["#084A85", "#3F8FC6", "#B5D6EC", "#FFFFFF", "#F9CDB0", "#E8833A", "#B04500"], N=257
)
#: White for none to dark blue for most.
COUNTS: Colormap = LinearSegmentedColormap.from_list("counts", ["#FFFFFF", "#9CC7E3", "#00527F"])

_STYLE: dict[str, Any] = {
    "figure.dpi": SCREEN_DPI,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "font.family": "DejaVu Sans",  # comes with Matplotlib: the same letters on every machine
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.labelsize": 11,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.edgecolor": LINE,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "grid.color": "#E3E3E3",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "lines.linewidth": 2.0,
    "lines.markersize": 6,
    "hatch.linewidth": 0.7,
    "legend.frameon": False,
    "svg.hashsalt": "coursekit",
}


@dataclass(frozen=True)
class SeriesStyle:
    """How one series or class is drawn."""

    colour: str
    marker: str
    linestyle: str | tuple[float, tuple[float, ...]]
    hatch: str


_SERIES = (
    SeriesStyle(BLUE, "o", "-", ""),
    SeriesStyle(VERMILLION, "s", "--", "///"),
    SeriesStyle(GREEN, "^", "-.", "..."),
    SeriesStyle(PURPLE, "D", ":", "xxx"),
    SeriesStyle(BLACK, "v", (0, (6, 1, 1, 1, 1, 1)), "\\\\\\"),
    SeriesStyle(ORANGE, "P", (0, (8, 2)), "+++"),
    SeriesStyle(SKY, "X", (0, (2, 1)), "ooo"),
    SeriesStyle(YELLOW, "*", (0, (4, 2, 1, 2)), "---"),
    SeriesStyle("#7F7F7F", "p", (0, (1, 2)), "|||"),
    SeriesStyle("#6B3E26", "h", (0, (3, 3)), "OO"),
)

#: As many series or classes as one figure can show; ten, for the ten digits.
MOST_SERIES = len(_SERIES)


def series_style(number: int) -> SeriesStyle:
    """Style of series ``number`` (from 0). Raises ValueError beyond `MOST_SERIES`."""
    if not 0 <= number < MOST_SERIES:
        raise ValueError(
            f"a figure shows at most {MOST_SERIES} series, asked for number {number + 1}: "
            "draw fewer, or draw several figures"
        )
    return _SERIES[number]


def signed_norm(limit: float) -> Normalize:
    """Map −limit…limit to `SIGNED`, so that 0 is white (all white when the limit is 0)."""
    bound = limit if limit > 0 else 1.0
    return Normalize(-bound, bound)


def text_colour(background: str | tuple[float, ...]) -> str:
    """Black or white, whichever has more contrast on the ground: at least 4.58 : 1 (WCAG 2)."""
    channels = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(background)
    ]
    luminance = 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    return "black" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "white"


def rgb(colour: str | tuple[float, ...]) -> tuple[float, float, float]:
    """Red, green and blue of any Matplotlib colour, in [0, 1]."""
    if isinstance(colour, str):
        return to_rgb(colour)
    red, green, blue = colour[:3]
    return (red, green, blue)


@contextmanager
def style() -> Iterator[None]:
    """Draw in the course's style, whatever the user's own settings are; put those back after."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(matplotlib.RcParams(_STYLE))
        yield
