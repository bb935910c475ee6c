# %% [markdown]
# # 08 · VGG and GoogLeNet: exercises
#
# You build the layers of VGG from one line of the paper's table, and
# GoogLeNet's two ideas: the inception module, and one number per map in place
# of fully connected layers. Then the two ways in which both networks got more
# out of their pictures: many sizes in training, many looks in testing.
#
# Replace `raise NotImplementedError` by your answer and run the cell. The cell
# below it, `check(...)`, tries your answer on many inputs and shows the
# smallest one that fails. Stuck? Open a hint, or run `hint(vgg_features)`.
# Nothing is sent anywhere.
#
# From this part on you work with PyTorch: tensors come in, and tensors go out.
# Use `torch`, `nn` and `F` as you like. Pictures come in batches (N, C, H, W):
# $N$ images, $C$ channels, $H$ rows, $W$ columns. Make new tensors like the
# input, `torch.zeros(..., dtype=x.dtype, device=x.device)`, so that your answer
# also works in double precision and on a GPU. No function changes the tensors
# it is given.

# %%
import torch
import torch.nn.functional as F
from torch import nn
from coursekit import check, hint, progress

# %% [markdown]
# ## 1 · The layers of VGG from a list
#
# <!-- card: vgg_features -->
#
# VGG has no special layers. Every convolution is 3×3 with a padding of one
# pixel, which keeps height and width, and every pooling is a maximum over 2×2,
# which halves them. So a list describes all of it: a number is a convolution
# with so many kernels, followed by a ReLU, and "M" is a pooling. This is
# configuration D, VGG-16, up to its fully connected layers:
#
# ```text
# [64, 64, "M", 128, 128, "M", 256, 256, 256, "M",
#  512, 512, 512, "M", 512, 512, 512, "M"]
# ```
#
# A convolution takes as many channels as the one before it gave, and the first
# takes `in_channels`. All convolutions have biases. Pooling drops a row or
# column that is left over.
#
# Small enough for paper: one channel, one kernel of nine ones, the bias −2.
# `[1]` and `[1, "M"]` make of the picture on the left
#
# ```text
# picture        [1]            [1, "M"]
# 1 0 0 2        0 0 1 0
# 0 1 0 0        0 0 1 0        0 1
# 0 0 0 0        2 2 0 0        2 0
# 3 0 0 1        1 1 0 0
# ```
#
# The sum around the picture's upper left corner is 2, and 2 − 2 = 0. Around the
# pixel in row 0 and column 2 it is 2 + 1 = 3, and 1 is left. Negative numbers
# became 0.
#
# <details><summary>How many numbers does [4, "M", 6] learn on pictures of two
# channels?</summary>
#
# 4 · (2 · 9 + 1) = 76 in the first convolution and 6 · (4 · 9 + 1) = 222 in the
# second, 298 in all. Pooling learns nothing, and hands on four channels.
#
# </details>


# %%
def vgg_features(configuration, in_channels=3):
    """Build the convolutional part of a VGG.

    Args:
        configuration: a list such as [64, "M", 128, 128, "M"], beginning with
            a number. A number is a 3×3 convolution with so many kernels,
            padding 1, followed by a ReLU; "M" is 2×2 max pooling.
        in_channels: channels of the pictures, an int.

    Returns:
        An nn.Sequential of these layers in this order, which makes maps of
        pictures (N, in_channels, H, W). Each call makes new layers.
    """
    ### BEGIN SOLUTION
    layers = []
    channels = in_channels
    for entry in configuration:
        if entry == "M":
            layers.append(nn.MaxPool2d(2))
        else:
            layers += [nn.Conv2d(channels, entry, 3, padding=1), nn.ReLU()]
            channels = entry
    return nn.Sequential(*layers)
    ### END SOLUTION


# %%
check(vgg_features)

# %% [markdown]
# <!-- hints: vgg_features -->
#
# **Stretch.** Build configuration D and count its numbers. How many
# convolutions are there, and what does a picture of 224×224 become?
# Configuration C has three convolutions with 1×1 kernels: extend your list by
# an entry such as `(256, 1)`.

