# %% [markdown]
# # 03 · Learning by gradient
#
# <!-- minutes -->
#
# In unit 02 somebody had to choose the numbers in every filter. From here on
# they are learned. You only say how wrong the answers are, in one number, the
# **loss**, and the network changes its weights so that this number falls. In
# this unit you see what one neuron cannot do and two layers can; and how a
# network finds the direction for all of its weights at once, for no more than
# three times the work of computing its loss.
#
# ## What you will be able to do
#
# - compute a neuron by hand, and say where it has no slope;
# - show what one neuron cannot do, and build a network that can;
# - say what a loss must be like, and why one does not search it by trying;
# - run the chain rule backward through a computation, and check the result;
# - explain softmax and cross-entropy, and say what guessing costs;
# - train with mini-batches; choose learning rate, momentum and weight decay;
# - measure whether the gradient vanishes on its way through a deep network;
# - start a training on a ladder of four rungs that catches most mistakes.
#
# You need units 01 and 02, and to know what a slope is. Before each figure
# stands a question. Make a guess, then run the cell.
#
# ## A neuron
#
# A neuron has a **weight** for each input, and a **bias** b. It multiplies each
# input by its weight, adds up the products and the bias, and sends the sum z
# through an **activation** f (deck 2, slide 6):
#
# $$z = w_1 x_1 + w_2 x_2 + \dots + b, \qquad y = f(z).$$
#
# The perceptron of unit 01 is a neuron whose f is a step: +1 above zero, −1
# below. Deck 2, slide 7, has three softer activations:
#
# - the **sigmoid**, σ(z) = 1 / (1 + e⁻ᶻ);
# - the **hyperbolic tangent**, tanh z;
# - the rectified linear unit, **ReLU**, max(0, z).
#
# The slide calls them *squashing functions*, with a sigmoid *in [0, 1]*.
# **Predict:** do all three squash? Does the sigmoid reach 0 and 1?

# %%
from itertools import pairwise
import numpy as np
from coursekit import data, images, numpy_nn as nn, perceptron, plots

# %%
w, b = np.array([0.5, -1.0, 0.25]), 0.5
x = np.array([2.0, 1.0, 4.0])
total = w @ x + b
print("products", w * x, "and bias", b, "add up to z =", total)
print("b as the weight of an input 1:", np.append(w, b) @ np.append(x, 1))
z = np.linspace(-4, 4, 81)
activations = {"sigmoid": nn.Sigmoid(), "tanh": nn.Tanh(), "ReLU": nn.ReLU()}
curves = {name: f.forward(z) for name, f in activations.items()}
for name, f in activations.items():
    low, middle, high = (f.forward(v) for v in (-10.0, total, 10.0))
    print(f"{name:8} of {total}: {middle:.3f}", end=";  ")
    print(f"of -10 and 10: {low:.5f} and {high:.5f}")
print("sigmoid of 40, in the computer:", nn.Sigmoid().forward(40.0))
stretched = 2 * nn.Sigmoid().forward(2 * z) - 1
print("tanh z is 2 σ(2z) − 1:", np.allclose(curves["tanh"], stretched))
plots.line_chart(
    curves,
    z,
    xlabel="sum z",
    ylabel="output y",
    alt="Three activations. The sigmoid climbs from 0 to 1, through "
    f"{curves['sigmoid'][40]:.1f} at z = 0. The tanh climbs from -1 to 1, "
    f"through {curves['tanh'][40]:.0f}, and is steeper. The ReLU is 0 below "
    f"z = 0, and then a straight line up to {curves['ReLU'][-1]:.0f} at z = 4.",
)

# %% [markdown]
# Two of the three squash. The ReLU passes every positive sum as it is. On paper
# the sigmoid reaches neither 0 nor 1; in the computer it does, once the rest is
# too small to be stored. And the tanh is a sigmoid, stretched to the range from
# −1 to 1.
#
# The slide gives the bias a *weight of 1*. It is the other way round: the bias
# is the weight of one more input, and this *input* is always 1.
#
# To learn, one must know slopes: how far does y move when z moves a little?
# Every layer of `coursekit.numpy_nn` can tell: after `forward(z)`,
# `backward(1)` gives the slope at z. **Predict** the largest slope of each of
# the three. Where are they nearly flat?

# %%
slopes = {}
for name, f in activations.items():
    f.forward(z)
    slopes[name] = f.backward(np.ones_like(z))
    print(f"{name:8} largest slope {slopes[name].max():.2f},", end=" ")
    print(f"at z = 2 it is {slopes[name][60]:.4f},", end=" ")
    print(f"at z = 4 it is {slopes[name][80]:.4f}")
plots.line_chart(
    slopes,
    z,
    xlabel="sum z",
    ylabel="slope dy / dz",
    alt="Slopes of the three activations. The sigmoid's is a low, wide hill of "
    f"height {slopes['sigmoid'].max():.2f}; the tanh's a narrow hill of height "
    f"{slopes['tanh'].max():.0f}; the ReLU's is 0 up to z = 0 and "
    f"{slopes['ReLU'].max():.0f} from there on.",
)

# %% [markdown]
# The sigmoid's slope is σ (1 − σ): a product of two numbers that add up to 1,
# largest when both are a half. So it is never more than a **quarter**. The
# slope of the tanh, 1 − tanh², reaches 1, but only near zero. Far out both are
# flat: **saturated**. The ReLU has slope 1 or 0. At z = 0 it has a kink; there
# one takes 0. Keep the quarter in mind.
#
# ## What one neuron cannot do
#
# Here is the smallest of the problems that a neuron cannot solve (Minsky and
# Papert's book of 1969 made them famous). Of two inputs, each is 0 or 1. The
# answer is 1 if exactly one of them is 1. This is *exclusive or*, **XOR**.
#
# A neuron with two inputs answers 1 on one side of a line and 0 on the other.
# We try 360 directions of the line, with 601 biases each. **Predict:** how many
# of the four answers does the best line get right?
#
# Then a neuron learns to give the probability of a 1. (How it learns is what
# this unit explains; here, only look at the outcome.) **Predict** the four
# probabilities it ends with.

# %%
corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
xor = np.array([0, 1, 1, 0])
angles = np.radians(np.arange(360))
sums = corners @ [np.cos(angles), np.sin(angles)]
sums = sums[..., np.newaxis] + np.linspace(-2, 2, 601)  # (4, 360, 601)
right = ((sums > 0) == xor[:, np.newaxis, np.newaxis]).sum(axis=0)
shares = np.bincount(right.ravel(), minlength=5) / right.size
print("lines that get 0, 1, 2, 3, 4 right:", *(f"{s:.0%}" for s in shares))


def network(*widths, activation=nn.ReLU, init="he", seed=0):
    """Linear layers of these widths, with an activation between any two."""
    rng, layers = np.random.default_rng(seed), []
    for inputs, outputs in pairwise(widths):
        linear = nn.Linear(inputs, outputs, init=init, rng=rng, dtype=float)
        layers += [linear, activation()]
    return nn.Sequential(*layers[:-1])


def descend(net, x, labels, rate, steps):
    """Change the weights step by step; return the loss at the end."""
    for _ in range(steps):
        loss, dscores = nn.softmax_cross_entropy(net.forward(x), labels)
        net.gradients(dscores)
        for name, weights in net.params.items():
            weights -= rate * net.grads[name]
    return loss


neuron = network(2, 2)  # a score for each answer; their difference decides
loss = descend(neuron, corners, xor, rate=1, steps=500)
said = nn.softmax(neuron.forward(corners))[:, 1]
print("it learned to say", said.round(3), f"with a loss of {loss:.4f}")
plots.scatter_chart(
    corners,
    xor,
    class_names=["answer 0", "answer 1"],
    xlabel="first input",
    ylabel="second input",
    line=([1, 1], -0.5),
    caption="One of the best lines: three points right, (1, 1) wrong.",
    alt="The four points of XOR at the corners of a square; equal answers are "
    "across from each other. A slanted line cuts off the corner (0, 0): with "
    "it three points are right and (1, 1) is wrong.",
)

