"""``numerical_gradient``: a slope measured by taking two small steps."""

import numpy as np

from coursekit import numpy_nn
from coursekit.exercises import Exercise, case, given, same, tiny

exercise = Exercise(
    "numerical_gradient(f, x, h=1e-5)",
    unit="03",
    title="Measure a slope",
    reference=numpy_nn.numerical_gradient,
    points=3,
    checks={
        "a row of numbers": 1,
        "several axes": 1,
        "whole numbers and single precision": 0.5,
        "in any form": 0.5,
    },
    minutes=25,
    difficulty=3,
    builds_on=("cross_entropy",),
    hints=(
        "One number of x at a time: move it up by h, ask f; move it down by h, ask f; the "
        "difference divided by 2h is its slope. All other numbers stay where they are.",
        "Begin with `point = np.array(x, dtype=float)`: a copy, in which whole numbers can move "
        "by h. After each number, put the old value back: `old = point[i]` before, "
        "`point[i] = old` afterwards.",
        "`for i in np.ndindex(x.shape):` goes through all places, whatever the number of axes, and "
        "`point[i]` is the number there. `f` always gets the whole array.",
        "In the loop: `point[i] = old + h`, `above = f(point)`, `point[i] = old - h`, "
        "`below = f(point)`, `slope[i] = (above - below) / (2 * h)`, `point[i] = old`.",
    ),
)


def _axes(shape):
    return "several axes" if len(shape) > 1 else "a row of numbers"


@exercise.cases
def cases(rng):
    types = "whole numbers and single precision"
    r = rng.standard_normal
    yield tiny(
        "f(x) = x₀² + 3 x₁ at (2, 5), h = 1",
        given("quadratic", np.array([[2.0, 0], [0, 0]]), np.array([0.0, -3])),
        np.array([2.0, 5.0]),
        h=1.0,
        expected=[4, 3],
    )
    yield tiny(
        "f(x) = x₀ x₁ at (3, 5), whole numbers, h = ½",
        given("quadratic", np.array([[0.0, 1], [1, 0]]), np.zeros(2)),
        np.array([3, 5]),
        h=0.5,
        expected=[5, 3],
    ).counts_for(types)
    yield tiny(
        "f(x) = x₀² + x₁² + x₂² + x₃² at a 2×2 array",
        given("quadratic", 2 * np.eye(4), np.zeros(4)),
        np.array([[1.0, -2.0], [0.0, 3.0]]),
        expected=[[2, -4], [0, 6]],
    ).counts_for("several axes")
    for shape, h, name in (
        ((5,), None, "five numbers"),
        ((4,), 0.5, "four numbers, h = ½"),
        ((2, 3), 0.25, "a 2×3 array, h = ¼"),
        ((3, 3), 0.5, "a square array, h = ½"),
        ((4, 1), 0.5, "one column, h = ½"),
        ((1, 4), 0.5, "one row, h = ½"),
    ):
        n = int(np.prod(shape))
        half = r((n, n))
        f = given("quadratic", half + half.T, r(shape), float(r()))
        step = {} if h is None else {"h": h}
        yield case(f"{name}, a quadratic", f, r(shape), **step).counts_for(_axes(shape))
    for shape, h, name in (
        ((2, 2), None, "a 2×2 array"),
        ((7,), None, "seven numbers"),
        ((5,), 0.5, "five numbers, h = ½"),
        ((2, 3), None, "a 2×3 array"),
        ((3, 2), 0.1, "a 3×2 array, h = 0.1"),
        ((2, 2, 3), 0.5, "three axes, h = ½"),
        ((2, 1, 2, 2), None, "four axes"),
    ):
        f = given("waves", rng.uniform(0.5, 1.5, shape))
        step = {} if h is None else {"h": h}
        yield case(f"{name}, waves", f, 2 * r(shape), **step).counts_for(_axes(shape))
    f = given("waves", rng.uniform(0.5, 1.5, (2, 3)))
    yield case("x of whole numbers, waves", f, np.array([[3, -1, 1], [0, 2, -2]])).counts_for(types)
    fast = given("waves", rng.uniform(90, 110, (3, 2)))
    yield case("a function that waves fast, the default step", fast, r((3, 2)) / 3).counts_for(
        "several axes"
    )
    f3 = given("waves", rng.uniform(0.5, 1.5, (3, 2)))
    yield case(
        "x column by column in memory (Fortran order)", f3, np.asfortranarray(r((3, 2)))
    ).counts_for("several axes")
    yield case("x in single precision, waves", f, r((2, 3)).astype(np.float32)).counts_for(types)


