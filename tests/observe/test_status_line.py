"""The line in ``systemctl status``: true, and sent only when it is a new one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvisd.host.notify import Notifier
from jarvisd.observe.status_line import INTERVAL_S, StatusLine, describe
from tests.host.systemd import FakeSystemd


class Stage:
    """A status line whose text and clock the test sets."""

    def __init__(self, systemd: FakeSystemd) -> None:
        self.systemd = systemd
        self.notifier = Notifier(os.environ)
        self.text = "Idle"
        self.now = 100.0
        self.described = 0
        self.line = StatusLine(self.notifier, self._describe, clock=lambda: self.now)

    def _describe(self) -> str:
        self.described += 1
        return self.text


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    address = f"{tmp_path}/notify"
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    with FakeSystemd(address) as systemd:
        made = Stage(systemd)
        yield made
        made.line.end()
        made.notifier.close()


async def test_a_change_is_sent_once(stage: Stage) -> None:
    assert stage.line.begin() == "Idle"
    stage.now += 2 * INTERVAL_S
    stage.text = "Answering one reply"
    for _ in range(100):
        stage.line.changed()
    assert await stage.systemd.next() == {"STATUS": "Answering one reply"}
    assert stage.described == 2


async def test_the_same_line_is_not_sent_again(stage: Stage) -> None:
    stage.line.begin()
    stage.now += 2 * INTERVAL_S
    stage.line.changed()
    stage.text = "Answering one reply"
    assert await stage.systemd.next() == {"STATUS": "Answering one reply"}
    stage.now += 2 * INTERVAL_S
    stage.line.changed()
    stage.text = "Idle"
    assert await stage.systemd.next() == {"STATUS": "Idle"}
    assert stage.systemd.told() == []


async def test_many_changes_are_sent_at_most_once_an_interval(stage: Stage) -> None:
    stage.line.begin()
    for number in range(50):
        stage.text = f"line {number}"
        stage.line.changed()
    assert stage.systemd.told() == []  # the first line was just sent
    assert await stage.systemd.next() == {"STATUS": "line 49"}


async def test_nothing_is_sent_before_the_beginning_and_after_the_end(stage: Stage) -> None:
    stage.line.changed()
    stage.line.begin()
    stage.text = "Answering one reply"
    stage.line.changed()
    stage.line.end()
    stage.line.changed()
    assert stage.described == 1
    assert stage.systemd.told() == []


async def test_without_systemd_nothing_is_put_together() -> None:
    described: list[str] = []

    def describe_it() -> str:
        described.append("x")
        return "Idle"

    line = StatusLine(Notifier({}), describe_it)
    line.begin()
    line.changed()
    assert len(described) == 1


@pytest.mark.parametrize(
    ("state", "replies", "problems", "expected"),
    [
        ("running", 0, [], "Idle; llama-server answers, amy speaks"),
        ("running", 1, [], "Answering one reply; llama-server answers, amy speaks"),
        ("running", 3, [], "Answering 3 replies; llama-server answers, amy speaks"),
        ("running", 0, ["no disk"], "Idle; degraded: no disk"),
        ("running", 2, ["no disk", "x"], "Answering 2 replies; degraded: no disk (and 1 more)"),
        ("stopping", 0, ["no disk"], "Stopping"),
        ("stopping", 2, [], "Stopping; answering 2 replies"),
    ],
)  # fmt: skip
def test_the_line_says_what_the_daemon_does(
    state: str, replies: int, problems: list[str], expected: str
) -> None:
    said = describe(
        state,
        replies=replies,
        answers="llama-server answers",
        speaks="amy speaks",
        problems=problems,
    )
    assert said == expected
