"""``im2col``: write the windows of a picture as the columns of a matrix."""

import numpy as np

from coursekit.exercises import Exercise, case, same, tiny
from coursekit.exercises.unit04._windows import padded, windows


def _im2col(x, f_h, f_w, stride=1, padding=0):
    return _as_columns(windows(padded(x, padding), f_h, f_w, stride))


def _as_columns(found, order=(0, 1, 4, 5, 2, 3)):
    """(N, C, H_out, W_out, f_h, f_w) → (N, C·f_h·f_w, H_out·W_out), its axes in this order."""
    n, c, h_out, w_out, f_h, f_w = found.shape
    return found.transpose(order).reshape(n, c * f_h * f_w, h_out * w_out)


exercise = Exercise(
    "im2col(x, f_h, f_w, stride=1, padding=0)",
    unit="04",
    title="Windows as columns",
    reference=_im2col,
    points=4,
    checks={
        "one picture": 1.5,
        "several pictures": 0.5,
        "stride": 0.5,
        "padding": 0.5,
        "in any form": 1,
    },
    minutes=40,
    difficulty=3,
    builds_on=("conv_output_size", "cross_correlate2d"),
    hints=(
        "Begin with the shape. How many numbers does one window hold, all channels together? That "
        "is the number of rows. How many windows are there? That is the number of columns.",
        "Forget the batch: pad, then cut the window of place (i, j) out of all channels at once, "
        "`x[n, :, top : top + f_h, left : left + f_w]` with top = i * stride and left = j * "
        "stride.",
        "`.reshape(-1)` of that window writes its numbers channel by channel, row by row: just "
        "the order that is asked for. It is column i * w_out + j.",
        "Make `out = np.zeros((N, C * f_h * f_w, h_out * w_out))` and fill "
        "`out[:, :, i * w_out + j] = window.reshape(N, -1)`, with `window = x[:, :, top : top + "
        "f_h, left : left + f_w]` for all images at once.",
    ),
)


@exercise.cases
def cases(rng):
    several = "several pictures"
    yield tiny(
        "one 3×4 picture, a 2×2 window",
        np.arange(1.0, 13).reshape(1, 1, 3, 4),
        2,
        2,
        expected=[
            [
                [1, 2, 3, 5, 6, 7],
                [2, 3, 4, 6, 7, 8],
                [5, 6, 7, 9, 10, 11],
                [6, 7, 8, 10, 11, 12],
            ]
        ],
    )
    yield tiny(
        "two channels, a window of 1 row and 2 columns",
        np.arange(1.0, 13).reshape(1, 2, 2, 3),
        1,
        2,
        expected=[[[1, 2, 4, 5], [2, 3, 5, 6], [7, 8, 10, 11], [8, 9, 11, 12]]],
    )
    yield tiny(
        "two pictures, stride 2, padding 1",
        np.arange(1.0, 13).reshape(2, 1, 2, 3),
        2,
        2,
        stride=2,
        padding=1,
        expected=[
            [[0, 0, 0, 5], [0, 0, 4, 6], [0, 2, 0, 0], [1, 3, 0, 0]],
            [[0, 0, 0, 11], [0, 0, 10, 12], [0, 8, 0, 0], [7, 9, 0, 0]],
        ],
    ).counts_for("stride")
    x = rng.standard_normal
    yield case("one picture, 3 channels, a 3×3 window", x((1, 3, 5, 6)), 3, 3)
    yield case("two pictures, 3 channels, a 2×3 window", x((2, 3, 6, 5)), 2, 3).counts_for(several)
    yield case("a tall window, 4×2", x((2, 2, 6, 7)), 4, 2).counts_for(several)
    yield case("stride 2", x((2, 2, 7, 9)), 3, 3, stride=2).counts_for("stride")
    yield case("stride 2 that does not divide evenly", x((3, 2, 8, 6)), 3, 2, stride=2).counts_for(
        "stride"
    )
    yield case("padding 2", x((2, 2, 4, 5)), 3, 3, padding=2).counts_for("padding")
    yield case("stride 3, padding 1", x((2, 3, 10, 8)), 4, 3, stride=3, padding=1).counts_for(
        "stride"
    )
    yield case("stride larger than the window", x((2, 2, 8, 7)), 2, 2, stride=3).counts_for(
        "stride"
    )
    yield case("a window of one pixel", x((2, 3, 3, 4)), 1, 1).counts_for(several)
    yield case("a window as large as the picture", x((2, 2, 4, 3)), 4, 3).counts_for(several)
    yield case(
        "pictures of bytes (uint8)", rng.integers(0, 256, (2, 3, 5, 4), np.uint8), 2, 3
    ).counts_for(several)


