"""``convolve2d``: cross-correlation with the kernel turned round, in three sizes."""

import numpy as np

from coursekit import filters
from coursekit.exercises import Exercise, case, same, tiny


def _reference(x, k, mode="full"):
    return filters.convolve2d(x, k, padding=mode)


exercise = Exercise(
    'convolve2d(x, k, mode="full")',
    unit="02",
    title="Convolve, in three sizes",
    reference=_reference,
    points=3,
    checks={"full": 1.5, "valid": 0.5, "same": 0.5, "in any form": 0.5},
    minutes=25,
    difficulty=2,
    builds_on=("pad2d", "cross_correlate2d"),
    hints=(
        "Convolution is cross-correlation with the kernel turned by 180°. Which slice turns an "
        "array round along both axes?",
        "The three modes differ only in how many zeros you put around the picture first. For "
        '"valid" it is none.',
        'For "full", the kernel must be able to touch the picture with its last pixel only. How '
        "far does the rest of it then stand out? That many rows and columns of zeros are needed.",
        'Pad by f - 1 for "full" and by (f - 1) // 2 for "same", with f the height for rows and '
        "the width for columns. Then slide `k[::-1, ::-1]` over it as in cross_correlate2d.",
    ),
)


@exercise.cases
def cases(rng):
    picture = np.array([[1, 2, 0], [0, 1, 3], [4, 0, 1]])
    kernel = np.array([[1, 0], [2, -1]])
    yield tiny("valid", picture, kernel, mode="valid", expected=[[4, 1], [2, 6]]).counts_for(
        "valid"
    )
    yield tiny(
        "full, which is what you get when nothing is said",
        picture,
        kernel,
        expected=[[1, 2, 0, 0], [2, 4, 1, 0], [4, 2, 6, -3], [8, -4, 2, -1]],
    )
    dot = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]])
    stamp = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    yield tiny("one bright pixel, same", dot, stamp, mode="same", expected=stamp.copy()).counts_for(
        "same"
    )
    x = rng.standard_normal
    for mode in ("valid", "same", "full"):
        yield case(f"a wide picture, {mode}", x((5, 8)), x((3, 3)), mode=mode).counts_for(mode)
        yield case(f"a tall kernel, 5×3, {mode}", x((7, 6)), x((5, 3)), mode=mode).counts_for(mode)
    yield case("a 3×1 kernel, same", x((4, 6)), x((3, 1)), "same").counts_for("same")
    yield case("an even kernel, 2×4, full", x((5, 6)), x((2, 4)))
    yield case("an even kernel, 4×2, valid", x((6, 5)), x((4, 2)), "valid").counts_for("valid")
    yield case("a 1×1 kernel, full", x((4, 5)), x((1, 1)))
    yield case("a kernel larger than the picture, full", x((3, 2)), x((4, 5)))
    yield case(
        "bytes (uint8), same", rng.integers(0, 256, (6, 7), np.uint8), x((3, 3)), "same"
    ).counts_for("same")
    yield case(
        "a picture of bytes (uint8) and a kernel of whole numbers, full",
        rng.integers(100, 256, (5, 6), np.uint8),
        rng.integers(-9, 10, (3, 3)),
    )


@exercise.holds("Picture and kernel may be exchanged: x ∗ k = k ∗ x.")
def commutes(answer, rng):
    x, k = rng.standard_normal((5, 6)), rng.standard_normal((3, 4))
    return same(answer(x, k, "full"), answer(k, x, "full"))


def _slide(x, k, top, bottom, left, right, how="constant"):
    """Cross-correlation with every side's padding free."""
    x = np.pad(np.asarray(x, float), ((top, bottom), (left, right)), mode=how)
    windows = np.lib.stride_tricks.sliding_window_view(x, k.shape)
    return np.einsum("ijab,ab->ij", windows, k)


