"""Edges as first derivatives."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from coursekit.arguments import Border, FloatArray, image_array, integer
from coursekit.filters.separable import separable_filter
from coursekit.filters.smoothing import centred, gaussian_kernel1d

SMOOTH = (1.0, 2.0, 1.0)
DIFFERENCE = (-1.0, 0.0, 1.0)


class Gradient(NamedTuple):
    """Length and angle of the gradient, each of the image's shape."""

    magnitude: FloatArray
    direction: FloatArray


def sobel_kernels() -> tuple[FloatArray, FloatArray]:
    """Return (k_x, k_y), each (3, 3) float64, for cross-correlation (decks 1 and 5).

    k_x answers positively where the image gets brighter to the right, k_y where it gets brighter
    downwards. Each is a central difference smoothed with (1, 2, 1) across; on a ramp that rises
    by 1 per pixel the answer is 8. For ``convolve2d`` the signs turn round.

    >>> sobel_kernels()[0]
    array([[-1.,  0.,  1.],
           [-2.,  0.,  2.],
           [-1.,  0.,  1.]])
    """
    return np.outer(SMOOTH, DIFFERENCE), np.outer(DIFFERENCE, SMOOTH)


def sobel_gradient(x: npt.ArrayLike, border: Border = "edge") -> Gradient:
    """Return (magnitude, direction) of the Sobel gradient of x (..., H, W), both of that shape.

    The magnitude is √(g_x² + g_y²), 8 times the brightness per pixel. The direction is
    arctan2(g_y, g_x), in radians from −π to π: the way in which the image gets brighter, with y
    pointing down, so that 0 is to the right and π/2 is down (deck 1, slides 19–21; deck 5). The
    dtype is float32 for float32, else float64. An image that ends is not an edge: "edge" repeats
    its outermost pixels.

    Raises the errors of ``separable_filter``.

    >>> magnitude, direction = sobel_gradient([[0, 0, 0], [1, 1, 1], [2, 2, 2]])
    >>> float(magnitude[1, 1]), float(direction[1, 1] / np.pi)
    (8.0, 0.5)
    """
    image = image_array(x)
    # Separable, so that a flat image gives exactly 0 and not what rounding leaves of it.
    g_x = separable_filter(image, SMOOTH, DIFFERENCE, border=border)
    g_y = separable_filter(image, DIFFERENCE, SMOOTH, border=border)
    return Gradient(np.hypot(g_x, g_y), np.arctan2(g_y, g_x))


def gaussian_derivative_kernel(size: int, sigma: float, axis: int) -> FloatArray:
    """Return the (size, size) kernel, float64, that smooths and differentiates along ``axis``.

    It is t · G, a Gaussian times the coordinate along the axis (0 down, 1 to the right), for
    cross-correlation: positive where the image gets brighter that way. The scale is such that a
    ramp that rises by 1 per pixel gives exactly 1. As −dG/dt = t · G / σ², this is the derivative
    of the smoothed image (deck 1, slides 20–21).

    Raises TypeError for sizes or axes that are not integers, and ValueError for an axis other
    than 0 or 1, a size below 2, a sigma that is not above 0, or one so small that all
    weight falls on the centre.

    >>> gaussian_derivative_kernel(3, 1.0, axis=1).round(3)
    array([[-0.137,  0.   ,  0.137],
           [-0.226,  0.   ,  0.226],
           [-0.137,  0.   ,  0.137]])
    """
    if integer(axis, "axis", 0) > 1:
        raise ValueError(f"axis must be 0 (down) or 1 (to the right), got {axis}")
    t = centred(integer(size, "size", 2))
    g = gaussian_kernel1d(size, sigma)
    slope = np.sum(t**2 * g)
    if slope == 0:
        raise ValueError(f"sigma={sigma} leaves no weight beside the centre; use a larger one")
    return np.outer(g, t * g / slope) if axis == 1 else np.outer(t * g / slope, g)
