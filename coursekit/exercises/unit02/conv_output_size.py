"""``conv_output_size``: how many windows fit."""

import math

import numpy as np

from coursekit import filters
from coursekit.exercises import Comparison, Exercise, case, tiny

exercise = Exercise(
    "conv_output_size(n, f, stride=1, padding=0)",
    unit="02",
    title="How large will the output be?",
    reference=filters.conv_output_size,
    points=2,
    checks={"no stride, no padding": 1, "stride and padding": 0.5, "in any form": 0.5},
    minutes=15,
    difficulty=1,
    builds_on=("whole-number division",),
    hints=(
        "Draw 5 pixels in a row and lay a window of 3 on them. Where can its first pixel stand?",
        "The window's first pixel can stand at 0, 1, 2, …: the last place is where the window's "
        "end meets the end of the row. How many places are there, counting the 0?",
        "Padding makes the row longer at both ends. With a stride, only every stride-th place "
        "counts, and the first one, at 0, always does.",
        "The last place is n + 2 * padding - f. Count the steps of `stride` up to it with `//`, "
        "then add 1 for the place at 0.",
    ),
    comparison=Comparison(whole=True),
    variants=False,
)


@exercise.cases
def cases(rng):
    sliding = "stride and padding"
    yield tiny("5 pixels, a window of 3", 5, 3, expected=3)
    yield tiny("5 pixels, one of padding on each side", 5, 3, padding=1, expected=5).counts_for(
        sliding
    )
    yield tiny("7 pixels in steps of 2", 7, 3, stride=2, expected=3).counts_for(sliding)
    yield tiny("8 pixels in steps of 2: one is left over", 8, 3, stride=2, expected=3).counts_for(
        sliding
    )
    yield tiny("a window of 1", 4, 1, expected=4)
    yield tiny("a window as long as the row", 3, 3, expected=1)
    yield tiny("an even window", 6, 4, stride=2, padding=1, expected=3).counts_for(sliding)
    yield case("LeNet's first layer", 32, 5)
    yield case("ResNet's first layer", 224, 7, stride=2, padding=3).counts_for(sliding)
    yield case("AlexNet's first layer", 227, 11, stride=4).counts_for(sliding)
    for i in range(9):
        f, padding = int(rng.integers(2, 9)), int(rng.integers(1, 4))
        stride = int(rng.integers(2, 6))
        n = int(rng.integers(20, 64))
        if i < 2:
            yield case("random sizes, no stride, no padding", n, f)
        else:
            sizes = case("random sizes", n, f, stride=stride, padding=padding)
            yield sizes.counts_for(sliding)


@exercise.holds("Each pixel of padding counts twice: p = 1 is the same as two more pixels.")
def padding_is_on_both_sides(answer, rng):
    n, f, stride = int(rng.integers(12, 40)), int(rng.integers(1, 8)), int(rng.integers(1, 4))
    padded, longer = answer(n, f, stride, 1), answer(n + 2, f, stride, 0)
    if int(padded) != int(longer):
        return f"For n={n}, f={f}, stride={stride} the two are {padded} and {longer}."
    return None


@exercise.mistake("One is missing: the place at 0 counts too. Add 1 after the division.")
def forgets_the_one(n, f, stride=1, padding=0):
    return (n + 2 * padding - f) // stride


@exercise.mistake("Padding is on both sides: add it twice to `n`.")
def pads_once(n, f, stride=1, padding=0):
    return (n + padding - f) // stride + 1


@exercise.mistake("The padding is ignored: add it to `n`, once for each side.")
def ignores_padding(n, f, stride=1, padding=0):
    return (n - f) // stride + 1


@exercise.mistake("The padding takes pixels away: it should add them to `n`.")
def subtracts_the_padding(n, f, stride=1, padding=0):
    return (n - 2 * padding - f) // stride + 1


@exercise.mistake("The padding is added to the result. It lengthens the row, before the division.")
def pads_the_result(n, f, stride=1, padding=0):
    return (n - f) // stride + 1 + 2 * padding


