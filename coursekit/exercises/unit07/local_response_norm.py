"""``local_response_norm``: neighbouring channels hold each other down."""

import numpy as np
import torch
from torch.nn import functional as F

from coursekit.exercises import Exercise, case, same, tiny


def _sums(squares, below, above):
    """For each channel, the sum over it, `below` channels before and `above` after it."""
    channels = squares.shape[1]
    wide = F.pad(squares, (0, 0, 0, 0, max(below, 0), max(above, 0)))
    parts = range(max(-below, 0), max(below, 0) + above + 1)
    return sum((wide[:, i : i + channels] for i in parts), torch.zeros_like(squares))


def _sides(size):
    return size // 2, (size - 1) // 2


def _norm(x, size, alpha, beta, k):
    return x / (k + alpha * _sums(x**2, *_sides(size))) ** beta


def _reference(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    return _norm(x, size, alpha, beta, k)


exercise = Exercise(
    "local_response_norm(x, size=5, alpha=1e-4, beta=0.75, k=2.0)",
    unit="07",
    title="Local response normalisation",
    reference=_reference,
    tensors=True,
    points=4,
    checks={"odd sizes": 1.5, "even sizes": 0.5, "several pictures": 0.5, "gradients": 0.5}
    | {"in any form": 1},
    minutes=30,
    difficulty=3,
    builds_on=("inverted_dropout", "im2col"),
    hints=(
        "The channels are axis 1. Nothing moves along rows and columns, so forget them at first: "
        "for one pixel there is a row of C numbers, and a window slides over it.",
        "For channel i, the window has the channels from `max(0, i - size // 2)` up to `min(C - 1, "
        "i + (size - 1) // 2)`. In Python a slice ends before its second number, and must not "
        "begin below 0.",
        "`s = (x[:, first:end] ** 2).sum(dim=1)` has shape (N, H, W), and channel i becomes `x[:, "
        "i] / (k + alpha * s) ** beta`.",
        "Collect the C channels in a list and put them on axis 1 again: `torch.stack(channels, "
        "dim=1)`. Do not write them into x: the next channel still needs the old numbers.",
    ),
)


@exercise.cases
def cases(rng):
    even, several, back = "even sizes", "several pictures", "gradients"

    def pixel(*numbers):
        return np.array(numbers, np.float32).reshape(1, -1, 1, 1)

    def draw(*shape, times=2.0):
        return (times * rng.standard_normal(shape)).astype(np.float32)

    def ones(*numbers):
        return np.array(numbers).reshape(1, -1, 1, 1)

    yield tiny(
        "one pixel with four channels, windows of 3",
        *(pixel(1, 2, 3, 4), 3, 1.0, 1.0, 1.0),
        expected=ones(1 / 6, 2 / 15, 1 / 10, 2 / 13),
    )
    yield tiny(
        "the same pixel, windows of 2",
        *(pixel(1, 2, 3, 4), 2, 1.0, 1.0, 1.0),
        expected=ones(1 / 2, 1 / 3, 3 / 14, 2 / 13),
    ).counts_for(even)
    yield case("7 channels of 2×3, windows of 3", draw(1, 7, 2, 3), 3, 0.5, 0.5, 1.0)
    yield case("8 channels, the usual numbers", draw(1, 8, 3, 4, times=60))
    yield case("6 channels, windows of 5, k = 1", draw(1, 6, 3, 2), 5, 0.3, 0.75, 1.0)
    yield case("windows of 1: each channel alone", draw(1, 4, 2, 3), 1, 0.4, 0.6, 1.5)
    yield case("windows of 7, wider than 5 channels", draw(1, 5, 3, 2), 7, 0.2, 1.5, 3.0)
    yield case("9 channels, windows of 4", draw(1, 9, 2, 3), 4, 0.6, 0.75, 2.0).counts_for(even)
    yield case("7 channels, windows of 6", draw(1, 7, 3, 3), 6, 0.5, 1.2, 1.0).counts_for(even)
    yield case(
        "3 pictures of 6 channels", draw(3, 6, 2, 4), size=3, alpha=0.4, beta=0.5, k=0.5
    ).counts_for(several)
    yield case(
        "2 pictures of 8 channels, 4×3, the usual numbers", draw(2, 8, 4, 3, times=80)
    ).counts_for(several)
    yield case("4 pictures of 7 channels, windows of 5", draw(4, 7, 3, 3), alpha=0.05).counts_for(
        several
    )
    yield (
        case("and back, 6 channels, windows of 3", draw(2, 6, 2, 3), 3, 0.3, 0.75, 1.0)
        .with_gradients("x")
        .counts_for(back)
    )
    yield (case("and back, 7 channels", draw(2, 7, 3, 2, times=50)).with_gradients("x")).counts_for(
        back
    )


@exercise.holds("No pixel changes what becomes of another one.")
def pixels_do_not_meet(answer, rng):
    x = rng.standard_normal((2, 6, 3, 4)).astype(np.float32)
    turned = np.ascontiguousarray(x[::-1, :, ::-1, ::-1])
    out = np.asarray(answer(x, 3, 0.5, 0.75, 1.0))
    return same(answer(turned, 3, 0.5, 0.75, 1.0), out[::-1, :, ::-1, ::-1])


# The window


@exercise.mistake(
    "alpha is divided by size, as `torch.nn.LocalResponseNorm` does. In the paper it multiplies "
    "the sum itself."
)
def divides_alpha(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    return _norm(x, size, alpha / size, beta, k)


@exercise.mistake(
    "The mean over the channels in the window is taken (fewer at the ends); it is their sum."
)
def takes_the_mean(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    below, above = _sides(size)
    squares = x**2
    counts = _sums(torch.ones_like(x), below, above)
    return x / (k + alpha * _sums(squares, below, above) / counts) ** beta


def _with_window(name, says, window):
    """A mistake that is the right answer with another sum; ``window(x, size)`` gives it."""

    def answer(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
        return x / (k + alpha * window(x, size)) ** beta

    answer.__name__ = name
    exercise.mistake(says)(answer)


def _along(axis):
    """The window along another axis than the channels."""

    def window(x, size):
        moved = x.movedim(axis, 1)
        return _sums(moved**2, *_sides(size)).movedim(1, axis)

    return window


def _in_the_plane(x, size):
    below, above = _sides(size)
    wide = F.pad(x**2, (below, above, below, above))
    return wide.unfold(2, size, 1).unfold(3, size, 1).sum(dim=(-1, -2))


def _from_negative_places(x, size):
    """``x[:, i - half : i + half + 1]`` as Python reads it, with i - half below 0."""
    (below, above), squares = _sides(size), x**2
    return torch.stack(
        [squares[:, i - below : i + above + 1].sum(1) for i in range(x.shape[1])], dim=1
    )


def _in_a_ring(x, size):
    below, above = _sides(size)
    return sum((x**2).roll(shift, 1) for shift in range(-above, below + 1))


def _only_where_it_fits(x, size):
    """The sum where the window fits; 0 at the ends."""
    (below, above), channels = _sides(size), x.shape[1]
    fits = torch.zeros(channels, dtype=x.dtype)
    fits[below : max(channels - above, 0)] = 1
    return _sums(x**2, below, above) * fits[:, None, None]


def _slices(x, size, end, reduce=torch.sum):
    """The squares of each window, reduced; ``end(i, above)`` is where its slice ends."""
    (below, above), squares = _sides(size), x**2
    windows = [squares[:, max(0, i - below) : end(i, above)] for i in range(x.shape[1])]
    return torch.stack([reduce(window, dim=1) for window in windows], dim=1)


def _of_fixed_size(x, size):
    return _sums(x**2, 2, 2)


def _repeating_the_ends(x, size):
    below, above = _sides(size)
    squares = x**2
    first, last = squares[:, :1], squares[:, -1:]
    wide = torch.cat([first] * below + [squares] + [last] * above, dim=1)
    return wide.unfold(1, size, 1).sum(-1)


for _name, _says, _window in (
    (
        "ends_early",
        "The window ends one channel early: a slice ends before its second number, so `i + (size "
        "- 1) // 2 + 1` it is.",
        lambda x, size: _sums(x**2, size // 2, (size - 1) // 2 - 1),
    ),
    (
        "ends_at_the_last_but_one",
        "The window ends one channel early, and never reaches the last one: a slice ends before "
        "its second number, so `min(C, i + (size - 1) // 2 + 1)`, or no `min` at all.",
        lambda x, size: _slices(x, size, lambda i, above: min(x.shape[1] - 1, i + above)),
    ),
    (
        "begins_late",
        "The window begins one channel late: its first channel is i - size // 2.",
        lambda x, size: _sums(x**2, size // 2 - 1, (size - 1) // 2),
    ),
    (
        "half_on_both_sides",
        "With an even size, your window has size + 1 channels: it goes from i - size // 2 to i + "
        "(size - 1) // 2.",
        lambda x, size: _sums(x**2, size // 2, size // 2),
    ),
    (
        "short_on_both_sides",
        "With an even size, your window has size - 1 channels: it goes from i - size // 2 to i + "
        "(size - 1) // 2.",
        lambda x, size: _sums(x**2, (size - 1) // 2, (size - 1) // 2),
    ),
    (
        "other_side",
        "With an even size, the window has one more channel before i than after it: from i - size "
        "// 2 to i + (size - 1) // 2. Yours is the other way round.",
        lambda x, size: _sums(x**2, (size - 1) // 2, size // 2),
    ),
    (
        "size_on_both_sides",
        "The window reaches `size` channels to both sides: it has `size` channels in all, with i "
        "in the middle.",
        lambda x, size: _sums(x**2, size, size),
    ),
    (
        "from_i_on",
        "The window begins at channel i: it reaches to both sides, from i - size // 2.",
        lambda x, size: _sums(x**2, 0, size - 1),
    ),
    (
        "up_to_i",
        "The window ends at channel i: it reaches to both sides, up to i + (size - 1) // 2.",
        lambda x, size: _sums(x**2, size - 1, 0),
    ),
    (
        "without_itself",
        "Channel i itself is left out of its sum: it counts like its neighbours.",
        lambda x, size: _sums(x**2, *_sides(size)) - x**2,
    ),
    (
        "only_itself",
        "Each channel is divided by a power of its own square only: the neighbours count too.",
        lambda x, size: x**2,
    ),
    (
        "all_channels",
        "The sum goes over all channels: it goes over `size` of them around channel i.",
        lambda x, size: (x**2).sum(1, keepdim=True),
    ),
    (
        "fixed_size",
        "The window always has 5 channels, whatever `size` says.",
        _of_fixed_size,
    ),
    (
        "negative_places",
        "At the first channels the window begins below 0, and Python counts such places from the "
        "end: the slice is empty. Say `max(0, i - size // 2)`.",
        _from_negative_places,
    ),
    (
        "ring",
        "The window goes round in a circle (`torch.roll`, negative places): channel 0 has no "
        "neighbours before it.",
        _in_a_ring,
    ),
    (
        "only_where_it_fits",
        "Where the window does not fit, at the first and last channels, the sum is left out: it is "
        "over the channels that there are.",
        _only_where_it_fits,
    ),
    (
        "repeats_the_ends",
        "The first and last channels are repeated beyond the ends: nothing is there, so nothing is "
        "added.",
        _repeating_the_ends,
    ),
    (
        "along_rows",
        "The window goes along the rows of a map (axis 2): the neighbours are channels, axis 1.",
        _along(2),
    ),
    (
        "along_columns",
        "The window goes along the columns of a map (axis 3): the neighbours are channels, axis 1.",
        _along(3),
    ),
    (
        "along_the_batch",
        "The window goes over neighbouring pictures (axis 0): it goes over channels, axis 1.",
        _along(0),
    ),
    (
        "in_the_plane",
        "The window is a square of pixels within one map: it goes over the channels of one pixel.",
        _in_the_plane,
    ),
    (
        "forgets_the_square",
        "The numbers are summed up without being squared.",
        lambda x, size: _sums(x, *_sides(size)),
    ),
    (
        "takes_absolute_values",
        "Absolute values are summed up; it is squares.",
        lambda x, size: _sums(x.abs(), *_sides(size)),
    ),
    (
        "squares_the_sum",
        "The sum is squared: square each number first, then sum up.",
        lambda x, size: _sums(x, *_sides(size)) ** 2,
    ),
    (
        "takes_the_root",
        "A square root is taken of the sum of squares: beta is the only power of it.",
        lambda x, size: (_sums(x**2, *_sides(size)) + 1e-12).sqrt(),
    ),
    (
        "takes_the_largest",
        "The largest square of the window is taken: it is their sum.",
        lambda x, size: _slices(x, size, lambda i, above: i + above + 1, torch.amax),
    ),
    (
        "adds_up_the_batch",
        "The sum also goes over the pictures of the batch: each picture is alone.",
        lambda x, size: _sums((x**2).sum(0, keepdim=True), *_sides(size)),
    ),
    (
        "adds_up_the_map",
        "The sum also goes over all pixels of a map: each pixel is alone.",
        lambda x, size: _sums((x**2).sum((2, 3), keepdim=True), *_sides(size)),
    ),
    (
        "of_the_first_picture",
        "All pictures are divided by the sums of the first one.",
        lambda x, size: _sums(x[:1] ** 2, *_sides(size)),
    ),
    (
        "out_of_the_graph",
        "The numbers are right, but not their gradient: the sum is taken out of the graph "
        "(`.detach()`, `.data`, `torch.no_grad()`), though it depends on x too.",
        lambda x, size: _sums(x.detach() ** 2, *_sides(size)),
    ),
):
    _with_window(_name, _says, _window)


@exercise.mistake(
    "Normalised channels are used for the next ones: write the answer into a new tensor, and take "
    "all sums from x as it came."
)
def uses_what_is_normalised(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    below, above = _sides(size)
    done = list(x.unbind(1))
    for i in range(len(done)):
        s = sum(v**2 for v in done[max(0, i - below) : i + above + 1])
        done[i] = done[i] / (k + alpha * s) ** beta
    return torch.stack(done, 1)


@exercise.mistake(
    "k is added once for each channel of the window: add it once, to alpha times the sum."
)
def adds_k_for_each_channel(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    below, above = _sides(size)
    counts = _sums(torch.ones_like(x), below, above)
    return x / (k * counts + alpha * _sums(x**2, below, above)) ** beta


# The rest of the formula


def _with_formula(name, says, formula):
    """A mistake that has the right sum s: ``formula(x, s, alpha, beta, k)``."""

    def answer(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
        return formula(x, _sums(x**2, *_sides(size)), alpha, beta, k)

    answer.__name__ = name
    exercise.mistake(says)(answer)


for _name, _says, _formula in (
    (
        "forgets_k",
        "k is missing: the sum, times alpha, is added to it.",
        lambda x, s, a, b, k: x / (1e-12 + a * s) ** b,
    ),
    (
        "k_is_one",
        "A 1 stands where k belongs.",
        lambda x, s, a, b, k: x / (1 + a * s) ** b,
    ),
    (
        "k_is_two",
        "A 2 stands where k belongs: use the argument.",
        lambda x, s, a, b, k: x / (2 + a * s) ** b,
    ),
    (
        "k_after_the_power",
        "k is added after the power: (k + alpha · sum) is raised to beta as a whole. Mind the "
        "parentheses.",
        lambda x, s, a, b, k: x / (k + (a * s) ** b),
    ),
    (
        "alpha_times_all",
        "alpha multiplies k as well: it is k + alpha · sum.",
        lambda x, s, a, b, k: x / (a * (k + s)) ** b,
    ),
    (
        "alpha_outside",
        "alpha stands outside the power: (k + alpha · sum) is raised to beta as a whole.",
        lambda x, s, a, b, k: x / (k + a * s**b),
    ),
    (
        "forgets_alpha",
        "alpha is missing: it multiplies the sum.",
        lambda x, s, a, b, k: x / (k + s) ** b,
    ),
    (
        "alpha_is_the_usual",
        "alpha is always 0.0001: use the argument.",
        lambda x, s, a, b, k: x / (k + 1e-4 * s) ** b,
    ),
    (
        "forgets_beta",
        "The power beta is missing.",
        lambda x, s, a, b, k: x / (k + a * s),
    ),
    (
        "beta_is_the_usual",
        "beta is always 0.75: use the argument.",
        lambda x, s, a, b, k: x / (k + a * s) ** 0.75,
    ),
    (
        "takes_a_square_root",
        "A square root is taken of what stands below the line: it is the power beta.",
        lambda x, s, a, b, k: x / (k + a * s).sqrt(),
    ),
    (
        "alpha_squared",
        "alpha is squared with the numbers: it multiplies the sum of squares.",
        lambda x, s, a, b, k: x / (k + a**2 * s) ** b,
    ),
    (
        "all_as_usual",
        "alpha, beta and k are always the usual ones, 0.0001, 0.75 and 2: use the arguments.",
        lambda x, s, a, b, k: x / (2 + 1e-4 * s) ** 0.75,
    ),
    (
        "beta_times",
        "beta multiplies: it is the power, `** beta`.",
        lambda x, s, a, b, k: x / ((k + a * s) * b),
    ),
    (
        "beta_is_one_over",
        "The power is 1 / beta: it is beta.",
        lambda x, s, a, b, k: x / (k + a * s) ** (1 / b),
    ),
    (
        "exchanges_alpha_and_beta",
        "alpha and beta have changed places: alpha multiplies the sum, beta is the power.",
        lambda x, s, a, b, k: x / (k + b * s) ** a,
    ),
    (
        "multiplies",
        "x is multiplied by the power: divide by it, so that strong neighbours make a number "
        "smaller.",
        lambda x, s, a, b, k: x * (k + a * s) ** b,
    ),
    (
        "raises_all",
        "x is raised to beta as well: only what is below the line is. Mind the parentheses.",
        lambda x, s, a, b, k: x.sign() * (x.abs() / (k + a * s)) ** b,
    ),
    (
        "returns_the_power",
        "What stands below the line is returned: divide x by it.",
        lambda x, s, a, b, k: (k + a * s) ** b,
    ),
    (
        "returns_the_factor",
        "The factor is returned: multiply x by it.",
        lambda x, s, a, b, k: (k + a * s) ** -b,
    ),
    (
        "squares_x",
        "The square of x stands above the line: it is x itself.",
        lambda x, s, a, b, k: x**2 / (k + a * s) ** b,
    ),
    (
        "cuts_below_0",
        "Numbers below 0 are cut off: the ReLU is a layer of its own, before this one.",
        lambda x, s, a, b, k: x.relu() / (k + a * s) ** b,
    ),
    (
        "loses_the_sign",
        "The sign is lost: x itself stands above the line.",
        lambda x, s, a, b, k: x.abs() / (k + a * s) ** b,
    ),
):
    _with_formula(_name, _says, _formula)


@exercise.also_right("torch's own function, with alpha times size")
def with_torch(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    return F.local_response_norm(x, size, alpha * size, beta, k)


@exercise.also_right("channel by channel, stacked")
def channel_by_channel(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    channels = []
    for i in range(x.size(1)):
        window = x[:, max(0, i - size // 2) : min(x.size(1) - 1, i + (size - 1) // 2) + 1]
        channels.append(x[:, i] / (k + alpha * window.square().sum(dim=1)) ** beta)
    return torch.stack(channels, dim=1)


@exercise.also_right("a band matrix and an einsum, exp and log for the power")
def with_a_band_matrix(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    i = torch.arange(x.shape[1], device=x.device)
    away = i[None, :] - i[:, None]
    band = ((away >= -(size // 2)) & (away <= (size - 1) // 2)).to(x.dtype)
    s = torch.einsum("ij,njhw->nihw", band, x * x)
    return x * torch.exp(-beta * torch.log(k + alpha * s))


@exercise.also_right("a convolution along the channels, with ones")
def with_conv1d(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    n, c, h, w = x.shape
    rows = x.permute(0, 2, 3, 1).reshape(-1, 1, c)
    wide = F.pad(rows**2, (size // 2, (size - 1) // 2))
    s = F.conv1d(wide, torch.ones(1, 1, size, dtype=x.dtype))
    return x * (k + alpha * s.reshape(n, h, w, c).permute(0, 3, 1, 2)).pow(-beta)


@exercise.also_right("pooling over channels, as a volume")
def with_pooling(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    wide = F.pad(x.pow(2).unsqueeze(1), (0, 0, 0, 0, size // 2, (size - 1) // 2))
    s = size * F.avg_pool3d(wide, (size, 1, 1), stride=1)
    return torch.div(x, torch.pow(k + alpha * s[:, 0], beta))


@exercise.also_right("differences of running sums")
def with_running_sums(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    total = F.pad((x**2).double().cumsum(1), (0, 0, 0, 0, size // 2 + 1, (size - 1) // 2))
    c, last = x.shape[1], (x**2).double().sum(1, keepdim=True)
    total[:, size // 2 + 1 + c :] = last
    s = total[:, size:] - total[:, :c]
    return (x / (k + alpha * s) ** beta).to(x.dtype)
