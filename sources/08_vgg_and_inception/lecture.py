# %% [markdown]
# # 08 · VGG and GoogLeNet
#
# <!-- minutes -->
#
# 2014 had two answers to the question of what comes after AlexNet. VGG: take
# one kind of layer, and pile it up. GoogLeNet: do not choose a kernel size, use
# all of them side by side, and pay for it with thin layers in between. VGG came
# second and is still used for its features; GoogLeNet came first with a
# twentieth of the parameters. Here you take both apart, and test three of
# their arguments by training.
#
# ## What you will be able to do
#
# - write down VGG's configurations A to E, and say what grows with depth;
# - argue for three 3×3 layers in place of one 7×7, and judge the argument
#   against measurements, with more than one start;
# - show why a deep stack did not start to learn in 2014, and what people did;
# - explain scale jittering, and which part of a picture a network gets to see;
# - take an inception module apart: branches, concatenation, the cost of each
#   path with and without its 1×1 reduction;
# - say what auxiliary classifiers and global average pooling are good for;
# - predict when the mean over ten crops beats a single look, and when it
#   cannot.
#
# You need units 05 and 06 (counting, fields) and 07 (training in PyTorch).
# Guess before you run.

# %%
import math
import numpy as np
import torch
from torch import nn
from coursekit import plots

# %% [markdown]
# ## VGG: one kind of layer
#
# Every convolution has 3×3 kernels and a padding of one pixel; a ReLU follows.
# Every pooling takes the maximum of 2×2. Five stages, each ended by a pooling,
# with 64, 128, 256, 512 and 512 maps; then three fully connected layers. The
# paper's configurations A to E differ only in how many convolutions a stage
# has. (C is the odd one: in its last three stages one of the kernels is 1×1.)
# The slides show D (D4 23: deck 4, slide 23).
#
# **Predict.** From A to E the number of layers with weights grows from 11 to
# 19. By what factor do the parameters grow? And the multiply-adds?

# %%
from coursekit.analysis import summary
from coursekit.models.vgg import CHANNELS, CONFIGURATIONS, VGG, stages

print("   convolutions in the stages   layers    parameters   G mult.-adds")
vggs = {}
for letter, kernels in CONFIGURATIONS.items():
    with torch.device("meta"):  # shapes without numbers: nothing is stored
        vggs[letter] = summary(VGG(letter), (3, 224, 224))
    sizes = "  ".join("".join(map(str, stage)) for stage in kernels)
    t, depth = vggs[letter].totals, 3 + sum(map(len, kernels))
    print(f"{letter}  {sizes:27}{depth:6}", end="")
    print(f"{t['parameters']:16,}{t['macs'] / 1e9:12.1f}")
first, last = (vggs[letter].totals for letter in "AE")
growth = {k: last[k] / first[k] for k in ("parameters", "macs")}
print(f"E / A: {growth['parameters']:.2f} times the parameters,", end=" ")
print(f"{growth['macs']:.2f} times the multiply-adds")
assert growth["parameters"] < 1.1 and growth["macs"] > 2.5

# %% [markdown]
# Eight more layers, two and a half times the work, and only 8 % more
# parameters: the fully connected layers have most of them, and are the same in
# all five (unit 05). So A to E are a clean experiment on depth. Hardly anything
# else changes. The paper's own result, top-5 error on ImageNet's validation
# pictures with one network, each picture at one size:
#
# **Predict.** Does the error fall with each step from 11 to 19 layers? The
# second line has *scale jittering*, which comes in a moment.

# %%
depths = [11, 13, 16, 19]  # A, B, D, E: table 3 of the paper
plain = [10.4, 9.9, 8.8, 9.0]  # trained at one size, S = 256
jittered = [np.nan, np.nan, 8.1, 8.0]  # S drawn between 256 and 512
c = 9.4  # configuration C: as deep as D, with 1×1 in place of some 3×3
assert plain[2] < c < plain[1] and plain[3] > plain[2]
gains = [round(plain[i] - jittered[i], 1) for i in (2, 3)]
print(f"jittering takes {gains[0]} and {gains[1]} points off")
assert gains == [0.7, 1.0]
print(f"16 layers: C with 1×1 kernels {c} %, D with 3×3 {plain[2]} %")
plots.line_chart(
    {"one size": plain, "jittered": jittered},
    depths,
    xlabel="layers with weights",
    ylabel="top-5 error in percent",
    alt="Top-5 error of VGG against depth, from the paper. Trained at one "
    f"size: {plain[0]} percent with 11 layers, {plain[1]} with 13, {plain[2]} "
    f"with 16, {plain[3]} with 19. With scale jittering {jittered[2]} and "
    f"{jittered[3]} with 16 and 19 layers.",
)

