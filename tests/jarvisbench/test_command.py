"""``jarvisctl bench`` as a user runs it."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from jarvisbench.parts import selected
from tests.jarvisctl.conftest import Jarvisctl

FIELDS = ["name", "unit", "p50", "p95", "p99", "floor", "target", "verdict", "pass"]


def test_parts_are_listed_for_people_and_programs(jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("bench", "--list")
    assert (ran.code, ran.stderr) == (0, "")
    assert [line.split()[0] for line in ran.text.splitlines()[1:]] == [p.name for p in selected([])]
    grouped = jarvisctl.run("bench", "--list", "--json", "latency").objects
    assert [(one["part"], one["group"]) for one in grouped] == [
        (name, "latency") for name in ("say", "ask", "steps")
    ]
    listed = jarvisctl.run("bench", "--list", "--json", "idle").objects
    assert [(one["part"], one["rows"]) for one in listed] == [
        ("idle", ["idle.memory", "idle.cpu", "idle.wake_ups"])
    ]


def test_an_unknown_part_is_a_usage_error_that_names_the_known_ones(jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("bench", "speed")
    assert (ran.code, ran.stdout) == (2, b"")
    assert "There is no part 'speed'. Parts: rules, text, phrasing, start" in ran.stderr


def test_the_document_has_the_agreed_shape(jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("bench", "--quick", "--json", "rules", "text")
    (document,) = ran.objects
    assert ran.code == 0
    assert list(document) == ["schema", "host", "rows"]
    assert document["schema"] == 1
    assert document["host"]["cpus"] >= 1
    assert document["host"]["quick"] is True
    assert [row["name"] for row in document["rows"]] == ["golden_rules", "text_per_token"]
    assert [list(row) for row in document["rows"]] == [FIELDS] * 2
    assert "sentence rules" in ran.stderr


def test_for_people_there_is_a_table(jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("bench", "--quick", "--strict", "rules")
    assert ran.code == 0
    assert ran.text.splitlines()[0].split()[:3] == ["figure", "unit", "p50"]
    assert ran.text.splitlines()[1].startswith("golden_rules")


def test_a_report_is_written_beside_the_table(jarvisctl: Jarvisctl, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    ran = jarvisctl.run("bench", "--quick", "--report", str(report), "rules")
    assert ran.code == 0
    assert "golden_rules" in report.read_text(encoding="utf-8")
    assert f"{report} is written" in ran.stderr
    ran = jarvisctl.run("bench", "--report", str(tmp_path / "nowhere" / "x.html"), "rules")
    assert (ran.code, ran.stdout) == (2, b"")
    assert "is no directory" in ran.stderr


def test_no_measurement_is_imported_before_it_is_asked_for() -> None:
    script = (
        "import sys, jarvisbench.command; "
        "print([name for name in sys.modules if name.startswith('jarvisbench')])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert ran.stdout.strip() == "['jarvisbench', 'jarvisbench.command']"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "parts",
    [
        # One without a daemon, one of questions, one of a model's answers, one of audio.
        ("rules", "status", "steps", "frames"),
        pytest.param((), marks=pytest.mark.long, id="all"),
    ],
)
def test_a_quick_run_fills_every_row(jarvisctl: Jarvisctl, parts: tuple[str, ...]) -> None:
    """Figures are not judged here: other work on the machine must not fail a test."""
    process = jarvisctl.start("bench", "--quick", "--json", *parts)
    stdout, stderr = process.communicate(timeout=540)
    assert process.returncode == 0, stderr.decode()
    document = msgspec.json.decode(stdout)
    assert [row["name"] for row in document["rows"]] == [
        n for part in selected(list(parts)) for n in part.rows
    ]
    assert document["host"]["run"]["skipped"] == {}
    for row in document["rows"]:
        assert row["p50"] is not None, row
        assert row["p50"] <= row["p95"] <= row["p99"]
        assert row["pass"] == (row["verdict"] != "missed")
        assert row["verdict"] == "no verdict" or row["target"] is not None
