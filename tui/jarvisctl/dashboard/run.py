"""Puts the dashboard together and runs it in this terminal."""

from collections.abc import Mapping

import msgspec

from jarvisctl.dashboard import preferences
from jarvisctl.dashboard.app import Dashboard
from jarvisctl.dashboard.asking import Asking
from jarvisctl.dashboard.commanding import Commanding
from jarvisctl.dashboard.feed import DaemonFeed
from jarvisctl.dashboard.news import News


def run(
    sockets: list[str], *, theme: str | None, animation: bool | None, environ: Mapping[str, str]
) -> None:
    """Run until the user leaves. Raises ``JarvisError`` for preferences that cannot be read."""
    wanted = preferences.read(preferences.path_of(environ))
    if theme is not None:
        wanted = msgspec.structs.replace(wanted, theme=theme)
    if animation is not None:
        wanted = msgspec.structs.replace(wanted, animation=animation)
    news = News()
    Dashboard(
        news,
        DaemonFeed(sockets),
        Asking(sockets, news.put),
        Commanding(sockets, news.put),
        preferences=wanted,
    ).run()
