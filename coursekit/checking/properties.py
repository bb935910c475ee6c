"""What holds of every right answer, beyond its values on the cases.

Inputs stay as they were, a second call gives the same, other memory layouts and single precision
give the same, and what the exercise adds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from coursekit.checking.calling import Outcome
from coursekit.checking.explain import describe_error, likely_cause
from coursekit.checking.failures import error_message, failure
from coursekit.checking.result import Result
from coursekit.checking.runner import mismatch_of, outcome_of, run_case
from coursekit.checking.signatures import signature_problem
from coursekit.checking.variants import variants_of
from coursekit.exercises.exercise import Case, Exercise, Function, Property, scripted

KEPT = (
    "Something is kept between calls (a global variable, a default argument such as `cache=[]`), "
    "or drawn at random."
)
"""The cause when two calls on one input give different answers."""


def broken_properties(
    exercise: Exercise,
    function: Function,
    cases: Sequence[Case],
    variants: Iterable[tuple[Case, str]],
    seed: int,
) -> Iterator[Result]:
    """A result for each property that does not hold.

    Args:
        cases: on which the function is right; they are run again.
        variants: see `coursekit.checking.variants.variants_of`.
        seed: decides the inputs that the exercise's own properties draw.
    """
    for case in cases:
        broken = _unchanged_and_repeatable(exercise, case, run_case(exercise, function, case))
        if broken is not None:
            yield broken
    for variant, says in variants:
        broken = _variant_failure(exercise, function, variant, says)
        if broken is not None:
            yield broken
    for i, held in enumerate(exercise.properties):
        broken = _property_failure(exercise, function, held, seed + i)
        if broken is not None:
            yield broken


def _variant_failure(
    exercise: Exercise, function: Function, variant: Case, says: str
) -> Result | None:
    outcome = run_case(exercise, function, variant, copy=False)
    if re.search(r"strides? .*negative", str(outcome.error)) and _has_negative_strides(variant):
        return None  # PyTorch has no such views: its limit, not the answer's
    if outcome.error is not None:
        message = f"{says}\n{error_message(exercise, variant, outcome)}"
        cause = likely_cause(outcome.error)
        return failure(exercise, variant, outcome, "properties", message, None, cause)
    mismatch = exercise.comparison.mismatch(outcome.value, variant.expected)
    if mismatch is None:
        return None
    message = f"{says} {mismatch.message}"
    return failure(exercise, variant, outcome, "properties", message, mismatch)


def _has_negative_strides(case: Case) -> bool:
    values = (*case.args, *case.kwargs.values())
    return any(min(v.strides, default=0) < 0 for v in values if isinstance(v, np.ndarray))


def _unchanged_and_repeatable(exercise: Exercise, case: Case, outcome: Outcome) -> Result | None:
    if outcome.modified:
        what = " and ".join(f"`{m}`" for m in outcome.modified)
        verb, first = "is" if len(outcome.modified) == 1 else "are", outcome.modified[0]
        return failure(
            exercise,
            case,
            outcome,
            "properties",
            f"Your function changes its input: {what} {verb} different after the call.",
            None,
            f"Work on a copy, and write `{first} = {first} + …` rather than `{first} += …`: the "
            "caller still needs the array.",
        )
    mismatch = mismatch_of(exercise, case, outcome)
    if outcome.error is not None or mismatch is not None:
        return failure(
            exercise,
            case,
            outcome,
            "properties",
            "Called a second time on the same input, your function answers differently.",
            mismatch,
            KEPT,
        )
    return None


class _Stopped(Exception):
    """The answer raised inside a property; carries the outcome and the case."""

    def __init__(self, case: Case, outcome: Outcome) -> None:
        super().__init__()
        self.case, self.outcome = case, outcome


class _Unfitting(Exception):
    """The answer cannot take the call of a property; the message says how it should read."""


def _property_failure(
    exercise: Exercise, function: Function, held: Property, seed: int
) -> Result | None:
    last: list[tuple[Case, Outcome]] = []

    def answer(*args: Any, **kwargs: Any) -> Any:
        if exercise.a_class:
            case = scripted(held.name, *args, **kwargs)
        else:
            case = Case(held.name, args, kwargs)
        problem = signature_problem(exercise, function, [case])
        if problem:
            raise _Unfitting(problem)
        outcome = run_case(exercise, function, case)
        last.append((case, outcome))
        if outcome.error is not None:
            raise _Stopped(case, outcome)
        return outcome.value

    try:
        with np.errstate(all="ignore"):
            found = held.test(answer, np.random.default_rng(seed))
    except _Unfitting as unfitting:
        return Result(exercise.name, "callable", str(unfitting))
    except _Stopped as stop:
        message = f"{held.says}\n{error_message(exercise, stop.case, stop.outcome)}"
        cause = likely_cause(stop.outcome.error) if stop.outcome.error else ""
        return failure(exercise, stop.case, stop.outcome, "properties", message, None, cause)
    except Exception as error:
        # The property could not work with what came back (a wrong shape for this input, say).
        case, outcome = last[-1] if last else (None, None)
        message = f"{held.says} What came back cannot be compared: {describe_error(error, 0)}."
        return failure(exercise, case, outcome, "properties", message, None)
    if found is None:
        return None
    case, outcome = last[-1] if last else (None, None)
    if isinstance(found, str):
        message = f"{held.says} {found}"
        return failure(exercise, case, outcome, "properties", message, None)
    message = f"{held.says} {found.message}"
    return failure(exercise, case, outcome, "properties", message, found)


def name_the_mistake(exercise: Exercise, found: Result, cases: Sequence[Case], seed: int) -> None:
    """If a known mistake passes every case and breaks the same property, let it speak."""
    for mistake in exercise.mistakes:
        ran = ((c, outcome_of(exercise, mistake, c)) for c in cases)
        if any(o.error or mismatch_of(exercise, c, o) for c, o in ran):
            continue
        variants = variants_of(exercise, cases)
        broken = next(broken_properties(exercise, mistake.answer, cases, variants, seed), None)
        if broken is not None and broken.message == found.message:
            found.diagnosis, found.mistake = mistake.says, mistake.name
            return
