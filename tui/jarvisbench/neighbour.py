"""What speaking costs a real llama-server on the same machine, governed and not.

A model writes without end, and a heavy voice speaks without pause; both through one private daemon
whose governor is switched between phases by a reload. Every phase has its own silent speed beside
it, so that other work on the machine weighs on both.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from jarvisbench.figures import Row
from jarvisbench.neighbour_groups import DAEMON, MODEL, Groups, groups
from jarvisbench.neighbour_model import Writing, find_binary, find_model, llama_server
from jarvisbench.replies import ANSWERS
from jarvisbench.rig import HEAVY, Rig
from jarvisbench.wire import PCM, Wire, post

MOST_LOSS = 5.0  # percent
MOST_DELAY = 1.1
# Speed scatters from stretch to stretch: the median of so many pairs is judged.
PAIRS = 6
SETTLE_S = 2.0
FREE, GOVERNED = "enabled = false", "enabled = true"
# Fixed shares, for the curve: what each would cost if the governor chose it always.
CURVE = {
    "1_slot": "slots = 1\nquota = 1024.0\nweight = 100",
    "1_slot.quota_0.7": "slots = 1\nquota = 0.7",
    "1_slot.quota_0.4": "slots = 1\nquota = 0.4",
    "2_slots": "slots = 2\nquota = 1024.0\nweight = 100",
    "2_slots.weight_10": "slots = 2\nquota = 1024.0\nweight = 10",
    "2_slots.quota_0.7": "slots = 2\nquota = 0.7",
}


@dataclass
class Phase:
    """What was measured under one setting of the governor."""

    silent: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    underruns: list[float] = field(default_factory=list)
    first_ms: list[float] = field(default_factory=list)


Side = tuple[Phase, str]  # where its figures go, and how the governor is set


@dataclass(frozen=True, slots=True)
class Pace:
    """How long each stretch lasts, how many first sounds are timed, and whether there is more."""

    silent_s: float
    speaking_s: float
    first_audios: int
    curve: bool

    @property
    def seconds(self) -> float:
        """About how long all of it takes, the model's loading included."""
        stretch = self.silent_s + self.speaking_s + SETTLE_S
        stretches = 2 * PAIRS + (len(CURVE) + 2 if self.curve else 0)
        loading = LOADING_S * (2 if self.curve else 1)
        return stretches * stretch + 2 * self.first_audios * FIRST_AUDIO_S + loading


QUICK = Pace(silent_s=3.0, speaking_s=6.0, first_audios=6, curve=False)
FULL = Pace(silent_s=5.0, speaking_s=20.0, first_audios=20, curve=True)
# What loading a model and timing a first sound take, for the estimate.
LOADING_S, FIRST_AUDIO_S = 15.0, 3.0
# The estimate is kept: what would begin after so much of it is left out, and said to be.
LATEST = 1.25


class Bench:
    """One llama-server and one daemon, in their groups."""

    def __init__(
        self, rig: Rig, places: Groups, stack: ExitStack, threads: int, pace: Pace
    ) -> None:
        self._rig = rig
        self._pace = pace
        binary, model = find_binary(rig.llama_server), find_model(rig.model)
        rig.voices  # noqa: B018 - built before anything is measured
        rig.say(f"loading the model, {threads} threads")
        serving = llama_server(
            binary,
            model,
            threads=threads,
            log=rig.path(".log"),
            launcher=places.launcher(MODEL),
        )
        self._url = stack.enter_context(serving)
        self._watched = places.model
        self._config = rig.path(".toml")
        self._write_config(GOVERNED)
        starting = rig.running(self._config, voice=HEAVY, launcher=places.launcher(DAEMON))
        self._socket = stack.enter_context(starting).socket
        stack.enter_context(places.followed(self._socket))
        self._writing = stack.enter_context(Writing(self._socket).going_on())
        time.sleep(pace.silent_s + SETTLE_S)  # the governor learns the silent speed

    def set(self, governor: str) -> None:
        """Have the daemon govern like this from now on."""
        self._write_config(governor)
        with Wire(self._socket) as wire:
            wire.answer(post("/v1/reload", {}))

    def _write_config(self, governor: str) -> None:
        base = self._rig.config(voice=HEAVY, llm_url=self._url)
        host = f'[host]\ncgroups = "always"\nmodel_cgroup = "{self._watched}"\n'
        self._config.write_text(f"{base}{host}[governor]\n{governor}\n")

    def speak(self, phase: Phase) -> None:
        """A silent stretch, then speech without pause; its loss and its gaps go to ``phase``."""
        began = time.monotonic()
        time.sleep(self._pace.silent_s)
        silent = self._writing.tokens_per_s(began, time.monotonic())
        text = " ".join(ANSWERS)
        with Wire(self._socket) as wire:
            wire.send(post("/v1/say", {"text": text, "paced": True}, accept=PCM))
            began = time.monotonic()
            phase.underruns.append(float(_gaps(wire, began + self._pace.speaking_s)))
        speaking = self._writing.tokens_per_s(began, time.monotonic())
        phase.silent.append(silent)
        phase.losses.append(100.0 * (1.0 - speaking / silent))
        time.sleep(SETTLE_S)

    def first_audio(self, phase: Phase, number: int) -> None:
        """The time to the first sound while the model writes."""
        with Wire(self._socket) as wire:
            text = ANSWERS[number % len(ANSWERS)]
            sent = wire.send(post("/v1/say", {"text": text}, accept=PCM))
            chunks = wire.chunks()
            at, _ = next(chunks)
            phase.first_ms.append((at - sent) * 1_000)
            for _ in chunks:
                continue
        time.sleep(0.5)


