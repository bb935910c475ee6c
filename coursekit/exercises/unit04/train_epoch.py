"""``train_epoch``: once through the training images."""

import numpy as np

from coursekit.exercises import Exercise, case, given, same, tiny
from coursekit.exercises.unit04._networks import two_layer_network
from coursekit.numpy_nn import softmax_cross_entropy


def _batches(order, batch_size):
    return [order[i : i + batch_size] for i in range(0, len(order), batch_size)]


def _gradients(network, x, y):
    """Forward and backward: the loss, and the gradient of each array of parameters."""
    loss, dscores = softmax_cross_entropy(network.forward(x), y)
    network.backward(dscores)
    return loss, network.gradients()


def _move(network, gradients, rate):
    for p, g in zip(network.parameters(), gradients, strict=True):
        p -= rate * g


def _losses(network, images, labels, batches, rate):
    """One step for each batch; the batches' losses, and how many images each has."""
    losses = []
    for batch in batches:
        loss, gradients = _gradients(network, images[batch], labels[batch])
        _move(network, gradients, rate)
        losses.append(loss)
    return np.array(losses), np.array([len(batch) for batch in batches])


def _train_epoch(network, images, labels, order, batch_size, learning_rate):
    batches = _batches(order, batch_size)
    losses, counts = _losses(network, images, labels, batches, learning_rate)
    return float(losses @ counts / len(images))


exercise = Exercise(
    "train_epoch(network, images, labels, order, batch_size, learning_rate)",
    unit="04",
    title="Once through the training images",
    reference=_train_epoch,
    points=4,
    checks={
        "batches of one size": 1.5,
        "a single batch": 0.5,
        "a smaller last batch": 1,
        "in any form": 1,
    },
    uses=("coursekit.numpy_nn",),
    minutes=30,
    difficulty=3,
    builds_on=("LeNet", "cross_entropy", "sgd_momentum_step"),
    hints=(
        "The batches first: `for start in range(0, len(order), batch_size):` and `batch = order["
        "start : start + batch_size]`. A slice may reach over the end; it is then shorter.",
        "`images[batch]` and `labels[batch]` belong together. Then three calls: forward, "
        "softmax_cross_entropy, backward. Only after backward are the gradients there.",
        "For each pair of `zip(network.parameters(), network.gradients())`, write `p -= "
        "learning_rate * g`. That changes the network's own array; `p = p - …` makes a new one, "
        "and the network never sees it.",
        "The loss of a batch is a mean over its images. Add up `loss * len(batch)` and divide by "
        "the number of all images at the end.",
    ),
)


@exercise.cases
def cases(rng):
    smaller = "a smaller last batch"

    def ones(n):
        return np.ones((n, 1, 1, 1))

    zero, rate = given("linear_network", np.zeros((2, 1)), np.zeros(2)), np.log(3) / 2
    yield tiny(
        "two images, two batches of one, image 1 first",
        zero,
        ones(2),
        np.array([0, 1]),
        np.array([1, 0]),
        1,
        rate,
        expected={
            "returned": 1.5 * np.log(2),
            "w": np.array([[rate / 4], [-rate / 4]]),
            "b": np.array([rate / 4, -rate / 4]),
        },
    ).reading("network")
    uneven = tiny(
        "three images, a batch of two and one of one",
        zero,
        ones(3),
        np.array([0, 0, 1]),
        np.array([0, 1, 2]),
        2,
        rate,
        expected={
            "returned": 4 / 3 * np.log(2),
            "w": np.array([[-rate / 4], [rate / 4]]),
            "b": np.array([-rate / 4, rate / 4]),
        },
    ).reading("network")
    yield uneven.counts_for(smaller)

    def one(name, count, batch_size, rate, shape=(1, 3, 2), hidden=4, classes=3):
        x, pixels = rng.standard_normal, int(np.prod(shape))
        network = given(
            two_layer_network.__name__,
            x((hidden, pixels)) / 2,
            x(hidden) / 2,
            x((classes, hidden)) / 2,
            x(classes) / 2,
        )
        images, labels = x((count, *shape)), rng.integers(0, classes, count)
        order = rng.permutation(count)
        return case(name, network, images, labels, order, batch_size, rate).reading("network")

    yield one("6 images, batches of 3", 6, 3, 0.5)
    yield one("7 images, batches of 3: the last has one", 7, 3, 0.4).counts_for(smaller)
    yield one("8 images, batches of 5: the last has three", 8, 5, 0.3, (2, 2, 2), 3, 4).counts_for(
        smaller
    )
    yield one("5 images, one at a time", 5, 1, 0.25, (1, 2, 2), 5, 2)
    yield one("5 images, one batch", 5, 5, 1.0).counts_for("a single batch")
    yield one("4 images, batches that could be larger", 4, 32, 0.3).counts_for("a single batch")
    yield one("11 images, batches of 4", 11, 4, 0.15, (1, 2, 3), 5, 5).counts_for(smaller)