# %% [markdown]
# It falls until 16 layers; with 19 it does not fall further (9.0 against 8.8),
# unless the pictures are jittered. Compare B, C and D as well. C is B with
# three more layers that see nothing new, only more ReLUs: better than B. D is C
# with the 1×1 kernels made 3×3: better than C. So both matter, depth and seeing
# neighbours.
#
# ## Three times 3×3, or once 7×7?
#
# You counted it in unit 05: three 3×3 layers see 7×7 pixels, with 27 c² weights
# against 49 c² (F13). The paper has a second reason: "three non-linear
# rectification layers instead of a single one". Which of the two reasons
# counts? Take three networks, equal but for one place: one 7×7 layer; three
# 3×3 layers; and three 3×3 layers with a ReLU *only after the last*. The third
# has the weights of the second, and the single ReLU of the first.
#
# They learn to tell generated shapes apart, from 500 pictures. (Batch
# normalisation, unit 09, makes it a matter of seconds.)
#
# **Predict.** Order the three by accuracy on new pictures.

# %%
from coursekit.experiments import Scale, one_large_or_three_small, stored


def percent(result, name):
    """Accuracy on new pictures in percent, epoch by epoch."""
    rows = result.series[name]
    return [100 * row["validation_accuracy"] for row in rows]


def each_start(result, name):
    """The last accuracy of every start, in percent."""
    found = result.numbers.items()
    return [100 * v for key, v in found if key.startswith(f"{name}, start ")]


def beside(live, kept):
    """Curves of both, one panel each."""
    runs = {"live, 500 pictures": live, "stored, 2000": kept}
    return {
        title: {name: percent(found, name) for name in found.series}
        for title, found in runs.items()
        if found
    }


live = one_large_or_three_small.run(Scale.LIVE)
kept = stored("one_large_or_three_small")
print("live, one start:       accuracy   parameters   multiply-adds")
for name in live.series:
    costs = [
        live.numbers[f"{name}: {k}"] for k in ("parameters", "multiply-adds")
    ]
    print(f"{name:22}{percent(live, name)[-1]:7.0f} %", end="")
    print(f"{costs[0]:12,.0f}{costs[1]:16,.0f}")
final = {name: percent(live, name)[-1] for name in live.series}
one, three, linear = final.values()
assert three > one + 2 and linear > three + 5
plots.show_line_panels(
    beside(live, kept),
    first=1,
    xlabel="epoch",
    ylabel="accuracy in %",
    alt="Accuracy on new pictures, epoch by epoch. Live, with one start: "
    + ", ".join(f"{name} ends at {v:.0f} percent" for name, v in final.items())
    + ". Stored, with more pictures and the mean of six starts: the same "
    f"lines end at {', '.join(f'{percent(kept, n)[-1]:.0f}' for n in final)}.",
)

# %% [markdown]
# Live, both stacks are ahead of the 7×7. And the one *without* ReLUs inside is
# far ahead of the other. "Non-linear layers are harmful": would you publish
# that? It is one start on few pictures. The right panel is the same code with
# four times the pictures, twice the classes, harder pictures, and six starts
# for each network.

# %%
print(kept.source)
starts = {name: each_start(kept, name) for name in kept.series}
print("\nstored, each start:")
for name, found in starts.items():
    print(f"{name:22}", "  ".join(f"{v:.1f}" for v in found), end="   ")
    print(f"mean {np.mean(found):.1f}")
means = {name: np.mean(found) for name, found in starts.items()}
within = max(max(found) - min(found) for found in starts.values())
between = max(means.values()) - min(means.values())
print(f"\nbetween the means {between:.1f}, between starts up to {within:.1f}")
assert within > between
saved = 1 - (
    kept.numbers["three 3×3: multiply-adds"]
    / kept.numbers["one 7×7: multiply-adds"]
)
print(f"the stack saves {saved:.0%} of the network's multiply-adds")

# %% [markdown]
# With more pictures the leads are gone. The three means differ by less than the
# starts of one and the same network; so this experiment cannot order them, and
# it does not show that the ReLUs inside help. What remains is what you can
# count: over a third less work in the whole network, and nothing lost that we
# could measure. The lesson is as much about experiments as about kernels: *a
# difference means something if it is larger than the one between two starts.*
#
# The paper has an experiment of its own, at full size: B's pairs of 3×3 against
# single 5×5 layers. The 5×5 network's top-1 error is 7 points higher (section
# 4.1). There it does matter. Ours says nothing against that: it has one such
# place, and a handful of maps.
#
# ## Why nobody could start at 19
#
# VGG's authors trained A first, from random weights; its layers were the
# start of the deeper ones (section 3.1). Why not start D from random weights?
# Send noise through 13 convolutions whose weights are random, and measure how
# large the numbers are after each: the root of their mean square.
#
# AlexNet drew its weights with a standard deviation of 0.01. The VGG paper
# writes a *variance* of 0.01, a deviation of 0.1. The third line takes
# $\sqrt{2 / n}$, where $n$ is the number of products in a sum, $9 c$: smaller
# where there are more maps below (He et al., 2015).
#
# **Predict.** Where is each of the three after the 13th layer: 1? A thousand?
# A millionth?


