"""How many places a window takes: the right formula and the wrong ones that students write."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from coursekit.exercises.exercise import Exercise

Size = Callable[[int, int, int, int], int]
"""``size(n, f, stride, padding)``: places along one axis."""


def places(n: int, f: int, stride: int, padding: int) -> int:
    """Whole windows of f pixels in a row of n, with `padding` at each end.

    This is `filters.conv_output_size` as students write it: a window that does not fit, as mistakes
    make them, gives 0 or less and no error.
    """
    return (n + 2 * padding - f) // stride + 1


def positions(
    input_shape: Sequence[int],
    kernel_size: Sequence[int],
    stride: int,
    padding: int,
    size: Size = places,
) -> int:
    """Places over maps (C, H, W): down times across."""
    axes = zip(input_shape[1:], kernel_size, strict=True)
    return math.prod(size(n, f, stride, padding) for n, f in axes)


WRONG_SIZES: dict[str, tuple[str, Size]] = {
    "ignores_the_stride": (
        "The stride is ignored: with steps of `stride` there are fewer places. Divide by it, "
        "`(h + 2 * padding - f_h) // stride + 1`.",
        lambda n, f, stride, padding: n + 2 * padding - f + 1,
    ),
    "ignores_the_padding": (
        "The padding is ignored: it makes the picture larger by 2 · padding before the window "
        "slides.",
        lambda n, f, stride, padding: (n - f) // stride + 1,
    ),
    "ignores_stride_and_padding": (
        "Neither stride nor padding is used for the number of places.",
        lambda n, f, stride, padding: n - f + 1,
    ),
    "pads_one_side": (
        "The padding is counted on one side only: it is on both, 2 · padding in all.",
        lambda n, f, stride, padding: (n + padding - f) // stride + 1,
    ),
    "pads_four_times": (
        "The padding is counted twice on each side: `padding` is per side already.",
        lambda n, f, stride, padding: (n + 4 * padding - f) // stride + 1,
    ),
    "forgets_the_first_place": (
        "One place is missing along each axis: the one at 0 counts too. Add 1 after the division.",
        lambda n, f, stride, padding: (n + 2 * padding - f) // stride,
    ),
    "adds_one_too_early": (
        "The 1 is added before the division by the stride. Divide first.",
        lambda n, f, stride, padding: (n + 2 * padding - f + 1) // stride,
    ),
    "rounds_up": (
        "The number of places is rounded up. A last step that does not fit is dropped: use `//`.",
        lambda n, f, stride, padding: -(-(n + 2 * padding - f) // stride) + 1,
    ),
    "counts_the_input": (
        "The size of the *input* is used, H times W. The kernel stands at H_out times W_out "
        "places, which unit 02's formula gives.",
        lambda n, f, stride, padding: n,
    ),
    "divides_the_input_by_the_stride": (
        'The number of places is the input\'s size over the stride: that is "same" padding. Here '
        "`padding` says how much there is.",
        lambda n, f, stride, padding: n // stride,
    ),
    "counts_the_padded_input": (
        "The size of the padded input is used. The kernel stands at H_out times W_out places.",
        lambda n, f, stride, padding: n + 2 * padding,
    ),
    "adds_the_kernel": (
        "The kernel's size is added: a larger kernel has fewer places. Subtract it.",
        lambda n, f, stride, padding: (n + 2 * padding + f) // stride + 1,
    ),
    "multiplies_by_the_stride": (
        "You multiply by the stride; larger steps give fewer places, so divide by it.",
        lambda n, f, stride, padding: (n + 2 * padding - f) * stride + 1,
    ),
    "divides_the_kernel_only": (
        "Brackets are missing: `//` comes before `+` and `-`, so that the kernel alone is divided. "
        "Write `(h + 2 * padding - f_h) // stride + 1`.",
        lambda n, f, stride, padding: n + 2 * padding - f // stride + 1,
    ),
    "forgets_the_kernel": (
        "The kernel's size is not used for the number of places: subtract it before you divide.",
        lambda n, f, stride, padding: (n + 2 * padding) // stride,
    ),
    "exchanges_stride_and_padding": (
        "`stride` and `padding` are exchanged.",
        lambda n, f, stride, padding: (n + 2 * stride - f) // max(padding, 1) + 1,
    ),
}
"""Name of the mistake → the tutor's sentence, and the wrong size."""


def add_wrong_sizes(exercise: Exercise, count: Callable[..., int]) -> None:
    """Add a known mistake for each wrong size; `count` is the right answer, but takes ``size=``."""
    for name, (says, wrong) in WRONG_SIZES.items():

        def answer(*args: Any, _wrong: Size = wrong, **kwargs: Any) -> int:
            return count(*args, **kwargs, size=_wrong)

        answer.__name__ = name
        exercise.mistake(says)(answer)
