# %% [markdown]
# # 04 · LeNet in NumPy: exercises
#
# Six functions make the two layers that a convolutional network adds to unit
# 03: convolution and pooling, forwards and backwards. Then you put a LeNet
# together, and write the loop that trains it.
#
# Replace `raise NotImplementedError` by your answer and run the cell. The cell
# below it, `check(...)`, tries your answer on many inputs and shows the
# smallest one that fails. Stuck? Open a hint, or run `hint(im2col)`. Nothing is
# sent anywhere.
#
# Use NumPy as you like; loops are fine. In exercises 1 to 6, `torch`, `scipy`
# and the layers of `coursekit.numpy_nn` would take the point out: leave them
# for afterwards, to compare. Exercise 7 is built from those layers.
#
# Pictures come in batches, and every array of pictures or maps has four axes,
# always in this order: $N$ images, $C$ channels, $H$ rows, $W$ columns. The
# gradient of the loss by an array has the array's shape and a `d` in front of
# its name: `dx` belongs to `x`, and `dout` to the layer's output. No function
# changes the arrays it is given.

# %%
import numpy as np
from coursekit import check, hint, progress
from coursekit.numpy_nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from coursekit.numpy_nn import softmax_cross_entropy

# %% [markdown]
# ## 1 · Windows as columns
#
# <!-- card: im2col -->
#
# A convolution is a heap of dot products: every window of the picture with
# every kernel. Write the windows as the columns of a matrix, and all of them
# become one product of matrices, which computers do faster than anything else.
# The price is memory: a pixel stands in the matrix once for each window that
# sees it.
#
# A window of `f_h` rows and `f_w` columns reaches through all $C$ channels. Its
# numbers become one column, in this order: channel 0 first, then channel 1, …;
# within a channel like a text, row by row and from left to right. The columns
# stand in reading order of the windows as well: from left to right, then down.
# With 2×2 windows, one picture of 3×4 pixels gives 2 · 3 = 6 columns:
#
# ```text
#                    top left      1  2  3  5  6  7
# 1  2  3  4         top right     2  3  4  6  7  8
# 5  6  7  8    →    bottom left   5  6  7  9 10 11
# 9 10 11 12         bottom right  6  7  8 10 11 12
# ```
#
# Column 1 is the window 2 3 over 6 7. Two channels of 2×3 pixels and a window
# of one row and two columns give four rows, channel 0 above channel 1:
#
# ```text
# 1 2 3     7  8  9         1 2  4  5
# 4 5 6    10 11 12    →    2 3  5  6
#                           7 8 10 11
#                           8 9 11 12
# ```
#
# Before anything else, `padding` rows and columns of zeros go around each
# picture, on all four sides. Windows begin `stride` pixels apart, across and
# down, and lie inside the padded picture as a whole:
#
# $$H_\text{out} = \left\lfloor \frac{H + 2 \cdot \text{padding} - f_h}
# {\text{stride}} \right\rfloor + 1$$
#
# and $W_\text{out}$ likewise. Each image of the batch has a matrix of its own.


# %%
def im2col(x, f_h, f_w, stride=1, padding=0):
    """Write the windows of each picture as the columns of a matrix.

    Args:
        x: pictures of shape (N, C, H, W), ints or floats (also uint8).
        f_h: rows of a window, an int; f_w: its columns, not always as many.
        stride: pixels from one window to the next, down and across.
        padding: rows and columns of zeros added on each of the four sides.

    Returns:
        An array of shape (N, C * f_h * f_w, H_out * W_out): rows in the order
        channel, window row, window column; columns in reading order.
    """
    ### BEGIN SOLUTION
    n, c, h, w = x.shape
    border = (padding, padding)
    x = np.pad(x, ((0, 0), (0, 0), border, border))
    h_out = (h + 2 * padding - f_h) // stride + 1
    w_out = (w + 2 * padding - f_w) // stride + 1
    out = np.zeros((n, c * f_h * f_w, h_out * w_out))
    for i in range(h_out):
        for j in range(w_out):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + f_h, left : left + f_w]
            out[:, :, i * w_out + j] = window.reshape(n, -1)
    return out
    ### END SOLUTION


# %%
check(im2col)

# %% [markdown]
# <!-- hints: im2col -->
#
# **Stretch.** Do it without a loop over places: either loop over the
# $f_h \cdot f_w$ numbers of the window and copy a strided slice for each, or
# transpose what `np.lib.stride_tricks.sliding_window_view` gives. Compare with
# `torch.nn.functional.unfold`. How many times larger than the picture is the
# matrix for a 5×5 window with stride 1?

