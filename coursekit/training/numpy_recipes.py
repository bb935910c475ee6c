"""The networks in NumPy, with the settings that train them well.

The settings were chosen on validation images, never on test images; `benchmarks/recipes.md` says
what they reach.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.numpy_nn import Sequential, lenet1, lenet5, load_parameters, modified_lenet
from coursekit.training.datasets import DataSet
from coursekit.training.errors import RunError
from coursekit.training.loop import Plan
from coursekit.training.numpy_learner import NumpyLearner
from coursekit.training.recipes import Recipe, Session
from coursekit.training.run_folder import RunConfig
from coursekit.training.settings import SMALL, Settings
from coursekit.training.shifts import RandomShift
from coursekit.training.source import ArraySource


@dataclass(frozen=True)
class NumpyRecipe(Recipe):
    """A network of `coursekit.numpy_nn`, how it wants its pixels, and its settings.

    Attributes:
        name: what is typed.
        title: the network's name for people.
        build: makes it from (size, classes, seed).
        size: height and width of its input, None for any from 16.
        classes: the most classes it can tell apart, None for any number.
        paper, ink: what the pixel values 0 and 1 become.
        rubbish: penalty of LeNet-5's eleventh class while it learns (`RubbishClass`).
        large, small: settings for data sets of at least and below `SMALL` training images.
    """

    name: str
    title: str
    build: Callable[[int, int, int], Sequential]
    large: Settings
    small: Settings
    size: int | None = None
    classes: int | None = None
    paper: float = 0.0
    ink: float = 1.0
    rubbish: float | None = None
    weights_name: str = "weights.npz"
    usual_threads: int = 1

    def settings(self, data: DataSet) -> Settings:
        """The settings for this number of training images."""
        return self.small if data.count < SMALL else self.large

    def refuse_unfit(self, config: RunConfig) -> None:
        """Raise RunError when network, images and settings do not go together."""
        if config.channels != 1:
            raise RunError(
                f"{self.title} reads grey images; take a network such as resnet20 for colour"
            )
        if config.width != 1 or config.precision or config.compiled or config.micro_batch:
            raise RunError(
                f"{self.title} is computed by NumPy, which knows nothing of --width, --amp, "
                "--precision, --compile or --micro-batch: leave them out"
            )
        usual = Settings(1, 1, 1.0)
        for name in ("augment", "schedule", "optimizer", "label_smoothing", "clip"):
            if getattr(config.settings, name) != getattr(usual, name):
                option = name.replace("_", "-")
                raise RunError(f"{self.title} is computed by NumPy: leave --{option} out")
        if not 0 <= config.settings.shift <= config.size // 4:
            raise RunError(
                f"--shift must be from 0 to a quarter of the {config.size} pixels, got "
                f"{config.settings.shift}"
            )
        self.network(config.size, config.classes, config.seed)

    def network(self, size: int, classes: int, seed: int) -> Sequential:
        """The untrained network for images of ``size``. Raises RunError when they do not fit."""
        wanted = self._input_size(size)
        if self.classes is not None and classes > self.classes:
            raise RunError(
                f"{self.title} tells {self.classes} classes apart, the data have {classes}: "
                "take lenet-numpy"
            )
        return self.build(wanted, classes, seed)

    @contextmanager
    def session(self, config: RunConfig, data: DataSet) -> Iterator[Session]:
        """The network with its optimizer, and the images as it wants them."""
        how, split = config.settings, data.split
        prepared = split._replace(
            x_train=self.prepare(split.x_train), x_val=self.prepare(split.x_val)
        )
        plan = Plan(
            how.epochs,
            how.batch,
            how.rates(),
            config.seed,
            RandomShift(how.shift, paper=self.paper),
        )
        with (
            NumpyLearner(
                self.network(config.size, config.classes, config.seed),
                momentum=how.momentum,
                weight_decay=how.weight_decay,
                rubbish=self.rubbish,
                threads=config.threads or 1,
            ) as learner,
            warnings.catch_warnings(),
        ):
            # A rate that is too high overflows first; the loop then says so in words.
            warnings.filterwarnings("ignore", category=RuntimeWarning, module="coursekit.numpy_nn")
            yield Session(learner, ArraySource(prepared), plan)

    def predictor(self, config: RunConfig, weights: Path) -> "NumpyPredictor":
        """The network with these weights. Raises what reading them raises."""
        net = self.network(config.size, config.classes, config.seed)
        load_parameters(net, weights)
        return NumpyPredictor(net, self, config.size)

    def prepare(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Images (N, 1, H, H) in [0, 1] as the network wants them: its size, its range."""
        border = (self._input_size(images.shape[-1]) - images.shape[-1]) // 2
        x = images.astype(np.float32, copy=False)
        if (self.paper, self.ink) != (0.0, 1.0):
            x = x * np.float32(self.ink - self.paper) + np.float32(self.paper)
        if border:
            sides = ((0, 0), (0, 0), (border, border), (border, border))
            x = np.pad(x, sides, constant_values=self.paper)
        return x

    def _input_size(self, size: int) -> int:
        """The network's input size for images of ``size``; paper is put around smaller ones."""
        wanted = size if self.size is None else self.size
        if size < 16 or size > wanted or (wanted - size) % 2:
            fits = "16×16 or more" if self.size is None else f"{wanted}×{wanted}"
            advice = "" if self.size is None else "; lenet-numpy reads 16×16 or more"
            raise RunError(f"{self.title} reads images of {fits}, these are {size}×{size}{advice}")
        return wanted


@dataclass(frozen=True)
class NumpyPredictor:
    """A trained network of `coursekit.numpy_nn`."""

    network: Sequential
    recipe: NumpyRecipe
    size: int

    def reads(self, shape: tuple[int, ...]) -> bool:
        """Whether images have the size that the network was trained on."""
        return shape == (1, self.size, self.size)

    def scores(self, images: NDArray[Any]) -> NDArray[Any]:
        """Return logits (N, K) for images (N, 1, S, S) in [0, 1]."""
        return self.network.predict(self.recipe.prepare(images))


NUMPY_RECIPES = {
    recipe.name: recipe
    for recipe in (
        NumpyRecipe(
            name="lenet-numpy",
            title="Modified LeNet",
            build=lambda size, classes, seed: modified_lenet(size, classes, seed=seed),
            large=Settings(epochs=10, batch=32, learning_rate=0.04),
            small=Settings(epochs=60, batch=32, learning_rate=0.02, weight_decay=2e-3, shift=2),
        ),
        NumpyRecipe(
            name="lenet5-numpy",
            title="LeNet-5 (1998)",
            build=lambda size, classes, seed: lenet5(seed=seed),
            large=Settings(epochs=20, batch=32, learning_rate=0.002, weight_decay=0.0),
            small=Settings(epochs=30, batch=16, learning_rate=0.002, weight_decay=0.0, shift=1),
            size=32,
            classes=10,
            paper=-0.1,
            ink=1.175,
            rubbish=1.0,
        ),
        NumpyRecipe(
            name="lenet1-numpy",
            title="LeNet-1 (1989)",
            build=lambda size, classes, seed: lenet1(seed=seed),
            large=Settings(epochs=20, batch=32, learning_rate=0.03, weight_decay=0.0),
            small=Settings(epochs=30, batch=16, learning_rate=0.03, weight_decay=0.0, shift=1),
            size=28,
            classes=10,
            paper=-0.1,
            ink=1.175,
        ),
    )
}
