"""``make mutants``: change the pure cores one place at a time; the tests must notice each change.

mutmut makes the changes and runs the tests, in a copy of the tree. It leaves alone what stands
outside of functions: the figures named there are changed here. This prints how many changes of
each core were noticed, and every one that was not and that ``tests/mutants.toml`` does not accept
with a reason. It fails where there is one, and where a core has less than ``LEAST_KILLED``.
"""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import chdir, suppress
from dataclasses import dataclass
from pathlib import Path

TREE = Path(__file__).parents[1]
COPY = TREE / ".cache" / "mutants"
COPIED = ("etc", "jarvisd", "scripts", "tests", "tui")
ACCEPTED = TREE / "tests" / "mutants.toml"
LEAST_KILLED = 0.9
LIMIT_S = 60 * 60
CHILDREN = 2
# A change that makes a loop endless may make a list endless as well.
MOST_MEMORY = 6 * 2**30
ENVIRON = {**os.environ, "JARVISD_TESTS_PROFILE": "mutants"}
# A line that names figures and nothing else, and each of them.
NAMED = re.compile(r"_?[A-Z][A-Z_, ]* = [\d_.e, -]+(  #.*)?$")
FIGURE = re.compile(r"\d[\d_]*(\.\d+)?(e-?\d+)?")
FIGURE_LIMIT_S = 300.0
# How mutmut notes a test that failed, pytest that broke, a time limit, and a process that died.
KILLED = {1, 3, 24, 36, 152, 255, -24, -11, -9}

Change = tuple[str, str, str]  # the function, its lines before, and after


@dataclass
class Core:
    """One module: how many places of it were changed, and the changes that no test noticed."""

    name: str
    mutants: int
    killed: int
    survivors: dict[str, Change]

    @property
    def share(self) -> float:
        """How many of all were noticed; those that were not tried were not."""
        return self.killed / max(1, self.mutants)


class Acceptance:
    """The changes that need not be noticed, each with its reason."""

    def __init__(self, table: dict[str, list[dict[str, str]]]) -> None:
        self._rules = [re.compile(rule["lines"]) for rule in table.get("rule", ())]
        self._listed = {
            (entry["function"], entry["before"].strip(), entry["after"].strip()): entry["reason"]
            for entry in table.get("accepted", ())
        }
        self._met: set[Change] = set()

    def accepts(self, change: Change) -> bool:
        """Whether it need not be noticed."""
        _, before, after = change
        if any(rule.match(before) and rule.match(after) for rule in self._rules):
            return True
        self._met.add(change)
        return change in self._listed

    def stale(self) -> list[Change]:
        """What was listed and did not survive."""
        return [change for change in self._listed if change not in self._met]


def main() -> int:
    """Run mutmut over all cores, or over those that are named, and report."""
    modules = sys.argv[1:]
    began = time.monotonic()
    _copy_tree()
    trouble = _run([f"{module}.*" for module in modules])
    acceptance = Acceptance(tomllib.loads(ACCEPTED.read_text()))
    with chdir(COPY):
        cores = list(_cores(modules))
        trouble = trouble or _change_figures(cores, began + LIMIT_S)
        unlisted = [
            (name, change)
            for core in cores
            for name, change in core.survivors.items()
            if not acceptance.accepts(change)
        ]
    _print_table(cores)
    for name, (function, before, after) in unlisted:
        _say(f"\n{name}\n  in {function}\n  - {_indented(before)}\n  + {_indented(after)}")
    for function, before, _ in [] if modules else acceptance.stale():
        _say(f"\ntests/mutants.toml lists what does not survive: {function}: {before}")
    minutes, load = (time.monotonic() - began) / 60, os.getloadavg()[1]
    _say(f"\n{minutes:.0f} minutes, load {load:.0f}; {len(unlisted)} not noticed and not listed")
    weak = [core.name for core in cores if core.share < LEAST_KILLED]
    if weak:
        trouble = trouble or f"Less than {LEAST_KILLED:.0%} is noticed in {', '.join(weak)}."
    _say(trouble)
    return int(bool(unlisted or trouble))


