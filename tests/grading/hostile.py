"""Hostile and broken submissions, each with the points that it honestly deserves.

The assignment asks for four functions of ten points each. In most attacks three of them are right
and `pool` attacks: it deserves nothing, the others keep all of their points.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FULL = 10.0

SETTINGS = """\
name = "pictures"
title = "Four small tools for pictures"
packages = ["numpy"]

[limits]
seconds = 0.3
"""

EXERCISES = """\
import numpy as np

from coursekit.exercises import Exercise, case, tiny

HINTS = ("Take paper.", "Take a smaller picture.", "Write the loops first.")
RULES = dict(unit="95", points=10, minutes=10, difficulty=1, hints=HINTS)


def _center(x):
    return x - x.mean(axis=1, keepdims=True)


def _pool(x, size=2):
    rows, columns = x.shape[0] // size, x.shape[1] // size
    blocks = x[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return blocks.max(axis=(1, 3))


def _shift(x, down, right):
    moved = np.zeros_like(x)
    height, width = x.shape
    moved[down:, right:] = x[: height - down, : width - right]
    return moved


def _edges(x):
    return np.abs(np.diff(x, axis=1))


center = Exercise("center(x)", title="Rows of mean 0", reference=_center, **RULES)
pool = Exercise(
    "pool(x, size=2)",
    title="The largest of each block",
    reference=_pool,
    checks={"blocks": 6, "left over": 2, "in any form": 2},
    **RULES,
)
shift = Exercise("shift(x, down, right)", title="Moved", reference=_shift, **RULES)
edges = Exercise("edges(x)", title="Steps along rows", reference=_edges, **RULES)


@center.cases
def center_cases(rng):
    yield tiny("two rows", np.array([[1.0, 3.0], [5.0, 5.0]]), expected=[[-1, 1], [0, 0]])
    yield case("a picture", rng.standard_normal((5, 7)))
    yield case("a tall picture", rng.standard_normal((9, 2)))


@pool.cases
def pool_cases(rng):
    yield tiny("one block", np.array([[1.0, 4.0], [3.0, 2.0]]), expected=[[4]])
    yield case("a picture", rng.standard_normal((6, 8)))
    yield case("blocks of 3", rng.standard_normal((6, 9)), size=3)
    yield case("an odd picture", rng.standard_normal((7, 9))).counts_for("left over")


@shift.cases
def shift_cases(rng):
    yield tiny("one down", np.array([[1.0, 2.0], [3.0, 4.0]]), 1, 0, expected=[[0, 0], [1, 2]])
    yield case("a picture", rng.standard_normal((5, 6)), 1, 2)
    yield case("not moved", rng.standard_normal((3, 4)), 0, 0)


@edges.cases
def edges_cases(rng):
    yield tiny("a row", np.array([[1.0, 3.0, 2.0]]), expected=[[2, 1]])
    yield case("a picture", rng.standard_normal((5, 7)))
    yield case("a column", rng.standard_normal((4, 1)))
"""

SOURCE = "# %% [markdown]\n# # Pictures\n"

RIGHT: Mapping[str, str] = {
    "center": """
        def center(x):
            means = np.sum(x, axis=1, keepdims=True) / x.shape[1]
            return x - means
        """,
    "pool": """
        def pool(x, size=2):
            rows, columns = len(x) // size, len(x[0]) // size
            out = np.zeros((rows, columns), dtype=x.dtype)
            for i in range(rows):
                for j in range(columns):
                    block = x[i * size : (i + 1) * size, j * size : (j + 1) * size]
                    out[i, j] = np.max(block)
            return out
        """,
    "shift": """
        def shift(x, down, right):
            moved = np.zeros_like(x)
            moved[down:, right:] = x[: len(x) - down, : x.shape[1] - right]
            return moved
        """,
    "edges": """
        def edges(x):
            both = np.stack([x[:, 1:], -x[:, :-1]])
            return np.abs(np.sum(both, axis=0))
        """,
}


@dataclass(frozen=True)
class Attack:
    """A notebook that attacks.

    Attributes:
        first: a cell that runs before all answers; last: one that runs after them.
        pool: in place of the right answer to the second question.
        honest: what each question deserves, where it is not everything.
        says: a regular expression that the words of the record match.
        reveals: texts that no record may show.
        everywhere: whether it is tried at every level of the sandbox.
    """

    name: str
    first: str = ""
    last: str = ""
    pool: str = RIGHT["pool"]
    honest: Mapping[str, float] = field(default_factory=dict)
    says: str = ""
    reveals: tuple[str, ...] = ()
    everywhere: bool = False

    def deserves(self, question: str) -> float:
        """The points that an honest look at the code gives."""
        return self.honest.get(question, FULL)

    def codes(self) -> dict[str, str]:
        """The notebook's cells by their ids."""
        answers = {f"answer-{name}": code for name, code in {**RIGHT, "pool": self.pool}.items()}
        codes = {"imports": "import numpy as np", "first": self.first, **answers, "last": self.last}
        return {i: textwrap.dedent(c).strip("\n") for i, c in codes.items() if c.strip()}


ATTACKS: list[Attack] = []


def answer(name: str, pool: str, says: str, **more: Any) -> None:
    """An attack while it is called, by an answer that deserves nothing."""
    honest = {"pool": 0.0, **more.pop("honest", {})}
    ATTACKS.append(Attack(name, pool=pool, says=says, honest=honest, **more))


def cell(name: str, first: str, says: str = "", **more: Any) -> None:
    """An attack while the cells run; all answers are right, and deserve everything."""
    ATTACKS.append(Attack(name, first=first, says=says, **more))


def code_cell(cell_id: str, source: object, **more: object) -> dict[str, object]:
    """One code cell of a notebook."""
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": source,
        **more,
    }


def notebook(codes: Mapping[str, str]) -> dict[str, Any]:
    """A notebook as Jupyter writes it, with these code cells."""
    cells = [code_cell(name, source) for name, source in codes.items()]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}


def clean() -> dict[str, Any]:
    """A notebook in which everything is right."""
    return notebook(Attack("clean").codes())


def written(attack: Attack, classroom: Path) -> bytes:
    """The attack's notebook; ``CLASSROOM`` in its code is where the others' notebooks are."""
    text = json.dumps(notebook(attack.codes()))
    return text.replace("CLASSROOM", str(classroom)).encode()


LATE = r"ran longer than"
ENDED = r"ended the whole process"
WRONG = r"Fails: one block \((the numbers are wrong|.*shape|something else)"
RAISED = r"Fails: one block \(it raised an exception\)"
PRETENDS = r"something else|wrong|raised|shape|ended|not finite|kind of number"
