"""``receptive_field_region``: which pixels a unit sees."""

import math
from itertools import accumulate
from operator import mul

import numpy as np

from coursekit.exercises import Comparison, Exercise, case, tiny
from coursekit.exercises.unit06._stack import jumps_of, span


def _region(kernel_sizes, strides, paddings, unit):
    seen = span(kernel_sizes, strides, paddings, [1] * len(strides))
    return int(seen.first + unit * seen.jump), int(seen.last + unit * seen.jump)


def _size(kernel_sizes, strides):
    none = [0] * len(strides)
    return span(kernel_sizes, strides, none, [1] * len(strides)).size


def _margin(paddings, jumps):
    """How many pixels before pixel 0 the first unit begins to look."""
    return sum(p * j for p, j in zip(paddings, jumps, strict=True))


def _down(kernel_sizes, strides, paddings, ends, step):
    """From the last layer to the first, with what a layer does to the two ends free."""
    layers = zip(kernel_sizes, strides, paddings, strict=True)
    for f, s, p in reversed(list(layers)):
        ends = step(*ends, f, s, p)
    return ends


exercise = Exercise(
    "receptive_field_region(kernel_sizes, strides, paddings, unit)",
    unit="06",
    title="Which pixels does a unit see?",
    reference=_region,
    points=3,
    checks={"no padding": 1, "padding": 1, "places before the picture": 0.5, "in any form": 0.5},
    minutes=30,
    difficulty=3,
    builds_on=("effective_stride", "receptive_field"),
    hints=(
        "Begin with one layer. Where in the padded row does the window of unit 0 begin, where that "
        "of unit 1? And how many pixels before pixel 0 does the padded row begin?",
        "Two ways lead to the answer. Down: a layer's units first … last see, in the layer below, "
        "the units from first * stride - padding on. Where do they end?",
        "Down, the last unit's window begins at last * stride - padding and is f long. Or up: unit "
        "0 begins `padding` units further left in each layer; how many pixels is that?",
        "Up: first = unit * (product of all strides) - (sum of padding * jump), where a layer's "
        "jump is the product of the strides before it. From first to last it is one "
        "receptive_field, both ends included: last = first + size - 1.",
    ),
    comparison=Comparison(outputs=("first", "last"), whole=True),
    variants=False,
)


@exercise.cases
def cases(rng):
    before = "places before the picture"
    yield tiny("one layer, unit 2", [3], [1], [0], 2, expected=(2, 4))
    yield tiny("one layer with stride 2, unit 2", [3], [2], [0], 2, expected=(4, 6))
    yield tiny("one layer with padding 1, unit 0", [3], [1], [1], 0, expected=(-1, 1)).counts_for(
        before
    )
    yield tiny("the same, unit 3", [3], [1], [1], 3, expected=(2, 4)).counts_for("padding")
    yield tiny(
        "stride 2, padding 1, then a kernel of 5", [3, 5], [2, 1], [1, 0], 1, expected=(1, 11)
    ).counts_for("padding")
    yield tiny(
        "padding in the second layer", [3, 3], [2, 1], [0, 1], 0, expected=(-2, 4)
    ).counts_for(before)
    yield tiny("the same, unit 2", [3, 3], [2, 1], [0, 1], 2, expected=(2, 8)).counts_for("padding")
    yield tiny(
        "an even kernel, stride 2 last", [3, 2], [1, 2], [1, 0], 3, expected=(5, 8)
    ).counts_for("padding")
    yield tiny(
        "a region that ends before the picture", [2], [1], [3], 0, expected=(-3, -2)
    ).counts_for(before)
    alexnet = [11, 3, 5, 3, 3, 3, 3, 3], [4, 2, 1, 2, 1, 1, 1, 2], [2, 0, 2, 0, 1, 1, 1, 0]
    yield case("AlexNet's pool5, unit 0", *alexnet, 0).counts_for(before)
    yield case("AlexNet's pool5, unit 3", *alexnet, 3).counts_for("padding")
    vgg = [3, 3, 2] * 2 + [3, 3, 3, 2] * 3, [1, 1, 2] * 2 + [1, 1, 1, 2] * 3
    yield case(
        "VGG-16's pool5, the last unit", *vgg, [1, 1, 0] * 2 + [1, 1, 1, 0] * 3, 6
    ).counts_for("padding")
    for check, layers in (
        *(("padding", n) for n in (2, 3, 4, 6)),
        *(("no padding", n) for n in (2, 3, 4)),
        (before, 5),
    ):
        sizes = [int(f) for f in rng.permutation([2, 3, 4, 5, 6, 7, 8])[:layers]]
        strides = [int(s) for s in rng.permutation([3, 2, 4, 2, 3, 1])[:layers]]
        paddings = [int(p) for p in rng.permutation([2, 3, 1, 4, 0, 1])[:layers]]
        unit = 0 if check == before else int(rng.integers(2, 12))
        if check == "no padding":
            paddings = [0] * layers
        yield case(f"{layers} layers, {check}", sizes, strides, paddings, unit).counts_for(check)


