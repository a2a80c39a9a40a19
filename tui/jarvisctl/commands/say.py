"""``jarvisctl say``: speak a text."""

from collections.abc import Iterator
from typing import Any, Unpack

import click

from jarvisctl.exitcodes import ExitCode
from jarvisctl.invocation import Invocation, daemon_options, examples, input_text, pass_invocation
from jarvisctl.listening import Listening, ListeningOptions, listening_options
from jarvisctl.report import after_turn
from jarvisd.wire import ConfigResponse, SayRequest
from jarvisd.wire.client import ApiError


@click.command(
    "say",
    epilog=examples(
        'jarvisctl say "Dinner is ready."',
        'echo "The backup is done." | jarvisctl say',
        "jarvisctl say --split -o book.wav < book.txt",
    ),
)
@click.argument("text", nargs=-1)
@click.option(
    "--split", is_flag=True, help="Speak a long text in several replies, one after another."
)
@listening_options
@daemon_options
@pass_invocation
def command(
    invocation: Invocation,
    /,
    *,
    text: tuple[str, ...],
    split: bool,
    **options: Unpack[ListeningOptions],
) -> ExitCode:
    """Speak a text.

    TEXT comes from the arguments, or from stdin. The exit code is 1 if a part of it could not be
    spoken.
    """
    listening = Listening(**options)
    words = input_text(text, example='jarvisctl say "Good evening."')
    runner = listening.runner(invocation, show_text=False)
    code = ExitCode.OK
    for part in _parts(invocation, words, listening.speed) if split else [words]:
        request = SayRequest(
            text=part,
            voice=listening.voice,
            speed=listening.speed,
            trace=listening.trace,
            on_disconnect=listening.on_disconnect,
        )
        try:
            turn = runner.run("/v1/say", request)
        except ApiError as error:
            if error.code == "limit.text":
                error.hint = f"{error.hint}\nIn several replies: jarvisctl say --split".strip()
            raise
        after_turn(invocation.out, turn, timings=listening.timings)
        code = turn.exit_code
        if code is not ExitCode.OK:
            break
    return code


def _parts(invocation: Invocation, text: str, speed: float) -> Iterator[str]:
    """The text in parts that the daemon's limits allow."""
    from jarvisctl.splitting import parts  # noqa: PLC0415 - a short text needs no splitter

    with invocation.client() as client:
        told = client.get("/v1/config", ConfigResponse).settings
    limits: dict[str, Any] = {one.path: one.value for one in told}
    return parts(
        text,
        max_chars=limits["api.max_text_chars"],
        max_seconds=limits["audio.max_reply_s"] * speed,
    )
