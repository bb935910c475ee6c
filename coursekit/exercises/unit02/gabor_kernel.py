"""``gabor_kernel``: a wave in a window, the filter of the simple cell."""

import math

import numpy as np

from coursekit import filters
from coursekit.exercises import Exercise, case, same, tiny
from coursekit.exercises.unit02._places import know_wrong_places, places

exercise = Exercise(
    "gabor_kernel(size, wavelength, theta, sigma, phase=0.0)",
    unit="02",
    title="Build a Gabor kernel",
    reference=filters.gabor_kernel,
    points=3,
    checks={"no phase": 1.5, "phase": 0.5, "even sizes": 0.5, "in any form": 0.5},
    minutes=30,
    difficulty=3,
    builds_on=("gaussian_kernel",),
    hints=(
        "It is a product of two pictures: a cosine wave that fills the whole square, and the bell "
        "exp(-(x² + y²) / (2 σ²)), which is not scaled to sum 1.",
        "Make x and y first. x grows to the right, so it is the same in every row; y grows "
        "downwards, so it is the same in every column. Both are 0 in the centre, (size - 1) / 2.",
        "The wave depends on one number only: how far a pixel lies along the direction theta. "
        "That is u = x cos θ + y sin θ.",
        "`np.exp(-(x**2 + y**2) / (2 * sigma**2)) * np.cos(2 * np.pi * u / wavelength + phase)`.",
    ),
    variants=False,
)


@exercise.cases
def cases(rng):
    sigma = 1 / math.sqrt(2 * math.log(2))  # a neighbour then has half the weight of the centre
    yield tiny(
        "size 3, wavelength 2, theta 0: upright stripes",
        3,
        2.0,
        0.0,
        sigma,
        expected=[[-0.25, 0.5, -0.25], [-0.5, 1, -0.5], [-0.25, 0.5, -0.25]],
    )
    yield tiny(
        "size 3, wavelength 4, theta π/2, phase π/2: dark below, bright above",
        3,
        4.0,
        math.pi / 2,
        sigma,
        math.pi / 2,
        expected=[[0.25, 0.5, 0.25], [0, 0, 0], [-0.25, -0.5, -0.25]],
    ).counts_for("phase")
    yield case("size 7, theta 30°", 7, 3.5, math.pi / 6, 2.0)
    yield case("size 6 (even), theta 60°", 6, 5.0, math.pi / 3, 1.4).counts_for("even sizes")
    yield case("size 5, theta 120°, phase 1", 5, 3.0, 2 * math.pi / 3, 1.5, 1.0).counts_for("phase")
    yield case("size 8 (even), phase π/2", 8, 6.0, 0.3, 2.5, phase=math.pi / 2).counts_for("phase")
    yield case("whole numbers", 9, 5, 1, 2)
    yield case("a narrow window", 7, 4.0, 0.5, 0.7, phase=-0.6).counts_for("phase")
    for size, check in ((10, "even sizes"), (11, "no phase"), (13, "phase")):
        wavelength, sigma = float(rng.uniform(3, 7)), float(rng.uniform(1.5, 3))
        theta, phase = float(rng.uniform(0.2, 1.3)), float(rng.uniform(0.3, 1.2))
        more = {"phase": phase} if check == "phase" else {}
        yield case("random numbers", size, wavelength, theta, sigma, **more).counts_for(check)


@exercise.holds("Half a turn of theta turns the wave back: phase 0 gives the same kernel.")
def even_in_theta(answer, rng):
    size, theta = int(rng.integers(4, 10)), float(rng.uniform(0, 3))
    return same(answer(size, 4.0, theta + np.pi, 2.0), answer(size, 4.0, theta, 2.0))


def _grid(size):
    return np.meshgrid(places(size), places(size))


def _bell(x, y, sigma):
    return np.exp(-(x**2 + y**2) / (2 * sigma**2))


def _gabor(x, y, wavelength, theta, sigma, phase=0.0):
    u = x * np.cos(theta) + y * np.sin(theta)
    return _bell(x, y, sigma) * np.cos(2 * np.pi * u / wavelength + phase)


def _right(size, wavelength, theta, sigma, phase=0.0):
    return _gabor(*_grid(size), wavelength, theta, sigma, phase)


@exercise.mistake("The wave is a sine. Phase 0 means a cosine: a bright stripe in the middle.")
def uses_the_sine(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, theta, sigma, phase - np.pi / 2)


@exercise.mistake("The phase is subtracted; it is added.")
def subtracts_the_phase(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, theta, sigma, -phase)


@exercise.mistake("The phase is ignored: add it inside the cosine.")
def ignores_the_phase(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, theta, sigma)


@exercise.mistake("The phase is added to u, in pixels. It is an angle: add it after 2π u / λ.")
def adds_the_phase_to_u(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, theta, sigma, 2 * np.pi * phase / wavelength)


