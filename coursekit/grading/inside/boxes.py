"""Temporary folders of submissions on a disk that is shared: measured, and removed.

Whoever made what lies there wished us ill: folders without permissions, a hundred thousand levels.
"""

from __future__ import annotations

import contextlib
import os
import stat

MOST_ENTRIES = 4096
"""Files and folders in one box."""
LONGEST_PATH = 1024
"""Characters: what lies deep takes long to reach."""


def is_overfull(box: str, most: int) -> bool:
    """Whether a box holds more than `most` bytes, or things that cannot be counted."""
    waiting, entries, size = [box], 0, 0
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                for entry in found:
                    entries += 1
                    told = entry.stat(follow_symlinks=False)
                    size += max(
                        told.st_size if stat.S_ISREG(told.st_mode) else 0, 512 * told.st_blocks
                    )
                    if size > most or entries > MOST_ENTRIES or len(entry.path) > LONGEST_PATH:
                        return True
                    if stat.S_ISDIR(told.st_mode):
                        waiting.append(entry.path)
        except FileNotFoundError:
            continue  # removed while we looked
        except OSError:
            return True
    return False


def remove(box: str) -> None:
    """Remove a folder with all that is in it, however deep; nothing is followed out of it.

    Raises:
        OSError: something in it belongs to another user.
    """
    try:
        top = _open(box, None)
    except FileNotFoundError:
        return
    try:
        raised = 0
        while names := os.listdir(top):
            for name in names:
                raised = _flatten(top, name, raised)
    finally:
        os.close(top)
    os.rmdir(box)


def _flatten(top: int, name: str, raised: int) -> int:
    """Remove an entry of `top`; folders that it holds come up to `top`. Recursion has a bottom."""
    if not _is_folder(name, top):
        os.unlink(name, dir_fd=top)
        return raised
    folder = _open(name, top)
    try:
        for inner in os.listdir(folder):
            if _is_folder(inner, folder):
                raised = _raise(inner, folder, top, raised)
            else:
                os.unlink(inner, dir_fd=folder)
    finally:
        os.close(folder)
    os.rmdir(name, dir_fd=top)
    return raised


def _raise(name: str, folder: int, top: int, raised: int) -> int:
    os.chmod(name, 0o700, dir_fd=folder)  # a folder that may not be written cannot be moved
    while True:
        raised += 1
        with contextlib.suppress(FileExistsError, NotADirectoryError):
            os.mkdir(f"raised-{raised}", dir_fd=top)
            os.rename(name, f"raised-{raised}", src_dir_fd=folder, dst_dir_fd=top)
            return raised


def _is_folder(name: str, parent: int) -> bool:
    return stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)


def _open(name: str, parent: int | None) -> int:
    os.chmod(name, 0o700, dir_fd=parent)
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
