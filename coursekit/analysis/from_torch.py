"""Reading a PyTorch module: it runs once on the meta device, where tensors have shapes only.

Every operation that reaches PyTorch's dispatcher becomes a layer of the graph, under the name of
the module that called it; which tensor came from which operation gives the edges. So it does not
matter how the network is written (modules, functions, ``+``, ``torch.cat``), as long as it does
not look at values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeAlias

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
    Margins,
    Mismatch,
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

Axes: TypeAlias = tuple[int, int] | None
"""Which axes of a tensor are the height and the width; None where places are mixed or gone."""


def graph_of_module(module: nn.Module, input_shape: Shape, name: str = "") -> Graph:
    """The graph of one forward pass on a picture of `input_shape`, (C, H, W) or (D,).

    The module itself is not changed, no memory is taken for weights or activations, and layers of
    its training mode (dropout, auxiliary classifiers) count if it is in training mode.

    Raises:
        AnalysisError: forward fails, looks at values, or the module is of a kind that cannot be
            followed (recurrent, lazy, scripted); names the module.
    """
    _refuse(module)
    graph = Graph(name or type(module).__name__, input_shape)
    parameters = {k: p.detach().to("meta") for k, p in module.named_parameters()}
    buffers = {k: b.to("meta") for k, b in module.named_buffers()}
    trace = _Trace(graph, parameters, samples=2 if _compares_samples(module) else 1)
    x = torch.empty((trace.samples, *graph.input_shape), device="meta", dtype=_dtype(module))
    trace.came_from(x, INPUT, (2, 3) if x.dim() == 4 else None)
    with _watched(module, trace), torch.no_grad():
        try:
            with torch.device("meta"), trace:
                functional_call(module, {**parameters, **buffers}, (x,))
        except AnalysisError:
            raise
        except Exception as error:
            raise AnalysisError(_failed(error, trace, input_shape)) from error
    graph.unused = trace.unused
    return graph


def _refuse(module: nn.Module) -> None:
    """Raise AnalysisError for what cannot be followed."""
    for name, each in module.named_modules():
        kind = type(each).__name__
        if isinstance(each, nn.RNNBase | nn.RNNCellBase):
            raise AnalysisError(
                f"{name or kind} is a recurrent layer ({kind}): it has no receptive field on a "
                "picture. Analyse the part of the network before it."
            )
        if isinstance(each, torch.jit.ScriptModule):
            raise AnalysisError(
                f"{name or kind} is a scripted module, whose layers do not show. Analyse the "
                "module it was made from."
            )
        if isinstance(each, nn.DataParallel):
            raise AnalysisError(f"{name or kind} wraps a network. Analyse its `.module`.")
        if any(nn.parameter.is_lazy(p) for p in each.parameters(recurse=False)):
            raise AnalysisError(
                f"{name or kind} is a lazy layer ({kind}) that does not know its sizes yet. Run "
                "the network once on a batch of zeros, then analyse it."
            )


def _compares_samples(module: nn.Module) -> bool:
    """Whether it normalises over the batch, which one sample alone may be too few for."""
    kinds = nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d | nn.SyncBatchNorm
    return any(isinstance(m, kinds) and m.training for m in module.modules())


def _dtype(module: nn.Module) -> torch.dtype:
    for p in module.parameters():
        if p.dtype.is_floating_point:
            return p.dtype
    return torch.float32


def _failed(error: Exception, trace: _Trace, input_shape: Shape) -> str:
    where = trace.deepest or "the network itself"
    text = " ".join(str(error).split()).rstrip(".") + "."
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

    def __init__(self, graph: Graph, parameters: dict[str, Tensor], samples: int) -> None:
        super().__init__()
        self.graph, self.samples = graph, samples
        self.deepest, self.got = "", "nothing"
        self._running: list[tuple[str, nn.Module, int]] = []
        self._made: dict[int, str] = {}
        self._weights = {id(p): frozenset([name]) for name, p in parameters.items()}
        self._shapes = {name: tuple(p.shape) for name, p in parameters.items()}
        self._used: set[str] = set()
        self._axes: dict[int, Axes] = {}
        self._kept: list[Tensor] = []  # an id is good as long as its object lives

    @property
    def unused(self) -> dict[str, Shape]:
        """Parameters that no operation on the picture took."""
        return {name: s for name, s in self._shapes.items() if name not in self._used}

    def came_from(self, tensor: Tensor, node: str, axes: Axes) -> None:
        """Remember that `tensor` is the output of `node`, and which way it lies."""
        self._made[id(tensor)], self._axes[id(tensor)] = node, axes
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
        elif len(made) > 1 and _is_torchs_own(module):
            x = next((a for a in args if isinstance(a, Tensor)), out)
            self._merge(made, module, x, out)

    def _merge(self, made: list[Node], module: nn.Module, x: Tensor, out: Tensor) -> None:
        """One of PyTorch's own layers that takes several operations is one layer to us."""
        inside = {node.name for node in made}
        inputs = list(dict.fromkeys(i for n in made for i in n.inputs if i not in inside))
        kind, shape = type(module).__name__, tuple(out.shape[1:])
        weights = {k: v for node in made for k, v in (node.weights or {}).items()}
        work = sum(n.operation.work for n in made if isinstance(n.operation, Other))
        axes = self._axes.get(id(x))
        local = kind in _LOCAL_LAYERS or _keeps_places(module, x, axes)
        operation: Operation = Other(kind, shape, local=local, work=work)
        last = made[-1].operation
        if isinstance(module, nn.Conv2d) and isinstance(last, Conv2d):  # it padded by itself
            operation, local = replace(last, padding=_padding(module)), True
        elif local and len(inputs) == 1 and x.shape == out.shape:
            operation = Pointwise(kind)
        del self.graph.nodes[-len(made) :]
        node = self.graph.add(operation, *inputs, name=made[0].name, weights=weights)
        self.came_from(out, node, axes if local else self._axes[id(out)])

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run the operation, and note it."""
        out = func(*args, **(kwargs or {}))
        result = out[0] if isinstance(out, tuple | list) and out else out
        if isinstance(result, Tensor):
            self._note(_Call(func, args, kwargs or {}, result, self.samples), out)
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
        before = [self._axes[id(t)] for t in data]
        after = [_axes_after(call, t, axes) for t, axes in zip(data, before, strict=True)]
        if call.op in _SAME_NUMBERS and result.shape == data[0].shape and after == before:
            self.came_from(result, self._made[id(data[0])], after[0])
            return
        name, label = self._called()
        local = all(new or not old for old, new in zip(before, after, strict=True))
        operation = _operation(call, data, label, before[0], local=local)
        if not _fits(operation, data, tuple(result.shape[1:])):
            operation = Other(operation.type, tuple(result.shape[1:]), local, work=call.work)
        maps = result.dim() == 4 and before[0] == (2, 3) and not isinstance(operation, Other)
        axes = (2, 3) if maps else next(filter(None, after), None)
        counted = {n: self._shapes[n] for n in sorted(names - self._used)}
        self._used |= names
        last = {n.rpartition(".")[2]: shape for n, shape in counted.items()}
        for i, each in enumerate(out if isinstance(out, list) else [result]):
            if i:  # another piece of what was split
                operation = Other(operation.type, tuple(each.shape[1:]), local)
            node = self.graph.add(
                operation,
                *(self._made[id(t)] for t in data),
                name=self._free(name or f"{self._where()}{operation.type.lower()}"),
                weights={} if i else last if len(last) == len(counted) else counted,
                in_place=call.is_view or any(each is t for t in data),
            )
            self.came_from(each, node, axes)

    def _called(self) -> tuple[str, str]:
        """The running module's name, and its class if that is PyTorch's own word for what it does.

        Both are empty unless the module is a leaf and this is its first operation.
        """
        if not self._running:
            return "", ""
        name, module, before = self._running[-1]
        if before != len(self.graph.nodes) or list(module.children()):
            return "", ""
        return name, type(module).__name__ if _is_torchs_own(module) else ""

    def _where(self) -> str:
        return f"{self._running[-1][0]}.".lstrip(".") if self._running else ""

    def _free(self, name: str) -> str:
        count, free, taken = 1, name, self.graph.names
        while free in taken:
            count += 1
            free = f"{name}_{count}"
        return free


def _is_torchs_own(module: nn.Module) -> bool:
    return type(module).__module__.startswith("torch.nn.")


def _keeps_places(module: nn.Module, x: Tensor, axes: Axes) -> bool:
    """Whether this is a matrix over the channels of a tensor that has them last."""
    return isinstance(module, nn.Linear) and axes is not None and axes[1] < x.dim() - 1


def _padding(conv: nn.Conv2d) -> Margins:
    """What a convolution adds, whatever it fills it with."""
    if conv.padding != "same":
        return margins(_pair(conv.padding))
    whole = [d * (f - 1) for d, f in zip(conv.dilation, conv.kernel_size, strict=True)]
    vertical, horizontal = ((n // 2, n - n // 2) for n in whole)
    return vertical, horizontal


def _fits(operation: Operation, data: Sequence[Tensor], shape: Shape) -> bool:
    """Whether the operation gives what PyTorch gave; not when a constant takes part, say."""
    try:
        return operation.output_shape([tuple(t.shape[1:]) for t in data]) == shape
    except Mismatch:
        return False


class _Call:
    """One operation as the dispatcher sees it."""

    def __init__(
        self,
        func: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        result: Tensor,
        samples: int,
    ) -> None:
        self.func, self.op = func, func.overloadpacket
        self.args, self.kwargs, self.result, self.samples = args, kwargs, result, samples
        flat = [a for arg in args for a in (arg if isinstance(arg, tuple | list) else (arg,))]
        self.tensors = [a for a in (*flat, *kwargs.values()) if isinstance(a, Tensor)]

    def argument(self, place: int, name: str, default: Any) -> Any:
        """The argument at `place`, or called `name`, or its default."""
        if place < len(self.args):
            return self.args[place]
        return self.kwargs.get(name, default)

    @property
    def is_view(self) -> bool:
        """Whether the result takes no memory of its own."""
        return bool(self.func.is_view) or self.op is aten._unsafe_view

    @property
    def work(self) -> int:
        """Multiply-adds per sample of a matrix product or a convolution; 0 for all others."""
        if self.op in _MATRIX:
            right = [t for t in self.tensors if t.dim() == self.result.dim()][-1]
            return int(self.result.numel() * right.shape[-2]) // self.samples
        if self.op is aten.convolution:
            x, weight, transposed = self.args[0], self.args[1], self.args[6]
            numbers = x.numel() if transposed else self.result.numel()
            return int(numbers * weight[0].numel()) // self.samples
        return 0

    @property
    def dims(self) -> list[int] | None:
        """The axes that the operation says it works along; None when it names none."""
        if self.op is aten.native_layer_norm:
            return list(range(-len(self.args[1]), 0))
        for place, argument in enumerate(self.func._schema.arguments):
            if argument.name in ("dim", "dims"):
                value = self.argument(place, argument.name, argument.default_value)
                return [value] if isinstance(value, int) else (value or None)
        return None


def _axes_after(call: _Call, x: Tensor, axes: Axes) -> Axes:
    """Where the height and the width of `x` are in the result; None unless each place stayed.

    Windows (convolution, pooling) are not asked: what they look at is in their `Operation`.
    """
    if axes is None:
        return None
    found = [_axis_after(call, x, axis) for axis in axes]
    y = call.result
    stayed = 0 < found[0] < found[1] < y.dim() and all(
        y.shape[new] == x.shape[old] for old, new in zip(axes, found, strict=True)
    )
    return (found[0], found[1]) if stayed else None


def _axis_after(call: _Call, x: Tensor, axis: int) -> int:
    """Where one axis of `x` is in the result; -1 where it is mixed or gone."""
    op, more = call.op, call.result.dim() - x.dim()
    if op is aten.permute:
        return [d % x.dim() for d in call.args[1]].index(axis)
    if op is aten.transpose:
        a, b = (d % x.dim() for d in call.args[1:])
        return {a: b, b: a}.get(axis, axis)
    if op in _RESHAPES:
        return _same_place(x.shape, axis, call.result.shape)
    if torch.Tag.pointwise in call.func.tags or op in _ELEMENTWISE:
        return axis + more
    if call.dims is None:
        return -1
    dims = [d % max(x.dim(), call.result.dim()) for d in call.dims]
    if more > 0:
        return axis + sum(d <= axis for d in dims)
    return -1 if axis in dims else axis - (sum(d < axis for d in dims) if more < 0 else 0)


def _same_place(before: Sequence[int], axis: int, after: Sequence[int]) -> int:
    """The axis of a reshaped tensor that is `axis` of the one before, or -1."""
    inner = math.prod(before[axis + 1 :])
    for place, size in enumerate(after):
        if size == before[axis] and math.prod(after[place + 1 :]) == inner:
            return place
    return -1


_SAME_NUMBERS = {
    *(aten.alias, aten.detach, aten.clone, aten._to_copy, aten.contiguous, aten.expand),
    *(aten.lift_fresh, aten.view, aten._unsafe_view, aten.reshape, aten.permute, aten.transpose),
}
"""Operations that hand on the same numbers; when the shape stays too, they are no layer."""

_RESHAPES = {
    *(aten.view, aten._unsafe_view, aten.reshape, aten.squeeze, aten.unsqueeze, aten.expand),
}
"""Operations after which the same numbers stand in the same order."""

_ELEMENTWISE = {
    *(aten.native_batch_norm, aten.cudnn_batch_norm, aten._native_batch_norm_legit),
    *(aten._batch_norm_no_update, aten._native_batch_norm_legit_no_training, aten._prelu_kernel),
    *(aten.native_dropout, aten.bernoulli, aten.hardswish, aten.hardswish_, aten.empty_like),
    *(aten.log_sigmoid_forward, aten.rrelu_with_noise, aten._to_copy, aten.copy_),
    *(aten.channel_shuffle, aten.native_channel_shuffle),
}
"""Operations that leave every place where it was, without PyTorch's tag that says so."""

