"""The tree of settings, laid out flat: which dotted paths exist and what each one holds.

Everything that treats all settings alike (reader, rendering, spelling advice) starts from here,
so a field added to ``settings.py`` is read, checked and documented without another line.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar

import msgspec

from jarvisd.config.settings import Settings
from jarvisd.sections import Section

SAY = "text.say"  # the one setting whose tables have names that the owner chooses
AnySection = TypeVar("AnySection", bound=Section)


class Leaf(NamedTuple):
    """One setting: dotted ``path``, annotated ``type``, ``default`` and its line of explanation."""

    path: str
    type: Any
    default: object
    about: str


class Table(NamedTuple):
    """One section: dotted ``path`` (empty for the root), its class and its own settings."""

    path: str
    section: type[Section]
    leaves: tuple[Leaf, ...]


def join(parent: str, name: str) -> str:
    """``parent.name``, or ``name`` at the root."""
    return f"{parent}.{name}" if parent else name


@cache
def tables() -> Mapping[str, Table]:
    """Every section by dotted path, in the order of the file: a section before its subsections."""
    return {table.path: table for table in _walk("", Settings)}


@cache
def leaves() -> Mapping[str, Leaf]:
    """Every setting by dotted path, in the order of the file."""
    return {leaf.path: leaf for table in tables().values() for leaf in table.leaves}


def _walk(path: str, section: type[Section]) -> Iterator[Table]:
    own, nested = [], []
    for info in msgspec.structs.fields(section):
        here = join(path, info.name)
        if isinstance(info.type, type) and issubclass(info.type, Section):
            nested.append((here, info.type))
        else:
            own.append(Leaf(here, info.type, _default(info), _about(info.type)))
    yield Table(path, section, tuple(own))
    for here, below in nested:
        yield from _walk(here, below)


def _default(info: msgspec.structs.FieldInfo) -> object:
    if info.default is not msgspec.NODEFAULT:
        return info.default
    return info.default_factory()


def _about(annotated: object) -> str:
    """The description given by ``about(...)``: the outermost one, where several apply."""
    for meta in reversed(getattr(annotated, "__metadata__", ())):
        if meta.description:
            return str(meta.description)
    return ""


def build(values: Mapping[str, object]) -> Settings:
    """Settings from dotted paths to converted values; what is missing takes its default."""
    return _fill("", Settings, values)


def _fill(path: str, section: type[AnySection], values: Mapping[str, object]) -> AnySection:
    arguments: dict[str, object] = {}
    for info in msgspec.structs.fields(section):
        here = join(path, info.name)
        if here in tables():
            arguments[info.name] = _fill(here, tables()[here].section, values)
        elif here in values:
            arguments[info.name] = values[here]
    return section(**arguments)


def value_at(settings: Settings, path: str) -> object:
    """The value of one dotted path in a tree of settings."""
    found: object = settings
    for name in path.split("."):
        found = getattr(found, name)
    return found
