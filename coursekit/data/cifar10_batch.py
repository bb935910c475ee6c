"""The files of CIFAR-10: pickles that Python 2 wrote, read without running what they say.

A pickle is a program that can call any function. These hold one dictionary with a list of labels,
a list of file names and one NumPy array, so three names of NumPy are all they need. They get
harmless stand-ins that note what they are given; any other name is refused.
"""

import io
import pickle
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.errors import CourseError

#: Channels, height, width.
SHAPE = (3, 32, 32)
#: Labels are below this.
CLASSES = 10
_NUMBERS = 3 * 32 * 32


class Cifar10Error(CourseError, ValueError):
    """A file is not the part of CIFAR-10 that it should be; the message names it and says why."""


def read_batch(content: bytes, source: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images uint8 (N, 3, 32, 32), read-only, and labels int64 (N,) of one batch file.

    ``content`` is the whole file, ``source`` what messages call it. No function that the content
    names is called, but the content of a file from a stranger can make pickle ask for much memory:
    compare it with its checksum first.

    Raises Cifar10Error (a ValueError) when the content is no such batch.
    """
    try:
        batch = _Unpickler(io.BytesIO(content), encoding="bytes").load()
    except _Refused as error:
        raise Cifar10Error(
            f"{source}: asks for {error}, which a batch of CIFAR-10 has no use for. Nothing of it "
            "was run. Do not open this file with other programs; fetch the official one"
        ) from None
    except Exception as error:  # what a damaged pickle raises is not laid down
        raise Cifar10Error(f"{source}: not a batch of CIFAR-10 ({error}): fetch it again") from None
    if not isinstance(batch, dict) or not {b"data", b"labels"} <= batch.keys():
        raise Cifar10Error(
            f"{source}: a batch of CIFAR-10 is a dictionary with 'data' and 'labels', "
            f"got {_said(batch)}"
        )
    labels = _labels(batch[b"labels"], source)
    return _images(batch[b"data"], len(labels), source), labels


class _Refused(Exception):
    """The pickle names something outside the three."""


class _Array:
    """Stands for a NumPy array: keeps (version, shape, type, column order, bytes)."""

    state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _Type:
    """Stands for a NumPy dtype: keeps its name, such as ``b"u1"``."""

    def __init__(self, name: Any, *_: Any) -> None:
        self.name = name

    def __setstate__(self, state: Any) -> None:
        """Byte order and fields: a type of one byte has neither."""


def _reconstruct(*_: Any) -> _Array:
    """Stands for NumPy's function of that name: an array that gets its content later."""
    return _Array()


_STAND_INS: dict[tuple[str, str], Any] = {
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Type,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """The stand-in; nothing is imported."""
        try:
            return _STAND_INS[module, name]
        except KeyError:
            raise _Refused(repr(f"{module}.{name}"[:80])) from None

    def persistent_load(self, pid: Any) -> Any:
        """Refuse references to things outside the file."""
        raise _Refused("an object outside the file")


def _labels(labels: Any, source: str) -> NDArray[np.int64]:
    if not isinstance(labels, list) or not labels:
        raise Cifar10Error(f"{source}: 'labels' should be a list of numbers, got {_said(labels)}")
    wrong = [n for n, y in enumerate(labels) if type(y) is not int or not 0 <= y < CLASSES]
    if wrong:
        raise Cifar10Error(
            f"{source}: labels are whole numbers from 0 to {CLASSES - 1}, number {wrong[0]} is not"
        )
    return np.array(labels, dtype=np.int64)


def _images(data: Any, count: int, source: str) -> NDArray[np.uint8]:
    expected = f"{source}: 'data' should be a uint8 array of shape ({count}, {_NUMBERS})"
    state = data.state if isinstance(data, _Array) else None
    if not isinstance(state, tuple) or len(state) != 5:
        raise Cifar10Error(f"{expected}, got {_said(data)}")
    _, shape, dtype, columns_first, raw = state
    name = dtype.name if isinstance(dtype, _Type) else None
    if shape != (count, _NUMBERS) or name != b"u1" or columns_first:
        raise Cifar10Error(f"{expected}, got an array of another shape or type")
    if not isinstance(raw, bytes) or len(raw) != count * _NUMBERS:
        raise Cifar10Error(f"{expected}: {count * _NUMBERS} bytes, got {_said(raw)}")
    return np.frombuffer(raw, np.uint8).reshape(count, *SHAPE)


def _said(value: Any) -> str:
    kind = "an array" if isinstance(value, _Array) else f"a {type(value).__name__}"
    return f"{kind} of {len(value)}" if isinstance(value, dict | list | tuple | bytes) else kind
