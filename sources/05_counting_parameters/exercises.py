# %% [markdown]
# # 05 · Counting parameters: exercises
#
# You write six short functions. The first four count one layer each; the last
# one makes the table of a whole network. At the end come tables with an error
# in them, and a contest.
#
# Replace `raise NotImplementedError` by your answer and run the cell. The cell
# below it, `check(...)`, tries your function on many inputs and shows the
# smallest one that fails. Stuck? Open a hint, or run
# `hint(linear_parameters)`. Nothing is sent anywhere.
#
# Everything here is arithmetic with whole numbers: no arrays are needed, and a
# float is never right. Shapes are $(C, H, W)$, the channels first. The course's
# own `coursekit.analysis` counts all this; keep it for comparing afterwards.

# %%
import math
import numpy as np
from coursekit import check, hint, progress

# %% [markdown]
# ## 1 · Count the numbers of a fully connected layer
#
# <!-- card: linear_parameters -->
#
# A layer of neurons: each output is a weighted sum of all inputs, plus a number
# of its own, the bias. How many numbers are learned? Three inputs, two outputs:
#
# ```text
# output 0:  w w w  b
# output 1:  w w w  b        linear_parameters(3, 2) is 8
#                            linear_parameters(3, 2, bias=False) is 6
# ```


# %%
def linear_parameters(in_features, out_features, bias=True):
    """How many numbers a fully connected layer learns.

    Args:
        in_features: how many numbers go in, an int.
        out_features: how many come out, an int.
        bias: whether the outputs have biases.

    Returns:
        The number of weights and biases together, an int.
    """
    ### BEGIN SOLUTION
    return out_features * (in_features + int(bias))
    ### END SOLUTION


# %%
check(linear_parameters)

# %% [markdown]
# <!-- hints: linear_parameters -->
#
# **Stretch.** Two layers in a row, 1000 → 20 → 1000, without anything between
# them, do nothing that one layer 1000 → 1000 could not do. How many numbers
# do they save, and what do they give up?

# %% [markdown]
# ## 2 · Count the numbers of a convolution
#
# <!-- card: conv2d_parameters -->
#
# Each output channel has one kernel, and a kernel sees *all* input channels:
# $f_h \times f_w$ numbers for each of them. It adds one bias. LeNet-5's first
# layer has one input channel and six kernels of 5×5:
#
# ```text
# one kernel: 5 · 5 · 1 weights and 1 bias, 26 numbers
# six of them:                             156
# ```
#
# With `groups`, the channels are cut into as many equal parts. The first part
# of the kernels sees only the first part of the input channels, and so on.
# Four channels in, six out, kernels of 3×3, two groups: each of the six kernels
# sees 2 channels, so there are 6 · (2 · 9 + 1) = 114 numbers.


# %%
def conv2d_parameters(
    in_channels, out_channels, kernel_size, groups=1, bias=True
):
    """How many numbers a convolution learns.

    Args:
        in_channels, out_channels: ints, both divisible by `groups`.
        kernel_size: a pair of ints (f_h, f_w), not always equal.
        groups: into how many parts the channels are cut, an int.
        bias: whether each output channel has a bias.

    Returns:
        The number of weights and biases together, an int.
    """
    ### BEGIN SOLUTION
    f_h, f_w = kernel_size
    seen = in_channels // groups  # by one kernel
    return out_channels * (seen * f_h * f_w + int(bias))
    ### END SOLUTION


# %%
check(conv2d_parameters)

# %% [markdown]
# <!-- hints: conv2d_parameters -->
#
# **Stretch.** A convolution in groups of one channel each, followed by a 1×1
# convolution over all channels, is called *depthwise separable*. How many times
# fewer weights has it than an ordinary 3×3 convolution with 256 channels in and
# out? What is the limit for very many channels?

