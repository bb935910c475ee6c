"""The generated world as a data set for classifiers."""

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import integer
from coursekit.data.shapes.drawing import draw_images
from coursekit.data.shapes.outlines import SHAPES
from coursekit.data.splits import Split


def load_shapes(
    size: int = 32,
    *,
    train: int = 2000,
    validation: int = 1000,
    test: int = 1000,
    classes: int = 10,
    difficulty: float = 0.5,
    seed: int = 0,
) -> Split:
    """Pictures of shapes, to be told apart by the outline of the nearest and largest one.

    Colours, patterns, sizes, places, backgrounds and light say nothing about the class, and other
    shapes stand farther away. Each part has its own chance: the first pictures of a part are the
    same whatever the sizes of the three parts are, and show the same scenes at every ``size``.

    Args:
        size: height and width in pixels, 32–224.
        train, validation, test: how many pictures; 0 leaves a part empty.
        classes: the first so many of `SHAPES`, 2–10, equally often.
        difficulty: 0–1, see `draw_scenes`.
        seed: another seed gives other pictures.

    Returns a Split of uint8 images (N, 3, size, size) and int64 labels (N,). Raises ValueError
    or TypeError when an argument is not as said here.
    """
    classes, seed = integer(classes, "classes", 2, len(SHAPES)), integer(seed, "seed", 0)

    def part(place: int, count: int, name: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        order, chance = (np.random.default_rng([seed, place, k]) for k in (0, 1))
        labels = _labels(integer(count, name, 0), classes, order)
        return draw_images(labels, size, rng=chance, classes=classes, difficulty=difficulty), labels

    return Split(
        *part(0, train, "train"), *part(1, validation, "validation"), *part(2, test, "test")
    )


def _labels(count: int, classes: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Every class once, in random order, again and again."""
    rounds = -(-count // classes)
    return rng.random((rounds, classes)).argsort(axis=1).reshape(-1)[:count].astype(np.int64)
