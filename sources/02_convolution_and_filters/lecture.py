# %% [markdown]
# # 02 · Convolution and filters
#
# <!-- minutes -->
#
# A filter is a small table of numbers that slides over a picture. With the
# right numbers it blurs, finds edges, finds blobs, or answers only to stripes
# of one width and one direction. Convolutional networks are made of filters;
# what they add is that the numbers are learned. Here we choose them ourselves,
# and see how far that carries.
#
# ## What you will be able to do
#
# - compute a cross-correlation by hand, and say how convolution differs;
# - say how large the answer is, for any padding and stride;
# - choose a border, a blur and a scale, and say what each costs;
# - find edges and their direction, blobs, and oriented structure;
# - explain what simple and complex cells have to do with it;
# - build a texture classifier out of a fixed filter bank: the baseline that
#   learning has to beat.
#
# You need a little NumPy: slices, `sum`, shapes. Before each figure you are
# asked for a guess. Make it: a wrong guess teaches more than none.

# %%
import numpy as np
from itertools import product
from coursekit import data, filters, images, plots

# %% [markdown]
# ## A kernel slides over a picture
#
# Take a 3×3 picture and a 2×2 *kernel* (the filter's table of numbers). Lay
# the kernel on the top left corner. Multiply each of its numbers by the pixel
# under it and add the products up: that is the first number of the answer.
# Move one pixel to the right and do it again; then the next row.
#
# $$y_{ij} = \sum_a \sum_b k_{ab} \; x_{i+a,\,j+b}$$
#
# **Predict.** At how many places does a 2×2 window fit into a 3×3 picture? And
# what is the number at the bottom left? Work it out on paper, then step
# through the four places.

# %%
x = np.array([[1, 2, 0], [0, 1, 3], [4, 0, 1]])
k = np.array([[1, 0], [2, -1]])
y = np.full((2, 2), np.nan)
steps = []
for i, j in np.ndindex(y.shape):
    window = x[i : i + 2, j : j + 2]
    y[i, j] = (window * k).sum()
    terms = [f"{a} × {b}" for a, b in zip(window.flat, k.flat, strict=True)]
    print(f"y[{i}, {j}] = {' + '.join(terms)} = {y[i, j]:.0f}")
    step = plots.show_grid(
        [x, k, y],
        ["picture x", "kernel k", "answer y"],
        highlight=[(i, j, 2, 2), None, (i, j, 1, 1)],
        between=["⋆", "="],
        alt=f"The window at row {i}, column {j} holds {window.tolist()}; with "
        f"the kernel {k.tolist()} the sum of products is {y[i, j]:.0f}.",
    )
    steps.append(step)
places = ["top left", "top right", "bottom left", "bottom right"]
plots.frame_slider(steps, places, name="place of the window")

# %% [markdown]
# Four places, because 3 − 2 + 1 = 2 in each direction; at the bottom left the
# 4 in the picture meets the 2 in the kernel. This sliding sum of products is
# called *cross-correlation*. In NumPy it is one slice and one sum per place.
#
# The next cell runs the same on a photograph, with kernels of nine numbers.
# The kernel "brighter to the right" subtracts the left column of its window
# from the right one. **Predict.** Where on the man's face will it answer
# strongly, and with which sign? Where will it answer zero?
#
# In a running notebook, move the sliders: the window, its nine products and
# their sum follow. (On a page where nothing runs, you see one place.)


# %%
def correlate(x, k):
    """Slide k over x wherever it fits inside."""
    f_h, f_w = k.shape
    y = np.zeros((x.shape[0] - f_h + 1, x.shape[1] - f_w + 1))
    for i, j in np.ndindex(y.shape):
        y[i, j] = (x[i : i + f_h, j : j + f_w] * k).sum()
    return y


def grey(name):
    """A photograph in grey, 0 to 1, at half its size: 2×2 pixels averaged."""
    x = data.to_float(data.load_photo(name))
    x = images.to_grayscale(x) if x.ndim == 3 else x
    h, w = x.shape[0] // 2, x.shape[1] // 2
    return x[: 2 * h, : 2 * w].reshape(h, 2, w, 2).mean(axis=(1, 3))


man, cat = grey("camera"), grey("chelsea")
face = man[56:120, 64:160]
rightwards = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
kernels = {
    "brighter to the right": rightwards,
    "brighter downwards": rightwards.T,
    "mean of nine": np.full((3, 3), 1 / 9),
    "centre less surround": np.pad([[9]], 1) - np.ones((3, 3)),
}
y = correlate(face, rightwards)
same = np.allclose(y, filters.cross_correlate2d(face, rightwards))
print(f"picture {face.shape}, answer {y.shape}; library agrees: {same}")
plots.kernel_explorer(face, kernels, row=44, column=24)

# %% [markdown]
# The answer is positive (vermillion) where the picture gets brighter to the
# right, negative (blue) where it gets darker, and near zero on flat sky.
#
# ## A neuron is a filter
#
# A neuron multiplies its inputs by its weights and adds the products up: a
# *dot product*. (What it does with the sum comes in unit 03.) So a kernel at
# one place is a neuron that looks at one window, and the sliding kernel is one
# such neuron repeated at every place.
#
# What does a dot product measure? Similarity. Among all windows of the same
# length (root of the sum of squares), the one that looks like the weights
# gives the largest dot product. Let us test it: cut out one of the cat's eyes
# and use it as a kernel.
#
# **Predict.** Three versions. First, the eye as it is. Second, the eye less its
# mean: weights that sum to 0 do not notice the mean of a window. Third, the
# second divided by two lengths, that of the window less its mean (its
# *contrast*) and that of the weights: a *cosine* between −1 and 1. Which of
# them finds the eye? What is the second best place in the whole picture?

# %%
top, left = 48, 76
eye = cat[top : top + 21, left : left + 25]
eye_weights = eye - eye.mean()
raw = filters.cross_correlate2d(cat, eye)
centred = filters.cross_correlate2d(cat, eye_weights)

box = np.ones(eye.shape)  # sums over each window
total = filters.cross_correlate2d(cat, box)
squares = filters.cross_correlate2d(cat**2, box)
contrast = np.sqrt(squares - total**2 / box.size)
cosine = centred / (contrast * np.sqrt((eye_weights**2).sum()))

answers = {"raw": raw, "less its mean": centred, "cosine": cosine}
elsewhere = cosine.copy()
elsewhere[top - 10 : top + 11, left - 12 : left + 13] = -1
other_eye = elsewhere.max()
for name, y in (answers | {"cosine elsewhere": elsewhere}).items():
    i, j = np.unravel_index(y.argmax(), y.shape)
    print(f"{name:16} largest at ({i}, {j}): {y[i, j]:.2f}")
