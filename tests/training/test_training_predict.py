"""A network reads what people drew: any size, any mode, dark on light or light on dark."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from coursekit.data import load_digits32
from coursekit.training import RunError, begin
from coursekit.training.drawing import PictureError, read_drawing
from coursekit.training.forms import digits_form, mnist_form
from coursekit.training.prediction import Reader

CommandLine = Callable[..., tuple[int, str, str]]


def drawn(width: int = 14, size: tuple[int, int] = (200, 240)) -> Image.Image:
    """A 4 in black on white."""
    image = Image.new("L", size, 255)
    pen = ImageDraw.Draw(image)
    pen.line([(90, 40), (50, 130), (150, 130)], fill=0, width=width, joint="curve")
    pen.line([(120, 80), (120, 200)], fill=0, width=width)
    return image


def on_transparent(image: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    page = Image.new("RGBA", image.size, (*colour, 0))
    page.putalpha(image.point(lambda v: 255 - v))
    return page


def photographed(image: Image.Image) -> Image.Image:
    """On grey paper, lit from one side, with grain."""
    x = np.asarray(image, float) / 255
    light = np.linspace(0.9, 0.45, x.shape[1]) * np.linspace(1, 0.8, x.shape[0])[:, np.newaxis]
    grain = np.random.default_rng(0).normal(0, 0.03, x.shape)
    pixels = ((0.25 + 0.75 * x) * light + grain).clip(0, 1)
    return Image.fromarray((255 * pixels).astype(np.uint8)).convert("RGB")


def on_a_wide_page(image: Image.Image) -> Image.Image:
    page = Image.new("L", (1100, 440), 255)
    page.paste(image, (700, 100))
    return page


def sixteen_bits(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(image).astype(np.uint16) * 257)


VARIANTS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "grey": lambda i: i,
    "light on dark": lambda i: i.point(lambda v: 255 - v),
    "two colours": lambda i: i.convert("1"),
    "colour": lambda i: Image.merge("RGB", [i.point(lambda v: 200), i, i]),
    "palette": lambda i: i.convert("RGB").convert("P", palette=Image.Palette.ADAPTIVE),
    "opaque RGBA": lambda i: i.convert("RGBA"),
    "black on transparent": lambda i: on_transparent(i, (0, 0, 0)),
    "white on transparent": lambda i: on_transparent(i, (255, 255, 255)),
    "16 bits": sixteen_bits,
    "large": lambda i: i.resize((1600, 1920)),
    "small": lambda i: i.resize((40, 48), Image.Resampling.BOX),
    "pale": lambda i: i.point(lambda v: 150 + v // 4),
    "photograph": photographed,
    "wide page": on_a_wide_page,
}


@pytest.fixture(scope="module")
def expected() -> np.ndarray:
    return mnist_form(1 - np.asarray(drawn().crop((43, 33, 158, 201)), float) / 255)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_kind_of_picture_is_brought_into_the_same_form(
    variant: str, tmp_path: Path, expected: np.ndarray
) -> None:
    image = VARIANTS[variant](drawn())
    image.save(tmp_path / "four.png")
    drawing = read_drawing(tmp_path / "four.png")
    assert drawing.alone
    form = mnist_form(drawing.ink)
    overlap = np.minimum(form, expected).sum() / np.maximum(form, expected).sum()
    assert overlap > (0.75 if variant in ("small", "photograph") else 0.85)


def test_a_photograph_turned_by_the_camera(tmp_path: Path, expected: np.ndarray) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° to see it upright
    drawn().rotate(90, expand=True).convert("RGB").save(tmp_path / "four.jpg", exif=exif)
    form = mnist_form(read_drawing(tmp_path / "four.jpg").ink)
    assert np.abs(form - expected).mean() < 0.03


@pytest.mark.parametrize("width", [2, 6, 14, 30])
def test_mnist_form(width: int) -> None:
    x = mnist_form(1 - np.asarray(drawn(width).crop((20, 20, 180, 220)), float) / 255)
    assert x.shape == (28, 28)
    assert x.dtype == np.float32
    assert (x.min(), x.max()) == (0, 1)
    rows, columns = (np.flatnonzero(x.max(axis=axis) > 0.3) for axis in (1, 0))
    assert 17 <= np.ptp(rows) + 1 <= 21
    assert np.ptp(columns) + 1 <= 21
    np.testing.assert_allclose(ndimage.center_of_mass(x), 14, atol=0.6)
    assert 0.06 < x.mean() < 0.22  # a stroke of MNIST's width, whatever the pen


@pytest.mark.parametrize("width", [2, 14, 30])
def test_digits_form(width: int) -> None:
    x = digits_form(1 - np.asarray(drawn(width).crop((43, 33, 158, 201)), float) / 255)
    assert x.shape == (32, 32)
    assert x.dtype == np.float32
    data = load_digits32().x_train[:, 0]
    inked = data.mean(axis=(1, 2))
    assert inked.mean() == pytest.approx(19.5 / 64, abs=0.003)  # what all strokes are given
    assert np.percentile(inked, 1) < x.mean() < np.percentile(inked, 99)
    blocks = x[2::4, 2::4] + x[1::4, 1::4]  # beside the centres of the 8×8 counts
    assert blocks[0].max() > 0.2
    assert blocks[-1].max() > 0.2
    assert blocks[:, 0].max() < 0.5


def test_other_things_on_the_page(tmp_path: Path) -> None:
    page = Image.new("L", (500, 240), 255)
    page.paste(drawn(), (10, 0))
    path = tmp_path / "page.png"
    pen = ImageDraw.Draw(page)
    pen.line([(150, 20), (160, 24)], fill=0, width=5)  # a stroke of the digit's own
    pen.point([(480, 20), (470, 200), (300, 220)], fill=0)  # dust
    pen.rectangle([(0, 0), (4, 239)], fill=0)  # the edge of the paper
    page.save(path)
    assert read_drawing(path).alone
    pen.ellipse([(330, 60), (430, 180)], outline=0, width=14)
    page.save(path)
    two = read_drawing(path)
    assert not two.alone
    assert two.ink.shape[1] < 150


def empty_paper(path: Path) -> None:
    Image.new("RGB", (300, 200), (250, 250, 240)).save(path)


def grainy_paper(path: Path) -> None:
    grain = np.random.default_rng(1).normal(200, 12, (300, 400)).clip(0, 255)
    Image.fromarray(grain.astype(np.uint8)).save(path)


def shaded_paper(path: Path) -> None:
    shade = np.linspace(90, 240, 400)[np.newaxis].repeat(300, axis=0)
    Image.fromarray(shade.astype(np.uint8)).save(path)


def cut_short(path: Path) -> None:
    drawn().save(path)
    path.write_bytes(path.read_bytes()[:300])


def vast(path: Path) -> None:
    Image.new("1", (11_000, 11_000)).save(path)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (empty_paper, "is empty: nothing in it stands out"),
        (grainy_paper, "is empty"),
        (shaded_paper, "is empty"),
        (lambda path: Image.new("RGBA", (50, 50)).save(path), "is empty"),
        (lambda path: Image.new("L", (1, 1)).save(path), "is empty"),
        (lambda path: path.write_text("not a picture"), "is not a picture that can be read"),
        (lambda path: path.write_bytes(b""), "is not a picture that can be read"),
        (cut_short, "cannot be read as a picture"),
        (vast, "has too many pixels"),
        (lambda path: None, "there is no file"),
        (os.mkdir, "cannot be read as a picture: .*directory"),
    ],
)
def test_what_is_not_read(make: Callable[[Path], None], message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    make(path)
    with pytest.raises(PictureError, match=message):
        read_drawing(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("predict") / "run"
    begin(path, "lenet-numpy", "digits", epochs=6)
    return path


def test_digits_drawn_large_are_read(folder: Path, tmp_path: Path) -> None:
    digits, reader, right = load_digits32(), Reader(folder), []
    for image, label in zip(digits.x_test[:40, 0], digits.y_test, strict=False):
        pixels = np.pad(255 - 255 * image, 12, constant_values=255).astype(np.uint8)
        picture = Image.fromarray(pixels).resize((336, 336), Image.Resampling.BICUBIC)
        picture.save(tmp_path / "digit.png")
        right.append(reader.read(tmp_path / "digit.png").best[0][0] == label)
    assert np.mean(right) >= 0.85  # a network that has seen little


def test_the_command(folder: Path, tmp_path: Path, command_line: CommandLine) -> None:
    drawn().save(tmp_path / "four.png")
    (tmp_path / "text.png").write_text("4")
    four = tmp_path / "four.png"
    status, said, errors = command_line("predict", folder, four, "--show")
    assert (status, errors) == (0, "")
    first, second = said.splitlines()
    assert first.startswith(f"{four}: 4 (")
    assert first.count("%") == 3
    seen = tmp_path / "four-seen.png"
    assert second == f"  what the network saw: {seen}"
    with Image.open(seen) as picture:
        shown = 1 - np.asarray(picture, float)[5::10, 5::10] / 255
    np.testing.assert_allclose(shown, Reader(folder).read(four).seen, atol=1 / 255)
    status, said, errors = command_line("predict", folder, tmp_path / "text.png", four, "--json")
    assert status == 1
    assert "text.png is not a picture" in errors
    failed, read = json.loads(said)
    assert failed["error"].startswith(str(tmp_path / "text.png"))
    assert read["best"][0]["class"] == 4
    assert sum(entry["probability"] for entry in read["best"]) <= 1


def test_no_network_no_reading(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds no run"):
        Reader(tmp_path)
