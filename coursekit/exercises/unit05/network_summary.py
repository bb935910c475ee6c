"""``network_summary``: the table of a whole network."""

import math
from itertools import accumulate

import numpy as np

from coursekit.exercises import Comparison, Exercise, case, tiny
from coursekit.exercises.unit05._places import WRONG_SIZES
from coursekit.exercises.unit05._walk import (
    RULES,
    conv,
    flatten,
    global_average,
    linear,
    places,
    pool,
    walk,
)


def _network_summary(layers, input_shape):
    return walk(layers, input_shape)


exercise = Exercise(
    "network_summary(layers, input_shape)",
    unit="05",
    title="The table of a whole network",
    reference=_network_summary,
    points=5,
    checks={"flatten": 2.5, "global average": 1.5, "in any form": 1},
    minutes=45,
    difficulty=4,
    builds_on=("linear_parameters", "conv2d_parameters", "conv2d_macs"),
    hints=(
        "One loop over the layers, and one variable `shape` that goes along: it begins as "
        "input_shape, and each layer turns it into its output's shape.",
        "`kind, *numbers = layer` takes a layer apart. Then an `if kind == ...` for each kind: "
        "work out the new shape, the parameters and the multiply-adds; append them to three lists.",
        "What has no weights has 0 parameters and 0 multiply-adds: pooling, ReLU, flatten, the "
        "global average. Its shape changes all the same (not that of ReLU).",
        "For conv, (c, h, w) becomes (m, h_out, w_out), with m * (c * f * f + 1) parameters and "
        "m * h_out * w_out * c * f * f multiply-adds. For linear, n = c * h * w numbers come in: "
        "m * (n + 1) parameters, m * n multiply-adds.",
        "Pooling keeps c; h becomes (h - size) // stride + 1. After flatten the shape is "
        "(c * h * w, 1, 1), after the global average (c, 1, 1). Do not forget `shape = new_shape`.",
    ),
    comparison=Comparison(whole=True, outputs=("shapes", "parameters", "macs")),
    variants=False,
)

LENET = [
    *(("conv", 6, 5, 1, 0), ("pool", 2, 2), ("relu",)),
    *(("conv", 16, 5, 1, 0), ("pool", 2, 2), ("relu",), ("flatten",)),
    *(("linear", 120), ("relu",), ("linear", 84), ("relu",), ("linear", 10)),
]


@exercise.cases
def cases(rng):
    yield tiny(
        "a convolution, relu, 2×2 pooling, flatten, 3 neurons",
        [("conv", 2, 3, 1, 1), ("relu",), ("pool", 2, 2), ("flatten",), ("linear", 3)],
        (1, 4, 4),
        expected=(
            np.array([[2, 4, 4], [2, 4, 4], [2, 2, 2], [8, 1, 1], [3, 1, 1]]),
            np.array([20, 0, 0, 0, 27]),
            np.array([288, 0, 0, 0, 24]),
        ),
    )
    yield case("one convolution over 3 channels", [("conv", 2, 3, 1, 0)], (3, 4, 5))
    yield case(
        "a global average, then 4 neurons", [("global_average",), ("linear", 4)], (3, 2, 5)
    ).counts_for("global average")
    yield case("3×3 pooling in steps of 2, one column left over", [("pool", 3, 2)], (2, 5, 6))
    yield case("the modified LeNet", LENET, (1, 32, 32))
    yield case(
        "two convolutions, the second with stride 3 and padding 2",
        [("conv", 4, 3, 1, 0), ("conv", 5, 4, 3, 2)],
        (2, 12, 17),
    )
    yield case(
        "stride, overlapping pooling, global average",
        [
            *(("conv", 7, 5, 2, 1), ("relu",), ("pool", 3, 2)),
            *(("conv", 9, 3, 1, 1), ("relu",), ("global_average",), ("linear", 10)),
        ],
        (3, 30, 41),
    ).counts_for("global average")
    yield case("two layers of neurons over a vector", [("linear", 6), ("linear", 4)], (9, 1, 1))
    for i in range(7):
        n = [int(v) for v in rng.permutation(np.arange(3, 13))]
        padding, stride = int(rng.integers(1, 3)), int(rng.integers(3, 5))
        head = [("global_average",)] if i % 2 else [("flatten",)]
        layers = [
            *(("conv", n[0], 3, 1, padding), ("relu",), ("pool", 3, 2)),
            *(("conv", n[1], 5, stride, 1 + padding), ("relu",), ("pool", 2, 1 + i % 3)),
            *(*head, ("linear", n[2]), ("relu",), ("linear", n[3])),
        ]
        check = "global average" if i % 2 else "flatten"
        shape = (n[4], 30 + 2 * n[5], 31 + 3 * n[6])
        yield case("a random network", layers, shape).counts_for(check)


