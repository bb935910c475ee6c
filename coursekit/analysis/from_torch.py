"""Reading a PyTorch module: it runs once on the meta device, where tensors have shapes only.

Every operation that reaches PyTorch's dispatcher becomes a layer of the graph, under the name of
the module that called it; which tensor came from which operation gives the edges. So it does not
matter how the network is written (modules, functions, ``+``, ``torch.cat``), as long as it does
not look at values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.utils._python_dispatch import TorchDispatchMode

from coursekit.analysis.graph import INPUT, AnalysisError, Graph, Node
from coursekit.analysis.operations import (
    AdaptivePool2d,
    Combine,
    Concatenate,
    Conv2d,
    ConvTranspose2d,
    Crop,
    Flatten,
    Linear,
    Operation,
    Other,
    Pad,
    PadChannels,
    Pointwise,
    Pool2d,
    Shape,
    Upsample,
    margins,
)

aten = torch.ops.aten


def graph_of_module(module: nn.Module, input_shape: Shape, name: str = "") -> Graph:
    """The graph of one forward pass on a picture of `input_shape`, (C, H, W) or (D,).

    The module itself is not changed, no memory is taken for weights or activations, and layers of
    its training mode (dropout, auxiliary classifiers) count if it is in training mode.

    Raises:
        AnalysisError: forward fails, looks at values, or holds a recurrent layer; names the module.
    """
    recurrent = [n for n, m in module.named_modules() if isinstance(m, nn.RNNBase | nn.RNNCellBase)]
    if recurrent:
        kind = type(module.get_submodule(recurrent[0])).__name__
        raise AnalysisError(
            f"{recurrent[0] or kind} is a recurrent layer ({kind}): it has no receptive field on a "
            "picture. Analyse the part of the network before it."
        )
    graph = Graph(name or type(module).__name__, input_shape)
    parameters = {k: p.detach().to("meta") for k, p in module.named_parameters()}
    buffers = {k: b.to("meta") for k, b in module.named_buffers()}
    trace = _Trace(graph, module, parameters)
    x = torch.empty((1, *input_shape), device="meta", dtype=_dtype(module))
    trace.came_from(x, INPUT)
    with _watched(module, trace), torch.no_grad():
        try:
            with torch.device("meta"), trace:
                functional_call(module, {**parameters, **buffers}, (x,))
        except AnalysisError:
            raise
        except Exception as error:
            raise AnalysisError(_failed(error, trace, input_shape)) from error
    return graph


def _dtype(module: nn.Module) -> torch.dtype:
    for p in module.parameters():
        if p.dtype.is_floating_point:
            return p.dtype
    return torch.float32


def _failed(error: Exception, trace: _Trace, input_shape: Shape) -> str:
    where = trace.deepest or "the network itself"
    text = " ".join(str(error).split())
    sizes = f"It got {trace.got}; the network's input is {input_shape}."
    if "meta" in text and ("data" in text or "item" in text or "copy" in text or "bool" in text):
        return (
            f"{trace.graph.name}, {where}: its forward looks at the values of a tensor (an `if` or "
            f"a loop over numbers, `.item()`, `.numpy()`), so its layers depend on the picture. "
            "Analyse a version without."
        )
    return f"{trace.graph.name}, {where}: {type(error).__name__}: {text} {sizes}"


@contextmanager
def _watched(module: nn.Module, trace: _Trace) -> Iterator[None]:
    """Tell the trace which module is running."""
    handles = []
    for name, each in module.named_modules():
        handles.append(each.register_forward_pre_hook(trace.entering(name)))
        handles.append(each.register_forward_hook(trace.leaving))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


class _Trace(TorchDispatchMode):
    """Turns operations into nodes as they happen."""

    def __init__(self, graph: Graph, module: nn.Module, parameters: dict[str, Tensor]) -> None:
        super().__init__()
        self.graph = graph
        self.deepest, self.got = "", "nothing"
        self._running: list[tuple[str, nn.Module, int]] = []
        self._made: dict[int, str] = {}
        self._weights = {id(p): frozenset([name]) for name, p in parameters.items()}
        self._shapes = {name: tuple(p.shape) for name, p in parameters.items()}
        self._counted: set[str] = set()
        self._names: set[str] = {INPUT}
        self._kept: list[Tensor] = []  # an id is good as long as its object lives

    def came_from(self, tensor: Tensor, node: str) -> None:
        """Remember that `tensor` is the output of `node`."""
        self._made[id(tensor)] = node
        self._kept.append(tensor)

    def entering(self, name: str) -> Callable[..., None]:
        """A hook for the start of a module's forward."""

        def hook(module: nn.Module, args: tuple[Any, ...]) -> None:
            self._running.append((name, module, len(self.graph.nodes)))
            shapes = [str(tuple(a.shape[1:])) for a in args if isinstance(a, Tensor)]
            self.deepest = f"layer {name} ({type(module).__name__})" if name else ""
            self.got = " and ".join(shapes) or "no tensor"

        return hook

    def leaving(self, module: nn.Module, args: tuple[Any, ...], out: Any) -> None:
        """A hook for its end: a leaf that did nothing (dropout at rest) is a layer all the same."""
        name, _, before = self._running.pop()
        if not name or list(module.children()) or id(out) not in self._made:
            return
        made = self.graph.nodes[before:]
        if not made:
            operation = Pointwise(type(module).__name__)
            node = self.graph.add(operation, self._made[id(out)], name=self._free(name), weights={})
            self._made[id(out)] = node
        elif len(made) > 1 and type(module).__module__.startswith("torch.nn."):
            self._merge(made, module, out)

    def _merge(self, made: list[Node], module: nn.Module, out: Tensor) -> None:
        """One of PyTorch's own layers that takes several operations is one layer to us."""
        inside = {node.name for node in made}
        inputs = list(dict.fromkeys(i for n in made for i in n.inputs if i not in inside))
        kind, shape = type(module).__name__, tuple(out.shape[1:])
        weights = {k: v for node in made for k, v in (node.weights or {}).items()}
        work = sum(n.operation.work for n in made if isinstance(n.operation, Other))
        local = kind in _LOCAL_LAYERS
        operation: Operation = Other(kind, shape, local=local, work=work)
        if local and len(inputs) == 1:
            operation = Pointwise(kind)
        del self.graph.nodes[len(self.graph.nodes) - len(made) :]
        self.graph.forget(inside)
        node = self.graph.add(operation, *inputs, name=made[0].name, weights=weights)
        self._made[id(out)] = node

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run the operation, and note it."""
        out = func(*args, **(kwargs or {}))
        result = out[0] if isinstance(out, tuple | list) and out else out
        if isinstance(result, Tensor):
            self._note(_Call(func.overloadpacket, args, kwargs or {}, result), out)
        return out

    def _note(self, call: _Call, out: Any) -> None:
        weights = [t for t in call.tensors if id(t) in self._weights]
        data = [t for t in call.tensors if id(t) in self._made]
        names = frozenset().union(*(self._weights[id(w)] for w in weights))
        result = call.result
        if not data:
            if names:  # a weight seen from another side, or made of others
                self._weights[id(result)] = names
                self._kept.append(result)
            return
        if call.op in _SAME_NUMBERS and result.shape == data[0].shape:
            self.came_from(result, self._made[id(data[0])])
            return
        name, label = self._called()
        operation = _operation(call, data, label)
        counted = {n: self._shapes[n] for n in sorted(names - self._counted)}
        self._counted |= names
        last = {n.rpartition(".")[2]: shape for n, shape in counted.items()}
        node = self.graph.add(
            operation,
            *(self._made[id(t)] for t in data),
            name=self._free(name or f"{self._where()}{operation.type.lower()}"),
            weights=last if len(last) == len(counted) else counted,
            in_place=any(result is t for t in data),
        )
        for each in out if isinstance(out, list) else [result]:
            if isinstance(each, Tensor):
                self.came_from(each, node)

    def _called(self) -> tuple[str, str]:
        """The running module's name and class, if it is a leaf and this is its first operation."""
        if not self._running:
            return "", ""
        name, module, before = self._running[-1]
        first = before == len(self.graph.nodes)
        return (name, type(module).__name__) if first and not list(module.children()) else ("", "")

    def _where(self) -> str:
        return f"{self._running[-1][0]}.".lstrip(".") if self._running else ""

    def _free(self, name: str) -> str:
        count, free = 1, name
        while free in self._names:
            count += 1
            free = f"{name}_{count}"
        self._names.add(free)
        return free


