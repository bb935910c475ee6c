"""``pairwise_squared_distances``: how far apart are all pairs of pictures?"""

import numpy as np

from coursekit import neighbours
from coursekit.exercises import Exercise, case, same, tiny

exercise = Exercise(
    "pairwise_squared_distances(a, b)",
    unit="01",
    title="Measure all distances at once",
    reference=neighbours.pairwise_squared_distances,
    points=4,
    checks={"points": 2, "bytes": 1, "in any form": 1},
    minutes=30,
    difficulty=3,
    hints=(
        "Begin with one number: d[i, j] is the sum over all columns of (a[i] - b[j]) squared. No "
        "root is taken. Convert both to float first: bytes wrap around at 0 and 256.",
        "Without loops, either let axes of length 1 stretch, `a[:, np.newaxis, :]` against "
        "`b[np.newaxis, :, :]`, and sum over the last axis; or use (a - b)² = a² + b² - 2ab.",
        "For the second way, `(a**2).sum(axis=1)[:, np.newaxis]` is a column of N squares, "
        "`(b**2).sum(axis=1)` a row of M squares, and `a @ b.T` holds all N × M products.",
        "Put together: the column, plus the row, minus `2 * a @ b.T`. Rounding can leave tiny "
        "negative numbers: finish with `np.maximum(..., 0)`.",
    ),
)


@exercise.cases
def cases(rng):
    a = np.array([[0.0, 0.0], [3.0, 4.0]])
    b = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    yield tiny("two points and three", a, b, expected=[[0, 1, 4], [25, 20, 13]])
    x = rng.standard_normal
    yield case("three points and four, in the plane", x((3, 2)), x((4, 2)))
    yield case("five points and five", x((5, 3)), x((5, 3)))
    yield case("one point and six", x((1, 4)), x((6, 4)))
    yield case("seven points and one", x((7, 3)), x((1, 3)))
    yield case("points on a line", x((6, 1)), x((4, 1)))
    yield case("points away from zero", x((4, 5)) + 3, x((6, 5)) - 2)
    yield case("long rows", x((5, 40)), x((8, 40)))
    yield case("whole numbers", rng.integers(-9, 10, (4, 6)), rng.integers(-9, 10, (5, 6)))
    yield case(
        "pictures of bytes (uint8)", *(rng.integers(0, 256, (n, 9), np.uint8) for n in (4, 5))
    ).counts_for("bytes")
    yield case(
        "more bytes (uint8)", *(rng.integers(0, 256, (n, 16), np.uint8) for n in (7, 6))
    ).counts_for("bytes")
    yield case("30 pictures and 20, of 16 pixels each", x((30, 16)), x((20, 16)))


@exercise.holds("Going there is as far as coming back: swapping `a` and `b` transposes the answer.")
def symmetric(answer, rng):
    a, b = rng.standard_normal((4, 3)), rng.standard_normal((6, 3))
    return same(np.asarray(answer(b, a)), np.asarray(answer(a, b)).T)


@exercise.holds("A distance is never negative, not even by rounding.")
def never_negative(answer, rng):
    a = 10 + 3 * rng.standard_normal((60, 20))
    if (np.asarray(answer(a, a.copy())) < 0).any():
        return "Between equal points some come out just below 0."
    return None


def _differences(a, b):
    """All differences as floats, (N, M, D)."""
    return np.asarray(a, float)[:, np.newaxis] - np.asarray(b, float)[np.newaxis]


def _expand(a, b, squares_a, squares_b, factor):
    """a² + b² + factor·ab with every part free."""
    return squares_a[:, np.newaxis] + squares_b + factor * np.asarray(a, float) @ np.transpose(b)


def _squares(x):
    return (np.asarray(x, float) ** 2).sum(axis=1)


@exercise.mistake("The square root is taken: squared distances are asked for.")
def takes_the_root(a, b):
    return np.sqrt((_differences(a, b) ** 2).sum(axis=-1))


