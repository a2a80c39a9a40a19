"""One row of every series: levels as they are, counters as rates since the row before."""

from typing import Any, cast

import pytest

from jarvisd.observe.collector import Collector
from jarvisd.telemetry.counters import Counters
from jarvisd.telemetry.loop_lag import LoopLag
from jarvisd.telemetry.series import NAMES
from jarvisd.wire import Token
from tests.observe.fakes import Clock, FakeReplies, FakeReply, FakeSpeech, FakeStore


class Scene:
    def __init__(self) -> None:
        self.clock, self.lag, self.counters = Clock(), LoopLag(), Counters()
        self.replies, self.speech, self.store = FakeReplies(), FakeSpeech(), FakeStore()
        self.collector = Collector(
            replies=cast("Any", self.replies),
            speech=cast("Any", self.speech),
            store=cast("Any", self.store),
            lag=self.lag,
            counters=self.counters,
            clock=self.clock,
        )

    async def row(self) -> dict[str, float]:
        return dict(zip(NAMES, await self.collector.read(), strict=True))

    def write(self, tokens: int) -> None:
        for number in range(tokens):
            self.counters.observe(Token(reply="r-1", seq=number, text="x"))


async def test_levels_are_those_of_the_parts() -> None:
    scene = Scene()
    scene.replies.made = [FakeReply(slack_s=4.0), FakeReply(slack_s=1.5)]
    row = await scene.row()
    assert row["replies"] == 2
    assert row["slack_s"] == 1.5
    assert (row["slots"], row["slots_in_use"], row["speech_waiting"]) == (2, 1, 3)
    assert (row["store_waiting"], row["workers_rss_bytes"]) == (4, 64)
    assert row["daemon_rss_bytes"] > 1_000_000


async def test_what_is_not_known_has_no_value() -> None:
    row = await Scene().row()
    unknown = {name for name, value in row.items() if value != value}
    assert {"slack_s", "tokens_per_s", "daemon_cpu", "workers_cpu"} <= unknown
    assert "replies" not in unknown


async def test_counters_become_rates_since_the_row_before() -> None:
    scene = Scene()
    scene.replies.made = [FakeReply()]
    await scene.row()
    scene.write(30)
    scene.clock.now += 2.0
    row = await scene.row()
    assert row["tokens_per_s"] == pytest.approx(15.0)
    assert row["daemon_cpu"] >= 0


async def test_a_model_that_does_not_write_is_not_slow() -> None:
    scene = Scene()
    await scene.row()
    scene.clock.now += 1.0
    assert (await scene.row())["tokens_per_s"] != 0
    scene.replies.made = [FakeReply()]
    scene.clock.now += 1.0
    assert (await scene.row())["tokens_per_s"] == 0


async def test_a_clock_that_stands_still_or_goes_back_gives_no_rate() -> None:
    scene = Scene()
    scene.replies.made = [FakeReply()]
    await scene.row()
    for step_s in (0.0, -3_600.0):
        scene.write(10)
        scene.clock.now += step_s
        assert (await scene.row())["tokens_per_s"] in (0, pytest.approx(float("nan"), nan_ok=True))


async def test_the_worst_lag_since_the_row_before() -> None:
    scene = Scene()
    scene.lag.record(scene.clock.now + 0.5, 0.25)
    scene.clock.now += 1.0
    assert (await scene.row())["loop_lag_ms"] == 250.0
    scene.clock.now += 1.0
    assert (await scene.row())["loop_lag_ms"] == 0.0
