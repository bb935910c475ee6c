"""How does one convolution layer fare as batch, picture and channels grow?

    python benchmarks/numpy_sweep.py [--quick] [--markdown benchmarks/numpy_sweep.md]

One layer of 5 × 5 kernels, forward and backward (gradients of input, weights and bias), float32,
one thread, three ways: *ours*, a `Sequential` with one `Conv2d`; *im2col*, the usual way in NumPy,
where every window of the image is copied into a column of a matrix; and PyTorch, eagerly. x is a
plain NCHW array; the output's gradient lies in memory as the output does, as the next layer would
hand it back.

Each way runs in a process of its own, warmed up. The three take turns in bursts, never at the same
time, and the order changes each turn. Each round starts all processes anew. Before a shape is
timed, the four results of each way must agree. Times are medians over the turns; a ratio is the
median, over the turns, of a time divided by PyTorch's in the same turn: below 1 is faster than
PyTorch. The load is that of the whole machine over the last minute, in running processes.

*Memory* is the most that a step takes on top of its input, weights and output gradient. For NumPy
it is counted exactly (`tracemalloc`, to which NumPy reports every array). PyTorch's is the growth
of the process's resident memory at its highest (VmHWM), measured on Linux only; it is coarse, and
left out below 1 MB.
"""

import argparse
import ctypes
import os
from collections.abc import Callable
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from beside_pytorch import Worker, header, line, machine, peak_memory, seconds, serve, write
from numpy.lib.stride_tricks import sliding_window_view

from coursekit.numpy_nn import (
    SGD,
    BatchGradient,
    Conv2d,
    Sequential,
    modified_lenet,
    reserve_memory,
    softmax_cross_entropy,
)
from coursekit.numpy_nn.layout import Array

Step = Callable[[], tuple[Array, ...]]  # one training step → y, dx, dw, db


class Shape(NamedTuple):
    """x is (batch, channels, side, side), w (kernels, channels, 5, 5)."""

    batch: int
    channels: int
    side: int
    kernels: int


BATCHES, SIDES, CHANNELS = (1, 4, 16, 64, 256, 1024), (28, 56, 112, 224), (1, 4, 16, 32, 64, 128)
#: By panel and curve: the shapes, of which only the panel's quantity changes.
SWEEPS: dict[tuple[str, str], list[Shape]] = {
    ("batch", "1 → 6"): [Shape(n, 1, 28, 6) for n in BATCHES],
    ("batch", "6 → 16"): [Shape(n, 6, 28, 16) for n in BATCHES],
    ("side", "6 → 16"): [Shape(4, 6, side, 16) for side in SIDES],
    ("channels", "c → c"): [Shape(16, c, 28, c) for c in CHANNELS],
}
LABELS = {
    "batch": "batch, 28 × 28 pixels",
    "side": "side in pixels, batch 4",
    "channels": "channels c, batch 16, 28 × 28 pixels",
}
ROUNDS, TURNS, BURST = 3, 3, 0.04  # seconds
QUICK_ROUNDS, QUICK_TURNS, QUICK_BURST = 1, 3, 0.005


def arrays(shape: Shape) -> tuple[Array, Array, Array, Array]:
    """x, w, b and dout, the same in every process."""
    n, c, side, f = shape
    rng = np.random.default_rng(0)
    sizes = (n, c, side, side), (f, c, 5, 5), (f,), (n, f, side - 4, side - 4)
    x, w, b, dout = (rng.standard_normal(size, np.float32) for size in sizes)
    return x, w, b, dout


def ours(shape: Shape) -> Step:
    x, w, b, dout = arrays(shape)
    reserve_memory()
    net = Sequential(Conv2d(shape.channels, shape.kernels, 5))
    net.params["0.w"][...], net.params["0.b"][...] = w, b
    given, dout = dout, np.empty_like(net.forward(x))  # in the memory order of y
    dout[...] = given

    def step() -> tuple[Array, ...]:
        y = net.forward(x)
        return y, net.backward(dout), net.grads["0.w"], net.grads["0.b"]

    return step


