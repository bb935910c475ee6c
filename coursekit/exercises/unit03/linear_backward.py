"""``linear_backward``: gradients pass back through a layer of neurons."""

import numpy as np

from coursekit import numpy_nn
from coursekit.exercises import Comparison, Exercise, case, same, tiny


def _reference(dout, x, w):
    # The cache of numpy_nn.linear_forward is (x, w), as floats.
    return numpy_nn.linear_backward(dout, (np.asarray(x, float), np.asarray(w, float)))


exercise = Exercise(
    "linear_backward(dout, x, w)",
    unit="03",
    title="Back through a layer of neurons",
    reference=_reference,
    points=4,
    checks={
        "one sample": 1.5,
        "several samples": 1,
        "whole numbers and bytes": 0.5,
        "in any form": 1,
    },
    minutes=30,
    difficulty=3,
    builds_on=("linear_forward",),
    comparison=Comparison(outputs=("dx", "dw", "db")),
    hints=(
        "The shapes lead the way: `dx` has the shape of x, `dw` that of w, `db` that of b. With "
        "dout (N, M), x (N, D) and w (M, D) there is only one matrix product that gives each of "
        "the first two.",
        "Follow one weight: `w[m, d]` multiplies `x[n, d]` in every sample n, and goes into "
        "`out[n, m]`. So `dw[m, d]` is the sum over n of dout[n, m] * x[n, d]: a matrix product "
        "in which the batch disappears.",
        "`x[n, d]` goes into all outputs of its own sample, each time with the weight w[m, d]: "
        "`dx = dout @ w`. And `b[m]` is added to `out[n, m]` in every sample: sum dout over the "
        "batch.",
        "`dw = dout.T @ x` and `db = dout.sum(axis=0)`. No mean: the 1/N is in dout already.",
    ),
)


@exercise.cases
def cases(rng):
    integers = "whole numbers and bytes"
    x = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, -1.0]])
    w = np.array([[1.0, 0.0, 2.0], [3.0, 1.0, -1.0]])
    yield tiny(
        "2 samples, 3 inputs, 2 neurons",
        np.array([[1.0, 2.0], [3.0, -1.0]]),
        x,
        w,
        expected=([[7, 2, 0], [0, -1, 7]], [[1, 5, -3], [2, 3, 1]], [4, 1]),
    ).counts_for("several samples")
    yield tiny(
        "a batch of one, 4 inputs, 3 neurons",
        np.array([[2.0, -1.0, 0.0]]),
        np.array([[5.0, -3.0, 0.0, 1.0]]),
        np.array([[1.0, 1.0, 5.0, 0.0], [0.0, 3.0, 1.0, 2.0], [-2.0, 1.0, 0.0, 1.0]]),
        expected=(
            [[2, -1, 9, -2]],
            [[10, -6, 0, 2], [-5, 3, 0, -1], [0, 0, 0, 0]],
            [2, -1, 0],
        ),
    )
    r = rng.standard_normal
    for n, d, m, name in (
        (3, 2, 4, "3 samples, 2 inputs, 4 neurons"),
        (5, 4, 3, "5 samples, 4 inputs, 3 neurons"),
        (3, 4, 6, "more neurons than inputs"),
        (4, 4, 4, "everything square, 4×4"),
        (4, 6, 4, "as many samples as neurons"),
        (4, 4, 6, "as many samples as inputs"),
        (6, 3, 3, "as many inputs as neurons"),
        (1, 6, 4, "a batch of one"),
        (1, 5, 5, "a batch of one, square weights"),
        (7, 5, 1, "one neuron"),
        (7, 1, 5, "one input"),
        (8, 12, 5, "12 inputs"),
    ):
        check = "several samples" if n > 1 else "one sample"
        yield case(name, r((n, m)), r((n, d)), r((m, d))).counts_for(check)
    pixels = rng.integers(0, 256, (3, 8), np.uint8)
    yield case("pixels as bytes (uint8)", r((3, 4)) / 10, pixels, r((4, 8))).counts_for(integers)
    whole = rng.integers(-3, 4, (2, 5))
    yield case("weights of whole numbers", r((4, 2)), r((4, 5)), whole).counts_for(integers)


@exercise.holds("The gradients agree with the slopes of Σ dout · out, measured by small steps.")
def agrees_with_slopes(answer, rng):
    dout, x = rng.standard_normal((3, 2)), rng.standard_normal((3, 4))
    w, b = rng.standard_normal((2, 4)), rng.standard_normal(2)
    slope = numpy_nn.numerical_gradient
    expected = (
        slope(lambda v: float((dout * (v @ w.T + b)).sum()), x),
        slope(lambda v: float((dout * (x @ v.T + b)).sum()), w),
        slope(lambda v: float((dout * (x @ w.T + v)).sum()), b),
    )
    return same(answer(dout, x, w), expected, outputs=("dx", "dw", "db"))


