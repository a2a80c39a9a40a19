"""``jarvisctl reload``: the daemon reads its configuration again, all of it or nothing."""

import click

from jarvisctl.exitcodes import ExitCode
from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisctl.output import Output
from jarvisctl.sockets import choose, unit_command
from jarvisd.wire import ReloadResponse
from jarvisd.wire.client import ApiError


@click.command(
    "reload",
    epilog=examples(
        "jarvisctl config check && sudo jarvisctl reload",
    ),
)
@daemon_options
@pass_invocation
def command(invocation: Invocation) -> ExitCode:
    """Reload the daemon's configuration.

    Names the settings that need a restart. If the configuration has a problem, nothing changes
    and the exit code is 1. Only root and the daemon's own user may do this.
    """
    out = invocation.out
    try:
        with invocation.client() as client:
            done = client.post("/v1/reload", None, ReloadResponse)
    except ApiError as error:
        if error.code != "config.invalid":
            raise
        _list_problems(out, error)
        return ExitCode.FAILED
    if out.json:
        out.object(done)
        return ExitCode.OK
    out.line(f"Changed: {', '.join(done.changed) or 'nothing'}.")
    if done.restart:
        out.line(f"After a restart: {', '.join(done.restart)}.")
        restart = unit_command(choose(invocation.sockets), "restart")
        out.talk(f"Restart with: {restart}" if restart else "Restart jarvisd.")
    return ExitCode.OK


def _list_problems(out: Output, error: ApiError) -> None:
    if out.json:
        out.object({"error": {"code": error.code, "problems": error.problems}})
    out.talk("Nothing was changed. The configuration has problems:")
    for problem in error.problems:
        out.talk(f"  {problem}")