def _copy_tree() -> None:
    shutil.rmtree(COPY, ignore_errors=True)
    for folder in COPIED:
        shutil.copytree(TREE / folder, COPY / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(TREE / "pyproject.toml", COPY)


def _run(patterns: list[str]) -> str:
    """Try all changes; why that did not come to its end, or empty."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    program = str(Path(sys.executable).with_name("mutmut"))
    command = [program, "run", "--max-children", f"{CHILDREN}", *patterns]
    with subprocess.Popen(command, cwd=COPY, env=ENVIRON, process_group=0) as mutmut:
        try:
            mutmut.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            return f"Not all was tried in {LIMIT_S // 60} minutes."
        finally:
            with suppress(ProcessLookupError):
                os.killpg(mutmut.pid, signal.SIGKILL)
    return "mutmut failed: see above." if mutmut.returncode else ""


def _config() -> dict[str, list[str]]:
    config: dict[str, list[str]] = tomllib.loads(Path("pyproject.toml").read_text())["tool"][
        "mutmut"
    ]
    return config


def _cores(modules: list[str]) -> Iterator[Core]:
    for path in _config()["only_mutate"]:
        name = path.removesuffix(".py").replace("/", ".")
        results = Path("mutants", f"{path}.meta")
        if results.exists() and (not modules or name in modules):
            codes = json.loads(results.read_text())["exit_code_by_key"]
            killed = [mutant for mutant, code in codes.items() if code in KILLED]
            untried = [mutant for mutant, code in codes.items() if code is None]
            survivors = sorted(set(codes).difference(killed, untried))
            yield Core(name, len(codes), len(killed), {one: _change(one) for one in survivors})


def _change_figures(cores: list[Core], deadline: float) -> str:
    """Change each figure named in a core and add the outcome to it; why not all, or empty."""
    for core in cores:
        path = Path(f"{core.name.replace('.', '/')}.py")
        original = path.read_text()
        for before, after in _figures(original):
            if time.monotonic() > deadline:
                return f"Not all figures were tried in {LIMIT_S // 60} minutes."
            path.write_text(original.replace(before, after, 1))
            core.mutants += 1
            if _is_noticed(path):
                core.killed += 1
            else:
                core.survivors[f"{core.name}: {after}"] = (core.name, before, after)
        path.write_text(original)
    return ""


def _figures(source: str) -> Iterator[tuple[str, str]]:
    """Each line with figures, as it is and with one of them a quarter larger."""
    for line in filter(NAMED.match, source.splitlines()):
        code = line.partition("#")[0]
        for found in FIGURE.finditer(code, code.index("=")):
            figure = found.group()
            whole = figure.replace("_", "").isdecimal()
            larger = int(figure) * 5 // 4 + 1 if whole else float(figure) * 1.25
            yield line, f"{line[: found.start()]}{larger}{line[found.end() :]}"


def _is_noticed(path: Path) -> bool:
    """Whether a test of the core's room fails now."""
    config, room = _config(), f"tests/{path.parent.name}/"
    tests = [test for test in config["pytest_add_cli_args_test_selection"] if test.startswith(room)]
    command = [sys.executable, "-m", "pytest", "-x", "-q", *config["pytest_add_cli_args"], *tests]
    try:
        done = subprocess.run(
            command, env=ENVIRON, capture_output=True, check=False, timeout=FIGURE_LIMIT_S
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode in KILLED


def _change(mutant: str) -> Change:
    """What a mutant changes. Its own name moves when the code above it does."""
    # Only here, and where mutmut made its files: it reads the settings of the directory it is in.
    from mutmut.mutation.diff_apply import get_diff_for_mutant  # noqa: PLC0415

    module = mutant.rpartition(".")[0]
    diff = get_diff_for_mutant(mutant, path=module.replace(".", "/") + ".py").splitlines()[2:]
    before, after = (
        "\n".join(line[1:].strip() for line in diff if line.startswith(sign)) for sign in "-+"
    )
    function = mutant.rpartition("__mutmut_")[0].replace("xǁ", "").replace("ǁ", ".")
    return re.sub(r"\.x_(?=[^.]*$)", ".", function), before, after


def _indented(lines: str) -> str:
    return lines.replace("\n", "\n    ")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _print_table(cores: list[Core]) -> None:
    _say(f"\n{'core':<36}{'mutants':>9}{'killed':>9}{'':>9}")
    mutants, killed = (
        sum(getattr(core, count) for core in cores) for count in ("mutants", "killed")
    )
    for core in (*cores, Core("all", mutants, killed, {})):
        _say(f"{core.name:<36}{core.mutants:>9}{core.killed:>9}{core.share:>9.1%}")


if __name__ == "__main__":
    sys.exit(main())
