"""``max_pool2d_forward``: the largest number of each window."""

import numpy as np

from coursekit import numpy_nn
from coursekit.exercises import Exercise, same, tiny
from coursekit.exercises.unit04._pooling import know_wrong_windows, larger_cases, places, pooled
from coursekit.exercises.unit04._windows import windows


def _reference(x, size=2, stride=2):
    return numpy_nn.max_pool2d_forward(x, size, stride)[0]


exercise = Exercise(
    "max_pool2d_forward(x, size=2, stride=2)",
    unit="04",
    title="Max pooling, forwards",
    reference=_reference,
    points=2,
    checks={"windows side by side": 1, "overlaps and gaps": 0.5, "in any form": 0.5},
    minutes=20,
    difficulty=2,
    builds_on=("conv_output_size", "im2col"),
    hints=(
        "Two loops over the places (i, j) are enough: NumPy treats all images and channels at "
        "once. Where does the window of place (i, j) begin, and where does it end?",
        "(H - size) // stride + 1 rows of windows fit. Those that would reach over the edge are "
        "left out by this formula already.",
        "`window = x[:, :, top : top + size, left : left + size]` with top = i * stride. Its "
        "largest number, for each image and channel: `window.max(axis=(2, 3))`.",
    ),
)


@exercise.cases
def cases(rng):
    x = np.array([[[[1.0, 3, 2, 0], [4, 2, 1, 5], [0, 1, -1, -2], [2, 0, -3, -4]]]])
    yield tiny("a 4×4 map, 2×2 windows", x, expected=[[[[4, 5], [2, -1]]]])
    yield tiny(
        "the same map, windows that overlap",
        x,
        2,
        stride=1,
        expected=[[[[4, 3, 5], [4, 2, 5], [2, 1, -1]]]],
    ).counts_for("overlaps and gaps")
    yield tiny(
        "a 3×7 map: the last row and column are left out",
        np.array([[[[1.0, 2, 3, 4, 0, -1, 9], [0, 5, 1, 0, -2, -3, 9], [9] * 7]]]),
        expected=[[[[5, 4, 0]]]],
    )
    yield from larger_cases(rng)


@exercise.holds("Adding 1 to every pixel adds 1 to every answer.")
def moves_with_the_pixels(answer, rng):
    x = rng.standard_normal((2, 3, 7, 6)) - 5
    return same(np.asarray(answer(x + 1, 3, 2)), np.asarray(answer(x, 3, 2)) + 1)


def _max(found):
    return found.max(axis=(-2, -1))


know_wrong_windows(exercise, _max)


@exercise.mistake("This is average pooling: take the largest number of the window, not the mean.")
def takes_the_mean(x, size=2, stride=2):
    return pooled(lambda found: found.mean(axis=(-2, -1)), x, size, stride)


@exercise.mistake("The smallest number of the window is taken, not the largest.")
def takes_the_smallest(x, size=2, stride=2):
    return pooled(lambda found: found.min(axis=(-2, -1)), x, size, stride)


@exercise.mistake("The window is added up: take its largest number.")
def takes_the_sum(x, size=2, stride=2):
    return pooled(lambda found: found.sum(axis=(-2, -1)), x, size, stride)


@exercise.mistake("The middle one of the window's numbers is taken (the median), not the largest.")
def takes_the_median(x, size=2, stride=2):
    return pooled(lambda found: np.median(found, axis=(-2, -1)), x, size, stride)


@exercise.mistake(
    "Negative answers have become 0. Do not start the maximum from 0 (nor pad with zeros): start "
    "from the window's first number, or from `-np.inf`."
)
def starts_from_zero(x, size=2, stride=2):
    return pooled(lambda found: np.maximum(_max(found), 0), x, size, stride)


@exercise.mistake("The signs are lost: take the largest number, not the largest absolute value.")
def takes_the_largest_absolute_value(x, size=2, stride=2):
    return pooled(lambda found: _max(np.abs(found.astype(float))), x, size, stride)


@exercise.mistake(
    "The number farthest from 0 is taken: -4 is smaller than -1, so -1 is the maximum of the two."
)
def takes_the_number_farthest_from_zero(x, size=2, stride=2):
    def farthest(found):
        flat = found.astype(float).reshape(*found.shape[:-2], -1)
        which = np.abs(flat).argmax(axis=-1)[..., np.newaxis]
        return np.take_along_axis(flat, which, -1)[..., 0]

    return pooled(farthest, x, size, stride)


