"""What an engine must offer, in a worker and in the daemon, and the raw values it hands out.

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
        """Make ``voice`` ready, prove it with a word, and return its rate in hertz.

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
    """The voices of one engine, the one it would choose first.

    ``absent`` is set where the engine cannot be used here, and says why. ``passing`` where that,
    or what is said of a voice, may be over soon: it is looked at again. ``find`` knows voices that
    are not worth listing.
    """

    voices: Sequence[VoiceInfo] = ()
    absent: EngineStatus | None = None
    passing: bool = False
    find: Callable[[str], VoiceInfo | None] = lambda _name: None


class EngineCatalogue(Protocol):
    """An engine's ``catalogue`` module. Never imports the engine's library."""

    def guess(self, settings: Any) -> VoiceList:  # noqa: ANN401 - its own ``Settings``
        """What is on offer before the disk was looked at. Must not block."""
        ...

    def read(self, settings: Any) -> VoiceList:  # noqa: ANN401 - the same
        """Look at the disk. Called in a thread; an ``OSError`` counts as one that passes."""
        ...
