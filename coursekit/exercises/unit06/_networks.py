"""A network for `empirical_receptive_field` to ask: linear, so that any picture will do."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit import numpy_nn as nn
from coursekit.exercises.given import maker

Layer = tuple[Any, ...]


class LayerStack:
    """Convolutions and average pooling, one after the other, with no activation between them.

    forward(x (N, C, H, W)) → (N, F, H', W'); then backward(dout (N, F, H', W')) → dx (N, C, H, W).
    All in double precision.
    """

    def __init__(self, layers: list[Layer]) -> None:
        self._layers = layers
        self._caches: list[Any] = []
        self._shape: tuple[int, ...] = ()

    def __repr__(self) -> str:
        return f"LayerStack({', '.join(map(_described, self._layers))})"

    def forward(self, x: Any) -> np.ndarray:
        """The last layer's maps for a batch x (N, C, H, W)."""
        y = np.asarray(x, float)
        if y.ndim != 4:
            raise ValueError(f"forward takes a batch (N, C, H, W), got an array of shape {y.shape}")
        self._caches = []
        for layer in self._layers:
            kind, *arguments = layer
            if kind == "conv" and y.shape[1] != arguments[0].shape[1]:
                raise ValueError(f"{_described(layer)} got {y.shape[1]} maps; x is (N, C, H, W)")
            step = nn.conv2d_forward if kind == "conv" else nn.average_pool2d_forward
            y, cache = step(y, *arguments)
            self._caches.append(cache)
        self._shape = y.shape
        return y

    def backward(self, dout: Any) -> np.ndarray:
        """The gradient at the x of the last forward pass, from the gradient at its output."""
        d = np.asarray(dout, float)
        if not self._caches:
            raise RuntimeError("call forward(x) before backward(dout)")
        if d.shape != self._shape:
            raise ValueError(
                f"dout has shape {d.shape}; the output of the last forward pass has {self._shape}"
            )
        for (kind, *_), cache in zip(self._layers[::-1], self._caches[::-1], strict=True):
            if kind == "conv":
                d, _, _ = nn.conv2d_backward(d, cache)
            else:
                d = nn.average_pool2d_backward(d, cache)
        return d


@maker
def layer_stack(layers: list[Layer]) -> LayerStack:
    """A `LayerStack` of ("conv", w (F, C, f_h, f_w), b (F,), stride, padding) and ("average", size)

    in any order; average pooling has windows of size × size that do not overlap.
    """
    return LayerStack(layers)


def _described(layer: Layer) -> str:
    if layer[0] == "average":
        return f"average {layer[1]}×{layer[1]}"
    f, c, height, width = layer[1].shape
    return f"conv {height}×{width}, {c} → {f} maps, stride {layer[3]}, padding {layer[4]}"
