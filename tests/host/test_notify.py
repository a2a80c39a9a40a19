"""What systemd is told, over real datagram sockets."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from jarvisd.host.notify import MAX_LINE, MAX_UNSENT, Notifier, plain
from tests.host.systemd import FakeSystemd


@pytest.fixture(params=["path", "abstract"])
def systemd(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeSystemd]:
    name = f"@jarvisd-test-{os.getpid()}" if request.param == "abstract" else f"{tmp_path}/notify"
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    with FakeSystemd(name) as fake:
        yield fake


@pytest.fixture
def notifier(systemd: FakeSystemd) -> Iterator[Notifier]:
    made = Notifier(systemd.environ, monotonic_ns=lambda: 1_234_567_890)
    yield made
    made.close()


def test_every_message_is_one_datagram(systemd: FakeSystemd, notifier: Notifier) -> None:
    notifier.extend(2.5)
    notifier.ready("Idle")
    notifier.status("Answering one reply")
    notifier.alive()
    notifier.reloading("Reloading")
    notifier.stopping("Stopping")
    assert systemd.told() == [
        {"EXTEND_TIMEOUT_USEC": "2500000"},
        {"READY": "1", "STATUS": "Idle"},
        {"STATUS": "Answering one reply"},
        {"WATCHDOG": "1"},
        {"RELOADING": "1", "MONOTONIC_USEC": "1234567", "STATUS": "Reloading"},
        {"STOPPING": "1", "STATUS": "Stopping"},
    ]


def test_without_systemd_nothing_happens() -> None:
    notifier = Notifier({})
    assert not notifier.connected
    notifier.ready("Idle")
    notifier.alive()
    notifier.close()


@pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning"
)  # sdnotify leaves it to the collector
def test_a_socket_that_is_not_there_costs_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", f"{tmp_path}/nobody")
    with structlog.testing.capture_logs() as logged:
        notifier = Notifier(os.environ)
        notifier.ready("Idle")
    assert not notifier.connected
    assert [entry["event"] for entry in logged] == ["notify.unreachable"]


def test_systemd_going_away_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"{tmp_path}/notify"
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    with FakeSystemd(address) as systemd:
        notifier = Notifier(systemd.environ)
    with structlog.testing.capture_logs() as logged:
        notifier.ready("Idle")
        notifier.alive()
        notifier.close()
        notifier.status("after the end")
    assert [entry["event"] for entry in logged] == ["notify.failed", "notify.failed"]
    assert not notifier.connected


async def test_what_does_not_fit_is_sent_later_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"{tmp_path}/notify"
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    with FakeSystemd(address) as systemd:
        _fill(address)
        notifier = Notifier(systemd.environ)
        notifier.reloading("Reloading")
        notifier.alive()
        notifier.ready("Idle")
        assert all("FULL" in told for told in systemd.told())
        assert "RELOADING" in await systemd.next()
        assert (await systemd.next())["READY"] == "1"
        assert systemd.told() == []  # a watchdog message that did not fit is not sent late
        notifier.close()


async def test_a_deaf_systemd_costs_a_bounded_amount(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"{tmp_path}/notify"
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    with FakeSystemd(address) as systemd:
        _fill(address)
        notifier = Notifier(systemd.environ)
        for number in range(100):
            notifier.status(f"line {number}")
        systemd.told()
        kept = [await systemd.next() for _ in range(MAX_UNSENT)]
        assert kept[-1] == {"STATUS": "line 99"}
        assert systemd.told() == []
        notifier.close()


def _fill(address: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        try:
            while True:
                sender.sendto(b"FULL=1", address)
        except BlockingIOError:
            return


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ("Idle", "Idle"),
        ("two\nlines\tREADY=0", "two lines READY=0"),
        ("Gr\u00fc\u00dfe \u2026", "Gr??e ?"),
        ("x" * 500, "x" * (MAX_LINE - 3) + "..."),
    ],
)
def test_the_line_is_one_plain_line(line: str, sent: str) -> None:
    assert plain(line) == sent


def test_importing_it_opens_nothing() -> None:
    script = (
        "import os; before = set(os.listdir('/proc/self/fd'));"
        "import jarvisd.host.notify; print(set(os.listdir('/proc/self/fd')) == before)"
    )
    environ = {**os.environ, "NOTIFY_SOCKET": "@nobody"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, check=True, timeout=300
    )
    assert done.stdout == b"True\n"
