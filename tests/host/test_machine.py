"""The machine's figures are read, bounded in time, and missing ones cost only themselves."""

import threading
from pathlib import Path

import pytest

from jarvisd.host import machine
from jarvisd.host.machine import HostReader, Machine, parse_meminfo, read_machine


async def test_this_machine_can_be_read(tmp_path: Path) -> None:
    found = await HostReader(tmp_path).read()
    assert found.uptime_s > 0
    assert 0 < found.memory["MemAvailable"] < found.memory["MemTotal"]
    assert 0 < found.disk_free <= found.disk_total


def test_a_missing_file_costs_only_its_figure(tmp_path: Path) -> None:
    (tmp_path / "loadavg").write_text("0.10 0.20 0.30 1/100 7\n")
    (tmp_path / "uptime").write_text("nonsense")
    found = read_machine(tmp_path, proc=tmp_path)
    assert (found.load, found.uptime_s, found.memory) == ((0.1, 0.2, 0.3), 0.0, {})
    assert found.disk_total > 0
    assert read_machine(tmp_path / "gone", proc=tmp_path).disk_total == 0


def test_meminfo_is_in_bytes() -> None:
    text = "MemTotal:  100 kB\nHugePages_Total:  0\n\n"
    assert parse_meminfo(text) == {"MemTotal": 102_400, "HugePages_Total": 0}


async def test_a_disk_that_hangs_is_given_up_and_asked_only_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hung, asked = threading.Event(), []

    def hang(path: Path) -> Machine:
        asked.append(path)
        hung.wait(timeout=300)
        return Machine(uptime_s=1.0)

    monkeypatch.setattr(machine, "read_machine", hang)
    reader = HostReader(tmp_path, limit_s=0.02)
    assert await reader.read() == Machine()
    assert await reader.read() == Machine()
    assert len(asked) == 1
    hung.set()
    patient = HostReader(tmp_path, limit_s=60)
    assert (await patient.read()).uptime_s == 1.0
