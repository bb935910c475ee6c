"""Where data files lie on this computer, and whether they are what they should be."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from coursekit.errors import CourseError

#: The environment variable that names a data directory of the user's own.
ENVIRONMENT = "COURSEKIT_DATA"


class MissingDataError(CourseError, FileNotFoundError):
    """A file is not here and cannot be fetched; the message says what to put where."""


@dataclass(frozen=True)
class PublishedFile:
    """A file that somebody publishes: its place here, its content, where it can be had.

    Attributes:
        folder: its folder in a data directory, such as ``mnist``.
        name: file name.
        size: bytes.
        sha256: of the content, in hexadecimal.
        urls: the publisher and mirrors, in the order in which they are asked.
    """

    folder: str
    name: str
    size: int
    sha256: str
    urls: tuple[str, ...]


class Damaged(NamedTuple):
    """A file that has the right name and cannot be used, and why."""

    path: Path
    reason: str


def data_directories(root: str | os.PathLike[str] | None = None) -> list[Path]:
    """The data directories, in the order in which they are looked at.

    ``root`` alone if it is given; else the one that ``COURSEKIT_DATA`` names, if it is set, and
    the user's cache. They need not exist.
    """
    if root is not None:
        return [Path(root).expanduser()]
    import platformdirs

    cache = Path(platformdirs.user_cache_dir("coursekit", appauthor=False))
    own = os.environ.get(ENVIRONMENT)
    return [Path(own).expanduser(), cache] if own else [cache]


def find(
    file: PublishedFile, directories: Sequence[Path]
) -> tuple[Path | None, tuple[Damaged, ...]]:
    """The first intact copy of the file, or None, and the damaged ones seen before it."""
    damaged: list[Damaged] = []
    for directory in directories:
        path = directory / file.folder / file.name
        try:
            reason = _fault(file, path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            reason = f"it cannot be read: {error.strerror}"
        if not reason:
            return path, tuple(damaged)
        damaged.append(Damaged(path, reason))
    return None, tuple(damaged)


def _fault(file: PublishedFile, path: Path) -> str:
    """What is wrong with the file, "" if nothing is."""
    size = path.stat().st_size
    if size != file.size:
        return f"it has {size} bytes, expected {file.size}"
    with path.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    if sha256 != file.sha256:
        return f"its SHA-256 is {sha256}, expected {file.sha256}"
    return ""
