"""Values that a daemon would send: one reply of two utterances, its audio, a status."""

import struct
from typing import Any

from jarvisd import wire
from jarvisd.audio.wav import header

RATE = 22_050
REPLY = "r-7f3a"
CONVERSATION = "c-21be"


def pcm(samples: int) -> bytes:
    """A ramp, so that a lost or doubled sample shows."""
    return struct.pack(f"<{samples}h", *((n * 7) % 20_000 - 10_000 for n in range(samples)))


def wav(samples: int) -> list[bytes]:
    """The daemon's streamed WAV in two uneven pieces, cut inside a sample."""
    body = header(RATE, None) + pcm(samples)
    return [body[:1_001], body[1_001:]]


def started(**more: Any) -> wire.ReplyStarted:
    fields: dict[str, Any] = {
        "reply": REPLY,
        "seq": 0,
        "conversation": CONVERSATION,
        "provider": "llama-server",
        "engine": "piper",
        "voice": "en_US-amy-medium",
        "sample_rate": RATE,
    }
    return wire.ReplyStarted(**fields | more)


def token(seq: int, text: str) -> wire.Token:
    return wire.Token(reply=REPLY, seq=seq, text=text)


def utterance(seq: int, number: int, text: str) -> wire.UtteranceEvent:
    return wire.UtteranceEvent(
        reply=REPLY,
        seq=seq,
        utterance=number,
        start=0,
        end=len(text),
        text=text,
        spoken=text,
        sentences=[text],
    )


def chunk(seq: int, number: int, *, position: int, samples: int) -> wire.Chunk:
    return wire.Chunk(
        reply=REPLY,
        seq=seq,
        utterance=number,
        engine="piper",
        voice="en_US-amy-medium",
        fallback=False,
        sample_rate=RATE,
        position=position,
        samples=samples,
        cached=False,
        timings=wire.UtteranceTimings(
            text_ms=200.0, started_ms=201.0, first_audio_ms=240.0, finished_ms=301.0
        ),
    )


def skipped(seq: int, number: int, reason: str, message: str = "") -> wire.ChunkSkipped:
    return wire.ChunkSkipped(reply=REPLY, seq=seq, utterance=number, reason=reason, message=message)


TIMINGS = wire.ReplyTimings(
    first_token_ms=180.0,
    first_utterance_ms=200.0,
    first_audio_ms=240.0,
    last_token_ms=390.0,
    total_ms=410.0,
    completion_ms=210.0,
)
TOKENS = wire.TokenUsage(prompt=30, completion=8)


def done(seq: int, samples: int) -> wire.ReplyDone:
    return wire.ReplyDone(
        reply=REPLY,
        seq=seq,
        totals=wire.Totals(utterances=2, spoken=2),
        tokens=TOKENS,
        timings=TIMINGS,
        samples=samples,
    )


def failed(seq: int, text: str) -> wire.ReplyFailed:
    return wire.ReplyFailed(
        reply=REPLY,
        seq=seq,
        totals=wire.Totals(utterances=1, spoken=1),
        tokens=TOKENS,
        timings=TIMINGS,
        error=wire.ErrorDetail(
            code="llm.lost",
            message="llama-server went away while it answered",
            hint="See why: journalctl -u llama-server -n 50",
        ),
        text=text,
    )


def interrupted(seq: int, *, heard: str, played: int) -> wire.ReplyInterrupted:
    return wire.ReplyInterrupted(
        reply=REPLY,
        seq=seq,
        totals=wire.Totals(utterances=2, spoken=2),
        tokens=TOKENS,
        timings=TIMINGS,
        heard=heard,
        heard_chars=len(heard),
        played_samples=played,
    )


def reply_info(*, state: wire.ReplyState, played: int, written: int) -> wire.ReplyInfo:
    return wire.ReplyInfo(
        reply=REPLY,
        conversation=CONVERSATION,
        state=state,
        engine="piper",
        voice="en_US-amy-medium",
        fallback=False,
        written_samples=written,
        played_samples=played,
        sample_rate=RATE,
    )


def reply(samples: int = 4_410) -> list[Any]:
    """The events of a reply that goes well."""
    half = samples // 2
    return [
        started(),
        token(1, "Good evening."),
        utterance(2, 0, "Good evening."),
        token(3, " All is well."),
        chunk(4, 0, position=0, samples=half),
        utterance(5, 1, " All is well."),
        chunk(6, 1, position=half, samples=samples - half),
        done(7, samples),
    ]


INFO = wire.ReplyInfo(
    reply=REPLY,
    conversation=CONVERSATION,
    state="running",
    engine="piper",
    voice="en_US-amy-medium",
    fallback=False,
    written_samples=44_100,
    played_samples=22_050,
    sample_rate=RATE,
)

INTERRUPTED = wire.InterruptResponse(
    reply=REPLY, heard="Good evening.", heard_chars=13, played_samples=22_050, state="interrupted"
)


def status(**more: Any) -> wire.StatusResponse:
    fields: dict[str, Any] = {
        "version": "0.1.0",
        "pid": 4242,
        "uptime_s": 11_520.0,
        "state": "degraded",
        "provider": "builtin",
        "voice": "espeak-ng en-us+f5",
        "fallback": False,
        "components": [
            wire.Component(
                name="llm",
                state="absent",
                reason="connection refused at http://127.0.0.1:8080; the builtin provider answers",
                hint="Start it: sudo systemctl start llama-server",
            ),
            wire.Component(name="espeak-ng", state="ready", reason="1 worker"),
            wire.Component(name="piper", state="absent", optional=True,
                           reason="piper-tts is not installed",
                           hint="Install it: pip install 'jarvisd[piper]'"),
            wire.Component(name="store", state="ready", reason="state/jarvisd.db, 48 kB"),
        ],
        "replies": [INFO],
        "workers": [
            wire.WorkerInfo(worker=1, pid=4250, engine="espeak-ng", state="busy",
                            rss_bytes=44_040_192, served=81),
            wire.WorkerInfo(worker=2, pid=4251, engine="espeak-ng", state="spare",
                            rss_bytes=41_943_040),
        ],
        "slots": 2,
        "slots_in_use": 1,
        "connections": 3,
        "rss_bytes": 67_108_864,
        "loop_lag_ms": 0.4,
        "replies_total": 12,
        "utterances_total": 80,
        "skipped_total": 2,
        "fallback_share": 0.0,
    }  # fmt: skip
    return wire.StatusResponse(**fields | more)
