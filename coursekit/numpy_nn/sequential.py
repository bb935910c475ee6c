"""A network as a row of layers."""

from typing import Self

import numpy as np
import numpy.typing as npt

from coursekit.arguments import float_array
from coursekit.numpy_nn.layer import Layer, by
from coursekit.numpy_nn.layout import Array, short_buffers


class Sequential(Layer):
    """Layers one after the other; itself a layer.

    ``params`` and ``grads`` collect those of the layers under names such as "0.w" (layer 0, its
    w). The arrays are shared, so change them in place: ``net.params["0.w"][...] = w``.

    With ``input_shape``, the shape of one sample such as (1, 28, 28), the layers are checked
    against each other at once, and ``repr`` shows every layer's output. Raises ValueError, naming
    the layer, when one does not fit the layer before it.

    >>> from coursekit.numpy_nn import Linear, ReLU
    >>> Sequential(Linear(2, 3), ReLU(), Linear(3, 1), input_shape=(2,), name="tiny")
    tiny: input 2, 13 parameters
      0  Linear(2 → 3)  3  9
      1  ReLU()         3  –
      2  Linear(3 → 1)  1  4
    """

    def __init__(
        self, *layers: Layer, input_shape: tuple[int, ...] | None = None, name: str = "Sequential"
    ) -> None:
        super().__init__()
        if not layers:
            raise ValueError("a Sequential needs at least one layer")
        self.layers, self.input_shape, self.name = layers, input_shape, name
        self.params = {
            f"{i}.{key}": p for i, layer in enumerate(layers) for key, p in layer.params.items()
        }
        if input_shape is not None:
            self.shapes(input_shape)

    def forward(self, x: npt.ArrayLike) -> Array:
        """Return the last layer's output for a batch x (N, ...)."""
        if self.input_shape and np.shape(x)[1:] != self.input_shape:
            raise ValueError(
                f"{self.name} takes x (N, {', '.join(map(str, self.input_shape))}), "
                f"got {np.shape(x)}"
            )
        y = float_array(x, "x")
        with short_buffers():
            for layer in self.layers:
                y = layer.forward(y)
        return y

    def backward(self, dout: npt.ArrayLike) -> Array:
        """Return dx; every layer hands the gradient to the one before it."""
        with short_buffers():
            for layer in reversed(self.layers):
                dout = layer.backward(dout)
        self._collect()
        return np.asarray(dout)

    def gradients(self, dout: npt.ArrayLike) -> None:
        """Fill ``grads``; the first layer's dx, which training does not need, is left out."""
        with short_buffers():
            for layer in reversed(self.layers[1:]):
                dout = layer.backward(dout)
            self.layers[0].gradients(dout)
        self._collect()

    def _collect(self) -> None:
        self.grads = {
            f"{i}.{key}": grad
            for i, layer in enumerate(self.layers)
            for key, grad in layer.grads.items()
        }

    def predict(self, x: npt.ArrayLike, batch: int = 256) -> Array:
        """Return ``forward(x)`` for any number of samples, ``batch`` at a time."""
        x = np.asarray(x)
        parts = [self.forward(x[i : i + batch]) for i in range(0, len(x), batch)]
        return np.concatenate(parts)

    def shapes(self, shape: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Return the output shape of every layer, without the sample axis."""
        found = []
        for i, layer in enumerate(self.layers):
            try:
                shape = layer.output_shape(shape)
            except ValueError as error:
                raise ValueError(f"layer {i} of {self.name} does not fit: {error}") from error
            found.append(shape)
        return found

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the last layer's output shape."""
        return self.shapes(shape)[-1]

    def replica(self) -> Self:
        """Return a network with the same parameters (shared) and caches of its own."""
        twin = super().replica()
        twin.layers = tuple(layer.replica() for layer in self.layers)
        return twin

    def __repr__(self) -> str:
        shapes = self.shapes(self.input_shape) if self.input_shape else [()] * len(self.layers)
        rows = [
            (
                str(i),
                repr(layer),
                by(shape) or "?",
                f"{n:,}" if (n := layer.parameter_count()) else "–",
            )
            for i, (layer, shape) in enumerate(zip(self.layers, shapes, strict=True))
        ]
        a, b, c, d = (max(map(len, column)) for column in zip(*rows, strict=True))
        lines = [f"  {i:>{a}}  {n:<{b}}  {s:<{c}}  {p:>{d}}" for i, n, s, p in rows]
        start = f"input {by(self.input_shape)}, " if self.input_shape else ""
        total = f"{self.name}: {start}{self.parameter_count():,} parameters"
        return "\n".join([total, *lines])
