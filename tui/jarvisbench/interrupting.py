"""From an interrupt to silence, and to a free processor, with a voice that has plenty to do.

The client reads paced audio and interrupts at various moments while the next sentences are being
made. Silence counts from the sending of the interrupt to the end of the audio body, which comes
after the last audio byte.
"""

import threading
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import msgspec

from jarvisbench.figures import Row, percentile
from jarvisbench.listener import Listener
from jarvisbench.replies import LONG_ANSWER
from jarvisbench.rig import HEAVY, PartUnavailable, Rig, wait_for_workers
from jarvisbench.wire import Wire, get, post
from jarvisd.speech.engine import Engine, SynthesisAborted
from jarvisd.speech.engines import make
from jarvisd.wire import InterruptResponse

SILENT_MS, FREED_MS = 40.0, 50.0
ROWS = ("interrupt.silent", "interrupt.freed")
LISTENED_S = (0.03, 0.21, 0.11, 0.27, 0.07, 0.16)


def measure(rig: Rig) -> Iterator[Row]:
    """Silence on the socket, and the native call's end."""
    try:
        engine = make("piper", {"voices_dir": str(rig.voices)})
    except PartUnavailable as reason:
        yield from (Row(name=name, unit="ms", skipped=str(reason)) for name in ROWS)
        return
    silent, freed, trips = [], [], []
    with rig.daemon(voice=HEAVY) as daemon, Wire(daemon.socket) as control:
        for number, listened_s in zip(range(rig.samples(60, 10)), cycle(LISTENED_S), strict=False):
            trips.append(control.answer(get("/v1/live"))[0] * 1_000)
            took_ms, freed_ms = _interrupt(daemon.socket, control, listened_s)
            silent.append(took_ms)
            freed.append(freed_ms)
            wait_for_workers(
                control, lambda found: sum(one["state"] == "idle" for one in found) >= 2
            )
            if number % 20 == 0:
                rig.say(f"{number} interrupts")
    yield Row(
        name=ROWS[0],
        unit="ms",
        values=silent,
        judged="p99",
        floor=percentile(trips, "p99"),
        within=SILENT_MS,
    )
    yield Row(
        name=ROWS[1],
        unit="ms",
        values=freed,
        judged="p99",
        floor=percentile(_aborts(engine, rig.samples(30, 8)), "p99"),
        within=FREED_MS,
    )


def _interrupt(socket: Path, control: Wire, listened_s: float) -> tuple[float, float]:
    """Milliseconds to silence, and until the native calls had returned."""
    listener = Listener(socket, "/v1/say", {"text": LONG_ANSWER}, paced=True)
    with listener.listening():
        listener.wait_until_audible()
        time.sleep(listened_s)
        request = post(f"/v1/replies/{listener.reply}/interrupt", {"wait": True})
        sent_at = control.send(request)
        _, body = control.body()
    freed_ms = msgspec.json.decode(body, type=InterruptResponse).freed_ms
    return (listener.heard.audio_ended_at - sent_at) * 1_000, freed_ms or 0.0


def _aborts(engine: Engine, count: int) -> list[float]:
    """Milliseconds that the engine alone takes from an abort to the end of its native call."""
    engine.load("heavy")
    return [_abort(engine) for _ in range(count)]


def _abort(engine: Engine) -> float:
    aborted = threading.Event()
    ended_at: list[float] = []

    def speak() -> None:
        try:
            for _ in engine.synthesize(LONG_ANSWER, "heavy", 1.0, aborted.is_set):
                continue
        except SynthesisAborted:
            ended_at.append(time.monotonic())

    speaking = threading.Thread(target=speak)
    speaking.start()
    time.sleep(0.1)
    began = time.monotonic()
    aborted.set()
    engine.abort()
    speaking.join()
    return (ended_at[0] - began) * 1_000
