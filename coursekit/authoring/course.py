"""Where things are in a checkout of the course."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import CourseError

KINDS = ("lectures", "exercises", "solutions")


class NotACheckout(CourseError):
    """There is no course around the current folder."""


@dataclass(frozen=True)
class Unit:
    """One unit's sources.

    Attributes:
        slug: ``02_convolution_and_filters``: also the name of its three notebooks.
    """

    root: Path
    slug: str

    @property
    def number(self) -> str:
        """Two digits."""
        return self.slug[:2]

    @property
    def lecture(self) -> Path:
        """The lecture's source."""
        return self.root / "sources" / self.slug / "lecture.py"

    @property
    def exercises(self) -> Path:
        """The source of exercises and solutions."""
        return self.root / "sources" / self.slug / "exercises.py"

    def source(self, kind: str) -> Path:
        """The source of one of the three `KINDS` of notebook."""
        return self.lecture if kind == "lectures" else self.exercises

    def notebook(self, kind: str) -> Path:
        """The built notebook of one of the three `KINDS`."""
        return self.root / kind / f"{self.slug}.ipynb"


def find_root(start: str | os.PathLike[str] = ".") -> Path:
    """The checkout's top folder, looked for from `start` upwards.

    Raises:
        NotACheckout: with what to do.
    """
    here = Path(start).resolve()
    for folder in (here, *here.parents):
        if (folder / "sources").is_dir() and (folder / "course.py").is_file():
            return folder
    raise NotACheckout(
        f"{here} is not inside a checkout of the course (no folder above it has sources/ and "
        "course.py). Go to your clone first."
    )


def find_units(root: Path, wanted: list[str] | None = None) -> list[Unit]:
    """The units under ``sources/``, in order; all of them, or those `wanted` by number or slug.

    Raises:
        CourseError: a folder that is not named like a unit, or a wanted unit that is not there.
    """
    slugs = sorted(p.name for p in (root / "sources").glob("[!.]*") if p.is_dir())
    for slug in slugs:
        if not re.fullmatch(r"\d\d_[a-z0-9_]+", slug):
            raise CourseError(f"sources/{slug}: a unit's folder is named like 02_some_words.")
    units = [Unit(root, slug) for slug in slugs]
    if not wanted:
        return units
    chosen = []
    for want in wanted:
        number = want.zfill(2) if want.isdigit() else want
        found = [u for u in units if number in (u.number, u.slug)]
        if not found:
            there = ", ".join(u.number for u in units)
            raise CourseError(f"There is no unit '{want}'. There are: {there}.")
        chosen += found
    return chosen
