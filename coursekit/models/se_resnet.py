"""Squeeze-and-excitation: a network weighs its maps, anew for every picture.

J. Hu, L. Shen and G. Sun, "Squeeze-and-excitation networks", CVPR 2018,
doi:10.1109/CVPR.2018.00745.
"""

from __future__ import annotations

from functools import partial

from torch import Tensor, nn

from coursekit.models.errors import ModelError
from coursekit.models.resnet import ResNet


class SEResNet(ResNet):
    """`ResNet` with a `SqueezeExcitation` at the end of each block's path, before the sum.

    ::

        depth    parameters     multiply-adds
           18    11,778,592     1,814,160,384
           34    21,958,868     3,663,918,592
           50    28,088,024     4,091,699,200
          101    49,326,872     7,806,148,608
          152    66,821,848    11,520,204,800

    From the second block on a unit sees the whole picture, through the mean. Parameters have
    timm's names, and at 50, 101 and 152 layers its shapes too; at 18 and 34 timm makes the
    narrowest layers wider than the paper does. First values are those of `ResNet`.

    Args:
        reduction: how many times fewer units than maps lie between the two layers of each
            `SqueezeExcitation`. The others are those of `ResNet`.

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
        reduction: int = 16,
    ) -> None:
        super().__init__(
            depth,
            classes,
            in_channels=in_channels,
            width=width,
            stride_in_1x1=stride_in_1x1,
            recalibration=partial(SqueezeExcitation, reduction=reduction),
        )


class SqueezeExcitation(nn.Module):
    """Squeeze: the mean of each map. Excitation: from these, a factor from 0 to 1 for each map.

    ::

        C×H×W → mean → C → C/r → ReLU → C → sigmoid → times the maps

    The two layers are fully connected; they are 1×1 convolutions on maps of one pixel, which is
    the same.

    Args:
        channels: C, the number of maps.
        reduction: r; the layer between has C/r units, rounded down, but one at least.

    Raises:
        ModelError: the reduction is below 1.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        if reduction < 1:
            raise ModelError(f"reduction must be at least 1, got {reduction}")
        narrow = max(1, channels // reduction)
        self.squeeze = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, narrow, 1)
        self.relu = nn.ReLU(inplace=True)
        self.fc2 = nn.Conv2d(narrow, channels, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) → the same shape."""
        weights = self.sigmoid(self.fc2(self.relu(self.fc1(self.squeeze(x)))))
        return x * weights
