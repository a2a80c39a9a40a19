"""One utterance being made, as its listener sees it: pieces to await, a result, a way to stop.

The pool feeds it on the event loop; the listener iterates. What is held is bounded: beyond the
high mark the worker is left waiting until the listener has caught up.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from jarvisd.errors import SpeechError
from jarvisd.speech.model import AudioPiece, SynthesisRequest, SynthesisResult

_HIGH_BYTES = 4_194_304
_LOW_BYTES = 1_048_576


class Synthesis:
    """Iterate it once: ``async for piece in synthesis``.

    Raises ``SpeechError``. Only this utterance is lost: ``speech.deadline``,
    ``speech.worker_died``, ``speech.empty``, ``speech.failed``, ``speech.queue_full``,
    ``speech.cancelled``. Its engine or voice cannot go on: ``speech.engine_failed``. ``result`` is
    set once the iteration ended well. Monotonic seconds throughout; ``started_at`` is 0 while it
    waits.
    """

    def __init__(
        self,
        request: SynthesisRequest,
        engine: str,
        *,
        now: float,
        on_cancel: Callable[["Synthesis"], None],
        on_flow: Callable[["Synthesis", bool], None],
    ) -> None:
        self.request = request
        self.engine = engine
        self.queued_at = now
        self.started_at = 0.0
        self.first_audio_at = 0.0
        self.worker = 0
        self.result: SynthesisResult | None = None
        self._on_cancel = on_cancel
        self._on_flow = on_flow
        self._pieces: deque[AudioPiece] = deque()
        self._held = 0
        self._flowing = True
        self._error: SpeechError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._freed = asyncio.Event()

    # --- the listener's side --------------------------------------------------------------------

    def __aiter__(self) -> "Synthesis":
        return self

    async def __anext__(self) -> AudioPiece:
        while not self._pieces:
            if self._error is not None:
                raise self._error
            if self.result is not None:
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        piece = self._pieces.popleft()
        self._held -= len(piece.pcm)
        if not self._flowing and self._held <= _LOW_BYTES:
            self._flow(flowing=True)
        return piece

    def cancel(self) -> None:
        """Stop now: no piece comes out any more. Idempotent; harmless after the end."""
        if not self.ended:
            self.fail(SpeechError("the synthesis was cancelled", code="speech.cancelled"))
            self._on_cancel(self)

    async def freed(self) -> None:
        """Wait until nothing works on it: the native call returned or its process is gone."""
        await self._freed.wait()

    @property
    def ended(self) -> bool:
        """Whether its result or its error is known."""
        return self.result is not None or self._error is not None

    # --- the pool's side ------------------------------------------------------------------------

    def started(self, now: float, worker: int) -> None:
        """A worker has it now."""
        self.started_at, self.worker = now, worker

    def deliver(self, piece: AudioPiece, now: float) -> None:
        """Audio from the worker; dropped after a cancel or a deadline."""
        if self.ended:
            return
        self.first_audio_at = self.first_audio_at or now
        self._pieces.append(piece)
        self._held += len(piece.pcm)
        if self._flowing and self._held >= _HIGH_BYTES:
            self._flow(flowing=False)
        self._wake()

    def complete(self, result: SynthesisResult) -> None:
        """The utterance is whole."""
        if not self.ended:
            self.result = result
        self._wake()

    def fail(self, error: SpeechError) -> None:
        """It will not be whole. Audio that waits is still heard, except after a cancel."""
        if self.ended:
            return
        self._error = error
        if error.code == "speech.cancelled":
            self._pieces.clear()
            self._held = 0
        if not self._flowing:
            self._flow(flowing=True)
        self._wake()

    def release(self) -> None:
        """Nothing works on it any more."""
        self._freed.set()

    def _flow(self, *, flowing: bool) -> None:
        self._flowing = flowing
        self._on_flow(self, flowing)

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)
