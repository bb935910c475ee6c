"""``LeNet``: a network assembled from layers."""

import numpy as np

from coursekit.exercises import Exercise, scripted
from coursekit.numpy_nn import (
    AveragePool2d,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    Sigmoid,
    Tanh,
    conv2d_backward,
    conv2d_forward,
    max_pool2d_backward,
    max_pool2d_forward,
    softmax,
)

DOUBLE = np.float64


class _Net:
    """The right answer; most mistakes change one of its parts."""

    maps, hidden, kernel, padding = (6, 16), (120, 84), 5, 0

    def __init__(self, size=28, classes=10, seed=0):
        self.layers = self.build(size, classes, np.random.default_rng(seed))

    def build(self, size, classes, rng):
        (f, g), (m, k) = self.maps, self.hidden
        less = self.kernel - 1 - 2 * self.padding
        side = ((size - less) // 2 - less) // 2
        options = {"rng": rng, "dtype": DOUBLE}
        return [
            Conv2d(1, f, self.kernel, padding=self.padding, **options),
            ReLU(),
            MaxPool2d(2),
            Conv2d(f, g, self.kernel, padding=self.padding, **options),
            ReLU(),
            MaxPool2d(2),
            Flatten(),
            Linear(g * side * side, m, **options),
            ReLU(),
            Linear(m, k, **options),
            ReLU(),
            Linear(k, classes, **options),
        ]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dscores):
        for layer in reversed(self.layers):
            dscores = layer.backward(dscores)
        return dscores

    def parameters(self):
        return [layer.params[name] for layer in self.learners() for name in ("w", "b")]

    def gradients(self):
        return [layer.grads[name] for layer in self.learners() for name in ("w", "b")]

    def learners(self):
        return [layer for layer in self.layers if layer.params]


exercise = Exercise(
    "LeNet(size=28, classes=10, seed=0)",
    a_class=True,
    unit="04",
    title="LeNet, assembled from layers",
    reference=_Net,
    points=6,
    checks={"scores": 2, "gradients": 1.5, "several batches and networks": 1, "in any form": 1.5},
    uses=("coursekit.numpy_nn",),
    withheld=tuple(f"coursekit.numpy_nn.{n}" for n in ("modified_lenet", "lenet1", "lenet5")),
    minutes=60,
    difficulty=4,
    builds_on=("conv2d_backward", "max_pool2d_backward", "linear_backward", "relu_backward"),
    hints=(
        "Make the layers in `__init__` and keep them in a list, `self.layers = [...]`, in the "
        "order of the table. `forward` is then a loop over that list, `backward` one over "
        "`reversed(self.layers)`.",
        "How many numbers come out of Flatten? A side of `size` pixels becomes size - 4 after the "
        "first convolution, (size - 4) // 2 after pooling, and the same again. There are 16 maps.",
        "One generator for all layers: `rng = np.random.default_rng(seed)`, then `Conv2d(1, 6, 5, "
        "rng=rng)`, `Linear(…, 120, rng=rng)`, and so on.",
        "Layers that learn are those with something in `layer.params`. For `parameters`, put "
        '`layer.params["w"]` and `layer.params["b"]` of each into one list (the arrays themselves, '
        'no copies); for `gradients`, `layer.grads["w"]` and `layer.grads["b"]`.',
    ),
)

_SIZES = """
    net = LeNet(19, 3)
    copy_into(net.parameters(), weights)
    numbers_19 = count(net.parameters())
    net = LeNet()
    numbers_28 = count(net.parameters())
    return numbers_19, numbers_28
"""

_SEEDS = """
    one = LeNet(16, 3, seed=1)
    twin = LeNet(16, 3, seed=1)
    other = LeNet(16, 3, seed=2)
    same_seed_same_network = equal(one.parameters(), twin.parameters())
    other_seed_same_network = equal(one.parameters(), other.parameters())
    return same_seed_same_network, other_seed_same_network
"""

_WRITE = """
    net = LeNet(16, 3)
    copy_into(net.parameters(), weights)
    parameters_keep_what_is_written = equal(net.parameters(), weights)
    scores = net.forward(x)
    return parameters_keep_what_is_written, scores
"""

_TRAIN = """
    net = LeNet(size=size, classes=classes)
    copy_into(net.parameters(), weights)
    scores = net.forward(x)
    dx = net.backward(dscores)
    gradients = net.gradients()
    parameters_unchanged = equal(net.parameters(), weights)
    return scores, dx, gradients, parameters_unchanged
"""

