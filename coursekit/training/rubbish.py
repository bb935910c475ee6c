"""LeNet-5's eleventh class: whatever is no digit."""

from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.numpy_nn import Layer

Array = npt.NDArray[np.floating[Any]]


class RubbishClass(Layer):
    """Adds a column with the constant score −penalty to scores (N, K): shape (N, K + 1).

    With it, softmax cross-entropy is the criterion that LeNet-5 was trained with (LeCun et al.
    1998, equation 9; ``penalty`` is its j). Scores below −penalty, codes far from all digits, lose
    against the new class. So outputs are drawn towards the code of the right digit, and not only
    away from the others, which would drive the last layer into the flat part of its tanh, where
    learning ends.
    """

    def __init__(self, penalty: float) -> None:
        super().__init__()
        self.penalty = penalty

    def forward(self, x: npt.ArrayLike) -> Array:
        """Return y (N, K + 1)."""
        scores = np.asarray(x)
        column = np.full((len(scores), 1), -self.penalty, scores.dtype)
        return np.concatenate([scores, column], axis=1)

    def backward(self, dout: npt.ArrayLike) -> Array:
        """Return dx (N, K): the constant learns nothing."""
        return np.asarray(dout)[:, :-1]

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """(K,) → (K + 1,)."""
        return (shape[0] + 1,)

    def describe(self) -> str:
        """For example ``1``."""
        return f"{self.penalty:g}"
