"""ResNet for photographs: layers learn what to add to their input.

K. He, X. Zhang, S. Ren and J. Sun, "Deep residual learning for image recognition", CVPR 2016,
doi:10.1109/CVPR.2016.90.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from torch import Tensor, nn

from coursekit.models.errors import ModelError
from coursekit.models.parts import check_options, check_pictures, scaled

BLOCKS = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}
"""Depth → blocks in each stage (table 1); from 50 layers on, blocks are bottlenecks."""

Recalibration: TypeAlias = Callable[[int], nn.Module]
"""Makes a module that weighs so many maps."""


class ResNet(nn.Module):
    """18, 34, 50, 101 or 152 layers that learn.

    ::

        3×224×224 → 7×7/2 → 64×112×112 → pool 3×3/2 → 64×56×56
            → blocks → 64·e×56×56  → blocks → 128·e×28×28
            → blocks → 256·e×14×14 → blocks → 512·e×7×7 → mean → 512·e → classes

        depth  blocks                  e    parameters     multiply-adds    receptive field
           18  2, 2, 2, 2   of two     1    11,689,512     1,814,073,344                435
           34  3, 4, 6, 3   of two     1    21,797,672     3,663,761,408                899
           50  3, 4, 6, 3   of three   4    25,557,032     4,089,184,256                427
          101  3, 4, 23, 3  of three   4    44,549,160     7,801,405,440                971
          152  3, 8, 36, 3  of three   4    60,192,808    11,513,626,624              1,451

    The receptive field is that of one unit before the mean. Parameters have torchvision's names.
    As there, the 3×3 of a bottleneck takes the step to the next stage. In the paper the 1×1
    before it does, which leaves out three pixels in four: with ``stride_in_1x1``, the 50 layers
    have the same parameters, 3,857,973,248 multiply-adds and a receptive field of 483.

    Convolutions start normal with variance 2 / fan_out (K. He et al., ICCV 2015); batch norm
    starts as the identity; the last layer keeps PyTorch's start.

    Args:
        depth: one of `BLOCKS`.
        classes: number of scores.
        in_channels: 3 for colour, 1 for grey.
        width: factor on the number of maps.
        stride_in_1x1: as in the paper; bottlenecks only.
        recalibration: makes what weighs the maps at the end of each block, before the sum, given
            their number (see `coursekit.models.se_resnet`).

    Raises:
        ModelError: there is no network of this depth, or an option is out of its range.
    """

    def __init__(
        self,
        depth: int = 50,
        classes: int = 1000,
        *,
        in_channels: int = 3,
        width: float = 1.0,
        stride_in_1x1: bool = False,
        recalibration: Recalibration | None = None,
    ) -> None:
        super().__init__()
        check_options(classes, in_channels, width)
        if depth not in BLOCKS:
            raise ModelError(f"ResNet has {', '.join(map(str, BLOCKS))} layers, not {depth}")
        if stride_in_1x1 and depth < 50:
            raise ModelError(f"the blocks of ResNet-{depth} have no 1×1 to put a stride in")
        self.in_channels = in_channels
        channels = below = scaled(64, width)
        self.conv1 = nn.Conv2d(in_channels, channels, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu1 = nn.ReLU(inplace=True)
        self.pool1 = nn.MaxPool2d(3, 2, padding=1)
        stages = []
        for number, blocks in enumerate(BLOCKS[depth]):
            stage = nn.Sequential()
            for i in range(blocks):
                stride = 2 if number and not i else 1
                block: BasicBlock | Bottleneck
                if depth < 50:
                    block = BasicBlock(below, channels, stride, recalibration)
                else:
                    block = Bottleneck(below, channels, stride, recalibration, stride_in_1x1)
                stage.append(block)
                below = channels * block.expansion
            stages.append(stage)
            channels *= 2
        self.layer1, self.layer2, self.layer3, self.layer4 = stages
        self.average_pool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(below, classes)
        start_convolutions(self)

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (N, in_channels, H, W) of any size → scores (N, classes)."""
        check_pictures(x, type(self).__name__, self.in_channels, 1)
        x = self.pool1(self.relu1(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.flatten(self.average_pool(x)))


class BasicBlock(nn.Module):
    """Two 3×3 convolutions and a shortcut past them (figure 5, left)."""

    expansion = 1

    def __init__(
        self,
        in_channels: int,
        channels: int,
        stride: int = 1,
        recalibration: Recalibration | None = None,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.se = recalibration(channels) if recalibration else None
        self.downsample: Projection | None = None
        if stride > 1 or in_channels != channels:
            self.downsample = Projection(in_channels, channels, stride)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) → (N, channels, ⌈H / stride⌉, ⌈W / stride⌉)."""
        y = self.relu1(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.se is not None:
            y = self.se(y)
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


class Bottleneck(nn.Module):
    """1×1 to fewer maps, 3×3, 1×1 to four times as many, and a shortcut (figure 5, right)."""

    expansion = 4

    def __init__(
        self,
        in_channels: int,
        channels: int,
        stride: int = 1,
        recalibration: Recalibration | None = None,
        stride_in_1x1: bool = False,
    ) -> None:
        super().__init__()
        first, second = (stride, 1) if stride_in_1x1 else (1, stride)
        wide = self.expansion * channels
        self.conv1 = nn.Conv2d(in_channels, channels, 1, first, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, second, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv3 = nn.Conv2d(channels, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.se = recalibration(wide) if recalibration else None
        self.downsample: Projection | None = None
        if stride > 1 or in_channels != wide:
            self.downsample = Projection(in_channels, wide, stride)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) → (N, 4·channels, ⌈H / stride⌉, ⌈W / stride⌉)."""
        y = self.relu1(self.bn1(self.conv1(x)))
        y = self.relu2(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        if self.se is not None:
            y = self.se(y)
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


def start_convolutions(network: nn.Module) -> None:
    """Start every convolution normal with variance 2 / fan_out: the gradient keeps its size.

    K. He et al., "Delving deep into rectifiers", ICCV 2015, doi:10.1109/ICCV.2015.123.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


class Projection(nn.Sequential):
    """The shortcut where the shape changes (option B): a 1×1 convolution with batch norm."""

    def __init__(self, in_channels: int, channels: int, stride: int) -> None:
        super().__init__(
            nn.Conv2d(in_channels, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
        )