# %% [markdown]
# At most three of four, however you turn the line. The proof needs four
# inequalities. For all answers to be right,
#
# $$b \le 0, \quad w_1 + b > 0, \quad w_2 + b > 0, \quad w_1 + w_2 + b \le 0.$$
#
# The two in the middle add up to w₁ + w₂ + 2b > 0, the two outer ones to
# w₁ + w₂ + 2b ≤ 0. Both cannot be true.
#
# The neuron that learned does not even take three. It says one half to
# everything: its loss (cross-entropy, explained below) makes a confident
# mistake so dear that no opinion is cheaper. Each answer then costs log 2 =
# 0.693. (In this course log is the natural logarithm.)
#
# ## A second layer folds the plane
#
# Put two ReLU neurons in between, a **hidden layer**:
#
# $$h_1 = \max(0,\, x_1 + x_2), \qquad h_2 = \max(0,\, x_1 + x_2 - 1),$$
#
# and let a third neuron look at these two only: y = h₁ − 2 h₂. **Predict:**
# what are h₁, h₂ and y for the four points? In the plane of h₁ and h₂, how
# many points will you *see*?

# %%
hidden = np.stack([corners.sum(1), corners.sum(1) - 1], axis=1).clip(0)
y = hidden @ [1, -2]
for point, h, answer in zip(corners, hidden, y, strict=True):
    print(f"x = {point}   h = {h}   y = {answer:.0f}")
plots.scatter_chart(
    hidden,
    xor,
    class_names=["answer 0", "answer 1"],
    xlabel="first hidden neuron h₁",
    ylabel="second hidden neuron h₂",
    line=([1, -2], -0.5),
    caption="At (1, 0), both points with answer 1 lie on each other.",
    alt="XOR in the plane of the hidden neurons: answer 0 at (0, 0) and at "
    "(2, 1); answer 1 at (1, 0), where two points lie on each other. A "
    "straight line separates the two answers.",
)

# %% [markdown]
# Three. The hidden layer moves both points with answer 1 to one place, and now
# a line is enough. That is what hidden layers are for: to learn **features**,
# with which a linear classifier can do the rest (deck 3: *can be seen as
# learning the features*). The activation is what makes it work: a linear layer
# on a linear layer would be one linear layer again.
#
# We chose these weights. Can they be learned? We take hidden layers of 2, 3, 4
# and 8 tanh neurons, each from twenty random starts. **Predict:** two neurons
# suffice, as you saw. In how many of the twenty attempts do two *find* a
# solution? And do more neurons find one more often, or less?

# %%
found = {}
for count in (2, 3, 4, 8):
    options = {"activation": nn.Tanh, "init": "xavier"}
    nets = [network(2, count, 2, seed=s, **options) for s in range(20)]
    losses = np.array([descend(net, corners, xor, 2, 400) for net in nets])
    found[count] = int((losses < 0.1).sum())
    print(f"{count} hidden neurons: {found[count]:2} of 20 solve XOR", end="")
    if found[count] < 20:
        print(f"; the others stay at {losses[losses > 0.1].mean():.2f}", end="")
    print()
print(f"half of log 2 is {np.log(2) / 2:.2f}")
solved = nets[0]
plots.scatter_chart(
    corners,
    xor,
    class_names=["answer 0", "answer 1"],
    xlabel="first input",
    ylabel="second input",
    regions=lambda points: solved.forward(points).argmax(axis=1),
    alt="XOR, and what a network with eight hidden neurons has learned: a wide "
    "curved band from (0, 0) to (1, 1) is answered with 0; the corners on "
    "either side of it, with (0, 1) and (1, 0), are answered with 1.",
)

# %% [markdown]
# That a solution exists does not mean that it is found. Most networks with two
# neurons get stuck at a loss of ½ log 2: two points are right, and between the
# other two the network cannot decide. There all slopes are next to nothing, and
# ten times as many steps do not get it away. Deck 3 warns of such places, *bad
# local optima*. With a few neurons more than needed, nearly every start
# succeeds: one reason to give a network more weights than it needs.
#
# ## Enough neurons imitate any function
#
# Deck 3 quotes the theorem: a two-layer network with enough neurons can
# approximate any continuous function to any desired accuracy (Cybenko, 1989; on
# a bounded region, one has to add). In one dimension you can build it yourself.
# A steep sigmoid is a step. A step up at one place, less a step up a little
# further on, is a **bump**. Give each bump the height of the function at its
# middle, and stand the bumps side by side.
#
# **Predict:** with twice as many bumps, how much smaller is the largest error?

# %%
t = np.linspace(0, 1, 2001)
wanted = np.sin(2 * np.pi * t) * np.exp(-t) + 0.3 * np.cos(5 * np.pi * t)


def bumps(count):
    """Two hidden sigmoids for each bump, and a linear output."""
    edges = np.linspace(0, 1, count + 1)
    heights = np.interp((edges[:-1] + edges[1:]) / 2, t, wanted)
    edges[0], edges[-1] = -1, 2  # no ramps at the two ends
    steps = nn.Sigmoid().forward(20 * count * (t[:, np.newaxis] - edges))
    return (steps[:, :-1] - steps[:, 1:]) @ heights


before = None
for count in (8, 16, 32, 64, 128):
    error = abs(bumps(count) - wanted).max()
    print(f"{count:3} bumps: largest error {error:.3f}", end="")
    print(f", {before / error:.1f} times smaller" if before else "")
    before = error
plots.line_chart(
    {"wanted": wanted, "16 bumps": bumps(16)},
    t,
    xlabel="input",
    ylabel="output",
    alt="A wavy function with a high crest and a deep trough. Sixteen bumps "
    "follow it as a staircase: level treads, steep but smooth steps between.",
)

# %% [markdown]
# Twice the bumps, about half the error: with enough of them you get as near as
# you like. Read the theorem with care, though. It says that weights exist; it
# does not say how to find them, nor that few neurons will do. With 128 bumps
# along each axis a square takes 128² of them; the space of 64 pixels, 128⁶⁴.
# And between the examples a network with so many free heights does whatever it
# likes (deck 3: *danger for overfitting*).
#
# ## The loss is a landscape
#
# To find weights one needs a number that says how bad they are, the **loss**.
# The natural one is the share of wrong answers (deck 3: *misclassification
# loss*). The other candidate is **cross-entropy**: the mean of −log p, where p
# is the probability that the network gives to the right answer. More of it
# below.
#
# We take forty zeros and ones of unit 01, and one neuron that sees the ink in
# the middle columns. Its weight is 3; we move its bias. **Predict** the two
# curves. If you stand somewhere on the first, how do you know which way to go?

# %%
digits = data.load_digits()
x_train, x_val, x_test = (
    part.reshape(-1, 64)
    for part in (digits.x_train, digits.x_val, digits.x_test)
)
y_train, y_val, y_test = digits.y_train, digits.y_val, digits.y_test
forty = np.flatnonzero(y_train < 2)[:40]
ink = digits.x_train[forty, 2:6, 3:5].mean(axis=(1, 2))
ink = (ink - ink.mean()) / ink.std()
is_one = y_train[forty, np.newaxis] == 1
biases = np.linspace(-6, 6, 601)
z = 3 * ink[:, np.newaxis] + biases  # (40, 601)
wrong = ((z > 0) != is_one).mean(axis=0)
p_right = nn.Sigmoid().forward(np.where(is_one, z, -z))
entropy = -np.log(p_right).mean(axis=0)
print(f"share wrong: {np.mean(np.diff(wrong) == 0):.0%} of the steps are level")
print(f"cross-entropy: {np.mean(np.diff(entropy) == 0):.0%} are level")
for name, curve in (("share wrong", wrong), ("cross-entropy", entropy)):
    lowest = biases[np.isclose(curve, curve.min())]
    print(f"{name:13} lowest, {curve.min():.2f}, from bias", end=" ")
    print(f"{lowest[0]:.2f} to {lowest[-1]:.2f}")
