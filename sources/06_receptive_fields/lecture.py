# %% [markdown]
# # 06 · Receptive fields
#
# <!-- minutes -->
#
# A unit of the first layer sees a few pixels. A unit of the last layer sees,
# perhaps, a cat. In between, what one unit can see of the picture grows layer
# by layer: its *receptive field*. How fast does it grow, where does it lie, and
# does the network make use of it? The first two questions have exact answers
# that fit on a napkin. The third has to be measured.
#
# ## What you will be able to do
#
# - compute the receptive field of a unit through kernels, strides, padding,
#   dilation and pooling, by hand;
# - say where it lies, and how far apart two neighbours look;
# - do the same for networks with several paths, and tell when paths disagree;
# - check a formula against the gradient of a real network;
# - say why the part of the field that counts is much smaller, and how it grows;
# - name what a receptive field does not say.
#
# You need units 02 and 04. Almost everything here is along one axis: rows and
# columns behave alike.

# %%
import numpy as np
from itertools import product
from coursekit import data, filters, numpy_nn as nn, plots
from coursekit.analysis import Graph, input_span, network, summary
from coursekit.claims import ledger

# %% [markdown]
# ## What one unit sees
#
# A unit with a kernel of $f$ numbers looks at $f$ neighbours in the layer
# below, and each of these looks at $f$ neighbours further down. Follow them to
# the pixels. The pixels found are the unit's receptive field; its size is often
# just called the *field*.
#
# **Predict.** Three layers, each with a kernel of 3. How many pixels does a
# unit of the third layer see: 9, 27, or something else?


# %%
def below(units, f, s=1, p=0, d=1):
    """What these units look at in the layer below (its unit numbers)."""
    return {s * u - p + t * d for u in units for t in range(f)}


seen = {3}
for layer in ("conv 3", "conv 2", "conv 1"):
    print(f"{layer}: unit", *sorted(seen))
    seen = below(seen, f=3)
print(f"pixels: {min(seen)} to {max(seen)}, that is {len(seen)}")
plots.show_units(
    13,
    {"conv 1": [3], "conv 2": [3], "conv 3": [3]},
    [3],
    alt="A row of 13 pixels and three layers of units. From one unit of the "
    "third layer lines fan out to three units of the second, five of the "
    f"first and {len(seen)} pixels, {min(seen)} to {max(seen)}.",
)

# %% [markdown]
# Seven. The windows of neighbours overlap, so each layer adds only the two
# units that stick out: a kernel of $f$ adds $f - 1$.
#
# So three 3×3 layers see what one 7×7 layer sees. Deck 4 names this among VGG's
# key ideas, with 3·(3²) parameters against 7² (claim F13 of the course's
# ledger). If nothing stands between the three layers (no ReLU, no bias, no
# padding), they even *are* one 7×7 layer.
#
# **Predict.** Which costs less, with $C$ maps in and out? And can three 3×3
# kernels imitate every 7×7 kernel?

# %%
rng = np.random.default_rng(0)
x, three = rng.standard_normal((12, 12)), rng.standard_normal((3, 3, 3))
seven = three[0]
for k in three[1:]:
    seven = filters.convolve2d(seven, k, padding="full")
y = x
for k in three:
    y = filters.cross_correlate2d(y, k)
assert np.allclose(y, filters.cross_correlate2d(x, seven))
print(f"one after the other, or once with {seven.shape}: the same answer")
ledger("F13")

# %% [markdown]
# The same field for 27/49 of the weights, and of the work (unit 05). The stack
# cannot imitate every 7×7 kernel: 27 numbers are not enough for 49. In
# exchange, there is room for a ReLU after each of its three layers, and then it
# is no longer one linear filter at all. The price is memory: three layers' maps
# to keep for the backward pass in place of one.
#
# ## A stride stretches everything above it
#
# Pooling with stride 2 keeps every second place. Neighbours in the pooled layer
# then look two pixels apart, so each step of a kernel *above* it is two pixels
# long. The distance between neighbours, in pixels, is called the *jump*, or
# effective stride: the product of all strides so far. This is the recursion of
# deck 5 (its claim F20 is tested below):
#
# $$r_k = r_{k-1} + (f_k - 1) \prod_{i=1}^{k-1} s_i
# \qquad r_0 = 1$$
#
# **Predict.** Convolution with 3, pooling with 2, convolution, pooling,
# convolution. How large is the field, and how far apart do two neighbours look
# at the top? Does the second pooling's own stride make *its* field larger?

# %%
layers = {
    "conv 1": (3, 1),
    "pool 1": (2, 2),
    "conv 2": (3, 1),
    "pool 2": (2, 2),
    "conv 3": (3, 1),
}
span = input_span()
print("layer     field          jump")
for name, (f, s) in layers.items():
    wider, longer = f"{span.size:2} + {f - 1}·{span.jump}", f"{span.jump}·{s}"
    span = span.window(f, s)
    print(f"{name}   {wider:8} = {span.size:2}   {longer} = {span.jump}")

field, jump, seen = span.size, int(span.jump), {1}
for f, s in reversed(layers.values()):
    seen = below(seen, f, s)
assert len(seen) == field and min(seen) == jump
plots.show_units(
    22,
    layers,
    [0, 1],
    alt="22 pixels under five layers, two of them poolings with stride 2. "
    "Lines lead down from units 0 and 1 of the last layer, which see "
    f"{field} pixels each, 0 to {field - 1} and {jump} to {jump + field - 1}: "
    f"the second looks {jump} pixels further.",
)

