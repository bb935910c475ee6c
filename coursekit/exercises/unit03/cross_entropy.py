"""``cross_entropy``: how wrong the scores are, and which way is better."""

import numpy as np

from coursekit import numpy_nn
from coursekit.exercises import Comparison, Exercise, case, same, tiny

exercise = Exercise(
    "cross_entropy(scores, labels)",
    unit="03",
    title="How wrong, and which way is better?",
    reference=numpy_nn.softmax_cross_entropy,
    points=4,
    checks={"one sample": 1, "several samples": 1, "large scores": 1, "in any form": 1},
    minutes=35,
    difficulty=3,
    builds_on=("softmax",),
    comparison=Comparison(outputs=("loss", "dscores")),
    hints=(
        "The probability of the right class of every sample, as one array: "
        "`p[np.arange(N), labels]`. The loss is the mean of minus its logarithm.",
        "Where the right class has probability 0, the logarithm is infinite. Do not take the "
        "logarithm of p: with m the row's largest score, log p of class k is "
        "s_k − m − log Σ e^(s_j − m), and that is always finite.",
        "The gradient of one sample is p minus a row with 1 at the label and 0 elsewhere. The "
        "mean over the batch divides it by N.",
        "`dscores = p.copy()`, then `dscores[np.arange(N), labels] -= 1`, then `dscores /= N`.",
    ),
)


@exercise.cases
def cases(rng):
    yield tiny(
        "2 samples, 3 classes",
        np.log([[1.0, 2.0, 1.0], [3.0, 1.0, 1.0]]),
        np.array([1, 2]),
        expected=(np.log(10) / 2, [[0.125, -0.25, 0.125], [0.3, 0.1, -0.4]]),
    ).counts_for("several samples")
    yield tiny(
        "a batch of one, eight equal scores",
        np.zeros((1, 8)),
        np.array([2]),
        expected=(np.log(8), [[1 / 8, 1 / 8, -7 / 8, 1 / 8, 1 / 8, 1 / 8, 1 / 8, 1 / 8]]),
    )
    yield tiny(
        "three times sure and wrong",
        np.array([[1000.0, 0.0], [0.0, 1000.0], [1000.0, 0.0]]),
        np.array([1, 0, 1]),
        expected=(1000, np.array([[1, -1], [-1, 1], [1, -1]]) / 3),
    ).counts_for("large scores")
    r = rng.standard_normal
    for n, k, name in (
        (2, 2, "2 samples, 2 classes"),
        (5, 4, "5 samples, 4 classes"),
        (3, 6, "3 samples, 6 classes"),
        (4, 4, "as many samples as classes"),
        (1, 5, "a batch of one"),
        (6, 2, "two classes"),
        (12, 10, "12 samples, 10 classes"),
    ):
        labels = rng.integers(0, k, n)
        labels[0] = rng.integers(1, k)
        check = "several samples" if n > 1 else "one sample"
        yield case(name, 2 * r((n, k)), labels).counts_for(check)
    yield case("the same label for all", r((4, 3)), np.full(4, 2)).counts_for("several samples")
    yield case(
        "labels as bytes (uint8)", r((5, 3)), np.array([2, 0, 1, 1, 2], np.uint8)
    ).counts_for("several samples")
    yield case(
        "scores of whole numbers", rng.integers(-4, 5, (3, 4)), np.array([3, 0, 1])
    ).counts_for("several samples")
    sure = np.array([[0.0, 50.0, 3.0], [-60.0, 2.0, 1.0]])
    yield case("two sure and wrong", sure + r((2, 3)), np.array([0, 0])).counts_for("large scores")
    apart = np.array([[900.0, 901.0, 899.0], [0.0, 1.0, -1.0], [-900.0, -901.0, -899.0]])
    yield case("rows far apart", apart + r((3, 3)), np.array([2, 0, 1])).counts_for("large scores")


