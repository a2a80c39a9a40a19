"""Tests by ear: what a listener hears, compared as phonemes.

A case is a written text and the sentence that a person reads aloud, in words only. The reading goes
to espeak-ng as it is, never through our rules. The written text goes through ``jarvisd.text`` and
then to espeak-ng. The case passes where both give the same phonemes.

Files
    ``cases/LANG/CLASS.txt`` in UTF-8, one case a line: ``written ⇒ reading``. A line that begins
    with ``#`` is a comment; blank lines are allowed; ``\\n`` stands for a line break. An empty side
    or a text that its class has already is an error.
    A case's id is ``LANG/CLASS/`` and the first 10 hex digits of the written text's SHA-256. A
    third, chosen by the id's own hash, is unseen: whoever writes rules never looks at these, so
    that they show how the rules do on what they were not written for.

How it is compared
    Ignored: white space (the engine joins "of the"), where a clause ends (a comma is a pause, not a
    word), the stress of a word of one syllable (the engine stresses "one" at the end of a clause,
    and "point" as a word but not between digits), and which of its two short unstressed i it says
    ("11" and "eleven" differ).
    In some languages the engine's own sounds for digits differ from those of the word, and are the
    better ones. So a text in which the rules left digits may also pass with these in words, as
    ``numerals.py`` does for numbers that the engine says right. In German, French, Spanish,
    Italian, Dutch and Portuguese digits and words differ in stress and in shades of a sound only:
    there ``folding.py`` takes these as one, and stress is not counted.
    Counted: every other sound, so every word in its order, the stress inside longer words, and a
    change to the sounds of another language.

How to write cases
    - From the class, not from the rules: take texts as they stand in answers of language models, in
      logs, tables and messages. Do not look at what the rules can do.
    - A reading has words only: no digits, no symbols. Letters that are spelt stand as the engine
      spells them ("a.m." has its own look: ask the engine).
    - The reading has the punctuation of the written sentence: function words sound different at the
      end of a clause ("to", "of", "a").
    - Numbers are in the words that the engine itself says for the digits. For English that is "one
      hundred five" without "and".
    - One convention for each class, written at the head of its file.
    - Where the engine mispronounces a word however it is written, use another word.
    - Where nobody can tell what is meant, the engine gets the text as written: the reading is then
      what the engine says of it, or there is no such case.
    - Some cases are plain: text that must stay as it is.
    - Ask ``python -m tests.text.ear.phonemes LANG TEXT …`` how the engine says something.

``python -m tests.text.ear [LANG …]`` prints the scores and the failing seen cases. The scores may
not fall below ``floors.toml``; whoever makes a rule raises them.
"""