# %% [markdown]
# Eighteen pixels, and neighbours four pixels apart. Look at the order in the
# table: first the field grows, by the *old* jump; then the jump is multiplied.
# So a layer's own stride does nothing for its own field. And three kernels of
# 3, which by themselves see 7 pixels, see 18 with two poolings between them.
#
# ## Where the field lies
#
# Padding puts zeros around the input of a layer, and its window begins in them:
# unit $u$ looks at the units from $s u - p$ on. The field gets no larger. It
# moves to the left, by $p$ units of the layer below, each worth one jump. Added
# up over the layers, that is the *effective padding* $P$:
#
# $$P = \sum_k p_k \prod_{i=1}^{k-1} s_i, \qquad
# \text{unit } u \text{ sees pixels } \; u J - P \;\text{ to }\;
# u J - P + r - 1$$
#
# with $J$ the jump. Its centre lies at $u J - P + (r - 1)/2$.
#
# **Predict.** Convolution (padding 1), pooling, convolution (padding 1), on
# twelve pixels. What does the first unit see? And how many of the six units see
# no padding at all? Then move the slider.

# %%
layers = {"conv 1": (3, 1, 1), "pool 1": (2, 2), "conv 2": (3, 1, 1)}
span = input_span()
for window in layers.values():
    span = span.window(*window)
print(f"field {span.size}, jump {span.jump}, effective padding {span.padding}")
frames, shown = [], (0, 1, 2, 5)
for unit in range(6):
    first = int(unit * span.jump - span.padding)
    last = first + span.size - 1
    middle = (first + last) / 2
    inside = "" if first >= 0 and last <= 11 else "; part of it is padding"
    print(f"unit {unit}: {first:2} to {last:2}, centre {middle}{inside}")
    if unit in shown:
        frame = plots.show_units(
            12,
            layers,
            [unit],
            margin=3,
            alt=f"Unit {unit} of conv 2 over twelve pixels: it sees {first} to "
            f"{last}{inside}. Lines end where the padding begins.",
        )
        frames.append(frame)
plots.frame_slider(frames, [f"unit {u}" for u in shown], name="unit of conv 2")

# %% [markdown]
# Units 2 and 3 only. The others see zeros that are no part of the picture. Look
# at unit 0: a zero in the padding of conv 2 has nothing below it. So not even
# all of the field is looked at, and the first unit's world is poorer than that
# of its neighbours.
#
# ### A stack is one large window
#
# A stack of windows thus behaves like a single window: $r$ pixels long, with
# stride $J$ and padding $P$. Does this hold for the sizes of maps too? The
# formula of unit 02 (F19), for the whole stack at once, would be
#
# $$n_\text{out} = \left\lfloor \frac{n + 2P - r}{J} \right\rfloor + 1$$
#
# **Predict.** Layer by layer, the sizes are rounded down each time; here only
# once. Can that give the same number?

# %%
choices = list(product((1, 2, 3, 5), (1, 2, 3), (0, 1, 2)))  # f, s, p
tried = same = 0
row = np.ones((1, 29))
for one, two in product(choices, repeat=2):
    y, span = row, input_span()
    for f, s, p in (one, two):
        y = filters.cross_correlate2d(y, np.ones((1, f)), (1, s), (0, p))
        span = span.window(f, s, p)
    places = (row.size + 2 * span.padding - span.size) // span.jump + 1
    tried, same = tried + 1, same + (y.size == places)
print(f"two layers on a real array: right for {same} of {tried} stacks")
for name in ("alexnet", "vgg16", "resnet50", "googlenet"):
    last = [x for x in network(name).layers() if x.spans][-1]
    r, J, P = last.spans[0].size, last.spans[0].jump, last.spans[0].padding
    places, real = (224 + 2 * P - r) // J + 1, last.output_shape[1]
    print(f"{name:9} (224 + 2·{P} − {r}) / {J} + 1:", end=" ")
    print(f"{places} places; the network has {real}")

# %% [markdown]
# It does, every time: rounding down in steps is rounding down once. Three
# numbers, $r$, $J$ and $P$, say all there is to say about places in a stack of
# any depth. (GoogLeNet has one place more because its poolings round *up*: the
# last window of each may hang over the edge.)
#
# ## Dilation: seeing far without a stride
#
# A *dilated* kernel has its numbers $d$ units apart: it looks at $f$ units
# along $(f - 1)\,d + 1$. In the recursion, $(f - 1)$ becomes $(f - 1)\,d$.
# The *output* skips nothing: with padding $(f - 1)\,d / 2$ the map keeps its
# size, and the jump stays 1 (Yu and Koltun). The catch is in the input.
#
# **Predict.** Three layers of 3 again. What is the field with the dilations 1,
# 2, 4? And with 2, 2, 2: how many of the pixels in that field can the unit
# really see?

# %%
frames, labels = [], []
for dilations in ((1, 2, 4), (2, 2, 2)):
    seen, span = {1}, input_span()
    for d in reversed(dilations):
        seen = below(seen, 3, d=d)
    for d in dilations:
        span = span.window(3, dilation=d)
    label = f"dilations {', '.join(map(str, dilations))}"
    print(f"{label}: field {span.size}, seen {len(seen)}, jump {span.jump}")
    frame = plots.show_units(
        17,
        {f"conv {i}": (3, 1, 0, d) for i, d in enumerate(dilations, 1)},
        [1],
        alt=f"Three layers with {label}: the lines from one unit reach "
        f"{len(seen)} of the {span.size} pixels of its field.",
    )
    frames.append(frame)
    labels.append(label)
plots.frame_slider(frames, labels, name="dilations of three layers")

# %% [markdown]
# Doubling dilations gives 15 pixels without a gap. With 2, 2, 2 the field is
# 13, but the unit sees every second pixel only. Its neighbour sees the others,
# so that two neighbours share nothing: maps of such networks can show a
# chequered pattern (*gridding*; Yu, Koltun and Funkhouser). A receptive field
# is a stretch from the first pixel to the last. It does not promise that all of
# it is seen.
#
# ## How fast does it grow?
#
# Depth adds, strides multiply. **Predict.** How many 3×3 layers does it take to
# see all 224 pixels of a usual picture? How many with a 2×2 pooling after every
# second one? And which of the following grows like doubling dilations: 7×7
# kernels, pooling, or stride 2 in every layer?

