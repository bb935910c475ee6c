"""How a network is trained: all numbers and choices that decide the result."""

from collections.abc import Callable
from dataclasses import dataclass

from coursekit.training.schedule import Constant, OneCycle, Schedule, Steps, WarmUpCosine

#: With fewer training images than this, a recipe takes its settings for small data sets.
SMALL = 10_000


@dataclass(frozen=True)
class Settings:
    """How a network is trained.

    Attributes:
        epochs: how often each image is seen, unless the user says otherwise.
        batch: images per step.
        learning_rate: the highest rate; the schedule goes up to it and down again.
        momentum, weight_decay: of SGD; of AdamW the first and the second.
        warm_up: share of the steps on the way up.
        shift: pixels by which images are moved at random (`RandomShift`), 0 for none.
        schedule: "cosine", "steps" (a tenth after 50 % and after 75 %), "one-cycle" or "constant".
        optimizer: "sgd" (with Nesterov's momentum) or "adamw".
        augment: changes of the training images (`coursekit.training.augment`), joined by "+":
            "crop+flip", "resized+flip+colour"; "none".
        label_smoothing: share of each label that is spread over all classes.
        clip: largest norm of the gradient; None for any.
    """

    epochs: int
    batch: int
    learning_rate: float
    momentum: float = 0.9
    weight_decay: float = 5e-4
    warm_up: float = 0.1
    shift: int = 0
    schedule: str = "cosine"
    optimizer: str = "sgd"
    augment: str = "none"
    label_smoothing: float = 0.0
    clip: float | None = None

    def rates(self) -> Schedule:
        """The learning rate over the run. Raises ValueError for an unknown schedule."""
        if self.schedule not in SCHEDULES:
            raise ValueError(f"schedule must be {' or '.join(SCHEDULES)}, got {self.schedule!r}")
        return SCHEDULES[self.schedule](self.learning_rate, self.warm_up)


SCHEDULES: dict[str, Callable[[float, float], Schedule]] = {
    "cosine": lambda peak, warm_up: WarmUpCosine(peak, warm_up=warm_up),
    "steps": lambda peak, warm_up: Steps(peak, warm_up=warm_up),
    "one-cycle": lambda peak, warm_up: OneCycle(peak),
    "constant": lambda peak, warm_up: Constant(peak),
}
"""Makes a schedule from the highest rate and the share of the steps on the way up."""

OPTIMIZERS = ("sgd", "adamw")

PRECISIONS = ("bf16", "fp16")
"""Short floating-point numbers for mixed precision."""
