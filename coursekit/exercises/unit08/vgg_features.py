"""``vgg_features``: the layers that a line of the paper's table describes."""

import numpy as np
from torch import nn

from coursekit.exercises import Exercise, scripted
from coursekit.exercises.unit08._draws import convolution, normal


def _convolution(channels, entry):
    return nn.Conv2d(channels, entry, 3, padding=1)


def _layers(configuration, channels=3, *, convolution=_convolution, pool=None):
    """The right layers in a list; most mistakes change one of their kinds."""
    layers = []
    for entry in configuration:
        if entry == "M":
            layers.append(pool() if pool else nn.MaxPool2d(2))
        else:
            layers += [convolution(channels, entry), nn.ReLU()]
            channels = entry
    return layers


def _vgg_features(configuration, in_channels=3):
    return nn.Sequential(*_layers(configuration, in_channels))


exercise = Exercise(
    "vgg_features(configuration, in_channels=3)",
    unit="08",
    title="The layers of VGG from a list",
    reference=_vgg_features,
    tensors=True,
    points=4,
    checks={"one block": 1.5, "several blocks": 1.5, "odd sizes": 0.5, "in any form": 0.5},
    minutes=20,
    difficulty=2,
    builds_on=("AlexNet", "conv2d_parameters"),
    hints=(
        "Begin with an empty list of layers and go through the configuration, entry by entry. An "
        'entry is either "M" or a number: `if entry == "M":`, else a convolution and its ReLU.',
        "A convolution takes as many channels as the one before gave. Keep that number in a "
        "variable: it begins as `in_channels`, and after each convolution it is `entry`. Pooling "
        "does not change it.",
        "`nn.Conv2d(channels, entry, 3, padding=1)` keeps height and width; `nn.MaxPool2d(2)` "
        "halves them, rounding down. At the end, `nn.Sequential(*layers)`: the star hands over the "
        "layers one by one.",
    ),
)

_FORWARD = """
    net = vgg_features({})
    load(net, weights)
    y = net(x)
    return y
"""

_TRAIN = """
    net = vgg_features({})
    load(net, weights)
    y = net(x)
    backward(y, dy)
    dweights = gradients(net)
    return y, dweights
"""

_TWICE = """
    configuration = [2, "M", 3]
    net = vgg_features(configuration, 2)
    other = vgg_features(configuration, 2)
    load(net, weights)
    load(other, weights_2)
    y = net(x)
    y_of_the_other = other(x)
    return y, y_of_the_other
"""


def _weights(rng, channels, *entries):
    found = []
    for entry in (e for e in entries if e != "M"):
        found += convolution(rng, entry, channels, 3)
        channels = entry
    return found


@exercise.cases
def cases(rng):
    x = np.array([[1, 0, 0, 2], [0, 1, 0, 0], [0, 0, 0, 0], [3, 0, 0, 1]], np.float32)
    ones = [np.ones((1, 1, 3, 3), np.float32), np.full(1, -2, np.float32)]
    yield scripted(
        "a convolution of ones and the bias -2",
        _FORWARD.format("[1], 1"),
        tiny=True,
        expected={"y": [[[[0, 0, 1, 0], [0, 0, 1, 0], [2, 2, 0, 0], [1, 1, 0, 0]]]]},
        x=x[None, None],
        weights=ones,
    )
    yield scripted(
        "the same with pooling",
        _FORWARD.format('[1, "M"], 1'),
        tiny=True,
        expected={"y": [[[[0, 1], [2, 0]]]]},
        x=x[None, None],
        weights=ones,
    )

    def one(script, said, channels, configuration, shape, **more):
        x = normal(rng, len(more) + 1, channels, *shape)
        text = repr(configuration).replace("'", '"')
        text += "" if channels == 3 else f", {channels}"
        return scripted(
            f"{text.split('],')[0].rstrip(']')}], {said}",
            script.format(text),
            weights=_weights(rng, channels, *configuration),
            x=x,
            **more,
        )

    several = "several blocks"
    yield one(_FORWARD, "two channels", 2, [3], (4, 6))
    yield one(_FORWARD, "colours", 3, [4, "M"], (6, 4))
    yield one(_TRAIN, "backwards", 2, [3, "M"], (4, 6), dy=normal(rng, 2, 3, 2, 3))
    yield one(_FORWARD, "two blocks", 1, [2, "M", 3], (4, 8)).counts_for(several)
    yield one(
        _FORWARD, "two convolutions in a block", 3, [4, 5, "M", 2, 2, "M"], (8, 12)
    ).counts_for(several)
    yield one(_FORWARD, "no pooling at the end", 2, [3, 4, "M", 5, 2], (4, 6)).counts_for(several)
    yield one(_FORWARD, "pooling twice in a row", 2, [3, 3, 3, "M", "M", 4], (8, 12)).counts_for(
        several
    )
    yield one(
        _TRAIN, "backwards", 3, [3, "M", 4, 2, "M"], (8, 4), dy=normal(rng, 2, 2, 2, 1)
    ).counts_for(several)
    yield scripted(
        "two networks from one list",
        _TWICE,
        x=normal(rng, 1, 2, 4, 4),
        weights=_weights(rng, 2, 2, 3),
        weights_2=_weights(rng, 2, 2, 3),
    ).counts_for(several)
    for shape in (5, 7), (11, 6):
        yield one(_FORWARD, f"{shape[0]} rows", 2, [3, "M", 2, "M"], shape).counts_for("odd sizes")


