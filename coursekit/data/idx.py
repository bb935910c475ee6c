"""IDX, the file format of MNIST: a short header that says shape and type, then the numbers.

Two zero bytes, a byte for the type, a byte for the number of dimensions, the length of each
dimension as a big-endian uint32, then the values, big-endian, last dimension fastest. The first
four bytes are called the magic number: 00 00 08 03 begins a stack of grey uint8 images.
Defined by Y. LeCun, C. Cortes and C. Burges on the page of MNIST, 1998.
"""

import gzip
import math
import os
import struct
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.errors import CourseError

_TYPES: dict[int, np.dtype[Any]] = {
    0x08: np.dtype(np.uint8),
    0x09: np.dtype(np.int8),
    0x0B: np.dtype(np.int16),
    0x0C: np.dtype(np.int32),
    0x0D: np.dtype(np.float32),
    0x0E: np.dtype(np.float64),
}
_NAMES = ", ".join(dtype.name for dtype in _TYPES.values())
_MOST_DIMENSIONS = 64  # what a NumPy array can have
_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 20


class IdxError(CourseError, ValueError):
    """A file is not the IDX file that it should be; the message names it and says why."""


def read_idx(path: str | os.PathLike[str]) -> NDArray[Any]:
    """The array in an IDX file, compressed by gzip or plain (told apart by content, not name).

    The result is new and writable, in this machine's byte order: uint8, int8, int16, int32,
    float32 or float64, with the shape that the file states.

    Raises IdxError (a ValueError) when the magic number is wrong, the file ends early, goes on
    after the last value, or its compression is damaged; FileNotFoundError when it is not there.
    """
    path = Path(path)
    with path.open("rb") as raw:
        compressed = raw.read(2) == _GZIP
        raw.seek(0)
        if not compressed:
            return _parse(raw, path)
        try:
            with gzip.open(raw) as unpacked:
                return _parse(unpacked, path)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise IdxError(
                f"{path}: the gzip compression is damaged or cut short ({error}): "
                "fetch the file again"
            ) from error


def write_idx(path: str | os.PathLike[str], values: ArrayLike) -> None:
    """Write an array as IDX, compressed when the name ends in ``.gz``; the same array always
    gives the same bytes.

    Raises TypeError for a type that IDX does not have (convert int64 labels with
    ``.astype(np.uint8)`` first), ValueError for a scalar or a length of 2³² or more.
    """
    x = np.asarray(values)
    code = next((code for code, dtype in _TYPES.items() if x.dtype == dtype), None)
    if code is None:
        raise TypeError(f"IDX holds {_NAMES}, got {x.dtype}: convert with .astype(...) first")
    if x.ndim < 1 or any(length >= 2**32 for length in x.shape):
        raise ValueError(f"IDX holds 1 or more dimensions below 2³² each, got shape {x.shape}")
    content = struct.pack(f">HBB{x.ndim}I", 0, code, x.ndim, *x.shape)
    content += x.astype(x.dtype.newbyteorder(">")).tobytes()
    path = Path(path)
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def _parse(file: BinaryIO | gzip.GzipFile, path: Path) -> NDArray[Any]:
    dtype, shape = _header(file, path)
    expected = math.prod(shape) * dtype.itemsize
    data = _read(file, expected + 1)
    if len(data) != expected:
        came = "more follow" if len(data) > expected else f"there are {len(data)}"
        raise IdxError(
            f"{path}: shape {shape} of {dtype.name} takes {expected} bytes after the header, "
            f"{came}: the file is damaged, fetch it again"
        )
    values = np.frombuffer(data, dtype.newbyteorder(">")).reshape(shape)
    return values.astype(dtype, copy=False)


def _header(file: BinaryIO | gzip.GzipFile, path: Path) -> tuple[np.dtype[Any], tuple[int, ...]]:
    magic = bytes(_read(file, 4))
    if len(magic) < 4:
        raise IdxError(f"{path}: an IDX file begins with 4 bytes, there are {len(magic)}")
    zeros, code, dimensions = struct.unpack(">HBB", magic)
    if zeros or code not in _TYPES or not 1 <= dimensions <= _MOST_DIMENSIONS:
        web_page = " (this looks like a web page)" if magic.lstrip().startswith(b"<") else ""
        raise IdxError(
            f"{path}: not an IDX file: the magic number should be 00 00, a type of "
            f"{' '.join(f'{known:02x}' for known in _TYPES)}, and 01 or more dimensions; "
            f"it is {magic.hex(' ')}{web_page}"
        )
    lengths = _read(file, 4 * dimensions)
    if len(lengths) < 4 * dimensions:
        raise IdxError(
            f"{path}: {dimensions} dimensions take {4 * dimensions} bytes after the magic "
            f"number, there are {len(lengths)}: the file is cut short, fetch it again"
        )
    return _TYPES[code], struct.unpack(f">{dimensions}I", lengths)


def _read(file: BinaryIO | gzip.GzipFile, most: int) -> bytearray:
    """Up to ``most`` bytes, piece by piece: a wrong header must not reserve a huge block."""
    data = bytearray()
    while chunk := file.read(min(_CHUNK, most - len(data))):
        data += chunk
    return data
