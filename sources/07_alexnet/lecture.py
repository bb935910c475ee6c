# %% [markdown]
# # 07 · AlexNet
#
# <!-- minutes -->
#
# In 2012 a convolutional network won the ImageNet contest, with a top-5 error
# of
# 16.4 % where the year before had ended at 25.8 % (F21). Its layers were those
# of LeNet. New were its size, the two graphics cards that it ran on, and half a
# dozen tricks that kept so large a network learning without learning its
# pictures by heart. You go the same way: from your own NumPy to
# PyTorch, then through AlexNet, trick by trick. Each one is computed, and each
# that can be measured in a minute is measured.
#
# ## What you will be able to do
#
# - move between NumPy and PyTorch, and say what autograd does for you and what
#   it leaves to you;
# - write a network as a module, move LeNet's weights over, and train it with a
#   loop that fits on one screen;
# - draw AlexNet layer by layer with its two groups, and say which map sees
#   which;
# - compute response normalisation, overlapping pooling, dropout, random crops
#   and colours along principal components;
# - measure what the ReLU buys, and how much over-fitting two remedies prevent;
# - name the silent mistakes of PyTorch, and notice them;
# - say why sixteen bits are enough for most of the work, and how two processes
#   train one network.
#
# You need units 03 (gradients), 04 (LeNet) and 05 (counting). As always: guess
# before you run.

# %%
import numpy as np
import torch
from torch import nn
from coursekit import data, models, numpy_nn, plots
from coursekit.claims import ledger

# %% [markdown]
# ## From NumPy to PyTorch
#
# A PyTorch **tensor** is an array with three more properties: it may live on
# another *device*, it may remember *how it was computed*, and its numbers have
# 32 bits unless you say otherwise. Nearly everything else is as in NumPy:
# shapes, slices, broadcasting, reductions (`axis` is called `dim`).
#
# **Predict.** Below, `x` is made of the array `a`, and `y` is a copy. One
# number of `a` is changed afterwards. Who notices? And which of the two types
# does a sum of float32 and float64 have, in NumPy, and in PyTorch when the
# second is a plain Python number?

# %%
a = np.arange(6.0).reshape(2, 3)
x, y = torch.from_numpy(a), torch.tensor(a)
a[0, 0] = 100
print("shares memory:", x[0, 0].item(), "| a copy:", y[0, 0].item())
print("types:", x.dtype, torch.zeros(2).dtype, torch.tensor([1, 2]).dtype)
single = torch.zeros(2, dtype=torch.float32)
print("float32 + float64:", (single + torch.zeros(2).double()).dtype)
print("float32 + 0.5:", (single + 0.5).dtype)
print("mean over dim 1:", y.mean(dim=1).tolist(), "| shape", tuple(y.T.shape))
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
moved = y.to(device)
assert torch.equal(moved.cpu(), y)

# %% [markdown]
# `from_numpy` shares the array's memory; `torch.tensor` copies. Two tensors of
# different types give the wider one, a Python number adapts. And `.to(device)`
# is all it takes to compute on a graphics card: operations run where their
# tensors are. Both operands must be on the same device, or PyTorch complains;
# so new tensors should be made *like* an old one (`torch.zeros_like(x)`), which
# gives them its type and its device.
#
# ### Autograd: unit 03's graph, drawn by itself
#
# In unit 03 you went backward through a neuron by hand: y = σ(w₁x₁ + w₂x₂ + b),
# loss (y − 1)². Tell PyTorch that a tensor `requires_grad`, and each operation
# on it writes down its inputs and its own slope: the graph is made as the
# forward pass runs. `backward()` walks it from the end, as you did.
#
# **Predict.** By hand you found −0.75 for w₂. What will `w2.grad` say? What
# will it say after a *second* forward and backward pass?


# %%
def leaf(value):
    return torch.tensor(value, dtype=torch.float64, requires_grad=True)


w1, x1, w2, x2, b = map(leaf, (1.0, 2.0, -1.0, 3.0, 1.0))


def steps():
    p1, p2 = w1 * x1, w2 * x2
    z = p1 + p2 + b
    y = torch.sigmoid(z)
    return {"p1": p1, "p2": p2, "z": z, "y": y, "loss": (y - 1) ** 2}


inner = steps()
for tensor in inner.values():
    tensor.retain_grad()  # usually only leaves keep their gradient
inner["loss"].backward()
print("kind of graph node:", type(inner["z"].grad_fn).__name__)
print("by autograd:", w1.grad.item(), w2.grad.item(), b.grad.item())
assert (w1.grad.item(), w2.grad.item(), b.grad.item()) == (-0.5, -0.75, -0.25)
every = {"w1": w1, "x1": x1, "w2": w2, "x2": x2, "b": b, **inner}
gradients = {name: t.grad.item() for name, t in every.items()}
steps()["loss"].backward()
print("after a second pass:", w2.grad.item())
with torch.no_grad():
    print("inside no_grad, a graph?", steps()["loss"].requires_grad)
node = plots.Node
nodes = {
    "w1": node(0, 0, label="$w_1$"),
    "x1": node(0, 1, label="$x_1$"),
    "w2": node(0, 2, label="$w_2$"),
    "x2": node(0, 3, label="$x_2$"),
    "b": node(1, 3.5, label="$b$"),
    "p1": node(1, 0.5, ("w1", "x1"), "×"),
    "p2": node(1, 2.5, ("w2", "x2"), "×"),
    "z": node(2, 1.5, ("p1", "p2", "b"), "+"),
    "y": node(3, 1.5, ("z",), "σ"),
    "loss": node(4, 1.5, ("y",), "loss"),
}
plots.show_graph(
    nodes,
    values={name: t.item() for name, t in every.items()},
    gradients=gradients,
    alt="The neuron as a graph, from weights and inputs on the left to its "
    "loss on the right, with the values and gradients that PyTorch kept: "
    f"gradient {gradients['loss']:g} at the loss, {gradients['z']:g} at the "
    f"sum, {gradients['w1']:g} at the first weight, {gradients['w2']:g} at "
    f"the second, {gradients['b']:g} at the bias.",
)

