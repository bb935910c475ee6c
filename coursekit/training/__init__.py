"""Training that can be stopped and continued, evaluation, and reading pictures.

`fit` trains a PyTorch module in a notebook. `begin`, `resume` and `evaluate_run` do what
``coursekit train`` and ``evaluate`` do, `coursekit.training.prediction.Reader` what
``coursekit predict`` does. The loop itself, `train`, knows no framework: it takes a `Learner`.

Importing this package does not import PyTorch; using `fit` and `TorchLearner` does.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from coursekit.training.checkpoint import Checkpoint
from coursekit.training.datasets import DataSet, load_data
from coursekit.training.errors import Diverged, RunError, TrainingStopped
from coursekit.training.evaluation import Evaluation, Mistake, evaluate, evaluate_run
from coursekit.training.learner import Learner
from coursekit.training.loop import Plan, train
from coursekit.training.numpy_learner import NumpyLearner
from coursekit.training.numpy_recipes import NUMPY_RECIPES
from coursekit.training.recipes import Recipe, find_recipe, recipe_names
from coursekit.training.run_folder import RunConfig, RunFolder
from coursekit.training.runs import begin, resume, trained
from coursekit.training.schedule import Schedule, WarmUpCosine
from coursekit.training.settings import Settings
from coursekit.training.shifts import RandomShift
from coursekit.training.source import ArraySource, Source

if TYPE_CHECKING:
    from coursekit.training.pytorch.fitting import fit
    from coursekit.training.pytorch.learner import TorchLearner

__all__ = [
    "NUMPY_RECIPES",
    "ArraySource",
    "Checkpoint",
    "DataSet",
    "Diverged",
    "Evaluation",
    "Learner",
    "Mistake",
    "NumpyLearner",
    "Plan",
    "RandomShift",
    "Recipe",
    "RunConfig",
    "RunError",
    "RunFolder",
    "Schedule",
    "Settings",
    "Source",
    "TorchLearner",
    "TrainingStopped",
    "WarmUpCosine",
    "begin",
    "evaluate",
    "evaluate_run",
    "find_recipe",
    "fit",
    "load_data",
    "recipe_names",
    "resume",
    "train",
    "trained",
]

_IN_PYTORCH = {"fit": "fitting", "TorchLearner": "learner"}


def __getattr__(name: str) -> Any:
    if name not in _IN_PYTORCH:
        raise AttributeError(f"module 'coursekit.training' has no attribute '{name}'")
    return getattr(import_module(f"coursekit.training.pytorch.{_IN_PYTORCH[name]}"), name)
