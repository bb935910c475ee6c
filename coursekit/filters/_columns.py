"""The general way: windows become columns, filtering becomes one matrix product (im2col)."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from coursekit.arguments import FloatArray
from coursekit.filters.sizes import kernel_span

# Columns are built for a strip of output rows at a time, so that they stay in the L2 cache and
# a 15 × 15 kernel does not need 225 copies of a photo.
STRIP = 1 << 16


def correlate_columns(
    x: FloatArray, k: FloatArray, stride: tuple[int, int], dilation: tuple[int, int]
) -> FloatArray:
    """Correlate x (N, C_in, H, W) with k (C_out, C_in, f_h, f_w): (N, C_out, H_out, W_out).

    Any stride, dilation and number of channels. A NaN reaches exactly the outputs whose window
    holds it.
    """
    c_out = len(k)
    span = kernel_span(k.shape[-2], dilation[0]), kernel_span(k.shape[-1], dilation[1])
    windows = sliding_window_view(x, span, axis=(-2, -1))
    windows = windows[:, :, :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]
    windows = windows.transpose(0, 1, 4, 5, 2, 3)  # (N, C_in, f_h, f_w, H_out, W_out)
    n, h_out, w_out = len(x), *windows.shape[-2:]

    out = np.empty((n, c_out, h_out, w_out), x.dtype)
    weights = k.reshape(c_out, -1)
    rows = max(1, STRIP // (weights.shape[1] * w_out))
    for image, result in zip(windows, out, strict=True):
        for top in range(0, h_out, rows):
            strip = result[:, top : top + rows]
            columns = image[..., top : top + rows, :].reshape(weights.shape[1], -1)
            strip[...] = (weights @ columns).reshape(strip.shape)
    return out
