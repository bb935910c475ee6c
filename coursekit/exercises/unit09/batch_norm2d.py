"""``batch_norm2d``: the numbers of each channel brought to mean 0 and variance 1."""

import numpy as np
import torch
from torch.nn import functional as F

from coursekit.exercises import Comparison, Exercise, case, tiny

CHANNELS = (None, slice(None), None, None)
"""One number per channel, to be met with pictures (N, C, H, W)."""

OTHERS = (0, 2, 3)


def _statistics(x):
    """Mean and biased variance of each channel."""
    return _around(x, x.mean(dim=OTHERS))


def _unbiased(variance, x):
    """The variance as it is estimated from as many numbers as a channel of x has."""
    n = x.numel() // x.shape[1]
    return variance * n / (n - 1)


def _with_count(variance, n):
    return variance * n / (n - 1) if n > 1 else variance * float("inf")


def _row_statistics(rows):
    return rows.mean(dim=1), rows.var(dim=1, unbiased=False)


def _around(x, mean):
    """The mean, and the mean square of the distance to it."""
    return mean, ((x - mean[CHANNELS]) ** 2).mean(dim=OTHERS)


def _normalised(x, mean, variance, gamma, beta, eps):
    """x with these statistics, scaled and shifted."""
    scaled = (x - mean[CHANNELS]) / torch.sqrt(variance[CHANNELS] + eps)
    return gamma[CHANNELS] * scaled + beta[CHANNELS]


def _moved(running, new, momentum):
    return (1 - momentum) * running + momentum * new


def _general(
    x,
    gamma,
    beta,
    running_mean,
    running_var,
    training=True,
    momentum=0.1,
    eps=1e-5,
    *,
    statistics=_statistics,
    of_y=lambda variance, x: variance,
    kept=_unbiased,
    moved=_moved,
    normalised=_normalised,
):
    """The right answer; most mistakes change one of its parts."""
    if not training:
        y = normalised(x, running_mean, running_var, gamma, beta, eps)
        return y, running_mean, running_var
    mean, variance = statistics(x)
    y = normalised(x, mean, of_y(variance, x), gamma, beta, eps)
    running_mean = moved(running_mean, mean, momentum)
    return y, running_mean, moved(running_var, kept(variance, x), momentum)


def _right(x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5):
    return _general(x, gamma, beta, running_mean, running_var, training, momentum, eps)


exercise = Exercise(
    "batch_norm2d(x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, "
    "eps=1e-5)",
    unit="09",
    title="Batch normalisation",
    reference=_right,
    tensors=True,
    points=5,
    checks={"training": 2, "evaluation": 1, "gradients": 1, "in any form": 1},
    minutes=40,
    difficulty=3,
    builds_on=("global_average_pool", "vgg_features"),
    hints=(
        "A channel has one mean, over all images, rows and columns: `x.mean(dim=(0, 2, 3))` has "
        "the shape (C,). To subtract it from pictures (N, C, H, W), give it its axes back: "
        "`mean[None, :, None, None]`, or ask for them at once with `keepdim=True`.",
        "There are two variances. `x.var(dim=…, unbiased=False)` divides by the number of values: "
        "y is made with it. With `unbiased=True`, which PyTorch takes unless you say otherwise, it "
        "divides by one less: that one goes into `running_var`.",
        "Write the two modes as two branches. In training: mean and variance of x, and new running "
        "ones. In evaluation: the running ones, and they are returned as they came. The last line "
        "is the same for both.",
        "The new running mean is `(1 - momentum) * running_mean + momentum * mean`, a new tensor: "
        "no `+=`, `mul_` or `lerp_` on what you were given.",
    ),
    comparison=Comparison(outputs=("y", "running_mean", "running_var")),
)


