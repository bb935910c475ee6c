"""The same numbers in other memory layouts."""

from __future__ import annotations

import numpy as np


def fortran(x: np.ndarray) -> np.ndarray:
    """Column by column."""
    return np.array(x, order="F")


def strided(x: np.ndarray) -> np.ndarray:
    """Every second element of a larger array: neither C- nor Fortran-contiguous."""
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::2] = x
    return wide[..., ::2]


def reversed_rows(x: np.ndarray) -> np.ndarray:
    """A view with a negative first stride."""
    return np.flip(np.flip(x, 0).copy(), 0)


def read_only(x: np.ndarray) -> np.ndarray:
    """A copy that nobody can write into."""
    locked = x.copy()
    locked.flags.writeable = False
    return locked
