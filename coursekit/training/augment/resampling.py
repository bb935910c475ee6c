"""Parts of pictures at another size: every picture of a batch with a place and scale of its own.

Interpolation is linear, rows first, then columns: a new pixel is a weighted mean of the old ones
around it, the weights a triangle centred on it. When the picture grows, the triangle reaches one
old pixel to both sides: bilinear interpolation. When it shrinks, the triangle is widened to one
*new* pixel, so that every old pixel counts. Without that, as `torch.nn.functional.grid_sample`
does it, old pixels between the samples would be skipped, and fine stripes would turn up as coarse
ones: aliasing.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from coursekit.training.augment.pictures import channels_last, groups


@dataclass(frozen=True)
class Axis:
    """Where new pixels lie along one axis of the old pictures, in units of old pixels.

    Attributes:
        start: (N,) left or upper edge of the first new pixel; old pixel i reaches from i to i + 1.
        step: (N,) size of a new pixel.
        low, high: (N,) the old pixels that may be looked at, low ≤ i < high.
        size: number of new pixels.
        coarsest: no step is larger.
    """

    start: Tensor
    step: Tensor
    low: Tensor
    high: Tensor
    size: int
    coarsest: float

    def taps(self) -> tuple[Tensor, Tensor]:
        """The old pixels that each new one is made of, (N, size, taps), and their weights."""
        device = self.start.device
        step, low, high = (v[:, None, None] for v in (self.step.float(), self.low, self.high))
        reach = step.clamp_min(1)
        centre = self.start.float()[:, None, None] + step * (
            torch.arange(self.size, device=device)[:, None] + 0.5
        )
        most = math.ceil(2 * max(1.0, self.coarsest))
        old = (centre - reach + 0.5).floor().long() + torch.arange(most, device=device)
        weights = (1 - ((old + 0.5 - centre) / reach).abs()).clamp_min(0)
        weights = weights * ((old >= low) & (old < high))
        old = old.maximum(low).minimum(high - 1)
        return old, weights / weights.sum(dim=2, keepdim=True)


def resample(x: Tensor, rows: Axis, columns: Axis) -> Tensor:
    """Return the new pictures (N, C, rows.size, columns.size); dtype and memory order are x's.

    uint8 pictures are rounded to the nearest value.
    """
    shape = (len(x), x.shape[1], rows.size, columns.size)
    order = torch.channels_last if channels_last(x) else torch.contiguous_format
    y = torch.empty(shape, dtype=x.dtype, device=x.device, memory_format=order)
    tables = (*rows.taps(), *columns.taps())
    for part in groups(x):
        new = _resample(x[part], *(table[part] for table in tables))
        y[part] = new if x.is_floating_point() else new.round_().clamp_(0, 255)
    return y


def _resample(
    x: Tensor, rows: Tensor, row_weights: Tensor, columns: Tensor, column_weights: Tensor
) -> Tensor:
    """Return the new pictures, floating point; tables are those of `Axis.taps`."""
    n, c, h, w = x.shape
    new_h, new_w = rows.shape[1], columns.shape[1]
    pixels = x.permute(0, 2, 3, 1).contiguous().to(torch.promote_types(x.dtype, torch.float32))
    pixels = _weighted_sums(pixels.view(n, h, w * c), rows, row_weights)
    pixels = pixels.view(n, new_h, w, c).transpose(1, 2).reshape(n, w, new_h * c)
    pixels = _weighted_sums(pixels, columns, column_weights)
    return pixels.view(n, new_w, new_h, c).permute(0, 3, 2, 1)


def _weighted_sums(lines: Tensor, which: Tensor, weights: Tensor) -> Tensor:
    """Return (N, new, R): sums over k of weights[n, j, k] · lines[n, which[n, j, k]].

    lines is (N, old, R), the tables (N, new, taps). `embedding_bag` was made for words, but it
    computes just this, without an array of all the summands.
    """
    n, old, numbers = lines.shape
    index = which + old * torch.arange(n, device=lines.device)[:, None, None]
    sums = F.embedding_bag(
        index.flatten(0, 1),
        lines.view(n * old, numbers),
        per_sample_weights=weights.flatten(0, 1).to(lines.dtype),
        mode="sum",
    )
    return sums.view(n, which.shape[1], numbers)
