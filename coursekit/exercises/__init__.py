"""What each exercise asks, its cases, its reference, the mistakes people make, its hints."""

from coursekit.exercises.comparison import (
    Comparison,
    Mismatch,
    Tolerance,
    angle_difference,
    same,
)
from coursekit.exercises.exercise import Case, Exercise, case, scripted, tiny
from coursekit.exercises.given import Given, given, maker
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
    "Given",
    "Mismatch",
    "Tolerance",
    "UnknownExercise",
    "angle_difference",
    "case",
    "find",
    "given",
    "in_unit",
    "load_exercises",
    "maker",
    "names",
    "same",
    "scripted",
    "tiny",
    "units",
]
