"""Every verb of the API as the command palette offers it: what it does and how it is carried out.

Pure table. A test compares it with the daemon's routes, so that none is left out.
"""

from dataclasses import dataclass
from typing import Literal

How = Literal["show", "words", "reply", "conversation", "here", "level"]


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb. ``how``: ``show`` its answer; take ``words`` from the input line; act on the
    current ``reply``, on the current ``conversation``; ``level`` asks for one; ``here`` is what
    the dashboard does anyhow.
    """

    method: str
    path: str
    title: str
    help: str
    how: How = "show"


VERBS: tuple[Verb, ...] = (
    Verb("GET", "/v1/", "Routes", "List every route of the API"),
    Verb("POST", "/v1/audio/speech", "OpenAI speech", "Speak as OpenAI's route does", "words"),
    Verb("GET", "/v1/clock", "Clock", "Show the daemon's clocks"),
    Verb("GET", "/v1/config", "Settings", "Show the settings in force and where each was set"),
    Verb("GET", "/v1/conversations", "Conversations", "List the newest conversations"),
    Verb(
        "DELETE", "/v1/conversations/{conversation}", "Delete this conversation",
        "Delete the current conversation for good", "conversation",
    ),
    Verb(
        "GET", "/v1/conversations/{conversation}", "This conversation",
        "Show the current conversation's messages", "conversation",
    ),
    Verb("GET", "/v1/days", "Days", "Show the daily summaries"),
    Verb("GET", "/v1/events", "Events", "Follow events: the log panel, at level debug", "here"),
    Verb("GET", "/v1/governor", "Governor", "Show what the governor decided, and why"),
    Verb("GET", "/v1/health", "Health", "Check every component now"),
    Verb("GET", "/v1/live", "Live", "Check that the daemon makes progress"),
    Verb("GET", "/v1/log/level", "Log level", "Show which severity the daemon logs"),
    Verb("PUT", "/v1/log/level", "Change log level", "Log at debug for ten minutes", "level"),
    Verb("GET", "/v1/logs", "Logs", "Follow the log: the log panel", "here"),
    Verb("GET", "/v1/notices", "Notices", "Show recent problems and changes"),
    Verb("GET", "/v1/openapi.json", "OpenAPI", "Show the API's description"),
    Verb("GET", "/v1/ready", "Ready", "Check that a question can be answered now"),
    Verb("POST", "/v1/reload", "Reload", "Reload the daemon's configuration"),
    Verb("GET", "/v1/replies", "Replies", "List the running replies"),
    Verb("POST", "/v1/replies", "Ask", "Ask what the input line says", "words"),
    Verb("GET", "/v1/replies/recent", "Recent replies", "Show the last replies and their spans"),
    Verb("GET", "/v1/replies/{reply}", "This reply", "Show the current reply's state", "reply"),
    Verb("GET", "/v1/replies/{reply}/audio", "Listen", "Replies asked here are heard here", "here"),
    Verb("GET", "/v1/replies/{reply}/events", "Follow", "The panels here do this", "here"),
    Verb("POST", "/v1/replies/{reply}/interrupt", "Interrupt", "Stop speaking now", "reply"),
    Verb("POST", "/v1/replies/{reply}/pause", "Pause", "Pause the current reply", "reply"),
    Verb("POST", "/v1/replies/{reply}/played", "Played", "The player here reports this", "here"),
    Verb("POST", "/v1/replies/{reply}/resume", "Resume", "Resume the paused reply", "reply"),
    Verb("POST", "/v1/say", "Say", "Speak what the input line says", "words"),
    Verb("GET", "/v1/series", "Series", "Show every measurement of the last minutes"),
    Verb("GET", "/v1/status", "Status", "Show everything about the daemon"),
    Verb("GET", "/v1/traces", "Traces", "List the replies that were traced"),
    Verb("GET", "/v1/traces/{reply}", "Trace of this reply", "Show where its time went", "reply"),
    Verb("GET", "/v1/version", "Version", "Show versions of the daemon and its libraries"),
    Verb("GET", "/v1/voices", "Voices", "List the voices"),
    Verb("GET", "/metrics", "Metrics", "Show the metrics in Prometheus format"),
)  # fmt: skip


def path_for(verb: Verb, *, reply: str, conversation: str) -> str | None:
    """The path to ask, ``None`` where there is no reply or conversation to ask about."""
    path = verb.path
    for name, value in (("{reply}", reply), ("{conversation}", conversation)):
        if name in path:
            if not value:
                return None
            path = path.replace(name, value)
    return path
