"""The fast way for stride 1: blocks of outputs as products with one small banded matrix.

``B`` neighbouring outputs of a row see one window of ``B + f_w − 1`` pixels. They are that window
times a banded (Toeplitz) matrix that holds the kernel ``B`` times, each copy one pixel further
down. Most of its entries are zeros, and it is still the fastest for small kernels: a matrix
product runs at the processor's full speed, zeros included, and each pixel is copied only
``(B + f_w − 1) / B`` times, where im2col copies it ``f_h · f_w`` times.

The zeros have one price. 0 · NaN is NaN, so a NaN would spread to its whole block: callers send
only finite images here.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from coursekit.arguments import FloatArray

BLOCK_BYTES = 64  # the outputs of a block fill one cache line, and one AVX-512 register


def block_size(x: FloatArray) -> int:
    """Return how many outputs of a row are computed together."""
    return BLOCK_BYTES // x.itemsize


def correlate_banded(x: FloatArray, k: FloatArray, out: FloatArray) -> None:
    """Correlate x (N, H, W), finite, with k (f_h, f_w) into out (N, H − f_h + 1, W − f_w + 1)."""
    f_h, f_w = k.shape
    if f_w == 1 < f_h:  # A column of taps is a row of taps on its side: nothing need be copied.
        x, k, out = x.swapaxes(1, 2), k.T, out.swapaxes(1, 2)
        f_h, f_w = k.shape
    block = block_size(x)
    whole = out.shape[2] // block * block
    if whole:
        _fill_blocks(x[..., : whole + f_w - 1], k, out[..., :whole], block)
    if whole < out.shape[2]:
        _fill_blocks(x[..., whole:], k, out[..., whole:], out.shape[2] - whole)


def _fill_blocks(x: FloatArray, k: FloatArray, out: FloatArray, block: int) -> None:
    """The same, where the width of ``out`` is a multiple of ``block``."""
    f_h, f_w = k.shape
    window = block + f_w - 1
    band = np.zeros((f_h, window, block), k.dtype)
    for i in range(block):
        band[:, i : i + f_w, i] = k
    band = band.reshape(f_h * window, block)

    n, h_out, w_out = out.shape
    blocks = out.reshape(n, h_out, w_out // block, block).swapaxes(1, 2)  # (N, W_out/B, H_out, B)
    windows = sliding_window_view(x, window, axis=2)[:, :, ::block].swapaxes(1, 2)
    if f_h == 1:
        np.matmul(windows, band, out=blocks)
        return
    # One output row needs the windows of f_h image rows, laid end to end. Stored row after row,
    # every f_h-th such strip is a plain reshape of the windows; the others start a few rows later.
    windows = np.ascontiguousarray(windows)  # (N, W_out/B, H, window)
    for start in range(min(f_h, h_out)):
        rows = blocks[:, :, start::f_h]
        strips = windows[:, :, start : start + rows.shape[2] * f_h]
        np.matmul(strips.reshape(*rows.shape[:3], f_h * window), band, out=rows)
