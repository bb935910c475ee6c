"""``squeeze_excitation``: each channel weighed by a number that depends on all of them."""

import numpy as np
import torch
from torch.nn import functional as F

from coursekit.exercises import Exercise, case, tiny

CHANNELS = (slice(None), slice(None), None, None)
"""One number per image and channel, to be met with pictures (N, C, H, W)."""


def _squeezed(x):
    return x.mean(dim=(2, 3))


def _linear(v, w, b):
    return v @ w.T + b


def _scaled(x, gates):
    return x * gates[CHANNELS]


def _general(
    x,
    w1,
    b1,
    w2,
    b2,
    *,
    squeezed=_squeezed,
    first=_linear,
    between=torch.relu,
    second=_linear,
    gate=torch.sigmoid,
    scaled=_scaled,
):
    """The right answer; most mistakes change one of its parts."""
    return scaled(x, gate(second(between(first(squeezed(x), w1, b1)), w2, b2)))


def _right(x, w1, b1, w2, b2):
    return _general(x, w1, b1, w2, b2)


exercise = Exercise(
    "squeeze_excitation(x, w1, b1, w2, b2)",
    unit="09",
    title="Squeeze and excitation",
    reference=_right,
    tensors=True,
    points=3,
    checks={"right values": 1.5, "gradients": 0.75, "in any form": 0.75},
    minutes=20,
    difficulty=2,
    builds_on=("global_average_pool", "sigmoid_backward", "linear_forward"),
    hints=(
        "Four steps, a line each: the mean of every map, two linear layers, and a product with x. "
        "Write down the shape after each: (N, C), (N, R), (N, C), (N, C, H, W).",
        "A weight has a row for each output, as in `nn.Linear`: the layer is `v @ w1.T + b1`, or "
        "`F.linear(v, w1, b1)`. After the first comes `torch.relu`, after the second "
        "`torch.sigmoid`.",
        "The gates have the shape (N, C), the pictures (N, C, H, W). Give the gates two axes of "
        "length 1 at the end: `gates[:, :, None, None]`.",
    ),
)


@exercise.cases
def cases(rng):
    def draw(*shape):
        return rng.standard_normal(shape).astype(np.float32)

    def layers(channels, reduced):
        """w1, b1, w2 and b2 whose hidden units and gates are of both kinds."""
        return (
            draw(reduced, channels),
            draw(reduced),
            2 * draw(channels, reduced) / np.float32(reduced) ** 0.5,
            draw(channels),
        )

    def numbers(*values):
        return [np.array(v, np.float32) for v in values]

    ln3 = float(np.log(3))
    yield tiny(
        "two channels of one row",
        *numbers([[[[1, 3]], [[0, 2]]]], [[1, -1]], [0], [[0], [ln3]], [0, 0]),
        expected=[[[[0.5, 1.5]], [[0, 1.5]]]],
    )
    yield tiny(
        "the mean is turned round, and its ReLU is 0",
        *numbers([[[[1, 3]], [[0, 2]]]], [[-1, 1]], [0.5], [[5], [7]], [-ln3, ln3]),
        expected=[[[[0.25, 0.75]], [[0, 1.5]]]],
    )

    def pictures(*shape):
        return draw(*shape) + draw(*shape[:2], 1, 1)

    yield case("four channels of 3×5, two images", pictures(2, 4, 3, 5), *layers(4, 2))
    yield case("one image", pictures(1, 6, 4, 3), *layers(6, 3))
    yield case("one pixel", pictures(3, 4, 1, 1), *layers(4, 3))
    yield case("one channel", pictures(2, 1, 3, 2), *layers(1, 2))
    yield case("one hidden unit", pictures(3, 3, 2, 4), *layers(3, 1))
    yield case(
        "as many hidden units as channels, three images", pictures(3, 3, 3, 3), *layers(3, 3)
    )
    yield case("more hidden units than channels", pictures(2, 3, 3, 2), *layers(3, 5))
    inputs = ("x", "w1", "b1", "w2", "b2")
    yield (
        case("gradients", pictures(3, 4, 2, 3), *layers(4, 5))
        .with_gradients(*inputs)
        .counts_for("gradients")
    )
    yield (
        case("gradients, one image", pictures(1, 5, 3, 2), *layers(5, 4))
        .with_gradients(*inputs)
        .counts_for("gradients")
    )


