"""``linear_forward``: a layer of neurons, for a whole batch at once."""

import numpy as np

from coursekit import numpy_nn
from coursekit.exercises import Exercise, case, same, tiny


def _reference(x, w, b):
    return numpy_nn.linear_forward(x, w, b)[0]


exercise = Exercise(
    "linear_forward(x, w, b)",
    unit="03",
    title="A layer of neurons",
    reference=_reference,
    points=2,
    checks={"floats": 1, "whole numbers and bytes": 0.5, "in any form": 0.5},
    minutes=12,
    difficulty=2,
    builds_on=("perceptron_update",),
    hints=(
        "One output number first: `out[n, m]` belongs to sample n and neuron m. It is the dot "
        "product of row n of `x` and row m of `w`, plus `b[m]`.",
        "Every row of x with every row of w is one matrix product. Its inner lengths must be "
        "equal: (N, D) times (D, M). Which of the two matrices has to be transposed?",
        "`x @ w.T` has shape (N, M). Adding `b`, of shape (M,), adds its numbers to every row.",
    ),
)


@exercise.cases
def cases(rng):
    integers = "whole numbers and bytes"
    x = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, -1.0]])
    w = np.array([[1.0, 0.0, 2.0], [3.0, 1.0, -1.0]])
    b = np.array([10.0, 20.0])
    yield tiny("2 samples, 3 inputs, 2 neurons", x, w, b, expected=[[11, 25], [8, 22]])
    yield tiny(
        "a batch of one, 4 inputs, 3 neurons",
        np.array([[2.0, -1.0, 0.0, 1.0]]),
        np.array([[1.0, 1.0, 5.0, 0.0], [0.0, 3.0, 1.0, 2.0], [-2.0, 1.0, 0.0, 1.0]]),
        np.array([0.0, 1.0, 2.0]),
        expected=[[1, 0, -2]],
    )
    r = rng.standard_normal
    for n, d, m, name in (
        (3, 2, 4, "3 samples, 2 inputs, 4 neurons"),
        (5, 4, 3, "5 samples, 4 inputs, 3 neurons"),
        (3, 4, 6, "more neurons than inputs"),
        (4, 4, 4, "everything square, 4×4"),
        (4, 6, 4, "as many samples as neurons"),
        (6, 3, 3, "as many inputs as neurons"),
        (1, 5, 3, "a batch of one"),
        (5, 3, 1, "one neuron"),
        (8, 1, 6, "one input"),
        (7, 30, 5, "30 inputs"),
    ):
        yield case(name, r((n, d)), r((m, d)), 2 * r(m))
    pixels = rng.integers(0, 256, (3, 8), np.uint8)
    yield case("pixels as bytes (uint8)", pixels, r((4, 8)), r(4)).counts_for(integers)
    whole = rng.integers(-5, 6, (4, 5))
    yield case("x and w of whole numbers", whole, rng.integers(-3, 4, (2, 5)), r(2)).counts_for(
        integers
    )
    yield case("large pixels, whole weights", pixels, rng.integers(1, 9, (2, 8)), r(2)).counts_for(
        integers
    )


@exercise.holds("Each sample is treated alone: the batch gives what its rows give one by one.")
def each_sample_alone(answer, rng):
    x, w, b = rng.standard_normal((4, 3)), rng.standard_normal((2, 3)), rng.standard_normal(2)
    rows = [np.asarray(answer(x[i : i + 1], w, b)) for i in range(4)]
    return same(np.asarray(answer(x, w, b)), np.concatenate(rows))


def _layer(x, w, b):
    return np.asarray(x, float) @ np.asarray(w, float).T + b


@exercise.mistake(
    "`x @ w` takes the columns of w for neurons. Each row of `w` is one neuron: transpose it, "
    "`x @ w.T`."
)
def forgets_to_transpose(x, w, b):
    return x @ w + b


@exercise.mistake(
    "`w @ x` has the factors in the wrong order: the rows of x are samples, so x comes first and "
    "w is transposed, `x @ w.T`."
)
def multiplies_w_by_x(x, w, b):
    return w @ x + b


@exercise.mistake("The loops read `w[d, m]`: a neuron is a row of w, so it is `w[m, d]`.")
def indexes_w_the_other_way(x, w, b):
    out = np.zeros((len(x), len(b)))
    for n, m in np.ndindex(*out.shape):
        for d in range(x.shape[1]):
            out[n, m] += x[n, d] * w[d, m]
        out[n, m] += b[m]
    return out


@exercise.mistake(
    "`reshape` is no transpose: it keeps the order of the numbers and mixes the neurons. Write "
    "`w.T`."
)
def reshapes_w(x, w, b):
    return x @ w.reshape(w.shape[::-1]) + b


@exercise.mistake("The bias is missing: add b, one number for each neuron.")
def forgets_b(x, w, b):
    return _layer(x, w, 0)


