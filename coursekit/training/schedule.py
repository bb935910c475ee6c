"""How the learning rate changes while a network trains."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol


class Schedule(Protocol):
    """The learning rate as a function of the share of the steps that are done."""

    def __call__(self, progress: float) -> float:
        """Return the rate at ``progress`` in [0, 1)."""


class Constant:
    """The same rate from first to last.

    >>> Constant(0.01)(0.5)
    0.01
    """

    def __init__(self, rate: float) -> None:
        if not 0 < rate < math.inf:
            raise ValueError(f"rate must be above 0, got {rate}")
        self.rate = rate

    def __call__(self, progress: float) -> float:
        """Return the rate."""
        return self.rate


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
            return self.peak * _rising(progress, self.warm_up)
        down = (progress - self.warm_up) / (1 - self.warm_up)
        return self.peak * (1 + math.cos(math.pi * down)) / 2


class Steps:
    """``peak``, multiplied by ``factor`` at each of the shares ``at`` of the steps.

    A. Krizhevsky et al. (2012) divided by 10 whenever the errors had stopped falling; K. He et al.,
    "Deep residual learning for image recognition" (2016, section 4.2), after 32,000 and 48,000 of
    64,000 steps, which is the default here. ``warm_up`` is the share of the steps on a straight way
    up at the beginning; that paper's network of 110 layers did not learn without a gentle start.

    >>> rate = Steps(0.1)
    >>> [round(rate(t), 6) for t in (0.0, 0.49, 0.5, 0.74, 0.75, 0.99)]
    [0.1, 0.1, 0.01, 0.01, 0.001, 0.001]
    """

    def __init__(
        self,
        peak: float,
        at: Sequence[float] = (0.5, 0.75),
        factor: float = 0.1,
        warm_up: float = 0.0,
    ) -> None:
        if not peak > 0 or not 0 < factor < 1:
            raise ValueError(f"peak must be above 0 and factor in (0, 1), got {peak}, {factor}")
        if not 0 <= warm_up < 1:
            raise ValueError(f"warm_up must be in [0, 1), got {warm_up}")
        stops = (warm_up, *at, 1)
        if not all(a < b for a, b in pairwise(stops)):
            raise ValueError(
                f"at must rise, after warm_up {warm_up} and before 1, got {tuple(at)}: shares of "
                "the whole run, not epochs"
            )
        self.peak, self.at, self.factor, self.warm_up = peak, tuple(at), factor, warm_up

    def __call__(self, progress: float) -> float:
        """Return the rate at ``progress`` in [0, 1]."""
        if progress < self.warm_up:
            return self.peak * _rising(progress, self.warm_up)
        return self.peak * self.factor ** sum(progress >= stop for stop in self.at)


class OneCycle:
    """In a straight line up to ``peak`` and in another down again, once.

    ``rise`` is the share of the steps on the way up; ``first`` and ``last`` are the rates at both
    ends as shares of the peak. L. Smith, "A disciplined approach to neural network
    hyper-parameters: part 1", 2018: a rate that is too large to start or to end with, in the middle
    of training keeps the weights from narrow valleys. Smith rises and falls equally long and spends
    the last steps far below the first rate; here the fall goes down to ``last`` at once. The
    momentum, which Smith lowers while the rate is high, is left alone.

    >>> rate = OneCycle(0.4, rise=0.25)
    >>> [round(rate(t), 3) for t in (0.0, 0.125, 0.25, 0.625, 1.0)]
    [0.016, 0.208, 0.4, 0.2, 0.0]
    """

    def __init__(
        self, peak: float, rise: float = 0.3, *, first: float = 0.04, last: float = 0.0
    ) -> None:
        if not peak > 0 or not 0 < rise < 1:
            raise ValueError(f"peak must be above 0 and rise in (0, 1), got {peak}, {rise}")
        if not 0 <= first < 1 or not 0 <= last < 1:
            raise ValueError(f"first and last are shares of the peak, got {first}, {last}")
        self.peak, self.rise, self.first, self.last = peak, rise, first, last

    def __call__(self, progress: float) -> float:
        """Return the rate at ``progress`` in [0, 1]."""
        if progress < self.rise:
            end, height = self.first, progress / self.rise
        else:
            end, height = self.last, (1 - progress) / (1 - self.rise)
        return self.peak * (end + (1 - end) * height)


def _rising(progress: float, warm_up: float) -> float:
    """The share of the peak reached on the way up, not quite nothing in the first step."""
    return max(0.01, progress / warm_up)
