"""Training a module in a notebook or a script, with one call."""

import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.data import Split
from coursekit.plots import LiveCurves
from coursekit.training.augment import Augmentation
from coursekit.training.checkpoint import Checkpoint, Row
from coursekit.training.errors import RunError
from coursekit.training.loop import Plan, Silence, Watcher, train
from coursekit.training.progress import Progress
from coursekit.training.pytorch.learner import Prepare, TorchLearner
from coursekit.training.pytorch.optimizers import make_optimizer
from coursekit.training.pytorch.processes import autotuned, joined
from coursekit.training.pytorch.sources import TensorSource, randomly
from coursekit.training.settings import Settings


def fit(
    network: nn.Module,
    data: Split,
    settings: Settings,
    *,
    augment: Augmentation | None = None,
    prepare: Prepare | None = None,
    precision: str | None = None,
    channels_last: bool = True,
    compiled: bool = False,
    micro_batch: int | None = None,
    device: str | torch.device | None = None,
    seed: int = 0,
    title: str | None = "Training",
    checkpoint: str | Path | None = None,
    watcher: Watcher | None = None,
) -> list[Row]:
    """Train ``network`` in place on the images of ``data``; return one row per epoch.

    In a notebook a picture of loss and accuracy grows meanwhile, in a terminal there is a bar and a
    line for each epoch; not when ``title`` is None. Afterwards the network is in evaluation mode,
    on the device where it was before.

    Args:
        network: gives logits (N, K), or GoogLeNet's `Outputs`.
        data: images (N, C, H, W), bytes or floating point, and labels.
        settings: how to train; its ``augment`` and ``shift`` are not looked at.
        augment: changes the images of a batch as they lie in memory, anew in each epoch.
        prepare: turns images into the network's input; by default bytes are divided by 255, and all
            get the dtype of the network's parameters.
        precision, channels_last, compiled, micro_batch: see `TorchLearner`.
        device: where to compute; the best one by default.
        seed: decides order, augmentation and dropout. Not the first weights: the network has them.
        checkpoint: a file that is written after each epoch and now and then; if it is there, the
            training goes on from it, to the same weights as without a pause.
        watcher: is told how far the training is, besides.

    Raises:
        RunError: the checkpoint is of another training.
        Diverged: the loss is not finite; names the first layer that gave NaN or infinity.
        TrainingStopped: Ctrl-C; the network has what it learned so far.
    """
    first = next(network.parameters())
    home, dtype = first.device, first.dtype
    with joined(device) as processes, autotuned(processes.device), torch.random.fork_rng():
        network.to(processes.device)
        learner = TorchLearner(
            network,
            make_optimizer(network, settings),
            processes,
            prepare=prepare or (lambda x: as_floats(x, dtype)),
            label_smoothing=settings.label_smoothing,
            precision=precision,
            channels_last=channels_last,
            compiled=compiled,
            micro_batch=micro_batch,
            clip=settings.clip,
            seed=seed,
        )
        plan = Plan(
            settings.epochs,
            settings.batch,
            settings.rates(),
            seed,
            randomly(augment) if augment is not None else None,
        )
        kept = _Kept(Path(checkpoint), _signature(settings, augment, seed)) if checkpoint else None
        try:
            with _watched(title if processes.is_first else None, watcher) as watching:
                return train(
                    learner,
                    TensorSource(data, processes.device),
                    plan,
                    start=kept.start(learner) if kept else None,
                    keep=kept.keep if kept and processes.is_first else None,
                    watcher=watching,
                )
        finally:
            learner.leave()
            network.to(home).eval()


def as_floats(x: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """Images as numbers: bytes become shares of 255."""
    return x.to(dtype) / 255 if x.dtype == torch.uint8 else x.to(dtype)


class _Kept:
    """The checkpoint of a training that has no folder."""

    def __init__(self, path: Path, signature: np.ndarray) -> None:
        self._path, self._signature = path.expanduser(), signature

    def start(self, learner: TorchLearner) -> Checkpoint | None:
        if not self._path.exists():
            return None
        found = Checkpoint.load(self._path)
        state: dict[str, Any] = dict(found.state)
        if not np.array_equal(state.pop("signature", None), self._signature):
            raise RunError(
                f"{self._path} is the checkpoint of a training with other settings: remove it, or "
                "take another file"
            )
        try:
            learner.load_state(state)
        except ValueError as error:
            raise RunError(f"{self._path} cannot be used: {error}") from error
        return found

    def keep(self, checkpoint: Checkpoint) -> None:
        state = {**checkpoint.state, "signature": self._signature}
        replace(checkpoint, state=state).save(self._path)


def _signature(*decisive: object) -> np.ndarray:
    """A few bytes that differ when what decides the result differs."""
    return np.frombuffer(hashlib.sha256(repr(decisive).encode()).digest()[:8], np.uint8)


class _Several:
    """Tells several watchers the same."""

    def __init__(self, watchers: list[Watcher]) -> None:
        self._watchers = watchers

    def batch(self, epoch: int, epochs: int, done: int, of: int, loss: float) -> None:
        for watcher in self._watchers:
            watcher.batch(epoch, epochs, done, of, loss)

    def epoch(self, epochs: int, row: Row) -> None:
        for watcher in self._watchers:
            watcher.epoch(epochs, row)

    def note(self, text: str) -> None:
        for watcher in self._watchers:
            watcher.note(text)


class _Drawing(Silence):
    """Adds a point to the curves for each epoch."""

    def __init__(self, curves: LiveCurves) -> None:
        self._curves = curves

    def epoch(self, epochs: int, row: Row) -> None:
        self._curves.add(**{k: v for k, v in row.items() if not k.endswith("top5")})


@contextmanager
def _watched(title: str | None, watcher: Watcher | None) -> Iterator[Watcher]:
    watchers = [watcher] if watcher else []
    if title is None:
        yield _Several(watchers)
    elif sys.stderr.isatty():
        progress = Progress(print, sys.stderr)
        try:
            yield _Several([progress, *watchers])
        finally:
            progress.close()
    else:
        with LiveCurves(title) as curves:
            yield _Several([_Drawing(curves), *watchers])