@exercise.holds("With a window of one pixel, the columns are the picture itself, flattened.")
def one_pixel_windows(answer, rng):
    x = rng.standard_normal((2, 3, 4, 5))
    return same(answer(x, 1, 1), x.reshape(2, 3, 20))


@exercise.holds("Kernels times columns is the convolution: column k, kernel f, is one output.")
def a_product_is_a_convolution(answer, rng):
    x, w = rng.standard_normal((2, 3, 6, 5)), rng.standard_normal((4, 3, 3, 2))
    y = w.reshape(4, -1) @ np.asarray(answer(x, 3, 2))
    return same(y, np.einsum("ncijab,fcab->nfij", windows(x, 3, 2), w).reshape(2, 4, -1))


# The order of rows, columns and images


@exercise.mistake(
    "Your windows are the rows of the matrix. Here they are its columns: swap the last two axes, "
    "`out.transpose(0, 2, 1)`."
)
def windows_as_rows(x, f_h, f_w, stride=1, padding=0):
    return _im2col(x, f_h, f_w, stride, padding).transpose(0, 2, 1)


@exercise.mistake(
    "Within a column the channel runs fastest. It should run slowest: first all of channel 0's "
    "window, then channel 1's."
)
def channels_last(x, f_h, f_w, stride=1, padding=0):
    return _as_columns(windows(padded(x, padding), f_h, f_w, stride), (0, 4, 5, 1, 2, 3))


@exercise.mistake(
    "Within a column the window's rows and columns are exchanged. The window is read like a text: "
    "its row 0 from left to right, then its row 1."
)
def window_column_by_column(x, f_h, f_w, stride=1, padding=0):
    return _as_columns(windows(padded(x, padding), f_h, f_w, stride), (0, 1, 5, 4, 2, 3))


@exercise.mistake(
    "The windows follow each other from top to bottom. Reading order goes from left to right "
    "first: place (i, j) is column i * w_out + j."
)
def places_column_by_column(x, f_h, f_w, stride=1, padding=0):
    return _as_columns(windows(padded(x, padding), f_h, f_w, stride), (0, 1, 4, 5, 3, 2))


@exercise.mistake(
    "Rows and columns are exchanged twice: within a window, and in the order of the windows. Both "
    "are read from left to right first."
)
def everything_column_by_column(x, f_h, f_w, stride=1, padding=0):
    return _as_columns(windows(padded(x, padding), f_h, f_w, stride), (0, 1, 5, 4, 3, 2))


@exercise.mistake(
    "All images share one matrix, side by side. Each image has a matrix of its own: the answer "
    "has shape (N, C * f_h * f_w, h_out * w_out)."
)
def images_side_by_side(x, f_h, f_w, stride=1, padding=0):
    return np.hstack(_im2col(x, f_h, f_w, stride, padding))


@exercise.mistake(
    "One matrix for all images, with neighbouring columns from different images. Keep N as the "
    "first axis: (N, C * f_h * f_w, h_out * w_out)."
)
def images_interleaved(x, f_h, f_w, stride=1, padding=0):
    out = _im2col(x, f_h, f_w, stride, padding).transpose(1, 2, 0)
    return out.reshape(out.shape[0], -1)