# What is built in place of the right layers


def _with(name, says, **changes):
    """A mistake in one kind of layer."""

    def answer(configuration, in_channels=3):
        return nn.Sequential(*_layers(configuration, in_channels, **changes))

    answer.__name__ = name
    exercise.mistake(says)(answer)


def _as(**options):
    return lambda channels, entry: nn.Conv2d(channels, entry, **{"kernel_size": 3, **options})


for _name, _says, _changes in (
    (
        "forgets_padding",
        "The padding is missing, so every convolution takes two rows and columns away: with "
        "`padding=1` a 3×3 kernel keeps the size.",
        {"convolution": _as()},
    ),
    (
        "pads_by_two",
        "The convolutions pad by 2: for a 3×3 kernel, `padding=1` keeps the size.",
        {"convolution": _as(padding=2)},
    ),
    (
        "takes_steps_of_two",
        "The convolutions have the stride 2: only pooling halves the size, convolutions go pixel "
        "by pixel.",
        {"convolution": _as(padding=1, stride=2)},
    ),
    (
        "forgets_biases",
        "The convolutions have no biases (`bias=False` is for layers that batch normalisation "
        "follows): leave them on.",
        {"convolution": _as(padding=1, bias=False)},
    ),
    (
        "takes_5x5",
        "The kernels are 5×5. All of VGG's are 3×3: two of them see as far, with fewer weights.",
        {"convolution": _as(padding=2, kernel_size=5)},
    ),
    (
        "dilates",
        "The kernels are dilated, with gaps between their numbers: VGG's have none.",
        {"convolution": _as(padding=2, dilation=2)},
    ),
    (
        "takes_1x1",
        "The kernels are 1×1. Here all are 3×3.",
        {"convolution": _as(kernel_size=1)},
    ),
    (
        "pads_with_copies",
        "The border is padded with copies of the picture's edge: VGG pads with zeros, as "
        "`nn.Conv2d` does by itself.",
        {"convolution": _as(padding=1, padding_mode="replicate")},
    ),
    (
        "pads_with_reflections",
        "The border is padded with the picture's mirror image: VGG pads with zeros, as `nn.Conv2d` "
        "does by itself.",
        {"convolution": _as(padding=1, padding_mode="reflect")},
    ),
    (
        "averages",
        'The pooling averages: "M" stands for max pooling, `nn.MaxPool2d`.',
        {"pool": lambda: nn.AvgPool2d(2)},
    ),
    (
        "pools_like_alexnet",
        "This is AlexNet's pooling, 3×3 with stride 2. VGG's windows are 2×2, side by side.",
        {"pool": lambda: nn.MaxPool2d(3, 2)},
    ),
    (
        "pools_3x3_with_padding",
        "The pooling windows are 3×3 and padded. VGG's are 2×2, side by side: `nn.MaxPool2d(2)`.",
        {"pool": lambda: nn.MaxPool2d(3, 2, 1)},
    ),
    (
        "pools_3x3_side_by_side",
        "The pooling windows are 3×3. VGG's are 2×2, side by side: `nn.MaxPool2d(2)`.",
        {"pool": lambda: nn.MaxPool2d(3)},
    ),
    (
        "pools_pixel_by_pixel",
        "The pooling windows overlap, one pixel apart (`stride=1`): without a stride of its own, "
        "`nn.MaxPool2d(2)` puts them side by side.",
        {"pool": lambda: nn.MaxPool2d(2, 1)},
    ),
    (
        "pads_pooling",
        "The pooling windows begin outside of the maps (`padding=1`): `nn.MaxPool2d(2)` has no "
        "padding.",
        {"pool": lambda: nn.MaxPool2d(2, padding=1)},
    ),
    (
        "rounds_up",
        "Pooling rounds up (`ceil_mode=True`): a row or column that is left over is dropped here.",
        {"pool": lambda: nn.MaxPool2d(2, ceil_mode=True)},
    ),
    (
        "forgets_pooling",
        'Nothing is pooled: each "M" is an `nn.MaxPool2d(2)`.',
        {"pool": nn.Identity},
    ),
):
    _with(_name, _says, **_changes)


