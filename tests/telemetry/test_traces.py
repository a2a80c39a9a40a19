"""Traces: no negative span whatever is noted in whatever order, nothing kept that was not asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.errors import NotFoundError
from jarvisd.telemetry.trace_spans import figures_of, info_of, response_of
from jarvisd.telemetry.traces import KEPT, MOST_NOTES, NO_TRACE, Trace, Traces
from jarvisd.wire import ClientTrace, ReplyStarted

MARKS = (
    "request", "headers", "first_thought", "first_token", "last_token", "first_utterance",
    "first_audio", "written", "interrupted", "freed",
)  # fmt: skip
STEPS = ("text", "queued", "started", "first_audio", "finished", "skipped")
moments = st.floats(-1e6, 1e6)


def started(reply: str = "r-1") -> ReplyStarted:
    return ReplyStarted(
        reply=reply,
        seq=0,
        conversation="c",
        provider="llama-server",
        engine="piper",
        voice="piper:amy",
        sample_rate=22_050,
        started_at=100.0,
    )


def traced(traces: Traces, reply: str = "r-1", **marks: float) -> Trace:
    trace = traces.begin(wanted=True)
    assert isinstance(trace, Trace)
    trace.started(started(reply), marks)
    trace.ended("done")
    return trace


def test_nothing_is_traced_that_nobody_asked_for() -> None:
    traces = Traces()
    assert traces.begin(wanted=False) is NO_TRACE
    assert traces.begin(wanted=True) is not NO_TRACE
    traces.enabled = True
    assert traces.begin(wanted=False) is not NO_TRACE


def test_the_figures_by_the_names_that_users_know() -> None:
    trace = traced(
        Traces(), first_token=100.2, first_utterance=100.25, first_audio=100.3, written=100.31
    )
    trace.silence(0.012)
    trace.silence(0.5)  # that of the second utterance nobody waited for
    figures = figures_of(trace)
    assert figures.ttft_ms == pytest.approx(200)
    assert figures.text_aggregation_ms == pytest.approx(50)
    assert figures.tts_ttfb_ms == pytest.approx(50)
    assert figures.ttfa_ms == pytest.approx(300)
    assert figures.leading_silence_ms == pytest.approx(12)
    assert figures.e2e_ms == pytest.approx(310)


@given(
    st.dictionaries(st.sampled_from(MARKS), moments),
    st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3), moments)),
)
def test_no_span_is_negative(marks: dict[str, float], notes: list[tuple[str, int, float]]) -> None:
    trace = traced(Traces(), **marks)
    for note in notes:
        trace.note(*note)
    response = response_of(trace)
    assert all(span.start_ms >= 0 and span.duration_ms >= 0 for span in response.spans)
    assert all(at >= 0 for at in response.marks.values())
    figures = figures_of(trace)
    assert all(
        value is None or value >= 0
        for value in (figures.ttft_ms, figures.text_aggregation_ms, figures.tts_ttfb_ms)
    )


@given(moments, moments, moments)
def test_the_clients_clock_moves_no_span_of_ours(played: float, offset: float, at: float) -> None:
    traces = Traces()
    trace = traced(traces, first_audio=100.3)
    before = response_of(trace)
    told = ClientTrace(samples=1, played_s=played, offset_s=offset, error_s=abs(at))
    traces.played("r-1", told)
    after = response_of(trace)
    assert after.client == [told]
    assert (after.spans, after.marks, after.figures) == (
        before.spans, before.marks, before.figures,
    )  # fmt: skip


def test_the_newest_come_first_and_the_oldest_are_forgotten() -> None:
    traces = Traces()
    for number in range(KEPT + 1):
        traced(traces, f"r-{number}")
    names = [info_of(trace).reply for trace in traces.newest()]
    assert len(names) == KEPT
    assert names[0] == f"r-{KEPT}"
    with pytest.raises(NotFoundError) as error:
        traces.get("r-0")
    assert error.value.code == "trace.unknown"


def test_a_trace_is_bounded_and_says_so() -> None:
    trace = traced(Traces())
    for number in range(MOST_NOTES + 3):
        trace.note("text", number, 100.0)
    assert len(trace.notes) == MOST_NOTES
    assert response_of(trace).dropped == 3


def test_what_is_heard_after_the_end_still_counts() -> None:
    traces, marks = Traces(), {"first_audio": 100.3}
    trace = traces.begin(wanted=True)
    trace.started(started(), marks)
    trace.ended("done")
    marks["written"] = 100.5
    assert figures_of(traces.get("r-1")).e2e_ms == pytest.approx(500)


def test_an_utterance_waits_is_made_and_may_be_skipped() -> None:
    trace = traced(Traces())
    for step, at in (("text", 100.0), ("queued", 100.1), ("started", 100.3), ("skipped", 100.4)):
        trace.note(step, 2, at)
    spans = {span.name: span for span in response_of(trace).spans}
    assert spans["held_back"].duration_ms == pytest.approx(100)
    assert spans["queued"].duration_ms == pytest.approx(200)
    assert spans["skipped"].utterance == 2
    assert spans["queued"].detail == "skipped"
