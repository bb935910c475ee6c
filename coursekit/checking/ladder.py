"""The ladder: attempted, callable, runs, returns, shape, dtype, finite, tiny, random, properties.

An answer climbs rung by rung on every case, the smallest case first, and the check stops at the
first rung that does not hold: the student sees one problem at a time, on the smallest input.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from coursekit.checking.diagnosis import alike, diagnose
from coursekit.checking.explain import describe_error, likely_cause
from coursekit.checking.limits import OutOfTime
from coursekit.checking.result import Result
from coursekit.checking.runner import Outcome, run_case
from coursekit.checking.variants import variants_of
from coursekit.exercises.comparison import Mismatch
from coursekit.exercises.exercise import Case, Exercise, Property, scripted
from coursekit.exercises.given import Given
from coursekit.exercises.script import ScriptProblem, constructor_calls

Function = Callable[..., Any]

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
    cases = [exercise.answered(case) for case in exercise.make_cases(seed)]
    problem = _signature_problem(exercise, function, cases)
    if problem:
        return Result(exercise.name, "callable", problem, _order_problem(exercise, function))
    result = _climb_cases(exercise, function, cases, seed, diagnosing)
    if not result.passed and diagnosing:
        result.diagnosis = _order_problem(exercise, function) or result.diagnosis
    return result


def _climb_cases(
    exercise: Exercise, function: Function, cases: list[Case], seed: int, diagnosing: bool
) -> Result:
    outcomes: list[tuple[Case, Outcome]] = []
    for case in cases:
        outcome = run_case(exercise, function, case)
        outcomes.append((case, outcome))
        mismatch = _mismatch(exercise, case, outcome)
        if outcome.error is not None or mismatch is not None:
            if diagnosing and not isinstance(outcome.error, OutOfTime):
                later = cases[len(outcomes) :][:MORE_CASES]
                outcomes += [(c, run_case(exercise, function, c)) for c in later]
            return _case_failure(exercise, function, case, outcomes, mismatch, diagnosing)
    failure = _first_broken_property(exercise, function, cases, seed)
    if failure is not None:
        if diagnosing:
            _name_property_failure(exercise, failure, cases, seed)
        return failure
    layouts = ", in any memory layout and in single precision" if exercise.variants else ""
    also = " ".join(p.says for p in exercise.properties)
    return Result(
        exercise.name,
        "passed",
        f"Right on {len(cases)} inputs{layouts}; the inputs stay as they were."
        + (f"\nAlso tested: {also}" if also else ""),
        warned=next((o.warned for _, o in outcomes if o.warned), []),
    )


_EVERY_CLASS_HAS = {*vars(type("Empty", (), {})), "__firstlineno__", "__static_attributes__"}


def is_stub(function: Any) -> bool:
    """Whether a function is still untouched: a docstring and ``raise NotImplementedError``.

    A class is untouched as long as each of its methods is.
    """
    if isinstance(function, type):
        inherited = {k: v for c in function.__mro__[-2::-1] for k, v in vars(c).items()}
        members = [m for name, m in inherited.items() if name not in _EVERY_CLASS_HAS]
        return all(inspect.isfunction(m) and is_stub(m) for m in members)
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, IndentationError):
        return False
    # Code from `exec` has no source, or (from Python 3.13 on) an empty one.
    definition = tree.body[0] if tree.body else None
    if not isinstance(definition, ast.FunctionDef | ast.ClassDef):
        return False
    return all(_says_nothing(statement) for statement in definition.body)


def _says_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return False


def _signature_problem(exercise: Exercise, function: Function, cases: list[Case]) -> str:
    try:
        signature = inspect.signature(function)
    except Exception:  # a callable object may do anything when it is asked
        return ""
    for case in cases:
        for text, args, keywords in _calls(exercise, case):
            try:
                signature.bind(*args, **dict.fromkeys(keywords))
            except TypeError as error:
                what = "class" if exercise.a_class else "function"
                return (
                    f"Your {what} takes {signature}, so the call {text} does not fit: {error}. It "
                    f"should read `{exercise.first_line}`."
                )
    return ""


def _calls(exercise: Exercise, case: Case) -> Iterator[tuple[str, Sequence[Any], Iterable[str]]]:
    """The calls of the answer in a case: as text, positional arguments, names of the others."""
    if not case.script:
        yield call_text(exercise, case), case.args, case.kwargs
        return
    for text, positional, keywords in constructor_calls(case.script, exercise.name):
        yield text, [None] * positional, keywords


def _order_problem(exercise: Exercise, function: Function) -> str:
    """Positional arguments land in the wrong parameters when these stand in another order."""
    try:
        theirs = list(inspect.signature(function).parameters)
    except Exception:  # a callable object may do anything when it is asked
        return ""
    asked = list(exercise.parameters.parameters)
    given = [name for name in theirs if name in asked]
    if given == asked or len(given) < len(asked):
        return ""
    return (
        f"Your parameters stand in another order, ({', '.join(given)}). The first line should read "
        f"`{exercise.first_line}`."
    )


def _mismatch(exercise: Exercise, case: Case, outcome: Outcome) -> Mismatch | None:
    if outcome.error is None:
        return exercise.comparison.mismatch(outcome.value, exercise.expected(case))
    if outcome.before is None:
        return None
    # What was wrong before the exception is more likely its cause than its consequence.
    roots = [name.partition("[")[0] for name in outcome.before.names]
    return exercise.comparison.mismatch(outcome.before, exercise.expected(case).only(roots))


_KEPT = (
    "Something is kept between calls (a global variable, a default argument such as `cache=[]`), "
    "or drawn at random."
)


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
        rung, message = "runs", _error_message(exercise, case, outcome)
        if isinstance(outcome.error, ScriptProblem):
            rung = "returns"
    else:
        rung = mismatch.rung
        if rung == "values":
            rung = "tiny" if case.tiny else "random"
        message = mismatch.message
    diagnosis, mistake = "", ""
    if isinstance(outcome.error, OutOfTime):
        diagnosis = likely_cause(outcome.error)
    elif isinstance(outcome.error, NotImplementedError):
        diagnosis = "The line `raise NotImplementedError` is still reached: replace it."
    elif diagnosing and _answers_differently(exercise, function, case, outcomes):
        diagnosis = f"Called again on this same input, it answers differently. {_KEPT}"
    elif diagnosing:
        with np.errstate(all="ignore"):
            diagnosis, mistake = diagnose(exercise, case, outcomes, mismatch)
    return _failure(exercise, case, outcome, rung, message, mismatch, diagnosis, mistake)


def _failure(
    exercise: Exercise,
    case: Case | None,
    outcome: Outcome | None,
    rung: str,
    message: str,
    mismatch: Mismatch | None,
    diagnosis: str = "",
    mistake: str = "",
) -> Result:
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


def _error_message(exercise: Exercise, case: Case, outcome: Outcome) -> str:
    assert outcome.error is not None
    if isinstance(outcome.error, ScriptProblem):
        return str(outcome.error)
    said = describe_error(outcome.error, exercise.seconds)
    if isinstance(outcome.error, OutOfTime):
        sizes = [
            f"`{name}` of shape {v.shape}" for name, v in array_arguments(exercise, case).items()
        ]
        said += f" Input: {', '.join(sizes)}." if sizes else ""
    return f"{said}\nIn {outcome.where}." if outcome.where else said


def call_text(exercise: Exercise, case: Case) -> str:
    """The call as Python would write it, with arrays by their parameter's name; or the script."""
    if case.script:
        return case.script
    names = list(exercise.parameters.parameters)
    parts = []
    for i, value in enumerate(case.args):
        name = names[i] if i < len(names) else f"arg{i}"
        parts.append(name if _goes_by_name(value) else _short(value))
    parts += [f"{k}={k if _goes_by_name(v) else _short(v)}" for k, v in case.kwargs.items()]
    return f"{exercise.name}({', '.join(parts)})"


