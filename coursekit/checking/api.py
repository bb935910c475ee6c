"""The three verbs a student types: `check`, `hint`, `progress`."""

from __future__ import annotations

import functools
import inspect
import sys
from html import escape
from typing import Any

from coursekit.checking import records as store
from coursekit.checking.ladder import climb
from coursekit.checking.result import Result
from coursekit.checking.stubs import is_stub
from coursekit.exercises import Exercise, UnknownExercise, find, units


def check(answer: Any, exercise: str | None = None, *, seed: int = 0) -> Result:
    """Check an answer and say what is wrong with it.

    Args:
        answer: your function: ``check(cross_correlate2d)``, without calling it.
        exercise: the exercise's name, when your function has another one.
        seed: decides the random inputs. The same seed gives the same result.

    Returns:
        A `Result`: shows itself in Jupyter; ``.passed``, ``.attempted``, ``.rung``,
        ``.message`` and ``.diagnosis`` say the same in code. A check never raises for anything
        that an answer does.
    """
    if not isinstance(exercise, str | None):
        return Result(
            "",
            "callable",
            "One function at a time: `check(my_function)`. What comes second is the exercise's "
            "name, a text, when your function is called otherwise.",
        )
    name = exercise or _name_of(answer)
    found, unknown = _found(name)
    if found is None and exercise is None:
        found = _called_in(sys._getframe(1).f_globals, answer)
    problem = _not_an_answer(answer, exercise, found)
    if problem:
        return Result(exercise or "", "callable", problem)
    if found is None:
        return Result(
            "",
            "callable",
            f"{unknown} If your function has a name of its own, say which exercise it answers: "
            "`check(my_function, 'cross_correlate2d')`.",
        )
    if str(getattr(answer, "__module__", "")).startswith("coursekit."):
        return Result(
            found.name,
            "attempted",
            f"This is the course's own `{name}`, not yours: run the cell with your function.",
        )
    result = climb(found, answer, seed)
    if result.attempted:
        try:
            store.record_check(found.name, result.rung)
        except store.ProgressError as error:
            result.note = f"{error}."
    return result


class Hint:
    """One hint; shows itself in Jupyter."""

    def __init__(self, exercise: str, number: int, of: int, text: str) -> None:
        self.exercise, self.number, self.of, self.text = exercise, number, of, text

    def __repr__(self) -> str:
        return f"Hint {self.number} of {self.of} for {self.exercise}: {self.text}"

    def _repr_html_(self) -> str:
        pieces = escape(self.text).split("`")
        text = "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(pieces))
        return (
            f"<p><strong>Hint {self.number} of {self.of}</strong> "
            f"(<code>{escape(self.exercise)}</code>): {text}</p>"
        )


def hint(answer: Any) -> Hint:
    """The next hint for an exercise: each call goes one further, the last one stays.

    Args:
        answer: your function, or the exercise's name.

    Raises:
        UnknownExercise: no exercise has this name.
    """
    name = answer if isinstance(answer, str) else _name_of(answer)
    exercise = _called_in(sys._getframe(1).f_globals, answer) or find(name)
    count = len(exercise.hints)
    try:
        taken = store.record_hint(exercise.name)
    except store.ProgressError:
        taken = _count_here(exercise)
    number = min(taken, count)
    text = exercise.hints[number - 1]
    if taken >= count:
        text += " (This was the last hint."
        in_course = exercise.unit in units()
        text += f" The solution is in solutions/, unit {exercise.unit}.)" if in_course else ")"
    return Hint(exercise.name, number, count, text)


def progress(unit: str | int | None = None) -> store.Overview:
    """What you have tried and passed so far, in one unit or in the whole course.

    Raises:
        UnknownExercise: there is no such unit.
        ProgressError: the progress file cannot be read.
    """
    return store.overview(unit)


_counted: dict[str, int] = {}


def _count_here(exercise: Exercise) -> int:
    """Hints still go on, for this session, when nothing can be saved."""
    _counted[exercise.name] = _counted.get(exercise.name, 0) + 1
    return _counted[exercise.name]


def _name_of(answer: Any) -> str:
    if isinstance(answer, functools.partial):
        return _name_of(answer.func)
    try:
        name = getattr(answer, "__name__", None)
    except Exception:  # an object may do anything when it is asked
        name = None
    return name if isinstance(name, str) else type(answer).__name__


def _called_in(space: dict[str, Any], answer: Any) -> Exercise | None:
    """The exercise whose name the answer, a lambda or an object, has where it is checked."""
    names = (name for name, value in space.items() if value is answer)
    return next(filter(None, (_found(name)[0] for name in names)), None)


def _found(name: str) -> tuple[Exercise | None, str]:
    """The exercise of this name; or None, and what to say."""
    try:
        return find(name), ""
    except UnknownExercise as error:
        return None, str(error)


def _not_an_answer(answer: Any, exercise: str | None, found: Exercise | None) -> str:
    if found is not None and found.a_class:
        if isinstance(answer, type) or inspect.isfunction(answer):
            return ""
        return (
            "Pass the class itself, without quotes and without making an object: "
            f"`check({found.name})`, not `check({found.name}())`."
        )
    if answer is None:
        return (
            "You passed None. Pass the function itself, as in "
            f"`check({exercise or 'my_function'})`, and do not call it."
        )
    if isinstance(answer, str):
        return f"You passed the text {answer!r}. Pass the function itself, without quotes."
    if isinstance(answer, type) and not is_stub(answer):
        return f"You passed the class `{answer.__name__}`; this exercise asks for a function."
    if not callable(answer):
        kind = type(answer).__name__
        return (
            f"You passed a value of type {kind}. Pass the function itself, without calling it: "
            "`check(my_function)`, not `check(my_function(x))`."
        )
    return ""
