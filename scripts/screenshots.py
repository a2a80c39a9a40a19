"""Makes docs/screenshots from the real thing: a private daemon answering with a real llama-server.

    python -m scripts.screenshots       # SVG, and PNG where rsvg-convert is installed

The dashboard runs without a terminal and draws into a picture; nothing of what it shows is made up.
"""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from textual.widgets import Input

from jarvisctl.dashboard import playback
from jarvisctl.dashboard.app import Dashboard
from jarvisctl.dashboard.asking import Asking
from jarvisctl.dashboard.commanding import Commanding
from jarvisctl.dashboard.feed import DaemonFeed
from jarvisctl.dashboard.news import News
from jarvisctl.dashboard.preferences import Preferences
from jarvisctl.dashboard.snapshot import Snapshot
from jarvisctl.private_daemon import PrivateDaemon
from tests.support.llama_server import RunningServer, llama_server
from tests.support.tiny_model import tiny_model

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "screenshots"
PATIENCE_S = 60.0
QUESTIONS = ("Good evening, Jarvis.", "Did the backup run?", "What is on for tomorrow?")
CONFIG = """
[llm]
url = "{url}"
max_tokens = 70
health_cache_s = 1.0
[telemetry]
traces = true
"""


def main() -> None:
    """Take every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        llama_server(tiny_model("endless"), extra_args=("--alias", "home-model")) as model,
        tempfile.TemporaryDirectory(prefix="jarvis-") as folder,
    ):
        config = Path(folder) / "jarvisd.toml"
        config.write_text(CONFIG.format(url=model.url))
        with PrivateDaemon(config=config) as daemon:
            asyncio.run(conversation([str(daemon.socket)]))
            asyncio.run(trouble([str(daemon.socket)], model, daemon))


async def conversation(sockets: list[str]) -> None:
    """Questions and answers: the pictures of a daemon that is well."""
    app = dashboard(sockets)
    async with app.run_test(size=(120, 36)) as pilot:
        for question in QUESTIONS[:-1]:
            await ask(app, question)
            await until(app, speaking)
            await asyncio.sleep(2)
            await pilot.press("escape")
            await until(app, lambda s: s.current is not None and s.current.ended_at is not None)
        await ask(app, QUESTIONS[-1])
        await until(app, speaking)
        await asyncio.sleep(4)
        for size in ((120, 36), (80, 24), (60, 20)):
            await pilot.resize_terminal(*size)
            await pilot.pause(0.5)
            picture(app, f"speaking-{size[0]}x{size[1]}")
        await pilot.resize_terminal(120, 36)
        await pilot.press("escape")
        await until(app, lambda s: s.current is not None and s.current.ended_at is not None)
        for key, name in (("t", "trace"), ("question_mark", "help")):
            app.action_panel("conversation")
            await pilot.press(key)
            await pilot.pause(1)
            picture(app, f"{name}-120x36")
            await pilot.press("escape")


async def trouble(sockets: list[str], model: RunningServer, daemon: PrivateDaemon) -> None:
    """The model goes, then the daemon."""
    app = dashboard(sockets)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(app, lambda s: s.live)
        model.stop()
        await until(app, lambda s: s.status is not None and s.status.provider == "builtin")
        await ask(app, "How is the host?")
        await until(app, speaking)
        await pilot.pause(1)
        picture(app, "degraded-120x36")
        await pilot.press("escape")
        os.kill(daemon.pid, signal.SIGKILL)
        await until(app, lambda s: s.link.state == "down")
        await pilot.pause(4)
        picture(app, "disconnected-120x36")


def dashboard(sockets: list[str]) -> Dashboard:
    """A dashboard as ``jarvisctl top`` makes it."""
    news = News()
    return Dashboard(
        news,
        DaemonFeed(sockets),
        Asking(sockets, news.put),
        Commanding(sockets, news.put),
        preferences=Preferences(),
    )


async def ask(app: Dashboard, question: str) -> None:
    """Type a question."""
    known = len(app.snapshot.replies)
    line = app.query_one("#ask", Input)
    line.value = question
    await line.run_action("submit")
    await until(app, lambda s: len(s.replies) > known)


def speaking(snapshot: Snapshot) -> bool:
    """Whether a word is being said right now."""
    reply = snapshot.current
    return reply is not None and playback.word(reply, snapshot.now) is not None


async def until(app: Dashboard, reached: Callable[[Snapshot], bool]) -> None:
    """Wait until the dashboard has seen something."""
    async with asyncio.timeout(PATIENCE_S):
        while not reached(app.snapshot):  # noqa: ASYNC110 - a snapshot has no event to wait for
            await asyncio.sleep(0.05)


def picture(app: Dashboard, name: str) -> None:
    """Keep what is on the screen now."""
    svg = re.sub(r"\s*@font-face \{.*?\}", "", app.export_screenshot(), flags=re.DOTALL)
    svg = svg.replace("Fira Code, monospace", "'Fira Code', 'DejaVu Sans Mono', monospace")
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    path = FOLDER / f"{name}.svg"
    path.write_text(svg, encoding="utf-8")
    sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    if shutil.which("rsvg-convert"):
        png = path.with_suffix(".png")
        subprocess.run(["rsvg-convert", "-w", "1400", "-o", png, path], check=True)


if __name__ == "__main__":
    main()