def _margins(k, mode):
    f_h, f_w = k.shape
    return {
        "valid": (0, 0),
        "same": ((f_h - 1) // 2, (f_w - 1) // 2),
        "full": (f_h - 1, f_w - 1),
    }[mode]


def _correlate(x, k, mode, how="constant"):
    k = np.asarray(k)
    rows, columns = _margins(k, mode)
    return _slide(x, k, rows, rows, columns, columns, how)


def _turned(k):
    return np.asarray(k)[::-1, ::-1]


@exercise.mistake(
    "The kernel is not turned round: this is cross-correlation. Turn it by 180° first."
)
def correlates(x, k, mode="full"):
    return _correlate(x, k, mode)


@exercise.mistake("The kernel is flipped top to bottom only; left and right change places too.")
def flips_rows_only(x, k, mode="full"):
    return _correlate(x, k[::-1], mode)


@exercise.mistake("The kernel is flipped left to right only; top and bottom change places too.")
def flips_columns_only(x, k, mode="full"):
    return _correlate(x, k[:, ::-1], mode)


@exercise.mistake("The kernel is transposed. Convolution turns it by 180°: both axes reversed.")
def transposes(x, k, mode="full"):
    return _padded_for(x, k, mode, np.asarray(k).T)


@exercise.mistake("The kernel is turned round and transposed. Leave rows rows: `k[::-1, ::-1]`.")
def turns_and_transposes(x, k, mode="full"):
    return _padded_for(x, k, mode, _turned(k).T)


@exercise.mistake("The kernel is turned by 90°, not by 180°.")
def turns_by_90(x, k, mode="full"):
    return _padded_for(x, k, mode, np.rot90(k))


def _padded_for(x, k, mode, used):
    """Pads as the right answer does for `k`, then slides another kernel."""
    rows, columns = _margins(np.asarray(k), mode)
    return _slide(x, used, rows, rows, columns, columns)


@exercise.mistake(
    "The picture is flipped instead of the kernel (or the finished answer once more), so the "
    "answer stands upside down."
)
def flips_the_picture(x, k, mode="full"):
    return _correlate(np.asarray(x)[::-1, ::-1], k, mode)


@exercise.mistake(
    "The answer is flipped instead of the kernel (or the picture as well as the kernel). Turn the "
    "kernel round, and nothing else."
)
def flips_the_answer(x, k, mode="full"):
    return _correlate(x, k, mode)[::-1, ::-1]


@exercise.mistake(
    'When nothing is said, the mode is "full": write `mode="full"` in the first line.'
)
def is_valid_by_default(x, k, mode="valid"):
    return _correlate(x, _turned(k), mode)


@exercise.mistake('When nothing is said, the mode is "full" and not "same".')
def is_same_by_default(x, k, mode="same"):
    return always_same(x, k) if mode == "same" else _correlate(x, _turned(k), mode)


@exercise.mistake('"full" and "valid" are exchanged: "full" is the larger one.')
def exchanges_full_and_valid(x, k, mode="full"):
    return _correlate(x, _turned(k), {"full": "valid", "valid": "full"}.get(mode, mode))


@exercise.mistake('"same" gives the full answer: cut out the middle, of the picture\'s shape.')
def treats_same_as_full(x, k, mode="full"):
    return _correlate(x, _turned(k), "valid" if mode == "valid" else "full")


@exercise.mistake("`mode` is ignored: the answer is always the full one.")
def always_full(x, k, mode="full"):
    return _correlate(x, _turned(k), "full")


@exercise.mistake("`mode` is ignored: the answer is always the valid one, without padding.")
def always_valid(x, k, mode="full"):
    return _correlate(x, _turned(k), "valid")


@exercise.mistake("`mode` is ignored: the answer always has the picture's size.")
def always_same(x, k, mode="full"):
    rows, columns = (f - 1 for f in k.shape)
    full = _correlate(x, _turned(k), "full")
    return _crop(full, rows // 2, columns // 2, np.shape(x))


def _crop(full, top, left, shape):
    return full[top : top + shape[0], left : left + shape[1]]


@exercise.mistake(
    '"full" pads by f on each side. One less: the kernel must still touch the picture.'
)
def pads_one_too_many(x, k, mode="full"):
    if mode != "full":
        return _correlate(x, _turned(k), mode)
    f_h, f_w = k.shape
    return _slide(x, _turned(k), f_h, f_h, f_w, f_w)


@exercise.mistake('"full" pads by half the kernel, which is "same". It takes f - 1 on each side.')
def full_pads_half(x, k, mode="full"):
    if mode != "full":
        return _correlate(x, _turned(k), mode)
    rows, columns = (f // 2 for f in k.shape)
    return _slide(x, _turned(k), rows, rows, columns, columns)


@exercise.mistake(
    "The padding goes on the top and left only. Half of it belongs at the bottom and right."
)
def pads_top_left(x, k, mode="full"):
    rows, columns = _margins(np.asarray(k), mode)
    return _slide(x, _turned(k), 2 * rows, 0, 2 * columns, 0)


@exercise.mistake("The padding is on one side only: every side needs it.")
def pads_one_side(x, k, mode="full"):
    rows, columns = _margins(np.asarray(k), mode)
    return _slide(x, _turned(k), rows, 0, columns, 0)


@exercise.mistake('"same" keeps the bottom right of the full answer; keep the middle.')
def keeps_the_end(x, k, mode="full"):
    if mode != "same":
        return _correlate(x, _turned(k), mode)
    h, w = np.shape(x)
    return _correlate(x, _turned(k), "full")[-h:, -w:]


@exercise.mistake('"same" keeps the top left of the full answer; keep the middle.')
def keeps_the_beginning(x, k, mode="full"):
    if mode != "same":
        return _correlate(x, _turned(k), mode)
    return _crop(_correlate(x, _turned(k), "full"), 0, 0, np.shape(x))


@exercise.mistake('"same" pads by one pixel whatever the kernel; it takes (f - 1) // 2 of them.')
def same_pads_by_one(x, k, mode="full"):
    if mode != "same":
        return _correlate(x, _turned(k), mode)
    return _slide(x, _turned(k), 1, 1, 1, 1)


@exercise.mistake(
    "Rows are padded for the kernel's width and columns for its height: `k.shape[0]` is the "
    "height, it goes with the rows."
)
def exchanges_height_and_width(x, k, mode="full"):
    rows, columns = _margins(np.asarray(k), mode)
    return _slide(x, _turned(k), columns, columns, rows, rows)


@exercise.mistake("The kernel's height is used for the columns too: their padding needs its width.")
def pads_for_the_height(x, k, mode="full"):
    rows, _ = _margins(np.asarray(k), mode)
    return _slide(x, _turned(k), rows, rows, rows, rows)


@exercise.mistake("The border repeats the edge pixels; pad with zeros.")
def pads_with_edge(x, k, mode="full"):
    return _correlate(x, _turned(k), mode, "edge")


@exercise.mistake("The border is reflected; pad with zeros.")
def pads_with_reflection(x, k, mode="full"):
    return _correlate(x, _turned(k), mode, "reflect")


@exercise.mistake("The answer is divided by the number of pixels under the kernel: sum, no mean.")
def averages(x, k, mode="full"):
    return _correlate(x, _turned(k) / k.size, mode)


@exercise.mistake("The kernel is scaled to sum 1. Use it as it is: an edge filter sums to 0.")
def normalises_the_kernel(x, k, mode="full"):
    return _correlate(x, _turned(k) / np.sum(k), mode)


@exercise.mistake(
    "The answer has the picture's dtype, so it is cut to whole numbers (and bytes wrap at 256). "
    "Make `out` an array of floats."
)
def keeps_the_integer_dtype(x, k, mode="full"):
    return _correlate(x, _turned(k), mode).astype(np.asarray(x).dtype)


@exercise.mistake(
    "Your function changes its input `k`: turn a copy, or read it backwards with slices."
)
def turns_the_kernel_in_place(x, k, mode="full"):
    k[:] = _turned(k).copy()
    return _correlate(x, k, mode)


@exercise.mistake("The last row and column are missing: n - f + 1 places fit, one more than n - f.")
def one_too_few(x, k, mode="full"):
    return _correlate(x, _turned(k), mode)[:-1, :-1]


@exercise.mistake(
    'The border wraps round to the other side in "same". Zeros lie outside: a Fourier transform '
    "needs room for them, `fft2(x, s=(H + f_h - 1, W + f_w - 1))`."
)
def wraps_round_in_same(x, k, mode="full"):
    return _correlate(x, _turned(k), mode, "wrap" if mode == "same" else "constant")


@exercise.mistake("The border wraps round to the other side; zeros lie outside.")
def wraps_round(x, k, mode="full"):
    return _correlate(x, _turned(k), mode, "wrap")


@exercise.mistake(
    "The Fourier transform has no room for the border, so it wraps round: give both transforms "
    "the size of the full answer, `s=(H + f_h - 1, W + f_w - 1)`."
)
def transforms_in_too_small_a_size(x, k, mode="full"):
    if mode != "full":
        return _correlate(x, _turned(k), mode)
    s = tuple(max(a, b) for a, b in zip(np.shape(x), k.shape, strict=True))
    out = np.zeros([a + b - 1 for a, b in zip(np.shape(x), k.shape, strict=True)])
    out[: s[0], : s[1]] = np.fft.ifft2(np.fft.fft2(x, s) * np.fft.fft2(k, s)).real
    return out


@exercise.mistake(
    '"same" pads the columns for the kernel\'s height too: left and right take half its width.'
)
def same_pads_for_the_height(x, k, mode="full"):
    if mode != "same":
        return _correlate(x, _turned(k), mode)
    half = k.shape[0] // 2
    return _slide(x, _turned(k), half, half, half, half)


@exercise.mistake('"valid" keeps the picture\'s size: it has no padding at all.')
def valid_pads_half(x, k, mode="full"):
    rows, columns = (f // 2 for f in k.shape)
    if mode != "valid":
        return _correlate(x, _turned(k), mode)
    return _slide(x, _turned(k), rows, rows, columns, columns)


@exercise.also_right("every pixel stamps a copy of the kernel, weighted by its brightness")
def by_stamping(x, k, mode="full"):
    x, k = np.asarray(x, float), np.asarray(k, float)
    (h, w), (f_h, f_w) = x.shape, k.shape
    full = np.zeros((h + f_h - 1, w + f_w - 1))
    for i in range(h):
        for j in range(w):
            full[i : i + f_h, j : j + f_w] += x[i, j] * k
    if mode == "same":
        return full[(f_h - 1) // 2 :, (f_w - 1) // 2 :][:h, :w]
    if mode == "valid":
        return full[f_h - 1 : h, f_w - 1 : w]
    return full


@exercise.also_right("four loops and lists, with the indices of the definition")
def by_the_definition(x, k, mode="full"):
    rows, columns = _margins(np.asarray(k), mode)
    x, k = np.asarray(x, float).tolist(), np.asarray(k, float).tolist()
    h, w, f_h, f_w = len(x), len(x[0]), len(k), len(k[0])
    top, left = f_h - 1 - rows, f_w - 1 - columns

    def at(i, j):
        return sum(
            k[a][b] * x[i - a][j - b]
            for a in range(f_h)
            for b in range(f_w)
            if 0 <= i - a < h and 0 <= j - b < w
        )

    return [
        [at(i, j) for j in range(left, w + f_w - 1 - left)] for i in range(top, h + f_h - 1 - top)
    ]


@exercise.also_right("scipy.signal.convolve2d")
def with_scipy(x, k, mode="full"):
    from scipy.signal import convolve2d

    return convolve2d(np.asarray(x, float), k, mode=mode)


@exercise.also_right("the Fourier transform")
def with_fft(x, k, mode="full"):
    from scipy.signal import fftconvolve

    return fftconvolve(np.asarray(x, float), np.asarray(k, float), mode=mode)


@exercise.also_right("np.rot90 twice, in single precision and Fortran order")
def with_rot90(x, k, mode="full"):
    out = _correlate(np.asarray(x, np.float32), np.rot90(k, 2).astype(np.float32), mode)
    return np.asfortranarray(out.astype(np.float32))
