"""The training loop: epochs of batches, checkpoints on the way, measurements after each epoch."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from coursekit.data import Split
from coursekit.metrics import accuracy
from coursekit.numpy_nn import softmax_cross_entropy
from coursekit.training.checkpoint import Checkpoint, Row
from coursekit.training.errors import Diverged, TrainingStopped
from coursekit.training.learner import Learner
from coursekit.training.schedule import Schedule
from coursekit.training.signals import StopSignals

#: Training images that are measured after an epoch; always the same ones.
SAMPLE = 5_000


@dataclass(frozen=True)
class Plan:
    """How long and in what order.

    Attributes:
        epochs: how often each image is seen.
        batch: images per step; the last batch of an epoch may be smaller.
        schedule: the learning rate over the whole run.
        seed: decides, together with the epoch's number, the order of the images.
        change: what is done to the images (N, C, H, W) of a batch before they are learned from,
            with a generator that depends on seed, epoch and batch only.
    """

    epochs: int
    batch: int
    schedule: Schedule
    seed: int = 0
    change: Callable[[NDArray[Any], np.random.Generator], NDArray[Any]] | None = None

    def order(self, epoch: int, count: int) -> NDArray[np.int64]:
        """The order of ``count`` images in an epoch, counted from 0."""
        return np.random.default_rng([self.seed, epoch]).permutation(count)

    def images(self, x: NDArray[Any], epoch: int, batch: int) -> NDArray[Any]:
        """The images x of a batch as they are shown to the network."""
        if self.change is None:
            return x
        return self.change(x, np.random.default_rng([self.seed, epoch, 1 + batch]))


class Watcher(Protocol):
    """Somebody who is told how far the training is."""

    def batch(self, epoch: int, epochs: int, done: int, of: int, loss: float) -> None:
        """``done`` of ``of`` batches of this epoch (counted from 1) are done."""

    def epoch(self, epochs: int, row: Row) -> None:
        """An epoch is done and measured."""


class Silence:
    """Watches and says nothing."""

    def batch(self, epoch: int, epochs: int, done: int, of: int, loss: float) -> None:
        """Nothing."""

    def epoch(self, epochs: int, row: Row) -> None:
        """Nothing."""


def train(
    learner: Learner,
    data: Split,
    plan: Plan,
    *,
    start: Checkpoint | None = None,
    keep: Callable[[Checkpoint], None] = lambda checkpoint: None,
    every: float = 5.0,
    watcher: Watcher | None = None,
) -> list[Row]:
    """Train to the end of the plan and return one row of measurements per epoch.

    Images are what the learner takes. ``keep`` is given a checkpoint after each epoch, after every
    ``every`` seconds, and when Ctrl-C or SIGTERM asks to stop. ``start`` is one of those, and the
    learner has taken up its state: a run that goes on from it computes what it would have computed
    without the pause, to the last bit. The rows hold loss and accuracy after each epoch, of the
    validation images, if any, and of a fixed sample of the training images.

    Raises TrainingStopped after a signal, Diverged when the loss is not finite.
    """
    begun = start or Checkpoint()
    rows, watching = list(begun.rows), watcher or Silence()
    count = len(data.y_train)
    batches = -(-count // plan.batch)
    kept = time.monotonic()
    with StopSignals() as signals:
        for epoch in range(begun.epoch, plan.epochs):
            order = plan.order(epoch, count)
            first = begun.batch if epoch == begun.epoch else 0
            for i in range(first, batches):
                picks = order[i * plan.batch : (i + 1) * plan.batch]
                x = plan.images(data.x_train[picks], epoch, i)
                rate = plan.schedule((epoch * batches + i) / (plan.epochs * batches))
                loss = learner.step(x, data.y_train[picks], rate)
                _check(loss, rate, f"epoch {epoch + 1}, batch {i + 1} of {batches}")
                watching.batch(epoch + 1, plan.epochs, i + 1, batches, loss)
                if signals.received or time.monotonic() - kept >= every:
                    keep(Checkpoint(epoch, i + 1, list(rows), learner.state()))
                    kept = time.monotonic()
                _stop_if_asked(signals, f"epoch {epoch + 1}, after batch {i + 1} of {batches}")
            rows.append({"epoch": epoch + 1, **_measurements(learner, data)})
            keep(Checkpoint(epoch + 1, 0, list(rows), learner.state()))
            kept = time.monotonic()
            watching.epoch(plan.epochs, rows[-1])
            if epoch + 1 < plan.epochs:
                _stop_if_asked(signals, f"epoch {epoch + 1}, after its last batch")
    return rows


def _measurements(learner: Learner, data: Split) -> Row:
    parts: dict[str, tuple[NDArray[Any], NDArray[np.int64]]] = {
        "training": (data.x_train[:SAMPLE], data.y_train[:SAMPLE]),
        "validation": (data.x_val, data.y_val),
    }
    row = {}
    for part, (x, labels) in parts.items():
        if len(labels):
            scores = learner.scores(x)
            row[f"{part}_loss"] = softmax_cross_entropy(scores, labels)[0]
            row[f"{part}_accuracy"] = accuracy(labels, scores.argmax(axis=1))
    return row


def _check(loss: float, rate: float, place: str) -> None:
    if not math.isfinite(loss):
        raise Diverged(
            f"the loss is {loss} in {place}: the steps were too large for this network. The "
            f"learning rate was {rate:.3g} there; take a smaller one, such as a fifth of yours "
            "(--lr)"
        )


def _stop_if_asked(signals: StopSignals, place: str) -> None:
    if signals.received:
        raise TrainingStopped(place, signals.received)
