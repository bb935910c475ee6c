"""Reading an assignment's source (py:percent) into cells with their options, rubrics and lines.

A reader of its own: the grader needs it too, and must start at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coursekit.authoring.markers import RUBRIC, SOLUTION, between, in_pairs
from coursekit.errors import CourseError

_KIND = re.compile(r"\[(\w+)\]")
_OPTION = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|[^\s"]+)(?:\s+|$)')
_HEADER = re.compile(r"\A# ---\n(?:#.*\n)*?# ---\n")


@dataclass(frozen=True)
class Cell:
    """One cell: its kind (``markdown`` or ``code``), its text, and the line its text begins on.

    Attributes:
        options: what its marker line says after the kind: ``points=2 title="…"``.
    """

    kind: str
    text: str
    line: int
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def by_hand(self) -> str:
        """The name of the question that a person marks, answered in this cell; else ""."""
        return str(self.options.get("by_hand", ""))

    @property
    def answers(self) -> str:
        """The function or class asked for, when this cell holds a checked solution; else ""."""
        if self.kind != "code" or self.by_hand or SOLUTION[0] not in self.text:
            return ""
        definitions = re.finditer(r"^(?:def|class) (\w+)", self.text, flags=re.MULTILINE)
        before = self.text.index(SOLUTION[0])
        return next((m[1] for m in reversed(list(definitions)) if m.start() < before), "")

    @property
    def rubric(self) -> str:
        """What stands between the rubric's markers, without comment signs; "" without one."""
        inside = [line.strip() for line in between(self.text, RUBRIC)]
        return "\n".join(re.sub(r"^# ?", "", line) for line in inside).strip()

    @property
    def solution(self) -> list[str]:
        """The lines between the solution's markers."""
        return list(between(self.text, SOLUTION))


def read_source(path: Path) -> list[Cell]:
    """The cells of an assignment's source.

    Raises:
        CourseError: text before the first cell, a marker line that cannot be read, markers that
            do not come in pairs, or a solution in no function or class. Begins with file and line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise CourseError(f"{path}: not UTF-8: {error.reason}.") from None
    header = _HEADER.match(text)  # of a file that Jupyter keeps in step with a notebook
    skipped = header[0].count("\n") if header else 0
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if i >= skipped and re.match(r"# %%( |$)", line)]
    if not starts or any(line.strip() for line in lines[skipped : starts[0]]):
        raise CourseError(f"{path}:1: the file must begin with a cell, `# %% [markdown]`.")
    cells = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        kind, options = _marker(path, start + 1, lines[start])
        body = lines[start + 1 : end]
        if kind == "markdown":
            body = [re.sub(r"^# ?", "", line) for line in body]
        first = next((i for i, line in enumerate(body) if line.strip()), 0)
        cell = Cell(kind, "\n".join(body).strip("\n"), start + 2 + first, options)
        _check_markers(path, cell)
        if cell.text.strip():
            cells.append(cell)
    return cells


def _marker(path: Path, number: int, line: str) -> tuple[str, dict[str, Any]]:
    said = line.removeprefix("# %%").strip()
    options = {m[1]: _value(m[2]) for m in _OPTION.finditer(said)}
    kinds = _KIND.findall(_OPTION.sub("", said))
    kind = {"md": "markdown"}.get(kinds[0], kinds[0]) if kinds else "code"
    if kind not in ("markdown", "code") or len(kinds) > 1:
        raise CourseError(
            f'{path}:{number}: a cell begins with `# %%` or `# %% [markdown]`, then name="value" '
            f"pairs; got `{line}`."
        )
    return kind, options


def _value(said: str) -> Any:
    try:
        return json.loads(said)
    except ValueError:
        return said


def _check_markers(path: Path, cell: Cell) -> None:
    for markers in (SOLUTION, RUBRIC):
        if not in_pairs(cell.text, markers):
            begin, end = markers
            raise CourseError(f"{path}:{cell.line}: `{begin}` and `{end}` do not come in pairs.")
    if RUBRIC[0] in cell.text and not cell.by_hand:
        raise CourseError(f'{path}:{cell.line}: a rubric belongs to a cell with by_hand="name".')
    if SOLUTION[0] in cell.text and not (cell.answers or cell.by_hand):
        raise CourseError(
            f"{path}:{cell.line}: a solution stands in no function or class; a cell for a person "
            'to mark says so in its first line: `# %% by_hand="name" points=2 title="…"`.'
        )