@exercise.holds("When all images make one batch, their order does not matter.")
def one_batch_has_no_order(answer, rng):
    w, b = rng.standard_normal((3, 4)), rng.standard_normal(3)
    images, labels = rng.standard_normal((5, 1, 2, 2)), np.array([0, 1, 2, 1, 0])
    losses = [
        answer(given("linear_network", w, b), images, labels, rng.permutation(5), 5, 0.1)
        for _ in range(2)
    ]
    return same(*losses)


# Batches


@exercise.mistake("`order` is ignored: the batches are cut from it, `order[start : start + size]`.")
def ignores_order(network, images, labels, order, batch_size, learning_rate):
    return _train_epoch(network, images, labels, np.arange(len(images)), batch_size, learning_rate)


@exercise.mistake(
    "The images come in the given order, but the labels do not: take `labels[batch]` with the same "
    "`batch` as the images."
)
def labels_without_order(network, images, labels, order, batch_size, learning_rate):
    own = np.arange(len(images))
    return _train_epoch(network, images[order], labels, own, batch_size, learning_rate)


@exercise.mistake(
    "The labels come in the given order, but the images do not: take `images[batch]` with the same "
    "`batch` as the labels."
)
def images_without_order(network, images, labels, order, batch_size, learning_rate):
    own = np.arange(len(images))
    return _train_epoch(network, images, labels[order], own, batch_size, learning_rate)


@exercise.mistake(
    "`order` is used twice: the images are put in order, and then picked by `order` again."
)
def uses_order_twice(network, images, labels, order, batch_size, learning_rate):
    return _train_epoch(network, images[order], labels[order], order, batch_size, learning_rate)


@exercise.mistake("The order is gone through from its end; begin with `order[0]`.")
def reverses_order(network, images, labels, order, batch_size, learning_rate):
    return _train_epoch(network, images, labels, order[::-1], batch_size, learning_rate)


@exercise.mistake(
    "The images are brought back into another order: `np.argsort(order)` is the way back. Image "
    "order[0] comes first."
)
def inverts_order(network, images, labels, order, batch_size, learning_rate):
    return _train_epoch(network, images, labels, np.argsort(order), batch_size, learning_rate)


