import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jarvisd.config import Settings, load, load_with_sources
from jarvisd.config.rendering import describe, render_default, toml_value
from jarvisd.config.spelling import REPLACED
from jarvisd.config.tree import leaves

REFERENCE = Path(__file__).parents[2] / "etc" / "jarvisd.toml"
OLD = Path(__file__).parent / "old"
RENEW = (
    'python -c "from jarvisd.config.rendering import render_default as r; print(r(), end=str())" '
    "> etc/jarvisd.toml"
)


def uncommented(text: str) -> str:
    return re.sub(r"^# (?=[a-z_]+ = )", "", text, flags=re.MULTILINE)


def test_the_reference_file_is_the_rendering() -> None:
    assert REFERENCE.read_text() == render_default(), f"settings changed; run: {RENEW}"


def test_the_reference_file_as_shipped_changes_nothing() -> None:
    assert load(REFERENCE, environ={}) == Settings()


def test_every_line_uncommented_is_still_the_default(tmp_path: Path) -> None:
    file = tmp_path / "jarvisd.toml"
    file.write_text(uncommented(render_default()))
    loaded = load_with_sources(file, environ={})
    assert loaded.settings == Settings()
    unset = [path for path, source in loaded.sources.items() if source.kind != "file"]
    assert unset == [path for path, leaf in leaves().items() if leaf.default is None]


def test_every_setting_is_explained() -> None:
    assert [leaf.path for leaf in leaves().values() if not leaf.about] == []


def test_lines_fit_a_terminal_where_values_allow_it() -> None:
    prose = [line for line in render_default().splitlines() if " = " not in line]
    assert max(map(len, prose)) <= 98


def test_bounds_and_choices_are_shown() -> None:
    text = render_default()
    assert "# Utterances that may be synthesised at the same time. (1 to 16)\n# slots = 2\n" in text
    assert (
        'level that is logged. One of "debug", "info", "warning", "error".\n# level = "info"\n'
        in text
    )
    assert "Not set: the server's default. (0 to 5)\n# temperature has no default\n" in text


def test_what_is_in_force_is_shown_with_where_it_came_from() -> None:
    loaded = load_with_sources(REFERENCE, environ={}, overrides={"speech.slots": 4})
    shown = {entry.path: entry for entry in describe(loaded.settings, loaded.sources)}
    assert list(shown) == list(leaves())
    assert shown["speech.slots"].value == 4
    assert str(shown["speech.slots"].source) == "command line"
    assert shown["speech.slots"].about == "Utterances that may be synthesised at the same time."
    assert shown["speech.piper.threads"].source.kind == "default"


@given(st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | st.text()
       | st.lists(st.text() | st.integers(0, 9)))  # fmt: skip
@example(float("inf"))
@example(1e300)
def test_any_value_is_read_back_from_its_rendering(value: object) -> None:
    assert tomllib.loads(f"key = {toml_value(value)}")["key"] == value


@pytest.mark.parametrize("file", sorted(OLD.glob("*.toml")), ids=lambda path: path.stem)
def test_files_of_earlier_releases_still_load_but_for_what_was_replaced(
    file: Path, tmp_path: Path
) -> None:
    names = "|".join(path.rpartition(".")[2] for path in REPLACED)
    kept = tmp_path / "jarvisd.toml"
    kept.write_text(re.sub(rf"(?m)^({names}) = .*\n", "", file.read_text()))
    loaded = load_with_sources(kept, environ={})
    assert any(source.kind == "file" for source in loaded.sources.values())


def test_reading_the_configuration_imports_nothing_heavy() -> None:
    heavy = "asyncio structlog httpx numpy starlette aiosqlite click jarvisd.text jarvisd.api"
    code = f"import sys, jarvisd.config; print(*[m for m in {heavy.split()} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