@exercise.mistake(
    "The absolute differences are added (the Manhattan distance): square each difference first."
)
def adds_absolute_differences(a, b):
    return np.abs(_differences(a, b)).sum(axis=-1)


@exercise.mistake("The largest difference is taken: add the squares of all of them.")
def takes_the_largest_difference(a, b):
    return np.abs(_differences(a, b)).max(axis=-1)


@exercise.mistake("The differences are added first and squared after: square each, then add.")
def squares_the_sum(a, b):
    return _differences(a, b).sum(axis=-1) ** 2


@exercise.mistake("The squares are missing: the bare differences are added.")
def forgets_to_square(a, b):
    return _differences(a, b).sum(axis=-1)


@exercise.mistake(
    "`a` and `b` are swapped: rows of the answer belong to `a`, columns to `b`, shape (N, M)."
)
def swaps_a_and_b(a, b):
    return (_differences(b, a) ** 2).sum(axis=-1)


@exercise.mistake(
    "Only a[0] with b[0], a[1] with b[1], … are compared. Every row of `a` meets every row of `b`: "
    "give them axes of their own, `a[:, np.newaxis]` and `b[np.newaxis]`."
)
def compares_row_by_row(a, b):
    return ((np.asarray(a, float) - np.asarray(b, float)) ** 2).sum(axis=1)


@exercise.mistake(
    "The mean of the squared differences is taken (divided by the number of columns): add them."
)
def takes_the_mean(a, b):
    return (_differences(a, b) ** 2).mean(axis=-1)


@exercise.mistake("The squared differences are halved: the factor ½ does not belong here.")
def halves(a, b):
    return (_differences(a, b) ** 2).sum(axis=-1) / 2


@exercise.mistake(
    "The squared differences are not added up: sum over the last axis, from (N, M, D) to (N, M)."
)
def forgets_the_sum(a, b):
    return _differences(a, b) ** 2


@exercise.mistake(
    "The sum runs over the rows of `a` (axis 0). Sum over the last axis, the columns of both."
)
def sums_over_a(a, b):
    return (_differences(a, b) ** 2).sum(axis=0)


@exercise.mistake(
    "The sum runs over the rows of `b` (axis 1). Sum over the last axis, the columns of both."
)
def sums_over_b(a, b):
    return (_differences(a, b) ** 2).sum(axis=1)


@exercise.mistake("The factor 2 is missing: (a - b)² = a² + b² - 2ab.")
def forgets_the_two(a, b):
    return _expand(a, b, _squares(a), _squares(b), -1)


@exercise.mistake("The mixed term has the wrong sign: (a - b)² = a² + b² minus 2ab.")
def adds_the_product(a, b):
    return _expand(a, b, _squares(a), _squares(b), 2)


@exercise.mistake("The mixed term is missing: (a - b)² = a² + b² - 2ab.")
def forgets_the_product(a, b):
    return _expand(a, b, _squares(a), _squares(b), 0)


@exercise.mistake("The squares of `a` are missing: (a - b)² = a² + b² - 2ab.")
def forgets_the_squares_of_a(a, b):
    return _expand(a, b, 0 * _squares(a), _squares(b), -2)


@exercise.mistake("The squares of `b` are missing: (a - b)² = a² + b² - 2ab.")
def forgets_the_squares_of_b(a, b):
    return _expand(a, b, _squares(a), 0 * _squares(b), -2)


@exercise.mistake(
    "The lengths of the rows are used where their squares belong: (a**2).sum(axis=1), no root."
)
def uses_lengths_for_squares(a, b):
    return _expand(a, b, np.sqrt(_squares(a)), np.sqrt(_squares(b)), -2)


@exercise.mistake("This is the dot product of the rows, a @ b.T: add the squares, (a - b)².")
def takes_the_dot_product(a, b):
    return _expand(a, b, 0 * _squares(a), 0 * _squares(b), 1)


@exercise.mistake(
    "This is one minus the cosine of the angle between the rows: lengths count here as well."
)
def takes_the_cosine(a, b):
    with np.errstate(all="ignore"):
        norms = np.sqrt(np.outer(_squares(a), _squares(b)))
        return 1 - np.asarray(a, float) @ np.transpose(b) / norms


