"""What is in the pictures, before they are drawn: every shape, background and light.

The world's units: a picture is 1 wide and 1 high, (0, 0) is its upper left corner, y goes down.
The camera's focal length is 1 picture width, so what is w wide and z away looks w / z wide.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.data.shapes.chance import Columns, FloatArray, turns
from coursekit.data.shapes.colours import farthest, rgb

#: At most this many shapes beside the main one.
MOST_OTHERS = 5
_FARTHEST = 9.5  # how far away a shape may stand; the background is farther
_CANDIDATES = 4  # colours to choose from, so that a shape stands out


@dataclass(frozen=True)
class Things:
    """The shapes: arrays (n, 1 + MOST_OTHERS), colours with a last axis of 3; 0 is the main one.

    Attributes:
        kind: the shape's label. present: False where there is none.
        x, y, radius: where it is in the picture, and half its size; depth: how far away.
        cosine, sine: how it is turned. stretch: width over height is its square.
        form: what varies within the class. colour, second: its two colours.
        pattern: 0 plain, 1 shaded from one colour to the other, 2 striped, 3 dotted.
        pitch: stripes or dots per radius.
    """

    kind: NDArray[np.int64]
    present: NDArray[np.bool_]
    x: FloatArray
    y: FloatArray
    radius: FloatArray
    depth: FloatArray
    cosine: FloatArray
    sine: FloatArray
    stretch: FloatArray
    form: FloatArray
    colour: FloatArray
    second: FloatArray
    pattern: NDArray[np.int64]
    pitch: FloatArray


@dataclass(frozen=True)
class Ground:
    """The background, a plane: arrays (n, …).

    Attributes:
        colours: (n, 3, 3), three colours; the first two make the texture, the third the gradient.
        cosine, sine, pitch: how the texture lies, and its cells per picture.
        stripes: from 0, clouds, to 1, stripes. speckle: how much fine grain it has.
        nearness: (n, 3), 1 / depth at the upper left corner, and how it changes across and down.
    """

    colours: FloatArray
    cosine: FloatArray
    sine: FloatArray
    pitch: FloatArray
    stripes: FloatArray
    speckle: FloatArray
    nearness: FloatArray


@dataclass(frozen=True)
class Plan:
    """Pictures to be drawn; ``things`` and ``ground``, and for each picture, shape (n,):

    Attributes:
        key: seeds the noise. cosine, sine: where the light comes from.
        light: how much brighter it is on that side. grain: the sensor's noise, in 1/255.
    """

    things: Things
    ground: Ground
    key: NDArray[np.uint32]
    cosine: FloatArray
    sine: FloatArray
    light: FloatArray
    grain: FloatArray

    def __len__(self) -> int:
        return len(self.key)


def make_plan(
    labels: NDArray[np.int64], rng: np.random.Generator, classes: int, difficulty: float
) -> Plan:
    """Draw everything that chance decides. Picture i depends on ``rng`` and its own label only."""
    slots = 1 + MOST_OTHERS
    difficulty *= 0.4 + 0.6 * difficulty  # so that steps of it cost about equally many errors
    drawn = Columns(rng, len(labels), 26 + slots * (13 + 3 * _CANDIDATES))
    ground = _ground(drawn, difficulty)
    things = _things(labels, drawn, ground, classes, difficulty)
    cosine, sine = turns(drawn.one())
    return Plan(
        things=things,
        ground=ground,
        key=(drawn.one() * 2**31).astype(np.uint32),
        cosine=cosine,
        sine=sine,
        light=drawn.one(0.1, 0.3 + 0.5 * difficulty),
        grain=drawn.one(1.0, 4.0 + 20.0 * difficulty),
    )


def _ground(drawn: Columns, difficulty: float) -> Ground:
    hue = drawn.one()[:, np.newaxis] + drawn.take(-0.13, 0.13, count=3)
    saturation = drawn.one(0.05, 0.6)[:, np.newaxis] + drawn.take(-0.05, 0.15, count=3)
    spread = 0.1 + 0.25 * difficulty
    value = drawn.one(0.3, 0.85)[:, np.newaxis] + drawn.take(-spread, spread, count=3)
    cosine, sine = turns(drawn.one())
    nearness = np.stack(
        [drawn.one(0.07, 0.085), drawn.one(-0.005, 0.005), drawn.one(0, 0.015)], axis=1
    )
    kind = drawn.one()
    return Ground(
        colours=rgb(hue, saturation.clip(0, 1), value.clip(0.1, 0.97)),
        cosine=cosine,
        sine=sine,
        pitch=drawn.one(1.5, 3.0 + 6.0 * difficulty),
        stripes=np.where(kind < 0.3, (0.3 - kind) / 0.3, 0).astype(np.float32),
        speckle=drawn.one(0, 0.6 * difficulty),
        nearness=nearness,
    )


def _things(
    labels: NDArray[np.int64], drawn: Columns, ground: Ground, classes: int, difficulty: float
) -> Things:
    slots = 1 + MOST_OTHERS
    kind = np.minimum((drawn.take(count=slots) * classes).astype(np.int64), classes - 1)
    kind[:, 0] = labels
    others = drawn.one() * (1 + round((MOST_OTHERS - 1) * difficulty) + 1)
    present = np.arange(slots) <= np.minimum(others, MOST_OTHERS).astype(np.int64)[:, np.newaxis]

    depth = np.empty((len(labels), slots), np.float32)
    depth[:, 0] = drawn.one(1.9, 2.2 + 2.0 * difficulty)
    nearest = 1.7 * depth[:, :1]
    farther = nearest + drawn.take(count=MOST_OTHERS) * (_FARTHEST - nearest)
    depth[:, 1:] = np.sort(farther, axis=1)
    radius = drawn.take(0.68, 0.78, count=slots) / depth
    margin = radius.copy()
    margin[:, 1:] = 0.04  # the others may be cut off by the border
    roam = np.ones(slots, np.float32)
    roam[0] = 0.2 + 0.8 * difficulty
    x = 0.5 + drawn.take(-1, 1, count=slots) * (0.5 - margin) * roam
    y = 0.5 + drawn.take(-1, 1, count=slots) * (0.5 - margin) * roam

    tilt = 0.03 + 0.47 * difficulty
    cosine, sine = turns(drawn.take(-tilt, tilt, count=slots))
    reach = 0.08 + 0.34 * difficulty
    colour, second = _paint(drawn, ground, slots, difficulty)
    pattern = np.minimum((drawn.take(count=slots) * 6).astype(np.int64) - 2, 3).clip(0)
    return Things(
        kind=kind,
        present=present,
        x=x,
        y=y,
        radius=radius,
        depth=depth,
        cosine=cosine,
        sine=sine,
        stretch=1 + drawn.take(-reach / 2, reach / 2, count=slots),
        form=drawn.take(count=slots),
        colour=colour,
        second=second,
        pattern=pattern,
        pitch=drawn.take(1.0, 2.2, count=slots),
    )


def _paint(
    drawn: Columns, ground: Ground, slots: int, difficulty: float
) -> tuple[FloatArray, FloatArray]:
    """Two colours for each shape; the first stands out, the less so the more difficult."""
    shape = (-1, slots, _CANDIDATES)
    hue = drawn.take(count=slots * _CANDIDATES).reshape(shape)
    saturation = drawn.take(0.35, 1.0, count=slots * _CANDIDATES).reshape(shape)
    value = drawn.take(0.25, 1.0, count=slots * _CANDIDATES).reshape(shape)
    behind = ground.colours[:, np.newaxis]
    best = farthest(rgb(hue, saturation, value), behind)
    middle = (behind[..., 0, :] + behind[..., 1, :] + behind[..., 2, :]) / 3
    colour = best + (0.45 * difficulty) * drawn.one()[:, np.newaxis, np.newaxis] * (middle - best)
    lighter = drawn.take(-0.3, 0.3, count=slots)[..., np.newaxis]
    return colour, (colour * (1 - np.abs(lighter)) + np.maximum(lighter, 0)).astype(np.float32)
