# %% [markdown]
# # 04 · LeNet in NumPy
#
# <!-- minutes -->
#
# Unit 02 chose filters by hand. Unit 03 learned weights by gradient descent.
# Here the two meet: a network whose filters are learned. It is LeNet, the
# network that read cheques in the 1990s, and every line of it is NumPy. At the
# end it reads digits that it has never seen, and you know why each number in
# it is what it is.
#
# ## What you will be able to do
#
# - say what local connections, shared weights, several filters and pooling
#   each buy, with numbers from an experiment;
# - write the convolution layer forwards in loops, and say how the fast one gets
#   its windows without copying them;
# - derive its three gradients, for any stride, and test them three ways;
# - send a gradient back through max pooling, ties included;
# - read the plans of LeNet-1, LeNet-5 and the modified LeNet, and count every
#   parameter;
# - climb the ladder before a training: initial loss, gradient check, twenty
#   digits learned by heart; then train, and look at the mistakes;
# - say when a convolutional network is better than a fully connected one, and
#   when it is not.
#
# You need units 02 (sliding windows, output sizes) and 03 (layers forwards and
# backwards, SGD). Before each result stands a question: guess first.

# %%
import inspect
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from coursekit import data, metrics, plots
from coursekit import numpy_nn as nn

# %% [markdown]
# ## From all pixels to a few shared weights
#
# The digits of unit 01, drawn at 16×16 pixels, stand in a frame of 24×24. Once
# all of them stand in the middle; once each stands anywhere. The 1,197 digits
# to learn from, the 300 for validation and the 300 for testing are the same in
# both.
#
# **Predict.** For you both rows are equally easy to read. For a network that
# gets the 576 pixels as a list, which row is harder, and why?

# %%
small = data.load_digits()


def frame(x, places):
    """Each digit (16, 16) at its place in a frame: (N, 1, 24, 24)."""
    framed = np.zeros((len(x), 1, 24, 24))
    for picture, digit, (i, j) in zip(framed, x, places, strict=True):
        picture[0, i : i + 16, j : j + 16] = digit
    return framed


rng = np.random.default_rng(0)
framed = {"middle": [], "anywhere": []}  # of each: training, validation, test
for part in small[::2]:
    x = data.enlarge_bilinear(part, 2)
    framed["middle"].append(frame(x, np.full((len(x), 2), 4)))
    framed["anywhere"].append(frame(x, rng.integers(0, 9, (len(x), 2))))
inked = {name: (x[0] > 0.5).mean(axis=(0, 1)) for name, x in framed.items()}
for name, share in inked.items():
    print(f"{name:8} most often inked pixel: in {share.max():.0%} of digits")
plots.show_images(
    [digit for x, *_ in framed.values() for digit in x[:8]],
    [*small.y_train[:8]] * 2,
    columns=8,
    caption="Above in the middle, below anywhere.",
    alt="The same eight digits twice: above each fills the middle of its "
    "frame, below each stands at another place of the frame. The labels are "
    f"{small.y_train[:8].tolist()}.",
)

# %% [markdown]
# In the middle, a pixel means something: some are inked in most digits, and
# which ones tells the digits apart. Anywhere, every pixel is inked now and
# then, whatever the digit. The list of pixels has lost what you see at once:
# that it is the same shape, moved.
#
# Now one hidden layer of 800 units, connected in three ways:
#
# - **full**: every unit weighs all 576 pixels;
# - **local**: a unit sees a window of 5×5. There are 10×10 windows, at every
#   second pixel, and eight units look at each. *Local connections capture local
#   dependencies*, says the deck (D1, slide 27);
# - **shared**: the eight units of all windows are the same eight. If a feature
#   is useful at one place, it should be useful at another (D1, slide 28). Eight
#   *filters* (D1, slide 29) then slide over the picture, and this is a
#   convolution. The answers of one filter, laid out as a picture, are its
#   *feature map*, or map for short.
#
# Around them stand some controls. Two **full** layers with fewer units have
# about as many weights as the local and as the shared one. One **shared** layer
# has two filters only. **Pooled** slides its eight filters over every pixel and
# keeps the largest of each 2×2 answers (D1, slide 30). **Two stages** does the
# same again on the result. On top always sits one linear layer with ten scores.
#
# All are trained in the same way, except for the size of the steps: of three,
# each network gets the one that is better on the validation digits. The figures
# are for the test digits.
#
# **Predict.** How many weights has each? Order them by how many digits they
# will get right, in the middle and anywhere. (The second cell trains each of
# them five times and takes a while.)


# %%
class Local2d(nn.Layer):
    """5×5 windows at every second pixel, each with weights of its own."""

    def __init__(self, filters, rng):
        super().__init__()
        w = rng.normal(0, np.sqrt(2 / 25), (10, 10, filters, 25))
        self.params = {"w": w, "b": np.zeros((10, 10, filters, 1))}

    def forward(self, x):
        windows = sliding_window_view(x[:, 0], (5, 5), (1, 2))[:, ::2, ::2]
        x = windows.reshape(len(x), 10, 10, 25).transpose(1, 2, 3, 0)
        self.cache = x
        y = self.params["w"] @ x + self.params["b"]
        return y.transpose(3, 2, 0, 1)

    def backward(self, dout):  # the first layer: nobody asks for its dx
        d = dout.transpose(2, 3, 1, 0)
        self.grads["w"] = d @ self.cache.swapaxes(2, 3)
        self.grads["b"] = d.sum(axis=3, keepdims=True)


def build(name, seed):
    """One of the networks, with weights drawn from the seed."""
    c = {"rng": np.random.default_rng(seed), "dtype": np.float64}
    kind, *count = name.split(", ")
    n = int(count[0].split()[0]) if count else 8
    if kind == "full":
        hidden = [nn.Flatten(), nn.Linear(576, n, **c), nn.ReLU()]
    elif kind == "local":
        hidden = [Local2d(n, c["rng"]), nn.ReLU(), nn.Flatten()]
    elif kind == "shared":
        hidden = [nn.Conv2d(1, n, 5, stride=2, **c), nn.ReLU(), nn.Flatten()]
    else:
        hidden = [nn.Conv2d(1, n, 5, **c), nn.MaxPool2d(2), nn.ReLU()]
        if kind == "two stages":
            hidden += [nn.Conv2d(n, 16, 5, **c), nn.MaxPool2d(2), nn.ReLU()]
        hidden.append(nn.Flatten())
    units = nn.Sequential(*hidden).forward(np.zeros((1, 1, 24, 24))).size
    return nn.Sequential(*hidden, nn.Linear(units, 10, **c))


# %%
def fit(net, x, y, seed, lr=0.02, epochs=20):
    """SGD in batches of 32, with steps that shrink from epoch to epoch."""
    optimizer = nn.SGD(net.params, lr=lr, momentum=0.9, weight_decay=1e-3)
    rng = np.random.default_rng(seed)
    for epoch in range(epochs):
        optimizer.lr = lr * (1 - epoch / epochs)
        order = rng.permutation(len(y))
        for rows in np.split(order, range(32, len(y), 32)):
            _, d = nn.softmax_cross_entropy(net.forward(x[rows]), y[rows])
            net.gradients(d)
            optimizer.step(net.grads)
    return net


def share_right(net, x, y):
    return metrics.accuracy(y, net.predict(x).argmax(axis=1))