@exercise.holds("For f(x) = ½ xᵀ A x − bᵀ x it agrees with the slope on paper, A x − b.")
def agrees_with_paper(answer, rng):
    half, b, x = rng.standard_normal((4, 4)), rng.standard_normal(4), rng.standard_normal(4)
    a = half + half.T
    return same(answer(given("quadratic", a, b), x, h=0.1), a @ x - b)


# Most mistakes are the right answer with one part wrong: the formula (`_measured`), what moves
# (`_moving`), or what is done with the slopes (`_right`).
_right = numpy_nn.numerical_gradient


def _measured(f, x, slope):
    """``slope(move)`` for every place; ``move(d)`` is f with the number there moved by d."""
    start = np.array(x, float)
    out = np.zeros(start.shape)
    for i in np.ndindex(start.shape):

        def move(d, i=i):
            point = start.copy()
            point[i] += d
            return f(point)

        out[i] = slope(move)
    return out


def _moving(f, point, h, places=None, left=0.0):
    """The usual loop, which moves ``point`` itself at ``places`` and leaves it ``left`` away."""
    slope = np.zeros(point.shape)
    for i in np.ndindex(point.shape) if places is None else places:
        old = point[i].copy()
        point[i] = old + h
        above = f(point)
        point[i] = old - h
        slope[i] = (above - f(point)) / (2 * h)
        point[i] = old + left
    return slope


@exercise.mistake(
    "Only a step up is taken, (f(x + h) − f(x)) / h: its error is far larger. Take one step up and "
    "one down."
)
def steps_up_only(f, x, h=1e-5):
    return _measured(f, x, lambda move: (move(h) - move(0)) / h)


@exercise.mistake(
    "Only a step down is taken, (f(x) − f(x − h)) / h: its error is far larger. Take one step up "
    "and one down."
)
def steps_down_only(f, x, h=1e-5):
    return _measured(f, x, lambda move: (move(0) - move(-h)) / h)


@exercise.mistake(
    "From f(x + h) to f(x) is only one h: either divide by h, or, as asked, go on to f(x − h). "
    "(After the step up, −= h only brings you back: it takes −= 2h to get below.)"
)
def comes_back_only(f, x, h=1e-5):
    return _measured(f, x, lambda move: (move(h) - move(0)) / (2 * h))


@exercise.mistake(
    "The step down is divided by 2h, but begins at f(x): it should begin at f(x + h)."
)
def begins_in_the_middle(f, x, h=1e-5):
    return _measured(f, x, lambda move: (move(0) - move(-h)) / (2 * h))


@exercise.mistake("The two steps are 2h apart: divide by 2h, not by h.")
def divides_by_h(f, x, h=1e-5):
    return 2 * _right(f, x, h)


@exercise.mistake("The division by 2h is missing: a slope is a difference divided by a distance.")
def forgets_to_divide(f, x, h=1e-5):
    return 2 * h * _right(f, x, h)


@exercise.mistake(
    "Brackets are missing: `/ 2 * h` divides by 2 and then multiplies by h. Write `/ (2 * h)`."
)
def forgets_the_brackets(f, x, h=1e-5):
    return h * h * _right(f, x, h)


@exercise.mistake("Brackets are missing: `above - below / (2 * h)` divides only one of the two.")
def divides_one_only(f, x, h=1e-5):
    return _measured(f, x, lambda move: move(h) - move(-h) / (2 * h))


@exercise.mistake("The difference is multiplied by 2h: divide by it.")
def multiplies_by_2h(f, x, h=1e-5):
    return (2 * h) ** 2 * _right(f, x, h)


