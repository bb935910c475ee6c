"""Networks that come with the course, trained by its own command; each has a model card.

    network = shipped_network("resnet20-cifar10")
    scores = network(shipped_card("resnet20-cifar10").prepare(pictures))

They are small: enough to look inside (unit 10), to fool (12) and to paint with (16) offline.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.models.errors import WeightsError
from coursekit.models.registry import build

if TYPE_CHECKING:
    from torch import Tensor, nn

HERE = Path(__file__).parent / "trained"


@dataclass(frozen=True)
class ModelCard:
    """What a network that comes with the course is, and how it came to be.

    Attributes:
        name: of the network with its weights, such as "resnet20-cifar10".
        network: its name in `MODELS`.
        data: what it learned from, for people.
        classes: what they are called, in the order of the scores.
        size: height and width of the pictures.
        mean, std: of each channel of the training pictures, with white as 1.
        accuracy: share of the test pictures that it names right; the test pictures were looked
            at once, after the training.
        errors: how many of how many test pictures it names wrong, such as "897 of 10000".
        command: what trained it; seed: of first weights, order and augmentation.
        hours: of training; machine: on which.
        versions: of the software.
        sha256: of the file of weights.
    """

    name: str
    network: str
    data: str
    classes: tuple[str, ...]
    size: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    accuracy: float
    errors: str
    command: str
    seed: int
    hours: float
    machine: str
    versions: dict[str, str]
    sha256: str

    @property
    def weights(self) -> Path:
        """The file of weights."""
        return HERE / f"{self.name}.safetensors"

    def prepare(self, pictures: Tensor) -> Tensor:
        """The network's input: bytes, or numbers in [0, 1], (N, 3, H, W) → normalised floats."""
        import torch

        x = pictures.float() / 255 if pictures.dtype == torch.uint8 else pictures
        mean, std = (torch.tensor(v, dtype=x.dtype, device=x.device) for v in (self.mean, self.std))
        return (x - mean[:, None, None]) / std[:, None, None]


def shipped_names() -> list[str]:
    """All networks that come with the course."""
    return sorted(path.stem for path in HERE.glob("*.json"))


@cache
def shipped_card(name: str) -> ModelCard:
    """The model card. Raises WeightsError naming all there are."""
    if name not in shipped_names():
        raise WeightsError(
            f"no network called {name!r} comes with the course; there are "
            f"{', '.join(shipped_names())}"
        )
    told = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    lists = {key: tuple(value) for key, value in told.items() if isinstance(value, list)}
    return ModelCard(**{**told, **lists})


def shipped_network(name: str) -> nn.Module:
    """The trained network, on the CPU and in evaluation mode. Raises what `shipped_card` does."""
    from coursekit.models.weights import load_weights

    card = shipped_card(name)
    network = build(card.network, classes=len(card.classes), in_channels=len(card.mean))
    load_weights(network, card.weights)
    return network.eval()
