"""From a plan to pixels: background, shadows and shapes from far to near, light, noise."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.data.shapes.chance import FloatArray, grain, lattices, smooth_noise
from coursekit.data.shapes.outlines import distances
from coursekit.data.shapes.plan import Ground, Plan, Things

Places = NDArray[np.intp]

_SHADOW = (0.12, 0.14, 0.45)  # how far a shadow falls, how soft it is, how dark: in radii, share


class Rendered(NamedTuple):
    """Pictures uint8 (n, 3, H, W); things uint8 (n, H, W), 0 where none; depth float32 (n, H, W).

    A pixel shows thing k of the plan where ``things`` is k + 1.
    """

    images: NDArray[np.uint8]
    things: NDArray[np.uint8]
    depth: FloatArray


def render(plan: Plan, size: int, camera: float = 0.0) -> Rendered:
    """Draw all pictures of the plan, ``size`` × ``size``.

    ``camera`` is how far the camera has moved to the right, in the world's units: what is z away
    moves camera / z picture widths to the left.
    """
    canvas, depth = _background(plan, size, camera)
    found = np.zeros(len(plan) * size * size, np.uint8)
    for k in reversed(range(plan.things.kind.shape[1])):
        _draw_thing(plan, k, size, camera, canvas, found, depth)
    middles = _middles(size) - 0.5
    light = plan.light[:, np.newaxis, np.newaxis]
    across = light * plan.cosine[:, np.newaxis, np.newaxis] * middles
    brightness = 1 + across + light * plan.sine[:, np.newaxis, np.newaxis] * middles[:, np.newaxis]
    canvas *= brightness.reshape(-1)
    canvas *= 255
    noise = grain(plan.key ^ np.uint32(round(camera * 2**16)), 3, size * size)
    canvas += (noise * plan.grain[:, np.newaxis]).reshape(3, -1)
    pixels = np.rint(canvas).clip(0, 255).astype(np.uint8).reshape(3, -1, size, size)
    shape = (-1, size, size)
    return Rendered(
        np.ascontiguousarray(pixels.transpose(1, 0, 2, 3)),
        found.reshape(shape),
        depth.reshape(shape),
    )


def _middles(size: int) -> FloatArray:
    """Where the middles of the pixels lie."""
    return ((np.arange(size) + 0.5) / size).astype(np.float32)


def _background(plan: Plan, size: int, camera: float) -> tuple[FloatArray, FloatArray]:
    """Colours (3, n·size·size) and depth (n·size·size,)."""
    ground = plan.ground
    near, slope, fall = ground.nearness.T[:, :, np.newaxis, np.newaxis]
    x, y = _middles(size), _middles(size)[:, np.newaxis]
    # The plane's point seen at x is seen at `seen` when the camera has not moved.
    seen = (x + camera * (near + fall * y)) / (1 - camera * slope)
    depth = 1 / (near + slope * seen + fall * y)
    wave, speckle = _texture(ground, plan, seen, y)
    blend = (np.abs(seen - y) * 0.7).clip(0, 1)
    first, second, third = ground.colours.transpose(1, 2, 0)[..., np.newaxis, np.newaxis]
    canvas = first + (second - first) * wave
    canvas += (third - canvas) * blend
    canvas *= 1 + speckle
    return canvas.reshape(3, -1), depth.reshape(-1)


def _texture(
    ground: Ground, plan: Plan, x: FloatArray, y: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Clouds or stripes in [0, 1], and fine changes of brightness about 0; both (n, H, W)."""
    cosine, sine, pitch, stripes = (
        v[:, np.newaxis, np.newaxis]
        for v in (ground.cosine, ground.sine, ground.pitch, ground.stripes)
    )
    along, over = (x * cosine + y * sine) * pitch, (y * cosine - x * sine) * pitch
    lattice = lattices(plan.key)
    clouds = smooth_noise(lattice, along + 5, over + 5)
    fine = smooth_noise(lattice, along * 4 + 9, over * 4 + 9)
    place = along + 0.6 * clouds
    band = np.abs(2 * (place - np.floor(place)) - 1)
    band = ((band - 0.5) * 2.5 + 0.5).clip(0, 1)
    wave = clouds + stripes * (band - clouds)
    return wave, (fine - 0.5) * ground.speckle[:, np.newaxis, np.newaxis]


