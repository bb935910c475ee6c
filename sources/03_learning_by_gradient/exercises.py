# %% [markdown]
# # 03 · Learning by gradient: exercises
#
# You write nine short functions. The first seven are all that a network of
# fully connected layers needs to learn; the last two are how to check it, and
# how one would learn without any of it.
#
# Replace `raise NotImplementedError` by your answer and run the cell. The cell
# below it, `check(...)`, tries your function on many inputs and shows the
# smallest one that fails. Stuck? Open a hint, or run `hint(softmax)`. Nothing
# is sent anywhere.
#
# Use NumPy as you like; loops are fine. `torch` and the course's own
# `coursekit.numpy_nn` would take the point out of the exercises: leave them for
# afterwards, to compare. No function changes the arrays it is given.
#
# The names are the same throughout. $L$ is the loss, one number. `dout` is the
# gradient that comes back from the layer above, $\partial L / \partial
# \text{out}$, and has the shape of that layer's output. `dx` is
# $\partial L / \partial x$ and has the shape of `x`.

# %%
import numpy as np
from coursekit import check, hint, progress

# %% [markdown]
# ## 1 · Back through a sigmoid
#
# <!-- card: sigmoid_backward -->
#
# The sigmoid squeezes every number into the range from 0 to 1,
#
# $$y = \frac{1}{1 + e^{-x}}.$$
#
# On the way back the chain rule multiplies the gradient that arrives by the
# slope. The slope can be had from the output alone:
#
# $$\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \cdot
# \frac{\partial y}{\partial x}, \qquad
# \frac{\partial y}{\partial x} = y \, (1 - y)$$
#
# So the forward pass keeps `y`, and `x` can be forgotten. Three numbers by
# hand:
#
# | `dout` | `y` | slope | `dx` |
# | --- | --- | --- | --- |
# | 1 | 0.5 | 0.5 · 0.5 = 0.25 | 0.25 |
# | 2 | 0.25 | 0.25 · 0.75 = 0.1875 | 0.375 |
# | −4 | 0.8 | 0.8 · 0.2 = 0.16 | −0.64 |
#
# <details><summary>Where does y (1 − y) come from?</summary>
#
# Differentiate $(1 + e^{-x})^{-1}$: the outer function gives
# $-(1 + e^{-x})^{-2}$, the inner one $-e^{-x}$, together
# $e^{-x} / (1 + e^{-x})^2$. Split it into two factors: one is
# $1 / (1 + e^{-x}) = y$, the other is
# $e^{-x} / (1 + e^{-x}) = 1 - y$.
#
# </details>


# %%
def sigmoid_backward(dout, y):
    """The gradient at a sigmoid's input.

    Args:
        dout: gradient at the output, an array of any shape, ints or floats,
            positive or negative. It is not changed.
        y: the output of the forward pass, sigmoid(x), floats, same shape. It
            lies between 0 and 1; where the sigmoid is saturated it may be
            exactly 0 or 1. It is not changed.

    Returns:
        dx, an array of floats of the same shape: each number is treated
        alone.
    """
    ### BEGIN SOLUTION
    return dout * y * (1 - y)
    ### END SOLUTION


# %%
check(sigmoid_backward)

# %% [markdown]
# <!-- hints: sigmoid_backward -->
#
# **Stretch.** What is the largest slope a sigmoid has, and at which y? A
# gradient passes back through ten sigmoids in a row, and each time meets the
# largest slope. How much of it is left? Do the same for tanh, whose slope is
# $1 - y^2$.

# %% [markdown]
# ## 2 · Back through a ReLU
#
# <!-- card: relu_backward -->
#
# The ReLU (rectified linear unit) is $y = \max(0, x)$: a line of slope 1 above
# 0, flat below. So a gradient passes unchanged, or not at all:
#
# $$\frac{\partial L}{\partial x} = \begin{cases}
# \dfrac{\partial L}{\partial y} & \text{where } x > 0 \\[1ex]
# 0 & \text{elsewhere}\end{cases}$$
#
# Exactly at $x = 0$ there is a kink, and no slope. We take 0 there, as PyTorch
# does. What decides is `x`; the sign of `dout` has no say:
#
# | `dout` | `x` | slope | `dx` |
# | --- | --- | --- | --- |
# | 5 | −2 | 0 | 0 |
# | 6 | 0 | 0 | 0 |
# | −7 | 3 | 1 | −7 |
# | 8 | 0.5 | 1 | 8 |


