"""What is wrong with an answer, read off the numbers alone.

The known mistakes of an exercise come first; these rules are for the rest. Each compares an
answer with what was expected and either names a pattern that would hardly come up by chance, or
says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from coursekit.exercises.comparison import number

Rule = Callable[[np.ndarray, np.ndarray], str]


def shape_symptom(got: np.ndarray, expected: np.ndarray) -> str:
    """What the two shapes have in common: swapped, one axis too many, one too long."""
    have, want = got.shape, expected.shape
    if have[::-1] == want and len(want) > 1:
        return "Height and width are swapped (or the axes are in reverse order)."
    if sorted(have) == sorted(want) and len(want) > 1:
        return "The axes are all there, but in another order."
    if [n for n in have if n != 1] == [n for n in want if n != 1]:
        more = "too many" if len(have) > len(want) else "too few"
        return f"The numbers may be there, but with {more} axes of length 1."
    if have == () and want:
        return "One number came back where an array belongs: was it summed over everything?"
    if len(have) == 1 and got.size == expected.size:
        return "The answer was flattened: give it back its axes with `reshape`."
    if len(have) == len(want):
        off = {h - w for h, w in zip(have, want, strict=True)}
        if len(off) == 1:
            step = off.pop()
            if len(want) == 1:
                return f"There are {abs(step)} numbers too {'many' if step > 0 else 'few'}."
            return (
                f"Every axis is {abs(step)} too {'long' if step > 0 else 'short'}: "
                "check the size formula."
            )
        wrong = [i for i, (h, w) in enumerate(zip(have, want, strict=True)) if h != w]
        if len(wrong) == 1:
            return f"Only axis {wrong[0]} has the wrong length."
    if len(have) > len(want):
        return f"There are {len(have) - len(want)} axes too many: is a sum or a mean missing?"
    return f"There are {len(want) - len(have)} axes too few: was too much summed or dropped?"


def value_symptom(got: np.ndarray, expected: np.ndarray, inputs: Iterable[Any] = ()) -> str:
    """The first pattern found in the differing values, or ""."""
    a, b = got.astype(np.float64), expected.astype(np.float64)
    if not a.ndim:
        return _scalar(float(a), float(b))
    if not np.isfinite(a).all() or not np.isfinite(b).all():
        return ""
    for value in inputs:
        if isinstance(value, np.ndarray) and value.shape == a.shape and _close(a, value):
            return "Your answer is the input, unchanged."
    if got.dtype.kind in "iu" and (_close(a, np.trunc(b)) or _close(a, np.rint(b))):
        return (
            f"The right values, cut to whole numbers: your array has dtype {got.dtype}. Make the "
            "result array with a float dtype."
        )
    for rule in _RULES:
        said = rule(a, b)
        if said:
            return said
    return ""


def swapped_outputs(got: Any, expected: Any) -> bool:
    """Whether two returned values came in the wrong order."""
    return (
        isinstance(expected, tuple)
        and len(expected) == 2
        and isinstance(got, tuple | list)
        and len(got) == 2
        and all(
            np.shape(g) == np.shape(e) and _close(np.asarray(g), np.asarray(e))
            for g, e in zip(got, expected[::-1], strict=True)
        )
    )


def _close(a: np.ndarray, b: np.ndarray) -> bool:
    if a.shape != b.shape:
        return False
    scale = max(float(np.max(np.abs(b), initial=0.0)), 1e-12)
    return bool(np.max(np.abs(a - b), initial=0.0) <= 1e-6 * scale)


def _scalar(a: float, b: float) -> str:
    if a == -b:
        return "The sign is the wrong way round."
    if abs(a - b) == 1 and b.is_integer():
        return f"Off by one: your answer is 1 too {'large' if a > b else 'small'}."
    if b and np.isclose(a, 100 * b):
        return "Your answer is 100 times too large: is it in percent?"
    if b not in (0, 1) and np.isclose(a, 1 - b):
        return "Your answer is 1 minus the right one: is the opposite counted?"
    return ""


def _constant(a: np.ndarray, b: np.ndarray) -> str:
    if a.size > 1 and np.ptp(a) == 0 and np.ptp(b) > 0:
        what = "0" if a.flat[0] == 0 else f"the same number, {number(a.flat[0])}"
        return f"Every value is {what}: is the result ever filled in, at every position?"
    return ""


def _ratio(a: np.ndarray, b: np.ndarray) -> str:
    nonzero = np.abs(b) > 1e-9 * np.max(np.abs(b), initial=0.0)
    if b.size < 2 or nonzero.sum() < 2:
        return ""
    ratio = float(np.median(a[nonzero] / b[nonzero]))
    if abs(ratio) < 1e-9 or not _close(a, ratio * b):
        return ""
    if np.isclose(ratio, -1):
        return "Every value has the wrong sign."
    for name, factor in (("degrees instead of radians", 180 / np.pi), ("a factor 2π", 2 * np.pi)):
        if np.isclose(ratio, factor):
            return f"Every value is {number(ratio)} times too large: {name}."
    shown = number(ratio) if ratio >= 1 or ratio < 0 else f"1/{number(1 / ratio)}"
    return (
        f"Every value is {shown} times what it should be: a constant factor. A sum where a mean "
        "belongs (or the reverse), or a normalisation that is missing or done twice?"
    )


def _offset(a: np.ndarray, b: np.ndarray) -> str:
    offset = float(np.median(a - b))
    if b.size > 1 and offset and _close(a - offset, b):
        return f"Every value is {number(abs(offset))} too {'large' if offset > 0 else 'small'}."
    return ""


def _mirrored(a: np.ndarray, b: np.ndarray) -> str:
    if a.ndim >= 2 and a.shape[-1] == a.shape[-2] and _close(a, np.swapaxes(b, -1, -2)):
        return "Rows and columns are swapped: your answer is the transpose."
    for axis, name in _last_axes(a.ndim):
        if a.shape[axis] > 1 and _close(a, np.flip(b, axis)):
            return f"Your answer is mirrored along {name}."
    if a.ndim >= 2 and _close(a, np.flip(b, (-1, -2))):
        return "Your answer is turned by 180°: mirrored in both directions."
    return ""


def _wrapped(a: np.ndarray, b: np.ndarray) -> str:
    if _close(a, np.mod(b, 256)) and np.max(np.abs(b)) >= 256:
        return "Values above 255 wrapped around: an 8-bit array was used for the arithmetic."
    for low, high in ((0.0, 255.0), (0.0, 1.0), (0.0, np.inf), (-1.0, 1.0)):
        if _close(a, np.clip(b, low, high)):
            upper = "" if np.isinf(high) else f" and above {high:g}"
            return f"Right, but cut off: values below {low:g}{upper} were clipped."
    return ""


def _powers(a: np.ndarray, b: np.ndarray) -> str:
    if _close(a, b**2):
        return "Every value is the square of what it should be: is a square root missing?"
    if (b >= 0).all() and _close(a, np.sqrt(b)):
        return "Every value is the square root of what it should be."
    if (b < 0).any() and _close(a, np.abs(b)):
        return "The sizes are right, but negative values lost their sign."
    if _close(np.abs(a), np.abs(b)):
        return "The sizes are right, but some signs are wrong."
    if (b > 0).all():
        for name, f in (("logarithm", np.log), ("negative logarithm", lambda v: -np.log(v))):
            if _close(a, f(b)):
                return f"Every value is the {name} of what it should be."
    if _close(1 - a, b):
        return "Every value is 1 minus what it should be."
    return ""


def _partly(a: np.ndarray, b: np.ndarray) -> str:
    """Right in one region, wrong in another."""
    if a.ndim < 1 or a.size < 4:
        return ""
    scale = max(float(np.max(np.abs(b))), 1e-12)
    wrong = np.abs(a - b) > 1e-6 * scale
    for axis, name in _last_axes(a.ndim):
        lines = wrong.any(axis=tuple(i for i in range(a.ndim) if i != axis % a.ndim))
        length = lines.size
        if length < 3:
            continue
        if lines[-1] and not lines[:-1].any():
            return f"Only the last of {length} along {name} is wrong: does a loop stop too early?"
    if _is_unfilled(a, wrong):
        return "What is filled in is right, but some places were never filled: they are still 0."
    for axis, name in _last_axes(a.ndim):
        lines = wrong.any(axis=tuple(i for i in range(a.ndim) if i != axis % a.ndim))
        if lines.size >= 3 and lines[0] and not lines[1:].any():
            return f"Only the first of {lines.size} along {name} is wrong."
    if a.ndim >= 2:
        for width in (1, 2, 3):
            inside = (..., slice(width, -width), slice(width, -width))
            if wrong[inside].size and not wrong[inside].any():
                return (
                    f"The inside is right; only the outer {width} pixel"
                    f"{'s' if width > 1 else ''} along the border "
                    f"{'are' if width > 1 else 'is'} wrong. Look at how the border is padded."
                )
    return ""


def _is_unfilled(a: np.ndarray, wrong: np.ndarray) -> bool:
    return bool(wrong.any() and not wrong.all() and (a[wrong] == 0).all())


def _moved(a: np.ndarray, b: np.ndarray) -> str:
    if a.ndim < 2 or min(a.shape[-2:]) < 4:
        return ""
    height, width = a.shape[-2:]
    for down in (-2, -1, 0, 1, 2):
        for right in (-2, -1, 0, 1, 2):
            if not (down or right):
                continue
            to = _window(height, down), _window(width, right)
            come = _window(height, -down), _window(width, -right)
            if _close(a[..., to[0], to[1]], b[..., come[0], come[1]]):
                return f"Right, but moved by {down} row(s) and {right} column(s): look at offsets."
    return ""


def _reordered(a: np.ndarray, b: np.ndarray) -> str:
    if a.size > 2 and _close(np.sort(a, axis=None), np.sort(b, axis=None)):
        return "The right numbers in the wrong places: look at the order of axes or of loops."
    return ""


def _window(length: int, shift: int) -> slice:
    return slice(max(shift, 0), length + min(shift, 0))


def _last_axes(ndim: int) -> Iterator[tuple[int, str]]:
    if ndim >= 2:
        yield -2, "the rows (top to bottom)"
        yield -1, "the columns (left to right)"
    elif ndim == 1:
        yield -1, "its length"


_RULES: tuple[Rule, ...] = (
    _constant,
    _ratio,
    _offset,
    _mirrored,
    _wrapped,
    _powers,
    _partly,
    _moved,
    _reordered,
)
