"""``sigmoid_backward``: a gradient passes back through a sigmoid."""

import numpy as np

from coursekit import numpy_nn
from coursekit.exercises import Exercise, case, same, tiny

exercise = Exercise(
    "sigmoid_backward(dout, y)",
    unit="03",
    title="Back through a sigmoid",
    reference=numpy_nn.sigmoid_backward,
    points=2,
    checks={"ordinary neurons": 1, "saturated neurons": 0.5, "in any form": 0.5},
    minutes=10,
    difficulty=1,
    hints=(
        "Each number goes its own way: nothing is summed. What comes back is the gradient that "
        "arrived, `dout`, times the slope of the sigmoid at that place.",
        "The slope is largest where y = 0.5, and 0 where y has reached 0 or 1. Which simple "
        "product of y with something does that?",
        "The slope is y times (1 − y), and y is there already: do not call exp again. Multiply "
        "it by `dout`.",
    ),
)


@exercise.cases
def cases(rng):
    saturated = "saturated neurons"
    yield tiny(
        "three numbers",
        np.array([1.0, 2.0, -4.0]),
        np.array([0.5, 0.25, 0.8]),
        expected=[0.25, 0.375, -0.64],
    )
    yield tiny(
        "two neurons that are saturated, two that are not",
        np.array([[3.0, 3.0], [-5.0, 1.0]]),
        np.array([[0.0, 0.5], [1.0, 0.1]]),
        expected=[[0, 0.75], [0, 0.09]],
    ).counts_for(saturated)
    for shape, name in (
        ((3, 2), "a batch of 3, 2 neurons"),
        ((7,), "a row of numbers"),
        ((4, 5), "a batch of 4, 5 neurons"),
        ((1, 8), "a batch of one"),
        ((8, 1), "one neuron, a batch of 8"),
        ((5, 5), "as many neurons as samples"),
        ((2, 3, 4, 5), "four axes, as in a convolution layer"),
    ):
        yield case(name, 3 * rng.standard_normal(shape), rng.random(shape))
    yield case("dout of whole numbers", rng.integers(-5, 6, (3, 4)), rng.random((3, 4)))
    y = np.array([[0.0, 1.0, 1.0], [0.0, 0.0, 1.0]])
    yield case("saturated for good, large dout", 1e8 * rng.uniform(1, 2, (2, 3)), y).counts_for(
        saturated
    )
    small = 10.0 ** -rng.integers(2, 8, (2, 5))
    yield case("nearly saturated at 0", 1 / small * rng.uniform(0.5, 2, (2, 5)), small).counts_for(
        saturated
    )
    yield case(
        "nearly saturated at 1", 1 / small * rng.uniform(0.5, 2, (2, 5)), 1 - small
    ).counts_for(saturated)


@exercise.holds("Numbers do not mix: changing one of `dout` changes one of the answer.")
def each_number_alone(answer, rng):
    dout, y = rng.standard_normal((3, 4)), rng.uniform(0.1, 0.9, (3, 4))
    other = dout.copy()
    other[1, 2] += 1
    changed = np.asarray(answer(other, y)) - np.asarray(answer(dout, y))
    expected = np.zeros((3, 4))
    expected[1, 2] = y[1, 2] * (1 - y[1, 2])
    return same(changed, expected)


def _sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, float)))


@exercise.mistake(
    "The sigmoid is applied a second time: `y` is its output already. The slope is y * (1 - y), "
    "without exp."
)
def applies_the_sigmoid_again(dout, y):
    again = _sigmoid(y)
    return dout * again * (1 - again)


@exercise.mistake(
    "This is a forward pass: the sigmoid of y, times dout. Multiply by the sigmoid's slope instead."
)
def goes_forward_again(dout, y):
    return dout * _sigmoid(y)


@exercise.mistake("There is a plus where a minus belongs: the slope is y * (1 - y).")
def adds_in_the_bracket(dout, y):
    return dout * y * (1 + y)


@exercise.mistake(
    "`dout` is missing: the slope alone comes back. By the chain rule it is multiplied by the "
    "gradient that arrives."
)
def leaves_out_dout(dout, y):
    return y * (1 - y)


@exercise.mistake(
    "`dout` is multiplied by y only: that is half of the slope. Where y is near 1 the sigmoid is "
    "flat, and no gradient passes."
)
def multiplies_by_y(dout, y):
    return dout * y


@exercise.mistake(
    "`dout` is multiplied by 1 - y only: that is half of the slope. Where y is near 0 the sigmoid "
    "is flat too."
)
def multiplies_by_one_minus_y(dout, y):
    return dout * (1 - y)


@exercise.mistake("`dout` is added to the slope: the chain rule multiplies.")
def adds_dout(dout, y):
    return dout + y * (1 - y)


@exercise.mistake(
    "This is the slope of tanh, 1 - y²: a sigmoid's output runs from 0 to 1, and its slope is "
    "y * (1 - y)."
)
def takes_the_slope_of_tanh(dout, y):
    return dout * (1 - y**2)