# %% [markdown]
# The same numbers as by hand, and no backward pass to write. But look at the
# second line: after another pass the gradient has *doubled*. `backward()`
# **adds** to `.grad`; that is how a value used twice gets both its shares, and
# it is up to you to clear it before the next batch. Inside `torch.no_grad()`
# nothing is written down: use it when you only want predictions, it saves the
# memory of every activation.
#
# ### LeNet moves over
#
# A network is an `nn.Module`: an object that owns its parameters (and other
# modules) and has a `forward`. Modules give them names, and a dictionary from
# name to tensor, the `state_dict`, is what weight files hold.
#
# **Predict.** We give a PyTorch LeNet the weights of the NumPy LeNet of unit
# 04. Will the two agree in scores and gradients to all digits, to most, or
# roughly?

# %%
digits = data.load_digits32()
ours = numpy_nn.modified_lenet(32, seed=0, dtype=np.float64)
lenet = models.LeNet.from_numpy(ours)
some, labels = digits.x_train[:20].astype(np.float64), digits.y_train[:20]

scores = ours.forward(some)
loss, dscores = numpy_nn.softmax_cross_entropy(scores, labels)
ours.gradients(dscores)

theirs = lenet(torch.from_numpy(some))
criterion = nn.CrossEntropyLoss()
criterion(theirs, torch.from_numpy(labels)).backward()

for name, tensor in lenet.state_dict().items():
    print(f"{name:13}{tuple(tensor.shape)!s:16}{tensor.numel():7,}")
print(f"{sum(p.numel() for p in lenet.parameters()):,} parameters")
apart = [np.abs(theirs.detach().numpy() - scores).max()]
for mine, yours in zip(ours.grads.values(), lenet.parameters(), strict=True):
    apart.append(np.abs(mine - yours.grad.numpy()).max())
print("scores and all ten gradients agree to 1e-12:", max(apart) < 1e-12)
assert max(apart) < 1e-12 and len(apart) == 11

# %% [markdown]
# To twelve decimals, in scores and in all ten gradients: two independent
# programs, one network. (Not to the last digit: sums are taken in another
# order.) PyTorch computes in float32 by default: half the memory and half the
# digits, which networks hardly ever mind. We train in float64 here, so that you
# get the numbers that we got.
#
# `nn.CrossEntropyLoss` takes *scores*, and does softmax and logarithm itself,
# as your `cross_entropy` does.
#
# ### The loop, on one screen
#
# What remains to be written is the training: in each epoch take the batches in
# a new order, and for each of them five calls. A `DataLoader` shuffles and cuts
# batches; for pictures on a disk its `num_workers` decode them meanwhile.
#
# **Predict.** Which of the five calls does nothing visible if you forget it,
# and spoils the training all the same? (At the end of this lecture you see how
# it does.)

# %%
from torch.utils.data import DataLoader, TensorDataset


def tensors(x, labels):
    return TensorDataset(torch.from_numpy(x).double(), torch.from_numpy(labels))


def train(model, dataset, epochs, method=torch.optim.SGD):
    generator = torch.Generator().manual_seed(0)
    batches = DataLoader(dataset, 32, shuffle=True, generator=generator)
    optimizer = method(model.parameters(), lr=0.02, momentum=0.9)
    for _ in range(epochs):
        model.train()  # dropout is on
        for x, labels in batches:
            optimizer.zero_grad()  # forget the last batch's gradients
            loss = criterion(model(x), labels)  # forward
            loss.backward()  # backward
            optimizer.step()  # and a step downhill


@torch.no_grad()
def share_right(model, dataset):
    model.eval()  # dropout is off
    x, labels = dataset.tensors
    return (model(x).argmax(dim=1) == labels).double().mean().item()


learn = tensors(digits.x_train, digits.y_train)
held = tensors(digits.x_val, digits.y_val)


def new_lenet():
    torch.manual_seed(0)
    return models.LeNet(size=32).double()


lenet = new_lenet()
before = share_right(lenet, held)
train(lenet, learn, epochs=3)
after = share_right(lenet, held)
print(f"validation digits right: {before:.2f} before, {after:.2f} after")
assert after > 0.9 > 0.4 > before

# %% [markdown]
# The loop is the same for every network of this course.
# `coursekit.training.pytorch.fitting.fit`, which the next units use, is this
# one with what a long run needs: a learning rate that changes, checkpoints from
# which it resumes to the same bits, augmentation, mixed precision, several
# processes, and an error that names the layer if the loss is no longer a
# number.
#
# ## AlexNet, layer by layer
#
# Five convolutions, three fully connected layers (D1 33). **Predict.** The
# slide shows kernels of 11×11×3, 5×5×**48**, 3×3×256, 3×3×**192** and
# 3×3×**192**. But conv1 gives 96 maps, and conv3 and conv4 give 384. Where is
# the other half? And the paper says that pictures are 224×224: does an 11×11
# kernel with stride 4 fit in 55 places?

# %%
from coursekit.analysis import network, summary

