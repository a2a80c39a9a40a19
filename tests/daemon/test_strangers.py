"""Who may use the control socket of a real daemon, seen by the users who try."""

import asyncio
import grp
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.daemon import RunningDaemon, running_daemon

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")

# Groups that every Linux has; the socket's own, and one that has nothing to do with it.
OURS, OTHER = "games", "nogroup"
STRANGER = 65_534
# All of it may be where only root can read, as in a closed home: loaded before the user changes.
BECOME = """
import os, sys
import jarvisctl.cli as cli
from jarvisctl.commands import log, say, status
os.setgroups([int(gid) for gid in sys.argv[1].split(",") if gid])
os.setgid({gid}); os.setuid({uid})
sys.argv[1:] = sys.argv[2:]
cli.main()
"""


@dataclass(frozen=True)
class Ran:
    code: int
    stdout: str
    stderr: str


async def jarvisctl(daemon: RunningDaemon, *words: str, groups: tuple[str, ...] = ()) -> Ran:
    """Run jarvisctl as a user who is nobody, and in ``groups``."""
    numbers = ",".join(str(grp.getgrnam(name).gr_gid) for name in groups)
    script = BECOME.format(gid=grp.getgrnam(OTHER).gr_gid, uid=STRANGER)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, numbers, "--socket", str(daemon.socket), *words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    stdout, stderr = await process.communicate()
    return Ran(process.returncode or 0, stdout.decode(), stderr.decode())


@pytest.fixture(scope="module")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """One loop for the file, as one daemon is enough for all who only look at it."""
    return ("asyncio", {"use_uvloop": True})


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    """Where anybody may look, as in /run; pytest's own directories are closed."""
    with tempfile.TemporaryDirectory(prefix="j-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
async def daemon(directory: Path) -> AsyncIterator[RunningDaemon]:
    async with running_daemon(directory, settings={"api.socket_group": OURS}) as found:
        yield found


async def test_strangers_cannot_even_connect_and_learn_why(daemon: RunningDaemon) -> None:
    ran = await jarvisctl(daemon, "status")
    assert (ran.code, ran.stdout) == (5, "")
    assert ran.stderr.splitlines() == [
        f"jarvisctl: {daemon.socket}: permission denied",
        f"  Members of group {OURS} may use the daemon:",
        f"    sudo usermod -aG {OURS} $USER    (then log in again)",
    ]


async def test_members_may_operate_but_not_administer(daemon: RunningDaemon) -> None:
    ran = await jarvisctl(daemon, "status", "--json", groups=(OURS,))
    assert (ran.code, ran.stderr) == (0, "")
    ran = await jarvisctl(daemon, "log", "level", "debug", groups=(OURS,))
    assert ran.code == 5
    assert "Run the command as root or as the daemon's own user." in ran.stderr


async def test_curl_says_it_in_its_own_words(daemon: RunningDaemon) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("CURL IS NOT INSTALLED: what it says of a closed socket was not seen")
    done = await asyncio.to_thread(
        subprocess.run,
        [curl, "-sS", "--unix-socket", str(daemon.socket), "http://j/v1/status"],
        user=STRANGER, group=STRANGER, extra_groups=[], cwd="/", capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (7, b"")
    assert b"connect" in done.stderr


async def test_others_who_may_read_are_told_what_speaking_needs(directory: Path) -> None:
    settings = {"api.socket_group": OURS, "api.others_may_read": "true"}
    other = directory / "other"
    other.mkdir(mode=0o755)
    async with running_daemon(other, settings=settings) as daemon:
        assert (await jarvisctl(daemon, "status")).code == 0
        ran = await jarvisctl(daemon, "say", "hello")
        assert (ran.code, ran.stdout) == (5, "")
        assert "this needs the role operator" in ran.stderr
        assert f"sudo usermod -aG {OURS}" in ran.stderr
