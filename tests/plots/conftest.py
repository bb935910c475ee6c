"""What the tests of pictures share: a check of the layout, and a browser."""

from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from coursekit.plots import Picture
from coursekit.plots.palette import style

CHROMIUM = Path("/usr/bin/chromium")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
]


def drawn_texts(ax: Axes) -> Iterator[Text]:
    """Titles, labels, tick labels in view, and texts inside the axes."""
    yield from ax.texts
    if not ax.axison:
        yield ax.title
        return
    yield from (ax.title, ax.xaxis.label, ax.yaxis.label)
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            if low <= tick.get_loc() <= high and tick.label1.get_visible():
                yield tick.label1


@pytest.fixture(scope="session")
def check_layout() -> Callable[[Picture], None]:
    """No text leaves the figure or runs into another, and no panel overlaps another."""

    def check(picture: Picture) -> None:
        figure = picture.figure
        with style():
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
            texts = [text for ax in figure.axes for text in drawn_texts(ax)] + figure.texts
            for legend in figure.legends:
                texts += legend.get_texts()
            boxes = [
                # Text's own extent: an annotation would add its line
                (text.get_text(), Text.get_window_extent(text, canvas.get_renderer()))
                for text in texts
                if text.get_text().strip()
            ]
        width, height = figure.bbox.size
        for text, box in boxes:
            inside = box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1
            assert inside, f"{text!r} leaves the figure: {box}"
        for (a, box), (b, other) in combinations(boxes, 2):
            assert not _overlap(box, other), f"{a!r} and {b!r} overlap: {box}, {other}"
        flat = [ax.get_window_extent() for ax in figure.axes if ax.name != "3d"]
        assert not any(_overlap(box, other) for box, other in combinations(flat, 2))

    return check


def _overlap(box: Any, other: Any) -> bool:
    across = min(box.x1, other.x1) - max(box.x0, other.x0)
    down = min(box.y1, other.y1) - max(box.y0, other.y0)
    return min(across, down) > 1.5


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    """A page of a headless Chromium, the size of a phone."""
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    with playwright.sync_playwright() as session:
        browser = session.chromium.launch(executable_path=str(CHROMIUM), args=_ARGUMENTS)
        yield browser.new_page(viewport={"width": 400, "height": 800})
        browser.close()
