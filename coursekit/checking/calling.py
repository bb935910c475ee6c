"""Calling a student's function: on copies, for a limited time, with everything it does noted."""

from __future__ import annotations

import contextlib
import linecache
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from types import CodeType
from typing import Any

import numpy as np

from coursekit.checking.limits import Printed, time_limit
from coursekit.exercises.comparison import as_array
from coursekit.exercises.performing import Call, perform
from coursekit.exercises.values import Named, copied

LONGEST_LINE = 90
"""Characters of a line of the student's code that are quoted."""


@dataclass
class Outcome:
    """What one call did.

    Attributes:
        value: what it returned, if it returned.
        error: what it raised instead (`OutOfTime` at the time limit).
        where: "line 3: `return out[i]`", the last line of the student's own code, or "".
        before: what a script had to return already when the exception came.
        modified: names of the arguments whose contents the call changed.
        printed: the beginning of what it printed.
        warned: messages of warnings raised on the way, each once.
    """

    value: Any = None
    error: BaseException | None = None
    where: str = ""
    before: Named | None = None
    modified: list[str] = field(default_factory=list)
    printed: Printed = field(default_factory=Printed)
    warned: list[str] = field(default_factory=list)


def answer_call(
    answer: Callable[..., Any], asked: Call, *, seconds: float, copy: bool = True
) -> Outcome:
    """What `answer` does when it is called as `asked`; see `call`."""
    done: dict[str, Any] = {}
    outcome = call(
        answer,
        asked.args,
        dict(asked.kwargs),
        seconds=seconds,
        names=asked.parameters,
        copy=copy,
        perform=lambda f, args, kwargs: perform(f, replace(asked, args=args, kwargs=kwargs), done),
    )
    if outcome.error is not None and done:
        outcome.before = Named.of({name: _concrete(value) for name, value in done.items()})
    return outcome


def call(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any] | None = None,
    *,
    seconds: float = 5.0,
    names: tuple[str, ...] = (),
    copy: bool = True,
    perform: Callable[..., Any] = lambda f, args, kwargs: f(*args, **kwargs),
) -> Outcome:
    """Call `function` on copies of the arguments; never raises but on the user's own Ctrl-C.

    With ``copy=False`` the arguments are passed as they are (to keep their memory layout); they
    are compared with a copy afterwards all the same. ``perform(function, args, kwargs)`` makes the
    call.
    """
    kwargs = kwargs or {}
    before = (copied(args), copied(kwargs))
    if copy:
        args, kwargs = copied(args), copied(kwargs)
    outcome = Outcome()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with (
                contextlib.redirect_stdout(outcome.printed),
                contextlib.redirect_stderr(outcome.printed),
                time_limit(seconds),
            ):
                outcome.value = _concrete(perform(function, args, kwargs))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            outcome.error = error
            outcome.where = where_in(function, error)
    outcome.warned = list(dict.fromkeys(str(w.message) for w in caught))[:3]
    outcome.modified = _modified(before, (args, kwargs), names)
    return outcome


def where_in(function: Callable[..., Any], error: BaseException) -> str:
    """The last line of the student's own code on the way to `error`."""
    codes = list(_codes(function))
    files = {code.co_filename for code in codes}
    own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename in files]
    if not own or own[-1].lineno is None:
        return ""
    line = linecache.getline(own[-1].filename, own[-1].lineno).strip()
    line = line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"
    first = next((c.co_firstlineno for c in codes if c.co_name == own[-1].name), 1)
    number = own[-1].lineno - first + 1
    return f"line {number} of `{own[-1].name}`: `{line}`" if line else f"line {number}"


def _codes(function: Any) -> Iterator[CodeType]:
    """The code of a function, or of the methods of a class."""
    own = vars(function).values() if isinstance(function, type) else [function]
    for each in own:
        code = getattr(getattr(each, "__wrapped__", each), "__code__", None)
        if isinstance(code, CodeType):
            yield code


def _concrete(value: Any) -> Any:
    """Detach the answer from objects that could change or misbehave later."""
    if isinstance(value, Named):
        return Named(value.names, map(_concrete, value))
    if isinstance(value, tuple):
        return tuple(_concrete(v) for v in value)
    if isinstance(value, list) or hasattr(value, "__array__"):
        array, _ = as_array(value)
        return value if array is None else np.array(array, copy=True)
    return value


def _modified(before: Any, after: Any, names: tuple[str, ...]) -> list[str]:
    args_before, kwargs_before = before
    args_after, kwargs_after = after
    changed = []
    for i, (old, new) in enumerate(zip(args_before, args_after, strict=True)):
        if not _unchanged(old, new):
            changed.append(names[i] if i < len(names) else f"argument {i + 1}")
    changed += [k for k in kwargs_before if not _unchanged(kwargs_before[k], kwargs_after[k])]
    return changed


def _unchanged(old: Any, new: Any) -> bool:
    if isinstance(old, np.ndarray):
        return (
            isinstance(new, np.ndarray)
            and old.shape == new.shape
            and old.dtype == new.dtype
            and (  # the bytes are nearly always the same, and compared in a tenth of the time
                old.tobytes() == new.tobytes()
                or np.array_equal(old, new, equal_nan=old.dtype.kind in "fc")
            )
        )
    if isinstance(old, list | tuple):
        return len(old) == len(new) and all(map(_unchanged, old, new))
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(_unchanged(old[k], new[k]) for k in old)
    return bool(old == new)
