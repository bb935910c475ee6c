"""``Bottleneck``: the 3×3 convolution between two of 1×1, and a shortcut around them."""

import numpy as np
from torch import nn
from torch.nn import functional as F

from coursekit.exercises import Exercise
from coursekit.exercises.unit09._residual import ROUNDED, Block, Blocks, still_norm
from coursekit.exercises.unit09._residual_mistakes import know_residual_slips


class _Right(Block):
    kernels: tuple[int, ...] = (1, 3, 1)
    strided = 1
    expansion = 4


exercise = Exercise(
    "Bottleneck(in_channels, channels, stride=1)",
    a_class=True,
    unit="09",
    title="A bottleneck block",
    reference=_Right,
    tensors=True,
    points=4,
    checks={"same shape": 1, "another shape": 1.5, "training": 0.5, "in any form": 1},
    minutes=25,
    difficulty=3,
    builds_on=("BasicBlock",),
    hints=(
        "It is your BasicBlock with one more convolution. Follow the channels: in_channels → "
        "channels → channels → 4 * channels.",
        "`self.conv2` alone has the stride and the padding. conv1 and conv3 are 1×1: no padding, "
        "stride 1. None of them has a bias.",
        "The output has 4 * channels maps. So x can be added as it is only if in_channels equals "
        "4 * channels and the stride is 1; and the downsample goes from in_channels to "
        "4 * channels.",
        "The branch: `F.relu(self.bn1(self.conv1(x)))`, then `F.relu(self.bn2(self.conv2(out)))`, "
        "then `self.bn3(self.conv3(out))`; add the shortcut, and take the ReLU.",
    ),
    comparison=ROUNDED,
)


def _ones(*values):
    """1×1 kernels (F, C, 1, 1) with these numbers (F, C)."""
    return np.array(values, np.float32)[:, :, None, None]


@exercise.cases
def cases(rng):
    blocks = Blocks(exercise, rng)
    picture = blocks.picture
    row = np.zeros((1, 1, 3, 3), np.float32)
    row[0, 0, 1] = 5, 2, 3
    yield blocks.evaluated(
        "four channels of 1×2, by hand",
        np.array([[[[1, 2]], [[0, 1]], [[-1, 0]], [[2, -3]]]], np.float32),
        (4, 1),
        weights={
            "conv1.weight": _ones([1, 1, 1, 1]),
            **still_norm("bn1", 1, [-1]),
            "conv2.weight": row,
            **still_norm("bn2", 1, [-3]),
            "conv3.weight": _ones([1], [-1], [2], [0]),
            **still_norm("bn3", 4, [0, 0, 0, 1]),
        },
        expected=np.array([[[[1, 4]], [[0, 0]], [[0, 4]], [[3, 0]]]]),
    )
    yield blocks.evaluated(
        "from one channel of 4×2 to four of 2×1, by hand",
        np.array([[[[1, 2], [3, 4], [0, 0], [0, 1]]]], np.float32),
        (1, 1, 2),
        weights={
            "conv1.weight": _ones([1]),
            **still_norm("bn1", 1),
            "conv2.weight": np.ones((1, 1, 3, 3), np.float32),
            **still_norm("bn2", 1),
            "conv3.weight": _ones([1], [2], [0], [-1]),
            **still_norm("bn3", 4),
            "downsample.0.weight": _ones([1], [1], [2], [12]),
            **still_norm("downsample.1", 4),
        },
        expected=np.array([11, 8, 21, 16, 2, 0, 2, 0]).reshape(1, 4, 2, 1),
    ).counts_for("another shape")

    other = "another shape"
    yield blocks.evaluated("eight channels of 5×4", picture(2, 8, 5, 4), (8, 2))
    yield blocks.evaluated("one image of twelve channels", picture(1, 12, 3, 4), (12, 3, 1))
    yield blocks.evaluated("stride 2", picture(2, 3, 7, 6), (3, 2, 2)).counts_for(other)
    yield blocks.by_keyword(
        "stride 2, as many channels", picture(2, 8, 5, 4), (8, 2, 2)
    ).counts_for(other)
    yield blocks.evaluated("more channels, stride 1", picture(2, 3, 4, 5), (3, 2)).counts_for(other)
    yield blocks.evaluated(
        "in_channels equal to channels, stride 1", picture(1, 3, 4, 3), (3, 3, 1)
    ).counts_for(other)
    yield blocks.evaluated("stride 3", picture(1, 4, 7, 8), (4, 1, 3)).counts_for(other)
    yield blocks.trained("a step of training", picture(2, 12, 4, 5), (12, 3, 1)).counts_for(
        "training"
    )
    yield blocks.trained("a step of training, stride 2", picture(2, 3, 8, 7), (3, 4, 2)).counts_for(
        "training"
    )


