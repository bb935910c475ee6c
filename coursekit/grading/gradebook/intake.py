"""Records become verdicts and scores, all of a call or none."""

from __future__ import annotations

import hashlib
import json
import math
import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from coursekit.grading.gradebook.database import Gradebook
from coursekit.grading.gradebook.errors import GradebookError
from coursekit.grading.gradebook.marks import MOST_POINTS
from coursekit.grading.gradebook.models import (
    LONGEST_NAME,
    Acceptance,
    Assignment,
    Question,
    Run,
    Score,
    Student,
    Submission,
    Verdict,
)
from coursekit.grading.plain import plain
from coursekit.grading.records import Kind, Record

_CHUNK = 500
"""Values in one query: databases allow only so many."""

_YEARS = range(1990, 2200)


@dataclass(frozen=True)
class TakenIn:
    """What became of the records of one call.

    Attributes:
        records: how many came; known: of these, how many were there before.
        graded, unreadable, infrastructure: of the new ones, by kind.
        accepted: verdicts that count from now on.
        waiting: new verdicts on submissions that have marks: they count once a regrade accepts
            them.
        strangers: identifiers that no roster has.
    """

    records: int = 0
    known: int = 0
    graded: int = 0
    unreadable: int = 0
    infrastructure: int = 0
    accepted: int = 0
    waiting: int = 0
    strangers: tuple[str, ...] = ()


def take_in(results: Iterable[Record], book: Gradebook) -> TakenIn:
    """Add what the records say; a submission that has marks keeps them.

    Taking the same record in twice changes nothing. When this process is killed, or a record is
    wrong, nothing of the call is kept.

    Raises:
        GradebookError: a record cannot be true, or the gradebook cannot be written.
    """
    facts = read_facts(results)
    with book.writing() as session:
        return add_facts(session, facts, accept=False)


@dataclass(frozen=True)
class Asked:
    """One question as a record has it; without a score where a person marks."""

    name: str
    title: str
    points: float
    score: float | None = None
    status: str = ""
    version: str = ""
    rubric: str = ""


@dataclass(frozen=True)
class Facts:
    """What the gradebook keeps of one record."""

    digest: str
    record: Record
    submitted: datetime | None
    asked: tuple[Asked, ...]

    @property
    def submission(self) -> tuple[str, str, int, str]:
        """Which submission it is about."""
        found = self.record
        return found.student, found.assignment, found.attempt, found.digest


def read_facts(results: Iterable[Record]) -> list[Facts]:
    """The facts of each record, checked.

    Raises:
        GradebookError: a record cannot be true.
    """
    facts = []
    for number, record in enumerate(results, start=1):
        try:
            facts.append(_facts(record))
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            who = plain(str(record.student), 80)
            raise GradebookError(
                f"Record {number} of the results ('{who}') cannot be true: {error}. "
                "Nothing was taken in."
            ) from None
    return facts


def add_facts(session: Session, facts: Sequence[Facts], *, accept: bool) -> TakenIn:
    """Add the facts; with `accept`, they also replace verdicts that count so far."""
    intake = _Intake(session)
    known = intake.known(facts)
    fresh = list({f.digest: f for f in facts if f.digest not in known}.values())
    intake.find_submissions(facts)
    before = intake.counting()
    chosen: dict[int, Facts] = {}  # of several about one submission, the last
    for fact in facts:
        submission = intake.submission(fact)
        if fact.record.kind is not Kind.INFRASTRUCTURE and (accept or submission not in before):
            chosen[submission] = fact
    intake.add_questions(fresh)
    verdicts = known | intake.add_verdicts(fresh)
    accepted = [
        fact
        for submission, fact in chosen.items()
        if before.get(submission) != verdicts[fact.digest]
    ]
    intake.use_questions(accepted)
    now = datetime.now(UTC)
    if accepted:
        rows = [{"verdict_id": verdicts[fact.digest], "when": now} for fact in accepted]
        session.execute(insert(Acceptance), rows)
    kinds = [fact.record.kind for fact in fresh]
    taken = {fact.digest for fact in accepted}
    return TakenIn(
        records=len(facts),
        known=len(facts) - len(fresh),
        graded=kinds.count(Kind.GRADED),
        unreadable=kinds.count(Kind.UNREADABLE),
        infrastructure=kinds.count(Kind.INFRASTRUCTURE),
        accepted=len(accepted),
        waiting=sum(
            fact.digest not in taken and fact.record.kind is not Kind.INFRASTRUCTURE
            for fact in fresh
        ),
        strangers=intake.strangers(facts),
    )


