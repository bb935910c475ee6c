"""The same question in other clothes: memory layouts and dtypes that must not change an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.exercises.exercise import Case, Exercise
from coursekit.exercises.given import Given
from coursekit.exercises.layouts import fortran, read_only, reversed_rows, strided

_Dress = Callable[[np.ndarray], np.ndarray]


# Tensors take the first two: they have no negative strides, and none is read-only.
_DRESSES: tuple[tuple[str, str, _Dress], ...] = (
    (
        "Fortran order",
        "When the array lies in memory column by column (Fortran order):",
        fortran,
    ),
    (
        "a strided view",
        "When the input is a view of a larger array (not contiguous):",
        strided,
    ),
    ("a reversed view", "When the input is a view with negative strides:", reversed_rows),
    ("read-only", "When the input is read-only:", read_only),
)


def variants_of(exercise: Exercise, cases: Sequence[Case]) -> Iterator[tuple[Case, str]]:
    """Cases in other dress, each with its expected answer and a sentence to begin a report.

    None for an exercise without variants. One tiny case and the first larger one on which a memory
    layout can tell are used: enough, and quick.
    """
    if not exercise.variants:
        return
    chosen = [c for c in cases if c.tiny and _arrays(c)][:1]
    larger = sorted((c for c in cases if not c.tiny and _arrays(c)), key=_layout_is_idle)
    chosen += larger[:1]
    for case in chosen:
        expected = exercise.expected(case)
        for name, says, dress in _DRESSES[: 2 if exercise.tensors else None]:
            dressed = _map(case, dress)
            yield replace(dressed, name=f"{case.name}, {name}", expected=expected), says
    if exercise.tensors:
        yield from (_in_double(exercise, case) for case in chosen[-1:])
        return
    for case in chosen[-1:]:
        if not any(a.dtype == np.float64 for a in _arrays(case)):
            continue
        single = _map(case, lambda x: x.astype(np.float32) if x.dtype == np.float64 else x)
        # The reference sees the rounded numbers in double precision: it adds no error of its own.
        exact = _map(single, lambda x: x.astype(np.float64) if x.dtype == np.float32 else x)
        expected = exercise.expected(exact.asking_reference())
        yield (
            replace(single, name=f"{case.name}, float32", expected=_as_single(expected)),
            "When the input is float32:",
        )


def _in_double(exercise: Exercise, case: Case) -> tuple[Case, str]:
    """A case about tensors, which are float32 unless somebody says otherwise, in float64."""
    double = replace(case, args=_double(case.args), kwargs=_double(case.kwargs))
    expected = exercise.expected(double.asking_reference())
    return replace(double, name=f"{case.name}, float64", expected=expected), (
        "When the input is float64:"
    )


def _double(value: Any) -> Any:
    """float64 for float32, in lists and dicts of weights too: all that meet have one dtype."""
    if isinstance(value, np.ndarray):
        return value.astype(np.float64) if value.dtype == np.float32 else value
    if isinstance(value, list | tuple):
        return type(value)(map(_double, value))
    if isinstance(value, dict):
        return {k: _double(v) for k, v in value.items()}
    return replace(value, args=_double(value.args)) if isinstance(value, Given) else value


def _as_single(expected: Any) -> Any:
    """float32 where it was float64, so that single-precision tolerance applies."""
    if isinstance(expected, tuple):
        return tuple(_as_single(e) for e in expected)
    array = np.asarray(expected)
    return array.astype(np.float32) if array.dtype == np.float64 else expected


def _layout_is_idle(case: Case) -> bool:
    """Whether every array is a row of numbers in memory, however it is ordered."""
    return all(sum(n > 1 for n in a.shape) < 2 for a in _arrays(case))


def _arrays(case: Case) -> list[np.ndarray]:
    return [v for v in (*case.args, *case.kwargs.values()) if isinstance(v, np.ndarray) and v.ndim]


def _map(case: Case, change: _Dress) -> Case:
    def each(value: Any) -> Any:
        return change(value) if isinstance(value, np.ndarray) and value.ndim else value

    return replace(
        case,
        args=tuple(each(v) for v in case.args),
        kwargs={k: each(v) for k, v in case.kwargs.items()},
    )
