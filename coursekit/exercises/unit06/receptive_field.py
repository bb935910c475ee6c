"""``receptive_field``: how many pixels a unit sees."""

import math
from itertools import accumulate
from operator import mul

import numpy as np

from coursekit.exercises import Comparison, Exercise, case, tiny
from coursekit.exercises.unit06._stack import jumps_of, span


def _reference(kernel_sizes, strides, dilations):
    return span(kernel_sizes, strides, [0] * len(strides), dilations).size


def _sum(kernel_sizes, jumps, dilations, start=1):
    """The right sum, with the jumps and the first pixel free: many mistakes are this."""
    layers = zip(kernel_sizes, jumps, dilations, strict=True)
    return start + sum((f - 1) * d * j for f, j, d in layers)


def _steps(kernel_sizes, strides, dilations, step, start=1):
    """The right sum, with what a layer adds free: ``step(f, d, jump)`` pixels."""
    layers = zip(kernel_sizes, dilations, jumps_of(strides), strict=True)
    return start + sum(step(*layer) for layer in layers)


exercise = Exercise(
    "receptive_field(kernel_sizes, strides, dilations)",
    unit="06",
    title="How many pixels does a unit see?",
    reference=_reference,
    points=3,
    checks={"no dilation": 1.5, "dilation": 1, "in any form": 0.5},
    minutes=25,
    difficulty=2,
    builds_on=("effective_stride", "conv_output_size"),
    hints=(
        "Draw two layers of kernels of 3 over a row of pixels, once with strides 1 and 1, once "
        "with 2 and 1. Count the pixels under one unit at the top.",
        "A kernel of f numbers reaches f - 1 steps beyond its first one. With a dilation of d each "
        "of these steps is d units of the layer below. How many pixels is one of those?",
        "A unit of the layer below is worth the product of all strides *before* this layer. The "
        "layer's own stride moves its units apart, but none of them sees more for it.",
        "Begin with `field, jump = 1, 1`. For each layer, first add (f - 1) * d * jump to the "
        "field, then multiply the jump by the layer's stride.",
    ),
    comparison=Comparison(whole=True),
    variants=False,
)


@exercise.cases
def cases(rng):
    yield tiny("one layer with a kernel of 3", [3], [1], [1], expected=3)
    yield tiny("one layer with a kernel of 5, stride 2", [5], [2], [1], expected=5)
    yield tiny("one layer with a kernel of 3, dilation 2", [3], [1], [2], expected=5).counts_for(
        "dilation"
    )
    yield tiny("three layers with kernels of 3", [3, 3, 3], [1, 1, 1], [1, 1, 1], expected=7)
    yield tiny("kernels of 3 and 5, stride 2 first", [3, 5], [2, 1], [1, 1], expected=11)
    yield tiny("kernels of 3 and 5, stride 2 last", [3, 5], [1, 2], [1, 1], expected=7)
    yield tiny(
        "an even kernel, dilation 3, after stride 2", [3, 2], [2, 1], [1, 3], expected=9
    ).counts_for("dilation")
    yield case(
        "AlexNet up to pool5",
        [11, 3, 5, 3, 3, 3, 3, 3],
        [4, 2, 1, 2, 1, 1, 1, 2],
        [1] * 8,
    )
    yield case(
        "VGG-16 up to pool5",
        [3, 3, 2] * 2 + [3, 3, 3, 2] * 3,
        [1, 1, 2] * 2 + [1, 1, 1, 2] * 3,
        [1] * 18,
    )
    yield case("dilations 1, 2, 4, 8", [3] * 4, [1] * 4, [1, 2, 4, 8]).counts_for("dilation")
    yield case(
        "a 1×1 layer with stride 2 between two others", [5, 1, 3], [1, 2, 1], [1, 1, 2]
    ).counts_for("dilation")
    for i, layers in enumerate((2, 3, 3, 4, 4, 5, 5, 6, 7, 9)):
        sizes = [int(f) for f in rng.permutation([2, 3, 4, 5, 6, 7, 2, 3, 5])[:layers]]
        strides = [int(s) for s in rng.permutation([3, 2, 4, 2, 1, 3, 2, 1, 1])[:layers]]
        dilations = [int(d) for d in rng.permutation([2, 3, 1, 4, 2, 1, 5, 1, 3])[:layers]]
        if i % 2:
            yield case(f"{layers} layers, no dilation", sizes, strides, [1] * layers)
        else:
            yield case(f"{layers} layers", sizes, strides, dilations).counts_for("dilation")


