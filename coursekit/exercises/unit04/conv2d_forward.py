"""``conv2d_forward``: a convolution layer, forwards."""

import numpy as np

from coursekit import numpy_nn
from coursekit.exercises import Exercise, case, same, tiny
from coursekit.exercises.unit04._windows import padded, windows, zeros_between


def _reference(x, w, b, stride=1, padding=0):
    return numpy_nn.conv2d_forward(x, w, b, stride, padding)[0]


exercise = Exercise(
    "conv2d_forward(x, w, b, stride=1, padding=0)",
    unit="04",
    title="A convolution layer, forwards",
    reference=_reference,
    points=5,
    checks={
        "one picture": 2,
        "several pictures": 1,
        "stride": 0.5,
        "padding": 0.5,
        "in any form": 1,
    },
    minutes=45,
    difficulty=3,
    builds_on=("im2col", "cross_correlate2d"),
    hints=(
        "One number of the answer first: out[n, f, i, j] sees one window of image n, through all "
        "its channels, and multiplies it by kernel f, which has just that shape: (C, f_h, f_w).",
        "In loops: pad the last two axes, then for each n, f, i, j cut `window = x[n, :, top : top "
        "+ f_h, left : left + f_w]` and write `(window * w[f]).sum() + b[f]`.",
        "Without loops: `im2col` has the windows as columns, (N, C * f_h * f_w, places). "
        "`w.reshape(F, -1)` has the kernels as rows, in the same order of numbers.",
        "Their product `w.reshape(F, -1) @ columns` has shape (N, F, places). Add `b[:, None]`, "
        "and reshape to (N, F, h_out, w_out).",
    ),
)


@exercise.cases
def cases(rng):
    several = "several pictures"
    picture = np.array([[[[1, 2, 0], [0, 1, 3], [4, 0, 1]]]])
    kernel, bias = np.array([[[[1, 0], [2, -1]]]]), np.array([3])
    yield tiny(
        "one picture, one channel, one kernel",
        picture,
        kernel,
        bias,
        expected=[[[[3, 4], [11, 3]]]],
    )
    yield tiny(
        "two channels, two 1×1 kernels",
        np.array([[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]]),
        np.array([[[[1]], [[10]]], [[[0]], [[-1]]]]),
        np.array([0, 100]),
        expected=[[[[51, 62], [73, 84]], [[95, 94], [93, 92]]]],
    )
    yield tiny(
        "the first again with stride 2, padding 1",
        picture,
        kernel,
        bias,
        stride=2,
        padding=1,
        expected=[[[[2, 7], [-1, 3]]]],
    ).counts_for("stride")
    x = rng.standard_normal
    yield case("3 channels, one kernel", x((1, 3, 5, 6)), x((1, 3, 3, 3)), x(1))
    yield case("2 channels, 3 kernels", x((1, 2, 5, 5)), x((3, 2, 3, 3)), x(3))
    yield case("two pictures, 4 kernels", x((2, 3, 6, 6)), x((4, 3, 3, 3)), x(4)).counts_for(
        several
    )
    yield case("a tall kernel, 4×2", x((2, 2, 6, 5)), x((2, 2, 4, 2)), x(2)).counts_for(several)
    yield case("a wide kernel, 2×4", x((2, 2, 5, 7)), x((3, 2, 2, 4)), x(3)).counts_for(several)
    yield case("stride 2", x((2, 2, 7, 9)), x((4, 2, 3, 3)), x(4), stride=2).counts_for("stride")
    yield case(
        "stride 2 that does not divide evenly", x((3, 2, 8, 6)), x((2, 2, 3, 2)), x(2), 2
    ).counts_for("stride")
    yield case("padding 2", x((2, 3, 4, 5)), x((3, 3, 3, 3)), x(3), padding=2).counts_for("padding")
    yield case("stride 3, padding 1", x((2, 2, 10, 8)), x((3, 2, 4, 4)), x(3), 3, 1).counts_for(
        "stride"
    )
    yield case("a 1×1 kernel", x((2, 3, 4, 3)), x((3, 3, 1, 1)), x(3)).counts_for(several)
    yield case(
        "a kernel as large as the picture", x((2, 2, 4, 3)), x((2, 2, 4, 3)), x(2)
    ).counts_for(several)
    pictures = rng.integers(0, 256, (2, 3, 6, 5), np.uint8)
    yield case("pictures of bytes (uint8)", pictures, x((3, 3, 3, 3)), x(3)).counts_for(several)


@exercise.holds("Each image of a batch is treated as if it were alone.")
def images_do_not_meet(answer, rng):
    x, w, b = rng.standard_normal((3, 2, 5, 6)), rng.standard_normal((4, 2, 3, 2)), np.arange(4.0)
    apart = [np.asarray(answer(x[n : n + 1], w, b, 2, 1)) for n in range(3)]
    return same(answer(x, w, b, 2, 1), np.concatenate(apart))


