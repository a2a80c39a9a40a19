"""Words that others wrote never drive the terminal: every text of every message, drawn."""

import dataclasses
import typing
from typing import Any

import msgspec
import pytest

from jarvisctl.dashboard.answers import rows_of
from jarvisctl.dashboard.app import Dashboard
from jarvisctl.dashboard.messages import Message
from jarvisctl.dashboard.screens import ListSheet
from jarvisctl.terminal import printable
from tests.jarvisctl.dashboard import scenes

EVIL = "\x1b]52;c;AAAA\x07\x1b]0;title\x07\x9b31m\u202e"


def poisoned(value: Any) -> Any:
    """``value`` with hostile words in every field that is plain text."""
    if isinstance(value, msgspec.Struct):
        kinds = typing.get_type_hints(type(value))
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        return type(value)(**{k: _field(v, kinds[k]) for k, v in fields.items()})
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kinds = typing.get_type_hints(type(value))
        names = [field.name for field in dataclasses.fields(value)]
        changed = {name: _field(getattr(value, name), kinds[name]) for name in names}
        return dataclasses.replace(value, **changed)
    if isinstance(value, list | tuple):
        return type(value)(poisoned(item) for item in value)
    return value


def _field(value: Any, kind: Any) -> Any:
    return value + EVIL if kind is str and value else poisoned(value)


def drawn(app: Dashboard) -> str:
    """Everything that goes to the terminal."""
    lines = app.screen._compositor.render_strips()
    return "\n".join(segment.text for strip in lines for segment in strip)


@pytest.mark.parametrize("scene", scenes.SCENES)
async def test_no_panel_lets_them_through(scene: str) -> None:
    messages: list[Message] = [poisoned(message) for message in scenes.SCENES[scene]()]
    app = scenes.dashboard(messages)
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.pause()
        app.take_in()
        await pilot.pause()
        shown = drawn(app)
    assert "52;c;AAAA" in shown
    assert printable(shown) == shown


async def test_no_list_lets_them_through() -> None:
    answer = {f"name{EVIL}": EVIL, "voices": [{"id": EVIL}], "messages": [{"text": EVIL}]}
    app = scenes.dashboard(scenes.SCENES["connected"]())
    async with app.run_test(size=(100, 30)) as pilot:
        app.push_screen(ListSheet(f"title{EVIL}", rows_of(answer), lambda _: None))
        await pilot.pause()
        await pilot.pause()
        shown = drawn(app)
    assert "52;c;AAAA" in shown
    assert printable(shown) == shown
