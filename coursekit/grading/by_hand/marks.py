"""Marks given by hand: ``hand_marks.jsonl`` in a results folder, which no regrade touches.

One line per act of a marker, only ever appended: a mark for one student or for many at once, or
the undoing of an earlier act. Of the acts that stand, the one given last counts. Acts carry
identifiers and times, so that the files of two machines are merged by joining them together, in
any order and more than once.
"""

from __future__ import annotations

import json
import math
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from coursekit.grading.by_hand.errors import ByHandError

FORMAT = 1
NAME = "hand_marks.jsonl"
PATIENCE = 10.0
"""Seconds to wait for another process that is writing."""


class Place(NamedTuple):
    """What a mark is for."""

    assignment: str
    question: str
    student: str


@dataclass(frozen=True)
class Seen:
    """What the marker had before them.

    Attributes:
        student: whose answer.
        submission: SHA-256 of the notebook, hex; answer: of this answer in it.
    """

    student: str
    submission: str
    answer: str


@dataclass(frozen=True)
class HandMark:
    """One mark for one student.

    Attributes:
        act: identifier of the act that gave it, shared by all marks given at once.
        when: in UTC.
        points: None while there is only a comment, and where points were taken back.
        items: texts of the rubric items chosen.
        undone: it was taken back by `HandMarks.undo`.
    """

    act: str
    when: datetime
    who: str
    place: Place
    seen: Seen
    points: float | None
    comment: str = ""
    items: tuple[str, ...] = ()
    undone: bool = False


@dataclass(frozen=True)
class _Act:
    act: str
    when: datetime
    who: str
    assignment: str = ""
    question: str = ""
    given: tuple[Seen, ...] = ()
    points: float | None = None
    comment: str = ""
    items: tuple[str, ...] = ()
    undoes: str = ""


@dataclass
class _Known:
    """What has been read so far: from which file, up to which byte."""

    file: int = 0
    size: int = 0
    lines: int = 0
    acts: dict[str, _Act] = field(default_factory=dict)
    history: list[HandMark] | None = None
    current: dict[Place, HandMark] = field(default_factory=dict)