# %%
def relu_backward(dout, x):
    """The gradient at a ReLU's input.

    Args:
        dout: gradient at the output, an array of any shape, ints or floats,
            positive or negative. It is not changed.
        x: the input of the forward pass, ints or floats, same shape. It is
            not changed.

    Returns:
        dx, an array of the same shape: `dout` where x is above 0, however
        little; 0 where x is 0 or below.
    """
    ### BEGIN SOLUTION
    return dout * (x > 0)
    ### END SOLUTION


# %%
check(relu_backward)

# %% [markdown]
# <!-- hints: relu_backward -->
#
# **Stretch.** The forward pass could keep `y` instead of `x`, and this
# function would work all the same. Why? And why is that not true of
# $y = |x|$?

# %% [markdown]
# ## 3 · A layer of neurons
#
# <!-- card: linear_forward -->
#
# A neuron multiplies each input by a weight, adds the products up, and adds its
# bias. A layer is $M$ neurons that look at the same $D$ inputs, and a batch is
# $N$ samples that go through the layer together. Sample $n$ and neuron $m$ make
#
# $$\text{out}_{nm} = \sum_{d=1}^{D} x_{nd} \, w_{md} + b_m$$
#
# Each *row* of `x` is a sample, each *row* of `w` is a neuron, and each row of
# the answer belongs to a sample. With 2 samples, 3 inputs, 2 neurons:
#
# ```text
# x = 1 2  0      w = 1 0  2      b = 10 20
#     0 1 -1          3 1 -1
#
# out[0, 0] = 1·1 + 2·0 + 0·2    + 10 = 11      out = 11 25
# out[0, 1] = 1·3 + 2·1 + 0·(-1) + 20 = 25             8 22
# out[1, 0] = 0·1 + 1·0 - 1·2    + 10 =  8
# out[1, 1] = 0·3 + 1·1 - 1·(-1) + 20 = 22
# ```
#
# Loops are right. A matrix product is shorter, and much faster.


# %%
def linear_forward(x, w, b):
    """A fully connected layer: every neuron weighs every input.

    Args:
        x: a batch of N samples, array (N, D), ints or floats (also uint8, the
            bytes of an image, in which products do not fit).
        w: weights, array (M, D), ints or floats: one row for each neuron, as
            in PyTorch.
        b: biases, array (M,) of floats: one number for each neuron.

    Returns:
        out, an array (N, M) of floats: one row for each sample. The layer is
        the linear part alone, without an activation. N, D and M may each be
        1.
    """
    ### BEGIN SOLUTION
    return x.astype(float) @ w.T + b
    ### END SOLUTION


# %%
check(linear_forward)

# %% [markdown]
# <!-- hints: linear_forward -->
#
# **Stretch.** Two linear layers in a row, with nothing between them, can do no
# more than one. Find the w and b of that one layer from w₁, b₁, w₂, b₂, and
# check it on random numbers.

