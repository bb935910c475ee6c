"""``scale_jitter``: each picture resized, then a crop of it."""

import math

import numpy as np
import torch
from torch.nn import functional as F

from coursekit.exercises import Exercise, case, tiny
from coursekit.exercises.unit08._draws import normal


def _resize(image, shape):
    """An image (C, H, W) in another size."""
    return F.interpolate(image[None], shape, mode="bilinear", antialias=True)[0]


def _shape(image, side, whole=round):
    """The size in which the shorter side is `side`; `whole` makes the other a whole number."""
    h, w = image.shape[1:]
    return (side, whole(w * side / h)) if h < w else (whole(h * side / w), side)


def _crop(image, top, left, size):
    return image[:, top : top + size, left : left + size]


def _jittered(x, sides, tops, lefts, size, *, shape=_shape, resize=_resize, crop=_crop):
    """The right answer; most mistakes change a part."""
    drawn = (tensor.tolist() for tensor in (sides, tops, lefts))
    return torch.stack(
        [
            crop(resize(image, shape(image, side)), top, left, size)
            for image, side, top, left in zip(x, *drawn, strict=True)
        ]
    )


def _scale_jitter(x, sides, tops, lefts, size=224):
    return _jittered(x, sides, tops, lefts, size)


exercise = Exercise(
    "scale_jitter(x, sides, tops, lefts, size=224)",
    unit="08",
    title="Scale jittering",
    reference=_scale_jitter,
    tensors=True,
    points=4,
    checks={"enlarged": 1, "reduced": 1, "several pictures": 1, "in any form": 1},
    minutes=25,
    difficulty=3,
    builds_on=("random_crop_and_flip",),
    hints=(
        "Every picture gets a size of its own, so go through the batch picture by picture. "
        "`int(sides[n])` makes an ordinary number of an entry.",
        "Which side is the shorter? If it is the height, the new size is (side, round(w * side / "
        "h)); if the width, (round(h * side / w), side). Two equal sides fit both.",
        '`F.interpolate(x[n : n + 1], (new_h, new_w), mode="bilinear", antialias=True)`: the slice '
        "keeps an axis for the batch, which the function wants.",
        "Crop with `[:, :, top : top + size, left : left + size]`. All crops have one size, so "
        "`torch.cat(crops)` makes one tensor of them.",
    ),
)


def _places(rng, count, shape, sides, size):
    """Tops and lefts, such that the crops fit and top and left are not the same."""
    tops, lefts = [], []
    for side in sides:
        height, width = _shape(np.empty((1, *shape)), side)
        top, left = 0, 0
        while top == left:
            top, left = (int(rng.integers(0, n - size + 1)) for n in (height, width))
        tops.append(top)
        lefts.append(left)
    return np.array(tops), np.array(lefts)


@exercise.cases
def cases(rng):
    first = np.array([[[[0, 4], [8, 12]]]], np.float32)
    one, two = np.array([1]), np.array([2])
    yield tiny(
        "2×2 pixels become 4×4, crop at row 1, column 2",
        *(first, np.array([4]), one, two, 2),
        expected=[[[[5, 6], [9, 10]]]],
    )
    spot = np.zeros((1, 1, 4, 4), np.float32)
    spot[..., 1, 2] = 49
    yield tiny(
        "4×4 pixels become 2×2",
        *(spot, two, 0 * one, 0 * one, 2),
        expected=[[[[3, 9], [1, 3]]]],
    ).counts_for("reduced")

    def drawn(said, channels, shape, sides, *size):
        x = normal(rng, len(sides), channels, *shape)
        places = _places(rng, len(sides), shape, sides, *(size or [224]))
        return case(said, x, np.array(sides), *places, *size)

    yield drawn("a wide picture, larger", 2, (5, 7), [8], 6)
    yield drawn("a high picture, larger", 3, (7, 5), [9], 7)
    yield drawn("a square picture, larger", 1, (6, 6), [11], 5)
    yield drawn("much larger", 2, (4, 7), [23], 9)
    yield drawn("the size as it was, a crop", 2, (6, 9), [6], 4)
    reduced = "reduced"
    yield drawn("a wide picture, smaller", 3, (16, 27), [7], 5).counts_for(reduced)
    yield drawn("a high picture, smaller", 2, (25, 17), [10], 8).counts_for(reduced)
    yield drawn("much smaller", 1, (20, 33), [4], 3).counts_for(reduced)
    several = "several pictures"
    yield drawn("three sizes", 2, (5, 8), [7, 11, 9], 6).counts_for(several)
    yield drawn("larger and smaller", 1, (12, 11), [8, 19], 7).counts_for(several)
    yield drawn("four high pictures", 3, (13, 9), [7, 14, 5, 8], 4).counts_for(several)
    yield drawn("224 pixels unless another size is given", 1, (9, 10), [231])


