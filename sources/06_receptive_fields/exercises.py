# %% [markdown]
# # 06 · Receptive fields: exercises
#
# You write four short functions. Three compute on paper what a unit deep in a
# network can see of the picture; the fourth asks the network itself.
#
# Replace `raise NotImplementedError` by your answer and run the cell. The cell
# below it, `check(...)`, tries your function on many inputs and shows the
# smallest one that fails. Stuck? Open a hint, or run
# `hint(effective_stride)`. Nothing is sent anywhere.
#
# The course's own `coursekit.analysis` would take the point out of the
# exercises: leave it for afterwards, to compare. Everything here is along one
# axis but for the last exercise; height and width go the same way. Draw a row
# of dots whenever a formula looks strange.

# %%
import numpy as np
from coursekit import check, hint, progress

# %% [markdown]
# ## 1 · How far apart do two neighbours look?
#
# <!-- card: effective_stride -->
#
# A unit and its neighbour in the last layer of a stack: how many pixels further
# does the neighbour look? That is the layer's *effective stride*, also called
# its jump. Every layer has a stride of its own: its unit $u$ looks at the units
# from $s \cdot u$ on of the layer below.
#
# With strides 2 and 3:
#
# ```text
# layer 2    unit 0         unit 1            3 units apart in layer 1
# layer 1    0    1    2    3                 each of them 2 pixels
# pixels     0 1  2 3  4 5  6 7    effective_stride([2, 3]) is 6
# ```


# %%
def effective_stride(strides):
    """How many pixels further the next unit of the last layer looks.

    Args:
        strides: the layers' strides, first layer first: a list of at least
            one int, all of them 1 or more.

    Returns:
        A number of pixels, an int (a float is not accepted).
    """
    ### BEGIN SOLUTION
    jump = 1
    for s in strides:
        jump *= s
    return jump
    ### END SOLUTION


# %%
check(effective_stride)

# %% [markdown]
# <!-- hints: effective_stride -->
#
# **Stretch.** VGG-16 has five poolings with stride 2, and 7×7 maps at the end
# for pictures of 224×224. Is that what its effective stride says? Try AlexNet
# too: strides 4, 2, 2, 2 and 6×6 maps. What is lost at the border?

# %% [markdown]
# ## 2 · How many pixels does a unit see?
#
# <!-- card: receptive_field -->
#
# The *receptive field* of a unit is the stretch of pixels from the first to
# the last that can change it. A pixel sees itself: 1. Layer $k$ has a kernel
# of $f_k$ numbers that stand $d_k$ units of the layer below apart (its
# *dilation*; 1 means side by side), and a stride $s_k$. Deck 5 has the
# recursion for $d_k = 1$:
#
# $$r_k = r_{k-1} + (f_k - 1) \, d_k \prod_{i=1}^{k-1} s_i, \qquad r_0 = 1$$
#
# Three small stacks by hand; $j$ is the product:
#
# | kernels | strides | dilations | steps | field |
# | --- | --- | --- | --- | --- |
# | 3 | 1 | 1 | 1 + 2·1·1 | 3 |
# | 3, 5 | 2, 1 | 1, 1 | 1 + 2·1·1 + 4·1·2 | 11 |
# | 3, 2 | 2, 1 | 1, 3 | 1 + 2·1·1 + 1·3·2 | 9 |
#
# Pixels between the first and the last count, even if a dilation jumps over
# them; so do those that lie in the padding. Pooling is a layer like any other.


# %%
def receptive_field(kernel_sizes, strides, dilations):
    """How many pixels one unit of the last layer sees, along one axis.

    Args:
        kernel_sizes: the layers' kernels, first layer first: a list of at
            least one int, all of them 1 or more.
        strides: their strides, a list of as many ints of 1 or more.
        dilations: their dilations, a list of as many ints of 1 or more.

    Returns:
        The number of pixels from the first to the last, an int (a float is
        not accepted).
    """
    ### BEGIN SOLUTION
    field, jump = 1, 1  # a pixel sees itself, and its neighbour is next to it
    for f, s, d in zip(kernel_sizes, strides, dilations, strict=True):
        field += (f - 1) * d * jump
        jump *= s  # only layers further up see more for this stride
    return field
    ### END SOLUTION


# %%
check(receptive_field)

# %% [markdown]
# <!-- hints: receptive_field -->
#
# **Stretch.** How many 3×3 layers with stride 1 does it take to see all 224
# pixels? And with a 2×2 pooling after every second one? Find both with your
# function. Then find a stack that sees as much as your second one, but has no
# stride at all.

# %% [markdown]
# ## 3 · Which pixels does a unit see?
#
# <!-- card: receptive_field_region -->
#
# Not how many, but which: the first and the last pixel that unit `unit` of the
# last layer sees, both included. Layer $k$ has $p_k$ units of padding before
# its input (and as many after it), so its unit $u$ looks at the units
#
# $$s_k u - p_k \quad \text{to} \quad s_k u - p_k + f_k - 1$$
#
# of the layer below; a negative number is a place in the padding. Follow the
# two ends down to the pixels, or find a formula. Do not cut anything off: a
# field that begins two pixels before the picture begins at −2.
#
# One layer with a kernel of 3 and padding 1:
#
# ```text
# unit                  0   1   2   3
# sees            -1 … 1        …     2 … 4
# ```
#
# so the answers for units 0 and 3 are (−1, 1) and (2, 4). Two layers: a kernel
# of 3 with stride 2 and padding 1, then one of 5 with stride 1 and none. Unit 1
# of the second sees units 1 to 5 of the first, and these see the pixels from
# 2·1 − 1 = 1 to 2·5 − 1 + 2 = 11.