class Im2colConv2d(Conv2d):
    """The convolution layer of most textbooks: all windows as columns, then one product.

    Vectorised as far as it goes, and in the faster of the usual orders: a matrix per sample, so
    that results need no transposing. For stride 1 without padding.
    """

    def forward(self, x: npt.ArrayLike) -> Array:
        x, (f, c, fh, fw) = self._input(x), self.params["w"].shape
        windows = sliding_window_view(x, (fh, fw), (2, 3))  # (N, C, H_out, W_out, f_h, f_w)
        n, _, h_out, w_out = windows.shape[:4]
        columns = windows.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * fh * fw, h_out * w_out)
        y = self.params["w"].reshape(f, -1) @ columns
        y += self.params["b"][:, np.newaxis]
        self.cache = columns, x.shape
        return y.reshape(n, f, h_out, w_out)

    def backward(self, dout: npt.ArrayLike) -> Array:
        d, w, (columns, shape) = self._input(dout), self.params["w"], self.cache
        (n, f, h_out, w_out), (_, c, fh, fw) = d.shape, w.shape
        self._parameters(d, columns)
        dcolumns = (w.reshape(f, -1).T @ d.reshape(n, f, -1)).reshape(n, c, fh, fw, h_out, w_out)
        dx = np.zeros(shape, w.dtype)
        for u, v in product(range(fh), range(fw)):
            dx[:, :, u : u + h_out, v : v + w_out] += dcolumns[:, :, u, v]
        return dx

    def gradients(self, dout: npt.ArrayLike) -> None:
        columns, _ = self.cache
        self._parameters(self._input(dout), columns)

    def _parameters(self, d: Array, columns: Array) -> None:
        d = d.reshape(*d.shape[:2], -1)
        dw = (d @ columns.swapaxes(1, 2)).sum(0).reshape(self.params["w"].shape)
        self.grads = {"w": dw, "b": d.sum((0, 2))}


def im2col(shape: Shape) -> Step:
    x, w, b, dout = arrays(shape)
    reserve_memory()
    layer = Im2colConv2d(shape.channels, shape.kernels, 5)
    layer.params["w"][...], layer.params["b"][...] = w, b

    def step() -> tuple[Array, ...]:
        y = layer.forward(x)
        return y, layer.backward(dout), layer.grads["w"], layer.grads["b"]

    return step


def pytorch(shape: Shape) -> Step:
    import torch

    torch.set_num_threads(1)
    x, w, b, dout = (torch.from_numpy(a) for a in arrays(shape))
    leaves = [t.requires_grad_() for t in (x, w, b)]

    def step() -> tuple[Array, ...]:
        y = torch.nn.functional.conv2d(x, w, b)
        gradients = torch.autograd.grad(y, leaves, dout)
        return (y.detach().numpy(), *(g.numpy() for g in gradients))

    return step


WAYS = {"ours": ours, "im2col": im2col, "torch": pytorch}


def fingerprints(results: tuple[Array, ...]) -> list[float]:
    """One number per array that depends on every element and its place, relative to its norm."""
    return [
        float(np.cos(np.arange(a.size)) @ a.ravel() / np.linalg.norm(a.astype(np.float64)))
        for a in results
    ]


def resident(step: Callable[[], object]) -> float | None:
    """Return by how many MB one step lifts the process's memory at most; None where unknown."""
    try:
        step()
        ctypes.CDLL(None).malloc_trim(0)  # freed memory goes back, so that it counts anew
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # sets VmHWM to VmRSS
        before = _status("VmRSS")
        step()
        rise = (_status("VmHWM") - before) * 1024 / 1e6
    except (OSError, AttributeError, TypeError):
        return None
    return rise if rise >= 1 else None


