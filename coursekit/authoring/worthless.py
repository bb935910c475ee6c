"""Answers that know nothing of what is asked, and must earn nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from coursekit.checking.calling import Outcome
from coursekit.checking.runner import Elsewhere
from coursekit.exercises import Case, Exercise
from coursekit.exercises.exercise import Function


def worthless(
    exercise: Exercise, seen: Sequence[Case], asked: Sequence[Case]
) -> Iterator[tuple[str, Function]]:
    """What each of them does, as a verb ("returns None"), and the answer.

    Args:
        seen: the cases that a student sees, with their right answers.
        asked: the cases that the answers are tried on, made in the same way.
    """
    for does, answer in _SHORT:
        whole = _one_for_each_output(answer, len(exercise.comparison.outputs))
        yield does, _class_of(whole) if exercise.a_class else whole
    yield "knows the right answers of the notebook's seed by heart", _ByHeart(seen, asked)


def _raises(*_args: Any) -> Any:
    raise ValueError("This answer knows nothing.")


_SHORT: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("returns None", lambda argument: None),
    ("returns 0", lambda argument: 0),
    ("returns what it is given", lambda argument: argument),
    ("returns zeros in the shape of what it is given", lambda argument: np.zeros_like(argument)),
    ("raises an exception", _raises),
)
"""What they make of one argument."""


def _one_for_each_output(answer: Callable[[Any], Any], outputs: int) -> Function:
    """Made of the first argument; of the first three, when three values are asked for."""

    def whole(*args: Any, **kwargs: Any) -> Any:
        arguments = [*args, *kwargs.values(), *[None] * max(outputs, 1)]
        if outputs < 2:
            return answer(arguments[0])
        return tuple(answer(argument) for argument in arguments[:outputs])

    return whole


def _class_of(answer: Function) -> Function:
    """A class whose objects have every method, each with the same answer."""

    class Worthless:
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            pass

        def __getattr__(self, name: str) -> Function:
            return answer

    return Worthless


class _ByHeart(Elsewhere):
    """Answers in the order in which it is asked, from memory, whatever it is given."""

    def __init__(self, seen: Sequence[Case], asked: Sequence[Case]) -> None:
        self.known = {case: old.expected for case, old in zip(asked, seen, strict=False)}

    def run(self, exercise: Exercise, case: Case, *, copy: bool) -> Outcome:
        return Outcome(self.known.get(case))
