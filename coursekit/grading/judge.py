"""The judge: one submission in, one record out.

Its answers run in workers, in groups that may import the same; the judge sends calls, gets values
back and compares them here. Hidden inputs and what a student gets to read never meet: what is shown
comes from a worker that has seen the notebook's own inputs only.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import platform
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

import coursekit
from coursekit.checking.ladder import climb
from coursekit.checking.result import Result
from coursekit.checking.runner import answered_cases
from coursekit.exercises.exercise import Case, Exercise
from coursekit.grading import shown
from coursekit.grading.answers import cells_to_run, find_answers
from coursekit.grading.assignments import PLACEHOLDERS, Assignment
from coursekit.grading.kit import Contents, contents_for, kit_files, modules_for, write_kit
from coursekit.grading.levels import Level, SandboxError
from coursekit.grading.levels import Limits as SandboxLimits
from coursekit.grading.marking import Marks, Plan, calls_on, mark, no_marks, version_of
from coursekit.grading.notebooks import Notebook, UnreadableNotebook, read_notebook
from coursekit.grading.records import ByHand, Kind, QuestionMark, Record, Status
from coursekit.grading.remote import Answer, Child, Session
from coursekit.grading.sandbox import WarmParent, start
from coursekit.grading.slices import slice_for

if TYPE_CHECKING:
    from coursekit.grading.submissions import Submission

VISIBLE_SEED = 0
"""The seed of `check` in a notebook."""

TRIES = 3
"""Times a submission is tried when the sandbox fails, before it is an infrastructure error."""

SHORT = 1.0
"""Seconds for a call that is known to get stuck."""

MOST_NOTES = 20

_CHECKS = re.compile(r"\s*(check|hint|progress)\(")
"""Cells of which nothing depends: where an answer is missing, they fail by themselves."""

SLOW = 1.0
"""Seconds of one call that are worth a note."""


@dataclass(frozen=True)
class Patience:
    """How long a submission may take.

    Attributes:
        cell: seconds for one cell.
        notebook: seconds for all cells and calls of one group of questions.
        memory: bytes of one worker's address space.
    """

    cell: float = 10.0
    notebook: float = 60.0
    memory: int = 2 << 30


class Judge:
    """Grades submissions to one assignment, one after the other, in warm workers.

    Use as a context manager.

    Args:
        seed: of the hidden inputs.
        level: of the sandbox; ``unsafe`` must be said for `Level.NONE`.

    Attributes:
        versions: of the software that decides marks.

    Raises:
        KitError: an exercise wants modules in the sandbox that cannot be there.
        SandboxError: the sandbox does not start.
    """

    def __init__(
        self,
        assignment: Assignment,
        *,
        seed: int,
        level: Level,
        patience: Patience | None = None,
        unsafe: bool = False,
    ) -> None:
        self.assignment, self.seed, self.level = assignment, seed, level
        self.patience = patience or Patience()
        self._unsafe = unsafe
        self._plans: dict[str, Plan] = {}
        self._visible: dict[str, list[tuple[Case, bytes]]] = {}
        self._versions: dict[str, str] = {}
        self.versions = _versions(assignment.packages)
        everywhere = modules_for(assignment.packages).union(assignment.uses)
        self._groups: dict[Contents, list[Exercise]] = {}
        for exercise in assignment.exercises:
            needed = contents_for(exercise)
            needed = replace(needed, modules=needed.modules | everywhere)
            self._groups.setdefault(needed, []).append(exercise)
        self._parents: dict[Contents, WarmParent] = {}

    def __enter__(self) -> Self:
        try:
            with ThreadPoolExecutor() as pool:  # they import while references are run here
                files = {needed: kit_files(needed) for needed in self._groups}
                starting = [pool.submit(self._start, n, texts) for n, texts in files.items()]
                self._prepare()
                for started in starting:
                    started.result()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End all workers."""
        for parent in self._parents.values():
            parent.close()
        self._parents.clear()

    def grade(self, submission: Submission) -> Record:
        """The record of one submission; it never raises for anything that a submission does."""
        begun = time.perf_counter()
        blank = self._blank(submission)
        try:
            content = submission.read()
            blank = replace(blank, digest=hashlib.sha256(content).hexdigest())
            notebook = read_notebook(content)
        except UnreadableNotebook as error:
            return replace(blank, kind=Kind.UNREADABLE, problem=str(error))
        problem = ""
        for _ in range(TRIES):
            try:
                record = self._graded(notebook, blank)
                return replace(record, seconds=round(time.perf_counter() - begun, 4))
            except SandboxError as error:
                problem = str(error)
                self._restart()
            except Exception as error:  # a mistake of ours must not end the class
                problem = f"The judge failed: {type(error).__name__}: {error}"[:500]
                self._restart()
        return replace(blank, kind=Kind.INFRASTRUCTURE, problem=problem)

    def _blank(self, submission: Submission) -> Record:
        return Record(
            assignment=self.assignment.name,
            student=submission.student,
            submission=submission.name,
            digest="",
            kind=Kind.GRADED,
            graded=datetime.now(UTC).isoformat(timespec="seconds"),
            seed=self.seed,
            level=str(self.level),
            submitted=submission.submitted,
            attempt=submission.attempt,
            limits=asdict(self.patience),
            versions=self.versions,
        )

    def _graded(self, notebook: Notebook, blank: Record) -> Record:
        grading = _Grading(self, notebook)
        marks = {
            mark.exercise: mark
            for needed, exercises in self._groups.items()
            for mark in grading.group(needed, exercises)
        }
        return replace(
            blank,
            questions=tuple(marks[e.name] for e in self.assignment.exercises),
            by_hand=_by_hand(self.assignment, notebook),
            notes=(*notebook.notes, *grading.notes()),
        )

    def _prepare(self) -> None:
        """Work out once what all submissions are asked, and the right answers."""
        for exercise in self.assignment.exercises:
            name = exercise.name
            self._plans[name] = Plan(exercise, self.seed)
            self._visible[name] = calls_on(exercise, answered_cases(exercise, VISIBLE_SEED))
            self._versions[name] = version_of(exercise)

    def _start(self, needed: Contents, files: Mapping[str, str]) -> None:
        # Nothing is left in the temporary folder while submissions are graded: a grader that is
        # killed then leaves nothing behind.
        with tempfile.TemporaryDirectory(prefix="coursekit-kit-") as folder:
            write_kit(Path(folder), files)
            self._parents[needed] = start(
                self.level,
                packages=self.assignment.packages,
                modules=("numpy", *sorted(needed.modules)),
                kit=Path(folder),
                limits=SandboxLimits(memory=self.patience.memory),
                entry="coursekit.grading.inside.worker:serve",
                unsafe=self._unsafe,
            )

    def _restart(self) -> None:
        """New warm parents, where one may have gone."""
        for needed, parent in list(self._parents.items()):
            with contextlib.suppress(SandboxError):
                parent.close()
            self._start(needed, kit_files(needed))

    def spawner(self, needed: Contents) -> Callable[[], Child]:
        """A function that gives a fresh worker of a group."""
        return lambda: self._parents[needed].spawn()

    def plan(self, exercise: Exercise) -> Plan:
        """What answers to an exercise are asked."""
        return self._plans[exercise.name]

    def visible(self, exercise: Exercise) -> list[tuple[Case, bytes]]:
        """The calls of the notebook's own check."""
        return self._visible[exercise.name]

    def version(self, exercise: Exercise) -> str:
        """A digest of an exercise's checks."""
        return self._versions[exercise.name]


