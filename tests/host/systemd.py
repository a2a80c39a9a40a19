"""systemd's end of NOTIFY_SOCKET: a real datagram socket that remembers what it was told."""

import asyncio
import socket
from typing import Self


class FakeSystemd:
    """Listens at ``address`` (``@name`` for an abstract one) inside its ``with`` block."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.environ = {"NOTIFY_SOCKET": address}
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self._socket.setblocking(False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def told(self) -> list[dict[str, str]]:
        """Every datagram since the last time, each as its assignments."""
        found = []
        while True:
            try:
                found.append(_parsed(self._socket.recv(65_536)))
            except BlockingIOError:
                return found

    async def next(self) -> dict[str, str]:
        """The next datagram; the test's own time limit bounds the wait."""
        return _parsed(await asyncio.get_running_loop().sock_recv(self._socket, 65_536))

    async def until(self, key: str, value: str) -> dict[str, str]:
        """The next datagram that assigns ``value`` to ``key``."""
        while (told := await self.next()).get(key) != value:
            pass
        return told


def _parsed(datagram: bytes) -> dict[str, str]:
    return dict(line.split("=", 1) for line in datagram.decode().splitlines())
