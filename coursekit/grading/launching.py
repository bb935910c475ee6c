"""How a warm parent is started at each level: its command, its folders, what it is told."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from coursekit.grading import syscalls
from coursekit.grading.levels import Level, Limits, SandboxError
from coursekit.grading.visible import DEVICES, PROCESSOR, SYSTEM_LIBRARIES, View

ENVIRONMENT = {
    "CUDA_VISIBLE_DEVICES": "",  # its driver starts threads, and a parent with threads cannot fork
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "LOGNAME": "student",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TORCHDYNAMO_DISABLE": "1",  # `torch.compile` gives back what it is given: no compiler is there
    "TZ": "UTC",
    "USER": "student",
}
"""All that a warm parent and its children find in theirs."""

_KIT, _SITE, _TMP = "/kit", "/site", "/tmp"
_BEGIN = (
    "import sys; sys.path.append({kit!r}); from coursekit.grading.inside.parent import main; main()"
)
_NAMESPACES = ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts")
_CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_KILL")
"""What the parent needs to make namespaces, users and an end; its children have none."""

_FREE_USERS = (1_879_048_192, 1 << 28)
"""First and count of user numbers that no convention gives to anybody (systemd's list of them)."""
_NOBODY = (65534, 1)
_OTHER_THREADS = 512
"""Threads that the user may start elsewhere while a class is graded."""


@dataclass
class Launch:
    """A warm parent to be.

    Attributes:
        command: to run it, all but the number of its control descriptor.
        descriptors: that it inherits; the one who starts it closes them.
        folder: of its own, removed when it ends, or None.
        told: what it is told first, see `coursekit.grading.inside.parent.Parent`.
    """

    command: list[str]
    told: dict[str, Any]
    folder: Path | None = None
    descriptors: list[int] = field(default_factory=list)


def prepare(level: Level, view: View, kit: Path, limits: Limits) -> Launch:
    """Make ready to start a warm parent; makes its folder, and opens the files of the kit.

    Raises:
        SandboxError: something that this level needs is missing.
    """
    if level is Level.FULL:
        return _in_private_root(view, kit, limits)
    folder = Path(tempfile.mkdtemp(prefix="coursekit-")).resolve()
    try:
        return _in_folder(folder, level, view, kit, limits)
    except BaseException:
        shutil.rmtree(folder)
        raise


def _in_private_root(view: View, kit: Path, limits: Limits) -> Launch:
    bubblewrap = shutil.which("bwrap")
    if bubblewrap is None:
        raise SandboxError("bubblewrap is missing: install it (Debian: `apt install bubblewrap`).")
    if any(p.is_relative_to(_TMP) for p in view.shown):
        raise SandboxError(f"Python is installed beneath {_TMP}, which is hidden from submissions.")
    users = _users()
    if users is not None:
        _expect_readable([*view.pieces(), *view.packages.values()])
    own = {p if p.is_dir() else p.parent for p in view.shown if not _is_link(p)} - {Path("/proc")}
    read = [*sorted(map(str, own)), _KIT, _SITE, *DEVICES, PROCESSOR]
    told = {
        "folder": None,
        "path": [_SITE],
        "users": users,
        "confinement": _confinement(Level.FULL, limits, read),
    }
    files = [(f, os.open(f, os.O_RDONLY | os.O_CLOEXEC)) for f in _files(kit)]
    command = [bubblewrap, *_NAMESPACES, "--as-pid-1", "--hostname", "sandbox"]
    command += () if users else ("--unshare-user", "--uid", "0", "--gid", "0")
    command += ["--cap-drop", "ALL", *_each("--cap-add", _CAPABILITIES)]
    command += [*_mounts(view), "--proc", "/proc", "--tmpfs", _TMP]
    for file, opened in files:
        command += ["--perms", "0444", "--file", str(opened), f"{_KIT}/{file.relative_to(kit)}"]
    command += ["--remount-ro", "/", "--chdir", "/", *_python(view, _KIT)]
    return Launch(command, told, descriptors=[opened for _, opened in files])


def _in_folder(folder: Path, level: Level, view: View, kit: Path, limits: Limits) -> Launch:
    site = folder / "site"
    for file in _files(kit):
        copy = folder / "kit" / file.relative_to(kit)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    site.mkdir()
    for name, place in view.packages.items():
        (site / name).symlink_to(place)
    for made in folder.rglob("*"):
        if not made.is_symlink():
            made.chmod(0o755 if made.is_dir() else 0o644)
    folder.chmod(0o711)
    pieces = [*view.pieces(), *view.packages.values()]
    read = [str(p) for p in (*pieces, folder / "kit", site, *DEVICES)]
    apart = level is Level.PORTABLE and all(map(_is_reachable, (folder, *pieces)))
    told = {
        "folder": str(folder),
        "path": [str(site)],
        "users": _users() if apart else None,
        "confinement": _confinement(level, limits, read, [str(p) for p in view.parted()]),
    }
    return Launch(_python(view, str(folder / "kit")), told, folder)


def _confinement(
    level: Level, limits: Limits, read: Sequence[str], listed: Sequence[str] = ()
) -> dict[str, Any]:
    """What `coursekit.grading.inside.confine.Confinement` is made from."""
    walls = level is not Level.NONE
    counted_alone = level is Level.FULL and _kernel() >= (5, 14)
    return {
        **asdict(limits),
        "private": level is Level.FULL,
        "walls": walls,
        "read": read,
        "listed": listed,
        "filter": syscalls.program().hex() if walls else "",
        "placeholder": syscalls.PLACEHOLDER,
        "threads": limits.threads + (0 if counted_alone else _threads_of_user() + _OTHER_THREADS),
    }


def _mounts(view: View) -> Iterator[str]:
    places = [*(p for p in view.shown if not _is_link(p)), *map(Path, DEVICES)]
    folders = {str(p.parent) for p in places}
    yield from _each("--dir", sorted({*folders, _KIT, _SITE}))  # open to all, unlike implied ones
    for path in view.shown:
        if _is_link(path):
            yield from ("--symlink", os.readlink(path), str(path))
        else:
            yield from ("--ro-bind", str(path), str(path))
    for mask in view.masks():
        if not _is_link(Path(*mask.parts[:2])):
            yield from ("--tmpfs", str(mask), "--remount-ro", str(mask))
    for name, place in view.packages.items():
        yield from ("--ro-bind", str(place), f"{_SITE}/{name}")
    for device in DEVICES:
        yield from ("--dev-bind", device, device)


def _is_link(path: Path) -> bool:
    """Whether it is one of the system's folders that lead to another, as `/lib` to `/usr/lib`."""
    return str(path) in SYSTEM_LIBRARIES and path.is_symlink()


def _python(view: View, kit: str) -> list[str]:
    """Nothing of the user's: no environment, no ``site``, no byte code written."""
    return [str(view.python), "-I", "-S", "-B", "-c", _BEGIN.format(kit=kit)]


def _files(kit: Path) -> list[Path]:
    return sorted(p for p in kit.rglob("*") if p.is_file() and "__pycache__" not in p.parts)


def _each(option: str, values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from (option, value)


def _users() -> tuple[int, int] | None:
    """Users that children can become: first and count; None for those without the right."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    try:
        lines = Path("/proc/self/uid_map").read_text().splitlines()
    except OSError:
        return None
    known = [(int(first), int(count)) for first, _, count in map(str.split, lines)]
    for first, count in (_FREE_USERS, _NOBODY):
        if any(f <= first and first + count <= f + c for f, c in known):
            return first, count
    return None


def _expect_readable(paths: Iterable[Path]) -> None:
    for path in paths:
        if not _is_for_all(path.stat()):
            raise SandboxError(
                f"{path} cannot be read by everyone, as whom submissions run when root grades: "
                f"run `chmod -R a+rX {path}`, or grade as an ordinary user."
            )


def _is_reachable(path: Path) -> bool:
    """Whether everyone can read it where it is."""
    real = path.resolve()
    return _is_for_all(real.stat()) and all(p.stat().st_mode & stat.S_IXOTH for p in real.parents)


def _is_for_all(told: os.stat_result) -> bool:
    needed = stat.S_IXOTH if stat.S_ISDIR(told.st_mode) else stat.S_IROTH
    return bool(told.st_mode & needed)


def _threads_of_user() -> int:
    """How many threads this user has in all, where that can be told."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.stat().st_uid == os.getuid():
                count += len(os.listdir(process / "task"))
    return count


def _kernel() -> tuple[int, ...]:
    """Since 5.14 threads are counted per user namespace."""
    return tuple(int(n) for n in re.findall(r"\d+", platform.release())[:2])
