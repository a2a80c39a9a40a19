"""Keys and what they do, in the real application without a terminal."""

import asyncio
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from jarvisctl.dashboard.app import Dashboard
from jarvisctl.dashboard.asking import Asking
from jarvisctl.dashboard.body import PanelGrid
from jarvisctl.dashboard.commanding import Commanding
from jarvisctl.dashboard.news import News
from jarvisctl.dashboard.preferences import Preferences
from jarvisctl.dashboard.screens import HelpSheet, ListSheet, TraceSheet
from jarvisctl.dashboard.widgets.question import QuestionLine
from jarvisd import wire
from tests.fakes.daemon import FakeDaemon
from tests.jarvisctl import samples
from tests.jarvisctl.dashboard import scenes


def app_of(socket: Path, scene: str = "speaking", **preferences: object) -> Dashboard:
    sockets = [str(socket)]
    news = News()
    return Dashboard(
        news,
        scenes.StillFeed(scenes.SCENES[scene]()),
        Asking(sockets, news.put),
        Commanding(sockets, news.put),
        clock=scenes.FROZEN,
        preferences=Preferences(animation=False, **preferences),  # type: ignore[arg-type]
        hurry=False,
    )


async def settled(pilot: Pilot[None], app: Dashboard) -> None:
    await pilot.pause()
    app.take_in()
    await pilot.pause()


async def until_asked(pilot: Pilot[None], daemon: FakeDaemon, method: str, path: str) -> None:
    async with asyncio.timeout(300):
        while not daemon.requests(method, path):
            await pilot.pause(0.02)


def text_of(app: Dashboard, panel: str) -> str:
    shown = app.query_one(PanelGrid).panels[panel].render().plain
    return " ".join(shown.split())


async def test_enter_asks_and_the_line_is_free_again(daemon: FakeDaemon, socket_path: Path) -> None:
    daemon.lines("POST", "/v1/replies", samples.reply())
    app = app_of(socket_path, "connected")
    async with app.run_test() as pilot:
        await settled(pilot, app)
        await pilot.press("i", *"Well?", "enter")
        await until_asked(pilot, daemon, "POST", "/v1/replies")
        assert app.query_one("#ask", Input).value == ""
    (asked,) = daemon.requests("POST", "/v1/replies")
    assert asked.body["text"] == "Well?"


async def test_escape_interrupts_what_is_spoken(daemon: FakeDaemon, socket_path: Path) -> None:
    path = f"/v1/replies/{samples.REPLY}/interrupt"
    daemon.json("POST", path, samples.INTERRUPTED)
    app = app_of(socket_path)
    async with app.run_test() as pilot:
        await settled(pilot, app)
        await pilot.press("escape")
        await until_asked(pilot, daemon, "POST", path)
        while app.snapshot.current is None or app.snapshot.current.outcome != "interrupted":
            await settled(pilot, app)
        assert "✂ interrupted" in text_of(app, "conversation")


