"""An imaginary host: cores, a language model that wants them, voices that want some, and a clock.

Schedules as the kernel does, in slices: groups share what they contend for by weight, a quota is a
budget per period, a thread never has more than a core. The model's threads wait for each other at
every token, so that the slowest one counts, as far as they do not take over each other's work.
"""

import random
from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise

from jarvisd.governor.controller import Controller
from jarvisd.governor.estimator import Estimator
from jarvisd.governor.values import Decision, GovernorLimits, Readings

SLICE_S = 0.025
PERIOD_SLICES = 4  # a quota's period is 100 ms
TICK_SLICES = 10
STAGGER_S = 0.5
MODEL_WEIGHT = 400.0
UNIT_WEIGHT = 100.0


@dataclass(frozen=True)
class Scenario:
    """``rtf``: seconds of CPU for a second of audio, on one thread. ``stealing``: how much of a
    late thread's work the others take over. ``others``: threads that have nothing to do with us.
    """

    cores: int
    model_threads: int
    rtf: float
    tokens_per_s: float = 30.0
    stealing: float = 0.5
    others: int = 0
    ceiling: int = 2
    utterances: tuple[float, ...] = (3.0,) * 30
    silent_s: float = 6.0
    pauses: tuple[tuple[float, float], ...] = ()  # when the model does not write
    duration_s: float = 75.0
    look_ahead_s: float = 30.0


@dataclass
class Outcome:
    """What a run came to. ``loss`` is the share of the model's speed while anything was made."""

    underruns: int = 0
    dry_s: float = 0.0
    first_audio_s: float = 0.0
    tokens: float = 0.0
    possible: float = 0.0
    decisions: list[tuple[float, Decision]] = field(default_factory=list)

    @property
    def loss(self) -> float:
        return 1.0 - self.tokens / self.possible if self.possible else 0.0

    def changes_after(self, moment: float) -> int:
        """Times that what was asked for changed."""
        outputs = [(at, one.outputs) for at, one in self.decisions]
        return sum(1 for (_, a), (at, b) in pairwise(outputs) if a != b and at > moment)


@dataclass
class _Making:
    number: int
    left_s: float  # of CPU


