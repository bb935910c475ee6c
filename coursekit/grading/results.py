"""The results folder: what was run, and one line per submission, appended as it is graded.

Two runs' lines can be put one after the other in one file: that is how results are merged.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from coursekit.errors import CourseError
from coursekit.grading.records import Kind, Record, RecordError

RUN, LINES, LOCK = "run.json", "results.jsonl", ".lock"
FEEDBACK, REPORT = "feedback", "report.html"

Key = tuple[str, str, str]


class ResultsError(CourseError):
    """A results folder that cannot be used or written."""


@dataclass(frozen=True)
class Run:
    """What is the same for all records of a folder.

    Attributes:
        assignment: its name; source: ``unit:04`` or ``folder:PATH``.
        seed: of the hidden inputs; level: of the sandbox.
        versions: of the exercises' checks, by name.
        limits: in force for every submission.
    """

    assignment: str
    source: str
    seed: int
    level: str
    versions: dict[str, str] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)


class Results:
    """A results folder open for writing, by one grader at a time. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file: Any = None
        self._lock = FileLock(folder / LOCK)

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout:
            raise ResultsError(
                f"Another grader is writing to {self.folder}. Wait for it, or choose another "
                "folder with --out; results are merged by putting results.jsonl files together."
            ) from None
        except OSError as error:
            raise ResultsError(f"{self.folder} cannot be written to: {error.strerror}.") from None
        _mend(self.folder / LINES)
        self._file = (self.folder / LINES).open("ab", buffering=0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        self._lock.release()

    def begin(self, run: Run, *, resume: bool) -> Run:
        """Begin this run, or go on with the one that is there.

        Returns:
            The run to go on with: with ``resume``, the seed is the one there.

        Raises:
            ResultsError: there are results and ``resume`` was not said, or they are of something
                else.
        """
        before = self.run()
        if before is None:
            write_atomically(self.folder / RUN, json.dumps(asdict(run), indent=1) + "\n")
            return run
        if not resume:
            raise ResultsError(
                f"{self.folder} holds results of {before.assignment} already. Say --resume to go "
                "on with them, or choose another folder with --out."
            )
        for what in ("assignment", "versions", "level", "limits"):
            if getattr(before, what) != getattr(run, what):
                raise ResultsError(
                    f"{self.folder} cannot be resumed: {_difference(what, before, run)}. Marks "
                    "would not be comparable; grade into another folder with --out, and compare "
                    "with `coursekit gradebook regrade`."
                )
        return before

    def run(self) -> Run | None:
        """What is in the folder, if anything."""
        return read_run(self.folder) if (self.folder / RUN).exists() else None

    def done(self) -> set[Key]:
        """Submissions that have their record; failures of the grader do not count."""
        return {
            key_of(r) for r in read_records(self.folder / LINES) if r.kind != Kind.INFRASTRUCTURE
        }

    def append(self, record: Record) -> None:
        """Write a record, whole or not at all.

        Raises:
            ResultsError: the disk is full, say; what was written before is safe.
        """
        line = (record.to_json() + "\n").encode("utf-8", "backslashreplace")
        place = os.fstat(self._file.fileno()).st_size
        try:
            written = self._file.write(line)
            if written != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self._file.truncate(place)
            raise ResultsError(
                f"{self.folder / LINES} cannot be written: {error.strerror}. All records before "
                "are safe: make room, and go on with --resume."
            ) from None

    def sync(self) -> None:
        """Make what was written survive a power failure."""
        os.fsync(self._file.fileno())


def key_of(record: Record) -> Key:
    """What makes two records records of the same submission."""
    return record.student, record.submission, record.digest


def read_run(folder: Path) -> Run:
    """What a results folder is about.

    Raises:
        ResultsError: it holds no run.
    """
    try:
        return Run(**json.loads((folder / RUN).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ResultsError(
            f"{folder} is no results folder of `coursekit grade`: {RUN} cannot be read ({error})."
        ) from None


def read_records(path: Path) -> Iterator[Record]:
    """The records in a file of lines; the last line may be torn and is then left out.

    Raises:
        RecordError: another line is no record.
    """
    if not path.exists():
        return
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.endswith(b"\n"):
                return
            try:
                yield Record.from_json(line.decode())
            except (RecordError, UnicodeDecodeError) as error:
                raise RecordError(f"{path}, line {number}: {error}") from None


def latest(records: Iterator[Record]) -> list[Record]:
    """One record per submission, the last: a record after a failure of the grader replaces it."""
    found: dict[tuple[str, str], Record] = {}
    for record in records:
        found[record.student, record.submission] = record
    return list(found.values())


def write_atomically(path: Path, text: str) -> None:
    """Write a whole file, or leave what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _mend(path: Path) -> None:
    """Cut off a last line that was being written when the grader was killed."""
    if not path.exists():
        return
    whole = path.read_bytes()
    end = whole.rfind(b"\n") + 1
    if end < len(whole):
        os.truncate(path, end)


def _difference(what: str, before: Run, now: Run) -> str:
    if what != "versions":
        return f"{what} was {getattr(before, what)}, and is {getattr(now, what)} now"
    names = {**before.versions, **now.versions}
    changed = [n for n in names if before.versions.get(n) != now.versions.get(n)]
    return f"the checks of {', '.join(changed)} have changed since"
