"""What a benchmark in PyTorch must know of its device: a fair clock, memory, peak and name."""

import os
import time
from collections.abc import Callable

import torch
from beside_pytorch import machine

PRECISIONS: dict[str, torch.dtype | None] = {
    "fp32": None,
    "bf16": torch.bfloat16,
    "fp16": torch.float16,
}
"""Name → what autocast computes products in; None for no autocast."""


class Clock:
    """Seconds that work on a device takes.

    On a GPU it is the time between two events in its queue, put there before and after: what it
    waits for the next kernel counts, reading the clock does not disturb. On a CPU with one thread
    it is processor time, so that others on the machine do not count; with more it is wall time.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.of_processor = device.type == "cpu" and torch.get_num_threads() == 1

    @property
    def kind(self) -> str:
        """What is measured, in words."""
        if self.device.type == "cuda":
            return "time between CUDA events"
        return "processor time" if self.of_processor else "wall time"

    def seconds(self, work: Callable[[], object]) -> float:
        """Do the work, and wait until the device has done it."""
        if self.device.type == "cuda":
            begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            torch.cuda.synchronize(self.device)
            begin.record()
            work()
            end.record()
            end.synchronize()
            return begin.elapsed_time(end) / 1e3
        now = time.process_time if self.of_processor else time.perf_counter
        start = now()
        work()
        return now() - start


def peak_memory(device: torch.device, work: Callable[[], object]) -> int | None:
    """Bytes that the work takes at most beyond what is taken already; None but on a GPU."""
    if device.type != "cuda":
        work()
        return None
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(device)
    before = torch.cuda.memory_allocated(device)
    work()
    torch.cuda.synchronize(device)
    return torch.cuda.max_memory_allocated(device) - before


def peak(clock: Clock, precision: str, size: int, bursts: int = 5, times: int = 4) -> float:
    """Multiply-adds per second of the best burst of products of square matrices.

    Numbers are drawn, not zero: a GPU is faster at multiplying zeros.
    """
    dtype = PRECISIONS[precision] or torch.float32
    a, b = (torch.randn(size, size, device=clock.device).to(dtype) for _ in range(2))
    out = torch.empty_like(a)

    def burst() -> None:
        for _ in range(times):
            torch.mm(a, b, out=out)

    burst()
    return times * size**3 / min(clock.seconds(burst) for _ in range(bursts))


def described(device: torch.device) -> str:
    """Which hardware and software it is, and, on a CPU, how busy the machine is."""
    if device.type == "cuda":
        versions = f"CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}"
        return f"{torch.cuda.get_device_name(device)}, {versions}; {machine()}"
    load = f"load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    return f"{machine()[:-1]}; {torch.get_num_threads()} thread(s), {load}."
