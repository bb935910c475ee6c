"""The cells that an answer needs, so that it can be run apart from cells that broke something."""

from __future__ import annotations

from coursekit.grading.answers import find_answers
from coursekit.grading.notebooks import Cell, Notebook


def slice_for(notebook: Notebook, name: str) -> tuple[int, ...]:
    """Numbers of the cells that the answer to ``name`` depends on, in the notebook's order.

    These are its own cell, those that bind or change a global name which one of them uses, those
    with a star import, and those that only import. () when there is no answer to run.
    """
    answer = find_answers(notebook, (name,))[name]
    if answer is None or answer.problem:
        return ()
    own = notebook.cell(answer.cell)
    cells = {cell.number: cell for cell in notebook.cells if cell.kind == "code"}
    cells[own.number] = own  # it may be a text cell
    providers = _providers(list(cells.values()))
    needed = {own.number} | {
        number for number, c in cells.items() if c.code.only_imports or c.names.star
    }
    needed |= {number for number, c in cells.items() if name in c.names.changes}
    wanted: set[str] = set()
    left = list(needed)
    while left:
        for used in cells[left.pop()].names.uses - wanted:
            wanted.add(used)
            new = providers.get(used, set()) - needed
            needed |= new
            left.extend(new)
    return tuple(sorted(needed))


def _providers(cells: list[Cell]) -> dict[str, set[int]]:
    """By global name, the cells that bind or change it."""
    # What is called or set on a module is no part of an answer: `np.sum(x)`, `np.sum = …`.
    modules = {name for cell in cells for name in cell.names.imports}
    providers: dict[str, set[int]] = {}
    for cell in cells:
        for name in cell.names.binds | ((cell.names.changes | cell.names.calls_on) - modules):
            providers.setdefault(name, set()).add(cell.number)
    return providers