@exercise.cases
def cases(rng):
    def draw(*shape):
        return rng.standard_normal(shape).astype(np.float32)

    def channels(count):
        """gamma, beta, running_mean and running_var for this many channels."""
        gamma, running_var = rng.uniform(0.5, 2, (2, count)).astype(np.float32)
        gamma[::2] *= -1
        return gamma, draw(count), draw(count), running_var

    def numbers(*values):
        return [np.array(v, np.float32) for v in values]

    x = np.array([9, 3, 3, 1], np.float32).reshape(2, 1, 1, 2)
    yield tiny(
        "two images of one row, training",
        x,
        *numbers([3], [10], [0], [1]),
        expected=(np.reshape([15, 9, 9, 7], (2, 1, 1, 2)), [0.4], [2.1]),
    )
    yield tiny(
        "the same with a large eps",
        x,
        *numbers([4], [0], [5], [2]),
        momentum=0.5,
        eps=7.0,
        expected=(np.reshape([5, -1, -1, -3], (2, 1, 1, 2)), [4.5], [7]),
    )
    yield tiny(
        "one image of two channels, evaluation",
        np.array([[[[5, 1]], [[6, 2]]]], np.float32),
        *numbers([1, 10], [0, 7], [1, 2], [4, 16]),
        training=False,
        expected=([[[[2, 0]], [[17, 7]]]], [1, 2], [4, 16]),
    ).counts_for("evaluation")

    def pictures(*shape):
        """Channels that differ in mean and spread."""
        spread, middle = rng.uniform(0.5, 2, (2, shape[1], 1, 1)).astype(np.float32)
        return draw(*shape) * spread + middle * 2

    yield case("three channels of 4×5", pictures(2, 3, 4, 5), *channels(3))
    yield case("four channels of 3×4, four images", pictures(4, 4, 3, 4), *channels(4))
    yield case("one image, momentum 0.25", pictures(1, 3, 5, 2), *channels(3), momentum=0.25)
    yield case("one pixel in each image, eps 0.5", pictures(6, 2, 1, 1), *channels(2), eps=0.5)
    yield case("numbers that hardly differ", 0.003 * draw(3, 2, 2, 2), *channels(2))
    yield case("momentum 1", pictures(2, 2, 3, 3), *channels(2), True, 1.0)
    evaluated = {"training": False}
    yield case("evaluation", pictures(3, 4, 2, 3), *channels(4), **evaluated).counts_for(
        "evaluation"
    )
    yield case(
        "evaluation of one pixel, eps 0.5",
        pictures(1, 3, 1, 1),
        *channels(3),
        eps=0.5,
        **evaluated,
    ).counts_for("evaluation")
    yield case(
        "evaluation, as many channels as columns", pictures(2, 3, 4, 3), *channels(3), False, 0.3
    ).counts_for("evaluation")
    inputs = ("x", "gamma", "beta")
    yield (
        case("gradients, training", pictures(2, 3, 4, 3), *channels(3))
        .with_gradients(*inputs)
        .counts_for("gradients")
    )
    yield (
        case("gradients, evaluation", pictures(2, 2, 3, 4), *channels(2), **evaluated)
        .with_gradients(*inputs)
        .counts_for("gradients")
    )


def _changed(name, says, **parts):
    """A mistake that differs from the right answer in these parts."""

    def answer(*args, **kwargs):
        return _general(*args, **kwargs, **parts)

    answer.__name__ = name
    exercise.mistake(says)(answer)


# The two modes


@exercise.mistake(
    "`training` is ignored, and the statistics are always those of the batch: in evaluation x is "
    "normalised with running_mean and running_var, which then stay as they are."
)
def always_trains(x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5):
    return _right(x, gamma, beta, running_mean, running_var, True, momentum, eps)


@exercise.mistake(
    "`training` is ignored, and x is always normalised with the running statistics: in training "
    "the batch's own belong there, and the running ones are moved towards them."
)
def always_evaluates(
    x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5
):
    return _right(x, gamma, beta, running_mean, running_var, False, momentum, eps)


