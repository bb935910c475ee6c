"""``linear_parameters``: what a fully connected layer learns."""

import math

import numpy as np

from coursekit.exercises import Comparison, Exercise, case, tiny


def _linear_parameters(in_features, out_features, bias=True):
    return out_features * (in_features + (1 if bias else 0))


exercise = Exercise(
    "linear_parameters(in_features, out_features, bias=True)",
    unit="05",
    title="Count the numbers of a fully connected layer",
    reference=_linear_parameters,
    points=2,
    checks={"with bias": 1, "without bias": 0.5, "in any form": 0.5},
    minutes=10,
    difficulty=1,
    builds_on=("linear_forward",),
    hints=(
        "Draw three inputs and two outputs, and a line for each weight. How many lines are there?",
        "Every output weighs every input: one weight for each pair. And each output adds one "
        "number of its own, its bias, whatever the inputs are.",
        "in_features * out_features weights; if `bias` is true, out_features more.",
    ),
    comparison=Comparison(whole=True),
    variants=False,
)


@exercise.cases
def cases(rng):
    yield tiny("3 inputs, 2 outputs", 3, 2, expected=8)
    yield tiny("3 inputs, 2 outputs, no bias", 3, 2, bias=False, expected=6).counts_for(
        "without bias"
    )
    yield tiny("one neuron that sees 5 numbers", 5, 1, expected=6)
    yield tiny("one input, 4 outputs", 1, 4, expected=8)
    yield case("LeNet-5's layer C5, as a layer of neurons", 400, 120)
    yield case("ResNet-50's last layer", 2048, 1000)
    yield case("10 outputs without bias, told without a name", 84, 10, False).counts_for(
        "without bias"
    )
    for i in range(6):
        n, m = (int(v) for v in rng.integers(3, 900, 2))
        bias = i % 3 > 0
        check = "with bias" if bias else "without bias"
        yield case("random sizes", n, m + (n == m), bias=bias).counts_for(check)


@exercise.holds("One output more costs as much as every output so far: the count is in proportion.")
def every_output_costs_the_same(answer, rng):
    n, m = int(rng.integers(2, 40)), int(rng.integers(2, 40))
    one, all_of_them = int(answer(n, 1)), int(answer(n, m))
    if all_of_them != m * one:
        return f"One output over {n} inputs takes {one}, {m} outputs take {all_of_them}."
    return None


@exercise.mistake("The biases are forgotten: each output has one, if `bias` is true.")
def forgets_the_bias(in_features, out_features, bias=True):
    return in_features * out_features


@exercise.mistake("The biases are counted even when `bias` is False: look at that argument.")
def always_counts_the_bias(in_features, out_features, bias=True):
    return in_features * out_features + out_features


@exercise.mistake("The switch is the wrong way round: biases are there when `bias` is True.")
def turns_the_switch_round(in_features, out_features, bias=True):
    return in_features * out_features + (0 if bias else out_features)


@exercise.mistake("There is a bias for each *output*. You count one for each input.")
def one_bias_per_input(in_features, out_features, bias=True):
    return in_features * out_features + (in_features if bias else 0)


@exercise.mistake(
    "One bias is counted for the whole layer (`+ bias` adds True, which is 1). Every output has a "
    "bias of its own."
)
def one_bias_for_the_layer(in_features, out_features, bias=True):
    return in_features * out_features + (1 if bias else 0)


@exercise.mistake(
    "A bias is counted for every weight. A neuron adds its bias once, after all the products."
)
def one_bias_per_weight(in_features, out_features, bias=True):
    return in_features * out_features * (2 if bias else 1)


@exercise.mistake("The biases are counted twice: one for each output is enough.")
def counts_the_biases_twice(in_features, out_features, bias=True):
    return in_features * out_features + (2 * out_features if bias else 0)


@exercise.mistake(
    "Parentheses are missing: `*` binds before `+`, so in_features is only added. Write "
    "`(in_features + bias) * out_features`."
)
def misses_the_parentheses(in_features, out_features, bias=True):
    return in_features + (1 if bias else 0) * out_features


@exercise.mistake(
    "Inputs and outputs are added. Every output weighs *every* input, so the weights are a product."
)
def adds_inputs_and_outputs(in_features, out_features, bias=True):
    return in_features + out_features + (out_features if bias else 0)


@exercise.mistake(
    "Inputs and outputs are added, and the biases left out. Every output weighs every input: "
    "multiply; then one bias for each output."
)
def adds_inputs_and_outputs_only(in_features, out_features, bias=True):
    return in_features + out_features


@exercise.mistake(
    "A constant input of 1 is added below and above. Only the inputs get one (it carries the "
    "biases): no weights lead to a constant."
)
def adds_a_constant_on_both_sides(in_features, out_features, bias=True):
    return (in_features + (1 if bias else 0)) * (out_features + (1 if bias else 0))


