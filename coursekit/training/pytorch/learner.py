"""A PyTorch network that learns by gradient descent."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import Optimizer

from coursekit.training.errors import Diverged
from coursekit.training.files import whole_file
from coursekit.training.learner import Arrays, Share
from coursekit.training.losses import cross_entropy
from coursekit.training.pytorch.bad_numbers import first_bad_layer
from coursekit.training.pytorch.optimizer_state import load_optimizer, optimizer_arrays
from coursekit.training.pytorch.processes import Processes
from coursekit.training.settings import PRECISIONS

_DTYPES = dict(zip(PRECISIONS, (torch.bfloat16, torch.float16), strict=True))

Prepare = Callable[[Tensor], Tensor]
"""Turns a batch of images as they lie in memory into the network's input."""


class TorchLearner:
    """A `Learner` made of a module and an optimizer over its parameters.

    Args:
        network: on `processes.device` already.
        optimizer: its learning rate is set before each step, that of each of its groups to the
            rate times the group's ``rate`` (1 if it has none).
        prepare: applied to every batch, learned from or not.
        label_smoothing: see `coursekit.training.losses.cross_entropy`.
        precision: "bf16" or "fp16", in which convolutions and products are computed (mixed
            precision; with fp16 the loss is scaled, so that small gradients are not lost); None
            for the parameters' own.
        channels_last: whether images lie in memory pixel by pixel, which fast convolutions like.
        compiled: whether `torch.compile` makes the network faster.
        micro_batch: images that go through the network at once; their gradients add up to those of
            the batch. When memory runs out, it is halved and the step begins again.
        clip: largest norm of the gradient of all parameters together.
        seed: decides, with the number of the step, what dropout draws.
        processes: who else works on the same batches.
    """

    def __init__(
        self,
        network: nn.Module,
        optimizer: Optimizer,
        processes: Processes,
        *,
        prepare: Prepare = lambda x: x,
        label_smoothing: float = 0.0,
        precision: str | None = None,
        channels_last: bool = True,
        compiled: bool = False,
        micro_batch: int | None = None,
        clip: float | None = None,
        seed: int = 0,
    ) -> None:
        self.network, self.optimizer, self.processes = network, optimizer, processes
        self.micro_batch = micro_batch or 1 << 30
        self.steps = 0
        self._fits = 0  # images at once that memory was enough for
        self._prepare, self._smoothing, self._clip, self._seed = (
            prepare,
            label_smoothing,
            clip,
            seed,
        )
        self._layout = torch.channels_last if channels_last else torch.contiguous_format
        for p in network.parameters():
            if p.dim() == 4:
                p.data = p.data.contiguous(memory_format=self._layout)
        self._shared = processes.shared(network)
        self._forward = torch.compile(self._shared) if compiled else self._shared
        self._precision = _DTYPES[precision] if precision else None
        self._scaler = torch.amp.GradScaler(
            processes.device.type, enabled=self._precision is torch.float16
        )

    def leave(self) -> None:
        """Have no more to do with the other processes, before their group is ended."""
        self._forward = self._shared = self.network

    def share(self, count: int) -> Share:
        """What this process takes of a batch of ``count`` images."""
        return self.processes.share(count)

    def agreed(self, stop: bool) -> bool:
        """Whether any process wants to stop."""
        return self.processes.any(stop)

    def step(self, x: Tensor, labels: Tensor, lr: float, share: Share) -> float:
        """Learn with this rate from this process's share; return the mean loss of the batch."""
        for group in self.optimizer.param_groups:
            group["lr"] = lr * group.get("rate", 1.0)
        self.network.train()
        x = self._input(x)
        loss = self._gradients(x, labels, share)
        if not math.isfinite(loss):
            with self._mixed():
                raise Diverged(loss, lr, first_bad_layer(self.network, x))
        if self._clip is not None:
            self._scaler.unscale_(self.optimizer)
            nn.utils.clip_grad_norm_(self.network.parameters(), self._clip)
        self._scaler.step(self.optimizer)
        self._scaler.update()
        self.steps += 1
        return loss

    def _gradients(self, x: Tensor, labels: Tensor, share: Share) -> float:
        """Back-propagate in pieces that fit into memory; return the mean loss."""
        while True:
            piece = min(self.micro_batch, len(x))
            # A step that breaks off has moved the running means of batch norm already.
            kept = [b.clone() for b in self.network.buffers()] if piece > self._fits else []
            try:
                loss = self._back_propagate(x, labels, share)
                self._fits = max(self._fits, piece)
                return loss
            except torch.OutOfMemoryError:
                if self.micro_batch == 1 or self.processes.size > 1:
                    raise
            for buffer, before in zip(self.network.buffers(), kept, strict=False):
                buffer.copy_(before)
            self.micro_batch = -(-min(self.micro_batch, len(x)) // 2)
            self.optimizer.zero_grad()  # gives their memory back
            if x.device.type == "cuda":
                torch.cuda.empty_cache()

    def _back_propagate(self, x: Tensor, labels: Tensor, share: Share) -> float:
        torch.manual_seed(_drawn(self._seed, self.steps, self.processes.rank))
        self.optimizer.zero_grad()
        pieces = list(zip(x.split(self.micro_batch), labels.split(self.micro_batch), strict=True))
        losses = []
        for i, (piece, wanted) in enumerate(pieces):
            with self._mixed():
                outputs = self._forward(piece)
            loss = (
                cross_entropy(outputs, wanted, label_smoothing=self._smoothing, reduction="sum")
                / share.count
            )
            last = i + 1 == len(pieces)
            # Processes take the mean of their gradients; those of a batch are a sum of shares.
            with torch.enable_grad() if last else self.processes.apart(self._shared):
                self._scaler.scale(loss * self.processes.size).backward()
            losses.append(loss.detach())
        return float(self.processes.total(torch.stack(losses).sum()))

    @torch.no_grad()
    def scores(self, x: Tensor) -> NDArray[Any]:
        """Return logits (N, K), computed in evaluation mode."""
        self.network.eval()
        found = []
        for piece in self._input(x).split(self.micro_batch):
            with self._mixed():
                found.append(self.network(piece).float().cpu().numpy())
        return np.concatenate(found)

    def _input(self, x: Tensor) -> Tensor:
        return self._prepare(x).contiguous(memory_format=self._layout)

    def _mixed(self) -> torch.autocast:
        return torch.autocast(
            self.processes.device.type, self._precision, enabled=self._precision is not None
        )

    def state(self) -> Arrays:
        """Copies of parameters and buffers ("net.…"), the optimizer's tensors ("optimizer.…"),
        steps done and, with fp16, the scale of the loss."""
        arrays = {f"net.{n}": _array(t) for n, t in self.network.state_dict().items()}
        arrays |= {f"optimizer.{n}": a for n, a in optimizer_arrays(self.optimizer).items()}
        arrays["steps"] = np.array([self.steps, self.micro_batch])
        if self._scaler.is_enabled():
            scale = self._scaler.state_dict()
            arrays["scale"] = np.array([scale["scale"], scale["_growth_tracker"]], np.float64)
        return arrays

    def load_state(self, state: Arrays) -> None:
        """Take up an earlier ``state()``. Raises ValueError when it is another network's."""
        own = {f"net.{n}": tuple(t.shape) for n, t in self.network.state_dict().items()}
        theirs = {n: a.shape for n, a in state.items() if n.startswith("net.")}
        if own != theirs:
            raise ValueError(f"this state is another network's: it has {', '.join(theirs)}")
        self.network.load_state_dict(
            {n.removeprefix("net."): torch.from_numpy(np.array(state[n])) for n in own}
        )
        start = "optimizer."
        load_optimizer(
            self.optimizer,
            {n.removeprefix(start): a for n, a in state.items() if n.startswith(start)},
        )
        self.steps, self.micro_batch = (int(n) for n in state["steps"])
        if "scale" in state:
            scale, tracker = state["scale"]
            self._scaler.load_state_dict(
                {**self._scaler.state_dict(), "scale": scale, "_growth_tracker": int(tracker)}
            )

    def save_weights(self, path: Path) -> None:
        """Write parameters and buffers as .safetensors, and wait for the disk."""
        from coursekit.models.weights import save_weights

        with whole_file(path) as part:
            save_weights(self.network, part)


def _array(tensor: Tensor) -> NDArray[Any]:
    return tensor.detach().cpu().numpy().copy()


def _drawn(*numbers: int) -> int:
    """A seed for PyTorch that these numbers decide."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> 1)