plots.line_chart(
    {"share wrong": wrong, "cross-entropy": entropy},
    biases,
    xlabel="bias of the neuron",
    ylabel="loss",
    alt="Two losses against the bias. The share of wrong answers goes down and "
    "up again in stairs with level treads; cross-entropy is a smooth valley, "
    f"lowest at a bias of {biases[entropy.argmin()]:.2f}, above the lowest "
    "tread.",
)

# %% [markdown]
# The stairs have slope zero wherever they have a slope: they say how bad things
# are, and nothing about the direction. Cross-entropy slopes everywhere but at
# its lowest point, because it counts *how far* each answer is on its side. And
# here its lowest point lies where there are no mistakes. So we minimise
# cross-entropy and report mistakes.
#
# ## Trying, or following the slope
#
# Deck 3 offers two ways down. **Hill climbing**, in its simplest form: make a
# small change, keep it if the loss is smaller, else take it back. **Gradient
# descent**: measure the slope in the direction of each weight, and change every
# weight against its slope, by slope times **learning rate** (deck 2, slide 10):
#
# $$w \leftarrow w - \eta \,\frac{\partial L}{\partial w}.$$
#
# The list of all slopes is the **gradient**; it points the way that climbs
# fastest. (The slide writes *gradient of weight with respect to error*. It is
# the gradient of the *error* with respect to the weight.)
#
# Here is a network so small that you can see its whole landscape: one input,
# one tanh neuron with weight w, one output with weight v: y = v · tanh(w x). It
# is to imitate tanh(1.5 x). We pay by **evaluations of the loss**: a try costs
# one, and for now a gradient costs four, a small step to either side for each
# of the two weights.
#
# **Predict:** white is low. How many lowest points are there? Which of them do
# the two reach from the ring, and which of the two is ahead? Move the slider.

# %%
inputs = np.linspace(-2, 2, 9)


def loss(weights):
    """Mean squared error for weights (..., 2): w and v."""
    w, v = weights[..., :1], weights[..., 1:]
    return ((v * np.tanh(w * inputs) - np.tanh(1.5 * inputs)) ** 2).mean(-1)


rng = np.random.default_rng(1)
climber = walker = np.array([0.4, -1.2])
climbed, walked = [climber], [walker]
for evaluation in range(1, 121):
    there = climber + 0.4 * rng.standard_normal(2)
    climber = there if loss(there) < loss(climber) else climber
    if evaluation % 4 == 0:
        walker = walker - 0.5 * nn.numerical_gradient(loss, walker)
    climbed.append(climber)
    walked.append(walker)
frames, labels = [], []
for cost in (4, 12, 24, 120):
    up, down = loss(climbed[cost]), loss(walked[cost])
    labels.append(f"{cost}: hill climbing {up:.4f}, gradient {down:.4f}")
    frames.append(
        plots.show_landscape(
            loss,
            x_range=(-3, 3),
            y_range=(-2, 2),
            xlabel="weight w of the hidden neuron",
            ylabel="weight v of the output",
            paths={
                "hill climbing": climbed[: cost + 1],
                "gradient descent": walked[: cost + 1],
            },
            alt="A landscape with a valley at the upper right and one at the "
            f"lower left. After {cost} evaluations of the loss hill climbing "
            f"has come down to {up:.4f} and gradient descent to {down:.4f}.",
        )
    )
lowest = loss(np.array([[1.5, 1], [-1.5, -1]]))
print("loss at (1.5, 1) and at (-1.5, -1):", *lowest)
print(f"loss at (0, 0): {loss(np.zeros(2)):.3f}; gradient there:", end=" ")
print(*abs(nn.numerical_gradient(loss, np.zeros(2))))
plots.frame_slider(frames, labels, name="evaluations of the loss")

# %% [markdown]
# Two lowest points, one the mirror image of the other: change both signs, and
# the network computes the same. Which one you reach depends on where you start.
# Start at zero, and you stay there, on a **saddle** with no slope at all: one
# reason why weights start at random.
#
# The gradient is ahead at first. On the flat floor of the valley, where slopes
# are tiny, trying catches up and passes it; other step lengths do not change
# that. So with two weights it is an even race. Why, then, does hardly anybody
# train networks by trying?
#
# Let us have more weights. The loss is a bowl, ten times as steep along some
# weights as along others. It begins at 1. We count evaluations until it is
# below 0.01, for four ways down:
#
# - **best neighbour**, deck 3's recipe: of all weights a bit up or down, take
#   the best single change; if none helps, we halve the bit;
# - **random tries**: all weights at once, by a random step of a good length,
#   kept if it helps;
# - the gradient measured by small steps, two evaluations per weight;
# - the gradient computed *backward*, which costs no more than three evaluations
#   for all weights together. How, is the next section.
#
# **Predict:** from 10 weights to 100, by which factor does each get dearer?
# Then a real network: 985 weights, 300 digits, 3,000 evaluations for hill
# climbing by random tries and as many for the gradient, each with the best step
# length of those that we tried. How far down does each get?

# %%
sizes = (2, 10, 100, 1000)
ways = ("best neighbour", "random tries", "measured gradient", "backward")
spent = {way: [] for way in ways}


def bowl(w):
    """The loss: each weight is best at 1; with all at 0 it is 1."""
    return (steep * (w - 1) ** 2).sum()


for n in sizes:
    rng, steep = np.random.default_rng(0), np.geomspace(1, 10, n)
    steep /= steep.sum()
    w, used, bit = np.zeros(n), 0, 0.3
    while bowl(w) > 0.01:
        moved = np.array([w + bit, w - bit])  # one weight at a time
        change = steep * ((moved - 1) ** 2 - (w - 1) ** 2)  # of the loss
        side, i = np.unravel_index(change.argmin(), change.shape)
        if change[side, i] < 0:
            w[i] = moved[side, i]
        else:
            bit /= 2
        used += 2 * n
    spent["best neighbour"].append(used)

    w, used = np.zeros(n), 0
    while bowl(w) > 0.01:
        there, used = w + 0.2 / np.sqrt(n) * rng.standard_normal(n), used + 1
        w = there if bowl(there) < bowl(w) else w
    spent["random tries"].append(used)

    w, steps = np.zeros(n), 0
    while bowl(w) > 0.01:
        w, steps = w - 0.5 / steep.max() * 2 * steep * (w - 1), steps + 1
    spent["measured gradient"].append(2 * n * steps)
    spent["backward"].append(3 * steps)
print(f"{'weights':17}", *(f"{n:>9,}" for n in sizes))
for way, counts in spent.items():
    print(f"{way:17}", *(f"{c:>9,}" for c in counts))
billions = 60e6 / n * spent["random tries"][-1] / 1e9
print(f"random tries, 60 million weights: {billions:.1f} billion, at this rate")
plots.line_chart(
    spent,
    sizes,
    xlabel="number of weights",
    ylabel="evaluations of the loss",
    xscale="log",
    yscale="log",
    alt="Evaluations against the number of weights, both logarithmic. The best "
    f"neighbour climbs steepest, to {spent['best neighbour'][-1]:,} for 1,000 "
    "weights. Random tries and the measured gradient climb together, in "
    f"proportion to the weights, to {spent['random tries'][-1]:,} and "
    f"{spent['measured gradient'][-1]:,}. Backward stays level, at "
    f"{spent['backward'][-1]}.",
)

# %%
x, labels = x_train[:300], y_train[:300]
rng, net = np.random.default_rng(0), network(64, 13, 10)


def digits_loss():
    return nn.softmax_cross_entropy(net.forward(x), labels)[0]


