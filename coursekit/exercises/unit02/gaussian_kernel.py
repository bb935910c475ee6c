"""``gaussian_kernel``: weights that fall off with the distance from the centre."""

import math

import numpy as np

from coursekit import filters
from coursekit.exercises import Exercise, case, same, tiny
from coursekit.exercises.unit02._places import know_wrong_places, places

exercise = Exercise(
    "gaussian_kernel(size, sigma)",
    unit="02",
    title="Build a Gaussian kernel",
    reference=filters.gaussian_kernel,
    points=2,
    checks={"odd sizes": 1, "even sizes": 0.5, "in any form": 0.5},
    minutes=20,
    difficulty=2,
    builds_on=("broadcasting",),
    hints=(
        "How far is each pixel from the centre? For size 3 the columns stand at -1, 0, 1; for "
        "size 4 at -1.5, -0.5, 0.5, 1.5.",
        "`t = np.arange(size) - (size - 1) / 2` gives these places. `t[:, np.newaxis]` is the "
        "same list as a column.",
        "The squared distance of all pixels at once is `t**2 + t[:, np.newaxis]**2`.",
        "Put that into exp(-r² / (2 σ²)), mind the parentheses, and divide the whole kernel by "
        "its sum.",
    ),
    variants=False,
)

BINOMIAL_SIGMA = 1 / math.sqrt(2 * math.log(2))
"""About 0.8493: the sigma at which a neighbour has half the weight of the centre."""


@exercise.cases
def cases(rng):
    yield tiny(
        "size 3, and a sigma for which a neighbour weighs half as much",
        3,
        BINOMIAL_SIGMA,
        expected=np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16,
    )
    yield tiny("size 1", 1, 2.0, expected=[[1]])
    yield tiny(
        "size 2: four pixels, equally far", 2, 0.7, expected=[[0.25, 0.25], [0.25, 0.25]]
    ).counts_for("even sizes")
    yield case("size 5, sigma 1", 5, 1.0)
    yield case("size 4 (even)", 4, 0.8).counts_for("even sizes")
    yield case("size 6 (even), sigma 2", 6, 2).counts_for("even sizes")
    yield case("size 7, narrow", 7, 0.5)
    yield case("size 7, wide: cut off at the border", 7, 3.0)
    yield case("size 9, sigma 1.5", 9, 1.5)
    yield case("size 8 (even)", 8, float(rng.uniform(1.2, 2.5))).counts_for("even sizes")
    yield case("size 11", 11, float(rng.uniform(1.2, 2.5)))
    yield case("size 13", 13, float(rng.uniform(2.6, 4.0)))


@exercise.holds("The weights add up to 1, whatever sigma is.")
def sums_to_one(answer, rng):
    return same(np.sum(answer(int(rng.integers(3, 12)), float(rng.uniform(0.4, 5)))), 1.0)


@exercise.holds("It is the same from all four sides.")
def symmetric(answer, rng):
    k = np.asarray(answer(int(rng.integers(3, 12)), float(rng.uniform(0.6, 3))))
    return same(k, np.rot90(k))


def _bell(t, sigma):
    """Not scaled, from the places along one axis."""
    return np.exp(-(t[:, np.newaxis] ** 2 + t**2) / (2 * sigma**2))


def _to_sum_1(k):
    return k / k.sum()


def _from_exponent(size, exponent):
    """A kernel scaled to sum 1 from a wrong exponent, a function of r²."""
    t = places(size)
    return _to_sum_1(np.exp(exponent(t[:, np.newaxis] ** 2 + t**2)))


@exercise.mistake("The weights do not add up to 1: divide the kernel by its sum.")
def leaves_the_peak_at_one(size, sigma):
    return _bell(places(size), sigma)


@exercise.mistake(
    "The factor 1 / (2πσ²) makes the endless Gaussian add up to 1, not these size × size pixels. "
    "Divide by the kernel's own sum."
)
def uses_the_density(size, sigma):
    return _bell(places(size), sigma) / (2 * np.pi * sigma**2)


@exercise.mistake(
    "The factor 1 / (σ√(2π)) belongs to one dimension, and to the endless Gaussian. Divide by the "
    "kernel's own sum."
)
def uses_the_density_of_a_line(size, sigma):
    return _bell(places(size), sigma) / (sigma * np.sqrt(2 * np.pi))


