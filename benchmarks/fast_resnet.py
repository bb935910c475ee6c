"""A small residual network that reaches 94 % on CIFAR-10 in few passes."""

import torch.nn.functional as F
from torch import Tensor, nn


class FastResNet(nn.Module):
    """Eight convolutions and one linear layer for 32×32 pictures.

    ::

        3×32×32 → 3×3 → 64×32×32 → 3×3, pool → 128×16×16 → block → 128×16×16
                → 3×3, pool → 256×8×8 → 3×3, pool → 512×4×4 → block → 512×4×4
                → largest of each map → 512 → classes

    6,573,120 parameters, 379,261,952 multiply-adds. It is wide and shallow, so that a GPU has much
    to do in each layer and few layers to wait for; the design is D. Page's ("How to train your
    ResNet", 2018). Here maps are pooled before they are normalised, which is four times less work.

    Args:
        classes: number of scores.
        width: factor on the number of maps.
    """

    def __init__(self, classes: int = 10, width: float = 1.0) -> None:
        super().__init__()
        a, b, c, d = (max(1, round(n * width)) for n in (64, 128, 256, 512))
        self.body = nn.Sequential(
            convolution(3, a),
            *(convolution(a, b, pool=True), Block(b)),
            convolution(b, c, pool=True),
            *(convolution(c, d, pool=True), Block(d)),
        )
        self.scores = nn.Linear(d, classes, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (N, 3, H, W) of at least 8×8 pixels → scores (N, classes).

        Scores are an eighth of what the last layer gives: with the high rates of a short training
        they would grow too large.
        """
        features = F.adaptive_max_pool2d(self.body(x), 1).flatten(1)
        return self.scores(features) / 8


class Block(nn.Module):
    """Two convolutions, whose result is added to their input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.change = nn.Sequential(
            convolution(channels, channels), convolution(channels, channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) → the same shape."""
        return x + self.change(x)


def convolution(in_channels: int, channels: int, *, pool: bool = False) -> nn.Sequential:
    """3×3 with padding, max pooling 2×2 if asked, batch norm, ReLU."""
    return nn.Sequential(
        nn.Conv2d(in_channels, channels, 3, padding=1, bias=False),
        *([nn.MaxPool2d(2)] if pool else []),
        nn.BatchNorm2d(channels),
        nn.ReLU(inplace=True),
    )
