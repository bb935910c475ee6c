"""One look at a picture, or the mean of many? (D4 25–31; A. Krizhevsky et al. 2012, section 4.1.)

A network that learned from random crops is asked about the middle of each picture, about that and
its mirror image, about five crops and about ten; and about the whole picture at once, which global
averaging allows. Once with crops as large as usual, once with small ones.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.experiments._shapes import Setup, classifier, convolution, pictures, setup, started
from coursekit.experiments.result import Result, Scale, this_machine
from coursekit.training.augment import (
    CentreCrop,
    Compose,
    RandomFlip,
    ScaleJitter,
    five_crops,
    ten_crops,
)
from coursekit.training.checkpoint import Row
from coursekit.training.pytorch.fitting import fit

SIZES = (28, 24)
"""Pixels of a crop, of 32: as 224 of 256, which is usual, and fewer."""


def network(s: Setup) -> nn.Module:
    """Three 3×3 layers with a pooling after the first two."""
    c = s.width
    layers = [
        convolution(3, 2 * c, 3),
        nn.MaxPool2d(2),
        convolution(2 * c, 4 * c, 3),
        nn.MaxPool2d(2),
        convolution(4 * c, 4 * c, 3),
    ]
    return classifier(layers, 4 * c, s.classes)


def looks(x: Tensor, size: int) -> dict[str, Tensor]:
    """The crops (N, M, 3, h, w) of pictures x (N, 3, H, W) that each way of looking takes."""
    centre = CentreCrop(size)(x)
    return {
        "1 crop": centre[:, None],
        "2, mirrored": torch.stack([centre, centre.flip(3)], dim=1),
        "5 crops": five_crops(x, size),
        "10 crops": ten_crops(x, size),
        "whole picture": x[:, None],
    }


@torch.no_grad()
def measures(model: nn.Module, crops: Tensor, labels: Tensor) -> Row:
    """How good the mean of M answers is, and how good the answers are alone.

    ``crops`` is (N, M, 3, h, w). "accuracy" and "loss" are those of the mean of the M
    probabilities; "alone_accuracy" and "alone_loss" are means over the M crops.
    """
    count, looked = crops.shape[:2]
    p = model(crops.flatten(0, 1)).softmax(dim=1).view(count, looked, -1)
    every = labels[:, None].expand(count, looked)
    right = p.gather(2, every[:, :, None])[:, :, 0]
    return {
        "crops": float(looked),
        "accuracy": float((p.mean(dim=1).argmax(dim=1) == labels).double().mean()),
        "loss": float(-right.mean(dim=1).log().mean()),
        "alone_accuracy": float((p.argmax(dim=2) == every).double().mean()),
        "alone_loss": float(-right.log().mean()),
    }


def run(scale: Scale) -> Result:
    """A series for each size and way of looking, such as "28: 10 crops", a row for each start."""
    s = setup(scale)
    data = s.data()
    x, labels = pictures(data.x_val, s.dtype), torch.from_numpy(data.y_val)
    unseen = data._replace(x_val=data.x_val[:0], y_val=data.y_val[:0])
    series: dict[str, list[Row]] = {}
    for size in SIZES:
        change = Compose([ScaleJitter(size, (32, 32)), RandomFlip()])
        for seed in range(s.starts):
            model = started(lambda: network(s), seed, s.dtype)
            fit(model, unseen, s.settings, augment=change, seed=seed, title=None)
            for name, crops in looks(x, size).items():
                series.setdefault(f"{size}: {name}", []).append(measures(model, crops, labels))
    numbers = {
        f"{name}: {column}": float(np.mean([row[column] for row in rows]))
        for name, rows in series.items()
        for column in rows[0]
    }
    return Result(
        "single_or_many_crops",
        "Looking once or often, at crops of 28 or 24 of 32 pixels",
        series,
        numbers,
        s.words,
        this_machine(),
    )
