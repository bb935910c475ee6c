"""What counts: every student's standing in every assignment, worked out from what is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coursekit.grading.gradebook.late import (
    ON_TIME,
    Counting,
    Lateness,
    LateRule,
    explain,
    lateness,
    loss,
)
from coursekit.grading.gradebook.models import (
    Acceptance,
    Adjustment,
    Assignment,
    Granted,
    HandMark,
    Question,
    Run,
    Score,
    Student,
    Submission,
    Verdict,
)
from coursekit.grading.gradebook.rules import rule_from
from coursekit.grading.records import Kind

_NEVER = datetime.max.replace(tzinfo=UTC)


class State(StrEnum):
    """What an instructor has to know before the points."""

    GRADED = "graded"
    TO_MARK = "to be marked"
    """Questions wait for a person."""
    UNREADABLE = "unreadable"
    UNGRADED = "not graded"
    """The grader could not do its work: no score, grade again."""
    TOO_LATE = "too late"
    NOTHING = "nothing handed in"
    EXEMPT = "exempt"


@dataclass(frozen=True)
class Earned:
    """One question of one student.

    Attributes:
        score: None while there is none.
        status: of the answer, as the grader says; "by hand" for a person's mark.
        by_hand: a person gave it; `comment` and `rubric_items` are theirs.
        look_again: the person looked at an earlier attempt than the one that counts.
        version: of the exercise that gave the score.
    """

    question: Question
    score: float | None
    status: str
    by_hand: bool = False
    comment: str = ""
    rubric_items: tuple[str, ...] = ()
    look_again: bool = False
    version: str = ""


@dataclass(frozen=True)
class Attempt:
    """One submission with the verdict on it that counts, if any."""

    id: int
    number: int
    file: str
    digest: str
    submitted: datetime | None
    kind: Kind | None = None
    problem: str = ""
    run: Run | None = None
    scores: Mapping[int, Score] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """One student in one assignment.

    Attributes:
        attempt: the one that counts; attempts: how many there are.
        earned: the current questions, in order.
        score: of the questions, so far; points: what they can earn.
        late: of the attempt that counts; arithmetic: the same in words.
        lost: to lateness; extra: granted by a person; total: what remains.
        notes: what an instructor should look at.
    """

    student: Student
    assignment: Assignment
    state: State
    attempts: int = 0
    attempt: Attempt | None = None
    earned: tuple[Earned, ...] = ()
    late: Lateness = ON_TIME
    arithmetic: str = ""
    score: float = 0.0
    points: float = 0.0
    lost: float = 0.0
    extra: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        """Points after lateness and extra points, as far as they are known."""
        return round(self.score - self.lost + self.extra, 6)

    @property
    def final(self) -> float | None:
        """The total, or None while something is missing: a mark, a verdict, a submission."""
        done = self.state in (State.GRADED, State.UNREADABLE, State.TOO_LATE)
        return self.total if done else None


@dataclass(frozen=True)
class Course:
    """Everything at one moment: students by name, assignments in order of their deadlines."""

    students: Sequence[Student]
    assignments: Sequence[Assignment]
    questions: Mapping[int, Sequence[Question]]
    rules: Mapping[int, LateRule]
    standings: Mapping[tuple[int, int], Standing]

    def of(self, student: Student, assignment: Assignment) -> Standing:
        """The student's standing in the assignment."""
        return self.standings[student.id, assignment.id]

    def points(self, assignment: Assignment) -> float:
        """What the assignment's questions can earn."""
        return round(sum(q.points for q in self.questions[assignment.id]), 6)


def load(session: Session) -> Course:
    """Work out all standings. Late days need all assignments of a student, in order."""
    students = session.scalars(select(Student).order_by(Student.name, Student.identifier)).all()
    assignments = session.scalars(select(Assignment)).all()
    rules = {a.id: rule_from(a.rule) for a in assignments}
    assignments = sorted(assignments, key=lambda a: (rules[a.id].due or _NEVER, a.name))
    questions: dict[int, list[Question]] = {a.id: [] for a in assignments}
    for question in session.scalars(select(Question).order_by(Question.position)):
        if question.current:
            questions[question.assignment_id].append(question)
    attempts, marks, granted = _attempts(session), _marks(session), _granted(session)
    standings = {}
    for student in students:
        used = 0
        for assignment in assignments:
            key = student.id, assignment.id
            facts = _Facts(
                student,
                assignment,
                rules[assignment.id],
                questions[assignment.id],
                attempts.get(key, ()),
                marks,
                granted.get(key, _Grants()),
                used,
            )
            standings[key] = facts.standing()
            used += standings[key].late.free
    return Course(students, assignments, questions, rules, standings)


