"""``AlexNet``: eight layers, two groups."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursekit.exercises import Comparison, Exercise, scripted
from coursekit.exercises.unit07._alexnet import Net, weights_of

BAND = 0.09
"""How far the share of dropped numbers may be from p, with 576 of them: over 4 sigma."""


def _beyond_the_band(got, expected):
    return np.maximum(np.abs(got - expected) - BAND, 0)


_ZEROS = (
    "zeros_from_both",
    "zeros_from_the_second",
    "zeros_after_the_second",
    "zeros_from_averages",
)

exercise = Exercise(
    "AlexNet(classes=1000, channels=(96, 256, 384, 384, 256), hidden=4096)",
    a_class=True,
    unit="07",
    title="AlexNet",
    reference=Net,
    tensors=True,
    comparison=Comparison(differences=dict.fromkeys(_ZEROS, _beyond_the_band)),
    points=6,
    checks={"sizes": 1, "scores": 2, "gradients": 0.5, "dropout": 1.5, "in any form": 1},
    minutes=60,
    difficulty=4,
    builds_on=("LeNet", "inverted_dropout", "local_response_norm", "conv2d_parameters"),
    hints=(
        "Two `nn.Sequential` in `__init__`: `self.features` up to the last pooling, and "
        "`self.classifier` from the first dropout on. Between the two, in `forward`, "
        "`.flatten(1)`.",
        "Take the channels apart, `c1, c2, c3, c4, c5 = channels`. The second convolution is "
        "`nn.Conv2d(c1, c2, 5, padding=2, groups=2)`: each kernel sees c1 / 2 channels.",
        "`nn.LocalResponseNorm(5, alpha=…, beta=0.75, k=2.0)` divides its alpha by the size of the "
        "window, which the paper does not: pass 5 times the paper's 10⁻⁴.",
        "Follow one side of the picture: 227 → 55 → 27 → 27 → 13 → 13 → 13 → 13 → 6. So the first "
        "linear layer has c5 · 6 · 6 inputs.",
        "The classifier: `nn.Dropout(0.5)`, `nn.Linear(c5 * 36, hidden)`, `nn.ReLU()`, "
        "`nn.Dropout(0.5)`, `nn.Linear(hidden, hidden)`, `nn.ReLU()`, `nn.Linear(hidden, "
        "classes)`.",
    ),
)

_COUNTS = """
    full = on_paper(AlexNet)
    numbers_in_full = count(full)
    small = AlexNet(3, channels, 5)
    numbers_in_small = count(small)
    return numbers_in_full, numbers_in_small
"""

_OTHER_COUNTS = """
    ten = on_paper(AlexNet, classes=10)
    numbers_for_ten_classes = count(ten)
    one = AlexNet(classes, channels, hidden)
    numbers_in_one = count(one)
    other = AlexNet(hidden=hidden_2, channels=channels_2, classes=classes_2)
    numbers_in_other = count(other)
    return numbers_for_ten_classes, numbers_in_one, numbers_in_other
"""

_SCORES = """
    net = AlexNet(classes, channels, hidden)
    load(net, weights)
    net.eval()
    scores = net(x)
    return scores
"""

_BACK = """
    net = AlexNet(classes, channels, hidden)
    load(net, weights)
    net.eval()
    scores = net(x)
    backward(scores, dscores)
    learned = gradients(net)
    return scores, learned
"""

_MODES = """
    net = AlexNet(classes, channels, hidden)
    load(net, weights)
    net.eval()
    scores = net(x)
    net.train()
    one = net(x)
    other = net(x)
    chance_in_training = differs(one, other)
    return scores, chance_in_training
"""

_DROPPED = """
    net = AlexNet(classes, channels, hidden)
    net.train()
    load(net, ones_before_the_first)
    scores = net(x)
    zeros_from_both = share_of_zeros(scores)
    largest_from_both = scores.max()
    load(net, ones_before_the_second)
    scores = net(x)
    zeros_from_the_second = share_of_zeros(scores)
    largest_from_the_second = scores.max()
    load(net, ones_after_the_second)
    scores = net(x)
    zeros_after_the_second = share_of_zeros(scores)
    largest_after_the_second = scores.max()
    load(net, averages_of_maps)
    scores = net(x)
    zeros_from_averages = share_of_zeros(scores)
    return zeros_from_both, largest_from_both, zeros_from_the_second, largest_from_the_second, \