_LOCAL_LAYERS = {
    *("LocalResponseNorm", "CrossMapLRN2d", "PReLU", "Softmax2d"),
    *("Dropout", "Dropout1d", "Dropout2d", "AlphaDropout", "FeatureAlphaDropout"),
}
"""Layers of PyTorch that take several operations and leave every place where it was."""

_ADD = {aten.add, aten.add_, aten.sub, aten.sub_}
_MULTIPLY = {aten.mul, aten.mul_, aten.div, aten.div_}
_MATRIX = {aten.mm, aten.addmm, aten.bmm, aten.baddbmm}


def _operation(
    call: _Call, data: list[Tensor], label: str, axes: Axes, *, local: bool
) -> Operation:
    shape = tuple(call.result.shape[1:])
    op, x = call.op, data[0]
    name = label or _plain_name(op)
    on_maps = _on_maps(call, x, shape) if x.dim() == 4 and axes in ((2, 3), None) else None
    if on_maps is not None:
        return on_maps
    vector = len(shape) == 1 and call.result.shape[0] == x.shape[0] == call.samples
    if op in (aten.mm, aten.addmm) and vector and len(data) == 1:
        return Linear(shape[0], bias=op is aten.addmm)
    if op in _MATRIX:
        return Other(label or "MatMul", shape, work=call.work)
    if op is aten.convolution:
        return Other(name, shape, work=call.work)
    if op in _ADD | _MULTIPLY and len(data) > 1:
        return Combine("Add" if op in _ADD else "Multiply")
    if op is aten.cat and call.argument(1, "dim", 0) in (1, 1 - call.result.dim()):
        return Concatenate()
    if vector and x.dim() > 2 and x.numel() == call.result.numel():
        return Flatten()
    if local and x.shape == call.result.shape and len(data) == 1:
        return Pointwise(name)
    return Other(name, shape, local=local)


def _on_maps(call: _Call, x: Tensor, shape: Shape) -> Operation | None:
    """What operations on maps (N, C, H, W) are; None for all others."""
    op = call.op
    if op is aten.convolution:
        return _convolution(call)
    if op is aten.mean and shape[1:] == (1, 1):
        return AdaptivePool2d((1, 1))
    if op is aten.slice:
        return _slice(call, x)
    if op is aten.constant_pad_nd:
        left, right, top, bottom, before, after = [*call.args[1], 0, 0, 0, 0, 0, 0][:6]
        if not (before or after):
            return Pad(((top, bottom), (left, right)))
        if not (left or right or top or bottom):
            return PadChannels(before, after)
    if len(shape) == 3 and str(op).startswith("aten.upsample_nearest"):
        scale = shape[1] / x.shape[2], shape[2] / x.shape[3]
        if all(s == int(s) for s in scale):
            return Upsample((int(scale[0]), int(scale[1])))
    return _pooling(call)


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
