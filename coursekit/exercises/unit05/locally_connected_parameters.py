"""``locally_connected_parameters``: windows without sharing."""

import math

import numpy as np

from coursekit.exercises import Comparison, Exercise, case, tiny
from coursekit.exercises.unit05._places import add_wrong_sizes, places, positions
from coursekit.filters import conv_output_size


def _locally_connected_parameters(
    input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True
):
    c, h, w = input_shape
    f_h, f_w = kernel_size
    h_out = conv_output_size(h, f_h, stride, padding)
    w_out = conv_output_size(w, f_w, stride, padding)
    return out_channels * h_out * w_out * (c * f_h * f_w + (1 if bias else 0))


exercise = Exercise(
    "locally_connected_parameters(\n"
    "    input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True\n)",
    unit="05",
    title="Count a layer that shares nothing",
    reference=_locally_connected_parameters,
    points=3,
    checks={
        "no stride, no padding": 1,
        "stride and padding": 1,
        "without bias": 0.5,
        "in any form": 0.5,
    },
    minutes=20,
    difficulty=2,
    builds_on=("conv2d_parameters", "conv_output_size"),
    hints=(
        "Take one unit: one number of the output. How many weights has it, and how many biases? "
        "Nobody else uses them.",
        "A unit looks at a window of f_h · f_w pixels in all C channels. How many units are there? "
        "As many as the output has numbers.",
        "The output has out_channels · H_out · W_out numbers, and "
        "H_out = (H + 2 · padding - f_h) // stride + 1, as in unit 02.",
        "units * (c * f_h * f_w + 1), without the 1 if `bias` is False.",
    ),
    comparison=Comparison(whole=True),
    variants=False,
)


@exercise.cases
def cases(rng):
    sliding = "stride and padding"
    yield tiny("a 3×3 picture, windows of 2×2", (1, 3, 3), 1, (2, 2), expected=20)
    yield tiny("the same without bias", (1, 3, 3), 1, (2, 2), bias=False, expected=16).counts_for(
        "without bias"
    )
    yield tiny("2 channels, 3 units at each place", (2, 3, 4), 3, (2, 3), expected=156)
    yield tiny("one place only", (1, 2, 3), 4, (2, 3), expected=28)
    yield tiny("padding 1", (1, 2, 2), 1, (3, 3), padding=1, expected=40).counts_for(sliding)
    yield tiny(
        "stride 2, one column left over", (1, 3, 6), 1, (1, 3), stride=2, expected=16
    ).counts_for(sliding)
    yield case("unit 04's local layer", (1, 24, 24), 8, (5, 5), stride=2).counts_for(sliding)
    yield case(
        "stride and padding told without names", (3, 9, 12), 4, (3, 2), 2, 1, False
    ).counts_for("without bias")
    for i in range(8):
        c, m = (int(v) for v in rng.choice(np.arange(2, 9), 2, replace=False))
        h, w = (int(v) for v in rng.choice(np.arange(12, 30), 2, replace=False))
        f_h, f_w = (int(v) for v in rng.choice(np.arange(2, 8), 2, replace=False))
        stride, padding = int(rng.integers(2, 5)), int(rng.integers(1, 4))
        padding += padding == stride
        if i % 4 == 1:
            yield case("random sizes, no stride, no padding", (c, h, w), m, (f_h, f_w))
            continue
        more = {"stride": stride, "padding": padding, "bias": i % 4 > 0}
        check = sliding if more["bias"] else "without bias"
        yield case("random sizes", (c, h, w), m, (f_h, f_w), **more).counts_for(check)


@exercise.holds("With a kernel as large as the picture it is a fully connected layer.")
def one_window_is_fully_connected(answer, rng):
    c, h, w, m = (int(v) for v in rng.integers(2, 9, 4))
    got, expected = int(answer((c, h, w), m, (h, w))), m * (c * h * w + 1)
    if got != expected:
        return f"{c}×{h}×{w} numbers, all seen by {m} units: {expected}, not {got}."
    return None


def _count(
    input_shape,
    out_channels,
    kernel_size,
    stride=1,
    padding=0,
    bias=True,
    *,
    size=places,
    seen=None,
    sites=None,
    biases=None,
):
    """The right formula with every number free: most mistakes are this with one of them wrong."""
    if sites is None:
        sites = positions(input_shape, kernel_size, stride, padding, size)
    seen = input_shape[0] * math.prod(kernel_size) if seen is None else seen
    biases = out_channels * sites if biases is None else biases
    return out_channels * sites * seen + (biases if bias else 0)


