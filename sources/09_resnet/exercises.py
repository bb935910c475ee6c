# %% [markdown]
# # 09 · ResNet: exercises
#
# You write batch normalisation, the two blocks that residual networks are made
# of, and the network that stacks them: with two arguments it is a ResNet-18 or
# a ResNet-50. At the end, the squeeze and excitation that won the last ImageNet
# challenge.
#
# Replace `raise NotImplementedError` by your answer and run the cell. The cell
# below it, `check(...)`, tries your answer on many inputs and shows the
# smallest one that fails. Stuck? Open a hint, or run `hint(batch_norm2d)`.
# Nothing is sent anywhere.
#
# Everything is PyTorch now: tensors come in, tensors go out, and gradients
# flow back through what you do (so leave NumPy, `.detach()` and `.data` aside).
# A new tensor is made like the input, `torch.zeros(n, dtype=x.dtype,
# device=x.device)`, so that the same code runs on a GPU. No function changes
# the tensors that it is given.

# %%
import torch
from torch import nn
from torch.nn import functional as F
from coursekit import check, hint, progress

# %% [markdown]
# ## 1 · Batch normalisation
#
# <!-- card: batch_norm2d -->
#
# While a network learns, what reaches a layer drifts: its mean and its spread
# change with every step of the layers before. Batch normalisation brings each
# channel back to mean 0 and variance 1, and then lets the layer choose its own
# scale $\gamma$ and shift $\beta$, which are learned:
#
# $$y = \gamma \, \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta$$
#
# Each channel has one $\mu$, one $\sigma^2$, one $\gamma$ and one $\beta$.
# Where $\mu$ and $\sigma^2$ come from depends on the mode.
#
# **Training.** They are the mean and the variance of this batch, over all its
# images, rows and columns: $n = N \cdot H \cdot W$ numbers for each channel.
# The variance in the formula is the mean of $(x - \mu)^2$, divided by $n$. Both
# depend on x, and the gradient flows through them, too.
#
# Beside that, running estimates are kept for later, when there may be one
# image only. Each batch moves them a little, by the share `momentum`:
#
# $$\text{running} \leftarrow (1 - \text{momentum}) \cdot \text{running} +
# \text{momentum} \cdot \text{new}$$
#
# The new value for `running_mean` is $\mu$. For `running_var` PyTorch takes the
# *unbiased* variance, which divides by $n - 1$ instead of $n$.
#
# **Evaluation.** $\mu$ and $\sigma^2$ are the running ones, and they stay as
# they are. So an image's answer does not depend on its neighbours in the batch.
#
# Two images of one channel and two pixels, with $\gamma = 3$ and $\beta = 10$,
# in training:
#
# ```text
# image 0    9  3       y    15  9
# image 1    3  1             9  7
# ```
#
# | | | |
# | --- | --- | --- |
# | mean | (9 + 3 + 3 + 1) / 4 | 4 |
# | variance | (25 + 1 + 1 + 9) / 4 | 9 |
# | y of the first pixel | 3 · (9 − 4) / 3 + 10 | 15 |
# | unbiased variance | 36 / 3 | 12 |
# | running mean, 0 before | 0.9 · 0 + 0.1 · 4 | 0.4 |
# | running variance, 1 before | 0.9 · 1 + 0.1 · 12 | 2.1 |
#
# (ε = 0.00001 changes none of the digits shown.)
#
# Write it with sums, means and roots: `F.batch_norm` and `nn.BatchNorm2d` are
# what you are writing. From exercise 2 on, they are yours to use.


# %%
def batch_norm2d(
    x,
    gamma,
    beta,
    running_mean,
    running_var,
    training=True,
    momentum=0.1,
    eps=1e-5,
):
    """Normalise each channel of a batch, and keep running statistics.

    Args:
        x: maps of shape (N, C, H, W), floats; in training, a channel has more
            than one number.
        gamma, beta: scale and shift of each channel, (C,).
        running_mean, running_var: estimates so far, (C,).
        training: whether the batch's own statistics are used.
        momentum: share of the batch's statistics in the new running ones.
        eps: added to the variance, under the root.

    Returns:
        A tuple (y, running_mean, running_var): y has the shape of x; the two
        others are new tensors in training, and as they were in evaluation.
    """
    ### BEGIN SOLUTION
    mean, variance = running_mean, running_var
    if training:
        mean = x.mean(dim=(0, 2, 3))
        variance = x.var(dim=(0, 2, 3), unbiased=False)
        unbiased = x.var(dim=(0, 2, 3), unbiased=True)
        old = 1 - momentum
        running_mean = old * running_mean + momentum * mean.detach()
        running_var = old * running_var + momentum * unbiased.detach()
    # (C,) → (1, C, 1, 1), so that it meets the channels of x
    mean, variance = mean[None, :, None, None], variance[None, :, None, None]
    gamma, beta = gamma[None, :, None, None], beta[None, :, None, None]
    y = gamma * (x - mean) / torch.sqrt(variance + eps) + beta
    return y, running_mean, running_var
    ### END SOLUTION


