"""Pixels as they lie in memory, made ready for a network."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

from coursekit.training.augment import Normalise


class Pixels:
    """Bytes or numbers in [0, 1] → normalised pictures of the network's size.

    Args:
        mean, std: of each channel, with white as 1.
        size: height and width that the network reads; others are resized (bilinear, and smoothed
            before they shrink).
    """

    def __init__(self, mean: Sequence[float], std: Sequence[float], size: int) -> None:
        self._normalise = Normalise(mean, std)
        self._size = size

    def __call__(self, x: Tensor) -> Tensor:
        """Pictures (N, C, H, W) of any size → (N, C, size, size), float."""
        x = self._normalise(x)
        if x.shape[2:] == (self._size, self._size):
            return x
        return F.interpolate(
            x, (self._size, self._size), mode="bilinear", align_corners=False, antialias=True
        )
