# %% [markdown]
# # 09 · ResNet
#
# <!-- minutes -->
#
# Eight layers won in 2012; in 2014 the best had nineteen and twenty-two. Why
# not fifty? Because fifty layers were *worse* than twenty. In 2015 two ideas
# ended that. One is a sum: a block adds what it found to what it was given. The
# other keeps the numbers between the layers at one scale. Nearly every deep
# network since has both. Here you measure what each does, take a residual
# network apart, and finish the tour of architectures with one table and a
# judgement.
#
# ## What you will be able to do
#
# - show that deeper plain networks get worse *on their training pictures*, and
#   say why that is neither over-fitting nor a vanishing gradient;
# - explain what a shortcut changes, forward and backward, and draw the two
#   blocks of ResNet with their costs;
# - write batch normalisation in NumPy, and name the mistakes that its two modes
#   invite;
# - follow ResNet-50 from 224 pixels to one vector;
# - judge the claim about 1202 layers;
# - average several networks, with equal and with learned weights;
# - answer the eight questions for every architecture of the course.
#
# You need unit 03 (gradients), unit 05 (counting) and unit 07 (training in
# PyTorch). Guess before you run.

# %%
import numpy as np
import torch
from torch import nn
from coursekit import models, plots
from coursekit.analysis import network, summary

# %% [markdown]
# ## Deeper, and worse
#
# A clean experiment. All networks below are stacks of 3×3 convolutions with
# batch normalisation, in three stages; 8, 20 and 56 layers. They come in pairs.
# In the *residual* one, every two layers are a block, and the block's input is
# added to its output. In the *plain* one it is not. Nothing else differs: a
# pair has the same parameters, the same work and the same receptive field.
#
# They learn scikit-learn's digits, 8×8 pixels, a thousand pictures: small
# enough to train six networks while you read on.
#
# **Predict.** Look at the loss on the *training* pictures. Which of the three
# plain networks gets it lowest? Which of the residual ones? Could the plain one
# of 56 layers not at least copy the one of 8, and pass its maps on unchanged
# through the other 48?

# %%
from coursekit.experiments import Scale, plain_or_residual, stored

torch.set_default_dtype(torch.float64)  # your digits will be ours
twins = {
    kind: models.CifarResNet(56, in_channels=1, width=0.25, residual=kind)
    for kind in (False, True)
}
plain, residual = (summary(n, (1, 8, 8)).totals for n in twins.values())
assert plain["parameters"] == residual["parameters"]
assert plain["macs"] == residual["macs"]

depth_run = plain_or_residual.run(Scale.LIVE)
depths = (8, 20, 56)
print("training loss, training errors, validation errors at the end")
for kind in ("plain", "residual"):
    for depth in depths:
        last = depth_run.series[f"{kind} {depth}"][-1]
        print(f"{kind:9}{depth:3} layers  {last['training_loss']:6.2f}", end="")
        for part in ("training", "validation"):
            print(f"  {1 - last[f'{part}_accuracy']:5.0%}", end="")
        print()
plots.show_line_panels(
    {
        kind: {
            f"{depth} layers": [
                min(row["training_loss"], 100.0)
                for row in depth_run.series[f"{kind} {depth}"]
            ]
            for depth in depths
        }
        for kind in ("plain", "residual")
    },
    first=1,
    yscale="log",
    xlabel="epoch",
    ylabel="training loss",
    alt="Training loss over eight epochs, on a logarithmic axis. Plain "
    "networks: the deeper, the higher the curve; 56 layers end near the loss "
    "of guessing, 2.3. Residual networks: 20 and 56 layers end below 8 layers.",
    caption="Losses above 100 are drawn at 100.",
)

# %% [markdown]
# The plain networks get worse with every layer, and the residual ones do not.
# Deck 4 shows the same (slide 32), from He, Zhang, Ren and Sun's paper.
#
# It is not over-fitting: an over-fitted network is *good* on its training
# pictures. It is not a want of capacity either: 56 layers could do what 8 do,
# and then nothing. They do not find it. The paper calls this *degradation*: a
# difficulty of the search, not of the network.
#
# (The wild losses of the first epochs are measured in evaluation mode, with
# running statistics that lag behind. More on that below.)
#
# One start and eight epochs could be an accident. So here is the result of a
# larger run, kept with the course.

# %%
kept = stored("plain_or_residual")
if kept is None:
    print("Not measured yet: run `python benchmarks/experiments.py")
    print("plain_or_residual`; with a GPU it takes CIFAR-10.")