def array_arguments(exercise: Exercise, case: Case) -> dict[str, np.ndarray]:
    """The array arguments of a case by parameter name."""
    names = list(exercise.parameters.parameters)
    named = {names[i] if i < len(names) else f"arg{i}": v for i, v in enumerate(case.args)}
    return {k: v for k, v in (named | case.kwargs).items() if _is_array(v)}


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0


def _goes_by_name(value: Any) -> bool:
    return _is_array(value) or isinstance(value, Given)


def _short(value: Any) -> str:
    plain = value.item() if isinstance(value, np.generic) else value
    text = f"{plain:.6g}" if isinstance(plain, float) else repr(plain)
    return text if len(text) <= 40 else text[:37] + "…"


def _first_broken_property(
    exercise: Exercise, function: Function, cases: list[Case], seed: int
) -> Result | None:
    for case in cases:
        outcome = run_case(exercise, function, case)
        broken = _unchanged_and_repeatable(exercise, case, outcome)
        if broken is not None:
            return broken
    if exercise.variants:
        for variant, says in variants_of(exercise, cases):
            outcome = run_case(exercise, function, variant, copy=False)
            if re.search(r"strides? .*negative", str(outcome.error)):
                continue  # PyTorch has no such views: its limit, not the answer's
            if outcome.error is not None:
                message = f"{says}\n{_error_message(exercise, variant, outcome)}"
                cause = likely_cause(outcome.error)
                return _failure(exercise, variant, outcome, "properties", message, None, cause)
            mismatch = exercise.comparison.mismatch(outcome.value, variant.expected)
            if mismatch:
                message = f"{says} {mismatch.message}"
                return _failure(exercise, variant, outcome, "properties", message, mismatch)
    for i, held in enumerate(exercise.properties):
        broken = _property_failure(exercise, function, held, seed + i)
        if broken is not None:
            return broken
    return None


