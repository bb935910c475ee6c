"""Zips that a class may hand in."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hostile import clean


def _zip(path: Path, files: Mapping[str, bytes], **options: Any) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def _right() -> bytes:
    return json.dumps(clean()).encode()


def _bomb() -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada.ipynb", bytes(1 << 28))
    return inner.getvalue()


def _zip_of_links(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("mallory.ipynb")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("zoe.ipynb", _right())


def _zip_that_overlaps(path: Path) -> None:
    """All entries share the bytes of one, which unpacks to a quarter of a gigabyte."""
    _zip(path, {"mallory0.ipynb": bytes(1 << 28)})
    whole = path.read_bytes()
    start, end = whole.index(b"PK\1\2"), whole.index(b"PK\5\6")
    entry = whole[start:end]
    count = 500
    entries = b"".join(entry.replace(b"mallory0", b"mall%04d" % i) for i in range(count))
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(entries), start, 0)
    path.write_bytes(whole[:start] + entries + tail)


ZIPS: dict[str, Callable[[Path], object]] = {
    "paths that lead out": lambda p: _zip(
        p,
        {
            "../others/clean.ipynb": b"{}",
            "/tmp/coursekit-hostile.ipynb": b"{}",
            "..\\..\\coursekit-hostile.ipynb": b"{}",
            "C:\\coursekit-hostile.ipynb": b"{}",
            "a/../../../coursekit-hostile.ipynb": b"{}",
            "con\0.ipynb": b"{}",
            "zoe.ipynb": _right(),
        },
    ),
    "a bomb": lambda p: _zip(p, {"mallory.ipynb": bytes(1 << 28), "zoe.ipynb": _right()}),
    "a bomb in a zip": lambda p: _zip(p, {"mallory.zip": _bomb(), "zoe.ipynb": _right()}),
    "links": _zip_of_links,
    "five thousand files": lambda p: _zip(
        p, {f"{i}/x.ipynb": b"" for i in range(5_000)} | {"zoe.ipynb": _right()}
    ),
}
"""Zips of a class, to be written to a path; zoe's notebook in them is right."""

BROKEN: dict[str, Callable[[Path], object]] = {
    "entries that overlap": _zip_that_overlaps,
    "not a zip": lambda p: p.write_bytes(b"PK\3\4 and nothing"),
    "half a zip": lambda p: p.write_bytes(_bomb()[:-40]),
    "nothing": lambda p: p.write_bytes(b""),
}
"""Zips in which nothing can be read."""
