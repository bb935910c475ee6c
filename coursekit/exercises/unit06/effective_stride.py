"""``effective_stride``: how far apart two neighbouring units look."""

import math
from functools import reduce
from operator import mul

import numpy as np

from coursekit.exercises import Comparison, Exercise, case, tiny


def _reference(strides):
    return math.prod(strides)


exercise = Exercise(
    "effective_stride(strides)",
    unit="06",
    title="How far apart do two neighbours look?",
    reference=_reference,
    points=1,
    minutes=10,
    difficulty=1,
    builds_on=("strides", "a loop over a list"),
    hints=(
        "Two layers with strides 2 and 2. Unit 0 and unit 1 of the second lie how many units "
        "apart in the first? And those, how many pixels?",
        "Each layer makes the way longer: a step of one unit in it is a step of `stride` units in "
        "the layer below, whatever one of *those* is worth in pixels.",
        "Start with 1, the step from pixel to pixel, and multiply by one stride after the other.",
    ),
    comparison=Comparison(whole=True),
    variants=False,
)


@exercise.cases
def cases(rng):
    yield tiny("one layer with stride 2", [2], expected=2)
    yield tiny("two layers with stride 2 and 3", [2, 3], expected=6)
    yield tiny("strides 3, 1, 2", [3, 1, 2], expected=6)
    yield tiny("no layer skips anything", [1, 1, 1, 1], expected=1)
    yield tiny("three layers with stride 2", [2, 2, 2], expected=8)
    yield case("AlexNet up to pool5", [4, 2, 1, 2, 1, 1, 1, 2])
    yield case("VGG-16 up to pool5", [1, 1, 2] * 2 + [1, 1, 1, 2] * 3)
    yield case("ResNet's first stage", [2, 2, 1, 1, 1])
    for layers in (2, 3, 4, 5, 6, 7):
        yield case(f"{layers} layers", [int(s) for s in rng.integers(1, 5, layers)])
    for layers in (3, 4):
        yield case(
            f"{layers} layers with different strides",
            [int(s) + 2 for s in rng.permutation(7)[:layers]],
        )
    yield case("24 layers, every third with stride 4", [1, 1, 4] * 8)


@exercise.holds("A layer with stride 1 changes nothing, wherever it stands.")
def stride_one_changes_nothing(answer, rng):
    strides = [int(s) for s in rng.integers(2, 5, 4)]
    place = int(rng.integers(0, 5))
    without, inserted = answer(strides), answer([*strides[:place], 1, *strides[place:]])
    if int(without) != int(inserted):
        return f"{strides} give {without}; with a 1 at place {place} it is {inserted}."
    return None


@exercise.mistake("The strides are added. Each layer multiplies the way of the one below it.")
def adds(strides):
    return sum(strides)


@exercise.mistake(
    "The strides are added to 1. A step in one layer is `stride` steps in the layer below, so "
    "multiply."
)
def adds_to_one(strides):
    return 1 + sum(strides)


@exercise.mistake(
    "Only what the strides have beyond 1 is added up. A step in one layer is `stride` steps in the "
    "layer below: multiply."
)
def adds_the_excess(strides):
    return 1 + sum(s - 1 for s in strides)


@exercise.mistake("This is the last layer's stride. Those of the layers before it multiply it.")
def takes_the_last(strides):
    return strides[-1]


@exercise.mistake("This is the first layer's stride. Those of the later layers multiply it.")
def takes_the_first(strides):
    return strides[0]


@exercise.mistake("This is the largest stride. All of them count: multiply.")
def takes_the_largest(strides):
    return max(strides)


@exercise.mistake("This is the smallest stride. All of them count: multiply.")
def takes_the_smallest(strides):
    return min(strides)


@exercise.mistake(
    "The last stride is left out. That is the effective stride of the layer before: the distance "
    "of neighbours in the last layer counts its own stride too."
)
def leaves_out_the_last(strides):
    return math.prod(strides[:-1])


@exercise.mistake("The first stride is left out: the product begins with layer 0.")
def leaves_out_the_first(strides):
    return math.prod(strides[1:])


@exercise.mistake("Only the last two strides are multiplied: all layers count.")
def multiplies_the_last_two(strides):
    return math.prod(strides[-2:])


@exercise.mistake("The first stride is taken twice: start with 1, not with `strides[0]`.")
def takes_the_first_twice(strides):
    return strides[0] * math.prod(strides)


@exercise.mistake("The last stride is taken twice: every stride counts once.")
def takes_the_last_twice(strides):
    return math.prod(strides) * strides[-1]


@exercise.mistake(
    "The product starts at 0, and stays there. Start with 1, the way from pixel to pixel."
)
def starts_at_zero(strides):
    product = 0
    for s in strides:
        product *= s
    return product


