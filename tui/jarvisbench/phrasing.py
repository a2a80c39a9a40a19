"""How sentences sound that are cut while they are written, beside the same ones said whole.

Each sentence is the first one of an answer at two paces. At its first cut the clips are joined as a
reply joins them; the floor is the same place in the whole sentence, with the same voice. In this
process, without a daemon: the time to the first audio is that of the text and of the engine alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from jarvisbench.figures import Row, percentile
from jarvisbench.live_text import made_live
from jarvisbench.paced_server import PacedServer
from jarvisbench.phrasing_sentences import SENTENCES
from jarvisbench.prosody import Join, Samples, join_at
from jarvisbench.rig import EMBEDDED, Rig
from jarvisd.config.settings import Settings, TextSettings
from jarvisd.speech.engine import Engine, RawPiece
from jarvisd.speech.engines import make
from jarvisd.speech.shaping import UtteranceShaper
from jarvisd.text import UtteranceStream
from jarvisd.text.model import Utterance
from jarvisd.text.splitting.boundaries import Kind, Strength
from jarvisd.text.splitting.scanner import Scanner
from jarvisd.text.window import Window

FIRST_AUDIO_S = {40: 0.25, 20: 0.40}
MOST_WEAK = {40: 15.0}  # in a hundred sentences
OWN_VARIATION = 1.2  # of what the whole sentence does at the same place
WHOLE = TextSettings(first_audio_budget_ms=0)


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence at one pace. Without a cut there are no joins."""

    strength: Strength
    words: int
    first_audio_s: float
    live: Join | None = None
    whole: Join | None = None


class Voice:
    """espeak-ng with the built-in voice, as a worker runs it."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine, self._name = engine, name
        self.rate = engine.load(name)

    def clip(self, text: str) -> Samples:
        """``text`` with its edges as they are delivered."""
        shaper = UtteranceShaper(self.rate)
        pieces = [shaper.push(raw) for raw in self._raw(text)]
        pieces.append(shaper.finish())
        return _samples(b"".join(piece.pcm for piece in pieces if piece))

    def whole(self, text: str, offset: int) -> tuple[Samples, int]:
        """``text`` as the engine makes it, and where the word at ``offset`` begins."""
        raws = list(self._raw(text))
        starts = [mark.sample for raw in raws for mark in raw.marks if mark.offset >= offset]
        return _samples(b"".join(raw.pcm for raw in raws)), min(starts)

    def first_audio_s(self, text: str) -> float:
        """Seconds until the engine has something to be heard."""
        began = perf_counter()
        shaper = UtteranceShaper(self.rate)
        pieces = self._raw(text)
        next((raw for raw in pieces if shaper.push(raw)), None)
        took = perf_counter() - began
        for _ in pieces:  # to its end, so that the next one starts from rest
            continue
        return took

    def _raw(self, text: str) -> Iterator[RawPiece]:
        return iter(self._engine.synthesize(text, self._name, 1.0, lambda: False))


def measure(rig: Rig) -> Iterator[Row]:
    """The rows of each pace."""
    voice = Voice(make("espeak", {}), EMBEDDED.partition(":")[2])
    sentences = SENTENCES[:: rig.samples(1, 5)]
    for pace, target in FIRST_AUDIO_S.items():
        rig.say(f"{pace} tokens/s")
        spoken = [_spoken(sentence, pace, voice) for sentence in sentences]
        yield from _shares(spoken, pace)
        cut = [each for each in spoken if each.live]
        yield Row(name=f"phrasing.words.{pace}", unit="words", values=[s.words for s in cut])
        yield from _joins(cut, pace)
        yield Row(
            name=f"phrasing.first_audio.{pace}",
            unit="s",
            values=[each.first_audio_s for each in spoken],
            target=target,
        )


def _spoken(sentence: str, pace: int, voice: Voice) -> Spoken:
    settings = Settings()
    stream = UtteranceStream(settings.text, pause_ms=settings.audio.sentence_pause_ms)
    made = made_live(PacedServer(sentence, 1.0).tokens, stream, 1_000 / pace)
    (released_ms, first), *rest = made
    heard_s = released_ms / 1_000 + voice.first_audio_s(first.spoken.text)
    if not first.continues or not rest:
        return Spoken(Strength.SENTENCE, len(sentence.split()), heard_s)
    live, whole = _both(sentence, first, rest[0][1], voice)
    return Spoken(_strengths(sentence)[first.end], len(first.text.split()), heard_s, live, whole)


def _both(sentence: str, first: Utterance, second: Utterance, voice: Voice) -> tuple[Join, Join]:
    """The join of the two parts, and the same place in the whole sentence."""
    pause = np.zeros(voice.rate * first.pause_ms // 1_000)
    before = np.concatenate([voice.clip(first.spoken.text), pause])
    joined = np.concatenate([before, voice.clip(second.spoken.text)])
    live = join_at(joined, voice.rate, len(before))
    said = UtteranceStream(WHOLE)
    (uncut,) = [*said.feed(sentence), *said.finish()]
    offset = next(
        part.spoken_start + max(0, first.end - part.start) * part.verbatim
        for part in uncut.spoken.alignments
        if part.end > first.end
    )
    samples, place = voice.whole(uncut.spoken.text, offset)
    return live, join_at(samples, voice.rate, place)


def _strengths(sentence: str) -> dict[int, Strength]:
    """Where the sentence may be cut, and how strong these places are."""
    window = Window()
    scanner = Scanner(window)
    window.append(sentence)
    found = [*scanner.read(), *scanner.finish()]
    return {each.after: each.strength for each in found if each.kind is Kind.CLAUSE}


def _shares(spoken: Sequence[Spoken], pace: int) -> Iterator[Row]:
    """How many in a hundred sentences are cut at each strength, and at a weak one."""
    for strength in Strength:
        share = _percent(each.strength is strength for each in spoken)
        yield Row(name=f"phrasing.{strength.name.lower()}.{pace}", unit="%", values=[share])
    weak = _percent(not each.strength.strong for each in spoken)
    yield Row(name=f"phrasing.weak.{pace}", unit="%", values=[weak], target=MOST_WEAK.get(pace))


def _percent(those: Iterator[bool]) -> float:
    counted = list(those)
    return 100 * sum(counted) / len(counted)


def _joins(cut: Sequence[Spoken], pace: int) -> Iterator[Row]:
    pairs = [(each.live, each.whole) for each in cut if each.live and each.whole]
    pitched = [
        (live.semitones, whole.semitones)
        for live, whole in pairs
        if live.semitones is not None and whole.semitones is not None
    ]
    yield _beside(f"phrasing.pitch.{pace}", "semitones", pitched)
    levels = [(live.decibels, whole.decibels) for live, whole in pairs]
    yield _beside(f"phrasing.loudness.{pace}", "dB", levels)
    pauses = [(live.pause_ms, whole.pause_ms) for live, whole in pairs]
    yield _beside(f"phrasing.pause.{pace}", "ms", pauses)


def _beside(name: str, unit: str, pairs: Sequence[tuple[float, float]]) -> Row:
    """A figure of the joins; the floor is the median of the whole sentences."""
    if not pairs:
        return Row(name=name, unit=unit, skipped="no sentence was cut")
    floor = percentile([whole for _, whole in pairs], "p50")
    return Row(
        name=name,
        unit=unit,
        values=[live for live, _ in pairs],
        floor=floor,
        target=OWN_VARIATION * floor,
    )


def _samples(pcm: bytes) -> Samples:
    return np.frombuffer(pcm, dtype=np.int16).astype(np.float64)
