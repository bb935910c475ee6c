"""A kit whose children run what they are told, and how to speak with them."""

import functools
import importlib.util
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coursekit.grading.inside import landlock
from coursekit.grading.kit import kit_files, write_kit
from coursekit.grading.levels import Level
from coursekit.grading.sandbox import Child

ENTRY = "served:serve"
SERVED = '''
import errno
import socket


def serve(descriptor):
    """Run each text; answer with what it calls `said`, or the name of what went wrong."""
    with socket.socket(fileno=descriptor) as line:
        while text := line.recv(1 << 16):
            space = {"line": line}
            try:
                exec(text.decode(), space)
                said = repr(space.get("said"))
            except OSError as error:
                said = errno.errorcode.get(error.errno, type(error).__name__)
            except BaseException as error:
                said = type(error).__name__
            line.sendall(said.encode()[: 1 << 15])
'''
SECONDS = 20.0


def make_kit(folder: Path) -> Path:
    """A kit with `SERVED` in a folder `kit` of this one, and a secret beside it."""
    kit = folder / "kit"
    kit.mkdir()
    write_kit(kit, kit_files())
    (kit / "served.py").write_text(SERVED)
    (folder / "secret.txt").write_text("the expected values")
    return kit


def tell(child: Child, code: str) -> None:
    """Have a child run code."""
    child.socket.settimeout(SECONDS)
    child.socket.sendall(code.encode())


def ask(child: Child, code: str) -> str:
    """Have a child run code; what it answers, "" when it died of it."""
    tell(child, code)
    try:
        return child.socket.recv(1 << 16).decode()
    except ConnectionResetError:
        return ""


@functools.cache
def lacking(level: Level) -> str:
    """What of the machine keeps a level from being had; "" when it is all there."""
    if importlib.util.find_spec("pyseccomp") is None:
        return "pyseccomp is not installed"
    if level is Level.PORTABLE:
        return "" if landlock.version() else "the kernel has no Landlock"
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed"
    tried = subprocess.run(
        ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"], capture_output=True, text=True
    )
    return "" if tried.returncode == 0 else f"bubblewrap: {tried.stderr.strip()}"


def need(level: Level) -> None:
    """Skip the test where this level cannot be had."""
    if reason := lacking(level):
        pytest.skip(f"no {level} sandbox here: {reason}")


def children(process: int) -> list[int]:
    """The processes that a process has begun and that live."""
    try:
        return list(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))
    except OSError:
        return []


def descendants(process: int) -> set[int]:
    """Its children, their children, and so on."""
    found: set[int] = set()
    waiting = [process]
    while waiting:
        waiting += (born := children(waiting.pop()))
        found.update(born)
    return found


def living(processes: set[int]) -> set[int]:
    """Those that run; a zombie does not."""
    states = {}
    for process in processes:
        try:
            states[process] = (
                Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
            )
        except OSError:
            continue
    return {p for p, state in states.items() if state != "Z"}


def all_gone(processes: set[int], seconds: float) -> bool:
    """Whether they all end in time."""
    until = time.monotonic() + seconds
    while living(processes):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def python_for_everyone() -> str | None:
    """A Python like this one that any user of the machine can run."""
    for candidate in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        real = Path(candidate).resolve()
        if not real.exists() or not all(p.stat().st_mode & stat.S_IXOTH for p in real.parents):
            continue
        version = [candidate, "-c", "import sys; print(*sys.version_info[:2])"]
        told = subprocess.run(version, capture_output=True, text=True).stdout.split()
        if told == [str(n) for n in sys.version_info[:2]]:
            return candidate
    return None


def is_root() -> bool:
    """Whether tests run as root."""
    return os.geteuid() == 0
