"""What is wrong with an answer, read off the numbers alone.

The known mistakes of an exercise come first; these rules are for the rest. Each compares an
answer with what was expected and either names a pattern that would hardly come up by chance, or
says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from coursekit.exercises.comparison import as_array, number

Rule = Callable[[np.ndarray, np.ndarray], str]


def shape_symptom(got: np.ndarray, expected: np.ndarray) -> str:
    """What the two shapes have in common: swapped, one axis too many, one too long."""
    have, want = got.shape, expected.shape
    if have[::-1] == want and len(want) > 1:
        return (
            f"The axes are in reverse order, {have} instead of {want}: have rows and columns "
            "changed places?"
        )
    if sorted(have) == sorted(want) and len(want) > 1:
        return "The axes are all there, but in another order."
    if [n for n in have if n != 1] == [n for n in want if n != 1]:
        more = "too many" if len(have) > len(want) else "too few"
        return f"The numbers may be there, but with {more} axes of length 1."
    if have == () and want:
        return (
            "One number came back where an array belongs. Was everything summed, or does `return` "
            "stand inside the loop?"
        )
    if len(have) == 1 and got.size == expected.size:
        return "The answer was flattened: give it back its axes with `reshape`."
    if len(have) == len(want):
        off = {h - w for h, w in zip(have, want, strict=True)}
        if len(off) == 1:
            step = off.pop()
            if len(want) == 1:
                numbers = "is 1 number" if abs(step) == 1 else f"are {abs(step)} numbers"
                return f"There {numbers} too {'many' if step > 0 else 'few'}."
            return (
                f"Every axis is {abs(step)} too {'long' if step > 0 else 'short'}: "
                "check the size formula."
            )
        if len(want) == 2 and have[0] == have[1] and have[0] in want and want[0] != want[1]:
            return "Your answer is square, the right one is not: is one length used for both axes?"
        wrong = [i for i, (h, w) in enumerate(zip(have, want, strict=True)) if h != w]
        if len(wrong) == 1:
            lines = {0: " (the number of rows)", 1: " (the number of columns)"}
            what = lines.get(wrong[0], "") if len(want) == 2 else ""
            return f"Only axis {wrong[0]}{what} has the wrong length."
        return ""
    step = abs(len(have) - len(want))
    if len(have) < len(want) and got.size > expected.size:
        return ""
    axes = "is one axis" if step == 1 else f"are {step} axes"
    if len(have) > len(want):
        if not want and len(have) == 1:
            return "Several numbers came back where one number belongs."
        return f"There {axes} too many: is a sum or a mean missing?"
    return f"There {axes} too few: was too much summed or dropped?"


def value_symptom(got: np.ndarray, expected: np.ndarray, inputs: Iterable[Any] = ()) -> str:
    """The first pattern found in the differing values, or ""."""
    if expected.dtype.kind == "b":
        return ""
    a, b = got.astype(np.float64), expected.astype(np.float64)
    if not a.ndim:
        return _scalar(float(a), float(b))
    if not np.isfinite(a).all() or not np.isfinite(b).all():
        return ""
    for value in inputs:
        if isinstance(value, np.ndarray) and value.shape == a.shape and _close(a, value):
            return "What came back is one of the inputs, unchanged."
    # Only a picture has a border to pad; a kernel made from numbers has none.
    pictures = any(isinstance(v, np.ndarray) and v.ndim >= 2 for v in inputs)
    for rule in _RULES:
        said = rule(a, b) if pictures or rule is not _border else ""
        if said:
            return said
    return ""


def storage_symptom(got: np.ndarray, expected: np.ndarray) -> str:
    """The right values, spoilt by how they are kept: whole numbers, bytes, rounding.

    Unlike a pattern in the values this cannot come up by chance.
    """
    if not got.ndim or not np.isfinite(expected).all():
        return ""
    a, b = got.astype(np.float64), expected.astype(np.float64)
    if got.dtype.kind in "iu" and (_close(a, np.trunc(b)) or _close(a, np.rint(b))):
        return (
            f"The right values, cut to whole numbers: your array has dtype {got.dtype}. Make the "
            "result array with a float dtype."
        )
    said = _dtype_wraps(got, b) or _rounded(a, b)
    if not said and got.dtype.kind in "iu" and not _close(b, np.rint(b)):
        return (
            f"Your answer holds whole numbers (dtype {got.dtype}) where fractions belong. Make the "
            "result array with a float dtype."
        )
    return said


def _dtype_wraps(got: np.ndarray, b: np.ndarray) -> str:
    """Whether the right values were put in an integer array that cannot hold them."""
    if got.dtype.kind not in "iu" or got.dtype.itemsize > 2:
        return ""
    low, high = np.iinfo(got.dtype).min, np.iinfo(got.dtype).max
    if np.abs(b).max(initial=0.0) > 2**62:
        return ""
    for whole in (np.trunc(b), np.rint(b), np.floor(b)):
        if ((whole < low) | (whole > high)).any() and np.array_equal(
            got, whole.astype(np.int64).astype(got.dtype)
        ):
            fractions = "" if _close(b, np.rint(b)) else "fractions are cut off, and "
            return (
                f"Your answer has dtype {got.dtype}, which ends at {high}: {fractions}numbers "
                f"outside {low} … {high} wrap round. Make the result array with "
                f"{'a float dtype' if fractions else 'a larger dtype (int64 or float)'}."
            )
    return ""


def _rounded(a: np.ndarray, b: np.ndarray) -> str:
    for digits in range(6 if b.size >= 3 else 0):
        if np.array_equal(np.round(a, digits), a):
            if np.allclose(a, np.round(b, digits), rtol=0, atol=1e-9) and a.any():
                what = "whole numbers" if not digits else f"{digits} decimals"
                return f"The right values, rounded to {what}: do not round."
            break
    return ""


def swapped_outputs(got: Any, expected: Any) -> bool:
    """Whether two returned values came in the wrong order."""
    return (
        isinstance(expected, tuple)
        and len(expected) == 2
        and isinstance(got, tuple | list)
        and len(got) == 2
        and all(
            (array := as_array(g)[0]) is not None
            and array.shape == np.shape(e)
            and _close(array, np.asarray(e))
            for g, e in zip(got, expected[::-1], strict=True)
        )
    )


def _close(a: np.ndarray, b: np.ndarray) -> bool:
    if a.shape != b.shape:
        return False
    scale = max(float(np.max(np.abs(b), initial=0.0)), 1e-12)
    return bool(np.max(np.abs(a - b), initial=0.0) <= 1e-6 * scale)


def _plain(value: float) -> str:
    """7 rather than 7.0: the rules work on floats, also where whole numbers are meant."""
    return str(int(value)) if float(value).is_integer() else number(value)


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
        if a.flat[0] != 0:
            return (
                f"Every value is the same number, {_plain(a.flat[0])}: nothing depends on the "
                "position any more."
            )
        if np.max(np.abs(b)) < 1:
            return (
                "Every value is 0: are numbers below 1 cut to whole numbers (`astype(int)`, an "
                "integer array), or is the result never filled in?"
            )
        return "Every value is 0: is the result ever filled in, at every position?"
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
    if abs(ratio - 1) < 1e-3:
        return (
            f"Nearly right: every value is off by the same small share, {abs(ratio - 1):.1g}. Is a "
            "small number added where it does not belong, or a constant rounded?"
        )
    for times, why in ((255, "divided by 255"), (255**2, "divided by 255 before squaring")):
        if np.isclose(ratio, 1 / times):
            return f"Every value is {times:,} times too small: something is {why}."
    if np.isclose(ratio, 180 / np.pi):
        return f"Every value is {number(ratio)} times too large: degrees instead of radians."
    for name, factor in (("2π", 2 * np.pi), ("π", np.pi), ("√(2π)", np.sqrt(2 * np.pi))):
        if np.isclose(ratio, factor):
            return f"Every value is {number(ratio)} times too large: a factor {name}."
        if np.isclose(ratio, 1 / factor):
            return f"Every value is {number(1 / ratio)} times too small: a factor {name}."
    if abs(ratio) > 1:
        shown = f"{number(abs(ratio))} times too large"
    else:
        shown = f"{number(1 / abs(ratio))} times too small"
    sign = ", and has the wrong sign" if ratio < 0 else ""
    return (
        f"Every value is {shown}{sign}: a constant factor. A sum where a mean belongs (or the "
        "reverse), or a division by a sum that is missing or done twice?"
    )


def _offset(a: np.ndarray, b: np.ndarray) -> str:
    offset = float(np.median(a - b))
    if b.size > 1 and offset and _close(a - offset, b):
        return f"Every value is {_plain(abs(offset))} too {'large' if offset > 0 else 'small'}."
    return ""


def _mirrored(a: np.ndarray, b: np.ndarray) -> str:
    if a.ndim >= 2 and a.shape[-1] == a.shape[-2] and _close(a, np.swapaxes(b, -1, -2)):
        return "Rows and columns are swapped: your answer is the transpose."
    for axis, name in _last_axes(a.ndim):
        if a.shape[axis] > 1 and _close(a, np.flip(b, axis)):
            return f"The order of the {name}s is reversed."
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
        return "Right but for the sign: negative numbers have become positive."
    if _close(np.abs(a), np.abs(b)):
        return "Right but for the sign: some signs are wrong."
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
            unfilled = not np.take(a, -1, axis=axis).any()
            why = ", it is still 0: does a loop stop too early?" if unfilled else "."
            return f"Only the last {name} is wrong{why}"
    if _is_unfilled(a, wrong):
        return (
            "All wrong places hold 0, the others are right: does the loop reach everything, the "
            "first and the last included?"
        )
    for axis, name in _last_axes(a.ndim):
        lines = wrong.any(axis=tuple(i for i in range(a.ndim) if i != axis % a.ndim))
        if lines.size >= 3 and lines[0] and not lines[1:].any():
            return f"Only the first {name} is wrong."
    return ""


def _border(a: np.ndarray, b: np.ndarray) -> str:
    if a.ndim < 2:
        return ""
    scale = max(float(np.max(np.abs(b))), 1e-12)
    wrong = np.abs(a - b) > 1e-6 * scale
    for width in (1, 2, 3):
        inside = (..., slice(width, -width), slice(width, -width))
        rim = wrong.sum() / max(wrong.size - wrong[inside].size, 1)
        if wrong[inside].size >= 4 and rim > 0.4 and not wrong[inside].any():
            pixels = f"{width} pixels along the border are" if width > 1 else "pixel is"
            return f"The inside is right; only the outer {pixels} wrong. Look at how you pad."
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
                return f"Right, but moved {_way(down, right)}: where do your windows begin?"
    return ""


def _way(down: int, right: int) -> str:
    ways = []
    for steps, names, line in ((down, ("up", "down"), "row"), (right, ("left", "right"), "column")):
        if steps:
            lines = f"{line}s" if abs(steps) > 1 else line
            ways.append(f"{names[steps > 0]} by {abs(steps)} {lines}")
    return " and ".join(ways)


def _reordered(a: np.ndarray, b: np.ndarray) -> str:
    if a.size > 2 and _close(np.sort(a, axis=None), np.sort(b, axis=None)):
        return "The right numbers in the wrong places: look at the order of axes or of loops."
    return ""


def _window(length: int, shift: int) -> slice:
    return slice(max(shift, 0), length + min(shift, 0))


def _last_axes(ndim: int) -> Iterator[tuple[int, str]]:
    if ndim >= 2:
        yield -2, "row"
        yield -1, "column"
    elif ndim == 1:
        yield -1, "value"


_RULES: tuple[Rule, ...] = (
    _constant,
    _ratio,
    _offset,
    _mirrored,
    _wrapped,
    _powers,
    _partly,
    _border,
    _moved,
    _reordered,
)
