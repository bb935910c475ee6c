"""ResNet for 32×32 pictures, and its plain twin.

K. He, X. Zhang, S. Ren and J. Sun, "Deep residual learning for image recognition", CVPR 2016,
section 4.2, doi:10.1109/CVPR.2016.90.
"""

from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from coursekit.models.errors import ModelError
from coursekit.models.parts import check_options, check_pictures, scaled
from coursekit.models.resnet import Projection, start_convolutions


class CifarResNet(nn.Module):
    """6n + 2 layers that learn: 20, 32, 44, 56, 110 and 1202 in the paper.

    ::

        3×32×32 → 3×3 → 16×32×32 → n blocks → 16×32×32
                                 → n blocks → 32×16×16
                                 → n blocks → 64×8×8 → mean → 64 → classes

        depth        parameters      multiply-adds    receptive field
           20           269,722         40,551,040                 81
           32           464,154         68,862,592                137
           44           658,586         97,174,144                193
           56           853,018        125,485,696                249
          110         1,727,962        252,887,680                501
         1202        19,421,274      2,829,238,912              5,597

    Where the maps halve, the shortcut takes every second pixel and fills the new maps with zeros:
    shortcuts learn nothing (option A). So the plain twin, ``residual=False``, has the same
    parameters under the same names, the same work and the same receptive field; it only lacks
    the sums. Option B puts a 1×1 convolution with batch norm there instead.

    Parameters have the names of the public checkpoints (Y. Idelbayev's pytorch_resnet_cifar10).
    Convolutions start normal with variance 2 / fan_out (K. He et al., ICCV 2015); batch norm
    starts as the identity; the last layer keeps PyTorch's start.

    Args:
        depth: 6n + 2, n from 1 on.
        classes: number of scores.
        residual: whether each block adds its input to its output.
        shortcut: "A" or "B", where the number of maps changes.
        in_channels: 3 for colour, 1 for grey.
        width: factor on the number of maps, 16, 32 and 64.

    Raises:
        ModelError: there is no network of this depth, or an option is out of its range.
    """

    def __init__(
        self,
        depth: int = 20,
        classes: int = 10,
        *,
        residual: bool = True,
        shortcut: Literal["A", "B"] = "A",
        in_channels: int = 3,
        width: float = 1.0,
    ) -> None:
        super().__init__()
        check_options(classes, in_channels, width)
        if depth < 8 or (depth - 2) % 6:
            below = max(8, depth - (depth - 2) % 6)
            raise ModelError(
                f"a CIFAR ResNet has 6n + 2 layers (8, 14, 20, …), not {depth}; "
                f"close to it: {below} and {below + 6}"
            )
        if shortcut not in ("A", "B"):
            raise ModelError(f"shortcut must be 'A' (zeros) or 'B' (1×1), got {shortcut!r}")
        self.in_channels = in_channels
        first = scaled(16, width)
        self.conv1 = nn.Conv2d(in_channels, first, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(first)
        self.relu1 = nn.ReLU(inplace=True)

        def stage(below: int, channels: int, stride: int) -> nn.Sequential:
            blocks = nn.Sequential(Block(below, channels, stride, residual, shortcut))
            for _ in range((depth - 2) // 6 - 1):
                blocks.append(Block(channels, channels, 1, residual, shortcut))
            return blocks

        self.layer1 = stage(first, first, 1)
        self.layer2 = stage(first, 2 * first, 2)
        self.layer3 = stage(2 * first, 4 * first, 2)
        self.average_pool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.linear = nn.Linear(4 * first, classes)
        start_convolutions(self)

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (N, in_channels, H, W) of any size → scores (N, classes)."""
        check_pictures(x, type(self).__name__, self.in_channels, 1)
        x = self.relu1(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(self.flatten(self.average_pool(x)))


class Block(nn.Module):
    """Two 3×3 convolutions with batch norm; with ``residual``, the input is added before ReLU."""

    def __init__(
        self,
        in_channels: int,
        channels: int,
        stride: int = 1,
        residual: bool = True,
        shortcut: Literal["A", "B"] = "A",
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.residual = residual
        self.shortcut: nn.Module | None = None
        if residual and (stride > 1 or in_channels != channels):
            kind = ZeroPadding if shortcut == "A" else Projection
            self.shortcut = kind(in_channels, channels, stride)

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) → (N, channels, ⌈H / stride⌉, ⌈W / stride⌉)."""
        y = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(x)))))
        if self.residual:
            y = y + (x if self.shortcut is None else self.shortcut(x))
        return self.relu(y)


class ZeroPadding(nn.Module):
    """Shortcut A: every ``stride``-th pixel, and maps of zeros around the ``in_channels``."""

    def __init__(self, in_channels: int, channels: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.before = (channels - in_channels) // 2
        self.after = channels - in_channels - self.before

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) → (N, channels, ⌈H / stride⌉, ⌈W / stride⌉)."""
        x = x[..., :: self.stride, :: self.stride]
        return F.pad(x, (0, 0, 0, 0, self.before, self.after))
