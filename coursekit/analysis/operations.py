"""What a layer is, without its weights: sizes, parameters, multiply-adds, what it looks at.

Shapes have no batch axis: (C, H, W) for maps, (D,) for vectors. All figures are for one sample.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from coursekit.analysis.spans import Span, union
from coursekit.filters.sizes import kernel_span

Shape = tuple[int, ...]
Pair = tuple[int, int]
Margins = tuple[Pair, Pair]
"""Padding as ((top, bottom), (left, right))."""

Spans = tuple[Span, Span] | None
"""Along the height and along the width; None where a unit sees the whole input."""


class Mismatch(ValueError):
    """A layer that does not fit what comes before it."""


class Operation(ABC):
    """One layer. The methods get the shapes (or the spans) of its inputs."""

    @property
    def type(self) -> str:
        """The layer's name in PyTorch's words, such as Conv2d."""
        return type(self).__name__

    @abstractmethod
    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """The shape that comes out. Raises `Mismatch` when the inputs do not fit."""

    def parameters(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        """The trainable arrays by name."""
        return {}

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        """Multiply-adds of convolutions and matrix products; 0 for everything else."""
        return 0

    def spans(self, inputs: Sequence[Spans]) -> Spans:
        """What the output's units see of the input. Raises `Mismatch` when paths disagree."""
        return joined(inputs)


def joined(inputs: Sequence[Spans]) -> Spans:
    """What is seen along several paths together.

    Raises:
        Mismatch: the paths step by different numbers of pixels.
    """
    known = [s for s in inputs if s is not None]
    if len(known) < len(inputs):
        return None
    try:
        return union([s[0] for s in known]), union([s[1] for s in known])
    except ValueError as error:
        raise Mismatch(str(error)) from None


def pair(value: int | Pair) -> Pair:
    """One number for both axes, or one for each."""
    return value if isinstance(value, tuple) else (value, value)


def margins(value: int | Pair | Margins) -> Margins:
    """Padding on all four sides from a number, from (vertical, horizontal), or as it is."""
    vertical, horizontal = value if isinstance(value, tuple) else (value, value)
    return pair(vertical), pair(horizontal)


