"""What each exercise asks, its cases, its reference, the mistakes people make, its hints."""

from coursekit.exercises.comparison import (
    Comparison,
    Mismatch,
    Tolerance,
    angle_difference,
    same,
)
from coursekit.exercises.exercise import Case, Exercise, case, tiny
from coursekit.exercises.registry import (
    UnknownExercise,
    find,
    in_unit,
    load_exercises,
    names,
    units,
)

__all__ = [
    "Case",
    "Comparison",
    "Exercise",
    "Mismatch",
    "Tolerance",
    "UnknownExercise",
    "angle_difference",
    "case",
    "find",
    "in_unit",
    "load_exercises",
    "names",
    "same",
    "tiny",
    "units",
]