@exercise.mistake(
    "The 1 for the bias is with the outputs, `in_features * (out_features + 1)`: that is one bias "
    "per input, and it is there without `bias` too. Add it to the inputs, and only if `bias`."
)
def adds_one_to_the_outputs_always(in_features, out_features, bias=True):
    return in_features * (out_features + 1)


@exercise.mistake("Only the biases are counted. Each output also has a weight for every input.")
def counts_outputs_only(in_features, out_features, bias=True):
    return out_features if bias else 0


@exercise.mistake(
    "Only one neuron is counted, its weights and its bias. The layer has out_features of them."
)
def counts_one_neuron(in_features, out_features, bias=True):
    return in_features + (1 if bias else 0)


@exercise.mistake(
    "The number of inputs is multiplied by itself: the weights are inputs times *outputs*."
)
def squares_the_inputs(in_features, out_features, bias=True):
    return in_features * in_features + (out_features if bias else 0)


@exercise.mistake(
    "The number of outputs is multiplied by itself: the weights are *inputs* times outputs."
)
def squares_the_outputs(in_features, out_features, bias=True):
    return out_features * out_features + (out_features if bias else 0)


@exercise.mistake(
    "One bias is counted for the whole layer, and also when `bias` is False. Every output has a "
    "bias of its own, if `bias` is true."
)
def one_bias_always(in_features, out_features, bias=True):
    return in_features * out_features + 1


@exercise.mistake(
    "The numbers that go in and come out are counted too. They are activations, not learned."
)
def counts_activations(in_features, out_features, bias=True):
    return in_features * out_features + in_features + out_features


@exercise.mistake(
    "These are bytes (four for each number). Asked for is how many numbers there are."
)
def gives_bytes(in_features, out_features, bias=True):
    return 4 * _linear_parameters(in_features, out_features, bias)


@exercise.mistake(
    "These are bytes of float64, eight for each number. Asked for is how many there are."
)
def gives_bytes_of_float64(in_features, out_features, bias=True):
    return 8 * _linear_parameters(in_features, out_features, bias)


@exercise.mistake(
    "Multiplications and additions are counted, two for each weight. A weight is one number."
)
def gives_operations(in_features, out_features, bias=True):
    return 2 * in_features * out_features


@exercise.mistake("The count is right, but it is a float. Count in whole numbers: ints stay ints.")
def gives_a_float(in_features, out_features, bias=True):
    return float(_linear_parameters(in_features, out_features, bias))


@exercise.mistake("Weights and biases come back as two numbers. Return their sum.")
def gives_two_numbers(in_features, out_features, bias=True):
    return in_features * out_features, out_features if bias else 0


@exercise.mistake(
    "This is the shape of the weights. Multiply its two numbers, and add the biases if there are "
    "any."
)
def gives_the_shape(in_features, out_features, bias=True):
    return (out_features, in_features)


@exercise.mistake(
    "The arrays themselves come back. Return how many numbers they hold: their `.size`."
)
def gives_the_weights(in_features, out_features, bias=True):
    return np.zeros((out_features, in_features + (1 if bias else 0)))


@exercise.mistake(
    "Without biases nothing is left: `a + b if bias else 0` chooses between the whole sum and 0. "
    "Put brackets, `a + (b if bias else 0)`."
)
def chooses_between_all_and_nothing(in_features, out_features, bias=True):
    return out_features * (in_features + 1) if bias else 0


@exercise.also_right("multiplied out, the bias as 0 or 1")
def multiplied_out(in_features, out_features, bias=True):
    return (in_features + bool(bias)) * out_features


@exercise.also_right("counted in two loops over small numbers, else as a product")
def counted(in_features, out_features, bias=True):
    count = 0
    for _ in range(out_features):
        count += in_features
        if bias:
            count += 1
    return count


@exercise.also_right("the sizes of real arrays")
def by_making_arrays(in_features, out_features, bias=True):
    w, b = np.empty((out_features, in_features)), np.empty(out_features if bias else 0)
    return w.size + b.size


@exercise.also_right("math.prod over the arrays' shapes")
def by_shapes(in_features, out_features, bias=True):
    shapes = [(out_features, in_features)] + [(out_features,)] * bias
    return sum(map(math.prod, shapes))


@exercise.also_right("a NumPy integer in an array of no dimension")
def as_an_array(in_features, out_features, bias=True):
    return np.array(_linear_parameters(in_features, out_features, bias), np.int64)


@exercise.also_right("the arrays of the course's own layer")
def with_the_layer(in_features, out_features, bias=True):
    from coursekit.numpy_nn import Linear

    params = Linear(in_features, out_features, rng=0).params
    return params["w"].size + (params["b"].size if bias else 0)


@exercise.also_right("the parameters of torch.nn.Linear", needs="torch")
def with_torch(in_features, out_features, bias=True):
    from torch import nn

    layer = nn.Linear(in_features, out_features, bias=bias)
    return sum(p.numel() for p in layer.parameters())
