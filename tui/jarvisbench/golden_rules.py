"""The 48 English golden rules of sentence segmentation, as published with Pragmatic Segmenter.

Data only: the benchmark counts them and the tests hold them. Each rule is a name, a text, and the
sentences that a reader expects. The list was made by Kevin S. Dias
(https://github.com/diasks2/pragmatic_segmenter, MIT).
"""

from typing import NamedTuple


class GoldenRule(NamedTuple):
    """One rule: what it is about, the text, and its sentences without surrounding whitespace."""

    name: str
    text: str
    sentences: tuple[str, ...]


def _same(name: str, text: str) -> GoldenRule:
    """A rule whose text is a single sentence."""
    return GoldenRule(name, text, (text,))


def _split(name: str, *sentences: str) -> GoldenRule:
    """A rule whose sentences are separated by single spaces."""
    return GoldenRule(name, " ".join(sentences), sentences)


GOLDEN_RULES: tuple[GoldenRule, ...] = (
    _split("simple period", "Hello World.", "My name is Jonas."),
    _split("question mark", "What is your name?", "My name is Jonas."),
    _split("exclamation point", "There it is!", "I found it."),
    _same("one letter upper case abbreviation", "My name is Jonas E. Smith."),
    _same("one letter lower case abbreviation", "Please turn to p. 55."),
    _same("two letter lower case abbreviation inside", "Were Jane and co. at the party?"),
    _same(
        "two letter upper case abbreviation inside",
        "They closed the deal with Pitt, Briggs & Co. at noon.",
    ),
    _split(
        "two letter lower case abbreviation at the end",
        "Let's ask Jane and co.",
        "They should know.",
    ),
    _split(
        "two letter upper case abbreviation at the end",
        "They closed the deal with Pitt, Briggs & Co.",
        "It closed yesterday.",
    ),
    _same("two letter prepositive abbreviation", "I can see Mt. Fuji from here."),
    _same(
        "two letter prepositive and postpositive abbreviation",
        "St. Michael's Church is on 5th st. near the light.",
    ),
    _same("possessive abbreviation", "That is JFK Jr.'s book."),
    _same("multi-period abbreviation inside", "I visited the U.S.A. last year."),
    _split("multi-period abbreviation at the end", "I live in the E.U.", "How about you?"),
    _split("U.S. at the end", "I live in the U.S.", "How about you?"),
    _same("U.S. before a capital", "I work for the U.S. Government in Virginia."),
    _same("U.S. before a lower case word", "I have lived in the U.S. for 20 years."),
    _split(
        "a.m. and p.m. inside and at the end",
        "At 5 a.m. Mr. Smith went to the bank.",
        "He left the bank at 6 P.M.",
        "Mr. Smith then went to the store.",
    ),
    _same("number inside", "She has $100.00 in her bag."),
    _split("number at the end", "She has $100.00.", "It is in her bag."),
    _same(
        "parentheses inside",
        "He teaches science (He previously worked for 5 years as an engineer.) "
        "at the local University.",
    ),
    _split("email address", "Her email is Jane.Doe@example.com.", "I sent her an email."),
    _split(
        "web address",
        "The site is: https://www.example.50.com/new-site/awesome_content.html.",
        "Please check it out.",
    ),
    _same("single quotes inside", "She turned to him, 'This is great.' she said."),
    _same("double quotes inside", 'She turned to him, "This is great." she said.'),
    _split(
        "double quotes at the end",
        'She turned to him, "This is great."',
        "She held the book out to show him.",
    ),
    _split("double exclamation point", "Hello!!", "Long time no see."),
    _split("double question mark", "Hello??", "Who is there?"),
    _split("exclamation point and question mark", "Hello!?", "Is that you?"),
    _split("question mark and exclamation point", "Hello?!", "Is that you?"),
    _split("list, period and parenthesis, no stop", "1.) The first item", "2.) The second item"),
    _split("list, period and parenthesis, stop", "1.) The first item.", "2.) The second item."),
    _split("list, parenthesis, no stop", "1) The first item", "2) The second item"),
    _split("list, parenthesis, stop", "1) The first item.", "2) The second item."),
    _split("list, period, no stop", "1. The first item", "2. The second item"),
    _split("list, period, stop", "1. The first item.", "2. The second item."),
    _split("list with bullets", "• 9. The first item", "• 10. The second item"),
    _split("list with hyphens", "⁃9. The first item", "⁃10. The second item"),
    _split(
        "alphabetical list",
        "a. The first item",
        "b. The second item",
        "c. The third list item",
    ),
    _split(
        "coordinates",
        "You can find it at N°. 1026.253.553.",
        "That is where the treasure is.",
    ),
    _same("name with exclamation point", "She works at Yahoo! in the accounting department."),
    _split(
        "I at the end and as an initial",
        "We make a good team, you and I.",
        "Did you see Albert I. Jones yesterday?",
    ),
    _same(
        "ellipsis at the end of a quotation",
        "Thoreau argues that by simplifying one’s life, “the laws of the universe will appear "
        "less complex. . . .”",
    ),
    _same(
        "ellipsis in square brackets",
        '"Bohr [...] used the analogy of parallel stairways [...]" (Smith 55).',
    ),
    _split(
        "four dots with spaces",
        "If words are left off at the end of a sentence, and that is all that is omitted, "
        "indicate the omission with ellipsis marks (preceded and followed by a space) and then "
        "indicate the end of the sentence with a period . . . .",
        "Next sentence.",
    ),
    _split("four dots without spaces", "I never meant that....", "She left the store."),
    _same(
        "ellipses as pauses",
        "I wasn’t really ... well, what I mean...see . . . what I'm saying, the thing is . . . "
        "I didn’t mean it.",
    ),
    _split(
        "ellipsis after a stop",
        "One further habit which was somewhat weakened . . . was that of combining words into "
        "self-interpreting compounds.",
        ". . . The practice was not abandoned. . . .",
    ),
)
