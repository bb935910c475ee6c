# %% [markdown]
# # 07 · AlexNet: exercises
#
# Five functions hold what was new in AlexNet: a step of training with
# gradients that find themselves, dropout, local response normalisation, and
# two ways to make more pictures of one. Then you build the network of 2012.
#
# Replace `raise NotImplementedError` by your answer and run the cell. The cell
# below it, `check(...)`, tries your answer on many inputs and shows the
# smallest one that fails. Stuck? Open a hint, or run `hint(train_step)`.
# Nothing is sent anywhere.
#
# From here on, the arrays are PyTorch's tensors. They work like NumPy's
# arrays, with `dim` for `axis`, and they remember how they were computed, so
# that `backward()` finds every gradient. Three rules follow:
#
# - Give back a tensor, made from the given one by PyTorch's own functions.
#   `.numpy()`, `.item()`, `.detach()` and `torch.tensor(x)` drop the history,
#   and what comes before them can no longer learn.
# - Write nothing into a tensor that you were given. `x += 1` and functions
#   that end in `_` do.
# - A new tensor should be like the input, in dtype and on the same device:
#   `torch.zeros_like(x)`, `torch.zeros(n, dtype=x.dtype, device=x.device)`.
#
# Pictures have four axes, $N$ pictures, $C$ channels, $H$ rows, $W$ columns.
# Functions that need chance are given it as arguments, numbers that were drawn
# before. A run can then be repeated exactly, and an answer checked.

# %%
import torch
from torch import nn
from torch.nn import functional as F

from coursekit import check, hint, progress

# %% [markdown]
# ## 1 · One step of training
#
# <!-- card: train_step -->
#
# In unit 04 you wrote the backward pass of every layer. Now autograd does it,
# and the optimizer takes the step. What is left are a few calls, and their
# order:
#
# 1. The network goes into training mode, `model.train()`. Some layers, dropout
#    and batch normalisation among them, do one thing in training and another
#    in evaluation, and someone may have evaluated the network just before.
# 2. The gradients are cleared, `optimizer.zero_grad()`. A backward pass adds
#    to the gradients that are there, whatever they came from.
# 3. The pictures go through the network, `model(x)`, and give scores. The loss
#    is the cross-entropy of scores and labels, the mean over the batch, as in
#    unit 03. `F.cross_entropy` takes scores: softmax is part of it.
# 4. `loss.backward()` computes the gradient at every parameter.
# 5. `optimizer.step()` moves the parameters. How (the learning rate, momentum,
#    weight decay) is the optimizer's business.
#
# The answer is the loss of step 3, as a Python float. `loss` itself is a tensor
# with the whole graph behind it: who collects such tensors fills the memory.
#
# By hand: a picture of one pixel, 2, with the label 0. The network has the
# scores $w_k x + b_k$ for the classes $k = 0, 1$ and begins with zeros; the
# optimizer is plain SGD with the learning rate ½. The gradient of the loss at
# the scores is $p - (1, 0)$, with $p$ from softmax.
#
# | step | scores | loss | w afterwards | b afterwards |
# | --- | --- | --- | --- | --- |
# | 1 | 0, 0 | ln 2 = 0.693 | 0.5, −0.5 | 0.25, −0.25 |
# | 2, the same picture | 1.25, −1.25 | 0.079 | 0.576, −0.576 | 0.288, −0.288 |
#
# <details><summary>What would step 2 do with gradients that were not
# cleared?</summary>
#
# The gradient of step 1, which moved $w$ by 0.5, would count once more: 1.076
# instead of 0.576. With each step, all the earlier ones would be taken again.
#
# </details>


# %%
def train_step(model, optimizer, x, labels):
    """Take one step of gradient descent on one batch.

    Args:
        model: an nn.Module that gives scores (N, K) for pictures. It is trained
            in place.
        optimizer: one of torch.optim's, which holds the model's parameters.
        x: pictures, a tensor of shape (N, C, H, W), as the model takes them.
        labels: N numbers of classes, an int64 tensor of shape (N,).

    Returns:
        The loss of the batch before the step, a Python float.
    """
    ### BEGIN SOLUTION
    model.train()
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), labels)
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %%
check(train_step)

