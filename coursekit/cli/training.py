"""Commands that train a network, judge it, and let it read pictures."""

from __future__ import annotations

import json
import os
import shlex
import signal
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

MOST_COLUMNS = 20
"""Classes in the table of counts."""

Folder = Annotated[Path, typer.Argument(help="The folder that `coursekit train` made.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def train(
    network: Annotated[
        str | None,
        typer.Argument(
            help="lenet-numpy (modified LeNet), lenet5-numpy (1998), lenet1-numpy (1989); in "
            "PyTorch lenet, alexnet, zfnet, vgg16, small-vgg, googlenet, resnet20, plain20, "
            "resnet50, se-resnet50, squeezenet1.1 and more: a wrong name lists all. With --resume "
            "it is known."
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="mnist, cifar10, digits or shapes (no download), or a folder with IDX files. "
            "Default: mnist for networks whose name begins with lenet, else cifar10."
        ),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Times each image is seen. Default: the network's.")
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(min=8, help="Pixels a side that the network reads. Default: the data's."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="Decides first weights and order of images. Default: 0."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The run's folder. Default: runs/NETWORK-DATA."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run in --out, or begin it.")
    ] = False,
    batch: Annotated[
        int | None, typer.Option(min=1, help="Images per step. Default: the network's.")
    ] = None,
    rate: Annotated[
        float | None, typer.Option("--lr", help="Highest learning rate. Default: the network's.")
    ] = None,
    schedule: Annotated[
        str | None, typer.Option(help="cosine, steps, one-cycle or constant. Default: cosine.")
    ] = None,
    optimizer: Annotated[str | None, typer.Option(help="sgd or adamw. Default: sgd.")] = None,
    momentum: Annotated[float | None, typer.Option(help="Default: 0.9.")] = None,
    weight_decay: Annotated[float | None, typer.Option(help="Default: the network's.")] = None,
    label_smoothing: Annotated[
        float | None, typer.Option(help="Share of each label spread over all. Default: 0.")
    ] = None,
    augment: Annotated[
        str | None,
        typer.Option(
            help="crop, flip, resized, jitter, colour, cutout, joined by +; or none. Default: "
            "crop+flip, for large pictures resized+flip, for digits crop."
        ),
    ] = None,
    shift: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Networks in NumPy: move training images at random by up to so many pixels, 0 for "
            "none. Default: the network's.",
        ),
    ] = None,
    width: Annotated[
        float | None, typer.Option(help="Factor on the number of channels. Default: 1.")
    ] = None,
    amp: Annotated[
        bool,
        typer.Option("--amp", help="Mixed precision: bf16 where the device has it, else fp16."),
    ] = False,
    precision: Annotated[
        str | None, typer.Option(help="bf16 or fp16, in place of --amp's choice.")
    ] = None,
    compiled: Annotated[
        bool, typer.Option("--compile", help="Let torch.compile make the network faster.")
    ] = False,
    micro_batch: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Images at once in memory; gradients of a batch add up. Halved when memory runs "
            "out. Default: the whole batch.",
        ),
    ] = None,
    validation: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=0.9,
            help="Share of the training images kept for validation, 0 for none. "
            "Default: 5,000 of MNIST and CIFAR-10, 300 of digits, a twelfth of a folder.",
        ),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Threads on the CPU; each number has its own last bits. Default: 1 for NumPy, all "
            "cores for PyTorch.",
        ),
    ] = None,
    checkpoint: Annotated[
        float, typer.Option(min=0, help="Least seconds between checkpoints within an epoch.")
    ] = 5.0,
) -> None:
    """Train a network and keep weights, metrics.csv and curves.png in a folder.

    Ctrl-C, a kill or a power cut loses at most a few seconds: the same command with --resume goes
    on from the last checkpoint and ends with the same weights, bit for bit. Exit status 130 after
    Ctrl-C, 143 after SIGTERM.

    Several processes share each batch: torchrun --nproc-per-node 2 -m coursekit train ….
    """
    in_numpy = network is None or network.endswith("-numpy")
    if in_numpy:
        _one_blas_thread()
    from coursekit.training import RunFolder, TrainingStopped, runs
    from coursekit.training.progress import Progress

    given: dict[str, Any] = {
        "recipe": network,
        "data": data,
        "epochs": epochs,
        "size": size,
        "batch": batch,
        "learning_rate": rate,
        "schedule": schedule,
        "optimizer": optimizer,
        "momentum": momentum,
        "weight_decay": weight_decay,
        "label_smoothing": label_smoothing,
        "augment": augment,
        "shift": shift,
        "width": width,
        "precision": precision or (_mixed_precision() if amp else None),
        "compiled": compiled or None,
        "micro_batch": micro_batch,
        "seed": seed,
        "threads": threads,
        "validation": validation,
    }
    usual_data = "mnist" if network is None or network.startswith("lenet") else "cifar10"
    place = folder or _usual_place(network, data or usual_data)
    first = runs.is_first_process()
    progress = Progress(say, sys.stderr)
    try:
        if resume and (network is None or RunFolder(place).holds_run()):
            rows = runs.resume(place, given, every=checkpoint, watcher=progress)
        elif network is None:
            raise CourseError("Which network? Give a name, such as resnet20; see --help.")
        else:
            chosen = {name: value for name, value in given.items() if value is not None}
            chosen.setdefault("data", usual_data)
            rows = runs.begin(place, **chosen, every=checkpoint, watcher=progress)
    except TrainingStopped as stop:
        progress.close()
        if first:
            there = shlex.quote(str(place))
            complain(f"Stopped in {stop.place}. To go on: coursekit train --resume --out {there}")
        raise typer.Exit(128 + (stop.number or signal.SIGTERM)) from None
    finally:
        progress.close()
    if first:
        _say_done(place, rows[-1])


