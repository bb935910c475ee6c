"""``coursekit gradebook``: rosters, results, late rules, marks by hand, exports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from coursekit.cli.console import complain, out, say
from coursekit.errors import CourseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.table import Table

    from coursekit.grading.gradebook.database import Gradebook
    from coursekit.grading.gradebook.models import Granted, Student
    from coursekit.grading.records import Record

app = typer.Typer(
    name="gradebook",
    help="Who handed in what, what it earned, what is late: kept, shown, exported.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

PIPE_WIDTH = 240
"""Columns of a table that goes to a file or another program."""

Db = Annotated[
    str,
    typer.Option("--db", metavar="FILE|URL", help="The gradebook: a file, or a database's URL."),
]
DEFAULT_DB = "gradebook.sqlite"
Results = Annotated[
    list[Path], typer.Argument(help="Results folders of `coursekit grade`, or their results.jsonl.")
]
StudentArgument = Annotated[
    str, typer.Argument(metavar="STUDENT", help="Identifier, login, e-mail or part of the name.")
]
AssignmentOption = Annotated[
    str | None,
    typer.Option("--assignment", "-a", help="Which one; not needed while there is only one."),
]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept.")]
Who = Annotated[str | None, typer.Option("--who", help="Who decides. Default: your login.")]


@app.command("import-roster")
def import_roster(
    file: Annotated[
        Path,
        typer.Argument(help="Canvas's gradebook export, Moodle's grading worksheet, or a CSV."),
    ],
    db: Db = DEFAULT_DB,
) -> None:
    """Take in who is in the course. Again after changes: nobody is ever removed."""
    from coursekit.grading.gradebook.roster import import_roster as take_in_roster
    from coursekit.grading.rosters import read_roster

    roster = read_roster(file)
    with _opened(db, create=True) as book:
        done = take_in_roster(roster.students, book)
    for problem in roster.problems:
        complain(problem)
    added = _count(done.added, "student")
    say(f"{added} added, {done.changed} changed, {done.unchanged} as they were.")
    if done.others:
        complain(f"In the gradebook, not in this roster: {_some(done.others)}.")


@app.command("take-in")
def take_in(results: Results, db: Db = DEFAULT_DB) -> None:
    """Take in what the grader found, and marks by hand given on its page.

    The same results twice change nothing. Submissions that have marks keep them: see `regrade`.
    """
    from coursekit.grading.gradebook.intake import take_in as take_in_records

    with _opened(db, create=True) as book:
        done = take_in_records(_records(results), book)
        say(
            f"{_count(done.records, 'record')}: {done.graded} graded, {done.unreadable} "
            f"unreadable, {_count(done.infrastructure, 'infrastructure error')}, {done.known} "
            "known before."
        )
        _take_in_marks(results, book)
    if done.unreadable:
        complain(
            f"0 points for {_count(done.unreadable, 'unreadable submission')}: `show` names them."
        )
    if done.infrastructure:
        complain(
            f"No score for {_count(done.infrastructure, 'submission')}, the grader failed: "
            "`coursekit grade --resume`, then take in again."
        )
    if done.waiting:
        complain(
            f"{_count(done.waiting, 'submission')} graded before: the marks stay, and "
            "`coursekit gradebook regrade` shows what would change."
        )
    if done.strangers:
        complain(f"In no roster: {_some(done.strangers)}.")


@app.command()
def show(
    student: Annotated[
        str | None, typer.Option("--student", "-s", help="Everything about one student.")
    ] = None,
    assignment: Annotated[
        str | None, typer.Option("--assignment", "-a", help="One assignment, by question.")
    ] = None,
    db: Db = DEFAULT_DB,
) -> None:
    """Show the gradebook: the whole, one assignment, one student with the arithmetic.

    "?" waits for a mark by hand, "!" has no score, "*" was marked by hand.
    """
    from coursekit.grading.gradebook import tables
    from coursekit.grading.gradebook.finding import find_assignment, find_student
    from coursekit.grading.gradebook.marks import marks_of
    from coursekit.grading.gradebook.standing import load

    with _opened(db) as book, book.reading() as session:
        course = load(session)
        one = find_assignment(session, assignment) if assignment else None
        if student:
            chosen = find_student(session, student)
            for line in tables.student_lines(course, chosen, one):
                _print(line)
            marks = marks_of(session, chosen)
            if marks:
                say("\nMarks by hand, the newest last:")
                for text in tables.marks_lines(marks):
                    say(text)
            return
        if not course.students:
            raise CourseError(f"{book.name} is empty: import a roster or take in results.")
        _print(tables.assignment_table(course, one) if one else tables.course_table(course))
        say("")
        for text in tables.attention(course, [one] if one else course.assignments):
            say(text)


@app.command()
def regrade(
    results: Results,
    accept: Annotated[
        bool, typer.Option("--accept", help="Let these results count from now on.")
    ] = False,
    db: Db = DEFAULT_DB,
) -> None:
    """Show what results graded again would change; change it with --accept.

    Marks given by hand stay as they are.
    """
    from coursekit.grading.gradebook import tables
    from coursekit.grading.gradebook.regrade import accept as accept_records
    from coursekit.grading.gradebook.regrade import compare

    records = list(_records(results))
    with _opened(db) as book:
        changes = compare(book, records)
        if not changes:
            say("Nothing would change.")
        else:
            _print(tables.changes_table(changes))
            say(f"\n{tables.changes_summary(changes)}")
        if accept:
            done = accept_records(book, records)
            say(f"Accepted: {_count(done.accepted, 'new verdict')}.")
        elif changes:
            say("Nothing was changed; --accept lets these results count.")


@app.command()
def mark(
    student: StudentArgument,
    question: Annotated[str, typer.Argument(help="The question's name.")],
    points: Annotated[float | None, typer.Argument(help="What it is worth.")] = None,
    comment: Annotated[str, typer.Option(help="For the student.")] = "",
    item: Annotated[
        list[str] | None, typer.Option("--item", help="An item of the rubric; may be repeated.")
    ] = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take marks by hand back; the checks' score counts.")
    ] = False,
    assignment: AssignmentOption = None,
    who: Who = None,
    db: Db = DEFAULT_DB,
) -> None:
    """Mark a question by hand. It stands over the checks' score and over every regrade."""
    from coursekit.grading.gradebook.finding import find_assignment, find_question, find_student
    from coursekit.grading.gradebook.late import number
    from coursekit.grading.gradebook.marks import give_mark

    if (points is None) != withdraw:
        raise CourseError("Give points, or --withdraw to take marks by hand back; not both.")
    with _opened(db) as book, book.writing() as session:
        chosen = find_student(session, student)
        within = find_assignment(session, assignment) if assignment else None
        asked = find_question(session, question, within)
        give_mark(
            session,
            chosen,
            asked,
            points,
            comment=comment,
            rubric_items=item or (),
            who=_who(who),
        )
        what = f"{number(points)} of {number(asked.points)}" if points is not None else "no mark"
        says = f"{_named(chosen)}, {asked.name}: {what} by hand."
    say(says)


