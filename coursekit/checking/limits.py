"""Running code for a limited time, with what it prints kept to a screenful."""

from __future__ import annotations

import contextlib
import ctypes
import io
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

REPEAT = 0.25
"""Seconds between interruptions, for code that catches and ignores the first."""

IMPORTING = 60.0
"""Seconds beyond the limit that an ``import`` may take to finish."""

TraceFunction = Callable[[FrameType, str, Any], Any]


class OutOfTime(BaseException):
    """The time limit was reached. Not an `Exception`, so that ``except Exception`` lets it pass."""


class Ended(Exception):
    """The process that ran the answer is gone, or the call was not made; the message says which."""


def time_limit(seconds: float) -> contextlib.AbstractContextManager[None]:
    """Raise `OutOfTime` in the body when it runs longer than `seconds`.

    A Unix main thread is interrupted by a timer signal, which also ends ``time.sleep``. Elsewhere
    (Windows, other threads) a watchdog thread raises between two Python instructions. A single
    long call into C (a matrix product, say) is interrupted by neither until it returns, and an
    ``import`` is left to finish.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if in_main and hasattr(signal, "setitimer"):
        return _by_signal(seconds)
    return _by_watchdog(seconds)


@contextlib.contextmanager
def _by_signal(seconds: float) -> Iterator[None]:
    running = True
    fired = 0
    last_import = time.monotonic() + seconds + IMPORTING

    def stop(_signal: int, frame: FrameType | None) -> None:
        nonlocal fired
        if not running or (_importing(frame) and time.monotonic() < last_import):
            return
        fired += 1
        if fired > 1 and frame is not None:
            # The first was caught and ignored: raise once more on the next line, which is in the
            # `except` block and so outside its `try`.
            frame.f_trace = _raise_on_next_line
            sys.settrace(_raise_on_next_line)
        raise OutOfTime

    traced_by = sys.gettrace()
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT)
    try:
        yield
    finally:
        running = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if sys.gettrace() is _raise_on_next_line:
            sys.settrace(traced_by)


def _importing(frame: FrameType | None) -> bool:
    """Whether an ``import`` is under way: half a library can neither be used nor imported again."""
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


def _raise_on_next_line(_frame: FrameType, event: str, _arg: object) -> TraceFunction:
    if event == "line":
        raise OutOfTime
    return _raise_on_next_line


@contextlib.contextmanager
def _by_watchdog(seconds: float) -> Iterator[None]:
    target = ctypes.c_ulong(threading.get_ident())
    finished = threading.Event()
    lock = threading.Lock()
    last_import = time.monotonic() + seconds + IMPORTING

    def watch() -> None:
        wait = seconds
        while not finished.wait(wait):
            importing = _importing(sys._current_frames().get(target.value))
            with lock:
                if not finished.is_set() and not (importing and time.monotonic() < last_import):
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(target, ctypes.py_object(OutOfTime))
            wait = REPEAT

    watchdog = threading.Thread(target=watch, daemon=True)
    watchdog.start()
    try:
        yield
    finally:
        # Under the lock no exception can be on its way when the body has already ended.
        with lock:
            finished.set()
            ctypes.pythonapi.PyThreadState_SetAsyncExc(target, None)


class Printed(io.TextIOBase):
    """A stand-in for stdout that keeps the beginning of what is printed and counts the rest."""

    def __init__(self, keep: int = 1000) -> None:
        self._keep = keep
        self._text = ""
        self.lines = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if len(self._text) < self._keep:
            self._text += text[: self._keep - len(self._text)]
        self.lines += text.count("\n")
        return len(text)

    def head(self, lines: int = 5) -> str:
        """The first lines, and how many more there were."""
        kept = self._text.rstrip("\n").split("\n")
        shown = "\n".join(line[:100] for line in kept[:lines])
        more = self.lines - lines
        return f"{shown}\n… and {more:,} more lines" if more > 0 else shown

    def __bool__(self) -> bool:
        return bool(self._text)
