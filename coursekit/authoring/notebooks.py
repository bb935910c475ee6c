"""Cells to notebooks: which cells each kind shows, and ids that stay the same."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from coursekit.authoring.course import Unit
from coursekit.authoring.directives import expand
from coursekit.authoring.markers import SOLUTION, STUB, unmarked, without
from coursekit.authoring.sources import SourceCell, read_cells

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}


def make_notebook(unit: Unit, kind: str) -> tuple[NotebookNode, list[int]]:
    """One of a unit's notebooks, not yet executed, and the source line each cell begins on.

    Raises:
        SourceError: the source cannot be read.
        UnknownExercise: a directive names an exercise that does not exist.
    """
    sources = read_cells(unit.source(kind))
    cells, lines = [], []
    seen: Counter[str] = Counter()
    for source in sources:
        text = _text(source, sources, kind)
        if not text:
            continue
        identity = _identity(source)
        seen[identity] += 1
        if seen[identity] > 1:
            identity = f"{identity}-{seen[identity]}"
        cells.append(_cell(source, text, identity))
        lines.append(source.line)
    notebook = new_notebook(cells=cells, metadata=NotebookNode(METADATA), nbformat_minor=5)
    return notebook, lines


def dumps(notebook: NotebookNode) -> str:
    """The notebook as it stands on disk: keys sorted, one space of indentation, final newline."""
    nbformat.validate(notebook)
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def loads(path: Path) -> NotebookNode:
    """A built notebook."""
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    return notebook


def _text(source: SourceCell, sources: list[SourceCell], kind: str) -> str:
    if source.kind == "code":
        shown = kind != "exercises"
        return unmarked(source.text, SOLUTION) if shown else without(source.text, SOLUTION, STUB)
    text = expand(source.text, sources, kind)
    if kind == "solutions":
        text = re.sub(r"^(# .*): exercises$", r"\1: solutions", text, flags=re.MULTILINE)
    return text


def _cell(source: SourceCell, text: str, identity: str) -> NotebookNode:
    make: Any = new_code_cell if source.kind == "code" else new_markdown_cell
    cell: NotebookNode = make(source=text, id=identity)
    if source.answers:
        cell.metadata["coursekit"] = {"exercise": source.answers}
    return cell


def _identity(source: SourceCell) -> str:
    """An id from the cell's content, so that moving other cells changes nothing."""
    if source.answers:
        return f"answer-{source.answers}"[:60]
    checked = re.fullmatch(r"check\((\w+)\)", source.text.strip())
    if checked:
        return f"check-{checked[1]}"[:60]
    content = f"{source.kind}\n{source.text}".encode()
    return hashlib.sha256(content).hexdigest()[:12]
