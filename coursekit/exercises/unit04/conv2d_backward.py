"""``conv2d_backward``: the gradients of a convolution layer."""

import numpy as np

from coursekit import numpy_nn
from coursekit.exercises import Comparison, Exercise, case, same, tiny
from coursekit.exercises.unit04._windows import padded, windows


def _reference(dout, x, w, stride=1, padding=0):
    _, cache = numpy_nn.conv2d_forward(x, w, np.zeros(len(w)), stride, padding)
    return numpy_nn.conv2d_backward(dout, cache)


exercise = Exercise(
    "conv2d_backward(dout, x, w, stride=1, padding=0)",
    unit="04",
    title="A convolution layer, backwards",
    reference=_reference,
    points=6,
    checks={
        "one picture": 2,
        "several pictures": 1,
        "stride": 1,
        "padding": 0.5,
        "in any form": 1.5,
    },
    minutes=75,
    difficulty=5,
    builds_on=("conv2d_forward", "linear_backward"),
    comparison=Comparison(outputs=("dx", "dw", "db")),
    hints=(
        "Look at one place only. Its output was `(window * w[f]).sum() + b[f]`. By how much does "
        "it move when a number of w[f], one of the window, or b[f] moves by 1? Multiply by dout of "
        "that place.",
        "So each place adds `dout[n, f, i, j] * window` to dw[f], `dout[n, f, i, j] * w[f]` to the "
        "same window of dx, and dout[n, f, i, j] to db[f]. Every place adds: use `+=`.",
        "Let dx be as large as the padded x while you add (windows reach into the border), and cut "
        "the border off at the end: `dx[:, :, padding : padding + H, padding : padding + W]`.",
        "Four loops, over n, f, i and j, with the two lines of the second hint inside, give the "
        "right answer. To get rid of the loops over n and f: `np.einsum('nf,ncab->fcab', ...)` and "
        "`np.einsum('nf,fcab->ncab', ...)` for one place (i, j).",
    ),
)