@exercise.holds("Two halves of a batch give dw and db that add up to those of the whole batch.")
def batches_add_up(answer, rng):
    dout, x = rng.standard_normal((5, 3)), rng.standard_normal((5, 2))
    w = rng.standard_normal((3, 2))
    first, second = answer(dout[:2], x[:2], w), answer(dout[2:], x[2:], w)
    added = tuple(np.asarray(p) + np.asarray(q) for p, q in zip(first[1:], second[1:], strict=True))
    return same(added, tuple(answer(dout, x, w)[1:]), outputs=("dw", "db"))


def _back(dout, x, w):
    """The right answer; most mistakes are this with one part wrong."""
    d, x, w = (np.asarray(v, float) for v in (dout, x, w))
    return d @ w, d.T @ x, d.sum(axis=0)


# dx


@exercise.mistake(
    "In dx, w is transposed: w has a row for each neuron, so `dout @ w` gives (N, D)."
)
def dx_transposes_w(dout, x, w):
    return dout @ w.T, *_back(dout, x, w)[1:]


@exercise.mistake(
    "In dx, w is reshaped until it fits: that mixes the neurons. It fits as it is, `dout @ w`."
)
def dx_reshapes_w(dout, x, w):
    return dout @ w.T.reshape(w.shape), *_back(dout, x, w)[1:]


@exercise.mistake(
    "dx is transposed, (D, N): it has the shape of x. `dout @ w` has it, `w.T @ dout.T` does not."
)
def dx_comes_transposed(dout, x, w):
    dx, dw, db = _back(dout, x, w)
    return dx.T, dw, db


@exercise.mistake(
    "In dx the factors are in the wrong order: `w @ dout` does not fit. It is `dout @ w`."
)
def dx_multiplies_w_by_dout(dout, x, w):
    return w @ dout, *_back(dout, x, w)[1:]


@exercise.mistake(
    "dx is summed over the batch: every sample has inputs, and a gradient, of its own."
)
def dx_sums_the_batch(dout, x, w):
    dx, dw, db = _back(dout, x, w)
    return dx.sum(axis=0), dw, db


@exercise.mistake("dx is divided by the size of the batch: the 1/N is in dout already.")
def dx_divides_by_the_batch(dout, x, w):
    dx, dw, db = _back(dout, x, w)
    return dx / len(x), dw, db


@exercise.mistake(
    "All samples get the same dx, from the sum of dout: multiply each sample's own row, `dout @ w`."
)
def dx_sums_dout_first(dout, x, w):
    _, dw, db = _back(dout, x, w)
    return np.tile(db @ w, (len(x), 1)), dw, db


@exercise.mistake(
    "In dx, `dout` is missing: the weights alone, summed over the neurons, come back."
)
def dx_leaves_out_dout(dout, x, w):
    _, dw, db = _back(dout, x, w)
    return np.tile(np.sum(w, axis=0), (len(x), 1)), dw, db


@exercise.mistake("dx is the answer times x: the derivative by x leaves the weight, not w times x.")
def dx_multiplies_by_x(dout, x, w):
    dx, dw, db = _back(dout, x, w)
    return dx * x, dw, db


@exercise.mistake("In dx only the last neuron counts: add the neurons up, with `+=`.")
def dx_keeps_the_last_neuron(dout, x, w):
    _, dw, db = _back(dout, x, w)
    return np.outer(dout[:, -1], w[-1]), dw, db


@exercise.mistake("dx comes back as x: the gradient by x is `dout @ w`.")
def dx_returns_x(dout, x, w):
    return np.array(x, float), *_back(dout, x, w)[1:]


# dw


@exercise.mistake(
    "dw is transposed, (D, M): it has the shape of w. `dout.T @ x` has it, `x.T @ dout` does not."
)
def dw_comes_transposed(dout, x, w):
    dx, dw, db = _back(dout, x, w)
    return dx, dw.T, db


@exercise.mistake(
    "dw has the shape of w only because it was reshaped: `reshape` keeps the order of the numbers "
    "and mixes the neurons. Write `dout.T @ x`."
)
def dw_is_reshaped(dout, x, w):
    dx, dw, db = _back(dout, x, w)
    return dx, dw.T.reshape(w.shape), db


