"""From an answer to points: all checks of one question, on inputs that its student has not seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from coursekit.checking.earning import Wrong, wrong_on
from coursekit.checking.limits import Ended, OutOfTime
from coursekit.checking.properties import broken_properties
from coursekit.checking.runner import answered_cases
from coursekit.checking.signatures import order_problem, signature_problem
from coursekit.checking.variants import variants_of
from coursekit.exercises.exercise import IN_ANY_FORM, Case, Exercise
from coursekit.exercises.given import Given
from coursekit.exercises.problems import UnfitAnswer
from coursekit.grading.records import CheckMark
from coursekit.grading.remote import Answer, message_of

_KINDS = {
    "returns": "something else came back",
    "shape": "the answer has another shape",
    "dtype": "the answer has another kind of number",
    "finite": "the answer is not finite where it should be",
    "values": "the numbers are wrong",
}

_GENERATORS = {"numpy": "`np.random.default_rng(…)`", "torch": "`torch.Generator()`"}
"""By library, what draws random numbers without touching the global state."""

DIGITS = 9
"""Of a number, when exercises are compared: the last ones differ between processors."""

DRAWS = 2
"""Times the random inputs are drawn: a mistake that one draw happens to miss is no luck."""

REPEATED = 4
"""Cases that are called twice: what is kept between calls shows on any of them."""


class Plan:
    """What every answer to an exercise is asked with one seed, prepared once for a class.

    Attributes:
        cases: with their right answers, smallest first; those of further draws after them.
        repeated: those that are called again.
    """

    def __init__(self, exercise: Exercise, seed: int) -> None:
        self.exercise, self.seed = exercise, seed
        drawn = answered_cases(exercise, seed)
        more = (answered_cases(exercise, seed + i) for i in range(1, DRAWS))
        self.cases = (*drawn, *(case for cases in more for case in cases if not case.tiny))
        self.repeated = drawn[:: max(1, len(drawn) // REPEATED)]

    @cached_property
    def variants(self) -> list[tuple[Case, str]]:
        """The cases in other memory layouts and precision, with the sentence for a failure."""
        with np.errstate(all="ignore"):
            return list(variants_of(self.exercise, self.cases))

    @cached_property
    def forms(self) -> list[Case]:
        """A case for each form of the call: what fits one fits all others of its form."""
        forms = {(len(c.args), frozenset(c.kwargs), c.script): c for c in reversed(self.cases)}
        return list(reversed(forms.values()))

    @cached_property
    def first(self) -> list[tuple[Case, bytes]]:
        """The calls on all cases."""
        return calls_on(self.exercise, self.cases)

    @cached_property
    def again(self) -> list[tuple[Case, bytes]]:
        """The calls on the repeated cases, and on all variants."""
        return calls_on(self.exercise, [*self.repeated, *(case for case, _ in self.variants)])


def calls_on(exercise: Exercise, cases: Iterable[Case]) -> list[tuple[Case, bytes]]:
    """Cases with the messages that ask for their calls."""
    return [(case, message_of(exercise, case)) for case in cases]


def version_of(exercise: Exercise) -> str:
    """A digest of what is asked and expected, which changes with a check that marks otherwise.

    The same on every machine: numbers count to `DIGITS` digits.
    """
    cases = answered_cases(exercise, 0)
    asked = [(c.args, c.kwargs, c.script, c.reads, c.check, c.expected) for c in cases]
    promises = [held.says for held in exercise.properties]
    said = (exercise.signature, exercise.checks, exercise.comparison.tolerance, promises)
    return hashlib.sha256(repr((said, _rounded(asked))).encode()).hexdigest()[:12]


def _rounded(value: object) -> object:
    """Nested values as texts, which `repr` tells apart."""
    if isinstance(value, Given):
        return value.maker, _rounded(value.args)
    if isinstance(value, list | tuple):
        return [_rounded(v) for v in value]
    if isinstance(value, dict):
        return [(name, _rounded(v)) for name, v in value.items()]
    if isinstance(value, np.ndarray | np.generic | float):
        array = np.asarray(value)
        numbers = [f"{v:.{DIGITS}g}" if array.dtype.kind in "fc" else str(v) for v in array.ravel()]
        return array.dtype.str, array.shape, numbers
    return value


@dataclass(frozen=True)
class Marks:
    """What an answer earns.

    Attributes:
        checks: each check of the exercise with its points.
        problem: why none could be tried ("takes (x), so the call … does not fit"), or "".
    """

    checks: tuple[CheckMark, ...]
    problem: str = ""

    @property
    def score(self) -> float:
        """The sum of the points earned."""
        return round(sum(c.score for c in self.checks), 6)

    @property
    def passed(self) -> bool:
        """Whether every check holds."""
        return not self.problem and all(c.passed for c in self.checks)


def no_marks(exercise: Exercise, says: str) -> Marks:
    """Nothing earned, for one reason."""
    return Marks(
        tuple(CheckMark(name, points, 0.0, says) for name, points in exercise.checks.items()), says
    )


def mark(plan: Plan, answer: Answer) -> Marks:
    """Try all checks of an exercise on an answer."""
    exercise = plan.exercise
    problem = unfit(exercise, answer) or _misfit(plan, answer)
    if problem:
        return no_marks(exercise, problem)
    before = answer.found.randomness
    answer.plan(plan.first)
    wrong = wrong_on(exercise, answer, plan.cases)
    marks = [
        _values_mark(name, exercise.checks[name], cases, exercise.seconds)
        for name, cases in wrong.items()
    ]
    says = "Counts when all values are right." if any(wrong.values()) else ""
    says = says or _broken_in_form(plan, answer)
    answer.close()
    says = says or _drawn(before, answer.look().randomness)
    points = exercise.checks[IN_ANY_FORM]
    marks.append(CheckMark(IN_ANY_FORM, points, 0.0 if says else points, says))
    return Marks(tuple(marks))


def unfit(exercise: Exercise, answer: Answer) -> str:
    """Why there is nothing that can be called as the exercise calls it; "" if there is."""
    found = answer.found
    if not found.there:
        return f"Nothing is called `{exercise.name}` when all cells have run."
    if exercise.a_class and not (found.a_class or found.callable):
        return f"`{exercise.name}` should be a class; it is of type {found.kind}."
    if not exercise.a_class and found.a_class:
        return f"`{exercise.name}` should be a function; it is a class."
    if not found.callable:
        return f"`{exercise.name}` should be a function; it is of type {found.kind}."
    return ""


def _misfit(plan: Plan, answer: Answer) -> str:
    """Why its parameters do not fit the calls, or ""."""
    if answer.found.signature is None:
        return ""
    problem = signature_problem(plan.exercise, answer, plan.forms)
    return f"{problem} {order_problem(plan.exercise, answer)}".strip() if problem else ""


def _kind(wrong: Wrong, seconds: float) -> str:
    """The kind of a failure, in words of ours alone."""
    error = wrong.outcome.error
    if isinstance(error, OutOfTime):
        return f"it ran longer than {seconds:g} s"
    if isinstance(error, Ended):
        return str(error).rstrip(".").lower()
    if isinstance(error, UnfitAnswer):
        return _KINDS["returns"]
    if isinstance(error, NotImplementedError):
        return "`raise NotImplementedError` is still reached"
    if error is not None:
        return "it raised an exception"
    return _KINDS.get(wrong.mismatch.rung, "it is wrong") if wrong.mismatch else ""


def _values_mark(name: str, points: float, wrong: Sequence[Wrong], seconds: float) -> CheckMark:
    if not wrong:
        return CheckMark(name, points, points)
    more = f" So do {len(wrong) - 1} more." if len(wrong) > 1 else ""
    says = f"Fails: {wrong[0].case.name} ({_kind(wrong[0], seconds)}).{more}"
    return CheckMark(name, points, 0.0, says)


def _broken_in_form(plan: Plan, answer: Answer) -> str:
    """What does not hold beyond values, in words of ours alone; "" when everything holds."""
    answer.plan(plan.again)
    with np.errstate(all="ignore"):
        broken = broken_properties(plan.exercise, answer, plan.repeated, plan.variants, plan.seed)
        said = dict.fromkeys(_said(plan, result.message) for result in broken)
    return " ".join(said)


def _drawn(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """What to say of global random states that an answer changed; "" if it left them alone."""
    for library, generator in _GENERATORS.items():
        if library in before and library in after and before[library] != after[library]:
            return (
                "It draws from, or seeds, the global random numbers. Make a generator of your own: "
                f"{generator}."
            )
    return ""


def _said(plan: Plan, message: str) -> str:
    """The author's sentence that a property's message begins with, without what came back."""
    sentences = [says for _, says in plan.variants] + [p.says for p in plan.exercise.properties]
    for says in sentences:
        if message.startswith(says):
            return f"Does not hold: {says.rstrip(':.')}."
    for ours in ("Your function changes its input", "Called a second time on the same input"):
        if message.startswith(ours):
            return f"{ours}{' and answers differently' if ours.startswith('Called') else ''}."
    return "What it gives cannot be used in the same way as a right answer."
