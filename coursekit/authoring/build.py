"""Sources to notebooks, for the whole course: only what changed, in parallel, whole files only."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import coursekit
from coursekit.authoring.course import KINDS, Unit
from coursekit.authoring.documents import documents
from coursekit.authoring.execute import execute
from coursekit.authoring.notebooks import dumps, loads, make_notebook
from coursekit.authoring.sources import SourceError
from coursekit.errors import CourseError
from coursekit.exercises import UnknownExercise

LIMIT = 1_000_000
"""Bytes that a notebook may have, outputs included."""

_LIBRARIES = ("numpy", "scipy", "matplotlib", "scikit-learn", "scikit-image", "pillow", "nbformat")


@dataclass(frozen=True)
class Job:
    """One notebook to build."""

    unit: Unit
    kind: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.unit.slug}.ipynb"


@dataclass
class Built:
    """What a build did: names of notebooks written, and of those that were up to date."""

    written: list[str]
    unchanged: list[str]
    failed: list[str]


def build(
    units: list[Unit],
    *,
    jobs: int | None = None,
    force: bool = False,
    report: Callable[[str], None] = lambda _: None,
) -> Built:
    """Build the notebooks of `units` and the documents made from code.

    Args:
        jobs: processes at once; the number of processors by default.
        force: also execute what has not changed.
        report: called with a line for each notebook.

    A failing notebook does not stop the others; the old file stays as it was.
    """
    outcome = Built([], [], [])
    if not units:
        return outcome
    cache = Cache(units[0].root)
    waiting = []
    for job in (Job(unit, kind) for unit in units for kind in KINDS):
        if not force and cache.is_current(job):
            outcome.unchanged.append(str(job))
        else:
            waiting.append(job)
    workers = min(jobs or os.cpu_count() or 1, max(len(waiting), 1))
    for number, (job, made) in enumerate(_made(waiting, workers), 1):
        if isinstance(made, CourseError):
            outcome.failed.append(f"{job}: {made}")
            report(f"[{number}/{len(waiting)}] {job} failed: {made}")
            continue
        changed = _write(job.unit.notebook(job.kind), made)
        (outcome.written if changed else outcome.unchanged).append(str(job))
        cache.remember(job)
        report(f"[{number}/{len(waiting)}] {job} {'written' if changed else 'unchanged'}")
    for path, text in documents(units[0].root).items():
        (outcome.written if _write(path, text) else outcome.unchanged).append(
            str(path.relative_to(units[0].root))
        )
    return outcome


def _made(waiting: list[Job], workers: int) -> Iterator[tuple[Job, str | CourseError]]:
    """Each job with its notebook's text or what went wrong, as they are finished."""
    if workers == 1:
        for job in waiting:
            try:
                yield job, make(job)
            except CourseError as error:
                yield job, error
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        futures: dict[Future[str], Job] = {pool.submit(make, job): job for job in waiting}
        for future in as_completed(futures):
            problem = future.exception()
            if problem is not None and not isinstance(problem, CourseError):
                raise problem
            yield futures[future], problem or future.result()


def make(job: Job) -> str:
    """The text of one notebook, executed unless it is for the student to run.

    Raises:
        SourceError: with file and line.
    """
    source = job.unit.source(job.kind)
    try:
        notebook, lines = make_notebook(job.unit, job.kind)
    except UnknownExercise as error:
        raise SourceError(f"{source}: {error}") from None
    if job.kind != "exercises":
        folder = job.unit.notebook(job.kind).parent
        folder.mkdir(exist_ok=True)
        execute(notebook, lines, source.relative_to(job.unit.root), folder)
    text = dumps(notebook)
    size = len(text.encode())
    if size > LIMIT:
        raise SourceError(f"{source}: the notebook has {size:,} bytes; at most {LIMIT:,}.")
    return text


def stale(units: list[Unit]) -> Iterable[str]:
    """What differs from the sources, outputs aside: a sentence per notebook or document."""
    for unit in units:
        for kind in KINDS:
            path = unit.notebook(kind)
            name = f"{kind}/{unit.slug}.ipynb"
            if not path.is_file():
                yield f"{name} has not been built."
                continue
            fresh, built = make_notebook(unit, kind)[0], loads(path)
            if kind == "exercises":
                if dumps(fresh) != path.read_text(encoding="utf-8"):
                    yield f"{name} differs from its source."
                continue
            for cell in built.cells:
                if cell.cell_type == "code":
                    cell.outputs, cell.execution_count = [], None
            if dumps(fresh) != dumps(built):
                yield f"{name} differs from its source."
    if units:
        for path, text in documents(units[0].root).items():
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                yield f"{path.relative_to(units[0].root)} differs from what the code gives."


class Cache:
    """Remembers, outside the repository's history, which inputs each notebook was built from."""

    def __init__(self, root: Path) -> None:
        self._file = root / ".build-cache" / "built.json"
        self._code = _hash_of_code()
        try:
            self._known: dict[str, list[str]] = json.loads(self._file.read_text())
        except (OSError, ValueError):
            self._known = {}

    def is_current(self, job: Job) -> bool:
        """Whether source, library and notebook are what they were at the last build."""
        return self._known.get(str(job)) == self._state(job)

    def remember(self, job: Job) -> None:
        """Note that `job` has just been built."""
        self._known[str(job)] = self._state(job)
        _write(self._file, json.dumps(self._known, indent=1, sort_keys=True))

    def _state(self, job: Job) -> list[str]:
        files = (job.unit.source(job.kind), job.unit.notebook(job.kind))
        return [self._code, *(_hash(f.read_bytes()) if f.is_file() else "" for f in files)]


def _hash_of_code() -> str:
    package = Path(coursekit.__file__).parent
    parts = [platform.python_version(), *(f"{name} {version(name)}" for name in _LIBRARIES)]
    parts += [_hash(p.read_bytes()) for p in sorted(package.rglob("*.py"))]
    return _hash("\n".join(parts).encode())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, text: str) -> bool:
    """Write the whole file or nothing; whether it changed."""
    content = text.encode()
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True
