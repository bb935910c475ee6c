"""SqueezeNet 1.1: as many mistakes as AlexNet with a fiftieth of its parameters.

F. Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50× fewer parameters and < 0.5 MB
model size", 2016, arXiv:1602.07360; version 1.1 is the authors' own refinement of it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from coursekit.models.initialization import caffe_xavier, gaussian, initialize
from coursekit.models.parts import check_options, check_pictures, scaled


class SqueezeNet(nn.Module):
    """Eight fire modules and no fully connected layer; torchvision's parameter names.

    ::

        3×224×224 → 3×3/2 → 64×111×111 → pool → 64×55×55 → 2 fires → 128×55×55
                  → pool → 128×27×27 → 2 fires → 256×27×27
                  → pool → 256×13×13 → 2 fires → 384×13×13 → 2 fires → 512×13×13
                  → 1×1 → classes×13×13 → mean → classes

    1,235,496 parameters, 349,151,936 multiply-adds; before the mean a unit sees 207×207 pixels.

    Weights start as in the authors' files: uniform with variance 1 / fan_in, in the last
    convolution normal with deviation 0.01; biases at 0.

    Args:
        classes: number of scores.
        in_channels: 3 for colour, 1 for grey.
        width: factor on the number of maps.
        dropout: probability that a number is left out before the last convolution in training.

    Raises:
        ModelError: an option is out of its range.
    """

    def __init__(
        self,
        classes: int = 1000,
        *,
        in_channels: int = 3,
        width: float = 1.0,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        check_options(classes, in_channels, width, dropout)
        self.in_channels = in_channels
        first = scaled(64, width)
        layers = [nn.Conv2d(in_channels, first, 3, stride=2), nn.ReLU(inplace=True)]
        below = first
        for squeeze, expand, pooled in FIRES:
            if pooled:
                layers.append(nn.MaxPool2d(3, 2, ceil_mode=True))
            layers.append(Fire(below, scaled(squeeze, width), scaled(expand, width)))
            below = 2 * scaled(expand, width)
        self.features = nn.Sequential(*layers)
        last = nn.Conv2d(below, classes, 1)
        self.classifier = nn.Sequential(
            nn.Dropout(dropout), last, nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1)
        )
        self.flatten = nn.Flatten()
        initialize(self, caffe_xavier)
        initialize(last, gaussian(0.01))

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (N, in_channels, H, W) of at least 17×17 pixels → scores (N, classes)."""
        check_pictures(x, "SqueezeNet", self.in_channels, 17)
        return self.flatten(self.classifier(self.features(x)))


FIRES = (
    *((16, 64, True), (16, 64, False)),
    *((32, 128, True), (32, 128, False)),
    *((48, 192, True), (48, 192, False), (64, 256, False), (64, 256, False)),
)
"""Maps that each fire module squeezes to and expands to by each kernel; pooled before it or not."""


class Fire(nn.Module):
    """Squeeze to few maps by 1×1, then expand by 1×1 and 3×3 side by side, each with ReLU."""

    def __init__(self, in_channels: int, squeeze: int, expand: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(in_channels, squeeze, 1)
        self.squeeze_activation = nn.ReLU(inplace=True)
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand1x1_activation = nn.ReLU(inplace=True)
        self.expand3x3 = nn.Conv2d(squeeze, expand, 3, padding=1)
        self.expand3x3_activation = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) → (N, 2 · expand, H, W)."""
        x = self.squeeze_activation(self.squeeze(x))
        ones = self.expand1x1_activation(self.expand1x1(x))
        threes = self.expand3x3_activation(self.expand3x3(x))
        return torch.cat([ones, threes], dim=1)
