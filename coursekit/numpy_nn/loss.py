"""Softmax and cross-entropy: from scores to probabilities to one number to make small."""

from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.arguments import float_array
from coursekit.numpy_nn.layout import Array


def softmax(logits: npt.ArrayLike) -> Array:
    """Return e^z / Σ e^z along the last axis: probabilities, all above 0, with sum 1.

    ``logits`` has any shape (..., K). The largest is subtracted first: the result is the same, and
    nothing overflows.

    >>> softmax([1000.0, 1000.0])
    array([0.5, 0.5])
    """
    z = float_array(logits, "logits")
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_cross_entropy(logits: npt.ArrayLike, labels: npt.ArrayLike) -> tuple[float, Array]:
    """Return (loss, dlogits): −log of the probability of the right class, mean over the batch.

    ``logits`` (N, K), ``labels`` N integers from 0 to K − 1. dlogits (N, K) is the derivative of
    that mean: (softmax − one-hot) / N. Random guessing gives log K.

    Raises ValueError for shapes that do not fit or a label out of range, TypeError for labels that
    are not integers.

    >>> loss, dlogits = softmax_cross_entropy([[0.0, 0.0]], [1])
    >>> round(loss, 4), dlogits
    (0.6931, array([[ 0.5, -0.5]]))
    """
    z = float_array(logits, "logits", 2)
    n, classes = z.shape
    picked = np.arange(n), _checked(labels, n, classes)
    shifted = z - z.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=1, keepdims=True)
    loss = float((np.log(total[:, 0]) - shifted[picked]).mean(dtype=np.float64))
    e /= total
    e[picked] -= 1
    e /= n
    return loss, e


def _checked(labels: npt.ArrayLike, n: int, classes: int) -> npt.NDArray[Any]:
    y = np.asarray(labels)
    if y.shape != (n,):
        raise ValueError(f"labels must have shape ({n},), one per row of logits, got {y.shape}")
    if y.dtype.kind not in "iu":
        raise TypeError(f"labels must be integers, got dtype {y.dtype}")
    if y.min() < 0 or y.max() >= classes:
        raise ValueError(f"labels must lie in 0 … {classes - 1}, got {y.min()} … {y.max()}")
    return y