else:
    print(kept.source)
    print("depth       plain                residual")
    print("            train  validation    train  validation   (errors)")
    for depth in sorted({int(name.split()[1]) for name in kept.series}):
        print(f"{depth:5}  ", end="")
        for kind in ("plain", "residual"):
            last = kept.series[f"{kind} {depth}"][-1]
            for part in ("training", "validation"):
                wrong = 1 - last[f"{part}_accuracy"]
                print(f"{wrong:10.1%}", end="")
        print()

# %% [markdown]
# ### Does the gradient vanish?
#
# That was the diagnosis of unit 03 for deep networks of sigmoids. It is what
# most people answer. Measure it: 56 layers, fresh weights, one batch; how long
# is the gradient of each layer's weights?
#
# **Predict.** Four curves: plain and residual, each with batch normalisation
# and without. In which of them is the gradient of the *first* layers much
# smaller than that of the last?

# %%
from coursekit.data import load_digits
from coursekit.experiments.batch_norm import without_batch_norm

digits = load_digits()
x_train, x_val = (
    torch.tensor(np.array(x, dtype=float)[:, None])
    for x in (digits.x_train, digits.x_val)
)
y_train, y_val = torch.tensor(digits.y_train), torch.tensor(digits.y_val)


def gradient_norms(net):
    """The length of the gradient of each convolution's weights."""
    scores = net(x_train[:64])
    nn.functional.cross_entropy(scores, y_train[:64]).backward()
    convolutions = [m for m in net.modules() if isinstance(m, nn.Conv2d)]
    return np.array([float(m.weight.grad.norm()) for m in convolutions])


def fresh(depth, residual):
    """A network with new weights, its chance from seed 0."""
    torch.manual_seed(0)
    options = {"in_channels": 1, "width": 0.25, "residual": residual}
    return models.CifarResNet(depth, **options)


norms = {}
for kind, is_residual in (("plain", False), ("residual", True)):
    norms[kind] = gradient_norms(fresh(56, is_residual))
    bare = without_batch_norm(fresh(56, is_residual))
    norms[f"{kind}, no batch norm"] = gradient_norms(bare)
print("length of the gradient in layer  1       28       55")
for name, found in norms.items():
    print(f"{name:24}", *(f"{v:8.1e}" for v in found[[0, 27, 54]]))
assert norms["plain"][0] > 100 * norms["plain"][-1]
plots.line_chart(
    norms,
    np.arange(1, 56),
    xlabel="layer",
    ylabel="length of gradient",
    yscale="log",
    alt="Length of the gradient against the layer, logarithmic. Plain with "
    "batch normalisation: it rises steeply towards the first layers. Residual "
    "with batch normalisation: nearly level. Plain without: level, but "
    "millions of times smaller. Residual without: level and large.",
)

# %% [markdown]
# Without batch normalisation, the plain network has hardly any gradient, in any
# layer: its maps shrink on the way up, and what comes down shrinks with them.
#
# *With* it, the gradient does not vanish. It **explodes**: the first layer gets
# hundreds of times as much as the last. A learning rate that suits one end of
# such a network is wrong for the other. The shortcut alone makes the gradient
# level, but everywhere long. Both together: level over nearly all layers, and
# of moderate length. (In the paper the authors checked that their plain
# networks' gradients do not vanish, and left the cause open. Yang et al. found
# in 2019 that in deep plain networks batch normalisation makes the gradient
# grow exponentially with the depth.)
#
# ## Learn what to add
#
# A block of layers computes some $F(x)$. With a shortcut it gives
#
# $$y = x + F(x).$$
#
# To pass $x$ on unchanged, a plain block must learn the identity with two
# convolutions and a ReLU between. A residual block has to learn *zero*, which
# is what small weights do anyway. So each block only has to change its input a
# little.
#
# Backward it is a sum as well (unit 03: a sum hands the gradient on to both):
# $dx = dy + F'(x)^\top dy$. Whatever the layers do, $dy$ arrives whole.
#
# The smallest model: a chain of $L$ numbers. Each plain link multiplies by $w$,
# each residual one by $1 + w$. The slope of the whole chain is the product.
#
# **Predict.** $L = 50$. For which $w$ does the plain chain have a slope that
# one can work with? And the residual one?

# %%
links = 50
print(f"slope of a chain of {links} links")
print("   w      plain w^L    residual (1 + w)^L")
for w in (-0.1, 0.01, 0.1, 0.5, 0.9, 1.1):
    print(f"{w:5}  {w**links:12.1e}  {(1 + w) ** links:14.1e}")
shrinking = np.prod([1 + 1 / n for n in range(1, links + 1)])
print(f"residual, w = 1/1, 1/2, … 1/{links}: {shrinking:.0f}")
assert round(shrinking) == links + 1

