"""``ResNet``: a stem, four stages of blocks, one linear layer."""

from collections import OrderedDict

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursekit.exercises import Exercise, given, scripted
from coursekit.exercises.tensors import on_paper
from coursekit.exercises.unit09._networks import plain_block
from coursekit.exercises.unit09._residual import ROUNDED, still_norm, weights_of


class _Net(nn.Module):
    """The right answer; most mistakes change one of its parts."""

    def __init__(self, block, blocks=(3, 4, 6, 3), classes=1000, width=64):
        super().__init__()
        self.conv1 = self.first_convolution(width)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = self.pooling()
        in_channels = width
        for i, count in enumerate(blocks):
            channels = self.channels_of(i, width)
            stage = self.stage(block, in_channels, channels, count, self.stride_of(i))
            setattr(self, f"layer{i + 1}", stage)
            in_channels = channels * block.expansion
        self.fc = nn.Linear(in_channels, classes)

    def first_convolution(self, width):
        return nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)

    def pooling(self):
        return nn.MaxPool2d(3, stride=2, padding=1)

    def channels_of(self, i, width):
        return width * 2**i

    def stride_of(self, i):
        return 1 if i == 0 else 2

    def stage(self, block, in_channels, channels, count, stride):
        wide = channels * block.expansion
        rest = [block(wide, channels) for _ in range(count - 1)]
        return nn.Sequential(block(in_channels, channels, stride), *rest)

    def stem(self, x):
        return self.maxpool(F.relu(self.bn1(self.conv1(x))))

    def stages(self, x):
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))

    def pooled(self, x):
        return x.mean(dim=(2, 3))

    def forward(self, x):
        return self.fc(self.pooled(self.stages(self.stem(x))))


exercise = Exercise(
    "ResNet(block, blocks=(3, 4, 6, 3), classes=1000, width=64)",
    a_class=True,
    unit="09",
    title="A ResNet of any depth",
    reference=_Net,
    tensors=True,
    points=6,
    checks={
        "one block a stage": 1.5,
        "several blocks a stage": 1.5,
        "blocks that widen": 1,
        "training": 1,
        "in any form": 1,
    },
    minutes=60,
    difficulty=4,
    builds_on=("BasicBlock", "Bottleneck", "global_average_pool"),
    hints=(
        "Write the stem and the head first, and try them with `blocks=(1, 1, 1, 1)`: four stages "
        "of one block. The number of channels that reach a stage, or `fc`, is what the stage "
        "before gave: `channels * block.expansion`.",
        "The first block of a stage is `block(in_channels, channels, stride)`, all others are "
        "`block(channels * block.expansion, channels)`. A method that makes one stage and returns "
        "`nn.Sequential(*layers)` is called four times, and keeps `self.in_channels`.",
        "The stages have width, 2·width, 4·width and 8·width `channels`, and the strides 1, 2, 2 "
        "and 2: the pooling before the first has made its maps small enough.",
        "The head: `x.mean(dim=(2, 3))`, whatever the size of the maps, then `self.fc`, a Linear "
        "layer from `8 * width * block.expansion` to `classes`.",
    ),
    comparison=ROUNDED,
)

_EVALUATION = """
    net = ResNet(block, blocks, classes, width)
    load(net, weights)
    net.eval()
    scores = net(x)
    return scores
"""

_TRAINING = """
    net = ResNet(block, blocks, classes=classes, width=width)
    load(net, weights)
    x.requires_grad_()
    scores = net(x)
    kept = state_by_name(net)
    backward(scores, dscores)
    dw = gradients_by_name(net)
    dx = x.grad
    net.eval()
    later = net(x)
    return scores, kept, dw, dx, later
"""

_DEFAULTS = """
    net = ResNet(block, blocks, classes, width)
    load(net, weights)
    net.eval()
    scores = net(x)
    net = on_paper(ResNet, block)
    numbers = count(net)
    net = on_paper(ResNet, block, width=8)
    numbers_of_width_8 = count(net)
    net = on_paper(ResNet, block, blocks, classes=7)
    numbers_of_7_classes = count(net)
    return scores, numbers, numbers_of_width_8, numbers_of_7_classes
"""


def _picks(*channels, of):
    """3×3 kernels of which each takes one of the channels below it, in the middle; their biases."""
    kernels = np.zeros((len(channels), of, 3, 3), np.float32)
    kernels[range(len(channels)), channels, 1, 1] = 1
    return kernels, np.zeros(len(channels), np.float32)


