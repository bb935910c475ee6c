"""Receptive fields measured: the gradient of one unit with respect to the picture.

The theoretical field is where that gradient can be other than 0; the effective field is where it
is large (W. Luo, Y. Li, R. Urtasun, R. Zemel, "Understanding the effective receptive field in deep
convolutional neural networks", NIPS 2016, doi:10.48550/arXiv.1701.04128).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from coursekit.analysis.graph import AnalysisError
from coursekit.analysis.operations import Pool2d, margins


@dataclass(frozen=True)
class EmpiricalField:
    """How strongly each pixel acts on one unit.

    Attributes:
        strength: (H, W), the sum over the input's channels of |∂ unit / ∂ pixel|, mean over the
            pictures tried.
        unit: (row, column) of the unit in its map.
    """

    strength: npt.NDArray[np.float64]
    unit: tuple[int, int]

    @property
    def support(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """((top, bottom), (left, right)): the smallest rectangle that holds every pixel that acts.

        Raises AnalysisError when no pixel does.
        """
        acting = self.strength > 0
        if not acting.any():
            raise AnalysisError(f"no pixel acts on unit {self.unit}: its gradient is 0 everywhere")
        ends = []
        for axis in (1, 0):
            found = np.flatnonzero(acting.any(axis=axis))
            ends.append((int(found[0]), int(found[-1])))
        return ends[0], ends[1]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the support."""
        (top, bottom), (left, right) = self.support
        return bottom - top + 1, right - left + 1

    @property
    def width(self) -> tuple[float, float]:
        """Standard deviation of the strength along the height and the width, in pixels: the
        Gaussian width of the effective field."""
        widths = []
        for axis in (1, 0):
            share = self.strength.sum(axis=axis)
            share = share / share.sum()
            place = np.arange(len(share))
            mean = float(place @ share)
            widths.append(float(np.sqrt((place - mean) ** 2 @ share)))
        return widths[0], widths[1]


def empirical_field(
    module: nn.Module,
    input_shape: tuple[int, int, int],
    *,
    layer: str = "",
    unit: tuple[int, int] | None = None,
    pictures: int = 4,
    seed: int = 0,
) -> EmpiricalField:
    """The field of one unit by gradients, on random pictures: what the network really looks at.

    Args:
        layer: name of the submodule whose output is looked at; "" for the network's own.
        unit: (row, column); the middle one by default. All channels are summed.
        pictures: how many random pictures the strength is averaged over.

    Raises:
        AnalysisError: no such layer, its output is no map, or the unit is not in it.
    """
    generator = torch.Generator().manual_seed(seed)
    total = torch.zeros(input_shape[1:], dtype=torch.float64)
    place = (0, 0)
    for _ in range(pictures):
        x = torch.randn((1, *input_shape), generator=generator, dtype=_dtype(module))
        gradient, place = _gradient(module, x, layer, unit)
        total += gradient.abs().sum(dim=(0, 1)).double()
    return EmpiricalField((total / pictures).numpy(), place)


def measured_field(
    module: nn.Module,
    input_shape: tuple[int, int, int],
    *,
    layer: str = "",
    unit: tuple[int, int] | None = None,
) -> EmpiricalField:
    """The field of one unit when nothing hides a pixel: what the network can look at.

    The same network with all weights positive, activations left out and average in place of max
    pooling, in double precision: whatever pixel is connected to the unit then has a gradient above
    0, and the support is the theoretical receptive field. Arguments as in `empirical_field`.
    """
    with _positive(module) as weights, _Linear():
        x = torch.zeros((1, *input_shape), dtype=torch.float64)
        gradient, place = _gradient(module, x, layer, unit, weights)
    return EmpiricalField(gradient.abs().sum(dim=(0, 1)).numpy(), place)


def _dtype(module: nn.Module) -> torch.dtype:
    return next((p.dtype for p in module.parameters()), torch.float32)


class _Reached(Exception):
    """The layer that is looked at has run."""


