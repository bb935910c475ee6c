"""One call of an answer, as data that can travel to another process, and making it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import ModuleType
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
        tensors: whether the answer works on PyTorch's tensors (see `coursekit.exercises.tensors`).
        gradients: parameters at which the gradient of the answer is taken, and returned with it.
    """

    exercise: str
    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    script: str = ""
    reads: tuple[str, ...] = ()
    tensors: bool = False
    gradients: tuple[str, ...] = ()


def perform(answer: Callable[..., Any], call: Call, done: dict[str, Any] | None = None) -> Any:
    """What `answer` gives, which may keep and change the arguments.

    `done` is filled by a script as it goes (see `run_script`). Raises whatever the answer raises.
    """
    if call.tensors:
        return _perform_on_tensors(answer, call, done)
    return _perform(answer, call, done)


def _perform_on_tensors(answer: Callable[..., Any], call: Call, done: dict[str, Any] | None) -> Any:
    import torch

    from coursekit.exercises import tensors

    with torch.enable_grad():  # on leaving, also what an answer switched off is as it was
        return _perform_with(tensors, answer, call, done)


def _perform_with(
    tensors: ModuleType, answer: Callable[..., Any], call: Call, done: dict[str, Any] | None
) -> Any:
    args = [
        tensors.as_tensors(value, gradients=name in call.gradients)
        for name, value in _by_name(call).items()
    ]
    kwargs = {
        name: tensors.as_tensors(value, gradients=name in call.gradients)
        for name, value in call.kwargs.items()
    }
    on_tensors = replace(call, args=tuple(args), kwargs=kwargs)
    if call.script:
        with tensors.same_chance():
            return _perform(answer, on_tensors, done)
    came: list[Any] = []
    inputs = {**dict(zip(call.parameters, args, strict=False)), **kwargs}
    # Before the call: an answer may take things out of a dict.
    at = dict(pair for name in call.gradients for pair in tensors.leaves(name, inputs[name]))

    def array_answer(*args: Any, **kwargs: Any) -> Any:
        came.append(answer(*args, **kwargs))
        if len(call.outputs) < 2:
            tensors.expect_no_list(came[0])
        return tensors.as_arrays(came[0])

    value = _perform(array_answer, on_tensors, done)
    if not call.gradients:
        return value
    return Named.of({**_returned(value, call.outputs), **tensors.gradients_at(came[0], at)})


def _perform(answer: Callable[..., Any], call: Call, done: dict[str, Any] | None) -> Any:
    positional = _by_name(call)
    given = {**positional, **call.kwargs}
    made = {k: v.make() for k, v in given.items() if isinstance(v, Given)}
    kwargs = {k: made.get(k, v) for k, v in call.kwargs.items()}
    if call.script:
        return _run_script(answer, call, kwargs, done)
    value = answer(*(made.get(k, v) for k, v in positional.items()), **kwargs)
    if not call.reads:
        return value
    state = {k: v for name in call.reads for k, v in made[name].state().items()}
    return Named.of({**_returned(value, call.outputs), **state})


def _by_name(call: Call) -> dict[Any, Any]:
    """The positional arguments; those that no parameter takes, by number."""
    return dict(zip((*call.parameters, *range(len(call.args))), call.args, strict=False))


def _run_script(
    answer: Callable[..., Any], call: Call, values: Mapping[str, Any], done: dict[str, Any] | None
) -> Named:
    if not call.tensors:
        return run_script(call.script, answer, call.exercise, values, done)
    from coursekit.exercises import tensors

    return run_script(
        call.script,
        answer,
        call.exercise,
        values,
        done,
        helpers=tensors.HELPERS,
        finish=tensors.as_arrays,
    )


def _returned(value: Any, outputs: tuple[str, ...]) -> dict[str, Any]:
    if len(outputs) > 1 and isinstance(value, tuple | list) and len(value) == len(outputs):
        return dict(zip(outputs, value, strict=True))
    return {outputs[0] if len(outputs) == 1 else "returned": value}
