"""Requests that no client sends: 10^5 of them, made from real ones by a seeded chance.

Each gets an answer or a closed connection; none is answered with 500, and none stops the daemon.
"""

import asyncio
import json
import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tests.chaos.stage import Stage
from tests.support.daemon import RunningDaemon

REQUESTS = 100_000
CONNECTIONS = 8
ANSWER_S = 60.0
# These end a fuzzing run by doing what they are for.
SPARED = ("/v1/reload",)
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW", "get", "")
HEADERS = (
    "Accept: audio/wav",
    "Accept: audio/L16;rate=999999999999",
    "Accept: */*;q=nan",
    "Content-Type: text/plain",
    "Content-Type: application/json",
    "Content-Length: -1",
    "Content-Length: 99999999999999999999",
    "Content-Length: 5\r\nContent-Length: 6",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked",
    "Expect: 100-continue",
    "Upgrade: websocket\r\nConnection: Upgrade",
    "Host: evil.example",
    "Origin: https://evil.example",
    "X-Long: " + "x" * 9_000,
    "X-Null: \x00",
    ": no name",
    "Cookie: \xff\xfe",
)
VALUES: Sequence[object] = (
    None,
    True,
    -1,
    2**64,
    1e308,
    "",
    "default",
    "../../etc/passwd",
    "\x00\x1b]52;c;\x07\u202e",
    "<a " * 200,
    [],
    {},
    [[]],
    "r-000000000000",
    "Hello.",
    22_050,
)
FIELDS = ("text", "voice", "speed", "sample_rate", "conversation", "played", "samples", "level")
QUERIES = ("since", "life", "limit", "start", "paced", "kind", "follow", "level", "before")


@dataclass(slots=True)
class Answers:
    """How the requests were answered."""

    answered: int = 0
    closed: int = 0
    bugs: int = 0


async def send_anything(stage: Stage) -> None:
    """10^5 requests over a few connections at a time."""
    settings = {"reply__max_active": 4, "reply__keep": 5, "log__level": "error"}
    async with stage.daemon(**settings) as daemon:
        await stage.say(daemon, 3)
        before = await stage.usage(daemon)
        paths = await _paths(daemon)
        answers = Answers()
        requests = _requests(stage.chance, paths)
        await asyncio.gather(*(_send(daemon, requests, answers) for _ in range(CONNECTIONS)))
        if answers.bugs:
            raise AssertionError(f"{answers.bugs} requests were answered with 500:\n{daemon.log}")
        if answers.answered + answers.closed < REQUESTS:
            raise AssertionError(f"only {answers.answered} answers and {answers.closed} closings")
        await stage.say(daemon, 3)
        await stage.check_usage(daemon, before)


async def _paths(daemon: RunningDaemon) -> list[str]:
    routes = (await daemon.get("/v1/"))["routes"]
    return [route["path"] for route in routes if route["path"] not in SPARED]


def _requests(chance: random.Random, paths: list[str]) -> Iterator[bytes]:
    for _ in range(REQUESTS):
        yield _request(chance, paths)


def _request(chance: random.Random, paths: list[str]) -> bytes:
    method = chance.choice(METHODS if chance.random() < 0.2 else ("GET", "POST"))
    body = _body(chance) if method != "GET" else b""
    lines = [f"{method} {_target(chance, paths)} HTTP/1.{chance.choice('1111110')}", "Host: j"]
    lines += chance.sample(HEADERS, chance.choice((0, 0, 1, 2)))
    if body and chance.random() < 0.95:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
    return _damaged(chance, head + body)


def _target(chance: random.Random, paths: list[str]) -> str:
    path = chance.choice(paths)
    while "{" in path:
        before, _, rest = path.partition("{")
        word = chance.choice(("r-0", "%00", "..%2f", "x" * 300, "default", "\u00e9"))
        path = before + word + rest.partition("}")[2]
    if chance.random() < 0.3:
        path += f"?{chance.choice(QUERIES)}={chance.choice(('-1', '%', '1e9', 'true', '9' * 40))}"
    return path


def _body(chance: random.Random) -> bytes:
    kind = chance.random()
    if kind < 0.1:
        return chance.choice((b"[" * 50_000, b'{"a":' * 20_000, b"\xff\xfe", b"nul", b'"' * 99))
    fields = {chance.choice(FIELDS): chance.choice(VALUES) for _ in range(chance.randint(0, 4))}
    return json.dumps(fields).encode()


def _damaged(chance: random.Random, request: bytes) -> bytes:
    if chance.random() < 0.9:
        return request
    data = bytearray(request)
    for _ in range(chance.randint(1, 5)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


async def _send(daemon: RunningDaemon, requests: Iterator[bytes], answers: Answers) -> None:
    connection: _Connection | None = None
    for request in requests:
        connection = connection or await _Connection.open(daemon)
        status = await connection.exchange(request)
        if status is None:
            answers.closed += 1
        else:
            answers.answered += 1
            answers.bugs += status == 500
        if status is None or not connection.usable:
            connection.close()
            connection = None
    if connection:
        connection.close()


class _Connection:
    """A raw connection; ``usable`` until an answer's end cannot be told."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.usable = True

    @classmethod
    async def open(cls, daemon: RunningDaemon) -> "_Connection":
        async with asyncio.timeout(ANSWER_S):
            while True:
                try:
                    return cls(*await asyncio.open_unix_connection(str(daemon.socket)))
                except OSError:  # its line of new connections is full
                    await asyncio.sleep(0.01)

    async def exchange(self, request: bytes) -> int | None:
        """The status of the answer; ``None`` where the connection was closed instead."""
        self._writer.write(request)
        self._finish_strange(request)
        try:
            async with asyncio.timeout(ANSWER_S):
                head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
                length = _content_length(head)
                self.usable = self.usable and length is not None and b"close" not in head
                if length and self.usable:
                    await self._reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return None
        return int(head.split(b" ", 2)[1])

    def _finish_strange(self, request: bytes) -> None:
        """What may be half a request is ended, so that its answer need not wait for a limit."""
        plain = request.startswith((b"GET /", b"POST /")) and request.count(b"\r\n\r\n") == 1
        strange = (
            b"Content-Length: -",
            b"Content-Length: 9",
            b"chunked",
            b"Expect",
            b"X-",
            b"HEAD",
        )
        if not plain or any(word in request for word in strange):
            self.usable = False
            with suppress(OSError):
                self._writer.write_eof()

    def close(self) -> None:
        self._writer.transport.abort()


def _content_length(head: bytes) -> int | None:
    for line in head.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return None
