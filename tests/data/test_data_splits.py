"""Stratified parts: exact sizes, nothing twice, every class in proportion."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.data import Split, stratified_split


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_parts_are_exact_disjoint_and_proportional(data: st.DataObject, seed: int) -> None:
    labels = np.array(data.draw(st.lists(st.integers(0, 4), min_size=3, max_size=80)))
    first = data.draw(st.integers(1, len(labels) - 2))
    second = data.draw(st.integers(1, len(labels) - 1 - first))
    parts = stratified_split(labels, [first, second], seed)

    assert [len(part) for part in parts] == [first, second]
    together = np.concatenate(parts)
    assert len(set(together.tolist())) == first + second
    for part in parts:
        for label in range(5):
            share = len(part) * np.mean(labels == label)
            assert abs(np.sum(labels[part] == label) - share) < 2


def test_smallest_part_is_within_one_example_of_its_share() -> None:
    labels = np.repeat([0, 1, 2], [50, 30, 20])
    small = stratified_split(labels, [60, 10], seed=3)[1]
    assert np.bincount(labels[small]).tolist() == [5, 3, 2]


def test_sizes_keep_their_order_and_seed_decides() -> None:
    labels = np.arange(30) % 3
    parts = stratified_split(labels, [5, 20, 3], seed=1)
    assert [len(part) for part in parts] == [5, 20, 3]
    again = stratified_split(labels, [5, 20, 3], seed=1)
    other = stratified_split(labels, [5, 20, 3], seed=2)
    assert all(np.array_equal(a, b) for a, b in zip(parts, again, strict=True))
    assert not np.array_equal(parts[1], other[1])


def test_examples_are_not_sorted_by_class() -> None:
    labels = np.repeat(np.arange(10), 20)
    (part,) = stratified_split(labels, [200])
    assert np.sum(labels[part][1:] < labels[part][:-1]) > 40


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ([], "positive whole numbers"),
        ([3, 0], "positive whole numbers"),
        ([2.5], "positive whole numbers"),
        ([6, 5], "need 11 examples, there are 10"),
    ],
)
def test_sizes_that_do_not_fit(sizes: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        stratified_split(np.zeros(10, dtype=int), sizes)


def test_labels_must_be_a_vector() -> None:
    with pytest.raises(ValueError, match=r"shape \(N,\), got shape \(2, 2\)"):
        stratified_split(np.zeros((2, 2)), [1])


def test_split_unpacks_and_tells_what_it_holds() -> None:
    x, y = np.zeros((4, 8, 8)), np.array([0, 1, 0, 1])
    split = Split(x, y, x[:2], y[:2], x[:1], y[:1])
    x_train, y_train, *_ = split
    assert x_train is x
    assert y_train is y
    assert repr(split) == "Split(train 4, val 2, test 1; images (8, 8) float64; 2 classes)"
