"""``multi_crop_predict``: ten looks at a picture, and their mean."""

import copy

import numpy as np
import torch
from torch.nn import functional as F

from coursekit.exercises import Exercise, case, given, scripted, tiny
from coursekit.exercises.unit08._draws import normal
from coursekit.exercises.unit08._networks import crop_classifier, pooled_classifier


def _corners(x, size):
    """Where the five crops begin: (top, left) of each."""
    bottom, right = x.shape[2] - size, x.shape[3] - size
    return [(0, 0), (0, right), (bottom, 0), (bottom, right), (bottom // 2, right // 2)]


def _crops(x, size, *, corners=_corners, mirrored=lambda crop: [crop, crop.flip(3)]):
    """The ten crops, each (N, C, size, size)."""
    found = (x[:, :, top : top + size, left : left + size] for top, left in corners(x, size))
    return [each for crop in found for each in mirrored(crop)]


def _mean(scores):
    """The mean of the crops' probabilities, from their scores (ten, N, K)."""
    return scores.softmax(dim=2).mean(dim=0)


def _predicted(model, x, size, *, crops=_crops, mean=_mean):
    """The right answer, whatever mode the model is in; most mistakes change a part."""
    was = model.training
    model.eval()
    with torch.no_grad():
        p = mean(torch.stack([model(crop) for crop in crops(x, size)]))
    model.train(was)
    return p


def _multi_crop_predict(model, x, size):
    return _predicted(model, x, size)


exercise = Exercise(
    "multi_crop_predict(model, x, size)",
    unit="08",
    title="Ten looks at a picture",
    reference=_multi_crop_predict,
    tensors=True,
    points=5,
    checks={
        "one picture": 1.5,
        "several pictures": 1,
        "evaluation mode": 1,
        "no gradients": 0.5,
        "in any form": 1,
    },
    minutes=30,
    difficulty=3,
    builds_on=("softmax", "train_step"),
    hints=(
        "First the five crops: write down (top, left) of each. The bottom ones begin at row H - "
        "size, the right ones at column W - size, the one in the middle at half of that, `//`.",
        "`crop.flip(3)` mirrors left and right. Ten crops, ten times `model(crop)` of shape (N, "
        "K), ten times `.softmax(dim=1)`; then the mean of the ten.",
        "Around it: `was_training = model.training` and `model.eval()` before, "
        "`model.train(was_training)` after.",
        "`with torch.no_grad():` around the calls of the model keeps PyTorch from remembering "
        "them. When the block ends, gradients are on again.",
    ),
)

_EVALUATING = """
    model.eval()
    p = multi_crop_predict(model, x, {})
    still_in_training_mode = model.training
    also_the_layer_inside = model.inner.training
    return p, still_in_training_mode, also_the_layer_inside
"""

_TRAINING = """
    model.train()
    p = multi_crop_predict(model, x, {})
    still_in_training_mode = model.training
    also_the_layer_inside = model.inner.training
    return p, still_in_training_mode, also_the_layer_inside
"""

_HISTORY = """
    p = multi_crop_predict(model, x, {})
    p_has_a_graph = p.requires_grad
    model_can_still_learn = model.w.requires_grad
    scores = model(crop)
    later_scores_have_a_graph = scores.requires_grad
    return p, p_has_a_graph, model_can_still_learn, later_scores_have_a_graph
"""


@exercise.cases
def cases(rng):
    w = np.zeros((2, 1, 2, 2), np.float32)
    w[0, 0, 0, 0] = np.log(3)
    first_pixel = given(crop_classifier.__name__, w, np.zeros(2, np.float32))
    picture = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 1], [1, 1, 1, 1]], np.float32)
    yield tiny(
        "two classes: their scores are ln 3 times a crop's first pixel, and 0",
        *(first_pixel, picture[None, None], 2),
        expected=[[0.6, 0.4]],
    )

    def model(channels, size, classes):
        w = normal(rng, classes, channels, size, size) * np.float32(2 / np.sqrt(channels) / size)
        return given(crop_classifier.__name__, w, normal(rng, classes))

    def any_size(channels, classes):
        arrays = normal(rng, 5, channels, 2, 2), normal(rng, 5), normal(rng, classes, 5)
        return given(pooled_classifier.__name__, *arrays)

    def one(said, count, channels, shape, size, classes):
        return case(
            said, model(channels, size, classes), normal(rng, count, channels, *shape), size
        )

    yield one("one picture of 6×6", 1, 2, (6, 6), 4, 3)
    yield one("one wide picture", 1, 2, (5, 9), 3, 4)
    yield one("one high picture", 1, 1, (10, 7), 3, 3)
    yield one("an odd number of rows is left over", 1, 3, (8, 9), 5, 2)
    yield one("crops as large as the picture", 1, 2, (4, 4), 4, 3)
    yield case("one picture, a model for any size", any_size(2, 3), normal(rng, 1, 2, 8, 6), 4)
    several = "several pictures"
    yield one("three pictures", 3, 2, (6, 8), 4, 2).counts_for(several)
    yield one("two high pictures", 2, 3, (9, 5), 3, 4).counts_for(several)
    yield one("ten pictures, ten classes", 10, 1, (5, 5), 3, 10).counts_for(several)
    yield case("a model for any size", any_size(3, 4), normal(rng, 4, 3, 7, 9), 5).counts_for(
        several
    )

    def run(said, script, model, channels, shape, size, **more):
        x = normal(rng, 2, channels, *shape)
        return scripted(said, script.format(size), model=model, x=x, **more)

    mode = "evaluation mode"
    dropping = "a model with dropout, which gives zeros in training mode"
    yield run(dropping, _TRAINING, model(2, 3, 4), 2, (6, 7), 3).counts_for(mode)
    yield run(dropping, _TRAINING, model(3, 4, 2), 3, (9, 6), 4).counts_for(mode)
    yield run(dropping, _EVALUATING, model(1, 4, 3), 1, (6, 6), 4).counts_for(mode)
    norm = "a model with batch normalisation, in training mode"
    yield run(norm, _TRAINING, any_size(2, 3), 2, (7, 6), 4).counts_for(mode)
    crop = normal(rng, 1, 3, 4, 4)
    yield run("gradients", _HISTORY, model(3, 4, 5), 3, (7, 8), 4, crop=crop).counts_for(
        "no gradients"
    )