@exercise.mistake("The difference is divided by 2 only: divide by 2h.")
def divides_by_two(f, x, h=1e-5):
    return h * _right(f, x, h)


@exercise.mistake("The sign is turned: it is f(x + h) minus f(x − h).")
def turns_the_sign(f, x, h=1e-5):
    return -_right(f, x, h)


@exercise.mistake("The sign is lost: a slope downhill is negative.")
def takes_the_size(f, x, h=1e-5):
    return np.abs(_right(f, x, h))


@exercise.mistake("The two values are added: take their difference.")
def adds_the_two(f, x, h=1e-5):
    return _measured(f, x, lambda move: (move(h) + move(-h)) / (2 * h))


@exercise.mistake("h is added to the value of f, not to x: ask f at another place, f(x + h).")
def moves_the_value(f, x, h=1e-5):
    return _measured(f, x, lambda move: ((move(0) + h) - (move(0) - h)) / (2 * h))


@exercise.mistake(
    "All numbers of x move at once (`x + h`): then all slopes come together. Move one number at a "
    "time."
)
def moves_all_at_once(f, x, h=1e-5):
    slope = (f(x + h) - f(x - h)) / (2 * h)
    return np.full(np.shape(x), slope)


@exercise.mistake(
    "One number comes back, from moving all numbers of x at once (`x + h`): move one at a time, "
    "and return an array like x."
)
def returns_one_slope(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h)


@exercise.mistake(
    "`x[i]` is a whole row when x has more than one axis, and moves as one: go through all places, "
    "`np.ndindex(x.shape)`."
)
def moves_whole_rows(f, x, h=1e-5):
    return _moving(f, np.array(x, float), h, range(len(x)))


@exercise.mistake(
    "The numbers are not put back: each stays at x − h while the next one moves. Set it to its old "
    "value before going on."
)
def stays_below(f, x, h=1e-5):
    return _moving(f, np.array(x, float), h, left=-h)


@exercise.mistake(
    "The numbers are not put back: each stays at x + h while the next one moves. Set it to its old "
    "value before going on."
)
def stays_above(f, x, h=1e-5):
    return _moving(f, np.array(x, float), h, left=h)


@exercise.mistake(
    "The two arrays that move, one up and one down, are copied once, before the loop, so the moves "
    "pile up: begin from x again for each number."
)
def piles_up(f, x, h=1e-5):
    up, down = np.array(x, float), np.array(x, float)
    slope = np.zeros(up.shape)
    for i in np.ndindex(up.shape):
        up[i] += h
        down[i] -= h
        slope[i] = (f(up) - f(down)) / (2 * h)
    return slope


@exercise.mistake(
    "The arrays that move up and down are one and the same: `a = x` is no copy. Write `x.copy()` "
    "for each."
)
def moves_one_array_both_ways(f, x, h=1e-5):
    up = np.array(x, float)
    down = up
    slope = np.zeros(up.shape)
    for i in np.ndindex(up.shape):
        old = up[i]
        up[i] += h
        down[i] -= h
        slope[i] = (f(up) - f(down)) / (2 * h)
        up[i] = old
    return slope


@exercise.mistake(
    "Whole numbers cannot move by h: `x.copy()` keeps the dtype, and the step is cut off. Begin "
    "with `np.array(x, dtype=float)`."
)
def keeps_whole_numbers(f, x, h=1e-5):
    return _moving(f, x.astype(float) if x.dtype.kind == "f" else x.copy(), h)


@exercise.mistake(
    "In single precision (float32) a step of 1e-5 is mostly rounding error: `x.copy()` and "
    "`x * 1.0` stay in it. Begin with `np.array(x, dtype=float)`."
)
def keeps_single_precision(f, x, h=1e-5):
    return _moving(f, x.copy() if x.dtype.kind == "f" else x.astype(float), h)


