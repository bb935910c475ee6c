# %% [markdown]
# # 02 · Convolution and filters: exercises
#
# You write nine short functions, from the size of an output to a Gabor kernel.
# Together they are a small filter library.
#
# Replace `raise NotImplementedError` by your answer and run the cell. The cell
# below it, `check(...)`, tries your function on many inputs and shows the
# smallest one that fails. Stuck? Open a hint, or run `hint(pad2d)`. Nothing is
# sent anywhere.
#
# Use NumPy as you like; loops are fine. `scipy` and the course's own
# `coursekit.filters` would take the point out of the exercises: leave them for
# afterwards, to compare.

# %%
import numpy as np
from coursekit import check, hint, progress

# %% [markdown]
# ## 1 · How large will the output be?
#
# <!-- card: conv_output_size -->
#
# A window of $f$ pixels slides along a row of $n$ pixels in steps of `stride`.
# Before, the row gets `padding` extra pixels at *each* end. At how many places
# does the whole window lie inside the padded row? The first place is always at
# the very beginning. A last step that would carry the window over the end is
# not taken.
#
# Five pixels and a window of three: the window can begin at pixel 0, 1 or 2.
#
# ```text
# 0 1 2 . .
# . 1 2 3 .
# . . 2 3 4      conv_output_size(5, 3) is 3
# ```
#
# Find the formula yourself if you can: draw the row, and count.


# %%
def conv_output_size(n, f, stride=1, padding=0):
    """How many places a window takes along a row of pixels.

    Args:
        n: length of the row, an int.
        f: length of the window, an int.
        stride: pixels from one place to the next, an int of at least 1.
        padding: pixels added at each end of the row, an int of at least 0.

    Returns:
        The number of places, an int (a float is not accepted). The window
        always fits at least once: you need not check for that.
    """
    ### BEGIN SOLUTION
    # Counted from the first place: one more for each whole step that fits.
    return (n + 2 * padding - f) // stride + 1
    ### END SOLUTION


# %%
check(conv_output_size)

# %% [markdown]
# <!-- hints: conv_output_size -->
#
# **Stretch.** Which `padding` keeps the length, for an odd window and stride
# 1? Show with the formula that no padding does it for an even window. What do
# libraries do then?

# %% [markdown]
# ## 2 · Put a border around a picture
#
# <!-- card: pad2d -->
#
# A window that is centred on the outermost pixel reaches over the edge. So we
# put a border around the picture first. What stands in it is a choice. Along a
# row `a b c d`, two pixels of border are
#
# | border | left | the row | right |
# | --- | --- | --- | --- |
# | `"zero"` | `0 0` | `a b c d` | `0 0` |
# | `"edge"` | `a a` | `a b c d` | `d d` |
# | `"reflect"` | `c b` | `a b c d` | `c b` |
#
# "Reflect" is a mirror that stands *on* the outermost pixel: that pixel is not
# repeated. Corners follow from doing rows and columns one after the other. One
# pixel of zeros around a 3×3 picture gives
#
# ```text
#             0 0 0 0 0
# 1 2 3       0 1 2 3 0
# 4 5 6   →   0 4 5 6 0
# 7 8 9       0 7 8 9 0
#             0 0 0 0 0
# ```
#
# Do it without `np.pad`.


# %%
def pad2d(x, padding, border="zero"):
    """A picture with a border around it.

    Args:
        x: picture of shape (H, W), ints or floats. It is not changed.
        padding: an int p, for p pixels on all four sides; or a pair (rows,
            columns), for `rows` rows on top and as many below, `columns`
            columns on the left and as many on the right. May be 0. With
            "reflect" it is always smaller than the side it goes with.
        border: "zero", "edge" or "reflect", see the table above.

    Returns:
        An array of shape (H + 2 * rows, W + 2 * columns).
    """
    ### BEGIN SOLUTION
    x = np.asarray(x)
    rows, columns = (padding, padding) if np.ndim(padding) == 0 else padding
    (h, w) = x.shape
    if border == "zero":
        out = np.zeros((h + 2 * rows, w + 2 * columns), x.dtype)
        out[rows : rows + h, columns : columns + w] = x
        return out
    # Which row and column of x each place repeats; outside it are -1, h, ...
    i, j = np.arange(-rows, h + rows), np.arange(-columns, w + columns)
    if border == "edge":
        i, j = np.clip(i, 0, h - 1), np.clip(j, 0, w - 1)
    else:
        i, j = np.abs(i), np.abs(j)  # -1 is 1: the mirror at the beginning
        i, j = (h - 1) - np.abs((h - 1) - i), (w - 1) - np.abs((w - 1) - j)
    return x[i][:, j]
    ### END SOLUTION


