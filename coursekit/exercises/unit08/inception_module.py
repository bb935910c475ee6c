"""``inception_module``: four branches side by side."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursekit.exercises import Exercise, case, tiny
from coursekit.exercises.unit08._draws import convolution, normal

NAMES = ("1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_projection")
SIDES = (1, 1, 3, 1, 5, 1)


def _pool(x):
    return F.max_pool2d(x, 3, stride=1, padding=1)


def _branches(x, weights, *, after=None, convolve=F.conv2d, paddings=(1, 2), pool=_pool):
    """What the four branches give; most mistakes change a part.

    `after` maps a convolution's name to its activation, where that is not ReLU.
    """

    def layer(x, name, padding=0):
        w, b = weights[name]
        activation = (after or {}).get(name, F.relu)
        return activation(convolve(x, w, b, padding=padding))

    return [
        layer(x, "1x1"),
        layer(layer(x, "3x3_reduce"), "3x3", paddings[0]),
        layer(layer(x, "5x5_reduce"), "5x5", paddings[1]),
        layer(pool(x), "pool_projection"),
    ]


def _inception_module(x, weights):
    return torch.cat(_branches(x, weights), dim=1)


exercise = Exercise(
    "inception_module(x, weights)",
    unit="08",
    title="An inception module",
    reference=_inception_module,
    tensors=True,
    points=5,
    checks={
        "four branches": 2,
        "negative numbers": 0.5,
        "weights in any order": 0.5,
        "gradients": 1,
        "in any form": 1,
    },
    minutes=30,
    difficulty=3,
    builds_on=("conv2d_forward", "max_pool2d_forward"),
    hints=(
        'Take the pair out by its name, `w, b = weights["3x3_reduce"]`, and convolve with '
        "`F.conv2d(x, w, b, padding=…)`. Six convolutions, each followed by `F.relu`: a small "
        "function of your own saves writing that six times.",
        "All four branches begin at x. Which padding keeps height and width? A kernel of side k "
        "needs (k - 1) / 2: 0, 1 and 2 for 1×1, 3×3 and 5×5.",
        "`F.max_pool2d(x, 3, stride=1, padding=1)`: without `stride=1` its windows would stand "
        "side by side. It pads with minus infinity, so that the border never wins.",
        "`torch.cat([one, three, five, pooled], dim=1)` puts the branches' maps one after the "
        "other.",
    ),
)


def _weights(rng, channels, sizes):
    """Convolutions with so many kernels, in the order of `NAMES`."""
    one, reduce_3, three, reduce_5, five, projection = sizes
    come = (channels, channels, reduce_3, channels, reduce_5, channels)
    go = (one, reduce_3, three, reduce_5, five, projection)
    made = (convolution(rng, n, c, side) for n, c, side in zip(go, come, SIDES, strict=True))
    return {name: tuple(pair) for name, pair in zip(NAMES, made, strict=True)}


def _plain(weights, biases):
    """One kernel each, all of its weights alike."""
    return {
        name: (np.full((1, 1, side, side), w, np.float32), np.full(1, b, np.float32))
        for name, side, w, b in zip(NAMES, SIDES, weights, biases, strict=True)
    }


@exercise.cases
def cases(rng):
    yield tiny(
        "one pixel",
        np.full((1, 1, 1, 1), 2, np.float32),
        _plain([1, 1, 3, -1, 7, 2], [0, -1, 0, 0, 5, 0]),
        expected=[[[[2]], [[3]], [[5]], [[4]]]],
    )
    corner = np.zeros((1, 1, 4, 4), np.float32)
    corner[..., 0, 0] = 1

    def reached(side, value=1):
        return np.pad(np.full((side, side), value), (0, 4 - side))

    yield tiny(
        "a 1 in the corner, all weights 1, but 2 in the projection",
        corner,
        _plain([1, 1, 1, 1, 1, 2], [0] * 6),
        expected=np.stack([reached(1), reached(2), reached(3), reached(2, 2)])[None],
    )

    def one(said, count, channels, shape, sizes, order=NAMES):
        weights = _weights(rng, channels, sizes)
        weights = {name: weights[name] for name in order}
        return case(said, np.abs(normal(rng, count, channels, *shape)), weights)

    def partly_negative(made):
        x = made.args[0]
        x[:] = normal(rng, *x.shape) - 1
        return made.counts_for("negative numbers")

    yield one("a picture of 5×5", 1, 3, (5, 5), (2, 3, 4, 2, 3, 1))
    yield one("two wide pictures", 2, 4, (4, 7), (3, 2, 5, 1, 2, 4))
    yield one("as many maps everywhere", 3, 3, (6, 5), (3,) * 6)
    yield partly_negative(one("numbers below 0", 2, 3, (5, 6), (2, 3, 1, 4, 2, 3)))
    yield partly_negative(one("more numbers below 0", 3, 4, (4, 3), (2, 2, 2, 2, 2, 6)))
    order = NAMES[::-1]
    yield one("weights in another order", 2, 3, (4, 5), (3,) * 6, order).counts_for(
        "weights in any order"
    )
    order = (NAMES[2], NAMES[0], NAMES[5], NAMES[4], NAMES[1], NAMES[3])
    yield one("weights in a third order", 1, 4, (5, 4), (2, 4, 3, 1, 5, 2), order).counts_for(
        "weights in any order"
    )
    backwards = one("backwards", 2, 3, (4, 5), (3,) * 6).with_gradients("x", "weights")
    yield backwards.counts_for("gradients")


# ReLUs


def _kept(*names, activation=lambda y: y):
    """A convolution's name → what stands in the place of its ReLU."""
    return dict.fromkeys(names, activation)


