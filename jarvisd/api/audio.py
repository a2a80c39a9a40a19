"""Which audio a client wants, by its Accept header. Never touches samples."""

from dataclasses import dataclass

from jarvisd.errors import JarvisError, RequestError

NDJSON = "application/x-ndjson"
WAV = "audio/wav"
L16 = "audio/L16"
FORMATS = (NDJSON, WAV, L16)
_WAV_NAMES = frozenset({"audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"})
_NDJSON_NAMES = frozenset({"application/x-ndjson", "application/ndjson", "application/json"})
MIN_RATE, MAX_RATE = 8_000, 48_000


class FormatUnavailableError(RequestError):
    """The caller asks for a representation that jarvisd does not make."""

    status = 406
    default_code = "request.format_unavailable"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The representation to answer with; ``rate`` in hertz where the client named one."""

    media: str
    rate: int | None = None


def negotiate(accept: str, *, default: str) -> Wanted:
    """The first acceptable of our formats, by the client's preferences; ``default`` for ``*/*``.

    Raises FormatUnavailableError when nothing that the client accepts is made here.
    """
    for media, parameters in _preferences(accept):
        wanted = _match(media, parameters, default)
        if wanted is not None:
            return wanted
    if not accept.strip():
        return Wanted(default)
    raise format_unavailable(accept, FORMATS)


def format_unavailable(wanted: str, formats: tuple[str, ...]) -> JarvisError:
    """The error for a format that is not made here, naming those that are."""
    return FormatUnavailableError(
        f"{wanted} is not available", hint=f"Formats that work: {', '.join(formats)}."
    )


def content_type(media: str, rate: int) -> str:
    """The Content-Type of an audio body; L16 says its byte order, because it is not RFC 2586's."""
    if media == L16:
        return f"{L16};rate={rate};channels=1;endianness=little-endian"
    return media


def _preferences(accept: str) -> list[tuple[str, dict[str, str]]]:
    """Media ranges in ``accept``, most wanted first; those refused with q=0 are left out."""
    weighted = []
    for part in accept.split(",")[:32]:
        media, *parameters = (piece.strip() for piece in part.split(";"))
        named = dict(_parameter(piece) for piece in parameters if "=" in piece)
        weight = _weight(named.pop("q", "1"))
        if media and weight > 0:
            weighted.append((-weight, media.lower(), named))
    weighted.sort(key=lambda entry: entry[0])
    return [(media, named) for _, media, named in weighted]


def _parameter(piece: str) -> tuple[str, str]:
    name, _, value = piece.partition("=")
    return name.strip().lower(), value.strip().strip('"')


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0


def _match(media: str, parameters: dict[str, str], default: str) -> Wanted | None:
    if media == "*/*":
        return Wanted(default)
    if media in _NDJSON_NAMES and default == NDJSON:
        return Wanted(NDJSON)
    if media in _WAV_NAMES or media == "audio/*":
        return Wanted(WAV, _rate(parameters))
    if media == L16.lower() and _is_ours(parameters):
        return Wanted(L16, _rate(parameters))
    return None


def _is_ours(parameters: dict[str, str]) -> bool:
    byte_order = parameters.get("endianness", "little-endian")
    return parameters.get("channels", "1") == "1" and byte_order == "little-endian"


def _rate(parameters: dict[str, str]) -> int | None:
    if "rate" not in parameters:
        return None
    text = parameters["rate"]
    if text.isascii() and text.isdigit() and len(text) < 9 and MIN_RATE <= int(text) <= MAX_RATE:
        return int(text)
    raise RequestError(f"rate={text} is not a rate between {MIN_RATE} and {MAX_RATE} hertz")
