"""A check's result as plain text: one screen at most (80 columns, about 40 lines)."""

from __future__ import annotations

import textwrap

import numpy as np

from coursekit.checking.result import Result
from coursekit.checking.windows import Window, place_in, window

WIDTH = 79
COLUMNS = 5
HEADINGS = {
    "attempted": "not attempted yet",
    "callable": "cannot be called",
    "runs": "stops with an error",
    "returns": "returns the wrong kind of thing",
    "shape": "has the wrong shape",
    "dtype": "has the wrong kind of numbers",
    "finite": "has numbers that are not finite",
    "tiny": "is wrong on a small input",
    "random": "is right on the worked examples, wrong on another input",
    "properties": "gives the right values, but is not right yet",
    "passed": "passed",
}


def render_text(result: Result) -> str:
    """The result in plain text."""
    lines = [f"{result.name or 'check'}: {HEADINGS[result.rung]}"]
    if result.rung == "attempted":
        lines += _wrapped(f"{result.message} {_next_step(result)}")
        return "\n".join(lines)
    for part in result.message.split("\n"):
        lines += _wrapped(part)
    if "\n" in result.call:
        lines += [*_wrapped(f"Lines run, {result.case}:"), textwrap.indent(result.call, "    ")]
    elif result.call:
        lines += _wrapped(f"Call: {result.call}, {result.case}")
    if result.diagnosis:
        lines += ["", *_wrapped(f"Likely cause: {result.diagnosis}")]
    if not result.passed:
        lines += _arrays(result)
    if result.printed:
        lines += ["", "Your function printed:", textwrap.indent(result.printed, "    ")]
    lines += [line for w in result.warned for line in _wrapped(f"Warning on the way: {w}")]
    if result.note:
        lines += _wrapped(result.note)
    return "\n".join(lines)


def _next_step(result: Result) -> str:
    return f"Write your answer, run its cell, and check again; hint({result.name}) helps."


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="    ") or [""]


def _arrays(result: Result) -> list[str]:
    lines: list[str] = []
    for name, value in list(result.inputs.items())[:3]:
        short = value.ndim == 1 and value.dtype.kind in "iub"
        place = place_in(value, result.wrong)
        shown = window(value, columns=12 if short else COLUMNS, at=place)
        if sum(map(len, shown.cells)) <= 40:
            lines += ["", f"{name}{shown.where}, shape {value.shape}:", *_table(shown)]
        else:
            lines += [f"{name}: shape {value.shape}, {value.dtype}"]
    if result.got is not None and result.expected is not None:
        lines += ["", *_side_by_side(result)]
    return lines


def _side_by_side(result: Result) -> list[str]:
    got, expected = np.asarray(result.got), np.asarray(result.expected)
    if not got.ndim and not expected.ndim:
        return []
    same_shape = got.shape == expected.shape
    wrong = result.wrong if same_shape else None
    left = window(got, wrong, expected if same_shape else None, columns=COLUMNS)
    right = window(expected, wrong, got if same_shape else None, columns=COLUMNS)
    of = f" `{result.output}`" if result.output else ""
    ours = [f"Yours{of}{left.where}, shape {got.shape}", *_table(left)]
    theirs = [f"Expected{of}{right.where}, shape {expected.shape}", *_table(right, marks=False)]
    width = max(map(len, ours)) + 4
    if width + max(map(len, theirs)) > WIDTH:
        return [*ours, *theirs]
    rows = max(len(ours), len(theirs))
    ours += [""] * (rows - len(ours))
    theirs += [""] * (rows - len(theirs))
    return [f"{a:<{width}}{b}".rstrip() for a, b in zip(ours, theirs, strict=True)]


def _table(shown: Window, *, marks: bool = True) -> list[str]:
    if not shown.cells or not shown.cells[0]:
        return ["  (empty)"]
    width = max(len(c) for row in shown.cells for c in row)
    lines = []
    for cells, marked in zip(shown.cells, shown.marked, strict=True):
        each = [
            f"[{c:>{width}}]" if m and marks else f" {c:>{width}} "
            for c, m in zip(cells, marked, strict=True)
        ]
        lines.append(" " + "".join(each))
    return lines
