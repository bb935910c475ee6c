"""A forked child locks itself in, for good, before it runs a line of a submission."""

from __future__ import annotations

import fcntl
import os
import resource
import struct
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from coursekit.grading.inside import kernel, landlock

LINE = 3
"""The descriptor of the only line out of the sandbox."""

_REPORT = 4
_STACK = 16 << 20
_INSTRUCTION = struct.Struct("=HBBI")
"""Of a BPF program: operation, two jumps, a constant."""
_NAMESPACES = kernel.CLONE_NEWNS | kernel.CLONE_NEWIPC


@dataclass(frozen=True)
class Confinement:
    """What keeps a child in; made by the judge.

    Attributes:
        private: the parent has namespaces of its own and the rights to make more of them.
        walls: Landlock and the filter of system calls are to be used.
        read: paths that may be read; listed: folders that may only be listed.
        filter: BPF program that allows system calls; its constant `placeholder` stands for
            the child's process number.
        memory: bytes of address space; tmp, threads, files, cpu: as in
            `coursekit.grading.levels.Limits`.
    """

    private: bool
    walls: bool
    read: tuple[str, ...]
    listed: tuple[str, ...]
    filter: bytes
    placeholder: int
    memory: int
    tmp: int
    threads: int
    files: int
    cpu: int

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """From what the judge sends: the filter is in hexadecimal digits."""
        return cls(
            **{
                **told,
                "read": tuple(told["read"]),
                "listed": tuple(told["listed"]),
                "filter": bytes.fromhex(told["filter"]),
            }
        )


def keep_only(line: int, report: int) -> int:
    """Close every descriptor but standard input, output and error, the line and the report.

    Returns:
        Where the report is now; the line is at `LINE`.
    """
    line, report = (fcntl.fcntl(d, fcntl.F_DUPFD, _REPORT + 1) for d in (line, report))
    os.dup2(line, LINE)
    os.dup2(report, _REPORT, inheritable=False)
    os.closerange(_REPORT + 1, os.sysconf("SC_OPEN_MAX"))
    return _REPORT


def confine(how: Confinement, parent: int, folder: str, user: int | None) -> None:
    """Lock this process in.

    Args:
        parent: the process that forked it.
        folder: its temporary folder, in which it is from now on.
        user: who it is to be from now on, or None for no change.

    Raises:
        OSError: the kernel refuses. The process may not run a submission then.
    """
    if how.private:
        kernel.unshare(_NAMESPACES)
        kernel.mount_small(folder, how.tmp, *((user, user) if user else (os.getuid(), os.getgid())))
        if user is None:
            kernel.unshare(kernel.CLONE_NEWUSER)
    os.environ.update(HOME=folder, TMPDIR=folder)
    tempfile.tempdir = folder
    _limit(how)
    if how.walls:
        kernel.drop_bounding_set()
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    os.chdir(folder)
    if sys.platform == "linux" and not how.private:  # a namespace ends with its first process
        kernel.die_with_parent(parent)
    if how.walls:
        _wall_in(how, folder)


def _limit(how: Confinement) -> None:
    for name, most in (
        ("AS", how.memory),
        ("FSIZE", how.tmp),
        ("NOFILE", how.files),
        ("NPROC", how.threads),
        ("STACK", _STACK),
        ("CORE", 0),
        ("CPU", how.cpu),
        ("MEMLOCK", 0),
        ("MSGQUEUE", 0),
    ):
        which = getattr(resource, f"RLIMIT_{name}", None)  # other systems lack some of them
        if which is not None:
            allowed = resource.getrlimit(which)[1]
            most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
            resource.setrlimit(which, (most, most))


def _wall_in(how: Confinement, folder: str) -> None:
    kernel.drop_capabilities()
    kernel.hide_memory()
    kernel.forbid_new_privileges()
    if landlock.version() or not how.private:  # a private root has nothing else in it
        landlock.restrict(how.read, (folder, "/dev/null"), how.listed)
    kernel.load_filter(_for_process(how.filter, how.placeholder, os.getpid()))


def _for_process(program: bytes, placeholder: int, process: int) -> bytes:
    """The filter with this process's number in it: it may send signals to itself."""
    instructions = [list(i) for i in _INSTRUCTION.iter_unpack(program)]
    for instruction in instructions:
        if instruction[-1] == placeholder:
            instruction[-1] = process
    return b"".join(_INSTRUCTION.pack(*i) for i in instructions)
