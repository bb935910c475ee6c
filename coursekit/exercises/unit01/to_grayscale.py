"""``to_grayscale``: how bright each pixel looks."""

import numpy as np

from coursekit import images
from coursekit.exercises import Exercise, case, same, tiny

exercise = Exercise(
    "to_grayscale(image)",
    unit="01",
    title="Turn a colour picture grey",
    reference=images.to_grayscale,
    points=2,
    checks={"whole numbers": 1, "floats": 0.5, "in any form": 0.5},
    minutes=10,
    difficulty=1,
    hints=(
        "`image[..., 0]` is the whole red channel, an array (H, W). What are the other two?",
        "Each grey value is 0.299 times its red, plus 0.587 times its green, plus 0.114 times its "
        "blue. No loop is needed: NumPy multiplies whole channels.",
        "Three products and two additions, and nothing else: do not round, divide or convert. Or "
        "in one step: `image @ [0.299, 0.587, 0.114]`, a matrix product with three weights.",
    ),
)


@exercise.cases
def cases(rng):
    pixels = np.array([[[200, 0, 0], [0, 200, 0]], [[0, 0, 200], [10, 20, 30]]], np.uint8)
    yield tiny(
        "a red, a green, a blue and a mixed pixel",
        pixels,
        expected=[[59.8, 117.4], [22.8, 18.15]],
    )

    def bytes_of(*shape, low=0):
        return rng.integers(low, 256, shape, np.uint8)

    yield case("a picture of 4×6 pixels", bytes_of(4, 6, 3))
    yield case("a tall picture, 7×3", bytes_of(7, 3, 3))
    yield case("a square picture, 3×3", bytes_of(3, 3, 3))
    yield case("bright pixels, 5×4", bytes_of(5, 4, 3, low=150))
    yield case("one single pixel", bytes_of(1, 1, 3, low=40))
    yield case("whole numbers that are not bytes (int64), 3×5", bytes_of(3, 5, 3).astype(np.int64))
    yield case("floats from 0 to 1, 5×4", rng.random((5, 4, 3))).counts_for("floats")
    yield case("floats from 0 to 255, 4×5", 255 * rng.random((4, 5, 3))).counts_for("floats")
    yield case("dark floats, none above 0.2, 3×4", 0.2 * rng.random((3, 4, 3))).counts_for("floats")
    yield case("floats from -400 to 800, 6×5", 1200 * rng.random((6, 5, 3)) - 400).counts_for(
        "floats"
    )


@exercise.holds("A pixel with equal red, green and blue keeps that value.")
def keeps_grey_pixels(answer, rng):
    grey = rng.integers(0, 256, (4, 5))
    return same(answer(np.stack([grey] * 3, axis=-1)), grey.astype(np.float64))


def _weigh(image, red=0.299, green=0.587, blue=0.114):
    """The right answer with the weights free: most mistakes are this with other weights."""
    x = np.asarray(image, np.float64)
    return red * x[..., 0] + green * x[..., 1] + blue * x[..., 2]


@exercise.mistake(
    "This is the mean of the three channels. Green looks brighter to us than blue: weigh them with "
    "0.299, 0.587 and 0.114."
)
def takes_the_mean(image):
    return _weigh(image, 1 / 3, 1 / 3, 1 / 3)


@exercise.mistake(
    "This is a mean taken in 8 bits: red + green + blue went above 255 and wrapped around. Use the "
    "weights 0.299, 0.587, 0.114; multiplying by a float also leaves the bytes behind."
)
def takes_a_wrapped_mean(image):
    return (image[..., 0] + image[..., 1] + image[..., 2]) / 3


@exercise.mistake(
    "This is the mean of the three channels, rounded down. Use the weights 0.299, 0.587, 0.114 and "
    "keep the fractions."
)
def takes_a_whole_mean(image):
    return image.sum(axis=2) // 3


@exercise.mistake(
    "This is a mean taken in 8 bits and rounded down: red + green + blue went above 255 and "
    "wrapped around. Use the weights 0.299, 0.587, 0.114."
)
def takes_a_wrapped_whole_mean(image):
    return (image[..., 0] + image[..., 1] + image[..., 2]) // 3


@exercise.mistake("This is the median of the three channels: add all three with their weights.")
def takes_the_median(image):
    return np.median(image, axis=2)


