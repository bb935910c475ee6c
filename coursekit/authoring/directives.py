"""What the build writes into the text: exercise cards, folded hints, minutes.

A directive is an HTML comment on a line of its own, so that a source reads well without a build:
``<!-- card: NAME -->``, ``<!-- hints: NAME -->``, ``<!-- minutes -->``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from html import escape

from coursekit.authoring.sources import SourceCell
from coursekit.exercises import Exercise, find

WORDS_A_MINUTE = 180
SECONDS_A_LINE = 10
_DIRECTIVE = re.compile(r"^<!-- (card|hints|minutes)(?:: (\w+))? -->$", flags=re.MULTILINE)


def expand(text: str, cells: Sequence[SourceCell], kind: str) -> str:
    """`text` with its directives replaced.

    Args:
        cells: all cells of the source, for its minutes.
        kind: lectures, exercises or solutions; solutions show no hints.

    Raises:
        UnknownExercise: a card or hints of an exercise that does not exist.
    """

    def replacement(match: re.Match[str]) -> str:
        what, name = match.groups()
        if what == "minutes":
            return f"*About {reading_minutes(cells)} minutes.*"
        exercise = find(name)
        if what == "card":
            return card(exercise)
        return "" if kind == "solutions" else folded_hints(exercise)

    return _DIRECTIVE.sub(replacement, text).strip()


def card(exercise: Exercise) -> str:
    """One line: points, minutes, difficulty, what it builds on."""
    points = f"{exercise.points} point{'s' if exercise.points > 1 else ''}"
    parts = [points, f"about {exercise.minutes} minutes", f"difficulty {exercise.difficulty} of 5"]
    if exercise.builds_on:
        names = (f"`{b}`" if b.isidentifier() else b for b in exercise.builds_on)
        parts.append("builds on " + ", ".join(names))
    return f"*{' · '.join(parts)}*"


def folded_hints(exercise: Exercise) -> str:
    """Every hint behind a click, from a nudge to nearly the answer."""
    count = len(exercise.hints)
    return "\n\n".join(
        f"<details><summary>Hint {i} of {count}</summary>\n\n{escape(hint, False)}\n\n</details>"
        for i, hint in enumerate(exercise.hints, 1)
    )


def reading_minutes(cells: Sequence[SourceCell]) -> int:
    """Minutes to work through a text: its words and its lines of code, to the next five.

    Reckoned at `WORDS_A_MINUTE` and `SECONDS_A_LINE`; running the cells comes on top.
    """
    words = sum(len(re.findall(r"\w+", c.text)) for c in cells if c.kind == "markdown")
    lines = sum(len(c.text.splitlines()) for c in cells if c.kind == "code")
    return max(5, 5 * math.ceil((words / WORDS_A_MINUTE + lines * SECONDS_A_LINE / 60) / 5))