# %% [markdown]
# ## 2 · Global average pooling
#
# <!-- card: global_average_pool -->
#
# Most weights of AlexNet and VGG sit where the maps become a vector: each
# number of each map has its own weight to each of 4096 units. GoogLeNet puts an
# end to it. Each map becomes a single number, its average, and one small linear
# layer follows. A map then says *how much* of its feature there is, not where;
# and the network takes pictures of any size.
#
# ```text
# map 0    1 2    →   12 / 4 =  3
#          3 6
#
# map 1    0 0    →   -4 / 4 = -1
#         -4 0
# ```
#
# The maps of one picture, (1, 2, 2, 2), become the row 3, −1 of shape (1, 2).
# Maps are not always square, and a batch may hold a single picture. Gradients
# flow back to `x`.
#
# <details><summary>What gradient does a number of the map get?</summary>
#
# Each of the $H \cdot W$ numbers counts $1 / (H W)$ in the average, so each
# gets that share of the gradient at the average, all of them the same.
#
# </details>


# %%
def global_average_pool(x):
    """The average of each map.

    Args:
        x: maps, floats of shape (N, C, H, W).

    Returns:
        A tensor of shape (N, C).
    """
    ### BEGIN SOLUTION
    return x.mean(dim=(2, 3))
    ### END SOLUTION


# %%
check(global_average_pool)

# %% [markdown]
# <!-- hints: global_average_pool -->
#
# **Stretch.** GoogLeNet ends with maps of 1024×7×7 and 1000 classes. How many
# weights does its linear layer have after global average pooling, and how many
# would it have on the flattened maps? Show that the linear layer and the
# average may change places: scores for every pixel first, then their average.

# %% [markdown]
# ## 3 · An inception module
#
# <!-- card: inception_module -->
#
# Which kernel size is best? GoogLeNet does not choose: it takes 1×1, 3×3, 5×5
# and a pooling side by side, and puts all their maps together.
#
# ```text
#  x ──┬── 1×1 ──────────────────────────────────────────┐
#      ├── 3×3_reduce (1×1) ────── 3×3, padding 1 ───────┤  joined along
#      ├── 5×5_reduce (1×1) ────── 5×5, padding 2 ───────┤  the channels
#      └── 3×3 max pooling ─────── pool_projection (1×1) ┘
# ```
#
# Large kernels on many channels are expensive, so a 1×1 convolution reduces the
# channels before them. Each of the six convolutions has a bias, and a ReLU
# right behind it. All of it has stride 1, the pooling too, and pads such that
# height and width stay: with zeros around convolutions, while around the
# pooling the border never wins, as with `F.max_pool2d(..., padding=1)`.
#
# The maps stand in the order of the drawing: those of the 1×1 branch first,
# then 3×3, 5×5 and pooling.
#
# The weights come as a dict of pairs (w, b), with the keys `"1x1"`,
# `"3x3_reduce"`, `"3x3"`, `"5x5_reduce"`, `"5x5"` and `"pool_projection"`. Take
# them by name: they may stand in the dict in any order. Numbers of `x` may be
# negative. Gradients have to flow back to `x` and to every `w` and `b`, as they
# do through PyTorch's own functions.
#
# Look how far the branches see. A 1 in the corner of a picture of zeros, all
# weights 1 and all biases 0, but the projection has the weight 2:
#
# ```text
# x           1×1         3×3         5×5         pooling
# 1 0 0 0     1 0 0 0     1 1 0 0     1 1 1 0     2 2 0 0
# 0 0 0 0     0 0 0 0     1 1 0 0     1 1 1 0     2 2 0 0
# 0 0 0 0     0 0 0 0     0 0 0 0     1 1 1 0     0 0 0 0
# 0 0 0 0     0 0 0 0     0 0 0 0     0 0 0 0     0 0 0 0
# ```
#
# And a picture of a single pixel, 2. Then only the middle of each kernel counts
# (here all weights of a kernel are the same):
#
# | branch | w, b before | becomes | w, b | out |
# | --- | --- | --- | --- | --- |
# | 1×1 | | 2 | 1, 0 | 2 |
# | 3×3 | 1, −1 | 1 | 3, 0 | 3 |
# | 5×5 | −1, 0 | −2, so 0 | 7, 5 | 5 |
# | pooling | | 2 | 2, 0 | 4 |
#
# <details><summary>Does it matter that ReLU comes right behind each
# convolution, the reductions among them?</summary>
#
# Yes: in the third row, without the ReLU after the reduction, the answer would
# be 7 · (−2) + 5 = −9, and then 0. Two convolutions without a ReLU between them
# can do no more than one.
#
# </details>


