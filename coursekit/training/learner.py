"""What the training loop needs from a network, whatever framework computes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]

Images = Any
"""A batch (N, C, H, W) in the framework's own form: an array, or a tensor on some device."""

Labels = Any
"""Classes (N,) in the framework's own form."""


@dataclass(frozen=True)
class Share:
    """The part of a batch that this process works on.

    Attributes:
        rows: which images of the batch.
        count: images in the whole batch.
    """

    rows: slice
    count: int


class Learner(Protocol):
    """A network with its optimizer, perhaps spread over several processes."""

    def share(self, count: int) -> Share:
        """What this process takes of a batch of ``count`` images."""

    def step(self, x: Images, labels: Labels, lr: float, share: Share) -> float:
        """Learn with this rate from this process's share; return the mean loss of the batch.

        Raises Diverged when the loss is not finite; the network is then as it was before.
        """

    def scores(self, x: Images) -> NDArray[Any]:
        """Return logits (N, K) of a batch of images, without learning."""

    def agreed(self, stop: bool) -> bool:
        """Whether any process wants to stop."""

    def state(self) -> Arrays:
        """Return copies of all arrays that later steps depend on."""

    def load_state(self, state: Arrays) -> None:
        """Take up ``state()`` of an earlier process. Raises ValueError for another network's."""

    def save_weights(self, path: Path) -> None:
        """Write what the finished network needs, whole or not at all."""
