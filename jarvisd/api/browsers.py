"""Refuses requests that a foreign web page makes a browser send.

Any page can make its visitor's browser send requests to any address, and a proxy in front of the
socket would pass them on with its own rights. Browsers name the page that asks; requests of foreign
pages are refused. Pure; never trusts a caller because of what it sends.
"""

import ipaddress

from jarvisd.api.parsing import Head
from jarvisd.errors import AccessError, RequestError

# What a body of JSON may call itself: ``curl -d`` claims a form whatever it sends.
JSON_TYPES = ("application/json", "application/x-www-form-urlencoded", "")


class ForeignPageError(AccessError):
    """A browser sends the request of a foreign page."""

    default_code = "access.foreign"


class MediaTypeError(RequestError):
    """The body has a type that this route does not take."""

    status = 415
    default_code = "request.media_type"


def check_caller(head: Head) -> None:
    """Raise ForeignPageError for a page of another site, or for a foreign host name."""
    host = (head.authority or head.headers.get(b"host", b"")).decode("latin-1").lower()
    if not _is_local(_name(host)):
        raise ForeignPageError(
            f"the host {host[:100]!r} is not a name of this daemon",
            hint="Use http://localhost/, a name without a dot, or a loopback address.",
        )
    origin = head.header(b"origin").lower()
    if origin and origin.partition("://")[2] != host:
        raise ForeignPageError(f"pages of {origin[:100]!r} may not use this daemon")
    if head.header(b"sec-fetch-site") in ("cross-site", "same-site"):
        raise ForeignPageError("pages of other sites may not use this daemon")


def check_media_type(head: Head, taken: tuple[str, ...] = JSON_TYPES) -> None:
    """Raise MediaTypeError if the body's type is none of those ``taken``."""
    found = head.header(b"content-type").partition(";")[0].strip().lower()
    if head.method != "GET" and found not in (media.lower() for media in taken):
        raise MediaTypeError(
            f"this route does not take {found[:100] or 'a body without a type'}",
            hint=f"Send it with Content-Type: {taken[0]}.",
        )


def _name(host: str) -> str:
    """``host`` without its port."""
    name, bracket, _ = host.partition("]")
    return name + bracket if bracket else host.partition(":")[0]


def _is_local(name: str) -> bool:
    """Names that a stranger cannot own: those without a dot, and loopback addresses."""
    if not any(character in name for character in ".:,"):
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
