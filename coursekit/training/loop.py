"""The training loop: epochs of batches, checkpoints on the way, measurements after each epoch."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from coursekit.metrics import accuracy, top_k_error
from coursekit.numpy_nn import softmax_cross_entropy
from coursekit.training.checkpoint import Checkpoint, Row
from coursekit.training.errors import Diverged, TrainingStopped
from coursekit.training.learner import Images, Learner, Share
from coursekit.training.schedule import Schedule
from coursekit.training.signals import StopSignals
from coursekit.training.source import Source

MOST_KEEPING = 0.05
"""Share of the time that may go into checkpoints within an epoch."""

TOP = 5
"""With more than twice as many classes, the share of images whose label is among the so many most
probable ones is measured too."""

Change = Callable[[Images, np.random.Generator, Share], Images]
"""``change(x, rng, share)`` → images to learn from. All chance comes from ``rng``, and is drawn for
the whole batch, whose part x is: how many processes share it must not matter."""


@dataclass(frozen=True)
class Plan:
    """How long and in what order.

    Attributes:
        epochs: how often each image is seen.
        batch: images per step; the last batch of an epoch may be smaller.
        schedule: the learning rate over the whole run.
        seed: decides, together with the epoch's number, the order of the images.
        change: what is done to the images of a batch before they are learned from; its generator
            depends on seed, epoch and batch only.
    """

    epochs: int
    batch: int
    schedule: Schedule
    seed: int = 0
    change: Change | None = None

    def order(self, epoch: int, count: int) -> NDArray[np.int64]:
        """The order of ``count`` images in an epoch, counted from 0."""
        return np.random.default_rng([self.seed, epoch]).permutation(count)

    def images(self, x: Images, epoch: int, batch: int, share: Share) -> Images:
        """The images x of a batch as they are shown to the network."""
        if self.change is None:
            return x
        return self.change(x, np.random.default_rng([self.seed, epoch, 1 + batch]), share)


class Watcher(Protocol):
    """Somebody who is told how far the training is."""

    def batch(self, epoch: int, epochs: int, done: int, of: int, loss: float) -> None:
        """``done`` of ``of`` batches of this epoch (counted from 1) are done."""

    def epoch(self, epochs: int, row: Row) -> None:
        """An epoch is done and measured."""

    def note(self, text: str) -> None:
        """Something that the user should know before it begins."""


class Silence:
    """Watches and says nothing."""

    def batch(self, epoch: int, epochs: int, done: int, of: int, loss: float) -> None:
        """Nothing."""

    def epoch(self, epochs: int, row: Row) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""


def train(
    learner: Learner,
    data: Source,
    plan: Plan,
    *,
    start: Checkpoint | None = None,
    keep: Callable[[Checkpoint], None] | None = None,
    every: float = 5.0,
    watcher: Watcher | None = None,
) -> list[Row]:
    """Train to the end of the plan and return one row of measurements per epoch.

    ``keep`` is given a checkpoint after each epoch, after every ``every`` seconds (seldom enough
    to spend at most `MOST_KEEPING` of the time; 0 for each batch), and when Ctrl-C or SIGTERM asks
    to stop. ``start`` is one of those, and the learner has taken up its state: a run that goes on
    from it computes what it would have computed without the pause, to the last bit. The rows hold
    loss and accuracy after each epoch, of the validation images, if any, and of a sample of the
    training images.

    Raises TrainingStopped after a signal, Diverged when the loss is not finite.
    """
    begun = start or Checkpoint()
    rows, watching = list(begun.rows), watcher or Silence()
    batches = -(-data.count // plan.batch)
    keeper = _Keeper(keep, every, learner)
    with StopSignals() as signals:
        for epoch in range(begun.epoch, plan.epochs):
            order = plan.order(epoch, data.count)
            first = begun.batch if epoch == begun.epoch else 0
            picks = [order[i * plan.batch :][: plan.batch] for i in range(first, batches)]
            shares = [learner.share(len(p)) for p in picks]
            shown = data.batches([p[s.rows] for p, s in zip(picks, shares, strict=True)])
            for i, share, (x, labels) in zip(range(first, batches), shares, shown, strict=True):
                x = plan.images(x, epoch, i, share)
                rate = plan.schedule((epoch * batches + i) / (plan.epochs * batches))
                try:
                    loss = learner.step(x, labels, rate, share)
                except Diverged as error:
                    place = f"epoch {epoch + 1}, batch {i + 1} of {batches}"
                    raise error.at(place) from None
                watching.batch(epoch + 1, plan.epochs, i + 1, batches, loss)
                stop = learner.agreed(signals.received is not None)
                if stop or keeper.is_due():
                    keeper.keep(epoch, i + 1, rows)
                if stop:
                    place = f"epoch {epoch + 1}, after batch {i + 1} of {batches}"
                    raise TrainingStopped(place, signals.received)
            rows.append({"epoch": epoch + 1, **measurements(learner, data)})
            keeper.keep(epoch + 1, 0, rows)
            watching.epoch(plan.epochs, rows[-1])
            last = epoch + 1 == plan.epochs
            if learner.agreed(signals.received is not None) and not last:
                place = f"epoch {epoch + 1}, after its last batch"
                raise TrainingStopped(place, signals.received)
    return rows


class _Keeper:
    """Makes checkpoints, and knows when the next one is due."""

    def __init__(
        self, keep: Callable[[Checkpoint], None] | None, every: float, learner: Learner
    ) -> None:
        self._keep, self._every, self._learner = keep, every, learner
        self._last, self._took = time.monotonic(), 0.0

    def is_due(self) -> bool:
        pause = max(self._every, self._took / MOST_KEEPING) if self._every else 0
        return self._keep is not None and time.monotonic() - self._last >= pause

    def keep(self, epoch: int, batch: int, rows: list[Row]) -> None:
        if self._keep is None:
            return
        begun = time.monotonic()
        self._keep(Checkpoint(epoch, batch, list(rows), self._learner.state()))
        self._last = time.monotonic()
        self._took = self._last - begun


def measurements(learner: Learner, data: Source) -> Row:
    """Loss and accuracy of each part that the source has measured."""
    row = {}
    for part, pieces in data.measured().items():
        found = [(learner.scores(x), y) for x, y in pieces]
        scores, labels = (np.concatenate(parts) for parts in zip(*found, strict=True))
        row[f"{part}_loss"] = softmax_cross_entropy(scores, labels)[0]
        row[f"{part}_accuracy"] = accuracy(labels, scores.argmax(axis=1))
        if scores.shape[1] > 2 * TOP:
            row[f"{part}_top5"] = 1 - top_k_error(scores, labels, TOP)
    return row
