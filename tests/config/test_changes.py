"""What a reload would change at once, and what waits for a restart."""

from hypothesis import given
from hypothesis import strategies as st

from jarvisd.config import ApiSettings, LlmSettings, Settings, SpeechSettings, StoreSettings
from jarvisd.config.changes import LIVE, compare, is_live
from jarvisd.config.tree import build, leaves, tables, value_at


def test_what_is_live_exists_and_is_listed_once() -> None:
    assert list(LIVE) == sorted(set(LIVE))
    assert set(LIVE) <= set(leaves()) | set(tables())


def test_what_the_socket_and_processes_are_made_of_needs_a_restart() -> None:
    fixed = {path for path in leaves() if not is_live(path)}
    assert {"api.socket", "store.queue", "log.format", "daemon.state_dir"} <= fixed
    assert {"speech.piper.threads", "speech.worker_nice", "speech.spares"} <= fixed


def test_names_that_merely_begin_alike_are_not_live() -> None:
    assert is_live("llm.url")
    assert not is_live("llmx.url")
    assert not is_live("speech.voices")


def test_nothing_changes_where_nothing_differs() -> None:
    changes = compare(Settings(), Settings())
    assert (changes.settings, changes.now, changes.restart) == (Settings(), (), ())


def test_each_kind_is_told_apart() -> None:
    wanted = Settings(
        llm=LlmSettings(url="http://h:1"),
        speech=SpeechSettings(slots=1, spares=3),
        api=ApiSettings(socket="/tmp/s", max_text_chars=7),
        store=StoreSettings(queue=9),
    )
    changes = compare(Settings(), wanted)
    assert changes.now == ("api.max_text_chars", "llm.url", "speech.slots")
    assert changes.restart == ("api.socket", "speech.spares", "store.queue")
    assert changes.settings.llm.url == "http://h:1"
    assert changes.settings.api == ApiSettings(max_text_chars=7)
    assert changes.settings.store == StoreSettings()


def test_what_waits_for_a_restart_is_named_every_time() -> None:
    wanted = Settings(store=StoreSettings(queue=9), llm=LlmSettings(model="m"))
    first = compare(Settings(), wanted)
    assert compare(first.settings, wanted).now == ()
    assert compare(first.settings, wanted).restart == ("store.queue",)


VALUES = {
    "llm.model": st.text(max_size=3),
    "text.utterance_min_chars": st.integers(0, 50),
    "store.queue": st.integers(1, 9),
    "api.socket_group": st.sampled_from(["jarvis", "wheel"]),
    "speech.slots": st.integers(1, 4),
}
trees = st.fixed_dictionaries({}, optional=VALUES).map(build)


@given(trees, trees)
def test_every_difference_is_put_in_force_or_named(current: Settings, wanted: Settings) -> None:
    changes = compare(current, wanted)
    for path in leaves():
        before, after = value_at(current, path), value_at(wanted, path)
        now = value_at(changes.settings, path)
        assert now == (after if path in changes.now else before)
        assert (before != after) == (path in changes.now or path in changes.restart)
    assert compare(changes.settings, current).settings == current