# %%
check(pad2d)

# %% [markdown]
# <!-- hints: pad2d -->
#
# **Stretch.** Add `"wrap"`, where the left margin shows the right side of the
# picture. In which kind of picture is that border the right one?

# %% [markdown]
# ## 3 · Slide a kernel over a picture
#
# <!-- card: cross_correlate2d -->
#
# Lay the kernel $k$ on the picture, multiply each of its numbers by the pixel
# under it, and add the products up. That sum is one pixel of the answer. Then
# move on by `stride` pixels. With $f_h \times f_w$ the kernel's size and $s$
# the stride, on the padded picture,
#
# $$y_{ij} = \sum_{a=0}^{f_h - 1} \sum_{b=0}^{f_w - 1}
# k_{ab} \; x_{s i + a,\; s j + b}$$
#
# This is cross-correlation: the kernel is used as it stands. Deep learning
# calls it convolution. By hand:
#
# ```text
# 1 2 0                   out[0, 0] = 1·1 + 2·0 + 0·2 + 1·(-1) = 0
# 0 1 3   with   1  0     out[0, 1] = 2·1 + 0·0 + 1·2 + 3·(-1) = 1
# 4 0 1          2 -1     out[1, 0] = 0·1 + 1·0 + 4·2 + 0·(-1) = 8
#                         out[1, 1] = 1·1 + 3·0 + 0·2 + 1·(-1) = 0
# ```