@exercise.mistake("The two modes are the wrong way round: is there a `not` too many or too few?")
def exchanges_the_modes(
    x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5
):
    return _right(x, gamma, beta, running_mean, running_var, not training, momentum, eps)


@exercise.mistake(
    "The running statistics are moved in evaluation, too: there they are used, and returned as "
    "they came."
)
def moves_in_evaluation(
    x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5
):
    mean, variance = _right(x, gamma, beta, running_mean, running_var, True, momentum, eps)[1:]
    y = _right(x, gamma, beta, running_mean, running_var, training, momentum, eps)[0]
    return y, mean, variance


@exercise.mistake(
    "In evaluation the running statistics are moved first, and x is normalised with the moved "
    "ones: an image's answer must not depend on the others of its batch."
)
def evaluates_with_moved_statistics(
    x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5
):
    kept = _right(x, gamma, beta, running_mean, running_var, True, momentum, eps)
    if training:
        return kept
    return _right(x, gamma, beta, *kept[1:], False, momentum, eps)


@exercise.mistake(
    "In training x is normalised with the running statistics, after they were moved: take the "
    "batch's own mean and variance there."
)
def trains_with_running_statistics(
    x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5
):
    kept = _right(x, gamma, beta, running_mean, running_var, training, momentum, eps)[1:]
    return _right(x, gamma, beta, *kept, False, momentum, eps)


# The variance


_changed(
    "normalises_with_the_unbiased_variance",
    "y is made with the unbiased variance, which divides by the number of values minus 1. That is "
    "what `x.var(...)` gives unless told otherwise: say `unbiased=False` for y.",
    of_y=_unbiased,
)
_changed(
    "keeps_the_biased_variance",
    "The running variance is moved towards the biased variance, which divides by the number of "
    "values. PyTorch keeps the unbiased one, which divides by one less; the biased one makes y.",
    kept=lambda variance, x: variance,
)
_changed(
    "exchanges_the_variances",
    "The two variances have changed places: the biased one makes y, the unbiased one goes into "
    "running_var.",
    of_y=_unbiased,
    kept=lambda variance, x: variance,
)
_changed(
    "counts_images_only",
    "The unbiased variance is reckoned with the number of images, N: each channel has N * H * W "
    "values.",
    kept=lambda variance, x: variance * len(x) / max(len(x) - 1, 1),
)
_changed(
    "corrects_upside_down",
    "The running variance is made smaller by (n - 1) / n: the unbiased variance is the larger one, "
    "n / (n - 1) times the biased one.",
    kept=lambda variance, x: variance**2 / _unbiased(variance, x),
)
_changed(
    "corrects_twice",
    "The variance is corrected twice: `x.var(...)` divides by n - 1 already, and then comes "
    "n / (n - 1). One of the two is enough.",
    kept=lambda variance, x: _unbiased(_unbiased(variance, x), x),
)
_changed(
    "counts_without_rows",
    "The unbiased variance is reckoned with N * W numbers: each channel has N * H * W values.",
    kept=lambda variance, x: _with_count(variance, len(x) * x.shape[3]),
)
_changed(
    "counts_without_columns",
    "The unbiased variance is reckoned with N * H numbers: each channel has N * H * W values.",
    kept=lambda variance, x: _with_count(variance, len(x) * x.shape[2]),
)
_changed(
    "counts_pixels_only",
    "The unbiased variance is reckoned with H * W numbers: each channel has N * H * W values, the "
    "images count, too.",
    kept=lambda variance, x: _with_count(variance, x.shape[2] * x.shape[3]),
)
_changed(
    "counts_all_channels",
    "The unbiased variance is reckoned with all numbers of x: each channel has N * H * W values, "
    "without the C.",
    kept=lambda variance, x: _with_count(variance, x.numel()),
)
_changed(
    "averages_the_images_variances",
    "The variance is the mean of the images' own variances, each around its own mean: it is that "
    "of the whole batch around one mean.",
    statistics=lambda x: (
        x.mean(dim=OTHERS),
        x.var(dim=(2, 3), unbiased=False).mean(dim=0),
    ),
)
_changed(
    "mixes_batch_and_channels",
    "Channels and batch are mixed up: `.view` and `.reshape` do not exchange axes. Take the mean "
    "over the axes (0, 2, 3), or bring the channels to the front first, `x.transpose(0, 1)`.",
    statistics=lambda x: _row_statistics(x.reshape(x.shape[1], -1)),
)
_changed(
    "mixes_batch_and_channels_in_the_mean",
    "The mean mixes channels and batch: `.view` and `.reshape` do not exchange axes. Take it over "
    "the axes (0, 2, 3).",
    statistics=lambda x: _around(x, x.reshape(x.shape[1], -1).mean(dim=1)),
)
_changed(
    "keeps_the_standard_deviation",
    "The running variance is moved towards the standard deviation: keep the variance, without the "
    "square root.",
    kept=lambda variance, x: _unbiased(variance, x).sqrt(),
)
_changed(
    "keeps_eps",
    "eps goes into the running variance: add it only under the square root.",
    kept=lambda variance, x: _unbiased(variance, x) + 1e-2,
)
_changed(
    "takes_the_mean_square",
    "The variance is the mean of x²: subtract the channel's mean before squaring.",
    statistics=lambda x: (x.mean(dim=OTHERS), (x**2).mean(dim=OTHERS)),
)
_changed(
    "adds_squares",
    "The squared differences are added up: the variance is their mean.",
    statistics=lambda x: (x.mean(dim=OTHERS), _statistics(x)[1] * x.numel() / x.shape[1]),
)
_changed(
    "takes_absolute_differences",
    "The variance is made of absolute differences: it is the mean of their squares.",
    statistics=lambda x: (
        x.mean(dim=OTHERS),
        (x - x.mean(dim=OTHERS)[CHANNELS]).abs().mean(dim=OTHERS),
    ),
)


