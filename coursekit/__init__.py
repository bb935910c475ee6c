"""Convolutional networks, from pixels to style: the course's package.

``from coursekit import check, hint, progress`` is all that an exercise notebook needs. Everything
else stands in a module of its own: `coursekit.filters`, `coursekit.data`, `coursekit.plots`, ….
Importing the package loads neither torch nor matplotlib.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coursekit.checking import check, hint, progress
    from coursekit.exercises import load_exercises

__version__ = "0.1.0"
__all__ = ["check", "hint", "load_exercises", "progress"]

_HOMES = {
    "check": "coursekit.checking",
    "hint": "coursekit.checking",
    "progress": "coursekit.checking",
    "load_exercises": "coursekit.exercises",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'coursekit' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
