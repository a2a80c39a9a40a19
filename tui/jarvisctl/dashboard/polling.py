"""The parts of the feed that ask: status often, voices now and then, questions when they are new.

They also notice a daemon that is there and does not answer, which no broken stream would tell.
"""

import threading
from contextlib import suppress

from jarvisctl.dashboard.following import Line
from jarvisctl.dashboard.messages import (
    Connected,
    GovernorRead,
    Missing,
    QuestionFound,
    StatusRead,
    VoicesRead,
)
from jarvisd.errors import JarvisError
from jarvisd.wire import (
    ConversationResponse,
    GovernorResponse,
    HealthResponse,
    MessageInfo,
    StatusResponse,
    VoicesResponse,
)
from jarvisd.wire.client import ApiClient, ApiError, DaemonTimeoutError

AWAY_S = 1.0
IDLE_S = 5.0  # whoever checks brings the status more often
SPEAKING_S = 0.4
SELDOM_S = 30.0
CHECK_S = 1.5
# What is known of the model may be no older than this while somebody watches.
CHECK_PATH = "/v1/health?limit=0&max_age_s=1"
TIMEOUT_S = 2.0
CHECK_TIMEOUT_S = 10.0


class Polling(threading.Thread):
    """Asks for what events do not carry."""

    def __init__(self, line: Line) -> None:
        super().__init__(name="dashboard polling", daemon=True)
        self._line = line
        self._away = True
        self._seldom_at = float("-inf")

    def hang_up(self) -> None:
        """End the pause; every request here is short."""
        self._line.stirred.set()

    def run(self) -> None:
        """Ask until told to stop."""
        pause = 0.0
        client = self._line.client(timeout_s=TIMEOUT_S)
        while not self._line.stopping.is_set():
            self._line.stirred.wait(pause)
            self._line.stirred.clear()
            try:
                pause = self._ask(client)
            except JarvisError as error:
                pause = AWAY_S
                client.close()
                client = self._line.client(timeout_s=TIMEOUT_S)  # perhaps at another socket
                self._failed(error)
        client.close()

    def _ask(self, client: ApiClient) -> float:
        """Everything that is due; returns how long to wait now."""
        status = client.get("/v1/status", StatusResponse)
        at = self._line.clock.monotonic()
        if self._away:
            self._away = False
            self._line.put(Connected(at, status, 0))
        self._line.put(StatusRead(at, status))
        if at - self._seldom_at >= SELDOM_S:
            self._seldom_at = at
            self._ask_seldom(client)
        while self._line.wanted and not self._line.stopping.is_set():
            self._find_question(client, *self._line.wanted.popleft())
        return SPEAKING_S if status.replies else IDLE_S

    def _failed(self, error: JarvisError) -> None:
        self._seldom_at = float("-inf")
        self._away = True
        if isinstance(error, DaemonTimeoutError):  # the rest is told by whoever follows events
            self._line.lost(error, AWAY_S)

    def _ask_seldom(self, client: ApiClient) -> None:
        self._line.put(VoicesRead(tuple(client.get("/v1/voices", VoicesResponse).voices)))
        try:
            self._line.put(GovernorRead(client.get("/v1/governor", GovernorResponse)))
        except ApiError:
            self._line.put(Missing("governor"))

    def _find_question(self, client: ApiClient, reply: str, conversation: str) -> None:
        with suppress(ApiError):  # forgotten meanwhile, or never kept
            found = client.get(f"/v1/conversations/{conversation}", ConversationResponse)
            if question := question_of(found.messages, reply):
                self._line.put(QuestionFound(reply, question))


class Checking(threading.Thread):
    """Makes the daemon check its components while the dashboard is open, and brings the status.

    A thread of its own, because an answer may take as long as the slowest dependency.
    """

    def __init__(self, line: Line) -> None:
        super().__init__(name="dashboard checks", daemon=True)
        self._line = line

    def hang_up(self) -> None:
        """Nothing to cancel."""

    def run(self) -> None:
        """Ask until told to stop."""
        client = self._line.client(timeout_s=CHECK_TIMEOUT_S)
        while not self._line.stopping.wait(CHECK_S):
            try:
                client.get(CHECK_PATH, HealthResponse)
                status = client.get("/v1/status", StatusResponse)
                self._line.put(StatusRead(self._line.clock.monotonic(), status))
            except JarvisError:  # the events' thread tells that the daemon is away
                client.close()
                client = self._line.client(timeout_s=CHECK_TIMEOUT_S)
        client.close()


def question_of(messages: list[MessageInfo], reply: str) -> str:
    """The question that ``reply`` answers; empty if unknown.

    A question carries the id of its reply. Those of earlier releases do not: there it is the one
    before the answer.
    """
    unnamed = ""
    for message in messages:
        if message.role == "user" and message.reply == reply:
            return message.text
        if message.role == "user":
            unnamed = "" if message.reply else message.text
        elif message.reply == reply:
            return unnamed
    return ""
