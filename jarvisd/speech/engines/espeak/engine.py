"""espeak-ng, the built-in voice, through its C library: 50 ms to start, many languages.

The native call runs in a thread of its own and its callback hands pieces over while it runs. The
library keeps global state and is not thread-safe: one instance of this class per process, and one
lock around everything it does.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from jarvisd.speech.engine import RawPiece, SynthesisAborted, VoiceFailed
from jarvisd.speech.engines.espeak.library import (
    CONTINUE,
    STOP,
    WORD,
    Event,
    Library,
)
from jarvisd.speech.engines.espeak.settings import Settings
from jarvisd.speech.model import WordMark

# Callbacks come every 60 ms of audio and take 40 µs: after the first, pieces grow up to a second,
# so that the listener starts at once and nobody drowns in small messages.
_LARGEST_GATHERED = 16
# One piece ahead: the native thread then waits for whoever reads, instead of competing with it
# for the interpreter while the first piece is still on its way.
_PIECES_AHEAD = 1
_END = RawPiece(b"")


class EspeakEngine:
    """Voices are espeak-ng's own names: ``en-us``, ``de``, ``en-us+f5`` (language + variant)."""

    name = "espeak"

    def __init__(self, *, library: str = "", data: str = "", words_per_minute: int = 165) -> None:
        self._library = Library.open(library, data)
        self._words_per_minute = words_per_minute
        self._lock = threading.Lock()
        self._voice = ""

    def versions(self) -> dict[str, str]:
        """The library's version."""
        return {"espeak-ng": self._library.version}

    def load(self, voice: str) -> int:
        """Select ``voice`` and say one word with it."""
        if not any(piece.pcm for piece in self.synthesize("one", voice, 1.0, lambda: False)):
            raise VoiceFailed(f"espeak-ng makes no sound with {voice!r}")
        return self._library.sample_rate

    def abort(self) -> None:
        """Nothing to do: the callback asks ``cancelled`` every 60 ms of audio (40 µs)."""

    def synthesize(
        self, text: str, voice: str, speed: float, cancelled: Callable[[], bool]
    ) -> Iterator[RawPiece]:
        """See ``Engine.synthesize``. Marks carry espeak-ng's own word events."""
        with self._lock:
            self._select(voice, speed)
            call = _Call(self._library, text, cancelled)
            call.start()
            try:
                yield from call.pieces()
            finally:
                call.close()

    def _select(self, voice: str, speed: float) -> None:
        if voice != self._voice:
            self._voice = ""
            if not _variant_exists(self._library.data, voice) or not self._library.select(voice):
                raise VoiceFailed(f"espeak-ng has no voice {voice!r}")
            self._voice = voice
        self._library.set_rate(round(self._words_per_minute * speed))


class _Call:
    """One native synthesis: a thread inside ``espeak_Synth`` and the pieces it leaves."""

    def __init__(self, library: Library, text: str, cancelled: Callable[[], bool]) -> None:
        self._library = library
        self._text = text
        self._cancelled = cancelled
        self._pieces: queue.Queue[RawPiece] = queue.Queue(_PIECES_AHEAD)
        self._closing = False
        self._aborted = False
        self._error: BaseException | None = None
        self._gathered = bytearray()
        self._marks: list[WordMark] = []
        self._spoken = False
        self._callbacks = 0
        self._gather = 1
        self._thread = threading.Thread(target=self._run, name="espeak", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def pieces(self) -> Iterator[RawPiece]:
        """Pieces as they come; raises what went wrong in the thread."""
        while (piece := self._pieces.get()) is not _END:
            yield piece
        if self._error is not None:
            raise self._error
        if self._aborted:
            raise SynthesisAborted

    def close(self) -> None:
        """Return only when the native call has returned."""
        self._closing = True
        while self._thread.is_alive():
            try:
                self._pieces.get_nowait()
            except queue.Empty:
                self._thread.join(0.001)

    def _run(self) -> None:
        try:
            self._library.synthesize(self._text, self._on_audio)
            if self._spoken:  # without a word there is only the hum of its filters
                self._hand_over()
        except BaseException as error:  # noqa: BLE001 - carried to the thread that waits for pieces
            self._error = self._error or error
        self._put(_END)

    def _on_audio(self, pcm: bytes, events: Iterator[Event]) -> int:
        """Called by the library: 0 goes on, 1 stops. Must not raise into C."""
        try:
            self._gathered += pcm
            self._marks += (_mark(event) for event in events if event.type == WORD)
            self._callbacks += 1
            self._spoken = self._spoken or bool(self._marks)
            if self._spoken and self._callbacks >= self._gather:
                self._hand_over()
            self._aborted = self._aborted or self._cancelled()
        except BaseException as error:  # noqa: BLE001 - raised again where pieces are read
            self._error = error
        return STOP if self._aborted or self._closing or self._error else CONTINUE

    def _hand_over(self) -> None:
        if self._gathered or self._marks:
            self._put(RawPiece(bytes(self._gathered), tuple(self._marks)))
        self._gathered.clear()
        self._marks.clear()
        self._callbacks = 0
        self._gather = min(self._gather * 2, _LARGEST_GATHERED)

    def _put(self, piece: RawPiece) -> None:
        """Wait for room, unless the reader is gone."""
        while not self._closing:
            try:
                self._pieces.put(piece, timeout=0.05)
            except queue.Full:
                if self._cancelled():
                    self._aborted = True
                    if piece is not _END:
                        return
            else:
                return


def _mark(event: Event) -> WordMark:
    return WordMark(max(0, event.text_position - 1), event.length, event.sample)


def _variant_exists(data: str, voice: str) -> bool:
    """espeak-ng itself silently ignores a variant that it does not know."""
    variant = voice.partition("+")[2]
    return not variant or (Path(data) / "voices" / "!v" / Path(variant).name).is_file()


def open_engine(settings: Settings) -> EspeakEngine:
    """Load the library; raises ``SpeechError``."""
    return EspeakEngine(
        library=settings.library, data=settings.data, words_per_minute=settings.words_per_minute
    )
