"""``separable_filter``: one column, then one row, in place of a whole kernel."""

import numpy as np

from coursekit import filters
from coursekit.exercises import Exercise, case, same, tiny

exercise = Exercise(
    "separable_filter(x, column, row)",
    unit="02",
    title="Filter with a column and a row",
    reference=filters.separable_filter,
    points=3,
    checks={"a column and a row of 3": 1, "other lengths": 1, "bytes": 0.5, "in any form": 0.5},
    minutes=25,
    difficulty=3,
    builds_on=("pad2d", "cross_correlate2d"),
    hints=(
        "A column of numbers is a kernel of shape (f, 1): it looks up and down only. So pad rows "
        "only, `pad2d(x, (p, 0))`; `padding=p` in cross_correlate2d would add columns as well. "
        "Which p keeps the picture's height?",
        "Work in two passes. The first runs `column[:, np.newaxis]` down the picture; the second "
        "runs `row[np.newaxis]` along what the first one gave, not along the picture.",
        "One pass without loops over pixels: pad, then add up shifted pictures, "
        "`column[a] * padded[a : a + H]` for every a.",
        "Pad (f_column - 1) // 2 rows of zeros on top and below, sum the shifted pictures; pad "
        "(f_row - 1) // 2 columns of that result and do the same along the other axis. The numbers "
        "of `column` and `row` are used in their own order, not backwards.",
    ),
)


@exercise.cases
def cases(rng):
    other = "other lengths"
    picture = np.array([[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 2]])
    column, row = np.array([1, 2, 1]), np.array([-1, 0, 1])
    yield tiny(
        "two bright pixels, the first in a dark surrounding",
        picture,
        column,
        row,
        expected=[[1, 0, -1, 0], [2, 0, 0, 0], [1, 0, 3, 0]],
    )
    yield tiny(
        "a column of 3 and a row of 1",
        np.arange(1, 17).reshape(4, 4),
        np.array([1, 0, -2]),
        np.array([10]),
        expected=[
            [-100, -120, -140, -160],
            [-170, -180, -190, -200],
            [-210, -220, -230, -240],
            [90, 100, 110, 120],
        ],
    ).counts_for(other)
    x = rng.standard_normal
    yield case("a wide picture, 3 and 3", x((5, 8)), x(3), x(3))
    yield case("a tall picture, column of 5, row of 3", x((8, 6)), x(5), x(3)).counts_for(other)
    yield case("column of 3, row of 5", x((6, 7)), x(3), x(5)).counts_for(other)
    yield case("column of 1, row of 7", x((5, 9)), x(1), x(7)).counts_for(other)
    yield case("column of 7, row of 3", x((9, 9)), x(7), x(3)).counts_for(other)
    yield case("more weights than pixels", x((4, 5)), x(7), x(9)).counts_for(other)
    yield case("a bright picture", x((7, 6)) + 10, np.abs(x(5)), np.abs(x(3))).counts_for(other)
    yield case(
        "bytes (uint8) and fractions", rng.integers(100, 256, (6, 8), np.uint8), x(3), x(5)
    ).counts_for("bytes")
    yield case(
        "bytes (uint8) and whole numbers",
        rng.integers(100, 256, (6, 5), np.uint8),
        rng.integers(-9, 10, 3),
        np.array([1, 2, -4]),
    ).counts_for("bytes")


@exercise.holds("It equals one pass with the kernel np.outer(column, row).")
def equals_the_whole_kernel(answer, rng):
    x, column, row = (rng.standard_normal(s) for s in ((9, 7), 5, 3))
    whole = filters.cross_correlate2d(x, np.outer(column, row), padding="same")
    return same(answer(x, column, row), whole)


def _pass(x, weights, axis, before=None, after=None, how="constant"):
    """Correlate along one axis with the padding free; "same" when it is not said."""
    x, weights = np.asarray(x, float), np.asarray(weights, float)
    half = (len(weights) - 1) // 2
    margins = [(0, 0), (0, 0)]
    margins[axis] = half if before is None else before, half if after is None else after
    x = np.pad(x, margins, mode=how)
    windows = np.lib.stride_tricks.sliding_window_view(x, len(weights), axis=axis)
    return windows @ weights


def _both(x, column, row, how="constant"):
    return _pass(_pass(x, column, 0, how=how), row, 1, how=how)


