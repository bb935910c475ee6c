"""A picture: its description, its HTML, its bytes, its files, and what it leaves alone."""

import base64
import hashlib
import io
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from coursekit.data import load_photo
from coursekit.plots import Picture, line_chart, show_images
from coursekit.plots.encode import EXACT_BYTES, render, to_webp

ALT = "A rising line from zero to three"


class Elements(HTMLParser):
    """Start tags with their attributes, and the text between tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def rising(alt: str = ALT, caption: str | None = None) -> Picture:
    return line_chart({"y": [0, 1, 2, 3]}, xlabel="x", ylabel="y", alt=alt, caption=caption)


def test_html_is_a_figure_with_a_described_image() -> None:
    picture = rising(caption="It rises.")
    html = Elements(picture._repr_html_())
    assert [tag for tag, _ in html.tags] == ["figure", "img", "figcaption"]
    figure, image = html.tags[0][1], html.tags[1][1]
    assert figure["class"] == "coursekit-figure"
    assert image["alt"] == ALT
    assert (image["width"], image["height"]) == tuple(map(str, picture.size)) == ("540", "330")
    assert "max-width:100%;height:auto" in (image["style"] or "")
    assert html.text == "It rises."


def test_image_data_are_the_pixels_of_the_figure() -> None:
    picture = rising()
    source = Elements(picture._repr_html_()).tags[1][1]["src"] or ""
    kind, data = source.split(",")
    assert kind == "data:image/webp;base64"
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))
    assert np.array_equal(shown, render(picture.figure))
    assert shown.shape == (2 * picture.size[1], 2 * picture.size[0], 3)
    assert shown[0, 0].tolist() == [255, 255, 255]


def test_everything_is_escaped() -> None:
    alt = '"><script>alert(1)</script> a hostile & long alt text'
    html = Elements(rising(alt, caption='<b>1 < 2</b> & "so on"')._repr_html_())
    assert [tag for tag, _ in html.tags] == ["figure", "img", "figcaption"]
    assert html.tags[1][1]["alt"] == alt
    assert html.text == '<b>1 < 2</b> & "so on"'


@pytest.mark.parametrize("alt", ["", "   ", "A plot", "loss curve " + " " * 20, "a" * 40])
def test_alt_must_say_something(alt: str) -> None:
    with pytest.raises(ValueError, match="alt must describe the picture"):
        rising(alt)


@pytest.mark.parametrize("alt", [None, 3, b"A rising line from zero to three"])
def test_alt_must_be_text(alt: Any) -> None:
    with pytest.raises(TypeError, match="alt must be a str"):
        Picture(Figure(), alt)


def test_alt_is_required_and_put_on_one_line() -> None:
    chart: Any = line_chart
    with pytest.raises(TypeError, match="alt"):
        chart({"y": [1, 2]}, xlabel="x", ylabel="y")
    assert rising("A rising\n   line from zero  to three").alt == ALT
    assert repr(rising()) == f"<Picture: {ALT}>"


def test_only_figures_can_be_pictures() -> None:
    array: Any = np.zeros((2, 2))
    with pytest.raises(TypeError, match="must be a matplotlib Figure, got ndarray"):
        Picture(array, ALT)


def test_a_figure_of_ones_own_keeps_its_resolution() -> None:
    figure = Figure(figsize=(2, 1), dpi=72)
    figure.subplots().plot([1, 2])
    picture = Picture(figure, ALT)
    assert picture.size == (200, 100)
    assert render(figure).shape == (200, 400, 3)
    assert figure.dpi == 72


def test_transparent_figures_become_white() -> None:
    figure = Figure(figsize=(0.1, 0.1), facecolor=(0, 0, 0, 0))
    assert (render(figure) == 255).all()


@pytest.mark.parametrize("ending", [".webp", ".png", ".svg", ".pdf"])
def test_saved_files_are_the_same_each_time(tmp_path: Path, ending: str) -> None:
    first, second = tmp_path / f"a{ending}", tmp_path / f"b{ending}"
    rising().save(first)
    rising().save(str(second))
    content = first.read_bytes()
    assert content == second.read_bytes()
    assert len(content) > 500
    assert b"Matplotlib" not in content
    assert b"matplotlib.org" not in content.lower()


def test_saving_to_an_unknown_kind_of_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"one of \.webp, \.pdf, \.png, \.svg, not 'a\.jpg'"):
        rising().save(tmp_path / "a.jpg")


def test_small_images_are_exact_and_photographs_are_compressed() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3)).astype(np.uint8)
    flat = np.zeros((200, 200, 3), np.uint8)
    assert len(to_webp(flat)) < 200
    exact = Image.open(io.BytesIO(to_webp(noise[:40, :40])))
    assert np.array_equal(np.asarray(exact), noise[:40, :40])
    assert len(to_webp(noise)) < noise.nbytes / 2


def test_sizes() -> None:
    assert len(rising().to_webp()) < EXACT_BYTES
    names = ["astronaut", "chelsea", "coffee", "camera", "coins", "flower"]
    grid = show_images([load_photo(n) for n in names], names, alt="Six photographs in two rows")
    assert len(grid.to_webp()) < 120_000


SAMPLE = """
import numpy as np
from coursekit.data import load_digits, load_photo
from coursekit.plots import *

k = np.outer([1, 2, 1], [1, 0, -1.5])
pictures = [
    show_images([load_photo("chelsea")], ["cat"], alt="A photograph of a cat"),
    show_kernels([k], ["Sobel"], alt="One kernel of three by three"),
    show_window(load_digits().x_train[0], k, 3, 4),
    show_surface(k, alt="A very small surface plot"),
    bar_chart({"a": 1, "b": 2.5}, xlabel="x", ylabel="y", alt="A chart of two short bars"),
    frame_slider([0 * k, 0 * k + 1], [0, 1], name="n", alt=lambda i: f"a flat image of value {i}"),
]
html = "".join(picture._repr_html_() for picture in pictures)
"""


def test_another_process_draws_the_same_bytes_and_never_imports_pyplot() -> None:
    here: dict[str, Any] = {}
    exec(SAMPLE, here)
    code = (
        "import sys, hashlib, matplotlib\n"
        "matplotlib.rcParams.update({'font.size': 19, 'axes.facecolor': 'pink'})\n"
        f"{SAMPLE}\n"
        "assert matplotlib.rcParams['font.size'] == 19\n"
        "print(hashlib.sha256(html.encode()).hexdigest(),"
        " *[m in sys.modules for m in ('matplotlib.pyplot', 'ipywidgets', 'torch', 'scipy')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    digest = hashlib.sha256(here["html"].encode()).hexdigest()
    assert done.stdout.split() == [digest, "False", "False", "False", "False"]


def test_drawing_leaves_the_users_settings_alone() -> None:
    before = dict(matplotlib.rcParams)
    rising().to_webp()
    assert dict(matplotlib.rcParams) == before