# %% [markdown]
# <!-- hints: train_step -->
#
# **Stretch.** Write `evaluate(model, x, labels)`, which gives the share of
# right answers and changes nothing: evaluation mode, no graph
# (`torch.no_grad()`), and the mode that the network had before is put back.
# Then train `nn.Sequential(nn.Flatten(), nn.Linear(1024, 10))` on
# `coursekit.data.load_digits32()`.

# %% [markdown]
# ## 2 · Inverted dropout
#
# <!-- card: inverted_dropout -->
#
# In training, each number is switched off with probability $p$. A unit cannot
# rely on certain others then, since they may be gone in the next step; it has
# to be of use in many company.
#
# In evaluation nobody is switched off, and the sums of the next layer would
# come out larger than those it was trained with. So training makes up for it
# at once: what stays is divided by $1 - p$, the share that stays. On average,
# nothing changes. Evaluation leaves everything as it is, and that is why this
# is called inverted. (AlexNet did it the other way round: training left the
# numbers as they were, evaluation multiplied them by one half.)
#
# $$y_i = \begin{cases} 0 & u_i < p \\ x_i / (1 - p) & \text{otherwise}
# \end{cases}$$
#
# The chance is given to you: `u` has a number in $[0, 1)$ for each number of
# `x`. With $p = \tfrac12$:
#
# ```text
# x    1    -2     3     4
# u    0.1   0.6   0.5   0.3
# y    0    -4     6     0
# ```
#
# With $p = \tfrac14$, the last two rows would read 0.1, 0.6, 0.25, 0.3 and
# 0, −8⁄3, 4, 16⁄3. In evaluation, $y = x$.
#
# <details><summary>Which gradient does a number get that was switched
# off?</summary>
#
# None: its path to the loss is cut. The others get theirs divided by $1 - p$.
# If you only multiply and divide, autograd does both.
#
# </details>


# %%
def inverted_dropout(x, u, p=0.5, training=True):
    """Switch each number off where u < p, and make the others larger.

    Args:
        x: floats of any shape, a tensor.
        u: a tensor of the shape of x, drawn evenly from [0, 1).
        p: the probability to be switched off, a float, 0 ≤ p < 1.
        training: False leaves x as it is.

    Returns:
        A tensor of the shape of x.
    """
    ### BEGIN SOLUTION
    if not training:
        return x
    return x * (u >= p) / (1 - p)
    ### END SOLUTION


# %%
check(inverted_dropout)

# %% [markdown]
# <!-- hints: inverted_dropout -->
#
# **Stretch.** Draw `u` a thousand times for one x and average the answers: how
# near do they come to x? Now put a ReLU behind a sum of dropped numbers. Is the
# average of the outputs still the output of the average?

# %% [markdown]
# ## 3 · Local response normalisation
#
# <!-- card: local_response_norm -->
#
# AlexNet lets the channels compete. At one pixel, a channel that answers
# strongly makes its neighbours (the channels before and after it, at the same
# pixel) smaller, and itself too. With $a_i$ the number in channel $i$ at that
# pixel,
#
# $$b_i = \frac{a_i}{\left(k + \alpha \sum_{j} a_j^2 \right)^{\beta}}, \qquad
# \max\left(0,\; i - \lfloor \tfrac{n}{2} \rfloor\right) \le j \le
# \min\left(C - 1,\; i + \lfloor \tfrac{n - 1}{2} \rfloor\right)$$
#
# The window has $n$ channels (`size`), with $i$ in the middle; if $n$ is even,
# there is one more before $i$ than after it. At the first and last channels it
# has fewer. Each pixel of each picture is on its own.
#
# One pixel with the channels 1, 2, 3, 4, and α = β = k = 1:
#
# | channel | 1 | 2 | 3 | 4 |
# | --- | --- | --- | --- | --- |
# | `size=3`: sum | 1+4 | 1+4+9 | 4+9+16 | 9+16 |
# | answer | 1⁄6 | 2⁄15 | 3⁄30 | 4⁄26 |
# | `size=2`: sum | 1 | 1+4 | 4+9 | 9+16 |
# | answer | 1⁄2 | 2⁄6 | 3⁄14 | 4⁄26 |
#
# <details><summary>Why does PyTorch's `nn.LocalResponseNorm` give something
# else for the same alpha?</summary>
#
# It divides alpha by `size`, as if the mean of the squares was meant. The paper
# has the sum. You will need this in exercise 6.
#
# </details>


