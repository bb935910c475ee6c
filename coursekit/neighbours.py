"""Nearest neighbours: the classifier that only remembers (Cover and Hart, 1967; deck 3)."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def pairwise_squared_distances(a: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """Squared Euclidean distance from every row of ``a`` to every row of ``b``.

    ``a`` is (N, D), ``b`` is (M, D); the result is float64 (N, M), d[i, j] = Σ (a_i − b_j)², never
    negative. One matrix product does the work: (a − b)² = a² + b² − 2ab. Whole numbers stay
    exact up to 2⁵³. Raises ValueError for other shapes or values that are not finite.

    >>> pairwise_squared_distances([[0, 0], [3, 4]], [[0, 0], [1, 0], [0, 2]])
    array([[ 0.,  1.,  4.],
           [25., 20., 13.]])
    """
    a, b = points(a, "a"), points(b, "b")
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"a and b need rows of equal length, got shapes {a.shape} and {b.shape}")
    # Distances do not depend on the origin, their rounding does: put it among the points.
    origin = b[0] if len(b) else 0.0
    a, b = a - origin, b - origin
    squared = (a**2).sum(axis=1)[:, np.newaxis] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.maximum(squared, 0)


def nearest_indices(x_train: ArrayLike, x_test: ArrayLike, k: int) -> NDArray[np.intp]:
    """Rows of ``x_train`` (N, D) nearest to each row of ``x_test`` (M, D), nearest first: (M, k).

    Of two at the same distance the earlier one counts as nearer. Raises ValueError unless
    1 ≤ k ≤ N, and what `pairwise_squared_distances` raises.
    """
    count = len(points(x_train, "x_train"))
    if not 1 <= k <= count:
        raise ValueError(f"k must be from 1 to the {count} training examples, got {k}")
    distances = pairwise_squared_distances(x_test, x_train)
    return np.argsort(distances, axis=1, kind="stable")[:, :k]


def knn_predict(
    x_train: ArrayLike, y_train: ArrayLike, x_test: ArrayLike, k: int
) -> NDArray[np.integer[Any]]:
    """Label each test example by the vote of its k nearest training examples.

    ``x_train`` is (N, D) with integer labels ``y_train`` (N,), ``x_test`` is (M, D); the result
    has shape (M,) and the dtype of the labels. When labels have equally many votes, the smallest
    of them wins; at equal distance the earlier training example counts as nearer. Raises
    ValueError when shapes do not fit or k is not between 1 and N, TypeError for other labels.
    """
    labels = np.asarray(y_train)
    if labels.dtype.kind not in "iu":
        raise TypeError(f"y_train holds integer labels, got dtype {labels.dtype}")
    if labels.shape != (len(points(x_train, "x_train")),):
        raise ValueError(
            f"y_train needs one label per row of x_train {np.shape(x_train)}, got {labels.shape}"
        )
    classes, numbers = np.unique(labels, return_inverse=True)
    voters = numbers[nearest_indices(x_train, x_test, k)]
    votes = (voters[:, :, np.newaxis] == np.arange(len(classes))).sum(axis=1)
    return classes[votes.argmax(axis=1)]


def points(value: ArrayLike, name: str) -> NDArray[np.float64]:
    """``value`` as float64 (N, D). Raises ValueError for another shape, NaN or infinity."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    if array.ndim != 2:
        raise ValueError(
            f"{name} must have shape (N, D), one example per row, got {array.shape}: "
            "flatten pictures with x.reshape(len(x), -1)"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds NaN or infinity in {np.sum(~np.isfinite(array))} places")
    return array.astype(np.float64)
