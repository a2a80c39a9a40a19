"""What people see, frozen: the screens of a real daemon, with what differs between runs masked.

One daemon is well, another one has no language model. After a wanted change:
JARVISCTL_WRITE_SCREENS=1 pytest tests/jarvisctl/test_screens.py, and read the files.
"""

import os
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from jarvisctl.private_daemon import PrivateDaemon
from jarvisd.wire import Chunk, ReplyInfo, SayRequest
from jarvisd.wire.client import ApiClient
from tests.jarvisctl.conftest import Jarvisctl, Ran

GOLDEN = Path(__file__).parent / "screens"
WELL = '[llm]\nprovider = "builtin"\n'
ILL = '[llm]\nprovider = "auto"\nurl = "http://127.0.0.1:1"\n'  # where nobody can listen
SENTENCES = "One sentence after another is spoken here. " * 40
# What a host has of these is its own.
OTHERS = ("engine.piper", "cgroup")
CASES = {
    "status": ("status",),
    "health": ("health",),
    "voices": ("voices", "en-us+f5"),
    "conversations": ("conversations",),
    "replies": ("replies",),
}
ILL_CASES = {"status-without-model": ("status",), "health-without-model": ("health",)}

WIDE = {"COLUMNS": "300"}  # where lines fold depends on the figures


@pytest.fixture(scope="module")
def well(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jarvisctl]:
    """Has answered one question, and holds a reply that is paused."""
    config = tmp_path_factory.mktemp("screens") / "jarvisd.toml"
    config.write_text(WELL)
    with PrivateDaemon(config=config) as daemon, ApiClient(daemon.socket) as client:
        jarvisctl = Jarvisctl(daemon.socket)
        # Nobody would hear it, so that it is not spoken, and not still playing later.
        assert jarvisctl.run("ask", "--no-play", "Good evening.").code == 0
        with client.stream_events("/v1/say", SayRequest(text=SENTENCES, paced=True)) as events:
            made = (line for line in events if isinstance(line.event, Chunk))
            next(made)
            next(made)
            client.post(f"/v1/replies/{events.reply}/pause", None, ReplyInfo)
            yield jarvisctl


@pytest.fixture(scope="module")
def ill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jarvisctl]:
    config = tmp_path_factory.mktemp("ill") / "jarvisd.toml"
    config.write_text(ILL)
    with PrivateDaemon(config=config) as daemon:
        jarvisctl = Jarvisctl(daemon.socket)
        for verb in ("say", "ask"):  # by then it knows its voice, and that there is no model
            assert jarvisctl.run(verb, "--no-play", "hi").code == 0
        yield jarvisctl


def screen(ran: Ran) -> str:
    """All of it, what went to stderr marked; lines that differ in figures alone are one."""
    shown = [*ran.text.splitlines(), *(f"! {line}" for line in ran.stderr.splitlines())]
    lines = [masked(line) for line in without_others(shown)]
    return "".join(f"{line}\n" for line, _ in groupby(lines)) + f"({int(ran.code)})\n"


def without_others(lines: list[str]) -> Iterator[str]:
    """Without the components of ``OTHERS``; what belongs to one is indented further than it."""
    left_out = False
    for line in lines:
        if re.match(r"  \S", line):
            left_out = any(f" {name} " in line for name in OTHERS)
        elif not line.startswith(" " * 8):
            left_out = False
        if not left_out:
            yield line


def masked(line: str) -> str:
    """``line`` with ids, figures and times masked, and columns two spaces apart."""
    indent = line[: len(line) - len(line.lstrip())][:8]
    line = re.sub(r"\b[rc]-[0-9a-f]+", "…", line.strip())
    line = re.sub(r"(?<![\w+.:/])\d[\d.:/-]*(?!\w)", "0", line)
    line = re.sub(r"(0 (d|h|min) )?0 (h|min|s)\b", "0 s", line)
    line = re.sub(r"(?<= )-(?= |$)", "0 ms", line)  # a figure that is not known
    line = re.sub(r"→ .*", "→ …", line)  # what helps depends on how the host is set up
    line = re.sub(r"\b(idle|busy|starting)\b", "…", line)
    return indent + re.sub(r"  +", "  ", line)


def compare(name: str, found: str) -> None:
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("JARVISCTL_WRITE_SCREENS"):
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_a_screen_looks_as_it_was_agreed(well: Jarvisctl, name: str) -> None:
    compare(name, screen(well.run(*CASES[name], environ=WIDE)))


@pytest.mark.parametrize("name", ILL_CASES)
def test_what_is_missing_is_named_with_what_helps(ill: Jarvisctl, name: str) -> None:
    compare(name, screen(ill.run(*ILL_CASES[name], environ=WIDE)))


@pytest.mark.parametrize(
    "words",
    [
        ("conversations", "list", "--limit", "500"),
        ("days", "--limit", "1000"),
        ("health", "--checks", "1000"),
        ("log", "level", "info", "--for", "7d"),
        ("logs", "--lines", "1000"),
        ("notices", "--limit", "1000"),
        ("replies", "--limit", "100"),
    ],
    ids=" ".join,
)
def test_the_most_that_a_verb_takes_the_daemon_takes_too(
    well: Jarvisctl, words: tuple[str, ...]
) -> None:
    assert well.run(*words).code == 0
    *verb, most = words
    beyond = most.replace("7d", "8d").replace("00", "01")
    assert well.run(*verb, beyond).code == 2


def test_no_screen_is_left_over() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == {*CASES, *ILL_CASES}