def compare(name, change=lambda x: x):
    """Shares of test digits right: in the middle, and two runs anywhere."""

    def run(place, seed, lr):  # (share of validation digits, of test digits)
        x, x_val, x_test = map(change, framed[place])
        net = fit(build(name, seed), x, small.y_train, seed, lr)
        val = share_right(net, x_val, small.y_val)
        return val, share_right(net, x_test, small.y_test)

    tried = {lr: run("anywhere", 0, lr) for lr in (0.02, 0.05, 0.2)}
    lr = max(tried, key=lambda lr: tried[lr][0])  # the validation digits choose
    middle, again = run("middle", 0, lr), run("anywhere", 1, lr)
    return middle[1], tried[lr][1], again[1]


print("weights and biases               middle   anywhere, twice")
scores, names = {}, ["full, 800 units", "full, 49 units", "full, 14 units"]
names += ["local", "shared", "shared, 2 filters", "pooled", "two stages"]
for name in names:
    scores[name] = compare(name)
    print(f"{name:18}{build(name, 0).parameter_count():9,}      ", end="")
    print(*(f"{v:.1%}" for v in scores[name]), sep="    ")
anywhere = {name: np.mean(runs[1:]) for name, runs in scores.items()}
plots.bar_chart(
    anywhere,
    xlabel="share of test digits right, anywhere",
    ylabel="hidden layer",
    horizontal=True,
    number=lambda v: f"{v:.1%}",
    alt="Test digits read correctly when they stand anywhere: "
    + ", ".join(f"{name} {share:.1%}" for name, share in anywhere.items())
    + ".",
)

# %% [markdown]
# In the middle all are close: there, place is information, and a list of pixels
# is enough. Anywhere, they part.
#
# - **Locality** makes a unit cheap: 26 numbers for 577. By itself it reads no
#   more than a fully connected layer with as many weights (49 units): each
#   window has to learn its own eight filters, from the few digits that happen
#   to pass there.
# - **Sharing** gives each filter all windows of all digits to learn from. It
#   reads about as much as the two, with a third of their weights, and far more
#   than a fully connected layer with as few.
# - **Several filters** are needed: two of them are not enough.
# - **Pooling** adds no more than two runs differ by. But it halves the map, so
#   that the windows of the next stage see twice as far.
# - **Two stages** are level with 800 units that see everything, with a
#   hundredth of their weights. (They are also one layer deeper. That is the
#   point: sharing makes depth cheap.) Weights can make up for a wrong
#   structure, at a price.
#
# Two runs differ by up to nine points, and other settings move a bar by some
# points too: do not read more into it than that.
# LeCun compared five networks in this way in a report of 1989, with 120 drawn
# digits at four positions each; there too, the second shared stage won.
# Fukushima's Neocognitron had local shared weights and pooling in 1980, but was
# not trained by gradients.
#
# ## The convolution layer, forwards
#
# For a batch `x` of shape `(N, C, H, W)` the layer has `F` kernels, `w` of
# shape `(F, C, f_h, f_w)`, and a bias for each. A kernel is as deep as its
# input: it weighs all channels in its window, and adds up.
#
# $$y_{nfij} = b_f + \sum_{c,u,v} w_{fcuv} \; x_{n,\,c,\,si+u-p,\,sj+v-p}$$
#
# with stride $s$ and padding $p$; pixels outside the picture count as 0. Below,
# first by the definition in loops; then the core of `coursekit.numpy_nn`, as
# its file has it. (In there `d`, the dilation, is 1 until unit 06, and
# `product` is `@`.)
#
# **Predict.** The picture and the kernel are the first ones of unit 02, now
# with a bias of 3. Which four numbers come out? And for 64 pictures of 6×14×14
# and 16 kernels of 5×5: how often would the innermost line run?


# %%
def conv2d_loops(x, w, b, stride=1, padding=0):
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    (n, _, height, width), (filters, _, f_h, f_w) = x.shape, w.shape
    h_out = (height - f_h) // stride + 1
    w_out = (width - f_w) // stride + 1
    y = np.zeros((n, filters, h_out, w_out))
    for m, f, i, j in np.ndindex(y.shape):
        top, left = stride * i, stride * j
        window = x[m, :, top : top + f_h, left : left + f_w]
        y[m, f, i, j] = (window * w[f]).sum() + b[f]
    return y


picture = np.array([[[[1, 2, 0], [0, 1, 3], [4, 0, 1]]]])
kernel = np.array([[[[1, 0], [2, -1]]]])
print("by hand:", conv2d_loops(picture, kernel, [3]).tolist())

rng = np.random.default_rng(1)
x, b = rng.standard_normal((2, 3, 9, 8)), rng.standard_normal(4)
w = rng.standard_normal((4, 3, 3, 2))
for s, p in np.ndindex(3, 3):
    slow = conv2d_loops(x, w, b, s + 1, p)
    fast, _ = nn.conv2d_forward(x, w, b, s + 1, p)
    assert slow.shape == fast.shape and np.allclose(slow, fast, atol=1e-12)
print("loops and library agree for strides 1 to 3 and paddings 0 to 2;")
places = 64 * 16 * 10 * 10
print(f"the innermost line would run {places:,} times,")
print(f"for {places * 6 * 5 * 5:,} products\n")
print(inspect.getsource(nn.convolution._forward))

# %% [markdown]
# Four numbers: those of unit 02, with 3 added. And a hundred thousand runs of a
# Python line, for one layer and one batch. The fast one has a single product
# of two matrices instead, and spends the rest of its lines on laying out the
# second one.
#
# That is an old trick (Chellapilla, Puri and Simard, 2006). Write each window
# as a column of a matrix: `im2col`, the first exercise. Kernels as rows, times
# windows as columns, gives all answers at once. Its cost is memory: a pixel is
# copied once for each window it lies in, up to 25 times for a 5×5 kernel.
#
# Most of these copies can be avoided. Lay the picture out in memory with **rows
# first**, in the order (H, C, W, N), so that one row of the picture, with all
# its channels and all samples, is one solid block. Copy each row f_w times,
# each copy moved on by one pixel. Then the f_h rows under a kernel are one
# solid block too: the windows of a whole output row, and nothing was copied for
# the second dimension. The next output row begins one block further on.
#
# **Predict.** A picture of 3×4 with the numbers 1 to 12, and a 2×2 kernel. The
# memory holds three rows, each twice. Which of its numbers do the windows of
# output row 0 and those of output row 1 share?

# %%
batch = rng.standard_normal((64, 6, 14, 14))
_, cache = nn.conv2d_forward(batch, np.ones((16, 6, 5, 5)), np.zeros(16))
windows = cache[0][0]  # (H_out, f_h·f_w·C, W_out·N)
low, high = np.lib.array_utils.byte_bounds(windows)
held = (high - low) // 8
print(f"64 pictures of 6×14×14: {batch.size:9,} numbers")
for what, count in (("windows as a matrix", windows.size), ("in memory", held)):
    print(f"{what + ':':23} {count:9,}, {count / batch.size:.1f} times as many")
print("shape", windows.shape, "steps in memory", windows.strides)
plots.show_window_memory(
    np.arange(1, 13).reshape(3, 4),
    (2, 2),
    alt="A 3 by 4 picture with the numbers 1 to 12. In memory its rows follow "
    "one another, each twice, the second time moved by one: 1 2 3 2 3 4, then "
    "5 6 7 6 7 8, then 9 10 11 10 11 12. A bracket over the first two rows is "
    "marked output row 0, one under the last two output row 1. Below, the two "
    "as matrices of four rows and three columns, one window in each column.",
)

