"""A reply's audio on its way to a file, a pipe or a player, beside the stream of its events.

One thread per reply: it reads ``/v1/replies/{id}/audio`` on its own connection, feeds every sink,
and tells the daemon how far playback came, so that an interrupted reply is remembered as heard.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol
from urllib.parse import quote

from jarvisctl.resuming import ATTEMPTS, PAUSE_S
from jarvisd.audio.wav import WavReader
from jarvisd.errors import JarvisError
from jarvisd.wire import PlayedRequest, ReplyInfo
from jarvisd.wire.client import (
    ApiClient,
    ApiError,
    ByteStream,
    DaemonTimeoutError,
    DaemonUnreachableError,
)

ACKNOWLEDGE_S = 0.1
ACKNOWLEDGE_SAMPLES = 8_000
# A player that was given everything may still need what it buffers, and a little to end.
DRAIN_SLACK_S = 10.0
STOP_S = 2.0


class Sink(Protocol):
    """Somewhere that takes 16-bit mono PCM."""

    def write(self, pcm: bytes) -> None:
        """Take samples; may block as long as playing takes."""

    def position(self) -> int:
        """Samples played or kept so far."""

    def end(self) -> None:
        """No more audio will come."""

    def wait(self, seconds: float) -> bool:
        """Wait for the rest to be played; whether it was."""

    def abort(self) -> None:
        """Be silent at once; from any thread."""

    def close(self) -> None:
        """Give back what it holds; idempotent."""


SinkFactory = Callable[[int], Sink]


class AudioDelivery(threading.Thread):
    """Delivers one reply's audio. ``error`` says what went wrong, once the thread has ended.

    A sink that fails is left out and the others go on: a broken player costs no file.

    ``client`` is this thread's own; the last sink is the one whose position counts. When the
    reader of our own stdout leaves, ``reader_left`` is set and ``hang_up`` is called; so it is
    for any failure of audio that is ``essential``. Otherwise the words go on without a sound.
    """

    def __init__(
        self,
        client: ApiClient,
        reply: str,
        factories: Sequence[SinkFactory],
        *,
        paced: bool,
        essential: bool,
        hang_up: Callable[[], None],
    ) -> None:
        super().__init__(name=f"audio of {reply}", daemon=True)
        self.error: JarvisError | None = None
        self.reader_left = False
        self._essential = essential
        self._hang_up = hang_up
        self.samples = 0
        self._client = client
        self._path = f"/v1/replies/{quote(reply, safe='')}"
        self._audio = f"{self._path}/audio?paced={str(paced).lower()}"
        self._factories = factories
        self._sinks: list[Sink] = []
        self._sample_rate = 0
        self._stream: ByteStream | None = None
        self._stopping = threading.Event()
        self._reply_broke = threading.Event()
        self._acknowledged = (0.0, 0)

    def run(self) -> None:
        """Deliver until the reply ends, no sink is left, or ``stop`` is called."""
        try:
            self._deliver()
        except (JarvisError, OSError, ValueError) as error:
            if not self._stopping.is_set():
                self.error = self.error or _as_failure(error)
        finally:
            for sink in self._sinks:
                sink.abort()
                sink.close()
            self._client.close()
        if self.reader_left or (self.error is not None and self._essential):
            self._hang_up()

    def reply_broke(self) -> None:
        """The reply failed or was interrupted: no more audio will come. For other threads."""
        self._reply_broke.set()

    def stop(self) -> int:
        """Be silent now; returns the samples that were played. For other threads."""
        self._stopping.set()
        played = self._position()
        for sink in tuple(self._sinks):
            sink.abort()
        if self._stream is not None:
            self._stream.cancel()
        if self.is_alive():  # not yet where it was only made: it will see that it is over
            self.join(STOP_S)
        return played

    def _deliver(self) -> None:
        broken: JarvisError | None = None
        try:
            self._receive()
        except (ApiError, DaemonTimeoutError, DaemonUnreachableError) as error:
            broken = error  # what came before is still to be heard
        if self._stopping.is_set():
            return
        self._each(lambda sink: sink.end())
        self._drain()
        if broken is not None:
            raise broken

    def _receive(self) -> None:
        """Take all there is; a connection that broke is made again from the next sample on."""
        attempts, broken = 0, None
        while not self._stopping.is_set():
            try:
                self._listen(self.samples)
            except DaemonUnreachableError as error:
                attempts += 1
                over = self._stopping.wait(PAUSE_S) or self._reply_broke.is_set()
                if over or attempts > ATTEMPTS:
                    raise
                broken = error
            except ApiError as error:
                raise broken or error from None
            else:
                return

    def _listen(self, start: int) -> None:
        reader = WavReader()
        path = self._audio + (f"&start={start}" if start else "")
        with self._client.stream_bytes(path, accept="audio/wav") as self._stream:
            for data in self._stream:
                pcm = reader.feed(data)
                if self._stopping.is_set():
                    return
                if reader.sample_rate and not self._sinks:
                    self._sample_rate = reader.sample_rate
                    self._open(reader.sample_rate)
                self._write(pcm)

    def _open(self, sample_rate: int) -> None:
        for make in self._factories:
            try:
                self._sinks.append(make(sample_rate))
            except OSError as error:
                self._give_up(error)

    def _each(self, act: Callable[[Sink], object]) -> None:
        """Do something with every sink; one that fails is left out from then on."""
        for sink in tuple(self._sinks):
            try:
                act(sink)
            except (JarvisError, OSError, ValueError) as error:
                self._sinks.remove(sink)
                sink.abort()
                sink.close()
                self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        """Remember why a sink is lost, and stop where none is left."""
        if self._stopping.is_set():
            return
        self.error = self.error or _as_failure(error)
        self.reader_left = self.reader_left or isinstance(error, BrokenPipeError)
        if not self._sinks or self.reader_left:
            raise self.error

    def _write(self, pcm: bytes) -> None:
        """Hand over in pieces short enough for acknowledgements to be timely."""
        for start in range(0, len(pcm), 4 * ACKNOWLEDGE_SAMPLES):
            piece = pcm[start : start + 4 * ACKNOWLEDGE_SAMPLES]
            self._each(lambda sink, piece=piece: sink.write(piece))  # type: ignore[misc]
            self.samples += len(piece) // 2
            self._acknowledge()

    def _drain(self) -> None:
        """Go on acknowledging while the player plays what it was given last."""
        if not self._sinks:
            return
        left = (self.samples - self._position()) / self._sample_rate
        deadline = time.monotonic() + left + DRAIN_SLACK_S
        self._each(lambda sink: self._wait(sink, deadline))
        if not self._stopping.is_set():
            self._tell(self.samples, ended=True)

    def _wait(self, sink: Sink, deadline: float) -> None:
        while not self._stopping.is_set() and not sink.wait(ACKNOWLEDGE_S):
            self._acknowledge()
            if time.monotonic() > deadline:
                raise JarvisError("the player does not end", code="player.stuck")

    def _position(self) -> int:
        try:
            return self._sinks[-1].position() if self._sinks else 0
        except (OSError, ValueError):  # the sink is just being closed by the other thread
            return self._acknowledged[1]

    def _acknowledge(self) -> None:
        at, told = self._acknowledged
        now, played = time.monotonic(), self._position()
        if played > told and (now - at >= ACKNOWLEDGE_S or played - told >= ACKNOWLEDGE_SAMPLES):
            self._acknowledged = (now, played)
            self._tell(played, ended=False)

    def _tell(self, samples: int, *, ended: bool) -> None:
        """Report the position; the daemon estimates it where a report is lost or comes too late."""
        played = PlayedRequest(samples=samples, ended=ended)
        try:
            self._client.post(f"{self._path}/played", played, ReplyInfo)
        except JarvisError:
            return


def _as_failure(error: Exception) -> JarvisError:
    if isinstance(error, JarvisError):
        return error
    said = getattr(error, "strerror", None) or str(error)
    return JarvisError(f"the audio could not be delivered: {said}", code="audio.failed")