# %% [markdown]
# ## 4 · Back through a layer of neurons
#
# <!-- card: linear_backward -->
#
# The layer is the one of exercise 3, $\text{out} = x \, w^T + b$. The gradient
# at its output, `dout`, arrives. Three gradients leave: `dx` for the layer
# below, `dw` and `db` for learning.
#
# The rule for all three: *add up over every way in which the number reaches the
# loss.* One weight $w_{md}$ is used in every sample, but reaches only neuron
# $m$. So
#
# $$\frac{\partial L}{\partial w_{md}} = \sum_{n=1}^{N}
# \frac{\partial L}{\partial \text{out}_{nm}} \cdot
# \frac{\partial\, \text{out}_{nm}}{\partial w_{md}}$$
#
# Which outputs does one input $x_{nd}$ reach? And one bias $b_m$? Write down
# the two sums yourself. With the x and w of exercise 3:
#
# ```text
# x = 1 2  0     w = 1 0  2     dout = 1  2
#     0 1 -1         3 1 -1            3 -1
#
# dx[0, 0] = 1·1 + 2·3 = 7          dx = 7  2 0     dw = 1 5 -3
# dw[0, 1] = 1·2 + 3·1 = 5               0 -1 7          2 3  1
# db[0]    = 1   + 3   = 4
#                                   db = 4 1
# ```
#
# The batch is summed, not averaged. If the loss is a mean over the batch, its
# 1/N is in `dout` already.
#
# <details><summary>Can the three be found from the shapes alone?</summary>
#
# Nearly. `dout` is (N, M), `x` is (N, D), `w` is (M, D). `dx` must be (N, D),
# and the only matrix product of `dout` and `w` with that shape is one with M
# inside. `dw` must be (M, D), from `dout` and `x`: N has to be inside, so
# something is transposed. `db` must be (M,), from `dout`: N has to go. What the
# shapes cannot tell you is whether N goes by a sum or by a mean.
#
# </details>


# %%
def linear_backward(dout, x, w):
    """The gradients of a fully connected layer.

    Args:
        dout: gradient at the output, array (N, M) of floats.
        x: the input of the forward pass, array (N, D), ints or floats.
        w: the weights, array (M, D), ints or floats. None of the three is
            changed.

    Returns:
        dx, dw, db, three arrays of floats in this order, with the shapes of
        x, w and b: (N, D), (M, D) and (M,). `dw` and `db` are sums over the
        batch.
    """
    ### BEGIN SOLUTION
    dx = dout @ w
    dw = dout.T @ x
    db = dout.sum(axis=0)
    return dx, dw, db
    ### END SOLUTION


# %%
check(linear_backward)

# %% [markdown]
# <!-- hints: linear_backward -->
#
# <details><summary>Afterwards: why is dw doutᵀ x?</summary>
#
# $\partial\, \text{out}_{nm} / \partial w_{md} = x_{nd}$, so the sum above is
# $\sum_n \text{dout}_{nm} \, x_{nd}$. In a matrix product the index that is
# summed must stand last in the first factor and first in the second:
# $\text{dout}^T$ has $n$ last, $x$ has it first. For one sample it is the outer
# product of a row of `dout` and a row of `x`; the batch adds N of them up.
#
# An input $x_{nd}$ reaches all neurons, each with the weight $w_{md}$:
# $\sum_m \text{dout}_{nm} \, w_{md}$, and $m$ is last in `dout` and first in
# `w` as they stand. A bias $b_m$ reaches neuron $m$ in every sample, with slope
# 1: $\sum_n \text{dout}_{nm}$.
#
# </details>
#
# **Stretch.** Write the backward pass of a network of two linear layers with a
# ReLU between them, from your own functions. Which arrays must its forward pass
# keep?

# %% [markdown]
# ## 5 · From scores to probabilities
#
# <!-- card: softmax -->
#
# The last layer gives each sample one score per class, any number. Softmax
# turns a row of scores into probabilities: all between 0 and 1, together 1, and
# the larger the score, the larger the share.
#
# $$p_{nk} = \frac{e^{s_{nk}}}{\sum_{j=1}^{K} e^{s_{nj}}}$$
#
# If the scores are the logarithms of 1, 2 and 3, then the powers are 1, 2 and 3
# again, their sum is 6, and the probabilities are the shares:
#
# ```text
# e^s = 1 2 3      p = 1/6 1/3 1/2
#       3 1 1          0.6 0.2 0.2
# ```
#
# There is a trap. $e^{1000}$ is too large for a float and becomes infinite,
# $e^{-1000}$ is too small and becomes 0, and infinity over infinity and 0 over
# 0 are NaN. Scores of any size must work: two scores of 1000 give ½ and ½, and
# so do two scores of −1000, in the same batch.
#
# <details><summary>What may be done to a row of scores without changing its
# probabilities?</summary>
#
# Adding one constant $c$ to all of them: $e^{s + c} = e^s e^c$, and the factor
# $e^c$ cancels between numerator and denominator. Each row may have a constant
# of its own. Which one makes sure that no power overflows, and that not all of
# them become 0?
#
# </details>


