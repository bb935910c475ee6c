"""Comparing an answer with what was expected: type, shape, dtype kind, finiteness, values.

Nothing here ever broadcasts: shapes are compared before a single number is.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any

import numpy as np

from coursekit.exercises.values import Named

RUNGS = (
    "attempted",
    "callable",
    "runs",
    "returns",
    "shape",
    "dtype",
    "finite",
    "tiny",
    "random",
    "properties",
    "passed",
)
"""The ladder, bottom to top. A check stops at the first rung that does not hold."""

Difference = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""``difference(got, expected)`` → absolute error per element, same shape as both."""


Undefined = Callable[[tuple[Any, ...]], np.ndarray]
"""``undefined(expected values)`` → mask of places where an output has no meaning."""


@dataclass(frozen=True)
class Tolerance:
    """Largest error accepted, as a share of the largest expected magnitude.

    `double` holds for float64. `single` holds when the answer, or what was expected, is float32 or
    coarser: an answer computed in single precision is a right answer.
    """

    double: float = 1e-6
    single: float = 1e-4

    def allowed(self, got: np.ndarray, expected: np.ndarray) -> float:
        """The absolute error allowed for `got`, in the units of `expected`."""
        finite = expected[np.isfinite(expected)] if expected.size else expected
        scale = float(np.max(np.abs(finite))) if finite.size else 0.0
        return self.share(got, expected) * max(scale, 1e-3)

    def share(self, got: np.ndarray, expected: np.ndarray) -> float:
        """The share of the largest expected magnitude that holds for these two."""
        coarse = (a.dtype.kind == "f" and a.dtype.itemsize < 8 for a in (got, expected))
        return self.single if any(coarse) else self.double


@dataclass(frozen=True)
class Mismatch:
    """One way in which an answer differs from what was expected.

    Attributes:
        rung: the rung of the ladder that failed ("values" until a case is known).
        message: one or two plain sentences.
        got, expected: what is worth showing side by side (arrays where possible), or None.
        wrong: boolean array marking the elements that differ, or None.
        output: the name of the output concerned when a function returns several.
    """

    rung: str
    message: str
    got: Any = None
    expected: Any = None
    wrong: np.ndarray | None = None
    output: str = ""


