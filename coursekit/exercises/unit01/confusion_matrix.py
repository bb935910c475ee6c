"""``confusion_matrix``: which class is taken for which?"""

import numpy as np

from coursekit import metrics
from coursekit.exercises import Comparison, Exercise, case, same, tiny

exercise = Exercise(
    "confusion_matrix(labels, predictions, n_classes)",
    unit="01",
    title="See who is taken for whom",
    reference=metrics.confusion_matrix,
    points=2,
    checks={"classes that all occur": 1, "classes that do not occur": 0.5, "in any form": 0.5},
    minutes=15,
    difficulty=2,
    comparison=Comparison(whole=True),
    hints=(
        "Begin with a square of zeros, `np.zeros((n_classes, n_classes), dtype=int)`. Where does "
        "one example with label 2 and prediction 0 count?",
        "It adds 1 at row 2, column 0. Go through labels and predictions together with `zip`.",
        "In the loop: `counts[label, prediction] += 1`. Without a loop that line counts each pair "
        "once only; `np.add.at(counts, (labels, predictions), 1)` counts them all.",
    ),
)


@exercise.cases
def cases(rng):
    absent = "classes that do not occur"
    labels, predictions = np.array([0, 0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 1, 2, 0, 2])
    counts = [[1, 2, 0], [0, 1, 0], [1, 0, 2]]
    yield tiny("seven examples, three classes", labels, predictions, 3, expected=counts)
    yield tiny(
        "class 2 is only predicted, class 3 never occurs",
        np.array([1, 1, 0, 1, 0, 0, 1, 1]),
        np.array([0, 1, 0, 2, 0, 1, 1, 0]),
        4,
        expected=[[2, 1, 0, 0], [2, 2, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
    ).counts_for(absent)

    def some(name, n, n_classes, largest=None, right=0.5):
        labels = rng.integers(0, largest or n_classes, n)
        guessed = rng.integers(0, largest or n_classes, n)
        return case(name, labels, np.where(rng.random(n) < right, labels, guessed), n_classes)

    yield some("20 examples, 4 classes", 20, 4)
    yield some("30 examples, 3 classes, mostly wrong", 30, 3, right=0.0)
    yield some("60 examples, 5 of 8 classes", 60, 8, largest=5).counts_for(absent)
    yield some("100 examples, 10 classes", 100, 10)
    yield some("25 examples, 30 classes", 25, 30).counts_for(absent)
    yield case("all right", np.arange(12) % 4, np.arange(12) % 4, 4)
    yield case("one example", np.array([2]), np.array([0]), 4).counts_for(absent)
    yield some("1,200 examples, 2 classes", 1200, 2)


@exercise.holds("All examples are counted: the matrix adds up to N.")
def counts_everybody(answer, rng):
    got = answer(rng.integers(0, 6, 50), rng.integers(0, 6, 50), 6)
    return same(np.asarray(got).sum(), 50)


@exercise.holds("Swapping labels and predictions transposes the matrix.")
def transposes(answer, rng):
    a, b = rng.integers(0, 5, 40), rng.integers(0, 5, 40)
    return same(np.asarray(answer(b, a, 5)), np.asarray(answer(a, b, 5)).T)


def _count(labels, predictions, n_classes):
    counts = np.zeros((n_classes, n_classes), np.int64)
    np.add.at(counts, (labels, predictions), 1)
    return counts


@exercise.mistake(
    "Rows and columns are swapped: the label chooses the row, the prediction the column."
)
def swaps_rows_and_columns(labels, predictions, n_classes):
    return _count(predictions, labels, n_classes)


@exercise.mistake(
    "Each pair is counted once, however often it occurs. In a loop, `counts[i, j] += 1` adds, `= "
    "1` does not; without a loop `counts[labels, predictions] += 1` adds only 1 per place: use "
    "`np.add.at`."
)
def counts_pairs_once(labels, predictions, n_classes):
    counts = np.zeros((n_classes, n_classes), int)
    counts[labels, predictions] += 1
    return counts


@exercise.mistake(
    "Each pair is counted once, and rows and columns are swapped: use a loop or `np.add.at`, with "
    "the label as the row."
)
def counts_swapped_pairs_once(labels, predictions, n_classes):
    return counts_pairs_once(predictions, labels, n_classes)


@exercise.mistake("The rows are divided by their sums: the plain counts are asked for.")
def divides_rows(labels, predictions, n_classes):
    counts = _count(labels, predictions, n_classes)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@exercise.mistake(
    "The rows are divided by their sums, which gives 0/0 for a class that does not occur: the "
    "plain counts are asked for."
)
def divides_rows_by_zero(labels, predictions, n_classes):
    counts = _count(labels, predictions, n_classes)
    with np.errstate(all="ignore"):
        return counts / counts.sum(axis=1, keepdims=True)


@exercise.mistake("The columns are divided by their sums: the plain counts are asked for.")
def divides_columns(labels, predictions, n_classes):
    counts = _count(labels, predictions, n_classes)
    return counts / np.maximum(counts.sum(axis=0, keepdims=True), 1)


@exercise.mistake("The counts are divided by the number of examples: leave them as counts.")
def divides_by_all(labels, predictions, n_classes):
    return _count(labels, predictions, n_classes) / len(labels)


@exercise.mistake(
    "The size is taken from the largest class that occurs; it is n_classes × n_classes, also when "
    "the last classes are absent."
)
def sizes_by_the_largest(labels, predictions, n_classes):
    return _count(labels, predictions, max(labels.max(), predictions.max()) + 1)


@exercise.mistake(
    "The size is taken from the labels; it is n_classes × n_classes. A class may be predicted that "
    "no label has."
)
def sizes_by_the_labels(labels, predictions, n_classes):
    return _count(labels, predictions, labels.max() + 1)


@exercise.mistake(
    "The size is the number of different labels; it is n_classes × n_classes. Some classes may "
    "have no example."
)
def sizes_by_different_labels(labels, predictions, n_classes):
    return _count(labels, predictions, len(np.unique(labels)))


@exercise.mistake(
    "The size is the number of different classes that occur; it is n_classes × n_classes, and an "
    "absent class has a row and a column of zeros."
)
def sizes_by_what_occurs(labels, predictions, n_classes):
    classes = np.unique(np.concatenate([labels, predictions]))
    places = (np.searchsorted(classes, v) for v in (labels, predictions))
    return _count(*places, len(classes))


@exercise.mistake("Only the right predictions are counted: wrong ones belong off the diagonal.")
def counts_hits_only(labels, predictions, n_classes):
    return np.diag(np.diag(_count(labels, predictions, n_classes)))


@exercise.mistake("Only the wrong predictions are counted: right ones belong on the diagonal.")
def counts_misses_only(labels, predictions, n_classes):
    counts = _count(labels, predictions, n_classes)
    return counts - np.diag(np.diag(counts))


@exercise.mistake("The predictions are not used: the row is the label, the column the prediction.")
def uses_labels_only(labels, predictions, n_classes):
    return _count(labels, labels, n_classes)


@exercise.mistake("The labels are not used: the row is the label, the column the prediction.")
def uses_predictions_only(labels, predictions, n_classes):
    return _count(predictions, predictions, n_classes)


@exercise.mistake(
    "Both directions are counted, so the matrix is symmetric: add 1 at [label, prediction] only."
)
def counts_both_ways(labels, predictions, n_classes):
    counts = _count(labels, predictions, n_classes)
    return counts + counts.T


@exercise.mistake(
    "Both directions are counted (once on the diagonal), so the matrix is symmetric: add 1 at "
    "[label, prediction] only."
)
def counts_wrong_ones_both_ways(labels, predictions, n_classes):
    counts = _count(labels, predictions, n_classes)
    return counts + counts.T - np.diag(np.diag(counts))


@exercise.mistake(
    "The classes are taken as 1, 2, 3, …: they are numbered from 0, so there is nothing to "
    "subtract."
)
def counts_classes_from_one(labels, predictions, n_classes):
    return _count(labels - 1, predictions - 1, n_classes)


@exercise.mistake(
    "The loops ask for classes 1 to n_classes: they are 0 to n_classes − 1, `range(n_classes)`."
)
def asks_for_classes_from_one(labels, predictions, n_classes):
    return _count(labels, predictions, n_classes + 1)[1:, 1:]


@exercise.mistake(
    "All rows come out alike. `[[0] * n] * n` repeats one and the same list, and "
    "`counts[:, j] += 1` adds to every row: use `np.zeros`, and `counts[i, j] += 1`."
)
def repeats_one_row(labels, predictions, n_classes):
    return np.tile(_count(labels, predictions, n_classes).sum(axis=0), (n_classes, 1))


@exercise.mistake("There is one row and column too many: classes go from 0 to n_classes − 1.")
def makes_one_row_too_many(labels, predictions, n_classes):
    return _count(labels, predictions, n_classes + 1)


@exercise.mistake("The last example is left out: the loop stops one too early.")
def leaves_out_the_last(labels, predictions, n_classes):
    return _count(labels[:-1], predictions[:-1], n_classes)


@exercise.mistake("The counts are kept in 8 bits, which end at 255: use `dtype=int`.")
def counts_in_bytes(labels, predictions, n_classes):
    return _count(labels, predictions, n_classes).astype(np.uint8)


@exercise.mistake("The counts come flat, as one row: `reshape(n_classes, n_classes)`.")
def returns_flat(labels, predictions, n_classes):
    return _count(labels, predictions, n_classes).ravel()


@exercise.mistake(
    "`np.bincount` stops at the largest pair that occurs: say `minlength=n_classes**2`."
)
def forgets_minlength(labels, predictions, n_classes):
    return np.bincount(labels * n_classes + predictions).reshape(n_classes, n_classes)


@exercise.mistake(
    "`np.histogram2d` chooses its own limits from the data: say "
    "`range=[[0, n_classes], [0, n_classes]]`, and convert the counts to int."
)
def lets_histogram_choose(labels, predictions, n_classes):
    return np.histogram2d(labels, predictions, bins=n_classes)[0].astype(int)


@exercise.mistake(
    "The right counts, but as floats: `np.zeros` makes floats unless you say `dtype=int`."
)
def returns_floats(labels, predictions, n_classes):
    return _count(labels, predictions, n_classes).astype(float)


@exercise.mistake("The first example is left out: the loop begins at 0.")
def leaves_out_the_first(labels, predictions, n_classes):
    return _count(labels[1:], predictions[1:], n_classes)


@exercise.mistake("Only the first example is counted: `return` stands inside the loop.")
def returns_too_early(labels, predictions, n_classes):
    return _count(labels[:1], predictions[:1], n_classes)


@exercise.mistake(
    "The loop runs over n_classes examples only: go through all of them, `range(len(labels))`."
)
def loops_over_classes(labels, predictions, n_classes):
    chosen = [labels[i] for i in range(n_classes)], [predictions[i] for i in range(n_classes)]
    return _count(np.array(chosen[0]), np.array(chosen[1]), n_classes)


@exercise.mistake(
    "Two loops, one inside the other, pair every label with every prediction: example i has "
    "`labels[i]` and `predictions[i]`; go through them together, with `zip`."
)
def pairs_all_with_all(labels, predictions, n_classes):
    every = (np.bincount(v, minlength=n_classes) for v in (labels, predictions))
    return np.outer(*every)


@exercise.mistake("`|` counts examples with label i or prediction j: both must hold, `&`.")
def counts_either(labels, predictions, n_classes):
    i, j = np.indices((n_classes, n_classes))[..., np.newaxis]
    return ((labels == i) | (predictions == j)).sum(axis=-1)


@exercise.mistake(
    "The smaller of two counts is taken (label i, prediction j): count the examples that have both."
)
def takes_the_smaller_count(labels, predictions, n_classes):
    every = (np.bincount(v, minlength=n_classes) for v in (labels, predictions))
    return np.minimum.outer(*every)


@exercise.mistake("The matrix is always 3 × 3, as in the example: it is n_classes × n_classes.")
def makes_three_rows(labels, predictions, n_classes):
    counts = np.zeros((3, 3), int)
    for label, prediction in zip(labels, predictions, strict=True):
        counts[label, prediction] += 1
    return counts


@exercise.mistake("The matrix is always 10 × 10: it is n_classes × n_classes.")
def makes_ten_rows(labels, predictions, n_classes):
    counts = np.zeros((10, 10), int)
    for label, prediction in zip(labels, predictions, strict=True):
        counts[label, prediction] += 1
    return counts


@exercise.mistake("This is the matrix of two classes, 0 and 1: make one row per class.")
def knows_two_classes(labels, predictions, n_classes):
    return np.array([[((labels == i) & (predictions == j)).sum() for j in (0, 1)] for i in (0, 1)])


@exercise.mistake("The counts are kept in signed 8 bits, which end at 127: use `dtype=int`.")
def counts_in_signed_bytes(labels, predictions, n_classes):
    return _count(labels, predictions, n_classes).astype(np.int8)


@exercise.mistake("Places are only marked True: count, with `dtype=int` and `+= 1`.")
def marks_pairs(labels, predictions, n_classes):
    return _count(labels, predictions, n_classes) > 0


@exercise.mistake(
    "The pair's number is labels + predictions, which different pairs share: it is "
    "labels * n_classes + predictions."
)
def adds_label_and_prediction(labels, predictions, n_classes):
    counts = np.bincount(labels + predictions, minlength=n_classes**2)[: n_classes**2]
    return counts.reshape(n_classes, n_classes)


@exercise.mistake(
    "Each pair is put in order first (smaller class, larger class), so the truth is lost: the "
    "label is the row, also when it is larger."
)
def sorts_each_pair(labels, predictions, n_classes):
    return _count(np.minimum(labels, predictions), np.maximum(labels, predictions), n_classes)


@exercise.mistake(
    "Labels and predictions are sorted, each for itself, so that they no longer belong to the same "
    "example."
)
def sorts_separately(labels, predictions, n_classes):
    return _count(np.sort(labels), np.sort(predictions), n_classes)


@exercise.mistake("Only places on and above the diagonal are filled: let j begin at 0, not at i.")
def fills_a_triangle(labels, predictions, n_classes):
    return np.triu(_count(labels, predictions, n_classes))


@exercise.mistake("Class 0 is left out: classes begin at 0, `range(n_classes)`.")
def leaves_out_class_zero(labels, predictions, n_classes):
    counts = _count(labels, predictions, n_classes)
    counts[0], counts[:, 0] = 0, 0
    return counts


@exercise.mistake(
    "A class's place among those that occur is taken for its number: class 3 belongs in row 3, "
    "also when class 2 never occurs."
)
def counts_places_of_labels(labels, predictions, n_classes):
    classes = np.unique(labels)
    counts = np.zeros((n_classes, n_classes), int)
    for row, i in enumerate(classes):
        for column, j in enumerate(classes):
            counts[row, column] = ((labels == i) & (predictions == j)).sum()
    return counts


@exercise.mistake("The counts begin at 1: begin with `np.zeros`, not `np.ones`.")
def begins_with_ones(labels, predictions, n_classes):
    return _count(labels, predictions, n_classes) + 1


@exercise.mistake(
    "Two things: rows and columns are swapped (the label chooses the row), and the counts are "
    "divided by the number of examples."
)
def swaps_and_divides(labels, predictions, n_classes):
    return _count(predictions, labels, n_classes) / len(labels)


@exercise.mistake(
    "This is the accuracy, one number: count each pair of classes, n_classes × n_classes."
)
def gives_accuracy(labels, predictions, n_classes):
    return float((labels == predictions).mean())


@exercise.mistake(
    "Off the diagonal all mistakes of a row stand in every column: ask for prediction j, "
    "`(labels == i) & (predictions == j)`."
)
def spreads_the_mistakes(labels, predictions, n_classes):
    totals = np.bincount(labels, minlength=n_classes)
    hits = np.diag(_count(labels, predictions, n_classes))
    counts = np.repeat((totals - hits)[:, np.newaxis], n_classes, axis=1)
    np.fill_diagonal(counts, hits)
    return counts


@exercise.mistake(
    "Every example is added to a whole row, `counts[label] += 1`: name the column too, "
    "`counts[label, prediction] += 1`."
)
def adds_to_whole_rows(labels, predictions, n_classes):
    totals = np.bincount(labels, minlength=n_classes)
    return np.repeat(totals[:, np.newaxis], n_classes, axis=1)


@exercise.mistake("The counts are in percent of all examples: leave them as counts.")
def gives_percent(labels, predictions, n_classes):
    return (100 * _count(labels, predictions, n_classes) / len(labels)).astype(int)


@exercise.mistake(
    "One running number is stored: add 1 to the place itself, `counts[label, prediction] += 1`."
)
def stores_a_running_number(labels, predictions, n_classes):
    counts = np.zeros((n_classes, n_classes), int)
    counts[labels, predictions] = np.arange(1, len(labels) + 1)
    return counts


@exercise.also_right("a loop and Python lists")
def with_lists(labels, predictions, n_classes):
    counts = [[0] * n_classes for _ in range(n_classes)]
    for label, prediction in zip(labels.tolist(), predictions.tolist(), strict=True):
        counts[label][prediction] += 1
    return counts


@exercise.also_right("comparing with every pair of classes")
def with_comparisons(labels, predictions, n_classes):
    classes = range(n_classes)
    return np.array(
        [[np.sum((labels == i) & (predictions == j)) for j in classes] for i in classes]
    )


@exercise.also_right("a product of one-hot rows, in Fortran order, read-only")
def with_one_hot(labels, predictions, n_classes):
    rows = np.eye(n_classes, dtype=int)
    counts = np.asfortranarray(rows[labels].T @ rows[predictions])
    counts.flags.writeable = False
    return counts


@exercise.also_right("np.add.at, in 32-bit integers")
def with_add_at(labels, predictions, n_classes):
    return _count(labels, predictions, n_classes).astype(np.int32)


@exercise.also_right("np.histogram2d with the right limits")
def with_histogram(labels, predictions, n_classes):
    edges = np.arange(n_classes + 1) - 0.5
    return np.histogram2d(labels, predictions, bins=(edges, edges))[0].astype(int)


@exercise.also_right("scikit-learn's confusion_matrix")
def with_sklearn(labels, predictions, n_classes):
    from sklearn.metrics import confusion_matrix

    return confusion_matrix(labels, predictions, labels=range(n_classes))


@exercise.also_right("torch.bincount", needs="torch")
def with_torch(labels, predictions, n_classes):
    import torch

    pairs = torch.from_numpy(np.array(labels * n_classes + predictions, np.int64))
    return torch.bincount(pairs, minlength=n_classes**2).reshape(n_classes, n_classes)