@exercise.mistake(
    "In dw, `dout` is reshaped and not transposed: that mixes samples and neurons. Write "
    "`dout.T @ x`."
)
def dw_reshapes_dout(dout, x, w):
    dx, _, db = _back(dout, x, w)
    return dx, dout.reshape(dout.shape[::-1]) @ x, db


@exercise.mistake(
    "In dw the transpose is missing: `dout.T @ x` sums over the batch. `dout @ x` takes the "
    "neurons of dout for samples of x."
)
def dw_forgets_to_transpose(dout, x, w):
    dx, _, db = _back(dout, x, w)
    return dx, dout @ x, db


@exercise.mistake(
    "dw is right for a batch of one only: it is the first sample's outer product. Sum over all "
    "samples, `dout.T @ x`."
)
def dw_takes_the_first_sample(dout, x, w):
    dx, _, db = _back(dout, x, w)
    return dx, np.outer(dout[0], x[0]), db


@exercise.mistake("In dw only the last sample counts: add the samples up, with `+=`.")
def dw_keeps_the_last_sample(dout, x, w):
    dx, _, db = _back(dout, x, w)
    return dx, np.outer(dout[-1], x[-1]), db


@exercise.mistake(
    "In dw, dout and x are summed before they are multiplied: each sample's dout goes with its own "
    "x, then the products are summed."
)
def dw_sums_before_the_product(dout, x, w):
    dx, _, db = _back(dout, x, w)
    return dx, np.outer(db, np.sum(x, axis=0)), db


@exercise.mistake(
    "In dw, means of dout and x over the batch are multiplied: each sample's dout goes with its "
    "own x, then the products are summed."
)
def dw_averages_before_the_product(dout, x, w):
    dx, _, db = _back(dout, x, w)
    return dx, np.outer(dout.mean(axis=0), np.mean(x, axis=0)), db


@exercise.mistake("dw is a mean over the batch: sum it. The 1/N is in dout already.")
def dw_divides_by_the_batch(dout, x, w):
    dx, dw, db = _back(dout, x, w)
    return dx, dw / len(x), db


@exercise.mistake("dw is not summed over the batch: it has one matrix per sample.")
def dw_keeps_the_batch(dout, x, w):
    dx, _, db = _back(dout, x, w)
    return dx, np.einsum("nm,nd->nmd", dout, x), db


@exercise.mistake("In dw, `dout` is missing: every neuron gets the sum of x. It is `dout.T @ x`.")
def dw_leaves_out_dout(dout, x, w):
    dx, _, db = _back(dout, x, w)
    return dx, np.tile(np.sum(x, axis=0, dtype=float), (len(w), 1)), db


@exercise.mistake("In dw, `x` is missing: every weight gets the bias's gradient.")
def dw_leaves_out_x(dout, x, w):
    dx, _, db = _back(dout, x, w)
    return dx, np.tile(db[:, np.newaxis], (1, x.shape[1])), db


@exercise.mistake("dw has w in it: the derivative of w · x by w is x. It is `dout.T @ x`.")
def dw_multiplies_by_w(dout, x, w):
    dx, dw, db = _back(dout, x, w)
    return dx, dw * w, db


@exercise.mistake("w is added to dw (weight decay): that belongs into the step of the optimizer.")
def dw_adds_w(dout, x, w):
    dx, dw, db = _back(dout, x, w)
    return dx, dw + w, db


@exercise.mistake("dw has the wrong sign: the minus belongs into the step, w - learning_rate * dw.")
def dw_turns_the_sign(dout, x, w):
    dx, dw, db = _back(dout, x, w)
    return dx, -dw, db


# db


@exercise.mistake("db is dout itself: all samples share b, so sum dout over the batch.")
def db_is_dout(dout, x, w):
    return *_back(dout, x, w)[:2], np.array(dout)


@exercise.mistake("db is a mean over the batch: sum it. The 1/N is in dout already.")
def db_averages_the_batch(dout, x, w):
    dx, dw, db = _back(dout, x, w)
    return dx, dw, db / len(x)


@exercise.mistake(
    "db is summed over the neurons (axis 1): each neuron has a bias; sum over the samples, axis 0."
)
def db_sums_the_neurons(dout, x, w):
    return *_back(dout, x, w)[:2], dout.sum(axis=1)


@exercise.mistake("db is one number: sum over the samples only, `dout.sum(axis=0)`.")
def db_sums_everything(dout, x, w):
    return *_back(dout, x, w)[:2], dout.sum()


@exercise.mistake("db has shape (1, M): b has shape (M,), so leave out `keepdims`.")
def db_keeps_an_axis(dout, x, w):
    return *_back(dout, x, w)[:2], dout.sum(axis=0, keepdims=True)


