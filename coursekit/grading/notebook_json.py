"""The bytes of a notebook to a JSON object, and plain words when they are something else."""

from __future__ import annotations

import json
import re
from typing import Any

from coursekit.grading.regular_files import UnreadableNotebook

DAMAGED = "Open it in Jupyter, save it, and hand it in again."

_SMALL = 2_000_000
"""Below this many bytes a file holds too few values to fill the memory."""
_OTHER_KINDS = (
    (b"PK\x03\x04", "a zip file (or an office document)"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"version https://git-lfs", "a pointer to a file in Git's large file storage"),
)
_HTML = re.compile(r"<(!doctype|html|head|body|\?xml)", re.IGNORECASE)
_SCRIPT = re.compile(r"^(import|from|def|class|#|@|print\()", re.MULTILINE)
_CONFLICT = re.compile(r"^(<<<<<<<|>>>>>>>)( |$)", re.MULTILINE)


def json_object(content: bytes, values: int) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The JSON object that ``content`` holds, and notes on what was mended.

    Args:
        content: UTF-8, UTF-16 or UTF-32, with or without a byte order mark.
        values: how many values the object may hold, all levels together. It keeps a small file of
            empty lists from filling the memory; asked of large files only.

    Raises:
        UnreadableNotebook: it holds something else; the message says what and where.
    """
    if not content.strip(b"\0 \t\r\n"):
        raise UnreadableNotebook(
            "The file is empty. Save the notebook in Jupyter and hand it in again."
        )
    for start, kind in _OTHER_KINDS:
        if content.startswith(start):
            raise _wrong_kind(kind)
    if len(content) > _SMALL and sum(content.count(mark) for mark in (b"[", b"{", b",")) > values:
        raise UnreadableNotebook(
            f"The notebook holds more than {values:,} values, usually because of its outputs. "
            "Clear the outputs of all cells, save, and hand it in again."
        )
    text, notes = _decoded(content)
    try:
        # Control characters inside of strings are not allowed in JSON, and do no harm.
        found = json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        raise _explained(text, error) from None
    except RecursionError:
        raise UnreadableNotebook(
            f"The file is nested too deeply for a notebook. {DAMAGED}"
        ) from None
    except ValueError:  # an integer of more digits than Python converts
        raise UnreadableNotebook(f"The file holds a number that is too long. {DAMAGED}") from None
    except MemoryError:
        raise UnreadableNotebook(
            "The notebook needs too much memory. Clear the outputs of all cells, save, and hand it "
            "in again."
        ) from None
    if not isinstance(found, dict):
        raise UnreadableNotebook(f"The file is JSON, but holds no notebook. {DAMAGED}")
    return found, notes


def _decoded(content: bytes) -> tuple[str, tuple[str, ...]]:
    encoding = json.detect_encoding(content)
    try:
        return content.decode(encoding), ()
    except UnicodeDecodeError:
        text = content.decode(encoding, errors="replace")
        return text, ("Some characters of the file are damaged; they were replaced.",)


def _explained(text: str, error: json.JSONDecodeError) -> UnreadableNotebook:
    conflict = _CONFLICT.search(text)
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        return UnreadableNotebook(
            f"The notebook has a merge conflict in line {line} of the file. Resolve it with Git, "
            "open the notebook in Jupyter, save it, and hand it in again."
        )
    start = text[:2_000].lstrip()
    if _HTML.match(start):
        return _wrong_kind("a web page (HTML)")
    if not start.startswith("{"):
        return _wrong_kind("a Python script" if _SCRIPT.search(start) else "something else")
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        lines = text.count("\n") + 1
        return UnreadableNotebook(
            f"The notebook ends in the middle, in line {lines} of the file: it was cut off when it "
            f"was saved or sent. {DAMAGED}"
        )
    return UnreadableNotebook(
        f"The notebook is damaged in line {error.lineno}, column {error.colno} of the file "
        f"({error.msg}). {DAMAGED}"
    )


def _wrong_kind(kind: str) -> UnreadableNotebook:
    return UnreadableNotebook(
        f"A Jupyter notebook (.ipynb) was expected and {kind} came. Hand in the notebook itself."
    )