@app.command()
def rule(
    assignment: Annotated[
        str | None, typer.Argument(help="Without settings, its rule is shown; all by default.")
    ] = None,
    due: Annotated[
        str | None, typer.Option(help='"2026-11-20 23:59 Europe/Berlin"; "none" for none.')
    ] = None,
    grace: Annotated[str | None, typer.Option(help="Minutes that nobody is told of.")] = None,
    late_days: Annotated[
        str | None, typer.Option(help="Free late days per student, over the course.")
    ] = None,
    penalty: Annotated[
        str | None, typer.Option(help='Per day begun: "10 %" of the score, or "1 point".')
    ] = None,
    cap: Annotated[str | None, typer.Option(help='The most that can be lost: "50 %".')] = None,
    closes: Annotated[str | None, typer.Option(help="After that nothing counts.")] = None,
    counts: Annotated[str | None, typer.Option(help='Which attempt: "last" or "best".')] = None,
    file: Annotated[
        Path | None, typer.Option(help='Rules in TOML: one table like ["unit 04"] each.')
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="The assignment has no results yet: add it.")
    ] = False,
    db: Db = DEFAULT_DB,
) -> None:
    """Say what a deadline means: due, grace, free late days, penalty, cap, closing, attempts.

    What is not said stays as it is.
    """
    from coursekit.grading.gradebook.marks import set_rule
    from coursekit.grading.gradebook.rules import LateRule, read_rules, rule_from

    options = {
        "due": due,
        "grace": grace,
        "late_days": late_days,
        "penalty": penalty,
        "cap": cap,
        "closes": closes,
        "counts": counts,
    }
    said = {name: value for name, value in options.items() if value is not None}
    if file and (said or assignment):
        raise CourseError("--file has everything: no assignment or other settings beside it.")
    if said and not assignment:
        raise CourseError("Which assignment? Say its name before the settings.")
    if file:
        rules = read_rules(file)
        with _opened(db, create=True) as book, book.writing() as session:
            for name, found in rules.items():
                set_rule(session, name, found)
        say(f"{_count(len(rules), 'rule')} set.")
    elif assignment and new:
        with _opened(db, create=True) as book, book.writing() as session:
            set_rule(session, assignment, rule_from(said, LateRule()))
    elif assignment and said:
        _change_rule(db, assignment, said)
    _show_rules(db, assignment)


