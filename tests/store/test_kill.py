"""A process killed in the middle of writing loses nothing that it had reported as saved."""

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

CHILD = Path(__file__).with_name("writing_child.py")
BATCH = 25


def write_until_killed(path: Path, start: int, reports: int) -> int:
    """Kill the writing process somewhere after its ``reports``-th report; the last one it made."""
    command = [sys.executable, str(CHILD), str(path), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        saved = start
        for line in child.stdout:
            if not line.startswith("saved "):
                continue
            saved = int(line.removeprefix("saved "))
            reports -= 1
            if reports <= 0:
                child.kill()
                break
        # What it still reported before the signal arrived counts as well.
        for line in child.stdout:
            if line.startswith("saved ") and line.endswith("\n"):
                saved = int(line.removeprefix("saved "))
    return saved


def numbers_in(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = connection.execute("SELECT text FROM messages ORDER BY position").fetchall()
    return [int(text) for (text,) in rows]


@pytest.mark.parametrize("kills", [10, pytest.param(100, marks=pytest.mark.long)])
@pytest.mark.timeout(600)
def test_killed_at_any_moment_no_reported_message_is_lost(path: Path, kills: int) -> None:
    chance = random.Random(20)
    path.parent.mkdir()
    start = 0
    for _kill in range(kills):
        saved = write_until_killed(path, start, chance.randint(1, 30))
        found = numbers_in(path)
        assert found == list(range(len(found))), "no gap, no repetition, in order"
        assert len(found) >= saved > start
        assert len(found) % BATCH == 0, "no half of a transaction"
        start = len(found)
