"""Asking from the dashboard: the question goes out, the answer comes back as everybody's events.

Each question has a thread that holds its connection, because the daemon stops answering a client
that left. The audio goes to the host's player; without one it is taken at the pace of speech, so
that the word being said is still known.
"""

import os
import threading
import time
from collections.abc import Callable

from jarvisctl.dashboard.clock import Clock
from jarvisctl.dashboard.following import Put
from jarvisctl.dashboard.messages import QuestionFound, Remarked
from jarvisctl.delivery import AudioDelivery, Sink
from jarvisctl.players import Player, find_player
from jarvisctl.sockets import choose
from jarvisd.errors import JarvisError
from jarvisd.wire import ReplyFailed, ReplyRequest, ReplyStarted, Request, SayRequest
from jarvisd.wire.client import ApiClient, EventStream


class Silent:
    """A sink that plays nothing at the speed of playing."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._began: float | None = None
        self._samples = 0

    def write(self, pcm: bytes) -> None:
        """Take samples."""
        if self._began is None:
            self._began = time.monotonic()
        self._samples += len(pcm) // 2

    def position(self) -> int:
        """Samples that would have been heard by now."""
        if self._began is None:
            return 0
        return min(self._samples, int((time.monotonic() - self._began) * self._rate))

    def end(self) -> None:
        """Nothing is kept back."""

    def wait(self, seconds: float) -> bool:
        """Wait as long as the rest would take to be heard."""
        left = (self._samples - self.position()) / self._rate
        time.sleep(max(0.0, min(seconds, left)))
        return self.position() >= self._samples

    def abort(self) -> None:
        """Be silent, which it is."""
        self._samples = self.position()

    def close(self) -> None:
        """Nothing is held."""


class Asking:
    """Asks and says on behalf of the dashboard; one conversation goes on until ``forget``."""

    def __init__(self, sockets: list[str], put: Put, clock: Clock | None = None) -> None:
        self._sockets = sockets
        self._put = put
        self._clock = clock or Clock()
        self._conversation: str | None = None
        self._turns: set[_Turn] = set()

    def ask(self, question: str) -> None:
        """Ask the assistant."""
        request = ReplyRequest(text=question, conversation=self._conversation)
        self._begin("/v1/replies", request, question)

    def say(self, text: str) -> None:
        """Have a text spoken."""
        self._begin("/v1/say", SayRequest(text=text), f"say: {text}")

    def begin_anew(self) -> None:
        """The next question begins a conversation."""
        self._conversation = None

    def stop(self) -> None:
        """Hang up on everything that was asked here; the daemon interrupts it."""
        for turn in tuple(self._turns):
            turn.hang_up()

    def _begin(self, path: str, request: Request, question: str) -> None:
        client = ApiClient(choose(self._sockets))
        turn = _Turn(client, path, request, question, told=self._told, ended=self._turns.discard)
        self._turns.add(turn)
        turn.start()

    def _told(self, question: str, news: ReplyStarted | JarvisError) -> None:
        if isinstance(news, ReplyStarted):
            self._conversation = news.conversation or self._conversation
            self._put(QuestionFound(news.reply, question))
        else:
            text = f"{news.message} {news.hint}".strip()
            self._put(Remarked(self._clock.wall(), "error", text))


class _Turn(threading.Thread):
    """One question and its answer, to its end."""

    def __init__(
        self,
        client: ApiClient,
        path: str,
        request: Request,
        question: str,
        *,
        told: Callable[[str, ReplyStarted | JarvisError], None],
        ended: Callable[["_Turn"], None],
    ) -> None:
        super().__init__(name="dashboard question", daemon=True)
        self._client = client
        self._path, self._request, self._question = path, request, question
        self._told, self._ended = told, ended
        self._events: EventStream | None = None
        self._audio: AudioDelivery | None = None

    def run(self) -> None:
        """Follow the reply, and let its audio be heard to the end."""
        try:
            with self._client, self._client.stream_events(self._path, self._request) as events:
                self._events = events
                for line in events:
                    if isinstance(line.event, ReplyStarted):
                        self._told(self._question, line.event)
                        self._listen(line.event.reply)
                    elif isinstance(line.event, ReplyFailed) and self._audio is not None:
                        self._audio.stop()
            if self._audio is not None:
                self._audio.join()
        except JarvisError as error:
            self._told(self._question, error)
        finally:
            self._ended(self)

    def hang_up(self) -> None:
        """Leave, from any thread."""
        if self._audio is not None:
            self._audio.stop()
        if self._events is not None:
            self._events.cancel()

    def _listen(self, reply: str) -> None:
        command = find_player(os.environ)

        def sink(rate: int) -> Sink:
            return Player(command, rate) if command is not None else Silent(rate)

        self._audio = AudioDelivery(
            ApiClient(self._client.socket_path),
            reply,
            [sink],
            paced=True,
            essential=False,
            hang_up=lambda: None,
        )
        self._audio.start()