def _unchanged_and_repeatable(exercise: Exercise, case: Case, outcome: Outcome) -> Result | None:
    if outcome.modified:
        what = " and ".join(f"`{m}`" for m in outcome.modified)
        verb, first = "is" if len(outcome.modified) == 1 else "are", outcome.modified[0]
        return _failure(
            exercise,
            case,
            outcome,
            "properties",
            f"Your function changes its input: {what} {verb} different after the call.",
            None,
            f"Work on a copy, and write `{first} = {first} + …` rather than `{first} += …`: the "
            "caller still needs the array.",
        )
    mismatch = _mismatch(exercise, case, outcome)
    if outcome.error is not None or mismatch is not None:
        return _failure(
            exercise,
            case,
            outcome,
            "properties",
            "Called a second time on the same input, your function answers differently.",
            mismatch,
            _KEPT,
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
        problem = _signature_problem(exercise, function, [case])
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
        message = f"{held.says}\n{_error_message(exercise, stop.case, stop.outcome)}"
        cause = likely_cause(stop.outcome.error) if stop.outcome.error else ""
        return _failure(exercise, stop.case, stop.outcome, "properties", message, None, cause)
    except (TypeError, ValueError, IndexError, AttributeError) as error:
        # The property could not work with what came back (a wrong shape for this input, say).
        case, outcome = last[-1] if last else (None, None)
        message = f"{held.says} What came back cannot be compared: {describe_error(error, 0)}."
        return _failure(exercise, case, outcome, "properties", message, None)
    if found is None:
        return None
    case, outcome = last[-1] if last else (None, None)
    if isinstance(found, str):
        message = f"{held.says} {found}"
        return _failure(exercise, case, outcome, "properties", message, None)
    message = f"{held.says} {found.message}"
    return _failure(exercise, case, outcome, "properties", message, found)


def _name_property_failure(
    exercise: Exercise, failure: Result, cases: list[Case], seed: int
) -> None:
    """If a known mistake passes every case and breaks the same property, let it speak."""
    for mistake in exercise.mistakes:
        ran = [(c, run_case(exercise, mistake.answer, c)) for c in cases]
        if any(o.error or _mismatch(exercise, c, o) for c, o in ran):
            continue
        broken = _first_broken_property(exercise, mistake.answer, cases, seed)
        if broken is not None and broken.message == failure.message:
            failure.diagnosis, failure.mistake = mistake.says, mistake.name
            return
