"""``jarvisctl top``: the dashboard, in this terminal or in a browser."""

import os
import shlex
import sys
from errno import EADDRINUSE
from importlib.util import find_spec

import click

from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisd.config.installation import how_to_add
from jarvisd.errors import JarvisError

WEB_PORT = 8137


@click.command(
    "top",
    epilog=examples(
        "jarvisctl top",
        "jarvisctl top --theme jarvis-light",
        "jarvisctl top --web",
    ),
)
@click.option("--theme", metavar="NAME", help="jarvis, jarvis-light, jarvis-safe, jarvis-16, …")
@click.option(
    "--animation/--no-animation", default=None, help="Animate changes; switch it off on slow links."
)
@click.option("--web", is_flag=True, help="Serve it to a browser on this host.")
@click.option(
    "--port", default=WEB_PORT, type=click.IntRange(1, 65_535), help="Port for --web (8137)."
)
@daemon_options
@pass_invocation
def command(
    invocation: Invocation, theme: str | None, animation: bool | None, web: bool, port: int
) -> None:
    """Open the dashboard: see everything live, and ask.

    Press ? for the keys. The dashboard waits for the daemon if none runs.
    """
    _require("textual_serve" if web else "textual")
    if web:
        _serve(invocation, port, _options(theme, animation))
    else:
        _run(invocation, theme, animation)


def _require(module: str) -> None:
    if find_spec(module) is None:
        raise JarvisError(
            "the dashboard needs Textual, which is not installed",
            code="dashboard.not_installed",
            hint=f"Install it: {how_to_add('tui')}",
        )


def _run(invocation: Invocation, theme: str | None, animation: bool | None) -> None:
    served = "TEXTUAL_DRIVER" in os.environ  # by --web, whose terminal is a browser
    if not served and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("The dashboard needs a terminal. For scripts: jarvisctl status")
    # Imported here: everything above must answer at once, and without Textual.
    from jarvisctl.dashboard.run import run  # noqa: PLC0415

    run(invocation.sockets, theme=theme, animation=animation, environ=os.environ)


def _options(theme: str | None, animation: bool | None) -> list[str]:
    """The options again, for the dashboard that each browser gets."""
    words = ["--theme", theme] if theme else []
    if animation is not None:
        words.append("--animation" if animation else "--no-animation")
    return words


def _serve(invocation: Invocation, port: int, options: list[str]) -> None:
    from jarvisctl.dashboard.browser import BrowserServer  # noqa: PLC0415 - only for --web

    words = [sys.executable, "-P", "-c", "from jarvisctl.cli import main; main()", "top", *options]
    if invocation.socket:
        words += ["--socket", invocation.socket]

    def say(address: str) -> None:
        invocation.out.line(address)
        invocation.out.talk(
            "Open this address in a browser on this host. Whoever knows it may ask, interrupt and"
            "\nreload. Replies are played on this host, not in the browser. Ctrl-C ends it."
        )

    try:
        BrowserServer(shlex.join(words), port=port, say=say).serve()
    except OSError as error:
        reason = "another program uses it" if error.errno == EADDRINUSE else error.strerror
        raise JarvisError(
            f"port {port} of this host cannot be used: {reason}",
            code="top.port",
            hint=f"Choose another one: jarvisctl top --web --port {port + 1}",
        ) from error