@exercise.holds("Probabilities come out: none is below 0, and each row adds up to 1.")
def rows_are_probabilities(answer, rng):
    w, b = normal(rng, 4, 2, 3, 3), normal(rng, 4)
    p = np.asarray(answer(given(crop_classifier.__name__, w, b), normal(rng, 3, 2, 5, 7), 3))
    if p.min() < 0:
        return f"Here one is {p.min():.3g}."
    off = np.abs(p.sum(axis=1) - 1).max()
    return None if off < 1e-4 else f"Here a row's sum is off by {off:.3g}."


def _with(name, says, **changes):
    """A mistake in a part of the right answer."""

    def answer(model, x, size):
        return _predicted(model, x, size, **changes)

    answer.__name__ = name
    exercise.mistake(says)(answer)


# Which crops


def _at(corners):
    return lambda x, size: _crops(x, size, corners=corners)


def _mirrored(mirrored):
    return lambda x, size: _crops(x, size, mirrored=mirrored)


def _bottom_right(x, size):
    return x.shape[2] - size, x.shape[3] - size


def _rounded_up(x, size):
    bottom, right = _bottom_right(x, size)
    return [*_corners(x, size)[:4], (-(-bottom // 2), -(-right // 2))]


def _for_squares(x, size):
    return _corners(x[:, :, :, : x.shape[2]], size)


def _exchanged(x, size):
    return [(left, top) for top, left in _corners(x, size)]


def _one_short(x, size):
    bottom, right = (max(n - 1, 0) for n in _bottom_right(x, size))
    return [(0, 0), (0, right), (bottom, 0), (bottom, right), _corners(x, size)[4]]


def _edges(x, size):
    bottom, right = _bottom_right(x, size)
    middle = _corners(x, size)[4]
    return [(0, middle[1]), (bottom, middle[1]), (middle[0], 0), (middle[0], right), middle]


for _name, _says, _changes in (
    (
        "forgets_the_centre",
        "The crop in the middle is missing: four corners, the centre, and their mirror images are "
        "ten.",
        {"crops": _at(lambda x, size: _corners(x, size)[:4])},
    ),
    (
        "forgets_mirror_images",
        "The mirror images are missing: each of the five crops is looked at a second time, left "
        "and right exchanged.",
        {"crops": _mirrored(lambda crop: [crop])},
    ),
    (
        "mirror_images_only",
        "Only the mirror images count in your answer: the five crops themselves do as well.",
        {"crops": _mirrored(lambda crop: [crop.flip(3)])},
    ),
    (
        "centre_only",
        "Only the crop in the middle is looked at: there are four more, in the corners.",
        {"crops": _at(lambda x, size: _corners(x, size)[4:])},
    ),
    (
        "centre_without_mirror_image",
        "Only one crop is looked at, the one in the middle: ten are asked for.",
        {
            "crops": lambda x, size: _crops(
                x,
                size,
                corners=lambda x, size: _corners(x, size)[4:],
                mirrored=lambda crop: [crop],
            )
        },
    ),
    (
        "one_corner_only",
        "Only the crop in the top left corner is looked at, and its mirror image.",
        {"crops": _at(lambda x, size: [(0, 0)])},
    ),
    (
        "mirrors_the_centre_only",
        "Only the crop in the middle is mirrored: the four corners are, too.",
        {"crops": lambda x, size: [*_crops(x, size)[::2], _crops(x, size)[-1]]},
    ),
    (
        "takes_edges",
        "The crops are from the middle of each edge: they belong into the corners.",
        {"crops": _at(_edges)},
    ),
    (
        "mirrors_upside_down",
        "The mirror images are upside down: left and right are exchanged, axis 3, `crop.flip(3)`.",
        {"crops": _mirrored(lambda crop: [crop, crop.flip(2)])},
    ),
    (
        "turns_crops_round",
        "The crops are turned by 180°: a mirror image exchanges left and right only, "
        "`crop.flip(3)`.",
        {"crops": _mirrored(lambda crop: [crop, crop.flip(2, 3)])},
    ),
    (
        "mirrors_channels",
        "The order of the channels is reversed, `flip(1)`: columns are axis 3, `crop.flip(3)`.",
        {"crops": _mirrored(lambda crop: [crop, crop.flip(1)])},
    ),
    (
        "mirrors_the_batch",
        "The pictures of the batch are reversed, `flip(0)`: columns are axis 3, `crop.flip(3)`.",
        {"crops": _mirrored(lambda crop: [crop, crop.flip(0)])},
    ),
    (
        "turns_crops_on_their_side",
        "Rows and columns are exchanged in place of a mirror image: `crop.flip(3)`.",
        {"crops": _mirrored(lambda crop: [crop, crop.transpose(2, 3)])},
    ),
    (
        "rounds_the_middle_up",
        "The crop in the middle begins half a pixel too far: where an odd number of rows is left "
        "over, round down, `(H - size) // 2`.",
        {"crops": _at(_rounded_up)},
    ),
    (
        "takes_the_picture_for_square",
        "The height is used for both axes: the crops on the right begin at W - size, x.shape[3] - "
        "size.",
        {"crops": _at(_for_squares)},
    ),
    (
        "exchanges_axes",
        "Rows and columns have changed places: axis 2 of x counts rows, axis 3 columns.",
        {"crops": _at(_exchanged)},
    ),
    (
        "one_pixel_short",
        "The crops at the bottom and on the right begin one pixel too early: they end where the "
        "picture ends, and begin at H - size and W - size.",
        {"crops": _at(_one_short)},
    ),
    (
        "resizes",
        "The picture is resized to `size`: crops are cut out of it, with pixels as they are.",
        {
            "crops": lambda x, size: [
                F.interpolate(x, (size, size), mode="bilinear", antialias=True)
            ]
        },
    ),
    (
        "whole_pictures",
        "The whole picture goes into the model: crops of size × size do.",
        {"crops": lambda x, size: [x, x.flip(3)]},
    ),
):
    _with(_name, _says, **_changes)


# What is made of the scores


def _votes(scores):
    return F.one_hot(scores.argmax(dim=2), scores.shape[2]).to(scores.dtype).mean(dim=0)


def _mixed(scores):
    """(ten, N, K) read as if the batch came first."""
    ten, n, k = scores.shape
    return scores.softmax(dim=2).reshape(n, ten, k).mean(dim=1)


def _mixed_in_halves(scores):
    """The same, when the five crops come first, and then their mirror images."""
    return _mixed(torch.cat([scores[::2], scores[1::2]]))


for _name, _says, _changes in (
    (
        "averages_scores",
        "The scores are averaged, and then softmax is taken: it is the other way round, first "
        "softmax for each crop, then the mean.",
        {"mean": lambda scores: scores.mean(dim=0).softmax(dim=1)},
    ),
    (
        "forgets_softmax",
        "The scores are averaged as they are: softmax makes probabilities of each crop's scores "
        "before.",
        {"mean": lambda scores: scores.mean(dim=0)},
    ),
    (
        "softmax_over_the_batch",
        "Softmax goes over the pictures of the batch: each picture's scores become probabilities, "
        "`dim=1`.",
        {"mean": lambda scores: scores.softmax(dim=1).mean(dim=0)},
    ),
    (
        "softmax_over_the_crops",
        "Softmax goes over the ten crops: it goes over the classes.",
        {"mean": lambda scores: scores.softmax(dim=0).mean(dim=0)},
    ),
    (
        "softmax_twice",
        "Softmax is taken twice: what it gives are probabilities already.",
        {"mean": lambda scores: scores.softmax(dim=2).mean(dim=0).softmax(dim=1)},
    ),
    (
        "adds_up",
        "The ten probabilities are added up: divide by ten.",
        {"mean": lambda scores: scores.softmax(dim=2).sum(dim=0)},
    ),
    (
        "divides_by_five",
        "The sum is divided by five, but ten crops are in it.",
        {"mean": lambda scores: scores.softmax(dim=2).sum(dim=0) / 5},
    ),
    (
        "averages_logarithms",
        "The logarithms of the probabilities are averaged (`log_softmax`): average the "
        "probabilities themselves.",
        {"mean": lambda scores: scores.log_softmax(dim=2).mean(dim=0)},
    ),
    (
        "multiplies",
        "This is the geometric mean, from averaged logarithms: the plain mean of the "
        "probabilities is wanted.",
        {"mean": lambda scores: scores.log_softmax(dim=2).mean(dim=0).exp()},
    ),
    (
        "takes_the_most_certain",
        "For each class, the largest of the ten probabilities is taken: take their mean.",
        {"mean": lambda scores: scores.softmax(dim=2).amax(dim=0)},
    ),
    (
        "takes_the_median",
        "The median of the ten probabilities is taken: take their mean.",
        {"mean": lambda scores: scores.softmax(dim=2).median(dim=0).values},
    ),
    (
        "takes_sigmoids",
        "The sigmoid treats every class for itself: softmax makes the probabilities of a picture "
        "add up to 1.",
        {"mean": lambda scores: scores.sigmoid().mean(dim=0)},
    ),
    (
        "lets_crops_vote",
        "Each crop votes for one class: average the probabilities, which also say how sure the "
        "model is.",
        {"mean": _votes},
    ),
    (
        "returns_labels",
        "Classes are returned (`argmax`): the probabilities of all classes are wanted, (N, K).",
        {"mean": lambda scores: _mean(scores).argmax(dim=1)},
    ),
    (
        "returns_the_best_probability",
        "Only the largest probability is returned: those of all classes are wanted, (N, K).",
        {"mean": lambda scores: _mean(scores).amax(dim=1)},
    ),
    (
        "averages_the_batch",
        "The pictures are averaged as well: each has a row of its own, (N, K).",
        {"mean": lambda scores: _mean(scores).mean(dim=0)},
    ),
    (
        "averages_the_batch_and_not_the_crops",
        "The pictures are averaged, and the ten crops are left: it is the other way round.",
        {"mean": lambda scores: scores.softmax(dim=2).mean(dim=1)},
    ),
    (
        "forgets_the_mean",
        "The ten answers come back one by one: take their mean.",
        {"mean": lambda scores: scores.softmax(dim=2)},
    ),
    (
        "mixes_pictures",
        "The crops of different pictures are mixed: crops joined by `torch.cat` come crop by crop, "
        "all pictures of the first one first, so the axes are `.reshape(10, N, K)`, and the mean "
        "is over axis 0.",
        {"mean": _mixed},
    ),
    (
        "mixes_pictures_in_halves",
        "Crops and pictures are mixed: after `torch.cat(crops)`, the rows are the first crop of "
        "all pictures, then the second, and so on. Cut them with `.reshape(10, N, K)` and average "
        "over axis 0.",
        {"mean": _mixed_in_halves},
    ),
    (
        "returns_values_and_places",
        "`.max(dim=1)` gives two tensors, the largest values and their places: the probabilities "
        "of all classes are wanted, (N, K).",
        {"mean": lambda scores: _mean(scores).max(dim=1)},
    ),
):
    _with(_name, _says, **_changes)


@exercise.mistake("Only the first picture is looked at: x is a batch of N.")
def first_picture_only(model, x, size):
    return _predicted(model, x[:1], size)


# Modes and gradients


def _in_this_mode(model, x, size):
    with torch.no_grad():
        return _mean(torch.stack([model(crop) for crop in _crops(x, size)]))


@exercise.mistake(
    "The model's layers are not in evaluation mode, so dropout and batch normalisation do as in "
    "training: `model.eval()` before the first crop. (`model.training = False` would reach the "
    "outermost module only.)"
)
def forgets_evaluation_mode(model, x, size):
    return _in_this_mode(model, x, size)


@exercise.mistake(
    "The model stays in evaluation mode: keep `was_training = model.training` before, and call "
    "`model.train(was_training)` after."
)
def leaves_evaluation_mode_on(model, x, size):
    model.eval()
    return _in_this_mode(model, x, size)


@exercise.mistake(
    "The model is in training mode afterwards, even if it was in evaluation mode before: "
    "`model.train(was_training)` puts back what was there."
)
def always_trains_afterwards(model, x, size):
    model.eval()
    p = _in_this_mode(model, x, size)
    model.train()
    return p


@exercise.mistake(
    "The model is put into training mode before the crops: `model.train()` switches dropout on, "
    "`model.eval()` switches it off."
)
def takes_training_mode(model, x, size):
    was = model.training
    model.train()
    p = _in_this_mode(model, x, size)
    model.train(was)
    return p


@exercise.mistake(
    "Only the outermost module is put back into training mode, `model.training = …`: "
    "`model.train(was_training)` reaches the layers inside as well."
)
def puts_back_the_outermost_flag(model, x, size):
    was = model.training
    model.eval()
    p = _in_this_mode(model, x, size)
    model.training = was
    return p


@exercise.mistake(
    "The answer still has a graph behind it, so PyTorch keeps all that the model computed: wrap "
    "the calls of the model in `with torch.no_grad():`."
)
def forgets_no_grad(model, x, size):
    was = model.training
    model.eval()
    p = _mean(torch.stack([model(crop) for crop in _crops(x, size)]))
    model.train(was)
    return p


@exercise.mistake(
    "Gradients are switched off for good (`torch.set_grad_enabled(False)`): nothing could be "
    "trained afterwards. `with torch.no_grad():` ends with its block."
)
def switches_gradients_off(model, x, size):
    p = _multi_crop_predict(model, x, size)
    torch.set_grad_enabled(False)
    return p


@exercise.mistake(
    "The model's own parameters are changed: `requires_grad_(False)` freezes it for good. Use "
    "`with torch.no_grad():`."
)
def freezes_the_model(model, x, size):
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return _multi_crop_predict(model, x, size)


# Unusual right answers


@exercise.also_right("one call of the model for all crops, of pictures mirrored before")
def with_one_batch(model, x, size):
    both = torch.cat([x, x.flip(-1)])
    h, w = x.shape[2] - size, x.shape[3] - size
    crops = [both[:, :, :size, :size], both[:, :, :size, w:], both[:, :, h:, :size]]
    crops += [both[..., h:, w:], both[..., h // 2 : h // 2 + size, w // 2 : w // 2 + size]]
    was_training = model.training
    try:
        with torch.inference_mode():
            p = torch.softmax(model.eval()(torch.cat(crops)), -1)
    finally:
        model.train(was_training)
    return p.reshape(10, len(x), -1).mean(0).clone()


@exercise.also_right("a copy of the model, a running sum, detached at the end")
def with_a_copy(model, x, size):
    twin = copy.deepcopy(model).eval()
    total = 0
    for crop in _crops(x, size):
        total = total + F.softmax(twin(crop), dim=1) / 10
    return total.detach()


@exercise.also_right("picture by picture")
def picture_by_picture(model, x, size):
    modes = {module: module.training for module in model.modules()}
    model.eval()
    rows = []
    for image in x.detach():
        crops = [crop[0] for crop in _crops(image[None], size)]
        with torch.no_grad():
            rows.append(model(torch.stack(crops)).softmax(1).mean(0))
    for module, mode in modes.items():
        module.training = mode
    return torch.stack(rows)


@exercise.also_right("as a decorated function, softmax by hand in double precision")
def with_a_decorator(model, x, size):
    @torch.no_grad()
    def predict():
        found = []
        for crop in _crops(x, size):
            scores = model(crop).double()
            powers = (scores - scores.max(dim=1, keepdim=True).values).exp()
            found.append(powers / powers.sum(dim=1, keepdim=True))
        return sum(found) / len(found)

    if not model.training:
        return predict()
    model.eval()
    p = predict()
    model.train()
    return p
