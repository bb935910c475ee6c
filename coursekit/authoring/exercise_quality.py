"""The checks' own test: right answers pass, known mistakes are named, points are earned."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from coursekit.authoring.worthless import worthless
from coursekit.checking.earning import wrong_on
from coursekit.checking.ladder import climb
from coursekit.checking.properties import broken_properties
from coursekit.checking.runner import answered_cases
from coursekit.checking.stubs import is_stub
from coursekit.checking.variants import variants_of
from coursekit.exercises import Exercise, Given
from coursekit.exercises.exercise import IN_ANY_FORM, Function, RightAnswer

SEEDS = (0, 1, 2)
"""Every promise is tried with these seeds; the notebook uses the first."""

FRESH_SEED = 3
"""Promises about points are tried with this one: a class is graded with another than it saw."""

MISTAKES_NEEDED = 5
RIGHT_ANSWERS_NEEDED = 4


@dataclass
class Quality:
    """What was found about one exercise's checks; `problems` is empty when all is well."""

    exercise: Exercise
    cases: int = 0
    problems: list[str] = field(default_factory=list)


def examine(exercise: Exercise, seeds: Sequence[int] = SEEDS) -> Quality:
    """Try the exercise's checks on everything that is known about them."""
    quality = Quality(exercise, cases=len(exercise.make_cases(seeds[0])))
    quality.problems += [p for check in _CHECKS for p in check(exercise, seeds)]
    return quality


def _the_reference_passes(exercise: Exercise, seeds: Sequence[int]) -> Iterable[str]:
    for seed in seeds:
        result = climb(exercise, exercise.reference, seed)
        if not result.passed:
            yield f"the reference does not pass (seed {seed}):\n{result!r}"


def _chance_comes_from_rng(exercise: Exercise, seeds: Sequence[int]) -> Iterable[str]:
    first, second = (exercise.make_cases(seeds[0]) for _ in range(2))
    for one, other in zip(first, second, strict=False):
        if not _alike((one.args, one.kwargs), (other.args, other.kwargs)):
            yield (
                f"the case '{one.name}' differs when it is drawn again with one seed: take all "
                "chance from `rng`, none from `np.random`"
            )


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, Given):
        return _alike(one.args, other.args)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_alike(one[k], other[k]) for k in one)
    return repr(one) == repr(other)


def _stored_answers_agree(exercise: Exercise, seeds: Sequence[int]) -> Iterable[str]:
    for case in exercise.make_cases(seeds[0]):
        if case.has_expected:
            found = exercise.comparison.mismatch(
                exercise.expected(case.asking_reference()), case.expected
            )
            if found:
                yield f"reference and stored answer differ on {case.name}: {found.message}"


def _there_is_a_tiny_case(exercise: Exercise, seeds: Sequence[int]) -> Iterable[str]:
    cases = exercise.make_cases(seeds[0])
    if not any(c.tiny and c.has_expected for c in cases):
        yield "no case is tiny with an answer worked out by hand"
    if all(c.tiny for c in cases):
        yield "no case is larger than tiny: an answer could be tuned to those shown"


def _mistakes_are_named(exercise: Exercise, seeds: Sequence[int]) -> Iterable[str]:
    for mistake in exercise.mistakes:
        for seed in seeds:
            result = climb(exercise, mistake.answer, seed)
            if result.passed:
                yield f"a known mistake passes (seed {seed}): {mistake.name}"
            elif result.diagnosis != mistake.says:
                yield (
                    f"a known mistake is not named (seed {seed}): {mistake.name}\n"
                    f"  it says: {result.diagnosis or result.message}"
                )


def _right_answers_pass(exercise: Exercise, seeds: Sequence[int]) -> Iterable[str]:
    for right in _runnable(exercise):
        for seed in seeds:
            result = climb(exercise, right.answer, seed)
            if not result.passed:
                yield f"a right answer is refused (seed {seed}): {right.name}\n{result!r}"


def _enough_is_known(exercise: Exercise, _seeds: Sequence[int]) -> Iterable[str]:
    if len(exercise.mistakes) < MISTAKES_NEEDED:
        yield f"{len(exercise.mistakes)} known mistakes; at least {MISTAKES_NEEDED} are needed"
    if len(exercise.right_answers) < RIGHT_ANSWERS_NEEDED:
        yield (
            f"{len(exercise.right_answers)} unusual right answers; "
            f"at least {RIGHT_ANSWERS_NEEDED} are needed"
        )
    sentences = [m.says for m in exercise.mistakes]
    for says in sorted({s for s in sentences if sentences.count(s) > 1}):
        yield f"two mistakes share a sentence: {says}"


