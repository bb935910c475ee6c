"""Training that can be stopped and continued, evaluation, and reading pictures of digits.

`begin`, `resume` and `evaluate_run` do what ``coursekit train`` and ``evaluate`` do;
`coursekit.training.prediction.Reader` does what ``coursekit predict`` does. The loop itself,
`train`, knows no framework: it takes a `Learner`.
"""

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
    "TrainingStopped",
    "WarmUpCosine",
    "begin",
    "evaluate",
    "evaluate_run",
    "find_recipe",
    "load_data",
    "recipe_names",
    "resume",
    "train",
    "trained",
]