@exercise.mistake(
    "One matrix for all images, with a row for each window. Each image has a matrix of its own, "
    "with a column for each window."
)
def one_matrix_of_rows(x, f_h, f_w, stride=1, padding=0):
    return np.vstack(_im2col(x, f_h, f_w, stride, padding).transpose(0, 2, 1))


@exercise.mistake("The images stand on the last axis; the batch is always the first axis.")
def batch_last(x, f_h, f_w, stride=1, padding=0):
    return _im2col(x, f_h, f_w, stride, padding).transpose(1, 2, 0)


@exercise.mistake(
    "`reshape` only cuts a row of numbers into new lines; it does not move axes. Bring the axes "
    "into the order (N, C, f_h, f_w, h_out, w_out) with `transpose` first."
)
def reshapes_without_transposing(x, f_h, f_w, stride=1, padding=0):
    found = windows(padded(x, padding), f_h, f_w, stride)
    n, c, h_out, w_out, _, _ = found.shape
    return found.reshape(n, c * f_h * f_w, h_out * w_out)


@exercise.mistake(
    "Your windows are collected one after the other, and then `reshape` cuts them into lines "
    "regardless. Collected windows are rows: transpose them, `out.transpose(0, 2, 1)`."
)
def reshapes_rows_into_columns(x, f_h, f_w, stride=1, padding=0):
    out = _im2col(x, f_h, f_w, stride, padding)
    return out.transpose(0, 2, 1).reshape(out.shape)


@exercise.mistake(
    "Images and places are mixed: a `reshape` of all windows puts numbers of one image into "
    "another one's matrix. Move the image's axis to the front with `transpose` first."
)
def mixes_images_and_places(x, f_h, f_w, stride=1, padding=0):
    out = _im2col(x, f_h, f_w, stride, padding)
    return np.hstack(out).reshape(out.shape)


@exercise.mistake(
    "The windows are all there, but still with the axes (f_h, f_w): reshape each window into one "
    "column of C * f_h * f_w numbers."
)
def keeps_the_windows_axes(x, f_h, f_w, stride=1, padding=0):
    found = windows(padded(x, padding), f_h, f_w, stride).transpose(0, 1, 4, 5, 2, 3)
    return found.reshape(*found.shape[:4], -1)


@exercise.mistake(
    "Each channel has a matrix of its own. A column holds the window of all channels, one channel "
    "after the other: C * f_h * f_w numbers."
)
def channels_apart(x, f_h, f_w, stride=1, padding=0):
    out = _im2col(x, f_h, f_w, stride, padding)
    return out.reshape(len(out), np.shape(x)[1], f_h * f_w, -1)


@exercise.mistake(
    "Images and channels share the first axis, N * C. It belongs to the images alone; the channels "
    "go into the rows, C * f_h * f_w of them."
)
def channels_as_images(x, f_h, f_w, stride=1, padding=0):
    out = _im2col(x, f_h, f_w, stride, padding)
    return out.reshape(-1, f_h * f_w, out.shape[2])


@exercise.mistake(
    "The places still have two axes (h_out, w_out): make them one axis of h_out * w_out columns."
)
def keeps_the_places_axes(x, f_h, f_w, stride=1, padding=0):
    found = windows(padded(x, padding), f_h, f_w, stride)
    n, c, h_out, w_out, _, _ = found.shape
    return found.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * f_h * f_w, h_out, w_out)


@exercise.mistake(
    "All six axes are still there: `reshape` the result to (N, C * f_h * f_w, h_out * w_out)."
)
def keeps_all_axes(x, f_h, f_w, stride=1, padding=0):
    return windows(padded(x, padding), f_h, f_w, stride).transpose(0, 1, 4, 5, 2, 3)


@exercise.mistake(
    "The axis of the images is missing. It stays even for a batch of one: (1, …, …). Do not "
    "`squeeze`."
)
def drops_a_batch_of_one(x, f_h, f_w, stride=1, padding=0):
    out = _im2col(x, f_h, f_w, stride, padding)
    return out[0] if len(out) == 1 else out


