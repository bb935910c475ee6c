"""``softmax``: from scores to probabilities."""

import numpy as np

from coursekit import numpy_nn
from coursekit.exercises import Comparison, Exercise, Tolerance, case, same, tiny

exercise = Exercise(
    "softmax(scores)",
    unit="03",
    title="From scores to probabilities",
    reference=numpy_nn.softmax,
    points=3,
    checks={"ordinary scores": 1.5, "large scores": 1, "in any form": 0.5},
    minutes=20,
    difficulty=2,
    # Tighter than usual: a probability that is cut off at 1e-7 is wrong.
    comparison=Comparison(Tolerance(double=3e-8)),
    hints=(
        "Row by row: e to the power of each score, divided by the sum of these over the row. The "
        "sum needs `axis=1`, and `keepdims=True` so that it stands as a column.",
        "e^1000 is too large for a float. A constant added to a whole row changes nothing after "
        "the division (why?): use one that makes the largest score 0.",
        "Subtract from each row its own largest score, `scores.max(axis=1, keepdims=True)`. One "
        "maximum for the whole batch is not enough: rows far below it would become 0/0.",
        "`e = np.exp(scores - scores.max(axis=1, keepdims=True))`, then divide e by its row sums.",
    ),
)


@exercise.cases
def cases(rng):
    huge = "large scores"
    yield tiny(
        "the logarithms of 1, 2, 3 and of 3, 1, 1",
        np.log([[1.0, 2.0, 3.0], [3.0, 1.0, 1.0]]),
        expected=[[1 / 6, 1 / 3, 1 / 2], [0.6, 0.2, 0.2]],
    )
    yield tiny(
        "whole numbers, all equal in a row",
        np.array([[5, 5], [-2, -2], [0, 0]]),
        expected=[[0.5, 0.5]] * 3,
    )
    yield tiny("large scores", np.full((2, 4), 1000.0), expected=[[0.25] * 4] * 2).counts_for(huge)
    yield tiny(
        "two rows far apart",
        np.array([[-1000.0] * 4, [0.0] * 4]),
        expected=[[0.25] * 4] * 2,
    ).counts_for(huge)
    r = rng.standard_normal
    for shape, name in (
        ((2, 3), "2 samples, 3 classes"),
        ((5, 4), "5 samples, 4 classes"),
        ((3, 6), "3 samples, 6 classes"),
        ((4, 4), "as many samples as classes"),
        ((1, 8), "a batch of one"),
        ((9, 1), "one class"),
        ((6, 2), "two classes"),
        ((20, 10), "20 samples, 10 classes"),
    ):
        yield case(name, 2 * r(shape))
    yield case("whole numbers", rng.integers(-4, 5, (3, 5)))
    third = r(3)
    yield case("scores of a few hundred", np.array([400 + third, 500 + third[::-1]])).counts_for(
        huge
    )
    large = np.array([[800.0, 802, 801], [20000, 19999, 20001]])
    yield case("very large scores", large).counts_for(huge)
    yield case("very negative scores", np.array([*-large, third])).counts_for(huge)
    yield case(
        "one row far above the others", np.array([1000 + third, third, -1000 + third])
    ).counts_for(huge)
    out = np.array([[-900.0, 1.0, 0.0, 2.0], [0.5, 0.0, 1.5, -1000.0]])
    yield case("a class that is out of the question", out).counts_for(huge)
    yield case(
        "a row that is sure of its class", np.array([[0.0, 2000.0, 1.0], [-3e5, 7.0, 0.0]])
    ).counts_for(huge)


@exercise.holds("A constant added to a row of scores changes nothing.")
def only_differences_count(answer, rng):
    scores, constants = rng.standard_normal((4, 3)), 100 * rng.standard_normal((4, 1))
    return same(answer(scores + constants), np.asarray(answer(scores)))


@exercise.holds("Each row is treated alone: the batch gives what its rows give one by one.")
def each_row_alone(answer, rng):
    scores = 3 * rng.standard_normal((4, 5))
    rows = [np.asarray(answer(scores[i : i + 1])) for i in range(4)]
    return same(np.asarray(answer(scores)), np.concatenate(rows))