@exercise.holds("The next unit looks one effective stride further on, and sees as many pixels.")
def neighbours(answer, rng):
    sizes, strides = ([int(v) for v in rng.integers(1, 5, 3)] for _ in range(2))
    paddings, unit = [int(v) for v in rng.integers(0, 3, 3)], int(rng.integers(0, 9))
    here, there = (answer(sizes, strides, paddings, u) for u in (unit, unit + 1))
    jump = math.prod(strides)
    if [int(b) - int(a) for a, b in zip(here, there, strict=True)] != [jump, jump]:
        return (
            f"With kernel_sizes={sizes}, strides={strides} and paddings={paddings}, unit {unit} "
            f"sees {tuple(map(int, here))} and unit {unit + 1} sees {tuple(map(int, there))}."
        )
    return None


# Padding


@exercise.mistake(
    "The padding is forgotten: with `padding` zeros before it, a row begins so many units further "
    "left."
)
def forgets_the_padding(kernel_sizes, strides, paddings, unit):
    return _region(kernel_sizes, strides, [0] * len(paddings), unit)


@exercise.mistake(
    "The padding has the wrong sign: it stands *before* pixel 0, so the first window begins at a "
    "negative place."
)
def adds_the_padding(kernel_sizes, strides, paddings, unit):
    return _region(kernel_sizes, strides, [-p for p in paddings], unit)


@exercise.mistake(
    "The paddings are added up as they are. A unit of padding in a later layer is worth a whole "
    "jump, the product of the strides before that layer."
)
def sums_the_paddings(kernel_sizes, strides, paddings, unit):
    first = unit * math.prod(strides) - sum(paddings)
    return first, first + _size(kernel_sizes, strides) - 1


@exercise.mistake(
    "The padding of a layer is multiplied by that layer's own stride too. On the way down, a "
    "window begins at unit * stride - padding, not at (unit - padding) * stride; on the way up, "
    "multiply the jump after the padding is taken off."
)
def counts_the_stride_too_early(kernel_sizes, strides, paddings, unit):
    first = unit * math.prod(strides) - _margin(paddings, accumulate(strides, mul))
    return first, first + _size(kernel_sizes, strides) - 1


@exercise.mistake(
    "Every padding is multiplied by the product of all strides: a layer's padding is worth the "
    "product of the strides *before* it."
)
def multiplies_padding_by_all_strides(kernel_sizes, strides, paddings, unit):
    jump = math.prod(strides)
    first = unit * jump - sum(paddings) * jump
    return first, first + _size(kernel_sizes, strides) - 1


@exercise.mistake(
    "The padding of a layer is multiplied by the stride of the layer just before only: take the "
    "product of all strides before it."
)
def multiplies_padding_by_one_stride(kernel_sizes, strides, paddings, unit):
    first = unit * math.prod(strides) - _margin(paddings, [1, *strides[:-1]])
    return first, first + _size(kernel_sizes, strides) - 1


@exercise.mistake("Only the first layer's padding is counted: each layer may have some.")
def counts_the_first_padding(kernel_sizes, strides, paddings, unit):
    return _region(kernel_sizes, strides, [paddings[0]] + [0] * (len(paddings) - 1), unit)


@exercise.mistake("Only the last layer's padding is counted: each layer may have some.")
def counts_the_last_padding(kernel_sizes, strides, paddings, unit):
    return _region(kernel_sizes, strides, [0] * (len(paddings) - 1) + [paddings[-1]], unit)


@exercise.mistake(
    "These are places in the *padded* row of pixels. Pixel 0 is the first pixel of the picture, so "
    "take the first layer's padding off too."
)
def counts_from_the_padded_row(kernel_sizes, strides, paddings, unit):
    return _region(kernel_sizes, strides, [0, *paddings[1:]], unit)