@exercise.holds("Images have nothing to do with each other.")
def images_are_apart(answer, rng):
    x, *rest = (
        rng.standard_normal(s).astype(np.float32) for s in ((3, 4, 2, 5), (2, 4), 2, (4, 2), 4)
    )
    together, alone = answer(x, *rest), answer(x[1:2], *rest)
    if np.abs(together[1:2] - alone).max() > 1e-4 * np.abs(alone).max():
        return "An image that comes alone gets another answer than among others."
    return None


def _changed(name, says, **parts):
    """A mistake that differs from the right answer in these parts."""

    def answer(x, w1, b1, w2, b2):
        return _general(x, w1, b1, w2, b2, **parts)

    answer.__name__ = name
    exercise.mistake(says)(answer)


# Squeeze

_changed(
    "takes_the_largest",
    "The largest number of each map is taken: it is the mean.",
    squeezed=lambda x: x.amax(dim=(2, 3)),
)
_changed(
    "adds_up",
    "Each map is added up: take its mean.",
    squeezed=lambda x: x.sum(dim=(2, 3)),
)
_changed(
    "divides_by_rows",
    "The sum of each map is divided by its number of rows only: it has H * W pixels.",
    squeezed=lambda x: x.sum(dim=(2, 3)) / x.shape[2],
)
_changed(
    "divides_by_columns",
    "The sum of each map is divided by its number of columns only: it has H * W pixels.",
    squeezed=lambda x: x.sum(dim=(2, 3)) / x.shape[3],
)
_changed(
    "averages_the_batch",
    "The mean is taken over the batch as well: every image has means of its own, over the axes "
    "(2, 3).",
    squeezed=lambda x: x.mean(dim=(0, 2, 3)).expand(x.shape[:2]),
)
_changed(
    "averages_channels",
    "The mean is taken over the channels: it is over rows and columns, the axes (2, 3).",
    squeezed=lambda x: x.mean(dim=(1, 2, 3))[:, None].expand(x.shape[:2]),
)
_changed(
    "averages_everything",
    "One mean of all numbers: each channel of each image has its own, over the axes (2, 3).",
    squeezed=lambda x: x.mean().expand(x.shape[:2]),
)
_changed(
    "takes_a_pixel",
    "The first pixel of each map stands for it: take the mean of the map.",
    squeezed=lambda x: x[:, :, 0, 0],
)
_changed(
    "averages_rows_only",
    "The mean is over the rows only, and one column of it is taken: average over both axes, "
    "(2, 3).",
    squeezed=lambda x: x.mean(dim=2)[:, :, 0],
)
_changed(
    "mixes_channels_and_batch",
    "Batch and channels are mixed up on the way, by `.view` or `.reshape`: it does not exchange "
    "axes. Average over (2, 3) and the rest has the shape (N, C).",
    squeezed=lambda x: x.mean(dim=(2, 3)).T.reshape(x.shape[:2]),
)

# Excitation

