"""Messages between the judge and a worker: JSON and raw arrays, nothing that can hold code.

A message is two lengths (4 bytes each, big-endian), a JSON object, and the bytes of its arrays. A
value is written as itself where JSON has it, else as a list that begins with a letter::

    ["l", [...]]  ["t", [...]]  ["d", [[key, value], ...]]     list, tuple, dict
    ["n", [names], [values]]                                   several values with names
    ["a", dtype, shape, offset, layout]                        array; its bytes begin at offset
    ["i", "123…"]  ["c", re, im]                               long integer, complex number
    ["g", maker, [arguments]]                                  an argument made on arrival
    ["o", kind, type]                                          anything else: only its type is told

What arrives is checked as if an enemy had written it: it may have.
"""

from __future__ import annotations

import json
import keyword
import math
import re
import struct
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.exercises import layouts
from coursekit.exercises.given import Given
from coursekit.exercises.values import Named

LENGTHS = struct.Struct(">II")
MOST_JSON = 4 << 20
MOST_BYTES = 64 << 20
"""Bytes of the arrays of one message, at most."""

MOST_VALUES = 1 << 16
"""Lists, arrays and objects in one message."""

MOST_DIGITS = 1000
MOST_TEXT = 1 << 18
"""Characters of a text that is passed on."""

_DTYPES = {
    np.dtype(name).str: np.dtype(name)
    for name in (
        *("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"),
        *("f2", "f4", "f8", "c8", "c16"),
    )
}
_LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "F": layouts.fortran,
    "S": layouts.strided,
    "R": layouts.reversed_rows,
    "L": layouts.read_only,
}
_PLAIN = frozenset((str, bool, int, float, type(None)))
_ENCODER = json.JSONEncoder(separators=(",", ":"))


class WireError(Exception):
    """What arrived is no message."""


def encode(told: dict[str, Any]) -> bytes:
    """A message that says `told`; its values are whatever `coursekit.exercises` cases hold.

    Raises:
        WireError: it is larger than a message may be.
    """
    arrays: list[bytes] = []
    offsets = [0]
    packed = {key: _packed(value, arrays, offsets) for key, value in told.items()}
    text = _ENCODER.encode(packed).encode()
    if len(text) > MOST_JSON or offsets[0] > MOST_BYTES:
        raise WireError(f"a message of {len(text) + offsets[0]:,} bytes is too large")
    return b"".join((LENGTHS.pack(len(text), offsets[0]), text, *arrays))


def decode(text: bytes, body: bytes) -> dict[str, Any]:
    """What a message says.

    Raises:
        WireError: it is none.
    """
    try:
        packed = json.loads(str(text, "utf-8"))
        if not isinstance(packed, dict):
            raise WireError("a message is an object")
        arrived = _Body(body)
        return {key: _unpacked(value, arrived) for key, value in packed.items()}
    except WireError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, OverflowError) as error:
        raise WireError(f"{type(error).__name__}: {error}"[:200]) from None


def split(came: bytearray) -> tuple[bytes, bytes] | None:
    """The first message's text and body, taken off what came; None while it is not whole.

    Raises:
        WireError: it is longer than a message may be.
    """
    begin = LENGTHS.size
    if len(came) < begin:
        return None
    texts, bodies = LENGTHS.unpack_from(came)
    if texts > MOST_JSON or bodies > MOST_BYTES:
        raise WireError(f"a message of {texts + bodies:,} bytes is announced")
    middle = begin + texts
    end = middle + bodies
    if len(came) < end:
        return None
    with memoryview(came) as view:
        text, body = bytes(view[begin:middle]), bytes(view[middle:end])
    del came[:end]
    return text, body


def _packed(value: Any, arrays: list[bytes], offsets: list[int]) -> Any:
    kind = type(value)
    if kind is np.ndarray:
        return _packed_array(value, arrays, offsets)
    if kind in _PLAIN:
        if kind is str:
            return value[:MOST_TEXT]
        return value if kind is not int or abs(value) < 1 << 62 else _packed_int(value)
    if isinstance(value, np.generic):
        return _packed_array(np.asarray(value), arrays, offsets)
    if isinstance(value, Named):
        return ["n", list(value.names), [_packed(v, arrays, offsets) for v in value]]
    if isinstance(value, Given):
        return ["g", value.maker, [_packed(v, arrays, offsets) for v in value.args]]
    if kind is list or isinstance(value, tuple):
        letter = "l" if kind is list else "t"
        return [letter, [_packed(v, arrays, offsets) for v in value]]
    if kind is dict and all(type(key) is str for key in value):
        return ["d", [[key[:MOST_TEXT], _packed(v, arrays, offsets)] for key, v in value.items()]]
    if kind is complex:
        return ["c", value.real, value.imag]
    return ["o", _sort(value), kind.__name__[:80]]