def _exp(scores, axis=1):
    """e to the power of the scores, each row's largest brought to 0."""
    return np.exp(scores - np.max(scores, axis=axis, keepdims=True))


def _rows(e):
    """Each row divided by its sum."""
    return e / e.sum(axis=1, keepdims=True)


@exercise.mistake(
    "Large scores overflow: e^1000 is infinite, and infinity over infinity is NaN. Subtract each "
    "row's largest score first; the answer stays the same."
)
def forgets_the_maximum(scores):
    return _rows(np.exp(scores))


@exercise.mistake(
    "The largest score of the whole batch is subtracted: a row far below it becomes 0/0, NaN. "
    "Subtract from each row its own largest, `axis=1`."
)
def subtracts_one_maximum(scores):
    return _rows(np.exp(scores - np.max(scores)))


@exercise.mistake(
    "The largest score of each column is subtracted: that changes the ratios in a row. Use "
    "`axis=1` for the maximum too."
)
def subtracts_the_column_maximum(scores):
    return _rows(_exp(scores, axis=0))


@exercise.mistake(
    "The mean of the row is subtracted: when one score is far above the others, e to its power is "
    "still infinite. Subtract the largest."
)
def subtracts_the_mean(scores):
    return _rows(np.exp(scores - np.mean(scores, axis=1, keepdims=True)))


@exercise.mistake(
    "The smallest score of the row is subtracted: the largest difference may still overflow. "
    "Subtract the largest."
)
def subtracts_the_minimum(scores):
    return _rows(np.exp(scores - np.min(scores, axis=1, keepdims=True)))


@exercise.mistake(
    "The largest size of a row is subtracted (`abs`): where a score is far below 0 all powers may "
    "become 0, and 0/0 is NaN. Subtract the largest score, with its sign."
)
def subtracts_the_largest_size(scores):
    return _rows(np.exp(scores - np.max(np.abs(scores), axis=1, keepdims=True)))


@exercise.mistake(
    "Only rows with a score above 0 are shifted: in a row far below 0 all powers become 0, and 0/0 "
    "is NaN. Subtract each row's largest score, also a negative one."
)
def subtracts_positive_maxima_only(scores):
    return _rows(np.exp(scores - np.maximum(np.max(scores, axis=1, keepdims=True), 0)))


@exercise.mistake("The largest score is added: subtract it, so that no power is above 0.")
def adds_the_maximum(scores):
    return _rows(np.exp(scores + np.max(scores, axis=1, keepdims=True)))


@exercise.mistake(
    "The scores are cut off (`clip`) against overflow: differences between large scores get lost. "
    "Subtract each row's largest score instead."
)
def clips_the_scores(scores):
    return _rows(np.exp(np.clip(scores, -500, 500)))


@exercise.mistake(
    "The scores are divided by the largest: dividing changes the answer, subtracting does not."
)
def divides_by_the_maximum(scores):
    return _rows(np.exp(scores / np.max(scores, axis=1, keepdims=True)))


@exercise.mistake(
    "The scores are brought to length 1 or to mean 0 and spread 1 first: that changes the answer. "
    "Subtract each row's largest score, nothing more."
)
def standardises_the_scores(scores):
    spread = np.std(scores, axis=1, keepdims=True)
    return _rows(_exp((scores - np.mean(scores, axis=1, keepdims=True)) / (spread + 1e-12)))


@exercise.mistake(
    "NaN and infinity are replaced (`nan_to_num`): they hide an overflow. Subtract each row's "
    "largest score, and none come up."
)
def replaces_nan(scores):
    return np.nan_to_num(_rows(np.exp(scores)))


@exercise.mistake(
    "The largest is subtracted above the fraction bar only: below it overflows. Use the same "
    "e for both."
)
def subtracts_in_the_numerator(scores):
    return _exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


@exercise.mistake("The largest is subtracted below the fraction bar only: use the same e for both.")
def subtracts_in_the_denominator(scores):
    return np.exp(scores) / _exp(scores).sum(axis=1, keepdims=True)


