"""What is graded: an instructor's assignment, a folder, or a unit of the course."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit.authoring.assignment_source import Cell, read_source
from coursekit.errors import CourseError
from coursekit.exercises import Exercise, in_unit, load_exercises
from coursekit.exercises.registry import run_file
from coursekit.grading.gradebook.late import LateRule
from coursekit.grading.gradebook.rules import rule_from

SOURCE, EXERCISES, GIVENS, SETTINGS = (
    "assignment.py",
    "exercises.py",
    "givens.py",
    "assignment.toml",
)
"""The files of an assignment's folder; `GIVENS` may be missing."""

PACKAGES = ("numpy", "scipy")
"""What answers may import beside the standard library, unless the settings say otherwise."""

PLACEHOLDERS = {"markdown": "*Your answer here.*", "code": "# Your code here."}
"""What stands in a cell for a person to mark, by its kind, until a student writes."""

UNIT_PACKAGES = ("numpy",)
"""The course's own exercises are written in NumPy: SciPy has some of them ready-made."""

TENSORS = "torch"
"""The package that exercises about tensors need beside these."""


class AssignmentError(CourseError):
    """An assignment's folder that cannot be used; the message says what to write where."""


@dataclass(frozen=True)
class Limits:
    """What one answer may use.

    Attributes:
        seconds: for one call; None: what each exercise says.
        memory: megabytes.
    """

    seconds: float | None = None
    memory: int = 1024


@dataclass(frozen=True)
class HandQuestion:
    """A question that a person marks.

    Attributes:
        name: as in the cell's ``by_hand="…"``.
        kind: of the cell that students fill: ``markdown`` for a text, ``code`` for a plot.
        rubric: what points are given for; students do not see it.
    """

    name: str
    title: str
    points: float
    rubric: str
    kind: str


@dataclass(frozen=True)
class Assignment:
    """Questions that are handed in together.

    Attributes:
        name: "unit 04", or an identifier of the instructor's.
        exercises, by_hand: the questions, in the order of the notebook.
        packages: top-level packages that answers may import beside the standard library; `TENSORS`
            is one of them where an exercise is about tensors.
        uses: modules of this package that answers may import.
        late: when it is due and what lateness costs; None when nothing is said.
        stated: the points that its settings say it has; None when nothing is said.
        folder: of an instructor's assignment; None for a unit.
    """

    name: str
    title: str
    exercises: tuple[Exercise, ...]
    by_hand: tuple[HandQuestion, ...] = ()
    packages: tuple[str, ...] = PACKAGES
    uses: tuple[str, ...] = ()
    limits: Limits = Limits()
    late: LateRule | None = None
    stated: float | None = None
    folder: Path | None = None

    @property
    def source(self) -> Path | None:
        """The notebook's source; None for a unit."""
        return self.folder / SOURCE if self.folder else None

    @property
    def givens(self) -> Path | None:
        """The file of makers for arguments, the only one that travels into the sandbox."""
        file = self.folder / GIVENS if self.folder else None
        return file if file and file.is_file() else None

    @property
    def points(self) -> float:
        """What all questions together can earn."""
        return sum(e.points for e in self.exercises) + sum(q.points for q in self.by_hand)


def unit_assignment(unit: str | int) -> Assignment:
    """A unit of the course as an assignment.

    Raises:
        UnknownExercise: there is no such unit.
    """
    number = f"{int(unit):02d}"
    name = f"unit {number}"
    exercises = tuple(in_unit(number))
    packages = _with_tensors(UNIT_PACKAGES, exercises)
    return Assignment(name, name.capitalize(), exercises, packages=packages)


def load_assignment(folder: str | Path) -> Assignment:
    """The assignment in `folder`. Its exercises can be found by name from then on.

    Raises:
        AssignmentError: a file is missing, a setting is wrong, a cell cannot be read, or a maker
            stands where it would not reach the sandbox.
        CourseError: exercises.py or givens.py does not run, or takes a name of the course.
    """
    home = Path(folder).expanduser().resolve()
    for needed in (SETTINGS, SOURCE, EXERCISES):
        if not (home / needed).is_file():
            raise AssignmentError(
                f"{home} has no {needed}. An assignment is a folder with {SETTINGS}, {SOURCE} and "
                f"{EXERCISES}; `coursekit assignment new NAME` makes one."
            )
    settings = _settings(home / SETTINGS)
    cells = read_source(home / SOURCE)
    _refuse_makers(home / EXERCISES)
    if (home / GIVENS).is_file():
        run_file(home / GIVENS, f"assignment_{home.name}")
    exercises = load_exercises(home / EXERCISES)
    limits = settings.pop("limits")
    if limits.seconds is not None:
        for exercise in exercises:
            exercise.seconds = limits.seconds
    return Assignment(
        exercises=_in_order(exercises, [c.answers for c in cells]),
        by_hand=tuple(_by_hand(home / SOURCE, c) for c in cells if c.by_hand),
        packages=_with_tensors(settings.pop("packages"), exercises),
        limits=limits,
        folder=home,
        **settings,
    )