@exercise.mistake(
    "The padding is taken off twice. It is on both sides of the row, but only the one before pixel "
    "0 moves the places."
)
def takes_the_padding_off_twice(kernel_sizes, strides, paddings, unit):
    return _region(kernel_sizes, strides, [2 * p for p in paddings], unit)


@exercise.mistake(
    "The padding is added at the right end, so that the region gets longer. It moves both ends to "
    "the left; on the way down, that is last * stride - padding + f - 1."
)
def pads_the_region(kernel_sizes, strides, paddings, unit):
    first, last = _region(kernel_sizes, strides, paddings, unit)
    return first, last + 2 * _margin(paddings, jumps_of(strides))


@exercise.mistake(
    "The padding is taken off `first` but not off `last`: the whole region moves to the left, and "
    "what a unit sees stays as long as it is."
)
def moves_first_only(kernel_sizes, strides, paddings, unit):
    first, last = _region(kernel_sizes, strides, paddings, unit)
    return first, last + _margin(paddings, jumps_of(strides))


@exercise.mistake(
    "The padding is taken off `last` but not off `first`: the whole region moves to the left."
)
def moves_last_only(kernel_sizes, strides, paddings, unit):
    first, last = _region(kernel_sizes, strides, paddings, unit)
    return first + _margin(paddings, jumps_of(strides)), last


@exercise.mistake("The padding is taken off the unit's number. It is worth jumps, not units.")
def subtracts_padding_from_the_unit(kernel_sizes, strides, paddings, unit):
    first = (unit - paddings[-1]) * math.prod(strides)
    return first, first + _size(kernel_sizes, strides) - 1


# Where the unit stands


@exercise.mistake(
    "The unit's number is multiplied by the last layer's stride only. Neighbours look one "
    "*effective* stride apart: the product of all strides."
)
def multiplies_by_the_last_stride(kernel_sizes, strides, paddings, unit):
    first = unit * strides[-1] - _margin(paddings, jumps_of(strides))
    return first, first + _size(kernel_sizes, strides) - 1


@exercise.mistake(
    "The unit's number is multiplied by the first layer's stride only. Neighbours look one "
    "*effective* stride apart: the product of all strides."
)
def multiplies_by_the_first_stride(kernel_sizes, strides, paddings, unit):
    first = unit * strides[0] - _margin(paddings, jumps_of(strides))
    return first, first + _size(kernel_sizes, strides) - 1


@exercise.mistake(
    "The unit's number is multiplied by all strides but the last. The last layer's own stride "
    "moves its units apart too."
)
def leaves_out_the_last_stride(kernel_sizes, strides, paddings, unit):
    first = unit * math.prod(strides[:-1]) - _margin(paddings, jumps_of(strides))
    return first, first + _size(kernel_sizes, strides) - 1


@exercise.mistake(
    "The unit's number is multiplied by the sum of the strides. The effective stride is their "
    "product."
)
def multiplies_by_the_sum_of_strides(kernel_sizes, strides, paddings, unit):
    first = unit * sum(strides) - _margin(paddings, jumps_of(strides))
    return first, first + _size(kernel_sizes, strides) - 1


@exercise.mistake(
    "The unit's number is taken for a pixel: with strides, unit u begins u effective strides "
    "further on."
)
def takes_the_unit_for_a_pixel(kernel_sizes, strides, paddings, unit):
    first = unit - _margin(paddings, jumps_of(strides))
    return first, first + _size(kernel_sizes, strides) - 1


@exercise.mistake(
    "This is what unit 0 sees, whatever `unit` is: move it on by `unit` effective strides."
)
def ignores_the_unit(kernel_sizes, strides, paddings, unit):
    return _region(kernel_sizes, strides, paddings, 0)


@exercise.mistake("The units are counted from 1: unit 0 is the first.")
def counts_units_from_one(kernel_sizes, strides, paddings, unit):
    return _region(kernel_sizes, strides, paddings, unit - 1)


@exercise.mistake("This is the region of the next unit: unit 0 is the first.")
def takes_the_next_unit(kernel_sizes, strides, paddings, unit):
    return _region(kernel_sizes, strides, paddings, unit + 1)


