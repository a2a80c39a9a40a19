"""The exposition, the alert rules and the Grafana dashboard: that they fit each other."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from jarvisd.telemetry.counters import ERROR_CODES, SKIP_REASONS, Counters
from jarvisd.telemetry.metrics import MetricsInput, families
from jarvisd.telemetry.openmetrics import Family, MetricSample, render
from jarvisd.telemetry.records import Records
from tests.fakes.services import status

ROOT = Path(__file__).parents[2]
ETC = ROOT / "etc"
RULES = ETC / "prometheus" / "jarvisd.rules.yml"
RULES_TEST = ETC / "prometheus" / "jarvisd.rules.test.yml"
DASHBOARD = ETC / "grafana" / "jarvisd.json"
METRIC = re.compile(r"\bjarvisd_\w+")


def snapshot() -> MetricsInput:
    records, counters = Records(), Counters()
    for sketch in records.spans.values():
        for value in (0.0, 1.5, 200.0, 5e12):
            sketch.record(value)
    counters.errors["llm.unavailable"] = 1
    counters.skips["code"] = 2
    counters.engines["piper"] = 3
    return MetricsInput(
        status=status(),
        counters=counters,
        spans=records.spans,
        tokens_per_s=20.5,
        model_loss=0.02,
        slack_s=1.25,
        worker_deaths={"piper": 1},
        cpu_s={"daemon": 1.5, "workers": 0.0, "model": None},
        cpu_pressure=12.5,
        disk_free_bytes=10**9,
        disk_size_bytes=10**10,
    )


def names() -> set[str]:
    """Every name that a query may use: families, and what their kind makes of them."""
    suffixes = {
        "counter": ("_total",),
        "gauge": ("",),
        "histogram": ("_bucket", "_sum", "_count"),
        "info": ("_info",),
    }
    return {
        family.name + suffix for family in families(snapshot()) for suffix in suffixes[family.kind]
    }


# --- the exposition -----------------------------------------------------------------------------


def test_the_official_parser_takes_it() -> None:
    parsed = {family.name: family for family in text_string_to_metric_families(text())}
    assert parsed["jarvisd_slots"].samples[0].value == status().slots
    assert set(parsed) == {family.name for family in families(snapshot())}


def test_it_is_valid_when_nothing_is_known() -> None:
    empty = MetricsInput(status=status(), counters=Counters(), spans=Records().spans)
    parsed = list(text_string_to_metric_families(render(families(empty)) + "\n"))
    assert {family.name for family in parsed} == {family.name for family in families(snapshot())}


def test_every_counter_is_there_before_it_counts() -> None:
    """A rate misses the first event of a counter that begins with it."""
    nothing = MetricsInput(
        status=status(), counters=Counters(), spans=Records().spans, worker_deaths={"espeak": 0}
    )
    empty = {family.name for family in families(nothing) if not family.samples}
    assert not {name for name in empty if f"{name}_total" in names()} - {"jarvisd_cpu_seconds"}


SPEECH_CODE = re.compile(r'"((?:speech|llm)[.][a-z_]+)"')
# Names of log lines and settings that look like codes.
NO_CODES = {"speech.no_voice", "speech.slots", "speech.voice", "speech.look_ahead_s"}


def test_every_code_that_an_utterance_or_a_reply_can_end_with_is_counted_from_the_start() -> None:
    found = {
        code
        for room in ("llm", "speech")
        for file in (ROOT / "jarvisd" / room).rglob("*.py")
        for code in SPEECH_CODE.findall(file.read_text())
    }
    assert found - NO_CODES <= {*SKIP_REASONS, *ERROR_CODES}


def test_labels_are_escaped() -> None:
    nasty = 'a "quoted"\\ text\nof two lines'
    family = Family("x", "gauge", nasty, [MetricSample(1, {"reason": nasty})])
    (parsed,) = text_string_to_metric_families(render([family]) + "\n")
    assert parsed.samples[0].labels["reason"] == nasty
    assert parsed.documentation == nasty


def test_names_end_in_their_unit() -> None:
    for family in families(snapshot()):
        assert family.name.startswith("jarvisd_")
        assert family.name.endswith(family.unit)
        assert family.about.endswith(".")


def test_buckets_rise_and_end_with_everything() -> None:
    for family in text_string_to_metric_families(text()):
        counts = [sample.value for sample in family.samples if sample.name.endswith("_bucket")]
        assert counts == sorted(counts)
        if counts:
            assert counts[-1] == 4


def text() -> str:
    return render(families(snapshot())) + "\n"


# --- alert rules --------------------------------------------------------------------------------


def rules() -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load(RULES.read_text())["groups"]:
        yield from group["rules"]


def test_every_metric_in_a_rule_exists() -> None:
    used = {name for rule in rules() for name in METRIC.findall(rule["expr"])}
    assert used
    assert used <= names()


def test_every_rule_says_what_to_do() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert rule["annotations"]["summary"]
        assert "jarvisctl" in rule["annotations"]["description"]


def test_every_objective_has_a_rule() -> None:
    assert {rule["alert"] for rule in rules()} >= {
        "JarvisFirstAudioSlow",
        "JarvisInterruptSlow",
        "JarvisFramesLate",
        "JarvisFallbackVoice",
        "JarvisModelSlowedDown",
        "JarvisLoopStalls",
        "JarvisRepliesFail",
        "JarvisWorkersDie",
        "JarvisDiskFull",
    }


@pytest.mark.skipif(
    shutil.which("promtool") is None and "CI" not in os.environ,
    reason="NOT CHECKED: promtool is missing; on Debian it is part of prometheus",
)
@pytest.mark.parametrize("what", [["check", "rules", RULES], ["test", "rules", RULES_TEST]])
def test_promtool_takes_the_rules(what: list[str]) -> None:
    checked = subprocess.run(["promtool", *what], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr + checked.stdout


# --- Grafana ------------------------------------------------------------------------------------


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return found


def test_every_query_of_the_dashboard_names_metrics_that_exist() -> None:
    for panel in panels():
        for target in panel.get("targets", ()):
            used = set(METRIC.findall(target["expr"]))
            assert used, target["expr"]
            assert used <= names(), panel["title"]


def test_panels_have_units_and_do_not_overlap() -> None:
    cells: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        covered = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & covered, panel["title"]
        cells |= covered
        if panel["type"] != "row":
            assert panel["fieldConfig"]["defaults"]["unit"]
            assert panel["description"]
