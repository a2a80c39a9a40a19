"""``preview``: the text room's own words, one JSON object an utterance, readable at 80 columns."""

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