@app.command()
def excuse(
    student: StudentArgument,
    reason: Reason,
    days: Annotated[
        int | None, typer.Option(min=1, help="So many late days. Default: all there are.")
    ] = None,
    exempt: Annotated[
        bool, typer.Option("--exempt", help="From the whole assignment: it does not count.")
    ] = False,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take back excuses and extra points given before.")
    ] = False,
    assignment: AssignmentOption = None,
    who: Who = None,
    db: Db = DEFAULT_DB,
) -> None:
    """Excuse a student's late days, or the whole assignment."""
    from coursekit.grading.gradebook.models import Granted

    if sum((days is not None, exempt, withdraw)) > 1:
        raise CourseError("Only one of --days, --exempt and --withdraw.")
    if withdraw:
        granted, says = Granted.NOTHING, "excuses and extra points taken back"
    elif exempt:
        granted, says = Granted.EXEMPTION, "exempt"
    elif days is not None:
        granted, says = Granted.LATE_DAYS, f"{_count(days, 'late day')} excused"
    else:
        granted, says = Granted.ALL_LATE_DAYS, "all late days excused"
    _grant(db, student, assignment, granted, float(days or 0), says, reason, who)


@app.command()
def extra(
    student: StudentArgument,
    points: Annotated[float, typer.Argument(help="Added to the total, after lateness.")],
    reason: Reason,
    assignment: AssignmentOption = None,
    who: Who = None,
    db: Db = DEFAULT_DB,
) -> None:
    """Give extra points. To take some: extra --reason "…" STUDENT -- -1."""
    from coursekit.grading.gradebook.late import number
    from coursekit.grading.gradebook.models import Granted

    says = f"{number(points)} extra points"
    _grant(db, student, assignment, Granted.EXTRA_POINTS, points, says, reason, who)


@app.command()
def export(
    target: Annotated[str, typer.Option("--format", help="csv, canvas or moodle.")],
    file: Annotated[Path, typer.Option("--out", help="The file to write.")],
    assignment: AssignmentOption = None,
    column: Annotated[
        str, typer.Option(help='Canvas\'s name and number of it: "Unit 04 (12345)".')
    ] = "",
    out_of: Annotated[
        float | None, typer.Option(help="The maximum there, where it differs: 100.")
    ] = None,
    worksheet: Annotated[
        Path | None, typer.Option(help="Moodle's grading worksheet of this assignment.")
    ] = None,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Also grades that wait for marks by hand.")
    ] = False,
    missing_as_zero: Annotated[
        bool, typer.Option("--missing-as-zero", help="0 for those who handed nothing in.")
    ] = False,
    db: Db = DEFAULT_DB,
) -> None:
    """Write grades for a spreadsheet, for Canvas or for Moodle."""
    from coursekit.grading.gradebook.export import Target
    from coursekit.grading.gradebook.export import export as exported
    from coursekit.grading.gradebook.finding import find_assignment
    from coursekit.grading.gradebook.standing import load

    if target not in list(Target):
        raise CourseError(f"--format is csv, canvas or moodle; got '{target}'.")
    if worksheet:
        # Moodle's numbers are others for each assignment: they are taken from its own worksheet.
        import_roster(worksheet, db)
    with _opened(db) as book, book.reading() as session:
        course = load(session)
        needed = target == Target.MOODLE or bool(column) or len(course.assignments) == 1
        one = find_assignment(session, assignment) if assignment or needed else None
        made = exported(
            course,
            Target(target),
            one,
            column=column,
            out_of=out_of,
            unfinished=unfinished,
            missing_as_zero=missing_as_zero,
        )
    made.write(file)
    for remark in made.remarks:
        complain(remark)
    say(f"{file}: {_count(made.students, 'student')}.")