# %%
def softmax(scores):
    """Probabilities from scores, row by row.

    Args:
        scores: array (N, K), ints or floats of any size, also far below 0 or
            above 1000. It is not changed.

    Returns:
        p, an array (N, K) of floats. Every row sums to 1, and nothing is NaN.
        A probability too small for a float may be 0. N and K may be 1.
    """
    ### BEGIN SOLUTION
    # Each row's own largest score becomes 0: no power exceeds 1, and one of
    # them is 1, so the sum is never 0.
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %%
check(softmax)

# %% [markdown]
# <!-- hints: softmax -->
#
# **Stretch.** Divide all scores by a "temperature" T before the softmax. What
# do the probabilities become for a very small T, and for a very large one? With
# two classes and the scores (x, 0), show that the first probability is the
# sigmoid of x.

# %% [markdown]
# ## 6 · How wrong, and which way is better?
#
# <!-- card: cross_entropy -->
#
# The loss of one sample is minus the logarithm of the probability that the
# softmax gives to its *right* class: 0 when that is 1, and the larger, the
# smaller it is. (The natural logarithm, `np.log`.) The loss of the batch is
# their mean:
#
# $$L = -\frac{1}{N} \sum_{n=1}^{N} \log p_{n, \, \text{label}_n}, \qquad
# p = \text{softmax}(s)$$
#
# Its gradient by the scores is surprisingly simple:
#
# $$\frac{\partial L}{\partial s_{nk}} = \frac{1}{N} \left( p_{nk} -
# \begin{cases} 1 & \text{if } k = \text{label}_n \\ 0 & \text{otherwise}
# \end{cases} \right)$$
#
# Two samples, three classes, labels 1 and 2 (classes are counted from 0), and
# again scores that are logarithms:
#
# ```text
# e^s = 1 2 1    p = 0.25 0.5 0.25    dscores = 0.125 -0.25 0.125
#       3 1 1        0.6  0.2 0.2               0.3    0.1  -0.4
#
# loss = (-log 0.5 - log 0.2) / 2 = 1.1513
# ```
#
# Work with scores of any size here too. A row of scores (1000, 0) with label 1
# has a loss of 1000, although the softmax rounds its probability to 0 and
# $\log 0$ is infinite. Adding a small number inside the logarithm is no help:
# with `1e-12` the loss would be 27.6. Take the logarithm of the softmax's
# formula on paper first, and simplify.
#
# <details><summary>Where does p − 1 come from?</summary>
#
# For one sample with label $y$:
# $L = -\log \left( e^{s_y} / \sum_j e^{s_j} \right) =
# -s_y + \log \sum_j e^{s_j}$. The slope of the first part is −1 for $s_y$ and 0
# for the other scores. The slope of the second part by $s_k$ is
# $e^{s_k} / \sum_j e^{s_j}$, which is $p_k$. The batch's mean brings the 1/N.
#
# </details>


# %%
def cross_entropy(scores, labels):
    """The loss of a batch, and its gradient.

    Args:
        scores: array (N, K), ints or floats of any size: scores as a linear
            layer gives them, not probabilities. It is not changed.
        labels: array (N,) of integers from 0 to K - 1, the right classes.

    Returns:
        loss, dscores. The loss is one number, the mean over the batch, finite
        for all finite scores. `dscores` is its gradient, an array (N, K) of
        floats.
    """
    ### BEGIN SOLUTION
    n = len(labels)
    rows = np.arange(n)
    shifted = scores - scores.max(axis=1, keepdims=True)
    # log p = s - log(sum of e^s): the logarithm of the softmax, on paper.
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -logp[rows, labels].mean()
    dscores = np.exp(logp)
    dscores[rows, labels] -= 1
    return loss, dscores / n
    ### END SOLUTION


