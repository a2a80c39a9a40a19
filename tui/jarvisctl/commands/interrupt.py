"""``jarvisctl interrupt``, also ``jarvisctl stop``: stop speaking now."""

import click

from jarvisctl.completing import complete_running_reply
from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisctl.layout import shortened
from jarvisctl.targets import each_reply
from jarvisd.wire import InterruptResponse


@click.command(
    "interrupt",
    epilog=examples(
        "jarvisctl stop",
        "jarvisctl interrupt r-7f3a",
    ),
)
@click.argument("reply", required=False, shell_complete=complete_running_reply)
@daemon_options
@pass_invocation
def command(invocation: Invocation, reply: str | None) -> None:
    """Stop speaking now; short: jarvisctl stop.

    Stops REPLY, or everything that is being answered or spoken.
    """
    out = invocation.out
    for cut in each_reply(invocation, reply, "interrupt", InterruptResponse):
        if out.json:
            out.object(cut)
        else:
            heard = f"heard: {shortened(cut.heard, 60)}" if cut.heard else "nothing was heard"
            out.line(f"{cut.reply} interrupted; {heard}")
