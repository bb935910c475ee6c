"""Smoothing: mean and Gaussian filters."""

import math

import numpy as np
import numpy.typing as npt

from coursekit.arguments import Border, FloatArray, integer, positive
from coursekit.filters.separable import separable_filter


def mean_kernel(size: int) -> FloatArray:
    """Return the (size, size) kernel whose entries are all 1/size², float64 (deck 1, slide 13).

    Raises TypeError for a size that is not an integer and ValueError for one below 1.

    >>> mean_kernel(2)
    array([[0.25, 0.25],
           [0.25, 0.25]])
    """
    size = integer(size, "size", 1)
    return np.full((size, size), 1 / size**2)


def gaussian_kernel1d(size: int, sigma: float) -> FloatArray:
    """Return exp(−t² / 2σ²) at ``size`` pixels around the centre, scaled to sum 1: (size,) float64.

    ``sigma`` is in pixels. The centre is at (size − 1) / 2, so even sizes are symmetric too.

    Raises TypeError for a size that is not an integer or a sigma that is not a number, and
    ValueError for a size below 1 or a sigma that is not above 0.

    >>> gaussian_kernel1d(3, 1.0).round(3)
    array([0.274, 0.452, 0.274])
    """
    t = centred(size)
    sigma = positive(sigma, "sigma")
    # From the innermost pixel on: a tiny sigma then still leaves one pixel of weight 1.
    g = np.exp((np.min(t**2) - t**2) / (2 * sigma**2))
    return g / g.sum()


def gaussian_kernel(size: int, sigma: float) -> FloatArray:
    """Return the (size, size) Gaussian, float64, scaled to sum 1 (deck 1, slides 14–18).

    ``sigma``, in pixels, sets the scale; ``size`` only cuts it off, see ``gaussian_size``. It is
    the outer product of ``gaussian_kernel1d`` with itself, and raises the same errors.

    >>> gaussian_kernel(3, 1.0).round(3)
    array([[0.075, 0.124, 0.075],
           [0.124, 0.204, 0.124],
           [0.075, 0.124, 0.075]])
    """
    g = gaussian_kernel1d(size, sigma)
    return np.outer(g, g)


def gaussian_size(sigma: float, truncate: float = 3.0) -> int:
    """Return the smallest odd size that reaches ``truncate`` · sigma pixels on both sides.

    At 3 σ a Gaussian has lost 0.3 % of its weight.

    Raises TypeError unless both are numbers, ValueError unless both are finite and above 0.

    >>> gaussian_size(1.5)
    11
    """
    reach = positive(sigma, "sigma") * positive(truncate, "truncate")
    return 2 * math.ceil(reach - 1e-9) + 1  # 3 · 1.1 is 3.3000000000000003


def gaussian_blur(x: npt.ArrayLike, sigma: float, border: Border = "reflect") -> FloatArray:
    """Smooth every image of x (..., H, W) with a Gaussian of ``sigma`` pixels; the shape stays.

    Two one-dimensional passes with ``gaussian_kernel1d(gaussian_size(sigma), sigma)``. The result
    is float32 for float32, else float64. Blurring by a and then by b is close to blurring by
    √(a² + b²), away from the border.

    Raises the errors of ``gaussian_kernel1d`` and ``pad2d``.

    >>> gaussian_blur([[0, 0, 9, 0, 0]], 0.5).round(2)
    array([[0.  , 0.96, 7.08, 0.96, 0.  ]])
    """
    g = gaussian_kernel1d(gaussian_size(sigma), sigma)
    return separable_filter(x, g, g, border=border)


def centred(size: int) -> FloatArray:
    """Return the coordinates of ``size`` pixels around their centre, float64 (size,)."""
    size = integer(size, "size", 1)
    return np.arange(size) - (size - 1) / 2