@exercise.mistake("The kernel is divided by its mean, so it adds up to size². Divide by its sum.")
def divides_by_the_mean(size, sigma):
    k = _bell(places(size), sigma)
    return k / k.mean()


@exercise.mistake("The squares of the weights add up to 1; the weights themselves should.")
def scales_to_length_one(size, sigma):
    k = _bell(places(size), sigma)
    return k / np.sqrt((k**2).sum())


@exercise.mistake(
    "Each row adds up to 1, so the whole adds up to `size`. Divide by the sum of all."
)
def scales_each_row(size, sigma):
    k = _bell(places(size), sigma)
    return k / k.sum(axis=1, keepdims=True)


@exercise.mistake(
    "Each column adds up to 1, so the whole adds up to `size`. `k.sum()` without an axis adds all."
)
def scales_each_column(size, sigma):
    k = _bell(places(size), sigma)
    return k / k.sum(axis=0)


@exercise.mistake("The sum of one row is divided out once; a product of two rows needs it twice.")
def divides_by_one_row_sum(size, sigma):
    t = places(size)
    return _bell(t, sigma) / np.exp(-(t**2) / (2 * sigma**2)).sum()


@exercise.mistake("`sigma` is not squared: the exponent is -r² / (2 σ²).")
def does_not_square_sigma(size, sigma):
    return _from_exponent(size, lambda r2: -r2 / (2 * sigma))


@exercise.mistake("The 2 is missing: the exponent is -r² / (2 σ²).")
def forgets_the_two(size, sigma):
    return _from_exponent(size, lambda r2: -r2 / sigma**2)


@exercise.mistake(
    "Parentheses are missing: `r2 / 2 * sigma**2` multiplies by σ². Write `r2 / (2 * sigma**2)`."
)
def multiplies_by_sigma(size, sigma):
    return _from_exponent(size, lambda r2: -r2 / 2 * sigma**2)


@exercise.mistake("The 2 is squared with sigma: (2σ)² is 4σ². The exponent is -r² / (2 σ²).")
def squares_the_two(size, sigma):
    return _from_exponent(size, lambda r2: -r2 / (2 * sigma) ** 2)


@exercise.mistake("The distance is not squared: the exponent has r², so no square root is needed.")
def uses_the_distance(size, sigma):
    return _from_exponent(size, lambda r2: -np.sqrt(r2) / (2 * sigma**2))


@exercise.mistake("The weights grow with the distance: the minus sign of the exponent is missing.")
def grows_outwards(size, sigma):
    return _from_exponent(size, lambda r2: r2 / (2 * sigma**2))


@exercise.mistake("Squared distance is x² + y². You square the sum of x and y instead.")
def squares_the_sum(size, sigma):
    t = places(size)
    return _to_sum_1(np.exp(-((t[:, np.newaxis] + t) ** 2) / (2 * sigma**2)))


@exercise.mistake("The exponent has |x| + |y|; it needs the squares, x² + y².")
def adds_the_sizes(size, sigma):
    t = np.abs(places(size))
    return _to_sum_1(np.exp(-(t[:, np.newaxis] + t) / (2 * sigma**2)))


@exercise.mistake("A row and a column are added. Multiply them: exp(a + b) is exp(a) · exp(b).")
def adds_row_and_column(size, sigma):
    g = np.exp(-(places(size) ** 2) / (2 * sigma**2))
    return _to_sum_1(g[:, np.newaxis] + g)


@exercise.mistake("The exponent has x · y; it needs x² + y².")
def multiplies_x_and_y(size, sigma):
    t = places(size)
    return _to_sum_1(np.exp(-(t[:, np.newaxis] * t) / (2 * sigma**2)))


@exercise.mistake("The side is chosen from sigma; it is given: `size`.")
def chooses_its_own_size(size, sigma):
    reach = math.ceil(3 * sigma)
    return _to_sum_1(_bell(np.arange(-reach, reach + 1), sigma))


@exercise.mistake(
    "The places always reach to 3 sigma, so sigma makes no difference. Neighbours are 1 apart."
)
def reaches_three_sigma(size, sigma):
    return _to_sum_1(_bell(np.linspace(-3 * sigma, 3 * sigma, size), sigma))


@exercise.mistake("This is one row of the kernel; all size × size weights are asked for.")
def returns_one_row(size, sigma):
    return _to_sum_1(np.exp(-(places(size) ** 2) / (2 * sigma**2)))


