"""Gates on the units: systemd understands every line of them, and what runs is shut in tightly."""

import configparser
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.systemd.conftest import UNITS, needed

# systemd's own scale: 0 is shut in, 10 is wide open. In tenths, as --threshold wants it.
MOST_EXPOSURE = 15
SYSTEM = ["jarvisd.service", "jarvisd.socket", "jarvis.slice", "llama-server.service"]
USER = ["jarvisd.service", "jarvisd.socket"]
Analyze = Callable[..., subprocess.CompletedProcess[str]]


def test_the_system_units_are_understood_without_a_word(analyze: Analyze, installed: Path) -> None:
    # An unknown key is only a warning to systemd, so silence is what counts.
    verdict = analyze("verify", f"--root={installed}", "--man=no", *SYSTEM)
    assert (verdict.returncode, verdict.stderr) == (0, "")


def test_the_gate_notices_an_unknown_key(analyze: Analyze, installed: Path) -> None:
    unit = installed / "etc/systemd/system/jarvisd.service"
    unit.write_text(unit.read_text().replace("UMask=", "UMaks="))
    assert "UMaks" in analyze("verify", f"--root={installed}", "--man=no", *SYSTEM).stderr


def test_the_users_units_are_understood_without_a_word(analyze: Analyze, tmp_path: Path) -> None:
    command = tmp_path / ".local/share/jarvisd/current/bin/jarvisd"
    command.parent.mkdir(parents=True)
    command.touch(mode=0o755)
    for name in USER:
        text = (UNITS / "user" / name).read_text()
        (tmp_path / name).write_text(text.replace("%h", str(tmp_path)))
    units = [tmp_path / name for name in USER]
    verdict = analyze("verify", "--user", "--man=no", *units)
    assert (verdict.returncode, verdict.stderr) == (0, "")


def test_the_service_is_shut_in(analyze: Analyze) -> None:
    verdict = analyze(
        *("security", "--offline=yes", "--no-pager", f"--threshold={MOST_EXPOSURE}"),
        UNITS / "jarvisd.service",
    )
    assert verdict.returncode == 0, verdict.stdout
    shown = re.search(r"exposure level for jarvisd\.service: (\d+\.\d)", verdict.stdout)
    assert shown is not None, verdict.stdout
    assert 0 < float(shown.group(1)) <= MOST_EXPOSURE / 10


def test_users_and_directories_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    for tool, name in (("systemd-sysusers", "sysusers"), ("systemd-tmpfiles", "tmpfiles")):
        arguments = ["--create"] if name == "tmpfiles" else []
        done = subprocess.run(
            [needed(tool, "systemd"), f"--root={tmp_path}", *arguments, UNITS / f"jarvisd.{name}"],
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    assert re.search(r"^jarvis:", (tmp_path / "etc/passwd").read_text(), re.MULTILINE)
    assert (tmp_path / "var/lib/jarvisd/voices").is_dir()
    assert (tmp_path / "etc/jarvisd/credentials").stat().st_mode & 0o777 == 0o700


def _section(name: str) -> dict[str, list[str]]:
    """The settings of a unit's [Service] section; a key may come more than once."""
    found: dict[str, list[str]] = {}
    text = (UNITS / name).read_text().partition("[Service]")[2]
    for line in re.split(r"^\[", text, flags=re.MULTILINE)[0].splitlines():
        if line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def test_every_line_of_hardening_has_its_reason() -> None:
    """Settings stand in groups of at most ten, and a comment begins each group."""
    hardening = (UNITS / "jarvisd.service").read_text().partition("# --- hardening")[2]
    lines_since_reason = 0
    for line in hardening.partition("[Install]")[0].splitlines()[1:]:
        lines_since_reason = 0 if line.startswith("#") else lines_since_reason + bool(line)
        assert lines_since_reason <= 7, line


@pytest.mark.parametrize("name", ["jarvisd.service", "user/jarvisd.service"])
def test_both_services_are_supervised_alike(name: str) -> None:
    service = _section(name)
    assert service["Type"] == ["notify"]
    assert service["NotifyAccess"] == ["main"]
    assert service["RestartPreventExitStatus"] == ["78"]
    if "RuntimeDirectory" in service:
        assert service["RuntimeDirectoryPreserve"] == ["yes"], "stopping would remove the socket"
    assert service["OOMPolicy"] == ["continue"], "one worker's memory would stop the daemon"
    assert int(service["WatchdogSec"][0]) >= 20, "a busy host is not a dead daemon"


def test_the_model_comes_first() -> None:
    drop_in = configparser.ConfigParser()
    drop_in.optionxform = str  # type: ignore[assignment,method-assign]
    drop_in.read(UNITS / "llama-server.service.d/jarvis.conf")
    model, speech = drop_in["Service"], _section("jarvisd.service")
    assert [model["Slice"]] == speech["Slice"], "weights compare siblings only"
    assert int(model["CPUWeight"]) >= 4 * int(speech["CPUWeight"][0])


def test_nobody_but_root_can_put_a_socket_in_the_place_of_ours() -> None:
    """The daemon's user, and with it every worker, may not write where the socket is."""
    assert "RuntimeDirectory" not in _section("jarvisd.service"), "that would belong to User="
    line = re.search(r"(?m)^d\s+/run/jarvisd\s.*$", (UNITS / "jarvisd.tmpfiles").read_text())
    assert line is not None
    assert line.group().split()[2:5] == ["0755", "root", "root"]
    assert "DirectoryMode=0755\n" in (UNITS / "jarvisd.socket").read_text()


def test_the_socket_is_for_the_group() -> None:
    text = (UNITS / "jarvisd.socket").read_text()
    assert "SocketGroup=jarvis\nSocketMode=0660\n" in text
    assert "SocketMode=0600\n" in (UNITS / "user/jarvisd.socket").read_text()
