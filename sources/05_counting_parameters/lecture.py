# %% [markdown]
# # 05 · Counting parameters
#
# <!-- minutes -->
#
# How large is a network? That is three questions. How many numbers does it
# learn (*parameters*)? How many products does it take to look at one picture
# (*multiply-adds*)? How many numbers lie between its layers on the way
# (*activations*)? All three can be counted on paper before a line of the
# network is written, and they live in quite different layers. Here you count
# LeNet, AlexNet, VGG, GoogLeNet and ResNet, and check what the slides say.
#
# ## What you will be able to do
#
# - count parameters, multiply-adds and activations of fully connected, locally
#   connected and convolutional layers, with strides, padding and groups;
# - follow the volume of numbers through a network, layer by layer, by hand;
# - say where a network's parameters, work and memory are, and what to change
#   to have less of one of them;
# - explain why three 3×3 layers replaced one of 7×7, what a 1×1 convolution is
#   good for, and why the large fully connected layers have gone;
# - work out which batch fits into a given memory;
# - say what these counts do not tell.
#
# You need unit 02 (output sizes) and unit 04 (the layers). As always: guess
# before you run.

# %%
import math
import numpy as np
from coursekit import numpy_nn as nn, plots
from coursekit.analysis import Graph, network, operations as ops, summary
from coursekit.claims import ledger

# %% [markdown]
# ## Three ways to connect
#
# Eight pixels in a row, and a layer of six units above them. Three ways to
# connect the two: every unit to every pixel (*full*); every unit to three
# neighbours (*local*); and local once more, but all units use the same three
# weights (*shared*).
#
# **Predict.** How many numbers does each of the three learn? What happens to
# the three counts when the row gets ten times as long?

# %%
plots.show_wiring(
    8,
    3,
    alt="Eight pixels below, six units above, three times. Full: every pixel "
    "is joined to every unit, 48 lines. Local: each unit is joined to three "
    "neighbouring pixels, 18 lines. Shared: the same 18 lines, but in three "
    "kinds of line that repeat from unit to unit: three weights.",
    caption="A line is a weight. On the right, lines drawn alike are one and "
    "the same weight.",
)

# %% [markdown]
# 48, 18 and 3. With 80 pixels and 78 units it would be 6,240, then 234, and
# still 3: a full layer grows with the square of the picture, a local one with
# the picture, a shared one not at all. The shared layer is a convolution.
#
# The slides take a picture of 200×200 pixels and a layer of 400,000 units
# (D1 27: deck 1, slide 27; the example is Ranzato's). That is ten units for
# each pixel. Locally connected, each unit sees 10×10 pixels. (F1, F2 and so on
# number the claims of the slides that this course tests. `ledger` computes them
# anew and says how each fares.)
#
# **Predict.** How many weights has the full layer, how many the local one?
# And how many are left when the ten units at one place are the same ten at
# every place?


# %%
def counted(shape, *layers):
    """The summary of these layers, one after the other, for such an input."""
    graph = Graph("layers", shape)
    for layer in layers:
        graph.add(layer)
    return summary(graph)


picture = (1, 200, 200)
same = {"padding": ((4, 5), (4, 5)), "out_channels": 10, "bias": False}
ways = {
    "full": (ops.Flatten(), ops.Linear(400_000, bias=False)),
    "local": (ops.LocallyConnected2d((10, 10), **same),),
    "shared": (ops.Conv2d((10, 10), **same),),
}
print("layer      units          weights     multiply-adds")
for name, layers in ways.items():
    last = counted(picture, *layers).rows[-1]
    units = math.prod(last["output_shape"])
    print(f"{name:8}{units:8,}{last['parameters']:17,}{last['macs']:18,}")
ledger("F1", "F2", "F3", "F18")

# %% [markdown]
# All four claims hold, for weights without biases. Look at the last column of
# the small table, though. Being local saves work: 400 times fewer products.
# Sharing saves none: the local and the shared layer multiply equally often,
# they only *fetch* different numbers. Parameters and work are two things.
#
# ## What one layer costs
#
# A convolution has $m$ kernels. Each sees all $c$ input channels through a
# window of $f_h \times f_w$ pixels, and adds one bias:
#
# $$\text{parameters} = m \, (c \, f_h f_w + 1)$$
#
# It gives $m$ maps of $h_\text{out} \times w_\text{out}$ numbers, and each
# number is a sum of $c \, f_h f_w$ products:
#
# $$\text{multiply-adds} = m \, h_\text{out} w_\text{out} \; c \, f_h f_w$$
#
# The second count is the first without the biases, times the number of places.
# One multiply-add is one product, added to a sum. Biases are left out, and so
# is a single factor per number, as in LeNet's averaging layers.
#
# A formula is worth what its test is worth. The next cell makes a real layer:
# it asks its weights for their `.size`, and a very slow convolution, which
# counts as it goes, for its products. The ledger makes many real layers, and
# asks their outputs for their shape.
#
# **Predict.** The slide gives the size as $(n + 2p - f) / s + 1$, with no word
# on rounding (D5). Pooling uses the same formula. For which sizes, strides and
# paddings will it be wrong?


