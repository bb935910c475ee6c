"""Names from strangers: as names of files on every system, and as text on one line."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from coursekit.grading.plain import plain

LONGEST = 100
"""Bytes, an ending not counted."""

_PLAIN = re.compile(r"[a-z0-9][a-z0-9._@+-]*[a-z0-9]|[a-z0-9]")
_DIGITS = 12
_TAGGED = re.compile(rf"-[0-9a-f]{{{_DIGITS}}}$")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\..*)?", re.IGNORECASE)


def safe_name(student: str) -> str:
    """A file name for a student: the same on every machine, another for every other student.

    Names of lower case ASCII letters, digits and ``._@+-`` stay as they are. All others are
    made readable in ASCII, and end in a part of their hash: two names that differ in case or
    accents alone would otherwise be one file on some systems. At most 100 bytes.
    """
    name = unicodedata.normalize("NFC", student)
    if (
        _PLAIN.fullmatch(name)
        and len(name) <= LONGEST
        and not _TAGGED.search(name)
        and not _RESERVED.fullmatch(name)
        and ".." not in name
    ):
        return name
    tag = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    ascii_only = unicodedata.normalize("NFKD", name[:200]).encode("ascii", "ignore").decode()
    readable = re.sub(r"[^A-Za-z0-9]+", "-", ascii_only).strip("-")[: LONGEST - _DIGITS - 1]
    return f"{readable or 'student'}-{tag}"


def shown_name(name: str, most: int = 300) -> str:
    """A name of a student or a file as it is shown: on one line, without signs that hide others."""
    return plain(name, most).translate(_BREAKS)


_BREAKS = {ord("\n"): "␤", ord("\t"): "␉"}
