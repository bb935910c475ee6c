"""Answers that know who asks, or are right only where somebody looks."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
from hostile import EXERCISES, RIGHT, answer


def _stored() -> dict[bytes, list[list[float]]]:
    """The right answers to what the notebook's own check asks."""
    scope: dict[str, Any] = {}
    exec(EXERCISES, scope)
    exercise = scope["pool"]
    return {
        case.args[0].tobytes(): np.asarray(exercise.expected(case)).tolist()
        for case in exercise.make_cases(0)
    }


answer(
    "answers for the inputs of the notebook only",
    f"""
    STORED = {_stored()!r}

    def pool(x, size=2):
        return np.array(STORED.get(x.tobytes(), [[0.0]]))
    """,
    r"Fails: (a picture|blocks)",
)
answer(
    "right where nobody grades",
    """
    import sys

    def pool(x, size=2):
        if "ipykernel" not in sys.modules:
            return None
        rows, columns = x.shape[0] // size, x.shape[1] // size
        return x[: rows * size, : columns * size].reshape(rows, size, columns, size).max((1, 3))
    """,
    r"something else",
)
_RIGHT_VALUES = textwrap.indent(
    textwrap.dedent(RIGHT["pool"]).replace("def pool", "def right"), "    "
)
answer(
    "refuses other layouts with PyTorch's words",
    _RIGHT_VALUES
    + """
    def pool(x, size=2):
        if not x.flags.c_contiguous or not x.flags.writeable or x.dtype != np.float64:
            raise ValueError("some of the strides of a given array are negative")
        return right(x, size)
    """,
    r"Does not hold|same way",
    honest={"pool": 8.0},
)
answer(
    "changes its input",
    _RIGHT_VALUES
    + """
    def pool(x, size=2):
        answer = right(x, size)
        x[...] = 0
        return answer
    """,
    r"changes its input",
    honest={"pool": 8.0},
)
answer(
    "answers a question once",
    _RIGHT_VALUES
    + """
    seen = set()

    def pool(x, size=2):
        asked = (x.tobytes(), x.shape, x.dtype, size)
        answer = right(x, size) if asked not in seen else None
        seen.add(asked)
        return answer
    """,
    r"second time|Does not hold",
    honest={"pool": 8.0},
)
answer(
    "seeds the global random numbers",
    _RIGHT_VALUES
    + """
    def pool(x, size=2):
        np.random.seed(0)
        return right(x, size)
    """,
    r"global random numbers",
    honest={"pool": 8.0},
)
