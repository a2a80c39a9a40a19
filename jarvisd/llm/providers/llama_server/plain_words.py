"""What a library or a server said, in words that a person can read.

The one place that translates the errors of httpx and msgspec, and cleans what llama-server writes.
"""

import httpx
import msgspec

# What the libraries' errors mean for somebody who knows neither; the most special first.
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectTimeout, "no connection in time"),
    (httpx.PoolTimeout, "too many questions are being asked already"),
    (httpx.TimeoutException, "it sent nothing for too long"),
    (httpx.ConnectError, "no connection"),
    (httpx.WriteError, "the connection broke while the question was sent"),
    (httpx.LocalProtocolError, "the question cannot be sent this way"),
    (httpx.ProtocolError, "it closed the connection early, or does not speak HTTP"),
    (httpx.NetworkError, "the connection broke"),
    (httpx.UnsupportedProtocol, "the address is of an unknown kind"),
    (httpx.InvalidURL, "the address is not valid"),
    (httpx.ProxyError, "the proxy refused"),
    (httpx.DecodingError, "the answer is compressed"),
    (httpx.TooManyRedirects, "it redirects to another address"),
    (httpx.StreamError, "the connection was closed already"),
    (UnicodeDecodeError, "it is not text in UTF-8"),
    (RecursionError, "it is nested too deeply"),
    (msgspec.ValidationError, "a value in it is not of the expected kind"),
    (msgspec.DecodeError, "it is not valid JSON"),
)
_MAX_QUOTED_CHARS = 300


def in_words(error: Exception) -> str:
    """What happened, in plain words and without a full stop."""
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    return "the connection broke"


def quoted(message: str) -> str:
    """A server's text, safe to show: one line, printable, not too long."""
    printable = "".join(each if each.isprintable() else " " for each in message[:2_000])
    line = " ".join(printable.split()).rstrip(".")
    return line if len(line) <= _MAX_QUOTED_CHARS else f"{line[:_MAX_QUOTED_CHARS]}…"