class _Call:
    """One operation as the dispatcher sees it."""

    def __init__(
        self, op: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Tensor
    ) -> None:
        self.op, self.args, self.kwargs, self.result = op, args, kwargs, result
        flat = [a for arg in args for a in (arg if isinstance(arg, tuple | list) else (arg,))]
        self.tensors = [a for a in (*flat, *kwargs.values()) if isinstance(a, Tensor)]

    def argument(self, place: int, name: str, default: Any) -> Any:
        """The argument at `place`, or called `name`, or its default."""
        if place < len(self.args):
            return self.args[place]
        return self.kwargs.get(name, default)


_SAME_NUMBERS = {
    *(aten.alias, aten.detach, aten.clone, aten._to_copy, aten.contiguous, aten.expand),
    *(aten.lift_fresh, aten.view, aten._unsafe_view, aten.reshape, aten.permute, aten.transpose),
}
"""Operations that hand on the same numbers; when the shape stays too, they are no layer."""

_LOCAL_LAYERS = {
    *("LocalResponseNorm", "CrossMapLRN2d", "PReLU", "Softmax2d", "ChannelShuffle"),
    *("Dropout", "Dropout1d", "Dropout2d", "AlphaDropout", "FeatureAlphaDropout"),
}
"""Layers of PyTorch that take several operations and leave every place where it was."""

