from jarvisctl.dashboard import waterfall
from jarvisctl.waterfall import Stretch
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


def test_the_kinds_of_stretches_differ_by_their_style() -> None:
    stretches = [Stretch("prefill", 0.0, 500.0, "model"), Stretch("queued", 500.0, 0.0, "wait")]
    _, prefill, queued = waterfall.drawn(stretches, 80)
    assert prefill.plain.endswith("█")
    assert queued.plain.endswith("▏")
    assert {span.style for span in prefill.spans} != {span.style for span in queued.spans}


def test_a_reply_without_figures_says_so() -> None:
    (row,) = waterfall.drawn([], 80)
    assert row.plain == "nothing was measured for this reply"