print(f"the eye was cut out at ({top}, {left})")
plots.show_images(
    [cat] + [(y / y.max()).clip(0) ** 2 for y in answers.values()],
    ["the cat", "raw dot product", "weights less mean", "cosine"],
    columns=2,
    alt="A cat's face, and three answers to one of its own eyes. The raw dot "
    "product is brightest on the pale fur at the lower left. Without the mean "
    "that eye stands out. So it does in the cosine, and the other eye comes "
    f"second with {other_eye:.2f}.",
    caption="Squared, so that the best places stand out; below 0 is black.",
)

# %% [markdown]
# The raw dot product is fooled by bright regions: a bright window gives a
# large sum whatever it shows. With the mean taken off, the neuron answers to
# the *pattern*; divided by the contrast, strong light no longer helps either.
# And the second best place is the other eye, which the kernel has never seen.
#
# ## Correlation or convolution?
#
# *Convolution* is the same sliding sum with the kernel turned by 180° first:
#
# $$y_{ij} = \sum_a \sum_b k_{ab} \; x_{i-a,\,j-b}$$
#
# where $x$ counts as 0 outside the picture. Why turn it? Look at a picture with
# a single bright pixel. Convolution puts a copy of the kernel there, the right
# way up: each pixel of a picture leaves its own copy, weighted by its
# brightness. Correlation leaves the copy turned round.
#
# And convolution obeys the laws of multiplication: the order does not matter,
# and two filters in a row are the filter that you get by convolving the two.
# (Two correlations in a row are one filter as well, but not the correlation of
# the two.) We test this with "full" answers, which lose nothing at the border.
#
# **Predict.** The kernel is a letter F. Which answer can you read?

# %%
letter, dot = np.zeros((2, 7, 7))
letter[1:6, 2] = letter[1, 2:5] = letter[3, 2:4] = 1
dot[3, 3] = 1
stamps = []
a, b = np.random.default_rng(0).standard_normal((2, 3, 3))
for f in (filters.cross_correlate2d, filters.convolve2d):
    stamps.append(f(dot, letter, padding="same"))
    order = f(a, b, padding="full") - f(b, a, padding="full")
    twice = f(f(cat, a, padding="full"), b, padding="full")
    once = f(cat, f(a, b, padding="full"), padding="full")
    print(f"{f.__name__:17} a ⋆ b and b ⋆ a differ by {abs(order).max():.1f};")
    print(f"{'':17} a, then b, and a ⋆ b by {abs(twice - once).max():.1f}")
plots.show_images(
    [dot, letter, *stamps],
    ["one pixel", "kernel", "correlation", "convolution"],
    columns=4,
    alt="A single bright pixel; a kernel that shows the letter F; their "
    "correlation, an F upside down and back to front; their convolution, an "
    "upright F.",
)

# %% [markdown]
# Deep learning does not turn the kernel and still says "convolution". It loses
# nothing: the weights are learned, so they come out turned. From here on we
# turn nothing either. Symmetric kernels, such as blurs, do not notice.
#
# ## How large is the answer?
#
# Slide a window of $f$ pixels along $n$ pixels. It fits at $n - f + 1$ places:
# the answer shrinks. That is a **valid** convolution. To keep the size, put
# $p$ pixels of zeros on each side first: **same**. With still more zeros the
# kernel may lie anywhere where it touches the picture: **full**. And with a
# **stride** of $s$ the window moves on by $s$ pixels at a time, down and
# across (Dumoulin and Visin draw all the cases). In all,
#
# $$n_\text{out} = \left\lfloor \frac{n + 2p - f}{s} \right\rfloor + 1$$
#
# The course recomputes every figure of the lecture decks it was made from, and
# says where they hold. The first two are F18 and F19 of that ledger: 40,000
# weights against 16 for a 200×200 input, and the formula for sizes.
#
# **Predict.** How many units can share the same sixteen weights? Must the
# formula really round down? And of the 25 places that a 3×3 window takes on a
# padded 5×5 picture, how many does a stride of 2 keep?

# %%
n, f = 200, 4
whole, local = np.ones((n, n)).size, np.ones((f, f)).size
units = filters.conv_output_size(n, f) ** 2
print(f"F18  a unit that sees all: deck 40,000, computed {whole:,}: right")
print(f"F18  a {f}×{f} filter: deck 16, computed {local}: right")
print(f"     a layer of {units:,} units: {units * whole:,} weights,")
print(f"     {units * local:,} when each sees {f}×{f}, {local} when all share")

