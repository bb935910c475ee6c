"""Checks for students to run at home: what right and wrong answers gave, without the code.

The checks that an instructor writes hold a reference and known mistakes, which are nearly
solutions. What goes to the students holds, for the visible cases, only data: the inputs, the
expected answers, and for each known mistake its sentence and what it returned. That is all `check`
needs to say what is wrong, and why.
"""

from __future__ import annotations

import base64
import builtins
import importlib
import io
import json
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.checking.calling import Outcome
from coursekit.checking.runner import Elsewhere, run_case
from coursekit.checking.variants import variants_of
from coursekit.errors import CourseError
from coursekit.exercises import Case, Comparison, Exercise, Given, Tolerance
from coursekit.exercises.comparison import as_array
from coursekit.exercises.exercise import Mistake
from coursekit.exercises.values import Named

VISIBLE_SEED = 0
"""The seed whose cases students see; `check` uses the same."""

_WIDTH = 96
_PLAIN = (bool, int, float, str)
_ERRORS = [v for v in vars(builtins).values() if isinstance(v, type) and issubclass(v, Exception)]


class NotStorable(CourseError):
    """An exercise whose checks cannot be written down as data; the message says which part."""


def home_checks(exercises: Sequence[Exercise], makers: str = "") -> str:
    """The text of a Python file that `coursekit.load_exercises` loads on a student's machine.

    Args:
        makers: the text of givens.py, which cases of these exercises may need.

    Raises:
        NotStorable: see `storable`.
    """
    pack = _Pack()
    told = [_told(exercise, pack) for exercise in exercises]
    data = base64.b64encode(zlib.compress(pack.dumps(told), 9)).decode()
    lines = "\n".join(data[i : i + _WIDTH] for i in range(0, len(data), _WIDTH))
    return (
        f"# Made by `coursekit assignment build`: what `check` needs, as data.\n\n{makers}\n"
        "from coursekit.authoring.home_checks import stored_exercises\n\n"
        f'globals().update(stored_exercises("""\n{lines}\n"""))\n'
    )


def stored_exercises(data: str) -> dict[str, Exercise]:
    """The exercises in the text that `home_checks` has written, by name."""
    told, arrays = _unpacked(zlib.decompress(base64.b64decode(data)))
    return {one["settings"]["signature"].partition("(")[0]: _made(one, arrays) for one in told}


def storable(exercise: Exercise) -> str:
    """Why the exercise cannot be checked at home, as a sentence; "" when it can."""
    try:
        _told(exercise, _Pack())
    except NotStorable as problem:
        return str(problem)
    return ""


class StoredExercise(Exercise):
    """An exercise whose answers are stored: one seed, no reference, no code of mistakes."""

    def __init__(self, cases: list[Case], single: Any, **settings: Any) -> None:
        super().__init__(reference=_nowhere, **settings)
        self._stored = cases
        self._single = single

    def make_cases(self, seed: int) -> list[Case]:
        """The stored cases, whatever the seed."""
        return self._stored

    def expected(self, case: Case) -> Any:
        """The stored answer; to a case without one, which is asked in single precision only,
        what the reference gave there."""
        return case.expected if case.has_expected else self._single


class _StoredAnswer(Elsewhere):
    """A known mistake, as the list of what it did on each case."""

    def __init__(self, cases: list[Case], outcomes: list[Outcome]) -> None:
        self._done = list(zip(cases, outcomes, strict=True))

    def run(self, exercise: Exercise, case: Case, *, copy: bool) -> Outcome:
        """What it did on `case`; on any other case nothing is known."""
        known = next((o for c, o in self._done if c is case), None)
        return known or Outcome(error=LookupError("not stored"))


def _nowhere(*_args: Any, **_kwargs: Any) -> Any:
    raise LookupError("the reference is not part of the checks for students")


def _told(exercise: Exercise, pack: _Pack) -> dict[str, Any]:
    cases = [exercise.answered(c) for c in exercise.make_cases(VISIBLE_SEED)]
    single = None
    if exercise.variants:
        variants = [v.expected for v, says in variants_of(exercise, cases) if "float32" in says]
        single = variants[0] if variants else None
    comparison = exercise.comparison
    try:
        return {
            "settings": {
                "signature": exercise.signature,
                "unit": exercise.unit,
                "title": exercise.title,
                "points": exercise.points,
                "minutes": exercise.minutes,
                "difficulty": exercise.difficulty,
                "hints": exercise.hints,
                "builds_on": exercise.builds_on,
                "seconds": exercise.seconds,
                "variants": exercise.variants,
                "a_class": exercise.a_class,
                "checks": exercise.checks,
            },
            "comparison": {
                "double": comparison.tolerance.double,
                "single": comparison.tolerance.single,
                "outputs": comparison.outputs,
                "whole": comparison.whole,
                "differences": _imports(comparison.differences),
                "undefined": _imports(comparison.undefined),
            },
            "cases": [_told_case(case, pack) for case in cases],
            "single": pack.told(single),
            "mistakes": [
                {
                    "name": m.name,
                    "says": m.says,
                    "outcomes": [
                        _told_outcome(run_case(exercise, m.answer, c), pack) for c in cases
                    ],
                }
                for m in exercise.mistakes
            ],
        }
    except NotStorable as problem:
        raise NotStorable(f"`{exercise.name}` cannot be checked at home: {problem}") from None


def _told_case(case: Case, pack: _Pack) -> dict[str, Any]:
    return {
        "name": case.name,
        "args": pack.told(case.args),
        "kwargs": pack.told(case.kwargs),
        "tiny": case.tiny,
        "expected": pack.told(case.expected),
        "script": case.script,
        "reads": case.reads,
        "check": case.check,
    }


