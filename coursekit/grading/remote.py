"""The judge's end of the line to a worker: answers that run in another process.

The worker is hostile until shown otherwise. It may say anything, say nothing, or die; whatever it
does becomes an outcome of the call that was under way, and a new worker goes on with the next.
"""

from __future__ import annotations

import builtins
import contextlib
import inspect
import itertools
import math
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from coursekit.checking.calling import Outcome
from coursekit.checking.limits import Ended, OutOfTime
from coursekit.checking.runner import Elsewhere
from coursekit.exercises.exercise import Case, Exercise
from coursekit.exercises.problems import UnfitAnswer
from coursekit.exercises.values import Named
from coursekit.grading.inside import wire

GRACE = 1.0
"""Seconds beyond a limit that a worker has to interrupt the student's code by itself."""

ENDED = "It ended the whole process, or took more memory than there is."
NOT_RUN = "Not run any more, after what the calls before it did."

_OWN = {"OutOfTime": OutOfTime, "UnfitAnswer": UnfitAnswer}


class Died(Exception):
    """The worker ended, or broke the line to the judge, in the middle of a call."""


class Hung(Exception):
    """The worker ran past a limit and did not stop by itself."""


class Child(Protocol):
    """A confined process, as the sandbox gives it."""

    socket: socket.socket

    def kill(self) -> object:
        """End it and all that it started."""


class Line:
    """Messages to and from one worker."""

    def __init__(self, child: Child) -> None:
        self._child, self._socket = child, child.socket
        self._socket.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._watched = selectors.EVENT_READ
        self._selector.register(self._socket, self._watched)
        self._in, self._out = bytearray(), bytearray()
        self._told: deque[dict[str, Any]] = deque()
        self._nonsense: Died | None = None  # that came after them

    def send(self, messages: Iterable[bytes]) -> None:
        """Queue messages; they leave while an answer is waited for."""
        self._out += b"".join(messages)

    def receive(self, seconds: float) -> dict[str, Any]:
        """The next message.

        Raises:
            Hung: none came in time.
            Died: the worker is gone, or said something that is no message.
        """
        until = time.monotonic() + seconds
        while not self._told:
            if self._nonsense is not None:
                raise self._nonsense
            left = until - time.monotonic()
            if left <= 0:
                raise Hung
            self._exchange(left)
            self._read()
        return self._told.popleft()

    def close(self) -> None:
        """End the worker."""
        self._selector.close()
        self._child.kill()
        self._socket.close()

    def _read(self) -> None:
        """All messages that have come whole: one after the other is quicker than now and then."""
        try:
            while (message := wire.split(self._in)) is not None:
                self._told.append(wire.decode(*message))
        except wire.WireError as error:
            self._nonsense = Died(str(error))

    def _exchange(self, seconds: float) -> None:
        try:
            self._write()
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._out else 0)
            if wanted != self._watched:
                self._selector.modify(self._socket, wanted)
                self._watched = wanted
            for _, ready in self._selector.select(seconds):
                if ready & selectors.EVENT_READ:
                    came = self._socket.recv(1 << 18)
                    if not came:
                        raise Died("it ended")
                    self._in += came
        except OSError as error:
            raise Died(f"{error.strerror}") from None

    def _write(self) -> None:
        """Send what the socket takes without waiting: mostly all of it."""
        if self._out:
            with contextlib.suppress(BlockingIOError):
                del self._out[: self._socket.send(self._out)]


@dataclass
class CellFailure:
    """A cell that did not run to its end.

    Attributes:
        cell: its number; line: in the cell, or 0.
        says: what happened, in words for the student.
        fatal: whether it took the worker with it, so that it is left out from then on.
    """

    cell: int
    line: int
    says: str
    fatal: bool = False


