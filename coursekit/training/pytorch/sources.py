"""Images as tensors: in memory on the device, or read by worker processes."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from coursekit.data import Split
from coursekit.training.augment import Augmentation
from coursekit.training.learner import Share
from coursekit.training.loop import Change
from coursekit.training.source import AT_ONCE, SAMPLE, Measured, Picks, in_pieces


class TensorSource:
    """A `Source` whose images lie on the device as they are, bytes as bytes.

    Nothing has to be carried there while the network learns: picking a batch is one more
    operation on the device.
    """

    def __init__(self, data: Split, device: torch.device) -> None:
        self.count = len(data.y_train)
        self._x, self._y = _on(device, data.x_train), _on(device, data.y_train)
        self._x_val = _on(device, data.x_val)
        self._labels = (data.y_train[:SAMPLE], data.y_val)

    def batches(self, picks: Sequence[Picks]) -> Iterator[tuple[Tensor, Tensor]]:
        """The training images at these places."""
        if not picks:
            return
        # All at once: each copy to a GPU would wait until it has done what is asked of it so far.
        places = torch.from_numpy(np.concatenate(picks)).to(self._x.device)
        for rows in places.split([len(pick) for pick in picks]):
            yield self._x[rows], self._y[rows]

    def measured(self) -> Measured:
        """The first training images, and the validation images."""
        learned, held = self._labels
        parts = {"training": in_pieces(self._x[:SAMPLE], learned)}
        if len(held):
            parts["validation"] = in_pieces(self._x_val, held)
        return parts


class DiskSource:
    """A `Source` of pictures on a disk, read ahead by worker processes.

    Args:
        data: x_train is a `PicturesOnDisk`.
        workers: processes that decode pictures; 0 to decode in this one.
    """

    def __init__(self, data: Split, device: torch.device, workers: int) -> None:
        self.count = len(data.y_train)
        self._data, self._device, self._workers = data, device, workers

    def batches(self, picks: Sequence[Picks]) -> Iterator[tuple[Tensor, Tensor]]:
        """The training pictures at these places."""
        loader = DataLoader(
            _Batches(self._data, picks),
            batch_size=None,
            num_workers=self._workers,
            pin_memory=self._device.type == "cuda",
        )
        for x, y in loader:
            yield x.to(self._device, non_blocking=True), y.to(self._device, non_blocking=True)

    def measured(self) -> Measured:
        """The first training pictures, and the validation pictures."""
        data = self._data
        few = [np.arange(self.count)[:SAMPLE][i : i + AT_ONCE] for i in range(0, SAMPLE, AT_ONCE)]
        shown = [pick for pick in few if len(pick)]
        learned = zip(self.batches(shown), shown, strict=True)
        parts: Measured = {"training": ((x, data.y_train[pick]) for (x, _), pick in learned)}
        if len(data.y_val):
            held = in_pieces(_on(self._device, data.x_val), data.y_val)
            parts = {**parts, "validation": held}
        return parts


class _Batches(Dataset[tuple[Tensor, Tensor]]):
    """Batch number i, read from the disk."""

    def __init__(self, data: Split, picks: Sequence[Picks]) -> None:
        self._data, self._picks = data, picks

    def __len__(self) -> int:
        return len(self._picks)

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        pick = self._picks[i]
        return torch.from_numpy(self._data.x_train[pick]), torch.from_numpy(
            self._data.y_train[pick]
        )


def source_for(data: Split, device: torch.device) -> TensorSource | DiskSource:
    """In memory if the pictures are, else with a process for each core but one, at most eight."""
    if isinstance(data.x_train, np.ndarray):
        return TensorSource(data, device)
    return DiskSource(data, device, min(8, (os.cpu_count() or 2) - 1))


def _on(device: torch.device, array: NDArray[Any]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array)).to(device)


def randomly(augmentation: Augmentation) -> Change:
    """The augmentation as the loop's change of a batch, drawn for all who share the batch."""

    def change(x: Tensor, rng: np.random.Generator, share: Share) -> Tensor:
        generator = torch.Generator().manual_seed(int(rng.integers(1 << 63)))
        shape = (x.shape[1], x.shape[2], x.shape[3])
        draws = augmentation.draw(share.count, shape, generator)
        return augmentation.apply(x, tuple(d[share.rows] for d in draws))

    return change