class _Intake:
    """One call's view of the tables: what is there, what was added."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._students: dict[str, Student] = {}
        self._assignments: dict[str, Assignment] = {}
        self._submissions: dict[tuple[int, int, int, str], Submission] = {}
        self._by_assignment: dict[int, dict[str, Question]] = {}

    def known(self, facts: Sequence[Facts]) -> dict[str, int]:
        """Verdicts that are there already, by the record's digest."""
        found: dict[str, int] = {}
        for digests in _chunks([fact.digest for fact in facts]):
            query = select(Verdict.record, Verdict.id).where(Verdict.record.in_(digests))
            found |= {record: verdict for record, verdict in self._session.execute(query)}
        return found

    def find_submissions(self, facts: Sequence[Facts]) -> None:
        """Find the students, assignments and submissions of the facts; add those not there."""
        session = self._session
        self._students = students_by_identifier(session, [f.record.student for f in facts])
        self._assignments = assignments_by_name(session, [f.record.assignment for f in facts])
        ids = sorted({a.id for a in self._assignments.values()})
        there = session.scalars(select(Submission).where(Submission.assignment_id.in_(ids)))
        self._submissions = {(s.student_id, s.assignment_id, s.attempt, s.digest): s for s in there}
        for fact in facts:
            key = self._key(fact)
            if key not in self._submissions:
                student, assignment, attempt, digest = key
                self._submissions[key] = Submission(
                    student_id=student,
                    assignment_id=assignment,
                    attempt=attempt,
                    digest=digest,
                    submitted=fact.submitted,
                    file=plain(fact.record.submission),
                )
                session.add(self._submissions[key])
            elif self._submissions[key].submitted is None:
                self._submissions[key].submitted = fact.submitted
        session.flush()

    def submission(self, fact: Facts) -> int:
        """The id of the fact's submission."""
        return self._submissions[self._key(fact)].id

    def counting(self) -> dict[int, int]:
        """The verdict that counts so far, by submission."""
        newest = (
            select(func.max(Acceptance.id))
            .join(Verdict, Verdict.id == Acceptance.verdict_id)
            .group_by(Verdict.submission_id)
        )
        query = (
            select(Verdict.submission_id, Verdict.id)
            .join(Acceptance, Acceptance.verdict_id == Verdict.id)
            .where(Acceptance.id.in_(newest))
        )
        return {submission: verdict for submission, verdict in self._session.execute(query)}

    def add_questions(self, facts: Sequence[Facts]) -> None:
        """Make questions known that no record had before; they count once a record is accepted."""
        for fact in facts:
            assignment = self._assignments[fact.record.assignment].id
            there = self._questions(assignment)
            for asked in fact.asked:
                if asked.name not in there:
                    there[asked.name] = Question(
                        assignment_id=assignment, name=asked.name, position=0, current=False
                    )
                    _define(there[asked.name], asked)
                    self._session.add(there[asked.name])
        self._session.flush()

    def use_questions(self, facts: Sequence[Facts]) -> None:
        """Let the newest record of each assignment say which questions it has from now on."""
        newest: dict[str, Facts] = {}
        for fact in sorted(facts, key=lambda f: f.record.graded):
            if fact.record.kind is Kind.GRADED:
                newest[fact.record.assignment] = fact
        for name, fact in newest.items():
            there = self._questions(self._assignments[name].id)
            for question in there.values():
                question.current = False
            for position, asked in enumerate(fact.asked):
                question = there[asked.name]
                question.current, question.position = True, position
                _define(question, asked)

    def add_verdicts(self, facts: Sequence[Facts]) -> dict[str, int]:
        """Add a verdict with its scores for each fact; their ids by the record's digest."""
        if not facts:
            return {}
        verdicts = [
            Verdict(
                submission_id=self.submission(fact),
                run_id=run,
                record=fact.digest,
                kind=str(fact.record.kind),
                graded=fact.record.graded,
                problem=plain(fact.record.problem),
                notes=[plain(note) for note in fact.record.notes[:20]],
            )
            for fact, run in zip(facts, self._runs(facts), strict=True)
        ]
        self._session.add_all(verdicts)
        self._session.flush()
        scores = [
            {
                "verdict_id": verdict.id,
                "question_id": self._questions(assignment.id)[asked.name].id,
                "score": asked.score,
                "points": asked.points,
                "status": asked.status,
                "version": asked.version,
            }
            for fact, verdict in zip(facts, verdicts, strict=True)
            for assignment in [self._assignments[fact.record.assignment]]
            for asked in fact.asked
            if asked.score is not None
        ]
        if scores:
            self._session.execute(insert(Score), scores)
        return {verdict.record: verdict.id for verdict in verdicts}

    def strangers(self, facts: Sequence[Facts]) -> tuple[str, ...]:
        """Identifiers of the facts that no roster has."""
        names = {fact.record.student for fact in facts}
        return tuple(sorted(name for name in names if not self._students[name].in_roster))

    def _key(self, fact: Facts) -> tuple[int, int, int, str]:
        record = fact.record
        student, assignment = self._students[record.student], self._assignments[record.assignment]
        return student.id, assignment.id, record.attempt, record.digest

    def _questions(self, assignment: int) -> dict[str, Question]:
        """The assignment's questions, also those that are not current, by name."""
        if assignment not in self._by_assignment:
            query = select(Question).where(Question.assignment_id == assignment)
            self._by_assignment[assignment] = {q.name: q for q in self._session.scalars(query)}
        return self._by_assignment[assignment]

    def _runs(self, facts: Sequence[Facts]) -> list[int]:
        """The id of each fact's run; records graded alike are one."""
        runs: dict[str, Run] = {}
        keys = []
        now = datetime.now(UTC)
        for record in (fact.record for fact in facts):
            alike = (record.assignment, record.seed, record.level, record.versions, record.limits)
            keys.append(json.dumps(alike, sort_keys=True))
            if keys[-1] not in runs:
                runs[keys[-1]] = Run(
                    assignment_id=self._assignments[record.assignment].id,
                    seed=str(record.seed),
                    level=plain(record.level),
                    versions=dict(record.versions),
                    limits=dict(record.limits),
                    taken_in=now,
                )
        self._session.add_all(runs.values())
        self._session.flush()
        return [runs[key].id for key in keys]


