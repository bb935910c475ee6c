"""``knn_predict``: let the nearest training examples vote."""

from collections import Counter

import numpy as np

from coursekit import neighbours
from coursekit.exercises import Comparison, Exercise, case, same, tiny

exercise = Exercise(
    "knn_predict(x_train, y_train, x_test, k)",
    unit="01",
    title="Let the nearest neighbours vote",
    reference=neighbours.knn_predict,
    points=4,
    checks={"clear votes": 1.5, "equal votes": 1, "bytes": 0.5, "in any form": 1},
    minutes=30,
    difficulty=3,
    comparison=Comparison(whole=True),
    builds_on=("pairwise_squared_distances",),
    hints=(
        "Take one test example: how far is each training example from it? "
        "`pairwise_squared_distances(x_test, x_train)` has one row of distances per test example.",
        "`np.argsort(distances, axis=1)[:, :k]` gives, row by row, where the k nearest training "
        "examples stand. These are positions: `y_train[...]` turns them into labels.",
        "For one row of k labels, `np.bincount(row)` counts how often 0, 1, 2, … occur, and "
        "`.argmax()` of it is the most frequent; among equals it takes the first: the smallest.",
        "In a loop over the rows of `y_train[nearest]`, collect `np.bincount(row).argmax()`, and "
        "return the collected labels as an array.",
    ),
)


@exercise.cases
def cases(rng):
    equal = "equal votes"
    line = np.array([[1.0], [2.0], [4.0], [8.0], [9.0]])
    labels = np.array([3, 1, 1, 7, 7])
    places = np.array([[0.0], [7.0], [10.0]])
    yield tiny("five points on a line, k = 3", line, labels, places, 3, expected=[1, 7, 7])
    yield tiny("the same points, k = 1", line, labels, places, 1, expected=[3, 7, 7])
    between = np.array([[0.0], [5.5], [10.0]])
    yield tiny(
        "one vote against one, k = 2", line, labels, between, 2, expected=[1, 1, 7]
    ).counts_for(equal)
    # These two do not depend on which of equally near examples counts as nearer.
    yield tiny(
        "three examples equally far, k = 3: only one of them votes",
        np.array([[1.0], [-2.0], [3.0], [-3.0], [3.0]]),
        np.array([1, 1, 7, 7, 7]),
        np.array([[0.0]]),
        3,
        expected=[1],
    )
    yield tiny(
        "two equal training examples: both vote",
        np.array([[1.0], [1.0], [2.0], [3.5], [9.0]]),
        np.array([4, 4, 7, 7, 0]),
        np.array([[0.0], [10.0]]),
        3,
        expected=[4, 7],
    )
    x = rng.standard_normal
    yield _case("one neighbour", rng, x((12, 2)), x((9, 2)), 1, 4)
    yield _case("three neighbours", rng, x((15, 3)), x((10, 3)), 3, 3).counts_for(equal)
    yield _case(
        "two neighbours, so often one vote each", rng, x((14, 3)), x((12, 3)), 2, 9
    ).counts_for(equal)
    yield _case("four neighbours", rng, x((16, 2)), x((12, 2)), 4, 4).counts_for(equal)
    yield _case("more test than training examples", rng, x((9, 2)), x((14, 2)), 3, 5).counts_for(
        equal
    )
    yield _case("one test example", rng, x((11, 4)), x((1, 4)), 5, 2)
    yield _case(
        "five neighbours, away from zero", rng, x((20, 6)) + 4, x((15, 6)) + 4, 5, 4
    ).counts_for(equal)
    yield _case("seven neighbours, labels 0 to 11", rng, x((40, 4)), x((25, 4)), 7, 12).counts_for(
        equal
    )
    for name, k in (("pictures of bytes (uint8), k = 1", 1), ("pictures of bytes, k = 3", 3)):
        pictures = (rng.integers(0, 256, (n, 12), np.uint8) for n in (24, 18))
        yield _case(name, rng, *pictures, k, 10).counts_for("bytes")


def _case(name, rng, x_train, x_test, k, n_classes):
    """Random labels, so that every other rule of voting gives other answers.

    Examples in whose distances two are nearly equal are moved: their order would be a matter of
    rounding.
    """
    while _nearly_tied(x_train, x_test):
        x_train = rng.permuted(x_train, axis=0)
    return case(name, x_train, rng.integers(0, n_classes, len(x_train)), x_test, k)