know_residual_slips(exercise, _Right)


# The stride


@exercise.mistake(
    "The first convolution has the stride, as in the paper of 2015: here, as in PyTorch's own "
    "networks, the 3×3 has it, so that no pixel is left out."
)
class stride_in_the_first(_Right):
    strided = 0


@exercise.mistake("The last convolution has the stride: the 3×3 in the middle has it.")
class stride_in_the_last(_Right):
    strided = 2


@exercise.mistake(
    "The first two convolutions have the stride: only the 3×3 has it, the others have stride 1."
)
class stride_in_two(_Right):
    def add_branch(self, in_channels, channels, stride):
        super().add_branch(in_channels, channels, stride)
        self.conv1.stride = (stride, stride)


# The channels


@exercise.mistake(
    "The last convolution gives `channels` maps: it gives four times as many, and the batch norm "
    "after it and the downsample do, too."
)
class no_expansion(_Right):
    expansion = 1


@exercise.mistake("The last convolution gives twice `channels`: it is four times.")
class expands_by_two(_Right):
    expansion = 2


@exercise.mistake(
    "The downsample gives `channels` maps: it is added to what has four times as many."
)
class downsample_does_not_expand(_Right):
    def make_downsample(self, in_channels, channels, stride):
        return nn.Sequential(
            self.convolution(in_channels, channels, 1, stride), self.norm(channels)
        )


@exercise.mistake(
    "The downsample is made where in_channels is not `channels`: what comes out has 4 * channels, "
    "and with that in_channels is to be compared."
)
class compares_with_channels(_Right):
    def changes_shape(self, in_channels, channels, stride):
        return stride != 1 or in_channels != channels


@exercise.mistake(
    "The middle is as wide as the input: the first convolution goes from in_channels to channels, "
    "the middle one from channels to channels."
)
class narrows_late(_Right):
    def add_branch(self, in_channels, channels, stride):
        super().add_branch(in_channels, channels, stride)
        self.conv1, self.bn1 = (
            self.convolution(in_channels, in_channels, 1, 1),
            self.norm(in_channels),
        )
        self.conv2 = self.convolution(in_channels, channels, 3, stride)


