"""A training run in a folder: begun, continued, read."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coursekit.numpy_nn import Sequential, load_parameters
from coursekit.training.checkpoint import Checkpoint, Row
from coursekit.training.datasets import DataSet, load_data, same_source
from coursekit.training.errors import RunError
from coursekit.training.files import disk_errors, whole_file
from coursekit.training.learner import Learner
from coursekit.training.loop import Plan, Watcher, train
from coursekit.training.numpy_learner import NumpyLearner
from coursekit.training.recipes import find_recipe
from coursekit.training.run_folder import ADVICE, RunConfig, RunFolder
from coursekit.training.schedule import WarmUpCosine
from coursekit.training.shifts import RandomShift

#: What the settings are called on the command line.
OPTIONS = {
    "recipe": "recipe",
    "data": "--data",
    "epochs": "--epochs",
    "batch": "--batch",
    "learning_rate": "--lr",
    "shift": "--shift",
    "seed": "--seed",
    "threads": "--threads",
    "validation": "--validation",
}


def begin(
    out: str | Path,
    recipe: str,
    data: str,
    *,
    epochs: int | None = None,
    batch: int | None = None,
    learning_rate: float | None = None,
    shift: int | None = None,
    seed: int = 0,
    threads: int = 1,
    validation: float | None = None,
    every: float = 5.0,
    watcher: Watcher | None = None,
) -> list[Row]:
    """Train the network of a recipe and leave weights, metrics and curves in the folder ``out``.

    What is None is taken from the recipe. Returns one row of measurements per epoch. Raises
    RunError for settings that do not go together or a folder that is taken, and what `train` and
    `load_data` raise.
    """
    chosen, images = find_recipe(recipe), load_data(data, validation)
    usual = chosen.settings(len(images.split.y_train))
    config = RunConfig(
        recipe=recipe,
        data=images.source,
        epochs=_at_least_one(usual.epochs if epochs is None else epochs, "--epochs"),
        batch=_at_least_one(usual.batch if batch is None else batch, "--batch"),
        learning_rate=usual.learning_rate if learning_rate is None else learning_rate,
        shift=usual.shift if shift is None else shift,
        seed=seed,
        threads=_at_least_one(threads, "--threads"),
        validation=validation,
        size=images.size,
        classes=images.classes,
        images=images.fingerprint(),
    )
    if not 0 < config.learning_rate < float("inf"):
        raise RunError(f"--lr must be above 0 and finite, got {config.learning_rate}")
    if not 0 <= config.shift <= images.size // 4:
        raise RunError(
            f"--shift must be from 0 to a quarter of the {images.size} pixels, got {config.shift}"
        )
    if seed < 0:
        raise RunError(f"--seed must be at least 0, got {seed}")
    chosen.network(config.size, config.classes, seed)  # does it fit? ask before a folder is made
    folder = RunFolder(out)
    folder.begin(config)
    return _run(folder, config, images, every, watcher)


def resume(
    out: str | Path,
    given: Mapping[str, Any] | None = None,
    *,
    every: float = 5.0,
    watcher: Watcher | None = None,
) -> list[Row]:
    """Go on with the run in the folder ``out``; a finished one is left as it is.

    ``given`` holds settings, by their names in `RunConfig`, that the user expects; None is no
    expectation. Raises RunError when one of them differs, when the images are others, or when
    there is no run.
    """
    folder = RunFolder(out)
    config = folder.config()
    wanted = {name: value for name, value in (given or {}).items() if value is not None}
    source = wanted.pop("data", config.data)
    for name, value in wanted.items():
        if getattr(config, name) != value:
            raise _differs(folder, name, getattr(config, name), value)
    images = load_data(source, config.validation)
    if images.fingerprint() != config.images:
        if not same_source(source, config.data):
            raise _differs(folder, "data", config.data, source)
        raise RunError(
            f"{source} no longer holds the images that the run in {folder.path} was begun with: "
            "begin a new one with another --out"
        )
    return _run(folder, config, images, every, watcher)


def trained(out: str | Path) -> tuple[RunConfig, Sequential]:
    """The network of a run with its weights, and how it was made. Raises RunError without one."""
    folder = RunFolder(out)
    config = folder.config()
    if not folder.weights_file.exists():
        raise RunError(
            f"{folder.path} has no weights yet, its first epoch is not done: "
            f"`coursekit train --resume --out {folder.path}` goes on with it"
        )
    net = find_recipe(config.recipe).network(config.size, config.classes, config.seed)
    try:
        load_parameters(net, folder.weights_file)
    except (ValueError, OSError, RuntimeError) as error:  # RuntimeError: a damaged archive
        raise RunError(
            f"{folder.weights_file} cannot be used ({error}): "
            f"`coursekit train --resume --out {folder.path}` writes it again"
        ) from error
    return config, net


def _run(
    folder: RunFolder, config: RunConfig, data: DataSet, every: float, watcher: Watcher | None
) -> list[Row]:
    recipe = find_recipe(config.recipe)
    usual = recipe.settings(len(data.split.y_train))
    net = recipe.network(config.size, config.classes, config.seed)
    plan = Plan(
        config.epochs,
        config.batch,
        WarmUpCosine(config.learning_rate, warm_up=usual.warm_up),
        config.seed,
        RandomShift(config.shift, paper=recipe.paper),
    )
    prepared = data.split._replace(
        x_train=recipe.prepare(data.split.x_train), x_val=recipe.prepare(data.split.x_val)
    )
    with (
        folder.held(),
        NumpyLearner(
            net,
            momentum=usual.momentum,
            weight_decay=usual.weight_decay,
            rubbish=recipe.rubbish,
            threads=config.threads,
        ) as learner,
        warnings.catch_warnings(),
    ):
        # A rate that is too high overflows first; the loop then says so in words.
        warnings.filterwarnings("ignore", category=RuntimeWarning, module="coursekit.numpy_nn")
        start = _last_checkpoint(folder, learner)
        if start and start.rows and not start.batch:
            _publish(folder, start.rows, learner)

        def keep(checkpoint: Checkpoint) -> None:
            with disk_errors(folder.path, ADVICE):
                checkpoint.save(folder.checkpoint_file)
            if not checkpoint.batch:
                _publish(folder, checkpoint.rows, learner)

        try:
            return train(
                learner, prepared, plan, start=start, keep=keep, every=every, watcher=watcher
            )
        finally:
            _draw(folder, f"{recipe.title} on {data.title}")


def _last_checkpoint(folder: RunFolder, learner: Learner) -> Checkpoint | None:
    """The folder's checkpoint, taken up by the learner; None when there is none."""
    if not folder.checkpoint_file.exists():
        return None
    checkpoint = Checkpoint.load(folder.checkpoint_file)
    try:
        learner.load_state(checkpoint.state)
    except ValueError as error:
        raise RunError(f"{folder.checkpoint_file} cannot be used: {error}") from error
    return checkpoint


def _publish(folder: RunFolder, rows: list[Row], learner: Learner) -> None:
    """Write what a finished epoch leaves."""
    with disk_errors(folder.path, ADVICE):
        folder.write_metrics(rows)
        learner.save_weights(folder.weights_file)


def _draw(folder: RunFolder, title: str) -> None:
    """Write curves.png from metrics.csv, as far as the run has come."""
    rows = folder.metrics()
    if rows:
        from coursekit.plots import show_curves  # not needed while training

        with disk_errors(folder.path, ADVICE), whole_file(folder.curves_file) as part:
            show_curves(rows, title=title).save(part)


def _differs(folder: RunFolder, name: str, begun: object, now: object) -> RunError:
    said = f"no {OPTIONS[name]}" if begun is None else f"{OPTIONS[name]} {begun}"
    return RunError(
        f"the run in {folder.path} was begun with {said}, not {now}: leave the option out to go on "
        "with it, or take another --out to begin a new one"
    )


def _at_least_one(value: int, option: str) -> int:
    if value < 1:
        raise RunError(f"{option} must be at least 1, got {value}")
    return value