@dataclass(frozen=True)
class Comparison:
    """How an exercise's answers are compared.

    Attributes:
        tolerance: see `Tolerance`.
        outputs: names of the returned values, when there are several.
        whole: whether whole numbers are asked for (sizes, labels, counts): a float is then
            refused. Otherwise 3 and 3.0 are the same answer.
        differences: per output name, a function that replaces ``abs(got - expected)``
            (angles, for instance, differ modulo 2π).
        undefined: per output name, a function from all expected values to a mask of the places
            where this output has no meaning (the direction of an arrow of length 0): any finite
            number is right there.
        tensors: whether what is asked for is called a tensor, not an array.
    """

    tolerance: Tolerance = Tolerance()
    outputs: tuple[str, ...] = ()
    whole: bool = False
    differences: Mapping[str, Difference] = field(default_factory=dict)
    undefined: Mapping[str, Undefined] = field(default_factory=dict)
    tensors: bool = False

    def mismatch(self, got: Any, expected: Any) -> Mismatch | None:
        """The first difference between `got` and `expected`, or None when they agree."""
        if isinstance(expected, tuple):
            return self._several(got, expected)
        return self._one(got, expected, self.outputs[0] if len(self.outputs) == 1 else "")

    def names_of(self, expected: tuple[Any, ...]) -> tuple[str, ...]:
        """The names of the values in `expected`: its own, else the outputs'."""
        if isinstance(expected, Named):
            return expected.names
        if len(self.outputs) == len(expected):
            return self.outputs
        return tuple(f"value {i + 1}" for i in range(len(expected)))

    def _several(self, got: Any, expected: tuple[Any, ...]) -> Mismatch | None:
        names = self.names_of(expected)
        if isinstance(got, Named) and got.names != names and isinstance(expected, Named):
            return _other_names(got, expected)
        wanted = f"({', '.join(names)})"
        if not isinstance(got, tuple | list) and not (isinstance(got, np.ndarray) and got.ndim):
            said = f"Expected {len(expected)} values, {wanted}; {came(got)}"
            return Mismatch("returns", said)
        if len(got) != len(expected):
            said = f"Expected {len(expected)} values, {wanted}, as a tuple; {came(got)}"
            return Mismatch("returns", said)
        for name, one_got, one_expected in zip(names, got, expected, strict=True):
            skip = self.undefined[name](expected) if name in self.undefined else None
            found = self._one(one_got, one_expected, name, skip)
            if found:
                return found
        return None

    def _one(
        self, got: Any, expected: Any, output: str, skip: np.ndarray | None = None
    ) -> Mismatch | None:
        if _identical(got, expected):
            return None
        whose = f"`{output}`" if output else "The answer"
        if isinstance(expected, str) or expected is None:
            if type(got) is type(expected) and got == expected:
                return None
            return Mismatch("returns", f"{whose} should be {expected!r}; {came(got)}")
        wanted = np.asarray(expected)
        array, problem = as_array(got)
        if array is None:
            part = f" for `{output}`" if output else ""
            if isinstance(got, tuple):
                problem = came(got)
            if output and got is None:
                problem = "None came back."
            said = f"Expected {self._wanted(wanted)}{part}; {problem}"
            return Mismatch("returns", said, output=output)
        if array.shape != wanted.shape:
            if isinstance(got, tuple):
                return Mismatch(
                    "returns", f"Expected {self._wanted(wanted)}; {came(got)}", output=output
                )
            return Mismatch(
                "shape",
                f"{whose} should have shape {wanted.shape}, but has shape {array.shape}."
                if wanted.ndim
                else f"{whose} should be a single number, but has shape {array.shape}.",
                array,
                wanted,
                output=output,
            )
        problem = dtype_problem(array, wanted, whole=self.whole)
        if problem:
            return Mismatch("dtype", f"{whose} {problem}", array, wanted, output=output)
        return self._values(array, wanted, output, whose, skip)

    def _wanted(self, wanted: np.ndarray) -> str:
        """What is asked for. A stored answer may be written 1 where any number will do."""
        if wanted.dtype.kind in "iu" and not self.whole:
            wanted = wanted.astype(np.float64)
        if self.tensors and wanted.ndim:
            return f"a tensor of shape {wanted.shape}"
        return describe(wanted)

    def _values(
        self,
        got: np.ndarray,
        expected: np.ndarray,
        output: str,
        whose: str,
        skip: np.ndarray | None = None,
    ) -> Mismatch | None:
        if skip is None and output not in self.differences and self._close(got, expected):
            return None
        if got.dtype.kind == "f" or expected.dtype.kind == "f":
            unexpected = ~np.isfinite(got) & np.isfinite(expected)
            if unexpected.any():
                kind = "NaN" if np.isnan(got[unexpected]).any() else "infinity"
                return Mismatch(
                    "finite",
                    f"{whose} has {kind} in {count_of(unexpected)}, where a finite number belongs.",
                    got,
                    expected,
                    unexpected,
                    output,
                )
        wrong = self._wrong(got, expected, output)
        if skip is not None:
            wrong = wrong & ~skip
        if not wrong.any():
            return None
        if not wrong.ndim:
            right, theirs = _told_apart(expected, got)
            message = f"{whose} should be {right}, but is {theirs}."
        else:
            index = tuple(int(i) for i in np.argwhere(wrong)[0])
            where = ", ".join(map(str, index))
            noise = 1e-12 * float(np.max(np.abs(np.nan_to_num(expected))))
            right, theirs = _told_apart(expected[index], got[index], noise)
            message = (
                f"{whose} is wrong in {count_of(wrong)}. First at [{where}]: "
                f"expected {right}, got {theirs}."
            )
        return Mismatch("values", message, got, expected, wrong, output)

    def _close(self, got: np.ndarray, expected: np.ndarray) -> bool:
        """Whether all is finite and close: true of nearly every right answer, and seen at once."""
        if not (got.size and got.dtype.kind == expected.dtype.kind == "f"):
            return False
        with np.errstate(all="ignore"):
            error = np.abs(np.subtract(got, expected, dtype=np.float64)).max()
            scale = float(np.abs(expected).max())
        # A NaN makes the error NaN, and an infinite number something that is not below infinity.
        return bool(error <= self.tolerance.share(got, expected) * max(scale, 1e-3) < np.inf)

    def _wrong(self, got: np.ndarray, expected: np.ndarray, output: str) -> np.ndarray:
        if expected.dtype.kind in "iub" and got.dtype.kind in "iub":
            return np.asarray(got != expected)
        with np.errstate(all="ignore"):
            difference = self.differences.get(output)
            if difference:
                error = difference(got.astype(np.float64), expected.astype(np.float64))
            else:
                error = np.abs(got.astype(np.float64) - expected.astype(np.float64))
            same = (got == expected) | (np.isnan(got) & np.isnan(expected))
            # Written so that a NaN error counts as wrong.
            return np.asarray(~(same | (error <= self.tolerance.allowed(got, expected))))