def _the_stub_is_no_attempt(exercise: Exercise, seeds: Sequence[int]) -> Iterable[str]:
    stub = untouched(exercise)
    result = climb(exercise, stub, seeds[0])
    if result.passed or result.rung not in ("attempted", "runs") or is_stub(exercise.reference):
        yield "the untouched stub counts as an answer"


def _right_answers_earn_all(exercise: Exercise, _seeds: Sequence[int]) -> Iterable[str]:
    answers = [("the reference", exercise.reference)]
    answers += [(f"a right answer ({r.name})", r.answer) for r in _runnable(exercise)]
    for what, answer in answers:
        earned = _earned(exercise, answer)
        for check in (check for check in exercise.checks if check not in earned):
            yield f"{what} does not earn '{check}' (seed {FRESH_SEED})"


def _mistakes_cost_points(exercise: Exercise, _seeds: Sequence[int]) -> Iterable[str]:
    earned = [_earned(exercise, mistake.answer) for mistake in exercise.mistakes]
    for mistake, checks in zip(exercise.mistakes, earned, strict=True):
        if not any(points for check, points in exercise.checks.items() if check not in checks):
            yield f"a known mistake earns all points (seed {FRESH_SEED}): {mistake.name}"
    first, *others = values = _checks_of_values(exercise)
    parts = [checks for checks in earned if 0 < len(checks) < len(values)]
    if others and not any(first in part for part in parts):
        yield f"'{first}' divides no points: known mistakes that earn it and not all are needed"
    for check in others:
        if not any(check not in part for part in parts):
            yield f"'{check}' divides no points: known mistakes that fail it and not all are needed"


def _worthless_answers_earn_nothing(exercise: Exercise, seeds: Sequence[int]) -> Iterable[str]:
    cases = [answered_cases(exercise, seed) for seed in (seeds[0], FRESH_SEED)]
    for does, answer in worthless(exercise, *cases):
        for check in _earned(exercise, answer):
            yield f"an answer that {does} earns '{check}' (seed {FRESH_SEED})"


def _each_check_has_larger_cases(exercise: Exercise, seeds: Sequence[int]) -> Iterable[str]:
    values = _checks_of_values(exercise)
    cases = exercise.make_cases(seeds[0])
    larger = {case.check or values[0] for case in cases if not case.tiny}
    for check in values:
        if check not in larger:
            yield f"no case that counts for '{check}' is larger than tiny"


def _checks_of_values(exercise: Exercise) -> list[str]:
    return [check for check in exercise.checks if check != IN_ANY_FORM]


def _earned(exercise: Exercise, answer: Function) -> list[str]:
    """The checks that an answer earns when it is graded."""
    cases = answered_cases(exercise, FRESH_SEED)
    wrong = wrong_on(exercise, answer, cases)
    earned = [check for check, where in wrong.items() if not where]
    if len(earned) < len(wrong):
        return earned
    with np.errstate(all="ignore"):
        variants = variants_of(exercise, cases)
        broken = broken_properties(exercise, answer, cases, variants, FRESH_SEED)
        return earned if any(True for _ in broken) else [*earned, IN_ANY_FORM]


def _runnable(exercise: Exercise) -> Iterable[RightAnswer]:
    """The right answers whose packages are installed."""
    for right in exercise.right_answers:
        if not right.needs or importlib.util.find_spec(right.needs) is not None:
            yield right


def untouched(exercise: Exercise) -> Callable[..., Any]:
    """The exercise's stub, as a function or class."""
    scope: dict[str, Any] = {}
    text = f"{exercise.first_line}\n  raise NotImplementedError"
    if exercise.a_class:
        text = f"class {exercise.name}:\n " + text.replace("\n", "\n ")
    exec(text, scope)
    stub: Callable[..., Any] = scope[exercise.name]
    return stub


_CHECKS = (
    _chance_comes_from_rng,
    _the_reference_passes,
    _stored_answers_agree,
    _there_is_a_tiny_case,
    _mistakes_are_named,
    _right_answers_pass,
    _enough_is_known,
    _the_stub_is_no_attempt,
    _each_check_has_larger_cases,
    _right_answers_earn_all,
    _mistakes_cost_points,
    _worthless_answers_earn_nothing,
)