@exercise.mistake(
    "Each column is upside down: this window is turned by 180°, as for convolution. A column lists "
    "the window as it stands, from its top left pixel."
)
def turns_the_window(x, f_h, f_w, stride=1, padding=0):
    return _as_columns(windows(padded(x, padding), f_h, f_w, stride)[..., ::-1, ::-1])


@exercise.mistake(
    "`order='F'` reads the window with its channels fastest and its columns slowest. Leave it out: "
    "`window.reshape(-1)` reads channel by channel, row by row."
)
def reads_in_fortran_order(x, f_h, f_w, stride=1, padding=0):
    return _as_columns(windows(padded(x, padding), f_h, f_w, stride), (0, 5, 4, 1, 2, 3))


# Images and channels


@exercise.mistake("Only the first image is used: the answer has a matrix for each of the N images.")
def first_image_only(x, f_h, f_w, stride=1, padding=0):
    return _im2col(x, f_h, f_w, stride, padding)[:1]


@exercise.mistake("Every matrix is made from the first image: write `x[n]`, not `x[0]`.")
def repeats_the_first_image(x, f_h, f_w, stride=1, padding=0):
    out = _im2col(x, f_h, f_w, stride, padding)
    return np.repeat(out[:1], len(out), axis=0)


@exercise.mistake(
    "Every matrix is made from the last image: one array is filled again and again. Make a new one "
    "for each image, or write to `out[n]`."
)
def repeats_the_last_image(x, f_h, f_w, stride=1, padding=0):
    out = _im2col(x, f_h, f_w, stride, padding)
    return np.repeat(out[-1:], len(out), axis=0)


@exercise.mistake(
    "The column counter runs on from image to image: set it back to 0 for each of them."
)
def counts_on_over_images(x, f_h, f_w, stride=1, padding=0):
    right = _im2col(x, f_h, f_w, stride, padding)
    out = np.zeros(right.shape)
    for k, (n, column) in enumerate(np.ndindex(len(right), right.shape[2])):
        out[n, :, k] = right[n, :, column]
    return out


@exercise.mistake("Only the last image's matrix is returned: does `return` see all of them?")
def last_image_only(x, f_h, f_w, stride=1, padding=0):
    return _im2col(x, f_h, f_w, stride, padding)[-1]


@exercise.mistake(
    "Only the first image is filled in, the others are still 0: `return` stands inside the loop."
)
def fills_the_first_image(x, f_h, f_w, stride=1, padding=0):
    out = _im2col(x, f_h, f_w, stride, padding)
    out[1:] = 0
    return out


@exercise.mistake(
    "Only the first channel is used. A column holds the windows of all C channels, one after the "
    "other."
)
def first_channel_only(x, f_h, f_w, stride=1, padding=0):
    return _im2col(np.asarray(x)[:, :1], f_h, f_w, stride, padding)


@exercise.mistake("The channels are added up. They stay apart here: C blocks of f_h * f_w rows.")
def adds_the_channels(x, f_h, f_w, stride=1, padding=0):
    return _im2col(np.asarray(x, float).sum(axis=1, keepdims=True), f_h, f_w, stride, padding)


@exercise.mistake(
    "Every channel is written to the same rows, and the others stay 0. Channel c begins at row "
    "c * f_h * f_w."
)
def overwrites_channels(x, f_h, f_w, stride=1, padding=0):
    out, size = _im2col(x, f_h, f_w, stride, padding), f_h * f_w
    last = out[:, -size:].copy()
    out[:] = 0
    out[:, :size] = last
    return out


@exercise.mistake(
    "The windows stand one channel below the other in the row of columns: (N, f_h * f_w, C * "
    "places). The channels belong into the rows, C * f_h * f_w of them."
)
def channels_in_the_columns(x, f_h, f_w, stride=1, padding=0):
    out, c = _im2col(x, f_h, f_w, stride, padding), np.shape(x)[1]
    return np.concatenate(np.split(out, c, axis=1), axis=2)