@exercise.mistake(
    "db is all ones: that is the slope of out by b. Multiply by dout, and sum over the batch."
)
def db_is_one(dout, x, w):
    return *_back(dout, x, w)[:2], np.ones(len(w))


@exercise.mistake("db is the size of the batch everywhere: the slopes are summed without `dout`.")
def db_counts_the_batch(dout, x, w):
    return *_back(dout, x, w)[:2], np.full(len(w), float(len(x)))


@exercise.mistake(
    "db is right for a batch of one only: it is dout of the first sample. Sum over all samples."
)
def db_takes_the_first_sample(dout, x, w):
    return *_back(dout, x, w)[:2], np.array(dout[0])


@exercise.mistake("db is dout of the last sample: add the samples up, with `+=`.")
def db_keeps_the_last_sample(dout, x, w):
    return *_back(dout, x, w)[:2], np.array(dout[-1])


@exercise.mistake("db is 0: b was added, so its slope is 1 in every sample.")
def db_is_zero(dout, x, w):
    return *_back(dout, x, w)[:2], np.zeros(len(w))


@exercise.mistake("db is taken from dw, summed over the inputs: x has no part in db. Sum `dout`.")
def db_sums_dw(dout, x, w):
    dx, dw, _ = _back(dout, x, w)
    return dx, dw, dw.sum(axis=1)


# several at once


@exercise.mistake("dw and db are means over the batch: sum them. The 1/N is in dout already.")
def averages_dw_and_db(dout, x, w):
    dx, dw, db = _back(dout, x, w)
    return dx, dw / len(x), db / len(x)


@exercise.mistake("All three are divided by the size of the batch: the 1/N is in dout already.")
def divides_everything(dout, x, w):
    return tuple(g / len(x) for g in _back(dout, x, w))


@exercise.mistake("dw and db come from the first sample only: sum over the whole batch.")
def takes_the_first_sample(dout, x, w):
    return _back(dout, x, w)[0], np.outer(dout[0], x[0]), np.array(dout[0])


@exercise.mistake("dw and db come from the last sample only: add the samples up, with `+=`.")
def keeps_the_last_sample(dout, x, w):
    return _back(dout, x, w)[0], np.outer(dout[-1], x[-1]), np.array(dout[-1])


@exercise.mistake(
    "This is for weights of shape (D, M). Here w has a row for each neuron: `dout @ w` and "
    "`dout.T @ x`."
)
def takes_columns_for_neurons(dout, x, w):
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


@exercise.mistake(
    "All three have the wrong sign: return the gradients; the minus comes in the step."
)
def turns_all_signs(dout, x, w):
    return tuple(-g for g in _back(dout, x, w))


@exercise.mistake("dx and dw are exchanged: dx is `dout @ w`, dw is `dout.T @ x`.")
def exchanges_dx_and_dw(dout, x, w):
    dx, dw, db = _back(dout, x, w)
    return dw, dx, db


@exercise.mistake("The order is wrong, dw, db, dx: return `dx, dw, db`.")
def returns_dx_last(dout, x, w):
    dx, dw, db = _back(dout, x, w)
    return dw, db, dx


@exercise.mistake("dw and db are exchanged: return `dx, dw, db`.")
def exchanges_dw_and_db(dout, x, w):
    dx, dw, db = _back(dout, x, w)
    return dx, db, dw


@exercise.mistake("The order is reversed, db, dw, dx: return `dx, dw, db`.")
def reverses_the_order(dout, x, w):
    return _back(dout, x, w)[::-1]


@exercise.mistake("Only dx comes back: return all three, `dx, dw, db`.")
def returns_dx_only(dout, x, w):
    return _back(dout, x, w)[0]


@exercise.mistake(
    "dx has the dtype of `x`: whole numbers cut its fractions off. Make it an array of floats."
)
def dx_keeps_the_dtype_of_x(dout, x, w):
    right, dw, db = _back(dout, x, w)
    dx = np.zeros_like(x)
    dx[...] = right.astype(np.int64) if x.dtype.kind != "f" else right
    return dx, dw, db


@exercise.mistake(
    "dw has the dtype of `w`: whole numbers cut its fractions off. Make it an array of floats."
)
def dw_keeps_the_dtype_of_w(dout, x, w):
    dx, right, db = _back(dout, x, w)
    dw = np.zeros_like(w)
    dw[...] = right
    return dx, dw, db


@exercise.mistake("Your function changes `dout`, which the caller still needs: work on a copy.")
def writes_into_dout(dout, x, w):
    answer = _back(dout, x, w)
    dout /= len(x)
    return answer


