"""The command ``jarvisd``: reads flags and configuration, then runs the daemon.

Exit codes: 0 stopped as asked, 1 failed, 2 usage, 78 (EX_CONFIG) the configuration is unusable, so
that systemd does not try again.
"""

import argparse
import faulthandler
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import jarvisd
from jarvisd.config import Loaded, load_with_sources
from jarvisd.errors import ConfigError, JarvisError

EX_CONFIG = 78


def main(arguments: Sequence[str] | None = None) -> int:
    """Run jarvisd; returns the exit code."""
    started_at = time.monotonic()
    flags = parser().parse_args(arguments)

    def read() -> Loaded:
        return load_with_sources(flags.config, environ=os.environ, overrides=_overrides(flags))

    try:
        loaded = read()
    except ConfigError as error:
        for problem in error.problems:
            print(f"jarvisd: {problem}", file=sys.stderr)  # noqa: T201 - logging is not set up yet
        return EX_CONFIG
    if flags.check_config:
        print("The configuration is valid.")  # noqa: T201 - the answer to the question asked
        return 0
    return _serve(loaded, started_at, read)


def _serve(loaded: Loaded, started_at: float, read: Callable[[], Loaded]) -> int:
    # systemd ends a daemon that hangs with SIGABRT: its log then shows where every thread was.
    faulthandler.enable()
    import structlog  # noqa: PLC0415 - --version and --check-config answer without the daemon
    import uvloop  # noqa: PLC0415 - the same

    from jarvisd.daemon import Daemon  # noqa: PLC0415 - the same
    from jarvisd.telemetry import logs  # noqa: PLC0415 - the same

    logs.configure(loaded.settings.log)

    async def serve() -> None:
        await Daemon(loaded, environ=os.environ, started_at=started_at, read=read).run()

    try:
        uvloop.run(serve())
    except JarvisError as error:
        log = structlog.get_logger("jarvisd")
        log.error("daemon.failed", code=error.code, reason=error.message, hint=error.hint)  # noqa: TRY400 - a known failure needs no trace
        return 1
    return 0


def _overrides(flags: argparse.Namespace) -> dict[str, object]:
    return {"api.socket": flags.socket, "daemon.state_dir": flags.state_dir}


def parser() -> argparse.ArgumentParser:
    """The command line, which the manual describes too."""
    flags = argparse.ArgumentParser(
        prog="jarvisd",
        description="Speaks a language model's answers aloud. Controlled with jarvisctl.",
        epilog="Configuration: /etc/jarvisd/jarvisd.toml; every setting is explained there.",
    )
    flags.add_argument("--config", metavar="FILE", type=Path, help="configuration file")
    flags.add_argument("--socket", metavar="PATH", help="control socket to listen on")
    flags.add_argument("--state-dir", metavar="DIR", help="where the database and voices live")
    flags.add_argument(
        "--check-config", action="store_true", help="list every problem and exit (0 or 78)"
    )
    flags.add_argument(
        "--version",
        action="version",
        version=f"jarvisd {jarvisd.__version__}",
        help="print the version and exit",
    )
    return flags


if __name__ == "__main__":
    sys.exit(main())
