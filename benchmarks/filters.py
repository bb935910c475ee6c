"""How fast is coursekit.filters beside SciPy?

    python benchmarks/filters.py [--threads 1 2] [--bursts 25] [--markdown benchmarks/filters.md]

One photo (scikit-image's camera, 512 × 512), one process, one run. Before anything is timed, every
route must give our answer. Then the routes take turns, in an order that changes each time, in
bursts of about 5 ms. A table shows each route's median burst. The ratio is the median, over all
turns, of a SciPy route's time divided by ours in the same turn, for the SciPy route where it is
smallest: above 1, we are faster than all of them. On a shared machine compare ratios, not the
milliseconds of different rows.
"""

import argparse
import platform
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import scipy
from scipy import fft, ndimage, signal
from skimage import data
from threadpoolctl import threadpool_info, threadpool_limits

from coursekit.filters import (
    cross_correlate2d,
    cross_correlate2d_loops,
    gaussian_kernel,
    gaussian_kernel1d,
    separable_filter,
)

SIZES = (3, 5, 7, 9, 11, 15)
BURST = 5e-3  # seconds
OURS = "ours"
Routes = dict[str, Callable[[], np.ndarray]]


class Case(NamedTuple):
    """One row of the table: what is filtered, and the ways to do it."""

    names: tuple[str, ...]
    routes: Routes


def dense_cases(photo: np.ndarray, sizes: list[int]) -> Iterator[Case]:
    """Two-dimensional kernels. SciPy's Gaussian routes get no separable help here, nor do we."""
    rng = np.random.default_rng(0)
    for dtype in ("float32", "float64"):
        x = (photo / 255).astype(dtype)
        for kind in ("random", "gaussian"):
            for f in sizes:
                k = rng.standard_normal((f, f)) if kind == "random" else gaussian_kernel(f, f / 6)
                for mode in ("valid", "same"):
                    yield Case((dtype, kind, f"{f}×{f}", mode), dense(x, k.astype(dtype), mode))


def dense(x: np.ndarray, k: np.ndarray, mode: Any) -> Routes:
    half = len(k) // 2
    inner = np.s_[half : x.shape[0] - half, half : x.shape[1] - half] if mode == "valid" else ...
    turned = k[::-1, ::-1]
    return {
        OURS: lambda: cross_correlate2d(x, k, padding=mode),
        "ndimage.correlate": lambda: ndimage.correlate(x, k, mode="constant")[inner],
        "correlate2d": lambda: signal.correlate2d(x, k, mode),
        "fftconvolve": lambda: signal.fftconvolve(x, turned, mode),
        "oaconvolve": lambda: signal.oaconvolve(x, turned, mode),
    }


def separable_cases(photo: np.ndarray, sizes: list[int]) -> Iterator[Case]:
    """The same Gaussians, one axis at a time."""
    for dtype in ("float32", "float64"):
        x = (photo / 255).astype(dtype)
        for f in sizes:
            yield Case((dtype, "gaussian", f"{f}+{f}", "same"), separable(x, f))


def separable(x: np.ndarray, f: int) -> Routes:
    g = gaussian_kernel1d(f, f / 6)
    wide = np.outer(g, g).astype(x.dtype)

    def correlate1d() -> np.ndarray:
        down = ndimage.correlate1d(x, g, axis=0, mode="constant")
        return ndimage.correlate1d(down, g, axis=1, mode="constant")

    return {
        OURS: lambda: separable_filter(x, g, g),
        "correlate1d twice": correlate1d,
        "fftconvolve": lambda: signal.fftconvolve(x, wide, "same"),
    }


def check(routes: Routes) -> None:
    """Raise AssertionError unless all routes agree, relative to the largest output."""
    answer = routes[OURS]()
    scale = np.abs(answer).max()
    for name, route in routes.items():
        tolerance = 64 * float(np.finfo(answer.dtype).eps)
        np.testing.assert_allclose(
            route() / scale, answer / scale, rtol=0, atol=tolerance, err_msg=name
        )


