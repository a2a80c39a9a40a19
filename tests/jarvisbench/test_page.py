"""The report's page and its plots, and the verdict above them."""

import re
from xml.etree import ElementTree as ET

import pytest

from jarvisbench import ramp
from jarvisbench.figures import Row
from jarvisbench.page import page
from jarvisbench.plot import Point, against_goals, along_ramp
from jarvisbench.progress import bar
from jarvisbench.report import document
from jarvisbench.verdict import TWO_SLOTS, verdict

SVG = "{http://www.w3.org/2000/svg}"
UNKNOWN = "whether two slots pay on this machine is not known:"
HOST: dict[str, object] = {"cpus": 2, "cpu": "Cores & <more>"}
VALUES = [0.1] * 10 + [1.0] * 9 + [10.0]
JUDGED = Row(name="status", unit="ms", values=VALUES, judged="p95", floor=0.1, target=1.0)
SKIPPED = Row(name="loop_stall", unit="ms", skipped="onnx is not installed")


def steps(*values: float) -> list[Row]:
    return [
        Row(name=ramp.name(ramp.CACHED, "jitter", n), unit="ms", values=[value, 2 * value])
        for n, value in zip(ramp.STEPS[ramp.CACHED], values, strict=False)
    ]


def slots(*ratios: float, skipped: str = "") -> list[Row]:
    return [JUDGED, Row(name=TWO_SLOTS, unit="times", values=ratios, skipped=skipped)]


def words(svg: str) -> list[str]:
    return [one.text or "" for one in ET.fromstring(svg).iter(f"{SVG}text")]


def test_every_judged_figure_is_drawn_once_with_floor_and_goal() -> None:
    rows = [
        SKIPPED,
        Row(name="information", unit="ms", values=[1.0]),
        Row(name="dropped", unit="frames", values=[0], target=0),
        Row(name="rules", unit="rules", values=[46], target=44, at_least=True),
    ]
    assert against_goals(rows) == ""
    drawn = words(against_goals([*rows, JUDGED]))
    assert drawn.count("status") == 1
    assert {"p50", "p95", "p99", "floor", "goal"} <= set(drawn)
    assert "information" not in drawn


def test_figures_far_off_the_scale_are_drawn_too() -> None:
    rows = [Row(name="x", unit="ms", values=[0.0, 1e9], judged="p95", target=1.0)]
    assert "x" in words(against_goals(rows))


def test_the_ramp_has_a_mark_for_every_step() -> None:
    points = [Point(n, row) for n, row in zip((1, 3, 5), steps(1.0, 2.0, 4.0), strict=True)]
    drawn = words(along_ramp(points, about="jitter, ms"))
    assert {"1", "3", "5", "jitter, ms", "p50", "p99"} <= set(drawn)
    assert along_ramp([Point(1, SKIPPED)], about="nothing") == ""


def test_the_page_needs_nothing_from_elsewhere_and_escapes_what_it_shows() -> None:
    made = page([*steps(0.1, 0.2, 0.3), *slots(1.6), SKIPPED], HOST)
    assert made.startswith("<!doctype html>")
    assert "two slots pay on this machine" in made
    assert "Cores &amp; &lt;more&gt;" in made
    assert "loop_stall: onnx is not installed" in made
    assert made.count("<svg") == 2
    assert "<script" not in made
    assert "src=" not in made
    assert set(re.findall(r'href="(.)', made)) == {"#"}
    assert set(re.findall(r"https?://[^/\"']*", made)) <= {"http://www.w3.org"}


def test_a_page_without_figures_is_a_page() -> None:
    assert page([SKIPPED], HOST).count("<svg") == 0


@pytest.mark.parametrize(
    ("ratio", "cpus", "load", "line"),
    [
        (1.6, 2, 0.1, "two slots pay on this machine: {}"),
        (1.6, 2, 3.0, "two slots pay on this machine: {}"),
        (1.15, 2, 0.1, "two slots do not pay on this machine: {}; more than 1.15 is asked"),
        (0.9, 1, 3.0, "two slots do not pay on this machine: {}; there is one processor"),
        (
            0.9,
            2,
            3.0,
            f"{UNKNOWN} the machine was busy (load 3.0 on 2 processors), and {{}}",
        ),
    ],
)
def test_the_verdict_is_one_line_with_its_reason(
    ratio: float, cpus: int, load: float, line: str
) -> None:
    compared = f"with two, a heavy voice makes sentences {ratio:.2f} times as fast as with one"
    found = verdict(slots(ratio), {"cpus": cpus, "load": load})
    assert found is not None
    assert found.line == line.format(compared)


def test_without_a_figure_there_is_no_verdict_but_a_reason() -> None:
    found = verdict(slots(skipped="no onnx"), HOST)
    assert found is not None
    assert found.line == f"{UNKNOWN} no onnx"
    assert found.pays is None


def test_the_verdict_is_in_the_document_only_when_it_was_asked_for() -> None:
    assert verdict([JUDGED], HOST) is None
    host = document(slots(1.6), HOST)["host"]
    assert isinstance(host, dict)
    assert host["run"]["verdict"] == {
        "two_slots_pay": True,
        "reason": "with two, a heavy voice makes sentences 1.60 times as fast as with one",
    }


def test_the_bar_fills_from_the_left() -> None:
    assert [bar(done, 4, width=4) for done in range(5)] == [
        "[----]",
        "[#---]",
        "[##--]",
        "[###-]",
        "[####]",
    ]
    assert bar(0, 0, width=2) == "[--]"
