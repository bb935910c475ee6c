"""A class in numbers, from its records: each student's last attempt counts."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean, median, quantiles

from coursekit.grading.records import Kind, QuestionMark, Record, Status

BINS = 12
"""Bars of a histogram, at most."""

_NICE = (0.25, 0.5, 1, 2, 2.5, 5, 10, 20, 25, 50, 100)
_OF_A_CELL = re.compile(r"Cell (\d+)(?:, line \d+)?(?: was skipped)?: (.*)", re.DOTALL)


@dataclass(frozen=True)
class Said:
    """Something that was said to several students."""

    what: str
    students: tuple[str, ...]
    where: str = ""
    name: str = ""


@dataclass(frozen=True)
class Bin:
    """Scores from `low` to below `high`; the last one includes `high`."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Scores:
    """The scores of a class."""

    values: tuple[float, ...]
    points: float

    @property
    def mean(self) -> float:
        return mean(self.values)

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def quartiles(self) -> tuple[float, float]:
        """A quarter of the class is below the first, a quarter above the second."""
        if len(self.values) < 2:
            return self.values[0], self.values[0]
        low, _, high = quantiles(self.values, n=4, method="inclusive")
        return low, high

    @property
    def bins(self) -> list[Bin]:
        """The histogram: bars of a round width from 0 to all points."""
        top = max(self.points, *self.values, 1.0)
        width = next((w for w in _NICE if w * BINS >= top), top / BINS)
        count = math.ceil(top / width)
        held = Counter(min(int(max(0.0, v) / width), count - 1) for v in self.values)
        return [Bin(i * width, (i + 1) * width, held[i]) for i in range(count)]


@dataclass(frozen=True)
class CheckCount:
    """One check over all who attempted the question: how many failed, and the words most heard."""

    name: str
    failed: int
    attempted: int
    says: str


@dataclass(frozen=True)
class Question:
    """One question over the class."""

    exercise: str
    title: str
    points: float
    marks: tuple[tuple[str, QuestionMark], ...]
    """Each with its student."""

    @property
    def mean(self) -> float:
        return mean(mark.score for _, mark in self.marks)

    @property
    def median(self) -> float:
        return median(mark.score for _, mark in self.marks)

    def count(self, status: str) -> int:
        """Students with this status."""
        return sum(mark.status == status for _, mark in self.marks)

    @property
    def attempted(self) -> list[tuple[str, QuestionMark]]:
        return [(s, m) for s, m in self.marks if m.status in (Status.PASSED, Status.FAILED)]

    @property
    def answers(self) -> dict[str, str]:
        """The source of each student who attempted it."""
        return {student: mark.source for student, mark in self.attempted if mark.source}

    @property
    def checks(self) -> list[CheckCount]:
        names = dict.fromkeys(c.name for _, mark in self.attempted for c in mark.checks)
        return [self._check(name) for name in names]

    def _check(self, name: str) -> CheckCount:
        checks = [c for _, mark in self.attempted for c in mark.checks if c.name == name]
        heard = Counter(c.says for c in checks if not c.passed)
        failed = sum(heard.values())
        return CheckCount(name, failed, len(checks), heard.most_common(1)[0][0] if heard else "")

    @property
    def mistakes(self) -> list[Said]:
        """By the tutor's sentence, the most common first."""
        heard: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for student, mark in self.attempted:
            if mark.diagnosis:
                heard[mark.diagnosis].append((student, mark.mistake))
        return _by_count(
            Said(
                says,
                tuple(sorted(student for student, _ in found)),
                self.title,
                next((name for _, name in found if name), ""),
            )
            for says, found in heard.items()
        )


@dataclass(frozen=True)
class Slow:
    """A slow answer: its slowest call, and the total."""

    student: str
    title: str
    slowest: float
    seconds: float


class ClassNumbers:
    """What the class report counts.

    Attributes:
        submissions: records, all attempts; records: of each student the last attempt, by name.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        every = list(records)
        self.submissions = len(every)
        self.records = _last_attempts(every)
        self.assignment = ", ".join(sorted({r.assignment for r in self.records}))
        self.graded = self._of(Kind.GRADED)
        self.unreadable = self._of(Kind.UNREADABLE)
        self.infrastructure = self._of(Kind.INFRASTRUCTURE)
        self.levels = sorted({r.level for r in self.records})

    def _of(self, kind: Kind) -> list[Record]:
        return [r for r in self.records if r.kind is kind]

    @property
    def scores(self) -> Scores | None:
        """Of those graded; None when nobody is."""
        if not self.graded:
            return None
        return Scores(tuple(r.score for r in self.graded), max(r.points for r in self.graded))

    @property
    def questions(self) -> list[Question]:
        """In the assignment's order."""
        found: dict[str, list[tuple[str, QuestionMark]]] = {}
        for record in self.graded:
            for mark in record.questions:
                found.setdefault(mark.exercise, []).append((record.student, mark))
        return [
            Question(name, marks[0][1].title, marks[0][1].points, tuple(marks))
            for name, marks in found.items()
        ]

    def slowest(self, most: int) -> list[Slow]:
        """The answers with the slowest calls."""
        calls = [
            Slow(record.student, mark.title, mark.slowest, mark.seconds)
            for record in self.graded
            for mark in record.questions
            if mark.slowest > 0
        ]
        return sorted(calls, key=lambda call: (-call.slowest, call.student))[:most]

    @property
    def about_cells(self) -> list[Said]:
        """What was said of cells that failed or were skipped, with the cell's number as `where`."""
        heard: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for record in self.records:
            for note in dict.fromkeys(record.notes):
                of_a_cell = _OF_A_CELL.fullmatch(note)
                key = (of_a_cell[1], of_a_cell[2]) if of_a_cell else ("", note)
                heard[key].append(record.student)
        return _by_count(Said(what, tuple(s), cell) for (cell, what), s in heard.items())

    @property
    def by_hand(self) -> int:
        """Answers for a person to mark."""
        return sum(len(r.by_hand) for r in self.graded)


def _last_attempts(records: Sequence[Record]) -> list[Record]:
    """Of each student the record made last of the last attempt, in order of names."""
    last: dict[tuple[str, str], Record] = {}
    for record in records:
        known = last.get((record.student, record.assignment))
        if known is None or _order(record) >= _order(known):
            last[record.student, record.assignment] = record
    return sorted(last.values(), key=lambda r: (r.student.casefold(), r.student, r.assignment))


def _order(record: Record) -> tuple[int, str]:
    return record.attempt, record.graded


def _by_count(said: Iterable[Said]) -> list[Said]:
    return sorted(said, key=lambda s: (-len(s.students), s.where, s.what))