@dataclass(frozen=True)
class Found:
    """What stands under an answer's name when all cells have run.

    Attributes:
        there, callable: whether there is anything, and whether it can be called.
        kind: the type's name; a_class: whether it is a class.
        signature: the parameters it takes, or None where nobody knows.
        randomness: by library, what stands for its global random state.
    """

    there: bool = False
    callable: bool = False
    kind: str = ""
    a_class: bool = False
    signature: inspect.Signature | None = None
    randomness: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Session:
    """A notebook that has been run in a worker, and again in a new one whenever one is lost.

    Attributes:
        spawn: gives a fresh confined child.
        cells: numbers and texts of the cells to run, in order.
        cell_seconds: the limit for one cell; seconds_left: for all that this session does.
        failures: of cells; skipped: the numbers of those that are left out.
        lost: how many workers are gone.
    """

    spawn: Callable[[], Child]
    cells: Sequence[tuple[int, str]]
    cell_seconds: float
    seconds_left: float
    failures: dict[int, CellFailure] = field(default_factory=dict)
    skipped: set[int] = field(default_factory=set)
    lost: int = 0
    _line: Line | None = None

    def line(self) -> Line:
        """The line to a worker that has run the cells.

        Raises:
            Hung: no time is left.
        """
        while self._line is None:
            if self.seconds_left <= 0:
                raise Hung
            start = time.monotonic()
            line = Line(self.spawn())
            try:
                self._run_cells(line, start + self.seconds_left)
                self._line = line
            except (Died, Hung):
                self.lost += 1
                line.close()
            except BaseException:
                line.close()
                raise
            finally:
                self.seconds_left -= time.monotonic() - start
        return self._line

    def _run_cells(self, line: Line, until: float) -> None:
        wanted = [(n, source) for n, source in self.cells if n not in self.skipped]
        line.send(
            wire.encode({"do": "cell", "cell": n, "source": source, "seconds": self.cell_seconds})
            for n, source in wanted
        )
        for number, _ in wanted:
            left = max(until - time.monotonic(), 0.1)
            try:
                told = line.receive(min(self.cell_seconds + GRACE, left))
                self._note(number, told)
            except (Died, Hung) as end:
                says = "it ended the whole process" if isinstance(end, Died) else self._too_long()
                self.failures[number] = CellFailure(number, 0, says, fatal=True)
                self.skipped.add(number)
                raise

    def _too_long(self) -> str:
        return f"it ran longer than {self.cell_seconds:g} s"

    def _note(self, number: int, told: dict[str, Any]) -> None:
        cell = told.get("cell")
        if type(cell) is not int or cell != number:
            raise Died("another answer than was asked for")
        failure = told.get("error")
        if not isinstance(failure, dict):
            return
        kind, said = _text(failure.get("type")), _text(failure.get("says"))
        says = self._too_long() if kind == "OutOfTime" else f"it raised {kind}: {said}".rstrip(": ")
        line = failure.get("line")
        self.failures[number] = CellFailure(number, line if type(line) is int else 0, says)

    def drop(self, line: Line | None = None) -> None:
        """Lose the worker (only if it is still the one on `line`); the next call gets a new one."""
        if self._line is not None and line in (None, self._line):
            self._line.close()
            self._line = None
            self.lost += 1

    def close(self) -> None:
        """End the worker."""
        if self._line is not None:
            self._line.close()
            self._line = None


class Answer(Elsewhere):
    """An answer in a session's worker, in place of the function.

    Once a call has run out of time or ended the worker, the calls after it go one by one, and none
    gets more than `SHORT`: what is right elsewhere is still found, and a class is graded in time.

    Args:
        seconds: the limit for a call; the exercise's own unless said.

    Attributes:
        found: what stands under its name.
        seconds: spent in its calls; slowest: its slowest call.
        deaths: calls that ended the worker or ran out of time.
    """

    SHORT = 0.5
    MOST_DEATHS = 4
    """After so many, what is left of the question is not run."""

    def __init__(self, session: Session, exercise: Exercise, seconds: float | None = None) -> None:
        self._session, self._exercise = session, exercise
        self._limit = exercise.seconds if seconds is None else seconds
        self._line: Line | None = None  # that the waiting calls were sent on
        self._careful = seconds is not None  # one call at a time, with a limit of its own
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._came: dict[int, Outcome] = {}
        self._planned: dict[int, deque[int]] = {}
        self._numbers = itertools.count()
        self.seconds = self.slowest = 0.0
        self.deaths = 0
        self.found = self.look()
        self.__name__ = exercise.name
        if self.found.signature is not None:
            self.__signature__ = self.found.signature

    def look(self) -> Found:
        """What stands under its name now; nothing if no worker can be had."""
        try:
            line = self._session.line()
            line.send([wire.encode({"do": "find", "name": self._exercise.name})])
            return _found(line.receive(5.0))
        except (Died, Hung):
            self._session.drop()
            return Found()

    def plan(self, calls: Iterable[tuple[Case, bytes]]) -> None:
        """Send calls ahead, which `run` will ask for: cases with their messages."""
        for case, message in calls:
            self._planned.setdefault(id(case), deque()).append(self._ask(message))

    def run(self, exercise: Exercise, case: Case, *, copy: bool) -> Outcome:
        """What the answer does on a case."""
        planned = self._planned.get(id(case))
        number = planned.popleft() if planned else self._ask(message_of(exercise, case))
        while number not in self._came:
            self._await_next()
        return self._came.pop(number)

    def close(self) -> None:
        """Leave the session as others want it: no call of this answer waiting, no limit set."""
        if self._line is not None and (self._waiting or self._careful):
            self._session.drop(self._line)
        self._waiting.clear()

    def _ask(self, message: bytes) -> int:
        number = next(self._numbers)
        self._waiting.append((number, message))
        if self._line is not None and not self._careful:
            self._line.send([message])
        return number

    def _await_next(self) -> None:
        start = time.monotonic()
        stopped = self.deaths >= self.MOST_DEATHS
        outcome = Outcome(error=Ended(NOT_RUN)) if stopped else self._next()
        self._session.seconds_left -= time.monotonic() - start
        number, _ = self._waiting.popleft()
        self._came[number] = outcome
        if isinstance(outcome.error, Ended | OutOfTime) and not stopped:
            self.deaths += 1
            self._careful, self._limit = True, min(self._limit, self.SHORT)
            if self._line is not None and self._waiting:
                self._session.drop(self._line)
                self._line = None

    def _next(self) -> Outcome:
        try:
            return self._tried()
        except (Died, Hung) as end:
            self._session.drop()
            self._line = None
            if not self._careful and len(self._waiting) > 1:
                self._careful = True  # which one it was will show
                return self._next()
            return Outcome(error=OutOfTime() if isinstance(end, Hung) else Ended(ENDED))

    def _tried(self) -> Outcome:
        line = self._session.line()
        if self._careful:
            if line is not self._line:
                line.send([wire.encode({"do": "limit", "seconds": self._limit})])
                line.receive(GRACE)
            line.send([self._waiting[0][1]])
        elif line is not self._line:
            line.send(message for _, message in self._waiting)
        self._line = line
        told = line.receive(min(self._limit + GRACE, max(self._session.seconds_left, 0.1)))
        self._count_time(told.get("seconds"))
        return _outcome(told)

    def _count_time(self, seconds: Any) -> None:
        if isinstance(seconds, float) and math.isfinite(seconds) and seconds >= 0:
            seconds = min(seconds, self._limit + GRACE)  # so much was waited for it
            self.seconds += seconds
            self.slowest = max(self.slowest, seconds)