alexnet = models.build("alexnet")
layers = [m for m in alexnet.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
names = ["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"]
for name, layer in zip(names, layers, strict=True):
    groups = getattr(layer, "groups", "-")
    count = sum(p.numel() for p in layer.parameters())
    shape = "×".join(map(str, layer.weight.shape))
    print(f"{name}  weights {shape:13} groups {groups!s:2}{count:12,}")
total = sum(p.numel() for p in alexnet.parameters())
print(f"{total:,} parameters")
assert total == summary(network("alexnet")).totals["parameters"]
for side, padding in ((224, 0), (224, 2), (227, 0)):
    places = (side + 2 * padding - 11) / 4 + 1
    print(f"{side} pixels, padding {padding}: {places:g} places")
ledger("F4", "F5", "F6")

# %% [markdown]
# With 224 pixels there are 54.25 places: the paper's own numbers do not fit.
# The network takes 227, or 224 with two pixels of padding, rounded down. The
# halved kernels come from **two groups**. AlexNet was trained on two cards of 3
# GB, half of the maps on each, and in conv2, conv4 and conv5 a map sees only
# the maps on its own card; in conv3 and the dense layers, all.
#
# Do not believe it, measure it. Give a layer one map with something in it and
# all others empty, and see which output maps change.
#
# **Predict.** Four black pictures, row: input map, column: output map, white
# where one reaches the other. What does conv2 look like? conv3? Through conv4
# *and* conv5 together?


# %%
@torch.no_grad()
def reach(layer):
    """(maps in, maps out): does input map i change output map j?"""
    maps, f = layer.in_channels, layer.kernel_size[0]
    alone = torch.eye(maps)[:, :, None, None].expand(-1, -1, f, f)
    silent = layer(torch.zeros(1, maps, f, f))
    return (layer(alone) != silent).flatten(2).any(dim=2)


masks = [reach(layer) for layer in layers[1:5]]
masks.append(masks[2].double() @ masks[3].double() > 0)
titles = ["conv2", "conv3", "conv4", "conv5", "conv4, then conv5"]
shares = [mask.double().mean().item() for mask in masks]
for title, mask, share in zip(titles, masks, shares, strict=True):
    print(f"{title:18} {mask.shape[0]} maps → {mask.shape[1]}: {share:.0%}")
assert shares == [0.5, 1, 0.5, 0.5, 0.5]
plots.show_images(
    [mask.double().numpy()[::4, ::4] for mask in masks],
    titles,
    columns=5,
    alt="Which map reaches which, white for yes. conv2, conv4 and conv5 have "
    "two white squares on the diagonal and are black beside them: half of all "
    "pairs. conv3 is white all over. conv4 followed by conv5 still has two "
    "separate squares.",
    caption="Rows: input maps; columns: output maps; one in four is drawn.",
)

# %% [markdown]
# Two networks that talk to each other once, in conv3. In the paper the two
# halves even learned different things: colour-free edges on one card, coloured
# blobs on the other. Groups outlived the reason for them: the layers of later,
# lighter networks use as many groups as there are maps.
#
# ## The ReLU
#
# "Several times faster" than tanh units, says the paper (its section 3.1): a
# four-layer network got 75 % of its training pictures right six times as soon.
# The slide says it of sigmoid and tanh alike (D1 35). But unit 03 has taught
# you to ask: with which first weights, and at which learning rate?
#
# So let each have the start that suits it (He's for the ReLU, Glorot's for the
# others) and a rate found by trying. The network is AlexNet in one tower, at an
# eighth of its width; it learns to name the nearest of several shapes in
# generated pictures of 64×64 pixels.
#
# **Predict.** In which order do the three arrive, and does one of them not
# arrive at all?

# %%
from coursekit.experiments import Scale, activations, stored


def accuracy(result, part="training"):
    return {
        name: [100 * row[f"{part}_accuracy"] for row in rows]
        for name, rows in result.series.items()
    }


relu = activations.run(Scale.LIVE)
print(f"live: {relu.how}")
for name, rows in relu.series.items():
    rate, right = relu.numbers[f"{name}: rate"], rows[-1]["training_accuracy"]
    state = "more" if right > activations.GOAL else "less"
    print(f"{name:8} rate {rate:5g}: ends with {state} than 75 % right")
kept = stored("activations")
print(kept.source if kept else "No larger run is stored yet.")
for name in kept.series if kept else ():
    epochs = kept.numbers.get(f"{name}: epochs to 75 %")
    print(f"{name:8}", f"75 % after {epochs:g}" if epochs else "never 75 %")
    for rate in activations.RATES[Scale.STORED][name]:
        end = kept.numbers[f"{name} at {rate:g}"]
        print(f"         at rate {rate:g}: {end:.0%} in the end")
curves = accuracy(kept or relu)
plots.line_chart(
    curves,
    np.arange(1, 1 + len(curves["ReLU"])),
    xlabel="epoch",
    ylabel="training pictures right, in %",
    alt="Training accuracy by epoch for three activations. The ReLU climbs "
    f"first and ends at {curves['ReLU'][-1]:.0f} percent, tanh at "
    f"{curves['tanh'][-1]:.0f}, the sigmoid at {curves['sigmoid'][-1]:.0f}, "
    "which is what guessing one of five gives.",
)

# %% [markdown]
# The sigmoid never leaves the level of guessing: from Glorot's start it passes
# less than a quarter of the gradient on at each of seven places. (In unit 03,
# weights eight times as large revived it.) But the tanh, with which the paper
# compares, goes with the ReLU nearly step by step. **The factor six does not
# show here.** The paper's network was another, in a time before Glorot's and
# He's starts were common. What remains true of the ReLU: it costs one
# comparison, and its slope does not shrink where sums are large. What is told
# less often: at too high a rate its units die, all of them if it goes badly. At
# the highest of the rates tried the ReLU network ends where guessing does, and
# the tanh network still learns.
#
# ## Local response normalisation
#
# A ReLU's output has no upper limit, and AlexNet puts a brake behind it (D1 33;
# section 3.3 of the paper). Each number is divided by a term that grows with
# the same place in the neighbouring maps:
#
# $$y_c = \frac{x_c}{\left(k + \alpha \sum_{j=c-2}^{c+2} x_j^2\right)^{\beta}},
# \qquad k = 2,\ \alpha = 10^{-4},\ \beta = 0.75$$
#
# It resembles nerve cells that inhibit their neighbours, and it has no
# parameter. **Predict.** Fifteen maps have 20 at some place; the map in the
# middle has 200. Who is divided most? Who is spared? And what if you leave α to
# PyTorch, which divides it by the five maps of the window?


# %%
def response_norm(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    """x (N, C, H, W); as in the paper: alpha times the sum."""
    y = torch.empty_like(x)
    for c in range(x.shape[1]):
        window = x[:, max(0, c - size // 2) : c + size // 2 + 1]
        y[:, c] = x[:, c] / (k + alpha * (window**2).sum(dim=1)) ** beta
    return y


maps = torch.full((1, 15, 1, 1), 20.0, dtype=torch.float64)
maps[0, 7] = 200
calm = response_norm(torch.full_like(maps, 20.0)).flatten()
y = response_norm(maps).flatten()
library = nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)
assert torch.allclose(library(maps).flatten(), y)
careless = nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2.0)(maps)
print(f"far away 20 becomes {y[0]:.1f}, beside the strong map {y[6]:.1f}")
print(f"the strong one: 200 becomes {y[7]:.1f}")
print(f"with PyTorch's alpha left at 1e-4: {careless.flatten()[7]:.1f}")
plots.line_chart(
    {"all equal": calm, "one strong map": torch.where(y < 40, y, torch.nan)},
    np.arange(1, 16),
    xlabel="map",
    ylabel="after normalisation",
    alt="Fifteen maps after response normalisation. When all have 20, they "
    f"keep about {calm[7]:.0f}, a little more at both ends. With 200 in the "
    f"eighth (left out of the drawing, it keeps {y[7]:.0f}), its two "
    f"neighbours on each side sink to {y[6]:.1f}; the others do not notice.",
    caption="The strong map itself is outside the drawing.",
)

# %% [markdown]
# The strong map divides itself and its two neighbours on each side by the same
# number; only *they* were weak before. So a map can stand out among its
# neighbours, and large numbers are tamed. Mind the convention: PyTorch's
# `alpha` is divided by the window, so the paper's 10⁻⁴ is its 5·10⁻⁴. The paper
# measured
# 1.2 points of top-5 error for it. Two years later VGG's authors saw no gain at
# all, and hardly anyone has used it since; batch normalisation (unit 09) does
# the job better.
#
# ## Overlapping pooling
#
# LeNet pools 2×2 windows side by side. AlexNet takes 3×3 windows two pixels
# apart, so that neighbours share a row. **Predict.** Which of the two changes
# less when the picture moves by one pixel? What do the sizes become, from 55?

# %%
photo = data.to_float(data.load_photo("chelsea"))
x = torch.from_numpy(photo).permute(2, 0, 1)[None].double()
generator = torch.Generator().manual_seed(0)
kernels = torch.randn(16, 3, 7, 7, generator=generator).double()
kernels -= kernels.mean(dim=(1, 2, 3), keepdim=True)
maps = nn.functional.conv2d(x, kernels).relu()
pools = {
    "2×2 side by side": nn.MaxPool2d(2),
    "3×3 overlapping": nn.MaxPool2d(3, 2),
}
changes = {}
for name, pool in pools.items():
    still, moved = pool(maps[..., :-1]), pool(maps[..., 1:])
    changes[name] = ((moved - still).norm() / still.norm()).item()
    sizes = [55]
    for _ in range(2):
        sizes.append(pool(torch.zeros(1, sizes[-1], sizes[-1])).shape[-1])
    print(f"{name:18} changes by {changes[name]:.0%}; sizes {sizes}")
assert changes["3×3 overlapping"] < changes["2×2 side by side"] - 0.02

# %% [markdown]
# Both halve the maps; the overlapping one is calmer when the picture moves. The
# paper saw 0.3 points less top-5 error, and found such networks "slightly more
# difficult to overfit". A small gain at a small price: windows of nine numbers
# in place of four.
#
# ## More pictures than there are
#
# AlexNet has 61 million parameters and 1.2 million pictures. Without help "our
# network suffers from substantial overfitting", says the paper. The first help
# costs nothing: a cat moved a little is a cat, and so is a mirrored one.
#
# AlexNet cut its 224×224 at random from 256×256, and mirrored every second cut.
# **Predict.** How many different cuts does that give of one picture? The paper
# says 2048.

# %%
from coursekit.training import augment

places = 256 - 224
print(f"paper: {places}·{places}·2 = {places**2 * 2};", end=" ")
print(f"places from 0 to 32: 33·33·2 = {(places + 1) ** 2 * 2}")
cat = data.load_photo("chelsea")[40:240:2, 110:310:2]
cats = torch.tensor(cat).permute(2, 0, 1)[None].repeat(8, 1, 1, 1)
steps = [augment.RandomCrop(16, fill="reflect"), augment.RandomFlip()]
change = augment.Compose(steps)
changed = augment.at_random(change, cats, torch.Generator().manual_seed(4))
corners, flips = change.draw(8, (3, 100, 100), torch.Generator().manual_seed(4))
moves = [
    f"{top - 16:+d}, {left - 16:+d}{', mirrored' if flip else ''}"
    for (top, left), flip in zip(corners.tolist(), flips.tolist(), strict=True)
]
plots.show_images(
    changed.permute(0, 2, 3, 1).numpy(),
    moves,
    columns=4,
    alt="Eight versions of one picture of a cat's eye, each moved by up to 16 "
    f"pixels down and right: {'; '.join(moves)}. Borders are filled with what "
    "the picture shows beside them, mirrored.",
)

# %% [markdown]
# Counting both ends it is 33 places a side, 2,178 cuts. They are not new
# pictures: they resemble each other far more than two cats do. Chance stands
# apart from arithmetic here: `draw` says what will be done to each picture,
# `apply` does it to the whole batch on the device. So a run repeats exactly,
# and your exercise can be checked.
#
# ### Another light
#
# The second change is to the colours (D1 39). Take all pixels of the training
# pictures as points in red, green and blue. Their **principal components** p₁,
# p₂, p₃ are the directions in which they spread most, with variances λ₁ ≥ λ₂ ≥
# λ₃. To every pixel of a picture add
#
# $$\sum_k \alpha_k \lambda_k \, p_k, \qquad \alpha_k \sim N(0,\ 0.1^2)$$
#
# **Predict.** Which direction is p₁, in a photograph? And read the formula once
# more: λ is a *variance*. What happens to it when you store pixels as 0 … 255
# instead of 0 … 1?

# %%
pixels = torch.from_numpy(photo).double().reshape(-1, 3)
centred = pixels - pixels.mean(dim=0)
variances, p = torch.linalg.eigh(centred.T @ centred / len(pixels))
variances, p = variances.flip(0), p.flip(1)
p = torch.where(p.sum(dim=0) < 0, -p, p)
for k in range(3):
    direction = ", ".join(f"{v:+.2f}" for v in p[:, k])
    share = variances[k] / variances.sum()
    print(f"p{k + 1} = ({direction}), {share:.1%} of the variance")
print("added along p1 when alpha = 0.1, in steps of 1/255:")
one, bytes_ = variances[0].item(), variances[0].item() * 255**2
print(f"  λ, pixels 0…1:   {0.1 * one * 255:6.1f}")
print(f"  λ, pixels 0…255: {0.1 * bytes_:6.1f}")
print(f"  √λ, in any unit: {0.1 * one**0.5 * 255:6.1f}")
shown, titles = [], []
for k in range(3):
    for alpha in (-2.0, 0.0, 2.0):
        shift = alpha * variances[k].sqrt() * p[:, k]
        shown.append(np.clip(photo[40:240:2, 110:310:2] + shift.numpy(), 0, 1))
        titles.append(f"{alpha:+g} √λ{k + 1} p{k + 1}")
plots.show_images(
    shown,
    titles,
    columns=3,
    alt="The cat with a colour added to every pixel, strongly, to see the "
    "directions. Along the first component the picture becomes darker or "
    "brighter; along the second, which has "
    f"{variances[1] / variances.sum():.1%} of the variance, colder or warmer; "
    "along the third a little redder or greener.",
)

# %% [markdown]
# The first direction is brightness (all three entries alike, most of the
# variance), the second runs from blue to orange: together, another light. But
# the formula as printed depends on the unit. With pixels of 0 … 1 it changes a
# picture by too little to see, with 0 … 255 it wipes the picture out. With √λ,
# the standard deviation, it means the same in any unit, and that is what our
# `PCAColor` does. The exercise keeps the paper's λ: implement what is written,
# then know what it says. The paper gives a gain of more than one point of top-1
# error for it.
#
# ## Dropout
#
# The other remedy: in each training step leave every hidden unit of fc6 and fc7
# out with probability ½ (D1 40). No unit can rely on a certain other one, so
# each must be useful alone. There are 2ⁿ networks that share their weights, and
# each step trains one of them.
#
# When the network is *used*, all units are there. The sum they give would be
# twice as large as in training; so the paper halves the outputs at test time.
# Today one doubles the survivors in training instead (*inverted* dropout), and
# the test needs nothing. **Predict.** Is the average over many random masks the
# same as the one pass without a mask? Of a linear layer? Of two layers with a
# ReLU between them?

# %%
torch.manual_seed(1)
drop, halves = nn.Dropout(0.5), torch.ones(100_000, dtype=torch.float64)
kept_units = drop(halves)
print(f"values: {sorted(set(kept_units.tolist()))}; mean near 1:", end=" ")
print(bool(abs(kept_units.mean() - 1) < 0.02))
first, second = nn.Linear(50, 200).double(), nn.Linear(200, 1).double()
x = torch.randn(1, 50, dtype=torch.float64)
linear = nn.Sequential(first, drop, second)
deep = nn.Sequential(
    first, drop, nn.Linear(200, 200).double(), nn.ReLU(), second
)
with torch.no_grad():
    for name, net in (("linear", linear), ("with a ReLU", deep)):
        many = net.train()(x.expand(20_000, -1))
        single = net.eval()(x)
        error = (many.mean() - single).abs() / many.std()
        said = "below 0.03" if error < 0.03 else f"{error.item():.1f}"
        print(f"{name:12} 20,000 masks against one pass: {said}", end=" ")
        print("standard deviations apart")
print("in evaluation nothing is dropped:", torch.equal(drop.eval()(x), x))

# %% [markdown]
# Of a linear layer, yes: that is what doubling is for. With a ReLU behind it,
# no: when a sum swings about zero, the ReLU cuts off only the lower half of the
# swing, and the mean over masks comes out higher. So the single pass without
# masks is an approximation of the average over all 2ⁿ networks, a cheap one.
# How good it is, only the validation pictures can say. The price of dropout,
# says the paper, is about twice as many steps.
#
# ### Do they prevent over-fitting?
#
# Measure it: the small AlexNet again, with so few training pictures that it can
# learn all of them by heart. Four trainings, alike but for the two remedies;
# the two without dropout run here, all four have been run for longer.
#
# **Predict.** For each of the four: what share of the *training* pictures is
# right in the end, and what share of the *validation* pictures? Which remedy
# helps more?

# %%
from coursekit.experiments import over_fitting

fits = over_fitting.run(Scale.LIVE)
kept = stored("over_fitting")


def table(result):
    print("                 training    validation        gap    its loss")
    for name in result.series:
        right = result.last(name, "training_accuracy")
        new = result.last(name, "validation_accuracy")
        print(f"{name:13}{right:12.0%}{new:14.0%}{right - new:11.0%}", end="")
        print(f"{result.last(name, 'validation_loss'):12.2f}")


print(f"live: {fits.how}")
table(fits)
print(kept.source if kept else "No longer run is stored yet.")
if kept:
    table(kept)
curves = accuracy(kept or fits, "validation")
plots.line_chart(
    curves,
    np.arange(1, 1 + len(curves["neither"])),
    xlabel="epoch",
    ylabel="validation pictures right, in %",
    alt="Validation accuracy by epoch, one line for each training. At the end: "
    + ", ".join(f"{name} {v[-1]:.0f} percent" for name, v in curves.items())
    + ".",
)

# %% [markdown]
# Without a remedy the training pictures are learned by heart, and a part of
# what was learned is not true of new ones: the gap. **Augmentation** closes
# more than half of it, since no picture comes twice. **Dropout** alone hardly
# changes how many are right; what falls is the validation *loss* ("its loss"):
# the mistakes are made with less confidence. And it is slow, with half of the
# two hidden layers away in each step. With both, the network has not
# finished learning when the others have; there the two starts lie far apart,
# too, so nothing can be said about which is better in the end.
#
# So look at all columns. A small gap alone is no success: a network that has
# learned nothing has none. And do not carry our figures to another size:
# AlexNet has sixty million parameters to spare, and says of dropout that
# without it "our network exhibits substantial overfitting".
#
# ## Momentum and weight decay
#
# The paper's update has a velocity v, batches of 128, momentum 0.9 and weight
# decay 0.0005; ε is the learning rate:
#
# $$v \leftarrow 0.9\,v - 0.0005\,\varepsilon\,w - \varepsilon\,\nabla L(w),
# \qquad w \leftarrow w + v$$
#
# PyTorch keeps the rate out of the velocity: v ← 0.9 v + (∇L + 0.0005 w), then
# w ← w − ε v. **Predict.** Are these two the same method? While the rate stays;
# and at the moment when it is divided by ten, as the paper does three times?

# %%
gradients = torch.randn(12, 5, generator=generator).double()
w = nn.Parameter(torch.ones(5, dtype=torch.float64))
sgd = torch.optim.SGD([w], lr=0.1, momentum=0.9, weight_decay=5e-4)
paper, v = torch.ones(5, dtype=torch.float64), torch.zeros(5).double()
difference = []
for step, gradient in enumerate(gradients):
    rate = 0.1 if step < 8 else 0.01
    v = 0.9 * v - 5e-4 * rate * paper - rate * gradient
    paper = paper + v
    sgd.param_groups[0]["lr"] = rate
    w.grad = gradient.clone()
    sgd.step()
    difference.append((w.detach() - paper).abs().max().item())
print("the same while the rate is constant:", max(difference[:8]) < 1e-12)
print("the same after it has dropped:", max(difference[8:]) < 1e-12)
assert max(difference[:8]) < 1e-12 < 1e-3 < difference[8]
print(f"one step of decay alone: w times {1 - 0.01 * 5e-4:.6f};", end=" ")
print(f"100,000 steps: times {(1 - 0.01 * 5e-4) ** 100_000:.2f}")

# %% [markdown]
# The same, until the rate changes: the paper's velocity then goes on for some
# steps at the old speed, PyTorch's slows down at once. Such differences are why
# a recipe copied between libraries may not give what it gave.
#
# Weight decay pulls every weight towards zero by a tiny factor, each step: what
# no gradient holds up fades. The paper remarks that it was not only a
# regulariser here: without it the *training* error was higher.
#
# ## ZFNet: looking inside, then repairing
#
# A year later Zeiler and Fergus looked at what AlexNet's layers respond to
# (unit 10) and saw two flaws: the first layer's 11×11 kernels had mostly very
# fine or very coarse patterns and little between, and the second layer showed
# *aliasing* from the stride of 4. Their ZFNet (D2 24) has 7×7 kernels at stride
# 2 and is otherwise the same network.
#
# **Predict.** A grating with a period of 6 pixels, and a kernel that fits it.
# What does the layer report with stride 2, and with stride 4?

# %%
from coursekit.analysis.eight_questions import eight_questions
from IPython.display import display

pixel = np.arange(0, 49)
signal = np.cos(2 * np.pi * pixel / 6)
seen = {
    f"stride {s}": np.interp(pixel, pixel[::s], signal[::s]) for s in (1, 2, 4)
}
periods = {}
for name, values in seen.items():
    spectrum = np.abs(np.fft.rfft(values[:48]))
    periods[name] = 48 / spectrum.argmax()
    print(f"{name}: strongest period {periods[name]:g} pixels")
assert list(periods.values()) == [6, 6, 12]
display(eight_questions("AlexNet", "ZFNet"))
plots.line_chart(
    {name: seen[name] + 5 - 2.5 * i for i, name in enumerate(seen)},
    pixel,
    xlabel="pixel",
    ylabel="response (lines moved apart)",
    alt="Response to a grating of period 6, at every pixel, at every second "
    "and at every fourth, joined by straight lines. With stride 2 the period "
    f"is still {periods['stride 2']:g} pixels; with stride 4 a wave of period "
    f"{periods['stride 4']:g} appears that is not in the picture.",
)

# %% [markdown]
# With stride 4 a wave of twelve pixels appears where there is one of six. No
# later layer can tell it from a true one. (A grid with step s can hold periods
# of 2s pixels and more: 8 for stride 4, but 4 for stride 2.) The repair took
# the top-5 error of a single network from 18.1 % to 16.5 % in the authors' own
# trainings. It costs work: compare the multiply-adds in the table. The table
# asks eight questions of the two networks (D4 5); each coming network will get
# the same eight.
#
# ## The graphics card
#
# The slides say that a GPU is about fifty times faster than a CPU (D3). Three
# settings decide how fast it is with your network. **Mixed precision**:
# products in 16 bits, parameters in 32. **Channels-last**: the channels of a
# pixel lie side by side in memory. **Batches** large enough to fill thousands
# of cores.
#
# **Predict.** There are two kinds of 16 bits. bfloat16 has float32's exponent
# and 8 bits of precision, float16 has 11 bits and a short exponent. In which of
# them is 1 + 0.001 = 1? In which is a gradient of 10⁻⁸ lost?

# %%
print("              largest   smallest > 0   step at 1   1 + 0.001   1e-8")
for kind in (torch.float32, torch.bfloat16, torch.float16):
    info = torch.finfo(kind)
    name = str(kind).removeprefix("torch.")
    total = (torch.tensor(1.0, dtype=kind) + 0.001).item()
    tiny = torch.tensor(1e-8).to(kind).item()
    print(f"{name:10}{info.max:11.0e}{info.smallest_normal:13.0e}", end="")
    print(f"{info.eps:14.0e}{total:12.4f}{tiny:10.0e}")
scale = 2.0**16
saved = (torch.tensor(1e-8) * scale).half().float() / scale
print(f"float16, scaled by 65,536 on the way: {saved.item():.0e}")
net = models.LeNet(size=32)
with torch.autocast("cpu", torch.bfloat16):
    out = net(torch.zeros(1, 1, 32, 32))
print("autocast: scores", out.dtype, "| parameters", net.conv1.weight.dtype)
x = torch.zeros(2, 3, 4, 5)
strides = x.stride(), x.contiguous(memory_format=torch.channels_last).stride()
print(f"{tuple(x.shape)}: strides {strides[0]}, channels-last {strides[1]}")
if stored("gpu_and_cpu") is None:
    print("GPU not measured yet: python benchmarks/experiments.py gpu_and_cpu")
ledger("F23")

# %% [markdown]
# In bfloat16 a small step vanishes beside a large weight: so the parameters
# stay in float32, and only products are short. In float16 small gradients
# vanish: so the loss is multiplied by a large number before the backward pass,
# and the gradients divided by it before the step (*loss scaling*). `autocast`
# chooses the type operation by operation. Channels-last changes no shape and no
# index, only where numbers lie.
#
# No timing stands in this notebook: it would be true of one machine. The ledger
# says where the fifty can be trusted. Compare machines only on the same
# program, with all cores of the CPU at work.
#
# ### Two cards, one network
#
# AlexNet cut the *network* in two (*model parallel*). Today one cuts the
# *batch* (*data parallel*): each process has all weights and computes the
# gradient of its half; then the gradients are averaged, and all take the same
# step.
#
# **Predict.** Is the network after four steps the one that a single process
# would have learned? Exactly, or nearly? And what if the two shares of the
# batch are not equally large?

# %%
from coursekit.experiments import two_processes

model, (x, labels) = new_lenet(), learn[:64]


def gradient(rows):
    model.zero_grad()
    criterion(model(x[rows]), labels[rows]).backward()
    return torch.cat([p.grad.flatten() for p in model.parameters()])


whole = gradient(slice(0, 64))
halves = [gradient(slice(0, 32)), gradient(slice(32, 64))]
uneven = [gradient(slice(0, 48)), gradient(slice(48, 64))]
apart = ((halves[0] - halves[1]).norm() / whole.norm()).item()
print("the two halves agree:", apart < 0.01)
for name, parts, weights in (
    ("halves, mean", halves, (0.5, 0.5)),
    ("48 and 16, mean", uneven, (0.5, 0.5)),
    ("48 and 16, weighted", uneven, (0.75, 0.25)),
):
    mean = weights[0] * parts[0] + weights[1] * parts[1]
    equal = torch.allclose(mean, whole, rtol=0, atol=1e-12)
    print(f"{name:20} equals the whole batch's gradient: {equal}")
real = two_processes.run(Scale.LIVE)
equal = real.numbers["largest difference"] < 1e-12
print(f"two real processes: weights equal to 1e-12 at the end: {equal}")
assert real.numbers["largest difference"] < 1e-12

# %% [markdown]
# The halves' gradients differ from each other, and their mean is the whole
# batch's: the gradient of a mean is the mean of the gradients. Shares of
# unequal size must count by their size. The second run was real: two processes,
# each with its own Python, that know of each other only what they send.
# Rounding apart they learn what one would have learned. (Layers that look at
# the whole batch, such as unit 09's batch normalisation, break this: each
# process sees its share.) With graphics cards it is the same command: `torchrun
# --nproc-per-node 2 -m coursekit train …`.
#
# ## Where it fails
#
# In NumPy a mistake shows: shapes do not fit, the gradient check complains. In
# PyTorch the commonest mistakes raise nothing. LeNet on digits again, three
# epochs each. **Predict** what happens to the share of right answers when you
#
# 1. forget `zero_grad`;
# 2. put a softmax before `CrossEntropyLoss`;
# 3. forget `eval()` in a network with dropout;
# 4. make (N, C, H, W) of (N, H, W, C) by `reshape` instead of `permute`.


# %%
from copy import deepcopy


class Forgetful(torch.optim.SGD):
    def zero_grad(self, set_to_none=True):
        pass


print(f"as it should be:  {after:.2f} of the validation digits right")
lost = new_lenet()
train(lost, learn, 3, method=Forgetful)
lost_right = share_right(lost, held)
print("1. no zero_grad:  less than 0.3:", lost_right < 0.3)
twice = nn.Sequential(new_lenet(), nn.Softmax(dim=1))
train(twice, learn, 3)
print(f"2. softmax twice: {share_right(twice, held):.2f};", end=" ")
x, labels = held.tensors
with torch.no_grad():
    best_loss = criterion(torch.eye(10).double()[labels], labels).item()
print(f"a perfect answer has the loss {best_loss:.2f}, not 0")
torch.manual_seed(0)
noisy = deepcopy(lenet)
noisy.relu3 = noisy.relu4 = nn.Sequential(nn.ReLU(), nn.Dropout(0.5))
noisy.train()
with torch.no_grad():
    first, second = (noisy(x).argmax(dim=1) for _ in range(2))
    right = (first == labels).double().mean().item()
print(f"3. no eval():     {right:.2f}, and another answer for", end=" ")
print(f"{(first != second).double().mean().item():.0%} when asked again")
rgb = data.load_photo("chelsea")[40:240:2, 110:310:2]
wrong = rgb.reshape(3, 100, 100).transpose(1, 2, 0)
right_way = rgb.transpose(2, 0, 1).transpose(1, 2, 0)
assert (right_way == rgb).all()
plots.show_images(
    [right_way, wrong],
    ["permute", "4. reshape"],
    columns=2,
    alt="Left, the eye of a cat. Right, the same numbers after a reshape: fine "
    "stripes of green, blue and red, in which nobody can see a cat; the "
    "network would be trained on these.",
)

# %% [markdown]
# 1. Old gradients add to new ones, the steps grow, and the network is lost.
# 2. It learns, slowly: the second softmax flattens all differences, and no
#    answer can be sure enough for a loss of zero.
# 3. The weights are fine, the answers are not, and differ from call to call.
# 4. Shapes fit perfectly, and the pictures are torn: `reshape` keeps the order
#    of the numbers in memory, `permute` moves the axes.
#
# What helps is the ladder of unit 03: the first loss, twenty examples by heart,
# and a look at the very pictures that enter the network.
#
# AlexNet itself has failings that its successors set out to mend. Nearly all of
# its parameters sit in its dense layers (unit 08 takes them out). Its first
# layer throws away three of four pixels. And it cannot simply be made deeper:
# that takes unit 09.
#
# ## Recap
#
# Answer first, then open. Every number is one that a cell above has printed or
# asserted.
#
# <details><summary>After two backward passes w₂ has the gradient −1.5. What
# happened?</summary>
#
# −0.75 was added twice. Clear gradients before each batch.
#
# </details>
#
# <details><summary>Why does AlexNet's conv2 have kernels with 48 channels,
# though conv1 gives 96 maps?</summary>
#
# Two groups: each map sees the half on its own card. Of all pairs of maps, 50 %
# are joined.
#
# </details>
#
# <details><summary>How many places has an 11×11 kernel with stride 4 on 224
# pixels?</summary>
#
# 54.25, which is none: the network takes 227 pixels, or two of padding, for 55.
#
# </details>
#
# <details><summary>The paper's α of response normalisation is 10⁻⁴. What do you
# write in PyTorch?</summary>
#
# 5·10⁻⁴: its alpha is divided by the size of the window.
#
# </details>
#
# <details><summary>How many cuts of 224×224 are there in 256×256, with mirror
# images?</summary>
#
# 2,178; the paper says 2048, for 32 places a side.
#
# </details>
#
# <details><summary>What is wrong with αλp for a colour shift?</summary>
#
# λ is a variance: its unit is that of the pixels, squared. √λ means the same
# whether pixels go to 1 or to 255.
#
# </details>
#
# <details><summary>When do the paper's momentum and PyTorch's differ?</summary>
#
# When the learning rate changes, not before.
#
# </details>
#
# <details><summary>Which wave does a first layer with stride 4 report for a
# grating of 6 pixels?</summary>
#
# One of 12 pixels, which is not there. Stride 2 reports 6.
#
# </details>
#
# <details><summary>Processes take 48 and 16 pictures of a batch. How are their
# gradients joined?</summary>
#
# With weights 0.75 and 0.25; the plain mean is another gradient.
#
# </details>
#
# <details><summary>A ten-class network ends with a softmax and is trained with
# CrossEntropyLoss. How low can its loss go?</summary>
#
# To 1.46: softmax of numbers between 0 and 1 is never sure.
#
# </details>
#
# ## References
#
# **AlexNet.** A. Krizhevsky, I. Sutskever, G. Hinton, *ImageNet classification
# with deep convolutional neural networks*, 2012, reprinted 2017,
# [doi:10.1145/3065386](https://doi.org/10.1145/3065386).
# A. Krizhevsky, *One weird trick for parallelizing convolutional neural
# networks*, 2014 (the one-tower variant),
# [doi:10.48550/arXiv.1404.5997](https://doi.org/10.48550/arXiv.1404.5997).
#
# **ZFNet.** M. Zeiler, R. Fergus, *Visualizing and understanding convolutional
# networks*, 2014,
# [doi](https://doi.org/10.1007/978-3-319-10590-1_53).
#
# **Dropout.** N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R.
# Salakhutdinov, *Dropout: a simple way to prevent neural networks from
# overfitting*, Journal of Machine Learning Research 15, 2014,
# [paper](https://jmlr.org/papers/v15/srivastava14a.html) (no DOI).
#
# **PyTorch.** A. Paszke et al., *PyTorch: an imperative style, high-performance
# deep learning library*, 2019,
# [doi:10.48550/arXiv.1912.01703](https://doi.org/10.48550/arXiv.1912.01703).
# S. Li et al., *PyTorch Distributed: experiences on accelerating data parallel
# training*, 2020,
# [doi:10.14778/3415478.3415530](https://doi.org/10.14778/3415478.3415530).
#
# **Speed.** P. Micikevicius et al., *Mixed precision training*, 2018,
# [doi:10.48550/arXiv.1710.03740](https://doi.org/10.48550/arXiv.1710.03740).
# V. Lee et al., *Debunking the 100X GPU vs. CPU myth*, 2010,
# [doi:10.1145/1815961.1816021](https://doi.org/10.1145/1815961.1816021).
#
# **Normalisation that did not help.** K. Simonyan, A. Zisserman, *Very deep
# convolutional networks for large-scale image recognition*, 2015,
# [doi:10.48550/arXiv.1409.1556](https://doi.org/10.48550/arXiv.1409.1556).
#
# **Slides.** Deck 1, slides 33–35, 39, 40; deck 2, slide 24; deck 3; deck 4,
# slides 5 and 20.
