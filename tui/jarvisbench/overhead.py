"""What measuring costs: a sample, a moment of a trace, and a traced reply beside an untraced one.

Calls are timed in batches, without the loop around them. Replies take turns, traced and not, so
that a busy machine is busy for both; the median of the differences counts.
"""

from collections.abc import Callable, Iterator
from statistics import median
from timeit import timeit

from jarvisbench.figures import Row
from jarvisbench.process_cost import cost
from jarvisbench.replies import ANSWERS
from jarvisbench.rig import EMBEDDED, Rig
from jarvisbench.wire import PCM, Wire, post
from jarvisd.telemetry.rings import Ring
from jarvisd.telemetry.sketch import Sketch
from jarvisd.telemetry.traces import MOST_NOTES, NO_TRACE, Trace

SAMPLE_NS, TRACED_NS, UNTRACED_NS = 500.0, 1_000.0, 50.0
PERCENT = 1.0
BATCH = 2_000


def measure(rig: Rig) -> Iterator[Row]:
    """Nanoseconds of the calls, then percent of a reply."""
    times = rig.samples(200, 50)
    ring, sketch = Ring(900), Sketch()
    nothing = _nanoseconds(times, lambda: None, "pass")
    floor = median(nothing)
    yield _calls("overhead.ring", times, SAMPLE_NS, lambda: ring.record, "call(12.5)", floor=floor)
    yield _calls(
        "overhead.sketch", times, SAMPLE_NS, lambda: sketch.record, "call(12.5)", floor=floor
    )
    note = 'call("text", 3, 12.5)'
    yield _calls("overhead.trace_on", times, TRACED_NS, _fresh_note, note, floor=floor)
    yield _calls("overhead.trace_off", times, UNTRACED_NS, lambda: NO_TRACE.note, note, floor=floor)
    yield from _replies(rig)


def _fresh_note() -> Callable[[str, int, float], None]:
    """Of a trace that has room for a whole batch."""
    return Trace(0.0, lambda _trace: None).note


def _calls(
    name: str, times: int, target: float, make: Callable[[], object], call: str, *, floor: float
) -> Row:
    values = [max(0.0, spent - floor) for spent in _nanoseconds(times, make, call)]
    return Row(name=name, unit="ns", values=values, judged="p50", target=target)


def _nanoseconds(times: int, make: Callable[[], object], call: str) -> list[float]:
    """Of one call, on average over a batch."""
    number = min(BATCH, MOST_NOTES)
    return [
        timeit(call, number=number, globals={"call": make()}) / number * 1e9 for _ in range(times)
    ]


def _replies(rig: Rig) -> Iterator[Row]:
    audio_ms: dict[bool, list[float]] = {True: [], False: []}
    cpu_ms: dict[bool, list[float]] = {True: [], False: []}
    with rig.daemon(voice=EMBEDDED) as daemon, Wire(daemon.socket) as wire:
        for number in range(rig.samples(240, 40)):
            text = ANSWERS[number // 2 % len(ANSWERS)]
            # Which of the two goes first takes turns as well.
            for traced in (True, False) if number % 2 else (False, True):
                before = cost(daemon.pid)
                audio_ms[traced].append(_say_ms(wire, text, traced=traced))
                cpu_ms[traced].append(1_000 * (cost(daemon.pid) - before).cpu_s)
    for name, spent in (("first_audio", audio_ms), ("cpu", cpu_ms)):
        more = median(on - off for on, off in zip(spent[True], spent[False], strict=True))
        share = 100 * more / median(spent[False])
        yield Row(name=f"overhead.{name}", unit="%", values=[share], target=PERCENT)


def _say_ms(wire: Wire, text: str, *, traced: bool) -> float:
    sent = wire.send(post("/v1/say", {"text": text, "trace": traced}, accept=PCM))
    chunks = wire.chunks()
    first, _ = next(chunks)
    for _ in chunks:
        continue
    return (first - sent) * 1_000
