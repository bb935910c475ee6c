"""Pooling windows: the slips that max pooling and average pooling have in common."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from coursekit.exercises import Case, Exercise, case
from coursekit.exercises.unit04._windows import Array, windows, zeros_between

Reduce = Callable[[Array], Any]
"""(…, rows, columns) → (…): what becomes of each window."""

Answer = Callable[..., Any]


def pooled(reduce: Reduce, x: Array, size: int = 2, stride: int = 2) -> Array:
    """The right answer: `reduce` of each window, (N, C, H_out, W_out)."""
    return np.asarray(reduce(windows(np.asarray(x), size, size, stride)))


def places(length: int, size: int, stride: int) -> int:
    """How many windows fit along one axis."""
    return (length - size) // stride + 1


def larger_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Cases for both kinds of pooling: windows that overlap, leave gaps, do not come out even."""
    apart = "overlaps and gaps"
    x = rng.standard_normal
    yield case("two images, 3 channels", x((2, 3, 4, 6)))
    yield case("windows of 3×3, 2 apart (AlexNet)", x((2, 2, 7, 9)), 3, 2).counts_for(apart)
    yield case(
        "windows of 3×3, 2 apart, that do not come out even", x((2, 3, 8, 6)), size=3
    ).counts_for(apart)
    yield case("windows of 3×3, 3 apart", x((2, 2, 9, 6)), 3, 3)
    yield case("windows of 2×2, 3 apart", x((3, 2, 8, 10)), 2, 3).counts_for(apart)
    yield case("windows of 3×3, 1 apart", x((2, 2, 5, 6)), size=3, stride=1).counts_for(apart)
    yield case("windows of 4×4, 3 apart", x((2, 3, 10, 8)), 4, 3).counts_for(apart)
    yield case("windows of one pixel, 2 apart", x((2, 2, 5, 4)), 1, 2).counts_for(apart)
    yield case("one window as large as the map", x((2, 3, 4, 4)), 4, 4)
    yield case("negative numbers only", -1 - np.abs(x((2, 2, 6, 5))), 3, 2).counts_for(apart)
    yield case("bytes (uint8)", rng.integers(0, 256, (2, 3, 5, 7), np.uint8), 2, 2)


def know_wrong_windows(exercise: Exercise, reduce: Reduce) -> None:
    """Add the slips below to an exercise's known mistakes."""
    for says, wrong in _WRONG:
        exercise.mistake(says)(_applied(wrong, reduce))


def _applied(wrong: Answer, reduce: Reduce) -> Answer:
    def answer(x: Array, size: int = 2, stride: int = 2) -> Any:
        return wrong(reduce, x, size, stride)

    answer.__name__ = wrong.__name__
    return answer


_WRONG: list[tuple[str, Answer]] = []


def _wrong(says: str) -> Callable[[Answer], Answer]:
    def add(answer: Answer) -> Answer:
        _WRONG.append((says, answer))
        return answer

    return add


# Where windows begin, and how large they are