# %%
def count_products(x, w, stride):
    """Convolve (C, H, W) with (M, C, f, f) by loops, and count."""
    products, (f, n) = 0, (w.shape[-1], x.shape[-1])
    for kernel in w:
        for i in range(0, n - f + 1, stride):
            for j in range(0, n - f + 1, stride):
                window = x[:, i : i + f, j : j + f]
                products += (window * kernel).size
    return products


w = nn.Conv2d(3, 4, 5, stride=2, rng=0).params["w"]
found, formula = count_products(np.zeros((3, 12, 12)), w, 2), w.size * 4 * 4
print(f"{w.size} weights, at 4×4 places: {found:,} products counted,")
print(f"{formula:,} by the formula")
assert w.size == 4 * 3 * 5 * 5 and found == formula
ledger("F19")

# %% [markdown]
# Never wrong, if rounded down: a last step that does not fit is not taken. (A
# setting of some libraries, *ceil mode*, rounds up instead. GoogLeNet's pooling
# needs it to come from 112 to 56.)
#
# A fully connected layer is the special case with one place: every weight is
# used once per picture. In a convolution every weight is used at every place.
# Remember this ratio, multiply-adds per weight; it explains most of what comes.
#
# ## LeNet-5, layer by layer
#
# Take paper. LeNet-5 (1998) gets 32×32 grey pixels. You know every layer from
# unit 04; C3 joins 60 of the 96 possible pairs of maps (6 below, 16 above).
#
# | layer | shape | parameters | multiply-adds |
# | --- | --- | --- | --- |
# | C1: 6 kernels 5×5 | 6×28×28 | 6·(25 + 1) | 6·28·28·25 |
# | S2: 2×2, factor and bias per map | 6×14×14 | 6·2 | none |
# | C3: 16 kernels, 60 pairs, 5×5 | 16×10×10 | 60·25 + 16 | 60·10·10·25 |
# | S4: as S2 | 16×5×5 | 16·2 | none |
# | C5: 120 kernels 5×5 over 16 maps | 120×1×1 | 120·(400 + 1) | 120·400 |
# | F6: 84 neurons | 84 | 84·(120 + 1) | 84·120 |
# | output: 10 fixed codes | 10 | none are learned | 10·84 |
#
# **Predict.** Which layer has the most parameters? Which does the most work?
# Work the products out, then compare with the table that `summary` makes.

# %%
from IPython.display import display

lenet = summary(network("lenet5"))
by_hand = {
    "0": (6 * (25 + 1), 6 * 28 * 28 * 25),
    "2": (6 * 2, 0),
    "4": (60 * 25 + 16, 60 * 10 * 10 * 25),
    "6": (16 * 2, 0),
    "8": (120 * (400 + 1), 120 * 400),
    "11": (84 * (120 + 1), 84 * 120),
    "13": (0, 10 * 84),
}
rows = {row["name"]: row for row in lenet.rows}
for name, counts in by_hand.items():
    assert counts == (rows[name]["parameters"], rows[name]["macs"])
display(ledger("F8", "F9", "F10"))
lenet

# %% [markdown]
# C5 has 80 % of the parameters: where maps are unrolled, each of the 120 units
# gets a weight for every number below. C1 and C3 do 82 % of the work, with
# less than 3 % of the parameters. So it was in 1998, and so it stayed for
# fifteen years. (The columns on the right, field, jump and padding, belong to
# unit 06. What is "held for backward" comes further down.)
#
# ### The same as a drawing
#
# Now draw what comes out of each layer as a box: as high as the maps, as long
# as there are channels.
#
# **Predict.** How do the boxes change from top to bottom?

# %%
called = ["C1", "S2", "C3", "S4", "C5", "F6", "output"]
names = dict(zip(by_hand, called, strict=True))
held = {c: math.prod(rows[r]["output_shape"]) for r, c in names.items()}
assert max(held, key=held.get) == "C1"
plots.show_volumes(
    lenet,
    names=names,
    alt="Boxes for LeNet-5 from top to bottom. The input is a thin sheet of "
    "1 by 32 by 32. The boxes get lower and longer: 6 maps of 28 by 28, 6 of "
    "14 by 14, 16 of 10 by 10, 16 of 5 by 5. Then they are flat bars: 120, 84 "
    f"and 10 numbers. C1 holds the most, {held['C1']:,}.",
    caption="To scale: all maps share one scale, and so do all lengths.",
)

# %% [markdown]
# From wide and thin to narrow and long: less *where*, more *what*. All the
# networks of this unit look like that.
#
# ## AlexNet and its two groups
#
# AlexNet (2012) did not fit on one graphics card of its day. So it was spread
# over two, and three of its five convolutions were cut into two *groups*: half
# the kernels see half the maps, the other half sees the rest. In layers 2, 4
# and 5 a kernel therefore sees half of the input channels; layer 3 sees all.
#
# **Predict.** By what factor do two groups change a layer's weights, and its
# multiply-adds? The slide says 60 million parameters and 650,000 neurons (D1
# 33). Which layer has the most parameters?

