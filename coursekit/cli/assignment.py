"""Commands for instructors with assignments of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from coursekit.cli.console import FAILED, complain, err, out, say
from coursekit.errors import CourseError

if TYPE_CHECKING:
    from coursekit.authoring.assignment import Findings

app = typer.Typer(
    name="assignment",
    help="Assignments of your own: begin one, try its checks, build its notebook.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Folder = Annotated[Path, typer.Argument(help="The assignment's folder.")]
Advice = Annotated[
    bool,
    typer.Option(
        "--advice/--no-advice",
        help="Also look for wrong answers that the checks would let pass: up to 10 s a question.",
    ),
]


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Such as filters-1: letters, digits, - and _.")],
    within: Annotated[
        Path, typer.Option("--in", help="The folder in which the new folder is made.")
    ] = Path("."),
) -> None:
    """Begin an assignment: a folder with one small question that works at once."""
    from coursekit.authoring.skeleton import begin

    folder = begin(name, within)
    say(f"{folder} holds an assignment of one question. Change it, then:")
    say(f"  coursekit assignment check {folder}")


@app.command()
def check(folder: Folder, advice: Advice = True) -> None:
    """Try everything an assignment promises: its right answers, its wrong ones, its notebook.

    Exit status 1 when something must be put right before students get it. Notes say what could be
    better.
    """
    from coursekit.authoring.assignment import check_assignment

    _, findings = check_assignment(_there(folder), advise=advice, report=_report)
    _tell(findings)
    out.print("Nothing stands in the way of a build.", highlight=False)


@app.command()
def build(folder: Folder, advice: Advice = False) -> None:
    """Check an assignment, then write release/ for students and solution/ for you.

    Exit status 1, and nothing is written, when something must be put right first.
    """
    from coursekit.authoring.assignment import build_assignment

    written, findings = build_assignment(_there(folder), advise=advice, report=_report)
    _tell(findings)
    for path in written:
        say(f"written: {path}")


def _there(folder: Path) -> Path:
    if not folder.is_dir():
        raise CourseError(
            f"There is no folder {folder}. `coursekit assignment new NAME` makes one."
        )
    return folder


def _report(line: str) -> None:
    err.print(f"[dim]{escape(line)}[/]", highlight=False)


def _tell(findings: Findings) -> None:
    """Print what was found; exit when there are problems."""
    if findings.tried:
        table = Table("question", "cases", "known mistakes", "right answers", box=None)
        for name, counts in findings.tried.items():
            table.add_row(name, *map(str, counts))
        out.print(table)
    for note in findings.notes:
        say(f"note: {note}")
    for problem in findings.problems:
        complain(f"problem: {problem}")
    if findings.problems:
        raise typer.Exit(FAILED)
