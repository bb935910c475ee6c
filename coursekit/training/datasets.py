"""The data sets that can be named on the command line, dealt out for training."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.data import Split, load_digits32, load_idx_folder, load_mnist, stratified_split
from coursekit.training.errors import RunError

NAMES = {"mnist": load_mnist, "digits": load_digits32}


@dataclass(frozen=True)
class DataSet:
    """Images float32 (N, 1, size, size) in [0, 1], 0 for paper, in three parts.

    Attributes:
        source: "mnist", "digits" or the absolute path of a folder.
        split: the parts; validation may be empty.
        classes: labels of training and validation go from 0 to classes − 1.
    """

    source: str
    split: Split
    classes: int

    @property
    def size(self) -> int:
        """Height and width of the images in pixels."""
        return int(self.split.x_train.shape[-1])

    @property
    def title(self) -> str:
        """The data set's name for people."""
        return {"mnist": "MNIST", "digits": "digits"}.get(self.source, Path(self.source).name)

    def fingerprint(self) -> str:
        """A hash of what is learned from: training and validation, in their order."""
        found = hashlib.sha256()
        for part in self.split[:4]:
            found.update(f"{part.shape}{part.dtype}".encode())
            found.update(np.ascontiguousarray(part).data)
        return found.hexdigest()[:32]


def load_data(source: str, validation: float | None = None) -> DataSet:
    """The data set called ``source``: a name of `NAMES`, or a folder with four IDX files.

    ``validation`` is the share of the training part that is kept for validation, 0 for none; by
    default each data set has its own (5,000 of MNIST's 60,000). The test part is the same whatever
    the share is.

    Raises RunError for an unknown name, images that are not square, or a share that leaves
    nothing to learn from; MissingDataError and IdxError as the loaders do.
    """
    split = NAMES[source]() if source in NAMES else _folder(source)
    if validation is not None:
        split = _deal_again(split, validation)
    height, width = split.x_train.shape[-2:]
    if height != width:
        raise RunError(f"the networks read square images, those of {source} are {height}×{width}")
    classes = 1 + int(max(y.max(initial=0) for y in (split.y_train, split.y_val)))
    if classes < 2:
        raise RunError(f"{source} has one class only: there is nothing to tell apart")
    return DataSet(source if source in NAMES else _absolute(source), split, classes)


def _folder(source: str) -> Split:
    if not Path(source).expanduser().is_dir():
        raise RunError(
            f"--data takes {', '.join(NAMES)} or a folder with IDX files; {source} is neither"
        )
    return load_idx_folder(Path(source).expanduser())


def _absolute(source: str) -> str:
    return str(Path(source).expanduser().resolve())


def same_source(a: str, b: str) -> bool:
    """Whether two values of --data mean the same."""
    return a == b or (a not in NAMES and b not in NAMES and _absolute(a) == _absolute(b))


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
