"""Blobs, and edges as zero crossings of a second derivative (Marr & Hildreth)."""

import numpy as np
import numpy.typing as npt

from coursekit.arguments import FloatArray, image_array, number, positive
from coursekit.filters.smoothing import centred, gaussian_kernel

ROUNDING = 64  # units in the last place


def laplacian_of_gaussian(size: int, sigma: float) -> FloatArray:
    """Return the (size, size) Laplacian of a Gaussian, float64, with sum 0 and negative centre.

    (r² − 2σ²) / (2πσ⁶) · exp(−r² / 2σ²), minus its own mean, so that a flat image gives 0 even
    though the kernel is cut off. ``sigma`` is in pixels; a size of 8σ or more holds the whole
    "Mexican hat". It is the same for convolution and cross-correlation (deck 1, slide 22;
    D. Marr and E. Hildreth, "Theory of edge detection", Proc. R. Soc. Lond. B 207, 1980).

    Raises TypeError for a size that is not an integer or a sigma that is not a number, and
    ValueError for a size below 1 or a sigma that is not above 0.

    >>> laplacian_of_gaussian(5, 1.0).round(3)[2]
    array([ 0.049, -0.091, -0.312, -0.091,  0.049])
    """
    sigma = positive(sigma, "sigma")
    t = centred(size)
    r2 = t[:, np.newaxis] ** 2 + t**2
    k = (r2 - 2 * sigma**2) / (2 * np.pi * sigma**6) * np.exp(-r2 / (2 * sigma**2))
    return k - k.mean()


def difference_of_gaussians(size: int, sigma: float, ratio: float = 1.6) -> FloatArray:
    """Return G(ratio · sigma) − G(sigma), wide minus narrow: (size, size) float64, sum 0.

    The order gives it the sign of ``laplacian_of_gaussian``: negative in the centre. With ratio
    1.6 it comes close to that kernel's shape (Marr & Hildreth 1980), at two separable blurs.

    Raises the errors of ``gaussian_kernel``, and ValueError for a ratio that is not above 1.

    >>> difference_of_gaussians(5, 1.0).round(3)[2]
    array([ 0.014, -0.033, -0.083, -0.033,  0.014])
    """
    if positive(ratio, "ratio") <= 1:
        raise ValueError(f"ratio must be above 1 (wide over narrow), got {ratio!r}")
    sigma = positive(sigma, "sigma")
    return gaussian_kernel(size, ratio * sigma) - gaussian_kernel(size, sigma)


def zero_crossings(x: npt.ArrayLike, threshold: float = 0.0) -> npt.NDArray[np.bool_]:
    """Return where x (..., H, W) changes its sign: a boolean array of the same shape.

    A pixel is marked when its right or lower neighbour has the opposite sign, or when it is 0
    itself between two neighbours, left and right or above and below, of opposite signs. The jump
    between the two must exceed ``threshold``, in the units of x: in a filtered image it is the
    contrast of the edge. Zero beside one sign only is no crossing, nor is NaN. What rounding can
    explain, 64 units in the last place of the largest value, counts as 0, so a flat region stays
    empty (Marr & Hildreth 1980).

    Raises ValueError for a threshold below 0 or fewer than two axes, TypeError for x that is not
    real.

    >>> zero_crossings([[-2, -1, 3, 2, 0, -1, 0, 0]]).astype(int)
    array([[0, 1, 0, 0, 1, 0, 0, 0]])
    """
    image = image_array(x)
    if (threshold := number(threshold, "threshold")) < 0:
        raise ValueError(f"threshold must not be below 0, got {threshold!r}")
    largest = np.max(np.abs(image), where=np.isfinite(image), initial=0)
    noise = ROUNDING * np.finfo(image.dtype).eps * largest
    zero = np.abs(image) <= noise
    sign = np.where(zero, 0, np.sign(image))

    marks = np.zeros(image.shape, bool)
    for axis in (-1, -2):
        # The axis goes last; these are views, so the marks land in the result.
        v, s = image.swapaxes(axis, -1), sign.swapaxes(axis, -1)
        mark, middle = marks.swapaxes(axis, -1), zero.swapaxes(axis, -1)[..., 1:-1]
        mark[..., :-1] |= (s[..., :-1] * s[..., 1:] < 0) & _jump(v[..., :-1], v[..., 1:], threshold)
        across = middle & (s[..., :-2] * s[..., 2:] < 0)
        mark[..., 1:-1] |= across & _jump(v[..., :-2], v[..., 2:], threshold)
    return marks


def _jump(a: FloatArray, b: FloatArray, threshold: float) -> npt.NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):  # ∞ − ∞
        return np.abs(a - b) > threshold