# %% [markdown]
# ## 2 · A convolution layer, forwards
#
# <!-- card: conv2d_forward -->
#
# It is the sliding dot product of unit 02 with four things added. The picture
# has $C$ channels, and so has the kernel: the products of *all* channels are
# added up to one number. There are $F$ kernels, and each makes a map of its
# own. Each kernel has a bias, one number that is added to its whole map. And
# there are $N$ images, which never meet. On the padded pictures, with $s$ the
# stride,
#
# $$\text{out}_{n f i j} = b_f + \sum_{c=0}^{C-1} \sum_{u=0}^{f_h - 1}
# \sum_{v=0}^{f_w - 1} w_{f c u v} \; x_{n,\; c,\; s i + u,\; s j + v}$$
#
# The kernels are used as they stand, not flipped. The picture and the kernel of
# unit 02, with the bias 3:
#
# ```text
# 1 2 0                                0 1                3  4
# 0 1 3   with   1  0    gives  first  8 0   and then    11  3
# 4 0 1          2 -1
# ```
#
# Two channels, and two kernels of one pixel, (1, 10) and (0, −1), with the
# biases 0 and 100:
#
# ```text
# channels       out[0, 0]    out[0, 1]
# 1 2    5 6     51 62        95 94       51 = 0 + 1·1 + 10·5
# 3 4    7 8     73 84        93 92       95 = 100 + 0·1 - 1·5
# ```
#
# Padding and the size of the answer go by the rule of exercise 1.
#
# <details><summary>How many numbers does this layer learn?</summary>
#
# $F \cdot (C f_h f_w + 1)$: the kernels and their biases. The size of the
# picture does not occur in it.
#
# </details>


# %%
def conv2d_forward(x, w, b, stride=1, padding=0):
    """Slide F kernels over each picture; every kernel makes a map.

    Args:
        x: pictures of shape (N, C, H, W), ints or floats (also uint8, where
            sums would not fit).
        w: kernels of shape (F, C, f_h, f_w), ints or floats, not always square.
        b: biases of shape (F,), ints or floats.
        stride: pixels from one place to the next, down and across.
        padding: rows and columns of zeros added on each of the four sides.

    Returns:
        The maps, an array of shape (N, F, H_out, W_out).
    """
    ### BEGIN SOLUTION
    f, _, f_h, f_w = w.shape
    h_out = (x.shape[2] + 2 * padding - f_h) // stride + 1
    w_out = (x.shape[3] + 2 * padding - f_w) // stride + 1
    columns = im2col(x, f_h, f_w, stride, padding)
    # (F, numbers) @ (N, numbers, places) → (N, F, places)
    out = w.reshape(f, -1) @ columns + b[:, np.newaxis]
    return out.reshape(len(x), f, h_out, w_out)
    ### END SOLUTION


# %%
check(conv2d_forward)

# %% [markdown]
# <!-- hints: conv2d_forward -->
#
# **Stretch.** Write it a second time, in seven nested loops, straight from the
# formula. Compare both with `torch.nn.functional.conv2d`, and time them on a
# batch of 8 pictures of 1×28×28 with six 5×5 kernels. How much does one
# matrix product buy?