@exercise.mistake(
    "`channels` is taken for what comes out, and the middle has a quarter of it: channels is the "
    "width of the middle, and 4 * channels come out."
)
class channels_come_out(_Right):
    expansion = 1

    def add_branch(self, in_channels, channels, stride):
        middle = max(channels // 4, 1)
        super().add_branch(in_channels, middle, stride)
        self.conv3, self.bn3 = self.convolution(middle, channels, 1, 1), self.norm(channels)


# The kernels


@exercise.mistake("The first convolution is 3×3: the kernels are 1×1, 3×3 and 1×1.")
class all_3x3(_Right):
    kernels = (3, 3, 3)


@exercise.mistake("The 1×1 convolutions are padded: a border of zeros grows around the maps.")
class pads_all(_Right):
    def convolution(self, in_channels, channels, kernel, stride):
        return nn.Conv2d(in_channels, channels, kernel, stride, 1, bias=False)


@exercise.mistake("This block has two convolutions: between the 1×1 ones there is a 3×3.")
class two_convolutions(_Right):
    kernels = (1, 3)
    strided = 1


# The branch


@exercise.mistake(
    "The ReLU after the 3×3 convolution is missing: each batch norm but the last is followed by "
    "one."
)
class no_second_relu(_Right):
    def between(self, i, x):
        return x if i == 1 else F.relu(x)


@exercise.mistake(
    "The ReLU after the first convolution is missing: each batch norm but the last is followed by "
    "one."
)
class no_first_relu(_Right):
    def between(self, i, x):
        return x if i == 0 else F.relu(x)


@exercise.mistake(
    "What is added is the output of the second layer, not what came into the block: is `x` "
    "overwritten after the first two convolutions?"
)
class overwrites_x_twice(_Right):
    def forward(self, x):
        x = self.between(1, self.step(1, self.between(0, self.step(0, x))))
        return self.join(self.step(2, x), self.shortcut(x))


@exercise.mistake("The third convolution is not used: bn3(conv3(out)) comes before the addition.")
class only_two_steps(_Right):
    def branch(self, x):
        return self.step(1, self.between(0, self.step(0, x)))


@exercise.mistake("The 3×3 convolution is not used: the third gets what the first layer made.")
class skips_the_middle(_Right):
    def branch(self, x):
        return self.step(2, self.between(0, self.step(0, x)))


@exercise.mistake(
    "The first batch norm is used twice, and the second not at all: `self.bn2(self.conv2(out))`."
)
class uses_the_first_norm_twice(_Right):
    def step(self, i, x):
        return super().step(i, x) if i != 1 else self.bn1(self.conv2(x))


@exercise.also_right("an expansion of its own, layers made in reverse, no attribute downsample")
class InReverse(nn.Module):
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        out_channels = channels * self.expansion
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.conv3 = nn.Conv2d(channels, out_channels, kernel_size=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(
            channels, channels, kernel_size=3, stride=stride, padding=1, bias=False
        )
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(in_channels, channels, kernel_size=1, bias=False)
        if stride != 1 or in_channels != out_channels:
            projection = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
            self.add_module("downsample", nn.Sequential(projection, nn.BatchNorm2d(out_channels)))

    def forward(self, x):
        out = F.relu_(self.bn1(self.conv1(x)))
        out = F.relu_(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        modules = dict(self.named_children())
        return F.relu_(out.add_(modules["downsample"](x) if "downsample" in modules else x))


@exercise.also_right("1×1 convolutions as matrix products, the 3×3 by unfold")
class WithEinsum(_Right):
    def convolve(self, layer, x, stride=1):
        if layer.kernel_size == (1, 1):
            return (layer.weight.flatten(1) @ x[..., ::stride, ::stride].flatten(2)).unflatten(
                2, x[..., ::stride, ::stride].shape[2:]
            )
        columns = F.unfold(x, 3, padding=1, stride=stride)
        sides = [(n - 1) // stride + 1 for n in x.shape[2:]]
        return (layer.weight.flatten(1) @ columns).unflatten(2, sides)

    def forward(self, x):
        out = self.bn1(self.convolve(self.conv1, x)).relu()
        out = self.bn2(self.convolve(self.conv2, out, self.sizes[2])).relu()
        out = self.bn3(self.convolve(self.conv3, out))
        if self.downsample is None:
            return (x + out).relu()
        return (
            self.downsample[1](self.convolve(self.downsample[0], x, self.sizes[2])) + out
        ).relu()


@exercise.also_right("a loop over the names of its layers")
class WithALoop(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide = 4 * channels
        plan = [
            (in_channels, channels, 1, 1),
            (channels, channels, 3, stride),
            (channels, wide, 1, 1),
        ]
        for i, (before, after, kernel, step) in enumerate(plan, start=1):
            conv = nn.Conv2d(before, after, kernel, step, (kernel - 1) // 2, bias=False)
            setattr(self, f"conv{i}", conv)
            setattr(self, f"bn{i}", nn.BatchNorm2d(after))
        same = stride == 1 and in_channels == wide
        self.downsample = (
            nn.Sequential()
            if same
            else nn.Sequential(
                nn.Conv2d(in_channels, wide, 1, stride, bias=False), nn.BatchNorm2d(wide)
            )
        )
        self.relu = nn.ReLU()

    def forward(self, x):
        out = x
        for i in (1, 2, 3):
            out = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(out))
            out = self.relu(out if i < 3 else out + self.downsample(x))
        return out


@exercise.also_right("a class that builds on another one")
class OnAnother(_Right):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride=stride)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(self.shortcut(x) + self.branch(x))
