"""``conv2d_parameters``: what a convolution learns."""

import math

import numpy as np

from coursekit.exercises import Comparison, Exercise, case, tiny


def _conv2d_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    f_h, f_w = kernel_size
    weights = out_channels * (in_channels // groups) * f_h * f_w
    return weights + (out_channels if bias else 0)


exercise = Exercise(
    "conv2d_parameters(\n    in_channels, out_channels, kernel_size, groups=1, bias=True\n)",
    unit="05",
    title="Count the numbers of a convolution",
    reference=_conv2d_parameters,
    points=3,
    checks={"one group": 1, "groups": 1, "without bias": 0.5, "in any form": 0.5},
    minutes=20,
    difficulty=2,
    builds_on=("linear_parameters", "conv2d_forward"),
    hints=(
        "Look at one output channel. It has one kernel, which is laid on all input channels at "
        "once: how many numbers has it? Height and width of the picture do not matter.",
        "One kernel has f_h · f_w numbers for each input channel that it sees, and one bias. There "
        "are out_channels kernels.",
        "With groups, the input channels are divided among them: a kernel sees "
        "in_channels // groups channels. The number of kernels stays, and each keeps its bias.",
        "out_channels * (in_channels // groups * f_h * f_w + 1), with `f_h, f_w = kernel_size`, "
        "and without the 1 if `bias` is False.",
    ),
    comparison=Comparison(whole=True),
    variants=False,
)


@exercise.cases
def cases(rng):
    no_bias = "without bias"
    yield tiny("LeNet-5's first layer", 1, 6, (5, 5), expected=156)
    yield tiny("2 input channels, 3 kernels", 2, 3, (3, 2), expected=39)
    yield tiny("the same without bias", 2, 3, (3, 2), bias=False, expected=36).counts_for(no_bias)
    yield tiny("a 1×1 convolution", 4, 2, (1, 1), expected=10)
    yield tiny("two groups", 4, 6, (3, 3), groups=2, expected=114).counts_for("groups")
    yield tiny("one channel in each group", 5, 5, (3, 1), groups=5, expected=20).counts_for(
        "groups"
    )
    yield case("AlexNet's second layer", 96, 256, (5, 5), groups=2).counts_for("groups")
    yield case("groups and no bias, told without names", 12, 8, (3, 5), 4, False).counts_for(
        no_bias
    )
    yield case("ResNet's first layer", 3, 64, (7, 7), bias=False).counts_for(no_bias)
    for i in range(5):
        groups = int(rng.integers(2, 6))
        a, b = (int(v) for v in rng.choice(np.arange(1, 9), 2, replace=False))
        f_h, f_w = (int(v) for v in rng.choice(np.arange(2, 8), 2, replace=False))
        sizes = (groups * a, groups * b, (f_h, f_w))
        check = "groups" if i > 0 else "without bias"
        yield case("random sizes", *sizes, groups=groups, bias=i > 0).counts_for(check)
    for _ in range(2):
        a, b = (int(v) for v in rng.choice(np.arange(3, 60), 2, replace=False))
        yield case("random sizes, one group", a, b, (int(rng.integers(2, 5)), 6))


@exercise.holds("As a 1×1 convolution of one group it is a fully connected layer.")
def one_by_one_is_linear(answer, rng):
    n, m = (int(v) for v in rng.integers(2, 50, 2))
    got = int(answer(n, m, (1, 1)))
    if got != m * (n + 1):
        return f"From {n} to {m} channels with a 1×1 kernel: {m * (n + 1)}, not {got}."
    return None


_RIGHT = {
    "kernels": lambda n, m, f_h, f_w, g: m,
    "seen": lambda n, m, f_h, f_w, g: n // g,
    "area": lambda n, m, f_h, f_w, g: f_h * f_w,
    "biases": lambda n, m, f_h, f_w, g: m,
}
"""The numbers in kernels · seen · area + biases, from n to m channels in g groups."""


def _mistake(name, says, **wrong):
    """The right formula with some of its numbers wrong."""
    numbers = (_RIGHT | wrong).values()

    def answer(in_channels, out_channels, kernel_size, groups=1, bias=True):
        sizes = (in_channels, out_channels, *kernel_size, groups)
        kernels, seen, area, biases = (number(*sizes) for number in numbers)
        return kernels * seen * area + (biases if bias else 0)

    answer.__name__ = name
    exercise.mistake(says)(answer)


@exercise.mistake("The biases are forgotten: each output channel has one, if `bias` is true.")
def forgets_the_bias(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return _conv2d_parameters(in_channels, out_channels, kernel_size, groups, False)


@exercise.mistake("The biases are counted even when `bias` is False: look at that argument.")
def always_counts_the_bias(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return _conv2d_parameters(in_channels, out_channels, kernel_size, groups, True)


@exercise.mistake("The switch is the wrong way round: biases are there when `bias` is True.")
def turns_the_switch_round(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return _conv2d_parameters(in_channels, out_channels, kernel_size, groups, not bias)


_mistake(
    "one_bias_for_the_layer",
    "One bias is counted for the whole layer. Each output channel has its own.",
    biases=lambda n, m, f_h, f_w, g: 1,
)
_mistake(
    "one_bias_per_input",
    "There is a bias for each *output* channel. You count one for each input channel, or have the "
    "two numbers of channels exchanged.",
    biases=lambda n, m, f_h, f_w, g: n,
)


@exercise.mistake(
    "A bias is counted for every weight. A kernel adds one number, once, after all the products."
)
def one_bias_per_weight(in_channels, out_channels, kernel_size, groups=1, bias=True):
    weights = _conv2d_parameters(in_channels, out_channels, kernel_size, groups, False)
    return weights * (2 if bias else 1)


_mistake(
    "one_bias_per_slice",
    "A bias is counted for each pair of an input and an output channel: `+ 1` stands inside the "
    "sum over input channels. A kernel sees all its input channels and then adds one bias.",
    biases=lambda n, m, f_h, f_w, g: m * (n // g),
)
_mistake(
    "one_bias_per_pair_of_channels",
    "A bias is counted for each pair of an input and an output channel, groups or no groups. Each "
    "output channel has one.",
    biases=lambda n, m, f_h, f_w, g: m * n,
)


@exercise.mistake(
    "`+ 1` stands inside the sum over input channels, and neither `groups` nor `bias` is used. A "
    "kernel sees in_channels // groups channels and adds one bias, if `bias` is true."
)
def one_bias_per_pair_always(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return in_channels * out_channels * (math.prod(kernel_size) + 1)


_mistake(
    "one_bias_per_group",
    "One bias is counted for each group. Each output channel has its own.",
    biases=lambda n, m, f_h, f_w, g: g,
)
_mistake(
    "one_bias_per_place",
    "A bias is counted for each place in the kernel. A kernel has one bias, however large it is.",
    biases=lambda n, m, f_h, f_w, g: m * f_h * f_w,
)
_mistake(
    "divides_the_biases",
    "The biases are divided by the groups too. The weights are, but all out_channels kernels keep "
    "their bias.",
    biases=lambda n, m, f_h, f_w, g: m // g,
)
_mistake(
    "multiplies_the_biases",
    "The biases are counted once for each group: there is one per output channel.",
    biases=lambda n, m, f_h, f_w, g: m * g,
)
_mistake(
    "counts_the_biases_twice",
    "The biases are counted twice: one for each output channel is enough.",
    biases=lambda n, m, f_h, f_w, g: 2 * m,
)
_mistake(
    "forgets_the_area",
    "The kernel's size is forgotten: each kernel has f_h · f_w numbers per input channel.",
    area=lambda n, m, f_h, f_w, g: 1,
)
_mistake(
    "uses_the_height_only",
    "Only one side of the kernel is used. It has height times width numbers: `f_h, f_w = "
    "kernel_size`.",
    area=lambda n, m, f_h, f_w, g: f_h,
)
_mistake(
    "uses_the_width_only",
    "Only the kernel's width is used. It has height times width numbers.",
    area=lambda n, m, f_h, f_w, g: f_w,
)
_mistake(
    "squares_the_height",
    "The kernel is taken for square: its height is squared. Multiply height by width.",
    area=lambda n, m, f_h, f_w, g: f_h**2,
)
_mistake(
    "squares_the_width",
    "The kernel is taken for square: its width is squared. Multiply height by width.",
    area=lambda n, m, f_h, f_w, g: f_w**2,
)
_mistake(
    "adds_the_sides",
    "Height and width of the kernel are added: a table has height times width cells.",
    area=lambda n, m, f_h, f_w, g: f_h + f_w,
)
_mistake(
    "forgets_the_input_channels",
    "The input channels are forgotten: a kernel has f_h · f_w numbers for *each* channel it sees. "
    "(The 5·5·1 of LeNet's first layer has the 1 because its input is grey.)",
    seen=lambda n, m, f_h, f_w, g: 1,
)


@exercise.mistake(
    "The input channels are forgotten, and `bias` is not looked at: f_h · f_w + 1 numbers for each "
    "kernel are right for a grey picture with biases only."
)
def takes_the_input_for_grey(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return out_channels * (math.prod(kernel_size) + 1)


_mistake(
    "counts_one_kernel",
    "Only one kernel is counted: the layer has out_channels of them, each with its weights and its "
    "bias.",
    kernels=lambda n, m, f_h, f_w, g: 1,
    biases=lambda n, m, f_h, f_w, g: 1,
)
_mistake(
    "counts_the_weights_of_one_kernel",
    "The weights of one kernel only: there are out_channels kernels. (The biases are all there.)",
    kernels=lambda n, m, f_h, f_w, g: 1,
)
_mistake(
    "ignores_groups",
    "The groups are ignored: with groups, a kernel sees only in_channels // groups channels.",
    seen=lambda n, m, f_h, f_w, g: n,
)


@exercise.mistake(
    "Neither `groups` nor `bias` is used: this is right for one group with biases only. A kernel "
    "sees in_channels // groups channels, and there are no biases when `bias` is False."
)
def uses_neither_groups_nor_bias(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return _conv2d_parameters(in_channels, out_channels, kernel_size)


@exercise.mistake(
    "The groups are ignored and the biases forgotten: a kernel sees in_channels // groups "
    "channels, and each output channel has a bias if `bias` is true."
)
def ignores_groups_and_forgets_the_bias(
    in_channels, out_channels, kernel_size, groups=1, bias=True
):
    return _conv2d_parameters(in_channels, out_channels, kernel_size, bias=False)


_mistake(
    "divides_twice",
    "You divide by the groups twice. Each group has in_channels / groups inputs and out_channels / "
    "groups kernels, but there are `groups` groups: over all of them one division is left.",
    kernels=lambda n, m, f_h, f_w, g: m // g,
)


@exercise.mistake(
    "This is one group only: it has in_channels / groups inputs and out_channels / groups kernels. "
    "Multiply by the number of groups."
)
def counts_one_group(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return _conv2d_parameters(in_channels // groups, out_channels // groups, kernel_size, 1, bias)


_mistake(
    "multiplies_by_groups",
    "You multiply by the groups. They cut connections: divide by them.",
    seen=lambda n, m, f_h, f_w, g: n * g,
)


@exercise.mistake(
    "Every group gets all out_channels kernels. The kernels are shared out: out_channels // groups "
    "for each group."
)
def gives_all_kernels_to_each_group(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return groups * _conv2d_parameters(in_channels, out_channels, kernel_size, groups, bias)


@exercise.mistake("Input and output channels are added. Every kernel has a slice for every input.")
def adds_the_channels(in_channels, out_channels, kernel_size, groups=1, bias=True):
    area = math.prod(kernel_size)
    return (in_channels // groups + out_channels) * area + (out_channels if bias else 0)


@exercise.mistake("Only the biases are counted: the weights of the kernels are missing.")
def counts_the_biases_only(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return out_channels if bias else 0


@exercise.mistake(
    "These are bytes (four for each number). Asked for is how many numbers there are."
)
def gives_bytes(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return 4 * _conv2d_parameters(in_channels, out_channels, kernel_size, groups, bias)


@exercise.mistake(
    "The count is right, but it is a float: `/` and `float` give one. Divide the channels with "
    "`//`."
)
def gives_a_float(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return float(_conv2d_parameters(in_channels, out_channels, kernel_size, groups, bias))


@exercise.mistake("Weights and biases come back as two numbers. Return their sum.")
def gives_two_numbers(in_channels, out_channels, kernel_size, groups=1, bias=True):
    weights = _conv2d_parameters(in_channels, out_channels, kernel_size, groups, False)
    return weights, out_channels if bias else 0


@exercise.mistake(
    "This is the shape of the weights. Multiply its numbers, and add the biases if there are any."
)
def gives_the_shape(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return (out_channels, in_channels // groups, *kernel_size)


@exercise.mistake(
    "Without biases nothing is left: `a + b if bias else 0` chooses between the whole sum and 0. "
    "Put brackets, `a + (b if bias else 0)`."
)
def chooses_between_all_and_nothing(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return _conv2d_parameters(in_channels, out_channels, kernel_size, groups) if bias else 0


@exercise.mistake(
    "With groups, you let each kernel see one channel. That is so if there are as many groups as "
    "channels; in general it sees in_channels // groups."
)
def takes_groups_for_single_channels(in_channels, out_channels, kernel_size, groups=1, bias=True):
    groups = in_channels if groups > 1 else 1
    return _conv2d_parameters(in_channels, out_channels, kernel_size, groups, bias)


@exercise.mistake(
    "The pair `kernel_size` is multiplied by itself. Take it apart first, `f_h, f_w = kernel_size`"
    ", and multiply the two numbers."
)
def multiplies_the_pair(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return out_channels * (in_channels // groups * (kernel_size * kernel_size) + int(bias))


@exercise.also_right("the sizes of real arrays")
def by_making_arrays(in_channels, out_channels, kernel_size, groups=1, bias=True):
    w = np.empty((out_channels, in_channels // groups, *kernel_size))
    return w.size + (np.empty(out_channels).size if bias else 0)


@exercise.also_right("one group after the other")
def group_by_group(in_channels, out_channels, kernel_size, groups=1, bias=True):
    count = 0
    for _ in range(groups):
        for _ in range(out_channels // groups):
            count += in_channels // groups * kernel_size[0] * kernel_size[1] + int(bias)
    return count


@exercise.also_right("np.prod, as a NumPy integer")
def with_prod(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return np.prod([out_channels, in_channels // groups, *kernel_size]) + bias * out_channels


@exercise.also_right("multiplied first, divided after")
def divided_after(in_channels, out_channels, kernel_size, groups=1, bias=True):
    weights = in_channels * out_channels * math.prod(kernel_size) // groups
    return np.int64(weights + out_channels * bias)


@exercise.also_right("a fully connected layer over each window")
def as_a_linear_layer(in_channels, out_channels, kernel_size, groups=1, bias=True):
    inputs = int(np.ones(kernel_size).sum()) * in_channels // groups
    return np.array((inputs + bias) * out_channels)


@exercise.also_right("the parameters of torch.nn.Conv2d", needs="torch")
def with_torch(in_channels, out_channels, kernel_size, groups=1, bias=True):
    from torch import nn

    layer = nn.Conv2d(in_channels, out_channels, kernel_size, groups=groups, bias=bias)
    return sum(p.numel() for p in layer.parameters())
