"""From the first token at the client to the first audio byte, while a model writes at its pace.

The floor is what nobody can avoid: the pace itself up to the token that ended the first clause,
and the engine alone with these words.
"""

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from jarvisbench.figures import Row, percentile
from jarvisbench.first_audio import first_words
from jarvisbench.listener import Heard, Listener
from jarvisbench.paced_server import PacedServer
from jarvisbench.replies import ANSWERS
from jarvisbench.rig import TINY, PartUnavailable, Rig
from jarvisbench.wire import Wire, post
from jarvisd.speech.engine import Engine
from jarvisd.speech.engines import make

TARGETS_S = {40: 0.25, 20: 0.40}
FURTHER = " And this goes on for a while, so that the answer is far from over by then."


def measure(rig: Rig) -> Iterator[Row]:
    """One row per pace."""
    try:
        engine = make("piper", {"voices_dir": str(rig.voices)})
    except PartUnavailable as reason:
        for pace in TARGETS_S:
            yield Row(name=f"token_to_audio.{pace}", unit="s", skipped=str(reason))
        return
    engine.load("tiny")
    with rig.paced("", 1.0) as model, rig.daemon(voice=TINY, llm_url=model.url) as daemon:
        for pace, target in TARGETS_S.items():
            model.tokens_per_second = pace
            rig.say(f"{pace} tokens/s")
            waited, floors = [], []
            for number in range(rig.samples(60, 12)):
                model.text = ANSWERS[number % len(ANSWERS)] + FURTHER
                heard = _until_audible(daemon.socket)
                waited.append(heard.audio[0][0] - heard.first("token")[0])
                floors.append(_unavoidable_s(heard, model, engine))
            yield Row(
                name=f"token_to_audio.{pace}",
                unit="s",
                values=waited,
                judged="p50",
                floor=percentile(floors, "p50"),
                within=target,
            )


def _until_audible(socket: Path) -> Heard:
    """Ask, listen until the first audio, and interrupt."""
    listener = Listener(socket, "/v1/replies", {"text": "How are things?"})
    with Wire(socket) as control, listener.listening():
        listener.wait_until_audible()
        control.answer(post(f"/v1/replies/{listener.reply}/interrupt", {}))
    return listener.heard


def _unavoidable_s(heard: Heard, model: PacedServer, engine: Engine) -> float:
    """Seconds between the first token's writing and the first sound, were there nothing of us."""
    utterance = heard.first("utterance")[1]
    decided = deciding_token(model.tokens, utterance["end"])
    began = perf_counter()
    next(iter(engine.synthesize(first_words(model.text), "tiny", 1.0, lambda: False)))
    return model.written_at[decided] - model.written_at[0] + perf_counter() - began


def deciding_token(tokens: list[str], end: int) -> int:
    """The index of the token that holds the character before ``end``."""
    written = 0
    for index, token in enumerate(tokens):
        written += len(token)
        if written >= end:
            return index
    raise ValueError(f"the text has {written} characters, not {end}")