@_wrong(
    "`stride` is ignored: your windows lie side by side, `size` apart. They begin `stride` apart, "
    "and may overlap or leave gaps."
)
def _moves_by_the_size(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return pooled(reduce, x, size, size)


@_wrong("The windows move by one pixel: the next one begins `stride` further on.")
def _ignores_stride(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return pooled(reduce, x, size, 1)


@_wrong(
    "The answer has the right size, but its windows move by one pixel: the window of place (i, j) "
    "begins at row i * stride, column j * stride."
)
def _moves_by_one(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    h_out, w_out = pooled(reduce, x, size, stride).shape[2:]
    return pooled(reduce, x, size, 1)[:, :, :h_out, :w_out]


@_wrong("The windows begin 2 apart, whatever `stride` says.")
def _always_moves_by_two(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return pooled(reduce, x, size, 2)


@_wrong("The windows are always 2×2, whatever `size` says.")
def _always_takes_2x2(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    found = windows(x, min(size, 2), min(size, 2), stride)
    h_out, w_out = pooled(reduce, x, size, stride).shape[2:]
    return np.asarray(reduce(found))[:, :, :h_out, :w_out]


@_wrong("`size` is not used: the windows are 2×2, and as many as fit.")
def _fits_2x2(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return pooled(reduce, x, 2, stride)


@_wrong("Everything is done for 2×2 windows, 2 apart: use `size` and `stride`.")
def _ignores_both(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return pooled(reduce, x, 2, 2)


@_wrong("`size` and `stride` are exchanged: windows are size × size, and begin `stride` apart.")
def _exchanges_size_and_stride(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return pooled(reduce, x, stride, size)


@_wrong("The windows are stride × stride pixels: they end at `i * stride + size`.")
def _takes_the_stride_for_the_size(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return _partial(reduce, x, stride, stride, *pooled(reduce, x, size, stride).shape[2:])


@_wrong(
    "The windows end one row and column early: `x[top : top + size]` has `size` rows already, the "
    "end does not count."
)
def _ends_windows_early(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    side = max(size - 1, 1)
    return _partial(reduce, x, side, stride, *pooled(reduce, x, size, stride).shape[2:])


@_wrong("The windows are one row and column too large: they end at `i * stride + size`, exclusive.")
def _ends_windows_late(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return _partial(reduce, x, size + 1, stride, *pooled(reduce, x, size, stride).shape[2:])


@_wrong("Your windows are one row high: they have `size` rows and `size` columns.")
def _takes_one_row(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return np.asarray(reduce(windows(x, size, size, stride)[..., :1, :]))


@_wrong("Your windows are one column wide: they have `size` rows and `size` columns.")
def _takes_one_column(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return np.asarray(reduce(windows(x, size, size, stride)[..., :1]))


@_wrong("Only the rows are pooled: the columns get smaller by the same rule.")
def _pools_rows_only(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return np.asarray(reduce(windows(x, size, 1, stride, 1)))


@_wrong("Only the columns are pooled: the rows get fewer by the same rule.")
def _pools_columns_only(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return np.asarray(reduce(windows(x, 1, size, 1, stride)))


@_wrong("Each map is pooled to one number: every window gives a number of its own.")
def _pools_the_whole_map(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return np.asarray(reduce(x))


@_wrong(
    "`reshape` does not cut windows out: (N, C, H_out, W_out, size, size) takes the pixels line by "
    "line. Split both axes in place, (N, C, H_out, size, W_out, size), or use slices."
)
def _reshapes_lines_to_windows(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    h, w = x.shape[2] // size, x.shape[3] // size
    lines = x[:, :, : h * size, : w * size].reshape(*x.shape[:2], h, w, size, size)
    return np.asarray(reduce(lines))


@_wrong(
    "The picture is thinned out (`x[:, :, ::stride]`) before the windows are cut. A window holds "
    "neighbouring pixels; the stride only says where the next one begins."
)
def _thins_out_the_picture(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    thin = x[:, :, ::stride, ::stride]
    if min(thin.shape[2:]) < size:
        return np.zeros((*x.shape[:2], 0, 0))
    return pooled(reduce, thin, size, 1)


# How many windows there are


def _partial(reduce: Reduce, x: Array, size: int, stride: int, rows: int, columns: int) -> Array:
    """Windows at rows × columns places; those that reach over the edge are smaller, or empty."""
    out = np.zeros((*x.shape[:2], rows, columns))
    for i, j in np.ndindex(rows, columns):
        window = x[:, :, i * stride :, j * stride :][:, :, :size, :size]
        out[:, :, i, j] = reduce(window) if window.size else 0
    return out


@_wrong(
    "A window that does not fit is kept, with the pixels there are. Leave it out: "
    "(H - size) // stride + 1 rows of windows fit."
)
def _keeps_what_does_not_fit(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    rows, columns = (-(-max(n - size, 0) // stride) + 1 for n in x.shape[2:])
    return _partial(reduce, x, size, stride, rows, columns)


@_wrong(
    "A window that does not fit is filled up with zeros. Leave it out: (H - size) // stride + 1 "
    "rows of windows fit."
)
def _fills_up_with_zeros(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    more = [(0, -(n - size) % stride if n > size else 0) for n in x.shape[2:]]
    return pooled(reduce, np.pad(x, ((0, 0), (0, 0), *more)), size, stride)


@_wrong(
    "There are H // stride rows of places in your answer, also where the window no longer fits: "
    "(H - size) // stride + 1 fit."
)
def _counts_by_the_stride(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return _partial(reduce, x, size, stride, *(n // stride for n in x.shape[2:]))


@_wrong(
    "There are H // size rows of places in your answer, which is right when stride and size are "
    "the same. In general (H - size) // stride + 1 fit."
)
def _counts_by_the_size(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return _partial(reduce, x, size, stride, *(n // size for n in x.shape[2:]))


@_wrong("The last row and column of windows are missing: a + 1 is missing in the number of places.")
def _one_too_few(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return pooled(reduce, x, size, stride)[:, :, :-1, :-1]


@_wrong("The loops stop one place early: the last row and column of the answer stay 0.")
def _leaves_the_end_empty(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    out = np.array(pooled(reduce, x, size, stride))
    out[:, :, -1], out[:, :, :, -1] = 0, 0
    return out


@_wrong(
    "The loops step through the answer (`range(0, h_out, stride)`), so most places stay 0. Let i "
    "and j count every place, and multiply them by the stride for the picture."
)
def _steps_through_the_output(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    every, right = pooled(reduce, x, size, 1), pooled(reduce, x, size, stride)
    shape = (right.shape[2], right.shape[3])
    return zeros_between(every[:, :, : shape[0] : stride, : shape[1] : stride], shape, stride)


@_wrong(
    "The picture is taken for square: W_out follows from the width, (W - size) // stride + 1, not "
    "from the height."
)
def _takes_the_picture_for_square(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    rows = places(x.shape[2], size, stride)
    return _partial(reduce, x, size, stride, rows, rows)


@_wrong("H_out and W_out are exchanged: rows belong to the height, columns to the width.")
def _exchanges_height_and_width(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    rows, columns = (places(n, size, stride) for n in x.shape[2:])
    return _partial(reduce, x, size, stride, columns, rows)


@_wrong(
    "The answer is still as large as the picture: each window becomes one number of a smaller map."
)
def _repeats_over_the_window(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    out, right = np.zeros(x.shape), pooled(reduce, x, size, stride)
    for i, j in np.ndindex(right.shape[2:]):
        window = out[:, :, i * stride :, j * stride :][:, :, :size, :size]
        window[...] = right[:, :, i : i + 1, j : j + 1]
    return out


@_wrong(
    "A window begins at every `stride`-th row, up to the picture's edge, and the last ones are "
    "smaller. Leave them out: the last one begins at row H - size at most."
)
def _begins_windows_until_the_edge(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return _partial(reduce, x, size, stride, *(-(-n // stride) for n in x.shape[2:]))


@_wrong(
    "`range(0, H - size, stride)` leaves out the window that ends at the edge: a range stops "
    "before its end, so it has to be H - size + 1."
)
def _stops_before_the_last(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return _partial(reduce, x, size, stride, *(-(-(n - size) // stride) for n in x.shape[2:]))


@_wrong("The picture is padded with zeros, as for a convolution. Pooling has no padding here.")
def _pads(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    p = (size // 2, size // 2)
    return pooled(reduce, np.pad(x, ((0, 0), (0, 0), p, p)), size, stride)


@_wrong(
    "(N, C, size, H_out, size, W_out) takes pixels that lie far apart into one window. Split both "
    "axes as (N, C, H_out, size, W_out, size)."
)
def _splits_axes_the_wrong_way(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    h, w = x.shape[2] // size, x.shape[3] // size
    parts = x[:, :, : h * size, : w * size].reshape(*x.shape[:2], size, h, size, w)
    return np.asarray(reduce(parts.transpose(0, 1, 3, 5, 2, 4)))


@_wrong(
    "The `reshape` to (N, C, H // size, size, W // size, size) works only where windows lie side "
    "by side and come out even. In general, cut them out with slices, `stride` apart."
)
def _reshapes_regardless(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    n, c, h, w = x.shape
    parts = x.reshape(n, c, h // size, size, w // size, size)
    return np.asarray(reduce(parts.transpose(0, 1, 2, 4, 3, 5)))


@_wrong("The stride is used downwards only; it goes for steps to the right too.")
def _stride_for_rows_only(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return np.asarray(reduce(windows(x, size, size, stride, 1)))


@_wrong("The stride is used to the right only; it goes for steps downwards too.")
def _stride_for_columns_only(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return np.asarray(reduce(windows(x, size, size, 1, stride)))


# Images and channels


@_wrong("Only the first image is used: the answer has maps for each of the N images.")
def _first_image_only(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return pooled(reduce, x[:1], size, stride)


@_wrong("Only the first image's maps are filled in; those of the others are 0.")
def _fills_the_first_image(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    out = np.array(pooled(reduce, x, size, stride))
    out[1:] = 0
    return out


@_wrong(
    "Only the last image's maps are filled in: make the answer once, before the loop over images."
)
def _fills_the_last_image(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    out = np.array(pooled(reduce, x, size, stride))
    out[:-1] = 0
    return out


@_wrong("Only the first channel is used: pooling keeps all C channels, each for itself.")
def _first_channel_only(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return pooled(reduce, x[:, :1], size, stride)


@_wrong("Only the first channel is filled in; the others are 0.")
def _fills_the_first_channel(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    out = np.array(pooled(reduce, x, size, stride))
    out[:, 1:] = 0
    return out


def _together(axis: int, reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    """Windows that reach through all of axis 0 or 1."""
    found = np.moveaxis(windows(x, size, size, stride), axis, -1)
    return np.asarray(reduce(found.reshape(*found.shape[:3], 1, -1)))


@_wrong(
    "The channels are pooled together, and one is left. Each channel is pooled for itself: the "
    "window has rows and columns only."
)
def _pools_the_channels(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return _together(1, reduce, x, size, stride)[:, np.newaxis]


@_wrong(
    "Every channel holds what all channels give together. Each channel is pooled for itself: take "
    "`x[n, c, rows, columns]`, or say `axis=(2, 3)`."
)
def _mixes_the_channels(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return np.repeat(_pools_the_channels(reduce, x, size, stride), x.shape[1], axis=1)


@_wrong("The images are pooled together. Each image is pooled for itself.")
def _mixes_the_images(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return np.repeat(_together(0, reduce, x, size, stride)[np.newaxis], len(x), axis=0)


@_wrong(
    "The images are pooled together, and one is left. Each image is pooled for itself: the window "
    "has rows and columns only."
)
def _pools_the_images(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return _together(0, reduce, x, size, stride)[np.newaxis]


@_wrong(
    "All images and channels get the same number: say over which axes, `axis=(2, 3)`, or go "
    "through n and c in loops."
)
def _mixes_everything(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    found = np.moveaxis(windows(x, size, size, stride), (0, 1), (2, 3))
    return np.broadcast_to(
        reduce(found.reshape(*found.shape[:2], 1, -1)), (*x.shape[:2], *found.shape[:2])
    ).copy()


@_wrong(
    "Rows and columns are exchanged: the window of place (i, j) begins at row i * stride, column "
    "j * stride."
)
def _exchanges_rows_and_columns(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    rows, columns = (places(n, size, stride) for n in x.shape[2:])
    return _partial(reduce, x.swapaxes(2, 3), size, stride, rows, columns)


@_wrong("The rows and columns of every map are exchanged: place (i, j) is row i, column j.")
def _transposes_the_maps(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return pooled(reduce, x, size, stride).transpose(0, 1, 3, 2)


@_wrong("The channels stand on the last axis. The order is (N, C, H_out, W_out), as in x.")
def _channels_last(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return pooled(reduce, x, size, stride).transpose(0, 2, 3, 1)


@_wrong("The places are not a map yet: reshape them to (N, C, H_out, W_out).")
def _keeps_the_places_flat(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return pooled(reduce, x, size, stride).reshape(*x.shape[:2], -1)


@_wrong(
    "An axis of length 1 is gone: also a single image, channel or place keeps its axis. Do not "
    "`squeeze`."
)
def _squeezes(reduce: Reduce, x: Array, size: int, stride: int) -> Array:
    return pooled(reduce, x, size, stride).squeeze()


@_wrong("Return the pooled maps only, and nothing with them.")
def _returns_a_cache(reduce: Reduce, x: Array, size: int, stride: int) -> Any:
    return pooled(reduce, x, size, stride), (x, size, stride)
