"""Who handed in what, read from the names that learning platforms give to files and folders."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

# Canvas: lovelaceada_LATE_12345_678901_lenet-1.ipynb: student, user, attachment, file.
_CANVAS = re.compile(
    r"(?P<name>[^\s_]+(?:_(?!LATE_|\d)[^\s_]+){0,4}?)(?P<late>_LATE)?"
    r"_(?P<user>\d{1,19})_(?P<attachment>\d{4,19})_(?P<late_too>LATE_)?(?P<file>.+)"
)
# Moodle: Ada Lovelace_123456_assignsubmission_file, with an underscore at the end in old releases.
# The name that is followed by the last number is the platform's; in a file's name, by the first.
_MOODLE_FOLDER = re.compile(
    r"(?P<name>.+)_(?P<participant>\d{1,19})_assignsubmission_(?:file|onlinetext)_?"
)
_MOODLE_FILE = re.compile(
    r"(?P<name>.+?)_(?P<participant>\d{1,19})_assignsubmission_(?:file|onlinetext)_(?P<file>.+)"
)
_COPY = re.compile(r"(-\d+|[ _]?\(\d+\)|-copy\d*| copy( \d+)?|_copy\d*)$")


@dataclass(frozen=True)
class Key:
    """Who a layout says that handed something in.

    Attributes:
        text: a name of a file or folder, without what the platform adds to it.
        system: whose number it is, or "".
        number: Canvas' user, Moodle's participant; or "".
    """

    text: str
    system: Literal["", "canvas", "moodle"] = ""
    number: str = ""

    @property
    def identifier(self) -> str:
        """The student's identifier where no roster gives a better one."""
        return f"{self.text}_{self.number}" if self.number else self.text


@dataclass(frozen=True)
class Place:
    """A file within a layout.

    Attributes:
        name: of the file, without what the platform adds to it.
        late: whether the platform marked it as late.
        order: of hand-ins of one student, where the platform numbers them; else 0.
    """

    key: Key
    name: str
    late: bool = False
    order: int = 0


class Layout:
    """How a folder or zip is arranged, found from the names on its first level.

    Only these names say whose a file is: what stands below them the student may have named.
    """

    def __init__(self, names: Collection[str]) -> None:
        found = [match for name in names if (match := _CANVAS.fullmatch(name))]
        # hw_2024_1012_ada.ipynb looks the same, but then the numbers repeat.
        attachments = {match["attachment"] for match in found}
        self._canvas = len(attachments) == len(found) and 2 * len(found) >= len(names)

    def place(self, parts: Sequence[str]) -> Place:
        """Whose a file is.

        Args:
            parts: its folders and name from the first level on; a zip counts as a folder.
        """
        first, last = parts[0], parts[-1]
        if found := _MOODLE_FOLDER.fullmatch(first) or _MOODLE_FILE.fullmatch(first):
            name = found.groupdict().get("file") or last
            key = Key(found["name"].strip(), "moodle", found["participant"])
            return Place(key, name if len(parts) == 1 else last)
        if self._canvas and (found := _CANVAS.fullmatch(first)):
            return Place(
                Key(found["name"], "canvas", found["user"]),
                found["file"] if len(parts) == 1 else last,
                late=bool(found["late"] or found["late_too"]),
                order=int(found["attachment"]),
            )
        name = unicodedata.normalize("NFC", first)
        whole = len(parts) > 1 and not name.lower().endswith(".zip")
        return Place(Key(name if whole else without_ending(name)), last)


def is_platform_name(name: str) -> bool:
    """Whether a file's or folder's name may be one that Canvas or Moodle makes."""
    kinds = (_CANVAS, _MOODLE_FOLDER, _MOODLE_FILE)
    return any(kind.fullmatch(name) for kind in kinds)


def without_ending(name: str) -> str:
    """A file's name without its ending: ``ada.lovelace`` of ``ada.lovelace.ipynb``."""
    stem, dot, _ = name.rpartition(".")
    return stem if dot and stem else name


def resembles(name: str, wanted: str) -> int:
    """How well a notebook's name fits the one that was given out: 0 not, 1 it holds it, 2 well."""
    theirs, ours = _plain_name(name), _plain_name(wanted)
    if not ours:
        return 0
    return 2 if theirs == ours else int(ours in theirs)


def _plain_name(name: str) -> str:
    stem = name[: -len(".ipynb")] if name.lower().endswith(".ipynb") else name
    folded = unicodedata.normalize("NFKC", stem).casefold().strip()
    return re.sub(r"[\W_]+", "", _COPY.sub("", folded))
