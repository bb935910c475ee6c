"""Receptive fields along one axis, in closed form.

Unit u of a layer sees the input pixels from ``first + u·jump`` to ``last + u·jump``. A window of
size f, stride s, padding p and dilation d over such units gives::

    first' = first − p·jump      last' = last + ((f − 1)·d − p)·jump      jump' = s·jump

so that the size grows by (f − 1)·d·jump: the recursion of deck 5, and of A. Araujo, W. Norris and
J. Sim, "Computing receptive fields of convolutional neural networks", Distill 2019,
doi:10.23915/distill.00021.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Span:
    """What the units of one layer see along one axis of the input.

    Attributes:
        first, last: the pixels at the ends of what unit 0 sees, both included; negative where
            they lie in the padding.
        jump: how many pixels further the next unit looks (the effective stride). A Fraction after
            upsampling.
    """

    first: Fraction
    last: Fraction
    jump: Fraction

    @property
    def size(self) -> int:
        """The receptive field: how many pixels a unit sees, padding counted."""
        return _down(self.last - self.first) + 1

    @property
    def padding(self) -> int:
        """The effective padding: how many pixels unit 0 looks beyond the border."""
        return _up(-self.first)

    @property
    def centre(self) -> float:
        """The pixel in the middle of what unit 0 sees; pixel 0 has its centre at 0."""
        return float((self.first + self.last) / 2)

    def window(self, size: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> Span:
        """What units see whose window lies over these units."""
        reach = (size - 1) * dilation
        return Span(
            self.first - padding * self.jump,
            self.last + (reach - padding) * self.jump,
            stride * self.jump,
        )

    def transposed(self, size: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> Span:
        """What units see after a transposed convolution, at most.

        Output o hears from input i where o = i·stride + t·dilation − padding, t = 0 … size − 1:
        which t these are depends on o, so the ends are those of the luckiest unit.
        """
        reach = Fraction(padding - (size - 1) * dilation, stride)
        return Span(
            self.first + reach * self.jump,
            self.last + Fraction(padding, stride) * self.jump,
            self.jump / stride,
        )

    def region(self, unit: int, length: int) -> tuple[int, int]:
        """First and last pixel that `unit` sees in an input of `length` pixels."""
        first, last = self.first + unit * self.jump, self.last + unit * self.jump
        return max(0, _up(first)), min(length - 1, _down(last))


def input_span() -> Span:
    """What the input's own pixels see: each itself."""
    return Span(Fraction(0), Fraction(0), Fraction(1))


def union(spans: Sequence[Span]) -> Span:
    """What a unit sees that joins several paths (a sum, a concatenation).

    Raises:
        ValueError: the paths step by different numbers of pixels, so that unit u of one lies over
            another place than unit u of the other.
    """
    jumps = sorted({s.jump for s in spans})
    if len(jumps) > 1:
        raise ValueError(f"the paths step by {' and '.join(map(str, jumps))} pixels")
    return Span(min(s.first for s in spans), max(s.last for s in spans), jumps[0])


def aligned(spans: Sequence[Span]) -> bool:
    """Whether all paths look at the same centre."""
    return len({(s.jump, s.first + s.last) for s in spans}) <= 1


def _down(value: Fraction) -> int:
    return value.numerator // value.denominator


def _up(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)
