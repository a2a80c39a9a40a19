"""The journal's native protocol: one datagram an entry, with fields instead of a line.

No value can forge an entry, and no size can break one. Sending never waits: entries that the
journal does not take at once are dropped and counted, and the next entry says how many.
"""

import logging
import re
import socket
import struct
from collections.abc import Callable, Mapping
from pathlib import Path

SOCKET = Path("/run/systemd/journal/socket")
# Bounds of one entry, which stays below the 208 KiB that a datagram may have by default.
MAX_MESSAGE_BYTES = 49_152
MAX_VALUE_BYTES = 4_096
MAX_FIELDS = 32
# What is left of a message where even that is too much for this system's sockets.
LEAST_BYTES = 2_048
CUT = " [...]"

_NOT_IN_NAMES = re.compile(r"[^A-Z0-9_]")


def field_name(key: str) -> str:
    """``key`` as a field name of the journal: capitals, digits, underscores, not reserved."""
    return _NOT_IN_NAMES.sub("_", key.upper()).lstrip("_0123456789")[:64]


def encode(fields: Mapping[str, str], *, message_bytes: int = MAX_MESSAGE_BYTES) -> bytes:
    """One entry. Values with line breaks have a length; all are cut to their limits."""
    entry = bytearray()
    for name, value in list(fields.items())[:MAX_FIELDS]:
        data = _cut(value, message_bytes if name == "MESSAGE" else MAX_VALUE_BYTES)
        if b"\n" in data:
            entry += name.encode() + b"\n" + struct.pack("<Q", len(data)) + data + b"\n"
        else:
            entry += name.encode() + b"=" + data + b"\n"
    return bytes(entry)


def _cut(value: str, most: int) -> bytes:
    data = value.encode(errors="replace")
    if len(data) <= most:
        return data
    return data[: most - len(CUT)].decode(errors="ignore").encode() + CUT.encode()


class JournalHandler(logging.Handler):
    """Sends records to the journal at ``path``; ``fields`` makes an entry's fields of a record."""

    def __init__(
        self, fields: Callable[[logging.LogRecord], dict[str, str]], *, path: Path = SOCKET
    ) -> None:
        super().__init__()
        self._fields = fields
        self._path = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self.dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Send one entry, or count it as dropped."""
        try:
            fields = self._fields(record)
        except Exception:  # noqa: BLE001 - a record that cannot be shown must not end its caller
            self.handleError(record)
            return
        if self.dropped:
            fields["JARVISD_ENTRIES_LOST"] = str(self.dropped)
        if self._sent(encode(fields)) or self._sent(encode(fields, message_bytes=LEAST_BYTES)):
            self.dropped = 0
        else:
            self.dropped += 1

    def close(self) -> None:
        """Hang up."""
        self._socket.close()
        super().close()

    def _sent(self, entry: bytes) -> bool:
        try:
            self._socket.sendto(entry, self._path)
        except OSError:
            return False
        return True
