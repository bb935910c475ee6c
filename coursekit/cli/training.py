"""Commands that train a network, judge it, and let it read pictures."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from coursekit.cli.console import FAILED, complain, out, say
from coursekit.errors import CourseError

if TYPE_CHECKING:
    from coursekit.training import Evaluation
    from coursekit.training.prediction import Reading

Folder = Annotated[Path, typer.Argument(help="The folder that `coursekit train` made.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def train(
    recipe: Annotated[
        str | None,
        typer.Argument(
            help="lenet-numpy (modified LeNet), lenet5-numpy (1998), lenet1-numpy (1989). With "
            "--resume it is known."
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="mnist, digits (no download), or a folder with IDX files. Default: mnist."
        ),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Times each image is seen. Default: the recipe's.")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="Decides first weights and order of images. Default: 0."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The run's folder. Default: runs/RECIPE-DATA."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run in --out, or begin it.")
    ] = False,
    batch: Annotated[
        int | None, typer.Option(min=1, help="Images per step. Default: the recipe's.")
    ] = None,
    rate: Annotated[
        float | None, typer.Option("--lr", help="Highest learning rate. Default: the recipe's.")
    ] = None,
    shift: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Move training images at random by up to so many pixels, 0 for none. "
            "Default: the recipe's.",
        ),
    ] = None,
    validation: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=0.9,
            help="Share of the training images kept for validation, 0 for none. "
            "Default: 5,000 of MNIST, 300 of digits, a twelfth of a folder.",
        ),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(min=1, help="Threads; each number has its own last bits. Default: 1."),
    ] = None,
    checkpoint: Annotated[
        float, typer.Option(min=0, help="Seconds between checkpoints within an epoch.")
    ] = 5.0,
) -> None:
    """Train a network and keep weights, metrics.csv and curves.png in a folder.

    Ctrl-C, a kill or a power cut loses at most a few seconds: the same command with --resume goes
    on from the last checkpoint and ends with the same weights, bit for bit. Exit status 130 after
    Ctrl-C, 143 after SIGTERM.
    """
    _one_blas_thread()
    from coursekit.training import RunFolder, TrainingStopped, runs
    from coursekit.training.progress import Progress

    given: dict[str, Any] = {
        "recipe": recipe,
        "data": data,
        "epochs": epochs,
        "batch": batch,
        "learning_rate": rate,
        "shift": shift,
        "seed": seed,
        "threads": threads,
        "validation": validation,
    }
    place = folder or _usual_place(recipe, data)
    progress = Progress(say, sys.stderr)
    try:
        if resume and (recipe is None or RunFolder(place).holds_run()):
            rows = runs.resume(place, given, every=checkpoint, watcher=progress)
        elif recipe is None:
            raise CourseError("Which network? Give a recipe, such as lenet-numpy; see --help.")
        else:
            chosen = {name: value for name, value in given.items() if value is not None}
            chosen.setdefault("data", "mnist")
            rows = runs.begin(place, **chosen, every=checkpoint, watcher=progress)
    except TrainingStopped as stop:
        progress.close()
        there = shlex.quote(str(place))
        complain(f"Stopped in {stop.place}. To go on: coursekit train --resume --out {there}")
        raise typer.Exit(128 + stop.number) from None
    finally:
        progress.close()
    last = rows[-1]
    part = "validation" if "validation_accuracy" in last else "training"
    accuracy = 100 * last[f"{part}_accuracy"]
    say(f"Done: {part} accuracy {accuracy:.2f} %. See {place}")
    say(f"On images it has never seen: coursekit evaluate {shlex.quote(str(place))}")


def evaluate(
    folder: Folder,
    data: Annotated[
        str | None, typer.Option(help="Another data set, or its folder when it has moved.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge a trained network by the test images, which it has not seen.

    Accuracy, top-2 and top-3, each class, the confusion table, the most confident mistakes. The
    same goes to evaluation.json in the folder, and mistakes.png shows the mistakes.
    """
    _one_blas_thread()
    from coursekit.training import RunFolder
    from coursekit.training.report import evaluate_and_write

    run = RunFolder(folder)
    found, title = evaluate_and_write(run, data)
    if as_json:
        out.print_json(json.dumps(found.to_json()))
        return
    epochs, done = run.config().epochs, len(run.metrics())
    if done < epochs:
        complain(f"This network is trained for {done} of {epochs} epochs only.")
    _print_evaluation(found, title)
    names = "evaluation.json" + (", mistakes.png" if found.mistakes else "")
    say(f"In {folder}: {names}")


