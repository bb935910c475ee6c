"""``train_step``: one step of training in PyTorch."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursekit.exercises import Comparison, Exercise, Tolerance, given, scripted
from coursekit.exercises.unit07._networks import linear_learner, normalised_learner


def _train_step(model, optimizer, x, labels, loss_of=F.cross_entropy):
    """The right answer; many mistakes have another loss."""
    model.train()
    optimizer.zero_grad()
    loss = loss_of(model(x), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


exercise = Exercise(
    "train_step(model, optimizer, x, labels)",
    unit="07",
    title="One step of training",
    reference=_train_step,
    tensors=True,
    # A float of a float32 loss has float32's digits, and steps add up their rounding.
    comparison=Comparison(Tolerance(double=2e-5)),
    points=4,
    checks={"one step": 1.5, "step after step": 1, "training mode": 0.5, "in any form": 1},
    minutes=25,
    difficulty=2,
    builds_on=("train_epoch", "cross_entropy", "sgd_momentum_step"),
    hints=(
        "Five calls and a return. Which of your lines of unit 04 does autograd take over? Only the "
        "backward pass; the loss you still choose, and when to step.",
        "`model.train()` says that this is training. `optimizer.zero_grad()` clears the gradients, "
        "which `backward()` only ever adds to.",
        "`scores = model(x)`, then `loss = nn.functional.cross_entropy(scores, labels)`: it takes "
        "scores, not probabilities, and gives the mean over the batch.",
        "`loss.backward()` fills in the gradients, `optimizer.step()` moves the parameters, and "
        "`loss.item()` is the loss as a float, without the graph behind it.",
    ),
)

_OPTIMIZER = "optimizer = sgd(network, learning_rate, momentum, weight_decay)"

_ONE = f"""
    {_OPTIMIZER}
    loss = number(train_step(network, optimizer, x, labels))
    learned = parameters(network)
    return loss, learned
"""

_TWO = f"""
    {_OPTIMIZER}
    first_loss = number(train_step(network, optimizer, x, labels))
    second_loss = number(train_step(network, optimizer, x_2, labels_2))
    learned = parameters(network)
    return first_loss, second_loss, learned
"""

_LEFT_OVER = f"""
    {_OPTIMIZER}
    y = network(x_2)
    backward(y, dy)
    loss = number(train_step(network, optimizer, x, labels))
    learned = parameters(network)
    return loss, learned
"""

_AFTER_VALIDATION = f"""
    {_OPTIMIZER}
    network.eval()
    first_loss = number(train_step(network, optimizer, x, labels))
    network.eval()
    second_loss = number(train_step(network, optimizer, x_2, labels_2))
    learned = parameters(network)
    running = state(network)
    return first_loss, second_loss, learned, running
"""

_NORM = f"""
    {_OPTIMIZER}
    first_loss = number(train_step(network, optimizer, x, labels))
    second_loss = number(train_step(network, optimizer, x_2, labels_2))
    learned = parameters(network)
    running = state(network)
    return first_loss, second_loss, learned, running
"""

_EVAL_ONCE = f"""
    {_OPTIMIZER}
    network.eval()
    first_loss = number(train_step(network, optimizer, x, labels))
    second_loss = number(train_step(network, optimizer, x_2, labels_2))
    running = state(network)
    return first_loss, second_loss, running
