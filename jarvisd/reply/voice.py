"""The voice of one reply, and the only change of it that is ever allowed.

One engine speaks one reply. When that engine fails half-way the policy decides: stay silent, or
let the fallback speak all that is left, once. A reply never goes back and forth.
"""

from typing import Literal, Protocol

from jarvisd.errors import SpeechError
from jarvisd.speech.model import VoiceChoice

Policy = Literal["silence", "restart-voice"]


class Chooser(Protocol):
    """What is needed of the speech room to pick a voice."""

    def choose(
        self, voice: str = "default", *, excluding: frozenset[str] = frozenset()
    ) -> VoiceChoice:
        """Pick a voice that can speak now; raises SpeechError."""
        ...


class ReplyVoice:
    """Who speaks this reply. ``current`` is ``None`` once nobody can."""

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
        """The engine behind ``failed`` cannot go on: move to the fallback once, or fall silent.

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
