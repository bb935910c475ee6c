"""Draw scenes of the generated world."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import between, integer
from coursekit.data.shapes.outlines import SHAPES
from coursekit.data.shapes.plan import make_plan
from coursekit.data.shapes.rendering import render
from coursekit.data.shapes.scene import Scene, describe

#: The sizes that can be drawn, in pixels.
SMALLEST, LARGEST = 32, 224

_PIXELS = 2**18  # about as many are drawn at once, so that they stay in the processor's cache


def draw_scene(
    size: int = 64,
    *,
    rng: np.random.Generator,
    label: int | None = None,
    classes: int = 10,
    difficulty: float = 0.5,
    baseline: float = 0.0,
) -> Scene:
    """One scene of ``size`` × ``size`` pixels; `draw_scenes` says what the arguments mean.

    ``label`` is the class of the main shape; None leaves it to chance.
    """
    labels = None if label is None else [label]
    return draw_scenes(
        1,
        size,
        rng=rng,
        labels=labels,
        classes=classes,
        difficulty=difficulty,
        baseline=baseline,
    )[0]


def draw_scenes(
    count: int,
    size: int = 64,
    *,
    rng: np.random.Generator,
    labels: ArrayLike | None = None,
    classes: int = 10,
    difficulty: float = 0.5,
    baseline: float = 0.0,
) -> list[Scene]:
    """``count`` scenes: a main shape, up to five others farther away, a background, light.

    The scenes that a generator gives are the same at every size, apart from the number of pixels.

    Args:
        size: height and width in pixels, 32–224.
        rng: where chance comes from. It is moved on.
        labels: (count,) classes of the main shapes; None leaves them to chance.
        classes: only the first so many of `SHAPES` occur, 2–10.
        difficulty: from 0 (large, upright, in the middle) to 1 (small, anywhere, turned at
            random, pale before busy backgrounds, noisy).
        baseline: how far to the right a second camera stands, at most 0.5, for stereo; 0: none.
            Shapes are 1.9 to 9.5 away, the background 9.5 to 15.4.

    Raises ValueError or TypeError when an argument is not as said here.
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a generator, such as np.random.default_rng(0), got {rng!r}")
    count = integer(count, "count", 1)
    _check(size, classes, difficulty)
    baseline = between(baseline, "baseline", 0, 0.5)
    kinds = _labels(labels, count, classes, rng)
    scenes = []
    for part in _parts(count, size):
        plan = make_plan(kinds[part], rng, classes, difficulty)
        images, found, depth = render(plan, size)
        second = render(plan, size, baseline).images if baseline else None
        scenes += [
            describe(
                plan.things,
                i,
                images[i],
                found[i],
                depth[i],
                None if second is None else second[i],
                baseline,
            )
            for i in range(len(plan))
        ]
    return scenes


def draw_images(
    labels: NDArray[np.int64],
    size: int,
    *,
    rng: np.random.Generator,
    classes: int,
    difficulty: float,
) -> NDArray[np.uint8]:
    """The pictures (N, 3, size, size) alone, as `draw_scenes` draws them, but quickly."""
    _check(size, classes, difficulty)
    images = np.empty((len(labels), 3, size, size), np.uint8)
    for part in _parts(len(labels), size):
        images[part] = render(make_plan(labels[part], rng, classes, difficulty), size).images
    return images


def _parts(count: int, size: int) -> Iterator[slice]:
    step = max(1, _PIXELS // size**2)
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


def _check(size: int, classes: int, difficulty: float) -> None:
    integer(size, "size", SMALLEST, LARGEST)
    integer(classes, "classes", 2, len(SHAPES))
    between(difficulty, "difficulty", 0, 1)


def _labels(
    labels: ArrayLike | None, count: int, classes: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    if labels is None:
        return rng.integers(0, classes, count)
    given = np.asarray(labels)
    if given.dtype.kind not in "iu" or given.shape != (count,):
        raise ValueError(
            f"labels must be {count} whole numbers, got shape {given.shape}, {given.dtype}"
        )
    if given.min() < 0 or given.max() >= classes:
        raise ValueError(f"labels must be from 0 to {classes - 1}, got {given.tolist()}")
    return given.astype(np.int64)
