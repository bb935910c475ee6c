"""The networks in PyTorch, with settings to begin from. PyTorch is imported when one is made."""

import importlib.util
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.models import ModelError, find
from coursekit.training.datasets import DataSet
from coursekit.training.errors import RunError
from coursekit.training.pictures_on_disk import PREFIX
from coursekit.training.recipes import Recipe, Session
from coursekit.training.run_folder import RunConfig
from coursekit.training.settings import OPTIMIZERS, PRECISIONS, SCHEDULES, SMALL, Settings

if TYPE_CHECKING:
    from coursekit.training.pytorch.predictor import TorchPredictor

SMALL_PICTURES = 64
"""Pixels a side up to which pictures are shifted rather than cut out of larger ones."""

FAMILIES: tuple[tuple[str, Settings], ...] = (
    (r"lenet", Settings(20, 64, 0.04)),
    (r"(resnet|plain)\d+", Settings(60, 128, 0.1)),
    (r"small-vgg", Settings(40, 128, 0.1)),
    (r"vgg\d+-bn", Settings(40, 128, 0.05)),
    (r"(vgg|alexnet|zfnet).*", Settings(40, 128, 0.01, clip=1.0)),
    (r"googlenet", Settings(40, 128, 0.01, clip=1.0)),
    (r"squeezenet.*", Settings(40, 128, 0.02, weight_decay=2e-4, clip=1.0)),
    (r".*", Settings(40, 128, 0.1, weight_decay=1e-4)),
)
"""Settings by the first pattern that fits the network's name."""


def is_deep(name: str) -> bool:
    """Whether a network in PyTorch has this name."""
    try:
        find(name)
    except ModelError:
        return False
    return True


@dataclass(frozen=True)
class DeepRecipe(Recipe):
    """A network of `coursekit.models`."""

    name: str
    title: str
    weights_name: str = "weights.safetensors"
    usual_threads: None = None

    def settings(self, data: DataSet) -> Settings:
        """Settings to begin from: the family's, with changes that suit the pictures."""
        usual = next(s for pattern, s in FAMILIES if re.fullmatch(pattern, self.name))
        drawn = data.channels == 1
        large = data.size > SMALL_PICTURES or data.source.startswith(PREFIX)
        augment = "crop" if drawn else "resized+flip" if large else "crop+flip"
        return replace(usual, augment=augment, batch=32 if data.count < SMALL else usual.batch)

    def refuse_unfit(self, config: RunConfig) -> None:
        """Raise RunError when network, images and settings do not go together."""
        if importlib.util.find_spec("torch") is None:
            raise RunError(f"{self.name} needs PyTorch, which is not installed: pip install torch")
        from coursekit.training.pytorch.session import parse_augment, try_network

        if config.settings.shift:
            raise RunError("--shift is for the networks in NumPy; take --augment crop")
        if config.settings.schedule not in SCHEDULES:
            raise RunError(
                f"--schedule must be {' or '.join(SCHEDULES)}, got {config.settings.schedule!r}"
            )
        if config.settings.optimizer not in OPTIMIZERS:
            raise RunError(
                f"--optimizer must be {' or '.join(OPTIMIZERS)}, got {config.settings.optimizer!r}"
            )
        if config.precision not in (None, *PRECISIONS):
            raise RunError(f"--precision must be {' or '.join(PRECISIONS)}, got {config.precision}")
        if not 0 <= config.settings.label_smoothing < 1:
            raise RunError(
                "--label-smoothing is a share from 0 to below 1, got "
                f"{config.settings.label_smoothing:g}"
            )
        parse_augment(config)
        try_network(config)

    @contextmanager
    def session(self, config: RunConfig, data: DataSet) -> Iterator[Session]:
        """The network with its optimizer on the best device, and the images there."""
        from coursekit.training.pytorch.session import session

        with session(config, data) as found:
            yield found

    def predictor(self, config: RunConfig, weights: Path) -> "TorchPredictor":
        """The network with these weights. Raises what reading them raises."""
        from coursekit.training.pytorch.predictor import TorchPredictor

        return TorchPredictor(config, weights)
