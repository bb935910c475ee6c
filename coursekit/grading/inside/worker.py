"""The worker: runs a notebook's cells in order, then calls the answers it is asked to call.

Everything in this process belongs to the student's code from the first cell on. It knows neither
expected values nor other questions' hidden inputs before they are sent, and the judge believes
nothing that it says but the values that come back.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import io
import linecache
import math
import random
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from coursekit.checking.calling import Outcome, answer_call
from coursekit.checking.limits import time_limit
from coursekit.exercises.performing import Call
from coursekit.grading.inside import standins, wire

MOST_ERROR = 400
"""Characters of an exception's message that are passed on."""

LOOKING = 0.5
"""Seconds for an answer to say what parameters it takes."""

LATEST = 0.05
"""Seconds that a reply waits for others."""

for _name in (
    *("math", "random", "functools", "itertools", "operator", "copy", "collections", "string"),
    *("dataclasses", "typing", "numpy.linalg", "numpy.random", "numpy.fft", "numpy.ma"),
    *("numpy.polynomial", "numpy.lib.stride_tricks"),
):
    importlib.import_module(_name)  # once, before any worker is forked, rather than in each


class _Silence(io.TextIOBase):
    """Where cells print to."""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return len(text)


class Worker:
    """Serves one judge on one socket until it closes."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._in = bytearray()
        self._done: list[dict[str, Any] | bytes] = []
        self._space: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
        self._cell = "<notebook>"
        self._limit = math.inf
        standins.install(lambda code: exec(compile(code, self._cell, "exec"), self._space))
        sys.stdout = sys.stderr = _Silence()

    def serve(self) -> None:
        """Answer every message until there are no more.

        All messages that have come are read first, then all calls are made, then all replies leave
        together: the processor is faster at one thing many times, and waking the judge takes longer
        than a call.
        """
        dos = {
            "cell": self._run_cell,
            "find": self._find,
            "call": self._call,
            "limit": self._set_limit,
        }
        while came := self._line.recv(1 << 18):
            self._in += came
            sent = time.monotonic()
            for told in list(self._arrived()):
                reply = dos[told["do"]](told)
                waits = _is_settled(reply.get("value"))
                self._done.append(reply if waits else self._encoded(reply))
                if time.monotonic() > sent + LATEST:
                    self._send()
                    sent = time.monotonic()
            self._send()

    def _arrived(self) -> Iterator[dict[str, Any]]:
        """The messages that have come whole."""
        while (message := wire.split(self._in)) is not None:
            yield wire.decode(*message)

    def _send(self) -> None:
        encoded = (r if isinstance(r, bytes) else self._encoded(r) for r in self._done)
        self._line.sendall(b"".join(encoded))
        self._done.clear()

    def _encoded(self, told: dict[str, Any]) -> bytes:
        try:
            return wire.encode(told)
        except (wire.WireError, RecursionError, ValueError, MemoryError) as error:
            failure = {"seconds": told.get("seconds"), "error": _error(ValueError(str(error)))}
            return wire.encode(failure)

    def _run_cell(self, told: dict[str, Any]) -> dict[str, Any]:
        """Run one cell; an exception ends it as in a notebook, and the next one runs."""
        self._cell = f"<cell {told['cell']}>"
        source = told["source"]
        linecache.cache[self._cell] = (len(source), None, source.splitlines(True), self._cell)
        start, failure = time.perf_counter(), None
        try:
            with time_limit(told["seconds"]):
                exec(compile(source, self._cell, "exec"), self._space)
        except BaseException as error:
            failure = {**_error(error), "line": _line_of(error, self._cell)}
        return {"cell": told["cell"], "error": failure, "seconds": time.perf_counter() - start}

    def _find(self, told: dict[str, Any]) -> dict[str, Any]:
        """What stands under a name, and the parameters it takes."""
        found = self._space.get(told["name"])
        return {
            "there": told["name"] in self._space,
            "callable": callable(found),
            "class": isinstance(found, type),
            "type": type(found).__name__[:80],
            "parameters": _parameters(found),
            "randomness": _randomness(),
        }

    def _set_limit(self, told: dict[str, Any]) -> dict[str, Any]:
        """From now on, no call may take longer."""
        self._limit = told["seconds"]
        return {}

    def _call(self, told: dict[str, Any]) -> dict[str, Any]:
        asked = Call(
            told["name"],
            tuple(told["parameters"]),
            tuple(told.get("outputs", ())),
            tuple(told["args"]),
            told.get("kwargs", {}),
            told.get("script", ""),
            tuple(told.get("reads", ())),
            told.get("tensors", False),
            tuple(told.get("gradients", ())),
        )
        start = time.perf_counter()
        standins.Forbidden.in_an_answer = True
        answer = self._space[told["name"]]
        limit = min(told["seconds"], self._limit)
        outcome = answer_call(answer, asked, seconds=limit, copy=False)
        standins.Forbidden.in_an_answer = False
        seconds = time.perf_counter() - start
        return {"seconds": seconds, **_told(outcome)}


def serve(descriptor: int) -> None:
    """Serve the judge at the other end of a socket until it hangs up."""
    with socket.socket(fileno=descriptor) as line:
        Worker(line).serve()


def _is_settled(value: Any) -> bool:
    """Whether later calls cannot change it any more. Arrays are copies by now."""
    if isinstance(value, tuple):
        return all(map(_is_settled, value))
    return value is None or isinstance(value, np.ndarray | np.generic | int | float | str)


def _told(outcome: Outcome) -> dict[str, Any]:
    told: dict[str, Any] = {"value": outcome.value}  # most calls have no more to say
    if outcome.error is not None:
        told["error"] = _error(outcome.error)
    if outcome.where:
        told["where"] = outcome.where[:MOST_ERROR]
    if outcome.before is not None:
        told["before"] = outcome.before
    if outcome.modified:
        told["modified"] = outcome.modified
    if outcome.printed:
        told["printed"] = outcome.printed.head()
    if outcome.warned:
        told["warned"] = [w[:MOST_ERROR] for w in outcome.warned]
    return told


def _error(error: BaseException) -> dict[str, str]:
    try:
        said = str(error)[:MOST_ERROR]
    except BaseException:  # an exception of the student's own may do anything when it is asked
        said = ""
    return {"type": type(error).__name__[:80], "says": said}


def _line_of(error: BaseException, cell: str) -> int:
    if isinstance(error, SyntaxError):
        return error.lineno or 0
    own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == cell]
    return (own[-1].lineno or 0) if own else 0


def _parameters(function: Any) -> list[list[Any]] | None:
    """Name, kind and default (as a text, or None) of each parameter; None where nobody knows."""
    try:
        with time_limit(LOOKING):
            found = inspect.signature(function).parameters.values()
            return [
                [p.name, int(p.kind), None if p.default is p.empty else repr(p.default)[:80]]
                for p in found
            ]
    except BaseException:  # an object may do anything when it is asked
        return None


def _randomness() -> dict[str, str]:
    """Digests of the global random states, which an answer has no business to draw from."""
    try:
        with time_limit(LOOKING):
            return {library: str(hash(state())) for library, state in _STATES.items()}
    except BaseException:  # a library may have been changed, and do anything when it is asked
        return {}


def _numpy_state() -> object:
    _, keys, place, *_ = np.random.get_state(legacy=True)
    return np.asarray(keys).tobytes(), place, random.getstate()


def _states() -> dict[str, Callable[[], object]]:
    """By library, what gives its global random state."""
    torch = sys.modules.get("torch")  # where the assignment allows it, the parent has imported it
    if torch is None:
        return {"numpy": _numpy_state}
    state, as_array = torch.default_generator.get_state, torch.Tensor.numpy
    return {"numpy": _numpy_state, "torch": lambda: as_array(state()).tobytes()}


_STATES = _states()
