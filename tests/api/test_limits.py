"""Room for everybody: connections per user, time without a request, bodies that are too large."""

import asyncio
import sys
from pathlib import Path

import pytest

from jarvisd.api.access import AccessPolicy, Peer
from jarvisd.api.limits import Connections
from jarvisd.config.settings import ApiSettings, Settings
from jarvisd.errors import JarvisError
from tests.api.conftest import SOON_S, Running, error_of, running
from tests.api.test_access import NEEDS_ROOT
from tests.api.test_protocol import LAST, STATUS

# Opens as many streams as asked for, says so, and keeps them until its standard input ends.
GREEDY = """
import os, socket, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
path, count = sys.argv[1], int(sys.argv[2])
kept, answers = [], []
for _ in range(count):
    client = socket.socket(socket.AF_UNIX)
    client.connect(path)
    client.sendall(b"GET /v1/series?watch=true HTTP/1.1\\r\\nHost: j\\r\\n\\r\\n")
    kept.append(client)
for client in kept:
    answers.append(client.recv(12).decode()[-3:])
print(" ".join(answers), flush=True)
sys.stdin.read()
"""


def peer(uid: int) -> Peer:
    return Peer(pid=1, uid=uid, gid=uid, groups=frozenset({uid}))


def connections(**limits: int) -> Connections:
    settings = ApiSettings(others_may_read=True, **limits)
    return Connections(settings, AccessPolicy(settings, owner=1000))


def code(error: JarvisError | None) -> str:
    return "" if error is None else error.code


def test_one_user_gets_no_more_than_a_share() -> None:
    found = connections(max_connections=8, max_connections_per_user=2, reserved_connections=2)
    assert [code(found.admit(peer(1))) for _ in range(3)] == ["", "", "limit.connections_per_user"]
    found.release(peer(1))
    assert code(found.admit(peer(1))) == ""
    assert code(found.admit(peer(2))) == ""


def test_the_rest_is_reserved_for_administrators() -> None:
    found = connections(max_connections=5, max_connections_per_user=2, reserved_connections=2)
    assert [code(found.admit(peer(uid))) for uid in (1, 2, 3)] == ["", "", ""]
    assert code(found.admit(peer(4))) == "limit.connections"
    assert [code(found.admit(peer(0))) for _ in range(3)] == ["", "", "limit.connections"]
    found.release(peer(0))
    assert code(found.admit(peer(1000))) == ""  # the daemon's own user administers too


def test_a_reserve_as_large_as_all_leaves_one() -> None:
    found = connections(max_connections=2, reserved_connections=50)
    assert [code(found.admit(peer(1))) for _ in range(2)] == ["", "limit.connections"]


@NEEDS_ROOT
async def test_an_observer_with_many_streams_does_not_lock_out_root(
    shared_directory: Path,
) -> None:
    limits = ApiSettings(
        others_may_read=True,
        max_connections=12,
        max_connections_per_user=6,
        reserved_connections=4,
    )
    api = Running(shared_directory / "control.sock", Settings(api=limits), mode=0o666)
    await api.server.start()
    greedy = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-c", GREEDY, str(api.path), "30"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert greedy.stdout is not None
        answers = (await asyncio.wait_for(greedy.stdout.readline(), SOON_S)).decode().split()
        assert answers[:6] == ["200"] * 6
        assert set(answers[6:]) == {"429"}
        assert (await api.send(LAST)).startswith(b"HTTP/1.1 200")
    finally:
        greedy.terminate()
        await greedy.wait()
        await api.server.stop(1.0)
        api.listening.close()


async def test_a_refused_connection_says_when_to_try_again(tmp_path: Path) -> None:
    async with running(tmp_path, max_connections=1) as api:
        _, writer = await api.raw()
        writer.write(b"GET")
        answer = await api.send(STATUS)
        assert error_of(answer) == (503, "limit.connections")
        assert b"\r\nretry-after: 1\r\n" in answer
        writer.close()


# --- time ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("drip", [b"\r\n", b"G"])
async def test_dripping_bytes_do_not_keep_a_connection_open(tmp_path: Path, drip: bytes) -> None:
    """Neither empty lines, which are no request, nor a request that never becomes one."""
    async with running(tmp_path, idle_timeout_s=30.0, header_timeout_s=0.3) as api:
        reader, writer = await api.raw()
        writer.write(STATUS)
        await reader.readuntil(b'"fallback_share":0.0}\n')

        async def send() -> None:
            while True:
                writer.write(drip)
                await asyncio.sleep(0.01)

        sending = asyncio.ensure_future(send())
        try:
            assert error_of(await asyncio.wait_for(reader.read(), SOON_S))[0] in (400, 408)
        finally:
            sending.cancel()
            writer.close()


async def test_endless_empty_lines_are_too_large_a_head(api: Running) -> None:
    assert error_of(await api.send(b"\r\n" * 20_000)) == (431, "limit.head")


# --- bodies -------------------------------------------------------------------------------------


@pytest.mark.parametrize("extra", [b"", b"Expect: 100-continue\r\n"])
async def test_too_large_a_body_is_refused_at_its_headers(api: Running, extra: bytes) -> None:
    head = b"POST /v1/say HTTP/1.1\r\nHost: j\r\nContent-Length: 99999999\r\n" + extra + b"\r\n"
    answer = await api.send(head)
    assert answer.startswith(b"HTTP/1.1 413")
    assert error_of(answer) == (413, "limit.body")


NESTED = [b"[" * 100_000, b'{"a":' * 100_000, b'{"text":' + b"[" * 100_000]


@pytest.mark.parametrize("path", ["/v1/say", "/v1/replies", "/v1/audio/speech", "/v1/log/level"])
@pytest.mark.parametrize("body", NESTED)
async def test_json_that_is_nested_without_end_is_a_bad_request(
    api: Running, path: str, body: bytes
) -> None:
    async with api.client() as client:
        method = "PUT" if path == "/v1/log/level" else "POST"
        answer = await client.request(method, path, content=body)
        assert answer.status_code == 400
        field = b'{"model":"m","input":"x","voice":' if "speech" in path else b'{"conversation":'
        answer = await client.request(method, path, content=field + body)
        assert answer.status_code == 400
        whole = field + b'{"a":' * 90_000 + b"1" + b"}" * 90_001
        answer = await client.request(method, path, content=whole)
        assert answer.status_code == 400
