"""A text as an answer that is written at a pace: when each utterance is released. Pure."""

from collections.abc import Iterable

from jarvisd.text import UtteranceStream
from jarvisd.text.model import Utterance


def made_live(
    tokens: Iterable[str], stream: UtteranceStream, every_ms: float
) -> list[tuple[float, Utterance]]:
    """The utterances, each with the milliseconds from the first token to its release.

    A token comes every ``every_ms``; ticks come when ``stream`` wants them, as in a reply.
    """
    made: list[tuple[float, Utterance]] = []
    now = 0.0
    for number, token in enumerate(tokens):
        now = number * every_ms
        while (wake := stream.wake_ms) is not None and wake < now:
            made += [(wake, each) for each in stream.tick(wake)]
        made += [(now, each) for each in stream.feed(token)]
        made += [(now, each) for each in stream.tick(now)]
    return made + [(now, each) for each in stream.finish()]
