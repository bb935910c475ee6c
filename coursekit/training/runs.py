"""A training run in a folder: begun, continued, read."""

import os
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from coursekit.errors import CourseError
from coursekit.training.checkpoint import Checkpoint, Row
from coursekit.training.datasets import DataSet, load_data, same_source
from coursekit.training.errors import RunError
from coursekit.training.files import disk_errors, whole_file
from coursekit.training.learner import Learner
from coursekit.training.loop import Watcher, train
from coursekit.training.pictures_on_disk import PREFIX, USUAL_SIZE
from coursekit.training.recipes import Predictor, find_recipe
from coursekit.training.run_folder import ADVICE, RunConfig, RunFolder

#: What the settings are called on the command line, where it is not the name with two dashes.
OPTIONS = {
    "recipe": "recipe",
    "learning_rate": "--lr",
    "precision": "--precision or --amp",
    "compiled": "--compile",
}


def begin(
    out: str | Path,
    recipe: str,
    data: str,
    *,
    size: int | None = None,
    seed: int = 0,
    threads: int | None = None,
    validation: float | None = None,
    width: float = 1.0,
    precision: str | None = None,
    compiled: bool = False,
    micro_batch: int | None = None,
    every: float = 5.0,
    watcher: Watcher | None = None,
    **settings: Any,
) -> list[Row]:
    """Train the network of a recipe and leave weights, metrics and curves in the folder ``out``.

    ``settings`` are fields of `Settings`; those that are not given, or are None, are the recipe's.
    For the rest see `RunConfig`. Returns one row of measurements per epoch. Raises RunError for
    settings that do not go together or a folder that is taken, and what `train` and `load_data`
    raise.
    """
    chosen, images = find_recipe(recipe), load_data(data, validation, size)
    given = {name: value for name, value in settings.items() if value is not None}
    mean, std = images.statistics()
    config = RunConfig(
        recipe=recipe,
        data=images.source,
        settings=replace(chosen.settings(images), **given),
        seed=seed,
        size=size or (USUAL_SIZE if images.source.startswith(PREFIX) else images.size),
        channels=images.channels,
        classes=images.classes,
        names=images.names,
        mean=mean,
        std=std,
        images=images.fingerprint(),
        validation=validation,
        threads=chosen.usual_threads if threads is None else threads,
        width=width,
        precision=precision,
        compiled=compiled,
        micro_batch=micro_batch,
    )
    _refuse_impossible(config)
    chosen.refuse_unfit(config)  # ask before a folder is made
    folder = RunFolder(out)
    if is_first_process():
        folder.begin(config)
    return _run(folder, config, images, every, watcher)


def _refuse_impossible(config: RunConfig) -> None:
    how = config.settings
    for name in ("epochs", "batch", "threads", "micro_batch"):
        value = config.option(name)
        if isinstance(value, int) and value < 1:
            raise RunError(f"{_option(name)} must be at least 1, got {value}")
    if not 0 < how.learning_rate < float("inf"):
        raise RunError(f"--lr must be above 0 and finite, got {how.learning_rate}")
    if not 0 <= how.momentum < 1 or not 0 <= how.weight_decay < float("inf"):
        raise RunError(
            "--momentum must be from 0 to below 1 and --weight-decay at least 0, got "
            f"{how.momentum:g} and {how.weight_decay:g}"
        )
    if config.seed < 0:
        raise RunError(f"--seed must be at least 0, got {config.seed}")


def is_first_process() -> bool:
    """Whether this process writes the files; `torchrun` numbers the processes."""
    return os.environ.get("RANK", "0") == "0"


def resume(
    out: str | Path,
    given: Mapping[str, Any] | None = None,
    *,
    every: float = 5.0,
    watcher: Watcher | None = None,
) -> list[Row]:
    """Go on with the run in the folder ``out``; a finished one is left as it is.

    ``given`` holds settings, by their names in `RunConfig` and `Settings`, that the user expects;
    None is no expectation. Raises RunError when one of them differs, when the images are others,
    or when there is no run.
    """
    folder = RunFolder(out)
    config = folder.config()
    wanted = {name: value for name, value in (given or {}).items() if value is not None}
    source = wanted.pop("data", config.data)
    for name, value in wanted.items():
        if config.option(name) != value:
            raise _differs(folder, name, config.option(name), value)
    images = load_data(source, config.validation, config.size)
    if images.fingerprint() != config.images:
        if not same_source(source, config.data):
            raise _differs(folder, "data", config.data, source)
        raise RunError(
            f"{source} no longer holds the images that the run in {folder.path} was begun with: "
            "begin a new one with another --out"
        )
    return _run(folder, config, images, every, watcher)


def trained(out: str | Path) -> tuple[RunConfig, Predictor]:
    """The network of a run with its weights, and how it was made. Raises RunError without one."""
    folder = RunFolder(out)
    config = folder.config()
    recipe = find_recipe(config.recipe)
    weights = folder.path / recipe.weights_name
    if not weights.exists():
        raise RunError(
            f"{folder.path} has no weights yet, its first epoch is not done: "
            f"`coursekit train --resume --out {folder.path}` goes on with it"
        )
    try:
        return config, recipe.predictor(config, weights)
    except (CourseError, ValueError, OSError, RuntimeError) as error:
        # RuntimeError: a damaged archive
        raise RunError(
            f"{weights} cannot be used ({error}): "
            f"`coursekit train --resume --out {folder.path}` writes it again"
        ) from error


def _run(
    folder: RunFolder, config: RunConfig, data: DataSet, every: float, watcher: Watcher | None
) -> list[Row]:
    recipe = find_recipe(config.recipe)
    first = is_first_process()
    if first and watcher and data.problem:
        watcher.note(data.problem)
    with recipe.session(config, data) as session, folder.held() if first else nullcontext():
        learner, weights = session.learner, folder.path / recipe.weights_name
        start = _last_checkpoint(folder, learner)
        if first and start and start.rows and not start.batch:
            _publish(folder, start.rows, learner, weights)

        def keep(checkpoint: Checkpoint) -> None:
            with disk_errors(folder.path, ADVICE):
                checkpoint.save(folder.checkpoint_file)
            if not checkpoint.batch:
                _publish(folder, checkpoint.rows, learner, weights)

        try:
            return train(
                learner,
                session.source,
                session.plan,
                start=start,
                keep=keep if first else None,
                every=every,
                watcher=watcher if first else None,
            )
        finally:
            if first:
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


def _publish(folder: RunFolder, rows: list[Row], learner: Learner, weights: Path) -> None:
    """Write what a finished epoch leaves."""
    with disk_errors(folder.path, ADVICE):
        folder.write_metrics(rows)
        learner.save_weights(weights)


def _draw(folder: RunFolder, title: str) -> None:
    """Write curves.png from metrics.csv, as far as the run has come."""
    rows = folder.metrics()
    if rows:
        from coursekit.plots import show_curves  # not needed while training

        with disk_errors(folder.path, ADVICE), whole_file(folder.curves_file) as part:
            show_curves(rows, title=title).save(part)


def _option(name: str) -> str:
    return OPTIONS.get(name, f"--{name.replace('_', '-')}")


def _differs(folder: RunFolder, name: str, begun: object, now: object) -> RunError:
    said = f"no {_option(name)}" if begun is None else f"{_option(name)} {begun}"
    return RunError(
        f"the run in {folder.path} was begun with {said}, not {now}: leave the option out to go on "
        "with it, or take another --out to begin a new one"
    )
