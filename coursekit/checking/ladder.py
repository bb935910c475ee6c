"""The ladder: attempted, callable, runs, returns, shape, dtype, finite, tiny, random, properties.

An answer climbs rung by rung on every case, the smallest case first, and the check stops at the
first rung that does not hold: the student sees one problem at a time, on the smallest input.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coursekit.checking.calling import Outcome
from coursekit.checking.diagnosis import alike, diagnose
from coursekit.checking.explain import likely_cause
from coursekit.checking.failures import error_message, failure
from coursekit.checking.limits import OutOfTime
from coursekit.checking.properties import KEPT, broken_properties, name_the_mistake
from coursekit.checking.result import Result
from coursekit.checking.runner import answered_cases, mismatch_of, run_case
from coursekit.checking.signatures import order_problem, signature_problem
from coursekit.checking.stubs import is_stub
from coursekit.checking.variants import variants_of
from coursekit.exercises.comparison import Mismatch
from coursekit.exercises.exercise import Case, Exercise, Function
from coursekit.exercises.problems import UnfitAnswer

MORE_CASES = 20
"""Cases run after the failing one, to tell apart mistakes that agree on it."""


def climb(
    exercise: Exercise, function: Function, seed: int = 0, *, diagnosing: bool = True
) -> Result:
    """Check `function` as an answer to `exercise`; never raises but on Ctrl-C.

    Args:
        seed: decides the random cases; the same seed gives the same result.
        diagnosing: whether to name the likely cause of a failure.
    """
    if is_stub(function):
        return Result(exercise.name, "attempted", "Not attempted yet.")
    cases = answered_cases(exercise, seed)
    problem = signature_problem(exercise, function, cases)
    if problem:
        return Result(exercise.name, "callable", problem, order_problem(exercise, function))
    result = _climb_cases(exercise, function, cases, seed, diagnosing)
    if not result.passed and diagnosing:
        result.diagnosis = order_problem(exercise, function) or result.diagnosis
    return result


def _climb_cases(
    exercise: Exercise, function: Function, cases: Sequence[Case], seed: int, diagnosing: bool
) -> Result:
    outcomes: list[tuple[Case, Outcome]] = []
    for case in cases:
        outcome = run_case(exercise, function, case)
        outcomes.append((case, outcome))
        mismatch = mismatch_of(exercise, case, outcome)
        if outcome.error is not None or mismatch is not None:
            if diagnosing and not isinstance(outcome.error, OutOfTime):
                later = cases[len(outcomes) :][:MORE_CASES]
                outcomes += [(c, run_case(exercise, function, c)) for c in later]
            return _case_failure(exercise, function, case, outcomes, mismatch, diagnosing)
    variants = variants_of(exercise, cases)
    broken = next(broken_properties(exercise, function, cases, variants, seed), None)
    if broken is not None:
        if diagnosing:
            name_the_mistake(exercise, broken, cases, seed)
        return broken
    other = "double" if exercise.tensors else "single"
    layouts = f", in any memory layout and in {other} precision" if exercise.variants else ""
    also = " ".join(p.says for p in exercise.properties)
    return Result(
        exercise.name,
        "passed",
        f"Right on {len(cases)} inputs{layouts}; the inputs stay as they were."
        + (f"\nAlso tested: {also}" if also else ""),
        warned=next((o.warned for _, o in outcomes if o.warned), []),
    )


def _case_failure(
    exercise: Exercise,
    function: Function,
    case: Case,
    outcomes: list[tuple[Case, Outcome]],
    mismatch: Mismatch | None,
    diagnosing: bool,
) -> Result:
    outcome = next(o for c, o in outcomes if c is case)
    if mismatch is None:
        rung, message = "runs", error_message(exercise, case, outcome)
        if isinstance(outcome.error, UnfitAnswer):
            rung = "returns"
    else:
        rung = mismatch.rung
        if rung == "values":
            rung = "tiny" if case.tiny else "random"
        message = mismatch.message
    diagnosis, mistake = "", ""
    if isinstance(outcome.error, OutOfTime):
        diagnosis = likely_cause(outcome.error)
    elif _still_the_stub(outcome):
        diagnosis = "The line `raise NotImplementedError` is still reached: replace it."
    elif diagnosing and _answers_differently(exercise, function, case, outcomes):
        diagnosis = f"Called again on this same input, it answers differently. {KEPT}"
    elif diagnosing:
        with np.errstate(all="ignore"):
            diagnosis, mistake = diagnose(exercise, case, outcomes, mismatch)
    return failure(exercise, case, outcome, rung, message, mismatch, diagnosis, mistake)


def _still_the_stub(outcome: Outcome) -> bool:
    """Whether the answer itself says that something is missing, not PyTorch of a module."""
    if not isinstance(outcome.error, NotImplementedError):
        return False
    return "NotImplementedError" in outcome.where or not str(outcome.error)


def _answers_differently(
    exercise: Exercise, function: Function, case: Case, outcomes: list[tuple[Case, Outcome]]
) -> bool:
    """Whether a second call gives something else, on the failing input or the next larger ones:
    on a small one, two random answers may be the same."""
    place = next(i for i, (c, _) in enumerate(outcomes) if c is case)
    for again, before in outcomes[place : place + 3]:
        outcome = run_case(exercise, function, again)
        both = not (before.error or outcome.error)
        if both and not alike(exercise.comparison, before, outcome):
            return True
    return False