@exercise.holds("A picture of one colour keeps it.")
def one_colour_stays(answer, rng):
    x = np.ones((2, 1, 6, 8), np.float32) * np.array([3, -2], np.float32)[:, None, None, None]
    y = answer(x, np.array([4, 9]), np.array([0, 2]), np.array([1, 3]), 4)
    if np.shape(y) != (2, 1, 4, 4):
        return f"The answer has shape {np.shape(y)}, not (2, 1, 4, 4)."
    off = np.abs(np.asarray(y) - x[:, :, :1, :1]).max()
    return None if off < 1e-4 else f"Here some number moved by {off:.3g}."


def _with(name, says, **changes):
    """A mistake in a part of the right answer."""

    def answer(x, sides, tops, lefts, size=224):
        return _jittered(x, sides, tops, lefts, size, **changes)

    answer.__name__ = name
    exercise.mistake(says)(answer)


def _by(**options):
    return lambda image, shape: F.interpolate(image[None], shape, **options)[0]


# How pixels become others

for _name, _says, _resizing in (
    (
        "without_antialias",
        "`antialias=True` is missing: a pixel of a smaller picture has to be the mean of all those "
        "it covers, not of the four nearest.",
        _by(mode="bilinear"),
    ),
    (
        "aligns_corners",
        "`align_corners=True` puts the first and last pixels of both pictures on each other: "
        "leave it out, or say False.",
        _by(mode="bilinear", align_corners=True),
    ),
    (
        "aligns_corners_and_smooths",
        "The corners are aligned: `align_corners=False` is wanted, beside `antialias=True`.",
        _by(mode="bilinear", align_corners=True, antialias=True),
    ),
    (
        "takes_the_nearest",
        "Each new pixel is a copy of an old one, as `F.interpolate` does unless you say "
        '`mode="bilinear"`.',
        _by(),
    ),
    (
        "takes_the_nearest_centre",
        "Each new pixel is a copy of the one nearest to its centre (`nearest-exact`): say "
        '`mode="bilinear"`.',
        _by(mode="nearest-exact"),
    ),
    (
        "bicubic",
        'The interpolation is bicubic: `mode="bilinear"` is asked for.',
        _by(mode="bicubic", antialias=True),
    ),
    (
        "bicubic_without_antialias",
        'The interpolation is bicubic, and does not smooth: `mode="bilinear", antialias=True` is '
        "asked for.",
        _by(mode="bicubic"),
    ),
    (
        "averages_areas",
        'Each new pixel is the mean of an area (`mode="area"`): `mode="bilinear"` is asked for.',
        _by(mode="area"),
    ),
):
    _with(_name, _says, resize=_resizing)

# To which size

for _name, _says, _sizing in (
    (
        "rounds_down",
        "The longer side is rounded down, `int(…)` or `//`: it is rounded to the nearest, "
        "`round(…)`.",
        lambda image, side: _shape(image, side, int),
    ),
    (
        "rounds_up",
        "The longer side is rounded up: it is rounded to the nearest, `round(…)`.",
        lambda image, side: _shape(image, side, math.ceil),
    ),
    (
        "squeezes_into_a_square",
        "Every picture becomes a square: the shorter side becomes `sides[n]`, and the longer one "
        "grows by the same factor.",
        lambda image, side: (side, side),
    ),
    (
        "height_always",
        "It is always the height that becomes `sides[n]`: it should be the shorter side, which may "
        "be the width.",
        lambda image, side: (side, round(image.shape[2] * side / image.shape[1])),
    ),
    (
        "width_always",
        "It is always the width that becomes `sides[n]`: it should be the shorter side, which may "
        "be the height.",
        lambda image, side: (round(image.shape[1] * side / image.shape[2]), side),
    ),
    (
        "the_longer_side",
        "The longer side becomes `sides[n]`: it should be the shorter one.",
        lambda image, side: tuple(round(n * side / max(image.shape[1:])) for n in image.shape[1:]),
    ),
    (
        "exchanges_height_and_width",
        "Height and width of the new size have changed places: `F.interpolate` wants (height, "
        "width).",
        lambda image, side: _shape(image, side)[::-1],
    ),
    (
        "keeps_the_longer_side",
        "Only the shorter side is changed: the longer one has to grow by the same factor.",
        lambda image, side: (
            (side, image.shape[2]) if image.shape[1] < image.shape[2] else (image.shape[1], side)
        ),
    ),
    (
        "divides_the_wrong_way",
        "The longer side is multiplied by the old side over the new one: it is the other way "
        "round, new over old.",
        lambda image, side: (
            (side, round(image.shape[2] * image.shape[1] / side))
            if image.shape[1] < image.shape[2]
            else (round(image.shape[1] * image.shape[2] / side), side)
        ),
    ),
):
    _with(_name, _says, shape=_sizing)


