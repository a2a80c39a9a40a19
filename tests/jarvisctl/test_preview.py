"""``preview``: the text room's own words, one JSON object an utterance, readable at 80 columns."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisctl.commands.preview import _pieces
from jarvisctl.layout import display_width
from jarvisd.config import Settings
from jarvisd.text import UtteranceStream
from tests.jarvisctl.conftest import Jarvisctl

TEXT = (
    "Well, the disk has 5 GB free. Really? Yes!\n\n"
    "```sh\nls\n```\n\n日本語のテキストです。それだけ。\n"
)


def expected(text: str) -> list[dict[str, object]]:
    settings = Settings()
    stream = UtteranceStream(settings.text, pause_ms=settings.audio.sentence_pause_ms)
    return [
        {
            "schema": 1,
            "seq": utterance.seq,
            "sentences": [sentence.text for sentence in utterance.sentences],
            "spoken": utterance.spoken.text,
            "skipped": utterance.skipped,
        }
        for utterance in (*stream.feed(text), *stream.finish())
    ]


@pytest.mark.parametrize("chunk", [(), ("--chunk", "1"), ("--chunk", "7")])
def test_json_is_one_object_an_utterance(jarvisctl: Jarvisctl, chunk: tuple[str, ...]) -> None:
    ran = jarvisctl.run("preview", "--json", *chunk, stdin=TEXT.encode())
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.objects == expected(TEXT)
    assert [list(line) for line in ran.objects] == [
        ["schema", "seq", "sentences", "spoken", "skipped"]
    ] * len(ran.objects)


def test_arguments_are_one_text(jarvisctl: Jarvisctl) -> None:
    assert jarvisctl.run("preview", "--json", "It", "is", "well.").objects == expected(
        "It is well."
    )


def test_people_get_two_columns(jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("preview", stdin=TEXT.encode())
    assert ran.code == 0
    header, *rows = ran.text.splitlines()
    assert header.split() == ["#", "written", "spoken"]
    assert any("5 gigabytes" in row for row in rows)
    assert any("(not spoken: code)" in row for row in rows)
    assert max(map(display_width, rows)) <= 80
    assert ran.stderr.endswith("not spoken\n")


def test_settings_come_from_a_file(jarvisctl: Jarvisctl, tmp_path: Path) -> None:
    config = tmp_path / "jarvisd.toml"
    config.write_text("[text]\nutterance_min_chars = 0\nfirst_audio_budget_ms = 0\n")
    text = "One. Two. Three."
    assert len(jarvisctl.run("preview", "--json", text).objects) < 3
    ran = jarvisctl.run("preview", "--json", "--config", str(config), text)
    assert [line["spoken"] for line in ran.objects] == ["One.", "Two.", "Three."]
    config.write_text("[text]\nutterance_min_char = 0\n")
    ran = jarvisctl.run("preview", "--config", str(config), text)
    assert ran.code == 1
    assert "utterance_min_chars" in ran.stderr


def test_bytes_that_are_not_text_are_refused(jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("preview", stdin=b"ab\xffcd")
    assert ran.code == 2
    assert "not UTF-8" in ran.stderr


def test_nothing_gives_nothing(jarvisctl: Jarvisctl) -> None:
    assert jarvisctl.run("preview", "--json", stdin=b"").stdout == b""


@given(parts=st.lists(st.text(max_size=9), max_size=9), size=st.integers(1, 12))
def test_pieces_have_the_size_asked_for(parts: list[str], size: int) -> None:
    pieces = list(_pieces(iter(parts), size))
    assert "".join(pieces) == "".join(parts)
    assert all(len(piece) == size for piece in pieces[:-1])


SAY = '[text.say.en]\nPVE = "Proxmox"\n[text.say.de]\nPVE = "Prox Mox"\n'
ROWS = re.compile(r" {3,}")


@pytest.fixture
def words(tmp_path: Path) -> tuple[str, str]:
    config = tmp_path / "words.toml"
    config.write_text(SAY)
    return "--config", str(config)


def test_every_change_names_its_rule(jarvisctl: Jarvisctl, words: tuple[str, str]) -> None:
    ran = jarvisctl.run("preview", "--explain", *words, "**PVE** has\n\n```sh\nls\n```")
    assert (ran.code, ran.stderr.splitlines()[1:]) == (0, [])
    assert [ROWS.split(row.strip()) for row in ran.text.splitlines()] == [
        ["#  written", "spoken", "rule"],
        ["0  **PVE** has", "Proxmox has"],
        ["**", "(nothing)", "emphasis"],
        ["PVE", "Proxmox", "[text.say.en]"],
        ["**", "(nothing)", "emphasis"],
        ["(line end)", "(pause)", "line end"],
        ["1  ```sh", "Sh code block skipped."],
        ["```sh", "Sh code block skipped.", "text.code_blocks"],
        ["2  ls", "(not spoken: code)"],
        ["```"],
        ["ls ```", "(nothing)", "text.code_blocks"],
    ]
    assert max(map(display_width, ran.text.splitlines())) <= 80


def test_changes_are_in_the_json(jarvisctl: Jarvisctl, words: tuple[str, str]) -> None:
    (line,) = jarvisctl.run("preview", "--json", "--explain", *words, "On PVE.").objects
    assert line["spoken"] == "On Proxmox."
    assert line["changes"] == [{"written": "PVE", "spoken": "Proxmox", "rule": "[text.say.en]"}]


@pytest.mark.parametrize("how", [("--lang", "de-DE"), ("--voice", "espeak:de")])
def test_the_language_decides_the_words(
    jarvisctl: Jarvisctl, words: tuple[str, str], how: tuple[str, str]
) -> None:
    (line,) = jarvisctl.run("preview", "--json", *how, *words, "PVE geht.").objects
    assert line["spoken"] == "Prox Mox geht."


def test_the_default_voice_decides_otherwise(jarvisctl: Jarvisctl, words: tuple[str, str]) -> None:
    with Path(words[1]).open("a") as config:
        config.write('[speech]\nvoice = "espeak:de"\n')
    (line,) = jarvisctl.run("preview", "--json", *words, "PVE geht.").objects
    assert line["spoken"] == "Prox Mox geht."


def test_phonemes_are_those_of_the_language(jarvisctl: Jarvisctl) -> None:
    said = [
        jarvisctl.run("preview", "--json", "--phonemes", "--lang", tag, "Wind, nah.").objects[0]
        for tag in ("en_US", "de-AT")
    ]
    assert [line["phonemes"] for line in said] == [["wˈɪnd", "nˈɑː"], ["vˈɪnt", "nˈɑː"]]
    shown = jarvisctl.run("preview", "--phonemes", "--lang", "en", "Wind, nah.").text
    assert shown.splitlines()[2:] == ["     /wˈɪnd/", "     /nˈɑː/"]


def test_without_espeak_there_are_no_phonemes(jarvisctl: Jarvisctl, tmp_path: Path) -> None:
    config = tmp_path / "jarvisd.toml"
    config.write_text('[speech.espeak]\nlibrary = "/none/libespeak-ng.so"\ndata = "/none"\n')
    ran = jarvisctl.run("preview", "--phonemes", "--config", str(config), "One.")
    assert ran.code == 1
    assert "/none/libespeak-ng.so cannot be loaded" in ran.stderr
    assert "set speech.espeak.library" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--voice", "nobody"), "there is no voice 'nobody'"),
        (("--lang", "1"), "'1' is no language"),
        (("--lang", "xx", "--phonemes"), "espeak-ng has no voice for the language 'xx'"),
        (("--lang", "de", "--voice", "espeak:de"), "not both"),
    ],
)
def test_what_is_not_there_is_named(
    jarvisctl: Jarvisctl, arguments: tuple[str, ...], told: str
) -> None:
    ran = jarvisctl.run("preview", *arguments, "One.")
    assert ran.code != 0
    assert told in ran.stderr


def test_the_usual_configuration_counts(jarvisctl: Jarvisctl) -> None:
    def spoken(least: str) -> tuple[list[str], str]:
        environ = {"JARVISD__TEXT__UTTERANCE_MIN_CHARS": least}
        ran = jarvisctl.run("preview", "--json", "One. Two. Six.", environ=environ)
        return [line["spoken"] for line in ran.objects], ran.stderr

    assert spoken("0") == (["One.", "Two.", "Six."], "")
    with_defaults, told = spoken("no")
    assert with_defaults == ["One.", "Two. Six."]
    assert "cannot be used, so this is with the defaults: JARVISD__TEXT__UTTER" in told
