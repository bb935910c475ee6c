"""A roster becomes students."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from coursekit.grading.class_list import Student as Listed
from coursekit.grading.gradebook.database import Gradebook
from coursekit.grading.gradebook.errors import GradebookError
from coursekit.grading.gradebook.intake import check_name
from coursekit.grading.gradebook.models import Student
from coursekit.grading.people import folded
from coursekit.grading.plain import plain


@dataclass(frozen=True)
class RosterTakenIn:
    """What became of a roster.

    Attributes:
        added, changed, unchanged: numbers of students.
        others: identifiers of students in the gradebook who are not in this roster.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    others: tuple[str, ...] = ()


def import_roster(roster: Sequence[Listed], book: Gradebook) -> RosterTakenIn:
    """Add the students; what a roster does not say stays. Nobody is ever removed.

    A student who is known already keeps the identifier: several rosters of one class, each with
    its own columns, may follow one another.

    Raises:
        GradebookError: an identifier is none, or the gradebook cannot be written.
    """
    added = changed = unchanged = 0
    with book.writing() as session:
        known = _Known(session.scalars(select(Student)))
        for line in roster:
            try:
                check_name("a student", line.identifier)
            except ValueError as error:
                raise GradebookError(f"The roster cannot be taken in: {error}.") from None
            student = known.student(line)
            if student is None:
                student = Student(identifier=line.identifier)
                session.add(student)
                added += 1
                _fill(student, line)
            elif _fill(student, line):
                changed += 1
            else:
                unchanged += 1
    return RosterTakenIn(added, changed, unchanged, known.others())


class _Known:
    """Students of the gradebook; each is given to one line of the roster at most."""

    def __init__(self, students: Iterable[Student]) -> None:
        self._left = {student.identifier: student for student in students}
        self._labels: defaultdict[str, set[str]] = defaultdict(set)
        for student in self._left.values():
            for label in (
                *(student.identifier, student.login, student.email),
                *(student.sis_id, student.canvas_id),
            ):
                if label:
                    self._labels[folded(label)].add(student.identifier)

    def student(self, line: Listed) -> Student | None:
        """By identifier; else the only one who has a number, login or address of the line."""
        if line.identifier in self._left:
            return self._left.pop(line.identifier)
        # Moodle's numbers are others for each assignment, and say nothing here.
        numbers = (number for system, number in line.ids.items() if system != "moodle")
        labels = filter(None, (line.identifier, line.login, line.email, *numbers))
        found = set().union(*(self._labels.get(folded(label), set()) for label in labels))
        return self._left.pop(found.pop(), None) if len(found) == 1 else None

    def others(self) -> tuple[str, ...]:
        """Students whom no line meant."""
        return tuple(sorted(self._left))


def _fill(student: Student, line: Listed) -> bool:
    """Note down what the line says; whether anything is different now."""
    said = {
        "name": line.name,
        "email": line.email,
        "login": line.login,
        "section": line.section,
        "canvas_id": line.ids.get("canvas", ""),
        "sis_id": line.ids.get("sis", ""),
        "moodle_id": line.ids.get("moodle", ""),
    }
    before = {name: getattr(student, name) for name in said} | {"in_roster": student.in_roster}
    for name, value in said.items():
        if value:
            setattr(student, name, plain(value))
    student.in_roster = True
    return any(getattr(student, name) != value for name, value in before.items())
