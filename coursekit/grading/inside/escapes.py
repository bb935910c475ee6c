"""What a submission might try: run in a sandbox to see that it holds."""

from __future__ import annotations

import array
import ctypes
import fcntl
import json
import os
import resource
import signal
import socket
from collections.abc import Callable
from typing import Any

_libc = ctypes.CDLL(None, use_errno=True)
_PTRACE_SEIZE, _CLONE_NEWUSER, _PR_SET_PDEATHSIG = 0x4206, 0x10000000, 1
_CAPABILITY_VERSION_3 = 0x20080522


def attempt(descriptor: int) -> None:
    """Try everything; answer the judge's ``{"secret": PATH}`` with the names of what worked."""
    with socket.socket(fileno=descriptor) as line:
        secret = json.loads(line.recv(1 << 12))["secret"]
        line.sendall(json.dumps(successes(secret, line)).encode())


def successes(secret: str, line: socket.socket) -> list[str]:
    """The attempts that succeed; `secret` is a file that must not be read."""
    attempts: dict[str, Callable[[], Any]] = {
        "read the secret file": lambda: _read(secret),
        "read the list of users": lambda: _read("/etc/passwd"),
        "read a process's environment": lambda: _read("/proc/1/environ"),
        "see other processes": lambda: os.listdir("/proc"),
        "write beside the kit": lambda: _write(f"{secret}.written"),
        "write to the kit": lambda: _write(__file__),
        "change the kit's permissions": lambda: os.chmod(__file__, 0o777),
        "write to the root folder": lambda: _write("/written"),
        "write to a shared folder": lambda: _write("/var/tmp/written"),
        "link to a file": lambda: os.link(__file__, "linked"),
        "open an Internet socket": lambda: socket.socket(socket.AF_INET).close(),
        "open a local socket": lambda: socket.socket(socket.AF_UNIX).close(),
        "send a descriptor": lambda: _send_descriptor(line),
        "fork": _fork,
        "run a program": lambda: os.posix_spawn("/usr/bin/env", ["env"], {}),
        "signal its parent": lambda: os.kill(os.getppid() or 1, 0),
        "signal everybody": lambda: os.kill(-1, 0),
        "have a signal sent": lambda: fcntl.fcntl(0, fcntl.F_SETOWN, 1),
        "trace its parent": lambda: _call(_libc.ptrace, _PTRACE_SEIZE, os.getppid() or 1, 0, 0),
        "outlive its parent": lambda: _call(_libc.prctl, _PR_SET_PDEATHSIG, 0, 0, 0, 0),
        "make memory into a file": lambda: os.memfd_create("file"),
        "become root": lambda: os.setuid(0),
        "have capabilities": _have_capabilities,
        "raise its limits": _raise_limits,
        "make a user namespace": lambda: _call(_libc.unshare, _CLONE_NEWUSER),
        "mount": lambda: _call(_libc.mount, b"none", b".", b"tmpfs", 0, None),
    }
    return [name for name, try_it in attempts.items() if _works(try_it)]


def _works(try_it: Callable[[], Any]) -> bool:
    try:
        try_it()
    except (OSError, ValueError):  # the latter from setrlimit
        return False
    return True


def _read(path: str) -> None:
    with open(path, "rb") as file:
        file.read(1)


def _write(path: str) -> None:
    with open(path, "ab"):
        pass


def _send_descriptor(line: socket.socket) -> None:
    held = array.array("i", [0])
    line.sendmsg([b" "], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, held)])


def _fork() -> None:
    process = os.fork()
    if process == 0:
        os.kill(os.getpid(), signal.SIGKILL)
        os._exit(0)
    os.waitpid(process, 0)


def _have_capabilities() -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()
    _call(_libc.capget, header, sets)
    if not any(sets):
        raise PermissionError


def _raise_limits() -> None:
    resource.setrlimit(resource.RLIMIT_NPROC, resource.getrlimit(resource.RLIMIT_NPROC))


def _call(function: Callable[..., int], *arguments: object) -> None:
    if function(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")
