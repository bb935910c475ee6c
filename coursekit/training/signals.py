"""Ctrl-C and polite kills, answered between two steps instead of in the middle of one."""

import signal
import threading
from types import FrameType
from typing import Any, Self


class StopSignals:
    """Inside the ``with`` block SIGINT and SIGTERM only set ``received``, a signal's number.

    The second signal does what it always does: who presses Ctrl-C twice does not want to wait.
    Threads other than the main one get no signals; there the block changes nothing.
    """

    received: int | None = None

    def __enter__(self) -> Self:
        self._before: dict[int, Any] = {}
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._receive)
        return self

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self.received = number
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def __exit__(self, *_: object) -> None:
        self._restore()