@exercise.mistake("The channels are added without weights: 0.299 red + 0.587 green + 0.114 blue.")
def adds_channels(image):
    return _weigh(image, 1, 1, 1)


@exercise.mistake(
    "Red and blue are swapped: channel 0 is red (weight 0.299), channel 2 is blue (0.114)."
)
def reads_blue_first(image):
    return _weigh(image, 0.114, 0.587, 0.299)


@exercise.mistake("Red and green are swapped: red (channel 0) has 0.299, green (1) has 0.587.")
def swaps_red_and_green(image):
    return _weigh(image, 0.587, 0.299, 0.114)


@exercise.mistake("Green and blue are swapped: green (channel 1) has 0.587, blue (2) has 0.114.")
def swaps_green_and_blue(image):
    return _weigh(image, 0.299, 0.114, 0.587)


@exercise.mistake(
    "These are the weights 0.2126, 0.7152, 0.0722 of BT.709 (HDTV). This exercise asks for those "
    "of BT.601: 0.299, 0.587, 0.114."
)
def weighs_as_hdtv(image):
    return _weigh(image, 0.2126, 0.7152, 0.0722)


@exercise.mistake("The weights are rounded (0.3, 0.59, 0.11). Use 0.299, 0.587, 0.114.")
def rounds_the_weights(image):
    return _weigh(image, 0.3, 0.59, 0.11)


@exercise.mistake(
    "The weight of red is 0.2989, as in another program's manual, so the three do not add up to 1. "
    "Use 0.299."
)
def weighs_with_four_digits(image):
    return _weigh(image, 0.2989, 0.5870, 0.1140)


@exercise.mistake("The weight of blue is mistyped as 0.144: it is 0.114, so that the sum is 1.")
def mistypes_blue(image):
    return _weigh(image, 0.299, 0.587, 0.144)


@exercise.mistake("The weight of green is mistyped as 0.578: it is 0.587, so that the sum is 1.")
def mistypes_green(image):
    return _weigh(image, 0.299, 0.578, 0.114)


@exercise.mistake("Red is left out: add 0.299 times channel 0.")
def leaves_out_red(image):
    return _weigh(image, red=0)


@exercise.mistake("Green is left out: add 0.587 times channel 1.")
def leaves_out_green(image):
    return _weigh(image, green=0)


@exercise.mistake("Blue is left out: add 0.114 times channel 2.")
def leaves_out_blue(image):
    return _weigh(image, blue=0)


@exercise.mistake(
    "The weighted channels are averaged: the weights already add up to 1, so only add. Every value "
    "is a third of what it should be."
)
def averages_what_is_weighted(image):
    return _weigh(image) / 3


@exercise.mistake("This is the red channel alone: add green and blue, each with its weight.")
def takes_red(image):
    return image[..., 0]


@exercise.mistake("This is the green channel alone: add red and blue, each with its weight.")
def takes_green(image):
    return image[..., 1]


@exercise.mistake("This is the blue channel alone: add red and green, each with its weight.")
def takes_blue(image):
    return image[..., 2]


@exercise.mistake("This is the largest of the three channels: add all three with their weights.")
def takes_the_maximum(image):
    return image.max(axis=2)


@exercise.mistake(
    "This is the middle between the largest and the smallest channel (HSL lightness): add all "
    "three with their weights."
)
def takes_lightness(image):
    x = np.asarray(image, np.float64)
    return (x.max(axis=2) + x.min(axis=2)) / 2


@exercise.mistake(
    "This is the length of the vector (red, green, blue): add the channels with their weights, "
    "without squares."
)
def takes_the_length(image):
    return np.linalg.norm(np.asarray(image, np.float64), axis=2)


@exercise.mistake("The values are rounded to whole numbers: keep the fractions.")
def rounds(image):
    return np.rint(_weigh(image))


@exercise.mistake(
    "The fractions are cut off: somewhere the result becomes an integer array. Let it be float64."
)
def cuts_off_fractions(image):
    return _weigh(image).astype(np.uint8)


@exercise.mistake(
    "Each product is cut to a whole number before the sum: convert nothing to integers, and write "
    "no product back into a picture of bytes."
)
def cuts_off_each_product(image):
    return (np.asarray(image, np.float64) * images.LUMA).astype(np.uint8).sum(axis=2)