# %% [markdown]
# A plain chain works only near $w = 1$, a residual one near $w = 0$: near where
# training starts. But it is no magic. With $w = 0.5$ in every link it explodes,
# too. In the figure above, the residual network *without* batch normalisation
# is on that way.
#
# The last line is the cure. Batch normalisation at the end of each $F$ gives it
# variance 1. The sum $x$ grows by 1 from block to block, so that block $n$ adds
# only about an $n$-th part to the variance of what is there already. Then the
# product grows like a power of $L$, not like an exponential. The two ideas need
# each other.
#
# ### Two blocks
#
# ResNet-18 and -34 use the *basic* block, the deeper ones the *bottleneck*: a
# 1×1 convolution to fewer maps, the 3×3 on these, and a 1×1 back to four times
# as many. Batch normalisation follows every convolution; ReLU follows it,
# except before the sum. Where the shape changes, the shortcut needs a 1×1
# convolution of its own.
#
# **Predict.** Both blocks below take 256 maps and give 256. How many times
# fewer parameters has the bottleneck?

# %%
from coursekit.models.resnet import BasicBlock, Bottleneck

costs = {
    "basic": summary(BasicBlock(256, 256), (256, 56, 56)).totals,
    "bottleneck": summary(Bottleneck(256, 64), (256, 56, 56)).totals,
    "basic, halving": summary(BasicBlock(256, 512, 2), (256, 56, 56)).totals,
}
for name, total in costs.items():
    print(f"{name:15}{total['parameters']:11,} parameters", end="")
    print(f"{total['macs'] / 1e9:6.2f} G multiply-adds")
ratio = costs["basic"]["parameters"] / costs["bottleneck"]["parameters"]
print(f"the bottleneck has {ratio:.1f} times fewer parameters")
plots.show_blocks(
    {
        "basic": plots.Block(["3×3, 256", "3×3, 256"]),
        "bottleneck": plots.Block(["1×1, 64", "3×3, 64", "1×1, 256"]),
        "basic, halving": plots.Block(["3×3/2, 512", "3×3, 512"], "1×1/2"),
    },
    alt="Three blocks side by side. Basic: two boxes of 3 by 3 with 256 maps, "
    "and an arrow around them to a plus sign, then ReLU. Bottleneck: 1 by 1 "
    "with 64 maps, 3 by 3 with 64, 1 by 1 with 256, and the same arrow. "
    "Halving: the first 3 by 3 has stride 2 and 512 maps, and on the arrow "
    "around lies a 1 by 1 with stride 2.",
    caption="/2 is stride 2. Batch normalisation and ReLU are left out.",
)

# %% [markdown]
# Nearly seventeen times fewer, with one layer more. The wide maps are only ever
# touched by 1×1 convolutions.
#
# The shortcut's kind matters little. The paper compares zeros for the new maps
# (option A, no parameters), 1×1 convolutions where the shape changes (B) and
# everywhere (C): the errors of ResNet-34 differ by half a percent at most.
#
# ## Batch normalisation
#
# For each channel, over all pictures and places of a batch:
#
# $$\hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}, \qquad
# y = \gamma \hat x + \beta$$
#
# $\gamma$ and $\beta$ are learned, so that nothing is lost: a network that
# wants the old mean and spread back can have them. But they are now *two
# numbers*, and no longer follow from all the weights below.
#
# The next cell is the whole forward pass. Two things are easy to get wrong.
# The mean runs over three of four axes. And there are two variances: divided by
# $n$ to normalise, by $n - 1$ to remember.


# %%
def batch_norm(x, gamma, beta, running, training, momentum=0.1, eps=1e-5):
    """x (N, C, H, W) → y; `running` is (mean, variance), changed in place."""
    if training:
        mean, variance = x.mean((0, 2, 3)), x.var((0, 2, 3))
        unbiased = x.var((0, 2, 3), ddof=1)
        for old, new in zip(running, (mean, unbiased), strict=True):
            old += momentum * (new - old)
    else:
        mean, variance = running
    x = (x - mean[:, None, None]) / np.sqrt(variance + eps)[:, None, None]
    return gamma[:, None, None] * x + beta[:, None, None]


rng = np.random.default_rng(0)
x = 3 + 2 * rng.standard_normal((8, 4, 5, 5))
theirs = nn.BatchNorm2d(4, dtype=torch.float64)
ours = np.zeros(4), np.ones(4)
for training in (True, True, False):
    theirs.train(training)
    y = batch_norm(x, np.ones(4), np.zeros(4), ours, training)
    expected = theirs(torch.tensor(x)).detach().numpy()
    np.testing.assert_allclose(y, expected, rtol=1e-9)
    mode = "training" if training else "evaluation"
    print(
        f"{mode:11} mean {abs(y.mean()):.3f}  deviation {y.std():.3f}", end=""
    )
    print(f"  running mean {ours[0].mean():.2f}")
