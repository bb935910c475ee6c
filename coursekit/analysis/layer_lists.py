"""Networks written as a list of tuples, the notation of unit 05's exercises.

``("conv", out_channels, kernel, stride, padding)``, ``("pool", size, stride)``, ``("relu",)``,
``("flatten",)``, ``("global_average",)``, ``("linear", out_features)``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursekit import numpy_nn as nn
from coursekit.analysis.graph import Graph
from coursekit.analysis.networks.parts import RELU, conv, max_pool
from coursekit.analysis.operations import (
    AdaptivePool2d,
    Flatten,
    Linear,
    Operation,
    Shape,
    Spans,
)
from coursekit.arguments import integer

LayerList = Sequence[tuple[Any, ...]]

_NUMBERS: dict[str, tuple[tuple[str, int], ...]] = {
    "conv": (("out_channels", 1), ("kernel", 1), ("stride", 1), ("padding", 0)),
    "pool": (("size", 1), ("stride", 1)),
    "relu": (),
    "flatten": (),
    "global_average": (),
    "linear": (("out_features", 1),),
}
"""Each kind's numbers, with the least that each may be."""


@dataclass(frozen=True)
class GlobalAverage(Operation):
    """The mean of each map, as a vector: global pooling and flatten in one."""

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """(C,)."""
        return AdaptivePool2d().output_shape(inputs)[:1]

    def spans(self, inputs: Sequence[Spans]) -> Spans:
        """The whole input."""
        return None


_OPERATIONS: dict[str, Callable[..., Operation]] = {
    "conv": conv,
    "pool": max_pool,
    "relu": lambda: RELU,
    "flatten": Flatten,
    "global_average": GlobalAverage,
    "linear": Linear,
}


def graph_of_layers(layers: LayerList, input_shape: Shape, name: str = "network") -> Graph:
    """The graph of a list of layers; they are called conv1, relu1, conv2, ….

    Raises:
        ValueError: a layer of another kind, or with other numbers; says which layer.
        TypeError: something that is no tuple, or a number that is no int.
    """
    graph, seen = Graph(name, input_shape), dict.fromkeys(_NUMBERS, 0)
    for kind, *numbers in checked(layers):
        seen[kind] += 1
        graph.add(_OPERATIONS[kind](*numbers), name=f"{kind}{seen[kind]}")
    return graph


def network_of_layers(
    layers: LayerList, input_shape: Shape, rng: np.random.Generator
) -> nn.Sequential:
    """The list as a network that can be trained, in double precision.

    Raises ValueError for a list that does not fit its input, besides what `graph_of_layers` does.
    """
    shapes = [each.output_shape for each in graph_of_layers(layers, input_shape).layers()]
    before = [input_shape, *shapes]
    made: list[nn.Layer] = []
    for (kind, *numbers), shape in zip(checked(layers), before, strict=False):
        if kind == "conv":
            m, f, stride, padding = numbers
            sizes = {"stride": stride, "padding": padding}
            made.append(nn.Conv2d(shape[0], m, f, **sizes, rng=rng, dtype=np.float64))
        elif kind == "linear":
            made.append(nn.Linear(shape[0], numbers[0], rng=rng, dtype=np.float64))
        elif kind == "pool":
            made.append(nn.MaxPool2d(*numbers))
        elif kind == "relu":
            made.append(nn.ReLU())
        else:
            if kind == "global_average":
                made.append(nn.AveragePool2d((shape[1], shape[2])))
            made.append(nn.Flatten())
    return nn.Sequential(*made, input_shape=input_shape)


def checked(layers: LayerList) -> list[tuple[Any, ...]]:
    """The layers as tuples of a known kind with ints; see `graph_of_layers` for what is raised."""
    found = []
    for i, layer in enumerate(layers):
        if not isinstance(layer, tuple | list) or not layer:
            raise TypeError(f"layer {i} must be a tuple such as ('linear', 10), got {layer!r}")
        kind, *numbers = layer
        if kind not in _NUMBERS:
            raise ValueError(f"layer {i}: no kind is called {kind!r}; there are {[*_NUMBERS]}")
        wanted = _NUMBERS[kind]
        if len(numbers) != len(wanted):
            said = ", ".join([repr(kind), *(name for name, _ in wanted)])
            raise ValueError(f"layer {i} must read ({said}), got {tuple(layer)!r}")
        clean = [
            integer(v, f"layer {i}, {kind}: {name}", least)
            for v, (name, least) in zip(numbers, wanted, strict=True)
        ]
        found.append((kind, *clean))
    return found
