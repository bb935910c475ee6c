"""Handwritten digits that need no download.

The 1,797 images are the test part of the UCI "Optical Recognition of Handwritten Digits" set
(E. Alpaydin and C. Kaynak, 1998; doi:10.24432/C50P49), as scikit-learn ships it: 13 people wrote
on forms, each 32×32 scan was reduced to 8×8 counts from 0 to 16. The people are not recorded, so
train, val and test hold digits by the same hands: expect somewhat worse results on strangers.
"""

import gzip
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.data.files import packaged_file
from coursekit.data.splits import Split, stratified_split

#: Images for training, validation and test; together all 1,797.
SIZES = (1197, 300, 300)


def load_digits(*, sizes: Sequence[int] = SIZES, seed: int = 0) -> Split:
    """Digits 0–9 as 8×8 grey images.

    Images are float64 of shape (N, 8, 8), 0 for paper and 1 for ink; labels int64 of shape (N,).
    ``sizes`` is (train, val, test); the draw is stratified and repeatable (`stratified_split`).

    Raises ValueError for sizes that are not three positive integers adding up to at most 1,797,
    ModuleNotFoundError when scikit-learn is missing.
    """
    images, labels = _read()
    return _deal(images, labels, sizes, seed)


def load_digits32(*, sizes: Sequence[int] = SIZES, seed: int = 0) -> Split:
    """The same digits at LeNet's input size, in the layout of a convolution layer.

    Images are float32 of shape (N, 1, 32, 32) in [0, 1], enlarged four times by
    `enlarge_bilinear`. The same seed and sizes give the same examples in the same order as
    `load_digits`. Raises what `load_digits` raises.
    """
    images, labels = _read()
    enlarged = enlarge_bilinear(images, 4).astype(np.float32)
    return _deal(enlarged[:, np.newaxis], labels, sizes, seed)


def enlarge_bilinear(images: ArrayLike, factor: int) -> NDArray[np.float64]:
    """Enlarge images of shape (..., H, W) to float64 (..., factor·H, factor·W).

    Pixels are squares with their value at the centre. A new pixel takes the value at its own
    centre on straight lines between the old centres; outside the outermost centres the border
    value goes on. (``align_corners=False`` in PyTorch's words.) Raises ValueError when ``factor``
    is not a positive integer or the images have fewer than two axes.
    """
    x = np.asarray(images, dtype=np.float64)
    if factor < 1 or factor != int(factor):
        raise ValueError(f"factor must be a positive whole number, got {factor}")
    if x.ndim < 2:
        raise ValueError(f"images must have shape (..., H, W), got shape {x.shape}")
    rows, columns = (_interpolation(size, int(factor)) for size in x.shape[-2:])
    return rows @ x @ columns.T


def _interpolation(size: int, factor: int) -> NDArray[np.float64]:
    """The (factor·size, size) matrix whose rows mix two neighbouring pixels."""
    centres = (np.arange(size * factor) + 0.5) / factor - 0.5
    centres = centres.clip(0, size - 1)
    return np.maximum(0, 1 - np.abs(centres[:, np.newaxis] - np.arange(size)))


def _read() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    path = packaged_file("sklearn", "datasets/data/digits.csv.gz", "scikit-learn")
    with gzip.open(path, "rt", encoding="ascii") as file:
        table = np.loadtxt(file, delimiter=",")
    return table[:, :-1].reshape(-1, 8, 8) / 16, table[:, -1].astype(np.int64)


def _deal(
    images: NDArray[np.floating], labels: NDArray[np.int64], sizes: Sequence[int], seed: int
) -> Split:
    if len(sizes) != 3:
        raise ValueError(f"sizes must be (train, val, test), got {tuple(sizes)}")
    train, val, test = stratified_split(labels, sizes, seed)
    return Split(images[train], labels[train], images[val], labels[val], images[test], labels[test])
