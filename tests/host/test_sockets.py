import grp
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvisd.config.settings import ApiSettings
from jarvisd.host import sockets
from jarvisd.host.sockets import ControlSocket, SocketError, bind, listen
from jarvisd.wire import address
from jarvisd.wire.address import default_socket


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made" / "control.sock"


@pytest.fixture
def listening(path: Path) -> Iterator[ControlSocket]:
    found = bind(path)
    yield found
    found.close()


def test_permissions_are_exactly_those_asked_for(tmp_path: Path) -> None:
    previous = os.umask(0o077)
    try:
        for mode in (0o660, 0o666, 0o600):
            found = bind(tmp_path / f"{mode}.sock", mode=mode)
            assert stat.S_IMODE(found.path.stat().st_mode) == mode
            found.close()
    finally:
        os.umask(previous)


def test_it_is_open_to_the_group_alone_unless_others_may_read(path: Path) -> None:
    for others_may_read, mode in ((False, 0o660), (True, 0o666)):
        settings = ApiSettings(socket=str(path), others_may_read=others_may_read)
        (found,) = listen(settings, environ={})
        assert stat.S_IMODE(path.stat().st_mode) == mode
        found.close()


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give files to any group")
def test_it_belongs_to_the_group(path: Path) -> None:
    group = next(found for found in grp.getgrall() if found.gr_gid != os.getgid())
    found = bind(path, group=group.gr_name)
    assert path.stat().st_gid == group.gr_gid
    assert path.stat().st_uid == os.getuid()
    found.close()


def test_a_group_that_does_not_exist_changes_nothing(path: Path) -> None:
    found = bind(path, group="no-such-group")
    assert path.stat().st_gid == os.getgid()
    found.close()


def test_a_socket_in_use_is_left_alone(listening: ControlSocket) -> None:
    with pytest.raises(SocketError) as caught:
        bind(listening.path)
    assert caught.value.code == "daemon.socket_in_use"
    assert str(listening.path) in caught.value.message
    assert listening.path.is_socket()


def test_a_stale_socket_is_replaced(path: Path) -> None:
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    assert path.is_socket()
    found = bind(path)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
    found.close()


def test_a_file_that_is_no_socket_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("precious")
    with pytest.raises(SocketError) as caught:
        bind(path)
    assert caught.value.code == "daemon.socket_failed"
    assert path.read_text() == "precious"


@pytest.mark.parametrize("bad", ["/proc/none/control.sock", "/tmp/" + "x" * 200])
def test_what_cannot_be_bound_is_explained(bad: str) -> None:
    with pytest.raises(SocketError) as caught:
        bind(Path(bad))
    assert caught.value.code == "daemon.socket_failed"
    assert bad in caught.value.message


def test_it_is_removed_in_the_end(path: Path) -> None:
    found = bind(path)
    found.close()
    assert not path.exists()
    found.close()  # again does no harm


def test_somebody_elses_socket_is_not_removed(path: Path) -> None:
    ours = bind(path)
    path.unlink()
    theirs = bind(path)
    ours.close()
    assert path.is_socket()
    theirs.close()


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({"RUNTIME_DIRECTORY": "/run/one:/run/two"}, "/run/one/control.sock"),
        ({"XDG_RUNTIME_DIR": "/run/user/7"}, "/run/user/7/jarvisd/control.sock"),
        ({}, f"/run/user/{os.getuid()}/jarvisd/control.sock"),
    ],
)
def test_default_path(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], wanted: str
) -> None:
    monkeypatch.setattr(address, "SYSTEM_DIRECTORY", Path("/nonexistent/jarvisd"))
    assert default_socket(environ) == Path(wanted)


def test_default_path_is_the_systems_where_we_may_write(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(address, "SYSTEM_DIRECTORY", tmp_path)
    assert default_socket({"XDG_RUNTIME_DIR": "/run/user/7"}) == tmp_path / "control.sock"


# What systemd does: the socket is bound beforehand and arrives as descriptor 3.
INHERITING = """
import os, sys
from jarvisd.config.settings import ApiSettings
from jarvisd.host.sockets import listen
os.environ["LISTEN_PID"] = str(os.getpid())
found = listen(ApiSettings(socket="/nonexistent/never.sock"))
for one in found:
    print(one.path, one.inherited, os.get_inheritable(one.socket.fileno()), one.socket.fileno())
    one.close()
"""


def test_inherited_sockets_are_used_and_stay(path: Path, tmp_path: Path) -> None:
    listening = bind(path)
    with (tmp_path / "not-a-socket").open("w"), socket.socket() as network:
        command = (
            f"exec {sys.executable} -c '{INHERITING}' "
            f"3<&{listening.socket.fileno()} 4<&{network.fileno()}"
        )
        done = subprocess.run(
            ["bash", "-c", command],
            pass_fds=(listening.socket.fileno(), network.fileno()),
            env={**os.environ, "LISTEN_FDS": "2", "LISTEN_FDNAMES": "control:other"},
            capture_output=True,
            text=True,
            check=True,
        )
    assert done.stdout.splitlines()[-1] == f"{path} True False 3"
    assert "it is not a Unix stream socket" in done.stdout + done.stderr
    assert path.is_socket()
    listening.close()


def test_sockets_passed_to_another_process_are_not_ours() -> None:
    assert sockets.inherited({"LISTEN_PID": "1", "LISTEN_FDS": "1"}) == []
    assert sockets.inherited({}) == []
