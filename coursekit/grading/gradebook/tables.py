"""The gradebook on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.markup import escape
from rich.table import Table

from coursekit.grading.gradebook.late import number
from coursekit.grading.gradebook.models import Assignment, HandMark, Student
from coursekit.grading.gradebook.regrade import Change
from coursekit.grading.gradebook.rules import moment_text
from coursekit.grading.gradebook.standing import Course, Earned, Standing, State

_COLOURS = {
    State.TO_MARK: "yellow",
    State.UNREADABLE: "red",
    State.UNGRADED: "red",
    State.TOO_LATE: "red",
    State.NOTHING: "dim",
    State.EXEMPT: "dim",
}


def course_table(course: Course) -> Table:
    """All students, all assignments: totals, or why there is none."""
    table = _by_student()
    for assignment in course.assignments:
        heading = f"{escape(assignment.name)} /{number(course.points(assignment))}"
        table.add_column(heading, justify="right")
    table.add_column("late days", justify="right")
    for student in course.students:
        standings = [course.of(student, assignment) for assignment in course.assignments]
        used = sum(standing.late.free for standing in standings)
        table.add_row(*_names(student), *(_total(s) for s in standings), str(used or ""))
    return table


def assignment_table(course: Course, assignment: Assignment) -> Table:
    """All students in one assignment, question by question."""
    table = _by_student()
    for question in course.questions[assignment.id]:
        heading = f"{escape(question.name)} /{number(question.points)}"
        table.add_column(heading, justify="right")
    table.add_column("late", justify="right")
    table.add_column("lost", justify="right")
    table.add_column(f"total /{number(course.points(assignment))}", justify="right")
    table.add_column("notes")
    for student in course.students:
        standing = course.of(student, assignment)
        table.add_row(
            *_names(student),
            *(_score(earned) for earned in standing.earned),
            f"{standing.late.days} d" if standing.late.days else "",
            f"−{number(standing.lost)}" if standing.lost else "",
            _total(standing),
            escape("; ".join([*_state(standing), *standing.notes])),
        )
    return table


def attention(course: Course, assignments: Sequence[Assignment]) -> Iterator[str]:
    """Lines on what an instructor has to look at before grades go out."""
    for assignment in assignments:
        standings = [course.of(student, assignment) for student in course.students]
        counts = [
            f"{sum(s.state is state for s in standings)} {state}"
            for state in State
            if any(s.state is state for s in standings)
        ]
        totals = [s.final for s in standings if s.final is not None]
        mean = f"; mean {number(sum(totals) / len(totals))}" if totals else ""
        yield f"{assignment.name}: {', '.join(counts)}{mean}."
        for says, chosen in (
            ("Unreadable, 0 points", [s for s in standings if s.state is State.UNREADABLE]),
            ("After closing, 0 points", [s for s in standings if s.state is State.TOO_LATE]),
            ("Not graded, grade again", [s for s in standings if s.state is State.UNGRADED]),
            ("Time of submission unknown, on time", [s for s in standings if s.late.unknown]),
            ("In no roster", [s for s in standings if not s.student.in_roster and s.attempts]),
        ):
            if chosen and len(chosen) < len(standings):
                yield f"  {says}: {_list([s.student.identifier for s in chosen])}."
            elif chosen:
                yield f"  {says}: everybody."


def student_lines(
    course: Course, student: Student, one: Assignment | None = None
) -> Iterator[str | Table]:
    """Everything about one student, or all about one assignment, the arithmetic included."""
    where = ", ".join(filter(None, (student.email, student.section)))
    yield f"{student.name or student.identifier} ({student.identifier})" + (where and f", {where}")
    for assignment in [one] if one else course.assignments:
        standing = course.of(student, assignment)
        yield ""
        rule = course.rules[assignment.id]
        due = f", due {moment_text(rule.due)}" if rule.due else ""
        yield f"{assignment.name}{due}: {standing.state}"
        if standing.attempt:
            yield f"  attempt {standing.attempt.number} of {standing.attempts}, " + (
                _came(standing.attempt.submitted, rule.due)
            )
        if standing.earned and standing.state not in (State.NOTHING, State.EXEMPT):
            yield _questions(standing)
        if standing.arithmetic:
            yield f"  {standing.arithmetic}"
        if standing.extra:
            yield f"  extra points: {number(standing.extra)}"
        if standing.state not in (State.NOTHING, State.EXEMPT, State.UNGRADED):
            so_far = " so far" if standing.final is None else ""
            yield f"  total{so_far}: {number(standing.total)} of {number(standing.points)}"
        for note in standing.notes:
            yield f"  note: {note}"


def marks_lines(marks: Sequence[tuple[str, HandMark]]) -> Iterator[str]:
    """The history of marks by hand, each with its question's name."""
    for question, mark in marks:
        what = "taken back" if mark.points is None else f"{number(mark.points)} points"
        undone = " (undone)" if mark.undone else ""
        said = "; ".join(filter(None, [*mark.rubric_items, mark.comment]))
        when = f"{mark.when.astimezone():%Y-%m-%d %H:%M}"
        yield f"  {when}  {question}: {what}{undone}, by {mark.who or 'nobody named'}" + (
            f": {said}" if said else ""
        )


