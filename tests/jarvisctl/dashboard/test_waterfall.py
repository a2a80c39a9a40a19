from jarvisctl.dashboard import waterfall
from jarvisd import wire
from tests.jarvisctl import samples
from tests.jarvisctl.dashboard import scenes


def test_events_alone_tell_where_the_time_went() -> None:
    messages = [scenes.Happened(1.0, None, n, e) for n, e in enumerate(samples.reply(), start=1)]
    reply = scenes.snapshot(messages).current
    assert reply is not None
    found = {stretch.name: stretch for stretch in waterfall.of_reply(reply)}
    assert (found["first token"].start_ms, found["first token"].length_ms) == (0.0, 180.0)
    assert (found["writing"].start_ms, found["writing"].length_ms) == (180.0, 210.0)
    assert (found["#1 made"].start_ms, found["#1 made"].length_ms) == (240.0, 61.0)


def test_the_daemons_own_spans_come_in_order_of_time() -> None:
    spans = [
        wire.TraceSpan(name="synthesis", start_ms=90.0, duration_ms=30.0, utterance=0),
        wire.TraceSpan(name="prefill", start_ms=5.0, duration_ms=80.0),
    ]
    trace = wire.TraceResponse(
        reply="r", started_at=0.0, outcome="done", provider="llama-server", engine="piper",
        voice="v", fallback=False, figures=wire.TraceFigures(), spans=spans, marks={},
    )  # fmt: skip
    found = [(stretch.name, stretch.kind) for stretch in waterfall.of_trace(trace)]
    assert found == [("prefill", "model"), ("#1 synthesis", "speech")]


def test_bars_lie_on_one_scale_and_within_the_width() -> None:
    stretches = [
        waterfall.Stretch("first", 0.0, 500.0, "model"),
        waterfall.Stretch("second", 500.0, 500.0, "speech"),
        waterfall.Stretch("moment", 1_000.0, 0.0, "wait"),
    ]
    scale, first, second, moment = waterfall.drawn(stretches, 80)
    assert scale.plain.endswith("1.0 s")
    assert first.plain.count("█") == second.plain.count("█")
    assert moment.plain.endswith("▏")
    assert all(row.cell_length <= 80 for row in (scale, first, second, moment))


def test_a_reply_without_figures_says_so() -> None:
    (row,) = waterfall.drawn([], 80)
    assert row.plain == "nothing was measured for this reply"
