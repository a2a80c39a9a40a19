import io
import json
import logging
import os

import structlog

from jarvisd.config.settings import LogSettings
from jarvisd.telemetry import logs


def lines(settings: LogSettings) -> tuple[io.StringIO, list[str]]:
    stream = io.StringIO()
    logs.configure(settings, stream=stream, environ={})
    structlog.get_logger("jarvisd.test").warning("reply.skipped", utterance=3, reason="no voice")
    logging.getLogger("other").error("failed: %s", "why")
    return stream, stream.getvalue().splitlines()


def test_json() -> None:
    _, (first, second) = lines(LogSettings(format="json"))
    ours = json.loads(first)
    assert (ours["event"], ours["utterance"], ours["level"]) == ("reply.skipped", 3, "warning")
    assert ours["logger"] == "jarvisd.test"
    assert ours["timestamp"].endswith("Z")
    assert json.loads(second)["event"] == "failed: why"


def test_journal_lines_carry_their_priority() -> None:
    _, (first, second) = lines(LogSettings(format="journal"))
    assert first == "<4>reply.skipped utterance=3 reason='no voice' logger=jarvisd.test"
    assert second.startswith("<3>failed: why")


def test_every_line_of_a_traceback_has_its_priority() -> None:
    stream = io.StringIO()
    logs.configure(LogSettings(format="journal"), stream=stream, environ={})
    try:
        int("first\nsecond")
    except ValueError:
        structlog.get_logger().exception("request.crashed")
    found = stream.getvalue().splitlines()
    assert len(found) > 4
    assert all(line.startswith("<3>") for line in found)


def test_values_cannot_forge_lines() -> None:
    for style in ("journal", "console", "json"):
        stream = io.StringIO()
        settings = LogSettings(format=style)
        logs.configure(settings, stream=stream, environ={})
        structlog.get_logger().info("event", text="one\n<0>forged")
        assert len(stream.getvalue().splitlines()) == 1, style


def test_tracebacks_do_not_show_values() -> None:
    stream = io.StringIO()
    logs.configure(LogSettings(format="console"), stream=stream, environ={})
    secret = "what the user " + "said"
    try:
        secret.index("something else")
    except ValueError:
        structlog.get_logger().exception("request.crashed")
    assert "ValueError" in stream.getvalue()
    assert "what the user said" not in stream.getvalue()


def test_console_is_plain_where_there_is_no_terminal() -> None:
    _, (first, *_) = lines(LogSettings(format="console"))
    assert "\x1b" not in first
    assert "reply.skipped" in first


def test_level_can_change_while_running() -> None:
    stream, _ = lines(LogSettings(level="error", format="json"))
    assert len(stream.getvalue().splitlines()) == 1
    logs.set_level("debug")
    structlog.get_logger().debug("now")
    assert json.loads(stream.getvalue().splitlines()[-1])["event"] == "now"


def test_libraries_that_talk_a_lot_are_quiet() -> None:
    stream, before = lines(LogSettings(level="debug", format="json"))
    logging.getLogger("httpx").info("HTTP Request: POST …")
    logging.getLogger("httpcore.http11").info("send_request_headers.started")
    assert stream.getvalue().splitlines() == before


def test_auto_means_journal_only_when_stderr_is_the_journal() -> None:
    with open(os.devnull, "w") as stream:  # noqa: PTH123 - os.devnull is no Path
        found = os.fstat(stream.fileno())
        ours = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
        assert logs.chosen_format(LogSettings(), stream, ours) == "journal"
        assert logs.chosen_format(LogSettings(), stream, {"JOURNAL_STREAM": "1:2"}) == "console"
        assert logs.chosen_format(LogSettings(), stream, {}) == "console"
        assert logs.chosen_format(LogSettings(format="json"), stream, ours) == "json"
