"""Completion as the shells themselves do it, with the names that a daemon knows."""

import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from jarvisd import wire
from tests.fakes.daemon import FakeDaemon
from tests.jarvisctl import samples
from tests.jarvisctl.conftest import Jarvisctl
from tests.jarvisctl.test_trace import served

VOICES = wire.VoicesResponse(
    voices=[
        wire.Voice(id="espeak:en-us+f5", engine="espeak", name="en-us+f5", language="en-us",
                   sample_rate=22_050, default=True, available=True, description="English"),
        wire.Voice(id="espeak:de", engine="espeak", name="de", language="de",
                   sample_rate=22_050, default=False, available=True, description="German"),
        wire.Voice(id="piper:amy", engine="piper", name="amy", language="en",
                   sample_rate=16_000, default=False, available=False, reason="no piper-tts"),
    ]
)  # fmt: skip
CONVERSATIONS = wire.ConversationsResponse(
    conversations=[
        wire.ConversationInfo(conversation=name, created_at=1.0, updated_at=2.0, messages=1,
                              title="Is the NAS\nwell?")
        for name in ("kitchen", "k-2", "two words", "$(reboot)")
    ]
)  # fmt: skip

# One completion a line: the words of the command line come as arguments, the last one unfinished.
BASH = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
_jarvisctl_completion jarvisctl
printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH = """
compdef() { }
_describe() { print -rl -- "${(@P)3}" }
compadd() { print -rl -- "${(@P)5}" }
source "$1"; shift
words=("$@"); CURRENT=$#
_jarvisctl_completion
"""
FISH = 'source $argv[1]; complete -C (string join " " -- $argv[2..-1])'
RUN = {"bash": ["-c", BASH, "bash"], "zsh": ["-f", "-c", ZSH, "zsh"], "fish": ["-c", FISH]}

Shell = Callable[..., list[str]]


@pytest.fixture(params=RUN)
def shell(request: pytest.FixtureRequest, jarvisctl: Jarvisctl, tmp_path: Path) -> Shell:
    """Completes words in one shell, which has our script and finds jarvisctl on its PATH."""
    name: str = request.param
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} IS NOT INSTALLED: its completion is not tested (apt install {name})")
    command = tmp_path / "jarvisctl"
    words = " ".join(f"'{word}'" for word in jarvisctl.command())
    command.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    command.chmod(0o755)
    script = tmp_path / "script"
    script.write_bytes(jarvisctl.run("completion", name).stdout)

    def complete(*words: str) -> list[str]:
        done = subprocess.run(
            [program, *RUN[name], str(script), "jarvisctl", *words],
            env=jarvisctl.environment(PATH=f"{tmp_path}:/usr/bin:/bin"), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.stderr == ""
        found = [line for line in done.stdout.splitlines() if line]
        return [_value(name, line) for line in found]

    return complete


def _value(shell: str, line: str) -> str:
    """The word itself: fish adds what it is after a tab, zsh after a colon of its own."""
    if shell == "zsh":
        return line.replace("\\:", "\0").partition(":")[0].replace("\0", ":")
    return line.partition("\t")[0]


def test_verbs_and_their_words(daemon: FakeDaemon, shell: Shell) -> None:
    assert shell("con") == ["config", "conversations"]
    assert shell("log", "level", "e") == ["error"]
    assert "--follow" in shell("logs", "--")
    assert daemon.received == []


def test_voices_that_can_speak(daemon: FakeDaemon, shell: Shell) -> None:
    daemon.json("GET", "/v1/voices", VOICES)
    assert sorted(shell("say", "--voice", "e")) == ["espeak:de", "espeak:en-us+f5"]
    assert shell("ask", "--voice", "espeak:en") == ["espeak:en-us+f5"]
    assert shell("say", "--voice", "piper") == []


def test_conversations_that_need_no_quotes(daemon: FakeDaemon, shell: Shell) -> None:
    daemon.json("GET", "/v1/conversations", CONVERSATIONS)
    assert sorted(shell("conversations", "show", "k")) == ["k-2", "kitchen"]
    assert shell("ask", "--conversation", "ki") == ["kitchen"]
    assert sorted(shell("conversations", "delete", "")) == ["k-2", "kitchen"]


def test_replies_that_run(daemon: FakeDaemon, shell: Shell) -> None:
    daemon.json("GET", "/v1/replies", wire.RepliesResponse(replies=[samples.INFO]))
    assert shell("interrupt", "r") == [samples.REPLY]
    assert shell("pause", "r") == [samples.REPLY]


def test_replies_that_were_traced(daemon: FakeDaemon, shell: Shell) -> None:
    served(daemon)
    assert shell("trace", "show", "r") == ["r-1"]


def test_without_a_daemon_there_is_silence(shell: Shell) -> None:
    assert shell("say", "--voice", "e") == []


def test_a_daemon_that_refuses_or_hangs_is_not_talked_about(
    daemon: FakeDaemon, shell: Shell, tmp_path: Path
) -> None:
    daemon.refuse("GET", "/v1/voices", 403, "access.denied", "no")
    assert shell("say", "--voice", "e") == []
    daemon.json("GET", "/v1/voices", {"something": "else"})
    assert shell("say", "--voice", "e") == []
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "deaf"))
        deaf.listen()
        assert shell("--socket", str(tmp_path / "deaf"), "say", "--voice", "e") == []
