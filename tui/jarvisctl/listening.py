"""How a reply is to be heard: the options that ``say`` and ``ask`` share, and the sinks they mean.

Playing is what a person expects of a voice, so it is the default wherever something can play;
``-o`` alone keeps the audio without a sound.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, TypeVar

import click

from jarvisctl.completing import complete_voice
from jarvisctl.delivery import SinkFactory
from jarvisctl.invocation import Invocation
from jarvisctl.players import Player, find_player, why_silent
from jarvisctl.turn_runner import TurnRunner
from jarvisctl.wav import OneAfterAnother, WavFile, WavStream
from jarvisd.errors import JarvisError
from jarvisd.wire import OnDisconnect

F = TypeVar("F", bound=Callable[..., Any])


class ListeningOptions(TypedDict):
    """The options as click hands them over."""

    output: str | None
    play: bool | None
    voice: str
    speed: float
    timings: bool
    trace: bool
    timeout: float


@dataclass(frozen=True, kw_only=True)
class Listening:
    """The options; ``play`` is ``None`` where the user did not say."""

    output: str | None
    play: bool | None
    voice: str
    speed: float
    timings: bool
    trace: bool
    timeout: float

    def sinks(self, invocation: Invocation) -> list[SinkFactory]:
        """Where the audio goes; empty if it goes nowhere.

        The player comes last: its position is what was heard.
        """
        sinks: list[SinkFactory] = []
        if self.output == "-":
            if sys.stdout.isatty():
                raise click.UsageError("Audio cannot be written to a terminal. Try: -o - | aplay")
            invocation.out.divert()
            sinks.append(OneAfterAnother(lambda rate: WavStream(sys.stdout.buffer, rate)))
        elif self.output:
            path = Path(self.output)
            _check_writable(path)
            sinks.append(OneAfterAnother(lambda rate: WavFile(path, rate)))
        if self._playing_wanted:
            sinks += self._player()
        return sinks

    def runner(
        self, invocation: Invocation, *, show_text: bool, audio_optional: bool = False
    ) -> TurnRunner:
        """What runs replies that are to be heard this way."""
        noted = not audio_optional or invocation.out.talk_is_terminal
        return TurnRunner(
            invocation,
            self.sinks(invocation),
            show_text=show_text,
            paced=self.plays,
            audio_optional=audio_optional,
            note=self.note() if noted else "",
            silence_s=self.timeout,
        )

    @property
    def plays(self) -> bool:
        """Whether the audio is played now: then it should arrive in real time."""
        return self._playing_wanted and find_player(os.environ) is not None

    @property
    def on_disconnect(self) -> OnDisconnect:
        """A reply that is saved to a file continues if the connection breaks."""
        kept = self.output not in (None, "-") and not self.plays
        return "continue" if kept else "stop"

    @property
    def _playing_wanted(self) -> bool:
        return self.play or (self.play is None and not self.output)

    def note(self) -> str:
        """What a person should know who expects to hear something; empty where they will."""
        expected = self.play is None and not self.output
        if not expected or find_player(os.environ) is not None:
            return ""
        return f"(not played: {why_silent(os.environ)}; -o FILE keeps the audio)"

    def _player(self) -> list[SinkFactory]:
        command = find_player(os.environ)
        if command is not None:
            return [lambda rate: Player(command, rate)]
        reason = why_silent(os.environ)
        if self.play:
            raise JarvisError(
                f"cannot play: {reason}",
                code="player.absent",
                hint="Keep the audio instead: -o reply.wav",
            )
        return []


def listening_options(command: F) -> F:
    """Add the shared options; the command gets them as ``listening``."""
    options = [
        click.option(
            "-o", "--output", metavar="FILE",
            help="Write the audio as WAV to FILE; - is stdout, text then goes to stderr.",
        ),
        click.option(
            "--play/--no-play", default=None,
            help="Play the audio here; the default, unless -o is given.",
        ),
        click.option(
            "--voice", default="default", metavar="VOICE", shell_complete=complete_voice,
            help="Voice to use; see jarvisctl voices.",
        ),
        click.option(
            "--speed", default=1.0, type=click.FloatRange(0.25, 4.0), metavar="FACTOR",
            help="Speaking speed; 1 is the voice's own.",
        ),
        click.option("--timings", is_flag=True, help="Show a table of timings at the end."),
        click.option("--trace", is_flag=True, help="Record a trace: jarvisctl trace show."),
        click.option(
            "--timeout", default=300.0, type=click.FloatRange(0.1, 86_400), metavar="SECONDS",
            help="Give up after this long without progress (300).",
        ),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def _check_writable(path: Path) -> None:
    """Refuse early what could not be written after the answer was made."""
    if path.is_dir():
        raise click.UsageError(f"{path} is a directory.")
    target = path if path.exists() else path.parent
    if not target.exists():
        raise click.UsageError(f"There is no directory {path.parent}.")
    if not os.access(target, os.W_OK):
        raise click.UsageError(f"{path} cannot be written.")
