"""Files that appear whole or not at all, whatever happens while they are written."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coursekit.training.errors import RunError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give the block another name to write to; then wait for the disk, then rename.

    The other name has the same ending. When the block or the disk fails, what was there before
    stays as it was. Raises OSError when the disk refuses.
    """
    part = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write the file whole or not at all. Raises OSError when the disk refuses."""
    with whole_file(path) as part:
        part.write_bytes(content)


def remove_parts(folder: Path) -> None:
    """Remove what a process that was killed in the middle of a write has left."""
    for part in folder.glob(".*.part*"):
        part.unlink(missing_ok=True)


@contextmanager
def disk_errors(folder: Path, advice: str) -> Iterator[None]:
    """Turn an OSError inside the block into a RunError that names the folder."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise RunError(f"{folder} cannot be written: {reason}. {advice}") from error