_ADD = {aten.add, aten.add_, aten.sub, aten.sub_}
_MULTIPLY = {aten.mul, aten.mul_, aten.div, aten.div_}
_MATRIX = {aten.mm, aten.addmm, aten.bmm, aten.baddbmm}


def _operation(call: _Call, data: list[Tensor], label: str) -> Operation:
    shape = tuple(call.result.shape[1:])
    op, x = call.op, data[0]
    if op is aten.convolution and x.dim() == 4:
        return _convolution(call)
    pooled = _pooling(call)
    if pooled is not None and x.dim() == 4:
        return pooled
    if op is aten.mean and x.dim() == 4 and shape[1:] == (1, 1):
        return AdaptivePool2d((1, 1))
    if op in _MATRIX:
        if op in (aten.mm, aten.addmm) and len(data) == 1 and call.result.shape[0] == 1:
            return Linear(shape[0], bias=op is aten.addmm)
        left, right = [t for t in call.tensors if t.dim() == call.result.dim()][-2:]
        return Other(label or "MatMul", shape, work=left.numel() * right.shape[-1])
    if op in _ADD | _MULTIPLY and len(data) > 1:
        return Combine("Add" if op in _ADD else "Multiply")
    if op is aten.cat and call.argument(1, "dim", 0) in (1, 1 - call.result.dim()):
        return Concatenate()
    if op is aten.slice and x.dim() == 4:
        return _slice(call, x)
    if op is aten.constant_pad_nd and x.dim() == 4:
        left, right, top, bottom, before, after = [*call.args[1], 0, 0, 0, 0, 0, 0][:6]
        if not (before or after):
            return Pad(((top, bottom), (left, right)))
        if not (left or right or top or bottom):
            return PadChannels(before, after)
    if len(shape) == 1 and x.dim() > 2 and x.numel() == call.result.numel():
        return Flatten()
    if len(shape) == 3 and x.dim() == 4 and str(op).startswith("aten.upsample"):
        scale = shape[1] / x.shape[2], shape[2] / x.shape[3]
        if all(s == int(s) for s in scale) and "nearest" in str(op):
            return Upsample((int(scale[0]), int(scale[1])))
    name = label or _plain_name(op)
    local = len(shape) == 3 and all(t.shape[2:] == call.result.shape[2:] for t in data)
    mixing = op in (
        aten._softmax,
        aten._log_softmax,
        aten.native_layer_norm,
        aten.native_group_norm,
    )
    if tuple(x.shape) == tuple(call.result.shape) and len(data) == 1 and not mixing:
        return Pointwise(name)
    return Other(name, shape, local=local and not mixing)