# %%
def receptive_field_region(kernel_sizes, strides, paddings, unit):
    """The first and the last pixel that one unit of the last layer sees.

    Args:
        kernel_sizes: the layers' kernels, first layer first: a list of at
            least one int, all of them 1 or more.
        strides: their strides, a list of as many ints of 1 or more.
        paddings: their paddings on each side, a list of as many ints of 0 or
            more.
        unit: which unit of the last layer, an int; the first is 0.

    Returns:
        (first, last): two ints, both pixels included. Pixel 0 is the first of
        the picture; places in the padding before it are negative.
    """
    ### BEGIN SOLUTION
    first = last = unit
    layers = list(zip(kernel_sizes, strides, paddings, strict=True))
    for f, s, p in reversed(layers):
        first = s * first - p
        last = s * last - p + f - 1
    return first, last
    ### END SOLUTION


# %%
check(receptive_field_region)

# %% [markdown]
# <!-- hints: receptive_field_region -->
#
# **Stretch.** Add dilations. Then write the output size of a whole stack with
# one formula: how many units are there whose region lies between pixel $-P$
# and pixel $n - 1 + P$, where unit 0 begins at $-P$? Compare with applying
# `conv_output_size` of unit 02 layer by layer.

# %% [markdown]
# ## 4 · Ask the network itself
#
# <!-- card: empirical_receptive_field -->
#
# Formulas can be wrong, and networks can be built otherwise than we think. So
# measure: a unit sees a pixel if changing the pixel changes the unit, that is,
# if the gradient of the unit with respect to the pixel is not 0.
#
# The network you get has two methods. `network.forward(x)` takes a batch of
# pictures (N, C, H, W) and gives the last layer's maps $y$, (N, F, H', W').
# After it, `network.backward(dout)` takes an array of the shape of $y$ and
# gives the gradient of $\sum \text{dout} \cdot y$ with respect to $x$, in the
# shape of $x$. It is made of convolutions and average pooling, without
# activations: so the gradient is the same for every picture, and any picture
# will do.
#
# A unit here is one place (row, column) with all its output channels:
#
# $$u = \sum_f y_{f,\,\text{row},\,\text{column}}, \qquad
# \text{answer}_{ij} = \sum_c \left|
# \frac{\partial u}{\partial x_{c,i,j}} \right|$$
#
# The smallest example: one layer with a 2×2 kernel on 3×3 pixels. Unit (0, 1)
# is the upper right one of the four:
#
# ```text
# kernel     unit (0, 1)                  answer
# 1 -2       1·x01 - 2·x02                0 1 2
# 0  3         + 0·x11 + 3·x12            0 0 3
#                                         0 0 0
# ```
#
# And a row of six pixels under two layers, first the kernel (1, −2), then
# (1, 3) with stride 2. Unit (0, 1) adds up what reaches it on two ways:
#
# ```text
# u = 1·m2 + 3·m3,   m2 = x2 - 2·x3,   m3 = x3 - 2·x4
#   = x2 + x3 - 6·x4                   answer  0 0 1 1 6 0
# ```


# %%
def empirical_receptive_field(network, input_shape, unit):
    """How strongly each pixel acts on one unit of a network's last layer.

    Args:
        network: an object with forward(x) and backward(dout), see above.
        input_shape: (C, H, W), the shape of one picture.
        unit: (row, column) of the unit in the output; the first is (0, 0).

    Returns:
        An array of shape (H, W): for every pixel, the absolute gradient of
        the unit (all output channels added up first), summed over the input
        channels.
    """
    ### BEGIN SOLUTION
    row, column = unit
    y = network.forward(np.zeros((1, *input_shape)))
    dout = np.zeros(y.shape)
    dout[:, :, row, column] = 1  # the gradient of the unit with respect to y
    dx = network.backward(dout)
    return np.abs(dx[0]).sum(axis=0)
    ### END SOLUTION


# %%
check(empirical_receptive_field)

# %% [markdown]
# <!-- hints: empirical_receptive_field -->
#
# **Stretch.** Cut the modified LeNet of unit 04 before its first fully
# connected layer:
# `nn.Sequential(*nn.modified_lenet(32).layers[:6], input_shape=(1, 32, 32))`,
# with `import coursekit.numpy_nn as nn`. It has ReLU and max pooling, so now
# the picture matters. Give it a digit in place of zeros. Is every pixel of the
# field that `receptive_field_region` predicts there? Average over many digits.

# %% [markdown]
# ## How far you have come
#
# Next: unit 07 leaves NumPy for PyTorch, and builds AlexNet.

# %%
progress("06")
