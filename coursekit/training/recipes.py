"""Networks with the settings that train them well, found by name."""

import difflib
import re
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from coursekit.training.datasets import DataSet
from coursekit.training.errors import RunError
from coursekit.training.learner import Learner
from coursekit.training.loop import Plan
from coursekit.training.run_folder import RunConfig
from coursekit.training.settings import Settings
from coursekit.training.source import Source


@dataclass(frozen=True)
class Session:
    """All that the loop needs for one run."""

    learner: Learner
    source: Source
    plan: Plan


class Predictor(Protocol):
    """A trained network."""

    def reads(self, shape: tuple[int, ...]) -> bool:
        """Whether it can read images of this shape (C, S, S)."""

    def scores(self, images: NDArray[Any]) -> NDArray[Any]:
        """Return logits (N, K) for images (N, C, S, S) as a `DataSet` holds them."""


class Recipe(ABC):
    """A network that can be trained by name.

    Attributes:
        name: what is typed.
        title: the network's name for people.
        weights_name: the file that holds what was learned.
        usual_threads: unless the user says otherwise; None for PyTorch's own number.
    """

    name: str
    title: str
    weights_name: str
    usual_threads: int | None

    @abstractmethod
    def settings(self, data: DataSet) -> Settings:
        """The settings for this data set, unless the user says otherwise."""

    @abstractmethod
    def refuse_unfit(self, config: RunConfig) -> None:
        """Raise RunError when network, images and settings do not go together."""

    @abstractmethod
    def session(self, config: RunConfig, data: DataSet) -> AbstractContextManager[Session]:
        """What is to be trained; leaving the context ends threads and processes."""

    @abstractmethod
    def predictor(self, config: RunConfig, weights: Path) -> Predictor:
        """The network with these weights. Raises what reading them raises."""


def recipe_names() -> list[str]:
    """All names, those in NumPy first."""
    from coursekit.models import MODELS
    from coursekit.training.numpy_recipes import NUMPY_RECIPES

    return [*NUMPY_RECIPES, *MODELS]


def find_recipe(name: str) -> Recipe:
    """The recipe of this name. Raises RunError naming those that come close, or all there are."""
    from coursekit.training.deep_recipes import DeepRecipe, is_deep
    from coursekit.training.numpy_recipes import NUMPY_RECIPES

    if name in NUMPY_RECIPES:
        return NUMPY_RECIPES[name]
    if is_deep(name):
        return DeepRecipe(name, name)
    names = recipe_names()
    close = difflib.get_close_matches(name, names, n=3)
    said = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(names)}"
    if re.fullmatch(r"(resnet|plain)\d+", name):
        said += "; those for small pictures have 6n + 2 layers: 8, 14, 20, 26, …"
    raise RunError(f"there is no recipe {name!r}; {said}")