@exercise.holds("Moving the picture by one pixel moves every map by one pixel.")
def shift_equivariant(answer, rng):
    x, w, b = rng.standard_normal((2, 2, 6, 7)), rng.standard_normal((3, 2, 3, 3)), np.arange(3.0)
    return same(answer(x[:, :, 1:, 1:], w, b), np.asarray(answer(x, w, b))[:, :, 1:, 1:])


def _slide(x, w, b, stride_y, stride_x=None):
    """The right answer on a padded x."""
    found = windows(np.asarray(x, float), *w.shape[2:], stride_y, stride_x)
    return np.einsum("ncijab,fcab->nfij", found, w) + np.reshape(b, (1, -1, 1, 1))


def _right(x, w, b, stride, padding):
    return _slide(padded(x, padding), np.asarray(w, float), b, stride)


# The kernel


@exercise.mistake(
    "The kernels are flipped, as in the mathematician's convolution. A convolution layer lays them "
    "on the picture as they stand."
)
def flips_the_kernel(x, w, b, stride=1, padding=0):
    return _right(x, w[:, :, ::-1, ::-1], b, stride, padding)


@exercise.mistake("The kernels are flipped upside down. They should not be flipped at all.")
def flips_rows_only(x, w, b, stride=1, padding=0):
    return _right(x, w[:, :, ::-1], b, stride, padding)


@exercise.mistake("The kernels are flipped left to right. They should not be flipped at all.")
def flips_columns_only(x, w, b, stride=1, padding=0):
    return _right(x, w[:, :, :, ::-1], b, stride, padding)


@exercise.mistake(
    "The kernels are flipped, and the order of their channels too (as a convolution in three "
    "dimensions does). Use them as they stand."
)
def flips_channels_too(x, w, b, stride=1, padding=0):
    return _right(x, w[:, ::-1, ::-1, ::-1], b, stride, padding)


@exercise.mistake(
    "The kernels are transposed: `w[f, c, u, v]` goes with row u and column v of the window."
)
def transposes_the_kernel(x, w, b, stride=1, padding=0):
    return _placed(x, w, b, stride, padding, lambda window, k: (window * k.mT).sum())


def _placed(x, w, b, stride, padding, number):
    """The usual loops over every place; ``number(window, kernel)`` is what a place gets."""
    x, (f_h, f_w) = padded(x, padding), w.shape[2:]
    h_out, w_out = (x.shape[2] - f_h) // stride + 1, (x.shape[3] - f_w) // stride + 1
    out = np.zeros((len(x), len(w), h_out, w_out))
    for n, f, i, j in np.ndindex(out.shape):
        window = x[n, :, i * stride :, j * stride :][:, :f_h, :f_w]
        out[n, f, i, j] = number(window, w[f]) + b[f]
    return out


@exercise.mistake(
    "`window @ w[f]` is the matrix product. Multiply number by number, `window * w[f]`, and add up."
)
def multiplies_matrices(x, w, b, stride=1, padding=0):
    return _placed(x, w, b, stride, padding, lambda window, k: (window @ k).sum())


@exercise.mistake("The largest product is taken; a sliding dot product is the sum of them.")
def takes_the_largest(x, w, b, stride=1, padding=0):
    return _placed(x, w, b, stride, padding, lambda window, k: (window * k).max())


@exercise.mistake("The mean of the products is taken; a sliding dot product is their sum.")
def averages_the_products(x, w, b, stride=1, padding=0):
    return _right(x, w / w[0].size, b, stride, padding)


@exercise.mistake("The answer is divided by the kernel's sum. Use its numbers as they are.")
def normalises_the_kernel(x, w, b, stride=1, padding=0):
    return _right(x, w / w.sum(axis=(1, 2, 3), keepdims=True), b, stride, padding)


@exercise.mistake("The loops over the kernel stop one short: its last row and column count too.")
def misses_the_end_of_the_kernel(x, w, b, stride=1, padding=0):
    short = np.array(w, float)
    short[:, :, -1], short[:, :, :, -1] = 0, 0
    return _right(x, short, b, stride, padding)


@exercise.mistake("Only the kernel's last number counts: add up the products with `+=`, not `=`.")
def keeps_the_last_product(x, w, b, stride=1, padding=0):
    last = np.zeros(w.shape)
    last[:, -1, -1, -1] = w[:, -1, -1, -1]
    return _right(x, last, b, stride, padding)


@exercise.mistake(
    "`w.reshape(-1, F)` does not transpose: it mixes the kernels' numbers. `w.reshape(F, -1)` has "
    "one kernel per row; add `.T` if you want them as columns."
)
def reshapes_the_kernels_wrongly(x, w, b, stride=1, padding=0):
    mixed = np.asarray(w, float).reshape(-1, len(w)).T.reshape(w.shape)
    return _right(x, mixed, b, stride, padding)


@exercise.mistake(
    "Only the kernel's last pixel counts: add up the products with `+=`, not `=`. (Its channels "
    "are added.)"
)
def keeps_the_last_pixel(x, w, b, stride=1, padding=0):
    last = np.zeros(w.shape)
    last[:, :, -1, -1] = w[:, :, -1, -1]
    return _right(x, last, b, stride, padding)