def _gaps(wire: Wire, until: float, rate: int = 22_050) -> int:
    """How often a player would have run dry that began at once with what the daemon sent ahead."""
    gaps, due = 0, None
    for at, chunk in wire.chunks():
        if due is None:
            due = at
        elif at > due:
            gaps, due = gaps + 1, at
        due += len(chunk) / 2 / rate
        if at > until:
            break
    return gaps


def measure(rig: Rig) -> Iterator[Row]:
    """Rows of loss, gaps and first audio; without ``--quick`` the curve too."""
    cores = os.cpu_count() or 1
    pace = QUICK if rig.quick else FULL
    rig.say(f"this takes about {pace.seconds / 60:.0f} minutes")
    latest = time.monotonic() + LATEST * pace.seconds
    with groups() as places:
        yield from _with_threads(rig, places, max(1, cores - 1), pace, latest)
    if pace.curve and time.monotonic() < latest:
        with groups() as places:
            yield from _all_threads(rig, places, cores, pace, latest)


def _with_threads(
    rig: Rig, places: Groups, threads: int, pace: Pace, latest: float
) -> Iterator[Row]:
    free, governed = Phase(), Phase()
    sides = [(governed, GOVERNED), (free, FREE)]
    with ExitStack() as stack:
        bench = Bench(rig, places, stack, threads, pace)
        for number in range(PAIRS):
            for phase, governor in in_turn(sides, number):
                rig.say(f"pair {number + 1} of {PAIRS}, governor {governor}")
                bench.set(governor)
                bench.speak(phase)
        for number in range(pace.first_audios):
            for phase, governor in in_turn(sides, number):
                bench.set(governor)
                bench.first_audio(phase, number)
        yield Row(name="neighbour.silent", unit="tok/s", values=governed.silent + free.silent)
        yield from _judged(free, governed)
        for name, governor in CURVE.items() if pace.curve else ():
            yield from _fixed(rig, bench, name, governor, latest)


def in_turn(sides: Sequence[Side], number: int) -> Sequence[Side]:
    """Who comes first changes with every pair: a context that fills slows both alike."""
    return sides if number % 2 == 0 else sides[::-1]


def _fixed(rig: Rig, bench: Bench, name: str, governor: str, latest: float) -> Iterator[Row]:
    """One point of the curve, while there is time."""
    if time.monotonic() > latest:
        late = "left out: the machine took longer than was said"
        yield Row(name=f"neighbour.loss.{name}", unit="%", skipped=late)
        return
    rig.say(f"curve: {name}")
    phase = Phase()
    bench.set(governor)
    bench.speak(phase)
    yield Row(name=f"neighbour.loss.{name}", unit="%", values=phase.losses)
    yield Row(name=f"neighbour.gaps.{name}", unit="", values=phase.underruns)


def _judged(free: Phase, governed: Phase) -> Iterator[Row]:
    yield Row(name="neighbour.loss.free", unit="%", values=free.losses)
    yield Row(name="neighbour.loss", unit="%", values=governed.losses, target=MOST_LOSS)
    yield Row(name="neighbour.gaps.free", unit="", values=free.underruns)
    yield Row(name="neighbour.gaps", unit="", values=governed.underruns, judged="p99", target=0.0)
    ungoverned = Row(name="neighbour.first.free", unit="ms", values=free.first_ms)
    yield ungoverned
    floor = ungoverned.at("p50") or 0.0
    yield Row(
        name="neighbour.first",
        unit="ms",
        values=governed.first_ms,
        floor=floor,
        target=floor * MOST_DELAY,
    )


def _all_threads(
    rig: Rig, places: Groups, threads: int, pace: Pace, latest: float
) -> Iterator[Row]:
    """Against advice: a thread of the model on every core, so that speech must take from it."""
    with ExitStack() as stack:
        bench = Bench(rig, places, stack, threads, pace)
        for name, governor in (("all_cores.governed", GOVERNED), ("all_cores.free", FREE)):
            yield from _fixed(rig, bench, name, governor, latest)
