"""What a browser may do that reaches the socket through somebody's proxy: nothing for others.

A page from anywhere can make its visitor's browser send requests to any address, and a proxy in
front of the socket would pass them on with its own rights. Browsers say on whose behalf they ask;
who says so and is a stranger is refused. Pure; never trusts a caller because of what it says.
"""

import ipaddress

from jarvisd.api.parsing import Head
from jarvisd.errors import AccessError, RequestError

# What a body of JSON may call itself: ``curl -d`` claims a form whatever it sends.
JSON_TYPES = ("application/json", "application/x-www-form-urlencoded", "")


class ForeignPageError(AccessError):
    """A browser asks on behalf of a page that is not ours."""

    default_code = "access.foreign"


class MediaTypeError(RequestError):
    """The body says that it is something which this route does not take."""

    status = 415
    default_code = "request.media_type"


def check_caller(head: Head) -> None:
    """Raise ForeignPageError where a page of another site, or under a strange name, asks."""
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
    """Raise MediaTypeError where a body claims to be none of the types that are ``taken``."""
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
    """Names that no stranger can give to his own server: without a dot, and loopback addresses."""
    if not any(character in name for character in ".:,"):
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
