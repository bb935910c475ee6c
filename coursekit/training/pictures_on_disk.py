"""The user's own pictures, in one folder for each class, as a data set for training."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.data import Split
from coursekit.data.picture_folder import PictureFolder, room_for
from coursekit.training.errors import RunError

PREFIX = "folder:"
"""What --data begins with when a folder of pictures follows."""

USUAL_SIZE = 64
"""Pixels a side, unless the user says otherwise."""

IN_MEMORY = 4 << 30
"""Bytes of training pictures that are decoded once and kept; more are read again and again."""


@dataclass(frozen=True)
class PicturesOnDisk:
    """Training pictures that are too many for memory: like an array uint8 (N, 3, side, side).

    Only `__getitem__` reads files. It can be sent to another process.
    """

    folder: PictureFolder
    places: NDArray[np.int64]
    side: int

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the pictures: uint8."""
        return np.dtype(np.uint8)

    def __len__(self) -> int:
        return len(self.places)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(N, 3, side, side)."""
        return len(self), 3, self.side, self.side

    def __getitem__(self, picks: NDArray[np.int64] | slice) -> NDArray[np.uint8]:
        """The pictures at these places."""
        return self.folder.load(self.places[picks], self.side)


def load_picture_folder(
    path: str, size: int, validation: float | None, in_memory: int = IN_MEMORY
) -> tuple[Split, tuple[str, ...], str]:
    """The pictures below ``path``: the parts, what the classes are called, and what is wrong.

    Training pictures are a little larger than ``size``, so that random crops have room. Up to
    ``in_memory`` bytes of them are decoded now; otherwise x_train is a `PicturesOnDisk`. The last
    value names files that cannot be read and are left out; "" when there are none.

    Raises RunError for a share that cannot be, and what `PictureFolder` raises.
    """
    share = 0.15 if validation is None else validation
    if not 0 <= share <= 0.7:
        raise RunError(f"--validation is a share from 0 to 0.7 here, got {share:g}")
    folder = PictureFolder(Path(path).expanduser())
    parts = folder.split(validation=share)
    side = room_for(size)
    later = PicturesOnDisk(folder, parts.train, side)
    fits = len(later) * 3 * side * side <= in_memory
    x_train: Any = folder.load(parts.train, side) if fits else later
    split = Split(
        x_train,
        folder.labels[parts.train],
        folder.load(parts.validation, size),
        folder.labels[parts.validation],
        folder.load(parts.test, size),
        folder.labels[parts.test],
    )
    return split, folder.classes, folder.report() if folder.rejected else ""


def files_hash(pictures: PicturesOnDisk) -> bytes:
    """A hash of names, sizes and order of the files: their pixels are too many to be read."""
    found = hashlib.sha256(f"{pictures.side}".encode())
    for place in pictures.places:
        name = pictures.folder.files[place]
        found.update(f"{name} {(pictures.folder.path / name).stat().st_size}\n".encode())
    return found.digest()
