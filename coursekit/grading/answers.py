"""Which cell of a notebook answers which exercise."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coursekit.grading.notebooks import Cell, Notebook, listed

SOURCE_CHARACTERS = 20_000

_ID_CHARACTERS = 60
"""Ids of cells are cut at this length when a notebook is built."""


@dataclass(frozen=True)
class Answer:
    """A student's answer to one exercise.

    Attributes:
        cell: the number of the cell whose definition counts, or that should have had one.
        source: the definition's own text, at most 20,000 characters.
        stub: whether it is still untouched.
        notes: for the student: "Cells 4 and 9 define it: the last one counts."
        problem: why there is nothing to run, for the student; or "".
        retyped: whether its cell is a text cell that is to be run as code.
    """

    cell: int
    source: str = ""
    stub: bool = False
    notes: tuple[str, ...] = ()
    problem: str = ""
    retyped: bool = False


def find_answers(notebook: Notebook, names: Iterable[str]) -> dict[str, Answer | None]:
    """For each exercise, the definition that counts once all cells have run in order: the last.

    An answer is looked for by its cell's id, by its cell's mark, and by its name in every code
    cell. None: there is no trace of it. Names made in other ways, as by ``exec``, are not seen.
    """
    defining: dict[str, list[Cell]] = {name: [] for name in names}
    for cell in notebook.cells:
        if cell.kind == "code":
            for name in cell.code.definitions.keys() & defining.keys():
                defining[name].append(cell)
    return {name: _answer(notebook, name, cells) for name, cells in defining.items()}


def cells_to_run(notebook: Notebook, answers: Mapping[str, Answer | None]) -> tuple[Cell, ...]:
    """The cells that make up the program, in order; those without valid Python are left out."""
    retyped = {answer.cell for answer in answers.values() if answer and answer.retyped}
    return tuple(
        cell
        for cell in notebook.cells
        if (cell.kind == "code" or cell.number in retyped) and cell.code.text.strip()
    )


def _answer(notebook: Notebook, name: str, defining: list[Cell]) -> Answer | None:
    marked = [cell for cell in notebook.cells if _is_marked(cell, name)]
    if defining:
        return _defined(name, defining[-1], _notes(name, marked, defining))
    for cell in reversed(marked):
        if cell.kind != "code" and name in cell.code.definitions:
            note = (
                f"Cell {cell.number} became a text cell, and was run as code all the same. Turn it "
                "back: select it, press Esc, then Y."
            )
            return _defined(name, cell, (note,), retyped=True)
    return _unusable(notebook, name, marked)


def _is_marked(cell: Cell, name: str) -> bool:
    if cell.exercise:
        return cell.exercise == name
    given = f"answer-{name}"[:_ID_CHARACTERS]
    return cell.id.startswith(given) and bool(re.fullmatch(r"(-\d+)?", cell.id[len(given) :]))


def _defined(name: str, cell: Cell, notes: tuple[str, ...], *, retyped: bool = False) -> Answer:
    definition = cell.code.definitions[name]
    lines = cell.code.text.split("\n")[definition.first - 1 : definition.last]
    source = textwrap.dedent("\n".join(lines))[:SOURCE_CHARACTERS]
    return Answer(cell.number, source, definition.stub, notes, retyped=retyped)


def _notes(name: str, marked: list[Cell], defining: list[Cell]) -> tuple[str, ...]:
    notes = []
    numbers = [cell.number for cell in defining]
    counts = defining[-1]
    if len(defining) > 1:
        notes.append(f"Defined in {listed(numbers)}: the last one counts.")
        written = [c.number for c in defining[:-1] if not c.code.definitions[name].stub]
        if counts.code.definitions[name].stub and written:
            notes.append(
                f"The last one, in cell {counts.number}, is still untouched and hides the answer "
                f"in {listed(written)}."
            )
    if len(marked) > 1:
        notes.append(f"The mark of this exercise is on {listed(c.number for c in marked)}.")
    elsewhere = [cell for cell in marked if cell.number not in numbers]
    if not marked:
        notes.append(f"No cell has the mark of this exercise: cell {counts.number} counts.")
    for cell in elsewhere[:3]:
        notes.append(f"{_why_not(cell, name)} The definition in cell {counts.number} counts.")
    return tuple(notes)


def _unusable(notebook: Notebook, name: str, marked: list[Cell]) -> Answer | None:
    """An answer that was meant to be one."""
    begins = re.compile(
        rf"^[ \t]*((async[ \t]+)?def|class)[ \t]+{re.escape(name)}\b|^{re.escape(name)}[ \t]*=",
        re.MULTILINE,
    )
    broken = [
        cell
        for cell in notebook.cells
        if cell.kind == "code" and cell.code.problem and begins.search(cell.source)
    ]
    meant = broken or marked
    if not meant:
        return None
    cell = meant[-1]
    return Answer(cell.number, cell.source[:SOURCE_CHARACTERS], problem=_why_not(cell, name))


def _why_not(cell: Cell, name: str) -> str:
    if cell.kind != "code":
        return (
            f"Cell {cell.number}, where the answer belongs, became a text cell. Turn it back: "
            "select it, press Esc, then Y."
        )
    if cell.code.problem:
        return f"Cell {cell.number} is no valid Python ({cell.code.problem})."
    return f"Cell {cell.number}, where the answer belongs, does not define `{name}`."
