"""``jarvisctl try``: a private daemon is asked one question and heard; what ``make try`` runs."""

import math
import os
import sys
import time
import wave
from array import array
from pathlib import Path
from shutil import which

import click

from jarvisctl.exitcodes import ExitCode
from jarvisctl.invocation import Invocation, examples, pass_invocation
from jarvisctl.listening import Listening
from jarvisctl.output import Output
from jarvisctl.players import find_player
from jarvisctl.private_daemon import PrivateDaemon
from jarvisctl.report import after_turn, speaker
from jarvisctl.turn import Turn
from jarvisd.wire import ReplyRequest, StatusResponse

QUESTION = "Good evening, Jarvis. How are you today?"
# Speech peaks far above this; what lies below would not be noticed in a room.
SILENT_BELOW_DBFS = -50.0


@click.command(
    "try",
    hidden=True,
    epilog=examples(
        'jarvisctl try --text "What time is it?"',
    ),
)
@click.option("--text", default=QUESTION, metavar="TEXT", help="What to ask.")
@click.option("-o", "--output", default="jarvis.wav", metavar="FILE", help="Where the speech goes.")
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_invocation
def command(invocation: Invocation, text: str, output: str, config: Path | None) -> ExitCode:
    """Ask a private daemon one question and hear it answer.

    The daemon uses a temporary directory and stops with this command.
    """
    out = invocation.out
    began = time.monotonic()
    with PrivateDaemon(config=config) as daemon:
        invocation.socket = str(daemon.socket)
        ready_ms = (time.monotonic() - began) * 1_000
        _introduce(invocation, f"A private daemon is up after {ready_ms:.0f} ms", daemon.pid)
        out.line(out.style(f"you     {text}", "cyan"))
        out.text(out.style("jarvis  ", "green"))
        turn = _ask(invocation, text or QUESTION, output)
    out.talk()
    after_turn(out, turn, timings=True)
    return _say_what_was_made(out, turn, Path(output))


def _introduce(invocation: Invocation, lead: str, pid: int) -> None:
    with invocation.client() as client:
        status = client.get("/v1/status", StatusResponse)
    out = invocation.out
    out.talk(out.talk_style(f"{lead} (pid {pid}).", "dim"))
    for part in status.components:
        if part.state in {"failed", "degraded"}:
            out.talk(
                out.talk_style(f"{part.name}: {part.reason.rstrip('.')}. {part.hint}", "yellow")
            )
    out.talk()


def _ask(invocation: Invocation, text: str, output: str) -> Turn:
    if Path(output).is_file():
        Path(output).unlink()  # an earlier run's speech must not pass for this one's
    can_play = find_player(os.environ) is not None
    listening = Listening(
        output=output,
        play=can_play,
        voice="default",
        speed=1.0,
        trace=False,
        timings=True,
        timeout=300.0,
    )
    runner = listening.runner(invocation, show_text=True, audio_optional=True)
    return runner.run("/v1/replies", ReplyRequest(text=text))


def _say_what_was_made(out: Output, turn: Turn, path: Path) -> ExitCode:
    """Describe the file, and fail where nothing would be heard."""
    if turn.exit_code is not ExitCode.OK:
        return turn.exit_code
    if not path.exists():
        out.talk(out.talk_style("No speech was made.", "red", "bold"))
        return ExitCode.FAILED
    length, peak, loudness = measure(path)
    writer = turn.started.provider if turn.started else "nobody"
    out.talk()
    out.talk(
        f"{path}: {length:.1f} s, written by {writer}, spoken by {speaker(turn)}, "
        f"peak {peak:.1f} dBFS, level {loudness:.1f} dBFS"
    )
    if length == 0 or peak < SILENT_BELOW_DBFS:
        out.talk(out.talk_style("That is silence: nothing would be heard.", "red", "bold"))
        return ExitCode.FAILED
    _next_steps(out)
    return ExitCode.OK


def _next_steps(out: Output) -> None:
    """What to type now, with the path of this jarvisctl where the shell would not find it."""
    here = Path(sys.argv[0])
    found = which("jarvisctl") == str(here.absolute())
    folder = "" if found or here.name != "jarvisctl" else f"{here.parent}/"
    out.talk()
    out.talk("Next:")
    steps = (
        (f"{folder}jarvisd &", "start a daemon of your own"),
        (f"{folder}jarvisctl ask", "talk with it"),
        (f"{folder}jarvisctl top", "watch it in the dashboard"),
    )
    width = max(len(command) for command, _ in steps)
    for command, what in steps:
        out.talk(f"  {out.talk_style(command.ljust(width), 'bold')}   {what}")


def measure(path: Path) -> tuple[float, float, float]:
    """Length in seconds, peak and root mean square in dBFS of a 16-bit mono WAV."""
    with wave.open(str(path), "rb") as file:
        rate, samples = file.getframerate(), array("h", file.readframes(file.getnframes()))
    if not samples:
        return 0.0, -math.inf, -math.inf
    peak = max(map(abs, samples))
    mean_square = sum(sample * sample for sample in samples) / len(samples)
    return len(samples) / rate, _dbfs(peak), _dbfs(math.sqrt(mean_square))


def _dbfs(level: float) -> float:
    return 20 * math.log10(level / 32_768) if level else -math.inf