def angle_difference(got: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Absolute difference of two angles in radians, modulo 2π: −π and π are the same."""
    return np.abs((got - expected + np.pi) % (2 * np.pi) - np.pi)


def as_array(value: Any) -> tuple[np.ndarray | None, str]:
    """`value` as a NumPy array of numbers, or None and what is in the way.

    Accepts arrays, numbers, nested lists and tuples, and anything with ``__array__`` (torch
    tensors, with or without a gradient).
    """
    if value is None:
        return None, "your function returned None. Is the `return` statement missing?"
    if inspect.isgenerator(value) or isinstance(value, map | filter | zip | range):
        kind = type(value).__name__
        return None, f"a {kind} came back. Collect its values in an array and return that."
    if isinstance(value, type) or (callable(value) and not hasattr(value, "__array__")):
        return None, "a function or class came back. Did you forget to call it?"
    if isinstance(value, str | bytes | dict | set):
        return None, f"a {type(value).__name__} came back."
    detach = getattr(value, "detach", None)
    try:
        array = np.asarray(detach().cpu() if callable(detach) else value)
    except Exception:
        return None, "what came back has rows of different lengths or is not made of numbers."
    if array.dtype.kind == "O":
        array = _plain_numbers(array)
    if array.dtype.kind in "SU":
        return None, "what came back holds text, not numbers."
    if array.dtype.kind == "O":
        return None, "what came back holds Python objects that are not numbers (None, perhaps)."
    if array.dtype.kind not in "biufc":
        return None, f"what came back holds {array.dtype} values, not numbers."
    return array, ""


def _plain_numbers(array: np.ndarray) -> np.ndarray:
    """Python's own numbers (large integers, fractions) in an object array as a NumPy dtype."""
    values = list(array.flat)
    if not values or not all(isinstance(v, Real) for v in values):
        return array
    kind = int if all(isinstance(v, Integral) for v in values) else float
    try:
        return array.astype(kind)
    except (OverflowError, ValueError, TypeError):
        return array


def dtype_problem(got: np.ndarray, expected: np.ndarray, *, whole: bool) -> str:
    """What is wrong with the dtype of `got`, as the end of a sentence; "" when nothing is.

    Whole numbers are accepted where real numbers are expected: if rounding lost something, the
    values say so.
    """
    if got.dtype.kind == "c":
        return "has complex numbers. Take the real part, and check why they came up."
    if whole and got.dtype.kind == "f":
        if not got.ndim:
            shown = number(got)
            return f"should be a whole number (an int); you returned the float {shown}."
        return f"should hold whole numbers (an integer dtype); yours holds {got.dtype}."
    if expected.dtype.kind in "iuf" and got.dtype.kind == "b":
        return "should hold numbers; yours holds True and False."
    if expected.dtype.kind == "b" and got.dtype.kind != "b":
        return f"should hold True and False (dtype bool); yours holds {got.dtype}."
    return ""


def describe(value: Any) -> str:
    """A few words for what `value` is: ``a float64 array of shape (3, 4)``."""
    if isinstance(value, np.ndarray):
        if not value.ndim:
            return "a whole number" if value.dtype.kind in "iu" else "a number"
        article = "an" if value.dtype.kind in "iu" else "a"
        return f"{article} {value.dtype} array of shape {value.shape}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def number(value: Any, noise: float = 0.0) -> str:
    """A number as a person writes it: integers whole, others to six significant digits.

    What is no larger than `noise` is 0.
    """
    scalar = np.asarray(value)[()]
    if np.asarray(value).dtype.kind in "iub":
        return str(scalar)
    with np.errstate(all="ignore"):  # a long double may be too large for a float
        shown = "0" if abs(scalar) <= noise else f"{float(scalar):.6g}"
    return shown if any(c in shown for c in ".en") else shown + ".0"


def _told_apart(expected: Any, got: Any, noise: float = 0.0) -> tuple[str, str]:
    """Two different numbers as texts that differ, with more digits where six do not show it."""
    right, theirs = number(expected, noise), number(got, noise)
    if right == theirs and np.asarray(got).dtype.kind == "f":
        return repr(float(expected)), repr(float(got))
    return right, theirs


def count_of(mask: np.ndarray) -> str:
    """``3 of 16 places`` for a boolean array."""
    total = mask.size
    if total == 1:
        return "its only place"
    return f"all {total} places" if mask.all() else f"{int(mask.sum())} of {total} places"


def same(
    got: Any, expected: Any, *, tolerance: Tolerance | None = None, outputs: Sequence[str] = ()
) -> Mismatch | None:
    """Compare two answers inside a property; None when they agree (see `Comparison`)."""
    return Comparison(tolerance or Tolerance(), tuple(outputs)).mismatch(got, expected)


def _identical(got: Any, expected: Any) -> bool:
    """Whether two arrays are the same bits, as they are for most right answers: seen at once."""
    return (
        type(got) is np.ndarray
        and type(expected) is np.ndarray
        and got.dtype == expected.dtype
        and got.shape == expected.shape
        and got.tobytes() == expected.tobytes()
    )


def _other_names(got: Named, expected: Named) -> Mismatch:
    """Two results of one script differ in names only where a list has another length."""
    pairs = zip(got.names, expected.names, strict=False)
    first = next((pair for pair in pairs if pair[0] != pair[1]), (got.names[-1],) * 2)
    listed = [name for name in first if "[" in name] or [expected.names[-1]]
    name = listed[0].partition("[")[0]
    came = describe(got[got.names.index(name)]) if name in got.names else got.whole(name)
    return Mismatch(
        "returns", f"`{name}` should be {expected.whole(name)}; {came} came back.", output=name
    )


def came(got: Any) -> str:
    """What came back instead of what was wanted, as the end of a sentence."""
    if got is None:
        return "your function returned None. Is the `return` statement missing?"
    if inspect.isgenerator(got):
        return "a generator came back: use `return`, not `yield`."
    return f"{describe(got)} came back."
