"""Scores against scikit-learn, and by hand where conventions matter."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from coursekit.metrics import accuracy, confusion_matrix, top_k_error


@pytest.mark.filterwarnings("ignore:A single label")
@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.integers(1, 40), st.integers(1, 7), st.integers(0, 2**32 - 1))
def test_confusion_and_accuracy_agree_with_scikit_learn(n: int, c: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels, guesses = rng.integers(0, c, n), rng.integers(0, c, n)
    counts = confusion_matrix(labels, guesses, c)
    np.testing.assert_array_equal(counts, sk.confusion_matrix(labels, guesses, labels=range(c)))
    assert counts.dtype == np.int64
    assert accuracy(labels, guesses) == pytest.approx(np.trace(counts) / n)


def test_rows_are_the_truth() -> None:
    assert confusion_matrix([2], [0], 3).tolist() == [[0, 0, 0], [0, 0, 0], [1, 0, 0]]


def test_byte_labels_do_not_wrap() -> None:
    labels = np.full(300, 19, np.uint8)
    assert confusion_matrix(labels, labels, 20)[19, 19] == 300


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.integers(1, 40), st.integers(3, 9), st.integers(0, 2**32 - 1))
def test_top_k_agrees_with_scikit_learn(n: int, c: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, labels = rng.standard_normal((n, c)), rng.integers(0, c, n)
    errors = [top_k_error(scores, labels, k) for k in range(1, c + 1)]
    for k in range(1, c):
        theirs = sk.top_k_accuracy_score(labels, scores, k=k, labels=range(c))
        assert errors[k - 1] == pytest.approx(1 - theirs)
    assert errors[0] == pytest.approx(1 - accuracy(labels, scores.argmax(axis=1)))
    assert errors[-1] == 0


def test_equal_scores_favour_the_lower_class() -> None:
    constant = np.zeros((4, 4))
    assert top_k_error(constant, np.arange(4), k=1) == 0.75
    assert top_k_error(constant, np.arange(4), k=2) == 0.5


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: accuracy([1, 2], [1]), "cannot be compared"),
        (lambda: accuracy([], []), "at least one"),
        (lambda: accuracy([0.5], [1]), "whole numbers"),
        (lambda: confusion_matrix([0, 3], [0, 1], 3), "labels must be classes"),
        (lambda: confusion_matrix([0, 1], [0, -1], 3), "predictions must be classes"),
        (lambda: top_k_error([[1.0, 2.0]], [0], k=3), "k must"),
        (lambda: top_k_error([[1.0, 2.0]], [0, 1]), "one row"),
        (lambda: top_k_error([[1.0, np.nan]], [0], k=1), "NaN"),
        (lambda: top_k_error([[1.0, 2.0]], [2], k=1), "labels must be classes"),
    ],
)
def test_impossible_arguments_are_refused(call: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()
