"""Advice on an exercise's checks: wrong answers that they would not notice.

The author's own right answers are changed in small ways (`coursekit.authoring.mutations`), and
wrapped in ways that are wrong whatever they compute. What still passes, but gives something else on
an input on which all right answers agree, is a wrong answer that would get full marks.
"""

from __future__ import annotations

import copy
import importlib.util
import inspect
import re
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from coursekit.authoring.exercise_quality import SEEDS
from coursekit.authoring.extra_inputs import Extra, extras
from coursekit.authoring.mutations import mutations
from coursekit.checking.ladder import climb
from coursekit.checking.runner import mismatch_of, run_case
from coursekit.exercises import Case, Exercise, Given
from coursekit.exercises.comparison import as_array
from coursekit.exercises.exercise import Function

BUDGET = 10.0
"""Seconds for one exercise."""

MOST = 12
"""Lines of advice for one exercise."""

_SEEDS = (*SEEDS, 11, 12)
_DOCSTRING = re.compile(r'"""(.*?)"""', flags=re.DOTALL)


@dataclass(frozen=True)
class Program:
    """A right answer as text: where it stands, and the names it uses."""

    text: str
    file: str
    line: int
    names: Mapping[str, Any] = field(repr=False)
    defines: str = ""


def advice(exercise: Exercise, solution: Program | None = None) -> list[str]:
    """What the checks would not notice, a sentence each; the weightiest first.

    Args:
        solution: the answer in the notebook. The reference and the other right answers are changed
            as well, as far as they are functions with a source.
    """
    ends = time.process_time() + BUDGET
    trial = _Trial(exercise, solution)
    said = [*_refused(trial), *_wrapped(trial), *_cases_alone(trial)]
    said += _changed(trial, solution, ends)
    said = list(dict.fromkeys(said))
    if len(said) > MOST:
        said = [*said[:MOST], f"… and {len(said) - MOST} more like these."]
    return said


class _Trial:
    """An exercise made ready for many answers: its cases answered once, its patience short."""

    def __init__(self, exercise: Exercise, solution: Program | None) -> None:
        self.exercise = exercise
        self.answers = _right_answers(exercise, solution)
        self.quick = {seed: _answered(exercise, seed) for seed in _SEEDS}
        self.cases = self.quick[_SEEDS[0]].make_cases(0)
        code = solution.text if solution else ""
        self.asked = "\n".join([exercise.title, *_DOCSTRING.findall(code)])
        self.hints = self.asked + code
        self._extras: list[tuple[Extra, Case]] | None = None

    def passes(self, answer: Callable[[], Function]) -> list[int]:
        """The seeds with which a fresh answer passes; tried only as long as it may matter."""
        passed = []
        for seed, quick in self.quick.items():
            try:
                if climb(quick, answer(), seed, diagnosing=False).passed:
                    passed.append(seed)
            except Exception:  # an answer that breaks the check itself is noticed
                continue
            if not passed and seed == _SEEDS[1]:
                break
        return passed

    def tells(self, answer: Function) -> str | None:
        """When `answer` is wrong, as the end of a sentence; None when it seems to be right."""
        quick = self.quick[_SEEDS[0]]
        for extra, case in self.extras():
            outcome = run_case(quick, answer, case)
            if outcome.error is not None or mismatch_of(quick, case, outcome) is not None:
                return extra.when
        return None

    def extras(self) -> list[tuple[Extra, Case]]:
        """Further inputs on which all right answers agree, with the answer."""
        if self._extras is None:
            ends = time.process_time() + BUDGET / 3
            self._extras = []
            quick = self.quick[_SEEDS[0]]
            for extra in extras(self.exercise, self.cases, self.hints):
                if time.process_time() > ends:
                    break
                agreed = self._agreed(quick, extra.case)
                if agreed is not None:
                    self._extras.append((extra, agreed))
        return self._extras

    def _agreed(self, quick: Exercise, case: Case) -> Case | None:
        try:
            answered = quick.answered(case)
        except Exception:  # not an input for this exercise
            return None
        for answer in self.answers:
            outcome = run_case(quick, answer, answered)
            if outcome.error is not None or mismatch_of(quick, answered, outcome) is not None:
                return None
        return answered


