"""A class of students, drawn from a seed, who hand in a unit of the course.

Answers begin as the unit's solutions and exercises; mistakes are edits of a solution's source, as
people make them. Every notebook has been run: it carries outputs, pictures among them.
"""

from __future__ import annotations

import ast
import base64
import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

#: Of a class, by what the students hand in; the others are right. One in 200 never ends.
SHARES = {
    "partly right": 0.21,
    "wrong": 0.10,
    "untouched": 0.05,
    "no Python": 0.06,
    "cut off": 0.02,
    "slow": 0.05,
}
ENDLESS = 200

#: What goes wrong, and the first of these texts that is there is replaced.
MISTAKES = {
    "sign": (" + ", " - "),
    "sign turned": (" - ", " + "),
    "off by one": ("range(", "range(1, "),
    "one too few": (" + 1", ""),
    "one too many": (" - 1", ""),
    "axis": ("[0]", "[1]"),
    "axis turned": ("[1]", "[0]"),
    "missing stride": (" * stride", ""),
    "stride left out": (" // stride", ""),
    "missing padding": (" + 2 * padding", ""),
    "not flipped": ("[::-1, ::-1]", ""),
    "not transposed": (".T", ""),
    "not squared": ("**2", ""),
    "factor": ("2 * ", ""),
    "not divided": (" / ", " * "),
    "not returned": ("return ", "print("),
}
SLOWLY = "for _ in range(20_000):\n    pass"
FOREVER = "while True:\n    pass"
PICTURE = 20_000
"""Bytes of a picture that a cell has drawn."""


def write_class(
    folder: Path, unit: str, students: int, *, seed: int = 0, endless: bool = True
) -> dict[str, str]:
    """Write one notebook per student; return what each file is ("right", "slow", …)."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = _Writer(unit)
    rng = random.Random(seed)
    kinds = _kinds(students, endless)
    rng.shuffle(kinds)
    written = {}
    for number, kind in enumerate(kinds):
        name = f"student{number:05}.ipynb"
        (folder / name).write_text(writer.notebook(kind, rng), encoding="utf-8")
        written[name] = kind
    return written


def mistaken(source: str, mistake: str) -> str | None:
    """An answer's source with this mistake in it; None where it has no place for it."""
    if "while" in source:  # it might never end
        return None
    head, body = _parts(source)
    before, after = MISTAKES[mistake]
    if before not in body:
        return None
    if mistake == "not returned":
        start, _, last = body.rpartition(before)
        changed = f"{start}{after}{last.rstrip()})"
    else:
        changed = body.replace(before, after, 1)
    return head + changed if _is_python(head + changed) else None


def solution(unit: str, exercise: str) -> str:
    """The source of a right answer, with the import that it needs."""
    answers = dict(_answers(_read("solutions", unit)))
    return f"import numpy as np\n{_text(answers[exercise]['source'])}"


def _kinds(students: int, endless: bool) -> list[str]:
    kinds = [kind for kind, share in SHARES.items() for _ in range(round(share * students))]
    if endless:
        kinds += ["endless"] * max(1, students // ENDLESS)
    return kinds + ["right"] * (students - len(kinds))


class _Writer:
    """Writes notebooks of one unit."""

    def __init__(self, unit: str) -> None:
        self._solved, untouched = (_read(part, unit) for part in ("solutions", "exercises"))
        self._stubs = {exercise: cell["source"] for exercise, cell in _answers(untouched)}

    def notebook(self, kind: str, rng: random.Random) -> str:
        """The text of a notebook."""
        notebook = copy.deepcopy(self._solved)
        answers = dict(_answers(notebook))
        names = list(answers)
        some = rng.randint(1, max(1, len(names) // 2))
        few = {"right": 0, "cut off": 0, "no Python": 1, "endless": 1, "partly right": some}
        for name in rng.sample(names, few.get(kind, len(names))):
            answers[name]["source"] = self._answer(kind, name, answers[name], rng)
        _run(notebook, rng)
        text = json.dumps(notebook)
        return text[: len(text) * 2 // 3] if kind == "cut off" else text

    def _answer(self, kind: str, name: str, cell: dict[str, Any], rng: random.Random) -> str:
        source = _text(cell["source"])
        if kind == "untouched" or (kind == "partly right" and rng.random() < 0.4):
            return _text(self._stubs[name])
        if kind == "no Python":
            return source.replace("return ", "return (", 1)
        if kind in ("slow", "endless"):
            head, body = _parts(source)
            first = SLOWLY if kind == "slow" else FOREVER
            return head + "".join(f"    {line}\n" for line in first.split("\n")) + body
        made = [mistaken(source, mistake) for mistake in MISTAKES]
        return rng.choice([m for m in made if m is not None] or [_text(self._stubs[name])])


def _read(part: str, unit: str) -> dict[str, Any]:
    (path,) = (ROOT / part).glob(f"{unit}_*.ipynb")
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def _answers(notebook: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for cell in notebook["cells"]:
        name = cell["metadata"].get("coursekit", {}).get("exercise")
        if name and cell["cell_type"] == "code":
            yield name, cell


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _parts(source: str) -> tuple[str, str]:
    """A definition up to its docstring's end, and the rest."""
    body = next(node for node in ast.parse(source).body if hasattr(node, "body")).body
    lines = source.splitlines(keepends=True)
    docstring = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    end = body[0].end_lineno if docstring else body[0].lineno - 1
    return "".join(lines[:end]), "".join(lines[end:])


def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _run(notebook: dict[str, Any], rng: random.Random) -> None:
    """Put outputs under the cells: a line from each, a picture from every fourth."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for count, cell in enumerate(code, 1):
        cell["execution_count"] = count
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["passed\n"]}]
        if count % 4 == 0:
            picture = base64.b64encode(rng.randbytes(PICTURE)).decode()
            data = {"image/png": picture, "text/plain": ["<Figure>"]}
            cell["outputs"].append({"output_type": "display_data", "data": data, "metadata": {}})
