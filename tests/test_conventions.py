"""Rules that hold for all of the code, read from its syntax trees."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("jarvisd", "tui/jarvisctl")
# Calls that fail a test by themselves.
FAILING_CALLS = {"raises", "warns", "fail", "timeout", "wait_for"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


# --- tests that assert nothing ------------------------------------------------------------------


def silent_tests(modules: Iterable[tuple[str, ast.Module]]) -> list[str]:
    """Tests in which nothing can fail: no assertion, and no helper that has one.

    A function is known by its name everywhere, a method only in its own module: names as ``close``
    and ``get`` say nothing elsewhere.
    """
    functions: list[tuple[str, Function]] = [
        (name, node)
        for name, module in modules
        for node in ast.walk(module)
        if isinstance(node, Function)
    ]
    calls = {(module, one): _calls(one) for module, one in functions}
    checking = {(module, one.name) for module, one in functions if _asserts(one)}
    while True:
        everywhere = {name for _, name in checking}
        more = {
            (module, one.name)
            for (module, one), called in calls.items()
            if any(
                (module, name) in checking or (plain and name in everywhere)
                for plain, name in called
            )
        }
        if more <= checking:
            break
        checking |= more
    return [
        f"{module}:{one.lineno} {one.name}"
        for module, one in functions
        if one.name.startswith("test_") and (module, one.name) not in checking
    ]


def _asserts(function: Function) -> bool:
    return any(
        isinstance(node, ast.Assert)
        or (isinstance(node, ast.Call) and (_name_of(node)[1] in FAILING_CALLS or _checks(node)))
        for node in ast.walk(function)
    )


def _checks(call: ast.Call) -> bool:
    """A child process that must succeed."""
    return any(
        word.arg == "check" and isinstance(word.value, ast.Constant) and word.value.value is True
        for word in call.keywords
    )


def _calls(function: Function) -> set[tuple[bool, str]]:
    return {_name_of(node) for node in ast.walk(function) if isinstance(node, ast.Call)}


def _name_of(call: ast.Call) -> tuple[bool, str]:
    """Whether it is called by its bare name, and that name."""
    if isinstance(call.func, ast.Name):
        return True, call.func.id
    return False, call.func.attr if isinstance(call.func, ast.Attribute) else ""


def modules(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def test_every_test_asserts_something() -> None:
    assert silent_tests(modules("tests")) == []


def test_a_test_that_asserts_nothing_is_found() -> None:
    text = """
def test_silent():
    with extended():
        pass

def helper():
    assert 1

def deep():
    helper()

def test_by_helper():
    deep()

async def test_raises():
    with pytest.raises(ValueError):
        pass
"""
    assert silent_tests([("m", ast.parse(text))]) == ["m:2 test_silent"]


# --- one name, one class ------------------------------------------------------------------------


# What a registered folder (an engine, a provider) calls its table of settings.
REGISTERED = "Settings"


def test_no_two_public_classes_have_one_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for name, module in modules(*PACKAGES):
        for node in module.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name)
    del places[REGISTERED]
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
