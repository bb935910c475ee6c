"""How classifiers are scored: accuracy, top-k error, confusion matrix (deck 4, 18)."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def accuracy(labels: ArrayLike, predictions: ArrayLike) -> float:
    """Share of the predictions (N,) that equal their label (N,).

    Raises ValueError when there are none or the shapes differ.
    """
    true, guessed = _classes(labels, "labels"), _classes(predictions, "predictions")
    _same_length(true, guessed)
    return float((true == guessed).mean())


def top_k_error(scores: ArrayLike, labels: ArrayLike, k: int = 5) -> float:
    """Share of the rows whose label is not among the k classes with the highest scores.

    ``scores`` is (N, C), ``labels`` (N,) with classes 0 … C−1. Top-1 error is 1 − accuracy; the
    ImageNet challenge counts with k = 5 (Russakovsky et al., 2015). Of equal scores the lower
    class number comes first. Raises ValueError for other shapes, labels or k, or for NaN.

    >>> top_k_error([[0.6, 0.1, 0.3], [0.5, 0.3, 0.2]], [2, 2], k=2)
    0.5
    """
    values, true = np.asarray(scores, np.float64), _classes(labels, "labels")
    if values.ndim != 2 or len(values) != len(true):
        raise ValueError(
            f"scores must be (N, C) with one row for each of {len(true)} labels, got {values.shape}"
        )
    if np.isnan(values).any():
        raise ValueError("scores holds NaN, which has no place in an order")
    if not 1 <= k <= values.shape[1]:
        raise ValueError(f"k must be from 1 to the {values.shape[1]} classes, got {k}")
    _within(true, values.shape[1], "labels")
    best = np.argsort(-values, axis=1, kind="stable")[:, :k]
    return float(1 - (best == true[:, np.newaxis]).any(axis=1).mean())


def confusion_matrix(
    labels: ArrayLike, predictions: ArrayLike, n_classes: int
) -> NDArray[np.int64]:
    """How often class i (row, the label) was taken for class j (column, the prediction).

    ``labels`` and ``predictions`` are (N,) with classes 0 … C−1, C is ``n_classes``; the counts
    are int64 (C, C) and add up to N. Raises ValueError for other shapes or classes.

    >>> confusion_matrix([0, 0, 1], [0, 1, 1], 2)
    array([[1, 1],
           [0, 1]])
    """
    true, guessed = _classes(labels, "labels"), _classes(predictions, "predictions")
    _same_length(true, guessed)
    _within(true, n_classes, "labels")
    _within(guessed, n_classes, "predictions")
    pairs = true * n_classes + guessed
    return np.bincount(pairs, minlength=n_classes**2).reshape(n_classes, n_classes)


def _classes(value: ArrayLike, name: str) -> NDArray[np.int64]:
    array: NDArray[Any] = np.asarray(value)
    if array.ndim != 1 or array.dtype.kind not in "iu" or len(array) == 0:
        raise ValueError(
            f"{name} must be whole numbers of shape (N,), at least one, "
            f"got {array.dtype} of shape {array.shape}"
        )
    return array.astype(np.int64)


def _same_length(true: NDArray[np.int64], guessed: NDArray[np.int64]) -> None:
    if true.shape != guessed.shape:
        raise ValueError(f"{len(true)} labels cannot be compared with {len(guessed)} predictions")


def _within(classes: NDArray[np.int64], count: int, name: str) -> None:
    lowest, highest = int(np.min(classes)), int(np.max(classes))
    if lowest < 0 or highest >= count:
        raise ValueError(f"{name} must be classes from 0 to {count - 1}, got {lowest} to {highest}")