@exercise.holds("The last layer's own stride changes nothing: it moves units apart, that is all.")
def last_stride_does_not_count(answer, rng):
    sizes, strides, dilations = ([int(v) for v in rng.integers(1, 5, 4)] for _ in range(3))
    found = [answer(sizes, [*strides[:-1], last], dilations) for last in (1, 3)]
    if int(found[0]) != int(found[1]):
        return (
            f"kernel_sizes={sizes}, strides={strides[:-1]} and then 1 or 3, dilations={dilations} "
            f"give {found[0]} and {found[1]}."
        )
    return None


# Strides


@exercise.mistake(
    "The layer's own stride counts too early: it moves the layer's units apart, and only the "
    "layers *after* it see more for it. Add first, then multiply the jump."
)
def counts_the_stride_too_early(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, list(accumulate(strides, mul)), dilations)


@exercise.mistake(
    "The strides are added up along the way. A step in one layer is `stride` steps in the layer "
    "below, so they multiply."
)
def adds_strides(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, [max(1, sum(strides[:i])) for i in range(len(strides))], dilations)


@exercise.mistake(
    "The strides are added to 1. Start the jump at 1, but multiply it by each stride."
)
def adds_strides_to_one(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, [1 + sum(strides[:i]) for i in range(len(strides))], dilations)


@exercise.mistake(
    "The strides are added, the first layer's jump being 0. Start the jump at 1 and multiply."
)
def adds_strides_to_zero(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, [sum(strides[:i]) for i in range(len(strides))], dilations)


@exercise.mistake("What the strides have beyond 1 is added up: multiply the strides themselves.")
def adds_the_excess(kernel_sizes, strides, dilations):
    jumps = [1 + sum(s - 1 for s in strides[:i]) for i in range(len(strides))]
    return _sum(kernel_sizes, jumps, dilations)


@exercise.mistake(
    "The strides are added up, the layer's own among them. Multiply those of the layers before."
)
def adds_strides_too_early(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, list(accumulate(strides)), dilations)


@exercise.mistake(
    "Only the stride of the layer just before counts here: take the product of *all* strides "
    "before the layer (`jump *= s`, not `jump = s`)."
)
def takes_the_previous_stride(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, [1, *strides[:-1]], dilations)


@exercise.mistake(
    "Each layer is multiplied by its own stride only. What counts is the product of all strides "
    "*before* it."
)
def takes_the_own_stride(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, strides, dilations)


@exercise.mistake(
    "Every layer is multiplied by the product of all strides. A layer sees more only through the "
    "strides before it."
)
def takes_all_strides(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, [math.prod(strides)] * len(strides), dilations)


@exercise.mistake(
    "Every layer is multiplied by the product of all strides but the last. Layer i takes the "
    "strides before layer i, `strides[:i]`."
)
def takes_all_strides_but_the_last(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, [math.prod(strides[:-1])] * len(strides), dilations)


@exercise.mistake("The strides are ignored: after a stride of 2, a step is two pixels long.")
def ignores_strides(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, [1] * len(strides), dilations)


@exercise.mistake(
    "The first layer's stride is left out of the product: it counts for all layers after it."
)
def leaves_out_the_first_stride(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, [math.prod(strides[1:i]) for i in range(len(strides))], dilations)


@exercise.mistake(
    "The first layer's stride is left out, and each later layer counts its own: layer i takes the "
    "strides *before* it, `strides[:i]`."
)
def skips_the_first_stride(kernel_sizes, strides, dilations):
    jumps = [math.prod(strides[1 : i + 1]) for i in range(len(strides))]
    return _sum(kernel_sizes, jumps, dilations)


@exercise.mistake(
    "The product of strides stops one layer too early: layer i takes all strides before it, that "
    "of layer i - 1 included."
)
def stops_a_layer_early(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, [1, *jumps_of(strides)[:-1]], dilations)


@exercise.mistake(
    "The layers are gone through the wrong way round, so that each is multiplied by the strides "
    "*after* it. Where a jump grows on the way up, begin with the first layer; where the field is "
    "multiplied on the way down, begin with the last."
)
def takes_the_strides_after(kernel_sizes, strides, dilations):
    jumps = [math.prod(strides[i + 1 :]) for i in range(len(strides))]
    return _sum(kernel_sizes, jumps, dilations)