def measure(routes: Routes, bursts: int) -> dict[str, list[float]]:
    """Return the milliseconds per call of each route, one entry per burst, taken in turns."""
    calls = {}
    for name, route in routes.items():
        route()
        start = time.perf_counter()
        route()
        calls[name] = max(1, round(BURST / (time.perf_counter() - start)))
    times: dict[str, list[float]] = {name: [] for name in routes}
    order = list(routes)
    shuffle = random.Random(0).shuffle
    for _ in range(bursts):
        shuffle(order)
        for name in order:
            start = time.perf_counter()
            for _ in range(calls[name]):
                routes[name]()
            times[name].append(1e3 * (time.perf_counter() - start) / calls[name])
    return times


def table(cases: Iterator[Case], bursts: int) -> list[str]:
    """Measure all cases; return a Markdown table, printed row by row as it grows."""
    lines: list[str] = []

    def add(cells: list[str]) -> None:
        lines.append("| " + " | ".join(cells) + " |")
        print(lines[-1], flush=True)

    for case in cases:
        check(case.routes)
        times = measure(case.routes, bursts)
        ours = times[OURS]
        ratios = {
            name: median(b / a for a, b in zip(ours, theirs, strict=True))
            for name, theirs in times.items()
            if name != OURS
        }
        rival = min(ratios, key=ratios.__getitem__)
        if not lines:
            heads = ["dtype", "kernel", "size", "mode", *(f"{name}, ms" for name in times)]
            add([*heads, "fastest SciPy", "ratio"])
            add(["---"] * (len(heads) + 2))
        cells = [f"{median(t):.2f}" for t in times.values()]
        add([*case.names, *cells, rival, f"**{ratios[rival]:.2f}**"])
    return lines


def loops_line(photo: np.ndarray) -> str:
    """Say what the four loops of the definition cost."""
    x, k = photo[:128, :128] / 255, gaussian_kernel(5, 1.0)
    routes: Routes = {
        OURS: lambda: cross_correlate2d(x, k),
        "loops": lambda: cross_correlate2d_loops(x, k),
    }
    check(routes)
    times = {name: median(t) for name, t in measure(routes, 3).items()}
    return (
        f"The four loops of `cross_correlate2d_loops` take {times['loops']:.0f} ms for 128 × 128 "
        f"pixels and 5 × 5 taps, `cross_correlate2d` {times[OURS]:.3f} ms: "
        f"{times['loops'] / times[OURS]:.0f} times faster."
    )


def report(threads: list[int], bursts: int, sizes: list[int]) -> list[str]:
    photo = data.camera()
    blas = {f"{lib['internal_api']} {lib['version']}" for lib in threadpool_info()}
    lines = [
        f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, "
        f"SciPy {scipy.__version__}, {', '.join(sorted(blas))}. Photo: scikit-image's camera, "
        f"{photo.shape[0]} × {photo.shape[1]}. Median of {bursts} bursts.",
    ]
    print(lines[0])
    for count in threads:
        with threadpool_limits(count), fft.set_workers(count):
            for title, cases in (
                ("Dense kernels", dense_cases(photo, sizes)),
                ("Separable kernels", separable_cases(photo, sizes)),
            ):
                heading = f"## {title}, {count} thread{'s' if count > 1 else ''}"
                print(f"\n{heading}\n")
                lines += ["", heading, "", *table(cases, bursts)]
    lines += ["", "## The definition", "", loops_line(photo)]
    print("\n" + lines[-1])
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description="Time coursekit.filters beside SciPy.")
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    parser.add_argument("--bursts", type=int, default=25)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--markdown", type=Path, help="write the report into this file too")
    arguments = parser.parse_args()
    lines = report(arguments.threads, arguments.bursts, arguments.sizes)
    if arguments.markdown:
        command = f"python benchmarks/filters.py --threads {' '.join(map(str, arguments.threads))}"
        command += f" --bursts {arguments.bursts} --markdown {arguments.markdown}"
        head = ["# Filters beside SciPy", "", f"Made by `{command}`.", ""]
        how = (__doc__ or "").split("\n\n")[-1].split("\n")
        arguments.markdown.write_text("\n".join([*head, *how, *lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