@exercise.mistake("Images and channels are exchanged: axis 0 of x is N, axis 1 is C.")
def exchanges_images_and_channels(x, f_h, f_w, stride=1, padding=0):
    return _im2col(np.asarray(x).transpose(1, 0, 2, 3), f_h, f_w, stride, padding)


# Stride


@exercise.mistake("The stride is ignored: the window should move by `stride` pixels each time.")
def ignores_stride(x, f_h, f_w, stride=1, padding=0):
    return _im2col(x, f_h, f_w, 1, padding)


@exercise.mistake("The stride is used downwards only; it goes for steps to the right too.")
def stride_for_rows_only(x, f_h, f_w, stride=1, padding=0):
    return _as_columns(windows(padded(x, padding), f_h, f_w, stride, 1))


@exercise.mistake("The stride is used to the right only; it goes for steps downwards too.")
def stride_for_columns_only(x, f_h, f_w, stride=1, padding=0):
    return _as_columns(windows(padded(x, padding), f_h, f_w, 1, stride))


@exercise.mistake(
    "The number of columns is right, but the windows move by one pixel: the window of place (i, j) "
    "begins at row i * stride, column j * stride."
)
def moves_by_one(x, f_h, f_w, stride=1, padding=0):
    h_out, w_out = windows(padded(x, padding), f_h, f_w, stride).shape[2:4]
    return _as_columns(windows(padded(x, padding), f_h, f_w)[:, :, :h_out, :w_out])


@exercise.mistake(
    "The columns are counted wrongly: with a stride, place (i, j) is column i * w_out + j, where i "
    "and j count places, not pixels. Columns stay empty."
)
def counts_pixels_as_columns(x, f_h, f_w, stride=1, padding=0):
    found = windows(padded(x, padding), f_h, f_w).copy()
    keep = np.zeros(found.shape[2:4], bool)
    keep[::stride, ::stride] = True
    found[:, :, ~keep] = 0
    return _as_columns(found)


@exercise.mistake(
    "The windows next to each other have no pixel in common: they move by their own size. They "
    "move by `stride`, and may overlap."
)
def moves_by_the_windows_size(x, f_h, f_w, stride=1, padding=0):
    return _as_columns(windows(padded(x, padding), f_h, f_w, f_h, f_w))


@exercise.mistake(
    "The picture is thinned out (`x[::stride]`) before the windows are cut. A window holds "
    "neighbouring pixels; the stride only says where the next one begins."
)
def thins_out_the_picture(x, f_h, f_w, stride=1, padding=0):
    thin = padded(x, padding)[:, :, ::stride, ::stride]
    if thin.shape[2] < f_h or thin.shape[3] < f_w:
        return np.zeros((len(thin), thin.shape[1] * f_h * f_w, 0))
    return _as_columns(windows(thin, f_h, f_w))


@exercise.mistake(
    "All windows are cut, and then every `stride`-th column is kept. The stride goes for rows and "
    "for columns of the picture: count places with i and j."
)
def keeps_every_other_column(x, f_h, f_w, stride=1, padding=0):
    return _im2col(x, f_h, f_w, 1, padding)[:, :, ::stride]


@exercise.mistake(
    "The number of columns is right, but the windows move by one row only on the way down: the "
    "window of place (i, j) begins at row i * stride."
)
def moves_down_by_one(x, f_h, f_w, stride=1, padding=0):
    h_out = _places(x, f_h, f_w, stride, padding)[0]
    found = windows(padded(x, padding), f_h, f_w, 1, stride)
    return _as_columns(found[:, :, :h_out])


@exercise.mistake(
    "The number of columns is right, but the windows move by one column only on the way to the "
    "right: the window of place (i, j) begins at column j * stride."
)
def moves_right_by_one(x, f_h, f_w, stride=1, padding=0):
    w_out = _places(x, f_h, f_w, stride, padding)[1]
    found = windows(padded(x, padding), f_h, f_w, stride, 1)
    return _as_columns(found[:, :, :, :w_out])


