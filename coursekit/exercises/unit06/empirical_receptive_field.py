"""``empirical_receptive_field``: what a network really looks at, from its gradient."""

import numpy as np

from coursekit.exercises import Exercise, case, given, same, tiny
from coursekit.exercises.unit06._networks import layer_stack


def _gradient(network, input_shape, dout):
    """dx (C, H, W) when ``dout(y)`` is the gradient at the output y (1, F, H', W')."""
    return network.backward(dout(network.forward(np.zeros((1, *input_shape)))))[0]


def _at(unit, channels=slice(None)):
    """The gradient at the output that asks for one unit, in all or some channels."""

    def dout(y):
        d = np.zeros(y.shape)
        d[:, channels, unit[0], unit[1]] = 1
        return d

    return dout


def _strength(network, input_shape, dout):
    """(H, W): the absolute gradient, summed over the channels."""
    return np.abs(_gradient(network, input_shape, dout)).sum(axis=0)


def _reference(network, input_shape, unit):
    return _strength(network, input_shape, _at(unit))


exercise = Exercise(
    "empirical_receptive_field(network, input_shape, unit)",
    unit="06",
    title="Ask the network itself",
    reference=_reference,
    points=4,
    checks={"one map": 1.5, "several maps": 1.5, "in any form": 1},
    minutes=30,
    difficulty=3,
    builds_on=("conv2d_backward", "receptive_field_region"),
    hints=(
        "`network.backward(dout)` gives the gradient at the picture of the sum of dout * y. Which "
        "dout makes this sum your unit, in all output channels, and nothing else?",
        "First a forward pass, so that the network knows what it did, and you the shape of its "
        "output: `y = network.forward(np.zeros((1, *input_shape)))`.",
        "dout has the shape of y and is 0 except at the unit: `dout[:, :, row, column] = 1`.",
        "`network.backward(dout)` has shape (1, C, H, W). Take the one picture, `[0]`, then the "
        "absolute value of every number, and only then the sum over the channels, axis 0.",
    ),
    variants=False,
)


def _network(*layers):
    return given(layer_stack.__name__, list(layers))


def _row(*layers):
    """A network for one row of pixels, from (kernel, stride)."""
    return _network(
        *(("conv", np.array(k, float)[None, None, None], np.zeros(1), s, 0) for k, s in layers)
    )


@exercise.cases
def cases(rng):
    yield tiny(
        "3×3 pixels, the kernel (1, -2), (0, 3); unit (0, 1)",
        _network(("conv", np.array([[[[1.0, -2], [0, 3]]]]), np.zeros(1), 1, 0)),
        (1, 3, 3),
        (0, 1),
        expected=[[0, 1, 2], [0, 0, 3], [0, 0, 0]],
    )
    row = _row(([1, -2], 1), ([1, 3], 2))
    yield tiny(
        "one row of six pixels, kernels (1, -2), then (1, 3) with stride 2; unit (0, 1)",
        row,
        (1, 1, 6),
        (0, 1),
        expected=[[0, 0, 1, 1, 6, 0]],
    )
    yield tiny(
        "the same network, unit (0, 0)", row, (1, 1, 6), (0, 0), expected=[[1, 1, 6, 0, 0, 0]]
    )
    two = np.array([[[[2.0]], [[-1.0]]], [[[1.0]], [[-3.0]]]])
    yield tiny(
        "1×1 kernels, two maps in and two out, on 2×3 pixels; unit (1, 0)",
        _network(("conv", two, np.zeros(2), 1, 0)),
        (2, 2, 3),
        (1, 0),
        expected=[[0, 0, 0], [7, 0, 0]],
    ).counts_for("several maps")

    def conv(maps_in, maps_out, height, width, stride=1, padding=0):
        w = rng.standard_normal((maps_out, maps_in, height, width))
        return "conv", w, rng.standard_normal(maps_out), stride, padding

    def one(name, input_shape, unit, *layers):
        check = "several maps" if input_shape[0] > 1 else "one map"
        return case(name, _network(*layers), input_shape, unit).counts_for(check)

    yield one("one 3×3 layer", (2, 6, 9), (1, 4), conv(2, 3, 3, 3))
    yield one(
        "two 3×3 layers with padding",
        (3, 8, 7),
        (5, 2),
        conv(3, 4, 3, 3, 1, 1),
        conv(4, 2, 3, 3, 1, 1),
    )
    yield one(
        "a unit in the corner, with padding",
        (2, 7, 9),
        (0, 6),
        conv(2, 3, 3, 3, 1, 1),
        conv(3, 3, 3, 3, 1, 0),
    )
    yield one("a tall kernel, 4×2", (2, 9, 8), (3, 5), conv(2, 3, 4, 2))
    yield one(
        "stride 2, then a 3×3 layer", (3, 11, 13), (1, 3), conv(3, 2, 3, 3, 2, 1), conv(2, 4, 3, 3)
    )
    yield one(
        "average pooling between two layers",
        (2, 12, 14),
        (0, 2),
        conv(2, 3, 3, 3),
        ("average", 2),
        conv(3, 2, 3, 3),
    )
    yield one("one map in, one out", (1, 10, 8), (6, 1), conv(1, 1, 3, 3), conv(1, 1, 2, 2))
    yield one("as many pixels as units, 5 × 5", (2, 5, 5), (3, 1), conv(2, 2, 3, 3, 1, 1))
    yield one(
        "three strided layers",
        (3, 24, 20),
        (1, 2),
        conv(3, 4, 3, 3, 2, 1),
        conv(4, 4, 3, 3, 2, 1),
        conv(4, 3, 3, 3, 1, 1),
    )


