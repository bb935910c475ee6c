"""The data sets that can be named on the command line, dealt out for training."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.data import (
    CIFAR10_CLASSES,
    SHAPES,
    Split,
    load_cifar10,
    load_digits32,
    load_idx_folder,
    load_mnist,
    load_shapes,
    stratified_split,
)
from coursekit.training.errors import RunError
from coursekit.training.pictures_on_disk import (
    PREFIX,
    USUAL_SIZE,
    PicturesOnDisk,
    files_hash,
    load_picture_folder,
)

ASKED = 2_000
"""Images on a disk whose colours stand for all."""


@dataclass(frozen=True)
class Origin:
    """A data set that has a name: its title, how it is loaded, and what its classes are called."""

    title: str
    load: Callable[[int | None], Split]
    names: tuple[str, ...] = ()


NAMES = {
    "mnist": Origin("MNIST", lambda size: load_mnist()),
    "digits": Origin("digits", lambda size: load_digits32()),
    "cifar10": Origin("CIFAR-10", lambda size: load_cifar10(), CIFAR10_CLASSES),
    "shapes": Origin("shapes", lambda size: load_shapes(size or 32), SHAPES),
}


@dataclass(frozen=True)
class DataSet:
    """Images (N, C, size, size) in three parts: bytes, or float32 in [0, 1].

    Digits are grey, with 0 for paper.

    Attributes:
        source: a name of `NAMES` or the absolute path of a folder.
        split: the parts; validation may be empty.
        classes: labels of training and validation go from 0 to classes − 1.
        names: what the classes are called; empty when they are just numbers.
        problem: what of the source cannot be used, for people; "" when all can.
    """

    source: str
    split: Split
    classes: int
    names: tuple[str, ...] = ()
    problem: str = ""

    @property
    def count(self) -> int:
        """Training images."""
        return len(self.split.y_train)

    @property
    def channels(self) -> int:
        """1 for grey, 3 for colour."""
        return int(self.split.x_train.shape[1])

    @property
    def size(self) -> int:
        """Height and width of the images in pixels."""
        return int(self.split.x_train.shape[-1])

    @property
    def title(self) -> str:
        """The data set's name for people."""
        titles = {name: origin.title for name, origin in NAMES.items()}
        return titles.get(self.source, Path(self.source).name)

    def statistics(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Mean and standard deviation of each channel of the training images, white as 1.

        A channel that never changes has the deviation 1, which changes nothing. Of images that lie
        on a disk the first ones are asked.
        """
        x = self.split.x_train
        if isinstance(x, PicturesOnDisk):
            x = x[:ASKED]
        white = 255.0 if x.dtype == np.uint8 else 1.0
        total, squares = np.zeros(self.channels), np.zeros(self.channels)
        for begin in range(0, len(x), 1000):
            part = x[begin : begin + 1000].astype(np.float64) / white
            total += part.sum(axis=(0, 2, 3))
            squares += (part * part).sum(axis=(0, 2, 3))
        n = x.size / self.channels
        mean = total / n
        std = np.sqrt(np.maximum(squares / n - mean * mean, 0))
        rounded = [round(float(s), 6) or 1.0 for s in std]
        return tuple(round(float(m), 6) for m in mean), tuple(rounded)

    def fingerprint(self) -> str:
        """A hash of what is learned from: training and validation, in their order."""
        found = hashlib.sha256()
        for part in self.split[:4]:
            found.update(f"{part.shape}{part.dtype}".encode())
            if isinstance(part, PicturesOnDisk):
                found.update(files_hash(part))
            else:
                found.update(np.ascontiguousarray(part).data)
        return found.hexdigest()[:32]


def load_data(source: str, validation: float | None = None, size: int | None = None) -> DataSet:
    """The data set called ``source``: a name of `NAMES`, a folder with four IDX files, or "folder:"
    and the path of a folder that holds a folder of pictures for each class.

    ``size`` is the side of generated pictures and of those in a folder; others have theirs.
    ``validation`` is the share of the training part that is kept for validation, 0 for none; by
    default each data set has its own (5,000 of MNIST's 60,000). The test part is the same whatever
    the share is.

    Raises RunError for an unknown name, images that are not square, or a share that leaves
    nothing to learn from; MissingDataError and IdxError as the loaders do.
    """
    if source.startswith(PREFIX):
        path = _absolute(source.removeprefix(PREFIX))
        split, names, problem = load_picture_folder(path, size or USUAL_SIZE, validation)
        return DataSet(PREFIX + path, split, len(names), names, problem)
    split = NAMES[source].load(size) if source in NAMES else _folder(source)
    if validation is not None:
        split = _deal_again(split, validation)
    height, width = split.x_train.shape[-2:]
    if height != width:
        raise RunError(f"the networks read square images, those of {source} are {height}×{width}")
    classes = 1 + int(max(y.max(initial=0) for y in (split.y_train, split.y_val)))
    if classes < 2:
        raise RunError(f"{source} has one class only: there is nothing to tell apart")
    if source in NAMES:
        return DataSet(source, split, classes, NAMES[source].names)
    return DataSet(_absolute(source), split, classes)


def _folder(source: str) -> Split:
    if not Path(source).expanduser().is_dir():
        raise RunError(
            f"--data takes {', '.join(NAMES)}, a folder with IDX files, or folder:PATH with a "
            f"folder of pictures for each class; {source} is none of these"
        )
    return load_idx_folder(Path(source).expanduser())


def _absolute(source: str) -> str:
    return str(Path(source).expanduser().resolve())


def same_source(a: str, b: str) -> bool:
    """Whether two values of --data mean the same."""
    if a in NAMES or b in NAMES or a.startswith(PREFIX) != b.startswith(PREFIX):
        return a == b
    return _absolute(a.removeprefix(PREFIX)) == _absolute(b.removeprefix(PREFIX))


def _deal_again(split: Split, share: float) -> Split:
    """Training and validation images dealt anew, the same draw for the same share."""
    if not 0 <= share <= 0.9:
        raise RunError(f"--validation is a share from 0 to 0.9, got {share:g}")
    x: NDArray[Any] = np.concatenate([split.x_train, split.x_val])
    y = np.concatenate([split.y_train, split.y_val])
    kept = round(share * len(y))
    sizes = [len(y) - kept, kept] if kept else [len(y)]
    learn, *choose = stratified_split(y, sizes)
    val = choose[0] if choose else np.arange(0)
    return Split(x[learn], y[learn], x[val], y[val], split.x_test, split.y_test)
