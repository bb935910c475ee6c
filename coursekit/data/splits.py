"""Train, validation and test sets: the record that holds them and the draw that makes them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Split(NamedTuple):
    """Images and labels in three parts that share no example.

    ``x_*`` are images with the example axis first, floats or uint8; ``y_*`` are int64 labels of
    shape (N,).
    Learn from *train*, choose settings on *val*, and look at *test* once, at the end.
    It unpacks as ``x_train, y_train, x_val, y_val, x_test, y_test``.
    """

    x_train: NDArray[Any]
    y_train: NDArray[np.int64]
    x_val: NDArray[Any]
    y_val: NDArray[np.int64]
    x_test: NDArray[Any]
    y_test: NDArray[np.int64]

    def __repr__(self) -> str:
        sizes = f"train {len(self.y_train)}, val {len(self.y_val)}, test {len(self.y_test)}"
        classes = len(np.unique(np.concatenate([self.y_train, self.y_val, self.y_test])))
        shape = self.x_train.shape[1:]
        return f"Split({sizes}; images {shape} {self.x_train.dtype}; {classes} classes)"


def stratified_split(
    labels: ArrayLike, sizes: Sequence[int], seed: int = 0
) -> list[NDArray[np.int64]]:
    """Deal examples into parts of exactly the given sizes, each class shared out in proportion.

    ``labels`` has shape (N,). Returns one int64 array of example numbers per size, in random
    order, no number twice; examples beyond ``sum(sizes)`` stay out. Every class is within
    one example of its proportional share in the part drawn first, and within two in the others.
    The same seed always gives the same parts.

    Raises ValueError when the sizes are not positive integers or add up to more than N.
    """
    y = np.asarray(labels)
    if y.ndim != 1:
        raise ValueError(f"labels must have shape (N,), got shape {y.shape}")
    wanted = [int(size) for size in sizes]
    if not wanted or any(w < 1 or w != size for w, size in zip(wanted, sizes, strict=True)):
        raise ValueError(f"sizes must be positive whole numbers, got {tuple(sizes)}")
    if sum(wanted) > len(y):
        raise ValueError(f"sizes {tuple(wanted)} need {sum(wanted)} examples, there are {len(y)}")

    rng = np.random.default_rng(seed)
    rest = rng.permutation(len(y))
    rest = rest[np.argsort(y[rest], kind="stable")]
    parts = []
    # Smallest part first: evenly spaced picks from a list sorted by class are proportional.
    for size in sorted(wanted):
        picks = np.arange(size) * len(rest) // size
        parts.append(rng.permutation(rest[picks]).astype(np.int64))
        rest = np.delete(rest, picks)
    order = np.argsort(np.argsort(wanted, kind="stable"))
    return [parts[i] for i in order]
