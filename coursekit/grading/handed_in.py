"""All files below the folders and zips that an instructor names, as one list."""

from __future__ import annotations

import calendar
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from coursekit.errors import CourseError
from coursekit.grading.layouts import is_platform_name
from coursekit.grading.regular_files import UnreadableNotebook, read_regular
from coursekit.grading.safe_names import shown_name
from coursekit.grading.zips import BadZip, Entry, entries

_FILES = 200_000
_DEPTH = 8
_JUNK = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
_SUBMITTED = "submitted"
"""nbgrader's folder of what was handed in; those next to it hold copies of it."""


class SubmissionsError(CourseError):
    """A folder or zip of submissions that cannot be used; the message says what to do."""


@dataclass(frozen=True)
class File:
    """A file in a folder or a zip.

    Attributes:
        parts: folders and name, from the named folder or zip on; a zip counts as a folder.
        shown: the same as text, fit to be shown.
        source: where its bytes are.
        modified: seconds; only good for comparing files of one source.
        root: number of the folder or zip that was named.
    """

    parts: tuple[str, ...]
    shown: str
    source: Path | Entry
    modified: float = 0.0
    root: int = 0

    @property
    def name(self) -> str:
        """Its last part."""
        return self.parts[-1]

    def read(self, limit: int) -> bytes:
        """Its bytes.

        Raises:
            UnreadableNotebook: there are more than ``limit``, or they cannot be read.
        """
        if isinstance(self.source, Entry):
            return self.source.read(limit)
        return read_regular(self.source, limit)


def files_in(paths: Sequence[Path]) -> tuple[list[File], list[str]]:
    """The files below ``paths``, without hidden ones and junk, and sentences on what was left out.

    Raises:
        SubmissionsError: a path is not there, is no zip, or holds too many files.
    """
    files: list[File] = []
    problems: list[str] = []
    for root, path in enumerate(paths):
        found, said = _below(path)
        files += [replace(file, root=root) for file in found if not _is_junk(file.parts)]
        problems += said
    return files, problems


def _below(path: Path) -> tuple[list[File], list[str]]:
    if path.is_dir():
        problems: list[str] = []
        files = list(_in_folder(path, problems))
        files = _below_submitted(files)
    elif not path.exists():
        raise SubmissionsError(f"{path} is not there: name folders, zips or notebooks.")
    elif path.suffix.lower() == ".zip":
        try:
            files, problems = _in_zip(path, (), path.name, inner=False)
        except BadZip as error:
            raise SubmissionsError(f"{path} cannot be used: {error}.") from None
        files = _below_submitted(_without_wrapper(files, path.stem))
    else:
        return [File((path.name,), _shown((path.name,)), path)], []
    return _with_zips_opened(files, problems), problems


def _in_folder(folder: Path, problems: list[str]) -> Iterator[File]:
    """Go through a folder in the order of names; nothing outside of it is ever looked at."""
    left: list[tuple[str, ...]] = [()]
    count = 0
    while left:
        parts = left.pop()
        try:
            with os.scandir(folder.joinpath(*parts)) as listing:
                there = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            problems.append(f"{_shown(parts)}: cannot be read ({error.strerror}).")
            continue
        if not there and parts:
            problems.append(f"{_shown(parts)}: an empty folder.")
        folders = []
        for entry in there:
            count += 1
            if count > _FILES:
                raise SubmissionsError(
                    f"{folder} holds more than {_FILES:,} files: name the folder of submissions."
                )
            below = (*parts, entry.name)
            if _is_junk(below):
                continue
            status = entry.stat(follow_symlinks=False)
            if stat.S_ISREG(status.st_mode):
                clean = tuple(map(_decoded, below))
                yield File(clean, _shown(clean), Path(entry.path), status.st_mtime)
            elif not stat.S_ISDIR(status.st_mode):
                kind = "a symbolic link" if entry.is_symlink() else "a pipe or a device"
                problems.append(f"{_shown(below)}: {kind}, which is not followed.")
            elif len(below) > _DEPTH:
                problems.append(f"{_shown(below)}: too deep; it was not looked at.")
            else:
                folders.append(below)
        left.extend(reversed(folders))


def _in_zip(
    archive: Path | Entry, parts: tuple[str, ...], shown: str, *, inner: bool
) -> tuple[list[File], list[str]]:
    found, said = entries(archive, inner=inner)
    files = [
        File((*parts, *entry.parts), f"{shown}/{_shown(entry.parts)}", entry, _seconds(entry))
        for entry in found
    ]
    return files, [f"{shown}: {problem}." for problem in said]


def _with_zips_opened(files: Sequence[File], problems: list[str]) -> list[File]:
    """The same files, with those in students' zips in place of the zips."""
    opened: list[File] = []
    for file in files:
        if not _is_zip(file) or _is_junk(file.parts):
            opened.append(file)
            continue
        try:
            inside, said = _in_zip(file.source, file.parts, file.shown, inner=True)
        except (BadZip, UnreadableNotebook) as error:
            problems.append(f"{file.shown}: {str(error).rstrip('.')}.")
            continue
        problems += said
        names = {below.parts[len(file.parts)] for below in inside}
        if len(file.parts) == 1 and len(list(filter(is_platform_name, names))) > 1:
            problems.append(
                f"{file.shown}: it holds submissions of several students. Name the zip itself, not "
                "the folder that it is in."
            )
            continue
        if not inside:
            problems.append(f"{file.shown}: the zip holds no files.")
        for below in inside:
            if _is_zip(below):
                problems.append(f"{below.shown}: a zip within a student's zip is not opened.")
            else:
                opened.append(below)
    return opened


def _without_wrapper(files: list[File], stem: str) -> list[File]:
    """Without the one folder that holds all others, as when a folder was zipped."""
    seen = [file for file in files if not _is_junk(file.parts)]
    roots = {file.parts[0] for file in seen if len(file.parts) > 1}
    if len(roots) != 1 or any(len(file.parts) == 1 for file in seen):
        return files
    (root,) = roots
    if is_platform_name(root) or (root != stem and len({f.parts[1] for f in seen}) == 1):
        return files
    return [replace(file, parts=file.parts[1:]) for file in seen]


def _below_submitted(files: list[File]) -> list[File]:
    """In a course of nbgrader, only what students handed in."""
    submitted = [f for f in files if f.parts[0] == _SUBMITTED and len(f.parts) > 2]
    return [replace(file, parts=file.parts[1:]) for file in submitted] or files


def _is_zip(file: File) -> bool:
    return file.name.lower().endswith(".zip")


def _is_junk(parts: Sequence[str]) -> bool:
    return any(part.startswith((".", "~$")) or part.lower() in _JUNK for part in parts)


def _decoded(name: str) -> str:
    """A name as text, where it is not in the system's encoding too."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("latin-1")
    return name


def _shown(parts: Sequence[str]) -> str:
    return shown_name("/".join(map(_decoded, parts)), 1_000)


def _seconds(entry: Entry) -> float:
    return float(calendar.timegm((*entry.modified, 0, 0, 0)[:9])) if any(entry.modified) else 0.0
