"""``jarvisctl logs``: the newest lines of the daemon's log, and those to come."""

import time
from typing import Any
from urllib.parse import urlencode

import click
import msgspec

from jarvisctl.exitcodes import ExitCode
from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisctl.output import Output
from jarvisd.wire import LogLine

# The daemon sends a heartbeat when nothing happens; this much silence means that it hangs.
SILENCE_S = 120.0
_COLOURS = {"debug": "dim", "info": "green", "warning": "yellow", "error": "red"}


@click.command(
    "logs",
    epilog=examples(
        "jarvisctl logs -f",
        "jarvisctl logs --level warning",
    ),
)
@click.option("-f", "--follow", is_flag=True, help="Wait for new lines.")
@click.option(
    "--level",
    type=click.Choice(list(_COLOURS)),
    default="debug",
    help="Least severe level to show.",
)
@click.option("--component", metavar="NAME", default="", help="Only from this part: speech, llm …")
@click.option(
    "-n", "--lines", type=click.IntRange(0, 1_000), default=50, metavar="N",
    help="How many past lines to show (50).",
)  # fmt: skip
@daemon_options
@pass_invocation
def command(
    invocation: Invocation, follow: bool, level: str, component: str, lines: int
) -> ExitCode:
    """Show the daemon's log.

    Shows the newest lines, from the daemon's memory. If jarvisd is a service, older lines and
    those of a crashed daemon are in the journal: journalctl -u jarvisd. More detail: jarvisctl log
    level debug --for 10m.
    """
    out = invocation.out
    query = {"limit": lines, "level": level, "component": component, "follow": str(follow).lower()}
    with (
        invocation.client(stream_timeout_s=SILENCE_S) as client,
        client.stream_lines(f"/v1/logs?{urlencode(query)}") as received,
    ):
        for line in received:
            kind = msgspec.json.decode(line, type=dict[str, Any]).get("type")
            if out.json:
                out.raw_object(line)
            elif kind == "log":
                _show(out, msgspec.json.decode(line, type=LogLine))
            if kind == "lagged":
                out.talk("Lines came faster than they were read, and some are lost. Run it again.")
                return ExitCode.FAILED
    return ExitCode.OK


def _show(out: Output, line: LogLine) -> None:
    at = out.style(time.strftime("%H:%M:%S", time.localtime(line.time)), "dim")
    level = out.style(line.level.ljust(7), _COLOURS.get(line.level, "bold"))
    reply = f" reply={line.reply}" if line.reply else ""
    first, *more = line.message.splitlines() or [""]
    out.line(f"{at}  {level}  {line.component.ljust(9)} {first}{reply}")
    for rest in more:
        out.line(" " * 10 + rest)
    out.text("")