@exercise.holds("A network in two halves gives the two halves of the table.")
def halves_fit_together(answer, rng):
    side, cut = int(rng.integers(26, 40)), int(rng.integers(2, 9))
    shapes, *counts = (np.asarray(a) for a in answer(LENET, (1, side, side + 3)))
    start = tuple(int(n) for n in shapes[cut - 1])
    second_shapes, *second_counts = (np.asarray(a) for a in answer(LENET[cut:], start))
    same = np.array_equal(shapes[cut:], second_shapes)
    if not same or not all(map(np.array_equal, [c[cut:] for c in counts], second_counts)):
        return f"From layer {cut} on, {start} goes in, and other numbers come out."
    return None


def _mistake(name, says, **changed):
    """A walk with other rules."""

    def answer(layers, input_shape):
        return walk(layers, input_shape, **changed)

    answer.__name__ = name
    exercise.mistake(says)(answer)


def _counting(rule, parameters=None, macs=None):
    """`rule` with other counts: functions of the input's and output's shape, and the numbers."""

    def changed(shape, *numbers):
        out, p, a = rule(shape, *numbers)
        p = p if parameters is None else parameters(shape, out, *numbers)
        return out, p, a if macs is None else macs(shape, out, *numbers)

    return changed


def _shaping(rule, shape_of):
    """`rule` with another output shape; the counts stay right for the right one."""

    def changed(shape, *numbers):
        out, p, a = rule(shape, *numbers)
        return shape_of(shape, out, *numbers), p, a

    return changed


# Sizes of the output

for _name, (_says, _size) in WRONG_SIZES.items():
    _mistake(
        f"conv_{_name}",
        f"In conv: {_says[0].lower()}{_says[1:]}",
        conv=lambda shape, m, f, s, p, size=_size: conv(shape, m, f, s, p, size=size),
    )

