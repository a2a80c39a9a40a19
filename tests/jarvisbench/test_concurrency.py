"""The ramp: its rows, what is asked of them, and that a bare writer is read as the daemon is."""

from jarvisbench import ramp
from jarvisbench.concurrency import Step, bare_writer, rows_of_step
from jarvisbench.frame_reading import LEAD_FRAMES, listen
from jarvisbench.parts import PARTS
from jarvisbench.rig import Rig
from jarvisbench.wire import get

QUIET = Step(jitter_ms=[0.1] * 20, first_ms=[0.2], cpu=0.5, dropped=0)
LATE = Step(jitter_ms=[0.5] * 18 + [5.0, 9.0], first_ms=[2.0, 3.0], cpu=12.5, dropped=1)


def test_every_step_has_its_rows() -> None:
    (part,) = (part for part in PARTS if part.name == "concurrency")
    assert list(part.rows) == list(ramp.names())
    assert {"frames.jitter.3", "frames.jitter.50", "frames.dropped.ramp"} <= set(part.rows)
    assert {"live.first.8", "live.cpu.1", "live.dropped.ramp"} <= set(part.rows)
    assert len(set(part.rows)) == len(part.rows) == 3 * (7 + 4) + 2


def test_a_step_becomes_rows_beside_the_same_step_of_the_floor() -> None:
    jitter, first, cpu = rows_of_step(ramp.CACHED, 3, LATE, QUIET)
    assert (jitter.at("p95"), jitter.floor, jitter.goal, jitter.verdict) == (
        5.0,
        0.1,
        2.1,
        "missed",
    )
    assert (first.at("p95"), first.floor, first.verdict) == (3.0, 0.2, "no verdict")
    assert (cpu.values, cpu.floor) == ([12.5], 0.5)


def test_only_cached_audio_at_3_and_50_is_judged() -> None:
    judged = [
        row.name
        for kind, steps in ramp.STEPS.items()
        for sessions in steps
        for row in rows_of_step(kind, sessions, LATE, QUIET)
        if row.goal is not None
    ]
    assert judged == ["frames.jitter.3", "frames.jitter.50"]


def test_the_bare_writer_feeds_many_readers_at_once() -> None:
    with Rig(quick=True, say=lambda _: None) as rig, bare_writer(rig) as writer:
        for sessions in (3, 5):  # the first readers are gone when the next ones come
            heard = listen(writer.socket, [get("/frames")] * sessions, 0.5)
            assert len(heard) == sessions
            assert all(len(one.arrivals) > LEAD_FRAMES for one in heard)
            assert {size for one in heard for size in one.sizes} == {882}
            assert all(one.first_ms() > 0 for one in heard)
