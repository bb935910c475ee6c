"""``activation_memory``: how many bytes the numbers between the layers take."""

import math

import numpy as np

from coursekit.exercises import Comparison, Exercise, case, tiny


def _activation_memory(shapes, batch_size, bytes_per_number=4):
    return sum(math.prod(shape) for shape in shapes) * batch_size * bytes_per_number


exercise = Exercise(
    "activation_memory(shapes, batch_size, bytes_per_number=4)",
    unit="05",
    title="How much memory do the activations take?",
    reference=_activation_memory,
    points=2,
    checks={"4 bytes for a number": 1, "other sizes": 0.5, "in any form": 0.5},
    minutes=15,
    difficulty=2,
    builds_on=("shapes of arrays",),
    hints=(
        "How many numbers does one tensor of shape (6, 2, 2) hold? And two tensors together?",
        "The numbers of a tensor are the product of its shape, for three axes or for one. The "
        "tensors all lie in memory at the same time: their numbers add up.",
        "Each picture of the batch has tensors of its own, and each number takes "
        "`bytes_per_number` bytes: multiply the sum by both.",
    ),
    comparison=Comparison(whole=True),
    variants=False,
)


@exercise.cases
def cases(rng):
    yield tiny("maps and a vector, 3 pictures", [(6, 2, 2), (10,)], 3, expected=408)
    yield tiny("one tensor, one picture", [(2, 3, 4)], 1, expected=96)
    yield tiny("half precision", [(2, 3, 4)], 5, bytes_per_number=2, expected=240).counts_for(
        "other sizes"
    )
    yield tiny("two tensors of the same shape", [(2, 1, 3), (2, 1, 3)], 2, expected=96)
    yield tiny("a vector of 7 numbers", [(7,)], 2, 8, expected=112).counts_for("other sizes")
    yield tiny("shapes of two and of four axes", [(3, 5), (2, 3, 1, 4)], 2, expected=312)
    lenet = [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (120,), (84,), (10,)]
    yield case("LeNet-5, a batch of 32", lenet, 32)
    yield case("LeNet-5 in double precision", lenet, 100, bytes_per_number=8).counts_for(
        "other sizes"
    )
    blocks = [(64, 224, 224)] * 2 + [(128, 112, 112)] * 2 + [(256, 56, 56)] * 3
    yield case("the first half of VGG-16, a batch of 256: 10 gigabytes", blocks, 256)
    for i in range(7):
        maps = [
            tuple(int(n) for n in rng.integers(2, 20, 3)) for _ in range(int(rng.integers(2, 5)))
        ]
        vectors = [(int(rng.integers(5, 500)),) for _ in range(int(rng.integers(1, 4)))]
        batch, size = int(rng.integers(3, 300)), (1, 2, 8)[i % 3]
        more = {"bytes_per_number": size} if i % 2 else {}
        check = "other sizes" if more else "4 bytes for a number"
        yield case("random tensors", maps + maps[:1] + vectors, batch, **more).counts_for(check)


@exercise.holds("A batch of two takes twice the memory of one picture.")
def twice_the_batch(answer, rng):
    shapes = [tuple(int(n) for n in rng.integers(2, 9, 3)), (int(rng.integers(2, 9)),)]
    one, two = int(answer(shapes, 1)), int(answer(shapes, 2))
    if two != 2 * one:
        return f"For {shapes}: {one} for one picture, {two} for two."
    return None


def _sizes(shapes):
    return [math.prod(shape) for shape in shapes]


@exercise.mistake("The batch is forgotten: every picture has its own activations.")
def forgets_the_batch(shapes, batch_size, bytes_per_number=4):
    return sum(_sizes(shapes)) * bytes_per_number


@exercise.mistake("These are numbers, not bytes: each takes `bytes_per_number` bytes.")
def forgets_the_bytes(shapes, batch_size, bytes_per_number=4):
    return sum(_sizes(shapes)) * batch_size


@exercise.mistake("Only the numbers of one picture are counted: neither batch nor bytes are used.")
def counts_the_numbers(shapes, batch_size, bytes_per_number=4):
    return sum(_sizes(shapes))