# %% [markdown]
# ## 3 · Count a layer that shares nothing
#
# <!-- card: locally_connected_parameters -->
#
# Now every place of the output has kernels and biases of its own. So the size
# of the picture matters. Unit 02 says at how many places a window stands:
#
# $$h_\text{out} = \left\lfloor \frac{h + 2p - f_h}{s} \right\rfloor + 1$$
#
# A 3×3 picture, one channel, windows of 2×2, one unit at each place:
#
# ```text
# places:             2 · 2 = 4
# each unit has:      4 weights and 1 bias
# in all:             4 · 5 = 20
# ```


# %%
def locally_connected_parameters(
    input_shape, out_channels, kernel_size, stride=1, padding=0, bias=True
):
    """How many numbers a locally connected layer learns.

    Args:
        input_shape: the input's (C, H, W), three ints.
        out_channels: how many units look at each window, an int.
        kernel_size: the window's (f_h, f_w), two ints.
        stride: pixels from one window to the next, down and across.
        padding: rows and columns of zeros on each of the four sides.
        bias: whether each unit has a bias of its own.

    Returns:
        The number of weights and biases together, an int.
    """
    ### BEGIN SOLUTION
    c, h, w = input_shape
    f_h, f_w = kernel_size
    h_out = (h + 2 * padding - f_h) // stride + 1
    w_out = (w + 2 * padding - f_w) // stride + 1
    units = out_channels * h_out * w_out
    return units * (c * f_h * f_w + int(bias))
    ### END SOLUTION


# %%
check(locally_connected_parameters)

# %% [markdown]
# <!-- hints: locally_connected_parameters -->
#
# **Stretch.** Faces in passport photographs always have the eyes at the same
# place. Why might a layer that shares nothing make sense there, and what would
# you need much more of?

# %% [markdown]
# ## 4 · Count the multiply-adds of a convolution
#
# <!-- card: conv2d_macs -->
#
# Each number of the output is a sum of products. Count the products, for one
# picture: a product, added to the sum, is one *multiply-add*. Products with
# the zeros of the padding are computed like all others, and count. Biases do
# not.
#
# A 3×3 picture, one 2×2 kernel: four output numbers, four products each, so
# `conv2d_macs((1, 3, 3), 1, (2, 2))` is 16.