@exercise.mistake(
    "With `scale_factor`, the longer side is rounded down: reckon both sides yourself and pass "
    "them as the size."
)
def by_a_factor(x, sides, tops, lefts, size=224):
    def resize(image, side):
        factor = side / min(image.shape[1:])
        return _by(scale_factor=factor, mode="bilinear", antialias=True)(image, None)

    return _jittered(x, sides, tops, lefts, size, shape=lambda image, side: side, resize=resize)


@exercise.mistake("Nothing is resized: each picture gets its own size before it is cropped.")
def does_not_resize(x, sides, tops, lefts, size=224):
    return _jittered(x, sides, tops, lefts, size, resize=lambda image, shape: image)


# Where it is cropped

for _name, _says, _cropping in (
    (
        "exchanges_top_and_left",
        "`tops` and `lefts` have changed places: tops count rows, lefts count columns.",
        lambda image, top, left, size: _crop(image, left, top, size),
    ),
    (
        "crops_the_middle",
        "The crop is always the middle: it begins at its own `tops[n]`, `lefts[n]`.",
        lambda image, top, left, size: _crop(
            image, (image.shape[1] - size) // 2, (image.shape[2] - size) // 2, size
        ),
    ),
    (
        "crops_the_corner",
        "The crop is always the top left corner: it begins at `tops[n]`, `lefts[n]`.",
        lambda image, top, left, size: _crop(image, 0, 0, size),
    ),
    (
        "counts_from_below",
        "The crop is counted from the bottom right: it begins at `tops[n]`, `lefts[n]`, counted "
        "from the top left.",
        lambda image, top, left, size: _crop(
            image, image.shape[1] - size - top, image.shape[2] - size - left, size
        ),
    ),
    (
        "ends_at_size",
        "The crop ends at `size` instead of `top + size`: a slice says where it ends, not how long "
        "it is.",
        lambda image, top, left, size: image[:, top:size, left:size],
    ),
    (
        "one_too_many",
        "The crop has one row and column too many: a slice ends before its second number, "
        "`top : top + size`.",
        lambda image, top, left, size: image[:, top : top + size + 1, left : left + size + 1],
    ),
    (
        "counts_from_one",
        "The crop begins one row and column too far: rows and columns are counted from 0.",
        lambda image, top, left, size: _crop(image, top + 1, left + 1, size),
    ),
    (
        "crops_channels_and_rows",
        "The first two axes of the picture are cropped, channels and rows: rows and columns are "
        "the last two.",
        lambda image, top, left, size: image[top : top + size, left : left + size],
    ),
    (
        "does_not_crop",
        "The whole resized picture comes back: a part of it is cut out, size × size.",
        lambda image, top, left, size: image,
    ),
    (
        "crops_columns_first",
        "Axes are taken for channels, columns, rows: the picture is (C, H, W), rows before "
        "columns, also after the crop.",
        lambda image, top, left, size: _crop(image, top, left, size).transpose(1, 2),
    ),
    (
        "squeezes_channels",
        "`.squeeze()` takes away every axis of length 1, also that of a single channel: take the "
        "batch's axis with `[0]`.",
        lambda image, top, left, size: _crop(image, top, left, size).squeeze(),
    ),
):
    _with(_name, _says, crop=_cropping)


@exercise.mistake(
    "The crop is taken from the picture as it was, and then resized: first resize, then crop."
)
def crops_first(x, sides, tops, lefts, size=224):
    drawn = zip(x, tops.tolist(), lefts.tolist(), strict=True)
    return torch.stack([_resize(_crop(a, top, left, size), (size, size)) for a, top, left in drawn])


@exercise.mistake(
    "The picture is resized to size × size, and nothing is cropped: first it gets the shorter side "
    "`sides[n]`, then a part of it is cut out."
)
def resizes_to_the_size(x, sides, tops, lefts, size=224):
    return _resize(x.flatten(0, 1), (size, size)).unflatten(0, x.shape[:2])


@exercise.mistake("Crops are always 224 pixels wide: `size` says how large they are.")
def always_224(x, sides, tops, lefts, size=224):
    return _jittered(x, sides, tops, lefts, 224)


@exercise.mistake("`size` is ignored: the crop is as large as the shorter side, `sides[n]`.")
def crops_sides(x, sides, tops, lefts, size=224):
    drawn = zip(x, sides.tolist(), tops.tolist(), lefts.tolist(), strict=True)
    parts = [_crop(_resize(a, _shape(a, s)), top, left, s) for a, s, top, left in drawn]
    return torch.stack(parts)


# Which picture's numbers


@exercise.mistake("All pictures get the size of the first: each has its own, `sides[n]`.")
def first_side_for_all(x, sides, tops, lefts, size=224):
    return _jittered(x, sides[:1].expand(len(x)), tops, lefts, size)


