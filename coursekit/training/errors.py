"""What can go wrong with a run, said so that the user can put it right."""

from coursekit.errors import CourseError


class RunError(CourseError, ValueError):
    """A run cannot be begun, continued or read; the message says why and what to do."""


class Diverged(CourseError, ArithmeticError):
    """The loss is no longer a finite number.

    Attributes:
        loss, rate: the loss and the learning rate of the step.
        where: a sentence about the layer in which it began, as far as it is known.
        place: the step, such as ``epoch 2, batch 310 of 860``.
    """

    def __init__(self, loss: float, rate: float, where: str = "", place: str = "this step") -> None:
        super().__init__(
            f"the loss is {loss} in {place}: the steps were too large for this network. "
            + (f"{where} " if where else "")
            + f"The learning rate was {rate:.3g} there; take a smaller one, such as a fifth of "
            "yours (--lr)"
        )
        self.loss, self.rate, self.where, self.place = loss, rate, where, place

    def at(self, place: str) -> "Diverged":
        """The same, with the step named."""
        return Diverged(self.loss, self.rate, self.where, place)


class TrainingStopped(KeyboardInterrupt):
    """A signal ended the training; its state is in the checkpoint.

    Attributes:
        place: where it stopped, such as ``epoch 2, batch 310 of 860``.
        number: the signal's number; None when another process was asked to stop.
    """

    def __init__(self, place: str, number: int | None) -> None:
        super().__init__(f"stopped in {place}")
        self.place, self.number = place, number