@exercise.mistake(
    "Your function changes `w`: it returns gradients, and the step of learning comes later."
)
def steps_in_place(dout, x, w):
    answer = _back(dout, x, w)
    w -= answer[1].astype(w.dtype)
    return answer


@exercise.mistake(
    "This is for weights of shape (D, M). Here w has a row for each neuron: `np.dot(dout, w)` and "
    "`np.dot(dout.T, x)`."
)
def takes_columns_for_neurons_in_dot(dout, x, w):
    return np.dot(dout, w.T), np.dot(x.T, dout), dout.sum(axis=0)


@exercise.mistake(
    "In dx the factors are in the wrong order and w is transposed: it is `dout @ w`, as they stand."
)
def dx_multiplies_transposed_w_by_dout(dout, x, w):
    return w.T @ dout, *_back(dout, x, w)[1:]


@exercise.mistake(
    "dx is 0 where x is negative: that is the rule of a ReLU. This layer is the linear part only."
)
def dx_passes_a_relu(dout, x, w):
    dx, dw, db = _back(dout, x, w)
    return dx * (x > 0), dw, db


@exercise.mistake("The last sample is missing in dw: the loop stops one early.")
def dw_misses_the_last_sample(dout, x, w):
    dx, _, db = _back(dout, x, w)
    return dx, _back(dout[:-1], x[:-1], w)[1], db


@exercise.mistake("The last sample is missing in dw and db: the loop stops one early.")
def misses_the_last_sample(dout, x, w):
    return _back(dout, x, w)[0], *_back(dout[:-1], x[:-1], w)[1:]


@exercise.mistake(
    "In dw, `np.dot(dout, x)` does not sum over the batch: transpose dout, `np.dot(dout.T, x)`."
)
def dw_forgets_to_transpose_in_dot(dout, x, w):
    dx, _, db = _back(dout, x, w)
    return dx, np.dot(dout, x), db


@exercise.mistake(
    "All of db is the sum of the whole dout: each neuron has a bias; sum over the samples only."
)
def db_repeats_the_whole_sum(dout, x, w):
    return *_back(dout, x, w)[:2], np.full(len(w), dout.sum())


@exercise.mistake(
    "`dout` is missing everywhere: w, x and 1 are the slopes of the layer. Multiply each by the "
    "gradient that arrives, and sum (chain rule)."
)
def returns_the_slopes(dout, x, w):
    return w, x, 1


@exercise.also_right("loops over samples and neurons")
def with_loops(dout, x, w):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(len(w))
    for n in range(len(x)):
        for m in range(len(w)):
            dx[n] += dout[n, m] * w[m]
            dw[m] += dout[n, m] * x[n]
            db[m] += dout[n, m]
    return dx, dw, db


@exercise.also_right("einsum, in a list")
def with_einsum(dout, x, w):
    return [
        np.einsum("nm,md->nd", dout, w),
        np.einsum("nm,nd->md", dout, x),
        np.einsum("nm->m", dout),
    ]


@exercise.also_right("the other product, transposed")
def transposed_products(dout, x, w):
    return np.dot(w.T, dout.T).T, np.dot(x.T, dout).T, np.ones(len(x)) @ dout


@exercise.also_right("outer products summed over the batch")
def with_outer_products(dout, x, w):
    dw = sum(np.outer(d, v) for d, v in zip(dout, x, strict=True))
    return dout @ w, dw, sum(dout)


@exercise.also_right("the bias as one more weight, whose input is 1")
def with_one_more_weight(dout, x, w):
    both = dout.T @ np.column_stack([x, np.ones(len(x))])
    return np.matmul(dout, w), both[:, :-1], both[:, -1]


@exercise.also_right("plain lists")
def with_lists(dout, x, w):
    return tuple(g.tolist() for g in _back(dout, x, w))


@exercise.also_right("single precision, Fortran order, read-only")
def with_float32(dout, x, w):
    answer = tuple(np.asfortranarray(g, dtype=np.float32) for g in _back(dout, x, w))
    for gradient in answer:
        gradient.flags.writeable = False
    return answer


@exercise.also_right("torch's autograd", needs="torch")
def with_torch(dout, x, w):
    import torch

    x, w = (torch.tensor(np.array(v, np.float64), requires_grad=True) for v in (x, w))
    b = torch.zeros(len(w), dtype=torch.float64, requires_grad=True)
    out = torch.nn.functional.linear(x, w, b)
    out.backward(torch.from_numpy(np.array(dout)))
    return x.grad, w.grad, b.grad