# Over which axes


def _over(dims, x):
    """Mean and variance over some axes, in a shape that meets x."""
    return x.mean(dim=dims, keepdim=True), x.var(dim=dims, unbiased=False, keepdim=True)


def _statistics_over(name, says, dims, shape):
    """A mistake that takes the statistics over other axes, and keeps them with `shape` axes."""

    def answer(x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5):
        if not training:
            return _right(x, gamma, beta, running_mean, running_var, False, momentum, eps)
        mean, variance = _over(dims, x)
        y = (x - mean) / torch.sqrt(variance + eps) * gamma[CHANNELS] + beta[CHANNELS]
        n = x.numel() // mean.numel()
        unbiased = variance * n / max(n - 1, 1)
        return (
            y,
            _moved(running_mean, mean.reshape(shape(x)), momentum),
            _moved(running_var, unbiased.reshape(shape(x)), momentum),
        )

    answer.__name__ = name
    exercise.mistake(says)(answer)


for _name, _says, _dims, _shape in (
    (
        "over_everything",
        "One mean and one variance for all channels together: each channel has its own, over the "
        "axes (0, 2, 3).",
        (0, 1, 2, 3),
        lambda x: (1,),
    ),
    (
        "over_each_image",
        "Mean and variance are taken over the channels of each image, axes (1, 2, 3): that is "
        "layer normalisation. Here it is (0, 2, 3), one pair for each channel.",
        (1, 2, 3),
        lambda x: (len(x), 1),
    ),
    (
        "over_each_map",
        "Each image has statistics of its own, over the axes (2, 3): that is instance "
        "normalisation. The batch belongs in: (0, 2, 3).",
        (2, 3),
        lambda x: x.shape[:2],
    ),
    (
        "over_the_batch",
        "Every pixel has statistics of its own, over the batch alone (axis 0): rows and columns "
        "belong in, (0, 2, 3), so that there is one pair for each channel.",
        (0,),
        lambda x: x.shape[1:],
    ),
    (
        "over_channels",
        "Mean and variance are taken over the channels (axis 1): it is over all other axes, "
        "(0, 2, 3), so that each channel has a pair.",
        (1,),
        lambda x: (len(x), *x.shape[2:]),
    ),
    (
        "channels_last",
        "The last axis is taken for the channels: it is axis 1, and the statistics are over "
        "(0, 2, 3).",
        (0, 1, 2),
        lambda x: (x.shape[3],),
    ),
    (
        "over_each_map_flattened",
        "Each image has statistics of its own, over the axes (2, 3), which are flattened then: "
        "that is N * C means where C are wanted. Take them over (0, 2, 3).",
        (2, 3),
        lambda x: (-1,),
    ),
    (
        "over_each_image_flattened",
        "Mean and variance are taken over the channels of each image, axes (1, 2, 3), N of each "
        "where C are wanted: take them over (0, 2, 3).",
        (1, 2, 3),
        lambda x: (-1,),
    ),
    (
        "over_the_batch_flattened",
        "Every pixel has statistics of its own, over axis 0, which are flattened then: rows and "
        "columns belong in, (0, 2, 3).",
        (0,),
        lambda x: (-1,),
    ),
    (
        "over_the_batch_and_rows",
        "The columns are left out: the statistics are over (0, 2, 3), all axes but the channels.",
        (0, 2),
        lambda x: (x.shape[1], x.shape[3]),
    ),
):
    _statistics_over(_name, _says, _dims, _shape)


