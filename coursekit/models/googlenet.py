"""GoogLeNet: nine inception modules, and classifiers on the way.

C. Szegedy et al., "Going deeper with convolutions", CVPR 2015, doi:10.1109/CVPR.2015.7298594.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from coursekit.analysis.networks.googlenet import INCEPTION
from coursekit.models.errors import ModelError
from coursekit.models.initialization import he_normal, initialize
from coursekit.models.parts import check_options, check_pictures, response_norm, scaled


class Outputs(NamedTuple):
    """What GoogLeNet returns in training: the main scores, and those of each auxiliary classifier.

    All are (N, classes). Training adds 0.3 times each auxiliary loss to the main one.
    """

    logits: Tensor
    auxiliary: tuple[Tensor, ...]


class GoogLeNet(nn.Module):
    """22 layers that learn, nine inception modules, one fully connected layer.

    ::

        3×224×224 → 7×7/2 → 64×112×112 → pool → 64×56×56 → 1×1, 3×3 → 192×56×56
                  → pool → 192×28×28 → 3a → 256×28×28 → 3b → 480×28×28
                  → pool → 480×14×14 → 4a → 512 → 4b → 512 → 4c → 512 → 4d → 528 → 4e → 832×14×14
                  → pool → 832×7×7 → 5a → 832×7×7 → 5b → 1024×7×7 → mean → 1024 → classes

        variant          parameters    with auxiliary     multiply-adds    receptive field
        as in the paper   6,998,552        13,378,280     1,582,671,872                715
        as_published      6,624,904        13,004,888     1,498,376,192                379

    The paper's network has 5×5 kernels, biases and response normalisation (AlexNet's).
    ``as_published=True`` is the one of torchvision's weights, under its names: batch
    normalisation in place of both, 3×3 kernels in place of 5×5, a smaller last pooling window,
    and pictures rescaled from ImageNet's mean and deviation to [-1, 1].

    In training mode with ``auxiliary=True``, forward returns `Outputs` with the scores of two
    more classifiers, on top of 4a and 4d.

    The paper does not say how the weights start; here they are normal with variance 2 / fan_in
    (K. He et al., ICCV 2015), biases 0.

    Args:
        classes: number of scores.
        as_published: whether it is the variant of torchvision's weights.
        auxiliary: whether it has the auxiliary classifiers.
        in_channels: 3 for colour, 1 for grey; 3 with ``as_published``.
        width: factor on the number of maps and of hidden units.

    Raises:
        ModelError: an option is out of its range.
    """

    def __init__(
        self,
        classes: int = 1000,
        *,
        as_published: bool = False,
        auxiliary: bool = True,
        in_channels: int = 3,
        width: float = 1.0,
    ) -> None:
        super().__init__()
        check_options(classes, in_channels, width)
        if as_published and in_channels != 3:
            raise ModelError(f"as_published=True takes colour, in_channels=3, got {in_channels}")
        self.in_channels, self.as_published = in_channels, as_published
        first, below = scaled(64, width), scaled(192, width)

        def conv(inputs: int, channels: int, size: int, stride: int = 1) -> ConvBlock:
            return ConvBlock(inputs, channels, size, stride, batch_norm=as_published)

        def inception(name: str) -> Inception:
            nonlocal below
            module = Inception(below, [scaled(n, width) for n in INCEPTION[name]], as_published)
            below = module.out_channels
            return module

        def head() -> AuxiliaryClassifier | None:
            return AuxiliaryClassifier(below, classes, width, as_published) if auxiliary else None

        self.conv1 = conv(in_channels, first, 7, 2)
        self.maxpool1 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.norm1 = nn.Identity() if as_published else response_norm()
        self.conv2 = conv(first, first, 1)
        self.conv3 = conv(first, below, 3)
        self.norm2 = nn.Identity() if as_published else response_norm()
        self.maxpool2 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.inception3a = inception("3a")
        self.inception3b = inception("3b")
        self.maxpool3 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.inception4a = inception("4a")
        self.aux1 = head()
        self.inception4b = inception("4b")
        self.inception4c = inception("4c")
        self.inception4d = inception("4d")
        self.aux2 = head()
        self.inception4e = inception("4e")
        self.maxpool4 = nn.MaxPool2d(2 if as_published else 3, 2, ceil_mode=True)
        self.inception5a = inception("5a")
        self.inception5b = inception("5b")
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.dropout = nn.Dropout(0.2 if as_published else 0.4)
        self.fc = nn.Linear(below, classes)
        initialize(self, he_normal)

    def forward(self, x: Tensor) -> Tensor | Outputs:
        """Pictures (N, in_channels, H, W) → scores (N, classes); see `Outputs` for training.

        Pictures have at least 31×31 pixels, 15×15 with ``as_published``.
        """
        check_pictures(x, "GoogLeNet", self.in_channels, 15 if self.as_published else 31)
        if self.as_published:
            x = _rescaled(x)
        x = self.norm1(self.maxpool1(self.conv1(x)))
        x = self.maxpool2(self.norm2(self.conv3(self.conv2(x))))
        x = self.maxpool3(self.inception3b(self.inception3a(x)))
        x4a = self.inception4a(x)
        x4d = self.inception4d(self.inception4c(self.inception4b(x4a)))
        x = self.maxpool4(self.inception4e(x4d))
        x = self.inception5b(self.inception5a(x))
        logits = self.fc(self.dropout(self.flatten(self.avgpool(x))))
        if self.training and self.aux1 is not None and self.aux2 is not None:
            return Outputs(logits, (self.aux1(x4a), self.aux2(x4d)))
        return logits


class ConvBlock(nn.Sequential):
    """A convolution that keeps the size (but for its stride), batch normalisation if asked, ReLU.

    The convolution has a bias where it has no batch normalisation.
    """

    def __init__(
        self, in_channels: int, channels: int, size: int, stride: int = 1, *, batch_norm: bool
    ) -> None:
        super().__init__()
        bias, padding = not batch_norm, size // 2
        self.conv = nn.Conv2d(in_channels, channels, size, stride, padding, bias=bias)
        if batch_norm:
            self.bn = nn.BatchNorm2d(channels, eps=0.001)
        self.relu = nn.ReLU(inplace=True)


class Inception(nn.Module):
    """Four paths side by side, stacked along the maps: 1×1, 3×3, 5×5 and pooling.

    1×1 convolutions make the larger kernels' inputs thin and the pooling's output too.
    ``channels`` is a row of `INCEPTION`; ``as_published`` as in `GoogLeNet`.
    """

    def __init__(self, in_channels: int, channels: list[int], as_published: bool = False) -> None:
        super().__init__()
        ones, reduce3, threes, reduce5, fives, projection = channels
        large = 3 if as_published else 5

        def conv(below: int, out: int, size: int) -> ConvBlock:
            return ConvBlock(below, out, size, batch_norm=as_published)

        self.branch1 = conv(in_channels, ones, 1)
        self.branch2 = nn.Sequential(conv(in_channels, reduce3, 1), conv(reduce3, threes, 3))
        self.branch3 = nn.Sequential(conv(in_channels, reduce5, 1), conv(reduce5, fives, large))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, 1, 1), conv(in_channels, projection, 1))
        self.out_channels = ones + threes + fives + projection

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) → (N, out_channels, H, W)."""
        paths = (self.branch1, self.branch2, self.branch3, self.branch4)
        return torch.cat([path(x) for path in paths], dim=1)


