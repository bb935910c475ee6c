"""A regrade: seen first, accepted then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coursekit.grading.gradebook.database import Gradebook
from coursekit.grading.gradebook.intake import TakenIn, add_facts, read_facts
from coursekit.grading.gradebook.standing import Attempt, Course, Earned, Standing, load
from coursekit.grading.records import Kind, Record


@dataclass(frozen=True)
class Change:
    """What a regrade would change for one student.

    Attributes:
        student, assignment: identifier and name.
        question: its name; "" for the total of the assignment, after lateness.
        before, after: points; None where there is no score.
        why: "exercise version changed", "new attempt", "seed".
    """

    student: str
    assignment: str
    question: str
    before: float | None
    after: float | None
    why: str


def compare(book: Gradebook, results: Iterable[Record]) -> list[Change]:
    """What would change if the results were accepted; nothing is kept.

    The results are taken in and accepted in a transaction that is then undone: what is shown is
    what would happen, with attempts, hand marks and lateness as they are.

    Raises:
        GradebookError: a record cannot be true, or the gradebook cannot be read.
    """
    facts = read_facts(results)
    with book.rehearsing() as session:
        before = load(session)
        session.expunge_all()
        add_facts(session, facts, accept=True)
        return list(_changes(before, load(session)))


def accept(book: Gradebook, results: Iterable[Record]) -> TakenIn:
    """Take the results in and let them count. Marks given by hand stand as they are.

    Raises:
        GradebookError: a record cannot be true, or the gradebook cannot be written.
    """
    facts = read_facts(results)
    with book.writing() as session:
        return add_facts(session, facts, accept=True)


def _changes(before: Course, after: Course) -> Iterator[Change]:
    nothing: dict[str, Earned] = {}
    for key, new in after.standings.items():
        old = before.standings.get(key)
        scores = {e.question.name: e for e in old.earned} if old else nothing
        now = {e.question.name: e for e in new.earned}
        for name in {**now, **scores}:
            was, is_ = scores.get(name), now.get(name)
            if _score(was) != _score(is_) or _points(was) != _points(is_):
                yield _change(new, name, _score(was), _score(is_), _why(old, new, was, is_))
        if _total(old) != _total(new):
            yield _change(
                new, "", _total(old), _total(new), new.arithmetic if new.late.days else ""
            )


def _change(
    standing: Standing, question: str, before: float | None, after: float | None, why: str
) -> Change:
    student, assignment = standing.student.identifier, standing.assignment.name
    return Change(student, assignment, question, before, after, why)


def _why(old: Standing | None, new: Standing, was: Earned | None, is_: Earned | None) -> str:
    first, second = old and old.attempt, new.attempt
    if not first or first.kind is None:
        return "graded for the first time"
    if not second or first.id != second.id:
        return "new attempt"
    if is_ is None:
        return "question left out"
    if was is None:
        return "new question"
    if _points(was) != _points(is_):
        return f"points of the question {_points(was):g} → {_points(is_):g}"
    if Kind.UNREADABLE in (first.kind, second.kind):
        return f"{first.kind} → {second.kind}"
    if was.version != is_.version:
        return "exercise version changed"
    return _conditions(first, second)


def _conditions(first: Attempt, second: Attempt) -> str:
    """What was different when the same file met the same exercise."""
    if not first.run or not second.run:
        return "graded again"
    different = [
        word
        for word in ("seed", "level", "limits", "versions")
        if getattr(first.run, word) != getattr(second.run, word)
    ]
    words = {"level": "sandbox level", "versions": "library versions"}
    return ", ".join(words.get(word, word) for word in different) or "graded again"


def _score(earned: Earned | None) -> float | None:
    return earned.score if earned else None


def _points(earned: Earned | None) -> float:
    return earned.question.points if earned else 0.0


def _total(standing: Standing | None) -> float | None:
    return standing.total if standing and standing.attempts else None
