"""The one reader of the configuration: merges every source and lists every problem.

Order, later wins for each single setting: defaults, the file, its drop-ins in alphabetical order,
environment, flags. Values are converted one by one, so a wrong one hides no other. It opens the
configuration files and nothing else.
"""

import reprlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from jarvisd.config.checks import violations
from jarvisd.config.say import merged, problem
from jarvisd.config.settings import Settings
from jarvisd.config.sources import (
    DEFAULT,
    Entry,
    Source,
    configuration_file,
    environment_entries,
    file_entries,
    files,
    override_entries,
)
from jarvisd.config.spelling import advice, choices
from jarvisd.config.tree import SAY, build, leaves, tables
from jarvisd.errors import ConfigError

NO_OVERRIDES: Mapping[str, object] = MappingProxyType({})


MAX_PROBLEMS = 100
_SHOWN_CHARS = 200
_brief = reprlib.Repr()
_brief.maxstring = _brief.maxother = _brief.maxlong = _SHOWN_CHARS


class Loaded(NamedTuple):
    """Settings, where each one came from (by dotted path), and the files that were read."""

    settings: Settings
    sources: Mapping[str, Source]
    files: tuple[Path, ...]


def load(
    path: Path | None,
    *,
    environ: Mapping[str, str],
    overrides: Mapping[str, object] = NO_OVERRIDES,
) -> Settings:
    """Read the configuration; see ``load_with_sources``."""
    return load_with_sources(path, environ=environ, overrides=overrides).settings


def load_with_sources(
    path: Path | None,
    *,
    environ: Mapping[str, str],
    overrides: Mapping[str, object] = NO_OVERRIDES,
) -> Loaded:
    """Read the configuration and say where each setting came from.

    ``path`` is a file named by the user and must exist; ``None`` looks in the usual places, where
    having none is fine. ``overrides`` are flags by dotted path (``{"api.socket": "/tmp/s"}``),
    those that are ``None`` were not given. Raises ``ConfigError`` with all problems.
    """
    problems: list[str] = []
    chosen = path if path is not None else configuration_file(environ)
    read = files(chosen, required=path is not None)
    values: dict[str, object] = {}
    sources = dict.fromkeys(leaves(), DEFAULT)
    refused = set()
    for entry in _entries(read, environ, overrides, problems):
        try:
            values[entry.path] = _added(values.get(entry.path), _convert(entry))
            sources[entry.path] = entry.source
        except ValueError as error:
            problems.append(f"{entry.source}: {entry.path[:_SHOWN_CHARS]}: {error}")
            refused.add(entry.path)
        if len(problems) >= MAX_PROBLEMS:
            raise ConfigError([*problems, "too many problems: the rest is not shown"])
    settings = build(values)
    problems.extend(_broken_rules(settings, sources, refused))
    if problems:
        raise ConfigError(problems)
    return Loaded(settings, sources, tuple(read))


def _entries(
    read: Iterable[Path],
    environ: Mapping[str, str],
    overrides: Mapping[str, object],
    problems: list[str],
) -> Iterator[Entry]:
    for file in read:
        yield from file_entries(file, problems)
    yield from environment_entries(environ)
    yield from override_entries(overrides)


def _added(before: object, value: object) -> object:
    """The later value; own words come to those of the places read before."""
    return merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value


def _convert(entry: Entry) -> object:
    """The entry's value in its setting's type; raises ``ValueError`` saying what is wrong."""
    leaf = leaves().get(entry.path)
    if leaf is None:
        if entry.path in tables():
            raise ValueError(f"is a section, not a setting; got {_shown(entry.value)}")
        raise ValueError(advice(entry.path, entry.value))
    if leaf.path == SAY:
        return _words(entry.value)
    textual = entry.source.kind != "file"
    try:
        converted: object = msgspec.convert(entry.value, leaf.type, strict=not textual)
    except msgspec.ValidationError as error:
        raise ValueError(_explain(str(error), entry.value, leaf.type)) from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    return converted


def _words(value: object) -> object:
    """Own words as they came from one place; raises ``ValueError`` where one cannot be used."""
    if not isinstance(value, dict):
        raise ValueError(f"expected tables like [text.say.en]; got {_shown(value)}")  # noqa: TRY004 - a problem of the file
    for language, words in value.items():
        if not isinstance(words, dict):
            raise ValueError(f"expected a table [text.say.{language}]; got {_shown(words)}")  # noqa: TRY004 - as above
        for written, spoken in words.items():
            if wrong := problem(language, written, spoken):
                raise ValueError(f"{_shown(written)} in [text.say.{language}]: {wrong}")
    return value


def _explain(message: str, value: object, annotated: object) -> str:
    """``Expected `int` >= 1`` as: expected int >= 1; got 0."""
    if allowed := choices(annotated):
        return f"expected one of {', '.join(map(repr, allowed))}; got {_shown(value)}"
    wanted = message.partition(", got ")[0].replace("`", "").replace("Expected", "expected")
    return f"{wanted}; got {_shown(value)}"


def _shown(value: object) -> str:
    """The value as it was given, as much of it as a message has room for."""
    return _brief.repr(value)


def _broken_rules(
    settings: Settings, sources: Mapping[str, Source], refused: set[str]
) -> Iterator[str]:
    """Broken rules between settings, without those that follow from a refused value."""
    for path, message, also in violations(settings, sources):
        if refused.isdisjoint((path, *also)):
            origin = next((s for s in map(sources.get, (path, *also)) if s != DEFAULT), DEFAULT)
            yield f"{origin}: {path}: {message}"