def _nearly_tied(x_train, x_test):
    d = np.sort(neighbours.pairwise_squared_distances(x_test, x_train), axis=1)
    return np.diff(d, axis=1).min() < 1e-5 * d.max()


@exercise.holds("A training example is its own nearest neighbour.")
def finds_itself(answer, rng):
    x, y = rng.standard_normal((8, 3)), rng.integers(0, 5, 8)
    return same(answer(x, y, x.copy(), 1), y)


@exercise.holds("Labels are names: adding 20 to all of them adds 20 to the answer.")
def labels_are_names(answer, rng):
    x, y, z = rng.standard_normal((12, 3)), rng.integers(0, 4, 12), rng.standard_normal((6, 3))
    return same(answer(x, y + 20, z, 3), np.asarray(answer(x, y, z, 3)) + 20)


def _distances(x_train, x_test):
    difference = np.asarray(x_test, float)[:, np.newaxis] - np.asarray(x_train, float)
    return (difference**2).sum(axis=-1)


def _nearest(d, k, first=0):
    return np.argsort(d, axis=1, kind="stable")[:, first:k]


def _votes(labels):
    """The right vote in every row of (M, k) labels; labels are 0 or more."""
    if not labels.shape[1]:
        raise ValueError("attempt to get argmax of an empty sequence")
    classes = np.arange(labels.max() + 1)
    return (labels[:, :, np.newaxis] == classes).sum(axis=1).argmax(axis=1)


@exercise.mistake("The farthest examples vote, not the nearest: sort from small to large.")
def asks_the_farthest(x_train, y_train, x_test, k):
    return _votes(y_train[_nearest(-_distances(x_train, x_test), k)])


@exercise.mistake("`k` is ignored: only the one nearest neighbour decides.")
def asks_one_only(x_train, y_train, x_test, k):
    return _votes(y_train[_nearest(_distances(x_train, x_test), 1)])


@exercise.mistake("`k` is ignored: always 3 neighbours vote.")
def asks_three_always(x_train, y_train, x_test, k):
    return _votes(y_train[_nearest(_distances(x_train, x_test), 3)])


@exercise.mistake("`k` is ignored: always 5 neighbours vote.")
def asks_five_always(x_train, y_train, x_test, k):
    return _votes(y_train[_nearest(_distances(x_train, x_test), 5)])


@exercise.mistake("k + 1 neighbours vote, one too many: `[:, :k]` takes k of them.")
def asks_one_too_many(x_train, y_train, x_test, k):
    return _votes(y_train[_nearest(_distances(x_train, x_test), k + 1)])


@exercise.mistake("k - 1 neighbours vote, one too few: `[:, :k]` takes k of them.")
def asks_one_too_few(x_train, y_train, x_test, k):
    return _votes(y_train[_nearest(_distances(x_train, x_test), k - 1)])


@exercise.mistake(
    "The nearest neighbour is skipped. That is right only when the test example is itself "
    "among the training examples; here begin at the first: `[:, :k]`."
)
def skips_the_nearest(x_train, y_train, x_test, k):
    return _votes(y_train[_nearest(_distances(x_train, x_test), k + 1, first=1)])


@exercise.mistake("The k-th nearest neighbour alone decides: let all of the k nearest vote.")
def asks_the_last_only(x_train, y_train, x_test, k):
    return y_train[_nearest(_distances(x_train, x_test), k)[:, -1]]


@exercise.mistake(
    "`[:, k]` is one single neighbour, the one after the k nearest: let all of `[:, :k]` vote."
)
def asks_the_next_only(x_train, y_train, x_test, k):
    return y_train[_nearest(_distances(x_train, x_test), k + 1)[:, -1]]


@exercise.mistake(
    "The neighbours' labels are averaged. Labels are names: between a 3 and a 7 there is no 5. "
    "Take the most frequent one."
)
def averages_labels(x_train, y_train, x_test, k):
    return y_train[_nearest(_distances(x_train, x_test), k)].mean(axis=1)


@exercise.mistake(
    "The neighbours' labels are averaged and rounded. Labels are names, not amounts: take the most "
    "frequent one."
)
def rounds_the_average(x_train, y_train, x_test, k):
    return np.rint(y_train[_nearest(_distances(x_train, x_test), k)].mean(axis=1)).astype(int)