np.testing.assert_allclose(ours[0], theirs.running_mean.numpy())
np.testing.assert_allclose(ours[1], theirs.running_var.numpy())

# %% [markdown]
# NumPy and PyTorch agree, in both modes. Look at the last line: after two
# batches the running mean has come a fifth of the way from 0 to 3, and
# evaluation, which trusts it, does not give mean 0 and deviation 1 at all. With
# momentum 0.1 it takes some dozens of batches. That is where the wild losses of
# the first epochs came from.
#
# ### On and off
#
# A plain network of 8 layers, with batch normalisation and without (a learned
# bias stays), from weights that suit ReLU (He's, unit 03). Four epochs, with
# five learning rates.
#
# **Predict.** At which rate does each learn most? How far apart are these
# rates?

# %%
from coursekit.experiments import batch_norm as experiment

norm_run = experiment.run(Scale.LIVE)
rates = experiment.RATES
bars = {
    f"{kind} batch norm": {
        f"{rate:g}": norm_run.numbers[f"{kind}, rate {rate:g}"]
        for rate in rates
    }
    for kind in ("with", "without")
}
for name, found in bars.items():
    best = max(found, key=found.get)
    print(f"{name:19} best at rate {best}: {found[best]:.0%}; at least", end="")
    good = [rate for rate, share in found.items() if share > 0.6]
    print(f" 60 % right at {', '.join(good) or 'none'}")
plots.bar_chart(
    {n: {r: 100 * v for r, v in found.items()} for n, found in bars.items()},
    xlabel="learning rate",
    ylabel="training digits right in %",
    number=lambda v: f"{v:.0f}",
    alt="Share of training digits read after four epochs, for five learning "
    "rates. With batch normalisation: "
    + ", ".join(f"{v:.0%} at {r}" for r, v in bars["with batch norm"].items())
    + ". Without: "
    + ", ".join(
        f"{v:.0%} at {r}" for r, v in bars["without batch norm"].items()
    )
    + ".",
)

# %% [markdown]
# With batch normalisation the network learns faster, and at every one of these
# rates; without it, at one. A reason can be read off the formula: multiply the
# weights before it by ten, and $\hat x$ stays the same. So a step that makes
# the weights too large does no harm; it only makes the next steps *relatively*
# smaller.
#
# Why it helps beyond that is still argued about. Its inventors, Ioffe and
# Szegedy, said that it stops the inputs of each layer from drifting while the
# layers below learn ("internal covariate shift"). Santurkar et al. added drift
# on purpose, and it helped all the same; they found a smoother loss. You may
# use it without having decided.
#
# ### The price: pictures of a batch know each other
#
# In training mode the answer for a picture depends on its neighbours. So the
# mode matters when you *use* the network, too. Take the residual network of 20
# layers and give it the 300 validation digits: in evaluation mode; in training
# mode, in batches of 64, 4, and 1; and in training mode sorted, so that each
# batch has digits of one class only.
#
# **Predict.** Nothing is learned here, the weights are the same. Where does it
# break?

# %%
import copy
from coursekit.training.pytorch.fitting import fit
from coursekit.training.settings import Settings


def trained(depth, residual):
    """A network after eight epochs, and its curves."""
    net = fresh(depth, residual)
    data = digits._replace(
        x_train=x_train.numpy(), x_val=x_val.numpy(), x_test=x_val.numpy()
    )
    settings = Settings(8, 64, 0.05, weight_decay=1e-4)
    return net, fit(net, data, settings, title=None)


@torch.no_grad()
def share_right(net, batches):
    """Share of the validation digits read, batch by batch."""
    right = [(net(x_val[b]).argmax(1) == y_val[b]).sum() for b in batches]
    return int(sum(right)) / len(y_val)


net, rows = trained(20, residual=True)
every = torch.arange(len(y_val))
print(f"evaluation mode                   {share_right(net, [every]):.0%}")
ways = {f"batches of {n}": every.split(n) for n in (64, 4, 1)}
ways["one class in each batch"] = [every[y_val == k] for k in range(10)]
shares = {}
for name, batches in ways.items():
    careless = copy.deepcopy(net).train()
    shares[name] = share_right(careless, batches)
    print(f"training mode, {name:24} {shares[name]:.0%}")
assert shares["batches of 1"] < 0.8 and shares["one class in each batch"] < 0.8
plots.show_curves(rows, title="Residual, 20 layers")