# %% [markdown]
# ## 3 · A convolution layer, backwards
#
# <!-- card: conv2d_backward -->
#
# Look at one place of one map. Forwards, its number was
#
# ```text
# out[n, f, i, j] = (window * w[f]).sum() + b[f]
# ```
#
# and `dout[n, f, i, j]` says how much the loss changes with that number. Three
# things went in, so three gradients get something from this place:
#
# ```text
# dw[f]             +=  dout[n, f, i, j] * window
# db[f]             +=  dout[n, f, i, j]
# window of dx      +=  dout[n, f, i, j] * w[f]
# ```
#
# All the rest is adding up. A kernel is used at every place of every image. A
# pixel is seen by every window that covers it, and by every kernel. Each of
# these uses adds its part: gradients add where a value was used more than once.
#
# The picture and the kernel of exercise 2, and a `dout` for its four places:
#
# ```text
# x        w       dout          dx            dw        db
# 1 2 0     1  0    1  0          1  0  0       3  7      2
# 0 1 3     2 -1   -1  2    →     1  1  0      -4  3
# 4 0 1                          -2  5 -2
# ```
#
# | | from dout = 1 | from −1 | from 2 | sum |
# | --- | --- | --- | --- | --- |
# | `dw[0, 0, 0, 1]`: top right of each window | 1 · 2 | −1 · 1 | 2 · 3 | 7 |
# | `dx[0, 0, 1, 1]`: the pixel in the middle | 1 · (−1) | −1 · 0 | 2 · 1 | 1 |
# | `db[0]` | 1 | −1 | 2 | 2 |
#
# The batch: `dw` and `db` are sums over all images. Nothing is divided by $N$
# here, since the loss is a mean and `dout` contains its $1/N$ already. Image
# $n$ of `dx` has to do with image $n$ alone.
#
# The border: windows reach into the padding, so gradient falls on it; that part
# is cut off, and `dx` has the shape of `x`. Pixels that no window reaches have
# the gradient 0.
#
# <details><summary>With stride 1, why is dx a convolution of dout with flipped
# kernels?</summary>
#
# Pixel $(p, q)$ is seen from place $(i, j)$ through the kernel's number
# $(p - i, q - j)$, so $dx_{pq} = \sum_{ij} \text{dout}_{ij} \,
# w_{p - i,\, q - j}$. The kernel's index runs backwards: that is the
# convolution of unit 02, in its full size, while forwards it was a
# cross-correlation.
#
# </details>
#
# <details><summary>What is dw, seen the same way?</summary>
#
# $dw_{uv} = \sum_{ij} \text{dout}_{ij} \, x_{i + u,\, j + v}$ (stride 1): slide
# `dout` over the picture, as if it were the kernel.
#
# </details>


# %%
def conv2d_backward(dout, x, w, stride=1, padding=0):
    """The gradients of a convolution layer.

    Args:
        dout: gradient of the loss by the layer's output, (N, F, H_out, W_out).
        x: the pictures that went in, floats of shape (N, C, H, W).
        w: the kernels, floats of shape (F, C, f_h, f_w), not always square.
        stride: as in the forward pass; it may be larger than the kernel.
        padding: as in the forward pass.

    Returns:
        A tuple (dx, dw, db), with the shapes of x, w and the biases, (F,).
    """
    ### BEGIN SOLUTION
    h, width = x.shape[2:]
    f_h, f_w = w.shape[2:]
    border = (padding, padding)
    x = np.pad(x, ((0, 0), (0, 0), border, border))
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            rows = slice(i * stride, i * stride + f_h)
            columns = slice(j * stride, j * stride + f_w)
            d = dout[:, :, i, j]  # of this place, in all images and maps
            dx[:, :, rows, columns] += np.einsum("nf,fcuv->ncuv", d, w)
            dw += np.einsum("nf,ncuv->fcuv", d, x[:, :, rows, columns])
    db = dout.sum(axis=(0, 2, 3))
    inside = slice(padding, padding + h), slice(padding, padding + width)
    return dx[:, :, *inside], dw, db
    ### END SOLUTION


# %%
check(conv2d_backward)

# %% [markdown]
# <!-- hints: conv2d_backward -->
#
# **Stretch.** Check your three gradients with `numerical_gradient` of unit 03:
# its `f` is `lambda x: (conv2d_forward(x, w, b) * dout).sum()`. Then write
# `dw` and the columns of `dx` as two matrix products with `im2col`, and add the
# columns back to where they came from (`col2im`).

# %% [markdown]
# ## 4 · Max pooling, forwards
#
# <!-- card: max_pool2d_forward -->
#
# Pooling makes maps smaller. Of each window of `size` × `size` pixels only the
# largest number stays: what the kernel looks for is there, but exactly where no
# longer matters much. Every channel of every image is pooled for itself.
#
# ```text
#  1  3 |  2  0
#  4  2 |  1  5         4  5
# ------+-------   →
#  0  1 | -1 -2         2 -1
#  2  0 | -3 -4
# ```
#
# Windows begin `stride` pixels apart, down and across. They may overlap (a
# stride smaller than the size) or leave gaps (a larger one). The stride is 2
# unless another one is given, also when the size is not 2. There is no padding:
# windows that do not fit are left out,
#
# $$H_\text{out} = \left\lfloor \frac{H - \text{size}}{\text{stride}}
# \right\rfloor + 1$$
#
# so the last row of a map with 3 rows is not seen by 2×2 windows. Numbers may
# be negative: the largest of −1, −2, −3 and −4 is −1.