@exercise.mistake(
    "The neighbours' labels are averaged and cut to whole numbers. Labels are names, not amounts: "
    "take the most frequent one."
)
def cuts_the_average(x_train, y_train, x_test, k):
    return y_train[_nearest(_distances(x_train, x_test), k)].mean(axis=1).astype(int)


@exercise.mistake(
    "The median of the neighbours' labels is taken. Labels are names without an order: take the "
    "most frequent one."
)
def takes_the_median(x_train, y_train, x_test, k):
    return np.median(y_train[_nearest(_distances(x_train, x_test), k)], axis=1).astype(int)


@exercise.mistake("The largest label among the neighbours is taken: take the most frequent one.")
def takes_the_largest(x_train, y_train, x_test, k):
    return y_train[_nearest(_distances(x_train, x_test), k)].max(axis=1)


@exercise.mistake("The smallest label among the neighbours is taken: take the most frequent one.")
def takes_the_smallest(x_train, y_train, x_test, k):
    return y_train[_nearest(_distances(x_train, x_test), k)].min(axis=1)


@exercise.mistake("The rarest label among the neighbours wins: take the most frequent one.")
def takes_the_rarest(x_train, y_train, x_test, k):
    labels = y_train[_nearest(_distances(x_train, x_test), k)]
    found = (np.unique(row, return_counts=True) for row in labels)
    return np.array([values[counts.argmin()] for values, counts in found])


@exercise.mistake(
    "When votes are equal your function takes the largest label; the task says the smallest."
)
def ties_go_to_the_largest(x_train, y_train, x_test, k):
    labels = y_train[_nearest(_distances(x_train, x_test), k)]
    return np.array([99 - np.bincount(99 - row).argmax() for row in labels])


@exercise.mistake(
    "When votes are equal your function takes the label met first (the nearer one); the task says "
    "the smallest. `Counter.most_common` does this."
)
def ties_go_to_the_nearer(x_train, y_train, x_test, k):
    labels = y_train[_nearest(_distances(x_train, x_test), k)]
    return np.array([Counter(row).most_common(1)[0][0] for row in labels.tolist()])


@exercise.mistake(
    "When votes are equal your function takes the label met last (the farther one); the task says "
    "the smallest."
)
def ties_go_to_the_farther(x_train, y_train, x_test, k):
    labels = y_train[_nearest(_distances(x_train, x_test), k)][:, ::-1]
    return np.array([Counter(row).most_common(1)[0][0] for row in labels.tolist()])


@exercise.mistake(
    "When votes are equal, `max(set(...), key=...)` takes whichever label the set gives first; the "
    "task says the smallest. Sort the set first."
)
def ties_go_by_set_order(x_train, y_train, x_test, k):
    labels = y_train[_nearest(_distances(x_train, x_test), k)]
    return np.array([max(set(row), key=row.count) for row in labels.tolist()])


@exercise.mistake(
    "Near neighbours get far more weight (1/distance²): here each of the k has one vote."
)
def weighs_by_squared_distance(x_train, y_train, x_test, k):
    d = _distances(x_train, x_test)
    rows = zip(d, _nearest(d, k), strict=True)
    return np.array([np.bincount(y_train[i], 1 / (row[i] + 1e-9)).argmax() for row, i in rows])


@exercise.mistake(
    "Near neighbours get more weight than far ones (1/distance): here each of the k has one vote."
)
def weighs_by_distance(x_train, y_train, x_test, k):
    d = _distances(x_train, x_test)
    rows = zip(d, _nearest(d, k), strict=True)
    return np.array(
        [np.bincount(y_train[i], 1 / (np.sqrt(row[i]) + 1e-9)).argmax() for row, i in rows]
    )


@exercise.mistake(
    "The distance is the sum of absolute differences (Manhattan): square the differences."
)
def uses_manhattan(x_train, y_train, x_test, k):
    d = np.abs(np.asarray(x_test, float)[:, np.newaxis] - x_train).sum(axis=-1)
    return _votes(y_train[_nearest(d, k)])


@exercise.mistake(
    "The differences are added first and squared after, so that they cancel: square each one first."
)
def squares_the_sum(x_train, y_train, x_test, k):
    d = (np.asarray(x_test, float)[:, np.newaxis] - x_train).sum(axis=-1) ** 2
    return _votes(y_train[_nearest(d, k)])


