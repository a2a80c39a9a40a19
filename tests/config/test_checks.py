from pathlib import Path

import pytest

from jarvisd.config import load
from jarvisd.errors import ConfigError


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    file = tmp_path / "jarvisd.toml"
    file.write_text("")
    return file


def problems_of(file: Path, **overrides: object) -> list[str]:
    dotted = {name.replace("__", "."): value for name, value in overrides.items()}
    try:
        load(file, environ={}, overrides=dotted)
    except ConfigError as error:
        return [problem.removeprefix("command line: ") for problem in error.problems]
    return []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080",
        "https://models.lan/prefix",
        "http://[::1]:80",
        "unix:/run/llama.sock",
    ],
)
def test_addresses_of_llama_server_that_work(empty: Path, url: str) -> None:
    assert problems_of(empty, llm__url=url) == []


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("models.lan:8080", "must start with http://, https:// or unix:/; got 'models.lan:8080'"),
        ("", "must start with http://, https:// or unix:/; got ''"),
        ("http://", "names no host or socket path; got 'http://'"),
        ("unix:llama.sock", "names no host or socket path; got 'unix:llama.sock'"),
        ("http://a:99999", "not an address: Port out of range 0-65535; got 'http://a:99999'"),
        ("http://[::1", "not an address: Invalid IPv6 URL; got 'http://[::1'"),
    ],
)
def test_addresses_of_llama_server_that_cannot_work(empty: Path, url: str, problem: str) -> None:
    assert problems_of(empty, llm__url=url) == [f"llm.url: {problem}"]


def test_paths_in_a_file_are_absolute_because_a_file_has_no_working_directory(empty: Path) -> None:
    empty.write_text('[daemon]\nstate_dir = "state"')
    assert problems_of(empty) == [
        f"{empty}:2: daemon.state_dir: must be an absolute path; got 'state'"
    ]
    empty.write_text("")
    assert problems_of(empty, daemon__state_dir="state") == []


def test_a_socket_path_must_fit_the_kernels_address(empty: Path) -> None:
    assert problems_of(empty, api__socket="/" + "x" * 106) == []
    assert problems_of(empty, api__socket="/" + "x" * 107) == [
        "api.socket: 108 bytes are too long for a Unix socket, which holds 107"
    ]


def test_an_utterances_least_length_is_below_its_largest(empty: Path) -> None:
    assert problems_of(empty, text__utterance_min_chars=80, text__utterance_max_chars=79) == [
        "text.utterance_min_chars: 80 is above text.utterance_max_chars, which is 79"
    ]
    # The source named is the one that was set, even when the rule is stated for the other.
    assert problems_of(empty, text__utterance_max_chars=60, text__utterance_min_chars=61) == [
        "text.utterance_min_chars: 61 is above text.utterance_max_chars, which is 60"
    ]


def test_no_rule_complains_about_what_a_refused_value_explains(empty: Path) -> None:
    refused = problems_of(empty, text__utterance_min_chars=450, text__utterance_max_chars="lots")
    assert refused == ["text.utterance_max_chars: expected int; got 'lots'"]
