from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jarvisd.config import Settings, Source, load, load_with_sources
from jarvisd.config.reader import MAX_PROBLEMS
from jarvisd.config.sources import MAX_FILE_BYTES, configuration_file
from jarvisd.errors import ConfigError


class Write(Protocol):
    def __call__(self, text: str, name: str = "jarvisd.toml") -> Path: ...


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_to(text: str, name: str = "jarvisd.toml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write_to


def problems_of(path: Path, **sources: object) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path, environ={}, **sources)  # type: ignore[arg-type]
    return [problem.replace(f"{path.parent}/", "") for problem in caught.value.problems]


# --- which sources there are, and which one wins ------------------------------------------------


def test_an_empty_file_means_every_default(write: Write) -> None:
    assert load(write(""), environ={}) == Settings()


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    assert problems_of(tmp_path / "jarvisd.toml") == ["jarvisd.toml: no such file"]


def test_later_sources_win_for_each_setting(tmp_path: Path, write: Write) -> None:
    file = write("[api]\nmax_connections = 1\nevent_backlog = 1\n[speech]\nslots = 1\nspares = 1")
    write(
        "[api]\nmax_connections = 2\nevent_backlog = 2\n[speech]\nslots = 2",
        "jarvisd.toml.d/10.toml",
    )
    write("[api]\nmax_connections = 3\nevent_backlog = 3", "jarvisd.toml.d/20.toml")
    loaded = load_with_sources(
        file,
        environ={"JARVISD__API__MAX_CONNECTIONS": "4", "JARVISD__API__EVENT_BACKLOG": "4"},
        overrides={"api.max_connections": 5},
    )
    assert loaded.settings.api.max_connections == 5
    assert loaded.settings.api.event_backlog == 4
    assert loaded.settings.speech.slots == 2
    assert loaded.settings.speech.spares == 1
    assert loaded.settings.speech.worker_nice == Settings().speech.worker_nice
    assert [path.name for path in loaded.files] == ["jarvisd.toml", "10.toml", "20.toml"]


def test_every_setting_knows_its_source(write: Write) -> None:
    file = write("[speech]\nslots = 3\n\n[speech.piper]\nthreads = 2")
    loaded = load_with_sources(
        file, environ={"JARVISD__LOG__LEVEL": "debug"}, overrides={"daemon.state_dir": "/s"}
    )
    assert loaded.sources["speech.slots"] == Source("file", str(file), 2)
    assert loaded.sources["speech.piper.threads"] == Source("file", str(file), 5)
    assert str(loaded.sources["speech.piper.threads"]) == f"{file}:5"
    assert str(loaded.sources["log.level"]) == "JARVISD__LOG__LEVEL"
    assert loaded.sources["daemon.state_dir"].kind == "flag"
    assert str(loaded.sources["api.socket"]) == "default"


def test_environment_text_becomes_the_settings_type(write: Write) -> None:
    environ = {
        "JARVISD__API__OTHERS_MAY_READ": "true",
        "JARVISD__SPEECH__PIPER__THREADS": "4",
        "JARVISD__LLM__TEMPERATURE": "0.5",
        "JARVISD__LLM__MODEL": "7",
        "JARVISD_UNRELATED": "x",
        "HOME": "/root",
    }
    settings = load(write(""), environ=environ)
    assert settings.api.others_may_read is True
    assert settings.speech.piper.threads == 4
    assert settings.llm.temperature == 0.5
    assert settings.llm.model == "7"


def test_the_clients_socket_variable_counts_for_the_daemon_too(write: Write) -> None:
    environ = {"JARVISD_SOCKET": "/run/a", "JARVISD__API__SOCKET": "/run/b"}
    assert load(write(""), environ=environ).api.socket == "/run/a"


def test_flags_that_were_not_given_change_nothing(write: Write) -> None:
    file = write('[api]\nsocket = "/run/a"')
    assert load(file, environ={}, overrides={"api.socket": None}).api.socket == "/run/a"
    assert load(file, environ={}, overrides={"api.socket": Path("/run/c")}).api.socket == "/run/c"