@exercise.mistake(
    "`np.dot` of two arrays of three axes is no dot product of all their numbers. Write "
    "`(window * w[f]).sum()`."
)
def takes_np_dot(x, w, b, stride=1, padding=0):
    return _placed(x, w, b, stride, padding, lambda window, k: np.dot(window, k).sum())


# The bias


@exercise.mistake("The bias is forgotten: add b[f] to every number of map f.")
def forgets_the_bias(x, w, b, stride=1, padding=0):
    return _right(x, w, 0 * b, stride, padding)


@exercise.mistake(
    "The bias is added once for each channel. Add b[f] once, after the channels are added up."
)
def bias_for_each_channel(x, w, b, stride=1, padding=0):
    return _right(x, w, b * w.shape[1], stride, padding)


@exercise.mistake("The bias is added with every product. Add b[f] once, to their sum.")
def bias_for_each_product(x, w, b, stride=1, padding=0):
    return _right(x, w, b * w[0].size, stride, padding)


@exercise.mistake(
    "`out + b` adds the biases along the last axis, from column to column of a map. They belong to "
    "axis 1: `b[:, None, None]` has the shape for it."
)
def bias_along_the_columns(x, w, b, stride=1, padding=0):
    return _right(x, w, 0 * b, stride, padding) + b


@exercise.mistake(
    "The biases are added from row to row of a map. They belong to axis 1: write "
    "`b[:, None, None]`, which has one axis for rows and one for columns."
)
def bias_along_the_rows(x, w, b, stride=1, padding=0):
    return _right(x, w, 0 * b, stride, padding) + b[:, np.newaxis]


@exercise.mistake(
    "Each image gets another bias. Each map gets its own, the same in all images: `b[:, None, "
    "None]` has the shape for it."
)
def bias_along_the_images(x, w, b, stride=1, padding=0):
    return _right(x, w, 0 * b, stride, padding) + b[:, np.newaxis, np.newaxis, np.newaxis]


@exercise.mistake("All maps get the first bias; map f gets b[f].")
def bias_of_the_first_kernel(x, w, b, stride=1, padding=0):
    return _right(x, w, np.full(b.shape, b[0]), stride, padding)


@exercise.mistake("Every map gets the sum of all biases; map f gets b[f] alone.")
def adds_all_biases(x, w, b, stride=1, padding=0):
    return _right(x, w, np.full(b.shape, b.sum()), stride, padding)


@exercise.mistake("The bias is subtracted; it is added.")
def subtracts_the_bias(x, w, b, stride=1, padding=0):
    return _right(x, w, -b, stride, padding)


@exercise.mistake("The sums are multiplied by the bias; it is added.")
def multiplies_by_the_bias(x, w, b, stride=1, padding=0):
    return _right(x, w, 0 * b, stride, padding) * np.reshape(b, (-1, 1, 1))


@exercise.mistake(
    "The bias is added to the pixels before they are multiplied. Add it to the sum of products."
)
def bias_before_the_product(x, w, b, stride=1, padding=0):
    return _placed(x, w, 0 * b, stride, padding, lambda window, k: (window * k).sum()) + b.reshape(
        -1, 1, 1
    ) * w.sum(axis=(1, 2, 3)).reshape(-1, 1, 1)


@exercise.mistake(
    "The bias is added once for each number of the kernel. Add b[f] once, to the sum of products."
)
def bias_for_each_pixel(x, w, b, stride=1, padding=0):
    return _right(x, w, b * w[0, 0].size, stride, padding)


@exercise.mistake(
    "`+ b` adds the biases along the last axis, the places. The kernels are the axis before: write "
    "`+ b[:, None]`."
)
def bias_along_the_places(x, w, b, stride=1, padding=0):
    out = _right(x, w, 0 * b, stride, padding)
    return (out.reshape(*out.shape[:2], -1) + b).reshape(out.shape)


# Channels and kernels


@exercise.mistake(
    "Only the first channel is used. Kernel f has a slice for each channel: w[f, c] goes with "
    "x[n, c], and the products of all channels are added up."
)
def first_channel_only(x, w, b, stride=1, padding=0):
    return _right(x[:, :1], w[:, :1], b, stride, padding)


@exercise.mistake(
    "Only the last channel counts: each channel overwrites the one before. Add them up with `+=`."
)
def last_channel_only(x, w, b, stride=1, padding=0):
    return _right(x[:, -1:], w[:, -1:], b, stride, padding)


@exercise.mistake("The channels' answers are averaged; they are added up.")
def averages_the_channels(x, w, b, stride=1, padding=0):
    return _right(x, w / w.shape[1], b, stride, padding)


@exercise.mistake(
    "All channels meet the kernel's first slice, w[f, 0]. Channel c has its own, w[f, c]."
)
def same_slice_for_all_channels(x, w, b, stride=1, padding=0):
    return _right(x, np.repeat(w[:, :1], w.shape[1], axis=1), b, stride, padding)