@exercise.mistake("The values are divided by 255: the scale should stay as it is.")
def divides_by_255(image):
    return _weigh(image) / 255


@exercise.mistake(
    "Pictures of whole numbers are divided by 255, floats are not: the scale of both should stay."
)
def divides_whole_numbers_by_255(image):
    return _weigh(image) / (255 if image.dtype.kind in "iu" else 1)


@exercise.mistake(
    "Pictures with values above 1 are divided by 255, others are not: the scale of all should stay."
)
def divides_large_numbers_by_255(image):
    return _weigh(image) / (255 if image.max() > 1 else 1)


@exercise.mistake("Floats are stretched to 0–255: the scale should stay as it is.")
def stretches_floats(image):
    return _weigh(image) * (255 if image.max() <= 1 else 1)


@exercise.mistake("The values are divided by the largest one: the scale should stay as it is.")
def divides_by_the_maximum(image):
    grey = _weigh(image)
    return grey / grey.max()


@exercise.mistake("Values above 1 are cut off: the scale should stay as it is, 0–255 here.")
def clips_at_1(image):
    return _weigh(image).clip(0, 1)


@exercise.mistake("Light and dark are exchanged: this is the negative, 255 minus the grey value.")
def makes_a_negative(image):
    return 255 - _weigh(image)


@exercise.mistake(
    "The channels are multiplied by their weights but not added: the sum over the last axis is "
    "missing."
)
def forgets_the_sum(image):
    return np.asarray(image, np.float64) * images.LUMA


@exercise.mistake("The grey picture is repeated three times: return one channel, shape (H, W).")
def repeats_the_channel(image):
    return np.stack([_weigh(image)] * 3, axis=-1)


@exercise.mistake("An axis of length 1 is left at the end: the answer has shape (H, W).")
def keeps_an_axis(image):
    return _weigh(image)[..., np.newaxis]


@exercise.mistake(
    "`image[0]` is the first row, not the red channel: the channels are on the last axis, "
    "`image[..., 0]`."
)
def takes_rows_for_channels(image):
    return 0.299 * image[0] + 0.587 * image[1] + 0.114 * image[2]


@exercise.mistake(
    "`r, g, b = image` takes the first axis apart, which are the rows: the channels are on the "
    "last axis, `image[..., 0]`."
)
def unpacks_rows(image):
    r, g, b = image
    return 0.299 * r + 0.587 * g + 0.114 * b


@exercise.mistake(
    "`image[:, 0]` is the first column, not the red channel: the channels are on the last axis, "
    "`image[..., 0]`."
)
def takes_columns_for_channels(image):
    return 0.299 * image[:, 0] + 0.587 * image[:, 1] + 0.114 * image[:, 2]


@exercise.mistake(
    "Rows and columns changed places: `.T` turns all axes round, of a picture or of the result. "
    "Leave it out, and take the channels with `image[..., 0]`."
)
def transposes(image):
    return _weigh(image).T


@exercise.mistake("The mean runs over the rows (axis 0): the channels are on the last axis.")
def averages_rows(image):
    return np.asarray(image, np.float64).mean(axis=0)


@exercise.mistake(
    "Values below 0 and above 255 are cut off: floats may have any scale, so clip nothing."
)
def clips_at_255(image):
    return _weigh(image).clip(0, 255)


@exercise.mistake("Values below 0 are cut off: floats may have any scale, so clip nothing.")
def clips_at_0(image):
    return _weigh(image).clip(0, None)


@exercise.mistake("The sign is dropped (`abs`): floats may be negative, and stay so.")
def drops_the_sign(image):
    return _weigh(np.abs(np.asarray(image, np.float64)))


@exercise.mistake(
    "This is the middle between the largest and the smallest channel, taken in 8 bits, where their "
    "sum wraps around at 256: add all three channels with their weights."
)
def takes_wrapped_lightness(image):
    return (image.max(axis=2) + image.min(axis=2)) / 2


@exercise.mistake(
    "The picture is converted to whole numbers before the weights are used, so that floats from 0 "
    "to 1 become 0: convert nothing."
)
def cuts_the_input(image):
    return _weigh(np.asarray(image).astype(np.int64))


@exercise.mistake(
    "The picture is converted to bytes before the weights are used, so that fractions are cut off: "
    "convert nothing."
)
def makes_bytes_of_the_input(image):
    return _weigh(np.asarray(image).astype(np.uint8))


