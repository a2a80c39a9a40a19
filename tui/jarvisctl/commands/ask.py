"""``jarvisctl ask``: one question, or a conversation where no text is given."""

import sys
from typing import Unpack, get_args

import click

from jarvisctl.completing import complete_conversation
from jarvisctl.exitcodes import ExitCode
from jarvisctl.invocation import Invocation, daemon_options, examples, input_text, pass_invocation
from jarvisctl.listening import Listening, ListeningOptions, listening_options
from jarvisctl.prompt import LinePrompt
from jarvisctl.report import after_turn
from jarvisd.wire import ConversationsResponse, ReplyRequest, WhenBusy


@click.command(
    "ask",
    epilog=examples(
        'jarvisctl ask "How full is the NAS?"',
        'jarvisctl ask -c "And the other one?"',
        'jarvisctl ask --voice piper:amy -o answer.wav "Good evening."',
        "jarvisctl ask",
    ),
)
@click.argument("text", nargs=-1)
@listening_options
@click.option(
    "--conversation", metavar="ID", shell_complete=complete_conversation,
    help="Continue this conversation.",
)  # fmt: skip
@click.option("-c", "--continue", "newest", is_flag=True, help="Continue the newest conversation.")
@click.option(
    "--max-tokens", type=click.IntRange(1, 100_000), metavar="N", help="Longest answer, in tokens."
)
@click.option("--seed", type=int, metavar="N", help="The same seed gives the same answer.")
@click.option(
    "--when-busy",
    type=click.Choice(get_args(WhenBusy)),
    default="wait",
    show_default=True,
    help="What to do while the conversation's last answer is still written.",
)
@daemon_options
@pass_invocation
def command(
    invocation: Invocation,
    /,
    *,
    text: tuple[str, ...],
    conversation: str | None,
    newest: bool,
    max_tokens: int | None,
    seed: int | None,
    when_busy: WhenBusy,
    **options: Unpack[ListeningOptions],
) -> ExitCode:
    """Ask the assistant; without a text, hold a conversation.

    TEXT comes from the arguments, or from stdin. The answer appears word by word and is spoken
    at the same time. Ctrl-C stops it.
    """
    if newest and conversation:
        raise click.UsageError("Give --continue or --conversation, not both.")
    listening = Listening(**options)
    interactive = not text and sys.stdin.isatty() and sys.stdout.isatty()
    if interactive and listening.output:
        raise click.UsageError("-o keeps one answer: give the question too.")
    words = "" if interactive else input_text(text, example='jarvisctl ask "What time is it?"')
    questions = Questions(
        invocation, listening, max_tokens=max_tokens, seed=seed, when_busy=when_busy
    )
    if newest:
        conversation = _newest(invocation)
    if not interactive:
        return questions.ask(words, conversation, listening.voice)[0]
    prompt = LinePrompt(invocation, questions.ask, conversation=conversation, voice=listening.voice)
    return prompt.run()


def _newest(invocation: Invocation) -> str | None:
    """The conversation in which something was said last; ``None`` where there is none."""
    with invocation.client() as client:
        found = client.get("/v1/conversations?limit=1", ConversationsResponse).conversations
    if not found:
        invocation.out.talk("There is no conversation yet. This begins one.")
        return None
    return found[0].conversation


class Questions:
    """Asks one question after another with the same options."""

    def __init__(
        self,
        invocation: Invocation,
        listening: Listening,
        *,
        max_tokens: int | None,
        seed: int | None,
        when_busy: WhenBusy,
    ) -> None:
        self._out = invocation.out
        self._listening = listening
        self._max_tokens = max_tokens
        self._seed = seed
        self._when_busy = when_busy
        audio_optional = not (listening.play or listening.output)
        self._runner = listening.runner(invocation, show_text=True, audio_optional=audio_optional)
        # What nobody will hear or look at need not be spoken.
        self._speak = self._runner.delivers or listening.timings or invocation.out.json

    def ask(
        self, question: str, conversation: str | None, voice: str
    ) -> tuple[ExitCode, str | None]:
        """Ask, show and speak the answer; returns the exit code and the conversation it is in."""
        request = ReplyRequest(
            text=question,
            conversation=conversation,
            voice=voice,
            speed=self._listening.speed,
            trace=self._listening.trace,
            speak=self._speak,
            max_tokens=self._max_tokens,
            seed=self._seed,
            on_disconnect=self._listening.on_disconnect,
            when_busy=self._when_busy,
        )
        turn = self._runner.run("/v1/replies", request)
        after_turn(self._out, turn, timings=self._listening.timings)
        return turn.exit_code, turn.started.conversation if turn.started else conversation
