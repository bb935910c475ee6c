"""The command line: ``coursekit …``, ``jupyter coursekit …`` and ``python -m coursekit …``.

Commands stand in files by subject. They import what they need when they run, so that help is there
at once.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.markup import escape

import coursekit
from coursekit.cli import assignment, gradebook
from coursekit.cli.analysis import summary
from coursekit.cli.authoring import build, check_sources
from coursekit.cli.by_hand import grade_by_hand
from coursekit.cli.console import USAGE_ERROR, err, out
from coursekit.cli.doctor import doctor
from coursekit.cli.exercises import check_exercises, progress
from coursekit.cli.grading import grade, report
from coursekit.cli.training import evaluate, predict, train
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
app.command()(doctor)
app.command()(progress)
app.command()(train)
app.command()(evaluate)
app.command()(predict)
app.command()(summary)
app.command()(grade)
app.command("grade-by-hand")(grade_by_hand)
app.command()(report)
app.add_typer(gradebook.app, name="gradebook")
app.add_typer(assignment.app, name="assignment")
app.command()(build)
app.command("check-sources")(check_sources)
app.command("check-exercises")(check_exercises)


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
