"""Distances against scipy, votes against scikit-learn, ties as the documentation says."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.neighbors import KNeighborsClassifier

from coursekit.neighbours import knn_predict, nearest_indices, pairwise_squared_distances

BATCH = np.ones((2, 8, 8))


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.integers(0, 6), st.integers(0, 6), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_distances_agree_with_scipy(n: int, m: int, d: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = 100 + rng.standard_normal((n, d)), 100 + rng.standard_normal((m, d))
    found = pairwise_squared_distances(a, b)
    assert found.shape == (n, m)
    np.testing.assert_allclose(found, cdist(a, b, "sqeuclidean"), atol=1e-12)


def test_bytes_give_exact_whole_numbers() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 256, (5, 784), np.uint8), rng.integers(0, 256, (6, 784), np.uint8)
    exact = ((a[:, None].astype(np.int64) - b) ** 2).sum(axis=-1)
    np.testing.assert_array_equal(pairwise_squared_distances(a, b), exact)


def test_a_common_offset_costs_no_digits() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((4, 3)), rng.standard_normal((5, 3))
    far = pairwise_squared_distances(a + 1e6, b + 1e6)
    np.testing.assert_allclose(far, cdist(a, b, "sqeuclidean"), rtol=1e-8)


def test_never_negative() -> None:
    a = np.random.default_rng(2).normal(50, 1, (200, 30))
    assert (pairwise_squared_distances(a, a) >= 0).all()


@pytest.mark.parametrize("k", [1, 2, 3, 8, 40])
def test_votes_agree_with_scikit_learn(k: int) -> None:
    rng = np.random.default_rng(k)
    x, y, z = rng.standard_normal((40, 5)), rng.integers(0, 4, 40), rng.standard_normal((25, 5))
    theirs = KNeighborsClassifier(k, algorithm="brute").fit(x, y).predict(z)
    np.testing.assert_array_equal(knn_predict(x, y, z, k), theirs)


def test_ties() -> None:
    line = [[0.0], [2.0], [2.0], [5.0]]
    assert nearest_indices(line, [[1.0], [2.0]], 3).tolist() == [[0, 1, 2], [1, 2, 0]]
    assert knn_predict(line, [9, 4, 6, 1], [[1.0]], 2).tolist() == [4]
    assert knn_predict(line, [9, 4, 6, 1], [[2.0]], 1).tolist() == [4]


def test_labels_may_be_any_integers() -> None:
    x = np.array([[0.0], [1.0], [10.0]])
    found = knn_predict(x, np.array([-7, -7, 300], np.int16), [[0.4], [9.0]], 1)
    assert found.tolist() == [-7, 300]
    assert found.dtype == np.int16


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: pairwise_squared_distances(np.ones((2, 3)), np.ones((2, 4))), ValueError, "equal"),
        (lambda: pairwise_squared_distances(BATCH, BATCH), ValueError, "flatten"),
        (lambda: pairwise_squared_distances([[np.nan]], [[1.0]]), ValueError, "NaN"),
        (lambda: pairwise_squared_distances([["a"]], [[1.0]]), TypeError, "real numbers"),
        (lambda: knn_predict([[1.0]], [1], [[1.0]], 2), ValueError, "k must"),
        (lambda: knn_predict([[1.0]], [1], [[1.0]], 0), ValueError, "k must"),
        (lambda: knn_predict([[1.0]], [1, 2], [[1.0]], 1), ValueError, "one label per row"),
        (lambda: knn_predict([[1.0]], [0.5], [[1.0]], 1), TypeError, "integer labels"),
    ],
)
def test_impossible_arguments_are_refused(
    call: Callable[[], object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        call()