def students_by_identifier(session: Session, identifiers: Iterable[str]) -> dict[str, Student]:
    """The students; those not known yet are added."""
    found: dict[str, Student] = {}
    wanted = list(dict.fromkeys(identifiers))
    for chunk in _chunks(wanted):
        query = select(Student).where(Student.identifier.in_(chunk))
        found |= {student.identifier: student for student in session.scalars(query)}
    for identifier in wanted:
        if identifier not in found:
            found[identifier] = Student(identifier=identifier)
            session.add(found[identifier])
    session.flush()
    return found


def assignments_by_name(session: Session, names: Iterable[str]) -> dict[str, Assignment]:
    """The assignments; those not known yet are added."""
    found = {assignment.name: assignment for assignment in session.scalars(select(Assignment))}
    for name in dict.fromkeys(names):
        if name not in found:
            found[name] = Assignment(name=name)
            session.add(found[name])
    session.flush()
    return found


def _define(question: Question, asked: Asked) -> None:
    question.title, question.points, question.rubric = asked.title, asked.points, asked.rubric
    question.by_hand = asked.score is None


def _facts(record: Record) -> Facts:
    """The facts of a record. Raises ValueError or TypeError: it cannot be true."""
    for what in ("student", "assignment"):
        check_name(f"the {what}", getattr(record, what))
    if len(record.digest) > LONGEST_NAME:
        raise ValueError("its digest is none")
    if not 1 <= operator.index(record.attempt) <= 1_000_000:
        raise ValueError(f"attempt {record.attempt}")
    asked = [
        Asked(
            q.exercise,
            plain(q.title),
            _points("the points", q.points, MOST_POINTS),
            _points("the score", q.score, q.points),
            str(q.status),
            plain(q.version),
        )
        for q in record.questions
    ]
    asked += [
        Asked(
            b.question,
            plain(b.title),
            _points("the points", b.points, MOST_POINTS),
            rubric=plain(b.rubric),
        )
        for b in record.by_hand
    ]
    for question in asked:
        check_name("a question", question.name)
    if len({question.name for question in asked}) < len(asked):
        raise ValueError("two questions have the same name")
    if asked and record.kind is not Kind.GRADED:
        raise ValueError(f"it has scores, and is '{record.kind}'")
    digest = hashlib.sha256(record.to_json().encode("utf-8", "surrogatepass")).hexdigest()
    return Facts(digest, _slim(record), _time(record.submitted), tuple(asked))


def _slim(record: Record) -> Record:
    """The record without what is large and is not kept: 2,000 of them stay in memory."""
    return replace(record, questions=(), by_hand=())


def check_name(what: str, name: object) -> None:
    """Refuse, with ValueError, what cannot name a student, an assignment or a question."""
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"{what} has no name")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(f"the name of {what} is too long or has control characters")


def _points(what: str, value: float, most: float) -> float:
    if isinstance(value, bool) or not math.isfinite(value) or not 0 <= value <= most + 1e-6:
        raise ValueError(f"{what} of a question: from 0 to {most:g} was expected, got {value}")
    return round(float(value), 6)


def _time(submitted: str) -> datetime | None:
    """The time of submission; None where it is unknown, has no time zone or cannot be."""
    try:
        found = datetime.fromisoformat(submitted)
    except ValueError:
        return None
    return found if found.tzinfo and found.year in _YEARS else None


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
