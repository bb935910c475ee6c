"""Which level of confinement can be had here: tried out, not guessed."""

from __future__ import annotations

import functools
import json
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

from coursekit.grading.kit import Contents, kit_files, write_kit
from coursekit.grading.levels import Level, SandboxError
from coursekit.grading.sandbox import start

_ESCAPES = "coursekit.grading.inside.escapes"
_SECONDS = 10.0
_ADVICE = (
    "Let bubblewrap make user namespaces: set `kernel.unprivileged_userns_clone` or "
    "`user.max_user_namespaces` with sysctl, give `bwrap` an AppArmor profile with `userns` "
    "(Ubuntu 24.04), or start the container with `--security-opt seccomp=unconfined "
    "--security-opt systempaths=unconfined`."
)


@dataclass(frozen=True)
class Probe:
    """What can be had here.

    Attributes:
        level: the strongest level in which nothing that was tried got out.
        lacks: for each stronger one, what keeps it from being had, and what to do.
        details: of the level, in words.
    """

    level: Level
    lacks: tuple[str, ...]
    details: str


@functools.cache
def probe() -> Probe:
    """Start a sandbox of each level, strongest first, and try to get out. Once per process."""
    lacks: list[str] = []
    for level in (Level.FULL, Level.PORTABLE):
        try:
            return Probe(level, tuple(lacks), _try_out(level))
        except SandboxError as error:
            lacks.append(f"{level}: {error}{_advice(level, error)}")
    return Probe(Level.NONE, tuple(lacks), "nothing keeps a submission in")


def _try_out(level: Level) -> str:
    with tempfile.TemporaryDirectory(prefix="coursekit-probe-") as made:
        secret = Path(made) / "secret"
        secret.write_text("not to be read")
        kit = Path(made) / "kit"
        write_kit(kit, kit_files(Contents(frozenset([_ESCAPES]))))
        with start(level, kit=kit, entry=f"{_ESCAPES}:attempt", packages=(), modules=()) as parent:
            child = parent.spawn()
            with child.socket as line:
                escaped = _escaped(line, secret)
            child.kill()
    if escaped:
        raise SandboxError(f"A submission could {', '.join(escaped)}.")
    used = f"Landlock {parent.landlock}" if parent.landlock else "no Landlock"
    return f"namespaces, {used}, seccomp" if level is Level.FULL else f"{used}, seccomp"


def _escaped(line: socket.socket, secret: Path) -> list[str]:
    line.settimeout(_SECONDS)
    try:
        line.sendall(json.dumps({"secret": str(secret)}).encode())
        said = b"".join(iter(lambda: line.recv(1 << 16), b""))
        found: list[str] = json.loads(said)
    except (OSError, ValueError):
        raise SandboxError("A process in the sandbox does not answer.") from None
    return found


def _advice(level: Level, error: SandboxError) -> str:
    return f" {_ADVICE}" if level is Level.FULL and "bwrap:" in str(error) else ""