def _status(name: str) -> int:
    """A line of /proc/self/status, in KiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1])


def work(way: str) -> None:
    """The worker: take a shape, then time or measure the memory of its step."""
    step: Step

    def answer(command: str, argument: Any) -> Any:
        nonlocal step
        if command == "shape":
            step = WAYS[way](Shape(*argument))
            return fingerprints(step())
        if command == "time":
            return seconds(step, argument)
        return resident(step) if way == "torch" else peak_memory(step)

    serve(answer)


class Row(NamedTuple):
    """One shape, measured: by way, seconds per turn and MB."""

    panel: str
    curve: str
    shape: Shape
    times: dict[str, list[float]]
    memory: dict[str, float | None]

    def ratio(self, way: str) -> float:
        return median(a / b for a, b in zip(self.times[way], self.times["torch"], strict=True))

    def cells(self) -> list[str]:
        n, c, side, f = self.shape
        return [
            *(str(n), f"{side} × {side}", f"{c} → {f}"),
            *(f"{1e3 * median(self.times[way]):.3g}" for way in WAYS),
            *(f"{self.ratio(way):.2f}" for way in ("ours", "im2col")),
            *("–" if (m := self.memory[way]) is None else f"{m:.3g}" for way in WAYS),
        ]


def measure(quick: bool) -> list[Row]:
    rounds, turns, burst = (
        (QUICK_ROUNDS, QUICK_TURNS, QUICK_BURST) if quick else (ROUNDS, TURNS, BURST)
    )
    rows = [
        Row(*key, shape, {way: [] for way in WAYS}, {})
        for key, shapes in SWEEPS.items()
        for shape in shapes
    ]
    for number in range(rounds):
        workers = {way: Worker(__file__, way) for way in WAYS}
        for row in rows:
            found = {way: worker.ask("shape", row.shape) for way, worker in workers.items()}
            for way in WAYS:
                if not np.allclose(found[way], found["torch"], rtol=0, atol=1e-3):
                    raise AssertionError(f"the results differ at {row.shape}: {found}")
            steps = {}
            for way, worker in workers.items():
                steps[way] = max(1, round(burst / worker.ask("time", 1)))
            for turn in range(turns):
                order = list(WAYS)[turn % 3 :] + list(WAYS)[: turn % 3]
                for way in order:
                    row.times[way].append(workers[way].ask("time", steps[way]))
            if number == rounds - 1:
                row.memory.update({way: worker.ask("memory") for way, worker in workers.items()})
            print(".", end="", flush=True)
        for worker in workers.values():
            worker.close()
    print()
    return rows


def lenet_memory(batch: int) -> dict[str, float]:
    """MB at the highest point of a training step of the modified LeNet, by how it is done."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((batch, 1, 28, 28), np.float32)
    labels = rng.integers(0, 10, batch)

    def plain(net: Sequential) -> Callable[[], None]:
        optimizer = SGD(net.params, 0.01, momentum=0.9, weight_decay=5e-4)

        def step() -> None:
            _, dlogits = softmax_cross_entropy(net.forward(x), labels)
            net.gradients(dlogits)
            optimizer.step(net.grads)

        return step

    def pieces() -> Callable[[], None]:
        net = modified_lenet()
        optimizer = SGD(net.params, 0.01, momentum=0.9, weight_decay=5e-4)
        gradient = BatchGradient(net)

        def step() -> None:
            gradient(x, labels)
            optimizer.step(net.grads)

        return step

    def usual() -> Sequential:
        layers = (
            Im2colConv2d(layer.in_channels, len(layer.params["b"]), 5)
            if isinstance(layer, Conv2d)
            else layer
            for layer in modified_lenet().layers
        )
        return Sequential(*layers)

    steps = {
        "ours, the batch at once": plain(modified_lenet()),
        "ours, `BatchGradient`": pieces(),
        "im2col, the batch at once": plain(usual()),
    }
    return {name: peak_memory(step) for name, step in steps.items()}


