"""What a reply tells to be measured: the interface, and nobody who listens."""

from typing import Protocol

from jarvisd.telemetry.traces import NO_TRACE, Tracing


class Measures(Protocol):
    """Takes what is measured; every call costs a microsecond at most."""

    def trace(self, *, wanted: bool) -> Tracing:
        """The trace of a reply that begins; ``wanted``: it asked for one."""
        ...

    def span(self, name: str, milliseconds: float) -> None:
        """Something took so long."""
        ...


class Unmeasured:
    """Listens to nothing."""

    def trace(self, *, wanted: bool) -> Tracing:
        """Trace nothing."""
        del wanted
        return NO_TRACE

    def span(self, name: str, milliseconds: float) -> None:
        """Do nothing."""
