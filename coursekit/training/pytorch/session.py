"""A network of `coursekit.models` made ready to be trained as a run's configuration says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch

from coursekit.models import ModelError
from coursekit.training.augment import (
    Augmentation,
    Compose,
    Cutout,
    PCAColor,
    RandomCrop,
    RandomFlip,
    RandomResizedCrop,
    ScaleJitter,
    rgb_principal_components,
)
from coursekit.training.datasets import DataSet
from coursekit.training.errors import RunError
from coursekit.training.loop import Change, Plan
from coursekit.training.pytorch.building import build_for
from coursekit.training.pytorch.learner import TorchLearner
from coursekit.training.pytorch.optimizers import make_optimizer
from coursekit.training.pytorch.pixels import Pixels
from coursekit.training.pytorch.processes import autotuned, joined
from coursekit.training.pytorch.sources import randomly, source_for
from coursekit.training.recipes import Session
from coursekit.training.run_folder import RunConfig

COLOURS_FROM = 2_000
"""Training pictures whose colours decide the directions of `PCAColor`."""

PIECES: dict[str, Callable[[int], Augmentation]] = {
    "crop": lambda size: RandomCrop(size // 8),
    "flip": lambda size: RandomFlip(),
    "resized": lambda size: RandomResizedCrop(size),
    "jitter": lambda size: ScaleJitter(size, sides=(size, 2 * size)),
    "cutout": lambda size: Cutout(size // 2),
}
"""What --augment can name beside "colour" and "none", made for pictures of a size."""


def parse_augment(config: RunConfig) -> list[str]:
    """The names in the settings' ``augment``. Raises RunError for unknown ones."""
    names = config.settings.augment.split("+")
    unknown = [n for n in names if n not in (*PIECES, "colour", "none")]
    if unknown or ("none" in names and len(names) > 1):
        raise RunError(
            f"--augment joins {', '.join((*PIECES, 'colour'))} by +, or is none; got "
            f"{config.settings.augment!r}"
        )
    if "colour" in names and config.channels != 3:
        raise RunError("--augment colour needs colour pictures, these are grey")
    return [] if names == ["none"] else names


def try_network(config: RunConfig) -> None:
    """Run the network on pictures without numbers. Raises RunError when they do not fit it."""
    try:
        with torch.device("meta"):
            network = build_for(config)
            network.eval()
            network(torch.empty(2, config.channels, config.size, config.size))
    except (ModelError, RuntimeError) as error:
        said = str(error).splitlines()[0]
        raise RunError(
            f"{config.recipe} cannot read pictures of {config.size}×{config.size} pixels: {said}"
        ) from error


@contextmanager
def session(config: RunConfig, data: DataSet) -> Iterator[Session]:
    """Everything on its device; global random state and threads are put back at the end."""
    threads = torch.get_num_threads()
    if config.threads:
        torch.set_num_threads(config.threads)
    with joined() as processes, autotuned(processes.device), torch.random.fork_rng():
        network = build_for(config).to(processes.device)
        how = config.settings
        learner = TorchLearner(
            network,
            make_optimizer(network, how),
            processes,
            prepare=Pixels(config.mean, config.std, config.size),
            label_smoothing=how.label_smoothing,
            precision=config.precision,
            compiled=config.compiled,
            micro_batch=config.micro_batch,
            clip=how.clip,
            seed=config.seed,
        )
        plan = Plan(how.epochs, how.batch, how.rates(), config.seed, _change(config, data))
        try:
            yield Session(learner, source_for(data.split, processes.device), plan)
        finally:
            learner.leave()
            torch.set_num_threads(threads)


def _change(config: RunConfig, data: DataSet) -> Change | None:
    names = parse_augment(config)
    if not names:
        return None
    steps: list[Augmentation] = []
    for name in names:
        if name == "colour":
            some = torch.from_numpy(np.array(data.split.x_train[:COLOURS_FROM]))
            steps.append(PCAColor(*rgb_principal_components(some)))
        else:
            steps.append(PIECES[name](data.size if name in ("crop", "cutout") else config.size))
    return randomly(Compose(steps))
