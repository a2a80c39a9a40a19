"""Responses: the state of replies, components, voices and conversations."""

from typing import Any, Literal

from jarvisd.wire.base import LogLevel, Response

ReplyState = Literal["running", "paused", "done", "interrupted", "failed"]


class ReplyInfo(Response):
    """One reply, as control requests and the status report it."""

    reply: str
    conversation: str
    state: ReplyState
    engine: str
    voice: str
    fallback: bool
    written_samples: int
    played_samples: int
    sample_rate: int


class PlayedResponse(ReplyInfo):
    """Where a reply stands after its client reported a position. If the client plays no more,
    ``kept`` says whether the conversation has what was heard on disk; if not, ``kept_reason`` why.
    """

    kept: bool = True
    kept_reason: str = ""


class RepliesResponse(Response):
    """Running replies, oldest first."""

    replies: list[ReplyInfo]


class InterruptResponse(Response):
    """What the listener had heard when the interrupt took effect, and whether that is on disk
    (``kept``; if not, ``kept_reason`` says why).
    """

    reply: str
    state: ReplyState
    heard: str
    heard_chars: int
    played_samples: int
    freed_ms: float | None = None
    kept: bool = True
    kept_reason: str = ""


ComponentState = Literal["ready", "starting", "idle", "degraded", "absent", "failed"]


class Component(Response):
    """One part that the daemon depends on: state, why, since when, and what helps.

    ``optional``: the daemon works without it, so it is no problem. It was checked at ``checked_at``
    (wall-clock seconds); a request before ``next_check`` gets the same answer. Checks run only on
    request.
    """

    name: str
    state: ComponentState
    reason: str = ""
    since: float = 0.0
    hint: str = ""
    checked_at: float = 0.0
    next_check: float = 0.0
    optional: bool = False


class LiveResponse(Response):
    """The process makes progress; says nothing about its dependencies."""

    live: bool = True
    loop_lag_ms: float = 0.0


class ReadyResponse(Response):
    """Whether a reply can be answered now, and the state of every component."""

    ready: bool
    components: list[Component]


class WorkerInfo(Response):
    """One engine worker process."""

    worker: int
    pid: int
    engine: str
    state: str
    rss_bytes: int = 0
    served: int = 0


class StatusResponse(Response):
    """The state of the daemon."""

    version: str
    pid: int
    uptime_s: float
    state: str
    provider: str
    voice: str
    fallback: bool
    components: list[Component]
    replies: list[ReplyInfo]
    workers: list[WorkerInfo]
    slots: int
    slots_in_use: int
    connections: int
    rss_bytes: int
    loop_lag_ms: float
    replies_total: int
    utterances_total: int
    skipped_total: int
    fallback_share: float


class VersionResponse(Response):
    """Versions of the daemon, the protocol, Python and the platform."""

    version: str
    schema: int
    python: str
    platform: str
    packages: dict[str, str]


class ReloadResponse(Response):
    """The result of a reload, as dotted paths of settings.

    ``changed`` are in force now; ``restart`` take effect only after a restart.
    """

    changed: list[str]
    restart: list[str]


class SettingInfo(Response):
    """One setting in force: dotted path, value, and where it was set (``default``, a file's line,
    a variable of the environment, the command line).
    """

    path: str
    value: Any
    source: str


class ConfigResponse(Response):
    """The settings in force, in the order of the reference file, and the files they came from."""

    files: list[str]
    settings: list[SettingInfo]


class Voice(Response):
    """A voice that can be asked for by ``id``."""

    id: str
    engine: str
    name: str
    language: str
    sample_rate: int
    default: bool
    available: bool
    description: str = ""
    reason: str = ""


class VoicesResponse(Response):
    """All voices, the default first."""

    voices: list[Voice]


class ConversationInfo(Response):
    """One conversation, newest first in a list."""

    conversation: str
    created_at: float
    updated_at: float
    messages: int
    title: str


class ConversationsResponse(Response):
    """A page of conversations; ``next`` continues it."""

    conversations: list[ConversationInfo]
    next: str | None = None


class MessageInfo(Response):
    """One message: the text as generated, and what was heard of it (``None``: not spoken).

    ``failed`` is the code of the error that a question got instead of an answer; it is left out of
    the next prompt.
    """

    role: str
    text: str
    created_at: float
    heard: str | None = None
    interrupted: bool = False
    reply: str | None = None
    provider: str = ""
    voice: str = ""
    failed: str = ""


class ConversationResponse(Response):
    """One conversation with its messages, oldest first."""

    conversation: str
    created_at: float
    messages: list[MessageInfo]


class DeletedResponse(Response):
    """How much was deleted."""

    deleted: int


class RouteInfo(Response):
    """One route of the API and the role it needs."""

    method: str
    path: str
    role: str
    summary: str


class RoutesResponse(Response):
    """Every route, sorted."""

    routes: list[RouteInfo]


class LogLevelResponse(Response):
    """The least severe level logged; ``reverts_in_s``: until the configured one returns."""

    level: LogLevel
    configured: LogLevel
    reverts_in_s: float | None = None
