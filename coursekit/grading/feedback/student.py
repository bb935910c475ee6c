"""One student's page: the score, what each check says, what to look at next."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from markupsafe import Markup

from coursekit.checking.render_html import render_html
from coursekit.grading.feedback import words
from coursekit.grading.feedback.pages import page, write_page
from coursekit.grading.feedback.view import GradebookView, HandMark
from coursekit.grading.records import ByHand, Kind, QuestionMark, Record, RecordError, Status
from coursekit.grading.safe_names import safe_name
from coursekit.grading.shown import from_json

TEXT = 4000
"""Characters kept of what a student wrote for a person to read."""

_NEARLY = 0.8


def feedback_name(student: str) -> str:
    """The file name of a student's page: safe everywhere, another for every other student."""
    return f"{safe_name(student)}.html"


def write_feedback(
    record: Record, path: str | Path, *, gradebook_view: GradebookView | None = None
) -> None:
    """Write a student's page: one file that loads nothing and needs no script.

    Raises:
        PageError: the file cannot be written.
    """
    write_page(path, feedback_html(record, gradebook_view))


def feedback_html(record: Record, view: GradebookView | None = None) -> str:
    """The page as text."""
    return page("student.html", told=_Told(record, view or GradebookView()), text_limit=TEXT)


@dataclass(frozen=True)
class _Question:
    """One question as the page shows it."""

    number: int
    mark: QuestionMark
    by_hand: HandMark | None

    @property
    def said(self) -> str:
        return words.verdict(self.mark)

    @property
    def score(self) -> float:
        return self.by_hand.points if self.by_hand else self.mark.score

    @property
    def share(self) -> int:
        """Percent of the points."""
        return round(100 * min(1.0, max(0.0, self.score / (self.mark.points or 1.0))))

    @property
    def done(self) -> bool:
        return self.mark.status is Status.PASSED

    @property
    def failed(self) -> bool:
        return self.mark.status is Status.FAILED

    @property
    def right_in_notebook(self) -> bool:
        return self.failed and self.mark.rung == words.PASSED_IN_NOTEBOOK

    @cached_property
    def drawn(self) -> Markup:
        """The first failing visible case, as the notebook draws it; nothing when there is none."""
        if self.mark.shown is None or self.done:
            return Markup()
        try:
            return Markup(render_html(from_json(self.mark.shown)))
        except RecordError:
            return Markup()


@dataclass(frozen=True)
class _Answer:
    """A question for a person, with the mark that was given."""

    number: int
    asked: ByHand
    mark: HandMark | None


@dataclass(frozen=True)
class _Told:
    """A record and what the gradebook adds to it, in the order of the page."""

    record: Record
    view: GradebookView

    @property
    def student(self) -> str:
        return self.view.name or self.record.student

    @property
    def graded(self) -> bool:
        return self.record.kind is Kind.GRADED

    @property
    def unreadable(self) -> bool:
        return self.record.kind is Kind.UNREADABLE

    @cached_property
    def questions(self) -> list[_Question]:
        marks = self.view.marks
        return [
            _Question(i, q, marks.get(q.exercise))
            for i, q in enumerate(self.record.questions, start=1)
        ]

    @cached_property
    def answers(self) -> list[_Answer]:
        first = len(self.record.questions) + 1
        marks = self.view.marks
        return [
            _Answer(i, asked, marks.get(asked.question))
            for i, asked in enumerate(self.record.by_hand, start=first)
        ]

    @property
    def waiting(self) -> list[_Answer]:
        return [a for a in self.answers if a.mark is None]

    @property
    def score(self) -> float:
        """What is known so far, before lateness."""
        by_hand = sum(a.mark.points for a in self.answers if a.mark)
        return sum(q.score for q in self.questions) + by_hand

    @property
    def points(self) -> float:
        """What the questions marked so far can earn."""
        by_hand = sum(a.asked.points for a in self.answers if a.mark)
        return sum(q.mark.points for q in self.questions) + by_hand

    @property
    def summary(self) -> str:
        """One or two sentences: what is there, and what to do next."""
        done = [q for q in self.questions if q.done]
        if not self.questions:
            return "A person reads and marks this assignment."
        if len(done) == len(self.questions):
            return "Everything that was checked is right. Well done!"
        tried = [q for q in self.questions if q.failed]
        if not done and not tried:
            return "There is no answer to check yet. Pick the first question and begin there."
        right = f"{len(done)} of {words.counted(len(self.questions), 'question')} "
        right += "is right." if len(done) == 1 else "are right."
        if self.score >= _NEARLY * self.points:
            return f"Very good: {right} {self._next(tried)}"
        if not done:
            return f"You have made a start. {self._next(tried)}"
        return f"{right} {self._next(tried)}"

    def _next(self, tried: list[_Question]) -> str:
        if tried:
            return f"Look at “{tried[0].mark.title}” next."
        open_ = next(q for q in self.questions if not q.done)
        return f"Go on with “{open_.mark.title}”."
