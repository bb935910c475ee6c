"""Naming the mistake: the known ones are run on the same input, and the one that agrees speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from coursekit.checking.explain import likely_cause
from coursekit.checking.runner import Outcome, call
from coursekit.checking.symptoms import shape_symptom, swapped_outputs, value_symptom
from coursekit.exercises.comparison import Comparison, Mismatch, as_array
from coursekit.exercises.exercise import Case, Exercise, Mistake

ENOUGH = 0.6
"""Share of telling cases on which a known mistake must agree with the answer to be named."""


def diagnose(
    exercise: Exercise,
    failing: Case,
    outcomes: Sequence[tuple[Case, Outcome]],
    mismatch: Mismatch | None,
) -> tuple[str, str]:
    """The likely cause and, if it is a known one, the mistake's name.

    Args:
        outcomes: what the answer did on each case, the failing one among them.
        mismatch: how the failing outcome differs from what was expected; None after an exception.
    """
    mistake = _recognised(exercise, failing, outcomes)
    if mistake:
        return mistake.says, mistake.name
    outcome = next(o for c, o in outcomes if c is failing)
    if outcome.error is not None:
        return likely_cause(outcome.error), ""
    if mismatch is None:
        return "", ""
    if swapped_outputs(outcome.value, exercise.expected(failing)):
        names = " and ".join(f"`{n}`" for n in exercise.comparison.outputs)
        return f"The two values are returned in the wrong order: it is {names}.", ""
    if mismatch.got is None or mismatch.expected is None:
        return "", ""
    if mismatch.rung == "shape":
        return shape_symptom(mismatch.got, mismatch.expected), ""
    if mismatch.rung == "values":
        return value_symptom(mismatch.got, mismatch.expected, failing.args), ""
    return "", ""


def _recognised(
    exercise: Exercise, failing: Case, outcomes: Sequence[tuple[Case, Outcome]]
) -> Mistake | None:
    best, best_share = None, 0.0
    for mistake in exercise.mistakes:
        theirs = {id(c): _run(exercise, mistake, c) for c in (failing,)}
        own = next(o for c, o in outcomes if c is failing)
        if not alike(exercise.comparison, own, theirs[id(failing)]):
            continue
        agree = telling = 0
        for case, outcome in outcomes:
            other = theirs.get(id(case)) or _run(exercise, mistake, case)
            if _right(exercise, case, outcome) and _right(exercise, case, other):
                continue
            telling += 1
            agree += alike(exercise.comparison, outcome, other)
        share = agree / telling if telling else 0.0
        if share > best_share:
            best, best_share = mistake, share
    return best if best_share >= ENOUGH else None


def alike(comparison: Comparison, one: Outcome, other: Outcome) -> bool:
    """Whether two outcomes are the same answer, or the same exception."""
    if one.error is not None or other.error is not None:
        return (
            type(one.error) is type(other.error)
            and str(one.error) == str(other.error)
            and one.error is not None
        )
    if other.value is None or one.value is None:
        return one.value is other.value
    if not _comparable(other.value):
        return type(one.value) is type(other.value) and not _comparable(one.value)
    # Two answers may share a mistake of dtype, and are then alike all the same.
    return replace(comparison, whole=False).mismatch(one.value, other.value) is None


def _comparable(value: Any) -> bool:
    values = value if isinstance(value, tuple) else (value,)
    return all(as_array(v)[0] is not None for v in values)


def _run(exercise: Exercise, mistake: Mistake, case: Case) -> Outcome:
    return call(mistake.answer, case.args, case.kwargs, seconds=exercise.seconds)


def _right(exercise: Exercise, case: Case, outcome: Outcome) -> bool:
    return (
        outcome.error is None
        and exercise.comparison.mismatch(outcome.value, exercise.expected(case)) is None
    )
