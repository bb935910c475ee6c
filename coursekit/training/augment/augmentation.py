"""What every augmentation does: draw, then apply."""

from typing import Protocol

from torch import Generator, Tensor

from coursekit.training.augment.pictures import check_pictures

#: What was drawn: tensors on the CPU with one row per picture.
Draws = tuple[Tensor, ...]


class Augmentation(Protocol):
    """A random change of pictures. It keeps no state: all chance is in the draws."""

    def draw(self, count: int, shape: tuple[int, int, int], generator: Generator) -> Draws:
        """Draw for ``count`` pictures of this shape (C, H, W); the generator is on the CPU.

        What is drawn depends on nothing else: not on pixels, device or other generators.
        """

    def apply(self, x: Tensor, draws: Draws) -> Tensor:
        """Return changed pictures; x (N, C, H, W) itself stays as it is.

        Row n of the draws belongs to picture n: applied to some of the pictures with the same
        rows of the draws, it gives the same rows of the result.
        """


def at_random(augmentation: Augmentation, x: Tensor, generator: Generator) -> Tensor:
    """Draw for the pictures x (N, C, H, W) and apply what was drawn."""
    check_pictures(x)
    count, channels, height, width = x.shape
    return augmentation.apply(x, augmentation.draw(count, (channels, height, width), generator))
