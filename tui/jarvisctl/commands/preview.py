"""``jarvisctl preview``: how a text would be read aloud, found out without a daemon."""

import codecs
import os
import sys
from collections.abc import Callable, Iterator
from itertools import islice, pairwise, zip_longest
from pathlib import Path

import click

from jarvisctl.completing import complete_voice
from jarvisctl.explaining import Change, changes, rows, text_columns
from jarvisctl.invocation import Invocation, examples, json_option, pass_invocation
from jarvisctl.layout import columns, folded, padded
from jarvisctl.output import Output
from jarvisctl.voices_here import Ear, language_of
from jarvisd.config.reader import load
from jarvisd.config.settings import Settings
from jarvisd.errors import ConfigError
from jarvisd.text import UtteranceStream
from jarvisd.text.languages import language
from jarvisd.text.languages.nearest import code
from jarvisd.text.model import Utterance
from jarvisd.text.spoken.own_words import SayTables

READ_BYTES = 65_536


@click.command(
    "preview",
    epilog=examples(
        'jarvisctl preview "It costs 3 € at 8:15 p.m."',
        'jarvisctl preview --explain "PVE has 5 GB free."',
        'jarvisctl preview --lang de --phonemes "Es sind 5 GB."',
        "jarvisctl preview < README.md",
    ),
)
@click.argument("text", nargs=-1)
@click.option(
    "--chunk", type=click.IntRange(min=1), metavar="N",
    help="Feed the text in chunks of N characters, as a model does.",
)  # fmt: skip
@click.option("--explain", is_flag=True, help="Name the rule behind every change.")
@click.option(
    "--voice", default="", metavar="VOICE", shell_complete=complete_voice,
    help="Speak as this voice would: its language decides the rules.",
)  # fmt: skip
@click.option("--lang", default="", metavar="TAG", help="Use the rules of this language, as in de.")
@click.option(
    "--phonemes", is_flag=True, help="Show what espeak-ng would say, in phonetic letters (IPA)."
)
@click.option(
    "--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="Use the settings of this file instead of the usual one.",
)  # fmt: skip
@json_option
@pass_invocation
def command(
    invocation: Invocation,
    text: tuple[str, ...],
    *,
    chunk: int | None,
    explain: bool,
    voice: str,
    lang: str,
    phonemes: bool,
    config: Path | None,
) -> None:
    """Show how a text would be spoken; needs no daemon.

    TEXT comes from the arguments, or from stdin. On the left are the sentences as written, on the
    right what would be spoken. Each number is one utterance. Without --voice and --lang it is what
    the default voice would say.
    """
    if voice and lang:
        raise click.UsageError("Give --voice or --lang, not both.")
    out = invocation.out
    settings = _settings(out, config)
    tag = lang or language_of(voice, settings)
    if lang and not code(lang):
        raise click.UsageError(f"{lang!r} is no language. Give a tag, as in --lang de.")
    own_words = SayTables(settings.text.say).words(tag)
    stream = UtteranceStream(
        settings.text,
        pause_ms=settings.audio.sentence_pause_ms,
        language=language(tag),
        own_words=own_words,
    )
    shown = Preview(
        explain=(lambda one: changes(one, language(tag), own_words)) if explain else None,
        listen=Ear(tag, settings).phonemes if phonemes else None,
    )
    utterances = _utterances(stream, _pieces(_source(text), chunk))
    if out.json:
        for utterance in utterances:
            out.object(shown.fields(utterance))
    else:
        shown.show(out, utterances)


def _settings(out: Output, config: Path | None) -> Settings:
    """The named file's; else those of the usual places, and the defaults where they cannot be."""
    try:
        return load(config, environ=os.environ)
    except ConfigError as error:
        if config is not None:
            raise
        told = (
            f"The configuration cannot be used, so this is with the defaults: {error.problems[0]}"
        )
        out.talk(out.talk_style(told, "yellow"))
        return Settings()


def _source(words: tuple[str, ...]) -> Iterator[str]:
    """The text in pieces of any size; stdin as it comes, so that a pipe can be watched."""
    if words and words != ("-",):
        yield " ".join(words)
        return
    if not words and sys.stdin.isatty():
        raise click.UsageError('No text given. Try: jarvisctl preview "It costs 3 €."')
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while data := os.read(sys.stdin.fileno(), READ_BYTES):
            yield decoder.decode(data)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise click.UsageError("The text on stdin is not UTF-8.") from error


