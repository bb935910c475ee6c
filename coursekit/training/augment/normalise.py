"""Pixels as networks want them: about as often below 0 as above, a spread of about 1."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from coursekit.training.augment.fixed import Fixed
from coursekit.training.augment.pictures import check_pictures, moved, white


@dataclass(frozen=True, init=False)
class Normalise(Fixed):
    """Subtracts each channel's mean and divides by its standard deviation, white counted as 1.

    `channel_statistics` computes both from pictures. uint8 pictures become float32, others keep
    their dtype.

    Attributes:
        mean, std: one number per channel.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __init__(self, mean: Sequence[float] | Tensor, std: Sequence[float] | Tensor) -> None:
        object.__setattr__(self, "mean", tuple(map(float, mean)))
        object.__setattr__(self, "std", tuple(map(float, std)))
        if len(self.mean) != len(self.std):
            raise ValueError(f"{len(self.mean)} means came with {len(self.std)} deviations")
        if not all(deviation > 0 for deviation in self.std):
            raise ValueError(
                f"std must be above 0, got {self.std}; a channel that never changes teaches "
                "nothing, so leave it out"
            )

    def __call__(self, x: Tensor) -> Tensor:
        """Return x (N, C, H, W) normalised."""
        check_pictures(x)
        if x.shape[1] != len(self.mean):
            raise ValueError(f"{self} is for {len(self.mean)} channels, x has {x.shape[1]}")
        dtype = x.dtype if x.is_floating_point() else torch.float32
        mean, std = (
            torch.tensor(v, dtype=torch.float64, device="cpu") for v in (self.mean, self.std)
        )
        slope, start = 1 / (white(x) * std), -mean / std  # one multiply-add per pixel
        slope, start = (moved(v.to(dtype).view(1, -1, 1, 1), x) for v in (slope, start))
        if x.is_floating_point():
            return torch.addcmul(start, x, slope)
        y = x.to(dtype)
        return torch.addcmul(start, y, slope, out=y)