# %%
check(batch_norm2d)

# %% [markdown]
# <!-- hints: batch_norm2d -->
#
# **Stretch.** Compare with `F.batch_norm`, which writes into the running
# statistics that it is given. Add 100 to all of x: what does y do? Then put two
# images into one batch, one of them all zeros, in training and in evaluation.
# In which mode does the other image notice?

# %% [markdown]
# ## 2 · A residual block
#
# <!-- card: BasicBlock -->
#
# A deep stack of layers finds it hard to do nothing. A residual block does
# nothing unless it has learned something better: what comes in is added to
# what its layers make of it,
#
# $$y = \text{ReLU}(\text{branch}(x) + \text{shortcut}(x))$$
#
# This is the block of ResNet-18 and ResNet-34:
#
# | name | layer | |
# | --- | --- | --- |
# | `conv1` | 3×3, in_channels → channels, padding 1 | has the stride |
# | `bn1` | `nn.BatchNorm2d` | then ReLU |
# | `conv2` | 3×3, channels → channels, padding 1 | stride 1 |
# | `bn2` | `nn.BatchNorm2d` | no ReLU yet |
#
# The convolutions have no bias, because batch norm comes next and has one.
#
# The shortcut is x itself, as long as the branch keeps its shape. If the stride
# is not 1, or if `channels` is not `in_channels`, the shortcut has to follow:
#
# | name | layer | |
# | --- | --- | --- |
# | `downsample` | `nn.Sequential` of the next two | only where needed |
# | `downsample.0` | 1×1, in_channels → channels, no bias | the same stride |
# | `downsample.1` | `nn.BatchNorm2d` | no ReLU |
#
# Keep to these names (they are those of torchvision, and of the weight files
# that are published): the check loads weights into your block by name, and so
# will you. Batch norms are left as PyTorch makes them. A block without
# downsample has no parameters of that name; `self.downsample = None` will do.
#
# One channel of 2×2 pixels, in evaluation. Both kernels are 0 but for their
# middle, which is 1 in conv1 and 2 in conv2; bn1 only subtracts 1, bn2 only
# adds 1:
#
# ```text
#          conv1, bn1     ReLU    conv2, bn2     + x        ReLU
# 1 -2        0 -3        0 0        1 1        2 -1        2 0
# 3 0.5       2 -0.5      2 0        5 1        8 1.5       8 1.5
# ```
#
# A module begins its `__init__` with `super().__init__()`; layers are made
# there, and used in `forward`.


# %%
class BasicBlock(nn.Module):
    """Two 3×3 convolutions and a shortcut around them.

    Args of the constructor:
        in_channels: maps that come in; channels: maps that go out.
        stride: of the first convolution, and of the shortcut.
    """

    def __init__(self, in_channels, channels, stride=1):
        """Make the layers."""
        ### BEGIN SOLUTION
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels, channels, 3, stride=stride, padding=1, bias=False
        )
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False),
                nn.BatchNorm2d(channels),
            )
        ### END SOLUTION

    def forward(self, x):
        """Maps (N, in_channels, H, W) → (N, channels, H_out, W_out)."""
        ### BEGIN SOLUTION
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(out + shortcut)
        ### END SOLUTION


# %%
check(BasicBlock)

# %% [markdown]
# <!-- hints: BasicBlock -->
#
# **Stretch.** Set `bn2.weight` and `bn2.bias` of a fresh block to 0. What does
# it do to maps that come from a ReLU? (Many begin training like that.) Then
# stack 50 blocks, and 50 without the addition: how large is the gradient that
# comes back to the first layer of each?

