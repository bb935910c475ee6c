"""Statuses, points and times as the pages say them."""

from __future__ import annotations

from datetime import datetime

from coursekit.grading.records import QuestionMark, Status

PASSED_IN_NOTEBOOK = "passed"
"""The rung of a question whose own check in the notebook finds nothing wrong."""

_SIGNS = {"right": "✓", "partly right": "◐", "not right yet": "✗"}


def verdict(question: QuestionMark) -> str:
    """What became of a question, for its author."""
    match question.status:
        case Status.PASSED:
            return "right"
        case Status.FAILED:
            return "partly right" if question.score > 0 else "not right yet"
        case Status.UNTOUCHED:
            return "not attempted"
        case Status.MISSING:
            return "not found in the notebook"


def sign(said: str) -> str:
    """A sign to go with a verdict, beside its words, never instead of them."""
    return _SIGNS.get(said, "○")


def number(value: float) -> str:
    """At most two decimals, and none that say nothing."""
    shown = f"{value:,.2f}"
    return shown.rstrip("0").rstrip(".")


def points(value: float) -> str:
    """``1 point``, ``2.5 points``."""
    shown = number(value)
    return f"{shown} point" if shown == "1" else f"{shown} points"


def counted(count: int, one: str, several: str = "") -> str:
    """``1 question``, ``2 questions``."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def duration(seconds: float) -> str:
    """``0.4 ms``, ``12 ms``, ``1.2 s``, ``35 s``."""
    value, unit = (seconds * 1e3, "ms") if seconds < 0.9995 else (seconds, "s")
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"


def moment(iso: str) -> str:
    """``2026-11-20 23:59 (UTC+01:00)`` from ISO 8601; what is something else stays."""
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{when:%Y-%m-%d %H:%M}" + (f" ({when.tzname()})" if when.tzinfo else "")


def listed(names: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
