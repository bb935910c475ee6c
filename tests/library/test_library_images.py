"""What changes a picture, against scipy and against geometry that can be checked by hand."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import ndimage

from coursekit import images
from coursekit.data import load_photo

Change = Callable[[np.ndarray], np.ndarray]
PHOTO = load_photo("chelsea")[40:101, 100:181]
PLAIN: tuple[Change, ...] = (
    lambda x: images.shift(x, 2, -3),
    lambda x: images.scale(x, 1.3),
    lambda x: images.rotate(x, 20),
    lambda x: images.change_viewpoint(x, 40),
    lambda x: images.deform(x, 3, 20),
    lambda x: images.brighten(x, 1.5),
    lambda x: images.occlude(x, 5, 6, 7, 8),
    lambda x: images.change_background(x, np.ones(x.shape[:2]), x),
)


def test_grey_of_pure_colours() -> None:
    colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]
    grey = images.to_grayscale(np.array([colours], np.uint8))
    np.testing.assert_allclose(grey, [[76.245, 149.685, 29.07, 255]])
    assert grey.dtype == np.float64


def test_grey_agrees_with_pillow_but_for_its_rounding() -> None:
    from PIL import Image

    pillow = np.array(Image.fromarray(PHOTO).convert("L"))
    assert np.abs(images.to_grayscale(PHOTO) - pillow).max() < 1


def test_grey_keeps_the_scale_and_any_leading_axes() -> None:
    batch = np.random.default_rng(0).random((2, 4, 5, 3))
    grey = images.to_grayscale(batch)
    assert grey.shape == (2, 4, 5)
    np.testing.assert_allclose(images.to_grayscale(255 * batch), 255 * grey)


@pytest.mark.parametrize("change", PLAIN)
@pytest.mark.parametrize(
    "picture",
    [PHOTO, PHOTO[..., 0], PHOTO / 255, PHOTO.astype(np.float32), PHOTO.astype(np.int64)],
    ids=["colour", "grey", "float64", "float32", "int64"],
)
def test_shape_and_dtype_stay_and_the_input_too(change: Change, picture: np.ndarray) -> None:
    before = picture.copy()
    changed = change(picture)
    assert changed.shape == picture.shape
    assert changed.dtype == picture.dtype
    assert changed is not picture
    np.testing.assert_array_equal(picture, before)


@pytest.mark.parametrize("change", PLAIN)
def test_channels_are_changed_alike(change: Change) -> None:
    whole = change(PHOTO / 255)
    apart = np.stack([change(PHOTO[..., c] / 255) for c in range(3)], axis=-1)
    if change is not PLAIN[6]:  # occlude paints a value, the same in every channel
        np.testing.assert_allclose(whole, apart, atol=1e-12)


@settings(deadline=None, max_examples=30, derandomize=True)
@given(
    arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=7)),
    st.integers(-9, 9),
    st.integers(-9, 9),
)
def test_shift_moves_every_pixel(x: np.ndarray, down: int, right: int) -> None:
    edge, zero = images.shift(x, down, right), images.shift(x, down, right, fill=0)
    height, width = x.shape
    for i in range(height):
        for j in range(width):
            r, c = i - down, j - right
            inside = 0 <= r < height and 0 <= c < width
            nearest = x[min(max(r, 0), height - 1), min(max(c, 0), width - 1)]
            assert edge[i, j] == nearest
            assert zero[i, j] == (nearest if inside else 0)


def test_sample_is_bilinear_like_scipy() -> None:
    rng = np.random.default_rng(1)
    x = rng.random((9, 7))
    rows, columns = rng.uniform(-2, 11, (2, 40))
    expected = ndimage.map_coordinates(x, [rows, columns], order=1, mode="nearest")
    np.testing.assert_allclose(images.sample(x, rows, columns), expected, atol=1e-12)


def test_a_quarter_turn_is_rot90() -> None:
    square = PHOTO[:61, :61]
    np.testing.assert_array_equal(images.rotate(square, 90), np.rot90(square))


def test_turning_back_restores_the_middle() -> None:
    smooth = ndimage.gaussian_filter(PHOTO[..., 1] / 255, 3)
    back = images.rotate(images.rotate(smooth, 15), -15)
    np.testing.assert_allclose(back[20:-20, 25:-25], smooth[20:-20, 25:-25], atol=0.01)


def test_nothing_happens_at_the_neutral_values() -> None:
    for same in (
        images.shift(PHOTO, 0, 0),
        images.scale(PHOTO, 1),
        images.rotate(PHOTO, 0),
        images.change_viewpoint(PHOTO, 0),
        images.deform(PHOTO, 0, 10),
        images.brighten(PHOTO, 1),
    ):
        np.testing.assert_array_equal(same, PHOTO)


def test_scale_makes_a_square_as_large_as_it_says() -> None:
    x = np.zeros((41, 41))
    x[16:25, 16:25] = 1.0
    assert images.scale(x, 2).sum() == pytest.approx(4 * x.sum(), rel=0.02)
    assert images.scale(x, 0.5).sum() == pytest.approx(x.sum() / 4, rel=0.25)


def test_the_far_side_of_a_turned_card_is_smaller() -> None:
    stripe = np.zeros((101, 101))
    stripe[30:71] = 1.0
    turned = images.change_viewpoint(stripe, 45)
    heights = (turned > 0.5).sum(axis=0)
    assert heights[70] < heights[50] < heights[30]
    assert heights[50] == 41


def test_bright_bytes_stop_at_255_and_floats_do_not() -> None:
    np.testing.assert_array_equal(
        images.brighten(np.array([[100, 200]], np.uint8), 2), [[200, 255]]
    )
    np.testing.assert_array_equal(images.brighten([[0.5, 0.9]], 2), [[1.0, 1.8]])


def test_occlude_and_background() -> None:
    x = np.full((4, 5), 7, np.uint8)
    hidden = images.occlude(x, 1, 2, 2, 3, value=0)
    assert hidden.sum() == 7 * (20 - 6)
    assert not hidden[1:3, 2:5].any()
    mask = np.zeros((4, 5))
    mask[0] = 1
    mask[1] = 0.5
    mixed = images.change_background(x, mask, np.full((4, 5), 1, np.uint8))
    np.testing.assert_array_equal(mixed[:, 0], [7, 4, 1, 1])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: images.to_grayscale(np.zeros((4, 4))), "shape"),
        (lambda: images.shift(np.zeros(4), 1, 1), "shape"),
        (lambda: images.rotate(np.zeros((4, 4, 2)), 1), "shape"),
        (lambda: images.scale(PHOTO, 0), "factor"),
        (lambda: images.change_viewpoint(PHOTO, 80), "degrees"),
        (lambda: images.deform(PHOTO, 1, 0), "wavelength"),
        (lambda: images.brighten(PHOTO, -1), "gain"),
        (lambda: images.occlude(PHOTO, 0, 0, 99, 9), "leaves"),
        (lambda: images.occlude(PHOTO, -1, 0, 9, 9), "not inside"),
        (lambda: images.change_background(PHOTO, np.ones((2, 2)), PHOTO), "same"),
        (lambda: images.change_background(PHOTO, np.full(PHOTO.shape[:2], 2), PHOTO), "mask"),
    ],
)
def test_impossible_arguments_are_refused(call: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()


def test_other_values_are_refused() -> None:
    with pytest.raises(TypeError, match="real numbers"):
        images.to_grayscale(np.zeros((2, 2, 3), complex))
    with pytest.raises(TypeError, match="True and False"):
        images.rotate(np.zeros((2, 2), bool), 3)