@exercise.mistake("These are bits. A byte is 8 bits, and asked for are bytes.")
def gives_bits(shapes, batch_size, bytes_per_number=4):
    return 8 * _activation_memory(shapes, batch_size, bytes_per_number)


@exercise.mistake(
    "`bytes_per_number` is taken for bits and divided by 8. It says bytes already: 4 for float32."
)
def takes_bytes_for_bits(shapes, batch_size, bytes_per_number=4):
    return sum(_sizes(shapes)) * batch_size * bytes_per_number // 8


@exercise.mistake(
    "32 is taken for every number: that is bits. A float32 has 4 bytes; take `bytes_per_number`."
)
def always_32_bits(shapes, batch_size, bytes_per_number=4):
    return _activation_memory(shapes, batch_size, 32)


@exercise.mistake("4 bytes are taken for every number, whatever `bytes_per_number` says.")
def always_float32(shapes, batch_size, bytes_per_number=4):
    return _activation_memory(shapes, batch_size, 4)


@exercise.mistake(
    "8 bytes are taken for every number: that is float64, NumPy's default. Use `bytes_per_number`."
)
def always_float64(shapes, batch_size, bytes_per_number=4):
    return _activation_memory(shapes, batch_size, 8)


@exercise.mistake("You divide by `bytes_per_number`; more bytes per number take more memory.")
def divides_by_the_bytes(shapes, batch_size, bytes_per_number=4):
    return sum(_sizes(shapes)) * batch_size // bytes_per_number


@exercise.mistake("The sides of each tensor are added: a tensor holds their *product* of numbers.")
def adds_the_sides(shapes, batch_size, bytes_per_number=4):
    return sum(map(sum, shapes)) * batch_size * bytes_per_number


@exercise.mistake(
    "The tensors' numbers are multiplied with each other. They lie side by side: add."
)
def multiplies_the_tensors(shapes, batch_size, bytes_per_number=4):
    return math.prod(_sizes(shapes)) * batch_size * bytes_per_number


@exercise.mistake(
    "The product is not set back to 1 for the next tensor, so it runs on through all of them."
)
def never_resets_the_product(shapes, batch_size, bytes_per_number=4):
    total, numbers = 0, 1
    for size in _sizes(shapes):
        numbers *= size
        total += numbers
    return total * batch_size * bytes_per_number


@exercise.mistake(
    "Only the last tensor is counted: add up over all of them. Does `=` stand where `+=` belongs?"
)
def counts_the_last(shapes, batch_size, bytes_per_number=4):
    return _sizes(shapes)[-1] * batch_size * bytes_per_number


@exercise.mistake(
    "Only the first tensor is counted: does `return` stand inside the loop? Add up over all."
)
def counts_the_first(shapes, batch_size, bytes_per_number=4):
    return _sizes(shapes)[0] * batch_size * bytes_per_number


@exercise.mistake("Only the largest tensor is counted. Here all of them are in memory together.")
def counts_the_largest(shapes, batch_size, bytes_per_number=4):
    return max(_sizes(shapes)) * batch_size * bytes_per_number


@exercise.mistake("The last tensor is left out: every shape in the list counts.")
def leaves_out_the_last(shapes, batch_size, bytes_per_number=4):
    return sum(_sizes(shapes)[:-1]) * batch_size * bytes_per_number


@exercise.mistake("The first tensor is left out (as an input?): every shape in the list counts.")
def leaves_out_the_first(shapes, batch_size, bytes_per_number=4):
    return sum(_sizes(shapes)[1:]) * batch_size * bytes_per_number


@exercise.mistake("Equal shapes are counted once. They are different tensors: count each.")
def counts_equal_shapes_once(shapes, batch_size, bytes_per_number=4):
    return _activation_memory(set(shapes), batch_size, bytes_per_number)


@exercise.mistake("Vectors, such as (10,), are left out: they take memory as well.")
def leaves_out_vectors(shapes, batch_size, bytes_per_number=4):
    maps = [shape for shape in shapes if len(shape) == 3]
    return _activation_memory(maps, batch_size, bytes_per_number)


