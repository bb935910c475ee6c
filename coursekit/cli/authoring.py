"""Commands for those who write the course: build it, check its sources."""

from __future__ import annotations

from typing import Annotated

import typer

from coursekit.cli.console import FAILED, complain, err, out, say

Units = Annotated[
    list[str] | None,
    typer.Argument(help="Units by number or name, such as 02. All of them by default."),
]


def build(
    units: Units = None,
    check: Annotated[
        bool, typer.Option("--check", help="Build nothing; say what differs from the sources.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also execute what has not changed.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=1, help="Notebooks at once. Default: one per core."),
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
            complain(problem)
        if problems:
            err.print("Run `coursekit build` to bring them up to date.", highlight=False)
            raise typer.Exit(FAILED)
        out.print("Everything built is what the sources give.")
        return

    done = build_units(chosen, jobs=jobs, force=force, report=say)
    out.print(
        f"{len(done.written)} written, {len(done.unchanged)} unchanged, {len(done.failed)} failed.",
        highlight=False,
    )
    if done.failed:
        raise typer.Exit(FAILED)


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
        complain(str(problem).replace(f"{root}/", "", 1))
    if problems:
        raise typer.Exit(FAILED)
    out.print("The sources keep all rules.")
