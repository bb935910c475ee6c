"""Changes without chance, in the form of an augmentation."""

from abc import ABC, abstractmethod

from torch import Generator, Tensor

from coursekit.training.augment.augmentation import Draws


class Fixed(ABC):
    """Draws nothing, so it can stand in a `Compose`; called, it changes pictures directly."""

    @abstractmethod
    def __call__(self, x: Tensor) -> Tensor:
        """Return changed pictures; x (N, C, H, W) itself stays as it is."""

    def draw(self, count: int, shape: tuple[int, int, int], generator: Generator) -> Draws:
        """Nothing: the same is done to every picture."""
        return ()

    def apply(self, x: Tensor, draws: Draws = ()) -> Tensor:
        """Return changed pictures."""
        if draws:
            raise ValueError(f"{self} draws nothing, but {len(draws)} draws came")
        return self(x)
