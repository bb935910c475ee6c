"""The gradebook's database: opened, recognised, locked while it is written to.

An SQLite file unless a URL says otherwise. What is written, is written in one transaction: a
process that is killed leaves the gradebook as it was before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.orm import Session

from coursekit.grading.gradebook.errors import GradebookError
from coursekit.grading.gradebook.models import VERSION, About, Base

FORMAT = "coursekit gradebook"
DEFAULT = "gradebook.sqlite"
PATIENCE = 15.0
"""Seconds to wait for another process that is writing."""


class Gradebook:
    """One open gradebook.

    Args:
        where: path of an SQLite file, or the URL of a database.
        create: begin a new one where there is none.
        patience: seconds to wait for another process that is writing.

    Raises:
        GradebookError: there is none, it cannot be opened, it belongs to another program or was
            written by a newer coursekit.
    """

    def __init__(
        self, where: str | Path = DEFAULT, *, create: bool = False, patience: float = PATIENCE
    ) -> None:
        url = _url(str(where))
        self.name = _shown(url)
        self._patience = patience
        self._engine = self._connected(url)
        try:
            if not create and _is_missing(url):
                raise self._absent()
            self._open(create)
        except BaseException:
            self._engine.dispose()
            raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the gradebook. Raises GradebookError: not readable."""
        with self._in_words(), Session(self._engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are kept all together at the end of the block, or not at all.

        Raises:
            GradebookError: another process writes for longer than our patience, or the disk
                refuses.
        """
        engine = self._engine.execution_options(coursekit_writes=True)
        with self._in_words(), Session(engine) as session, session.begin():
            session.connection()  # takes the lock now, not at the first query
            yield session

    @contextmanager
    def rehearsing(self) -> Iterator[Session]:
        """A session like `writing`'s of which nothing is kept: to see what would change."""
        engine = self._engine.execution_options(coursekit_writes=True)
        with self._in_words(), Session(engine) as session:
            yield session
            session.expunge_all()
            session.rollback()

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connected(self, url: URL) -> Engine:
        try:
            if url.get_backend_name() != "sqlite":
                return create_engine(url)
            engine = create_engine(url, connect_args={"timeout": self._patience})
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            raise GradebookError(
                f"{self.name} needs a database driver that is not installed: {error}"
            ) from None
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine

    def _open(self, create: bool) -> None:
        with self._in_words():
            with self._engine.connect() as connection:
                known = self._recognised(connection)
            if known:
                return
            if not create:
                raise self._absent()
            # Two processes may begin the same gradebook: the second finds it, inside the lock.
            with self._engine.execution_options(coursekit_writes=True).begin() as connection:
                if not self._recognised(connection):
                    Base.metadata.create_all(connection)
                    row = {"format": FORMAT, "version": VERSION, "begun": datetime.now(UTC)}
                    connection.execute(insert(About), row)

    def _recognised(self, connection: Connection) -> bool:
        """Whether it is a gradebook; False when it is an empty database."""
        tables = sorted(inspect(connection).get_table_names())
        if not tables:
            return False
        # The version is asked for before anything that a newer program may have changed.
        if "about" in tables:
            columns = {column["name"] for column in inspect(connection).get_columns("about")}
            if {"format", "version"} <= columns:
                found = connection.execute(select(About.format, About.version)).first()
                if found and found.format == FORMAT:
                    self._check_version(found.version)
                    return True
        raise GradebookError(
            f"{self.name} belongs to another program (it has the tables {', '.join(tables[:4])}): "
            "take another --db."
        )

    def _check_version(self, version: object) -> None:
        if version != VERSION:
            raise GradebookError(
                f"{self.name} is a gradebook of version {version}; this coursekit reads version "
                f"{VERSION}. Use the coursekit that wrote it, or update this one."
            )

    def _absent(self) -> GradebookError:
        return GradebookError(
            f"There is no gradebook {self.name}: `coursekit gradebook import-roster` or "
            "`take-in` begins one; --db says where it is."
        )

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Turn what the database says into a line that a user can act upon."""
        try:
            yield
        except DBAPIError as error:
            if isinstance(error, IntegrityError) and self._engine.dialect.name != "sqlite":
                raise GradebookError(
                    f"{self.name}: another process wrote the same at the same time; nothing was "
                    "changed. Run the command again."
                ) from None
            raise GradebookError(f"{self.name}: {self._reason(error.orig)}") from error

    def _reason(self, error: BaseException | None) -> str:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return (
                f"another process is writing to it; waited {self._patience:g} s. "
                "Nothing was changed; run the command again when the other is done."
            )
        said = {
            sqlite3.SQLITE_NOTADB: "this file is no gradebook; take another --db.",
            sqlite3.SQLITE_CORRUPT: "the file is damaged; take the last copy you made of it.",
            sqlite3.SQLITE_READONLY: "it may only be read here; nothing was changed.",
            sqlite3.SQLITE_CANTOPEN: "it cannot be opened; is the folder there, and writable?",
            sqlite3.SQLITE_FULL: "the disk is full; nothing was changed. Make room, try again.",
        }
        return said.get(code, f"the database says: {' '.join(str(error).split())}")


def _url(where: str) -> URL:
    if "://" not in where:
        return URL.create("sqlite", database=str(Path(where).expanduser()))
    try:
        return make_url(where)
    except ArgumentError:
        raise GradebookError(
            "The URL of a database looks like postgresql+psycopg://user@host/name, or just give "
            "the path of a file."
        ) from None


def _shown(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return url.database or ":memory:"
    return url.render_as_string(hide_password=True)


def _is_missing(url: URL) -> bool:
    """Whether it is a file that is not there: connecting would make an empty one."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return False
    return not url.database.startswith("file:") and not Path(url.database).exists()


def _prepare(connection: Any, _: object) -> None:
    # The driver's own rules for when a transaction begins would let two writers read first and
    # then fail; ours begin with the lock.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("coursekit_writes")
    connection.execute(text("BEGIN IMMEDIATE" if writes else "BEGIN"))