# %% [markdown]
# They share the whole block of picture row 1. Each column of the two matrices
# is one window, read from top to bottom: 1, 2, 5, 6 is the first. NumPy needs
# no copy for this. A *view* says where to start and how many bytes to step
# along each axis (`strides`); two steps may well lead to the same number.
#
# Samples come last in memory. So the line of numbers that a product runs along
# is as long as the batch, however small the picture has become.
#
# ## The convolution layer, backwards
#
# The layer is made of products: $y_{ij}$ gets $w_{uv}\,x_{i+u,\,j+v}$, and the
# loss $L$ hangs on $y$. Write `dout` for $\partial L / \partial y$. A product
# $w \cdot x$ hands its gradient to both factors: to $w$ it gives $x$ times
# `dout`, to $x$ it gives $w$ times `dout`. So walk over all places again, and
# at each of them
#
# - add `dout` × *window* to `dw`;
# - add `dout` × *kernel* to the window's place in `dx`;
# - add `dout` to `db`.
#
# The window *gathers* on the way forwards and *scatters* on the way back.
#
# **Predict.** Same picture, same kernel, and `dout` is ((1, 0), (−1, 2)). Which
# pixel gets contributions from all four places? Step through them.

# %%
dout = np.array([[1, 0], [-1, 2]])
x, w = picture[0, 0], kernel[0, 0]
dx, dw, steps = np.zeros((3, 3), int), np.zeros((2, 2), int), []
for i, j in np.ndindex(dout.shape):
    dw += dout[i, j] * x[i : i + 2, j : j + 2]
    dx[i : i + 2, j : j + 2] += dout[i, j] * w
    step = plots.show_grid(
        [x, w, dout, dw.copy(), dx.copy()],
        ["x", "w", "dout", "dw so far", "dx so far"],
        highlight=[
            *((i, j, 2, 2), None, (i, j, 1, 1)),
            *((0, 0, 2, 2), (i, j, 2, 2)),
        ],
        columns=3,
        alt=f"At place ({i}, {j}) dout is {dout[i, j]}. With {dout[i, j]} "
        f"times the window, dw is {dw.tolist()}; with {dout[i, j]} times the "
        f"kernel added at the same place, dx is {dx.tolist()}.",
    )
    steps.append(step)
print("dw", dw.tolist(), "  dx", dx.tolist(), "  db", dout.sum())
places = ["top left", "top right", "bottom left", "bottom right"]
plots.frame_slider(steps, places, name="place of the window, going back")

# %% [markdown]
# The middle pixel lies in all four windows. Now collect the scattered sums by
# where they arrive, with one channel, stride 1 and no padding:
#
# $$dw_{uv} = \sum_{ij} dout_{ij}\, x_{i+u,\,j+v} \qquad
# dx_{kl} = \sum_{uv} w_{uv}\, dout_{k-u,\,l-v} \qquad
# db = \sum_{ij} dout_{ij}$$
#
# Look at the signs of $u$ and $v$. **`dw` is a correlation** of the input with
# `dout` as the kernel. **`dx` is a full convolution** of `dout`: a correlation
# with the kernel turned by 180°, padded by $f - 1$ on each side. **`db` is a
# sum.** Both gradients of a convolution layer are convolutions, so the same
# fast code runs in all three directions. With channels, `dw` sums over the
# batch as the forward pass sums over channels, and `dx` sums over the filters.
#
# And with a **stride** of $s$? The strided answer is the full one with places
# left out. What is left out has no influence on the loss, so its `dout` is 0:
# put $s - 1$ zeros between the numbers of `dout` and go on as with stride 1.
# **Padding** is simpler still: go back through the padded picture, then cut the
# rim off `dx`.
#
# How do you know that it is right? Three tests:
#
# 1. the **adjoint test**: without bias, $y$ is linear in $x$ and in $w$, so
#    $\sum dout \cdot y = \sum dx \cdot x = \sum dw \cdot w$, for any numbers;
# 2. the **numerical gradient** of unit 03;
# 3. the same with another program (PyTorch, below).
#
# **Predict.** The picture below is 4×4, the kernel 2×2, the stride 2, so `dout`
# is 2×2. Do the windows overlap? Then what must `dx` look like?


# %%
def conv2d_gradients(dout, x, w, stride=1):
    """The three gradients, each written as a correlation."""
    (n, filters), (f_h, f_w) = dout.shape[:2], w.shape[2:]
    spread = np.zeros((n, filters, x.shape[2] - f_h + 1, x.shape[3] - f_w + 1))
    spread[:, :, ::stride, ::stride] = dout  # zeros in between
    dw = conv2d_loops(
        x.swapaxes(0, 1), spread.swapaxes(0, 1), np.zeros(filters)
    ).swapaxes(0, 1)
    wide = ((0, 0), (0, 0), (f_h - 1, f_h - 1), (f_w - 1, f_w - 1))
    turned = w[:, :, ::-1, ::-1].swapaxes(0, 1)
    dx = conv2d_loops(np.pad(spread, wide), turned, np.zeros(x.shape[1]))
    return dx, dw, dout.sum(axis=(0, 2, 3)), spread


x, w = rng.standard_normal((2, 3, 8, 7)), rng.standard_normal((4, 3, 3, 2))
for s in (1, 2, 3):
    y, cache = nn.conv2d_forward(x, w, np.zeros(4), stride=s)
    d = rng.standard_normal(y.shape)
    dx, dw, db, _ = conv2d_gradients(d, x, w, s)
    library = nn.conv2d_backward(d, cache)
    for ours, theirs in zip((dx, dw, db), library, strict=True):
        assert np.allclose(ours, theirs, atol=1e-12)
    sums = (d * y).sum(), (dx * x).sum(), (dw * w).sum()
    print(f"stride {s}, adjoint test:", *(f"{v:.6f}" for v in sums))
    layer = nn.Conv2d(3, 4, (3, 2), stride=s, rng=0, dtype=np.float64)
    errors = nn.check_gradients(layer, x)
    assert max(errors.values()) < 1e-6
    print("          numerical gradient: x, w, b agree to 1e-6")
dout_4 = dout[np.newaxis, np.newaxis]
dx, _, _, spread = conv2d_gradients(dout_4, np.ones((1, 1, 4, 4)), kernel, 2)
plots.show_grid(
    [dout, np.pad(spread[0, 0], 1), np.flip(kernel[0, 0]), dx[0, 0]],
    ["dout", "spread out, padded", "kernel, turned", "dx"],
    padding=[0, 1, 0, 0],
    between=["→", "⋆", "="],
    alt="Backwards with stride 2: dout is put on every second place of a 3 by "
    "3 grid, which is padded by one zero on each side and correlated with the "
    "kernel turned by 180 degrees. The result dx is 4 by 4 and holds four "
    f"copies of the kernel side by side, times dout: {dx[0, 0].tolist()}.",
)

# %% [markdown]
# Windows of 2×2 at every second pixel do not overlap. So `dx` is four copies of
# the kernel side by side, each times its `dout`. The copies are the right way
# up: correlating with the turned kernel is convolution, and convolution stamps
# the kernel as it is (unit 02).
#
# ## Pooling, and ReLU
#
# Max pooling keeps the largest number of each window. Forwards it is a maximum;
# backwards, a small change of the winner moves the answer by as much, and a
# small change of a loser not at all. So **the winner gets the gradient**, the
# losers get 0. Average pooling shares it out: every pixel of a 2×2 window gets
# a quarter.
#
# Two questions need an answer before you write it. *Ties*: several pixels may
# share first place, often after ReLU, with zeros. The gradient must not be
# counted twice, so one of them gets it: the first in reading order, as in
# PyTorch. *Overlap*: AlexNet's windows (unit 07) are 3×3 at every second pixel.
# A pixel may win several windows, and their gradients add up.
#
# **Predict.** Below is a 4×4 map, with `dout` 10, 20, 30, 40. Where do they go?
# And in which order should ReLU and max pooling stand: does it matter?

