"""Mean and Gaussian kernels, and the blur."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from coursekit.filters import (
    cross_correlate2d,
    gaussian_blur,
    gaussian_kernel,
    gaussian_kernel1d,
    gaussian_size,
    mean_kernel,
)


@pytest.mark.parametrize("size", [1, 2, 3, 8])
def test_the_mean_kernel_averages(size: int) -> None:
    x = np.random.default_rng(0).random((9, 9))
    k = mean_kernel(size)
    assert k.shape == (size, size) and k.dtype == np.float64
    np.testing.assert_allclose(cross_correlate2d(x, k)[1, 0], x[1 : 1 + size, :size].mean())


@pytest.mark.parametrize("size", [1, 2, 5, 8, 31])
@pytest.mark.parametrize("sigma", [0.01, 0.5, 1, 4.0, 100.0])
def test_gaussians_sum_to_one_and_are_symmetric(size: int, sigma: float) -> None:
    g, k = gaussian_kernel1d(size, sigma), gaussian_kernel(size, sigma)
    assert (g.shape, k.shape, g.dtype, k.dtype) == ((size,), (size, size), "f8", "f8")
    np.testing.assert_allclose([g.sum(), k.sum()], 1)
    np.testing.assert_array_equal(g, g[::-1])
    np.testing.assert_array_equal(k, k.T)
    np.testing.assert_allclose(k.sum(axis=1), g)


@pytest.mark.parametrize("size", [4, 5])
def test_gaussian_by_its_formula(size: int) -> None:
    sigma, centre = 1.2, (size - 1) / 2
    raw = [
        [math.exp(-((i - centre) ** 2 + (j - centre) ** 2) / (2 * sigma**2)) for j in range(size)]
        for i in range(size)
    ]
    np.testing.assert_allclose(gaussian_kernel(size, sigma), np.array(raw) / np.sum(raw))


@pytest.mark.parametrize(
    ("sigma", "truncate", "size"),
    [(1, 3, 7), (1.0, 3.0, 7), (1.1, 3.0, 9), (0.1, 3.0, 3), (2, 4.0, 17), (0.7, 10 / 7, 3)],
)
def test_gaussian_size(sigma: float, truncate: float, size: int) -> None:
    assert gaussian_size(sigma, truncate) == size


def test_gaussian_size_leaves_little_outside() -> None:
    wide = gaussian_kernel1d(201, 5.0)
    inside = (201 - gaussian_size(5.0)) // 2
    assert 0.997 < wide[inside:-inside].sum() < 1


@pytest.mark.parametrize("dtype", ["f4", "f8", "u1"])
def test_blur_equals_scipy(dtype: str) -> None:
    x = (255 * np.random.default_rng(0).random((2, 40, 33))).astype(dtype)
    y = gaussian_blur(x, 1.7)
    for image, blurred in zip(x, y, strict=True):
        expected = ndimage.gaussian_filter(
            image.astype("f8"), 1.7, mode="mirror", radius=gaussian_size(1.7) // 2
        )
        np.testing.assert_allclose(blurred, expected, rtol=1e-5 if dtype == "f4" else 1e-12)
    assert y.dtype == (np.float32 if dtype == "f4" else np.float64)


def test_blur_keeps_a_flat_image_and_the_mean_of_a_periodic_one() -> None:
    np.testing.assert_allclose(gaussian_blur(np.full((9, 20), 7.0), 2.0), 7)
    x = np.random.default_rng(0).random((30, 30))
    np.testing.assert_allclose(gaussian_blur(x, 2.0, "wrap").mean(), x.mean())


def test_blurring_twice_is_blurring_once_with_the_squares_added() -> None:
    x = np.random.default_rng(0).random((64, 64))
    twice = gaussian_blur(gaussian_blur(x, 3.0, "wrap"), 4.0, "wrap")
    once = gaussian_blur(x, 5.0, "wrap")
    assert np.abs(twice - once).max() < 0.01 * np.ptp(once)


@pytest.mark.parametrize("make", [gaussian_kernel, gaussian_kernel1d])
@pytest.mark.parametrize(
    ("size", "sigma", "error", "words"),
    [
        (0, 1.0, ValueError, "size must be at least 1"),
        (3.0, 1.0, TypeError, "size must be an integer"),
        (3, 0, ValueError, "sigma must be above 0, got 0"),
        (3, -1.0, ValueError, "sigma must be above 0"),
        (3, np.nan, ValueError, "sigma must be finite"),
        (3, "1", TypeError, "sigma must be a number"),
        (3, [1.0], TypeError, "sigma must be a number"),
    ],
)
def test_bad_input(make: Any, size: Any, sigma: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        make(size, sigma)


def test_bad_blur_and_sizes() -> None:
    with pytest.raises(ValueError, match="sigma must be above 0"):
        gaussian_blur([[1]], 0)
    with pytest.raises(ValueError, match="truncate must be above 0"):
        gaussian_size(1, 0)
    with pytest.raises(TypeError, match="size must be an integer"):
        mean_kernel(True)