start = lowest = digits_loss()
for _ in range(3000):
    before = {name: w.copy() for name, w in net.params.items()}
    for w in net.params.values():
        w += 0.03 * rng.standard_normal(w.shape)
    if (tried := digits_loss()) < lowest:
        lowest = tried
    else:
        for name, w in net.params.items():
            w[...] = before[name]
print(f"{net.parameter_count()} weights, 300 digits, loss {start:.2f}")
print(f"hill climbing, 3,000 evaluations: {lowest:.3f}")
net, used, passed = network(64, 13, 10), 0, 0
while used < 3000:
    reached, used = descend(net, x, labels, 1, 1), used + 3
    passed = used if reached > lowest else passed
print(f"gradient, {used:,} evaluations: {reached:.4f};", end=" ")
print(f"below {lowest:.3f} after {passed + 3}")

# %% [markdown]
# Ten times the weights, from 10 to 100: the best neighbour takes about a
# hundred times as many evaluations, random tries and measured gradients seven
# to ten times. Backward takes as many as before: its cost depends on the shape
# of the bowl, not on the number of weights. (And each single evaluation grows
# dearer with every weight, too. AlexNet has 60 million: deck 1, slide 33.)
#
# The network of the second race has a harder landscape, and hill climbing does
# get down: after 3,000 evaluations it is where the gradient was after fewer
# than 200. In the bowl this gap widens with every weight.
#
# ## The chain rule, backward through a graph
#
# Now the promise: all slopes for the price of three evaluations, however many
# weights there are.
#
# Any computation is a graph of small steps. Each step knows its own slopes. The
# **chain rule** says that slopes multiply along a path: if z moves by 2 when w
# moves by 1, and the loss by 0.3 when z moves by 1, the loss moves by 0.6. Go
# through the graph once forward, for the values. Then once **backward**: begin
# at the loss with 1, and at each step multiply what comes from above by the
# step's own slope. That is **back-propagation** (deck 2, slide 9). It was found
# more than once; Rumelhart, Hinton and Williams, 1986, showed what networks
# learn by it.
#
# Below is one neuron, y = σ(w₁x₁ + w₂x₂ + b). It should say 1, and its loss is
# (y − 1)². **Predict:** which of its two weights should change more, and in
# which direction? And what if a value is used twice, such as u in u · tanh u?

# %%
w1, x1, w2, x2, b = 1.0, 2.0, -1.0, 3.0, 1.0
p1, p2 = w1 * x1, w2 * x2
z = p1 + p2 + b
y = 1 / (1 + np.exp(-z))
error = y - 1
d_loss = 1.0
d_error = d_loss * 2 * error  # slope of a square
d_y = d_error * 1  # slope of subtracting 1
d_z = d_y * y * (1 - y)  # slope of the sigmoid
d_p1 = d_p2 = d_b = d_z * 1  # a sum hands on
d_w1, d_x1 = d_p1 * x1, d_p1 * w1  # a product swaps its factors
d_w2, d_x2 = d_p2 * x2, d_p2 * w2

sigmoid = nn.Sigmoid().forward
measured = nn.numerical_gradient(
    lambda v: (sigmoid(v[0] * v[1] + v[2] * v[3] + v[4]) - 1) ** 2,
    [w1, x1, w2, x2, b],
)
print("backward:", d_w1, d_x1, d_w2, d_x2, d_b)
print("measured:", *measured.round(6))
twice = nn.numerical_gradient(lambda v: v[0] * np.tanh(v[0]), [0.5])[0]
one, other = np.tanh(0.5), 0.5 * (1 - np.tanh(0.5) ** 2)
print(f"u · tanh u at 0.5: {one:.4f} + {other:.4f}, measured {twice:.4f}")
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
    "error": node(4, 1.5, ("y",), "− 1"),
    "loss": node(5, 1.5, ("error",), "( )²"),
}
values = (w1, x1, w2, x2, b, p1, p2, z, y, error, error**2)
slopes = (d_w1, d_x1, d_w2, d_x2, d_b, d_p1, d_p2, d_z, d_y, d_error, d_loss)
plots.show_graph(
    nodes,
    values=dict(zip(nodes, values, strict=True)),
    gradients=dict(zip(nodes, slopes, strict=True)),
    alt="The neuron as a graph from its weights and inputs to its loss, with "
    "each value above its node and each gradient below. The sum is "
    f"{z:g}, the output {y:g}, the loss {error**2:g}. Backward from 1 the "
    f"gradient is {d_z:g} at the sum, {d_w1:g} at the first weight, {d_w2:g} "
    f"at the second and {d_b:g} at the bias.",
)

# %% [markdown]
# Both weights should grow, since their gradients are negative, and the second
# more than the first: its input is larger. Look at the roles. A sum hands the
# gradient on to all its terms. A product gives each factor the gradient times
# the *other* factor. The sigmoid lets at most a quarter through. And a value
# that is used at two places gets a gradient from each, and they **add up**: for
# u · tanh u one comes through the first u, the other through the tanh, and the
# measured slope is their sum. Nothing more is needed for any network.
#
# ## Layers, and how to check them
#
# Networks do this with arrays. A layer's `forward(x)` returns y and keeps what
# the way back needs; `backward(dout)` takes ∂L/∂y, leaves ∂L/∂w and ∂L/∂b in
# `grads`, and returns ∂L/∂x for the layer below. Each gradient has the shape of
# what it belongs to. For the linear layer y = x wᵀ + b, with x of shape (N, D)
# and w of (M, D), this alone nearly gives the formulas away; you will write
# them in the exercises. A forward pass is one matrix product, a backward pass
# two, one for w and one for x. Hence the *three evaluations*.
#
# Backward passes are easy to get wrong, and a wrong one may learn all the same.
# So check them against small steps: (L(w + h) − L(w − h)) / 2h. **Predict:**
# h may be anything from 1 to 10⁻¹². Which is best? Is the smallest? And what
# changes when the computer keeps about 7 digits (float32) and not 16 (float64)?

# %%
rng = np.random.default_rng(0)
w, v = rng.normal(0, 0.2, (8, 64)), rng.normal(0, 0.4, (10, 8))
x, labels = x_train[:20], y_train[:20]


def loss_at(w):
    """The loss of a small tanh network, in the precision of its weights w."""
    hidden = np.tanh(x.astype(w.dtype) @ w.T)
    return nn.softmax_cross_entropy(hidden @ v.astype(w.dtype).T, labels)[0]


small = network(64, 8, 10, activation=nn.Tanh)
small.params["0.w"][...], small.params["2.w"][...] = w, v
small.gradients(nn.softmax_cross_entropy(small.forward(x), labels)[1])
exact = small.grads["0.w"][:, 2::6]  # some of the weights are enough


def error_with(h, kind, back=1):
    """Relative error of slopes measured from w - back * h to w + h."""
    measured = np.zeros_like(exact)
    for row, column in np.ndindex(exact.shape):
        up, down = w.astype(kind), w.astype(kind)
        up[row, 2 + 6 * column] += h
        down[row, 2 + 6 * column] -= back * h
        rise = loss_at(up) - loss_at(down)
        measured[row, column] = rise / ((1 + back) * h)
    return np.linalg.norm(measured - exact) / np.linalg.norm(exact)


steps = 10.0 ** np.arange(-12, 1)
errors = {
    "float64": [error_with(h, np.float64) for h in steps],
    "float64, one side": [error_with(h, np.float64, back=0) for h in steps],
    "float32": [error_with(h, np.float32) for h in steps],
}
for name, curve in errors.items():
    best = int(np.argmin(curve))
    print(f"{name:17} best h {steps[best]:.0e}, error {curve[best]:.0e}")
kink = nn.numerical_gradient(lambda v: np.maximum(v, 0).sum(), [0.0])[0]
print(f"ReLU at 0: measured slope {kink:.1f}, and one takes 0")
plots.line_chart(
    errors,
    steps,
    xscale="log",
    yscale="log",
    xlabel="step h",
    ylabel="error of the measured slope",
    alt="Error of measured slopes against the step h, both logarithmic: three "
    "curves like a V. In float64 the lowest point is at 10 to the minus 5. "
    "With a step to one side only it lies higher and further left; in float32 "
    "it lies highest and furthest right, and small steps give nonsense.",
)

