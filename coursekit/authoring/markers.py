"""Markers in a source that part what students see from what they do not.

``### BEGIN SOLUTION`` and ``### END SOLUTION`` are nbgrader's own, so that instructors know them.
"""

from __future__ import annotations

from collections.abc import Iterator

SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
RUBRIC = ("### BEGIN RUBRIC", "### END RUBRIC")

Markers = tuple[str, str]

STUB = "raise NotImplementedError"
"""What stands in place of a solution in code."""


def in_pairs(text: str, markers: Markers) -> bool:
    """Whether each beginning has its end."""
    found = [line.strip() for line in text.splitlines() if line.strip() in markers]
    return found == list(markers) * (len(found) // 2)


def between(text: str, markers: Markers) -> Iterator[str]:
    """The lines between the markers."""
    inside = False
    for line in text.splitlines():
        if line.strip() in markers:
            inside = line.strip() == markers[0]
        elif inside:
            yield line


def without(text: str, markers: Markers, instead: str = "") -> str:
    """The text with each part between markers replaced, indented as its marker was."""
    kept: list[str] = []
    inside = False
    for line in text.splitlines():
        if line.strip() == markers[0]:
            inside = True
            if instead:
                kept.append(line[: len(line) - len(line.lstrip())] + instead)
        elif line.strip() == markers[1]:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def unmarked(text: str, markers: Markers) -> str:
    """The text with what is between markers, without the markers."""
    return "\n".join(line for line in text.splitlines() if line.strip() not in markers)
