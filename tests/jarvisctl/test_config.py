"""The configuration as the daemon has it, and as the files have it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.daemon import FakeDaemon
from tests.jarvisctl.conftest import Jarvisctl
from tests.support.daemon import RunningDaemon, running_daemon


@pytest.fixture
async def configured(tmp_path: Path) -> AsyncIterator[RunningDaemon]:
    """A daemon with a file, a variable and an option of its own."""
    file = tmp_path / "its.toml"
    file.write_text('[llm]\nmodel = "of-the-daemon"\n')
    async with running_daemon(
        tmp_path, configuration=file, settings={"reply.max_active": 3}
    ) as daemon:
        yield daemon


async def test_what_is_shown_is_what_the_daemon_runs(
    configured: RunningDaemon, jarvisctl: Jarvisctl
) -> None:
    ours = {"JARVISD_SOCKET": str(configured.socket), "JARVISD__LLM__MODEL": "of-the-user"}
    text = jarvisctl.run("config", "show", "--changed", environ=ours).text
    assert f'model = "of-the-daemon"  # {configured.directory}/its.toml:2' in text
    assert "max_active = 3  # JARVISD__REPLY__MAX_ACTIVE" in text
    assert f'socket = "{configured.socket}"  # command line' in text
    assert "of-the-user" not in text
    objects = jarvisctl.run("config", "show", "--json", environ=ours).objects
    assert {one["from"] for one in objects} == {"daemon"}
    files = jarvisctl.run("config", "show", "--changed", "--files", environ=ours).text
    assert 'model = "of-the-user"' in files
    assert "of-the-daemon" not in files


async def test_the_doctor_judges_by_what_the_daemon_runs(
    configured: RunningDaemon, jarvisctl: Jarvisctl
) -> None:
    ours = {"JARVISD_SOCKET": str(configured.socket), "JARVISD__LLM__PROVIDER": "builtin"}
    text = jarvisctl.run("doctor", environ=ours).text
    assert "no answer from http://127.0.0.1:9" in " ".join(text.split())


async def test_every_place_is_listed_and_what_the_daemon_has_read(
    configured: RunningDaemon, jarvisctl: Jarvisctl
) -> None:
    ours = {"JARVISD_SOCKET": str(configured.socket), "JARVISD__LLM__MODEL": "x"}
    text = jarvisctl.run("config", "path", environ=ours).text
    places = ("/etc/jarvisd/jarvisd.toml ", "/etc/jarvisd/jarvisd.toml.d/*.toml", "JARVISD__",
              f"{jarvisctl.socket.parent}/.config/jarvisd/jarvisd.toml ")  # fmt: skip
    for place in places:
        assert place in text
    assert f"The daemon has read: {configured.directory}/its.toml" in text
    assert " see: jarvisctl config show\n" in text, "nothing is cut at the edge"


def test_without_a_daemon_it_says_that_it_shows_the_files(jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("config", "show", "--changed", environ={"JARVISD__LLM__MODEL": "mine"})
    assert ran.code == 0
    assert 'model = "mine"  # JARVISD__LLM__MODEL' in ran.text
    assert "No daemon runs. This is what the files say:" in ran.stderr


def test_a_daemon_that_refuses_is_not_passed_over(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.refuse("GET", "/v1/config", 403, "access.denied", "user eve has the role observer")
    ran = jarvisctl.run("config", "show")
    assert (ran.code, ran.text) == (5, "")
    assert "user eve has the role observer" in ran.stderr


def test_own_words_are_shown_as_in_a_file(jarvisctl: Jarvisctl, tmp_path: Path) -> None:
    words = '[text.say.en]\nPVE = "Proxmox"\n"R&D" = "research"\n\n[text.say.all]\nTBD = ""\n'
    file = tmp_path / "words.toml"
    file.write_text(words)
    shown = jarvisctl.run("config", "show", "--changed", "--config", str(file))
    assert shown.text.endswith(f"\n\n{words}")
    *_, one = jarvisctl.run("config", "show", "--json", "--changed", "--config", str(file)).objects
    assert one["value"] == {"en": {"PVE": "Proxmox", "R&D": "research"}, "all": {"TBD": ""}}
