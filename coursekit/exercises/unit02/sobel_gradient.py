"""``sobel_gradient``: how steeply a picture gets brighter, and which way."""

import numpy as np

from coursekit import filters
from coursekit.exercises import Comparison, Exercise, angle_difference, case, same, tiny

exercise = Exercise(
    "sobel_gradient(x)",
    unit="02",
    title="Edges: how steep, and which way",
    reference=filters.sobel_gradient,
    points=4,
    checks={"any brightness": 2.5, "bytes": 0.5, "in any form": 1},
    minutes=30,
    difficulty=3,
    builds_on=("pad2d", "cross_correlate2d"),
    hints=(
        "You need two pictures first: g_x, how much brighter it gets to the right, and g_y, how "
        "much brighter it gets downwards. Each is one cross-correlation with a 3×3 kernel.",
        "The kernel for g_y is the one for g_x transposed. To keep the picture's size, put one "
        "pixel around it first, with the edge repeated.",
        "The magnitude is the length of the arrow (g_x, g_y): Pythagoras.",
        "The direction is `np.arctan2(g_y, g_x)`, y first. `arctan` of the quotient cannot tell "
        "left from right. Return both: `return magnitude, direction`.",
    ),
    comparison=Comparison(
        outputs=("magnitude", "direction"),
        differences={"direction": angle_difference},
        undefined={"direction": lambda values: values[0] <= 1e-9 * np.max(values[0], initial=0.0)},
    ),
)

_X = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])


@exercise.cases
def cases(rng):
    ramp = np.array([[0, 3, 6], [4, 7, 10], [8, 11, 14]])
    edges = np.sqrt([12.0**2 + 32**2, 24.0**2 + 16**2])
    beside, above = edges
    yield tiny(
        "a ramp that rises by 3 to the right and by 4 downwards",
        ramp,
        expected=(
            np.array([[20, above, 20], [beside, 40, beside], [20, above, 20]]),
            np.arctan2([[16, 16, 16], [32, 32, 32], [16, 16, 16]], [[12, 24, 12]] * 3),
        ),
    )
    yield tiny(
        "the same ramp, getting darker",
        14 - ramp,
        expected=(
            np.array([[20, above, 20], [beside, 40, beside], [20, above, 20]]),
            np.arctan2([[-16, -16, -16], [-32, -32, -32], [-16, -16, -16]], [[-12, -24, -12]] * 3),
        ),
    )
    yield case("a square picture", _without_flat_places(rng, (5, 5)))
    yield case("a wide picture", _without_flat_places(rng, (4, 7)))
    yield case("a tall picture", _without_flat_places(rng, (8, 5)))
    yield case("brightness from 0 to 1", _without_flat_places(rng, (7, 6), uniform=True))
    yield case("large values", 300 * _without_flat_places(rng, (6, 6)))
    square = np.zeros((7, 8))
    square[2:5, 3:6] = 1
    yield case("a bright square on a dark ground: flat places have no direction", square)
    noise = rng.integers(0, 8, (6, 7))
    columns = 28 * np.arange(7)
    yield case(
        "bytes (uint8), brighter to the right", (columns + noise).astype(np.uint8)
    ).counts_for("bytes")
    yield case(
        "bytes (uint8), darker to the right", (200 - columns - noise).astype(np.uint8)
    ).counts_for("bytes")


def _without_flat_places(rng, shape, uniform=False):
    """A random picture. Where the gradient is 0 it has no direction: such pictures are left out."""
    while True:
        x = rng.random(shape) if uniform else rng.standard_normal(shape)
        if filters.sobel_gradient(x)[0].min() > 0.1:
            return x


@exercise.holds("A turned picture has its gradient turned with it: the same lengths.")
def turns_with_the_picture(answer, rng):
    x = rng.standard_normal((6, 8))
    return same(np.asarray(answer(x.T.copy())[0]), np.asarray(answer(x)[0]).T)


@exercise.holds("A brighter picture of the same contrast has the same gradient.")
def ignores_brightness(answer, rng):
    x = _without_flat_places(rng, (5, 6))
    return same(np.asarray(answer(x + 100)[0]), np.asarray(answer(x)[0]))


def _slide(x, k, how="edge"):
    x = np.asarray(x, float)
    x = x if how is None else np.pad(x, 1, mode=how)
    windows = np.lib.stride_tricks.sliding_window_view(x, k.shape)
    return np.einsum("ijab,ab->ij", windows, k)