# %%
m = np.array([[1, 3, 2, 0], [4, 2, 1, 5], [0, 1, -1, -2], [2, 0, -3, -4.0]])
tens = np.array([[10, 20], [30, 40]])
four = (np.newaxis, np.newaxis)
largest, cache = nn.max_pool2d_forward(m[four])
back = nn.max_pool2d_backward(tens[four], cache)
_, cache = nn.average_pool2d_forward(m[four])
shared = nn.average_pool2d_backward(tens[four], cache)
tie, cache = nn.max_pool2d_forward(np.array([[1.0, 3], [3, 3]])[four])
print("a tie of three 3s:", nn.max_pool2d_backward(5 + 0 * tie, cache).tolist())
nine = np.array([[0.0, 1, 0], [2, 9, 3], [1, 0, 4]])[four]
_, cache = nn.max_pool2d_forward(nine, 2, stride=1)
back_9 = nn.max_pool2d_backward(np.array([[1, 2], [3, 4]])[four], cache)
print("overlapping windows, one winner:", back_9.tolist())

x = rng.standard_normal((64, 6, 28, 28))
d = rng.standard_normal((64, 6, 14, 14))
for pool in (nn.MaxPool2d(2), nn.AveragePool2d(2)):
    y, dx = [], []
    for layers in ((pool, nn.ReLU()), (nn.ReLU(), pool)):
        net = nn.Sequential(*layers)
        y.append(net.forward(x))
        dx.append(net.backward(d))
    same = np.array_equal(*y), np.array_equal(*dx)
    print(f"{pool}: before or after ReLU, same output and gradient: {same}")
plots.show_grid(
    [m, largest[0, 0], tens, back[0, 0], shared[0, 0]],
    ["x", "largest", "dout", "dx, max pooling", "dx, average pooling"],
    columns=3,
    highlight=[(2, 2, 2, 2), (1, 1, 1, 1), (1, 1, 1, 1), (2, 2, 2, 2), None],
    alt="A 4 by 4 map, its 2 by 2 maxima 4, 5, 2 and -1, and dout 10, 20, 30, "
    "40. Max pooling sends 10 back to the 4, 20 to the 5, 30 to the 2 and 40 "
    "to the -1, and 0 to all others; average pooling gives each pixel a "
    "quarter: 2.5, 5, 7.5 and 10.",
)

# %% [markdown]
# For max pooling and ReLU the order does not matter. ReLU never changes which
# number is larger, so the largest of four, cut at 0, is the largest of the four
# cut at 0. The gradient takes the same way: if the winner is positive it gets
# all; if not, ReLU stops it in either order. So pool first: ReLU then has a
# quarter of the numbers to look at. With averages it does matter: they mix
# positive and negative numbers.
#
# ## Three networks called LeNet
#
# - **LeNet-1** read zip codes. The paper appeared in 1990; the deck says 1993
#   (D3), the year of a well-known film of it at work.
# - **LeNet-5** (1998) read cheques.
# - The **modified LeNet** is the deck's (D4, slide 8): max pooling in place of
#   averages, ReLU in place of tanh, and plain softmax.
#
# The paper numbers the layers, and this unit keeps its names. C1 and C3 are
# convolutions, S2 and S4 *subsample*, that is, pool. C5 is a convolution whose
# windows see all of S4, so that each of its maps is a single number. F6 and the
# output are fully connected.
#
# Three things in the first two have gone out of use:
#
# - *Subsampling with weights.* Sum each 2×2 window, times a coefficient, plus a
#   bias, both learned, one pair per map. Then tanh.
# - *The scaled tanh*, $1.7159 \tanh(2x/3)$: it maps 1 to 1 and −1 to −1, and
#   bends most there. The deck says sigmoid (D4, slide 14): same family.
# - *A partial connection table.* Not every kernel of C3 sees every map of S2.
#
# And LeNet-5's output compares its 84 last numbers with a fixed picture of each
# digit, 7×12 pixels: the score is minus the squared distance.
#
# **Predict.** The modified LeNet has seven layers that do arithmetic with
# weights or windows: two convolutions, two poolings, three fully connected.
# In which of them are most of its parameters? And what does pooling cost? (F8
# and the like are claims of the slides; `ledger` computes them anew, and says
# how each fares.)

# %%
from IPython.display import display
from coursekit.claims import ledger

print(nn.lenet1(), nn.lenet5(), nn.modified_lenet(32), "", sep="\n\n")
lenet5, full_table = nn.lenet5(), nn.Conv2d(6, 16, 5).parameter_count()
table = lenet5.layers[4].table
partial = lenet5.layers[4].parameter_count()
joined = lenet5.parameter_count() - partial + full_table
print(f"LeNet-5, every map of S2 joined to every map of C3: {joined:,},")
print(f"  as C3 has {full_table:,} for {partial:,}")
print("with 2×2 pooling, and without it:")
print(f"  numbers in the maps: {6 * 14 * 14:,}, {6 * 28 * 28:,}")
print(f"  parameters of C3 after it: {full_table:,}, {full_table:,}")
dense = (16 * 5 * 5 * 120, 16 * 10 * 10 * 120)
print(f"  weights of the layer after S4: {dense[0]:,}, {dense[1]:,}")
display(ledger("F8", "F9", "F10", "F17"))
plots.show_connections(
    table,
    6,
    alt="Which of the six maps of S2 each of the sixteen maps of C3 sees. Maps "
    "0 to 5 see three neighbours, 6 to 11 four neighbours, 12 to 14 two and "
    "two with gaps, map 15 all six. Each input map is used ten times; "
    f"{sum(map(len, table))} connections in all.",
    ylabel="map of S2",
    xlabel="map of C3",
)

# %% [markdown]
# Most parameters sit in the first layer after the convolutions (C5 in LeNet-5,
# the same size as the first `Linear` of the modified one). Pooling costs none.
#
# **F8.** The 60,000 on the slide is exact, for the network as published. Many
# programs called LeNet-5 have 61,706. The difference has three parts: all maps
# are connected (+900), pooling learns nothing (−44), and the output layer is
# learned (+850). Why the table? Fewer products, and, says the paper, different
# maps get different inputs and so must find different features.
#
# **F17.** Pooling removes three quarters of the *activations*. It has no
# parameters, and a convolution after it has the same number as before: kernels
# do not know how large the picture is. Only where maps are unrolled into a
# list, before the first fully connected layer, do fewer numbers mean fewer
# weights: there 75 % is right. Unit 05 counts on.
#
# ## A ladder to climb before training
#
# A training that fails does not say why. So climb four steps, from the bottom.
#
# 1. **Initial loss.** A network that knows nothing spreads its bets over ten
#    classes and has the loss $\log 10$. Far above: the scores are too large at
#    the start.
# 2. **Gradient check** of every layer, in float64.
# 3. **Twenty digits by heart.** A network with thousands of parameters can
#    learn twenty pictures. If it cannot, something is broken.
# 4. Only then **train**, on everything.
#
# **Predict.** $\log 10$ is about 2.3. At the start all weights are random, as
# He's rule draws them (unit 03). Will the first loss be above, below, or equal?

# %%
digits = data.load_digits32()
mean, spread = digits.x_train.mean(), digits.x_train.std()


def prepare(x):
    """float64, and on the training digits mean 0 and spread 1."""
    return (x.astype(np.float64) - mean) / spread


x_train, x_val, x_test = map(prepare, digits[::2])
y_train, y_val, y_test = digits[1::2]

