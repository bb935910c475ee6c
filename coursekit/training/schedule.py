"""How the learning rate changes while a network trains."""

import math
from typing import Protocol


class Schedule(Protocol):
    """The learning rate as a function of the share of the steps that are done."""

    def __call__(self, progress: float) -> float:
        """Return the rate at ``progress`` in [0, 1)."""


class WarmUpCosine:
    """From almost 0 up to ``peak`` in a straight line, then down to 0 along half a cosine.

    ``warm_up`` is the share of the steps on the way up. Fresh weights give large gradients in
    changing directions, so the first steps are small (P. Goyal et al., "Accurate, large minibatch
    SGD", 2017); the last ones are small so that the noise of the batches dies away (I. Loshchilov
    and F. Hutter, "SGDR", ICLR 2017).

    >>> rate = WarmUpCosine(0.1, warm_up=0.2)
    >>> [round(rate(t), 3) for t in (0.0, 0.1, 0.2, 0.6, 1.0)]
    [0.001, 0.05, 0.1, 0.05, 0.0]
    """

    def __init__(self, peak: float, *, warm_up: float) -> None:
        if not peak > 0 or not 0 < warm_up < 1:
            raise ValueError(f"peak must be above 0 and warm_up in (0, 1), got {peak}, {warm_up}")
        self.peak, self.warm_up = peak, warm_up

    def __call__(self, progress: float) -> float:
        """Return the rate at ``progress`` in [0, 1]."""
        if progress < self.warm_up:
            return self.peak * max(0.01, progress / self.warm_up)
        down = (progress - self.warm_up) / (1 - self.warm_up)
        return self.peak * (1 + math.cos(math.pi * down)) / 2
