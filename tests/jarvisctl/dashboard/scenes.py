"""Moments in the life of a dashboard, as the messages that lead to them; time stands still."""

from collections.abc import Sequence
from typing import Any

from jarvisctl.dashboard.app import Dashboard
from jarvisctl.dashboard.asking import Asking
from jarvisctl.dashboard.body import KINDS
from jarvisctl.dashboard.clock import Clock
from jarvisctl.dashboard.commanding import Commanding
from jarvisctl.dashboard.following import Put
from jarvisctl.dashboard.messages import (
    Connected,
    GovernorRead,
    Happened,
    Logged,
    Lost,
    Message,
    QuestionFound,
    Sampled,
    StatusRead,
    VoicesRead,
)
from jarvisctl.dashboard.news import News
from jarvisctl.dashboard.preferences import Preferences
from jarvisctl.dashboard.reducer import reduce
from jarvisctl.dashboard.snapshot import Sample, Snapshot
from jarvisd import wire
from tests.jarvisctl import samples

NOW = 1_000.0
WALL = 1_795_262_400.0  # 2026-11-21 12:00:00 UTC
FROZEN = Clock(monotonic=lambda: NOW, wall=lambda: WALL)
QUESTION = "How is the NAS doing tonight?"
SENTENCES = (
    "All four disks are healthy, and the pool is 61 % full.",
    " The nightly backup finished at 3:12 without an error.",
    " One thing to look at: disk two runs warm, at 44 degrees.",
    " I would check the fan in the next days.",
)
RATE = 22_050
PIPER = "piper:en_US-amy-medium"