@exercise.mistake(
    "`column` and `row` are exchanged: `column` runs down the rows (axis 0), `row` along the "
    "columns (axis 1)."
)
def exchanges_column_and_row(x, column, row):
    return _both(x, row, column)


@exercise.mistake(
    "Both are flipped: this is convolution (`np.convolve` turns its kernel round). Use the "
    "weights in their own order."
)
def flips_both(x, column, row):
    return _both(x, column[::-1], row[::-1])


@exercise.mistake("The column is flipped: use its weights from top to bottom.")
def flips_the_column(x, column, row):
    return _both(x, column[::-1], row)


@exercise.mistake("The row is flipped: use its weights from left to right.")
def flips_the_row(x, column, row):
    return _both(x, column, row[::-1])


@exercise.mistake("The two passes are added. The second pass works on the result of the first.")
def adds_the_passes(x, column, row):
    return _pass(x, column, 0) + _pass(x, row, 1)


@exercise.mistake(
    "The two passes are multiplied. The second pass works on the result of the first."
)
def multiplies_the_passes(x, column, row):
    return _pass(x, column, 0) * _pass(x, row, 1)


@exercise.mistake(
    "The second pass starts from the picture again, so the column is lost. Give it the result of "
    "the first pass."
)
def forgets_the_column(x, column, row):
    return _pass(x, row, 1)


@exercise.mistake("Only the column is applied; the row is missing.")
def forgets_the_row(x, column, row):
    return _pass(x, column, 0)


@exercise.mistake("The column is used in both directions; along the columns it is `row`.")
def uses_the_column_twice(x, column, row):
    return _both(x, column, column)


@exercise.mistake("The row is used in both directions; down the rows it is `column`.")
def uses_the_row_twice(x, column, row):
    return _both(x, row, row)


@exercise.mistake("Both passes run down the rows: the second goes along axis 1.")
def passes_down_twice(x, column, row):
    return _pass(_pass(x, column, 0), row, 0)


@exercise.mistake("Both passes run along the columns: the first goes along axis 0.")
def passes_along_twice(x, column, row):
    return _pass(_pass(x, column, 1), row, 1)


@exercise.mistake(
    "There is no padding, so the answer is smaller than the picture. Pad with (f - 1) // 2 zeros "
    "on each side."
)
def does_not_pad(x, column, row):
    return _pass(_pass(x, column, 0, 0, 0), row, 1, 0, 0)


@exercise.mistake(
    'The answer is larger than the picture: this is "full". Keep the middle, of the picture\'s '
    "shape."
)
def returns_the_full_size(x, column, row):
    f_h, f_w = len(column) - 1, len(row) - 1
    return _pass(_pass(x, column, 0, f_h, f_h), row, 1, f_w, f_w)


@exercise.mistake("The border repeats the edge pixels; zeros lie outside the picture.")
def pads_with_edge(x, column, row):
    return _both(x, column, row, "edge")


@exercise.mistake("The border is reflected; zeros lie outside the picture.")
def pads_with_reflection(x, column, row):
    return _both(x, column, row, "reflect")


@exercise.mistake(
    "The border is a mirror that repeats the edge, which scipy.ndimage does unless you ask for "
    '`mode="constant"`. Zeros lie outside the picture.'
)
def pads_like_ndimage(x, column, row):
    return _both(x, column, row, "symmetric")


@exercise.mistake("The border wraps round to the other side; zeros lie outside the picture.")
def wraps_round(x, column, row):
    return _both(x, column, row, "wrap")


@exercise.mistake("The padding is on the top and left only: half of it belongs on the other side.")
def pads_top_left(x, column, row):
    return _pass(_pass(x, column, 0, len(column) - 1, 0), row, 1, len(row) - 1, 0)


@exercise.mistake(
    "The padding is at the bottom and right only: half of it belongs on the other side."
)
def pads_bottom_right(x, column, row):
    return _pass(_pass(x, column, 0, 0, len(column) - 1), row, 1, 0, len(row) - 1)


@exercise.mistake(
    "The kernel is the sum of column and row. It is their product, np.outer(column, row)."
)
def adds_column_and_row(x, column, row):
    k = np.asarray(column, float)[:, np.newaxis] + np.asarray(row, float)
    return filters.cross_correlate2d(x, k, padding="same")


