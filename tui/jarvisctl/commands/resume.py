"""``jarvisctl resume``: go on after a pause."""

import click

from jarvisctl.completing import complete_running_reply
from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisctl.targets import each_reply
from jarvisd.wire import ReplyInfo


@click.command(
    "resume",
    epilog=examples(
        "jarvisctl resume",
    ),
)
@click.argument("reply", required=False, shell_complete=complete_running_reply)
@daemon_options
@pass_invocation
def command(invocation: Invocation, reply: str | None) -> None:
    """Continue speaking after a pause.

    Resumes REPLY, or everything that is paused.
    """
    out = invocation.out
    for resumed in each_reply(invocation, reply, "resume", ReplyInfo):
        if out.json:
            out.object(resumed)
        else:
            out.line(f"{resumed.reply} resumed")
