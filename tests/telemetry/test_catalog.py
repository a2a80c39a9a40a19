"""The journal's catalogue explains exactly the events that have an id, and they are logged."""

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from jarvisd.telemetry.message_ids import MESSAGE_IDS

ROOT = Path(__file__).parents[2]
CATALOG = ROOT / "systemd" / "jarvisd.catalog"
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def entries() -> dict[str, tuple[dict[str, str], str]]:
    """Headers and text by id."""
    found = {}
    for block in re.split(r"^-- ", CATALOG.read_text(), flags=re.MULTILINE)[1:]:
        head, _, text = block.partition("\n\n")
        message_id, *headers = head.splitlines()
        text = "\n".join(line for line in text.splitlines() if not line.startswith("# "))
        found[message_id] = (dict(line.split(": ", 1) for line in headers), text.strip())
    return found


@cache
def logged() -> tuple[tuple[str, set[str]], ...]:
    """Every event that the source logs by a literal name, with the names of its values."""
    return tuple(_logged())


def _logged() -> Iterator[tuple[str, set[str]]]:
    for file in (ROOT / "jarvisd").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in LEVELS
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                keys = {keyword.arg for keyword in node.keywords if keyword.arg}
                yield str(node.args[0].value), keys


def test_ids_are_128_bits_and_never_twice() -> None:
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in MESSAGE_IDS.values())
    assert len(set(MESSAGE_IDS.values())) == len(MESSAGE_IDS)
    assert list(MESSAGE_IDS) == sorted(MESSAGE_IDS)


def test_every_id_is_explained_and_nothing_else() -> None:
    assert set(entries()) == set(MESSAGE_IDS.values())


def test_every_event_with_an_id_is_logged_somewhere() -> None:
    assert set(MESSAGE_IDS) <= {event for event, _ in logged()}


@pytest.mark.parametrize("event", MESSAGE_IDS)
def test_an_explanation_names_only_values_that_the_event_has(event: str) -> None:
    headers, text = entries()[MESSAGE_IDS[event]]
    assert set(headers) == {"Subject", "Defined-By", "Documentation"}
    assert text
    named = {name.lower() for name in re.findall(r"@JARVISD_([A-Z_]+)@", text)} - {"turn"}
    for found, keys in logged():
        if found == event:
            assert named <= keys, f"{event} lacks {named - keys}"


@pytest.mark.skipif(shutil.which("journalctl") is None, reason="there is no journalctl here")
def test_journalctl_takes_the_catalogue(tmp_path: Path) -> None:
    folder = tmp_path / "usr/lib/systemd/catalog"
    folder.mkdir(parents=True)
    (tmp_path / "var/lib/systemd/catalog").mkdir(parents=True)
    shutil.copy(CATALOG, folder)

    def journalctl(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["journalctl", f"--root={tmp_path}", *arguments],
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    updated = journalctl("--update-catalog")
    assert (updated.returncode, updated.stderr) == (0, "")
    listed = journalctl("--list-catalog").stdout
    assert all(message_id in listed for message_id in MESSAGE_IDS.values())
