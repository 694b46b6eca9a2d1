"""Opening a database: SQLite in WAL mode by default, PostgreSQL when a URL is given."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import URL, Column, Connection, Engine, MetaData, Table, create_engine, event, inspect, select, text
from sqlalchemy.exc import DatabaseError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from core.errors import ConfigurationError, WorkspaceError

_BUSY_SECONDS = 30
# SQLITE_ERROR is what a missing column gives: a cache of another version
_RUINED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_DAMAGE = {sqlite3.SQLITE_ERROR, *_RUINED}


def open_database(home: Path, name: str, metadata: MetaData, url: str | None = None, is_cache: bool = False) -> Engine:
    """Return an engine on `home/<name>.sqlite`, or on `url`, with the tables of `metadata`.

    A SQLite file that is only a cache is begun anew when it is damaged or has other columns; any other only gets the
    columns it lacks, each of which may be empty, and each of its commits is on the disk before it returns.

    Raises:
        ConfigurationError: the folder cannot be written, or the database cannot be opened.
    """
    path = home / f"{name}.sqlite"
    try:
        home.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url) if url else _sqlite(path, is_durable=not is_cache)
        # one process at a time: SQLite does not wait for its busy timeout where two switch to WAL at once
        with nullcontext() if url else FileLock(home / "opening.lock", timeout=_BUSY_SECONDS):
            if is_cache and not url:
                _make_whole(engine, metadata, path)
            else:
                _make_tables(engine, metadata)
                _add_columns(engine, metadata)
    except (OSError, ImportError, SQLAlchemyError) as error:
        if not url and _is_ruined(error):
            raise ConfigurationError(_damage(path)) from None
        advice = "Check THROUGHLINE_DATABASE_URL." if url else f"Check that {path} and its folder can be written to."
        raise ConfigurationError(f"The {name} database cannot be opened ({type(error).__name__}). {advice}") from None
    return engine


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file, whatever signs its path has; for SQLAlchemy and DBOS alike."""
    return URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


def has_table(url: str, name: str, schema: str | None = None) -> bool:
    """Tell whether a database has a table.

    Raises:
        WorkspaceError: the database does not answer, or its file is damaged.
    """
    engine = create_engine(url)
    try:
        return inspect(engine).has_table(name, schema=schema)
    except SQLAlchemyError as error:
        raise _failed(error, engine) from None
    finally:
        engine.dispose()


def check_home(home: Path) -> None:
    """Make THROUGHLINE_HOME when it is missing.

    Raises:
        ConfigurationError: it cannot be made, read or written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        is_usable = os.access(home, os.R_OK | os.W_OK | os.X_OK)
    except (OSError, ValueError):
        is_usable = False
    if not is_usable:
        raise ConfigurationError(f"THROUGHLINE_HOME, {home}, cannot be made or written to. Name another folder.")


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """Give a connection to read from.

    Raises:
        WorkspaceError: the database fails; the message holds neither statement nor values.
    """
    try:
        with engine.connect() as connection:
            yield connection
    except (DBAPIError, PoolTimeoutError) as error:
        raise _failed(error, engine) from None


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """Give a transaction that takes the write lock first: what it reads cannot change before it commits.

    It commits at the end, and rolls back on an error.

    Raises:
        WorkspaceError: the database fails; the message holds neither statement nor values.
    """
    try:
        with _writing(engine) as connection:
            yield connection
    except (DBAPIError, PoolTimeoutError) as error:
        raise _failed(error, engine) from None


@contextmanager
def answering() -> Iterator[None]:
    """Say in a sentence that a database fails which another library reads and writes.

    Raises:
        WorkspaceError: it does; the message holds neither statement nor values.
    """
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as error:
        raise _silent(error) from None


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(7470617)"))
        yield connection
        connection.commit()


def _make_tables(engine: Engine, metadata: MetaData) -> None:
    with _writing(engine) as connection:
        metadata.create_all(connection)


def _add_columns(engine: Engine, metadata: MetaData) -> None:
    """Add the columns that a database of an earlier version lacks."""
    if not any(_lacking(engine, table) for table in metadata.sorted_tables):
        return
    with _writing(engine) as connection:
        for table in metadata.sorted_tables:
            for column in _lacking(connection, table):  # looked for again: another process may have added it
                kind = column.type.compile(engine.dialect)
                name, of = (engine.dialect.identifier_preparer.quote(part) for part in (column.name, table.name))
                connection.exec_driver_sql(f"ALTER TABLE {of} ADD COLUMN {name} {kind}")


def _lacking(bind: Engine | Connection, table: Table) -> list[Column[Any]]:
    there = {column["name"] for column in inspect(bind).get_columns(table.name)}
    return [column for column in table.columns if column.name not in there]


def _make_whole(engine: Engine, metadata: MetaData, path: Path) -> None:
    if _is_whole(engine, metadata):
        return
    # one process at a time, and it looks again: a file another one has just begun must not be taken away
    with FileLock(path.with_name(f"{path.name}.lock"), timeout=_BUSY_SECONDS):
        if _is_whole(engine, metadata):
            return
        engine.dispose()
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        _make_tables(engine, metadata)


def _is_whole(engine: Engine, metadata: MetaData) -> bool:
    try:
        _make_tables(engine, metadata)
        with engine.connect() as connection:
            for table in metadata.sorted_tables:
                connection.execute(select(table).limit(1))
            return bool(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() == "ok")
    except DatabaseError as error:
        if getattr(error.orig, "sqlite_errorcode", None) not in _DAMAGE:
            raise
        return False


def _is_ruined(error: BaseException) -> bool:
    return getattr(getattr(error, "orig", error), "sqlite_errorcode", None) in _RUINED


def _damage(path: Path | str | None) -> str:
    return (
        f"{path} is damaged. Move it away, or put back a good copy, and try again: a new one is begun. "
        "Projects and their images are not in it, and what is finished is reused."
    )


def _failed(error: SQLAlchemyError, engine: Engine) -> WorkspaceError:
    if _is_ruined(error):
        return WorkspaceError(_damage(engine.url.database))
    return _silent(error)


def _silent(error: SQLAlchemyError) -> WorkspaceError:
    return WorkspaceError(
        f"A database in THROUGHLINE_HOME does not answer ({type(error).__name__}). "
        "Check the free space and that no other program holds it, then try again."
    )


def _sqlite(path: Path, is_durable: bool) -> Engine:
    engine = create_engine(sqlite_url(path), connect_args={"timeout": _BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun by us, so that BEGIN IMMEDIATE is possible
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={'FULL' if is_durable else 'NORMAL'}")

    return engine