@exercise.mistake(
    "b goes down the rows (samples); it goes with the columns: every sample gets the same b."
)
def adds_b_to_samples(x, w, b):
    return _layer(x, w, b[:, np.newaxis])


@exercise.mistake("b is subtracted: here it is added.")
def subtracts_b(x, w, b):
    return _layer(x, w, -b)


@exercise.mistake("b is added twice.")
def adds_b_twice(x, w, b):
    return _layer(x, w, 2 * b)


@exercise.mistake("b is added once for every input: add it once, after the sum over the inputs.")
def adds_b_for_every_input(x, w, b):
    return _layer(x, w, x.shape[1] * b)


@exercise.mistake(
    "b is added to the weights before the product: multiply first, then add b to the result."
)
def adds_b_to_the_weights(x, w, b):
    return x @ (w.T + b)


@exercise.mistake("All neurons get the sum of b: each has its own bias, `b[m]`.")
def adds_the_sum_of_b(x, w, b):
    return _layer(x, w, b.sum())


@exercise.mistake("All neurons get the first bias, b[0]: each has its own, `b[m]`.")
def adds_the_first_b(x, w, b):
    return _layer(x, w, b[0])


@exercise.mistake("The product is multiplied by b: add b.")
def multiplies_by_b(x, w, b):
    return _layer(x, w, 0) * b


@exercise.mistake(
    "The answer is transposed, neurons down and samples across: samples are the rows, (N, M)."
)
def transposes_the_answer(x, w, b):
    return _layer(x, w, b).T


@exercise.mistake(
    "`w @ x.T` has neurons as rows, and b is added along the samples: turn the product round, "
    "`x @ w.T`, then add b."
)
def adds_b_to_the_transpose(x, w, b):
    return w @ x.T + b


@exercise.mistake(
    "`*` multiplies number by number, sample n with neuron n only. Every sample meets every "
    "neuron: a matrix product, `@`."
)
def multiplies_number_by_number(x, w, b):
    return np.sum(x * w, axis=1) + b


@exercise.mistake(
    "`x * w` multiplies number by number and nothing is summed: use a matrix product, `x @ w.T`."
)
def multiplies_without_a_sum(x, w, b):
    return x * w + b


@exercise.mistake(
    "Only one sample comes back, the first: the answer has a row for each of the N samples."
)
def takes_the_first_sample(x, w, b):
    return _layer(x, w, b)[0]


@exercise.mistake("The samples are summed: every sample keeps its own row.")
def sums_the_batch(x, w, b):
    return _layer(x, w, b).sum(axis=0)


@exercise.mistake("The products are averaged over the inputs: a neuron sums them.")
def averages_over_inputs(x, w, b):
    return _layer(x, w / x.shape[1], b)


@exercise.mistake("The answer is divided by the size of the batch: every sample stands for itself.")
def divides_by_the_batch(x, w, b):
    return _layer(x, w, b) / len(x)


@exercise.mistake("Only the last product is kept: add them up, with `+=`.")
def keeps_the_last_product(x, w, b):
    return _layer(x[:, -1:], w[:, -1:], b)


@exercise.mistake("The sum over the inputs stops one early: the last input counts too.")
def misses_the_last_input(x, w, b):
    return _layer(x[:, :-1], w[:, :-1], b)


@exercise.mistake("The sum over the inputs begins one late: the first input, x[n, 0], counts too.")
def misses_the_first_input(x, w, b):
    return _layer(x[:, 1:], w[:, 1:], b)


@exercise.mistake("x is divided by 255: whoever calls the layer sees to that. Use x as it comes.")
def scales_the_pixels(x, w, b):
    return _layer(x / 255, w, b)


@exercise.mistake("The sum is not set back to 0, so it runs on from neuron to neuron.")
def never_resets_the_sum(x, w, b):
    return np.cumsum(_layer(x, w, 0), axis=1) + b


@exercise.mistake("The last neuron's outputs stay 0: the loop over the neurons stops one early.")
def misses_the_last_neuron(x, w, b):
    out = _layer(x, w, b)
    out[:, -1] = 0
    return out


@exercise.mistake("A sigmoid is applied: this layer is the linear part only.")
def applies_a_sigmoid(x, w, b):
    return np.exp(-np.logaddexp(0, -_layer(x, w, b)))


@exercise.mistake("A ReLU is applied: this layer is the linear part only.")
def applies_a_relu(x, w, b):
    return np.maximum(_layer(x, w, b), 0)


@exercise.mistake("tanh is applied: this layer is the linear part only.")
def applies_tanh(x, w, b):
    return np.tanh(_layer(x, w, b))


@exercise.mistake("A softmax is applied: this layer is the linear part only.")
def applies_softmax(x, w, b):
    return numpy_nn.softmax(_layer(x, w, b))


