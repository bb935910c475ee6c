"""The sandbox holds, as root and as an ordinary user, and leaves nothing behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from sandboxed import (
    ENTRY,
    all_gone,
    ask,
    children,
    descendants,
    is_root,
    make_kit,
    need,
    python_for_everyone,
    tell,
)

import coursekit
from coursekit.grading import launching, syscalls
from coursekit.grading.levels import Level, Limits, SandboxError
from coursekit.grading.probing import probe
from coursekit.grading.sandbox import start

if sys.platform != "linux":
    pytest.skip("the sandbox needs Linux", allow_module_level=True)

LEVELS = [Level.FULL, Level.PORTABLE]
LIMITS = Limits(memory=256 << 20, tmp=4 << 20, threads=16)


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    return make_kit(tmp_path_factory.mktemp("judge"))


@pytest.fixture(scope="module", params=LEVELS)
def parent(request, kit):
    need(request.param)
    with start(request.param, kit=kit, entry=ENTRY, limits=LIMITS) as found:
        yield found


@pytest.fixture(scope="module")
def full(kit):
    need(Level.FULL)
    with start(Level.FULL, kit=kit, entry=ENTRY, limits=LIMITS) as found:
        yield found


@pytest.fixture(scope="module")
def portable(kit):
    need(Level.PORTABLE)
    with start(Level.PORTABLE, kit=kit, entry=ENTRY, limits=LIMITS) as found:
        yield found


@pytest.fixture
def child(parent):
    found = parent.spawn()
    yield found
    found.kill()
    found.socket.close()


REFUSED = ("EPERM", "EACCES", "ENOENT", "EROFS")
CALL = "import ctypes; c = ctypes.CDLL(None, use_errno=True); said = {}, ctypes.get_errno()"

ATTACKS = {
    "passwords": "open('/etc/passwd')",
    "shadow": "open('/etc/shadow')",
    "home folders": "import os; os.listdir('/home')",
    "root's home": "import os; os.listdir('/root')",
    "the root folder": "import os; os.listdir('/')",
    "processes": "import os; os.listdir('/proc')",
    "an environment": "open('/proc/self/environ').read()",
    "the first process's environment": "open('/proc/1/environ').read()",
    "own memory as a file": "open('/proc/self/mem', 'r+b')",
    "descriptors": "import os; os.listdir('/proc/self/fd')",
    "write to the root folder": "open('/escaped', 'w')",
    "write to /var/tmp": "open('/var/tmp/escaped', 'w')",
    "write to shared memory": "open('/dev/shm/escaped', 'w')",
    "write to the kit": "import served; open(served.__file__, 'a')",
    "write to NumPy": "import numpy; open(numpy.__file__, 'a')",
    "write to Python": "import os; open(os.__file__, 'a')",
    "replace NumPy": "import numpy, os; os.rename(numpy.__file__, numpy.__file__ + '.old')",
    "delete the kit": "import served, os; os.unlink(served.__file__)",
    "permissions": "import served, os; os.chmod(served.__file__, 0o666)",
    "permissions of an open file": "import served, os; os.fchmod(os.open(served.__file__, 0), 0)",
    "times": "import served, os; os.utime(served.__file__)",
    "owner": "import os; os.chown('.', 0, 0)",
    "cut off by path": "import served, os; os.truncate(served.__file__, 0)",
    "a hard link": "import served, os; os.link(served.__file__, 'mine')",
    "a symbolic link": "import os; os.symlink('/etc/passwd', 'mine')",
    "a device": "import os, stat; os.mknod('disk', stat.S_IFBLK | 0o600, os.makedev(254, 0))",
    "a named pipe": "import os; os.mkfifo('pipe')",
    "Internet": "import socket; socket.create_connection(('127.0.0.1', 22), 1)",
    "UDP": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "raw packets": "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "kernel messages": "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
    "local sockets": "import socket; socket.socket(socket.AF_UNIX)",
    "pairs of sockets": "import socket; socket.socketpair()",
    "send a descriptor": "import socket; socket.send_fds(line, [b'x'], [0])",
    "receive a descriptor": "import socket; socket.recv_fds(line, 1, 1)",
    "send elsewhere": "line.sendto(b'x', '\\0abstract')",
    "fork": "import os; os.fork()",
    "a shell": "import os; said = os.posix_spawn('/bin/sh', ['sh'], {})",
    "subprocess": "import subprocess; subprocess.run(['true'])",
    "exec": "import os; os.execv('/bin/sh', ['sh'])",
    "exec an own program": "import os; open('run', 'w').write('#!/bin/sh'); os.execv('run', ['x'])",
    "multiprocessing": "import multiprocessing as m; m.get_context('fork').Process().start()",
    "kill the parent": "import os; os.kill(os.getppid() or 1, 9)",
    "kill all": "import os; os.kill(-1, 9)",
    "kill the group": "import os; os.killpg(0, 9)",
    "kill by descriptor": "import os; os.pidfd_open(os.getpid())",
    "have a signal sent": "import fcntl; fcntl.fcntl(0, fcntl.F_SETOWN, 1)",
    "choose a signal to be sent": "import fcntl; fcntl.fcntl(0, fcntl.F_SETSIG, 9)",
    "terminal input": "import fcntl; fcntl.ioctl(0, 0x5412, b'x')",
    "lock others out": "import fcntl, served; fcntl.flock(open(served.__file__), fcntl.LOCK_EX)",
    "priority": "import os; os.nice(-5)",
    "affinity of others": "import os; os.sched_setaffinity(1, {0})",
    "become root": "import os; os.setuid(0)",
    "groups": "import os; os.setgroups([0])",
    "a session": "import os; os.setsid()",
    "change the root": "import os; os.chroot('.')",
    "memory as a file": "import os; os.memfd_create('x')",
    "the host's name": "import socket; socket.sethostname('mine')",
    "the clock": "import time; time.clock_settime(time.CLOCK_REALTIME, 0)",
}

CALLS = {
    "trace": "c.ptrace(0x4206, 1, 0, 0)",
    "read another's memory": "c.process_vm_readv(1, 0, 0, 0, 0, 0)",
    "unshare": "c.unshare(0x10000000)",
    "mount": "c.mount(b'none', b'.', b'tmpfs', 0, 0)",
    "unmount": "c.umount2(b'/tmp', 2)",
    "enter a namespace": "c.setns(0, 0)",
    "clone a process": "c.syscall(56, 17, 0, 0, 0, 0)",
    "clone a namespace and a thread": "c.syscall(56, 0x10010f00 | 0x10000000, 0, 0, 0, 0)",
    "vfork": "c.syscall(58)",
    "keys": "c.syscall(250, 0, 0, 0, 0, 0)",
    "BPF": "c.syscall(321, 0, 0, 0)",
    "performance counters": "c.syscall(298, 0, 0, 0, 0, 0)",
    "page faults": "c.syscall(323, 0)",
    "io_uring": "c.syscall(425, 1, 0)",
    "personality": "c.personality(0x0040000)",
    "shared memory": "c.shmget(0, 4096, 0o1600)",
    "message queues": "c.syscall(240, b'q', 0o102, 0o600, 0)",
    "handles of files": "c.open_by_handle_at(-100, 0, 0)",
    "watch files": "c.inotify_init()",
    "limits of others": "c.syscall(302, 1, 7, 0, 0)",
    "own limits": "c.syscall(302, 0, 7, (ctypes.c_ulong * 2)(999, 999), 0)",
    "outlive the parent": "c.prctl(1, 0, 0, 0, 0)",
    "be looked into": "c.prctl(4, 1, 0, 0, 0)",
    "another filter": "c.prctl(22, 2, 0, 0, 0)",
    "signal a thread of another": "c.syscall(234, 999, 999, 9)",
    "signal a thread": "c.syscall(200, 1, 9)",
    "load a module": "c.syscall(175, 0, 0, 0)",
    "restart": "c.syscall(169, 0, 0, 0, 0)",
    "kernel log": "c.syscall(103, 3, 0, 0)",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused(child, attack):
    assert ask(child, ATTACKS[attack]) in REFUSED
    assert ask(child, "said = 1 + 1") == "2"


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of system calls are of x86-64")
@pytest.mark.parametrize("call", CALLS)
def test_a_system_call_is_refused(child, call):
    said = ask(child, CALL.format(CALLS[call]))
    assert said in ("(-1, 1)", "(-1, 38)")  # not permitted, not there


@pytest.mark.parametrize(
    "code",
    [
        "said = 'the expected values' in open({secret!r}).read()",
        "import os; said = os.listdir(os.path.dirname({secret!r}))",
        "import glob; said = open(glob.glob('/tmp/**/secret.txt', recursive=True)[0])",
    ],
)
def test_what_lies_beside_the_kit_cannot_be_read(child, kit, code):
    secret = kit.parent / "secret.txt"
    assert secret.exists()
    assert ask(child, code.format(secret=str(secret))) in (*REFUSED, "IndexError")


def test_the_course_and_other_packages_are_not_there(child):
    for name in ("pytest", "coursekit.exercises.registry", "pyseccomp", "pip", "IPython"):
        assert ask(child, f"import {name}") == "ModuleNotFoundError"
    for folder in {str(Path(pytest.__file__).parent), str(Path(coursekit.__file__).parent)}:
        code = f"import os; said = [open(os.path.join({folder!r}, '__init__.py'))]"
        assert ask(child, code) in REFUSED


def test_nothing_of_the_judge_is_inherited(parent, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "x")
    child = parent.spawn()
    names = ask(child, "import os; said = sorted(os.environ)")
    assert set(eval(names)) <= {*launching.ENVIRONMENT, "TMPDIR", "LC_CTYPE", "PWD"}
    held = (
        "import os\nsaid = []\nfor d in range(200):\n"
        "    try: said.append((d, os.fstat(d).st_rdev))\n    except OSError: pass"
    )
    null = os.stat(os.devnull).st_rdev
    assert eval(ask(child, held)) == [(0, null), (1, null), (2, null), (3, 0)]
    child.kill()
    child.socket.close()


def test_a_child_has_no_rights(child):
    code = (
        "import ctypes; c = ctypes.CDLL(None); h = (ctypes.c_uint32 * 2)(0x20080522, 0)\n"
        "s = (ctypes.c_uint32 * 6)(); c.capget(h, s); said = list(s)"
    )
    assert ask(child, code) == "[0, 0, 0, 0, 0, 0]"


def test_a_child_is_alone_and_nobody(full):
    child = full.spawn()
    process, user, group = eval(
        ask(child, "import os; said = os.getpid(), os.getuid(), os.getgid()")
    )
    assert process == 1
    assert user == group != os.getuid()
    assert ask(child, "import socket; said = socket.gethostname()") == "'sandbox'"
    assert ask(child, "import os; os.stat('/proc/self')") == "ENOENT"
    assert ask(child, "import os; os.stat('/etc/passwd')") == "ENOENT"
    assert ask(child, "import os; os.stat('/home')") == "ENOENT"
    child.kill()
    child.socket.close()


def test_students_code_runs(child):
    said = ask(
        child, "import numpy as np; a = np.arange(9.).reshape(3, 3); said = (a @ a).tolist()"
    )
    a = np.arange(9.0).reshape(3, 3)
    assert eval(said) == (a @ a).tolist()
    assert ask(child, "import os; open('a', 'w').write('b'); said = open('a').read()") == "'b'"
    assert ask(child, "import tempfile; said = tempfile.TemporaryFile().write(b'abc')") == "3"
    threads = (
        "import threading; said = []\n"
        "for i in range(8):\n"
        "    t = threading.Thread(target=said.append, args=(i,)); t.start(); t.join()"
    )
    assert ask(child, threads) == str(list(range(8)))
    assert ask(child, "import fractions, statistics, json; said = 1") == "1"
    assert ask(child, "import signal; signal.raise_signal(signal.SIGALRM)") in ("", "None")


def test_children_share_no_files(parent):
    one, other = parent.spawn(), parent.spawn()
    place = eval(ask(one, "import os; open('mine', 'w').write('answer'); said = os.getcwd()"))
    assert ask(other, f"open({place + '/mine'!r})") in REFUSED
    assert ask(other, "import os; said = os.listdir('.')") == "[]"
    for child in (one, other):
        child.kill()
        child.socket.close()


def test_memory_is_limited(child):
    assert ask(child, "bytearray(1 << 30)") == "MemoryError"
    assert ask(child, "import numpy; numpy.ones(1 << 27)") in ("MemoryError", "_ArrayMemoryError")
    assert ask(child, "said = len(bytearray(100 << 20))") == str(100 << 20)


def test_files_are_limited(parent):
    child = parent.spawn()
    assert ask(child, "open('a', 'wb').write(bytes(5 << 20))") in ("EFBIG", "ENOSPC")
    fill = (
        "said = 0\ntry:\n    while True:\n"
        "        open(f'f{said}', 'wb').write(bytes(1 << 20)); said += 1\n"
        "except OSError: pass"
    )
    assert int(ask(child, fill) or 0) <= 4  # no space left, or killed for it
    child.kill()
    child.socket.close()


def test_threads_are_limited_and_only_the_bombers(full):
    bomber, other = full.spawn(), full.spawn()
    bomb = (
        "import threading, time; said = 0; threading.stack_size(1 << 16)\n"
        "try:\n    while True:\n"
        "        threading.Thread(target=time.sleep, args=(60,), daemon=True).start(); said += 1\n"
        "except RuntimeError: pass"
    )
    assert 0 < int(ask(bomber, bomb)) < LIMITS.threads
    assert ask(other, "import threading; t = threading.Thread(); t.start(); said = 1") == "1"
    for child in (bomber, other):
        child.kill()
        child.socket.close()


@pytest.mark.parametrize(
    "end",
    ["import os; os._exit(0)", "import os; os.abort()", "import ctypes; ctypes.string_at(0)"],
)
def test_a_child_that_ends_disturbs_nobody(parent, end):
    child, other = parent.spawn(), parent.spawn()
    assert ask(child, end) == ""
    usage = child.kill()
    assert (usage.status == 0) == ("_exit" in end)
    assert child.kill() == usage
    assert ask(other, "said = 'here'") == "'here'"
    other.kill()
    for one in (child, other):
        one.socket.close()


def test_an_endless_loop_that_hears_nothing_is_ended(parent):
    child = parent.spawn()
    deaf = (
        "import signal, threading\n"
        "for n in range(1, 32):\n"
        "    try: signal.signal(n, signal.SIG_IGN)\n    except OSError: pass\n"
        "def loop():\n    while True: pass\n"
        "threading.Thread(target=loop).start()\nloop()"
    )
    tell(child, deaf)
    time.sleep(0.2)
    begin = time.perf_counter()
    usage = child.kill()
    assert time.perf_counter() - begin < 1
    assert usage.status == -signal.SIGKILL
    assert usage.cpu_seconds > 0.02
    assert usage.maxrss_bytes > 1 << 20
    child.socket.close()


def test_nothing_is_left_behind(parent, tmp_path):
    parent.spawn().kill()
    held, ours = set(os.listdir("/proc/self/fd")), descendants(os.getpid())
    for _ in range(40):
        child = parent.spawn()
        tell(child, "import os; os.makedirs('a/b'); open('a/b/c', 'w')")
        child.kill()
        child.socket.close()
    assert set(os.listdir("/proc/self/fd")) == held
    assert descendants(os.getpid()) == ours
    if parent._folder is not None:
        assert not list(parent._folder.glob("box-*"))


def test_a_deep_tree_is_removed(portable):
    child = portable.spawn()
    dig = (
        "import os\nfor _ in range(1500):\n    os.mkdir('d', 0o700); os.chdir('d')\n"
        "os.mkdir('closed', 0)"
    )
    ask(child, dig)
    child.kill()
    child.socket.close()
    assert not list(portable._folder.glob("box-*"))


@pytest.mark.parametrize("level", LEVELS)
def test_a_kill_of_the_parent_is_a_failure_of_the_grader(kit, level):
    need(level)
    with start(level, kit=kit, entry=ENTRY) as parent:
        child, other = parent.spawn(), parent.spawn()
        tell(child, "while True: pass")
        outer = parent._process.pid
        family = descendants(outer)
        (victim,) = children(outer) if level is Level.FULL else [outer]
        os.kill(victim, signal.SIGKILL)
        begin = time.perf_counter()
        with pytest.raises(SandboxError, match="ended"):
            parent.spawn()
        with pytest.raises(SandboxError, match="ended"):
            child.kill()
        assert time.perf_counter() - begin < 5
        assert len(family) >= 2
        assert all_gone(family, 1)
        for one in (child, other):
            one.socket.close()


JUDGE = """
import sys, time
sys.path[:0] = {path!r}
from pathlib import Path
from coursekit.grading.levels import Level
from coursekit.grading.sandbox import start
parents = [start(Level({level!r}), kit=Path({kit!r}), entry={entry!r}, modules={modules!r})]
children = [parents[0].spawn() for _ in range(3)]
children[0].socket.sendall(b"while True: pass")
print("ready", flush=True)
time.sleep(60)
"""


def judge(kit, level, modules=("numpy",)):
    code = JUDGE.format(path=sys.path, level=str(level), kit=str(kit), entry=ENTRY, modules=modules)
    return [sys.executable, "-c", code]


@pytest.mark.parametrize("level", LEVELS)
def test_all_ends_with_the_judge(kit, level):
    need(level)
    with subprocess.Popen(judge(kit, level), stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        family = descendants(process.pid)
        assert len(family) >= 4
        process.kill()
        assert all_gone(family, 1)


@pytest.mark.parametrize("level", LEVELS)
def test_all_ends_with_the_judge_also_while_modules_are_imported(tmp_path, level):
    need(level)
    kit = make_kit(tmp_path)
    (kit / "slow.py").write_text("import time\ntime.sleep(60)\n")
    with subprocess.Popen(judge(kit, level, ["slow"]), stdout=subprocess.PIPE) as process:
        until = time.monotonic() + 10
        while not descendants(process.pid) and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.5)
        family = descendants(process.pid)
        assert family
        process.kill()
        assert all_gone(family, 1)


def test_standard_input_and_output_may_be_closed(kit):
    need(Level.PORTABLE)
    code = judge(kit, Level.PORTABLE)[-1].partition("print(")[0] + "parents[0].close()"
    closed = ["sh", "-c", '"$0" -c "$1" <&- >&- 2>&-', sys.executable, code]
    assert subprocess.run(closed).returncode == 0


def test_several_parents_at_once(kit):
    need(Level.PORTABLE)
    said = []

    def grade():
        with start(Level.PORTABLE, kit=kit, entry=ENTRY, packages=(), modules=()) as parent:
            for _ in range(5):
                child = parent.spawn()
                said.append(ask(child, "said = 6 * 7"))
                child.kill()
                child.socket.close()

    threads = [threading.Thread(target=grade) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == ["42"] * 15


def test_no_sandbox_has_to_be_asked_for(kit):
    with pytest.raises(SandboxError, match="unsafe-no-sandbox"):
        start(Level.NONE, kit=kit, entry=ENTRY)
    with start(Level.NONE, kit=kit, entry=ENTRY, unsafe=True) as parent:
        child = parent.spawn()
        assert ask(child, "said = open('/etc/passwd').read() != ''") == "True"
        assert child.kill().status == -signal.SIGKILL
        child.socket.close()


def test_a_module_that_cannot_be_imported_is_named(kit):
    need(Level.PORTABLE)
    with pytest.raises(SandboxError, match="no_such_module"):
        start(Level.PORTABLE, kit=kit, entry=ENTRY, modules=["no_such_module"])
    with pytest.raises(SandboxError, match="no-such-package"):
        start(Level.PORTABLE, kit=kit, entry=ENTRY, packages=["no-such-package"])


def test_a_child_that_cannot_be_locked_in_runs_nothing(kit, monkeypatch):
    need(Level.PORTABLE)
    monkeypatch.setattr(launching, "DEVICES", ("/dev/no-such-device",))
    with (
        start(Level.PORTABLE, kit=kit, entry=ENTRY, packages=(), modules=()) as parent,
        pytest.raises(SandboxError, match="no-such-device"),
    ):
        parent.spawn()


@pytest.fixture
def unprobed():
    probe.cache_clear()
    yield
    probe.cache_clear()


def test_the_probe_finds_the_best_level(unprobed):
    need(Level.FULL)
    begin = time.perf_counter()
    found = probe()
    assert time.perf_counter() - begin < 3
    assert (found.level, found.lacks) == (Level.FULL, ())
    assert probe() is found


def test_the_probe_says_what_is_lacking(unprobed, monkeypatch):
    need(Level.PORTABLE)
    monkeypatch.setattr(launching.shutil, "which", lambda _name: None)
    found = probe()
    assert found.level is Level.PORTABLE
    assert "bubblewrap is missing" in found.lacks[0]


def test_the_probe_believes_only_what_holds(unprobed, monkeypatch):
    need(Level.FULL)
    allow_everything = b"\x06\x00\x00\x00\x00\x00\xff\x7f"
    monkeypatch.setattr(syscalls, "program", lambda: allow_everything)
    found = probe()
    assert found.level is Level.NONE
    assert "fork" in found.lacks[0]


def test_an_ordinary_user_has_the_same_sandbox(tmp_path):
    """This file again, as a user without any rights."""
    if not is_root():
        pytest.skip("runs as an ordinary user already")
    python = python_for_everyone()
    if python is None:
        pytest.skip("no Python of this version that an ordinary user could run")
    packages = str(Path(pytest.__file__).parent.parent)
    with tempfile.TemporaryDirectory() as made:
        shared = Path(made)
        shared.chmod(0o777)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(Path(coursekit.__file__).parent, shared / "coursekit", ignore=ignored)
        for name in ("test_grading_sandbox.py", "sandboxed.py"):
            shutil.copy(Path(__file__).with_name(name), shared / name)
        done = subprocess.run(
            [python, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "--basetemp=base", "."],
            cwd=shared,
            user=65533,
            group=65533,
            extra_groups=[],
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": os.pathsep.join((str(shared), packages)),
                "PYTHONDONTWRITEBYTECODE": "1",
                "HOME": str(shared),
            },
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    assert "no full sandbox" not in done.stdout
