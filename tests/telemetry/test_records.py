"""What is remembered of replies, notable events and checks: bounded, and without a word."""

import msgspec
import pytest

from jarvisd import wire
from jarvisd.telemetry.records import CHECKS, NOTICES, REPLIES, STARTED, Records, newest


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def records() -> Records:
    return Records(wall_clock=Clock())


def started(reply: str, *, fallback: bool = False) -> wire.ReplyStarted:
    return wire.ReplyStarted(
        reply=reply,
        seq=0,
        conversation="c",
        provider="llama-server",
        engine="piper",
        voice="piper:amy",
        sample_rate=22_050,
        fallback=fallback,
        fallback_reason="piper is dead" if fallback else "",
    )


def done(reply: str, **timings: float) -> wire.ReplyDone:
    return wire.ReplyDone(
        reply=reply,
        seq=1,
        totals=wire.Totals(utterances=2, spoken=2),
        tokens=wire.TokenUsage(completion=10),
        timings=wire.ReplyTimings(**timings),
        samples=10,
    )


def component(state: wire.ComponentState, checked_at: float) -> wire.Component:
    return wire.Component(
        name="llm", state=state, reason="why", hint="what helps", checked_at=checked_at
    )


def test_a_reply_is_summed_up(records: Records) -> None:
    records.observe(started("r-1"))
    records.observe(done("r-1", first_token_ms=200, first_utterance_ms=250, first_audio_ms=300))
    (summary,) = records.recent(10).replies
    assert (summary.reply, summary.outcome, summary.voice) == ("r-1", "done", "piper:amy")
    assert summary.spans == {
        "ttft": 200, "text_aggregation": 50, "tts_ttfb": 50, "ttfa": 300,
    }  # fmt: skip
    assert records.recent(10).spans["ttfa"].p50_ms == pytest.approx(300, rel=0.01)
    assert records.recent(10).spans["reply"].count == 0


def test_only_the_last_replies_are_remembered_newest_first(records: Records) -> None:
    for number in range(REPLIES + 5):
        records.observe(done(f"r-{number}"))
    found = records.recent(1_000).replies
    assert len(found) == REPLIES
    assert found[0].reply == f"r-{REPLIES + 4}"
    assert [one.reply for one in records.recent(2).replies] == [found[0].reply, found[1].reply]


def test_replies_that_never_end_do_not_pile_up(records: Records) -> None:
    for number in range(STARTED + 10):
        records.observe(started(f"r-{number}"))
    assert len(records._started) == STARTED


def test_failures_and_fallbacks_are_notable(records: Records) -> None:
    records.observe(started("r-1", fallback=True))
    detail = wire.ErrorDetail(code="llm.unreachable", message="gone", hint="start it")
    records.observe(
        wire.ReplyFailed(
            reply="r-1",
            seq=2,
            totals=wire.Totals(),
            tokens=wire.TokenUsage(),
            timings=wire.ReplyTimings(),
            error=detail,
        )
    )
    failure, fallback = newest(records.notices, 10)
    assert (failure.level, failure.name, failure.hint) == ("error", "llm.unreachable", "start it")
    assert (fallback.level, fallback.name) == ("warning", "voice.fallback")
    assert records.recent(1).replies[0].error == "llm.unreachable"
    assert records.recent(1).replies[0].fallback


def test_a_long_text_that_is_cut_is_one_notice(records: Records) -> None:
    records.notice("error", "store.failed", "the disk is full")
    for number in range(NOTICES):
        records.observe(
            wire.ChunkSkipped(
                reply="r-1", seq=number, utterance=number, reason="speech.reply_too_long"
            )
        )
    records.observe(
        wire.ChunkSkipped(reply="r-2", seq=1, utterance=1, reason="speech.reply_too_long")
    )
    told = [(found.name, found.reply, found.time) for found in records.notices]
    assert told == [
        ("store.failed", "", 1_001.0),
        ("speech.reply_too_long", "r-1", 1_001.0 + NOTICES),
        ("speech.reply_too_long", "r-2", 1_002.0 + NOTICES),
    ]


def test_a_change_of_state_is_notable_and_staying_well_is_not(records: Records) -> None:
    for at, state in enumerate(("ready", "ready", "failed", "failed", "ready"), start=1):
        records.checked([component(state, at)])  # type: ignore[arg-type]
    assert [notice.name for notice in newest(records.notices, 10)] == ["llm.ready", "llm.failed"]
    assert len(records.checks) == 5


def test_a_component_that_is_well_again_says_so(records: Records) -> None:
    records.checked([component("failed", 1.0)])
    records.checked([msgspec.structs.replace(component("ready", 2.0), reason="", hint="")])
    messages = [notice.message for notice in newest(records.notices, 10)]
    assert messages == ["llm is ready", "why"]


def test_an_answer_that_was_remembered_is_no_check(records: Records) -> None:
    records.checked([component("ready", 5.0)])
    records.checked([component("ready", 5.0)])
    assert [check.time for check in records.checks] == [5.0]


def test_rings_are_bounded(records: Records) -> None:
    for number in range(2_000):
        records.notice("info", "x", f"y {number}")
        records.checked([component("ready", number + 1.0)])
    assert (len(records.notices), len(records.checks)) == (NOTICES, CHECKS)
