"""The settings that all engines have: the interpreter and limits."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self

from msgspec import Meta

from jarvisd.sections import FilePath, Section, about


class EngineSettings(Section, frozen=True):
    """An engine adds its own and gives itself a docstring: the summary of its table."""

    python: Annotated[
        FilePath, about("Python interpreter with the engine's library. Empty: the daemon's own.")
    ] = ""
    slots: Annotated[
        Annotated[int, Meta(ge=0, le=16)],
        about("Utterances this engine may synthesise at the same time; 0: as speech.slots."),
    ] = 0
    start_timeout_s: Annotated[
        Annotated[float, Meta(ge=0, le=86_400)],
        about("Time limit for the start of a worker; 0: speech.worker_start_timeout_s."),
    ] = 0.0
    max_rss_mb: Annotated[
        Annotated[int, Meta(ge=0, le=65_536)],
        about("Replace a worker that uses more memory than this; 0: speech.worker_max_rss_mb."),
    ] = 0

    sandbox: Annotated[
        bool,
        about(
            "Workers may only read voices and libraries: no sockets, no other files. GPU: false."
        ),
    ] = True

    def readable(self) -> Sequence[str]:
        """The files that its workers must read, except libraries."""
        return ()

    def resolved(self, state_dir: Path) -> Self:
        """The same settings with the daemon's directories filled in."""
        del state_dir
        return self
