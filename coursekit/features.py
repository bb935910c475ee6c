"""Hand-made features: histograms of oriented gradients (N. Dalal and B. Triggs, CVPR 2005).

Which way the edges run, cell by cell, says more about an object than how bright its pixels are.
Two refinements of the paper are left out: votes here are not shared between neighbouring cells,
and pixels in the middle of a block do not count more.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def image_gradient(images: ArrayLike) -> tuple[Floats, Floats]:
    """How fast the values grow downwards and to the right: two float64 arrays (..., H, W).

    The differences between the two neighbours of a pixel, halved; the border is repeated.
    """
    x = _grey(images)
    padded = np.pad(x, [(0, 0)] * (x.ndim - 2) + [(1, 1), (1, 1)], mode="edge")
    down = (padded[..., 2:, 1:-1] - padded[..., :-2, 1:-1]) / 2
    right = (padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]) / 2
    return down, right


def orientation_histograms(images: ArrayLike, *, cell: int = 8, bins: int = 9) -> Floats:
    """For every cell, how much gradient points which way.

    ``images`` is grey, (..., H, W); cells are squares of ``cell`` pixels, rows and columns left
    over at the bottom and right are not used. The result is float64 (..., H // cell, W // cell,
    bins). Directions go from 0° (values change to the right) to 180°: a dark-to-light edge and a
    light-to-dark one count the same. Each pixel votes with its gradient's length, shared between
    the two nearest bins. Raises ValueError when not one cell fits.
    """
    if cell < 1 or bins < 2:
        raise ValueError(f"cell must be at least 1 and bins at least 2, got {cell} and {bins}")
    down, right = image_gradient(images)
    rows, columns = down.shape[-2] // cell, down.shape[-1] // cell
    if rows < 1 or columns < 1:
        raise ValueError(f"no cell of {cell}×{cell} pixels fits into {down.shape[-2:]}")
    size = np.hypot(down, right)
    place = np.arctan2(down, right) % np.pi / np.pi * bins - 0.5
    histograms = np.empty((*down.shape[:-2], rows, columns, bins))
    for i in range(bins):
        bins_away = np.abs((place - i + bins / 2) % bins - bins / 2)
        votes = size * np.maximum(0, 1 - bins_away)
        tiles = votes[..., : rows * cell, : columns * cell]
        tiles = tiles.reshape(*down.shape[:-2], rows, cell, columns, cell)
        histograms[..., i] = tiles.sum(axis=(-3, -1))
    return histograms


def hog(
    images: ArrayLike, *, cell: int = 8, block: int = 2, bins: int = 9, clip: float = 0.2
) -> Floats:
    """Orientation histograms in overlapping blocks, each brought to length 1.

    ``images`` is grey, (..., H, W). A block is ``block`` × ``block`` cells; there is one at every
    cell. Its histograms are divided by their length, values above ``clip`` are cut, and it is
    divided again (the paper's L2-Hys): stronger light or contrast then changes nothing. The result
    is float64 (..., features); an empty block stays 0. Raises ValueError when not one block fits.
    """
    histograms = orientation_histograms(images, cell=cell, bins=bins)
    rows, columns = (n - block + 1 for n in histograms.shape[-3:-1])
    if block < 1 or rows < 1 or columns < 1:
        raise ValueError(f"no block of {block}×{block} cells fits into {histograms.shape[-3:-1]}")
    blocks = np.stack(
        [
            histograms[..., i : i + rows, j : j + columns, :]
            for i in range(block)
            for j in range(block)
        ],
        axis=-2,
    ).reshape(*histograms.shape[:-3], rows, columns, block * block * bins)
    blocks = np.minimum(_unit_length(blocks), clip)
    return _unit_length(blocks).reshape(*histograms.shape[:-3], -1)


def _unit_length(v: Floats) -> Floats:
    length = np.linalg.norm(v, axis=-1, keepdims=True)
    return v / np.where(length > 1e-12, length, 1)


def _grey(images: ArrayLike) -> Floats:
    x: NDArray[Any] = np.asarray(images)
    if x.ndim < 2 or x.dtype.kind not in "biuf":
        raise ValueError(f"grey images have shape (..., H, W), got {x.dtype} of shape {x.shape}")
    return x.astype(np.float64)