# %%
def sizes_of_maps(letter, deviation=None):
    """Root mean square after each convolution, for random weights."""
    rng = np.random.default_rng(0)
    x = torch.tensor(rng.standard_normal((1, 3, 32, 32)))
    found = []
    for layer in stages(3, CHANNELS, CONFIGURATIONS[letter], batch_norm=False):
        if isinstance(layer, nn.Conv2d):
            shape = layer.weight.shape
            scale = deviation or math.sqrt(2 / math.prod(shape[1:]))
            w = torch.tensor(scale * rng.standard_normal(shape))
            x = nn.functional.conv2d(x, w, padding=1).relu()
            found.append(float(x.square().mean().sqrt()))
        elif isinstance(layer, nn.MaxPool2d):
            x = layer(x)
    return found


deviations = {"0.01": 0.01, "0.1": 0.1, "√(2/n)": None}
signal = {name: sizes_of_maps("D", d) for name, d in deviations.items()}
shallow = sizes_of_maps("A", 0.01)[-1]
for name, values in signal.items():
    power = round(math.log10(values[-1]))
    print(f"deviation {name:7} about 10^{power} after the 13th layer")
print(f"in A, with 0.01: about 10^{round(math.log10(shallow))} after the 8th")
assert signal["0.01"][-1] < 1e-6 and signal["0.1"][-1] > 1e4
assert 0.1 < signal["√(2/n)"][-1] < 10
plots.line_chart(
    signal,
    np.arange(1, 14),
    xlabel="convolution",
    ylabel="root mean square of its maps",
    yscale="log",
    alt="How large the numbers are after each of VGG-16's convolutions, on a "
    "logarithmic axis. With a deviation of 0.01 they fall in a straight line "
    "by more than six powers of ten; with 0.1 they rise by more than five; "
    "with the square root of 2 over n they stay near 1.",
)

# %% [markdown]
# A constant cannot be right. Each layer multiplies the numbers by some factor,
# and thirteen factors make a power: the line is straight on a logarithmic axis.
# With 0.01 nothing arrives, and the gradients, which pass the same weights on
# the way back, vanish as well. With 0.1 everything explodes. In A, five layers
# shallower, the signal is hundreds of times larger: small, but something to
# begin with. The remedy is to let the deviation depend on $n$, as Glorot and
# Bengio had proposed in 2010. VGG's authors found their paper after the
# submission, and say that it would have saved them the detour.
#
# ## Scale jittering
#
# A network with fixed input sees 224×224 pixels. Which ones? Resize the picture
# so that its shorter side is $S$ pixels, and cut a crop out anywhere. With
# $S = 256$ the crop has most of the picture; with $S = 512$ a detail. VGG
# draws $S$ anew for each picture and epoch, between 256 and 512 (D4 23–24). It
# is the translation of unit 07 with a third direction: nearer and farther.
#
# **Predict.** What share of a 300×451 picture does a crop have for $S = 256$,
# what share for 512? Will you recognise the cat in all six?

# %%
from coursekit.data import load_photo
from coursekit.training.augment import ScaleJitter, resize_shorter_side

photo = load_photo("chelsea")
cat = torch.tensor(photo.transpose(2, 0, 1).copy())[None]
for side in (256, 512):
    h, w = resize_shorter_side(cat, side).shape[2:]
    print(f"S = {side}: {h}×{w}, a crop has {224 * 224 / (h * w):.0%} of it")
jitter = ScaleJitter(224, (256, 512))
draws = jitter.draw(6, (3, 300, 451), torch.Generator().manual_seed(4))
crops = jitter.apply(cat.expand(6, -1, -1, -1), draws)
plots.show_images(
    list(crops[:, :, ::2, ::2].permute(0, 2, 3, 1).numpy()),
    [f"S = {int(side)}" for side in draws[0]],
    columns=3,
    alt="Six crops of the photograph of a tabby cat, for shorter sides of "
    + ", ".join(str(int(side)) for side in draws[0])
    + " pixels: with small ones most of its face is seen, with large ones a "
    "part of it, such as an eye or the nose; the first is mostly background.",
    caption="Six draws for the same picture. Photo: Stéfan van der Walt, CC0.",
)