# %%
from coursekit.analysis.networks.alexnet import alexnet

alex, whole = summary(alexnet()), summary(alexnet(groups=1))
units = [x for x in alex.layers if x.type in ("Conv2d", "Linear")]
numbers = [math.prod(x.output_shape) for x in units]
paper = [253440, 186624, 64896, 64896, 43264, 4096, 4096, 1000]
assert paper[1:] == numbers[1:] and paper[0] == 96 * 55 * 48
print(f"conv1: {paper[0]:,} = 96·55·48 units in the paper's own list;", end="")
print(f" 96·55·55 = {numbers[0]:,} come out")
share = 1 - alex.totals["macs"] / whole.totals["macs"]
print(f"two groups save {share:.0%} of the multiply-adds")
display(ledger("F4", "F5", "F6"))
plots.show_volumes(
    alex,
    alt="Boxes for AlexNet. Below the input of 3 by 224 by 224 they are much "
    "lower at once: 96 maps of 55 by 55, then 27 by 27, 13 by 13 and 6 by 6, "
    "with up to 384 channels; then bars of 4096, 4096 and 1000 numbers, longer "
    f"than any box. In all {sum(numbers):,} come from layers with weights.",
)

# %% [markdown]
# Two groups halve weights and work of a layer. In the whole network they save
# over a third of the work, but only about 2 % of the parameters: nearly all of
# those are elsewhere, in the fully connected layers fc6 to fc8. The first of
# them, fc6, alone has more than half of the network's.
#
# ## Where is everything?
#
# Five networks, cut into stages: all layers whose maps have the same size, and
# the fully connected ones ("dense") at the end. LeNet's C5, whose maps are
# single numbers, counts as dense.
#
# **Predict.** For AlexNet, VGG-16 and ResNet-50: which stage has most of the
# parameters? of the multiply-adds? of the activations?

# %%
from coursekit.analysis.stages import stages

names = {
    "LeNet-5": "lenet5",
    "AlexNet": "alexnet",
    "VGG-16": "vgg16",
    "GoogLeNet": "googlenet",
    "ResNet-50": "resnet50",
}
tables = {name: summary(network(key)) for name, key in names.items()}
kinds = ("parameters", "macs", "activation_bytes")
dense = {
    name: [getattr(stages(t)[-1], kind) / t.totals[kind] for kind in kinds]
    for name, t in tables.items()
}
print("share of the dense layers in:")
print("           parameters   multiply-adds   activations")
for name, (p, a, n) in dense.items():
    print(f"{name:10}{p:10.1%}{a:14.1%}{n:15.1%}")
print("\nwidth of the maps in the stage with most of the:")
print("           parameters   multiply-adds   activations")
for name, t in tables.items():
    most = [max(stages(t), key=lambda s: getattr(s, k)).size[0] for k in kinds]
    p, a, n = ("dense" if size == 1 else size for size in most)
    print(f"{name:10}{p:>10}{a:>14}{n:>15}")
plots.show_budget(
    tables,
    alt="Bars of shares, by size of map. Parameters: the dense layers have "
    f"{dense['AlexNet'][0]:.0%} in AlexNet and {dense['VGG-16'][0]:.0%} in "
    f"VGG-16, but {dense['GoogLeNet'][0]:.0%} in GoogLeNet and "
    f"{dense['ResNet-50'][0]:.0%} in ResNet-50, where maps of 14 and 7 pixels "
    "have the rest. Multiply-adds: spread over the stages of convolutions. "
    "Activations: the largest maps have about half in LeNet-5, AlexNet and "
    "VGG-16; in ResNet-50 maps of 56 pixels lead, and GoogLeNet has nearly "
    "equal shares at 56, 28 and 14.",
    caption="Numbers in the bars: how wide the maps of that stage are.",
)

# %% [markdown]
# Three different pictures of the same networks. **Parameters** are towards the
# end. **Activations** are towards the beginning, where maps are large; only
# GoogLeNet spreads them almost evenly over three stages. **Work** is spread
# over the convolutions: where maps get four times smaller and channels double,
# each place takes four times the work, and the total stays. In GoogLeNet and
# ResNet-50 the dense layers no longer have most of anything.
#
# ## VGG: deep and simple
#
# Sixteen layers with weights (D4 23): thirteen convolutions, all 3×3, and three
# dense layers. In between, five poolings halve the maps. **Predict.** The last
# maps, 7×7×512, are flattened (D2 22) and go to 4,096 units. What share of all
# 138 million parameters is in that one layer?