@exercise.mistake(
    "Each row is divided by the sum of the whole batch: sum each row alone, `axis=1`."
)
def divides_by_the_batch(scores):
    e = _exp(scores)
    return e / e.sum()


@exercise.mistake(
    "The sum runs over the whole batch, `e / e.sum()`: the numbers of one row add up to 1, not "
    "those of all. And large scores overflow."
)
def divides_by_the_batch_and_overflows(scores):
    e = np.exp(scores)
    return e / e.sum()


@exercise.mistake(
    "The maximum and the sum run over the whole batch: both belong to one row, `axis=1`."
)
def takes_the_batch_for_a_row(scores):
    e = np.exp(scores - np.max(scores))
    return e / e.sum()


@exercise.mistake(
    "The columns add up to 1: the classes of one sample stand in a row, so sum along `axis=1`."
)
def sums_the_columns(scores):
    e = _exp(scores)
    return e / e.sum(axis=0, keepdims=True)


@exercise.mistake(
    "The columns add up to 1: maximum and sum both belong to a row, `axis=1` and not `axis=0`."
)
def works_on_columns(scores):
    e = _exp(scores, axis=0)
    return e / e.sum(axis=0, keepdims=True)


@exercise.mistake(
    "The row sums lie along the columns when you divide: keep them as a column, `keepdims=True`."
)
def forgets_keepdims(scores):
    e = _exp(scores)
    return e / e.sum(axis=1)


@exercise.mistake(
    "The row maxima lie along the columns when you subtract: keep them as a column, "
    "`keepdims=True`."
)
def forgets_keepdims_of_the_maximum(scores):
    return _rows(np.exp(scores - np.max(scores, axis=1)))


@exercise.mistake(
    "Neither the row maxima nor the row sums stand as a column: both need `keepdims=True`."
)
def forgets_keepdims_twice(scores):
    e = np.exp(scores - np.max(scores, axis=1))
    return e / e.sum(axis=1)


@exercise.mistake("exp is missing: the scores themselves are divided by their sum.")
def forgets_exp(scores):
    return scores / np.sum(scores, axis=1, keepdims=True)


@exercise.mistake(
    "exp is missing: the scores are shifted until none is negative and divided by their sum."
)
def shifts_instead_of_exp(scores):
    return _rows(scores - np.min(scores, axis=1, keepdims=True).astype(float))


@exercise.mistake("The base is 2: use e, `np.exp`.")
def takes_powers_of_two(scores):
    return _rows(np.exp2(scores - np.max(scores, axis=1, keepdims=True).astype(float)))


@exercise.mistake("The base is 10: use e, `np.exp`.")
def takes_powers_of_ten(scores):
    return _rows(10.0 ** (scores - np.max(scores, axis=1, keepdims=True)))


@exercise.mistake("The sign of the scores is turned: the largest score gets the largest share.")
def turns_the_sign(scores):
    return _rows(_exp(-np.asarray(scores)))


@exercise.mistake("The division is missing: the numbers of a row add up to 1.")
def forgets_the_division(scores):
    return _exp(scores)


@exercise.mistake("The division is missing: e to the power of the scores, no probabilities.")
def returns_the_powers(scores):
    return np.exp(scores)


@exercise.mistake("Each row is divided by its mean: divide by its sum.")
def divides_by_the_mean(scores):
    e = _exp(scores)
    return e / e.mean(axis=1, keepdims=True)


@exercise.mistake("Each row is divided by its length, √Σe²: divide by its sum, Σe.")
def divides_by_the_length(scores):
    e = _exp(scores)
    return e / np.sqrt((e**2).sum(axis=1, keepdims=True))


@exercise.mistake(
    "A 1 or some other number is added to the sum: the numbers of a row then stay below 1 in total."
)
def adds_one_to_the_sum(scores):
    e = _exp(scores)
    return e / (1 + e.sum(axis=1, keepdims=True))