# %% [markdown]
# From half of the picture down to an eighth. The label is "cat" for all of
# them, so the network must learn to do with a face as well as with an eye. And
# once in a while the label is wrong: the first crop shows next to no cat. In
# the paper's figures above, jittering takes 0.7 points off the error with 16
# layers, and a whole point with 19. It costs nothing when the network is used.
#
# ## GoogLeNet: which kernel size? All of them
#
# VGG settled on 3×3. The inception module does not settle: 1×1, 3×3, 5×5 and a
# pooling look at the same maps side by side, all with stride 1 and padding that
# keeps the size, so that their maps can be stacked: *concatenated along the
# channels*. This is module 3a, the first of nine (D4 25–31). The white boxes
# are there for the price only.
#
# **Predict.** How many maps come out? What would come out without the white
# boxes, when the pooling's 192 maps are passed on as they are? And after nine
# such modules?

# %%
from coursekit.models.googlenet import INCEPTION, Inception

module = Inception(192, list(INCEPTION["3a"])).double()
x = torch.tensor(np.random.default_rng(0).standard_normal((1, 192, 28, 28)))
with torch.no_grad():
    y = module(x)
    assert torch.equal(y[:, :64], module.branch1(x))
    assert torch.equal(y[:, 64:192], module.branch2(x))
print(f"{tuple(x.shape)} becomes {tuple(y.shape)}; maps 0 to 63 are the 1×1's")
maps = 192
for one, _, three, _, five, _ in INCEPTION.values():
    maps += one + three + five
print(f"without reductions, 3a gives {192 + 64 + 128 + 32} maps,", end=" ")
print(f"the ninth module {maps}")
plots.show_branches(
    192,
    {
        "1×1": [("1×1", 64)],
        "3×3": [("1×1", 96), ("3×3", 128)],
        "5×5": [("1×1", 16), ("5×5", 32)],
        "pooling": [("3×3 pooling", 192), ("1×1", 32)],
    },
    alt="Inception module 3a. From a bar of 192 maps below, four branches go "
    "up: 1 by 1 to 64 maps; 1 by 1 to 96 and then 3 by 3 to 128; 1 by 1 to 16 "
    "and then 5 by 5 to 32; pooling, then 1 by 1 to 32. A bar on top joins 64, "
    f"128, 32 and 32 maps: {y.shape[1]}.",
)

# %% [markdown]
# A pooling can only pass on as many maps as it gets. So without the projection
# behind it the module's output can never be thinner than its input, and by the
# ninth module there would be thousands of maps, each of them paid for by every
# kernel of the next module.
#
# ### The price of a branch
#
# The 5×5 branch has 32 kernels. Each of them, over 192 maps, takes
# $25 \cdot 192$ products at each place; over 16 maps $25 \cdot 16$, and the
# reduction costs $16 \cdot 192$ for all of them together.
#
# **Predict.** Which branch would be the most expensive without reductions?
# Which one gains most by them?

# %%
places, c = 28 * 28, 192
one, reduce3, three, reduce5, five, projection = INCEPTION["3a"]
with_them = {
    "1×1": c * one,
    "3×3": c * reduce3 + 9 * reduce3 * three,
    "5×5": c * reduce5 + 25 * reduce5 * five,
    "pooling": c * projection,
}
without = {
    "1×1": c * one,
    "3×3": 9 * c * three,
    "5×5": 25 * c * five,
    "pooling": 0,
}
counted = summary(module, (192, 28, 28)).totals["macs"]
assert counted == places * sum(with_them.values())
gain = {k: without[k] / with_them[k] for k in ("3×3", "5×5")}
total = [places * sum(v.values()) / 1e6 for v in (without, with_them)]
print(
    f"in all {total[0]:.0f} M multiply-adds become {total[1]:.0f} M;", end=" "
)
print(f"3×3: {gain['3×3']:.1f}, 5×5: {gain['5×5']:.1f} times fewer")
bars = {
    "without reductions": {k: places * v / 1e6 for k, v in without.items()},
    "as it is": {k: places * v / 1e6 for k, v in with_them.items()},
}
plots.bar_chart(
    bars,
    horizontal=True,
    xlabel="million multiply-adds",
    ylabel="branch",
    number=lambda v: f"{v:.0f}",
    alt="Multiply-adds of each branch of module 3a in millions, without and "
    "with 1 by 1 reductions: "
    + ", ".join(
        f"{k} {bars['without reductions'][k]:.0f} and {v:.0f}"
        for k, v in bars["as it is"].items()
    )
    + ".",
)

# %% [markdown]
# Without reductions the 3×3 branch would be the most expensive, and the 5×5
# second with a quarter of its kernels. The 5×5 gains most: its input is made
# twelve times thinner, the 3×3's only twice. Does that lose much? The paper
# bets that it does not: a few numbers can say a lot about a patch.
#
# ### Nine modules
#
# **Predict.** The higher up, the larger the area that a feature has to cover,
# says the paper; so the share of 3×3 and 5×5 should grow. Does it?