# %%
depth = 12


def grown(window):
    """Fields after 0 to `depth` layers; window(k) gives those of layer k."""
    span, fields = input_span(), [1]
    for k in range(depth):
        for each in window(k):
            span = span.window(*each)
        fields.append(span.size)
    return fields, span.jump


ways = {
    "3×3": lambda k: [(3,)],
    "7×7": lambda k: [(7,)],
    "3×3, pooled": lambda k: [(3,)] + [(2, 2)] * (k % 2),
    "stride 2": lambda k: [(3, 2)],
    "dilation 2ᵏ": lambda k: [(3, 1, 0, 2**k)],
}
curves = {}
print("layers      ", ", ".join(f"{n:4}" for n in range(0, depth + 1, 2)))
for name, window in ways.items():
    curves[name], jump = grown(window)
    fields = ", ".join(f"{v:4}" for v in curves[name][::2])
    print(f"{name:12} {fields}   jump at the end {jump}")
assert curves["stride 2"] == curves["dilation 2ᵏ"]
plain = next(n for n in range(999) if 1 + 2 * n >= 224)
pooled = next(n for n, v in enumerate(curves["3×3, pooled"]) if v >= 224)
print(f"224 pixels are seen after {plain} layers of 3×3, {pooled} if pooled")
del curves["stride 2"]
curves["stride 2, or dilation 2ᵏ"] = curves.pop("dilation 2ᵏ")
plots.line_chart(
    {**curves, "the picture: 224": np.full(depth + 1, 224)},
    xlabel="layers of convolution",
    ylabel="receptive field in pixels",
    yscale="log",
    alt="Receptive field against depth, logarithmic. Plain 3×3 reaches "
    f"{curves['3×3'][-1]} after {depth} layers, 7×7 {curves['7×7'][-1]}, 3×3 "
    f"with pooling {curves['3×3, pooled'][-1]}, and stride 2 or doubling "
    f"dilation {2 ** (depth + 1) - 1:,}, on a straight line.",
)

# %% [markdown]
# Without strides, 112 layers; with a pooling after every second one, twelve are
# enough. On this logarithmic axis a straight line means multiplying with each
# layer. 7×7 kernels only add. Pooling comes to double the field every second
# layer; stride 2 doubles it in each, and has the very same field as doubling
# dilation. Otherwise these two stand at opposite ends: after twelve layers one
# has a unit every 4,096 pixels, the other at every pixel. So dilation suits
# networks that label every pixel (unit 13), and strides suit those that label
# the whole picture. It is also a matter of cost: a map that keeps its size is
# dear.
#
# ## Whole networks
#
# Now the networks of the course. Deck 4 finds it remarkable that ResNet makes
# 56×56 places of 224×224 pixels within its first two layers (F16).
#
# **Predict.** What does a unit of that 56×56 map see? Which of AlexNet, VGG-16
# and ResNet-50 is the first to see 224 pixels, in layers?

# %%
for row in summary(network("resnet50")).rows:
    if row["name"] in ("conv1", "pool1"):
        side, field = row["output_shape"][1], row["receptive_field"]
        print(f"{row['name']}: {side}×{side}, field {field},", end=" ")
        print(f"{field / 224:.0%} of a side, jump {row['jump']}")
print("network     last map  field  jump  first layer that sees 224 pixels")
for name in ("lenet-modified", "alexnet", "vgg16", "googlenet", "resnet50"):
    s = summary(network(name))
    local = [row for row in s.rows if row["receptive_field"]]
    wide = [row["name"] for row in local if row["receptive_field"] >= 224]
    side = "×".join(map(str, local[-1]["output_shape"][1:]))
    print(
        f"{s.model:16} {side:>4} {local[-1]['receptive_field']:5} "
        f"{local[-1]['jump']:5}  {wide[0] if wide else 'none'}"
    )
ledger("F16")

# %% [markdown]
# The deck is right: two strides of 2, in two layers of which only the first has
# weights. A unit of the 56×56 map sees 11 pixels, 5 % of a side: the map is
# made small while its units still see very little. In AlexNet and VGG-16 no
# unit of any map sees all of a picture; there the fully connected layers put
# the pieces together. (VGG-16 pools less often than every second layer, so its
# thirteen are not enough.) GoogLeNet and ResNet-50 only average their last
# maps, whose units have fields larger than the picture.
#
# The next figure draws the field of one unit near the middle on a photograph.
# Bright is what it sees; tinted, what it would see beyond the edge. At the last
# map of each network, dots mark the centres of all its units.
#
# **Predict.** Which layers can see the whole face, which the whole picture? And
# will the dots of ResNet's last map lie in the middle of the picture?

# %%
photo = data.load_photo("astronaut").reshape(256, 2, 256, 2, 3)
photo = photo.mean(axis=(1, 3))[:224, 16:240].astype(np.uint8)
shown = {
    "alexnet": ("conv1", "conv5", "pool5"),
    "vgg16": ("conv3_3", "conv4_3", "conv5_3", "pool5"),
    "resnet50": ("conv1", "layer2.3", "layer3.5", "layer4.2"),
}
frames, labels = [], []
for name, chosen in shown.items():
    graph = network(name)
    found = {x.name.removesuffix(".relu"): x for x in graph.layers()}
    for layer in chosen:
        span, places = found[layer].spans[0], found[layer].output_shape[1]
        unit = places // 2
        ends = [int(e + unit * span.jump) for e in (span.first, span.last)]
        centres = [span.centre + float(u * span.jump) for u in range(places)]
        visible = min(ends[1], 223) - max(ends[0], 0) + 1
        label = f"{graph.name} {layer}: {span.size} pixels"
        frame = plots.show_field(
            photo,
            ends,
            ends,
            margin=120,
            width=3.1,
            title=label,
            centres=(centres, centres) if layer == chosen[-1] else None,
            alt=f"Portrait of a woman in a space suit with the field of one "
            f"unit of {graph.name}'s {layer}: rows and columns {ends[0]} to "
            f"{ends[1]}, {(visible / 224) ** 2:.1%} of the picture.",
        )
        frames.append(frame)
        labels.append(label)
    print(f"{graph.name:9} centres {centres[0]:g} to {centres[-1]:g}", end="; ")
    print("the middle of the picture is 111.5")
