"""``jarvisctl version``: of this client, and of the daemon where it answers."""

from typing import Any

import click

from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisd import __version__
from jarvisd.wire.client import DaemonDeniedError, DaemonTimeoutError, DaemonUnreachableError


@click.command(
    "version",
    epilog=examples(
        "jarvisctl version",
    ),
)
@daemon_options
@pass_invocation
def command(invocation: Invocation) -> None:
    """Show the versions of jarvisctl and of the daemon.

    The exit code is 0 even if no daemon answers.
    """
    out = invocation.out
    daemon: dict[str, Any] | None = None
    try:
        with invocation.client(timeout_s=2.0) as client:
            daemon = client.get("/v1/version", dict[str, Any])
        reason = ""
    except (DaemonDeniedError, DaemonTimeoutError, DaemonUnreachableError) as error:
        reason = error.message
    if out.json:
        out.object({"jarvisctl": __version__, "jarvisd": daemon})
        return
    out.line(f"jarvisctl {__version__}")
    if daemon is None:
        out.line(f"jarvisd   not reachable ({reason})")
        return
    out.line(f"jarvisd   {daemon['version']}  ({daemon['python']} on {daemon['platform']})")
    if daemon["version"] != __version__:
        out.talk("The versions differ: restart the daemon after an upgrade.")
