"""How written text is said, and that what is said leads back to what was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.text import speakable
from jarvisd.text.spoken.speakable import MAX_SPOKEN_CHARS
from tests.text.chunks import TEXTS

EXAMPLES = [
    # Markdown
    (
        "**Important:** do _not_ run `sudo rm` as ***root***, ~~ever~~.",
        "Important: do not run sudo rm as root, ever.",
    ),
    ("### Step 2: Install", "Step 2: Install"),
    ("> Quoted text here.", "Quoted text here."),
    ("- first item\n- second item\n* third", "first item. second item. third"),
    ("1. Install the package.\n2. Reboot.", "1. Install the package. 2. Reboot."),
    ("- [ ] open task\n- [x] done task", "open task. done task"),
    (
        "See [the docs](https://docs.example.org/a_(b)) and ![a cat](cat.png).",
        "See the docs and a cat.",
    ),
    ("Yes[1] and no [...] maybe.", "Yes and no maybe."),
    ("\\*no emphasis\\* and \\# no heading", "no emphasis and no heading"),
    ("foo_bar and __init__ and snake_case_name", "foo bar and init and snake case name"),
    ("Line one\nline two goes on\nThen a third", "Line one line two goes on. Then a third"),
    ("| Host | IP |\n|:-----|---:|\n| nas | 10 |", "Host, IP. nas, 10"),
    ("---", ""),
    # HTML and SSML
    ('<speak>Hello <break time="500ms"/>world</speak>', "Hello world"),
    ("a<br/>b <!-- hidden -->c", "a b c"),
    ("Visit <https://example.com> today.", "Visit example dot com today."),
    ("Tom &amp; Jerry &nbsp; &quot;here&quot;", "Tom and Jerry here"),
    ("<<b>speak>hi", "speak hi"),
    ("5 < 6 and 5 > 3", "5 less than 6 and 5 greater than 3"),
    # Addresses
    (
        "Visit https://www.example.co.uk:8443/path/to?x=1#y, please.",
        "Visit example dot co dot uk port 8443, please.",
    ),
    ("Use example.com or nas.local.", "Use example dot com or nas dot local."),
    (
        "Write to jane.doe+home@mail.example.org.",
        "Write to jane dot doe plus home at mail dot example dot org.",
    ),
    ("It is 192.168.1.10.", "It is 192 dot 168 dot 1 dot 10."),
    ("10.0.0.0/24", "10 dot 0 dot 0 dot 0 slash 24"),
    ("10.0.0.1:8080", "10 dot 0 dot 0 dot 1 port 8080"),
    ("00:1A:2B:3C:4D:5E", "0 0, 1A, 2 B, 3 C, 4 D, 5 E"),
    ("fe80::1 is up", "F-E 8 0 colon colon 1 is up"),
    # Versions, paths, files
    (
        "v1.2.3 replaces 1.2.2.",
        "version 1 point 2 point 3 replaces 1 point 2 point 2.",
    ),
    ("Version v2 is out", "Version 2 is out"),
    ("Python 3.11 is fine.", "Python 3.11 is fine."),
    ("Edit /etc/fstab.", "Edit slash etc slash fstab."),
    ("~/.config/foo_bar.toml", "tilde slash dot config slash foo bar dot toml"),
    ("Run ./run.sh now", "Run dot slash run dot sh now"),
    ("The file is main.py.", "The file is main dot py."),
    ("src/app/main.py", "src slash app slash main dot py"),
    ("kernel 6.1.0-18-amd64.", "kernel 6 point 1 point 0 18 amd64."),
    ("Run `df -h --all` now.", "Run df dash h dash dash all now."),
    # Quantities
    (
        "22 °C outside, -5°C tonight and 72°F inside.",
        (
            "22 degrees Celsius outside, minus 5 degrees Celsius tonight "
            "and 72 degrees Fahrenheit inside."
        ),
    ),
    ("16 GB of 2 TB; 1 GB is used.", "16 gigabytes of 2 terabytes; 1 gigabyte is used."),
    ("3.5 GHz, 100 Mbit/s", "3.5 gigahertz, 100 megabits per second"),
    ("1.5 kWh at 230 V", "1.5 kilowatt hours at 230 volts"),
    ("80 % or 12.5% of 5 km", "80 percent or 12.5 percent of 5 kilometers"),
    (
        "5 ms, 30 s; the 90s were 5s long",
        "5 milliseconds, 30 seconds; the nineties were 5 seconds long",
    ),
    ("5-10 km, 3–5 days, ~10", "5 to 10 kilometers, 3 to 5 days, about 10"),
    ("It is 100 km/h.", "It is 100 kilometers per hour."),
    ("5 m² and x²", "5 square meters and x squared"),
    ("気温は22℃です。", "気温は 22 degrees Celsius です。"),
    ("1/2 of it", "one half of it"),
    # Money
    ("It costs about 3 € for a coffee.", "It costs about 3 euros for a coffee."),
    ("€3.50 or $1,200.50", "3 euros and 50 cents or 1,200 dollars and 50 cents"),
    ("£1, 5 USD or $5 million", "1 pound, 5 dollars or 5 million dollars"),
    ("1 € each, 5,99 EUR later", "1 euro each, 5 euros and 99 cents later"),
    ("She has $100.00.", "She has 100 dollars."),
    # Dates and times
    ("Today is 2026-11-21.", "Today is November 21st, 2026."),
    ("2026-11-21T07:30:00Z", "November 21st, 2026, 7 30 UTC"),
    ("Am 21.11.2026", "Am November 21st, 2026"),
    ("At 7:30, 8:05, 9:00 and 23:59:30.", "At 7 30, 8 oh 5, 9 o'clock and 23 59 and 30 seconds."),
    ("8:15 p.m. sharp, 9am", "8 15 PM sharp, 9 AM"),
    ("Come at 4 p.m.", "Come at 4 PM."),
    ("Open 9:30-17:00, 24/7 in 2024-2025", "Open 9 30 to 17 o'clock, 24 7 in 2024 to 2025"),
    # Amounts: what they mean depends on what is beside them
    (
        "Uptime: 12d 4h 33m, seen 5m ago, 250m CPU",
        "Uptime: 12 days 4 hours 33 minutes, seen 5 minutes ago, 250m CPU",
    ),
    ("from 4g to 8g, 100g of flour", "from 4 gigabytes to 8 gigabytes, 100 grams of flour"),
    ("$1.3T, 1.2M, 100k", "1.3 trillion dollars, 1.2 million, 100 thousand"),
    ("-$6.9 million, $.01, .1665", "minus 6.9 million dollars, 1 cent, point 1 6 6 5"),
    ("$700-$900, 5-10 minutes", "700 dollars to 900 dollars, 5 to 10 minutes"),
    ("$0.12/kWh, 45 tok/s", "12 cents per kilowatt hour, 45 tokens per second"),
    (
        "180°C/350°F, 0B/8GB",
        "180 degrees Celsius or 350 degrees Fahrenheit, 0 bytes of 8 gigabytes",
    ),
    ("a $20 bill, an 8 GB card", "a 20 dollar bill, an 8 gigabyte card"),
    # Mathematics and code
    ("x >= 10, 10 - 4 = 6", "x greater than or equal to 10, 10 minus 4 equals 6"),
    ("arr[0], a || b, √16", "arr 0, a or b, the square root of 16"),
    ("Cron: 0 3 * * 1-5", "Cron: 0, 3, star, star, 1 to 5"),
    # Names by number
    ("World War II, Henry VIII", "World War 2, Henry the 8th"),
    ("I am Part I, and I am not", "I am Part 1, and I am not"),
    ("Call 1-800-555-0199", "Call 1, 800, 5 5 5, 0 1 9 9"),
    ("ZFS: ✅, tests: ❌", "ZFS: yes, tests: no"),
    # Symbols and abbreviations
    ("Good night 🌙. Done ✅!", "Good night. Done!"),
    ("👩‍💻 👍🏽", ""),
    ("A & B, 2 + 2 = 4, x -> y", "A and B, 2 plus 2 equals 4, x to y"),
    ("C++ and C#", "C plus plus and C sharp"),
    ("#5 and No. 7", "number 5 and number 7"),
    ("e.g. this, i.e. that, etc.", "for example this, that is that, et cetera."),
    ("Dr. Smith and Mrs. Jones", "Doctor Smith and Missus Jones"),
    # Punctuation
    ("Wait... what?! Really!!! Yes,, no.", "Wait, what? Really! Yes, no."),
    ('He said — well – "yes" (or no).', "He said, well, yes, or no."),
    ("It's John's dogs' house, 'quoted'.", "It's John's dogs house, quoted."),
    ("The well-known e-mail.", "The well-known e-mail."),
    ("« Bonjour », dit-il. „Ja“, sagte er.", "Bonjour, dit-il. Ja, sagte er."),
    ("Il pleut, non ? Oui !", "Il pleut, non? Oui!"),
    ("你好，世界。**很好**！", "你好，世界。很好！"),
    ("हिन्दी में", "हिन्दी में"),
    ("bell\x07 and zero\u200bwidth \x1b[31mred", "bell and zero width red"),
    ("!!! ... ?!", ""),
]


@pytest.mark.parametrize(("written", "said"), EXAMPLES)
def test_said_as(written: str, said: str) -> None:
    assert speakable(written).text == said


def test_a_rewritten_stretch_is_heard_only_as_a_whole() -> None:
    spoken = speakable("It costs 3 € now.", 100)
    assert spoken.text == "It costs 3 euros now."
    assert spoken.original_end(0) == 100
    assert spoken.original_end(len("It co")) == 105
    assert spoken.original_end(len("It costs 3 eur")) == 109
    assert spoken.original_end(len("It costs 3 euros")) == 112
    assert spoken.original_end(len(spoken.text)) == 117


def test_markup_belongs_to_what_it_wraps() -> None:
    written = "Use **bold** text."
    spoken = speakable(written)
    assert spoken.original_end(len("Use")) == len("Use")
    assert spoken.original_end(len("Use bold")) == len("Use **bold**")


@given(TEXTS, st.integers(0, 1_000))
def test_alignments_cover_the_text_in_order(text: str, start: int) -> None:
    spoken = speakable(text, start)
    if not spoken.text:
        return
    reached, said = start, 0
    for part in spoken.alignments:
        assert (part.start, part.spoken_start) == (reached, said)
        assert part.end >= part.start
        assert part.spoken_end >= part.spoken_start
        if part.verbatim:
            original = text[part.start - start : part.end - start]
            assert spoken.text[part.spoken_start : part.spoken_end] == original
        reached, said = part.end, part.spoken_end
    assert (reached, said) == (start + len(text), len(spoken.text))


@given(TEXTS | st.text(max_size=80))
def test_no_tags_and_no_control_characters_are_said(text: str) -> None:
    said = speakable(text).text
    assert not set(said) & set("<>`*#|{}[]\\")
    assert all(character.isprintable() for character in said)
    assert said == said.strip()


@given(TEXTS, st.integers(0, 400), st.integers(0, 400))
def test_hearing_more_never_covers_less(text: str, one: int, other: int) -> None:
    spoken = speakable(text)
    less, more = sorted((one, other))
    assert spoken.original_end(less) <= spoken.original_end(more)


def test_length_is_bounded() -> None:
    assert len(speakable("€5 " * 10_000).text) < MAX_SPOKEN_CHARS + 100
