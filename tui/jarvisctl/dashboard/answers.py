"""What the daemon answered, as rows to read: each can be copied, and many can be opened.

Pure: values in, rows out. Knows conversations, messages and voices by their names; every other
answer becomes names and values, so that a verb of a newer daemon is readable too.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from textual.content import Content

from jarvisctl.dashboard.figures import milliseconds
from jarvisctl.dashboard.look import BAD, FAINT, KEY, column, line
from jarvisctl.dashboard.snapshot import ShownLine
from jarvisctl.layout import mebibytes, seconds

Fields = Mapping[str, object]
NAME_WIDTH = 24
MOST_ROWS = 5_000
# Numbers of seconds beyond this are times of the wall clock: 2001.
EARLIEST_TIME = 1e9
UNITS: dict[str, Callable[[float], str]] = {
    "_bytes": lambda value: mebibytes(int(value)),
    "_ms": milliseconds,
    "_s": seconds,
}
SPEAKERS = {"user": ("❯ ", "$text-accent bold"), "assistant": ("  ", "")}


@dataclass(frozen=True, slots=True)
class Row:
    """A line: ``copied`` is what it says in full; Enter asks for ``path``, or opens ``inner``."""

    text: Content
    copied: str
    path: str = ""
    inner: Fields | None = None

    @property
    def opens(self) -> bool:
        """Whether there is more behind it."""
        return bool(self.path) or self.inner is not None


def rows_of(answer: Fields | str) -> list[Row]:
    """An answer of the API: fields, or plain text."""
    if isinstance(answer, str):
        return [Row(Content(text), text) for text in answer.splitlines()[:MOST_ROWS]]
    return list(islice(_fields(answer), MOST_ROWS))


def rows_of_log(log: tuple[ShownLine, ...]) -> list[Row]:
    """Lines of the log, each of which opens in full."""
    return [
        Row(
            line((_at(entry.wall), FAINT), "  ", (f"{entry.kind} ", "bold"), entry.text),
            f"{_at(entry.wall)} {entry.level} {entry.kind} {entry.text}",
            inner={
                "time": _at(entry.wall),
                "level": entry.level,
                "what": entry.kind,
                "reply": entry.reply,
                "text": entry.text,
            },
        )
        for entry in log
    ]


def _fields(fields: Fields, indent: int = 0) -> Iterator[Row]:
    for name, value in fields.items():
        match value:
            case Mapping() if value:
                yield _heading(name, indent)
                yield from _fields(value, indent + 2)
            case [*items] if items:
                yield _heading(name, indent)
                for item in items:
                    yield from _item(name, item, indent + 2)
            case _:
                yield _value(name, value, indent)


def _heading(name: str, indent: int) -> Row:
    words = name.replace("_", " ")
    return Row(line(" " * indent, (words, "bold")), words)


def _value(name: str, value: object, indent: int) -> Row:
    words, told = name.replace("_", " "), readable(name, value)
    named = column(words, max(8, NAME_WIDTH - indent))
    return Row(line(" " * indent, (named, FAINT), " ", told), f"{words}: {told}")


def _item(name: str, item: object, indent: int) -> Iterator[Row]:
    margin = " " * indent
    if not isinstance(item, Mapping):
        yield Row(line(margin, readable(name, item)), readable(name, item))
    elif name == "conversations":
        yield _conversation(item, margin)
    elif name == "messages":
        yield from _message(item, margin)
    elif name == "voices":
        yield _voice(item, margin)
    else:
        yield _object(item, margin)


def _object(fields: Fields, margin: str) -> Row:
    told = " · ".join(
        f"{name.replace('_', ' ')} {readable(name, value)}"
        for name, value in fields.items()
        if not isinstance(value, Mapping | list)
    )
    return Row(line(margin, told), told, inner=fields)


def _conversation(fields: Fields, margin: str) -> Row:
    at = readable("updated_at", fields.get("updated_at"))
    conversation = str(fields.get("conversation"))
    title = str(fields.get("title") or conversation)
    text = line(margin, (at, FAINT), f"  {column(title, 48)} ", (conversation, FAINT))
    return Row(text, f"{conversation} {title}", path=f"/v1/conversations/{conversation}")


def _message(fields: Fields, margin: str) -> Iterator[Row]:
    """As it was heard; what was written and not heard is in the row's own fields."""
    mark, style = SPEAKERS.get(str(fields.get("role")), ("  ", ""))
    text, heard = str(fields.get("text")), fields.get("heard")
    for row in (text if heard is None else str(heard)).splitlines() or [""]:
        yield Row(line(margin, (mark, KEY), (row, style)), text, inner=fields)
        mark = "  "
    if fields.get("interrupted"):
        yield Row(line(margin, ("  ✂ interrupted", FAINT)), text, inner=fields)
    if failed := fields.get("failed"):
        yield Row(line(margin, ("  ✖ no answer: ", BAD), (str(failed), FAINT)), text, inner=fields)


def _voice(fields: Fields, margin: str) -> Row:
    voice, told = str(fields.get("id")), str(fields.get("language") or "")
    if fields.get("default"):
        told += "  default"
    if not fields.get("available", True):
        told += f"  {fields.get('reason') or 'not available'}"
    text = line(margin, f"{column(voice, 34)} ", (told, FAINT))
    return Row(text, voice, inner=fields)


def readable(name: str, value: object) -> str:
    """A value for people; the end of its name tells the unit."""
    match value:
        case None | "" | [] | {}:
            return "-"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return _number(name, value)
    return str(value)


def _number(name: str, value: float) -> str:
    for ending, told in UNITS.items():
        if name.endswith(ending):
            return told(value)
    if isinstance(value, int):
        return str(value)
    return _at(value) if value >= EARLIEST_TIME else f"{value:.4g}"


def _at(wall: float | None) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(wall)) if wall else "earlier"
