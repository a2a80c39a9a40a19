"""The governor's input: counters of the host, and the events of replies.

The counters are a few small reads that may wait for locks of the kernel: only in a thread. What
cannot be read is ``None``. Changes nothing.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from jarvisd.config import HostSettings
from jarvisd.governor.estimator import Estimator
from jarvisd.governor.values import HostLoad, Readings, TurnState
from jarvisd.host import cgroup
from jarvisd.host.group import Group
from jarvisd.host.placement import Placement
from jarvisd.host.processes import TICKS_PER_S
from jarvisd.wire import (
    Chunk,
    ReplyDone,
    ReplyEvent,
    ReplyFailed,
    ReplyInterrupted,
    ReplyStarted,
    Token,
)

MODEL_UNIT = "llama-server.service"
KEPT_CONVERSATIONS = 256


class CounterReader:
    """Looks for the model's control group until it exists, because the model may start later."""

    def __init__(
        self, placement: Placement, settings: HostSettings, *, proc: Path = Path("/proc")
    ) -> None:
        self._placement = placement
        self._proc = proc
        self._paths = model_groups(settings, proc)

    def read(self) -> Readings:
        """Everything now."""
        usage = self._placement.usage()
        model = next((Group(path) for path in self._paths if path.is_dir()), None)
        pressure = model.cpu_pressure() if model else None
        return Readings(
            worker_cpu_s=usage.cpu_s,
            model_cpu_s=model.cpu_s() if model else None,
            model_waited_s=pressure.some.total_s if pressure else None,
            idle_s=self._idle_s(),
            swollen=usage.swollen,
        )

    def _idle_s(self) -> float | None:
        try:
            with (self._proc / "stat").open("rb") as file:
                fields = file.readline().split()
        except OSError:
            return None
        idle, waiting_for_disk = int(fields[4]), int(fields[5])
        return (idle + waiting_for_disk) / TICKS_PER_S


def model_groups(settings: HostSettings, proc: Path = Path("/proc")) -> list[Path]:
    """Possible control groups of the language model, the likeliest first.

    The configured one; else beside our own group, where the unit's drop-in puts it; else where
    an ordinary unit would be.
    """
    if settings.model_cgroup:
        return [Path(settings.model_cgroup)]
    own = cgroup.own_group(proc)
    if own is None:
        return []
    if own.name == "daemon":  # ours by now: its parent is the unit's
        own = own.parent
    return [own.parent / MODEL_UNIT, *(up / "system.slice" / MODEL_UNIT for up in own.parents)]


class Sensor:
    """Follows every reply and computes the load. ``turns`` are the running replies."""

    def __init__(
        self,
        *,
        turns: Callable[[], Iterable[TurnState]],
        model: Callable[[], str],
        clock: Callable[[], float],
    ) -> None:
        self._turns = turns
        self._model = model
        self._clock = clock
        self._estimator = Estimator()
        # Tokens in the context of a conversation: its next turn begins there.
        self._contexts: dict[str, int] = {}
        self._conversation_of: dict[str, str] = {}
        self.seen = HostLoad(now=clock())

    @property
    def busy(self) -> bool:
        """Whether any reply is running."""
        return any(self._turns())

    def observe(self, event: ReplyEvent) -> None:
        """Take an event of a reply; costs very little."""
        match event:
            case Token():
                self._estimator.token(event.reply, self._clock())
            case ReplyStarted():
                self._began(event)
            case Chunk():
                self._estimator.utterance(event.samples / event.sample_rate)
            case ReplyDone() | ReplyInterrupted() | ReplyFailed():
                self._ended(event)
            case _:
                pass

    def look(self, readings: Readings, *, making: int, waiting: int) -> HostLoad:
        """The load now; ``making`` syntheses run and ``waiting`` wait."""
        self._estimator.model = self._model()
        self.seen = self._estimator.estimate(
            self._clock(), self._turns(), readings, making=making, waiting=waiting
        )
        return self.seen

    def _began(self, event: ReplyStarted) -> None:
        if event.voice:
            self._estimator.voice(event.voice)
        if event.provider != "text":
            self._estimator.started(event.reply, self._contexts.get(event.conversation, 0))
            self._conversation_of[event.reply] = event.conversation

    def _ended(self, event: ReplyDone | ReplyInterrupted | ReplyFailed) -> None:
        counted = self._estimator.ended(event.reply)
        if conversation := self._conversation_of.pop(event.reply, ""):
            usage = event.tokens
            self._contexts.pop(conversation, None)
            self._contexts[conversation] = (usage.prompt + usage.completion) or counted
            if len(self._contexts) > KEPT_CONVERSATIONS:
                del self._contexts[next(iter(self._contexts))]
