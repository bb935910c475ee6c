"""``coursekit doctor``."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from coursekit.cli.console import FAILED, out


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