@exercise.mistake(
    "The neighbours are those with the largest dot product: near means a small distance."
)
def uses_the_dot_product(x_train, y_train, x_test, k):
    return _votes(y_train[_nearest(-np.asarray(x_test, float) @ x_train.T.astype(float), k)])


@exercise.mistake(
    "The neighbours are those with the smallest angle (cosine): near means a small squared "
    "distance."
)
def uses_the_cosine(x_train, y_train, x_test, k):
    a, b = (np.asarray(x, float) for x in (x_test, x_train))
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a + 1e-12, b))
    return _votes(y_train[_nearest(-a @ b.T, k)])


@exercise.mistake(
    "With bytes the differences and squares wrap around at 256, so that the wrong examples look "
    "near: convert both to float first."
)
def wraps_bytes(x_train, y_train, x_test, k):
    d = ((x_test[:, np.newaxis] - x_train[np.newaxis]) ** 2).sum(axis=-1)
    return _votes(y_train[_nearest(d, k)])


@exercise.mistake(
    "With bytes the difference wraps around (3 - 5 becomes 254): convert to float before "
    "subtracting."
)
def converts_after_subtracting(x_train, y_train, x_test, k):
    d = ((x_test[:, np.newaxis] - x_train[np.newaxis]).astype(float) ** 2).sum(axis=-1)
    return _votes(y_train[_nearest(d, k)])


@exercise.mistake(
    "With bytes the difference wraps around (5 - 8 becomes 253): convert to float before "
    "subtracting, `x_train.astype(float) - x`."
)
def converts_after_subtracting_from_train(x_train, y_train, x_test, k):
    d = ((x_train[np.newaxis] - x_test[:, np.newaxis]).astype(float) ** 2).sum(axis=-1)
    return _votes(y_train[_nearest(d, k)])


@exercise.mistake(
    "With bytes `a**2` and `a @ b.T` wrap around at 256, so that the wrong examples look near: "
    "convert both to float first."
)
def expands_in_bytes(x_train, y_train, x_test, k):
    squares = (x_test**2).sum(axis=1)[:, np.newaxis] + (x_train**2).sum(axis=1)
    return _votes(y_train[_nearest(squares - 2 * x_test @ x_train.T, k)])


@exercise.mistake(
    "The distances are sorted along the test examples. Each test example ranks the training "
    "examples: sort along the axis that has one entry per training example."
)
def sorts_the_wrong_axis(x_train, y_train, x_test, k):
    return _votes(y_train[np.argsort(_distances(x_train, x_test), axis=0, kind="stable")[:, :k]])


@exercise.mistake(
    "`[:k]` takes the first k rows, which are test examples: the k nearest of every row are "
    "`[:, :k]`."
)
def takes_k_rows(x_train, y_train, x_test, k):
    return _votes(y_train[np.argsort(_distances(x_train, x_test), axis=1, kind="stable")[:k]])


@exercise.mistake(
    "Only one label comes back, that of the first test example: `return` stands inside the loop."
)
def returns_too_early(x_train, y_train, x_test, k):
    return _votes(y_train[_nearest(_distances(x_train, x_test[:1]), k)])


@exercise.mistake(
    "The vote runs down the columns: it counts all first neighbours, all second ones, … Let the k "
    "labels of each row vote: one label per test example."
)
def votes_down_columns(x_train, y_train, x_test, k):
    return _votes(y_train[_nearest(_distances(x_train, x_test), k)].T)


@exercise.mistake(
    "One label per training example comes back: each test example asks the training examples, not "
    "the other way round."
)
def exchanges_train_and_test(x_train, y_train, x_test, k):
    return _votes(y_train[_nearest(_distances(x_test, x_train), k) % len(y_train)])


@exercise.mistake(
    "This is where the nearest example stands, not its label: look it up in `y_train`."
)
def returns_positions(x_train, y_train, x_test, k):
    return _distances(x_train, x_test).argmin(axis=1)


@exercise.mistake(
    "The vote counts positions of examples, not labels: look up `y_train[nearest]` first, then "
    "vote."
)
def votes_on_positions(x_train, y_train, x_test, k):
    return _votes(_nearest(_distances(x_train, x_test), k))