def test_plain_users_fall_back_to_their_own_file(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = tmp_path / "etc" / "jarvisd.toml"
    own = write("", "home/.config/jarvisd/jarvisd.toml")
    environ = {"HOME": str(tmp_path / "home")}
    monkeypatch.setattr("os.geteuid", lambda: 1_000)
    assert configuration_file(environ, system_file=system) == own
    assert configuration_file({"XDG_CONFIG_HOME": "/none"}, system_file=system) == system
    assert configuration_file({"HOME": "/" + "x" * 5_000}, system_file=system) == system
    assert configuration_file({}, system_file=system) == system
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert configuration_file(environ, system_file=system) == system
    monkeypatch.setattr("os.geteuid", lambda: 1_000)
    write("", "etc/jarvisd.toml.d/10.toml")
    assert configuration_file(environ, system_file=system) == system


# --- problems -----------------------------------------------------------------------------------


def test_all_problems_are_listed_at_once(write: Write) -> None:
    file = write(
        """\
[api]
max_conections = 5
body_timeout_s = 0

[llm]
history_messages = 0
url = "ftp://models"

[speach]
slots = 2

[speech]
slots = "two"
"""
    )
    write("[log]\nlevel = 3\n", "jarvisd.toml.d/10.toml")
    write("[log\n", "jarvisd.toml.d/20.toml")
    with pytest.raises(ConfigError) as caught:
        load(
            file,
            environ={"JARVISD__API__MAX_CONNECTIONS": "many", "JARVISD__API": "x"},
            overrides={"text.first_audio_budget_ms": 5001},
        )
    expected = """\
main:2: api.max_conections: unknown setting; did you mean api.max_connections?
main:3: api.body_timeout_s: expected float > 0.0; got 0
main:6: llm.history_messages: expected int >= 1; got 0
main:9: speach: unknown section; did you mean speech?
main:13: speech.slots: expected int; got 'two'
main.d/10.toml:2: log.level: expected one of 'debug', 'info', 'warning', 'error'; got 3
main.d/20.toml:1: not valid TOML: Expected ']' at the end of a table declaration
JARVISD__API: api: is a section, not a setting; got 'x'
JARVISD__API__MAX_CONNECTIONS: api.max_connections: expected int; got 'many'
command line: text.first_audio_budget_ms: expected int <= 5000; got 5001
main:7: llm.url: must start with http://, https:// or unix:/; got 'ftp://models'
"""
    listed = [problem.replace(str(file), "main") for problem in caught.value.problems]
    assert listed == expected.splitlines()


REPLACED = (
    "2: text.first_clause_chars: unknown setting; it was replaced by text.first_audio_budget_ms"
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("slots = 2", "1: slots: unknown setting; did you mean speech.slots?"),
        ("[text]\nfirst_clause_chars = 12", REPLACED),
        ("[api]\nspares = 2", "2: api.spares: unknown setting; did you mean speech.spares?"),
        ("[log]\nlvel = 'info'", "2: log.lvel: unknown setting; did you mean log.level?"),
        ("[log]\nzzzz = 1", "2: log.zzzz: unknown setting"),
        ("log = 1", "1: log: is a section, not a setting; got 1"),
        ("api = {sokket = 'x'}", "1: api.sokket: unknown setting; did you mean api.socket?"),
        ("[speech]\nslots = {a = 1}", "2: speech.slots: expected int; got {'a': 1}"),
        ("[speech]\nslots = true", "2: speech.slots: expected int; got True"),
        ("[audio]\nmax_reply_s = nan", "2: audio.max_reply_s: expected float > 0.0; got nan"),
    ],
)
def test_a_problem_names_its_place_and_what_helps(write: Write, text: str, problem: str) -> None:
    assert problems_of(write(text)) == [f"jarvisd.toml:{problem}"]


def test_unreadable_files_are_problems_not_crashes(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9")
    (tmp_path / "large.toml").write_bytes(b"#" * (MAX_FILE_BYTES + 1))
    (tmp_path / "folder.toml").mkdir()
    assert problems_of(tmp_path / "latin.toml") == ["latin.toml: not UTF-8 at byte 5"]
    assert problems_of(tmp_path / "large.toml") == ["large.toml: larger than 1048576 bytes"]
    assert problems_of(tmp_path / "folder.toml") == ["folder.toml: cannot be read: Is a directory"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a = " + "[" * 100_000, "not valid TOML: nested too deeply"),
        ("a = " + "{a=" * 50_000, "not valid TOML: nested too deeply"),
        ("[speech]\nslots = " + "9" * 10_000, "not valid TOML: a number is too long"),
    ],
)
def test_what_would_exhaust_the_parser_is_a_problem(write: Write, text: str, problem: str) -> None:
    assert problems_of(write(text)) == [f"jarvisd.toml: {problem}"]


def test_a_value_that_is_nested_deeply_is_shown_in_brief(write: Write) -> None:
    nested = "[" * 300 + "]" * 300
    (problem,) = problems_of(write(f"[speech]\nslots = {nested}\n"))
    assert problem.startswith("jarvisd.toml:2: speech.slots: ")
    assert len(problem) < 300
    (problem,) = problems_of(write("[log]\nlevel = '" + "x" * 100_000 + "'\n"))
    assert len(problem) < 500


def test_a_name_that_is_nested_deeply_is_shown_in_brief(write: Write) -> None:
    (problem,) = problems_of(write(".".join("a" * 5_000) + " = 1\n"))
    assert len(problem) < 500


def test_a_long_list_of_problems_ends_somewhere(write: Write) -> None:
    problems = problems_of(write("".join(f"unknown{n} = 1\n" for n in range(20_000))))
    assert len(problems) == MAX_PROBLEMS + 1


def test_a_refused_value_is_still_a_problem_when_a_later_source_replaces_it(write: Write) -> None:
    file = write("[speech]\nslots = 0")
    assert problems_of(file, overrides={"speech.slots": 2}) == [
        "jarvisd.toml:2: speech.slots: expected int >= 1; got 0"
    ]


@given(text=st.text() | st.binary().map(lambda data: data.decode("latin-1")))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_loads_or_is_a_list_of_problems(tmp_path: Path, text: str) -> None:
    file = tmp_path / "any.toml"
    file.write_text(text)
    problems = []
    try:
        load(file, environ={})
    except ConfigError as error:
        problems = error.problems
    assert all(problem.startswith(str(file)) for problem in problems)
