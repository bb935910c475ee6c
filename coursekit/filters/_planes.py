"""One kernel over a stack of images: which way is the fastest."""

import numpy as np

from coursekit.arguments import FloatArray
from coursekit.filters._banded import block_size, correlate_banded
from coursekit.filters._columns import correlate_columns
from coursekit.filters._fourier import correlate_fourier

# Multiply-adds per pixel at which the FFT takes over from the banded product. Both dtypes break
# even near here on 512 × 512 photos: at 13 × 13 in float32, at 14 × 14 in float64.
FOURIER_COST = 300
# Pixels filtered in one go. It bounds the memory that windows and spectra take, and is about what
# the L3 cache holds.
GROUP = 1 << 19


def correlate_planes(
    x: FloatArray,
    k: FloatArray,
    stride: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1),
) -> FloatArray:
    """Correlate every image of x (..., H, W), already padded, with k (f_h, f_w), of one dtype."""
    (height, width), (f_h, f_w) = x.shape[-2:], k.shape
    images = np.ascontiguousarray(x).reshape(-1, height, width)
    dense = stride == dilation == (1, 1)
    if not (dense and np.isfinite(images).all() and np.isfinite(k).all()):
        out = correlate_columns(images[:, np.newaxis], k[np.newaxis, np.newaxis], stride, dilation)
        return out.reshape(*x.shape[:-2], *out.shape[-2:])

    out = np.empty((len(images), height - f_h + 1, width - f_w + 1), x.dtype)
    extra = block_size(x) - 1
    banded_cost = f_h + extra if f_w == 1 else f_h * (f_w + extra)
    outputs = out[0].size / (height * width)
    correlate = correlate_banded if banded_cost * outputs < FOURIER_COST else correlate_fourier
    rows = max(GROUP // width, 4 * f_h)
    group = max(1, rows // height)
    for first in range(0, len(images), group):
        some, results = images[first : first + group], out[first : first + group]
        for top in range(0, out.shape[1], rows):
            bottom = top + rows
            correlate(some[:, top : bottom + f_h - 1], k, results[:, top:bottom])
    return out.reshape(*x.shape[:-2], *out.shape[-2:])