def _with(name, says, **changes):
    """A mistake in a part of the branches."""

    def answer(x, weights):
        return torch.cat(_branches(x, weights, **changes), dim=1)

    answer.__name__ = name
    exercise.mistake(says)(answer)


_EACH = "each of the six convolutions has its own."

for _name, _where, _names in (
    ("anywhere", "anywhere", NAMES),
    ("after_reductions", "after the two reductions", ("3x3_reduce", "5x5_reduce")),
    ("at_the_ends", "at the ends of the branches", ("1x1", "3x3", "5x5", "pool_projection")),
    ("after_the_projection", "after the projection that follows pooling", NAMES[5:]),
    ("after_1x1", "after the first branch's convolution", NAMES[:1]),
    ("after_3x3", "after the 3×3 convolution", NAMES[2:3]),
    ("after_5x5", "after the 5×5 convolution", NAMES[4:5]),
    ("after_3x3_reduce", "between the reduction `3x3_reduce` and the 3×3 kernels", NAMES[1:2]),
    ("after_5x5_reduce", "between the reduction `5x5_reduce` and the 5×5 kernels", NAMES[3:4]),
    (
        "after_1x1_kernels",
        "after the four convolutions with 1×1 kernels",
        ("1x1", "3x3_reduce", "5x5_reduce", "pool_projection"),
    ),
    ("after_spatial_kernels", "after the 3×3 and the 5×5 convolution", ("3x3", "5x5")),
):
    _with(f"no_relu_{_name}", f"There is no ReLU {_where}: {_EACH}", after=_kept(*_names))

for _name, _activation in (
    ("LeakyReLU", F.leaky_relu),
    ("sigmoid", torch.sigmoid),
    ("tanh", torch.tanh),
    ("GELU", F.gelu),
    ("ELU", F.elu),
    ("ReLU6", F.relu6),
):
    _with(
        f"takes_{_name}",
        f"The activation is {_name}: GoogLeNet has ReLU.",
        after=_kept(*NAMES, activation=_activation),
    )


@exercise.mistake(
    "ReLU is applied to x first: a ReLU follows each convolution, and none comes before."
)
def relu_first(x, weights):
    return _inception_module(F.relu(x), weights)


# Pooling and padding


def _padded_with_zeros(x):
    return F.max_pool2d(F.pad(x, (1, 1, 1, 1)), 3, stride=1)


