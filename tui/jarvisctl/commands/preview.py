"""``jarvisctl preview``: how a text would be read aloud, found out without a daemon."""

import codecs
import os
import sys
from collections.abc import Iterator
from itertools import islice, pairwise, zip_longest
from pathlib import Path

import click

from jarvisctl.invocation import Invocation, examples, json_option, pass_invocation
from jarvisctl.layout import columns, folded, padded
from jarvisctl.output import Output
from jarvisd.config.reader import load
from jarvisd.config.settings import Settings
from jarvisd.text import UtteranceStream
from jarvisd.text.model import Utterance

READ_BYTES = 65_536


@click.command(
    "preview",
    epilog=examples(
        'jarvisctl preview "It costs 3 € at 8:15 p.m."',
        "jarvisctl preview < README.md",
    ),
)
@click.argument("text", nargs=-1)
@click.option(
    "--chunk", type=click.IntRange(min=1), metavar="N",
    help="Feed the text in chunks of N characters, as a model does.",
)  # fmt: skip
@click.option(
    "--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="Use the settings of [text] and [audio] in this file.",
)  # fmt: skip
@json_option
@pass_invocation
def command(
    invocation: Invocation, text: tuple[str, ...], chunk: int | None, config: Path | None
) -> None:
    """Show how a text would be spoken; needs no daemon.

    TEXT comes from the arguments, or from stdin. On the left are the sentences as written, on the
    right what would be spoken. Each number is one utterance.
    """
    out = invocation.out
    settings = _settings(config)
    stream = UtteranceStream(settings.text, pause_ms=settings.audio.sentence_pause_ms)
    utterances = _utterances(stream, _pieces(_source(text), chunk))
    if out.json:
        for utterance in utterances:
            out.object(_fields(utterance))
    else:
        _show(out, utterances)


def _settings(config: Path | None) -> Settings:
    if config is None:
        return Settings()
    return load(config, environ=os.environ)


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


def _fields(utterance: Utterance) -> dict[str, object]:
    return {
        "seq": utterance.seq,
        "sentences": [sentence.text for sentence in utterance.sentences],
        "spoken": utterance.spoken.text,
        "skipped": utterance.skipped,
    }


def _show(out: Output, utterances: Iterator[Utterance]) -> None:
    """Two columns: as written, a line break after each sentence; as spoken."""
    width = (columns() - 10) // 2
    counted = sentences = silent = 0
    out.line(out.style(f"  #  {'written'.ljust(width)}   spoken", "bold"))
    for utterance in utterances:
        counted += 1
        sentences += len(utterance.sentences)
        silent += utterance.skipped is not None
        _show_one(out, utterance, width)
    out.talk(
        out.talk_style(
            f"{counted} utterance{'s' * (counted != 1)}, {sentences} sentence"
            f"{'s' * (sentences != 1)}" + (f", {silent} not spoken" if silent else ""),
            "dim",
        )
    )


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
