"""Your own pictures as a data set: one folder for each class."""

import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from coursekit.arguments import between, integer
from coursekit.data.folder_scan import PictureFolderError, scan_folder
from coursekit.data.in_threads import Progress, in_threads
from coursekit.data.pictures import PictureError, open_picture, rgb_picture, shown
from coursekit.data.splits import stratified_split

#: Pictures kept for random crops have a shorter side of this many sizes of a crop.
ROOM = 1.15

_LONGEST = 2.0  # such pictures are cut to a longer side of so many shorter ones
_FINE = 2  # a JPEG is decoded at so many times the size that is needed, at least

# (path, bytes, time of change) → why the file cannot be read, "" if it can.
_VERDICTS: dict[tuple[str, int, int], str] = {}


class Rejected(NamedTuple):
    """A picture file that is left out: its path below the folder, and why, after its name."""

    name: str
    reason: str


class Parts(NamedTuple):
    """Numbers of pictures, int64 (N,), in three parts that share none."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


class PictureFolder:
    """The pictures of a folder, one sub-folder for each class, every one known to be readable.

    The folder is looked through once, in an order that depends on names only, and every picture
    is decoded, in threads; those that fail are listed in ``rejected`` and left out, so that no
    training stumbles over them. A second look at the same files within a process takes their
    sizes and times of change as proof. What is found where is said at `scan_folder`.

    PNG, JPEG, BMP, GIF and WebP, TIFF (the first picture), PPM, JPEG 2000 and, where Pillow has
    it, AVIF become red, green and blue of 8 bits, turned as the camera says; transparent ones lie
    on white, deep ones are scaled to 8 bits.

    Args:
        path: the folder.
        progress: called with (pictures looked at, pictures in all), on the calling thread.

    Attributes:
        path: the folder.
        classes: the names of the class folders, sorted; a label is a place in this list.
        files: names of the N pictures, below ``path``, with slashes.
        labels: int64 (N,).
        rejected: picture files that cannot be read. others: names of other files.

    Raises PictureFolderError (a CourseError) when the folder has no classes or one only, or a
    class has no picture that can be read.
    """

    def __init__(self, path: str | os.PathLike[str], *, progress: Progress | None = None) -> None:
        self.path = Path(path).expanduser().absolute()
        scan = scan_folder(self.path)
        verdicts = list(in_threads(_verdict, scan.files, progress))
        good = [i for i, verdict in enumerate(verdicts) if not verdict]
        self.classes = tuple(shown(name) for name in scan.classes)
        self.labels = np.array([scan.labels[i] for i in good], np.int64)
        self._paths = [scan.files[i] for i in good]
        self._parts = np.array([scan.parts[i] for i in good], object)
        self.files = tuple(map(self._name, self._paths))
        self.others = tuple(map(self._name, scan.others))
        broken = [(p, v) for p, v in zip(scan.files, verdicts, strict=True) if v]
        self.rejected = tuple(
            Rejected(self._name(file), reason) for file, reason in broken + scan.unread
        )
        self._check(set(scan.parts) - {""})

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        left_out = f"; {len(self.rejected)} left out" if self.rejected else ""
        return f"PictureFolder({shown(self.path.name)}: {self._counted()}{left_out})"

    @property
    def counts(self) -> dict[str, int]:
        """Class → how many pictures it has."""
        numbers = np.bincount(self.labels, minlength=len(self.classes))
        return dict(zip(self.classes, numbers.tolist(), strict=True))

    def report(self, most: int = 20) -> str:
        """What was found, in lines: the classes, each file that is left out, other files.

        Of long lists the first ``most`` are shown.
        """
        lines = [self._counted()]
        if self.rejected:
            lines.append(f"{len(self.rejected)} files are left out:")
            lines += _first([f"  {name} {reason}" for name, reason in self.rejected], most)
        if self.others:
            lines.append(f"{len(self.others)} other files are not used:")
            lines += _first([f"  {name}" for name in self.others], most)
        return "\n".join(lines)

    def load(
        self, indices: ArrayLike, size: int, *, progress: Progress | None = None
    ) -> NDArray[np.uint8]:
        """Pictures uint8 (n, 3, size, size): the largest square in the middle, resized.

        ``indices`` is (n,). Raises PictureError when a file has gone or changed since it was
        looked at, IndexError for a number that no picture has.
        """
        size = integer(size, "size", 1)
        paths = self._chosen(indices)
        result = np.empty((len(paths), 3, size, size), np.uint8)
        pictures = in_threads(lambda path: _resized(path, size, longest=1.0), paths, progress)
        for i, picture in enumerate(pictures):
            result[i] = picture
        return result

    def load_uncropped(
        self, indices: ArrayLike, shorter: int, *, progress: Progress | None = None
    ) -> list[NDArray[np.uint8]]:
        """Pictures uint8 (3, H, W), with a shorter side of ``shorter`` pixels.

        For random crops of a given size take ``room_for(size)``: small enough to keep all in
        memory, and one epoch after the other needs no decoding. Of a picture more than twice as
        long as wide the middle is kept. Raises what `load` raises.
        """
        shorter = integer(shorter, "shorter", 1)
        paths = self._chosen(indices)
        return list(
            in_threads(lambda path: _resized(path, shorter, longest=_LONGEST), paths, progress)
        )

    def split(self, validation: float = 0.15, test: float = 0.15, seed: int = 0) -> Parts:
        """Share out the pictures: numbers for training, validation and test.

        ``validation`` and ``test`` are shares of all pictures, 0 for none, every class in
        proportion. Where the folder has sub-folders train, val and test, these are the parts and
        the shares do not count, except that a missing one is taken from train.

        Raises ValueError for shares below 0 or above 0.9 together, PictureFolderError when a
        class is left without a picture for training.
        """
        shares = {"test": between(test, "test", 0, 0.9)}
        shares["validation"] = between(validation, "validation", 0, 0.9 - shares["test"])
        parts = {name: np.flatnonzero(self._parts == name) for name in ("validation", "test")}
        rest = np.flatnonzero((self._parts == "") | (self._parts == "train"))
        wanted = {
            name: round(share * len(rest)) for name, share in shares.items() if not len(parts[name])
        }
        sizes = [len(rest) - sum(wanted.values()), *wanted.values()]
        dealt = stratified_split(self.labels[rest], [n for n in sizes if n], seed)
        train = rest[dealt[0]]
        for name, drawn in zip([n for n, size in wanted.items() if size], dealt[1:], strict=True):
            parts[name] = rest[drawn]
        missing = np.setdiff1d(np.arange(len(self.classes)), self.labels[train])
        if len(missing):
            raise PictureFolderError(
                f"{self.classes[missing[0]]} has too few pictures to be shared out: "
                "add some, or make validation and test smaller"
            )
        return Parts(train, parts["validation"], parts["test"])

    def _counted(self) -> str:
        each = ", ".join(f"{name} {count}" for name, count in self.counts.items())
        return f"{len(self)} pictures in {len(self.classes)} classes: {each}"

    def _name(self, path: Path) -> str:
        return shown(path.relative_to(self.path).as_posix())

    def _check(self, parts: set[str]) -> None:
        learned = self.labels[(self._parts == "") | (self._parts == "train")]
        numbers = np.bincount(learned, minlength=len(self.classes))
        empty = [name for name, n in zip(self.classes, numbers, strict=True) if not n]
        if not empty:
            return
        place = f"{shown(self.path)}{'/train' if parts else ''}"
        lines = [
            f"{place} has no picture that can be read of {', '.join(empty)}: "
            "add pictures, or take the folder away"
        ]
        raise PictureFolderError("\n".join(lines + self.report().splitlines()[1:]))

    def _chosen(self, indices: ArrayLike) -> list[Path]:
        chosen = np.asarray(indices)
        if chosen.ndim != 1 or (chosen.size and chosen.dtype.kind not in "iu"):
            raise ValueError(
                f"indices must be whole numbers of shape (n,), got {chosen.dtype}, {chosen.shape}"
            )
        return [self._paths[i] for i in chosen]


def read_square(path: str | os.PathLike[str], size: int) -> NDArray[np.uint8]:
    """The largest square in the middle of a picture, resized: uint8 (size, size, 3).

    Raises PictureError when the file cannot be read.
    """
    picture = _resized(Path(path), integer(size, "size", 1), longest=1.0)
    return np.ascontiguousarray(picture.transpose(1, 2, 0))


def room_for(size: int) -> int:
    """The shorter side, in pixels, of pictures that random crops of ``size`` are cut from."""
    return math.ceil(ROOM * size)


def _verdict(path: Path) -> str:
    """Why a picture cannot be read, "" if it can."""
    try:
        state = path.stat()
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    key = (os.path.abspath(path), state.st_size, state.st_mtime_ns)
    if key not in _VERDICTS:
        _VERDICTS[key] = _failure(path) if state.st_size else "is empty: it has 0 bytes"
    return _VERDICTS[key]


def _failure(path: Path) -> str:
    try:
        rgb_picture(open_picture(path, 1))  # a JPEG is read to its end at an eighth of its size too
    except PictureError as error:
        return error.reason
    return ""


def _resized(path: Path, shorter: int, longest: float) -> NDArray[np.uint8]:
    """The middle of a picture, at most ``longest`` times as long as wide, as (3, H, W)."""
    image = rgb_picture(open_picture(path, _FINE * shorter))
    side = min(image.size)
    width, height = (min(n, longest * side) for n in image.size)
    left, top = (image.width - width) / 2, (image.height - height) / 2
    target = (
        max(shorter, round(width / side * shorter)),
        max(shorter, round(height / side * shorter)),
    )
    box = (left, top, left + width, top + height)
    small = image.resize(target, Image.Resampling.BILINEAR, box)  # averages where it reduces
    return np.ascontiguousarray(np.asarray(small).transpose(2, 0, 1))


def _first(lines: Iterable[str], most: int) -> list[str]:
    every = list(lines)
    rest = len(every) - most
    return [*every[:most], f"  and {rest} more"] if rest > 0 else every
