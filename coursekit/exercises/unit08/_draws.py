"""Numbers for the cases: float32, as PyTorch's tensors are."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Single = NDArray[np.floating[Any]]


def normal(rng: np.random.Generator, *shape: int) -> Single:
    """Normal numbers of this shape."""
    return rng.standard_normal(shape).astype(np.float32)


def convolution(rng: np.random.Generator, n: int, channels: int, side: int) -> list[Single]:
    """Weights (n, channels, side, side) that keep signals alive, and biases that are not 0."""
    w = normal(rng, n, channels, side, side) * np.float32(np.sqrt(2 / (channels * side**2)))
    return [w, normal(rng, n) / 4]
