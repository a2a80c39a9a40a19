"""JSON in and out of the API: strict decoding of requests, encoding of answers and errors.

Responsible for turning bytes into the wire structs and naming exactly what is wrong with them.
Never guesses: unknown fields, wrong types and invalid UTF-8 are refused with their path.
"""

import difflib
import math
import re
from collections.abc import Mapping
from typing import Literal, TypeVar, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec

from jarvisd.api.plain_words import field_name, told
from jarvisd.errors import ConfigError, JarvisError, PayloadError, RequestError
from jarvisd.wire import ErrorDetail, ErrorResponse, Request

R = TypeVar("R", bound=Request)

_encoder = msgspec.json.Encoder()
_UNKNOWN_FIELD = re.compile(r"Object contains unknown field `(?P<field>.*)`(?: - at `(?P<at>.*)`)?")


def encode(value: msgspec.Struct) -> bytes:
    """``value`` as one line of JSON, without the line end."""
    return _encoder.encode(value)


def detail_of(error: JarvisError) -> ErrorDetail:
    """The part of ``error`` that is sent to the client."""
    return ErrorDetail(
        code=error.code,
        message=error.message,
        hint=error.hint,
        retry_after_s=error.retry_after_s,
        problems=error.problems if isinstance(error, ConfigError) else [],
    )


def encode_error(error: JarvisError) -> bytes:
    """The body of a refusal; it ends with a line end, because people read it in terminals."""
    return _encoder.encode(ErrorResponse(error=detail_of(error))) + b"\n"


def error_headers(error: JarvisError) -> dict[str, str]:
    """The headers of a refusal."""
    headers = {"content-type": "application/json"}
    if error.retry_after_s is not None:
        headers["retry-after"] = str(max(1, math.ceil(error.retry_after_s)))
    return headers


class BodyDecoder:
    """Decodes bodies into one request type; made once per route, because decoders are compiled."""

    def __init__(self, kind: type[Request], *, max_text_chars: int, optional: bool = False) -> None:
        self._kind = kind
        self._optional = optional
        self._decoder = msgspec.json.Decoder(kind)
        self._max_text_chars = max_text_chars

    def decode(self, body: bytes) -> Request:
        """Return the request in ``body``; raises RequestError or PayloadError saying what is wrong.

        Whether the caller may send this kind of body is decided elsewhere (``browsers``).
        """
        if not body.strip():
            if self._optional:
                return self._kind()
            raise RequestError(
                "the body is empty",
                code="request.empty_body",
                hint=f"Send JSON with the fields {_field_names(self._kind)}.",
            )
        try:
            request = self._decoder.decode(body)
        except msgspec.ValidationError as error:
            raise invalid(error, self._kind) from None
        except UnicodeDecodeError as error:
            raise _invalid_utf8(error.start) from None
        except (msgspec.DecodeError, RecursionError) as error:
            raise _invalid_json(body, error) from None
        self._check_lengths(request)
        return request

    def _check_lengths(self, request: Request) -> None:
        for name in ("text", "input"):
            text = getattr(request, name, "")
            if len(text) > self._max_text_chars:
                raise PayloadError(
                    f"{name} has {len(text)} characters; the limit is {self._max_text_chars}",
                    code="limit.text",
                    hint="Send it in parts, or raise api.max_text_chars.",
                )


def decode_query(raw: bytes, kind: type[R]) -> R:
    """Decode a query string into ``kind``; numbers and booleans are written as text there."""
    try:
        text = raw.decode("ascii")
        pairs = dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=32))
    except UnicodeDecodeError:
        raise RequestError("the query string is not UTF-8, or not escaped") from None
    except ValueError as error:
        raise RequestError(f"the query string is unusable: {error}") from None
    return convert_query(pairs, kind)


def convert_query(pairs: Mapping[str, str], kind: type[R]) -> R:
    """Check decoded query parameters against ``kind``."""
    try:
        return msgspec.convert(dict(pairs), kind, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(error, kind) from None


def invalid(error: msgspec.ValidationError, kind: type[Request]) -> RequestError:
    """The error for a value of the wrong shape, with its path and the nearest field name."""
    message = str(error)
    unknown = _UNKNOWN_FIELD.fullmatch(message)
    if unknown is None:
        return RequestError(told(message, _choices(kind, message)))
    field = unknown["field"]
    near = difflib.get_close_matches(field, kind.__struct_fields__, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"Fields: {_field_names(kind)}."
    path = field_name(f"{unknown['at'] or '$'}.{field}")
    return RequestError(f"there is no field {path}", code="request.unknown_field", hint=hint)


def _choices(kind: type[Request], message: str) -> list[str]:
    """What the field that ``message`` is about takes, where only some words are taken."""
    for field in msgspec.structs.fields(kind):
        if f"`$.{field.encode_name}`" in message and get_origin(field.type) is Literal:
            return [str(choice) for choice in get_args(field.type)]
    return []


def _field_names(kind: type[Request]) -> str:
    return ", ".join(kind.__struct_fields__) or "(none)"


def _invalid_utf8(at: int) -> RequestError:
    return RequestError(f"a string is not UTF-8 (its byte {at})", code="request.invalid_utf8")


def _invalid_json(body: bytes, error: Exception) -> RequestError:
    try:
        body.decode()
    except UnicodeDecodeError as bad:
        return _invalid_utf8(bad.start)
    reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
    return RequestError(f"the body is not JSON: {reason}", code="request.invalid_json")
