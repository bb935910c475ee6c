"""``BasicBlock``: two 3×3 convolutions and a shortcut around them."""

from collections import OrderedDict

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursekit.exercises import Exercise
from coursekit.exercises.unit09._residual import ROUNDED, Block, Blocks, still_norm
from coursekit.exercises.unit09._residual_mistakes import know_residual_slips


class _Right(Block):
    kernels: tuple[int, ...] = (3, 3)
    strided = 0


exercise = Exercise(
    "BasicBlock(in_channels, channels, stride=1)",
    a_class=True,
    unit="09",
    title="A residual block",
    reference=_Right,
    tensors=True,
    points=5,
    checks={"same shape": 1.5, "another shape": 1.5, "training": 1, "in any form": 1},
    minutes=45,
    difficulty=3,
    builds_on=("batch_norm2d", "AlexNet", "vgg_features"),
    hints=(
        "Make the layers in `__init__`, after `super().__init__()`, under the names of the table. "
        "In `forward`, keep x: the branch goes on under another name, `out`.",
        "`nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)` is the first; "
        "the second takes and gives `channels`, with stride 1. Between them: batch norm, then "
        "ReLU. After the second: batch norm only.",
        "`self.downsample = None`, and if stride is not 1 or in_channels is not channels: "
        "`nn.Sequential(nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False), "
        "nn.BatchNorm2d(channels))`. In a Sequential the two are called 0 and 1.",
        "The end of `forward`: `shortcut = x if self.downsample is None else self.downsample(x)`, "
        "then `return F.relu(out + shortcut)`.",
    ),
    comparison=ROUNDED,
)


def _kernels(*rows):
    return np.array(rows, np.float32)


def _centre(*values):
    """3×3 kernels (F, C, 3, 3) that hold these numbers (F, C) in the middle and else 0."""
    made = np.zeros((*np.shape(values), 3, 3), np.float32)
    made[..., 1, 1] = values
    return made


@exercise.cases
def cases(rng):
    blocks = Blocks(exercise, rng)
    picture = blocks.picture
    yield blocks.evaluated(
        "one channel of 2×2, by hand",
        np.array([[[[1, -2], [3, 0.5]]]], np.float32),
        (1, 1),
        weights={
            "conv1.weight": _centre([1]),
            **still_norm("bn1", 1, [-1]),
            "conv2.weight": _centre([2]),
            **still_norm("bn2", 1, [1]),
        },
        expected=np.array([[[[2, 0], [8, 1.5]]]]),
    )
    first = np.ones((2, 1, 3, 3), np.float32)
    first[1] = _centre([-1])
    yield blocks.evaluated(
        "from one channel of 2×2 to two of one pixel, by hand",
        np.array([[[[1, 2], [3, 4]]]], np.float32),
        (1, 2, 2),
        weights={
            "conv1.weight": first,
            **still_norm("bn1", 2),
            "conv2.weight": _centre([0.5, 0], [-1, 0]),
            **still_norm("bn2", 2),
            "downsample.0.weight": _kernels(2, 13).reshape(2, 1, 1, 1),
            **still_norm("downsample.1", 2),
        },
        expected=np.array([[[[7]], [[3]]]]),
    ).counts_for("another shape")

    other = "another shape"
    yield blocks.evaluated("three channels of 5×4", picture(2, 3, 5, 4), (3, 3))
    yield blocks.evaluated("one image of four channels", picture(1, 4, 3, 6), (4, 4, 1))
    yield blocks.evaluated("stride 2", picture(2, 3, 7, 6), (3, 4, 2)).counts_for(other)
    yield blocks.by_keyword(
        "stride 2, as many channels", picture(2, 3, 5, 4), (3, 3, 2)
    ).counts_for(other)
    yield blocks.evaluated("more channels, stride 1", picture(2, 2, 4, 5), (2, 4)).counts_for(other)
    yield blocks.evaluated("fewer channels, stride 1", picture(1, 4, 4, 3), (4, 2, 1)).counts_for(
        other
    )
    yield blocks.evaluated("stride 3", picture(1, 3, 7, 8), (3, 3, 3)).counts_for(other)
    yield blocks.trained("a step of training", picture(3, 3, 4, 5), (3, 3, 1)).counts_for(
        "training"
    )
    yield blocks.trained("a step of training, stride 2", picture(2, 2, 8, 7), (2, 4, 2)).counts_for(
        "training"
    )