# %%
order = ("1×1", "3×3", "5×5", "pooling")
parts = {
    name: {key: widths[i] for key, widths in INCEPTION.items()}
    for name, i in zip(order, (0, 2, 4, 5), strict=True)
}
sums = {key: sum(parts[name][key] for name in order) for key in INCEPTION}
large = {
    key: (parts["3×3"][key] + parts["5×5"][key]) / sums[key]
    for key in INCEPTION
}
for key in ("3a", "4a", "4d", "5b"):
    print(f"{key}: {large[key]:.0%} of the maps are from 3×3 or 5×5 kernels")
assert large["5b"] < large["3a"] and large["4a"] < large["4d"]
plots.stacked_bars(
    parts,
    xlabel="inception module",
    ylabel="maps",
    alt="Maps of GoogLeNet's nine modules by branch. In all "
    + ", ".join(f"{key} {n}" for key, n in sums.items())
    + ". The 3 by 3 branch is the largest in most; the share of 1 by 1 falls "
    "from 4a to 4d and is largest at the end, in 5b.",
)

# %% [markdown]
# From 4a to 4d it does. But over the whole network it does not: the last module
# has a smaller share of them than the first. The paper does not derive its
# table of widths; read its reasons as a motive, not as a rule.
#
# ## Inception or plain, for the same work?
#
# Is the mixture worth it? The fair comparison spends the same number of
# multiply-adds: two stages, each an inception module, or a single 3×3 layer
# with as many maps as the module's products pay for.
#
# **Predict.** The inception network gets more maps for its money, most of them
# from small kernels. Does it win?

# %%
from coursekit.experiments import inception_or_plain

live, kept = inception_or_plain.run(Scale.LIVE), stored("inception_or_plain")
for name in live.series:
    macs = live.numbers[f"{name}: multiply-adds"]
    print(f"{name:10}{macs:10,.0f} multiply-adds;", end=" ")
    print(f"live {percent(live, name)[-1]:.0f} %;", end=" ")
    found = each_start(kept, name)
    print(f"stored {min(found):.1f} to {max(found):.1f} %")
print(kept.source)
a, b = (each_start(kept, name) for name in live.series)
assert min(a) > max(b) + 1
ends = [percent(live, name)[-1] for name in live.series]
assert ends[0] > ends[1] + 2
plots.show_line_panels(
    beside(live, kept),
    first=1,
    xlabel="epoch",
    ylabel="accuracy in %",
    alt="Accuracy on new pictures, epoch by epoch, for the same multiply-adds: "
    f"live the inception network ends at {ends[0]:.0f} percent and the plain "
    f"one at {ends[1]:.0f}. Stored: {percent(kept, 'inception')[-1]:.0f} and "
    f"{percent(kept, 'plain 3×3')[-1]:.0f}, the mean of six starts each.",
)

# %% [markdown]
# It does, live and stored. By the rule from above: every start of the inception
# network beats every start of the plain one. Three things differ, though, and
# this experiment does not tell them apart: several kernel sizes, more maps, and
# two layers where the plain stage has one. (A stretch for you:
# `coursekit/experiments/inception_or_plain.py` is short. Give the plain stage a
# 1×1 reduction as well.)
#
# ## Help on the way: auxiliary classifiers
#
# Twenty-two layers were deep. In training, GoogLeNet has two more classifiers,
# on top of modules 4a and 4d (D4 25–31). Their losses count 0.3 each; when the
# network is used, they are thrown away. They were to bring gradients to the
# lower layers.
#
# **Predict.** Start with weights of deviation 0.01, then with $\sqrt{2/n}$. In
# which of the two do the lower modules get most of their gradient from the
# auxiliary losses?

# %%
from coursekit.models import build


def gradient_norms(deviation=None):
    """Of the 3×3 weights in each module: from the main loss, and the others."""
    network = build("googlenet", classes=10, width=0.25).double().train()
    rng = np.random.default_rng(1)
    for part in network.modules():
        if isinstance(part, nn.Dropout):
            part.p = 0.0
        if isinstance(part, nn.Conv2d | nn.Linear):
            w = rng.standard_normal(part.weight.shape)
            scale = deviation or math.sqrt(2 / math.prod(w.shape[1:]))
            part.weight.data = torch.tensor(scale * w)
    x = torch.tensor(rng.standard_normal((8, 3, 112, 112)))
    out, y = network(x), torch.arange(8)
    loss = nn.functional.cross_entropy
    others = 0.3 * sum(loss(scores, y) for scores in out.auxiliary)
    weights = [
        getattr(network, f"inception{key}").branch2[1].conv.weight
        for key in INCEPTION
    ]
    return [
        [0.0 if g is None else float(g.norm()) for g in grads]
        for grads in (
            torch.autograd.grad(
                loss(out.logits, y), weights, retain_graph=True
            ),
            torch.autograd.grad(others, weights, allow_unused=True),
        )
    ]


