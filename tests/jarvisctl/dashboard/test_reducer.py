from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisctl.dashboard import playback, reducer, story
from jarvisctl.dashboard.messages import (
    Connected,
    Cut,
    GovernorDecided,
    Happened,
    Lost,
    Message,
    Missing,
    Noted,
    QuestionFound,
    Remarked,
    Sampled,
    StatusRead,
    Ticked,
)
from jarvisctl.dashboard.snapshot import Sample, Snapshot
from jarvisctl.dashboard.widgets.conversation import ConversationPanel
from jarvisctl.dashboard.widgets.health import HealthPanel
from jarvisctl.dashboard.widgets.pipeline import Pipeline
from jarvisd import wire
from tests.jarvisctl import samples
from tests.jarvisctl.dashboard import scenes
from tests.jarvisctl.dashboard.scenes import NOW, WALL


def happened(number: int, event: Any, *, at: float = NOW) -> Happened:
    return Happened(at, WALL, number, event)


def after(*messages: Message, start: Snapshot | None = None) -> Snapshot:
    reached = start or Snapshot(now=NOW, wall=WALL)
    for message in messages:
        reached = reducer.reduce(reached, message)
    return reached


def status_without_replies() -> Message:
    return StatusRead(NOW, scenes.status(replies=[]))


def whole_reply() -> list[Message]:
    return [happened(number, event) for number, event in enumerate(samples.reply(), start=1)]


def test_a_reply_is_followed_from_its_start_to_its_end() -> None:
    reply = after(*whole_reply(), QuestionFound(samples.REPLY, "How are you?")).current
    assert reply is not None
    assert reply.text == "Good evening. All is well."
    assert reply.question == "How are you?"
    assert reply.outcome == "done"
    assert [u.samples for u in reply.utterances] == [2_205, 2_205]
    assert reply.timings == samples.TIMINGS


def test_an_event_that_was_seen_before_changes_nothing() -> None:
    known = after(*whole_reply())
    assert after(happened(2, samples.token(1, "again")), start=known) == known


def test_another_life_of_the_daemon_counts_from_the_beginning() -> None:
    known = after(Connected(NOW, scenes.status(), 0), *whole_reply())
    born_again = after(
        Lost(NOW, "gone", "start it", NOW + 1),
        Connected(NOW, scenes.status(pid=99), 0),
        happened(1, samples.started(reply="r-new")),
        start=known,
    )
    assert born_again.live
    assert [reply.reply for reply in born_again.replies] == [samples.REPLY, "r-new"]
    assert [line.kind for line in born_again.log][-3:-1] == ["daemon.lost", "daemon.back"]


def test_a_loss_that_lasts_is_one_line_and_counts_from_its_beginning() -> None:
    lost = after(
        Connected(NOW, scenes.status(), 0),
        Lost(NOW + 1, "gone", "start it", NOW + 2),
        Lost(NOW + 2, "still gone", "start it", NOW + 4),
        Ticked(NOW + 9, WALL + 9),
    )
    assert (lost.link.since, lost.link.reason, lost.age_s) == (NOW + 1, "still gone", 9.0)
    assert [line.kind for line in lost.log] == ["daemon.lost"]


def test_what_was_heard_stands_still_while_the_daemon_is_away() -> None:
    lost = after(*scenes.speaking(), Lost(NOW + 1, "gone", "", NOW + 2), Ticked(NOW + 60, WALL))
    assert lost.heard_at == NOW + 1


def test_nothing_is_spoken_or_well_while_the_daemon_is_away() -> None:
    panels = (ConversationPanel(1, "conversation"), HealthPanel(6, "health"))
    here = after(*scenes.speaking())
    assert [panel.heading(here) for panel in panels] == ["writing and speaking", "all well"]
    lost = after(*scenes.speaking(), Lost(NOW + 1, "gone", "", NOW + 2))
    assert [panel.heading(lost) for panel in panels] == ["", "as it was last known"]