print(f"1  log 10 = {np.log(10):.3f}; first loss of three networks:", end=" ")
tenth = []
for seed in range(3):
    net = nn.modified_lenet(32, seed=seed, dtype=np.float64)
    loss, _ = nn.softmax_cross_entropy(net.predict(x_train), y_train)
    print(f"{loss:.3f}", end="  ")
    net.params["11.w"] *= 0.1
    tenth.append(nn.softmax_cross_entropy(net.predict(x_train), y_train)[0])
print("\n   with a tenth of the last weights:", end=" ")
print(*(f"{loss:.3f}" for loss in tenth), sep="  ")
sizes, maps = [x_train.std()], x_train
for layer in nn.modified_lenet(32, dtype=np.float64).layers:
    maps = layer.forward(maps)
    if "w" in layer.params:
        sizes.append(np.sqrt((maps**2).mean()))
print("   typical size of the numbers, layer by layer, in the first:", end=" ")
print(*(f"{v:.1f}" for v in sizes), end="\n\n")

tiny = nn.modified_lenet(16, dtype=np.float64)
shapes = [(1, 16, 16), *tiny.shapes((1, 16, 16))]
print("2  largest relative error of the gradients")
for layer, shape in zip(tiny.layers, shapes, strict=False):
    noise = np.random.default_rng(2).standard_normal((2, *shape))
    errors = nn.check_gradients(layer, noise)
    assert max(errors.values()) < 1e-6
    print(f"   {layer!r:22} {', '.join(errors):8} below 1e-6")

net = nn.modified_lenet(32, dtype=np.float64)
fit(net, x_train[:20], y_train[:20], seed=0, epochs=60)
loss, _ = nn.softmax_cross_entropy(net.predict(x_train[:20]), y_train[:20])
right = share_right(net, x_train[:20], y_train[:20])
print(f"\n3  twenty digits: loss {loss:.4f}, {right:.0%} right;", end=" ")
print(f"on 300 others {share_right(net, x_val, y_val):.0%}")

# %% [markdown]
# Above, and for one of the three far above. He's initialisation is made to keep
# the size of the signal, but here it grows from layer to layer (third line): it
# reckons that ReLU cuts half of the signal away, and pooling has picked the
# largest numbers before. In the last layer there is no ReLU at all. Large
# scores are confident bets, and confident bets on nothing cost. The remedy is
# simple: with a tenth of the last weights the loss is that of ten equal bets.
# We start from there.
#
# The gradients are right, and twenty digits can be learned by heart. (Others it
# reads poorly, of course.)
#
# ## Training
#
# Here is the loop that the earlier cells hid in `fit`, complete. Four steps are
# repeated (D1, slide 38): take a batch, go forwards, go backwards, change the
# parameters. After each *epoch*, one pass over all training digits, the
# validation digits are tried. The 300 test digits decide nothing: they wait
# until the training is over.
#
# **Predict.** After how many epochs does it read nine of ten validation digits?
# And F11: the deck says that LeNet gets above 97 % (D4, slide 15). On these
# digits too?

# %%
net = nn.modified_lenet(32, seed=0, dtype=np.float64)
net.params["11.w"] *= 0.1  # step 1 of the ladder
optimizer = nn.SGD(net.params, lr=0.02, momentum=0.9, weight_decay=1e-3)
rng = np.random.default_rng(0)
kernels = [net.params["0.w"].copy()]
with plots.LiveCurves("LeNet learns to read") as live:
    for epoch in range(1, 16):
        optimizer.lr = 0.02 if epoch <= 10 else 0.002
        order, total, right = rng.permutation(len(y_train)), 0, 0
        for start in range(0, len(order), 32):
            rows = order[start : start + 32]
            logits = net.forward(x_train[rows])
            loss, dlogits = nn.softmax_cross_entropy(logits, y_train[rows])
            net.gradients(dlogits)
            optimizer.step(net.grads)
            total += loss * len(rows)
            right += (logits.argmax(axis=1) == y_train[rows]).sum()
        loss, _ = nn.softmax_cross_entropy(net.predict(x_val), y_val)
        live.add(
            epoch=epoch,
            training_loss=total / len(order),
            validation_loss=loss,
            training_accuracy=right / len(order),
            validation_accuracy=share_right(net, x_val, y_val),
        )
        kernels.append(net.params["0.w"].copy())

first = next(r for r in live.rows if r["validation_accuracy"] > 0.9)
test = share_right(net, x_test, y_test)
assert test > 0.97
print(f"90 % of the validation digits: after epoch {first['epoch']:.0f}")
print(f"right in the end: {test:.1%} of the {len(y_test)} test digits")

# %% [markdown]
# After two epochs already. The loss falls steeply, then trembles; with the
# smaller steps of the last five epochs the curves become smooth. In the end
# all training digits are right, and the validation digits stay a little
# behind: the gap is over-fitting, and here it is harmless.
#
# The test digits confirm F11, with a warning: these digits come from 13 people,
# and train and test hold digits by the same hands. (`ledger("F11")` trains it
# anew.)
#
# ### What did the filters become?
#
# **Predict.** The first layer has six kernels of 5×5. They started as noise.
# Do you expect edges, blobs, strokes, as in unit 02? Or noise still?

# %%
shown = [0, 1, 2, 4, 8, 15]
moves = [np.sqrt(((k - kernels[0]) ** 2).sum()) for k in kernels]
size = np.sqrt((kernels[0] ** 2).sum())
for epoch in shown:
    k = kernels[epoch]
    pairs = [(k[..., 1:], k[..., :-1]), (k[..., 1:, :], k[..., :-1, :])]
    alike = np.mean([np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in pairs])
    print(f"epoch {epoch:2}: moved by {moves[epoch] / size:3.0%}", end=" ")
    print(f"of their length; neighbouring weights correlate by {alike:.2f}")
fresh = nn.modified_lenet(32, seed=0, dtype=np.float64)
fresh.params["11.w"] *= 0.1
as_drawn, *others = fresh.layers
rest = nn.Sequential(*others)
fit(rest, as_drawn.forward(x_train), y_train, seed=0)
frozen = share_right(rest, as_drawn.forward(x_val), y_val)
assert frozen > live.rows[-1]["validation_accuracy"] - 0.02
print(f"validation digits right: {live.rows[-1]['validation_accuracy']:.1%};")
print(f"with the first six kernels left as they were drawn: {frozen:.1%}")
frames = [
    plots.show_images(
        kernels[epoch][:, 0],
        [f"kernel {f}" for f in range(6)],
        columns=6,
        value_range="signed",
        alt=f"The six 5×5 kernels of the first layer after epoch {epoch}: they "
        f"have moved by {moves[epoch] / size:.0%} of the length they began "
        "with.",
    )
    for epoch in shown
]
plots.frame_slider(
    frames,
    [f"after epoch {e}" if e else "before training" for e in shown],
    name="training",
)

# %% [markdown]
# Noise still, hardly smoother: neighbouring weights agree a little more than at
# the start. The kernels have moved by about a third of their own length. And
# they need not move at all: with the first six left as they were drawn, the
# layers above learn to read them nearly as well. Jarrett and others saw the
# like in 2009, with larger pictures. Twelve hundred digits do not need better
# first filters. Unit 10 shows what a million pictures make of them.
#
# ### What do they answer?
#
# Follow one test digit through the network. Max pooling and ReLU are drawn
# together as one stage.
#
# **Predict.** In which stage can you no longer say which digit it is?