def _places(x, f_h, f_w, stride, padding):
    return [
        (n + 2 * padding - f) // stride + 1 for n, f in zip(x.shape[2:], (f_h, f_w), strict=True)
    ]


@exercise.mistake(
    "There is a place too many where the windows do not come out even: round down, "
    "(H + 2 * padding - f_h) // stride + 1."
)
def rounds_up(x, f_h, f_w, stride=1, padding=0):
    return _filled(padded(x, padding), f_h, f_w, stride, *_too_many(x, f_h, f_w, stride, padding))


@exercise.mistake(
    "The last window reaches over the edge, so it does not fit into its column: round down, "
    "(H + 2 * padding - f_h) // stride + 1."
)
def rounds_up_for_each_image(x, f_h, f_w, stride=1, padding=0):
    h_out, w_out = _too_many(x, f_h, f_w, stride, padding)
    out = np.zeros((len(x), x.shape[1] * f_h * f_w, h_out * w_out))
    for n, image in enumerate(padded(x, padding)):
        for i, j in np.ndindex(h_out, w_out):
            window = image[:, i * stride :, j * stride :][:, :f_h, :f_w]
            out[n, :, i * w_out + j] = window.reshape(-1)
    return out


@exercise.mistake(
    "The picture is taken for square: w_out follows from its width, x.shape[3], not from its "
    "height."
)
def takes_the_picture_for_square(x, f_h, f_w, stride=1, padding=0):
    h_out = _places(x, f_h, f_w, stride, padding)[0]
    return _filled(padded(x, padding), f_h, f_w, stride, h_out, h_out)


