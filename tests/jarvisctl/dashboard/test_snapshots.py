"""What the dashboard looks like, at every size and in every state; clock and feed stand still.

After a wanted change: UPDATE_SNAPSHOTS=1 pytest tests/jarvisctl/dashboard, and look at the files.
"""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvisctl.dashboard.app import Dashboard
from tests.jarvisctl.dashboard import scenes

SNAPSHOTS = Path(__file__).parent / "snapshots"
SIZES = ((50, 24), (80, 24), (120, 36), (200, 50))
UPDATE = bool(os.environ.get("UPDATE_SNAPSHOTS"))


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


async def drawn(app: Dashboard, size: tuple[int, int]) -> str:
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.take_in()
        await pilot.pause()
        app.take_in()
        await pilot.pause()
        return normalised(app.export_screenshot(simplify=True))


def normalised(svg: str) -> str:
    """Without fonts and the number that tells pictures of a page apart; one element a line."""
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = re.sub(r"terminal-\d+-", "terminal-", svg)
    return re.sub(r"(</text>|</rect>|/>)(?=<)", r"\1\n", svg).strip() + "\n"


def compare(name: str, svg: str) -> None:
    path = SNAPSHOTS / f"{name}.svg"
    if UPDATE:
        path.write_text(svg, encoding="utf-8")
        return
    if path.read_text(encoding="utf-8") != svg:
        seen = path.with_suffix(".seen.svg")
        seen.write_text(svg, encoding="utf-8")
        pytest.fail(f"{path.name} looks different: compare with {seen}")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("scene", scenes.SCENES)
async def test_looks_as_known(scene: str, size: tuple[int, int]) -> None:
    svg = await drawn(scenes.dashboard(scenes.SCENES[scene]()), size)
    compare(f"{scene}-{size[0]}x{size[1]}", svg)


@pytest.mark.parametrize("theme", ["jarvis-light", "jarvis-safe", "jarvis-16"])
async def test_themes_look_as_known(theme: str) -> None:
    svg = await drawn(scenes.dashboard(scenes.degraded(), theme=theme), (120, 36))
    compare(f"degraded-120x36-{theme}", svg)
