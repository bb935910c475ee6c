"""One matrix times many: the arithmetic of the convolution layer."""

import numpy as np

from coursekit.numpy_nn.layout import Array

#: OpenBLAS multiplies without first copying ("packing") its arguments up to this many
#: multiply-adds. A kernel with few rows uses each packed number too rarely for packing to pay:
#: products this small are the fast ones.
SMALL = 10**6

#: Blocks of fewer columns than this lose more than they gain.
NARROW = 32

#: Where x is a transpose, the quick path ends at so many results, and narrow blocks are no loss.
FEW, SLIM = 1200, 4


def product(k: Array, x: Array, out: Array | None = None) -> Array:
    """Return k @ x for k of shape (..., F, K) and x of (..., K, M): shape (..., F, M).

    The M columns are taken in equal blocks small enough for OpenBLAS's quick path, if there are any
    of sensible width; other libraries lose nothing by it. The arguments may be views that overlap
    in memory. The result goes into ``out`` if given.
    """
    (f, taps), m = k.shape[-2:], x.shape[-1]
    if out is None:
        out = np.empty((*x.shape[:-2], f, m), np.result_type(k, x))
    fewest, most = -(-m * f * taps // SMALL), m // NARROW
    if x.strides[-1] > x.strides[-2]:
        fewest, most = max(fewest, -(-m * f // FEW)), m // SLIM
    blocks = next((b for b in range(fewest, most + 1) if m % b == 0), 1)
    if blocks == 1:
        return np.matmul(k, x, out=out)
    np.matmul(k[..., np.newaxis, :, :], _in_blocks(x, blocks), out=_in_blocks(out, blocks))
    return out


def _in_blocks(x: Array, blocks: int) -> Array:
    """View (..., K, M) as (..., blocks, K, M / blocks)."""
    *lead, rows, m = x.shape
    return x.reshape(*lead, rows, blocks, m // blocks).swapaxes(-2, -3)