class _Grading:
    """One submission on its way through the judge."""

    def __init__(self, judge: Judge, notebook: Notebook) -> None:
        self._judge, self._notebook = judge, notebook
        names = [e.name for e in judge.assignment.exercises]
        self._answers = find_answers(notebook, names)
        self._cells = cells_to_run(notebook, self._answers)
        self._sessions: list[Session] = []

    def notes(self) -> tuple[str, ...]:
        """What is to be said about cells, in their order, each once."""
        said: list[tuple[int, str]] = []
        for cell in self._notebook.cells:
            said += [(cell.number, note) for note in cell.code.notes if cell in self._cells]
            if cell.kind == "code" and cell.code.problem:
                problem = (
                    f"Cell {cell.number} is not Python, and was left out: {cell.code.problem}."
                )
                said.append((cell.number, problem))
        checks = {c.number for c in self._cells if _CHECKS.match(c.code.text)}
        for session in self._sessions:
            for failure in session.failures.values():
                line = f", line {failure.line}" if failure.line else ""
                skipped = ", and was left out" if failure.fatal else ""
                if failure.cell not in checks:
                    text = f"Cell {failure.cell}{line}: {failure.says}{skipped}."
                    said.append((failure.cell, text))
        notes = tuple(dict.fromkeys(text for _, text in sorted(said)))
        if len(notes) <= MOST_NOTES:
            return notes
        return (*notes[:MOST_NOTES], f"And {len(notes) - MOST_NOTES} more notes of this kind.")

    def group(self, needed: Contents, exercises: Sequence[Exercise]) -> list[QuestionMark]:
        """The marks of the questions whose answers may import the same."""
        done: dict[str, _Judged] = {}
        asked = []
        for exercise in exercises:
            answer = self._answers[exercise.name]
            if answer is None:
                done[exercise.name] = _Judged(Status.MISSING, no_marks(exercise, "No answer."))
            elif answer.stub:
                marks = no_marks(exercise, "Not attempted yet.")
                done[exercise.name] = _Judged(Status.UNTOUCHED, marks)
            elif answer.problem:
                done[exercise.name] = _Judged(Status.FAILED, no_marks(exercise, answer.problem))
            else:
                asked.append(exercise)
        with self._session(needed) as session:
            for exercise in asked:
                done[exercise.name] = self._judged(exercise, session)
        for exercise in asked:
            if not done[exercise.name].marks.passed:
                done[exercise.name] = self._looked_at_again(needed, exercise, done[exercise.name])
        return [self._marked(exercise, done[exercise.name]) for exercise in exercises]

    @contextlib.contextmanager
    def _session(self, needed: Contents, cells: Sequence[int] | None = None) -> Iterator[Session]:
        chosen = [c for c in self._cells if cells is None or c.number in cells]
        codes = [(c.number, c.code.text) for c in chosen]
        patience = self._judge.patience
        session = Session(self._judge.spawner(needed), codes, patience.cell, patience.notebook)
        if self._sessions and cells is None:  # what ended a worker before would end it again
            session.skipped |= set().union(*(s.skipped for s in self._sessions))
        self._sessions.append(session)
        try:
            yield session
        finally:
            session.close()

    def _judged(self, exercise: Exercise, session: Session) -> _Judged:
        answer = Answer(session, exercise)
        marks = mark(self._judge.plan(exercise), answer)
        answer.close()
        status = Status.PASSED if marks.passed else Status.FAILED
        return _Judged(status, marks, answer.deaths > 0, answer.seconds, answer.slowest)

    def _looked_at_again(self, needed: Contents, exercise: Exercise, judged: _Judged) -> _Judged:
        """A failed question alone with the cells that it needs, on the inputs its student knows.

        What comes of it is shown; no hidden input was ever in that worker. When the answer is right
        there, something else in the notebook may have disturbed it, and it is marked anew.
        """
        cells = slice_for(self._notebook, exercise.name)
        with self._session(needed, cells) as session:
            judged.result = self._checked(exercise, session, judged.stuck)
        if judged.result is None:  # a cell that is needed did not look like it
            with self._session(needed) as session:
                judged.result = self._checked(exercise, session, judged.stuck)
            return judged
        if not judged.result.passed:
            return judged
        with self._session(needed, cells) as session:
            again = self._judged(exercise, session)
        if again.marks.score <= judged.marks.score:
            return judged
        again.result = judged.result
        again.notes.append("Graded apart from the other cells, which disturbed it.")
        return again

    def _checked(self, exercise: Exercise, session: Session, stuck: bool) -> Result | None:
        """What the notebook's own check says; None if there is nothing to check."""
        answer = Answer(session, exercise, min(SHORT, exercise.seconds) if stuck else None)
        if not answer.found.callable:
            return None
        answer.plan(self._judge.visible(exercise))  # all at once: most are asked anyway
        result = climb(exercise, answer, VISIBLE_SEED)
        answer.close()
        return result

    def _marked(self, exercise: Exercise, judged: _Judged) -> QuestionMark:
        found = self._answers[exercise.name]
        notes = [*(found.notes if found else ()), *judged.notes]
        if judged.slowest >= SLOW:
            notes.append(f"Its slowest call took {judged.slowest:.1f} s.")
        result = judged.result
        told = result is not None and not result.passed
        mark = QuestionMark(
            exercise=exercise.name,
            title=exercise.title,
            version=self._judge.version(exercise),
            points=exercise.points,
            score=judged.marks.score,
            status=judged.status,
            checks=judged.marks.checks,
            notes=tuple(notes),
            cell=found.cell if found else 0,
            source=found.source if found else "",
            seconds=round(judged.seconds, 4),
            slowest=round(judged.slowest, 4),
        )
        if result is None or not told:
            return replace(mark, rung=result.rung if result else "", message=judged.marks.problem)
        return replace(
            mark,
            rung=result.rung,
            message=result.message,
            diagnosis=result.diagnosis,
            mistake=result.mistake,
            shown=shown.to_json(result),
        )


@dataclass
class _Judged:
    """A question as far as it has been judged.

    Attributes:
        stuck: whether a call ran out of time or ended the worker.
        result: of the notebook's own check, once it was tried.
    """

    status: Status
    marks: Marks
    stuck: bool = False
    seconds: float = 0.0
    slowest: float = 0.0
    result: Result | None = None
    notes: list[str] = field(default_factory=list)


def _by_hand(assignment: Assignment, notebook: Notebook) -> tuple[ByHand, ...]:
    cells = {cell.question: cell for cell in notebook.cells if cell.question}
    found = []
    for question in assignment.by_hand:
        cell = cells.get(question.name)
        blank = ByHand(
            question.name,
            question.title,
            question.points,
            question.rubric,
            code=question.kind == "code",
        )
        if cell is None or cell.source.strip() in PLACEHOLDERS.values():
            found.append(blank)
        else:
            found.append(replace(blank, text=cell.source, images=cell.outputs))
    return tuple(found)


def _versions(packages: Iterable[str]) -> dict[str, str]:
    found = {"coursekit": coursekit.__version__, "python": platform.python_version()}
    for package in ("numpy", *packages):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):  # the sandbox says so
            found[package] = importlib.metadata.version(package)
    return found
