"""Dropout and augmentation, on and off: how much of what was learned holds for new pictures?

Both are AlexNet's (D1 39–40; Krizhevsky et al. 2012, sections 4.1 and 4.2).
"""

from __future__ import annotations

from functools import partial

import torch

from coursekit.experiments._alexnets import Setup, small_alexnet
from coursekit.experiments._shapes import mean_rows
from coursekit.experiments.result import Result, Scale, this_machine
from coursekit.training.augment import Compose, RandomCrop, RandomFlip
from coursekit.training.settings import Settings

REMEDIES = {
    "neither": (0.0, False),
    "dropout": (0.5, False),
    "augmentation": (0.0, True),
    "both": (0.5, True),
}
"""Dropout's probability, and whether pictures are moved and mirrored."""

QUICK = ("neither", "augmentation")
"""Those that show something in seconds; with dropout a network learns more slowly."""


def setup(scale: Scale) -> Setup:
    """Few pictures, so that there is something to over-fit; a stored result takes more passes."""
    if scale is Scale.LIVE:
        return Setup(300, 200, 5, 0.1, Settings(9, 16, 0.003), 1, torch.float64)
    return Setup(300, 400, 5, 0.1, Settings(40, 16, 0.003), 2, torch.float32)


def run(scale: Scale) -> Result:
    """A series for each of `REMEDIES`, live for those of `QUICK` only.

    The number "NAME, start 0" is the last validation accuracy.
    """
    s = setup(scale)
    data, series, numbers = s.data(), {}, {}
    for name in QUICK if scale is Scale.LIVE else REMEDIES:
        dropout, augmented = REMEDIES[name]
        augment = Compose([RandomCrop(6, fill="reflect"), RandomFlip()]) if augmented else None
        build = partial(small_alexnet, s.classes, dropout=dropout)
        runs = s.trained(build, data, s.settings, augment)
        series[name] = mean_rows(runs)
        for start, rows in enumerate(runs):
            numbers[f"{name}, start {start}"] = rows[-1]["validation_accuracy"]
    return Result(
        "over_fitting",
        "Dropout and augmentation, on and off",
        series,
        numbers,
        s.words,
        this_machine(),
    )
