"""The fully connected layer."""

from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.arguments import float_array, integer
from coursekit.numpy_nn.initialization import Init, initial
from coursekit.numpy_nn.layer import Layer, float_type
from coursekit.numpy_nn.layout import Array


def linear_forward(x: npt.ArrayLike, w: npt.ArrayLike, b: npt.ArrayLike) -> tuple[Array, Any]:
    """Return (y, cache) with y = x wᵀ + b: every output weighs every input.

    Shapes: x (N, D), w (M, D), b (M,), y (N, M); w lies as in PyTorch, one row per output. y has
    the dtype of x. Raises ValueError for shapes that do not fit.
    """
    x, w, b = float_array(x, "x", 2), float_array(w, "w", 2), float_array(b, "b", 1)
    if x.shape[1] != w.shape[1] or b.shape != w.shape[:1]:
        raise ValueError(
            f"expected x (N, D), w (M, D) and b (M,), got {x.shape}, {w.shape} and {b.shape}"
        )
    w, b = w.astype(x.dtype, copy=False), b.astype(x.dtype, copy=False)
    y = w @ x.T  # samples last in memory, see ``layout``
    y += b[:, np.newaxis]
    return y.T, (x, w)


def linear_backward(
    dout: npt.ArrayLike, cache: Any, input_gradient: bool = True
) -> tuple[Array, Array, Array]:
    """Return (dx, dw, db) from dout (N, M): dx = dout w, dw = doutᵀ x, db = Σ dout.

    Without ``input_gradient``, dx is not computed and comes back empty.
    """
    d, (x, w) = float_array(dout, "dout", 2), cache
    dx = (w.T @ d.T).T if input_gradient else np.empty(0, w.dtype)
    return dx, d.T @ x, d.sum(0)


class Linear(Layer):
    """A layer of ``out_features`` neurons, each connected to all ``in_features`` inputs.

    params: w (out_features, in_features), b (out_features,). ``init`` says how w is drawn (see
    ``initialization``), b starts at 0; ``rng`` is a generator or a seed.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        init: Init = "he",
        rng: np.random.Generator | int | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        shape = integer(out_features, "out_features", 1), integer(in_features, "in_features", 1)
        w = initial(shape, init, np.random.default_rng(rng), float_type(dtype))
        self.params = {"w": w, "b": np.zeros(shape[0], w.dtype)}

    def forward(self, x: npt.ArrayLike) -> Array:
        """Return y (N, out_features) for x (N, in_features)."""
        y, self.cache = linear_forward(self._input(x), self.params["w"], self.params["b"])
        return y

    def backward(self, dout: npt.ArrayLike) -> Array:
        """Return dx (N, in_features)."""
        dx, self.grads["w"], self.grads["b"] = linear_backward(self._input(dout), self.cache)
        return dx

    def gradients(self, dout: npt.ArrayLike) -> None:
        """Fill ``grads`` without the work for dx."""
        _, self.grads["w"], self.grads["b"] = linear_backward(
            self._input(dout), self.cache, input_gradient=False
        )

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """(in_features,) → (out_features,)."""
        outputs, inputs = self.params["w"].shape
        if shape != (inputs,):
            raise ValueError(f"{self} needs ({inputs},), got {shape}; is a Flatten() missing?")
        return (outputs,)

    def describe(self) -> str:
        """For example ``256 → 120``."""
        outputs, inputs = self.params["w"].shape
        return f"{inputs} → {outputs}"
