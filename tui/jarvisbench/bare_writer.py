"""The floor under many paced streams: frames written to Unix sockets on time, and nothing else.

``python -m jarvisbench.bare_writer SOCKET`` answers every connection's request with chunks of
20 ms, the first few together as the daemon sends them. What a client sees of it is what the
machine, the kernel and the client itself cost.
"""

import select
import signal
import socket
import sys
import time
from heapq import heappop, heappush
from itertools import count
from pathlib import Path

FRAME = bytes(882)  # 20 ms at 22 050 Hz
FRAME_S = 0.02
TOGETHER = 4
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: audio/L16\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNK = b"%x\r\n%s\r\n" % (len(FRAME), FRAME)


class Writer:
    """All streams of one socket; ``serve`` never returns."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self._due: list[tuple[float, int, socket.socket]] = []
        self._numbers = count()  # connections cannot be compared

    def serve(self) -> None:
        """Accept, and write what is due."""
        while True:
            wait = max(0.0, self._due[0][0] - time.monotonic()) if self._due else None
            # select() waits to the microsecond; epoll counts in milliseconds.
            if select.select([self._listening], [], [], wait)[0]:
                self._begin(self._listening.accept()[0])
            while self._due and self._due[0][0] <= time.monotonic():
                at, _, stream = heappop(self._due)
                self._write(stream, CHUNK, at + FRAME_S)

    def _begin(self, stream: socket.socket) -> None:
        stream.recv(65_536)
        self._write(stream, HEAD + CHUNK * TOGETHER, time.monotonic() + FRAME_S)

    def _write(self, stream: socket.socket, data: bytes, then: float) -> None:
        try:
            stream.sendall(data)
        except OSError:  # its reader has heard enough
            stream.close()
        else:
            heappush(self._due, (then, next(self._numbers), stream))


def main() -> None:
    """Write until a signal comes."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    path = sys.argv[1]
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        # Renamed once it listens: whoever sees the path can connect.
        listening.bind(path + ".new")
        listening.listen(128)
        Path(path + ".new").rename(path)
        Writer(listening).serve()


if __name__ == "__main__":
    main()
