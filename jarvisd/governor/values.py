"""Values of the governor: readings, load, limits and decisions."""

from dataclasses import dataclass
from typing import Literal, Protocol

Phase = Literal["rest", "first", "catching-up", "giving-way", "sharing"]


class TurnState(Protocol):
    """Where one reply stands."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    @property
    def writing(self) -> bool:
        """Whether a language model is writing it."""
        ...

    @property
    def awaited(self) -> bool:
        """Whether its first audio is still to come."""
        ...

    @property
    def made_s(self) -> float:
        """Seconds of audio made."""
        ...

    @property
    def slack_s(self) -> float:
        """Seconds of audio made and not heard yet."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Counters of the host in seconds; ``None`` where there is no counter.

    ``swollen``: pids of workers that reached their memory limit since the last reading.
    """

    worker_cpu_s: float | None = None
    model_cpu_s: float | None = None
    model_waited_s: float | None = None
    idle_s: float | None = None
    swollen: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLoad:
    """The host at one moment. ``None``: unknown. Shares are from 0 to 1.

    ``slack_s``: seconds of audio made and not yet heard, of the reply with the least.
    ``first_pending``: a reply waits for its first audio. ``working``: something is being made or
    waits for a slot; ``waiting``: how many wait. ``cost``: seconds of CPU for a second of
    audio. ``utterance_s``: a long utterance's audio. ``model_waits``: share of the time in which
    the model's tasks waited for a CPU. ``idle_cores``: cores that are not used.
    """

    now: float
    slack_s: float | None = None
    first_pending: bool = False
    working: bool = False
    waiting: int = 0
    cost: float | None = None
    utterance_s: float = 8.0
    generating: bool = False
    tokens_per_s: float | None = None
    baseline: float | None = None
    model_waits: float | None = None
    idle_cores: float | None = None

    @property
    def loss(self) -> float | None:
        """The share of the model's speed that is lost, by the best measure available."""
        if not self.generating:
            return 0.0
        if self.tokens_per_s is not None and self.baseline:
            return max(0.0, 1.0 - self.tokens_per_s / self.baseline)
        return self.model_waits


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernorLimits:
    """What the governor may decide. ``fixed_…`` override it; quotas are in cores."""

    slots: int = 2
    weight: int = 100
    quota: float | None = None
    min_quota: float = 0.1
    max_loss: float = 0.05
    look_ahead_s: float = 30.0
    fixed_slots: int = 0
    fixed_weight: int = 0
    fixed_quota: float = 0.0


@dataclass(frozen=True, slots=True)
class Decision:
    """The limits of speech, and why. ``quota``: cores for all workers; ``None``: no limit."""

    slots: int
    weight: int
    quota: float | None
    phase: Phase
    reason: str

    def same_outputs(self, other: "Decision") -> bool:
        """Whether both have the same effect."""
        return self.outputs == other.outputs

    @property
    def outputs(self) -> tuple[int, int, float | None]:
        """The effect, without the reason."""
        return self.slots, self.weight, self.quota
