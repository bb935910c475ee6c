"""A network as a graph of operations, and everything that can be read off it without running it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral

from coursekit.analysis.operations import (
    Crop,
    Flatten,
    Mismatch,
    Operation,
    Other,
    Shape,
    Spans,
)
from coursekit.analysis.spans import aligned, input_span

INPUT = "input"
"""The name under which layers refer to the picture that goes in."""


class AnalysisError(ValueError):
    """A network that cannot be analysed; the message names the layer and the sizes."""


@dataclass(frozen=True)
class Node:
    """One layer: its name, what it does, and the names of the layers it gets its input from.

    `weights` are the trainable arrays to count here, by name, where these are not simply the
    operation's own: some may be shared with a layer before it, and are counted there. `in_place`
    says that the output takes the input's memory.
    """

    name: str
    operation: Operation
    inputs: tuple[str, ...] = (INPUT,)
    weights: Mapping[str, Shape] | None = None
    in_place: bool = False


@dataclass(frozen=True)
class Layer:
    """What is known about one layer of a network, for one sample.

    Attributes:
        name, type: its name in the network, and what it is in PyTorch's words.
        inputs: names of the layers it gets its input from.
        output_shape: (C, H, W), or (D,).
        parameters: shape of each trainable array that is counted here.
        macs: multiply-adds.
        in_place: whether its output takes the memory of its input.
        spans: what its units see, along height and width; None for the whole input.
        note: "" or what is to be known (paths that do not meet at the same place, a layer whose
            field is not worked out).
    """

    name: str
    type: str
    inputs: tuple[str, ...]
    output_shape: Shape
    parameters: Mapping[str, Shape]
    macs: int
    spans: Spans
    in_place: bool = False
    note: str = ""

    @property
    def parameter_count(self) -> int:
        """How many numbers it learns."""
        return sum(math.prod(shape) for shape in self.parameters.values())

    @property
    def activations(self) -> int:
        """How many numbers come out."""
        return math.prod(self.output_shape)


class Graph:
    """Layers in an order in which they can run.

    >>> from coursekit.analysis.operations import Conv2d, Linear, Flatten
    >>> graph = Graph("tiny", (1, 28, 28))
    >>> _ = graph.add(Conv2d((5, 5), out_channels=6))
    >>> graph.layers()[0].output_shape
    (6, 24, 24)

    Attributes:
        name: what it is called in tables and messages.
        input_shape: (C, H, W), or (D,).
        nodes: the layers, in order.
        unused: shape of each trainable array that no layer uses, by name.

    Raises:
        ValueError: `input_shape` is not made of whole numbers from 1 on.
    """

    def __init__(self, name: str, input_shape: Shape) -> None:
        self.name, self.input_shape = name, tuple(input_shape)
        self.nodes: list[Node] = []
        self.unused: dict[str, Shape] = {}
        if not all(isinstance(n, Integral) and n >= 1 for n in self.input_shape):
            raise ValueError(
                "input_shape is (channels, height, width) or (features,) of one sample, whole "
                f"numbers from 1 on; got {input_shape!r}"
            )

    def add(
        self,
        operation: Operation,
        *inputs: str,
        name: str = "",
        weights: Mapping[str, Shape] | None = None,
        in_place: bool = False,
    ) -> str:
        """Append a layer and return its name.

        Without `inputs` it follows the layer before it. Raises ValueError for a name that is taken
        or an input that is not there, TypeError for what is no operation.
        """
        if not isinstance(operation, Operation):
            raise TypeError(
                f"a layer is an operation such as Conv2d((3, 3)), got {type(operation).__name__}"
            )
        before = self.nodes[-1].name if self.nodes else INPUT
        name = name or f"{operation.type.lower()}{len(self.nodes) + 1}"
        sources = inputs or (before,)
        names = self.names
        if name in names:
            raise ValueError(f"two layers are called {name!r}")
        missing = [s for s in sources if s not in names]
        if missing:
            raise ValueError(f"{name} takes its input from {missing[0]!r}, which is not there yet")
        self.nodes.append(Node(name, operation, sources, weights, in_place))
        return name

    @property
    def names(self) -> set[str]:
        """What is taken: the layers' names, and the input's."""
        return {INPUT, *(node.name for node in self.nodes)}

    def at(self, input_shape: Shape) -> Graph:
        """The same layers for another input; parameters follow the shapes."""
        other = Graph(self.name, input_shape)
        other.nodes, other.unused = list(self.nodes), dict(self.unused)
        return other

    def layers(self) -> list[Layer]:
        """Every layer with its figures.

        Raises:
            AnalysisError: a layer does not fit what comes before it; says which, and the sizes.
        """
        shapes: dict[str, Shape] = {INPUT: self.input_shape}
        pixels = (input_span(), input_span()) if len(self.input_shape) == 3 else None
        spans: dict[str, Spans] = {INPUT: pixels}
        found = []
        for node in self.nodes:
            came = [shapes[i] for i in node.inputs]
            seen = [spans[i] for i in node.inputs]
            try:
                shape = node.operation.output_shape(came)
                if any(n < 1 for n in shape):
                    raise Mismatch(f"nothing would be left of {came[0]}: its output is {shape}")
            except Mismatch as error:
                raise AnalysisError(
                    f"{self.name}, layer {node.name} ({node.operation.type}): {_sentence(error)}"
                ) from None
            span, note = _spans(node, seen, shape)
            counted = node.weights
            if counted is None:
                counted = node.operation.parameters(came)
            macs = node.operation.macs(came, shape)
            shapes[node.name], spans[node.name] = shape, span
            found.append(
                Layer(
                    name=node.name,
                    type=node.operation.type,
                    inputs=node.inputs,
                    output_shape=shape,
                    parameters=counted,
                    macs=macs,
                    spans=span,
                    in_place=node.in_place or isinstance(node.operation, Flatten | Crop),
                    note=note,
                )
            )
        return found


def _sentence(error: Exception) -> str:
    said = str(error)
    return said if said.endswith("?") else f"{said}."


def _spans(node: Node, seen: Sequence[Spans], shape: Shape) -> tuple[Spans, str]:
    known = [s for s in seen if s is not None]
    try:
        span = node.operation.spans(seen)
    except Mismatch as error:
        return None, f"{error}, so that their units do not look at the same place."
    if len(known) == len(seen) > 1 and not all(aligned([s[i] for s in known]) for i in (0, 1)):
        centres = sorted({(s[0].centre, s[1].centre) for s in known})
        said = " and ".join(f"({v:g}, {h:g})" for v, h in centres)
        return span, f"the paths look at different centres: unit 0 at {said}."
    maps = len(shape) == 3 and shape[1:] != (1, 1)
    if known and span is None and maps and isinstance(node.operation, Other):
        return span, "its units are taken to see the whole input."
    return span, ""
