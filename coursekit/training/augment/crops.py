"""Crops that leave nothing to chance, for evaluation."""

from dataclasses import dataclass

import torch
from torch import Tensor

from coursekit.arguments import Size, pair
from coursekit.training.augment.fixed import Fixed
from coursekit.training.augment.pictures import channels_last, check_pictures


@dataclass(frozen=True)
class CentreCrop(Fixed):
    """Cuts ``size``, an integer or (rows, columns), out of the middle.

    Where the middle falls between pixels, it is the one further up or left.
    """

    size: Size

    def __post_init__(self) -> None:
        pair(self.size, "size", 1)

    def __call__(self, x: Tensor) -> Tensor:
        """Return the middle of x (N, C, H, W)."""
        rows, columns = _room(x, self.size)
        return _crop(x, self.size, rows // 2, columns // 2)


def five_crops(x: Tensor, size: Size) -> Tensor:
    """Return (N, 5, C, *size): top left, top right, bottom left, bottom right and centre of x.

    ``crops.flatten(0, 1)`` is a batch for a network; the mean of its answers over the five is
    better than the answer for the centre alone. A. Krizhevsky, I. Sutskever, G. Hinton, "ImageNet
    classification with deep convolutional neural networks", 2012, section 4.1.
    """
    return _together(_five(x, size))


def ten_crops(x: Tensor, size: Size) -> Tensor:
    """Return (N, 10, C, *size): the `five_crops`, then the same five mirrored left to right."""
    crops = _five(x, size)
    return _together(crops + [crop.flip(3) for crop in crops])


def _five(x: Tensor, size: Size) -> list[Tensor]:
    rows, columns = _room(x, size)
    corners = [(0, 0), (0, columns), (rows, 0), (rows, columns), (rows // 2, columns // 2)]
    return [_crop(x, size, *corner) for corner in corners]


def _room(x: Tensor, size: Size) -> tuple[int, int]:
    """How many rows and columns the pictures have beyond those of a crop."""
    check_pictures(x)
    rows, columns = pair(size, "size", 1)
    height, width = x.shape[2:]
    if rows > height or columns > width:
        raise ValueError(
            f"a crop of {rows}×{columns} does not fit into pictures of {height}×{width}; enlarge "
            "them (resize_shorter_side) or take smaller crops"
        )
    return height - rows, width - columns


def _crop(x: Tensor, size: Size, top: int, left: int) -> Tensor:
    rows, columns = pair(size, "size", 1)
    order = torch.channels_last if channels_last(x) else torch.contiguous_format
    return x[:, :, top : top + rows, left : left + columns].contiguous(memory_format=order)


def _together(crops: list[Tensor]) -> Tensor:
    """Stack crops (N, C, H, W) along a new axis 1; flattened, they keep their order of memory."""
    if channels_last(crops[0]):
        pixels = torch.stack([crop.permute(0, 2, 3, 1) for crop in crops], dim=1)
        return pixels.permute(0, 1, 4, 2, 3)
    return torch.stack(crops, dim=1)
