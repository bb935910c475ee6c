"""A summary as a table to read: text for a terminal, HTML for a notebook, markdown for a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coursekit.analysis.comparison import Comparison
    from coursekit.analysis.summary import Row, Summary

HEADINGS = {
    "name": "layer",
    "type": "type",
    "output_shape": "output",
    "parameters": "parameters",
    "macs": "multiply-adds",
    "activation_bytes": "activations",
    "receptive_field": "field",
    "jump": "jump",
    "padding": "padding",
}
"""What stands above each column."""

WORDS = ("name", "type", "output_shape")
"""Columns that are words, and set to the left; the others are numbers."""


def count(number: float, unit: str = "") -> str:
    """A number in the units people use: 61.7 k, 138.4 M, 15.47 G; small ones as they are."""
    for factor, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= factor:
            scaled = number / factor
            digits = 2 if scaled < 100 else 1
            return f"{scaled:.{digits}f} {prefix}{unit}"
    return f"{number:g}{' ' * bool(unit)}{unit}"


def cell(key: str, value: Any) -> str:
    """One value as it stands in the table."""
    if value is None:
        return "all" if key == "receptive_field" else "–"
    if isinstance(value, list):
        return "×".join(str(v) for v in value)
    if key == "activation_bytes":
        return count(value, "B") if value else "–"
    if key in ("parameters", "macs"):
        return f"{value:,}" if value else "–"
    return str(value)


def cells(rows: Sequence[Row]) -> list[list[str]]:
    """All rows as text, without a heading."""
    return [[cell(key, row[key]) for key in HEADINGS] for row in rows]


def totals_text(summary: Summary) -> str:
    """The totals in one line, in the units people use."""
    t = summary.totals
    return (
        f"{t['parameters']:,} parameters ({count(4 * t['parameters'], 'B')}), "
        f"{count(t['macs'])} multiply-adds, activations {count(t['activation_bytes'], 'B')}, "
        f"{count(t['backward_bytes'], 'B')} held for backward"
    )


def title_text(summary: Summary) -> str:
    """What was summarised."""
    return f"{summary.model}, input {'×'.join(map(str, summary.input_shape))}"


def as_text(summary: Summary) -> str:
    """The table in plain text."""
    rows = [list(HEADINGS.values()), *cells(summary.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(_aligned(row, widths)).rstrip() for row in rows]
    rule = "─" * max(map(len, lines))
    text = [title_text(summary), lines[0], rule, *lines[1:], rule, totals_text(summary)]
    return "\n".join([*text, *(f"Note: {note}" for note in summary.notes)])


def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [
        f"{text:<{width}}" if key in WORDS else f"{text:>{width}}"
        for key, text, width in zip(HEADINGS, row, widths, strict=True)
    ]


def as_markdown(summary: Summary) -> str:
    """The table in markdown, totals below."""
    head = "| " + " | ".join(HEADINGS.values()) + " |"
    rule = "| " + " | ".join("---" if key in WORDS else "---:" for key in HEADINGS) + " |"
    body = ["| " + " | ".join(row) + " |" for row in cells(summary.rows)]
    notes = [f"- {note}" for note in summary.notes]
    parts = [f"**{title_text(summary)}**", "", head, rule, *body, "", totals_text(summary) + "."]
    return "\n".join([*parts, *([""] if notes else []), *notes]) + "\n"


def as_html(summary: Summary) -> str:
    """The table for a notebook; scrolls sideways where it is narrow."""
    head = _row("th", HEADINGS.values(), ' scope="col"')
    body = "".join(_row("td", row) for row in cells(summary.rows))
    notes = "".join(f"<p>Note: {escape(note)}</p>" for note in summary.notes)
    return _scrolling(
        f"<caption>{escape(title_text(summary))}</caption><thead>{head}</thead>"
        f"<tbody>{body}</tbody>",
        f"<p>{escape(totals_text(summary))}</p>{notes}",
    )


def comparison_text(found: Comparison) -> str:
    """Two tables side by side; a mark stands where they differ."""
    left, right = ([_brief(row) for row in rows] for rows in (found.left_rows, found.right_rows))
    width = max(len(line) for line in (*left, found.left.model))
    lines = [f"   {found.left.model:<{width}}   {found.right.model}"]
    for same, a, b in zip(found.same, left, right, strict=True):
        lines.append(f"{'  ' if same else '≠ '} {a:<{width}}   {b}".rstrip())
    return "\n".join([*lines, "", *found.in_words])


def comparison_html(found: Comparison) -> str:
    """Two tables side by side for a notebook; rows that differ are framed and say so."""
    rows = []
    pairs = zip(found.same, found.left_rows, found.right_rows, strict=True)
    for same, left, right in pairs:
        style = "" if same else ' style="outline:2px solid #D55E00"'
        mark = "" if same else "≠"
        texts = (_brief(left), mark, _brief(right))
        rows.append(f"<tr{style}>" + "".join(f"<td>{escape(t)}</td>" for t in texts) + "</tr>")
    head = _row("th", (found.left.model, "", found.right.model), ' scope="col"')
    words = "".join(f"<p>{escape(line)}</p>" for line in found.in_words)
    return _scrolling(f"<thead>{head}</thead><tbody>{''.join(rows)}</tbody>", words)


def _brief(row: Row | None) -> str:
    if row is None:
        return ""
    numbers = (
        f"{cell('output_shape', row['output_shape'])}, {cell('parameters', row['parameters'])}"
    )
    return f"{row['name']} {row['type']}: {numbers}"


def _row(tag: str, texts: Iterable[str], extra: str = "") -> str:
    made = []
    for key, text in zip(HEADINGS, texts, strict=False):
        align = "left" if key in WORDS else "right"
        style = f'style="text-align:{align};padding:.1em .6em;white-space:nowrap"'
        made.append(f"<{tag}{extra} {style}>{escape(text)}</{tag}>")
    return f"<tr>{''.join(made)}</tr>"


def _scrolling(table: str, after: str) -> str:
    return (
        '<div style="overflow-x:auto" tabindex="0"><table style="border-collapse:collapse">'
        f"{table}</table></div>{after}"
    )
