"""Processes for submissions: a warm parent per assignment, a confined child per submission.

    with start(Level.FULL, kit=kit, entry="coursekit.grading.inside.worker:serve") as parent:
        child = parent.spawn()
        ...                        # speak with it on child.socket
        usage = child.kill()

The judge stays outside. A child has one line out, `Child.socket`, and whatever it says there is to
be doubted: receive with ``recv``, which takes no descriptors. It cannot use ``sendmsg``.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from coursekit.grading.inside import boxes
from coursekit.grading.launching import ENVIRONMENT, Launch, prepare
from coursekit.grading.levels import Level, Limits, SandboxError
from coursekit.grading.visible import view

START_SECONDS = 120.0
"""For a warm parent to import what it is told to."""

ANSWER_SECONDS = 30.0
"""For a warm parent to fork or to end a child."""

DEFAULT_LIMITS = Limits()
_LONGEST_COMPLAINT = 2000


@dataclass(frozen=True)
class Usage:
    """What became of a child.

    Attributes:
        status: its exit status, or minus the signal that ended it.
        maxrss_bytes: most memory in use, with what it shares with its parent.
        cpu_seconds: of processor time.
    """

    status: int
    maxrss_bytes: int
    cpu_seconds: float


class Child:
    """A confined process; its `socket`, a stream, is the caller's to close."""

    def __init__(self, parent: WarmParent, number: int, line: socket.socket) -> None:
        self._parent, self.id, self.socket = parent, number, line
        self._usage: Usage | None = None

    def kill(self) -> Usage:
        """End it with all its threads, and wait until nothing is left of it.

        Raises:
            SandboxError: its parent is gone, and it with its parent.
        """
        if self._usage is None:
            self._usage = self._parent._end(self.id)
        return self._usage


