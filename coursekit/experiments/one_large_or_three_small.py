"""One 7×7 convolution or three of 3×3? They see the same pixels (VGG's section 2.3; D4 24).

A third network tells two explanations apart: three 3×3 without the ReLUs between them have the
weights of the stack, but make a linear filter, as the 7×7 is.
"""

from __future__ import annotations

from functools import partial

from torch import nn

from coursekit.experiments._shapes import Setup, classifier, compared, convolution, setup
from coursekit.experiments.result import Result, Scale, this_machine

STACKS = {
    "one 7×7": ((7, True),),
    "three 3×3": ((3, True),) * 3,
    "three 3×3, one ReLU": ((3, False), (3, False), (3, True)),
}
"""What stands in the place that differs: kernel sizes, and whether a ReLU follows."""


def network(name: str, s: Setup) -> nn.Module:
    """The network with the layers of that name in its middle; all others are the same."""
    c = s.width
    middle = [convolution(c, c, size, relu=relu) for size, relu in STACKS[name]]
    layers = [
        convolution(3, c, 3),
        *middle,
        nn.MaxPool2d(2),
        convolution(c, 2 * c, 1),
        nn.MaxPool2d(2),
        convolution(2 * c, 4 * c, 3),
    ]
    return classifier(layers, 4 * c, s.classes)


def run(scale: Scale) -> Result:
    """A series for each of `STACKS`, with a row for each epoch."""
    s = setup(scale)
    series, numbers = compared(s, {name: partial(network, name, s) for name in STACKS})
    return Result(
        "one_large_or_three_small",
        "One 7×7 layer, or three of 3×3",
        series,
        numbers,
        s.words,
        this_machine(),
    )
