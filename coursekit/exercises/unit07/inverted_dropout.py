"""``inverted_dropout``: switch some numbers off, and make up for them."""

import numpy as np
import torch
from torch.nn import functional as F

from coursekit.exercises import Exercise, case, same, tiny


def _reference(x, u, p=0.5, training=True):
    return torch.where(u < p, torch.zeros_like(x), x / (1 - p)) if training else x


exercise = Exercise(
    "inverted_dropout(x, u, p=0.5, training=True)",
    unit="07",
    title="Inverted dropout",
    reference=_reference,
    tensors=True,
    points=3,
    checks={
        "half of them": 1,
        "another probability": 0.5,
        "training and evaluation": 0.5,
        "gradients": 0.5,
        "in any form": 0.5,
    },
    minutes=15,
    difficulty=1,
    builds_on=("relu_backward",),
    hints=(
        "Two questions: which numbers stay, and what becomes of those that stay? And before both: "
        "is this training at all?",
        "`keep = u >= p` is a tensor of True and False, of the shape of x. Times x, a True counts "
        "1 and a False 0.",
        "A share of 1 - p of the numbers stays. To make up for the others, those that stay are "
        "divided by 1 - p: `return x * keep / (1 - p)`.",
    ),
)


@exercise.cases
def cases(rng):
    other, evaluation, back = "another probability", "training and evaluation", "gradients"

    def draw(*shape):
        return (
            rng.standard_normal(shape).astype(np.float32),
            rng.random(shape, np.float32),
        )

    x = np.array([1, -2, 3, 4], np.float32)
    yield tiny(
        "four numbers", x, np.array([0.1, 0.6, 0.5, 0.3], np.float32), expected=[0, -4, 6, 0]
    )
    yield tiny(
        "the same four, p = 0.25",
        x,
        np.array([0.1, 0.6, 0.25, 0.3], np.float32),
        0.25,
        expected=np.array([0, -8, 12, 16]) / 3,
    ).counts_for(other)
    yield tiny(
        "the same four in evaluation",
        x,
        np.array([0.1, 0.6, 0.5, 0.3], np.float32),
        training=False,
        expected=x,
    ).counts_for(evaluation)
    yield case("a batch of 3 with 5 numbers each", *draw(3, 5))
    yield case("maps: 2 pictures, 3 channels, 4×5", *draw(2, 3, 4, 5))
    yield case("p = 0.2", *draw(4, 6), p=0.2).counts_for(other)
    yield case("p = 0.9", *draw(5, 8), 0.9).counts_for(other)
    yield case("p = 0: everything stays", *draw(3, 4), p=0.0).counts_for(other)
    yield case("maps, p = 0.7, in training", *draw(2, 2, 3, 4), 0.7, True).counts_for(evaluation)
    yield case("a batch in evaluation", *draw(4, 5), training=False).counts_for(evaluation)
    yield case("maps in evaluation, p = 0.8", *draw(2, 3, 2, 4), 0.8, False).counts_for(evaluation)
    yield case("and back, a batch, p = 0.4", *draw(3, 6), 0.4).with_gradients("x").counts_for(back)
    yield case("and back, maps", *draw(2, 3, 3, 2)).with_gradients("x").counts_for(back)
    yield (case("and back, in evaluation", *draw(2, 5), 0.3, False).with_gradients("x")).counts_for(
        back
    )


@exercise.holds("The mean stays about the same: what is dropped is made up for.")
def mean_stays(answer, rng):
    x = np.full((40, 50), 2, np.float32)
    u = (rng.permutation(2000).reshape(40, 50) / 2000).astype(np.float32)
    means = [np.mean(answer(x, u, p)) for p in (0.25, 0.5, 0.75)]
    return same(means, np.full(3, 2.0), outputs=("the means",))


def _keeps(x, keep, scale=1.0):
    return x * keep * scale


# What is dropped