tried = rounded = 0
for n, f, s, p in product(range(1, 16), range(1, 8), range(1, 5), range(4)):
    if n + 2 * p >= f:
        y = filters.cross_correlate2d(np.ones((n, n)), np.ones((f, f)), s, p)
        assert y.shape == ((n + 2 * p - f) // s + 1,) * 2
        tried, rounded = tried + 1, rounded + ((n + 2 * p - f) % s > 0)
print("F19  deck: (n + 2p − f) / s + 1, with no rounding in its text")
print(f"     computed: right for {tried} of {tried} real arrays if rounded")
print(f"     down, as {rounded} of them need")
keeps = {f: [p for p in range(6) if 2 * p - f + 1 == 0] for f in range(1, 8)}
print("F19  size kept, stride 1; f and p:", keeps)
places = filters.conv_output_size(224, 7, 2, 3)
print(f"     n 224, f 7, s 2, p 3: {(224 + 6 - 7) / 2} + 1, so {places} places")

x = np.arange(1, 26).reshape(5, 5)
box = np.ones((3, 3))
sums = filters.cross_correlate2d(x, box, stride=1, padding=1)
strided = filters.cross_correlate2d(x, box, stride=2, padding=1)
kept = np.full(sums.shape, np.nan)
kept[::2, ::2] = strided
assert np.array_equal(strided, sums[::2, ::2])
print(f"stride 2 keeps {strided.size} of {sums.size} places")
plots.show_grid(
    [*(filters.pad2d(x, p) for p in (0, 1, 2)), sums, kept],
    [
        "valid: 3 × 3",
        "same: 5 × 5",
        "full: 7 × 7",
        "same: sums",
        "stride 2: sums",
    ],
    padding=[0, 1, 2, 0, 0],
    highlight=[(0, 0, 3, 3)] * 3 + [None] * 2,
    columns=3,
    alt="Above, a 5 by 5 picture with no, one and two rows of zeros around it: "
    "a 3 by 3 window at the top left has 3, 5 and 7 places to go in each "
    "direction. Below, the 25 sums of nine pixels that same gives, and those "
    "that a stride of 2 computes, in every second row and column: "
    f"{strided.astype(int).tolist()}.",
    caption="The titles above count the places of the 3×3 window.",
)

# %% [markdown]
# Sharing one small filter turns more than a billion weights into sixteen. That
# is the first reason for convolutional networks. The assumption behind it:
# what is worth looking for at one place is worth looking for at every place.
# An odd window has a padding that keeps the size, $p = (f - 1) / 2$; an even
# one has none, which is why most kernels are odd.
#
# A stride of 2 computes the same sums at every second place in every second
# row, and throws the others away: in a large picture it keeps about a quarter.
# That is cheaper. Neighbouring windows still overlap, so every pixel is seen;
# but where something lies is known less exactly.
#
# ## What lies beyond the edge
#
# Zeros are one choice. A photograph does not turn black at its edge, and zeros
# put a dark frame there. The alternatives repeat the outermost pixel, mirror
# the picture, or continue it on the other side.
#
# **Predict.** The lower row is the upper one blurred with a 15×15 mean and cut
# back to the picture's own 48×48 pixels. Which of the four will look wrong,
# and where? How bright will its corner be?

# %%
piece = cat[100:148, 88:136]
borders = ["zero", "edge", "reflect", "wrap"]
k = filters.mean_kernel(15)
wide = [filters.pad2d(piece, 16, border) for border in borders]
blurred = [
    filters.cross_correlate2d(piece, k, padding="same", border=border)
    for border in borders
]
for border, y in zip(borders, blurred, strict=True):
    print(f"{border:8} corner {y[0, 0]:.2f}   middle {y[24, 24]:.2f}")
print(f"the 8×8 pixels in that corner have mean {piece[:8, :8].mean():.2f}")
plots.show_images(
    wide + blurred,
    borders + ["blurred"] * 4,
    columns=4,
    alt="A piece of the cat's nose and chin with four borders, and blurred "
    "with each. With zeros the blurred piece fades to black along its rim, to "
    f"{blurred[0][0, 0]:.2f} in the corner; edge and reflect show no rim; with "
    "wrap the far sides leak in.",
)

# %% [markdown]
# In the middle all four agree. In the corner, zeros leave a quarter of the
# brightness, or little more, because nearly three quarters of the window lie
# outside. Wrap looks wrong as well: the far side leaks in. Networks use zeros
# all the same: it is simple. For pictures that people look at, take reflect.
#
# ## Smoothing: the mean and the Gaussian
#
# A blur replaces each pixel by a mean of its surroundings. The *mean filter*
# gives all pixels of a square the same weight. The *Gaussian* lets the weight
# fall off with the distance $r$ from the centre,
# $\exp(-r^2 / 2\sigma^2)$, scaled to sum 1. Both take noise away; we choose σ
# so that both leave the same share of it.
#
# What do they leave of fine stripes? **Predict.** The stripes in the lower row
# get narrower from left to right. Will a 9×9 mean simply make them fainter and
# fainter?

# %%
sigma = 9 / (2 * np.sqrt(np.pi))
blurs = {
    "mean 9×9": filters.mean_kernel(9),
    f"Gaussian, σ = {sigma:.2f}": filters.gaussian_kernel(21, sigma),
}
noise = 0.15 * np.random.default_rng(1).standard_normal((112, 112))
column = np.arange(112)
waves = 2 * np.pi * (column / 20 + column**2 / 1200)
stripes = 0.5 + 0.45 * np.cos(waves) * np.ones((48, 1))
shown = []
for picture in (man[48:160, 64:176] + noise, stripes):
    shown.append(picture.clip(0, 1))
    for k in blurs.values():
        y = filters.cross_correlate2d(picture, k, padding="same", border="edge")
        shown.append(y.clip(0, 1))
for name, k in blurs.items():
    rest = filters.cross_correlate2d(noise, k).std() / noise.std()
    t = np.arange(len(k)) - len(k) // 2
    gain = [k.sum(0) @ np.cos(2 * np.pi * t / n) for n in (18, 9, 6)]
    print(f"{name:18} noise × {rest:.2f}; stripes × ", end="")
    print(", ".join(f"{g:.2f}" for g in gain), "(18, 9, 6 from crest to crest)")
plots.show_images(
    shown,
    ["with noise", *blurs, "stripes", *blurs],
    columns=3,
    alt="A noisy photograph under a mean filter and a Gaussian: both lose the "
    "noise. Below, stripes that narrow to the right: the Gaussian fades them "
    "out; the mean loses them, then shows them again further right, faint and "
    "with dark and bright exchanged.",
)

# %% [markdown]
# The mean filter turns stripes round that are six pixels apart: where the
# picture is bright, the answer is dark. A square of nine pixels holds one and a
# half of these waves, and the half too much decides. The Gaussian has no such
# edge; it only ever weakens. This is one reason why it is the standard blur.
#
# ### The width of the kernel sets the scale
#
# σ is the size of the details that vanish: a small σ takes the grass, a large
# one the face, the largest everything but a dark coat against the light. The
# next cell also prints how much neighbouring pixels still differ.
#
# **Predict.** Each step doubles σ. At which one do the tripod's legs go?
# And the tower on the horizon? Does twice the σ leave half the differences?

# %%
scene = data.to_float(data.load_photo("camera"))[70:390, 120:440]
sigmas = [0, 2, 4, 8, 16]
scales = [filters.gaussian_blur(scene, s) if s else scene for s in sigmas]
looks = {
    "σ = 0": "sharp, down to the grass and the buttons of his sleeve",
    "σ = 2": "the grass is smooth, all larger things are still there",
    "σ = 4": "the tripod's legs are faint, the tower is a pale smear",
    "σ = 8": "the legs are gone, face and tower are pale blotches",
    "σ = 16": "tower and face are gone, a dark mass stands in the light",
}
for s, y in zip(sigmas, scales, strict=True):
    print(f"σ = {s:2}: neighbours differ by {np.abs(np.diff(y)).mean():.4f}")
plots.frame_slider(
    scales,
    list(looks),
    name="width of the Gaussian",
    alt=lambda label: f"The photographer, blurred by {label}: {looks[label]}.",
)

# %% [markdown]
# The tripod's legs are faint at σ = 4 and gone at 8. The tower is a pale blotch
# at 8 and gone at 16. The differences shrink, but from σ = 2 on each doubling
# leaves more than half of them: photographs have structure at every scale.
#
# ## One column, one row
#
# The wider the blur, the larger the kernel: three σ to each side make 97×97
# weights for σ = 16. But the Gaussian is a column times a row, because
# $e^{-(x^2+y^2)} = e^{-y^2} e^{-x^2}$: it is *separable*. Filter the picture
# with the column, and the result with the row; that gives the same answer.
#
# How many multiplications does it save? We count them, product by product.
# **Predict.** For a 31×31 kernel: half, a tenth, less? And which of the kernels
# you have seen so far are separable? (A table is a column times a row when its
# *rank* is 1.)

# %%
for f in (3, 7, 15, 31):
    g = filters.gaussian_kernel1d(f, f / 6)
    whole = filters.cross_correlate2d(man, np.outer(g, g))
    down = filters.cross_correlate2d(man, g[:, np.newaxis])
    both = filters.cross_correlate2d(down, g[np.newaxis])
    assert np.allclose(whole, both)
    at_once, in_two = whole.size * f * f, down.size * f + both.size * f
    print(f"{f:2}×{f:<2} million products: {at_once / 1e6:4.1f} at", end=" ")
    print(
        f"once, {in_two / 1e6:3.1f} in two, {at_once / in_two:4.1f} times fewer"
    )
tried = dict(kernels)
tried["Gaussian"] = filters.gaussian_kernel(5, 1.0)
for name, k in tried.items():
    print(f"rank {np.linalg.matrix_rank(k)}: {name}")
column, row = np.array([[1], [2], [1]]), np.array([[1, 2, 1]])
plots.show_grid(
    [column, row, column @ row],
    ["down", "across", "kernel"],
    between=["×", "="],
    alt="The column 1, 2, 1 times the row 1, 2, 1 is a 3 by 3 kernel with 4 in "
    "the middle, 2 beside it and 1 in the corners: nearly a Gaussian.",
)

# %% [markdown]
# About $f/2$ times fewer: $2f$ products in place of $f^2$. Most programs blur
# this way. And of the kernels so far, all are separable but one: centre less
# surround has rank 2.
#
# ## Edges
#
# An edge is a place where brightness changes quickly, so look at the
# *difference* between neighbours: that is a filter too, $(-1, 0, 1)$. Noise
# changes from pixel to pixel, though, so it passes a difference, while slow
# changes do not. Hence the rule of most edge detectors: smooth first. Both are
# filters, so both together are one filter, with the derivative of the Gaussian
# as its kernel.
#
# **Predict.** Below is one row of the photograph, with a little noise. In the
# plain differences, how many of the edges can you tell from the noise? The cell
# prints where a slope is larger than three times the spread of the noise, and
# where it would be without noise.

# %%
clean_line = man[84, 30:230]
noise = 0.1 * np.random.default_rng(2).standard_normal(clean_line.size)
line = clean_line + noise
t = np.arange(-6, 7)
bell = np.exp(-(t**2) / (2 * 2.0**2))
smoothing = t * bell / (t**2 * bell).sum()
slopes = {
    "differences": np.array([-0.5, 0, 0.5]),
    "smoothed, σ = 2": smoothing,
}


def where(slope, threshold):
    """The columns with steep slopes, those at most 6 apart taken together."""
    found = 36 + np.flatnonzero(abs(slope[6:-6]) > threshold)
    groups = np.split(found, np.flatnonzero(np.diff(found) > 6) + 1)
    return ", ".join(f"{group[0]} to {group[-1]}" for group in groups)


curves = {"brightness": line}
for name, k in slopes.items():
    curves[name] = np.correlate(line, k, mode="same")
    spread = np.correlate(noise, k, mode="valid").std()
    largest = abs(curves[name][6:-6]).max()
    print(f"{name:15} largest slope {largest:.2f}, noise {spread:.3f}", end="")
    print(f" (on a ramp of 1 per pixel: {k @ np.arange(len(k)):.2f})")
    print("  above 3 × noise in columns", where(curves[name], 3 * spread))
    clean = np.correlate(clean_line, k, mode="same")
    print("  the same without the noise", where(clean, 3 * spread))
plots.line_chart(
    {n: v[6:-6] - 0.7 * i for i, (n, v) in enumerate(curves.items())},
    np.arange(36, 224),
    xlabel="column of the picture",
    ylabel="brightness, slopes",
    caption="The two slopes are moved down by 0.7 and 1.4.",
    alt="Brightness along a row of the photograph with noise, and below it two "
    "curves of its slope. The plain differences tremble everywhere, with two "
    "places that stand out; the smoothed ones are quiet but for a few dips and "
    "peaks, most of them at edges.",
)

# %% [markdown]
# Two edges stand out of the plain differences, at columns 83 to 87 and 129 to
# 137. So does column 205, but without the noise nothing is there; and the edge
# at 162 to 163 is lost. Smoothing lowers the slopes, and the noise still more:
# that edge comes out as well. It is no magic, though: columns 97 to 99 are
# noise.
#
# ### Sobel: how steep, and which way
#
# In two dimensions the difference has a direction. Sobel's kernels smooth a
# little across, with the weights 1, 2, 1, and differ along (Sobel and Feldman
# found them in 1968):
#
# $$k_x = \begin{pmatrix} -1 & 0 & 1 \\ -2 & 0 & 2 \\ -1 & 0 & 1 \end{pmatrix}
# \qquad k_y = k_x^\top$$
#
# The two answers form an arrow at each pixel, the *gradient*: it points to
# where the picture gets brighter, and its length says how quickly. Here $y$
# points down, like row numbers. We blur slightly first, by σ = 1.
#
# **Predict.** In the last row, colour is the arrow's direction: in the wheel,
# an arrow from the middle points to its own colour. The coat is dark, the sky
# and the lawn are bright. Which colour will the coat's left edge have, and
# which its right edge? (Some of the arrows are drawn on top.)

# %%
from scipy import ndimage

scene = man[46:214, 10:178]
quiet = filters.gaussian_blur(scene, 1.0)
g_x, g_y = (
    filters.cross_correlate2d(quiet, k, padding="same", border="edge")
    for k in filters.sobel_kernels()
)
magnitude, direction = np.hypot(g_x, g_y), np.arctan2(g_y, g_x)
ring = np.array([[213, 94, 0], [240, 228, 66], [86, 180, 233], [170, 60, 190]])


def coloured(direction, strength):
    """Directions as colours on a circle of four; strength as brightness."""
    turn = direction / (np.pi / 2) % 4
    first, share = turn.astype(int) % 4, (turn % 1)[..., np.newaxis]
    mixed = (1 - share) * ring[first] + share * ring[(first + 1) % 4]
    return mixed / 255 * strength.clip(0, 1)[..., np.newaxis]


v, u = np.mgrid[-84:84, -84:84] + 0.5
inside = (np.hypot(u, v) > 34) & (np.hypot(u, v) < 80)
wheel = coloured(np.arctan2(v, u), inside.astype(float))
for name, i, j in (("left", 40, 17), ("right", 154, 62)):
    print(f"coat's {name:5} edge: g_x = {g_x[i, j]:5.2f},", end=" ")
    print(f"g_y = {g_y[i, j]:5.2f}, magnitude {magnitude[i, j]:.2f},", end=" ")
    print(f"direction {np.degrees(direction[i, j]):4.0f}°")
strong = 1.5 * magnitude * (magnitude > 0.3)
answers = [g_x / 3 + 0.5, g_y / 3 + 0.5]
titles = ["g_x: grey is 0", "g_y: grey is 0", "magnitude"]
titles += ["picture", "direction", "arrow and its colour"]
picture = plots.show_images(
    [*answers, magnitude / 2, scene, coloured(direction, strong), wheel],
    titles,
    columns=3,
    value_range=(0, 1),
    alt="The photographer under Sobel's filters. Upright edges show in g_x, "
    "level ones in g_y, all outlines in the magnitude. With colours, the "
    "coat's left edge is blue (brighter to the left), its right edge orange "
    "(brighter to the right), the shoulder violet (brighter upwards). White "
    "arrows on the outlines point the same ways.",
)
# One white arrow at each pixel that is the steepest within eight around it.
steepest = magnitude == ndimage.maximum_filter(magnitude, 17)
rows, columns = np.nonzero(steepest & (magnitude > 0.8))
picture.figure.axes[4].quiver(
    columns,
    rows,
    np.cos(direction[rows, columns]),
    np.sin(direction[rows, columns]),
    angles="xy",
    color="white",
    scale=12,
    width=0.012,
)
picture

# %% [markdown]
# The coat's left edge is blue: its arrows point left, out of the dark coat. The
# right edge is orange, with arrows to the right; the shoulder is violet, with
# arrows up.
#
# ### Where the slope itself turns: Laplacian and zero crossings
#
# At an edge the slope is largest, so the *second* derivative goes through
# zero. Add it up over both directions (the Laplacian), on a Gaussian, and you
# have Marr's filter, the **Laplacian of Gaussian**:
#
# $$\frac{r^2 - 2\sigma^2}{2\pi\sigma^6} \, e^{-r^2 / 2\sigma^2}$$
#
# It has no direction: one kernel finds all edges, and its zero crossings are
# closed curves (faint parts are left out below). Much software makes the same
# shape as a **difference of Gaussians**, a wide blur less a narrow one.
#
# **Predict.** How alike are the two? (We take the coefficient of correlation of
# their numbers: 1 means the same up to scale.) And which outlines survive when
# σ grows from 1.5 to 4?

# %%
scene = man[50:210, 10:170]
shown, titles = [], []
for s in (1.5, 4):
    k = filters.laplacian_of_gaussian(filters.gaussian_size(s, 4), s)
    y = filters.cross_correlate2d(scene, k, padding="same", border="reflect")
    edges = filters.zero_crossings(y, threshold=0.1 * y.std())
    shown += [0.5 + k / (2 * abs(k).max()), 0.5 + y / (6 * y.std()), ~edges]
    titles += [f"kernel, σ = {s}", "answer", "zero crossings"]
    print(f"σ = {s}: {edges.mean():.0%} of the pixels lie on a zero crossing")
log = filters.laplacian_of_gaussian(41, 3.0).ravel()
for ratio in (1.2, 1.6, 3):
    dogs = [
        filters.difference_of_gaussians(41, s, ratio).ravel()
        for s in np.arange(1.5, 3, 0.05)
    ]
    best = max(dogs, key=lambda dog: np.corrcoef(log, dog)[0, 1])
    print(f"difference of Gaussians, one {ratio} times wider:", end=" ")
    print(f"r = {np.corrcoef(log, best)[0, 1]:.3f},", end=" ")
    print(f"largest weight {abs(best).max():.3f}")
plots.show_images(
    shown,
    titles,
    columns=3,
    value_range=(0, 1),
    alt="Laplacian of Gaussian: a dark centre with a bright ring. At σ = 1.5 "
    "its zero crossings draw the man, the camera and a tangle in the grass; at "
    "σ = 4 only rounded outlines of coat, head, camera and tripod are left.",
)

# %% [markdown]
# The two are nearly the same, up to Marr's ratio of 1.6. The closer the two
# widths, the more alike, but the fainter the answer: 1.6 is his compromise.
# And scale decides what counts as an edge: grass at one σ, a man at another. No
# single scale is the right one.
#
# ## Stripes of one width and one direction
#
# The last kernel of this unit is a wave in a window, named after Gabor. It was
# proposed as a model of cells in the visual cortex, by Marčelja in 1980 and, in
# two dimensions, by Daugman in 1985:
#
# $$k(x, y) = e^{-(x^2 + y^2) / 2\sigma^2} \cos(2\pi u / \lambda + \varphi),
# \qquad u = x \cos\theta + y \sin\theta$$
#
# It answers to stripes $\lambda$ pixels apart that stand across the direction
# $\theta$, near one place; $\varphi$ shifts the wave, and 0 puts a crest in the
# middle. A *bank* holds many kernels, here for two λ and four θ.
#
# Each answer below is made of two kernels, the one that you see and its twin,
# shifted by a quarter wave; the next section says why. It is never negative.
#
# **Predict.** The wall has narrow upright bricks with pale joints. Which of the
# four directions answers most? Which least? And what changes when λ doubles?

# %%
wall = data.to_float(data.load_photo("brick"))[100:260, 100:260]
wavelengths, angles = (6, 12), np.arange(4) * np.pi / 4
bank = filters.gabor_bank(41, wavelengths, angles)
# A wave twice as long lies on four times as many pixels: hence the division.
energy = np.array(
    [
        filters.oriented_energy(wall, wavelength, angle, 0.56 * wavelength)
        / wavelength**2
        for wavelength, angle in product(wavelengths, angles)
    ]
)
energy /= energy.max()
labels = [
    f"λ = {wavelength}, {np.degrees(angle):.0f}°"
    for wavelength, angle in product(wavelengths, angles)
]
for label, e in zip(labels, energy, strict=True):
    print(f"{label:12} mean answer {e.mean():.2f}")
short, long = energy[:4], energy[4:]
plots.show_images(
    [
        *(wall, *(bank[:4] / 2 + 0.5)),
        *(energy.max(axis=0), *(bank[4:] / 2 + 0.5)),
        *(short.max(axis=0), *short),
        *(long.max(axis=0), *long),
    ],
    [
        *("wall", *labels[:4]),
        *("all eight", *labels[4:]),
        *("λ = 6, all", *[""] * 4),
        *("λ = 12, all", *[""] * 4),
    ],
    columns=5,
    value_range=(0, 1),
    alt="A brick wall and eight Gabor kernels, striped patches of two "
    "wavelengths at 0, 45, 90 and 135 degrees; below, the size of their "
    "answers. The upright ones light up along the long joints, those at 90 "
    "degrees at the short joints, the slanted ones hardly at all. At the "
    "shorter wavelength the answers are thin lines, at the longer one bands.",
    caption="The last two rows are the answers, each below its direction; the "
    "first of a row is the largest of the other four.",
)

# %% [markdown]
# At both wavelengths the upright kernel answers most, along the long joints; at
# 90° only the short joints answer; no joint is slanted. The longer wave answers
# more strongly, but in broad bands: the wider kernel is less sure of the place.
#
# ## Simple and complex cells
#
# Hubel and Wiesel found two kinds of cells in the first visual area. A
# *simple* cell has bright and dark zones, like a Gabor kernel: move a stripe
# from one zone to the next and the answer changes sign (a real cell falls
# silent). A *complex* cell likes the same direction but does not care where
# exactly the stripe lies. It can be built from simple ones: take two kernels a
# quarter wave apart, a **quadrature pair**, one even (φ = 0) and one odd
# (φ = π/2). Square, add, take the root: the *energy* (Adelson and Bergen).
#
# **Predict.** Stripes drift by one wavelength. Draw the three answers: even,
# odd, energy.

# %%
wavelength, sigma = 8, 4.0
# The bank takes the mean off the even kernel; the odd one has none.
even = filters.gabor_bank(31, [wavelength], [0.0], sigma_per_wavelength=0.5)[0]
odd = filters.gabor_kernel(31, wavelength, 0.0, sigma, phase=np.pi / 2)
moved = np.linspace(0, 1, 33)
place = np.arange(31) - 15
gratings = [np.cos(2 * np.pi * (place / wavelength - m)) for m in moved]
answers = np.array([[(even * g).sum(), (odd * g).sum()] for g in gratings])
answers /= abs(answers).max()
energy = np.hypot(*answers.T)
print(f"simple cells: from {answers.min():.2f} to {answers.max():.2f}")
print(f"complex cell: from {energy.min():.3f} to {energy.max():.3f}")
plots.line_chart(
    {"even": answers[:, 0], "odd": answers[:, 1], "energy": energy},
    moved,
    xlabel="how far the stripes have moved, in wavelengths",
    ylabel="answer",
    alt="Answers to drifting stripes. The even and the odd cell swing between "
    "1 and -1, a quarter wave apart; the energy stays level at "
    f"{energy.mean():.3f}.",
)

# %% [markdown]
# Both simple cells swing from full to none and beyond; the energy stays where
# it is, because $\cos^2 + \sin^2 = 1$. The complex cell has given up one thing,
# the exact place, and kept another, the pattern. Pooling in networks makes
# the same bargain with a maximum over neighbouring places (unit 04).
#
# ## What pictures are like
#
# Why do small repeated filters fit the world? Networks count on three facts
# about natural pictures. Let us see how far we can measure them. The first:
# filter answers are **sparse** (Field). Nearly all are near zero and a few are
# very large, so a picture can be told in few words.
#
# How heavy the tails of a histogram are is measured by its *kurtosis*: 0 for a
# bell curve, below 0 for values spread evenly between two bounds, far above for
# many tiny values and a few huge ones.
#
# **Predict.** Draw the histogram of a filter's answers to photographs, on a
# logarithmic axis, beside the bell curve of noise with the same spread.

# %%
names = ["astronaut", "camera", "chelsea", "china", "coffee", "flower"]
photos = {name: grey(name) for name in names}
noise = np.random.default_rng(3).standard_normal((1000, 1000))
k = filters.gabor_kernel(13, 6.0, 0.0, 3.0, phase=np.pi / 2)


def standard(v):
    return ((v - v.mean()) / v.std()).ravel()


def kurtosis(v):
    return (standard(v) ** 4).mean() - 3


print("kurtosis    of the picture   of a filter's answers")
for name, x in (photos | {"noise": noise}).items():
    y = filters.cross_correlate2d(x, k)
    print(f"{name:12} {kurtosis(x):12.1f} {kurtosis(y):15.1f}")
answers = [filters.cross_correlate2d(x, k) for x in photos.values()]
values = {
    "filter answers": np.concatenate([standard(y) for y in answers]),
    "grey values": np.concatenate([standard(x) for x in photos.values()]),
    "noise": standard(noise),
}
for name, v in values.items():
    print(f"{name}: from {v.min():.1f} to {v.max():.1f} standard deviations")
edges = np.linspace(-8, 8, 65)
shares = {n: np.histogram(v, edges)[0] / v.size for n, v in values.items()}
plots.line_chart(
    {n: np.where(v > 0, v, np.nan) for n, v in shares.items()},
    (edges[1:] + edges[:-1]) / 2,
    xlabel="value, in standard deviations",
    ylabel="share of the pixels",
    yscale="log",
    alt="Shares of values on a logarithmic axis. Noise is a narrow bell. Grey "
    f"values end at {values['grey values'].min():.1f} and "
    f"{values['grey values'].max():.1f} standard deviations. Filter answers "
    "have a sharp peak at zero and long tails that run off both sides of the "
    "chart: most are nearly nothing, a few very large.",
)

# %% [markdown]
# The tails of the filter answers run far outside the bell, in every picture;
# filtered noise is still noise. So an answer of many standard deviations means
# something.
#
# The second fact: dependence is **local**. Near pixels tell much about each
# other, far ones little; so a small window is a good place to start. The third:
# the statistics are **the same everywhere** (*stationary*). So a filter that is
# useful at one place is useful at all.
#
# To test the third, cut all six photographs in two. From all 8×8 windows of
# the left halves, compute the eight patterns whose mixtures come closest to
# them: their principal components (Hyvärinen, Hurri and Hoyer). Do the same for
# the right halves; and, for comparison, for two pictures that show nothing:
# noise, and blurred noise. A set of patterns *explains* the share of the sum of
# squares that its best mixtures account for.
#
# **Predict.** What will the eight look like? How much worse do patterns from
# the left explain the right than the right's own? And those from noise?

# %%
for d in (1, 4, 16, 64):
    pairs = [(x[:, :-d].ravel(), x[:, d:].ravel()) for x in photos.values()]
    r = np.mean([np.corrcoef(*pair)[0, 1] for pair in pairs])
    print(f"pixels {d:2} apart: coefficient of correlation {r:.2f}")


def patches(pictures):
    """All 8×8 windows of the pictures, less their means, as rows."""
    windows = [
        np.lib.stride_tricks.sliding_window_view(x, (8, 8)).reshape(-1, 64)
        for x in pictures
    ]
    rows = np.concatenate(windows)
    return rows - rows.mean(axis=1, keepdims=True)


left_halves = [x[:, : x.shape[1] // 2] for x in photos.values()]
right_halves = [x[:, x.shape[1] // 2 :] for x in photos.values()]
sources = {
    "the right halves": right_halves,
    "the left halves": left_halves,
    "blurred noise": [filters.gaussian_blur(noise[:256, :256], 2)],
    "noise": [noise[:256, :256]],
}
windows = patches(right_halves)
found = {}
for name, pictures in sources.items():
    rows = patches(pictures)
    # eigh sorts from the least to the most important: take the last eight.
    found[name] = np.linalg.eigh(rows.T @ rows).eigenvectors[:, ::-1][:, :8]
    share = ((windows @ found[name]) ** 2).sum() / (windows**2).sum()
    print(f"8 patterns from {name:16} explain {share:.1%} of the right halves")
patterns = found["the left halves"]
patterns = patterns * np.sign(patterns[0])  # either sign would do
plots.show_images(
    patterns.T.reshape(8, 8, 8),
    range(1, 9),
    columns=8,
    value_range="each",
    alt="Eight 8 by 8 patterns found in the left halves of six photographs: "
    "two ramps, a dark blob, a slanted bar, an upright bar, finer mixtures.",
)

# %% [markdown]
# Patterns from the other half do nearly as well as one's own. Nobody designed
# them, and the first two look like the derivative filters above.
#
# Do not read much into it. Patterns from blurred noise do as well, those from
# plain noise do not. So the test shows that photographs are smooth on both
# sides, and no more: whether eyes or bricks come up in every part is another
# question. That the same filters serve everywhere stays an assumption here.
#
# ## A classifier without learning its filters
#
# For a long time recognition meant: filters made by hand, then a classifier.
# The decks call this the traditional, "shallow" pipeline. Let us build one, for
# six surfaces. The patches have the same mean and the same contrast, so these
# two give nothing away. Training patches come from one half of each photograph,
# test patches from the other.
#
# Take eight Gabor energies, for two wavelengths and four directions, and
# average each over the patch: eight numbers per patch. On them trains a linear
# support vector machine. There are two rivals without any filter. One gets all
# 1,024 pixels. The other gets eight *quantiles* of the grey values: it knows
# how many pixels are how dark, but not where they lie.
#
# Which two wavelengths? That choice must not see the test patches (unit 01). So
# the last third of each surface's *training* patches is held out, three pairs
# are tried on it, and only the best of them is tested.
#
# **Predict.** Six classes, so guessing gets one in six. What will the pixels
# get, what the quantiles, and what the eight energies? Look at the patches
# first.

# %%
textures = data.load_textures(32, normalise="contrast")
per_class = len(textures.y_test) // len(textures.names)
chosen = [c * per_class + i for i in (0, 27) for c in range(6)]
print(textures)
plots.show_images(
    textures.x_test[chosen],
    [textures.names[textures.y_test[i]] for i in chosen],
    columns=6,
    alt="Two test patches each of brick, foliage, grass, gravel, petals and "
    "wood, in grey, all with the same mean and contrast. Brick shows straight "
    "joints, wood long fibres, petals broad curved edges; the others are "
    "tangles of different fineness.",
)

# %%
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC


def energies(x, wavelengths):
    """Mean Gabor energy of each patch: (N, 32, 32) to (N, 8), in logarithms."""
    means = [
        filters.oriented_energy(x, wavelength, angle, 0.56 * wavelength)
        for wavelength in wavelengths
        for angle in np.arange(4) * np.pi / 4
    ]
    return np.log(np.mean(means, axis=(-2, -1)).T)


def quantiles(x):
    shares = np.linspace(0.05, 0.95, 8)
    return np.quantile(x.reshape(len(x), -1), shares, axis=1).T


def share_right(model, x, y, x_new, y_new):
    """Train on x, with each column scaled to mean 0 and spread 1; then test."""
    scaled = make_pipeline(StandardScaler(), model)
    return (scaled.fit(x, y).predict(x_new) == y_new).mean()


svm = LinearSVC(max_iter=20000, random_state=0)
x, y = textures.x_train, textures.y_train
each = len(y) // len(textures.names)
late = np.arange(len(y)) % each >= 2 * each // 3  # a third of each surface
held_out = {}
for pair in ((3, 6), (4, 8), (6, 12)):
    e = energies(x, pair)
    held_out[pair] = share_right(svm, e[~late], y[~late], e[late], y[late])
    print(f"λ = {pair}: {held_out[pair]:.0%} of {late.sum()} held out")
best = max(held_out, key=held_out.get)
print(f"taken: λ = {best}")

inputs = {
    "1,024 pixels": lambda x: x.reshape(len(x), -1),
    "8 grey quantiles": quantiles,
    "8 filter energies": lambda x: energies(x, best),
}
models = {"linear SVM": svm, "nearest neighbour": KNeighborsClassifier(1)}
scores = {}
for name, numbers in inputs.items():
    train, test = numbers(x), numbers(textures.x_test)
    scores[name] = {
        kind: share_right(model, train, y, test, textures.y_test)
        for kind, model in models.items()
    }
    for kind, share in scores[name].items():
        print(f"{name:17} {kind:17} {share:.0%} of {len(test)} test patches")
plots.bar_chart(
    scores,
    xlabel="classifier",
    ylabel="share of test patches right",
    number=lambda v: f"{v:.0%}",
    alt="Share of test patches recognised, out of "
    f"{len(textures.y_test)}. "
    + " ".join(
        f"{name}: {share['linear SVM']:.0%} with the linear SVM, "
        f"{share['nearest neighbour']:.0%} with the nearest neighbour."
        for name, share in scores.items()
    ),
)

# %% [markdown]
# The pixels do not much better than guessing. The quantiles get far above it:
# the grey values do give something away. The eight energies are clearly better
# still, as they depend on what lies beside what. Nothing about the filters was
# learned; only the classifier was, and two wavelengths were chosen. This is the
# baseline: a network must do better than filters that somebody thought of in
# advance.
#
# Read the figure with care. Neighbouring patches overlap (so the held-out ones
# are not wholly new), and all come from six photographs. And the wavelengths
# matter: on the held-out patches the longest pair does worst. (The best two are
# close: so few patches cannot tell them apart.)
#
# ## Where it fails
#
# - **A filter is one pattern at one size and one angle.** The eye kernel finds
#   the eye as it stands. Turn the eye, or enlarge it, and the answer falls; the
#   next cell measures how quickly. Every other angle needs a filter of its own.
# - **A filter is linear.** It cannot say "an edge, but no texture": Sobel
#   answers to blades of grass as to outlines.
# - **One layer sees a small window.** No 3×3 kernel knows what an object is.
# - **Somebody has to choose.** Which σ, which λ? We chose well for six surfaces
#   in grey. For a thousand kinds of objects nobody knows how.
#
# **Predict.** By how many degrees may the eye turn before its answer sinks
# below that of the *other* eye?


# %%
def seen(turn=0.0, zoom=1.0):
    """The window around the eye, turned (degrees) and enlarged."""
    v, u = np.mgrid[-10:11, -12:13] / zoom
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    places = [58 + v * c - u * s, 88 + v * s + u * c]
    return ndimage.map_coordinates(cat, places, order=1)


def likeness(patch):
    p = patch - patch.mean()
    lengths = np.sqrt((p**2).sum() * (eye_weights**2).sum())
    return (p * eye_weights).sum() / lengths


turns = np.arange(0, 181, 10)
turned = np.array([likeness(seen(turn=t)) for t in turns])
for t in (10, 30, 40):
    print(f"turned by {t}°: {turned[t // 10]:.2f}")
for z in (0.8, 1.25):
    print(f"{z} times as large: {likeness(seen(zoom=z)):.2f}")
plots.line_chart(
    {
        "the eye, turned": turned,
        "the other eye": np.full(len(turns), other_eye),
    },
    turns,
    xlabel="angle in degrees",
    ylabel="cosine with the eye kernel",
    alt="Cosine between the eye kernel and the eye turned by an angle: it "
    f"falls from 1 to {turned[3]:.2f} at 30 degrees and {turned[9]:.2f} at 90; "
    f"the other eye has {other_eye:.2f}.",
)

# %% [markdown]
# Between 30° and 40°. A small turn is enough.
#
# ## Recap
#
# Answer first, then open. All numbers are printed by a cell above.
#
# <details><summary>A 3×3 picture and a 2×2 kernel: how many numbers has the
# answer, and what is the last one in the first example?</summary>
#
# Four; the last is 1·1 + 3·0 + 0·2 + 1·(−1) = 0.
#
# </details>
#
# <details><summary>Why does the raw dot product miss the eye?</summary>
#
# A bright window gives a large sum whatever it shows. Take the mean off the
# weights, and divide by the contrast of the window.
#
# </details>
#
# <details><summary>What does turning the kernel buy?</summary>
#
# The laws of multiplication: order does not matter, and the one filter that two
# in a row amount to is found by the same operation. Both differences printed
# above are 0.0 for convolution only.
#
# </details>
#
# <details><summary>224 pixels, a window of 7, stride 2, padding 3: how many
# places?</summary>
#
# (224 + 6 − 7) / 2 = 111.5, rounded down to 111, plus 1: 112.
#
# </details>
#
# <details><summary>Why a Gaussian and not a mean?</summary>
#
# For the same noise it keeps a positive share of every stripe. The 9×9 mean
# gives stripes six pixels apart the factor −0.22: dark and bright change
# places.
#
# </details>
#
# <details><summary>What does a complex cell keep, and what does it give
# up?</summary>
#
# It keeps direction and width of the stripes and gives up their exact place.
#
# </details>
#
# <details><summary>Which three facts about pictures do convolutional networks
# build on?</summary>
#
# Answers are sparse, dependence is local, and the statistics are the same
# everywhere. The cells above measure the first two; the third stays assumed.
#
# </details>
#
# ## References
#
# - D. H. Hubel and T. N. Wiesel, Receptive fields, binocular interaction and
#   functional architecture in the cat's visual cortex, 1962.
#   <https://doi.org/10.1113/jphysiol.1962.sp006837>
# - I. Sobel and G. Feldman, An isotropic 3×3 image gradient operator, 1968,
#   written up in 2015.
#   <https://doi.org/10.13140/RG.2.1.1912.4965>
# - S. Marčelja, Mathematical description of the responses of simple cortical
#   cells, 1980.
#   <https://doi.org/10.1364/JOSA.70.001297>
# - D. Marr and E. Hildreth, Theory of edge detection, 1980.
#   <https://doi.org/10.1098/rspb.1980.0020>
# - J. G. Daugman, Uncertainty relation for resolution in space, spatial
#   frequency, and orientation, 1985.
#   <https://doi.org/10.1364/JOSAA.2.001160>
# - E. H. Adelson and J. R. Bergen, Spatiotemporal energy models for the
#   perception of motion, 1985.
#   <https://doi.org/10.1364/JOSAA.2.000284>
# - D. J. Field, Relations between the statistics of natural images and the
#   response properties of cortical cells, 1987.
#   <https://doi.org/10.1364/JOSAA.4.002379>
# - A. Hyvärinen, J. Hurri and P. O. Hoyer, Natural Image Statistics, 2009.
#   <https://doi.org/10.1007/978-1-84882-491-1>
# - V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep
#   learning, 2016.
#   <https://doi.org/10.48550/arXiv.1603.07285>
#
# Photographs: Chelsea by Stéfan van der Walt (CC0), camera man by Lav Varshney
# (CC0), brick from CC0Textures (CC0), astronaut by NASA (public domain), coffee
# by Rachel Michetti (CC0), pagoda by Daniel Buechele and dahlia by vultilion
# (both CC BY 2.0), grass by linolafett (CC0), gravel from CC0Textures (CC0).