norms = {name: gradient_norms(deviations[name]) for name in ("0.01", "√(2/n)")}
print("gradient from the auxiliary losses, as a multiple of the main one's:")
for name, (main, others) in norms.items():
    times = [o / m for m, o in zip(main, others, strict=True)]
    print(f"deviation {name:7} 3a {times[0]:9.1g}", end=" ")
    print(f"   4a {times[2]:9.1g}   4d {times[5]:7.1g}   5b {times[8]:3.1g}")
weak, good = ([o / m for m, o in zip(*norms[n], strict=True)] for n in norms)
assert weak[0] > 1e4 and 0.3 < good[0] < 3 and weak[8] == good[8] == 0

# %% [markdown]
# With the weights of 2012, the lower modules learn from the auxiliary heads or
# not at all: the main loss's gradient is smaller by many powers of ten. With
# weights scaled by $\sqrt{2/n}$ the main gradient arrives by itself, and the
# heads' is of the same order. Their effect was in fact small (the paper speaks
# of half a point, and of one head doing as well as two), and networks with
# batch normalisation did without. The modules above 4d never hear of them.
#
# ## The end: global average pooling
#
# GoogLeNet takes the mean of each of its last 1024 maps, and one linear layer
# follows. **Predict.** What does that save against a layer over all 7×7×1024
# numbers (D4 31)? And does it matter whether the linear layer comes before the
# mean or after it?

# %%
from IPython.display import display
from coursekit.claims import ledger

rng = np.random.default_rng(2)
maps = torch.tensor(rng.standard_normal((2, 1024, 7, 7)))
linear = nn.Linear(1024, 1000).double()
with torch.no_grad():
    after = linear(maps.mean(dim=(2, 3)))
    everywhere = linear(maps.permute(0, 2, 3, 1))  # scores for each place
    before = everywhere.mean(dim=(1, 2))
print("scores at every place:", tuple(everywhere.shape))
print("their mean is the scores of the mean:", torch.allclose(after, before))
assert torch.allclose(after, before)
display(ledger("F14", "F15"))

# %% [markdown]
# Mean and linear layer may change places, since both are linear. Do the linear
# layer first, and you have a map of scores for each class: *where* the network
# sees a cat. Unit 10 makes pictures of that. With the mean, no weight belongs
# to a place any more; that is what saves so much (F15). And the network takes
# pictures of any size. Whether it does so *well* is another matter; you will
# see in a moment.
#
# ## One look or many?
#
# The network wants a square of 224 pixels, the picture is larger. AlexNet asks
# about five crops and their mirror images, and averages the ten probabilities.
# VGG does so with fifty crops at each of three sizes, or slides over the whole
# picture (unit 13 shows how). GoogLeNet (D4 25–31) takes four sizes; at each,
# three squares (left, middle, right); in each square four corners, the middle,
# and the whole square made smaller; and all of that mirrored.
#
# **Predict.** How many looks are that? And how much would you expect of them?

