"""``jarvisctl say``: speak a text."""

from typing import Unpack

import click

from jarvisctl.exitcodes import ExitCode
from jarvisctl.invocation import Invocation, daemon_options, input_text, pass_invocation
from jarvisctl.listening import Listening, ListeningOptions, listening_options
from jarvisctl.report import after_turn
from jarvisd.wire import SayRequest


@click.command("say")
@click.argument("text", nargs=-1)
@listening_options
@daemon_options
@pass_invocation
def command(
    invocation: Invocation, /, *, text: tuple[str, ...], **options: Unpack[ListeningOptions]
) -> ExitCode:
    """Speak a text.

    TEXT comes from the arguments, or from stdin: echo hi | jarvisctl say
    """
    listening = Listening(**options)
    words = input_text(text, example='jarvisctl say "Good evening."')
    runner = listening.runner(invocation, show_text=False)
    request = SayRequest(
        text=words, voice=listening.voice, speed=listening.speed, trace=listening.trace
    )
    turn = runner.run("/v1/say", request)
    after_turn(invocation.out, turn, timings=listening.timings)
    return turn.exit_code
