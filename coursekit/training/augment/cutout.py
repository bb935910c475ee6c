"""A square of the picture hidden."""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from coursekit.arguments import integer
from coursekit.training.augment.augmentation import Draws
from coursekit.training.augment.pictures import (
    check_fill,
    check_pictures,
    checked,
    moved,
    restored,
    stored,
)


@dataclass(frozen=True)
class Cutout:
    """Fills a square of ``size`` × ``size`` pixels, anywhere, so that all parts must be learned.

    Its centre is any pixel, each as likely: near a border, part of the square is outside, and less
    of the picture is lost. ``fill`` is a pixel value; 0 is the mean colour of normalised pictures.
    T. DeVries, G. Taylor, "Improved regularization of convolutional neural networks with Cutout",
    2017; 16 pixels for CIFAR-10.

    Draws: the centres, (N, 2), as row and column; row r is hidden if −size // 2 ≤ r − centre and
    r − centre < size − size // 2, so an even square reaches one pixel further up and left.
    """

    size: int
    fill: float = 0.0

    def __post_init__(self) -> None:
        integer(self.size, "size", 1)

    def draw(self, count: int, shape: tuple[int, int, int], generator: Generator) -> Draws:
        """A centre for each of ``count`` pictures."""
        rows, columns = (
            torch.randint(end, (count,), generator=generator, device="cpu") for end in shape[1:]
        )
        return (torch.stack((rows, columns), dim=1),)

    def apply(self, x: Tensor, draws: Draws) -> Tensor:
        """Return x (N, C, H, W) with the squares filled."""
        check_pictures(x)
        check_fill(self.fill, x)
        (centres,) = checked(draws, x)
        centres = moved(centres, x)
        rows, columns = (
            self._hidden(centres[:, axis], x.shape[2 + axis], x.device) for axis in (0, 1)
        )
        hidden = rows[:, :, None] & columns[:, None, :]
        pixels, channels_last = stored(x)
        hidden = hidden.unsqueeze(3 if channels_last else 1)
        return restored(pixels.masked_fill(hidden, self.fill), channels_last)

    def _hidden(self, centre: Tensor, length: int, device: torch.device) -> Tensor:
        """Which places of an axis are in the square, (N, length)."""
        away = torch.arange(length, device=device) - centre[:, None]
        return (away >= -(self.size // 2)) & (away < self.size - self.size // 2)
