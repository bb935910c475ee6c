"""A network's table: every layer's shape, parameters, work, memory and receptive field."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from coursekit.analysis.graph import Graph, Layer
from coursekit.analysis.memory import memory
from coursekit.analysis.operations import Shape
from coursekit.analysis.tables import as_html, as_markdown, as_text

if TYPE_CHECKING:
    from torch import nn

    from coursekit.numpy_nn import Sequential

Network: TypeAlias = "Graph | Sequential | nn.Module"

KEYS = (
    *("name", "type", "output_shape", "parameters", "macs", "activation_bytes"),
    *("receptive_field", "jump", "padding"),
)
"""The columns of every row, in order."""

Row = dict[str, Any]


def graph_of(network: Network, input_shape: Shape | None = None) -> Graph:
    """The graph of a torch module, a numpy_nn network or a layer specification.

    Raises:
        TypeError: something that is no network.
        AnalysisError: a network that does not fit its input, or that cannot be analysed.
    """
    if isinstance(network, Graph):
        return network if input_shape is None else network.at(input_shape)
    from coursekit.numpy_nn import Sequential

    if isinstance(network, Sequential):
        from coursekit.analysis.from_numpy_nn import graph_of_numpy

        return graph_of_numpy(network, input_shape)
    if not _is_module(network):
        raise TypeError(
            f"expected a torch.nn.Module, a numpy_nn network or a Graph, got "
            f"{type(network).__name__}"
        )
    from coursekit.analysis.from_torch import graph_of_module

    if input_shape is None:
        raise TypeError(f"say what goes into {type(network).__name__}: input_shape=(3, 224, 224)")
    return graph_of_module(network, input_shape)


def _is_module(network: Any) -> bool:
    return any(c.__module__.startswith("torch.nn") for c in type(network).__mro__)


@dataclass(frozen=True, repr=False)
class Summary:
    """The table of one network, for one sample in single precision.

    ``rows`` are dicts with the keys `KEYS`: output_shape a list, parameters, macs and
    activation_bytes ints; receptive_field, jump and padding ints, or [vertical, horizontal] where
    these differ, or None where a unit sees the whole input. `totals` adds them up, with
    ``backward_bytes``, what must stay in memory until backward. `unused` are the trainable arrays
    that no layer uses, by name: a forward pass in evaluation mode leaves out auxiliary classifiers.
    """

    model: str
    input_shape: Shape
    layers: tuple[Layer, ...]
    rows: tuple[Row, ...]
    totals: Row
    unused: Mapping[str, Shape] = field(default_factory=dict)

    @property
    def notes(self) -> list[str]:
        """What is to be known about single layers, each with its name, and what is not counted."""
        notes = [f"{layer.name}: {layer.note}" for layer in self.layers if layer.note]
        counts: dict[str, int] = {}
        for name, shape in self.unused.items():
            part = name.rpartition(".")[0].partition(".")[0] or name
            counts[part] = counts.get(part, 0) + math.prod(shape)
        if counts:
            said = ", ".join(f"{part} ({n:,} parameters)" for part, n in counts.items())
            notes.append(f"not used by this forward pass, and not counted: {said}.")
        return notes

    def folded(self, depth: int) -> Summary:
        """The same network with layers added up whose names agree in their first `depth` parts.

        ``layer1.0.conv1`` and ``layer1.0.bn1`` are both ``layer1`` at depth 1. Shape and field are
        those of the last layer of each stretch. Raises ValueError for a depth below 1.
        """
        if depth < 1:
            raise ValueError(f"depth must be at least 1, got {depth}")
        rows: list[Row] = []
        stretch: list[Row] = []
        for row, following in zip(self.rows, [*self.rows[1:], None], strict=True):
            stretch.append(row)
            name = _start(row, depth)
            if following is None or _start(following, depth) != name:
                rows.append(_added(stretch, name))
                stretch = []
        return replace(self, rows=tuple(rows))

    def to_json(self) -> str:
        """``{"model", "input", "layers", "totals"}`` as JSON."""
        data = {
            "model": self.model,
            "input": list(self.input_shape),
            "layers": self.rows,
            "totals": self.totals,
        }
        return json.dumps(data, indent=1)

    def to_csv(self) -> str:
        """One line per layer, with a header; shapes and pairs as 64x56x56."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(KEYS)
        for row in self.rows:
            writer.writerow(
                ["x".join(map(str, v)) if isinstance(v, list) else v for v in row.values()]
            )
        return text.getvalue()

    def to_markdown(self) -> str:
        """A table for a page, totals below it."""
        return as_markdown(self)

    def __repr__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)


def summary(network: Network, input_shape: Shape | None = None) -> Summary:
    """Summarise a network for one sample of `input_shape`, (C, H, W) or (D,).

    Nothing is computed: shapes go through the layers (a torch module runs on the meta device). See
    `graph_of` for what is raised.
    """
    graph = graph_of(network, input_shape)
    layers = tuple(graph.layers())
    needs = memory(layers, graph.input_shape)
    rows = tuple(_rows(layers, needs.activations))
    totals = {
        key: sum(row[key] for row in rows) for key in ("parameters", "macs", "activation_bytes")
    }
    totals["backward_bytes"] = needs.held
    return Summary(graph.name, graph.input_shape, layers, rows, totals, graph.unused)


def _start(row: Row, depth: int) -> str:
    return ".".join(row["name"].split(".")[:depth])


def _added(rows: Sequence[Row], name: str) -> Row:
    """One row for several layers that follow each other."""
    if len(rows) == 1:
        return rows[0]
    sums = {
        key: sum(row[key] for row in rows) for key in ("parameters", "macs", "activation_bytes")
    }
    return rows[-1] | sums | {"name": name, "type": f"{len(rows)} layers"}


def _rows(layers: Sequence[Layer], taken: Sequence[int]) -> Iterator[Row]:
    for layer, taken_bytes in zip(layers, taken, strict=True):
        seen = layer.spans
        field, jump, padding = (
            (
                _both(s.size for s in seen),
                _both(s.jump for s in seen),
                _both(s.padding for s in seen),
            )
            if seen
            else (None, None, None)
        )
        values = (
            *(layer.name, layer.type, list(layer.output_shape), layer.parameter_count),
            *(layer.macs, taken_bytes, field, jump, padding),
        )
        yield dict(zip(KEYS, values, strict=True))


def _both(values: Iterator[int] | Iterator[Fraction] | Any) -> Any:
    vertical, horizontal = (_plain(v) for v in values)
    return vertical if vertical == horizontal else [vertical, horizontal]


def _plain(value: int | Fraction) -> int | float:
    whole = int(value)
    return whole if whole == value else float(value)