# ReLUs


def _rectified(name, says, change):
    """A mistake about the ReLUs: ``change(layers)`` gives other layers."""

    def answer(configuration, in_channels=3):
        return nn.Sequential(*change(_layers(configuration, in_channels)))

    answer.__name__ = name
    exercise.mistake(says)(answer)


def _replaced(kind):
    return lambda layers: [kind() if isinstance(a, nn.ReLU) else a for a in layers]


def _only_before_pooling(layers):
    after = [*layers[1:], nn.MaxPool2d(2)]
    return [
        a
        for a, following in zip(layers, after, strict=True)
        if not isinstance(a, nn.ReLU) or isinstance(following, nn.MaxPool2d)
    ]


def _only_inside_blocks(layers):
    after = [*layers[1:], nn.Identity()]
    return [
        a
        for a, following in zip(layers, after, strict=True)
        if not isinstance(a, nn.ReLU) or isinstance(following, nn.Conv2d)
    ]


def _not_the_last(layers):
    last = max((i for i, a in enumerate(layers) if isinstance(a, nn.ReLU)), default=-1)
    return layers[:last] + layers[last + 1 :]


def _before(layers):
    """ReLU, convolution instead of convolution, ReLU."""
    found = [a for a in layers if not isinstance(a, nn.ReLU)]
    return [b for a in found for b in ([nn.ReLU(), a] if isinstance(a, nn.Conv2d) else [a])]


def _not_at_the_end(layers):
    return layers[:-1] if isinstance(layers[-1], nn.ReLU) else layers


for _name, _says, _change in (
    (
        "no_relu_at_the_end_of_the_list",
        "A convolution that ends the list has no ReLU: it has one like all the others.",
        _not_at_the_end,
    ),
    (
        "forgets_relus",
        "There is no ReLU: every convolution has one behind it. Without, several convolutions can "
        "do no more than one.",
        lambda layers: [a for a in layers if not isinstance(a, nn.ReLU)],
    ),
    (
        "forgets_the_last_relu",
        "The ReLU after the last convolution is missing: it is no last layer of a classifier, and "
        "has one like all the others.",
        _not_the_last,
    ),
    (
        "one_relu_per_block",
        "Convolutions that no pooling follows have no ReLU: every convolution has one, also "
        "between two convolutions.",
        _only_before_pooling,
    ),
    (
        "relus_inside_blocks_only",
        "The last convolution of a block has no ReLU: every convolution has one, also where "
        "pooling follows.",
        _only_inside_blocks,
    ),
    (
        "relu_comes_first",
        "ReLU stands before each convolution: it comes after.",
        _before,
    ),
    (
        "takes_leaky_relus",
        "The activation is LeakyReLU, which lets a part of the negative numbers through. VGG has "
        "ReLU.",
        _replaced(nn.LeakyReLU),
    ),
    ("takes_sigmoids", "The activation is a sigmoid. VGG has ReLU.", _replaced(nn.Sigmoid)),
    ("takes_tanh", "The activation is tanh. VGG has ReLU.", _replaced(nn.Tanh)),
    ("takes_elus", "The activation is ELU. VGG has ReLU.", _replaced(nn.ELU)),
    ("takes_softplus", "The activation is softplus. VGG has ReLU.", _replaced(nn.Softplus)),
    ("takes_gelus", "The activation is GELU. VGG has ReLU.", _replaced(nn.GELU)),
):
    _rectified(_name, _says, _change)