class StillFeed:
    """A feed that brings the same messages at once, and then nothing."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._messages = messages

    def start(self, put: Put) -> None:
        for message in self._messages:
            put(message)

    def stop(self) -> None:
        """Nothing runs."""


def dashboard(messages: Sequence[Message], *, theme: str = "jarvis") -> Dashboard:
    nobody = ["/nonexistent/s"]
    news = News()
    return Dashboard(
        news,
        StillFeed(messages),
        Asking(nobody, news.put),
        Commanding(nobody, news.put),
        clock=FROZEN,
        preferences=Preferences(theme=theme, animation=False),
        hurry=False,
    )


def snapshot(messages: Sequence[Message]) -> Snapshot:
    reached = Snapshot(now=NOW, wall=WALL)
    for message in messages:
        reached = reduce(reached, message)
    return reached


WELL = [
    wire.Component(name="llm", state="ready", reason="qwen3-8b-q4_k_m.gguf"),
    wire.Component(name="voice", state="ready", reason=PIPER),
    wire.Component(name="engine.espeak", state="ready", since=WALL - 11_520),
    wire.Component(name="engine.piper", state="ready", since=WALL - 11_520),
    wire.Component(name="store", state="ready", since=WALL - 11_520),
    wire.Component(name="cgroup", state="ready", since=WALL - 11_520),
]


def status(**more: Any) -> wire.StatusResponse:
    return samples.status(
        **{
            "state": "running",
            "provider": "llama-server",
            "voice": PIPER,
            "components": WELL,
            "replies": [],
            "workers": [
                wire.WorkerInfo(worker=1, pid=4250, engine="piper", state="busy",
                                rss_bytes=146_800_640, served=81),
                wire.WorkerInfo(worker=2, pid=4251, engine="piper", state="idle",
                                rss_bytes=125_829_120, served=12),
            ],
        }
        | more
    )  # fmt: skip


def voice(name: str, **more: Any) -> wire.Voice:
    fields: dict[str, Any] = {
        "id": name,
        "engine": name.partition(":")[0],
        "name": name,
        "language": "en-US",
        "sample_rate": RATE,
        "default": False,
        "available": True,
    }
    return wire.Voice(**fields | more)


VOICES = (
    voice(PIPER, default=True),
    voice("piper:en_GB-alan-medium", language="en-GB"),
    voice("espeak:en-us+f5", language="en-us"),
)


def decision(at: float, phase: str, reason: str, **more: Any) -> wire.GovernorDecision:
    fields: dict[str, Any] = {"slots": 1, "weight": 100, "quota": None}
    return wire.GovernorDecision(at=at, phase=phase, reason=reason, **fields | more)


GOVERNOR = wire.GovernorResponse(
    enabled=True,
    now=decision(
        WALL - 2, "giving-way", "far enough ahead: the model gets the rest", weight=20, quota=0.5
    ),
    decisions=[
        decision(WALL - 9, "first", "the first utterance of a reply gets everything"),
        decision(WALL - 6, "catching-up", "less than 7.0 s ahead of playback: speech first"),
    ],
)


def measured(count: int = 60) -> Sampled:
    """A minute in which the model and the workers take turns."""
    return Sampled(
        tuple(
            Sample(
                wall=WALL - count + second,
                daemon=0.02,
                workers=0.1 + 0.8 * ((second // 7) % 2),
                model=3.5 if (second // 11) % 2 else 0.3,
                tokens_s=12.0 + second % 9 if (second // 11) % 2 else None,
                slack_s=4.2,
                pressure=7.0,
            )
            for second in range(count)
        )
    )


def log(text: str, *, level: Any = "info", component: str = "reply", ago: float = 5.0) -> Logged:
    entry = wire.LogLine(event=1, time=WALL - ago, level=level, component=component, message=text)
    return Logged(entry)


LOG = [
    log("daemon.ready version=0.1.0", component="daemon", ago=300.0),
    log("voices.found voices=3", component="speech", ago=299.0),
    log("worker.ready engine=piper worker=1", component="speech", ago=298.0),
    log("reply.ended outcome=done spoken=3", ago=60.0),
]


def past(number: int, first_audio_ms: float) -> list[Message]:
    """A reply that ended well some time ago."""
    name, at = f"r-{number}", NOW - 600 + number
    ended = samples.done(3, 44_100)
    ended.reply = name
    ended.timings = wire.ReplyTimings(
        headers_ms=12.0,
        first_token_ms=first_audio_ms - 60,
        first_utterance_ms=first_audio_ms - 30,
        first_audio_ms=first_audio_ms,
        last_token_ms=first_audio_ms + 900,
        total_ms=first_audio_ms + 2_000,
    )
    ended.tokens = wire.TokenUsage(prompt=120, completion=18)
    begun = samples.started(reply=name, started_at=at, voice=PIPER)
    text = wire.Token(reply=name, seq=1, text="Good evening. All is well.")
    number *= 10
    return [
        QuestionFound(name, "Good evening, Jarvis."),
        Happened(at, None, number + 1, begun),
        Happened(at, None, number + 2, text),
        Happened(at, None, number + 3, ended),
    ]


EARLIER: list[Message] = [
    message
    for number, first in enumerate((310.0, 240.0, 255.0, 220.0, 480.0, 231.0), start=1)
    for message in past(number, first)
]


def connected() -> list[Message]:
    """All is well and quiet."""
    return [
        Connected(NOW - 300, status(), 0),
        VoicesRead(VOICES),
        GovernorRead(GOVERNOR),
        *LOG,
        *EARLIER,
        measured(),
        StatusRead(NOW, status()),
    ]


def utterances(*, fallback: bool = False) -> list[wire.Response]:
    """The events of a reply of four utterances, of which two and a half were made."""
    voice_id = "espeak:en-us+f5" if fallback else PIPER
    begun = samples.started(
        started_at=NOW - 4, voice=voice_id, fallback=fallback,
        fallback_reason="the piper worker died three times" if fallback else "",
    )  # fmt: skip
    events: list[wire.Response] = [begun]
    start = 0
    for number, sentence in enumerate(SENTENCES):
        words = sentence.split(" ")
        for place, word in enumerate(words):
            events.append(samples.token(0, word + " " * (place < len(words) - 1)))
        cut = samples.utterance(0, number, sentence)
        cut.start, cut.end = start, start + len(sentence)
        start += len(sentence)
        events.append(cut)
    for number, position in ((0, 0), (1, 66_150)):
        made = samples.chunk(0, number, position=position, samples=66_150)
        made.voice, made.fallback = voice_id, fallback
        events.append(made)
    return events


def speaking(*, fallback: bool = False, **more: Any) -> list[Message]:
    """A reply in the middle: written, two utterances made, the second being said."""
    info = wire.ReplyInfo(
        reply=samples.REPLY, conversation=samples.CONVERSATION, state="running", engine="piper",
        voice=PIPER, fallback=fallback, written_samples=132_300, played_samples=97_000,
        sample_rate=RATE,
    )  # fmt: skip
    now = status(replies=[info], slots_in_use=1, fallback=fallback, **more)
    happened = [
        Happened(NOW - 3 + number / 50, WALL - 3 + number / 50, 100 + number, event)  # type: ignore[arg-type]
        for number, event in enumerate(utterances(fallback=fallback))
    ]
    question = QuestionFound(samples.REPLY, QUESTION)
    return [*connected(), *happened, question, StatusRead(NOW, now)]


def degraded() -> list[Message]:
    """No model, no piper: the builtin provider answers with the embedded voice."""
    parts = [
        wire.Component(
            name="llm", state="degraded", since=WALL - 42,
            reason="Nothing listens at http://127.0.0.1:8080. The builtin provider answers.",
            hint="sudo systemctl start llama-server",
        ),
        wire.Component(
            name="engine.piper", state="failed", since=WALL - 30,
            reason="the worker died three times in a minute",
            hint="journalctl -u jarvisd -n 50",
        ),
        wire.Component(
            name="voice", state="degraded", since=WALL - 30,
            reason="espeak:en-us+f5 speaks instead: piper failed", hint="jarvisctl voices",
        ),
        *(part for part in WELL if part.name in ("engine.espeak", "store", "cgroup")),
    ]  # fmt: skip
    skip = Happened(NOW, WALL, 300, samples.skipped(0, 2, "speech.worker_died", "its worker died"))
    warned = log("worker.died engine=piper pid=4250", level="warning", component="speech", ago=1.0)
    found = speaking(fallback=True, components=parts, provider="builtin", voice="espeak:en-us+f5")
    return [*found, skip, warned]


def disconnected() -> list[Message]:
    """The daemon went away twelve seconds ago, in the middle of a reply."""
    lost = Lost(
        NOW - 12,
        "no daemon answers at /run/jarvisd/control.sock",
        "The socket is there, but jarvisd is not running.\n  systemctl status jarvisd",
        NOW + 3,
    )
    before = [
        StatusRead(NOW - 12, message.status) if isinstance(message, StatusRead) else message
        for message in speaking()
    ]
    return [*before, lost]


SCENES = {
    "connected": connected,
    "speaking": speaking,
    "degraded": degraded,
    "disconnected": disconnected,
}

PANELS = [kind(number, name) for number, (name, kind) in enumerate(KINDS.items(), start=1)]