_changed(
    "forgets_relu",
    "The ReLU between the two layers is missing.",
    between=lambda v: v,
)
_changed(
    "sigmoid_between",
    "There is a sigmoid between the two layers: that one is a ReLU, the sigmoid comes at the end.",
    between=torch.sigmoid,
)
_changed(
    "exchanges_relu_and_sigmoid",
    "ReLU and sigmoid have changed places: ReLU comes after the first layer, sigmoid after the "
    "second.",
    between=torch.sigmoid,
    gate=torch.relu,
)
_changed(
    "relu_at_the_end", "The gates come from a ReLU: they come from a sigmoid.", gate=torch.relu
)
_changed("forgets_sigmoid", "The sigmoid is missing: gates lie between 0 and 1.", gate=lambda v: v)
_changed(
    "takes_softmax",
    "The gates come from a softmax, which makes channels compete: each has a sigmoid of its own.",
    gate=lambda v: F.softmax(v, dim=1),
)
_changed(
    "takes_softmax_over_the_batch",
    "The gates come from a softmax over the batch: each is a sigmoid of its own.",
    gate=lambda v: F.softmax(v, dim=0),
)
_changed("takes_tanh", "The gates come from tanh: they come from a sigmoid.", gate=torch.tanh)
_changed(
    "takes_hard_sigmoid",
    "The gates come from a sigmoid made of straight lines: take `torch.sigmoid`.",
    gate=F.hardsigmoid,
)
_changed(
    "takes_log_sigmoid",
    "The gates are logarithms of sigmoids: take `torch.sigmoid`.",
    gate=F.logsigmoid,
)
_changed(
    "sigmoid_of_minus",
    "The gates are 1 minus what they should be: a sign in the sigmoid, 1 / (1 + exp(-v)).",
    gate=lambda v: torch.sigmoid(-v),
)
_changed(
    "sigmoid_twice",
    "The sigmoid is taken twice.",
    gate=lambda v: torch.sigmoid(torch.sigmoid(v)),
)
_changed(
    "relu_before_the_sigmoid",
    "There is a ReLU before the sigmoid, so that no gate is below 1/2: the sigmoid follows the "
    "second layer at once.",
    gate=lambda v: torch.sigmoid(torch.relu(v)),
)
_changed("forgets_b1", "The first bias, b1, is missing.", first=lambda v, w, b: v @ w.T)
_changed("forgets_b2", "The second bias, b2, is missing.", second=lambda v, w, b: v @ w.T)
_changed(
    "forgets_both_biases",
    "Both biases are missing: the layers are v @ w1.T + b1 and v @ w2.T + b2.",
    first=lambda v, w, b: v @ w.T,
    second=lambda v, w, b: v @ w.T,
)
_changed(
    "adds_b1_after_relu",
    "b1 is added after the ReLU: it belongs to the first layer, before it.",
    first=lambda v, w, b: (v @ w.T, b),
    between=lambda pair: torch.relu(pair[0]) + pair[1],
)
_changed(
    "does_not_transpose",
    "The weights are not transposed: each of their rows belongs to one output, so a layer is "
    "`v @ w.T + b`, which is what `F.linear(v, w, b)` does.",
    first=lambda v, w, b: v @ w + b,
    second=lambda v, w, b: v @ w + b,
)


@exercise.mistake("The two layers have changed places: w1 and b1 come first.")
def exchanges_the_layers(x, w1, b1, w2, b2):
    return _right(x, w2, b2, w1, b1)


@exercise.mistake("The second layer is missing: it makes one number for each channel again.")
def forgets_the_second_layer(x, w1, b1, w2, b2):
    return _scaled(x, torch.sigmoid(_linear(_squeezed(x), w1, b1)))


@exercise.mistake("The second layer gets the means: it gets what the first layer gave.")
def skips_the_first_layer(x, w1, b1, w2, b2):
    return _scaled(x, torch.sigmoid(_linear(_squeezed(x), w2, b2)))


# Scale

_changed(
    "returns_gates",
    "The gates come back: multiply x by them.",
    scaled=lambda x, gates: gates,
)
_changed(
    "returns_gates_with_axes",
    "The gates come back, with axes: multiply x by them.",
    scaled=lambda x, gates: gates[CHANNELS],
)
_changed(
    "adds_the_gates",
    "The gates are added to x: multiply.",
    scaled=lambda x, gates: x + gates[CHANNELS],
)
_changed(
    "divides",
    "x is divided by the gates: multiply.",
    scaled=lambda x, gates: x / gates[CHANNELS],
)
_changed(
    "adds_x",
    "x is added once more: the block's shortcut does that, not this function.",
    scaled=lambda x, gates: x + x * gates[CHANNELS],
)
_changed(
    "adds_relu",
    "Negative numbers have become 0: no ReLU comes after the product.",
    scaled=lambda x, gates: torch.relu(x * gates[CHANNELS]),
)
_changed(
    "scales_the_means",
    "The means are multiplied by the gates: it is x, all of it, that is multiplied.",
    scaled=lambda x, gates: _squeezed(x) * gates,
)
_changed(
    "scales_the_means_everywhere",
    "Each map is replaced by its mean, times the gate: it is x itself that is multiplied.",
    scaled=lambda x, gates: (_squeezed(x) * gates)[CHANNELS].expand_as(x),
)
_changed(
    "forgets_the_axes",
    "The gates, (N, C), have no axes to meet x with: they are set against rows and columns. Write "
    "`gates[:, :, None, None]`.",
    scaled=lambda x, gates: x * gates,
)
_changed(
    "gates_against_columns",
    "The gates of an image, (C,), are set against the columns of its maps: they need two axes of "
    "length 1 behind them, `gates[:, :, None, None]`.",
    scaled=lambda x, gates: torch.stack([a * g for a, g in zip(x, gates, strict=True)]),
)
_changed(
    "repeats_gates_in_the_wrong_order",
    "The gates are repeated and reshaped in an order that mixes the channels: "
    "`gates[:, :, None, None]` meets x without repeating.",
    scaled=lambda x, gates: x * gates.repeat(1, x[0, 0].numel()).view(x.shape),
)
_changed(
    "gates_of_the_first_image",
    "All images get the gates of the first one: each has its own.",
    scaled=lambda x, gates: x * gates[:1, :, None, None],
)
_changed(
    "mean_gate",
    "The gates of an image are averaged: each channel has its own.",
    scaled=lambda x, gates: x * gates.mean(dim=1)[:, None, None, None],
)
_changed(
    "gates_as_switches",
    "The gates are rounded, or compared with 1/2: multiply by the numbers themselves.",
    scaled=lambda x, gates: x * (gates > 0.5)[CHANNELS],
)
_changed(
    "squeezes",
    "With a batch of one, the batch axis is lost: `.squeeze()` drops every axis of length 1. "
    "Name the axes, or use `.flatten(1)`.",
    scaled=lambda x, gates: x.squeeze(0) * gates.squeeze(0)[..., None, None],
)