# Channels, and what is returned


@exercise.mistake(
    "Every convolution takes `in_channels` channels: only the first does. Each of the others takes "
    "as many as the convolution before it gives."
)
def forgets_to_pass_channels_on(configuration, in_channels=3):
    return nn.Sequential(
        *_layers(configuration, convolution=lambda _, entry: _convolution(in_channels, entry))
    )


@exercise.mistake('An "M" becomes a convolution: is it told apart, `entry == "M"`?')
def takes_m_for_a_number(configuration, in_channels=3):
    layers = []
    for entry in configuration:
        layers += [_convolution(in_channels, entry), nn.ReLU()]
        in_channels = entry
    return nn.Sequential(*layers)


@exercise.mistake(
    "The channels that come in and those that go out have changed places: "
    "`nn.Conv2d(channels, entry, 3, padding=1)`."
)
def exchanges_channels(configuration, in_channels=3):
    return nn.Sequential(
        *_layers(configuration, in_channels, convolution=lambda c, entry: _convolution(entry, c))
    )


@exercise.mistake(
    "Each convolution takes as many channels as it gives: hand the number on after the "
    "convolution is made, not before."
)
def hands_channels_on_too_early(configuration, in_channels=3):
    return nn.Sequential(
        *_layers(
            configuration, in_channels, convolution=lambda _, entry: _convolution(entry, entry)
        )
    )


@exercise.mistake("The first convolution always takes 3 channels: it takes `in_channels`.")
def takes_colours_for_granted(configuration, in_channels=3):
    return nn.Sequential(*_layers(configuration))


@exercise.mistake(
    'A convolution is made with the text "M" in place of a number. Is every "M" told apart, '
    '`entry == "M"`? And are channels handed on in a variable that pooling does not touch? The '
    'entry before a convolution may be an "M", which has none.'
)
def looks_at_the_entry_before(configuration, in_channels=3):
    before = [in_channels, *configuration[:-1]]
    layers = []
    for channels, entry in zip(before, configuration, strict=True):
        if entry == "M":
            layers.append(nn.MaxPool2d(2))
        else:
            layers += [_convolution(channels, entry), nn.ReLU()]
    return nn.Sequential(*layers)


@exercise.mistake(
    "Batch normalisation follows each convolution: the VGG of 2014 did not have it yet."
)
def adds_batch_norm(configuration, in_channels=3):
    layers = _layers(configuration, in_channels)
    normed = [
        [a, nn.BatchNorm2d(a.out_channels)] if isinstance(a, nn.Conv2d) else [a] for a in layers
    ]
    return nn.Sequential(*(b for pair in normed for b in pair))


@exercise.mistake('A pooling follows every convolution: only an "M" in the list means pooling.')
def pools_after_every_convolution(configuration, in_channels=3):
    layers = [a for a in _layers(configuration, in_channels) if not isinstance(a, nn.MaxPool2d)]
    pairs = [[a, nn.MaxPool2d(2)] if isinstance(a, nn.ReLU) else [a] for a in layers]
    return nn.Sequential(*(b for pair in pairs for b in pair))


@exercise.mistake("Only the first entry counts: does `return` stand inside the loop?")
def returns_inside_the_loop(configuration, in_channels=3):
    return nn.Sequential(*_layers(configuration[:1], in_channels))


@exercise.mistake(
    "The list is emptied (`pop`), so that it cannot be used again: go through it with `for entry "
    "in configuration`."
)
def empties_the_list(configuration, in_channels=3):
    given = configuration[:]
    configuration.clear()
    return nn.Sequential(*_layers(given, in_channels))


@exercise.mistake("The last entry of the list is left out: does the loop stop one too early?")
def stops_one_early(configuration, in_channels=3):
    return nn.Sequential(*_layers(configuration[:-1], in_channels))


