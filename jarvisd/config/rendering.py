"""The configuration as text: ``etc/jarvisd.toml``, and the current settings with their sources.

Generated, so that the reference file always has the defaults and bounds of the code.
"""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Annotated, NamedTuple, get_args, get_origin

import msgspec

from jarvisd.config.settings import Settings
from jarvisd.config.sources import Source
from jarvisd.config.spelling import choices
from jarvisd.config.tree import Leaf, Table, leaves, tables, value_at

WIDTH = 98
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
HEADER = """\
# Configuration of jarvisd. Every setting is shown with its default, so all of them may stay
# commented out. Sources are read in this order; for each setting the last one counts:
#
#   this file, or the one given with --config
#   *.toml in the directory beside it that adds .d to its name, in alphabetical order
#   environment: JARVISD__API__SOCKET=/tmp/j.sock sets socket in [api] (also JARVISD_SOCKET)
#   flags of the command line
#
# Check it with: jarvisd --check-config      See what is in force with: jarvisctl config show
"""


class Shown(NamedTuple):
    """One current setting: dotted path, value, where it was set, and its explanation."""

    path: str
    value: object
    source: Source
    about: str


def describe(settings: Settings, sources: Mapping[str, Source]) -> list[Shown]:
    """Every setting in force, in the order of the file. ``sources`` as loaded with them."""
    return [
        Shown(path, value_at(settings, path), sources[path], leaf.about)
        for path, leaf in leaves().items()
    ]


def render_default() -> str:
    """The whole of ``etc/jarvisd.toml``: every section, every setting, every default commented."""
    sections = [_section(table) for table in tables().values() if table.path]
    return "\n".join([HEADER, *sections])


def toml_value(value: object) -> str:
    """A setting's value as TOML: booleans, numbers, text, and lists of them."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, dict):
        inside = ", ".join(f"{toml_key(name)} = {toml_value(one)}" for name, one in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, float):
        return repr(value)
    # JSON's strings, numbers and booleans are TOML's; DEL is the one that TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_key(name: str) -> str:
    """A name as TOML, in quotes where it needs them."""
    return name if _BARE_KEY.fullmatch(name) else toml_value(name)


def _section(table: Table) -> str:
    summary = (table.section.__doc__ or "").strip()
    settings = "\n".join("\n".join(_setting(leaf)) for leaf in table.leaves)
    return f"# {summary}\n[{table.path}]\n\n{settings}"


def _setting(leaf: Leaf) -> Iterator[str]:
    """Explanation, limits, and the default as a comment; ends with an empty line."""
    name = leaf.path.rpartition(".")[2]
    words = " ".join(filter(None, (leaf.about, limits(leaf))))
    yield from textwrap.wrap(words, WIDTH, initial_indent="# ", subsequent_indent="# ")
    # TOML has no null: such a setting has no default line that could be un-commented.
    yield f"# {name} has no default" if leaf.default is None else _commented(name, leaf.default)
    yield ""


def _commented(name: str, value: object) -> str:
    return f"# {name} = {toml_value(value)}"


def limits(leaf: Leaf) -> str:
    """``One of ...`` for choices, ``(1 to 64)`` for bounded numbers, else empty."""
    if allowed := choices(leaf.type):
        return f"One of {', '.join(map(toml_value, allowed))}."
    bounds = list(_bounds(leaf.type))
    low = [b.ge if b.ge is not None else b.gt for b in bounds if (b.ge, b.gt) != (None, None)]
    high = [b.le if b.le is not None else b.lt for b in bounds if (b.le, b.lt) != (None, None)]
    if not low or not high:
        return ""
    above = "above " if any(b.gt is not None for b in bounds) else ""
    return f"({above}{low[0]:_} to {high[0]:_})"


def _bounds(annotated: object) -> Iterator[msgspec.Meta]:
    """Every constraint on a type, through unions and nested annotations."""
    arguments = get_args(annotated)
    if get_origin(annotated) is Annotated:
        yield from (part for part in arguments[1:] if isinstance(part, msgspec.Meta))
        arguments = arguments[:1]
    for part in arguments:
        yield from _bounds(part)