add_wrong_sizes(exercise, _count)


@exercise.mistake(
    "This is a convolution: its kernels are shared by all places. Here every place has kernels and "
    "biases of its own."
)
def shares_everything(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    return _count(input_shape, out_channels, kernel_size, stride, padding, bias, sites=1)


@exercise.mistake(
    "The biases are shared by all places, as in a convolution. Here every unit has a bias of its "
    "own."
)
def shares_the_biases(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    return _count(
        input_shape, out_channels, kernel_size, stride, padding, bias, biases=out_channels
    )


@exercise.mistake(
    "One bias is counted at each place. There are out_channels units at each, each with its bias."
)
def one_bias_per_place(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    biases = positions(input_shape, kernel_size, stride, padding)
    return _count(input_shape, out_channels, kernel_size, stride, padding, bias, biases=biases)


@exercise.mistake("One bias is counted for the whole layer. Every unit has its own.")
def one_bias_for_the_layer(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    return _count(input_shape, out_channels, kernel_size, stride, padding, bias, biases=1)


@exercise.mistake(
    "A bias is counted for each input channel of a unit. A unit has one bias, whatever it sees."
)
def one_bias_per_slice(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    biases = math.prod(
        [input_shape[0], out_channels, positions(input_shape, kernel_size, stride, padding)]
    )
    return _count(input_shape, out_channels, kernel_size, stride, padding, bias, biases=biases)


@exercise.mistake("A bias is counted for every weight. A unit adds its bias once.")
def one_bias_per_weight(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    weights = _count(input_shape, out_channels, kernel_size, stride, padding, False)
    return weights * (2 if bias else 1)


@exercise.mistake("The biases are forgotten: each unit has one, if `bias` is true.")
def forgets_the_bias(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    return _count(input_shape, out_channels, kernel_size, stride, padding, False)


@exercise.mistake("The biases are counted even when `bias` is False: look at that argument.")
def always_counts_the_bias(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    return _count(input_shape, out_channels, kernel_size, stride, padding, True)


@exercise.mistake("The switch is the wrong way round: biases are there when `bias` is True.")
def turns_the_switch_round(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    return _count(input_shape, out_channels, kernel_size, stride, padding, not bias)


@exercise.mistake("The input channels are forgotten: a unit sees its window in all C channels.")
def forgets_the_input_channels(
    input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True
):
    seen = math.prod(kernel_size)
    return _count(input_shape, out_channels, kernel_size, stride, padding, bias, seen=seen)


@exercise.mistake("The output channels are forgotten: out_channels units look at each window.")
def forgets_the_output_channels(
    input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True
):
    return _count(input_shape, 1, kernel_size, stride, padding, bias)


@exercise.mistake("The window's size is forgotten: a unit weighs f_h · f_w pixels per channel.")
def forgets_the_area(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    seen = input_shape[0]
    return _count(input_shape, out_channels, kernel_size, stride, padding, bias, seen=seen)


@exercise.mistake("The window is taken for square: its height is its width too. Use both numbers.")
def takes_the_height_for_both(
    input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True
):
    square = kernel_size[0], kernel_size[0]
    return _count(input_shape, out_channels, square, stride, padding, bias)


@exercise.mistake("The window is taken for square: its width is its height too. Use both numbers.")
def takes_the_width_for_both(
    input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True
):
    square = kernel_size[1], kernel_size[1]
    return _count(input_shape, out_channels, square, stride, padding, bias)


@exercise.mistake(
    "Height and width are exchanged, of the picture or of the window: shapes are (C, H, W), and "
    "kernel_size is (f_h, f_w)."
)
def exchanges_height_and_width(
    input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True
):
    return _count(input_shape, out_channels, kernel_size[::-1], stride, padding, bias)


@exercise.mistake("The output is taken for square: its height is used as its width too.")
def takes_the_output_for_square(
    input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True
):
    sites = places(input_shape[1], kernel_size[0], stride, padding) ** 2
    return _count(input_shape, out_channels, kernel_size, stride, padding, bias, sites=sites)


@exercise.mistake(
    "Only the places along the height are counted: multiply by those along the width."
)
def counts_one_axis(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    sites = places(input_shape[1], kernel_size[0], stride, padding)
    return _count(input_shape, out_channels, kernel_size, stride, padding, bias, sites=sites)


@exercise.mistake("The places along height and width are added: a table has rows *times* columns.")
def adds_the_places(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    sites = sum(
        places(n, f, stride, padding) for n, f in zip(input_shape[1:], kernel_size, strict=True)
    )
    return _count(input_shape, out_channels, kernel_size, stride, padding, bias, sites=sites)


@exercise.mistake("Shapes are (C, H, W) here, the channels first. You read them as (H, W, C).")
def reads_channels_last(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    h, w, c = input_shape
    sites = max(positions((c, h, w), kernel_size, stride, padding), 0)
    return _count((c, h, w), out_channels, kernel_size, stride, padding, bias, sites=sites)


@exercise.mistake(
    "Every unit is connected to the whole picture: that is a fully connected layer. Here a unit "
    "sees its window only."
)
def connects_everything(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    seen = math.prod(input_shape)
    return _count(input_shape, out_channels, kernel_size, stride, padding, bias, seen=seen)


@exercise.mistake(
    "Every pixel is connected to every other: that is a fully connected layer with as many outputs "
    "as there are pixels. A unit sees its window only."
)
def connects_every_pixel(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    c, h, w = input_shape
    return c * h * w * out_channels * h * w


@exercise.mistake("Only the units are counted: each has C · f_h · f_w weights, and a bias.")
def counts_the_units(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    return out_channels * positions(input_shape, kernel_size, stride, padding)


@exercise.mistake(
    "These are bytes (four for each number). Asked for is how many numbers there are."
)
def gives_bytes(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    return 4 * _count(input_shape, out_channels, kernel_size, stride, padding, bias)


@exercise.mistake(
    "`/` gives a float, and keeps the part of a step that does not fit: count the places with `//`."
)
def divides_to_a_float(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    return _count(
        input_shape,
        out_channels,
        kernel_size,
        stride,
        padding,
        bias,
        size=lambda n, f, s, p: (n + 2 * p - f) / s + 1,
    )


@exercise.mistake(
    "The count is right, but it is a float: `np.floor` and `float` give one. Use `//`."
)
def gives_a_float(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    return float(_count(input_shape, out_channels, kernel_size, stride, padding, bias))


@exercise.mistake("Weights and biases come back as two numbers. Return their sum.")
def gives_two_numbers(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    units = out_channels * positions(input_shape, kernel_size, stride, padding)
    return units * input_shape[0] * math.prod(kernel_size), units if bias else 0


@exercise.mistake(
    "Without biases nothing is left: `a + b if bias else 0` chooses between the whole sum and 0. "
    "Put brackets, `a + (b if bias else 0)`."
)
def chooses_between_all_and_nothing(
    input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True
):
    shape = (input_shape, out_channels, kernel_size)
    return exercise.reference(*shape, stride, padding) if bias else 0


@exercise.also_right("the sizes of real arrays")
def by_making_arrays(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    x = np.pad(np.zeros(input_shape), ((0, 0), (padding,) * 2, (padding,) * 2))
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel_size, (1, 2))
    seen = windows[:, ::stride, ::stride]
    return out_channels * (seen.size + bias * seen[0, :, :, 0, 0].size)


@exercise.also_right("counting the windows one by one")
def by_counting(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    (c, h, w), (f_h, f_w), count = input_shape, kernel_size, 0
    for _ in range(-padding, h + padding - f_h + 1, stride):
        for _ in range(-padding, w + padding - f_w + 1, stride):
            count += out_channels * (c * f_h * f_w + bias)
    return count


@exercise.also_right("as many convolutions as places")
def as_convolutions(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    sides = (np.array(input_shape[1:]) + 2 * padding - np.array(kernel_size)) // stride + 1
    one = out_channels * (input_shape[0] * np.prod(kernel_size) + int(bias))
    return np.prod(sides) * one


@exercise.also_right("the table of coursekit.analysis")
def with_the_table(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    from coursekit.analysis import Graph, summary
    from coursekit.analysis.operations import LocallyConnected2d, margins

    graph = Graph("local", input_shape)
    layer = LocallyConnected2d(
        kernel_size, (stride, stride), margins(padding), out_channels=out_channels, bias=bias
    )
    graph.add(layer)
    return summary(graph).totals["parameters"]


@exercise.also_right("torch.nn.Unfold's windows, in an array of no dimension", needs="torch")
def with_torch(input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True):
    import torch

    unfold = torch.nn.Unfold(kernel_size, stride=stride, padding=padding)
    columns = unfold(torch.zeros(1, *input_shape))
    return torch.tensor(out_channels * (columns.numel() + bias * columns.shape[2]))