@exercise.mistake(
    "The kernel's slices are added up before they meet the channels. Channel c meets w[f, c], and "
    "the products are added up."
)
def adds_the_slices_first(x, w, b, stride=1, padding=0):
    summed = w.sum(axis=1, keepdims=True)
    return _right(x, np.repeat(summed, w.shape[1], axis=1), b, stride, padding)


@exercise.mistake(
    "The channels are averaged to one grey picture first. Each channel meets its own slice w[f, c]."
)
def makes_the_picture_grey(x, w, b, stride=1, padding=0):
    grey = np.asarray(x, float).mean(axis=1, keepdims=True)
    return _right(grey, w.sum(axis=1, keepdims=True), b, stride, padding)


@exercise.mistake(
    "Each kernel sees one channel only, channel f: it has a slice for every channel, and their "
    "products are added up."
)
def one_channel_for_each_kernel(x, w, b, stride=1, padding=0):
    which, own = np.arange(len(w)) % w.shape[1], np.zeros(w.shape)
    own[np.arange(len(w)), which] = w[np.arange(len(w)), which]
    return _right(x, own, b, stride, padding)


@exercise.mistake("The channels stand in reverse order: w[f, 0] goes with x[n, 0].")
def reverses_the_channels(x, w, b, stride=1, padding=0):
    return _right(x, w[:, ::-1], b, stride, padding)


@exercise.mistake(
    "Every map is made with the first kernel, w[0]: map f belongs to kernel w[f] (its bias is "
    "right)."
)
def first_kernel_for_all_maps(x, w, b, stride=1, padding=0):
    return _right(x, np.repeat(w[:1], len(w), axis=0), b, stride, padding)


@exercise.mistake(
    "The answer has one map, that of the first kernel. Each of the F kernels makes one."
)
def first_map_only(x, w, b, stride=1, padding=0):
    return _right(x, w[:1], b[:1], stride, padding)


@exercise.mistake("Only the last map is filled in; the maps of the other kernels are 0.")
def last_map_only(x, w, b, stride=1, padding=0):
    out = _right(x, w, b, stride, padding)
    out[:, :-1] = 0
    return out


@exercise.mistake("Only the first map is filled in; the maps of the other kernels are 0.")
def fills_the_first_map(x, w, b, stride=1, padding=0):
    out = _right(x, w, b, stride, padding)
    out[:, 1:] = 0
    return out


@exercise.mistake(
    "The maps of all kernels are added up. Channels are added up; kernels make a map each."
)
def adds_the_kernels(x, w, b, stride=1, padding=0):
    return _right(x, w, b, stride, padding).sum(axis=1, keepdims=True)


@exercise.mistake(
    "Each kernel's answer still contains the ones before it: set the sum back to 0 for every "
    "kernel."
)
def never_resets_between_kernels(x, w, b, stride=1, padding=0):
    return np.cumsum(_right(x, w, b, stride, padding), axis=1)


@exercise.mistake("The sum is not set back to 0, so it runs on from place to place.")
def never_resets_the_sum(x, w, b, stride=1, padding=0):
    out = _right(x, w, 0 * b, stride, padding)
    return np.cumsum(out).reshape(out.shape) + np.reshape(b, (-1, 1, 1))


@exercise.mistake(
    "Channels and kernels are exchanged: w has shape (F, C, f_h, f_w), the kernels on axis 0."
)
def exchanges_channels_and_kernels(x, w, b, stride=1, padding=0):
    return _right(x, w.transpose(1, 0, 2, 3), b, stride, padding)


@exercise.mistake("The channels are not added up: there is one axis too many. Sum over c as well.")
def keeps_the_channels(x, w, b, stride=1, padding=0):
    found = windows(padded(x, padding), *w.shape[2:], stride)
    out = np.einsum("ncijab,fcab->nfcij", found, w)
    return out + np.reshape(b, (1, -1, 1, 1, 1))


# The batch


@exercise.mistake("Only the first image is used: the answer has maps for each of the N images.")
def first_image_only(x, w, b, stride=1, padding=0):
    return _right(x[:1], w, b, stride, padding)


@exercise.mistake("The maps of all images are those of the first: write `x[n]`, not `x[0]`.")
def repeats_the_first_image(x, w, b, stride=1, padding=0):
    out = _right(x, w, b, stride, padding)
    return np.repeat(out[:1], len(out), axis=0)


@exercise.mistake("Only the first image's maps are filled in; those of the others are 0.")
def fills_the_first_image(x, w, b, stride=1, padding=0):
    out = _right(x, w, b, stride, padding)
    out[1:] = 0
    return out


@exercise.mistake("Only the last image's maps are filled in; those of the others are 0.")
def fills_the_last_image(x, w, b, stride=1, padding=0):
    out = _right(x, w, b, stride, padding)
    out[:-1] = 0
    return out