@exercise.mistake("The channels are left out: a tensor holds C · H · W numbers.")
def leaves_out_the_channels(shapes, batch_size, bytes_per_number=4):
    planes = [shape[-2:] if len(shape) == 3 else shape for shape in shapes]
    return _activation_memory(planes, batch_size, bytes_per_number)


@exercise.mistake("The last axis is left out: a tensor holds C · H · W numbers.")
def leaves_out_the_last_axis(shapes, batch_size, bytes_per_number=4):
    planes = [shape[:2] if len(shape) == 3 else shape for shape in shapes]
    return _activation_memory(planes, batch_size, bytes_per_number)


@exercise.mistake(
    "Twice the memory, as if the gradients lay there too. Only the given tensors are asked for."
)
def doubles_for_backward(shapes, batch_size, bytes_per_number=4):
    return 2 * _activation_memory(shapes, batch_size, bytes_per_number)


@exercise.mistake(
    "The batch is multiplied in for every tensor and again at the end: once is enough."
)
def multiplies_the_batch_twice(shapes, batch_size, bytes_per_number=4):
    return _activation_memory(shapes, batch_size**2, bytes_per_number)


@exercise.mistake(
    "The bytes are multiplied in for every tensor and again at the end: once is enough."
)
def multiplies_the_bytes_twice(shapes, batch_size, bytes_per_number=4):
    return _activation_memory(shapes, batch_size, bytes_per_number**2)


@exercise.mistake("The batch is added to the numbers: there are batch_size times as many numbers.")
def adds_the_batch(shapes, batch_size, bytes_per_number=4):
    return (sum(_sizes(shapes)) + batch_size) * bytes_per_number


@exercise.mistake("`batch_size` and `bytes_per_number` are added: multiply by both.")
def adds_batch_and_bytes(shapes, batch_size, bytes_per_number=4):
    return sum(_sizes(shapes)) * (batch_size + bytes_per_number)


@exercise.mistake("Only one number for each tensor: multiply out its shape.")
def counts_the_tensors(shapes, batch_size, bytes_per_number=4):
    return len(shapes) * batch_size * bytes_per_number


@exercise.mistake("This is in kilobytes: return bytes, with no division.")
def gives_kilobytes(shapes, batch_size, bytes_per_number=4):
    return _activation_memory(shapes, batch_size, bytes_per_number) / 1000


@exercise.mistake("This is in kibibytes (1,024 bytes): return bytes, with no division.")
def gives_kibibytes(shapes, batch_size, bytes_per_number=4):
    return _activation_memory(shapes, batch_size, bytes_per_number) / 1024


@exercise.mistake("This is in megabytes: return bytes, with no division.")
def gives_megabytes(shapes, batch_size, bytes_per_number=4):
    return _activation_memory(shapes, batch_size, bytes_per_number) / 1e6


@exercise.mistake("This is in mebibytes (1,048,576 bytes): return bytes, with no division.")
def gives_mebibytes(shapes, batch_size, bytes_per_number=4):
    return _activation_memory(shapes, batch_size, bytes_per_number) / 2**20


@exercise.mistake("The bytes of each tensor come back, in a list. Return their sum, one number.")
def gives_a_list(shapes, batch_size, bytes_per_number=4):
    return [size * batch_size * bytes_per_number for size in _sizes(shapes)]


@exercise.mistake("The number is right, but it is a float. Bytes are whole: keep to ints.")
def gives_a_float(shapes, batch_size, bytes_per_number=4):
    return float(_activation_memory(shapes, batch_size, bytes_per_number))


@exercise.mistake(
    "Each shape is taken apart into three numbers. A shape may have any length: multiply all its "
    "numbers, in a loop or with `math.prod`."
)
def unpacks_three_axes(shapes, batch_size, bytes_per_number=4):
    return sum(c * h * w for c, h, w in shapes) * batch_size * bytes_per_number


