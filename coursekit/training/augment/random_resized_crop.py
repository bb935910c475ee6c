"""Parts of pictures, of any size and many shapes, brought to one size."""

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from coursekit.arguments import Size, pair
from coursekit.training.augment.augmentation import Draws
from coursekit.training.augment.pictures import check_pictures, checked, moved
from coursekit.training.augment.resampling import Axis, resample

#: A box that sticks out of the picture is drawn again, so often at most.
_ATTEMPTS = 10


@dataclass(frozen=True)
class RandomResizedCrop:
    """Cuts a box out of each picture and resizes it to ``size``.

    The box has a share of the picture's area, evenly distributed over ``scale``, and a ratio of
    width to height, evenly distributed on a logarithmic axis over ``ratio``: 3/4 is as likely as
    4/3. C. Szegedy et al., "Going deeper with convolutions", 2014, section 6. If none of
    10 boxes fits into the picture, the largest one with an allowed ratio is taken.
    Interpolation is linear, without aliasing (`coursekit.training.augment.resampling`).

    Draws: the boxes, (N, 4) integers: top, left, height, width in pixels of the picture.

    Attributes:
        size: of the result, an integer or (rows, columns).
        scale: least and greatest share of the area, in (0, 1].
        ratio: least and greatest width / height.
    """

    size: Size
    scale: tuple[float, float] = (0.08, 1.0)
    ratio: tuple[float, float] = (3 / 4, 4 / 3)

    def __post_init__(self) -> None:
        pair(self.size, "size", 1)
        if not 0 < self.scale[0] <= self.scale[1] <= 1:
            raise ValueError(f"scale must be (least, greatest) in (0, 1], got {self.scale}")
        if not 0 < self.ratio[0] <= self.ratio[1]:
            raise ValueError(f"ratio must be (least, greatest) above 0, got {self.ratio}")

    def draw(self, count: int, shape: tuple[int, int, int], generator: Generator) -> Draws:
        """A box for each of ``count`` pictures of this shape."""
        even = torch.rand(
            (count, 2 * _ATTEMPTS + 2), generator=generator, dtype=torch.float64, device="cpu"
        )
        shares, ratios, places = even.split((_ATTEMPTS, _ATTEMPTS, 2), dim=1)
        area = shape[1] * shape[2] * (self.scale[0] + (self.scale[1] - self.scale[0]) * shares)
        low, high = map(math.log, self.ratio)
        ratios = torch.exp(low + (high - low) * ratios)
        sides = torch.stack(((area / ratios).sqrt(), (area * ratios).sqrt()), dim=2)
        sides = sides.round().long().clamp_min(1)
        ends, largest = sides.new_tensor(shape[1:]), sides.new_tensor(self._largest(*shape[1:]))
        fits = (sides <= ends).all(dim=2, keepdim=True)
        first = fits.int().argmax(dim=1, keepdim=True).expand(-1, 1, 2)
        sides = torch.where(fits.any(dim=1), sides.gather(1, first).squeeze(1), largest)
        corners = (places * (ends - sides + 1)).long()
        return (torch.cat((corners, sides), dim=1),)

    def apply(self, x: Tensor, draws: Draws) -> Tensor:
        """Return the boxes of x (N, C, H, W) as (N, C, *size)."""
        check_pictures(x)
        (boxes,) = checked(draws, x)
        corners, sides, ends = boxes[:, :2], boxes[:, 2:], boxes.new_tensor(x.shape[2:])
        if not ((corners >= 0) & (sides >= 1) & (corners + sides <= ends)).all():
            raise ValueError(
                f"a box is not within the {x.shape[2]}×{x.shape[3]} pixels of these pictures"
            )
        boxes = moved(boxes, x)
        rows, columns = (
            Axis(
                start=boxes[:, axis],
                step=boxes[:, 2 + axis] / new,
                low=boxes[:, axis],
                high=boxes[:, axis] + boxes[:, 2 + axis],
                size=new,
                coarsest=x.shape[2 + axis] / new,
            )
            for axis, new in enumerate(pair(self.size, "size", 1))
        )
        return resample(x, rows, columns)

    def _largest(self, height: int, width: int) -> tuple[int, int]:
        """Height and width of the largest box with an allowed ratio."""
        if width / height < self.ratio[0]:
            height = round(width / self.ratio[0])
        elif width / height > self.ratio[1]:
            width = round(height * self.ratio[1])
        return max(1, height), max(1, width)
