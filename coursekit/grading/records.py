"""What grading says of one submission: a record, one line of ``results.jsonl``.

Everything that follows — gradebook, feedback, class report, regrading — is made from records alone.
A record holds nothing that a submission said about itself but the values it returned.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from coursekit.errors import CourseError

FORMAT = 1


class Kind(StrEnum):
    """What became of a submission."""

    GRADED = "graded"
    UNREADABLE = "unreadable"
    """The file is no notebook that can be read: the student's affair, said in the feedback."""
    INFRASTRUCTURE = "infrastructure"
    """The grader could not do its work: loud, no score, graded again by ``--resume``."""


class Status(StrEnum):
    """What became of one question."""

    PASSED = "passed"
    FAILED = "failed"
    UNTOUCHED = "not attempted"
    MISSING = "missing"
    """The notebook has no answer of this name in any cell."""


@dataclass(frozen=True)
class CheckMark:
    """One check of a question, with its points.

    Attributes:
        name: "stride", "in any form".
        points, score: what it can earn and what it earned.
        says: the instructor's words for what is wrong; "" when it holds. Names no hidden input.
    """

    name: str
    points: float
    score: float
    says: str = ""

    @property
    def passed(self) -> bool:
        """Whether it holds."""
        return not self.says


@dataclass(frozen=True)
class QuestionMark:
    """One question of one submission.

    Attributes:
        exercise: its name; version: a digest of its checks, which changes when they do.
        score: the sum of the checks' scores.
        rung: where on the ladder the notebook's own check stops (`coursekit.checking.result`).
        message, diagnosis, mistake: what that check says, in a student's words. `mistake` is the
            name of the known mistake recognised, or "".
        shown: the first failing *visible* case, as `coursekit.grading.shown` stores it; or None.
        notes: "two cells define it: the last one counts", "called slowly: 1.2 s".
        cell: number of the cell with the answer, from 1; 0 when there is none.
        source: the answer's own code, for the report on near-identical answers.
        seconds: spent in the answer's code; slowest: its slowest call.
    """

    exercise: str
    title: str
    version: str
    points: float
    score: float
    status: Status
    checks: tuple[CheckMark, ...] = ()
    rung: str = ""
    message: str = ""
    diagnosis: str = ""
    mistake: str = ""
    shown: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
    cell: int = 0
    source: str = ""
    seconds: float = 0.0
    slowest: float = 0.0


@dataclass(frozen=True)
class ByHand:
    """A question for a person to mark: what the student wrote or drew.

    Attributes:
        question: its name; title and rubric as in the assignment.
        text: the cell's text, Markdown or code.
        code: whether code is asked for, for a plot.
        images: PNG or JPEG outputs as base64, at most a few.
    """

    question: str
    title: str
    points: float
    rubric: str = ""
    text: str = ""
    images: tuple[Mapping[str, str], ...] = ()
    """Each ``{"type": "image/png", "data": "<base64>"}``."""
    code: bool = False


@dataclass(frozen=True)
class Record:
    """One submission, graded at one time.

    Attributes:
        assignment: "unit 04" or the name of an assignment.
        student: the identifier that layout or roster gives; attempt: counted from 1.
        submission: where the file lay, relative to the folder graded.
        digest: SHA-256 of the notebook's bytes, hex.
        submitted: ISO 8601 with offset, where the layout tells; else "".
        graded: when, ISO 8601, UTC.
        seed: of the hidden inputs; level: of the sandbox.
        questions, by_hand: in the assignment's order.
        notes: about the notebook as a whole: "Cell 7 was skipped: it ran longer than 10 s."
        problem: of an unreadable submission or a failure of the grader: one or two sentences.
        limits, versions: what it was graded with.
        seconds: of wall time that the submission took.
    """

    assignment: str
    student: str
    submission: str
    digest: str
    kind: Kind
    graded: str
    seed: int
    level: str
    questions: tuple[QuestionMark, ...] = ()
    by_hand: tuple[ByHand, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""
    submitted: str = ""
    attempt: int = 1
    limits: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def score(self) -> float:
        """What the checked questions earned; marks given by hand come on top, in the gradebook."""
        return round(sum(q.score for q in self.questions), 6)

    @property
    def points(self) -> float:
        """What the checked questions can earn."""
        return round(sum(q.points for q in self.questions), 6)

    def to_json(self) -> str:
        """One line, without a newline in it."""
        told = {"format": FORMAT, "score": self.score, "points": self.points, **vars(self)}
        return json.dumps(
            told, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=vars
        )

    @classmethod
    def from_json(cls, line: str) -> Self:
        """A record from its line.

        Raises:
            RecordError: the line is no record of this format.
        """
        try:
            told = json.loads(line)
            if told.pop("format") != FORMAT:
                raise RecordError(f"a record of format {FORMAT} was expected")
            for derived in ("score", "points"):
                told.pop(derived)
            questions = tuple(
                QuestionMark(
                    **{
                        **q,
                        "status": Status(q["status"]),
                        "checks": tuple(CheckMark(**c) for c in q["checks"]),
                        "notes": tuple(q["notes"]),
                    }
                )
                for q in told.pop("questions")
            )
            by_hand = tuple(
                ByHand(**{**b, "images": tuple(b["images"])}) for b in told.pop("by_hand")
            )
            kind, notes = Kind(told.pop("kind")), tuple(told.pop("notes"))
            return cls(kind=kind, notes=notes, questions=questions, by_hand=by_hand, **told)
        except RecordError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RecordError(f"not a record: {type(error).__name__}: {error}") from None


class RecordError(CourseError):
    """A line of results that cannot be read."""
