"""Activations: one function for every number of an array, any shape, with its derivative."""

from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.numpy_nn.layer import Layer
from coursekit.numpy_nn.layout import Array, floats

#: LeCun's A and S in A·tanh(S·x): f(±1) = ±1, and the curvature is largest there.
AMPLITUDE, SLOPE = 1.7159, 2 / 3


def sigmoid_forward(x: npt.ArrayLike) -> tuple[Array, Any]:
    """Return (y, cache) with y = 1 / (1 + e^−x), written so that no x overflows."""
    x = floats(x, "x")
    y = np.exp(-np.logaddexp(0, -x))
    return y, y


def sigmoid_backward(dout: npt.ArrayLike, cache: Any) -> Array:
    """Return dx = dout · y (1 − y): at most a quarter of dout."""
    return floats(dout, "dout") * (cache * (1 - cache))


def tanh_forward(x: npt.ArrayLike) -> tuple[Array, Any]:
    """Return (y, cache) with y = tanh x."""
    y = np.tanh(floats(x, "x"))
    return y, y


def tanh_backward(dout: npt.ArrayLike, cache: Any) -> Array:
    """Return dx = dout · (1 − y²)."""
    return floats(dout, "dout") * (1 - cache * cache)


def scaled_tanh_forward(x: npt.ArrayLike) -> tuple[Array, Any]:
    """Return (y, cache) with y = 1.7159 tanh(2x/3) (LeCun et al. 1998, appendix A)."""
    y = np.tanh(SLOPE * floats(x, "x"))
    return AMPLITUDE * y, y


def scaled_tanh_backward(dout: npt.ArrayLike, cache: Any) -> Array:
    """Return dx = dout · 1.7159 · 2/3 · (1 − tanh²)."""
    return floats(dout, "dout") * (AMPLITUDE * SLOPE * (1 - cache * cache))


def relu_forward(x: npt.ArrayLike) -> tuple[Array, Any]:
    """Return (y, cache) with y = max(0, x)."""
    x = floats(x, "x")
    y = np.maximum(x, np.zeros_like(x))  # twice as fast as with the number 0
    return y, y


def relu_backward(dout: npt.ArrayLike, cache: Any) -> Array:
    """Return dx: dout where x was above 0, else 0 (at 0 itself too, as in PyTorch)."""
    return floats(dout, "dout") * (cache > 0)


class Sigmoid(Layer):
    """y = 1 / (1 + e^−x)."""

    def forward(self, x: npt.ArrayLike) -> Array:
        """Return y of the shape of x."""
        y, self.cache = sigmoid_forward(x)
        return y

    def backward(self, dout: npt.ArrayLike) -> Array:
        """Return dx of the shape of x."""
        return sigmoid_backward(dout, self.cache)


class Tanh(Layer):
    """y = tanh x."""

    def forward(self, x: npt.ArrayLike) -> Array:
        """Return y of the shape of x."""
        y, self.cache = tanh_forward(x)
        return y

    def backward(self, dout: npt.ArrayLike) -> Array:
        """Return dx of the shape of x."""
        return tanh_backward(dout, self.cache)


class ScaledTanh(Layer):
    """y = 1.7159 tanh(2x/3), the squashing function of LeNet-5."""

    def forward(self, x: npt.ArrayLike) -> Array:
        """Return y of the shape of x."""
        y, self.cache = scaled_tanh_forward(x)
        return y

    def backward(self, dout: npt.ArrayLike) -> Array:
        """Return dx of the shape of x."""
        return scaled_tanh_backward(dout, self.cache)


class ReLU(Layer):
    """y = max(0, x)."""

    def forward(self, x: npt.ArrayLike) -> Array:
        """Return y of the shape of x."""
        y, self.cache = relu_forward(x)
        return y

    def backward(self, dout: npt.ArrayLike) -> Array:
        """Return dx of the shape of x."""
        return relu_backward(dout, self.cache)