@exercise.mistake(
    "The statistics have no axes to meet x with: (C,) is set against the columns. Give each its "
    "axes, `mean[None, :, None, None]`, or take it with `keepdim=True`."
)
def forgets_the_axes_of_the_mean(
    x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5
):
    return _general(
        x,
        gamma,
        beta,
        running_mean,
        running_var,
        training,
        momentum,
        eps,
        normalised=lambda x, mean, variance, gamma, beta, eps: (
            gamma[CHANNELS] * ((x - mean) / torch.sqrt(variance + eps)) + beta[CHANNELS]
        ),
    )


def _scaled(x, mean, variance, eps):
    return (x - mean[CHANNELS]) / torch.sqrt(variance[CHANNELS] + eps)


_changed(
    "forgets_the_axes_of_gamma",
    "gamma and beta have no axes to meet x with: (C,) is set against the columns. Write "
    "`gamma[None, :, None, None]`, and beta likewise.",
    normalised=lambda x, mean, variance, gamma, beta, eps: (
        _scaled(x, mean, variance, eps) * gamma + beta
    ),
)
_changed(
    "forgets_the_axes_of_gamma_alone",
    "gamma has no axes to meet x with: (C,) is set against the columns. Write "
    "`gamma[None, :, None, None]`.",
    normalised=lambda x, mean, variance, gamma, beta, eps: (
        gamma * _scaled(x, mean, variance, eps) + beta[CHANNELS]
    ),
)
_changed(
    "forgets_the_axes_of_beta_alone",
    "beta has no axes to meet x with: (C,) is set against the columns. Write "
    "`beta[None, :, None, None]`.",
    normalised=lambda x, mean, variance, gamma, beta, eps: (
        gamma[CHANNELS] * _scaled(x, mean, variance, eps) + beta
    ),
)
_changed(
    "keeps_the_axes",
    "The running statistics come back with the axes that `keepdim=True` gave: their shape is (C,), "
    "as it was. `.flatten()` them, or take them without keepdim.",
    moved=lambda running, new, momentum: _moved(running, new, momentum)[CHANNELS],
)

# Scale, shift and eps

