"""``[text.say.LANG]``: words of every file together, wrong ones named with their line."""

import tomllib
from pathlib import Path

import pytest

from jarvisd.config import Settings, TextSettings, load, load_with_sources
from jarvisd.config.changes import compare
from jarvisd.config.rendering import describe, toml_value
from jarvisd.errors import ConfigError


def problems(path: Path, text: str, **environ: str) -> list[str]:
    file = path / "j.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(file, environ=environ)
    return [problem.replace(f"{path}/", "") for problem in caught.value.problems]


def test_words_of_every_file_count_and_a_later_one_wins(tmp_path: Path) -> None:
    file = tmp_path / "j.toml"
    file.write_text('[text.say.en]\nPVE = "Proxmox"\n"R&D" = "research"\n[text.say.all]\nTBD = ""')
    drop_in = tmp_path / "j.toml.d" / "more.toml"
    drop_in.parent.mkdir()
    drop_in.write_text('[text.say.en]\nPVE = "P V E"\n[text.say.de-AT]\n"z.B." = "z B"\n')
    loaded = load_with_sources(file, environ={})
    assert loaded.settings.text.say == {
        "en": {"PVE": "P V E", "R&D": "research"},
        "all": {"TBD": ""},
        "de-AT": {"z.B.": "z B"},
    }
    assert str(loaded.sources["text.say"]) == f"{drop_in}:4"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[text.say.en]\na = "b"\nPVE = 3', "expected the words to say, in quotes; got 3"),
        (
            '[text.say.english]\nPVE = "b"',
            "'english' is no language; use a tag as in [text.say.de], or [text.say.all]",
        ),
        ('[text.say.en]\n" " = "b"', "the word is empty"),
        (
            '[text.say.en]\n"a" = "b\\nc"',
            "what is said for it has a line break or another character that cannot be printed",
        ),
        (
            f'[text.say.en]\na = "{"b" * 201}"',
            "what is said for it has 201 characters; at most 200 are allowed",
        ),
        (
            f'[text.say.en]\n{"a" * 65} = ""',
            "the word has 65 characters; at most 64 are allowed",
        ),
    ],
)
def test_a_wrong_word_is_named_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    header, *_, line = text.splitlines()
    word = line.partition(" = ")[0].strip('"')
    place = f"j.toml:{len(text.splitlines())}: text.say"
    assert problems(tmp_path, text) == [f"{place}: {word!r} in {header}: {problem}"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[text.say]\nPVE = "b"', "expected a table [text.say.PVE]; got 'b'"),
        ("[text]\nsay = 3", "expected tables like [text.say.en]; got 3"),
    ],
)
def test_words_stand_in_tables_of_languages(tmp_path: Path, text: str, problem: str) -> None:
    assert problems(tmp_path, text) == [f"j.toml:2: text.say: {problem}"]


def test_each_wrong_word_is_a_problem(tmp_path: Path) -> None:
    assert len(problems(tmp_path, "[text.say.en]\na = 1\nb = 2\n[text.say.de]\nc = 3")) == 3


def test_there_are_not_too_many(tmp_path: Path) -> None:
    lines = "\n".join(f'w{n} = "x"' for n in range(501))
    (problem,) = problems(tmp_path, f"[text.say.en]\n{lines}\n[text.say.de]\n{lines}")
    assert problem.endswith("text.say: 1002 words are too many; at most 1000 are allowed")


def test_a_variable_cannot_hold_words(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "", JARVISD__TEXT__SAY="PVE")
    assert problem.startswith("JARVISD__TEXT__SAY: text.say: expected tables")


def test_words_are_shown_as_toml() -> None:
    settings = Settings(text=TextSettings(say={"en": {"PVE": "Proxmox", 'a "b"': ""}, "de": {}}))
    sources = load_with_sources(None, environ={}).sources
    shown = {one.path: one.value for one in describe(settings, sources)}["text.say"]
    written = toml_value(shown)
    assert written == '{ en = { PVE = "Proxmox", "a \\"b\\"" = "" }, de = {} }'
    assert tomllib.loads(f"say = {written}")["say"] == shown


def test_words_change_at_run_time() -> None:
    wanted = Settings(text=TextSettings(say={"en": {"PVE": "Proxmox"}}))
    changes = compare(Settings(), wanted)
    assert (changes.now, changes.restart) == (("text.say",), ())
    assert changes.settings == wanted
