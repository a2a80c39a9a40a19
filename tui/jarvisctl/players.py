"""Playing through what the host has: which player, whether a device is there, how far it got.

Players get raw PCM on stdin through a small pipe, so that what they have taken is nearly what was
heard and killing them is silence at once. No player is started just to find out about it.
"""

import array
import fcntl
import os
import shutil
import subprocess
import tempfile
import termios
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from jarvisd.errors import JarvisError

PIPE_BYTES = 4_096  # a tenth of a second at 22,050 Hz: the least that Linux gives
HELP_LIMIT_S = 2.0
ALSA_DEVICES = Path("/dev/snd")

# In order of preference; each reads raw PCM from stdin with these options.
_OPTIONS = {
    "paplay": "--raw --format=s16le --rate={rate} --channels=1 --latency-msec=100",
    "pw-play": "--format=s16 --rate={rate} --channels=1 -",
    "aplay": "-q -t raw -f S16_LE -r {rate} -c 1 -",
    "ffplay": "-nodisp -autoexit -loglevel error -f s16le -sample_rate {rate} -i pipe:0",
    "play": "-q -t raw -r {rate} -e signed -b 16 -c 1 -",
}
PLAYERS = tuple(_OPTIONS)


@dataclass(frozen=True, slots=True)
class PlayerCommand:
    """A player found on this host: its name, and how it is told to play raw PCM from stdin."""

    name: str
    path: str

    def arguments(self, sample_rate: int) -> list[str]:
        """The command line for 16-bit mono PCM at ``sample_rate`` on stdin."""
        options = _OPTIONS[self.name].format(rate=sample_rate).split()
        if self.name == "pw-play" and self._wants_raw():
            options.insert(0, "--raw")
        return [self.path, *options]

    def _wants_raw(self) -> bool:
        """Newer pw-play must be told what older ones assume of stdin."""
        try:
            shown = subprocess.run(
                [self.path, "--help"], capture_output=True, timeout=HELP_LIMIT_S, check=False
            ).stdout
        except (OSError, subprocess.TimeoutExpired):
            return False
        return b"--raw" in shown


def find_player(environ: Mapping[str, str]) -> PlayerCommand | None:
    """The first player whose sound system is there; ``None`` where nothing could be heard."""
    systems = _sound_systems(environ)
    for name in PLAYERS:
        path = shutil.which(name, path=environ.get("PATH"))
        if path and (systems if name in {"ffplay", "play"} else _needs(name) in systems):
            return PlayerCommand(name, path)
    return None


def why_silent(environ: Mapping[str, str]) -> str:
    """One line that says why nothing can be played here."""
    if not _sound_systems(environ):
        return "there is no audio device here"
    return f"no player is installed (looked for {', '.join(PLAYERS)})"


def _needs(name: str) -> str:
    return {"paplay": "pulse", "pw-play": "pipewire", "aplay": "alsa"}[name]


def _sound_systems(environ: Mapping[str, str]) -> set[str]:
    runtime = Path(environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    found = set()
    if environ.get("PULSE_SERVER") or _is_there(runtime / "pulse" / "native"):
        found.add("pulse")
    if _is_there(runtime / (environ.get("PIPEWIRE_REMOTE") or "pipewire-0")):
        found.add("pipewire")
    if any(ALSA_DEVICES.glob("pcm*p")):
        found.add("alsa")
    return found


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


class Player:
    """A running player. ``write`` blocks at the speed of playback; ``abort`` is silence at once."""

    def __init__(self, command: PlayerCommand, sample_rate: int) -> None:
        self.name = command.name
        self._rate = sample_rate
        self._bytes = self._heard = 0
        self._started_at: float | None = None
        arguments = command.arguments(sample_rate)
        self._complaint = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the player
        try:
            process = subprocess.Popen(
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._complaint,
                bufsize=0,
                start_new_session=True,  # Ctrl-C is ours to handle
            )
        except OSError:
            self._complaint.close()
            raise
        self._process = process
        self._input = cast("BinaryIO", process.stdin)  # PIPE above makes it one
        fcntl.fcntl(self._input, fcntl.F_SETPIPE_SZ, PIPE_BYTES)

    def write(self, pcm: bytes) -> None:
        """Hand samples over; returns when the player has taken nearly all of them."""
        if self._started_at is None:
            self._started_at = time.monotonic()
        view = memoryview(pcm)
        try:
            while view:
                written = os.write(self._input.fileno(), view)
                self._bytes += written
                view = view[written:]
        except (BrokenPipeError, ValueError) as error:
            raise JarvisError(
                f"{self.name} stopped playing{self._last_words()}", code="player.stopped"
            ) from error

    def position(self) -> int:
        """Samples probably heard: taken by the player, and never more than time allows."""
        if self._started_at is None:
            return 0
        elapsed = time.monotonic() - self._started_at
        # What is being written lies in the pipe before it is counted: that must not count back.
        taken = (self._bytes - self._unread()) // 2
        self._heard = max(self._heard, min(taken, int(elapsed * self._rate)))
        return self._heard

    def end(self) -> None:
        """No more audio follows; the audio sent so far is still played."""
        self._input.close()

    def wait(self, seconds: float) -> bool:
        """Wait for the player to have played all; whether it has."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        if code:
            raise JarvisError(f"{self.name} failed{self._last_words()}", code="player.failed")
        return True

    def abort(self) -> None:
        """Be silent now; for any thread, so nothing is closed that another may be writing to."""
        self._process.kill()

    def close(self) -> None:
        """End the player where it still runs, and give back what it took."""
        self._process.kill()
        self._process.wait(5)
        self.end()
        self._complaint.close()

    def _unread(self) -> int:
        if self._input.closed:
            return 0
        waiting = array.array("i", [0])
        fcntl.ioctl(self._input, termios.FIONREAD, waiting)
        return waiting[0]

    def _last_words(self) -> str:
        if self._complaint.closed:
            return ""
        self._complaint.seek(0)
        lines = self._complaint.read(65_536).decode("utf-8", "replace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""
