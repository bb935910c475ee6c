"""Where the numbers lie in memory: rows first, samples last.

Every public array is NCHW: x[n, c, i, j]. NumPy lets the same array lie in memory in another order,
and here it lies as (H, C, W, N):

    x[n, c, i, j]   is what you write
    (H, C, W, N)    is the order in memory, N running fastest

Three things follow. Neighbours in memory are the same pixel of neighbouring samples, so every
operation runs along a line as long as the batch, however small the image is. A row of the image
with all its channels is one solid block, so that f rows under a kernel are one block too: a view
where other layouts need a copy. And the transposes between the two orders are free.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from coursekit.arguments import FloatArray

Array = FloatArray


def rows_first(x: Array) -> Array:
    """Return an (N, C, H, W) array as (H, C, W, N) in one block; a view if it lies so already."""
    return np.ascontiguousarray(x.transpose(2, 1, 3, 0))


def nchw(x: Array) -> Array:
    """Return an (H, C, W, N) array as (N, C, H, W): always a view."""
    return x.transpose(3, 1, 0, 2)


def padded(image: Array, p: tuple[int, int]) -> Array:
    """Return (H, C, W, N) with p rows and columns of zeros on each side."""
    return np.pad(image, ((p[0],) * 2, (0, 0), (p[1],) * 2, (0, 0))) if any(p) else image


def reserve_memory(megabytes: int = 30) -> None:
    """Let the C library keep freed memory up to this size for the next arrays.

    A training step allocates the same arrays again and again. By default glibc gives each large
    one back to the system when it is freed, and fetching fresh pages costs more than the
    arithmetic. Freeing one large block raises that limit (glibc's "dynamic mmap threshold", at most
    32 MB). The block is never written to, so that it uses no memory. Harmless elsewhere.
    """
    np.empty(megabytes * 2**20, np.uint8)


@contextmanager
def short_buffers() -> Iterator[None]:
    """Let NumPy compute where the numbers lie, not on copies of them.

    It collects pieces of up to 8,192 numbers in a buffer before it adds or compares them. Lines as
    long as a batch need no such help: copying takes longer than the arithmetic.
    """
    with np.errstate():  # its end also restores the buffers
        np.setbufsize(1024)
        yield
