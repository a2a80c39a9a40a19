"""Readers of addresses, paths, versions and names of files."""

import re

from jarvisd.text.spoken.counting import spelled
from jarvisd.text.spoken.readings import spaced, worded

_NAMES = {
    ".": "dot", "/": "slash", "\\": "backslash", "~": "tilde", "@": "at", ":": "colon",
    "_": "", "-": "", "%": "percent", "+": "plus", "=": "equals", "#": "", "$": "", "*": "star",
}  # fmt: skip
_EXTENSIONS = (
    "bash|bin|cfg|conf|cpp|css|csv|db|deb|doc|docx|env|gguf|gz|htm|html|img|ini|iso|jpeg|jpg|js|"
    "json|log|md|mp3|mp4|onnx|pdf|php|png|py|rpm|rs|service|sh|socket|sql|sqlite|svg|tar|tgz|toml|"
    "ts|txt|wav|xml|yaml|yml|zip"
)
_DOMAINS = (
    "ai|app|arpa|at|ch|co|com|de|dev|edu|eu|fr|gov|home|info|internal|io|lan|local|localdomain|"
    "net|nl|org|uk|us"
)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_URL_END = r"[^\s<>()\[\]\"'`*.,;:!?…。、，]"


def _named(match: re.Match[str]) -> str:
    return spaced(match[0], _NAMES)


_SHORT_PATH = re.compile(r"[^/:?#]+((?:/[a-z][a-z_-]{0,15}){1,2})/?")


def _url(match: re.Match[str]) -> str:
    """The host and a short path of plain words; nobody can use a longer one by ear."""
    host = re.split(r"[/?#]", match[0].split("://")[-1], maxsplit=1)[0].rsplit("@", 1)[-1]
    if not host:  # file:///etc/hosts
        return spaced(match[0].split("://")[-1], _NAMES)
    name, _, port = host.partition(":")
    spoken = spaced(name.removeprefix("www."), _NAMES)
    path = _SHORT_PATH.fullmatch(match[0].split("://")[-1])
    if path:
        spoken += " " + spaced(path[1].rstrip("/"), _NAMES)
    return f"{spoken} port {port}" if port.isdigit() else spoken


def _ipv4(match: re.Match[str]) -> str:
    address, prefix, port = match[1], match[2], match[3]
    spoken = address.replace(".", " dot ")
    if prefix:
        spoken += f" slash {prefix}"
    return f"{spoken} port {port}" if port else spoken


def _mac(match: re.Match[str]) -> str:
    return ", ".join(spelled(pair) for pair in re.split("[:-]", match[0]))


def _ipv6(match: re.Match[str]) -> str:
    address, _, prefix = match[0].partition("/")
    said = " ".join(
        "colon" if part == ":" else spelled(part) for part in re.findall(r":|[^:]+", address)
    )
    return f"{said} slash {prefix}" if prefix else said


def _version(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 8) : match.start()].lower()
    named = match[0][0] in "vV" and before != "version "
    spoken = match[0].lstrip("vV").replace(".", " point ").replace("-", " ").replace("+", " plus ")
    return f"version {spoken}" if named else spoken


def _grouped(match: re.Match[str]) -> str:
    return match[0].replace(".", ",")


READERS = (
    worded("web address", rf"(?:https?|ftp|wss?|ssh|file)://[^\s<>()\[\]\"'`*]*{_URL_END}/?", _url),
    worded("web address", rf"\bwww\.[^\s<>()\[\]\"'`*]*{_URL_END}/?", _url),
    worded("mail address", r"(?<![\w.%+-])(?:mailto:)?[\w.%+-]{1,64}@[\w-]+(?:\.[\w-]+)+", _named),
    worded("MAC address", r"\b[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\b", _mac),
    worded("IPv6 address", r"(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}(?![\w:])", _ipv6),
    worded(
        "IPv6 address",
        r"(?<![\w:])(?=[0-9A-Fa-f:]{0,36}::)[0-9A-Fa-f:]{2,39}(?:(?<=[0-9A-Fa-f])|(?=/\d))(?:/\d{1,3})?(?![\w:])",
        _ipv6,
    ),
    worded(
        "IPv4 address",
        rf"(?<![\w.])({_OCTET}(?:\.{_OCTET}){{3}})(?:/(\d{{1,2}}))?(?::(\d{{1,5}}))?(?![\w/]|\.\d)",
        _ipv4,
    ),
    worded("grouped number", r"\b[1-9]\d{0,2}(?:\.\d{3}){2,}\b(?!\.\d)", _grouped),  # 1.000.000
    worded("version", r"\b[vV]\d+(?:\.\d+)*(?:[-+][a-z0-9]+)?\b", _version),
    worded("version", r"(?<![\w.])\d+(?:\.\d+){2,}(?:-[A-Za-z0-9]+)*(?!\.?\d)", _version),
    worded("file name", rf"(?<![\w/.-])[\w-]+(?:[/.][\w-]+)*\.(?:{_EXTENSIONS})\b(?!\.\w)", _named),
    worded("path", r"(?<![\w/.:<])(?:~|\.{1,2})?/(?:[\w.@%+=:-]+/)*[\w.@%+=:-]*[\w/]", _named),
    worded("path", r"(?<![\w\\])[A-Za-z]:\\[\w.\\-]*\w", _named),
    worded(
        "domain",
        rf"(?<![\w@.-])(?:(?:[\w-]+\.)+(?:{_DOMAINS})|localhost):(\d{{2,5}})(?!\w)",
        lambda match: f"{spaced(match[0].partition(':')[0], _NAMES)} port {match[1]}",
    ),
    worded(
        "domain",
        rf"(?<![\w@.-])(?:[\w-]+\.)+(?:{_DOMAINS})(?:/[\w.-]*\w){{1,4}}(?![\w/])",
        lambda match: spaced(match[0], _NAMES),
    ),
    worded("file name", r"(?<!\S)\*\.(?=[a-z])", lambda _match: "star dot "),
    worded("domain", rf"(?<![\w@.-])(?:[\w-]+\.)+(?:{_DOMAINS})\b(?!\.?\w)", _named),
)