def _told_outcome(outcome: Outcome, pack: _Pack) -> dict[str, Any]:
    if outcome.error is not None:
        return {"error": type(outcome.error).__name__, "message": str(outcome.error)[:300]}
    try:
        return {"value": pack.told(_numbers(outcome.value)), "modified": outcome.modified}
    except NotStorable:
        return {"error": "LookupError", "message": "not stored"}


def _numbers(value: Any) -> Any:
    """A wrong answer as plain data."""
    if isinstance(value, Named):
        return Named(value.names, map(_numbers, value))
    if isinstance(value, tuple):
        return tuple(map(_numbers, value))
    array, _ = as_array(value)
    return value if array is None else array


def _imports(functions: Mapping[str, Callable[..., Any]]) -> dict[str, str]:
    """Where the package has each function; students have no others."""
    for function in functions.values():
        home = sys.modules[function.__module__]
        reachable = getattr(home, function.__name__, None) is function
        if not (reachable and home.__name__.startswith("coursekit.")):
            raise NotStorable(
                f"its comparison uses `{function.__name__}`, a function of your own, which would "
                "have to travel with the checks. It is graded all the same."
            )
    return {output: f"{f.__module__}:{f.__name__}" for output, f in functions.items()}


def _imported(places: Mapping[str, str]) -> dict[str, Callable[..., Any]]:
    parts = {output: place.split(":") for output, place in places.items()}
    return {o: getattr(importlib.import_module(m), f) for o, (m, f) in parts.items()}


def _made(told: dict[str, Any], arrays: Sequence[np.ndarray]) -> Exercise:
    said = told["comparison"]
    comparison = Comparison(
        Tolerance(said["double"], said["single"]),
        tuple(said["outputs"]),
        said["whole"],
        _imported(said["differences"]),
        _imported(said["undefined"]),
    )
    cases = [_made_case(case, arrays) for case in told["cases"]]
    single = _value(told["single"], arrays)
    exercise = StoredExercise(cases, single, comparison=comparison, **told["settings"])
    for mistake in told["mistakes"]:
        outcomes = [_made_outcome(o, arrays) for o in mistake["outcomes"]]
        answer = _StoredAnswer(cases, outcomes)
        exercise.mistakes.append(Mistake(mistake["name"], mistake["says"], answer))
    return exercise


def _made_case(told: dict[str, Any], arrays: Sequence[np.ndarray]) -> Case:
    values = {key: _value(told[key], arrays) for key in ("args", "kwargs", "expected")}
    return replace(Case(**{**told, **values}), reads=tuple(told["reads"]))


def _made_outcome(told: dict[str, Any], arrays: Sequence[np.ndarray]) -> Outcome:
    if "error" not in told:
        return Outcome(_value(told["value"], arrays), modified=told["modified"])
    kind = getattr(builtins, told["error"], None)
    try:
        error = kind(told["message"]) if kind in _ERRORS else RuntimeError(told["message"])
    except TypeError:  # some take more than a message
        error = RuntimeError(told["message"])
    return Outcome(error=error)


class _Pack:
    """Values as JSON, their arrays on the side."""

    def __init__(self) -> None:
        self._arrays: list[np.ndarray] = []

    def told(self, value: Any) -> Any:
        """`value` as JSON that `_value` reads back."""
        if value is None or type(value) in _PLAIN:
            return value
        if isinstance(value, np.generic) or (
            isinstance(value, np.ndarray) and value.dtype.kind in "biufcSU"
        ):
            self._arrays.append(np.asarray(value))
            return {"scalar" if isinstance(value, np.generic) else "array": len(self._arrays) - 1}
        if isinstance(value, Named):
            return {"names": value.names, "tuple": [self.told(v) for v in value]}
        if isinstance(value, tuple | list):
            kind = "tuple" if isinstance(value, tuple) else "list"
            return {kind: [self.told(v) for v in value]}
        if isinstance(value, dict):
            return {"dict": [[self.told(k), self.told(v)] for k, v in value.items()]}
        if isinstance(value, Given):
            return {"given": value.maker, "tuple": [self.told(v) for v in value.args]}
        raise NotStorable(f"a case holds a {type(value).__name__}, which is no plain data.")

    def dumps(self, told: Any) -> bytes:
        """The JSON and the arrays in one piece."""
        text = json.dumps(told, ensure_ascii=False).encode()
        file = io.BytesIO()
        names = {f"a{i}": array for i, array in enumerate(self._arrays)}
        np.savez(file, allow_pickle=False, told=np.frombuffer(text, np.uint8), **names)
        return file.getvalue()


def _unpacked(data: bytes) -> tuple[Any, list[np.ndarray]]:
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        told = json.loads(file["told"].tobytes())
        return told, [file[f"a{i}"] for i in range(len(file.files) - 1)]


def _value(told: Any, arrays: Sequence[np.ndarray]) -> Any:
    if not isinstance(told, dict):
        return told
    if "array" in told:
        return arrays[told["array"]]
    if "scalar" in told:
        return arrays[told["scalar"]][()]
    if "dict" in told:
        return {_value(k, arrays): _value(v, arrays) for k, v in told["dict"]}
    if "list" in told:
        return [_value(v, arrays) for v in told["list"]]
    values = tuple(_value(v, arrays) for v in told["tuple"])
    if "given" in told:
        return Given(told["given"], values)
    return Named(told["names"], values) if "names" in told else values
