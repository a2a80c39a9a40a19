"""Structured logs: to the journal with fields, to a terminal with colours, or as JSON.

One entry per event, from any library: in the journal if stderr leads there and its socket exists,
else a line on stderr. Journal entries have ``JARVISD_COMPONENT`` (the room), ``JARVISD_TURN`` (the
reply), and a ``MESSAGE_ID`` if ``systemd/jarvisd.catalog`` explains them. Called once, by the
composition root; importing it configures nothing.
"""

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from jarvisd.config.settings import LogSettings
from jarvisd.telemetry.journal import SOCKET, JournalHandler, field_name
from jarvisd.telemetry.message_ids import MESSAGE_IDS
from jarvisd.wire import LogLevel

# syslog's numbers, which the journal reads from a line's prefix.
_PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2, "exception": 3}
# They speak once a request or about every connection; their errors still come through.
_QUIET = ("httpx", "httpcore", "asyncio", "aiosqlite")


def configure(
    settings: LogSettings,
    *,
    stream: TextIO | None = None,
    environ: Mapping[str, str] | None = None,
    journal: Path = SOCKET,
) -> None:
    """Send structlog and the standard library's logging to ``stream`` (stderr) in one format.

    ``journal`` is used instead where ``stream`` leads to the journal.
    """
    stream = sys.stderr if stream is None else stream
    environ = os.environ if environ is None else environ
    style = chosen_format(settings, stream, environ)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
    ]
    if style != "journal":  # the journal has its own clock
        shared.append(structlog.processors.TimeStamper(fmt="iso", utc=True))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    native = style == "journal" and _is_journal(stream, environ) and journal.is_socket()
    root = logging.getLogger()
    root.handlers[:] = [
        JournalHandler(entry_of, path=journal) if native else _stream_handler(stream, style, shared)
    ]
    set_level(settings.level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _stream_handler(
    stream: TextIO, style: str, shared: Sequence[Processor]
) -> "logging.StreamHandler[TextIO]":
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(style, colours=_is_terminal(stream)),
            ],
        )
    )
    return handler


def set_level(level: str) -> None:
    """Change the least severe level that is logged, at run time."""
    logging.getLogger().setLevel(level.upper())


def chosen_format(settings: LogSettings, stream: TextIO, environ: Mapping[str, str]) -> str:
    """What ``auto`` means here: ``journal`` when ``stream`` goes there, otherwise ``console``."""
    if settings.format != "auto":
        return settings.format
    return "journal" if _is_journal(stream, environ) else "console"


def _is_journal(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether systemd connected ``stream`` itself; children of a unit may have redirected it."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def _is_terminal(stream: TextIO) -> bool:
    return stream.isatty() and "NO_COLOR" not in os.environ


def _renderers(style: str, *, colours: bool) -> list[Processor]:
    if style == "json":
        return [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(sort_keys=True),
        ]
    if style == "journal":
        return [structlog.processors.format_exc_info, _for_journal]
    # Plain tracebacks: the colourful ones print local variables, and those hold what users said.
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=plain)]


def _for_journal(_logger: WrappedLogger, _name: str, event: EventDict) -> str:
    """``event key=value …`` behind ``<N>``, on every line, so that tracebacks keep theirs."""
    priority = _priority(event)
    return "\n".join(f"<{priority}>{line}" for line in text_of(event).splitlines())


def entry_of(record: logging.LogRecord) -> dict[str, str]:
    """The fields of a journal entry: its text, what it is about, and every value on its own."""
    event = event_of(record)
    fields = {
        "PRIORITY": str(_priority(event)),
        "SYSLOG_IDENTIFIER": "jarvisd",
        "JARVISD_COMPONENT": component_of(record.name),
    }
    name = str(event.get("event", ""))
    if message_id := MESSAGE_IDS.get(name):
        fields["MESSAGE_ID"] = message_id
    if reply := event.get("reply"):
        fields["JARVISD_TURN"] = str(reply)
    for key, value in event.items():
        if key not in _SHOWN_OTHERWISE:
            fields[f"JARVISD_{field_name(key)}"] = str(value)
    return {"MESSAGE": text_of(event), **fields}


# Fields of their own already, or part of the text.
_SHOWN_OTHERWISE = frozenset({"level", "logger", "exception", "reply"})


def severity(number: int) -> LogLevel:
    """The level of the standard library's ``number``, as the configuration names levels."""
    if number >= logging.ERROR:
        return "error"
    if number >= logging.WARNING:
        return "warning"
    return "info" if number >= logging.INFO else "debug"


def event_of(record: logging.LogRecord) -> EventDict:
    """The event from structlog's record, or the same made from another library's record."""
    event: EventDict
    if isinstance(record.msg, dict):
        event = dict(record.msg)
    else:
        level = record.levelname.lower()
        event = {"event": record.getMessage(), "level": level, "logger": record.name}
        if record.exc_info:
            event["exc_info"] = record.exc_info
    return structlog.processors.format_exc_info(None, "", event)


def component_of(logger: str) -> str:
    """The room that logs: ``speech`` for ``jarvisd.speech.pool``; libraries by their own name."""
    first, _, rest = logger.partition(".")
    if first != "jarvisd":
        return first
    return rest.partition(".")[0] or "daemon"


def _priority(event: EventDict) -> int:
    return _PRIORITIES.get(str(event.get("level", "info")), 6)


def text_of(event: EventDict) -> str:
    """``event key=value ...`` on one line, and the traceback below it."""
    what = str(event.get("event", ""))
    pairs = [
        f"{key}={_quoted(value)}"
        for key, value in event.items()
        if key not in ("event", "level", "exception")
    ]
    first = " ".join([what if what.isprintable() else repr(what), *pairs])
    return "\n".join([first, *str(event.get("exception", "")).splitlines()])


def _quoted(value: object) -> str:
    """``value`` on one line; quoted if its end would not be clear."""
    if isinstance(value, str) and value.isprintable() and value and " " not in value:
        return value
    return repr(value)
