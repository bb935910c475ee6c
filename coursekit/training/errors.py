"""What can go wrong with a run, said so that the user can put it right."""

from coursekit.errors import CourseError


class RunError(CourseError, ValueError):
    """A run cannot be begun, continued or read; the message says why and what to do."""


class Diverged(CourseError, ArithmeticError):
    """The loss is no longer a finite number."""


class TrainingStopped(KeyboardInterrupt):
    """A signal ended the training; its state is in the checkpoint.

    Attributes:
        place: where it stopped, such as ``epoch 2, batch 310 of 860``.
        number: the signal's number.
    """

    def __init__(self, place: str, number: int) -> None:
        super().__init__(f"stopped in {place}")
        self.place, self.number = place, number
