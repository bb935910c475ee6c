"""Inputs that nobody thought of: the cases of an exercise, changed in one respect each.

Not all of them make sense. What counts are those on which all known right answers agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from coursekit.exercises import Case, Exercise

LARGEST = 3000
"""Numbers in a case that is worth changing; larger ones only take longer."""

BASES = 6
"""Cases that are changed."""


@dataclass(frozen=True)
class Extra:
    """A changed case, and when it comes up, as the end of a sentence: "`x` has …"."""

    case: Case
    when: str


def extras(exercise: Exercise, cases: Sequence[Case], hints: str = "") -> Iterator[Extra]:
    """Changed cases, the most usual changes first.

    Args:
        hints: text that tells which values are meant to occur: NaN and empty arrays are tried only
            where it speaks of them.
    """
    bases = _bases(exercise, cases)
    hints = hints.lower()
    rng = np.random.default_rng(0)
    for when, change in _value_changes("nan" in hints, rng):
        for base in bases:
            for name, value in _arguments(exercise, base).items():
                if _is_numbers(value):
                    yield from _changed(exercise, base, {name: change}, when.format(name))
    for base in bases:
        yield from _meetings(exercise, base)
        yield from _parameter_changes(exercise, base, cases)
    for base in bases:
        yield from _length_changes(exercise, base, "empty" in hints)


def _bases(exercise: Exercise, cases: Sequence[Case]) -> list[Case]:
    """Small cases that differ in which arguments they give."""
    small = [c for c in cases if _size(exercise, c) <= LARGEST]
    larger = [c for c in small if not c.tiny] or small
    forms: dict[Any, Case] = {}
    for case in [*larger, *small]:
        given = _arguments(exercise, case)
        plain = tuple((k, v) for k, v in given.items() if isinstance(v, str | bool | int))
        forms.setdefault((tuple(given), plain), case)
    return list(forms.values())[:BASES]


def _arguments(exercise: Exercise, case: Case) -> dict[str, Any]:
    """What the case gives, by parameter; of a script, the values its lines name."""
    if case.script:
        return dict(case.kwargs)
    return dict(exercise.parameters.bind_partial(*case.args, **case.kwargs).arguments)


def _with_arguments(exercise: Exercise, case: Case, given: dict[str, Any]) -> Case:
    asking = case.asking_reference()
    if case.script:
        return replace(asking, kwargs=given)
    bound = exercise.parameters.bind_partial()
    bound.arguments.update(given)
    return replace(asking, args=bound.args, kwargs=dict(bound.kwargs))


def _changed(
    exercise: Exercise, case: Case, changes: dict[str, Callable[[Any], Any]], when: str
) -> Iterator[Extra]:
    given = _arguments(exercise, case)
    try:
        new = {k: changes[k](v) if k in changes else v for k, v in given.items()}
    except (ValueError, TypeError, IndexError, OverflowError):
        return
    yield Extra(_with_arguments(exercise, case, new), when)


def _value_changes(
    nan: bool, rng: np.random.Generator
) -> Iterator[tuple[str, Callable[[np.ndarray], np.ndarray]]]:
    """What may be different in an array's numbers."""

    def one(value: float) -> Callable[[np.ndarray], np.ndarray]:
        def put(x: np.ndarray) -> np.ndarray:
            new = np.array(x, float)
            new.flat[new.size // 2] = value
            return new

        return put

    yield "some numbers in `{}` are equal", lambda x: np.rint(x / (np.std(x) or 1) * 1.5)
    yield "numbers in `{}` are multiples of 1/4", lambda x: np.rint(4 * x) / 4
    yield "`{}` has negative numbers", lambda x: x.astype(float) - np.mean(x)
    yield "all numbers in `{}` are negative", lambda x: -np.abs(x.astype(float)) - 0.5
    yield "all numbers in `{}` are positive", lambda x: np.abs(x.astype(float)) + 0.5
    yield "`{}` holds a 0", one(0.0)
    yield "all numbers in `{}` are 0", lambda x: np.zeros_like(x)
    yield "all numbers in `{}` are the same", lambda x: np.full_like(x, x.flat[0])
    yield "one number in `{}` is far larger than the others", one(1e4)
    yield "the numbers in `{}` are large", lambda x: x.astype(float) * 1e3
    yield "the numbers in `{}` are small", lambda x: x.astype(float) * 1e-4
    yield "the numbers in `{}` lie far from 0", lambda x: x.astype(float) + 500
    yield "`{}` holds whole numbers (int)", lambda x: np.rint(x * 10).astype(int)
    yield "`{}` holds bytes (uint8)", lambda x: rng.integers(0, 256, x.shape, np.uint8)
    yield "`{}` has fractions", lambda x: x + rng.random(x.shape) * 0.9
    yield "`{}` lies in order", lambda x: np.sort(x, axis=-1)
    yield "`{}` lies in order, largest first", lambda x: np.sort(x, axis=-1)[..., ::-1].copy()
    yield "the numbers in `{}` are shuffled", lambda x: rng.permuted(x)
    if nan:
        yield "`{}` holds NaN", one(np.nan)
        yield "`{}` holds nothing but NaN", lambda x: np.full(x.shape, np.nan)

        def row(x: np.ndarray) -> np.ndarray:
            new = np.array(x, float)
            new[0] = np.nan
            return new

        yield "the first row of `{}` is NaN", row


def _meetings(exercise: Exercise, base: Case) -> Iterator[Extra]:
    """Arrays with numbers that are equal to a parameter: the edge of every comparison with it."""
    given = _arguments(exercise, base)
    defaults = {k: p.default for k, p in exercise.parameters.parameters.items()}
    levels = {k: v for k, v in {**defaults, **given}.items() if type(v) in (int, float)}
    for name, value in given.items():
        for parameter, level in levels.items():
            if _is_numbers(value):
                new = np.array(value, float)
                new.flat[:: max(2, new.size // 4)] = level
                changed = _with_arguments(exercise, base, {**given, name: new})
                yield Extra(changed, f"`{name}` has numbers equal to `{parameter}`")


def _parameter_changes(exercise: Exercise, base: Case, cases: Sequence[Case]) -> Iterator[Extra]:
    """Other values for what is no array: those of other cases, the default, neighbours."""
    given = _arguments(exercise, base)
    for name, parameter in exercise.parameters.parameters.items():
        value = given.get(name, parameter.default)
        if _is_numbers(value) or value is parameter.empty:
            continue
        seen = [_arguments(exercise, c).get(name, parameter.default) for c in cases]
        others = [v for v in seen if type(v) in (bool, int, float, str, tuple, type(None))]
        if parameter.default is not parameter.empty:
            others.append(parameter.default)
        numbers = [v for v in others if type(v) in (int, float)]
        least = min(numbers, default=0)
        if isinstance(value, bool):
            others.append(not value)
        elif isinstance(value, int | float):
            others += [v for v in (value + 1, value + 2, 2 * value, value - 1) if v >= least]
            if isinstance(value, float):
                others += [0.5 * value, 1.5 * value]
        for other in {repr(v): v for v in others}.values():
            if repr(other) != repr(value):
                new = {**given, name: other}
                yield Extra(_with_arguments(exercise, base, new), f"`{name}` is {other!r}")


def _length_changes(exercise: Exercise, base: Case, empty: bool) -> Iterator[Extra]:
    """Axes made shorter or longer: each by itself, and all of one length together."""
    given = _arguments(exercise, base)
    arrays = {k: v for k, v in given.items() if _is_numbers(v)}
    lengths = sorted({n for v in arrays.values() for n in v.shape})
    for old in lengths:
        others = {1, old - 1, old + 1, 2 * old + 1} | ({0} if empty else set())
        for new in sorted(n for n in others - {old} if n > 0 or empty):
            places = [(k, a) for k, v in arrays.items() for a, n in enumerate(v.shape) if n == old]
            for chosen in [places, *([p] for p in places if len(places) > 1)]:
                resized = dict(given)
                for k, axis in chosen:
                    resized[k] = _resized(resized[k], axis, new)
                name, axis = chosen[0]
                when = f"`{name}` has shape {resized[name].shape}"
                yield Extra(_with_arguments(exercise, base, resized), when)


def _resized(x: np.ndarray, axis: int, length: int) -> np.ndarray:
    """Cut off, or continued with the same numbers in another order."""
    if length <= x.shape[axis]:
        return np.take(x, range(length), axis)
    more = np.take(x, [(7 * i + 3) % x.shape[axis] for i in range(length - x.shape[axis])], axis)
    return np.concatenate([x, more], axis)


def _is_numbers(value: Any) -> bool:
    """Whether `value` is an array with numbers in it."""
    if not isinstance(value, np.ndarray) or not value.ndim or not value.size:
        return False
    return value.dtype.kind in "biuf"


def _size(exercise: Exercise, case: Case) -> int:
    return sum(v.size for v in _arguments(exercise, case).values() if isinstance(v, np.ndarray))