@exercise.holds("`dscores` agrees with the slopes of the loss, measured by small steps.")
def gradient_agrees(answer, rng):
    scores, labels = rng.standard_normal((3, 4)), rng.integers(0, 4, 3)

    def loss(s):
        return float(numpy_nn.softmax_cross_entropy(s, labels)[0])

    slopes = numpy_nn.numerical_gradient(loss, scores)
    return same(np.asarray(answer(scores, labels)[1]), slopes)


@exercise.holds("Each sample's gradient adds up to 0: what one class gains, the others lose.")
def adds_up_to_zero(answer, rng):
    scores, labels = rng.standard_normal((4, 5)), rng.integers(0, 5, 4)
    dscores = np.asarray(answer(scores, labels)[1])
    return same(1 + dscores.sum(axis=1), np.ones(4))


def _logp(scores, axis=1):
    shifted = scores - np.max(scores, axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


_p = numpy_nn.softmax


def _one_hot(scores, labels):
    return np.eye(scores.shape[1])[labels]


def _at_labels(values, labels):
    """Every sample's number at its own label."""
    return values[np.arange(len(labels)), labels]


def _losses(scores, labels):
    """The loss of every sample."""
    return -_at_labels(_logp(scores), labels)


def _from_logp(logp, labels):
    """Loss and gradient, as they follow from the logarithms of the probabilities."""
    dscores = (np.exp(logp) - _one_hot(logp, labels)) / len(labels)
    return -_at_labels(logp, labels).mean(), dscores


def _right(scores, labels):
    """The right answer; most mistakes are this with one part wrong."""
    return _from_logp(_logp(scores), labels)


# the loss


@exercise.mistake("The loss is a sum over the batch: take the mean.")
def loss_is_a_sum(scores, labels):
    return _losses(scores, labels).sum(), _right(scores, labels)[1]


@exercise.mistake("The loss of every sample comes back: take their mean, one number.")
def loss_is_not_reduced(scores, labels):
    return _losses(scores, labels), _right(scores, labels)[1]


@exercise.mistake(
    "The loss is divided by N · K: the mean is over the N samples. (Is `.mean()` taken of an array "
    "with K columns?)"
)
def loss_averages_all_numbers(scores, labels):
    return _losses(scores, labels).sum() / scores.size, _right(scores, labels)[1]


@exercise.mistake("The loss is divided by the number of classes: divide by the number of samples.")
def loss_divides_by_classes(scores, labels):
    return _losses(scores, labels).sum() / scores.shape[1], _right(scores, labels)[1]


@exercise.mistake("The loss is negative: it is minus the logarithm of the probability.")
def loss_turns_the_sign(scores, labels):
    return -_losses(scores, labels).mean(), _right(scores, labels)[1]


@exercise.mistake("The logarithm has base 2: use the natural one, `np.log`.")
def loss_takes_log2(scores, labels):
    return _losses(scores, labels).mean() / np.log(2), _right(scores, labels)[1]


@exercise.mistake("The logarithm has base 10: use the natural one, `np.log`.")
def loss_takes_log10(scores, labels):
    return _losses(scores, labels).mean() / np.log(10), _right(scores, labels)[1]


@exercise.mistake(
    "The logarithm of a mean is taken: take the mean of the logarithms, one for each sample."
)
def loss_is_a_log_of_a_mean(scores, labels):
    p = np.exp(-_losses(scores, labels))
    return -np.log(p.mean()), _right(scores, labels)[1]


@exercise.mistake(
    "The logarithm is missing: one minus the probability of the right class is averaged."
)
def loss_forgets_the_log(scores, labels):
    return (1 - np.exp(-_losses(scores, labels))).mean(), _right(scores, labels)[1]


@exercise.mistake("The logarithm is missing: minus the probability of the right class is averaged.")
def loss_is_minus_p(scores, labels):
    return -np.exp(-_losses(scores, labels)).mean(), _right(scores, labels)[1]


@exercise.mistake(
    "The loss is infinite where the right class has probability 0: the softmax has rounded it. "
    "Take the logarithm on paper: score of the label − largest − log Σ e^(score − largest)."
)
def loss_takes_log_of_zero(scores, labels):
    return -np.log(_at_labels(_p(scores), labels)).mean(), _right(scores, labels)[1]


def _loss_with(keep_off_zero, name):
    def answer(scores, labels):
        right = keep_off_zero(_at_labels(_p(scores), labels))
        return -np.log(right).mean(), _right(scores, labels)[1]

    answer.__name__ = name
    return answer


_ON_PAPER = (
    "Take the logarithm on paper instead: score of the label − largest − log Σ e^(score − largest)."
)

_TINY = np.finfo(float)

for _small in (
    *(10.0**-k for k in range(3, 17)),
    *(_TINY.eps, 1e-20, 1e-30, 1e-100, 1e-300, _TINY.tiny),
):
    exercise.mistake(
        f"A small number ({_small:.2g}) is added before the logarithm: the loss then cannot exceed "
        f"{-np.log(_small):.3g}, and here it should be 1000. {_ON_PAPER}"
    )(_loss_with(lambda p, small=_small: p + small, f"loss_adds_{_small:.0e}"))

for _small in (1e-7, 1e-6, 1e-5, 1e-4, 1e-3):
    exercise.mistake(
        f"Probabilities below {_small:g} are cut off (`clip`) before the logarithm: the loss then "
        f"cannot exceed {-np.log(_small):.3g}, and here it should be 1000. {_ON_PAPER}"
    )(_loss_with(lambda p, small=_small: np.clip(p, small, 1), f"loss_clips_at_{_small:.0e}"))


@exercise.mistake(
    "Large scores overflow, and infinity or NaN comes out: subtract each row's largest score "
    "before exp, as in softmax."
)
def overflows(scores, labels):
    e = np.exp(scores)
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(_at_labels(p, labels)).mean(), (p - _one_hot(scores, labels)) / len(labels)


@exercise.mistake(
    "The loss overflows: in log Σ e^s the power e^1000 is infinite. Subtract each row's largest "
    "score from all its scores before exp; the loss stays the same."
)
def loss_overflows(scores, labels):
    right = _at_labels(scores, labels)
    return (np.log(np.exp(scores).sum(axis=1)) - right).mean(), _right(scores, labels)[1]


@exercise.mistake(
    "The largest score is subtracted inside log Σ e^s only: subtract it from the score of the "
    "label as well."
)
def loss_shifts_the_sum_only(scores, labels):
    total = np.exp(scores - scores.max(axis=1, keepdims=True)).sum(axis=1)
    return (np.log(total) - _at_labels(scores, labels)).mean(), _right(scores, labels)[1]


@exercise.mistake(
    "The logarithm of the sum is missing: minus log p is log Σ e^(score − largest), less the score "
    "of the label − largest."
)
def loss_forgets_the_log_of_the_sum(scores, labels):
    shifted = scores - scores.max(axis=1, keepdims=True)
    right = _at_labels(shifted, labels)
    return (np.exp(shifted).sum(axis=1) - right).mean(), _right(scores, labels)[1]


@exercise.mistake(
    "The loss takes the logarithm of a score: put the scores through the softmax first."
)
def loss_takes_scores_for_probabilities(scores, labels):
    return -np.log(_at_labels(scores, labels)).mean(), _right(scores, labels)[1]


@exercise.mistake(
    "The labels are not used in the loss: all classes count. Take the logarithm of each sample's "
    "right class only."
)
def loss_sums_all_classes(scores, labels):
    return -_logp(scores).sum(axis=1).mean(), _right(scores, labels)[1]


@exercise.mistake(
    "The loss is the entropy of the predictions, −Σ p log p: the labels are not in it."
)
def loss_is_the_entropy(scores, labels):
    p = _p(scores)
    return -(p * _logp(scores)).sum(axis=1).mean(), _right(scores, labels)[1]


@exercise.mistake("The loss is computed from the first sample only: take the mean over all.")
def loss_takes_the_first_sample(scores, labels):
    return _losses(scores, labels)[0], _right(scores, labels)[1]


@exercise.mistake("The largest loss of the batch comes back: take the mean.")
def loss_takes_the_largest(scores, labels):
    return _losses(scores, labels).max(), _right(scores, labels)[1]


@exercise.mistake(
    "The other classes are in the loss too, with log(1 − p): that is for several yes-or-no "
    "questions. Here only the right class counts."
)
def loss_is_binary(scores, labels):
    p, y = _p(scores), _one_hot(scores, labels)
    losses = -(y * _logp(scores) + (1 - y) * np.log(1 - p)).sum(axis=1)
    return losses.mean(), _right(scores, labels)[1]


@exercise.mistake("The loss is a squared error: take minus the logarithm of the right class's p.")
def loss_is_squared(scores, labels):
    losses = ((_p(scores) - _one_hot(scores, labels)) ** 2).sum(axis=1)
    return losses.mean(), _right(scores, labels)[1]


@exercise.mistake(
    "The loss is a mean squared error: take minus the logarithm of the right class's p."
)
def loss_is_a_mean_square(scores, labels):
    return ((_p(scores) - _one_hot(scores, labels)) ** 2).mean(), _right(scores, labels)[1]


@exercise.mistake(
    "`p[:, labels]` takes all labels for every sample, N × N numbers: pair each row with its own "
    "label, `p[np.arange(N), labels]`."
)
def loss_takes_all_labels(scores, labels):
    return -_logp(scores)[:, labels].mean(), _right(scores, labels)[1]


@exercise.mistake(
    "`p[labels]` takes whole rows, with the label as the row's number: it is the column's, "
    "`p[np.arange(N), labels]`."
)
def loss_takes_rows(scores, labels):
    return -_logp(scores)[labels].mean(), _right(scores, labels)[1]


@exercise.mistake("The loss takes the predicted class (the largest p), not the label.")
def loss_takes_the_winner(scores, labels):
    return -_logp(scores).max(axis=1).mean(), _right(scores, labels)[1]


@exercise.mistake(
    "The softmax is missing in the loss: minus the mean score of the right class comes back."
)
def loss_takes_scores(scores, labels):
    return -_at_labels(scores, labels).mean(), _right(scores, labels)[1]


# the gradient


@exercise.mistake("`dscores` is not divided by N: the loss is a mean, so its gradient is too.")
def gradient_forgets_the_mean(scores, labels):
    loss, dscores = _right(scores, labels)
    return loss, dscores * len(labels)


@exercise.mistake("`dscores` is divided by N · K: divide by the number of samples only.")
def gradient_divides_by_all(scores, labels):
    loss, dscores = _right(scores, labels)
    return loss, dscores / scores.shape[1]


@exercise.mistake("`dscores` is divided by the number of classes: divide by the number of samples.")
def gradient_divides_by_classes(scores, labels):
    loss, dscores = _right(scores, labels)
    return loss, dscores * len(labels) / scores.shape[1]


@exercise.mistake("`dscores` is divided by N twice.")
def gradient_divides_twice(scores, labels):
    loss, dscores = _right(scores, labels)
    return loss, dscores / len(labels)


@exercise.mistake(
    "`dscores` has the wrong sign: it is p minus the one-hot label. (The step goes against it "
    "later.)"
)
def gradient_turns_the_sign(scores, labels):
    loss, dscores = _right(scores, labels)
    return loss, -dscores


@exercise.mistake(
    "`dscores` has the wrong sign and is not divided by N: it is (p − one-hot label) / N."
)
def gradient_turns_the_sign_and_forgets_the_mean(scores, labels):
    loss, dscores = _right(scores, labels)
    return loss, -dscores * len(labels)


@exercise.mistake("`dscores` is p / N: subtract 1 at each sample's label before dividing.")
def gradient_forgets_the_labels(scores, labels):
    return _right(scores, labels)[0], _p(scores) / len(labels)


@exercise.mistake("`dscores` is p itself: subtract 1 at each sample's label, then divide by N.")
def gradient_is_p(scores, labels):
    return _right(scores, labels)[0], _p(scores)


@exercise.mistake(
    "In `dscores` p is divided by N before the 1 is subtracted: subtract first, then divide all."
)
def gradient_divides_too_early(scores, labels):
    loss, _ = _right(scores, labels)
    return loss, _p(scores) / len(labels) - _one_hot(scores, labels)


@exercise.mistake(
    "In `dscores` only the 1 is divided by N, p is not: it is (p − one-hot label) / N, with "
    "brackets."
)
def gradient_forgets_brackets(scores, labels):
    return _right(scores, labels)[0], _p(scores) - _one_hot(scores, labels) / len(labels)


@exercise.mistake(
    "In `dscores` only the places of the labels are divided by N: divide the whole array."
)
def gradient_divides_the_labels_only(scores, labels):
    loss, dscores = _right(scores, labels)
    n, y = len(labels), _one_hot(scores, labels)
    return loss, np.where(y > 0, dscores, n * dscores)


@exercise.mistake(
    "`dscores` is 0 but at the labels: the scores of the other classes count too, each with its p."
)
def gradient_at_the_labels_only(scores, labels):
    loss, dscores = _right(scores, labels)
    return loss, dscores * _one_hot(scores, labels)


@exercise.mistake(
    "This is the gradient by the probabilities, −1/p at the label: go on through the softmax, "
    "which gives p − one-hot label."
)
def gradient_by_the_probabilities(scores, labels):
    loss, _ = _right(scores, labels)
    return loss, -_one_hot(scores, labels) / (_p(scores) * len(labels))


@exercise.mistake(
    "`dscores` is taken through p (1 − p), the slope of a sigmoid: with softmax and logarithm "
    "together, p − one-hot label is left."
)
def gradient_through_a_sigmoid(scores, labels):
    loss, dscores = _right(scores, labels)
    p = _p(scores)
    return loss, dscores * p * (1 - p)


@exercise.mistake(
    "`dscores` subtracts the labels themselves, 2 for class 2: subtract 1 at the label's place."
)
def gradient_subtracts_the_labels(scores, labels):
    loss, _ = _right(scores, labels)
    return loss, (_p(scores) - labels[:, np.newaxis].astype(float)) / len(labels)


@exercise.mistake(
    "`p - labels` subtracts the labels as numbers, along the wrong axis: subtract 1 at each "
    "sample's label, `p[np.arange(N), labels] -= 1`."
)
def gradient_subtracts_labels_from_rows(scores, labels):
    loss, _ = _right(scores, labels)
    return loss, (_p(scores) - labels) / len(labels)


@exercise.mistake(
    "`dscores[labels] -= 1` changes whole rows, with the label as the row's number: it is the "
    "column's, `dscores[np.arange(N), labels]`."
)
def gradient_subtracts_in_whole_rows(scores, labels):
    loss, _ = _right(scores, labels)
    dscores = _p(scores)
    dscores[labels] -= 1
    return loss, dscores / len(labels)


@exercise.mistake(
    "Only the last sample's label is subtracted in `dscores` (is the line below the loop?): "
    "subtract 1 at the label of every sample."
)
def gradient_subtracts_in_the_last_row(scores, labels):
    dscores = _p(scores)
    dscores[-1, labels[-1]] -= 1
    return _right(scores, labels)[0], dscores / len(labels)


@exercise.mistake(
    "The softmax in `dscores` overflows to NaN: e^1000 is infinite. The loss is right: use the "
    "scores less each row's largest here too."
)
def gradient_overflows(scores, labels):
    return _right(scores, labels)[0], overflows(scores, labels)[1]


@exercise.mistake(
    "`dscores[:, labels] -= 1` changes these columns in all rows: pair each row with its own "
    "label, `dscores[np.arange(N), labels]`."
)
def gradient_subtracts_in_all_rows(scores, labels):
    loss, _ = _right(scores, labels)
    dscores = _p(scores)
    dscores[:, labels] -= 1
    return loss, dscores / len(labels)


@exercise.mistake(
    "`dscores` is summed or averaged over the batch: every sample's scores have a gradient of "
    "their own, (N, K)."
)
def gradient_sums_the_batch(scores, labels):
    loss, dscores = _right(scores, labels)
    return loss, dscores.sum(axis=0)


@exercise.mistake("The 1 is subtracted at the predicted class (argmax): subtract it at the label.")
def gradient_takes_the_winner(scores, labels):
    loss, _ = _right(scores, labels)
    return loss, (_p(scores) - _one_hot(scores, scores.argmax(axis=1))) / len(labels)


@exercise.mistake("`dscores` is the gradient of a squared error: it is (p − one-hot label) / N.")
def gradient_is_doubled(scores, labels):
    loss, dscores = _right(scores, labels)
    return loss, 2 * dscores


@exercise.mistake("`dscores` is computed from the scores, not from p: use the softmax.")
def gradient_takes_scores(scores, labels):
    loss, _ = _right(scores, labels)
    return loss, (scores - _one_hot(scores, labels)) / len(labels)


@exercise.mistake(
    "p is overwritten: `dscores = p` is no copy, so after `dscores[...] -= 1` the loss reads "
    "p − 1. Compute the loss first, or write `p.copy()`."
)
def gradient_overwrites_p(scores, labels):
    p = _p(scores)
    dscores = p
    dscores[np.arange(len(labels)), labels] -= 1
    return -np.log(_at_labels(p, labels)).mean(), dscores / len(labels)


# both


@exercise.mistake(
    "Neither is a mean: the loss and `dscores` both belong to the mean over the batch."
)
def forgets_both_means(scores, labels):
    loss, dscores = _right(scores, labels)
    return loss * len(labels), dscores * len(labels)


@exercise.mistake("Both are divided by N · K: the mean is over the N samples.")
def averages_all_numbers(scores, labels):
    loss, dscores = _right(scores, labels)
    return loss / scores.shape[1], dscores / scores.shape[1]


@exercise.mistake("Both signs are turned: the loss is positive, and dscores is (p − one-hot) / N.")
def turns_both_signs(scores, labels):
    loss, dscores = _right(scores, labels)
    return -loss, -dscores


@exercise.mistake(
    "The softmax runs down the columns: the classes of a sample stand in a row, `axis=1`."
)
def softmax_of_columns(scores, labels):
    return _from_logp(_logp(scores, axis=0), labels)


@exercise.mistake("The softmax runs over the whole batch: each row adds up to 1, `axis=1`.")
def softmax_of_the_batch(scores, labels):
    return _from_logp(_logp(scores, axis=None), labels)


@exercise.mistake(
    "The largest score of the whole batch is subtracted: rows far below it become 0/0. Use each "
    "row's own."
)
def subtracts_one_maximum(scores, labels):
    e = np.exp(scores - np.max(scores))
    total = e.sum(axis=1, keepdims=True)
    logp = scores - np.max(scores) - np.log(total)
    loss = -logp[np.arange(len(labels)), labels].mean()
    return loss, (e / total - _one_hot(scores, labels)) / len(labels)


@exercise.mistake(
    "The softmax is applied twice: log and p are taken of a softmax of probabilities."
)
def applies_softmax_twice(scores, labels):
    return _right(_p(scores), labels)


@exercise.mistake("The scores are taken for probabilities: put them through the softmax first.")
def takes_scores_for_probabilities(scores, labels):
    loss, _ = loss_takes_scores_for_probabilities(scores, labels)
    _, dscores = gradient_takes_scores(scores, labels)
    return loss, dscores


@exercise.mistake("The labels are taken to begin at 1: class 0 is the first column.")
def counts_labels_from_one(scores, labels):
    return _right(scores, labels.astype(int) - 1)


@exercise.mistake("The order is wrong: return `loss, dscores`.")
def exchanges_the_outputs(scores, labels):
    return _right(scores, labels)[::-1]


@exercise.mistake("Only the loss comes back: return `loss, dscores`.")
def returns_the_loss_only(scores, labels):
    return _right(scores, labels)[0]


@exercise.mistake("Only the gradient comes back: return `loss, dscores`.")
def returns_the_gradient_only(scores, labels):
    return _right(scores, labels)[1]


@exercise.mistake(
    "Only the first sample is treated (`p[0]`, `labels[0]`): that is right for a batch of one only."
)
def treats_the_first_sample_only(scores, labels):
    return _right(scores[:1], labels[:1])


@exercise.mistake(
    "`dscores` has the dtype of `scores`: whole numbers cut its fractions off. Make it an array of "
    "floats."
)
def keeps_the_integer_dtype(scores, labels):
    loss, right = _right(scores, labels)
    dscores = np.zeros_like(scores)
    dscores[...] = right
    return loss, dscores


@exercise.mistake(
    "Your function changes `scores`, which the caller still needs: write `scores = scores - ...`, "
    "not `-=`."
)
def subtracts_in_place(scores, labels):
    scores -= np.max(scores, axis=1, keepdims=True)
    return _right(scores, labels)


@exercise.mistake(
    "Both take whole rows, `p[labels]`, with the label as the row's number: it is the column's, "
    "`p[np.arange(N), labels]`."
)
def takes_rows(scores, labels):
    loss, _ = loss_takes_rows(scores, labels)
    _, dscores = gradient_subtracts_in_whole_rows(scores, labels)
    return loss, dscores


@exercise.mistake(
    "Both take all labels for every sample, `p[:, labels]`: pair each row with its own label, "
    "`p[np.arange(N), labels]`."
)
def takes_all_labels(scores, labels):
    loss, _ = loss_takes_all_labels(scores, labels)
    _, dscores = gradient_subtracts_in_all_rows(scores, labels)
    return loss, dscores


@exercise.mistake(
    "Neither is a mean: return the mean of the losses, one number, and divide `dscores` by N."
)
def reduces_nothing(scores, labels):
    return _losses(scores, labels), gradient_forgets_the_mean(scores, labels)[1]


@exercise.mistake(
    "The one-hot labels get `labels.max() + 1` columns: the largest class may not occur. There are "
    "`scores.shape[1]` classes."
)
def counts_classes_in_the_labels(scores, labels):
    y = np.eye(int(labels.max()) + 1)[labels]
    return -np.sum(y * _logp(scores)) / len(labels), (_p(scores) - y) / len(labels)


@exercise.mistake(
    "Only the last sample's loss is kept, and divided by N: add the losses up, with `+=`."
)
def loss_keeps_the_last_sample(scores, labels):
    return _losses(scores, labels)[-1] / len(labels), _right(scores, labels)[1]


@exercise.mistake(
    "`dscores` is divided by N inside the loop, again for each sample: divide once, at the end."
)
def gradient_divides_in_the_loop(scores, labels):
    p, n = _p(scores) - _one_hot(scores, labels), len(labels)
    return _right(scores, labels)[0], p * (1.0 / n) ** np.arange(n, 0, -1)[:, np.newaxis]


@exercise.mistake(
    "The sum of the powers runs over the whole batch: each row has a sum of its own, `axis=1`."
)
def sums_the_batch(scores, labels):
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    return _from_logp(shifted - np.log(np.exp(shifted).sum()), labels)


@exercise.mistake(
    "`dscores` is made of log p: it is p − one-hot label, with p and not its logarithm."
)
def gradient_takes_the_logarithm(scores, labels):
    loss, _ = _right(scores, labels)
    return loss, (_logp(scores) - _one_hot(scores, labels)) / len(labels)


@exercise.mistake(
    "The sum of the powers overflows, e^1000 is infinite: subtract each row's largest score before "
    "exp, and the logarithm stays finite."
)
def overflows_in_the_logarithm(scores, labels):
    return _from_logp(scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)), labels)


