"""Mean and spread of the colours of a set of pictures."""

from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from coursekit.training.augment.pictures import check_pictures, white

#: Pictures are read in portions of about this many numbers, so that memory stays small.
_PORTION = 2**24


def channel_statistics(images: Tensor | NDArray[Any]) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation of each channel, (C,) float32, white counted as 1.

    images (N, C, H, W) are uint8 or floating point; all pixels of all pictures count alike. Take
    the training images: statistics of the test images would be knowledge of the test.
    """
    mean, covariance = _moments(images)
    return mean.float(), covariance.diagonal().clamp_min(0).sqrt().float()


def rgb_principal_components(images: Tensor | NDArray[Any]) -> tuple[Tensor, Tensor]:
    """Return the directions in which the colours of pixels differ most, and by how much.

    For images (N, C, H, W): components (C, C), a unit vector per row, and deviations (C,), the
    standard deviations of the pixels along them, white counted as 1, largest first; float32.
    A direction's sign means nothing: it is turned so that its entries sum to at least 0, which
    makes the first one of natural pictures point from dark to bright.
    """
    _, covariance = _moments(images)
    variances, vectors = torch.linalg.eigh(covariance)
    components = vectors.T.flip(0)
    components = torch.where(components.sum(dim=1, keepdim=True) < 0, -components, components)
    return components.float(), variances.flip(0).clamp_min(0).sqrt().float()


def _moments(images: Tensor | NDArray[Any]) -> tuple[Tensor, Tensor]:
    """Mean (C,) and covariance (C, C) of the pixels' colours, white counted as 1, float64."""
    x = torch.as_tensor(images)
    check_pictures(x)
    if x.numel() == 0:
        raise ValueError(f"there are no pixels in images of shape {tuple(x.shape)}")
    channels, pixels = x.shape[1], x.numel() // x.shape[1]
    total = torch.zeros(channels, dtype=torch.float64, device=x.device)
    products = torch.zeros(channels, channels, dtype=torch.float64, device=x.device)
    for part in x.split(max(1, _PORTION // x[0].numel())):
        colours = part.transpose(0, 1).reshape(channels, -1).double() / white(x)
        total += colours.sum(dim=1)
        products += colours @ colours.T
    mean = total / pixels
    return mean, products / pixels - torch.outer(mean, mean)