# %% [markdown]
# ## 3 · A bottleneck block
#
# <!-- card: Bottleneck -->
#
# From ResNet-50 on, blocks have three convolutions. The first, 1×1, makes the
# maps few; the 3×3 works on these few; the last, 1×1, makes them many again,
# four times `channels`:
#
# | name | layer | |
# | --- | --- | --- |
# | `conv1`, `bn1` | 1×1, in_channels → channels | then ReLU |
# | `conv2`, `bn2` | 3×3, channels → channels, padding 1 | the stride; ReLU |
# | `conv3`, `bn3` | 1×1, channels → 4 · channels | no ReLU yet |
# | `downsample` | 1×1, in_channels → 4 · channels, `bn` | the stride |
#
# Everything else is as before: no biases, batch norm after each convolution,
# the addition, then ReLU; downsample only where x does not have the shape of
# what comes out, and otherwise x itself. In the paper the first convolution had
# the stride. Here the 3×3 has it, as in torchvision: a 1×1 convolution with
# stride 2 never looks at three of four pixels.
#
# Four channels of 1×2 pixels, `channels` is 1, in evaluation. conv1 adds the
# four channels up, and bn1 subtracts 1; the middle row of conv2 is 5 2 3, and
# bn2 subtracts 3; conv3 makes 1, −1, 2 and 0 times that, and bn3 adds 1 to
# the last channel:
#
# ```text
#   x     conv1, bn1  ReLU   conv2, bn2  ReLU   conv3, bn3   + x     ReLU
#  1  2      1 -1     1 0      -1 2      0 2       0  2      1  4    1 4
#  0  1                                            0 -2      0 -1    0 0
# -1  0                                            0  4     -1  4    0 4
#  2 -3                                            1  1      3 -2    3 0
# ```
#
# <details><summary>How many numbers does it save?</summary>
#
# For 256 channels in and out: 256 · 64 + 9 · 64 · 64 + 64 · 256 = 69,632 in
# the convolutions of a bottleneck with 64 channels, against
# 2 · 9 · 256 · 256 = 1,179,648 in a BasicBlock.
#
# </details>


# %%
class Bottleneck(nn.Module):
    """1×1, 3×3 and 1×1 convolutions, and a shortcut around them.

    Args of the constructor:
        in_channels: maps that come in.
        channels: maps in the middle; four times as many go out.
        stride: of the 3×3 convolution, and of the shortcut.
    """

    def __init__(self, in_channels, channels, stride=1):
        """Make the layers."""
        ### BEGIN SOLUTION
        super().__init__()
        out_channels = 4 * channels
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(
            channels, channels, 3, stride=stride, padding=1, bias=False
        )
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.downsample = None
        if stride != 1 or in_channels != out_channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )
        ### END SOLUTION

    def forward(self, x):
        """Maps (N, in_channels, H, W) → (N, 4 · channels, H_out, W_out)."""
        ### BEGIN SOLUTION
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(out + shortcut)
        ### END SOLUTION


# %%
check(Bottleneck)

# %% [markdown]
# <!-- hints: Bottleneck -->
#
# **Stretch.** Give it two more arguments, `groups=1` and `width=None`: with 32
# groups and twice the width in the middle it is the block of ResNeXt-50. How
# many numbers does it learn, and how many multiply-adds does the 3×3 need now?

# %% [markdown]
# ## 4 · A ResNet of any depth
#
# <!-- card: ResNet -->
#
# A ResNet is a short stem, four stages of blocks, and one linear layer. The
# numbers of blocks in the stages make the depth. For pictures of 224×224:
#
# | name | layer | height and width |
# | --- | --- | --- |
# | `conv1`, `bn1` | 7×7, 3 → width, stride 2, padding 3, no bias | 112 |
# | | ReLU | 112 |
# | | 3×3 max pooling, stride 2, padding 1 | 56 |
# | `layer1` | `blocks[0]` blocks, channels = width | 56 |
# | `layer2` | `blocks[1]` blocks, channels = 2 · width | 28 |
# | `layer3` | `blocks[2]` blocks, channels = 4 · width | 14 |
# | `layer4` | `blocks[3]` blocks, channels = 8 · width | 7 |
# | | the mean of each map | 1 |
# | `fc` | linear, to `classes` scores | |
#
# `block` is a class such as the two above: `block(in_channels, channels,
# stride)` makes a block that gives `channels * block.expansion` maps. So
# `block.expansion`, 4 for a Bottleneck and 1 for a BasicBlock, decides how many
# channels reach the next block, and `fc`.
#
# The *first* block of layer2, layer3 and layer4 has stride 2; every other block
# has stride 1, and so has all of layer1. Each `layer` is an `nn.Sequential`:
# its blocks are called 0, 1, …, as in `layer2.0.conv1.weight`. The mean of a
# map is over all of its pixels, however many there are: then pictures of any
# size fit. `forward` returns scores, without softmax.
#
# The check brings a block of its own, a single convolution `conv` with ReLU. A
# small example with it: width 1, one block a stage, two classes, a picture of
# one pixel with red 1, green 2 and blue 3. conv1 adds red and blue up, bn1
# subtracts 1, and pooling leaves that one pixel. Each block only passes
# channels on, two maps for each that came; the second channel of layer2 comes
# with a minus:
#
# ```text
# conv1, bn1      3
# layer1          3
# layer2          3 0
# layer3          3 0 0 3
# layer4          3 0 0 3 3 0 0 3
# ```
#
# The first row of `fc` is all 1 with the bias 0.5, the second all 0 with the
# bias −1. The scores are 12.5 and −1.
#
# So that you can stack your own blocks as well, this gives them what a ResNet
# asks for:

