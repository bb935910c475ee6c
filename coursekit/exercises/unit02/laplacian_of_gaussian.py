"""``laplacian_of_gaussian``: Marr's filter for blobs and edges."""

import math

import numpy as np

from coursekit import filters
from coursekit.exercises import Exercise, case, same, tiny
from coursekit.exercises.unit02._places import know_wrong_places, places

exercise = Exercise(
    "laplacian_of_gaussian(size, sigma)",
    unit="02",
    title="Build a Laplacian of Gaussian",
    reference=filters.laplacian_of_gaussian,
    points=2,
    checks={"odd sizes": 1, "even sizes": 0.5, "in any form": 0.5},
    minutes=20,
    difficulty=2,
    builds_on=("gaussian_kernel",),
    hints=(
        "Begin as in gaussian_kernel: the squared distance r² of every pixel from the centre at "
        "(size - 1) / 2.",
        "Write the formula in three named parts: the bracket, the divisor and the exponential. "
        "Each has sigma to another power.",
        "The bracket r² - 2σ² is negative near the centre, so the middle of the kernel is "
        "negative and a ring around it positive.",
        "`k = (r2 - 2 * s2) / (2 * np.pi * s2**3) * np.exp(-r2 / (2 * s2))` with `s2 = sigma**2`; "
        "then subtract `k.mean()`, which makes the sum 0.",
    ),
    variants=False,
)


@exercise.cases
def cases(rng):
    centre, beside = -1 / math.pi, -math.exp(-0.5) / (2 * math.pi)
    mean = (centre + 4 * beside) / 9
    corner, side, middle = -mean, beside - mean, centre - mean
    yield tiny(
        "size 3, sigma 1",
        3,
        1.0,
        expected=[[corner, side, corner], [side, middle, side], [corner, side, corner]],
    )
    yield tiny("size 1: nothing is left", 1, 1.5, expected=[[0]])
    yield case("size 5, sigma 0.8", 5, 0.8)
    yield case("size 4 (even)", 4, 1.2).counts_for("even sizes")
    yield case("size 6 (even), a whole number for sigma", 6, 2).counts_for("even sizes")
    yield case("size 7, sigma 1.4", 7, 1.4)
    yield case("size 9, cut off at the border", 9, 2.5)
    yield case("size 8 (even)", 8, float(rng.uniform(1.2, 1.8))).counts_for("even sizes")
    yield case("size 11", 11, float(rng.uniform(1.2, 1.8)))
    yield case("size 15", 15, float(rng.uniform(1.9, 2.6)))


@exercise.holds("It sums to 0, so that a flat picture gives 0.")
def sums_to_zero(answer, rng):
    k = np.asarray(answer(int(rng.integers(5, 14)), float(rng.uniform(0.8, 2))))
    return same(k.sum() + 1, 1.0)


def _levelled(k):
    return k - k.mean()


def _squared(t):
    return t[:, np.newaxis] ** 2 + t**2


def _formula(
    t,
    sigma,
    bracket=lambda r2, sigma: r2 - 2 * sigma**2,
    exponent=lambda r2, sigma: -r2 / (2 * sigma**2),
):
    """The formula with its two inner parts free, not yet levelled."""
    r2 = _squared(t)
    return bracket(r2, sigma) / (2 * np.pi * sigma**6) * np.exp(exponent(r2, sigma))


def _with(size, sigma, **parts):
    return _levelled(_formula(places(size), sigma, **parts))


know_wrong_places(exercise, lambda t, sigma: _levelled(_formula(t, sigma)))


@exercise.mistake(
    'The sign is turned round: the middle of a Laplacian is negative (this one is the "Mexican '
    'hat" of some books). Use r² - 2σ², in this order.'
)
def turns_the_sign(size, sigma):
    return -_with(size, sigma)


@exercise.mistake("The kernel does not sum to 0: subtract its mean at the end.")
def does_not_subtract_the_mean(size, sigma):
    return _formula(places(size), sigma)


@exercise.mistake("The sum is subtracted from every value. Subtract the mean: the sum shared out.")
def subtracts_the_sum(size, sigma):
    k = _formula(places(size), sigma)
    return k - k.sum()


@exercise.mistake("The mean of each column is subtracted. Subtract the mean of the whole kernel.")
def levels_each_column(size, sigma):
    k = _formula(places(size), sigma)
    return k - k.mean(axis=0)


@exercise.mistake("The mean of each row is subtracted. Subtract the mean of the whole kernel.")
def levels_each_row(size, sigma):
    k = _formula(places(size), sigma)
    return k - k.mean(axis=1, keepdims=True)


@exercise.mistake(
    "The kernel is divided by its sum, as a Gaussian is. Here the sum should be 0: subtract the "
    "mean."
)
def divides_by_the_sum(size, sigma):
    k = _formula(places(size), sigma)
    return k / k.sum()


@exercise.mistake(
    "The kernel is scaled so that its absolute values add up to 1. Leave the formula's scale."
)
def scales_the_sizes(size, sigma):
    k = _with(size, sigma)
    return k / max(np.abs(k).sum(), 1e-12)