@exercise.mistake("A threshold is applied, 0 or 1: return the sums themselves.")
def applies_a_threshold(x, w, b):
    return (_layer(x, w, b) > 0).astype(float)


@exercise.mistake("A cache comes back beside the answer: return `out` alone.")
def returns_a_cache(x, w, b):
    return _layer(x, w, b), (x, w, b)


@exercise.mistake(
    "The product is computed in the dtype of `x`, where bytes wrap round at 256 and fractions are "
    "cut off. Make `out` an array of floats, and leave w as it is."
)
def keeps_the_dtype_of_x(x, w, b):
    return _layer(x, w, b).astype(np.int64).astype(x.dtype) if x.dtype.kind != "f" else x @ w.T + b


@exercise.mistake(
    "The weights are converted to the dtype of `x`: whole numbers lose their fractions. Leave w as "
    "it is."
)
def converts_w(x, w, b):
    return x.astype(float) @ w.astype(x.dtype).T.astype(float) + b


@exercise.mistake(
    "`out += b` cannot put fractions into a product of whole numbers: write `out = out + b`."
)
def adds_b_in_place(x, w, b):
    out = x @ w.T
    out += b
    return out


@exercise.mistake(
    "`np.dot(x, w)` takes the columns of w for neurons. Each row of `w` is one neuron: transpose "
    "it, `np.dot(x, w.T)`."
)
def forgets_to_transpose_in_dot(x, w, b):
    return np.dot(x, w) + b


@exercise.mistake(
    "`np.dot(w, x)` has the factors in the wrong order: x comes first and w is transposed, "
    "`np.dot(x, w.T)`."
)
def multiplies_w_by_x_in_dot(x, w, b):
    return np.dot(w, x) + b


@exercise.mistake("`b[n]` goes by the sample's number: it is the neuron's, `b[m]`.")
def indexes_b_by_sample(x, w, b):
    out = np.zeros((len(x), len(w)))
    for n, m in np.ndindex(*out.shape):
        out[n, m] = x[n].astype(float) @ w[m] + b[n]
    return out


@exercise.mistake(
    "The products of all neurons are summed together: each neuron has a sum of its own, "
    "`(x[n] * w[m]).sum()`."
)
def sums_all_neurons(x, w, b):
    return np.sum(_layer(x, w, 0), axis=1, keepdims=True) + b


@exercise.mistake("1 is added in place of the bias: add b, each neuron's own number.")
def adds_one(x, w, b):
    return _layer(x, w, 1)


@exercise.mistake("All neurons get the mean of b: each has its own bias, `b[m]`.")
def adds_the_mean_of_b(x, w, b):
    return _layer(x, w, b.mean())


@exercise.mistake("The product is subtracted from b: add the two.")
def subtracts_the_product(x, w, b):
    return b - _layer(x, w, 0)


@exercise.mistake("Two values come back, the answer and x: return `out` alone.")
def returns_x_too(x, w, b):
    return _layer(x, w, b), x


@exercise.mistake("The inputs come back beside the answer, `out, (x, w)`: return `out` alone.")
def returns_x_and_w_too(x, w, b):
    return _layer(x, w, b), (x, w)


@exercise.also_right("loops over samples, neurons and inputs")
def with_loops(x, w, b):
    out = np.zeros((len(x), len(w)))
    for n in range(len(x)):
        for m in range(len(w)):
            total = b[m]
            for d in range(len(w[m])):
                total += float(x[n, d]) * w[m, d]
            out[n, m] = total
    return out


@exercise.also_right("einsum")
def with_einsum(x, w, b):
    return np.einsum("nd,md->nm", x, w) + b


@exercise.also_right("the bias as one more weight, whose input is 1")
def with_one_more_weight(x, w, b):
    ones = np.ones((len(x), 1))
    return np.hstack([x, ones]) @ np.column_stack([w, b]).T


@exercise.also_right("neurons first, turned round at the end")
def neurons_first(x, w, b):
    return (w.astype(float) @ x.T + b.reshape(-1, 1)).T


@exercise.also_right("one neuron at a time, in lists")
def with_lists(x, w, b):
    return [
        [float(np.dot(row.astype(float), v)) + c for v, c in zip(w, b, strict=True)] for row in x
    ]


@exercise.also_right("broadcasting and a sum")
def with_broadcasting(x, w, b):
    return (x[:, np.newaxis, :] * w.astype(float)).sum(axis=2) + b


@exercise.also_right("single precision, read-only")
def with_float32(x, w, b):
    out = np.dot(x.astype(np.float32), w.astype(np.float32).T) + b.astype(np.float32)
    out.flags.writeable = False
    return out


@exercise.also_right("torch's own layer", needs="torch")
def with_torch(x, w, b):
    import torch

    x, w, b = (torch.from_numpy(np.array(v, np.float64)) for v in (x, w, b))
    return torch.nn.functional.linear(x, w, b)
