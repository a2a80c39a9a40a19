"""Computes the load from counters and tokens. Pure: times and readings come in.

Remembers a few seconds of the past, because speed is a difference.
"""

from collections.abc import Iterable

from jarvisd.governor.baseline import Baselines, Circumstances, TokenRate
from jarvisd.governor.values import HostLoad, Readings, TurnState
from jarvisd.host.pressure import Share

# An utterance's work is seen before its audio: the cost needs some of them to be right.
LEAST_AUDIO_S, MOST_AUDIO_S = 2.0, 60.0
# Other clients' generations show only in the CPU that the model's group uses.
MODEL_RUNS_CORES, MODEL_STANDS_CORES = 0.3, 0.1
# Below this workers do nothing that the model could feel.
SILENT_CORES = 0.02
LEARN_EVERY_S = 1.0
LONGEST_UTTERANCE_S = 30.0
SHORTEST_UTTERANCE_S = 4.0


class Estimator:
    """The estimator of one host. ``model`` names the language model that writes now."""

    def __init__(self) -> None:
        self.tokens = TokenRate()
        self.baselines = Baselines()
        self.model = ""
        self._context: dict[str, int] = {}
        self._made: dict[str, float] = {}
        self._voice = ""
        self._audio_s = self._audio_cpu_s = 0.0
        self._worker_cpu_s: float | None = None
        self._workers, self._model, self._idle = Share(), Share(), Share()
        self._model_waits = Share()
        self._model_runs = False
        self._disturbed_at = float("-inf")
        self._learnt_at = float("-inf")
        self._utterance_s = SHORTEST_UTTERANCE_S

    def voice(self, voice: str) -> None:
        """This voice will speak; the costs of another voice are forgotten."""
        if voice != self._voice:
            self._voice = voice
            self._audio_s = self._audio_cpu_s = 0.0

    def started(self, reply: str, context: int) -> None:
        """A model begins to write a reply, with this many tokens in its context."""
        if not self._context:
            self.tokens.clear()
        self._context[reply] = context

    def token(self, reply: str, now: float) -> None:
        """It wrote one."""
        if reply in self._context:
            self._context[reply] += 1
            self.tokens.token(now)

    def ended(self, reply: str) -> int:
        """It writes no more; returns the length of its context in tokens."""
        self.tokens.clear()  # the others' speed is another one from now on
        return self._context.pop(reply, 0)

    def utterance(self, audio_s: float) -> None:
        """An utterance of this length was made; long ones count most, old ones less and less."""
        self._utterance_s = max(audio_s, self._utterance_s * 0.9, SHORTEST_UTTERANCE_S)
        self._utterance_s = min(self._utterance_s, LONGEST_UTTERANCE_S)

    def estimate(
        self,
        now: float,
        turns: Iterable[TurnState],
        readings: Readings,
        *,
        making: int,
        waiting: int,
    ) -> HostLoad:
        """Everything at ``now``; ``making`` syntheses run and ``waiting`` wait."""
        replies = list(turns)
        generating = self._generating(now, replies, readings)
        self._note_disturbance(now, readings, making)
        rate = self.tokens.per_s(now) if generating else None
        circumstances = Circumstances(self.model, self._longest(), max(1, len(self._context)))
        self._learn(now, circumstances, rate)
        speaking = [reply.slack_s for reply in replies if reply.made_s]
        return HostLoad(
            now=now,
            slack_s=min(speaking, default=None),
            first_pending=any(reply.awaited for reply in replies),
            working=making + waiting > 0,
            waiting=waiting,
            cost=self._cost(replies, readings),
            utterance_s=self._utterance_s,
            generating=generating,
            tokens_per_s=rate,
            baseline=self.baselines.of(circumstances),
            model_waits=self._model_waits.update(now, readings.model_waited_s),
            idle_cores=self._idle.update(now, readings.idle_s),
        )

    # --- inside ---------------------------------------------------------------------------------

    def _longest(self) -> int:
        return max(self._context.values(), default=0)

    def _generating(self, now: float, replies: list[TurnState], readings: Readings) -> bool:
        cores = self._model.update(now, readings.model_cpu_s)
        if cores is not None:
            limit = MODEL_STANDS_CORES if self._model_runs else MODEL_RUNS_CORES
            self._model_runs = cores > limit
        return self._model_runs or any(reply.writing for reply in replies)

    def _note_disturbance(self, now: float, readings: Readings, making: int) -> None:
        cores = self._workers.update(now, readings.worker_cpu_s)
        if making or (cores is not None and cores > SILENT_CORES):
            self._disturbed_at = now
            self._learnt_at = now

    def _learn(self, now: float, circumstances: Circumstances, rate: float | None) -> None:
        """Learn only from tokens that all came without speech, and only once from each."""
        silent_s = now - self._disturbed_at
        due = now - self._learnt_at >= LEARN_EVERY_S
        if rate is not None and due and silent_s > self.tokens.spans_s:
            self._learnt_at = now
            self.baselines.learn(circumstances, rate)

    def _cost(self, replies: list[TurnState], readings: Readings) -> float | None:
        """CPU for audio, of the newest minute of it; older audio counts less and less."""
        before, self._made = self._made, {reply.id: reply.made_s for reply in replies}
        made_s = sum(made - before.get(reply, 0.0) for reply, made in self._made.items())
        if readings.worker_cpu_s is None:
            return None
        last, self._worker_cpu_s = self._worker_cpu_s, readings.worker_cpu_s
        self._audio_s += made_s
        if last is not None:
            self._audio_cpu_s += max(0.0, readings.worker_cpu_s - last)
        if self._audio_s > MOST_AUDIO_S:
            self._audio_s, self._audio_cpu_s = self._audio_s / 2, self._audio_cpu_s / 2
        return self._audio_cpu_s / self._audio_s if self._audio_s >= LEAST_AUDIO_S else None