@exercise.mistake(
    "The images of the batch are added up or averaged. They never meet in a convolution layer."
)
def averages_the_images(x, w, b, stride=1, padding=0):
    out = _right(x, w, b, stride, padding)
    return np.repeat(out.mean(axis=0, keepdims=True), len(out), axis=0)


@exercise.mistake(
    "`(window * w[f]).sum()` adds up the whole batch when the window has all images. Sum over "
    "channels, rows and columns only, `axis=(1, 2, 3)`."
)
def adds_up_the_images(x, w, b, stride=1, padding=0):
    out = _right(x, w, 0 * b, stride, padding).sum(axis=0, keepdims=True)
    return np.repeat(out, len(x), axis=0) + np.reshape(b, (-1, 1, 1))


@exercise.mistake("The answer is divided by the number of images; images never meet here.")
def divides_by_the_images(x, w, b, stride=1, padding=0):
    return _right(x, w, b, stride, padding) / len(x)


@exercise.mistake(
    "Right for one image, mixed up for several: the images run fastest in your product, (F, places "
    "* N). Reshape it to (F, h_out, w_out, N), then transpose."
)
def mixes_places_and_images(x, w, b, stride=1, padding=0):
    out = _right(x, w, b, stride, padding)
    n, f, h_out, w_out = out.shape
    return out.transpose(1, 2, 3, 0).reshape(f, n, h_out, w_out).transpose(1, 0, 2, 3)


@exercise.mistake(
    "Right for one image, mixed up for several: (F, places * N) is reshaped to (N, F, …) as it "
    "stands. Reshape it to (F, h_out, w_out, N), then transpose."
)
def mixes_all_three(x, w, b, stride=1, padding=0):
    out = _right(x, w, b, stride, padding)
    return out.transpose(1, 2, 3, 0).reshape(out.shape)


@exercise.mistake(
    "Images and kernels are exchanged in the answer: its axes are (N, F, h_out, w_out)."
)
def kernels_first(x, w, b, stride=1, padding=0):
    return _right(x, w, b, stride, padding).transpose(1, 0, 2, 3)


@exercise.mistake(
    "Right for one image, mixed up for several: a `reshape` of (F, N * places) to (N, F, …) does "
    "not move axes. Reshape to (F, N, h_out, w_out) first, then transpose."
)
def mixes_images_and_kernels(x, w, b, stride=1, padding=0):
    out = _right(x, w, b, stride, padding)
    return out.transpose(1, 0, 2, 3).reshape(out.shape)


@exercise.mistake(
    "Places and kernels are mixed up: a `reshape` of (N, places, F) to (N, F, …) does not move "
    "axes. Transpose first."
)
def mixes_places_and_kernels(x, w, b, stride=1, padding=0):
    out = _right(x, w, b, stride, padding)
    return out.transpose(0, 2, 3, 1).reshape(out.shape)


@exercise.mistake(
    "The maps stand on the last axis. The order is (N, F, h_out, w_out), as for pictures."
)
def channels_last(x, w, b, stride=1, padding=0):
    return _right(x, w, b, stride, padding).transpose(0, 2, 3, 1)


@exercise.mistake(
    "The rows and columns of every map are exchanged: place (i, j) is row i, column j."
)
def transposes_the_maps(x, w, b, stride=1, padding=0):
    return _right(x, w, b, stride, padding).transpose(0, 1, 3, 2)


@exercise.mistake("The places are not a map yet: reshape them to (N, F, h_out, w_out).")
def keeps_the_places_flat(x, w, b, stride=1, padding=0):
    out = _right(x, w, b, stride, padding)
    return out.reshape(*out.shape[:2], -1)


@exercise.mistake(
    "An axis of length 1 is gone: also a single image, or a single kernel, keeps its axis. Do not "
    "`squeeze`."
)
def squeezes(x, w, b, stride=1, padding=0):
    return _right(x, w, b, stride, padding).squeeze()


@exercise.mistake(
    "Return the maps only. What the backward pass needs is passed to it as arguments here."
)
def returns_a_cache(x, w, b, stride=1, padding=0):
    return _right(x, w, b, stride, padding), (x, w, b)


@exercise.mistake("The maps of all images are added up: each image keeps maps of its own.")
def adds_the_images(x, w, b, stride=1, padding=0):
    return _right(x, w, b, stride, padding).sum(axis=0, keepdims=True)


@exercise.mistake(
    "Each channel makes a map of its own, F * C maps in all. The products of all channels are "
    "added up to one number: F maps."
)
def keeps_the_channels_apart(x, w, b, stride=1, padding=0):
    maps = _maps_of_channels(x, w, b, stride, padding)
    return maps.reshape(len(x), -1, *maps.shape[3:])


@exercise.mistake(
    "Each channel makes maps of its own, C * F maps in all. The products of all channels are added "
    "up to one number: F maps."
)
def keeps_the_channels_apart_channel_first(x, w, b, stride=1, padding=0):
    maps = _maps_of_channels(x, w, b, stride, padding)
    return maps.swapaxes(1, 2).reshape(len(x), -1, *maps.shape[3:])