@exercise.mistake("The phase is divided by the wavelength: it stands outside the fraction.")
def divides_the_phase(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, theta, sigma, phase / wavelength)


@exercise.mistake("The phase is multiplied by 2π. It is an angle in radians already.")
def takes_the_phase_in_turns(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, theta, sigma, 2 * np.pi * phase)


@exercise.mistake("The phase is added after the cosine. It belongs inside.")
def adds_the_phase_outside(size, wavelength, theta, sigma, phase=0.0):
    x, y = _grid(size)
    u = x * np.cos(theta) + y * np.sin(theta)
    return _bell(x, y, sigma) * (np.cos(2 * np.pi * u / wavelength) + phase)


@exercise.mistake(
    "The stripes are turned by 90°: theta is the direction in which the wave travels, across its "
    "stripes. Use u = x cos θ + y sin θ."
)
def turns_the_stripes(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, theta + np.pi / 2, sigma, phase)


@exercise.mistake(
    "The wave travels the wrong way: y points down, so u = x cos θ + y sin θ, with +."
)
def points_y_up(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, -theta, sigma, phase)


@exercise.mistake(
    "x and y are exchanged: theta is measured from the x axis, which runs to the right along the "
    'columns. (With `np.meshgrid`, mind `indexing`: "xy" gives x first.)'
)
def exchanges_x_and_y(size, wavelength, theta, sigma, phase=0.0):
    y, x = _grid(size)
    return _gabor(x, y, wavelength, theta, sigma, phase)


@exercise.mistake(
    "x and y are exchanged and one sign is turned: the wave runs along x sin θ - y cos θ. Use "
    "x cos θ + y sin θ."
)
def turns_the_stripes_back(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, theta - np.pi / 2, sigma, phase)


@exercise.mistake("theta is in radians already: leave `np.radians` out.")
def converts_from_degrees(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, np.radians(theta), sigma, phase)


@exercise.mistake("theta is ignored: the stripes always stand upright. Use u, not x, in the wave.")
def ignores_theta(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, 0.0, sigma, phase)


@exercise.mistake(
    "The wave is multiplied with the wavelength: 2π u / λ makes one full turn per wavelength."
)
def multiplies_by_the_wavelength(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, 1 / wavelength, theta, sigma, phase)


@exercise.mistake("2π is missing: one wavelength is a full turn, 2π u / λ.")
def forgets_two_pi(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, 2 * np.pi * wavelength, theta, sigma, phase)


@exercise.mistake("π stands where 2π belongs: one wavelength is a full turn, 2π u / λ.")
def makes_half_turns(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, 2 * wavelength, theta, sigma, phase)


@exercise.mistake("`wavelength` and `sigma` are exchanged: sigma is the width of the window.")
def exchanges_wavelength_and_sigma(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, sigma, theta, wavelength, phase)


@exercise.mistake("The window is missing: multiply the wave by exp(-(x² + y²) / (2σ²)).")
def forgets_the_window(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, theta, 1e9, phase)


@exercise.mistake("The wave is missing: this is only the window.")
def forgets_the_wave(size, wavelength, theta, sigma, phase=0.0):
    return _bell(*_grid(size), sigma)


@exercise.mistake("The wave and the window are added; multiply them.")
def adds_the_window(size, wavelength, theta, sigma, phase=0.0):
    x, y = _grid(size)
    return _bell(x, y, sigma) + _right(size, wavelength, theta, 1e9, phase)


@exercise.mistake(
    "The window falls off along one direction only: its exponent has x² + y², not u² alone."
)
def narrows_one_way(size, wavelength, theta, sigma, phase=0.0):
    x, y = _grid(size)
    u = x * np.cos(theta) + y * np.sin(theta)
    return np.exp(-(u**2) / (2 * sigma**2)) * np.cos(2 * np.pi * u / wavelength + phase)


@exercise.mistake(
    "The window is longer along the stripes: this is the form with an aspect ratio of a half. "
    "Here the window is round."
)
def makes_a_long_window(size, wavelength, theta, sigma, phase=0.0):
    x, y = _grid(size)
    u, v = x * np.cos(theta) + y * np.sin(theta), y * np.cos(theta) - x * np.sin(theta)
    return _bell(u, v / 2, sigma) * np.cos(2 * np.pi * u / wavelength + phase)


@exercise.mistake(
    "`x` is overwritten before it is needed again: the second coordinate is made from the turned "
    "x. Use new names, u and v."
)
def overwrites_x(size, wavelength, theta, sigma, phase=0.0):
    x, y = _grid(size)
    x = x * np.cos(theta) + y * np.sin(theta)
    y = y * np.cos(theta) - x * np.sin(theta)
    return _bell(x, y, sigma) * np.cos(2 * np.pi * x / wavelength + phase)


@exercise.mistake("`sigma` is not squared: the window is exp(-(x² + y²) / (2σ²)).")
def does_not_square_sigma(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, theta, np.sqrt(sigma), phase)


