"""The rules every unit keeps: `check-sources` and the tests apply the same ones."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from coursekit.authoring.course import KINDS, Unit
from coursekit.authoring.notebooks import make_notebook
from coursekit.authoring.sources import SourceCell, SourceError, read_cells
from coursekit.exercises import UnknownExercise, in_unit

WIDTH = 80
MOST_LECTURE_CELLS = 40
FIRST_CELL_LINES = 5
_IMAGE = re.compile(r"<img\b[^>]*>")
_ALT = re.compile(r'\balt="([^"]*)"')
_SRC = re.compile(r'\bsrc="([^"]*)"')
_SHORTEST_ALT = 20


@dataclass(frozen=True)
class Problem:
    """A rule that is broken, and where."""

    path: Path
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.says}"


def check_sources(units: list[Unit]) -> list[Problem]:
    """Everything wrong with the sources of `units`."""
    problems: list[Problem] = []
    for unit in units:
        for path in (unit.lecture, unit.exercises):
            try:
                cells = read_cells(path)
            except SourceError as error:
                problems.append(_from_error(error, path))
                continue
            found = [*_text_rules(path, cells), *_heading_rules(path, cells)]
            if path == unit.lecture and len(cells) > MOST_LECTURE_CELLS:
                says = f"{len(cells)} cells; at most {MOST_LECTURE_CELLS}: split or shorten."
                found.append(Problem(path, 1, says))
            if path == unit.exercises:
                found += _exercise_rules(unit, cells)
            problems += found
        problems += _buildable(unit)
    return problems


def _from_error(error: SourceError, path: Path) -> Problem:
    match = re.match(r"(.+?):(\d+): (.*)", str(error), flags=re.DOTALL)
    return Problem(path, int(match[2]), match[3]) if match else Problem(path, 1, str(error))


def _buildable(unit: Unit) -> Iterator[Problem]:
    for kind in KINDS:
        try:
            make_notebook(unit, kind)
        except UnknownExercise as error:
            yield Problem(unit.source(kind), 1, str(error))
        except SourceError:
            continue  # said already


def _text_rules(path: Path, cells: list[SourceCell]) -> Iterator[Problem]:
    for cell in cells:
        for number, text in enumerate(cell.text.splitlines(), cell.line):
            # In the file, a line of text has "# " in front.
            width = len(text) + (2 if cell.kind == "markdown" else 0)
            if width > WIDTH and not re.search(r"https?://\S{40,}", text) and "|" not in text:
                yield Problem(path, number, f"{width} columns; at most {WIDTH}.")
        lines = cell.text.rstrip().splitlines()
        if cell.kind == "code" and lines and lines[-1].endswith(";"):
            last = cell.line + len(lines) - 1
            yield Problem(path, last, "a trailing `;` hides an output from the tests.")
    code = [c for c in cells if c.kind == "code"]
    if not code:
        yield Problem(path, 1, "there is no code cell.")
        return
    first = [line for line in code[0].text.splitlines() if line.strip()]
    if len(first) > FIRST_CELL_LINES or not all(re.match(r"(import|from) ", s) for s in first):
        says = f"the first code cell is at most {FIRST_CELL_LINES} lines, all imports."
        yield Problem(path, code[0].line, says)
    for cell in code:
        try:
            ast.parse(cell.text)
        except SyntaxError as error:
            yield Problem(path, cell.line + (error.lineno or 1) - 1, f"not Python: {error.msg}.")


def _heading_rules(path: Path, cells: list[SourceCell]) -> Iterator[Problem]:
    before = 0
    titles = 0
    for cell in cells:
        if cell.kind != "markdown":
            continue
        for line, depth, _ in headings(cell.text):
            at = cell.line + line
            titles += depth == 1
            if depth > before + 1:
                yield Problem(path, at, f"a heading of level {depth} follows one of {before}.")
            before = depth
    if titles != 1:
        yield Problem(path, 1, f"{titles} titles (`# …`); there must be exactly one.")


def headings(text: str) -> Iterator[tuple[int, int, str]]:
    """Line offset, level and words of each heading in markdown, fenced code left out."""
    fenced = False
    for number, line in enumerate(text.splitlines()):
        if line.startswith("```"):
            fenced = not fenced
        match = re.match(r"(#{1,6}) (.+)", line)
        if match and not fenced:
            yield number, len(match[1]), match[2]


def _squeezed(code: str) -> str:
    """Code without its layout: a line that is too long stands on several."""
    return re.sub(r"\s+", "", code).replace(",)", ")")


def _exercise_rules(unit: Unit, cells: list[SourceCell]) -> Iterator[Problem]:
    path = unit.exercises
    try:
        exercises = in_unit(unit.number)
    except UnknownExercise as error:
        yield Problem(path, 1, str(error))
        return
    asked = [c.answers for c in cells if c.answers]
    known = [e.name for e in exercises]
    if asked != known:
        yield Problem(path, 1, f"asks for {asked}; coursekit.exercises has {known}.")
    texts = "\n".join(c.text for c in cells)
    for exercise in exercises:
        cell = next((c for c in cells if c.answers == exercise.name), None)
        if cell is None:
            continue
        if _squeezed(exercise.first_line) not in _squeezed(cell.text):
            yield Problem(path, cell.line, f"should read `{exercise.first_line}`.")
        definition = ast.parse(cell.text).body[0]
        if not isinstance(definition, ast.FunctionDef | ast.ClassDef) or not ast.get_docstring(
            definition
        ):
            yield Problem(path, cell.line, f"{exercise.name} has no docstring.")
        for directive in ("card", "hints"):
            if f"<!-- {directive}: {exercise.name} -->" not in texts:
                yield Problem(
                    path, cell.line, f"`<!-- {directive}: {exercise.name} -->` is missing."
                )
        if not any(c.text.strip() == f"check({exercise.name})" for c in cells):
            yield Problem(path, cell.line, f"no cell `check({exercise.name})`.")


def check_built(name: str, notebook: NotebookNode) -> Iterable[str]:
    """Everything wrong with an executed notebook."""
    ids = [cell.id for cell in notebook.cells]
    if len(set(ids)) != len(ids):
        yield f"{name}: two cells share an id."
    shown: dict[str, set[str]] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if cell.execution_count is None:
            yield f"{name}: cell {cell.id} has not been executed."
        if "execution" in cell.metadata:
            yield f"{name}: cell {cell.id} holds timings."
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"{name}: cell {cell.id} ends in an error: {output.ename}."
            data = output.get("data", {})
            if any(kind.startswith("image/") for kind in data):
                yield f"{name}: cell {cell.id} shows a picture without alt text."
            for image in _IMAGE.findall(data.get("text/html", "")):
                found, source = _ALT.search(image), _SRC.search(image)
                alt = found[1] if found else ""
                shown.setdefault(alt, set()).add(source[1] if source else "")
                if len(alt) < _SHORTEST_ALT:
                    yield f"{name}: cell {cell.id}: alt text says too little: {alt!r}."
    # The same picture may come twice (a slider shows its first frame, and lists it).
    for alt, pictures in shown.items():
        if len(pictures) > 1:
            yield f"{name}: {len(pictures)} pictures share an alt text: {alt!r}."
