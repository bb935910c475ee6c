"""The command that opens the page for marking by hand."""

from __future__ import annotations

import getpass
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coursekit.cli.console import complain, say

if TYPE_CHECKING:
    from coursekit.grading.by_hand.guard import Access


def grade_by_hand(
    results: Annotated[
        Path, typer.Argument(help="The results folder that `coursekit grade --out` made.")
    ],
    question: Annotated[
        str | None, typer.Option(help="Begin with this question. Default: the first.")
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of this machine, 0 for any that is free.")
    ] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")
    ] = True,
    names: Annotated[
        bool, typer.Option("--names", help="Show names, in their order. Default: hidden, shuffled.")
    ] = False,
    who: Annotated[
        str | None, typer.Option("--as", help="Your name in the marks. Default: your login.")
    ] = None,
) -> None:
    """Mark free-text and plot questions on a page of this machine, until Ctrl-C.

    One question across all students, by keys. Every mark is saved at once in RESULTS, in
    hand_marks.jsonl; grading again does not touch it.
    """
    import asyncio

    from coursekit.grading.by_hand.desk import Desk
    from coursekit.grading.by_hand.opening import opened
    from coursekit.grading.by_hand.server import serve

    desk = Desk(results, who or _login())
    if question is not None:
        desk.question(question, named=False)
    if unreadable := desk.questions.unreadable:
        complain(
            f"Lines of {desk.questions.path} that are no records, and were left out: {unreadable}."
        )

    with ExitStack() as stack:

        def ready(access: Access) -> None:
            say(f"Marking as {desk.who}. Ctrl-C ends. The page, for you alone:\n{access.address}")
            if browser:
                stack.enter_context(opened(access.address, results))

        asyncio.run(serve(desk, ready, port=port, question=question or "", named=names))
    for told in desk.overview()["questions"]:
        say(f"{told['title']}: {told['marked_answers']} of {told['total_answers']} marked")


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without an entry in the system's list
        return "unknown"
