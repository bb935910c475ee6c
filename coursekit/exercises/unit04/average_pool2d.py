"""``average_pool2d``: the mean of each window."""

import numpy as np

from coursekit import numpy_nn
from coursekit.exercises import Exercise, same, tiny
from coursekit.exercises.unit04._pooling import know_wrong_windows, larger_cases, places, pooled
from coursekit.exercises.unit04._windows import windows


def _reference(x, size=2, stride=2):
    return numpy_nn.average_pool2d_forward(x, size, stride)[0]


exercise = Exercise(
    "average_pool2d(x, size=2, stride=2)",
    unit="04",
    title="Average pooling",
    reference=_reference,
    points=2,
    checks={"windows side by side": 1, "overlaps and gaps": 0.5, "in any form": 0.5},
    minutes=15,
    difficulty=2,
    builds_on=("max_pool2d_forward",),
    hints=(
        "Start from your max_pool2d_forward. One line is different.",
        "`window.mean(axis=(2, 3))` gives the mean of the window for each image and channel. A sum "
        "would have to be divided by size * size.",
        "It is a convolution, too: each channel with a kernel of size × size numbers that are all "
        "1 / (size * size), and the given stride.",
    ),
)


@exercise.cases
def cases(rng):
    x = np.array([[[[1.0, 3, 2, 0], [4, 2, 1, 5], [0, 1, -1, -2], [2, 0, -3, -4]]]])
    yield tiny("a 4×4 map, 2×2 windows", x, expected=[[[[2.5, 2], [0.75, -2.5]]]])
    yield tiny(
        "the same map, windows that overlap",
        x,
        2,
        stride=1,
        expected=[[[[2.5, 2, 2], [1.75, 0.75, 0.75], [0.75, -0.75, -2.5]]]],
    ).counts_for("overlaps and gaps")
    yield tiny(
        "a 3×7 map: the last row and column are left out",
        np.array([[[[1.0, 2, 3, 4, 0, -1, 9], [0, 5, 1, 0, -2, -3, 9], [9] * 7]]]),
        expected=[[[[2, 2, -1.5]]]],
    )
    yield from larger_cases(rng)


@exercise.holds("A window of equal numbers has that number as its mean.")
def keeps_constants(answer, rng):
    level = float(rng.standard_normal())
    return same(answer(np.full((2, 3, 7, 6), level), 3, 2), np.full((2, 3, 3, 2), level))


@exercise.holds("Two pictures added give the two answers added.")
def linear(answer, rng):
    x, y = rng.standard_normal((2, 1, 2, 6, 7))
    return same(answer(x + y, 3, 1), np.asarray(answer(x, 3, 1)) + np.asarray(answer(y, 3, 1)))


def _mean(found):
    return found.mean(axis=(-2, -1))


def _sum(found):
    return found.sum(axis=(-2, -1), dtype=float)


know_wrong_windows(exercise, _mean)


@exercise.mistake("The window is added up, but not divided: the mean is the sum / (size * size).")
def takes_the_sum(x, size=2, stride=2):
    return pooled(_sum, x, size, stride)


@exercise.mistake("This is max pooling: take the mean of the window, not its largest number.")
def takes_the_largest(x, size=2, stride=2):
    return pooled(lambda found: found.max(axis=(-2, -1)), x, size, stride)


@exercise.mistake("The smallest number of the window is taken, not the mean.")
def takes_the_smallest(x, size=2, stride=2):
    return pooled(lambda found: found.min(axis=(-2, -1)), x, size, stride)


@exercise.mistake("The middle one of the window's numbers is taken (the median), not their mean.")
def takes_the_median(x, size=2, stride=2):
    return pooled(lambda found: np.median(found, axis=(-2, -1)), x, size, stride)


@exercise.mistake("The mean of the smallest and the largest is taken; all numbers count.")
def takes_the_middle_of_the_range(x, size=2, stride=2):
    def middle(found):
        found = found.astype(float)
        return (found.max(axis=(-2, -1)) + found.min(axis=(-2, -1))) / 2

    return pooled(middle, x, size, stride)


@exercise.mistake("The sum is divided by `size`: a window has size * size numbers.")
def divides_by_the_side(x, size=2, stride=2):
    return pooled(lambda found: _sum(found) / size, x, size, stride)


@exercise.mistake(
    "The sum is divided by 4, whatever `size` says: a window has size * size numbers."
)
def divides_by_four(x, size=2, stride=2):
    return pooled(lambda found: _sum(found) / 4, x, size, stride)


@exercise.mistake("The sum is divided by stride * stride: a window has size * size numbers.")
def divides_by_the_stride(x, size=2, stride=2):
    return pooled(lambda found: _sum(found) / stride**2, x, size, stride)


@exercise.mistake("The sum is divided by 2 * size: a window has size * size numbers.")
def divides_by_twice_the_side(x, size=2, stride=2):
    return pooled(lambda found: _sum(found) / (2 * size), x, size, stride)


