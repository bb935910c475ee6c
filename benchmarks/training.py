"""How fast do deep networks train?

    python benchmarks/training.py throughput
    python benchmarks/training.py cifar

The first trains networks in turns with torchvision's (or timm's, --peer timm) and compares pictures
per second, the share of the hardware's peak, and memory. The second trains a small network to 94 %
on CIFAR-10 and says how long it took. --toy tries either at a size for a CPU; --markdown
benchmarks/training.md puts the table into that page, which says how everything is measured.
"""

import argparse
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, stdev

import cifar94
import torch
from beside_pytorch import header, line
from hardware import PRECISIONS, Clock, described, peak
from tables import fill
from throughput import NETWORKS, Case, Result, known, measure

from coursekit.data import Split, load_cifar10
from coursekit.training.pytorch.processes import best_device

GOAL = 0.94
TOY: dict[str, dict[str, float]] = {
    "throughput": {"size": 64, "batch": 2, "turns": 3, "steps": 1, "warm_up": 1, "product": 256},
    "cifar": {"seeds": 2, "epochs": 2, "batch": 50, "width": 1 / 8, "pictures": 500},
}
"""What --toy sets, whatever else is said."""


def throughput(options: argparse.Namespace) -> Iterator[str]:
    """The lines of the table, as they come; where it was measured stands below."""
    clock = Clock(options.device)
    tune(options.device)
    heads = ["network", "precision", f"ours, pictures/s, and {options.peer}'s"]
    heads += ["ours / theirs (middle half of the turns)", "share of peak, ours and theirs"]
    yield from header([*heads, "memory, GB, ours and theirs"])
    peaks = {}
    for precision in options.precision:
        peaks[precision] = peak(clock, precision, options.product)
        for network in options.networks:
            if not known(network, options.peer):
                continue
            case = Case(
                *(network, options.peer, options.size, options.batch, precision, options.compile)
            )
            result = measure(
                case, clock, turns=options.turns, steps=options.steps, warm_up=options.warm_up
            )
            yield line(cells(result, peaks[precision]))
    measured = ", ".join(f"{rate / 1e12:.3g} in {name}" for name, rate in peaks.items())
    yield ""
    yield (
        f"{described(options.device)} Batches of {options.batch}, {options.size}×{options.size} "
        f"pixels; {options.turns} turns of {options.steps} step(s), {clock.kind}. "
        f"Measured peaks, 10¹² multiply-adds per second: {measured}."
    )


def tune(device: torch.device) -> None:
    """Let a GPU choose its fastest algorithms, for all networks alike."""
    if device.type == "cuda":
        torch.backends.cudnn.benchmark = True  # pictures are always of the same size
        torch.set_float32_matmul_precision("high")  # fp32 is TF32, in convolutions anyway


def cells(result: Result, peak: float) -> list[str]:
    low, middle, high = result.ratios
    memory = [f"{m / 1e9:.1f}" for m in result.memory if m is not None]
    return [
        NETWORKS[result.case.network].title,
        result.case.precision + (", compiled" if result.case.compiled else ""),
        " · ".join(f"{rate:,.4g}" for rate in result.rates),
        f"**{middle:.2f}** ({low:.2f} to {high:.2f})",
        " · ".join(f"{share:.0%}" for share in result.shares(peak)),
        " · ".join(memory) or "not measured",
    ]


