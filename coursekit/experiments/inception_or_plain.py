"""Kernels of several sizes side by side, or one size for the same work?

Two stages, each an inception module (C. Szegedy et al., CVPR 2015, figure 2b; D4 25–31) or one 3×3
convolution with as many maps as the module's multiply-adds pay for.
"""

from __future__ import annotations

from functools import partial

from torch import nn

from coursekit.experiments._shapes import Setup, classifier, compared, convolution, setup
from coursekit.experiments.result import Result, Scale, this_machine
from coursekit.models.googlenet import Inception
from coursekit.models.parts import scaled

FIRST, SECOND = (8, 8, 16, 2, 4, 4), (16, 16, 32, 4, 8, 8)
"""Maps of 1×1, 3×3 reduce, 3×3, 5×5 reduce, 5×5 and pool projection, for 16 maps of the first
layer; in the proportions of GoogLeNet's module 3a, roughly."""

KINDS = ("inception", "plain 3×3")


def cost(in_channels: int, widths: tuple[int, ...]) -> int:
    """Multiply-adds of an inception module at one place."""
    ones, reduce3, threes, reduce5, fives, projection = widths
    into = ones + reduce3 + reduce5 + projection
    return in_channels * into + 9 * reduce3 * threes + 25 * reduce5 * fives


def equal_width(in_channels: int, out_cost: int) -> int:
    """Maps of a 3×3 convolution that costs as much at one place."""
    return round(out_cost / (9 * in_channels))


def network(kind: str, s: Setup) -> nn.Module:
    """The network with two stages of that kind, after the same first layer."""
    below = first = scaled(16, s.width / 8)
    layers: list[nn.Module] = [convolution(3, first, 3)]
    others = first  # what comes into the stage of the inception network, which sets the cost
    for widths in (FIRST, SECOND):
        channels = [scaled(n, s.width / 8) for n in widths]
        module = Inception(others, channels, as_published=False)
        if kind == "inception":
            layers += [module, nn.BatchNorm2d(module.out_channels)]
            below = module.out_channels
        else:
            maps = equal_width(below, cost(others, tuple(channels)))
            layers.append(convolution(below, maps, 3))
            below = maps
        layers.append(nn.MaxPool2d(2))
        others = module.out_channels
    return classifier(layers, below, s.classes)


def run(scale: Scale) -> Result:
    """A series for each of `KINDS`, with a row for each epoch."""
    s = setup(scale)
    series, numbers = compared(s, {kind: partial(network, kind, s) for kind in KINDS})
    return Result(
        "inception_or_plain",
        "Inception modules, or 3×3 layers for the same work",
        series,
        numbers,
        s.words,
        this_machine(),
    )
