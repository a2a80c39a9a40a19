"""A real daemon with systemd's sockets: what it is told from the start to the end."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.host.systemd import FakeSystemd
from tests.support.daemon import RunningDaemon, running_daemon

WATCHDOG_S = 0.5
# Longer than is made ahead of a listener, so that its reply goes on as long as he stays.
LONG = "This sentence is one of very many. " * 300


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[FakeSystemd]:
    with FakeSystemd(f"{tmp_path}/notify") as fake:
        yield fake


@asynccontextmanager
async def supervised(
    directory: Path, systemd: FakeSystemd, *, watchdog: bool = False, check_exit: bool = True
) -> AsyncIterator[RunningDaemon]:
    environ = dict(systemd.environ)
    if watchdog:
        environ["WATCHDOG_USEC"] = str(int(WATCHDOG_S * 1_000_000))
    configuration = directory / "jarvisd.toml"
    configuration.touch()
    async with running_daemon(
        directory, environ=environ, configuration=configuration, check_exit=check_exit
    ) as daemon:
        yield daemon


async def test_its_life_as_systemd_sees_it(tmp_path: Path, systemd: FakeSystemd) -> None:
    async with supervised(tmp_path, systemd) as daemon:
        assert "EXTEND_TIMEOUT_USEC" in await systemd.next()
        ready = await systemd.next()
        assert ready["READY"] == "1"  # with no model, and before any engine has started
        assert ready["STATUS"].startswith("Idle; ")
        changed = await systemd.next()
        assert "The builtin provider answers instead" in changed["STATUS"]
        async with daemon.client.stream("POST", "/v1/say", json={"text": LONG}):
            assert (await systemd.next())["STATUS"].startswith("Answering one reply; degraded")
        assert await systemd.next() == changed  # the listener left: back to what it was
        await daemon.stop()
        told = systemd.told()
        assert told[-1]["STOPPING"] == "1"
        assert told[-1]["STATUS"] == "Stopping"
        assert not any("WATCHDOG" in one for one in told)


async def test_a_reload_is_told_also_where_it_failed(tmp_path: Path, systemd: FakeSystemd) -> None:
    async with supervised(tmp_path, systemd) as daemon:
        (tmp_path / "jarvisd.toml").write_text("[log]\nlevel = 'debug'\n[store]\nqueue = 7\n")
        daemon.process.send_signal(signal.SIGHUP)
        assert "MONOTONIC_USEC" in await systemd.until("RELOADING", "1")
        await systemd.until("READY", "1")
        assert "config.reloaded" in daemon.log
        assert "store.queue" in daemon.log
        (tmp_path / "jarvisd.toml").write_text("[log]\nlevel = 'loud'\n")
        daemon.process.send_signal(signal.SIGHUP)
        await systemd.until("RELOADING", "1")
        await systemd.until("READY", "1")
        assert "config.refused" in daemon.log
        assert "expected one of" in daemon.log
        answer = await daemon.client.post("/v1/reload")
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (422, "config.invalid")
        assert len(error["problems"]) == 1


async def test_new_settings_count_for_the_next_reply(tmp_path: Path, systemd: FakeSystemd) -> None:
    async with supervised(tmp_path, systemd) as daemon:
        (tmp_path / "jarvisd.toml").write_text(
            "[api]\nmax_text_chars = 5\n[speech]\nvoice = 'espeak:de'\nslots = 1\n"
        )
        answer = await daemon.post("/v1/reload")
        assert answer["changed"] == ["api.max_text_chars", "speech.voice", "speech.slots"]
        status = await daemon.until(lambda status: status["voice"] == "espeak:de")
        assert status["slots"] == 1
        refused = await daemon.client.post("/v1/say", json={"text": "too long"})
        assert refused.json()["error"]["code"] == "limit.text"


async def test_it_is_alive_while_it_works_and_silent_when_frozen(
    tmp_path: Path, systemd: FakeSystemd
) -> None:
    async with supervised(tmp_path, systemd, watchdog=True, check_exit=False) as daemon:
        await systemd.until("WATCHDOG", "1")
        await systemd.until("WATCHDOG", "1")
        daemon.process.send_signal(signal.SIGSTOP)
        await asyncio.to_thread(_wait_until_stopped, daemon.pid)
        systemd.told()
        # A real gap in its time, longer than the watchdog allows: no clock can be passed to it.
        await asyncio.sleep(2 * WATCHDOG_S)
        assert systemd.told() == []
        daemon.process.send_signal(signal.SIGCONT)
        await systemd.until("WATCHDOG", "1")  # the gap made nobody stuck


async def test_a_daemon_that_hung_says_where(tmp_path: Path, systemd: FakeSystemd) -> None:
    """What systemd sends when the watchdog was not told in time."""
    async with supervised(tmp_path, systemd, check_exit=False) as daemon:
        assert await daemon.stop(signal.SIGABRT) == -signal.SIGABRT
        assert "Fatal Python error: Aborted" in daemon.log
        assert "asyncio" in daemon.log


def _wait_until_stopped(pid: int) -> None:
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        pass
