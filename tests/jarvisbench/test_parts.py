"""Which parts there are, how they are chosen, and that a failing one costs only its own rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module

import pytest

from jarvisbench.command import exit_code
from jarvisbench.figures import Row
from jarvisbench.parts import PARTS, Part, groups, selected
from jarvisbench.rig import PartUnavailable, Rig
from jarvisbench.run import rows_of
from jarvisctl.exitcodes import ExitCode
from jarvisd.errors import UnavailableError


@dataclass(frozen=True, slots=True)
class FailingPart(Part):
    """Fills one of its rows and then fails."""

    failure: Exception = field(kw_only=True)

    def measure(self, rig: Rig) -> Iterator[Row]:
        yield Row(name="one", unit="ms", values=[float(rig.samples(2, 1))])
        raise self.failure


def failing(failure: Exception) -> list[Row]:
    with Rig(quick=True, say=lambda _: None) as rig:
        return rows_of(FailingPart("p", "about", ("one", "two"), "nowhere", failure=failure), rig)


def test_names_are_unique_and_every_part_can_be_measured() -> None:
    names = [part.name for part in PARTS] + [row for part in PARTS for row in part.rows]
    assert len(names) - len(set(names)) == 1  # `status` is a part and its only row
    for part in PARTS:
        assert callable(import_module(f"jarvisbench.{part.module}").measure)


def test_parts_are_chosen_by_name_group_or_row_in_running_order() -> None:
    everything = selected([])
    assert everything == [part for part in PARTS if part in everything]
    assert {"rules", "start", "say", "ask", "interrupt"} <= {part.name for part in everything}
    chosen = selected(["loop_stall", "rules", "idle.cpu", "idle"])
    assert [part.name for part in chosen] == ["rules", "idle", "stall"]
    assert [part.name for part in selected(["latency"])] == ["say", "ask", "steps"]
    assert [part.name for part in selected(["jitter", "say"])] == ["say", "frames"]
    assert [part.name for part in selected(["frames.jitter.50"])] == ["concurrency"]
    with pytest.raises(KeyError, match="rulez"):
        selected(["rules", "rulez"])


def test_what_users_know_by_name_can_be_asked_for() -> None:
    for name in ("latency", "jitter", "interrupt", "concurrency", "neighbour", "overhead"):
        assert selected([name]), name
    parts = {part.name for part in PARTS} | {row for part in PARTS for row in part.rows}
    assert groups() == ["latency", "jitter"]
    assert not parts & set(groups())


def test_even_a_bug_in_a_part_costs_only_its_own_rows() -> None:
    rows = failing(ValueError("no values were measured"))
    assert [row.skipped for row in rows] == ["", "not measured: no values were measured"]
    assert [row.broken for row in rows] == [False, True]


def test_what_is_not_installed_leaves_a_row_without_failing() -> None:
    rows = failing(PartUnavailable("no onnx"))
    assert [(row.name, row.skipped, row.broken) for row in rows] == [
        ("one", "", False),
        ("two", "no onnx", False),
    ]
    assert exit_code(rows, strict=True) is ExitCode.OK


def test_a_part_that_breaks_says_why_and_fails_the_run() -> None:
    rows = failing(UnavailableError("the daemon ended", code="daemon.start_failed"))
    assert [(row.name, row.skipped, row.broken) for row in rows] == [
        ("one", "", False),
        ("two", "not measured: the daemon ended", True),
    ]
    assert exit_code(rows, strict=False) is ExitCode.FAILED


def test_only_strict_makes_a_missed_figure_an_error() -> None:
    missed = [Row(name="x", unit="ms", values=[2.0], target=1.0)]
    assert exit_code(missed, strict=False) is ExitCode.OK
    assert exit_code(missed, strict=True) is ExitCode.FAILED
    assert exit_code([Row(name="x", unit="ms", values=[1.0], target=1.0)], strict=True) == 0