@exercise.mistake(
    "The layer's own stride and those after it are multiplied. It is those before it that count."
)
def takes_the_own_stride_and_those_after(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, [math.prod(strides[i:]) for i in range(len(strides))], dilations)


@exercise.mistake(
    "On the way down, `field * stride + …` counts a whole stride for every unit. field units span "
    "(field - 1) * stride steps, and one kernel more: (field - 1) * s + (f - 1) * d + 1."
)
def goes_down_with_whole_strides(kernel_sizes, strides, dilations):
    field = 1
    for f, s, d in reversed(list(zip(kernel_sizes, strides, dilations, strict=True))):
        field = field * s + (f - 1) * d
    return field


@exercise.mistake(
    "On the way down the stride is applied after the kernel is added. First spread the units, "
    "(field - 1) * s, then add the one kernel, (f - 1) * d + 1."
)
def strides_after_the_kernel(kernel_sizes, strides, dilations):
    field = 1
    for f, s, d in reversed(list(zip(kernel_sizes, strides, dilations, strict=True))):
        field = (field + (f - 1) * d) * s
    return field


@exercise.mistake(
    "The whole field is multiplied by the stride on the way up. Going up it only grows by "
    "(f - 1) * d * jump; it is the *jump* that is multiplied."
)
def multiplies_the_field(kernel_sizes, strides, dilations):
    field = 1
    for f, s, d in zip(kernel_sizes, strides, dilations, strict=True):
        field = (field + (f - 1) * d) * s
    return field


