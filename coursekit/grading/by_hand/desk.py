"""A marker's desk: what they see of questions, answers and marks, and what they can do.

Everything comes and goes as plain data that fits JSON. Students go by opaque identifiers here;
their names leave the desk only when they are asked for.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit.grading.by_hand.errors import ByHandError
from coursekit.grading.by_hand.marks import HandMark, HandMarks, Place, Seen
from coursekit.grading.by_hand.questions import Answer, Question, Questions
from coursekit.grading.by_hand.rendering import LONGEST, MOST_IMAGES, image_address, safe_html
from coursekit.grading.by_hand.rubric import read_rubric
from coursekit.grading.plain import plain

LONGEST_COMMENT = 10_000
"""Characters."""

MOST_ITEMS = 100
LONGEST_ITEM = 1_000

Told = dict[str, Any]
"""Plain data for JSON."""


class NotThereError(ByHandError):
    """The page asks for a question or an answer that does not exist, or no longer."""


class MarkedMeanwhileError(ByHandError):
    """Somebody else marked the answer after this marker saw it; `mark` is what they gave."""

    def __init__(self, mark: Told | None) -> None:
        super().__init__("Somebody else marked this answer meanwhile; nothing was saved.")
        self.mark = mark


@dataclass(frozen=True)
class Given:
    """A mark as the page sends it.

    Attributes:
        seen: the act of the mark that the marker saw there, "" for none.
    """

    points: float | None
    comment: str
    items: Sequence[str]
    seen: str


class Desk:
    """The questions of one results folder and the marks given there.

    Every method may raise ByHandError when a file cannot be read or written.
    """

    def __init__(self, folder: str | Path, who: str) -> None:
        self.who = plain(who, 100)
        self.questions = Questions(folder)
        self.marks = HandMarks(folder)
        self.marks.current()  # a damaged file is named now, not when the page is open
        if not self.questions.by_name:
            raise ByHandError(
                f"{self.questions.path} has nothing to mark by hand: no graded notebook has a "
                "free-text or plot question."
            )

    def overview(self) -> Told:
        """All questions, each with its title, points and progress."""
        self.questions.read_on()
        current = self.marks.current()
        return {
            "assignment": self.questions.assignment,
            "who": self.who,
            "questions": [
                {
                    "name": question.name,
                    "title": plain(question.title or question.name, 200),
                    "points": question.points,
                    **self._progress(question, current),
                }
                for question in self.questions.by_name.values()
            ],
        }

    def question(self, name: str, named: bool) -> Told:
        """One question with its rubric, and the list of its answers in the order to mark them.

        With names by name, else in an order that is shuffled, but the same every time.
        """
        self.questions.read_on()
        question = self._question(name)
        current = self.marks.current()
        rubric = read_rubric(question.rubric)
        students = sorted(question.answers)
        if not named:
            students.sort(key=lambda student: self._identifier(question, student))
        return {
            "name": question.name,
            "title": plain(question.title or question.name, 200),
            "points": question.points,
            "drawn": question.code,
            "rubric": safe_html(rubric.text),
            "items": [{"text": plain(i.text), "points": i.points} for i in rubric.items],
            "answers": [
                {
                    "id": self._identifier(question, student),
                    "name": plain(student, 200) if named else None,
                    **self._state(question, student, current),
                }
                for student in students
            ],
            **self._progress(question, current),
        }

    def answer(self, name: str, identifier: str) -> Told:
        """One answer, safe to be shown, with its mark and the number of answers like it."""
        question = self._question(name)
        answer = self._answer(question, identifier)
        current = self.marks.current()
        content = self.questions.load(answer)
        pictures = [image_address(image) for image in content.images[:MOST_IMAGES]]
        alike = self._alike(question, answer)
        return {
            "id": identifier,
            "html": "" if question.code else safe_html(content.text),
            "raw": plain(content.text, LONGEST),
            "characters": len(content.text),
            "blank": answer.blank,
            "pictures": pictures,
            "more_pictures": max(0, len(content.images) - MOST_IMAGES),
            "alike": len(alike),
            "alike_unmarked": sum(not self._is_marked(question, other, current) for other in alike),
            "mark": self._told(current.get(self._place(question, answer))),
            **self._state(question, answer.student, current),
        }

    def mark(self, name: str, identifier: str, given: Given) -> Told:
        """Keep a mark.

        Raises:
            MarkedMeanwhileError: the answer has another mark than the marker saw.
            ByHandError: the points are out of range, or the comment is too long.
        """
        question = self._question(name)
        answer = self._answer(question, identifier)
        self._check(question, given)
        with self.marks.locked():
            standing = self.marks.current().get(self._place(question, answer))
            if (standing.act if standing else "") != given.seen:
                raise MarkedMeanwhileError(self._told(standing))
            self._give(question, [answer], given.points, given.comment, given.items)
        return self._changed(question, [answer])

    def spread(self, name: str, identifier: str) -> Told:
        """Give the mark of this answer to all answers like it that have none."""
        question = self._question(name)
        answer = self._answer(question, identifier)
        with self.marks.locked():
            current = self.marks.current()
            mark = current.get(self._place(question, answer))
            if mark is None or not self._is_marked(question, answer, current):
                raise ByHandError("Mark this answer first, then the others like it.")
            others = [
                other
                for other in self._alike(question, answer)
                if not self._is_marked(question, other, current)
            ]
            if others:
                self._give(question, others, mark.points, mark.comment, mark.items)
        return self._changed(question, others)

    def undo(self, name: str) -> Told:
        """Take back what this marker did last for this question and what still counts of it."""
        question = self._question(name)
        with self.marks.locked():
            mine = [
                mark
                for place, mark in self.marks.current().items()
                if mark.who == self.who
                and (place.assignment, place.question) == self._of(question)
                and place.student in question.answers
            ]
            if not mine:
                raise ByHandError("There is nothing of yours to undo for this question.")
            last = max(mine, key=lambda mark: mark.when)
            self.marks.undo(last.act, who=self.who)
        return self._changed(
            question,
            [question.answers[mark.place.student] for mark in mine if mark.act == last.act],
        )

    def _question(self, name: str) -> Question:
        try:
            return self.questions.by_name[name]
        except KeyError:
            known = ", ".join(f"'{known}'" for known in self.questions.by_name)
            raise NotThereError(
                f"There is no question '{name}' to mark by hand; there is {known}."
            ) from None

    def _answer(self, question: Question, identifier: str) -> Answer:
        for student, answer in question.answers.items():
            if self._identifier(question, student) == identifier:
                return answer
        raise NotThereError("This answer is no longer there: reload the page.")

    def _identifier(self, question: Question, student: str) -> str:
        told = repr((self.questions.assignment, question.name, student))
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def _of(self, question: Question) -> tuple[str, str]:
        return self.questions.assignment, question.name

    def _place(self, question: Question, answer: Answer) -> Place:
        return Place(*self._of(question), answer.student)

    def _alike(self, question: Question, answer: Answer) -> list[Answer]:
        """The other answers that say the same."""
        return [
            other
            for other in question.answers.values()
            if other.alike == answer.alike and other.student != answer.student
        ]

    def _is_marked(
        self, question: Question, answer: Answer, current: Mapping[Place, HandMark]
    ) -> bool:
        """Whether it has points that were given for what it says now."""
        mark = current.get(self._place(question, answer))
        return bool(mark and mark.points is not None and mark.seen.answer == answer.digest)

    def _state(self, question: Question, student: str, current: Mapping[Place, HandMark]) -> Told:
        answer = question.answers[student]
        mark = current.get(self._place(question, answer))
        return {
            "points_given": mark.points if mark else None,
            "marked": self._is_marked(question, answer, current),
            "stale": bool(mark and mark.seen.answer != answer.digest),
            "commented": bool(mark and mark.comment),
        }

    def _progress(self, question: Question, current: Mapping[Place, HandMark]) -> Told:
        marked = sum(self._is_marked(question, a, current) for a in question.answers.values())
        return {"marked_answers": marked, "total_answers": len(question.answers)}

    def _changed(self, question: Question, answers: Sequence[Answer]) -> Told:
        """What the page must show anew after a change to these answers."""
        current = self.marks.current()
        return {
            "changed": [
                {
                    "id": self._identifier(question, answer.student),
                    "mark": self._told(current.get(self._place(question, answer))),
                    **self._state(question, answer.student, current),
                }
                for answer in answers
            ],
            **self._progress(question, current),
        }

    def _give(
        self,
        question: Question,
        answers: Sequence[Answer],
        points: float | None,
        comment: str,
        items: Sequence[str],
    ) -> None:
        seen = [Seen(a.student, a.submission, a.digest) for a in answers]
        self.marks.give(
            *self._of(question), seen, points, who=self.who, comment=comment, items=items
        )

    def _check(self, question: Question, given: Given) -> None:
        points = given.points
        if points is not None and not (math.isfinite(points) and 0 <= points <= question.points):
            raise ByHandError(f"Points from 0 to {question.points:g} were expected.")
        if len(given.comment) > LONGEST_COMMENT:
            raise ByHandError(f"A comment has at most {LONGEST_COMMENT:,} characters.")
        if len(given.items) > MOST_ITEMS or any(len(i) > LONGEST_ITEM for i in given.items):
            raise ByHandError("These are no items of this rubric.")

    @staticmethod
    def _told(mark: HandMark | None) -> Told | None:
        if mark is None:
            return None
        return {
            "act": mark.act,
            "who": plain(mark.who, 100),
            "when": mark.when.isoformat(timespec="seconds"),
            "points": mark.points,
            "comment": mark.comment,
            "items": list(mark.items),
        }
