"""What the training loop needs from a network, whatever framework computes it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]


class Learner(Protocol):
    """A network with its optimizer."""

    def step(self, x: NDArray[Any], labels: NDArray[Any], lr: float) -> float:
        """Learn from one batch with this rate; return its mean loss."""

    def scores(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return logits (N, K) for any number of images, without learning."""

    def state(self) -> Arrays:
        """Return copies of all arrays that later steps depend on."""

    def load_state(self, state: Arrays) -> None:
        """Take up ``state()`` of an earlier process. Raises ValueError for another network's."""

    def save_weights(self, path: Path) -> None:
        """Write what the finished network needs, whole or not at all."""
