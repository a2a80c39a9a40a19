"""Every command that docs/operations.md shows, run as its reader would."""

import re
from pathlib import Path

from harness import test
from system import PROJECT, get, run, until_running

NOT_HERE = "# tried apart"
# pip finds here what it would find in its index.
NO_NETWORK = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(PROJECT / "wheels/tools")}
HERE = Path("/run/manual")  # the tree, where files may be written as well


def _commands() -> list[str]:
    """The lines after a ``$`` in the manual's blocks, without their remarks."""
    text = (PROJECT / "docs/operations.md").read_text()
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    lines = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    return [re.sub(r"  +# .*", "", line) for line in lines if NOT_HERE not in line]


@test
def the_manual_is_true() -> None:
    """Every command of docs/operations.md works as shown."""
    commands = _commands()
    assert len(commands) > 30, commands
    HERE.mkdir()
    for name in PROJECT.iterdir():
        (HERE / name.name).symlink_to(name)
    failed = []
    for command in commands:
        # We are root already, and there is no sudo here.
        typed = re.sub(r"\bsudo ", "", command)
        done = run(
            "timeout", "300", "/bin/bash", "-c", f"cd {HERE} && {typed}", environment=NO_NETWORK
        )
        if done.code:
            failed.append(f"{command}\n    {done}")
    assert not failed, "\n".join(failed)
    until_running()
    assert get("/v1/version")["version"]
