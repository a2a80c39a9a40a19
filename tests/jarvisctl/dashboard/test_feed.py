"""The feed against a daemon that is scripted, over a real socket."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from jarvisctl.dashboard.following import LONGEST_PAUSE_S, RetryDelay
from jarvisctl.dashboard.messages import (
    Connected,
    GovernorDecided,
    GovernorRead,
    Happened,
    Logged,
    Lost,
    Missing,
    Noted,
    QuestionFound,
    Sampled,
    StatusRead,
    VoicesRead,
)
from jarvisctl.dashboard.polling import question_of
from jarvisd import wire
from tests.fakes.daemon import FakeDaemon
from tests.jarvisctl import samples
from tests.jarvisctl.dashboard import scenes
from tests.jarvisctl.dashboard.conftest import Brought

Feed = Callable[[], Brought]


def numbered(number: int, event: Any) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(event)
    return {"event": number} | fields


def state(newest: int = 0, life: str = "one") -> wire.StateEvent:
    return wire.StateEvent(event=newest, status=scenes.status(), life=life)


def test_no_daemon_is_told_with_what_helps(feed: Feed) -> None:
    brought = feed()
    lost = brought.wait_for(Lost)
    assert lost.reason.startswith("no daemon answers at")
    assert lost.hint
    assert lost.retry_at > lost.at


def test_a_daemon_that_comes_later_is_found(feed: Feed, socket_path: Path) -> None:
    brought = feed()
    brought.wait_for(Lost)
    with FakeDaemon(socket_path) as late:
        late.lines("GET", "/v1/events", [state(), _hold])
        late.json("GET", "/v1/status", scenes.status())
        brought.wait_for(Connected)
        brought.wait_for(StatusRead)


def test_events_come_with_their_numbers(serving: FakeDaemon, feed: Feed) -> None:
    decision = scenes.decision(1.0, "first", "why")
    events = [
        state(),
        numbered(1, samples.started()),
        {"event": 2, "type": "of.tomorrow", "size": 3},
        numbered(3, decision),
        numbered(4, wire.HeartbeatEvent(event=4)),
        _hold,
    ]
    serving.lines("GET", "/v1/events", events)
    brought = feed()
    assert brought.wait_for(Happened).number == 1
    assert brought.wait_for(Noted).kind == "of.tomorrow"
    assert brought.wait_for(GovernorDecided).decision == decision


def test_what_happened_before_we_came_is_asked_for_and_has_no_time(
    serving: FakeDaemon, feed: Feed
) -> None:
    serving.lines("GET", "/v1/events", [state(5), numbered(5, samples.started()), _hold])
    brought = feed()
    happened = brought.wait_for(Happened)
    assert (happened.number, happened.wall) == (5, None)
    queries = [request.query for request in serving.requests("GET", "/v1/events")]
    assert queries[-2:] == ["", "since=0&life=one"]


def test_who_falls_behind_goes_on_where_the_daemon_still_can(
    serving: FakeDaemon, feed: Feed
) -> None:
    lagged = wire.LaggedEvent(event=0, missed=40, life="one")
    serving.lines("GET", "/v1/events", [state(50), lagged])

    def asked() -> None:
        query = serving.requests("GET", "/v1/events")[-1].query
        if query == "since=40&life=one":
            found = [state(50), numbered(50, samples.started()), _hold]
            serving.lines("GET", "/v1/events", found)

    serving.on("GET", "/v1/events", asked)
    brought = feed()
    assert brought.wait_for(Happened).number == 50


def test_after_a_restart_the_new_life_is_read_from_its_beginning(
    serving: FakeDaemon, feed: Feed
) -> None:
    serving.lines("GET", "/v1/events", [state(3), numbered(3, samples.started())])

    def asked() -> None:
        query = serving.requests("GET", "/v1/events")[-1].query
        if query == "since=0&life=one":  # restarted since the first look
            lagged = wire.LaggedEvent(event=0, missed=0, life="two")
            serving.lines("GET", "/v1/events", [lagged, state(9, "two")])
        elif query == "since=0&life=two":
            found = [state(9, "two"), numbered(1, samples.started()), _hold]
            serving.lines("GET", "/v1/events", found)

    serving.on("GET", "/v1/events", asked)
    assert feed().wait_for(Happened).number == 1


def test_measurements_voices_log_and_governor_are_brought(serving: FakeDaemon, feed: Feed) -> None:
    series = wire.SeriesResponse(
        resolution_s=1, times=[7.0], series={"daemon_cpu": [0.5], "model_cpu": [None]}, units={}
    )
    row = wire.SampleEvent(time=8.0, values={"daemon_cpu": 0.25, "tokens_per_s": 9.0})
    serving.lines("GET", "/v1/series", [series, row, _hold])
    serving.lines("GET", "/v1/logs", [scenes.log("said").entry, _hold])
    serving.json("GET", "/v1/voices", wire.VoicesResponse(voices=list(scenes.VOICES)))
    serving.json("GET", "/v1/governor", scenes.GOVERNOR)
    brought = feed()
    (first,) = brought.wait_for(Sampled).samples
    (second,) = brought.wait_for(Sampled, lambda sampled: sampled.samples[0].wall == 8.0).samples
    assert (first.wall, first.daemon, first.model) == (7.0, 0.5, None)
    assert (second.daemon, second.tokens_s) == (0.25, 9.0)
    assert brought.wait_for(Logged).entry.message == "said"
    assert brought.wait_for(VoicesRead).voices == scenes.VOICES
    assert brought.wait_for(GovernorRead).governor == scenes.GOVERNOR


def test_who_may_not_see_events_sees_the_status(serving: FakeDaemon, feed: Feed) -> None:
    serving.refuse("GET", "/v1/events", 403, "access.denied", "Not for you.")
    brought = feed()
    brought.wait_for(Missing, lambda missing: missing.what == "events")
    assert brought.wait_for(Connected).status == scenes.status()


def test_a_daemon_without_series_is_measured_from_outside(serving: FakeDaemon, feed: Feed) -> None:
    brought = feed()
    assert brought.wait_for(Missing, lambda missing: missing.what == "series")
    (sample,) = brought.wait_for(Sampled).samples
    assert sample.daemon is not None


def test_the_question_is_found_in_the_conversation(serving: FakeDaemon, feed: Feed) -> None:
    conversation = wire.ConversationResponse(
        conversation=samples.CONVERSATION,
        created_at=1.0,
        messages=[
            wire.MessageInfo(role="user", text="How are you?", created_at=1.0, reply=samples.REPLY)
        ],
    )
    serving.json("GET", f"/v1/conversations/{samples.CONVERSATION}", conversation)
    serving.json("GET", "/v1/voices", wire.VoicesResponse(voices=[]))
    serving.lines("GET", "/v1/events", [state(), numbered(1, samples.started()), _hold])
    brought = feed()
    assert brought.wait_for(QuestionFound).question == "How are you?"


def message(role: str, text: str, reply: str | None = None) -> wire.MessageInfo:
    return wire.MessageInfo(role=role, text=text, created_at=0.0, reply=reply)


def test_a_question_names_the_reply_it_was_asked_for() -> None:
    messages = [
        message("user", "first?", "r-1"),
        message("assistant", "one", "r-1"),
        message("user", "stopped before a word", "r-2"),
        message("user", "third?", "r-3"),
        message("assistant", "three", "r-3"),
    ]
    assert question_of(messages, "r-1") == "first?"
    assert question_of(messages, "r-2") == "stopped before a word"
    assert question_of(messages, "r-3") == "third?"
    assert question_of(messages, "r-4") == ""


def test_a_question_of_an_earlier_release_is_the_one_before_the_answer() -> None:
    messages = [
        message("user", "first?"),
        message("assistant", "one", "r-1"),
        message("user", "second?"),
        message("assistant", "two", "r-2"),
        message("user", "third?", "r-3"),
    ]
    assert question_of(messages, "r-1") == "first?"
    assert question_of(messages, "r-2") == "second?"
    assert question_of(messages, "r-4") == ""


def test_attempts_become_rarer_up_to_a_limit_and_soon_again_after_a_success() -> None:
    backoff = RetryDelay()
    pauses = [backoff.next_s() for _ in range(10)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE_S
    backoff.reset()
    assert backoff.next_s() == pauses[0]


def _hold() -> None:
    """Keep the stream open until the daemon closes it."""
    threading.Event().wait(30)