@exercise.mistake(
    "All k labels come back, shape (M, k): let them vote, one label per test example."
)
def does_not_vote(x_train, y_train, x_test, k):
    return y_train[_nearest(_distances(x_train, x_test), k)]


@exercise.mistake(
    "The number of votes comes back, not the label that got them: `argmax`, not `max` (and "
    "`most_common(1)[0][0]`, not `[0][1]`)."
)
def returns_counts(x_train, y_train, x_test, k):
    labels = y_train[_nearest(_distances(x_train, x_test), k)]
    return np.array([np.bincount(row).max() for row in labels])


@exercise.mistake(
    "After `np.unique(..., return_counts=True)` the place of the largest count is returned: that "
    "place leads to the label, `values[counts.argmax()]`."
)
def returns_place_in_unique(x_train, y_train, x_test, k):
    labels = y_train[_nearest(_distances(x_train, x_test), k)]
    return np.array([np.unique(row, return_counts=True)[1].argmax() for row in labels])


@exercise.mistake(
    "The right labels, but as floats: collect them in an integer array, "
    "`np.zeros(len(x_test), dtype=int)`."
)
def returns_floats(x_train, y_train, x_test, k):
    return _votes(y_train[_nearest(_distances(x_train, x_test), k)]).astype(float)


@exercise.mistake(
    "More than k neighbours vote when several are equally far (`d <= the k-th distance`): take "
    "exactly k of them, `np.argsort(d)[:k]`."
)
def lets_all_equally_far_vote(x_train, y_train, x_test, k):
    d = _distances(x_train, x_test)
    limit = np.sort(d, axis=1)[:, k - 1 : k]
    rows = (y_train[row] for row in d <= limit)
    return np.array([np.bincount(row).argmax() for row in rows])


@exercise.mistake("Equal training examples are merged into one (`np.unique`): each has its vote.")
def merges_equal_examples(x_train, y_train, x_test, k):
    x_train, first = np.unique(x_train, axis=0, return_index=True)
    return _votes(y_train[first][_nearest(_distances(x_train, x_test), k)])


@exercise.mistake(
    "All training labels vote, so every test example gets the same answer: let only its k nearest "
    "vote."
)
def lets_everybody_vote(x_train, y_train, x_test, k):
    return np.full(len(x_test), np.bincount(y_train).argmax())


@exercise.mistake(
    "One vote is held for all test examples together: let the k neighbours of each row vote for it "
    "alone."
)
def holds_one_vote(x_train, y_train, x_test, k):
    labels = y_train[_nearest(_distances(x_train, x_test), k)]
    return np.full(len(x_test), np.bincount(labels.ravel()).argmax())


@exercise.mistake(
    "The first k training labels vote, `y_train[:k]`: the k nearest stand at `np.argsort(d)[:k]`, "
    "so `y_train[np.argsort(d)[:k]]`."
)
def asks_the_first_k(x_train, y_train, x_test, k):
    return np.full(len(x_test), np.bincount(y_train[:k]).argmax())


@exercise.mistake(
    "The distance is the largest difference in one column: add the squares of all differences."
)
def uses_the_largest_difference(x_train, y_train, x_test, k):
    d = np.abs(np.asarray(x_test, float)[:, np.newaxis] - x_train).max(axis=-1)
    return _votes(y_train[_nearest(d, k)])


@exercise.mistake("Only the first column is compared: add the squares over all columns.")
def compares_one_column(x_train, y_train, x_test, k):
    return _votes(y_train[_nearest(_distances(x_train[:, :1], x_test[:, :1]), k)])


@exercise.mistake(
    "The differences are neither squared nor made positive, so training examples on one side look "
    "nearest: square them."
)
def compares_signed_differences(x_train, y_train, x_test, k):
    d = (np.asarray(x_train, float) - np.asarray(x_test, float)[:, np.newaxis]).sum(axis=-1)
    return _votes(y_train[_nearest(d, k)])


@exercise.mistake(
    "The differences are neither squared nor made positive (test minus training), so examples far "
    "to one side look nearest: square them."
)
def compares_signed_differences_from_test(x_train, y_train, x_test, k):
    d = (np.asarray(x_test, float)[:, np.newaxis] - np.asarray(x_train, float)).sum(axis=-1)
    return _votes(y_train[_nearest(d, k)])