@exercise.mistake(
    "p is the probability to be dropped, and you use it as the one to stay: drop where u < p, and "
    "divide by 1 - p."
)
def p_is_what_stays(x, u, p=0.5, training=True):
    return _keeps(x, u < p, 1 / max(p, 1e-6)) if training else x


@exercise.mistake(
    "The mask is the wrong way round: numbers with u < p are dropped, and the others stay."
)
def inverts_the_mask(x, u, p=0.5, training=True):
    return _keeps(x, u < p, 1 / (1 - p)) if training else x


@exercise.mistake("A number whose u is exactly p stays: it is dropped where u < p, not u <= p.")
def drops_at_p(x, u, p=0.5, training=True):
    return _keeps(x, u > p, 1 / (1 - p)) if training else x


@exercise.mistake(
    "u < 1 - p is dropped: that share is 1 - p, but p of all numbers should go, those with u < p."
)
def drops_the_share_that_stays(x, u, p=0.5, training=True):
    return _keeps(x, u >= 1 - p, 1 / (1 - p)) if training else x


@exercise.mistake(
    "Your mask drops u > 1 - p. As many would go, but not the same ones: drop where u < p."
)
def drops_from_above(x, u, p=0.5, training=True):
    return _keeps(x, u <= 1 - p, 1 / (1 - p)) if training else x


@exercise.mistake("x itself is compared with p: the chance is in u, drop where u < p.")
def compares_x(x, u, p=0.5, training=True):
    return _keeps(x, x >= p, 1 / (1 - p)) if training else x


@exercise.mistake("Nothing is dropped: where u < p, the answer is 0.")
def drops_nothing(x, u, p=0.5, training=True):
    return x / (1 - p) if training else x


@exercise.mistake(
    "p is not used: the mask is `u < 0.5` and the factor 2, whatever p says. Use p for both."
)
def ignores_p(x, u, p=0.5, training=True):
    return _reference(x, u, 0.5, training)


@exercise.mistake("The mask is `u < 0.5`, whatever p says (the factor is right).")
def ignores_p_in_the_mask(x, u, p=0.5, training=True):
    return _keeps(x, u >= 0.5, 1 / (1 - p)) if training else x


@exercise.mistake("The factor is 2, whatever p says: those that stay are divided by 1 - p.")
def ignores_p_in_the_factor(x, u, p=0.5, training=True):
    return _keeps(x, u >= p, 2) if training else x


@exercise.mistake(
    "All rows of the batch lose the same numbers: u has one number for each number of x, so "
    "compare all of it."
)
def one_mask_for_the_batch(x, u, p=0.5, training=True):
    return _keeps(x, u[:1] >= p, 1 / (1 - p)) if training else x


@exercise.mistake("A row stays or goes as a whole, by its first u: each number has its own u.")
def drops_whole_rows(x, u, p=0.5, training=True):
    return _keeps(x, u[..., :1] >= p, 1 / (1 - p)) if training else x


@exercise.mistake(
    "Only what stays came back, as a row: keep the shape of x, with 0 where something is dropped "
    "(`x * mask`, `torch.where`)."
)
def picks_out(x, u, p=0.5, training=True):
    return x[u >= p] / (1 - p) if training else x


@exercise.mistake("What is dropped becomes 0, not NaN: multiply by the mask.")
def drops_to_nan(x, u, p=0.5, training=True):
    return (x / (1 - p)).masked_fill(u < p, torch.nan) if training else x


# What becomes of the others


@exercise.mistake(
    "The numbers that stay are not made larger: divide them by 1 - p, so that the sum over many "
    "stays what it was."
)
def does_not_scale(x, u, p=0.5, training=True):
    return _keeps(x, u >= p) if training else x


@exercise.mistake(
    "The numbers that stay are multiplied by 1 - p, which makes them smaller still: divide by it, "
    "with parentheses, `1 / (1 - p)`."
)
def multiplies(x, u, p=0.5, training=True):
    return _keeps(x, u >= p, 1 - p) if training else x