# %% [markdown]
# Neither the largest nor the smallest. Come from the right: the error falls as
# h², since a shorter piece of the curve is straighter (with a step to one side
# only, as h). Then it grows again as 1/h: two nearly equal losses are
# subtracted, and only their last digits are left. The best place is in between,
# near 10⁻⁵ for float64. In float32 even the best is poor: check gradients in
# float64. And stay away from kinks: at 0 the two-sided step sees half of each
# side.
#
# ## Scores, probabilities, loss
#
# A network for ten classes ends in ten **scores** (also *logits*). **Softmax**
# turns them into probabilities (deck 1, slide 35; deck 2, slide 23), and
# cross-entropy is the loss:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}, \qquad
# L = -\log p_{\text{right}}, \qquad
# \frac{\partial L}{\partial z_k} = p_k - [k \text{ is right}].$$
#
# ([k is right] is 1 for the right class, 0 for the others.) The gradient says:
# lower each wrong score in proportion to its probability, and raise the right
# one in proportion to what its probability lacks to 1. Softmax does not change
# if all scores are lowered by the same number, so one lowers them by the
# largest.
#
# **Predict three things.** What does the formula as it stands make of scores
# near 1,000? What is the loss of a network that finds all C classes equally
# likely? And why not simply the squared error, (1 − p)², of the right class?
# Think of a network that is wrong, and sure of it. (We take two classes and
# move the right score only, with a learning rate of 1. For two classes the
# softmax is the sigmoid of the difference of the scores.)

# %%
scores = np.array([2.0, 1.0, -1.0])
print("softmax of", scores, "is", nn.softmax(scores).round(3))
with np.errstate(over="ignore", invalid="ignore"):
    high = np.exp(scores + 1000)
    print("of the same + 1000, as the formula stands:", high / high.sum())
print("with the largest taken off:", nn.softmax(scores + 1000).round(3))
for classes in (2, 10, 1000):
    loss, _ = nn.softmax_cross_entropy(np.zeros((1, classes)), [0])
    print(f"{classes:5} classes, all equally likely: loss {loss:.3f}", end=" ")
    print(f"= log {classes}")
sure = -(np.log(0.99) + 9 * np.log(0.01 / 9)) / 10
print(f"ten classes, one drawn at random and given 99 %: loss {sure:.2f}")
ahead = np.linspace(-10, 10, 201)  # right score less wrong score
p = nn.Sigmoid().forward(ahead)
pull = {"cross-entropy": 1 - p, "squared error": 2 * (1 - p) * p * (1 - p)}
for name in pull:
    score, count = -8.0, 0
    while score < 0:
        p_now = 1 / (1 + np.exp(-score))
        rise = 1 - p_now
        score += rise if name == "cross-entropy" else 2 * rise**2 * p_now
        count += 1
    print(f"{name}: at -8 the pull is {pull[name][20]:.4f};", end=" ")
    print(f"{count:,} steps from there to 0")
plots.line_chart(
    pull,
    ahead,
    xlabel="score of the right class less that of the wrong one",
    ylabel="pull on the score",
    alt="How hard two losses pull on the score of the right class. Where the "
    "network is sure and wrong, on the left, cross-entropy pulls with 1 and "
    "squared error with nearly 0; squared error pulls most near the middle, "
    f"with {pull['squared error'].max():.2f}; on the right both let go.",
)

# %% [markdown]
# A number like e¹⁰⁰⁰ does not fit: ∞ / ∞ is *not a number*. With the largest
# score taken off, the largest power is e⁰ = 1, and the answer is the same.
#
# Knowing nothing costs log C: **2.303 for ten classes**. An untrained network
# should begin near that. Being sure at random costs much more.
#
# The squared error passes through the slope of the softmax, and that is flat
# where the network is sure, in the right as in the wrong. It learns least from
# its worst mistakes. In cross-entropy, the logarithm cancels that slope.
#
# ## Small samples: stochastic gradient descent
#
# The gradient is a mean over all examples, and a sample gives an estimate of
# it. Training by such estimates is **mini-batch stochastic gradient descent**,
# SGD (the idea is Robbins and Monro's, 1951). Deck 1, slide 38, has four steps:
#
# 1. sample a batch;
# 2. forward: scores and loss;
# 3. backward: the gradient;
# 4. update the weights.
#
# A network with 32 hidden neurons learns the digits of unit 01. Every batch
# size gets the same work, as many digits as there are in ten passes (or
# *epochs*) over the 1,197 training digits. **Predict:** what does better, ten
# steps on all digits, or 2,992 steps on four digits each? And a batch four
# times as large: how much nearer does its gradient come to that of all digits?
# (We measure this before training.)


# %%
def sgd(net, x, labels, rate, steps, size=32, seed=0, **options):
    """Train; return the loss of each batch on the way."""
    rng, losses = np.random.default_rng(seed), []
    optimizer = nn.SGD(net.params, rate, **options)
    for _ in range(steps):
        batch = rng.integers(0, len(x), size)  # sample
        scores = net.forward(x[batch])  # forward
        loss, dscores = nn.softmax_cross_entropy(scores, labels[batch])
        net.gradients(dscores)  # backward
        optimizer.step(net.grads)  # update
        losses.append(loss)
    return np.array(losses)


def loss_of(net, x, labels):
    return nn.softmax_cross_entropy(net.forward(x), labels)[0]


def share_right(net, x, labels):
    return (net.forward(x).argmax(axis=1) == labels).mean()


count = len(x_train)
for rate, size in ((0.1, count), (1, count), (0.1, 128), (0.1, 32), (0.1, 4)):
    net, steps = network(64, 32, 10), 10 * count // size
    sgd(net, x_train, y_train, rate, steps, size)
    end = loss_of(net, x_train, y_train)
    print(f"batches of {size:5,}, rate {rate:3}: {steps:5,} steps,", end=" ")
    print(f"loss {end:.3f}")

# %%
net = network(64, 32, 10)


def gradient_of(x, labels):
    """The gradient by all weights, in one row."""
    net.gradients(nn.softmax_cross_entropy(net.forward(x), labels)[1])
    return np.concatenate([g.ravel() for g in net.grads.values()])


each = [gradient_of(x_train[[i]], y_train[[i]]) for i in range(count)]
each = np.array(each)
whole = each.mean(axis=0)
length = np.linalg.norm(whole)
assert np.allclose(whole, gradient_of(x_train, y_train))
rng = np.random.default_rng(0)
sizes, noise = [1, 4, 16, 64, 256], []
for size in sizes:
    draws = [each[rng.integers(0, count, size)].mean(0) for _ in range(200)]
    off = np.linalg.norm(draws - whole, axis=1)
    noise.append(np.sqrt((off**2).mean()) / length)
    print(f"batches of {size:3}: off by {noise[-1]:.2f} of its length")
slope = np.polyfit(np.log(sizes), np.log(noise), 1)[0]
print(f"exponent {slope:.2f}")
alone = np.sqrt(((each - whole) ** 2).sum(axis=1).mean()) / length
plots.line_chart(
    {"measured": noise, "1 / √size": alone / np.sqrt(sizes)},
    sizes,
    xlabel="batch size",
    ylabel="error of the gradient",
    xscale="log",
    yscale="log",
    alt="Error of a batch's gradient against the batch size, both logarithmic: "
    f"a straight line from {noise[0]:.1f} times the gradient's length for one "
    f"digit down to {noise[-1]:.2f} for 256, on top of the line for one over "
    "the root of the size.",
)