@exercise.mistake(
    "Three axes are written out, `shape[0] * shape[1] * shape[2]`. A shape may have any length: "
    "multiply all its numbers, in a loop or with `math.prod`."
)
def indexes_three_axes(shapes, batch_size, bytes_per_number=4):
    return sum(s[0] * s[1] * s[2] for s in shapes) * batch_size * bytes_per_number


@exercise.mistake(
    "Maps have three axes and vectors one, you say; a shape may have two or four as well. Multiply "
    "all its numbers, however many."
)
def knows_maps_and_vectors(shapes, batch_size, bytes_per_number=4):
    known = [s[:3] if len(s) >= 3 else s[:1] for s in shapes]
    return _activation_memory(known, batch_size, bytes_per_number)


@exercise.mistake("Shapes of four axes are left out: a shape may have any length.")
def knows_up_to_three_axes(shapes, batch_size, bytes_per_number=4):
    known = [s for s in shapes if len(s) <= 3]
    return _activation_memory(known, batch_size, bytes_per_number)


@exercise.mistake("Shapes of four axes are cut off after the third: a shape may have any length.")
def cuts_off_the_fourth_axis(shapes, batch_size, bytes_per_number=4):
    return _activation_memory([s[:3] for s in shapes], batch_size, bytes_per_number)


@exercise.mistake(
    "The first axis is left out, as if it were the batch. The shapes are those of one picture: all "
    "axes count."
)
def takes_the_first_axis_for_the_batch(shapes, batch_size, bytes_per_number=4):
    return _activation_memory([s[1:] for s in shapes], batch_size, bytes_per_number)


@exercise.mistake("A product that begins at 0 stays 0: begin it at 1.")
def begins_the_product_at_zero(shapes, batch_size, bytes_per_number=4):
    return 0


@exercise.mistake(
    "Only the last tensor is multiplied by batch and bytes: put brackets round the sum, or "
    "multiply each tensor."
)
def multiplies_the_last_only(shapes, batch_size, bytes_per_number=4):
    *others, last = _sizes(shapes)
    return sum(others) + last * batch_size * bytes_per_number


@exercise.mistake(
    "The number is too large for 32 bits and begins anew below zero. Python's ints have no limit; "
    "NumPy's have, so count with `math.prod` or int64."
)
def overflows(shapes, batch_size, bytes_per_number=4):
    right = _activation_memory(shapes, batch_size, bytes_per_number)
    return (right + 2**31) % 2**32 - 2**31


@exercise.mistake(
    "Of all shapes that have not three axes only the first number is used, as if they were "
    "vectors. Multiply all their numbers, however many."
)
def takes_the_rest_for_vectors(shapes, batch_size, bytes_per_number=4):
    known = [s if len(s) == 3 else s[:1] for s in shapes]
    return _activation_memory(known, batch_size, bytes_per_number)


@exercise.also_right("loops all the way")
def with_loops(shapes, batch_size, bytes_per_number=4):
    total = 0
    for shape in shapes:
        numbers = 1
        for side in shape:
            numbers *= side
        total += numbers * batch_size * bytes_per_number
    return total


@exercise.also_right("np.prod and np.sum, as a NumPy integer")
def with_numpy(shapes, batch_size, bytes_per_number=4):
    return np.sum([np.prod(shape) for shape in shapes]) * batch_size * bytes_per_number


@exercise.also_right("nbytes of real arrays, one byte for each number")
def by_making_arrays(shapes, batch_size, bytes_per_number=4):
    arrays = [np.empty((batch_size, *shape), np.uint8) for shape in shapes]
    return bytes_per_number * sum(a.nbytes for a in arrays)


@exercise.also_right("one picture after the other")
def picture_by_picture(shapes, batch_size, bytes_per_number=4):
    one = sum(map(math.prod, shapes))
    return np.array(sum(one for _ in range(batch_size)) * bytes_per_number)


@exercise.also_right("tensors of torch on the meta device", needs="torch")
def with_torch(shapes, batch_size, bytes_per_number=4):
    import torch

    tensors = [torch.empty((batch_size, *s), dtype=torch.int8, device="meta") for s in shapes]
    return bytes_per_number * sum(t.nbytes for t in tensors)
