"""Networks with the settings that train them well.

The settings were chosen on validation images, never on test images; `benchmarks/training.md` says
what they reach.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.numpy_nn import Sequential, lenet1, lenet5, modified_lenet
from coursekit.training.errors import RunError

#: With fewer training images than this, a recipe takes its settings for small data sets.
SMALL = 10_000


@dataclass(frozen=True)
class Settings:
    """How a network is trained.

    Attributes:
        epochs: how often each image is seen, unless the user says otherwise.
        batch: images per step.
        learning_rate: the highest rate; `WarmUpCosine` goes up to it and down again.
        momentum, weight_decay: of SGD.
        warm_up: share of the steps on the way up.
        shift: pixels by which images are moved at random (`RandomShift`), 0 for none.
    """

    epochs: int
    batch: int
    learning_rate: float
    momentum: float = 0.9
    weight_decay: float = 5e-4
    warm_up: float = 0.1
    shift: int = 0


@dataclass(frozen=True)
class Recipe:
    """A network, how it wants its pixels, and its settings.

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

    def settings(self, images: int) -> Settings:
        """The settings for this number of training images."""
        return self.small if images < SMALL else self.large

    def network(self, size: int, classes: int, seed: int) -> Sequential:
        """The untrained network for images of ``size``. Raises RunError when they do not fit."""
        wanted = self._input_size(size)
        if self.classes is not None and classes > self.classes:
            raise RunError(
                f"{self.title} tells {self.classes} classes apart, the data have {classes}: "
                "take lenet-numpy"
            )
        return self.build(wanted, classes, seed)

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


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="lenet-numpy",
            title="Modified LeNet",
            build=lambda size, classes, seed: modified_lenet(size, classes, seed=seed),
            large=Settings(epochs=10, batch=32, learning_rate=0.04),
            small=Settings(epochs=60, batch=32, learning_rate=0.02, weight_decay=2e-3, shift=2),
        ),
        Recipe(
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
        Recipe(
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


def find_recipe(name: str) -> Recipe:
    """The recipe of this name. Raises RunError naming all there are."""
    if name not in RECIPES:
        raise RunError(f"there is no recipe {name!r}; there are {', '.join(RECIPES)}")
    return RECIPES[name]