def _gradients(x, how="edge", k=_X):
    return _slide(x, k, how), _slide(x, k.T, how)


def _polar(g_x, g_y):
    return np.hypot(g_x, g_y), np.arctan2(g_y, g_x)


@exercise.mistake(
    "The direction is the opposite one: g_x and g_y have the wrong sign, as true convolution "
    "(a flipped kernel) gives them. Positive means brighter to the right, and brighter downwards."
)
def turns_the_kernels(x):
    return _polar(*_gradients(x, k=-_X))


@exercise.mistake(
    "g_y has the wrong sign: y points down, so it is positive where it gets brighter downwards."
)
def points_y_up(x):
    g_x, g_y = _gradients(x)
    return _polar(g_x, -g_y)


@exercise.mistake(
    "g_x has the wrong sign: it is positive where the picture gets brighter to the right."
)
def points_x_left(x):
    g_x, g_y = _gradients(x)
    return _polar(-g_x, g_y)


@exercise.mistake("`arctan(g_y / g_x)` cannot tell left from right: use `np.arctan2(g_y, g_x)`.")
def uses_arctan(x):
    g_x, g_y = _gradients(x)
    with np.errstate(all="ignore"):
        return np.hypot(g_x, g_y), np.arctan(g_y / g_x)


@exercise.mistake(
    "The quotient is upside down, and `arctan` cannot tell left from right: use "
    "`np.arctan2(g_y, g_x)`."
)
def uses_arctan_upside_down(x):
    g_x, g_y = _gradients(x)
    with np.errstate(all="ignore"):
        return np.hypot(g_x, g_y), np.arctan(g_x / g_y)


@exercise.mistake("g_x is used for g_y too: the second kernel is the first one transposed.")
def uses_one_kernel_twice(x):
    g_x, _ = _gradients(x)
    return _polar(g_x, g_x)


@exercise.mistake(
    "g_x and g_y are exchanged in the angle: it is `np.arctan2(g_y, g_x)`, y first. (Or the two "
    "kernels have changed places.)"
)
def exchanges_the_arguments(x):
    g_x, g_y = _gradients(x)
    return np.hypot(g_x, g_y), np.arctan2(g_x, g_y)


@exercise.mistake("The direction is in degrees; give radians, as `np.arctan2` does.")
def gives_degrees(x):
    magnitude, direction = _polar(*_gradients(x))
    return magnitude, np.degrees(direction)


@exercise.mistake(
    "The direction is cut to 0 … π, so opposite directions look alike. Keep the sign."
)
def drops_the_sense(x):
    magnitude, direction = _polar(*_gradients(x))
    return magnitude, direction % np.pi


@exercise.mistake("The direction has lost its sign: `np.abs` makes up and down look alike.")
def drops_the_sign(x):
    magnitude, direction = _polar(*_gradients(x))
    return magnitude, np.abs(direction)


@exercise.mistake(
    "This is the direction of the edge. The gradient stands across it: a quarter turn back."
)
def gives_the_edges_direction(x):
    magnitude, direction = _polar(*_gradients(x))
    return magnitude, direction + np.pi / 2


@exercise.mistake("The square root is missing: this is the square of the magnitude.")
def forgets_the_root(x):
    g_x, g_y = _gradients(x)
    return g_x**2 + g_y**2, np.arctan2(g_y, g_x)


@exercise.mistake("The magnitude is |g_x| + |g_y|. The arrow's length is √(g_x² + g_y²).")
def adds_the_sizes(x):
    g_x, g_y = _gradients(x)
    return np.abs(g_x) + np.abs(g_y), np.arctan2(g_y, g_x)


@exercise.mistake("The magnitude is the mean of |g_x| and |g_y|: use √(g_x² + g_y²).")
def averages_the_sizes(x):
    g_x, g_y = _gradients(x)
    return (np.abs(g_x) + np.abs(g_y)) / 2, np.arctan2(g_y, g_x)


@exercise.mistake("The magnitude is the larger of |g_x| and |g_y|: use √(g_x² + g_y²).")
def takes_the_larger(x):
    g_x, g_y = _gradients(x)
    return np.maximum(np.abs(g_x), np.abs(g_y)), np.arctan2(g_y, g_x)


@exercise.mistake("g_x and g_y are added before squaring: (a + b)² is not a² + b².")
def squares_the_sum(x):
    g_x, g_y = _gradients(x)
    return np.sqrt((g_x + g_y) ** 2), np.arctan2(g_y, g_x)