for _name, _says, _formula in (
    (
        "eps_after_the_root",
        "eps is added after the square root: it belongs under it, `torch.sqrt(variance + eps)`.",
        lambda x, m, v, g, b, eps: g * (x - m) / (torch.sqrt(v) + eps) + b,
    ),
    (
        "eps_twice",
        "The square root of the variance plus eps² is taken: it is eps itself that is added.",
        lambda x, m, v, g, b, eps: g * (x - m) / torch.sqrt(v + eps**2) + b,
    ),
    (
        "forgets_eps",
        "eps is missing: it is added to the variance, under the square root.",
        lambda x, m, v, g, b, eps: g * (x - m) / torch.sqrt(v) + b,
    ),
    (
        "fixes_eps",
        "eps is always 1e-5: use the argument.",
        lambda x, m, v, g, b, eps: g * (x - m) / torch.sqrt(v + 1e-5) + b,
    ),
    (
        "divides_by_the_variance",
        "It is divided by the variance: its square root is missing.",
        lambda x, m, v, g, b, eps: g * (x - m) / (v + eps) + b,
    ),
    (
        "multiplies",
        "It is multiplied by the standard deviation: divide by it.",
        lambda x, m, v, g, b, eps: g * (x - m) * torch.sqrt(v + eps) + b,
    ),
    (
        "does_not_subtract",
        "The mean is not subtracted.",
        lambda x, m, v, g, b, eps: g * x / torch.sqrt(v + eps) + b,
    ),
    (
        "subtracts_after_dividing",
        "x is divided first, and the mean subtracted then: parentheses are missing around "
        "`(x - mean)`.",
        lambda x, m, v, g, b, eps: g * (x - m / torch.sqrt(v + eps)) + b,
    ),
    (
        "only_subtracts",
        "It is not divided by the standard deviation.",
        lambda x, m, v, g, b, eps: g * (x - m) + b,
    ),
    (
        "forgets_gamma",
        "gamma is missing: it multiplies the normalised numbers.",
        lambda x, m, v, g, b, eps: (x - m) / torch.sqrt(v + eps) + b,
    ),
    (
        "forgets_beta",
        "beta is missing: it is added at the end.",
        lambda x, m, v, g, b, eps: g * (x - m) / torch.sqrt(v + eps),
    ),
    (
        "forgets_both",
        "gamma and beta are missing: the normalised numbers are multiplied by gamma, then beta is "
        "added.",
        lambda x, m, v, g, b, eps: (x - m) / torch.sqrt(v + eps),
    ),
    (
        "exchanges_gamma_and_beta",
        "gamma and beta have changed places: gamma multiplies, beta is added.",
        lambda x, m, v, g, b, eps: b * (x - m) / torch.sqrt(v + eps) + g,
    ),
    (
        "shifts_first",
        "beta is added before gamma multiplies: multiply first, then add.",
        lambda x, m, v, g, b, eps: g * ((x - m) / torch.sqrt(v + eps) + b),
    ),
    (
        "subtracts_beta",
        "beta is subtracted: add it.",
        lambda x, m, v, g, b, eps: g * (x - m) / torch.sqrt(v + eps) - b,
    ),
    (
        "adds_one_to_gamma",
        "x is scaled by 1 + gamma: gamma itself multiplies.",
        lambda x, m, v, g, b, eps: (1 + g) * (x - m) / torch.sqrt(v + eps) + b,
    ),
    (
        "adds_relu",
        "Negative answers have become 0: ReLU is a layer of its own, which comes afterwards.",
        lambda x, m, v, g, b, eps: torch.relu(g * (x - m) / torch.sqrt(v + eps) + b),
    ),
):

    def _with_axes(x, *numbers, formula=_formula):
        *numbers, eps = numbers
        return formula(x, *(n[CHANNELS] for n in numbers), eps)

    _changed(_name, _says, normalised=_with_axes)


# The running statistics

