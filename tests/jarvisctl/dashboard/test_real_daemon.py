"""The dashboard beside a real daemon that answers, goes away and comes back."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from jarvisctl.dashboard import playback
from jarvisctl.dashboard.app import Dashboard
from jarvisctl.dashboard.asking import Asking
from jarvisctl.dashboard.commanding import Commanding
from jarvisctl.dashboard.feed import DaemonFeed
from jarvisctl.dashboard.news import News
from jarvisctl.dashboard.snapshot import Snapshot
from tests.support.daemon import running_daemon


async def until(pilot: Pilot[None], app: Dashboard, reached: Callable[[Snapshot], object]) -> None:
    while not reached(app.snapshot):
        await pilot.pause(0.05)


def spoken(snapshot: Snapshot) -> object:
    reply = snapshot.current
    return reply is not None and playback.word(reply, snapshot.now)


@pytest.mark.slow
async def test_an_answer_is_followed_and_the_daemon_may_come_and_go(socket_path: Path) -> None:
    directory = socket_path.parent
    sockets = [str(directory / "control.sock")]
    news = News()
    asking, commanding = Asking(sockets, news.put), Commanding(sockets, news.put)
    app = Dashboard(news, DaemonFeed(sockets), asking, commanding)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, app, lambda s: s.link.state == "down" and s.link.hint)
        async with running_daemon(directory, check_exit=False) as daemon:
            await until(pilot, app, lambda s: s.live and s.status and s.status.pid == daemon.pid)
            await until(pilot, app, lambda s: len(s.samples) > 1)
            await pilot.press("i", *"How are you?", "enter")
            await until(pilot, app, spoken)
            reply = app.snapshot.current
            assert reply is not None
            assert (reply.question, reply.provider) == ("How are you?", "builtin")
            await pilot.press("escape")
            await until(pilot, app, lambda s: s.current and s.current.outcome == "interrupted")
            os.kill(daemon.pid, signal.SIGKILL)
            await until(pilot, app, lambda s: s.link.state == "down" and s.link.hint)
        async with running_daemon(directory) as again:
            await until(pilot, app, lambda s: s.live and s.status and s.status.pid == again.pid)
