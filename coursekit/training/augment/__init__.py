"""Augmentation: pictures changed at random, so that a network sees each one in many versions.

Chance is kept apart from arithmetic. ``draw`` says, on the CPU and from a generator, what will be
done to each picture; ``apply`` does it to the whole batch, on the device where the pictures are.
So a run can be repeated exactly, several processes can share the draws of one batch, and a test
can say itself what is drawn.

Pictures are tensors x (N, C, H, W), uint8 in 0 … 255 or floating point. Both stand for the same
brightness when 255 and 1.0 do: wherever a quantity is in units of brightness (a mean, a deviation),
it counts white as 1.0.
"""

from coursekit.training.augment.augmentation import Augmentation, Draws, at_random
from coursekit.training.augment.compose import Compose
from coursekit.training.augment.crops import CentreCrop, five_crops, ten_crops
from coursekit.training.augment.cutout import Cutout
from coursekit.training.augment.fixed import Fixed
from coursekit.training.augment.normalise import Normalise
from coursekit.training.augment.pca_color import PCAColor
from coursekit.training.augment.pixel_statistics import (
    channel_statistics,
    rgb_principal_components,
)
from coursekit.training.augment.random_crop import RandomCrop
from coursekit.training.augment.random_flip import RandomFlip
from coursekit.training.augment.random_resized_crop import RandomResizedCrop
from coursekit.training.augment.resize import resize_shorter_side
from coursekit.training.augment.scale_jitter import ScaleJitter

__all__ = [
    "Augmentation",
    "CentreCrop",
    "Compose",
    "Cutout",
    "Draws",
    "Fixed",
    "Normalise",
    "PCAColor",
    "RandomCrop",
    "RandomFlip",
    "RandomResizedCrop",
    "ScaleJitter",
    "at_random",
    "channel_statistics",
    "five_crops",
    "resize_shorter_side",
    "rgb_principal_components",
    "ten_crops",
]