def _gradient(
    module: nn.Module,
    x: Tensor,
    layer: str,
    unit: tuple[int, int] | None,
    weights: dict[str, Tensor] | None = None,
) -> tuple[Tensor, tuple[int, int]]:
    x.requires_grad_(True)
    seen: list[Tensor] = []
    try:
        watched = module.get_submodule(layer)
    except AttributeError:
        names = ", ".join(n for n, _ in module.named_modules() if n)
        raise AnalysisError(f"there is no layer {layer!r}; there are {names}") from None

    def reached(_module: nn.Module, _inputs: Any, out: Any) -> None:
        seen.append(out)
        raise _Reached  # what comes after the layer may not fit this input, and is not needed

    handle = watched.register_forward_hook(reached)
    try:
        with torch.enable_grad(), suppress(_Reached):
            torch.func.functional_call(module, weights or {}, (x,))
    finally:
        handle.remove()
    if not seen or not isinstance(seen[0], Tensor) or seen[0].dim() != 4:
        came = tuple(seen[0].shape[1:]) if seen and isinstance(seen[0], Tensor) else "nothing"
        raise AnalysisError(f"layer {layer or 'output'} gives {came}, not maps (C, H, W)")
    out = seen[0]
    row, column = unit or (out.shape[2] // 2, out.shape[3] // 2)
    if not (0 <= row < out.shape[2] and 0 <= column < out.shape[3]):
        raise AnalysisError(f"unit {(row, column)} is not in a map of {tuple(out.shape[2:])}")
    (gradient,) = torch.autograd.grad(out[0, :, row, column].sum(), x)
    return gradient, (row, column)


@contextmanager
def _positive(module: nn.Module) -> Iterator[dict[str, Tensor]]:
    """Every weight 1 over the numbers it is summed with, every buffer neutral."""
    weights: dict[str, Tensor] = {}
    for name, p in module.named_parameters():
        fan_in = p[0].numel() if p.dim() > 1 else 1
        weights[name] = torch.full(p.shape, 1 / max(fan_in, 1), dtype=torch.float64)
    for name, b in module.named_buffers():
        neutral = torch.ones if name.endswith("running_var") else torch.zeros
        weights[name] = neutral(b.shape, dtype=torch.float64 if b.is_floating_point() else b.dtype)
    training = {m: m.training for m in module.modules()}
    module.eval()
    try:
        yield weights
    finally:
        for m, was in training.items():
            m.training = was


_IDENTITY = {
    *(functional.relu, functional.relu6, functional.leaky_relu, functional.gelu, functional.silu),
    *(functional.sigmoid, functional.tanh, functional.hardtanh, functional.elu, functional.softmax),
    *(functional.hardswish, functional.hardsigmoid, functional.dropout, functional.prelu),
    *(functional.local_response_norm, functional.mish, functional.softplus, functional.dropout2d),
    *(torch.relu, torch.relu_, torch.sigmoid, torch.tanh, torch.softmax),
    *(Tensor.relu, Tensor.relu_, Tensor.sigmoid, Tensor.tanh, Tensor.softmax),
}


class _Linear(TorchFunctionMode):
    """Activations hand on their input; max pooling averages."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func in _IDENTITY:
            return args[0]
        if getattr(func, "__name__", "").startswith(("max_pool2d", "boolean_dispatch")):
            return _average(*args, **kwargs)
        return func(*args, **kwargs)


def _average(
    x: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor:
    """Max pooling as a convolution with equal weights, which knows about dilation."""
    kernel, (rows, columns) = _pair(kernel_size), (None, None)
    weight = torch.full((x.shape[1], 1, *kernel), 1 / (kernel[0] * kernel[1]), dtype=x.dtype)
    step, before, apart = _pair(stride or kernel_size), _pair(padding), _pair(dilation)
    if ceil_mode:
        pool = Pool2d(kernel, step, margins(before), apart, ceil_mode=True)
        rows, columns = pool.output_shape([tuple(x.shape[1:])])[1:]
        x = functional.pad(x, (0, step[1] - 1, 0, step[0] - 1))
    y = functional.conv2d(x, weight, None, step, before, apart, groups=x.shape[1])
    return y[:, :, :rows, :columns]


def _pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])
