"""How fast does the NumPy LeNet train beside PyTorch?

    python benchmarks/numpy_lenet.py [--bursts 9] [--markdown benchmarks/numpy_lenet.md]

One training step is forward, loss, backward and update (SGD with momentum and weight decay) of the
modified LeNet on 28 × 28 pixels in float32. PyTorch's network has ReLU before each pooling, as it
is usually written; NumPy's has it behind, the same function with a quarter of ReLU's work. Each
library runs in a process of its own, warmed up, with the same number of threads; PyTorch runs
eagerly, as it comes. The two take turns in bursts of steps, never at the same time, and who begins
changes each turn. Each round starts both processes anew, since PyTorch's speed differs from process
to process. *numpy* are the layers to be read, *fast* the same network merged
(`coursekit.numpy_nn.fast`). Before anything is timed, both do ten steps from the same weights on
the same batch, and their losses must agree.

*Median* is the median, over the turns, of NumPy's time divided by PyTorch's in the same turn;
*best / best* divides the fastest burst of each. Below 1, NumPy is faster. With two threads, NumPy
shares the batch out to two Python threads (`BatchGradient`), and PyTorch uses two of its own. The
load is what the whole machine had to do, in running processes, on average over a minute: above the
number of cores, others were measured too, and the best bursts say more than the median. PyTorch's
two threads wait for each other several times in every step; when a core is taken they lose far more
than NumPy's, so a ratio of two threads under load says nothing about a quiet machine.
"""

import argparse
import os
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from beside_pytorch import Worker, header, line, machine, peak_memory, seconds, serve, write

CASES = ((1, 64), (1, 256), (2, 256))  # threads, batch
BURST = 0.1  # seconds
ROUNDS = 3
LR, MOMENTUM, DECAY = 0.01, 0.9, 5e-4
Step = Callable[[], float]


def numpy_step(threads: int, batch: int, merged: bool = False) -> Step:
    import numpy as np

    from coursekit.numpy_nn import SGD, BatchGradient, modified_lenet
    from coursekit.numpy_nn.fast import fast

    net = fast(modified_lenet(28)) if merged else modified_lenet(28)
    optimizer = SGD(net.params, LR, momentum=MOMENTUM, weight_decay=DECAY)
    gradient = BatchGradient(net, threads=threads)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((batch, 1, 28, 28)).astype(np.float32)
    labels = rng.integers(0, 10, batch)

    def step() -> float:
        loss = gradient(x, labels)
        optimizer.step(net.grads)
        return loss

    return step


def torch_step(threads: int, batch: int) -> Step:
    import numpy as np
    import torch
    from torch import nn

    from coursekit.numpy_nn import modified_lenet

    torch.set_num_threads(threads)
    net = nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(256, 120), nn.ReLU()),
        *(nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )
    with torch.no_grad():
        for ours, theirs in zip(modified_lenet(28).params.values(), net.parameters(), strict=True):
            theirs.copy_(torch.from_numpy(ours))
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), LR, momentum=MOMENTUM, weight_decay=DECAY)
    rng = np.random.default_rng(0)
    x = torch.from_numpy(rng.standard_normal((batch, 1, 28, 28)).astype(np.float32))
    labels = torch.from_numpy(rng.integers(0, 10, batch))

    def step() -> float:
        optimizer.zero_grad()
        loss = criterion(net(x), labels)
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return step


STEPS: dict[str, Callable[[int, int], Step]] = {
    "numpy": numpy_step,
    "fast": partial(numpy_step, merged=True),
    "torch": torch_step,
}


def work(library: str, threads: int, batch: int) -> None:
    """The worker: the first losses, then the time of as many steps as it is asked for."""
    step = STEPS[library](threads, batch)

    def answer(command: str, count: int) -> Any:
        return [step() for _ in range(count)] if command == "losses" else seconds(step, count)

    serve(answer)


class Row(NamedTuple):
    """One case, measured; times in milliseconds per step."""

    layers: str
    threads: int
    batch: int
    ours: list[float]
    theirs: list[float]
    load: float

    def cells(self) -> list[str]:
        ratios = [a / b for a, b in zip(self.ours, self.theirs, strict=True)]
        times = median(self.ours), min(self.ours), median(self.theirs), min(self.theirs)
        best = min(self.ours) / min(self.theirs)
        return [
            *(self.layers, str(self.threads), str(self.batch), *(f"{t:.2f}" for t in times)),
            *(f"**{median(ratios):.2f}**", f"**{best:.2f}**", f"{self.load:.1f}"),
        ]


def measure(layers: str, threads: int, batch: int, bursts: int) -> Row:
    times: list[list[float]] = [[], []]
    loads = []
    for _ in range(ROUNDS):
        workers = []
        for library in (layers, "torch"):
            blas = threads if library == "torch" else 1  # NumPy's threads are Python's
            workers.append(Worker(__file__, library, str(threads), str(batch), threads=blas))
        ours, theirs = (worker.ask("losses", 10) for worker in workers)
        if any(abs(a - b) > 1e-3 * abs(b) for a, b in zip(ours, theirs, strict=True)):
            raise AssertionError(f"the losses differ: NumPy {ours}, PyTorch {theirs}")
        for worker in workers:
            worker.ask("time", 1)
        steps = [max(3, round(BURST / worker.ask("time", 1))) for worker in workers]
        for turn in range(bursts):
            for i in (0, 1) if turn % 2 else (1, 0):
                times[i].append(1e3 * workers[i].ask("time", steps[i]))
            loads.append(os.getloadavg()[0])
        for worker in workers:
            worker.close()
    return Row(layers, threads, batch, times[0], times[1], median(loads))


def report(bursts: int) -> list[str]:
    heads = ["layers", "threads", "batch", "NumPy, ms", "best", "PyTorch, ms", "best"]
    heads += ["median", "best / best", "load"]
    lines = [f"{machine()} {ROUNDS} rounds of {bursts} turns.", "", *header(heads)]
    print("\n".join(lines))
    for layers, (threads, batch) in product(("numpy", "fast"), CASES):
        lines.append(line(measure(layers, threads, batch, bursts).cells()))
        print(lines[-1], flush=True)
    peaks = "; ".join(
        f"{layers} {peak_memory(STEPS[layers](1, 64)):.1f} MB at batch 64 and "
        f"{peak_memory(STEPS[layers](1, 256)):.1f} MB at batch 256"
        for layers in ("numpy", "fast")
    )
    lines += ["", f"Peak memory of NumPy's arrays during a step, one thread: {peaks}."]
    print("\n".join(lines[-2:]))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description="Time coursekit.numpy_nn beside PyTorch.")
    parser.add_argument("--bursts", type=int, default=9)
    parser.add_argument("--markdown", type=Path, help="write the report into this file too")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        library, threads, batch = arguments.worker
        return work(library, int(threads), int(batch))
    lines = report(arguments.bursts)
    if arguments.markdown:
        options = f" --bursts {arguments.bursts}"
        write(arguments.markdown, "The NumPy LeNet beside PyTorch", options, __doc__, lines)


if __name__ == "__main__":
    main()