# %% [markdown]
# Large mixed batches hide the mistake: that is what makes it dangerous. With
# single pictures the network breaks down, and so it does where each batch holds
# one class: the mean that is subtracted *is* the class. Sorted test sets and
# single pictures are what happens in practice. A network that is good
# while training and poor in use: look for a forgotten `.eval()` first. (And
# every call in training mode also moves the running statistics.)
#
# The same dependence makes batch normalisation poor with *small batches* in
# training, as in segmentation or detection (unit 13), where one or two large
# pictures fill the memory. Group normalisation takes the statistics over groups
# of channels of a single picture instead, and has one mode only.
#
# ## ResNet, whole
#
# The stem, four stages, the mean of each map, one linear layer. Blocks of a
# stage have the same shape; from stage to stage maps halve and channels double.
#
# **Predict.** In how many layers is 224 down to 56? Where are the most
# parameters, and where is the most work?

# %%
from coursekit.claims import ledger

resnet50 = summary(network("resnet50"))
stages = resnet50.folded(1)
print("part           output       parameters  multiply-adds  field")
for row in stages.rows:
    shape = "×".join(map(str, row["output_shape"]))
    if row["macs"] or "pool" in row["name"]:
        field = row["receptive_field"] or "all"
        print(f"{row['name']:13}{shape:13}{row['parameters']:12,}", end="")
        print(f"{row['macs'] / 1e9:13.2f} G {field:>6}")
ledger("F16")

# %% [markdown]
# After the stem, a 7×7 convolution and a pooling, a sixteenth of the places is
# left, before the first block. That saves work everywhere above, and loses
# small things.
#
# The work differs little from stage to stage: half the side is a quarter of the
# places, and twice the channels on both sides are four times the products for
# each. (The third stage has the most blocks.) The parameters sit at the end.
#
# **Predict.** From ResNet-50 to ResNet-152 the depth triples. By how much do
# parameters, work and receptive field grow? And which of these has the work of
# VGG-16?

# %%
from coursekit.analysis.eight_questions import depth as weighing_layers

names = ["vgg16", "resnet18", "resnet34", "resnet50", "resnet101", "resnet152"]
print("network    layers   parameters  multiply-adds  field of the last maps")
for name in names:
    table = summary(network(name))
    fields = [r["receptive_field"] for r in table.rows if r["receptive_field"]]
    total = table.totals
    print(f"{name:11}{weighing_layers(table.layers):5}", end="")
    print(f"{total['parameters'] / 1e6:11.1f} M", end="")
    print(f"{total['macs'] / 1e9:12.2f} G{fields[-1]:10}")

# %% [markdown]
# ResNet-152 does less work than VGG-16, with nine times the layers. From 34
# layers to 50 the field *shrinks*: bottlenecks have one 3×3 in three layers.
#
# ### 1202 layers
#
# "Tried a 1202-layer network, but got a lower test accuracy, presumably due to
# overfitting" (D4 35). It is the CIFAR-10 network of the first cells, with 200
# blocks per stage.
#
# **Predict.** How many parameters has it, against 110 layers? How much better
# is its training error?

# %%
from coursekit.analysis.networks.resnet import resnet_cifar

for depth in (110, 1202):
    table = summary(resnet_cifar(depth))
    fields = [r["receptive_field"] for r in table.rows if r["receptive_field"]]
    print(
        f"{depth:5} layers {table.totals['parameters']:11,} parameters", end=""
    )
    print(f"{table.totals['macs'] / 1e9:6.2f} G, field {fields[-1]:,}")
ledger("F22")

# %% [markdown]
# The claim is reported rightly. Read it with care, though. Both networks have
# almost no training errors, so that the deep one can be *optimised*: that was
# what the experiment was to show, and a plain network of 56 layers could not.
# It generalises worse, with eleven times the parameters for 50,000 pictures of
# 32×32 pixels and with none of the stronger augmentation of today.
# "Presumably" is the right word: over-fitting was not separated from anything
# else. One run, and a difference of 1.5 percent of the test pictures.
#
# And its field is 5,597 pixels, in a picture of 32.
#
# ### What are all those blocks for?
#
# A test by Veit, Wilber and Belongie: take a trained network, and remove one
# block. (The input of the block simply passes on. That is possible for every
# block that keeps the shape.)
#
# **Predict.** Remove one block of a plain network, of a residual one. Which
# hurts more? Does it matter which block?

# %%
plain_net, _ = trained(20, residual=False)
losses = {}
for name, whole in (("plain", plain_net), ("residual", net)):
    before = share_right(whole, [every])
    found = {}
    for stage in ("layer1", "layer2", "layer3"):
        blocks = getattr(whole, stage)
        for i, block in enumerate(blocks):
            if block.conv1.stride == (1, 1):
                blocks[i] = nn.Identity()
                found[f"{stage[-1]}.{i}"] = 100 * share_right(whole, [every])
                blocks[i] = block
    losses[name] = found
    print(f"{name:9} whole {before:.0%}; without one block", end=" ")
    print(", ".join(f"{share:.0f}" for share in found.values()))
