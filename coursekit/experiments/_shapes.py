"""Small networks that tell generated shapes apart, for experiments about how layers are built."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.analysis import summary
from coursekit.data import Split, load_shapes
from coursekit.experiments.result import Scale
from coursekit.models.initialization import he_normal, initialize
from coursekit.training.augment import Augmentation
from coursekit.training.checkpoint import Row
from coursekit.training.pytorch.fitting import fit
from coursekit.training.settings import Settings


@dataclass(frozen=True)
class Setup:
    """What is trained on what.

    Attributes:
        train, validation: how many pictures of 32×32 pixels.
        classes, difficulty: of `load_shapes`.
        settings: how each network is trained.
        width: maps of the first layer.
        starts: how many first weights.
        dtype: of the weights.
    """

    train: int
    validation: int
    classes: int
    difficulty: float
    settings: Settings
    width: int
    starts: int
    dtype: torch.dtype

    def data(self) -> Split:
        """The pictures."""
        return load_shapes(
            32,
            train=self.train,
            validation=self.validation,
            test=0,
            classes=self.classes,
            difficulty=self.difficulty,
        )

    @property
    def words(self) -> str:
        """All of it in a sentence."""
        t = self.settings
        return (
            f"{self.train} generated pictures of {self.classes} shapes at difficulty "
            f"{self.difficulty:g}, {t.epochs} epochs in batches of {t.batch}, rate "
            f"{t.learning_rate:g}, mean of {self.starts} start{'s' * (self.starts > 1)}"
        )


def setup(scale: Scale) -> Setup:
    """Seconds on one core; for a stored result more pictures, classes, maps and starts."""
    if scale is Scale.LIVE:
        settings = Settings(8, 16, 0.05)
        return Setup(500, 600, 5, 0.1, settings, width=8, starts=1, dtype=torch.float64)
    settings = Settings(10, 32, 0.05)
    return Setup(2000, 1000, 10, 0.2, settings, width=8, starts=6, dtype=torch.float32)


def convolution(in_channels: int, channels: int, size: int, *, relu: bool = True) -> nn.Sequential:
    """A convolution that keeps the size, batch normalisation (unit 09), and a ReLU if asked."""
    layers: list[nn.Module] = [
        nn.Conv2d(in_channels, channels, size, padding=size // 2, bias=False),
        nn.BatchNorm2d(channels),
    ]
    return nn.Sequential(*layers, nn.ReLU()) if relu else nn.Sequential(*layers)


def classifier(layers: Sequence[nn.Module], channels: int, classes: int) -> nn.Sequential:
    """Maps of half the picture's size through ``layers``, their means, and scores of them."""
    return nn.Sequential(
        nn.AvgPool2d(2),
        *layers,
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(channels, classes),
    )


def started(build: Callable[[], nn.Module], seed: int, dtype: torch.dtype) -> nn.Module:
    """A network with K. He's first weights, which ``seed`` decides."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        network = build().to(dtype)
        initialize(network, he_normal)
    return network


def compared(
    s: Setup,
    builders: dict[str, Callable[[], nn.Module]],
    *,
    augment: Augmentation | None = None,
) -> tuple[dict[str, list[Row]], dict[str, float]]:
    """Train each network from each start.

    Returns rows by name, mean over the starts, and numbers: "NAME: parameters", "NAME:
    multiply-adds" for a picture, and "NAME, start 0", the last validation accuracy.
    """
    data = s.data()
    series: dict[str, list[Row]] = {}
    numbers: dict[str, float] = {}
    for name, build in builders.items():
        totals = summary(build(), (3, 32, 32)).totals
        numbers[f"{name}: parameters"] = totals["parameters"]
        numbers[f"{name}: multiply-adds"] = totals["macs"]
        runs = []
        for seed in range(s.starts):
            network = started(build, seed, s.dtype)
            runs.append(fit(network, data, s.settings, augment=augment, seed=seed, title=None))
            numbers[f"{name}, start {seed}"] = runs[-1][-1]["validation_accuracy"]
        series[name] = mean_rows(runs)
    return series, numbers


def mean_rows(runs: Sequence[Sequence[Row]]) -> list[Row]:
    """The mean of several runs, epoch by epoch."""
    return [
        {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
        for rows in zip(*runs, strict=True)
    ]


def pictures(x: np.ndarray, dtype: torch.dtype) -> Tensor:
    """Bytes (N, 3, H, W) as numbers from 0 to 1."""
    return torch.from_numpy(x).to(dtype) / 255