_changed(
    "exchanges_old_and_new",
    "Old and new have changed places: in PyTorch, `momentum` is the share of the new value, "
    "(1 - momentum) * running + momentum * new.",
    moved=lambda running, new, momentum: momentum * running + (1 - momentum) * new,
)


def _with_one_exchanged(name, says, first):
    """A mistake in which old and new have changed places for one of the two statistics."""

    def answer(x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5):
        given = x, gamma, beta, running_mean, running_var, training
        y, mean, variance = _right(*given, momentum, eps)
        other = _right(*given, 1 - momentum, eps)
        return (y, other[1], variance) if first else (y, mean, other[2])

    answer.__name__ = name
    exercise.mistake(says)(answer)


_with_one_exchanged(
    "exchanges_old_and_new_mean",
    "In the running mean, old and new have changed places: `momentum` is the share of the new one.",
    True,
)
_with_one_exchanged(
    "exchanges_old_and_new_variance",
    "In the running variance, old and new have changed places: `momentum` is the share of the new "
    "one.",
    False,
)
_changed(
    "moves_as_an_optimizer",
    "The old value is not made smaller: it is (1 - momentum) * running + momentum * new.",
    moved=lambda running, new, momentum: running + momentum * new,
)
_changed(
    "does_not_weigh_the_new",
    "The new value is not multiplied by momentum: it is (1 - momentum) * running + momentum * new.",
    moved=lambda running, new, momentum: (1 - momentum) * running + new,
)
_changed(
    "fixes_the_momentum",
    "The momentum is always 0.1: use the argument.",
    moved=lambda running, new, momentum: _moved(running, new, 0.1),
)
_changed(
    "keeps_the_old",
    "The running statistics come back as they were: in training they move towards the batch's.",
    moved=lambda running, new, momentum: running,
)
_changed(
    "returns_those_of_the_batch",
    "The batch's own statistics come back: return the running ones, moved towards them by the "
    "share `momentum`.",
    moved=lambda running, new, momentum: new,
)
_changed(
    "moves_away",
    "The running statistics move away from the batch's: a sign is wrong.",
    moved=lambda running, new, momentum: running - momentum * (new - running),
)


@exercise.mistake(
    "The running statistics begin at 0 and 1 again: a layer such as `nn.BatchNorm2d` made inside "
    "the function knows nothing of those that were given. Move these."
)
def starts_anew(x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5):
    fresh = torch.zeros_like(running_mean), torch.ones_like(running_var)
    return _right(x, gamma, beta, *fresh, training, momentum, eps)


@exercise.mistake(
    "The running statistics have changed places: return y, running_mean, running_var."
)
def exchanges_the_running_statistics(
    x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5
):
    y, mean, variance = _right(x, gamma, beta, running_mean, running_var, training, momentum, eps)
    return y, variance, mean


@exercise.mistake("y comes first: return y, running_mean, running_var.")
def returns_y_last(
    x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5
):
    y, mean, variance = _right(x, gamma, beta, running_mean, running_var, training, momentum, eps)
    return mean, variance, y


@exercise.mistake(
    "The running statistics are changed in place (`*=`, `+=`, `mul_`, `lerp_`, or F.batch_norm, "
    "which writes into them): make new tensors, and leave those that were given as they are."
)
def moves_in_place(
    x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5
):
    y = F.batch_norm(x, running_mean, running_var, gamma, beta, training, momentum, eps)
    return y, running_mean, running_var


# Gradients


def _without_graph(x):
    with torch.no_grad():
        return _statistics(x)