# %%
def inception_module(x, weights):
    """Four branches side by side, joined along the channels.

    Args:
        x: maps, floats of shape (N, C, H, W); they may be negative.
        weights: a dict from "1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5"
            and "pool_projection" to pairs (w, b), in any order; w has shape
            (kernels, channels that come in, k, k), b has shape (kernels,).

    Returns:
        Maps of shape (N, all four branches' kernels, H, W), the branches in
        the order 1×1, 3×3, 5×5, pooling. Gradients flow back to x and to
        every w and b.
    """
    ### BEGIN SOLUTION
    pooled = F.max_pool2d(x, 3, stride=1, padding=1)

    def layer(x, name, padding=0):
        w, b = weights[name]
        return F.relu(F.conv2d(x, w, b, padding=padding))

    branches = [
        layer(x, "1x1"),
        layer(layer(x, "3x3_reduce"), "3x3", padding=1),
        layer(layer(x, "5x5_reduce"), "5x5", padding=2),
        layer(pooled, "pool_projection"),
    ]
    return torch.cat(branches, dim=1)
    ### END SOLUTION


# %%
check(inception_module)

# %% [markdown]
# <!-- hints: inception_module -->
#
# **Stretch.** Module 3a of GoogLeNet takes 192 channels and has 64, 96, 128,
# 16, 32 and 32 kernels, in the order of the dict above. How many multiply-adds
# does it need on maps of 28×28, and how many would it need if the 3×3 and 5×5
# kernels got all 192 channels? The 1×1 branch and both reductions read the same
# x: write them as one convolution and split its maps.

# %% [markdown]
# ## 4 · Scale jittering
#
# <!-- card: scale_jitter -->
#
# A cat fills the picture, or a corner of it. VGG was trained on both: each time
# a picture comes up, its *shorter* side becomes $S$ pixels long, with $S$ drawn
# between 256 and 512, and a crop of 224×224 pixels is cut out. A small $S$
# shows the whole scene, a large one a detail.
#
# Here the draws are arguments, so that the check can compare your pictures
# pixel by pixel. Picture $n$ is resized such that
#
# - its shorter side has `sides[n]` pixels,
# - its longer side grows by the same factor, rounded to the nearest whole
#   number (two equal sides stay equal; halves do not come up in the check),
# - pixels are interpolated bilinearly, `mode="bilinear"` with
#   `antialias=True` and without `align_corners`,
#
# and then cropped: `size` rows from `tops[n]` on, `size` columns from
# `lefts[n]` on. The crop always lies inside the resized picture. A picture of
# 5×7 pixels with `sides[n] = 8` becomes 8×11, since 7 · 8 / 5 = 11.2.
#
# Two pictures to check by hand. On the left 2×2 pixels become 4×4, and 2×2 are
# cut out from row 1 and column 2 on. On the right 4×4 pixels become 2×2:
#
# ```text
#              0  1  3  4                     0  0  0  0
# 0  4         2  3  5  6         5  6        0  0 49  0        3  9
# 8 12    →    6  7  9 10    →    9 10        0  0  0  0   →    1  3
#              8  9 11 12                     0  0  0  0
# ```
#
# <details><summary>Why antialias?</summary>
#
# A smaller picture has fewer pixels, and each has to stand for all those that
# lay in its place. Plain bilinear interpolation looks at the four nearest only:
# the others get lost, and fine stripes become coarse ones that are not there.
# On the right the one bright pixel spreads over all four. When a picture grows,
# both are the same.
#
# </details>