# %%
def local_response_norm(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    """Divide each number by a power of what its neighbouring channels hold.

    Args:
        x: maps, a tensor of floats of shape (N, C, H, W).
        size: channels in a window, an int of at least 1; channel i has those
            from i - size // 2 to i + (size - 1) // 2, as far as they exist.
        alpha: multiplies the sum of squares (it is not divided by size).
        beta: the power.
        k: added to alpha times the sum.

    Returns:
        A tensor of the shape of x.
    """
    ### BEGIN SOLUTION
    channels = []
    for i in range(x.shape[1]):
        first, end = max(0, i - size // 2), i + (size - 1) // 2 + 1
        s = (x[:, first:end] ** 2).sum(dim=1)
        channels.append(x[:, i] / (k + alpha * s) ** beta)
    return torch.stack(channels, dim=1)
    ### END SOLUTION


# %%
check(local_response_norm)

# %% [markdown]
# <!-- hints: local_response_norm -->
#
# **Stretch.** Do it without a loop over the channels: pad the squares with
# `F.pad`, which begins with the last axis, and take windows with `.unfold(1,
# size, 1)`. Later networks left this layer out. Give it a map of 96 channels
# with numbers near 1: by how much does the sum change the answer, and by how
# much does k?

# %% [markdown]
# ## 4 · Translations and reflections
#
# <!-- card: random_crop_and_flip -->
#
# A cat is a cat a little further left, and in a mirror too. AlexNet was shown
# every training picture in 2048 versions: it cut windows of 224×224 out of
# 256×256 pixels, and mirrored half of them. Small pictures cannot spare a
# border, so they get one first: `padding` rows and columns of zeros on each of
# the four sides. Then a window of the picture's own size is cut out.
#
# The window of picture $n$ begins at row `tops[n]` and column `lefts[n]` of
# the padded picture, numbers from 0 to 2 · `padding`. If `flips[n]` is True,
# the window is then mirrored: its columns come in reverse order. With one
# picture of 2×3 pixels and `padding=1`:
#
# ```text
#               0 0 0 0 0
# 1 2 3    →    0 1 2 3 0       tops[n] = 0      0 0 0       mirrored    0 0 0
# 4 5 6         0 4 5 6 0       lefts[n] = 0     0 1 2                   2 1 0
#               0 0 0 0 0
# ```
#
# At row 1 and column 2 of the same padded picture the window is 2 3 0 over
# 5 6 0, and mirrored 0 3 2 over 0 6 5.
#
# <details><summary>Where do `tops` and `lefts` leave a picture as it
# was?</summary>
#
# Both equal to `padding`: the middle.
#
# </details>


# %%
def random_crop_and_flip(x, tops, lefts, flips, padding=4):
    """Move each picture by its own random amount, and mirror some of them.

    Args:
        x: pictures, a tensor of floats of shape (N, C, H, W); H and W differ.
        tops: first row of each window in the padded picture, 0 … 2 * padding,
            an int64 tensor of shape (N,).
        lefts: its first column, in the same way.
        flips: whether the window is mirrored, left and right, a bool tensor of
            shape (N,).
        padding: rows and columns of zeros added on each of the four sides, an
            int of at least 0.

    Returns:
        A tensor of the shape of x.
    """
    ### BEGIN SOLUTION
    height, width = x.shape[2:]
    wide = F.pad(x, (padding, padding, padding, padding))
    windows = []
    for n in range(len(x)):
        top, left = tops[n], lefts[n]
        window = wide[n, :, top : top + height, left : left + width]
        windows.append(window.flip(-1) if flips[n] else window)
    return torch.stack(windows)
    ### END SOLUTION


# %%
check(random_crop_and_flip)

# %% [markdown]
# <!-- hints: random_crop_and_flip -->
#
# **Stretch.** Do it without a loop over the pictures: make an index of rows,
# (N, H), and one of columns, (N, W), and let PyTorch look up all pixels at
# once. For which pictures would you not mirror? Think of digits, of text, of
# traffic signs.

# %% [markdown]
# ## 5 · Another light
#
# <!-- card: pca_color_augmentation -->
#
# In the evening everything is redder, in the shade bluer, and the objects are
# the same. Which changes of colour are natural? Those in which the colours of
# the training pictures differ most anyway: their principal components.
#
# 1. All pixels of the training set make M points in a space of three axes,
#    red, green and blue. Take the mean colour off, and compute the covariance,
#    a 3×3 matrix: the mean over the pixels of $d\, d^T$, where $d$ is a pixel
#    minus the mean colour. (Divide by M, not by M − 1.)
# 2. Its eigenvalues, $\lambda_1 \ge \lambda_2 \ge \lambda_3$, say how much the
#    colours vary along its eigenvectors $p_1, p_2, p_3$, which have length 1.
# 3. For each picture there are three random numbers, $\alpha$, and every one of
#    its pixels is shifted by the same colour,
#
#    $$\alpha_1 \lambda_1 p_1 + \alpha_2 \lambda_2 p_2 +
#    \alpha_3 \lambda_3 p_3$$
#
# An eigenvector may point one way or the opposite one, and libraries choose as
# they like. So that there is one answer, turn each $p_k$ such that its three
# entries sum to 0 or more. Also mind the order: `torch.linalg.eigh` gives the
# smallest eigenvalue first.
#
# By hand: the four pixels (11, 18, 5), (−1, 2, 5), (5, 10, 7), (5, 10, 3) have
# the mean (5, 10, 5), and differ from it by ±(6, 8, 0) and ±(0, 0, 2).
#
# | k | $\lambda_k$ | $p_k$ | α | $\alpha \lambda_k p_k$ |
# | --- | --- | --- | --- | --- |
# | 1 | 50 | (0.6, 0.8, 0) | 0.1 | (3, 4, 0) |
# | 2 | 2 | (0, 0, 1) | 0.5 | (0, 0, 1) |
# | 3 | 0 | (0.8, −0.6, 0) | 0 | (0, 0, 0) |
#
# The shift is (3, 4, 1), and a pixel (50, 40, 30) becomes (53, 44, 31). Nothing
# is cut off at the ends of the range.
#
# <details><summary>What are the three components of natural pictures?</summary>
#
# The first is close to grey, (0.58, 0.58, 0.58): pictures differ most in how
# bright they are. The second goes from blue to yellow, the third from green to
# magenta, both with much smaller eigenvalues.
#
# </details>


# %%
def pca_color_augmentation(x, pixels, alphas):
    """Shift the colours of each picture along those of the training set.

    Args:
        x: pictures, a tensor of floats of shape (N, 3, H, W).
        pixels: colours of the training set, a tensor of shape (M, 3).
        alphas: three numbers for each picture, a tensor of shape (N, 3): column
            0 belongs to the largest eigenvalue.

    Returns:
        A tensor of the shape of x.
    """
    ### BEGIN SOLUTION
    centred = pixels - pixels.mean(dim=0)
    covariance = centred.T @ centred / len(pixels)
    values, vectors = torch.linalg.eigh(covariance)
    values, vectors = values.flip(0), vectors.flip(1)
    # Column k is the eigenvector of values[k].
    vectors = torch.where(vectors.sum(dim=0) < 0, -vectors, vectors)
    shifts = (alphas * values) @ vectors.T
    return x + shifts[:, :, None, None]
    ### END SOLUTION


# %%
check(pca_color_augmentation)

# %% [markdown]
# <!-- hints: pca_color_augmentation -->
#
# **Stretch.** Take the pixels of one of `coursekit.data.load_photos()`, draw
# alphas with a standard deviation of 0.1, as the paper does, and look at eight
# versions of the photograph. What does each component do alone?

# %% [markdown]
# ## 6 · AlexNet
#
# <!-- card: AlexNet -->
#
# The network of 2012. Two graphics cards trained it, each with half of the
# kernels; the halves meet in the third convolution and in the linear layers
# only. One network with `groups=2` in the second, fourth and fifth convolution
# computes the same: each kernel sees the first or the second half of the
# channels. With c1 … c5 = 96, 256, 384, 384, 256:
#
# | layers | output | numbers it learns |
# | --- | --- | --- |
# | convolution 11×11, stride 4 | c1×55×55 | 34,944 |
# | ReLU, normalisation, pooling | c1×27×27 | |
# | convolution 5×5, padding 2, two groups | c2×27×27 | 307,456 |
# | ReLU, normalisation, pooling | c2×13×13 | |
# | convolution 3×3, padding 1; ReLU | c3×13×13 | 885,120 |
# | convolution 3×3, padding 1, two groups; ReLU | c4×13×13 | 663,936 |
# | convolution 3×3, padding 1, two groups; ReLU | c5×13×13 | 442,624 |
# | pooling, flatten | c5 · 36 | |
# | dropout, linear, ReLU | hidden | 37,752,832 |
# | dropout, linear, ReLU | hidden | 16,781,312 |
# | linear | classes | 4,097,000 |
# | together | | 60,965,224 |
#
# - The pictures have 3×227×227 pixels. (The paper says 224, which does not lead
#   to 55 without padding.)
# - Normalisation is that of exercise 3 with the paper's numbers: n = 5,
#   α = 10⁻⁴, β = 0.75, k = 2. Use `nn.LocalResponseNorm`, and choose its
#   `alpha` such that it does the same.
# - Pooling takes the largest number of 3×3 windows that are 2 apart, so that
#   they overlap. It has no padding.
# - Dropout is `nn.Dropout(0.5)`, just before the first and the second linear
#   layer. `net.train()` and `net.eval()` switch it on and off.
# - Every convolution and linear layer has biases. After the last layer comes
#   nothing: `forward` gives scores.
#
# Make the layers that learn in this order, so that `net.parameters()` gives
# their weights and biases in it. The checks use few channels: take all sizes
# from the arguments.
#
# <details><summary>What became of the halves in later networks?</summary>
#
# When memory had grown, AlexNet was trained as one piece, without groups. Then
# groups came back by choice: they save multiply-adds, and ResNeXt and MobileNet
# live on that.
#
# </details>


# %%
class AlexNet(nn.Module):
    """AlexNet for pictures of 3×227×227, with two groups.

    Args of the constructor:
        classes: how many scores come out, an int.
        channels: kernels of the five convolutions, five even ints.
        hidden: units of each of the two hidden linear layers, an int.
    """

    def __init__(
        self, classes=1000, channels=(96, 256, 384, 384, 256), hidden=4096
    ):
        """Make the layers, with PyTorch's own random weights."""
        ### BEGIN SOLUTION
        super().__init__()
        c1, c2, c3, c4, c5 = channels
        # PyTorch divides alpha by the size of the window, 5.
        norm = nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)
        self.features = nn.Sequential(
            nn.Conv2d(3, c1, 11, stride=4),
            nn.ReLU(),
            norm,
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(c1, c2, 5, padding=2, groups=2),
            nn.ReLU(),
            norm,
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(c2, c3, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(c3, c4, 3, padding=1, groups=2),
            nn.ReLU(),
            nn.Conv2d(c4, c5, 3, padding=1, groups=2),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),
        )
        self.classifier = nn.Sequential(
            nn.Dropout(0.5),
            nn.Linear(c5 * 6 * 6, hidden),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, classes),
        )
        ### END SOLUTION

    def forward(self, x):
        """Scores (N, classes) of pictures x (N, 3, 227, 227)."""
        ### BEGIN SOLUTION
        return self.classifier(self.features(x).flatten(1))
        ### END SOLUTION


# %%
check(AlexNet)

# %% [markdown]
# <!-- hints: AlexNet -->
#
# **Stretch.** Print the shape after each layer of `net.features`, for one
# picture of zeros: `for layer in net.features: x = layer(x)`. Where are most of
# the 61 million numbers, and where are most of the multiply-adds of unit 05?
# Then give the paper's first weights: normal with standard deviation 0.01,
# biases 1 in the convolutions 2, 4 and 5 and in the hidden linear layers, 0 in
# the others. Why ones?

# %% [markdown]
# ## How far you have come
#
# Next: unit 08 goes deeper with smaller kernels, and wider with several at
# once.

# %%
progress("07")