@exercise.mistake(
    "x itself and `x.copy()` keep the dtype: whole numbers cannot move by h at all, and float32 "
    "moves by a rounded h. Begin with `np.array(x, dtype=float)`."
)
def keeps_the_dtype(f, x, h=1e-5):
    return _moving(f, x.copy(), h)


@exercise.mistake(
    "The answer has the dtype of `x`: whole numbers cut the slopes' fractions off. Make it an "
    "array of floats, `np.zeros(x.shape)`."
)
def cuts_the_slopes(f, x, h=1e-5):
    return _right(f, x, h).astype(x.dtype)


@exercise.mistake(
    "`zeros_like(x)` and `x.copy()` keep the dtype of x: with whole numbers nothing moves, and "
    "slopes are cut off. Make both arrays of floats."
)
def keeps_both_dtypes(f, x, h=1e-5):
    return _moving(f, x.copy(), h).astype(x.dtype)


@exercise.mistake(
    "f gets one number, `x[i] + h`: it always takes the whole array, in which one number has moved."
)
def passes_one_number(f, x, h=1e-5):
    slope = np.zeros(np.shape(x))
    for i in np.ndindex(x.shape):
        slope[i] = (f(x[i] + h) - f(x[i] - h)) / (2 * h)
    return slope


@exercise.mistake(
    "`for a in x` hands f one number, or one row, of x: f always takes the whole array, in which "
    "one number has moved."
)
def passes_the_parts_of_x(f, x, h=1e-5):
    return np.array([(f(a + h) - f(a - h)) / (2 * h) for a in x])


@exercise.mistake("f gets a flat array: it takes one of the shape of x.")
def passes_a_flat_array(f, x, h=1e-5):
    return _right(f, x.ravel(), h).reshape(x.shape)


@exercise.mistake("The slopes come back as one row: give them the shape of x.")
def returns_a_flat_array(f, x, h=1e-5):
    return _right(f, x, h).ravel()


@exercise.mistake("The slopes are summed: return one for each number of x.")
def sums_the_slopes(f, x, h=1e-5):
    return _right(f, x, h).sum()


@exercise.mistake("The gradient is brought to length 1: return the slopes as they are.")
def normalises(f, x, h=1e-5):
    slope = _right(f, x, h)
    return slope / (np.linalg.norm(slope) + 1e-12)


@exercise.mistake("The step is h / 2 to each side: step h up and h down, and divide by 2h.")
def takes_half_steps(f, x, h=1e-5):
    return _right(f, x, h / 2)


@exercise.mistake("The step is 2h to each side: step h up and h down, and divide by 2h.")
def takes_double_steps(f, x, h=1e-5):
    return _right(f, x, 2 * h)


@exercise.mistake("The step is h times the number itself: step by h, wherever x is.")
def steps_in_proportion(f, x, h=1e-5):
    stretched, x = stretches_x(f, x, h), np.array(x, float)
    return np.divide(stretched, x, out=np.zeros(x.shape), where=x != 0)


@exercise.mistake("h is always 1e-5: use `h` as it comes.")
def fixes_the_step(f, x, h=1e-5):
    return _right(f, x, 1e-5)


@exercise.mistake(
    "This is a better formula, with four steps: here it is (f(x + h) − f(x − h)) / 2h."
)
def takes_four_steps(f, x, h=1e-5):
    return (4 * _right(f, x, h) - _right(f, x, 2 * h)) / 3


@exercise.mistake(
    "This is the curvature, f(x + h) − 2 f(x) + f(x − h) divided by h²: the slope is asked for."
)
def takes_the_curvature(f, x, h=1e-5):
    return _measured(f, x, lambda move: (move(h) - 2 * move(0) + move(-h)) / h**2)


@exercise.mistake("The last slope stays 0: the loop stops one early.")
def misses_the_last(f, x, h=1e-5):
    slope = _right(f, x, h)
    slope.flat[-1] = 0
    return slope


@exercise.mistake("Only the first slope comes back: `return` stands inside the loop.")
def returns_in_the_loop(f, x, h=1e-5):
    return _right(f, x, h).flat[0]


