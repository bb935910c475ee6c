"""Gabor kernels by the formula, the bank, and the complex cell on drifting gratings."""

import math
from typing import Any

import numpy as np
import pytest

from coursekit.filters import cross_correlate2d, gabor_bank, gabor_kernel, oriented_energy

UP: Any = "up"


def by_loops(
    size: int, wavelength: float, theta: float, sigma: float, phase: float, aspect: float
) -> np.ndarray:
    k = np.empty((size, size))
    for i in range(size):
        for j in range(size):
            y, x = i - (size - 1) / 2, j - (size - 1) / 2
            along = x * math.cos(theta) + y * math.sin(theta)
            across = -x * math.sin(theta) + y * math.cos(theta)
            envelope = math.exp(-(along**2 + aspect**2 * across**2) / (2 * sigma**2))
            k[i, j] = envelope * math.cos(2 * math.pi * along / wavelength + phase)
    return k


def grating(wavelength: float, theta: float, phase: float = 0.0, n: int = 64) -> np.ndarray:
    y, x = np.mgrid[:n, :n]
    return np.cos(2 * np.pi * (x * np.cos(theta) + y * np.sin(theta)) / wavelength + phase)


@pytest.mark.parametrize("size", [1, 6, 9])
@pytest.mark.parametrize("theta", [0, 0.4, 2.0, -1.0])
@pytest.mark.parametrize("phase", [0.0, np.pi / 2, 1.0])
@pytest.mark.parametrize("aspect", [1.0, 0.5])
def test_equals_the_formula(size: int, theta: float, phase: float, aspect: float) -> None:
    k = gabor_kernel(size, 4.5, theta, 2.0, phase, aspect)
    assert k.dtype == np.float64
    np.testing.assert_allclose(k, by_loops(size, 4.5, theta, 2.0, phase, aspect), atol=1e-14)


def test_symmetry() -> None:
    even, odd = (gabor_kernel(9, 5, 0.7, 2, phase) for phase in (0, np.pi / 2))
    np.testing.assert_allclose(even, even[::-1, ::-1], atol=1e-15)
    np.testing.assert_allclose(odd, -odd[::-1, ::-1], atol=1e-15)
    np.testing.assert_allclose(
        gabor_kernel(9, 5, np.pi / 2, 2, 0.3), gabor_kernel(9, 5, 0, 2, 0.3).T, atol=1e-14
    )


def test_the_wave_travels_along_theta_with_y_down() -> None:
    thetas = np.arange(8) * np.pi / 8
    for theta in thetas:
        answers = [
            abs(cross_correlate2d(grating(8, theta), gabor_kernel(21, 8, t, 4))).max()
            for t in thetas
        ]
        assert thetas[np.argmax(answers)] == theta


def test_bank() -> None:
    bank = gabor_bank(21, [4, 8.0], 6, aspect=0.5)
    assert bank.shape == (12, 21, 21) and bank.dtype == np.float64
    np.testing.assert_allclose(bank.sum(axis=(1, 2)), 0, atol=1e-12)
    angles = [i * np.pi / 6 for i in range(6)]
    np.testing.assert_allclose(bank, gabor_bank(21, (4, 8), angles, aspect=0.5), atol=1e-13)
    # Order: orientation changes fastest; only a share of the envelope was taken off.
    envelope = by_loops(21, np.inf, np.pi / 3, 0.56 * 4, 0, 0.5)
    raw = gabor_kernel(21, 4, np.pi / 3, 0.56 * 4, aspect=0.5)
    np.testing.assert_allclose(bank[2], raw - envelope * raw.sum() / envelope.sum(), atol=1e-14)
    np.testing.assert_allclose(bank[6], bank[6].T[::-1].T[:, ::-1], atol=1e-12)
    odd = gabor_bank(21, [4], 1, phase=np.pi / 2, sigma_per_wavelength=1.0)
    np.testing.assert_allclose(odd[0], gabor_kernel(21, 4, 0, 4, np.pi / 2), atol=1e-14)


