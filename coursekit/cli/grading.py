"""``coursekit grade`` and ``coursekit report``."""

from __future__ import annotations

import contextlib
import json
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from coursekit.cli.console import FAILED, complain, err, out, say
from coursekit.errors import CourseError

if TYPE_CHECKING:
    from coursekit.grading.feedback.view import GradebookView
    from coursekit.grading.grader import Task
    from coursekit.grading.levels import Level
    from coursekit.grading.records import Record
    from coursekit.grading.rosters import Roster
    from coursekit.grading.submissions import Found, Submission

Unit = Annotated[str | None, typer.Option("--unit", help="A unit of the course, such as 04.")]
Folder = Annotated[
    Path | None, typer.Option("--assignment", help="Folder of an assignment of your own.")
]


def grade(
    submissions: Annotated[
        list[Path],
        typer.Argument(help="Folders, zips or notebooks; with --self, one notebook of your own."),
    ],
    unit: Unit = None,
    assignment: Folder = None,
    results: Annotated[
        Path, typer.Option("--out", help="Folder for records, feedback and report.")
    ] = Path("results"),
    roster: Annotated[
        Path | None, typer.Option(help="CSV of the class: Canvas, Moodle or plain.")
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Judges side by side.")] = 1,
    part: Annotated[
        str, typer.Option("--shard", metavar="I/N", help="Grade only the I-th of N parts.")
    ] = "1/1",
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a run ended.")] = False,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Of the hidden inputs; drawn afresh if not said.")
    ] = None,
    own: Annotated[
        bool, typer.Option("--self", help="Grade your own notebook, with fresh inputs.")
    ] = False,
    unsafe: Annotated[
        bool,
        typer.Option("--unsafe-no-sandbox", help="Run submissions without protection from them."),
    ] = False,
    db: Annotated[
        str, typer.Option("--db", help="Gradebook: a file, or the URL of a database.")
    ] = "gradebook.sqlite",
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Grade a class, or your own notebook: marks, feedback and a gradebook.

    Submissions run in a sandbox. Exit status 0 only if every submission has its record.
    """
    from coursekit.grading.grader import Task, fresh_seed
    from coursekit.grading.submissions import find_submissions

    source = _source(unit, assignment, submissions if own else [])
    level = _level(unsafe, own)
    drawn = fresh_seed() if seed is None else seed
    task = Task(source, drawn, level, unsafe=unsafe or own)
    task.assignment()  # a mistake in it is said before anything else is read
    share = _part(part)
    if own:
        _grade_own(task, submissions, as_json)
        return
    found = find_submissions(
        submissions, roster=_roster(roster), notebook_name=_notebook_name(task)
    )
    if not found.submissions:
        for problem in found.problems:
            complain(problem)
        raise CourseError(f"No notebook was found in {', '.join(map(str, submissions))}.")
    records, more = _grade_class(task, found, results, jobs, share, resume, seed, db, quiet=as_json)
    _summarise(records, found, {"sandbox": str(level), "results": str(results), **more}, as_json)


def report(
    results: Annotated[list[Path], typer.Argument(help="Results folders, or files of records.")],
    folder: Annotated[Path, typer.Option("--out", help="Folder for the pages.")] = Path("merged"),
    db: Annotated[
        str | None, typer.Option("--db", help="Gradebook with marks by hand and late days.")
    ] = None,
) -> None:
    """Make feedback and the class report anew: with marks by hand, or of several machines."""
    from coursekit.grading.feedback.report import write_report
    from coursekit.grading.feedback.student import feedback_name, write_feedback
    from coursekit.grading.results import FEEDBACK, LINES, REPORT, latest, read_records

    files = [path / LINES if path.is_dir() else path for path in results]
    missing = [file for file in files if not file.is_file()]
    if missing:
        raise CourseError(f"{missing[0]} is not there. Name results folders of `coursekit grade`.")
    records = latest(record for file in files for record in read_records(file))
    views = {} if db is None else _views(db)
    for record in records:
        view = views.get((record.student, record.assignment))
        path = folder / FEEDBACK / feedback_name(record.student)
        write_feedback(record, path, gradebook_view=view)
    write_report(records, folder / REPORT)
    say(f"{len(records)} records: {folder / REPORT} and {folder / FEEDBACK}")


def _views(db: str) -> dict[tuple[str, str], GradebookView]:
    """What the gradebook says to each student about each assignment."""
    from coursekit.grading.feedback.view import GradebookView
    from coursekit.grading.gradebook.database import Gradebook
    from coursekit.grading.gradebook.standing import load

    with Gradebook(db) as book, book.reading() as session:
        return {
            (standing.student.identifier, standing.assignment.name): GradebookView.of(standing)
            for standing in load(session).standings.values()
        }


def _grade_class(
    task: Task,
    found: Found,
    folder: Path,
    jobs: int,
    part: tuple[int, int],
    resume: bool,
    seed: int | None,
    db: str,
    *,
    quiet: bool,
) -> tuple[list[Record], dict[str, str]]:
    from dataclasses import replace

    from coursekit.grading.feedback.report import write_report
    from coursekit.grading.gradebook.database import Gradebook
    from coursekit.grading.gradebook.intake import take_in
    from coursekit.grading.gradebook.marks import set_rule
    from coursekit.grading.gradebook.regrade import compare
    from coursekit.grading.grader import begin, grade_class, shard
    from coursekit.grading.results import FEEDBACK, LINES, REPORT, Results, latest, read_records

    with Results(folder) as results:
        task = begin(task, results, resume=resume)
        if seed is not None and task.seed != seed:
            raise CourseError(f"{folder} was begun with --seed {task.seed}; it cannot be changed.")
        task = replace(task, feedback=folder / FEEDBACK)
        wanted = _not_done(shard(found.submissions, *part), results.done())
        with _progress(len(wanted), quiet=quiet) as advance:
            grade_class(task, wanted, results, jobs=jobs, graded=lambda record: advance())
    records = latest(read_records(folder / LINES))
    write_report(records, folder / REPORT)
    _expect_answers(records, task)
    with Gradebook(db, create=True) as book:
        changed = {change.student for change in compare(book, records)}
        taken = take_in(records, book)
        if (rule := task.assignment().late) is not None:
            with book.writing() as session:
                set_rule(session, records[0].assignment, rule, only_new=True)
    said = {"gradebook": db}
    if taken.waiting and changed:
        said["students whose marks would change"] = (
            f"{len(changed)}: see `coursekit gradebook regrade {folder}`, then accept them"
        )
    return records, said


def _expect_answers(records: Sequence[Record], task: Task) -> None:
    """Notebooks without a single answer are those of another assignment."""
    graded = [r for r in records if r.kind == "graded"]
    if len(graded) > 1 and all(q.status == "missing" for r in graded for q in r.questions):
        raise CourseError(
            f"None of the {len(graded)} notebooks holds an answer to a question of "
            f"{graded[0].assignment}: are they of another assignment? Nothing was taken into the "
            "gradebook."
        )


def _not_done(
    submissions: Sequence[Submission], done: set[tuple[str, str, str]]
) -> list[Submission]:
    """Those without a record; only with records there are their contents looked at."""
    if not done:
        return list(submissions)
    return [s for s in submissions if (s.student, s.name, s.digest()) not in done]


def _summarise(
    records: Sequence[Record], found: Found, more: dict[str, str], as_json: bool
) -> None:
    kinds = Counter(str(r.kind) for r in records)
    missing = len(found.submissions) - len(records)
    told: dict[str, object] = {
        "graded": kinds["graded"],
        "unreadable": kinds["unreadable"],
        "infrastructure errors": kinds["infrastructure"],
        "without a record": max(missing, 0),
        **more,
    }
    if as_json:
        out.print_json(json.dumps({**told, "problems": list(found.problems)}))
    else:
        table = Table(show_header=False, box=None, pad_edge=False)
        for what, value in told.items():
            table.add_row(what, str(value))
        out.print(table)
        for problem in found.problems:
            complain(problem)
        for record in records:
            if record.kind != "graded":
                complain(f"{record.student} ({record.submission}): {record.problem}")
    if kinds["infrastructure"] or missing > 0:
        raise typer.Exit(FAILED)


def _grade_own(task: Task, notebooks: Sequence[Path], as_json: bool) -> None:
    from coursekit.grading.submissions import own_submission

    if len(notebooks) != 1:
        raise CourseError("--self takes one notebook: `coursekit grade --self NOTEBOOK.ipynb`.")
    with task.judge() as judge:
        record = judge.grade(own_submission(notebooks[0]))
    if as_json:
        out.print_json(record.to_json())
    elif record.kind != "graded":
        complain(record.problem)
    else:
        for question in record.questions:
            says = question.diagnosis or question.message
            score = f"{question.score:g} of {question.points:g}"
            say(f"{question.exercise}: {score}, {question.status}")
            if says and question.score < question.points:
                say(textwrap.indent(says, "    "))
        for note in record.notes:
            say(note)
        say(f"{record.score:g} of {record.points:g} points.")
    if record.kind != "graded":
        raise typer.Exit(FAILED)


def _source(unit: str | None, folder: Path | None, own: Sequence[Path]) -> str:
    if unit is not None and folder is not None:
        raise CourseError("Say --unit or --assignment, not both.")
    if folder is not None:
        return f"folder:{folder.resolve()}"
    named = re.match(r"(\d\d)_", own[0].name) if own and unit is None else None
    if named:
        unit = named[1]
    if unit is None:
        raise CourseError("Say what is graded: --unit 04, or --assignment FOLDER.")
    if not unit.isdigit():
        raise CourseError(f"A unit is a number such as 04; got {unit!r}.")
    return f"unit:{int(unit):02d}"


def _notebook_name(task: Task) -> str:
    """The name of the notebook that was given out, as far as it is known."""
    from coursekit.authoring.course import NotACheckout, find_root, find_units

    kind, _, name = task.source.partition(":")
    if kind == "folder":
        return task.assignment().name
    with contextlib.suppress(NotACheckout):
        return find_units(find_root(), [name])[0].slug
    return name


def _level(unsafe: bool, own: bool) -> Level:
    from coursekit.grading.levels import Level
    from coursekit.grading.probing import probe

    found = probe()
    if found.level is Level.NONE and not (unsafe or own):
        raise CourseError(
            "There is no sandbox here, and submissions are programs of strangers. "
            f"{' '.join(found.lacks)} (`--unsafe-no-sandbox` grades all the same.)"
        )
    return found.level


def _roster(path: Path | None) -> Roster | None:
    from coursekit.grading.rosters import read_roster

    return None if path is None else read_roster(path)


def _part(said: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)/(\d+)", said)
    part, of = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= part <= of:
        raise CourseError(f"--shard is I/N with I from 1 to N, such as 2/8; got {said!r}.")
    return part, of


@contextlib.contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[Callable[[], None]]:
    columns = (
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, disable=quiet or not err.is_terminal) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)
