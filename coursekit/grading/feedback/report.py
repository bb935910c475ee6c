"""The class report: what an instructor wants to know before the next lecture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.grading.feedback.class_numbers import Bin, ClassNumbers
from coursekit.grading.feedback.pages import page, write_page
from coursekit.grading.feedback.similarity import Group, Member, given_texts, groups
from coursekit.grading.feedback.words import counted, number
from coursekit.grading.records import Record

MISTAKES = 12
"""Mistakes listed for the class, the most common ones."""

SLOWEST = 10
CELLS = 20
GROUPS = 60
"""Slowest answers, notes on cells, and groups listed."""

NAMES = 150
"""Students named in one place."""

SIDE_BY_SIDE = 4
"""Different sources of a group that are shown."""


def write_report(
    records: Iterable[Record],
    path: str | Path,
    *,
    given: Callable[[str], Sequence[str]] = given_texts,
) -> None:
    """Write the report on a class: one file that loads nothing and needs no script.

    Args:
        records: of all submissions; of each student the last attempt counts.
        given: texts that an exercise of this name gives to everybody: alike in these means
            nothing.

    Raises:
        PageError: the file cannot be written.
    """
    write_page(path, report_html(records, given=given))


def report_html(
    records: Iterable[Record], *, given: Callable[[str], Sequence[str]] = given_texts
) -> str:
    """The report as text."""
    numbers = ClassNumbers(records)
    questions = numbers.questions
    mistakes = sorted(
        (said for question in questions for said in question.mistakes),
        key=lambda said: -len(said.students),
    )
    alike = [
        _Alike(question.title, group)
        for question in questions
        for group in groups(question.answers, given(question.exercise))
    ]
    scores = numbers.scores
    return page(
        "report.html",
        numbers=numbers,
        questions=questions,
        scores=scores,
        histogram=_Histogram(scores.bins) if scores else None,
        mistakes=mistakes[:MISTAKES],
        slowest=numbers.slowest(SLOWEST),
        cells=numbers.about_cells[:CELLS],
        alike=alike[:GROUPS],
        more_alike=max(0, len(alike) - GROUPS),
        names_limit=NAMES,
    )


@dataclass(frozen=True)
class _Alike:
    """A group of near-identical answers as the page shows it."""

    title: str
    group: Group

    @property
    def students(self) -> list[str]:
        return [m.student for m in self.group.members]

    @property
    def words(self) -> str:
        """How much alike they are."""
        if len({m.source for m in self.group.members}) == 1:
            return "the same to the letter"
        if self.group.same:
            return "the same but for names, comments and layout"
        return f"{self.group.likeness:.0%} alike or more"

    @property
    def sources(self) -> list[Member]:
        """Different texts, that of the group's first before the others."""
        different: dict[str, Member] = {}
        for member in self.group.members:
            different.setdefault(member.source, member)
        return list(different.values())[:SIDE_BY_SIDE]


@dataclass(frozen=True)
class _Bar:
    """One bar of the picture."""

    x: float
    y: float
    width: float
    height: float
    bin: Bin


class _Histogram:
    """A histogram as rectangles; the size of a phone, so that its text can be read there."""

    width, height, base = 340, 190, 160

    def __init__(self, bins: Sequence[Bin]) -> None:
        most = max(b.count for b in bins) or 1
        step = (self.width - 20) / len(bins)
        self.bars = [
            _Bar(10 + i * step + 1, self.base - h, step - 2, h, b)
            for i, b in enumerate(bins)
            for h in [130 * b.count / most]
        ]
        self.ends = [(10 + i * step, b.low) for i, b in enumerate(bins)]
        self.ends.append((10 + len(bins) * step, bins[-1].high))

    @property
    def words(self) -> str:
        """What the picture shows, for those who do not see it."""
        fullest = max((bar.bin for bar in self.bars), key=lambda b: b.count)
        return (
            f"Histogram of scores from 0 to {number(self.ends[-1][1])}. The highest bar, from "
            f"{number(fullest.low)} to {number(fullest.high)} points, has "
            f"{counted(fullest.count, 'student')}. The table below has all numbers."
        )
