"""From maps to a row of numbers."""

import math

import numpy.typing as npt

from coursekit.arguments import float_array
from coursekit.numpy_nn.layer import Layer
from coursekit.numpy_nn.layout import Array


class Flatten(Layer):
    """(N, C, H, W) → (N, C·H·W), channels first, as PyTorch orders them."""

    def forward(self, x: npt.ArrayLike) -> Array:
        """Return y (N, C·H·W)."""
        x = float_array(x, "x")
        self.cache = x.shape
        samples_last = x.transpose(*range(1, x.ndim), 0)  # as they lie in memory, see ``layout``
        return samples_last.reshape(-1, len(x)).T

    def backward(self, dout: npt.ArrayLike) -> Array:
        """Return dx of the shape of x."""
        shape = self.cache
        d = float_array(dout, "dout", 2).T.reshape(*shape[1:], shape[0])
        return d.transpose(-1, *range(d.ndim - 1))

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """(C, H, W) → (C·H·W,)."""
        return (math.prod(shape),)
