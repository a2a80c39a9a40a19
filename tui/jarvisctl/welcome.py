"""What ``jarvisctl`` alone does: open the dashboard if possible, else show the first steps.

It never fails.
"""

import sys
from importlib.util import find_spec

import click

from jarvisctl.exitcodes import ExitCode
from jarvisctl.invocation import Invocation
from jarvisctl.sockets import explained
from jarvisd.errors import JarvisError
from jarvisd.wire import LiveResponse

STEPS = (
    ('jarvisctl ask "What time is it?"', "ask, and hear the answer"),
    ('jarvisctl say "Dinner is ready."', "speak a text"),
    ("jarvisctl status", "show the daemon's state"),
    ("jarvisctl --help", "list all commands"),
)


def welcome(invocation: Invocation) -> ExitCode:
    """The dashboard on a terminal with a daemon; otherwise what to type next."""
    trouble = _trouble(invocation)
    on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if trouble is None and on_terminal and find_spec("textual") is not None:
        from jarvisctl.commands.top import command  # noqa: PLC0415 - only where it is shown

        click.get_current_context().invoke(command)
        return ExitCode.OK
    first_steps(invocation, trouble)
    return ExitCode.OK


def first_steps(invocation: Invocation, trouble: JarvisError | None) -> None:
    """What to type next, and before that what keeps the daemon from answering."""
    out = invocation.out
    out.line("jarvisctl talks with jarvisd, the voice of the homelab.")
    if trouble is not None:
        out.line()
        out.line(out.style(f"{trouble.message[:1].upper()}{trouble.message[1:]}.", "yellow"))
        for line in trouble.hint.splitlines():
            out.line(line)
    out.line()
    width = max(len(command) for command, _ in STEPS)
    for command, what in STEPS:
        out.line(f"  {out.style(command.ljust(width), 'bold')}   {what}")


def _trouble(invocation: Invocation) -> JarvisError | None:
    """Why no daemon can be spoken to; ``None`` where one answers."""
    try:
        with invocation.client(timeout_s=2.0) as client:
            client.get("/v1/live", LiveResponse)
    except JarvisError as error:
        return explained(error, invocation.sockets)
    return None
