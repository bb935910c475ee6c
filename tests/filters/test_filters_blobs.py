"""Laplacian of Gaussian, difference of Gaussians, zero crossings."""

from typing import Any

import numpy as np
import pytest

from coursekit.filters import (
    cross_correlate2d,
    difference_of_gaussians,
    gaussian_kernel,
    laplacian_of_gaussian,
    zero_crossings,
)


def disk(radius: float, n: int = 61) -> np.ndarray:
    y, x = np.mgrid[:n, :n] - n // 2
    return (x**2 + y**2 < radius**2).astype(float)


@pytest.mark.parametrize("size", [1, 4, 5, 9, 31])
@pytest.mark.parametrize("sigma", [0.7, 1.0, 3.0])
def test_log_sums_to_zero_and_is_symmetric(size: int, sigma: float) -> None:
    k = laplacian_of_gaussian(size, sigma)
    assert k.shape == (size, size) and k.dtype == np.float64
    assert abs(k.sum()) < 1e-14
    np.testing.assert_array_equal(k, k.T)
    np.testing.assert_array_equal(k, k[::-1, ::-1])
    if size > 1:
        assert k.min() == k[size // 2, size // 2] < 0


def test_log_is_the_laplacian_of_a_gaussian() -> None:
    """Second differences of the sampled continuous Gaussian, on a fine grid."""
    sigma, h = 2.0, 1e-3
    t = np.arange(17) - 8.0

    def g(dy: float, dx: float) -> np.ndarray:
        r2 = (t[:, None] + dy) ** 2 + (t + dx) ** 2
        return np.exp(-r2 / (2 * sigma**2)) / (2 * np.pi * sigma**2)

    numerical = (g(h, 0) + g(-h, 0) + g(0, h) + g(0, -h) - 4 * g(0, 0)) / h**2
    k = laplacian_of_gaussian(17, sigma)
    np.testing.assert_allclose(k, numerical - numerical.mean(), atol=1e-8)


def test_log_of_a_parabola_is_its_laplacian() -> None:
    y, x = np.mgrid[:40, :40]
    answer = cross_correlate2d(3 * x**2 + 2.0 * y**2, laplacian_of_gaussian(25, 2.0))
    np.testing.assert_allclose(answer, 10, rtol=1e-3)


@pytest.mark.parametrize(("size", "sigma"), [(15, 1.5), (16, 2.0)])
def test_dog_is_wide_minus_narrow(size: int, sigma: float) -> None:
    k = difference_of_gaussians(size, sigma, 2.0)
    np.testing.assert_array_equal(
        k, gaussian_kernel(size, 2 * sigma) - gaussian_kernel(size, sigma)
    )
    assert abs(k.sum()) < 1e-14 and k[size // 2, size // 2] < 0


def test_dog_has_the_shape_of_log() -> None:
    """The DoG of σ and 1.6 σ is closest to a LoG whose zero is where the DoG's is."""
    narrow = 2.0
    zero = narrow * np.sqrt(2 * 1.6**2 * np.log(1.6**2) / (1.6**2 - 1))
    dog = difference_of_gaussians(31, narrow).ravel()
    log = laplacian_of_gaussian(31, zero / np.sqrt(2)).ravel()
    assert np.corrcoef(dog, log)[0, 1] > 0.99


@pytest.mark.parametrize("size", [9, 17])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("ground", [0.0, 0.3])
def test_crossings_of_a_disk_are_its_outline(size: int, dtype: str, ground: float) -> None:
    image = (ground + disk(20)).astype(dtype)
    k = laplacian_of_gaussian(size, size / 8)
    filtered = cross_correlate2d(image, k, padding="same", border="edge")
    y, x = np.mgrid[-30:31, -30:31]
    radius = np.hypot(y, x)

    # With a threshold: one closed ring, at the outline.
    ring = zero_crossings(filtered, 0.05 * float(np.ptp(filtered)))
    assert radius[ring].min() > 18.5 and radius[ring].max() < 21
    angles = np.sort(np.arctan2(y, x)[ring])
    assert np.diff(angles, append=angles[0] + 2 * np.pi).max() < 0.1
    # Without: rounding marks nothing where the kernel sees only inside or only outside.
    reach = 1.5 * (size // 2) + 1
    assert not zero_crossings(filtered)[np.abs(radius - 20) > reach].any()


def test_crossings_by_hand() -> None:
    def row(*values: float) -> list[int]:
        across, down = zero_crossings([values]), zero_crossings(np.transpose([values]))
        np.testing.assert_array_equal(across[0], down[:, 0])
        return [int(m) for m in across[0]]

    assert row(1, 2, -1, -2) == [0, 1, 0, 0]
    assert row(-1, 1, -1) == [1, 1, 0]
    assert row(1, 0, -1) == [0, 1, 0]
    assert row(1, 0, 1) == [0, 0, 0]
    assert row(0, 0, 1, 2) == [0, 0, 0, 0]
    assert row(-1, 0, 0, 1) == [0, 0, 0, 0]
    assert row(5) == [0]
    assert row(1, np.nan, -1) == [0, 0, 0]
    assert row(1, np.inf, np.inf, -np.inf, -1) == [0, 0, 1, 0, 0]


def test_the_threshold_is_the_jump() -> None:
    x = np.array([[3.0, -2.0, 1.0, 0.5]])
    for threshold, expected in [(0, [1, 1, 0, 0]), (2.9, [1, 1, 0, 0]), (3, [1, 0, 0, 0])]:
        np.testing.assert_array_equal(zero_crossings(x, threshold)[0], expected)
    assert not zero_crossings(x, 5).any()


def test_rounding_is_no_crossing() -> None:
    x = 1e-17 * np.random.default_rng(0).standard_normal((9, 9))
    assert zero_crossings(x).any()
    x[0] = 1.0
    assert not zero_crossings(x).any()


def test_leading_axes_integers_and_views() -> None:
    x = np.random.default_rng(0).integers(-5, 6, (3, 2, 8, 9))
    x.setflags(write=False)
    marks = zero_crossings(x)
    assert marks.shape == x.shape and marks.dtype == bool
    for i, j in np.ndindex(3, 2):
        np.testing.assert_array_equal(marks[i, j], zero_crossings(x[i, j].astype(float)))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: laplacian_of_gaussian(0, 1), ValueError, "size must be at least 1"),
        (lambda: laplacian_of_gaussian(3, 0), ValueError, "sigma must be above 0"),
        (lambda: difference_of_gaussians(3, 1, 1), ValueError, "ratio must be above 1"),
        (lambda: difference_of_gaussians(3, 1, 0.5), ValueError, "ratio must be above 1"),
        (lambda: zero_crossings([[1]], -1), ValueError, "threshold must not be below 0"),
        (lambda: zero_crossings([1, -1]), ValueError, "two axes"),
        (lambda: zero_crossings([["a"]]), TypeError, "real numbers"),
    ],
)
def test_bad_input(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()
