"""``jarvisctl notices``: recent problems and changes."""

import time
from typing import Any

import click
import msgspec

from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisctl.layout import columns, folded
from jarvisctl.output import Output
from jarvisd.wire import Notice, NoticesResponse

_COLOURS = {"info": "green", "warning": "yellow", "error": "red"}


@click.command(
    "notices",
    epilog=examples(
        "jarvisctl notices -n 5",
    ),
)
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(1, 1_000),
    default=20,
    metavar="N",
    help="How many to show (20).",
)
@daemon_options
@pass_invocation
def command(invocation: Invocation, limit: int) -> None:
    """List recent problems and changes, newest first.

    Shows failures, fallbacks and changes of state, each with what helps. The whole log:
    jarvisctl logs
    """
    out = invocation.out
    with invocation.client() as client:
        fields = client.get(f"/v1/notices?limit={limit}", dict[str, Any])
    if out.json:
        out.object(fields)
        return
    notices = msgspec.convert(fields, NoticesResponse).notices
    if not notices:
        out.talk("Nothing to report.")
    for notice in notices:
        _show(out, notice)


def _show(out: Output, notice: Notice) -> None:
    at = out.style(time.strftime("%m-%d %H:%M:%S", time.localtime(notice.time)), "dim")
    level = out.style(notice.level.ljust(7), _COLOURS.get(notice.level, "bold"))
    reply = f"  {notice.reply}" if notice.reply else ""
    out.line(f"{at}  {level}  {notice.name}{reply}")
    indent = " " * 25
    for line in folded(notice.message, columns() - len(indent)):
        out.line(indent + line)
    hint = f"→ {notice.hint}" if notice.hint else ""
    for line in folded(hint, columns() - len(indent)):
        out.line(indent + out.style(line, "cyan"))