@exercise.mistake(
    "x is multiplied in place (`*=`, `mul_`): it belongs to the caller, and back-propagation needs "
    "its old numbers. `x * gates` is a new tensor."
)
def in_place(x, w1, b1, w2, b2):
    return x.mul_(torch.sigmoid(_linear(_linear(_squeezed(x), w1, b1).relu(), w2, b2))[CHANNELS])


# Gradients

_changed(
    "takes_the_gates_out_of_the_graph",
    "The values are right, but no gradient flows through the gates: something takes them out of "
    "the graph (`.detach()`, `.data`, `torch.no_grad()`), and w1, b1, w2 and b2 would never learn.",
    scaled=lambda x, gates: x * gates.detach()[CHANNELS],
)
_changed(
    "takes_the_means_out_of_the_graph",
    "The values are right, the gradient at x is not: the means are taken out of the graph "
    "(`.detach()`, `.data`). The gates depend on x, too.",
    squeezed=lambda x: _squeezed(x).detach(),
)


@exercise.also_right("adaptive pooling, 1×1 convolutions, expand_as")
def with_convolutions(x, w1, b1, w2, b2):
    gates = F.adaptive_avg_pool2d(x, 1)
    gates = F.conv2d(gates, w1[:, :, None, None], b1).clamp(min=0)
    gates = F.conv2d(gates, w2[..., None, None], b2)
    return gates.sigmoid().expand_as(x) * x


@exercise.also_right("image by image, channel by channel")
def with_loops(x, w1, b1, w2, b2):
    made = []
    for image in x:
        means = torch.stack([channel.sum() / channel.numel() for channel in image])
        hidden = torch.maximum(w1 @ means + b1, torch.zeros_like(b1))
        gates = 1 / (1 + torch.exp(-(w2 @ hidden + b2)))
        made.append(torch.stack([g * channel for g, channel in zip(gates, image, strict=True)]))
    return torch.stack(made)


@exercise.also_right("einsum throughout")
def with_einsum(x, w1, b1, w2, b2):
    means = torch.einsum("nchw->nc", x) / (x.shape[-1] * x.shape[-2])
    hidden = F.relu(torch.einsum("nc,rc->nr", means, w1) + b1)
    gates = torch.sigmoid(torch.einsum("nr,cr->nc", hidden, w2) + b2)
    return torch.einsum("nchw,nc->nchw", x, gates)


@exercise.also_right("modules whose weights are what was given")
def with_modules(x, w1, b1, w2, b2):
    first, second = torch.nn.Linear(*w1.T.shape), torch.nn.Linear(*w2.T.shape)
    for layer, w, b in ((first, w1, b1), (second, w2, b2)):
        del layer.weight, layer.bias
        layer.weight, layer.bias = w, b
    net = torch.nn.Sequential(
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        first,
        torch.nn.ReLU(),
        second,
        torch.nn.Sigmoid(),
    )
    return x * net(x).unflatten(1, (-1, 1, 1))


@exercise.also_right("tanh in place of the sigmoid, channels last")
def with_tanh(x, w1, b1, w2, b2):
    last = x.permute(0, 2, 3, 1)
    hidden = torch.addmm(b1, last.flatten(1, 2).mean(1), w1.t()).relu()
    gates = 0.5 + 0.5 * torch.tanh(0.5 * torch.addmm(b2, hidden, w2.t()))
    return (last * gates[:, None, None]).permute(0, 3, 1, 2)
