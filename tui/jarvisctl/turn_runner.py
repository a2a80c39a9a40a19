"""One reply as a person or a script gets it: text as it comes, audio beside it, then what it was.

Used by ``say``, ``ask`` and ``try``. It follows events and never decides what they should be.
Ctrl-C at any moment is an interruption, and leaves no reply running that nobody asked to go on.
"""

from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import quote

from jarvisctl.ctrl_c import CtrlC
from jarvisctl.delivery import AudioDelivery, SinkFactory
from jarvisctl.invocation import Invocation
from jarvisctl.quiet_blocks import QuietText
from jarvisctl.resuming import ResumedEvents
from jarvisctl.turn import Turn
from jarvisd.errors import JarvisError
from jarvisd.wire import (
    Chunk,
    InterruptRequest,
    InterruptResponse,
    PlayedRequest,
    ReplyDone,
    ReplyInfo,
    ReplyRequest,
    ReplyStarted,
    SayRequest,
    Token,
)
from jarvisd.wire.client import ApiClient, EventLine


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
        with CtrlC() as ctrl_c, self._client() as client:
            call = _Call(client, turn, goes_on=request.on_disconnect == "continue")
            try:
                ctrl_c.complete(lambda: call.ask(path, request), end=client.end_request)
                for line in call.lines():
                    self._take(call, line)
                call.hear_out()
            except BaseException as error:
                if not (ctrl_c.pressed or isinstance(error, KeyboardInterrupt)):
                    call.silence()
                    raise
                self._say(call.interrupt())
            finally:
                self._finish_line(turn)
                self._say(call.end())
        if call.reader_left:
            raise BrokenPipeError
        return turn

    def _client(self) -> ApiClient:
        return self._invocation.client(stream_timeout_s=self._silence_s)

    def _take(self, call: "_Call", line: EventLine) -> None:
        call.turn.take(line.event)
        self._show(line)
        if not self._sinks:
            call.nobody_listens(line)
        elif isinstance(line.event, ReplyStarted):
            call.deliver(
                self._client(), self._sinks, paced=self._paced, essential=not self._show_text
            )

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

    def _say(self, remark: str) -> None:
        if remark and not self._out.json:
            self._out.talk(f"({remark})")


class _Call:
    """One reply that was asked for: its events, and beside them its audio."""

    def __init__(self, client: ApiClient, turn: Turn, *, goes_on: bool) -> None:
        """``goes_on``: the daemon goes on with it when we hang up, so that it must be told."""
        self.turn = turn
        self._client = client
        self._goes_on = goes_on
        self._events: ResumedEvents | None = None
        self._delivery: AudioDelivery | None = None

    @property
    def reader_left(self) -> bool:
        """Whether whoever read our stdout has closed it."""
        return self._delivery is not None and self._delivery.reader_left

    def ask(self, path: str, request: SayRequest | ReplyRequest) -> None:
        """Start it; from here on it has a name."""
        self._events = ResumedEvents(self._client, self._client.stream_events(path, request))
        self.turn.reply = self._events.reply

    def lines(self) -> ResumedEvents:
        """Its events to the end."""
        if self._events is None:
            raise RuntimeError("the reply was not asked for")
        return self._events

    def deliver(
        self, client: ApiClient, sinks: Sequence[SinkFactory], *, paced: bool, essential: bool
    ) -> None:
        """Begin to hand out its audio, with a client of its own."""
        self._delivery = AudioDelivery(
            client,
            self.turn.reply,
            sinks,
            paced=paced,
            essential=essential,
            hang_up=self.lines().cancel,
        )
        self._delivery.start()

    def nobody_listens(self, line: EventLine) -> None:
        """Say that what is ready was played."""
        if isinstance(line.event, Chunk):
            ready = PlayedRequest(samples=line.event.position + line.event.samples)
            with suppress(JarvisError):  # the daemon estimates the position instead
                self._client.post(self._path("played"), ready, ReplyInfo)

    def hear_out(self) -> None:
        """The text is complete: wait for the rest of the audio."""
        delivery, ended = self._delivery, self.turn.ended
        if delivery is None:
            return
        if not isinstance(ended, ReplyDone):
            delivery.reply_broke()
        delivery.join()
        self.turn.audio_error = delivery.error
        made = ended.samples if isinstance(ended, ReplyDone) else 0
        # Less than there was, though nothing broke: somebody cut it.
        self.turn.cut_elsewhere = delivery.error is None and delivery.samples < made

    def silence(self) -> int | None:
        """Stop the audio at once; how many samples were played, where any could be."""
        return None if self._delivery is None else self._delivery.stop()

    def interrupt(self) -> str:
        """Silence first, then tell the daemon how much was heard; what there is to say about it."""
        self.turn.cut_by_user = True
        request = InterruptRequest(played=self.silence())
        if not self.turn.reply:
            return ""  # hanging up interrupted whatever there was
        try:
            self.turn.heard = self._client.post(self._path("interrupt"), request, InterruptResponse)
        except JarvisError as error:
            if error.code != "reply.unknown":
                return f"the daemon does not know that you stopped it: {error.message}"
        return ""

    def end(self) -> str:
        """Hang up, and end a reply of which nobody takes the rest; what there is to say."""
        turn = self.turn
        if self._goes_on and turn.ended is None and turn.reply and not turn.cut_by_user:
            with suppress(JarvisError):
                self._client.post(self._path("interrupt"), InterruptRequest(), InterruptResponse)
        if self._events is None:
            return ""
        self._events.close()
        resumed = self._events.resumed
        return "the connection to the daemon was lost, and is back" if resumed else ""

    def _path(self, verb: str) -> str:
        return f"/v1/replies/{quote(self.turn.reply, safe='')}/{verb}"
