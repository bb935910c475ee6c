"""``cross_correlate2d``: slide a kernel over a picture."""

import numpy as np

from coursekit import filters
from coursekit.exercises import Exercise, case, same, tiny

exercise = Exercise(
    "cross_correlate2d(x, k, stride=1, padding=0)",
    unit="02",
    title="Slide a kernel over a picture",
    reference=filters.cross_correlate2d,
    points=4,
    checks={
        "no stride, no padding": 1.5,
        "rectangular kernels and bytes": 0.5,
        "stride": 0.5,
        "padding": 0.5,
        "in any form": 1,
    },
    minutes=30,
    difficulty=3,
    builds_on=("conv_output_size", "pad2d"),
    hints=(
        "Take one output number first: which window of the padded picture belongs to out[0, 0]?",
        "With a stride, the window of out[i, j] begins at row i * stride, column j * stride of the "
        "padded picture, and has the kernel's height and width.",
        "Each output is `(window * k).sum()`. The kernel is used as it stands: not turned round.",
        "Pad with zeros, make `out = np.zeros((h_out, w_out))` with the sizes from "
        "conv_output_size, and fill it in two nested loops over i and j.",
    ),
)


@exercise.cases
def cases(rng):
    other = "rectangular kernels and bytes"
    picture = np.array([[1, 2, 0], [0, 1, 3], [4, 0, 1]])
    kernel = np.array([[1, 0], [2, -1]])
    yield tiny("a 3×3 picture, a 2×2 kernel", picture, kernel, expected=[[0, 1], [8, 0]])
    yield tiny(
        "the same with one pixel of padding",
        picture,
        kernel,
        padding=1,
        expected=[[-1, 0, 4, 0], [0, 0, 1, 6], [-4, 8, 0, 5], [0, 4, 0, 1]],
    ).counts_for("padding")
    x = rng.standard_normal
    yield case("a 5×5 picture, a 3×3 kernel", x((5, 5)), x((3, 3)))
    yield case("a wide picture, 4×7", x((4, 7)), x((3, 3)))
    yield case("a tall kernel, 4×2", x((7, 6)), x((4, 2))).counts_for(other)
    yield case("stride 2", x((7, 9)), x((3, 3)), stride=2).counts_for("stride")
    yield case("stride 2 that does not divide evenly", x((8, 6)), x((3, 2)), stride=2).counts_for(
        "stride"
    )
    yield case("padding 2", x((5, 6)), x((3, 3)), padding=2).counts_for("padding")
    yield case("stride 3, padding 1", x((10, 8)), x((4, 4)), stride=3, padding=1).counts_for(
        "stride"
    )
    yield case("a 1×1 kernel", x((4, 5)), x((1, 1)))
    yield case("a kernel as large as the picture", x((4, 3)), x((4, 3))).counts_for(other)
    yield case(
        "a picture of bytes (uint8)", rng.integers(0, 256, (6, 6), np.uint8), x((3, 3))
    ).counts_for(other)


@exercise.holds("Moving the picture by one pixel moves the answer by one pixel.")
def shift_equivariant(answer, rng):
    x, k = rng.standard_normal((8, 9)), rng.standard_normal((3, 3))
    return same(np.asarray(answer(x[1:, 1:], k)), np.asarray(answer(x, k))[1:, 1:])


@exercise.holds("Two pictures added give the two answers added.")
def linear(answer, rng):
    x, y, k = (rng.standard_normal((6, 6)) for _ in range(3))
    k = k[:3, :3]
    return same(answer(x + y, k), np.asarray(answer(x, k)) + np.asarray(answer(y, k)))


def _correlate(x, k, stride_y, stride_x, top, bottom, left, right):
    """The right answer with every number free: most mistakes are this with one number wrong."""
    x = np.pad(np.asarray(x, float), ((top, bottom), (left, right)))
    f_h, f_w = k.shape
    windows = np.lib.stride_tricks.sliding_window_view(x, (f_h, f_w))[::stride_y, ::stride_x]
    return np.einsum("ijab,ab->ij", windows, k)