# %%
example = int(np.flatnonzero(y_test == 3)[0])
maps, stages = x_test[example : example + 1], {"input": x_test[example]}
for i, layer in enumerate(net.layers[:6]):
    maps = layer.forward(maps)
    name = {0: "C1, six kernels", 2: "S2, pooled and cut at 0"}
    name |= {3: "C3, sixteen kernels", 5: "S4, pooled and cut at 0"}
    if i in name:
        stages[name[i]] = maps[0]
zeros = {n: (m <= 0).mean() for n, m in stages.items() if n.startswith("S")}
for n, share in zeros.items():
    print(f"{n}: {share:.0%} of the numbers are 0")
plots.show_stages(
    stages,
    alt="One handwritten 3 on its way through LeNet. The six maps of C1 show "
    "the 3 as outlines, shadows and thick strokes; pooled they are coarser. "
    "The sixteen maps of C3 are blotches, those of S4 a few bright squares on "
    f"black: {zeros['S4, pooled and cut at 0']:.0%} of its numbers are 0.",
)

# %% [markdown]
# C1 shows the 3 in relief and once as it is: 28×28 numbers still are a picture.
# In S2 you can just read it. C3 and S4 are no picture any more. A bright square
# there says: at about this place is something this kernel looks for. Most of
# S4 is silent, and another digit would light up other squares; that is all the
# last three layers get, 400 numbers.
#
# ### Which digits does it confuse?
#
# To have more than a handful of mistakes, take validation and test together:
# 600 digits that the weights have never seen.
#
# **Predict.** Which pairs of digits will be mixed up? Think of how people write
# them. And when the network is wrong, how sure is it: will its probability for
# its answer be about a half, or near 1?

# %%
x_new = np.concatenate([x_val, x_test])
y_new = np.concatenate([y_val, y_test])
probability = nn.softmax(net.predict(x_new))
answer = probability.argmax(axis=1)
matrix = metrics.confusion_matrix(y_new, answer, 10)
wrong = np.flatnonzero(answer != y_new)
plots.confusion_chart(
    matrix,
    alt=f"Confusion matrix of 600 held-out digits: {len(wrong)} of them are "
    "off the diagonal. Taken for another, the true digit first: "
    + ", ".join(f"{y_new[i]} as {answer[i]}" for i in wrong)
    + ".",
)

# %%
sure = probability[wrong, answer[wrong]]
order = wrong[np.argsort(-sure)]
certain = probability.max(axis=1)
print(f"{len(wrong)} mistakes: confidence {sure.min():.0%} to", end=" ")
print(f"{sure.max():.0%}, median {np.median(sure):.0%}")
print(f"right answers: median {np.median(certain[answer == y_new]):.2%}")
low = certain < 0.9
print(f"with confidence below 90 %: {low.sum()} digits,", end=" ")
print(f"{(answer != y_new)[low].sum()} of them wrong")
plots.show_images(
    np.concatenate([digits.x_val, digits.x_test])[order][:12, 0],
    [f"{y_new[i]} as {answer[i]}\n{certain[i]:.1%}" for i in order[:12]],
    columns=5,
    alt="The digits read wrongly, the most confident mistakes first: "
    + ", ".join(
        f"a {y_new[i]} read as {answer[i]} with {certain[i]:.0%}"
        for i in order[:12]
    )
    + ".",
)

# %% [markdown]
# 4 for 9, with a nearly closed top, and 8s that lose one of their loops. Each
# was scanned at 8×8: some of these you would read wrongly too.
#
# But look at the confidence. Some mistakes are made with more than 90 %. (How
# many depends on the start: other seeds give other mistakes.) Softmax gives
# probabilities that sum to 1, not honest ones: nothing in the training asks the
# network to say that it does not know. Refusing all answers below 90 % would
# catch four of the nine mistakes, and refuse eleven right answers with them.
#
# ## Is it the convolution?
#
# Here is a test of the whole idea. Choose one random order of the 576 pixels,
# and deal out the pixels of *every* digit in that order. No information is
# lost: each pixel has a fixed new place. But neighbours are no longer
# neighbours, and a window of 5×5 holds pixels from all over the frame.
#
# A fully connected network does not care: it never knew which pixels were
# neighbours. Take the one of 49 units, and the two stages, and train both as
# before.
#
# **Predict.** For digits anywhere, how much does each lose? And for digits in
# the middle?

# %%
deal = np.random.default_rng(7).permutation(24 * 24)


def dealt(x):
    return x.reshape(len(x), -1)[:, deal].reshape(x.shape)


two = "full, 49 units", "two stages"
ways = {"": scores, ", dealt out": {name: compare(name, dealt) for name in two}}
results = {name: {} for name in two}
print("test digits right          middle   anywhere, twice")
for name, by_place in results.items():
    for way, found in ways.items():
        shares = "    ".join(f"{v:.1%}" for v in found[name])
        print(f"{name + way:27}{shares}")
    for place, runs in (("middle", slice(1)), ("anywhere", slice(1, 3))):
        for way, found in ways.items():
            by_place[place + way] = np.mean(found[name][runs])
plots.bar_chart(
    results,
    xlabel="share of test digits right",
    ylabel="digits, and their pixels",
    horizontal=True,
    number=lambda v: f"{v:.1%}",
    alt="Test digits read correctly, with the pixels in order and dealt out: "
    + "; ".join(
        f"{place}: {results['full, 49 units'][place]:.1%} fully connected, "
        f"{results['two stages'][place]:.1%} with two convolutions"
        for place in results["two stages"]
    )
    + ".",
)

# %% [markdown]
# Anywhere, the convolutions lose their lead and far more: dealt out, they are
# behind the fully connected network, which hardly notices. Filters look for
# patterns of neighbours, and there are none. So the convolution helps because
# of what it assumes, and harms where the assumption is wrong. Such an
# assumption is called an *inductive bias*. The deck quotes two views: a
# necessary good (C. Manning), a necessary evil (Y. LeCun) (D5).
#
# In the middle, dealing out costs next to nothing. Each pixel has its own
# meaning there, and any filters will do, as long as the layers above can read
# them. (On MNIST, with finer pictures, the loss shows in the middle too; see
# below.)
#
# ### How much shift does it forgive?
#
# The deck says that max pooling "makes it translation-invariant" (D4, slide
# 12). Two things are mixed here. *Equivariant*: when the input moves, the maps
# move along. A convolution is that, exactly. *Invariant*: when the input moves,
# the answer stays. Pooling is said to do that. (D5 is more careful: it says
# "some amount of translation tolerance".)
#
# Move the test digits by 1 to 6 pixels, in four directions. Three LeNets were
# trained on digits in their usual place. Their rivals have one hidden layer of
# 60 units, about as many weights, and get the same training.
#
# **Predict.** Up to which shift will LeNet still read half of the digits? How
# far ahead of its rival will it be?


# %%
def moved(x, down, right, most=6):
    """Every picture moved, with blank paper coming in at the rim."""
    rim = ((0, 0), (0, 0), (most, most), (most, most))
    x = np.pad(x, rim, constant_values=-mean / spread)
    size = x.shape[-1] - most
    return x[..., most - down : size - down, most - right : size - right]


def readable(net):
    """Share right for shifts by 0 to 6 pixels, mean over four directions."""
    ways = ((1, 0), (-1, 0), (0, 1), (0, -1))
    shifts = [[moved(x_test, a * s, b * s) for a, b in ways] for s in range(7)]
    return [np.mean([share_right(net, x, y_test) for x in s]) for s in shifts]


def lenet(seed):
    return nn.modified_lenet(32, seed=seed, dtype=np.float64)


def full_layer(seed):
    c = {"rng": np.random.default_rng(seed), "dtype": np.float64}
    first, last = nn.Linear(1024, 60, **c), nn.Linear(60, 10, **c)
    return nn.Sequential(nn.Flatten(), first, nn.ReLU(), last)


