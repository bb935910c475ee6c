"""Naming the mistake: the known ones are run on the same input, and the one that agrees speaks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from coursekit.checking.calling import Outcome
from coursekit.checking.explain import likely_cause
from coursekit.checking.runner import mismatch_of, outcome_of
from coursekit.checking.symptoms import (
    shape_symptom,
    storage_symptom,
    swapped_outputs,
    value_symptom,
)
from coursekit.exercises.comparison import Comparison, Mismatch, as_array
from coursekit.exercises.exercise import Case, Exercise, Mistake
from coursekit.exercises.values import Named

ENOUGH = 0.6
"""Share of telling cases on which a known mistake must agree with the answer to be named."""

MORE = " (This explains the input shown, but not all others: there may be more.)"
"""Said after a known mistake that explains the input shown, but not the others."""


def diagnose(
    exercise: Exercise,
    failing: Case,
    outcomes: Sequence[tuple[Case, Outcome]],
    mismatch: Mismatch | None,
) -> tuple[str, str]:
    """The likely cause and, if it is a known one, the mistake's name.

    Args:
        outcomes: what the answer did on each case, the failing one among them.
        mismatch: how the failing outcome differs from what was expected; None after an exception.
    """
    mistake, whole = _recognised(exercise, failing, outcomes, mismatch)
    if mistake:
        return mistake.says + ("" if whole else MORE), mistake.name
    outcome = next(o for c, o in outcomes if c is failing)
    if outcome.modified and (mismatch is None or mismatch.rung in ("values", "finite")):
        return _writes_into(outcome.modified), ""
    if outcome.error is not None:
        return likely_cause(outcome.error), ""
    if mismatch is None:
        return "", ""
    if swapped_outputs(outcome.value, exercise.expected(failing)):
        names = " and ".join(f"`{n}`" for n in exercise.comparison.outputs)
        return f"The two values are returned in the wrong order: it is {names}.", ""
    if mismatch.rung == "dtype" and exercise.comparison.whole and mismatch.got.dtype.kind == "f":
        if np.any(mismatch.got != np.rint(mismatch.got)):
            return (
                "These are not whole numbers: something is divided or averaged that should be "
                "counted or chosen."
            ), ""
        return (
            "Division with `/` gives a float even when it comes out even: use `//`. A new array "
            "holds floats unless you say otherwise: `np.zeros(n, dtype=int)`."
        ), ""
    if mismatch.got is None or mismatch.expected is None:
        return "", ""
    if mismatch.rung == "shape":
        return shape_symptom(mismatch.got, mismatch.expected), ""
    if mismatch.output.startswith("gradient at ") and not np.any(mismatch.got):
        what = mismatch.output.removeprefix("gradient at ")
        return (
            f"No gradient reaches `{what}`: between it and your answer, something takes the "
            "numbers out of the graph (`.detach()`, `.data`, `nn.Parameter(…)`, `torch.tensor(…)`, "
            "`torch.no_grad()`), or they are not used."
        ), ""
    if mismatch.rung == "values":
        kept = storage_symptom(mismatch.got, mismatch.expected)
        return kept or _confirmed_symptom(exercise, failing, outcomes, mismatch), ""
    return "", ""


def _confirmed_symptom(
    exercise: Exercise,
    failing: Case,
    outcomes: Sequence[tuple[Case, Outcome]],
    mismatch: Mismatch,
) -> str:
    """The pattern in the values, if most other failing inputs show it too.

    On one small input a pattern can come up by chance (two of four values are 0, the answer is
    one too small); a mistake leaves its mark on every input that it touches.
    """
    said = value_symptom(mismatch.got, mismatch.expected, _inputs(failing))
    others = []
    for case, outcome in outcomes:
        if case is failing or outcome.error is not None:
            continue
        found = mismatch_of(exercise, case, outcome)
        if found is not None and found.rung == "values" and found.output == mismatch.output:
            others.append(value_symptom(found.got, found.expected, _inputs(case)))
    if len(others) < 2:
        return said
    kinds = Counter(map(_kind, others))
    if said and kinds[_kind(said)] >= len(others) / 2:
        return said
    kind, count = kinds.most_common(1)[0]
    usual = next(o for o in others if _kind(o) == kind)
    # Words about the other inputs can stand here only if they name no number of theirs.
    return usual if count > len(others) / 2 and not re.search(r"\d", usual) else ""


def _writes_into(names: Sequence[str]) -> str:
    what = " and ".join(f"`{n}`" for n in names)
    return (
        f"Your function changes its input {what} while it runs, so that later steps see other "
        "numbers. Work on a copy, `.copy()`: `+=`, `-=` and `.sort()` write into the array itself, "
        "and a slice such as `row = a[i]` is still part of `a`."
    )


def _kind(said: str) -> str:
    """A symptom without its numbers."""
    return re.sub(r"1/|[-\d.]+(e[-+]?\d+)?|pixels?|\b(is|are)\b", "#", said)


def _inputs(case: Case) -> tuple[Any, ...]:
    return tuple(case.kwargs.values()) if case.script else case.args


def _same_output(comparison: Comparison, one: Outcome, other: Outcome, output: str) -> bool:
    """`alike`, but of several returned values only the one called `output` counts."""
    if not output or alike(comparison, one, other):
        return alike(comparison, one, other)
    try:
        first, second = (_value_called(output, comparison, o) for o in (one, other))
    except (TypeError, ValueError, IndexError, KeyError):
        return False
    return alike(
        Comparison(comparison.tolerance, (output,), differences=comparison.differences),
        Outcome(first),
        Outcome(second),
    )


def _value_called(output: str, comparison: Comparison, outcome: Outcome) -> Any:
    named = isinstance(outcome.value, Named)
    return outcome.value[(outcome.value.names if named else comparison.outputs).index(output)]


def _recognised(
    exercise: Exercise,
    failing: Case,
    outcomes: Sequence[tuple[Case, Outcome]],
    mismatch: Mismatch | None,
) -> tuple[Mistake | None, bool]:
    """The known mistake that agrees best, and whether it explains most inputs.

    A mistake that explains the failing input only is still named when nothing speaks against it:
    the answer is wrong wherever the mistake is. It is then one of two mistakes.
    """
    best, best_share = None, 0.0
    part, part_share = None, 0.0
    own = next(o for c, o in outcomes if c is failing)
    right_on = [_right(exercise, case, outcome) for case, outcome in outcomes]
    output = mismatch.output if mismatch is not None else ""
    # Shapes and single numbers agree by chance too easily.
    telling_values = (
        mismatch is not None and mismatch.rung == "values" and np.size(mismatch.expected) >= 4
    )
    for mistake in exercise.mistakes:
        theirs = outcome_of(exercise, mistake, failing)
        if not _same_output(exercise.comparison, own, theirs, output):
            continue
        if _right(exercise, failing, theirs):  # the same numbers, and another fault: the dtype
            continue
        agree = telling = touched = both = 0
        against = not alike(exercise.comparison, own, theirs) and not output
        for (case, outcome), right in zip(outcomes, right_on, strict=True):
            other = theirs if case is failing else outcome_of(exercise, mistake, case)
            other_right = _right(exercise, case, other)
            if right and other_right:
                continue
            telling += 1
            against = against or (right and not other_right)
            agree += alike(exercise.comparison, outcome, other)
            if not other_right:
                touched += 1
                both += _same_output(exercise.comparison, outcome, other, output)
        share = agree / telling if telling else 0.0
        if share > best_share and alike(exercise.comparison, own, theirs):
            best, best_share = mistake, share
        possible = telling_values and not against and both >= max(2, touched / 2)
        if possible and both / touched > part_share:
            part, part_share = mistake, both / touched
    if best_share >= ENOUGH:
        return best, True
    return part, False


def alike(comparison: Comparison, one: Outcome, other: Outcome) -> bool:
    """Whether two outcomes are the same answer, or the same exception."""
    if one.error is not None or other.error is not None:
        return (
            type(one.error) is type(other.error)
            and str(one.error) == str(other.error)
            and one.error is not None
        )
    # Two answers may share a mistake of dtype, and are then alike all the same.
    return _same(replace(comparison, whole=False), one.value, other.value)


def _same(comparison: Comparison, one: Any, other: Any) -> bool:
    """Whether two values are the same; what are no numbers must be of one kind at least."""
    a, b = _numbers(one), _numbers(other)
    if a is not None and b is not None:
        return comparison.mismatch(a, b) is None
    if isinstance(one, tuple) and isinstance(other, tuple):
        plain = Comparison(comparison.tolerance)
        return len(one) == len(other) and all(map(partial(_same, plain), one, other))
    return type(one) is type(other) and a is None and b is None


def _numbers(value: Any) -> Any:
    """A value, or several, as arrays of numbers; None where that cannot be."""
    if not isinstance(value, tuple):
        return as_array(value)[0]
    arrays = [as_array(v)[0] for v in value]
    if any(a is None for a in arrays):
        return None
    return Named(value.names, arrays) if isinstance(value, Named) else tuple(arrays)


def _right(exercise: Exercise, case: Case, outcome: Outcome) -> bool:
    return outcome.error is None and mismatch_of(exercise, case, outcome) is None
