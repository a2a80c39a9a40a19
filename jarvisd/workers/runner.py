"""The interface of an engine in its worker process: it loads resources and runs jobs.

The child (``child.py``) calls it; kinds of jobs implement it (``jarvisd.speech.speak``).
"""

from collections.abc import Callable, Generator
from typing import Protocol

import msgspec


class JobAborted(Exception):  # noqa: N818 - not an error: somebody asked for it
    """The job was cancelled and its native call has returned."""


class NothingMade(Exception):  # noqa: N818 - no error of the engine's either
    """The job ended without a result; the message says why."""


class ResourceFailed(Exception):  # noqa: N818 - said by the engine about what it was to load
    """The resource does not exist or cannot be loaded; the engine itself works."""


class Runner(Protocol):
    """One engine in its process. Not re-entrant: one job at a time; ``abort`` from any thread."""

    name: str

    def versions(self) -> dict[str, str]:
        """Names and versions of the libraries that do the work."""
        ...

    def load(self, resource: str) -> None:
        """Load ``resource`` and test it. Raises ``ResourceFailed``."""
        ...

    def prepare(self) -> None:
        """Called when a resource is loaded and no job waits: import what a job will need."""
        ...

    def run(
        self, kind: str, resource: str, body: msgspec.Raw, cancelled: Callable[[], bool]
    ) -> Generator[bytes, None, bytes]:
        """Do a job of ``kind``: yields encoded pieces as they are made, returns the encoded end.

        Raises ``JobAborted`` once the native call has returned after a cancel, ``NothingMade``,
        ``ResourceFailed``, or the library's own error.
        """
        ...

    def abort(self) -> None:
        """Interrupt the native call in progress, if any; ``cancelled`` is true by then."""
        ...