def _too_many(x, f_h, f_w, stride, padding):
    sides = zip(x.shape[2:], (f_h, f_w), strict=True)
    return [-((f - n - 2 * padding) // stride) + 1 for n, f in sides]


def _filled(x, f_h, f_w, stride, h_out, w_out):
    """The usual loops over h_out × w_out places; windows over the edge do not fit in."""
    out = np.zeros((len(x), x.shape[1] * f_h * f_w, h_out * w_out))
    for i, j in np.ndindex(h_out, w_out):
        window = x[:, :, i * stride :, j * stride :][:, :, :f_h, :f_w]
        out[:, :, i * w_out + j] = window.reshape(len(x), -1)
    return out


@exercise.mistake("The last row and column of windows are missing: n - f + 1 windows fit, not n-f.")
def one_too_few(x, f_h, f_w, stride=1, padding=0):
    return _as_columns(windows(padded(x, padding), f_h, f_w, stride)[:, :, :-1, :-1])


@exercise.mistake(
    "The loops stop one place early, so the windows at the bottom and on the right stay 0."
)
def leaves_the_end_empty(x, f_h, f_w, stride=1, padding=0):
    found = windows(padded(x, padding), f_h, f_w, stride).copy()
    found[:, :, -1], found[:, :, :, -1] = 0, 0
    return _as_columns(found)


@exercise.mistake(
    "Only the first row of windows is filled in: `return` stands inside the loop over the rows."
)
def returns_after_the_first_row(x, f_h, f_w, stride=1, padding=0):
    found = windows(padded(x, padding), f_h, f_w, stride).copy()
    found[:, :, 1:] = 0
    return _as_columns(found)


@exercise.mistake(
    "The slices end too early: `x[:, :, a : a + h_out : stride]` reaches a stride-th of the "
    "places. It is `a : a + stride * h_out : stride`."
)
def ends_slices_early(x, f_h, f_w, stride=1, padding=0):
    x = padded(x, padding)
    n, c, h_out, w_out = windows(x, f_h, f_w, stride).shape[:4]
    out = np.zeros((n, c, f_h, f_w, h_out, w_out))
    for a in range(f_h):
        for b in range(f_w):
            out[:, :, a, b] = x[:, :, a : a + h_out : stride, b : b + w_out : stride]
    return out.reshape(n, c * f_h * f_w, -1)


# Padding


@exercise.mistake("The padding is ignored: put `padding` rows and columns of zeros on all sides.")
def ignores_padding(x, f_h, f_w, stride=1, padding=0):
    x = padded(x, 0)
    if x.shape[2] < f_h or x.shape[3] < f_w:
        return np.zeros((len(x), x.shape[1] * f_h * f_w, 0))
    return _im2col(x, f_h, f_w, stride)


@exercise.mistake(
    "The windows end too early: the bottom and right need zeros too, and `padding` counts twice in "
    "the number of places, (H + 2 * padding - f_h) // stride + 1."
)
def pads_top_left(x, f_h, f_w, stride=1, padding=0):
    return _im2col(padded(x, padding, 0), f_h, f_w, stride)


@exercise.mistake("The zeros are on the bottom and right only: the top and left need them too.")
def pads_bottom_right(x, f_h, f_w, stride=1, padding=0):
    return _im2col(padded(x, 0, padding), f_h, f_w, stride)


@exercise.mistake("Zeros are added above and below only: left and right need them too.")
def pads_rows_only(x, f_h, f_w, stride=1, padding=0):
    return _im2col(padded(x, padding, padding, 0, 0), f_h, f_w, stride)


@exercise.mistake("Zeros are added left and right only: above and below need them too.")
def pads_columns_only(x, f_h, f_w, stride=1, padding=0):
    return _im2col(padded(x, 0, 0, padding, padding), f_h, f_w, stride)


@exercise.mistake(
    "`np.pad(x, padding)` pads every axis, images and channels too. Say it axis by axis: "
    "`((0, 0), (0, 0), (padding, padding), (padding, padding))`."
)
def pads_every_axis(x, f_h, f_w, stride=1, padding=0):
    return _im2col(np.pad(np.asarray(x), padding), f_h, f_w, stride)


@exercise.mistake("The border repeats the picture's edge; it should be zero.")
def pads_with_the_edge(x, f_h, f_w, stride=1, padding=0):
    p = (padding, padding)
    return _im2col(np.pad(np.asarray(x), ((0, 0), (0, 0), p, p), mode="edge"), f_h, f_w, stride)


@exercise.mistake("The border is filled with ones; pad with zeros.")
def pads_with_ones(x, f_h, f_w, stride=1, padding=0):
    return _im2col(padded(x, padding, value=1), f_h, f_w, stride)


@exercise.mistake("Twice `padding` goes on each side: it is the number of pixels per side already.")
def pads_twice(x, f_h, f_w, stride=1, padding=0):
    return _im2col(x, f_h, f_w, stride, 2 * padding)


@exercise.mistake(
    "The number of places is that of the picture without its padding: with it, "
    "(H + 2 * padding - f_h) // stride + 1 rows of windows fit."
)
def counts_without_padding(x, f_h, f_w, stride=1, padding=0):
    h, w = np.shape(x)[2:]
    rows, columns = max((h - f_h) // stride + 1, 0), max((w - f_w) // stride + 1, 0)
    return _as_columns(windows(padded(x, padding), f_h, f_w, stride)[:, :, :rows, :columns])


@exercise.mistake(
    "The zeros go around channels and rows: axes 2 and 3 of x are rows and columns, the last two "
    "pairs of `np.pad`."
)
def pads_channels_and_rows(x, f_h, f_w, stride=1, padding=0):
    p = (padding, padding)
    return _im2col(np.pad(np.asarray(x), ((0, 0), p, p, (0, 0))), f_h, f_w, stride)


# The window's sides, the picture's sides


@exercise.mistake("f_h and f_w are exchanged: f_h counts the window's rows, f_w its columns.")
def exchanges_the_windows_sides(x, f_h, f_w, stride=1, padding=0):
    return _im2col(x, f_w, f_h, stride, padding)


@exercise.mistake("The window is taken for square: its width is f_w, not f_h.")
def takes_the_height_for_both(x, f_h, f_w, stride=1, padding=0):
    return _im2col(x, f_h, f_h, stride, padding)


@exercise.mistake("The window is taken for square: its height is f_h, not f_w.")
def takes_the_width_for_both(x, f_h, f_w, stride=1, padding=0):
    return _im2col(x, f_w, f_w, stride, padding)


@exercise.mistake(
    "Place (i, j) is put into column i * h_out + j: a row of windows holds w_out of them, so it is "
    "i * w_out + j."
)
def counts_rows_by_height(x, f_h, f_w, stride=1, padding=0):
    right = _im2col(x, f_h, f_w, stride, padding)
    h_out, w_out = windows(padded(x, padding), f_h, f_w, stride).shape[2:4]
    out = np.zeros(right.shape)
    for i, j in np.ndindex(h_out, w_out):
        out[:, :, i * h_out + j] = right[:, :, i * w_out + j]
    return out


@exercise.mistake(
    "Your array holds whole numbers, so the picture's fractions are cut off. Make it an array of "
    "floats."
)
def cuts_to_whole_numbers(x, f_h, f_w, stride=1, padding=0):
    return _im2col(x, f_h, f_w, stride, padding).astype(int)


@exercise.mistake(
    "The answer has one axis: give it the shape (N, C * f_h * f_w, h_out * w_out) with `reshape`."
)
def flattens_everything(x, f_h, f_w, stride=1, padding=0):
    return _im2col(x, f_h, f_w, stride, padding).reshape(-1)


@exercise.also_right("loops over images and places, a list of columns each")
def with_loops(x, f_h, f_w, stride=1, padding=0):
    x, out = padded(x, padding), []
    for image in x:
        columns = []
        for i in range((x.shape[2] - f_h) // stride + 1):
            for j in range((x.shape[3] - f_w) // stride + 1):
                top, left = i * stride, j * stride
                columns.append(image[:, top : top + f_h, left : left + f_w].ravel())
        out.append(np.array(columns).T)
    return out


@exercise.also_right("one row after the other: a strided slice per kernel number")
def with_slices(x, f_h, f_w, stride=1, padding=0):
    x = padded(x, padding)
    h_out, w_out = windows(x, f_h, f_w, stride).shape[2:4]
    rows = [
        x[:, c, a : a + stride * h_out : stride, b : b + stride * w_out : stride][:, :h_out, :w_out]
        for c in range(x.shape[1])
        for a in range(f_h)
        for b in range(f_w)
    ]
    return np.stack([row.reshape(len(x), -1) for row in rows], axis=1)


@exercise.also_right("index arrays, as in CS231n")
def with_index_arrays(x, f_h, f_w, stride=1, padding=0):
    c, h, w = np.shape(x)[1:]
    h_out, w_out = (h + 2 * padding - f_h) // stride + 1, (w + 2 * padding - f_w) // stride + 1
    i = np.tile(np.repeat(np.arange(f_h), f_w), c)[:, None]
    i = i + stride * np.repeat(np.arange(h_out), w_out)
    j = np.tile(np.arange(f_w), f_h * c)[:, None] + stride * np.tile(np.arange(w_out), h_out)
    k = np.repeat(np.arange(c), f_h * f_w)[:, None]
    return padded(x, padding)[:, k, i, j]


@exercise.also_right("sliding windows in the picture's own dtype, read-only, in Fortran order")
def with_views(x, f_h, f_w, stride=1, padding=0):
    p = (padding, padding)
    x = np.pad(x, ((0, 0), (0, 0), p, p))
    out = np.asfortranarray(_as_columns(windows(x, f_h, f_w, stride)))
    out.flags.writeable = False
    return out


@exercise.also_right("single precision")
def with_float32(x, f_h, f_w, stride=1, padding=0):
    return _im2col(x, f_h, f_w, stride, padding).astype(np.float32)


@exercise.also_right("torch.nn.functional.unfold", needs="torch")
def with_torch(x, f_h, f_w, stride=1, padding=0):
    import torch

    pictures = torch.tensor(np.array(x, float))
    return torch.nn.functional.unfold(pictures, (f_h, f_w), stride=stride, padding=padding)
