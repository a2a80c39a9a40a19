"""What a real daemon measures of itself is true, and costs an idle one nothing."""

import asyncio
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.support.daemon import RunningDaemon, running_daemon

TEXT = "Hello there, my friend. This is a longer sentence, to be spoken by the daemon. And a third."


async def samples(daemon: RunningDaemon) -> dict[str, float]:
    """Samples by name and labels, as the official parser reads them."""
    text = (await daemon.client.get("/metrics")).text
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_metrics_tell_what_happened(daemon: RunningDaemon) -> None:
    events = await daemon.all_events("/v1/say", {"text": TEXT})
    spoken = sum(event["type"] == "chunk" for event in events)
    found = await samples(daemon)
    assert found["jarvisd_replies_total done"] == 1
    assert found["jarvisd_utterances_total espeak"] == spoken
    assert found["jarvisd_time_to_first_audio_seconds_count"] == 1
    first_audio_s = events[-1]["timings"]["first_audio_ms"] / 1_000
    told = found["jarvisd_time_to_first_audio_seconds_sum"]
    assert told == pytest.approx(first_audio_s, rel=1e-6)
    assert found["jarvisd_memory_bytes daemon"] > 10_000_000
    assert found["jarvisd_component_up voice"] == 1


async def test_a_broken_default_voice_is_seen_by_the_alert_rules(tmp_path: Path) -> None:
    """Only garbage in ``voices``: another voice speaks, and every figure says so."""
    voices = tmp_path / "state" / "voices"
    voices.mkdir(parents=True)
    (voices / "amy.onnx").write_bytes(b"garbage")
    (voices / "amy.onnx.json").write_text("{}")
    async with running_daemon(tmp_path) as daemon:
        before = await samples(daemon)
        events = await daemon.all_events("/v1/say", {"text": TEXT})
        found, status = await samples(daemon), await daemon.get("/v1/status")
    chunks = [event for event in events if event["type"] == "chunk"]
    assert chunks
    assert all(chunk["fallback"] and chunk["fallback_reason"] for chunk in chunks)
    assert before["jarvisd_fallback_utterances_total"] == 0
    assert found["jarvisd_fallback_utterances_total"] == len(chunks)
    assert found["jarvisd_component_up voice"] == 0
    assert (status["fallback"], status["fallback_share"]) == (True, 1.0)


async def test_a_traced_reply_accounts_for_its_time(daemon: RunningDaemon) -> None:
    events = await daemon.all_events("/v1/say", {"text": TEXT, "trace": True})
    reply, timings = events[0]["reply"], events[-1]["timings"]
    trace = await daemon.get(f"/v1/traces/{reply}")
    assert trace["figures"]["ttfa_ms"] == timings["first_audio_ms"]
    spoken = {span["utterance"] for span in trace["spans"] if span["name"] == "synthesis"}
    assert spoken == {event["utterance"] for event in events if event["type"] == "chunk"}
    assert all(span["duration_ms"] >= 0 for span in trace["spans"])
    await daemon.all_events("/v1/say", {"text": TEXT})
    assert len((await daemon.get("/v1/traces"))["traces"]) == 1


async def test_an_interrupted_reply_is_measured_until_it_is_freed(daemon: RunningDaemon) -> None:
    stream = daemon.events("/v1/say", {"text": TEXT * 20, "trace": True})
    started = await anext(stream)
    body = {"wait": True}
    await daemon.post(f"/v1/replies/{started['reply']}/interrupt", body)
    assert (await daemon.get(f"/v1/traces/{started['reply']}"))["outcome"] == "interrupted"
    recent = await daemon.get("/v1/replies/recent")
    assert recent["replies"][0]["outcome"] == "interrupted"
    assert recent["spans"]["interrupt"]["count"] == 1


async def test_series_show_a_reply_while_it_is_heard(daemon: RunningDaemon) -> None:
    path = "/v1/series?watch=true&names=replies,slack_s,daemon_rss_bytes"
    async with daemon.client.stream("GET", path) as response:
        lines = response.aiter_lines()
        await anext(lines)
        await daemon.all_events("/v1/say", {"text": TEXT})
        row = await anext(lines)
    assert '"replies":1' in row


@pytest.mark.slow
async def test_nobody_wakes_an_idle_daemon_to_measure_it(daemon: RunningDaemon) -> None:
    await daemon.until(lambda status: all(w["state"] == "idle" for w in status["workers"]))
    await daemon.get("/v1/series")
    await asyncio.sleep(3)  # real idleness is what is measured: nobody may ask meanwhile
    times = (await daemon.get("/v1/series"))["times"]
    assert len(times) == 2
    assert times[1] - times[0] >= 3


async def test_todays_summary_outlives_the_daemon(tmp_path: Path) -> None:
    async with running_daemon(tmp_path) as daemon:
        await daemon.all_events("/v1/say", {"text": TEXT})
        (before,) = (await daemon.get("/v1/days"))["days"]
        await daemon.stop()
    async with running_daemon(tmp_path) as daemon:
        await daemon.all_events("/v1/say", {"text": TEXT})
        (after,) = (await daemon.get("/v1/days"))["days"]
    assert (before["replies"], after["replies"]) == (1, 2)
    assert after["spans"]["ttfa"]["count"] == 2
