"""A small network for `train_epoch` to train: more than one layer, four arrays of parameters."""

from typing import Any

import numpy as np

from coursekit.exercises.given import maker


class TwoLayerNetwork:
    """Images (N, C, H, W) → flatten → linear → ReLU → linear → scores (N, K), in double precision.

    It has the methods that `LeNet` has: forward, backward, parameters and gradients. The lists are
    made anew for each call; the arrays in `parameters()` are the network's own.
    """

    def __init__(self, w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray) -> None:
        self._parameters = [np.array(p, float) for p in (w1, b1, w2, b2)]
        self._gradients: list[np.ndarray] = []
        self._hidden: tuple[np.ndarray, np.ndarray] | None = None
        self._shape: tuple[int, ...] = ()

    def forward(self, x: Any) -> np.ndarray:
        """Scores (N, K)."""
        w1, b1, w2, b2 = self._parameters
        images = np.asarray(x, float)
        if images.ndim != 4 or not len(images):
            raise ValueError(
                f"forward takes a batch (N, C, H, W) of images, got an array of shape "
                f"{images.shape}"
            )
        flat = images.reshape(len(images), -1)
        hidden = np.maximum(flat @ w1.T + b1, 0)
        self._shape, self._hidden = images.shape, (flat, hidden)
        return np.asarray(hidden @ w2.T + b2)

    def backward(self, dscores: Any) -> np.ndarray:
        """The gradient at the images; keeps those of the parameters."""
        if self._hidden is None:
            raise RuntimeError("call forward(x) before backward(dscores)")
        w1, _, w2, b2 = self._parameters
        d, (flat, hidden) = np.asarray(dscores, float), self._hidden
        if d.shape != (len(flat), len(b2)):
            raise ValueError(
                f"dscores has shape {d.shape}; the scores of the last forward pass have shape "
                f"{(len(flat), len(b2))}"
            )
        dhidden = d @ w2 * (hidden > 0)
        self._gradients = [dhidden.T @ flat, dhidden.sum(0), d.T @ hidden, d.sum(0)]
        return (dhidden @ w1).reshape(self._shape)

    def parameters(self) -> list[np.ndarray]:
        """[w1, b1, w2, b2], to be changed in place."""
        return list(self._parameters)

    def gradients(self) -> list[np.ndarray]:
        """Those of the last backward pass, in the order of `parameters()`."""
        if not self._gradients:
            raise RuntimeError("call backward(dscores) before gradients()")
        return list(self._gradients)

    def state(self) -> dict[str, np.ndarray]:
        """The parameters, to be read after the call."""
        return dict(zip(("w1", "b1", "w2", "b2"), self._parameters, strict=True))


@maker
def two_layer_network(
    w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray
) -> TwoLayerNetwork:
    """A `TwoLayerNetwork` with w1 (M, D), b1 (M,), w2 (K, M), b2 (K,)."""
    return TwoLayerNetwork(w1, b1, w2, b2)
