"""The part of libespeak-ng's C interface that we need; pointers stay inside.

Finds the library (the wheel's, or the configured one), declares its functions and copies the
callback's memory into bytes. Nothing here is thread-safe; ``espeak.py`` holds the lock.
"""

import ctypes
from collections.abc import Callable, Iterator
from pathlib import Path

from jarvisd.errors import SpeechError
from jarvisd.speech.engines.espeak.paths import find, unusable

CONTINUE, STOP = 0, 1
END_OF_EVENTS, WORD = 0, 1
_SYNCHRONOUS = 2
_BUFFER_MS = 50
_DO_NOT_EXIT = 0x8000  # without it the library ends the process when its data is missing
_CHARS_UTF8 = 1
_IPA = 0x02
_RATE = 1
_SLOWEST, _FASTEST = 80, 450
_OK = 0


class _EventId(ctypes.Union):
    _fields_ = (
        ("number", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("string", ctypes.c_char * 8),
    )


class Event(ctypes.Structure):
    """``espeak_EVENT``: ``text_position`` counts characters from 1, ``sample`` from 0."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )
    type: int
    text_position: int
    length: int
    sample: int


OnAudio = Callable[[bytes, Iterator[Event]], int]

_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event)
)


class Library:
    """One initialised libespeak-ng; there can be only one in a process."""

    def __init__(self, library: str, data: str) -> None:
        self.data = data
        self._on_audio: OnAudio | None = None
        self._callback = _CALLBACK(self._called)  # kept: C holds no reference
        try:
            self._native = ctypes.CDLL(library)
        except OSError as error:
            raise unusable(f"{library} cannot be loaded: {error}") from error
        self._declare()
        parent = str(Path(data).parent) if Path(data).name == "espeak-ng-data" else data
        rate = self._native.espeak_Initialize(
            _SYNCHRONOUS, _BUFFER_MS, parent.encode(), _DO_NOT_EXIT
        )
        if rate <= 0:
            raise unusable(f"espeak-ng cannot use its data in {data}")
        self.sample_rate = int(rate)
        self.version = str(self._native.espeak_Info(None).decode(errors="replace"))
        self._native.espeak_SetSynthCallback(self._callback)

    @classmethod
    def open(cls, library: str, data: str) -> "Library":
        """The configured library, else the one from the wheel; raises ``SpeechError``."""
        found = find(library, data)
        return cls(*found)

    def select(self, voice: str) -> bool:
        """Make ``voice`` current; false where espeak-ng does not know it."""
        return bool(self._native.espeak_SetVoiceByName(voice.encode()) == _OK)

    def set_rate(self, words_per_minute: int) -> None:
        """Set the speaking rate, within the library's limits."""
        rate = min(max(words_per_minute, _SLOWEST), _FASTEST)
        self._native.espeak_SetParameter(_RATE, rate, 0)

    def synthesize(self, text: str, on_audio: OnAudio) -> None:
        """Blocks until spoken or stopped; ``on_audio`` runs in this thread, in the call."""
        encoded = text.replace("\0", " ").encode("utf-8", errors="replace")
        self._on_audio = on_audio
        try:
            status = self._native.espeak_Synth(
                encoded, len(encoded) + 1, 0, 1, 0, _CHARS_UTF8, None, None
            )
        finally:
            self._on_audio = None
        if status != _OK:
            raise SpeechError(
                f"espeak-ng refused the text (status {status})", code="speech.engine_failed"
            )

    def phonemes(self, text: str) -> list[str]:
        """What would be said, in the alphabet of the IPA: a string for each clause; no audio."""
        encoded = ctypes.create_string_buffer(text.replace("\0", " ").encode(errors="replace"))
        rest = ctypes.c_void_p(ctypes.addressof(encoded))
        clauses = []
        while rest.value is not None:  # the library moves it on by a clause, at the end to null
            said = self._native.espeak_TextToPhonemes(ctypes.byref(rest), _CHARS_UTF8, _IPA)
            clauses.append((said or b"").decode(errors="replace"))
        return [clause for clause in clauses if clause]

    def _called(self, samples: object, count: int, events: object) -> int:
        if self._on_audio is None:
            return STOP
        pcm = ctypes.string_at(samples, count * 2) if samples and count > 0 else b""  # type: ignore[arg-type]
        return self._on_audio(pcm, _until_end(events))

    def _declare(self) -> None:
        native = self._native
        native.espeak_Initialize.argtypes = [
            ctypes.c_int,
            ctypes.c_int,
            ctypes.c_char_p,
            ctypes.c_int,
        ]
        native.espeak_Info.argtypes = [ctypes.c_void_p]
        native.espeak_Info.restype = ctypes.c_char_p
        native.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
        native.espeak_SetParameter.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int]
        native.espeak_TextToPhonemes.argtypes = [
            ctypes.POINTER(ctypes.c_void_p),
            ctypes.c_int,
            ctypes.c_int,
        ]
        native.espeak_TextToPhonemes.restype = ctypes.c_char_p
        native.espeak_Synth.argtypes = [
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.c_uint,
            ctypes.c_uint,
            ctypes.POINTER(ctypes.c_uint),
            ctypes.c_void_p,
        ]


def _until_end(events: object) -> Iterator[Event]:
    index = 0
    while events and events[index].type != END_OF_EVENTS:  # type: ignore[index]
        yield events[index]  # type: ignore[index]
        index += 1
