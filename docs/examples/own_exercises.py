"""An instructor's own exercise, complete: see docs/own-exercises.md."""

import numpy as np

from coursekit.exercises import Comparison, Exercise, case, tiny


def brightness_histogram(image, bins):
    """The reference: counts in `bins` equal bins over [0, 1]; 1.0 belongs to the last bin."""
    counts, _ = np.histogram(image, bins=bins, range=(0.0, 1.0))
    return counts


exercise = Exercise(
    "brightness_histogram(image, bins)",
    unit="90",
    title="How often each brightness occurs",
    reference=brightness_histogram,
    points=2,
    minutes=10,
    difficulty=2,
    comparison=Comparison(whole=True),
    hints=(
        "Which bin does a pixel of brightness 0.3 fall into when there are 4 bins?",
        "The bin's number is the brightness times `bins`, rounded down.",
        "Brightness 1.0 would land in bin number `bins`, which does not exist: put it in the last.",
    ),
)


@exercise.cases
def cases(rng):
    row = np.array([[0.0, 0.1, 0.3, 0.6, 0.6, 1.0]])
    yield tiny("six pixels, four bins", row, 4, expected=[2, 1, 2, 1])
    yield tiny("only black", np.zeros((2, 3)), 3, expected=[6, 0, 0])
    yield case("a square picture, 10 bins", rng.random((12, 12)), 10)
    yield case("a wide picture, 7 bins", rng.random((5, 30)), 7)
    yield case("brighter than dark", rng.random((9, 8)) ** 0.3, 5)


@exercise.holds("Every pixel is counted once.")
def counts_every_pixel(answer, rng):
    image = rng.random((6, 7))
    total = int(np.sum(answer(image, 5)))
    return None if total == 42 else f"For 42 pixels the counts add up to {total}."


@exercise.mistake("Brightness 1.0 is lost: it belongs to the last bin.")
def loses_white(image, bins):
    return np.histogram(image[image < 1.0], bins=bins, range=(0.0, 1.0))[0]


@exercise.mistake("The range is the picture's own darkest to brightest; it should be 0 to 1.")
def uses_the_picture_range(image, bins):
    return np.histogram(image, bins=bins)[0]


@exercise.mistake("Shares are returned; counts are asked for.")
def returns_shares(image, bins):
    return brightness_histogram(image, bins) / image.size


@exercise.mistake("The counts are summed up from the left: that is the cumulative histogram.")
def cumulates(image, bins):
    return np.cumsum(brightness_histogram(image, bins))


@exercise.mistake("The brightness is rounded to the nearest bin; it should be rounded down.")
def rounds_to_nearest(image, bins):
    number = np.minimum(np.rint(image * bins).astype(int), bins - 1)
    return np.bincount(number.ravel(), minlength=bins)


@exercise.mistake("The bins are in the wrong order: the first counts the darkest pixels.")
def reverses(image, bins):
    return brightness_histogram(image, bins)[::-1]


@exercise.also_right("a loop over the pixels, as a list")
def with_a_loop(image, bins):
    counts = [0] * bins
    for value in np.asarray(image).ravel().tolist():
        counts[min(int(value * bins), bins - 1)] += 1
    return counts


@exercise.also_right("bincount")
def with_bincount(image, bins):
    number = np.minimum((np.asarray(image, float) * bins).astype(int), bins - 1)
    return np.bincount(number.ravel(), minlength=bins)


@exercise.also_right("sorted edges and searchsorted")
def with_searchsorted(image, bins):
    edges = np.arange(1, bins) / bins
    number = np.searchsorted(edges, np.ravel(image), side="right")
    return np.bincount(number, minlength=bins)


@exercise.also_right("comparing with every bin, as unsigned bytes")
def with_comparisons(image, bins):
    number = np.minimum(np.floor(np.asarray(image, float) * bins), bins - 1)
    return np.array([(number == b).sum() for b in range(bins)], dtype=np.uint16)
