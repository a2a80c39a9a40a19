"""``try`` with the real daemon, from nothing to a WAV in which something is heard."""

import math
import signal
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from jarvisctl.commands.try_ import measure
from jarvisctl.private_daemon import PrivateDaemon
from jarvisctl.wav import WavFile
from jarvisd.errors import JarvisError
from jarvisd.wire import LiveResponse
from jarvisd.wire.client import ApiClient
from tests.jarvisctl.conftest import Jarvisctl
from tests.jarvisctl.samples import RATE, pcm
from tests.support.planted import plant

# An address where nobody listens: the builtin provider answers, whatever runs on this host.
NO_MODEL = '[llm]\nprovider = "builtin"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "jarvisd.toml"
    path.write_text(NO_MODEL)
    return path


def test_try_answers_in_words_and_sound(jarvisctl: Jarvisctl, tmp_path: Path, config: Path) -> None:
    path = tmp_path / "jarvis.wav"
    ran = jarvisctl.run(
        "try", "--text", "What time is it?", "-o", str(path), "--config", str(config)
    )
    assert ran.code == 0, ran.stderr
    you, jarvis = ran.text.splitlines()
    assert you == "you     What time is it?"
    assert len(jarvis) > len("jarvis  ")
    assert "written by builtin, spoken by espeak" in ran.stderr
    assert "dBFS" in ran.stderr
    steps = ran.stderr.partition("Next:\n")[2].splitlines()
    assert [line.split()[0].rpartition("/")[2] for line in steps] == ["jarvisd", *["jarvisctl"] * 2]
    with wave.open(str(path)) as file:
        assert file.getnframes() > file.getframerate() / 2
    assert measure(path)[1] > -20


def test_a_command_that_is_for_the_eye_alone_is_not_said_to_be_missing(
    jarvisctl: Jarvisctl, tmp_path: Path, config: Path
) -> None:
    out = str(tmp_path / "jarvis.wav")
    ran = jarvisctl.run("try", "--text", "Good evening!", "-o", out, "--config", str(config))
    assert "llama-server -m MODEL.gguf" in ran.text
    assert "not spoken" not in ran.stderr


def test_nothing_of_the_callers_directory_is_run(
    jarvisctl: Jarvisctl, tmp_path: Path, config: Path
) -> None:
    hostile = tmp_path / "hostile"
    hostile.mkdir()
    trace = plant(hostile)
    command = Path(sys.executable).with_name("jarvisctl")
    ran = subprocess.run(
        [command, "try", "--config", f"../{config.name}", "-o", "../jarvis.wav"],
        capture_output=True, text=True, cwd=hostile, env=jarvisctl.environment(), check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert not trace.exists(), trace.read_text()


def test_a_private_daemon_ends_and_leaves_nothing(config: Path) -> None:
    with PrivateDaemon(config=config) as daemon:
        with ApiClient(daemon.socket) as client:
            assert client.get("/v1/live", LiveResponse).live
        folder, pid = daemon.socket.parent, daemon.pid
        assert Path(f"/proc/{pid}").exists()
    assert not folder.exists()
    assert not Path(f"/proc/{pid}").exists()


def test_who_is_ended_leaves_no_private_daemon(config: Path) -> None:
    former = signal.getsignal(signal.SIGTERM)
    daemon = PrivateDaemon(config=config)
    try:
        with daemon, pytest.raises(SystemExit):
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, former)
    assert not daemon.socket.parent.exists()


def test_a_daemon_that_cannot_start_shows_its_log(tmp_path: Path) -> None:
    config = tmp_path / "bad.toml"
    config.write_text("[llm]\nprovidr = 1\n")
    with (
        pytest.raises(JarvisError, match="ended with code 78") as caught,
        PrivateDaemon(config=config),
    ):
        pytest.fail("it cannot have started")
    assert "providr" in caught.value.hint


def test_silence_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    file = WavFile(path, RATE)
    assert measure(path) == (0.0, -math.inf, -math.inf)
    file.write(b"\0" * 2 * RATE)
    assert measure(path) == (1.0, -math.inf, -math.inf)
    file.write(pcm(RATE))
    length, peak, level = measure(path)
    assert (length, round(peak)) == (2.0, -10)
    assert level < peak
    file.close()


def test_ctrl_c_stops_the_private_daemon_too(jarvisctl: Jarvisctl, config: Path) -> None:
    process = jarvisctl.start("try", "--config", str(config), "-o", "/dev/null")
    assert process.stdout is not None
    process.stdout.readline()  # it is up, and the question is on screen
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=300)
    assert process.returncode in {0, 1, 130}  # it may just have finished
    assert b"Traceback" not in stderr
    left = subprocess.run(
        ["/bin/sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '"],
        capture_output=True, text=True, check=False, timeout=300,
    ).stdout  # fmt: skip
    assert str(config) not in left