@exercise.mistake("The product starts at 2: start with 1, the way from pixel to pixel.")
def starts_at_two(strides):
    return 2 * math.prod(strides)


@exercise.mistake(
    "Every stride is taken for the first one: multiply the strides themselves, not one of them as "
    "often as there are layers."
)
def takes_a_power_of_the_first(strides):
    return int(strides[0]) ** len(strides)


@exercise.mistake(
    "Every stride is taken for the last one: multiply the strides themselves, not one of them as "
    "often as there are layers."
)
def takes_a_power_of_the_last(strides):
    return int(strides[-1]) ** len(strides)


@exercise.mistake("Every stride is taken for a 2, or 2 is raised to the number of layers.")
def takes_a_power_of_two(strides):
    return 2 ** len(strides)


@exercise.mistake(
    "Each stride is raised to the number of its layer. Every one counts once, in any order."
)
def raises_to_the_place(strides):
    return math.prod(int(s) ** i for i, s in enumerate(strides, 1))


@exercise.mistake(
    "This is the least common multiple: of two strides of 2 it makes 2, but they make 4 together. "
    "Multiply."
)
def takes_the_common_multiple(strides):
    return math.lcm(*map(int, strides))


@exercise.mistake("The mean of the strides tells nothing here: multiply them.")
def takes_the_mean(strides):
    return sum(strides) / len(strides)


@exercise.mistake("This is how many layers there are; their strides are asked for, multiplied.")
def counts_the_layers(strides):
    return len(strides)


@exercise.mistake("This is how many layers have a stride above 1: multiply the strides.")
def counts_the_strided_layers(strides):
    return sum(s > 1 for s in strides)


@exercise.mistake(
    "These are the effective strides of all layers. Return that of the last one, one number."
)
def returns_all(strides):
    return [math.prod(strides[: i + 1]) for i in range(len(strides))]


@exercise.mistake(
    "The number is right, but it is a float. Multiply ints, beginning with 1 and not with 1.0; or "
    "take `int(…)` of what a logarithm or `np.prod` of floats gives."
)
def returns_a_float(strides):
    return float(math.prod(strides))


@exercise.mistake("`return` stands inside the loop: it ends after the first layer but one.")
def returns_too_early(strides):
    return math.prod(strides[:2])


@exercise.mistake("Two layers are written out. There may be one, or twenty: loop over the list.")
def writes_out_two_layers(strides):
    return strides[0] * strides[1]


@exercise.mistake("You divide by the strides: further down, a step is longer, so multiply.")
def divides(strides):
    return 1 / math.prod(strides)


@exercise.mistake(
    "Strides of 1 are counted as 2 (one more than they are). Multiply the strides as they stand."
)
def adds_one_to_each(strides):
    return math.prod(s + 1 for s in strides)


@exercise.mistake("The product is squared: along one axis, each stride counts once.")
def counts_both_axes(strides):
    return math.prod(strides) ** 2


@exercise.mistake(
    "The answer is 1 whatever the strides are. `jump * s` computes a product and throws it away: "
    "keep it, `jump *= s`."
)
def keeps_no_product(strides):
    return 1


@exercise.mistake("One is taken off each stride. Multiply the strides as they stand.")
def takes_one_off_each(strides):
    return math.prod(s - 1 for s in strides)


@exercise.mistake("This is the greatest common divisor. Multiply the strides.")
def takes_the_common_divisor(strides):
    return math.gcd(*map(int, strides))


@exercise.mistake(
    "Strides that come up twice are counted once (a `set` does that). Every layer's stride counts."
)
def multiplies_different_strides(strides):
    return math.prod(set(strides))


@exercise.also_right("functools.reduce")
def by_reduce(strides):
    return reduce(mul, strides, 1)


@exercise.also_right("np.prod, a NumPy integer")
def by_numpy(strides):
    return np.prod(strides)


@exercise.also_right("the last of the cumulative products")
def by_cumprod(strides):
    return np.cumprod(strides)[-1]


@exercise.also_right("by recursion")
def by_recursion(strides):
    return strides[0] * by_recursion(strides[1:]) if len(strides) else 1


@exercise.also_right("counting how far unit 1 lies from unit 0, layer by layer")
def by_walking_down(strides):
    zero, one = 0, 1
    for s in reversed(strides):
        zero, one = zero * s, one * s
    return one - zero


@exercise.also_right("the places that are left of a row of pixels")
def by_slicing(strides):
    row = np.arange(2 * math.prod(int(s) for s in strides))
    for s in strides:
        row = row[::s]
    return row[1] - row[0]


@exercise.also_right("an array of no dimension, in 32 bits")
def as_an_array(strides):
    return np.array(math.prod(strides), np.int32)