def _pieces(source: Iterator[str], size: int | None) -> Iterator[str]:
    if size is None:
        yield from source
        return
    letters = (letter for piece in source for letter in piece)
    while piece := "".join(islice(letters, size)):
        yield piece


def _utterances(stream: UtteranceStream, pieces: Iterator[str]) -> Iterator[Utterance]:
    for piece in pieces:
        yield from stream.feed(piece)
    yield from stream.finish()


class Preview:
    """What is shown of each utterance; ``explain`` and ``listen`` where that was asked for."""

    def __init__(
        self,
        *,
        explain: Callable[[Utterance], list[Change]] | None,
        listen: Callable[[str], list[str]] | None,
    ) -> None:
        self._explain = explain
        self._listen = listen

    def fields(self, utterance: Utterance) -> dict[str, object]:
        """As JSON."""
        fields: dict[str, object] = {
            "seq": utterance.seq,
            "sentences": [sentence.text for sentence in utterance.sentences],
            "spoken": utterance.spoken.text,
            "skipped": utterance.skipped,
        }
        if self._explain:
            fields["changes"] = [change._asdict() for change in self._explain(utterance)]
        if self._listen:
            fields["phonemes"] = self._listen(utterance.spoken.text)
        return fields

    def show(self, out: Output, utterances: Iterator[Utterance]) -> None:
        """Columns: as written, a line break after each sentence; as spoken; the rule."""
        width = text_columns(columns()) if self._explain else (columns() - 10) // 2
        counted = sentences = silent = 0
        rule = "   rule" if self._explain else ""
        out.line(
            out.style(
                f"  #  {'written'.ljust(width)}   {'spoken'.ljust(width)}{rule}".rstrip(), "bold"
            )
        )
        for utterance in utterances:
            counted += 1
            sentences += len(utterance.sentences)
            silent += utterance.skipped is not None
            _show_one(out, utterance, width)
            self._show_more(out, utterance, width)
        out.talk(
            out.talk_style(
                f"{counted} utterance{'s' * (counted != 1)}, {sentences} sentence"
                f"{'s' * (sentences != 1)}" + (f", {silent} not spoken" if silent else ""),
                "dim",
            )
        )

    def _show_more(self, out: Output, utterance: Utterance, width: int) -> None:
        for change in self._explain(utterance) if self._explain else ():
            for written, spoken, rule in rows(change, width):
                line = f"     {out.style(written, 'dim')}   {out.style(spoken, 'yellow')}   "
                out.line((line + out.style(rule, "cyan")).rstrip())
        for clause in self._listen(utterance.spoken.text) if self._listen else ():
            for line in folded(clause, columns() - 12):
                out.line(f"     {out.style('/' + line + '/', 'cyan')}")


def _show_one(out: Output, utterance: Utterance, width: int) -> None:
    written = [line for part in _sentence_lines(utterance) for line in _wrapped(part, width)]
    if utterance.skipped:
        spoken = [f"(not spoken: {utterance.skipped})"]
    else:
        spoken = _wrapped(utterance.spoken.text, width)
    changed = utterance.skipped or utterance.spoken.text != utterance.text.strip()
    for index, (left, right) in enumerate(zip_longest(written, spoken, fillvalue="")):
        number = str(utterance.seq) if index == 0 else ""
        said = out.style(right, "yellow") if changed else right
        out.line(f"{out.style(number.rjust(3), 'dim')}  {padded(left, width)}   {said}".rstrip())


def _sentence_lines(utterance: Utterance) -> list[str]:
    """The utterance's text, cut where a display sentence ends inside it."""
    ends = [sentence.end - utterance.start for sentence in utterance.sentences]
    bounds = [0, *(end for end in ends if 0 < end < len(utterance.text)), len(utterance.text)]
    return [utterance.text[start:end] for start, end in pairwise(bounds)]


def _wrapped(text: str, width: int) -> list[str]:
    return [piece for line in text.strip().splitlines() for piece in folded(line, width) or [""]]