@dataclass
class _Grants:
    """The adjustments of one student in one assignment, added up."""

    days: int | None = 0
    extra: float = 0.0
    exempt: bool = False
    reasons: list[str] = field(default_factory=list)

    def add(self, adjustment: Adjustment) -> None:
        match adjustment.granted:
            case Granted.NOTHING:
                self.days, self.extra, self.exempt, self.reasons = 0, 0.0, False, []
                return
            case Granted.ALL_LATE_DAYS:
                self.days = None
            case Granted.LATE_DAYS if self.days is not None:
                self.days += int(adjustment.amount)
            case Granted.EXTRA_POINTS:
                self.extra += adjustment.amount
            case Granted.EXEMPTION:
                self.exempt = True
        if adjustment.reason:
            self.reasons.append(adjustment.reason)


@dataclass(frozen=True)
class _Facts:
    """What is known of one student in one assignment."""

    student: Student
    assignment: Assignment
    rule: LateRule
    questions: Sequence[Question]
    attempts: Sequence[Attempt]
    marks: Mapping[tuple[int, int], HandMark]
    grants: _Grants
    used: int

    def standing(self) -> Standing:
        """Of the attempt that counts."""
        if self.grants.exempt:
            return self._made(State.EXEMPT, None, ON_TIME)
        if not self.attempts:
            marked = any((self.student.id, q.id) in self.marks for q in self.questions)
            return self._made(None if marked else State.NOTHING, None, ON_TIME)
        late = {a.id: self._late(a) for a in self.attempts}
        open_ = [a for a in self.attempts if not late[a.id].closed]
        if not open_:
            last = self.attempts[-1]
            return self._made(State.TOO_LATE, last, late[last.id])
        judged = [self._made(None, attempt, late[attempt.id]) for attempt in open_]
        if self.rule.counts is Counting.BEST:
            # max() keeps the first of equals: the attempt that used fewer late days.
            return max(judged, key=lambda s: (s.state is not State.UNGRADED, s.total))
        return judged[-1]

    def _late(self, attempt: Attempt) -> Lateness:
        return lateness(self.rule, attempt.submitted, used=self.used, excused=self.grants.days)

    def _made(self, state: State | None, attempt: Attempt | None, late: Lateness) -> Standing:
        earned = tuple(self._earned(question, attempt) for question in self.questions)
        score = round(sum(e.score or 0.0 for e in earned), 6)
        return Standing(
            self.student,
            self.assignment,
            state or _state(attempt, earned),
            attempts=len(self.attempts),
            attempt=attempt,
            earned=earned,
            late=late,
            arithmetic=explain(self.rule, late, score) if attempt else "",
            score=score,
            points=round(sum(q.points for q in self.questions), 6),
            lost=loss(self.rule, late, score),
            extra=self.grants.extra,
            notes=tuple(self._notes(attempt, earned, late)),
        )

    def _earned(self, question: Question, attempt: Attempt | None) -> Earned:
        mark = self.marks.get((self.student.id, question.id))
        if mark and mark.points is not None:
            earlier = {a.id for a in self.attempts if attempt and a.number < attempt.number}
            return Earned(
                question,
                mark.points,
                "by hand",
                by_hand=True,
                comment=mark.comment,
                rubric_items=tuple(mark.rubric_items),
                look_again=mark.submission_id in earlier,
            )
        if attempt is None:
            return Earned(question, None, "")
        if attempt.kind is Kind.UNREADABLE:
            return Earned(question, 0.0, str(State.UNREADABLE))
        score = attempt.scores.get(question.id)
        if question.by_hand or score is None:
            return Earned(question, None, str(State.TO_MARK if question.by_hand else ""))
        return Earned(question, score.score, score.status, version=score.version)

    def _notes(
        self, attempt: Attempt | None, earned: Sequence[Earned], late: Lateness
    ) -> list[str]:
        notes = list(self.grants.reasons)
        if attempt and attempt.problem:
            notes.append(attempt.problem)
        if late.unknown:
            notes.append("time of submission unknown")
        notes += [
            f"{e.question.name} was marked on an earlier attempt" for e in earned if e.look_again
        ]
        notes += [f"attempt {a.number} is not graded" for a in self.attempts if a.kind is None]
        return notes


