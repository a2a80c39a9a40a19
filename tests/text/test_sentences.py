"""Where sentences end in what language models really write, and when that is known."""

import pytest

from jarvisd.text import SentenceSplitter
from jarvisd.text.splitting.scanner import MAX_SENTENCE_CHARS
from tests.text.chunks import made_from

# One text a line, its sentences separated by "¦".
EXAMPLES = r"""
Dr. Smith called at 4 p.m. and asked you to call back.¦The number is in your phone.
The film starts at 8:45 p.m.¦It is two hours long.
Mr. and Mrs. Jones met Prof. J. R. R. Tolkien on Main St. yesterday.
Use tools, e.g. curl or wget, i.e. a client, etc.¦Then stop.
I like apples, pears, etc. and more.
It was No. 5 on the list.¦No.¦It was not.
The U.S. economy grew.¦I live in the U.S.¦It is big.¦The U.K. and the E.U. agree.
She has a Ph.D. in physics.¦He has an M.Sc. too.
Apple Inc. released it.¦It was made by Apple Inc.¦The price is $5.99.¦Buy it.
Fig. 3 shows it, see p. 12.¦Vol. 2 is next.
It is 5 min. away.¦Max. speed is 80 km/h.
Meet on Jan. 5 at noon.¦See you on Mon.¦The end.
My name is A. B. Smith.¦Plan B.¦It works.¦Vitamin C. is good.
We use Python 3.11.4.¦It works with v2.0.1.¦Upgrade now.
Edit /etc/fstab.¦Then run mount -a.¦Done!
See https://example.com/a.b?c=d.¦It has more.
Ping 192.168.1.10.¦If it fails, try 10.0.0.0/8.
Email me at a.b@c.de.¦Thanks!¦Bye.
The value is 3.14.¦Pi is 3.14159...and so on.
What's 2+2?¦It is 4.¦Simple.
This is version 2.¦The next is 3.¦Then 4.
Is that so?¦Yes!¦Really?!¦OK.
Yahoo! is old.¦I use Yahoo!¦It is slow.
Wait... what?¦Well…¦Maybe.¦I think... it is fine.
"Stop!" he said.¦"Go on."¦She left.
He asked, "Why?" and left.¦(It was late.)¦Then he slept.
He is tall (approx. 2 m).¦She is not.
Er sagte: „Ich komme.“¦Dann ging er.¦Am 3. Oktober ist z.B. Feiertag.
Das kostet ca. 5 Euro.¦Nr. 7 ist frei, bzw. war es.
Il a dit : « Bonjour ! »¦Puis il est parti.¦Vraiment ?¦Oui.
¿Cómo estás?¦¡Muy bien!¦El Sr. García llegó a las 5 p.m.¦Luego se fue.
**Note.**¦This matters.¦*Really.*¦It does.
Run `apt update. Then` now.¦Use `ls -la.`¦Next.
Read [the docs. Really](http://a.b).¦It helps.
1. Install it.¦2. Run it.¦3. Enjoy.
Option (a) is best.¦Option (b) is worse.
Good night 🌙.¦Sleep well 🎉!¦See you 😀
The cost is 3 €.¦That is cheap.¦It is 22 °C.¦Nice.
I am.¦You are.¦So be it.
"""
UNSPACED = [
    ("你好。今天天气很好！你呢？", ["你好。", "今天天气很好！", "你呢？"]),
    ("他说：“你好。”然后走了。", ["他说：“你好。”", "然后走了。"]),
    ("「行く。」と言った。そして出た。", ["「行く。」と言った。", "そして出た。"]),
    ("人口は約1,400万人です。東京は大きい。", ["人口は約1,400万人です。", "東京は大きい。"]),
]
BLOCKS = [
    ("# Title\nText here.\n", ["# Title", "Text here."]),
    ("Items:\n- one\n- two. Three\n", ["Items:", "- one", "- two.", "Three"]),
    ("1. First\n2. Second\n", ["1. First", "2. Second"]),
    ("See:\n```sh\nls. Then\n\npwd\n```\nDone.", ["See:", "```sh\nls. Then\n\npwd\n```", "Done."]),
    ("````\n```\n````\nDone.", ["````\n```\n````", "Done."]),
    ("~~~\nnever closed. End", ["~~~\nnever closed. End"]),
    ("| a. B | c |\n| - | - |\n", ["| a. B | c |", "| - | - |"]),
    ("One paragraph\n\nand another", ["One paragraph", "and another"]),
    (
        f"A line that is {'very ' * 10}long and goes on\nin the next one. Good.",
        [f"A line that is {'very ' * 10}long and goes on\nin the next one.", "Good."],
    ),
]


def sentences(text: str) -> list[str]:
    return [sentence.text for sentence in made_from([text], SentenceSplitter())]


@pytest.mark.parametrize("line", EXAMPLES.strip().splitlines())
def test_sentences_of(line: str) -> None:
    assert sentences(line.replace("¦", " ")) == line.split("¦")


@pytest.mark.parametrize(("text", "expected"), [*UNSPACED, *BLOCKS])
def test_sentences_without_spaces_and_in_blocks(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "decided_by"),
    [
        ("You can leave the umbrella at home.", " "),  # an ordinary word: nothing else to know
        ("Is there anything else?", " "),
        ("Stop!", " "),
        ("Here it is", "\n"),
        ("It is on.", " "),
        ("It fills the vat.", " T"),  # a short word may be an abbreviation
        ("It takes 25.", " Y"),
        ("He lives in the U.S.", " It "),
        ("He lives in the U.S.", "\n"),
        ("你好。", "今"),
        ("She left...", " T"),
    ],
)
def test_a_sentence_is_handed_out_by_the_character_that_decides_it(
    text: str, decided_by: str
) -> None:
    splitter = SentenceSplitter()
    assert splitter.feed(text + decided_by[:-1]) == []
    assert [sentence.text for sentence in splitter.feed(decided_by[-1])] == [text]


@pytest.mark.parametrize("text", ["x" * 3, "word ", "Dr. ", "`", "[", "(", '"', "```\n", "|"])
def test_a_sentence_without_an_end_is_cut(text: str) -> None:
    endless = text * (3 * MAX_SENTENCE_CHARS // len(text))
    found = made_from([endless], SentenceSplitter())
    assert len(found) >= 3
    assert max(len(sentence.text) for sentence in found) <= MAX_SENTENCE_CHARS