# %%
small = resize_shorter_side(cat, 256)[0].permute(1, 2, 0).numpy()
h, w = small.shape[:2]
right, low = w - 224, h - 224
five = [
    (0, 0, 224, 224),
    (0, right, 224, 224),
    (low, 0, 224, 224),
    (low, right, 224, 224),
    (low // 2, right // 2, 224, 224),
]
squares = [(0, left, h, h) for left in (0, (w - h) // 2, w - h)]
looks = 4 * len(squares) * (len(five) + 1) * 2
print(f"GoogLeNet: 4 · {len(squares)} · {len(five) + 1} · 2 = {looks} looks")
assert looks == 144
plots.show_crops(
    [small[::2, ::2], small[::2, ::2]],
    [
        [tuple(v // 2 for v in box) for box in boxes]
        for boxes in (five, squares)
    ],
    ["five crops", "three squares"],
    alt="The same photograph of a cat twice. Left: the outlines of five crops, "
    "at the four corners and in the middle; each leaves out part of the face. "
    "Right: three squares as high as the picture, at its left, in its middle "
    "and at its right.",
    caption="Photo: Stéfan van der Walt, CC0.",
)

# %% [markdown]
# Published figures first. GoogLeNet's table 3 has them for one network and for
# the mean of seven.

# %%
errors = {  # looks: top-5 error in percent, GoogLeNet's table 3
    "one network": {"1": 10.07, "10": 9.15, "144": 7.89},
    "seven networks": {"1": 8.09, "10": 7.62, "144": 6.67},
}
plots.bar_chart(
    errors,
    xlabel="looks at each picture",
    ylabel="top-5 error in percent",
    number=lambda v: f"{v:.2f}",
    alt="Top-5 error of GoogLeNet. One network: "
    + ", ".join(
        f"{v} percent with {k}" for k, v in errors["one network"].items()
    )
    + ". Seven networks: "
    + ", ".join(f"{v} with {k}" for k, v in errors["seven networks"].items())
    + " looks.",
)

# %% [markdown]
# Ten looks with one network are worth about one point, 144 two; seven networks
# with one look each do about as well as one network with 144. The published
# 6.67 % takes 7 · 144 = 1,008 looks at each picture.
#
# Now a small network of our own, trained on random crops of shapes: crops of 28
# from 32 pixels, in the proportion of 224 from 256; and smaller ones, 24 from
# 32. "Alone" is the mean accuracy of the same crops, each asked by itself.
#
# **Predict.** Can the mean of several answers be worse than the middle crop
# alone? Can it be worse than the mean of its members?

# %%
from coursekit.experiments import single_or_many_crops

live = single_or_many_crops.run(Scale.LIVE)
kept = stored("single_or_many_crops")
ways = ("1 crop", "2, mirrored", "5 crops", "10 crops", "whole picture")
print("accuracy in %      live        stored")
print("               alone  mean  alone  mean")
for size in (28, 24):
    for way in ways:
        print(f"{size}: {way:13}", end="")
        for result in (live, kept):
            n, key = result.numbers, f"{size}: {way}"
            alone, mean = n[f"{key}: alone_accuracy"], n[f"{key}: accuracy"]
            print(f"{100 * alone:5.1f}{100 * mean:6.1f}", end="  ")
            assert n[f"{key}: loss"] <= n[f"{key}: alone_loss"] + 1e-9
        print()
print(kept.source)
n = kept.numbers
assert n["28: 10 crops: accuracy"] > n["28: 1 crop: accuracy"] + 0.01
assert n["24: 10 crops: accuracy"] < n["24: 2, mirrored: accuracy"]
for numbers in (live.numbers, n):
    for size in (28, 24):
        ten = f"{size}: 10 crops: "
        assert (
            numbers[ten + "accuracy"] > numbers[ten + "alone_accuracy"] + 0.02
        )
    assert numbers["28: whole picture: accuracy"] < 0.8
few = [live.numbers[f"28: {way}: accuracy"] for way in ("1 crop", "10 crops")]
assert abs(few[1] - few[0]) < 0.015

# %% [markdown]
# Read the columns "alone" first: the crops at the corners are worse than the
# middle, because they cut the shape off; the more so, the smaller the crop. And
# yet the mean of all ten is far better than its members. With crops of 28
# pixels it beats the middle crop in the stored run by two points; live, on
# fewer pictures, they are about equal. With crops of 24 it does not beat the
# middle crop and its mirror image: there the corners see too little.
#
# One thing can be proved. The loss is the negative logarithm of the probability
# of the right class, and that function is convex: the loss of the mean is never
# larger than the mean of the losses. The cell asserts it in every row. So
# *averaging beats its average member, not its best one.* Looks should be good,
# and should err in different ways: it is the law of ensembles again, of which
# unit 09 makes more.
#
# The last row is a warning. Thanks to global averaging the network takes the
# whole picture, all 32 pixels, without a complaint; and it is much worse. It
# has learned to read means over maps of 3×3, of which eight places out of nine
# touch the border's zeros. In the larger picture the maps are 4×4, and the mix
# is another one. (That is our explanation, not measured here.)
#
# ## The eight questions
#
# The same eight questions for each architecture (D4 5). AlexNet's column is
# there to compare; unit 09 completes the table.

# %%
from coursekit.analysis.eight_questions import eight_questions

eight_questions("AlexNet", "VGG-16", "GoogLeNet")

# %% [markdown]
# ## Which one should I choose?
#
# **Predict.** GoogLeNet's error is a little lower than VGG-16's, for a tenth of
# the work. Why did VGG become the network whose features everybody took?

# %%
from coursekit.analysis import network

ten_crops = {"AlexNet": 18.2, "VGG-16": 9.33, "GoogLeNet": 9.15}
print("             MB of    G mult.-    MB of          top-5 error,")
print("           weights        adds     maps    nodes    ten crops")
rows = {}
for name, error in ten_crops.items():
    table = summary(network(name.lower().replace("-", "")))
    t = rows[name] = table.totals
    print(f"{name:10}{4 * t['parameters'] / 1e6:8.0f}", end="")
    print(f"{t['macs'] / 1e9:12.1f}{t['activation_bytes'] / 1e6:9.0f}", end="")
    print(f"{len(table.rows):9}{error:11.2f} %")
vgg, google = rows["VGG-16"], rows["GoogLeNet"]
assert 19 < vgg["parameters"] / google["parameters"] < 20
assert 9.5 < vgg["macs"] / google["macs"] < 10

# %% [markdown]
# (The errors are those of unit 05, with their sources there. Nodes are those of
# the network's graph; each ReLU is one.) The counts speak for GoogLeNet: a
# twentieth of the weights, a tenth of the work. So what speaks for VGG? It is
# simple. Every layer is the same, a page of code builds it, its maps shrink at
# five clear places, and one can cut it anywhere. Transfer (unit 11),
# segmentation (13) and style (16) were built on it first.
#
# Our judgement. To *learn from*, or as features for pictures of textures and
# style: VGG. To *run* with little memory: a descendant of GoogLeNet, or better
# a small residual network. To *begin something new* today: neither. Take the
# ResNet of unit 09, which kept VGG's simplicity and GoogLeNet's economy.
#
# ## Where it fails
#
# - **Deeper is not always better.** VGG with 19 layers was no better than with
#   16, unless jittered. Unit 09 begins there.
# - **A good start is not optional.** A constant deviation of the first weights
#   makes a deep stack vanish or explode; measure before you train for a week.
# - **One run is an anecdote.** Our first panel showed large leads of the 3×3
#   stacks, which more pictures and six starts did not confirm.
# - **Multiply-adds are not seconds.** An inception module is six convolutions
#   and a concatenation, which copies; one VGG layer is a single large product.
#   The tenth of the work is not a tenth of the time.
# - **More looks are not free.** Ten crops are ten times the work when the
#   network is used, 144 crops 144 times; and corners may cut off what counts.
# - **Widths that nobody derived**, six in each of nine modules, tell you little
#   about the next problem.
#
# ## Recap
#
# Answer first, then open. The numbers follow from the cells above.
#
# <details><summary>From VGG A to VGG E: what grows, what does not?</summary>
#
# The work, two and a half times, with the depth. Parameters only by 8 %: the
# fully connected layers, which have most, stay.
#
# </details>
#
# <details><summary>Three 3×3 against one 7×7: what is certain, what is
# not?</summary>
#
# Certain: the same field, 27 c² against 49 c² weights, two more ReLUs. Not
# certain: that it is more accurate. Our small runs order the networks
# differently; the paper's large one is for small kernels.
#
# </details>
#
# <details><summary>Why could VGG's authors train 11 layers from random weights,
# but not 19?</summary>
#
# Each layer with a deviation of 0.01 makes the numbers smaller, and the factors
# multiply: about 10⁻⁵ after eight layers, below 10⁻⁷ after thirteen.
#
# </details>
#
# <details><summary>A module's branches give 64, 128, 32 and 32 maps. What comes
# out, and what must all branches have in common?</summary>
#
# 256 maps, side by side. Their height and width must be equal: stride 1 and
# the right padding, in the pooling too.
#
# </details>
#
# <details><summary>Why does the 5×5 branch need its reduction most?</summary>
#
# Each of its kernels takes 25 products per map below. From 192 maps to 16 makes
# it about ten times cheaper, with the reduction's own cost counted.
#
# </details>
#
# <details><summary>When do auxiliary classifiers matter?</summary>
#
# When the main loss's gradient does not arrive below. With well scaled first
# weights it does, and theirs is of the same order.
#
# </details>
#
# <details><summary>Ten crops: better than what, for certain?</summary>
#
# Than the ten crops' losses on average: the negative logarithm is convex. Not
# for certain better than the best of them.
#
# </details>
#
# <details><summary>How many looks are behind GoogLeNet's 6.67 %?</summary>
#
# Seven networks, 144 looks each: 1,008.
#
# </details>
#
# ## References
#
# - K. Simonyan and A. Zisserman, Very deep convolutional networks for
#   large-scale image recognition, ICLR 2015.
#   <https://doi.org/10.48550/arXiv.1409.1556>
# - C. Szegedy et al., Going deeper with convolutions, CVPR 2015.
#   <https://doi.org/10.1109/CVPR.2015.7298594>
# - M. Lin, Q. Chen and S. Yan, Network in network, ICLR 2014: 1×1 convolutions
#   and global average pooling.
#   <https://doi.org/10.48550/arXiv.1312.4400>
# - K. He, X. Zhang, S. Ren and J. Sun, Delving deep into rectifiers, ICCV 2015:
#   first weights for ReLU networks.
#   <https://doi.org/10.1109/ICCV.2015.123>
# - X. Glorot and Y. Bengio, Understanding the difficulty of training deep
#   feedforward neural networks, AISTATS 2010.
#   <https://proceedings.mlr.press/v9/glorot10a.html>
# - C. Szegedy et al., Rethinking the inception architecture for computer
#   vision, CVPR 2016: what auxiliary classifiers do, and what not.
#   <https://doi.org/10.1109/CVPR.2016.308>
# - A. Krizhevsky, I. Sutskever and G. E. Hinton, ImageNet classification with
#   deep convolutional neural networks, NIPS 2012; reprinted 2017.
#   <https://doi.org/10.1145/3065386>