# %%
vgg = tables["VGG-16"]
fc6 = next(row for row in vgg.rows if row["name"] == "fc6")
second = next(row for row in vgg.rows if row["name"] == "conv1_2")
uses = second["macs"] // (64 * 64 * 9), fc6["macs"] // (25_088 * 4096)
print("multiply-adds for each weight:", end=" ")
print(f"in conv1_2 {uses[0]:,}, in fc6 {uses[1]}")
display(ledger("F7", "F12"))
plots.show_volumes(
    vgg,
    detail="stages",
    alt="Boxes for VGG-16, one per size of map: 64 by 224 by 224 is a thin "
    "sheet as high as the input, then height halves and length doubles, "
    "to 512 by 28 by 28; 512 by 14 by 14 and 512 by 7 by 7 stay as long. "
    "Bars of 4096, 4096 and 1000 numbers end it.",
)

# %% [markdown]
# Three quarters. Each of its weights is used once per picture, where a weight
# of conv1_2 is used at 224·224 places: three quarters of the parameters do less
# than 1 % of the work.
#
# ### Three times 3×3, or once 7×7?
#
# VGG's other idea: a stack of small kernels in place of a large one. Three 3×3
# layers see 7×7 pixels, as one 7×7 layer does. With $c$ channels in and out,
#
# $$3 \cdot (3^2 c^2) = 27\,c^2 \quad\text{against}\quad 7^2 c^2 = 49\,c^2$$
#
# **Predict.** For which kernel size is a stack *not* cheaper? And what does a
# stack need more of?


# %%
from coursekit.analysis.networks.parts import conv


