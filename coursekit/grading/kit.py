"""The kit: the only part of the course that is there when a submission runs.

It holds the modules that run beside the student's code, those that an exercise lets its answers
import, and those whose makers build arguments. References, cases and known mistakes never are.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import CourseError
from coursekit.exercises import Exercise, Given
from coursekit.exercises.given import home_of

_ENGINE = ("coursekit.grading.inside.worker", "coursekit.grading.inside.parent")

_PACKAGE = '''\
"""What a notebook imports of the course while it is graded: checks do nothing there."""


def check(*_answer, **_options):
    """Not here: the judge checks."""


hint = progress = load_exercises = check
'''

_WITHHELD = '''\
"""Names that can be imported and not used: an exercise asks for what they are."""

from coursekit.grading.inside.standins import Forbidden


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Forbidden(f"{__name__}.{name}")
'''

_PREPARED = {"torch": ("coursekit.exercises.tensors", "coursekit.grading.inside.pytorch")}
"""Packages of which more is to be done than an import, before any answer is run."""

_EMPTY = ("coursekit.exercises", "coursekit.checking", "coursekit.grading")
"""Packages whose ``__init__`` leads to what must not be in a kit."""


class KitError(CourseError):
    """A kit that cannot be made."""


@dataclass(frozen=True)
class Contents:
    """What a kit holds beside the engine.

    Attributes:
        modules: of the course, with all that they import.
        withheld: those of them whose names are there and cannot be used.
    """

    modules: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()


def contents_for(exercise: Exercise) -> Contents:
    """What the answers to an exercise need."""
    modules = {*exercise.uses, *(home_of(maker) for maker in _makers(exercise))}
    if exercise.tensors:
        modules.add("coursekit.exercises.tensors")
    return Contents(frozenset(modules), frozenset(exercise.withheld))


def modules_for(packages: Iterable[str]) -> frozenset[str]:
    """Modules that make ready the packages that answers may import."""
    return frozenset(module for package in packages for module in _PREPARED.get(package, ()))


def kit_files(contents: Contents | None = None) -> dict[str, str]:
    """The files of a kit: names such as "coursekit/exercises/given.py", and their texts.

    For one thread at a time: in Python 3.11, two that parse at once can break each other.

    Raises:
        KitError: a module is not there, or defines exercises.
    """
    contents = contents or Contents()
    modules = _closure([*_ENGINE, *contents.modules], contents.withheld)
    return {
        name.replace(".", "/") + ("/__init__.py" if _is_package(name) else ".py"): text
        for name, text in modules.items()
    }


def write_kit(folder: Path, files: Mapping[str, str]) -> None:
    """Write what `kit_files` gave to `folder`."""
    for name, text in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _makers(exercise: Exercise) -> set[str]:
    cases = exercise.make_cases(0)
    values = (v for c in cases for v in (*c.args, *c.kwargs.values()))
    return {v.maker for v in values if isinstance(v, Given)}


def _closure(names: Iterable[str], withheld: frozenset[str]) -> dict[str, str]:
    """Module names and their texts, with everything of the course that they import."""
    found: dict[str, str] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        text = _WITHHELD if name in withheld else _text(name)
        found[name] = text
        if "." in name:
            waiting.append(name.rpartition(".")[0])
        waiting += _imports(name, text)
    return found


def _text(name: str) -> str:
    if name == "coursekit":
        return _PACKAGE
    if name in _EMPTY:
        return ""
    module = sys.modules.get(name)
    if module is not None and any(isinstance(v, Exercise) for v in vars(module).values()):
        raise KitError(
            f"{name} defines exercises, and with them the answers: it cannot go into the sandbox. "
            "Move what the answers import, and functions with `@maker`, to a file of their own."
        )
    return _file(name).read_text(encoding="utf-8")


def _file(name: str) -> Path:
    module = sys.modules.get(name)
    origin = getattr(module, "__file__", None)
    if origin is None:
        specification = importlib.util.find_spec(name)
        origin = specification.origin if specification else None
    if origin is None:
        raise KitError(f"There is no module {name}, which an exercise says its answers may import.")
    return Path(origin)


def _is_package(name: str) -> bool:
    return name == "coursekit" or name in _EMPTY or _file(name).name == "__init__.py"


def _imports(name: str, text: str) -> Iterator[str]:
    """The course's modules that a module imports when it is imported itself."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.startswith("coursekit."))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("coursekit"):
            assert node.module
            parts = [f"{node.module}.{a.name}" for a in node.names]
            modules = [p for p in parts if _is_module(p)]
            yield from modules
            if len(modules) < len(parts) and node.module != "coursekit":
                yield node.module


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # its parent is a module and no package
        return False
