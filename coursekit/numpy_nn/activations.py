"""Activations: one function for every number of an array, any shape, with its derivative."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from coursekit.arguments import float_array
from coursekit.numpy_nn.layer import Layer
from coursekit.numpy_nn.layout import Array

#: LeCun's A and S in A·tanh(S·x): f(±1) = ±1, and the curvature is largest there.
AMPLITUDE, SLOPE = 1.7159, 2 / 3


def sigmoid_forward(x: npt.ArrayLike) -> tuple[Array, Any]:
    """Return (y, cache) with y = 1 / (1 + e^−x), written so that no x overflows."""
    x = float_array(x, "x")
    y = np.exp(-np.logaddexp(0, -x))
    return y, y


def sigmoid_backward(dout: npt.ArrayLike, cache: Any) -> Array:
    """Return dx = dout · y (1 − y): at most a quarter of dout."""
    return float_array(dout, "dout") * (cache * (1 - cache))


def tanh_forward(x: npt.ArrayLike) -> tuple[Array, Any]:
    """Return (y, cache) with y = tanh x."""
    y = np.tanh(float_array(x, "x"))
    return y, y


def tanh_backward(dout: npt.ArrayLike, cache: Any) -> Array:
    """Return dx = dout · (1 − y²)."""
    return float_array(dout, "dout") * (1 - cache * cache)


def scaled_tanh_forward(x: npt.ArrayLike) -> tuple[Array, Any]:
    """Return (y, cache) with y = 1.7159 tanh(2x/3) (LeCun et al. 1998, appendix A)."""
    y = np.tanh(SLOPE * float_array(x, "x"))
    return AMPLITUDE * y, y


def scaled_tanh_backward(dout: npt.ArrayLike, cache: Any) -> Array:
    """Return dx = dout · 1.7159 · 2/3 · (1 − tanh²)."""
    return float_array(dout, "dout") * (AMPLITUDE * SLOPE * (1 - cache * cache))


def relu_forward(x: npt.ArrayLike) -> tuple[Array, Any]:
    """Return (y, cache) with y = max(0, x)."""
    x = float_array(x, "x")
    y = np.maximum(x, np.zeros_like(x))  # in float32 quicker than with the number 0
    return y, y


def relu_backward(dout: npt.ArrayLike, cache: Any) -> Array:
    """Return dx: dout where x was above 0, else 0 (at 0 itself too, as in PyTorch)."""
    return float_array(dout, "dout") * (cache > 0)


class Activation(Layer):
    """A layer without parameters that applies one function to every number."""

    functions: ClassVar[tuple[Callable[..., tuple[Array, Any]], Callable[..., Array]]]

    def forward(self, x: npt.ArrayLike) -> Array:
        """Return y of the shape of x."""
        forward, _ = self.functions
        y, self.cache = forward(x)
        return y

    def backward(self, dout: npt.ArrayLike) -> Array:
        """Return dx of the shape of x."""
        _, backward = self.functions
        return backward(dout, self.cache)


class Sigmoid(Activation):
    """y = 1 / (1 + e^−x)."""

    functions = sigmoid_forward, sigmoid_backward


class Tanh(Activation):
    """y = tanh x."""

    functions = tanh_forward, tanh_backward


class ScaledTanh(Activation):
    """y = 1.7159 tanh(2x/3), the squashing function of LeNet-5."""

    functions = scaled_tanh_forward, scaled_tanh_backward


class ReLU(Activation):
    """y = max(0, x)."""

    functions = relu_forward, relu_backward
