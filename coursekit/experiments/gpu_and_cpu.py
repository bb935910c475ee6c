"""How much faster is a GPU? AlexNet's training step on this machine's processor and GPU (D3)."""

from __future__ import annotations

import time
from contextlib import nullcontext

import torch
from torch import nn

from coursekit.experiments.result import Result, Scale, this_machine
from coursekit.models import build
from coursekit.training.pytorch.processes import best_device


def run(scale: Scale) -> Result:
    """Images per second of forward, backward and update: "CPU, one thread", "CPU, all threads"
    and, where there is a GPU, "GPU" and "GPU, mixed precision".

    The ways take turns, and the best of their turns counts. LIVE is a toy, to be run without being
    believed: a narrow AlexNet, two pictures.
    """
    width, batch, turns = (1 / 16, 2, 1) if scale is Scale.LIVE else (1.0, 128, 5)
    cores, gpu = torch.get_num_threads(), best_device()
    ways = {"CPU, one thread": (torch.device("cpu"), 1, False)}
    ways["CPU, all threads"] = (torch.device("cpu"), cores, False)
    if gpu.type != "cpu":
        ways["GPU"] = (gpu, cores, False)
        ways["GPU, mixed precision"] = (gpu, cores, True)
    best = dict.fromkeys(ways, 0.0)
    try:
        for _ in range(turns):
            for name, (device, threads, mixed) in ways.items():
                torch.set_num_threads(threads)
                best[name] = max(best[name], images_per_second(device, width, batch, mixed=mixed))
    finally:
        torch.set_num_threads(cores)
    return Result(
        "gpu_and_cpu",
        "Images per second in training",
        {},
        best,
        f"AlexNet of width {width:g} at 224×224, batches of {batch}, best of {turns} turns",
        f"{this_machine()}; {cores} CPU threads",
    )


def images_per_second(
    device: torch.device, width: float, batch: int, *, mixed: bool, least: float = 1.0
) -> float:
    """Images that go through a step of training in a second, measured for ``least`` seconds.

    ``mixed`` is bf16 and channels-last.
    """
    layout = torch.channels_last if mixed else torch.contiguous_format
    network = build("alexnet", width=width).to(device)
    for p in network.parameters():
        if p.dim() == 4:
            p.data = p.data.contiguous(memory_format=layout)
    optimizer = torch.optim.SGD(network.parameters(), 1e-3, momentum=0.9)
    x = torch.randn(batch, 3, 224, 224).to(device, memory_format=layout)
    labels = torch.arange(batch, device=device) % 1000

    def step() -> None:
        optimizer.zero_grad()
        with torch.autocast(device.type, torch.bfloat16) if mixed else nullcontext():
            loss = nn.functional.cross_entropy(network(x), labels)
        loss.backward()
        optimizer.step()

    step()  # the first one also makes room and chooses algorithms
    _wait(device)
    begun, steps = time.perf_counter(), 0
    while steps == 0 or time.perf_counter() - begun < least:
        step()
        _wait(device)
        steps += 1
    return steps * batch / (time.perf_counter() - begun)


def _wait(device: torch.device) -> None:
    """A GPU works on while Python goes ahead: wait until it is done."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