@exercise.cases
def cases(rng):
    several = "several pictures"
    picture = np.array([[[[1.0, 2, 0], [0, 1, 3], [4, 0, 1]]]])
    kernel, dout = np.array([[[[1.0, 0], [2, -1]]]]), np.array([[[[1.0, 0], [-1, 2]]]])
    yield tiny(
        "one picture, one channel, one kernel",
        dout,
        picture,
        kernel,
        expected=(
            np.array([[[[1, 0, 0], [1, 1, 0], [-2, 5, -2]]]]),
            np.array([[[[3, 7], [-4, 3]]]]),
            np.array([2]),
        ),
    )
    yield tiny(
        "three pictures of one pixel, three channels, two kernels",
        np.array([[1.0, 2], [0, 5], [-2, 0]]).reshape(3, 2, 1, 1),
        np.array([[1.0, 2, 0], [3, 4, 1], [0, 1, 2]]).reshape(3, 3, 1, 1),
        np.array([[1.0, 10, 0], [0, -1, 2]]).reshape(2, 3, 1, 1),
        expected=(
            np.array([[1, 8, 4], [0, -5, 10], [-2, -20, 0]]).reshape(3, 3, 1, 1),
            np.array([[1, 0, -4], [17, 24, 5]]).reshape(2, 3, 1, 1),
            np.array([-1, 7]),
        ),
    ).counts_for(several)
    yield tiny(
        "the first again with stride 2, padding 1",
        dout,
        picture,
        kernel,
        stride=2,
        padding=1,
        expected=(
            np.array([[[[-1, 0, 0], [0, 2, 0], [1, 4, -2]]]]),
            np.array([[[[2, 6], [0, -1]]]]),
            np.array([2]),
        ),
    ).counts_for("stride")

    def one(name, x, w, stride=1, padding=0):
        sides = [(x[i] + 2 * padding - w[i]) // stride + 1 for i in (2, 3)]
        arrays = (rng.standard_normal(shape) for shape in ((x[0], w[0], *sides), x, w))
        return case(name, *arrays, stride=stride, padding=padding)

    yield one("3 channels, one kernel", (1, 3, 5, 6), (1, 3, 3, 3))
    yield one("2 channels, 3 kernels", (1, 2, 5, 5), (3, 2, 3, 3))
    yield one("two pictures, 3 kernels", (2, 3, 6, 6), (3, 3, 3, 3)).counts_for(several)
    yield one("a tall kernel, 4×2", (3, 2, 6, 5), (2, 2, 4, 2)).counts_for(several)
    yield one("stride 2", (2, 2, 7, 9), (4, 2, 3, 3), 2).counts_for("stride")
    yield one("stride 2 that does not divide evenly", (3, 2, 8, 6), (2, 2, 3, 2), 2).counts_for(
        "stride"
    )
    yield one("padding 1", (2, 3, 4, 5), (3, 3, 3, 3), 1, 1).counts_for("padding")
    yield one("padding 2", (2, 2, 3, 5), (3, 2, 2, 3), 1, 2).counts_for("padding")
    yield one("stride 3, padding 1", (2, 2, 11, 8), (3, 2, 4, 4), 3, 1).counts_for("stride")
    yield one("stride larger than the kernel", (2, 2, 8, 7), (2, 2, 2, 2), 3).counts_for("stride")
    yield one("a 1×1 kernel", (2, 3, 4, 3), (3, 3, 1, 1)).counts_for(several)
    yield one("a kernel as large as the picture", (2, 2, 4, 3), (3, 2, 4, 3)).counts_for(several)


@exercise.holds("A change of x, w or b changes the sum of dout * out just as they predict.")
def predicts_the_change(answer, rng):
    x, w = rng.standard_normal((2, 2, 6, 5)), rng.standard_normal((3, 2, 3, 2))
    moves = [rng.standard_normal(shape) for shape in (x.shape, w.shape, 3)]
    y, b = _forward(x, w, np.zeros(3)), np.zeros(3)
    dout = rng.standard_normal(y.shape)
    # The layer is linear in each of the three: the prediction is exact, however far we move.
    moved = (_forward(x + moves[0], w, b), _forward(x, w + moves[1], b), _forward(x, w, moves[2]))
    found = [np.sum(np.asarray(g) * m) for g, m in zip(answer(dout, x, w), moves, strict=True)]
    return same(np.array(found), np.array([np.sum(dout * (after - y)) for after in moved]))


def _forward(x, w, b):
    return np.einsum("ncijab,fcab->nfij", windows(x, *w.shape[2:]), w) + b[:, None, None]


def _dw(dout, x, w, stride):
    """The gradient of w, on a padded x (extra windows are left out)."""
    found = windows(x, *w.shape[2:], stride)[:, :, : dout.shape[2], : dout.shape[3]]
    return np.einsum("nfij,ncijab->fcab", dout, found)


def _dx(dout, w, shape, stride):
    """The gradient of a padded x of this shape."""
    dx, sent = np.zeros(shape), np.tensordot(dout, w, (1, 0))  # (N, H_out, W_out, C, f_h, f_w)
    h_out, w_out = ((n - 1) * stride + 1 for n in dout.shape[2:])
    for u, v in np.ndindex(w.shape[2:]):
        dx[:, :, u : u + h_out : stride, v : v + w_out : stride] += np.moveaxis(
            sent[..., u, v], 3, 1
        )
    return dx


def _shares(dout, w, dx, stride):
    """For each place (i, j): itself with its window of dx, and what it adds there."""
    f_h, f_w = w.shape[2:]
    for i, j in np.ndindex(dout.shape[2:]):
        top, left = i * stride, j * stride
        seen = dx[:, :, top : top + f_h, left : left + f_w]
        yield (i, j, seen), np.tensordot(dout[:, :, i, j], w, 1)


def _cut(dx, shape, padding):
    """`dx` without its border."""
    return dx[:, :, padding : padding + shape[2], padding : padding + shape[3]]


def _with_border(x, padding):
    n, c, h, w = x.shape
    return n, c, h + 2 * padding, w + 2 * padding


def _right(dout, x, w, stride, padding):
    dx = _dx(dout, w, _with_border(x, padding), stride)
    dw = _dw(dout, padded(x, padding), w, stride)
    return _cut(dx, x.shape, padding), dw, dout.sum(axis=(0, 2, 3))


def _instead_of(name):
    """Decorator: the right answer, with the gradient called `name` changed by the function."""
    which = ("dx", "dw", "db").index(name)

    def wrap(change):
        def answer(dout, x, w, stride=1, padding=0):
            out = list(_right(dout, x, w, stride, padding))
            out[which] = change(out[which], dout, x, w, stride, padding)
            return tuple(out)

        answer.__name__ = change.__name__
        return answer

    return wrap


# The bias


@exercise.mistake("db is 0: each place of map f adds its dout to db[f].")
@_instead_of("db")
def forgets_db(db, dout, x, w, stride, padding):
    return 0 * db


@exercise.mistake(
    "db is averaged over images and places. It is the sum: the 1/N of the loss is in dout already."
)
@_instead_of("db")
def averages_db(db, dout, x, w, stride, padding):
    return dout.mean(axis=(0, 2, 3))


@exercise.mistake(
    "db is divided by the number of images. Sum: the 1/N of the loss is in dout already."
)
@_instead_of("db")
def averages_db_over_images(db, dout, x, w, stride, padding):
    return db / len(x)


@exercise.mistake("db is averaged over the places of a map; every place adds to it in full.")
@_instead_of("db")
def averages_db_over_places(db, dout, x, w, stride, padding):
    return db / dout[0, 0].size


@exercise.mistake(
    "db is summed over the images only: the places of a map share their bias too. Sum over axes 0, "
    "2 and 3."
)
@_instead_of("db")
def sums_db_over_images_only(db, dout, x, w, stride, padding):
    return dout.sum(axis=0)


@exercise.mistake(
    "db is summed over the places only: all images share the bias too. Sum over axes 0, 2 and 3."
)
@_instead_of("db")
def sums_db_over_places_only(db, dout, x, w, stride, padding):
    return dout.sum(axis=(2, 3))


@exercise.mistake(
    "db is summed over the kernels: kernel f has its own number, db[f]. Keep axis 1, and sum over "
    "axes 0, 2 and 3."
)
@_instead_of("db")
def keeps_the_last_axis_of_db(db, dout, x, w, stride, padding):
    return dout.sum(axis=(0, 1, 2))


@exercise.mistake("db counts the places; each place adds its dout to db[f], not 1.")
@_instead_of("db")
def counts_places_for_db(db, dout, x, w, stride, padding):
    return np.ones(dout.shape).sum(axis=(0, 2, 3))


@exercise.mistake("db is one number for all kernels; kernel f has its own, db[f]: keep axis 1.")
@_instead_of("db")
def sums_db_over_everything(db, dout, x, w, stride, padding):
    return dout.sum()


@exercise.mistake("All kernels get the same db, the sum of all of dout. Keep axis 1 when you sum.")
@_instead_of("db")
def same_db_for_all(db, dout, x, w, stride, padding):
    return np.full(len(w), dout.sum())


@exercise.mistake("db has one number per image. It has one per kernel: sum over axes 0, 2 and 3.")
@_instead_of("db")
def sums_db_over_kernels(db, dout, x, w, stride, padding):
    return dout.sum(axis=(1, 2, 3))


@exercise.mistake("db has axes of length 1 left over: its shape is (F,), like b.")
@_instead_of("db")
def keeps_dbs_axes(db, dout, x, w, stride, padding):
    return dout.sum(axis=(0, 2, 3), keepdims=True)


@exercise.mistake("db is a column, (F, 1): its shape is (F,), like b.")
@_instead_of("db")
def makes_db_a_column(db, dout, x, w, stride, padding):
    return db.reshape(-1, 1)


@exercise.mistake("db counts the first image only: sum over the batch (axis 0) too.")
@_instead_of("db")
def db_of_the_first_image(db, dout, x, w, stride, padding):
    return dout[0].sum(axis=(1, 2))


@exercise.mistake("db counts the last image only: add with `+=` from image to image, not with `=`.")
@_instead_of("db")
def db_of_the_last_image(db, dout, x, w, stride, padding):
    return dout[-1].sum(axis=(1, 2))


@exercise.mistake("db counts the last place only: add with `+=`, not with `=`.")
@_instead_of("db")
def db_of_the_last_place(db, dout, x, w, stride, padding):
    return dout[-1, :, -1, -1]


@exercise.mistake(
    "db is added in the loop over channels, so C times too often. Each place adds its dout once."
)
@_instead_of("db")
def adds_db_for_each_channel(db, dout, x, w, stride, padding):
    return db * x.shape[1]


@exercise.mistake(
    "db is added in the innermost loop, once per number of the kernel. Each place adds its dout "
    "once."
)
@_instead_of("db")
def adds_db_for_each_product(db, dout, x, w, stride, padding):
    return db * w[0].size


@exercise.mistake(
    "db is multiplied by something of x or w. The bias is only added, so its slope is 1: db[f] is "
    "the sum of dout of map f."
)
@_instead_of("db")
def multiplies_db(db, dout, x, w, stride, padding):
    return db * w.sum(axis=(1, 2, 3))


# The kernels


@exercise.mistake("dw is 0: each place adds dout times its window.")
@_instead_of("dw")
def forgets_dw(dw, dout, x, w, stride, padding):
    return 0 * dw


@exercise.mistake(
    "dw is divided by the number of images. Sum: the 1/N of the loss is in dout already."
)
@_instead_of("dw")
def averages_dw_over_images(dw, dout, x, w, stride, padding):
    return dw / len(x)


@exercise.mistake("dw is averaged over the places; every place adds to it in full.")
@_instead_of("dw")
def averages_dw_over_places(dw, dout, x, w, stride, padding):
    return dw / dout[0, 0].size


@exercise.mistake(
    "dw is averaged over images and places. It is the sum: the 1/N of the loss is in dout already."
)
@_instead_of("dw")
def averages_dw(dw, dout, x, w, stride, padding):
    return dw / dout[:, 0].size


@exercise.mistake("dw counts the first image only: all images of the batch add to it.")
@_instead_of("dw")
def dw_of_the_first_image(dw, dout, x, w, stride, padding):
    return _dw(dout[:1], padded(x[:1], padding), w, stride)


@exercise.mistake("dw counts the last image only: add with `+=` from image to image, not with `=`.")
@_instead_of("dw")
def dw_of_the_last_image(dw, dout, x, w, stride, padding):
    return _dw(dout[-1:], padded(x[-1:], padding), w, stride)


@exercise.mistake("dw counts the last place only: add with `+=` from place to place, not with `=`.")
@_instead_of("dw")
def dw_of_the_last_place(dw, dout, x, w, stride, padding):
    last = np.zeros(dout.shape)
    last[-1, :, -1, -1] = dout[-1, :, -1, -1]
    return _dw(last, padded(x, padding), w, stride)


@exercise.mistake(
    "dw counts the last place only: write `dw += …`, not `dw = …`, so that all places add up."
)
@_instead_of("dw")
def dw_of_the_last_place_of_all_images(dw, dout, x, w, stride, padding):
    last = np.zeros(dout.shape)
    last[:, :, -1, -1] = dout[:, :, -1, -1]
    return _dw(last, padded(x, padding), w, stride)


@exercise.mistake("dw counts the first place only: every place of the map adds to it.")
@_instead_of("dw")
def dw_of_the_first_place(dw, dout, x, w, stride, padding):
    first = np.zeros(dout.shape)
    first[:, :, 0, 0] = dout[:, :, 0, 0]
    return _dw(first, padded(x, padding), w, stride)


@exercise.mistake(
    "dw is turned by 180°. The forward pass does not flip the kernel, so dw[f, c, u, v] goes with "
    "row u, column v of the windows as they stand."
)
@_instead_of("dw")
def flips_dw(dw, dout, x, w, stride, padding):
    return dw[:, :, ::-1, ::-1]


@exercise.mistake("The rows and columns of dw's kernels are exchanged.")
@_instead_of("dw")
def transposes_dw(dw, dout, x, w, stride, padding):
    return dw.transpose(0, 1, 3, 2)


@exercise.mistake(
    "dw has channels and kernels exchanged: its shape is that of w, (F, C, f_h, f_w)."
)
@_instead_of("dw")
def exchanges_dws_axes(dw, dout, x, w, stride, padding):
    return dw.transpose(1, 0, 2, 3)


@exercise.mistake(
    "dw is cut out of x without its border. The forward pass saw the padded picture: pad x here "
    "too."
)
@_instead_of("dw")
def dw_from_the_unpadded_picture(dw, dout, x, w, stride, padding):
    out, (f_h, f_w) = np.zeros(w.shape), w.shape[2:]
    for n, f, i, j in np.ndindex(dout.shape):
        window = x[n, :, i * stride : i * stride + f_h, j * stride : j * stride + f_w]
        out[f] += dout[n, f, i, j] * window
    return out


@exercise.mistake(
    "The windows for dw are cut out of x without its border. The forward pass saw the padded "
    "picture: pad x here too."
)
@_instead_of("dw")
def dw_from_unpadded_pictures(dw, dout, x, w, stride, padding):
    out, (f_h, f_w) = np.zeros(w.shape), w.shape[2:]
    for i, j in np.ndindex(dout.shape[2:]):
        window = x[:, :, i * stride : i * stride + f_h, j * stride : j * stride + f_w]
        out += np.einsum("nf,ncuv->fcuv", dout[:, :, i, j], window)
    return out


@exercise.mistake(
    "dw is right without padding only: its windows lie `padding` rows and columns too far down and "
    "right. They begin at row i * stride of the padded picture."
)
@_instead_of("dw")
def dw_with_the_border_at_the_end(dw, dout, x, w, stride, padding):
    return _dw(dout, padded(x, 0, 2 * padding), w, stride)


@exercise.mistake(
    "In dw the windows move by one pixel: with a stride, the window of place (i, j) begins at row "
    "i * stride, column j * stride."
)
@_instead_of("dw")
def dw_without_stride(dw, dout, x, w, stride, padding):
    return _dw(dout, padded(x, padding), w, 1)


@exercise.mistake(
    "All channels of dw are the same: dw[f, c] goes with channel c of the windows, not with their "
    "sum."
)
@_instead_of("dw")
def adds_the_channels_of_dw(dw, dout, x, w, stride, padding):
    return np.repeat(dw.sum(axis=1, keepdims=True), dw.shape[1], axis=1)


@exercise.mistake("Only the first channel of dw is filled in: every channel has its own slice.")
@_instead_of("dw")
def first_channel_of_dw_only(dw, dout, x, w, stride, padding):
    dw[:, 1:] = 0
    return dw


@exercise.mistake("Only the last channel of dw is filled in: every channel has its own slice.")
@_instead_of("dw")
def last_channel_of_dw_only(dw, dout, x, w, stride, padding):
    dw[:, :-1] = 0
    return dw


@exercise.mistake("Only the first kernel of dw is filled in: each of the F kernels has its own.")
@_instead_of("dw")
def first_kernel_of_dw_only(dw, dout, x, w, stride, padding):
    dw[1:] = 0
    return dw


@exercise.mistake("All kernels of dw are the same, the sum of all: dw[f] takes dout of map f only.")
@_instead_of("dw")
def same_dw_for_all_kernels(dw, dout, x, w, stride, padding):
    return np.repeat(dw.sum(axis=0, keepdims=True), len(dw), axis=0)


@exercise.mistake("dw is made with the kernels: it is dout times the *windows* of x.")
@_instead_of("dw")
def dw_from_the_kernels(dw, dout, x, w, stride, padding):
    return dout.sum(axis=(0, 2, 3)).reshape(-1, 1, 1, 1) * w


@exercise.mistake("dw does not contain dout: each window counts dout[n, f, i, j] times.")
@_instead_of("dw")
def dw_without_dout(dw, dout, x, w, stride, padding):
    return _dw(np.ones(dout.shape), padded(x, padding), w, stride)


@exercise.mistake("The last row and column of dw's kernels stay 0: a loop stops one short.")
@_instead_of("dw")
def misses_the_end_of_dw(dw, dout, x, w, stride, padding):
    dw[:, :, -1], dw[:, :, :, -1] = 0, 0
    return dw


@exercise.mistake("dw has kept the batch: all images share the kernels. Sum over the batch too.")
@_instead_of("dw")
def keeps_the_batch_in_dw(dw, dout, x, w, stride, padding):
    found = zip(np.split(dout, len(x)), np.split(padded(x, padding), len(x)), strict=True)
    return np.stack([_dw(one, image, w, stride) for one, image in found])


@exercise.mistake(
    "All numbers of a kernel of dw are the same: do not sum over the window. Each of its numbers "
    "goes to its own place of dw[f]."
)
@_instead_of("dw")
def sums_the_window(dw, dout, x, w, stride, padding):
    return np.broadcast_to(dw.sum(axis=(1, 2, 3), keepdims=True), dw.shape).copy()


@exercise.mistake(
    "dw is made with dout turned by 180° (a convolution). Slide dout over the picture as it stands."
)
@_instead_of("dw")
def turns_dout_in_dw(dw, dout, x, w, stride, padding):
    found = windows(padded(x, padding), *w.shape[2:])
    spread = np.zeros((*dout.shape[:2], *found.shape[2:4]))
    spread[:, :, ::stride, ::stride] = dout
    return np.einsum("nfij,ncijab->fcab", spread[:, :, ::-1, ::-1], found)


# The pictures


@exercise.mistake("dx is 0: each place adds dout times its kernel to its window.")
@_instead_of("dx")
def forgets_dx(dx, dout, x, w, stride, padding):
    return 0 * dx


@exercise.mistake(
    "dx is made with flipped kernels: a place adds dout * w[f] to its window as it stands. (If you "
    "slide a kernel over dout instead, then that one is flipped.)"
)
@_instead_of("dx")
def flips_the_kernel_in_dx(dx, dout, x, w, stride, padding):
    return _cut(_dx(dout, w[:, :, ::-1, ::-1], _with_border(x, padding), stride), x.shape, padding)


@exercise.mistake("dx is made with transposed kernels: w[f, c, u, v] goes to row u, column v.")
@_instead_of("dx")
def transposes_the_kernel_in_dx(dx, dout, x, w, stride, padding):
    out = np.zeros(_with_border(x, padding))
    for (_, _, seen), values in _shares(dout, w, out, stride):
        seen += values.transpose(0, 1, 3, 2)
    return _cut(out, x.shape, padding)


@exercise.mistake(
    "dx is overwritten where windows overlap. A pixel gets something from every window that sees "
    "it: add, with `+=`."
)
@_instead_of("dx")
def overwrites_overlaps(dx, dout, x, w, stride, padding):
    out = np.zeros(_with_border(x, padding))
    for (_, _, seen), values in _shares(dout, w, out, stride):
        seen[...] = values
    return _cut(out, x.shape, padding)


@exercise.mistake(
    "dx is overwritten by the last kernel and the last window. All kernels see the pixel, and all "
    "add to it: `+=`."
)
@_instead_of("dx")
def overwrites_kernels(dx, dout, x, w, stride, padding):
    out = np.zeros(_with_border(x, padding))
    for (_, _, seen), values in _shares(dout[:, -1:], w[-1:], out, stride):
        seen[...] = values
    return _cut(out, x.shape, padding)


@exercise.mistake("Windows that overlap are averaged in dx; what they send is added up.")
@_instead_of("dx")
def averages_overlaps(dx, dout, x, w, stride, padding):
    shape = _with_border(x, padding)
    times = _dx(np.ones(dout[:, :1].shape), np.ones(w[:1].shape), shape, stride)
    return dx / np.maximum(_cut(times, x.shape, padding), 1)


@exercise.mistake("dx counts the last kernel only: all kernels see the pixels, and add up.")
@_instead_of("dx")
def dx_of_the_last_kernel(dx, dout, x, w, stride, padding):
    out = _dx(dout[:, -1:], w[-1:], _with_border(x, padding), stride)
    return _cut(out, x.shape, padding)


@exercise.mistake("dx counts the first kernel only: all kernels see the pixels, and add up.")
@_instead_of("dx")
def dx_of_the_first_kernel(dx, dout, x, w, stride, padding):
    out = _dx(dout[:, :1], w[:1], _with_border(x, padding), stride)
    return _cut(out, x.shape, padding)


@exercise.mistake("dx is averaged over the kernels; what they send is added up.")
@_instead_of("dx")
def averages_dx_over_kernels(dx, dout, x, w, stride, padding):
    return dx / len(w)


@exercise.mistake(
    "dx is divided by the number of images. Do not: the 1/N of the loss is in dout already."
)
@_instead_of("dx")
def averages_dx_over_images(dx, dout, x, w, stride, padding):
    return dx / len(x)


@exercise.mistake("Only the first image's dx is filled in: dx has the shape of x, all N images.")
@_instead_of("dx")
def dx_of_the_first_image(dx, dout, x, w, stride, padding):
    dx[1:] = 0
    return dx


@exercise.mistake("Only the last image's dx is filled in: write to dx[n] for every image n.")
@_instead_of("dx")
def dx_of_the_last_image(dx, dout, x, w, stride, padding):
    dx[:-1] = 0
    return dx


@exercise.mistake(
    "Every image gets the same dx, the sum over the batch. The kernels are shared, the pictures "
    "are not: image n gets dout[n] only."
)
@_instead_of("dx")
def adds_the_images_in_dx(dx, dout, x, w, stride, padding):
    return np.repeat(dx.sum(axis=0, keepdims=True), len(dx), axis=0)


@exercise.mistake("All channels of dx are the same: channel c takes w[f, c], not the slices' sum.")
@_instead_of("dx")
def adds_the_channels_of_dx(dx, dout, x, w, stride, padding):
    return np.repeat(dx.sum(axis=1, keepdims=True), dx.shape[1], axis=1)


@exercise.mistake("All channels of dx are made with the first slice; channel c takes w[f, c].")
@_instead_of("dx")
def first_slice_for_all_channels(dx, dout, x, w, stride, padding):
    return np.repeat(dx[:, :1], dx.shape[1], axis=1)


@exercise.mistake("Only the first channel of dx is filled in: every channel takes its own slice.")
@_instead_of("dx")
def first_channel_of_dx_only(dx, dout, x, w, stride, padding):
    dx[:, 1:] = 0
    return dx


@exercise.mistake("Only the last channel of dx is filled in: every channel takes its own slice.")
@_instead_of("dx")
def last_channel_of_dx_only(dx, dout, x, w, stride, padding):
    dx[:, :-1] = 0
    return dx


@exercise.mistake(
    "dx still has its border. Cut `padding` rows and columns off on each side: dx has the shape of "
    "x."
)
@_instead_of("dx")
def keeps_the_border(dx, dout, x, w, stride, padding):
    return _dx(dout, w, _with_border(x, padding), stride)


@exercise.mistake(
    "The border is cut off at the end of dx only, so dx lies `padding` rows and columns too far "
    "down and right: begin at `padding`."
)
@_instead_of("dx")
def cuts_at_the_end_only(dx, dout, x, w, stride, padding):
    return _dx(dout, w, _with_border(x, padding), stride)[:, :, : x.shape[2], : x.shape[3]]


@exercise.mistake(
    "The border is cut off on the top and left of dx only: `dx[:, :, padding : padding + H, "
    "padding : padding + W]`."
)
@_instead_of("dx")
def cuts_at_the_beginning_only(dx, dout, x, w, stride, padding):
    return _dx(dout, w, _with_border(x, padding), stride)[:, :, padding:, padding:]


@exercise.mistake(
    "Twice the border is cut off at the beginning of dx, and none at its end. It is `padding` on "
    "each side."
)
@_instead_of("dx")
def cuts_twice_at_the_beginning(dx, dout, x, w, stride, padding):
    return _dx(dout, w, _with_border(x, padding), stride)[:, :, 2 * padding :, 2 * padding :]


@exercise.mistake(
    "`dx[:, :, padding:-padding]` is empty when padding is 0. Say where it ends: `padding + H`."
)
@_instead_of("dx")
def cuts_with_minus_zero(dx, dout, x, w, stride, padding):
    p = slice(padding, -padding)
    return _dx(dout, w, _with_border(x, padding), stride)[:, :, p, p]


@exercise.mistake(
    "In dx the windows move by one pixel: with a stride, the window of place (i, j) begins at row "
    "i * stride, column j * stride."
)
@_instead_of("dx")
def dx_without_stride(dx, dout, x, w, stride, padding):
    return _cut(_dx(dout, w, _with_border(x, padding), 1), x.shape, padding)


@exercise.mistake(
    "dx is too small with a stride. Pixels that no window reaches have gradient 0, but are there: "
    "begin with zeros of the shape of the padded x."
)
@_instead_of("dx")
def dx_of_the_pixels_reached(dx, dout, x, w, stride, padding):
    rows, columns = ((dout.shape[i] - 1) * stride + w.shape[i] - padding for i in (2, 3))
    return dx[:, :, :rows, :columns]


@exercise.mistake(
    "dx lacks the rows and columns at the end that no window reaches. Their gradient is 0, but "
    "they are there: dx has the shape of x."
)
@_instead_of("dx")
def dx_without_its_end(dx, dout, x, w, stride, padding):
    rows, columns = ((dout.shape[i] - 1) * stride + w.shape[i] - 2 * padding for i in (2, 3))
    return dx[:, :, : max(rows, 0), : max(columns, 0)]


@exercise.mistake("dx begins as a copy of x: begin with zeros of the padded picture's shape.")
@_instead_of("dx")
def begins_with_x(dx, dout, x, w, stride, padding):
    return x + dx


@exercise.mistake(
    "dx is right for stride 1 only. With a stride, dout has to be spread out first, with "
    "stride - 1 rows and columns of zeros between its numbers."
)
@_instead_of("dx")
def slides_over_dout_as_it_is(dx, dout, x, w, stride, padding):
    f_h, f_w = w.shape[2:]
    rows, columns = dout.shape[2] + f_h - 1, dout.shape[3] + f_w - 1
    out = _dx(dout, w, (*x.shape[:2], rows, columns), 1)
    return out[:, :, padding : rows - padding, padding : columns - padding]


@exercise.mistake(
    "dx is made with the windows of x. It is dout times the *kernels*: they say how much a pixel "
    "counts."
)
@_instead_of("dx")
def dx_from_the_windows(dx, dout, x, w, stride, padding):
    wide = padded(x, padding)
    out, (f_h, f_w) = np.zeros(wide.shape), w.shape[2:]
    for i, j in np.ndindex(dout.shape[2:]):
        seen = (..., slice(i * stride, i * stride + f_h), slice(j * stride, j * stride + f_w))
        out[seen] += dout[:, :, i, j].sum(axis=1).reshape(-1, 1, 1, 1) * wide[seen]
    return _cut(out, x.shape, padding)


@exercise.mistake("dx does not contain dout: each kernel counts dout[n, f, i, j] times.")
@_instead_of("dx")
def dx_without_dout(dx, dout, x, w, stride, padding):
    out = _dx(np.ones(dout.shape), w, _with_border(x, padding), stride)
    return _cut(out, x.shape, padding)


@exercise.mistake("dx has height and width exchanged: it has the shape of x, (N, C, H, W).")
@_instead_of("dx")
def transposes_dx(dx, dout, x, w, stride, padding):
    return dx.transpose(0, 1, 3, 2)


@exercise.mistake("dx is dout itself: each place sends dout * w[f] to its whole window.")
@_instead_of("dx")
def returns_dout(dx, dout, x, w, stride, padding):
    return dout


@exercise.mistake(
    "All pixels of a window get the same: do not sum over the kernel. Each of its numbers goes to "
    "its own pixel."
)
@_instead_of("dx")
def sums_the_kernel(dx, dout, x, w, stride, padding):
    flat = np.broadcast_to(w.sum(axis=(1, 2, 3), keepdims=True), w.shape)
    return _cut(_dx(dout, flat, _with_border(x, padding), stride), x.shape, padding)


@exercise.mistake(
    "Channels and kernels are exchanged in dx: w has shape (F, C, f_h, f_w), so channel c takes "
    "w[f, c], added up over f."
)
@_instead_of("dx")
def exchanges_channels_and_kernels(dx, dout, x, w, stride, padding):
    out, (f_h, f_w) = np.zeros(_with_border(x, padding)), w.shape[2:]
    for i, j in np.ndindex(dout.shape[2:]):
        seen = (..., slice(i * stride, i * stride + f_h), slice(j * stride, j * stride + f_w))
        out[seen] += np.einsum("nf,cfab->ncab", dout[:, :, i, j], w)
    return _cut(out, x.shape, padding)


@exercise.mistake(
    "`w.reshape(-1, F)` does not transpose: it mixes the kernels' numbers. The columns of dx are "
    "`w.reshape(F, -1).T @ dout`."
)
@_instead_of("dx")
def reshapes_the_kernels_wrongly(dx, dout, x, w, stride, padding):
    mixed = w.reshape(-1, len(w)).T.reshape(w.shape)
    return _cut(_dx(dout, mixed, _with_border(x, padding), stride), x.shape, padding)


# All three


@exercise.mistake("The order of the answers is dx, dw, db; yours begins with dw.")
def dw_first(dout, x, w, stride=1, padding=0):
    dx, dw, db = _right(dout, x, w, stride, padding)
    return dw, db, dx


@exercise.mistake("The order of the answers is dx, dw, db; yours is dw, dx, db.")
def dw_before_dx(dout, x, w, stride=1, padding=0):
    dx, dw, db = _right(dout, x, w, stride, padding)
    return dw, dx, db


@exercise.mistake("The order of the answers is dx, dw, db; yours has db before dw.")
def db_before_dw(dout, x, w, stride=1, padding=0):
    dx, dw, db = _right(dout, x, w, stride, padding)
    return dx, db, dw


@exercise.mistake("The order of the answers is dx, dw, db; yours is the reverse.")
def reversed_order(dout, x, w, stride=1, padding=0):
    return _right(dout, x, w, stride, padding)[::-1]


@exercise.mistake("Only dx came back: return all three, `return dx, dw, db`.")
def returns_dx_only(dout, x, w, stride=1, padding=0):
    return _right(dout, x, w, stride, padding)[0]


@exercise.mistake(
    "dw and db are divided by the number of images. Sum: the 1/N of the loss is in dout already."
)
def averages_over_images(dout, x, w, stride=1, padding=0):
    dx, dw, db = _right(dout, x, w, stride, padding)
    return dx, dw / len(x), db / len(x)


@exercise.mistake(
    "All three are divided by the number of images. Do not: the 1/N of the loss is in dout already."
)
def averages_everything(dout, x, w, stride=1, padding=0):
    return tuple(g / len(x) for g in _right(dout, x, w, stride, padding))


@exercise.mistake("dw and db count the first image only; all images of the batch add to them.")
def first_image_for_dw_and_db(dout, x, w, stride=1, padding=0):
    dx = _right(dout, x, w, stride, padding)[0]
    return dx, *_right(dout[:1], x[:1], w, stride, padding)[1:]


@exercise.mistake(
    "dw and db count the last image only: set them to 0 once, before the loop over the images, and "
    "add with `+=`."
)
def last_image_for_dw_and_db(dout, x, w, stride=1, padding=0):
    dx = _right(dout, x, w, stride, padding)[0]
    return dx, *_right(dout[-1:], x[-1:], w, stride, padding)[1:]


@exercise.mistake("Only the first image is used: `return` stands inside the loop over the images.")
def first_image_only(dout, x, w, stride=1, padding=0):
    dx, dw, db = _right(dout[:1], x[:1], w, stride, padding)
    return np.concatenate([dx, np.zeros(x[1:].shape)]), dw, db


@exercise.mistake(
    "The stride is ignored in the backward pass: the window of place (i, j) begins at row i * "
    "stride, column j * stride, just as in the forward pass."
)
def ignores_stride(dout, x, w, stride=1, padding=0):
    return _right(dout, x, w, 1, padding)


@exercise.mistake(
    "The stride is used downwards only: the window of place (i, j) begins at column j * stride."
)
def stride_for_rows_only(dout, x, w, stride=1, padding=0):
    return _sized(dout, x, w, stride, padding, *w.shape[2:], across=1)


@exercise.mistake(
    "The stride is used to the right only: the window of place (i, j) begins at row i * stride."
)
def stride_for_columns_only(dout, x, w, stride=1, padding=0):
    return _sized(dout, x, w, stride, padding, *w.shape[2:], down=1)


@exercise.mistake(
    "dx and dw are overwritten at every place: they collect what all places send. Add, with `+=`."
)
def overwrites_dx_and_dw(dout, x, w, stride=1, padding=0):
    dx, dw, db = _right(dout, x, w, stride, padding)
    dx = overwrites_kernels(dout, x, w, stride, padding)[0]
    return dx, dout[-1, :, -1, -1].reshape(-1, 1, 1, 1) * _last_window(x, dw, stride, padding), db


def _last_window(x, dw, stride, padding):
    return windows(padded(x, padding), *dw.shape[2:], stride)[-1, :, -1, -1]


@exercise.mistake(
    "x and w have changed places: a place adds dout * w[f] to dx, and dout * window to dw."
)
def exchanges_x_and_w(dout, x, w, stride=1, padding=0):
    dx = dx_from_the_windows(dout, x, w, stride, padding)[0]
    return dx, *dw_from_the_kernels(dout, x, w, stride, padding)[1:]


@exercise.mistake(
    "dout counts nowhere: every gradient is dout times a slope, and you return the slopes."
)
def ignores_dout(dout, x, w, stride=1, padding=0):
    return _right(np.ones(dout.shape), x, w, stride, padding)


@exercise.mistake(
    "All gradients have the wrong sign: the minus comes later, in w - learning_rate * dw."
)
def all_negative(dout, x, w, stride=1, padding=0):
    return tuple(-g for g in _right(dout, x, w, stride, padding))


@exercise.mistake("The padding is ignored: windows are those of the padded picture.")
def ignores_padding(dout, x, w, stride=1, padding=0):
    (f_h, f_w), dx, dw = w.shape[2:], np.zeros(x.shape), np.zeros(w.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        rows, columns = (slice(k * stride, k * stride + s) for k, s in ((i, f_h), (j, f_w)))
        dx[n, :, rows, columns] += dout[n, f, i, j] * w[f]
        dw[f] += dout[n, f, i, j] * x[n, :, rows, columns]
    return dx, dw, dout.sum(axis=(0, 2, 3))


@exercise.mistake("The kernel is taken for square: its width is w.shape[3], not its height.")
def takes_the_height_for_both(dout, x, w, stride=1, padding=0):
    return _sized(dout, x, w, stride, padding, w.shape[2], w.shape[2])


@exercise.mistake("The kernel's height and width are exchanged: axis 2 of w counts rows.")
def exchanges_the_kernels_sides(dout, x, w, stride=1, padding=0):
    return _sized(dout, x, w, stride, padding, w.shape[3], w.shape[2])


@exercise.mistake("The kernel is taken for 3×3: use `w.shape`.")
def takes_3x3_windows(dout, x, w, stride=1, padding=0):
    return _sized(dout, x, w, stride, padding, 3, 3)


def _sized(dout, x, w, stride, padding, f_h, f_w, *, down=None, across=None):
    """The usual loops for a window of f_h × f_w, whatever the kernels are."""
    wide = padded(x, padding)
    dx, dw = np.zeros(wide.shape), np.zeros(w.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        top, left = i * (down or stride), j * (across or stride)
        rows, columns = slice(top, top + f_h), slice(left, left + f_w)
        dx[n, :, rows, columns] += dout[n, f, i, j] * w[f]
        dw[f] += dout[n, f, i, j] * wide[n, :, rows, columns]
    return _cut(dx, x.shape, padding), dw, dout.sum(axis=(0, 2, 3))


@exercise.also_right("four loops, and lists")
def with_loops(dout, x, w, stride=1, padding=0):
    f_h, f_w = w.shape[2:]
    wide, db = padded(x, padding), [0.0] * len(w)
    dx, dw = np.zeros_like(wide), np.zeros_like(w)
    for n, f, i, j in np.ndindex(dout.shape):
        rows, columns = (slice(k * stride, k * stride + s) for k, s in ((i, f_h), (j, f_w)))
        dx[n, :, rows, columns] += dout[n, f, i, j] * w[f]
        dw[f] += dout[n, f, i, j] * wide[n, :, rows, columns]
        db[f] += dout[n, f, i, j]
    return [_cut(dx, x.shape, padding).tolist(), dw.tolist(), db]


@exercise.also_right("windows as columns, and back")
def with_columns(dout, x, w, stride=1, padding=0):
    found = windows(padded(x, padding), *w.shape[2:], stride)
    n, c, h_out, w_out, f_h, f_w = found.shape
    columns = found.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * f_h * f_w, -1)
    flat = dout.reshape(n, len(w), -1)
    dw = (flat @ columns.transpose(0, 2, 1)).sum(0).reshape(w.shape)
    back = (w.reshape(len(w), -1).T @ flat).reshape(n, c, f_h, f_w, h_out, w_out)
    dx = np.zeros(_with_border(x, padding))
    for u, v in np.ndindex(f_h, f_w):
        dx[:, :, u:, v:][:, :, : stride * h_out : stride, : stride * w_out : stride] += back[
            :, :, u, v
        ]
    return np.asfortranarray(_cut(dx, x.shape, padding)), dw, flat.sum(axis=(0, 2))


@exercise.also_right("dout spread out, a flipped kernel slid over it; read-only views")
def with_full_correlation(dout, x, w, stride=1, padding=0):
    f_h, f_w = w.shape[2:]
    h, width = x.shape[2] + 2 * padding - f_h + 1, x.shape[3] + 2 * padding - f_w + 1
    spread = np.zeros((*dout.shape[:2], h, width))
    spread[:, :, ::stride, ::stride] = dout
    far = padded(spread, f_h - 1, f_h - 1, f_w - 1, f_w - 1)
    turned = w[:, :, ::-1, ::-1]
    dx = np.einsum("nfijab,fcab->ncij", windows(far, f_h, f_w), turned)
    found = windows(padded(x, padding), h, width)
    dw = np.einsum("nfij,ncabij->fcab", spread, found)
    dx.flags.writeable = False
    return _cut(dx, x.shape, padding), dw, np.einsum("nfij->f", dout)


@exercise.also_right("single precision, gradients only where they fall inside the picture")
def with_float32(dout, x, w, stride=1, padding=0):
    dx, dw = np.zeros(x.shape, np.float32), np.zeros(w.shape, np.float32)
    for i, j in np.ndindex(dout.shape[2:]):
        for u, v in np.ndindex(w.shape[2:]):
            row, column = i * stride + u - padding, j * stride + v - padding
            if 0 <= row < x.shape[2] and 0 <= column < x.shape[3]:
                dx[:, :, row, column] += dout[:, :, i, j] @ w[:, :, u, v]
                dw[:, :, u, v] += dout[:, :, i, j].T @ x[:, :, row, column]
    return dx, dw, dout.sum((0, 2, 3), dtype=np.float32)


@exercise.also_right("automatic differentiation in torch", needs="torch")
def with_torch(dout, x, w, stride=1, padding=0):
    import torch

    x, w, dout = (torch.tensor(np.array(a, float)) for a in (x, w, dout))
    b = torch.zeros(len(w), dtype=torch.float64)
    leaves = [a.requires_grad_() for a in (x, w, b)]
    y = torch.nn.functional.conv2d(x, w, b, stride=stride, padding=padding)
    return torch.autograd.grad(y, leaves, dout)
