"""Rules between settings, and rules about the meaning of a text.

Pure: nothing is opened or created. Whether a directory is writable is found out at the start.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import NamedTuple

from jarvisd.config.settings import Settings
from jarvisd.config.sources import Source
from jarvisd.config.tree import join, leaves, tables, value_at
from jarvisd.sections import Section

# sun_path holds 108 bytes with the closing NUL.
SOCKET_PATH_BYTES = 107


class Violation(NamedTuple):
    """A broken rule: the setting to change, what is wrong, and the other settings it involves."""

    path: str
    message: str
    also: tuple[str, ...] = ()


def violations(settings: Settings, sources: Mapping[str, Source]) -> Iterator[Violation]:
    """Every broken rule of a tree whose single values are all valid."""
    yield from _own_rules(settings)
    yield from _relative_paths(settings, sources)
    yield from _socket_length(settings.api.socket)
    yield from _utterance_lengths(settings)
    yield from _worker_memory(settings)


def _own_rules(settings: Settings) -> Iterator[Violation]:
    """What a section says of itself."""
    for path in filter(None, tables()):
        section = value_at(settings, path)
        if isinstance(section, Section):
            for name, message in section.broken_rules():
                yield Violation(join(path, name), message)


def _relative_paths(settings: Settings, sources: Mapping[str, Source]) -> Iterator[Violation]:
    """A path in a file must be absolute; in a shell it is relative to the shell's directory."""
    for path in filter(_is_path, leaves()):
        value = str(value_at(settings, path))
        if value and sources[path].kind == "file" and not PurePath(value).is_absolute():
            yield Violation(path, f"must be an absolute path; got {value!r}")


def _is_path(setting: str) -> bool:
    metas = getattr(leaves()[setting].type, "__metadata__", ())
    return any((meta.extra or {}).get("path") for meta in metas)


def _socket_length(socket: str) -> Iterator[Violation]:
    size = len(socket.encode(errors="surrogateescape"))
    if size > SOCKET_PATH_BYTES:
        yield Violation(
            "api.socket",
            f"{size} bytes are too long for a Unix socket, which holds {SOCKET_PATH_BYTES}",
        )


def _utterance_lengths(settings: Settings) -> Iterator[Violation]:
    text = settings.text
    least, most = text.utterance_min_chars, text.utterance_max_chars
    if least > most:
        yield Violation(
            "text.utterance_min_chars",
            f"{least} is above text.utterance_max_chars, which is {most}",
            also=("text.utterance_max_chars",),
        )


def _worker_memory(settings: Settings) -> Iterator[Violation]:
    host = settings.host
    if host.worker_memory_high_mb > host.worker_memory_max_mb:
        yield Violation(
            "host.worker_memory_high_mb",
            f"{host.worker_memory_high_mb} is above host.worker_memory_max_mb, "
            f"which is {host.worker_memory_max_mb}",
            also=("host.worker_memory_max_mb",),
        )
