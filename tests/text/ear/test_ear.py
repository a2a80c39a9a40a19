import tomllib
from pathlib import Path

import pytest

from tests.text.ear.__main__ import main
from tests.text.ear.cases import BadCaseError, Case, languages, read_file, read_language
from tests.text.ear.phonemes import ear, parse
from tests.text.ear.scores import Heard, hear, score

FLOORS = tomllib.loads((Path(__file__).parent / "floors.toml").read_text(encoding="utf-8"))
ENOUGH = 60  # of fewer cases, a third may be anything


def alike(one: list[str], other: list[str]) -> bool:
    there, back = parse(one).same(parse(other)), parse(other).same(parse(one))
    assert there is back
    return there


def sounds_alike(one: str, other: str, language: str = "en") -> bool:
    return alike(ear().listen(one, language), ear().listen(other, language))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("There are 3 dogs.", "There are three dogs."),
        ("It is one of the 1,234.", "It is one of the one thousand two hundred thirty four"),
        ("It takes 1.5 hours", "It takes one point five hours"),
        ("Chapter 11 is long", "Chapter eleven is long"),
        ("Well, then", "Well then"),
        ("It ends with one. Two follow.", "It ends with one two follow"),
    ],
)
def test_digits_words_and_pauses_sound_alike(one: str, other: str) -> None:
    assert sounds_alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("There are 3 dogs.", "There are four dogs."),
        ("There are 3 dogs.", "There are three dogs now."),
        ("5-10 minutes", "five to ten minutes"),
        ("9 AM", "nine am"),
        ("They record it", "They have a record"),
        ("the insight", "the incite"),
        ("two of ten", "two ten"),
    ],
)
def test_another_word_or_another_stress_is_heard(one: str, other: str) -> None:
    assert not sounds_alike(one, other)


def test_stress_counts_in_long_words_only() -> None:
    assert alike(["ˈɪnsaɪt"], ["ˈɪnsaɪt"])
    assert not alike(["ˈɪnsaɪt"], ["ɪnsˈaɪt"])
    assert not alike(["ˈɪnsaɪt"], ["ˌɪnsaɪt"])
    assert alike(["pˈɔɪnt fˈaɪv"], ["pɔɪnt", "fˌaɪv"])
    assert alike(["tˈuːhˈʌndɹɪd"], ["tuː hˈʌndɹɪd"])
    assert not alike(["tˈuːhˈʌndɹɪd"], ["tˈuː hʌndɹˈɪd"])


def test_another_language_is_another_ear() -> None:
    assert ear().listen("die Stadt", "de") != ear().listen("die Stadt", "en")
    with pytest.raises(LookupError):
        ear().listen("x", "no-such-language")


def test_a_wrong_case_fails() -> None:
    assert hear(Case("en", "cardinal", "3 dogs", "three dogs")).passed
    assert not hear(Case("en", "cardinal", "3 dogs", "two dogs")).passed


def test_a_reading_does_not_go_through_the_rules() -> None:
    heard = hear(Case("en", "money", "five dollars", "$5"))
    assert heard.expected == ear().listen("$5", "en")
    assert not heard.passed


def test_ids_stay(tmp_path: Path) -> None:
    case = Case("en", "range", "5-10 minutes", "five to ten minutes")
    assert case.id == "en/range/8f29fbcc89"
    assert case.unseen is True
    assert Case("en", "range", case.written, "another reading").id == case.id


def read(folder: Path, lines: str) -> list[Case]:
    path = folder / "date.txt"
    path.write_text(lines, encoding="utf-8")
    return list(read_file(path, "en"))


def test_files_have_comments_blank_lines_and_line_breaks(tmp_path: Path) -> None:
    cases = read(tmp_path, "# a comment\n\na\\nb ⇒ a, b\n  \nc ⇒ see\n")
    assert [(case.kind, case.written, case.reading) for case in cases] == [
        ("date", "a\nb", "a, b"),
        ("date", "c", "see"),
    ]


@pytest.mark.parametrize("line", ["a ⇒", "⇒ b", "a", "a => b", "a ⇒ b ⇒ c", "ok ⇒ again"])
def test_a_bad_line_is_named(line: str, tmp_path: Path) -> None:
    with pytest.raises(BadCaseError, match=r"date\.txt:2: "):
        read(tmp_path, f"ok ⇒ okay\n{line}\n")


def failures(arguments: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    main(arguments.split())
    return {line for line in capsys.readouterr().out.splitlines() if line.startswith("en/")}


def test_the_runner_keeps_unseen_failures_to_itself(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = [Case("en", "money", f"{count} euros", "one dollar") for count in range(2, 14)]
    unseen = {case.id for case in wrong if case.unseen}
    seen = {case.id for case in wrong} - unseen
    assert seen
    assert unseen
    monkeypatch.setattr("tests.text.ear.__main__.read_language", lambda _: wrong)

    assert failures("en", capsys) == seen
    assert failures("en --reveal", capsys) == seen | unseen
    assert failures("en --unseen", capsys) == set()
    assert failures("en --class date", capsys) == set()
    assert len(failures("en --failures 1", capsys)) == 1


@pytest.fixture(scope="module")
def heard() -> dict[str, list[Heard]]:
    return {language: [hear(c) for c in read_language(language)] for language in languages()}


@pytest.mark.parametrize("language", languages())
def test_a_third_of_the_cases_is_unseen(language: str) -> None:
    cases = read_language(language)
    share = sum(case.unseen for case in cases) / len(cases)
    assert len(cases) < ENOUGH or 0.25 <= share <= 0.42


@pytest.mark.parametrize("language", languages())
def test_a_reading_has_words_only(language: str) -> None:
    allowed = set(" .,;:?!'’\"-\n…。、，？！；：「」・¿¡–—")
    odd = {
        case.id: case.reading
        for case in read_language(language)
        if any(not (c.isalpha() or c in allowed or c in "\u0301ー々") for c in case.reading)
    }
    assert not odd


@pytest.mark.parametrize("language", languages())
def test_scores_do_not_fall(language: str, heard: dict[str, list[Heard]]) -> None:
    seen, unseen = (score(heard[language], unseen=which) for which in (False, True))
    assert language in FLOORS, "write its first scores, rounded down, into floors.toml"
    floor = FLOORS[language]
    told = f"{language}: seen {seen.percent:.1f} %, unseen {unseen.percent:.1f} %; floor {floor}"
    assert seen.percent >= floor["seen"], told
    assert unseen.percent >= floor["unseen"], told