def predict(
    folder: Folder,
    pictures: Annotated[
        list[Path], typer.Argument(help="PNG or JPEG files, a drawn digit in each.")
    ],
    show: Annotated[
        bool, typer.Option("--show", help="Write what the network saw as NAME-seen.png.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read pictures of digits that you drew, scanned or photographed.

    Dark on light or light on dark, any size, one digit in each. Exit status 1 when one of them is
    no picture or empty.
    """
    _one_blas_thread()
    from coursekit.training.drawing import PictureError
    from coursekit.training.prediction import Reader
    from coursekit.training.seen import write_seen

    reader = Reader(folder)
    found: list[dict[str, Any]] = []
    for picture in pictures:
        try:
            reading = reader.read(picture)
        except PictureError as error:
            found.append({"picture": str(picture), "error": str(error)})
            complain(str(error))
            continue
        entry: dict[str, Any] = {"picture": str(picture), **reading.to_json()}
        if show:
            entry["seen"] = str(write_seen(reading, picture))
        found.append(entry)
        if not as_json:
            say(_read_out(picture, reading))
            if show:
                say(f"  what the network saw: {entry['seen']}")
    if as_json:
        out.print_json(json.dumps(found))
    if any("error" in entry for entry in found):
        raise typer.Exit(FAILED)


def _one_blas_thread() -> None:
    """The products are too small for several threads of the BLAS; unless the user says so.

    NumPy reads this when it is imported, which must not have happened yet.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _usual_place(recipe: str | None, data: str | None) -> Path:
    if recipe is None:
        raise CourseError("Which run? Say --out, or give the recipe, such as lenet-numpy.")
    return Path("runs") / f"{recipe}-{Path(data or 'mnist').expanduser().resolve().name}"


def _print_evaluation(found: Evaluation, title: str) -> None:
    say(f"{found.images} test images of {title}: accuracy {100 * found.top[0]:.2f} %")
    rest = [f"top-{k} {100 * share:.2f} %" for k, share in enumerate(found.top[1:], 2)]
    if rest:
        say(f"Right class among the most probable: {', '.join(rest)}")
    classes = len(found.per_class)
    table = Table("", *map(str, range(classes)), "right", box=None, pad_edge=False)
    table.title = "Counts: row = label, column = prediction"
    for label, counts in enumerate(found.confusion.tolist()):
        share = found.per_class[label]
        cells = [str(n) if n else "·" for n in counts]
        right = "–" if share != share else f"{100 * share:.1f} %"
        table.add_row(str(label), *cells, right)
    for column in table.columns:
        column.justify = "right"
    out.print(table)
    for mistake in found.mistakes[:10]:
        say(
            f"image {mistake.index}: {mistake.label} taken for {mistake.prediction} with "
            f"{100 * mistake.confidence:.1f} % ({100 * mistake.for_label:.1f} % for the label)"
        )


def _read_out(picture: Path, reading: Reading) -> str:
    first, *others = (f"{k} ({100 * p:.1f} %)" for k, p in reading.best)
    then = f", then {', '.join(others)}" if others else ""
    alone = "" if reading.alone else " · there is more in the picture; the largest thing was read"
    return f"{picture}: {first}{then}{alone}"
