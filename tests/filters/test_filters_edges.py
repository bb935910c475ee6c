"""Sobel and Gaussian derivatives on images with a known gradient."""

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from coursekit.filters import (
    convolve2d,
    cross_correlate2d,
    gaussian_blur,
    gaussian_derivative_kernel,
    gaussian_size,
    sobel_gradient,
    sobel_kernels,
)

INNER = np.s_[1:-1, 1:-1]


def ramp(g_y: float, g_x: float) -> np.ndarray:
    y, x = np.mgrid[:12, :15]
    return g_y * y + g_x * x


def test_signs_of_the_sobel_kernels() -> None:
    k_x, k_y = sobel_kernels()
    np.testing.assert_array_equal(cross_correlate2d(ramp(0, 1), k_x), 8)
    np.testing.assert_array_equal(cross_correlate2d(ramp(1, 0), k_x), 0)
    np.testing.assert_array_equal(cross_correlate2d(ramp(1, 0), k_y), 8)
    np.testing.assert_array_equal(convolve2d(ramp(1, 0), k_y), -8)


def test_sobel_kernels_are_fresh_each_time() -> None:
    sobel_kernels()[1][:] = 0
    assert sobel_kernels()[0].any() and sobel_kernels()[1].any()


@pytest.mark.parametrize("angle", np.linspace(-np.pi, np.pi, 13)[1:-1])
def test_gradient_of_a_ramp(angle: float) -> None:
    magnitude, direction = sobel_gradient(ramp(3 * np.sin(angle), 3 * np.cos(angle)))
    np.testing.assert_allclose(magnitude[INNER], 24)
    np.testing.assert_allclose(direction[INNER], angle, atol=1e-12)


def test_gradient_of_a_disk_points_inwards() -> None:
    y, x = np.mgrid[-20:21, -20:21]
    gradient = sobel_gradient(gaussian_blur((x**2 + y**2 < 144).astype(float), 1.5))
    strong = gradient.magnitude > 0.5 * gradient.magnitude.max()
    assert strong.any()
    inwards = np.arctan2(-y, -x)
    error = np.angle(np.exp(1j * (gradient.direction - inwards)))[strong]
    assert np.abs(error).max() < 0.15
    assert np.abs(np.hypot(x, y)[strong] - 12).max() < 2.5


@pytest.mark.parametrize(
    ("border", "mode"), [("edge", "nearest"), ("zero", "constant"), ("reflect", "mirror")]
)
@pytest.mark.parametrize("dtype", ["f4", "f8", "u1"])
def test_gradient_equals_scipy(border: Any, mode: str, dtype: str) -> None:
    x = (100 * np.random.default_rng(0).random((17, 13))).astype(dtype)
    g_y, g_x = (ndimage.sobel(x.astype("f8"), axis, mode=mode) for axis in (0, 1))
    magnitude, direction = sobel_gradient(x, border)
    assert magnitude.dtype == direction.dtype == (np.float32 if dtype == "f4" else np.float64)
    np.testing.assert_allclose(magnitude, np.hypot(g_x, g_y), rtol=1e-5)
    np.testing.assert_allclose(direction, np.arctan2(g_y, g_x), atol=1e-4)


def test_a_flat_image_has_no_edges_even_at_its_end() -> None:
    assert not sobel_gradient(np.full((2, 5, 6), 0.1)).magnitude.any()


@pytest.mark.parametrize("size", [2, 3, 8, 11])
@pytest.mark.parametrize("sigma", [0.4, 1.0, 2.5])
@pytest.mark.parametrize("axis", [0, 1])
def test_gaussian_derivative_measures_slopes(size: int, sigma: float, axis: int) -> None:
    k = gaussian_derivative_kernel(size, sigma, axis)
    np.testing.assert_allclose(cross_correlate2d(ramp(2.0, 5.0), k), (2.0, 5.0)[axis])
    np.testing.assert_allclose(k, gaussian_derivative_kernel(size, sigma, 1 - axis).T)
    assert k.shape == (size, size) and k.dtype == np.float64


def test_gaussian_derivative_is_the_derivative_of_the_smoothed_image() -> None:
    y, x = np.mgrid[:60, :60] / 12
    image = np.sin(x) * np.cos(2 * y)
    size = gaussian_size(2.0, 5.0)
    k = gaussian_derivative_kernel(size, 2.0, axis=0)
    filtered = cross_correlate2d(image, k)
    half = size // 2
    numerical = np.gradient(gaussian_blur(image, 2.0), axis=0)[half:-half, half:-half]
    np.testing.assert_allclose(filtered, numerical, atol=0.01 * np.abs(numerical).max())


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((3, 1.0, 2), ValueError, "axis must be 0"),
        ((3, 1.0, -1), ValueError, "axis must be at least 0"),
        ((3, 1.0, "x"), TypeError, "axis must be an integer"),
        ((1, 1.0, 0), ValueError, "size must be at least 2"),
        ((3, 0.0, 0), ValueError, "sigma must be above 0"),
        ((3, 0.001, 0), ValueError, "use a larger one"),
    ],
)
def test_bad_input(arguments: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        gaussian_derivative_kernel(*arguments)


def test_bad_border() -> None:
    typo: Any = "nearest"
    with pytest.raises(ValueError, match="got 'nearest'"):
        sobel_gradient([[1]], typo)