def _packed_int(value: int) -> list[Any]:
    if value.bit_length() > 3 * MOST_DIGITS:
        return ["o", "object", "int of many digits"]
    return ["i", str(value)]


def _sort(value: Any) -> str:
    if isinstance(value, types.GeneratorType):
        return "generator"
    if isinstance(value, types.FunctionType | types.BuiltinFunctionType | types.MethodType):
        return "function"
    return "class" if isinstance(value, type) else "object"


def _packed_array(value: np.ndarray, arrays: list[bytes], offsets: list[int]) -> list[Any]:
    if value.dtype.kind in "fc" and value.dtype.str not in _DTYPES:  # longer than double
        value = value.astype(np.complex128 if value.dtype.kind == "c" else np.float64)
    if value.dtype.byteorder == ">":
        value = value.astype(value.dtype.newbyteorder("<"))
    if value.dtype.str not in _DTYPES:
        return ["o", "object", f"ndarray of dtype {value.dtype}"[:80]]
    place = offsets[0]
    if place + value.nbytes > MOST_BYTES:  # before memory for it is taken
        raise WireError(f"an array of {value.nbytes:,} bytes is too large for a message")
    data = value.tobytes()
    arrays.append(data)
    offsets[0] += len(data)
    return ["a", value.dtype.str, list(value.shape), place, _layout(value)]


def _layout(value: np.ndarray) -> str:
    flags = value.flags
    if not flags.writeable:
        return "L"
    if flags.c_contiguous:
        return "C"
    if flags.f_contiguous:
        return "F"
    return "R" if value.strides[0] < 0 else "S"


class _Body:
    """The bytes of a message's arrays. Each is taken once: a copy of a few bytes may not be asked
    for a million times."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place, self._values = data, 0, 0

    def count(self) -> None:
        """Note one more list, array or object."""
        self._values += 1
        if self._values > MOST_VALUES:
            raise WireError("too many values")

    def take(self, dtype: np.dtype, count: int, place: int) -> np.ndarray:
        """The next `count` numbers, which begin at `place`."""
        end = place + count * dtype.itemsize
        if place != self._place or end > len(self._data):
            raise WireError("an array lies outside its message, or on another")
        self._place = end
        return np.frombuffer(self._data, dtype, count, place) if count else np.zeros(0, dtype)


def _unpacked(packed: Any, body: _Body) -> Any:
    if type(packed) in _PLAIN:
        return packed
    if not isinstance(packed, list) or not packed:
        raise WireError("a value is plain or a list with a letter")
    body.count()
    letter = packed[0]
    if letter == "a":
        return _unpacked_array(packed, body)
    if letter in ("l", "t"):
        values = [_unpacked(v, body) for v in packed[1]]
        return values if letter == "l" else tuple(values)
    if letter == "d":
        return {str(key): _unpacked(v, body) for key, v in packed[1]}
    if letter == "n":
        return Named(map(str, packed[1]), [_unpacked(v, body) for v in packed[2]])
    if letter == "i":
        if len(packed[1]) > MOST_DIGITS:
            raise WireError("too long an integer")
        return int(packed[1])
    if letter == "c":
        return complex(float(packed[1]), float(packed[2]))
    if letter == "g":
        return Given(str(packed[1]), tuple(_unpacked(v, body) for v in packed[2]))
    if letter == "o":
        return _likeness(packed[1], packed[2])
    raise WireError("an unknown letter")


def _unpacked_array(packed: list[Any], body: _Body) -> np.ndarray:
    _, name, shape, place, layout = packed
    dtype = _DTYPES[name]
    if len(shape) > 32 or not all(type(n) is int and n >= 0 for n in (*shape, place)):
        raise WireError("a shape is a list of lengths")
    flat = body.take(dtype, math.prod(shape), place)
    made = flat.reshape(shape).copy()
    return made if layout == "C" else _LAYOUTS[layout](made).reshape(shape)


def _likeness(kind: Any, name: Any) -> Any:
    """An object that describes itself as the one that was not sent."""
    if kind == "generator":
        return (nothing for nothing in range(0))
    if kind == "function":
        return lambda: None
    plain = re.sub(r"\W+", "_", str(name))[:40].strip("_") or "object"
    made = type(f"{plain}_" if keyword.iskeyword(plain) else plain, (), {})
    return made if kind == "class" else made()
