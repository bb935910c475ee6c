"""A picture of the generated world with everything that is known about it."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.data.shapes.chance import FloatArray
from coursekit.data.shapes.outlines import OUTLINES, SHAPES
from coursekit.data.shapes.plan import Things


class Keypoints(NamedTuple):
    """The named points of one shape.

    ``names``, K of them, in the shape's own frame ("top" of a shape that is turned over lies
    below); ``xy`` float64 (K, 2), x to the right and y down in pixels, (0.5, 0.5) is the middle of
    the first pixel; ``visible`` bool (K,), False for a point outside the picture or behind a
    nearer shape.
    """

    names: tuple[str, ...]
    xy: NDArray[np.float64]
    visible: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Scene:
    """One picture; the K shapes of which something is to be seen are numbered from near to far.

    Attributes:
        image: uint8 (3, H, W), red, green, blue.
        label: what the picture shows: the class of its nearest and largest shape.
        labels: int64 (K,), the class of every shape; the first is ``label``.
        instances: uint8 (H, W), k + 1 where shape k is seen, 0 for the background.
        classes: uint8 (H, W), label + 1 of the shape that is seen, 0 for the background.
        boxes: int64 (K, 4), left, top, right, bottom of what is seen of each shape, in pixels;
            the pixels are ``[top:bottom, left:right]``.
        keypoints: K `Keypoints`, one for each shape.
        depth: float32 (H, W), distance along the line of sight; the camera's focal length is
            1 picture width, see `disparity`.
        second: uint8 (3, H, W), what a camera ``baseline`` to the right sees, None without one.
        baseline: how far the second camera stands to the right, 0 without one.
    """

    image: NDArray[np.uint8]
    label: int
    labels: NDArray[np.int64]
    instances: NDArray[np.uint8]
    classes: NDArray[np.uint8]
    boxes: NDArray[np.int64]
    keypoints: tuple[Keypoints, ...]
    depth: FloatArray
    second: NDArray[np.uint8] | None
    baseline: float

    @property
    def disparity(self) -> FloatArray:
        """Pixels that each pixel moves to the left from ``image`` to ``second``, (H, W)."""
        return np.float32(self.baseline * self.image.shape[-1]) / self.depth

    def __repr__(self) -> str:
        height, width = self.image.shape[1:]
        names = ", ".join(SHAPES[label] for label in self.labels)
        return f"Scene({height}×{width}; {names})"


def describe(
    things: Things,
    i: int,
    image: NDArray[np.uint8],
    found: NDArray[np.uint8],
    depth: FloatArray,
    second: NDArray[np.uint8] | None,
    baseline: float,
) -> Scene:
    """The scene of picture i. ``found`` is (H, W), k + 1 where thing k of the plan is seen."""
    seen = [int(k) for k in np.unique(found) if k]
    numbers = np.zeros(max(seen, default=0) + 1, np.uint8)
    numbers[seen] = np.arange(len(seen)) + 1
    instances = numbers[found]
    labels = things.kind[i, [k - 1 for k in seen]]
    classes = np.concatenate([[0], labels + 1]).astype(np.uint8)
    return Scene(
        image=image,
        label=int(things.kind[i, 0]),
        labels=labels,
        instances=instances,
        classes=classes[instances],
        boxes=np.array([_box(instances == n + 1) for n in range(len(seen))]).reshape(-1, 4),
        keypoints=tuple(_keypoints(things, i, k - 1, n, instances) for n, k in enumerate(seen, 1)),
        depth=depth,
        second=second,
        baseline=baseline,
    )


def _box(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _keypoints(
    things: Things, i: int, k: int, number: int, instances: NDArray[np.uint8]
) -> Keypoints:
    """Thing k's points; ``number`` is its place among the shapes that are seen, from 1."""
    points = OUTLINES[things.kind[i, k]].points(float(things.form[i, k]))
    frame = np.array([(x, y) for _, x, y in points]).reshape(-1, 2)
    stretch, radius = float(things.stretch[i, k]), float(things.radius[i, k])
    cosine, sine = float(things.cosine[i, k]), float(things.sine[i, k])
    x, y = frame[:, 0] * stretch * radius, frame[:, 1] / stretch * radius
    right = float(things.x[i, k]) + x * cosine - y * sine
    down = float(things.y[i, k]) + x * sine + y * cosine
    size = instances.shape[0]
    xy = np.stack([right, down], axis=1) * size
    inside = ((xy >= 0) & (xy < size)).all(axis=1)
    column, row = xy.clip(0, size - 1).astype(np.int64).T
    nearer = (instances[row, column] > 0) & (instances[row, column] < number)
    return Keypoints(tuple(name for name, _, _ in points), xy, inside & ~nearer)