@exercise.mistake(
    "The maps are flattened at the end: that belongs to the classifier. Here maps come out, "
    "(N, C, H, W)."
)
def flattens(configuration, in_channels=3):
    return nn.Sequential(*_layers(configuration, in_channels), nn.Flatten())


@exercise.mistake(
    "The maps are averaged at the end: that belongs to the classifier. Here whole maps come out."
)
def averages_the_maps(configuration, in_channels=3):
    return nn.Sequential(*_layers(configuration, in_channels), nn.AdaptiveAvgPool2d(1))


@exercise.mistake(
    "A list of layers is returned: `nn.Sequential(*layers)` makes one module of it, with the star."
)
def returns_the_list(configuration, in_channels=3):
    return _layers(configuration, in_channels)


@exercise.mistake(
    "An `nn.ModuleList` is returned: it keeps layers, but cannot be called. `nn.Sequential` runs "
    "them one after the other."
)
def returns_a_module_list(configuration, in_channels=3):
    return nn.ModuleList(_layers(configuration, in_channels))


class _Kept(nn.Module):
    """Runs layers that PyTorch does not know of."""

    def __init__(self, layers):
        super().__init__()
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@exercise.mistake(
    "The layers stand in a plain Python list, in which PyTorch does not find their parameters: use "
    "`nn.Sequential(*layers)`."
)
def hides_the_layers(configuration, in_channels=3):
    return _Kept(_layers(configuration, in_channels))


@exercise.mistake(
    "One and the same Conv2d object stands in several places, so these share their weights: make a "
    "new one each time."
)
def shares_convolutions(configuration, in_channels=3):
    made = {}

    def shared(channels, entry):
        return made.setdefault((channels, entry), _convolution(channels, entry))

    return nn.Sequential(*_layers(configuration, in_channels, convolution=shared))


# Unusual right answers


@exercise.also_right("a class of its own, layers added by name")
def with_a_class(configuration, in_channels=3):
    class Features(nn.Module):
        def __init__(self):
            super().__init__()
            channels = in_channels
            for i, entry in enumerate(configuration):
                if isinstance(entry, int):
                    self.add_module(f"conv{i}", nn.Conv2d(channels, entry, (3, 3), (1, 1), "same"))
                    channels = entry

        def forward(self, x):
            for i, entry in enumerate(configuration):
                if entry == "M":
                    x = nn.functional.max_pool2d(x, 2)
                else:
                    x = getattr(self, f"conv{i}")(x).clamp(min=0)
            return x

    return Features()


@exercise.also_right("blocks inside a Sequential, ReLU in place and once more after pooling")
def with_blocks(configuration, in_channels=3):
    blocks = nn.Sequential()
    for i, entry in enumerate(configuration):
        if entry == "M":
            blocks.append(nn.Sequential(nn.MaxPool2d(kernel_size=(2, 2), stride=2), nn.ReLU(True)))
        else:
            channels = next((e for e in configuration[:i][::-1] if e != "M"), in_channels)
            blocks.append(nn.Sequential(_convolution(channels, entry), nn.ReLU(inplace=True)))
    return blocks


@exercise.also_right("recursion, zeros around the picture by a layer of their own")
def with_recursion(configuration, in_channels=3):
    if not configuration:
        return nn.Sequential()
    first, *rest = configuration
    if first == "M":
        return nn.Sequential(nn.MaxPool2d(2, 2), *with_recursion(rest, in_channels))
    here = nn.ZeroPad2d(1), nn.Conv2d(in_channels, first, 3), nn.Threshold(0, 0)
    return nn.Sequential(*here, *with_recursion(rest, first))


@exercise.also_right("one ReLU and one pooling object for all places, weights drawn anew")
def with_shared_relu(configuration, in_channels=3):
    relu, pool = nn.ReLU(), nn.MaxPool2d(2)
    layers, channels = [], in_channels
    for entry in configuration:
        layers += [pool] if entry == "M" else [_convolution(channels, entry), relu]
        channels = channels if entry == "M" else entry
    net = nn.Sequential(*layers)
    for w in net.parameters():
        nn.init.normal_(w, std=0.01)
    return net