@exercise.holds("Moving the unit by one moves what it sees by one effective stride.")
def moves_with_the_unit(answer, rng):
    layers = [
        ("conv", rng.standard_normal((2, 1, 3, 3)), np.zeros(2), 2, 0),
        ("conv", rng.standard_normal((3, 2, 3, 3)), np.zeros(3), 1, 0),
    ]
    here, there = (answer(_network(*layers), (1, 15, 17), u) for u in ((1, 1), (2, 2)))
    return same(np.asarray(there)[2:, 2:], np.asarray(here)[:-2, :-2])


# The gradient at the output


@exercise.mistake(
    "This is the gradient of *all* units together: dout is 1 everywhere. Make it 0, and 1 at the "
    "one unit only."
)
def asks_for_every_unit(network, input_shape, unit):
    return _strength(network, input_shape, np.ones_like)


@exercise.mistake(
    "dout is 1 in the whole row of the unit: index row and column, `dout[:, :, row, column] = 1`."
)
def asks_for_a_row(network, input_shape, unit):
    return _strength(network, input_shape, _at((unit[0], slice(None))))


@exercise.mistake(
    "dout is 1 in the whole column of the unit: index row and column, `dout[:, :, row, column] = "
    "1`."
)
def asks_for_a_column(network, input_shape, unit):
    return _strength(network, input_shape, _at((slice(None), unit[1])))


@exercise.mistake(
    "Row and column of the unit are exchanged: unit is (row, column), rows are axis 2 of the "
    "network's output."
)
def exchanges_row_and_column(network, input_shape, unit):
    return _reference(network, input_shape, unit[::-1])


@exercise.mistake("`unit` is counted from 1: unit (0, 0) is the first.")
def counts_units_from_one(network, input_shape, unit):
    return _reference(network, input_shape, (unit[0] - 1, unit[1] - 1))