def _maps_of_channels(x, w, b, stride, padding):
    """(N, F, C, H_out, W_out)"""
    found = windows(padded(x, padding), *w.shape[2:], stride)
    return np.einsum("ncijab,fcab->nfcij", found, w) + np.reshape(b, (-1, 1, 1, 1))


# Stride


@exercise.mistake("The stride is ignored: the window should move by `stride` pixels each time.")
def ignores_stride(x, w, b, stride=1, padding=0):
    return _right(x, w, b, 1, padding)


@exercise.mistake("The stride is used downwards only; it goes for steps to the right too.")
def stride_for_rows_only(x, w, b, stride=1, padding=0):
    return _slide(padded(x, padding), w, b, stride, 1)


@exercise.mistake("The stride is used to the right only; it goes for steps downwards too.")
def stride_for_columns_only(x, w, b, stride=1, padding=0):
    return _slide(padded(x, padding), w, b, 1, stride)


@exercise.mistake(
    "The maps have the right size, but the windows move by one pixel: the window of place (i, j) "
    "begins at row i * stride, column j * stride."
)
def moves_by_one(x, w, b, stride=1, padding=0):
    h_out, w_out = _right(x, w, b, stride, padding).shape[2:]
    return _right(x, w, b, 1, padding)[:, :, :h_out, :w_out]


@exercise.mistake(
    "The loops step through the maps (`range(0, h_out, stride)`), so most places stay 0. Let i and "
    "j count every place, and multiply them by the stride for the picture."
)
def steps_through_the_output(x, w, b, stride=1, padding=0):
    every, shape = _right(x, w, b, 1, padding), _right(x, w, b, stride, padding).shape[2:]
    return zeros_between(every[:, :, : shape[0] : stride, : shape[1] : stride], shape, stride)


@exercise.mistake(
    "Place (i, j) is right, but is written to row i * stride, column j * stride of the answer: "
    "zeros lie between. Only the picture is read in steps."
)
def leaves_zeros_between(x, w, b, stride=1, padding=0):
    every = _right(x, w, b, 1, padding)
    return zeros_between(every[:, :, ::stride, ::stride], every.shape[2:], stride)


@exercise.mistake(
    "The picture is thinned out before the kernels slide (`x[:, :, ::stride]`). Every window has "
    "all its pixels; the stride says only where the next window begins."
)
def thins_out_the_picture(x, w, b, stride=1, padding=0):
    thin = padded(x, padding)[:, :, ::stride, ::stride]
    if thin.shape[2] < w.shape[2] or thin.shape[3] < w.shape[3]:
        return np.zeros((len(x), len(w), 0, 0))
    return _slide(thin, w, b, 1)


@exercise.mistake("The windows move by their own size; they move by `stride`, and may overlap.")
def moves_by_the_kernels_size(x, w, b, stride=1, padding=0):
    return _slide(padded(x, padding), w, b, *w.shape[2:])


@exercise.mistake(
    "The last row and column of places are missing: n - f + 1 windows fit, one more than n - f."
)
def one_too_few(x, w, b, stride=1, padding=0):
    return _right(x, w, b, stride, padding)[:, :, :-1, :-1]


@exercise.mistake("The loops over the places stop one early: the last row and column stay 0.")
def leaves_the_end_empty(x, w, b, stride=1, padding=0):
    out = _right(x, w, b, stride, padding)
    out[:, :, -1], out[:, :, :, -1] = 0, 0
    return out