@exercise.mistake("The numbers that stay are divided by p: a share of 1 - p stays.")
def divides_by_p(x, u, p=0.5, training=True):
    return _keeps(x, u >= p, 1 / max(p, 1e-6)) if training else x


@exercise.mistake("The numbers that stay are multiplied by p: divide them by 1 - p.")
def multiplies_by_p(x, u, p=0.5, training=True):
    return _keeps(x, u >= p, p) if training else x


@exercise.mistake("The numbers that stay are divided by √(1 - p): it is 1 - p, without the root.")
def takes_the_root(x, u, p=0.5, training=True):
    return _keeps(x, u >= p, (1 - p) ** -0.5) if training else x


@exercise.mistake("The numbers that stay are divided by 1 - p twice: once will do.")
def scales_twice(x, u, p=0.5, training=True):
    return _keeps(x, u >= p, (1 - p) ** -2) if training else x


@exercise.mistake("The numbers that stay are multiplied by 1 + p: divide them by 1 - p.")
def multiplies_by_one_plus_p(x, u, p=0.5, training=True):
    return _keeps(x, u >= p, 1 + p) if training else x


@exercise.mistake(
    "You divide by the share that happened to stay. That is another number each time: divide by "
    "1 - p."
)
def divides_by_what_stayed(x, u, p=0.5, training=True):
    keep = u >= p
    return _keeps(x, keep, 1 / keep.to(x.dtype).mean().clamp_min(1e-6)) if training else x


@exercise.mistake(
    "p is subtracted from every number: `x / 1 - p` divides by 1 first. Write `x / (1 - p)`."
)
def forgets_the_parentheses(x, u, p=0.5, training=True):
    return _keeps(x, u >= p) / 1 - p if training else x


@exercise.mistake("The mask alone is returned, with its factor: multiply it by x.")
def returns_the_mask(x, u, p=0.5, training=True):
    return (u >= p).to(x.dtype) / (1 - p) if training else torch.ones_like(x)


@exercise.mistake("True and False came back: that is the mask. Multiply it by x.")
def returns_true_and_false(x, u, p=0.5, training=True):
    return u >= p if training else x


@exercise.mistake("u is dropped out instead of x: multiply x by the mask.")
def drops_u(x, u, p=0.5, training=True):
    return _keeps(u, u >= p, 1 / (1 - p)) if training else u


@exercise.mistake("x is multiplied by u: u only decides what stays, by u >= p.")
def multiplies_by_u(x, u, p=0.5, training=True):
    return _keeps(x * u, u >= p, 1 / (1 - p)) if training else x


@exercise.mistake("The mask is returned as well: one tensor is asked for, what becomes of x.")
def returns_the_mask_too(x, u, p=0.5, training=True):
    return _reference(x, u, p, training), u >= p


@exercise.mistake("x is cut to whole numbers (`.int()`, `.long()`): leave it as it is.")
def cuts_to_whole_numbers(x, u, p=0.5, training=True):
    return _keeps(x.trunc(), u >= p, 1 / (1 - p)) if training else x


# Training and evaluation


@exercise.mistake("`training` is not used: in evaluation, x comes back unchanged.")
def drops_in_evaluation_too(x, u, p=0.5, training=True):
    return _reference(x, u, p)


@exercise.mistake(
    "This is dropout as it was published: nothing made larger in training, everything multiplied "
    "by 1 - p in evaluation. Inverted dropout does it all in training, and evaluation leaves x "
    "alone."
)
def scales_in_evaluation_instead(x, u, p=0.5, training=True):
    return _keeps(x, u >= p) if training else x * (1 - p)


@exercise.mistake(
    "Evaluation multiplies by 1 - p, though training has made up for it already: x comes back "
    "unchanged there."
)
def scales_in_evaluation_too(x, u, p=0.5, training=True):
    return _reference(x, u, p) if training else x * (1 - p)


@exercise.mistake(
    "Evaluation divides by 1 - p as well. Nothing is dropped there, so there is nothing to make up "
    "for."
)
def divides_in_evaluation_too(x, u, p=0.5, training=True):
    return _reference(x, u, p) if training else x / (1 - p)


