"""How well a submission is locked in, and what it may use up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from coursekit.errors import CourseError


class SandboxError(CourseError):
    """The sandbox cannot be had or broke: a failure of the grader, never of a submission."""


class Level(StrEnum):
    """Levels of confinement, strongest first."""

    FULL = "full"
    """Namespaces, a private root and an own user, and all of `PORTABLE`."""
    PORTABLE = "portable"
    """Landlock, a list of allowed system calls and resource limits: needs no privileges."""
    NONE = "none"
    """A process of its own, and nothing that keeps it in."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes:
        memory: bytes of address space on top of the warm parent's.
        tmp: bytes in its temporary folder, and in any one file.
        threads: at once. Below `Level.FULL` the user's other threads count too, and are added.
        files: descriptors open at once.
        cpu: seconds of processor time: a backstop behind the judge's own clock.
    """

    memory: int = 1 << 30
    tmp: int = 16 << 20
    threads: int = 64
    files: int = 64
    cpu: int = 600
