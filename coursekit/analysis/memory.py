"""How much memory the activations of one forward pass take, and how much backward needs.

What PyTorch's backward holds on to, per kind of layer (a test compares with what autograd really
saves): a layer with weights its input, an activation its output or its input, batch normalisation
its input and two numbers per channel, max pooling its input and the place of each winner, dropout
which numbers it let pass, response normalisation the steps it is computed in. A tensor that two
layers hold is there once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from coursekit.analysis.graph import INPUT, Layer
from coursekit.analysis.operations import Shape

INDEX_BYTES = 8
"""Max pooling keeps the winners' places as int64."""

WINDOW = 5
"""Maps that a response normalisation looks at, as in AlexNet."""

_INPUT_KEPT = {
    *("Conv2d", "ConvTranspose2d", "Linear", "PartialConv2d", "LocallyConnected2d", "BatchNorm2d"),
    *("MaxPool2d", "AvgPool2d", "Multiply", "LocalResponseNorm", "GELU", "SiLU", "Hardtanh"),
    *("ReLU6", "Subsample2d", "RadialBasis", "AdaptiveMaxPool2d", "Hardswish", "LeakyReLU"),
}
_OUTPUT_KEPT = {"ReLU", "Sigmoid", "Tanh", "ScaledTanh", "Softmax", "LogSoftmax"}


@dataclass(frozen=True)
class Memory:
    """Bytes for one sample.

    Attributes:
        activations: per layer, the bytes its output takes (0 where it takes its input's place).
        held: bytes that must stay until backward, the input's included where it is needed.
    """

    activations: tuple[int, ...]
    held: int


def memory(layers: Sequence[Layer], input_shape: Shape, itemsize: int = 4) -> Memory:
    """What the activations of `layers` take, with numbers of `itemsize` bytes."""
    place = {INPUT: INPUT}
    for layer in layers:
        same = layer.in_place or layer.type == "Identity"
        place[layer.name] = place[layer.inputs[0]] if same else layer.name
    sizes = {INPUT: math.prod(input_shape)} | {each.name: each.activations for each in layers}
    held: set[str] = set()
    own = 0
    for layer in layers:
        if layer.type in _INPUT_KEPT:
            held |= {place[i] for i in layer.inputs}
        if layer.type in _OUTPUT_KEPT:
            held.add(place[layer.name])
        if layer.type == "BatchNorm2d":
            own += 2 * layer.output_shape[0] * itemsize
        if layer.type == "MaxPool2d":
            own += layer.activations * INDEX_BYTES
        if layer.type == "Dropout":
            own += layer.activations * itemsize
        if layer.type == "LocalResponseNorm":
            rim = (WINDOW - 1) * math.prod(layer.output_shape[1:])
            own += (3 * layer.activations + rim) * itemsize
    taken = tuple(
        each.activations * itemsize if place[each.name] == each.name else 0 for each in layers
    )
    return Memory(taken, sum(sizes[name] for name in held) * itemsize + own)
