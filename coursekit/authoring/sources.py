"""Reading a source (py:percent) into cells that remember their line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import jupytext

from coursekit.authoring.markers import SOLUTION, in_pairs
from coursekit.errors import CourseError

_MARKER = re.compile(r"^# %%( |$)")


class SourceError(CourseError):
    """A source that cannot be built; the message begins with file and line."""


@dataclass(frozen=True)
class SourceCell:
    """One cell: its kind (``markdown`` or ``code``), its text, and the line its text begins on."""

    kind: str
    text: str
    line: int

    @property
    def answers(self) -> str:
        """The function asked for, when this cell holds a solution; else ""."""
        if SOLUTION[0] not in self.text:
            return ""
        match = re.search(r"^(?:def|class) (\w+)", self.text, flags=re.MULTILINE)
        return match[1] if match else ""


def read_cells(path: Path) -> list[SourceCell]:
    """The cells of a source file.

    Raises:
        SourceError: no such file, text before the first cell, unbalanced solution markers.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SourceError(
            f"{path}: no such file. Each unit has lecture.py and exercises.py."
        ) from None
    lines = text.splitlines()
    starts = [i + 1 for i, line in enumerate(lines) if _MARKER.match(line)]
    if not starts or any(line.strip() for line in lines[: starts[0] - 1]):
        raise SourceError(f"{path}:1: the file must begin with a cell, `# %% [markdown]`.")
    notebook = jupytext.reads(text, fmt="py:percent")
    if len(notebook.cells) != len(starts):
        raise SourceError(f"{path}: {len(starts)} cell markers, but {len(notebook.cells)} cells.")
    cells = [
        SourceCell(cell.cell_type, cell.source, start + 1)
        for cell, start in zip(notebook.cells, starts, strict=True)
    ]
    for cell in cells:
        _check_markers(path, cell)
    return cells


def _check_markers(path: Path, cell: SourceCell) -> None:
    if not in_pairs(cell.text, SOLUTION):
        begin, end = SOLUTION
        raise SourceError(f"{path}:{cell.line}: `{begin}` and `{end}` do not come in pairs.")
    if SOLUTION[0] in cell.text and not cell.answers:
        raise SourceError(f"{path}:{cell.line}: a solution stands in no function or class.")
