"""One network over two processes: is it the network that one process would have learned (D1 34)?

Each process computes the gradient of its half of every batch; the two gradients are averaged; both
take the same step.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn

from coursekit.data import load_digits32
from coursekit.experiments.result import Result, Scale, this_machine
from coursekit.models import LeNet, load_weights, save_weights
from coursekit.training.checkpoint import Row
from coursekit.training.pytorch.learner import TorchLearner
from coursekit.training.pytorch.processes import Processes

BATCH, RATE = 64, 0.02
STEPS = {Scale.LIVE: 4, Scale.STORED: 100}
COUNT = 2
"""Processes."""


def learned(steps: int, processes: Processes) -> tuple[nn.Module, list[Row]]:
    """LeNet after so many steps over the digits, and the loss of each step."""
    torch.set_num_threads(1)
    digits = load_digits32()
    x = torch.from_numpy(digits.x_train).double()
    labels = torch.from_numpy(digits.y_train)
    torch.manual_seed(0)
    network = LeNet(size=32).double()
    optimizer = torch.optim.SGD(network.parameters(), RATE, momentum=0.9)
    learner = TorchLearner(network, optimizer, processes)
    rows = []
    for step in range(steps):
        batch = torch.arange(step * BATCH, (step + 1) * BATCH) % len(x)
        share = processes.share(len(batch))
        mine = batch[share.rows]
        loss = learner.step(x[mine], labels[mine], RATE, share)
        rows.append({"step": step + 1.0, "training_loss": loss})
    learner.leave()
    return network, rows


def run(scale: Scale) -> Result:
    """The loss of every step both ways; "largest difference" between the final weights."""
    steps = STEPS[scale]
    with torch.random.fork_rng(devices=[]):
        alone, rows = learned(steps, Processes(torch.device("cpu")))
    together = LeNet(size=32).double()
    with tempfile.TemporaryDirectory() as folder:
        mp.spawn(_process, (steps, folder), nprocs=COUNT)
        load_weights(together, Path(folder) / "weights.safetensors")
        losses = torch.load(Path(folder) / "losses.pt", weights_only=True).tolist()
    pairs = zip(alone.parameters(), together.parameters(), strict=True)
    largest = max(float((a - b).detach().abs().max()) for a, b in pairs)
    return Result(
        "two_processes",
        "One network over two processes",
        {
            "one process": rows,
            "two processes": [
                {"step": i + 1.0, "training_loss": loss} for i, loss in enumerate(losses)
            ],
        },
        {"largest difference": largest, "processes": COUNT, "steps": steps},
        f"LeNet on digits, {steps} steps with batches of {BATCH}",
        this_machine(),
    )


def _process(rank: int, steps: int, folder: str) -> None:
    """What each process does; they find each other by a file."""
    meeting = (Path(folder) / "meeting").as_uri()
    dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=COUNT)
    try:
        network, rows = learned(steps, Processes(torch.device("cpu"), rank, COUNT))
        if rank == 0:
            save_weights(network, Path(folder) / "weights.safetensors")
            losses = torch.tensor([row["training_loss"] for row in rows], dtype=torch.float64)
            torch.save(losses, Path(folder) / "losses.pt")
    finally:
        dist.destroy_process_group()