know_residual_slips(exercise, _Right)


@exercise.mistake(
    "The second convolution has the stride: the first has it, so that the rest of the block works "
    "on the smaller maps."
)
class stride_in_the_second(_Right):
    strided = 1


@exercise.mistake(
    "The second convolution takes in_channels: what reaches it has `channels` already."
)
class second_takes_in_channels(_Right):
    def add_branch(self, in_channels, channels, stride):
        super().add_branch(in_channels, channels, stride)
        self.conv2 = self.convolution(in_channels, channels, 3, 1)


@exercise.mistake(
    "The first convolution gives in_channels, and only the second changes their number: the first "
    "does."
)
class second_changes_channels(_Right):
    def add_branch(self, in_channels, channels, stride):
        super().add_branch(in_channels, in_channels, stride)
        self.conv2, self.bn2 = self.convolution(in_channels, channels, 3, 1), self.norm(channels)


@exercise.mistake("There is one convolution too many: a BasicBlock has two.")
class three_convolutions(_Right):
    kernels = (3, 3, 3)


@exercise.mistake(
    "The first convolution is used twice, and the second not at all: `self.conv2(out)`."
)
class uses_the_first_twice(_Right):
    def branch(self, x):
        return self.bn2(self.conv1(F.relu(self.bn1(self.conv1(x)))))


@exercise.mistake("The first batch norm is used twice, and the second not at all: `self.bn2`.")
class uses_the_first_norm_twice(_Right):
    def branch(self, x):
        return self.bn1(self.conv2(F.relu(self.bn1(self.conv1(x)))))


@exercise.mistake(
    "The second convolution gets x: it gets what the first layer made of it, `self.conv2(out)`."
)
class second_gets_x(_Right):
    def branch(self, x):
        return self.bn2(self.conv2(x))


@exercise.mistake("The second half of the branch is missing: bn2(conv2(out)) comes before the sum.")
class only_the_first_half(_Right):
    def branch(self, x):
        return self.step(0, x)


@exercise.also_right("layers made in another order, shortcut first")
class InAnotherOrder(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        if (in_channels, 1) != (channels, stride):
            self.downsample = nn.Sequential(
                OrderedDict(
                    [
                        (
                            "0",
                            nn.Conv2d(in_channels, channels, (1, 1), (stride, stride), bias=False),
                        ),
                        ("1", nn.BatchNorm2d(channels)),
                    ]
                )
            )
        else:
            self.downsample = nn.Identity()
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding="same", bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, 1, bias=False)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += self.downsample(identity)
        return self.relu(out)


@exercise.also_right("functions and parameters, maximum with 0")
class WithFunctions(_Right):
    def forward(self, x):
        def conv(x, layer, **options):
            return F.conv2d(x, layer.weight, **options)

        def norm(x, layer):
            return F.batch_norm(
                x,
                layer.running_mean,
                layer.running_var,
                layer.weight,
                layer.bias,
                training=self.training,
            )

        stride = self.sizes[2]
        out = norm(conv(x, self.conv1, stride=stride, padding=1), self.bn1).clamp(min=0)
        out = norm(conv(out, self.conv2, padding=1), self.bn2)
        if self.downsample:
            first, second = self.downsample
            x = norm(conv(x, first, stride=stride), second)
        return torch.maximum(out + x, torch.zeros_like(out))


@exercise.also_right("a function that makes the module")
def made_by_a_function(in_channels, channels, stride=1):
    return _Right(in_channels, channels, stride)


@exercise.also_right("the branch as a Sequential of the same layers, torch.where for ReLU")
class WithSequential(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, padding=1, bias=None)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=None)
        self.bn2 = nn.BatchNorm2d(channels)
        layers = [self.conv1, self.bn1, nn.ReLU(), self.conv2, self.bn2]
        self._branch = [nn.Sequential(*layers)]
        if stride > 1 or in_channels != channels:
            self.downsample = nn.Sequential()
            self.downsample.append(nn.Conv2d(in_channels, channels, 1, stride, bias=False))
            self.downsample.append(nn.BatchNorm2d(channels))

    def forward(self, x):
        shortcut = self.downsample(x) if hasattr(self, "downsample") else x
        y = torch.stack([self._branch[0](x), shortcut]).sum(0)
        return torch.where(y > 0, y, 0 * y)