# %%
def conv2d_macs(
    input_shape, out_channels, kernel_size, stride=1, padding=0, groups=1
):
    """How many multiply-adds a convolution takes for one picture.

    Args:
        input_shape: the input's (C, H, W), three ints.
        out_channels: an int; C and out_channels are divisible by `groups`.
        kernel_size: the kernel's (f_h, f_w), two ints.
        stride: pixels from one place to the next, down and across.
        padding: rows and columns of zeros on each of the four sides.
        groups: into how many parts the channels are cut, an int.

    Returns:
        The number of multiply-adds, an int. Biases are not counted.
    """
    ### BEGIN SOLUTION
    c, h, w = input_shape
    f_h, f_w = kernel_size
    h_out = (h + 2 * padding - f_h) // stride + 1
    w_out = (w + 2 * padding - f_w) // stride + 1
    each = (c // groups) * f_h * f_w  # products in one output number
    return out_channels * h_out * w_out * each
    ### END SOLUTION


# %%
check(conv2d_macs)

# %% [markdown]
# <!-- hints: conv2d_macs -->
#
# **Stretch.** Which is cheaper, for any picture: 3×3 with stride 2, or 3×3 with
# stride 1 followed by 2×2 pooling? Both give maps of half the size. What does
# the dearer one have in return?

# %% [markdown]
# ## 5 · How much memory do the activations take?
#
# <!-- card: activation_memory -->
#
# Numbers that go from one layer to the next are called activations. Backward
# needs many of them again, so they are kept: for every picture of the batch.
# You get their shapes for *one* picture. Six maps of 2×2 and a vector of 10,
# a batch of 3, and 4 bytes for each number (float32):
#
# ```text
# numbers of one picture:  6 · 2 · 2 + 10 =  34
# of three:                      34 · 3   = 102
# bytes:                        102 · 4   = 408
# ```


# %%
def activation_memory(shapes, batch_size, bytes_per_number=4):
    """How many bytes activations take that are all kept.

    Args:
        shapes: a list of shapes, tuples of ints of any length, such as
            (6, 2, 2) or (10,): one for each tensor, for one picture. The
            list is not empty; a shape may come more than once.
        batch_size: how many pictures there are, an int.
        bytes_per_number: 4 for float32, 2 for float16, 8 for float64.

    Returns:
        The bytes of all tensors for the whole batch, an int.
    """
    ### BEGIN SOLUTION
    numbers = sum(math.prod(shape) for shape in shapes)
    return numbers * batch_size * bytes_per_number
    ### END SOLUTION


# %%
check(activation_memory)

# %% [markdown]
# <!-- hints: activation_memory -->
#
# **Stretch.** Keep only every second tensor, and compute the others again when
# backward needs them (*checkpointing*). How much memory is saved, and how much
# more work is it? What if you keep one in $k$?

# %% [markdown]
# ## 6 · The table of a whole network
#
# <!-- card: network_summary -->
#
# A network, written as a list of tuples. Kernels and windows are square.
#
# | layer | what comes out |
# | --- | --- |
# | `("conv", out_channels, kernel, stride, padding)` | maps, as in 4 |
# | `("pool", size, stride)` | as many maps, smaller |
# | `("relu",)` | the same shape |
# | `("flatten",)` | all $C·H·W$ numbers in a row |
# | `("global_average",)` | the mean of each map, $C$ numbers |
# | `("linear", out_features)` | out_features numbers |
#
# Convolutions and linear layers have biases; a linear layer takes one
# multiply-add for each weight. All other layers have 0 parameters and count 0
# multiply-adds. Pooling has no padding; windows that do not fit are dropped, as
# always. A vector of $D$ numbers is written as the shape $(D, 1, 1)$. A linear
# layer always gets a vector.
#
# For an input of $(1, 4, 4)$:
#
# | layer | shape | parameters | multiply-adds |
# | --- | --- | --- | --- |
# | `("conv", 2, 3, 1, 1)` | 2, 4, 4 | 2 · (9 + 1) = 20 | 2 · 16 · 9 = 288 |
# | `("relu",)` | 2, 4, 4 | 0 | 0 |
# | `("pool", 2, 2)` | 2, 2, 2 | 0 | 0 |
# | `("flatten",)` | 8, 1, 1 | 0 | 0 |
# | `("linear", 3)` | 3, 1, 1 | 3 · (8 + 1) = 27 | 3 · 8 = 24 |
#
# Your functions from above may help.


# %%
def network_summary(layers, input_shape):
    """What comes out of each layer, and what each costs.

    Args:
        layers: a list of L tuples, see above.
        input_shape: the shape of one picture, (C, H, W); for a network that
            begins with a linear layer, a vector (D, 1, 1).

    Returns:
        A tuple (shapes, parameters, macs): the output's shape for each layer,
        (L, 3) whole numbers; its parameters, (L,); its multiply-adds for one
        picture, (L,). Lists or arrays.
    """
    ### BEGIN SOLUTION
    c, h, w = input_shape
    shapes, parameters, macs = [], [], []
    for kind, *numbers in layers:
        learned = work = 0
        if kind == "conv":
            m, f, stride, padding = numbers
            learned = m * (c * f * f + 1)
            h = (h + 2 * padding - f) // stride + 1
            w = (w + 2 * padding - f) // stride + 1
            work = m * h * w * c * f * f
            c = m
        elif kind == "pool":
            size, stride = numbers
            h, w = (h - size) // stride + 1, (w - size) // stride + 1
        elif kind == "flatten":
            c, h, w = c * h * w, 1, 1
        elif kind == "global_average":
            h, w = 1, 1
        elif kind == "linear":
            (m,) = numbers
            learned, work = m * (c + 1), m * c
            c = m
        shapes.append((c, h, w))
        parameters.append(learned)
        macs.append(work)
    return shapes, parameters, macs
    ### END SOLUTION


# %%
check(network_summary)

# %% [markdown]
# <!-- hints: network_summary -->
#
# **Stretch.** Write AlexNet with one group as a list (`coursekit.analysis` has
# it: `network("alexnet")`; response normalisation and dropout have no weights,
# so leave them out). Do you get its 62,378,344 parameters? Then let your
# function take `("conv", out_channels, kernel, stride, padding, groups)` too,
# and get 60,965,224.

# %% [markdown]
# ## Find the error
#
# Five networks and their tables. One number in one of the tables is wrong: the
# kind of error that you make yourself, at two in the morning. Which table,
# which layer? (Your `network_summary` would find it at once. Try your head
# first: bias, channels, size of the output.)

# %%
from coursekit.analysis.puzzles import table_puzzle

puzzle = table_puzzle(1)  # 2, 3, 4, … are other ones
puzzle

# %% [markdown]
# Put in the letter of a table and the name of a layer, such as `"B"` and
# `"conv2"`; `puzzle.answer()` tells.

# %%
print(puzzle.guess("?", "?"))

# %% [markdown]
# <details><summary>How to go about it</summary>
#
# The quick tests first. Parameters of a convolution, divided by its kernels,
# give the numbers of one kernel: channels below times area, and 1. Its
# multiply-adds, divided by the numbers that come out, give the products in one
# sum: channels below times area. A linear layer's two counts differ by its
# outputs.
#
# In puzzle 1 the second test finds table D: conv2 gives 9 · 7 · 7 = 441
# numbers, and 39,366 / 441 is not even whole. Six channels below and an area
# of 9 make 54 products each, 23,814 in all.
#
# </details>

# %% [markdown]
# ## A contest: half the parameters
#
# This network reads digits of 16×16 pixels. Make one with at most *half* its
# parameters, whose last convolution sees at least as many pixels (12 a side,
# unit 06 says how; the judge counts), and which reads as many of the digits
# that were held out, give or take one in a hundred.
#
# The judge counts first. If counts and field are within the rules, it trains
# your network and the given one, each twice: some seconds. The entry below is
# the given network itself. So far it breaks one rule.

# %%
from coursekit.analysis.contest import judge

entry = [
    *[("conv", 8, 3, 1, 1), ("relu",), ("pool", 2, 2)],
    *[("conv", 16, 5, 1, 2), ("relu",), ("pool", 2, 2)],
    *[("flatten",), ("linear", 32), ("relu",), ("linear", 10)],
]
judge(entry)

# %% [markdown]
# <details><summary>Where to look first</summary>
#
# `network_summary(entry, (1, 16, 16))` says where the parameters are: more than
# two thirds in the first linear layer. Is a hidden layer needed there at all?
#
# </details>
#
# <details><summary>A trap</summary>
#
# Two 3×3 layers see as far as one 5×5. But from 8 to 16 channels they have
# *more* weights: 3,488 against 3,216, with biases. Stacks pay when channels
# stay the same.
#
# </details>
#
# <details><summary>One design that gets in</summary>
#
# No hidden layer, and two 3×3 layers of 12 maps in place of 16 by 5×5:
#
# ```python
# entry = [
#     *[("conv", 8, 3, 1, 1), ("relu",), ("pool", 2, 2)],
#     *[("conv", 12, 3, 1, 1), ("relu",)],
#     *[("conv", 12, 3, 1, 1), ("relu",), ("pool", 2, 2)],
#     *[("flatten",), ("linear", 10)],
# ]
# ```
#
# 4,194 parameters, about a third. It can be done with a fifth. A global average
# would save still more, but these small maps lose too much by it: where a
# stroke lies tells the digits apart.
#
# </details>

# %% [markdown]
# ## How far you have come
#
# Next: unit 06 asks what each of these numbers can see.

# %%
progress("05")
