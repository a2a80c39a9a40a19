"""Sentences in other languages: what a list cannot say, and what only one language knows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.config.settings import TextSettings
from jarvisd.text import SentenceSplitter, UtteranceStream
from jarvisd.text.languages import ENGLISH, NEUTRAL, Language, language
from jarvisd.text.languages.nearest import CODES
from tests.text.chunks import CUTS, TEXTS, by_cuts, by_size, made_from
from tests.text.golden import split
from tests.text.test_work import TOTAL, moved

# A language and a text, its sentences separated by "¦".
CASES = [
    ("en", "Call me at 9 A.M. PST tomorrow.¦ I am up."),
    ("en", "The call is at 9 a.m. Eastern Time.¦ Join it."),
    ("en", "It opens at 9 a.m. Monday through Friday.¦ It is closed today."),
    ("en", "It is 10 p.m. UTC, so wait.¦ It ends at 5 p.m.¦ Utah is next."),
    ("en", "A. Karpov vs. B. Spassky was long.¦ Karpov won."),
    ("en", "A. Karpov and B. Spassky met.¦ It was a draw."),
    ("en", "A. The first item B. The second item".replace(" B", "¦ B")),
    ("en", "He lives in the U.S.¦ However, he works in the U.K. now."),
    ("en", "Use tools, e. g. GNU make.¦ Then stop."),
    ("en", "Wir sehen uns am 3. Oktober, also bald."),
    ("en", "She said z. B. Wasser and left."),
    ("en", "Buy milk, bread, etc. (see the list).¦ Then come home."),
    ("de", "Wir sehen uns am 3. Oktober, also bald.¦ Bis dann."),
    ("de", "Was sind die Folgen der Abstimmung vom 12. Juni?¦ Keine."),
    ("de", "Im 1. Quartal war es ruhig.¦ Das 2. Quartal war besser."),
    ("de", "1. Quartal: ruhig."),
    ("de", "Es ist der 3. Versuch am 2. Server.¦ Der 4. folgt."),
    ("de", "Heute ist der 3.¦ Morgen ist der 4.¦ Das passt."),
    ("de", "Es sind 25.¦ Danach kommen 30."),
    ("de", "Nimm z. B. Wasser, d. h. nichts Süßes.¦ Dann i. d. R. Tee."),
    ("de", "Nimm z.B. Wasser, d.h. nichts Süßes.¦ Gut."),
    ("de", "Er wohnt in der Hauptstr. 12 in Bonn.¦ Dort ist er i. d. R. Montags."),
    ("de", "Die Schaltfläche a. Danach b.".replace("a. ", "a.¦ ")),
    ("de", "Das gilt u. a. Docker, m. E. Proxmox u. Ä.¦ Das war es."),
    ("de", "Vgl. Abb. 3 und Nr. 7, ca. 5 Mio. Euro.¦ Das ist viel."),
    ("es", "La economía de EE. UU. creció.¦ Los EE. UU. Unidos son grandes."),
    ("es", "Vive en EE. UU.¦ Luego se fue."),
    ("es", "Llegó a las 5 p. m. El bar cerró.".replace(" El", "¦ El")),
    ("es", "—¿Vienes? —preguntó Juan.¦ Ella calló."),
    ("es", "El Sr. García y la Dra. López llegaron.¦ ¿Y tú?"),
    ("it", "Il Dott. Rossi e l'Avv. Bianchi sono qui.¦ È tardi."),
    ("it", "Il Dott. Rossi chiama l’Ing. Verdi, ad es. oggi.¦ Va bene."),
    ("fr", "M. Dupont et Mme Martin arrivent.¦ Vraiment ?¦ Oui."),
    ("fr", "Voir le chap. 3, p. ex. la page 12.¦ Merci."),
    ("ru", "Он живёт в г. Москва на ул. Ленина.¦ Это близко."),
    ("ru", "В 1898 г. Толстой уехал и т. д.¦ Потом вернулся."),
    ("ru", "— Что? — спросил он.¦ — Ничего."),
    ("el", "Πού είσαι;¦ Εδώ είμαι."),
    ("el", "Πού είσαι\u037e¦ Εδώ είμαι."),
    ("el", "Ο κ. Παπάς ήρθε, π.χ. χθες.¦ Τον είδα."),
    ("ja", "そうか……¦行こう。"),
    ("ja", "彼は……知らない。¦そう。"),
    ("ja", "「えっ……」と言った。"),
    ("zh", "我们去看《摔跤吧！爸爸》好吗？¦好！"),
    ("zh", "真的吗？！¦好。"),
    ("zh", '好吗?¦好!¦他说:"你好吗?"¦然后走了。'),
    ("zh", "见 https://a.b/c?d=e 好。"),
    ("en", "The case is Roe v. Wade.¦ J. Smith v. A. Jones came later."),
    ("de", "Die Fa. Müller GmbH & Co. KG liefert.¦ Das war es."),
    ("fr", "Il habite au 5 av. Victor Hugo.¦ C'est loin."),
    ("es", "La Av. Libertad es del s. XX.¦ Es larga.¦ Dijo que no.¦ Y se fue."),
    ("ru", "Это завод им. Ленина, д. 5, кв. 3.¦ Т. е. рядом."),
    ("it", "Pane, latte, ecc.¦ Ciao."),
    ("nl", "Mr. De Wit komt i.p.v. Jan.¦ Dat is goed."),
    ("hi", "यह घर है।¦वह बड़ा है।¦ क्या?¦ हाँ।"),
    ("hi", "श्लोक॥¦अगला।"),
    ("ar", "هل أنت بخير؟¦نعم.¦ جيد."),
    ("ar", "ماذا؟!¦لا شيء."),
    ("ur", "یہ گھر ہے۔¦وہ بڑا ہے۔"),
    ("km", "ខ្ញុំទៅផ្ទះ។¦អ្នកទៅណា។"),
    ("my", "ကျွန်တော်သွားမယ်။¦သူလာမယ်။"),
    ("bo", "བཀྲ་ཤིས་བདེ་ལེགས།¦ ང་བོད་པ་ཡིན།"),
    ("am", "ሰላም ነው።¦ደህና ነህ፧¦ አዎ።"),
    ("hy", "Ես տանն եմ։¦ Դու որտե՞ղ ես։¦Այստեղ։"),
]
STRIPS = [*CODES, ""]
LANGUAGES = st.sampled_from(STRIPS).map(language)
WORDS = (
    "z. ", "B. ", "d. h. ", "Hauptstr. ", "3. ", "Oktober, ", "am ", "EE. UU. ", "p. m. ", "PST ",
    "Dott. ", "l'Avv. ", "г. ", "т. д. ", "А. И. ", "жағдайы.XVIII ", "? — ", "! ", "……", "は……",
    "行く。", "《あ！》", "」", "と", "؟", "।", "።", "។", "; ", "- ", "(", "X ", "x ", "…", "の\n",
)  # fmt: skip


@pytest.mark.parametrize(("code", "marked"), CASES)
def test_sentences_of(code: str, marked: str) -> None:
    expected = [each.strip() for each in marked.split("¦")]
    assert split(marked.replace("¦", ""), code) == expected


@given(st.lists(st.sampled_from(WORDS), max_size=40).map("".join) | TEXTS, CUTS, LANGUAGES)
def test_every_language_is_cut_the_same_for_every_chunking(
    text: str, cuts: list[int], tongue: Language
) -> None:
    whole = made_from([text], SentenceSplitter(tongue))
    assert made_from(text, SentenceSplitter(tongue)) == whole
    assert made_from(by_cuts(text, cuts), SentenceSplitter(tongue)) == whole
    spoken = made_from([text], UtteranceStream(TextSettings(), language=tongue))
    assert made_from(by_cuts(text, cuts), UtteranceStream(TextSettings(), language=tongue)) == (
        spoken
    )
    assert "".join(each.text for each in spoken) == text


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_words_of_a_language_are_written_as_they_are_looked_up(code: str) -> None:
    known = language(code).stops
    assert language(code).code == code
    for name in (
        "titles", "before_number", "before_anything", "after_something", "calendar",
        "short_words", "half_days", "exclamation_names",
    ):  # fmt: skip
        for word in getattr(known, name):
            assert word == word.lower()
            assert not word.endswith(".")
    # A short word ends its sentence: what is an abbreviation, too, would never be one.
    assert not known.short_words & (known.before_anything | known.titles)


@pytest.mark.parametrize(
    ("code", "unit"),
    [("ja", "…"), ("ja", "か……"), ("ja", "の\n"), ("ru", "слово."), ("ru", "? "), ("de", "z. "),
     ("de", "Hauptstr. "), ("el", ";"), ("hi", "।"), ("zh", "《。"), ("en", "a. "),
     ("en", "p. m. ")],
)  # fmt: skip
def test_what_is_held_and_read_again_is_bounded(
    code: str, unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    half, whole = (
        moved(unit * (size // len(unit)), 1_000, monkeypatch, language(code))
        for size in (TOTAL // 2, TOTAL)
    )
    assert whole <= 2.2 * half + 10_000
    assert whole <= 60 * TOTAL
    utterances = UtteranceStream(TextSettings(), language=language(code))
    for part in by_size(unit * (TOTAL // len(unit)), 50):
        utterances.feed(part)
        assert utterances._window.end - utterances._window._base <= 4_000 + 400 + 128


def test_another_language_has_what_all_share() -> None:
    assert language("xx") is NEUTRAL
    assert split("Prof. Li vs. Dr. Wu, 5 p. m. sim。Não.", "xx") == [
        "Prof. Li vs. Dr. Wu, 5 p. m. sim。",
        "Não.",
    ]


def test_a_splitter_is_english_unless_told() -> None:
    text = "It is 3. Versuch it."
    assert made_from([text], SentenceSplitter()) == made_from([text], SentenceSplitter(ENGLISH))
    assert len(split("Am 3. Versuch.", "en")) == 2
    assert len(split("Am 3. Versuch.", "de")) == 1