@exercise.mistake("The 2 is missing in the window: it is exp(-(x² + y²) / (2σ²)).")
def forgets_the_two(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, theta, sigma / np.sqrt(2), phase)


@exercise.mistake(
    "Parentheses are missing in the window: `r2 / 2 * sigma**2` multiplies by σ². Write "
    "`r2 / (2 * sigma**2)`."
)
def multiplies_by_sigma(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, theta, 1 / sigma, phase)


@exercise.mistake("The window is scaled to sum 1. Leave it at 1 in the centre.")
def scales_the_window(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, theta, sigma, phase) / _bell(*_grid(size), sigma).sum()


@exercise.mistake("The kernel is divided by its sum. Leave the formula's scale.")
def scales_to_sum_one(size, wavelength, theta, sigma, phase=0.0):
    k = _right(size, wavelength, theta, sigma, phase)
    with np.errstate(all="ignore"):
        return k / k.sum()


@exercise.mistake("The factor 1 / (2πσ²) is not asked for: the window is 1 in the centre.")
def uses_the_density(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, theta, sigma, phase) / (2 * np.pi * sigma**2)


@exercise.mistake("The mean is subtracted. The formula as it stands is asked for.")
def subtracts_the_mean(size, wavelength, theta, sigma, phase=0.0):
    k = _right(size, wavelength, theta, sigma, phase)
    return k - k.mean()


know_wrong_places(exercise, lambda t, *rest, **phase: _gabor(t, t[:, np.newaxis], *rest, **phase))


@exercise.mistake("The phase is added to the finished kernel. It belongs inside the cosine.")
def adds_the_phase_at_the_end(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, theta, sigma) + phase


@exercise.mistake("The kernel is divided by its largest value. Leave the formula's scale.")
def scales_the_peak(size, wavelength, theta, sigma, phase=0.0):
    k = _right(size, wavelength, theta, sigma, phase)
    return k / np.abs(k).max()


@exercise.mistake("The window grows outwards: the minus sign of its exponent is missing.")
def grows_outwards(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, theta, sigma, phase) / _bell(*_grid(size), sigma) ** 2


@exercise.mistake(
    "Two things: theta is in radians already (leave `np.radians` out), and the phase is ignored."
)
def converts_from_degrees_and_ignores_the_phase(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, np.radians(theta), sigma)


@exercise.mistake("The wave is lifted to 0 … 1, (1 + cos) / 2. Leave the cosine between -1 and 1.")
def lifts_the_wave(size, wavelength, theta, sigma, phase=0.0):
    return (_right(size, wavelength, theta, sigma, phase) + _bell(*_grid(size), sigma)) / 2


@exercise.mistake("The window is made with the wavelength: its width is sigma.")
def makes_the_window_with_the_wavelength(size, wavelength, theta, sigma, phase=0.0):
    return _right(size, wavelength, theta, wavelength, phase)


@exercise.also_right("loops and lists")
def with_loops(size, wavelength, theta, sigma, phase=0.0):
    c = (size - 1) / 2
    return [
        [
            math.exp(-((i - c) ** 2 + (j - c) ** 2) / (2 * sigma**2))
            * math.cos(
                2 * math.pi * ((j - c) * math.cos(theta) + (i - c) * math.sin(theta)) / wavelength
                + phase
            )
            for j in range(size)
        ]
        for i in range(size)
    ]


@exercise.also_right("the real part of a complex wave")
def with_a_complex_wave(size, wavelength, theta, sigma, phase=0.0):
    x, y = _grid(size)
    u = x * np.cos(theta) + y * np.sin(theta)
    wave = np.exp(1j * (2 * np.pi * u / wavelength + phase))
    return (_bell(x, y, sigma) * wave).real


@exercise.also_right("a wave vector and turned coordinates")
def with_turned_coordinates(size, wavelength, theta, sigma, phase=0.0):
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    turn = np.array([[np.cos(theta), np.sin(theta)], [-np.sin(theta), np.cos(theta)]])
    u, v = np.einsum("ab,bij->aij", turn, np.stack([x, y]))
    return _bell(u, v, sigma) * np.cos(2 * np.pi * u / wavelength + phase)


@exercise.also_right("two separable parts, in single precision, Fortran order and read-only")
def with_separable_parts(size, wavelength, theta, sigma, phase=0.0):
    t = np.arange(size) - (size - 1) / 2
    g = np.exp(-(t**2) / (2 * sigma**2))
    a = 2 * np.pi * t * np.cos(theta) / wavelength + phase
    b = 2 * np.pi * t * np.sin(theta) / wavelength
    k = np.outer(g * np.cos(b), g * np.cos(a)) - np.outer(g * np.sin(b), g * np.sin(a))
    k = np.asfortranarray(k.astype(np.float32))
    k.flags.writeable = False
    return k