@exercise.mistake(
    "The kernel is scaled to a largest absolute value of 1. Leave the formula's scale."
)
def scales_the_peak(size, sigma):
    k = _with(size, sigma)
    return k / max(np.abs(k).max(), 1e-12)


@exercise.mistake(
    "The Gaussian inside is scaled to sum 1 over these pixels, as some toolboxes do. Use the "
    "formula with 1 / (2πσ⁶)."
)
def scales_the_gaussian(size, sigma):
    r2 = _squared(places(size))
    g = np.exp(-r2 / (2 * sigma**2))
    return _levelled((r2 - 2 * sigma**2) / sigma**4 * g / g.sum())


@exercise.mistake("The divisor has σ⁴ where σ⁶ belongs (or the kernel is multiplied by σ²).")
def divides_by_sigma_to_the_fourth(size, sigma):
    return _with(size, sigma) * sigma**2


@exercise.mistake("The divisor has σ² where σ⁶ belongs.")
def divides_by_sigma_squared(size, sigma):
    return _with(size, sigma) * sigma**4


@exercise.mistake("The divisor has σ³ where σ⁶ belongs: σ² to the third power is σ⁶.")
def divides_by_sigma_cubed(size, sigma):
    return _with(size, sigma) * sigma**3


@exercise.mistake("The factor 1 / (2π) is missing from the divisor.")
def forgets_two_pi(size, sigma):
    return _with(size, sigma) * 2 * np.pi


@exercise.mistake("The divisor has π where 2π belongs.")
def forgets_the_two_of_two_pi(size, sigma):
    return _with(size, sigma) * 2


@exercise.mistake(
    "Parentheses are missing: `a / 2 * np.pi * …` divides by 2 only and multiplies by the rest. "
    "Write `a / (2 * np.pi * sigma**6)`."
)
def multiplies_by_the_divisor(size, sigma):
    return _with(size, sigma) * (np.pi * sigma**6) ** 2


@exercise.mistake(
    "Parentheses are missing: the whole difference r² - 2σ² is divided, not only 2σ²."
)
def divides_only_the_second_term(size, sigma):
    r2 = _squared(places(size))
    return _levelled(r2 - 2 * sigma**2 / (2 * np.pi * sigma**6) * np.exp(-r2 / (2 * sigma**2)))


@exercise.mistake(
    "The bracket is r² - σ², the second derivative along a line. A picture has two directions: "
    "r² - 2σ²."
)
def forgets_the_two_of_the_bracket(size, sigma):
    return _with(size, sigma, bracket=lambda r2, s: r2 - s**2)


@exercise.mistake("`sigma` is not squared in the bracket: it is r² - 2σ².")
def does_not_square_sigma_in_the_bracket(size, sigma):
    return _with(size, sigma, bracket=lambda r2, s: r2 - 2 * s)


@exercise.mistake("The 2 is squared with sigma in the bracket: (2σ)² is 4σ². It is r² - 2σ².")
def squares_the_two_of_the_bracket(size, sigma):
    return _with(size, sigma, bracket=lambda r2, s: r2 - (2 * s) ** 2)


@exercise.mistake("The bracket has a plus: it is r² - 2σ², which changes its sign at r = σ√2.")
def adds_in_the_bracket(size, sigma):
    return _with(size, sigma, bracket=lambda r2, s: r2 + 2 * s**2)


@exercise.mistake("The bracket has r where r² belongs: the exponent is right, the bracket is not.")
def uses_the_distance_in_the_bracket(size, sigma):
    return _with(size, sigma, bracket=lambda r2, s: np.sqrt(r2) - 2 * s**2)


@exercise.mistake("This is the Gaussian less its mean; the bracket r² - 2σ² is missing.")
def forgets_the_bracket(size, sigma):
    return _with(size, sigma, bracket=lambda r2, s: 1)


@exercise.mistake("`sigma` is not squared in the exponent: it is -r² / (2σ²).")
def does_not_square_sigma_in_the_exponent(size, sigma):
    return _with(size, sigma, exponent=lambda r2, s: -r2 / (2 * s))


@exercise.mistake("The 2 is missing in the exponent: it is -r² / (2σ²).")
def forgets_the_two_of_the_exponent(size, sigma):
    return _with(size, sigma, exponent=lambda r2, s: -r2 / s**2)


@exercise.mistake("The 2 is squared with sigma in the exponent: it is -r² / (2σ²), not (2σ)².")
def squares_the_two_of_the_exponent(size, sigma):
    return _with(size, sigma, exponent=lambda r2, s: -r2 / (2 * s) ** 2)


@exercise.mistake("Parentheses are missing in the exponent: `r2 / 2 * sigma**2` multiplies by σ².")
def multiplies_by_sigma_in_the_exponent(size, sigma):
    return _with(size, sigma, exponent=lambda r2, s: -r2 / 2 * s**2)


@exercise.mistake("The values grow with the distance: the minus sign of the exponent is missing.")
def grows_outwards(size, sigma):
    return _with(size, sigma, exponent=lambda r2, s: r2 / (2 * s**2))