# %%
check(cross_entropy)

# %% [markdown]
# <!-- hints: cross_entropy -->
#
# **Stretch.** A network that knows nothing gives all K classes the same score.
# What is its loss? Training that begins with a very different loss has a bug:
# many people check this first. And why does every row of `dscores` sum to 0?

# %% [markdown]
# ## 7 · One step with momentum
#
# <!-- card: sgd_momentum_step -->
#
# Plain gradient descent takes a step against the gradient. Two things are
# usually added. *Weight decay* pulls every weight towards 0. *Momentum* keeps a
# velocity `v`, like a ball that rolls: what all gradients agree on builds up,
# what changes sign from step to step cancels.
#
# $$\begin{aligned}
# g &= \text{dw} + \text{weight decay} \cdot w \\
# v_\text{new} &= \text{momentum} \cdot v + g \\
# w_\text{new} &= w - \text{learning rate} \cdot v_\text{new}
# \end{aligned}$$
#
# This is PyTorch's form. Other books put the learning rate inside v, or damp g
# by 1 − momentum: those are other answers. By hand, with a learning rate of
# 0.1, a momentum of ½ and no weight decay:
#
# ```text
# w = 1 -2    dw = 2 1    v = 10 4
#
# v becomes 0.5·10 + 2 = 7      and  0.5·4 + 1  = 3
# w becomes 1 - 0.1·7  = 0.3    and  -2 - 0.1·3 = -2.3
# ```


# %%
def sgd_momentum_step(w, dw, v, learning_rate, momentum=0.9, weight_decay=0.0):
    """One step of gradient descent with momentum and weight decay.

    Args:
        w: weights, an array of floats of any shape.
        dw: the gradient of the loss by w, same shape.
        v: the velocity that the last step returned (zeros at first), same
            shape. None of the three arrays is changed.
        learning_rate: a number above 0.
        momentum: how much of v is kept, from 0 up to (not including) 1.
        weight_decay: a number of at least 0.

    Returns:
        w, v: two new arrays in this order, the weights and the velocity after
        the step.
    """
    ### BEGIN SOLUTION
    g = dw + weight_decay * w
    v = momentum * v + g
    w = w - learning_rate * v
    return w, v
    ### END SOLUTION


# %%
check(sgd_momentum_step)

# %% [markdown]
# <!-- hints: sgd_momentum_step -->
#
# **Stretch.** The gradient is 1 in every step, without weight decay. Towards
# which value does v grow? By how much, then, does a momentum of 0.9 lengthen
# the steps in the long run?

# %% [markdown]
# ## 8 · Measure a slope
#
# <!-- card: numerical_gradient -->
#
# Is a gradient right? Measure it: move one number of x up and down by a small
# $h$, and see how much $f$ changes. The *central difference* for the number
# $x_i$ is
#
# $$\frac{f(x_1, \ldots, x_i + h, \ldots) - f(x_1, \ldots, x_i - h, \ldots)}
# {2h}$$
#
# All other numbers stay where they are. This works for any function, and is far
# too slow for learning: a network with a million weights would need two million
# passes for one step. But it tells you whether your backward pass is right.
#
# For $f(x) = x_0^2 + 3 x_1$ at $x = (2, 5)$ with $h = 1$:
#
# ```text
# x₀:  (f(3, 5) - f(1, 5)) / 2 = (24 - 16) / 2 = 4
# x₁:  (f(2, 6) - f(2, 4)) / 2 = (22 - 16) / 2 = 3
# ```
#
# Two steps, and not one: a step up alone, $f(x + h) - f(x)$ divided by $h$,
# gives 5 for the first slope, which is 4.
#
# Two traps. An array of whole numbers cannot hold 3 + 0.00001, and one in
# single precision (float32) rounds it so roughly that the slope is lost: work
# on a copy in float64. And the numbers that have moved must be put back.
#
# <details><summary>Why not make h as small as a float allows?</summary>
#
# The difference of two nearly equal numbers loses digits. f(x) is known to
# about 16 digits; if the two values agree in 13 of them, 3 digits of the slope
# are left. The error of the formula shrinks with h², the rounding error grows
# with 1/h. Near h = 1e-5 both are small.
#
# </details>


