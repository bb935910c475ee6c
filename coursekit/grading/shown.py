"""A check's `Result` as JSON in a record, and back.

Arrays are kept whole up to `MOST` numbers. Of a larger one the part around the first difference is
kept, which is more than `coursekit.checking.windows.window` shows; the rest comes back masked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.checking.result import Result
from coursekit.checking.windows import place_in, span
from coursekit.exercises.comparison import RUNGS
from coursekit.grading.plain import plain
from coursekit.grading.records import RecordError

MOST = 400
"""Numbers kept of one array."""

LARGEST = 1_000_000
"""Numbers of an array that is kept in part; of a larger one nothing is."""

INPUTS = 6
"""Array arguments kept."""

WARNINGS = 5
"""Warnings kept."""

_SIDE = math.isqrt(MOST)
_TEXTS = ("name", "message", "diagnosis", "mistake", "call", "case", "output", "printed", "note")


def to_json(result: Result) -> dict[str, Any]:
    """The result in types that ``json.dumps(..., allow_nan=False)`` accepts."""
    told: dict[str, Any] = {"rung": result.rung}
    told |= {name: plain(text) for name in _TEXTS if (text := getattr(result, name))}
    if result.warned:
        told["warned"] = [plain(w) for w in result.warned[:WARNINGS]]
    wrong = _usable(result.wrong)
    for name in ("got", "expected"):
        array = _usable(getattr(result, name))
        if array is not None:
            told[name] = _packed(array, _first(wrong, array))
    if wrong is not None and wrong.dtype == bool:
        told["wrong"] = _packed(wrong, _first(wrong, wrong))
    inputs = [(name, _usable(value)) for name, value in result.inputs.items()]
    told["inputs"] = {
        plain(name): _packed(value, place_in(value, wrong) or (0,) * value.ndim)
        for name, value in inputs[:INPUTS]
        if value is not None
    }
    return told


def from_json(told: Mapping[str, Any]) -> Result:
    """The result that `to_json` was given; arrays kept in part are masked arrays of full shape.

    Raises:
        RecordError: this is not what `to_json` writes.
    """
    try:
        if told["rung"] not in RUNGS:
            raise RecordError(f"a rung of the ladder was expected, got {told['rung']!r}")
        result = Result("", told["rung"], "")
        for name in _TEXTS:
            setattr(result, name, plain(str(told.get(name, ""))))
        result.warned = [plain(str(w)) for w in told.get("warned", ())]
        result.inputs = {plain(str(k)): _unpacked(v) for k, v in told.get("inputs", {}).items()}
        for name in ("got", "expected", "wrong"):
            if name in told:
                setattr(result, name, _unpacked(told[name]))
        if result.wrong is not None:
            result.wrong = np.ma.filled(result.wrong, False).astype(bool)
    except RecordError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise RecordError(f"not a shown result: {type(error).__name__}: {error}") from None
    return result


def _usable(value: Any) -> np.ndarray | None:
    """`value` as an array of numbers that is worth keeping, or None."""
    if not isinstance(value, np.ndarray | np.generic | bool | int | float | complex):
        return None
    array = np.asarray(value)
    if array.dtype.kind not in "biufc" or array.size > LARGEST:
        return None
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        return array.astype(np.float64)
    if array.dtype.kind == "c" and array.dtype.itemsize > 16:
        return array.astype(np.complex128)
    return array


def _first(wrong: np.ndarray | None, array: np.ndarray) -> tuple[int, ...]:
    """The first place that `wrong` marks in `array`, or its corner."""
    if wrong is None or wrong.shape != array.shape or not wrong.any():
        return (0,) * array.ndim
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(wrong)), wrong.shape))


def _packed(array: np.ndarray, at: tuple[int, ...]) -> dict[str, Any]:
    packed: dict[str, Any] = {"dtype": array.dtype.str, "shape": list(array.shape)}
    if array.size > MOST:
        part = _part(array.shape, at)
        packed["start"] = [s.start for s in part]
        packed["part"] = [s.stop - s.start for s in part]
        array = array[part]
    packed["values"] = [_number(v) for v in array.ravel().tolist()]
    return packed


def _part(shape: tuple[int, ...], at: tuple[int, ...]) -> tuple[slice, ...]:
    """At most `MOST` numbers around `at`: a piece of the last two axes."""
    if len(shape) == 1:
        return (span(shape[0], at[0], MOST),)
    lead = [slice(i, i + 1) for i in at[:-2]]
    return (*lead, *(span(n, i, _SIDE) for n, i in zip(shape[-2:], at[-2:], strict=True)))


def _number(value: Any) -> Any:
    """JSON knows neither NaN nor infinity nor complex numbers."""
    if isinstance(value, complex):
        return [_number(value.real), _number(value.imag)]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return int(value) if isinstance(value, bool) else value


def _unpacked(packed: Mapping[str, Any]) -> np.ndarray:
    dtype, shape = np.dtype(packed["dtype"]), tuple(int(n) for n in packed["shape"])
    if dtype.kind not in "biufc" or math.prod(shape) > LARGEST:
        raise RecordError(f"an array of {dtype} and shape {shape} is not kept in records")
    values = packed["values"]
    if dtype.kind == "c":
        values = [complex(float(real), float(imaginary)) for real, imaginary in values]
    if "start" not in packed:
        return np.array(values, dtype).reshape(shape)
    whole = np.ma.masked_all(shape, dtype)
    whole.data[...] = 0
    part = tuple(slice(s, s + n) for s, n in zip(packed["start"], packed["part"], strict=True))
    whole[part] = np.array(values, dtype).reshape(packed["part"])
    return whole