@exercise.mistake("r is used where r² belongs: the formula needs the squared distance.")
def uses_the_distance(size, sigma):
    r = np.sqrt(_squared(places(size)))
    k = (r - 2 * sigma**2) / (2 * np.pi * sigma**6) * np.exp(-r / (2 * sigma**2))
    return _levelled(k)


@exercise.mistake("r² is squared once more: x² + y² is already r².")
def squares_twice(size, sigma):
    r4 = _squared(places(size)) ** 2
    k = (r4 - 2 * sigma**2) / (2 * np.pi * sigma**6) * np.exp(-r4 / (2 * sigma**2))
    return _levelled(k)


@exercise.mistake(
    "This is the small Laplacian (0, 1, 0; 1, -4, 1; 0, 1, 0) applied to the Gaussian. It is "
    "close, but the formula is asked for."
)
def differences_the_gaussian(size, sigma):
    g = np.exp(-_squared(places(size + 2)) / (2 * sigma**2)) / (2 * np.pi * sigma**2)
    around = g[:-2, 1:-1] + g[2:, 1:-1] + g[1:-1, :-2] + g[1:-1, 2:]
    return _levelled(around - 4 * g[1:-1, 1:-1])


@exercise.mistake(
    "The mean of the Gaussian is subtracted, inside the product. Subtract the mean of the finished "
    "kernel."
)
def levels_the_gaussian(size, sigma):
    r2 = _squared(places(size))
    bell = _levelled(np.exp(-r2 / (2 * sigma**2)))
    return (r2 - 2 * sigma**2) / (2 * np.pi * sigma**6) * bell


@exercise.mistake("The divisor 2πσ⁶ is missing.")
def forgets_the_divisor(size, sigma):
    return _with(size, sigma) * 2 * np.pi * sigma**6


@exercise.mistake("The divisor has √(2π), which belongs to one dimension. Here it is 2π.")
def takes_the_root_of_two_pi(size, sigma):
    return _with(size, sigma) * np.sqrt(2 * np.pi)


@exercise.mistake(
    "This is a difference of two Gaussians. It has nearly this shape, but the formula is asked for."
)
def subtracts_two_gaussians(size, sigma):
    narrow, wide = (np.exp(-_squared(places(size)) / (2 * s**2)) for s in (sigma, 1.6 * sigma))
    return wide / wide.sum() - narrow / narrow.sum()


@exercise.mistake(
    "The sign is turned round, and the mean is not subtracted: it is r² - 2σ², and the middle is "
    "negative."
)
def turns_the_sign_and_keeps_the_mean(size, sigma):
    return -_formula(places(size), sigma)


@exercise.mistake(
    "The sum is taken away from the middle pixel alone. Subtract the mean from every pixel."
)
def levels_the_middle_only(size, sigma):
    k = _formula(places(size), sigma)
    k[size // 2, size // 2] -= k.sum()
    return k


@exercise.mistake("This is a Gaussian less its mean; the bracket r² - 2σ² is missing.")
def levels_a_scaled_gaussian(size, sigma):
    g = np.exp(-_squared(places(size)) / (2 * sigma**2))
    return _levelled(g / g.sum())


@exercise.mistake(
    "The median is subtracted. Only with the mean, `k.mean()`, does the sum become 0."
)
def subtracts_the_median(size, sigma):
    k = _formula(places(size), sigma)
    return k - np.median(k)


@exercise.mistake("The smallest value is subtracted. Subtract the mean: then the sum becomes 0.")
def subtracts_the_minimum(size, sigma):
    k = _formula(places(size), sigma)
    return k - k.min()


@exercise.also_right("loops and lists")
def with_loops(size, sigma):
    c, s2 = (size - 1) / 2, sigma**2
    k = []
    for i in range(size):
        k.append([])
        for j in range(size):
            r2 = (i - c) ** 2 + (j - c) ** 2
            k[-1].append((r2 - 2 * s2) / (2 * math.pi * s2**3) * math.exp(-r2 / (2 * s2)))
    mean = sum(map(sum, k)) / size**2
    return [[v - mean for v in row] for row in k]


@exercise.also_right("the other way to write it, -1/(πσ⁴) · (1 - r²/2σ²) · exp(-r²/2σ²)")
def in_the_other_form(size, sigma):
    u = _squared(places(size)) / (2 * sigma**2)
    return _levelled(-1 / (np.pi * sigma**4) * (1 - u) * np.exp(-u))


@exercise.also_right("mgrid, in single precision and Fortran order")
def with_mgrid(size, sigma):
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    r2, s2 = x**2 + y**2, sigma**2
    k = (r2 - 2 * s2) / (2 * np.pi * s2**3) * np.exp(-r2 / (2 * s2))
    return np.asfortranarray((k - k.mean()).astype(np.float32))


@exercise.also_right("the sum of the two second derivatives, read-only")
def with_two_derivatives(size, sigma):
    t = np.arange(size) - (size - 1) / 2
    g = np.exp(-(t**2) / (2 * sigma**2)) / (np.sqrt(2 * np.pi) * sigma)
    second = (t**2 - sigma**2) / sigma**4 * g
    k = _levelled(np.outer(second, g) + np.outer(g, second))
    k.flags.writeable = False
    return k
