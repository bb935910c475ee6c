"""The system calls that a submission may make, as a program for the kernel.

An allow-list, compiled by libseccomp: what is not named here fails with "not permitted". What it
keeps out that Landlock does not: signals to others, descriptors sent over the line, changing
permissions and owners, other processes, programs, sockets.
"""

from __future__ import annotations

import errno
import functools
import tempfile

from coursekit.grading.levels import SandboxError

PLACEHOLDER = 0x5AFEC0DE
"""Stands in the program for the number of the process that loads it."""

_ALLOWED = {
    "memory": "brk mmap munmap mremap mprotect madvise mincore msync",
    "files": "read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 open openat "
    "creat close close_range lseek dup dup2 dup3 ftruncate fallocate fsync fdatasync fadvise64 "
    "sync_file_range copy_file_range sendfile umask",
    "folders": "getdents64 getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename renameat "
    "renameat2",
    "looking": "stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 "
    "readlink readlinkat",
    "waiting": "poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait "
    "epoll_pwait eventfd eventfd2 pipe pipe2 pause",
    "the line": "recvfrom shutdown getsockname getpeername getsockopt",
    "threads": "futex set_robust_list get_robust_list rseq set_tid_address membarrier sched_yield "
    "sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max "
    "sched_get_priority_min getcpu get_mempolicy exit exit_group wait4 waitid",
    "time": "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times alarm "
    "getitimer setitimer timer_create timer_settime timer_gettime timer_getoverrun timer_delete",
    "signals": "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend "
    "rt_sigtimedwait sigaltstack restart_syscall",
    "itself": "getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid getgroups "
    "getpgid getpgrp getsid getrlimit getrusage getpriority capget uname sysinfo getrandom",
}

_CLONE_THREAD = 0x00010000
_CLONE_NAMESPACES = 0x7E020000 | 0x00000080
_FCNTL = (0, 1, 2, 3, 4, 1030)
"""Duplicate, flags. Not F_SETOWN and F_SETSIG, which send any signal to any process; no locks on
files that the whole machine uses."""
_IOCTL = (0x5401, 0x5421, 0x541B, 0x5450, 0x5451)
"""TCGETS, FIONBIO, FIONREAD, FIONCLEX, FIOCLEX."""
_PRCTL = (15, 16, 0x53564D41)
"""PR_SET_NAME, PR_GET_NAME, PR_SET_VMA: names of threads and of memory."""
_ARCH_PRCTL = (0x1022, 0x1023)
"""ARCH_GET_XCOMP_PERM and ARCH_REQ_XCOMP_PERM: matrix units of the processor."""
_WITH_ARGUMENT = (
    ("fcntl", 1, _FCNTL),
    ("ioctl", 1, _IOCTL),
    ("prctl", 0, _PRCTL),
    ("arch_prctl", 0, _ARCH_PRCTL),
    ("tgkill", 0, (PLACEHOLDER,)),
)
"""Call, which argument, the values that it may have."""


@functools.cache
def program() -> bytes:
    """The allow-list as BPF, for `coursekit.grading.inside.kernel.load_filter`.

    Raises:
        SandboxError: libseccomp or its Python interface is missing.
    """
    try:
        import pyseccomp as seccomp
    except ImportError:
        raise SandboxError("pyseccomp is missing: run `pip install pyseccomp`.") from None
    except (RuntimeError, OSError):
        raise SandboxError(
            "libseccomp is missing: install it (Debian, Ubuntu: `apt install libseccomp2`)."
        ) from None
    allow = seccomp.ALLOW
    rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    rules.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)
    known = functools.partial(seccomp.resolve_syscall, seccomp.Arch.NATIVE)
    for name in " ".join(_ALLOWED.values()).split():
        if known(name) >= 0:  # an older library, or another processor, has fewer
            rules.add_rule(allow, name)
    for name, argument, values in _WITH_ARGUMENT:
        for value in values if known(name) >= 0 else ():
            rules.add_rule(allow, name, seccomp.Arg(argument, seccomp.EQ, value))
    of_thread = seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD | _CLONE_NAMESPACES, _CLONE_THREAD)
    rules.add_rule(allow, "clone", of_thread)
    rules.add_rule(allow, "sendto", seccomp.Arg(4, seccomp.EQ, 0))  # on the line, to nobody else
    own, unchanged = (seccomp.Arg(i, seccomp.EQ, 0) for i in (0, 2))
    rules.add_rule(allow, "prlimit64", own, unchanged)
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")  # then `clone` is tried
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