def _answered(exercise: Exercise, seed: int) -> Exercise:
    """A copy whose cases for `seed` are answered, and which waits no longer than it must."""
    cases = exercise.make_cases(seed)
    slowest, answered = 0.0, []
    for case in cases:
        begun = time.process_time()
        answered.append(exercise.answered(case))
        slowest = max(slowest, time.process_time() - begun)
    quick = copy.copy(exercise)
    quick.seconds = min(exercise.seconds, max(0.3, 10 * slowest))
    quick.cases(lambda rng: answered)
    return quick


def _right_answers(exercise: Exercise, solution: Program | None) -> list[Function]:
    found = [_function(solution)] if solution else []
    found += [
        r.answer
        for r in exercise.right_answers
        if not r.needs or importlib.util.find_spec(r.needs) is not None
    ]
    return found


def _function(program: Program, code: Any = None) -> Function:
    """The answer that a program defines."""
    names = dict(program.names)
    exec(code or compile(program.text, "<the solution>", "exec"), names)
    answer: Function = names[program.defines]
    return answer


def _programs(exercise: Exercise, solution: Program | None) -> list[Program]:
    """The right answers that can be changed."""
    found = [solution] if solution else []
    for answer in (exercise.reference, *(r.answer for r in exercise.right_answers)):
        try:
            lines, first = inspect.getsourcelines(answer)
            file = inspect.getsourcefile(answer) or ""
        except (OSError, TypeError):
            continue
        text = textwrap.dedent("".join(lines))
        if "/coursekit/" in file or not re.search(r"^(def|class) ", text, flags=re.MULTILINE):
            continue
        names = dict(getattr(answer, "__globals__", {}))
        # Its decorators would add it to the exercise again.
        text, skipped = _undecorated(text)
        found.append(Program(text, file, first + skipped, names, answer.__name__))
    return found


def _undecorated(text: str) -> tuple[str, int]:
    lines = text.splitlines(keepends=True)
    skipped = next(i for i, line in enumerate(lines) if re.match(r"(def|class) ", line))
    return "".join(lines[skipped:]), skipped


def _changed(trial: _Trial, solution: Program | None, ends: float) -> Iterator[str]:
    """Changes to the right answers that pass, and matter."""
    programs = _programs(trial.exercise, solution)
    done = 0
    told: set[tuple[str, str]] = set()
    every = [(p, m) for p in programs for m in mutations(p.text)]
    for program, mutation in every:
        if time.process_time() > ends:
            yield (
                f"(Only {done} of {len(every)} changes to the right answers could be tried in "
                f"{BUDGET:g} s.)"
            )
            return
        done += 1

        answer = partial(_function, program, mutation.code)
        passed = trial.passes(answer)
        if not passed:
            continue
        when = trial.tells(answer())
        if when is None:
            continue
        file = program.file.rpartition("/")[2]
        where = f"line {program.line + mutation.line - 1} of {file}"
        if (where, when) in told:
            continue
        told.add((where, when))
        rarely = "" if len(passed) == len(_SEEDS) else "with some seeds, "
        if mutation.after:
            yield (
                f"{rarely}no case tells `{mutation.before}` from `{mutation.after}` ({where}); "
                f"they differ when {when}."
            )
        else:
            yield (
                f"{rarely}no case needs `{mutation.before}` ({where}); it is needed when {when}."
            )


def _wrapped(trial: _Trial) -> Iterator[str]:
    """Answers that are wrong whatever they compute, and pass."""
    right = trial.answers[0] if trial.answers else trial.exercise.reference
    if trial.exercise.a_class:
        return
    exercise = trial.exercise
    if trial.passes(partial(_keeping, exercise, right)):
        yield (
            "an answer passes that keeps its first result for each shape of input: give two cases "
            "the same shapes and different numbers."
        )
    for says, make in _WRONG:
        if trial.passes(partial(make, exercise, right)):
            when = trial.tells(make(exercise, right))
            if when is not None:
                yield f"an answer passes that {says}; it is wrong when {when}."
    for name, parameter in exercise.parameters.parameters.items():
        values = [_value_of(exercise, c, name) for c in trial.cases]
        if any(isinstance(v, np.ndarray | list | tuple | Given) for v in values):
            continue
        has_default = parameter.default is not parameter.empty
        fixed = parameter.default if has_default else values[0]
        if trial.passes(partial(_fixing, exercise, right, name, fixed)):
            yield f"an answer passes that takes `{name}` for {fixed!r} always: vary it."


