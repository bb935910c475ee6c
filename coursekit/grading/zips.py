"""Zip files from strangers: listed and read within limits, and never unpacked to disk.

Python's zipfile module keeps an open file and a table of all entries with each archive. Here an
entry knows where it lies, so that thousands of submissions stay small, and can be sent to other
processes; reading one costs the same in any archive.
"""

from __future__ import annotations

import contextlib
import io
import re
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from coursekit.grading.regular_files import UnreadableNotebook, too_large
from coursekit.grading.safe_names import shown_name

ENTRIES = 100_000
"""Files in a class' zip; more are refused."""
INNER_ENTRIES, INNER_BYTES, INNER_UNPACKED = 2_000, 100_000_000, 500_000_000
"""Files in a student's zip, its size, and that of all its files together."""

_RATIO, _RATIO_FROM = 400, 5_000_000
"""Text is packed to a tenth or so. Only what is made to be a bomb gets near the format's 1,032."""
_LINE_BYTES = 150
"""A line of the table at the end, with a name of 100 characters."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = "The zip file is damaged. Make it again, or hand in the notebook itself."
_BROKEN = (OSError, ValueError, EOFError, OverflowError, struct.error, zlib.error)


class BadZip(Exception):
    """A zip that is not read at all; the message says why."""


@dataclass(frozen=True)
class Entry:
    """One file in a zip.

    Attributes:
        archive: the zip on disk, or the entry that is a zip itself.
        parts: its folders and name.
        size: in bytes, unpacked, as the zip says.
        modified: year, month, day, hours, minutes and seconds; or zeros.
    """

    archive: Path | Entry
    parts: tuple[str, ...]
    size: int
    modified: tuple[int, ...]
    packed: int
    offset: int
    checksum: int
    method: int

    def read(self, limit: int) -> bytes:
        """Its bytes.

        Raises:
            UnreadableNotebook: there are more than ``limit``, or the zip is damaged.
        """
        if self.size > limit:
            raise too_large(self.size, limit)
        if self.packed > self.size + self.size // 100 + 1_000:  # packing adds little to anything
            raise UnreadableNotebook(_DAMAGED)
        try:
            with _opened(self.archive) as file:
                packed = self._packed(file)
            content = self._unpacked(packed)
        except (*_BROKEN, BadZip):
            raise UnreadableNotebook(_DAMAGED) from None
        if len(content) != self.size or zlib.crc32(content) != self.checksum:
            raise UnreadableNotebook(_DAMAGED)
        return content

    def _packed(self, file: IO[bytes]) -> bytes:
        file.seek(self.offset)
        header = file.read(30)
        # The lengths here may differ from those in the table at the end.
        name, extra = struct.unpack("<HH", header[26:30])
        if header[:4] != b"PK\x03\x04":
            raise BadZip(_DAMAGED)
        file.seek(name + extra, io.SEEK_CUR)
        return file.read(self.packed)

    def _unpacked(self, packed: bytes) -> bytes:
        if self.method == zipfile.ZIP_STORED:
            return packed
        # One byte more than was said tells that there is more.
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, self.size + 1)


def entries(archive: Path | Entry, *, inner: bool) -> tuple[list[Entry], list[str]]:
    """The files in a zip that can be read, and what is said of the others.

    Args:
        inner: whether it is one student's, for which the limits are closer.

    Raises:
        BadZip: none of it can be read, or it is made to harm.
        UnreadableNotebook: the entry that is the zip cannot be read.
    """
    most = INNER_ENTRIES if inner else ENTRIES
    with _opened(archive) as file:
        try:
            listed = zipfile.ZipFile(_Table(file, most * _LINE_BYTES)).infolist()
        except (*_BROKEN, zipfile.BadZipFile, NotImplementedError):
            raise BadZip("it is damaged, or no zip file") from None
    if len(listed) > most:
        raise BadZip(f"it has more than {most:,} files")
    if inner and sum(info.file_size for info in listed) > INNER_UNPACKED:
        raise BadZip(f"its files have more than {INNER_UNPACKED // 10**6:,} MB together")
    found: dict[tuple[str, ...], Entry] = {}
    problems: list[str] = []
    for info in listed:
        name = _name(info)
        parts = tuple(part for part in name.split("/") if part not in ("", "."))
        if name.endswith("/") or not parts:
            continue
        shown = shown_name(name)
        if problem := _problem(name, info):
            problems.append(f"{shown}: {problem}")
            continue
        if parts in found:
            problems.append(f"{shown}: the zip holds two files of this name; the last one counts")
        found[parts] = _entry(archive, parts, info)
    return list(found.values()), problems


def _opened(archive: Path | Entry) -> IO[bytes]:
    if isinstance(archive, Entry):
        return io.BytesIO(archive.read(INNER_BYTES))
    return archive.open("rb")


class _Table:
    """A file that refuses the one large read of zipfile, of the table at the end.

    How many entries there are is said in several places, and only the table's size is true.
    """

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file, self._most = file, most

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > self._most:
            raise BadZip("it has too many files")
        return self._file.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


def _entry(archive: Path | Entry, parts: tuple[str, ...], info: zipfile.ZipInfo) -> Entry:
    return Entry(
        archive=archive,
        parts=parts,
        size=info.file_size,
        modified=info.date_time,
        packed=info.compress_size,
        offset=info.header_offset,
        checksum=info.CRC,
        method=info.compress_type,
    )


def _name(info: zipfile.ZipInfo) -> str:
    """Its name with slashes; many programs write UTF-8 without saying so."""
    name = info.orig_filename
    if not info.flag_bits & 0x800 and not name.isascii():
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _problem(name: str, info: zipfile.ZipInfo) -> str:
    """Why an entry is not read, or ""."""
    parts = name.split("/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in parts or "\0" in name:
        return "its name points out of the zip"
    if len(name) > 1_000 or max(map(len, parts)) > 255 or len(parts) > 20:
        return "its name is too long"
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return "a symbolic link or a device, not a file"
    if info.flag_bits & 1:
        return "it is encrypted"
    if info.compress_type not in _METHODS:
        return "it is packed in an unusual way: make an ordinary zip"
    if info.file_size > max(_RATIO_FROM, _RATIO * info.compress_size):
        return "it unpacks to far more than it holds"
    return ""