@exercise.mistake("The squares are averaged, so the magnitude is √2 too small: add them.")
def averages_the_squares(x):
    magnitude, direction = _polar(*_gradients(x))
    return magnitude / np.sqrt(2), direction


@exercise.mistake(
    "Zeros are put around the picture, so its frame looks like an edge. Repeat the edge pixels."
)
def pads_with_zeros(x):
    return _polar(*_gradients(x, "constant"))


@exercise.mistake("The border is reflected; repeat the edge pixels instead.")
def pads_with_reflection(x):
    return _polar(*_gradients(x, "reflect"))


@exercise.mistake("The border wraps round to the other side; repeat the edge pixels instead.")
def wraps_round(x):
    return _polar(*_gradients(x, "wrap"))


@exercise.mistake("The picture was not padded, so one pixel is lost on each side.")
def does_not_pad(x):
    return _polar(*_gradients(x, None))


@exercise.mistake("This is Prewitt's kernel: Sobel's gives the middle row twice the weight.")
def uses_prewitt(x):
    return _polar(*_gradients(x, k=np.outer([1, 1, 1], [-1, 0, 1])))


@exercise.mistake("This is Scharr's kernel (3, 10, 3): Sobel's weights are 1, 2, 1.")
def uses_scharr(x):
    return _polar(*_gradients(x, k=np.outer([3, 10, 3], [-1, 0, 1])))


@exercise.mistake(
    "These are plain differences of two neighbours. Sobel's kernels also add up three rows with "
    "weights 1, 2, 1."
)
def takes_plain_differences(x):
    return _polar(*_gradients(x, k=np.array([[0, 0, 0], [-1, 0, 1], [0, 0, 0]])))


@exercise.mistake(
    "This is `np.gradient`: half the difference of two neighbours, without Sobel's weights 1, 2, 1."
)
def uses_np_gradient(x):
    g_y, g_x = np.gradient(np.asarray(x, float))
    return _polar(g_x, g_y)


@exercise.mistake("The kernels are divided by 8. Take their whole numbers as they stand.")
def divides_by_eight(x):
    return _polar(*_gradients(x, k=_X / 8))


@exercise.mistake("The kernels are divided by 4. Take their whole numbers as they stand.")
def divides_by_four(x):
    return _polar(*_gradients(x, k=_X / 4))


@exercise.mistake("The magnitude is scaled to a largest value of 1 (or 255). Leave it as it is.")
def scales_to_one(x):
    magnitude, direction = _polar(*_gradients(x))
    return magnitude / magnitude.max(), direction


@exercise.mistake("The magnitude is scaled to a largest value of 255. Leave it as it is.")
def scales_to_255(x):
    magnitude, direction = _polar(*_gradients(x))
    return 255 * magnitude / magnitude.max(), direction


@exercise.mistake("The magnitude is cut off at 255. Leave it as it is: it is no picture of bytes.")
def clips(x):
    magnitude, direction = _polar(*_gradients(x))
    return np.clip(magnitude, 0, 255), direction


@exercise.mistake("These are g_x and g_y themselves; return their magnitude and direction.")
def returns_the_parts(x):
    return _gradients(x)


@exercise.mistake("The two values are in the wrong order: return magnitude, direction.")
def returns_the_direction_first(x):
    magnitude, direction = _polar(*_gradients(x))
    return direction, magnitude


@exercise.mistake("One value came back. Return both: `return magnitude, direction`.")
def returns_the_magnitude_only(x):
    return np.hypot(*_gradients(x))


@exercise.mistake(
    "The arithmetic is done in bytes: negative differences wrap round to 255, 254, …. Start with "
    "`x = np.asarray(x, float)`."
)
def works_in_bytes(x):
    return _polar(*(g.astype(np.asarray(x).dtype) for g in _gradients(x)))


@exercise.mistake(
    "g_x and g_y are squared in bytes, which wrap round at 256. Start with "
    "`x = np.asarray(x, float)`."
)
def squares_in_bytes(x):
    g_x, g_y = (g.astype(np.asarray(x).dtype) for g in _gradients(x))
    return np.sqrt(g_x**2 + g_y**2), np.arctan2(g_y, g_x)


