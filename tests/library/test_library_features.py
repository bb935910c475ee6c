"""Orientation histograms: by hand, by loops, and by what must not change them."""

from collections.abc import Callable

import numpy as np
import pytest
from skimage.feature import hog as skimage_hog

from coursekit.data import load_digits32, load_photo, to_float
from coursekit.features import hog, image_gradient, orientation_histograms
from coursekit.images import to_grayscale

GREY = to_grayscale(to_float(load_photo("chelsea")[60:124, 120:216]))


def ramp(degrees: float, size: int = 16) -> np.ndarray:
    """Values that grow by 1 per pixel in one direction (0° right, 90° down)."""
    down, right = np.mgrid[:size, :size]
    return down * np.sin(np.radians(degrees)) + right * np.cos(np.radians(degrees))


def by_loops(x: np.ndarray, cell: int, bins: int) -> np.ndarray:
    """The definition, pixel by pixel."""
    height, width = x.shape
    out = np.zeros((height // cell, width // cell, bins))
    for i in range(out.shape[0] * cell):
        for j in range(out.shape[1] * cell):
            down = x[min(i + 1, height - 1), j] - x[max(i - 1, 0), j]
            right = x[i, min(j + 1, width - 1)] - x[i, max(j - 1, 0)]
            angle = np.degrees(np.arctan2(down, right)) % 180
            place = angle / (180 / bins) - 0.5
            low = int(np.floor(place))
            for b, share in ((low, 1 - (place - low)), (low + 1, place - low)):
                out[i // cell, j // cell, b % bins] += share * np.hypot(down, right) / 2
    return out


def test_gradient_of_a_ramp() -> None:
    down, right = image_gradient(ramp(30))
    np.testing.assert_allclose(down[1:-1, 1:-1], 0.5)
    np.testing.assert_allclose(right[1:-1, 1:-1], np.sqrt(3) / 2)


@pytest.mark.parametrize(("cell", "bins"), [(8, 9), (5, 6), (16, 4)])
def test_histograms_agree_with_the_definition(cell: int, bins: int) -> None:
    x = GREY[:32, :37]
    found = orientation_histograms(x, cell=cell, bins=bins)
    np.testing.assert_allclose(found, by_loops(x, cell, bins), atol=1e-10)


@pytest.mark.parametrize("degrees", [10, 30, 90, 170])
def test_one_direction_fills_one_bin(degrees: float) -> None:
    inner = orientation_histograms(np.pad(ramp(degrees, 26), 0), cell=8)[1, 1]
    assert inner.argmax() == degrees // 20
    np.testing.assert_allclose(inner.sum(), 64)
    np.testing.assert_allclose(inner.max(), 64)


def test_dark_to_light_is_light_to_dark() -> None:
    np.testing.assert_allclose(orientation_histograms(-GREY), orientation_histograms(GREY))


def test_a_quarter_turn_moves_bins_by_half() -> None:
    x = GREY[:64, :64]
    turned = orientation_histograms(np.rot90(x), bins=8)
    expected = np.roll(np.rot90(orientation_histograms(x, bins=8)), 4, axis=-1)
    np.testing.assert_allclose(turned, expected, atol=1e-10)


def test_a_batch_is_each_image_alone() -> None:
    batch = load_digits32().x_test[:6, 0]
    for f in (orientation_histograms, hog):
        np.testing.assert_allclose(f(batch), np.stack([f(x) for x in batch]))


def test_light_and_contrast_change_nothing() -> None:
    np.testing.assert_allclose(hog(0.3 * GREY + 0.5), hog(GREY), atol=1e-6)


def test_blocks_have_length_one_and_a_flat_image_none() -> None:
    blocks = hog(GREY).reshape(7, 11, 36)
    np.testing.assert_allclose(np.linalg.norm(blocks, axis=-1), 1)
    assert not hog(np.full((16, 16), 0.7)).any()


def test_close_to_scikit_image() -> None:
    theirs = skimage_hog(GREY, cells_per_block=(2, 2))  # its votes go to one bin each
    assert np.corrcoef(hog(GREY), theirs)[0, 1] > 0.9


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: hog(np.zeros(9)), "shape"),
        (lambda: hog(np.zeros((12, 12))), "block"),
        (lambda: hog(np.zeros((32, 32)), block=0), "block"),
        (lambda: orientation_histograms(np.zeros((5, 20))), "cell"),
        (lambda: orientation_histograms(np.zeros((20, 20)), bins=1), "bins"),
    ],
)
def test_impossible_arguments_are_refused(call: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()