# %% [markdown]
# Small batches win by far: many rough steps beat few exact ones. A larger
# learning rate helps the ten exact steps, but not enough (1 is the best for
# them of those that we tried). The reason is in the figure. A batch four times
# as large comes twice as near: the error falls as **1 / √size**, like that of
# every mean of independent draws. Four times the work for half the error is a
# bad bargain while the way down is long. The gradient of one digit is off by
# several times its length, and still the steps lead down, on average. (A GPU
# computes many examples side by side: there a larger batch takes hardly more
# time, up to a point. And in practice one does not draw each batch anew, but
# goes through the shuffled training set, epoch by epoch.)
#
# ## The learning rate
#
# How long a step? First a parabola, L = c w² / 2. Its slope is c w; c is its
# **curvature**, how fast the slope changes. A step makes w into (1 − η c) w. So
# all goes well below η = 2 / c, and beyond it every step makes things worse. In
# a network curvature differs from place to place, so one has to try.
# **Predict:** three learning rates, 0.01, 0.5 and 5, with all digits in each
# step. What will the loss do with each? Where does the last one end?

# %%
curvature = 4.0
print(f"parabola with curvature {curvature:.0f}: bound 2 / c = {2 / curvature}")
for rate in (0.05, 0.25, 0.45, 0.55):
    w = np.float64(1.0)
    for _ in range(20):
        w = w - rate * curvature * w
    print(f"  rate {rate:.2f}: w goes from 1 to {w:.3f} in 20 steps")
curves = {}
for rate in (0.01, 0.5, 5.0):
    net = network(64, 32, 10)
    losses = []
    for _ in range(101):
        losses.append(loss_of(net, x_train, y_train))
        descend(net, x_train, y_train, rate, 1)
    curves[f"rate {rate:g}"] = losses
    always_0 = (net.layers[0].forward(x_train) <= 0).all(axis=0).sum()
    print(f"rate {rate:4}: loss {losses[-1]:.3f}", end=", ")
    print(f"at most {max(losses):.1f};", end=" ")
    print(f"{always_0} of 32 hidden neurons are always 0")
plots.line_chart(
    curves,
    xlabel="step",
    ylabel="training loss",
    yscale="log",
    alt="Training loss over 100 steps, logarithmic. At a rate of 0.01 it falls "
    f"slowly to {curves['rate 0.01'][-1]:.2f}, at 0.5 quickly to "
    f"{curves['rate 0.5'][-1]:.2f}; at 5 it shoots up and comes down to "
    f"{curves['rate 5'][-1]:.2f}, where it stays.",
)

# %% [markdown]
# Too small, and it takes for ever; about right; too large. The third ends at
# log 10, the loss of knowing nothing, and there it will stay: the leap has
# thrown all hidden neurons to where their sum is negative for *every* digit. A
# ReLU has no slope there, so nothing brings them back. They are **dead**. A
# rule: raise the rate by factors of three until the loss blows up, then go back
# by one or two.
#
# ## Momentum and weight decay
#
# A bowl a thousand times as steep one way as the other forbids a large rate (it
# would leap out at the steep sides) and needs one (along the flat bottom).
# **Momentum** remembers: v collects the gradients, w moves along v.
#
# $$v \leftarrow \mu\, v + g, \qquad w \leftarrow w - \eta\, v$$
#
# Steps to and fro cancel, steps one way add up, with μ = 0.9 to ten times one
# gradient. **Weight decay** adds λ w to the gradient: every weight leaks
# towards zero, unless the examples keep it up. AlexNet used both (deck 4, slide
# 21).
#
# **Predict** for the bowl: plain descent just below its bound, just above it,
# and with momentum. Then, for the digits: is momentum more than a learning rate
# ten times as large? And with only 100 digits to learn from: does weight decay
# make the network better on new ones?

# %%
rng = np.random.default_rng(0)
best, steep = rng.standard_normal(20), np.geomspace(1, 1000, 20)
curves = {}
for rate, momentum in ((0.95, 0.0), (1.05, 0.0), (0.95, 0.9)):
    weights, losses = {"w": np.zeros(20)}, []
    optimizer = nn.SGD(weights, rate / steep.max(), momentum=momentum)
    for _ in range(400):
        off = weights["w"] - best
        losses.append(np.mean(steep * off**2) / np.mean(steep * best**2))
        optimizer.step({"w": 2 * steep * off})
    print(f"bowl, rate {rate} of the bound, momentum {momentum}:", end=" ")
    print(f"loss after 400 steps {losses[-1]:.0e}")
    if rate < 1:
        curves["momentum" if momentum else "plain"] = losses
for rate, momentum in ((0.03, 0), (0.3, 0), (0.03, 0.9)):
    net = network(64, 32, 10)
    sgd(net, x_train, y_train, rate, 300, momentum=momentum)
    end = loss_of(net, x_train, y_train)
    print(f"digits, rate {rate:4}, momentum {momentum:3}: loss {end:.2f}")
few = x_train[:100], y_train[:100]
print(f"300 digits, a share of 0.9: ± {np.sqrt(0.9 * 0.1 / 300):.3f}")
print("decay   weights  loss on 100  on 300 new digits  right, five runs")
for decay in (0, 0.001, 0.01, 0.1):
    nets = [network(64, 32, 10, seed=s) for s in range(5)]
    for net in nets:
        sgd(net, *few, 0.1, 1000, momentum=0.9, weight_decay=decay)
    squares = [sum((p**2).sum() for p in n.params.values()) for n in nets]
    old, new = ([loss_of(n, *d) for n in nets] for d in (few, (x_val, y_val)))
    right = [share_right(n, x_val, y_val) for n in nets]
    print(f"{decay:5}   {np.sqrt(squares).mean():7.1f}", end="  ")
    print(f"{np.mean(old):11.3f}", end="  ")
    print(f"{np.mean(new):17.2f}  {np.mean(right):.3f} ± {np.std(right):.3f}")
plots.line_chart(
    curves,
    xlabel="step",
    ylabel="loss of the bowl",
    yscale="log",
    alt="Loss in the elongated bowl, logarithmic. Just below the bound, plain "
    "descent falls quickly at first and then ever more slowly, to "
    f"{curves['plain'][-1]:.0e} after 400 steps. With momentum it falls "
    f"steadily, to {curves['momentum'][-1]:.0e}.",
)

# %% [markdown]
# In the bowl, momentum reaches what no plain rate does. On the digits, most of
# its gain is that of the tenfold rate: compare with the second line, not with
# the first. (So, when you add momentum, lower the rate.)
#
# Weight decay keeps the weights small, and with a good λ the *loss* on new
# digits falls by more than a quarter: the network is less sure of its mistakes.
# The share of digits that are right rises too, but by less than the ± of 300
# digits. Too much decay leaves little of the weights, and of the learning. (The
# new digits are the validation set: that is where one chooses λ.)
#
# ## Does the gradient vanish?
#
# Deck 1, slide 36: with the sigmoid the gradient *tends to become 0* on its way
# back to the first layers (Hochreiter, 1998). The usual argument: every layer
# multiplies it by a slope, and that of the sigmoid is at most ¼. Nine layers
# make at most ¼⁹, about four in a million.
#
# But each layer multiplies by its weights as well. They can be chosen so that
# they neither enlarge nor shrink: **Xavier** (variance 1 / width, if all layers
# are equally wide; Glorot and Bengio, 2010), and for ReLU, which lets half of
# the signal through, **He** (twice that; He et al., 2015). We build networks of
# ten layers of 64 neurons, show them 256 digits and measure the gradient by the
# weights of each layer, before any training.
#
# **Predict** five lines on a logarithmic axis: sigmoid with Xavier; the same
# with weights eight times as large; tanh with Xavier; ReLU with He; and ReLU
# with Xavier, which is too small for it. Which of them fall towards layer 1?
# And which of the five will learn, in 600 steps with momentum, at one of two
# learning rates?

