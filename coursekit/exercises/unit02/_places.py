"""Where a kernel's pixels stand: the right places, and the wrong ones people use.

Three exercises build a kernel from a formula in x and y; the same slips come up in all of them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.exercises import Exercise

Places = NDArray[np.floating]


def places(size: int) -> Places:
    """Coordinates along one axis: 1 apart, 0 in the middle; shape (size,)."""
    return np.arange(size) - (size - 1) / 2


def know_wrong_places(exercise: Exercise, build: Callable[..., Any]) -> None:
    """Add the slips below to an exercise's known mistakes.

    Args:
        build: ``build(t, ...)`` makes the kernel from the places along one axis; the other
            arguments are those that come after `size` in the exercise.
    """
    for name, says, wrong in _WRONG:
        exercise.mistake(says)(_misplaced(name, wrong, build))


def _misplaced(
    name: str, wrong: Callable[[int], Places], build: Callable[..., Any]
) -> Callable[..., Any]:
    def answer(size: int, *args: Any, **kwargs: Any) -> Any:
        return build(wrong(size), *args, **kwargs)

    answer.__name__ = name
    return answer


def _up_to_half(size: int) -> Places:
    return np.arange(-(size // 2), size // 2 + 1.0)


_WRONG: tuple[tuple[str, str, Callable[[int], Places]], ...] = (
    (
        "takes_size_as_radius",
        "`size` is taken as the radius: it is the whole side, so 3 means 3×3.",
        lambda size: places(2 * size + 1),
    ),
    (
        "makes_sizes_odd",
        "An even size becomes odd: `-(size // 2) … size // 2` has one place too many. Start from "
        "`np.arange(size)` and subtract the centre.",
        _up_to_half,
    ),
    (
        "starts_at_the_corner",
        "The distance is measured from the top left pixel. Subtract the centre, (size - 1) / 2.",
        lambda size: np.arange(float(size)),
    ),
    (
        "centres_on_a_pixel",
        "The centre is pixel `size // 2`. An even size has its centre between two pixels, at "
        "(size - 1) / 2.",
        lambda size: np.arange(size) - float(size // 2),
    ),
    (
        "centres_on_the_pixel_before",
        "The centre is pixel `(size - 1) // 2`. An even size has its centre between two pixels: "
        "divide with `/`.",
        lambda size: np.arange(size) - float((size - 1) // 2),
    ),
    (
        "is_half_a_pixel_off",
        "The centre is half a pixel off: the places run from 0 to size - 1, so their middle is "
        "(size - 1) / 2, not size / 2.",
        lambda size: np.arange(size) - size / 2,
    ),
    (
        "floors_the_negative",
        "The centre is off: `-size // 2` is -(size // 2) - 1 for odd sizes. Subtract "
        "(size - 1) / 2 from `np.arange(size)`.",
        lambda size: np.arange(size) + float(-size // 2),
    ),
    (
        "measures_from_minus_one_to_one",
        "The places run from -1 to 1, so lengths are measured in half kernels. They are in "
        "pixels: neighbours are 1 apart.",
        lambda size: np.linspace(-1, 1, size),
    ),
    (
        "stretches_the_places",
        "The places run from -size/2 to size/2, a little more than 1 apart. Neighbours are "
        "exactly 1 apart.",
        lambda size: np.linspace(-size / 2, size / 2, size),
    ),
    (
        "stretches_even_sizes",
        "An even size has stretched places: `linspace` from -(size // 2) to size // 2 is 1 apart "
        "for odd sizes only. Its ends are ±(size - 1) / 2.",
        lambda size: np.linspace(-(size // 2), size // 2, size),
    ),
    (
        "stretches_and_floors",
        "The places run from `-size // 2` to `size // 2`: for odd sizes the first is one further "
        "out than the last. The ends are ±(size - 1) / 2.",
        lambda size: np.linspace(-size // 2, size // 2, size),
    ),
)
