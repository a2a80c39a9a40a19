"""Parts as the status sees them, whose state the test sets."""

from dataclasses import dataclass, field

from jarvisd.errors import SpeechError
from jarvisd.speech.model import EngineStatus, VoiceChoice, VoiceInfo, WorkerStatus
from jarvisd.wire import ReplyInfo

VOICE = VoiceInfo("piper:amy", "piper", "amy", language="en-US", sample_rate=22_050)
OTHER = VoiceInfo("espeak:en-us", "espeak", "en-us", language="en-US", sample_rate=22_050)


@dataclass
class FakeSpeech:
    """One voice, one worker."""

    choice: VoiceChoice | SpeechError = field(default_factory=lambda: VoiceChoice(VOICE))
    engines: dict[str, EngineStatus] = field(default_factory=lambda: {"piper": engine("ready")})
    slots: int = 2
    slots_in_use: int = 1
    waiting: int = 3
    looked_at: int = 0

    def choose(self) -> VoiceChoice:
        self.looked_at += 1
        if isinstance(self.choice, SpeechError):
            raise self.choice
        return self.choice

    def engine_states(self) -> dict[str, EngineStatus]:
        return self.engines

    def workers(self) -> list[WorkerStatus]:
        return [
            WorkerStatus(
                worker=1, pid=99_999_999, engine="piper", state="busy", rss_bytes=64, served=3
            )
        ]


@dataclass
class FakeReply:
    slack_s: float = 1.5
    over: bool = False

    @property
    def vitals(self) -> "FakeReply":
        return self

    def info(self) -> ReplyInfo:
        return ReplyInfo(
            reply="r-1",
            conversation="c-1",
            state="running",
            engine="piper",
            voice=VOICE.id,
            fallback=False,
            written_samples=0,
            played_samples=0,
            sample_rate=22_050,
        )


@dataclass
class FakeReplies:
    made: list[FakeReply] = field(default_factory=list)
    total: int = 0

    def active(self) -> list[FakeReply]:
        return self.made

    def running(self) -> list[FakeReply]:
        return [reply for reply in self.made if not reply.over]


@dataclass
class FakeStore:
    degraded: str = ""
    waiting: int = 4
    dropped: int = 0
    looks: int = 0

    async def look(self) -> None:
        self.looks += 1


class Clock:
    def __init__(self, now: float = 1_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def engine(state: str, reason: str = "") -> EngineStatus:
    return EngineStatus(state, reason)  # type: ignore[arg-type]  # the test's own words
