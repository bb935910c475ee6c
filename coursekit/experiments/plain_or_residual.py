"""Does a deeper network learn better? Plain networks and residual ones, depth by depth.

The question of K. He et al. (CVPR 2016, figures 1 and 6; D4 32), asked of networks that differ in
nothing but the sum at the end of each block (`CifarResNet` with and without ``residual``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from coursekit.data import Split, load_cifar10
from coursekit.experiments._digits import DIGITS, digit_maps, started
from coursekit.experiments.result import Result, Scale, this_machine
from coursekit.models import CifarResNet
from coursekit.training.augment import Augmentation, Compose, RandomCrop, RandomFlip
from coursekit.training.checkpoint import Row
from coursekit.training.pytorch.fitting import fit
from coursekit.training.settings import Settings

KINDS = {"plain": False, "residual": True}
"""Name of a series before its depth, and whether blocks add their input."""


@dataclass(frozen=True)
class Setup:
    """What is trained on what.

    Attributes:
        depths: layers that learn, 6n + 2.
        data, augment, what: the images, their changes, and both in words.
        settings: how each network is trained.
        starts: how many first weights; rows are the mean over them.
        width: factor on 16, 32 and 64 maps.
        dtype: of the weights.
    """

    depths: tuple[int, ...]
    data: Split
    what: str
    settings: Settings
    starts: int = 1
    width: float = 0.25
    dtype: torch.dtype = torch.float64
    augment: Augmentation | None = None


def setup(scale: Scale) -> Setup:
    """Digits and seconds; for a stored result more depths and starts, or CIFAR-10 on a GPU."""
    digits = Settings(8, 64, 0.05, weight_decay=1e-4)
    if scale is Scale.LIVE:
        return Setup((8, 20, 56), digit_maps(), DIGITS, digits)
    if not torch.cuda.is_available():
        return Setup((8, 20, 32, 56, 110), digit_maps(), DIGITS, digits, starts=3)
    return Setup(
        (20, 56, 110),
        load_cifar10(),
        "CIFAR-10, shifted and mirrored",
        Settings(30, 128, 0.1, weight_decay=1e-4),
        width=1.0,
        dtype=torch.float32,
        augment=Compose((RandomCrop(4), RandomFlip())),
    )


def run(scale: Scale) -> Result:
    """One series for each kind and depth, such as "plain 20", with a row for each epoch.

    ``numbers`` holds the final training loss of every start, as "plain 20, start 0".
    """
    s = setup(scale)
    series: dict[str, list[Row]] = {}
    numbers: dict[str, float] = {}
    for depth in s.depths:
        for kind in KINDS:
            found = [_trained(s, kind, depth, seed) for seed in range(s.starts)]
            series[f"{kind} {depth}"] = _mean(found)
            for seed, rows in enumerate(found):
                numbers[f"{kind} {depth}, start {seed}"] = rows[-1]["training_loss"]
    t = s.settings
    return Result(
        "plain_or_residual",
        "Plain and residual networks by depth",
        series,
        numbers,
        f"{s.what}, width {s.width:g}, {t.epochs} epochs in batches of {t.batch}, rate "
        f"{t.learning_rate:g}, mean of {s.starts} start{'s' * (s.starts > 1)}",
        this_machine(),
    )


def _trained(s: Setup, kind: str, depth: int, seed: int) -> list[Row]:
    classes, channels = int(s.data.y_train.max()) + 1, s.data.x_train.shape[1]
    network = started(
        lambda: CifarResNet(
            depth, classes, residual=KINDS[kind], in_channels=channels, width=s.width
        ),
        seed,
    ).to(s.dtype)
    return fit(network, s.data, s.settings, augment=s.augment, seed=seed, title=None)


def _mean(runs: Sequence[Sequence[Row]]) -> list[Row]:
    """The mean of several runs, epoch by epoch."""
    return [
        {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
        for rows in zip(*runs, strict=True)
    ]