@exercise.mistake("The pixels are counted from 1: pixel 0 is the first, both ends are 1 too large.")
def counts_pixels_from_one(kernel_sizes, strides, paddings, unit):
    first, last = _region(kernel_sizes, strides, paddings, unit)
    return first + 1, last + 1


@exercise.mistake(
    "The regions are laid side by side: unit u begins after u whole fields. They overlap; the next "
    "one begins an effective stride further on."
)
def lays_fields_side_by_side(kernel_sizes, strides, paddings, unit):
    size = _size(kernel_sizes, strides)
    first = unit * size - _margin(paddings, jumps_of(strides))
    return first, first + size - 1


@exercise.mistake(
    "The region is centred on pixel unit * effective stride. That pixel is where it *begins* when "
    "there is no padding."
)
def centres_on_the_unit(kernel_sizes, strides, paddings, unit):
    size, middle = _size(kernel_sizes, strides), unit * math.prod(strides)
    first = middle - (size - 1) // 2
    return first, first + size - 1


@exercise.mistake(
    "The region is centred on pixel unit * effective stride with half a field on both sides: that "
    "is a pixel too long for even fields, and it is not where the unit looks. Count the padding."
)
def centres_with_halves(kernel_sizes, strides, paddings, unit):
    size, middle = _size(kernel_sizes, strides), unit * math.prod(strides)
    return middle - size // 2, middle + size // 2


# Both ends


@exercise.mistake("`last` is one too far: it is included, so last = first + size - 1.")
def excludes_the_end(kernel_sizes, strides, paddings, unit):
    first, last = _region(kernel_sizes, strides, paddings, unit)
    return first, last + 1


@exercise.mistake("`last` is one short: first and last are both seen, last = first + size - 1.")
def ends_one_short(kernel_sizes, strides, paddings, unit):
    first, last = _region(kernel_sizes, strides, paddings, unit)
    return first, last - 1


@exercise.mistake(
    "`first` is cut off at 0 (at the end, or in some layer on the way). Here places in the padding "
    "keep their negative numbers; nothing is cut off."
)
def cuts_off_at_zero(kernel_sizes, strides, paddings, unit):
    first, last = _region(kernel_sizes, strides, paddings, unit)
    return max(first, 0), last


@exercise.mistake(
    "`first` is cut off at 0, and `last` counted from there: a region that begins in the padding "
    "does not move into the picture for it."
)
def moves_into_the_picture(kernel_sizes, strides, paddings, unit):
    first = max(_region(kernel_sizes, strides, paddings, unit)[0], 0)
    return first, first + _size(kernel_sizes, strides) - 1


@exercise.mistake(
    "The sign of a negative place is lost (`abs`): -2 lies in the padding, 2 does not."
)
def loses_the_sign(kernel_sizes, strides, paddings, unit):
    first, last = _region(kernel_sizes, strides, paddings, unit)
    return abs(first), last


@exercise.mistake("The second value is the size of the field: it should be the last pixel of it.")
def returns_the_size(kernel_sizes, strides, paddings, unit):
    first, _ = _region(kernel_sizes, strides, paddings, unit)
    return first, _size(kernel_sizes, strides)


@exercise.mistake(
    "The first value is the middle of the region: return its first and its last pixel."
)
def returns_the_middle(kernel_sizes, strides, paddings, unit):
    first, last = _region(kernel_sizes, strides, paddings, unit)
    return (first + last) / 2, last


@exercise.mistake("All pixels of the region come back: return the first and the last only.")
def returns_all_pixels(kernel_sizes, strides, paddings, unit):
    first, last = _region(kernel_sizes, strides, paddings, unit)
    return list(range(first, last + 1))


@exercise.mistake(
    "On the way down the last unit's window begins at last * stride - padding, and ends f - 1 "
    "further on: not f."
)
def adds_whole_kernels(kernel_sizes, strides, paddings, unit):
    def step(first, last, f, s, p):
        return first * s - p, last * s - p + f

    return _down(kernel_sizes, strides, paddings, (unit, unit), step)


@exercise.mistake(
    "Only one window is followed down: `last` is counted from `first` in every layer, with the "
    "kernel of that layer alone. The last unit has a window of its own."
)
def takes_the_first_layers_window(kernel_sizes, strides, paddings, unit):
    first, _ = _region(kernel_sizes, strides, paddings, unit)
    return first, first + kernel_sizes[0] - 1