@exercise.mistake("The sum is divided by the number of places; a window has size * size numbers.")
def divides_by_the_places(x, size=2, stride=2):
    out = pooled(_sum, x, size, stride)
    return out / out[0, 0].size


@exercise.mistake("The mean is divided by size * size once more: `mean` has done that already.")
def divides_twice(x, size=2, stride=2):
    return pooled(_mean, x, size, stride) / size**2


@exercise.mistake("`//` cuts the fraction off: divide with `/`.")
def divides_into_whole_numbers(x, size=2, stride=2):
    return pooled(_sum, x, size, stride) // size**2


@exercise.mistake(
    "Your array holds whole numbers, so fractions are cut off. Make it an array of floats."
)
def cuts_to_whole_numbers(x, size=2, stride=2):
    return pooled(_mean, x, size, stride).astype(int)


@exercise.mistake("The means are rounded: leave them as they are.")
def rounds(x, size=2, stride=2):
    return np.rint(pooled(_mean, x, size, stride))


@exercise.mistake(
    "The answer has the picture's dtype (`zeros_like`), so bytes lose their fractions. Make it an "
    "array of floats."
)
def keeps_the_dtype(x, size=2, stride=2):
    return pooled(_mean, x, size, stride).astype(x.dtype)


@exercise.mistake(
    "Bytes are added up as bytes, which wrap round at 256. Convert the picture first, "
    "`x.astype(float)`, or use `mean`."
)
def adds_up_bytes(x, size=2, stride=2):
    total = windows(x, size, size, stride).sum(axis=(-2, -1), dtype=x.dtype)
    return total / size**2


@exercise.mistake("Only numbers above 0 are averaged: zeros and negative numbers count too.")
def averages_positive_numbers(x, size=2, stride=2):
    def mean(found):
        counted = np.where(found > 0, found, 0).sum(axis=(-2, -1), dtype=float)
        return counted / np.maximum((found > 0).sum(axis=(-2, -1)), 1)

    return pooled(mean, x, size, stride)


@exercise.mistake("Negative answers have become 0: a mean may be negative.")
def cuts_negative_means(x, size=2, stride=2):
    return np.maximum(pooled(_mean, x, size, stride), 0)


@exercise.mistake("The signs are lost: take the mean of the numbers, not of their absolute values.")
def averages_absolute_values(x, size=2, stride=2):
    return pooled(lambda found: _mean(np.abs(found.astype(float))), x, size, stride)


@exercise.mistake("This is the root of the mean square: take the mean of the numbers themselves.")
def takes_the_root_mean_square(x, size=2, stride=2):
    return pooled(lambda found: np.sqrt(_mean(found.astype(float) ** 2)), x, size, stride)


@exercise.mistake("The top left pixel of each window is taken: all its numbers count.")
def takes_the_corner(x, size=2, stride=2):
    return windows(x, size, size, stride)[..., 0, 0]


@exercise.mistake("The sum is not set back to 0, so it runs on from place to place.")
def never_resets_the_sum(x, size=2, stride=2):
    out = pooled(_mean, x, size, stride)
    return np.cumsum(out.reshape(*out.shape[:2], -1), axis=-1).reshape(out.shape)


@exercise.also_right("four loops over lists")
def with_loops(x, size=2, stride=2):
    h_out, w_out = (places(n, size, stride) for n in x.shape[2:])
    return [
        [
            [
                [
                    sum(float(v) for row in grid[i : i + size] for v in row[j : j + size]) / size**2
                    for j in range(0, w_out * stride, stride)
                ]
                for i in range(0, h_out * stride, stride)
            ]
            for grid in image
        ]
        for image in x.tolist()
    ]


@exercise.also_right("a sum of shifted maps in single precision, in Fortran order")
def with_shifts(x, size=2, stride=2):
    h_out, w_out = (places(n, size, stride) for n in x.shape[2:])
    out = np.zeros((*x.shape[:2], h_out, w_out), np.float32)
    for u, v in np.ndindex(size, size):
        out += x[:, :, u::stride, v::stride][:, :, :h_out, :w_out].astype(np.float32)
    return np.asfortranarray(out / np.float32(size**2))


@exercise.also_right("running sums: the corners of a cumulative sum")
def with_cumulative_sums(x, size=2, stride=2):
    total = np.pad(np.asarray(x, float), ((0, 0), (0, 0), (1, 0), (1, 0))).cumsum(2).cumsum(3)
    total = total[:, :, size:] - total[:, :, :-size]
    total = total[:, :, :, size:] - total[:, :, :, :-size]
    return total[:, :, ::stride, ::stride] / size**2


@exercise.also_right("a convolution with equal weights, read-only")
def as_a_convolution(x, size=2, stride=2):
    weights = np.full((size, size), size**-2.0)
    out = np.einsum("ncijab,ab->ncij", windows(x, size, size, stride), weights)
    out.flags.writeable = False
    return out


@exercise.also_right("torch.nn.functional.avg_pool2d", needs="torch")
def with_torch(x, size=2, stride=2):
    import torch

    return torch.nn.functional.avg_pool2d(torch.tensor(np.array(x, float)), size, stride)
