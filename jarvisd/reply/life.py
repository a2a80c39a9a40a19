"""The state machine of one reply: its state, and the steps that may follow.

::

      RUNNING ───made───► SAVING ───told───► PLAYING_OUT ──heard out──► ENDED
        ▲ │                ▲ │                   ▲ │  ▲                   │
    resume pause       resume pause          resume pause └────listened again┘
        │ ▼                │ ▼                   │ ▼
      PAUSED ───made───► PAUSED_SAVING ─told─► PAUSED_OUT

    stop: from anywhere to INTERRUPTED, which nothing leaves

``RUNNING``: it is being made. ``SAVING``: its result is being written to disk, before its last
event. ``PLAYING_OUT``: a listener still plays it. Pure: it is told what is heard. It must never
allow a step that its table does not have.
"""

from enum import Enum, auto
from typing import Literal

from jarvisd.wire.responses import ReplyState

Ending = Literal["done", "failed"]


class LifePhase(Enum):
    """A state of a reply."""

    RUNNING = auto()
    PAUSED = auto()
    SAVING = auto()
    PAUSED_SAVING = auto()
    PLAYING_OUT = auto()
    PAUSED_OUT = auto()
    ENDED = auto()
    INTERRUPTED = auto()


class LifeStep(Enum):
    """A step of a reply."""

    PAUSE = auto()
    RESUME = auto()
    MADE = auto()
    TOLD = auto()
    HEARD_OUT = auto()
    LISTENED_AGAIN = auto()
    STOP = auto()


NEXT: dict[tuple[LifePhase, LifeStep], LifePhase] = {
    (LifePhase.RUNNING, LifeStep.PAUSE): LifePhase.PAUSED,
    (LifePhase.SAVING, LifeStep.PAUSE): LifePhase.PAUSED_SAVING,
    (LifePhase.PLAYING_OUT, LifeStep.PAUSE): LifePhase.PAUSED_OUT,
    (LifePhase.PAUSED, LifeStep.RESUME): LifePhase.RUNNING,
    (LifePhase.PAUSED_SAVING, LifeStep.RESUME): LifePhase.SAVING,
    (LifePhase.PAUSED_OUT, LifeStep.RESUME): LifePhase.PLAYING_OUT,
    (LifePhase.RUNNING, LifeStep.MADE): LifePhase.SAVING,
    (LifePhase.PAUSED, LifeStep.MADE): LifePhase.PAUSED_SAVING,
    (LifePhase.SAVING, LifeStep.TOLD): LifePhase.PLAYING_OUT,
    (LifePhase.PAUSED_SAVING, LifeStep.TOLD): LifePhase.PAUSED_OUT,
    (LifePhase.PLAYING_OUT, LifeStep.HEARD_OUT): LifePhase.ENDED,
    (LifePhase.PAUSED_OUT, LifeStep.HEARD_OUT): LifePhase.ENDED,
    (LifePhase.ENDED, LifeStep.LISTENED_AGAIN): LifePhase.PLAYING_OUT,
    **{
        (phase, LifeStep.STOP): LifePhase.INTERRUPTED
        for phase in LifePhase
        if phase is not LifePhase.INTERRUPTED
    },
}
_HELD = frozenset({LifePhase.PAUSED, LifePhase.PAUSED_SAVING, LifePhase.PAUSED_OUT})
_MAKING = frozenset({LifePhase.RUNNING, LifePhase.PAUSED})
_UNTOLD = _MAKING | {LifePhase.SAVING, LifePhase.PAUSED_SAVING}


class ReplyLife:
    """One reply's state. Every step returns whether it was allowed and so happened."""

    def __init__(self) -> None:
        self.phase = LifePhase.RUNNING
        self._ending: Ending  # there is none before it is made

    @property
    def making(self) -> bool:
        """Whether it is still being made."""
        return self.phase in _MAKING

    @property
    def untold(self) -> bool:
        """Whether its last event is still to come."""
        return self.phase in _UNTOLD

    @property
    def paused(self) -> bool:
        """Whether it is paused."""
        return self.phase in _HELD

    @property
    def interrupted(self) -> bool:
        """Whether it was stopped: late results have no effect any more."""
        return self.phase is LifePhase.INTERRUPTED

    @property
    def over(self) -> bool:
        """Whether it was heard to the end or stopped."""
        return self.phase in (LifePhase.ENDED, LifePhase.INTERRUPTED)

    @property
    def state(self) -> ReplyState:
        """The state as clients see it."""
        if self.interrupted:
            return "interrupted"
        if self.paused:
            return "paused"
        return "running" if self.untold else self._ending

    def pause(self) -> bool:
        """Pause it."""
        return self._step(LifeStep.PAUSE)

    def resume(self) -> bool:
        """Resume it."""
        return self._step(LifeStep.RESUME)

    def made(self, ending: Ending) -> bool:
        """It is no longer being made, with or without success."""
        if not self._step(LifeStep.MADE):
            return False
        self._ending = ending
        return True

    def told(self) -> bool:
        """Its last event was published."""
        return self._step(LifeStep.TOLD)

    def follow(self, *, playing: bool) -> None:
        """Note whether a listener still plays it."""
        self._step(LifeStep.LISTENED_AGAIN if playing else LifeStep.HEARD_OUT)

    def stop(self) -> bool:
        """Stop it."""
        return self._step(LifeStep.STOP)

    def _step(self, step: LifeStep) -> bool:
        following = NEXT.get((self.phase, step))
        if following is None:
            return False
        self.phase = following
        return True
