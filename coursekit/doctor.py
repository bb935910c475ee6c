"""What is there, what is not, and what to do about it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NEEDED = ("numpy", "scipy", "sklearn", "skimage", "matplotlib", "jupyterlab", "ipywidgets")


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        level: ``ok``, ``note`` (something optional is not there) or ``problem``.
        what: the thing looked at; says: what was found; do: what to do, or "".
    """

    level: str
    what: str
    says: str
    do: str = ""


def examine() -> list[Finding]:
    """Look at Python, packages, device, progress file, disk and the sandbox for grading."""
    return [*_python(), *_packages(), *_torch(), *_progress(), *_disk(), *_sandbox(), *_browser()]


def _python() -> Iterator[Finding]:
    yield Finding("ok", "Python", f"{platform.python_version()} on {platform.system()}")


def _packages() -> Iterator[Finding]:
    names = importlib.metadata.packages_distributions()
    for module in NEEDED:
        if importlib.util.find_spec(module) is None:
            yield Finding("problem", module, "missing", "Run `python3 course.py setup`.")
        else:
            distribution = names.get(module, [module])[0]
            yield Finding("ok", module, importlib.metadata.version(distribution))


def _torch() -> Iterator[Finding]:
    if importlib.util.find_spec("torch") is None:
        yield Finding(
            "note",
            "torch",
            "missing: units 01 to 06 work without it",
            "Run `python3 course.py setup` for the units after that.",
        )
        return
    import torch

    if torch.cuda.is_available():
        device = torch.cuda.get_device_name(0)
    elif torch.backends.mps.is_available():
        device = "Apple GPU (mps)"
    else:
        device = f"CPU, {os.cpu_count()} cores; no GPU is needed"
    yield Finding("ok", "torch", f"{torch.__version__}; {device}")


def _progress() -> Iterator[Finding]:
    from coursekit.checking import records

    try:
        count = sum(e.status == "passed" for e in records.entries().values())
    except records.ProgressError as error:
        yield Finding(
            "problem",
            "progress",
            f"cannot be saved ({error})",
            f"Make the folder writable, or set {records.ENVIRONMENT} to another file.",
        )
        return
    yield Finding("ok", "progress", f"{count} exercises passed, kept in {records.location()}")


def _disk() -> Iterator[Finding]:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    level = "ok" if free > 1 else "problem"
    advice = "" if free > 1 else "Free some space: notebooks are saved whole."
    yield Finding(level, "disk", f"{free:.1f} GB free here", advice)


def _sandbox() -> Iterator[Finding]:
    if platform.system() != "Linux":
        yield Finding(
            "note", "sandbox", "none on this system: practice only", "Grade a class on Linux."
        )
        return
    from coursekit.grading.probing import probe

    found = probe()
    marks = "" if found.level != "none" else "; no marks can be given"
    says = f"{found.level}: {found.details}{marks}"
    advice = " ".join(found.lacks)
    yield Finding("note" if found.lacks else "ok", "sandbox", says, advice)


def _browser() -> Iterator[Finding]:
    found = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
    if found:
        yield Finding("ok", "browser tests", f"{found} is there")
    else:
        yield Finding(
            "note",
            "browser tests",
            "no Chromium: the end-to-end test is skipped",
            "Only needed to work on the course itself.",
        )