for _name, _says, _pooling in (
    (
        "pads_pooling_with_zeros",
        "Zeros are put around x before pooling, and win where all numbers are negative: "
        "`F.max_pool2d(x, 3, stride=1, padding=1)` pads in such a way that the border never wins.",
        _padded_with_zeros,
    ),
    (
        "averages",
        "The pooling branch averages: it takes the largest number of each window.",
        lambda x: F.avg_pool2d(x, 3, 1, 1),
    ),
    (
        "averages_what_is_there",
        "The pooling branch averages what is inside the picture: it takes the largest number of "
        "each window.",
        lambda x: F.avg_pool2d(x, 3, 1, 1, count_include_pad=False),
    ),
    (
        "does_not_pool",
        "The fourth branch does not pool: 3×3 max pooling comes before its projection.",
        lambda x: x,
    ),
    (
        "pools_side_by_side",
        "The pooling windows stand side by side, since `F.max_pool2d` takes the window's size for "
        "its stride: say `stride=1`.",
        lambda x: F.max_pool2d(x, 3, padding=1),
    ),
    (
        "pools_with_stride_2",
        "Pooling has the stride 2, as between modules. Inside a module it is 1, so that all four "
        "branches keep the size.",
        lambda x: F.max_pool2d(x, 3, 2, 1),
    ),
    (
        "pools_without_padding",
        "Pooling has no padding, so its maps are two rows and columns smaller than those of the "
        "other branches: `padding=1`.",
        lambda x: F.max_pool2d(x, 3, 1),
    ),
    (
        "pools_5x5",
        "The pooling windows are 5×5: they are 3×3.",
        lambda x: F.max_pool2d(x, 5, 1, 2),
    ),
    (
        "pools_2x2",
        "The pooling windows are 2×2: they are 3×3, with stride 1 and padding 1.",
        lambda x: F.max_pool2d(x, 2),
    ),
):
    _with(_name, _says, pool=_pooling)


def _padded(x, w, b, padding):
    margin = (padding,) * 4
    return F.conv2d(F.pad(x, margin, mode="replicate") if padding else x, w, b)


for _name, _says, _changes in (
    (
        "pads_nothing",
        "The 3×3 and 5×5 convolutions have no padding, so that the branches' maps have different "
        "sizes: 1 and 2 keep height and width.",
        {"paddings": (0, 0)},
    ),
    (
        "pads_both_by_one",
        "The 5×5 convolution is padded by 1, which is right for 3×3 kernels only: 5×5 needs 2.",
        {"paddings": (1, 1)},
    ),
    (
        "pads_both_by_two",
        "The 3×3 convolution is padded by 2, which is right for 5×5 kernels: 3×3 needs 1.",
        {"paddings": (2, 2)},
    ),
    (
        "pads_3x3_only",
        "The 5×5 convolution has no padding: 2 keeps height and width.",
        {"paddings": (1, 0)},
    ),
    (
        "pads_with_copies",
        "The convolutions' padding copies the border: here it is zeros, as `padding=` of "
        "`F.conv2d` makes them.",
        {"convolve": _padded},
    ),
    (
        "forgets_biases",
        "The biases are not added: `F.conv2d(x, w, b, …)` takes them as its third argument.",
        {"convolve": lambda x, w, b, padding: F.conv2d(x, w, padding=padding)},
    ),
    (
        "flips_kernels",
        "The kernels are flipped: use them as they stand, as `F.conv2d` does.",
        {"convolve": lambda x, w, b, padding: F.conv2d(x, w.flip(2, 3), b, padding=padding)},
    ),
):
    _with(_name, _says, **_changes)


# How the branches are connected


def _layer(x, pair, padding=0):
    return F.relu(F.conv2d(x, *pair, padding=padding))


def _connected(x, weights, *, three=None, five=None, pooled=None):
    """The right branches but for those that are given."""
    right = _branches(x, weights)
    found = [
        right[0],
        three(x, weights) if three else right[1],
        five(x, weights) if five else right[2],
        pooled(x, weights) if pooled else right[3],
    ]
    return torch.cat(found, dim=1)


@exercise.mistake(
    "Pooling comes after the projection: it is the other way round, first 3×3 max pooling, then "
    "the 1×1 convolution with its ReLU."
)
def pools_after_the_projection(x, weights):
    return _connected(
        x, weights, pooled=lambda x, weights: _pool(_layer(x, weights["pool_projection"]))
    )


@exercise.mistake(
    "The 3×3 and 5×5 kernels get x itself: they get what their reductions give, "
    "`3x3_reduce` and `5x5_reduce`."
)
def forgets_reductions(x, weights):
    return _connected(
        x,
        weights,
        three=lambda x, weights: _layer(x, weights["3x3"], 1),
        five=lambda x, weights: _layer(x, weights["5x5"], 2),
    )


@exercise.mistake(
    "The 5×5 kernels get what `3x3_reduce` gives: they have a reduction of their own."
)
def shares_the_first_reduction(x, weights):
    return _connected(
        x,
        weights,
        five=lambda x, weights: _layer(_layer(x, weights["3x3_reduce"]), weights["5x5"], 2),
    )