@exercise.mistake(
    "The padding is added to the result, and once only. It lengthens the row on both sides, "
    "before the division."
)
def pads_the_result_once(n, f, stride=1, padding=0):
    return (n - f) // stride + 1 + padding


@exercise.mistake("Neither `stride` nor `padding` is used: n - f + 1 is right for 1 and 0 only.")
def ignores_both(n, f, stride=1, padding=0):
    return n - f + 1


@exercise.mistake("The stride is ignored: only every stride-th place counts, so divide by it.")
def ignores_stride(n, f, stride=1, padding=0):
    return n + 2 * padding - f + 1


@exercise.mistake("You multiply by the stride; larger steps give fewer places, so divide by it.")
def multiplies_by_stride(n, f, stride=1, padding=0):
    return (n + 2 * padding - f) * stride + 1


@exercise.mistake(
    "The 1 is added before the division. Divide first: the 1 stands for the place at 0, which "
    "does not depend on the stride."
)
def adds_one_too_early(n, f, stride=1, padding=0):
    return (n + 2 * padding - f + 1) // stride


@exercise.mistake("Parentheses are missing: `//` binds before `-`, so only `f` is divided.")
def divides_only_f(n, f, stride=1, padding=0):
    return n + 2 * padding - f // stride + 1


@exercise.mistake("Parentheses are missing: you divide by `stride + 1`. The 1 comes after.")
def divides_by_stride_plus_one(n, f, stride=1, padding=0):
    return (n + 2 * padding - f) // (stride + 1)


@exercise.mistake("Parentheses are missing: `//` binds before `+`, so only the padding is divided.")
def divides_only_the_padding(n, f, stride=1, padding=0):
    return n - f + 2 * padding // stride + 1


@exercise.mistake("`/` gives a float, and keeps the part of a step that does not fit: use `//`.")
def divides_to_a_float(n, f, stride=1, padding=0):
    return (n + 2 * padding - f) / stride + 1


