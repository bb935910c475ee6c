"""``relu_backward``: a gradient passes back through a ReLU."""

import numpy as np

from coursekit import numpy_nn
from coursekit.exercises import Exercise, case, same, tiny

exercise = Exercise(
    "relu_backward(dout, x)",
    unit="03",
    title="Back through a ReLU",
    reference=numpy_nn.relu_backward,
    points=2,
    checks={"above and below 0": 1, "exactly 0": 0.5, "in any form": 0.5},
    minutes=10,
    difficulty=1,
    builds_on=("sigmoid_backward",),
    hints=(
        "The ReLU is a line of slope 1 where x is above 0, and flat elsewhere. So its slope is "
        "either 1 or 0: `dout` passes, or it does not.",
        "What decides is `x`, the input of the forward pass, and not the sign of `dout`: a "
        "negative gradient passes as well as a positive one.",
        "`x > 0` is an array of True and False. Multiply `dout` by it, or use "
        "`np.where(x > 0, ..., ...)`.",
    ),
)


@exercise.cases
def cases(rng):
    yield tiny(
        "four numbers, one of them exactly 0",
        np.array([5.0, 6.0, -7.0, 8.0]),
        np.array([-2.0, 0.0, 3.0, 0.5]),
        expected=[0, 0, -7, 8],
    ).counts_for("exactly 0")
    yield tiny(
        "a batch of 2, 3 neurons",
        np.array([[1.0, -2.0, 3.0], [-4.0, 0.5, -6.0]]),
        np.array([[0.1, 4.0, -1.0], [-2.0, -0.3, 2.0]]),
        expected=[[1, -2, 0], [0, 0, -6]],
    )
    for shape, name in (
        ((3, 2), "a batch of 3, 2 neurons"),
        ((8,), "a row of numbers"),
        ((4, 5), "a batch of 4, 5 neurons"),
        ((1, 8), "a batch of one"),
        ((8, 1), "one neuron, a batch of 8"),
        ((5, 5), "as many neurons as samples"),
        ((2, 3, 4, 5), "four axes, as in a convolution layer"),
    ):
        x = 3 * rng.standard_normal(shape)
        x.flat[rng.integers(0, x.size, max(1, x.size // 6))] = 0
        x.flat[-1] = abs(x.flat[-1]) + 0.1
        yield case(name, 2 * rng.standard_normal(shape), x).counts_for("exactly 0")
    whole = np.array([[-3, 0, 2, 1], [4, -1, 0, 7]])
    yield case("x of whole numbers", rng.standard_normal((2, 4)), whole).counts_for("exactly 0")
    yield case("dout of whole numbers", rng.integers(-9, 10, (3, 4)), rng.standard_normal((3, 4)))
    edge = np.array([1e-12, -1e-12, 1e-300, -1e-300, 0.0, -0.0, 1e-5, 1e300, -1e300])
    yield case("very close to 0, and very far", rng.uniform(1, 2, 9), edge).counts_for("exactly 0")
    yield case("all on the flat side", rng.standard_normal((2, 3)), -1 - rng.random((2, 3)))
    yield case("all on the rising side", rng.standard_normal((2, 3)), 1 + rng.random((2, 3)))


@exercise.holds("Where x is above 0, twice the gradient in gives twice the gradient out.")
def linear_in_dout(answer, rng):
    dout, x = rng.standard_normal((3, 4)), rng.standard_normal((3, 4))
    return same(np.asarray(answer(-2 * dout, x)), -2 * np.asarray(answer(dout, x)))


@exercise.mistake(
    "The sign of `dout` decides: it is the sign of `x`, the forward pass's input. A negative "
    "gradient passes too."
)
def asks_dout(dout, x):
    return np.where(dout > 0, dout, 0)


@exercise.mistake(
    "Negative gradients are stopped as well: `x` alone decides what passes, whatever the sign of "
    "`dout`."
)
def asks_both(dout, x):
    return np.where((dout > 0) & (x > 0), dout, 0)


@exercise.mistake("At x = 0 the gradient passes: the slope there is 0 here. Write > and not >=.")
def passes_at_zero(dout, x):
    return np.where(x >= 0, dout, 0)


@exercise.mistake("At x = 0 half of the gradient passes: the slope there is 0 here.")
def passes_half_at_zero(dout, x):
    return dout * np.heaviside(x, 0.5)


@exercise.mistake(
    "`dout` is missing: 0 and 1, the slopes, come back. Multiply `dout` by them (chain rule)."
)
def returns_the_slopes(dout, x):
    return (x > 0).astype(float)


@exercise.mistake(
    "The condition comes back, True and False: use it to choose what of `dout` passes, "
    "`dout * (x > 0)`."
)
def returns_the_condition(dout, x):
    return x > 0


@exercise.mistake(
    "This is the forward pass, max(0, x): return what passes of `dout`, not what passes of `x`."
)
def goes_forward_again(dout, x):
    return np.maximum(x, 0)


@exercise.mistake(
    "`dout` is multiplied by the ReLU's output: multiply it by the slope, which is 1 or 0."
)
def multiplies_by_the_output(dout, x):
    return dout * np.maximum(x, 0)


@exercise.mistake("`dout` is multiplied by x: multiply it by the slope, which is 1 or 0.")
def multiplies_by_the_input(dout, x):
    return dout * x


@exercise.mistake("`dout` and `x` are exchanged: x decides what passes, and what passes is `dout`.")
def exchanges_the_arguments(dout, x):
    return np.where(dout > 0, x, 0)


@exercise.mistake(
    "The wrong side passes: the slope is 1 where x is above 0, and 0 where it is below."
)
def passes_the_other_side(dout, x):
    return np.where(x < 0, dout, 0)


@exercise.mistake(
    "The wrong side passes, and 0 with it: the slope is 1 where x is above 0, and 0 elsewhere."
)
def passes_the_other_side_and_zero(dout, x):
    return np.where(x > 0, 0, dout)


@exercise.mistake(
    "A small part of the gradient passes where x is below 0: that is a leaky ReLU. Here the slope "
    "is 0."
)
def leaks(dout, x):
    return np.where(x > 0, dout, 0.01 * dout)


@exercise.mistake(
    "Below 0 the gradient changes its sign: this is the slope of |x|. A ReLU is flat there."
)
def takes_the_sign(dout, x):
    return dout * np.sign(x)


@exercise.mistake("Minus signs are lost: a negative gradient passes as it is.")
def takes_the_size_of_dout(dout, x):
    return np.where(x > 0, np.abs(dout), 0)


@exercise.mistake("The sign is wrong: the ReLU rises, so what passes of `dout` keeps its sign.")
def turns_the_sign(dout, x):
    return np.where(x > 0, -np.asarray(dout), 0)


@exercise.mistake("`dout` comes back unchanged: where x is not above 0, nothing passes.")
def passes_everything(dout, x):
    return np.array(dout)


@exercise.mistake("`dout` is added to the slope: the chain rule multiplies.")
def adds_dout(dout, x):
    return dout + (x > 0)


@exercise.mistake(
    "Where x is not above 0, x itself is left in the answer: nothing passes there, so 0 belongs "
    "there."
)
def leaves_x(dout, x):
    return np.where(x > 0, dout, x)


@exercise.mistake(
    "Where x is above 0, x comes back, and elsewhere `dout`: it is `dout` above 0, and 0 elsewhere."
)
def chooses_between_x_and_dout(dout, x):
    return np.where(x > 0, x, dout)


@exercise.mistake("The larger of `dout` and x is taken: x only decides whether `dout` passes.")
def takes_the_larger(dout, x):
    return np.maximum(dout, x)


@exercise.mistake("x is compared with `dout`: compare it with 0.")
def compares_with_dout(dout, x):
    return np.where(x > dout, dout, 0)


@exercise.mistake(
    "x is compared with 1, or cut to a whole number first: the ReLU rises from 0 on, so 0.5 passes."
)
def begins_at_one(dout, x):
    return np.where(x >= 1, dout, 0)


def _with_tolerance(small):
    def answer(dout, x):
        return np.where(x > small, dout, 0)

    answer.__name__ = f"leaves_{small:.0e}_above_zero"
    return answer


for _small in (1e-8, 1e-3):
    exercise.mistake(
        f"x has to be above a small number ({_small:g} or so) before anything passes: compare with "
        "exactly 0."
    )(_with_tolerance(_small))


@exercise.mistake("Everything but x = 0 passes: negative x must not. Write `x > 0`.")
def asks_for_not_zero(dout, x):
    return np.where(x != 0, dout, 0)


@exercise.mistake(
    "The slope is computed as max(0, x) / x, which is 0/0, NaN, at x = 0. Ask `x > 0` instead."
)
def divides_by_x(dout, x):
    return dout * (np.maximum(x, 0) / x)


@exercise.mistake(
    "All of `dout` passes as soon as one x is above 0 (`any`): every number is decided on its own."
)
def asks_any(dout, x):
    return np.array(dout) if (x > 0).any() else np.zeros(np.shape(x))


@exercise.mistake(
    "Nothing passes unless all of x is above 0 (`all`): every number is decided on its own."
)
def asks_all(dout, x):
    return np.array(dout) if (x > 0).all() else np.zeros(np.shape(x))


@exercise.mistake(
    "`if` needs one True or False, and `x > 0` holds many: use the whole array at once, "
    "`dout * (x > 0)`, or `np.where`."
)
def asks_with_if(dout, x):
    if x > 0:
        return dout
    return np.zeros_like(dout)


@exercise.mistake(
    "Only the numbers that pass come back: the answer has the shape of x, with 0 for the others."
)
def drops_the_rest(dout, x):
    return dout[x > 0]


@exercise.mistake("Everything is summed: the answer has the shape of x, one number for each.")
def sums_everything(dout, x):
    return np.sum(dout * (x > 0))


@exercise.mistake(
    "The samples of the batch are summed: that is for weights, which all samples share. Here every "
    "sample keeps its own gradient."
)
def sums_the_batch(dout, x):
    return np.sum(dout * (x > 0), axis=0)


@exercise.mistake(
    "The answer is divided by the size of the batch: the 1/N belongs to the loss, and `dout` holds "
    "it already."
)
def divides_by_the_batch(dout, x):
    return dout * (x > 0) / len(x)


@exercise.mistake(
    "`dout` and the slopes meet in a matrix product (`@` or `np.dot`): multiply number by number, "
    "with `*`."
)
def multiplies_as_matrices(dout, x):
    return np.dot(dout, x > 0)


@exercise.mistake("This is the sigmoid's rule, x * (1 - x): a ReLU's slope is 1 or 0.")
def takes_the_sigmoids_slope(dout, x):
    return dout * x * (1 - x)


@exercise.mistake("x is moved by the gradient: this is a step of learning. Return the gradient.")
def steps_against_the_gradient(dout, x):
    return x - dout * (x > 0)


@exercise.mistake(
    "The answer has the dtype of `x`: when x holds whole numbers, the fractions of `dout` are cut "
    "off. Make the result like `dout`."
)
def keeps_the_dtype_of_x(dout, x):
    dx = np.zeros_like(x)
    dx[x > 0] = dout[x > 0]
    return dx


@exercise.mistake(
    "Your function writes its zeros into `dout`, which the caller still needs: work on a copy, "
    "`dx = dout.copy()`."
)
def writes_into_dout(dout, x):
    dout[x <= 0] = 0
    return dout


@exercise.mistake(
    "Your function writes the slopes into `x`, which the caller still needs: make a new array for "
    "them."
)
def writes_into_x(dout, x):
    x[x > 0] = 1
    x[x < 0] = 0
    return dout * x


@exercise.mistake(
    "Where x is 0 or below, `dout` comes back with the other sign: nothing passes there, so 0 "
    "belongs there."
)
def turns_the_rest(dout, x):
    return np.where(x > 0, dout, -np.asarray(dout))


@exercise.mistake(
    "A tenth of the gradient passes where x is below 0: that is a leaky ReLU. Here the slope is 0."
)
def leaks_a_tenth(dout, x):
    return np.where(x > 0, dout, 0.1 * dout)


@exercise.mistake(
    "Where x is below 0, part of the gradient passes, e^x: that is an ELU. Here the slope is 0."
)
def takes_the_slope_of_elu(dout, x):
    return np.where(x > 0, dout, np.exp(np.minimum(x, 0)) * dout)


@exercise.mistake(
    "A ReLU is applied to the product `dout * x`: x only decides whether `dout` passes."
)
def rectifies_the_product(dout, x):
    return np.maximum(0, dout * x)


@exercise.mistake(
    "A ReLU is applied to `dout` and to x, and both are multiplied: x only decides whether `dout` "
    "passes."
)
def rectifies_both(dout, x):
    return np.maximum(0, x) * np.maximum(0, dout)


@exercise.mistake("The sign of `dout * x` decides: it is the sign of x alone.")
def asks_the_product(dout, x):
    return np.where(dout * x > 0, dout, 0)


@exercise.mistake("The slope grows from 0 to 1 with x (`clip`): it is 1 as soon as x is above 0.")
def clips_x(dout, x):
    return dout * np.clip(x, 0, 1)


@exercise.mistake("x is compared with its mean: compare it with 0.")
def compares_with_the_mean(dout, x):
    return np.where(x > np.mean(x), dout, 0)


@exercise.mistake("`&` is for True and False: multiply, `dout * (x > 0)`.")
def uses_and(dout, x):
    return dout & (x > 0)


@exercise.mistake(
    "Two nested loops, with `x.shape[1]`, ask for exactly two axes: x may have any shape. Without "
    "loops, `np.where` or `*` works for all of them."
)
def loops_over_two_axes(dout, x):
    dx = np.zeros(x.shape)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            dx[i, j] = dout[i, j] if x[i, j] > 0 else 0
    return dx


@exercise.mistake("The loop stops one early: the last number, or row, stays 0.")
def misses_the_last(dout, x):
    dx = np.array(dout * (x > 0), float)
    dx[-1] = 0
    return dx


@exercise.mistake("The last number stays 0: the loop over all numbers stops one early.")
def misses_the_last_number(dout, x):
    dx = np.array(dout * (x > 0), float)
    dx.flat[-1] = 0
    return dx


@exercise.also_right("np.where")
def with_where(dout, x):
    return np.where(x > 0, dout, 0)


@exercise.also_right("one number at a time, in lists")
def with_lists(dout, x):
    flat = [d if v > 0 else 0 for d, v in zip(np.ravel(dout), np.ravel(x), strict=True)]
    return np.reshape(flat, np.shape(x)).tolist()


@exercise.also_right("zeros written into a copy")
def on_a_copy(dout, x):
    dx = dout.copy()
    dx[~(x > 0)] = 0
    return dx


@exercise.also_right("the mask from the forward pass's output")
def from_the_output(dout, x):
    y = np.maximum(x, 0)
    return np.multiply(dout, y != 0)


@exercise.also_right("the slope from np.heaviside, in Fortran order")
def with_heaviside(dout, x):
    return np.asfortranarray(dout * np.heaviside(x, 0))


@exercise.also_right("single precision, read-only")
def with_float32(dout, x):
    dx = np.asarray(dout * (x > 0), np.float32)
    dx.flags.writeable = False
    return dx


@exercise.also_right("torch tensors with autograd", needs="torch")
def with_torch(dout, x):
    import torch

    x = torch.tensor(np.array(x, np.float64), requires_grad=True)
    torch.relu(x).backward(torch.from_numpy(np.array(dout, np.float64)))
    return x.grad