@exercise.mistake("The two reductions have changed places: `3x3_reduce` goes before `3x3`.")
def exchanges_reductions(x, weights):
    return _connected(
        x,
        weights,
        three=lambda x, weights: _layer(_layer(x, weights["5x5_reduce"]), weights["3x3"], 1),
        five=lambda x, weights: _layer(_layer(x, weights["3x3_reduce"]), weights["5x5"], 2),
    )


@exercise.mistake(
    "The branches are a chain, in which each continues what the one before gave: all four begin at "
    "x."
)
def makes_a_chain(x, weights):
    one = _layer(x, weights["1x1"])
    three = _layer(_layer(one, weights["3x3_reduce"]), weights["3x3"], 1)
    five = _layer(_layer(three, weights["5x5_reduce"]), weights["5x5"], 2)
    return torch.cat([one, three, five, _layer(_pool(five), weights["pool_projection"])], dim=1)


@exercise.mistake(
    "The 3×3 and 5×5 branches continue the first branch's 1×1 convolution: they begin at x, with "
    "reductions of their own."
)
def reduces_twice(x, weights):
    one = _layer(x, weights["1x1"])
    three = _layer(_layer(one, weights["3x3_reduce"]), weights["3x3"], 1)
    five = _layer(_layer(one, weights["5x5_reduce"]), weights["5x5"], 2)
    return torch.cat([one, three, five, _layer(_pool(x), weights["pool_projection"])], dim=1)


@exercise.mistake(
    "The reductions' maps are part of the answer: only the ends of the four branches are joined."
)
def joins_the_reductions_too(x, weights):
    reduced = [_layer(x, weights[name]) for name in ("3x3_reduce", "5x5_reduce")]
    one, three, five, pooled = _branches(x, weights)
    return torch.cat([one, reduced[0], three, reduced[1], five, pooled], dim=1)


@exercise.mistake(
    "The weights are taken in the order in which they stand in the dict, which may be any: take "
    'each by its name, `weights["1x1"]`.'
)
def takes_weights_by_place(x, weights):
    return _inception_module(x, dict(zip(NAMES, weights.values(), strict=True)))


# Joining


def _joined(name, says, join):
    def answer(x, weights):
        return join(_branches(x, weights))

    answer.__name__ = name
    exercise.mistake(says)(answer)


_ORDER = "The order of the branches is 1×1, 3×3, 5×5, pooling"
for _name, _says, _join in (
    ("puts_pooling_first", f"{_ORDER}: yours begins with pooling.", lambda b: [b[3], *b[:3]]),
    ("reverses_the_branches", f"{_ORDER}: yours is the reverse.", lambda b: b[::-1]),
    (
        "exchanges_3x3_and_5x5",
        f"{_ORDER}: in yours, 3×3 and 5×5 have changed places.",
        lambda b: [b[0], b[2], b[1], b[3]],
    ),
    (
        "pooling_before_5x5",
        f"{_ORDER}: yours has pooling before the larger kernels.",
        lambda b: [b[0], b[3], b[1], b[2]],
    ),
    (
        "1x1_and_pooling_together",
        f"{_ORDER}: in yours, 3×3 and 5×5 come first.",
        lambda b: [b[1], b[2], b[0], b[3]],
    ),
    (
        "forgets_pooling",
        "The pooling branch is missing: four branches are joined.",
        lambda b: b[:3],
    ),
):
    _joined(_name, _says, lambda b, _join=_join: torch.cat(_join(b), dim=1))

for _name, _says, _join in (
    (
        "joins_along_the_batch",
        "The branches are joined along axis 0, the pictures (`torch.cat` does that by itself): "
        "their maps belong behind one another on axis 1, the channels.",
        torch.cat,
    ),
    (
        "joins_rows",
        "The branches are joined along axis 2, the rows: maps are joined on axis 1, the channels.",
        lambda b: torch.cat(b, dim=2),
    ),
    (
        "joins_columns",
        "The branches are joined along the last axis, the columns: maps are joined on axis 1, the "
        "channels.",
        lambda b: torch.cat(b, dim=-1),
    ),
    (
        "adds_up",
        "The branches are added up: their maps stand side by side, `torch.cat(…, dim=1)`.",
        sum,
    ),
    (
        "stacks",
        "The branches stand on a new axis (`torch.stack`): `torch.cat(…, dim=1)` joins channels.",
        lambda b: torch.stack(b, dim=1),
    ),
    (
        "returns_the_list",
        "A list of branches is returned: join them, `torch.cat(branches, dim=1)`.",
        list,
    ),
):
    _joined(_name, _says, _join)