class WarmParent:
    """A process that forks confined children; made by `start`. For one thread at a time.

    Attributes:
        level: of its children.
        landlock: the version of Landlock that holds them; 0 for none.
    """

    def __init__(self, level: Level, launch: Launch) -> None:
        self.level = level
        self._folder = launch.folder
        self._count = 0
        self._living: set[int] = set()
        self._dead: dict[int, Usage] = {}
        self._arrived = b""
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = _run(launch, theirs.fileno())
        try:
            self._tell(launch.told)
            self.landlock: int = self._hear("ready", START_SECONDS)["landlock"]
            if level is Level.PORTABLE and not self.landlock:
                raise SandboxError(
                    "This kernel has no Landlock: it takes Linux 5.13 or newer, with `landlock` "
                    "among its security modules."
                )
        except BaseException:
            self.close()
            raise

    def spawn(self) -> Child:
        """A new child, locked in when this returns.

        Raises:
            SandboxError: the parent is gone, or the child could not be locked in.
        """
        self._count += 1
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._tell({"do": "spawn", "id": self._count}, theirs.fileno())
            self._hear("spawned", ANSWER_SECONDS)
        except BaseException:
            ours.close()
            raise
        self._living.add(self._count)
        return Child(self, self._count, ours)

    def close(self) -> None:
        """End the parent and all its children, and remove their folders."""
        self._control.close()
        try:
            self._process.wait(ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            _kill_with_children(self._process)
        if self._process.stderr is not None:
            self._process.stderr.close()
        if self._folder is not None:
            boxes.remove(str(self._folder))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _end(self, number: int) -> Usage:
        if number not in self._dead:
            self._tell({"do": "kill", "id": number})
        while number not in self._dead:
            self._hear("died", ANSWER_SECONDS)
        return self._dead.pop(number)

    def _tell(self, what: Mapping[str, Any], *descriptors: int) -> None:
        line = json.dumps(what).encode() + b"\n"
        try:
            self._control.settimeout(ANSWER_SECONDS)
            if descriptors:
                socket.send_fds(self._control, [line], descriptors)
            else:
                self._control.sendall(line)
        except OSError:
            raise self._gone() from None

    def _hear(self, what: str, seconds: float) -> dict[str, Any]:
        """The next message that says `what`; on the way, note who died."""
        until = time.monotonic() + seconds
        while True:
            told: dict[str, Any] = json.loads(self._line(until))
            if told["say"] == "died":
                self._note_death(told)
            if told["say"] == "failed":
                raise SandboxError(f"The sandbox cannot be set up: {told['why']}.")
            if told["say"] == what:
                return told

    def _line(self, until: float) -> bytes:
        while b"\n" not in self._arrived:
            try:
                self._control.settimeout(max(until - time.monotonic(), 0.001))
                part = self._control.recv(1 << 16)
            except TimeoutError:
                raise SandboxError("The warm parent does not answer: start it anew.") from None
            except OSError:
                part = b""
            if not part:
                raise self._gone()
            self._arrived += part
        line, _, self._arrived = self._arrived.partition(b"\n")
        return line

    def _note_death(self, told: Mapping[str, Any]) -> None:
        if told["id"] in self._living:  # not of one that was never locked in
            self._living.remove(told["id"])
            self._dead[told["id"]] = Usage(told["status"], told["maxrss"], told["cpu"])

    def _gone(self) -> SandboxError:
        """What its last words were, if any."""
        complaint = ""
        with contextlib.suppress(subprocess.TimeoutExpired, ValueError):
            self._process.wait(ANSWER_SECONDS)
            if self._process.stderr is not None:
                said = self._process.stderr.read(_LONGEST_COMPLAINT).decode(errors="replace")
                complaint = " ".join(said.split())
        return SandboxError(f"The warm parent ended{': ' if complaint else ''}{complaint}.")


def start(
    level: Level,
    *,
    kit: Path,
    entry: str,
    packages: Iterable[str] = ("numpy",),
    modules: Iterable[str] = ("numpy",),
    limits: Limits = DEFAULT_LIMITS,
    unsafe: bool = False,
) -> WarmParent:
    """Start a warm parent.

    Args:
        level: of confinement, see `coursekit.grading.probing.probe`.
        kit: folder of modules, made by `coursekit.grading.kit.write_kit`; copied.
        entry: ``module:function``: what a child calls with the descriptor of its line.
        packages: distributions that submissions may import, with all that they require.
        modules: imported once, before any child is forked.
        limits: for each child.
        unsafe: has to be true for `Level.NONE`.

    Raises:
        SandboxError: the level cannot be had here; the message says what is missing.
    """
    _expect_possible(level, unsafe)
    _fill_standard_descriptors()
    launch = prepare(level, view(packages), kit, limits)
    launch.told |= {"entry": entry, "modules": list(modules)}
    return WarmParent(level, launch)


def _expect_possible(level: Level, unsafe: bool) -> None:
    if not hasattr(os, "fork"):
        raise SandboxError(
            "Submissions cannot be run on this system: use Linux, or the Windows Subsystem for "
            "Linux. To look at your own notebook, run its cells: `check` says the same."
        )
    if level is Level.NONE and not unsafe:
        raise SandboxError("Without a sandbox no marks are given: say --unsafe-no-sandbox to try.")
    if level is not Level.NONE and sys.platform != "linux":
        raise SandboxError(
            "There is a sandbox on Linux only. Here, practise: `coursekit grade --self` with "
            "--unsafe-no-sandbox, for notebooks that you trust."
        )


def _fill_standard_descriptors() -> None:
    """See that 0, 1 and 2 are taken: a line that came to lie there would be overwritten."""
    while (opened := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(opened, True)
    os.close(opened)


def _run(launch: Launch, control: int) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [*launch.command, str(control)],
            pass_fds=(control, *launch.descriptors),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
            cwd="/",
            start_new_session=True,  # the judge is who hears Ctrl-C
        )
    finally:
        for descriptor in launch.descriptors:
            os.close(descriptor)


def _kill_with_children(process: subprocess.Popen[bytes]) -> None:
    """For one that does not listen: bubblewrap outlives neither."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    with contextlib.suppress(OSError):
        for child in children.read_text().split():
            os.kill(int(child), signal.SIGKILL)
    process.kill()
    process.wait()
