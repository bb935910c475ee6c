"""Data sets of grey images that come as four IDX files with MNIST's names."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.data.cache import MissingDataError
from coursekit.data.idx import IdxError, read_idx
from coursekit.data.splits import Split, stratified_split

_DIMENSIONS = {"images": 3, "labels": 1}


def load_idx_folder(
    folder: str | os.PathLike[str], *, sizes: Sequence[int] | None = None, seed: int = 0
) -> Split:
    """A data set of grey images given as four IDX files: Fashion-MNIST, KMNIST, one of your own.

    The files are called as MNIST's are: ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``,
    ``t10k-images-idx3-ubyte``, ``t10k-labels-idx1-ubyte``; ``test`` may stand for ``t10k``, ``.``
    for the last hyphen but one, and ``.gz`` may follow. Where a file is there plain and
    compressed, the plain one is read. `write_idx` writes such files.

    Images have shape (N, H, W), the same H and W in both parts: uint8 values 0–255, or floats in
    [0, 1]. Labels are integers from 0, shape (N,). The result is as in `load_mnist`, images
    float32 (N, 1, H, W). ``sizes`` is (train, val, test); by default val is one image in twelve
    of the training part, and all images are used.

    Raises MissingDataError (a FileNotFoundError) when a file is missing, IdxError (a ValueError)
    when one is damaged or does not hold what its name says, ValueError for sizes that do not fit.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise MissingDataError(f"{folder} is not a folder: give the one that holds the IDX files")
    paths = [_named(folder, part, what) for part in ("train", "t10k") for what in _DIMENSIONS]
    return split_of(paths, sizes, seed)


def _named(folder: Path, part: str, what: str) -> Path:
    dimensions = _DIMENSIONS[what]
    start = "(t10k|test)" if part == "t10k" else part
    pattern = re.compile(rf"{start}-{what}[-.]idx{dimensions}-[a-z0-9]+(\.gz)?")
    found = sorted(path for path in folder.iterdir() if pattern.fullmatch(path.name))
    if not found:
        raise MissingDataError(
            f"{folder} has no file {part}-{what}-idx{dimensions}-ubyte or "
            f"{part}-{what}-idx{dimensions}-ubyte.gz: give the folder that holds all four files"
        )
    return found[0]  # "…ubyte" sorts before "…ubyte.gz"


def split_of(paths: Sequence[Path], sizes: Sequence[int] | None, seed: int) -> Split:
    """Read training images and labels, test images and labels, and deal them out.

    What comes out and what is raised is said at `load_idx_folder`.
    """
    x, y = _read_part(paths[0], paths[1])
    x_test, y_test = _read_part(paths[2], paths[3])
    if x.shape[1:] != x_test.shape[1:]:
        raise IdxError(
            f"{paths[2]}: images of shape {x_test.shape[1:]}, expected {x.shape[1:]} "
            f"as in {paths[0]}"
        )
    train, val, test = _checked(sizes, len(y), len(y_test))
    parts = stratified_split(y, [train, val] if val else [train], seed)
    learn, choose = parts if val else (parts[0], np.arange(0))
    judge = np.arange(test) if test == len(y_test) else stratified_split(y_test, [test], seed)[0]
    return Split(
        _scaled(x[learn]),
        y[learn],
        _scaled(x[choose]),
        y[choose],
        _scaled(x_test[judge]),
        y_test[judge],
    )


def _read_part(images: Path, labels: Path) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Images as they are stored, (N, H, W), and labels."""
    x, y = read_idx(images), read_idx(labels)
    if x.ndim != 3 or not x.size:
        raise IdxError(f"{images}: expected images of shape (N, H, W), got shape {x.shape}")
    if y.ndim != 1 or y.dtype.kind not in "iu" or (y < 0).any():
        raise IdxError(
            f"{labels}: expected labels of shape (N,), whole numbers from 0, "
            f"got shape {y.shape}, {y.dtype}" + (", some below 0" if (y < 0).any() else "")
        )
    if len(x) != len(y):
        raise IdxError(f"{labels}: {len(y)} labels for the {len(x)} images of {images}")
    if x.dtype != np.uint8 and not (x.dtype.kind == "f" and x.min() >= 0 and x.max() <= 1):
        raise IdxError(
            f"{images}: expected uint8 values 0–255 or floats in [0, 1], "
            f"got {x.dtype} from {x.min()} to {x.max()}"
        )
    return x, y.astype(np.int64)


def _checked(sizes: Sequence[int] | None, learn: int, judge: int) -> tuple[int, int, int]:
    if sizes is None:
        return learn - learn // 12, learn // 12, judge
    if len(sizes) != 3 or any(size != int(size) or size < 0 for size in sizes):
        raise ValueError(f"sizes must be three whole numbers (train, val, test), got {sizes}")
    train, val, test = map(int, sizes)
    if not train or not test or train + val > learn or test > judge:
        raise ValueError(
            f"sizes (train, val, test) must be at least (1, 0, 1), with train + val at most "
            f"{learn} and test at most {judge}, got {(train, val, test)}"
        )
    return train, val, test


def _scaled(x: NDArray[Any]) -> NDArray[np.float32]:
    """(N, H, W) → float32 (N, 1, H, W) in [0, 1], without a second copy."""
    images = x[:, np.newaxis].astype(np.float32)
    if x.dtype == np.uint8:
        images /= 255
    return images
