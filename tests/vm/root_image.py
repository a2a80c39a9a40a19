"""The guest's root file system: the files of installed packages, copied into an ext4 image.

Nothing is downloaded, and nothing of this machine beyond packages and their settings goes in. The
image depends on the packages' versions only, so it is kept until one of them changes.
"""

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

# Four releases side by side, and what the installer wants to have free beside them.
SIZE = "1400M"
NOT_COPIED = re.compile(r"/(usr/share/(man|doc|locale|info|lintian)/|tmp|proc|sys|dev|run)")
PRIVATE_SETTINGS = re.compile(
    r"/etc/(systemd/system/.|ssl/private|shadow-|ssh|jarvisd|init.d/.|rc[0-6S].d/.)"
)
TOP_LEVEL = ("/bin", "/sbin", "/lib", "/lib64", "/root", "/home", "/mnt", "/opt", "/srv")
EMPTY = ("proc", "sys", "dev", "run", "tmp", "project", "etc/systemd/system", "usr/local/bin",
         "usr/local/share/man")  # fmt: skip
# Nothing here reads a keyboard, keeps time or tidies up by night.
MASKED = ("getty@tty1.service", "serial-getty@ttyS0.service", "systemd-timesyncd.service",
          "timers.target")  # fmt: skip
HERE = Path(__file__).parent


def build(cache: Path, packages: Iterable[str]) -> Path:
    """The image under ``cache``, built if need be."""
    closure = _closure(packages)
    wanted = hashlib.sha256("\n".join([*closure, _recipe()]).encode()).hexdigest()[:16]
    image = cache / f"root-{wanted}.ext4"
    if image.exists():
        return image
    for old in cache.glob("root-*.ext4"):
        old.unlink()
    print(f"Making the guest's root file system from {len(closure)} packages …", flush=True)
    with TemporaryDirectory(dir=cache) as directory:
        root = Path(directory) / "root"
        root.mkdir(mode=0o755)
        _copy([entry.split()[0] for entry in closure], root)
        _configure(root)
        _compile(root)
        make_ext4(root, image, SIZE)
    return image


def make_ext4(content: Path, image: Path, size: str) -> None:
    """An ext4 file system holding ``content``; appears whole or not at all."""
    half_made = image.with_suffix(".partial")
    half_made.unlink(missing_ok=True)
    command = ["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", content, half_made, size]
    subprocess.run(command, check=True, capture_output=True)
    half_made.replace(image)


def _recipe() -> str:
    return Path(__file__).read_text() + (HERE / "guest-tests.service").read_text()


def _closure(packages: Iterable[str]) -> list[str]:
    """``name version`` of the packages, what they depend on, and what is essential; sorted."""
    fields = "${db:Status-Abbrev}\t${Package}\t${Version}\t${Essential}\t"
    fields += "${Depends}, ${Pre-Depends}\t${Provides}\n"
    listed = subprocess.run(["dpkg-query", "-W", "-f", fields], check=True, text=True,
                            capture_output=True).stdout  # fmt: skip
    versions: dict[str, str] = {}
    needs: dict[str, list[list[str]]] = {}
    provided_by: dict[str, str] = {}
    to_do = set(packages)
    for line in listed.splitlines():
        status, name, version, essential, depends, provides = line.split("\t")
        if not status.startswith("ii"):
            continue
        versions[name] = version
        needs[name] = [_names(group, "|") for group in depends.split(",") if group.strip()]
        for virtual in _names(provides, ","):
            provided_by.setdefault(virtual, name)
        if essential == "yes":
            to_do.add(name)
    done: set[str] = set()
    while to_do:
        name = to_do.pop()
        done.add(name)
        for group in needs[name]:
            real = (n if n in versions else provided_by.get(n, "") for n in group)
            chosen = next(filter(None, real), "")
            if chosen and chosen not in done:
                to_do.add(chosen)
    return [f"{name} {versions[name]}" for name in sorted(done)]


def _names(text: str, separator: str) -> list[str]:
    """Package names without versions and architectures."""
    return [re.split(r"[\s(:]", part.strip(), maxsplit=1)[0] for part in text.split(separator)]


def _copy(names: list[str], root: Path) -> None:
    listed = subprocess.run(["dpkg", "-L", *names], check=True, text=True, capture_output=True)
    files = {
        _merged(path)
        for path in listed.stdout.splitlines()
        if path.startswith("/") and not NOT_COPIED.match(path)
    }
    found = subprocess.run(["find", "/etc", "-xdev"], check=True, text=True, capture_output=True)
    settings = {path for path in found.stdout.splitlines() if not PRIVATE_SETTINGS.match(path)}
    wanted = sorted(path for path in files | settings | set(TOP_LEVEL) if _exists(path))
    writing = subprocess.Popen(["tar", "-x", "-C", root], stdin=subprocess.PIPE)
    subprocess.run(
        ["tar", "-C", "/", "-c", "--no-recursion", "--null", "-T", "-"],
        input="\0".join(path.lstrip("/") for path in wanted).encode(),
        stdout=writing.stdin,
        check=True,
    )
    assert writing.stdin is not None
    writing.stdin.close()
    if writing.wait():
        raise RuntimeError("tar could not write the guest's files")


def _merged(path: str) -> str:
    """Packages may still list /bin/sh, which is a file of /usr/bin."""
    return f"/usr{path}" if path.startswith(("/bin/", "/sbin/", "/lib/", "/lib64/")) else path


def _exists(path: str) -> bool:
    return Path(path).exists() or Path(path).is_symlink()


def _configure(root: Path) -> None:
    for name in EMPTY:
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    etc = root / "etc"
    (etc / "fstab").write_text("")
    (etc / "hostname").write_text("guest\n")
    (etc / "machine-id").unlink(missing_ok=True)
    (etc / "machine-id").touch()
    units = etc / "systemd/system"
    for name in MASKED:
        (units / name).symlink_to("/dev/null")
    shutil.copy(HERE / "guest-tests.service", units)


def _compile(root: Path) -> None:
    """Compile the standard library, which packages do only when they are installed."""
    library = next(root.glob("usr/lib/python3.*"))
    command = ["/usr/bin/python3", "-m", "compileall", "-q", "-j", "2", "-s", root, library]
    subprocess.run(command, check=False, capture_output=True)  # its own bad examples fail