# %%
def scale_jitter(x, sides, tops, lefts, size=224):
    """Resize each picture by a factor of its own, and crop it.

    Args:
        x: pictures, floats of shape (N, C, H, W).
        sides: how long the shorter side becomes, int tensor of shape (N,).
        tops: first row of each crop in the resized picture, int tensor (N,).
        lefts: first column of each crop, int tensor (N,).
        size: rows and columns of the crops, an int.

    Returns:
        The crops, a tensor of shape (N, C, size, size).
    """
    ### BEGIN SOLUTION
    h, w = x.shape[2:]
    crops = []
    for n in range(len(x)):
        side, top, left = int(sides[n]), int(tops[n]), int(lefts[n])
        if h < w:
            new = (side, round(w * side / h))
        else:
            new = (round(h * side / w), side)
        picture = F.interpolate(
            x[n : n + 1], new, mode="bilinear", antialias=True
        )
        crops.append(picture[:, :, top : top + size, left : left + size])
    return torch.cat(crops)
    ### END SOLUTION


# %%
check(scale_jitter)

# %% [markdown]
# <!-- hints: scale_jitter -->
#
# **Stretch.** Resizing is linear, and works along one axis at a time: write it
# as a product of matrices, (rows after × rows before) · picture · (columns
# before × columns after). Then a crop is a choice of rows of these matrices,
# and all pictures of a batch can be done at once, whatever their factors.

# %% [markdown]
# ## 5 · Ten looks at a picture
#
# <!-- card: multi_crop_predict -->
#
# The network wants 224×224 pixels, the picture has more. Which part to show it?
# AlexNet, VGG and GoogLeNet show several, and average the answers. The classic
# choice is ten: crops of `size` × `size` pixels from the four corners and the
# middle, and the mirror image of each (left and right exchanged).
#
# - The crops on the right end with the picture, those at the bottom too. The
#   one in the middle begins at row (H − size) // 2 and column (W − size) // 2,
#   rounded down.
# - `model(crop)` gives scores (N, K). Softmax makes probabilities of them, for
#   each crop; the answer is the mean of the ten.
# - The model predicts, it does not learn: evaluation mode (dropout off, batch
#   normalisation with its running averages) and no gradients. Afterwards all is
#   as before: a model that was in training mode is in training mode again, one
#   that was not is not, and gradients are on.
#
# By hand: a picture of 4×4, crops of 2×2, and a model of two classes whose
# scores are ln 3 times the *first* pixel of the crop, and 0. Softmax makes 3/4
# and 1/4 of them where this pixel is 1, and 1/2 and 1/2 where it is 0.
#
# ```text
# 1 0 0 0       first pixels of the crops:           1 0 0 0 0
# 0 0 1 0       first pixels of the mirror images:   0 0 1 1 1
# 0 1 0 1
# 1 1 1 1       (0.75 · 4 + 0.5 · 6) / 10 = 0.6
# ```


# %%
def multi_crop_predict(model, x, size):
    """Average a model's probabilities over ten crops of each picture.

    Args:
        model: an nn.Module that gives scores (N, K) for pictures
            (N, C, size, size).
        x: pictures, floats of shape (N, C, H, W), H and W at least size.
        size: rows and columns of a crop, an int.

    Returns:
        Probabilities, a tensor of shape (N, K) without a graph behind it. The
        model is in the mode in which it came.
    """
    ### BEGIN SOLUTION
    bottom, right = x.shape[2] - size, x.shape[3] - size
    corners = [(0, 0), (0, right), (bottom, 0), (bottom, right)]
    corners.append((bottom // 2, right // 2))
    was_training = model.training
    model.eval()
    total = 0
    with torch.no_grad():
        for top, left in corners:
            crop = x[:, :, top : top + size, left : left + size]
            total = total + model(crop).softmax(dim=1)
            total = total + model(crop.flip(3)).softmax(dim=1)
    model.train(was_training)
    return total / 10
    ### END SOLUTION


# %%
check(multi_crop_predict)

# %% [markdown]
# <!-- hints: multi_crop_predict -->
#
# **Stretch.** How many crops does GoogLeNet look at, with four sizes, three
# squares of each, six crops of each square, and mirror images? Make the mean a
# weighted one, with the crop in the middle counting more, and look whether it
# helps on pictures that the network was not trained on.

# %% [markdown]
# ## How far you have come
#
# Next: unit 09 goes deeper still, until depth alone makes things worse.

# %%
progress("08")
