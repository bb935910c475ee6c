"""Left and right swapped."""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from coursekit.training.augment.augmentation import Draws
from coursekit.training.augment.pictures import check_pictures, checked, moved, restored, stored


@dataclass(frozen=True)
class RandomFlip:
    """Mirrors each picture, left to right, with this probability.

    A. Krizhevsky, I. Sutskever, G. Hinton, "ImageNet classification with deep convolutional neural
    networks", 2012, section 4.1. A mirrored cat is a cat; a mirrored 2 is no digit.

    Draws: one boolean per picture, (N,), True for those to be mirrored.
    """

    probability: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(f"probability must be in [0, 1], got {self.probability}")

    def draw(self, count: int, shape: tuple[int, int, int], generator: Generator) -> Draws:
        """Which of ``count`` pictures will be mirrored."""
        return (torch.rand(count, generator=generator, device="cpu") < self.probability,)

    def apply(self, x: Tensor, draws: Draws) -> Tensor:
        """Return x (N, C, H, W) with the drawn pictures mirrored."""
        check_pictures(x)
        (flips,) = checked(draws, x)
        chosen = moved(flips.nonzero().squeeze(1), x)
        pixels, channels_last = stored(x)
        mirrored = pixels.index_select(0, chosen).flip(2 if channels_last else 3)
        return restored(pixels.index_copy(0, chosen, mirrored), channels_last)