assert np.mean([*losses["residual"].values()]) > 2 * np.mean(
    [*losses["plain"].values()]
)
plots.bar_chart(
    losses,
    xlabel="block that is removed (stage.number)",
    ylabel="validation digits right in %",
    number=lambda v: f"{v:.0f}",
    alt="Share of validation digits read after one block was removed from a "
    "trained network of 20 layers. Plain: "
    + ", ".join(f"{v:.0f}" for v in losses["plain"].values())
    + " percent, a third at most. Residual: "
    + ", ".join(f"{v:.0f}" for v in losses["residual"].values())
    + " percent; the last blocks are hardly missed.",
)

# %% [markdown]
# The plain network is a chain: cut one link and nothing fits any more. The
# residual network loses much when an early block goes, and hardly anything
# when one of the last does. With nine blocks there are $2^9 = 512$ ways from
# the input to the scores, and a removed block closes half of them. Veit et al.
# read this as an *ensemble* of shallow networks. In their network of 110 layers
# nearly any single block could go; in our small one the first blocks still
# carry a lot.
#
# ## Squeeze and excitation
#
# A convolution sees a window. Whether the whole picture is a night scene, it
# cannot know. Squeeze-and-excitation (the winner of 2017, D2 24) tells it: the
# mean of each map goes through two small dense layers, and out come factors
# between 0 and 1, one for each map.
#
# **Predict.** What does that add to ResNet-50, in parameters and in work? From
# which layer on does a unit of SE-ResNet-50 see the whole picture?


# %%
def squeeze_excitation(x, w1, w2):
    """x (C, H, W), times a factor for each map."""
    means = x.mean((1, 2))  # squeeze: C numbers
    hidden = np.maximum(0, w1 @ means)
    factors = 1 / (1 + np.exp(-w2 @ hidden))  # excitation: C numbers
    return factors[:, None, None] * x


maps = np.array([[[1.0, 3.0]], [[0.0, 2.0]]])
weighed = squeeze_excitation(
    maps, np.array([[1.0, -1.0]]), np.array([[0.0], [np.log(3)]])
)
print("a tiny example:", *np.round(weighed, 2).tolist())
tables = {
    "ResNet-50": summary(network("resnet50")),
    "SE-ResNet-50": summary(models.build("se-resnet50"), (3, 224, 224)),
}
for name, table in tables.items():
    print(f"{name:13}{table.totals['parameters'] / 1e6:6.2f} M", end="")
    print(f"{table.totals['macs'] / 1e9:7.3f} G multiply-adds")
more = {
    key: tables["SE-ResNet-50"].totals[key] / tables["ResNet-50"].totals[key]
    for key in ("parameters", "macs")
}
print(f"parameters +{more['parameters'] - 1:.0%}, work +", end="")
print(f"{more['macs'] - 1:.2%}")
first = next(
    r for r in tables["SE-ResNet-50"].rows if r["receptive_field"] is None
)
print("the first layer that sees everything:", first["name"])

# %% [markdown]
# A tenth more parameters, next to no work, and the field is the whole picture
# from the first block on. Hu, Shen and Sun report a top-5 error of 6.62 % in
# place of 7.48 % for the same network on single crops.
#
# ## Ensembles: use all of them
#
# "Ensembles win: learn a weighted average of many models' predictions" (D2 31).
# Nearly every winner of the challenge was an average of networks. Five of ours,
# trained on 300 digits only, so that they still make mistakes; the last, plain
# with 32 layers, is bad on purpose.
#
# Two averages of their probabilities: with equal weights, and with weights
# learned on the *validation* digits. For these, ask of each digit how much of
# the right answer's probability each network brought in, and make the mean of
# its shares the network's new weight. Repeat. (It is expectation maximisation;
# it never makes the loss worse.)
#
# **Predict.** Is the equal average better than the mean of the five? Better
# than the best of them? What weight will the bad network get?

# %%
from coursekit.experiments import ensembles

m = ensembles.members(Scale.LIVE)
right = m.val[:, np.arange(len(m.y_val)), m.y_val]  # (networks, digits)
weights = np.full(len(right), 1 / len(right))
for _ in range(200):
    parts = weights[:, None] * right
    weights = (parts / parts.sum(axis=0)).mean(axis=1)