def _adds_to_the_sum(small, powers, name):
    def answer(scores):
        e = powers(scores)
        return e / (e.sum(axis=1, keepdims=True) + small)

    answer.__name__ = name
    return answer


for _small in (1e-7, 1e-6, 1e-5, 1e-4, 1e-3):
    exercise.mistake(
        f"A small number ({_small:g}) is added to the sum, so the row no longer adds up to 1. The "
        "largest power is 1: the sum is never 0, and needs no help."
    )(_adds_to_the_sum(_small, _exp, f"adds_{_small:.0e}_to_the_sum"))

for _small, _number in (
    (1e-12, "1e-9 or less"),
    (1e-8, "1e-8"),
    (1e-7, "1e-7"),
    (1e-6, "1e-6"),
):
    exercise.mistake(
        f"A small number ({_number}) is added to the sum against 0/0: where all powers are tiny "
        "it changes the answer, and large ones still overflow. Subtract each row's largest score."
    )(_adds_to_the_sum(_small, np.exp, f"adds_{_small:.0e}_and_forgets_the_maximum"))


@exercise.mistake(
    "Each score goes through a sigmoid on its own: the numbers of a row must add up to 1."
)
def applies_a_sigmoid(scores):
    return np.exp(-np.logaddexp(0, -np.asarray(scores, float)))


@exercise.mistake("The winner gets 1 and the others 0: that is argmax. Softmax is softer.")
def takes_the_winner(scores):
    return np.eye(scores.shape[1])[np.argmax(scores, axis=1)]


@exercise.mistake("The index of the winner comes back: return all probabilities, (N, K).")
def returns_the_index(scores):
    return np.argmax(scores, axis=1)


@exercise.mistake("The logarithm of the answer comes back: return the probabilities themselves.")
def returns_the_logarithm(scores):
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@exercise.mistake("The softmax is applied twice: once is enough.")
def applies_it_twice(scores):
    return _rows(np.exp(numpy_nn.softmax(scores)))


@exercise.mistake(
    "Only the first row comes back (`return` inside the loop?): the answer has N rows."
)
def returns_the_first_row(scores):
    return numpy_nn.softmax(scores)[0]


@exercise.mistake("The answer is transposed: rows are samples, as in `scores`.")
def transposes_the_answer(scores):
    return numpy_nn.softmax(scores).T


@exercise.mistake("Several values come back: return the array of probabilities alone.")
def returns_a_cache(scores):
    p = numpy_nn.softmax(scores)
    return p, (scores, p)


@exercise.mistake("The answer is rounded: return the probabilities as they come.")
def rounds(scores):
    return np.round(numpy_nn.softmax(scores), 4)


@exercise.mistake(
    "The answer has the dtype of `scores`: whole numbers cut the probabilities down to 0. Make it "
    "an array of floats."
)
def keeps_the_integer_dtype(scores):
    p = np.zeros_like(scores)
    p[...] = numpy_nn.softmax(scores)
    return p


@exercise.mistake(
    "Your function changes `scores`, which the caller still needs: write "
    "`scores = scores - ...`, not `-=`."
)
def subtracts_in_place(scores):
    scores -= np.max(scores, axis=1, keepdims=True)
    return _rows(np.exp(scores))


@exercise.mistake(
    "All scores are divided by the largest of the batch: dividing changes the answer. Subtract "
    "each row's own largest."
)
def divides_by_one_maximum(scores):
    return _rows(np.exp(scores / np.max(scores)))


@exercise.mistake(
    "All scores are divided by 1000 or another large number: dividing changes the answer. Subtract "
    "each row's largest score."
)
def divides_by_a_thousand(scores):
    return _rows(np.exp(scores / 1000))


@exercise.mistake(
    "Scores above 700 are cut off: differences between large scores get lost, and rows far below 0 "
    "still become 0/0. Subtract each row's largest score instead."
)
def cuts_large_scores(scores):
    return _rows(np.exp(np.minimum(scores, 700)))


@exercise.mistake(
    "A fixed number is subtracted: it fits some rows only. Subtract each row's own largest score."
)
def subtracts_a_fixed_number(scores):
    return _rows(np.exp(scores - 100.0))


