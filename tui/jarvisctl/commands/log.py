"""``jarvisctl log``: how much the daemon logs."""

import click

from jarvisctl.durations import duration
from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisctl.layout import seconds
from jarvisctl.output import Output
from jarvisd.wire import LogLevelRequest, LogLevelResponse

PATH = "/v1/log/level"
LONGEST_S = 604_800.0  # what the daemon takes
LEVELS = ("debug", "info", "warning", "error", "configured")


@click.group(
    "log",
    invoke_without_command=True,
    epilog=examples(
        "jarvisctl log",
        "jarvisctl log level debug --for 10m",
    ),
)
@daemon_options
@click.pass_context
def command(context: click.Context) -> None:
    """Show or change the log level.

    Without a command it shows the level. The lines themselves: jarvisctl logs
    """
    if context.invoked_subcommand is None:
        context.invoke(level_)


@command.command(
    "level",
    epilog=examples(
        "jarvisctl log level debug --for 10m",
        "jarvisctl log level configured",
    ),
)
@click.argument("level", required=False, type=click.Choice(LEVELS))
@click.option(
    "--for", "for_s", type=duration, metavar="DURATION",
    help="Only for this time: 30s, 10m, 1h30m.",
)  # fmt: skip
@daemon_options
@pass_invocation
def level_(invocation: Invocation, level: str | None = None, for_s: float | None = None) -> None:
    """Show the log level, or change it to LEVEL.

    The level lasts until the daemon restarts, or for the time given with --for. LEVEL is debug,
    info, warning, error, or "configured", which goes back to the configuration. Only root and
    the daemon's own user may change it.
    """
    if level is None and for_s is not None:
        raise click.UsageError("Name a level too: jarvisctl log level debug --for 10m")
    if level == "configured" and for_s is not None:
        raise click.UsageError("The configured level has no time limit. Leave out --for.")
    if for_s is not None and for_s > LONGEST_S:
        raise click.UsageError("A level can be changed for at most 7 days: --for 7d")
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
