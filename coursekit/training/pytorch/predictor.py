"""A trained network of `coursekit.models`."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from coursekit.models import load_weights
from coursekit.training.pytorch.building import build_for
from coursekit.training.pytorch.pixels import Pixels
from coursekit.training.pytorch.processes import best_device
from coursekit.training.run_folder import RunConfig
from coursekit.training.source import AT_ONCE


class TorchPredictor:
    """The network of a run on the best device, in evaluation mode and single precision."""

    def __init__(self, config: RunConfig, weights: Path) -> None:
        self.device = best_device()
        network = build_for(config)
        load_weights(network, weights)
        self.network = network.to(self.device).eval()
        self._channels = config.channels
        self._pixels = Pixels(config.mean, config.std, config.size)

    def reads(self, shape: tuple[int, ...]) -> bool:
        """Whether images have as many channels as those it learned from; sizes are changed."""
        return shape[0] == self._channels

    @torch.no_grad()
    def scores(self, images: NDArray[Any]) -> NDArray[Any]:
        """Return logits (N, K) for images (N, C, S, S), bytes or numbers in [0, 1]."""
        found = []
        for begin in range(0, len(images), AT_ONCE):
            x = torch.from_numpy(np.ascontiguousarray(images[begin : begin + AT_ONCE]))
            found.append(self.network(self._pixels(x.to(self.device))).float().cpu().numpy())
        return np.concatenate(found)