@exercise.mistake(
    "The last batch is dropped when it is smaller than the others. Every image counts: let the "
    "loop run on, a slice ends by itself."
)
def drops_the_last_batch(network, images, labels, order, batch_size, learning_rate):
    batches = _batches(order, batch_size)[: len(order) // batch_size]
    losses, counts = _losses(network, images, labels, batches, learning_rate)
    return float(losses @ counts / max(counts.sum(), 1))


@exercise.mistake(
    "The last batch is dropped when it is smaller than the others, yet the sum of losses is "
    "divided by all images. Let the loop run on, a slice ends by itself."
)
def drops_the_last_batch_but_counts_it(network, images, labels, order, batch_size, learning_rate):
    batches = _batches(order, batch_size)[: len(order) // batch_size]
    losses, counts = _losses(network, images, labels, batches, learning_rate)
    return float(losses @ counts / len(images))


@exercise.mistake("The last batch is always left out: `range` should end at len(order).")
def stops_one_batch_early(network, images, labels, order, batch_size, learning_rate):
    batches = _batches(order, batch_size)[:-1]
    losses, counts = _losses(network, images, labels, batches, learning_rate)
    return float(losses @ counts / len(images))


@exercise.mistake(
    "Only the first batch is used, and the function returns: `return` stands inside the loop."
)
def first_batch_only(network, images, labels, order, batch_size, learning_rate):
    losses, _ = _losses(network, images, labels, [order[:batch_size]], learning_rate)
    return float(losses[0])


@exercise.mistake(
    "Every step takes the first batch again: the slice is `order[start : start + batch_size]`, and "
    "start moves on."
)
def always_the_first_batch(network, images, labels, order, batch_size, learning_rate):
    batches = [order[:batch_size] for _ in range(0, len(order), batch_size)]
    losses, counts = _losses(network, images, labels, batches, learning_rate)
    return float(losses @ counts / counts.sum())


@exercise.mistake(
    "The batches overlap: `start` moves on by 1. Say `range(0, len(order), batch_size)`."
)
def moves_on_by_one(network, images, labels, order, batch_size, learning_rate):
    batches = [order[i : i + batch_size] for i in range(len(order))]
    losses, counts = _losses(network, images, labels, batches, learning_rate)
    return float(losses @ counts / counts.sum())


@exercise.mistake(
    "Batches have one image too many, which comes again in the next: a slice ends before its "
    "second number, so `start + batch_size` it is."
)
def one_image_too_many(network, images, labels, order, batch_size, learning_rate):
    batches = [order[i : i + batch_size + 1] for i in range(0, len(order), batch_size)]
    losses, counts = _losses(network, images, labels, batches, learning_rate)
    return float(losses @ counts / len(images))


@exercise.mistake(
    "Batches have one image too few: a slice ends before its second number, so it is `start + "
    "batch_size`, without - 1."
)
def one_image_too_few(network, images, labels, order, batch_size, learning_rate):
    starts = range(0, len(order), batch_size)
    batches = [order[i : i + batch_size - 1] for i in starts]
    losses, counts = _losses(network, images, labels, batches, learning_rate)
    return float(losses @ counts / len(images))


@exercise.mistake(
    "`return` stands inside the loop, so only the first batch is trained on: return after the loop."
)
def returns_in_the_loop(network, images, labels, order, batch_size, learning_rate):
    first = _batches(order, batch_size)[:1]
    losses, counts = _losses(network, images, labels, first, learning_rate)
    return float(losses @ counts / len(images))


@exercise.mistake("All images make one batch: take a step for every `batch_size` of them.")
def one_batch(network, images, labels, order, batch_size, learning_rate):
    return _train_epoch(network, images, labels, order, len(order), learning_rate)


@exercise.mistake("Every image is a batch of its own: take `batch_size` of them for each step.")
def batches_of_one(network, images, labels, order, batch_size, learning_rate):
    return _train_epoch(network, images, labels, order, 1, learning_rate)


@exercise.mistake(
    "`batch_size` is taken for the number of batches; it is the number of images in each."
)
def takes_the_size_for_the_number(network, images, labels, order, batch_size, learning_rate):
    batches = [b for b in np.array_split(order, batch_size) if len(b)]
    losses, counts = _losses(network, images, labels, batches, learning_rate)
    return float(losses @ counts / len(images))


@exercise.mistake(
    "The images are shared out evenly (`array_split`). All batches have `batch_size` images; only "
    "the last one may be smaller."
)
def evens_the_batches_out(network, images, labels, order, batch_size, learning_rate):
    batches = np.array_split(order, -(-len(order) // batch_size))
    losses, counts = _losses(network, images, labels, batches, learning_rate)
    return float(losses @ counts / len(images))


# Steps


@exercise.mistake(
    "The network does not change. Each batch moves every array in place, `p -= learning_rate * g`. "
    "(`p = p - …` makes a new array that the network never sees.)"
)
def changes_nothing(network, images, labels, order, batch_size, learning_rate):
    return _train_epoch(network, images, labels, order, batch_size, 0.0)


@exercise.mistake("The step goes uphill: the loss falls against the gradient, `p -= …`, not `+=`.")
def goes_uphill(network, images, labels, order, batch_size, learning_rate):
    return _train_epoch(network, images, labels, order, batch_size, -learning_rate)


@exercise.mistake(
    "The gradients are asked for before `backward` has run: they do not exist yet, or are those of "
    "the batch before."
)
def steps_before_backward(network, images, labels, order, batch_size, learning_rate):
    total = 0.0
    for batch in _batches(order, batch_size):
        scores = network.forward(images[batch])
        loss, dscores = softmax_cross_entropy(scores, labels[batch])
        _move(network, network.gradients(), learning_rate)
        network.backward(dscores)
        total += loss * len(batch)
    return total / len(images)


@exercise.mistake(
    "Each step uses the gradients of the batch before: ask for them after `backward`, batch by "
    "batch."
)
def steps_one_batch_late(network, images, labels, order, batch_size, learning_rate):
    total, late = 0.0, []
    for batch in _batches(order, batch_size):
        loss, gradients = _gradients(network, images[batch], labels[batch])
        if late:
            _move(network, late, learning_rate)
        total, late = total + loss * len(batch), gradients
    return total / len(images)


@exercise.mistake(
    "Every step uses the gradients of the first batch: ask for `network.gradients()` after each "
    "`backward`."
)
def keeps_the_first_gradients(network, images, labels, order, batch_size, learning_rate):
    total, kept = 0.0, None
    for batch in _batches(order, batch_size):
        loss, gradients = _gradients(network, images[batch], labels[batch])
        kept = kept or gradients
        _move(network, kept, learning_rate)
        total += loss * len(batch)
    return total / len(images)


@exercise.mistake("The images are gone through twice: an epoch is one pass.")
def two_epochs(network, images, labels, order, batch_size, learning_rate):
    _recorded(network, images, labels, order, batch_size, learning_rate)
    return _train_epoch(network, images, labels, order, batch_size, learning_rate)


@exercise.mistake(
    "There is one step at the end, with the gradients of all batches added up. Take a step after "
    "each batch."
)
def one_step_at_the_end(network, images, labels, order, batch_size, learning_rate):
    return _at_the_end(network, images, labels, order, batch_size, learning_rate, sum)


@exercise.mistake(
    "There is one step at the end, with the mean gradient of all batches. Take a step after each "
    "batch."
)
def one_mean_step_at_the_end(network, images, labels, order, batch_size, learning_rate):
    def mean(found):
        return sum(found) / len(found)

    return _at_the_end(network, images, labels, order, batch_size, learning_rate, mean)


@exercise.mistake(
    "There is one step at the end, with the last batch's gradients: the update belongs into the "
    "loop."
)
def one_last_step(network, images, labels, order, batch_size, learning_rate):
    def last(found):
        return found[-1]

    return _at_the_end(network, images, labels, order, batch_size, learning_rate, last)


def _at_the_end(network, images, labels, order, batch_size, learning_rate, together):
    """The gradients of all batches are collected, then one step is taken with `together`."""
    total, collected = 0.0, []
    for batch in _batches(order, batch_size):
        loss, gradients = _gradients(network, images[batch], labels[batch])
        total += loss * len(batch)
        collected.append(gradients)
    found = [together(list(arrays)) for arrays in zip(*collected, strict=True)]
    _move(network, found, learning_rate)
    return total / len(images)


@exercise.mistake(
    "The gradients of earlier batches are added to each step: use those of this batch alone. "
    "(That would be momentum 1.)"
)
def adds_up_gradients(network, images, labels, order, batch_size, learning_rate):
    total, added = 0.0, None
    for batch in _batches(order, batch_size):
        loss, gradients = _gradients(network, images[batch], labels[batch])
        added = [a + g for a, g in zip(added or [0] * len(gradients), gradients, strict=True)]
        _move(network, added, learning_rate)
        total += loss * len(batch)
    return total / len(images)


def _scaled(network, images, labels, order, batch_size, learning_rate, factor):
    """The right answer with another step: the rate times ``factor(images in the batch)``."""
    total = 0.0
    for batch in _batches(order, batch_size):
        loss, gradients = _gradients(network, images[batch], labels[batch])
        _move(network, gradients, learning_rate * factor(len(batch)))
        total += loss * len(batch)
    return total / len(images)


@exercise.mistake(
    "The step is divided by the number of images once more: dscores, and so every gradient, is a "
    "mean over the batch already."
)
def divides_the_step(network, images, labels, order, batch_size, learning_rate):
    def factor(count):
        return 1 / count

    return _scaled(network, images, labels, order, batch_size, learning_rate, factor)


@exercise.mistake(
    "The step is `batch_size` times too long: the gradient is a mean over the batch, so dscores is "
    "divided by its number of images."
)
def multiplies_the_step(network, images, labels, order, batch_size, learning_rate):
    def factor(count):
        return count

    return _scaled(network, images, labels, order, batch_size, learning_rate, factor)


@exercise.mistake(
    "The step is divided by `batch_size` once more: dscores is a mean over the batch already."
)
def divides_the_step_by_batch_size(network, images, labels, order, batch_size, learning_rate):
    rate = learning_rate / batch_size
    return _train_epoch(network, images, labels, order, batch_size, rate)


@exercise.mistake(
    "The step is divided by the number of all images: dscores is a mean over the batch already."
)
def divides_the_step_by_all_images(network, images, labels, order, batch_size, learning_rate):
    rate = learning_rate / len(images)
    return _train_epoch(network, images, labels, order, batch_size, rate)


@exercise.mistake(
    "This is SGD with momentum 0.9. Plain steps are asked for, `p -= learning_rate * g`."
)
def has_momentum(network, images, labels, order, batch_size, learning_rate):
    total, v = 0.0, [0 * p for p in network.parameters()]
    for batch in _batches(order, batch_size):
        loss, gradients = _gradients(network, images[batch], labels[batch])
        v = [0.9 * a + g for a, g in zip(v, gradients, strict=True)]
        _move(network, v, learning_rate)
        total += loss * len(batch)
    return total / len(images)


@exercise.mistake("`learning_rate` is not used: the step is learning_rate times the gradient.")
def ignores_the_rate(network, images, labels, order, batch_size, learning_rate):
    return _train_epoch(network, images, labels, order, batch_size, 1.0)


@exercise.mistake("The learning rate is 0.1, whatever `learning_rate` says.")
def uses_a_tenth(network, images, labels, order, batch_size, learning_rate):
    return _train_epoch(network, images, labels, order, batch_size, 0.1)


@exercise.mistake("The learning rate is 0.01, whatever `learning_rate` says.")
def uses_a_hundredth(network, images, labels, order, batch_size, learning_rate):
    return _train_epoch(network, images, labels, order, batch_size, 0.01)


@exercise.mistake(
    "The biases stay as they were: every array of `network.parameters()` takes a step."
)
def trains_weights_only(network, images, labels, order, batch_size, learning_rate):
    return _some(network, images, labels, order, batch_size, learning_rate, slice(0, None, 2))


@exercise.mistake(
    "The weights stay as they were: every array of `network.parameters()` takes a step."
)
def trains_biases_only(network, images, labels, order, batch_size, learning_rate):
    return _some(network, images, labels, order, batch_size, learning_rate, slice(1, None, 2))


@exercise.mistake(
    "Only the first layer is trained: a network may have any number of arrays. Go through all of "
    "`network.parameters()`."
)
def trains_the_first_layer(network, images, labels, order, batch_size, learning_rate):
    return _some(network, images, labels, order, batch_size, learning_rate, slice(0, 2))


@exercise.mistake("Only the last layer is trained: go through all of `network.parameters()`.")
def trains_the_last_layer(network, images, labels, order, batch_size, learning_rate):
    return _some(network, images, labels, order, batch_size, learning_rate, slice(-2, None))


def _some(network, images, labels, order, batch_size, learning_rate, which):
    """The right answer, but only some of the arrays take a step."""
    total = 0.0
    for batch in _batches(order, batch_size):
        loss, gradients = _gradients(network, images[batch], labels[batch])
        pairs = list(zip(network.parameters(), gradients, strict=True))
        for p, g in pairs[which]:
            p -= learning_rate * g
        total += loss * len(batch)
    return total / len(images)


@exercise.mistake(
    "`parameters` and `gradients` are methods: `network.parameters()`, with parentheses."
)
def forgets_the_parentheses(network, images, labels, order, batch_size, learning_rate):
    _gradients(network, images[order[:batch_size]], labels[order[:batch_size]])
    return list(zip(network.parameters, network.gradients, strict=False))


@exercise.mistake(
    "The network's layers are used. It may be any object with the four methods, so take "
    "`network.parameters()` and `network.gradients()`."
)
def asks_for_layers(network, images, labels, order, batch_size, learning_rate):
    _gradients(network, images[order[:batch_size]], labels[order[:batch_size]])
    for layer in network.layers:
        for name in layer.params:
            layer.params[name] -= learning_rate * layer.grads[name]


@exercise.mistake(
    "The loss is passed to `backward`: softmax_cross_entropy gives (loss, dscores), in this order, "
    "and `backward` takes dscores."
)
def passes_the_loss_backwards(network, images, labels, order, batch_size, learning_rate):
    first = order[:batch_size]
    loss, _ = softmax_cross_entropy(network.forward(images[first]), labels[first])
    network.backward(loss)


@exercise.mistake(
    "The images are flattened: the network takes them as they are, (N, C, H, W), and a LeNet needs "
    "their rows and columns."
)
def flattens_images(network, images, labels, order, batch_size, learning_rate):
    flat = images.reshape(len(images), -1)
    return _train_epoch(network, flat, labels, order, batch_size, learning_rate)


@exercise.mistake(
    "The scores are passed to `backward`: it takes dscores, the second value of "
    "softmax_cross_entropy."
)
def passes_scores_backwards(network, images, labels, order, batch_size, learning_rate):
    total = 0.0
    for batch in _batches(order, batch_size):
        scores = network.forward(images[batch])
        loss, _ = softmax_cross_entropy(scores, labels[batch])
        network.backward(scores)
        _move(network, network.gradients(), learning_rate)
        total += loss * len(batch)
    return total / len(images)


@exercise.mistake(
    "The gradients of all images are used at every step: only the batch goes through the network."
)
def steps_with_all_images(network, images, labels, order, batch_size, learning_rate):
    batches = [order for _ in _batches(order, batch_size)]
    losses, _ = _losses(network, images, labels, batches, learning_rate)
    return float(losses.mean())


# The loss


@exercise.mistake(
    "The mean of the batches' losses is returned. The last batch may be smaller, and its images "
    "then count too much: add up `loss * len(batch)`, and divide by the number of images."
)
def averages_batches(network, images, labels, order, batch_size, learning_rate):
    return float(_recorded(network, images, labels, order, batch_size, learning_rate)[0].mean())


def _recorded(network, images, labels, order, batch_size, learning_rate):
    batches = _batches(order, batch_size)
    return _losses(network, images, labels, batches, learning_rate)


@exercise.mistake(
    "The last batch counts as if it had `batch_size` images: weigh its loss with `len(batch)`."
)
def weighs_with_batch_size(network, images, labels, order, batch_size, learning_rate):
    losses, _ = _recorded(network, images, labels, order, batch_size, learning_rate)
    return float(losses.sum() * batch_size / len(images))


@exercise.mistake("The sum of all losses is returned: divide by the number of images.")
def returns_the_sum(network, images, labels, order, batch_size, learning_rate):
    losses, counts = _recorded(network, images, labels, order, batch_size, learning_rate)
    return float(losses @ counts)


@exercise.mistake(
    "The sum of the batches' losses is returned: the answer is the mean over all images."
)
def returns_the_sum_of_means(network, images, labels, order, batch_size, learning_rate):
    return float(_recorded(network, images, labels, order, batch_size, learning_rate)[0].sum())


@exercise.mistake(
    "The loss of a batch is a mean already: multiply it by `len(batch)` before you add it up and "
    "divide by the number of all images."
)
def divides_means_by_images(network, images, labels, order, batch_size, learning_rate):
    losses, _ = _recorded(network, images, labels, order, batch_size, learning_rate)
    return float(losses.sum() / len(images))


@exercise.mistake(
    "Sums of losses are divided by the number of batches: divide by the number of images."
)
def divides_sums_by_batches(network, images, labels, order, batch_size, learning_rate):
    losses, counts = _recorded(network, images, labels, order, batch_size, learning_rate)
    return float(losses @ counts / len(losses))


@exercise.mistake("The loss of the last batch is returned: take the mean over all images.")
def returns_the_last_loss(network, images, labels, order, batch_size, learning_rate):
    return float(_recorded(network, images, labels, order, batch_size, learning_rate)[0][-1])


@exercise.mistake("The loss of the first batch is returned: take the mean over all images.")
def returns_the_first_loss(network, images, labels, order, batch_size, learning_rate):
    return float(_recorded(network, images, labels, order, batch_size, learning_rate)[0][0])


@exercise.mistake("The smallest loss is returned: take the mean over all images.")
def returns_the_smallest_loss(network, images, labels, order, batch_size, learning_rate):
    return float(_recorded(network, images, labels, order, batch_size, learning_rate)[0].min())


@exercise.mistake("The list of losses is returned: take the mean over all images.")
def returns_all_losses(network, images, labels, order, batch_size, learning_rate):
    return _recorded(network, images, labels, order, batch_size, learning_rate)[0]


@exercise.mistake(
    "The loss is never added up, so 0 comes back: `total += loss * len(batch)` in the loop."
)
def never_adds_the_loss(network, images, labels, order, batch_size, learning_rate):
    _recorded(network, images, labels, order, batch_size, learning_rate)
    return 0.0


@exercise.mistake(
    "The loss of each batch is measured after its step: take the one from the forward pass before "
    "it, no second one is needed."
)
def measures_after_the_step(network, images, labels, order, batch_size, learning_rate):
    total = 0.0
    for batch in _batches(order, batch_size):
        _losses(network, images, labels, [batch], learning_rate)
        scores = network.forward(images[batch])
        total += softmax_cross_entropy(scores, labels[batch])[0] * len(batch)
    return total / len(images)


@exercise.mistake(
    "The loss of all images is measured after the epoch. The answer is the mean of the losses seen "
    "on the way, each before its step."
)
def measures_after_the_epoch(network, images, labels, order, batch_size, learning_rate):
    _recorded(network, images, labels, order, batch_size, learning_rate)
    return softmax_cross_entropy(network.forward(images), labels)[0]


@exercise.mistake(
    "The loss of all images is measured before the epoch. The answer is the mean of the losses "
    "seen on the way."
)
def measures_before_the_epoch(network, images, labels, order, batch_size, learning_rate):
    loss = softmax_cross_entropy(network.forward(images), labels)[0]
    _recorded(network, images, labels, order, batch_size, learning_rate)
    return loss


@exercise.mistake("The share of right answers is returned; the answer is the mean loss.")
def returns_the_accuracy(network, images, labels, order, batch_size, learning_rate):
    right = 0
    for batch in _batches(order, batch_size):
        right += (network.forward(images[batch]).argmax(axis=1) == labels[batch]).sum()
        _losses(network, images, labels, [batch], learning_rate)
    return right / len(images)


@exercise.also_right("softmax and its gradient written out, a while loop")
def written_out(network, images, labels, order, batch_size, learning_rate):
    start, losses = 0, []
    while start < len(order):
        batch = list(order[start : start + batch_size])
        scores = network.forward(images[batch])
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        right = (np.arange(len(batch)), labels[batch])
        losses += (-np.log(p[right])).tolist()
        p[right] -= 1
        network.backward(p / len(batch))
        for w, dw in zip(network.parameters(), network.gradients(), strict=True):
            w[...] = w - learning_rate * dw
        start += batch_size
    return sum(losses) / len(losses)


@exercise.also_right("images and labels put in order first, np.array_split at every batch_size")
def puts_in_order_first(network, images, labels, order, batch_size, learning_rate):
    cuts = range(batch_size, len(order), batch_size)
    total = np.float64(0)
    pieces = zip(np.split(images[order], cuts), np.split(labels[order], cuts), strict=True)
    for x, y in pieces:
        loss, dscores = softmax_cross_entropy(network.forward(x), y)
        network.backward(dscores)
        gradients = network.gradients()
        for i, p in enumerate(network.parameters()):
            np.subtract(p, learning_rate * gradients[i], out=p)
        total += loss * len(x)
    return np.array(total / len(images))


@exercise.also_right("a weighted mean of the batches' losses")
def with_a_weighted_mean(network, images, labels, order, batch_size, learning_rate):
    losses, sizes = [], []
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        loss, gradients = _gradients(network, images[batch], labels[batch])
        _move(network, gradients, learning_rate)
        losses.append(loss)
        sizes.append(len(batch))
    return np.average(losses, weights=sizes)


@exercise.also_right("SGD of the course, on the arrays by name")
def with_an_optimizer(network, images, labels, order, batch_size, learning_rate):
    from coursekit.numpy_nn import SGD

    optimizer = SGD({str(i): p for i, p in enumerate(network.parameters())}, learning_rate)
    total = 0.0
    for batch in _batches(order, batch_size):
        loss, gradients = _gradients(network, images[batch], labels[batch])
        optimizer.step({str(i): g for i, g in enumerate(gradients)})
        total += loss * (len(batch) / len(order))
    return total