def draw(rows: list[Row], path: Path) -> None:
    """Three panels: the ratio to PyTorch against batch, side and channels."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    from coursekit.plots.palette import INK, series_style, style

    def plain(value: float, _: int | None = None) -> str:
        return f"{value:g}"

    curves = list(dict.fromkeys(row.curve for row in rows))
    with style():
        figure = Figure(figsize=(10.5, 4.2), layout="constrained")
        axes = figure.subplots(1, len(LABELS), sharey=True)
        for ax, (panel, label) in zip(axes, LABELS.items(), strict=True):
            shown = [row for row in rows if row.panel == panel]
            ax.axhline(1, color=INK, linewidth=1)
            for number, way in enumerate(("ours", "im2col")):
                for curve in curves:
                    points = [row for row in shown if row.curve == curve]
                    x = [getattr(row.shape, panel) for row in points]
                    look = series_style(2 * curves.index(curve) + number)
                    ax.plot(
                        *(x, [row.ratio(way) for row in points]),
                        color=series_style(number).colour,
                        marker=look.marker,
                        linestyle=look.linestyle,
                        label=f"{way}, {curve}" if points else None,
                    )
            ax.set(xscale="log", yscale="log", xlabel=label)
            ticks = sorted({getattr(row.shape, panel) for row in shown})
            ax.xaxis.set(major_locator=FixedLocator(ticks), minor_locator=NullLocator())
            ax.xaxis.set_major_formatter(FuncFormatter(plain))
            ax.grid(axis="y")
            ax.legend(loc="lower left", bbox_to_anchor=(-0.04, 1), ncols=2, columnspacing=1)
        axes[0].set_ylabel("time / PyTorch's time")
        low, high = axes[0].get_ylim()
        ticks = [t for t in (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20) if low <= t <= high]
        axes[0].yaxis.set(major_locator=FixedLocator(ticks), minor_locator=NullLocator())
        axes[0].yaxis.set_major_formatter(FuncFormatter(plain))
        figure.savefig(path, dpi=100, pil_kwargs={"lossless": True, "method": 6})


def report(rows: list[Row], quick: bool) -> list[str]:
    rounds, turns = (QUICK_ROUNDS, QUICK_TURNS) if quick else (ROUNDS, TURNS)
    heads = ["batch", "pixels", "channels", *(f"{way}, ms" for way in WAYS)]
    heads += ["ours / torch", "im2col / torch", *(f"{way}, MB" for way in WAYS)]
    lines = [f"{machine()} {rounds} rounds of {turns} turns, load {os.getloadavg()[0]:.1f}."]
    for panel, label in LABELS.items():
        lines += ["", f"## By {label}", "", *header(heads)]
        lines += [line(row.cells()) for row in rows if row.panel == panel]
    lines += [
        *("", "## Memory of a whole training step", ""),
        "The modified LeNet: forward, loss, backward, SGD with momentum and weight decay. "
        "`BatchGradient` takes pieces of 128. Most memory of NumPy's arrays during a step, "
        "without the batch and the parameters, counted by `tracemalloc`:",
        *("", *header(["way", "batch 64, MB", "batch 256, MB"])),
    ]
    small, large = lenet_memory(64), lenet_memory(256)
    return lines + [line([name, f"{small[name]:.1f}", f"{large[name]:.1f}"]) for name in small]


def alternative(rows: list[Row]) -> str:
    """The plot in words."""
    parts = [
        f"{row.curve} at {panel} {getattr(row.shape, panel)} {row.ratio('ours'):.2f} (im2col "
        f"{row.ratio('im2col'):.2f})"
        for panel in LABELS
        for key, shapes in SWEEPS.items()
        if key[0] == panel
        for row in rows
        if (row.panel, row.curve) == key and row.shape in (shapes[0], shapes[-1])
    ]
    return "Time divided by PyTorch's, ours and im2col, on log axes: " + "; ".join(parts) + "."


def main() -> None:
    parser = argparse.ArgumentParser(description="Sweep one convolution layer beside PyTorch.")
    parser.add_argument("--quick", action="store_true", help="one round, short bursts")
    parser.add_argument("--markdown", type=Path, help="write report and plot (.webp beside it)")
    parser.add_argument("--worker", choices=WAYS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return work(arguments.worker)
    rows = measure(arguments.quick)
    lines = report(rows, arguments.quick)
    print("\n".join(lines))
    if arguments.markdown:
        plot = arguments.markdown.with_suffix(".webp")
        draw(rows, plot)
        title, options = (
            "One convolution layer in NumPy beside PyTorch",
            " --quick" * arguments.quick,
        )
        picture = f"![{alternative(rows)}]({plot.name})"
        write(arguments.markdown, title, options, __doc__, lines, picture)


if __name__ == "__main__":
    main()