def test_a_reply_that_was_joined_late_knows_where_its_text_begins() -> None:
    text = "Good evening. All is well."
    cut = samples.utterance(2, 1, " All is well.")
    cut.start, cut.end = 13, len(text)
    reply = after(happened(5, samples.token(1, "ning. All is well.")), happened(6, cut)).current
    assert reply is not None
    assert reply.missed == len("Good eve")


def test_changes_of_health_and_of_workers_are_told() -> None:
    before = scenes.status()
    parts = [wire.Component(name="llm", state="absent", reason="connection refused")]
    now = scenes.status(components=parts, workers=before.workers[:1])
    log = after(Connected(NOW, before, 0), StatusRead(NOW, now)).log
    assert [(line.level, line.text) for line in log] == [
        ("warning", "llm is absent: connection refused"),
        ("warning", "piper worker 4251 is gone"),
    ]


def test_what_is_optional_and_not_installed_is_nothing_to_look_at() -> None:
    def heading(*parts: wire.Component) -> str:
        now = after(StatusRead(NOW, scenes.status(components=list(parts))))
        return HealthPanel(1, "health").heading(now)

    piper = wire.Component(name="engine.piper", state="absent", optional=True)
    assert heading(piper) == "all well"
    assert heading(piper, wire.Component(name="llm", state="absent")) == "1 problem"


def test_what_is_optional_comes_last_and_asks_for_nothing_where_room_is_short() -> None:
    parts = [
        wire.Component(name="engine.piper", state="absent", hint="Put a voice", optional=True),
        wire.Component(name="llm", state="ready", reason="home-model"),
    ]
    now = after(StatusRead(NOW, scenes.status(components=parts)))
    shown = [row.plain.split() for row in HealthPanel(1, "health").lines(now, 60, 2)]
    assert shown == [["●", "llm", "ready", "home-model"], ["□", "engine.piper", "optional"]]


@pytest.mark.parametrize(
    ("reason", "level"), [("blank", "debug"), ("code", "info"), ("speech.deadline", "warning")]
)
def test_only_a_skip_that_nobody_wanted_is_a_warning(reason: str, level: str) -> None:
    event = samples.skipped(1, 0, reason, "why")
    assert story.told(event) == (level, "#1 skipped: why")


def test_a_reply_whose_end_was_missed_ends_when_no_status_has_it() -> None:
    begun = after(happened(1, samples.started(started_at=NOW - 60)))
    ended = after(StatusRead(NOW, scenes.status()), start=begun).current
    assert ended is not None
    assert ended.outcome == "done"


def test_what_is_interrupted_after_it_was_written_is_cut_where_it_was_heard() -> None:
    reply = after(*whole_reply(), Cut(samples.REPLY, 5, 1_000)).current
    assert reply is not None
    assert (reply.outcome, reply.heard_chars) == ("interrupted", 5)


def test_what_was_heard_before_an_interrupt_stays_heard() -> None:
    heard = samples.interrupted(8, heard="Good evening.", played=2_205)
    reply = after(*whole_reply()[:-1], happened(8, heard)).current
    assert reply is not None
    assert list(playback.stages(reply, NOW + 60)) == ["heard", "cut"]
    while_it_played = after(*whole_reply(), Cut(samples.REPLY, 13, 2_205), status_without_replies())
    assert while_it_played.current is not None
    assert list(playback.stages(while_it_played.current, NOW + 60)) == ["heard", "cut"]


def test_a_daemon_that_ends_in_the_middle_of_a_reply_leaves_it_cut_where_it_was() -> None:
    before = after(*scenes.speaking())
    born_again = after(
        Lost(NOW, "gone", "start it", NOW + 1),
        Ticked(NOW + 30, WALL + 30),
        Connected(NOW + 30, scenes.status(pid=99), 0),
        start=before,
    )
    reply = born_again.current
    assert reply is not None
    assert reply.outcome == "failed"
    assert reply.error is not None
    assert reply.error.code == "daemon.ended"
    assert list(playback.stages(reply, NOW + 60)) == ["heard", "cut", "cut", "cut"]
    assert reply.heard_chars == playback.said(before.current or reply, NOW)


