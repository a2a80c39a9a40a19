"""One reply as a person or a script gets it: text as it comes, audio beside it, then what it was.

Used by ``say``, ``ask`` and ``try``. It follows events and never decides what they should be.
"""

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from urllib.parse import quote

from jarvisctl.delivery import AudioDelivery, SinkFactory
from jarvisctl.exitcodes import ExitCode
from jarvisctl.invocation import Invocation
from jarvisctl.quiet_blocks import QuietText
from jarvisctl.resuming import ResumedEvents
from jarvisd.errors import JarvisError
from jarvisd.wire import (
    Chunk,
    ChunkSkipped,
    ErrorDetail,
    InterruptRequest,
    InterruptResponse,
    PlayedRequest,
    ReplyDone,
    ReplyEvent,
    ReplyFailed,
    ReplyInfo,
    ReplyInterrupted,
    ReplyRequest,
    ReplyStarted,
    SayRequest,
    Token,
    UtteranceEvent,
)
from jarvisd.wire.client import ApiClient, EventLine

_QUIET_SKIPS = {"blank"}
# What is left out because of what it is; any other reason means that something went wrong.
_MEANT_SKIPS = _QUIET_SKIPS | {"code", "table", "unspeakable"}
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
        lost = [skip for skip in self.skipped.values() if skip.reason not in _MEANT_SKIPS]
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


class TurnRunner:
    """Runs turns for one command; ``show_text`` prints the reply's words as they come.

    ``paced`` has the audio come as it is heard, so that whoever pauses or interrupts the reply
    from elsewhere is obeyed at once. ``audio_optional`` makes trouble with the audio a remark
    where the text came through. Without sinks the daemon is told that whatever is ready was
    played, so that nothing waits for a listener who does not exist.
    """

    def __init__(
        self,
        invocation: Invocation,
        sinks: Sequence[SinkFactory],
        *,
        show_text: bool,
        paced: bool = False,
        audio_optional: bool = False,
        note: str = "",
        silence_s: float = 300.0,
    ) -> None:
        self._invocation = invocation
        self._out = invocation.out
        self._sinks = sinks
        self._show_text = show_text
        self._paced = paced
        self._audio_optional = audio_optional
        self._note = note
        self._silence_s = silence_s
        self._words = QuietText()

    @property
    def delivers(self) -> bool:
        """Whether the audio goes anywhere."""
        return bool(self._sinks)

    def run(self, path: str, request: SayRequest | ReplyRequest) -> Turn:
        """Start a reply and follow it to its end, or to the user's Ctrl-C."""
        turn = Turn(audio_optional=self._audio_optional)
        delivery: AudioDelivery | None = None
        with self._client() as client, closing(ResumedEvents(client, path, request)) as events:
            turn.reply = events.reply
            try:
                for line in events:
                    turn.take(line.event)
                    self._show(line)
                    if isinstance(line.event, ReplyStarted) and self._sinks:
                        delivery = self._deliver(line.event.reply, events.cancel)
                    if not self._sinks:
                        self._nobody_listens(client, line)
                if delivery is not None:
                    if not isinstance(turn.ended, ReplyDone):
                        delivery.reply_broke()
                    delivery.join()
                    turn.audio_error = delivery.error
                    turn.cut_elsewhere = _cut_short(turn, delivery)
            except KeyboardInterrupt:
                turn.cut_by_user = True
                self._interrupt(client, turn, delivery)
            except BaseException:
                if delivery is not None:
                    delivery.stop()
                raise
            finally:
                self._finish_line(turn)
                self._let_go(client, turn, events, goes_on=request.on_disconnect == "continue")
        if delivery is not None and delivery.reader_left:
            raise BrokenPipeError
        return turn

    def _client(self) -> ApiClient:
        return self._invocation.client(stream_timeout_s=self._silence_s)

    def _deliver(self, reply: str, hang_up: Callable[[], None]) -> AudioDelivery:
        delivery = AudioDelivery(
            self._client(),
            reply,
            self._sinks,
            paced=self._paced,
            essential=not self._show_text,
            hang_up=hang_up,
        )
        delivery.start()
        return delivery

    def _show(self, line: EventLine) -> None:
        if self._out.json:
            self._out.raw_object(line.raw)
        elif isinstance(line.event, ReplyStarted) and self._note:
            self._out.talk(self._out.talk_style(self._note, "dim"))
            self._note = ""  # once is enough for a conversation
        elif self._show_text and isinstance(line.event, Token):
            for_people = self._out.is_terminal
            self._out.text(self._words.feed(line.event.text) if for_people else line.event.text)

    def _finish_line(self, turn: Turn) -> None:
        shown = self._show_text and not self._out.json and turn.text
        if shown and self._out.is_terminal:
            self._out.text(self._words.end())
        self._words = QuietText()
        if shown and not "".join(turn.text[-2:]).endswith("\n"):
            self._out.text("\n")

    def _let_go(
        self, client: ApiClient, turn: Turn, events: ResumedEvents, *, goes_on: bool
    ) -> None:
        """Say that the connection was lost, and end a reply of which nobody takes the rest."""
        if events.resumed and not self._out.json:
            self._out.talk("(the connection to the daemon was lost, and is back)")
        if goes_on and turn.ended is None and turn.reply and not turn.cut_by_user:
            with suppress(JarvisError):
                client.post(_path(turn.reply, "interrupt"), InterruptRequest(), InterruptResponse)

    def _nobody_listens(self, client: ApiClient, line: EventLine) -> None:
        if isinstance(line.event, Chunk):
            ready = line.event.position + line.event.samples
            with suppress(JarvisError):  # the daemon estimates the position instead
                client.post(
                    _path(line.event.reply, "played"), PlayedRequest(samples=ready), ReplyInfo
                )

    def _interrupt(self, client: ApiClient, turn: Turn, delivery: AudioDelivery | None) -> None:
        """Silence first, then tell the daemon that it is over, and how much was heard."""
        played = delivery.stop() if delivery is not None else None
        if not turn.reply:
            return  # hanging up interrupted whatever there was
        request = InterruptRequest(played=played)
        try:
            turn.heard = client.post(_path(turn.reply, "interrupt"), request, InterruptResponse)
        except JarvisError as error:
            if error.code != "reply.unknown":
                self._out.talk(f"(the daemon does not know that you stopped it: {error.message})")


def _cut_short(turn: Turn, delivery: AudioDelivery) -> bool:
    """Whether less was delivered than the reply had, though nothing broke: somebody cut it."""
    made = turn.ended.samples if isinstance(turn.ended, ReplyDone) else 0
    return delivery.error is None and delivery.samples < made


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
    """The utterances that a listener would miss."""
    return [skip for skip in turn.skipped.values() if skip.reason not in _QUIET_SKIPS]


def _path(reply: str, verb: str) -> str:
    return f"/v1/replies/{quote(reply, safe='')}/{verb}"