zeros_after_the_second, largest_after_the_second, zeros_from_averages
"""


def _dropped(rng):
    """Weights that pass 1 from some place on to all scores: zeros there come from dropout alone.

    The features, both hidden layers and the scores are 288 numbers, passed on one by one; what
    comes before the place where the ones begin is 0.
    """
    channels, numbers = (2, 2, 2, 2, 8), 288
    passing, stopping = np.eye(numbers), np.zeros((numbers, numbers))
    no, one = np.zeros(numbers), np.ones(numbers)
    # Of a whole map, something is always left: its average is not 0.
    averaging = np.kron(np.ones((36, 1)), np.kron(np.eye(8), np.ones((1, 36)) / 36))
    begins = {
        "ones_before_the_first": [np.ones(8), passing, no, passing, no, passing, no],
        "ones_before_the_second": [np.zeros(8), stopping, one, passing, no, passing, no],
        "averages_of_maps": [np.ones(8), averaging, no, passing, no, passing, no],
        "ones_after_the_second": [np.zeros(8), stopping, no, stopping, one, passing, no],
    }
    convolutions = [np.zeros(shape) for shape in weights_of(numbers, channels, numbers)[:9]]
    return scripted(
        "where numbers are dropped, and how many",
        _DROPPED,
        expected={
            **{"zeros_from_both": 0.75, "largest_from_both": 4.0},
            **{"zeros_from_the_second": 0.5, "largest_from_the_second": 2.0},
            **{"zeros_after_the_second": 0.0, "largest_after_the_second": 1.0},
            "zeros_from_averages": 0.5,
        },
        classes=numbers,
        channels=channels,
        hidden=numbers,
        x=np.zeros((2, 3, 227, 227), np.float32),
        **{
            name: [a.astype(np.float32) for a in (*convolutions, *last)]
            for name, last in begins.items()
        },
    )


@exercise.cases
def cases(rng):
    def even(*limits):
        return tuple(int(2 * rng.integers(1, n + 1)) for n in limits)

    yield scripted(
        "how many numbers are learned, as published and with channels (2, 4, 6, 8, 4)",
        _COUNTS,
        tiny=True,
        expected={"numbers_in_full": 60_965_224, "numbers_in_small": 2_199},
        channels=(2, 4, 6, 8, 4),
    ).counts_for("sizes")
    first, second = rng.permutation(range(3, 9))[:2].tolist()
    yield scripted(
        "how many numbers are learned, in other sizes",
        _OTHER_COUNTS,
        channels=(2, 6, 4, 8, 2 * first),
        classes=2 * second + 1,
        hidden=first + 8,
        channels_2=even(2, 3, 4, 5, 6),
        classes_2=second,
        hidden_2=second + 11,
    ).counts_for("sizes")

    def one(name, script, count, channels, hidden, classes, dtype=np.float32):
        x = 60 * rng.standard_normal((count, 3, 227, 227), dtype=np.float32)
        weights = _weights(rng, classes, channels, hidden)
        values = {"classes": classes, "channels": channels, "hidden": hidden}
        if "dscores" in script:
            values["dscores"] = rng.standard_normal((count, classes)).astype(dtype)
        values["weights"] = [w.astype(dtype) for w in weights]
        return scripted(name, script, x=x.astype(dtype), **values)

    small = (4, 8, 4, 6, 4)
    yield one("one picture, 4 classes", _SCORES, 1, (2, 4, 2, 4, 6), 8, 4).counts_for("scores")
    yield one("two pictures, 3 classes", _SCORES, 2, (4, 4, 6, 4, 8), 10, 3).counts_for("scores")
    # In double precision: where two numbers of a window are nearly equal, rounding decides which
    # of them gets the gradient.
    yield one("and back", _BACK, 1, small, 12, 5, np.float64).counts_for("gradients")
    yield one("training and evaluation", _MODES, 1, small, 40, 6).counts_for("dropout")
    yield _dropped(rng).counts_for("dropout")


def _weights(rng, classes, channels, hidden):
    """Weights that make outputs of some 100 in each layer, where normalisation has an effect."""
    arrays = []
    for shape in weights_of(classes, channels, hidden):
        if len(shape) == 1:
            arrays.append(10 * rng.standard_normal(shape))
        else:
            gain = 1.5 if shape[1:] == (3, 11, 11) else 2.5
            arrays.append(gain * rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:])))
    return arrays


@exercise.holds("A fresh network can learn: the gradient reaches every layer.")
def fresh_networks_learn(answer, rng):
    script = """
        net = AlexNet(4, channels, 32)
        net.eval()
        scores = net(x)
        backward(scores, dscores)
        learned = gradients(net)
        return learned
    """
    x = rng.standard_normal((2, 3, 227, 227)).astype(np.float32)
    dscores = rng.standard_normal((2, 4)).astype(np.float32)
    found = answer(script, channels=(8, 8, 8, 8, 8), x=x, dscores=dscores)
    for i, gradient in enumerate(found):
        if not np.any(gradient):
            return (
                f"The gradient of parameter {i} (of {len(found)}) is 0 throughout. Were weights "
                "set to 0? They have to be random; PyTorch's own are."
            )
    return None


# Sizes


def _known(says, **attributes):
    """A mistake that has other numbers in the table; see `Net`."""
    exercise.mistake(says)(type("wrong_" + "_".join(attributes), (Net,), attributes))


_known(
    "There are no groups: the second, fourth and fifth convolution have `groups=2`, so that each "
    "kernel sees half of the channels.",
    groups=(1, 1, 1, 1, 1),
)
_known("The second convolution has no groups: `groups=2`.", groups=(1, 1, 1, 2, 2))
_known("The fourth convolution has no groups: `groups=2`.", groups=(1, 2, 1, 1, 2))
_known("The fifth convolution has no groups: `groups=2`.", groups=(1, 2, 1, 2, 1))
_known("The second and fourth convolution have no groups: `groups=2`.", groups=(1, 1, 1, 1, 2))
_known("The second and fifth convolution have no groups: `groups=2`.", groups=(1, 1, 1, 2, 1))
_known(
    "Only the second convolution has two groups: the fourth and fifth have them too.",
    groups=(1, 2, 1, 1, 1),
)
_known(
    "The third convolution has two groups: it sees all channels, which is where the two halves "
    "meet.",
    groups=(1, 2, 2, 2, 2),
)
_known("The first kernels are 7×7, as in ZFNet: AlexNet has 11×11.", kernels=(7, 5, 3, 3, 3))
_known("The second kernels are 3×3: they are 5×5.", kernels=(11, 3, 3, 3, 3))
_known(
    "The third kernels are 5×5: from the third layer on, they are 3×3.", kernels=(11, 5, 5, 3, 3)
)
_known("The convolutions have no biases: they do, one for each kernel.", conv_bias=False)
_known("The linear layers have no biases: they do.", linear_bias=False)


class _Fixed(Net):
    """Some of the arguments are not used. The weights are whatever was in memory: it is quick."""

    keep = (1000, (96, 256, 384, 384, 256), 4096)
    fixed = ()

    def __init__(self, classes=1000, channels=(96, 256, 384, 384, 256), hidden=4096):
        given = [classes, channels, hidden]
        for i in self.fixed:
            given[i] = self.keep[i]
        with torch.device("meta"):
            super().__init__(*given)
        self.to_empty(device="cpu")


def _fixed(name, says, *places, keep=_Fixed.keep):
    exercise.mistake(says)(type(name, (_Fixed,), {"fixed": places, "keep": keep}))


_fixed("always_1000_classes", "There are always 1000 scores: there are `classes` of them.", 0)
_fixed(
    "always_ten_classes",
    "There are always 10 scores: there are `classes` of them.",
    0,
    keep=(10, None, None),
)

_fixed(
    "always_the_same_channels",
    "The convolutions always have the channels of the paper: use `channels`.",
    1,
)
_fixed(
    "always_4096_units",
    "The hidden layers always have 4096 units: use `hidden`.",
    2,
)


@exercise.mistake("The first linear layer always has 9216 inputs: they are channels[4] · 6 · 6.")
class always_9216(Net):
    def inputs(self, channels):
        return 9216


def _flattened_to(name, says, side):
    def inputs(self, channels):
        return channels[4] * side * side

    exercise.mistake(says)(type(name, (Net,), {"inputs": inputs}))


for _side, _why in (
    (5, "is the second convolution padded by 2, the others by 1?"),
    (7, "3×3 windows, 2 apart, make 6 of 13 rows."),
    (13, "the third pooling comes before it."),
):
    _flattened_to(
        f"sides_of_{_side}",
        f"The first linear layer has channels[4] · {_side} · {_side} inputs. Maps of 6×6 arrive "
        f"there: {_why}",
        _side,
    )


@exercise.mistake("The first linear layer has channels[4] inputs: there are 6·6 of each channel.")
class forgets_the_maps(Net):
    def inputs(self, channels):
        return channels[4]


@exercise.mistake(
    "A linear layer is missing: there are three, with hidden, hidden and `classes` outputs."
)
class two_linear_layers(Net):
    def head(self, inputs, hidden, classes):
        layers = super().head(inputs, hidden, classes)
        return [*layers[:3], nn.Dropout(), layers[6]]


@exercise.mistake(
    "There are four linear layers: hidden, hidden and `classes` outputs, and no more."
)
class four_linear_layers(Net):
    def head(self, inputs, hidden, classes):
        layers = super().head(inputs, hidden, classes)
        return [*layers[:6], nn.Linear(hidden, hidden), nn.ReLU(), layers[6]]


@exercise.mistake(
    "There is batch normalisation, which AlexNet is older than: `nn.LocalResponseNorm` learns "
    "nothing."
)
class batch_norm(Net):
    def body(self, channels):
        layers = super().body(channels)
        layers[2], layers[6] = (nn.BatchNorm2d(c) for c in channels[:2])
        return layers


@exercise.mistake(
    "The network has parameters that PyTorch does not see: layers in a plain list or dict are not "
    "found. Use `nn.Sequential` or `nn.ModuleList`, or give each one a name, `self.conv1 = …`."
)
class hides_its_layers(Net):
    def __init__(self, classes=1000, channels=(96, 256, 384, 384, 256), hidden=4096):
        super().__init__(classes, channels, hidden)
        self.hidden_layers = [self.features, self.classifier]
        del self.features, self.classifier

    def forward(self, x):
        features, classifier = self.hidden_layers
        return classifier(features(x).flatten(1))


# Layers


def _with_layers(name, says, features=None, head=None):
    """A mistake in the lists of layers: ``features()`` and ``head()`` say what stands in place of
    which (None: no layer at all)."""

    class Other(Net):
        def body(self, channels):
            return _exchanged(super().body(channels), features)

        def head(self, inputs, hidden, classes):
            return _exchanged(super().head(inputs, hidden, classes), head)

    Other.__name__ = name
    exercise.mistake(says)(Other)


def _exchanged(layers, changes):
    other = changes() if changes else {}
    found = (other.get(i, layer) for i, layer in enumerate(layers))
    return [one for layer in found for one in _listed(layer)]


def _listed(layer):
    return layer if isinstance(layer, list) else [] if layer is None else [layer]


class _Drops(nn.Module):
    """Dropout of a kind that `mode` says: "always" or "never"."""

    def __init__(self, always):
        super().__init__()
        self.always = always

    def forward(self, x):
        return F.dropout(x, 0.5, self.always)


class _AllZero(nn.Module):
    """``F.dropout(x, self.training)``."""

    def forward(self, x):
        return F.dropout(x, float(self.training))


class _Flattened(nn.Module):
    """Maps (N, C, H, W) to (N, …) in another order than row by row and channel by channel."""

    def __init__(self, *axes):
        super().__init__()
        self.axes = axes

    def forward(self, x):
        return x.permute(0, *self.axes).flatten(1)


def _both(places, make):
    return lambda: {i: make() for i in places}


def _norm(alpha=5e-4, beta=0.75, k=2.0, size=5):
    return nn.LocalResponseNorm(size, alpha, beta, k)


_RELUS = (1, 5, 9, 11, 13)
_WHICH = ("first", "second", "third", "fourth", "fifth")

for _at, _nth in zip(_RELUS, _WHICH, strict=True):
    _with_layers(
        f"no_relu_{_at}",
        f"The ReLU after the {_nth} convolution is missing: every layer has one but the last.",
        features=lambda at=_at: {at: None},
    )
for _at, _nth in ((2, "first"), (5, "second")):
    _with_layers(
        f"no_relu_in_the_head_{_at}",
        f"The ReLU after the {_nth} linear layer is missing: every layer has one but the last.",
        head=lambda at=_at: {at: None},
    )

for _name, _says, _features, _head in (
    (
        "no_relu_in_features",
        "There are no ReLUs after the convolutions: every layer has one but the last.",
        _both(_RELUS, lambda: None),
        None,
    ),
    (
        "no_relu_in_head",
        "There are no ReLUs between the linear layers: every layer has one but the last.",
        None,
        _both((2, 5), lambda: None),
    ),
    (
        "sigmoids",
        "These are sigmoids: AlexNet has ReLUs.",
        _both(_RELUS, nn.Sigmoid),
        _both((2, 5), nn.Sigmoid),
    ),
    ("tanh", "This is tanh: AlexNet has ReLUs.", _both(_RELUS, nn.Tanh), _both((2, 5), nn.Tanh)),
    (
        "leaky_relus",
        "These are leaky ReLUs: AlexNet has plain ones.",
        _both(_RELUS, nn.LeakyReLU),
        _both((2, 5), nn.LeakyReLU),
    ),
    (
        "separate_windows",
        "The pooling windows are 2×2, side by side: in AlexNet they overlap, 3×3 and 2 apart.",
        _both((3, 7, 14), lambda: nn.MaxPool2d(2)),
        None,
    ),
    (
        "windows_of_2_and_3",
        "Only some of the pooling windows are 3×3: all three are, 2 apart.",
        _both((3, 7), lambda: nn.MaxPool2d(2)),
        None,
    ),
    (
        "averages",
        "The pooling takes means: it takes the largest number, `nn.MaxPool2d`.",
        _both((3, 7, 14), lambda: nn.AvgPool2d(3, 2)),
        None,
    ),
    (
        "averages_at_the_end",
        "After the fifth convolution, means are taken (`AdaptiveAvgPool2d` of 13×13): the third "
        "pooling is `nn.MaxPool2d(3, 2)`.",
        lambda: {14: nn.AdaptiveAvgPool2d(6)},
        None,
    ),
    (
        "pads_the_pooling",
        "Maps of 7×7 arrive at the first linear layer, 6×6 should: are the pooling windows padded? "
        "Nothing is padded there.",
        _both((3, 7, 14), lambda: nn.MaxPool2d(3, 2, 1)),
        None,
    ),
    (
        "pools_3_apart",
        "Maps of 2×2 arrive at the first linear layer, 6×6 should. Are the pooling windows 3 "
        "apart? Left out, the stride is the size of the window: say `stride=2`. Or is there a "
        "fourth pooling?",
        _both((3, 7, 14), lambda: nn.MaxPool2d(3)),
        None,
    ),
    (
        "no_last_pooling",
        "Maps of 13×13 arrive at the first linear layer, 6×6 should: one of the three poolings is "
        "missing, after the first, second and fifth convolution.",
        lambda: {14: None},
        None,
    ),
    (
        "no_norm",
        "There is no local response normalisation: it comes after the first and the second ReLU.",
        _both((2, 6), lambda: None),
        None,
    ),
    (
        "norm_once",
        "The second local response normalisation is missing: it comes after the first and the "
        "second ReLU.",
        lambda: {6: None},
        None,
    ),
    (
        "second_norm_only",
        "The first local response normalisation is missing: it comes after the first and the "
        "second ReLU.",
        lambda: {2: None},
        None,
    ),
    (
        "alpha_of_the_paper",
        "`nn.LocalResponseNorm` divides alpha by the size of the window. To get the paper's 10⁻⁴, "
        "pass 5 · 10⁻⁴.",
        _both((2, 6), lambda: _norm(1e-4)),
        None,
    ),
    (
        "alpha_divided",
        "alpha was divided by 5, as `nn.LocalResponseNorm` does already: multiply by 5, to make up "
        "for it, 5 · 10⁻⁴.",
        _both((2, 6), lambda: _norm(2e-5)),
        None,
    ),
    (
        "alpha_and_beta_exchanged",
        "alpha and beta of `nn.LocalResponseNorm` have changed places: alpha comes first, 5 · "
        "10⁻⁴, then beta, 0.75.",
        _both((2, 6), lambda: _norm(0.75, 5e-4)),
        None,
    ),
    (
        "k_left_out",
        "k was left out, and PyTorch takes 1: the paper has k = 2.",
        _both((2, 6), lambda: _norm(k=1.0)),
        None,
    ),
    (
        "all_left_out",
        "alpha and k of `nn.LocalResponseNorm` were left out: pass alpha = 5 · 10⁻⁴ and k = 2.",
        _both((2, 6), lambda: nn.LocalResponseNorm(5)),
        None,
    ),
    (
        "window_of_3",
        "The normalisation's window has 3 channels: it has 5.",
        _both((2, 6), lambda: _norm(size=3)),
        None,
    ),
    (
        "beta_of_a_half",
        "The normalisation's beta is 0.5: it is 0.75.",
        _both((2, 6), lambda: _norm(beta=0.5)),
        None,
    ),
    (
        "norm_before_relu",
        "Normalised before the ReLU: the order is convolution, ReLU, normalisation, pooling.",
        lambda: {1: _norm(), 2: nn.ReLU(), 5: _norm(), 6: nn.ReLU()},
        None,
    ),
    (
        "norm_after_pooling",
        "Pooled before it is normalised: the order is convolution, ReLU, normalisation, pooling.",
        lambda: {2: nn.MaxPool2d(3, 2), 3: _norm(), 6: nn.MaxPool2d(3, 2), 7: _norm()},
        None,
    ),
    (
        "norm_everywhere",
        "Local response normalisation stands after every convolution: only after the first two.",
        lambda: {i: [nn.ReLU(), _norm()] for i in (9, 11, 13)},
        None,
    ),
    (
        "dropout_on_maps",
        "There is dropout between the convolutions: only before the first two linear layers.",
        lambda: {14: [nn.MaxPool2d(3, 2), nn.Dropout(0.5)]},
        None,
    ),
    (
        "flattens_channels_last",
        "The channels come last when the maps are flattened: `x.flatten(1)` of (N, C, 6, 6), as it "
        "is.",
        lambda: {14: [nn.MaxPool2d(3, 2), _Flattened(2, 3, 1)]},
        None,
    ),
    (
        "flattens_column_by_column",
        "The maps are flattened column by column: `x.flatten(1)` of (N, C, 6, 6), as it is.",
        lambda: {14: [nn.MaxPool2d(3, 2), _Flattened(1, 3, 2)]},
        None,
    ),
    (
        "no_dropout",
        "Nothing is dropped in training: there is no dropout, or `forward` switches it off "
        "(`self.eval()`).",
        None,
        _both((0, 3), lambda: None),
    ),
    (
        "first_dropout_only",
        "The second dropout is missing: there is one before each of the first two linear layers.",
        None,
        lambda: {3: None},
    ),
    (
        "second_dropout_only",
        "The first dropout is missing: there is one before each of the first two linear layers.",
        None,
        lambda: {0: None},
    ),
    (
        "dropout_after",
        "Dropout stands before the last two linear layers: it stands before the first two.",
        None,
        lambda: {0: None, 5: [nn.ReLU(), nn.Dropout()]},
    ),
    (
        "three_dropouts",
        "There are three dropouts: the last linear layer has none before it.",
        None,
        lambda: {5: [nn.ReLU(), nn.Dropout()]},
    ),
    (
        "drops_whole_maps",
        "Whole maps are dropped (`nn.Dropout2d`): each of the numbers has its own chance, "
        "`nn.Dropout`.",
        lambda: {14: [nn.MaxPool2d(3, 2), nn.Dropout2d(0.5)]},
        lambda: {0: None},
    ),
    (
        "drops_less",
        "Too few numbers are dropped: p is 0.5.",
        None,
        _both((0, 3), lambda: nn.Dropout(0.2)),
    ),
    (
        "drops_more",
        "Too many numbers are dropped: p is 0.5.",
        None,
        _both((0, 3), lambda: nn.Dropout(0.8)),
    ),
    (
        "always_drops",
        "Numbers are dropped in evaluation too. `F.dropout(x)` needs `training=self.training`; a "
        "`nn.Dropout` belongs into `__init__`, so that `net.eval()` finds it; and `forward` leaves "
        "the mode as it is.",
        None,
        _both((0, 3), lambda: _Drops(True)),
    ),
    (
        "drops_everything",
        "`F.dropout(x, self.training)` takes True for p, and drops everything: say "
        "`training=self.training`.",
        None,
        _both((0, 3), _AllZero),
    ),
):
    _with_layers(_name, _says, _features, _head)


class _WithEnd(Net):
    """One more layer at the end."""

    end = nn.ReLU

    def head(self, inputs, hidden, classes):
        return [*super().head(inputs, hidden, classes), self.end()]


for _name, _says, _end in (
    (
        "relu_at_the_end",
        "There is a ReLU after the last layer: scores may be negative.",
        nn.ReLU,
    ),
    (
        "softmax_at_the_end",
        "`forward` returns probabilities. It returns scores: softmax is part of the loss.",
        lambda: nn.Softmax(dim=1),
    ),
    (
        "log_softmax_at_the_end",
        "`forward` returns logarithms of probabilities. It returns scores: softmax is part of the "
        "loss.",
        lambda: nn.LogSoftmax(dim=1),
    ),
):
    exercise.mistake(_says)(type(_name, (_WithEnd,), {"end": staticmethod(_end)}))


_known(
    "The first convolution is padded by 2, which is right for pictures of 224×224: with 227×227, "
    "it has none.",
    paddings=(2, 2, 1, 1, 1),
)
_known(
    "Maps of 5×5 arrive at the first linear layer, 6×6 should: a convolution lacks padding. The "
    "second one needs 2, for its 5×5 kernel, and the third, fourth and fifth need 1.",
    paddings=(0, 1, 1, 1, 1),
)
_known(
    "The second convolution is padded by 3: 2 keeps the size, with a 5×5 kernel.",
    paddings=(0, 3, 1, 1, 1),
)
_known(
    "Maps of 12×12 arrive at the first linear layer, 6×6 should: the first convolution has stride "
    "2, it should be 4.",
    strides=(2, 1, 1, 1, 1),
)


# Gradients


@exercise.mistake(
    "The convolutions do not learn: `torch.no_grad()` (or `.detach()`, `.data`) takes the features "
    "out of the graph."
)
class features_out_of_the_graph(Net):
    def forward(self, x):
        with torch.no_grad():
            features = self.features(x)
        return self.classifier(features.flatten(1))


@exercise.mistake(
    "Nothing learns: `forward` takes the scores out of the graph (`.detach()`, `.data`, "
    "`torch.no_grad()`)."
)
class scores_out_of_the_graph(Net):
    def forward(self, x):
        return super().forward(x).detach()


@exercise.mistake(
    "The whole batch is made one row: `.flatten(1)` (or `.view(len(x), -1)`) keeps the batch."
)
class flattens_the_batch(Net):
    def forward(self, x):
        return self.classifier(self.features(x).flatten())


@exercise.mistake(
    "The maps reach the first linear layer as maps: `.flatten(1)` makes a row of numbers of each "
    "picture."
)
class forgets_to_flatten(Net):
    def forward(self, x):
        return self.classifier(self.features(x))


@exercise.mistake("Only one picture's scores came back: (N, classes) is asked for.")
class first_picture_only(Net):
    def forward(self, x):
        return super().forward(x[:1])


@exercise.mistake(
    "`torch.manual_seed` in the network makes dropout drop the same numbers each time: leave "
    "chance alone."
)
class seeds_itself(Net):
    def forward(self, x):
        torch.manual_seed(0)
        return super().forward(x)


# Unusual right answers


@exercise.also_right("layers by name, everything else as functions")
class with_functions(nn.Module):
    def __init__(self, classes=1000, channels=(96, 256, 384, 384, 256), hidden=4096):
        super().__init__()
        a, b, c, d, e = channels
        self.conv1 = nn.Conv2d(3, a, 11, 4)
        self.conv2 = nn.Conv2d(a, b, 5, padding="same", groups=2)
        self.conv3 = nn.Conv2d(b, c, 3, padding=1)
        self.conv4 = nn.Conv2d(c, d, 3, padding=1, groups=2)
        self.conv5 = nn.Conv2d(d, e, 3, padding=1, groups=2)
        self.fc6 = nn.Linear(36 * e, hidden)
        self.fc7 = nn.Linear(hidden, hidden)
        self.fc8 = nn.Linear(hidden, classes)

    def forward(self, x):
        for layer in (self.conv1, self.conv2):
            x = F.local_response_norm(F.relu(layer(x)), size=5, alpha=5e-4, k=2)
            x = F.max_pool2d(x, kernel_size=3, stride=2)
        x = F.relu(self.conv3(x))
        x = F.relu(self.conv4(x))
        x = F.max_pool2d(self.conv5(x), 3, 2).clamp_min(0)
        x = F.dropout(x.reshape(len(x), -1), training=self.training)
        x = F.dropout(F.relu(self.fc6(x)), training=self.training)
        return self.fc8(F.relu(self.fc7(x)))


@exercise.also_right("one nn.Sequential, ReLUs in place, a pooling that adapts")
class one_sequence(nn.Sequential):
    def __init__(self, classes=1000, channels=(96, 256, 384, 384, 256), hidden=4096):
        layers, before = [], 3
        plan = ((11, 0, 1, 4), (5, 2, 2, 1), (3, 1, 1, 1), (3, 1, 2, 1), (3, 1, 2, 1))
        for i, (size, padding, groups, stride) in enumerate(plan):
            options = {"padding": padding, "groups": groups, "stride": stride}
            layers += [nn.Conv2d(before, channels[i], size, **options), nn.ReLU(inplace=True)]
            if i < 2:
                layers.append(nn.LocalResponseNorm(5, 5e-4, 0.75, 2.0))
            if i in (0, 1, 4):
                layers.append(nn.MaxPool2d(3, stride=2, ceil_mode=True))
            before = channels[i]
        layers += [nn.AdaptiveAvgPool2d((6, 6)), nn.Flatten()]
        for features in (36 * before, hidden):
            layers += [nn.Dropout(), nn.Linear(features, hidden), nn.ReLU(True)]
        super().__init__(*layers, nn.Linear(hidden, classes))


@exercise.also_right("the paper's first weights, a normalisation of one's own")
class with_own_norm(Net):
    def __init__(self, classes=1000, channels=(96, 256, 384, 384, 256), hidden=4096):
        super().__init__(classes, channels, hidden)
        for name, p in self.named_parameters():
            if name.endswith("weight"):
                nn.init.normal_(p, 0, 0.01)
            else:
                nn.init.constant_(p, 0.1)

    def body(self, channels):
        layers = super().body(channels)
        layers[2] = layers[6] = _OwnNorm()
        return layers


class _OwnNorm(nn.Module):
    def forward(self, x):
        squares = F.pad(x.square(), (0, 0, 0, 0, 2, 2)).unfold(1, 5, 1).sum(-1)
        return x * (2 + 1e-4 * squares) ** -0.75


@exercise.also_right("dropout by hand, the flat size found by a trial")
class dropout_by_hand(Net):
    def inputs(self, channels):
        layers = nn.Sequential(*self.body(channels))
        with torch.no_grad():
            return layers(torch.zeros(1, 3, 227, 227)).numel()

    def head(self, inputs, hidden, classes):
        layers = super().head(inputs, hidden, classes)
        return [layer for layer in layers if not isinstance(layer, nn.Dropout)]

    def forward(self, x):
        x = self._drop(torch.flatten(self.features(x), start_dim=1))
        x = self._drop(self.classifier[:2](x))
        return self.classifier[2:](x)

    def _drop(self, x):
        return x * (torch.rand_like(x) >= 0.5) / 0.5 if self.training else x
