"""A result for an answer that fails: what was called, what came back, what it printed."""

from __future__ import annotations

from coursekit.checking.calling import Outcome
from coursekit.checking.described import array_arguments, call_text
from coursekit.checking.explain import describe_error
from coursekit.checking.limits import OutOfTime
from coursekit.checking.result import Result
from coursekit.exercises.comparison import Mismatch
from coursekit.exercises.exercise import Case, Exercise
from coursekit.exercises.problems import UnfitAnswer


def failure(
    exercise: Exercise,
    case: Case | None,
    outcome: Outcome | None,
    rung: str,
    message: str,
    mismatch: Mismatch | None,
    diagnosis: str = "",
    mistake: str = "",
) -> Result:
    """The result of a case (None: of none in particular) that did not hold on `rung`."""
    result = Result(exercise.name, rung, message, diagnosis, mistake)
    if case is not None:
        result.call, result.case = call_text(exercise, case), case.name
        result.inputs = array_arguments(exercise, case)
    if mismatch is not None:
        result.got, result.expected = mismatch.got, mismatch.expected
        result.wrong, result.output = mismatch.wrong, mismatch.output
    if outcome is not None:
        result.printed = outcome.printed.head() if outcome.printed else ""
        result.warned = outcome.warned
    return result


def error_message(exercise: Exercise, case: Case, outcome: Outcome) -> str:
    """What the answer raised and where, for the student."""
    assert outcome.error is not None
    if isinstance(outcome.error, UnfitAnswer):
        return str(outcome.error)
    said = describe_error(outcome.error, exercise.seconds)
    if isinstance(outcome.error, OutOfTime):
        sizes = [
            f"`{name}` of shape {v.shape}" for name, v in array_arguments(exercise, case).items()
        ]
        said += f" Input: {', '.join(sizes)}." if sizes else ""
    return f"{said}\nIn {outcome.where}." if outcome.where else said
