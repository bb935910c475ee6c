"""The command that reads an architecture."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from coursekit.cli.console import out
from coursekit.errors import CourseError

if TYPE_CHECKING:
    from coursekit.analysis import Summary

    Shape = tuple[int, ...]

WIDE, NARROW = 118, 96
"""Columns of a terminal from which all digits, and the types of the layers, have room."""


def summary(
    model: Annotated[
        str,
        typer.Argument(
            help="A network of the course (alexnet, vgg16, resnet50, …) or, of your "
            "own, module:callable, such as my_file:make_network."
        ),
    ],
    size: Annotated[
        str | None,
        typer.Option("--input", help="What goes in, such as 3x224x224. [as its paper says]"),
    ] = None,
    depth: Annotated[
        int | None,
        typer.Option(min=1, help="Add up layers whose names agree in so many parts."),
    ] = None,
    against: Annotated[
        str | None, typer.Option(help="Another network, to be put beside this one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
    as_markdown: Annotated[bool, typer.Option("--md", help="Print a markdown table.")] = False,
) -> None:
    """Summarise a network: shapes, parameters, multiply-adds, memory, receptive fields.

    Nothing is trained or run at full size: only shapes go through the layers.
    """
    from coursekit.analysis import compare

    if as_json + as_csv + as_markdown > 1:
        raise CourseError("Choose one of --json, --csv and --md.")
    if against is not None and (as_json or as_csv or as_markdown):
        raise CourseError("--against gives text only: leave out --json, --csv and --md.")
    found = _summary(model, size, depth)
    if against is not None:
        typer.echo(repr(compare(found, _summary(against, size, depth))))
    elif as_json:
        typer.echo(found.to_json())
    elif as_csv:
        typer.echo(found.to_csv(), nl=False)
    elif as_markdown:
        typer.echo(found.to_markdown(), nl=False)
    else:
        _show(found)


def _summary(name: str, size: str | None, depth: int | None) -> Summary:
    from coursekit.analysis import AnalysisError, network
    from coursekit.analysis import summary as summarise

    shape = None if size is None else _shape(size)
    made = _own(name) if ":" in name else network(name)
    try:
        found = summarise(made, shape)
    except AnalysisError as error:
        raise CourseError(str(error)) from error
    except TypeError as error:
        if shape is None and "say what goes into" in str(error):
            raise CourseError(f"Say what goes into {name}: --input 3x224x224.") from None
        raise CourseError(f"{name}: {error}.") from None
    return found if depth is None else found.folded(depth)


def _shape(text: str) -> Shape:
    if not re.fullmatch(r"\d+([x×,]\d+){0,2}", text) or "0" in re.split("[x×,]", text):
        raise CourseError(
            f"--input is channels x height x width, such as 3x224x224 (or one number for a "
            f"vector); got '{text}'."
        )
    return tuple(int(n) for n in re.split("[x×,]", text))


def _own(name: str) -> Any:
    """What ``module:callable`` gives when it is called."""
    module_name, _, attribute = name.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    try:
        module = importlib.import_module(module_name.removesuffix(".py").replace("/", "."))
        if not hasattr(module, attribute):
            raise CourseError(f"'{attribute}' is not in {module_name}.")
        make = getattr(module, attribute)
        return make() if callable(make) and not hasattr(make, "parameters") else make
    except CourseError:
        raise
    except ModuleNotFoundError as error:
        raise CourseError(
            f"There is no module '{error.name}' (looked in {Path.cwd()} too)."
        ) from None
    except Exception as error:
        raise CourseError(f"{name} failed: {type(error).__name__}: {error}") from error
    finally:
        sys.path.pop(0)


def _show(found: Summary) -> None:
    """The table as wide as the terminal: with less room, shorter numbers and fewer columns."""
    from coursekit.analysis.tables import HEADINGS, WORDS, cells, count, title_text, totals_text

    if not out.is_terminal:
        typer.echo(repr(found))
        return
    rows = [dict(zip(HEADINGS, row, strict=True)) for row in cells(found.rows)]
    if out.width < WIDE:
        for shown, row in zip(rows, found.rows, strict=True):
            shown |= {k: count(row[k]) for k in ("parameters", "macs") if row[k]}
    hidden = {"type", "padding"} if out.width < NARROW else set()
    brief = {"parameters": "weights", "macs": "mult-adds", "activation_bytes": "memory"}
    headings = HEADINGS | (brief if out.width < WIDE else {})
    table = Table(box=None, title=title_text(found), title_justify="left", title_style="bold")
    for key, heading in headings.items():
        if key not in hidden:
            justify: Any = "left" if key in WORDS else "right"
            table.add_column(heading, justify=justify, no_wrap=key != "name", overflow="fold")
    for shown in rows:
        table.add_row(*(text for key, text in shown.items() if key not in hidden))
    out.print(table, highlight=False)
    out.print(f"\n{totals_text(found)}", highlight=False)
    for note in found.notes:
        out.print(f"Note: {note}", highlight=False, markup=False)