class AuxiliaryClassifier(nn.Module):
    """A small classifier on an inner layer, so that gradients reach the layers below (section 5).

    The paper averages over 5×5 windows at stride 3: from 14×14 to the 4×4 that fc1 expects. Other
    sizes are brought to 4×4 by adaptive averaging, as torchvision's variant does with all.
    """

    def __init__(
        self, in_channels: int, classes: int, width: float = 1.0, as_published: bool = False
    ) -> None:
        super().__init__()
        channels, hidden = scaled(128, width), scaled(1024, width)
        self.windows = not as_published
        self.conv = ConvBlock(in_channels, channels, 1, batch_norm=as_published)
        self.fc1 = nn.Linear(16 * channels, hidden)
        self.relu = nn.ReLU(inplace=True)
        self.dropout = nn.Dropout(0.7)
        self.fc2 = nn.Linear(hidden, classes)

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) → (N, classes)."""
        if self.windows and min(x.shape[2:]) >= 5:
            x = F.avg_pool2d(x, 5, 3)
        x = self.conv(F.adaptive_avg_pool2d(x, 4)).flatten(1)
        return self.fc2(self.dropout(self.relu(self.fc1(x))))


def _rescaled(x: Tensor) -> Tensor:
    """From ImageNet's mean and deviation per channel to [-1, 1]: the weights came from there."""
    mean, deviation = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    channels = zip(x.split(1, dim=1), mean, deviation, strict=True)
    return torch.cat([c * (2 * s) + (2 * m - 1) for c, m, s in channels], dim=1)
