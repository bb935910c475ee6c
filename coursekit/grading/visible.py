"""What a submission can see of the machine: the Python installation and chosen packages, to read.

Everything here is public software. No folder that may hold anything else is shown, and what lies
in a shown folder but is not part of it (``site-packages`` in the standard library) is hidden.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from coursekit.grading.levels import SandboxError

SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
LOADER_CACHE = "/etc/ld.so.cache"
PROCESSOR = "/proc/cpuinfo"
PROCESSORS = "/sys/devices/system/cpu"
"""Libraries choose their fastest routines by what stands there."""
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")

_NOT_OURS = ("..", "/", "__pycache__")
_COURSE = "coursekit"
"""Holds the answers; a kit has what may be shown of it."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class View:
    """What can be seen.

    Attributes:
        python: the interpreter.
        shown: files and folders that can be read, at the same place as outside.
        hidden: folders in them that cannot.
        packages: what is in the folder of packages, by name: where it is outside.
    """

    python: Path
    shown: tuple[Path, ...]
    hidden: tuple[Path, ...]
    packages: dict[str, Path]

    def pieces(self) -> list[Path]:
        """Files and folders that together hold all that is shown and nothing hidden."""
        real = dict.fromkeys(p.resolve() for p in self.shown)
        return [p for shown in real for p in _without(shown, self.hidden)]

    def parted(self) -> list[Path]:
        """Folders of which a part is hidden; they can be listed."""
        real = dict.fromkeys(p.resolve() for p in self.shown)
        return [p for p in real if any(h.is_relative_to(p) for h in self.hidden)]

    def masks(self) -> list[Path]:
        """Where the hidden folders would be seen."""
        return [
            shown / hidden.relative_to(shown.resolve())
            for shown in self.shown
            for hidden in self.hidden
            if hidden.is_relative_to(shown.resolve())
        ]


def view(packages: Iterable[str]) -> View:
    """This Python installation with these distributions and all that they require.

    Raises:
        SandboxError: a distribution is not installed.
    """
    python = Path(os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable))
    shown = tuple(dict.fromkeys(p for p in _installation(python) if p.exists()))
    return View(python, shown, tuple(_hidden(shown)), _packages(packages))


def _installation(python: Path) -> Iterator[Path]:
    yield python
    yield from map(Path, (*SYSTEM_LIBRARIES, LOADER_CACHE, PROCESSOR, PROCESSORS))
    prefixes = {Path(sys.base_prefix), Path(sys.base_prefix).resolve(), python.parent.parent}
    version = f"python{sysconfig.get_python_version()}"
    for prefix in sorted(prefixes):
        for library in (prefix / "lib", prefix / "lib64"):
            yield library / version
            if str(library) not in SYSTEM_LIBRARIES:
                yield from library.glob("lib*.so*")


def _hidden(shown: Iterable[Path]) -> Iterator[Path]:
    """Where packages are installed, and what else Python finds modules in."""
    candidates = {Path(p).resolve() for p in sys.path if p}
    candidates -= {Path(sysconfig.get_path(n)).resolve() for n in ("stdlib", "platstdlib")}
    roots = {p.resolve() for p in shown if p.is_dir()}
    for root in roots:
        for pattern in ("site-packages", "dist-packages", "*/site-packages", "*/dist-packages"):
            candidates |= {p.resolve() for p in root.glob(pattern)}
    for candidate in sorted(candidates):
        standard = candidate.name == "lib-dynload"
        if candidate.is_dir() and not standard and any(candidate.is_relative_to(r) for r in roots):
            yield candidate


def _without(root: Path, hidden: Iterable[Path]) -> Iterator[Path]:
    inner = [h for h in hidden if h.is_relative_to(root)]
    if not inner:
        yield root
    elif root not in inner:
        for entry in sorted(root.iterdir()):
            yield from _without(entry, inner)


def _packages(names: Iterable[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    waiting, seen = list(names), {_COURSE}
    missing = [n for n in waiting if not _is_installed(n)]
    if missing:
        raise SandboxError(
            f"{', '.join(missing)}: not installed here, so that submissions cannot use it. "
            "Install it, or take it off the list of packages."
        )
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in seen or not _is_installed(name):
            continue
        seen.add(name)
        distribution = importlib.metadata.distribution(name)
        found |= _entries(distribution)
        waiting += _required(distribution)
    return found


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _required(distribution: importlib.metadata.Distribution) -> Iterator[str]:
    for line in distribution.requires or ():
        requirement, _, condition = line.partition(";")
        name = _NAME.match(requirement.strip())
        if name and "extra" not in condition:
            yield name.group()


def _entries(distribution: importlib.metadata.Distribution) -> dict[str, Path]:
    """Files and folders of a distribution in its folder of packages, by name."""
    files = distribution.read_text("RECORD")
    if files is None:
        raise SandboxError(
            f"{distribution.name} was installed without a list of its files: install it with pip."
        )
    names = {PurePosixPath(line.split(",")[0].strip('"')).parts[0] for line in files.splitlines()}
    places = {n: Path(str(distribution.locate_file(n))).resolve() for n in names}
    ours = {
        n: p
        for n, p in places.items()
        if n not in _NOT_OURS and not n.endswith(".pth") and p.exists()
    }
    return ours
