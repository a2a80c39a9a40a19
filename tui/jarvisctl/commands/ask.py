"""``jarvisctl ask``: one question, or a conversation where no text is given."""

import sys
from typing import Unpack

import click

from jarvisctl.exitcodes import ExitCode
from jarvisctl.invocation import Invocation, daemon_options, input_text, pass_invocation
from jarvisctl.listening import Listening, ListeningOptions, listening_options
from jarvisctl.prompt import Prompt
from jarvisctl.report import after_turn
from jarvisctl.turn import TurnRunner
from jarvisd.api.types import ReplyRequest


@click.command("ask")
@click.argument("text", nargs=-1)
@listening_options
@click.option("--conversation", metavar="ID", help="Go on with this conversation.")
@click.option(
    "--new", is_flag=True, help="Begin a new conversation (what happens without --conversation)."
)
@click.option("--max-tokens", type=click.IntRange(1, 100_000), metavar="N", help="Longest answer.")
@click.option("--seed", type=int, metavar="N", help="Make the model's choices repeatable.")
@daemon_options
@pass_invocation
def command(
    invocation: Invocation,
    /,
    *,
    text: tuple[str, ...],
    conversation: str | None,
    new: bool,
    max_tokens: int | None,
    seed: int | None,
    **options: Unpack[ListeningOptions],
) -> ExitCode:
    """Ask the assistant; without a text, hold a conversation.

    TEXT comes from the arguments, or from stdin. The answer is printed as it is written and
    spoken as it is printed; Ctrl-C interrupts it.
    """
    if new and conversation:
        raise click.UsageError("--new and --conversation contradict each other.")
    listening = Listening(**options)
    interactive = not text and sys.stdin.isatty()
    words = "" if interactive else input_text(text, example='jarvisctl ask "What time is it?"')
    sinks = listening.sinks(invocation)
    speak = bool(sinks) or listening.timings or invocation.out.json
    runner = TurnRunner(
        invocation,
        sinks,
        show_text=True,
        paced=listening.plays,
        audio_optional=not (listening.play or listening.output),
        note=listening.note() if invocation.out.talk_is_terminal else "",
        silence_s=listening.timeout,
    )

    def ask(question: str, conversation: str | None, voice: str) -> tuple[ExitCode, str | None]:
        request = ReplyRequest(
            text=question,
            conversation=conversation,
            voice=voice,
            speed=listening.speed,
            speak=speak,
            max_tokens=max_tokens,
            seed=seed,
        )
        turn = runner.run("/v1/replies", request)
        after_turn(invocation.out, turn, timings=listening.timings)
        return turn.exit_code, turn.started.conversation if turn.started else conversation

    if not interactive:
        return ask(words, conversation, listening.voice)[0]
    if listening.output:
        raise click.UsageError("-o keeps one answer: give the question too.")
    return Prompt(invocation, ask, conversation=conversation, voice=listening.voice).run()
