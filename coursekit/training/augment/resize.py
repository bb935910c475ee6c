"""Whole pictures at another size."""

from typing import TypeVar

import torch
from torch import Tensor

from coursekit.arguments import integer
from coursekit.training.augment.pictures import check_pictures
from coursekit.training.augment.resampling import Axis, resample

Number = TypeVar("Number", int, Tensor)


def resize_shorter_side(x: Tensor, side: int) -> Tensor:
    """Return pictures x (N, C, H, W) whose shorter side has ``side`` pixels, in proportion.

    The longer side is rounded to whole pixels. Interpolation is linear, without aliasing
    (`coursekit.training.augment.resampling`).
    """
    check_pictures(x)
    integer(side, "side", 1)
    height, width = x.shape[2:]
    if min(height, width) == side:
        return x
    rows, columns = (
        _whole(old, resized(old, min(height, width), side), x) for old in (height, width)
    )
    return resample(x, rows, columns)


def resized(old: int, shorter: int, side: Number) -> Number:
    """The new length of a side of ``old`` pixels when the shorter one becomes ``side``, rounded."""
    return (2 * old * side + shorter) // (2 * shorter)


def _whole(old: int, new: int, x: Tensor) -> Axis:
    """All ``old`` pixels of an axis as ``new`` ones, the same for each picture."""
    zeros = torch.zeros(len(x), dtype=torch.int64, device=x.device)
    return Axis(zeros, zeros + old / new, zeros, zeros + old, new, old / new)