def _value_of(exercise: Exercise, case: Case, name: str) -> Any:
    if case.script:
        return case.kwargs.get(name)
    bound = exercise.parameters.bind_partial(*case.args, **case.kwargs).arguments
    return bound.get(name, exercise.parameters.parameters[name].default)


def _fixing(exercise: Exercise, right: Function, name: str, value: Any) -> Function:
    def answer(*args: Any, **kwargs: Any) -> Any:
        bound = exercise.parameters.bind(*args, **kwargs)
        bound.arguments[name] = value
        return right(*bound.args, **bound.kwargs)

    return _signed(exercise, answer)


def _signed(exercise: Exercise, answer: Function) -> Function:
    answer.__name__ = exercise.name
    vars(answer)["__signature__"] = exercise.parameters
    return answer


def _keeping(exercise: Exercise, right: Function) -> Function:
    """Answers once for each shape of input."""
    kept: dict[Any, Any] = {}

    def answer(*args: Any, **kwargs: Any) -> Any:
        values = exercise.parameters.bind(*args, **kwargs).arguments
        key = repr([np.shape(v) if isinstance(v, np.ndarray) else v for v in values.values()])
        if key not in kept:
            kept[key] = right(*args, **kwargs)
        return kept[key]

    return _signed(exercise, answer)


def _afterwards(change: Callable[[np.ndarray], Any]) -> Callable[[Exercise, Function], Function]:
    """Wrongs that change each returned array."""

    def make(exercise: Exercise, right: Function) -> Function:
        def answer(*args: Any, **kwargs: Any) -> Any:
            return _each(right(*args, **kwargs), change)

        return _signed(exercise, answer)

    return make


def _beforehand(change: Callable[[np.ndarray], Any]) -> Callable[[Exercise, Function], Function]:
    """Wrongs that change each array they are given."""

    def make(exercise: Exercise, right: Function) -> Function:
        def answer(*args: Any, **kwargs: Any) -> Any:
            def one(v: Any) -> Any:
                return change(v) if isinstance(v, np.ndarray) and v.ndim else v

            return right(*map(one, args), **{k: one(v) for k, v in kwargs.items()})

        return _signed(exercise, answer)

    return make


def _each(value: Any, change: Callable[[np.ndarray], Any]) -> Any:
    if isinstance(value, tuple):
        return tuple(_each(v, change) for v in value)
    array, _ = as_array(value)
    return value if array is None else change(array)


def _kept_kind(change: Callable[[np.ndarray], Any]) -> Callable[[np.ndarray], Any]:
    return lambda x: change(x) if x.dtype.kind in "iuf" else x


_WRONG: tuple[tuple[str, Callable[[Exercise, Function], Function]], ...] = (
    ("turns negative results into 0", _afterwards(_kept_kind(lambda x: np.maximum(x, 0)))),
    ("turns results above 1 into 1", _afterwards(_kept_kind(lambda x: np.minimum(x, 1)))),
    ("turns results above 255 into 255", _afterwards(_kept_kind(lambda x: np.minimum(x, 255)))),
    ("drops the sign of its results", _afterwards(_kept_kind(np.abs))),
    ("cuts its results to whole numbers", _afterwards(_kept_kind(np.trunc))),
    ("replaces NaN and infinity in its results", _afterwards(_kept_kind(np.nan_to_num))),
    ("cuts its input to whole numbers", _beforehand(_kept_kind(np.trunc))),
    ("drops the sign of its input", _beforehand(_kept_kind(np.abs))),
    ("turns negative input into 0", _beforehand(_kept_kind(lambda x: np.maximum(x, 0)))),
    ("turns input above 1 into 1", _beforehand(_kept_kind(lambda x: np.minimum(x, 1)))),
)