@exercise.mistake(
    "The field is divided by the strides. That gives sizes of maps; a stride makes what is seen "
    "larger."
)
def divides_by_strides(kernel_sizes, strides, dilations):
    return _steps(kernel_sizes, strides, dilations, lambda f, d, j: (f - 1) * d // j)


@exercise.mistake(
    "The dilation multiplies the jump for good: it belongs to its own layer only. `jump *= s`, "
    "without d."
)
def dilation_goes_into_the_jump(kernel_sizes, strides, dilations):
    jumps = jumps_of([s * d for s, d in zip(strides, dilations, strict=True)])
    return _sum(kernel_sizes, jumps, dilations)


@exercise.mistake(
    "`strides` and `dilations` are exchanged: the jump is the product of strides, and each layer's "
    "steps are its own dilation long."
)
def exchanges_strides_and_dilations(kernel_sizes, strides, dilations):
    return _reference(kernel_sizes, dilations, strides)


@exercise.mistake("This is the effective stride. How many pixels does one unit see?")
def returns_the_effective_stride(kernel_sizes, strides, dilations):
    return math.prod(strides)


@exercise.mistake(
    "`field * stride + (f - 1) * d`, from the first layer to the last: multiplying by the stride "
    "belongs to the way down, last layer first, and there it is (field - 1) * s + (f - 1) * d + 1."
)
def multiplies_the_field_by_the_own_stride(kernel_sizes, strides, dilations):
    field = 1
    for f, s, d in zip(kernel_sizes, strides, dilations, strict=True):
        field = field * s + (f - 1) * d
    return field


@exercise.mistake(
    "The layers are gone through the wrong way round, and the dilation is ignored: a kernel spans "
    "(f - 1) * d + 1, and (field - 1) * s + … begins with the last layer."
)
def wrong_way_round_without_dilation(kernel_sizes, strides, dilations):
    field = 1
    for f, s in zip(kernel_sizes, strides, strict=True):
        field = (field - 1) * s + f
    return field


@exercise.mistake(
    "Two things: the dilation is ignored, and the layer's own stride counts too early. Add "
    "(f - 1) * d * jump first, and then multiply the jump."
)
def too_early_without_dilation(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, list(accumulate(strides, mul)), [1] * len(strides))


@exercise.mistake(
    "`kernel_sizes - 1` does not work on lists: loop over the layers, or make arrays first, "
    "`np.array(kernel_sizes) - 1`."
)
def calculates_with_lists(kernel_sizes, strides, dilations):
    return kernel_sizes - 1


# Kernels


@exercise.mistake(
    "A kernel of f reaches f - 1 steps further, not f: the place where it begins is seen already."
)
def takes_the_whole_kernel(kernel_sizes, strides, dilations):
    return _sum([f + 1 for f in kernel_sizes], jumps_of(strides), dilations)


@exercise.mistake(
    "Whole kernels are added up, starting from 0. Start from 1, the unit itself, and add f - 1 "
    "steps for each layer."
)
def adds_whole_kernels(kernel_sizes, strides, dilations):
    return _sum([f + 1 for f in kernel_sizes], jumps_of(strides), dilations, start=0)


@exercise.mistake(
    "Whole spans (f - 1) * d + 1 are added up, each times the jump: the 1 comes in again with "
    "every layer. It belongs there once, at the start."
)
def adds_whole_spans(kernel_sizes, strides, dilations):
    return _steps(kernel_sizes, strides, dilations, lambda f, d, j: ((f - 1) * d + 1) * j, start=0)


@exercise.mistake(
    "Whole spans (f - 1) * d + 1 are added to a start of 1: take the 1 off each span again, only "
    "the steps count."
)
def adds_whole_spans_to_one(kernel_sizes, strides, dilations):
    return _steps(kernel_sizes, strides, dilations, lambda f, d, j: ((f - 1) * d + 1) * j)


@exercise.mistake(
    "One is missing: before any layer, a unit is a pixel and sees itself. Start at 1."
)
def starts_at_zero(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, jumps_of(strides), dilations, start=0)


@exercise.mistake(
    "The first kernel counts twice: the field starts with it, and the loop adds it again. Start "
    "at 1."
)
def counts_the_first_kernel_twice(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, jumps_of(strides), dilations, start=kernel_sizes[0])


@exercise.mistake(
    "The field starts with the first kernel as if its dilation were 1: it spans (f - 1) * d + 1 "
    "pixels."
)
def starts_with_an_undilated_kernel(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, jumps_of(strides), [1, *dilations[1:]])


@exercise.mistake(
    "Off by one: the 1 is there twice. Start at 1 and add (f - 1) * d * jump, no more."
)
def adds_one_twice(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, jumps_of(strides), dilations, start=2)


@exercise.mistake(
    "The kernels are multiplied. Three layers of 3 see 7 pixels, not 27: neighbours' windows "
    "overlap, so only f - 1 pixels are new each time."
)
def multiplies_kernels(kernel_sizes, strides, dilations):
    return math.prod(kernel_sizes)


@exercise.mistake(
    "The spans (f - 1) * d + 1 of the kernels are multiplied. Neighbours' windows overlap, so only "
    "the steps are new: add (f - 1) * d * jump."
)
def multiplies_spans(kernel_sizes, strides, dilations):
    return math.prod((f - 1) * d + 1 for f, d in zip(kernel_sizes, dilations, strict=True))


@exercise.mistake(
    "The kernel sizes are added up. Only f - 1 pixels of each are new, and a stride before makes "
    "each of them longer."
)
def adds_kernels(kernel_sizes, strides, dilations):
    return sum(kernel_sizes)


@exercise.mistake(
    "Neither strides nor dilations are used: 1 + the sum of f - 1 is right where all of them are 1."
)
def ignores_strides_and_dilations(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, [1] * len(strides), [1] * len(strides))


@exercise.mistake("This is the last layer's kernel. The layers below widen what it sees.")
def takes_the_last_kernel(kernel_sizes, strides, dilations):
    return kernel_sizes[-1]


@exercise.mistake("The first layer is left out: its kernel widens the field too.")
def leaves_out_the_first_layer(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes[1:], jumps_of(strides)[1:], dilations[1:])


@exercise.mistake("The last layer is left out: the loop ends one too early.")
def leaves_out_the_last_layer(kernel_sizes, strides, dilations):
    return _reference(kernel_sizes[:-1], strides[:-1], dilations[:-1])


@exercise.mistake(
    "You take `f // 2` on both sides: that is right for odd kernels only. A kernel of f reaches "
    "f - 1 steps, odd or even."
)
def takes_half_kernels_twice(kernel_sizes, strides, dilations):
    return _sum([2 * (f // 2) + 1 for f in kernel_sizes], jumps_of(strides), dilations)


@exercise.mistake(
    "This is how far the field reaches to one side. It reaches to both: f - 1 steps in all, not "
    "(f - 1) // 2."
)
def takes_one_side(kernel_sizes, strides, dilations):
    return _steps(kernel_sizes, strides, dilations, lambda f, d, j: (f - 1) // 2 * d * j)


@exercise.mistake(
    "You take `(f - 1) // 2` on both sides: for an even kernel a step is lost. Do not halve, take "
    "f - 1."
)
def loses_a_step_of_even_kernels(kernel_sizes, strides, dilations):
    return _steps(kernel_sizes, strides, dilations, lambda f, d, j: 2 * ((f - 1) // 2) * d * j)


@exercise.mistake("This is the widest single kernel. Each layer widens the field further.")
def takes_the_widest_kernel(kernel_sizes, strides, dilations):
    return max((f - 1) * d + 1 for f, d in zip(kernel_sizes, dilations, strict=True))


@exercise.mistake(
    "The kernels' spans (f - 1) * d + 1 are added up. Only the steps are new, and a stride before "
    "makes each of them longer."
)
def adds_spans(kernel_sizes, strides, dilations):
    return sum((f - 1) * d + 1 for f, d in zip(kernel_sizes, dilations, strict=True))


@exercise.mistake(
    "Kernels and strides are all multiplied. Each layer *adds* (f - 1) * d steps; strides say how "
    "long the steps of later layers are."
)
def multiplies_everything(kernel_sizes, strides, dilations):
    return math.prod(kernel_sizes) * math.prod(strides)


@exercise.mistake(
    "Only the last layer is counted. What the layers before it see is part of the field: add up "
    "over all layers."
)
def counts_the_last_layer(kernel_sizes, strides, dilations):
    return 1 + (kernel_sizes[-1] - 1) * dilations[-1] * math.prod(strides[:-1])


# Dilations


@exercise.mistake("The dilation is ignored: it sets the kernel's numbers d units apart.")
def ignores_dilation(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, jumps_of(strides), [1] * len(strides))


@exercise.mistake(
    "The dilation multiplies the kernel's size: `f * d - 1`. It is the f - 1 steps between the "
    "numbers that get longer: (f - 1) * d."
)
def dilates_the_size(kernel_sizes, strides, dilations):
    return _steps(kernel_sizes, strides, dilations, lambda f, d, j: (f * d - 1) * j)


@exercise.mistake(
    "The dilation is added to the kernel. It stretches each of the f - 1 steps: (f - 1) * d."
)
def adds_the_dilation(kernel_sizes, strides, dilations):
    return _steps(kernel_sizes, strides, dilations, lambda f, d, j: (f - 1 + d) * j)


@exercise.mistake(
    "d - 1 is added to the kernel once. There is a gap in each of its f - 1 steps: (f - 1) * d."
)
def adds_one_gap(kernel_sizes, strides, dilations):
    return _steps(kernel_sizes, strides, dilations, lambda f, d, j: (f - 1 + d - 1) * j)


@exercise.mistake(
    "A dilation of 1 is read as one pixel left out. It means that nothing is left out: each step "
    "is d units long, not d + 1."
)
def reads_dilation_as_a_gap(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, jumps_of(strides), [d + 1 for d in dilations])


@exercise.mistake(
    "The steps are d - 1 long, the width of the gap between two numbers. From one number to the "
    "next it is d."
)
def takes_the_gaps(kernel_sizes, strides, dilations):
    return _sum(kernel_sizes, jumps_of(strides), [d - 1 for d in dilations])


@exercise.mistake(
    "The dilation stretches the field that was there before as well: it belongs to its own layer's "
    "steps, (f - 1) * d * jump, and to nothing else."
)
def dilates_the_field(kernel_sizes, strides, dilations):
    field = 1
    for f, d, j in zip(kernel_sizes, dilations, jumps_of(strides), strict=True):
        field = (field + (f - 1) * j) * d
    return field


@exercise.mistake(
    "The dilation is divided by: it sets the numbers of the kernel further apart, so multiply."
)
def divides_by_the_dilation(kernel_sizes, strides, dilations):
    return _steps(kernel_sizes, strides, dilations, lambda f, d, j: (f - 1) // d * j)


@exercise.mistake(
    "The dilation multiplies the jump of the *later* layers, in place of its own layer's steps: "
    "add (f - 1) * d * jump, and multiply the jump by the stride only."
)
def moves_dilation_into_the_jump(kernel_sizes, strides, dilations):
    jumps = jumps_of([s * d for s, d in zip(strides, dilations, strict=True)])
    return _sum(kernel_sizes, jumps, [1] * len(strides))


# What comes back


@exercise.mistake("These are the fields of all layers. Return that of the last one, one number.")
def returns_all(kernel_sizes, strides, dilations):
    n = range(1, len(strides) + 1)
    return [_reference(kernel_sizes[:i], strides[:i], dilations[:i]) for i in n]


@exercise.mistake("This is the area, in pixels. The field along one axis is asked for.")
def returns_the_area(kernel_sizes, strides, dilations):
    return _reference(kernel_sizes, strides, dilations) ** 2


@exercise.mistake("This is height and width. One number is asked for, along one axis.")
def returns_height_and_width(kernel_sizes, strides, dilations):
    return (_reference(kernel_sizes, strides, dilations),) * 2


@exercise.mistake("The field and the effective stride come back: return the field only.")
def returns_the_jump_too(kernel_sizes, strides, dilations):
    return _reference(kernel_sizes, strides, dilations), math.prod(strides)


@exercise.mistake(
    "The number is right, but it is a float: begin with 1, not 1.0, and divide nothing. (`np.prod` "
    "of an empty list is 1.0 too: `math.prod` gives 1.)"
)
def returns_a_float(kernel_sizes, strides, dilations):
    return float(_reference(kernel_sizes, strides, dilations))


@exercise.mistake(
    "Only pixels that are really touched are counted. Those that a dilation (or a stride) jumps "
    "over count as well: from the first to the last."
)
def counts_touched_pixels(kernel_sizes, strides, dilations):
    seen = {0}
    for f, s, d in reversed(list(zip(kernel_sizes, strides, dilations, strict=True))):
        seen = {s * u + d * k for u in seen for k in range(f)}
    return len(seen)


@exercise.mistake("Only the first layer is counted: does `return` stand inside the loop?")
def returns_inside_the_loop(kernel_sizes, strides, dilations):
    return 1 + (kernel_sizes[0] - 1) * dilations[0]


@exercise.also_right("the sum, with a product of strides for each layer")
def by_products(kernel_sizes, strides, dilations):
    field = 1
    for i, f in enumerate(kernel_sizes):
        field += (f - 1) * dilations[i] * math.prod(strides[:i])
    return field


@exercise.also_right("from the last layer down to the pixels")
def from_the_top(kernel_sizes, strides, dilations):
    field = 1
    for i in range(len(strides) - 1, -1, -1):
        field = (field - 1) * strides[i] + (kernel_sizes[i] - 1) * dilations[i] + 1
    return field


@exercise.also_right("cumulative products in NumPy")
def by_numpy(kernel_sizes, strides, dilations):
    jumps = np.cumprod([1, *strides])[:-1]
    return 1 + np.sum((np.array(kernel_sizes) - 1) * np.array(dilations) * jumps)


@exercise.also_right("the set of pixels that a unit reaches")
def by_following_the_unit(kernel_sizes, strides, dilations):
    seen = {0}
    for f, s, d in zip(kernel_sizes[::-1], strides[::-1], dilations[::-1], strict=True):
        seen = {u * s + t * d for u in seen for t in (0, f - 1)}
    return max(seen) - min(seen) + 1


@exercise.also_right("by recursion over the layers")
def by_recursion(kernel_sizes, strides, dilations):
    if not kernel_sizes:
        return 1
    below = by_recursion(kernel_sizes[:-1], strides[:-1], dilations[:-1])
    return below + (kernel_sizes[-1] - 1) * dilations[-1] * math.prod(strides[:-1])


@exercise.also_right("the length of a row of pixels that leaves one unit, found by trying")
def by_trying_lengths(kernel_sizes, strides, dilations):
    length = 1
    while True:
        n = length
        for f, s, d in zip(kernel_sizes, strides, dilations, strict=True):
            n = (n - (f - 1) * d - 1) // s + 1
            if n < 1:
                break
        if n >= 1:
            return length
        length += 1


@exercise.also_right("as a NumPy integer of 32 bits")
def as_int32(kernel_sizes, strides, dilations):
    return np.int32(_reference(kernel_sizes, strides, dilations))