@dataclass(frozen=True)
class Window(Operation):
    """Anything that slides: `kernel_size`, `stride`, `dilation` are (vertical, horizontal)."""

    kernel_size: Pair
    stride: Pair = (1, 1)
    padding: Margins = ((0, 0), (0, 0))
    dilation: Pair = (1, 1)

    def spans(self, inputs: Sequence[Spans]) -> Spans:
        """Wider by the window, steps longer by the stride."""
        seen = joined(inputs)
        if seen is None:
            return None
        vertical, horizontal = (
            seen[i].window(
                self.kernel_size[i], self.stride[i], self.padding[i][0], self.dilation[i]
            )
            for i in (0, 1)
        )
        return vertical, horizontal

    def positions(self, shape: Shape, *, ceil_mode: bool = False) -> Pair:
        """How many windows fit along the height and the width."""
        vertical, horizontal = (self._along(i, shape[1 + i], ceil_mode) for i in (0, 1))
        return vertical, horizontal

    def _along(self, axis: int, n: int, ceil_mode: bool) -> int:
        before, after = self.padding[axis]
        span, step = kernel_span(self.kernel_size[axis], self.dilation[axis]), self.stride[axis]
        if min(self.kernel_size[axis], self.dilation[axis], step) < 1:
            raise Mismatch("kernel size, stride and dilation are at least 1")
        room = n + before + after - span
        if room < 0:
            raise Mismatch(
                f"a window of {span} pixels does not fit into {n + before + after} "
                f"({('height', 'width')[axis]} {n}, padding {before} and {after}): the input is "
                "too small for this network"
            )
        if not ceil_mode:
            return room // step + 1
        count = -(-room // step) + 1
        # As in PyTorch: the last window must begin in the input or in the padding before it.
        return count - 1 if (count - 1) * step >= n + before else count


@dataclass(frozen=True)
class Conv2d(Window):
    """`out_channels` kernels, each over in_channels / `groups` maps."""

    out_channels: int = 1
    groups: int = 1
    bias: bool = True

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """(out_channels, H', W')."""
        shape = _maps(inputs, self.type)
        _check_groups(shape[0], self.out_channels, self.groups)
        return (self.out_channels, *self.positions(shape))

    def parameters(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        """weight (out_channels, in_channels / groups, f_h, f_w), bias (out_channels,)."""
        weight = (self.out_channels, inputs[0][0] // self.groups, *self.kernel_size)
        return {"weight": weight} | ({"bias": (self.out_channels,)} if self.bias else {})

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        """Kernel size × input channels per group, for every number of the output."""
        return math.prod(output) * math.prod(self.kernel_size) * (inputs[0][0] // self.groups)


@dataclass(frozen=True)
class ConvTranspose2d(Window):
    """The transpose of a convolution; `extra` is PyTorch's output_padding."""

    out_channels: int = 1
    groups: int = 1
    bias: bool = True
    extra: Pair = (0, 0)

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """(out_channels, H', W') with H' = (H − 1)·s − p − p' + d (f − 1) + 1 + extra."""
        shape = _maps(inputs, self.type)
        _check_groups(shape[0], self.out_channels, self.groups)
        sides = tuple(
            (shape[1 + i] - 1) * self.stride[i]
            - sum(self.padding[i])
            + kernel_span(self.kernel_size[i], self.dilation[i])
            + self.extra[i]
            for i in (0, 1)
        )
        if min(sides) < 1:
            raise Mismatch(f"nothing is left of {shape}: sizes {sides}")
        return (self.out_channels, *sides)

    def parameters(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        """weight (in_channels, out_channels / groups, f_h, f_w), bias (out_channels,)."""
        weight = (inputs[0][0], self.out_channels // self.groups, *self.kernel_size)
        return {"weight": weight} | ({"bias": (self.out_channels,)} if self.bias else {})

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        """Kernel size × output channels per group, for every number of the input."""
        each = math.prod(self.kernel_size) * (self.out_channels // self.groups)
        return math.prod(inputs[0]) * each

    def spans(self, inputs: Sequence[Spans]) -> Spans:
        """At most: see `Span.transposed`."""
        seen = joined(inputs)
        if seen is None:
            return None
        vertical, horizontal = (
            seen[i].transposed(
                self.kernel_size[i], self.stride[i], self.padding[i][0], self.dilation[i]
            )
            for i in (0, 1)
        )
        return vertical, horizontal


@dataclass(frozen=True)
class Pool2d(Window):
    """A window that takes the largest ("max") or the mean ("average") of each map.

    With `trainable`, LeNet-5's subsampling: a coefficient and a bias for each map.
    """

    kind: str = "max"
    ceil_mode: bool = False
    trainable: bool = False

    @property
    def type(self) -> str:
        """MaxPool2d, AvgPool2d or Subsample2d."""
        return "Subsample2d" if self.trainable else f"{_POOLS[self.kind]}Pool2d"

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """(C, H', W')."""
        shape = _maps(inputs, self.type)
        return (shape[0], *self.positions(shape, ceil_mode=self.ceil_mode))

    def parameters(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        """A coefficient and a bias per map where they are trainable."""
        each = (inputs[0][0],)
        return {"weight": each, "bias": each} if self.trainable else {}


_POOLS = {"max": "Max", "average": "Avg"}


@dataclass(frozen=True)
class AdaptivePool2d(Operation):
    """Pooling to a fixed size, whatever comes in; (1, 1) is global pooling."""

    size: Pair = (1, 1)
    kind: str = "average"

    @property
    def type(self) -> str:
        """AdaptiveAvgPool2d or AdaptiveMaxPool2d."""
        return f"Adaptive{_POOLS[self.kind]}Pool2d"

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """(C, *size)."""
        return (_maps(inputs, self.type)[0], *self.size)

    def spans(self, inputs: Sequence[Spans]) -> Spans:
        """The whole input: the windows depend on its size."""
        return None


@dataclass(frozen=True)
class PartialConv2d(Window):
    """LeNet-5's layer C3: kernel f looks at the maps that ``table[f]`` lists."""

    table: tuple[tuple[int, ...], ...] = ()

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """(len(table), H', W')."""
        shape = _maps(inputs, self.type)
        if any(c >= shape[0] for maps in self.table for c in maps):
            raise Mismatch(f"the table names a map that is not among the {shape[0]} below")
        return (len(self.table), *self.positions(shape))

    def parameters(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        """One kernel for each connection, one bias for each map."""
        connections = sum(map(len, self.table))
        return {"weight": (connections, *self.kernel_size), "bias": (len(self.table),)}

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        """Kernel size for every connection and place."""
        connections = sum(map(len, self.table))
        return connections * math.prod(self.kernel_size) * math.prod(output[1:])


@dataclass(frozen=True)
class LocallyConnected2d(Window):
    """A convolution whose weights are not shared: every place has kernels of its own (D1 27)."""

    out_channels: int = 1
    bias: bool = True

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """(out_channels, H', W')."""
        return (self.out_channels, *self.positions(_maps(inputs, self.type)))

    def parameters(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        """A kernel and a bias for every number of the output."""
        output = self.output_shape(inputs)
        weight = (*output, inputs[0][0], *self.kernel_size)
        return {"weight": weight} | ({"bias": output} if self.bias else {})

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        """As a convolution: not sharing costs memory, not work."""
        return math.prod(output) * math.prod(self.kernel_size) * inputs[0][0]


@dataclass(frozen=True)
class Linear(Operation):
    """Every output weighs every input."""

    out_features: int
    bias: bool = True

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """(out_features,)."""
        if len(inputs) != 1 or len(inputs[0]) != 1:
            raise Mismatch(
                f"Linear takes a vector, got {_said(inputs)}; is a Flatten missing before it?"
            )
        return (self.out_features,)

    def parameters(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        """weight (out_features, in_features), bias (out_features,)."""
        weight = (self.out_features, inputs[0][0])
        return {"weight": weight} | ({"bias": (self.out_features,)} if self.bias else {})

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        """in_features × out_features."""
        return inputs[0][0] * self.out_features

    def spans(self, inputs: Sequence[Spans]) -> Spans:
        """The whole input."""
        return None


@dataclass(frozen=True)
class Pointwise(Operation):
    """Every number by itself: activations, batch normalisation, dropout.

    `per_channel` names trainable arrays with one number for each channel.
    """

    name: str
    per_channel: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """The name it was given, such as ReLU."""
        return self.name

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """The shape of the input."""
        if len(inputs) != 1:
            raise Mismatch(f"{self.name} takes one input, got {_said(inputs)}")
        return inputs[0]

    def parameters(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        """One number per channel under each name."""
        return dict.fromkeys(self.per_channel, (inputs[0][0],))


@dataclass(frozen=True)
class Combine(Operation):
    """Numbers at the same place, added or multiplied; axes of length 1 are repeated."""

    name: str = "Add"

    @property
    def type(self) -> str:
        """Add or Multiply."""
        return self.name

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """The shape of the inputs, repeated where needed."""
        axes = max(map(len, inputs))
        padded = [(1,) * (axes - len(s)) + s for s in inputs]
        shape = tuple(max(sizes) for sizes in zip(*padded, strict=True))
        if any(n not in (1, m) for s in padded for n, m in zip(s, shape, strict=True)):
            raise Mismatch(f"{self.name} needs equal shapes, got {_said(inputs)}")
        return shape


@dataclass(frozen=True)
class Concatenate(Operation):
    """Maps of several paths, one behind the other."""

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """The channels add up."""
        if len({s[1:] for s in inputs}) > 1:
            raise Mismatch(f"only the channels may differ, got {_said(inputs)}")
        return (sum(s[0] for s in inputs), *inputs[0][1:])


@dataclass(frozen=True)
class Flatten(Operation):
    """All numbers in one row."""

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """(C·H·W,)."""
        return (math.prod(inputs[0]),)

    def spans(self, inputs: Sequence[Spans]) -> Spans:
        """The whole input, from the point of view of any layer that follows."""
        return None


@dataclass(frozen=True)
class Upsample(Operation):
    """Every pixel repeated (or interpolated) `scale` times along each axis."""

    scale: Pair = (2, 2)

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """(C, H·scale, W·scale)."""
        c, h, w = _maps(inputs, self.type)
        return c, h * self.scale[0], w * self.scale[1]

    def spans(self, inputs: Sequence[Spans]) -> Spans:
        """The same places, at smaller steps."""
        seen = joined(inputs)
        if seen is None:
            return None
        vertical, horizontal = (
            seen[i].transposed(self.scale[i], stride=self.scale[i]) for i in (0, 1)
        )
        return vertical, horizontal


@dataclass(frozen=True)
class Pad(Operation):
    """Zeros around the maps."""

    padding: Margins

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Larger by the padding."""
        c, h, w = _maps(inputs, self.type)
        return c, h + sum(self.padding[0]), w + sum(self.padding[1])

    def spans(self, inputs: Sequence[Spans]) -> Spans:
        """As a window of one pixel that begins in the padding."""
        seen = joined(inputs)
        if seen is None:
            return None
        vertical, horizontal = (seen[i].window(1, padding=self.padding[i][0]) for i in (0, 1))
        return vertical, horizontal


@dataclass(frozen=True)
class PadChannels(Operation):
    """Maps of zeros before and after the others."""

    before: int
    after: int

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """More channels."""
        c, h, w = _maps(inputs, self.type)
        return c + self.before + self.after, h, w


@dataclass(frozen=True)
class Crop(Operation):
    """Some of the rows and columns: every `step`-th one from `start`, `size` of them (or all)."""

    start: Pair
    step: Pair
    size: Pair | None = None

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """(C, *size)."""
        shape = _maps(inputs, self.type)
        rest = (-((self.start[i] - shape[1 + i]) // self.step[i]) for i in (0, 1))
        return (shape[0], *(self.size or rest))

    def spans(self, inputs: Sequence[Spans]) -> Spans:
        """As a window of one pixel that begins inside."""
        seen = joined(inputs)
        if seen is None:
            return None
        vertical, horizontal = (
            seen[i].window(1, stride=self.step[i], padding=-self.start[i]) for i in (0, 1)
        )
        return vertical, horizontal


@dataclass(frozen=True)
class Other(Operation):
    """A layer known by its result only.

    `local` says that every place of the output comes from the same place of the input.
    """

    name: str
    shape: Shape
    local: bool = False
    weights: tuple[tuple[str, Shape], ...] = ()
    work: int = 0

    @property
    def type(self) -> str:
        """The name it was given."""
        return self.name

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """The shape it was given."""
        return self.shape

    def parameters(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        """Those it was given."""
        return dict(self.weights)

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        """Those it was given."""
        return self.work

    def spans(self, inputs: Sequence[Spans]) -> Spans:
        """Those of its inputs when it is local, else the whole input."""
        return joined(inputs) if self.local else None


def _maps(inputs: Sequence[Shape], what: str) -> Shape:
    if len(inputs) != 1 or len(inputs[0]) != 3:
        raise Mismatch(f"{what} takes maps (channels, height, width), got {_said(inputs)}")
    return inputs[0]


def _check_groups(inputs: int, outputs: int, groups: int) -> None:
    if inputs % groups or outputs % groups:
        raise Mismatch(
            f"{groups} groups do not divide {inputs} input and {outputs} output channels"
        )


def _said(inputs: Sequence[Shape]) -> str:
    return " and ".join(map(str, inputs))