def _refused(trial: _Trial) -> Iterator[str]:
    """Right answers in another form that are refused: a student's right answer may look so."""
    if trial.exercise.a_class:
        return
    right = trial.answers[0] if trial.answers else trial.exercise.reference
    for says, change in _FORMS:
        answer = _afterwards(change)(trial.exercise, right)
        quick = trial.quick[_SEEDS[0]]
        result = climb(quick, answer, _SEEDS[0], diagnosing=False)
        if not result.passed:
            message = " ".join(result.message.split())[:200]
            yield f"a right answer that returns {says} is refused: {message}"


def _single(x: np.ndarray) -> np.ndarray:
    return x.astype(np.float32) if x.dtype.kind == "f" else x


_FORMS: tuple[tuple[str, Callable[[np.ndarray], Any]], ...] = (
    ("lists", lambda x: x.tolist()),
    ("float32", _single),
    ("arrays in Fortran order", lambda x: np.array(x, order="F")),
    ("64-bit integers where it has bytes", lambda x: x.astype(int) if x.dtype.kind in "iu" else x),
)


def _cases_alone(trial: _Trial) -> Iterator[str]:
    """What all cases have in common, and should not."""
    every = [c for quick in trial.quick.values() for c in quick.make_cases(0)]
    names = list(every[0].kwargs) if every[0].script else list(trial.exercise.parameters.parameters)
    for name in names:
        values = [_value_of(trial.exercise, c, name) for c in every]
        arrays = [v for v in values if isinstance(v, np.ndarray) and v.ndim]
        arrays = [a for a in arrays if a.dtype.kind in "biuf"]
        if arrays:
            missing = list(_missing(arrays))
            if missing:
                yield f"`{name}` never has {_joined(missing)}: add what the text allows."
        default = trial.exercise.parameters.parameters.get(name)
        if default is not None and default.default is not default.empty and not arrays:
            given = {repr(v) for v in values}
            if given == {repr(default.default)}:
                yield f"`{name}` has its default, {default.default!r}, in all cases: vary it."
            elif (
                not any(
                    name
                    not in trial.exercise.parameters.bind_partial(*c.args, **c.kwargs).arguments
                    for c in every
                    if not c.script
                )
                and not every[0].script
            ):
                yield f"no case leaves `{name}` out: an answer without its default is not noticed."
    for word, test in (("NaN", _has_nan), ("empty", _has_empty)):
        if re.search(rf"\b{word}\b", trial.asked, flags=re.IGNORECASE) and not any(
            test(v) for c in every for v in (*c.args, *c.kwargs.values())
        ):
            yield f"the text speaks of {word}, but no case has it."


def _missing(arrays: Sequence[np.ndarray]) -> Iterator[str]:
    filled = [a for a in arrays if a.size]
    if all(a.ndim >= 2 for a in filled):
        if all(a.shape[-1] == a.shape[-2] for a in filled):
            yield "two last axes of different lengths"
        if not any(1 in a.shape for a in filled):
            yield "an axis of length 1"
    if any(len({a.shape[i] % 2 for a in filled}) == 1 for i in range(min(a.ndim for a in filled))):
        yield "both even and odd lengths"
    numbers = [a for a in filled if a.dtype.kind in "iuf"]
    if numbers:
        if all((a >= 0).all() for a in numbers):
            yield "a negative number"
        if not any((a == 0).any() for a in numbers):
            yield "a 0"
        if all((a == np.rint(a)).all() for a in numbers if a.dtype.kind == "f"):
            yield "fractions"
        if not any(np.unique(a).size < a.size for a in numbers):
            yield "two equal numbers"
        if len({a.dtype for a in numbers}) == 1:
            yield f"another dtype than {numbers[0].dtype}"


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"


def _has_nan(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f" and bool(np.isnan(value).any())


def _has_empty(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.size == 0
