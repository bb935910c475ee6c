"""Tables with one deliberate error, to be found by counting (unit 05)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursekit.analysis.layer_lists import LayerList, graph_of_layers
from coursekit.analysis.operations import Shape
from coursekit.analysis.summary import Row, Summary, summary

LETTERS = "ABCDE"

_Layer = tuple[Any, ...]
_Wrong = Callable[[Shape, Row, _Layer], int]


@dataclass(frozen=True)
class _Error:
    """How a table goes wrong: in which kind of layer, in which column, to what, and why."""

    kind: str
    column: str
    wrong: _Wrong
    says: str


_ERRORS = (
    _Error(
        "conv",
        "parameters",
        lambda came, row, layer: row["parameters"] - layer[1],
        "the biases are forgotten, one for each of its kernels",
    ),
    _Error(
        "conv",
        "parameters",
        lambda came, row, layer: layer[1] * came[0] * (layer[2] ** 2 + 1),
        "a bias is counted for each pair of channels",
    ),
    _Error(
        "conv",
        "parameters",
        lambda came, row, layer: layer[1] * (layer[2] ** 2 + 1),
        "the input channels are forgotten",
    ),
    _Error(
        "conv",
        "macs",
        lambda came, row, layer: math.prod(came) * layer[1] * layer[2] ** 2,
        "the multiply-adds are counted with the size of the input",
    ),
    _Error(
        "conv",
        "macs",
        lambda came, row, layer: 2 * row["macs"],
        "the multiply-adds are counted twice, as FLOPs",
    ),
    _Error(
        "pool",
        "parameters",
        lambda came, row, layer: came[0] * layer[1] ** 2,
        "pooling learns nothing",
    ),
    _Error(
        "linear",
        "parameters",
        lambda came, row, layer: row["parameters"] - layer[1],
        "the biases are forgotten, one for each of its neurons",
    ),
    _Error(
        "linear",
        "macs",
        lambda came, row, layer: row["parameters"],
        "the biases are counted among the multiply-adds",
    ),
)


@dataclass(frozen=True, repr=False)
class Puzzle:
    """Five tables, A to E; its repr shows them. One number in one of them is wrong."""

    tables: tuple[str, ...]
    letter: str
    layer: str
    _answer: str

    def guess(self, letter: str, layer: str) -> str:
        """What is to be said to a guess such as ("B", "conv2")."""
        said = str(letter).strip().upper(), str(layer).strip().lower()
        if said[0] not in (*LETTERS,):
            return f"Not guessed yet. Name a table ({', '.join(LETTERS)}) and a layer of it."
        if said == (self.letter, self.layer):
            return f"Found. {self._answer}"
        if said[0] == self.letter:
            return f"The right table, but {layer} is as it should be. Count its other layers."
        return f"Table {said[0]} is right in every row. Look at another."

    def answer(self) -> str:
        """Where the error is, and what it is."""
        return self._answer

    def __repr__(self) -> str:
        return "\n\n".join(self.tables)


def table_puzzle(number: int) -> Puzzle:
    """Puzzle `number`, 1, 2, …: the same number always gives the same tables."""
    rng = np.random.default_rng([5, number])
    networks = [_network(rng) for _ in LETTERS]
    tables = [
        summary(graph_of_layers(layers, shape, letter))
        for letter, (layers, shape) in zip(LETTERS, networks, strict=True)
    ]
    chosen = int(rng.integers(len(LETTERS)))
    layers, input_shape = networks[chosen]
    places = _possible(tables[chosen], layers, input_shape)
    i, error = places[int(rng.integers(len(places)))]
    row = dict(tables[chosen].rows[i])
    wrong = error.wrong(_came(tables[chosen], input_shape, i), row, layers[i])
    words = {"parameters": "parameters", "macs": "multiply-adds"}[error.column]
    answer = (
        f"Table {LETTERS[chosen]}, {row['name']}: {wrong:,} {words} stand there, and "
        f"{row[error.column]:,} belong there; {error.says}."
    )
    rows = [list(table.rows) for table in tables]
    rows[chosen][i] = row | {error.column: wrong}
    texts = tuple(
        _text(letter, shape, layers, each)
        for letter, (layers, shape), each in zip(LETTERS, networks, rows, strict=True)
    )
    return Puzzle(texts, LETTERS[chosen], row["name"], answer)


def _network(rng: np.random.Generator) -> tuple[LayerList, Shape]:
    """A small network whose numbers are all different enough for an error to show."""
    c, side = (int(rng.integers(*ends)) for ends in ((1, 4), (14, 25)))
    first, second, hidden = (int(rng.integers(*ends)) for ends in ((4, 9), (9, 17), (20, 60)))
    f, stride = int(rng.choice([3, 5])), int(rng.integers(1, 3))
    end: tuple[_Layer, ...] = (("flatten",), ("linear", hidden), ("linear", 10))
    if rng.integers(2):
        end = (("global_average",), ("linear", 10))
    layers = (
        *(("conv", first, f, 1, f // 2), ("pool", 2, 2)),
        *(("conv", second, 3, stride, 0), ("pool", 2, 2), *end),
    )
    return layers, (c, side, side)


def _possible(table: Summary, layers: LayerList, input_shape: Shape) -> list[tuple[int, _Error]]:
    """Every layer and error that would change its number."""
    return [
        (i, error)
        for i, (layer, row) in enumerate(zip(layers, table.rows, strict=True))
        for error in _ERRORS
        if layer[0] == error.kind
        and error.wrong(_came(table, input_shape, i), row, layer) != row[error.column]
    ]


def _came(table: Summary, input_shape: Shape, i: int) -> Shape:
    return table.layers[i - 1].output_shape if i else input_shape


def _text(letter: str, shape: Shape, layers: LayerList, rows: Sequence[Row]) -> str:
    lines = [f"{letter}   input {'×'.join(map(str, shape))}"]
    lines.append(f"    {'layer':16}{'':23}{'output':12}{'parameters':>10}{'multiply-adds':>15}")
    for layer, row in zip(layers, rows, strict=True):
        numbers = ", ".join(map(repr, layer))
        out = "×".join(map(str, row["output_shape"]))
        lines.append(
            f"    {row['name']:16}{f'({numbers})':23}{out:12}"
            f"{row['parameters']:>10,}{row['macs']:>15,}"
        )
    return "\n".join(lines)