def _opened(db: str, *, create: bool = False) -> Gradebook:
    from coursekit.grading.gradebook.database import Gradebook

    return Gradebook(db, create=create)


def _records(results: list[Path]) -> Iterator[Record]:
    from coursekit.grading.results import LINES, read_records

    for path in results:
        file = path / LINES if path.is_dir() else path
        if not file.is_file():
            raise CourseError(
                f"There is no {file}: a results folder of `coursekit grade --out` was expected."
            )
        try:
            yield from read_records(file)
        except OSError as error:
            raise CourseError(f"{file} cannot be read: {error.strerror}.") from None


def _take_in_marks(results: list[Path], book: Gradebook) -> None:
    """Marks that were given on the page lie beside the results."""
    from coursekit.grading.by_hand.marks import NAME, HandMarks
    from coursekit.grading.gradebook.marks import take_in_marks

    for folder in results:
        if (folder / NAME).is_file():
            done = take_in_marks(HandMarks(folder).history(), book)
            say(f"{folder / NAME}: {_count(done.new, 'new mark')} by hand, {done.undone} undone.")
            if done.left_out:
                complain(
                    f"{_count(done.left_out, 'mark')} left out: for students or questions that "
                    "are not taken in."
                )


def _change_rule(db: str, name: str, said: dict[str, str]) -> None:
    from coursekit.grading.gradebook.finding import find_assignment
    from coursekit.grading.gradebook.marks import set_rule
    from coursekit.grading.gradebook.rules import rule_from

    with _opened(db) as book, book.writing() as session:
        try:
            found = find_assignment(session, name)
        except CourseError as error:
            raise CourseError(f"{error} --new adds one that has no results yet.") from None
        set_rule(session, found.name, rule_from(said, rule_from(found.rule)))


def _show_rules(db: str, name: str | None) -> None:
    from coursekit.grading.gradebook.finding import find_assignment
    from coursekit.grading.gradebook.rules import rule_table
    from coursekit.grading.gradebook.standing import load

    with _opened(db) as book, book.reading() as session:
        course = load(session)
        chosen = [find_assignment(session, name)] if name else course.assignments
        for assignment in chosen:
            table = rule_table(course.rules[assignment.id])
            says = ", ".join(f"{key} {value}" for key, value in table.items())
            say(f"{assignment.name}: {says or 'no rule: nothing is late'}")


def _grant(
    db: str,
    student: str,
    assignment: str | None,
    granted: Granted,
    amount: float,
    says: str,
    reason: str,
    who: str | None,
) -> None:
    from coursekit.grading.gradebook.finding import find_assignment, find_student
    from coursekit.grading.gradebook.marks import grant

    with _opened(db) as book, book.writing() as session:
        chosen = find_student(session, student)
        one = find_assignment(session, assignment)
        grant(session, chosen, one, granted, amount, reason=reason, who=_who(who))
        line = f"{_named(chosen)}, {one.name}: {says} ({reason})."
    say(line)


def _who(said: str | None) -> str:
    if said is not None:
        return said
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in some containers
        return ""


def _named(student: Student) -> str:
    return f"{student.name} ({student.identifier})" if student.name else student.identifier


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def _print(line: str | Table) -> None:
    """A line as it is; a table as wide as it needs where no terminal limits it."""
    if isinstance(line, str):
        say(line)
    elif out.is_terminal:
        out.print(line, highlight=False)
    else:
        Console(width=PIPE_WIDTH).print(line, highlight=False)