# %%
def cross_correlate2d(x, k, stride=1, padding=0):
    """Slide a kernel over a picture and sum the products at each place.

    Args:
        x: picture of shape (H, W), ints or floats (also uint8, where sums
            would not fit). It is not changed.
        k: kernel of shape (f_h, f_w), ints or floats, not always square.
        stride: pixels from one place to the next, down and across.
        padding: rows and columns of zeros added on each of the four sides.

    Returns:
        An array of shape (H_out, W_out), as conv_output_size gives them.
    """
    ### BEGIN SOLUTION
    x = np.pad(np.asarray(x, float), padding)
    f_h, f_w = k.shape
    h_out = (x.shape[0] - f_h) // stride + 1
    w_out = (x.shape[1] - f_w) // stride + 1
    out = np.zeros((h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            top, left = i * stride, j * stride
            window = x[top : top + f_h, left : left + f_w]
            out[i, j] = (window * k).sum()
    return out
    ### END SOLUTION


# %%
check(cross_correlate2d)

# %% [markdown]
# <!-- hints: cross_correlate2d -->
#
# **Stretch.** Two nested loops over a photograph are slow. Loop over the
# kernel's few numbers instead, and add up shifted pictures. Or ask
# `np.lib.stride_tricks.sliding_window_view` for all windows at once.

# %% [markdown]
# ## 4 · Convolve, in three sizes
#
# <!-- card: convolve2d -->
#
# Convolution turns the kernel round by 180° first: top becomes bottom, left
# becomes right. Then it does the same as exercise 3. The three modes differ in
# how far the kernel may reach over the picture's edge, onto zeros:
#
# | mode | the kernel lies | answer |
# | --- | --- | --- |
# | `"valid"` | inside the picture | $H - f_h + 1$ rows |
# | `"same"` | with its centre on the picture | $H$ rows |
# | `"full"` | anywhere it touches the picture | $H + f_h - 1$ rows |
#
# and the same for columns. The picture and the kernel of exercise 3 give
#
# ```text
# 1 2 0                   turned:    "valid":    "full":
# 0 1 3   with   1  0     -1 2       4 1         1  2 0  0
# 4 0 1          2 -1      0 1       2 6         2  4 1  0
#                                                4  2 6 -3
#                                                8 -4 2 -1
# ```
#
# where 4 = 1·(-1) + 2·2 + 0·0 + 1·1. The valid answer is the middle of the
# full one.


# %%
def convolve2d(x, k, mode="full"):
    """Convolve a picture with a kernel.

    Args:
        x: picture of shape (H, W), ints or floats (also uint8).
        k: kernel of shape (f_h, f_w), ints or floats; neither is changed.
        mode: "valid", "same" or "full". With "same", both sides of the kernel
            are odd, so that it has a centre pixel. With "full", the kernel
            may be larger than the picture.

    Returns:
        An array whose shape goes by the table above.
    """
    ### BEGIN SOLUTION
    x, k = np.asarray(x, float), np.asarray(k, float)
    (h, w), (f_h, f_w) = x.shape, k.shape
    rows, columns = {
        "valid": (0, 0),
        "same": ((f_h - 1) // 2, (f_w - 1) // 2),
        "full": (f_h - 1, f_w - 1),
    }[mode]
    padded = np.zeros((h + 2 * rows, w + 2 * columns))
    padded[rows : rows + h, columns : columns + w] = x
    turned = k[::-1, ::-1]
    out = np.zeros((h + 2 * rows - f_h + 1, w + 2 * columns - f_w + 1))
    # A sum of shifted pictures: f_h * f_w steps, whatever the picture's size.
    for a in range(f_h):
        for b in range(f_w):
            shifted = padded[a : a + out.shape[0], b : b + out.shape[1]]
            out += turned[a, b] * shifted
    return out
    ### END SOLUTION


# %%
check(convolve2d)

# %% [markdown]
# <!-- hints: convolve2d -->
#
# **Stretch.** Convolve `[[1, 1]]` with itself in full mode, and the answer
# with `[[1, 1]]` again, and again. Which famous triangle comes up, and which
# bell does it turn into?

# %% [markdown]
# ## 5 · Build a Gaussian kernel
#
# <!-- card: gaussian_kernel -->
#
# A blur takes a weighted mean of each pixel's surroundings: near pixels count
# more. The weight of a pixel at distance $r$ from the kernel's centre is
#
# $$g(r) = \exp\left(-\frac{r^2}{2\sigma^2}\right), \qquad r^2 = x^2 + y^2$$
#
# and then all weights are divided by their sum, so that they add up to 1. The
# centre is at $(\text{size} - 1) / 2$: on the middle pixel of an odd size, and
# between the two middle pixels of an even size. $\sigma$ is in pixels.
#
# With $\sigma = 0.8493218$ a pixel next to the centre weighs half as much as
# the centre ($e^{-1 / (2\sigma^2)} = 1/2$), and a corner a quarter:
#
# ```text
# 1 2 1
# 2 4 2    divided by 16
# 1 2 1
# ```


# %%
def gaussian_kernel(size, sigma):
    """A square Gaussian kernel.

    Args:
        size: its side in pixels, an int of at least 1, odd or even. It is the
            whole side, not a radius.
        sigma: the standard deviation in pixels, a number above 0.

    Returns:
        An array of floats of shape (size, size) that sums to 1.
    """
    ### BEGIN SOLUTION
    t = np.arange(size) - (size - 1) / 2
    r2 = t[:, np.newaxis] ** 2 + t**2
    k = np.exp(-r2 / (2 * sigma**2))
    return k / k.sum()
    ### END SOLUTION


# %%
check(gaussian_kernel)

# %% [markdown]
# <!-- hints: gaussian_kernel -->
#
# **Stretch.** How large must `size` be for a given `sigma`, so that at most
# one part in a thousand of the weight is cut off? Measure it against a kernel
# that is far too large.

# %% [markdown]
# ## 6 · Filter with a column and a row
#
# <!-- card: separable_filter -->
#
# Some kernels are a column times a row: `np.outer(column, row)`. Sliding such
# a kernel is the same as sliding the column over the picture, and then the row
# over the result. For an $f \times f$ kernel that takes $2f$ multiplications
# per pixel in place of $f^2$. The answer has the picture's shape; zeros lie
# outside the picture, and the weights are used in their own order
# (cross-correlation). For the column `1 2 1` and the row `-1 0 1`:
#
# ```text
# 0 0 0 0   the column   0 1 0 0   then the row   1 0 -1 0
# 0 1 0 0   →            0 2 0 2   →              2 0  0 0
# 0 0 0 2                0 1 0 4                  1 0  3 0
# ```


# %%
def separable_filter(x, column, row):
    """Cross-correlate with np.outer(column, row), one axis at a time.

    Args:
        x: picture of shape (H, W), ints or floats (also uint8). It is not
            changed.
        column: weights of shape (f_column,), for the pixels above and below.
        row: weights of shape (f_row,), for the pixels left and right. Both
            lengths are odd; the middle weight is the pixel's own.

    Returns:
        An array of shape (H, W). Outside the picture everything counts as 0.
    """
    ### BEGIN SOLUTION
    out = np.asarray(x, float)
    # Down the rows; then the transposed picture, so that rows are columns.
    for weights in (column, row):
        half = (len(weights) - 1) // 2
        margin = np.zeros((half, out.shape[1]))
        padded = np.vstack([margin, out, margin])
        h = len(out)
        out = sum(w * padded[a : a + h] for a, w in enumerate(weights)).T
    return out
    ### END SOLUTION


# %%
check(separable_filter)

# %% [markdown]
# <!-- hints: separable_filter -->
#
# **Stretch.** Which kernels are a column times a row? The singular values of
# `np.linalg.svd(k)` tell. Try your Gaussian, Sobel's kernel, and the kernel
# `[[0, 1, 0], [1, -4, 1], [0, 1, 0]]`.

# %% [markdown]
# ## 7 · Edges: how steep, and which way
#
# <!-- card: sobel_gradient -->
#
# An edge is a place where brightness changes quickly. Sobel's two kernels
# measure the change to the right and the change downwards:
#
# $$k_x = \begin{pmatrix} -1 & 0 & 1 \\ -2 & 0 & 2 \\ -1 & 0 & 1 \end{pmatrix}
# \qquad k_y = k_x^\top$$
#
# Cross-correlate with each (no flip, no division by 8): $g_x$ is positive
# where the picture gets brighter to the right, $g_y$ where it gets brighter
# *downwards* ($y$ points down, like row numbers). The two are an arrow:
#
# $$\text{magnitude} = \sqrt{g_x^2 + g_y^2} \qquad
# \text{direction} = \operatorname{arctan2}(g_y, g_x)$$
#
# Repeat the edge pixels around the picture first, so that the answer keeps its
# shape. On this ramp, which rises by 3 per pixel to the right and by 4
# downwards, the middle has $g_x = 8 \cdot 3 = 24$ and $g_y = 8 \cdot 4 = 32$:
#
# ```text
# 0  3  6     magnitude in the middle: 40
# 4  7 10     direction in the middle: arctan2(32, 24) = 0.927
# 8 11 14
# ```


# %%
def sobel_gradient(x):
    """Length and direction of the gradient at each pixel.

    Args:
        x: picture of shape (H, W), ints or floats (also uint8, which cannot
            hold negative numbers). It is not changed.

    Returns:
        A pair (magnitude, direction) of arrays of shape (H, W). The direction
        is in radians, 0 for brighter to the right, π/2 for brighter downwards.
    """
    ### BEGIN SOLUTION
    x = np.asarray(x, float)
    x = np.vstack([x[:1], x, x[-1:]])
    x = np.hstack([x[:, :1], x, x[:, -1:]])
    right = x[:, 2:] - x[:, :-2]
    down = x[2:] - x[:-2]
    g_x = right[:-2] + 2 * right[1:-1] + right[2:]
    g_y = down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]
    magnitude = np.sqrt(g_x**2 + g_y**2)
    direction = np.arctan2(g_y, g_x)
    return magnitude, direction
    ### END SOLUTION


# %%
check(sobel_gradient)

# %% [markdown]
# <!-- hints: sobel_gradient -->
#
# **Stretch.** Draw the arrows of a small photograph. Where the picture is
# flat, what does the direction say, and how far would you trust it?

# %% [markdown]
# ## 8 · Build a Laplacian of Gaussian
#
# <!-- card: laplacian_of_gaussian -->
#
# Blur, then take the second derivative in both directions and add them: one
# kernel does both. It answers to blobs, and changes its sign at edges
# (Marr's idea). With $r^2 = x^2 + y^2$ measured from the centre as in exercise
# 5,
#
# $$k(r) = \frac{r^2 - 2\sigma^2}{2\pi\sigma^6}
# \exp\left(-\frac{r^2}{2\sigma^2}\right)$$
#
# The endless kernel sums to 0. Ours is cut off, so subtract its mean at the
# end; a flat picture then gives exactly 0. The middle is negative. For size 3
# and $\sigma = 1$ the formula gives $-1/\pi = -0.318$ in the middle, $-0.097$
# beside it and $0$ in the corners. Their mean is $-0.078$, and with it
# subtracted:
#
# ```text
#  0.078  -0.018   0.078
# -0.018  -0.240  -0.018
#  0.078  -0.018   0.078
# ```


# %%
def laplacian_of_gaussian(size, sigma):
    """A square Laplacian-of-Gaussian kernel that sums to 0.

    Args:
        size: its side in pixels, an int of at least 1, odd or even; the
            centre is at (size - 1) / 2.
        sigma: the standard deviation in pixels, a number above 0.

    Returns:
        An array of floats of shape (size, size): the formula above less its
        own mean, with no other scaling.
    """
    ### BEGIN SOLUTION
    t = np.arange(size) - (size - 1) / 2
    r2 = t[:, np.newaxis] ** 2 + t**2
    bell = np.exp(-r2 / (2 * sigma**2))
    k = (r2 - 2 * sigma**2) / (2 * np.pi * sigma**6) * bell
    return k - k.mean()
    ### END SOLUTION


# %%
check(laplacian_of_gaussian)

# %% [markdown]
# <!-- hints: laplacian_of_gaussian -->
#
# **Stretch.** Subtract a Gaussian of σ from one of 1.6 σ and scale the
# difference. How close can you come to this kernel? Compare them with
# `np.corrcoef`.

# %% [markdown]
# ## 9 · Build a Gabor kernel
#
# <!-- card: gabor_kernel -->
#
# A cosine wave seen through a round Gaussian window: Daugman's model of a
# simple cell, and much like what trained networks find for their first layer.
# Coordinates as before: $x$ to the right, $y$ *down*, from the centre at
# $(\text{size} - 1) / 2$.
#
# $$k(x, y) = \exp\left(-\frac{x^2 + y^2}{2\sigma^2}\right)
# \cos\left(\frac{2\pi u}{\lambda} + \varphi\right), \qquad
# u = x \cos\theta + y \sin\theta$$
#
# $\theta$ is the direction in which the wave travels; its stripes stand across
# it. $\theta = 0$ gives upright stripes. Phase $\varphi = 0$ has a bright
# stripe in the middle. Nothing is scaled or subtracted: the window is 1 in the
# centre. Wavelength 2, $\theta = 0$ and $\sigma = 0.8493218$ (exercise 5) give
#
# ```text
# -0.25  0.5  -0.25
# -0.5   1    -0.5
# -0.25  0.5  -0.25
# ```


# %%
def gabor_kernel(size, wavelength, theta, sigma, phase=0.0):
    """A cosine wave under a round Gaussian window.

    Args:
        size: its side in pixels, an int of at least 1, odd or even.
        wavelength: pixels from one crest of the wave to the next.
        theta: the wave's direction in radians, from the x axis (to the
            right) towards the y axis (down).
        sigma: the window's standard deviation in pixels.
        phase: added inside the cosine, in radians.

    Returns:
        An array of floats of shape (size, size).
    """
    ### BEGIN SOLUTION
    t = np.arange(size) - (size - 1) / 2
    x, y = t, t[:, np.newaxis]
    u = x * np.cos(theta) + y * np.sin(theta)
    window = np.exp(-(x**2 + y**2) / (2 * sigma**2))
    return window * np.cos(2 * np.pi * u / wavelength + phase)
    ### END SOLUTION


# %%
check(gabor_kernel)

# %% [markdown]
# <!-- hints: gabor_kernel -->
#
# **Stretch.** Make two kernels that differ by π/2 in phase. Filter a drifting
# grating with both and plot each answer, and the root of the sum of their
# squares. Which of the three hardly moves?

# %% [markdown]
# ## How far you have come
#
# Next: in unit 03 the numbers in the kernel are no longer chosen but learned.

# %%
progress("02")