"""


@exercise.cases
def cases(rng):
    after, mode = "step after step", "training mode"
    w, b = np.zeros((2, 1), np.float32), np.zeros(2, np.float32)
    zeros = given(linear_learner.__name__, w, b)
    picture, first = np.full((1, 1, 1, 1), 2, np.float32), np.array([0])
    plain = {"learning_rate": 0.5, "momentum": 0.0, "weight_decay": 0.0}
    yield scripted(
        "one picture of one pixel",
        _ONE,
        tiny=True,
        expected={
            "loss": np.log(2),
            "learned": [np.array([[0.5], [-0.5]]), np.array([0.25, -0.25])],
        },
        **{"network": zeros, "x": picture, "labels": first, **plain},
    )
    p = 1 / (1 + np.exp(2.5))  # of the wrong class, at the second step
    yield scripted(
        "the same picture twice",
        _TWO,
        tiny=True,
        expected={
            "first_loss": np.log(2),
            "second_loss": np.log1p(np.exp(-2.5)),
            "learned": [
                np.array([[0.5 + p], [-0.5 - p]]),
                np.array([0.25 + p / 2, -0.25 - p / 2]),
            ],
        },
        **{"network": zeros, "x": picture, "labels": first, **plain},
        x_2=picture,
        labels_2=first,
    ).counts_for(after)

    def draw(*shape):
        return rng.standard_normal(shape).astype(np.float32)

    def linear(classes, pixels):
        return given(linear_learner.__name__, draw(classes, pixels), draw(classes))

    def normalised(classes, maps, places):
        kernels, gamma = draw(maps, 2, 2, 2), 1 + draw(maps) / 4
        w = draw(classes, maps * places) / 2
        return given(normalised_learner.__name__, kernels, gamma, draw(maps), w, draw(classes))

    def one(name, script, network, count, shape, classes, *rates):
        """A case whose two batches have `count` and count + 1 pictures."""
        more = dict(zip(("learning_rate", "momentum", "weight_decay"), rates, strict=True))
        values = {"network": network, "x": draw(count, *shape), **more}
        values["labels"] = rng.integers(0, classes, count)
        if "x_2" in script:
            values["x_2"] = draw(count + 1, *shape)
        if "labels_2" in script:
            values["labels_2"] = rng.integers(0, classes, count + 1)
        if "dy" in script:
            values["dy"] = draw(count + 1, classes)
        return scripted(name, script, **values)

    yield one("four pictures of 1×2×3, 3 classes", _ONE, linear(3, 6), 4, (1, 2, 3), 3, 0.4, 0, 0)
    yield one("weight decay", _ONE, linear(4, 8), 5, (2, 2, 2), 4, 0.3, 0.9, 0.1)
    yield one("six pictures, 5 classes", _ONE, linear(5, 4), 6, (1, 4, 1), 5, 1.5, 0, 0)
    yield one(
        "gradients are there from something else",
        _LEFT_OVER,
        linear(3, 6),
        3,
        (1, 3, 2),
        3,
        *(0.5, 0, 0),
    ).counts_for(after)
    yield one(
        "two batches, with momentum", _TWO, linear(4, 6), 4, (1, 2, 3), 4, 0.3, 0.9, 0
    ).counts_for(after)
    yield one(
        "two batches, momentum and weight decay",
        _TWO,
        *(linear(3, 8), 6, (2, 2, 2), 3),
        *(0.2, 0.8, 0.05),
    ).counts_for(after)
    yield one(
        "a network with batch norm", _NORM, normalised(3, 2, 4), 3, (2, 3, 3), 3, 0.1, 0.9, 0
    ).counts_for(mode)
    yield one(
        "batch norm, the network is in evaluation mode before each step",
        _AFTER_VALIDATION,
        *(normalised(4, 3, 6), 4, (2, 3, 4), 4),
        *(0.1, 0, 0),
    ).counts_for(mode)
    yield one(
        "batch norm, the network is in evaluation mode at first",
        _EVAL_ONCE,
        *(normalised(3, 2, 4), 5, (2, 3, 3), 3),
        *(0.1, 0, 0),
    ).counts_for(mode)


# Which gradients count


@exercise.mistake(
    "Gradients add up: `backward()` adds to what is there, so a step also takes the gradients of "
    "the steps before. Clear them, `optimizer.zero_grad()`, before `backward()`."
)
def forgets_to_clear(model, optimizer, x, labels):
    model.train()
    loss = F.cross_entropy(model(x), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


@exercise.mistake(
    "The gradients are cleared after the step only. Something else may have left gradients before "
    "the first one: clear them before `backward()`."
)
def clears_after_the_step(model, optimizer, x, labels):
    loss = forgets_to_clear(model, optimizer, x, labels)
    optimizer.zero_grad()
    return loss


@exercise.mistake(
    "The parameters do not move. After `loss.backward()` comes `optimizer.step()`, both with "
    "parentheses, and nothing clears the gradients in between."
)
def forgets_the_step(model, optimizer, x, labels):
    model.train()
    return F.cross_entropy(model(x), labels).item()


@exercise.mistake(
    "The gradients are set to 0 between `backward()` and `step()`, so that only weight decay and "
    "momentum are left: clear them before `backward()`."
)
def clears_before_the_step(model, optimizer, x, labels):
    model.train()
    loss = F.cross_entropy(model(x), labels)
    loss.backward()
    optimizer.zero_grad(set_to_none=False)
    optimizer.step()
    return loss.item()


@exercise.mistake(
    "`backward()` is missing (or its parentheses are), so the step takes whatever gradients there "
    "were before."
)
def forgets_backward_and_clearing(model, optimizer, x, labels):
    model.train()
    loss = F.cross_entropy(model(x), labels)
    optimizer.step()
    return loss.item()


@exercise.mistake(
    "The step comes before `backward()`, so it takes the gradients of the batch before: the order "
    "is clear, forward, backward, step."
)
def steps_before_backward(model, optimizer, x, labels):
    model.train()
    loss = F.cross_entropy(model(x), labels)
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()
    return loss.item()


@exercise.mistake(
    "The gradients are computed twice and add up: one `backward()` for each step, and no "
    "`retain_graph`."
)
def goes_back_twice(model, optimizer, x, labels):
    model.train()
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), labels)
    loss.backward(retain_graph=True)
    loss.backward()
    optimizer.step()
    return loss.item()


@exercise.mistake("Two steps are taken with one batch: call `optimizer.step()` once.")
def steps_twice(model, optimizer, x, labels):
    loss = _train_step(model, optimizer, x, labels)
    optimizer.step()
    return loss


@exercise.mistake(
    "`p.grad` is None until the first `backward()`, so `p.grad.zero_()` fails: "
    "`optimizer.zero_grad()` knows that."
)
def zeroes_what_is_not_there(model, optimizer, x, labels):
    for p in model.parameters():
        p.grad.zero_()
    return _train_step(model, optimizer, x, labels)


@exercise.mistake(
    "The gradients are cut to a length of 1. That is a good idea for some networks, but not asked "
    "for here."
)
def clips_the_gradients(model, optimizer, x, labels):
    return _changed(model, optimizer, x, labels, lambda: nn.utils.clip_grad_norm_(_all(model), 1.0))


@exercise.mistake(
    "The gradients are divided by the number of pictures: cross_entropy is a mean already."
)
def divides_the_gradients(model, optimizer, x, labels):
    return _changed(model, optimizer, x, labels, lambda: _scale(model, 1 / len(x)))


@exercise.mistake("The step goes uphill: `loss.backward()`, without a minus sign.")
def goes_uphill(model, optimizer, x, labels):
    return _changed(model, optimizer, x, labels, lambda: _scale(model, -1))


@exercise.mistake("The biases stay as they were: `optimizer.step()` moves all parameters.")
def moves_weights_only(model, optimizer, x, labels):
    def change():
        for name, p in model.named_parameters():
            p.grad = None if name.endswith("bias") else p.grad

    return _changed(model, optimizer, x, labels, change)


@exercise.mistake(
    "Weight decay is added to the loss (or to the gradients): if it is wanted, the optimizer does "
    "it."
)
def decays_by_hand(model, optimizer, x, labels):
    def change():
        for p in model.parameters():
            p.grad += 0.02 * p.detach()

    return _changed(model, optimizer, x, labels, change)


def _changed(model, optimizer, x, labels, change):
    """The right answer, but for `change` between backward and step."""
    model.train()
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), labels)
    loss.backward()
    change()
    optimizer.step()
    return loss.item()


def _all(model):
    return list(model.parameters())


def _scale(model, factor):
    for p in model.parameters():
        p.grad *= factor


# Training mode


@exercise.mistake(
    "`model.train()` is missing (or its parentheses are). A network that was just evaluated is in "
    "evaluation mode: batch norm and dropout then do not train."
)
def forgets_training_mode(model, optimizer, x, labels):
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


@exercise.mistake(
    "The network is in evaluation mode, `model.eval()`: batch norm and dropout do not train. "
    "Training asks for `model.train()`."
)
def evaluates(model, optimizer, x, labels):
    model.eval()
    return forgets_training_mode(model, optimizer, x, labels)


@exercise.mistake(
    "`model.train()` comes too late, after the forward pass: it belongs in the first line."
)
def trains_too_late(model, optimizer, x, labels):
    loss = forgets_training_mode(model, optimizer, x, labels)
    model.train()
    return loss


# The loss


def _with_loss(name, says, loss_of):
    """A mistake that is the right step with another loss."""

    def answer(model, optimizer, x, labels):
        return _train_step(model, optimizer, x, labels, loss_of)

    answer.__name__ = name
    exercise.mistake(says)(answer)


def _one_hot(scores, labels):
    return F.one_hot(labels, scores.shape[1]).to(scores.dtype)


for _name, _says, _loss in (
    (
        "softmax_first",
        "Softmax is taken twice: cross_entropy does it itself, so give it the scores, not "
        "probabilities.",
        lambda s, t: F.cross_entropy(s.softmax(1), t),
    ),
    (
        "softmax_over_the_batch",
        "Softmax goes over the pictures (`dim=0`), and before cross_entropy, which takes the "
        "scores themselves.",
        lambda s, t: F.cross_entropy(s.softmax(0), t),
    ),
    (
        "log_softmax_over_the_batch",
        "`log_softmax` goes over the pictures: the classes are axis 1, `dim=1`. cross_entropy does "
        "it all by itself.",
        lambda s, t: F.nll_loss(s.log_softmax(0), t),
    ),
    (
        "relu_first",
        "Scores below 0 are cut off before the loss: they count as they are.",
        lambda s, t: F.cross_entropy(s.relu(), t),
    ),
    (
        "sigmoid_first",
        "A sigmoid is taken before the loss: cross_entropy takes the scores as they are.",
        lambda s, t: F.cross_entropy(s.sigmoid(), t),
    ),
    (
        "nll_of_scores",
        "`nll_loss` takes logarithms of probabilities, and got scores: `cross_entropy(scores, "
        "labels)` does both.",
        F.nll_loss,
    ),
    (
        "nll_of_probabilities",
        "`nll_loss` takes logarithms of probabilities, and got probabilities: "
        "`cross_entropy(scores, labels)` does it all.",
        lambda s, t: F.nll_loss(s.softmax(1), t),
    ),
    (
        "sums",
        "The losses of the pictures are summed up: the mean is asked for, which is what "
        "cross_entropy gives if you say nothing (`reduction`).",
        lambda s, t: F.cross_entropy(s, t, reduction="sum"),
    ),
    (
        "divides_by_the_batch_again",
        "The loss is divided by the number of pictures once more: cross_entropy gives the mean.",
        lambda s, t: F.cross_entropy(s, t) / len(t),
    ),
    (
        "squares",
        "This is the squared error: a classifier takes cross_entropy of scores and labels.",
        lambda s, t: F.mse_loss(s, _one_hot(s, t)),
    ),
    (
        "squares_of_probabilities",
        "This is the squared error of the probabilities: take cross_entropy of scores and labels.",
        lambda s, t: F.mse_loss(s.softmax(1), _one_hot(s, t)),
    ),
    (
        "binary",
        "This is the binary cross-entropy, a yes or no for each class: of exclusive classes, take "
        "`cross_entropy`.",
        lambda s, t: F.binary_cross_entropy_with_logits(s, _one_hot(s, t)),
    ),
    (
        "hinge",
        "This is a hinge loss: take cross_entropy of scores and labels.",
        F.multi_margin_loss,
    ),
    (
        "smooths",
        "The labels are smoothed, which is not asked for here: plain cross_entropy.",
        lambda s, t: F.cross_entropy(s, t, label_smoothing=0.1),
    ),
    (
        "first_picture",
        "Only the first picture counts: cross_entropy takes the scores of all of them.",
        lambda s, t: F.cross_entropy(s[:1], t[:1]),
    ),
    (
        "labels_first",
        "The arguments of cross_entropy have changed places: first the scores, then the labels.",
        lambda s, t: F.cross_entropy(t, s),
    ),
    (
        "labels_as_floats",
        "The labels are converted to floats: as numbers of classes they have to stay whole numbers "
        "(int64), as they come.",
        lambda s, t: F.cross_entropy(s, t.float()),
    ),
    (
        "class_called_with_scores",
        "`nn.CrossEntropyLoss` is a class: `nn.CrossEntropyLoss()(scores, labels)`, or the "
        "function `nn.functional.cross_entropy(scores, labels)`.",
        lambda s, t: nn.CrossEntropyLoss(s, t),
    ),
    (
        "out_of_the_graph",
        "No gradient flows from the loss back to the parameters: something between them takes the "
        "numbers out of the graph (`torch.no_grad()`, `.detach()`, `.data`, `.item()`, `argmax`).",
        lambda s, t: F.cross_entropy(s.detach(), t),
    ),
    (
        "predictions",
        "cross_entropy gets the predicted classes (`argmax`): give it the scores, one for each "
        "class.",
        lambda s, t: F.cross_entropy(s.argmax(1).to(s.dtype), t),
    ),
    (
        "labels_as_a_column",
        "The labels have an axis too many: one whole number for each picture, of shape (N,), as "
        "they come.",
        lambda s, t: F.cross_entropy(s, t[:, None]),
    ),
    (
        "labels_from_1",
        "Something is taken off the labels: classes count from 0, as the labels do.",
        lambda s, t: F.cross_entropy(s, t - 1),
    ),
    (
        "one_loss_for_each_picture",
        "`backward()` starts from one number, the mean of the losses: leave out "
        "`reduction='none'`, or take the mean.",
        lambda s, t: F.cross_entropy(s, t, reduction="none"),
    ),
    (
        "every_label_for_every_picture",
        "`p[:, labels]` takes all labels for each picture: its own is `p[torch.arange(N), "
        "labels]`. cross_entropy does it all by itself.",
        lambda s, t: -s.log_softmax(1)[:, t].mean(),
    ),
):
    _with_loss(_name, _says, _loss)


# The batch


@exercise.mistake(
    "Each picture takes a step of its own: the batch takes one, with the mean of all gradients."
)
def steps_for_each_picture(model, optimizer, x, labels):
    losses = [_train_step(model, optimizer, x[n : n + 1], labels[n : n + 1]) for n in range(len(x))]
    return sum(losses) / len(losses)


@exercise.mistake("The pictures are divided by 255 first: take x as it comes.")
def divides_pixels(model, optimizer, x, labels):
    return _train_step(model, optimizer, x / 255, labels)


@exercise.mistake("The pictures are normalised first: take x as it comes.")
def normalises(model, optimizer, x, labels):
    spread = x.std(correction=0).clamp_min(1e-6)
    return _train_step(model, optimizer, (x - x.mean()) / spread, labels)


@exercise.mistake("The mean is taken off the pictures first: take x as it comes.")
def takes_the_mean_off(model, optimizer, x, labels):
    return _train_step(model, optimizer, x - x.mean(), labels)


@exercise.mistake("The network gets a NumPy array: give it the tensor x itself.")
def passes_an_array(model, optimizer, x, labels):
    return _train_step(model, optimizer, x.numpy(), labels)


@exercise.mistake(
    "The pictures are flattened first: the network takes them as they are, (N, C, H, W)."
)
def flattens(model, optimizer, x, labels):
    return _train_step(model, optimizer, x.flatten(1), labels)


# The optimizer


@exercise.mistake(
    "The parameters are moved by hand, without the optimizer's momentum and weight decay: "
    "`optimizer.step()` does it."
)
def moves_by_hand(model, optimizer, x, labels):
    model.train()
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), labels)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= optimizer.param_groups[0]["lr"] * p.grad
    return loss.item()


def _with_own(name, says, make):
    """A mistake that makes an optimizer of its own."""

    def answer(model, optimizer, x, labels):
        return _train_step(model, make(model.parameters(), optimizer), x, labels)

    answer.__name__ = name
    exercise.mistake(says)(answer)


for _name, _says, _make in (
    (
        "makes_a_copy",
        "A new optimizer is made at every step, so that momentum is forgotten: use the one given.",
        lambda ps, given_: torch.optim.SGD(
            ps, **{k: given_.defaults[k] for k in ("lr", "momentum", "weight_decay")}
        ),
    ),
    (
        "takes_a_hundredth",
        "An optimizer of your own is used, SGD with the learning rate 0.01: use the one given.",
        lambda ps, _: torch.optim.SGD(ps, 0.01),
    ),
    (
        "takes_a_tenth",
        "An optimizer of your own is used, SGD with the learning rate 0.1: use the one given.",
        lambda ps, _: torch.optim.SGD(ps, 0.1),
    ),
    (
        "takes_adam",
        "An optimizer of your own is used, Adam: use the one given.",
        lambda ps, _: torch.optim.Adam(ps),
    ),
):
    _with_own(_name, _says, _make)


# What is returned


@exercise.mistake(
    "The loss is returned as a tensor, and the whole graph of the step stays in memory with it: "
    "`loss.item()` is the number alone."
)
def returns_a_tensor(model, optimizer, x, labels):
    model.train()
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), labels)
    loss.backward()
    optimizer.step()
    return loss


@exercise.mistake(
    "`loss.item()` is a plain number, which has no `backward()`. Call `loss.backward()` on the "
    "tensor, and `.item()` only in the return."
)
def takes_the_number_too_early(model, optimizer, x, labels):
    return _train_step(model, optimizer, x, labels, lambda s, t: F.cross_entropy(s, t).item())


@exercise.mistake(
    "The loss is measured after the step: return the one from the forward pass before it."
)
def measures_after_the_step(model, optimizer, x, labels):
    _train_step(model, optimizer, x, labels)
    return F.cross_entropy(model(x), labels).item()


@exercise.mistake(
    "The step is right, but the loss returned is the sum over the pictures: return the mean."
)
def returns_the_sum(model, optimizer, x, labels):
    return _train_step(model, optimizer, x, labels) * len(x)


@exercise.mistake(
    "The step is right, but the loss returned is divided by the number of pictures: it is their "
    "mean already."
)
def returns_the_loss_divided(model, optimizer, x, labels):
    return _train_step(model, optimizer, x, labels) / len(x)


@exercise.mistake("The share of right answers is returned; the answer is the loss.")
def returns_the_accuracy(model, optimizer, x, labels):
    scores = []
    _train_step(model, optimizer, x, labels, lambda s, t: F.cross_entropy(_kept(s, scores), t))
    return (scores[0].argmax(1) == labels).double().mean().item()


def _kept(value, store):
    store.append(value)
    return value


@exercise.mistake("The loss is rounded: return it as it is.")
def rounds(model, optimizer, x, labels):
    return round(_train_step(model, optimizer, x, labels), 2)


@exercise.mistake("The step is right, but 0 comes back: return the loss of this batch.")
def returns_nothing_much(model, optimizer, x, labels):
    _train_step(model, optimizer, x, labels)
    return 0.0


@exercise.also_right("gradients removed from the parameters, log_softmax and nll_loss")
def with_nll(model, optimizer, x, labels):
    for p in model.parameters():
        p.grad = None
    loss = F.nll_loss(model.train()(x).log_softmax(dim=1), labels)
    loss.backward()
    optimizer.step()
    return float(loss)


@exercise.also_right("a closure for the optimizer, the module nn.CrossEntropyLoss")
def with_a_closure(model, optimizer, x, labels):
    criterion = nn.CrossEntropyLoss()

    def closure():
        optimizer.zero_grad(set_to_none=False)
        loss = criterion(model.forward(x), labels)
        loss.backward()
        return loss

    model.train(True)
    return optimizer.step(closure).item()


@exercise.also_right("cleared between forward and backward, labels as probabilities")
def with_soft_labels(model, optimizer, x, labels):
    model.train()
    scores = model(x)
    model.zero_grad()
    loss = -(scores.log_softmax(1) * _one_hot(scores, labels)).sum(1).mean()
    torch.autograd.backward(loss)
    optimizer.step()
    return loss.detach().cpu().numpy().item()


@exercise.also_right("torch.autograd.grad, the loss from logsumexp, a NumPy number")
def with_autograd_grad(model, optimizer, x, labels):
    model.train()
    scores = model(x)
    right = scores.gather(1, labels[:, None])[:, 0]
    loss = (scores.logsumexp(dim=1) - right).mean()
    parameters = list(model.parameters())
    found = torch.autograd.grad(loss, parameters)
    for p, g in zip(parameters, found, strict=True):
        p.grad = g
    optimizer.step()
    return np.float32(loss.item())


@exercise.also_right("cleared before and after, the accuracy measured on the way")
def with_accuracy_on_the_way(model, optimizer, x, labels):
    model.eval()
    with torch.no_grad():
        (model(x).argmax(1) == labels).float().mean()
    loss = _train_step(model, optimizer, x, labels)
    optimizer.zero_grad()
    return loss
