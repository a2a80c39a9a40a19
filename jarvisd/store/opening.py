"""Opens the database file: permissions, settings, integrity, schema.

A damaged file is moved aside, never deleted and never written to; a database from a newer release
is not touched. All other errors are raised.
"""

import asyncio
import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

import structlog

from jarvisd.store.connection import DatabaseConnection
from jarvisd.store.migrations import migrate

BUSY_TIMEOUT_S = 5.0
# Once it is open: shorter than the end of a reply waits for the disk (``END_KEPT_S``), so that by
# then it is known, and shown everywhere, that another process holds the database.
WRITE_TIMEOUT_MS = 500
# Above this size a clean shutdown is believed; an unclean one is always looked into.
CHECKED_BYTES = 32 * 1024 * 1024
COMPANIONS = ("-wal", "-shm")

_log = structlog.get_logger(__name__)

_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    # Survives the daemon's death, not the machine's; see ``Database.apply`` for what does.
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA journal_size_limit = 4194304",
)
# The default of 2 MiB in each connection fills turn by turn, and a prompt needs a few pages.
_CACHE = "PRAGMA cache_size = -512"


async def open_connections(path: Path) -> tuple[DatabaseConnection, DatabaseConnection]:
    """A connection that writes and one that only reads.

    Creates the directory (0700) and the file (0600). Raises ``OSError``, ``sqlite3.Error`` or
    ``StoreError`` if the database cannot be used.
    """
    try:
        return await _open(path)
    except sqlite3.DatabaseError as error:
        if not is_corrupt(error):
            raise
        await asyncio.to_thread(set_aside, path, str(error))
    return await _open(path)


def identity(path: Path) -> tuple[int, int] | None:
    """The identity of the file at ``path`` now; ``None`` if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


def is_corrupt(error: BaseException) -> bool:
    """Whether an error says that the file is damaged or no database at all."""
    # Extended codes carry the primary one in their low byte.
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return primary in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def set_aside(path: Path, reason: str) -> Path:
    """Rename a damaged database with its journal to ``*.corrupt-TIMESTAMP``; returns the name."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    target = path.with_name(f"{path.name}.corrupt-{stamp}")
    attempt = 1
    while target.exists():
        attempt += 1
        target = path.with_name(f"{path.name}.corrupt-{stamp}-{attempt}")
    # The journal first: it must never meet the fresh database.
    for suffix in COMPANIONS:
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(f"{target}{suffix}")
    path.rename(target)
    _log.error("store.corrupt", reason=reason, path=str(path), moved_to=str(target))
    return target


async def _open(path: Path) -> tuple[DatabaseConnection, DatabaseConnection]:
    thorough = await asyncio.to_thread(_prepare, path)
    writer = DatabaseConnection(path, BUSY_TIMEOUT_S)
    await writer
    try:
        for setting in (*_SETTINGS, _CACHE):
            await writer.execute_fetchall(setting)
        if thorough:
            await _check(writer)
        found = await migrate(writer)
        await writer.execute_fetchall(f"PRAGMA busy_timeout = {WRITE_TIMEOUT_MS}")
        reader = DatabaseConnection(path, BUSY_TIMEOUT_S)
        await reader
    except BaseException:
        await writer.close()
        raise
    for setting in ("PRAGMA query_only = ON", _CACHE):
        await reader.execute_fetchall(setting)
    _log.info("store.opened", path=str(path), migrated_from=found, checked=thorough)
    return writer, reader


def _prepare(path: Path) -> bool:
    """Create missing files, private to the daemon; returns whether to check the file thoroughly."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    # A clean shutdown removes the journal.
    unclean = path.with_name(path.name + "-wal").exists()
    return unclean or path.stat().st_size <= CHECKED_BYTES


async def _check(connection: DatabaseConnection) -> None:
    rows = list(await connection.execute_fetchall("PRAGMA quick_check(1)"))
    if rows[0][0] != "ok":
        error = sqlite3.DatabaseError(str(rows[0][0]))
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error
