"""The gradebook as a file for another program: spreadsheet, Canvas, Moodle."""

from __future__ import annotations

import csv
import html
import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from pathlib import Path

from coursekit.grading.gradebook.errors import GradebookError
from coursekit.grading.gradebook.late import LateRule, number
from coursekit.grading.gradebook.models import Assignment, Student
from coursekit.grading.gradebook.standing import Attempt, Course, Earned, Standing, State

Row = list[str | float | None]

CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
"""Canvas recognises the file by these, in this order."""

MOODLE_COLUMNS = (
    "Identifier",
    "Full name",
    "Email address",
    "Status",
    "Grade",
    "Maximum Grade",
    "Grade can be changed",
    "Last modified (submission)",
    "Last modified (grade)",
    "Feedback comments",
)
"""Of Moodle's grading worksheet, in English."""

# A cell may also begin where a spreadsheet with other settings splits the line.
_FORMULA = re.compile(r"""(^|[;\t\r\n])([\s"]*)(?=[=+\-@＝＋－＠])""")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_MOODLE_FEEDBACK_LONGEST = 5000


class Target(StrEnum):
    """Who reads the file."""

    CSV = "csv"
    CANVAS = "canvas"
    MOODLE = "moodle"


@dataclass(frozen=True)
class Exported:
    """A file's content, and what an instructor should know before using it.

    Attributes:
        rows: the first is the heading; students: how many have a row.
        byte_order_mark: the target wants one, to know that the file is UTF-8.
        remarks: students left out or without a grade, and why.
    """

    rows: Sequence[Row]
    students: int
    byte_order_mark: bool
    remarks: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        """The file: commas, UTF-8, no cell that a spreadsheet would take for a formula."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerows([_cell(value) for value in row] for row in self.rows)
        return text.getvalue().encode("utf-8-sig" if self.byte_order_mark else "utf-8")

    def write(self, path: Path) -> None:
        """Write the file whole or not at all.

        Raises:
            GradebookError: the disk refuses.
        """
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            part.write_bytes(self.to_bytes())
            os.replace(part, path)
        except OSError as error:
            raise GradebookError(
                f"{path} cannot be written: {error.strerror or error}. Take another --out."
            ) from None
        finally:
            with suppress(OSError):
                part.unlink()


def export(
    course: Course,
    target: Target,
    assignment: Assignment | None = None,
    *,
    column: str = "",
    out_of: float | None = None,
    unfinished: bool = False,
    missing_as_zero: bool = False,
) -> Exported:
    """What `target` takes in.

    Args:
        assignment: this one only; None for all. Moodle takes one at a time.
        column: what Canvas calls the assignment, "Unit 04 (12345)": with the number it updates
            that column, without it makes a new one. By default our own name.
        out_of: scale grades from our points to this maximum, for Canvas and Moodle.
        unfinished: also give the grades of students of whom questions are still to be marked.
        missing_as_zero: 0 for those who handed nothing in; else nothing.

    Raises:
        GradebookError: there is nothing to export, or settings that do not go together.
    """
    if out_of is not None and out_of <= 0:
        raise GradebookError(f"--out-of must be above 0, got {out_of:g}.")
    if not course.assignments or not course.students:
        raise GradebookError("There is nothing to export: no results have been taken in.")
    if target is Target.CSV:
        if out_of is not None or column:
            raise GradebookError("--out-of and --column are for Canvas and Moodle.")
        return _spreadsheet(course, assignment) if assignment else _overview(course)
    grades = _Grades(course, out_of, unfinished, missing_as_zero)
    if target is Target.MOODLE:
        if assignment is None:
            raise GradebookError("Moodle takes one assignment at a time: say which.")
        return _moodle(grades, assignment)
    if column and assignment is None:
        raise GradebookError("--column is the name of one assignment: say which.")
    return _canvas(grades, [assignment] if assignment else course.assignments, column)


@dataclass(frozen=True)
class _Grades:
    """Which number another system gets for a standing."""

    course: Course
    out_of: float | None
    unfinished: bool
    missing_as_zero: bool

    def points(self, assignment: Assignment) -> float:
        """The most that can be had."""
        return self.out_of or self.course.points(assignment)

    def grade(self, standing: Standing) -> float | None:
        """None: leave it empty, no grade has been decided."""
        grade = standing.final
        if standing.state is State.TO_MARK and self.unfinished:
            grade = standing.total
        if standing.state is State.NOTHING and self.missing_as_zero:
            grade = standing.total
        if grade is None or not self.out_of:
            return grade
        return round(grade * self.out_of / standing.points, 6) if standing.points else 0.0

    def remarks(self, standings: Sequence[Standing]) -> Iterator[str]:
        """What was left empty and why."""
        advice = {
            State.TO_MARK: "questions wait to be marked by hand; --unfinished gives what they have",
            State.UNGRADED: "the grader failed on them: grade again, take in again",
            State.NOTHING: "nothing handed in; --missing-as-zero gives 0",
        }
        for state, says in advice.items():
            left = [s for s in standings if s.state is state and self.grade(s) is None]
            if left:
                yield f"Without a grade: {_names([s.student for s in left])}: {says}."


def _spreadsheet(course: Course, assignment: Assignment) -> Exported:
    questions = course.questions[assignment.id]
    heading: Row = ["Identifier", "Name", "Email", "Section", "Status", "Attempts", "Submitted"]
    heading += [f"{q.name} (of {number(q.points)})" for q in questions]
    heading += ["By hand", "Score", "Days late", "Late days used", "Late penalty", "Extra points"]
    heading += [f"Total (of {number(course.points(assignment))})", "Late work", "Notes"]
    rows = [heading]
    for student in course.students:
        standing = course.of(student, assignment)
        attempt = standing.attempt
        nothing = standing.state in (State.NOTHING, State.EXEMPT, State.UNGRADED)
        row: Row = [student.identifier, student.name, student.email, student.section]
        row += [str(standing.state), standing.attempts]
        row.append(_came(attempt, course.rules[assignment.id]))
        row += [earned.score for earned in standing.earned]
        row.append("; ".join(_by_hand(e) for e in standing.earned if e.by_hand))
        row += [None if nothing else standing.score, standing.late.days, standing.late.free]
        row += [-standing.lost, standing.extra, None if nothing else standing.total]
        row += [standing.arithmetic, "; ".join(standing.notes)]
        rows.append(row)
    return Exported(rows, len(course.students), byte_order_mark=True)


def _overview(course: Course) -> Exported:
    heading: Row = ["Identifier", "Name", "Email", "Section"]
    heading += [f"{a.name} (of {number(course.points(a))})" for a in course.assignments]
    heading += ["Sum", "Late days used", "Incomplete"]
    rows = [heading]
    for student in course.students:
        standings = [course.of(student, a) for a in course.assignments]
        row: Row = [student.identifier, student.name, student.email, student.section]
        row += [s.final for s in standings]
        row.append(round(sum(s.final or 0.0 for s in standings), 6))
        row.append(sum(s.late.free for s in standings))
        row.append(
            "; ".join(f"{s.assignment.name}: {s.state}" for s in standings if s.final is None)
        )
        rows.append(row)
    return Exported(rows, len(course.students), byte_order_mark=True)


def _canvas(grades: _Grades, assignments: Sequence[Assignment], column: str) -> Exported:
    course = grades.course
    known = [s for s in course.students if s.canvas_id]
    if not known:
        raise GradebookError(
            "No student has a number of Canvas: export the gradebook from Canvas and give it to "
            "`coursekit gradebook import-roster` first."
        )
    rows: list[Row] = [[*CANVAS_COLUMNS, *([column] if column else [a.name for a in assignments])]]
    rows.append(["    Points Possible", "", "", "", "", *(grades.points(a) for a in assignments)])
    for student in known:
        row: Row = [student.name, student.canvas_id, student.sis_id, student.login, student.section]
        for standing in (course.of(student, a) for a in assignments):
            row.append("EX" if standing.state is State.EXEMPT else grades.grade(standing))
        rows.append(row)
    remarks = _remarks(grades, assignments, known, "Canvas")
    if not column:
        remarks += (
            "Canvas takes a column without its number for a new assignment: "
            '--column "Unit 04 (12345)", as Canvas\'s own export calls it, updates one.',
        )
    return Exported(rows, len(known), False, remarks)


def _moodle(grades: _Grades, assignment: Assignment) -> Exported:
    course = grades.course
    known = [s for s in course.students if s.moodle_id]
    if not known:
        raise GradebookError(
            "No student has a number of Moodle: download this assignment's grading worksheet and "
            "name it with --worksheet."
        )
    rows: list[Row] = [list(MOODLE_COLUMNS)]
    for student in known:
        standing = course.of(student, assignment)
        handed_in = standing.attempt is not None
        row: Row = [f"Participant {student.moodle_id}", student.name, student.email]
        row += ["Submitted for grading" if handed_in else "No submission"]
        row += [grades.grade(standing), grades.points(assignment), "Yes"]
        row += [_came(standing.attempt, course.rules[assignment.id]) or "-", "-"]
        rows.append([*row, _feedback(standing)])
    return Exported(rows, len(known), True, _remarks(grades, [assignment], known, "Moodle"))


def _remarks(
    grades: _Grades, assignments: Sequence[Assignment], known: Sequence[Student], system: str
) -> tuple[str, ...]:
    remarks = []
    for assignment in assignments:
        prefix = f"{assignment.name}: " if len(assignments) > 1 else ""
        standings = [grades.course.of(student, assignment) for student in known]
        remarks += [prefix + remark for remark in grades.remarks(standings)]
    here = {student.id for student in known}
    others = [s for s in grades.course.students if s.id not in here]
    if others:
        remarks.append(f"Left out, not in the roster of {system}: {_names(others)}.")
    return tuple(remarks)


def _feedback(standing: Standing) -> str:
    """One line of HTML for Moodle's editor: points per question, comments, lateness."""
    parts = [
        f"{e.question.title or e.question.name}: {number(e.score)} of {number(e.question.points)}"
        + (f" ({comment})" if (comment := _comment(e)) else "")
        for e in standing.earned
        if e.score is not None
    ]
    if standing.late.days or standing.late.closed:
        parts.append(standing.arithmetic)
    return html.escape("; ".join(parts)[:_MOODLE_FEEDBACK_LONGEST], quote=False)


def _came(attempt: Attempt | None, rule: LateRule) -> str:
    """The time of submission on the deadline's clock."""
    if attempt is None or attempt.submitted is None:
        return ""
    zone = rule.due.tzinfo if rule.due else UTC
    return attempt.submitted.astimezone(zone).isoformat(" ", "seconds")


def _by_hand(earned: Earned) -> str:
    comment = _comment(earned)
    return f"{earned.question.name} {number(earned.score or 0)}" + (
        f" ({comment})" if comment else ""
    )


def _comment(earned: Earned) -> str:
    return "; ".join(filter(None, [*earned.rubric_items, earned.comment]))


def _names(students: Sequence[Student]) -> str:
    names = [student.name or student.identifier for student in students]
    few = ", ".join(names[:5])
    return few if len(names) <= 5 else f"{len(names)} students ({few}, …)"


def _cell(value: str | float | None) -> str:
    """Numbers as they are; text so that no spreadsheet runs it."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return number(value, 4)
    return value if _NUMBER.fullmatch(value) else _FORMULA.sub(r"\1\2'", value)