@exercise.mistake(
    "299 does not fit into a byte (uint8 ends at 255). Multiply by 0.299, 0.587 and 0.114, which "
    "makes floats, or convert the picture to float first."
)
def weighs_bytes_in_thousandths(image):
    return (299 * image[..., 0] + 587 * image[..., 1] + 114 * image[..., 2]) / 1000


@exercise.mistake(
    "The result is stored in half precision (float16), which keeps about three digits: leave it "
    "float64."
)
def uses_half_precision(image):
    return _weigh(image).astype(np.float16)


@exercise.mistake(
    "`reshape(3, H, W)` cuts the numbers into three pieces and does not move an axis, so the "
    "channels are mixed up. Take them with `image[..., 0]`."
)
def reshapes_to_three_channels(image):
    r, g, b = np.reshape(image, (3, *image.shape[:2]))
    return 0.299 * r + 0.587 * g + 0.114 * b


@exercise.mistake(
    "The product runs over the wrong axis: with the weights on the left `@` pairs them with "
    "columns. Write `image @ weights`, which pairs them with the channels."
)
def multiplies_from_the_left(image):
    return np.array([0.299, 0.587, 0.114]) @ image


@exercise.mistake(
    "Two things: red and blue are swapped (channel 0 is red, 0.299), and the values are rounded."
)
def reads_blue_first_and_rounds(image):
    return np.rint(_weigh(image, 0.114, 0.587, 0.299))


@exercise.mistake(
    "Two things: red and blue are swapped (channel 0 is red, 0.299), and the fractions are cut off."
)
def reads_blue_first_and_cuts(image):
    return np.trunc(_weigh(image, 0.114, 0.587, 0.299))


@exercise.mistake(
    "The grey value is corrected for gamma (made linear, weighed and turned back). The plain "
    "weighted sum is asked for."
)
def corrects_gamma(image):
    with np.errstate(all="ignore"):
        return 255 * _weigh((np.asarray(image, np.float64) / 255) ** 2.2) ** (1 / 2.2)


@exercise.mistake(
    "Two things: this is the plain mean, not the weighted sum; and an axis of length 1 is left at "
    "the end (`keepdims`)."
)
def keeps_an_axis_of_the_mean(image):
    return np.asarray(image, np.float64).mean(axis=2, keepdims=True)


@exercise.mistake("Only one pixel was turned grey: do it for all of them, shape (H, W).")
def takes_the_first_pixel(image):
    return _weigh(image)[0, 0]


@exercise.mistake(
    "Only the last channel is left: in the loop the products must be added, `+=`, where yours "
    "overwrites, `=`."
)
def keeps_the_last_channel(image):
    return _weigh(image, red=0, green=0)


@exercise.mistake(
    "The sum is not set back to 0 for the next pixel, so every place also holds all pixels before "
    "it."
)
def never_resets_the_sum(image):
    grey = _weigh(image)
    return grey.cumsum().reshape(grey.shape)


@exercise.also_right("a matrix product with the weights")
def with_matmul(image):
    return np.asarray(image) @ np.array([0.299, 0.587, 0.114])


@exercise.also_right("two loops and Python lists")
def with_loops(image):
    return [
        [0.299 * float(r) + 0.587 * float(g) + 0.114 * float(b) for r, g, b in row]
        for row in np.asarray(image)
    ]


@exercise.also_right("einsum, in Fortran order and read-only")
def with_einsum(image):
    grey = np.asfortranarray(np.einsum("hwc,c->hw", np.asarray(image, float), images.LUMA))
    grey.flags.writeable = False
    return grey


@exercise.also_right("single precision")
def with_float32(image):
    return np.asarray(image, np.float32) @ np.float32([0.299, 0.587, 0.114])


@exercise.also_right("a weighted average")
def with_average(image):
    return np.average(image, axis=2, weights=[0.299, 0.587, 0.114])


@exercise.also_right("thousandths, in whole numbers as long as possible")
def with_thousandths(image):
    r, g, b = (np.asarray(image)[..., i].astype(np.float64) for i in range(3))
    return (299 * r + 587 * g + 114 * b) / 1000


@exercise.also_right("tensordot on a picture with the channels in front")
def with_channels_first(image):
    return np.tensordot([0.299, 0.587, 0.114], np.moveaxis(image, -1, 0), axes=1)
