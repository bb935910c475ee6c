"""Running an answer on a case, here or in another process, and comparing what came."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import lru_cache
from typing import Any

from coursekit.checking.calling import Outcome, answer_call
from coursekit.exercises.comparison import Mismatch
from coursekit.exercises.exercise import Case, Exercise, Function, Mistake


class Elsewhere(ABC):
    """An answer that runs in another process. It has the signature of the function it stands for.

    All of checking takes it in place of a function.
    """

    def __call__(self, *_args: Any, **_kwargs: Any) -> Any:
        """Not to be called: see `run`."""
        raise TypeError("an answer in another process is run on cases")

    @abstractmethod
    def run(self, exercise: Exercise, case: Case, *, copy: bool) -> Outcome:
        """What the answer does on a case of `exercise`, as `run_case` says it."""


def run_case(exercise: Exercise, answer: Function, case: Case, *, copy: bool = True) -> Outcome:
    """What `answer` does on a case of `exercise` (see `coursekit.checking.calling.call`)."""
    if isinstance(answer, Elsewhere):
        return answer.run(exercise, case, copy=copy)
    return answer_call(answer, exercise.call_of(case), seconds=exercise.seconds, copy=copy)


@lru_cache(maxsize=8192)
def outcome_of(exercise: Exercise, mistake: Mistake, case: Case) -> Outcome:
    """What a known mistake gives on a case, run once: a class makes the same mistakes."""
    return run_case(exercise, mistake.answer, case)


@lru_cache(maxsize=128)
def answered_cases(exercise: Exercise, seed: int) -> tuple[Case, ...]:
    """The cases for a seed with their right answers."""
    return tuple(exercise.answered(case) for case in exercise.make_cases(seed))


def mismatch_of(exercise: Exercise, case: Case, outcome: Outcome) -> Mismatch | None:
    """How the outcome differs from the expected answer; None if it does not, or never came."""
    if outcome.error is None:
        return exercise.comparison.mismatch(outcome.value, exercise.expected(case))
    if outcome.before is None:
        return None
    # What was wrong before the exception is more likely its cause than its consequence.
    roots = [name.partition("[")[0] for name in outcome.before.names]
    return exercise.comparison.mismatch(outcome.before, exercise.expected(case).only(roots))