@exercise.mistake(
    "Only the first slope is measured, the others stay 0: `return` stands inside the loop."
)
def returns_the_array_in_the_loop(f, x, h=1e-5):
    slope = np.zeros(np.shape(x))
    slope.flat[0] = _right(f, x, h).flat[0]
    return slope


@exercise.mistake(
    "One slope for each row comes back: when x has several axes, `x[i]` is a whole row. Go through "
    "all places, `np.ndindex(x.shape)`, and return an array like x."
)
def returns_a_slope_for_each_row(f, x, h=1e-5):
    rows = moves_whole_rows(f, x, h)
    return rows.reshape(len(rows), -1)[:, 0]


@exercise.mistake("x, moved by its slopes, comes back: return the slopes alone.")
def takes_a_step(f, x, h=1e-5):
    return x - _right(f, x, h)


@exercise.mistake("Your function leaves `x` changed: work on a copy, `np.array(x, dtype=float)`.")
def leaves_x_changed(f, x, h=1e-5):
    slope = _right(f, x, h)
    x += 1
    return slope


@exercise.mistake(
    "Your function moves the caller's `x`, if only for a moment: it may be read-only. Work on a "
    "copy, `np.array(x, dtype=float)`."
)
def borrows_x(f, x, h=1e-5):
    return _moving(f, x if x.dtype == np.float64 else x.astype(float), h)


@exercise.mistake(
    "`ravel` and `reshape` give a copy when an array lies in memory column by column: what moves "
    "there, f does not see. Move `point[i]` itself, with `np.ndindex`."
)
def moves_a_flat_copy(f, x, h=1e-5):
    point = np.array(x, float)
    return _moving(lambda flat: f(point), point.ravel(), h).reshape(x.shape)


@exercise.mistake(
    "One number comes back, from moving all numbers of x up at once: move one at a time, up and "
    "down, and return an array like x."
)
def returns_one_slope_upwards(f, x, h=1e-5):
    return (f(x + h) - f(x)) / h


@exercise.mistake(
    "Only steps up are taken, and the numbers are not put back: each stays at x + h while the next "
    "one moves."
)
def steps_up_and_stays(f, x, h=1e-5):
    point = np.array(x, float)
    slope, start = np.zeros(point.shape), f(point)
    for i in np.ndindex(point.shape):
        point[i] += h
        slope[i] = (f(point) - start) / h
    return slope


@exercise.mistake(
    "`x[i]` with i up to `x.size` is right for one axis only: go through all places, "
    "`np.ndindex(x.shape)`."
)
def counts_to_the_size(f, x, h=1e-5):
    return _moving(f, np.array(x, float), h, range(x.size))


@exercise.mistake(
    "Two nested loops, with `x.shape[1]`, ask for exactly two axes: go through all places, "
    "`np.ndindex(x.shape)`."
)
def loops_over_two_axes(f, x, h=1e-5):
    return _moving(f, np.array(x, float), h, np.ndindex(x.shape[0], x.shape[1]))


@exercise.mistake(
    "x is converted to single precision (float32), where a step of 1e-5 is mostly rounding error: "
    "work in float64."
)
def converts_to_single_precision(f, x, h=1e-5):
    return _moving(f, x.astype(np.float32), h)


@exercise.mistake(
    "The step is held in an array like x, `zeros_like(x)`: among whole numbers h becomes 0. Make "
    "it of floats, `np.zeros(x.shape)`."
)
def cuts_the_step(f, x, h=1e-5):
    slope = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = h
        slope[i] = (f(x + step) - f(x - step)) / (2 * h)
    return slope


@exercise.mistake(
    "Only the last slope is left: the array for them is made anew inside the loop. Make it before."
)
def begins_anew_in_the_loop(f, x, h=1e-5):
    last = np.zeros(np.shape(x))
    last.flat[-1] = _right(f, x, h).flat[-1]
    return last


@exercise.mistake("Only the last slope comes back: keep one for each number of x.")
def returns_the_last_slope(f, x, h=1e-5):
    return _right(f, x, h).flat[-1]