@exercise.mistake(
    "A window that does not fit is kept, with the pixels there are. Leave it out: round down, "
    "(H + 2 * padding - f_h) // stride + 1."
)
def keeps_what_does_not_fit(x, w, b, stride=1, padding=0):
    x, (f_h, f_w) = padded(x, padding), w.shape[2:]
    h_out, w_out = -(-(x.shape[2] - f_h) // stride) + 1, -(-(x.shape[3] - f_w) // stride) + 1
    out = np.zeros((len(x), len(w), h_out, w_out))
    for n, f, i, j in np.ndindex(out.shape):
        window = x[n, :, i * stride :, j * stride :][:, :f_h, :f_w]
        out[n, f, i, j] = (window * w[f]).sum() + b[f]
    return out


# Padding


@exercise.mistake("The padding is ignored: put `padding` rows and columns of zeros on all sides.")
def ignores_padding(x, w, b, stride=1, padding=0):
    return _right(x, w, b, stride, 0)


@exercise.mistake(
    "The maps end too early: the bottom and right need zeros too, and `padding` counts twice in "
    "the number of places, (H + 2 * padding - f_h) // stride + 1."
)
def pads_top_left(x, w, b, stride=1, padding=0):
    return _slide(padded(x, padding, 0), w, b, stride)


@exercise.mistake("The zeros are on the bottom and right only: the top and left need them too.")
def pads_bottom_right(x, w, b, stride=1, padding=0):
    return _slide(padded(x, 0, padding), w, b, stride)


@exercise.mistake("Zeros are added above and below only: left and right need them too.")
def pads_rows_only(x, w, b, stride=1, padding=0):
    return _slide(padded(x, padding, padding, 0, 0), w, b, stride)


@exercise.mistake("Zeros are added left and right only: above and below need them too.")
def pads_columns_only(x, w, b, stride=1, padding=0):
    return _slide(padded(x, 0, 0, padding, padding), w, b, stride)


@exercise.mistake(
    "`np.pad(x, padding)` pads every axis: images and channels of zeros come first. Say it axis by "
    "axis: `((0, 0), (0, 0), (padding, padding), (padding, padding))`."
)
def pads_every_axis(x, w, b, stride=1, padding=0):
    (n, c), wide = x.shape[:2], np.pad(np.asarray(x, float), padding)
    return _slide(wide[:n, :c], w, b, stride)


@exercise.mistake(
    "There are too many images: `np.pad(x, padding)` pads every axis. Say it axis by axis: "
    "`((0, 0), (0, 0), (padding, padding), (padding, padding))`."
)
def makes_more_images(x, w, b, stride=1, padding=0):
    wide = np.pad(np.asarray(x, float), padding)
    return _slide(wide[:, : x.shape[1]], w, b, stride)


@exercise.mistake("The border repeats the picture's edge; it should be zero.")
def pads_with_the_edge(x, w, b, stride=1, padding=0):
    p = (padding, padding)
    return _slide(np.pad(np.asarray(x), ((0, 0), (0, 0), p, p), mode="edge"), w, b, stride)


@exercise.mistake("The border is filled with ones; pad with zeros.")
def pads_with_ones(x, w, b, stride=1, padding=0):
    return _slide(padded(x, padding, value=1), w, b, stride)


@exercise.mistake("Twice `padding` goes on each side: it is the number of pixels per side already.")
def pads_twice(x, w, b, stride=1, padding=0):
    return _right(x, w, b, stride, 2 * padding)


@exercise.mistake(
    "The picture is padded by half the kernel, whatever `padding` says: it is a number of pixels, "
    "and 0 means none."
)
def pads_by_half_the_kernel(x, w, b, stride=1, padding=0):
    rows, columns = w.shape[2] // 2, w.shape[3] // 2
    return _slide(padded(x, rows, rows, columns, columns), w, b, stride)


@exercise.mistake(
    "The zeros are put around the maps. They belong around the picture, before the kernels slide."
)
def pads_the_maps(x, w, b, stride=1, padding=0):
    return padded(_right(x, w, b, stride, 0), padding)


@exercise.mistake(
    "The number of places is that of the picture without its padding: with it, "
    "(H + 2 * padding - f_h) // stride + 1 rows of windows fit."
)
def counts_without_padding(x, w, b, stride=1, padding=0):
    rows, columns = ((x.shape[i] - w.shape[i]) // stride + 1 for i in (2, 3))
    return _right(x, w, b, stride, padding)[:, :, :rows, :columns]


@exercise.mistake(
    'The maps are as large as the pictures (mode "same"): kernels stay inside the padded picture, '
    "and `padding` alone says how much is added."
)
def keeps_the_size(x, w, b, stride=1, padding=0):
    rows, columns = w.shape[2] - 1, w.shape[3] - 1
    top, left = rows // 2, columns // 2
    wide = padded(padded(x, padding), top, rows - top, left, columns - left)
    return _slide(wide, w, b, stride)


@exercise.mistake(
    'The kernels reach over the edge (mode "full"): they stay inside the padded picture, and '
    "`padding` alone says how much is added."
)
def reaches_over_the_edge(x, w, b, stride=1, padding=0):
    rows, columns = w.shape[2] - 1, w.shape[3] - 1
    return _slide(padded(padded(x, padding), rows, rows, columns, columns), w, b, stride)


# Sizes and numbers


@exercise.mistake(
    "The kernel is taken for square: its width is w.shape[3], not its height w.shape[2]."
)
def takes_the_height_for_both(x, w, b, stride=1, padding=0):
    return _sized(x, w, b, stride, padding, w.shape[2], w.shape[2])


@exercise.mistake(
    "The window is as wide as the kernel is high: its width is w.shape[3], and all columns of the "
    "kernel count."
)
def crops_the_kernel_to_a_square(x, w, b, stride=1, padding=0):
    return _right(x, w[..., : w.shape[2]], b, stride, padding)


@exercise.mistake(
    "The kernel's height and width are exchanged: axis 2 of w counts rows, axis 3 columns."
)
def exchanges_the_kernels_sides(x, w, b, stride=1, padding=0):
    return _sized(x, w, b, stride, padding, w.shape[3], w.shape[2])


def _sized(x, w, b, stride, padding, f_h, f_w):
    """The usual loops for a window of f_h × f_w, whatever the kernels are."""
    x = padded(x, padding)
    h_out, w_out = (x.shape[2] - f_h) // stride + 1, (x.shape[3] - f_w) // stride + 1
    out = np.zeros((len(x), len(w), h_out, w_out))
    for n, f, i, j in np.ndindex(out.shape):
        window = x[n, :, i * stride : i * stride + f_h, j * stride : j * stride + f_w]
        out[n, f, i, j] = (window * w[f]).sum() + b[f]
    return out


@exercise.mistake("The kernel is taken for 3×3: use `w.shape`.")
def takes_3x3_windows(x, w, b, stride=1, padding=0):
    return _sized(x, w, b, stride, padding, 3, 3)


@exercise.mistake("The picture is taken for square: its width is x.shape[3], not its height.")
def takes_the_picture_for_square(x, w, b, stride=1, padding=0):
    out = _right(x, w, b, stride, padding)
    side = (x.shape[2] + 2 * padding - w.shape[3]) // stride + 1
    wide = np.zeros((*out.shape[:3], side))
    wide[..., : out.shape[3]] = out[..., :side]
    return wide


@exercise.mistake(
    "The answer has the picture's dtype, so it is cut to whole numbers (and bytes wrap at 256). "
    "Make `out` an array of floats."
)
def keeps_the_integer_dtype(x, w, b, stride=1, padding=0):
    return _right(x, w, b, stride, padding).astype(np.asarray(x).dtype)


@exercise.mistake(
    "The kernels are converted to the picture's dtype: they lose their fractions and minus signs. "
    "Convert the picture to float instead."
)
def converts_the_kernel(x, w, b, stride=1, padding=0):
    return _right(x, w.astype(x.dtype).astype(float), b, stride, padding)


@exercise.mistake(
    "Negative answers have become 0: that is ReLU, which is a layer of its own. Leave them here."
)
def adds_relu(x, w, b, stride=1, padding=0):
    return np.maximum(_right(x, w, b, stride, padding), 0)


@exercise.mistake("Negative answers have become positive: leave them as they are.")
def takes_absolute_values(x, w, b, stride=1, padding=0):
    return np.abs(_right(x, w, b, stride, padding))


@exercise.also_right("seven loops and a list")
def with_loops(x, w, b, stride=1, padding=0):
    x = padded(x, padding)
    f_h, f_w = w.shape[2:]
    h_out, w_out = (x.shape[2] - f_h) // stride + 1, (x.shape[3] - f_w) // stride + 1
    out = np.zeros((len(x), len(w), h_out, w_out))
    for n, f, i, j in np.ndindex(out.shape):
        total = 0.0
        for c, u, v in np.ndindex(w.shape[1:]):
            total += w[f, c, u, v] * x[n, c, i * stride + u, j * stride + v]
        out[n, f, i, j] = total + b[f]
    return out.tolist()


@exercise.also_right("sliding windows and tensordot, in Fortran order")
def with_tensordot(x, w, b, stride=1, padding=0):
    found = windows(padded(x, padding), *w.shape[2:], stride)
    out = np.tensordot(found, w, axes=((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)
    return np.asfortranarray(out + b[:, None, None])


@exercise.also_right("kernels as rows times windows as columns")
def with_columns(x, w, b, stride=1, padding=0):
    found = windows(padded(x, padding), *w.shape[2:], stride)
    n, _, h_out, w_out = found.shape[:4]
    columns = found.transpose(1, 4, 5, 0, 2, 3).reshape(w[0].size, -1)
    out = w.reshape(len(w), -1) @ columns + b[:, None]
    return out.reshape(len(w), n, h_out, w_out).swapaxes(0, 1)


@exercise.also_right("a sum of shifted pictures, one per kernel number, in single precision")
def with_shifts(x, w, b, stride=1, padding=0):
    x = padded(x, padding).astype(np.float32)
    h, width = x.shape[2] - w.shape[2] + 1, x.shape[3] - w.shape[3] + 1
    out = 0
    for u, v in np.ndindex(w.shape[2:]):
        shifted = x[:, :, u : u + h, v : v + width][:, :, ::stride, ::stride]
        out = out + np.einsum("fc,ncij->nfij", w[:, :, u, v].astype(np.float32), shifted)
    return out + b.astype(np.float32).reshape(1, -1, 1, 1)


@exercise.also_right("scipy.signal.correlate, image by image, kernel by kernel, read-only")
def with_scipy(x, w, b, stride=1, padding=0):
    from scipy.signal import correlate

    maps = [
        [correlate(image, k, mode="valid")[0, ::stride, ::stride] for k in w]
        for image in padded(x, padding)
    ]
    out = np.array(maps) + b[:, None, None]
    out.flags.writeable = False
    return out


@exercise.also_right("torch.nn.functional.conv2d", needs="torch")
def with_torch(x, w, b, stride=1, padding=0):
    import torch

    x, w, b = (torch.tensor(np.array(a, float)) for a in (x, w, b))
    return torch.nn.functional.conv2d(x, w, b, stride=stride, padding=padding)