def _say_done(place: Path, last: dict[str, float]) -> None:
    part = "validation" if "validation_accuracy" in last else "training"
    accuracy = 100 * last[f"{part}_accuracy"]
    say(f"Done: {part} accuracy {accuracy:.2f} %. See {place}")
    say(f"On images it has never seen: coursekit evaluate {shlex.quote(str(place))}")


def _mixed_precision() -> str:
    """What --amp means here. GPUs before NVIDIA's Ampere have no fast bf16."""
    import torch

    slow = torch.cuda.is_available() and not torch.cuda.is_bf16_supported(including_emulation=False)
    return "fp16" if slow else "bf16"


def evaluate(
    folder: Folder,
    data: Annotated[
        str | None, typer.Option(help="Another data set, or its folder when it has moved.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge a trained network by the test images, which it has not seen.

    Accuracy, top-2 up to top-5, each class, the confusion table, the most confident mistakes. The
    same goes to evaluation.json in the folder, and mistakes.png shows the mistakes.
    """
    if _is_in_numpy(folder):
        _one_blas_thread()
    from coursekit.training import RunFolder
    from coursekit.training.report import evaluate_and_write

    run = RunFolder(folder)
    found, title = evaluate_and_write(run, data)
    if as_json:
        out.print_json(json.dumps(found.to_json()))
        return
    epochs, done = run.config().settings.epochs, len(run.metrics())
    if done < epochs:
        complain(f"This network is trained for {done} of {epochs} epochs only.")
    _print_evaluation(found, title)
    names = "evaluation.json" + (", mistakes.png" if found.mistakes else "")
    say(f"In {folder}: {names}")


def predict(
    folder: Folder,
    pictures: Annotated[
        list[Path], typer.Argument(help="PNG, JPEG and other files, one thing in each.")
    ],
    show: Annotated[
        bool, typer.Option("--show", help="Write what the network saw as NAME-seen.png.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Classify pictures of yours.

    A network that was trained on digits reads what you drew, scanned or photographed: dark on
    light or light on dark, any size, one digit in each. One that was trained on colour pictures
    sees the largest square in the middle. Exit status 1 when one of them is no picture or empty.
    """
    if _is_in_numpy(folder):
        _one_blas_thread()
    from coursekit.data.pictures import PictureError
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


def _is_in_numpy(folder: Path) -> bool:
    """Whether a run's network is in NumPy; known before NumPy is imported."""
    try:
        return str(json.loads((folder / "config.json").read_text())["recipe"]).endswith("-numpy")
    except (OSError, ValueError, KeyError, TypeError):
        return True  # whoever opens the run says what is wrong


def _one_blas_thread() -> None:
    """The products are too small for several threads of the BLAS; unless the user says so.

    NumPy reads this when it is imported, which must not have happened yet.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _usual_place(network: str | None, data: str) -> Path:
    if network is None:
        raise CourseError("Which run? Say --out, or give the network, such as lenet-numpy.")
    return Path("runs") / f"{network}-{Path(data).expanduser().resolve().name}"


def _print_evaluation(found: Evaluation, title: str) -> None:
    say(f"{found.images} test images of {title}: accuracy {100 * found.top[0]:.2f} %")
    rest = [f"top-{k} {100 * share:.2f} %" for k, share in enumerate(found.top[1:], 2)]
    if rest:
        say(f"Right class among the most probable: {', '.join(rest)}")
    classes = range(len(found.per_class))
    if len(classes) <= MOST_COLUMNS:
        table = Table("", *map(str, classes), "right", box=None, pad_edge=False)
        table.title = "Counts: row = label, column = prediction"
        for label, counts in enumerate(found.confusion.tolist()):
            cells = [str(n) if n else "·" for n in counts]
            name = f"{label} {found.called(label)}" if found.names else str(label)
            table.add_row(name, *cells, _share(found.per_class[label]))
        for column in table.columns[1:]:
            column.justify = "right"
        out.print(table)
    else:
        worst = sorted(classes, key=lambda k: found.per_class[k])[:10]
        said = ", ".join(f"{found.called(k)} {_share(found.per_class[k])}" for k in worst)
        say(f"The classes that are hardest: {said}")
    for mistake in found.mistakes[:10]:
        say(
            f"image {mistake.index}: {found.called(mistake.label)} taken for "
            f"{found.called(mistake.prediction)} with {100 * mistake.confidence:.1f} % "
            f"({100 * mistake.for_label:.1f} % for the label)"
        )


def _share(share: float) -> str:
    return "–" if share != share else f"{100 * share:.1f} %"


def _read_out(picture: Path, reading: Reading) -> str:
    first, *others = (f"{k} ({100 * p:.1f} %)" for k, p in reading.best)
    then = f", then {', '.join(others)}" if others else ""
    alone = "" if reading.alone else " · there is more in the picture; the largest thing was read"
    return f"{picture}: {first}{then}{alone}"