curves = {}
for name, make in (("LeNet", lenet), ("one full layer", full_layer)):
    nets = [fit(make(seed), x_train, y_train, seed) for seed in range(3)]
    curves[name] = np.mean([readable(n) for n in nets], axis=0)
    print(f"{name:15}", *(f"{v:.0%}" for v in curves[name]))
print("moving a digit by 1 and by 2 pixels changes the numbers by this share")
print("of what another digit in its place would change:")
names = {0: "input", 1: "C1", 3: "S2", 4: "C3", 6: "S4"}
names |= {9: "first full", 11: "second"}
here, there, far = x_test, moved(x_test, 0, 1), moved(x_test, 0, 2)
for i, layer in enumerate(net.layers):
    if i in names:
        other = np.linalg.norm(here - np.roll(here, 1, axis=0))
        shares = (np.linalg.norm(m - here) / other for m in (there, far))
        print(f"  {names[i]:10}", *(f"{v:.0%}" for v in shares))
    here, there, far = map(layer.forward, (here, there, far))
c1 = net.layers[0]
still, along = c1.forward(x_test), c1.forward(moved(x_test, 0, 2))
same = np.allclose(still[..., :-2], along[..., 2:])
print("C1 of the moved digit is C1 moved, away from the rim:", same)
plots.line_chart(
    {name: 100 * shares for name, shares in curves.items()},
    xlabel="shift in pixels",
    ylabel="test digits right, in %",
    alt="Share of digits read correctly against the shift. LeNet: "
    + ", ".join(f"{v:.0%}" for v in curves["LeNet"])
    + " for shifts of 0 to 6 pixels; one fully connected layer: "
    + ", ".join(f"{v:.0%}" for v in curves["one full layer"])
    + ".",
)

# %% [markdown]
# LeNet is ahead, by about a dozen points at most, and both fail after a few
# pixels: at four, LeNet loses about four digits in ten. (Pixels are small here:
# four of them make one of the 8×8 scan.)
#
# The last line says that C1 is equivariant, exactly, with stride 1 and away
# from the rim. Pooling is not invariant, and the middle lines show how little
# it forgives. Compare C1 with S2, and C3 with S4: moved by one pixel, the
# pooled maps change about as much as the maps before pooling, and as the input.
# Only the fully connected layers, trained to give one answer to many
# pictures, damp it a little. So the verdict on the slide: pooling gives at best
# *some tolerance* to shifts of a pixel, no invariance. If digits can stand
# anywhere, train on digits anywhere. (Zhang showed in 2019 why pooling as we do
# it loses even equivariance, and how to mend most of it.)
#
# ## The same network in PyTorch
#
# The third test of the gradients: another program, by other people. PyTorch
# keeps `w` and `b` in the same shapes. Copy them over, send a batch through
# both, and compare scores, loss and the gradient of every parameter.
#
# **Predict.** Both compute with 64 bits, but add in different orders. Will the
# largest difference be 0, about 1e-15, or about 1e-5?

# %%
from importlib.util import find_spec

if find_spec("torch"):
    import torch

    theirs = torch.nn.Sequential(
        *(torch.nn.Conv2d(1, 6, 5), torch.nn.ReLU(), torch.nn.MaxPool2d(2)),
        *(torch.nn.Conv2d(6, 16, 5), torch.nn.ReLU(), torch.nn.MaxPool2d(2)),
        *(torch.nn.Flatten(), torch.nn.Linear(400, 120), torch.nn.ReLU()),
        *(torch.nn.Linear(120, 84), torch.nn.ReLU(), torch.nn.Linear(84, 10)),
    ).double()
    with torch.no_grad():
        for name, parameter in zip(
            net.params, theirs.parameters(), strict=True
        ):
            parameter.copy_(torch.from_numpy(net.params[name]))
    logits = theirs(torch.from_numpy(x_test))
    torch.nn.functional.cross_entropy(logits, torch.tensor(y_test)).backward()

    own = net.forward(x_test)
    _, dlogits = nn.softmax_cross_entropy(own, y_test)
    net.gradients(dlogits)
    pairs = {"logits": (own, logits.detach().numpy())}
    for name, parameter in zip(net.params, theirs.parameters(), strict=True):
        pairs[name] = net.grads[name], parameter.grad.numpy()
    for name, (a, b) in pairs.items():
        assert a.shape == b.shape and abs(a - b).max() < 1e-10
        print(f"{name:7} {a.shape!s:16} the same to 1e-10")
else:
    print("PyTorch is not installed; the rest of the notebook needs none.")

# %% [markdown]
# Not 0, but only rounding: numbers of 64 bits have about sixteen digits, so
# differences of about 1e-15 are all that is left. The cell asserts less than
# 1e-10, for any machine.
#
# ### How fast is it?
#
# `benchmarks/numpy_lenet.md` has one training step of both, side by side: for
# this small network NumPy takes less time than PyTorch, on one core. And
# `coursekit/numpy_nn/fast.py` goes further: it computes convolution, pooling
# and ReLU as one layer, adding the bias and cutting at 0 only after the
# pooling, where a quarter of the numbers is left. Why then does anybody use
# PyTorch? `benchmarks/numpy_sweep.md` times one convolution layer with more and
# more channels. The first cell below shows what both recorded.
#
# **Predict.** LeNet has 1, 6 and 16 channels; ResNets have 64 to 512 and more.
# What will happen to the ratio of the two times?
#
# And MNIST: 60,000 digits, 28×28, test digits by *other* hands. The figures in
# the second cell are recorded by `benchmarks/mnist.py`, with rates chosen on
# validation digits. Set `run_mnist` to train one yourself (11.6 MB are fetched
# once; without MNIST the rest of the notebook does not change). At full length
# it is `coursekit train lenet-numpy --data mnist`.
#
# **Predict.** Order them: a fully connected layer of 44,530 weights, LeNet-1
# with 2,578, LeNet-5, the modified LeNet with 44,426.