# Gradients


@exercise.mistake(
    "x is cut off from the graph (`.detach()`, `.data`), so that the layers before this module get "
    "no gradient."
)
def detaches_x(x, weights):
    return _inception_module(x.detach(), weights)


@exercise.mistake(
    "No gradient reaches the tensors in `weights`, so they cannot learn: they are cut off from the "
    "graph (`.detach()`, `.data`) or copied into layers (`nn.Conv2d`, `nn.Parameter`). "
    "`F.conv2d(x, w, b)` works with the tensors themselves."
)
def detaches_weights(x, weights):
    return _inception_module(x, {k: (w.detach(), b.detach()) for k, (w, b) in weights.items()})


@exercise.mistake(
    "Only the weights are cut off from the graph (`w.data`), and the biases are not: both have to "
    "learn."
)
def detaches_w(x, weights):
    return _inception_module(x, {k: (w.detach(), b) for k, (w, b) in weights.items()})


@exercise.mistake(
    "Part of it is computed without a graph (`torch.no_grad()`): no gradient gets through the "
    "reductions."
)
def reduces_without_graph(x, weights):
    with torch.no_grad():
        reduced = {n: _layer(x, weights[n]) for n in ("3x3_reduce", "5x5_reduce")}
    return _connected(
        x,
        weights,
        three=lambda _, weights: _layer(reduced["3x3_reduce"], weights["3x3"], 1),
        five=lambda _, weights: _layer(reduced["5x5_reduce"], weights["5x5"], 2),
    )


# Unusual right answers


@exercise.also_right("all 1×1 convolutions of x in one, then split")
def with_one_convolution(x, weights):
    first = [weights[name] for name in ("1x1", "3x3_reduce", "5x5_reduce")]
    w, b = (torch.cat([pair[i] for pair in first]) for i in (0, 1))
    one, three, five = F.conv2d(x, w, b).relu().split([len(pair[1]) for pair in first], dim=1)
    three = F.conv2d(three, *weights["3x3"], padding="same")
    five = F.conv2d(five, *weights["5x5"], padding="same")
    pooled = F.conv2d(nn.MaxPool2d(3, 1, 1)(x), *weights["pool_projection"])
    return torch.concat([one, torch.hstack([three, five, pooled]).clamp_min(0)], 1)


@exercise.also_right("1×1 convolutions by einsum, the others by unfold")
def with_einsum(x, weights):
    def layer(x, w, b):
        n, _, h, width = x.shape
        columns = F.unfold(x, w.shape[2:], padding=w.shape[2] // 2)
        y = torch.einsum("fk,nkp->nfp", w.flatten(1), columns)
        return torch.maximum(y.reshape(n, -1, h, width) + b[:, None, None], x.new_zeros(()))

    windows = F.pad(x, (1, 1, 1, 1), value=-torch.inf).unfold(2, 3, 1).unfold(3, 3, 1)
    ends = {
        "1x1": x,
        "3x3": layer(x, *weights["3x3_reduce"]),
        "5x5": layer(x, *weights["5x5_reduce"]),
        "pool_projection": windows.amax(dim=(-2, -1)),
    }
    return torch.cat([layer(path, *weights[name]) for name, path in ends.items()], dim=1)


@exercise.also_right("layers whose weights are handed over by functional_call")
def with_functional_call(x, weights):
    def layer(name, x):
        w, b = weights[name]
        conv = nn.Conv2d(w.shape[1], w.shape[0], w.shape[2], padding=w.shape[2] // 2)
        return torch.func.functional_call(conv, {"weight": w, "bias": b}, (x,)).relu()

    reduced = (layer(f"{side}x{side}", layer(f"{side}x{side}_reduce", x)) for side in (3, 5))
    return torch.cat([layer("1x1", x), *reduced, layer("pool_projection", _pool(x))], dim=-3)


@exercise.also_right("written into a tensor made before, picture by picture")
def with_slices(x, weights):
    channels = [len(weights[name][1]) for name in ("1x1", "3x3", "5x5", "pool_projection")]
    y = torch.empty(len(x), sum(channels), *x.shape[2:], dtype=x.dtype, device=x.device)
    for n in range(len(x)):
        begin = 0
        for branch in _branches(x[n : n + 1], weights):
            y[n, begin : begin + branch.shape[1]] = branch[0]
            begin += branch.shape[1]
    return y
