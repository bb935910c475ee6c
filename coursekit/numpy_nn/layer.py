"""What every layer is: forward, backward, parameters and their gradients."""

import copy
from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from coursekit.numpy_nn.layout import Array


class Layer(ABC):
    """A function of arrays that can say how its output changes with its input.

    ``params`` holds the trainable arrays by name ("w", "b"); ``grads`` holds, after ``backward``,
    the derivative of the loss with respect to each, in arrays of the same shape. What ``backward``
    needs is kept in ``cache`` by ``forward`` and dropped once used.
    """

    params: dict[str, Array]
    grads: dict[str, Array]
    _cache: Any

    def __init__(self) -> None:
        self.params, self.grads, self._cache = {}, {}, None

    @property
    def cache(self) -> Any:
        """What the last ``forward`` kept; reading it takes it away, so memory is freed early."""
        if self._cache is None:
            raise RuntimeError(f"{self}: call forward(x) before each backward(dout)")
        cache, self._cache = self._cache, None
        return cache

    @cache.setter
    def cache(self, value: Any) -> None:
        self._cache = value

    @abstractmethod
    def forward(self, x: npt.ArrayLike) -> Array:
        """Return y for a batch x, samples on the first axis of both."""

    @abstractmethod
    def backward(self, dout: npt.ArrayLike) -> Array:
        """Return dx, the loss's derivative by x, from ``dout``, its derivative by y; fill grads."""

    def gradients(self, dout: npt.ArrayLike) -> None:
        """Fill ``grads`` only: what a network's first layer needs, since nobody asks for its dx."""
        self.backward(dout)

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of y without its sample axis, from that of x. Raises ValueError."""
        return shape

    def parameter_count(self) -> int:
        """Return how many numbers the layer learns."""
        return sum(p.size for p in self.params.values())

    def replica(self) -> Self:
        """Return a layer with the same parameters (shared, not copied) and a cache of its own."""
        twin = copy.copy(self)
        twin.grads, twin._cache = {}, None
        return twin

    def describe(self) -> str:
        """Return what stands in the brackets of ``repr``."""
        return ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.describe()})"

    def _input(self, x: npt.ArrayLike) -> Array:
        """x in the dtype of the parameters, so that a float32 network computes in float32."""
        return np.asarray(x, self.params["w"].dtype)


def float_type(dtype: npt.DTypeLike) -> np.dtype[Any]:
    """Return float32 or float64; raise ValueError for anything else."""
    kind = np.dtype(dtype)
    if kind not in (np.float32, np.float64):
        raise ValueError(f"dtype must be float32 or float64, got {kind}")
    return kind


def by(sizes: tuple[int, ...]) -> str:
    """(6, 24, 24) as ``6×24×24``."""
    return "×".join(map(str, sizes))