def cifar(options: argparse.Namespace) -> Iterator[str]:
    """The lines of the table, a line for each seed, and what they come to."""
    tune(options.device)
    data = load_cifar10(validation=0)
    if options.pictures:
        data = first(data, options.pictures)
    heads = ["seed", "test, %", "with mirror images, %", "training, s", "before the first step, s"]
    yield from header(heads)
    runs = []
    for seed in range(options.seeds):
        found = cifar94.run(
            data,
            options.device,
            seed=seed,
            epochs=options.epochs,
            batch=options.batch,
            width=options.width,
            precision=None if options.precision == "fp32" else options.precision,
            compiled=options.compile,
        )
        shares = f"{found.test:.2%}"[:-1], f"{found.mirrored:.2%}"[:-1]
        yield line([str(seed), *shares, f"{found.seconds:.2f}", f"{found.before:.1f}"])
        runs.append(found)
    right, seconds = [100 * r.test for r in runs], [r.seconds for r in runs]
    reached = sum(r.test >= GOAL for r in runs)
    yield ""
    yield (
        f"{described(options.device)} {len(data.y_train):,} pictures, {options.epochs} epochs, "
        f"{options.precision}{', compiled' if options.compile else ''}. {spread(right)} % in "
        f"{spread(seconds)} s; {reached} of {len(runs)} reached {GOAL:.0%}."
    )


def first(data: Split, count: int) -> Split:
    """The first pictures of the training and of the test part."""
    parts = [*data]
    for i in (0, 1, 4, 5):
        parts[i] = parts[i][:count]
    return Split(*parts)


def spread(values: list[float]) -> str:
    """Mean and standard deviation."""
    around = f" ± {stdev(values):.2f}" if len(values) > 1 else ""
    return f"{mean(values):.2f}{around}"


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--device", type=torch.device, default=best_device())
    common.add_argument("--threads", type=int, default=1, help="of the CPU")
    common.add_argument("--compile", action="store_true", help="torch.compile, for all networks")
    common.add_argument("--toy", action="store_true", help="small and short, to try it")
    common.add_argument("--markdown", type=Path, help="page whose table is replaced")
    speed = commands.add_parser("throughput", parents=[common], help="beside torchvision")
    usual = [name for name in NETWORKS if name != "resnet18"]
    speed.add_argument("--networks", nargs="+", choices=NETWORKS, default=usual)
    speed.add_argument("--peer", choices=("torchvision", "timm"), default="torchvision")
    speed.add_argument("--size", type=int, default=224)
    speed.add_argument("--batch", type=int, default=256)
    speed.add_argument("--precision", nargs="+", choices=PRECISIONS, default=["bf16"])
    speed.add_argument("--turns", type=int, default=15)
    speed.add_argument("--steps", type=int, default=20, help="in each turn")
    speed.add_argument("--warm-up", type=int, default=5, help="steps before the first turn")
    speed.add_argument("--product", type=int, help="rows of the matrices that measure the peak")
    ninety_four = commands.add_parser("cifar", parents=[common], help="time to 94 %% on CIFAR-10")
    ninety_four.add_argument("--seeds", type=int, default=5, help="0, 1, … so many")
    ninety_four.add_argument("--epochs", type=int, default=cifar94.SETTINGS.epochs)
    ninety_four.add_argument("--batch", type=int, default=cifar94.SETTINGS.batch)
    ninety_four.add_argument("--width", type=float, default=1.0)
    ninety_four.add_argument("--precision", choices=PRECISIONS, default="bf16")
    ninety_four.add_argument("--pictures", type=int, help="learn from the first so many")
    options = parser.parse_args(arguments)
    if options.toy:
        if options.markdown:
            parser.error("the table of a toy is no result; leave --markdown or --toy out")
        vars(options).update(TOY[options.command])
    if options.command == "throughput" and options.product is None:
        options.product = 8192 if options.device.type == "cuda" else 1024
    return options


def main(arguments: list[str] | None = None) -> None:
    options = parsed(arguments)
    torch.set_num_threads(options.threads)
    given = sys.argv[1:] if arguments is None else arguments
    lines = [f"`python benchmarks/training.py {shlex.join(given)}`", ""]
    print("\n".join(lines))
    for text in {"throughput": throughput, "cifar": cifar}[options.command](options):
        print(text, flush=True)
        lines.append(text)
    if options.markdown:
        fill(options.markdown, f"{options.command} on {options.device.type}", ["", *lines, ""])


if __name__ == "__main__":
    main()