# %%
def numerical_gradient(f, x, h=1e-5):
    """The slopes of f at x, measured by central differences.

    Args:
        f: a function that takes an array of the shape of x and returns one
            number.
        x: array of any shape, with at least one axis; ints or floats, also
            float32. It is never written into, not even for a moment: it may
            be read-only.
        h: the size of the step, a number above 0. It may be large: return
            the formula's value as it is.

    Returns:
        An array of floats of the shape of x: for each number of x its central
        difference, computed in float64.
    """
    ### BEGIN SOLUTION
    point = np.array(x, dtype=float)
    slope = np.zeros(point.shape)
    for i in np.ndindex(point.shape):
        old = point[i]
        point[i] = old + h
        above = f(point)
        point[i] = old - h
        below = f(point)
        point[i] = old
        slope[i] = (above - below) / (2 * h)
    return slope
    ### END SOLUTION


# %%
check(numerical_gradient)

# %% [markdown]
# <!-- hints: numerical_gradient -->
#
# **Stretch.** Check your own `cross_entropy` with it: for random scores and
# labels, `numerical_gradient(lambda s: cross_entropy(s, labels)[0], scores)`
# should equal `dscores`. Then check `linear_backward` in the same way. Which
# function of dw should f be? And where will `relu_backward` seem wrong?

# %% [markdown]
# ## 9 · Learn by trying
#
# <!-- card: hill_climb -->
#
# Could one learn without any gradient? Hill climbing does: try a step, and keep
# it if the loss gets smaller. If not, forget it, and try the next one from
# where you were. (The name speaks of climbing; here the way is down.)
#
# Usually the steps are drawn at random. Here they are given, so that there is
# one right answer. With the loss $w_0^2 + w_1^2$, beginning at $w = (2, 0)$
# with loss 4:
#
# | try | step | candidate | its loss | kept? | w after | best loss |
# | --- | --- | --- | --- | --- | --- | --- |
# | 0 | (−1, 0) | (1, 0) | 1 | yes | (1, 0) | 1 |
# | 1 | (0, 1) | (1, 1) | 2 | no | (1, 0) | 1 |
# | 2 | (−1, 0) | (0, 0) | 0 | yes | (0, 0) | 0 |
#
# So w = (0, 0) and losses = (1, 1, 0) come back.


# %%
def hill_climb(loss, w, steps):
    """Try steps one after the other, and keep those that help.

    Args:
        loss: a function that takes an array like w and returns one number,
            which may be negative. Calling it twice at the same place gives
            the same number.
        w: where to begin, an array of any shape, ints or floats. It is not
            changed.
        steps: array (T, *w.shape) of floats, T at least 1: the displacements
            to try, in this order. Each is tried once, from the best weights
            so far, and kept only if it makes the loss strictly smaller than
            the best loss so far, which begins with loss(w).

    Returns:
        w, losses: the best weights, an array of the shape of w; and the best
        loss after each try, kept or not, an array (T,).
    """
    ### BEGIN SOLUTION
    best = loss(w)
    losses = np.zeros(len(steps))
    for t, step in enumerate(steps):
        candidate = w + step
        new = loss(candidate)
        if new < best:
            w, best = candidate, new
        losses[t] = best
    return w, losses
    ### END SOLUTION


# %%
check(hill_climb)

# %% [markdown]
# <!-- hints: hill_climb -->
#
# **Stretch.** Take the loss $|w|^2$ with 2, 20 and 200 weights, begin at all
# ones, and draw 1000 steps from a normal distribution, with a spread of your
# choice. How far does hill climbing get in each? How many passes would gradient
# descent need? A gradient says of *every* weight which way it should go; what
# does one try say?

# %%
progress("03")