@exercise.mistake("This is the unit in the middle of the map, whatever `unit` says.")
def takes_the_middle(network, input_shape, unit):
    h, w = network.forward(np.zeros((1, *input_shape))).shape[2:]
    return _reference(network, input_shape, (h // 2, w // 2))


@exercise.mistake("This is unit (0, 0), whatever `unit` says.")
def takes_the_first_unit(network, input_shape, unit):
    return _reference(network, input_shape, (0, 0))


@exercise.mistake(
    "Only output channel 0 is asked: the unit has one number in each channel, `dout[:, :, row, "
    "column] = 1`."
)
def asks_the_first_channel(network, input_shape, unit):
    return _strength(network, input_shape, _at(unit, 0))


@exercise.mistake(
    "Only the last output channel is asked: the unit has one number in each channel, `dout[:, :, "
    "row, column] = 1`."
)
def asks_the_last_channel(network, input_shape, unit):
    return _strength(network, input_shape, _at(unit, -1))


@exercise.mistake(
    "The output channels are asked one by one, and their absolute gradients added up. Ask for "
    "their sum, with one backward pass; the absolute value is taken after it."
)
def asks_the_channels_one_by_one(network, input_shape, unit):
    count = network.forward(np.zeros((1, *input_shape))).shape[1]
    return sum(_strength(network, input_shape, _at(unit, f)) for f in range(count))


@exercise.mistake(
    "The mean over the output channels is asked for: their sum is wanted, so dout is 1 in each, "
    "not 1 / F."
)
def asks_for_the_mean(network, input_shape, unit):
    count = network.forward(np.zeros((1, *input_shape))).shape[1]
    return _reference(network, input_shape, unit) / count


@exercise.mistake(
    "The unit's own value stands in dout: that is the gradient of half its square. Put a 1 there."
)
def passes_the_value(network, input_shape, unit):
    def dout(y):
        return _at(unit)(y) * y

    return _strength(network, input_shape, dout)


@exercise.mistake(
    "The output itself is passed back as dout. Make an array of zeros of its shape, with 1 at the "
    "unit."
)
def passes_the_output(network, input_shape, unit):
    return _strength(network, input_shape, lambda y: y)


@exercise.mistake(
    "dout is cut to one row of the batch's output: `dout[0, row, column]` is channel `row`, row "
    "`column`. The axes are picture, channel, row, column."
)
def takes_the_channel_for_the_row(network, input_shape, unit):
    def dout(y):
        d = np.zeros(y.shape)
        d[0, unit[0], unit[1]] = 1
        return d

    return _strength(network, input_shape, dout)


@exercise.mistake(
    "`dout[unit]` takes the row for the picture and the column for the channel. The axes are "
    "picture, channel, row, column: `dout[:, :, row, column] = 1`."
)
def takes_the_unit_for_picture_and_channel(network, input_shape, unit):
    dout = np.zeros_like(network.forward(np.zeros((1, *input_shape))))
    dout[unit] = 1
    return np.abs(network.backward(dout)[0]).sum(axis=0)


@exercise.mistake(
    "What the network puts out for a picture of ones is passed back as dout. Make an array of "
    "zeros of its shape, with 1 at the unit."
)
def passes_the_output_for_ones(network, input_shape, unit):
    y = network.forward(np.ones((1, *input_shape)))
    return np.abs(network.backward(y)[0]).sum(axis=0)


@exercise.mistake(
    "The unit's own value for a picture of ones stands in dout: put a 1 there, whatever the value."
)
def passes_the_value_for_ones(network, input_shape, unit):
    y = network.forward(np.ones((1, *input_shape)))
    return np.abs(network.backward(_at(unit)(y) * y)[0]).sum(axis=0)


# The two passes


@exercise.mistake(
    "There is no forward pass: backward goes back through what forward did. Call "
    "`network.forward(x)` first, with any picture of the right shape."
)
def forgets_forward(network, input_shape, unit):
    return network.backward(np.ones((1, 1, *input_shape[1:])))


@exercise.mistake(
    "These are the network's outputs, not a gradient. After forward comes `network.backward(dout)`."
)
def forgets_backward(network, input_shape, unit):
    return np.abs(network.forward(np.ones((1, *input_shape)))[0]).sum(axis=0)


@exercise.mistake(
    "The picture has no batch axis: forward takes (1, C, H, W). Write `np.zeros((1, "
    "*input_shape))`."
)
def forgets_the_batch(network, input_shape, unit):
    return network.forward(np.zeros(input_shape))


@exercise.mistake(
    "dout has no batch axis: it has the shape of the network's output, (1, F, H', W')."
)
def forgets_the_batch_of_dout(network, input_shape, unit):
    y = network.forward(np.zeros((1, *input_shape)))
    return network.backward(_at(unit)(y)[0])


@exercise.mistake(
    "dout has the shape of the picture. It is the gradient at the *output*: `np.zeros(y.shape)`."
)
def makes_dout_like_the_picture(network, input_shape, unit):
    network.forward(np.zeros((1, *input_shape)))
    dout = np.zeros((1, *input_shape))
    dout[:, :, unit[0], unit[1]] = 1
    return np.abs(network.backward(dout)[0]).sum(axis=0)


@exercise.mistake(
    "dout is a map without channels: it has the shape of the network's output, (1, F, H', W')."
)
def makes_dout_a_map(network, input_shape, unit):
    y = network.forward(np.zeros((1, *input_shape)))
    return network.backward(_at(unit)(y)[0, 0])


@exercise.mistake(
    "dout has one channel: it has the shape of the network's output, (1, F, H', W'), with a 1 in "
    "every channel."
)
def makes_dout_of_one_channel(network, input_shape, unit):
    y = network.forward(np.zeros((1, *input_shape)))
    return np.abs(network.backward(_at(unit)(y)[:, :1])[0]).sum(axis=0)


@exercise.mistake(
    "A single number is passed back. dout is an array of the output's shape, 0 but for the unit."
)
def passes_a_number(network, input_shape, unit):
    network.forward(np.zeros((1, *input_shape)))
    return network.backward(1.0)


@exercise.mistake(
    "The picture's axes are in the order (H, W, C): input_shape is (C, H, W), and so is each "
    "picture of the batch."
)
def puts_channels_last(network, input_shape, unit):
    c, h, w = input_shape
    return network.forward(np.zeros((1, h, w, c)))


@exercise.mistake(
    "You light one *pixel* and look at the output: that says which units see the pixel. Asked is "
    "which pixels the unit sees: a 1 in dout, and a backward pass."
)
def lights_the_pixel(network, input_shape, unit):
    x = np.zeros((1, *input_shape))
    dark = network.forward(x)
    x[:, :, unit[0], unit[1]] = 1
    return np.abs(network.forward(x) - dark)[0].sum(axis=0)


@exercise.mistake(
    "The bias is still in it: a lit pixel changes the unit by its output *less the output for a "
    "dark picture*. The backward pass knows nothing of biases."
)
def keeps_the_bias(network, input_shape, unit):
    pixels = np.eye(int(np.prod(input_shape))).reshape(-1, *input_shape)
    y = network.forward(pixels)[:, :, unit[0], unit[1]].sum(axis=1)
    return np.abs(y.reshape(input_shape)).sum(axis=0)


@exercise.mistake(
    "These are the network's outputs for a black picture, which is its biases. After forward comes "
    "`network.backward(dout)`."
)
def forgets_backward_on_black(network, input_shape, unit):
    return np.abs(network.forward(np.zeros((1, *input_shape)))[0]).sum(axis=0)


@exercise.mistake(
    "Only the unit's own numbers are passed back. dout has the shape of the whole output, (1, F, "
    "H', W'), and is 0 elsewhere."
)
def passes_the_unit_only(network, input_shape, unit):
    y = network.forward(np.zeros((1, *input_shape)))
    return network.backward(y[:, :, unit[0], unit[1]])


@exercise.mistake(
    "input_shape is taken apart as height, width, channels: it is `c, h, w = input_shape`."
)
def takes_apart_in_the_wrong_order(network, input_shape, unit):
    h, w, c = input_shape
    dout = _at(unit)(network.forward(np.zeros((1, c, h, w))))
    return np.abs(network.backward(dout)[0]).sum(axis=0)


# What is made of the gradient


@exercise.mistake(
    "The signs are kept, so that channels cancel: take the absolute value of every number before "
    "you sum."
)
def keeps_the_signs(network, input_shape, unit):
    return _gradient(network, input_shape, _at(unit)).sum(axis=0)


@exercise.mistake(
    "The absolute value comes too late: the channels have cancelled by then. First `np.abs`, then "
    "the sum."
)
def takes_the_absolute_value_last(network, input_shape, unit):
    return np.abs(_gradient(network, input_shape, _at(unit)).sum(axis=0))


@exercise.mistake("Only input channel 0 is kept: sum over all of them.")
def keeps_the_first_channel(network, input_shape, unit):
    return np.abs(_gradient(network, input_shape, _at(unit))[0])


@exercise.mistake("Only the last input channel is kept: sum over all of them.")
def keeps_the_last_channel(network, input_shape, unit):
    return np.abs(_gradient(network, input_shape, _at(unit))[-1])


@exercise.mistake("The mean over the input channels is taken: their sum is wanted.")
def averages_channels(network, input_shape, unit):
    return np.abs(_gradient(network, input_shape, _at(unit))).mean(axis=0)


@exercise.mistake("The largest over the input channels is taken: their sum is wanted.")
def takes_the_largest_channel(network, input_shape, unit):
    return np.abs(_gradient(network, input_shape, _at(unit))).max(axis=0)


@exercise.mistake("The squares are summed: take absolute values.")
def sums_squares(network, input_shape, unit):
    return (_gradient(network, input_shape, _at(unit)) ** 2).sum(axis=0)


@exercise.mistake(
    "This is the length over the channels, the root of the sum of squares: take absolute values."
)
def takes_the_norm(network, input_shape, unit):
    return np.sqrt((_gradient(network, input_shape, _at(unit)) ** 2).sum(axis=0))


@exercise.mistake("Negative gradients are cut off: they count with their absolute value.")
def cuts_off_the_negative(network, input_shape, unit):
    return np.maximum(_gradient(network, input_shape, _at(unit)), 0).sum(axis=0)


@exercise.mistake(
    "This is a mask, 1 where the gradient is not 0. Asked is how large it is: return the sum of "
    "absolute values."
)
def returns_a_mask(network, input_shape, unit):
    return (_reference(network, input_shape, unit) > 0).astype(float)


@exercise.mistake(
    "This is a mask of True and False. Asked is how large the gradient is: return the sum of "
    "absolute values."
)
def returns_a_boolean_mask(network, input_shape, unit):
    return _reference(network, input_shape, unit) > 0


@exercise.mistake("The answer is divided by its largest value: return it as it is.")
def divides_by_the_largest(network, input_shape, unit):
    field = _reference(network, input_shape, unit)
    return field / field.max()


@exercise.mistake("The answer is divided by its sum: return it as it is.")
def divides_by_the_sum(network, input_shape, unit):
    field = _reference(network, input_shape, unit)
    return field / field.sum()


@exercise.mistake("The batch axis is still there: take the one picture, `[0]`, first.")
def keeps_the_batch(network, input_shape, unit):
    return _reference(network, input_shape, unit)[np.newaxis]


@exercise.mistake(
    "The input channels are still apart: take the one picture, `[0]`, and then sum over axis 0 of "
    "its (C, H, W) gradient, the channels."
)
def keeps_the_channels(network, input_shape, unit):
    return np.abs(_gradient(network, input_shape, _at(unit)))


@exercise.mistake(
    "The wrong axes are summed: after `[0]` the gradient is (C, H, W), and only its axis 0 goes."
)
def sums_rows(network, input_shape, unit):
    return np.abs(_gradient(network, input_shape, _at(unit))[np.newaxis]).sum(axis=(0, 2))


@exercise.mistake(
    "The columns are summed and the channels kept: after `[0]` the gradient is (C, H, W), and only "
    "its axis 0 goes."
)
def sums_columns(network, input_shape, unit):
    return np.abs(_gradient(network, input_shape, _at(unit))).sum(axis=-1)


@exercise.mistake(
    "This is the gradient itself, (C, H, W) with its signs. Take absolute values, and sum over the "
    "channels."
)
def returns_the_gradient(network, input_shape, unit):
    return _gradient(network, input_shape, _at(unit))


@exercise.mistake(
    "This is what backward gives, a batch of gradients with their signs. Take the one picture, "
    "`[0]`, then absolute values, then the sum over the channels."
)
def returns_what_backward_gives(network, input_shape, unit):
    return _gradient(network, input_shape, _at(unit))[np.newaxis]


@exercise.mistake(
    "Only the rectangle that the unit sees comes back. Return the whole picture's (H, W), 0 where "
    "the unit sees nothing."
)
def cuts_out_the_rectangle(network, input_shape, unit):
    field = _reference(network, input_shape, unit)
    rows, columns = np.nonzero(field.any(axis=1))[0], np.nonzero(field.any(axis=0))[0]
    return field[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@exercise.mistake(
    "This is the size of the rectangle. Return the strength at every pixel, an array of (H, W)."
)
def returns_the_size(network, input_shape, unit):
    return np.array(cuts_out_the_rectangle(network, input_shape, unit).shape)


@exercise.mistake("Rows and columns of the answer are exchanged: it is (H, W), no `.T`.")
def transposes_the_answer(network, input_shape, unit):
    return _reference(network, input_shape, unit).T


@exercise.mistake(
    "dout begins as the output y, with its numbers, and not as zeros: all other units act too. "
    "Write `np.zeros(y.shape)`."
)
def begins_with_the_output(network, input_shape, unit):
    def dout(y):
        d = y.copy()
        d[:, :, unit[0], unit[1]] = 1
        return d

    return _strength(network, input_shape, dout)


@exercise.also_right("a random picture, and NumPy's axes by name")
def with_a_random_picture(network, input_shape, unit):
    x = np.random.default_rng(7).standard_normal((1, *input_shape))
    dout = np.zeros_like(network.forward(x))
    dout[..., unit[0], unit[1]] = 1
    return np.linalg.norm(network.backward(dout), ord=1, axis=1)[0]


@exercise.also_right("lighting every pixel in turn, no backward pass")
def by_lighting_pixels(network, input_shape, unit):
    pixels = np.eye(int(np.prod(input_shape))).reshape(-1, *input_shape)
    lit = network.forward(pixels) - network.forward(np.zeros((1, *input_shape)))
    at = lit[:, :, unit[0], unit[1]].sum(axis=1).reshape(input_shape)
    return np.abs(at).sum(axis=0)


@exercise.also_right("loops over channels, rows and columns, as nested lists")
def by_loops(network, input_shape, unit):
    c, h, w = input_shape
    y = network.forward(np.ones((1, c, h, w)))
    dout = np.zeros(y.shape, int)
    for f in range(y.shape[1]):
        dout[0, f, unit[0], unit[1]] = 1
    dx = network.backward(dout.tolist())
    out = [[0.0] * w for _ in range(h)]
    for k in range(c):
        for i in range(h):
            for j in range(w):
                out[i][j] += abs(float(dx[0, k, i, j]))
    return out


@exercise.also_right("a batch of one picture per output channel, in single precision")
def one_picture_per_channel(network, input_shape, unit):
    count = network.forward(np.zeros((1, *input_shape), np.float32)).shape[1]
    y = network.forward(np.zeros((count, *input_shape), np.float32))
    dout = np.zeros(y.shape, np.float32)
    dout[range(count), range(count), unit[0], unit[1]] = 1
    dx = network.backward(dout).sum(axis=0).astype(np.float32)
    return np.einsum("chw->hw", np.abs(dx))


@exercise.also_right("a torch tensor", needs="torch")
def as_a_torch_tensor(network, input_shape, unit):
    import torch

    y = torch.from_numpy(network.forward(np.zeros((1, *input_shape))))
    dout = torch.zeros_like(y)
    dout[0, :, unit[0], unit[1]] = 1
    return torch.from_numpy(network.backward(dout)).abs().sum(dim=(0, 1))


@exercise.also_right("Fortran order, read-only")
def in_fortran_order(network, input_shape, unit):
    field = np.asfortranarray(_reference(network, input_shape, unit))
    field.flags.writeable = False
    return field
