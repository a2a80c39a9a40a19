"""A listener on one reply: its events on one connection, its audio on another, all with times.

Reads in two threads, because a listener must not hear later for reading something else first.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jarvisbench.wire import EVENTS, PCM, TIMEOUT_S, Wire, WireError, get, post

Event = dict[str, Any]


@dataclass
class Heard:
    """What arrived, with the monotonic second of each arrival."""

    events: list[tuple[float, Event]] = field(default_factory=list)
    audio: list[tuple[float, int]] = field(default_factory=list)  # samples so far
    audio_ended_at: float = 0.0

    def first(self, kind: str) -> tuple[float, Event]:
        """The first event of a kind. Raises ``WireError`` where there was none."""
        found = next(((at, event) for at, event in self.events if event["type"] == kind), None)
        if found is None:
            raise WireError(f"the reply had no {kind} event: {self.events[-1:]}")
        return found

    def all(self, kind: str) -> list[Event]:
        """Every event of a kind."""
        return [event for _, event in self.events if event["type"] == kind]

    def sample_at(self, position: int) -> float:
        """When the sample at ``position`` had arrived."""
        return next(at for at, samples in self.audio if samples > position)


class Listener:
    """Starts one reply and listens to it until it ends."""

    def __init__(self, socket: Path, path: str, body: Event, *, paced: bool = False) -> None:
        self._socket = socket
        self._request = post(path, body, accept=EVENTS)
        self._paced = paced
        self.heard = Heard()
        self.reply = ""
        self._started = threading.Event()
        self._audible = threading.Event()
        self._failure: WireError | None = None

    @contextmanager
    def listening(self) -> "Iterator[Listener]":
        """Listen in the background; at the end wait until events and audio have ended."""
        reading = [
            threading.Thread(target=self._guarded, args=(read,), daemon=True)
            for read in (self._read_events, self._read_audio)
        ]
        for thread in reading:
            thread.start()
        try:
            yield self
        finally:
            for thread in reading:
                thread.join(2 * TIMEOUT_S)
        if self._failure is not None:
            raise self._failure

    def listen(self) -> Heard:
        """Listen to the whole reply."""
        with self.listening():
            pass
        return self.heard

    def wait_until_audible(self) -> None:
        """Return when the first audio is here. Raises ``WireError`` when it never comes."""
        if not self._audible.wait(TIMEOUT_S) or self._failure is not None:
            raise self._failure or WireError("no audio came")

    def _guarded(self, read: Callable[[], None]) -> None:
        try:
            read()
        except WireError as error:
            self._failure = self._failure or error
            self._started.set()
            self._audible.set()

    def _read_events(self) -> None:
        with Wire(self._socket) as wire:
            wire.send(self._request)
            for at, event in wire.events():
                self.heard.events.append((at, event))
                if event["type"] == "reply.started":
                    self.reply = event["reply"]
                    self._started.set()

    def _read_audio(self) -> None:
        """Connect beforehand and ask at ``reply.started``, as a player would."""
        with Wire(self._socket) as wire:
            self._started.wait(TIMEOUT_S)
            paced = "true" if self._paced else "false"
            wire.send(get(f"/v1/replies/{self.reply}/audio?paced={paced}", accept=PCM))
            samples = 0
            for at, chunk in wire.chunks():
                samples += len(chunk) // 2
                self.heard.audio.append((at, samples))
                self._audible.set()
            self.heard.audio_ended_at = wire.ended_at
