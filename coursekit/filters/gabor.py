"""Gabor filters, and the complex cell made of two of them."""

import numpy as np
import numpy.typing as npt

from coursekit.arguments import (
    Border,
    FloatArray,
    float_array,
    image_array,
    integer,
    number,
    positive,
)
from coursekit.filters.correlation import cross_correlate2d
from coursekit.filters.smoothing import centred, gaussian_size

# An envelope of 0.56 wavelengths passes one octave of frequencies at half height.
SIGMA_PER_WAVELENGTH = 0.56


def gabor_kernel(
    size: int,
    wavelength: float,
    theta: float,
    sigma: float,
    phase: float = 0.0,
    aspect: float = 1.0,
) -> FloatArray:
    """Return a cosine wave under a Gaussian envelope: (size, size) float64.

    exp(−(x'² + aspect² · y'²) / 2σ²) · cos(2π x' / wavelength + phase), where
    x' = x cos θ + y sin θ, y' = −x sin θ + y cos θ, x to the right, y down, from the centre at
    (size − 1) / 2. ``wavelength`` and ``sigma`` are in pixels, ``theta`` and ``phase`` in
    radians; the wave travels along ``theta``, its stripes stand across. ``aspect`` below 1
    makes the envelope longer along the stripes. Phase 0 is even (a bar), π/2 odd (an edge)
    (deck 1, slide 23; J. G. Daugman, "Uncertainty relation for resolution in space, spatial
    frequency, and orientation", J. Opt. Soc. Am. A 2, 1985).

    Raises TypeError for a size that is not an integer or another argument that is not a number,
    and ValueError for a size below 1 or a wavelength, sigma or aspect that is not above 0.

    >>> gabor_kernel(5, wavelength=4, theta=0, sigma=1).round(2)[2]
    array([-0.14,  0.  ,  1.  ,  0.  , -0.14])
    """
    envelope, angle = _envelope_and_angle(size, wavelength, theta, sigma, aspect)
    return envelope * np.cos(angle + number(phase, "phase"))


def gabor_bank(
    size: int,
    wavelengths: npt.ArrayLike,
    orientations: npt.ArrayLike,
    *,
    phase: float = 0.0,
    aspect: float = 1.0,
    sigma_per_wavelength: float = SIGMA_PER_WAVELENGTH,
) -> FloatArray:
    """Return one Gabor kernel per wavelength and orientation: (n, size, size) float64.

    ``orientations`` is a number of angles, evenly spaced from 0 to below π, or the angles in
    radians. Orientation changes fastest: kernel ``i · len(orientations) + j`` has wavelength i.
    Each envelope is ``sigma_per_wavelength`` · wavelength wide. A share of the envelope is taken
    off, so that every kernel sums to 0 and a flat region gives no answer (deck 1, slides 23–24).

    Raises ValueError when there is no wavelength or no orientation, and the errors of
    ``gabor_kernel``.

    >>> bank = gabor_bank(15, wavelengths=[4, 8], orientations=6)
    >>> bank.shape, bool(abs(bank.sum(axis=(1, 2))).max() < 1e-12)
    ((12, 15, 15), True)
    """
    if np.ndim(orientations) == 0:
        count = integer(orientations, "orientations", 1)
        thetas = np.arange(count) * (np.pi / count)
    else:
        thetas = float_array(orientations, "orientations", ndim=1)
    ratio = positive(sigma_per_wavelength, "sigma_per_wavelength")
    lengths = [positive(w, "wavelength") for w in float_array(wavelengths, "wavelengths", ndim=1)]
    return np.stack(
        [
            _without_mean(size, wavelength, theta, ratio * wavelength, phase, aspect)
            for wavelength in lengths
            for theta in thetas
        ]
    )


def oriented_energy(
    x: npt.ArrayLike,
    wavelength: float,
    theta: float,
    sigma: float,
    aspect: float = 1.0,
    *,
    size: int | None = None,
    border: Border = "reflect",
) -> FloatArray:
    """Return √(even² + odd²) of a quadrature pair of Gabor filters: the complex cell.

    ``even`` is x (..., H, W) filtered with phase 0 (and sum 0), ``odd`` with phase π/2. Each
    alone, a simple cell, changes sign as a grating drifts; their energy stays (decks 3 and 5;
    E. H. Adelson and J. R. Bergen, "Spatiotemporal energy models for the perception of motion",
    J. Opt. Soc. Am. A 2, 1985). The result has the shape of x, float32 for float32, else float64.
    ``size`` is that of the kernels; None reaches three sigma along the longer axis.

    Raises the errors of ``gabor_kernel`` and ``cross_correlate2d``.

    >>> stripes = np.cos(2 * np.pi * np.arange(64) / 8) * np.ones((64, 1))
    >>> along, across = (oriented_energy(stripes, 8, t, 4).mean() for t in (0, np.pi / 2))
    >>> bool(along > 100 * across)
    True
    """
    image = image_array(x)
    if size is None:
        size = gaussian_size(positive(sigma, "sigma") / min(positive(aspect, "aspect"), 1.0))
    pair = (
        _without_mean(size, wavelength, theta, sigma, phase, aspect) for phase in (0, np.pi / 2)
    )
    even, odd = (cross_correlate2d(image, k, padding="same", border=border) for k in pair)
    return np.hypot(even, odd)


def _without_mean(
    size: int, wavelength: float, theta: float, sigma: float, phase: float, aspect: float
) -> FloatArray:
    """Return the Gabor kernel less the share of its envelope that makes the sum 0."""
    k = gabor_kernel(size, wavelength, theta, sigma, phase, aspect)
    envelope, _ = _envelope_and_angle(size, wavelength, theta, sigma, aspect)
    return k - envelope * (k.sum() / envelope.sum())


def _envelope_and_angle(
    size: int, wavelength: float, theta: float, sigma: float, aspect: float
) -> tuple[FloatArray, FloatArray]:
    t = centred(size)
    x, y = t, t[:, np.newaxis]
    cos, sin = np.cos(number(theta, "theta")), np.sin(theta)
    along, across = x * cos + y * sin, -x * sin + y * cos
    sigma, aspect = positive(sigma, "sigma"), positive(aspect, "aspect")
    envelope = np.exp(-(along**2 + (aspect * across) ** 2) / (2 * sigma**2))
    return envelope, 2 * np.pi * along / positive(wavelength, "wavelength")
