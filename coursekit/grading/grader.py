"""A class of submissions: several judges side by side, one record after the other."""

from __future__ import annotations

import ctypes
import os
import secrets
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TypeAlias

from coursekit.grading.assignments import Assignment, load_assignment, unit_assignment
from coursekit.grading.feedback.student import feedback_name, write_feedback
from coursekit.grading.judge import Judge, Patience
from coursekit.grading.marking import version_of
from coursekit.grading.records import Kind, Record
from coursekit.grading.results import Results, Run
from coursekit.grading.sandbox import Level
from coursekit.grading.submissions import Submission

AHEAD = 4
"""Submissions handed to each judge before it asks for more."""

SYNC = 50
"""Records between two calls that make them survive a power failure."""


_Records: TypeAlias = Generator[Record, None, None]


@dataclass(frozen=True)
class Task:
    """What all judges of a run share; small enough to be sent to their processes.

    Attributes:
        source: ``unit:04`` or ``folder:PATH``.
        feedback: folder for the students' pages, or None.
    """

    source: str
    seed: int
    level: Level
    patience: Patience = field(default_factory=Patience)
    unsafe: bool = False
    feedback: Path | None = None

    def assignment(self) -> Assignment:
        """The assignment to grade."""
        kind, _, name = self.source.partition(":")
        return unit_assignment(name) if kind == "unit" else load_assignment(name)

    def judge(self) -> Judge:
        """A judge for it, with the memory that the assignment asks for."""
        assignment = self.assignment()
        memory = max(self.patience.memory, assignment.limits.memory << 20)
        return Judge(
            assignment,
            seed=self.seed,
            level=self.level,
            patience=replace(self.patience, memory=memory),
            unsafe=self.unsafe,
        )


def fresh_seed() -> int:
    """A seed that nobody can guess."""
    return secrets.randbits(48)


def begin(task: Task, results: Results, *, resume: bool) -> Task:
    """The task with the seed of the run in `results`, which is begun or resumed.

    Raises:
        ResultsError: the folder holds something else.
    """
    assignment = task.assignment()
    run = Run(
        assignment.name,
        task.source,
        task.seed,
        str(task.level),
        {e.name: version_of(e) for e in assignment.exercises},
        asdict(task.patience),
    )
    return replace(task, seed=results.begin(run, resume=resume).seed)


def grade_class(
    task: Task,
    submissions: Sequence[Submission],
    results: Results,
    *,
    jobs: int = 1,
    graded: Callable[[Record], None] = lambda record: None,
) -> None:
    """Grade submissions and append their records; `graded` hears of each.

    Raises:
        ResultsError: a record could not be written.
        SandboxError: the sandbox does not start.
    """
    stream = _alone(task, submissions) if jobs == 1 else _side_by_side(task, submissions, jobs)
    try:
        for number, record in enumerate(stream, 1):
            results.append(record)
            graded(record)
            if number % SYNC == 0:
                results.sync()
    finally:
        stream.close()
        results.sync()


def shard(submissions: Sequence[Submission], part: int, of: int) -> list[Submission]:
    """The part-th of so many parts, from 1: the same on every machine, whatever their order."""
    in_order = sorted(submissions, key=lambda s: (s.student, s.name))
    return in_order[part - 1 :: of]


def _alone(task: Task, submissions: Iterable[Submission]) -> _Records:
    with task.judge() as judge:
        for submission in submissions:
            yield _with_feedback(task, judge.grade(submission))


def _side_by_side(task: Task, submissions: Sequence[Submission], jobs: int) -> _Records:
    """In processes of their own. When one is lost, what was under way is tried again one by one:
    whoever takes a judge along when alone with it has done it."""
    waiting, suspects = deque(submissions), deque[Submission]()
    while waiting or suspects:
        source, at_once = (suspects, 1) if suspects else (waiting, AHEAD * jobs)
        running: dict[Future[Record], Submission] = {}
        pool = ProcessPoolExecutor(
            min(jobs, at_once),
            get_context("spawn"),
            initializer=_begin_judging,
            initargs=(task, os.getpid()),
        )
        try:
            while source or running:
                while source and len(running) < at_once:
                    submission = source.popleft()
                    running[pool.submit(_judge_one, submission)] = submission
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    record = future.result()
                    del running[future]
                    yield record
        except BrokenProcessPool:
            if at_once == 1:
                yield from (_crashed(task, submission) for submission in running.values())
            else:
                suspects.extend(running.values())
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


_judging: tuple[Task, Judge] | None = None


def _begin_judging(task: Task, parent: int) -> None:
    """In a process of the pool: make its judge, and end when the grader ends."""
    global _judging
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the grader closes the pool by itself
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)
    _judging = task, task.judge().__enter__()


def _judge_one(submission: Submission) -> Record:
    assert _judging is not None
    task, judge = _judging
    return _with_feedback(task, judge.grade(submission))


def _with_feedback(task: Task, record: Record) -> Record:
    if task.feedback is not None and record.kind != Kind.INFRASTRUCTURE:
        write_feedback(record, task.feedback / feedback_name(record.student))
    return record


def _crashed(task: Task, submission: Submission) -> Record:
    return Record(
        assignment=task.assignment().name,
        student=submission.student,
        submission=submission.name,
        digest="",
        kind=Kind.INFRASTRUCTURE,
        graded=datetime.now(UTC).isoformat(timespec="seconds"),
        seed=task.seed,
        level=str(task.level),
        problem="The process that judged it ended twice while it was under way.",
    )