def test_each_bank_kernel_answers_its_own_grating_most() -> None:
    wavelengths, count = [4, 8], 4
    bank = gabor_bank(25, wavelengths, count)
    bank /= np.linalg.norm(bank, axis=(1, 2), keepdims=True)
    for i, wavelength in enumerate(wavelengths):
        for j in range(count):
            x = grating(wavelength, j * np.pi / count)
            answers = [np.abs(cross_correlate2d(x, k)).max() for k in bank]
            assert np.argmax(answers) == i * count + j


def test_energy_does_not_change_as_the_grating_drifts() -> None:
    centre = np.s_[20:-20, 20:-20]
    energies = [oriented_energy(grating(8, 0.5, p), 8, 0.5, 4)[centre] for p in range(6)]
    mean = np.mean(energies)
    assert mean > 1
    assert np.ptp(energies) < 0.02 * mean
    simple = [
        cross_correlate2d(grating(8, 0.5, p), gabor_kernel(25, 8, 0.5, 4))[20, 20] for p in range(6)
    ]
    assert np.ptp(simple) > mean


def test_energy_prefers_its_orientation_and_ignores_flat_images() -> None:
    x = grating(8, 0.0)
    best, worst = (oriented_energy(x, 8, theta, 4, 0.5).mean() for theta in (0, np.pi / 2))
    assert best > 50 * worst
    np.testing.assert_allclose(oriented_energy(np.full((2, 30, 31), 9.0), 8, 0.3, 4), 0, atol=1e-9)


def test_energy_shapes_dtypes_and_size() -> None:
    x = np.random.default_rng(0).random((2, 20, 30)).astype("f4")
    y = oriented_energy(x, 6, 1.0, 3, size=9, border="wrap")
    assert y.shape == x.shape and y.dtype == np.float32
    even, odd = (
        gabor_bank(9, [6], [1.0], sigma_per_wavelength=0.5),
        gabor_kernel(9, 6, 1.0, 3, np.pi / 2),
    )
    pair = [cross_correlate2d(x, k, padding="same", border="wrap") for k in (even[0], odd)]
    np.testing.assert_allclose(y, np.hypot(*pair), rtol=1e-4, atol=1e-5)
    assert oriented_energy((255 * x).astype("u1"), 6, 1.0, 3).dtype == np.float64


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: gabor_kernel(0, 4, 0, 1), ValueError, "size must be at least 1"),
        (lambda: gabor_kernel(5, 0, 0, 1), ValueError, "wavelength must be above 0"),
        (lambda: gabor_kernel(5, 4, UP, 1), TypeError, "theta must be a number"),
        (lambda: gabor_kernel(5, 4, 0, 0), ValueError, "sigma must be above 0"),
        (lambda: gabor_kernel(5, 4, 0, 1, np.inf), ValueError, "phase must be finite"),
        (lambda: gabor_kernel(5, 4, 0, 1, 0, 0), ValueError, "aspect must be above 0"),
        (lambda: gabor_bank(5, [], 4), ValueError, "wavelengths must not be empty"),
        (lambda: gabor_bank(5, 4.0, 4), ValueError, "wavelengths must have 1 axes"),
        (lambda: gabor_bank(5, [4, -1], 4), ValueError, "wavelength must be above 0"),
        (lambda: gabor_bank(5, [4], 0), ValueError, "orientations must be at least 1"),
        (lambda: gabor_bank(5, [4], 2.5), TypeError, "orientations must be an integer"),
        (lambda: gabor_bank(5, [4], []), ValueError, "orientations must not be empty"),
        (lambda: oriented_energy([1.0], 4, 0, 1), ValueError, "two axes"),
        (lambda: oriented_energy([[1.0]], 4, 0, -1), ValueError, "sigma must be above 0"),
        (lambda: oriented_energy([[1.0]], 4, 0, 1, 0), ValueError, "aspect must be above 0"),
    ],
)
def test_bad_input(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()