@exercise.mistake(
    "You return where the largest number is (`argmax`): return the number itself, `max`."
)
def returns_the_position(x, size=2, stride=2):
    found = windows(x, size, size, stride)
    return found.reshape(*found.shape[:4], -1).argmax(axis=-1)


@exercise.mistake("The top left pixel of each window is taken: look for the largest of them all.")
def takes_the_corner(x, size=2, stride=2):
    return windows(x, size, size, stride)[..., 0, 0]


@exercise.mistake("The last pixel of each window is taken: keep the largest seen so far.")
def takes_the_last_pixel(x, size=2, stride=2):
    return windows(x, size, size, stride)[..., -1, -1]


@exercise.mistake(
    "You return the largest numbers in their own places, and 0 elsewhere. The answer is smaller: "
    "one number per window."
)
def keeps_the_winners_in_place(x, size=2, stride=2):
    best, out = pooled(_max, x, size, stride), np.zeros(x.shape)
    for i, j in np.ndindex(best.shape[2:]):
        rows, columns = (slice(k * stride, k * stride + size) for k in (i, j))
        window = x[:, :, rows, columns]
        out[:, :, rows, columns] += window * (window == best[:, :, i : i + 1, j : j + 1])
    return out


@exercise.mistake(
    "The largest number of the rows before is still there: start anew for every window."
)
def never_starts_anew(x, size=2, stride=2):
    out = pooled(_max, x, size, stride)
    flat = np.maximum.accumulate(out.reshape(*out.shape[:2], -1), axis=-1)
    return flat.reshape(out.shape)


@exercise.mistake(
    "The loops within the window begin at 1: its other numbers in row 0 and column 0 count too."
)
def skips_row_and_column_0(x, size=2, stride=2):
    def inner(found):
        corner = found[..., 0, 0]
        return np.maximum(corner, _max(found[..., 1:, 1:])) if size > 1 else corner

    return pooled(inner, x, size, stride)


@exercise.mistake(
    "The picture is padded, if only with minus infinity. Pooling has no padding here: windows "
    "begin at row 0, and those that do not fit are left out."
)
def pads_with_minus_infinity(x, size=2, stride=2):
    p = (size // 2, size // 2)
    wide = np.pad(np.asarray(x, float), ((0, 0), (0, 0), p, p), constant_values=-np.inf)
    return pooled(_max, wide, size, stride)


@exercise.mistake(
    "Your array holds whole numbers, so fractions are cut off. Make it an array of floats."
)
def cuts_to_whole_numbers(x, size=2, stride=2):
    return pooled(_max, x, size, stride).astype(int)


@exercise.also_right("four loops over lists")
def with_loops(x, size=2, stride=2):
    h_out, w_out = (places(n, size, stride) for n in x.shape[2:])
    return [
        [
            [
                [
                    max(
                        float(grid[i * stride + u][j * stride + v])
                        for u in range(size)
                        for v in range(size)
                    )
                    for j in range(w_out)
                ]
                for i in range(h_out)
            ]
            for grid in image
        ]
        for image in x.tolist()
    ]


@exercise.also_right("sliding windows, in Fortran order")
def with_windows(x, size=2, stride=2):
    return np.asfortranarray(pooled(_max, x, size, stride))


@exercise.also_right("a running maximum of shifted maps, from minus infinity, in float32")
def with_shifts(x, size=2, stride=2):
    h_out, w_out = (places(n, size, stride) for n in x.shape[2:])
    out = np.full((*x.shape[:2], h_out, w_out), -np.inf, np.float32)
    for u, v in np.ndindex(size, size):
        shifted = x[:, :, u::stride, v::stride][:, :, :h_out, :w_out]
        out = np.maximum(out, shifted.astype(np.float32))
    return out


@exercise.also_right("rows first, then columns, read-only")
def one_axis_at_a_time(x, size=2, stride=2):
    rows = np.lib.stride_tricks.sliding_window_view(x, size, axis=2)[:, :, ::stride].max(axis=-1)
    columns = np.lib.stride_tricks.sliding_window_view(rows, size, axis=3)[:, :, :, ::stride]
    out = columns.max(axis=-1)
    out.flags.writeable = False
    return out


@exercise.also_right("torch.nn.functional.max_pool2d", needs="torch")
def with_torch(x, size=2, stride=2):
    import torch

    return torch.nn.functional.max_pool2d(torch.tensor(np.array(x, float)), size, stride)
