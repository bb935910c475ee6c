"""Pictures moved by a few pixels: a border is put around, and the old size cut out again."""

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
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
class RandomCrop:
    """Puts ``padding`` pixels around and cuts a picture of the old size out, anywhere.

    K. He, X. Zhang, S. Ren, J. Sun, "Deep residual learning for image recognition", 2016, section
    4.2: 4 pixels around CIFAR-10's 32×32. ``fill`` is the pixel value of the border, or
    ``"reflect"``, which mirrors the picture at its outermost pixels.

    Draws: the crops' first row and column in the padded picture, (N, 2) integers from 0 to
    2 · padding; ``padding`` itself leaves the picture where it is.
    """

    padding: int
    fill: float | Literal["reflect"] = 0.0

    def __post_init__(self) -> None:
        integer(self.padding, "padding", 0)
        if isinstance(self.fill, str) and self.fill != "reflect":
            raise ValueError(f'fill must be a pixel value or "reflect", got {self.fill!r}')

    def draw(self, count: int, shape: tuple[int, int, int], generator: Generator) -> Draws:
        """Where each of ``count`` crops begins."""
        end = 2 * self.padding + 1
        return (torch.randint(end, (count, 2), generator=generator, device="cpu"),)

    def apply(self, x: Tensor, draws: Draws) -> Tensor:
        """Return x (N, C, H, W) moved, same shape."""
        check_pictures(x)
        (corners,) = checked(draws, x)
        if not ((corners >= 0) & (corners <= 2 * self.padding)).all():
            raise ValueError(f"these draws are not from {self}: a crop begins outside")
        if not x.numel():
            return x
        pixels, channels_last = stored(x)
        wide = self._padded(pixels, channels_last)
        crops = _cut(wide, moved(corners, x), self.padding, channels_last)
        return restored(crops.view(pixels.shape), channels_last)

    def _padded(self, pixels: Tensor, channels_last: bool) -> Tensor:
        rows, columns = (1, 2) if channels_last else (2, 3)
        if isinstance(self.fill, str):
            for axis in (rows, columns):
                pixels = pixels.index_select(axis, self._mirrored(pixels, axis))
            return pixels
        check_fill(self.fill, pixels)
        sides = [self.padding] * 4
        return F.pad(pixels, [0, 0, *sides] if channels_last else sides, value=self.fill)

    def _mirrored(self, pixels: Tensor, axis: int) -> Tensor:
        """The old places along an axis that the places of the padded picture show."""
        last = pixels.shape[axis] - 1
        if self.padding > last:
            raise ValueError(
                f"a picture of {last + 1} pixels cannot be mirrored for a border of {self.padding}"
            )
        places = torch.arange(-self.padding, last + 1 + self.padding, device=pixels.device).abs()
        return last - (last - places).abs()


def _cut(wide: Tensor, corners: Tensor, padding: int, channels_last: bool) -> Tensor:
    """Return, row by row, the crops that begin at these corners (N, 2) of the padded pictures.

    A row of a crop stands in memory as one run of numbers, so it is enough to say where each run
    begins: all of them are then copied at once.
    """
    n = len(wide)
    planes, together = (1, wide.shape[3]) if channels_last else (wide.shape[1], 1)
    wide_height, wide_width = wide.shape[1:3] if channels_last else wide.shape[2:]
    height, width = wide_height - 2 * padding, wide_width - 2 * padding
    planes_before = torch.arange(n * planes, device=wide.device).view(n, planes, 1)
    rows_before = planes_before * wide_height + corners[:, :1, None]
    rows_before = rows_before + torch.arange(height, device=wide.device)
    begin = (rows_before * wide_width + corners[:, 1:, None]) * together
    runs = wide.view(-1).unfold(0, width * together, 1)  # every run there is; nothing is copied
    return runs.index_select(0, begin.view(-1))
