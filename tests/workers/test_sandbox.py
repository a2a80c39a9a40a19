"""What a confined process can and cannot do, tried in a real one."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ATTEMPTS = {
    "read what it was given": "open(given / 'voice.onnx').read()",
    "import a library": "import decimal",
    "read another file": "open(private / 'jarvisd.sqlite3').read()",
    "list another directory": "os.listdir(private)",
    "write where it reads": "open(given / 'new', 'w')",
    "remove what it reads": "os.remove(given / 'voice.onnx')",
    "open a socket": "socket.socket(socket.AF_UNIX)",
    "go to the network": "socket.create_connection(('127.0.0.1', 9), 1)",
    "connect over what it inherited": "inherited.connect(str(private / 'control.sock'))",
    "run a program": "os.execv('/bin/true', ['true'])",
    "end its parent": "os.kill(os.getppid(), 0)",
    "read its parent's environment": "open(f'/proc/{os.getppid()}/environ', 'rb').read()",
    "read its parent's memory": "open(f'/proc/{os.getppid()}/mem', 'rb')",
}
ALLOWED = {"read what it was given", "import a library"}

PROGRAM = """
import os, socket, sys
from pathlib import Path
from jarvisd.workers.sandbox import confine
given, private, fd = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
inherited = socket.socket(fileno=fd)
print("problems:", confine([str(given)]), flush=True)
for line in sys.stdin:
    name, _, attempt = line.rstrip("\\n").partition("|")
    try:
        exec(attempt)
    except OSError as error:
        print(f"{name}|refused", flush=True)
    else:
        print(f"{name}|done", flush=True)
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What became of each attempt, in one confined process."""
    folder = tmp_path_factory.mktemp("sandbox")
    given, private = folder / "voices", folder / "state"
    given.mkdir()
    private.mkdir()
    (given / "voice.onnx").write_text("a voice")
    (private / "jarvisd.sqlite3").write_text("a conversation")
    with (
        socket.socket(socket.AF_UNIX) as listening,
        socket.socket(socket.AF_UNIX) as inherited,
    ):
        listening.bind(str(private / "control.sock"))
        listening.listen()
        ran = subprocess.run(
            [
                *(sys.executable, "-P", "-c", PROGRAM),
                *(str(given), str(private), str(inherited.fileno())),
            ],
            input="".join(f"{name}|{attempt}\n" for name, attempt in ATTEMPTS.items()),
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
            pass_fds=[inherited.fileno()],
            env=os.environ | {"SECRET": "a key"},
        )
    first, *lines = ran.stdout.splitlines()
    assert first == "problems: ", f"this machine cannot confine: {first}"
    return dict(line.split("|") for line in lines)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_confined_process_reads_what_it_was_given_and_nothing_else(
    outcomes: dict[str, str], attempt: str
) -> None:
    assert outcomes[attempt] == ("done" if attempt in ALLOWED else "refused")


def test_a_missing_library_is_told_and_does_not_stop_it(tmp_path: Path) -> None:
    (tmp_path / "py_landlock.py").write_text("raise ImportError('no landlock here')")
    program = "from jarvisd.workers.sandbox import confine; print(confine([]))"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, timeout=300, check=True, cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert ran.stdout.startswith("files: no landlock here")