class HandMarks:
    """The marks by hand of one results folder.

    Several processes may read and write the same file. A process that is killed leaves at most a
    torn last line, which counts as never written.

    Raises:
        ByHandError: by every method, when the file cannot be read or written, or was written by a
            newer coursekit.
    """

    def __init__(self, folder: str | Path) -> None:
        from filelock import FileLock

        self.path = Path(folder) / NAME
        self._lock = FileLock(f"{self.path}.lock", timeout=PATIENCE)
        self._known = _Known()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other writers out for the length of the block, to look first and then write."""
        from filelock import Timeout

        try:
            self._lock.acquire()
        except Timeout:
            raise ByHandError(
                f"Another process has been writing {self.path} for {PATIENCE:g} s; nothing was "
                "saved. Try again."
            ) from None
        except OSError as error:
            raise self._refused(error) from error
        try:
            yield
        finally:
            self._lock.release()

    def give(
        self,
        assignment: str,
        question: str,
        answers: Sequence[Seen],
        points: float | None,
        *,
        who: str,
        comment: str = "",
        items: Sequence[str] = (),
    ) -> str:
        """Give one mark to one student or to several at once; returns the act's identifier."""
        if points is not None and not math.isfinite(points):
            raise ByHandError(f"points are a finite number, got {points}")
        told = {
            "assignment": assignment,
            "question": question,
            "given": [[seen.student, seen.submission, seen.answer] for seen in answers],
            "points": points,
            "comment": comment,
            "items": list(items),
        }
        return self._append(who, told)

    def undo(self, act: str, *, who: str) -> str:
        """Take back an act, whole; what counted before it counts again."""
        return self._append(who, {"undoes": act})

    def current(self) -> Mapping[Place, HandMark]:
        """The mark that counts, for each student and question that has one."""
        self.history()
        return self._known.current

    def history(self) -> Sequence[HandMark]:
        """All marks ever given, oldest first, those that were undone too."""
        self._read_on()
        if self._known.history is None:
            history = list(_in_order(self._known.acts.values()))
            self._known.current = {mark.place: mark for mark in history if not mark.undone}
            self._known.history = history
        return self._known.history

    def _append(self, who: str, told: Mapping[str, Any]) -> str:
        with self.locked():
            self._read_on()
            act = uuid.uuid4().hex
            head = {"format": FORMAT, "act": act, "when": self._now().isoformat(), "who": who}
            line = json.dumps({**head, **told}, ensure_ascii=True, allow_nan=False)
            try:
                _append_line(self.path, line.encode("ascii"))
            except OSError as error:
                raise self._refused(error) from error
        return act

    def _now(self) -> datetime:
        """Later than every act known, also where a clock was put back."""
        latest = max((act.when for act in self._known.acts.values()), default=None)
        now = datetime.now(UTC)
        return now if latest is None else max(now, latest + timedelta(microseconds=1))

    def _read_on(self) -> None:
        """Take in the lines that have been added, by us or by others, since the last time."""
        try:
            with self.path.open("rb") as file:
                about = os.fstat(file.fileno())
                if about.st_ino != self._known.file or about.st_size < self._known.size:
                    self._known = _Known(file=about.st_ino)
                file.seek(self._known.size)
                added = file.read()
        except FileNotFoundError:
            self._known = _Known()
            return
        except OSError as error:
            raise ByHandError(f"{self.path} cannot be read: {error.strerror}") from error
        whole = added[: added.rfind(b"\n") + 1]
        for line in whole.splitlines():
            self._known.lines += 1
            act = self._parsed(line)
            if act:
                self._known.acts[act.act] = act
                self._known.history = None
        self._known.size += len(whole)

    def _parsed(self, line: bytes) -> _Act | None:
        """The act of a line; None for a line that was torn."""
        try:
            told = json.loads(line)
        except ValueError:
            return None
        place = f"{self.path}, line {self._known.lines}"
        try:
            version = told.pop("format")
            if version != FORMAT:
                raise ByHandError(
                    f"{place}: written in format {version}, this coursekit reads format {FORMAT}. "
                    "Use the coursekit that wrote it, or update this one."
                )
            when = datetime.fromisoformat(told.pop("when"))
            if when.tzinfo is None:
                raise ValueError("a time without a zone")
            given = tuple(Seen(*seen) for seen in told.pop("given", ()))
            return _Act(when=when, given=given, items=tuple(told.pop("items", ())), **told)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ByHandError(
                f"{place}: this is no mark ({error}). Mend or remove the line."
            ) from None

    def _refused(self, error: OSError) -> ByHandError:
        return ByHandError(
            f"{self.path} cannot be written: {error.strerror or error}. Nothing was saved; make "
            "room or give yourself the right to write there, then try again."
        )


def _in_order(acts: Iterable[_Act]) -> Iterator[HandMark]:
    """One mark per act and student, oldest first."""
    acts = sorted(acts, key=lambda act: (act.when, act.act))
    undone = {act.undoes for act in acts}
    for act in acts:
        for seen in act.given:
            yield HandMark(
                act.act,
                act.when,
                act.who,
                Place(act.assignment, act.question, seen.student),
                seen,
                act.points,
                act.comment,
                act.items,
                act.act in undone,
            )


def _append_line(path: Path, line: bytes) -> None:
    """Append a line and wait for the disk; what a disk refused is not left there in part."""
    with path.open("ab+", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        # A writer that was killed may have left a torn line: ours begins on one of its own.
        torn = file.read(1) not in (b"", b"\n")
        content = b"\n" * torn + line + b"\n"
        try:
            if file.write(content) != len(content):
                raise OSError("the disk is full")
            os.fsync(file.fileno())
        except BaseException:
            file.truncate(size)
            raise
