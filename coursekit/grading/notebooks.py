"""A notebook that a student handed in: its cells, whatever state it is in.

The file is hostile until shown otherwise: every type may be wrong, everything may be too long. What
can be read is kept, with a note on what cannot.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from coursekit.grading.names import Names, names_of
from coursekit.grading.notebook_json import DAMAGED, json_object
from coursekit.grading.output_images import Image, images
from coursekit.grading.python_code import Code, python_of
from coursekit.grading.regular_files import UnreadableNotebook, read_regular, too_large

__all__ = [
    "Cell",
    "Limits",
    "Notebook",
    "UnreadableNotebook",
    "listed",
    "read_notebook",
]

Kind = Literal["code", "markdown", "raw"]

_LABEL = 200
"""Ids and marks above this many characters are none of ours."""
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Limits:
    """What a notebook may hold.

    Attributes:
        file: bytes on disk.
        values: JSON values, all levels together.
        cells: cells that are read.
        source: characters of one cell; sources: of all cells together.
    """

    file: int = 50_000_000
    values: int = 2_000_000
    cells: int = 2_000
    source: int = 200_000
    sources: int = 1_000_000


LIMITS = Limits()


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        number: its place in the notebook, from 1.
        source: its text; lines end in ``\\n``.
        id: as the file says, or "".
        exercise, question: ``metadata.coursekit.exercise`` and ``.question``, or "".
        outputs: its pictures only.
    """

    number: int
    kind: Kind
    source: str
    id: str = ""
    exercise: str = ""
    question: str = ""
    outputs: tuple[Image, ...] = ()

    @cached_property
    def code(self) -> Code:
        """The source read as Python, whatever the cell's kind."""
        return python_of(self.source)

    @cached_property
    def names(self) -> Names:
        """The global names that its code binds and uses."""
        return names_of(self.code.text)


@dataclass(frozen=True)
class Notebook:
    """What was handed in.

    Attributes:
        digest: SHA-256 of the file, hex.
        notes: what was wrong, mended or left out; they quote nothing of the notebook.
    """

    cells: tuple[Cell, ...]
    digest: str
    notes: tuple[str, ...] = ()

    def cell(self, number: int) -> Cell:
        """The cell with a number, counted from 1."""
        return self.cells[number - 1]


def read_notebook(notebook: Path | str | bytes, limits: Limits = LIMITS) -> Notebook:
    """Read a notebook, of any format from 2 on.

    Args:
        notebook: the file, or its bytes.

    Raises:
        UnreadableNotebook: there is no notebook in it; the message is for the student.
    """
    if isinstance(notebook, bytes):
        content = notebook
        if len(content) > limits.file:
            raise too_large(len(content), limits.file)
    else:
        content = read_regular(Path(notebook), limits.file)
    document, mended = json_object(content, limits.values)
    reader = _Reader(limits)
    cells = tuple(reader.cells(_raw_cells(document)))
    return Notebook(cells, hashlib.sha256(content).hexdigest(), mended + reader.notes())


def listed(numbers: Iterable[int]) -> str:
    """ "cell 3", "cells 3 and 7", "cells 1, 2, 3, 4, 5 and 12 more"."""
    names = [str(number) for number in numbers]
    if len(names) > 6:
        names = [*names[:5], f"{len(names) - 5} more"]
    head = ", ".join(names[:-1])
    return f"cells {head} and {names[-1]}" if head else f"cell {names[-1]}"


def _raw_cells(document: dict[str, Any]) -> list[Any]:
    cells = document.get("cells")
    if cells is None and isinstance(sheets := document.get("worksheets"), list):  # until format 3
        cells = [
            cell
            for sheet in sheets
            if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
            for cell in sheet["cells"]
        ]
    if not isinstance(cells, list):
        raise UnreadableNotebook(
            f"The file holds no list of cells, so it is no notebook. {DAMAGED}"
        )
    return cells


class _Reader:
    """Reads cell after cell, and remembers in which of them what was wrong."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.left = limits.sources
        self.wrong: defaultdict[str, list[int]] = defaultdict(list)
        self.whole: list[str] = []

    def notes(self) -> tuple[str, ...]:
        """One sentence for each thing that was wrong."""
        of_cells = (f"{_sentence(listed(where))}: {what}" for what, where in self.wrong.items())
        return (*self.whole, *of_cells)

    def cells(self, raw: list[Any]) -> Iterable[Cell]:
        if not raw:
            self.whole.append("The notebook has no cells.")
        if len(raw) > self.limits.cells:
            self.whole.append(
                f"The notebook has {len(raw):,} cells; only the first {self.limits.cells:,} were "
                "read."
            )
        seen: set[str] = set()
        for number, told in enumerate(raw[: self.limits.cells], 1):
            if not isinstance(told, dict):
                self.wrong["it is no cell, and was left empty."].append(number)
                told = {}
            cell = self._cell(number, told)
            if cell.id and cell.id in seen:
                self.wrong["another cell has the same id."].append(number)
            seen.add(cell.id)
            yield cell

    def _cell(self, number: int, told: dict[str, Any]) -> Cell:
        kind = self._kind(number, told)
        metadata = told.get("metadata")
        ours = metadata.get("coursekit") if isinstance(metadata, dict) else None
        marks = ours if isinstance(ours, dict) else {}
        return Cell(
            number=number,
            kind=kind,
            source=self._source(number, kind, told),
            id=_label(told.get("id")),
            exercise=_label(marks.get("exercise")),
            question=_label(marks.get("question")),
            outputs=images(told.get("outputs")) if kind == "code" else (),
        )

    def _kind(self, number: int, told: dict[str, Any]) -> Kind:
        match told.get("cell_type"):
            case "code" | "markdown" | "raw" as kind:
                return kind
            case "heading":  # until format 3
                return "markdown"
        if not told:
            return "raw"
        self.wrong["the kind of cell is not said; it was guessed."].append(number)
        return "code" if {"outputs", "execution_count"} & told.keys() else "raw"

    def _source(self, number: int, kind: Kind, told: dict[str, Any]) -> str:
        value = told.get("source", told.get("input") if kind == "code" else None)
        if isinstance(value, list):
            lines = [line for line in value if isinstance(line, str)]
            if len(lines) < len(value):
                self.wrong["lines that are no text were left out."].append(number)
            value = "".join(lines)
        elif not isinstance(value, str):
            if told:
                self.wrong["its source is no text; it was left empty."].append(number)
            return ""
        return self._limited(number, kind, self._clean(number, value))

    def _clean(self, number: int, source: str) -> str:
        if "\r" in source:
            source = source.replace("\r\n", "\n").replace("\r", "\n")
        if not source.isascii() and _SURROGATE.search(source):
            self.wrong["damaged characters were replaced."].append(number)
            source = _SURROGATE.sub("\ufffd", source)
        return source

    def _limited(self, number: int, kind: Kind, source: str) -> str:
        room = min(self.limits.source, self.left)
        if len(source) > room:
            # Half of a program is another program, so code is left out as a whole.
            self.wrong[f"only {room:,} characters could be read."].append(number)
            source = "" if kind == "code" else source[:room]
        self.left -= len(source)
        return source


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _label(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LABEL:
        return ""
    return _SURROGATE.sub("\ufffd", value)
