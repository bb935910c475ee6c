"""The warm parent: imports what submissions need, once, and forks one child for each of them.

It runs inside the sandbox and is trusted, but knows nothing worth stealing: its children have a
copy of its memory. It speaks with the judge in lines of JSON and ends when the judge does.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import importlib
import json
import os
import random
import resource
import select
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from coursekit.grading.inside import boxes, kernel, landlock
from coursekit.grading.inside.confine import LINE, Confinement, confine, keep_only

TMP = "/tmp"
"""The temporary folder of every child that has a private root."""

_LOOK_INTO_BOXES = 0.1
"""Seconds between two looks at what children without a private root have written."""
_LONGEST_PROBLEM = 500
_LOCKED_IN = b"locked in"


class Parent:
    """Serves one judge, until it hangs up.

    Args:
        control: the line to the judge; its descriptor is the only one open beside 0, 1 and 2.
        told: what the judge says first. `modules` are imported before any fork, `entry` is the
            ``module:function`` that a child calls with the descriptor of its line, `folder` is
            for temporary folders where there is no private root, else None; `users` are a first
            number and a count of users that children become, or None. `confinement` see
            `Confinement.from_json`.

    Raises:
        Exception: what importing raises.
    """

    def __init__(self, control: socket.socket, told: dict[str, Any]) -> None:
        self._control = control
        self._folder: str | None = told["folder"]
        for module in told["modules"]:
            importlib.import_module(module)
        self._entry = _function(told["entry"])
        how = Confinement.from_json(told["confinement"])
        self._how = replace(how, memory=how.memory + _address_space())
        self._users: list[int] | None = told["users"]
        self._turns = random.randrange(1 << 30)
        self._children: dict[int, int] = {}
        self._arrived = b""
        self._descriptors: list[int] = []
        if how.private:
            kernel.unmount("/proc")
        if how.walls:
            kernel.drop_bounding_set()

    def serve(self) -> None:
        """Do what the judge says until it hangs up; then end every child."""
        woken, wake = os.pipe()
        for end in (woken, wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, _nothing)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        gc.collect()
        gc.freeze()  # a collection in a child would copy every page that it marks
        flags = fcntl.fcntl(self._control, fcntl.F_GETFL)
        fcntl.fcntl(self._control, fcntl.F_SETFL, flags & ~os.O_ASYNC)
        self._say("ready", landlock=landlock.version() if self._how.walls else 0)
        try:
            while self._turn(woken):
                pass
        except OSError:
            pass  # the judge is gone in the middle of a word
        finally:
            self._end_all()

    def _turn(self, woken: int) -> bool:
        """Wait for something to happen, and see to it. Returns whether the judge is there."""
        watching = self._folder is not None and bool(self._children)
        ready, _, _ = select.select(
            [self._control.fileno(), woken], [], [], _LOOK_INTO_BOXES if watching else None
        )
        if woken in ready:
            os.read(woken, 4096)
        self._reap()
        if watching:
            self._end_the_overfull()
        return self._listen() if self._control.fileno() in ready else True

    def _listen(self) -> bool:
        text, descriptors, _, _ = socket.recv_fds(self._control, 1 << 16, 16)
        self._descriptors += descriptors
        *lines, self._arrived = (self._arrived + text).split(b"\n")
        for line in lines:
            told = json.loads(line)
            if told["do"] == "spawn":
                self._spawn(told["id"], self._descriptors.pop(0))
            else:
                self._kill(told["id"])
        return bool(text)

    def _say(self, what: str, **more: Any) -> None:
        self._control.sendall(json.dumps({"say": what, **more}).encode() + b"\n")

    def _spawn(self, name: int, line: int) -> None:
        heard, report = os.pipe()
        try:
            problem = self._fork(name, line, heard, report)
        except OSError as error:
            problem = str(error)
            os.close(report)
        finally:
            os.close(line)
            os.close(heard)
        if problem:
            self._say("failed", id=name, why=problem)
        else:
            self._say("spawned", id=name)

    def _fork(self, name: int, line: int, heard: int, report: int) -> str:
        """Fork a child and wait until it is locked in. Returns what went wrong, or ""."""
        parent, user = os.getpid(), self._user()
        folder = self._new_box(name, user)
        if self._how.private:
            kernel.unshare(kernel.CLONE_NEWPID)
        try:
            child = os.fork()
            if child == 0:
                _be_child(self._how, parent, folder, user, line, report, self._entry)
        finally:
            if self._how.private:
                kernel.return_to_own_pid_namespace()
        os.close(report)
        self._children[child] = name
        said = b""
        while part := os.read(heard, _LONGEST_PROBLEM):
            said += part
        if said == _LOCKED_IN:
            return ""
        return said.decode(errors="replace") or "it ended while it was locked in"

    def _user(self) -> int | None:
        """A user of its own for each child: their limits are counted apart."""
        if self._users is None:
            return None
        first, count = self._users
        self._turns += 1
        return first + self._turns % count

    def _new_box(self, name: int, user: int | None) -> str:
        if self._folder is None:
            return TMP
        box = self._box(name)
        os.mkdir(box, 0o700)
        if user is not None:
            os.chown(box, user, user)
        return box

    def _box(self, name: int) -> str:
        return f"{self._folder}/box-{name}"

    def _kill(self, name: int) -> None:
        for process, child in self._children.items():
            if child == name:
                _kill(process)

    def _reap(self) -> None:
        while self._children:
            process, status, used = os.wait4(-1, os.WNOHANG)
            if process == 0:
                return
            self._bury(process, status, used)

    def _bury(self, process: int, status: int, used: resource.struct_rusage) -> None:
        name = self._children.pop(process, None)
        if name is None:
            return
        if self._folder is not None:
            boxes.remove(self._box(name))
        unit = 1 if sys.platform == "darwin" else 1024
        self._say(
            "died",
            id=name,
            status=os.waitstatus_to_exitcode(status),
            maxrss=used.ru_maxrss * unit,
            cpu=used.ru_utime + used.ru_stime,
        )

    def _end_the_overfull(self) -> None:
        for process, name in self._children.items():
            if boxes.is_overfull(self._box(name), self._how.tmp):
                _kill(process)

    def _end_all(self) -> None:
        for process in self._children:
            _kill(process)
            os.waitpid(process, 0)


def main() -> None:
    """Run the parent on the line whose descriptor the command line names; never returns."""
    control = socket.socket(fileno=int(sys.argv[1]))
    told = json.loads(_first_line(control))
    sys.path += told["path"]
    os.dup2(1, 2)  # no more to tell the judge there
    _be_first_to_go()
    folder: str | None = told["folder"]
    _leave_with(control, folder)
    try:
        parent = Parent(control, told)
    except BaseException as error:
        problem = f"{type(error).__name__}: {error}"[:_LONGEST_PROBLEM]
        control.sendall(json.dumps({"say": "failed", "why": problem}).encode() + b"\n")
        _leave(folder)
    parent.serve()
    _leave(folder)


def _leave(folder: str | None) -> None:
    """End this process and leave no folder; the judge may be gone already."""
    if folder is not None:
        with contextlib.suppress(OSError):
            boxes.remove(folder)
    os._exit(0)


def _first_line(control: socket.socket) -> bytes:
    """Read up to the first newline; the judge sends no more until it has an answer."""
    line = b""
    while not line.endswith(b"\n"):
        part = control.recv(1 << 16)
        if not part:
            os._exit(1)
        line += part
    return line


def _leave_with(control: socket.socket, folder: str | None) -> None:
    """End this process with the judge, also in the middle of an import that takes seconds."""

    def look(_signal: int, _frame: object) -> None:
        with contextlib.suppress(BlockingIOError):
            if not control.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
                _leave(folder)

    signal.signal(signal.SIGIO, look)
    fcntl.fcntl(control, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(control, fcntl.F_SETFL, fcntl.fcntl(control, fcntl.F_GETFL) | os.O_ASYNC)


def _be_first_to_go() -> None:
    """When the machine runs out of memory, let the kernel end a sandbox and nothing else."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")


def _address_space() -> int:
    """Bytes of address space that this process has; very many where nobody says."""
    try:
        with open("/proc/self/statm", "rb") as told:
            return int(told.read().split()[0]) * resource.getpagesize()
    except FileNotFoundError:
        return 1 << 46


def _function(name: str) -> Callable[[int], object]:
    module, _, function = name.partition(":")
    found: Callable[[int], object] = getattr(importlib.import_module(module), function)
    return found


def _kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)


def _nothing(_signal: int, _frame: object) -> None:
    """What a signal does that is only there to wake the parent."""


def _be_child(
    how: Confinement,
    parent: int,
    folder: str,
    user: int | None,
    line: int,
    report: int,
    entry: Callable[[int], object],
) -> None:
    """Lock this process in and serve; never returns."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGIO, signal.SIG_DFL)
        os.setsid()
        report = keep_only(line, report)
        try:
            confine(how, parent, folder, user)
        except BaseException as error:
            os.write(report, f"{type(error).__name__}: {error}".encode()[:_LONGEST_PROBLEM])
            raise
        os.write(report, _LOCKED_IN)
        os.close(report)
        entry(LINE)
        code = 0
    finally:
        os._exit(code)