class Host:
    """Runs one scenario. ``policy`` fixed: that decision stands; ``None``: the governor's."""

    def __init__(self, scenario: Scenario, policy: Decision | None = None) -> None:
        self.scenario = scenario
        self.policy = policy
        self.outcome = Outcome()
        self.now = 0.0
        self._queue = deque(enumerate(scenario.utterances))
        self._making: list[_Making] = []
        self._done: dict[int, float] = {}
        self._next = 0
        self._started_at = 0.0
        self._budget = 0.0
        self._worker_cpu_s = self._idle_s = self._model_waited_s = self._model_cpu_s = 0.0
        self._token = 0.0
        self._delivered_s = self._played_s = 0.0
        self._playing = self._was_dry = False
        self._full = False
        self._estimator = Estimator()
        self._estimator.model = "imaginary"
        self._governor = Controller(
            GovernorLimits(slots=scenario.ceiling, look_ahead_s=scenario.look_ahead_s)
        )
        self.decision = policy or self._governor.decision

    # --- what the estimator asks of a reply -------------------------------------------------------

    id = "reply"

    @property
    def writing(self) -> bool:
        return not any(start <= self.now < end for start, end in self.scenario.pauses)

    @property
    def awaited(self) -> bool:
        return self.now >= self.scenario.silent_s and self._delivered_s == 0

    @property
    def made_s(self) -> float:
        return self._delivered_s

    @property
    def slack_s(self) -> float:
        return self._delivered_s - self._played_s

    @property
    def finished(self) -> bool:
        return not self._queue and not self._making

    # --- running --------------------------------------------------------------------------------

    def run(self) -> Outcome:
        self._estimator.started("reply", 100)
        slices = round(self.scenario.duration_s / SLICE_S)
        for number in range(slices):
            if self.finished and self.now > self.scenario.silent_s:
                break
            if number % PERIOD_SLICES == 0:
                quota = self.decision.quota
                period_s = SLICE_S * PERIOD_SLICES
                self._budget = float("inf") if quota is None else quota * period_s
            if self.policy is None and number % TICK_SLICES == 0:
                self._govern()
            self._start_more()
            self._slice()
            self.now += SLICE_S
        return self.outcome

    def _govern(self) -> None:
        waiting = len(self._queue) if self._wants_more() else 0
        load = self._estimator.estimate(
            self.now,
            [self],
            Readings(
                worker_cpu_s=self._worker_cpu_s,
                model_cpu_s=self._model_cpu_s,
                model_waited_s=self._model_waited_s,
                idle_s=self._idle_s,
            ),
            making=len(self._making),
            waiting=min(waiting, self.scenario.ceiling),
        )
        decision = self._governor.decide(load)
        if decision is not self.decision:
            self.decision = decision
            self.outcome.decisions.append((self.now, decision))

    def _wants_more(self) -> bool:
        """As the reply's look-ahead does."""
        if self.now < self.scenario.silent_s:
            return False
        if self.slack_s >= 0.7 * self.scenario.look_ahead_s:
            self._full = True
        elif self.slack_s <= 0.5 * self.scenario.look_ahead_s:
            self._full = False
        return not self._full

    def _start_more(self) -> None:
        while self._queue and len(self._making) < self.decision.slots and self._wants_more():
            if self._making and self.now < self._started_at + STAGGER_S:
                break
            self._started_at = self.now
            number, audio_s = self._queue.popleft()
            self._making.append(_Making(number, audio_s * self.scenario.rtf))

    def _slice(self) -> None:
        threads = self.scenario.model_threads if self.writing else 0
        for_model, for_workers = self._shares(threads, len(self._making))
        alone, _ = self._shares(threads, 0)
        # The share of the slice in which the quota lets the workers run.
        running = min(1.0, self._budget / (for_workers * SLICE_S)) if for_workers else 0.0
        self._work(for_workers * running)
        together = self._speed(threads, len(self._making), for_model)
        silent = self._speed(threads, 0, alone)
        self._write(threads, running * together + (1 - running) * silent, silent)
        cores = running * for_model + (1 - running) * alone
        self._model_cpu_s += cores * SLICE_S
        self._model_waited_s += SLICE_S * (running if for_model < threads else alone < threads)
        others = min(self.scenario.others, self.scenario.cores)
        self._idle_s += max(0.0, self.scenario.cores - cores - for_workers * running - others) * (
            SLICE_S
        )
        self._play()

    def _shares(self, threads: int, workers: int) -> tuple[float, float]:
        """Cores for the model and for the workers: by weight, at most one a thread."""
        wants = {"model": threads, "workers": workers, "others": self.scenario.others}
        weights = {"model": MODEL_WEIGHT, "workers": UNIT_WEIGHT, "others": 100.0}
        left, given = float(self.scenario.cores), dict.fromkeys(wants, 0.0)
        open_ = {name for name, wanted in wants.items() if wanted}
        while open_ and left > 1e-9:
            total = sum(weights[name] for name in open_)
            offers = {name: left * weights[name] / total for name in open_}
            full = {name for name in open_ if given[name] + offers[name] >= wants[name]}
            for name in full or open_:
                share = wants[name] - given[name] if full else offers[name]
                given[name] += share
                left -= share
            open_ = open_ - full if full else set()
        return given["model"], given["workers"]

    def _work(self, cores: float) -> None:
        if not self._making or cores <= 0:
            return
        spent = cores * SLICE_S
        self._budget -= spent
        self._worker_cpu_s += spent
        each = spent / len(self._making)
        for making in self._making:
            making.left_s -= each
        for making in [one for one in self._making if one.left_s <= 0]:
            self._making.remove(making)
            self._done[making.number] = self.scenario.utterances[making.number]
        while (audio_s := self._done.pop(self._next, None)) is not None:
            self._next += 1
            self._delivered_s += audio_s
            self._estimator.utterance(audio_s)
            if not self._playing:
                self._playing = True
                self.outcome.first_audio_s = self.now - self.scenario.silent_s

    def _speed(self, threads: int, workers: int, cores: float) -> float:
        """The model's speed with so many cores, against that with a core for each thread."""
        if not threads or cores >= threads:
            return 1.0
        fair, own = cores / threads, MODEL_WEIGHT / threads
        rivals = max(1, workers + self.scenario.others)
        slowest = min(fair, own / (own + UNIT_WEIGHT / rivals))
        return self.scenario.stealing * fair + (1 - self.scenario.stealing) * slowest

    def _write(self, threads: int, speed: float, silent: float) -> None:
        if not threads:
            return
        rate = self.scenario.tokens_per_s * SLICE_S
        self._token += rate * speed
        while self._token >= 1.0:
            self._token -= 1.0
            self._estimator.token("reply", self.now)
        if self.now >= self.scenario.silent_s:
            self.outcome.tokens += rate * speed
            self.outcome.possible += rate * silent

    def _play(self) -> None:
        if not self._playing:
            return
        if self.slack_s >= SLICE_S:
            self._played_s += SLICE_S
            self._was_dry = False
        elif not self.finished:
            self.outcome.dry_s += SLICE_S
            self.outcome.underruns += not self._was_dry
            self._was_dry = True


def fixed(slots: int, quota: float | None, weight: int = 100) -> Decision:
    """A decision that stands."""
    return Decision(slots, weight, quota, warming=False, phase="rest", reason="fixed")


def any_scenario(chance: random.Random) -> Scenario:
    """Hosts as people have them, from two cores to twenty threads."""
    cores = chance.choice((2, 4, 6, 8, 12, 16, 20))
    threads = chance.randint(max(1, cores // 2), cores)
    rtf = chance.choice((0.03, 0.1, 0.2, 0.3, 0.5, 0.8))
    first = chance.uniform(1.5, 4.0)
    rest = [chance.uniform(2.0, 9.0) for _ in range(40)]
    begin = chance.uniform(10.0, 60.0)
    pauses = ((begin, begin + chance.uniform(1.0, 20.0)),) if chance.random() < 0.3 else ()
    return Scenario(
        cores=cores,
        model_threads=threads,
        rtf=rtf,
        tokens_per_s=chance.uniform(8.0, 80.0),
        stealing=chance.uniform(0.0, 1.0),
        others=chance.choice((0, 0, 0, 1)),
        ceiling=chance.choice((1, 2, 2, 3)),
        utterances=(first, *rest),
        pauses=pauses,
    )


def greedy(scenario: Scenario) -> Outcome:
    """All that the host can do for speech: no quota, and a slot for each core that is free."""
    room = scenario.cores - scenario.model_threads - scenario.others
    return Host(scenario, fixed(max(1, min(scenario.ceiling, room)), None)).run()


def gentlest(scenario: Scenario, dry_s: float) -> float:
    """The least loss that any fixed share has which keeps playback going as well as ``dry_s``."""
    quotas = (None, scenario.rtf * 1.6, scenario.rtf * 1.2)
    shares = [fixed(slots, quota) for quota in quotas for slots in {1, scenario.ceiling}]
    outcomes = [Host(scenario, share).run() for share in shares]
    return min((one.loss for one in outcomes if one.dry_s <= dry_s + SLICE_S), default=1.0)