@exercise.mistake("Training and evaluation are exchanged: drop when `training` is True.")
def exchanges_training_and_evaluation(x, u, p=0.5, training=True):
    return _reference(x, u, p, not training)


@exercise.mistake("Nothing is done in training: drop when `training` is True.")
def does_nothing(x, u, p=0.5, training=True):
    return x


@exercise.mistake("Evaluation returns 0 everywhere: x comes back unchanged there.")
def zeros_in_evaluation(x, u, p=0.5, training=True):
    return _reference(x, u, p) if training else torch.zeros_like(x)


@exercise.mistake("Nothing is returned in evaluation: there, `return x`.")
def returns_nothing_in_evaluation(x, u, p=0.5, training=True):
    return _reference(x, u, p) if training else None


# The graph


@exercise.mistake(
    "The numbers that stay are right, but their gradient is not: the factor 1 / (1 - p) is taken "
    "out of the graph. Multiply x itself."
)
def factor_out_of_the_graph(x, u, p=0.5, training=True):
    y = _reference(x, u, p, training)
    return x * (u >= p) + (y - x * (u >= p)).detach() if training else x


@exercise.mistake(
    "The gradient goes to dropped numbers as well: multiply x itself by the mask, rather than "
    "correcting the numbers afterwards."
)
def gradient_for_all(x, u, p=0.5, training=True):
    return x + (_reference(x, u, p, training) - x).detach()


@exercise.mistake(
    "Evaluation takes x out of the graph (`.detach()`, `.data`, `.clone()` of either): the "
    "gradient has to flow there as well. Return x."
)
def detaches_in_evaluation(x, u, p=0.5, training=True):
    return _reference(x, u, p) if training else x.detach()


@exercise.mistake(
    "The answer is taken out of the graph (`.detach()`, `.data`, `.item()`, `torch.tensor(...)`), "
    "so nothing before this layer can learn: work with x itself."
)
def detaches(x, u, p=0.5, training=True):
    return _reference(x.detach(), u, p, training)


@exercise.mistake(
    "You write into x (`x[u < p] = 0`, `x *= …`): the caller still needs it, and autograd refuses "
    "it. Make a new tensor, `x * mask`."
)
def writes_into_x(x, u, p=0.5, training=True):
    if training:
        x[u < p] = 0
        x /= 1 - p
    return x


@exercise.also_right("masked_fill, the factor first")
def with_masked_fill(x, u, p=0.5, training=True):
    if not training:
        return x.clone()
    return (x * (1 / (1 - p))).masked_fill(u < p, 0)


@exercise.also_right("a mask from NumPy, an einsum")
def with_a_mask_from_numpy(x, u, p=0.5, training=True):
    keep = (u.numpy() >= p).astype(u.numpy().dtype) / (1 - p) if training else np.ones(u.shape)
    flat, mask = x.reshape(-1), torch.as_tensor(keep, dtype=x.dtype).reshape(-1)
    return torch.einsum("i,i->i", flat, mask).reshape(x.shape)


@exercise.also_right("number by number, in a loop")
def in_a_loop(x, u, p=0.5, training=True):
    if not training:
        return 1 * x
    pairs = zip(x.flatten(), u.flatten(), strict=True)
    numbers = [a / (1 - p) if chance >= p else 0 * a for a, chance in pairs]
    return torch.stack(numbers).view(x.shape)


@exercise.also_right("a copy is written into")
def writes_into_a_copy(x, u, p=0.5, training=True):
    y = x.clone()
    if training:
        y[u < p] = 0.0
        y = y / (1.0 - p)
    return y


@exercise.also_right("clever arithmetic: the ceiling of u - p, a step function")
def with_a_step_function(x, u, p=0.5, training=True):
    rate = p if training else 0.0
    keep = torch.heaviside(u - rate, torch.ones(1, dtype=u.dtype))
    return F.relu(x * keep / (1 - rate)) - F.relu(-x * keep / (1 - rate))
