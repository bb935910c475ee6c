"""Finding exercises by name or unit.

The course's own live in ``unitNN/NAME.py``, one file per exercise, so that a name leads to one
import and `check` starts at once. An instructor's come from a file outside the package.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import os
import pkgutil
import re
import sys
import traceback
from pathlib import Path
from types import ModuleType

from coursekit.errors import CourseError
from coursekit.exercises.exercise import Exercise

ENVIRONMENT = "COURSEKIT_EXERCISES"
"""Files of an instructor's own exercises, separated as in PATH; loaded when first needed."""

_own: dict[str, Exercise] = {}
_loaded_from_environment: set[str] = set()


class UnknownExercise(CourseError):
    """No exercise has this name."""


def names() -> list[str]:
    """Names of all exercises, the course's in course order, then the instructor's."""
    _load_environment()
    return [n for unit in units() for n in _unit_names(unit)] + list(_own)


def units() -> list[str]:
    """The units that have exercises in the package, as two-digit strings."""
    package = importlib.import_module("coursekit.exercises")
    found = [m.name for m in pkgutil.iter_modules(package.__path__) if m.ispkg]
    return sorted(n.removeprefix("unit") for n in found if re.fullmatch(r"unit\d\d", n))


def in_unit(unit: str | int) -> list[Exercise]:
    """The exercises of one unit, in the order of its notebook.

    Raises:
        UnknownExercise: there is no such unit.
    """
    _load_environment()
    wanted = f"{int(unit):02d}"
    course = [find(n) for n in _unit_names(wanted)] if wanted in units() else []
    own = [e for e in _own.values() if e.unit == wanted]
    if not course and not own:
        raise UnknownExercise(f"No unit {wanted} has exercises. There are: {', '.join(units())}.")
    return course + own


def find(name: str) -> Exercise:
    """The exercise called `name`.

    Raises:
        UnknownExercise: with the names that come closest.
    """
    _load_environment()
    if name in _own:
        return _own[name]
    for unit in units():
        if name in _unit_names(unit):
            module = importlib.import_module(f"coursekit.exercises.unit{unit}.{name}")
            exercise: Exercise = module.exercise
            return exercise
    close = difflib.get_close_matches(name, names(), n=2, cutoff=0.6)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise UnknownExercise(f"No exercise is called '{name}'.{hint}")


def load_exercises(path: str | os.PathLike[str]) -> list[Exercise]:
    """Load an instructor's own exercises from one Python file.

    Every `Exercise` that the file defines at its top level can then be checked by name. Loading
    the same file again replaces what it defined before.

    Raises:
        CourseError: no such file, one that does not run, one that defines no exercise, or one
            whose name the course already uses.
    """
    file = Path(path).expanduser().resolve()
    if not file.is_file():
        raise CourseError(f"No file of exercises at {file}.")
    module = run_file(file, "own_exercises")
    found = [v for v in vars(module).values() if isinstance(v, Exercise)]
    if not found:
        raise CourseError(f"{file} defines no Exercise at its top level.")
    course = {n for unit in units() for n in _unit_names(unit)}
    taken = sorted(e.name for e in found if e.name in course)
    if taken:
        raise CourseError(
            f"{file.name} redefines {', '.join(taken)}, which the course has. Choose another name."
        )
    _own.update((e.name, e) for e in found)
    return found


def run_file(file: Path, name: str) -> ModuleType:
    """Run a Python file as a module called by `name` and the file's own name.

    Raises:
        CourseError: it does not run; the message names the line.
    """
    spec = importlib.util.spec_from_file_location(f"{name}_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise CourseError(f"{file} is not a Python file: its name should end in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(file)]
        line = own[-1].lineno if own else getattr(error, "lineno", 1)
        raise CourseError(f"{file}:{line}: {type(error).__name__}: {error}") from error
    return module


def _unit_names(unit: str) -> tuple[str, ...]:
    order: tuple[str, ...] = importlib.import_module(f"coursekit.exercises.unit{unit}").ORDER
    return order


def _load_environment() -> None:
    for entry in os.environ.get(ENVIRONMENT, "").split(os.pathsep):
        if entry and entry not in _loaded_from_environment:
            _loaded_from_environment.add(entry)
            load_exercises(entry)
