"""One SQLite connection in a thread of its own, in which whole jobs are done.

On a busy machine every way to another thread and back costs a turn of the scheduler. A transaction
is therefore one job and not a statement at a time. Nothing here knows what a job is about.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import aiosqlite

T = TypeVar("T")

Job = Callable[[sqlite3.Connection], T]


class DatabaseConnection(aiosqlite.Connection):
    """A connection to the file at ``path``, which waits ``busy_s`` for other processes.

    Await it to open it. Transactions are begun and ended by statements only.
    """

    def __init__(self, path: Path, busy_s: float) -> None:
        open_file = partial(sqlite3.connect, path, timeout=busy_s, isolation_level=None)
        super().__init__(open_file, iter_chunk_size=64)

    async def run(self, job: Job[T]) -> T:
        """Do ``job`` in the connection's thread, after all that was asked for before.

        Once begun it is finished, even if the caller is cancelled.
        """
        result: T = await self._execute(job, self._conn)  # type: ignore[no-untyped-call]
        return result


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit at the end of the block, roll back on any error."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise
