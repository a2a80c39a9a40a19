"""One slot against two: rounds take long, and no connection is kept from one to the next."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from jarvisbench import slots
from jarvisbench.rig import Rig

SPOKEN = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n\x01\x00\r\n0\r\n\r\n"


class OneAnswer(socketserver.StreamRequestHandler):
    """Closes after one answer, as the daemon does with a connection that is silent for long."""

    def handle(self) -> None:
        while self.rfile.readline().strip():
            pass
        self.wfile.write(SPOKEN)


@contextmanager
def impatient(path: Path) -> Iterator[SimpleNamespace]:
    with socketserver.ThreadingUnixStreamServer(str(path), OneAnswer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield SimpleNamespace(socket=path)
        finally:
            server.shutdown()
            thread.join()


def test_each_round_has_a_connection_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rig, "voices", Path())
    monkeypatch.setattr(Rig, "daemon", lambda rig, **_: impatient(cast("Rig", rig).path(".sock")))
    with Rig(quick=True, say=lambda _: None) as rig:
        [row] = slots.measure(rig)
    assert (row.skipped, len(row.values)) == ("", 1)
