"""The interface of an engine, in a worker and in the daemon, and the values it returns.

An engine turns one text into PCM pieces at the voice's own rate, as they are made. It runs in a
worker process (or in a benchmark), never on the daemon's event loop, and knows nothing of slots,
deadlines or processes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from jarvisd.speech.model import EngineStatus, VoiceInfo, WordMark
from jarvisd.workers.runner import JobAborted, ResourceFailed


class SynthesisAborted(JobAborted):
    """The synthesis was cancelled and its native call has returned."""


class VoiceFailed(ResourceFailed):
    """The voice does not exist or cannot be loaded; the engine itself works. Says why."""


@dataclass(frozen=True, slots=True)
class RawPiece:
    """PCM (s16le mono at the voice's rate) and the words that begin in it or later.

    A mark's ``sample`` counts from the engine's very first sample, before any trimming.
    """

    pcm: bytes
    marks: tuple[WordMark, ...] = ()


class Engine(Protocol):
    """One synthesiser. Not re-entrant: one ``synthesize`` at a time; ``abort`` from any thread."""

    name: str

    def versions(self) -> dict[str, str]:
        """Names and versions of the libraries that do the work."""
        ...

    def load(self, voice: str) -> int:
        """Load ``voice``, test it with a word, and return its sample rate.

        Raises ``VoiceFailed``.
        """
        ...

    def synthesize(
        self, text: str, voice: str, speed: float, cancelled: Callable[[], bool]
    ) -> Iterator[RawPiece]:
        """Speak ``text``: pieces come while the native call still runs.

        ``cancelled`` is asked as often as the library allows. Raises ``SynthesisAborted`` once the
        native call has returned after a cancel, ``VoiceFailed``, or the library's own error.
        Closing the iterator also waits for the native call to return.
        """
        ...

    def abort(self) -> None:
        """Interrupt the native call in progress, if any; ``cancelled`` must be true by then."""
        ...


@dataclass(frozen=True, slots=True)
class VoiceList:
    """The voices of one engine, the preferred one first.

    ``absent`` says why the engine cannot be used here, if so. ``passing``: this, or a voice's
    problem, may be over soon, so look again. ``find`` also knows voices that are not listed.
    """

    voices: Sequence[VoiceInfo] = ()
    absent: EngineStatus | None = None
    passing: bool = False
    find: Callable[[str], VoiceInfo | None] = lambda _name: None


class EngineCatalogue(Protocol):
    """An engine's ``catalogue`` module. Never imports the engine's library."""

    def guess(self, settings: Any) -> VoiceList:  # noqa: ANN401 - its own ``Settings``
        """The voices before the disk was read. Must not block."""
        ...

    def read(self, settings: Any) -> VoiceList:  # noqa: ANN401 - the same
        """Read the voices from disk. Called in a thread; an ``OSError`` is retried later."""
        ...