@exercise.mistake(
    "The layers are gone through from the first to the last. A unit of the *last* layer is given: "
    "go down from there, the lists in reverse."
)
def goes_through_in_the_wrong_order(kernel_sizes, strides, paddings, unit):
    return _region(kernel_sizes[::-1], strides[::-1], paddings[::-1], unit)


# The size


@exercise.mistake(
    "The length is right without strides only: a step of a layer is worth the product of the "
    "strides before it."
)
def ignores_strides_in_the_size(kernel_sizes, strides, paddings, unit):
    first, _ = _region(kernel_sizes, strides, paddings, unit)
    return first, first + sum(f - 1 for f in kernel_sizes)


@exercise.mistake(
    "In the length, each layer's own stride counts too early: only the strides *before* a layer "
    "stretch its kernel. (On the way down: first the stride, then the kernel, last * stride - "
    "padding + f - 1.) `first` is right."
)
def counts_the_stride_too_early_in_the_size(kernel_sizes, strides, paddings, unit):
    first, _ = _region(kernel_sizes, strides, paddings, unit)
    jumps = accumulate(strides, mul)
    return first, first + sum((f - 1) * j for f, j in zip(kernel_sizes, jumps, strict=True))


@exercise.mistake(
    "In the length and in the padding, each layer's own stride counts too early: multiply the jump "
    "after the layer is done."
)
def counts_the_stride_too_early_everywhere(kernel_sizes, strides, paddings, unit):
    jumps = list(accumulate(strides, mul))
    first = unit * math.prod(strides) - _margin(paddings, jumps)
    return first, first + sum((f - 1) * j for f, j in zip(kernel_sizes, jumps, strict=True))


@exercise.mistake(
    "The strides are ignored, in the places and in the length: unit u begins u effective strides "
    "further on."
)
def ignores_strides(kernel_sizes, strides, paddings, unit):
    return _region(kernel_sizes, [1] * len(strides), paddings, unit)


@exercise.mistake(
    "The strides are added up where they should be multiplied: a step in one layer is `stride` "
    "steps in the layer below."
)
def adds_strides(kernel_sizes, strides, paddings, unit):
    jumps = [max(1, sum(strides[:i])) for i in range(len(strides))]
    first = unit * sum(strides) - _margin(paddings, jumps)
    return first, first + sum((f - 1) * j for f, j in zip(kernel_sizes, jumps, strict=True))


@exercise.mistake(
    "The padding is taken off the length, on both sides. It moves the region; what a unit sees "
    "stays as long as it is, and some of it may be padding."
)
def takes_padding_off_the_length(kernel_sizes, strides, paddings, unit):
    first, last = _region(kernel_sizes, strides, paddings, unit)
    return first, last - 2 * _margin(paddings, jumps_of(strides))


@exercise.mistake(
    "The padding is taken off twice at the right end: once from where the region begins, and once "
    "more from its length. It moves the region, no more."
)
def takes_padding_off_the_length_once(kernel_sizes, strides, paddings, unit):
    first, last = _region(kernel_sizes, strides, paddings, unit)
    return first, last - _margin(paddings, jumps_of(strides))


@exercise.mistake(
    "On the way down only `first` is multiplied by the stride. The last unit's window begins at "
    "last * stride - padding."
)
def leaves_out_the_stride_at_the_right_end(kernel_sizes, strides, paddings, unit):
    def step(first, last, f, s, p):
        return first * s - p, last - p + f - 1

    return _down(kernel_sizes, strides, paddings, (unit, unit), step)


