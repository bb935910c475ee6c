"""What the recipes reach: trains each of them and judges it once by the test images.

    OMP_NUM_THREADS=1 python benchmarks/recipes.py --markdown benchmarks/recipes.md

The runs are kept in --runs, so that it can be stopped and called again; a run that is there is not
trained anew.
"""

import argparse
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tables import fill

from coursekit.training import RunFolder, begin, evaluate_run, resume
from coursekit.training.progress import Progress

SEEDS = (0, 1, 2)


class Row(NamedTuple):
    """One line of the table: several seeds of one command."""

    recipe: str
    data: str
    epochs: int
    shift: int | None = None
    seeds: tuple[int, ...] = SEEDS

    @property
    def command(self) -> str:
        """What to type, but for the seed."""
        shift = "" if self.shift is None else f" --shift {self.shift}"
        return f"coursekit train {self.recipe} --data {self.data} --epochs {self.epochs}{shift}"


TABLE = (
    Row("lenet-numpy", "mnist", 3),
    Row("lenet-numpy", "mnist", 10),
    Row("lenet-numpy", "digits", 60),
    Row("lenet-numpy", "mnist", 3, shift=1),
    Row("lenet-numpy", "mnist", 10, shift=1),
    Row("lenet-numpy", "digits", 60, shift=0),
    Row("lenet5-numpy", "digits", 30),
    Row("lenet1-numpy", "mnist", 20, seeds=(0,)),
    Row("lenet5-numpy", "mnist", 20, seeds=(0,)),
)


def results(row: Row, runs: Path) -> Iterator[tuple[float, float]]:
    """Validation and test accuracy for each seed, trained where that is still to be done."""
    for seed in row.seeds:
        shift = "" if row.shift is None else f"-shift{row.shift}"
        folder = runs / f"{row.recipe}-{row.data}-{row.epochs}{shift}-seed{seed}"
        print(folder.name, flush=True)
        watcher = Progress(print, sys.stderr)
        if RunFolder(folder).holds_run():
            measured = resume(folder, watcher=watcher)
        else:
            measured = begin(
                folder,
                row.recipe,
                row.data,
                epochs=row.epochs,
                shift=row.shift,
                seed=seed,
                watcher=watcher,
            )
        judged, _, _ = evaluate_run(folder)
        yield measured[-1]["validation_accuracy"], judged.top[0]


def line(row: Row, runs: Path) -> str:
    """The row of the table in Markdown."""
    found = list(results(row, runs))
    validation, test = (
        " · ".join(f"{100 * share:.2f}" for share in part) for part in zip(*found, strict=True)
    )
    mean = statistics.mean(100 * share for _, share in found)
    return f"| `{row.command}` | {validation} | {test} | **{mean:.2f}** |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, default=Path("runs/benchmark"))
    parser.add_argument("--markdown", type=Path, help="file whose table is replaced")
    options = parser.parse_args()
    head = (
        "| command, with `--seed` 0, then 1, 2 | validation, % | test, % | mean of test |",
        "| --- | --- | --- | --- |",
    )
    table = [*head, *(line(row, options.runs) for row in TABLE)]
    print("\n".join(table))
    if options.markdown:
        fill(options.markdown, "table", table)


if __name__ == "__main__":
    main()