@exercise.mistake("The two passes are averaged. The second pass works on the result of the first.")
def averages_the_passes(x, column, row):
    return (_pass(x, column, 0) + _pass(x, row, 1)) / 2


def _inside(x, column, row):
    """Where the kernel does not reach over the border."""
    down, along = len(column) // 2, len(row) // 2
    h, w = np.shape(x)
    return slice(down, h - down), slice(along, w - along)


@exercise.mistake(
    "The frame, where the kernel reaches over the border, stays 0. Compute it too, with zeros "
    "outside the picture."
)
def leaves_the_frame_zero(x, column, row):
    inside, answer = _inside(x, column, row), _both(x, column, row)
    out = np.zeros(answer.shape)
    out[inside] = answer[inside]
    return out


@exercise.mistake(
    "The frame, where the kernel reaches over the border, is still the picture. Filter it too, "
    "with zeros outside."
)
def leaves_the_frame_unfiltered(x, column, row):
    inside, out = _inside(x, column, row), np.array(x, float)
    out[inside] = _both(x, column, row)[inside]
    return out


@exercise.mistake("The weights are divided by their sum. Use them as they are.")
def normalises_the_weights(x, column, row):
    with np.errstate(all="ignore"):
        return _both(x, column / np.sum(column), row / np.sum(row))


@exercise.mistake(
    "The result of the first pass is kept in the picture's dtype, so it is cut to whole numbers "
    "(and bytes wrap at 256). Work with floats."
)
def keeps_the_integer_dtype(x, column, row):
    between = _pass(x, column, 0).astype(np.asarray(x).dtype)
    return _pass(between, row, 1).astype(np.asarray(x).dtype)


@exercise.mistake(
    "The result of the first pass is cut to whole numbers, though the last one is not. Keep "
    "floats in between."
)
def cuts_in_between(x, column, row):
    return _pass(_pass(x, column, 0).astype(np.asarray(x).dtype), row, 1)


@exercise.mistake(
    "Your function writes into the caller's picture: `np.asarray(x, float)` makes no copy when x "
    "holds floats already. Write into a new array."
)
def filters_in_place(x, column, row):
    x = np.asarray(x, float)
    x[:] = _pass(x, column, 0)
    x[:] = _pass(x, row, 1)
    return x


@exercise.mistake(
    '`np.correlate` and `np.convolve` with mode="same" give as many numbers as the longer of the '
    "two has: with more weights than pixels, that is not the picture's length. Take "
    'mode="full" and cut out the middle.'
)
def trusts_numpys_same(x, column, row):
    x = np.asarray(x, float)
    x = np.array([np.correlate(line, column, "same") for line in x.T]).T
    return np.array([np.correlate(line, row, "same") for line in x])


@exercise.mistake("The weights are divided by their sum where it is not 0. Use them as they are.")
def normalises_where_possible(x, column, row):
    return _both(x, *(w / (np.sum(w) or 1) for w in (column, row)))


@exercise.mistake(
    "You write into the picture that you still read from, so later pixels see filtered ones. Let "
    "each pass fill a new array."
)
def reads_what_it_wrote(x, column, row):
    x = np.array(x, float)
    for lines, weights in ((x.T, column), (x, row)):
        half = len(weights) // 2
        for line in lines:
            for i in range(len(line)):
                line[i] = sum(
                    w * line[i + a - half]
                    for a, w in enumerate(weights)
                    if 0 <= i + a - half < len(line)
                )
    return x


@exercise.mistake("Three weights are taken for granted: use `len(column)` and `len(row)`.")
def takes_three_weights(x, column, row):
    x = np.asarray(x, float)
    h, w = x.shape
    x = np.pad(x, ((1, 1), (0, 0)))
    x = sum(column[a] * x[a : a + h] for a in range(3))
    x = np.pad(x, ((0, 0), (1, 1)))
    return sum(row[b] * x[:, b : b + w] for b in range(3))


@exercise.mistake(
    "`column` and `row` are exchanged, and both are flipped (`np.convolve` does that). `column` "
    "runs down the rows, its weights from top to bottom."
)
def exchanges_and_flips(x, column, row):
    return _both(x, row[::-1], column[::-1])


