"""The command line: ``coursekit …``, ``jupyter coursekit …`` and ``python -m coursekit …``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import coursekit
from coursekit.errors import CourseError

app = typer.Typer(
    name="coursekit",
    help="Convolutional networks, from pixels to style: the course's tools.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
out = Console()
err = Console(stderr=True)

Units = Annotated[
    list[str] | None,
    typer.Argument(help="Units by number or name, such as 02. All of them by default."),
]

USAGE_ERROR = 2
FAILED = 1


def main() -> None:
    """Run the command line; a user's mistake is one line on stderr, never a traceback."""
    try:
        app()
    except CourseError as error:
        err.print(f"[bold red]Error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(USAGE_ERROR)
    except KeyboardInterrupt:
        err.print("Stopped.")
        sys.exit(130)


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"coursekit {coursekit.__version__}", highlight=False)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Convolutional networks, from pixels to style: the course's tools."""


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what is installed, what is missing, and what to do about it.

    Exit status 1 when something needed is missing.
    """
    from coursekit.doctor import examine

    findings = examine()
    if as_json:
        out.print_json(json.dumps([vars(f) for f in findings]))
    else:
        signs = {"ok": "[green]ok[/]", "note": "[yellow]note[/]", "problem": "[red]problem[/]"}
        table = Table(show_header=False, box=None, pad_edge=False)
        for finding in findings:
            says = escape(finding.says) + (f"\n→ {escape(finding.do)}" if finding.do else "")
            table.add_row(signs[finding.level], finding.what, says)
        out.print(table)
    if any(f.level == "problem" for f in findings):
        raise typer.Exit(FAILED)


@app.command()
def build(
    units: Units = None,
    check: Annotated[
        bool, typer.Option("--check", help="Build nothing; say what differs from the sources.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also execute what has not changed.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Notebooks at once. [all cores]")
    ] = None,
) -> None:
    """Build lectures/, exercises/ and solutions/ from sources/.

    Only what changed is built, in parallel; a second build changes no byte. Exit status 1 when a
    notebook fails, or with --check when one differs from its source.
    """
    from coursekit.authoring.build import build as build_units
    from coursekit.authoring.build import stale
    from coursekit.authoring.course import find_root, find_units

    chosen = find_units(find_root(), units)
    if check:
        problems = list(stale(chosen))
        for problem in problems:
            err.print(problem, highlight=False, markup=False, soft_wrap=True)
        if problems:
            err.print("Run `coursekit build` to bring them up to date.", highlight=False)
            raise typer.Exit(FAILED)
        out.print("Everything built is what the sources give.")
        return

    def report(line: str) -> None:
        out.print(line, highlight=False, markup=False, soft_wrap=True)

    done = build_units(chosen, jobs=jobs, force=force, report=report)
    out.print(
        f"{len(done.written)} written, {len(done.unchanged)} unchanged, {len(done.failed)} failed.",
        highlight=False,
    )
    if done.failed:
        raise typer.Exit(FAILED)


@app.command("check-sources")
def check_sources(units: Units = None) -> None:
    """Check that the sources keep the course's rules.

    Headings, line lengths, cards, hints, signatures, solution markers. Exit status 1 when a rule
    is broken.
    """
    from coursekit.authoring.course import find_root, find_units
    from coursekit.authoring.rules import check_sources as check_units

    root = find_root()
    problems = check_units(find_units(root, units))
    for problem in problems:
        says = str(problem).replace(f"{root}/", "", 1)
        err.print(says, highlight=False, markup=False, soft_wrap=True)
    if problems:
        raise typer.Exit(FAILED)
    out.print("The sources keep all rules.")


@app.command("check-exercises")
def check_exercises(
    file: Annotated[
        Path | None,
        typer.Argument(help="A file of your own exercises. The course's own by default."),
    ] = None,
) -> None:
    """Test the checks of exercises: the course's, or your own in one file.

    Right answers must pass, known mistakes must be named, the stub must not count. Exit status 1
    when a check does not keep its promise.
    """
    from coursekit.authoring.exercise_quality import examine
    from coursekit.exercises import find, load_exercises, names

    exercises = load_exercises(file) if file else [find(n) for n in names()]
    table = Table("exercise", "cases", "mistakes named", "right answers", "verdict", box=None)
    problems = []
    for exercise in exercises:
        quality = examine(exercise)
        problems += [f"{exercise.name}: {p}" for p in quality.problems]
        table.add_row(
            exercise.name,
            str(quality.cases),
            str(len(exercise.mistakes)),
            str(len(exercise.right_answers)),
            "[red]see below[/]" if quality.problems else "[green]ok[/]",
        )
    out.print(table)
    for problem in problems:
        err.print(problem, highlight=False, markup=False, soft_wrap=True)
    if problems:
        raise typer.Exit(FAILED)


@app.command()
def progress(
    unit: Annotated[str | None, typer.Argument(help="One unit, such as 02.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Forget all progress.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before forgetting.")] = False,
) -> None:
    """Show which exercises have been tried and passed on this machine."""
    from coursekit.checking import records

    if unit is not None and not unit.isdigit():
        raise CourseError(f"A unit is a number such as 02; got '{unit}'.")
    if reset:
        if not yes:
            typer.confirm(f"Forget all progress kept in {records.location()}?", abort=True)
        records.forget()
        out.print("Forgotten.")
        return
    overview = records.overview(unit)
    if as_json:
        rows = [
            {
                "unit": e.unit,
                "exercise": e.name,
                "status": entry.status,
                "checks": entry.checks,
                "hints": entry.hints,
                "points": e.points,
                "passed_at": entry.passed_at,
            }
            for e, entry in overview.rows
        ]
        out.print_json(json.dumps(rows))
        return
    table = Table("unit", "exercise", "status", "checks", "hints", "points", box=None)
    colours = {"passed": "green", "tried": "yellow", "not attempted": "dim"}
    for exercise, entry in overview.rows:
        status = f"[{colours[entry.status]}]{entry.status}[/]"
        numbers = (str(entry.checks), str(entry.hints), str(exercise.points))
        table.add_row(exercise.unit, exercise.name, status, *numbers)
    out.print(table)
    out.print(overview.summary, highlight=False)
