"""A new assignment: one small question that works at once, with each feature in a comment."""

from __future__ import annotations

import re
import shutil
import tempfile
from importlib.resources import files
from pathlib import Path

from coursekit.errors import CourseError

_NAME = "NAME_OF_THE_ASSIGNMENT"


def begin(name: str, within: Path) -> Path:
    """Make the folder ``within/name`` of a new assignment.

    Raises:
        CourseError: the name is no name, or there is something of this name already.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,59}", name):
        raise CourseError(
            f"An assignment's name is made of letters, digits, - and _, such as filters-1; got "
            f"'{name}'."
        )
    folder = within.expanduser() / name
    if folder.exists():
        raise CourseError(f"There is something at {folder} already: choose another name or folder.")
    within.expanduser().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=within.expanduser(), prefix=".new-") as scratch:
        made = Path(scratch) / name
        made.mkdir()
        for template in (files("coursekit.authoring") / "templates").iterdir():
            if template.name.endswith(".txt"):
                text = template.read_text(encoding="utf-8").replace(_NAME, name)
                (made / template.name.removesuffix(".txt")).write_text(text, encoding="utf-8")
        shutil.move(made, folder)
    return folder