async def test_a_refusal_is_said_in_the_log(daemon: FakeDaemon, socket_path: Path) -> None:
    path = f"/v1/replies/{samples.REPLY}/pause"
    daemon.refuse("POST", path, 404, "reply.unknown", "There is no such reply.")
    app = app_of(socket_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        app.query_one(PanelGrid).choose("log")
        await pilot.press("p")
        while "There is no such reply." not in text_of(app, "log"):
            await settled(pilot, app)
        assert text_of(app, "log").count("There is no such reply.") == 1


async def test_the_filter_works_while_it_is_typed_and_escape_drops_it(socket_path: Path) -> None:
    app = app_of(socket_path, "degraded")
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        app.query_one(PanelGrid).choose("log")
        await pilot.press("slash", *"worker.died")
        await pilot.pause()
        assert text_of(app, "log").endswith("speech worker.died engine=piper pid=4250")
        assert "health" not in text_of(app, "log")
        await pilot.press("escape")
        await pilot.pause()
        assert "health" in text_of(app, "log")


async def test_the_level_changes_what_the_log_shows(socket_path: Path) -> None:
    app = app_of(socket_path, "degraded")
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        app.query_one(PanelGrid).choose("log")
        await pilot.press("v", "v")
        await pilot.pause()
        assert "engine.piper is failed" in text_of(app, "log")
        assert "worker.died" not in text_of(app, "log")


async def test_number_keys_bring_a_panel_into_a_small_terminal(socket_path: Path) -> None:
    app = app_of(socket_path, "degraded")
    async with app.run_test(size=(60, 20)) as pilot:
        await settled(pilot, app)
        app.query_one(PanelGrid).choose("log")
        await pilot.press("6")
        await pilot.pause()
        assert app.query_one("#health").display
        assert not app.query_one("#log").display
        assert "sudo systemctl start llama-server" in text_of(app, "health")


async def test_a_panel_can_have_all_the_room_and_be_scrolled(socket_path: Path) -> None:
    app = app_of(socket_path, "connected")
    async with app.run_test(size=(80, 12)) as pilot:
        await settled(pilot, app)
        await pilot.pause()
        app.query_one(PanelGrid).choose("conversation")
        await pilot.press("z")
        await pilot.pause()
        assert app.query_one("#conversation").size.width > 70
        newest = text_of(app, "conversation")
        await pilot.press("g")
        assert text_of(app, "conversation") != newest
        await pilot.press("G")
        assert text_of(app, "conversation") == newest


async def test_help_names_every_key_and_its_id(socket_path: Path) -> None:
    app = app_of(socket_path, keys={"interrupt": "ctrl+x"})
    async with app.run_test(size=(120, 50)) as pilot:
        await settled(pilot, app)
        app.query_one(PanelGrid).choose("log")
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(app.screen, HelpSheet)
        told = "\n".join(row.plain for row in app.screen.lines(100))
        for binding in Dashboard.BINDINGS:
            assert binding.id, "every binding can be remapped"  # type: ignore[union-attr]
            assert binding.id in told  # type: ignore[union-attr]
        assert "ctrl+x" in told
        assert "leave the input line, a filter, a sheet  interrupt" in told


async def test_a_remapped_key_does_what_the_old_one_did(
    daemon: FakeDaemon, socket_path: Path
) -> None:
    path = f"/v1/replies/{samples.REPLY}/interrupt"
    daemon.json("POST", path, samples.INTERRUPTED)
    app = app_of(socket_path, keys={"interrupt": "ctrl+x"})
    async with app.run_test() as pilot:
        await settled(pilot, app)
        await pilot.press("ctrl+x")
        await until_asked(pilot, daemon, "POST", path)
    assert len(daemon.requests("POST", path)) == 1


async def test_the_trace_of_a_past_reply_is_the_daemons_where_it_kept_one(
    daemon: FakeDaemon, socket_path: Path
) -> None:
    trace = wire.TraceResponse(
        reply="r-6", started_at=0.0, outcome="done", provider="llama-server", engine="piper",
        voice="v", fallback=False, figures=wire.TraceFigures(), marks={},
        spans=[wire.TraceSpan(name="prefill", start_ms=0.0, duration_ms=80.0)],
    )  # fmt: skip
    daemon.json("GET", "/v1/traces/r-6", trace)
    app = app_of(socket_path, "connected")
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        app.query_one(PanelGrid).choose("log")
        await pilot.press("t")
        await pilot.pause()
        sheet = app.screen
        assert isinstance(sheet, TraceSheet)
        while not any("prefill" in row.plain for row in sheet.lines(100)):
            await pilot.pause(0.02)
        await pilot.press("h")
        assert any("5 of 6" in row.plain for row in sheet.lines(100))
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is not sheet


async def test_the_palette_shows_what_the_daemon_answers(
    daemon: FakeDaemon, socket_path: Path
) -> None:
    daemon.json("GET", "/v1/live", wire.LiveResponse(loop_lag_ms=0.25))
    app = app_of(socket_path, "connected")
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        commands = {command.title: command for command in app.get_system_commands(app.screen)}
        commands["Live"].callback()
        assert "live yes" in " ".join((await listed(pilot, app)).split())


async def listed(pilot: Pilot[None], app: Dashboard) -> str:
    """What the list over the dashboard says, once it is there."""
    while not isinstance(app.screen, ListSheet):
        await pilot.pause(0.02)
    options = app.screen.query_one(OptionList)
    return "\n".join(str(option.prompt) for option in options.options)


async def test_a_conversation_is_opened_from_the_list_and_copied(
    daemon: FakeDaemon, socket_path: Path
) -> None:
    info = wire.ConversationInfo(
        conversation="kitchen", created_at=1.0, updated_at=2.0, messages=2, title="Dinner?"
    )
    daemon.json("GET", "/v1/conversations", wire.ConversationsResponse(conversations=[info]))
    messages = [
        wire.MessageInfo(role="user", text="When is dinner?", created_at=1.0),
        wire.MessageInfo(role="assistant", text="At eight.", heard="At", created_at=2.0),
        wire.MessageInfo(role="user", text="Who?", created_at=3.0, failed="llm.timeout"),
    ]
    found = wire.ConversationResponse(conversation="kitchen", created_at=1.0, messages=messages)
    daemon.json("GET", "/v1/conversations/kitchen", found)
    app = app_of(socket_path, "connected")
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        commands = {command.title: command for command in app.get_system_commands(app.screen)}
        commands["Conversations"].callback()
        assert "Dinner?" in await listed(pilot, app)
        list_screen = app.screen
        await pilot.press("enter")
        while app.screen is list_screen:
            await pilot.pause(0.02)
        assert "When is dinner?" in await listed(pilot, app)
        assert "At eight." not in await listed(pilot, app)
        assert "no answer: llm.timeout" in await listed(pilot, app)
        await pilot.press("j", "y")
        assert app.clipboard == "At eight."


async def test_a_line_of_the_log_is_opened_in_full(socket_path: Path) -> None:
    app = app_of(socket_path, "degraded")
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        app.query_one(PanelGrid).choose("log")
        app.query_one(PanelGrid).log_panel.focus()
        await pilot.press("enter")
        assert "worker.died" in await listed(pilot, app)
        lines = app.screen
        await pilot.press("enter")
        while app.screen is lines:
            await pilot.pause(0.02)
        assert "text" in await listed(pilot, app)


async def test_what_was_asked_can_be_had_again(daemon: FakeDaemon, socket_path: Path) -> None:
    app = app_of(socket_path, "connected")
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        await pilot.press("i", *"one", "enter", *"two", "enter", *"dra", "up", "up", "up")
        line = app.query_one(QuestionLine)
        assert line.value == "one"
        await pilot.press("down")
        assert line.value == "two"
        await pilot.press("down")
        assert line.value == "dra"


async def test_speech_is_paused_from_the_input_line_too(
    daemon: FakeDaemon, socket_path: Path
) -> None:
    path = f"/v1/replies/{samples.REPLY}/pause"
    daemon.json("POST", path, samples.INFO)
    app = app_of(socket_path)
    async with app.run_test() as pilot:
        await settled(pilot, app)
        await pilot.press("i", "ctrl+s")
        await until_asked(pilot, daemon, "POST", path)