@exercise.mistake(
    "The step is in proportion to the number, x (1 ± h), but the difference is divided by 2h: step "
    "by h."
)
def stretches_x(f, x, h=1e-5):
    return _right(lambda factors: f(factors * x), np.ones(x.shape), h)


@exercise.mistake("f is asked near 0, not near x: move a number of a copy of x.")
def moves_zero(f, x, h=1e-5):
    return _right(f, np.zeros(np.shape(x)), h)


def _with_default(other):
    def answer(f, x, h=other):
        return _right(f, x, h)

    answer.__name__ = f"takes_{other:.0e}_by_default"
    return answer


for _other in (0.1, 1e-2, 1e-3, 1e-4):
    exercise.mistake(
        f"Called without h your function takes a step of {_other:g}: keep the default, `h=1e-5`."
    )(_with_default(_other))


for _other in (1e-10, 1e-12):
    exercise.mistake(
        f"Called without h your function takes a step of {_other:g}, where rounding spoils the "
        "slope: keep the default, `h=1e-5`."
    )(_with_default(_other))


@exercise.mistake(
    "All numbers of x move up at once (`x + h`), and none moves down: move one at a time, up "
    "and down."
)
def moves_all_up_at_once(f, x, h=1e-5):
    return np.full(np.shape(x), (f(x + h) - f(x)) / h)


@exercise.also_right("np.nditer with a multi-index, the old value put back")
def with_nditer(f, x, h=1e-5):
    point = np.array(x, dtype=np.float64)
    slope = np.zeros(x.shape)
    places = np.nditer(point, flags=["multi_index"])
    while not places.finished:
        i = places.multi_index
        old = point[i]
        point[i] = old + h
        above = f(point)
        point[i] = old - h
        below = f(point)
        point[i] = old
        slope[i] = (above - below) / (2 * h)
        places.iternext()
    return slope


@exercise.also_right("up, down and back again by adding")
def by_adding(f, x, h=1e-5):
    point, slope = x.astype(float), np.empty(x.shape)
    for i in np.ndindex(*x.shape):
        point[i] += h
        slope[i] = f(point) / (2 * h)
        point[i] -= 2 * h
        slope[i] -= f(point) / (2 * h)
        point[i] += h
    return slope


@exercise.also_right("h by keyword only, a list comes back")
def by_keyword(f, x, *, h=1e-5):
    def at(i, d):
        point = np.array(x, dtype=np.float64)
        point[i] += d
        return f(point)

    slopes = [(at(i, h) - at(i, -h)) / (2 * h) for i in np.ndindex(x.shape)]
    return np.reshape(slopes, x.shape).tolist()


@exercise.also_right("unit vectors, on the flat array")
def with_unit_vectors(f, x, h=1e-5):
    flat = x.ravel()
    steps = h * np.eye(flat.size)
    shape = x.shape
    slopes = [(f((flat + s).reshape(shape)) - f((flat - s).reshape(shape))) / 2 / h for s in steps]
    return np.reshape(slopes, shape).tolist()


@exercise.also_right("two fresh copies for each number")
def with_copies(f, x, h=1e-5):
    slope = np.zeros_like(x, dtype=float)
    for i, value in np.ndenumerate(x):
        up, down = x.astype(float), x.astype(float)
        up[i], down[i] = value + h, value - h
        slope[i] = (f(up) - f(down)) / (up[i] - down[i])
    return slope


@exercise.also_right("the flat index, .flat, in Fortran order")
def with_flat(f, x, h=1e-5):
    point = np.asfortranarray(x, dtype=float).copy(order="F")
    slope = np.zeros(x.shape, order="F")
    for i in range(point.size):
        old = point.flat[i]
        values = []
        for d in (h, -h):
            point.flat[i] = old + d
            values.append(f(point))
        point.flat[i] = old
        slope.flat[i] = (values[0] - values[1]) / (2 * h)
    return slope


@exercise.also_right("the answer in single precision, read-only")
def answers_in_float32(f, x, h=1e-5):
    slope = _right(f, x, h).astype(np.float32)
    slope.flags.writeable = False
    return slope
