"""The voice of one reply, and its only permitted change.

One engine speaks one reply. If it fails in the middle, the setting decides: stay silent, or let the
fallback voice speak the rest. A reply changes its voice once at most.
"""

from typing import Literal, Protocol

from jarvisd.errors import SpeechError
from jarvisd.speech.model import VoiceChoice

Policy = Literal["silence", "restart-voice"]


class Chooser(Protocol):
    """The part of the speech room that picks a voice."""

    def choose(
        self, voice: str = "default", *, excluding: frozenset[str] = frozenset()
    ) -> VoiceChoice:
        """Pick a voice that can speak now; raises SpeechError."""
        ...


class ReplyVoice:
    """The voice of this reply. ``current`` is ``None`` if none can speak."""

    def __init__(self, chooser: Chooser, wanted: str, policy: Policy) -> None:
        self._chooser = chooser
        self._policy = policy
        self._changed = False
        self.silence: SpeechError | None = None
        self.current: VoiceChoice | None = None
        try:
            self.current = chooser.choose(wanted)
        except SpeechError as error:
            if error.code != "speech.no_engine":
                raise
            self.silence = error

    def engine_failed(self, failed: VoiceChoice, error: SpeechError) -> bool:
        """The engine of ``failed`` cannot continue: change to the fallback once, or become silent.

        True when the voice changed by this call.
        """
        if self.current is None or self.current.voice.engine != failed.voice.engine:
            return False  # an utterance of the old voice reports late; the change was made already
        self.current = None
        self.silence = error
        if self._policy == "silence" or self._changed:
            return True
        self._changed = True
        try:
            choice = self._chooser.choose(excluding=frozenset({failed.voice.engine}))
        except SpeechError as nothing_left:
            self.silence = nothing_left
            return True
        self.current = VoiceChoice(voice=choice.voice, fallback=True, reason=error.message)
        return True