plots.frame_slider(frames, labels, name="network and layer")

# %% [markdown]
# The first layers see a dark bit of the collar. VGG's conv4_3 and ResNet's
# second stage see a chin and a collar, no more; one stage later there is the
# face, and nearly everything else. The step from parts to the whole is made
# within one stage.
#
# Look at the dots. VGG's lie evenly. ResNet's begin at pixel 0 and end at 192:
# the grid sits 15.5 pixels too far up and to the left. The reason is
# arithmetic: 224 is even, and a 3×3 window with padding 1 and stride 2 begins
# in the padding on the left, but its last place ends before that on the right.
# (Alsallakh et al. show what comes of it: *blind spots*.)
#
# ### What others have computed
#
# Araujo, Norris and Sim published the same three numbers for many networks, as
# TF-Slim builds them, a library on top of TensorFlow. **Predict.** Will ours
# agree?

# %%
published = {  # at 224 pixels, with the networks as TF-Slim builds them
    "alexnet": (195, 32, 64),
    "vgg16": (212, 32, 90),
    "resnet50": (483, 32, 239),
    "resnet101": (1027, 32, 511),
    "resnet152": (1507, 32, 751),
}
blocks = {"resnet50": (3, 4, 6, 3), "resnet101": (3, 4, 23, 3)}
blocks["resnet152"] = (3, 8, 36, 3)


def resnet_span(blocks, stride_in, pool_padding=1):
    """What ResNet's last units see, with the stride of a stage put here."""
    span = input_span().window(7, 2, 3).window(3, 2, pool_padding)
    for stage, count in enumerate(blocks):
        for i in range(count):
            s = 2 if stage > 0 and i == 0 else 1
            if stride_in == "end of stage":
                s = 2 if stage < 3 and i == count - 1 else 1
            if stride_in == "first 1×1":
                span = span.window(1, s).window(3, 1, 1)
            else:
                span = span.window(3, s, 1)
    return span


def text(size, jump, padding):
    return f"{size!s:>4} {jump} {padding!s:>3}"


def ours(span):
    return text(span.size, span.jump, span.padding)


print("                field, jump, padding")
print("            published    ours")
for name, numbers in published.items():
    last = [x for x in network(name).layers() if x.spans][-1].spans[0]
    agree = "agree" if ours(last) == text(*numbers) else ""
    print(f"{name:10} {text(*numbers)}   {ours(last)}  {agree}")
    if name in blocks:
        assert last == resnet_span(blocks[name], "3×3")
print("resnet50, with the stride of a stage in")
for place in ("3×3", "first 1×1", "end of stage"):
    print(f"  {place:22} {ours(resnet_span(blocks['resnet50'], place))}")
for name, counts in blocks.items():
    theirs = resnet_span(counts, "end of stage", pool_padding=0)
    assert ours(theirs) == text(*published[name])
    if name == "resnet50":
        print(f"  the same, and no pad   {ours(theirs)}  agree")
        print("  before the pooling")


# %% [markdown]
# All differences come from what the name stands for. AlexNet: we pad its first
# layer by two pixels, they do not, hence 66 and 64. ResNet: where in a stage
# the stride sits. The paper has it in the first 1×1 of the stage's first block,
# TF-Slim in the stage's last block, and torchvision (and we) in the 3×3. Two of
# the three give 483, for different reasons; ours gives 427, because that 3×3
# still counts with the old jump. The rest is one pooling layer, which
# TensorFlow pads on the right only when the map is even. A "ResNet-50" from two
# libraries need not look at the same pixels.
#
# ## Networks with several paths
#
# In an inception module four paths run side by side; in a residual block there
# are two. A unit behind the joint sees whatever any path sees: the *union*. For
# that to be a sensible answer, unit $u$ must lie over the same place on every
# path. The jumps must agree, and so should the centres.
#
# **Predict.** GoogLeNet's first module: paths of 1×1, 3×3, 5×5, and pooling of
# 3×3. What is the union? Then two joints that we build badly: which of them can
# nobody see from the shapes?

# %%
found = {x.name: x for x in network("googlenet").layers()}
for name in ("1x1", "3x3", "5x5", "pool_projection"):
    span = found[f"inception3a.{name}"].spans[0]
    print(
        f"{name:15} field {span.size}, jump {span.jump}, centre {span.centre}"
    )
print("joined          field", found["inception3a"].spans[0].size)

from coursekit.analysis.networks.parts import conv
from coursekit.analysis.operations import Combine, Crop

corner = Graph("a skip, cropped at the corner", (1, 32, 32))
corner.add(conv(8, 3), name="conv1")
corner.add(conv(8, 3), name="conv2")
corner.add(conv(8, 1), "input", name="skip")
corner.add(Crop((0, 0), (1, 1), (28, 28)), name="crop")
corner.add(Combine("Add"), "conv2", "crop", name="add")