@exercise.mistake(
    "`dout` and `y` are exchanged: the slope is made of `y`, and `dout` is multiplied by it."
)
def exchanges_the_arguments(dout, y):
    return y * dout * (1 - dout)


@exercise.mistake("`dout` stands for y in the slope, and y is left out: it is y * (1 - y).")
def uses_dout_only(dout, y):
    return dout * (1 - dout)


@exercise.mistake(
    "The sign is wrong: y - 1 is negative, 1 - y is not. The sigmoid rises everywhere, so `dout` "
    "keeps its sign."
)
def turns_the_sign(dout, y):
    return dout * y * (y - 1)


@exercise.mistake(
    "Brackets are missing: `dout * y * 1 - y` multiplies by 1 and then subtracts y. Write "
    "`(1 - y)`."
)
def forgets_the_brackets(dout, y):
    return dout * y * 1 - y


@exercise.mistake(
    "Brackets are missing: `dout * y - y * y` multiplies the first y only by `dout`. Write "
    "`dout * (y - y * y)`."
)
def brackets_half_of_the_slope(dout, y):
    return dout * y - y**2


@exercise.mistake(
    "`y * 1 - y` is always 0: the brackets around `1 - y` are missing, so nothing comes back."
)
def makes_the_slope_zero(dout, y):
    return dout * (y * 1 - y)


@exercise.mistake("The factor 1 - y is squared: the slope is y * (1 - y).")
def squares_one_minus_y(dout, y):
    return dout * y * (1 - y) ** 2


@exercise.mistake("The factor y is squared: the slope is y * (1 - y).")
def squares_y(dout, y):
    return dout * y**2 * (1 - y)


@exercise.mistake("1 - y stands where y belongs: the slope is y * (1 - y), one factor of each.")
def takes_one_minus_y_twice(dout, y):
    return dout * (1 - y) ** 2


@exercise.mistake("The whole slope is squared: multiply by y * (1 - y) once.")
def squares_the_slope(dout, y):
    return dout * (y * (1 - y)) ** 2


@exercise.mistake(
    "`dout` is divided by the slope: on the way back it is multiplied by it, as by any factor of "
    "the chain rule."
)
def divides_by_the_slope(dout, y):
    return dout / (y * (1 - y))


@exercise.mistake("Everything is summed: the answer has the shape of `y`, one number for each.")
def sums_everything(dout, y):
    return np.sum(dout * y * (1 - y))


@exercise.mistake("The mean is taken: the answer has the shape of `y`, one number for each.")
def averages_everything(dout, y):
    return np.mean(dout * y * (1 - y))


@exercise.mistake(
    "The samples of the batch are summed: that is for weights, which all samples share. Here every "
    "sample keeps its own gradient."
)
def sums_the_batch(dout, y):
    return np.sum(dout * y * (1 - y), axis=0)


@exercise.mistake(
    "The answer is divided by the size of the batch: the 1/N belongs to the loss, and `dout` holds "
    "it already."
)
def divides_by_the_batch(dout, y):
    return dout * y * (1 - y) / len(y)


@exercise.mistake(
    "`dout` and the slope meet in a matrix product (`@` or `np.dot`): multiply number by number, "
    "with `*`."
)
def multiplies_as_matrices(dout, y):
    return np.dot(dout, y * (1 - y))


@exercise.mistake(
    "This is the softmax's rule, which mixes the numbers of a row. A sigmoid treats each number "
    "alone: dout * y * (1 - y)."
)
def mixes_like_softmax(dout, y):
    return y * (dout - np.sum(dout * y, axis=-1, keepdims=True))


@exercise.mistake(
    "This is the rule of ReLU: `dout` passes or not. A sigmoid multiplies it by its slope, "
    "y * (1 - y)."
)
def passes_where_positive(dout, y):
    return np.where(np.asarray(y) > 0, dout, 0.0)


@exercise.mistake("The slope is taken to be ¼ everywhere: that is its largest value, at y = 0.5.")
def takes_the_largest_slope(dout, y):
    return np.asarray(dout) / 4


@exercise.mistake("The gradient is stretched by 4: the slope is y * (1 - y), at most ¼.")
def stretches_the_slope(dout, y):
    return 4 * dout * y * (1 - y)


@exercise.mistake(
    "y is moved by the gradient: this is a step of learning. Return the gradient itself."
)
def steps_against_the_gradient(dout, y):
    return y - dout * y * (1 - y)


def _kept_off_zero(small):
    def answer(dout, y):
        y = np.clip(y, small, 1 - small)
        return dout * y * (1 - y)

    answer.__name__ = f"keeps_{small:.0e}_off_zero"
    return answer


for _small in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-10, 1e-12, 1e-15):
    exercise.mistake(
        f"y is kept {_small:g} away from 0 and 1 (`clip`): where y is 0 or 1, exactly 0 comes back."
    )(_kept_off_zero(_small))