for _name, _says, _rounded in (
    (
        "pool_ignores_its_stride",
        "In pool: the stride is ignored. The window moves by `stride` pixels.",
        lambda n, f, s, p: n - f + 1,
    ),
    (
        "pool_steps_by_its_size",
        "In pool: the windows are laid side by side, in steps of their size. They move by the "
        "stride, the second number, and may overlap.",
        lambda n, f, s, p: n // f,
    ),
    (
        "pool_divides_by_its_stride",
        "In pool: the size is divided by the stride. That is right for 2×2 windows in steps of 2; "
        "in general windows of `size` fit (h - size) // stride + 1 times.",
        lambda n, f, s, p: n // s,
    ),
    (
        "pool_rounds_up",
        "In pool: the number of places is rounded up. Windows that do not fit are dropped: `//`.",
        lambda n, f, s, p: -(-(n - f) // s) + 1,
    ),
    (
        "pool_forgets_the_first_place",
        "In pool: one place is missing along each axis. Add 1 after the division.",
        lambda n, f, s, p: (n - f) // s,
    ),
    (
        "pool_halves",
        "In pool: height and width are always halved. Use the window's size and stride.",
        lambda n, f, s, p: n // 2,
    ),
    (
        "pool_keeps_the_size",
        "In pool: the maps keep their size. Pooling makes them smaller, as a window with a stride "
        "does.",
        lambda n, f, s, p: n,
    ),
):
    _mistake(_name, _says, pool=lambda shape, f, s, r=_rounded: pool(shape, f, s, rounded=r))


def _exchanged(shape, size, stride):
    return pool(shape, stride, size)


_mistake(
    "pool_exchanges_size_and_stride",
    "In pool: size and stride are exchanged. A layer is ('pool', size, stride).",
    pool=_exchanged,
)
_mistake(
    "conv_exchanges_stride_and_kernel",
    "In conv: the numbers are read in another order. A layer is "
    "('conv', out_channels, kernel, stride, padding).",
    conv=lambda shape, m, f, s, p: conv(shape, m, s, f, p),
)
_mistake(
    "conv_exchanges_kernels_and_size",
    "In conv: out_channels and the kernel's size are exchanged: the first number is out_channels.",
    conv=lambda shape, m, f, s, p: conv(shape, f, m, s, max(p, m // 2)),
)


def _square(shape, m, f, s, p):
    (m, h, _), parameters, _ = conv(shape, m, f, s, p)
    return (m, h, h), parameters, m * h * h * shape[0] * f * f


_mistake(
    "takes_the_output_for_square",
    "In conv: the output's height is used as its width too. Pictures need not be square.",
    conv=_square,
)
_mistake(
    "takes_pooled_maps_for_square",
    "In pool: the output's height is used as its width too. Pictures need not be square.",
    pool=_shaping(pool, lambda shape, out, *_: (out[0], out[1], out[1])),
)
_mistake(
    "conv_keeps_the_channels",
    "In conv: the output has as many channels as the input. It has out_channels: one for each "
    "kernel.",
    conv=_shaping(conv, lambda shape, out, *_: (shape[0], *out[1:])),
)
_mistake(
    "flatten_keeps_the_shape",
    "flatten leaves the shape as it is. C·H·W numbers in a row are written (C·H·W, 1, 1).",
    flatten=lambda shape: (shape, 0, 0),
)
_mistake(
    "flatten_keeps_the_channels_only",
    "flatten keeps the channels only, so the layer after it sees C numbers. All C·H·W go on.",
    flatten=global_average,
)
_mistake(
    "flatten_forgets_the_channels",
    "flatten counts the pixels of one map. All channels go on: C·H·W numbers.",
    flatten=lambda shape: ((shape[1] * shape[2], 1, 1), 0, 0),
)
_mistake(
    "global_average_keeps_the_maps",
    "The global average leaves the maps as they are: of each map one number is left, (C, 1, 1).",
    global_average=lambda shape: (shape, 0, 0),
)
_mistake(
    "global_average_flattens",
    "The global average unrolls the maps, as flatten does: of each map one number is left.",
    global_average=flatten,
)
_mistake(
    "global_average_over_the_channels",
    "The global average runs over the channels too. It is the mean of *each* map: C numbers.",
    global_average=lambda shape: ((1, 1, 1), 0, 0),
)


@exercise.mistake("A vector of D numbers is written (D, 1, 1), so that `shapes` has three columns.")
def leaves_vectors_flat(layers, input_shape):
    shapes, *counts = walk(layers, input_shape)
    flat = ("flatten", "linear", "global_average")
    first = next((i for i, layer in enumerate(layers) if layer[0] in flat), len(layers))
    rows = [tuple(s) if i < first else tuple(s[:1]) for i, s in enumerate(shapes.tolist())]
    return rows, *counts


@exercise.mistake("None stands where a layer has no parameters or multiply-adds: write 0.")
def puts_none_for_no_parameters(layers, input_shape):
    shapes, parameters, macs = walk(layers, input_shape)
    return shapes, [p or None for p in parameters.tolist()], [a or None for a in macs.tolist()]


@exercise.mistake("A vector of D numbers is written (D, 1, 1): the numbers are channels.")
def writes_vectors_last(layers, input_shape):
    shapes, *counts = walk(layers, input_shape)
    vector = False
    for kind, row in zip([layer[0] for layer in layers], shapes, strict=True):
        vector = vector or kind in ("flatten", "linear", "global_average")
        if vector:
            row[:] = row[::-1]
    return shapes, *counts


@exercise.mistake("The shapes are (H, W, C). Everywhere in this course it is (C, H, W).")
def writes_channels_last(layers, input_shape):
    shapes, *counts = walk(layers, input_shape)
    return shapes[:, [1, 2, 0]], *counts


@exercise.mistake("The shapes are those that go *into* the layers. Asked for is what comes out.")
def gives_the_inputs(layers, input_shape):
    shapes, *counts = walk(layers, input_shape)
    return np.vstack([[input_shape], shapes[:-1]]), *counts


@exercise.mistake("The input is a row of its own in `shapes`: one row for each layer, no more.")
def adds_the_input(layers, input_shape):
    shapes, *counts = walk(layers, input_shape)
    return np.vstack([[input_shape], shapes]), *counts


@exercise.mistake("The input is the first row of all three: one row for each layer, no more.")
def adds_a_row_for_the_input(layers, input_shape):
    shapes, *counts = walk(layers, input_shape)
    return np.vstack([[input_shape], shapes]), *(np.append(0, c) for c in counts)


@exercise.mistake(
    "Layers without weights have no row. Every layer has one, with 0 parameters and 0 "
    "multiply-adds."
)
def leaves_out_layers_without_weights(layers, input_shape):
    learned = [layer[0] in ("conv", "linear") for layer in layers]
    return tuple(a[learned] for a in walk(layers, input_shape))


@exercise.mistake("ReLU has no row. Every layer has one, also where nothing changes.")
def leaves_out_relu(layers, input_shape):
    kept = [layer[0] != "relu" for layer in layers]
    return tuple(a[kept] for a in walk(layers, input_shape))


@exercise.mistake(
    "Every layer gets the network's own input. Each gets what comes out of the layer before it: "
    "set `shape` to the new shape at the end of the loop."
)
def never_moves_on(layers, input_shape):
    rows = [walk([layer], input_shape) for layer in layers]
    return tuple(np.concatenate(parts) for parts in zip(*rows, strict=True))


# Parameters

_mistake(
    "forgets_all_biases",
    "The biases are forgotten, in conv and in linear: one for each kernel, one for each neuron.",
    conv=_counting(conv, lambda shape, out, m, f, *_: m * shape[0] * f * f),
    linear=_counting(linear, lambda shape, out, m: m * math.prod(shape)),
)
_mistake(
    "conv_forgets_the_bias",
    "In conv: the biases are forgotten, one for each kernel.",
    conv=_counting(conv, lambda shape, out, m, f, *_: m * shape[0] * f * f),
)
_mistake(
    "linear_forgets_the_bias",
    "In linear: the biases are forgotten, one for each neuron.",
    linear=_counting(linear, lambda shape, out, m: m * math.prod(shape)),
)
_mistake(
    "conv_has_one_bias",
    "In conv: one bias is counted for the whole layer. Each of its kernels has one.",
    conv=_counting(conv, lambda shape, out, m, f, *_: m * shape[0] * f * f + 1),
)
_mistake(
    "conv_has_a_bias_per_slice",
    "In conv: a bias is counted for each pair of an input and an output channel. Each kernel has "
    "one.",
    conv=_counting(conv, lambda shape, out, m, f, *_: m * shape[0] * (f * f + 1)),
)
_mistake(
    "conv_has_a_bias_per_number",
    "In conv: a bias is counted for every number of the output. Biases are shared as weights are: "
    "one for each kernel.",
    conv=_counting(conv, lambda shape, out, m, f, *_: m * shape[0] * f * f + math.prod(out)),
)
_mistake(
    "linear_has_one_bias",
    "In linear: one bias is counted for the whole layer. Each neuron has one.",
    linear=_counting(linear, lambda shape, out, m: m * math.prod(shape) + 1),
)
_mistake(
    "linear_has_a_bias_per_input",
    "In linear: a bias is counted for each input. Each neuron, which is an output, has one.",
    linear=_counting(linear, lambda shape, out, m: (m + 1) * math.prod(shape)),
)
_mistake(
    "conv_forgets_the_area",
    "In conv: the kernel's size is missing in the parameters: f · f numbers for each channel.",
    conv=_counting(conv, lambda shape, out, m, f, *_: m * (shape[0] + 1)),
)
_mistake(
    "conv_uses_one_side",
    "In conv: the kernel has f · f numbers for each channel, not f.",
    conv=_counting(
        conv,
        lambda shape, out, m, f, *_: m * (shape[0] * f + 1),
        lambda shape, out, m, f, *_: math.prod(out) * shape[0] * f,
    ),
)
_mistake(
    "conv_forgets_the_input_channels",
    "In conv: the input channels are missing in the parameters. A kernel has f · f numbers for "
    "each channel it sees.",
    conv=_counting(conv, lambda shape, out, m, f, *_: m * (f * f + 1)),
)
_mistake(
    "conv_forgets_the_input_channels_everywhere",
    "In conv: the input channels are missing, in the parameters and in the multiply-adds.",
    conv=_counting(
        conv,
        lambda shape, out, m, f, *_: m * (f * f + 1),
        lambda shape, out, m, f, *_: math.prod(out) * f * f,
    ),
)
_mistake(
    "conv_exchanges_the_channels",
    "In conv: input and output channels are exchanged in the parameters. There is a bias for each "
    "*output* channel.",
    conv=_counting(conv, lambda shape, out, m, f, *_: shape[0] * (m * f * f + 1)),
)


@exercise.mistake(
    "linear is counted over the channels of the last maps. After flatten it sees all C·H·W numbers."
)
def linear_sees_the_channels_only(layers, input_shape):
    shapes, parameters, macs = walk(layers, input_shape)
    for i in range(1, len(layers)):
        if layers[i][0] == "linear" and layers[i - 1][0] == "flatten":
            c = shapes[i - 2][0] if i > 1 else input_shape[0]
            m = layers[i][1]
            parameters[i], macs[i] = m * (c + 1), m * c
    return shapes, parameters, macs


_mistake(
    "pool_has_weights",
    "In pool: parameters are counted, as if the window had weights. Pooling learns nothing: 0.",
    pool=_counting(pool, lambda shape, out, size, stride: size * size),
)
_mistake(
    "pool_has_weights_for_each_map",
    "In pool: a window of weights is counted for each map. Pooling learns nothing: 0.",
    pool=_counting(pool, lambda shape, out, size, stride: shape[0] * size * size),
)
_mistake(
    "pool_has_weights_and_biases",
    "In pool: weights and biases are counted as in conv. Pooling learns nothing: 0.",
    pool=_counting(pool, lambda shape, out, size, stride: shape[0] * (shape[0] * size * size + 1)),
)
_mistake(
    "relu_has_parameters",
    "ReLU is given a parameter for each number. It is a fixed function and learns nothing: 0.",
    relu=_counting(RULES["relu"], lambda shape, out: math.prod(shape)),
)
_mistake(
    "relu_has_a_parameter_per_channel",
    "ReLU is given a parameter for each channel. It is a fixed function and learns nothing: 0.",
    relu=_counting(RULES["relu"], lambda shape, out: shape[0]),
)
_mistake(
    "flatten_has_parameters",
    "flatten is given parameters. It only writes the numbers in a row and learns nothing: 0.",
    flatten=_counting(flatten, lambda shape, out: out[0]),
)
_mistake(
    "global_average_has_parameters",
    "The global average is given parameters. A mean has none: 0.",
    global_average=_counting(global_average, lambda shape, out: math.prod(shape)),
)
_mistake(
    "shares_nothing",
    "In conv: every place has weights of its own. They are shared: H_out and W_out belong into the "
    "multiply-adds, not into the parameters.",
    conv=_counting(conv, lambda s, out, m, f, *_: math.prod(out) * (s[0] * f * f + 1)),
)


@exercise.mistake("Parameters and multiply-adds are running totals: each layer has its own count.")
def gives_running_totals(layers, input_shape):
    shapes, *counts = walk(layers, input_shape)
    return shapes, *(list(accumulate(c.tolist())) for c in counts)


# Multiply-adds

_mistake(
    "conv_works_on_the_input",
    "In conv: the multiply-adds are counted with the size of the *input*. Each number of the "
    "*output* takes c · f · f.",
    conv=_counting(conv, macs=lambda s, out, m, f, *_: m * s[1] * s[2] * s[0] * f * f),
)
_mistake(
    "counts_flops",
    "Every product is counted twice, as a multiplication and an addition. One multiply-add is "
    "both.",
    conv=_counting(conv, macs=lambda s, out, m, f, *_: 2 * math.prod(out) * s[0] * f * f),
    linear=_counting(linear, macs=lambda s, out, m: 2 * m * math.prod(s)),
)
_mistake(
    "counts_the_biases_as_work",
    "The biases are counted among the multiply-adds: parameters times places is too much. Take the "
    "weights only.",
    conv=_counting(conv, macs=lambda s, out, m, f, *_: math.prod(out) * (s[0] * f * f + 1)),
    linear=_counting(linear, macs=lambda s, out, m: m * (math.prod(s) + 1)),
)
_mistake(
    "conv_counts_the_biases_as_work",
    "In conv: the biases are counted among the multiply-adds. Take the weights only.",
    conv=_counting(conv, macs=lambda s, out, m, f, *_: math.prod(out) * (s[0] * f * f + 1)),
)
_mistake(
    "linear_counts_the_biases_as_work",
    "In linear: the biases are counted among the multiply-adds. Take the weights only.",
    linear=_counting(linear, macs=lambda s, out, m: m * (math.prod(s) + 1)),
)
_mistake(
    "conv_uses_each_weight_once",
    "In conv: the multiply-adds are the weights. Each weight is used at every place: times "
    "H_out · W_out.",
    conv=_counting(conv, macs=lambda s, out, m, f, *_: m * s[0] * f * f),
)
_mistake(
    "conv_works_at_every_place_of_an_axis",
    "In conv: the multiply-adds are counted along one axis only: times H_out *and* W_out.",
    conv=_counting(conv, macs=lambda s, out, m, f, *_: m * out[1] * s[0] * f * f),
)
_mistake(
    "conv_forgets_the_channels_in_the_work",
    "In conv: the input channels are missing in the multiply-adds: each sum runs over all of them.",
    conv=_counting(conv, macs=lambda s, out, m, f, *_: math.prod(out) * f * f),
)
_mistake(
    "conv_forgets_the_kernels_in_the_work",
    "In conv: the multiply-adds are those of one kernel. There are out_channels of them.",
    conv=_counting(conv, macs=lambda s, out, m, f, *_: out[1] * out[2] * s[0] * f * f),
)
_mistake(
    "linear_works_for_nothing",
    "In linear: the multiply-adds are missing. Every weight is used once: as many as weights.",
    linear=_counting(linear, macs=lambda s, out, m: 0),
)
_mistake(
    "pool_works",
    "Pooling is given multiply-adds. It compares numbers and multiplies nothing: 0.",
    pool=_counting(pool, macs=lambda s, out, size, stride: math.prod(out) * size * size),
)
_mistake(
    "relu_works",
    "ReLU is given multiply-adds. It compares numbers and multiplies nothing: 0.",
    relu=_counting(RULES["relu"], macs=lambda s, out: math.prod(s)),
)
_mistake(
    "global_average_works",
    "The global average is given multiply-adds. It adds without weights: here it counts 0.",
    global_average=_counting(global_average, macs=lambda s, out: math.prod(s)),
)

# What comes back


@exercise.mistake("The order is shapes, parameters, multiply-adds. The last two are exchanged.")
def exchanges_the_counts(layers, input_shape):
    shapes, parameters, macs = walk(layers, input_shape)
    return shapes, macs, parameters


@exercise.mistake("Totals come back. Asked for are the counts of every layer, one number for each.")
def gives_totals(layers, input_shape):
    shapes, parameters, macs = walk(layers, input_shape)
    return shapes, int(parameters.sum()), int(macs.sum())


@exercise.mistake(
    "The numbers are right, but they are floats: `/` and `np.zeros` without a dtype give floats."
)
def gives_floats(layers, input_shape):
    return tuple(a.astype(float) for a in walk(layers, input_shape))


@exercise.mistake(
    "`shapes` has a row for C, one for H and one for W. It has a row for each *layer*: (L, 3)."
)
def transposes_the_shapes(layers, input_shape):
    shapes, *counts = walk(layers, input_shape)
    return shapes.T, *counts


@exercise.mistake(
    "A row (shape, parameters, multiply-adds) for each layer came back. Return three things: all "
    "shapes, all parameters, all multiply-adds; `zip(*rows)` turns rows into them."
)
def gives_rows(layers, input_shape):
    shapes, parameters, macs = (a.tolist() for a in walk(layers, input_shape))
    return [(*s, p, a) for s, p, a in zip(shapes, parameters, macs, strict=True)]


_mistake(
    "conv_changes_the_channels_too_early",
    "In conv: the new number of channels is written over the old one before parameters and "
    "multiply-adds are counted. A kernel sees the channels that come *in*: count first.",
    conv=_counting(
        conv,
        lambda s, out, m, f, *_: m * (m * f * f + 1),
        lambda s, out, m, f, *_: math.prod(out) * m * f * f,
    ),
)


@exercise.mistake(
    "Layers that cost nothing show the counts of the layer before: set both counts back to 0 for "
    "each layer."
)
def keeps_old_counts(layers, input_shape):
    shapes, *counts = walk(layers, input_shape)
    for i, (kind, *_) in enumerate(layers):
        if i and kind not in ("conv", "linear"):
            for count in counts:
                count[i] = count[i - 1]
    return shapes, *counts


def _on_channels(shape, m):
    """A linear layer that takes the channels of maps for its inputs."""
    return (m, *shape[1:]), m * (shape[0] + 1), m * shape[0]


@exercise.mistake(
    "flatten leaves the maps as they are, and the linear layer after it keeps their height and "
    "width. All C·H·W numbers go in a row: (C·H·W, 1, 1)."
)
def ignores_flatten(layers, input_shape):
    return walk(layers, input_shape, flatten=RULES["relu"], linear=_on_channels)


@exercise.mistake(
    "The global average leaves the maps as they are. One number is left of each: (C, 1, 1)."
)
def ignores_global_average(layers, input_shape):
    return walk(layers, input_shape, global_average=RULES["relu"], linear=_on_channels)


@exercise.mistake(
    "A row (shape, parameters, multiply-adds) for each layer came back. Return three lists "
    "instead; `zip(*rows)` turns rows into them."
)
def gives_rows_with_shapes(layers, input_shape):
    shapes, parameters, macs = (a.tolist() for a in walk(layers, input_shape))
    return [(tuple(s), p, a) for s, p, a in zip(shapes, parameters, macs, strict=True)]


@exercise.also_right("lists of tuples and ints")
def with_lists(layers, input_shape):
    shapes, *counts = walk(layers, input_shape)
    return [tuple(s) for s in shapes.tolist()], *(c.tolist() for c in counts)


@exercise.also_right("one array for each layer, 32 bits, in a list")
def with_small_integers(layers, input_shape):
    return [a.astype(np.int32) for a in walk(layers, input_shape)]


@exercise.also_right("one long if, and the exercises before")
def with_the_exercises_before(layers, input_shape):
    from coursekit.exercises import find

    names = ("conv2d_parameters", "conv2d_macs", "linear_parameters")
    conv_p, conv_m, linear_p = (find(name).reference for name in names)
    (c, h, w), shapes, parameters, macs = input_shape, [], [], []
    for kind, *n in layers:
        p, a = 0, 0
        if kind == "conv":
            p = conv_p(c, n[0], (n[1], n[1]))
            a = conv_m((c, h, w), n[0], (n[1], n[1]), n[2], n[3])
            c, h, w = n[0], places(h, *n[1:]), places(w, *n[1:])
        elif kind == "pool":
            h, w = (h - n[0]) // n[1] + 1, (w - n[0]) // n[1] + 1
        elif kind == "flatten":
            c, h, w = c * h * w, 1, 1
        elif kind == "linear":
            p, a = linear_p(c * h * w, n[0]), c * h * w * n[0]
            c, h, w = n[0], 1, 1
        elif kind == "global_average":
            h = w = 1
        shapes.append([c, h, w])
        parameters.append(p)
        macs.append(a)
    return np.asfortranarray(shapes), np.array(parameters), np.array(macs)


@exercise.also_right("a fully connected layer as a convolution over 1×1 maps")
def with_convolutions_only(layers, input_shape):
    return walk(
        layers, input_shape, linear=lambda shape, m: conv((math.prod(shape), 1, 1), m, 1, 1, 0)
    )


@exercise.also_right("the table of coursekit.analysis")
def with_the_table(layers, input_shape):
    from coursekit.analysis import summary
    from coursekit.analysis.layer_lists import graph_of_layers

    on_maps = {"conv", "pool", "flatten", "global_average"} & {kind for kind, *_ in layers}
    rows = summary(graph_of_layers(layers, input_shape if on_maps else input_shape[:1])).rows
    shapes = [(row["output_shape"] + [1, 1])[:3] for row in rows]
    return shapes, [row["parameters"] for row in rows], [row["macs"] for row in rows]


@exercise.also_right("tensors on PyTorch's meta device", needs="torch")
def with_torch(layers, input_shape):
    import torch
    from torch import nn

    x, shapes, parameters, macs = torch.empty(1, *input_shape, device="meta"), [], [], []
    for kind, *n in layers:
        if kind == "linear":
            x = x.flatten(1)
        make = {
            "conv": lambda m, f, s, p, c=x.shape[1]: nn.Conv2d(c, m, f, s, p),
            "pool": nn.MaxPool2d,
            "relu": nn.ReLU,
            "flatten": nn.Flatten,
            "linear": lambda m, n=x.shape[1]: nn.Linear(n, m),
            "global_average": lambda: nn.AdaptiveAvgPool2d(1),
        }[kind]
        layer = make(*n).to("meta")
        x = layer(x)
        weights = [p.numel() for p in layer.parameters()]
        shapes.append((*x.shape[1:], 1, 1)[:3])
        parameters.append(sum(weights))
        macs.append(weights[0] * math.prod(x.shape[2:]) if weights else 0)
    return torch.tensor(shapes), torch.tensor(parameters), torch.tensor(macs)