def _plain_name(op: Any) -> str:
    name = str(op).removeprefix("aten.").strip("_")
    known = {"native_batch_norm": "BatchNorm2d", "max_pool2d_with_indices": "MaxPool2d"}
    known |= {"relu": "ReLU", "hardtanh": "Hardtanh", "silu": "SiLU", "softmax": "Softmax"}
    return known.get(name, "".join(part.title() for part in name.split("_")))


def _convolution(call: _Call) -> Operation:
    _, weight, bias, stride, padding, dilation, transposed, extra, groups = call.args[:9]
    kernel = (weight.shape[2], weight.shape[3])
    sizes = kernel, _pair(stride), margins(_pair(padding)), _pair(dilation)
    if transposed:
        return ConvTranspose2d(
            *sizes,
            out_channels=weight.shape[1] * groups,
            groups=groups,
            bias=bias is not None,
            extra=_pair(extra),
        )
    return Conv2d(*sizes, out_channels=weight.shape[0], groups=groups, bias=bias is not None)


def _pooling(call: _Call) -> Operation | None:
    if call.op in (aten._adaptive_avg_pool2d, aten.adaptive_avg_pool2d, aten.adaptive_max_pool2d):
        kind = "max" if call.op is aten.adaptive_max_pool2d else "average"
        return AdaptivePool2d(_pair(call.args[1]), kind)
    if call.op not in (aten.max_pool2d_with_indices, aten.max_pool2d, aten.avg_pool2d):
        return None
    kernel = call.argument(1, "kernel_size", ())
    stride = _pair(call.argument(2, "stride", ()) or kernel)
    if call.op is not aten.avg_pool2d:
        padding = margins(_pair(call.argument(3, "padding", 0)))
        dilation = _pair(call.argument(4, "dilation", 1))
        ceil = bool(call.argument(5, "ceil_mode", False))
        return Pool2d(_pair(kernel), stride, padding, dilation, kind="max", ceil_mode=ceil)
    padding = margins(_pair(call.argument(3, "padding", 0)))
    ceil = bool(call.argument(4, "ceil_mode", False))
    return Pool2d(_pair(kernel), stride, padding, kind="average", ceil_mode=ceil)


def _slice(call: _Call, x: Tensor) -> Operation:
    axis = call.argument(1, "dim", 0) % 4
    start, step = call.argument(2, "start", 0) or 0, call.argument(4, "step", 1)
    shape = tuple(call.result.shape[1:])
    if axis < 2:
        return Other("Slice", shape, local=True)
    begin, by = [0, 0], [1, 1]
    begin[axis - 2], by[axis - 2] = start % x.shape[axis] if start < 0 else start, step
    return Crop((begin[0], begin[1]), (by[0], by[1]), (shape[1], shape[2]))


def _pair(value: Any) -> tuple[int, int]:
    numbers = [int(v) for v in value] if isinstance(value, list | tuple) else [int(value)]
    return numbers[0], numbers[-1]