@exercise.mistake(
    "The columns are standardised first (mean 0, spread 1), which changes who is near: take them "
    "as they are."
)
def standardises(x_train, y_train, x_test, k):
    mean, spread = x_train.mean(axis=0), x_train.std(axis=0) + 1e-9
    d = _distances((x_train - mean) / spread, (x_test - mean) / spread)
    return _votes(y_train[_nearest(d, k)])


@exercise.mistake(
    "The neighbours are those with the smallest angle (cosine, with a small number against 0/0): "
    "near means a small squared distance."
)
def uses_a_safe_cosine(x_train, y_train, x_test, k):
    a, b = (np.asarray(x, float) for x in (x_test, x_train))
    s = a @ b.T / (np.linalg.norm(a, axis=1)[:, np.newaxis] + 1e-9)
    return _votes(y_train[_nearest(-s / (np.linalg.norm(b, axis=1) + 1e-9), k)])


@exercise.mistake(
    "The examples are converted to whole numbers first, so that fractions are lost: convert to "
    "float."
)
def cuts_the_inputs(x_train, y_train, x_test, k):
    d = _distances(x_train.astype(np.int64), x_test.astype(np.int64))
    return _votes(y_train[_nearest(d, k)])


@exercise.mistake(
    "`np.sort` gives distances, not positions, and distances cannot point into `y_train`: use "
    "`np.argsort`."
)
def sorts_distances(x_train, y_train, x_test, k):
    return y_train[np.sort(_distances(x_train, x_test), axis=1)[:, :k]]


@exercise.mistake(
    "The table of votes is too short: it has one place per different label, but labels may have "
    "gaps (3, 1, 7). It needs `y_train.max() + 1` places; `np.bincount` sees to that."
)
def counts_different_labels(x_train, y_train, x_test, k):
    answers = []
    for row in y_train[_nearest(_distances(x_train, x_test), k)]:
        counts = np.zeros(len(np.unique(y_train)), int)
        for label in row:
            counts[label] += 1
        answers.append(counts.argmax())
    return np.array(answers)


@exercise.mistake(
    "The table of votes has 10 places, but labels may be larger than 9. It needs "
    "`y_train.max() + 1` places; `np.bincount` sees to that."
)
def expects_ten_labels(x_train, y_train, x_test, k):
    answers = []
    for row in y_train[_nearest(_distances(x_train, x_test), k)]:
        counts = np.zeros(10, int)
        for label in row:
            counts[label] += 1
        answers.append(counts.argmax())
    return np.array(answers)


@exercise.mistake(
    "The table of votes comes back, one column per label: return the label with the most votes, "
    "`.argmax(axis=1)`."
)
def returns_the_votes(x_train, y_train, x_test, k):
    labels = y_train[_nearest(_distances(x_train, x_test), k)]
    return (labels[:, :, np.newaxis] == np.arange(y_train.max() + 1)).sum(axis=1)


@exercise.mistake(
    "The training examples were classified: `x_test` never occurs. Each of its rows needs an "
    "answer."
)
def classifies_the_training_set(x_train, y_train, x_test, k):
    return _votes(y_train[_nearest(_distances(x_train, x_train), k)])


@exercise.mistake(
    "Only one label comes back, as a number: `return` stands inside the loop, or only `x_test[0]` "
    "is asked."
)
def returns_one_number(x_train, y_train, x_test, k):
    return _votes(y_train[_nearest(_distances(x_train, x_test[:1]), k)])[0]


@exercise.mistake("Label 0 never wins: the count begins at label 1.")
def forgets_label_zero(x_train, y_train, x_test, k):
    labels = y_train[_nearest(_distances(x_train, x_test), k)]
    return np.array([np.bincount(row, minlength=2)[1:].argmax() + 1 for row in labels])


@exercise.mistake(
    "`np.argsort` is applied twice: that gives every example's rank, not where the nearest stand. "
    "Once is enough."
)
def sorts_twice(x_train, y_train, x_test, k):
    ranks = np.argsort(np.argsort(_distances(x_train, x_test), axis=1), axis=1)
    return _votes(y_train[ranks[:, :k]])


