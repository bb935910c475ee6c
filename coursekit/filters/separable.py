"""Separable kernels: one column, then one row, 2f multiply-adds per pixel and not f²."""

import numpy as np
import numpy.typing as npt

from coursekit.arguments import Border, FloatArray, border_name, float_array, image_array
from coursekit.filters._planes import correlate_planes
from coursekit.filters.borders import pad2d
from coursekit.filters.sizes import same_margin


def separable_filter(
    x: npt.ArrayLike, column: npt.ArrayLike, row: npt.ArrayLike, *, border: Border = "zero"
) -> FloatArray:
    """Correlate x (..., H, W) with the kernel ``outer(column, row)``, one axis at a time.

    ``column`` (f_h,) runs down the rows and ``row`` (f_w,) along the columns. The result has the
    shape of x and equals ``cross_correlate2d(x, np.outer(column, row), padding="same")`` up to
    rounding (deck 1, "Gaussian Filters"). Dtypes are as there: float32 for float32, else float64.

    Raises ValueError when ``column`` or ``row`` does not have exactly one axis, for an empty
    array, fewer than two axes of x, or an unknown border; TypeError for arrays that are not real.

    >>> separable_filter([[0, 0, 0], [0, 1, 0], [0, 0, 0]], [1, 2, 1], [-1, 0, 1])
    array([[ 1.,  0., -1.],
           [ 2.,  0., -2.],
           [ 1.,  0., -1.]])
    """
    image = image_array(x)
    down = float_array(column, "column", ndim=1).astype(image.dtype)[:, np.newaxis]
    along = float_array(row, "row", ndim=1).astype(image.dtype)[np.newaxis]
    border_name(border)
    padded = pad2d(image, (same_margin(down.size), same_margin(along.size)), border)
    return correlate_planes(correlate_planes(padded, down), along)


def separate(k: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Split a kernel k (f_h, f_w) of rank one into (column, row) with k = outer(column, row).

    The two come from the singular value decomposition, with equal norms and the largest entry of
    the column positive, in the dtype of k (float64 unless k is float32).

    Raises ValueError that states the rank when it is not one; numpy.linalg.matrix_rank's
    tolerance decides. Also for NaN or infinity, or anything but two axes; TypeError for k that is
    not real.

    >>> column, row = separate([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
    >>> bool(np.allclose(np.outer(column, row), [[1, 0, -1], [2, 0, -2], [1, 0, -1]]))
    True
    """
    kernel = float_array(k, "k", ndim=2)
    if not np.isfinite(kernel).all():
        raise ValueError("k must be finite, got NaN or infinity")
    u, s, vt = np.linalg.svd(kernel, full_matrices=False)
    rank = int(np.sum(s > s[0] * max(kernel.shape) * np.finfo(kernel.dtype).eps))
    if rank != 1:
        raise ValueError(
            f"k has rank {rank}, and only a kernel of rank 1 is a column times a row; "
            "use cross_correlate2d"
        )
    column, row = u[:, 0], vt[0]
    scale = np.sqrt(s[0]) * np.sign(column[np.argmax(np.abs(column))])
    return column * scale, row * scale
