import dataclasses
import grp
import os
import socket
import sys
from pathlib import Path
from typing import cast

import httpx
import msgspec
import pytest
from anyio import run_process

from jarvisd.api.access import AccessPolicy, Peer, Role, read_peer
from jarvisd.api.exchange import Exchange
from jarvisd.api.routes import ROUTES
from jarvisd.api.server import ApiServer
from jarvisd.config.settings import ApiSettings, Settings
from jarvisd.errors import AccessError
from jarvisd.host.sockets import bind
from tests.fakes.services import FakeReplies, FakeReply, fake_services
from tests.fakes.services import status as fake_status

NOBODY = 65_534
# A group that every Debian has and nobody's tests depend on; it stands in for "jarvis".
GROUP = grp.getgrgid(29).gr_name if any(found.gr_gid == 29 for found in grp.getgrall()) else ""
NEEDS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root can run clients as other users")

# Becomes nobody only once it runs: the interpreter may lie where nobody may not look.
CLIENT = """
import os, socket, sys
path, method, target, *groups = sys.argv[1:]
os.setgroups([int(group) for group in groups])
os.setgid(65534)
os.setuid(65534)
with socket.socket(socket.AF_UNIX) as client:
    client.connect(path)
    head = [f"{method} {target} HTTP/1.1", "Host: j", "Connection: close", "", ""]
    client.sendall("\\r\\n".join(head).encode())
    while data := client.recv(65536):
        os.write(1, data)
"""


def peer(uid: int, *groups: int) -> Peer:
    return Peer(pid=1, uid=uid, gid=uid, groups=frozenset({uid, *groups}))


@pytest.mark.parametrize(
    ("found", "others_may_read", "role"),
    [
        (peer(0), False, Role.ADMIN),
        (peer(1000), False, Role.ADMIN),  # the daemon's own user
        (peer(1001, 0), False, Role.OPERATOR),
        (peer(1001), True, Role.OBSERVER),
        (peer(1001), False, Role.NONE),
    ],
)
def test_roles(found: Peer, others_may_read: bool, role: Role) -> None:
    settings = ApiSettings(socket_group="root", others_may_read=others_may_read)
    assert AccessPolicy(settings, owner=1000).role_of(found) is role


def test_a_group_that_does_not_exist_has_no_members() -> None:
    policy = AccessPolicy(ApiSettings(socket_group="no-such-group"), owner=1000)
    assert policy.role_of(peer(1001, 0)) is Role.NONE
    with pytest.raises(AccessError) as caught:
        policy.require(peer(1001), Role.OBSERVER)
    assert "groupadd no-such-group" in caught.value.hint


def test_refusals_name_the_way_out() -> None:
    policy = AccessPolicy(ApiSettings(socket_group="root"), owner=1000)
    with pytest.raises(AccessError) as caught:
        policy.require(peer(NOBODY), Role.OPERATOR)
    assert caught.value.code == "access.denied"
    assert "sudo usermod -aG root nobody, then log in again" in caught.value.hint


def test_credentials_are_those_of_the_process_that_connected() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        found = read_peer(ours)
    assert (found.pid, found.uid, found.gid) == (os.getpid(), os.getuid(), os.getgid())
    assert found.groups == frozenset(os.getgroups()) | {os.getgid()}


def command_as_nobody(path: Path, method: str, target: str, groups: list[int]) -> list[str]:
    numbers = [str(group) for group in groups]
    return [sys.executable, "-I", "-c", CLIENT, str(path), method, target, *numbers]


async def request_as(
    path: Path, method: str, target: str, *, groups: list[int]
) -> tuple[int, dict[str, dict[str, str]]]:
    """Ask as user nobody with these supplementary groups, from another process."""
    done = await run_process(command_as_nobody(path, method, target, groups))
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    return int(head.split()[1]), msgspec.json.decode(body)


@NEEDS_ROOT
@pytest.mark.skipif(not GROUP, reason="there is no group 29 on this system")
@pytest.mark.parametrize(
    ("method", "target", "groups", "others_may_read", "status"),
    [
        ("GET", "/v1/status", [], False, 403),
        ("GET", "/v1/status", [], True, 200),
        ("GET", "/v1/status", [29], False, 200),
        ("POST", "/v1/replies/r1/pause", [], True, 403),
        ("POST", "/v1/replies/r1/pause", [29], False, 404),
    ],
)
async def test_other_users_over_the_real_socket(
    shared_directory: Path,
    method: str,
    target: str,
    groups: list[int],
    others_may_read: bool,
    status: int,
) -> None:
    settings = Settings(api=ApiSettings(socket_group=GROUP, others_may_read=others_may_read))
    listening = bind(shared_directory / "control.sock", mode=0o666)
    server = ApiServer(fake_services(settings), [listening.socket])
    await server.start()
    try:
        found, answer = await request_as(listening.path, method, target, groups=groups)
        assert found == status
        if status == 403:
            assert answer["error"]["code"] == "access.denied"
            assert f"usermod -aG {GROUP}" in answer["error"]["hint"]
    finally:
        await server.stop(1.0)
        listening.close()


@NEEDS_ROOT
async def test_the_socket_itself_keeps_others_out(shared_directory: Path) -> None:
    listening = bind(shared_directory / "control.sock", mode=0o660)
    try:
        command = command_as_nobody(listening.path, "GET", "/v1/live", [])
        done = await run_process(command, check=False)
        assert b"PermissionError" in done.stderr
    finally:
        listening.close()


@pytest.mark.parametrize(("role", "conversation"), [(Role.OBSERVER, ""), (Role.OPERATOR, "c1")])
async def test_only_operators_see_which_conversation_a_reply_is_in(
    role: Role, conversation: str
) -> None:
    services = fake_services()
    cast("FakeReplies", services.replies).known["r1"] = reply = FakeReply()
    shown = msgspec.structs.replace(fake_status(), replies=[reply.info()])
    exchange = Exchange(
        services=dataclasses.replace(services, status=lambda: shown),
        peer=peer(NOBODY),
        role=role,
        path={"reply": "r1"},
        query=None,
        body=None,
        accept="",
        pieces=None,
        routes=ROUTES,
    )
    found = {
        route.path: msgspec.to_builtins(await route.handler(exchange))
        for route in ROUTES
        if route.handler is not None
        and (route.method, route.role) == ("GET", Role.OBSERVER)
        and route.path in ("/v1/status", "/v1/replies", "/v1/replies/{reply}")
    }
    assert found["/v1/replies/{reply}"]["conversation"] == conversation
    for listed in ("/v1/status", "/v1/replies"):
        assert [info["conversation"] for info in found[listed]["replies"]] == [conversation]


async def test_the_owner_of_a_private_daemon_is_admin(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/status")).status_code == 200
