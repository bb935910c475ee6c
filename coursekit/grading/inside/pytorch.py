"""PyTorch in the warm parent: imported and used once, so that no child pays for a first time.

A child has one core, can start no process and has no compiler: what asks for more does the same
work without.
"""

from __future__ import annotations

import functools
import os
from typing import Any

import torch
import torch._dynamo  # seconds, which the first optimizer would wait for
from torch import nn
from torch.utils.data import DataLoader

_TASKS = "/proc/self/task"


def _ignore_wishes_for_threads() -> None:
    def ignored(count: int, /) -> None:
        """Every worker has one thread: others of the class are graded beside it."""

    torch.set_num_threads(1)
    for name in ("set_num_threads", "set_num_interop_threads"):
        setattr(torch, name, ignored)


def _load_without_processes() -> None:
    """Let every loader read in the process itself, however many workers it is given."""
    begin = DataLoader.__init__

    @functools.wraps(begin)
    def begin_alone(loader: DataLoader[Any], *args: Any, **options: Any) -> None:
        begin(loader, *args, **options)
        loader.num_workers, loader.timeout = 0, 0

    type.__setattr__(DataLoader, "__init__", begin_alone)


def _train_once() -> None:
    """One step of a small network, with the random state put back."""
    with torch.random.fork_rng(devices=()):
        network = nn.Sequential(
            nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2)
        )
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
        scores = network(torch.zeros(2, 1, 4, 4))
        nn.functional.cross_entropy(scores, torch.tensor([0, 1])).backward()
        optimizer.step()
        repr(scores)


def _expect_one_thread() -> None:
    """A fork copies no thread but the one that forks, and every lock that others hold."""
    threads = len(os.listdir(_TASKS)) if os.path.isdir(_TASKS) else 1
    if threads > 1:
        raise RuntimeError(f"PyTorch started {threads - 1} threads when it was imported")


_ignore_wishes_for_threads()
_load_without_processes()
_train_once()
_expect_one_thread()
