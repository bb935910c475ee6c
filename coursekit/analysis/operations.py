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
        seen = joined(inputs)
        return None if seen is None else (self.along(0, seen[0]), self.along(1, seen[1]))

    def along(self, axis: int, seen: Span) -> Span:
        """The same along one axis, 0 for the height: by default, no more than the inputs saw."""
        return seen


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

    def __post_init__(self) -> None:
        for name in ("kernel_size", "stride", "padding", "dilation"):
            value = getattr(self, name)
            if not isinstance(value, tuple) or len(value) != 2:
                raise TypeError(f"{name} is a pair, (vertical, horizontal); got {value!r}")

    def along(self, axis: int, seen: Span) -> Span:
        """Wider by the window, steps longer by the stride."""
        return seen.window(*self._sizes(axis))

    def _sizes(self, axis: int) -> tuple[int, int, int, int]:
        """Size, stride, padding before, dilation. Raises `Mismatch` where they cannot be."""
        size, stride, dilation = self.kernel_size[axis], self.stride[axis], self.dilation[axis]
        if min(size, stride, dilation) < 1:
            raise Mismatch(
                f"kernel size, stride and dilation are at least 1, got {size}, {stride}, {dilation}"
            )
        if min(self.padding[axis]) < 0:
            raise Mismatch(f"padding is at least 0, got {self.padding[axis]}")
        return size, stride, self.padding[axis][0], dilation

    def positions(self, shape: Shape, *, ceil_mode: bool = False) -> Pair:
        """How many windows fit along the height and the width."""
        return self._count(0, shape[1], ceil_mode), self._count(1, shape[2], ceil_mode)

    def _count(self, axis: int, n: int, ceil_mode: bool) -> int:
        size, step, before, dilation = self._sizes(axis)
        span, after = kernel_span(size, dilation), self.padding[axis][1]
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
class Kernels(Window):
    """Windows with weights, in `groups` that do not see each other's maps."""

    out_channels: int = 1
    groups: int = 1
    bias: bool = True

    def maps(self, inputs: Sequence[Shape]) -> Shape:
        """The shape that comes in. Raises `Mismatch` when the groups do not divide it."""
        shape = _maps(inputs, self.type)
        if self.groups < 1:
            raise Mismatch(f"there is at least 1 group, got {self.groups}")
        if shape[0] % self.groups or self.out_channels % self.groups:
            raise Mismatch(
                f"{self.groups} groups do not divide {shape[0]} input and {self.out_channels} "
                "output channels"
            )
        return shape

    @abstractmethod
    def weight(self, in_channels: int) -> Shape:
        """The shape of the weights."""

    def parameters(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        """weight, and bias (out_channels,)."""
        weight = self.weight(inputs[0][0])
        return {"weight": weight} | ({"bias": (self.out_channels,)} if self.bias else {})


@dataclass(frozen=True)
class Conv2d(Kernels):
    """`out_channels` kernels, each over in_channels / `groups` maps."""

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """(out_channels, H', W')."""
        return (self.out_channels, *self.positions(self.maps(inputs)))

    def weight(self, in_channels: int) -> Shape:
        """(out_channels, in_channels / groups, f_h, f_w)."""
        return (self.out_channels, in_channels // self.groups, *self.kernel_size)

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        """Kernel size × input channels per group, for every number of the output."""
        return math.prod(output) * math.prod(self.weight(inputs[0][0])[1:])


@dataclass(frozen=True)
class ConvTranspose2d(Kernels):
    """The transpose of a convolution; `extra` is PyTorch's output_padding."""

    extra: Pair = (0, 0)

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """(out_channels, H', W') with H' = (H − 1)·s − p − p' + d (f − 1) + 1 + extra."""
        shape = self.maps(inputs)
        return (self.out_channels, self._side(0, shape[1]), self._side(1, shape[2]))

    def _side(self, axis: int, n: int) -> int:
        size, stride, before, dilation = self._sizes(axis)
        cut = before + self.padding[axis][1]
        return (n - 1) * stride - cut + kernel_span(size, dilation) + self.extra[axis]

    def weight(self, in_channels: int) -> Shape:
        """(in_channels, out_channels / groups, f_h, f_w)."""
        return (in_channels, self.out_channels // self.groups, *self.kernel_size)

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        """Kernel size × output channels per group, for every number of the input."""
        return math.prod(inputs[0]) * math.prod(self.weight(inputs[0][0])[1:])

    def along(self, axis: int, seen: Span) -> Span:
        """At most: see `Span.transposed`."""
        return seen.transposed(*self._sizes(axis))


@dataclass(frozen=True)
class Pool2d(Window):
    """A window that takes the largest ("max") or the mean ("average") of each map.

    With `trainable`, LeNet-5's subsampling: a coefficient and a bias for each map.
    """

    kind: str = "max"
    ceil_mode: bool = False
    trainable: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_kind(self.kind)

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

    def __post_init__(self) -> None:
        _check_kind(self.kind)

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
        if not all(0 <= c < shape[0] for maps in self.table for c in maps):
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
    """Every pixel repeated `scale` times along each axis."""

    scale: Pair = (2, 2)

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """(C, H·scale, W·scale)."""
        c, h, w = _maps(inputs, self.type)
        return c, h * self.scale[0], w * self.scale[1]

    def along(self, axis: int, seen: Span) -> Span:
        """The same places, at smaller steps."""
        return seen.transposed(self.scale[axis], stride=self.scale[axis])


@dataclass(frozen=True)
class Pad(Operation):
    """Zeros around the maps."""

    padding: Margins

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Larger by the padding."""
        c, h, w = _maps(inputs, self.type)
        return c, h + sum(self.padding[0]), w + sum(self.padding[1])

    def along(self, axis: int, seen: Span) -> Span:
        """As a window of one pixel that begins in the padding."""
        return seen.window(1, padding=self.padding[axis][0])


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
        if min(self.step) < 1:
            raise Mismatch(f"steps are at least 1, got {self.step}")
        there = tuple(-((self.start[i] - shape[1 + i]) // self.step[i]) for i in (0, 1))
        size = self.size or there
        if any(n > most for n, most in zip(size, there, strict=True)):
            raise Mismatch(f"there are {there} rows and columns to take, not {size}")
        return (shape[0], *size)

    def along(self, axis: int, seen: Span) -> Span:
        """As a window of one pixel that begins inside."""
        return seen.window(1, stride=self.step[axis], padding=-self.start[axis])


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


def _check_kind(kind: str) -> None:
    if kind not in _POOLS:
        raise ValueError(f"kind is {' or '.join(map(repr, _POOLS))}, got {kind!r}")


def _said(inputs: Sequence[Shape]) -> str:
    return " and ".join(map(str, inputs))
