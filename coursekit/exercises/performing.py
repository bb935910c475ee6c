"""One call of an answer, as data that can travel to another process, and making it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from coursekit.exercises.given import Given
from coursekit.exercises.script import run_script
from coursekit.exercises.values import Named


@dataclass(frozen=True)
class Call:
    """How an answer is called.

    Attributes:
        exercise: its name, which a script calls the class by.
        parameters: the names of the function's parameters, in order.
        outputs: the names of the returned values, when there are several.
        args, kwargs: the arguments, `Given` ones among them. With a script, `kwargs` are the values
            its lines name.
        script: see `coursekit.exercises.script`; "" for a plain call.
        reads: parameters whose `Given` objects are read after the call.
    """

    exercise: str
    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    script: str = ""
    reads: tuple[str, ...] = ()


def perform(answer: Callable[..., Any], call: Call, done: dict[str, Any] | None = None) -> Any:
    """What `answer` gives, which may keep and change the arguments.

    `done` is filled by a script as it goes (see `run_script`). Raises whatever the answer raises.
    """
    positional = dict(zip((*call.parameters, *range(len(call.args))), call.args, strict=False))
    given = {**positional, **call.kwargs}
    made = {k: v.make() for k, v in given.items() if isinstance(v, Given)}
    kwargs = {k: made.get(k, v) for k, v in call.kwargs.items()}
    if call.script:
        return run_script(call.script, answer, call.exercise, kwargs, done)
    value = answer(*(made.get(k, v) for k, v in positional.items()), **kwargs)
    if not call.reads:
        return value
    state = {k: v for name in call.reads for k, v in made[name].state().items()}
    return Named.of({**_returned(value, call.outputs), **state})


def _returned(value: Any, outputs: tuple[str, ...]) -> dict[str, Any]:
    if len(outputs) > 1 and isinstance(value, tuple | list) and len(value) == len(outputs):
        return dict(zip(outputs, value, strict=True))
    return {outputs[0] if len(outputs) == 1 else "returned": value}