def _in_order(exercises: Sequence[Exercise], asked: Sequence[str]) -> tuple[Exercise, ...]:
    """As the notebook asks; those it does not ask for come last."""
    place = {name: i for i, name in enumerate(asked)}
    return tuple(sorted(exercises, key=lambda e: place.get(e.name, len(asked))))


def _with_tensors(packages: tuple[str, ...], exercises: Sequence[Exercise]) -> tuple[str, ...]:
    """The packages, with PyTorch where an exercise cannot be answered without."""
    asked = any(e.tensors for e in exercises) and TENSORS not in packages
    return (*packages, TENSORS) if asked else packages


def _by_hand(path: Path, cell: Cell) -> HandQuestion:
    points = cell.options.get("points", 0)
    if isinstance(points, bool) or not isinstance(points, int | float) or points < 0:
        raise AssignmentError(f"{path}:{cell.line - 1}: points=2 was expected, got {points!r}.")
    title = str(cell.options.get("title", cell.by_hand))
    return HandQuestion(cell.by_hand, title, points, cell.rubric, cell.kind)


def _refuse_makers(path: Path) -> None:
    """Makers run beside the student's code, and exercises.py must never be there."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise AssignmentError(f"{path}:{error.lineno}: not Python: {error.msg}.") from None
    for node in ast.walk(tree):
        names = [a.name for a in node.names] if isinstance(node, ast.ImportFrom) else []
        if isinstance(node, ast.Attribute):
            names = [node.attr]
        if "maker" in names:
            raise AssignmentError(
                f"{path}:{getattr(node, 'lineno', 1)}: `maker` is used here. Move functions with "
                f"`@maker` to {GIVENS} beside it: they run where the students' code runs, and "
                f"{EXERCISES}, which holds the answers, never goes there."
            )


def _settings(path: Path) -> dict[str, Any]:
    """What assignment.toml says, as arguments of `Assignment`."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise AssignmentError(f"{path} cannot be read as TOML: {error}") from None
    known = ("name", "title", "points", "packages", "uses", "limits", "late")
    _only(path, "", said, known)
    name, title = said.get("name"), said.get("title")
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,59}", name):
        raise AssignmentError(
            f'{path}: name = "filters-1" was expected (letters, digits, - and _); got {name!r}.'
        )
    if not isinstance(title, str) or not title.strip():
        raise AssignmentError(f'{path}: title = "Filters, part 1" was expected; got {title!r}.')
    late = said.get("late")
    try:
        rule = rule_from(late) if isinstance(late, dict) else None
    except CourseError as error:
        raise AssignmentError(f"{path}, [late]: {error}") from None
    uses = _names(path, "uses", said.get("uses", []))
    for module in uses:
        if module.partition(".")[0] != "coursekit":
            raise AssignmentError(
                f'{path}: uses names modules of coursekit, such as "coursekit.filters"; '
                f'"{module}" belongs under packages.'
            )
    return {
        "name": name,
        "title": title.strip(),
        "packages": _names(path, "packages", said.get("packages", list(PACKAGES))),
        "uses": uses,
        "limits": _limits(path, said.get("limits", {})),
        "late": rule,
        "stated": _stated(path, said.get("points")),
    }


def _stated(path: Path, said: object) -> float | None:
    if said is not None and (isinstance(said, bool) or not isinstance(said, int | float)):
        raise AssignmentError(f"{path}: points is a number; got {said!r}.")
    return said


def _names(path: Path, key: str, said: object) -> tuple[str, ...]:
    if not isinstance(said, list) or not all(
        isinstance(n, str) and re.fullmatch(r"[A-Za-z_]\w*(\.\w+)*", n) for n in said
    ):
        raise AssignmentError(f"{path}: {key} is a list of names to import; got {said!r}.")
    return tuple(said)


def _limits(path: Path, said: object) -> Limits:
    if not isinstance(said, dict):
        raise AssignmentError(f"{path}: [limits] is a table; got {said!r}.")
    _only(path, "[limits] ", said, ("seconds", "memory"))
    for key, value in said.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e6:
            raise AssignmentError(f"{path}: {key} is a number above 0; got {value!r}.")
    return Limits(said.get("seconds"), int(said.get("memory", Limits.memory)))


def _only(path: Path, where: str, said: Mapping[str, Any], known: Sequence[str]) -> None:
    unknown = sorted(set(said) - set(known))
    if unknown:
        raise AssignmentError(
            f"{path}: {where}has no setting '{unknown[0]}'; there are {', '.join(known)}."
        )
