"""Windows over a batch of pictures, with every number free.

Most mistakes of this unit are the right answer with one of these numbers wrong.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]


def padded(
    x: ArrayLike, top: int, bottom: int | None = None, *sides: int, value: float = 0.0
) -> Array:
    """x (N, C, H, W) as floats, with `value` around each picture.

    One number goes on all sides; two go on (top and left, bottom and right); four on (top, bottom,
    left, right).
    """
    bottom = top if bottom is None else bottom
    left, right = sides or (top, bottom)
    margins = ((0, 0), (0, 0), (top, bottom), (left, right))
    return np.pad(np.asarray(x, float), margins, constant_values=value)


def windows(x: Array, f_h: int, f_w: int, stride_y: int = 1, stride_x: int | None = None) -> Array:
    """(N, C, H, W) → (N, C, H_out, W_out, f_h, f_w): the window of each place, as a view."""
    stride_x = stride_y if stride_x is None else stride_x
    every = np.lib.stride_tricks.sliding_window_view(x, (f_h, f_w), axis=(2, 3))
    return every[:, :, ::stride_y, ::stride_x]


def zeros_between(out: Array, shape: tuple[int, int], stride: int) -> Array:
    """`out` (N, C, H_out, W_out) spread over maps of `shape`, `stride` apart, 0 in between."""
    spread = np.zeros((*out.shape[:2], *shape))
    rows, columns = (-(-side // stride) for side in shape)
    spread[:, :, ::stride, ::stride] = out[:, :, :rows, :columns]
    return spread
