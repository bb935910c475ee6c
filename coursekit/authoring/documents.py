"""Documents made from code: tables of checks and of claims, and of units in the README."""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path

from coursekit.authoring.course import Unit, find_units
from coursekit.authoring.directives import reading_minutes
from coursekit.authoring.exercise_quality import SEEDS
from coursekit.authoring.sources import read_cells
from coursekit.claims import ledger
from coursekit.exercises import Exercise, in_unit

_UNITS = re.compile(r"(<!-- units -->\n).*?(<!-- /units -->)", flags=re.DOTALL)


def documents(root: Path) -> dict[Path, str]:
    """Path and text of every document made from code."""
    units = find_units(root)
    made = {root / "docs" / "checks.md": checks_table(units)}
    own = (root / "coursekit" / "claims").is_dir()
    if own and importlib.util.find_spec("torch"):  # one claim is measured with it
        made[root / "docs" / "claims.md"] = claims_table()
    readme = root / "README.md"
    if readme.is_file():
        text = readme.read_text(encoding="utf-8")
        made[readme] = _UNITS.sub(lambda m: m[1] + units_table(units) + m[2], text)
    return made


WAITING = {"F24": "11", "F25": "12"}
"""Claims whose unit is not written yet."""


@cache
def claims_table() -> str:
    """Markdown: every figure of the source decks beside the one that code computes."""
    waiting = ", ".join(f"{claim} (unit {unit})" for claim, unit in WAITING.items())
    return (
        "# The claims ledger\n\n"
        "Every figure of the decks that this course grew from, computed anew. Made by `coursekit "
        "build` from `coursekit/claims/`; do not edit. D1 27 is slide 27 of deck 1. In a notebook, "
        '`from coursekit.claims import ledger; ledger("F8")` computes and shows a row.\n\n'
        f"{ledger().to_markdown()}\n"
        f"Not computed yet, for want of their units: {waiting}.\n"
    )


def units_table(units: list[Unit]) -> str:
    """Markdown: each unit with links to its notebooks, minutes and points."""
    lines = ["| unit | lecture | exercises | solutions |", "| --- | --- | --- | --- |"]
    for unit in units:
        title = _title(unit)
        minutes = reading_minutes(read_cells(unit.lecture))
        exercises = in_unit(unit.number)
        work = sum(e.minutes for e in exercises)
        points = sum(e.points for e in exercises)
        lines.append(
            f"| {title} | [{minutes} minutes](lectures/{unit.slug}.ipynb) "
            f"| [{len(exercises)} exercises, {work} minutes, {points} points]"
            f"(exercises/{unit.slug}.ipynb) | [solutions](solutions/{unit.slug}.ipynb) |"
        )
    return "\n".join(lines) + "\n"


def checks_table(units: list[Unit]) -> str:
    """Markdown: what each exercise's checks are known to catch and to accept."""
    parts = [
        "# What the checks are known to do\n",
        "Made by `coursekit build` from `coursekit/exercises/`; do not edit. For every exercise "
        "the test suite holds that the reference passes, that the untouched stub counts as not "
        "attempted, that each known mistake fails *with its own sentence*, and that each unusual "
        f"right answer passes: with {len(SEEDS)} different seeds. Points are divided between named "
        "checks; with a seed that no notebook shows, every right answer earns all of them, every "
        "known mistake loses some, and answers that know nothing, or know the notebook's inputs by "
        "heart, earn none.\n",
    ]
    exercises = [e for unit in units for e in in_unit(unit.number)]
    parts.append(_summary(exercises))
    for unit in units:
        parts.append(f"## {_title(unit)}\n")
        parts += [_details(e) for e in in_unit(unit.number)]
    return "\n".join(parts)


def _summary(exercises: list[Exercise]) -> str:
    lines = [
        "| unit | exercise | cases | properties | known mistakes | unusual right answers |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {e.unit} | [`{e.name}`](#{e.name}) | {len(e.make_cases(0))} | {len(e.properties)} "
        f"| {len(e.mistakes)} | {len(e.right_answers)} |"
        for e in exercises
    ]
    return "\n".join(lines) + "\n"


def _details(exercise: Exercise) -> str:
    points = ", ".join(f"*{check}* {points:g}" for check, points in exercise.checks.items())
    lines = [f"### {exercise.name}\n", f"`{exercise.signature}`: {exercise.title}.\n"]
    lines += [f"Points: {points}.\n"]
    lines += ["Caught, with this sentence:\n"]
    lines += [f"- *{m.name}*: {m.says}" for m in exercise.mistakes]
    lines += ["\nAccepted:\n"]
    lines += [f"- {r.name}" for r in exercise.right_answers]
    if exercise.properties:
        lines += ["\nHolds beyond the values:\n"]
        lines += [f"- {p.says}" for p in exercise.properties]
    return "\n".join(lines) + "\n"


def _title(unit: Unit) -> str:
    first = read_cells(unit.lecture)[0].text.splitlines()[0]
    return first.removeprefix("# ").strip()
