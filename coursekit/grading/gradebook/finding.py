"""Students, assignments and questions, found by what a person types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from coursekit.grading.gradebook.errors import GradebookError
from coursekit.grading.gradebook.models import Assignment, Question, Student

Row = TypeVar("Row", Student, Assignment, Question)


def find_student(session: Session, said: str) -> Student:
    """By identifier, login, e-mail address or number of a system; or by a part of the name.

    Raises:
        GradebookError: nobody, or more than one.
    """
    students = session.scalars(select(Student)).all()
    return _found(
        "student",
        said,
        students,
        lambda s: (s.identifier, s.login, s.email, s.canvas_id, s.sis_id, s.moodle_id, s.name),
        lambda s: (s.name, s.identifier),
        lambda s: f"{s.name or s.identifier} ({s.identifier})",
    )


def find_assignment(session: Session, said: str | None) -> Assignment:
    """By name or a part of it; None is the only one there is.

    Raises:
        GradebookError: none, or more than one.
    """
    assignments = session.scalars(select(Assignment).order_by(Assignment.name)).all()
    if said is None:
        if len(assignments) == 1:
            return assignments[0]
        names = ", ".join(a.name for a in assignments)
        raise GradebookError(
            f"Which assignment? Say one of {names}." if names else "There is no assignment yet."
        )
    return _found("assignment", said, assignments, _name, _name, lambda a: a.name)


def find_question(session: Session, said: str, assignment: Assignment | None) -> Question:
    """By name or a part of it, among those in use; in one assignment or in all.

    Raises:
        GradebookError: none, or more than one.
    """
    query = select(Question).where(Question.current).order_by(Question.position)
    if assignment:
        query = query.where(Question.assignment_id == assignment.id)
    questions = session.scalars(query).all()
    names = {a.id: a.name for a in session.scalars(select(Assignment))}
    return _found(
        "question",
        said,
        questions,
        _name,
        _name,
        lambda q: f"{q.name} (--assignment '{names[q.assignment_id]}')",
    )


def _name(row: Assignment | Question) -> tuple[str]:
    return (row.name,)


def _found(
    what: str,
    said: str,
    rows: Sequence[Row],
    keys: Callable[[Row], tuple[str, ...]],
    parts: Callable[[Row], tuple[str, ...]],
    shown: Callable[[Row], str],
) -> Row:
    """The row of which a key is what was said; else the only one that has it as a part."""
    wanted = said.strip().casefold()
    if not wanted:
        raise GradebookError(f"Which {what}? Nothing was said.")
    exact = [row for row in rows if wanted in (key.casefold() for key in keys(row))]
    found = exact or [row for row in rows if any(wanted in p.casefold() for p in parts(row))]
    if len(found) == 1:
        return found[0]
    if found:
        some = "; ".join(shown(row) for row in found[:5]) + ("; …" if len(found) > 5 else "")
        raise GradebookError(f"'{said}' is {len(found)} {what}s: {some}. Say which.")
    known = ", ".join(parts(row)[0] for row in rows[:8]) + (", …" if len(rows) > 8 else "")
    raise GradebookError(f"There is no {what} '{said}'" + (f"; known: {known}." if known else "."))