@exercise.mistake(
    "The answer has the dtype of `dout`: whole numbers cut the fractions off. Make the result an "
    "array of floats."
)
def keeps_the_integer_dtype(dout, y):
    dx = np.zeros_like(dout)
    dx[...] = dout * y * (1 - y)
    return dx


@exercise.mistake(
    "`dout` is written into, with `*=`: the caller still needs it (and whole numbers cannot hold "
    "the product). Write `dout * ...`."
)
def writes_into_dout(dout, y):
    dout *= y * (1 - y)
    return dout


@exercise.mistake(
    "Your function changes `y`, which the caller still needs: write `y * (1 - y)` and not `*=`."
)
def writes_into_y(dout, y):
    y *= 1 - y
    return dout * y


@exercise.mistake(
    "The slope is written with e^(−y), but that formula is one in x: with the output y the slope "
    "is y * (1 - y)."
)
def puts_y_for_x(dout, y):
    return dout * np.exp(-np.asarray(y)) * y**2


@exercise.mistake("`dout` is multiplied by y - 1 only: the slope is y * (1 - y).")
def multiplies_by_y_minus_one(dout, y):
    return dout * (y - 1)


@exercise.mistake("The slope is subtracted from `dout`: the chain rule multiplies.")
def subtracts_the_slope(dout, y):
    return dout - y * (1 - y)


@exercise.mistake(
    "`dout` itself is added once more: the answer is dout * y * (1 - y) and nothing else."
)
def adds_dout_once_more(dout, y):
    return dout + dout * y * (1 - y)


@exercise.mistake(
    "`dout` is inside the brackets, 1 - dout * y: multiply the slope y * (1 - y) by it once."
)
def multiplies_before_the_slope(dout, y):
    return dout * y * (1 - dout * y)


@exercise.mistake(
    "All of `dout` is summed before it is multiplied: each number goes with its own slope."
)
def sums_dout_first(dout, y):
    return np.sum(dout) * y * (1 - y)


@exercise.mistake(
    "`np.dot` or `@` sums the products of `dout` and y: multiply number by number, with `*`."
)
def takes_a_dot_product_first(dout, y):
    return np.dot(dout, y) * (1 - y)


@exercise.mistake(
    "Two nested loops, with `y.shape[1]`, ask for exactly two axes: y may have any shape. Without "
    "loops, `*` works for all of them."
)
def loops_over_two_axes(dout, y):
    dx = np.zeros(y.shape)
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            dx[i, j] = dout[i, j] * y[i, j] * (1 - y[i, j])
    return dx


@exercise.mistake("The loop stops one early: the last number, or row, stays 0.")
def misses_the_last(dout, y):
    dx = np.array(dout * y * (1 - y), float)
    dx[-1] = 0
    return dx


@exercise.mistake("The last number stays 0: the loop over all numbers stops one early.")
def misses_the_last_number(dout, y):
    dx = np.array(dout * y * (1 - y), float)
    dx.flat[-1] = 0
    return dx


@exercise.mistake(
    "`@` multiplies `dout` and the slope as matrices and sums: multiply number by number, with `*`."
)
def multiplies_with_at(dout, y):
    return dout @ (y * (1 - y))


@exercise.mistake(
    "x is worked out from y, with a logarithm: where y is exactly 0 or 1 that is infinite, and "
    "gives NaN. Take the slope from y itself, y * (1 - y)."
)
def goes_back_to_x(dout, y):
    falling = np.exp(-np.log(y / (1 - y)))
    return dout * falling / (1 + falling) ** 2


@exercise.also_right("the slope written out, y − y²")
def written_out(dout, y):
    return (y - np.square(y)) * dout


@exercise.also_right("one number at a time, in lists")
def with_lists(dout, y):
    flat = [d * v * (1 - v) for d, v in zip(np.ravel(dout), np.ravel(y), strict=True)]
    return np.reshape(flat, np.shape(y)).tolist()


@exercise.also_right("back to x with the logarithm, and the slope from x")
def from_x(dout, y):
    with np.errstate(all="ignore"):
        x = np.log(y) - np.log1p(-y)
        rising = 1 / (1 + np.exp(-x))
        falling = 1 / (1 + np.exp(x))
    return rising * falling * dout


@exercise.also_right("einsum, in Fortran order")
def with_einsum(dout, y):
    return np.asfortranarray(np.einsum("...,...,...->...", dout, y, 1 - y))


@exercise.also_right("through the square of the distance from ½")
def from_the_middle(dout, y):
    return dout * (0.25 - (y - 0.5) ** 2)


@exercise.also_right("single precision, read-only")
def with_float32(dout, y):
    y = np.asarray(y)
    dx = np.asarray(dout * y * (1 - y), np.float32)
    dx.flags.writeable = False
    return dx


@exercise.also_right("torch's own backward pass", needs="torch")
def with_torch(dout, y):
    import torch

    y = torch.from_numpy(np.array(y))
    return torch.from_numpy(np.array(dout)) * torch.ones_like(y).mul(y).mul(1 - y)
