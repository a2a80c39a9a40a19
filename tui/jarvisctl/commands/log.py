"""``jarvisctl log``: how much the daemon logs."""

import click

from jarvisctl.durations import duration
from jarvisctl.invocation import Invocation, daemon_options, pass_invocation
from jarvisctl.layout import seconds
from jarvisctl.output import Output
from jarvisd.wire import LogLevelRequest, LogLevelResponse

PATH = "/v1/log/level"
LEVELS = ("debug", "info", "warning", "error", "configured")


@click.group("log", invoke_without_command=True)
@daemon_options
@click.pass_context
def command(context: click.Context) -> None:
    """Show and change how much the daemon logs.

    Without a command: show the level. The log itself: jarvisctl logs.
    """
    if context.invoked_subcommand is None:
        context.invoke(level_)


@command.command("level")
@click.argument("level", required=False, type=click.Choice(LEVELS))
@click.option(
    "--for", "for_s", type=duration, metavar="DURATION",
    help="Then go back to the configured level: 30s, 10m, 1h30m.",
)  # fmt: skip
@daemon_options
@pass_invocation
def level_(invocation: Invocation, level: str | None = None, for_s: float | None = None) -> None:
    """Show the least severe level that is logged, or change it to LEVEL.

    A level holds until the daemon restarts, with --for until that has passed; "configured" goes
    back at once. Changing it needs root, or the daemon's own user.
    """
    if level is None and for_s is not None:
        raise click.UsageError("Name a level too: jarvisctl log level debug --for 10m")
    if level == "configured" and for_s is not None:
        raise click.UsageError("The configured level has no end. Leave out --for.")
    with invocation.client() as client:
        if level is None:
            state = client.get(PATH, LogLevelResponse)
        else:
            wanted = LogLevelRequest(level=level, for_s=for_s)  # type: ignore[arg-type]  # checked above
            state = client.put(PATH, wanted, LogLevelResponse)
    if invocation.out.json:
        invocation.out.object(state)
    else:
        _show(invocation.out, state)


def _show(out: Output, state: LogLevelResponse) -> None:
    if state.level == state.configured and state.reverts_in_s is None:
        out.line(f"{state.level}, as configured")
    elif state.reverts_in_s is None:
        out.line(f"{state.level} until the daemon restarts; configured is {state.configured}")
        out.talk("Go back with: jarvisctl log level configured")
    else:
        left = seconds(round(state.reverts_in_s))
        out.line(f"{state.level} for {left}, then {state.configured} as configured")