_FORWARD = """
    net = LeNet(size, classes)
    copy_into(net.parameters(), weights)
    scores = net.forward(x)
    return scores
"""

_TWO_BATCHES = """
    net = LeNet(size, classes)
    copy_into(net.parameters(), weights)
    net.forward(x)
    net.backward(dscores)
    net.gradients()
    scores = net.forward(x_2)
    dx = net.backward(dscores_2)
    gradients = net.gradients()
    return scores, dx, gradients
"""

_TWO_NETWORKS = """
    net = LeNet(size, classes, seed=3)
    copy_into(net.parameters(), weights)
    other = LeNet(size, classes, seed=4)
    copy_into(other.parameters(), weights_2)
    scores = net.forward(x)
    scores_of_the_other = other.forward(x)
    dx = net.backward(dscores)
    gradients = net.gradients()
    return scores, scores_of_the_other, dx, gradients
"""

_REWRITTEN = """
    net = LeNet(size, classes)
    copy_into(net.parameters(), weights)
    before = net.forward(x)
    copy_into(net.parameters(), weights_2)
    after = net.forward(x)
    return before, after
"""


def _shapes(size, classes):
    side = ((size - 4) // 2 - 4) // 2
    weights = ((6, 1, 5, 5), (16, 6, 5, 5), (120, 16 * side * side), (84, 120), (classes, 84))
    return [shape for w in weights for shape in (w, w[:1])]


def _zeros(size, classes):
    return [np.zeros(shape) for shape in _shapes(size, classes)]


def _weights(rng, size, classes):
    """Random parameters of the size that keeps signals alive; biases are not 0."""
    made = []
    for shape in _shapes(size, classes):
        fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else 10
        made.append(rng.standard_normal(shape) * np.sqrt(2 / fan_in))
    return made


@exercise.cases
def cases(rng):
    several = "several batches and networks"
    yield scripted(
        "how many numbers it learns",
        _SIZES,
        tiny=True,
        expected={"numbers_19": 15031, "numbers_28": 44426},
        weights=_zeros(19, 3),
    )
    yield scripted(
        "seeds",
        _SEEDS,
        tiny=True,
        expected={"same_seed_same_network": True, "other_seed_same_network": False},
    ).counts_for(several)
    zeros = _zeros(16, 3)
    zeros[-1][:] = [1, -2, 3]
    yield scripted(
        "all weights 0, the last biases 1, -2 and 3",
        _WRITE,
        tiny=True,
        expected={
            "parameters_keep_what_is_written": True,
            "scores": np.array([[1, -2, 3], [1, -2, 3]]),
        },
        weights=zeros,
        x=np.ones((2, 1, 16, 16)),
    )

    def one(name, script, count, size, classes, **more):
        x = rng.standard_normal((count, 1, size, size))
        given = {"size": size, "classes": classes, "weights": _weights(rng, size, classes), "x": x}
        if "dscores" in script:
            given["dscores"] = rng.standard_normal((count, classes))
        return scripted(name, script, **given, **more)

    def picture(count, size):
        return rng.standard_normal((count, 1, size, size))

    yield one("one picture of 16×16, 3 classes", _FORWARD, 1, 16, 3)
    yield one("backwards, one picture of 16×16", _TRAIN, 1, 16, 3).counts_for("gradients")
    yield one("backwards, three pictures of 16×16", _TRAIN, 3, 16, 3).counts_for("gradients")
    yield one("backwards, two pictures of 19×19, 5 classes", _TRAIN, 2, 19, 5).counts_for(
        "gradients"
    )
    yield one("a picture of 28×28, 10 classes", _FORWARD, 1, 28, 10)
    second = {"x_2": picture(2, 16), "dscores_2": rng.standard_normal((2, 4))}
    yield one("two batches, one after the other", _TWO_BATCHES, 3, 16, 4, **second).counts_for(
        several
    )
    yield one(
        "two networks at a time", _TWO_NETWORKS, 2, 16, 3, weights_2=_weights(rng, 16, 3)
    ).counts_for(several)
    yield one(
        "weights that change between two batches",
        _REWRITTEN,
        2,
        16,
        3,
        weights_2=_weights(rng, 16, 3),
    ).counts_for(several)


@exercise.holds(
    "A fresh network can learn: its scores are small, and the gradient reaches every number."
)
def fresh_networks_learn(answer, rng):
    script = """
        net = LeNet(16, 3, seed=5)
        scores = net.forward(x)
        net.backward(dscores)
        gradients = net.gradients()
        return scores, gradients
    """
    given = {"x": rng.random((8, 1, 16, 16)), "dscores": rng.standard_normal((8, 3))}
    scores, *gradients = (np.asarray(found) for found in answer(script, **given))
    if np.abs(scores).max() > 100:
        return (
            f"A fresh network gives scores as large as {np.abs(scores).max():.3g}: its first "
            "weights are too large. Conv2d and Linear draw some that fit by themselves."
        )
    for i, gradient in enumerate(gradients):
        if not gradient.any():
            return (
                f"gradients[{i}] is 0 throughout, so these numbers never change. Were all weights "
                "set to 0? They have to be random."
            )
        if i < len(gradients) - 2 and np.allclose(gradient, gradient[:1], rtol=1e-9, atol=0):
            return (
                f"Every row of gradients[{i}] is the same: all units of that layer would stay "
                "equal for ever. The first weights have to be random, different ones."
            )
    return None


# The layers


def _with_layers(name, says, changes):
    """A mistake in the list of layers: ``changes()`` says what stands in place of which (None: no
    layer at all)."""

    class Net(_Net):
        def build(self, size, classes, rng):
            other = changes()
            found = (
                other.get(i, layer) for i, layer in enumerate(super().build(size, classes, rng))
            )
            return [layer for layer in found if layer is not None]

    Net.__name__ = name
    exercise.mistake(says)(Net)


class _ChannelsLast(Flatten):
    """(N, C, H, W) → (N, H·W·C)."""

    order, back = (0, 2, 3, 1), (0, 3, 1, 2)

    def forward(self, x):
        moved = np.asarray(x).transpose(self.order)
        self.cache = moved.shape
        return moved.reshape(len(moved), -1)

    def backward(self, dout):
        return np.asarray(dout).reshape(self.cache).transpose(self.back)


class _ColumnsFirst(_ChannelsLast):
    """(N, C, H, W) → (N, C·W·H)."""

    order, back = (0, 1, 3, 2), (0, 1, 3, 2)


class _WholeBatch(_ChannelsLast):
    """(N, C, H, W) → (1, N·C·H·W)."""

    order, back = (0, 1, 2, 3), (0, 1, 2, 3)

    def forward(self, x):
        return super().forward(x).reshape(1, -1)


class _Softmax(ReLU):
    def forward(self, x):
        self.cache = p = softmax(x)
        return p

    def backward(self, dout):
        p = self.cache
        return p * (dout - (p * dout).sum(axis=1, keepdims=True))


class _LogSoftmax(ReLU):
    def forward(self, x):
        self.cache = p = softmax(x)
        return np.log(p)

    def backward(self, dout):
        return dout - self.cache * dout.sum(axis=1, keepdims=True)


for _name, _says, _changes in (
    (
        "forgets_the_first_relu",
        "The ReLU after the first convolution is missing: every layer that learns has one, but the "
        "last.",
        lambda: {1: None},
    ),
    (
        "forgets_the_second_relu",
        "The ReLU after the second convolution is missing: every layer that learns has one, but "
        "the last.",
        lambda: {4: None},
    ),
    (
        "forgets_the_third_relu",
        "The ReLU after the first Linear layer is missing: every layer that learns has one, but "
        "the last.",
        lambda: {8: None},
    ),
    (
        "forgets_the_fourth_relu",
        "The ReLU after the second Linear layer is missing: every layer that learns has one, but "
        "the last.",
        lambda: {10: None},
    ),
    (
        "forgets_relus_after_convolutions",
        "The ReLUs after the convolutions are missing: every layer that learns has one, but the "
        "last.",
        lambda: dict.fromkeys((1, 4)),
    ),
    (
        "forgets_relus_after_linear_layers",
        "The ReLUs between the Linear layers are missing: every layer that learns has one, but the "
        "last.",
        lambda: dict.fromkeys((8, 10)),
    ),
    (
        "forgets_every_relu",
        "There is no ReLU at all: without one, several layers can do no more than one.",
        lambda: dict.fromkeys((1, 4, 8, 10)),
    ),
    (
        "averages",
        "This is the average pooling of 1998: the modified LeNet takes the largest number, "
        "MaxPool2d.",
        lambda: {2: AveragePool2d(2), 5: AveragePool2d(2)},
    ),
    (
        "averages_first",
        "The first pooling averages: both are MaxPool2d.",
        lambda: {2: AveragePool2d(2)},
    ),
    (
        "averages_second",
        "The second pooling averages: both are MaxPool2d.",
        lambda: {5: AveragePool2d(2)},
    ),
    (
        "takes_sigmoids",
        "These are sigmoids: the modified LeNet has ReLUs in their place.",
        lambda: {i: Sigmoid() for i in (1, 4, 8, 10)},
    ),
    (
        "takes_tanh",
        "This is tanh: the modified LeNet has ReLUs in its place.",
        lambda: {i: Tanh() for i in (1, 4, 8, 10)},
    ),
    (
        "pools_with_stride_one",
        "The pooling windows overlap, one pixel apart: `MaxPool2d(2)` puts them side by side.",
        lambda: {2: MaxPool2d(2, 1), 5: MaxPool2d(2, 1)},
    ),
    (
        "forgets_the_first_pooling",
        "The first pooling is missing: both convolutions are followed by a MaxPool2d(2).",
        lambda: {2: None},
    ),
    (
        "forgets_the_second_pooling",
        "The second pooling is missing: both convolutions are followed by a MaxPool2d(2).",
        lambda: {5: None},
    ),
    (
        "forgets_flatten",
        "Flatten is missing: between the last map and the first Linear layer, (N, 16, …, …) has to "
        "become (N, …).",
        lambda: {6: None},
    ),
    (
        "pads_the_first_convolution",
        "The first convolution is padded, so that maps keep their size. Here they do not.",
        lambda: {0: Conv2d(1, 6, 5, padding=2, rng=0, dtype=DOUBLE)},
    ),
    (
        "flattens_channels_last",
        "Flatten takes the channels last: first all of map 0, then map 1, … (C, H, W), as "
        "`Flatten()` or `x.reshape(N, -1)` do.",
        lambda: {6: _ChannelsLast()},
    ),
    (
        "flattens_column_by_column",
        "Flatten reads the maps column by column: it goes row by row, as `x.reshape(N, -1)` does.",
        lambda: {6: _ColumnsFirst()},
    ),
    (
        "flattens_the_batch",
        "Flatten makes one row of the whole batch: it keeps the batch, `x.reshape(len(x), -1)`. "
        "With a single picture that looks the same.",
        lambda: {6: _WholeBatch()},
    ),
):
    _with_layers(_name, _says, _changes)


class _WithEnd(_Net):
    """One more layer at the end."""

    end = ReLU

    def build(self, size, classes, rng):
        return [*super().build(size, classes, rng), self.end()]


@exercise.mistake(
    "There is a ReLU after the last layer: scores may be negative, and all of them count."
)
class relu_at_the_end(_WithEnd):
    end = ReLU


@exercise.mistake(
    "`forward` returns probabilities. It returns scores: softmax is part of the loss, which takes "
    "scores."
)
class softmax_at_the_end(_WithEnd):
    end = _Softmax


@exercise.mistake(
    "`forward` returns logarithms of probabilities. It returns scores: softmax is part of the loss."
)
class log_softmax_at_the_end(_WithEnd):
    end = _LogSoftmax


# Sizes


@exercise.mistake(
    "The first Linear layer has 256 inputs, which is right for pictures of 28×28 only: reckon with "
    "`size`."
)
class fixed_at_28(_Net):
    def build(self, size, classes, rng):
        return super().build(28, classes, rng)


@exercise.mistake(
    "The first Linear layer has 400 inputs, which is right for pictures of 32×32 only (LeNet-5 of "
    "1998): reckon with `size`."
)
class fixed_at_32(_Net):
    def build(self, size, classes, rng):
        return super().build(32, classes, rng)


@exercise.mistake("There are always 10 scores: the last layer has `classes` outputs.")
class fixed_at_ten_classes(_Net):
    def build(self, size, classes, rng):
        return super().build(size, 10, rng)


@exercise.mistake(
    "The convolutions are padded, so that maps keep their size. Here they do not: 28 pixels become "
    "24, then 12, 8 and 4."
)
class pads_both(_Net):
    padding = 2


@exercise.mistake(
    "The first convolution is padded by 2 (as in some LeNets): nothing is padded here."
)
class pads_the_first(_Net):
    def build(self, size, classes, rng):
        layers = super().build(size + 4, classes, rng)
        layers[0] = Conv2d(1, 6, 5, padding=2, rng=rng, dtype=DOUBLE)
        return layers


@exercise.mistake(
    "The number of inputs of the first Linear layer is rounded up: pooling drops a row that is "
    "left over, so every division rounds down, `//`."
)
class rounds_up(_Net):
    def build(self, size, classes, rng):
        layers, side = super().build(size, classes, rng), -(-(-(-(size - 4) // 2) - 4) // 2)
        layers[7] = Linear(16 * side * side, 120, rng=rng, dtype=DOUBLE)
        return layers


@exercise.mistake("The kernels are 3×3; both convolutions have 5×5.")
class kernels_of_3(_Net):
    kernel = 3


@exercise.mistake("The convolutions have 16 and 6 maps: it is 6 first, then 16.")
class exchanges_maps(_Net):
    maps = (16, 6)


@exercise.mistake("Both convolutions have 6 maps: the second has 16.")
class six_maps_twice(_Net):
    maps = (6, 6)


@exercise.mistake("The Linear layers have 84 and 120 outputs: it is 120 first, then 84.")
class exchanges_hidden_layers(_Net):
    hidden = (84, 120)


@exercise.mistake("A Linear layer is missing: there are three, with 120, 84 and `classes` outputs.")
class two_linear_layers(_Net):
    def build(self, size, classes, rng):
        layers = super().build(size, classes, rng)
        return [*layers[:9], Linear(120, classes, rng=rng, dtype=DOUBLE)]


# Parameters


@exercise.mistake(
    "The biases are not among the parameters: each layer that learns gives w, then b, ten arrays "
    "in all."
)
class no_biases(_Net):
    def parameters(self):
        return super().parameters()[::2]

    def gradients(self):
        return super().gradients()[::2]


@exercise.mistake(
    "All weights come first, then all biases. The order is layer by layer: w and b of the first, w "
    "and b of the second, …"
)
class weights_before_biases(_Net):
    def parameters(self):
        found = super().parameters()
        return found[::2] + found[1::2]

    def gradients(self):
        found = super().gradients()
        return found[::2] + found[1::2]


@exercise.mistake("b comes before w: each layer gives w first, then b.")
class biases_before_weights(_Net):
    def parameters(self):
        return [layer.params[name] for layer in self.learners() for name in ("b", "w")]

    def gradients(self):
        return [layer.grads[name] for layer in self.learners() for name in ("b", "w")]


@exercise.mistake("The last layer's parameters come first: the order is that of the layers.")
class last_layer_first(_Net):
    def learners(self):
        return super().learners()[::-1]


@exercise.mistake(
    "`parameters()` gives copies: what is written into them does not reach the network. Give the "
    "arrays themselves, as they stand in `layer.params`."
)
class gives_copies(_Net):
    def parameters(self):
        return [p.copy() for p in super().parameters()]


@exercise.mistake(
    'Layers that do not learn have no `params["w"]`: `params` of ReLU, MaxPool2d and Flatten is '
    "empty. Pass over them, `if layer.params:`."
)
class asks_every_layer(_Net):
    def learners(self):
        return self.layers


@exercise.mistake("`parameters()` returns None: is its `return` missing?")
class parameters_without_return(_Net):
    def parameters(self):
        return None


@exercise.mistake("`gradients()` returns None: is its `return` missing?")
class gradients_without_return(_Net):
    def gradients(self):
        return None


@exercise.mistake(
    "The weights of the Linear layers are transposed. Each row belongs to one output, as in unit "
    "03: w is (120, …), (84, 120) and (classes, 84), and the layer x @ w.T + b."
)
class transposes_linear_weights(_Net):
    def parameters(self):
        return [p.T if i > 3 else p for i, p in enumerate(super().parameters())]


@exercise.mistake("`parameters()` gives the layers: give their arrays, w and b of each.")
class gives_layers(_Net):
    def parameters(self):
        return self.learners()


@exercise.mistake("`parameters()` gives dictionaries: one list of ten arrays is asked for.")
class gives_dictionaries(_Net):
    def parameters(self):
        return [layer.params for layer in self.learners()]


@exercise.mistake(
    "`parameters()` gives a pair (w, b) for each layer: put all arrays into one list, ten in all."
)
class gives_pairs(_Net):
    def parameters(self):
        return [(layer.params["w"], layer.params["b"]) for layer in self.learners()]


@exercise.mistake(
    "`parameters` is an attribute or a property, not a method: `def parameters(self):`, called as "
    "`net.parameters()`."
)
class parameters_without_call(_Net):
    parameters = property(_Net.parameters)


@exercise.mistake(
    "Two networks with different seeds begin with the same weights. Draw them at random with "
    "`np.random.default_rng(seed)`. (Weights that are all equal, or all 0, never learn.)"
)
class ignores_the_seed(_Net):
    def __init__(self, size=28, classes=10, seed=0):
        super().__init__(size, classes, 0)


@exercise.mistake(
    "Two networks with the same seed begin with different weights. Make the generator with it, "
    "`np.random.default_rng(seed)`, and pass it to every layer: `rng=rng`."
)
class draws_without_the_seed(_Net):
    def build(self, size, classes, rng):
        return super().build(size, classes, np.random.default_rng())


@exercise.mistake(
    "The first weights are too large: numbers drawn with standard deviation 1 add up to huge "
    "scores. Conv2d and Linear draw weights that fit by themselves."
)
class begins_with_large_weights(_Net):
    def __init__(self, size=28, classes=10, seed=0):
        super().__init__(size, classes, seed)
        rng = np.random.default_rng(seed)
        for p in self.parameters():
            p[...] = rng.standard_normal(p.shape)


@exercise.mistake(
    "Each layer begins with weights that are all equal: its units would stay equal for ever. Let "
    "the layers draw their own."
)
class begins_with_equal_weights(_Net):
    def __init__(self, size=28, classes=10, seed=0):
        super().__init__(size, classes, seed)
        for p in self.parameters():
            p[...] = 0.01 * (1 + seed)


@exercise.mistake(
    "A second network takes the place of the first: their layers are kept in the class or in a "
    "global variable. Keep them in the object, `self.layers = [...]` in `__init__`."
)
class shares_layers(_Net):
    def __init__(self, size=28, classes=10, seed=0):
        type(self).layers = self.build(size, classes, np.random.default_rng(seed))


# Backwards


@exercise.mistake(
    "`backward` goes through the layers from the first to the last: the gradient comes from the "
    "end, `reversed(self.layers)`."
)
class backward_not_reversed(_Net):
    def backward(self, dscores):
        for layer in self.layers:
            dscores = layer.backward(dscores)
        return dscores


@exercise.mistake(
    "`self.layers.reverse()` turns the network's own list round, and it stays so: go through "
    "`reversed(self.layers)`, which leaves it as it is."
)
class reverses_its_layers(_Net):
    def backward(self, dscores):
        self.layers.reverse()
        for layer in self.layers:
            dscores = layer.backward(dscores)
        return dscores


@exercise.mistake(
    "The ReLUs are skipped on the way back: they stop the gradient where they were 0."
)
class skips_relus_backwards(_Net):
    def backward(self, dscores):
        for layer in reversed(self.layers):
            if not isinstance(layer, ReLU):
                dscores = layer.backward(dscores)
        return dscores


@exercise.mistake("Flatten is skipped on the way back: it gives the gradient its shape again.")
class skips_flatten_backwards(_Net):
    def backward(self, dscores):
        for layer in reversed(self.layers):
            if not isinstance(layer, Flatten):
                dscores = layer.backward(dscores)
        return dscores


@exercise.mistake(
    "On the way back a layer gets a gradient that is not its own: the last layer is left out, or "
    "every layer gets dscores. Each one needs what the layer after it returned."
)
class skips_the_last_layer(_Net):
    def backward(self, dscores):
        for layer in self.layers[-2::-1]:
            dscores = layer.backward(dscores)
        return dscores


@exercise.mistake(
    "The first layer is left out on the way back, so it never gets gradients: "
    "`reversed(self.layers)` has them all."
)
class skips_the_first_layer(_Net):
    def backward(self, dscores):
        for layer in self.layers[:0:-1]:
            dscores = layer.backward(dscores)
        return dscores


@exercise.mistake("`backward` returns dscores: return dx, what the first layer's backward gave.")
class backward_returns_dscores(_Net):
    def backward(self, dscores):
        super().backward(dscores)
        return dscores


@exercise.mistake(
    "`backward` returns the gradients: it returns dx, and keeps them for `gradients()`."
)
class backward_returns_gradients(_Net):
    def backward(self, dscores):
        super().backward(dscores)
        return self.gradients()


@exercise.mistake("`backward` trains the network: it should only find the gradients.")
class backward_takes_a_step(_Net):
    def backward(self, dscores):
        dx = super().backward(dscores)
        for p, g in zip(self.parameters(), self.gradients(), strict=True):
            p -= 0.01 * g
        return dx


@exercise.mistake(
    "One ReLU object stands in several places. It remembers only its last input: make a new "
    "`ReLU()` for each place."
)
class one_relu_for_all(_Net):
    def build(self, size, classes, rng):
        layers, relu = super().build(size, classes, rng), ReLU()
        return [relu if isinstance(layer, ReLU) else layer for layer in layers]


@exercise.mistake(
    "One pooling object stands in both places. It remembers only its last input: make a new "
    "`MaxPool2d(2)` for each place."
)
class one_pooling_for_both(_Net):
    def build(self, size, classes, rng):
        layers, pool = super().build(size, classes, rng), MaxPool2d(2)
        return [pool if isinstance(layer, MaxPool2d) else layer for layer in layers]


# Gradients


@exercise.mistake("The gradients come in reverse: their order is that of `parameters()`.")
class gradients_reversed(_Net):
    def gradients(self):
        return super().gradients()[::-1]


@exercise.mistake(
    "The gradients come with the last layer first: their order is that of `parameters()`."
)
class gradients_of_the_last_layer_first(_Net):
    def gradients(self):
        found = super().gradients()
        return [g for i in range(8, -2, -2) for g in found[i : i + 2]]


@exercise.mistake(
    "The gradients come with all dw first, then all db: their order is that of `parameters()`."
)
class gradients_of_weights_first(_Net):
    def gradients(self):
        found = super().gradients()
        return found[::2] + found[1::2]


@exercise.mistake(
    "`gradients` is an attribute or a property, not a method: `def gradients(self):`, called as "
    "`net.gradients()`."
)
class gradients_without_call(_Net):
    gradients = property(_Net.gradients)


@exercise.mistake(
    "`backward` divides dscores by the number of pictures: the 1/N of the loss is in it already."
)
class divides_dscores(_Net):
    def backward(self, dscores):
        return super().backward(dscores / len(dscores))


@exercise.mistake("The gradients come with db before dw: their order is that of `parameters()`.")
class gradients_of_biases_first(_Net):
    def gradients(self):
        return [layer.grads[name] for layer in self.learners() for name in ("b", "w")]


@exercise.mistake("`gradients()` gives the parameters: take `layer.grads`, not `layer.params`.")
class gradients_are_parameters(_Net):
    def gradients(self):
        return [p.copy() for p in self.parameters()]


@exercise.mistake(
    "The gradients of earlier batches are added: `gradients()` gives those of the last backward "
    "pass only."
)
class gradients_add_up(_Net):
    total: list | None = None

    def backward(self, dscores):
        dx, before = super().backward(dscores), self.total or [0] * 10
        self.total = [a + b for a, b in zip(before, super().gradients(), strict=True)]
        return dx

    def gradients(self):
        return self.total


@exercise.mistake(
    "`gradients()` gives those of the first backward pass again: ask the layers anew each time."
)
class gradients_of_the_first_batch(_Net):
    kept: list | None = None

    def gradients(self):
        if self.kept is None:
            self.kept = super().gradients()
        return self.kept


@exercise.mistake(
    "The gradients are divided by the number of pictures: the 1/N of the loss is in dscores "
    "already."
)
class gradients_are_averaged(_Net):
    def backward(self, dscores):
        self.count = len(dscores)
        return super().backward(dscores)

    def gradients(self):
        return [g / self.count for g in super().gradients()]


@exercise.mistake("All gradients have the wrong sign: the minus comes with the step, not here.")
class gradients_are_negative(_Net):
    def gradients(self):
        return [-g for g in super().gradients()]


# Forwards


@exercise.mistake("Only the first picture goes through: there is a row of scores for each.")
class first_picture_only(_Net):
    def forward(self, x):
        return super().forward(x[:1])


@exercise.mistake("The scores have no axis for the batch: their shape is (N, classes), also for 1.")
class squeezes(_Net):
    def forward(self, x):
        return super().forward(x).squeeze()


@exercise.mistake("The scores are transposed: a row for each picture, a column for each class.")
class transposes_scores(_Net):
    def forward(self, x):
        return super().forward(x).T


@exercise.mistake("`forward` returns labels: return the scores, one for each class.")
class returns_labels(_Net):
    def forward(self, x):
        return super().forward(x).argmax(axis=1)


@exercise.mistake(
    "Each layer gets the picture, and only the last answer is kept: pass on what the layer before "
    "gave, `x = layer.forward(x)`."
)
class passes_x_to_all(_Net):
    def forward(self, x):
        for layer in self.layers:
            y = layer.forward(x)
        return y


@exercise.mistake("`forward` shifts or scales the pictures first: pass them on as they come.")
class normalises_pictures(_Net):
    def forward(self, x):
        return super().forward((x - x.mean()) / (x.std() + 1e-8))


@exercise.also_right("a Sequential in single precision, pooling before ReLU")
class WithSequential:
    def __init__(self, size=28, classes=10, seed=0):
        rng, side = np.random.default_rng(seed), (size - 12) // 4
        self.net = Sequential(
            Conv2d(1, 6, 5, rng=rng),
            MaxPool2d(2),
            ReLU(),
            Conv2d(6, 16, 5, rng=rng),
            MaxPool2d(2),
            ReLU(),
            Flatten(),
            Linear(16 * side * side, 120, rng=rng),
            ReLU(),
            Linear(120, 84, rng=rng),
            ReLU(),
            Linear(84, classes, rng=rng),
        )
        self.forward, self.backward = self.net.forward, self.net.backward

    def parameters(self):
        return list(self.net.params.values())

    def gradients(self):
        return list(self.net.grads.values())


@exercise.also_right("a subclass of Sequential, tuples of arrays")
class AsSequential(Sequential):
    def __init__(self, size=28, classes=10, seed=0):
        super().__init__(*_Net(size, classes, seed).layers)

    def parameters(self):
        return tuple(self.params.values())

    def gradients(self):
        return tuple(self.grads.values())


@exercise.also_right("functions and arrays, no layer objects")
class WithFunctions:
    def __init__(self, size=28, classes=10, seed=0):
        rng = np.random.default_rng(seed)
        self.arrays = [
            rng.uniform(-0.5, 0.5, shape) / np.sqrt(np.prod(shape[1:]))
            if len(shape) > 1
            else np.zeros(shape)
            for shape in _shapes(size, classes)
        ]

    def parameters(self):
        return [*self.arrays]

    def forward(self, x):
        w1, b1, w2, b2, *rest = self.arrays
        self.caches = []
        for w, b in ((w1, b1), (w2, b2)):
            y, conv = conv2d_forward(x, w, b)
            x, pool = max_pool2d_forward(np.maximum(y, 0))
            self.caches.append((conv, y > 0, pool))
        self.shape = x.shape
        self.inputs = [x.reshape(len(x), -1)]
        for w, b in zip(rest[:-2:2], rest[1:-2:2], strict=True):
            self.inputs.append(np.maximum(self.inputs[-1] @ w.T + b, 0))
        return self.inputs[-1] @ rest[-2].T + rest[-1]

    def backward(self, dscores):
        found, d = [], dscores
        for x, w in zip(self.inputs[::-1], self.arrays[8:3:-2], strict=True):
            found = [d.T @ x, d.sum(0), *found]
            d = d @ w * (x > 0)
        d = d.reshape(self.shape)
        for conv, positive, pool in self.caches[::-1]:
            d, dw, db = conv2d_backward(max_pool2d_backward(d, pool) * positive, conv)
            found = [dw, db, *found]
        self.found = found
        return d

    def gradients(self):
        return self.found


@exercise.also_right("a function that makes the network")
def made_by_a_function(size=28, classes=10, seed=0):
    return _Net(size, classes, seed)


@exercise.also_right("torch underneath, arrays that share its memory", needs="torch")
class WithTorch:
    def __init__(self, size=28, classes=10, seed=0):
        import torch

        torch.manual_seed(seed)
        side, nn = (size - 12) // 4, torch.nn
        self.net = nn.Sequential(
            *(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(16 * side * side, 120), nn.ReLU()),
            *(nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, classes)),
        ).double()

    def forward(self, x):
        import torch

        self.x = torch.tensor(np.array(x, float), requires_grad=True)
        self.scores = self.net(self.x)
        return self.scores.detach().numpy()

    def backward(self, dscores):
        import torch

        self.net.zero_grad()
        self.scores.backward(torch.tensor(np.array(dscores, float)))
        return self.x.grad.numpy()

    def parameters(self):
        return [p.detach().numpy() for p in self.net.parameters()]

    def gradients(self):
        return [p.grad.numpy() for p in self.net.parameters()]