# %%
BasicBlock.expansion, Bottleneck.expansion = 1, 4


# %%
class ResNet(nn.Module):
    """A residual network for colour pictures.

    Args of the constructor:
        block: a class such as BasicBlock, with an attribute `expansion`.
        blocks: how many of them each of the four stages has, four ints.
        classes: how many scores come out.
        width: channels of the stem and of the first stage.
    """

    def __init__(self, block, blocks=(3, 4, 6, 3), classes=1000, width=64):
        """Make the layers."""
        ### BEGIN SOLUTION
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        in_channels = width
        for i, count in enumerate(blocks):
            channels = width * 2**i
            out_channels = channels * block.expansion
            stage = [block(in_channels, channels, 1 if i == 0 else 2)]
            stage += [block(out_channels, channels) for _ in range(count - 1)]
            setattr(self, f"layer{i + 1}", nn.Sequential(*stage))
            in_channels = out_channels
        self.fc = nn.Linear(in_channels, classes)
        ### END SOLUTION

    def forward(self, x):
        """Pictures (N, 3, H, W) → scores (N, classes)."""
        ### BEGIN SOLUTION
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.max_pool2d(x, 3, stride=2, padding=1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))
        ### END SOLUTION


# %%
check(ResNet)

# %% [markdown]
# <!-- hints: ResNet -->
#
# **Stretch.** Count the numbers that yours learn: `ResNet(BasicBlock, (2, 2, 2,
# 2))` is ResNet-18 with 11,689,512 of them, `ResNet(Bottleneck)` is ResNet-50
# with 25,557,032. Which `blocks` make ResNet-101? Then load the weights that
# torchvision publishes for ResNet-18, `load_state_dict` with `strict=True`: the
# names fit.

# %% [markdown]
# ## 5 · Squeeze and excitation
#
# <!-- card: squeeze_excitation -->
#
# Some channels matter more in this picture, others in that. Squeeze and
# excitation lets the network turn them up and down, each picture's for itself:
#
# 1. *Squeeze*: the mean of each map says how much of its feature there is.
# 2. *Excitation*: two small linear layers, with a ReLU between them and a
#    sigmoid at the end, make a gate between 0 and 1 for each channel.
# 3. *Scale*: each map is multiplied by its gate.
#
# $$y = x \cdot \text{sigmoid}(w_2 \, \text{ReLU}(w_1 \, \text{mean}(x) + b_1)
# + b_2)$$
#
# A weight has one row for each output, as in `nn.Linear`: $w_1$ makes $R$
# numbers out of $C$, and $w_2$ makes $C$ out of $R$ again. One picture of two
# channels, one hidden unit, no biases:
#
# ```text
# channel 0    1 3                               y    0.5 1.5
# channel 1    0 2                                    0.0 1.5
# ```
#
# | | |
# | --- | --- |
# | means | 2, 1 |
# | w1 = (1, −1), ReLU | 2 − 1 = 1 |
# | w2 = (0, ln 3) | 0, ln 3 |
# | gates | 1/2, 3/4 |


# %%
def squeeze_excitation(x, w1, b1, w2, b2):
    """Multiply each channel by a gate that depends on all channels.

    Args:
        x: maps of shape (N, C, H, W), floats.
        w1: weights (R, C); b1: biases (R,).
        w2: weights (C, R); b2: biases (C,).

    Returns:
        A tensor of the shape of x.
    """
    ### BEGIN SOLUTION
    means = x.mean(dim=(2, 3))  # (N, C)
    hidden = F.relu(means @ w1.T + b1)  # (N, R)
    gates = torch.sigmoid(hidden @ w2.T + b2)  # (N, C)
    return x * gates[:, :, None, None]
    ### END SOLUTION


# %%
check(squeeze_excitation)

# %% [markdown]
# <!-- hints: squeeze_excitation -->
#
# **Stretch.** Put it into your Bottleneck, after bn3 and before the addition,
# with R a sixteenth of the channels that come out: that is SE-ResNet. How many
# numbers does it add to ResNet-50, and how many multiply-adds?

# %% [markdown]
# ## How far you have come
#
# Next: unit 10 looks inside networks such as these.

# %%
progress("09")