def _draw_thing(
    plan: Plan,
    k: int,
    size: int,
    camera: float,
    canvas: FloatArray,
    found: NDArray[np.uint8],
    depth: FloatArray,
) -> None:
    """Draw thing k of every picture over what is there, its shadow first."""
    things = plan.things
    centre = things.x[:, k] - np.float32(camera) / things.depth[:, k]
    places, rows, right, down = _around(things, k, size, centre)
    fall, softness, dark = _SHADOW
    form, stretch = things.form[rows, k], things.stretch[rows, k]
    radius, kinds = things.radius[rows, k], things.kind[rows, k]

    def distance(right: FloatArray, down: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Coordinates in the shape's frame, and the distance in radii."""
        cosine, sine = things.cosine[rows, k], things.sine[rows, k]
        x = (right * cosine + down * sine) / stretch
        y = (down * cosine - right * sine) * stretch
        return x, y, distances(kinds, x, y, form) * np.minimum(stretch, 1 / stretch)

    shadow = distance(right + fall * plan.cosine[rows], down + fall * plan.sine[rows])[2]
    canvas[:, places] *= 1 - dark * (0.5 - shadow / softness).clip(0, 1)

    x, y, inside = distance(right, down)
    coverage = (0.5 - inside * radius * size).clip(0, 1)
    here = np.flatnonzero(coverage)
    places, rows, coverage, inside = places[here], rows[here], coverage[here], inside[here]
    share = _pattern(things, k, rows, x[here], y[here])
    colour = things.colour[rows, k] + share * (things.second[rows, k] - things.colour[rows, k])
    lit = right[here] * plan.cosine[rows] + down[here] * plan.sine[rows]
    edge = (1 + inside * 8).clip(0, 1)
    colour *= (1 + 0.16 * lit - 0.18 * edge * edge)[:, np.newaxis]
    behind = canvas[:, places]
    canvas[:, places] = behind + coverage * (colour.T - behind)
    solid = np.flatnonzero(inside < 0)
    found[places[solid]] = k + 1
    depth[places[solid]] = things.depth[rows[solid], k]


def _around(
    things: Things, k: int, size: int, centre: FloatArray
) -> tuple[Places, Places, FloatArray, FloatArray]:
    """The pixels near thing k: their places in all pictures, their picture, and where they lie.

    The last two are right of and below the thing's middle, in its radii.
    """
    middles = _middles(size)
    radius = things.radius[:, k : k + 1]
    right = (middles - centre[:, np.newaxis]) / radius
    down = (middles - things.y[:, k : k + 1]) / radius
    reach = 1.35 + 1 / (size * radius)
    columns = (np.abs(right) < reach) & things.present[:, k : k + 1]
    near = (np.abs(down) < reach)[:, :, np.newaxis] & columns[:, np.newaxis]
    places = np.flatnonzero(near)
    rows, pixels = np.divmod(places, size * size)
    row, column = np.divmod(pixels, size)
    return places, rows, right[rows, column], down[rows, row]


def _pattern(things: Things, k: int, rows: Places, x: FloatArray, y: FloatArray) -> FloatArray:
    """How much of the second colour there is, (N, 1)."""
    pattern, pitch = things.pattern[rows, k], things.pitch[rows, k]
    across, along = x * pitch, y * pitch
    stripe = np.abs(2 * (across - np.floor(across)) - 1)
    dot_x, dot_y = across - np.floor(across) - 0.5, along - np.floor(along) - 0.5
    dots = 1.6 - 6 * (dot_x * dot_x + dot_y * dot_y) * 2
    share = np.where(pattern == 1, y * 0.5 + 0.5, 0)
    share = np.where(pattern == 2, (stripe - 0.5) * 3 + 0.5, share)
    share = np.where(pattern == 3, dots, share)
    return share.clip(0, 1).astype(np.float32)[:, np.newaxis]
