"""The perceptron rule by hand, its convergence bound, and the classifier made of it."""

from collections.abc import Callable

import numpy as np
import pytest

from coursekit.data import load_digits
from coursekit.metrics import accuracy
from coursekit.perceptron import (
    LinearClassifier,
    perceptron_update,
    perceptron_updates,
    train_one_against_rest,
    train_perceptron,
)


def separable(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points of the plane on both sides of a line, none within 0.3 of it."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-3, 3, (4 * n, 2))
    signed = x @ [0.6, 0.8] - 0.5
    far = np.abs(signed) > 0.3
    return x[far][:n], np.where(signed > 0, 1, -1)[far][:n]


@pytest.mark.parametrize(
    ("w", "b", "x", "y", "rate", "new_w", "new_b"),
    [
        ([1, -1], 0, [1, 3], 1, 1.0, [2, 2], 1),
        ([1, -1], 0, [1, 3], -1, 1.0, [1, -1], 0),
        ([0, 0], 0, [1, 3], -1, 0.5, [-0.5, -1.5], -0.5),
        ([1, -1], 2, [1, 3], 1, 1.0, [2, 2], 3),
        ([1, -1], 2.5, [1, 3], 1, 1.0, [1, -1], 2.5),
    ],
)
def test_update(
    w: list[float], b: float, x: list[float], y: int, rate: float, new_w: list[float], new_b: float
) -> None:
    found_w, found_b = perceptron_update(w, b, x, y, rate)
    np.testing.assert_allclose(found_w, new_w)
    assert found_b == new_b


def test_update_leaves_its_arguments_alone() -> None:
    w, x = np.zeros(3), np.ones(3)
    found, _ = perceptron_update(w, 0.0, x, 1)
    unchanged, _ = perceptron_update(found, 1.0, x, 1)
    assert not w.any() and unchanged is not found
    np.testing.assert_array_equal(unchanged, found)


@pytest.mark.parametrize("seed", range(5))
def test_separable_classes_are_learned_within_the_bound(seed: int) -> None:
    x, y = separable(60, seed)
    updates = list(perceptron_updates(x, y, epochs=1000))
    w, b = train_perceptron(x, y, epochs=1000)
    assert (y * (x @ w + b) > 0).all()
    np.testing.assert_array_equal(updates[-1].w, w)
    # Novikoff: with the bias as a weight on a constant 1, at most (R / margin)² updates.
    longest = np.sqrt((x**2).sum(axis=1) + 1).max()
    margin = (y * (x @ [0.6, 0.8] - 0.5)).min() / np.sqrt(1 + 0.5**2)
    assert len(updates) <= (longest / margin) ** 2


def test_every_yielded_step_is_one_update() -> None:
    x, y = separable(30, 7)
    w, b = np.zeros(2), 0.0
    for update in perceptron_updates(x, y, learning_rate=0.5):
        w, b = perceptron_update(w, b, x[update.example], int(y[update.example]), 0.5)
        np.testing.assert_array_equal(update.w, w)
        assert update.b == b


def test_what_no_line_can_do_stops_after_the_epochs() -> None:
    corners, exclusive_or = [[0, 0], [0, 1], [1, 0], [1, 1]], [-1, 1, 1, -1]
    updates = list(perceptron_updates(corners, exclusive_or, epochs=20))
    assert updates[-1].epoch == 19


def test_averaged_weights_are_the_mean_over_all_steps() -> None:
    rng = np.random.default_rng(3)
    x, labels = rng.standard_normal((25, 4)), rng.integers(0, 2, 25)
    order = np.random.default_rng(11).permutation(25)
    w, b, w_sum, b_sum = np.zeros(4), 0.0, np.zeros(4), 0.0
    for _ in range(3):
        for i in order:
            w, b = perceptron_update(w, b, x[i], 1 if labels[i] == 1 else -1)
            w_sum, b_sum = w_sum + w, b_sum + b
    trained = train_one_against_rest(x, labels, epochs=3, seed=11)
    np.testing.assert_allclose(trained.weights[1], w_sum / 75)
    assert trained.biases[1] == pytest.approx(b_sum / 75)


def test_digits() -> None:
    digits = load_digits()
    x_train, x_val = digits.x_train.reshape(-1, 64), digits.x_val.reshape(-1, 64)
    trained = train_one_against_rest(x_train, digits.y_train)
    assert trained.weights.shape == (10, 64)
    assert accuracy(digits.y_val, trained.predict(x_val)) > 0.93


def test_scores_and_classes() -> None:
    classifier = LinearClassifier(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.0, 0.5]))
    np.testing.assert_allclose(classifier.scores([[2.0, 1.0]]), [[2.0, 1.5]])
    assert classifier.predict([[2.0, 1.0], [0.0, 0.0]]).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: perceptron_update([1, 2], 0, [1], 1), "one shape"),
        (lambda: perceptron_update([1], 0, [1], 0), "−1 or"),
        (lambda: list(perceptron_updates([[1.0]], [1, 1])), "one label per row"),
        (lambda: train_one_against_rest([[1.0]], [0.5]), "whole numbers"),
        (lambda: train_one_against_rest([[1.0], [2.0]], [-1, 1]), "from 0"),
    ],
)
def test_impossible_arguments_are_refused(call: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()
