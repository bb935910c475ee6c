"""One network over several processes, each on its own share of every batch.

    torchrun --nproc-per-node 2 -m coursekit train resnet20 --data cifar10

Gradients are averaged over the processes after each backward pass, so all have the same weights
all the time (S. Li et al., "PyTorch Distributed", VLDB 2020).
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from coursekit.training.learner import Share


@dataclass(frozen=True)
class Processes:
    """This process among those that train one network.

    Attributes:
        device: where it computes.
        rank: its number, from 0; the first one writes files.
        size: how many there are.
    """

    device: torch.device
    rank: int = 0
    size: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this process speaks for all."""
        return self.rank == 0

    def share(self, count: int) -> Share:
        """The rows of a batch of ``count`` images that this process takes.

        Shares differ by one image at most. When there are fewer images than processes, each
        takes all of them: the average of the gradients is the same.
        """
        if count < self.size:
            return Share(slice(0, count), count * self.size)
        begin, end = (count * n // self.size for n in (self.rank, self.rank + 1))
        return Share(slice(begin, end), count)

    def shared(self, network: nn.Module) -> nn.Module:
        """The network, whose gradients are averaged over all processes."""
        if self.size == 1:
            return network
        devices = [self.device] if self.device.type == "cuda" else None
        return DistributedDataParallel(network, device_ids=devices)

    def apart(self, network: nn.Module) -> AbstractContextManager[None]:
        """Inside the block, gradients stay this process's own and add up."""
        if isinstance(network, DistributedDataParallel):
            return network.no_sync()
        return nullcontext()

    def total(self, value: Tensor) -> Tensor:
        """The sum of one number over all processes."""
        if self.size > 1:
            dist.all_reduce(value)
        return value

    def any(self, flag: bool) -> bool:
        """Whether it is so in any process."""
        if self.size == 1:
            return flag
        return bool(self.total(torch.tensor(float(flag), device=self.device)))


def best_device() -> torch.device:
    """A CUDA GPU, else Apple's, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda", torch.cuda.current_device())
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


@contextmanager
def autotuned(device: torch.device) -> Iterator[None]:
    """Inside the block, a GPU tries out which way to convolve is fastest; the last bits may differ
    from run to run there."""
    before = torch.backends.cudnn.benchmark
    torch.backends.cudnn.benchmark = before or device.type == "cuda"
    try:
        yield
    finally:
        torch.backends.cudnn.benchmark = before


@contextmanager
def joined(device: str | torch.device | None = None) -> Iterator[Processes]:
    """The processes that `torchrun` started, or this one alone.

    On GPUs they speak over NCCL, each with the GPU of its number on this machine, else over gloo.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield Processes(torch.device(device) if device is not None else best_device())
        return
    chosen = torch.device(device) if device is not None else best_device()
    if chosen.type == "cuda":
        chosen = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(chosen)
    dist.init_process_group("nccl" if chosen.type == "cuda" else "gloo")
    try:
        yield Processes(chosen, dist.get_rank(), dist.get_world_size())
    finally:
        dist.destroy_process_group()
