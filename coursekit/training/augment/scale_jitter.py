"""Pictures seen from nearer and farther: resized at random, then a crop of one size."""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from coursekit.arguments import Size, integer, pair
from coursekit.training.augment.augmentation import Draws
from coursekit.training.augment.pictures import check_pictures, checked, moved
from coursekit.training.augment.resampling import Axis, resample
from coursekit.training.augment.resize import resized


@dataclass(frozen=True)
class ScaleJitter:
    """Resizes each picture so that its shorter side is one of ``sides``, then crops anywhere.

    K. Simonyan, A. Zisserman, "Very deep convolutional networks for large-scale image
    recognition", 2015, section 3.1: the side S from 256 to 512, crops of 224. Unlike
    `RandomResizedCrop` it keeps proportions. With both sides equal it is their single scale, and
    it measures a network on random crops as well as it trains one.

    Only the pixels of the crop are computed. Interpolation is linear, without aliasing
    (`coursekit.training.augment.resampling`): pictures smaller than ``sides`` come out blurred,
    larger ones are averaged.

    Draws: the shorter sides, (N,) integers, and the crops' first row and column in the resized
    pictures, (N, 2) integers.

    Attributes:
        size: of the crops, an integer or (rows, columns).
        sides: smallest and largest shorter side, both included.
    """

    size: Size
    sides: tuple[int, int] = (256, 512)

    def __post_init__(self) -> None:
        crop = pair(self.size, "size", 1)
        low, high = (integer(side, "sides", 1) for side in self.sides)
        if not max(crop) <= low <= high:
            raise ValueError(
                f"sides must be (least, greatest), the least at least the crop's {max(crop)} "
                f"pixels, got {self.sides}"
            )

    def draw(self, count: int, shape: tuple[int, int, int], generator: Generator) -> Draws:
        """A side and a corner for each of ``count`` pictures of this shape."""
        low, high = self.sides
        sides = torch.randint(low, high + 1, (count,), generator=generator, device="cpu")
        places = torch.rand((count, 2), generator=generator, dtype=torch.float64, device="cpu")
        crop = sides.new_tensor(pair(self.size, "size", 1))
        return sides, (places * (self._resized(shape[1], shape[2], sides) - crop + 1)).long()

    def apply(self, x: Tensor, draws: Draws) -> Tensor:
        """Return crops (N, C, *size) of the resized pictures x (N, C, H, W)."""
        check_pictures(x)
        sides, corners = checked(draws, x, 2)
        height, width = x.shape[2:]
        new = self._resized(height, width, sides)
        crop = pair(self.size, "size", 1)
        if not ((corners >= 0) & (corners + corners.new_tensor(crop) <= new)).all():
            raise ValueError(f"a crop is not within the {height}×{width} pictures as resized")
        steps = moved(new.new_tensor([height, width]) / new, x)
        corners = moved(corners, x)
        zeros = torch.zeros_like(corners[:, 0])
        rows, columns = (
            Axis(
                start=corners[:, axis] * steps[:, axis],
                step=steps[:, axis],
                low=zeros,
                high=zeros + old,
                size=crop[axis],
                coarsest=old / resized(old, min(height, width), self.sides[0]),
            )
            for axis, old in enumerate((height, width))
        )
        return resample(x, rows, columns)

    def _resized(self, height: int, width: int, sides: Tensor) -> Tensor:
        """Height and width (N, 2) of pictures whose shorter sides become these."""
        shorter = min(height, width)
        return torch.stack([resized(old, shorter, sides) for old in (height, width)], dim=1)
