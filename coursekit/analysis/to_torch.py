"""A layer specification as a PyTorch module: to run it, to time it, to measure its fields."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from coursekit.analysis import operations as ops
from coursekit.analysis.graph import INPUT, AnalysisError, Graph
from coursekit.numpy_nn.activations import AMPLITUDE, SLOPE

Step = Callable[..., Tensor]


class SpecifiedNetwork(nn.Module):
    """The layers of a graph, with freshly drawn weights; submodules have the layers' names.

    Raises:
        AnalysisError: the graph does not fit its input, or has a layer PyTorch does not.
    """

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.graph = graph
        self._steps: dict[str, nn.Module] = {}
        shapes = {INPUT: graph.input_shape} | {x.name: x.output_shape for x in graph.layers()}
        for node in graph.nodes:
            step = _step(node.operation, [shapes[i] for i in node.inputs])
            if isinstance(step, nn.ReLU):
                step.inplace = node.in_place
            if step is None:
                raise AnalysisError(
                    f"{graph.name}, layer {node.name}: PyTorch has no {node.operation.type}."
                )
            self._steps[node.name] = step
            self.add_module(node.name.replace(".", "/"), step)

    def forward(self, x: Tensor) -> Tensor:
        """The last layer's output for a batch x (N, ...)."""
        made = {INPUT: x}
        for node in self.graph.nodes:
            made[node.name] = self._steps[node.name](*(made[i] for i in node.inputs))
        return made[self.graph.nodes[-1].name]


def thin(graph: Graph) -> Graph:
    """The same layers with one map each: the same sizes and fields, in a moment."""
    slim = Graph(graph.name, (1, *graph.input_shape[1:]))
    for node in graph.nodes:
        op = node.operation
        if isinstance(op, ops.Conv2d | ops.PartialConv2d):
            op = ops.Conv2d(op.kernel_size, op.stride, op.padding, op.dilation)
        elif isinstance(op, ops.PadChannels):
            op = ops.Pointwise("Identity")
        slim.add(op, *node.inputs, name=node.name, in_place=node.in_place)
    return slim


class _Do(nn.Module):
    """A function as a module, so that its output can be watched by name."""

    def __init__(self, function: Step) -> None:
        super().__init__()
        self.function = function

    def forward(self, *inputs: Tensor) -> Tensor:
        """What the function gives."""
        return self.function(*inputs)


_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "ReLU": nn.ReLU,
    "ReLU6": nn.ReLU6,
    "Sigmoid": nn.Sigmoid,
    "Tanh": nn.Tanh,
    "SiLU": nn.SiLU,
    "GELU": nn.GELU,
    "ScaledTanh": lambda: _Do(lambda x: AMPLITUDE * torch.tanh(SLOPE * x)),
    "Softmax": lambda: nn.Softmax(dim=1),
    "Dropout": nn.Dropout,
    "Identity": nn.Identity,
    "LocalResponseNorm": lambda: nn.LocalResponseNorm(5),
}


class _Subsample(nn.Module):
    """LeNet-5's pooling: the mean of each window, times a coefficient, plus a bias."""

    def __init__(self, channels: int, op: ops.Pool2d) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(op.kernel_size, op.stride)
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Maps of half the size."""
        mean: Tensor = self.pool(x)
        return mean * self.weight[:, None, None] + self.bias[:, None, None]


def _step(op: ops.Operation, inputs: list[ops.Shape]) -> nn.Module | None:
    if isinstance(op, ops.Conv2d):
        conv = nn.Conv2d(
            inputs[0][0],
            op.out_channels,
            op.kernel_size,
            op.stride,
            dilation=op.dilation,
            groups=op.groups,
            bias=op.bias,
        )
        return _padded(conv, op.padding)
    if isinstance(op, ops.Pool2d) and op.trainable:
        return _Subsample(inputs[0][0], op)
    if isinstance(op, ops.Pool2d):
        before = (op.padding[0][0], op.padding[1][0])
        same = before == (op.padding[0][1], op.padding[1][1])
        if op.kind == "max" and same:
            return nn.MaxPool2d(
                op.kernel_size, op.stride, before, op.dilation, ceil_mode=op.ceil_mode
            )
        if op.kind == "average" and same and op.dilation == (1, 1):
            return nn.AvgPool2d(op.kernel_size, op.stride, before, ceil_mode=op.ceil_mode)
    if isinstance(op, ops.AdaptivePool2d):
        return (nn.AdaptiveAvgPool2d if op.kind == "average" else nn.AdaptiveMaxPool2d)(op.size)
    if isinstance(op, ops.Linear):
        return nn.Linear(inputs[0][0], op.out_features, bias=op.bias)
    if isinstance(op, ops.Pointwise):
        if op.name == "BatchNorm2d":
            return nn.BatchNorm2d(inputs[0][0])
        return _ACTIVATIONS[op.name]() if op.name in _ACTIVATIONS else None
    if isinstance(op, ops.Flatten):
        return nn.Flatten()
    if isinstance(op, ops.Upsample):
        return nn.Upsample(scale_factor=tuple(map(float, op.scale)))
    return _plain(op)


def _plain(op: ops.Operation) -> nn.Module | None:
    if isinstance(op, ops.Combine):
        return _Do(_sum if op.name == "Add" else _product)
    if isinstance(op, ops.Concatenate):
        return _Do(lambda *xs: torch.cat(xs, dim=1))
    if isinstance(op, ops.Pad):
        (top, bottom), (left, right) = op.padding
        return nn.ZeroPad2d((left, right, top, bottom))
    if isinstance(op, ops.PadChannels):
        return _Do(lambda x: functional.pad(x, (0, 0, 0, 0, op.before, op.after)))
    if isinstance(op, ops.Crop):
        rows, columns = (_cut(op, axis) for axis in (0, 1))
        return _Do(lambda x: x[:, :, rows, columns])
    return None


def _cut(op: ops.Crop, axis: int) -> slice:
    start, step = op.start[axis], op.step[axis]
    return slice(start, start + (op.size[axis] - 1) * step + 1 if op.size else None, step)


def _padded(conv: nn.Conv2d, padding: ops.Margins) -> nn.Module:
    (top, bottom), (left, right) = padding
    if top == bottom and left == right:
        conv.padding = (top, left)
        return conv
    return nn.Sequential(nn.ZeroPad2d((left, right, top, bottom)), conv)


def _sum(first: Tensor, *others: Tensor) -> Tensor:
    for x in others:
        first = first + x
    return first


def _product(first: Tensor, *others: Tensor) -> Tensor:
    for x in others:
        first = first * x
    return first