# %%
def max_pool2d_forward(x, size=2, stride=2):
    """The largest number of each window.

    Args:
        x: maps of shape (N, C, H, W), ints or floats (also uint8).
        size: rows and columns of a window, an int of at least 1.
        stride: pixels from one window to the next, an int of at least 1.

    Returns:
        An array of shape (N, C, H_out, W_out). At least one window fits.
    """
    ### BEGIN SOLUTION
    n, c, h, w = x.shape
    h_out, w_out = (h - size) // stride + 1, (w - size) // stride + 1
    out = np.zeros((n, c, h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + size, left : left + size]
            out[:, :, i, j] = window.max(axis=(2, 3))
    return out
    ### END SOLUTION


# %%
check(max_pool2d_forward)

# %% [markdown]
# <!-- hints: max_pool2d_forward -->
#
# **Stretch.** Where `size` and `stride` are the same and everything comes out
# even, no loop is needed: reshape to (N, C, H_out, size, W_out, size). Over
# which two axes is the maximum? And show that a maximum over the rows, followed
# by one over the columns, gives the same for any size and stride.

# %% [markdown]
# ## 5 · Max pooling, backwards
#
# <!-- card: max_pool2d_backward -->
#
# Each window let one number pass, its largest. Move that winner a little, and
# the output moves as much; move a loser a little, and nothing happens. So the
# winner gets the whole gradient of its window, and the losers get 0:
#
# ```text
#  1  3  2  0                     0  0  0  0
#  4  2  1  5        10 20       10  0  0 20
#  0  1 -1 -2   and  30 40   →    0  0 40  0
#  2  0 -3 -4                    30  0  0  0
#     x               dout            dx
# ```
#
# A pixel may win several windows that overlap: it gets the sum. Pixels that are
# in no window get 0; `dx` has the shape of `x`.
#
# Several numbers of a window may share the first place. Then exactly one of
# them gets the gradient, all of it: the first in reading order (by rows, from
# left to right). This happens all the time: after a ReLU, many windows hold
# nothing but zeros. The same choice is made by PyTorch.
#
# ```text
# x =  1 3    dout = 5    →    0 5
#      3 3                     0 0
# ```


# %%
def max_pool2d_backward(dout, x, size=2, stride=2):
    """Send the gradient of each window to its winner.

    Args:
        dout: gradient by the output of max pooling, (N, C, H_out, W_out).
        x: the maps that went in, floats of shape (N, C, H, W).
        size: rows and columns of a window, as in the forward pass.
        stride: pixels from one window to the next, as in the forward pass.

    Returns:
        dx, an array of the shape of x.
    """
    ### BEGIN SOLUTION
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + size, left : left + size]
        # argmax counts in reading order, and takes the first of equal ones.
        row, column = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, top + row, left + column] += dout[n, c, i, j]
    return dx
    ### END SOLUTION


# %%
check(max_pool2d_backward)

# %% [markdown]
# <!-- hints: max_pool2d_backward -->
#
# **Stretch.** Check it with `numerical_gradient` of unit 03 on random numbers.
# Then on a window with a tie: what does the numerical gradient say there, and
# why is no answer right? For speed, get rid of the loops over n and c.

# %% [markdown]
# ## 6 · Average pooling
#
# <!-- card: average_pool2d -->
#
# The LeNets of the 1990s took the mean of each window. The same windows as in
# exercise 4, the same rule at the border: a window that does not fit is left
# out. So every mean is over size · size numbers.
#
# ```text
#  1  3 |  2  0
#  4  2 |  1  5         2.5   2
# ------+-------   →
#  0  1 | -1 -2         0.75 -2.5
#  2  0 | -3 -4
# ```
#
# <details><summary>And backwards?</summary>
#
# Every number of the window counts $1 / \text{size}^2$, so each gets that share
# of the window's gradient.
#
# </details>