@exercise.mistake("All crops begin where the first does: each has its own `tops[n]`, `lefts[n]`.")
def first_place_for_all(x, sides, tops, lefts, size=224):
    return _jittered(x, sides, tops[:1].expand(len(x)), lefts[:1].expand(len(x)), size)


@exercise.mistake("Only the first picture comes back: go through the whole batch.")
def first_picture_only(x, sides, tops, lefts, size=224):
    return _scale_jitter(x[:1], sides[:1], tops[:1], lefts[:1], size)


@exercise.mistake("Every crop is one of the first picture: take `x[n]`, not `x[0]`.")
def first_picture_always(x, sides, tops, lefts, size=224):
    return _jittered(x[:1].expand(len(x), -1, -1, -1), sides, tops, lefts, size)


@exercise.mistake("The batch comes back in reverse order: picture n belongs to `sides[n]`.")
def reverses_the_batch(x, sides, tops, lefts, size=224):
    return _scale_jitter(x, sides, tops, lefts, size).flip(0)


@exercise.mistake(
    "A list of crops is returned: `torch.stack(crops)` makes one tensor of pictures (C, size, "
    "size), `torch.cat(crops)` one of batches (1, C, size, size)."
)
def returns_a_list(x, sides, tops, lefts, size=224):
    return list(_scale_jitter(x, sides, tops, lefts, size))


@exercise.mistake(
    "An axis too many: with pictures (1, C, size, size), `torch.cat(crops)` makes one batch; "
    "`torch.stack` adds another axis."
)
def stacks_batches(x, sides, tops, lefts, size=224):
    return _scale_jitter(x, sides, tops, lefts, size)[:, None]


@exercise.mistake(
    "`F.interpolate` takes batches: give the picture an axis in front, `x[n : n + 1]` or "
    "`image[None]`."
)
def without_a_batch_axis(x, sides, tops, lefts, size=224):
    def resize(image, shape):
        return F.interpolate(image, shape, mode="bilinear", antialias=True)

    return _jittered(x, sides, tops, lefts, size, resize=resize)


# Unusual right answers


def _matrix(before, after, like):
    """The weights (after, before) of bilinear resizing along one axis."""
    scale = before / after
    wide = max(scale, 1)
    centres = (torch.arange(after, dtype=torch.float64)[:, None] + 0.5) * scale
    apart = (torch.arange(before, dtype=torch.float64) + 0.5 - centres).abs()
    w = (1 - apart / wide).clamp(min=0)
    return (w / w.sum(dim=1, keepdim=True)).to(like.dtype)


@exercise.also_right("resizing as two products with matrices of weights")
def with_matrices(x, sides, tops, lefts, size=224):
    height, width = x.shape[2:]
    crops = []
    for n, side in enumerate(sides):
        factor = side.item() / min(height, width)
        rows = _matrix(height, round(height * factor), x)[tops[n] : tops[n] + size]
        columns = _matrix(width, round(width * factor), x)[lefts[n] : lefts[n] + size]
        crops.append(rows @ x[n] @ columns.T)
    return torch.stack(crops)


@exercise.also_right("pictures of one size together, written into a tensor made before")
def in_groups(x, sides, tops, lefts, size=224):
    y = x.new_empty(len(x), x.shape[1], size, size)
    for side in torch.unique(sides):
        h, w = (n * side / min(x.shape[2:]) for n in x.shape[2:])
        shape = [int(torch.round(h)), int(torch.round(w))]
        which = torch.nonzero(sides == side).flatten()
        resized = F.interpolate(
            x[which], shape, mode="bilinear", align_corners=False, antialias=True
        )
        for n, image in zip(which, resized, strict=True):
            y[n] = image[:, tops[n] : tops[n] + size].narrow(2, int(lefts[n]), size)
    return y


@exercise.also_right("high pictures turned wide first, and back at the end")
def turned(x, sides, tops, lefts, size=224):
    if x.shape[2] > x.shape[3]:
        return turned(x.mT, sides, lefts, tops, size).mT
    height, width = x.shape[2:]
    crops = [
        F.interpolate(
            image[None], (s, int(s * width / height + 0.5)), None, "bilinear", None, None, True
        )
        for image, s in zip(x, sides.tolist(), strict=True)
    ]
    places = zip(crops, tops.tolist(), lefts.tolist(), strict=True)
    return torch.cat([c[..., t : t + size, a : a + size] for c, t, a in places])


@exercise.also_right("in double precision, gathered by index")
def with_index(x, sides, tops, lefts, size=224):
    crops = []
    for image, side, top, left in zip(x.double(), sides, tops, lefts, strict=True):
        resized = _resize(image, _shape(image, int(side)))
        rows, columns = torch.arange(size) + top, torch.arange(size) + left
        crops.append(resized[:, rows][:, :, columns])
    return torch.stack(crops, dim=0)