np.testing.assert_allclose(
    weights, ensembles.learned_weights(m.val, m.y_val), atol=1e-9
)
answers = dict(zip(m.names, m.test, strict=True))
answers["equal weights"] = m.test.mean(axis=0)
answers["learned weights"] = np.tensordot(weights, m.test, axes=1)
print("                 weight   test loss   test errors of 300")
losses, wrong = {}, {}
for i, (name, p) in enumerate(answers.items()):
    losses[name], share = ensembles.measures(p, m.y_test)
    wrong[name] = round(share * len(m.y_test))
    weight = f"{weights[i]:.2f}" if i < len(weights) else ""
    print(f"{name:17}{weight:>6}{losses[name]:12.2f}{wrong[name]:12}")
alone = [losses[name] for name in m.names]
assert min(alone) < losses["equal weights"] and wrong["equal weights"] < min(
    share for name, share in wrong.items() if name != "equal weights"
)
assert losses["equal weights"] < np.mean(alone)
assert losses["learned weights"] < min(alone)
plots.bar_chart(
    losses,
    xlabel="test loss",
    ylabel="network",
    horizontal=True,
    number=lambda v: f"{v:.2f}",
    alt="Test loss of five networks and two averages: "
    + ", ".join(f"{name} {loss:.2f}" for name, loss in losses.items())
    + ".",
)

# %% [markdown]
# The loss of the average is below the average of the losses. That holds always,
# not only here: $-\log$ is convex. Below the *best* member it need not be, and
# here it is not: the bad network's confusion costs. The learned weights silence
# it, and their average has a lower loss than any network alone. (They may
# silence a good network, too, when the others bring the same.)
#
# Now look at the errors. There the equal average is best: errors only count
# which class comes first, and a confused network hardly changes that. So which
# average is better depends on what you are asked for. And four errors of 300
# more or less are nothing to build upon.
#
# Weights must be learned on pictures that the networks have not seen. On the
# training pictures every network looks perfect.
#
# ## The eight questions
#
# Deck 4 asks eight questions about every architecture (slide 5). Here are the
# answers for those of this course. The words come from the papers; the figures
# are computed from the networks.
#
# **Predict.** Which rows change from left to right in one direction? Which
# question has no answer in two of the papers?

# %%
from coursekit.analysis.eight_questions import eight_questions

eight_questions()

# %% [markdown]
# Read it row by row. *Special layers*: response normalisation goes, batch
# normalisation comes. *Non-linearity* and *loss* were settled by 2012. *Update
# rule*: the same for seventeen years but for details. *Parameters*: the dense
# layers held nearly everything, and then they went. *Seeing inside*: VGG's and
# GoogLeNet's papers do not try; unit 10 does.
#
# ## Which one should I choose?
#
# **Predict.** Among the networks of this course, which are beaten by another
# one in *everything*: error, parameters and work?

# %%
published = {  # top-5 error in percent: one network, ten crops (unit 05)
    "alexnet": 18.2,
    "vgg16": 9.33,
    "googlenet": 9.15,
    "resnet34": 7.46,
    "resnet50": 6.71,
    "resnet152": 5.71,
}
card = {}
for name, error in published.items():
    total = summary(network(name)).totals
    card[name] = (error, total["parameters"], total["macs"])
for name, mine in card.items():
    better = [
        other
        for other, theirs in card.items()
        if other != name
        and all(t <= o for t, o in zip(theirs, mine, strict=True))
    ]
    error, parameters, macs = mine
    print(f"{name:10}{error:6.2f} %{parameters / 1e6:7.1f} M", end="")
    print(f"{macs / 1e9:7.2f} G  beaten by: {', '.join(better) or '–'}")

