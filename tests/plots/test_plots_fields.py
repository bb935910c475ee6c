"""Receptive fields on photographs: bright inside, dark outside, tinted beyond the picture."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from coursekit.plots import Picture, show_field

ALT = "A field of a unit drawn on a small picture"
IMAGE = np.full((20, 30, 3), 200, np.uint8)


def shown(picture: Picture) -> NDArray[np.uint8]:
    (image,) = picture.figure.axes[0].images
    return np.asarray(image.get_array())


def frames(picture: Picture) -> list[tuple[float, ...]]:
    patches = [p for p in picture.figure.axes[0].patches if isinstance(p, Rectangle)]
    return [(*p.get_xy(), p.get_width(), p.get_height()) for p in patches]


def test_only_the_field_is_bright(check_layout: Callable[[Picture], None]) -> None:
    picture = show_field(IMAGE, (3, 7), (10, 20), margin=4, alt=ALT, title="conv 1: 5 × 11")
    bright = (shown(picture) == 200).all(axis=2)
    assert bright.sum() == 5 * 11 and bright[3:8, 10:21].all()
    assert set(frames(picture)) == {(9.5, 2.5, 11, 5)}
    ax = picture.figure.axes[0]
    assert ax.get_xlim() == (-4.5, 33.5) and ax.get_ylim() == (23.5, -4.5)
    check_layout(picture)


def test_a_field_may_lie_in_the_padding() -> None:
    picture = show_field(IMAGE, (-4, 5), (25, 33), margin=4, alt=ALT)
    bright = (shown(picture) == 200).all(axis=2)
    assert bright.sum() == 6 * 5 and bright[:6, 25:].all()
    assert set(frames(picture)) == {(24.5, -4.5, 9, 10)}
    everything = show_field(IMAGE, (-2, 22), (-3, 31), margin=4, alt=ALT)
    assert (shown(everything) == 200).all()


def test_grey_pictures_and_centres() -> None:
    grey = np.linspace(0, 1, 48).reshape(6, 8)
    picture = show_field(grey, (1, 2), (3, 4), margin=2, alt=ALT, centres=([1.5, 3.5], [0, 2, 4]))
    pixels = shown(picture)
    assert pixels.shape == (6, 8, 3) and (pixels[..., 0] == pixels[..., 2]).all()
    (dots,) = picture.figure.axes[0].lines
    places = np.stack(dots.get_data(), axis=1).tolist()
    assert places == [[x, y] for y in (1.5, 3.5) for x in (0, 2, 4)]


def test_pictures_of_one_margin_have_one_size() -> None:
    sizes = {
        show_field(IMAGE, ends, ends, margin=9, alt=ALT, title="a field").size
        for ends in ((0, 3), (-9, 20), (5, 5))
    }
    assert len(sizes) == 1


@pytest.mark.parametrize(
    ("rows", "columns", "message"),
    [
        ((5, 3), (0, 1), "rows are \\(first, last\\)"),
        ((0, 3), (8, 1), "columns are \\(first, last\\)"),
        ((-5, 3), (0, 1), "rows -5 to 3 reach beyond a margin of 4 pixels around 20"),
        ((0, 3), (0, 34), "columns 0 to 34 reach beyond a margin of 4 pixels around 30"),
    ],
)
def test_refuses(rows: tuple[int, int], columns: tuple[int, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        show_field(IMAGE, rows, columns, margin=4, alt=ALT)
