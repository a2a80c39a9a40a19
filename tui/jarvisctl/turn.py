"""What one reply was, as a person or a script is told: words, utterances, what went wrong. Pure."""

from dataclasses import dataclass, field

from jarvisctl import quiet_blocks
from jarvisctl.exitcodes import ExitCode
from jarvisd.errors import JarvisError
from jarvisd.wire import (
    Chunk,
    ChunkSkipped,
    ErrorDetail,
    InterruptResponse,
    ReplyDone,
    ReplyEvent,
    ReplyFailed,
    ReplyInterrupted,
    ReplyStarted,
    Token,
    UtteranceEvent,
)

# Why an utterance is skipped of which a listener misses nothing.
QUIET_SKIPS = {"blank"}
# What is left out because of what it is; any other reason means that something went wrong.
MEANT_SKIPS = QUIET_SKIPS | {"code", "table", "unspeakable"}
_SKIP_HINTS = {
    "speech.reply_too_long": "Speak it in several replies: jarvisctl say --split\n"
    "or raise audio.max_reply_s, the seconds of speech in one reply.",
}


@dataclass
class Turn:
    """What one reply was. ``ended`` is its last event, ``None`` while it runs or where it broke."""

    reply: str = ""
    started: ReplyStarted | None = None
    ended: ReplyDone | ReplyInterrupted | ReplyFailed | None = None
    text: list[str] = field(default_factory=list)
    utterances: dict[int, UtteranceEvent] = field(default_factory=dict)
    chunks: dict[int, Chunk] = field(default_factory=dict)
    skipped: dict[int, ChunkSkipped] = field(default_factory=dict)
    audio_error: JarvisError | None = None
    audio_optional: bool = False
    cut_by_user: bool = False
    cut_elsewhere: bool = False
    heard: InterruptResponse | None = None

    @property
    def samples(self) -> int:
        """Length of the audio that was made."""
        return sum(chunk.samples for chunk in self.chunks.values())

    @property
    def interrupted(self) -> bool:
        """Whether it was cut, here or by somebody else."""
        return self.cut_by_user or self.cut_elsewhere or isinstance(self.ended, ReplyInterrupted)

    @property
    def exit_code(self) -> ExitCode:
        """What the turn means for a script."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        return ExitCode.OK if self.failure is None else ExitCode.FAILED

    @property
    def failure(self) -> ErrorDetail | None:
        """What is to be reported as an error, if anything."""
        if isinstance(self.ended, ReplyFailed):
            return self.ended.error
        if self.audio_error is not None and not self.audio_optional:
            error = self.audio_error
            return ErrorDetail(code=error.code, message=error.message, hint=error.hint)
        lost = [skip for skip in self.skipped.values() if skip.reason not in MEANT_SKIPS]
        if lost and not self.audio_optional:
            hint = _SKIP_HINTS.get(lost[0].reason, "See why: jarvisctl status")
            return ErrorDetail(code=lost[0].reason, message=skips(self), hint=hint)
        return None

    def take(self, event: ReplyEvent | None) -> None:
        """Remember what ``event`` says."""
        match event:
            case ReplyStarted():
                self.started, self.reply = event, event.reply
            case Token():
                self.text.append(event.text)
            case UtteranceEvent():
                self.utterances[event.utterance] = event
            case Chunk():
                self.chunks[event.utterance] = event
            case ChunkSkipped():
                self.skipped[event.utterance] = event
            case ReplyDone() | ReplyInterrupted() | ReplyFailed():
                self.ended = event


def skips(turn: Turn) -> str:
    """One line: how much was not spoken, and why; empty where a listener misses nothing."""
    found = notable_skips(turn)
    if not found:
        return ""
    reasons = sorted({(skip.message or skip.reason).rstrip(".") for skip in found})
    total = max(len(turn.utterances), len(found))
    noun, verb = "utterance" + "s" * (total != 1), "was" if len(found) == 1 else "were"
    return f"{len(found)} of {total} {noun} {verb} not spoken: {'; '.join(reasons)}"


def notable_skips(turn: Turn) -> list[ChunkSkipped]:
    """The utterances that a listener would miss: not those that are for the eye alone."""
    quiet = {number for number, cut in turn.utterances.items() if quiet_blocks.is_quiet(cut.text)}
    return [
        skip
        for skip in turn.skipped.values()
        if skip.reason not in QUIET_SKIPS and skip.utterance not in quiet
    ]