# %%
deep = {
    "sigmoid": (nn.Sigmoid, "xavier", 1),
    "sigmoid × 8": (nn.Sigmoid, "xavier", 8),
    "tanh": (nn.Tanh, "xavier", 1),
    "ReLU, He": (nn.ReLU, "he", 1),
    "ReLU, Xavier": (nn.ReLU, "xavier", 1),
}


def deep_network(name, seed=0):
    activation, init, factor = deep[name]
    options = {"activation": activation, "init": init, "seed": seed}
    net = network(*[64] * 10, 10, **options)
    for parameter in net.params.values():
        parameter *= factor
    return net


def gradient_lengths(net, x, labels):
    """Length of the gradient by the weights of each layer, first to last."""
    net.gradients(nn.softmax_cross_entropy(net.forward(x), labels)[1])
    return [np.linalg.norm(g) for n, g in net.grads.items() if n[-1] == "w"]


norms, some = {}, (x_train[:256], y_train[:256])
print("gradient per layer; after 600 steps: loss, new digits right")
for name in deep:
    five = [gradient_lengths(deep_network(name, s), *some) for s in range(5)]
    norms[name] = np.exp(np.log(five).mean(axis=0))
    first, ninth = norms[name][[0, 8]]  # the tenth layer has no activation
    print(f"{name:13} times {(first / ninth) ** (1 / 8):.2f}", end="")
    for rate in (0.003, 0.03):
        net = deep_network(name)
        sgd(net, x_train, y_train, rate, 600, momentum=0.9)
        right = share_right(net, x_val, y_val)
        print(f"; rate {rate:5}:", end=" ")
        print(f"{loss_of(net, x_train, y_train):.2f}, {right:4.0%}", end="")
    print()
print(f"a quarter, nine times: {0.25**9:.0e};", end=" ")
print(f"sigmoid: {norms['sigmoid'][0] / norms['sigmoid'][-1]:.0e}")
plots.line_chart(
    norms,
    np.arange(1, 11),
    xlabel="layer (10 is next to the loss)",
    ylabel="length of the gradient",
    yscale="log",
    alt="Length of the gradient by layer, logarithmic. With the sigmoid it "
    f"falls in a straight line from {norms['sigmoid'][-1]:.1f} at layer 10 to "
    f"{norms['sigmoid'][0]:.0e} at layer 1. With weights eight times as large "
    f"it falls to {norms['sigmoid × 8'][0]:.1f} only. Tanh and both ReLU lines "
    "are level, ReLU with Xavier much lower than with He.",
)

# %% [markdown]
# The sigmoid does what the deck says: **about 0.23 per layer**, a little less
# than a quarter, since not every sum is zero. The first layer gets two
# millionths of what the last one gets, and the network learns nothing: it stays
# at log 10, at either rate. But the measurement tells more than the deck.
#
# - The quarter bounds the *slope*, not the whole factor. With weights eight
#   times as large the sigmoid loses little per layer, and learns.
# - It is not the S-shape as such. The tanh is the same curve, stretched to
#   slope 1 at zero, and keeps its gradient as well as the ReLU does.
# - The ReLU needs its start. With Xavier's its line is level, too, but far too
#   low, and it learns more slowly than with He's. Forward, each layer
#   multiplies the signal by √½; backward, each multiplies the gradient by √½. A
#   weight's gradient is the product of the two, so it has lost about the same
#   wherever it sits; and more with each layer that is added.
#
# So the deck's remedy works: ReLU, with He's start. It is not the only one.
#
# ## The ladder
#
# A network that does not learn says nothing about the reason. Climb these four
# rungs, each time, before any long training:
#
# 1. **The first loss** is near log C, 2.303 here. Much more: the scores start
#    too large.
# 2. **The gradient check** passes, for every parameter.
# 3. **Twenty examples** can be learned by heart. If not, something is broken;
#    no tuning will help.
# 4. Then train, and watch the loss on training and validation set.
#
# We climb it with a network 64 → 64 → 10, and again with a bug in it: a ReLU
# whose backward pass forgets where the input was negative. **Predict:** is the
# first loss of the sound network 2.30? Which rung notices the bug? And at the
# top: the ten perceptrons of unit 01 read 0.960 of the test digits; how much
# better is one hidden layer? We train five networks, from five random starts.


# %%
class Forgetful(nn.ReLU):
    def backward(self, dout):
        return dout


