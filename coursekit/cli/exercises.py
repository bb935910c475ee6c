"""Commands about exercises: test their checks, show progress."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from coursekit.cli.console import FAILED, complain, out
from coursekit.errors import CourseError


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
        complain(problem)
    if problems:
        raise typer.Exit(FAILED)


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
