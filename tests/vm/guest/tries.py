"""Somebody who connects again and again while the daemon is restarted or replaced."""

import socket
import threading
import time

from harness import PATIENCE_S
from system import SOCKET


class Tries:
    """Connects again and again, and asks one question on each connection."""

    def __init__(self) -> None:
        self.served = 0
        self.refused: list[str] = []
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._enough.is_set():
            try:
                self.served += self._ask()
            except OSError as error:
                self.refused.append(f"connect: {error}")
            time.sleep(0.1)

    @staticmethod
    def _ask() -> bool:
        """One question; False when a stopping daemon closed the connection after accepting it."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE_S)
            connection.connect(str(SOCKET))
            try:
                connection.sendall(b"GET /v1/live HTTP/1.1\r\nHost: j\r\nConnection: close\r\n\r\n")
                return connection.recv(64).startswith(b"HTTP/1.1 200")
            except (BrokenPipeError, ConnectionResetError):
                return False