def test_a_reply_that_was_whole_and_still_playing_is_cut_by_the_daemons_end_too() -> None:
    playing = samples.reply_info(state="done", played=1_000, written=4_410)
    born_again = after(
        Connected(NOW, scenes.status(), 0),
        *whole_reply(),
        StatusRead(NOW, scenes.status(replies=[playing])),
        Lost(NOW, "gone", "start it", NOW + 1),
        Connected(NOW + 30, scenes.status(pid=99), 0),
    )
    assert born_again.current is not None
    assert list(playback.stages(born_again.current, NOW + 60)) == ["cut", "cut"]


def test_a_reply_of_text_alone_says_that_nothing_of_it_is_spoken() -> None:
    events = [samples.started(engine="", voice=""), samples.token(1, "All is well.")]
    silent = after(*(happened(number, event) for number, event in enumerate(events, start=1)))
    ended = after(happened(3, samples.done(2, 0)), start=silent)
    for snapshot in (silent, ended):
        shown = Pipeline(2, "pipeline").lines(snapshot, 80, 10)
        assert [line.plain for line in shown] == ["this reply is text only"]


def test_only_a_model_has_a_speed() -> None:
    builtin = [samples.started(provider="builtin"), samples.done(1, 100)]
    told = after(*(happened(n, event) for n, event in enumerate(builtin, start=1)))
    assert [speed.tokens_s for speed in told.speeds] == [None]
    (speed,) = after(*whole_reply()).speeds
    assert speed.tokens_s is not None
    assert round(speed.tokens_s, 1) == 33.3  # seven tokens after the first in 210 ms
    assert speed.first_audio_ms == 240.0


def test_decisions_are_kept_once_and_in_order() -> None:
    first, second = (scenes.decision(WALL + n, "first", "why") for n in (1, 2))
    told = after(*(GovernorDecided(NOW, n, d) for n, d in ((1, first), (2, second), (2, second))))
    assert [decision.at for decision in told.decisions] == [WALL + 1, WALL + 2]
    assert told.governed


def test_events_of_unknown_types_go_to_the_log() -> None:
    told = after(Noted(NOW, WALL, 7, "cache.full", {"type": "cache.full", "event": 7, "mb": 3}))
    assert [(line.kind, line.text) for line in told.log] == [("cache.full", "mb=3")]


def test_control_characters_never_reach_the_log() -> None:
    entry = wire.LogLine(event=1, time=WALL, level="info", component="x", message="a\x1b[2Jb")
    told = after(scenes.Logged(entry), Remarked(WALL, "info", "fine"))
    assert [line.text for line in told.log] == ["a[2Jb", "fine"]


def test_everything_that_grows_has_a_bound() -> None:
    rows = tuple(Sample(wall=WALL + n) for n in range(2_000))
    notes: list[Message] = [Remarked(WALL, "info", str(n)) for n in range(1_500)]
    replies = [happened(n, samples.started(reply=f"r-{n}")) for n in range(1, 300)]
    told = after(Sampled(rows), *notes, *replies, Missing("logs"))
    assert len(told.samples) == reducer.MAX_SAMPLES
    assert len(told.log) == reducer.MAX_LOG
    assert len(told.replies) == reducer.MAX_REPLIES


MESSAGES = [*scenes.degraded(), *scenes.disconnected(), *whole_reply(), Cut(samples.REPLY, 3, 700)]


@given(st.lists(st.sampled_from(MESSAGES), max_size=60))
def test_any_messages_in_any_order_make_a_snapshot_that_can_be_drawn(order: list[Message]) -> None:
    told = after(*order)
    for panel in scenes.PANELS:
        for width in (10, 40, 100):
            assert panel.lines(told, width, 6) is not None


def test_reducing_leaves_the_snapshot_before_alone() -> None:
    before = after(*whole_reply())
    kept = replace(before)
    after(*scenes.degraded(), start=before)
    assert before == kept