@exercise.mistake(
    "The differences are taken in bytes: negative ones wrap round to 255, 254, …. Converting "
    "afterwards is too late; start with `x = np.asarray(x, float)`."
)
def converts_too_late(x):
    g_x, g_y = (g.astype(np.int64) for g in map(np.rint, _gradients(x)))
    if np.asarray(x).dtype.kind == "f":
        return _polar(*_gradients(x))
    if np.asarray(x).dtype == np.uint8:
        g_x, g_y = g_x % 256, g_y % 256
    return _polar(g_x.astype(float), g_y.astype(float))


@exercise.mistake(
    "The differences of neighbours are taken in bytes: negative ones wrap round to 255, 254, …. "
    "Start with `x = np.asarray(x, float)`."
)
def subtracts_in_bytes(x):
    p = np.pad(np.asarray(x), 1, mode="edge")
    right, down = p[:, 2:] - p[:, :-2], p[2:] - p[:-2]
    smooth = np.array([[1.0], [2], [1]])
    return _polar(_slide(right, smooth, None), _slide(down, smooth.T, None))


@exercise.mistake(
    "g_x and g_y lose their signs (`np.abs`) before the angle is taken, so that no arrow points "
    "left or up."
)
def takes_sizes_first(x):
    g_x, g_y = map(np.abs, _gradients(x))
    return _polar(g_x, g_y)


@exercise.mistake("The squares are missing under the root: √(g_x² + g_y²).")
def forgets_the_squares(x):
    g_x, g_y = _gradients(x)
    with np.errstate(all="ignore"):
        return np.sqrt(g_x + g_y), np.arctan2(g_y, g_x)


@exercise.mistake("The magnitude is √|g_x + g_y|: square each of the two first, √(g_x² + g_y²).")
def roots_the_sum_of_sizes(x):
    g_x, g_y = _gradients(x)
    return np.sqrt(np.abs(g_x + g_y)), np.arctan2(g_y, g_x)


@exercise.mistake(
    "The frame of the picture stays 0: repeat the edge pixels around it, then every pixel has "
    "eight neighbours."
)
def leaves_the_frame_zero(x):
    return tuple(np.pad(v, 1) for v in _polar(*_gradients(x, None)))


@exercise.mistake("g_y is used for g_x too: the kernel for g_x has -1, 0, 1 from left to right.")
def uses_the_other_kernel_twice(x):
    _, g_y = _gradients(x)
    return _polar(g_y, g_y)


@exercise.mistake("The direction is divided by π. Give radians, as `np.arctan2` does.")
def divides_the_angle_by_pi(x):
    magnitude, direction = _polar(*_gradients(x))
    return magnitude, direction / np.pi


@exercise.mistake(
    "The picture is converted to whole numbers, which cuts the fractions off: convert to float."
)
def converts_to_whole_numbers(x):
    return filters.sobel_gradient(np.asarray(x).astype(np.int64))


@exercise.also_right("complex numbers")
def with_complex_numbers(x):
    g_x, g_y = _gradients(x)
    g = g_x + 1j * g_y
    return np.abs(g), np.angle(g)


@exercise.also_right("angles from 0 to 2π, in a list")
def with_angles_from_zero(x):
    magnitude, direction = _polar(*_gradients(x))
    return [magnitude.tolist(), (direction % (2 * np.pi)).tolist()]


@exercise.also_right("scipy.ndimage.sobel")
def with_ndimage(x):
    from scipy.ndimage import sobel

    x = np.asarray(x, float)
    return _polar(sobel(x, axis=1, mode="nearest"), sobel(x, axis=0, mode="nearest"))


@exercise.also_right("slices of the padded picture, in single precision")
def with_slices(x):
    p = np.pad(np.asarray(x, np.float32), 1, mode="edge")
    right, left = p[:, 2:], p[:, :-2]
    g_x = (right - left)[:-2] + 2 * (right - left)[1:-1] + (right - left)[2:]
    down = p[2:] - p[:-2]
    g_y = down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]
    return np.sqrt(g_x**2 + g_y**2), np.arctan2(g_y, g_x)


@exercise.also_right("one array of shape (2, H, W), made with the Sobel kernels as two steps")
def with_two_steps(x):
    x = np.pad(np.asarray(x, float), 1, mode="edge")
    difference = np.array([[-1.0, 0, 1]])
    smooth = np.array([[1.0], [2], [1]])
    g_x = _slide(_slide(x, difference, None), smooth, None)
    g_y = _slide(_slide(x, difference.T, None), smooth.T, None)
    return np.stack(_polar(g_x, g_y))
