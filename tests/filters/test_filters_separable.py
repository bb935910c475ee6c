"""separable_filter against the two-dimensional kernel, and separate."""

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from coursekit.arguments import Border
from coursekit.filters import (
    cross_correlate2d,
    gaussian_kernel,
    gaussian_kernel1d,
    laplacian_of_gaussian,
    separable_filter,
    separate,
    sobel_kernels,
)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(st.integers(1, 2), st.integers(1, 40), st.integers(1, 40)),
    f=st.tuples(st.integers(1, 19), st.integers(1, 19)),
    border=st.sampled_from(get_args(Border)),
    dtype=st.sampled_from(["f4", "f8", "u1"]),
)
def test_equals_the_outer_product(
    seed: int, shape: tuple[int, ...], f: tuple[int, int], border: Border, dtype: str
) -> None:
    rng = np.random.default_rng(seed)
    x = (100 * rng.random(shape)).astype(dtype)
    column, row = rng.standard_normal(f[0]), rng.standard_normal(f[1])
    y = separable_filter(x, column, row, border=border)
    k = np.outer(column, row)
    expected = cross_correlate2d(x, k, padding="same", border=border)
    assert y.dtype == expected.dtype
    scale = 100 * np.abs(k).sum()
    tolerance = 32 * float(np.finfo(y.dtype).eps)
    np.testing.assert_allclose(y / scale, expected / scale, rtol=0, atol=tolerance)


def test_equals_scipy() -> None:
    x = np.random.default_rng(0).random((30, 50))
    column, row = np.array([1.0, 2, 1]), np.array([-1.0, 0, 0, 0, 3])
    expected = ndimage.correlate1d(x, column, axis=0, mode="nearest")
    expected = ndimage.correlate1d(expected, row, axis=1, mode="nearest")
    np.testing.assert_allclose(separable_filter(x, column, row, border="edge"), expected)


def test_nan_stays_in_its_windows() -> None:
    x = np.ones((20, 20))
    x[9, 5] = np.nan
    y = separable_filter(x, np.ones(5), np.ones(3))
    touched = np.zeros(x.shape, bool)
    touched[7:12, 4:7] = True
    np.testing.assert_array_equal(np.isnan(y), touched)


@pytest.mark.parametrize("k", [gaussian_kernel(7, 1.3), *sobel_kernels(), np.ones((2, 5))])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_separate_gives_the_kernel_back(k: np.ndarray, dtype: str) -> None:
    column, row = separate(k.astype(dtype))
    assert (column.shape, row.shape) == ((k.shape[0],), (k.shape[1],))
    assert column.dtype == row.dtype == np.dtype(dtype)
    np.testing.assert_allclose(np.outer(column, row), k, atol=8 * float(np.finfo(dtype).eps))
    assert column[np.argmax(np.abs(column))] > 0
    np.testing.assert_allclose(np.linalg.norm(column), np.linalg.norm(row), rtol=1e-5)


def test_separate_finds_the_gaussian() -> None:
    g = gaussian_kernel1d(9, 2.0)
    for part in separate(gaussian_kernel(9, 2.0)):
        np.testing.assert_allclose(part, g)


@pytest.mark.parametrize(
    ("k", "rank"),
    [(np.eye(3), 3), (np.zeros((3, 3)), 0), (laplacian_of_gaussian(9, 1.0), 3)],
)
def test_separate_states_the_rank(k: np.ndarray, rank: int) -> None:
    with pytest.raises(ValueError, match=f"rank {rank}"):
        separate(k)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (([[1]], [[1]], [1]), ValueError, "column must have 1 axes"),
        (([[1]], [1], 1), ValueError, "row must have 1 axes"),
        (([[1]], [], [1]), ValueError, "column must not be empty"),
        (([1], [1], [1]), ValueError, "two axes"),
        (([[1]], ["a"], [1]), TypeError, "column must hold real numbers"),
    ],
)
def test_bad_input(arguments: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        separable_filter(*arguments)


def test_bad_border_and_bad_kernels() -> None:
    typo: Any = "none"
    with pytest.raises(ValueError, match="got 'none'"):
        separable_filter([[1]], [1], [1], border=typo)
    with pytest.raises(ValueError, match="finite"):
        separate([[np.nan]])
    with pytest.raises(ValueError, match="k must have 2 axes"):
        separate([1, 2])