half = Graph("a stride against a crop", (1, 32, 32))
half.add(conv(8, 3, 2, 1), name="conv1")
half.add(conv(8, 1), "input", name="skip")
half.add(Crop((0, 0), (1, 1), (16, 16)), name="crop")
half.add(Combine("Add"), "conv1", "crop", name="add")
for graph in (corner, half):
    s = summary(graph)
    print(f"{graph.name}: output {s.rows[-1]['output_shape']}")
    print(" ", *s.notes)

# %% [markdown]
# The union is the widest path's 59 pixels, since all four are centred on the
# same pixel: padding of $(f - 1)/2$ on each path sees to that.
#
# Both bad joints run without complaint: all shapes fit. In the first, one path
# looks two pixels to the right and below the other (U-Net crops in the *middle*
# for this reason). In the second, unit 10 of one path lies over pixel 20, and
# unit 10 of the other over pixel 10. There is no receptive field to speak of.
# Such a network runs and trains all the same, and nothing in its output tells.
#
# ### The paths of a residual network
#
# ResNet-50 has 16 blocks, and at each of them a signal goes through the block
# or past it: 2¹⁶ paths. Its field of 427 is the union of all.
#
# **Predict.** Of the 65,536 paths, how many are 427 pixels wide? How wide is a
# path on the average?

# %%
jump, gains = 4, []  # behind the first convolution and pooling: 11 pixels
for stage, count in enumerate((3, 4, 6, 3)):
    for i in range(count):
        gains.append(2 * jump)
        jump *= 2 if stage > 0 and i == 0 else 1
widths = np.array([11])
for gain in gains:
    widths = np.concatenate([widths, widths + gain])  # past it, or through it
assert widths.max() == summary(network("resnet50")).rows[-4]["receptive_field"]
print(f"{widths.size:,} paths, {widths.min()} to {widths.max()} pixels wide")
print(f"as wide as the field: {(widths == widths.max()).sum()}")
print(f"mean {widths.mean():.0f}; wider than 224: {(widths > 224).mean():.0%}")
plots.histogram(
    widths,
    bins=np.arange(3, 452, 16),
    xlabel="pixels that a path sees",
    ylabel="number of paths",
    alt=f"Histogram of the fields of {widths.size:,} paths through ResNet-50: "
    f"a hill between {widths.min()} and {widths.max()} pixels, its top near "
    f"{widths.mean():.0f}; both ends are all but empty.",
)

# %% [markdown]
# One path in 65,536. About half of the paths are no wider than the picture, and
# the mean is about half the field. (In a residual network of 110 layers, Veit,
# Wilber and Belongie found that most of the gradient in training comes along
# short paths.) This is a first warning: the field is the *most* that a unit
# could see.
#
# ## Ask the network: F20
#
# So far, formulas. A network can tell us itself: a pixel is in the field of a
# unit if the gradient of the unit with respect to the pixel can be other than
# 0. PyTorch computes that gradient without knowing our recursion.
#
# One precaution: a gradient may be 0 by accident (a ReLU at rest, a pixel that
# did not win its pooling window, weights that cancel). So every network is run
# with all weights positive, without activations and with averages in place of
# maxima: then whatever is connected shows. One map per layer is enough, and a
# narrow strip of a picture, which is as high as it has to be.
#
# **Predict.** Below are four networks, in each a unit at the border and one in
# the middle; the ledger asks the unit in the middle of all twenty that this
# course knows. In how many does the recursion name the first and the last pixel
# right?

# %%
from importlib.util import find_spec

if find_spec("torch"):
    from coursekit.analysis.empirical import measured_field
    from coursekit.analysis.to_torch import SpecifiedNetwork, thin
    from IPython.display import display

    print("network         unit   rows seen: recursion   gradient")
    for name in ("lenet-modified", "vgg16", "googlenet", "resnet50"):
        graph = thin(network(name))  # the same windows, one map each
        last = [x for x in graph.layers() if x.spans][-1]
        span, net = last.spans[0], SpecifiedNetwork(graph)
        strip = (1, span.size + 4 * int(span.jump), 74)
        for unit in ((0, 0), None):  # at the border; in the middle
            layer = last.name.replace(".", "/")
            found = measured_field(net, strip, layer=layer, unit=unit)
            row = found.unit[0]
            ends = span.region(row, strip[1]), found.support[0]
            said, measured = (f"{a}–{b}" for a, b in ends)
            print(f"{name:15} {row:4}   {said:20}   {measured}")
    display(ledger("F20"))
else:
    print("PyTorch is not installed; the rest of the notebook needs none.")

# %% [markdown]
# In all of them, to the pixel, from LeNet's 16 to ResNet-152's 1,451 pixels.
# (The print has the first and the last row that a unit sees, cut off at the
# border of the strip.) As far as what *can* be seen
# goes, the matter is settled.
#
# ## What counts: the effective field
#
# Now the same gradient with weights as they are, drawn at random. How *large*
# is it, pixel by pixel? We take its square: for a unit $u$ and the pixels
# $x_{ij}$, the *strength* $(\partial u / \partial x_{ij})^2$, averaged over
# many networks. Its *width* is the standard deviation $\sigma$ along an axis,
# with the strengths as weights.
#
# **Predict.** Sixteen 3×3 layers, so a field of 33×33 pixels. Is the strength
# about the same all over the field, or largest in the middle? What does it look
# like in a single network? And with weights that are all equal?


# %%
def random_stack(depth, kind, rng, maps=8):
    """3×3 layers that keep the size; kind: equal, random, ReLU."""
    layers = []
    for i in range(depth):
        channels = 1 if i == 0 else maps
        layer = nn.Conv2d(
            channels, maps, 3, padding=1, rng=rng, dtype=np.float64
        )
        if kind == "equal":
            layer.params["w"][...] = 1 / (9 * channels)
        layers += [layer, nn.ReLU()] if kind == "ReLU" else [layer]
    return nn.Sequential(*layers)


