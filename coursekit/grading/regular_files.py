"""Files that others wrote: only regular ones, opened without following links, up to a limit."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from coursekit.errors import CourseError


class UnreadableNotebook(CourseError):
    """What was handed in cannot be read as a notebook; one or two sentences for the student."""


def read_regular(path: Path, limit: int) -> bytes:
    """All bytes of a regular file of at most ``limit`` bytes.

    A pipe or a device is not waited for, and a link is not followed, so that nobody hands in a
    file that is not theirs.

    Raises:
        UnreadableNotebook: it is no regular file, too large, or the system refuses.
    """
    descriptor = _opened(path)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
            raise UnreadableNotebook(
                f"A notebook was expected and {kind} came. Hand in the .ipynb file itself."
            )
        if status.st_size > limit:
            raise too_large(status.st_size, limit)
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(limit + 1)  # it may have grown meanwhile
    except OSError as error:
        raise UnreadableNotebook(
            f"The file cannot be read ({error.strerror}). Hand it in again."
        ) from None
    finally:
        os.close(descriptor)
    if len(content) > limit:
        raise too_large(len(content), limit)
    return content


def _opened(path: Path) -> int:
    # Windows has none of these flags but O_BINARY, and needs that one.
    flags = os.O_RDONLY
    for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, flag, 0)
    try:
        if path.is_symlink():
            raise UnreadableNotebook(
                "A notebook was expected and a symbolic link came. Hand in the file itself."
            )
        return os.open(path, flags)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableNotebook(
            f"The file cannot be opened ({reason}). Hand it in again."
        ) from None


def too_large(size: int, limit: int) -> UnreadableNotebook:
    """What is said of a file above the limit."""
    return UnreadableNotebook(
        f"The notebook may have {_megabytes(limit)} and has {_megabytes(size)}, usually because of "
        "its outputs. Clear the outputs of all cells, save, and hand it in again."
    )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB" if size >= 10_000_000 else f"{size / 1e6:.3g} MB"
