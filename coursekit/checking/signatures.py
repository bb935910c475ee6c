"""Can the answer be called as the exercise calls it?"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from coursekit.checking.described import call_text
from coursekit.exercises.exercise import Case, Exercise, Function
from coursekit.exercises.script import constructor_calls


def signature_problem(exercise: Exercise, function: Function, cases: Sequence[Case]) -> str:
    """What keeps the function from being called as in `cases`, in words; or ""."""
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


def order_problem(exercise: Exercise, function: Function) -> str:
    """What is wrong with the order of the parameters, in words; or ""."""
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
