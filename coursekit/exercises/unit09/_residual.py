"""What both residual blocks share: how one is built, and the scripts that drive it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.exercises import Case, Comparison, Exercise, Tolerance, scripted
from coursekit.exercises.tensors import on_paper

ROUNDED = Comparison(Tolerance(single=5e-4))
"""Rounding adds up over several layers, and small gradients are differences of large numbers."""

_EVALUATION = """
    net = {name}(in_channels, channels, stride)
    load(net, weights)
    net.eval()
    y = net(x)
    return y
"""

_DEFAULT = _EVALUATION.replace(", stride)", ")")

_KEYWORD = _EVALUATION.replace(", stride)", ", stride=stride)")

_TRAINING = """
    net = {name}(in_channels, channels, stride)
    load(net, weights)
    x.requires_grad_()
    y = net(x)
    kept = state_by_name(net)
    backward(y, dy)
    dw = gradients_by_name(net)
    dx = x.grad
    net.eval()
    later = net(x)
    return y, kept, dw, dx, later
"""


class Block(nn.Module):
    """The right answer to both exercises; most mistakes change one of its parts.

    The convolutions have the kernel sizes `kernels`; number `strided`, counted from 0, has the
    stride; the last one makes ``expansion * channels`` maps.
    """

    kernels: tuple[int, ...] = (3, 3)
    strided = 0
    expansion = 1

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.sizes = in_channels, channels, stride
        self.add_branch(*self.sizes)
        self.downsample = None
        if self.changes_shape(*self.sizes):
            self.downsample = self.make_downsample(*self.sizes)

    def add_branch(self, in_channels: int, channels: int, stride: int) -> None:
        """Make conv1, bn1, conv2, …"""
        last = len(self.kernels) - 1
        for i, kernel in enumerate(self.kernels):
            wide = channels * (self.expansion if i == last else 1)
            conv = self.convolution(in_channels, wide, kernel, stride if i == self.strided else 1)
            setattr(self, f"conv{i + 1}", conv)
            setattr(self, f"bn{i + 1}", self.norm(wide))
            in_channels = wide

    def convolution(self, in_channels: int, channels: int, kernel: int, stride: int) -> nn.Conv2d:
        return nn.Conv2d(
            in_channels, channels, kernel, stride=stride, padding=kernel // 2, bias=False
        )

    def norm(self, channels: int) -> nn.Module:
        return nn.BatchNorm2d(channels)

    def changes_shape(self, in_channels: int, channels: int, stride: int) -> bool:
        return stride != 1 or in_channels != channels * self.expansion

    def make_downsample(self, in_channels: int, channels: int, stride: int) -> nn.Module:
        wide = channels * self.expansion
        return nn.Sequential(self.convolution(in_channels, wide, 1, stride), self.norm(wide))

    def step(self, i: int, x: Tensor) -> Tensor:
        """Convolution i, counted from 0, and its batch norm."""
        out: Tensor = getattr(self, f"bn{i + 1}")(getattr(self, f"conv{i + 1}")(x))
        return out

    def between(self, i: int, x: Tensor) -> Tensor:
        """What comes after batch norm i, but not after the last."""
        return F.relu(x)

    def branch(self, x: Tensor) -> Tensor:
        last = len(self.kernels) - 1
        for i in range(last):
            x = self.between(i, self.step(i, x))
        return self.step(last, x)

    def shortcut(self, x: Tensor) -> Tensor:
        return x if self.downsample is None else self.downsample(x)

    def join(self, branch: Tensor, shortcut: Tensor) -> Tensor:
        return F.relu(branch + shortcut)

    def forward(self, x: Tensor) -> Tensor:
        return self.join(self.branch(x), self.shortcut(x))


def weights_of(network: nn.Module, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Random parameters and buffers by name, of sizes that keep signals alive, for a network (which
    may be on paper).

    No batch norm shuts a channel off: gradients of what is left would be nothing but rounding.
    """
    made = {}
    for name, tensor in network.state_dict().items():
        shape = tuple(tensor.shape)
        if name.endswith("running_var"):
            made[name] = rng.uniform(0.02, 2, shape)
        elif len(shape) > 1:
            made[name] = rng.standard_normal(shape) * np.sqrt(2 / np.prod(shape[1:]))
        elif name.endswith("weight"):
            made[name] = rng.uniform(0.5, 1.5, shape) * rng.choice([-1, 1], shape)
        elif shape:
            made[name] = rng.uniform(-0.5, 0.5, shape)
    return {name: value.astype(np.float32) for name, value in made.items()}


def still_norm(name: str, channels: int, shift: Sequence[float] = ()) -> dict[str, np.ndarray]:
    """The numbers of a batch norm that, in evaluation, only shifts each channel."""
    zeros, ones = np.zeros((2, channels), np.float32), np.ones((2, channels), np.float32)
    return {
        f"{name}.weight": ones[0],
        f"{name}.bias": np.array(shift, np.float32) if len(shift) else zeros[0],
        f"{name}.running_mean": zeros[1],
        f"{name}.running_var": ones[1],
    }


class Blocks:
    """Cases of one of the two exercises."""

    def __init__(self, exercise: Exercise, rng: np.random.Generator) -> None:
        self.exercise, self.rng = exercise, rng

    def evaluated(self, name: str, x: np.ndarray, sizes: Sequence[int], **stored: Any) -> Case:
        """A case in evaluation; with `weights` and `expected` among `stored`, a tiny one."""
        script = _EVALUATION if sizes[2:] else _DEFAULT
        return self._case(name, script, x, sizes, **stored)

    def by_keyword(self, name: str, x: np.ndarray, sizes: Sequence[int]) -> Case:
        """A case in evaluation, with the stride given by its name."""
        return self._case(name, _KEYWORD, x, sizes)

    def trained(self, name: str, x: np.ndarray, sizes: Sequence[int]) -> Case:
        """A case with a step back in training mode, and what evaluation gives then."""
        y = on_paper(self.exercise.reference, *sizes)(torch.empty(x.shape, device="meta"))
        dy = self.rng.standard_normal(tuple(y.shape)).astype(np.float32)
        return self._case(name, _TRAINING, x, sizes, dy=dy)

    def picture(self, *shape: int) -> np.ndarray:
        """Random pictures (N, C, H, W)."""
        return self.rng.standard_normal(shape).astype(np.float32)

    def _case(
        self, name: str, script: str, x: np.ndarray, sizes: Sequence[int], **more: Any
    ) -> Case:
        values: dict[str, Any] = dict(
            zip(("in_channels", "channels", "stride"), sizes, strict=False)
        )
        values["weights"] = more.pop("weights", None) or weights_of(
            on_paper(self.exercise.reference, *sizes), self.rng
        )
        expected = more.pop("expected", None)
        return scripted(
            name,
            script.format(name=self.exercise.name),
            tiny=expected is not None,
            expected=None if expected is None else {"y": expected},
            **values,
            x=x,
            **more,
        )
