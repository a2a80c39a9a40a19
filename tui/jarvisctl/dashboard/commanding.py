"""Verbs of the API that the dashboard carries out at the user's wish, each in its own thread."""

import threading
from collections.abc import Callable
from typing import Any, Literal, Protocol

from jarvisctl.dashboard.answers import Fields
from jarvisctl.dashboard.clock import Clock
from jarvisctl.dashboard.following import Put
from jarvisctl.dashboard.messages import Cut, Remarked
from jarvisctl.dashboard.snapshot import ReplyView
from jarvisctl.dashboard.verbs import Verb, path_for
from jarvisctl.sockets import choose
from jarvisd.errors import JarvisError
from jarvisd.wire import InterruptResponse, LogLevelRequest, ReplyInfo, TraceResponse
from jarvisd.wire.client import ApiClient

DEBUG_FOR_S = 600.0


class Display(Protocol):
    """Where a person sees what came of a verb."""

    def remark(self, text: str, *, level: str = "warning") -> None:
        """Say something."""

    def answered(self, title: str, answer: Fields | str) -> None:
        """Show what the daemon answered, from any thread."""


class Commanding:
    """Asks the daemon and ``put``s what came of it, as news or on a display."""

    def __init__(self, sockets: list[str], put: Put, clock: Clock | None = None) -> None:
        self._sockets = sockets
        self._put = put
        self._clock = clock or Clock()

    def control(self, reply: str, verb: Literal["interrupt", "pause", "resume"]) -> None:
        """Interrupt, pause or resume one reply."""

        def act(client: ApiClient) -> None:
            path = f"/v1/replies/{reply}/{verb}"
            if verb == "interrupt":
                cut = client.post(path, None, InterruptResponse)
                if cut.state == "interrupted":
                    self._put(Cut(reply, cut.heard_chars, cut.played_samples))
            else:
                client.post(path, None, ReplyInfo)

        self._run(act)

    def trace(self, reply: str, learnt: Callable[[TraceResponse], None]) -> None:
        """Hand the daemon's trace of ``reply`` to ``learnt``; nothing where it kept none."""

        def ask(client: ApiClient) -> None:
            try:
                trace = client.get(f"/v1/traces/{reply}", TraceResponse)
            except JarvisError:
                return
            learnt(trace)

        self._run(ask)

    def carry_out(self, verb: Verb, current: ReplyView | None, display: Display) -> None:
        """Do what the palette offers, and show the answer."""
        if verb.how == "here":
            display.remark(f"{verb.help}.", level="info")
            return
        reply, conversation = (current.reply, current.conversation) if current else ("", "")
        path = path_for(verb, reply=reply, conversation=conversation)
        if path is None:
            display.remark(f"There is no {verb.how} yet.")
            return

        def ask(client: ApiClient) -> None:
            display.answered(verb.title, answer(client, verb, path))

        self._run(ask)

    def show(self, path: str, display: Display) -> None:
        """Show what lies at ``path``."""

        def ask(client: ApiClient) -> None:
            display.answered(path.rpartition("/")[2], client.get(path, dict[str, Any]))

        self._run(ask)

    def _run(self, act: Callable[[ApiClient], object]) -> None:
        def run() -> None:
            try:
                with ApiClient(choose(self._sockets)) as client:
                    act(client)
            except JarvisError as error:
                text = f"{error.message} {error.hint}".strip()
                self._put(Remarked(self._clock.wall(), "error", text))

        threading.Thread(target=run, name="dashboard command", daemon=True).start()


def answer(client: ApiClient, verb: Verb, path: str) -> dict[str, Any] | str:
    """The daemon's answer: fields, or plain text."""
    if path == "/metrics":
        with client.stream_bytes(path, accept="*/*") as body:
            return b"".join(body).decode("utf-8", "replace")
    if verb.how == "level":
        wanted = LogLevelRequest(level="debug", for_s=DEBUG_FOR_S)
        return client.put(path, wanted, dict[str, Any])
    if verb.method == "POST":
        return client.post(path, None, dict[str, Any])
    if verb.method == "DELETE":
        return client.delete(path, dict[str, Any])
    return client.get(path, dict[str, Any])