def _state(attempt: Attempt | None, earned: Sequence[Earned]) -> State:
    """Of an attempt in time."""
    waiting = [e for e in earned if e.score is None]
    if attempt and (attempt.kind is None or any(not e.question.by_hand for e in waiting)):
        return State.UNGRADED
    if attempt and attempt.kind is Kind.UNREADABLE:
        return State.UNREADABLE
    return State.TO_MARK if attempt and waiting else State.GRADED


def _attempts(session: Session) -> dict[tuple[int, int], list[Attempt]]:
    """All attempts by student and assignment, the last one last."""
    newest = (
        select(Verdict.submission_id, func.max(Acceptance.id).label("acceptance"))
        .join(Acceptance, Acceptance.verdict_id == Verdict.id)
        .group_by(Verdict.submission_id)
        .subquery()
    )
    accepted = (
        select(Acceptance.verdict_id)
        .join(newest, newest.c.acceptance == Acceptance.id)
        .scalar_subquery()
    )
    judged = select(Verdict, Run).join(Run).where(Verdict.id.in_(accepted))
    verdicts = {verdict.submission_id: (verdict, run) for verdict, run in session.execute(judged)}
    scores: defaultdict[int, dict[int, Score]] = defaultdict(dict)
    for score in session.scalars(select(Score).where(Score.verdict_id.in_(accepted))):
        scores[score.verdict_id][score.question_id] = score
    failed = select(Verdict.submission_id, Verdict.problem).where(
        Verdict.kind == Kind.INFRASTRUCTURE
    )
    problems = {submission: problem for submission, problem in session.execute(failed)}
    found: defaultdict[tuple[int, int], list[Submission]] = defaultdict(list)
    for submission in session.scalars(select(Submission)):
        found[submission.student_id, submission.assignment_id].append(submission)
    return {
        key: [
            _attempt(number, submission, verdicts, scores, problems)
            for number, submission in enumerate(_in_order(submissions), start=1)
        ]
        for key, submissions in found.items()
    }


def _attempt(
    number: int,
    submission: Submission,
    verdicts: Mapping[int, tuple[Verdict, Run]],
    scores: Mapping[int, Mapping[int, Score]],
    problems: Mapping[int, str],
) -> Attempt:
    attempt = Attempt(
        submission.id, number, submission.file, submission.digest, submission.submitted
    )
    if submission.id not in verdicts:
        return replace(attempt, problem=problems.get(submission.id, ""))
    verdict, run = verdicts[submission.id]
    return replace(
        attempt,
        kind=Kind(verdict.kind),
        problem=verdict.problem,
        run=run,
        scores=scores.get(verdict.id, {}),
    )


def _in_order(submissions: Sequence[Submission]) -> list[Submission]:
    """By attempt, then by time; where times are unknown, in the order they became known."""
    times = {s.id: s.submitted for s in submissions if s.submitted}
    if len(times) < len(submissions):
        return sorted(submissions, key=lambda s: (s.attempt, s.id))
    return sorted(submissions, key=lambda s: (s.attempt, times[s.id], s.id))


def _marks(session: Session) -> dict[tuple[int, int], HandMark]:
    """The newest hand mark by student and question; one that was taken back is none."""
    standing = select(HandMark).where(~HandMark.undone)
    marks = session.scalars(standing.order_by(HandMark.when, HandMark.id))
    newest = {(mark.student_id, mark.question_id): mark for mark in marks}
    return {key: mark for key, mark in newest.items() if mark.points is not None}


def _granted(session: Session) -> dict[tuple[int, int], _Grants]:
    granted: defaultdict[tuple[int, int], _Grants] = defaultdict(_Grants)
    for adjustment in session.scalars(select(Adjustment).order_by(Adjustment.id)):
        granted[adjustment.student_id, adjustment.assignment_id].add(adjustment)
    return dict(granted)