def stack(*sizes, c=256, side=28):
    """Convolutions of these sizes, one after the other, c maps in and out."""
    layers = (conv(c, f, padding=f // 2, bias=False) for f in sizes)
    return counted((c, side, side), *layers)


once, three = stack(7), stack(3, 3, 3)
for name, table in (("one 7×7", once), ("three 3×3", three)):
    t, c2 = table.totals, 256 * 256
    field = table.rows[-1]["receptive_field"]
    print(f"{name:10} sees {field} pixels;", end=" ")
    print(f"{t['parameters'] / c2:.0f} c² weights,", end=" ")
    print(f"{t['macs'] / 1e9:.2f} G multiply-adds,", end=" ")
    print(f"{t['activation_bytes'] / 1e6:.1f} MB")
display(ledger("F13"))
fields = np.arange(3, 17, 2)
stacks = [stack(*[3] * (f // 2)).totals["parameters"] / 256**2 for f in fields]
singles = [stack(f).totals["parameters"] / 256**2 for f in fields]
seen = [stack(*[3] * (f // 2)).rows[-1]["receptive_field"] for f in fields]
assert seen == fields.tolist() and stacks == [9 * (f // 2) for f in fields]
plots.line_chart(
    {"one kernel": singles, "a stack of 3×3": stacks},
    fields,
    xlabel="pixels seen, along one side",
    ylabel="weights, in units of c²",
    alt="Weights against the pixels seen. One kernel rises as a square, to "
    f"{singles[-1]:.0f} c² for 15 pixels; a stack of 3 by 3 rises in a "
    f"straight line, to {stacks[-1]:.0f} c². At 3 pixels both have 9 c².",
)

# %% [markdown]
# The stack is cheaper from 5 pixels on, in weights and in work. And it has room
# for a ReLU after each layer, so it need not be a linear filter. (It cannot
# imitate every 7×7 layer, though; see unit 06.) It costs memory: three sets of
# maps where the single layer has one, all held for the backward pass.
#
# The 27 against 49 takes for granted that channels stay the same. From 8 to 16
# channels, one 5×5 layer has $8 \cdot 16 \cdot 25 = 3{,}200$ weights, and 3×3
# twice has $8 \cdot 16 \cdot 9 + 16 \cdot 16 \cdot 9 = 3{,}456$: more.
#
# ## 1×1: mixing channels, cheaply
#
# A 1×1 convolution sees no neighbours. It is a small fully connected layer,
# applied at every pixel: it mixes $c$ channels into $m$. So it can make many
# channels few, let a costly layer work on the few, and make them many again: a
# *bottleneck*.
#
# **Predict.** 256 channels, 56×56 pixels. How much cheaper is 256 → 64 by 1×1,
# then 64 → 64 by 3×3, then 64 → 256 by 1×1, than one 3×3 layer 256 → 256? And
# GoogLeNet's first inception module (192 channels in): how much do its two
# 1×1 reductions save?


# %%
def chain(c, side, *layers):
    """Totals of convolutions (maps, kernel size), each after the other."""
    layers = (conv(m, f, padding=f // 2) for m, f in layers)
    return counted((c, side, side), *layers).totals


def show(name, *totals):
    p, a = (sum(t[key] for t in totals) for key in ("parameters", "macs"))
    print(f"{name:28}{p:9,} parameters{a / 1e6:8.0f} M multiply-adds")
    return p


plain = show("3×3, 256 to 256", chain(256, 56, (256, 3)))
neck = show("bottleneck", chain(256, 56, (64, 1), (64, 3), (256, 1)))
print(f"{'':28}{plain / neck:.1f} times fewer\n")
ones, fives = chain(192, 28, (64, 1)), chain(192, 28, (16, 1), (32, 5))
threes, pool = chain(192, 28, (96, 1), (128, 3)), chain(192, 28, (32, 1))
naive3, naive5 = chain(192, 28, (128, 3)), chain(192, 28, (32, 5))
kept = show("inception 3a, as it is", ones, threes, fives, pool)
full = show("  without reductions", ones, naive3, naive5, pool)
print(f"{'':28}{full / kept:.1f} times fewer")
inside = [
    row
    for row in tables["GoogLeNet"].rows
    if row["name"].startswith("inception3a")
]
assert kept == sum(row["parameters"] for row in inside)

# %% [markdown]
# Over eight times in the bottleneck: ResNet-50 is built of them. In the
# inception module it is less, because its 3×3 path is narrowed by half only.
#
# ## GoogLeNet: no large dense layers
#
# The other economy comes at the end. GoogLeNet's last maps are 7×7×1024. It
# takes the mean of each map, which leaves 1024 numbers, and only then come the
# thousand scores.
#
# **Predict.** How many parameters would a layer of 1000 units need over all
# 7×7×1024 numbers, and how many does it need over the 1024 means? The slides
# say "4M parameters" (D4 25) and "12x fewer than AlexNet" (D4 31). Can both be
# true?

# %%
google = tables["GoogLeNet"]
over_maps, over_means = (7 * 7 * 1024 + 1) * 1000, (1024 + 1) * 1000
assert over_means == google.rows[-1]["parameters"]
print(f"a thousand scores: over all maps {over_maps:,} parameters,", end=" ")
print(f"over the means {over_means:,}")
table_1 = [2.7, 112, 159, 380, 364, 437, 463, 580, 840, 1072, 1388, 1000]
print(f"the paper's table 1 adds up to {sum(table_1) / 1000:.1f} million")
display(ledger("F14", "F15"))
plots.show_volumes(
    google,
    detail="stages",
    alt="Boxes for GoogLeNet: 64 by 112 by 112, 192 by 56 by 56, 480 by 28 by "
    "28 (two inception modules), 832 by 14 by 14 (five), 1024 by 7 by 7 (two); "
    "then a bar of 1024 means and one of 1000 scores. No bar is longer than "
    "the last box.",
    caption="The last box holds 50,176 numbers; the bar of means, 1,024.",
)

# %% [markdown]
# One million parameters do what would have taken 50. (F15 counts the averaging
# alone, against a dense layer in its place.) As for the other two slides: they
# contradict each other, and the count supports neither. The twelve is the
# paper's own (in its introduction), but its table of layers gives about seven
# million parameters, as we count, and AlexNet has 61. The point stands: nearly
# nine times fewer, with a lower error. (D4 31 also says "No use of fully
# connected layers!" There is one: the thousand scores.)
#
# ## ResNet: small maps early
#
# The slide notes that after only two layers the picture has shrunk from
# 224×224 to 56×56 (D4 35). **Predict.** Which two layers? What would the first
# stage cost if they did not?

# %%
resnet = tables["ResNet-50"]
stage = [r for r in resnet.rows if r["output_shape"][1:] == [56, 56]]
cost = [sum(r[key] for r in stage) for key in ("macs", "activation_bytes")]
print(f"stage of 56×56: {cost[0] / 1e9:.2f} G multiply-adds,", end=" ")
print(f"{cost[1] / 1e6:.0f} MB of activations")
print(f"on 224×224: {16 * cost[0] / 1e9:.1f} G, {16 * cost[1] / 1e6:.0f} MB")
firsts = [f"layer{i}.0.conv1" for i in (2, 3, 4)]
over = sum(r["macs"] for r in resnet.rows if r["name"] in firsts)
macs = resnet.totals["macs"]
print(f"\nmultiply-adds with the stride in the 3×3 layers: {macs / 1e9:.2f} G,")
print(f"in the 1×1 layers before them: {(macs - over * 3 / 4) / 1e9:.2f} G")
display(ledger("F16"))
plots.show_volumes(
    resnet,
    detail="stages",
    alt="Boxes for ResNet-50: 64 by 112 by 112, 256 by 56 by 56, 512 by 28 by "
    "28, 1024 by 14 by 14, 2048 by 7 by 7, each half as high and, from the "
    "second on, twice as long as the one before; then bars of 2048 and 1000.",
)

# %% [markdown]
# The first convolution and the pooling after it, if pooling counts as a layer.
# Without them it would be sixteen times the work and the memory. A cheap
# beginning pays for a deep rest.
#
# The last two lines of the print explain a figure that puzzles people. The
# paper gives 3.8 billion for ResNet-50; most programs count 4.1. Both are
# right: they put the stride in different layers of a block. Say which network
# you counted.
#
# ## What pooling removes
#
# "Number of parameters reduced by 75 %", says a slide about 2×2 pooling (D5).
# **Predict.** Take the modified LeNet with its two poolings, and without them.
# In which layers do parameters differ? Then end both with a global average in
# place of flatten, and look again.

# %%
from coursekit.analysis.layer_lists import graph_of_layers


def lenet_like(pool, end):
    step = [("pool", 2, 2)] if pool else []
    layers = [("conv", 6, 5, 1, 0), ("relu",), *step]
    layers += [("conv", 16, 5, 1, 0), ("relu",), *step, (end,)]
    layers += [("linear", 120), ("linear", 84), ("linear", 10)]
    return summary(graph_of_layers(layers, (1, 32, 32)))


print("                            activations      conv      dense")
for end in ("flatten", "global_average"):
    for pool in (True, False):
        table = lenet_like(pool, end)
        p = {"Conv2d": 0, "Linear": 0}
        for row in table.rows:
            p[row["type"]] = p.get(row["type"], 0) + row["parameters"]
        numbers = sum(
            math.prod(r["output_shape"])
            for r in table.rows
            if r["type"] in ("Conv2d", "MaxPool2d", "Linear")
        )
        name = f"{end}, {'2 poolings' if pool else 'none'}"
        print(f"{name:28}{numbers:11,}{p['Conv2d']:10,}{p['Linear']:11,}")
        assert p["Conv2d"] == 2572
ledger("F17")

# %% [markdown]
# The convolutions have 2,572 parameters in all four: a kernel does not know
# how large its picture is. Pooling removes activations. Parameters go only
# where maps are unrolled, in the first dense layer after a flatten; with a
# global average not even there.
#
# ## Memory: what fits into 8 GB?
#
# To *use* a plain chain of layers, its parameters and two neighbouring layers'
# maps are enough. To *train* a network you need four things:
#
# - the parameters, 4 bytes each in single precision;
# - a gradient for each parameter;
# - SGD's momentum, one more number for each;
# - for every picture of the batch, what backward needs of its activations.
#   Each layer keeps what PyTorch wants for its derivative (unit 03): a
#   convolution its input, a ReLU its output, a max pooling its input and the
#   places of its winners, dropout which numbers it let pass.
#
# One layer is new: AlexNet and GoogLeNet have *response normalisation*, which
# divides each number by a term made of the same place in neighbouring maps.
# It is computed in several steps, and each step's result is kept.
#
# `totals` has the sum for one picture as `backward_bytes`; a tensor that two
# layers share is counted once. It can be more than the forward pass writes
# (winners' places take 8 bytes each, and steps inside a layer are kept too) or
# less (a sum keeps nothing).
#
# **Predict.** VGG-16 has five times the parameters of ResNet-50. Which of the
# two can be trained with the larger batch in 8 GB? And AlexNet?

# %%
batches = 2 ** np.arange(0, 13)
lines, fits = {}, {}
print("MB         weights, gradients,      for each picture     batch in")
print("           momentum              forward     backward       8 GB")
for name, table in tables.items():
    if name == "LeNet-5":
        continue
    fixed = 3 * 4 * table.totals["parameters"]
    each = table.totals["backward_bytes"]
    fits[name] = int((8e9 - fixed) // each)
    lines[name] = (fixed + batches * each) / 1e9
    forward = table.totals["activation_bytes"]
    print(f"{name:11}{fixed / 1e6:11,.0f}{forward / 1e6:18.1f}", end="")
    print(f"{each / 1e6:13.1f}{fits[name]:11,}")
lines["8 GB"] = np.full(len(batches), 8.0)
plots.line_chart(
    lines,
    batches,
    xlabel="pictures in a batch",
    ylabel="memory in GB",
    xscale="log",
    yscale="log",
    alt="Memory against batch size, both axes logarithmic. For small batches "
    "the parameters decide: VGG-16 lies highest, GoogLeNet lowest. For large "
    "ones the activations: ResNet-50 crosses VGG-16. They reach 8 GB at "
    + ", ".join(f"{fits[n]} pictures ({n})" for n in fits)
    + ".",
)

# %% [markdown]
# VGG-16 and ResNet-50 take nearly the same batch, although one has five times
# the parameters: in all but small batches, activations decide. AlexNet takes
# several times as many pictures: its maps are small from the first layer on.
# Nearly half of what it holds for a picture belongs to its two response
# normalisations, which have no parameter and no multiply-add in our table.
# GoogLeNet keeps nearly twice what it writes: it has two of them as well, and
# many poolings.
#
# For one picture the counts agree with what PyTorch keeps for backward, to the
# byte. A real run takes more: layers need work space, and gaps remain between
# blocks of memory. Count first; then measure.
#
# ## What do parameters and work buy?
#
# Does a network with more parameters make fewer errors? Here are published
# figures for the ImageNet validation pictures: top-5 error (unit 01) of a
# *single* network, averaged over ten crops of each picture, so that all had the
# same help.
#
# **Predict.** Draw the two charts in your head: error against parameters,
# error against multiply-adds. In which of them do the points line up? (The
# *rank correlation* below compares two orders: 1 if they are the same, −1 if
# one is the other reversed, near 0 if they have nothing to do with each other.)

# %%
published = {  # name: (top-5 error in percent, where it is printed)
    "AlexNet": (18.2, "Krizhevsky et al. 2012, table 2"),
    "VGG-16": (9.33, "He et al. 2016, table 3"),
    "GoogLeNet": (9.15, "Szegedy et al. 2015, table 3"),
    "ResNet-34": (7.46, "He et al. 2016, table 3, option B"),
    "ResNet-50": (6.71, "He et al. 2016, table 3"),
    "ResNet-101": (6.05, "He et al. 2016, table 3"),
    "ResNet-152": (5.71, "He et al. 2016, table 3"),
}
costs = {"parameters": {}, "multiply-adds": {}}
for name, (error, source) in published.items():
    t = summary(network(name.lower().replace("-", ""))).totals
    costs["parameters"][name], costs["multiply-adds"][name] = (
        t["parameters"],
        t["macs"],
    )
    print(f"{name:11}{error:6.2f} %  {t['parameters'] / 1e6:6.1f} M", end="")
    print(f"{t['macs'] / 1e9:7.2f} G   {source}")


def rank(values):
    return np.argsort(np.argsort(list(values)))


errors = rank(error for error, _ in published.values())
order = {}
for kind, values in costs.items():
    order[kind] = np.corrcoef(errors, rank(values.values()))[0, 1]
    print(f"rank correlation of error and {kind}: {order[kind]:.2f}")
    rest = [i for i, name in enumerate(published) if name != "VGG-16"]
    some = rank(errors[rest]), rank(np.array([*values.values()])[rest])
    print(f"    without VGG-16: {np.corrcoef(*some)[0, 1]:.2f}")
plots.show_tradeoff(
    costs,
    {name: error for name, (error, _) in published.items()},
    ylabel="top-5 error in percent",
    alt="Top-5 error of seven networks against parameters and multiply-adds. "
    "AlexNet, at 18.2 percent, has as many parameters as ResNet-152, at 5.7. "
    "GoogLeNet, with the fewest, has about VGG-16's error with the most. "
    "Against multiply-adds the points fall from left to right, but for VGG-16, "
    "far to the right for its error. Rank correlations "
    f"{order['parameters']:.2f} and {order['multiply-adds']:.2f}.",
)

# %% [markdown]
# Across designs, parameters say next to nothing: AlexNet and ResNet-152 have
# about as many, and one makes three times the errors. Work says a little more:
# leave out VGG-16, and each network that works more makes fewer errors. But
# VGG-16 does nearly ten times the work of GoogLeNet for about the same error.
# Within one design, the four ResNets, errors fall with parameters and with work
# alike. So how a network is built matters beside how large it is. (The younger
# networks also had better recipes for training, and four of seven points are
# one family: an observation, not a law.)
#
# ## Where it fails
#
# Counting is easy, so people count. Four ways to be misled:
#
# - **Parameters are not work.** AlexNet has over twice the parameters of
#   ResNet-50, and takes less than a fifth of the multiply-adds.
# - **Multiply-adds are not time.** A processor can only multiply what has been
#   fetched from memory. What often decides is how many multiply-adds come with
#   each byte that must be moved. And libraries know ways to a 3×3 convolution
#   with fewer products than the definition has. (We count; we do not time,
#   because times differ from machine to machine. Unit 04 shows how to.)
# - **Layers that count 0 are not free.** ReLU, pooling, normalisation and sums
#   have no multiply-adds in our table, and yet read and write every number.
# - **Words differ.** FLOPs, floating-point operations, count product and sum:
#   twice the multiply-adds. But some papers write FLOPs and mean multiply-adds.
#   Running means of batch normalisation are stored, but not learned. Ask what
#   was counted.
#
# **Predict.** Order these layers by multiply-adds per byte, for one picture:
# a 3×3 convolution of VGG, AlexNet's fc6, a 1×1 of ResNet, and a 3×3 with a
# group for each channel (*depthwise*). Then for a batch of 64. Let every
# weight, input and output be moved once.

# %%
maps = (256, 56, 56)
alone = {
    "3×3, 256 maps of 56×56": counted(maps, conv(256, 3, padding=1)),
    "1×1, the same maps": counted(maps, conv(256, 1)),
    "3×3, one map in a group": counted(
        maps, conv(256, 3, padding=1, groups=256)
    ),
    "fc6, 9216 to 4096": counted((9216,), ops.Linear(4096)),
}
print("                           multiply-adds    per byte moved, batch of")
print("                                                  1          64")
for name, table in alone.items():
    t, shape = table.totals, table.input_shape
    moved = [
        4 * (t["parameters"] / n + math.prod(shape)) + t["activation_bytes"]
        for n in (1, 64)
    ]
    per_byte = [f"{t['macs'] / b:11.1f}" for b in moved]
    print(f"{name:27}{t['macs'] / 1e6:10.1f} M{per_byte[0]} {per_byte[1]}")
print("\nactivations written by layers that count no multiply-adds:")
for name in ("VGG-16", "GoogLeNet", "ResNet-50"):
    t = tables[name]
    idle = sum(r["activation_bytes"] for r in t.rows if not r["macs"])
    print(f"{name:10}{idle / t.totals['activation_bytes']:5.0%}")
x, r = (tables[n].totals for n in ("AlexNet", "ResNet-50"))
print("\nAlexNet against ResNet-50:", end=" ")
print(f"{x['parameters'] / r['parameters']:.1f} times the parameters,", end=" ")
print(f"{x['macs'] / r['macs']:.2f} times the work")
norms = [x for x in resnet.layers if x.type == "BatchNorm2d"]
kept = sum(2 * x.output_shape[0] for x in norms)
print(f"ResNet-50 stores {kept:,} running means and variances besides")

# %% [markdown]
# The ordinary 3×3 convolution makes hundreds of products for each byte; the
# depthwise one, about one. It has 256 times fewer multiply-adds, but at least
# 70 % of the bytes to move, so do not expect it to be 256 times faster. The
# fully connected layer waits for its weights: for a single picture, four bytes
# for each product. A batch helps it, because one fetched weight then serves 64
# pictures; it does nothing for the depthwise layer, whose cost is in the maps.
#
# And in ResNet-50, more than half of what is written to memory comes from
# layers that a count of multiply-adds does not see.
#
# ## Recap
#
# Answer first, then open. The numbers follow from the cells above.
#
# <details><summary>A picture gets twice as high and twice as wide. What happens
# to the parameters of a full, a local and a shared layer?</summary>
#
# Full: sixteen times, with four times the units over four times the pixels.
# Local: four times. Shared: the same.
#
# </details>
#
# <details><summary>Does sharing weights save multiply-adds?</summary>
#
# No. The local and the shared layer above both take 40,000,000.
#
# </details>
#
# <details><summary>LeNet-5's C3: how many parameters, and why?</summary>
#
# 60 pairs of maps with 25 weights each, and 16 biases: 1,516.
#
# </details>
#
# <details><summary>AlexNet without its groups: how many parameters
# more?</summary>
#
# 62,378,344 − 60,965,224 = 1,413,120: little, for a third of the work.
#
# </details>
#
# <details><summary>Where would you look first to make VGG-16 smaller? And to
# make it fit into less memory while training?</summary>
#
# Smaller: fc6, three quarters of the parameters; average its 7×7 maps first.
# Less memory: the first stages, with the largest maps; or a smaller batch.
#
# </details>
#
# <details><summary>Why does a bottleneck save more than eight times, and three
# 3×3 for a 7×7 not even twice?</summary>
#
# Weights go with the *product* of the channels in and out. The bottleneck's
# 3×3 works on a quarter of the channels, so it has a sixteenth of the weights;
# its two 1×1 layers cost about as much again. The stack only makes kernels
# smaller: 49 to 27.
#
# </details>
#
# <details><summary>Is it right that pooling reduces parameters by 75 %?
# </summary>
#
# It has none to reduce. It reduces activations by 75 %, and with them the
# weights of a dense layer that unrolls them.
#
# </details>
#
# <details><summary>Two networks, one with fewer multiply-adds. Is it
# faster?</summary>
#
# You cannot tell: a layer that moves many bytes for few products waits for the
# memory. Measure.
#
# </details>
#
# ## References
#
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, Gradient-based learning
#   applied to document recognition, 1998.
#   <https://doi.org/10.1109/5.726791>
# - A. Krizhevsky, I. Sutskever and G. E. Hinton, ImageNet classification with
#   deep convolutional neural networks, NIPS 2012; reprinted 2017.
#   <https://doi.org/10.1145/3065386>
# - K. Simonyan and A. Zisserman, Very deep convolutional networks for
#   large-scale image recognition, ICLR 2015.
#   <https://doi.org/10.48550/arXiv.1409.1556>
# - C. Szegedy et al., Going deeper with convolutions, CVPR 2015.
#   <https://doi.org/10.1109/CVPR.2015.7298594>
# - K. He, X. Zhang, S. Ren and J. Sun, Deep residual learning for image
#   recognition, CVPR 2016.
#   <https://doi.org/10.1109/CVPR.2016.90>
# - M. Lin, Q. Chen and S. Yan, Network in network, ICLR 2014: 1×1 convolutions
#   and global average pooling.
#   <https://doi.org/10.48550/arXiv.1312.4400>
# - O. Russakovsky et al., ImageNet large scale visual recognition challenge,
#   2015.
#   <https://doi.org/10.1007/s11263-015-0816-y>
# - S. Williams, A. Waterman and D. Patterson, Roofline: an insightful visual
#   performance model for multicore architectures, 2009: products per byte.
#   <https://doi.org/10.1145/1498765.1498785>
