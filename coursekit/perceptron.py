"""Linear classifiers, and the perceptron that learns one from its mistakes.

The rule is F. Rosenblatt's (1958). If a line without mistakes exists, the rule stops after
finitely many updates: at most (R/γ)², for examples no longer than R with margin γ (Novikoff, 1962).
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.neighbours import points

Floats = NDArray[np.float64]


def perceptron_update(
    w: ArrayLike, b: float, x: ArrayLike, y: int, learning_rate: float = 1.0
) -> tuple[Floats, float]:
    """One step of the perceptron rule on one example.

    Weights ``w`` and example ``x`` have shape (D,), ``b`` is the bias, ``y`` is −1 or +1. A score
    w·x + b of the wrong sign, or exactly 0, is a mistake: then w gains η y x and b gains η y,
    where η is the learning rate. Otherwise both stay. Returns new ``(w, b)``; the arguments are
    not changed. Raises ValueError for another label or shapes that differ.

    >>> perceptron_update([0, 0], 0, [2, 1], -1)
    (array([-2., -1.]), -1.0)
    """
    weights, example = np.array(w, np.float64), np.asarray(x, np.float64)
    if weights.ndim != 1 or weights.shape != example.shape:
        raise ValueError(f"w and x need one shape (D,), got {weights.shape} and {example.shape}")
    if y not in (-1, 1):
        raise ValueError(f"the label y must be −1 or +1, got {y!r}")
    if y * (weights @ example + b) <= 0:
        return weights + learning_rate * y * example, float(b + learning_rate * y)
    return weights, float(b)


class Update(NamedTuple):
    """After an update: the epoch and example that caused it, and the new weights and bias."""

    epoch: int
    example: int
    w: Floats
    b: float


def perceptron_updates(
    x: ArrayLike, y: ArrayLike, *, epochs: int = 100, learning_rate: float = 1.0
) -> Iterator[Update]:
    """Go through the examples in order, again and again; yield after every update.

    ``x`` is (N, D), ``y`` is (N,) of −1 and +1. Starts from zero weights; ends after an epoch
    without a mistake, or after ``epochs`` of them. Raises ValueError for shapes that do not fit.
    """
    examples, labels = points(x, "x"), np.asarray(y)
    if labels.shape != (len(examples),):
        raise ValueError(f"y needs one label per row of x {examples.shape}, got {labels.shape}")
    w, b = np.zeros(examples.shape[1]), 0.0
    for epoch in range(epochs):
        clean = True
        for i, (example, label) in enumerate(zip(examples, labels, strict=True)):
            if label * (w @ example + b) <= 0:
                w, b = perceptron_update(w, b, example, int(label), learning_rate)
                clean = False
                yield Update(epoch, i, w, b)
        if clean:
            return


def train_perceptron(
    x: ArrayLike, y: ArrayLike, *, epochs: int = 100, learning_rate: float = 1.0
) -> tuple[Floats, float]:
    """The last ``(w, b)`` of `perceptron_updates`."""
    w, b = np.zeros(points(x, "x").shape[1]), 0.0
    for update in perceptron_updates(x, y, epochs=epochs, learning_rate=learning_rate):
        w, b = update.w, update.b
    return w, b


class LinearClassifier(NamedTuple):
    """One score per class, each a weighted sum: ``weights`` (C, D), ``biases`` (C,)."""

    weights: Floats
    biases: Floats

    def scores(self, x: ArrayLike) -> Floats:
        """Scores (N, C) of examples (N, D)."""
        return points(x, "x") @ self.weights.T + self.biases

    def predict(self, x: ArrayLike) -> NDArray[np.intp]:
        """The class 0 … C−1 with the highest score for each of N examples."""
        return self.scores(x).argmax(axis=1)


def train_one_against_rest(
    x: ArrayLike, labels: ArrayLike, *, epochs: int = 10, seed: int = 0
) -> LinearClassifier:
    """One perceptron per class: this class is +1, all others −1.

    ``x`` is (N, D), ``labels`` (N,) whole numbers from 0. The examples are shuffled once, with
    ``seed``. Each perceptron returns the mean of the weights it had after every example: where no
    line is without mistakes the last weights are a matter of chance, and their mean is not
    (the averaged perceptron; Freund and Schapire, 1999).
    """
    examples, classes = points(x, "x"), np.asarray(labels)
    if classes.dtype.kind not in "iu" or classes.shape != (len(examples),) or classes.min() < 0:
        raise ValueError(
            f"labels must be {len(examples)} whole numbers from 0, "
            f"got {classes.dtype} of shape {classes.shape}"
        )
    order = np.random.default_rng(seed).permutation(len(examples))
    examples, classes = examples[order], classes[order]
    trained = [
        _averaged(examples, np.where(classes == c, 1, -1), epochs)
        for c in range(int(classes.max()) + 1)
    ]
    return LinearClassifier(np.array([w for w, _ in trained]), np.array([b for _, b in trained]))


def _averaged(x: Floats, y: NDArray[Any], epochs: int) -> tuple[Floats, float]:
    """Mean weights over all steps. An update made at step t counts for the steps after it."""
    steps = epochs * len(x)
    w_sum, b_sum, w_before, b_before = np.zeros(x.shape[1]), 0.0, np.zeros(x.shape[1]), 0.0
    for update in perceptron_updates(x, y, epochs=epochs):
        share = (steps - update.epoch * len(x) - update.example) / steps
        w_sum, b_sum = w_sum + share * (update.w - w_before), b_sum + share * (update.b - b_before)
        w_before, b_before = update.w, update.b
    return w_sum, b_sum
