"""One daemon to a state directory, whatever the one before it left behind."""

import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from jarvisd.errors import UnavailableError
from jarvisd.host.state_lock import LOCK_NAME, StateLock

HOLDER = """
import sys, time
from pathlib import Path
from jarvisd.host.state_lock import StateLock
lock = StateLock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


def test_a_second_daemon_is_refused_and_told_who_is_there(tmp_path: Path) -> None:
    command = (sys.executable, "-c", HOLDER, str(tmp_path))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(UnavailableError) as raised:
            StateLock(tmp_path)
        assert raised.value.code == "daemon.state_in_use"
        assert f"(process {holder.pid})" in raised.value.message
        holder.kill()
        holder.wait()
        assert (tmp_path / LOCK_NAME).exists()
        StateLock(tmp_path).close()  # a stale file is no lock


def test_it_can_be_had_again_after_it_was_given_back(tmp_path: Path) -> None:
    for _ in range(2):
        lock = StateLock(tmp_path / "state")
        with pytest.raises(UnavailableError):
            StateLock(tmp_path / "state")
        lock.close()
        lock.close()


def test_a_directory_that_cannot_be_written_is_no_reason_not_to_start() -> None:
    with structlog.testing.capture_logs() as logged:
        StateLock(Path("/proc/jarvisd")).close()
    assert [entry["event"] for entry in logged] == ["state.unlocked"]
