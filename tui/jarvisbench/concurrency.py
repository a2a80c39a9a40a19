"""How many can listen at the same time: paced streams of ready audio, then of live syntheses.

One thread reads all sessions of a step. The floor of a step is the same client reading as many
streams from a bare writer just before; it counts the reader's own lateness and cost, so that what
is left is the daemon's. Processor time is that of the one process that writes, in percent of one.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jarvisbench import ramp
from jarvisbench.figures import Row, percentile
from jarvisbench.frame_reading import Session, dropped, listen
from jarvisbench.process_cost import cost
from jarvisbench.replies import ANSWERS
from jarvisbench.rig import EMBEDDED, POLL_S, Rig, spawned, wait_for_workers
from jarvisbench.wire import PCM, Wire, WireError, get, post

JITTER_MS = {3: 2.0, 50: 10.0}  # of cached audio
HELD_REPLIES, HELD_ANSWERS = 3, 6
START_S = 10.0
# Room for the ramp: what is refused cannot be measured.
ROOM = "[api]\nmax_connections = 256\n[reply]\nmax_active = 64\n"


@dataclass(frozen=True, slots=True)
class Writing:
    """Who writes the streams: where it answers, and its process."""

    socket: Path
    pid: int


@dataclass(frozen=True, slots=True)
class Step:
    """What was seen at one step."""

    jitter_ms: list[float]
    first_ms: list[float]
    cpu: float
    dropped: int


def measure(rig: Rig) -> Iterator[Row]:
    """Three rows a step, and one for everything that was missing, of each kind of audio."""
    seconds, floor_s = rig.samples(30, 15) / 10, rig.samples(15, 10) / 10
    with rig.daemon(more=ROOM) as private, bare_writer(rig) as bare, Wire(private.socket) as wire:
        daemon = Writing(private.socket, private.pid)
        held = [_held(wire, number) for number in range(HELD_REPLIES)]
        floors: dict[int, Step] = {}
        ours: dict[str, list[Step]] = {ramp.CACHED: [], ramp.LIVE: []}
        for kind, steps in ramp.STEPS.items():
            for sessions in steps:
                rig.say(f"{kind}, {sessions} at a time")
                if sessions not in floors:
                    floors[sessions] = _step(bare, [get("/frames")] * sessions, floor_s)
                wanted = _requests(kind, sessions, held)
                ours[kind].append(_step(daemon, wanted, seconds))
                yield from rows_of_step(kind, sessions, ours[kind][-1], floors[sessions])
                wait_for_workers(wire, lambda found: all(one["state"] == "idle" for one in found))
            yield Row(
                name=ramp.dropped(kind),
                unit="frames",
                values=[step.dropped for step in ours[kind]],
                judged="p99",
                floor=max(floors[sessions].dropped for sessions in steps),
                within=0 if kind == ramp.CACHED else None,
            )


def rows_of_step(kind: str, sessions: int, ours: Step, floor: Step) -> Iterator[Row]:
    """Jitter, first audio and processor time of one step."""
    yield Row(
        name=ramp.name(kind, "jitter", sessions),
        unit="ms",
        values=ours.jitter_ms,
        judged="p95",
        floor=percentile(floor.jitter_ms, "p95"),
        within=JITTER_MS.get(sessions) if kind == ramp.CACHED else None,
    )
    yield Row(
        name=ramp.name(kind, "first", sessions),
        unit="ms",
        values=ours.first_ms,
        judged="p95",
        floor=percentile(floor.first_ms, "p95"),
    )
    yield Row(name=ramp.name(kind, "cpu", sessions), unit="%", values=[ours.cpu], floor=floor.cpu)


@contextmanager
def bare_writer(rig: Rig) -> Iterator[Writing]:
    """The floor's writer, ready."""
    path = rig.path(".sock")
    with spawned("jarvisbench.bare_writer", str(path)) as process:
        deadline = time.monotonic() + START_S
        while not path.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise WireError("the bare writer did not start")
            time.sleep(POLL_S)
        yield Writing(path, process.pid)


def _held(wire: Wire, number: int) -> str:
    """The id of a reply that is made and heard, and whose audio the daemon still has."""
    answers = ANSWERS[number * HELD_ANSWERS :][:HELD_ANSWERS]
    wire.send(post("/v1/say", {"text": " ".join(answers), "voice": EMBEDDED}, accept=PCM))
    return wire.drain()["x-jarvis-reply"]


def _requests(kind: str, sessions: int, held: Sequence[str]) -> list[bytes]:
    """What each session asks for: one of the held replies, or a text that nobody else says."""
    if kind == ramp.CACHED:
        paths = [f"/v1/replies/{held[one % len(held)]}/audio?paced=true" for one in range(sessions)]
        return [get(path, accept=PCM) for path in paths]
    texts = [" ".join((*ANSWERS[one:], *ANSWERS[:one])) for one in range(sessions)]
    return [
        post("/v1/say", {"text": text, "voice": EMBEDDED, "paced": True}, accept=PCM)
        for text in texts
    ]


def _step(writer: Writing, requests: list[bytes], seconds: float) -> Step:
    before, began = cost(writer.pid), time.monotonic()
    heard = listen(writer.socket, requests, seconds)
    share = (cost(writer.pid) - before).cpu_s / (time.monotonic() - began)
    return Step(
        jitter_ms=[value for one in heard for value in one.jitter_ms()],
        first_ms=[one.first_ms() for one in heard],
        cpu=100 * share,
        dropped=_dropped(heard),
    )


def _dropped(heard: Sequence[Session]) -> int:
    return sum(dropped(one.arrivals) for one in heard)