def _by_hand():
    """Weights for width 1 and two classes, with which one can follow a pixel."""
    first = np.zeros((1, 3, 7, 7), np.float32)
    first[0, :, 3, 3] = 1, 0, 1
    weights = {"conv1.weight": first, **still_norm("bn1", 1, [-1])}
    chosen = {1: (0,), 2: (0, 0), 3: (0, 1, 1, 0), 4: (0, 1, 2, 3, 0, 1, 2, 3)}
    for i, channels in chosen.items():
        kernels, biases = _picks(*channels, of=max(len(channels) // 2, 1))
        weights |= {f"layer{i}.0.conv.weight": kernels, f"layer{i}.0.conv.bias": biases}
    weights["layer2.0.conv.weight"][1] *= -1
    fc = np.zeros((2, 8), np.float32)
    fc[0] = 1
    return weights | {"fc.weight": fc, "fc.bias": np.array([0.5, -1], np.float32)}


@exercise.cases
def cases(rng):
    yield scripted(
        "a picture of one pixel, by hand",
        _EVALUATION,
        tiny=True,
        expected={"scores": np.array([[12.5, -1]])},
        block=given("plain_block", 1),
        blocks=[1, 1, 1, 1],
        classes=2,
        width=1,
        weights=_by_hand(),
        x=np.array([1, 2, 3], np.float32).reshape(1, 3, 1, 1),
    )

    def one(name, sizes, shape, script=_EVALUATION):
        expansion, blocks, classes, width = sizes
        network = on_paper(_Net, plain_block(expansion), blocks, classes, width)
        more = {}
        if script is _TRAINING:
            more["dscores"] = rng.standard_normal((shape[0], classes)).astype(np.float32)
        return scripted(
            name,
            script,
            block=given("plain_block", expansion),
            blocks=list(blocks),
            classes=classes,
            width=width,
            weights=weights_of(network, rng),
            x=rng.standard_normal((shape[0], 3, *shape[1:])).astype(np.float32),
            **more,
        )

    several, wide = "several blocks a stage", "blocks that widen"
    yield one("one block a stage, 32×32", (1, (1, 1, 1, 1), 5, 4), (2, 32, 32))
    yield one("one image of 48×39", (1, (1, 1, 1, 1), 3, 3), (1, 48, 39))
    yield one("two, one, three and two blocks", (1, (2, 1, 3, 2), 4, 3), (2, 33, 40)).counts_for(
        several
    )
    yield one(
        "how many numbers it learns", (1, (1, 3, 1, 2), 2, 2), (1, 36, 64), _DEFAULTS
    ).counts_for(several)
    yield one("blocks that give twice as many", (2, (1, 1, 1, 1), 5, 3), (2, 34, 32)).counts_for(
        wide
    )
    yield one(
        "several that give three times as many", (3, (2, 1, 2, 3), 4, 2), (1, 33, 50)
    ).counts_for(wide)
    yield one("training", (1, (1, 1, 1, 1), 4, 3), (3, 35, 33), _TRAINING).counts_for("training")
    yield one(
        "training, several that widen", (2, (1, 2, 1, 1), 3, 2), (2, 32, 40), _TRAINING
    ).counts_for("training")


# The stem


@exercise.mistake("The first convolution has a bias: batch norm comes next, so `bias=False`.")
class bias_in_the_first(_Net):
    def first_convolution(self, width):
        return nn.Conv2d(3, width, 7, stride=2, padding=3)


@exercise.mistake(
    "The first convolution has 3×3 kernels, as in ResNets for small pictures: here it is 7×7, with "
    "stride 2 and padding 3."
)
class first_3x3(_Net):
    def first_convolution(self, width):
        return nn.Conv2d(3, width, 3, stride=1, padding=1, bias=False)


@exercise.mistake("The first convolution has stride 1: it halves the picture, `stride=2`.")
class first_with_stride_1(_Net):
    def first_convolution(self, width):
        return nn.Conv2d(3, width, 7, padding=3, bias=False)


@exercise.mistake("The first convolution is not padded: `padding=3`.")
class first_without_padding(_Net):
    def first_convolution(self, width):
        return nn.Conv2d(3, width, 7, stride=2, bias=False)


@exercise.mistake("The first convolution's padding is 1 or 2: for 7×7 kernels it is 3.")
class first_padded_by_2(_Net):
    def first_convolution(self, width):
        return nn.Conv2d(3, width, 7, stride=2, padding=2, bias=False)


@exercise.mistake("The first convolution takes one channel: the pictures have three.")
class first_of_one_channel(_Net):
    def first_convolution(self, width):
        return nn.Conv2d(1, width, 7, stride=2, padding=3, bias=False)


@exercise.mistake("The batch norm of the stem is not used: it comes right after conv1.")
class stem_without_norm(_Net):
    def stem(self, x):
        return self.maxpool(F.relu(self.conv1(x)))


@exercise.mistake("The ReLU of the stem is missing: it comes after bn1, before pooling.")
class stem_without_relu(_Net):
    def stem(self, x):
        return self.maxpool(self.bn1(self.conv1(x)))


@exercise.mistake("The ReLU of the stem comes before its batch norm: conv1, bn1, ReLU, pooling.")
class stem_with_relu_first(_Net):
    def stem(self, x):
        return self.maxpool(self.bn1(F.relu(self.conv1(x))))


@exercise.mistake("The stem pools before batch norm: the order is conv1, bn1, ReLU, pooling.")
class stem_pools_first(_Net):
    def stem(self, x):
        return F.relu(self.bn1(self.maxpool(self.conv1(x))))


@exercise.mistake("The stem's max pooling is missing: 3×3 windows, 2 apart, with padding 1.")
class no_pooling(_Net):
    def pooling(self):
        return nn.Identity()


@exercise.mistake("The stem's pooling has 2×2 windows: they are 3×3, 2 apart, with padding 1.")
class pools_2x2(_Net):
    def pooling(self):
        return nn.MaxPool2d(2, ceil_mode=True)


@exercise.mistake(
    "The stem's pooling has 2×2 windows and drops what is left over: the windows are 3×3, 2 apart, "
    "with padding 1."
)
class pools_2x2_and_drops(_Net):
    def pooling(self):
        return nn.MaxPool2d(2)


@exercise.mistake("The stem's pooling is not padded: `nn.MaxPool2d(3, stride=2, padding=1)`.")
class pools_without_padding(_Net):
    def pooling(self):
        return nn.MaxPool2d(3, stride=2)


@exercise.mistake(
    "The stem's pooling windows are 3 apart, which is what PyTorch does unless told otherwise: "
    "`stride=2`."
)
class pools_3_apart(_Net):
    def pooling(self):
        return nn.MaxPool2d(3, padding=1)


@exercise.mistake("The stem averages: it takes the largest number, `nn.MaxPool2d`.")
class stem_averages(_Net):
    def pooling(self):
        return nn.AvgPool2d(3, stride=2, padding=1)


# Strides and channels


@exercise.mistake(
    "The first stage has stride 2: pooling has just halved the maps, so it has stride 1. The other "
    "three have 2."
)
class strides_in_all_stages(_Net):
    def stride_of(self, i):
        return 2


@exercise.mistake("The last stage has stride 1: layer2, layer3 and layer4 all have stride 2.")
class last_stage_without_stride(_Net):
    def stride_of(self, i):
        return 2 if i in (1, 2) else 1


@exercise.mistake("Only layer2 has stride 2: layer3 and layer4 have it as well.")
class stride_in_one_stage(_Net):
    def stride_of(self, i):
        return 2 if i == 1 else 1


@exercise.mistake("No stage has a stride: the first block of layer2, layer3 and layer4 has 2.")
class no_strides(_Net):
    def stride_of(self, i):
        return 1


@exercise.mistake(
    "Every block of a stage has the stride: only the first one halves the maps, the others have "
    "stride 1."
)
class strides_in_all_blocks(_Net):
    def stage(self, block, in_channels, channels, count, stride):
        wide = channels * block.expansion
        first = block(in_channels, channels, stride)
        return nn.Sequential(first, *(block(wide, channels, stride) for _ in range(count - 1)))


@exercise.mistake("The last block of a stage has the stride: the first one has it.")
class strides_in_last_blocks(_Net):
    def stage(self, block, in_channels, channels, count, stride):
        ins = [in_channels] + [channels * block.expansion] * (count - 1)
        strides = [1] * (count - 1) + [stride]
        return nn.Sequential(*(block(a, channels, s) for a, s in zip(ins, strides, strict=True)))


@exercise.mistake("All stages have `width` channels: each has twice as many as the one before.")
class equal_channels(_Net):
    def channels_of(self, i, width):
        return width


@exercise.mistake("The channels grow by `width` a stage: they double, width · 1, 2, 4 and 8.")
class adds_channels(_Net):
    def channels_of(self, i, width):
        return width * (i + 1)


@exercise.mistake("The first stage has 2 · width channels: it has width, then 2, 4 and 8 times.")
class doubles_early(_Net):
    def channels_of(self, i, width):
        return width * 2 ** (i + 1)


class _Unwidened(_Net):
    """The number of channels that come out of a block is taken for `channels`."""

    later, head = True, True

    def __init__(self, block, blocks=(3, 4, 6, 3), classes=1000, width=64):
        super().__init__(block, blocks, classes, width)
        in_channels = width
        for i, count in enumerate(blocks):
            channels = width * 2**i
            wide = channels if self.later else channels * block.expansion
            rest = [block(wide, channels) for _ in range(count - 1)]
            first = block(in_channels, channels, self.stride_of(i))
            setattr(self, f"layer{i + 1}", nn.Sequential(first, *rest))
            in_channels = channels if self.head else channels * block.expansion
        self.fc = nn.Linear(channels if self.head else channels * block.expansion, classes)


@exercise.mistake(
    "`block.expansion` is not used: channels * block.expansion maps come out of a block, and so "
    "many go into the next, and into `fc`."
)
class no_expansion(_Unwidened):
    pass


@exercise.mistake(
    "Inside a stage `block.expansion` is not used: the second block and all later ones take "
    "channels * block.expansion."
)
class no_expansion_inside(_Unwidened):
    head = False


@exercise.mistake(
    "From stage to stage `block.expansion` is not used: the first block of a stage takes what the "
    "stage before gave, its channels * block.expansion. So does `fc`."
)
class no_expansion_between(_Unwidened):
    later = False


@exercise.mistake(
    "The number of channels is not carried on: the first block of each stage takes `width`, where "
    "it takes what the stage before gave."
)
class channels_not_carried_on(_Net):
    def stage(self, block, in_channels, channels, count, stride):
        wide = channels * block.expansion
        rest = [block(wide, channels) for _ in range(count - 1)]
        return nn.Sequential(block(self.conv1.out_channels, channels, stride), *rest)


@exercise.mistake("`fc` takes 8 * width features: with 8 * width * block.expansion it fits all.")
class no_expansion_in_fc(_Net):
    def __init__(self, block, blocks=(3, 4, 6, 3), classes=1000, width=64):
        super().__init__(block, blocks, classes, width)
        self.fc = nn.Linear(8 * width, classes)


@exercise.mistake(
    "Each block gets channels * block.expansion for its channels: the block multiplies by itself."
)
class expands_twice(_Net):
    def channels_of(self, i, width):
        return width * 2**i * self.expansion

    def __init__(self, block, blocks=(3, 4, 6, 3), classes=1000, width=64):
        self.__dict__["expansion"] = block.expansion
        super().__init__(block, blocks, classes, width)


@exercise.mistake("The expansion is taken for 4: ask the class, `block.expansion`.")
class expansion_of_4(_Net):
    def __init__(self, block, blocks=(3, 4, 6, 3), classes=1000, width=64):
        super().__init__(block, blocks, classes, width)
        self.fc = nn.Linear(8 * width * 4, classes)


@exercise.mistake(
    "The second block of a stage takes the channels of the stage before: only the first does; the "
    "others take what the first gave."
)
class in_channels_stay(_Net):
    def stage(self, block, in_channels, channels, count, stride):
        strides = [stride] + [1] * (count - 1)
        return nn.Sequential(*(block(in_channels, channels, s) for s in strides))


# The blocks


@exercise.mistake(
    "The blocks of a stage are one and the same object, so that they share their weights: make a "
    "new one for each place. (`[block(…)] * n` repeats a single one.)"
)
class one_block_repeated(_Net):
    def stage(self, block, in_channels, channels, count, stride):
        made = [block(in_channels, channels, stride)]
        made += [block(channels * block.expansion, channels)] * (count - 1)
        return nn.Sequential(*made)


class _List(list):
    """A list that can be called like a Sequential."""

    def __call__(self, x):
        for block in self:
            x = block(x)
        return x


@exercise.mistake(
    "PyTorch finds no blocks in layer1, layer2, …: each has to be an `nn.Sequential(*blocks)`. (Is "
    "it a plain Python list? Does the function that makes it return it?)"
)
class in_a_list(_Net):
    def stage(self, block, in_channels, channels, count, stride):
        return _List(super().stage(block, in_channels, channels, count, stride))


@exercise.mistake("There is one block a stage: `blocks` says how many.")
class single_blocks(_Net):
    def stage(self, block, in_channels, channels, count, stride):
        return super().stage(block, in_channels, channels, 1, stride)


@exercise.mistake("A stage has one block too many: the first one counts.")
class one_block_more(_Net):
    def stage(self, block, in_channels, channels, count, stride):
        return super().stage(block, in_channels, channels, count + 1, stride)


@exercise.mistake("The number of blocks is fixed: use `blocks`.")
class fixed_blocks(_Net):
    def __init__(self, block, blocks=(3, 4, 6, 3), classes=1000, width=64):
        super().__init__(block, (3, 4, 6, 3), classes, width)


@exercise.mistake("The channels are fixed at 64, 128, 256 and 512: reckon with `width`.")
class fixed_width(_Net):
    def __init__(self, block, blocks=(3, 4, 6, 3), classes=1000, width=64):
        super().__init__(block, blocks, classes, 64)


@exercise.mistake("There are always 1000 scores: `fc` has `classes` outputs.")
class fixed_classes(_Net):
    def __init__(self, block, blocks=(3, 4, 6, 3), classes=1000, width=64):
        super().__init__(block, blocks, 1000, width)


@exercise.mistake("There are three stages: `blocks` has four numbers, one for each.")
class three_stages(_Net):
    def __init__(self, block, blocks=(3, 4, 6, 3), classes=1000, width=64):
        super().__init__(block, blocks[:3], classes, width)


@exercise.mistake("There is a fourth stage, but `forward` does not use it.")
class fourth_stage_unused(_Net):
    def stages(self, x):
        x = self.layer3(self.layer2(self.layer1(x)))
        return torch.cat([x, x], dim=1)


# The head


@exercise.mistake(
    "The maps are flattened, not averaged: that fits `fc` only where they have become one pixel. "
    "Average each map, `x.mean(dim=(2, 3))`."
)
class flattens(_Net):
    def pooled(self, x):
        return x.flatten(1)


@exercise.mistake(
    "The last maps are averaged over windows of a fixed size: average each map as a whole, "
    "`x.mean(dim=(2, 3))` or `nn.AdaptiveAvgPool2d(1)`."
)
class averages_windows(_Net):
    def pooled(self, x):
        return F.avg_pool2d(x, 7).flatten(1)


@exercise.mistake("The head takes the largest number of each map: it takes their mean.")
class largest_of_each_map(_Net):
    def pooled(self, x):
        return x.amax(dim=(2, 3))


@exercise.mistake("The head adds each map up: it takes its mean.")
class sum_of_each_map(_Net):
    def pooled(self, x):
        return x.sum(dim=(2, 3))


@exercise.mistake("The head takes one pixel of each map: it takes the mean of all.")
class one_pixel_of_each_map(_Net):
    def pooled(self, x):
        return x[:, :, 0, 0]


@exercise.mistake(
    "With a batch of one, the batch axis is lost: `.squeeze()` drops every axis of length 1. "
    "`.flatten(1)` keeps the first."
)
class squeezes(_Net):
    def forward(self, x):
        return self.fc(F.adaptive_avg_pool2d(self.stages(self.stem(x)), 1).squeeze())


@exercise.mistake("There is a ReLU after the last layer: scores may be negative.")
class relu_at_the_end(_Net):
    def forward(self, x):
        return F.relu(super().forward(x))


@exercise.mistake(
    "`forward` returns probabilities: it returns scores, and softmax is part of the loss."
)
class softmax_at_the_end(_Net):
    def forward(self, x):
        return F.softmax(super().forward(x), dim=1)


@exercise.mistake(
    "`forward` returns logarithms of probabilities: it returns scores, and softmax is part of the "
    "loss."
)
class log_softmax_at_the_end(_Net):
    def forward(self, x):
        return F.log_softmax(super().forward(x), dim=1)


@exercise.mistake("`forward` returns the features: `fc` comes last.")
class fc_unused(_Net):
    def forward(self, x):
        return self.pooled(self.stages(self.stem(x)))


@exercise.mistake("`forward` returns labels: return the scores, one for each class.")
class returns_labels(_Net):
    def forward(self, x):
        return super().forward(x).argmax(dim=1)


@exercise.mistake(
    "Half of the features are set to 0 before `fc`: ResNets have no dropout; batch norm has taken "
    "its place."
)
class drops_features(_Net):
    def pooled(self, x):
        return F.dropout(super().pooled(x), 0.5, self.training)


# Training


@exercise.mistake(
    "The stem's batch norm always takes the batch's own statistics: made by `nn.BatchNorm2d`, in "
    "`__init__`, it follows `net.eval()` by itself."
)
class norm_always_trains(_Net):
    def stem(self, x):
        norm = self.bn1
        x = F.batch_norm(
            self.conv1(x), norm.running_mean, norm.running_var, norm.weight, norm.bias, True
        )
        return self.maxpool(F.relu(x))


@exercise.mistake(
    "In training the stem's batch norm uses the running statistics: does something call `.eval()`, "
    "or `F.batch_norm` without `training=…`? `nn.BatchNorm2d` follows the network's mode by itself."
)
class norm_never_trains(_Net):
    def train(self, mode=True):
        return super().train(False)

    def forward(self, x):
        self.bn1.training = False
        return super().forward(x)


@exercise.mistake(
    "The values are right, but no gradient comes back to the stem: on the way something takes the "
    "numbers out of the graph (`.detach()`, `.data`, `torch.no_grad()`)."
)
class detaches_the_stem(_Net):
    def stem(self, x):
        return super().stem(x).detach()


@exercise.also_right("ModuleLists and loops")
class WithLoops(nn.Module):
    def __init__(self, block, blocks=(3, 4, 6, 3), classes=1000, width=64):
        super().__init__()
        self.fc = nn.Linear(8 * width * block.expansion, classes)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv1 = nn.Conv2d(3, width, (7, 7), (2, 2), (3, 3), bias=False)
        channels, before = width, width
        for i, count in enumerate(blocks, start=1):
            made = nn.ModuleList()
            for k in range(count):
                made.append(block(before, channels, stride=2 if i > 1 and k == 0 else 1))
                before = channels * block.expansion
            setattr(self, f"layer{i}", made)
            channels *= 2

    def forward(self, x):
        x = torch.clamp(self.bn1(self.conv1(x)), min=0)
        x = F.max_pool2d(F.pad(x, (1, 1, 1, 1)), 3, 2)
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            for made in stage:
                x = made(x)
        return self.fc(torch.einsum("nchw->nc", x) / (x.shape[2] * x.shape[3]))


@exercise.also_right("a function that gives a Sequential with names")
def as_a_sequential(block, blocks=(3, 4, 6, 3), classes=1000, width=64):
    parts = OrderedDict(
        conv1=nn.Conv2d(3, width, 7, 2, 3, bias=False),
        bn1=nn.BatchNorm2d(width),
        relu=nn.ReLU(inplace=True),
        maxpool=nn.MaxPool2d(3, 2, 1),
    )
    wide = width
    for i in range(4):
        sizes = [width << i, 1 + (i > 0)]
        parts[f"layer{i + 1}"] = nn.Sequential(block(wide, *sizes))
        wide = sizes[0] * block.expansion
        for _ in range(1, blocks[i]):
            parts[f"layer{i + 1}"].append(block(wide, sizes[0]))
    parts |= {"avgpool": nn.AdaptiveAvgPool2d((1, 1)), "flatten": nn.Flatten()}
    return nn.Sequential(parts | {"fc": nn.Linear(wide, classes)})


@exercise.also_right("a method that makes a stage and remembers the channels")
class WithAMethod(nn.Module):
    def __init__(self, block, blocks=(3, 4, 6, 3), classes=1000, width=64):
        super().__init__()
        self.in_channels, self.block = width, block
        self.conv1 = nn.Conv2d(3, width, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.layer1 = self.make_layer(width, blocks[0], 1)
        self.layer2 = self.make_layer(width * 2, blocks[1], 2)
        self.layer3 = self.make_layer(width * 4, blocks[2], 2)
        self.layer4 = self.make_layer(width * 8, blocks[3], 2)
        self.fc = nn.Linear(self.in_channels, classes)

    def make_layer(self, channels, count, stride):
        made = []
        for step in [stride] + [1] * (count - 1):
            made.append(self.block(self.in_channels, channels, step))
            self.in_channels = channels * self.block.expansion
        return nn.Sequential(*made)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(F.avg_pool2d(x, tuple(x.shape[2:])).flatten(1))


@exercise.also_right("a Linear layer as a 1×1 convolution's twin, features averaged after it")
class AveragesScores(_Net):
    def forward(self, x):
        x = self.stages(self.stem(x)).movedim(1, -1)
        return self.fc(x).flatten(1, 2).mean(dim=1)
