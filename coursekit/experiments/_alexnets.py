"""AlexNet at an eighth of its width, told to find generated shapes: for unit 07's experiments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from coursekit.data import Split, load_shapes
from coursekit.models import AlexNet
from coursekit.models.initialization import he_normal, initialize
from coursekit.training.augment import Augmentation
from coursekit.training.checkpoint import Row
from coursekit.training.pytorch.fitting import fit
from coursekit.training.settings import Settings

SIZE = 64
"""Pixels: one more than the 63 that AlexNet's strides need."""

GREY, SPREAD = 0.45, 0.25
"""About the mean and the deviation of the pictures' pixels, white counted as 1."""


@dataclass(frozen=True)
class Setup:
    """What the networks learn from, and how.

    Attributes:
        train, validation: how many pictures.
        classes, difficulty: of `load_shapes`.
        settings: how each network is trained.
        starts: how many first weights.
        dtype: of the weights.
    """

    train: int
    validation: int
    classes: int
    difficulty: float
    settings: Settings
    starts: int
    dtype: torch.dtype

    def data(self) -> Split:
        """The pictures."""
        return load_shapes(
            SIZE,
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
            f"AlexNet at 1/8 of its width, {self.train} generated pictures of {self.classes} "
            f"shapes at difficulty {self.difficulty:g}, {t.epochs} epochs in batches of {t.batch}, "
            f"mean of {self.starts} start{'s' * (self.starts > 1)}"
        )

    def trained(
        self,
        build: Callable[[], nn.Module],
        data: Split,
        settings: Settings,
        augment: Augmentation | None = None,
    ) -> list[list[Row]]:
        """Rows of a training from each start; ``settings`` may have a rate of their own."""
        runs = []
        for seed in range(self.starts):
            with torch.random.fork_rng(devices=[]):
                torch.default_generator.manual_seed(seed)
                network = build().to(self.dtype)
            rows = fit(
                network,
                data,
                settings,
                augment=augment,
                prepare=lambda x: (x.to(self.dtype) / 255 - GREY) / SPREAD,
                seed=seed,
                title=None,
            )
            runs.append(rows)
        return runs


def small_alexnet(
    classes: int,
    *,
    dropout: float = 0.0,
    draw: Callable[[Tensor], Tensor] = he_normal,
    activation: Callable[[], nn.Module] = nn.ReLU,
) -> AlexNet:
    """AlexNet in one tower with an eighth of the maps, and another activation if asked.

    Weights are drawn with ``draw``; biases start at 0: from the paper's own first weights so
    narrow a network waits long for its first progress.
    """
    network = AlexNet(classes, towers=1, width=1 / 8, dropout=dropout)
    initialize(network, draw)
    for part in (network.features, network.classifier):
        for i, layer in enumerate(part):
            if isinstance(layer, nn.ReLU):
                part[i] = activation()
    return network