@exercise.mistake(
    "The largest score of the whole batch is subtracted: in rows far below it the sum of powers "
    "is 0, and its logarithm infinite. Use each row's own."
)
def subtracts_one_maximum_in_the_logarithm(scores, labels):
    return overflows_in_the_logarithm(scores - np.max(scores), labels)


@exercise.mistake(
    "p at the label becomes −1 in `dscores`: 1 is subtracted from it, `-= 1` and not `= -1`."
)
def gradient_sets_minus_one(scores, labels):
    loss, _ = _right(scores, labels)
    y = _one_hot(scores, labels)
    return loss, np.where(y > 0, -1.0, _p(scores)) / len(labels)


@exercise.mistake("1 is added at the label in `dscores`: subtract it, p − one-hot label.")
def gradient_adds_one(scores, labels):
    return _right(scores, labels)[0], (_p(scores) + _one_hot(scores, labels)) / len(labels)


@exercise.mistake("`dscores` is 1 − p everywhere: it is p, and p − 1 at the label.")
def gradient_is_one_minus_p(scores, labels):
    return _right(scores, labels)[0], (1 - _p(scores)) / len(labels)


@exercise.mistake("`dscores` is multiplied by the loss: it is (p − one-hot label) / N.")
def gradient_is_multiplied_by_the_loss(scores, labels):
    loss, dscores = _right(scores, labels)
    return loss, loss * dscores