@exercise.mistake(
    "The kernel is flipped: this is convolution. Cross-correlation lays the kernel on the picture "
    "as it stands."
)
def flips_the_kernel(x, k, stride=1, padding=0):
    return _correlate(x, k[::-1, ::-1], stride, stride, *[padding] * 4)


@exercise.mistake("The kernel is flipped in one direction only. It should not be flipped at all.")
def flips_rows_only(x, k, stride=1, padding=0):
    return _correlate(x, k[::-1], stride, stride, *[padding] * 4)


@exercise.mistake("The kernel is flipped left to right. It should not be flipped at all.")
def flips_columns_only(x, k, stride=1, padding=0):
    return _correlate(x, k[:, ::-1], stride, stride, *[padding] * 4)


@exercise.mistake("The kernel is transposed: `k[a, b]` goes with row a and column b of the window.")
def transposes_the_kernel(x, k, stride=1, padding=0):
    return _correlate(x, k.T, stride, stride, *[padding] * 4)


@exercise.mistake("The stride is ignored: the window should move by `stride` pixels each time.")
def ignores_stride(x, k, stride=1, padding=0):
    return _correlate(x, k, 1, 1, *[padding] * 4)


@exercise.mistake(
    "The output has the right size, but its windows move by one pixel: the window of out[i, j] "
    "begins at row i * stride, column j * stride."
)
def moves_by_one(x, k, stride=1, padding=0):
    h_out, w_out = _correlate(x, k, stride, stride, *[padding] * 4).shape
    return _correlate(x, k, 1, 1, *[padding] * 4)[:h_out, :w_out]


@exercise.mistake(
    "The loops step through the output, so most of it stays 0. Let i and j count every place of "
    "`out`, and multiply them by the stride for the picture."
)
def steps_through_the_output(x, k, stride=1, padding=0):
    h_out, w_out = _correlate(x, k, stride, stride, *[padding] * 4).shape
    out = np.zeros((h_out, w_out))
    every = _correlate(x, k, 1, 1, *[padding] * 4)
    out[::stride, ::stride] = every[:h_out:stride, :w_out:stride]
    return out


@exercise.mistake("`stride` and `padding` are exchanged.")
def exchanges_stride_and_padding(x, k, stride=1, padding=0):
    step = max(padding, 1)
    return _correlate(x, k, step, step, *[stride] * 4)


@exercise.mistake("The stride is used for the rows only; columns need it too.")
def strides_rows_only(x, k, stride=1, padding=0):
    return _correlate(x, k, stride, 1, *[padding] * 4)


@exercise.mistake("The stride is used for the columns only; rows need it too.")
def strides_columns_only(x, k, stride=1, padding=0):
    return _correlate(x, k, 1, stride, *[padding] * 4)


@exercise.mistake("The padding is ignored: `padding` rows and columns of zeros go on every side.")
def ignores_padding(x, k, stride=1, padding=0):
    return _correlate(x, k, stride, stride, 0, 0, 0, 0)


@exercise.mistake("The padding is on the top and left only: the bottom and right need it too.")
def pads_top_left(x, k, stride=1, padding=0):
    return _correlate(x, k, stride, stride, padding, 0, padding, 0)


@exercise.mistake("The padding is on the bottom and right only: the top and left need it too.")
def pads_bottom_right(x, k, stride=1, padding=0):
    return _correlate(x, k, stride, stride, 0, padding, 0, padding)


@exercise.mistake("The border repeats the edge pixels; pad with zeros.")
def pads_with_edge(x, k, stride=1, padding=0):
    x = np.pad(np.asarray(x, float), padding, mode="edge")
    return _correlate(x, k, stride, stride, 0, 0, 0, 0)


@exercise.mistake(
    "The picture is padded to keep its size, whatever `padding` says: it is a number of pixels, "
    "and 0 means none."
)
def always_same(x, k, stride=1, padding=0):
    rows, columns = (k.shape[0] - 1) // 2, (k.shape[1] - 1) // 2
    top, left = k.shape[0] - 1 - rows, k.shape[1] - 1 - columns
    return _correlate(x, k, stride, stride, rows, top, columns, left)