def trained(seed=0, activation=nn.ReLU):
    """A network after thirty passes, and its curves on the way."""
    net = network(64, 64, 10, activation=activation, seed=seed)
    net.params["2.w"] *= 0.1
    rows, parts = [], {"training": (x_train, y_train)}
    parts["validation"] = (x_val, y_val)
    for epoch in range(1, 31):
        batches = {"steps": count // 32, "seed": 100 * seed + epoch}
        sgd(net, x_train, y_train, 0.3, **batches)
        rows.append({"epoch": epoch})
        for name, part in parts.items():
            rows[-1][f"{name}_loss"] = loss_of(net, *part)
            rows[-1][f"{name}_accuracy"] = share_right(net, *part)
    return net, rows


for activation in (nn.ReLU, Forgetful):
    print(activation.__name__)
    net = network(64, 64, 10, activation=activation)
    first = loss_of(net, x_train, y_train)
    net.params["2.w"] *= 0.1
    quiet = loss_of(net, x_train, y_train)
    print(f"  1. first loss {first:.2f}, last layer × 0.1: {quiet:.2f}")
    worst = max(nn.check_gradients(net, x_train[:5]).values())
    print(f"  2. gradients right to 1e-6: {worst < 1e-6}")
    loss = descend(net, x_train[:20], y_train[:20], 0.3, 200)
    right = share_right(net, x_train[:20], y_train[:20])
    print(f"  3. twenty digits: loss {loss:.3f}, {right:.0%} right")
    end = trained(activation=activation)[1][-1]
    print(f"  4. all: training loss {end['training_loss']:.3f},", end=" ")
    print(f"{end['validation_accuracy']:.2f} of the validation digits right")
linear = perceptron.train_one_against_rest(x_train, y_train)
theirs = linear.predict(x_test) == y_test
print(f"ten perceptrons: {theirs.mean():.3f} of the test digits right")
five = [trained(seed) for seed in range(5)]
for seed, (net, _) in enumerate(five):
    ours = net.forward(x_test).argmax(axis=1) == y_test
    print(f"network {seed}: {ours.mean():.3f}; right alone", end=" ")
    print(f"{(ours & ~theirs).sum()}, perceptrons {(theirs & ~ours).sum()}")
net, rows = five[0]
plots.show_curves(rows, title="Two layers learn digits")

# %% [markdown]
# He's start is meant for layers before a ReLU. The last layer has none after
# it, and its scores come out too large; a tenth of it brings 2.30. The broken
# network passes the first rung, and the third: it learns twenty digits by
# heart. On the fourth it reads the validation digits nearly as well as the
# sound one; only its training loss stays higher, and who would know? The
# gradient check notices at once. That is what it is for.
#
# All five networks read more digits than the ten perceptrons. By how much, 300
# digits cannot say. All read the same digits, so look at those that only one of
# the two reads. If both were equally good, these would fall like coins. Eight
# to one would be rare, six to four is nothing. Had we trained one network only,
# its start would have chosen what we tell you. (The nearest neighbour and the
# kernel SVM of unit 01 read as many digits as the best of the five, or a few
# more. They keep training digits; a network keeps only its weights.) And the
# curves of training and validation part: a little **over-fitting**, which does
# no harm yet.
#
# ## Where it fails
#
# Four trials, to end with. **Predict** each.
#
# 1. Shuffle the 64 pixels, in all digits the same way, and train again. (You
#    could not read such digits.) How much does the network lose?
# 2. Move the validation digits by one pixel, as in unit 01.
# 3. Give 600 training digits random labels. Can they be learned? And what does
#    the network then say about new digits?
# 4. Start with all weights of a layer equal. How many different hidden neurons
#    are there after training?

# %%
shuffled = np.random.default_rng(0).permutation(64)
blind = network(64, 64, 10)
sgd(blind, x_train[:, shuffled], y_train, 0.3, 1100)
plain = share_right(net, x_val, y_val)
print(f"1. as they are {plain:.2f},", end=" ")
print(f"shuffled {share_right(blind, x_val[:, shuffled], y_val):.2f}")
print("2. moved by one pixel:")
sides = {"down": (1, 0), "up": (-1, 0), "right": (0, 1), "left": (0, -1)}
for side, (down, right) in sides.items():
    pictures = [images.shift(p, down, right, fill=0) for p in digits.x_val]
    rows = np.reshape(pictures, (-1, 64))
    print(f"   {side:5} {share_right(net, rows, y_val):.2f}", end=" ")
    print(f"(perceptrons {(linear.predict(rows) == y_val).mean():.2f})")
labels = np.random.default_rng(1).permutation(y_train)[:600]
parrot = network(64, 64, 10)
sgd(parrot, x_train[:600], labels, 0.05, 4000, momentum=0.9)
learned = share_right(parrot, x_train[:600], labels)
print(f"3. random labels: {learned:.2f} learned,", end=" ")
print(f"{share_right(parrot, x_val, y_val):.2f} of new digits right")
equal = network(64, 64, 10)
for name in ("0.w", "2.w"):
    equal.params[name][...] = 0.05
sgd(equal, x_train, y_train, 0.05, 1000)
kinds = len(np.unique(equal.params["0.w"].round(9), axis=0))
print(f"4. equal start: {kinds} kind of hidden neuron,", end=" ")
print(f"{share_right(equal, x_val, y_val):.2f} right")
seen = np.concatenate([digits.x_val[:6], x_val[:6, shuffled].reshape(-1, 8, 8)])
plots.show_images(
    1 - seen,
    columns=6,
    alt="Above, six handwritten digits. Below, the same six with their pixels "
    "shuffled: scattered dots in which nobody can read a digit, while the "
    "network can.",
)

# %% [markdown]
# 1. It loses nothing. For this network a picture is a list of 64 numbers in any
#    order. (Shuffle its first weights in the same way before the training, and
#    it computes the very same scores.) It does not know that some pixels are
#    neighbours, which is the first thing that you know.
# 2. It breaks down, as the perceptrons do, if a little less: a digit at another
#    place is another digit. Every place has weights of its own, and what was
#    learned at one place is not known at the next.
# 3. It learns them by heart, and knows nothing about new digits. A low training
#    loss proves that the optimiser works, no more (Zhang et al., 2017).
# 4. One. Equal neurons get equal gradients and stay equal for ever: the other
#    reason for random starts.
#
# Trials 1 and 2 are the programme of unit 04: connect each neuron to
# *neighbours* only, and use the *same* weights at every place. That is a
# convolution, with filters that are learned.
#
# Other failures you have met on the way: ReLUs that died of too large a step,
# starts from which no solution is found, sigmoids that pass hardly any gradient
# on, a bug that only the gradient check notices.
#
# ## Recap
#
# Answer first, then open. Every number is one that a cell above has printed.
#
# <details><summary>Products 1, −1 and 1, bias ½: what do the three activations
# give?</summary>
#
# z = 1.5; the sigmoid gives 0.818, the tanh 0.905, the ReLU 1.5.
#
# </details>
#
# <details><summary>Why does one neuron get at most three points of XOR right,
# and why does the one that learned get fewer?</summary>
#
# Four inequalities contradict each other. The one that learned minimises
# cross-entropy, which punishes confident mistakes: it says 0.5 to all, with a
# loss of log 2.
#
# </details>
#
# <details><summary>What does the theorem about two-layer networks not
# say?</summary>
#
# How many neurons it takes, and how to find their weights. With two hidden
# neurons a solution of XOR exists, and 8 of 20 starts found it.
#
# </details>
#
# <details><summary>Why is the share of wrong answers no loss to descend
# on?</summary>
#
# 95 % of the small steps of the bias left it as it was: no slope, no direction.
#
# </details>
#
# <details><summary>For a thousand weights: what does the way down cost by the
# best neighbour, by random tries, by measured slopes, and backward?</summary>
#
# 6,004,000, 19,818, 18,000 and 27 evaluations of the loss.
#
# </details>
#
# <details><summary>In the graph, the gradient at the sum is −0.25. What is it
# at w₂, and why?</summary>
#
# −0.75: a product hands on the gradient times the other factor, and x₂ = 3.
#
# </details>
#
# <details><summary>Which h checks gradients best, and why not a smaller
# one?</summary>
#
# About 10⁻⁵ in float64. Below, the difference of two nearly equal losses
# has no digits left, and the error grows as 1 / h.
#
# </details>
#
# <details><summary>Ten classes; the first loss is 6.1. What has
# happened?</summary>
#
# The network knows nothing and is sure of it. Knowing nothing costs 2.303.
# Start with smaller scores.
#
# </details>
#
# <details><summary>You want half the error in a batch's gradient. What does it
# cost?</summary>
#
# A batch four times as large. From 16 to 64 digits the error fell from 1.81 to
# 0.88.
#
# </details>
#
# <details><summary>Is it true that the gradient vanishes in a deep network of
# sigmoids?</summary>
#
# From Xavier's start, yes: times 0.23 per layer. From weights eight times as
# large, hardly: times 0.77.
#
# </details>
#
# ## References
#
# **Networks.** M. Minsky, S. Papert, *Perceptrons*, 1969.
# G. Cybenko, *Approximation by superpositions of a sigmoidal function*, 1989,
# [doi:10.1007/BF02551274](https://doi.org/10.1007/BF02551274).
# C. Zhang et al., *Understanding deep learning requires rethinking
# generalization*, 2017,
# [doi:10.48550/arXiv.1611.03530](https://doi.org/10.48550/arXiv.1611.03530).
#
# **Learning.** H. Robbins, S. Monro, *A stochastic approximation method*, 1951,
# [doi:10.1214/aoms/1177729586](https://doi.org/10.1214/aoms/1177729586).
# B. Polyak, *Some methods of speeding up the convergence of iteration methods*,
# 1964 (momentum),
# [doi](https://doi.org/10.1016/0041-5553%2864%2990137-5).
# D. Rumelhart, G. Hinton, R. Williams, *Learning representations by
# back-propagating errors*, 1986,
# [doi:10.1038/323533a0](https://doi.org/10.1038/323533a0).
# Y. LeCun, L. Bottou, G. Orr, K.-R. Müller, *Efficient backprop*, 1998,
# reprinted 2012,
# [doi](https://doi.org/10.1007/978-3-642-35289-8_3).
# A. Krizhevsky et al., 2012 (AlexNet), reprinted 2017,
# [doi:10.1145/3065386](https://doi.org/10.1145/3065386).
#
# **Vanishing gradients and first weights.** S. Hochreiter, *The vanishing
# gradient problem during learning recurrent neural nets*, 1998,
# [doi:10.1142/S0218488598000094](https://doi.org/10.1142/S0218488598000094).
# X. Glorot, Y. Bengio, *Understanding the difficulty of training deep
# feedforward neural networks*, 2010,
# [proceedings](https://proceedings.mlr.press/v9/glorot10a.html) (no DOI).
# K. He et al., *Delving deep into rectifiers*, 2015,
# [doi:10.1109/ICCV.2015.123](https://doi.org/10.1109/ICCV.2015.123).
#
# **Data.** The digits: E. Alpaydin, C. Kaynak, 1998,
# [doi:10.24432/C50P49](https://doi.org/10.24432/C50P49).
#
# **Slides.** Deck 1, slides 33, 35–38; deck 2, slides 6, 7, 9, 10, 23; deck 3;
# deck 4, slide 21. The ladder goes back to the notes of
# [CS231n](https://cs231n.github.io/neural-networks-3/), where it is told at
# more length.
