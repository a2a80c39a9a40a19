"""Reading the configuration again: all of what can change, or nothing, and systemd knows."""

import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from jarvisd.config import LlmSettings, Loaded, Settings, Source, StoreSettings
from jarvisd.config.tree import leaves
from jarvisd.errors import ConfigError
from jarvisd.host.notify import Notifier
from jarvisd.observe.status_line import StatusLine
from jarvisd.reloading import Reloader, in_force
from tests.host.systemd import FakeSystemd

WANTED = Settings(llm=LlmSettings(model="m"), store=StoreSettings(queue=9))


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSystemd]:
    address = f"{tmp_path}/notify"
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    with FakeSystemd(address) as fake:
        yield fake


def loaded(settings: Settings, file: str) -> Loaded:
    """``settings`` as if all of them stood in ``file``."""
    return Loaded(settings, dict.fromkeys(leaves(), Source("file", file, 1)), (Path(file),))


class Stage:
    """A reloader whose configuration the test writes, and a room that remembers."""

    def __init__(self) -> None:
        self.notifier = Notifier(os.environ)
        self.wanted: Settings | ConfigError = Settings()
        self.reading = threading.Event()
        self.reading.set()
        self.told: list[Settings] = []
        self.reloads: list[int] = []
        line = StatusLine(self.notifier, lambda: "Idle")
        self.reloader = Reloader(
            loaded(Settings(), "/old"),
            read=self._read,
            rooms=(self.told.append,),
            reloaded=lambda: self.reloads.append(len(self.told)),
            notifier=self.notifier,
            line=line,
        )

    def _read(self) -> Loaded:
        self.reading.wait(60)
        if isinstance(self.wanted, ConfigError):
            raise self.wanted
        return loaded(self.wanted, "/new")


@pytest.fixture
def stage(systemd: FakeSystemd) -> Iterator[Stage]:
    made = Stage()
    yield made
    made.notifier.close()


async def test_rooms_get_what_can_change_and_the_rest_is_named(stage: Stage) -> None:
    stage.wanted = WANTED
    answer = await stage.reloader.reload()
    assert (answer.changed, answer.restart) == (["llm.model"], ["store.queue"])
    assert stage.told == [Settings(llm=LlmSettings(model="m"))]
    assert stage.reloader.loaded.settings == stage.told[0]


async def test_what_is_in_force_says_where_it_was_set(stage: Stage) -> None:
    stage.wanted = WANTED
    await stage.reloader.reload()
    answer = in_force(stage.reloader.loaded)
    assert answer.files == ["/new"]
    found = {one.path: (one.value, one.source) for one in answer.settings}
    assert found["llm.model"] == ("m", "/new:1")
    assert found["store.queue"] == (StoreSettings().queue, "/old:1")  # waits for a restart


async def test_a_bad_file_changes_nothing_and_is_explained(stage: Stage) -> None:
    stage.wanted = ConfigError(["one", "two"])
    with structlog.testing.capture_logs() as logged, pytest.raises(ConfigError) as raised:
        await stage.reloader.reload()
    assert raised.value.problems == ["one", "two"]
    assert stage.told == []
    assert stage.reloader.loaded.settings == Settings()
    assert [(entry["event"], entry["problems"]) for entry in logged] == [
        ("config.refused", ["one", "two"])
    ]


async def test_nothing_new_disturbs_no_room(stage: Stage) -> None:
    stage.wanted = Settings(store=StoreSettings(queue=9))
    answer = await stage.reloader.reload()
    assert (answer.changed, answer.restart) == ([], ["store.queue"])
    assert stage.told == []
    assert stage.reloads == [0], "what the settings point at may have been repaired"


@pytest.mark.parametrize("wanted", [WANTED, ConfigError(["x"])])
async def test_systemd_hears_of_the_beginning_and_the_end(
    stage: Stage, systemd: FakeSystemd, wanted: Settings | ConfigError
) -> None:
    stage.wanted = wanted
    await asyncio.gather(stage.reloader.reload(), return_exceptions=True)
    begun, ended = systemd.told()
    assert begun["RELOADING"] == "1"
    assert int(begun["MONOTONIC_USEC"]) > 0
    assert ended == {"READY": "1", "STATUS": "Idle"}


async def test_reloads_come_one_after_the_other_and_never_hold_the_loop(
    stage: Stage, systemd: FakeSystemd
) -> None:
    stage.reading.clear()
    both = asyncio.gather(stage.reloader.reload(), stage.reloader.reload())
    assert (await systemd.next())["RELOADING"] == "1"  # the loop turns while the file is read
    assert systemd.told() == []
    stage.wanted = WANTED
    stage.reading.set()
    first, second = await both
    assert (first.changed, second.changed) == (["llm.model"], [])
