"""The calls to the Linux kernel that Python has no function for."""

from __future__ import annotations

import ctypes
import os

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000

_MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 2, 4, 8
_MNT_DETACH = 2
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP = 1, 4, 22
_PR_CAPBSET_READ, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 23, 24, 38
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION_3 = 0x20080522
_SIGKILL = 9

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def unshare(namespaces: int) -> None:
    """Leave these namespaces for new ones. Raises OSError."""
    _check(_libc.unshare(namespaces), "unshare")


def return_to_own_pid_namespace() -> None:
    """Let the next child be born where this process is: undoes ``unshare(CLONE_NEWPID)``."""
    own = os.pidfd_open(os.getpid())
    try:
        _check(_libc.setns(own, CLONE_NEWPID), "setns")
    finally:
        os.close(own)


def mount_small(folder: str, size: int, user: int, group: int) -> None:
    """Mount an empty file system in memory of at most `size` bytes, owned by `user`."""
    options = f"size={size},nr_inodes=4096,mode=0700,uid={user},gid={group}"
    flags = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    result = _libc.mount(
        b"tmpfs", os.fsencode(folder), b"tmpfs", ctypes.c_ulong(flags), options.encode()
    )
    _check(result, f"mount {folder}")


def unmount(folder: str) -> None:
    """Take away a mount with all that is mounted in it."""
    _check(_libc.umount2(os.fsencode(folder), _MNT_DETACH), f"unmount {folder}")


def die_with_parent(parent: int) -> None:
    """Be killed when the process `parent`, which forked this one, ends."""
    _prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    if os.getppid() != parent:  # it ended before
        os._exit(1)


def hide_memory() -> None:
    """No core dumps, and no other process of the same user may look inside."""
    _prctl(_PR_SET_DUMPABLE, 0)


def drop_bounding_set() -> None:
    """Make every capability unobtainable, where there is the right to do so."""
    capability = 0
    while (there := _libc.prctl(_PR_CAPBSET_READ, capability, 0, 0, 0)) >= 0:
        if there and _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            return
        capability += 1


def drop_capabilities() -> None:
    """Give up every capability for good."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _check(_libc.capset(header, nothing), "capset")


def forbid_new_privileges() -> None:
    """Programs run from here on gain no rights by being run."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def load_filter(program: bytes) -> None:
    """Allow this thread only the system calls that a BPF program allows."""
    buffer = ctypes.create_string_buffer(program, len(program))
    described = _Program(len(program) // 8, ctypes.addressof(buffer))
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(described))


def system_call(number: int, *arguments: object) -> int:
    """Call the kernel by number. Returns what it returns, or raises OSError."""
    result: int = _libc.syscall(ctypes.c_long(number), *arguments)
    _check(result, f"system call {number}")
    return result


def _prctl(option: int, argument: int, other: int = 0) -> None:
    words = map(ctypes.c_ulong, (argument, other, 0, 0))
    _check(_libc.prctl(option, *words), f"prctl {option}")


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