def message_of(exercise: Exercise, case: Case) -> bytes:
    """The message that asks for a case's call."""
    asked = exercise.call_of(case)
    seldom = {
        "outputs": list(asked.outputs),
        "kwargs": dict(asked.kwargs),
        "script": asked.script,
        "reads": list(asked.reads),
        "tensors": asked.tensors,
        "gradients": list(asked.gradients),
    }
    return wire.encode(
        {
            "do": "call",
            "name": asked.exercise,
            "parameters": list(asked.parameters),
            "args": list(asked.args),
            "seconds": exercise.seconds,
            **{what: said for what, said in seldom.items() if said},
        }
    )


def _outcome(told: dict[str, Any]) -> Outcome:
    """An outcome from what a worker says; nothing of it is believed to be what it should be."""
    outcome = Outcome(told.get("value"))
    failure = told.get("error")
    if isinstance(failure, dict):
        outcome.value = None
        outcome.error = _exception(_text(failure.get("type")), _text(failure.get("says")))
    outcome.where = _text(told.get("where"))
    before = told.get("before")
    outcome.before = before if isinstance(before, Named) else None
    outcome.modified = _texts(told.get("modified"))
    outcome.warned = _texts(told.get("warned"))
    if printed := _text(told.get("printed")):
        outcome.printed.write(printed)
    return outcome


def _exception(kind: str, says: str) -> BaseException:
    """An exception of this kind, without anything of the worker's."""
    known = _OWN.get(kind) or getattr(builtins, kind, None)
    if not (isinstance(known, type) and issubclass(known, Exception | OutOfTime)):
        name = kind if kind.isidentifier() else "Exception"
        return type(name, (Exception,), {})(says)
    try:
        return known(says)
    except TypeError:  # UnicodeDecodeError and the like take other arguments
        return type(kind, (Exception,), {})(says)


def _found(told: dict[str, Any]) -> Found:
    return Found(
        told.get("there") is True,
        told.get("callable") is True,
        _text(told.get("type")),
        told.get("class") is True,
        _signature(told.get("parameters")),
        _texts_by_name(told.get("randomness")),
    )


class _Default:
    """A default value that is only ever shown."""

    def __init__(self, shown: Any) -> None:
        self._shown = _text(shown)[:40]

    def __repr__(self) -> str:
        return self._shown


def _signature(parameters: Any) -> inspect.Signature | None:
    try:
        return inspect.Signature(
            [
                inspect.Parameter(
                    name,
                    inspect._ParameterKind(kind),
                    default=inspect.Parameter.empty if default is None else _Default(default),
                )
                for name, kind, default in parameters
            ]
        )
    except (TypeError, ValueError):
        return None


def _text(value: Any) -> str:
    return value[:1000] if isinstance(value, str) else ""


def _texts_by_name(value: Any) -> dict[str, str]:
    pairs = list(value.items())[:20] if isinstance(value, dict) else []
    return {_text(name): _text(text) for name, text in pairs}


def _texts(value: Any) -> list[str]:
    return [_text(v) for v in value[:20] if _text(v)] if isinstance(value, list) else []