@exercise.mistake(
    "The squares of `a` stand in a row; they belong in a column, `[:, np.newaxis]`, because the "
    "rows of the answer belong to `a`."
)
def puts_squares_in_a_row(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    return (a**2).sum(axis=1) + (b**2).sum(axis=1) - 2 * a @ b.T


@exercise.mistake(
    "The two sums of squares stand the wrong way round: those of `a` are a column, "
    "`[:, np.newaxis]`, those of `b` a row."
)
def exchanges_column_and_row(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    return (a**2).sum(axis=1) + (b**2).sum(axis=1)[:, np.newaxis] - 2 * a @ b.T


@exercise.mistake(
    "The squares are added over all rows together: `sum(axis=1)` keeps one sum per row."
)
def adds_all_squares(a, b):
    return _expand(
        a, b, 0 * _squares(a) + _squares(a).sum(), 0 * _squares(b) + _squares(b).sum(), -2
    )


@exercise.mistake(
    "This is the difference of the squared lengths, a² - b²; asked for is (a - b)², which is "
    "a² + b² - 2ab."
)
def subtracts_squares(a, b):
    return _expand(a, b, _squares(a), -_squares(b), 0)


@exercise.mistake(
    "Only the last column counts: in the innermost loop the squares must be added, `+=`, where "
    "yours overwrites, `=`."
)
def keeps_the_last_column(a, b):
    return _differences(a, b)[:, :, -1] ** 2


@exercise.mistake(
    "Only places on and above the diagonal are filled: `a` and `b` are different sets, so every i "
    "meets every j."
)
def fills_a_triangle(a, b):
    return np.triu((_differences(a, b) ** 2).sum(axis=-1))


@exercise.mistake("`b` is never used: these are the distances of `a` from itself.")
def uses_a_only(a, b):
    return (_differences(a, a) ** 2).sum(axis=-1)


@exercise.mistake(
    "With bytes the differences and squares wrap around at 256: convert `a` and `b` to float first."
)
def wraps_differences_and_squares(a, b):
    return ((a[:, np.newaxis] - b[np.newaxis]) ** 2).sum(axis=-1)


@exercise.mistake(
    "With bytes the difference wraps around (3 - 5 becomes 254): convert to float before "
    "subtracting, not after."
)
def converts_after_subtracting(a, b):
    return ((a[:, np.newaxis] - b[np.newaxis]).astype(float) ** 2).sum(axis=-1)


@exercise.mistake(
    "With bytes everything, the sum too, is computed (or stored) modulo 256: convert `a` and `b` "
    "to float first, and keep the distances as floats."
)
def wraps_everything(a, b):
    difference = a[:, np.newaxis] - b[np.newaxis]
    return (difference**2).sum(axis=-1, dtype=difference.dtype)


@exercise.mistake(
    "With bytes the squares and the product `a @ b.T` wrap around at 256: convert both arrays to "
    "float before the formula."
)
def expands_in_bytes(a, b):
    return (a**2).sum(axis=1)[:, np.newaxis] + (b**2).sum(axis=1) - 2 * a @ b.T


@exercise.mistake(
    "The squares are taken in bytes and wrap around at 256; only the product is in floats. Convert "
    "`a` and `b` first of all."
)
def squares_in_bytes(a, b):
    return _expand(a, b, (a**2).sum(axis=1), (b**2).sum(axis=1), -2)


@exercise.mistake(
    "16 bits are too few: 255² is 65,025, and int16 ends at 32,767. Convert to float or int64."
)
def uses_16_bits(a, b):
    small = np.int16 if a.dtype == np.uint8 else a.dtype
    a, b = a.astype(small), b.astype(small)
    return ((a[:, np.newaxis] - b[np.newaxis]) ** 2).sum(axis=-1)


@exercise.mistake(
    "Rounding leaves tiny negative numbers between equal points: finish with `np.maximum(d, 0)`."
)
def leaves_negatives(a, b):
    return _expand(a, b, _squares(a), _squares(b), -2)


@exercise.mistake(
    "This is |a² - b²|, the difference of the squared lengths without its sign; asked for is "
    "(a - b)², which is a² + b² - 2ab."
)
def subtracts_squares_without_sign(a, b):
    return np.abs(_expand(a, b, _squares(a), -_squares(b), 0))


@exercise.mistake(
    "The rows are converted to whole numbers first, so that fractions are lost: convert to float."
)
def cuts_the_inputs(a, b):
    return (_differences(a.astype(np.int64), b.astype(np.int64)) ** 2).sum(axis=-1)


@exercise.mistake(
    "The sum is not set back to 0 for the next pair, so every place also holds all pairs before "
    "it: write `total = 0` inside the loops over i and j."
)
def never_resets_the_sum(a, b):
    d = (_differences(a, b) ** 2).sum(axis=-1)
    return d.cumsum().reshape(d.shape)


@exercise.mistake(
    "The sum is set back to 0 only once per row of `a`, so each place also holds those to its "
    "left: write `total = 0` inside the loop over j."
)
def resets_the_sum_per_row(a, b):
    return (_differences(a, b) ** 2).sum(axis=-1).cumsum(axis=1)


@exercise.mistake("The last column is left out: the loop over k stops one too early.")
def leaves_out_the_last_column(a, b):
    return (_differences(a, b)[..., :-1] ** 2).sum(axis=-1)


@exercise.mistake("The first column is left out: the loop over k begins at 0.")
def leaves_out_the_first_column(a, b):
    return (_differences(a, b)[..., 1:] ** 2).sum(axis=-1)


@exercise.mistake("The differences are doubled where they should be squared: `** 2`, not `* 2`.")
def doubles(a, b):
    return (_differences(a, b) * 2).sum(axis=-1)


@exercise.mistake(
    "`b**2` is still computed in bytes and wraps around at 256: convert both arrays to float, not "
    "`a` alone."
)
def squares_b_in_bytes(a, b):
    return _expand(a, b, _squares(a), (b**2).sum(axis=1), -2)


@exercise.mistake(
    "`a**2` is still computed in bytes and wraps around at 256: convert both arrays to float, not "
    "`b` alone."
)
def squares_a_in_bytes(a, b):
    return _expand(a, b, (a**2).sum(axis=1), _squares(b), -2)


@exercise.mistake(
    "`minimum` replaces every distance by 0; `np.maximum(d, 0)` replaces only negative ones."
)
def takes_the_minimum(a, b):
    return np.minimum(_expand(a, b, _squares(a), _squares(b), -2), 0)


@exercise.mistake("The numbers are divided by 255 first: take them as they are.")
def divides_by_255(a, b):
    return (_differences(a, b) ** 2).sum(axis=-1) / 255**2


@exercise.mistake(
    "`b` lacks its `.T`: in `a @ b.T` each row of `a` meets each row of `b`; `a @ b` pairs the "
    "columns of `a` with the rows of `b`."
)
def forgets_to_transpose(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    return (a**2).sum(axis=1)[:, np.newaxis] + (b**2).sum(axis=1) - 2 * a @ b


@exercise.mistake(
    "An array (N, D) and one of shape (D, M) meet element by element, in `*` or `-`, which cannot "
    "work. The products of all rows with all rows are the matrix product, `a @ b.T`."
)
def multiplies_element_by_element(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    return (a**2).sum(axis=1)[:, np.newaxis] + (b**2).sum(axis=1) - 2 * a * b.T


@exercise.mistake(
    "Only columns 0 and 1 are used, as in the example: sum over all D columns, however many."
)
def uses_two_columns(a, b):
    d = np.asarray(a, float)[:, np.newaxis, 0] - np.asarray(b, float)[np.newaxis, :, 0]
    e = np.asarray(a, float)[:, np.newaxis, 1] - np.asarray(b, float)[np.newaxis, :, 1]
    return d**2 + e**2


@exercise.mistake(
    "The right numbers, but `reshape` to (M, N) breaks the rows in the wrong places: the answer is "
    "(N, M), a row per row of `a`."
)
def reshapes_the_answer(a, b):
    return (_differences(a, b) ** 2).sum(axis=-1).reshape(len(b), len(a))


@exercise.mistake(
    "Two things: `a` and `b` are swapped (rows of the answer belong to `a`), and the square root "
    "is taken."
)
def swaps_and_takes_the_root(a, b):
    return np.sqrt((_differences(b, a) ** 2).sum(axis=-1))


@exercise.mistake(
    "Two things: `a` and `b` are swapped (rows of the answer belong to `a`), and the mean is taken "
    "where the sum belongs."
)
def swaps_and_takes_the_mean(a, b):
    return (_differences(b, a) ** 2).mean(axis=-1)


@exercise.mistake(
    "The absolute differences are added and then squared: square each difference, then add."
)
def squares_the_manhattan_distance(a, b):
    return np.abs(_differences(a, b)).sum(axis=-1) ** 2


@exercise.mistake("Only the largest difference is squared: add the squares of all of them.")
def squares_the_largest_difference(a, b):
    return np.abs(_differences(a, b)).max(axis=-1) ** 2


@exercise.mistake("`b[i]` stands where `b[j]` belongs: i counts the rows of `a`, j those of `b`.")
def takes_b_i(a, b):
    out = np.zeros((len(a), len(b)))
    for i in range(len(a)):
        for j in range(len(b)):
            out[i, j] = ((np.asarray(a[i], float) - b[i]) ** 2).sum()
    return out


@exercise.also_right("three nested loops and Python lists")
def with_loops(a, b):
    a, b = np.asarray(a).tolist(), np.asarray(b).tolist()
    return [[sum((p - q) ** 2 for p, q in zip(x, y, strict=True)) for y in b] for x in a]


@exercise.also_right("one loop over the rows of a")
def with_one_loop(a, b):
    out = np.zeros((len(a), len(b)))
    for i, row in enumerate(a):
        out[i] = ((row.astype(float) - b) ** 2).sum(axis=1)
    return out


@exercise.also_right("three indices over NumPy arrays of integers where possible")
def with_three_indices(a, b):
    a, b = (x.astype(np.int64) if x.dtype.kind in "iu" else x for x in (a, b))
    out = np.zeros((a.shape[0], b.shape[0]))
    for i in range(a.shape[0]):
        for j in range(b.shape[0]):
            for d in range(a.shape[1]):
                out[i, j] += (a[i, d] - b[j, d]) ** 2
    return out


@exercise.also_right("axes that stretch, in Fortran order, read-only")
def with_broadcasting(a, b):
    out = np.asfortranarray((_differences(a, b) ** 2).sum(axis=-1))
    out.flags.writeable = False
    return out


@exercise.also_right("the expanded square, in single precision")
def with_expansion(a, b):
    a, b = np.asarray(a, np.float32), np.asarray(b, np.float32)
    squares = (a**2).sum(axis=1, keepdims=True) + (b**2).sum(axis=1, keepdims=True).T
    return np.maximum(squares - 2 * a @ b.T, 0)


@exercise.also_right("the expanded square, without its sign")
def with_abs(a, b):
    return np.abs(_expand(a, b, _squares(a), _squares(b), -2))


@exercise.also_right("einsum over the differences")
def with_einsum(a, b):
    d = _differences(a, b)
    return np.einsum("ijk,ijk->ij", d, d)


@exercise.also_right("the norm, squared")
def with_norm(a, b):
    return np.linalg.norm(_differences(a, b), axis=2) ** 2


@exercise.also_right("scipy.spatial.distance.cdist")
def with_scipy(a, b):
    from scipy.spatial.distance import cdist

    return cdist(a, b, "sqeuclidean")


@exercise.also_right("torch.cdist, squared", needs="torch")
def with_torch(a, b):
    import torch

    a, b = (torch.from_numpy(np.array(x, np.float64)) for x in (a, b))
    return torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist") ** 2
