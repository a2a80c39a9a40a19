"""``jarvisctl pause``: hold what is being spoken."""

import click

from jarvisctl.completing import complete_running_reply
from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisctl.targets import each_reply
from jarvisd.wire import ReplyInfo


@click.command(
    "pause",
    epilog=examples(
        "jarvisctl pause",
        "jarvisctl resume",
    ),
)
@click.argument("reply", required=False, shell_complete=complete_running_reply)
@daemon_options
@pass_invocation
def command(invocation: Invocation, reply: str | None) -> None:
    """Pause what is being spoken.

    Pauses REPLY, or everything that is being spoken.
    """
    out = invocation.out
    for paused in each_reply(invocation, reply, "pause", ReplyInfo):
        if out.json:
            out.object(paused)
        else:
            played = paused.played_samples / paused.sample_rate
            out.line(f"{paused.reply} paused after {played:.1f} s; go on with: jarvisctl resume")