@exercise.mistake(
    "Both are flipped (this is convolution), and the border repeats the edge. Use the weights in "
    "their own order, with zeros outside."
)
def flips_and_pads_with_edge(x, column, row):
    return _both(x, column[::-1], row[::-1], "edge")


@exercise.mistake(
    "Both are flipped and the border is a mirror, as scipy.ndimage.convolve1d does unless told "
    "otherwise. Use the weights in their own order, with zeros outside."
)
def convolves_like_ndimage(x, column, row):
    return _both(x, column[::-1], row[::-1], "symmetric")


@exercise.mistake(
    "The weights lie one pixel too far up and left: the middle weight, number "
    "(len(weights) - 1) // 2, is the pixel's own."
)
def lies_one_too_early(x, column, row):
    def early(x, weights, axis):
        half = len(weights) // 2 + 1
        moved = _pass(x, weights, axis, half, half)
        return np.take(moved, range(x.shape[axis]), axis)

    return early(early(np.asarray(x, float), column, 0), row, 1)


@exercise.mistake(
    "The padding that fits the column is used for both axes: left and right take half of "
    "`len(row)`."
)
def pads_for_the_column(x, column, row):
    x = np.asarray(x, float)
    p, k = np.pad(x, len(column) // 2), np.outer(column, row)
    out = np.zeros(x.shape)
    for i, j in np.ndindex(*x.shape):
        out[i, j] = (p[i : i + len(column), j : j + len(row)] * k).sum()
    return out


@exercise.mistake(
    "Above and left of the picture you read x[-1], x[-2], …: in Python these are the *last* rows. "
    "Leave such places out: they count as 0."
)
def reads_negative_indices(x, column, row):
    def wrapped(x, weights, axis):
        half = len(weights) // 2
        before = np.take(x, range(-half, 0), axis, mode="wrap")
        return _pass(np.concatenate([before, x], axis), weights, axis, 0, half)

    return wrapped(wrapped(np.asarray(x, float), column, 0), row, 1)


@exercise.mistake(
    "The answer is put in the picture's dtype, so it is cut to whole numbers (and bytes wrap at "
    "256). Make it an array of floats."
)
def ends_in_the_integer_dtype(x, column, row):
    return _both(x, column, row).astype(np.asarray(x).dtype)


@exercise.also_right("the row first, then the column")
def row_first(x, column, row):
    return _pass(_pass(x, row, 1), column, 0)


@exercise.also_right("np.convolve with the weights turned round, line by line")
def with_convolve(x, column, row):
    def line(values, weights):
        half = (len(weights) - 1) // 2
        return np.convolve(values, weights[::-1], mode="full")[half : half + len(values)]

    x = np.apply_along_axis(line, 0, np.asarray(x, float), column)
    return np.apply_along_axis(line, 1, x, row)


@exercise.also_right("scipy.ndimage.correlate1d with zeros outside")
def with_ndimage(x, column, row):
    from scipy.ndimage import correlate1d

    x = correlate1d(np.asarray(x, float), column, axis=0, mode="constant")
    return correlate1d(x, row, axis=1, mode="constant")


@exercise.also_right("two banded matrices, in Fortran order")
def with_matrices(x, column, row):
    h, w = np.shape(x)

    def band(n, weights):
        half = (len(weights) - 1) // 2
        return sum(v * np.eye(n, k=a - half) for a, v in enumerate(np.asarray(weights)))

    return np.asfortranarray(band(h, column) @ np.asarray(x, float) @ band(w, row).T)


@exercise.also_right("the whole kernel at once, in single precision")
def with_the_whole_kernel(x, column, row):
    k = np.outer(column, row).astype(np.float32)
    return filters.cross_correlate2d(np.asarray(x, np.float32), k, padding="same")


@exercise.also_right("lists and four loops")
def with_loops(x, column, row):
    x = np.asarray(x).tolist()
    h, w, down, along = len(x), len(x[0]), len(column) // 2, len(row) // 2
    between = [
        [
            sum(
                float(c) * x[i + a - down][j] for a, c in enumerate(column) if 0 <= i + a - down < h
            )
            for j in range(w)
        ]
        for i in range(h)
    ]
    return [
        [
            sum(float(r) * line[j + b - along] for b, r in enumerate(row) if 0 <= j + b - along < w)
            for j in range(w)
        ]
        for line in between
    ]
