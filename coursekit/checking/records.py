"""What a student has tried and passed, kept on their own machine and sent nowhere.

An SQLite file in the user's data directory: several kernels may write at once, and one that is
killed in the middle of a write leaves the file as it was before.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from coursekit.errors import CourseError
from coursekit.exercises import Exercise, find, in_unit, names
from coursekit.exercises.registry import units

ENVIRONMENT = "COURSEKIT_PROGRESS"
"""Where progress is kept: a file's path, or ``memory`` for this process only."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS progress (
    exercise TEXT PRIMARY KEY,
    checks INTEGER NOT NULL DEFAULT 0,
    hints INTEGER NOT NULL DEFAULT 0,
    passed_at TEXT,
    last_rung TEXT NOT NULL DEFAULT 'attempted'
)
"""

_memory: sqlite3.Connection | None = None


class ProgressError(CourseError):
    """Progress cannot be read or written; the message says where and why."""


@dataclass(frozen=True)
class Entry:
    """One exercise's record: checks made, hints taken, when it first passed (UTC), last rung."""

    exercise: str
    checks: int = 0
    hints: int = 0
    passed_at: str | None = None
    last_rung: str = "attempted"

    @property
    def status(self) -> str:
        """``passed``, ``tried`` or ``not attempted``."""
        if self.passed_at:
            return "passed"
        return "tried" if self.checks else "not attempted"


def location() -> str:
    """The file progress is kept in, or ``memory``."""
    chosen = os.environ.get(ENVIRONMENT, "")
    if chosen:
        return chosen
    import platformdirs

    return str(Path(platformdirs.user_data_dir("coursekit", appauthor=False)) / "progress.sqlite")


def record_check(exercise: str, rung: str) -> None:
    """Count a check of an attempted answer; a pass is remembered from then on.

    Raises:
        ProgressError: the file cannot be written.
    """
    passed_at = datetime.now(UTC).isoformat(timespec="seconds") if rung == "passed" else None
    with _connection() as db:
        db.execute(
            "INSERT INTO progress (exercise, checks, passed_at, last_rung) VALUES (?, 1, ?, ?) "
            "ON CONFLICT (exercise) DO UPDATE SET checks = checks + 1, "
            "passed_at = COALESCE(passed_at, excluded.passed_at), last_rung = excluded.last_rung",
            (exercise, passed_at, rung),
        )


def record_hint(exercise: str) -> int:
    """Count a hint; return how many have now been taken.

    Raises:
        ProgressError: the file cannot be written.
    """
    with _connection() as db:
        row = db.execute(
            "INSERT INTO progress (exercise, hints) VALUES (?, 1) "
            "ON CONFLICT (exercise) DO UPDATE SET hints = hints + 1 RETURNING hints",
            (exercise,),
        ).fetchone()
    return int(row[0])


def entries() -> dict[str, Entry]:
    """All records by exercise name.

    Raises:
        ProgressError: the file cannot be read.
    """
    with _connection() as db:
        rows = db.execute("SELECT exercise, checks, hints, passed_at, last_rung FROM progress")
        return {row[0]: Entry(*row) for row in rows}


def forget(exercise: str | None = None) -> None:
    """Forget one exercise, or everything.

    Raises:
        ProgressError: the file cannot be written.
    """
    with _connection() as db:
        if exercise is None:
            db.execute("DELETE FROM progress")
        else:
            db.execute("DELETE FROM progress WHERE exercise = ?", (exercise,))


@contextlib.contextmanager
def _connection() -> Iterator[sqlite3.Connection]:
    global _memory
    where = location()
    try:
        if where == "memory":
            if _memory is None:
                _memory = sqlite3.connect(":memory:", check_same_thread=False)
                _memory.execute(_SCHEMA)
            with _memory:
                yield _memory
            return
        with contextlib.closing(_opened(Path(where))) as db, db:
            yield db
    except (sqlite3.Error, OSError) as error:
        raise ProgressError(f"Progress cannot be kept in {where}: {error}") from error


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, timeout=10)
    try:
        db.execute(_SCHEMA)
    except sqlite3.OperationalError:
        db.close()
        raise
    except sqlite3.DatabaseError:
        # Not a database any more: keep it for a person to look at, begin a new one.
        db.close()
        path.replace(path.with_suffix(".damaged"))
        db = sqlite3.connect(path, timeout=10)
        db.execute(_SCHEMA)
    return db


@dataclass(frozen=True)
class Overview:
    """Progress over one unit or the whole course; shows itself in Jupyter."""

    rows: tuple[tuple[Exercise, Entry], ...]

    @property
    def passed(self) -> int:
        """How many exercises have passed."""
        return sum(entry.status == "passed" for _, entry in self.rows)

    @property
    def points(self) -> int:
        """Points of the exercises that have passed."""
        return sum(e.points for e, entry in self.rows if entry.status == "passed")

    def __repr__(self) -> str:
        width = max(len(e.name) for e, _ in self.rows)
        lines = [self.summary]
        for exercise, entry in self.rows:
            lines.append(
                f"  {exercise.unit}  {exercise.name:<{width}}  {entry.status:<13}"
                f"  checks {entry.checks:>3}  hints {entry.hints}"
            )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td>{e.unit}</td><td style="text-align:left"><code>{escape(e.name)}</code></td>'
            f'<td style="text-align:left">{entry.status}</td>'
            f"<td>{entry.checks}</td><td>{entry.hints}</td><td>{e.points}</td></tr>"
            for e, entry in self.rows
        )
        heads = "".join(
            f'<th scope="col">{h}</th>'
            for h in ("unit", "exercise", "status", "checks", "hints", "points")
        )
        return (
            f'<div class="coursekit-progress"><p><strong>{self.summary}</strong></p>'
            f'<progress max="{len(self.rows)}" value="{self.passed}" '
            f'aria-label="exercises passed"></progress>'
            f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    @property
    def summary(self) -> str:
        """One line: exercises passed and points."""
        total = sum(e.points for e, _ in self.rows)
        return (
            f"{self.passed} of {len(self.rows)} exercises passed, {self.points} of {total} points."
        )


def overview(unit: str | int | None = None) -> Overview:
    """Progress in `unit`, or in the whole course.

    Raises:
        UnknownExercise: there is no such unit.
        ProgressError: the file cannot be read.
    """
    known = entries()
    if unit is None:
        course = [e for u in units() for e in in_unit(u)]
        own = [find(n) for n in names() if n not in {e.name for e in course}]
        exercises = course + own
    else:
        exercises = in_unit(unit)
    return Overview(tuple((e, known.get(e.name, Entry(e.name))) for e in exercises))