def strength(net, x):
    """Squared gradient of the unit in the middle, mean over pictures, maps."""
    y = net.forward(x)
    dout = np.zeros(y.shape)
    dout[:, :, y.shape[2] // 2, y.shape[3] // 2] = 1
    return (net.backward(dout) ** 2).mean(axis=(0, 1))


def mean_strength(depth, kind, side, draws):
    """The strengths of several random networks, each with sum 1, averaged."""
    total = 0
    for seed in range(1 if kind == "equal" else draws):
        rng = np.random.default_rng(seed)
        net = random_stack(depth, kind, rng)
        found = strength(net, rng.standard_normal((1, 1, side, side)))
        if found.any():  # a ReLU may be at rest in all maps
            total = total + found / found.sum()
    return total


def width(found):
    """Standard deviation along an axis, in pixels; mean of both axes."""
    spreads = []
    for axis in (0, 1):
        share = found.sum(axis) / found.sum()
        place = np.arange(share.size)
        spreads.append(share @ place**2 - (share @ place) ** 2)
    return np.sqrt(np.mean(spreads))


one = mean_strength(16, "random", 33, draws=1)
many = mean_strength(16, "random", 33, draws=100)
equal = np.sqrt(mean_strength(16, "equal", 33, draws=1))
for name, found in (("one", one), ("many", many)):
    inside = found[8:25, 8:25].sum() / found.sum()
    corners = found[[0, 0, -1, -1], [0, -1, 0, -1]].mean() / found.max()
    print(
        f"{name:4}: width {width(found):.1f} pixels, {inside:.0%} of the",
        end="",
    )
    print(f" strength in the middle 17×17, corners 10^{np.log10(corners):.0f}")
plots.show_images(
    [one, many, equal],
    ["one network", "mean of 100", "equal weights, gradient"],
    columns=3,
    value_range="each",
    alt="Three squares of 33 by 33 pixels. The strength in one random network "
    "is a patchy blot in the middle; the mean of a hundred is a round spot "
    "that fades to black well before the edges; with equal weights the "
    "gradient is such a spot, quite smooth.",
)

# %% [markdown]
# A bell, in the middle; the corners of the field take no part to speak of. Luo,
# Li, Urtasun and Zemel call it the *effective* receptive field. It is a matter
# of counting. From the unit to the pixel under it there are very many ways,
# layer by layer; to the pixel in the corner there is only one. Weights of
# random sign let the ways' gradients cancel in the mean, but the squares of
# their sums grow, on average, like the numbers of ways. With equal weights
# nothing cancels, and the gradient itself counts the ways. So the third panel
# shows the gradient, not its square.
#
# Along one axis each layer is a step to the left, to the right, or straight
# down. A way through $n$ layers is a random walk of $n$ steps of −1, 0 or 1,
# and each of these has the variance 2/3. So the width should be
#
# $$\sigma = \sqrt{2n/3},$$
#
# while the field is $2n + 1$.
#
# **Predict.** From 4 layers to 64 the field grows from 9 to 129 pixels. By what
# factor does the width grow? And will a ReLU after each layer change it?

# %%
depths = np.array([2, 4, 8, 16, 32, 64])
curves = {"field": 2 * depths + 1}
for kind in ("random", "ReLU"):
    widths = [
        width(mean_strength(n, kind, min(2 * n + 1, 65), draws=6))
        for n in depths
    ]
    slope = np.polyfit(np.log(depths), np.log(widths), 1)[0]
    print(
        f"{kind:7}", *(f"{w:4.1f}" for w in widths), f"  exponent {slope:.2f}"
    )
    curves[f"4σ, {kind}"] = 4 * np.array(widths)
law = np.sqrt(2 * depths / 3)
slope = np.polyfit(np.log(depths), np.log(curves["field"]), 1)[0]
print("√(2n/3)", *(f"{w:4.1f}" for w in law))
print(
    "field  ", *(f"{w:4}" for w in curves["field"]), f"  exponent {slope:.2f}"
)
shares = curves["4σ, random"] / curves["field"]
print("4σ / field:", *(f"{share:.0%}" for share in shares))
chart = plots.line_chart(
    {**curves, "4√(2n/3)": 4 * law},
    depths,
    xlabel="layers of 3×3",
    ylabel="pixels",
    xscale="log",
    yscale="log",
    alt="Receptive field and effective width against depth, both axes "
    f"logarithmic. The field rises from 5 to {curves['field'][-1]}; four "
    f"standard deviations of the strength rise from "
    f"{curves['4σ, random'][0]:.0f} to {curves['4σ, random'][-1]:.0f} only, "
    "along the square root law, with ReLU and without.",
    caption="The middle 4σ of a bell hold 95 % of it.",
)
chart.figure.axes[0].set_xticks(depths, depths)
chart.figure.axes[0].minorticks_off()
chart

# %% [markdown]
# The field grows fourteen times, the width only about four times. With both
# axes logarithmic, a power of the depth is a straight line, and the exponent is
# its slope: near 1 for the field, near ½ for the width. The deeper the network,
# the smaller the *share* of its field that it uses, with random weights at
# least. ReLU changes little: with random weights it opens and closes ways
# everywhere alike.
#
# ### Before and after training
#
# Those were random weights. Learning could widen the effective field, and Luo
# et al. found that it did in their networks. Let us see what it does on
# digits. Seven 3×3 layers without padding turn 15×15 pixels into one unit of
# eight maps, which sees all 225 pixels; ten scores are read off it. We train
# from the same three starts on two tasks: 8×8 digits in the *middle* of the
# picture, and the same digits, each in one of the four *corners*. Then we
# measure the strengths on the same pictures of noise.
#
# **Predict.** Does training widen the effective field, narrow it, or now one,
# now the other? (For comparison: strength spread evenly over all 15×15 pixels
# has the width that is printed first.)


# %%
def placed(digits, corners, seed):
    """Pictures of 15×15 with a digit in the middle, or in some corner."""
    rng = np.random.default_rng(seed)
    x = np.zeros((len(digits), 1, 15, 15))
    for picture, digit in zip(x, digits, strict=True):
        i, j = 7 * rng.integers(0, 2, 2) if corners else (4, 4)
        picture[0, i : i + 8, j : j + 8] = digit
    return x


def seven_layers(seed):
    rng, layers = np.random.default_rng(seed), []
    for channels in (1, 8, 8, 8, 8, 8, 8):
        layer = nn.Conv2d(channels, 8, 3, rng=rng, dtype=np.float64)
        layers += [layer, nn.ReLU()]
    layers += [nn.Flatten(), nn.Linear(8, 10, rng=rng, dtype=np.float64)]
    return nn.Sequential(*layers)


def train(net, x, y, seed, epochs=15):
    adam, rng = nn.Adam(net.params, 3e-3), np.random.default_rng(seed)
    for _ in range(epochs):
        for batch in np.array_split(rng.permutation(len(x)), len(x) // 32):
            scores = net.forward(x[batch])
            _, dscores = nn.softmax_cross_entropy(scores, y[batch])
            net.gradients(dscores)
            adam.step(net.grads)


def eye_of(net, noise):
    """The strength for the one unit in front of the scores."""
    return strength(nn.Sequential(*net.layers[:-2]), noise)


digits = data.load_digits()
noise = np.random.default_rng(9).standard_normal((300, 1, 15, 15))
tasks = {"middle": False, "corners": True}
totals = {"before": 0, **dict.fromkeys(tasks, 0)}
print(f"spread evenly: {width(np.ones((15, 15))):.2f}")
print("start   before   middle            corners")
for seed in range(3):
    before = eye_of(seven_layers(seed), noise)
    totals["before"] = totals["before"] + before / before.sum()
    line = f"{seed}       {width(before):.2f}  "
    for task, corners in tasks.items():
        net = seven_layers(seed)
        train(net, placed(digits.x_train, corners, 1), digits.y_train, seed)
        scores = net.forward(placed(digits.x_test, corners, 2))
        right = (scores.argmax(axis=1) == digits.y_test).mean()
        after = eye_of(net, noise)
        totals[task] = totals[task] + after / after.sum()
        line += f"   {width(after):.2f} ({right:.0%} right)"
    print(line)
plots.show_images(
    [np.sqrt(found) for found in totals.values()],
    ["before", "digits in the middle", "digits in corners"],
    columns=3,
    value_range="shared",
    alt="Strength for the last unit over 15 by 15 pixels, mean of three "
    "networks: before training a round spot of width "
    f"{width(totals['before']):.2f} pixels; after training on digits in the "
    f"middle a smaller one, {width(totals['middle']):.2f}; on digits in the "
    f"corners a larger one, {width(totals['corners']):.2f}.",
    caption="The square root of the strength, so that faint parts show.",
)

# %% [markdown]
# Now one, now the other: narrower where the digits are in the middle, wider
# where they are in the corners, from all three starts. The changes are small,
# though, the widening above all; and the networks for corners read fewer
# digits. Here, training moved the effective field towards where the digits
# were. It is far from an even spread, although digits in corners reach to the
# edges. (Three starts of one small network are not much. Luo et al. report that
# training widens the effective field in larger ones, on photographs.)
#
# ## From V1 to IT
#
# Deck 5 puts convolutional networks beside the *ventral stream*: the way
# through the brain's visual cortex that serves to recognise things. Its areas
# are V1, V2, V4 and IT, in this order. There too, neurons see small pieces
# first and large ones later. Hubel and Wiesel's simple cells, in V1, answer to
# an edge at one place. In V4 fields are four to seven times as wide as those in
# V1 at the same place (Desimone and Schein 1987); in IT they are larger than
# 10° × 10° and nearly always include the centre of gaze (Gross, Bender and
# Rocha-Miranda 1969). One cause is the same as ours: each stage gathers from
# many cells of the stage before.
#
# Two differences. Within one area of the cortex, fields grow with the distance
# from the centre of gaze (Freeman and Simoncelli 2011 build on this); in one
# layer of our networks all fields are equally large. And cortical fields are
# measured by what makes a neuron answer: they are closer to *effective* fields.
# Compare them with a few σ, not with $r$.
#
# ## Where it fails
#
# - **Padding is seen.** Zeros are a picture too, and units near the border
#   answer to them. The next cell shows a plain white picture to a stack of
#   means, which should leave it plain.
# - **Border units see less**, and in deep networks nearly *every* unit is a
#   border unit: its field ends outside the picture.
# - **A field larger than the picture** says little about place.
# - **It is a bound.** It says where a unit cannot look. Where it does look must
#   be measured, and depends on weights, data and picture.
#
# **Predict.** After one, four and twelve 3×3 means with padding 1, which part
# of a white 32×32 picture is still white? And in which of AlexNet, VGG-16 and
# ResNet-50 does any unit of the last map see no padding?

# %%
white, faded = np.ones((1, 1, 32, 32)), []
for depth in (1, 4, 12):
    net = random_stack(depth, "equal", np.random.default_rng(0), maps=1)
    y = net.forward(white)[0, 0]
    faded.append(y)
    print(
        f"{depth:2} deep: corner {y[0, 0]:.2f}, middle {y[16, 16]:.2f}, "
        f"untouched {(y > 1 - 1e-9).mean():.0%} of the units"
    )
print("last map    no padding seen   corner unit: field outside the picture")
for name in ("alexnet", "vgg16", "googlenet", "resnet50"):
    last = [x for x in network(name).layers() if x.spans][-1]
    span, places = last.spans[0], last.output_shape[1]
    first = np.arange(places) * int(span.jump) - span.padding
    clean = ((first >= 0) & (first + span.size <= 224)).sum() ** 2
    seen = np.minimum(first + span.size, 224) - np.maximum(first, 0)
    outside = 1 - (seen[0] / span.size) ** 2
    print(f"{name:11} {clean:2} of {places**2:2} units    {outside:.0%}")
plots.show_images(
    faded,
    ["1 layer", "4 layers", "12 layers"],
    columns=3,
    alt="A white picture after one, four and twelve means of 3 by 3 with zeros "
    "around: the dark rim grows inwards from one pixel to twelve, and the "
    f"corners darken to {faded[-1][0, 0]:.2f}.",
)

# %% [markdown]
# The rim creeps inwards by one pixel per layer, which is the effective padding;
# after twelve layers only the middle eight rows and columns are as they should
# be. In the real networks a single unit sees no padding, the one in the middle
# of VGG-16's 7×7. For a unit in the corner more than half of the field is
# padding, in GoogLeNet nine tenths (its field is so large that even there it
# holds the whole picture). The effective field, being so much smaller, should
# make this milder than it looks.
#
# ## Recap
#
# Answer first, then open. The numbers follow from the cells above.
#
# <details><summary>A convolution with 3, a pooling with 2 and stride 2, a
# convolution with 3: what does a unit see, and how far on does its neighbour
# look?</summary>
#
# 1 + 2·1 + 1·1 + 2·2 = 8 pixels. The jump is 2.
#
# </details>
#
# <details><summary>Why does a layer's own stride not make its own field
# larger?</summary>
#
# It moves the layer's units apart, and each looks at as many units below as
# before. Only the layers above, whose steps are now longer, see more.
#
# </details>
#
# <details><summary>Effective padding 3, jump 2, field 8: which pixels does unit
# 1 see, and where is its centre?</summary>
#
# 1·2 − 3 = −1 to −1 + 8 − 1 = 6, so its centre is 2.5.
#
# </details>
#
# <details><summary>How many places has VGG-16's last map, by one
# formula?</summary>
#
# (224 + 2·90 − 212) / 32 + 1 = 7.
#
# </details>
#
# <details><summary>Three layers of 3 with dilation 2: what is the field, and
# what is wrong with it?</summary>
#
# 13 pixels, of which the unit sees 7.
#
# </details>
#
# <details><summary>One program says that ResNet-50 has a field of 427, another
# says 483. Which is wrong?</summary>
#
# Neither: the stride of a stage sits in another place.
#
# </details>
#
# <details><summary>64 layers of 3×3: how wide are the field and its effective
# part?</summary>
#
# 129 pixels; σ is 6.5 by the square root law and about that when measured, so
# that 4σ are a fifth of the field.
#
# </details>
#
# <details><summary>When do the shapes of two paths fit, and the paths
# not?</summary>
#
# When jumps or centres differ: sizes can agree all the same. The analysis says
# so in a note.
#
# </details>
#
# ## References
#
# - D. H. Hubel and T. N. Wiesel, Receptive fields, binocular interaction and
#   functional architecture in the cat's visual cortex, 1962.
#   <https://doi.org/10.1113/jphysiol.1962.sp006837>
# - C. G. Gross, D. B. Bender and C. E. Rocha-Miranda, Visual receptive fields
#   of neurons in inferotemporal cortex of the monkey, 1969.
#   <https://doi.org/10.1126/science.166.3910.1303>
# - R. Desimone and S. J. Schein, Visual properties of neurons in area V4 of the
#   macaque: sensitivity to stimulus form, 1987.
#   <https://doi.org/10.1152/jn.1987.57.3.835>
# - J. Freeman and E. P. Simoncelli, Metamers of the ventral stream, 2011.
#   <https://doi.org/10.1038/nn.2889>
# - K. Simonyan and A. Zisserman, Very deep convolutional networks for
#   large-scale image recognition, 2015.
#   <https://doi.org/10.48550/arXiv.1409.1556>
# - C. Szegedy et al., Going deeper with convolutions, 2015.
#   <https://doi.org/10.1109/CVPR.2015.7298594>
# - O. Ronneberger, P. Fischer and T. Brox, U-Net: convolutional networks for
#   biomedical image segmentation, 2015.
#   <https://doi.org/10.1007/978-3-319-24574-4_28>
# - K. He, X. Zhang, S. Ren and J. Sun, Deep residual learning for image
#   recognition, 2016.
#   <https://doi.org/10.1109/CVPR.2016.90>
# - F. Yu and V. Koltun, Multi-scale context aggregation by dilated
#   convolutions, 2016.
#   <https://doi.org/10.48550/arXiv.1511.07122>
# - W. Luo, Y. Li, R. Urtasun and R. Zemel, Understanding the effective
#   receptive field in deep convolutional neural networks, 2016.
#   <https://doi.org/10.48550/arXiv.1701.04128>
# - A. Veit, M. Wilber and S. Belongie, Residual networks behave like ensembles
#   of relatively shallow networks, 2016.
#   <https://doi.org/10.48550/arXiv.1605.06431>
# - F. Yu, V. Koltun and T. Funkhouser, Dilated residual networks, 2017.
#   <https://doi.org/10.48550/arXiv.1705.09914>
# - A. Araujo, W. Norris and J. Sim, Computing receptive fields of convolutional
#   neural networks, 2019.
#   <https://doi.org/10.23915/distill.00021>
# - B. Alsallakh, N. Kokhlikyan, V. Miglani, J. Yuan and O. Reblitz-Richardson,
#   Mind the pad: CNNs can develop blind spots, 2021.
#   <https://doi.org/10.48550/arXiv.2010.02178>
#
# Photograph: astronaut Eileen Collins by NASA (public domain).