# %%
speed = {  # as recorded in benchmarks/numpy_lenet.md and numpy_sweep.md
    "step of 64 digits, ms": 2.02,
    "step beside PyTorch": 0.45,
    "by channels": {1: 0.15, 4: 0.25, 16: 1.13, 32: 1.14, 64: 1.16, 128: 1.16},
}
step, steps = speed["step of 64 digits, ms"] / 1000, -(-60_000 // 64)
print("D4, slide 7: LeNet-5 needs a few hours to train on a laptop")
print(f"the modified LeNet: {1000 * step} ms for a step of 64 digits,")
print(f"  {speed['step beside PyTorch']} of PyTorch's time")
print(f"  60,000 digits: {steps} steps, {steps * step:.1f} seconds")
print(f"  twenty passes, as in the paper: {20 * steps * step:.0f} seconds")
ratios = speed["by channels"]
plots.bar_chart(
    {str(c): r for c, r in ratios.items()},
    xlabel="channels in and out",
    ylabel="NumPy's time / PyTorch's",
    alt="NumPy's time divided by PyTorch's for one convolution layer: "
    + ", ".join(f"{r} at {c}" for c, r in ratios.items())
    + " channels. Below 1 NumPy is faster.",
    caption="5×5 kernels, 28×28 pixels, 16 pictures, forwards and backwards, "
    "one core. Below 1 NumPy is faster.",
)

# %%
run_mnist = False
recorded = {
    "full": (44_530, "97.66", "97.56 to 97.74"),
    "full, 300": (238_510, "98.07", "98.03 to 98.11"),
    "LeNet-1": (2_578, "98.57", "98.46 to 98.69"),
    "LeNet-5": (60_000, "98.39", "98.22 to 98.55"),
    "modified LeNet": (44_426, "99.17", "99.02 to 99.26"),
}
print("MNIST: % of 10,000 test digits, mean of three runs (lowest to highest)")
for name, (count, share, extremes) in recorded.items():
    print(f"  {name:15}{count:8,} parameters   {share}  ({extremes})")
dealt_out = {
    "full": {
        1_000: ("88.60", "89.01"),
        10_000: ("96.05", "96.09"),
        55_000: ("97.66", "97.78"),
    },
    "modified LeNet": {
        1_000: ("94.76", "82.48"),
        10_000: ("98.39", "92.53"),
        55_000: ("99.17", "96.04"),
    },
}
print("\ntraining digits           in order   dealt out")
for name, rows in dealt_out.items():
    for count, shares in rows.items():
        print(f"  {name:15}{count:7,}   {shares[0]}      {shares[1]}")
if run_mnist:
    mnist = data.load_mnist()
    reader = nn.modified_lenet(28)
    fit(reader, mnist.x_train, mnist.y_train, seed=0, epochs=3)
    print(f"yours: {share_right(reader, mnist.x_test, mnist.y_test):.2%}")

# %% [markdown]
# With few channels the ratio is below 1 and NumPy is faster; with many it is
# above 1. A likely reason: below PyTorch works a library that handles channels
# side by side, in blocks of eight or sixteen. With one or six most of the block
# is empty, and every call has a price of its own. Our code runs along the batch
# and the row instead, which are as long for one channel as for many. With many
# channels only arithmetic counts, and copying windows costs extra. This is one
# reason why unit 07 moves to PyTorch. Two others: NumPy does not run on a GPU,
# and you would write every backward pass yourself.
#
# On MNIST F11 holds with room to spare, for all three LeNets. (It is no high
# bar: the fully connected layers pass it too.) LeNet-1 beats a fully connected
# layer with 17 times its weights. LeNet-5 is behind the modified LeNet here,
# and behind its own paper, which reports 99.05 %. The paper trains twice as
# long, with a step size for each weight and another loss. Twice as long with
# that loss is what `coursekit train lenet5-numpy` does: it reads 99.11 %
# (`benchmarks/recipes.md`).
#
# And here dealing out the pixels hurts in the middle of the frame too: the
# convolutions fall behind the fully connected layer, by nearly seven points
# with 1,000 training digits and nearly two with 55,000. More data make up for a
# wrong assumption, slowly.
#
# ## Where it fails
#
# - **Moved digits.** Trained on digits in their place, it loses about four in
#   ten at four pixels. Turned by 30° or shrunk to 0.7 of their size, it loses
#   about half: nothing in a convolution knows about angles or sizes.
# - **Things that are no digits.** It has ten answers and must give one. Turn 2,
#   3, 4, 5 and 7 by 90°: for most of them it names some digit with more than
#   90 %.
# - **Structure that is not there.** Where neighbours mean nothing, the
#   convolution is a handicap.
# - **Larger pictures.** The layer after S4 grows with the picture's area, and
#   its weights know where they are. Units 05 and 08 get rid of it.
# - **Depth.** With twenty layers instead of two, signals grow or die as step 1
#   of the ladder showed (units 07 to 09).
#
# ## Recap
#
# Answer first, then open. All numbers are printed by a cell above.
#
# <details><summary>How can the same digits be easy in the middle and hard
# anywhere, for a fully connected layer?</summary>
#
# In the middle each pixel has a meaning. Anywhere, the layer has to learn every
# digit at every place; a convolution shares what it learns between places.
#
# </details>
#
# <details><summary>How many parameters has C1 of LeNet-5, and what is its
# output for 28×28 and for 32×32?</summary>
#
# (5·5·1 + 1)·6 = 156; 6×24×24 and 6×28×28.
#
# </details>
#
# <details><summary>What are dw, dx and db, in a few words each?</summary>
#
# A correlation of the input with `dout`; a full convolution of `dout` with the
# kernel; a sum. With a stride, zeros between the numbers of `dout`.
#
# </details>
#
# <details><summary>The adjoint test is passed. Can the gradient still be
# wrong?</summary>
#
# Yes: it says nothing about `db`, and the forward pass may compute something
# else than you want. Compare with loops, or another program.
#
# </details>
#
# <details><summary>60,000, 60,900 or 61,706?</summary>
#
# 60,000 as published; 60,900 if every map of S2 feeds every map of C3; 61,706
# for the modified network, where pooling learns nothing and the output layer
# does.
#
# </details>
#
# <details><summary>Does pooling reduce the number of parameters by
# 75 %?</summary>
#
# It reduces activations: 4,704 to 1,176. Parameters only in a fully connected
# layer right behind: 48,000 weights for 192,000.
#
# </details>
#
# <details><summary>Your first loss is 5.6 for ten classes. What does it
# mean?</summary>
#
# Not wrong gradients: scores that are too large at the start. Make the last
# weights smaller.
#
# </details>
#
# <details><summary>Local connections or shared weights: which of the two made
# the difference?</summary>
#
# Sharing. Local connections alone read no more than a fully connected layer
# with as many weights; shared, they read about as much with a third of the
# weights.
#
# </details>
#
# <details><summary>When does dealing out the pixels not hurt a convolutional
# network?</summary>
#
# When place is all the information there is, and pictures are coarse: the
# digits in the middle. Then its assumption was not needed.
#
# </details>
#
# ## References
#
# - K. Fukushima, Neocognitron: a self-organizing neural network model for a
#   mechanism of pattern recognition unaffected by shift in position, 1980.
#   <https://doi.org/10.1007/BF00344251>
# - Y. LeCun, Generalization and network design strategies, University of
#   Toronto, technical report CRG-TR-89-4, 1989.
# - Y. LeCun, B. Boser, J. S. Denker and others, Backpropagation applied to
#   handwritten zip code recognition, 1989.
#   <https://doi.org/10.1162/neco.1989.1.4.541>
# - Y. LeCun, B. Boser, J. S. Denker and others, Handwritten digit recognition
#   with a back-propagation network, NIPS 1989, published 1990 (LeNet-1).
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, Gradient-based learning
#   applied to document recognition, 1998 (LeNet-5, MNIST).
#   <https://doi.org/10.1109/5.726791>
# - K. Chellapilla, S. Puri and P. Simard, High performance convolutional neural
#   networks for document processing, 2006.
#   <https://inria.hal.science/inria-00112631>
# - K. Jarrett, K. Kavukcuoglu, M. Ranzato and Y. LeCun, What is the best
#   multi-stage architecture for object recognition?, 2009.
#   <https://doi.org/10.1109/ICCV.2009.5459469>
# - Y.-L. Boureau, J. Ponce and Y. LeCun, A theoretical analysis of feature
#   pooling in visual recognition, ICML 2010.
#   <https://icml.cc/Conferences/2010/papers/638.pdf>
# - D. Scherer, A. Müller and S. Behnke, Evaluation of pooling operations in
#   convolutional architectures for object recognition, 2010.
#   <https://doi.org/10.1007/978-3-642-15825-4_10>
# - K. He, X. Zhang, S. Ren and J. Sun, Delving deep into rectifiers, 2015.
#   <https://doi.org/10.1109/ICCV.2015.123>
# - R. Zhang, Making convolutional networks shift-invariant again, 2019.
#   <https://doi.org/10.48550/arXiv.1904.11486>
#
# Digits: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits,
# 1998. <https://doi.org/10.24432/C50P49>
