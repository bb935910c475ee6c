"""First values of the weights, as the papers draw them.

fan_in is how many inputs one unit sums up; fan_out is how many units one input reaches. Deep
networks without batch normalisation wait long for their first progress with most of these, above
all when they are narrow; ``initialize(network, he_normal)`` shortens that.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

from torch import Tensor, nn

Draw: TypeAlias = Callable[[Tensor], Tensor]
"""Fills weights (out, in) or (out, in, f_h, f_w) in place."""


def initialize(network: nn.Module, draw: Draw, bias: float = 0.0) -> None:
    """Start a network, or a part of it, anew.

    ``draw`` fills the weights of every convolution and fully connected layer, their biases become
    ``bias``, and batch normalisation becomes the identity: scale 1, shift 0, statistics (0, 1).
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            draw(module.weight)
            if module.bias is not None:
                nn.init.constant_(module.bias, bias)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()


def gaussian(deviation: float) -> Draw:
    """Normal with this standard deviation, whatever the layer's size (AlexNet, ZFNet)."""

    def draw(w: Tensor) -> Tensor:
        return nn.init.normal_(w, std=deviation)

    return draw


def he_normal(w: Tensor) -> Tensor:
    """Normal, variance 2 / fan_in: for ReLU, which lets half of the variance pass.

    K. He et al., "Delving deep into rectifiers", ICCV 2015, doi:10.1109/ICCV.2015.123.
    """
    return nn.init.kaiming_normal_(w, nonlinearity="relu")


def glorot_uniform(w: Tensor) -> Tensor:
    """Uniform, variance 2 / (fan_in + fan_out): forward and backward in balance without ReLU.

    X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010.
    """
    return nn.init.xavier_uniform_(w)


def caffe_xavier(w: Tensor) -> Tensor:
    """Uniform, variance 1 / fan_in: what the Caffe library calls "xavier" (SqueezeNet)."""
    limit = math.sqrt(3 / w[0].numel())
    return nn.init.uniform_(w, -limit, limit)