@exercise.mistake("All rows are alike: the weights must fall off downwards and upwards too.")
def repeats_one_row(size, sigma):
    row = np.exp(-(places(size) ** 2) / (2 * sigma**2))
    return _to_sum_1(np.tile(row, (size, 1)))


@exercise.mistake(
    "Every weight is cut to a whole number, so they are all 0. Make the array with `np.zeros` "
    "and no integer dtype."
)
def cuts_to_whole_numbers(size, sigma):
    return _to_sum_1(_bell(places(size), sigma)).astype(int)


know_wrong_places(exercise, lambda t, sigma: _to_sum_1(_bell(t, sigma)))


@exercise.mistake("You divide by the number of pixels, size². Divide by the sum of the weights.")
def divides_by_the_count(size, sigma):
    return _bell(places(size), sigma) / size**2


@exercise.mistake("Squared distance is x² + y². You square |x| + |y| instead.")
def squares_the_sum_of_sizes(size, sigma):
    t = np.abs(places(size))
    return _to_sum_1(np.exp(-((t[:, np.newaxis] + t) ** 2) / (2 * sigma**2)))


@exercise.mistake("This is one fixed 3×3 kernel: `size` and `sigma` are not used.")
def gives_a_fixed_kernel(size, sigma):
    return np.outer([1, 2, 1], [1, 2, 1]) / 16


@exercise.mistake(
    "Every weight is cut to a whole number: the array has an integer dtype. Make it with "
    "`np.zeros((size, size))`, without `int`."
)
def fills_an_integer_array(size, sigma):
    k = _bell(places(size), sigma).astype(int)
    with np.errstate(all="ignore"):
        return k / k.sum()


def _know_unscaled(name, says, exponent):
    """A wrong exponent, and the division by the sum forgotten as well."""

    def answer(size, sigma):
        t = places(size)
        return np.exp(exponent(t[:, np.newaxis] ** 2 + t**2, sigma))

    answer.__name__ = name
    exercise.mistake(f"Two things. {says} And divide the kernel by its sum.")(answer)


_know_unscaled(
    "forgets_the_two_and_the_sum",
    "The 2 is missing: the exponent is -r² / (2 σ²).",
    lambda r2, sigma: -r2 / sigma**2,
)
_know_unscaled(
    "multiplies_by_sigma_and_forgets_the_sum",
    "`r2 / 2 * sigma**2` multiplies by σ²: write `r2 / (2 * sigma**2)`.",
    lambda r2, sigma: -r2 / 2 * sigma**2,
)
_know_unscaled(
    "does_not_square_sigma_and_forgets_the_sum",
    "`sigma` is not squared: the exponent is -r² / (2 σ²).",
    lambda r2, sigma: -r2 / (2 * sigma),
)


@exercise.mistake("The weights add up to 100, not 1: leave per cent out.")
def gives_per_cent(size, sigma):
    return 100 * _to_sum_1(_bell(places(size), sigma))


@exercise.also_right("loops and lists")
def with_loops(size, sigma):
    c = (size - 1) / 2
    k = [
        [math.exp(-((i - c) ** 2 + (j - c) ** 2) / (2 * sigma**2)) for j in range(size)]
        for i in range(size)
    ]
    total = sum(map(sum, k))
    return [[v / total for v in row] for row in k]


@exercise.also_right("the outer product of a row with itself")
def with_outer(size, sigma):
    row = np.exp(-0.5 * (places(size) / sigma) ** 2)
    row /= row.sum()
    return np.outer(row, row)


@exercise.also_right("scipy's Gaussian window, as a read-only array in Fortran order")
def with_scipy(size, sigma):
    from scipy.signal.windows import gaussian

    row = gaussian(size, sigma)
    k = np.asfortranarray(_to_sum_1(row[:, np.newaxis] * row))
    k.flags.writeable = False
    return k


@exercise.also_right("mgrid and the density, scaled afterwards, in single precision")
def with_mgrid(size, sigma):
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    k = np.exp(-(x**2 + y**2) / (2 * sigma**2)) / (2 * np.pi * sigma**2)
    return _to_sum_1(k).astype(np.float32)


@exercise.also_right("linspace from minus to plus (size - 1) / 2")
def with_linspace(size, sigma):
    half = (size - 1) / 2
    x, y = np.meshgrid(np.linspace(-half, half, size), np.linspace(-half, half, size))
    return _to_sum_1(np.exp(-(np.hypot(x, y) ** 2) / (2 * sigma**2)))
