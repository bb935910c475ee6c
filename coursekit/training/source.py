"""Where the training loop's images come from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from coursekit.data import Split
from coursekit.training.learner import Images, Labels

SAMPLE = 5_000
"""Training images that are measured after an epoch; always the same ones."""

AT_ONCE = 500
"""Images whose scores are computed together."""

Picks = NDArray[np.int64]
"""Places of images in the training part, from 0."""

Measured = Mapping[str, Iterable[tuple[Images, NDArray[np.int64]]]]
"""Batches of images with labels, of each part that is measured after an epoch."""


class Source(Protocol):
    """Images and labels in the form that a `Learner` takes."""

    count: int
    """Training images."""

    def batches(self, picks: Sequence[Picks]) -> Iterator[tuple[Images, Labels]]:
        """The training images at these places, one batch after the other."""

    def measured(self) -> Measured:
        """A fixed sample of the training images, and the validation images if there are any."""


class ArraySource:
    """A `Source` of arrays in memory."""

    def __init__(self, data: Split) -> None:
        self._data = data
        self.count = len(data.y_train)

    def batches(self, picks: Sequence[Picks]) -> Iterator[tuple[NDArray[Any], NDArray[np.int64]]]:
        """The training images at these places."""
        return ((self._data.x_train[p], self._data.y_train[p]) for p in picks)

    def measured(self) -> Measured:
        """The first training images, and the validation images."""
        data = self._data
        parts = {
            "training": (data.x_train[:SAMPLE], data.y_train[:SAMPLE]),
            "validation": (data.x_val, data.y_val),
        }
        return {name: in_pieces(x, y) for name, (x, y) in parts.items() if len(y)}


def in_pieces(x: Images, y: Any) -> Iterator[tuple[Images, Any]]:
    """Images and labels, `AT_ONCE` at a time."""
    for begin in range(0, len(y), AT_ONCE):
        yield x[begin : begin + AT_ONCE], y[begin : begin + AT_ONCE]