@exercise.mistake(
    "This is a hinge loss, with margins between scores: take minus the logarithm of the softmax."
)
def takes_the_hinge_loss(scores, labels):
    rows = np.arange(len(labels))
    margins = np.maximum(0, scores - scores[rows, labels][:, np.newaxis] + 1.0)
    margins[rows, labels] = 0
    dscores = (margins > 0).astype(float)
    dscores[rows, labels] = -dscores.sum(axis=1)
    return margins.sum() / len(labels), dscores / len(labels)


@exercise.mistake("A penalty is added to the loss: only the cross-entropy is asked for.")
def adds_a_penalty(scores, labels):
    loss, dscores = _right(scores, labels)
    return loss + 0.5 * np.sum(np.square(scores, dtype=float)), dscores


@exercise.also_right("loops over samples and classes, in lists")
def with_loops(scores, labels):
    loss, dscores = 0.0, []
    for row, label in zip(scores.tolist(), labels.tolist(), strict=True):
        top = max(row)
        total = sum(np.exp(v - top) for v in row)
        loss += top + np.log(total) - row[label]
        dscores.append([np.exp(v - top) / total / len(labels) for v in row])
        dscores[-1][label] -= 1 / len(labels)
    return [loss / len(labels), np.array(dscores)]


@exercise.also_right("one-hot labels and np.logaddexp")
def with_one_hot(scores, labels):
    logp = scores - np.logaddexp.reduce(np.asarray(scores, float), axis=1, keepdims=True)
    y = np.arange(scores.shape[1]) == labels[:, np.newaxis]
    return -np.sum(logp[y]) / len(y), (np.exp(logp) - y) / len(y)