@exercise.mistake(
    "The number is right, but it is a float: `np.floor` and `float` give one. Use `//`."
)
def floors_to_a_float(n, f, stride=1, padding=0):
    return float((n + 2 * padding - f) // stride + 1)


@exercise.mistake(
    "You round up: the last step would leave the window hanging over the end. Round down."
)
def rounds_up(n, f, stride=1, padding=0):
    return math.ceil((n + 2 * padding - f) / stride) + 1


@exercise.mistake("You round to the nearest number. A step that does not fit is dropped: use `//`.")
def rounds_to_nearest(n, f, stride=1, padding=0):
    return round((n + 2 * padding - f) / stride) + 1


@exercise.mistake(
    "The last place is left out: the starts go up to n + 2·padding - f, that one included, and "
    "`range` leaves its end out."
)
def leaves_out_the_last_place(n, f, stride=1, padding=0):
    return len(range(0, n + 2 * padding - f, stride))


@exercise.mistake("`f` is not used: a window that starts near the end would hang over it.")
def ignores_the_window(n, f, stride=1, padding=0):
    return (n + 2 * padding) // stride


@exercise.mistake("`f` is not used: places where the window hangs over the end do not count.")
def starts_anywhere(n, f, stride=1, padding=0):
    return len(range(0, n + 2 * padding, stride))


@exercise.mistake('This is the size of a "same" convolution, whatever `f` and `padding` are.')
def always_same(n, f, stride=1, padding=0):
    return -(-n // stride)


@exercise.mistake("The window makes the output smaller: subtract `f`, do not add it.")
def adds_the_window(n, f, stride=1, padding=0):
    return (n + 2 * padding + f) // stride + 1


@exercise.mistake(
    'This is the size of a "full" convolution, where the window may hang over the ends. It must '
    "stay inside the padded row."
)
def counts_overhanging_windows(n, f, stride=1, padding=0):
    return (n + 2 * padding + f - 2) // stride + 1


@exercise.mistake(
    "This formula goes the other way: it gives the input that belongs to an output of n."
)
def goes_the_other_way(n, f, stride=1, padding=0):
    return (n - 1) * stride - 2 * padding + f


@exercise.mistake("`n` and `f` are exchanged: `n` is the picture, `f` the window.")
def exchanges_n_and_f(n, f, stride=1, padding=0):
    return (f + 2 * padding - n) // stride + 1


@exercise.mistake("`stride` and `padding` are exchanged.")
def exchanges_stride_and_padding(n, f, stride=1, padding=0):
    return (n + 2 * stride - f) // max(padding, 1) + 1


@exercise.mistake(
    "You take `f // 2` off on each side: that is right for odd windows only. A window of f takes "
    "f - 1 places away, odd or even."
)
def takes_off_half_windows(n, f, stride=1, padding=0):
    return (n + 2 * padding - 2 * (f // 2) - 1) // stride + 1


@exercise.mistake("Padding is per side already: it counts 2 · padding, not 2 · 2 · padding.")
def pads_four_times(n, f, stride=1, padding=0):
    return (n + 4 * padding - f) // stride + 1


@exercise.mistake(
    "The windows are laid side by side: you divide by `f`. They overlap: the next one begins "
    "`stride` pixels after this one began."
)
def lays_windows_side_by_side(n, f, stride=1, padding=0):
    return (n + 2 * padding) // f


@exercise.mistake(
    "You step by `stride + 1`. `stride` is the way from one start to the next, not a gap between."
)
def steps_one_too_far(n, f, stride=1, padding=0):
    return (n + 2 * padding - f) // (stride + 1) + 1


@exercise.mistake("`%` gives what is left over. The number of whole steps is `//`.")
def takes_the_remainder(n, f, stride=1, padding=0):
    return (n + 2 * padding - f) % stride + 1


@exercise.mistake("These are the places themselves. Return how many there are: their `len`.")
def returns_the_places(n, f, stride=1, padding=0):
    return list(range(0, n + 2 * padding - f + 1, stride))


@exercise.mistake(
    "The padding is ignored and the result rounded up: add `2 * padding` to `n`, and drop a step "
    "that does not fit."
)
def ignores_padding_and_rounds_up(n, f, stride=1, padding=0):
    return math.ceil((n - f) / stride) + 1


@exercise.mistake("You add `stride` after the division: add 1 there, for the place at 0.")
def adds_the_stride_after(n, f, stride=1, padding=0):
    return (n + 2 * padding - f) // stride + stride


@exercise.mistake(
    "`f` is taken off twice: it is the whole window, not what stands out on one side."
)
def subtracts_the_window_twice(n, f, stride=1, padding=0):
    return (n + 2 * padding - 2 * f) // stride + 1


@exercise.also_right("counting the starts one by one")
def by_counting(n, f, stride=1, padding=0):
    count, start = 0, -padding
    while start + f <= n + padding:
        count += 1
        start += stride
    return count


@exercise.also_right("the length of a range")
def by_range(n, f, stride=1, padding=0):
    return len(range(0, n + 2 * padding - f + 1, stride))


@exercise.also_right("rounding up after adding 1 before")
def by_ceiling(n, f, stride=1, padding=0):
    return math.ceil((n + 2 * padding - f + 1) / stride)


@exercise.also_right("adding one stride before the division")
def by_adding_a_stride(n, f, stride=1, padding=0):
    return (n + 2 * padding - f + stride) // stride


@exercise.also_right("NumPy's windows over a real array, as a NumPy integer")
def by_making_windows(n, f, stride=1, padding=0):
    row = np.pad(np.zeros(n), padding)
    return np.int64(len(np.lib.stride_tricks.sliding_window_view(row, f)[::stride]))


@exercise.also_right("an array of no dimension, in 32 bits")
def as_an_array(n, f, stride=1, padding=0):
    return np.array((n + 2 * padding - f) // stride + 1, np.int32)
