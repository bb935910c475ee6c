"""Colours shifted along the directions in which natural colours differ."""

from typing import Any

import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from coursekit.training.augment.augmentation import Draws
from coursekit.training.augment.pictures import check_pictures, checked, moved, white


class PCAColor:
    """Adds one colour to all pixels of a picture, drawn as the colours of the data are spread.

    The colour is Σᵢ αᵢ · deviationᵢ · componentᵢ with αᵢ normal, mean 0, standard deviation
    ``strength``: mostly brighter or darker, a little warmer or colder, as in another light. From
    A. Krizhevsky, I. Sutskever, G. Hinton, "ImageNet classification with deep convolutional neural
    networks", 2012, section 4.1, which writes λᵢ, the eigenvalue of the covariance of the colours,
    for the size along direction i. That is a variance; we take its root, the standard deviation,
    which is in the unit of the pixels.

    Floating point pictures may leave [0, 1]; uint8 pictures are shifted by whole steps and stop at
    0 and 255.

    Draws: the αᵢ, (N, C) float32.

    Attributes:
        components: (C, C) float32, a direction per row; `rgb_principal_components` finds them.
        deviations: (C,) float32, the spread along each, white counted as 1.
        strength: standard deviation of the αᵢ.
    """

    def __init__(
        self,
        components: Tensor | NDArray[Any],
        deviations: Tensor | NDArray[Any],
        strength: float = 0.1,
    ) -> None:
        self.components = torch.as_tensor(components, dtype=torch.float32, device="cpu")
        self.deviations = torch.as_tensor(deviations, dtype=torch.float32, device="cpu")
        self.strength = strength
        channels = self.deviations.numel()
        if self.deviations.shape != (channels,) or self.components.shape != (channels, channels):
            raise ValueError(
                "components must be (C, C) and deviations (C,), got "
                f"{tuple(self.components.shape)} and {tuple(self.deviations.shape)}"
            )
        if not strength >= 0 or not (self.deviations >= 0).all():
            raise ValueError(
                f"strength and deviations must be at least 0, got {strength} and "
                f"{self.deviations.tolist()}"
            )

    def __repr__(self) -> str:
        deviations = [round(deviation, 4) for deviation in self.deviations.tolist()]
        return f"PCAColor(deviations={deviations}, strength={self.strength})"

    def draw(self, count: int, shape: tuple[int, int, int], generator: Generator) -> Draws:
        """How far each of ``count`` pictures goes along each direction."""
        shape_of_draws = count, len(self.deviations)
        return (self.strength * torch.randn(shape_of_draws, generator=generator, device="cpu"),)

    def apply(self, x: Tensor, draws: Draws) -> Tensor:
        """Return x (N, C, H, W) with a colour added to each picture."""
        check_pictures(x)
        if x.shape[1] != len(self.deviations):
            raise ValueError(f"{self} is for {len(self.deviations)} channels, x has {x.shape[1]}")
        (alphas,) = checked(draws, x)
        shifts = (alphas[:, :, None] * self.deviations[:, None] * self.components).sum(dim=1)
        shifts = moved(white(x) * shifts[:, :, None, None], x)
        if x.is_floating_point():
            return x + shifts.to(x.dtype)
        steps = shifts.round().clamp(-255, 255).to(torch.int16)
        return (x.to(torch.int16) + steps).clamp_(0, 255).to(torch.uint8)