# %%
def average_pool2d(x, size=2, stride=2):
    """The mean of each window.

    Args:
        x: maps of shape (N, C, H, W), ints or floats (also uint8, where sums
            would not fit).
        size: rows and columns of a window, an int of at least 1.
        stride: pixels from one window to the next, an int of at least 1.

    Returns:
        An array of floats of shape (N, C, H_out, W_out).
    """
    ### BEGIN SOLUTION
    n, c, h, w = x.shape
    h_out, w_out = (h - size) // stride + 1, (w - size) // stride + 1
    out = np.zeros((n, c, h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + size, left : left + size]
            out[:, :, i, j] = window.mean(axis=(2, 3))
    return out
    ### END SOLUTION


# %%
check(average_pool2d)

# %% [markdown]
# <!-- hints: average_pool2d -->
#
# **Stretch.** LeNet-5 did not take the plain mean: each map had a weight and a
# bias, w · (sum of the window) + b, and both were learned. How many numbers
# does that add to a pooling layer, and which gradient does w get?

# %% [markdown]
# ## 7 · Assemble a LeNet
#
# <!-- card: LeNet -->
#
# Now the network. The course's layers do the work; they do what yours do, only
# faster. Each layer is an object. `layer.forward(x)` gives its output and
# remembers what it needs. `layer.backward(dout)` gives `dx`. A layer that
# learns has two arrays, `layer.params["w"]` and `layer.params["b"]`, and after
# `backward` their gradients, `layer.grads["w"]` and `layer.grads["b"]`. The
# `w` of a Linear layer has a row for each output, as in unit 03.
#
# This is the modified LeNet: ReLU and max pooling where the one of 1998 had
# sigmoids and means. With pictures of 28×28 and ten classes:
#
# | layers | output | numbers it learns |
# | --- | --- | --- |
# | `Conv2d(1, 6, 5)`: 6 kernels of 5×5 | 6×24×24 | 156 |
# | `ReLU()`, then `MaxPool2d(2)` | 6×12×12 | |
# | `Conv2d(6, 16, 5)`: 16 kernels of 6×5×5 | 16×8×8 | 2,416 |
# | `ReLU()`, then `MaxPool2d(2)` | 16×4×4 | |
# | `Flatten()` | 256 | |
# | `Linear(256, 120)`, `ReLU()` | 120 | 30,840 |
# | `Linear(120, 84)`, `ReLU()` | 84 | 10,164 |
# | `Linear(84, 10)` | 10 | 850 |
# | together | | 44,426 |
#
# Only the 256 and the 10 are different for other pictures and classes. Nothing
# is padded, and `MaxPool2d(2)` has 2×2 windows side by side, so a row or column
# that is left over is dropped. After the last layer comes nothing: no ReLU, and
# no softmax, which is part of the loss.
#
# Four methods. `backward` belongs to the `forward` before it, and only finds
# gradients: it does not change the weights. `parameters()` gives one list of
# ten arrays: `w` and `b` of the first layer that learns, `w` and `b` of the
# second, and so on. They are the network's own arrays: who writes into them
# changes the network. `gradients()` gives ten arrays in the same order and of
# the same shapes, from the last `backward` alone.
#
# The first weights are random. Pass a generator to each layer that learns,
# `Conv2d(1, 6, 5, rng=rng)`, and it draws weights of the right size. The same
# seed gives the same network, another seed another one.


# %%
class LeNet:
    """The modified LeNet for pictures of size × size pixels, one channel.

    Args of the constructor:
        size: rows and columns of a picture, an int of at least 16.
        classes: how many scores come out, an int.
        seed: decides the first weights, an int.
    """

    def __init__(self, size=28, classes=10, seed=0):
        """Make the layers, with random weights."""
        ### BEGIN SOLUTION
        rng = np.random.default_rng(seed)
        side = ((size - 4) // 2 - 4) // 2
        self.layers = [
            Conv2d(1, 6, 5, rng=rng),
            ReLU(),
            MaxPool2d(2),
            Conv2d(6, 16, 5, rng=rng),
            ReLU(),
            MaxPool2d(2),
            Flatten(),
            Linear(16 * side * side, 120, rng=rng),
            ReLU(),
            Linear(120, 84, rng=rng),
            ReLU(),
            Linear(84, classes, rng=rng),
        ]
        ### END SOLUTION

    def forward(self, x):
        """Scores (N, classes) for pictures x (N, 1, size, size)."""
        ### BEGIN SOLUTION
        for layer in self.layers:
            x = layer.forward(x)
        return x
        ### END SOLUTION

    def backward(self, dscores):
        """dx (N, 1, size, size) from the gradient by the scores."""
        ### BEGIN SOLUTION
        for layer in reversed(self.layers):
            dscores = layer.backward(dscores)
        return dscores
        ### END SOLUTION

    def parameters(self):
        """The arrays that learn: w, b, w, b, … in the order of the layers."""
        ### BEGIN SOLUTION
        learning = [layer for layer in self.layers if layer.params]
        return [layer.params[name] for layer in learning for name in "wb"]
        ### END SOLUTION

    def gradients(self):
        """Their gradients, in the same order."""
        ### BEGIN SOLUTION
        learning = [layer for layer in self.layers if layer.params]
        return [layer.grads[name] for layer in learning for name in "wb"]
        ### END SOLUTION


# %%
check(LeNet)

# %% [markdown]
# <!-- hints: LeNet -->
#
# **Stretch.** Give it a `__repr__` that prints the table above for any size.
# Then replace the course's layers by small classes around your own functions,
# and check again: nothing else should change, but the time it takes. Swap
# ReLU and pooling: why do scores and gradients stay the same, and which order
# is cheaper?

# %% [markdown]
# ## 8 · Once through the training images
#
# <!-- card: train_epoch -->
#
# An epoch is one pass through all training images, a batch at a time:
#
# 1. Cut `order`, the numbers of all images in some order, into batches of
#    `batch_size`. What is left at the end is a smaller batch, and counts too.
# 2. For each batch: `network.forward` gives scores. The course's
#    `softmax_cross_entropy(scores, labels)`, the `cross_entropy` of unit 03,
#    gives `(loss, dscores)`; the loss is the mean over the batch, and dscores
#    is its gradient. `network.backward(dscores)` finds the gradients. Then
#    every array of `network.parameters()` moves,
#
#    $$w \leftarrow w - \text{learning rate} \cdot
#    \frac{\partial L}{\partial w}$$
#
#    in the array itself, so that the network sees it.
# 3. Return the mean loss over all images: each image's loss at its turn, before
#    the step that its batch takes. Every image counts the same, also in a
#    smaller batch.
#
# The network is any object with the four methods of exercise 7, with any number
# of arrays. By hand: two images of one pixel each, both 1, with the labels 0
# and 1. The network has the scores $w_k x + b_k$ for the classes $k = 0, 1$,
# and begins with zeros. The order is `[1, 0]`, the batch size 1, the learning
# rate $\tfrac12 \ln 3$ (so that the numbers come out well):
#
# | image | label | scores | loss | w and b after the step |
# | --- | --- | --- | --- | --- |
# | 1 | 1 | 0, 0 | ln 2 | −¼ ln 3, ¼ ln 3 |
# | 0 | 0 | −½ ln 3, ½ ln 3 | ln 4 | ⅛ ln 3, −⅛ ln 3 |
#
# The answer is (ln 2 + ln 4) / 2 = 1.04.
#
# <details><summary>Three images in batches of 2 and 1: why is the mean of the
# two batches' losses wrong?</summary>
#
# The image that is alone would count as much as the other two together. With
# the losses ln 2 for the batch of two and ln 4 for the last image, the mean
# over the images is (2 ln 2 + ln 4) / 3 = 0.92; the mean of the two losses
# would be 1.04.
#
# </details>


# %%
def train_epoch(network, images, labels, order, batch_size, learning_rate):
    """Train a network on every image once, with plain gradient descent.

    Args:
        network: an object with forward(x), backward(dscores), parameters()
            and gradients(), such as a LeNet. It is trained in place.
        images: array of shape (N, C, H, W); labels: N ints of shape (N,).
        order: the numbers 0 … N - 1 in the order in which the images come,
            an int array of shape (N,).
        batch_size: images in a batch, an int; the last batch may be smaller.
        learning_rate: the step is so many times the gradient, a float.

    Returns:
        The mean loss over all N images, one number.
    """
    ### BEGIN SOLUTION
    total = 0.0
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        scores = network.forward(images[batch])
        loss, dscores = softmax_cross_entropy(scores, labels[batch])
        network.backward(dscores)
        arrays = zip(network.parameters(), network.gradients(), strict=True)
        for w, dw in arrays:
            w -= learning_rate * dw
        total += loss * len(batch)
    return total / len(images)
    ### END SOLUTION


# %%
check(train_epoch)

# %% [markdown]
# <!-- hints: train_epoch -->
#
# **Stretch.** Train your LeNet(32) on `coursekit.data.load_digits32()` with
# batches of 32 and a new random order for every epoch; how many of its digits
# that were held out does it read after ten? Now shuffle the pixels of all
# pictures, always in the same way, and train again. A linear classifier does
# not notice. Does LeNet?

# %% [markdown]
# ## How far you have come
#
# Next: unit 05 counts what such a network costs, layer by layer.

# %%
progress("04")
