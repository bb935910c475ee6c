"""``conv2d_macs``: how many products a convolution takes."""

import math

import numpy as np

from coursekit.exercises import Comparison, Exercise, case, tiny
from coursekit.exercises.unit05._places import add_wrong_sizes, places, positions
from coursekit.filters import conv_output_size


def _conv2d_macs(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    c, h, w = input_shape
    f_h, f_w = kernel_size
    h_out = conv_output_size(h, f_h, stride, padding)
    w_out = conv_output_size(w, f_w, stride, padding)
    return out_channels * h_out * w_out * (c // groups) * f_h * f_w


exercise = Exercise(
    "conv2d_macs(\n    input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1\n)",
    unit="05",
    title="Count the multiply-adds of a convolution",
    reference=_conv2d_macs,
    points=3,
    checks={
        "no stride, no padding": 1.5,
        "stride and padding": 0.5,
        "groups": 0.5,
        "in any form": 0.5,
    },
    minutes=20,
    difficulty=2,
    builds_on=("conv2d_parameters", "conv_output_size"),
    hints=(
        "Take one number of the output: which numbers are multiplied to get it, and how many?",
        "One output number takes (in_channels // groups) · f_h · f_w products, each added to the "
        "sum: that is one multiply-add. The bias is not counted.",
        "How many numbers has the output? out_channels · H_out · W_out. The size of the *input* "
        "plays no other part.",
        "out_channels * h_out * w_out * (c // groups) * f_h * f_w, with "
        "h_out = (h + 2 * padding - f_h) // stride + 1.",
    ),
    comparison=Comparison(whole=True),
    variants=False,
)


@exercise.cases
def cases(rng):
    sliding = "stride and padding"
    yield tiny("a 3×3 picture, one 2×2 kernel", (1, 3, 3), 1, (2, 2), expected=16)
    yield tiny("2 channels, 3 kernels of 2×3", (2, 3, 4), 3, (2, 3), expected=144)
    yield tiny(
        "padding 1: products with its zeros count", (1, 2, 2), 1, (3, 3), padding=1, expected=36
    ).counts_for(sliding)
    yield tiny(
        "stride 2, one column left over", (1, 3, 6), 1, (1, 3), stride=2, expected=12
    ).counts_for(sliding)
    yield tiny("two groups", (4, 2, 2), 2, (1, 1), groups=2, expected=16).counts_for("groups")
    yield case(
        "AlexNet's first layer", (3, 224, 224), 96, (11, 11), stride=4, padding=2
    ).counts_for(sliding)
    yield case(
        "one channel in each group", (6, 9, 7), 6, (3, 2), stride=2, padding=1, groups=6
    ).counts_for("groups")
    yield case(
        "stride, padding and groups told without names", (4, 12, 9), 8, (3, 5), 3, 1, 2
    ).counts_for("groups")
    for check in ["no stride, no padding"] * 2 + [sliding] * 2 + ["groups"] * 4:
        groups = int(rng.integers(2, 5))
        a, b = (int(v) for v in rng.choice(np.arange(1, 7), 2, replace=False))
        h, w = (int(v) for v in rng.choice(np.arange(12, 30), 2, replace=False))
        f_h, f_w = (int(v) for v in rng.choice(np.arange(2, 8), 2, replace=False))
        stride, padding = int(rng.integers(2, 5)), int(rng.integers(1, 4))
        padding += padding == stride
        steps = {} if check == "no stride, no padding" else {"stride": stride, "padding": padding}
        more = {"groups": groups} if check == "groups" else {}
        sizes = (groups * a, h, w), groups * b, (f_h, f_w)
        yield case(f"random sizes, {check}", *sizes, **steps, **more).counts_for(check)


@exercise.holds("Two groups take half the multiply-adds of one.")
def groups_halve_the_work(answer, rng):
    c, m = (2 * int(v) for v in rng.integers(1, 9, 2))
    one, two = (int(answer((c, 7, 9), m, (3, 2), groups=g)) for g in (1, 2))
    if one != 2 * two:
        return f"{c} to {m} channels: {one} in one group, {two} in two."
    return None


def _count(
    input_shape,
    out_channels,
    kernel_size,
    stride=1,
    padding=0,
    groups=1,
    *,
    size=places,
    seen=None,
    area=None,
):
    """The right formula with every number free: most mistakes are this with one of them wrong."""
    numbers = out_channels * positions(input_shape, kernel_size, stride, padding, size)
    seen = input_shape[0] // groups if seen is None else seen
    return numbers * seen * (math.prod(kernel_size) if area is None else area)


def _numbers(input_shape, out_channels, kernel_size, stride, padding):
    """How many numbers come out."""
    return out_channels * positions(input_shape, kernel_size, stride, padding)


add_wrong_sizes(exercise, _count)


@exercise.mistake(
    "Every product is counted twice, as a multiplication and an addition: those are FLOPs. One "
    "multiply-add is both."
)
def counts_flops(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    return 2 * _conv2d_macs(input_shape, out_channels, kernel_size, stride, padding, groups)


@exercise.mistake(
    "Multiplications and additions are counted apart (one addition fewer than products). One "
    "multiply-add is one product and its addition."
)
def counts_additions_apart(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    macs = _conv2d_macs(input_shape, out_channels, kernel_size, stride, padding, groups)
    return 2 * macs - _numbers(input_shape, out_channels, kernel_size, stride, padding)


@exercise.mistake(
    "Every product is counted twice, as a multiplication and an addition (FLOPs), and the groups "
    "are ignored: an output number is a sum over C // groups channels."
)
def counts_flops_without_groups(
    input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1
):
    return 2 * _conv2d_macs(input_shape, out_channels, kernel_size, stride, padding, 1)


@exercise.mistake("The bias is counted, one addition for each output number. Leave it out here.")
def counts_the_bias(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    macs = _conv2d_macs(input_shape, out_channels, kernel_size, stride, padding, groups)
    return macs + _numbers(input_shape, out_channels, kernel_size, stride, padding)


@exercise.mistake(
    "Multiplications, additions and biases are all counted, each as one operation. Asked for are "
    "multiply-adds: one for each product, and none for the bias."
)
def counts_flops_and_the_bias(
    input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1
):
    macs = _conv2d_macs(input_shape, out_channels, kernel_size, stride, padding, groups)
    return 2 * macs + _numbers(input_shape, out_channels, kernel_size, stride, padding)


@exercise.mistake("A bias is counted for each kernel. Biases are no products: leave them out here.")
def counts_a_bias_per_kernel(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    macs = _conv2d_macs(input_shape, out_channels, kernel_size, stride, padding, groups)
    return macs + out_channels


@exercise.mistake(
    "The first product of each sum is left out (there is no addition for it). It counts as one "
    "multiply-add as well: the sum starts at 0."
)
def counts_additions_only(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    macs = _conv2d_macs(input_shape, out_channels, kernel_size, stride, padding, groups)
    return macs - _numbers(input_shape, out_channels, kernel_size, stride, padding)


@exercise.mistake(
    "Those are the weights. Each weight is used at every place of the output: multiply by H_out "
    "and W_out."
)
def counts_parameters(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    return out_channels * (input_shape[0] // groups) * math.prod(kernel_size)


@exercise.mistake(
    "The groups are ignored: with groups, an output number is a sum over C // groups channels."
)
def ignores_groups(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    return _count(input_shape, out_channels, kernel_size, stride, padding, 1)


@exercise.mistake(
    "You divide by the groups twice (or count one group only). The output has all out_channels, "
    "each a sum over C // groups channels: one division."
)
def divides_twice(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    return _count(input_shape, out_channels // groups, kernel_size, stride, padding, groups)


@exercise.mistake(
    "Stride, padding and groups are all ignored: n - f + 1 places and sums over all channels are "
    "right for stride 1, no padding and one group only."
)
def ignores_stride_padding_and_groups(
    input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1
):
    return _count(input_shape, out_channels, kernel_size)


@exercise.mistake(
    "The size of the *input* is used, H times W, and the groups are ignored. The kernel stands at "
    "H_out times W_out places, and sums over C // groups channels."
)
def counts_the_input_without_groups(
    input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1
):
    return math.prod(input_shape) * out_channels * math.prod(kernel_size)


@exercise.mistake(
    "Those are the weights of a layer with one group. Each weight is used at every place of the "
    "output (times H_out and W_out), and groups divide the input channels."
)
def counts_parameters_without_groups(
    input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1
):
    return out_channels * input_shape[0] * math.prod(kernel_size)


@exercise.mistake("You multiply by the groups. They cut connections: divide by them.")
def multiplies_by_groups(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    seen = input_shape[0] * groups
    return _count(input_shape, out_channels, kernel_size, stride, padding, groups, seen=seen)


@exercise.mistake("The input channels are forgotten: each output number sums over all it sees.")
def forgets_the_input_channels(
    input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1
):
    return _count(input_shape, out_channels, kernel_size, stride, padding, groups, seen=1)


@exercise.mistake("The output channels are forgotten: each of them is computed at every place.")
def forgets_the_output_channels(
    input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1
):
    return _count(input_shape, 1, kernel_size, stride, padding, groups)


@exercise.mistake("The kernel's size is forgotten: each sum has f_h · f_w products per channel.")
def forgets_the_area(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    return _count(input_shape, out_channels, kernel_size, stride, padding, groups, area=1)


@exercise.mistake("These are the numbers that come out. Each is a sum of many products.")
def counts_the_outputs(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    return _numbers(input_shape, out_channels, kernel_size, stride, padding)


@exercise.mistake("The kernel is taken for square: its height is its width too. Use both numbers.")
def takes_the_height_for_both(
    input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1
):
    square = kernel_size[0], kernel_size[0]
    return _count(input_shape, out_channels, square, stride, padding, groups)


@exercise.mistake("The kernel is taken for square: its width is its height too. Use both numbers.")
def takes_the_width_for_both(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    square = kernel_size[1], kernel_size[1]
    return _count(input_shape, out_channels, square, stride, padding, groups)


@exercise.mistake(
    "The kernel's height is squared in the products: multiply its height by its width. (The size "
    "of the output is right.)"
)
def squares_the_height(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    area = kernel_size[0] ** 2
    return _count(input_shape, out_channels, kernel_size, stride, padding, groups, area=area)


@exercise.mistake(
    "Height and width are exchanged, of the picture or of the kernel: shapes are (C, H, W), and "
    "kernel_size is (f_h, f_w)."
)
def exchanges_height_and_width(
    input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1
):
    return _count(input_shape, out_channels, kernel_size[::-1], stride, padding, groups)


@exercise.mistake("The output is taken for square: its height is used as its width too.")
def takes_the_output_for_square(
    input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1
):
    c, h, _ = input_shape
    side = places(h, kernel_size[0], stride, padding)
    return out_channels * side**2 * (c // groups) * math.prod(kernel_size)


@exercise.mistake(
    "Only the places along the height are counted: multiply by those along the width."
)
def counts_one_axis(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    c, h, _ = input_shape
    side = places(h, kernel_size[0], stride, padding)
    return out_channels * side * (c // groups) * math.prod(kernel_size)


@exercise.mistake("The places along height and width are added: a table has rows *times* columns.")
def adds_the_places(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    sides = sum(
        places(n, f, stride, padding) for n, f in zip(input_shape[1:], kernel_size, strict=True)
    )
    return out_channels * sides * (input_shape[0] // groups) * math.prod(kernel_size)


@exercise.mistake("The stride is divided out a second time: H_out and W_out have it already.")
def divides_by_the_stride_again(
    input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1
):
    macs = _conv2d_macs(input_shape, out_channels, kernel_size, stride, padding, groups)
    return macs // stride**2


@exercise.mistake(
    "Products with the zeros of the padding are left out. The layer computes them like all others: "
    "count them."
)
def skips_the_padding(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    macs = out_channels * (input_shape[0] // groups)
    for n, f in zip(input_shape[1:], kernel_size, strict=True):
        starts = np.arange(places(n, f, stride, padding))[:, np.newaxis] * stride - padding
        pixels = starts + np.arange(f)
        macs *= int(((pixels >= 0) & (pixels < n)).sum())
    return macs


@exercise.mistake("Shapes are (C, H, W) here, the channels first. You read them as (H, W, C).")
def reads_channels_last(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    h, w, c = input_shape
    return _count((c, h, w), out_channels, kernel_size, stride, padding, groups)


@exercise.mistake(
    "The whole picture goes into every product sum: that is a fully connected layer. A kernel sees "
    "f_h · f_w pixels of each channel at a time."
)
def connects_everything(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    numbers = _numbers(input_shape, out_channels, kernel_size, stride, padding)
    return numbers * math.prod(input_shape)


@exercise.mistake(
    "`/` gives a float, and keeps the part of a step that does not fit: count the places with `//`."
)
def divides_to_a_float(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    return _count(
        input_shape,
        out_channels,
        kernel_size,
        stride,
        padding,
        groups,
        size=lambda n, f, s, p: (n + 2 * p - f) / s + 1,
    )


@exercise.mistake("The count is right, but it is a float: `/` and `np.floor` give one. Use `//`.")
def gives_a_float(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    return float(_conv2d_macs(input_shape, out_channels, kernel_size, stride, padding, groups))


@exercise.mistake("This is in millions. Return the number itself, every multiply-add counted.")
def gives_millions(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    return _conv2d_macs(input_shape, out_channels, kernel_size, stride, padding, groups) / 1e6


@exercise.mistake("Height and width of the kernel are added: a window has height · width cells.")
def adds_the_sides(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    every = _conv2d_macs(input_shape, out_channels, kernel_size, stride, padding, groups)
    return every // math.prod(kernel_size) * sum(kernel_size)


@exercise.also_right("counting in loops over the windows")
def by_counting(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    (c, h, w), (f_h, f_w), count = input_shape, kernel_size, 0
    for _ in range(-padding, h + padding - f_h + 1, stride):
        for _ in range(-padding, w + padding - f_w + 1, stride):
            count += out_channels * (c // groups) * f_h * f_w
    return count


@exercise.also_right("the weights times the places, as a NumPy integer")
def weights_times_places(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    weights = np.empty((out_channels, input_shape[0] // groups, *kernel_size)).size
    sides = (np.array(input_shape[1:]) + 2 * padding - np.array(kernel_size)) // stride + 1
    return weights * np.prod(sides)


@exercise.also_right("one group after the other")
def group_by_group(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    c, h, w = input_shape
    one = _conv2d_macs((c // groups, h, w), out_channels // groups, kernel_size, stride, padding)
    return sum(one for _ in range(groups))


@exercise.also_right("the size of the windows, times the kernels")
def by_windows(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    x = np.pad(np.zeros(input_shape, bool), ((0, 0), (padding,) * 2, (padding,) * 2))
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel_size, (1, 2))
    return windows[:, ::stride, ::stride].size * out_channels // groups


@exercise.also_right("half of what PyTorch's counter of operations says", needs="torch")
def with_torch(input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1):
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    sizes = {"stride": stride, "padding": padding, "groups": groups}
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        layer = torch.nn.Conv2d(input_shape[0], out_channels, kernel_size, **sizes)
        layer(torch.empty(1, *input_shape))
    return counter.get_total_flops() // 2