@exercise.mistake(
    "Window and kernel meet in a matrix product (`@` or `np.dot`). Multiply them number by "
    "number, `window * k`, and add all products up."
)
def multiplies_as_matrices(x, k, stride=1, padding=0):
    x = np.pad(np.asarray(x, float), padding)
    h_out = (x.shape[0] - k.shape[0]) // stride + 1
    w_out = (x.shape[1] - k.shape[1]) // stride + 1
    out = np.zeros((h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            top, left = i * stride, j * stride
            window = x[top : top + k.shape[0], left : left + k.shape[1]]
            out[i, j] = (window @ k).sum()
    return out


@exercise.mistake("Window and kernel are added. A dot product multiplies number by number.")
def adds_window_and_kernel(x, k, stride=1, padding=0):
    windows = _correlate(x, np.ones_like(k), stride, stride, *[padding] * 4)
    return windows + np.sum(k)


@exercise.mistake("Only the last product is kept: add them up, with `+=` or `.sum()`.")
def keeps_the_last_product(x, k, stride=1, padding=0):
    last = np.zeros(k.shape)
    last[-1, -1] = k[-1, -1]
    return _correlate(x, last, stride, stride, *[padding] * 4)


@exercise.mistake("The loops over the kernel stop one short: its last row and column count too.")
def misses_the_end_of_the_kernel(x, k, stride=1, padding=0):
    short = np.array(k, float)
    short[-1], short[:, -1] = 0, 0
    return _correlate(x, short, stride, stride, *[padding] * 4)


@exercise.mistake("The sum is not set back to 0, so it runs on from place to place.")
def never_resets_the_sum(x, k, stride=1, padding=0):
    out = _correlate(x, k, stride, stride, *[padding] * 4)
    return np.cumsum(out).reshape(out.shape)


@exercise.mistake("The largest product is taken; a sliding dot product is their sum.")
def takes_the_largest(x, k, stride=1, padding=0):
    x = np.pad(np.asarray(x, float), padding)
    windows = np.lib.stride_tricks.sliding_window_view(x, k.shape)[::stride, ::stride]
    return (windows * k).max(axis=(2, 3))


@exercise.mistake("The answer is divided by the sum of the kernel: use its numbers as they are.")
def normalises_the_kernel(x, k, stride=1, padding=0):
    return _correlate(x, k / np.sum(k), stride, stride, *[padding] * 4)


@exercise.mistake("The mean of the products is taken; a sliding dot product is their sum.")
def averages(x, k, stride=1, padding=0):
    return _correlate(x, k / k.size, stride, stride, *[padding] * 4)


@exercise.mistake(
    "The last row and column are missing: n - f + 1 windows fit, one more than n - f."
)
def one_too_few(x, k, stride=1, padding=0):
    return _correlate(x, k, stride, stride, *[padding] * 4)[:-1, :-1]


@exercise.mistake(
    "The window's height and width are swapped: rows go with `k.shape[0]`, columns with "
    "`k.shape[1]`."
)
def swaps_height_and_width(x, k, stride=1, padding=0):
    x = np.pad(np.asarray(x, float), padding)
    h_out = (x.shape[0] - k.shape[1]) // stride + 1
    w_out = (x.shape[1] - k.shape[0]) // stride + 1
    out = np.zeros((h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            window = x[i * stride :, j * stride :][: k.shape[0], : k.shape[1]]
            out[i, j] = (window * k[: window.shape[0], : window.shape[1]]).sum()
    return out


@exercise.mistake(
    "The answer has the picture's dtype, so it is cut to whole numbers (and bytes wrap at 256). "
    "Make `out` an array of floats."
)
def keeps_the_integer_dtype(x, k, stride=1, padding=0):
    out = _correlate(x, k, stride, stride, *[padding] * 4)
    return out.astype(np.asarray(x).dtype)


@exercise.mistake(
    "Your function changes its input `x`: work on a copy, the caller still needs the picture."
)
def writes_into_the_picture(x, k, stride=1, padding=0):
    out = _correlate(x, k, stride, stride, *[padding] * 4)
    x *= 0
    return out


def _loops(x, k, stride, padding, f_h, f_w):
    """The usual two loops, for a window of f_h × f_w whatever the kernel is."""
    x = np.pad(np.asarray(x, float), padding)
    h_out = (x.shape[0] - f_h) // stride + 1
    w_out = (x.shape[1] - f_w) // stride + 1
    out = np.zeros((h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            top, left = i * stride, j * stride
            out[i, j] = (x[top : top + f_h, left : left + f_w] * k).sum()
    return out


@exercise.mistake(
    "The kernel is taken for square: its height is used as its width too. Take both: "
    "`f_h, f_w = k.shape`."
)
def takes_the_kernel_for_square(x, k, stride=1, padding=0):
    return _loops(x, k, stride, padding, len(k), len(k))


@exercise.mistake(
    "The kernel's height and width are exchanged: `f_h, f_w = k.shape`, rows come first."
)
def exchanges_the_kernels_sides(x, k, stride=1, padding=0):
    return _loops(x, k, stride, padding, *k.shape[::-1])


@exercise.mistake("The kernel is taken for 3×3: use `k.shape`.")
def takes_3x3_windows(x, k, stride=1, padding=0):
    return _loops(x, k, stride, padding, 3, 3)


@exercise.mistake(
    "The loops over the kernel run to 3: let them run to `k.shape[0]` and `k.shape[1]`."
)
def takes_3x3_numbers(x, k, stride=1, padding=0):
    x = np.pad(np.asarray(x, float), padding)
    out = np.zeros(((x.shape[0] - 3) // stride + 1, (x.shape[1] - 3) // stride + 1))
    for i, j in np.ndindex(*out.shape):
        for a in range(3):
            for b in range(3):
                out[i, j] += k[a, b] * x[i * stride + a, j * stride + b]
    return out


@exercise.mistake(
    "`window *= k` writes the products into the padded picture, where the next windows read them. "
    "Write `window * k`."
)
def multiplies_in_place(x, k, stride=1, padding=0):
    x, out = np.pad(np.asarray(x, float), padding), _correlate(x, k, stride, stride, *[padding] * 4)
    for i, j in np.ndindex(*out.shape):
        window = x[i * stride :, j * stride :][: k.shape[0], : k.shape[1]]
        window *= k
        out[i, j] = window.sum()
    return out


@exercise.mistake(
    "The picture is padded by half the kernel, whatever `padding` says: it is a number of pixels, "
    "and 0 means none."
)
def pads_by_half_the_kernel(x, k, stride=1, padding=0):
    rows, columns = k.shape[0] // 2, k.shape[1] // 2
    return _correlate(x, k, stride, stride, rows, rows, columns, columns)


@exercise.mistake(
    "The picture is thinned out before the kernel slides (`x[::stride]`). Every window has all its "
    "pixels; the stride says only where the next window begins."
)
def thins_out_the_picture(x, k, stride=1, padding=0):
    x = np.pad(np.asarray(x, float), padding)[::stride, ::stride]
    return _correlate(x, k, 1, 1, 0, 0, 0, 0)


@exercise.mistake(
    "The zeros are put around the answer. They belong around the picture, before the kernel slides."
)
def pads_the_answer(x, k, stride=1, padding=0):
    return np.pad(_correlate(x, k, stride, stride, 0, 0, 0, 0), padding)


@exercise.mistake("The loops over the places stop one early: the last row and column stay 0.")
def leaves_the_end_empty(x, k, stride=1, padding=0):
    out = _correlate(x, k, stride, stride, *[padding] * 4)
    out[-1], out[:, -1] = 0, 0
    return out


@exercise.mistake(
    "The loops skip places of `out` (`range(0, …, stride)`), and those stay 0. `out` has no place "
    "for windows that are left out: its size comes from conv_output_size."
)
def leaves_zeros_between(x, k, stride=1, padding=0):
    every = _correlate(x, k, 1, 1, *[padding] * 4)
    out = np.zeros(every.shape)
    out[::stride, ::stride] = every[::stride, ::stride]
    return out


@exercise.mistake(
    "The kernel is converted to the picture's dtype: it loses its fractions and minus signs. "
    "Convert the picture to float instead."
)
def converts_the_kernel(x, k, stride=1, padding=0):
    x = np.pad(np.asarray(x), padding)
    k = np.asarray(k).astype(x.dtype)
    windows = np.lib.stride_tricks.sliding_window_view(x, k.shape)[::stride, ::stride]
    return (windows * k).sum(axis=(2, 3)).astype(float)


@exercise.mistake("The border is filled with ones; pad with zeros.")
def pads_with_ones(x, k, stride=1, padding=0):
    x = np.pad(np.asarray(x, float), padding, constant_values=1)
    return _correlate(x, k, stride, stride, 0, 0, 0, 0)


@exercise.mistake("Twice `padding` goes on each side: it is the number of pixels per side already.")
def pads_twice(x, k, stride=1, padding=0):
    return _correlate(x, k, stride, stride, *[2 * padding] * 4)


@exercise.mistake("The loops over the kernel begin at 1: its row 0 and column 0 are left out.")
def misses_the_start_of_the_kernel(x, k, stride=1, padding=0):
    short = np.array(k, float)
    short[0], short[:, 0] = 0, 0
    return _correlate(x, short, stride, stride, *[padding] * 4)


@exercise.mistake(
    "`k @ window` is the matrix product. Multiply number by number, `k * window`, and add up."
)
def multiplies_matrices_kernel_first(x, k, stride=1, padding=0):
    x = np.pad(np.asarray(x, float), padding)
    windows = np.lib.stride_tricks.sliding_window_view(x, k.shape)[::stride, ::stride]
    if k.shape[0] != k.shape[1]:
        return k @ windows[0, 0]
    return (k @ windows).sum(axis=(2, 3))


@exercise.mistake(
    "The last row of windows is left out: n - f + 1 rows fit, one more than n - f. The columns are "
    "right."
)
def one_row_too_few(x, k, stride=1, padding=0):
    out = _correlate(x, k, stride, stride, *[padding] * 4)
    out[-1] = 0
    return out


@exercise.also_right("four nested loops and Python lists")
def with_loops(x, k, stride=1, padding=0):
    x, k = np.pad(np.asarray(x), padding).tolist(), np.asarray(k).tolist()
    h_out = (len(x) - len(k)) // stride + 1
    w_out = (len(x[0]) - len(k[0])) // stride + 1
    return [
        [
            sum(
                x[i * stride + a][j * stride + b] * k[a][b]
                for a in range(len(k))
                for b in range(len(k[0]))
            )
            for j in range(w_out)
        ]
        for i in range(h_out)
    ]


@exercise.also_right("sliding_window_view and einsum")
def with_einsum(x, k, stride=1, padding=0):
    return _correlate(x, np.asarray(k), stride, stride, *[padding] * 4)


@exercise.also_right("a sum of shifted pictures, in Fortran order")
def with_shifts(x, k, stride=1, padding=0):
    x = np.pad(np.asarray(x, float), padding)
    h, w = x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[1] + 1
    shifted = (
        k[a, b] * x[a : a + h, b : b + w] for a in range(k.shape[0]) for b in range(k.shape[1])
    )
    return np.asfortranarray(sum(shifted)[::stride, ::stride])


@exercise.also_right("the Fourier transform")
def with_fft(x, k, stride=1, padding=0):
    x = np.pad(np.asarray(x, float), padding)
    product = np.fft.rfft2(x) * np.conj(np.fft.rfft2(k, s=x.shape))
    full = np.fft.irfft2(product, s=x.shape)
    h, w = x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[1] + 1
    return full[:h:stride, :w:stride]


@exercise.also_right("single precision throughout, as a read-only array")
def with_float32(x, k, stride=1, padding=0):
    out = _correlate(
        np.asarray(x, np.float32), k.astype(np.float32), stride, stride, *[padding] * 4
    ).astype(np.float32)
    out.flags.writeable = False
    return out


@exercise.also_right("scipy.signal.correlate2d")
def with_scipy(x, k, stride=1, padding=0):
    from scipy.signal import correlate2d

    x = np.pad(np.asarray(x, float), padding)
    return correlate2d(x, k, mode="valid")[::stride, ::stride]
