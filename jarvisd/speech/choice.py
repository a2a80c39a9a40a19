"""Which voice speaks a whole reply, and why it is not the wanted one. Pure.

A voice is replaced only if it does not work, never because it is slow. The choice is for the whole
reply: one reply, one engine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from jarvisd.errors import SpeechError
from jarvisd.speech.model import VoiceChoice, VoiceInfo

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Candidates:
    """The voices to choose from.

    ``voices`` in order of preference, the default first; ``unusable``: engines that cannot speak
    now, with the reason.
    """

    voices: Sequence[VoiceInfo]
    unusable: Mapping[str, str]

    def why_not(self, voice: VoiceInfo, excluding: frozenset[str]) -> str:
        """Why ``voice`` cannot speak now; empty if it can."""
        if voice.engine in excluding or voice.id in excluding:
            return f"{voice.id} failed earlier in this reply"
        if reason := self.unusable.get(voice.engine):
            return f"{voice.engine}: {reason}"
        return "" if voice.available else f"{voice.id}: {voice.reason}"


def choose(
    wanted: VoiceInfo, candidates: Candidates, excluding: frozenset[str] = frozenset()
) -> VoiceChoice:
    """``wanted`` if it can speak, else the first voice that can, with the reason.

    Prefers a voice of the wanted language. Raises ``SpeechError`` ``speech.no_engine``.
    """
    reason = candidates.why_not(wanted, excluding)
    if not reason:
        return VoiceChoice(wanted)
    able = [voice for voice in candidates.voices if not candidates.why_not(voice, excluding)]
    if not able:
        raise SpeechError(
            f"no engine can speak: {reason}",
            code="speech.no_engine",
            hint="See the components of: jarvisctl status",
        )
    return VoiceChoice(_closest(wanted, able), fallback=True, reason=reason)


def find(name: str, voices: Sequence[VoiceInfo]) -> VoiceInfo:
    """The voice with this id, or with this name without engine if only one has it.

    ``default`` or nothing is the first. Raises ``SpeechError``: ``speech.voice_unknown``, or
    ``speech.no_engine`` where there is no voice at all.
    """
    if name in {"", DEFAULT}:
        if not voices:
            raise SpeechError("there is no voice at all", code="speech.no_engine")
        return voices[0]
    exact = [voice for voice in voices if voice.id == name]
    named = exact or [voice for voice in voices if voice.name == name]
    if len(named) == 1:
        return named[0]
    raise unknown(name, voices)


def unknown(name: str, voices: Sequence[VoiceInfo]) -> SpeechError:
    """The error for an unknown voice, with the most similar names."""
    known = {voice.id: voice.id for voice in voices} | {voice.name: voice.id for voice in voices}
    close = [known[match] for match in get_close_matches(name, known, n=3)]
    alternatives = ", ".join(dict.fromkeys(close))
    return SpeechError(
        f"there is no voice {name!r}",
        code="speech.voice_unknown",
        hint=f"Did you mean {alternatives}?" if close else "List them with: jarvisctl voices",
    )


def _closest(wanted: VoiceInfo, able: Sequence[VoiceInfo]) -> VoiceInfo:
    """The first of the same language (``en-us``, then ``en``), else the first."""
    for key in (_locale, _language):
        for voice in able:
            if key(voice) == key(wanted):
                return voice
    return able[0]


def _locale(voice: VoiceInfo) -> str:
    return voice.language.lower().replace("_", "-")


def _language(voice: VoiceInfo) -> str:
    return _locale(voice).partition("-")[0]
