"""Batches of pictures: what may come in, and how their pixels lie in memory.

PyTorch indexes pictures as (N, C, H, W), but in memory either one colour's whole plane follows
another's (the usual order) or the colours of one pixel stand together ("channels last", which
convolutions on a GPU prefer). What an augmentation is given in one order it returns in that order.
"""

import torch
from torch import Tensor

#: On a CPU, pictures are best taken in groups of about this many numbers, which stay in the cache.
_GROUP = 2**20


def check_pictures(x: Tensor) -> None:
    """Raise TypeError or ValueError unless x is (N, C, H, W), uint8 or floating point."""
    if not isinstance(x, Tensor):
        raise TypeError(f"pictures must be a torch tensor, got {type(x).__name__}")
    if x.dtype != torch.uint8 and not x.is_floating_point():
        raise TypeError(f"pictures must be uint8 or floating point, got {x.dtype}")
    if x.ndim != 4:
        raise ValueError(
            f"pictures must be (N, C, H, W), got shape {tuple(x.shape)}; x[None] makes a batch "
            "of one picture"
        )


def white(x: Tensor) -> int:
    """The pixel value that stands for a brightness of 1: 255 in uint8 pictures."""
    return 255 if x.dtype == torch.uint8 else 1


def channels_last(x: Tensor) -> bool:
    """Whether the colours of a pixel stand together in memory."""
    return x.is_contiguous(memory_format=torch.channels_last) and not x.is_contiguous()


def stored(x: Tensor) -> tuple[Tensor, bool]:
    """Return the pictures in the order of memory, contiguous, and whether channels come last.

    The order is (N, H, W, C) if they do, else (N, C, H, W).
    """
    return (x.permute(0, 2, 3, 1), True) if channels_last(x) else (x.contiguous(), False)


def restored(pixels: Tensor, last: bool) -> Tensor:
    """Undo `stored`: the same pixels, indexed (N, C, H, W) again."""
    return pixels.permute(0, 3, 1, 2) if last else pixels


def checked(draws: tuple[Tensor, ...], x: Tensor, count: int = 1) -> tuple[Tensor, ...]:
    """Return the draws. Raises ValueError unless they are ``count`` with a row for each picture."""
    rows = [len(drawn) for drawn in draws]
    if rows != count * [len(x)]:
        raise ValueError(
            f"{len(x)} pictures need draws of {count} tensors with {len(x)} rows, got rows {rows}; "
            "draw for this batch, or cut pictures and draws in the same way"
        )
    return draws


def moved(values: Tensor, x: Tensor) -> Tensor:
    """Return the values on x's device, without waiting for what that device is still doing."""
    return values.to(x.device, non_blocking=True)


def check_fill(fill: float, x: Tensor) -> None:
    """Raise ValueError for a pixel value that the pictures x cannot hold."""
    if x.dtype == torch.uint8 and fill not in range(256):
        raise ValueError(f"uint8 pictures can be filled with 0, 1, … 255, not with {fill}")


def groups(x: Tensor) -> list[slice]:
    """Which pictures to work on at a time: few enough for a CPU's cache, elsewhere all."""
    some = max(1, len(x))
    if x.device.type == "cpu" and x.numel():
        some = max(4, _GROUP // x[0].numel())
    return [slice(first, first + some) for first in range(0, max(1, len(x)), some)]
