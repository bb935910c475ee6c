"""Chance that is the same on every machine: numbers in columns, hashes, smooth noise, turns."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating[Any]]  # float32 throughout
Keys = NDArray[np.uint32]

#: Values along each side of the square of random values that `smooth_noise` repeats.
LATTICE = 16

_STEPS = 1440  # directions of `turns`, a quarter of a degree apart
# Nine decimals, so that the last bit of a machine's cosine does not matter.
_COSINES = np.round(np.cos(2 * np.pi * np.arange(_STEPS) / _STEPS), 9).astype(np.float32)


class Columns:
    """Random numbers (n, columns) from 0 to 1, handed out a few columns at a time.

    A row belongs to one picture. Rows are filled one after the other, so that the first pictures
    are the same however many follow.
    """

    def __init__(self, rng: np.random.Generator, rows: int, columns: int) -> None:
        self._values = rng.random((rows, columns)).astype(np.float32)
        self._used = 0

    def take(self, low: float = 0.0, high: float = 1.0, *, count: int) -> FloatArray:
        """The next ``count`` columns, (n, count), spread over ``low`` to ``high``."""
        self._used += count
        if self._used > self._values.shape[1]:
            raise IndexError(f"only {self._values.shape[1]} columns were drawn")
        return low + (high - low) * self._values[:, self._used - count : self._used]

    def one(self, low: float = 0.0, high: float = 1.0) -> FloatArray:
        """The next column, (n,), spread over ``low`` to ``high``."""
        return self.take(low, high, count=1)[:, 0]


def turns(share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Cosine and sine of ``share`` of a full turn, to a quarter of a degree."""
    step = np.rint(share * _STEPS).astype(np.int64)
    return _COSINES[step % _STEPS], _COSINES[(step - _STEPS // 4) % _STEPS]


def hashed(values: Keys) -> Keys:
    """Scramble 32 bits (the last step of A. Appleby's MurmurHash3, in the public domain)."""
    h = values.copy()
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    h ^= h >> np.uint32(16)
    return h


def lattices(keys: Keys) -> FloatArray:
    """Random values in [0, 1), (n, LATTICE, LATTICE), one square for each key."""
    places = np.arange(LATTICE * LATTICE, dtype=np.uint32) * np.uint32(0x9E3779B1)
    bits = hashed(hashed(keys)[:, np.newaxis] ^ places) >> np.uint32(8)
    return (bits.astype(np.float32) / 2**24).reshape(-1, LATTICE, LATTICE)


def smooth_noise(lattice: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
    """Value noise (n, H, W): the lattice's values, joined smoothly; it repeats after LATTICE."""
    left, top = np.floor(x), np.floor(y)
    across, down = x - left, y - top
    across, down = across * across * (3 - 2 * across), down * down * (3 - 2 * down)
    columns, rows = left.astype(np.int32), top.astype(np.int32)
    base = np.arange(len(lattice), dtype=np.int32)[:, np.newaxis, np.newaxis] * LATTICE**2
    last = np.int32(LATTICE - 1)
    upper, lower = base + (rows & last) * LATTICE, base + ((rows + 1) & last) * LATTICE
    near, far = columns & last, (columns + 1) & last
    values = lattice.reshape(-1)
    above = values[upper + near]
    above += across * (values[upper + far] - above)
    below = values[lower + near]
    below += across * (values[lower + far] - below)
    return above + down * (below - above)


def grain(keys: Keys, channels: int, pixels: int) -> FloatArray:
    """Noise (channels, n, pixels), the sum of two even ones: in (−1, 1), most near 0."""
    places = np.arange(channels * pixels, dtype=np.uint32).reshape(channels, 1, pixels)
    bits = hashed(hashed(keys)[np.newaxis, :, np.newaxis] ^ (places * np.uint32(0x9E3779B1)))
    halves = (bits & np.uint32(0xFFFF)).astype(np.int32) - (bits >> np.uint32(16)).astype(np.int32)
    return halves.astype(np.float32) / 65536