@exercise.also_right("the label's score subtracted instead of the largest")
def from_differences(scores, labels):
    d = scores - scores[np.arange(len(labels)), labels].reshape(-1, 1)
    top = d.max(axis=1)
    losses = top + np.log(np.exp(d - top[:, None]).sum(axis=1))
    p = np.exp(d - losses[:, None])
    p[np.arange(len(labels)), labels] -= 1
    return np.mean(losses), p / len(p)


@exercise.also_right("a loss of shape (), dscores in Fortran order, read-only")
def in_fortran_order(scores, labels):
    loss, dscores = _right(scores, labels)
    dscores = np.asfortranarray(dscores)
    dscores.flags.writeable = False
    return np.array(loss), dscores


@exercise.also_right("single precision")
def with_float32(scores, labels):
    loss, dscores = _right(scores.astype(np.float32), labels)
    return np.float32(loss), dscores.astype(np.float32)


@exercise.also_right("scipy", needs="scipy")
def with_scipy(scores, labels):
    from scipy.special import log_softmax, softmax

    rows = np.arange(len(labels))
    dscores = softmax(scores, axis=1)
    dscores[rows, labels] -= 1
    return float(-log_softmax(scores, axis=1)[rows, labels].mean()), dscores / len(rows)


@exercise.also_right("torch's autograd", needs="torch")
def with_torch(scores, labels):
    import torch

    s = torch.tensor(np.array(scores, np.float64), requires_grad=True)
    loss = torch.nn.functional.cross_entropy(s, torch.from_numpy(labels.astype(np.int64)))
    loss.backward()
    return loss, s.grad
