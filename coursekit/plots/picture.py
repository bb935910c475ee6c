"""A figure that cannot be shown without a description."""

import base64
from html import escape
from pathlib import Path

from matplotlib.figure import Figure

from coursekit.plots.encode import render, to_webp
from coursekit.plots.palette import DENSITY, SCREEN_DPI, style

_SHORTEST_ALT = 20
_METADATA = {
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    ".png": {"Software": None},
    ".svg": {"Creator": None, "Date": None},
}


class Picture:
    """A Matplotlib figure with alternative text, shown in a notebook as HTML.

    JupyterLab drops the alternative text of ``image/png`` outputs, so the picture is an ``<img>``
    element with its data inside; it needs no kernel, file or network to be seen again.

    ``alt`` says what a person who does not see the picture should know: what is drawn and what
    it shows. ``caption`` is text for everybody, put below. Raises TypeError unless ``figure`` is
    a `matplotlib.figure.Figure`, and what `checked_alt` raises.
    """

    def __init__(self, figure: Figure, alt: str, *, caption: str | None = None) -> None:
        if not isinstance(figure, Figure):
            raise TypeError(f"figure must be a matplotlib Figure, got {type(figure).__name__}")
        self.figure = figure
        self.alt = checked_alt(alt)
        self.caption = caption

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in CSS pixels."""
        width, height = self.figure.get_size_inches() * SCREEN_DPI
        return round(width), round(height)

    def to_webp(self) -> bytes:
        """The picture as a WebP file: `palette.DENSITY` image pixels per CSS pixel."""
        return to_webp(render(self.figure))

    def save(self, path: str | Path) -> None:
        """Write to .webp, .png, .svg or .pdf, without date or program name.

        The same picture gives the same bytes. Raises ValueError for another ending.
        """
        target = Path(path)
        ending = target.suffix.lower()
        if ending == ".webp":
            target.write_bytes(self.to_webp())
        elif ending in _METADATA:
            with style():
                self.figure.savefig(target, dpi=DENSITY * SCREEN_DPI, metadata=_METADATA[ending])
        else:
            endings = ", ".join([".webp", *_METADATA])
            raise ValueError(f"a picture is saved as one of {endings}, not {target.name!r}")

    def _repr_html_(self) -> str:
        image = image_element(self.to_webp(), self.alt, *self.size)
        return figure_element(image, self.caption)

    def __repr__(self) -> str:
        return f"<Picture: {self.alt}>"


def checked_alt(alt: str) -> str:
    """The text with runs of white space made one blank.

    Raises TypeError unless it is a str, ValueError when it is too short to say anything: fewer
    than 20 characters or three words.
    """
    if not isinstance(alt, str):
        raise TypeError(f"alt must be a str that describes the picture, got {type(alt).__name__}")
    text = " ".join(alt.split())
    if len(text) < _SHORTEST_ALT or text.count(" ") < 2:
        raise ValueError(
            f"alt must describe the picture in at least {_SHORTEST_ALT} characters and three "
            f"words, got {text!r}: say what is drawn and what it shows"
        )
    return text


def image_element(webp: bytes, alt: str, width: int, height: int, extra: str = "") -> str:
    """An HTML ``<img>`` with its data inside; ``extra`` holds further attributes, escaped."""
    data = base64.b64encode(webp).decode("ascii")
    return (
        f'<img alt="{escape(alt)}" src="data:image/webp;base64,{data}" '
        f'width="{width}" height="{height}" '
        f'style="max-width:100%;height:auto;background:#fff"{extra}>'
    )


def figure_element(content: str, caption: str | None) -> str:
    """An HTML ``<figure>`` around finished HTML, with an escaped caption when there is one."""
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f'<figure class="coursekit-figure" style="margin:0">{content}{below}</figure>'