_changed(
    "takes_statistics_out_of_the_graph",
    "The values are right, the gradient at x is not: mean and variance are taken out of the graph "
    "(`.detach()`, `.data`, `torch.no_grad()`). They depend on x, and in training the gradient "
    "flows through them. Only the running ones are kept without gradients.",
    statistics=_without_graph,
)
_changed(
    "takes_the_variance_out_of_the_graph",
    "The values are right, the gradient at x is not: the variance is taken out of the graph "
    "(`.detach()`, `.data`, `.item()`). It depends on x.",
    statistics=lambda x: (_statistics(x)[0], _statistics(x)[1].detach()),
)
_changed(
    "takes_the_mean_out_of_the_graph",
    "The values are right, the gradient at x is not: the mean is taken out of the graph "
    "(`.detach()`, `.data`, `.item()`). It depends on x.",
    statistics=lambda x: (x.mean(dim=OTHERS).detach(), _statistics(x)[1]),
)
_changed(
    "takes_gamma_out_of_the_graph",
    "The values are right, but no gradient comes back to gamma and beta: they are what the layer "
    "learns. Use them as they are, without `.detach()`, `.data` or `nn.Parameter(...)`.",
    normalised=lambda x, mean, variance, gamma, beta, eps: _normalised(
        x, mean, variance, gamma.detach(), beta.detach(), eps
    ),
)


@exercise.also_right("PyTorch's own, on copies of the running statistics")
def with_batch_norm(
    x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5
):
    kept = running_mean.clone(), running_var.clone()
    return F.batch_norm(x, *kept, gamma, beta, training, momentum, eps), *kept


@exercise.also_right("channel by channel, in a list")
def with_a_loop(x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5):
    maps, means, variances = [], [], []
    for c in range(x.shape[1]):
        values = x[:, c]
        mean, variance = running_mean[c], running_var[c]
        if training:
            mean, variance = values.mean(), values.var(unbiased=False)
        maps.append(gamma[c] * (values - mean) / (variance + eps) ** 0.5 + beta[c])
        if training:
            mean = torch.lerp(running_mean[c], mean, momentum)
            variance = torch.lerp(running_var[c], values.var(), momentum)
        means.append(mean)
        variances.append(variance)
    return [torch.stack(maps, dim=1), torch.stack(means), torch.stack(variances)]


@exercise.also_right("var_mean with keepdim, running statistics detached")
def with_var_mean(x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5):
    column = (1, -1, 1, 1)
    if training:
        variance, mean = torch.var_mean(x, dim=OTHERS, unbiased=False, keepdim=True)
        n = x.numel() / x.size(1)
        running_mean = running_mean + momentum * (mean.detach().flatten() - running_mean)
        unbiased = variance.detach().flatten() * n / (n - 1)
        running_var = running_var + momentum * (unbiased - running_var)
    else:
        mean, variance = running_mean.view(column), running_var.view(column)
    scaled = (x - mean) * torch.rsqrt(variance + eps)
    return torch.addcmul(beta.view(column), gamma.view(column), scaled), running_mean, running_var


@exercise.also_right("mean of squares minus square of mean, scale and shift put together")
def with_mean_squares(
    x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5
):
    rows = x.permute(1, 0, 2, 3).flatten(1)
    mean, variance = running_mean, running_var
    if training:
        mean = rows.mean(1)
        variance = (rows * rows).mean(1) - mean * mean
        running_mean = running_mean * (1 - momentum) + mean * momentum
        running_var = running_var * (1 - momentum) + rows.var(1) * momentum
    scale = gamma / (variance + eps).sqrt()
    shift = beta - mean * scale
    y = torch.einsum("nchw,c->nchw", x, scale) + shift.reshape(-1, 1, 1)
    return y, running_mean, running_var


@exercise.also_right("a module of PyTorch's, loaded with what was given")
def with_a_module(x, gamma, beta, running_mean, running_var, training=True, momentum=0.1, eps=1e-5):
    layer = torch.nn.BatchNorm2d(len(gamma), eps, momentum).to(x.dtype)
    del layer.weight, layer.bias
    layer.weight, layer.bias = gamma, beta
    layer.running_mean, layer.running_var = running_mean.clone(), running_var.clone()
    layer.train(training)
    return layer(x), layer.running_mean, layer.running_var
