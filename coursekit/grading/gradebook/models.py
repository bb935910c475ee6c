"""What the gradebook keeps.

Facts are added, hardly ever changed: a regrade adds verdicts, accepting it adds acceptances, a
second look adds a hand mark. The newest counts, and the history stays.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

VERSION = 1
"""Of the tables below. A change that older programs cannot read raises it."""


class Instant(TypeDecorator[datetime]):
    """A moment with a time zone, kept in UTC; SQLite and others know no zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        return value and value.replace(tzinfo=UTC)


LONGEST_NAME = 300
"""Characters of a name: databases index only text of bounded length."""

Name = Annotated[str, mapped_column(String(LONGEST_NAME))]


class Base(DeclarativeBase):
    """All tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        datetime: Instant,
        dict[str, Any]: JSON,
        list[str]: JSON,
    }


class About(Base):
    """What this database is: one row, by which a foreign or newer one is recognised."""

    __tablename__ = "about"

    format: Mapped[Name] = mapped_column(primary_key=True)
    version: Mapped[int]
    begun: Mapped[datetime]


class Student(Base):
    """One student; known from a roster, or so far only from a submission.

    What a roster says is kept as it came: an export is recognised by it.
    """

    __tablename__ = "student"

    id: Mapped[int] = mapped_column(primary_key=True)
    identifier: Mapped[Name] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    login: Mapped[str] = mapped_column(default="")
    section: Mapped[str] = mapped_column(default="")
    sis_id: Mapped[str] = mapped_column(default="")
    canvas_id: Mapped[str] = mapped_column(default="")
    moodle_id: Mapped[str] = mapped_column(default="")
    in_roster: Mapped[bool] = mapped_column(default=False)


class Assignment(Base):
    """One assignment with its late rule, as `rules.rule_table` writes it."""

    __tablename__ = "assignment"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[Name] = mapped_column(unique=True)
    rule: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Question(Base):
    """One question of an assignment; `by_hand`: for a person to mark.

    One that a newer version of the assignment no longer has is not `current`: its scores stay,
    and count no more.
    """

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("assignment_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    name: Mapped[Name]
    title: Mapped[str]
    points: Mapped[float]
    by_hand: Mapped[bool]
    rubric: Mapped[str] = mapped_column(default="")
    position: Mapped[int]
    current: Mapped[bool] = mapped_column(default=True)


class Submission(Base):
    """One attempt: one file that a student handed in for an assignment."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("student_id", "assignment_id", "attempt", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    attempt: Mapped[int]
    digest: Mapped[Name]
    submitted: Mapped[datetime | None]
    file: Mapped[str]


class Run(Base):
    """Records graded alike and taken in together."""

    __tablename__ = "run"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    seed: Mapped[str]
    level: Mapped[str]
    versions: Mapped[dict[str, Any]]
    limits: Mapped[dict[str, Any]]
    taken_in: Mapped[datetime]


class Verdict(Base):
    """What one run said of one submission: one record of the results."""

    __tablename__ = "verdict"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    record: Mapped[Name] = mapped_column(unique=True)
    """SHA-256 of the record: the same one twice is one verdict."""
    kind: Mapped[str]
    graded: Mapped[str]
    problem: Mapped[str]
    notes: Mapped[list[str]]


class Score(Base):
    """What one verdict gives for one question."""

    __tablename__ = "score"
    __table_args__ = (UniqueConstraint("verdict_id", "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    verdict_id: Mapped[int] = mapped_column(ForeignKey("verdict.id"), index=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    score: Mapped[float]
    points: Mapped[float]
    status: Mapped[str]
    version: Mapped[str]


class Acceptance(Base):
    """A verdict was accepted. Of a submission's verdicts, the one accepted last counts."""

    __tablename__ = "acceptance"

    id: Mapped[int] = mapped_column(primary_key=True)
    verdict_id: Mapped[int] = mapped_column(ForeignKey("verdict.id"), index=True)
    when: Mapped[datetime]


class HandMark(Base):
    """A mark that a person gave; it stands over the checks' score and over every regrade.

    Of those that are not undone, the newest counts; its `points` None take earlier ones back.
    `act` is what a person did in one go, perhaps for many students. `submission_id` is the
    attempt that was looked at.
    """

    __tablename__ = "hand_mark"
    __table_args__ = (UniqueConstraint("act", "student_id", "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    points: Mapped[float | None]
    comment: Mapped[str]
    rubric_items: Mapped[list[str]]
    act: Mapped[Name]
    undone: Mapped[bool] = mapped_column(default=False)
    who: Mapped[str]
    when: Mapped[datetime]


class Granted(StrEnum):
    """What an adjustment grants."""

    LATE_DAYS = "late days"
    ALL_LATE_DAYS = "all late days"
    EXTRA_POINTS = "extra points"
    EXEMPTION = "exemption"
    NOTHING = "nothing"
    """Takes back all that was granted before."""


class Adjustment(Base):
    """What a person granted one student for one assignment, and why."""

    __tablename__ = "adjustment"

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    granted: Mapped[str]
    amount: Mapped[float]
    reason: Mapped[str]
    who: Mapped[str]
    when: Mapped[datetime]
