"""What the gradebook adds to a record: a name, marks given by hand, what lateness costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coursekit.grading.gradebook.standing import Standing


@dataclass(frozen=True)
class HandMark:
    """A mark that a person gave: points, a comment, the rubric's items that were chosen."""

    points: float
    comment: str = ""
    rubric_items: tuple[str, ...] = ()


@dataclass(frozen=True)
class GradebookView:
    """One student's assignment as the gradebook knows it.

    Attributes:
        name: the student's, "" where only the identifier is known.
        marks: given by hand, by the question's name; they stand over the checks' scores.
        total, points: with marks by hand, lateness and extra points; None while something is
            missing.
        lateness: the arithmetic in words, or "".
    """

    name: str = ""
    marks: Mapping[str, HandMark] = field(default_factory=dict)
    total: float | None = None
    points: float | None = None
    lateness: str = ""

    @classmethod
    def of(cls, standing: Standing) -> GradebookView:
        """What a standing in the gradebook says to its student."""
        marks = {
            earned.question.name: HandMark(earned.score, earned.comment, earned.rubric_items)
            for earned in standing.earned
            if earned.by_hand and earned.score is not None
        }
        late = standing.arithmetic if standing.late.days or standing.late.closed else ""
        return cls(standing.student.name, marks, standing.final, standing.points, late)
