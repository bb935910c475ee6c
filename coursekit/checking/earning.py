"""Which of an exercise's checks an answer earns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from coursekit.checking.calling import Outcome
from coursekit.checking.runner import mismatch_of, run_case
from coursekit.exercises.comparison import Mismatch
from coursekit.exercises.exercise import IN_ANY_FORM, Case, Exercise, Function


class Wrong(NamedTuple):
    """A case on which an answer is wrong, and how."""

    case: Case
    outcome: Outcome
    mismatch: Mismatch | None


def wrong_on(exercise: Exercise, answer: Function, cases: Sequence[Case]) -> dict[str, list[Wrong]]:
    """For each check of values, the cases that count for it and are wrong; smallest first."""
    found: dict[str, list[Wrong]] = {name: [] for name in exercise.checks if name != IN_ANY_FORM}
    first = next(iter(found))
    with np.errstate(all="ignore"):
        for case in cases:
            outcome = run_case(exercise, answer, case)
            mismatch = mismatch_of(exercise, case, outcome)
            if outcome.error is not None or mismatch is not None:
                found[case.check or first].append(Wrong(case, outcome, mismatch))
    return found
