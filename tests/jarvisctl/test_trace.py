"""``jarvisctl trace``: the list, the waterfall, and the export that others read."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from jarvisctl import otlp
from jarvisctl.layout import display_width
from jarvisctl.waterfall import Stretch, of_trace, plain, rows, scale
from jarvisd import wire
from tests.fakes.daemon import FakeDaemon
from tests.jarvisctl.conftest import Jarvisctl

FIGURES = wire.TraceFigures(
    ttft_ms=200.0, text_aggregation_ms=50.0, tts_ttfb_ms=50.0, ttfa_ms=300.0, e2e_ms=310.0
)
TRACE = wire.TraceResponse(
    reply="r-1",
    started_at=1_795_219_200.0,
    outcome="done",
    provider="llama-server",
    engine="piper",
    voice="piper:amy",
    fallback=False,
    figures=FIGURES,
    spans=[
        wire.TraceSpan(name="prefill", start_ms=0.0, duration_ms=200.0),
        wire.TraceSpan(
            name="synthesis", start_ms=250.0, duration_ms=50.0, utterance=0, detail="All is well."
        ),
        wire.TraceSpan(name="queued", start_ms=400.0, duration_ms=0.0, utterance=1),
    ],
    marks={"received": 0.0, "first_token": 200.0},
    client=[wire.ClientTrace(samples=100, played_s=5.0)],
)
INFO = wire.TraceInfo(
    reply="r-1",
    started_at=TRACE.started_at,
    outcome="done",
    voice="piper:amy",
    figures=FIGURES,
)


def served(daemon: FakeDaemon) -> None:
    daemon.json("GET", "/v1/traces", wire.TracesResponse(enabled=False, traces=[INFO]))
    daemon.json("GET", "/v1/traces/r-1", TRACE)


def test_the_list(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    served(daemon)
    for arguments in (["trace"], ["trace", "list"]):
        header, row = jarvisctl.run(*arguments).text.splitlines()
        assert header.split()[0] == "reply"
        assert row.split()[0] == "r-1"
        assert row.endswith("piper:amy")
        assert "200.0 ms" in row
    (listed,) = jarvisctl.run("trace", "--json").objects
    assert listed["traces"][0]["figures"]["ttfa_ms"] == 300.0


def test_no_trace_yet_says_how_to_get_one(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.json("GET", "/v1/traces", wire.TracesResponse(enabled=False, traces=[]))
    assert "jarvisctl ask --trace" in jarvisctl.run("trace").stderr
    ran = jarvisctl.run("trace", "show")
    assert ran.code != 0
    assert "jarvisctl ask --trace" in ran.stderr


def test_the_newest_is_shown_without_a_name(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    served(daemon)
    shown = jarvisctl.run("trace", "show").text
    assert shown == jarvisctl.run("trace", "show", "r-1").text
    first, figures, rest, _, *spans = shown.splitlines()
    assert rest == "e2e 310.0 ms"
    assert first == "r-1  done  llama-server, piper:amy"
    assert (
        figures == "ttft 200.0 ms · text aggregation 50.0 ms · tts ttfb 50.0 ms · ttfa 300.0 ms ·"
    )
    assert [span.rstrip() for span in spans] == [
        "                                0                   200.0 ms            400.0 ms",
        "prefill                200.0 ms ████████████████████████",
        "#1 synthesis            50.0 ms                               ██████ All is wel…",
        "#2 queued               0.00 ms" + " " * 48 + "▏",
    ]
    (whole,) = jarvisctl.run("trace", "show", "--json").objects
    assert whole["marks"] == TRACE.marks


def test_the_waterfall_fits() -> None:
    for columns in (50, 80, 120, 200):
        _, *bars = lines = list(plain(of_trace(TRACE), columns))
        assert max(map(display_width, lines)) <= columns
        assert all("█" in line or "▏" in line for line in bars)


def test_bars_lie_on_one_scale_and_stay_in_their_room() -> None:
    stretches = [
        Stretch("first", 0.0, 500.0, "model"),
        Stretch("second", 500.0, 500.0, "speech"),
        Stretch("moment", 1_000.0, 0.0, "wait", "does not fit"),
    ]
    assert scale(stretches, 80).endswith("1.00 s")
    first, second, moment = rows(stretches, 80)
    assert (first.start, first.bar) == (0, "█" * 24)
    assert (second.start, second.bar) == (24, "█" * 24)
    assert (moment.start, moment.bar, moment.detail) == (47, "▏", "")


@given(
    st.lists(
        st.builds(
            Stretch,
            st.text(max_size=40),
            st.floats(0, 1e6),
            st.floats(0, 1e6),
            st.sampled_from(["model", "wait"]),
            st.text(max_size=100),
        ),
        max_size=8,
    ),
    st.integers(42, 200),
)
def test_no_row_is_wider_than_the_terminal(stretches: list[Stretch], columns: int) -> None:
    for line in plain(stretches, columns):
        assert display_width(line) <= columns


def test_the_export_is_an_opentelemetry_request(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, tmp_path: Path
) -> None:
    served(daemon)
    file = tmp_path / "trace.json"
    assert jarvisctl.run("trace", "export", "-o", str(file)).code == 0
    exported = json.loads(file.read_text())
    assert exported == json.loads(jarvisctl.run("trace", "export", "r-1").text)
    root, *parts = exported["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert len(root["traceId"]) == 32
    assert len(root["spanId"]) == 16
    assert {part["parentSpanId"] for part in parts} == {root["spanId"]}
    assert len({span["spanId"] for span in (root, *parts)}) == 4
    for span in (root, *parts):
        assert int(span["endTimeUnixNano"]) >= int(span["startTimeUnixNano"])
    assert int(parts[0]["startTimeUnixNano"]) == 1_795_219_200_000_000_000
    assert root["events"][1] == {
        "name": "first_token",
        "timeUnixNano": "1795219200200000000",
    }


def test_a_failed_reply_is_an_error() -> None:
    failed = wire.TraceResponse(
        reply="r-2",
        started_at=1.0,
        outcome="failed",
        provider="",
        engine="",
        voice="",
        fallback=False,
        figures=wire.TraceFigures(),
        spans=[],
        marks={},
    )
    (span,) = otlp.document([failed])["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert span["status"] == {"code": 2}
