"""Every error that jarvisd reports.

Errors cross the control socket, so each has a stable ``code`` (programs match on it), a message
for people, a hint that names the next step, and the HTTP status it travels with. Code that can
fail raises one of these or lets a real bug surface; it never returns ``None`` for "failed".

    JarvisError
    ├── ConfigError            config.*     the configuration cannot be used
    ├── RequestError           request.*    the caller sent something unusable
    ├── AccessError            access.*     the caller may not do this
    ├── NotFoundError          *.unknown    the thing named does not exist (any more)
    ├── ConflictError          *.busy       somebody else has it now; later it may succeed
    ├── LimitError             limit.*      a bound was reached; later or smaller may succeed
    ├── LlmError               llm.*        the language model did not deliver
    ├── SpeechError            speech.*     an utterance could not be made
    ├── WorkerError            workers.*    a worker process did not do its job
    ├── StoreError             store.*      the database did not take or give
    └── UnavailableError       daemon.*     the daemon is starting, stopping or unreachable
"""

from typing import ClassVar


class JarvisError(Exception):
    """Base of everything jarvisd reports.

    ``code`` is ``area.what`` and never changes once released; ``hint`` is one sentence naming what
    to do next, or empty; ``retry_after_s`` is set where waiting helps.
    """

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "daemon.internal"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = hint
        self.retry_after_s = retry_after_s


class ConfigError(JarvisError):
    """The configuration cannot be used; ``problems`` lists every reason found, not the first."""

    status = 422
    default_code = "config.invalid"

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems), hint="Run: jarvisd --check-config")
        self.problems = problems


class RequestError(JarvisError):
    """The request is malformed, has an unknown field, or asks for what cannot be."""

    status = 400
    default_code = "request.invalid"


class AccessError(JarvisError):
    """The peer's user or groups do not carry the role that the route needs."""

    status = 403
    default_code = "access.denied"


class NotFoundError(JarvisError):
    """The route, reply, conversation or voice named does not exist (any more)."""

    status = 404
    default_code = "request.unknown"


class ConflictError(JarvisError):
    """The thing asked for is in use; it will be free later."""

    status = 409
    default_code = "request.busy"


class LimitError(JarvisError):
    """A bound was reached: body, text, connections, replies in flight."""

    status = 429
    default_code = "limit.reached"


class PayloadError(LimitError):
    """The body or a text in it is larger than the configured limit."""

    status = 413
    default_code = "limit.body"


class LlmError(JarvisError):
    """The language model did not deliver; ``code`` says which of its states caused it."""

    status = 502
    default_code = "llm.failed"


class SpeechError(JarvisError):
    """An utterance could not be synthesised; a reply turns this into a skip with its reason."""

    status = 503
    default_code = "speech.failed"


class WorkerError(JarvisError):
    """A worker process did not start or did not do its job; the kind of job says what it means."""

    status = 503
    default_code = "workers.failed"


class StoreError(JarvisError):
    """The database could not be opened, read or written."""

    default_code = "store.failed"


class UnavailableError(JarvisError):
    """The daemon is not (or no longer) taking work."""

    status = 503
    default_code = "daemon.unavailable"