@exercise.mistake(
    "The nearest class mean decides (nearest centroid): let the k nearest examples vote."
)
def asks_the_class_means(x_train, y_train, x_test, k):
    classes = np.unique(y_train)
    means = np.array([np.asarray(x_train, float)[y_train == c].mean(axis=0) for c in classes])
    return classes[_distances(means, x_test).argmin(axis=1)]


@exercise.mistake(
    "Two things: k + 1 neighbours vote, and between equal votes the nearer label wins, where the "
    "task says the smallest."
)
def asks_one_too_many_nearer_first(x_train, y_train, x_test, k):
    labels = y_train[_nearest(_distances(x_train, x_test), k + 1)]
    return np.array([Counter(row).most_common(1)[0][0] for row in labels.tolist()])


@exercise.mistake(
    "The count is not set back to 0 for the next test example, so that all votes before it count "
    "too: make a new count inside the loop."
)
def never_resets_the_votes(x_train, y_train, x_test, k):
    counts, answers = np.zeros(y_train.max() + 1, int), []
    for row in y_train[_nearest(_distances(x_train, x_test), k)]:
        for label in row:
            counts[label] += 1
        answers.append(counts.argmax())
    return np.array(answers)


@exercise.mistake("`argmin` takes the label with the fewest votes: it is `argmax`.")
def takes_the_fewest_votes(x_train, y_train, x_test, k):
    labels = y_train[_nearest(_distances(x_train, x_test), k)]
    return np.array([np.bincount(row).argmin() for row in labels])


@exercise.mistake(
    "All examples within a distance of k vote: k is how many vote, not how far away they may be."
)
def takes_k_as_a_radius(x_train, y_train, x_test, k):
    d = _distances(x_train, x_test)
    rows = (y_train[(row <= k) | (row == row.min())] for row in d)
    return np.array([np.bincount(row).argmax() for row in rows])


@exercise.also_right("loops, sorted tuples and a dictionary of counts")
def with_loops(x_train, y_train, x_test, k):
    answers = []
    for x in x_test.tolist():
        pairs = [
            (sum((p - q) ** 2 for p, q in zip(x, z, strict=True)), i)
            for i, z in enumerate(x_train.tolist())
        ]
        votes = Counter(int(y_train[i]) for _, i in sorted(pairs)[:k])
        answers.append(min(votes, key=lambda label: (-votes[label], label)))
    return answers


@exercise.also_right("argpartition, and a table of votes")
def with_argpartition(x_train, y_train, x_test, k):
    nearest = np.argpartition(_distances(x_train, x_test), k, axis=1)[:, :k]
    votes = (y_train[nearest][:, :, np.newaxis] == np.arange(y_train.max() + 1)).sum(axis=1)
    return votes.argmax(axis=1)


@exercise.also_right("square roots of the distances, and np.unique")
def with_roots(x_train, y_train, x_test, k):
    labels = y_train[_nearest(np.sqrt(_distances(x_train, x_test)), k)]
    found = (np.unique(row, return_counts=True) for row in labels)
    return np.array([values[counts.argmax()] for values, counts in found], dtype=np.int32)


@exercise.also_right("the expanded square, in single precision")
def with_expansion(x_train, y_train, x_test, k):
    a, b = np.asarray(x_test, np.float32), np.asarray(x_train, np.float32)
    d = (a**2).sum(axis=1, keepdims=True) + (b**2).sum(axis=1) - 2 * a @ b.T
    return _votes(y_train[_nearest(d, k)])


@exercise.also_right("scipy.stats.mode, which takes the smallest of equals")
def with_scipy(x_train, y_train, x_test, k):
    from scipy.stats import mode

    return mode(y_train[_nearest(_distances(x_train, x_test), k)], axis=1).mode


@exercise.also_right("scikit-learn's KNeighborsClassifier")
def with_sklearn(x_train, y_train, x_test, k):
    from sklearn.neighbors import KNeighborsClassifier

    model = KNeighborsClassifier(n_neighbors=k, algorithm="brute")
    return model.fit(x_train.astype(float), y_train).predict(x_test.astype(float))


@exercise.also_right("torch.topk and torch.mode", needs="torch")
def with_torch(x_train, y_train, x_test, k):
    import torch

    d = torch.from_numpy(_distances(x_train, x_test))
    labels = torch.from_numpy(np.array(y_train, np.int64))
    return torch.mode(labels[torch.topk(d, k, largest=False).indices], dim=1).values
