"""A case in words: the call as Python would write it, and the arrays it is made with."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.exercises.exercise import Case, Exercise
from coursekit.exercises.given import Given


def call_text(exercise: Exercise, case: Case) -> str:
    """The call as Python would write it, with arrays (and what holds some) by their parameter's
    name; or the script."""
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
    if isinstance(value, dict):
        return any(map(_goes_by_name, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_goes_by_name, value))
    return _is_array(value) or isinstance(value, Given)


def _short(value: Any) -> str:
    plain = value.item() if isinstance(value, np.generic) else value
    text = f"{plain:.6g}" if isinstance(plain, float) else repr(plain)
    return text if len(text) <= 40 else text[:37] + "…"
