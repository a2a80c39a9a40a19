"""From a text that is there already to its first PCM at the client, beside the engine alone.

The floor is the same engine in this process, given the words that the daemon speaks first: both
take turns, so that a busy machine is busy for both, and the quieter half of the rounds counts.
"""

import time
from collections.abc import Iterator

from jarvisbench.figures import Round, Row, percentile, quieter_half
from jarvisbench.replies import ANSWERS
from jarvisbench.rig import EMBEDDED, TINY, PartUnavailable, Rig
from jarvisbench.wire import PCM, Wire, post
from jarvisd.config.settings import TextSettings
from jarvisd.speech.engine import Engine
from jarvisd.speech.engines import make
from jarvisd.text import UtteranceStream

ALLOWED_MS = 5.0


def measure(rig: Rig) -> Iterator[Row]:
    """One row per engine."""
    yield _engine_row(rig, "first_audio.espeak", EMBEDDED, make("espeak", {}))
    try:
        voices = rig.voices
    except PartUnavailable as reason:
        yield Row(name="first_audio.piper", unit="ms", skipped=str(reason))
    else:
        engine = make("piper", {"voices_dir": str(voices)})
        yield _engine_row(rig, "first_audio.piper", TINY, engine)


def _engine_row(rig: Rig, name: str, voice: str, engine: Engine) -> Row:
    engine.load(voice.partition(":")[2])
    with rig.daemon(voice=voice) as daemon, Wire(daemon.socket) as wire:
        _round(wire, voice, engine)  # both are warm from here on
        rounds = [_round(wire, voice, engine) for _ in range(rig.samples(14, 4))]
    best = quieter_half(rounds, "p95")
    floor = percentile(best.floor, "p95")
    return Row(
        name=name, unit="ms", values=best.ours, judged="p95", floor=floor, target=floor + ALLOWED_MS
    )


def _round(wire: Wire, voice: str, engine: Engine) -> Round:
    """Milliseconds to the first PCM of every answer, through the socket and by the engine alone."""
    found = Round([], [])
    for text in ANSWERS:
        found.floor.append(_engine_ms(engine, voice.partition(":")[2], first_words(text)))
        found.ours.append(_say_ms(wire, voice, text))
    return found


def first_words(text: str) -> str:
    """What of ``text`` is spoken first, as it is said aloud."""
    stream = UtteranceStream(TextSettings())
    return [*stream.feed(text), *stream.finish()][0].spoken.text


def _engine_ms(engine: Engine, voice: str, text: str) -> float:
    began = time.monotonic()
    pieces = engine.synthesize(text, voice, 1.0, lambda: False)
    next(piece for piece in pieces if piece.pcm)
    first = time.monotonic()
    for _ in pieces:  # to its end, so that the next one starts from rest
        continue
    return (first - began) * 1_000


def _say_ms(wire: Wire, voice: str, text: str) -> float:
    sent = wire.send(post("/v1/say", {"text": text, "voice": voice}, accept=PCM))
    chunks = wire.chunks()
    first, _ = next(chunks)
    for _ in chunks:
        continue
    return (first - sent) * 1_000