def changes_table(changes: Sequence[Change]) -> Table:
    """What a regrade would change."""
    table = Table("student", "assignment", "question", box=None)
    table.add_column("before", justify="right")
    table.add_column("after", justify="right")
    table.add_column("why")
    for change in changes:
        colour = "green" if (change.after or 0) >= (change.before or 0) else "red"
        table.add_row(
            escape(change.student),
            escape(change.assignment),
            escape(change.question) or "[bold]total[/]",
            _points(change.before),
            f"[{colour}]{_points(change.after)}[/]",
            escape(change.why),
        )
    return table


def changes_summary(changes: Sequence[Change]) -> str:
    """ "Totals that change: 12 (9 up, 3 down)." """
    totals = [change for change in changes if not change.question]
    up = sum((c.after or 0) > (c.before or 0) for c in totals)
    down = sum((c.after or 0) < (c.before or 0) for c in totals)
    return f"Totals that change: {len(totals)} ({up} up, {down} down)."


def _by_student() -> Table:
    table = Table(box=None)
    for heading in ("student", "name"):
        table.add_column(heading, no_wrap=True)
    return table


def _names(student: Student) -> tuple[str, str]:
    return escape(student.identifier), escape(student.name)


def _questions(standing: Standing) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 0, 0, 2))
    for earned in standing.earned:
        question = earned.question
        said = "; ".join(filter(None, [earned.status, *earned.rubric_items, earned.comment]))
        points = f"{_score(earned)} of {number(question.points)}"
        table.add_row(escape(question.name), points, escape(said))
    return table


def _score(earned: Earned) -> str:
    if earned.score is None:
        return "[yellow]?[/]"
    return number(earned.score) + ("*" if earned.by_hand else "")


def _total(standing: Standing) -> str:
    colour = _COLOURS.get(standing.state)
    if standing.final is not None:
        text = number(standing.final)
    elif standing.state is State.TO_MARK:
        text = f"{number(standing.total)}?"
    else:
        text = {State.NOTHING: "–", State.EXEMPT: "exempt"}.get(standing.state, "!")
    return f"[{colour}]{text}[/]" if colour else text


def _state(standing: Standing) -> list[str]:
    """What the points do not say."""
    seen = (State.GRADED, State.TO_MARK, State.NOTHING, State.EXEMPT)
    return [] if standing.state in seen else [str(standing.state)]


def _points(value: float | None) -> str:
    return "none" if value is None else number(value)


def _came(submitted: datetime | None, due: datetime | None) -> str:
    if not submitted:
        return "no time of submission"
    zone = due.tzinfo if due else None
    return f"submitted {submitted.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"


def _list(names: Sequence[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
