"""The schema as an ordered list of steps; ``PRAGMA user_version`` counts the steps done.

A step that was released is never edited: a database from any earlier release must still load.
"""

import aiosqlite

from jarvisd.errors import StoreError

_CONVERSATIONS_AND_MESSAGES = (
    """
    CREATE TABLE conversations (
        id TEXT PRIMARY KEY,
        created_at REAL NOT NULL,
        updated_at REAL NOT NULL,
        title TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX conversations_by_update ON conversations (updated_at, id)",
    """
    CREATE TABLE messages (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        role TEXT NOT NULL,
        text TEXT NOT NULL,
        created_at REAL NOT NULL,
        heard TEXT,
        interrupted INTEGER NOT NULL,
        reply TEXT NOT NULL,
        provider TEXT NOT NULL,
        model TEXT NOT NULL,
        voice TEXT NOT NULL,
        tokens INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX messages_by_conversation ON messages (conversation, position)",
    "CREATE INDEX messages_by_reply ON messages (reply) WHERE reply <> ''",
)

_DAYS = (
    """
    CREATE TABLE days (
        day TEXT PRIMARY KEY,
        replies INTEGER NOT NULL,
        errors INTEGER NOT NULL,
        interrupted INTEGER NOT NULL,
        utterances INTEGER NOT NULL,
        fallback INTEGER NOT NULL,
        skipped INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE day_spans (
        day TEXT NOT NULL,
        span TEXT NOT NULL,
        count INTEGER NOT NULL,
        total_ms REAL NOT NULL,
        p50_ms REAL,
        p95_ms REAL,
        p99_ms REAL,
        bins BLOB,
        PRIMARY KEY (day, span)
    ) STRICT, WITHOUT ROWID
    """,
)

_FAILED = ("ALTER TABLE messages ADD COLUMN failed TEXT NOT NULL DEFAULT ''",)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_CONVERSATIONS_AND_MESSAGES, _DAYS, _FAILED)
NEWEST = len(MIGRATIONS)


async def migrate(connection: aiosqlite.Connection) -> int:
    """Do the missing steps, all or none; returns the version found before.

    Raises ``StoreError`` (``store.newer``) for a database written by a newer release, which is
    left untouched.
    """
    await connection.execute("BEGIN IMMEDIATE")
    try:
        found = await version(connection)
        _refuse_newer(found)
        for step in MIGRATIONS[found:]:
            for statement in step:
                await connection.execute(statement)
        await connection.execute(f"PRAGMA user_version = {NEWEST}")
    except BaseException:
        await connection.execute("ROLLBACK")
        raise
    await connection.execute("COMMIT")
    return found


async def version(connection: aiosqlite.Connection) -> int:
    """The schema version of a database; 0 when it is new."""
    rows = list(await connection.execute_fetchall("PRAGMA user_version"))
    return int(rows[0][0])


def _refuse_newer(found: int) -> None:
    if found > NEWEST:
        raise StoreError(
            f"the database has schema version {found}; this jarvisd knows up to {NEWEST}",
            code="store.newer",
            hint="Upgrade jarvisd, or move the database away.",
        )