@exercise.mistake(
    "The middle of the region is rounded, and so is half its length: even kernels have their "
    "middle between two pixels. Follow the ends, not the middle."
)
def rounds_the_middle(kernel_sizes, strides, paddings, unit):
    steps = [(f - 1) // 2 - p for f, p in zip(kernel_sizes, paddings, strict=True)]
    middle = unit * math.prod(strides) + _margin(steps, jumps_of(strides))
    half = _size(kernel_sizes, strides) // 2
    return middle - half, middle + half


@exercise.mistake("The two ends are exchanged: `first` comes first.")
def exchanges_the_ends(kernel_sizes, strides, paddings, unit):
    return _region(kernel_sizes, strides, paddings, unit)[::-1]


@exercise.mistake("The places are right, but they are floats: divide nothing, or use `//`.")
def returns_floats(kernel_sizes, strides, paddings, unit):
    first, last = _region(kernel_sizes, strides, paddings, unit)
    return float(first), float(last)


@exercise.mistake(
    "`last` is cut off at 0. With much padding a whole region may lie before the picture: its "
    "places stay negative, both of them."
)
def cuts_the_end_off_at_zero(kernel_sizes, strides, paddings, unit):
    first, last = _region(kernel_sizes, strides, paddings, unit)
    return first, max(last, 0)


@exercise.mistake(
    "`last` is computed from a `first` that has its new value already, and so goes down two layers "
    "at once. Compute it from the old `last`."
)
def uses_the_new_first(kernel_sizes, strides, paddings, unit):
    def step(first, last, f, s, p):
        first = s * first - p
        return first, s * first - p + f - 1

    return _down(kernel_sizes, strides, paddings, (unit, unit), step)


@exercise.mistake(
    "Only the last layer is gone through: does `return` stand inside the loop? Go on to the pixels."
)
def returns_inside_the_loop(kernel_sizes, strides, paddings, unit):
    return _region(kernel_sizes[-1:], strides[-1:], paddings[-1:], unit)


@exercise.mistake(
    "Every layer is taken to have half its kernel as padding, f // 2. How much there is stands in "
    "`paddings`."
)
def pads_by_half_the_kernel(kernel_sizes, strides, paddings, unit):
    return _region(kernel_sizes, strides, [f // 2 for f in kernel_sizes], unit)


@exercise.mistake("`paddings` is not reversed with the other two lists.")
def reverses_all_but_paddings(kernel_sizes, strides, paddings, unit):
    return _region(kernel_sizes, strides, paddings[::-1], unit)


@exercise.mistake("`strides` is not reversed with the other two lists.")
def reverses_all_but_strides(kernel_sizes, strides, paddings, unit):
    return _region(kernel_sizes, strides[::-1], paddings, unit)


@exercise.mistake("`kernel_sizes` is not reversed with the other two lists.")
def reverses_all_but_kernel_sizes(kernel_sizes, strides, paddings, unit):
    return _region(kernel_sizes[::-1], strides, paddings, unit)


@exercise.also_right("both ends from layer to layer, down to the pixels")
def from_the_top(kernel_sizes, strides, paddings, unit):
    first = last = unit
    for i in range(len(strides) - 1, -1, -1):
        first = first * strides[i] - paddings[i]
        last = last * strides[i] - paddings[i] + kernel_sizes[i] - 1
    return first, last


@exercise.also_right("the set of all pixels reached")
def by_following_the_unit(kernel_sizes, strides, paddings, unit):
    seen = {unit}
    for f, s, p in list(zip(kernel_sizes, strides, paddings, strict=True))[::-1]:
        seen = {u * s - p + t for u in seen for t in range(f)}
    return min(seen), max(seen)


@exercise.also_right("cumulative products in NumPy, as an array of two")
def by_numpy(kernel_sizes, strides, paddings, unit):
    jumps = np.cumprod([1, *strides])
    first = unit * jumps[-1] - np.dot(paddings, jumps[:-1])
    return np.array([first, first + np.dot(np.array(kernel_sizes) - 1, jumps[:-1])])


@exercise.also_right("jump, first and size on the way up, as a list")
def from_the_pixels(kernel_sizes, strides, paddings, unit):
    first, size, jump = 0, 1, 1
    for f, s, p in zip(kernel_sizes, strides, paddings, strict=True):
        first -= p * jump
        size += (f - 1) * jump
        jump *= s
    first += unit * jump
    return [first, first + size - 1]


@exercise.also_right("by recursion")
def by_recursion(kernel_sizes, strides, paddings, unit):
    if not kernel_sizes:
        return unit, unit
    rest = kernel_sizes[:-1], strides[:-1], paddings[:-1]
    begin = unit * strides[-1] - paddings[-1]
    return by_recursion(*rest, begin)[0], by_recursion(*rest, begin + kernel_sizes[-1] - 1)[1]


@exercise.also_right("from the middle of unit 0, in halves of a pixel")
def by_the_middle(kernel_sizes, strides, paddings, unit):
    twice, jump = 0, 1
    for f, s, p in zip(kernel_sizes, strides, paddings, strict=True):
        twice += (f - 1 - 2 * p) * jump
        jump *= s
    twice += 2 * unit * jump
    reach = _size(kernel_sizes, strides) - 1
    return (twice - reach) // 2, (twice + reach) // 2