# %% [markdown]
# Our judgement, for a new classification task today:
#
# - **Start with a ResNet**, of 18 or 50 layers, with published weights (unit
#   11). It trains with the usual recipe, and everybody knows its failures.
# - **Deeper** only when the training loss says that the network cannot, and you
#   have the pictures. Depth without data buys little: see 1202 layers.
# - **GoogLeNet's ideas** where work or memory is short: 1×1 convolutions before
#   everything wide, no large dense layer.
# - **VGG** is beaten in all three columns. It lives on because its features
#   serve well to compare pictures and to make them (units 15 and 16).
# - **AlexNet** to learn from.
# - **An ensemble** when half a percent matters and its cost does not.
#
# And the recipe is half of the network: rates, augmentation and length of
# training have moved ResNet-50's error as much as later architectures did
# (Wightman, Touvron and Jégou, 2021).
#
# ## Where it fails
#
# - **Evaluation with batch statistics**, which you have seen break.
# - **Small batches** make batch normalisation noisy, and pictures from another
#   world than the training's make its running statistics wrong.
# - **Weight decay before batch normalisation** does not make a function
#   smaller: the scale of those weights does not matter. It changes the
#   effective learning rate.
# - **A ReLU after the sum** is on the direct way: only what is positive passes.
#   He et al. later moved it into the branch ("identity mappings"), which lets
#   even 1001 layers train easily.
# - **Depth is not the field used**: unit 06 has the effective field.
# - **Our experiments are small.** 8×8 digits show degradation within seconds;
#   how large it is at 224 pixels, they do not say.
#
# ## Recap
#
# Answer first, then open.
#
# <details><summary>A plain network of 56 layers has a higher test error than
# one of 20. What do you look at first, and what does it tell you?</summary>
#
# Its training error. It is higher too, so that it is not over-fitting.
#
# </details>
#
# <details><summary>Plain, 56 layers, batch normalisation: does the gradient
# vanish?</summary>
#
# No. With new weights it grows towards the first layers, several hundredfold.
#
# </details>
#
# <details><summary>Fifty links with w = 0.1: slopes of the plain and of the
# residual chain?</summary>
#
# 1.0e-50 and 1.2e+02.
#
# </details>
#
# <details><summary>256 maps in and out: what does a bottleneck save?</summary>
#
# It has 70,400 parameters with its batch normalisations, in place of 1,180,672:
# 16.8 times fewer.
#
# </details>
#
# <details><summary>Batch normalisation of maps (N, C, H, W): over how many
# numbers is a mean taken, how many means are there, and what do γ and β
# add?</summary>
#
# N·H·W numbers; C means. 2·C parameters.
#
# </details>
#
# <details><summary>A colleague's network is 99 % right on the validation set
# and fails on single pictures. Your guess?</summary>
#
# It was left in training mode. Mixed batches hide it.
#
# </details>
#
# <details><summary>How does ResNet get from 224 to 56 pixels?</summary>
#
# Two strides of 2: the 7×7 convolution (112) and the pooling (56).
#
# </details>
#
# <details><summary>What does squeeze-and-excitation cost in
# ResNet-50?</summary>
#
# 10 % more parameters and 0.06 % more multiply-adds.
#
# </details>
#
# <details><summary>Is the average of five networks always better than the best
# of them?</summary>
#
# No; its loss is always at most the mean of their losses.
#
# </details>
#
# ## References
#
# **Residual networks.** K. He, X. Zhang, S. Ren, J. Sun, *Deep residual
# learning for image recognition*, 2016,
# [doi:10.1109/CVPR.2016.90](https://doi.org/10.1109/CVPR.2016.90).
# K. He et al., *Identity mappings in deep residual networks*, 2016,
# [doi](https://doi.org/10.1007/978-3-319-46493-0_38).
# A. Veit, M. Wilber, S. Belongie, *Residual networks behave like ensembles of
# relatively shallow networks*, 2016,
# [doi:10.48550/arXiv.1605.06431](https://doi.org/10.48550/arXiv.1605.06431).
# J. Hu, L. Shen, G. Sun, *Squeeze-and-excitation networks*, 2018,
# [doi:10.1109/CVPR.2018.00745](https://doi.org/10.1109/CVPR.2018.00745).
# R. Wightman, H. Touvron, H. Jégou, *ResNet strikes back*, 2021,
# [doi:10.48550/arXiv.2110.00476](https://doi.org/10.48550/arXiv.2110.00476).
#
# **Normalisation.** S. Ioffe, C. Szegedy, *Batch normalization*, 2015,
# [doi:10.48550/arXiv.1502.03167](https://doi.org/10.48550/arXiv.1502.03167).
# S. Santurkar, D. Tsipras, A. Ilyas, A. Madry, *How does batch normalization
# help optimization?*, 2018,
# [doi:10.48550/arXiv.1805.11604](https://doi.org/10.48550/arXiv.1805.11604).
# Y. Wu, K. He, *Group normalization*, 2018,
# [doi](https://doi.org/10.1007/978-3-030-01261-8_1).
# G. Yang et al., *A mean field theory of batch normalization*, 2019,
# [doi:10.48550/arXiv.1902.08129](https://doi.org/10.48550/arXiv.1902.08129).
#
# **Averages.** A. Dempster, N. Laird, D. Rubin, *Maximum likelihood from
# incomplete data via the EM algorithm*, 1977,
# [doi](https://doi.org/10.1111/j.2517-6161.1977.tb01600.x).
#
# **Data.** The digits: E. Alpaydin, C. Kaynak, 1998,
# [doi:10.24432/C50P49](https://doi.org/10.24432/C50P49).
#
# **Slides.** Deck 2, slides 24 and 31; deck 4, slides 5 and 32–35.
