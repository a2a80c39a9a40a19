"""The owner's own words: whole words, case, the longest, and where rules give way to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.config.say import MAX_WRITTEN_CHARS
from jarvisd.config.settings import TextSettings
from jarvisd.text import UtteranceStream, speakable
from jarvisd.text.languages import ENGLISH, language
from jarvisd.text.spoken import speakable as speaking
from jarvisd.text.spoken.own_words import NO_WORDS, OwnWords, SayTables
from jarvisd.text.spoken.readings import Reading
from jarvisd.text.spoken.speakable import readings
from tests.text.chunks import made_from

SAY = {
    "all": {"PVE": "Proxmox", "pbs": "backup server", "TBD": "", "c++": "see plus plus"},
    "en": {"GB": "gigs", "PVE node": "the node", "R&D": "research", "10 GbE": "ten gig", "W": "*"},
    "de": {"PVE": "Prox Mox", "z.B.": "zum Exempel"},
    "de-at": {"PVE": "das Proxmox"},
    "cmn": {"猫": "mao"},
}
ENGLISH_WORDS = SayTables(SAY).words("en-us")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("PVE is up.", "Proxmox is up."),
        ("**PVE**, (PVE); PVE's!", "Proxmox, Proxmox; Proxmox's!"),
        ("PVE-cluster", "Proxmox-cluster"),
        ("pve Pve PVEs XPVE PVE_1 PVE2", "pve Pve PVEs XPVE PVE 1 PVE2"),
        ("PBS, Pbs, pbs", "backup server, backup server, backup server"),
        ("A PVE node, a PVE  \n node", "A the node, a the node"),
        ("It has 5 GB free.", "It has 5 gigs free."),
        ("C++ and R&D", "see plus plus and research"),
        ("TBD: the TBD port.", "the port."),
        ("A 10 GbE card", "A ten gig card"),
        ("https://PVE.local/PVE", "PVE dot local"),
        ("in /etc/PVE/my.cfg", "in slash etc slash PVE slash my dot cfg"),
        ("300 W", "300 *"),
    ],
)  # fmt: skip
def test_english(written: str, said: str) -> None:
    assert speakable(written, own_words=ENGLISH_WORDS).text == said


@pytest.mark.parametrize(
    ("tag", "written", "said"),
    [
        ("de", "PVE, z.B. hier", "Prox Mox, zum Exempel hier"),
        ("de_DE", "PVE", "Prox Mox"),
        ("deu", "PVE", "Prox Mox"),
        ("de-AT", "PVE", "das Proxmox"),
        ("", "PVE", "Proxmox"),
        ("xx", "PVE node", "Proxmox node"),
        ("cmn", "PVE的猫好", "Proxmox 的 mao 好"),
        ("en", "猫", "猫"),
    ],
)  # fmt: skip
def test_the_language_of_the_voice_chooses_the_tables(tag: str, written: str, said: str) -> None:
    words = SayTables(SAY).words(tag)
    assert speakable(written, language=language(tag), own_words=words).text == said


def test_a_word_is_one_rewritten_span_named_by_its_table() -> None:
    text = "My PVE node is up."
    (own,) = readings(text, own_words=ENGLISH_WORDS)
    assert own == (3, 11, "the node", "[text.say.en]")
    spoken = speakable(text, 100, own_words=ENGLISH_WORDS)
    assert spoken.text == "My the node is up."
    (rewritten,) = (part for part in spoken.alignments if part.spoken_start == 3)
    assert (rewritten.start, rewritten.end, rewritten.verbatim) == (103, 111, False)
    assert spoken.original_end(10) == 103
    assert spoken.original_end(11) == 111


def test_an_entry_as_written_comes_before_one_of_any_case() -> None:
    words = SayTables({"all": {"us": "all of us", "US": "the States"}}).words("")
    assert speakable("us, US, Us", own_words=words).text == "all of us, the States, all of us"


def test_words_far_apart_are_not_one_entry() -> None:
    far = "PVE" + " " * 2 * MAX_WRITTEN_CHARS + "node"
    assert speakable(far, own_words=ENGLISH_WORDS).text == "Proxmox node"


def test_tables_of_one_language_are_compiled_once() -> None:
    tables = SayTables(SAY)
    assert tables.words("de-DE") is tables.words("deu")
    assert tables.words("de") is not tables.words("de-at")
    assert not SayTables({}).words("en")


def test_the_fingerprint_is_that_of_what_is_said() -> None:
    def of(**say: dict[str, str]) -> str:
        return SayTables(say).words("en").fingerprint

    assert of(all={"a": "b", "c": "d"}) == of(all={"c": "d"}, en={"a": "b"})
    assert of(en={"a": "b"}) == "f0f380ad2d014832"  # the same in every process
    assert len({of(), of(en={"a": "b"}), of(en={"a": "c"}), of(en={"b": "b"})}) == 4
    assert NO_WORDS.fingerprint == of(de={"a": "b"})


@given(st.text(alphabet="PVEpbsc+R&D GBW5 node.,/:*\n", max_size=60))
def test_readings_are_in_order_and_apart(text: str) -> None:
    end = 0
    for reading in readings(text, own_words=ENGLISH_WORDS):
        assert end <= reading.start < reading.end <= len(text)
        end = reading.end


@given(st.text(max_size=80), st.dictionaries(st.text(min_size=1, max_size=3), st.text(max_size=5)))
def test_any_words_keep_the_text_aligned(text: str, entries: dict[str, str]) -> None:
    words = OwnWords({written: (spoken, "own") for written, spoken in entries.items()})
    spoken = speakable(text, own_words=words)
    at = 0
    for part in spoken.alignments:
        assert part.start == at
        at = part.end
    assert at == (len(text) if spoken.text else 0)


def test_what_is_not_there_changes_nothing() -> None:
    words = SayTables({"all": {"zzz": "z"}}).words("en")
    text = "The disk has 5 GB free; see https://a.example/b.\n\n- 10 % of 3 €"
    assert list(readings(text, own_words=words)) == list(readings(text))


def test_the_stream_says_them() -> None:
    stream = UtteranceStream(TextSettings(), language=ENGLISH, own_words=ENGLISH_WORDS)
    (said,) = (one.spoken.text for one in made_from(["The P", "VE is up."], stream))
    assert said == "The Proxmox is up."


def test_a_long_name_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []

    def look(text: str, own: Reading, rule: Reading) -> bool:
        looked.append(own)
        return in_a_name(text, own, rule)

    in_a_name = speaking._in_a_name
    monkeypatch.setattr(speaking, "_in_a_name", look)
    said = speakable("See http://a.example/" + "PVE/" * 200 + " and PVE.", own_words=ENGLISH_WORDS)
    assert said.text == "See a dot example and Proxmox."
    assert len(looked) == 1
