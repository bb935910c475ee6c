"""The networks of unit 04 on MNIST.

    python benchmarks/mnist.py [--data FOLDER] [--markdown benchmarks/mnist.md]

All train with the course's NumPy code in float32: batches of 64, SGD with momentum 0.9 and weight
decay 0.0005, ten passes, the learning rate falling in a straight line to a tenth. Of three first
rates the one with the highest accuracy on 5,000 validation digits (seed 0) is taken; only then the
10,000 test digits are looked at, for seeds 0, 1 and 2: mean, lowest and highest. LeNet-1 and
LeNet-5 get paper −0.1 and ink 1.175 as in the paper, LeNet-5 a rim of two pixels of paper. *Full*
is one fully connected hidden layer with as many weights as the modified LeNet, *full, 300* one of
300 units.

The second table trains on fewer digits (with 60, 20 and ten passes), and on the same digits with
their 784 pixels dealt out anew, in one order for all digits. Each of its runs chooses its own rate
in the same way.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.data import Split, load_mnist
from coursekit.metrics import accuracy
from coursekit.numpy_nn import (
    SGD,
    BatchGradient,
    Flatten,
    Linear,
    ReLU,
    Sequential,
    modified_lenet,
)
from coursekit.training import find_recipe

BATCH, MOMENTUM, DECAY, PASSES, SEEDS = 64, 0.9, 5e-4, 10, (0, 1, 2)
Make = Callable[[int], Sequential]
Images = NDArray[np.float32]


class Candidate(NamedTuple):
    """A network, its input and the first learning rates to try."""

    make: Make
    prepare: Callable[[Images], Images]
    rates: tuple[float, ...]


def full(units: int, seed: int) -> Sequential:
    rng = np.random.default_rng(seed)
    return Sequential(Flatten(), Linear(784, units, rng=rng), ReLU(), Linear(units, 10, rng=rng))


def as_is(x: Images) -> Images:
    return x


def published(name: str, rates: tuple[float, ...]) -> Candidate:
    """A network with its paper's pixels, as the recipe of this name has them."""
    recipe = find_recipe(name)
    return Candidate(lambda seed: recipe.network(28, 10, seed), recipe.prepare, rates)


CANDIDATES = {
    "full": Candidate(lambda seed: full(56, seed), as_is, (0.02, 0.05, 0.1)),
    "full, 300": Candidate(lambda seed: full(300, seed), as_is, (0.02, 0.05, 0.1)),
    "LeNet-1": published("lenet1-numpy", (0.02, 0.05, 0.1)),
    "LeNet-5": published("lenet5-numpy", (0.001, 0.002, 0.004)),
    "modified LeNet": Candidate(lambda seed: modified_lenet(seed=seed), as_is, (0.05, 0.1, 0.2)),
}


def trained(
    make: Make, x: Images, labels: NDArray[np.int64], rate: float, seed: int, passes: int
) -> Sequential:
    net, rng = make(seed), np.random.default_rng(seed)
    gradient = BatchGradient(net)
    optimizer = SGD(net.params, rate, momentum=MOMENTUM, weight_decay=DECAY)
    steps = passes * -(-len(x) // BATCH)
    step = 0
    for _ in range(passes):
        order = rng.permutation(len(x))
        for start in range(0, len(x), BATCH):
            optimizer.lr = rate * (1 - 0.9 * step / steps)
            rows = order[start : start + BATCH]
            gradient(x[rows], labels[rows])
            optimizer.step(net.grads)
            step += 1
    return net


def share_right(net: Sequential, x: Images, labels: NDArray[np.int64]) -> float:
    return accuracy(labels, net.predict(x).argmax(axis=1))


def line(*cells: object) -> str:
    text = "| " + " | ".join(map(str, cells)) + " |"
    print(text, flush=True)
    return text


def percent(shares: list[float]) -> str:
    mean = sum(shares) / len(shares)
    return f"{100 * mean:.2f} ({100 * min(shares):.2f} to {100 * max(shares):.2f})"


class Outcome(NamedTuple):
    """The chosen rate, its accuracy on the validation digits, and on the test digits by seed."""

    parameters: int
    rate: float
    validation: float
    test: list[float]


def chosen(candidate: Candidate, split: Split, passes: int = PASSES) -> Outcome:
    x, y, x_val, y_val, x_test, y_test = split
    x, x_val, x_test = (candidate.prepare(images) for images in (x, x_val, x_test))
    found = {
        rate: trained(candidate.make, x, y, rate, SEEDS[0], passes) for rate in candidate.rates
    }
    held_out = {rate: share_right(net, x_val, y_val) for rate, net in found.items()}
    best = max(held_out, key=lambda rate: held_out[rate])
    others = (trained(candidate.make, x, y, best, seed, passes) for seed in SEEDS[1:])
    test = [share_right(net, x_test, y_test) for net in (found[best], *others)]
    return Outcome(found[best].parameter_count(), best, held_out[best], test)


def report(root: Path | None) -> list[str]:
    split = load_mnist(root)
    lines = [
        line("network", "parameters", "rate", "validation, %", "test, %"),
        line(*["---"] * 5),
    ]
    for name, candidate in CANDIDATES.items():
        out = chosen(candidate, split)
        size, validation = f"{out.parameters:,}", f"{100 * out.validation:.2f}"
        lines.append(line(name, size, out.rate, validation, percent(out.test)))

    lines += ["", line("training digits", "network", "pixels in order", "pixels dealt out anew")]
    lines.append(line(*["---"] * 4))
    places = np.random.default_rng(7).permutation(784)

    def dealt(x: Images) -> Images:
        return x.reshape(len(x), -1)[:, places].reshape(x.shape)

    for count, passes in ((1000, 60), (10_000, 20), (55_000, PASSES)):
        fewer = split._replace(x_train=split.x_train[:count], y_train=split.y_train[:count])
        for name in ("full", "modified LeNet"):
            make, _, rates = CANDIDATES[name]
            scores = [
                percent(chosen(Candidate(make, change, rates), fewer, passes).test)
                for change in (as_is, dealt)
            ]
            lines.append(line(f"{count:,}", name, *scores))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the networks of unit 04 on MNIST.")
    parser.add_argument("--data", type=Path, help="folder that holds mnist/; else it is fetched")
    parser.add_argument("--markdown", type=Path, help="write the report into this file too")
    arguments = parser.parse_args()
    lines = report(arguments.data)
    if arguments.markdown:
        command = f"python benchmarks/mnist.py --markdown {arguments.markdown}"
        how = (__doc__ or "").split("\n\n", 2)[2].rstrip().split("\n")
        head = ["# The networks of unit 04 on MNIST", "", f"Made by `{command}`.", "", *how, ""]
        arguments.markdown.write_text("\n".join([*head, *lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
