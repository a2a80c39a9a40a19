"""Finding a player without starting one, and playing through it."""

import os
import threading
from pathlib import Path

import pytest

from jarvisctl import players
from jarvisctl.players import Player, PlayerCommand, find_player, why_silent
from jarvisd.errors import JarvisError
from tests.jarvisctl.samples import RATE, pcm


@pytest.fixture
def host(tmp_path: Path) -> dict[str, str]:
    """A host with all five players and no sound system."""
    for name in players.PLAYERS:
        program = tmp_path / name
        program.write_text("#!/bin/sh\nexec cat > /dev/null\n")
        program.chmod(0o755)
    return {"PATH": f"{tmp_path}:/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path / "run")}


def program(tmp_path: Path, body: str) -> PlayerCommand:
    path = tmp_path / "paplay"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return PlayerCommand("paplay", str(path))


@pytest.fixture
def silent_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever sound card the machine that runs the tests has."""
    monkeypatch.setattr(players, "ALSA_DEVICES", Path("/nonexistent"))


@pytest.mark.usefixtures("silent_kernel")
def test_the_player_follows_from_the_sound_system(host: dict[str, str], tmp_path: Path) -> None:
    assert find_player(host) is None
    assert why_silent(host) == "there is no audio device here"
    (tmp_path / "run" / "pulse").mkdir(parents=True)
    (tmp_path / "run" / "pipewire-0").touch()
    found = find_player(host)
    assert found is not None
    assert found.name == "pw-play"
    (tmp_path / "run" / "pulse" / "native").touch()
    found = find_player(host)
    assert found is not None
    assert found.name == "paplay"
    bare = host | {"PATH": "/nonexistent"}
    assert find_player(bare) is None
    assert why_silent(bare).startswith("no player is installed (looked for paplay, pw-play")


@pytest.mark.usefixtures("silent_kernel")
def test_a_general_player_takes_any_sound_system(host: dict[str, str], tmp_path: Path) -> None:
    for name in ("paplay", "pw-play", "aplay"):
        (tmp_path / name).unlink()
    assert find_player(host) is None
    found = find_player(host | {"PULSE_SERVER": "tcp:speaker"})
    assert found is not None
    assert found.name == "ffplay"


@pytest.mark.parametrize("name", players.PLAYERS)
def test_every_player_is_told_rate_and_format(name: str, host: dict[str, str]) -> None:
    path = str(Path(host["PATH"].partition(":")[0]) / name)
    line = " ".join(PlayerCommand(name, path).arguments(16_000))
    assert "16000" in line
    assert "16" in line.replace("16000", "")


@pytest.mark.parametrize(("help_text", "raw"), [("-a, --raw  RAW mode", True), ("-p", False)])
def test_newer_pw_play_is_told_that_it_is_raw(tmp_path: Path, help_text: str, raw: bool) -> None:
    path = tmp_path / "pw-play"
    path.write_text(f"#!/bin/sh\necho '{help_text}'\n")
    path.chmod(0o755)
    assert ("--raw" in PlayerCommand("pw-play", str(path)).arguments(RATE)) is raw


def test_all_is_played_and_counted(tmp_path: Path) -> None:
    player = Player(program(tmp_path, f"exec cat > {tmp_path}/played"), RATE)
    assert player.position() == 0
    player.write(pcm(20_000))
    assert 0 <= player.position() <= 20_000
    player.end()
    assert player.wait(30)
    player.close()
    assert (tmp_path / "played").read_bytes() == pcm(20_000)


def test_what_waits_in_the_pipe_was_not_heard(tmp_path: Path) -> None:
    player = Player(program(tmp_path, "exec sleep 60"), RATE)
    player.write(pcm(1_000))
    assert player.position() == 0
    player.abort()
    player.close()


def test_what_is_just_being_written_does_not_count_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = Player(program(tmp_path, "exec sleep 60"), RATE)
    write, seen = os.write, []

    def write_and_look(file: int, data: memoryview) -> int:
        written = write(file, data)
        seen.append(player.position())
        return written

    monkeypatch.setattr(players.os, "write", write_and_look)
    player.write(pcm(1_000))
    assert seen == [0]
    player.abort()
    player.close()


def test_abort_silences_a_writer_that_is_blocked(tmp_path: Path) -> None:
    player = Player(program(tmp_path, "exec sleep 60"), RATE)
    failed: list[JarvisError] = []
    started = threading.Event()

    def write() -> None:
        started.set()
        try:
            player.write(pcm(100_000))
        except JarvisError as error:
            failed.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    assert started.wait(30)
    player.abort()
    writer.join(30)
    player.close()
    assert [error.code for error in failed] == ["player.stopped"]


def test_a_player_that_fails_at_the_end_is_heard_of(tmp_path: Path) -> None:
    player = Player(program(tmp_path, "cat > /dev/null; echo 'no such sink' >&2; exit 1"), RATE)
    player.write(pcm(10))
    player.end()
    with pytest.raises(JarvisError, match="paplay failed: no such sink"):
        player.wait(30)
    player.close()


def test_no_descriptors_are_left_behind(tmp_path: Path) -> None:
    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    command = program(tmp_path, "exec cat > /dev/null")
    before = count()
    for ending in ("end", "abort"):
        player = Player(command, RATE)
        player.write(pcm(10))
        getattr(player, ending)()
        player.close()
        player.close()  # twice is fine
    assert count() == before