@exercise.mistake(
    "The median of the row is subtracted: when one score is far above it, e to its power is still "
    "infinite. Subtract the largest."
)
def subtracts_the_median(scores):
    return _rows(np.exp(scores - np.median(scores, axis=1, keepdims=True)))


@exercise.mistake(
    "The first score of the row is subtracted: when another one is far above it, e to its power is "
    "still infinite. Subtract the largest."
)
def subtracts_the_first_score(scores):
    return _rows(np.exp(scores - scores[:, :1]))


@exercise.mistake(
    "The largest score of the first row is subtracted everywhere: each row needs its own."
)
def subtracts_the_first_maximum(scores):
    return _rows(np.exp(scores - np.max(scores[0])))


@exercise.mistake(
    "Dividing by the largest after exp comes too late: e^1000 is infinite already. Subtract the "
    "largest score before."
)
def divides_after_exp(scores):
    e = np.exp(scores)
    return _rows(e / e.max(axis=1, keepdims=True))


@exercise.mistake(
    "NaN is replaced by 1/K: it hides an overflow, and is right only where all scores are equal. "
    "Subtract each row's largest score, and no NaN comes up."
)
def replaces_nan_by_equal_shares(scores):
    return np.nan_to_num(_rows(np.exp(scores)), nan=1 / scores.shape[1])


@exercise.mistake(
    "The shifted scores themselves are divided by their sum: after the shift comes exp, then the "
    "division."
)
def shifts_and_forgets_exp(scores):
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    return shifted / np.sum(shifted, axis=1, keepdims=True)


@exercise.mistake("Only the first row comes back, as an array (1, K): `return` is inside the loop.")
def returns_in_the_loop(scores):
    return numpy_nn.softmax(scores)[:1]


@exercise.mistake(
    "The probabilities are kept away from 0 (`clip`): a probability that is too small for a float "
    "is 0."
)
def clips_the_probabilities(scores):
    return np.clip(numpy_nn.softmax(scores), 1e-7, 1)


@exercise.mistake("The probabilities are in percent: together they are 1.")
def answers_in_percent(scores):
    return 100 * numpy_nn.softmax(scores)


@exercise.mistake(
    "Minus signs are lost before exp (`abs`): a negative score stands for a small share."
)
def takes_sizes(scores):
    return _rows(_exp(np.abs(scores)))


@exercise.also_right("row by row, in lists")
def with_lists(scores):
    answer = []
    for row in np.asarray(scores).tolist():
        e = [np.exp(v - max(row)) for v in row]
        answer.append([v / sum(e) for v in e])
    return answer


@exercise.also_right("the exponential of the log-softmax")
def from_the_logarithm(scores):
    total = np.logaddexp.reduce(np.asarray(scores, float), axis=1)
    return np.exp(scores - total[:, np.newaxis])


@exercise.also_right("one over the sum of e to the power of all differences")
def from_differences(scores):
    scores = np.asarray(scores, float)
    with np.errstate(over="ignore"):
        return 1 / np.exp(scores[:, np.newaxis, :] - scores[:, :, np.newaxis]).sum(axis=2)


@exercise.also_right("transposed there and back")
def transposed_there_and_back(scores):
    e = np.exp(scores.T - scores.max(axis=1))
    return (e / e.sum(axis=0)).T


@exercise.also_right("a little less than 0 as the largest, and a tiny number in the sum")
def with_a_tiny_number(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True) - 1.0)
    return e / (e.sum(axis=1, keepdims=True) + 1e-12)


@exercise.also_right("scipy", needs="scipy")
def with_scipy(scores):
    from scipy.special import softmax

    return softmax(scores, axis=1)


@exercise.also_right("single precision, Fortran order, read-only")
def with_float32(scores):
    p = np.asfortranarray(_rows(_exp(scores.astype(np.float32))))
    p.flags.writeable = False
    return p


@exercise.also_right("torch", needs="torch")
def with_torch(scores):
    import torch

    return torch.softmax(torch.from_numpy(np.array(scores, np.float64)), dim=1)
