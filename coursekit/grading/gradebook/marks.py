"""What a person decides: late rules, marks by hand, excuses, extra points."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coursekit.grading.by_hand.desk import LONGEST_COMMENT
from coursekit.grading.by_hand.marks import HandMark as PageMark
from coursekit.grading.gradebook.database import Gradebook
from coursekit.grading.gradebook.errors import GradebookError
from coursekit.grading.gradebook.late import LateRule, number
from coursekit.grading.gradebook.models import (
    Adjustment,
    Assignment,
    Granted,
    HandMark,
    Question,
    Student,
    Submission,
)
from coursekit.grading.gradebook.rules import rule_table
from coursekit.grading.plain import plain

MOST_DAYS = 1000
MOST_POINTS = 1_000_000


def set_rule(session: Session, name: str, rule: LateRule, *, only_new: bool = False) -> Assignment:
    """Give the assignment of this name a late rule; one that is not there yet is added.

    With ``only_new``, an assignment that has a rule keeps it.
    """
    assignment = session.scalars(select(Assignment).where(Assignment.name == name)).first()
    if assignment is None:
        assignment = Assignment(name=name)
        session.add(assignment)
    if not (only_new and assignment.rule):
        assignment.rule = rule_table(rule)
    session.flush()
    return assignment


def give_mark(
    session: Session,
    student: Student,
    question: Question,
    points: float | None,
    *,
    comment: str = "",
    rubric_items: Sequence[str] = (),
    who: str = "",
    submission: Submission | None = None,
) -> HandMark:
    """Give points for a question by hand; None takes earlier marks back.

    Args:
        session: of `Gradebook.writing`.
        submission: the attempt that was looked at; by default the newest.

    Raises:
        GradebookError: more points than the question has, or fewer than none.
    """
    if points is not None and not 0 <= points <= question.points:
        raise GradebookError(
            f"{question.name} is worth 0 to {number(question.points)} points, got {points:g}; "
            "points beyond it are given with `coursekit gradebook extra`."
        )
    submission = submission or _newest(session, student, question.assignment_id)
    mark = HandMark(
        student_id=student.id,
        question_id=question.id,
        submission_id=submission.id if submission else None,
        points=points,
        comment=plain(comment),
        rubric_items=[plain(item) for item in rubric_items],
        act=uuid.uuid4().hex,
        who=plain(who),
        when=datetime.now(UTC),
    )
    session.add(mark)
    session.flush()
    return mark


@dataclass(frozen=True)
class MarksTakenIn:
    """What became of the marks of a file.

    Attributes:
        new: marks that were not there; undone: marks that were there and have been undone since.
        left_out: marks for students or questions that the gradebook does not have.
    """

    new: int = 0
    undone: int = 0
    left_out: int = 0


def take_in_marks(marks: Iterable[PageMark], book: Gradebook) -> MarksTakenIn:
    """Add the marks that were given on the page for marking by hand; twice changes nothing.

    Raises:
        GradebookError: points that cannot be, or the gradebook cannot be written.
    """
    with book.writing() as session:
        students = {s.identifier: s.id for s in session.scalars(select(Student))}
        places = select(Assignment.name, Question.name, Question.id).join(
            Question, Question.assignment_id == Assignment.id
        )
        questions = {(a, q): key for a, q, key in session.execute(places)}
        looked_at = {(s.student_id, s.digest): s.id for s in session.scalars(select(Submission))}
        known = {(m.act, m.student_id, m.question_id): m for m in session.scalars(select(HandMark))}
        new = undone = left_out = 0
        for mark in marks:
            student = students.get(mark.place.student)
            question = questions.get((mark.place.assignment, mark.place.question))
            if student is None or question is None:
                left_out += 1
                continue
            _check_points(mark)
            there = known.get((mark.act, student, question))
            if there is None:
                new += 1
                submission = looked_at.get((student, mark.seen.submission))
                session.add(_from_page(mark, student, question, submission))
            elif mark.undone and not there.undone:
                undone += 1
                there.undone = True
    return MarksTakenIn(new, undone, left_out)


def marks_of(session: Session, student: Student) -> list[tuple[str, HandMark]]:
    """All marks that the student was ever given by hand with the questions' names, oldest first."""
    query = (
        select(Question.name, HandMark)
        .join(Question, Question.id == HandMark.question_id)
        .where(HandMark.student_id == student.id)
        .order_by(HandMark.when, HandMark.id)
    )
    return [(question, mark) for question, mark in session.execute(query)]


def grant(
    session: Session,
    student: Student,
    assignment: Assignment,
    granted: Granted,
    amount: float = 0.0,
    *,
    reason: str,
    who: str = "",
) -> Adjustment:
    """Excuse late days, give extra points, exempt, or take all of that back.

    Args:
        session: of `Gradebook.writing`.
        amount: days or points, where `granted` needs some.

    Raises:
        GradebookError: no reason, or an amount that cannot be meant.
    """
    if not reason.strip():
        raise GradebookError("A reason was expected: whoever looks at this later will ask for it.")
    if not math.isfinite(amount) or abs(amount) > MOST_POINTS:
        raise GradebookError(f"A number of points was expected, got {amount:g}.")
    if granted is Granted.LATE_DAYS and not (amount == int(amount) and 1 <= amount <= MOST_DAYS):
        raise GradebookError(f"A whole number of days from 1 was expected, got {amount:g}.")
    adjustment = Adjustment(
        student_id=student.id,
        assignment_id=assignment.id,
        granted=str(granted),
        amount=amount,
        reason=plain(reason),
        who=plain(who),
        when=datetime.now(UTC),
    )
    session.add(adjustment)
    session.flush()
    return adjustment


def _newest(session: Session, student: Student, assignment: int) -> Submission | None:
    query = select(Submission).where(
        Submission.student_id == student.id, Submission.assignment_id == assignment
    )
    return session.scalars(query.order_by(Submission.attempt.desc(), Submission.id.desc())).first()


def _check_points(mark: PageMark) -> None:
    points = mark.points
    if points is not None and not 0 <= points <= MOST_POINTS:
        raise GradebookError(
            f"{mark.place.student}'s mark for {mark.place.question} cannot be: {points} points."
        )


def _from_page(mark: PageMark, student: int, question: int, submission: int | None) -> HandMark:
    return HandMark(
        student_id=student,
        question_id=question,
        submission_id=submission,
        points=mark.points,
        comment=plain(mark.comment, most=LONGEST_COMMENT),
        rubric_items=[plain(item) for item in mark.items],
        act=mark.act,
        undone=mark.undone,
        who=plain(mark.who),
        when=mark.when,
    )
