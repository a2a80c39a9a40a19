"""Voices, engines, the database and the player: what a spoken answer needs besides a model."""

from collections.abc import Iterator

from jarvisctl.doctor.findings import Finding, Verdict, fail, ok, optional, skip, warn
from jarvisctl.doctor.probe import Probe
from jarvisd.config.settings import Settings
from jarvisd.errors import JarvisError
from jarvisd.wire import Component

_VERDICTS: dict[str, Verdict] = {"degraded": "warn", "absent": "warn", "failed": "fail"}
SYSTEM_STATE_DIR = "/var/lib/jarvisd"
LITTLE_BYTES, TOO_LITTLE_BYTES = 1_073_741_824, 67_108_864
PLAYERS = "sudo apt install pipewire-bin (or pulseaudio-utils, or alsa-utils)"


def checks(probe: Probe) -> Iterator[Finding]:
    """What the daemon says about its parts, then disk and player."""
    status = probe.status()
    if isinstance(status, JarvisError):
        yield skip("voices", "the daemon does not answer")
    else:
        # The language model is checked on its own.
        yield from map(_component, (part for part in status.components if part.name != "llm"))
    yield _disk(probe)
    yield _player(probe)


def _component(part: Component) -> Finding:
    if part.optional:
        return optional(part.name, part.reason or part.state, part.hint)
    verdict = _VERDICTS.get(part.state, "ok")
    if verdict == "ok":
        return ok(part.name, part.reason or part.state)
    return Finding(part.name, verdict, part.reason or part.state, part.hint or "jarvisctl status")


def _disk(probe: Probe) -> Finding:
    check, path = "disk", _state_dir(probe)
    free = probe.free_bytes(path)
    if free is None:
        return skip(check, f"{path} cannot be read")
    message = f"{free / 1_073_741_824:.1f} GB free for {path}"
    if free < TOO_LITTLE_BYTES:
        return fail(check, message, f"Make room: df -h {path}")
    if free < LITTLE_BYTES:
        return warn(check, message, f"Make room: df -h {path}")
    return ok(check, message)


def _state_dir(probe: Probe) -> str:
    settings = probe.in_force()
    if isinstance(settings, Settings) and settings.daemon.state_dir:
        return settings.daemon.state_dir
    if probe.socket_path.startswith("/run/jarvisd/"):
        return SYSTEM_STATE_DIR
    home = probe.environ.get("HOME", "/")
    return f"{probe.environ.get('XDG_STATE_HOME') or f'{home}/.local/state'}/jarvisd"


def _player(probe: Probe) -> Finding:
    if player := probe.player():
        return ok("player", f"{player} plays what jarvisctl speaks")
    return warn("player", "no player with a sound device: jarvisctl say is silent here", PLAYERS)
