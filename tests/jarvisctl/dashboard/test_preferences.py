from pathlib import Path

import pytest

from jarvisctl.dashboard.preferences import Preferences, path_of, read
from jarvisd.errors import JarvisError


def test_without_a_file_everything_has_a_default(tmp_path: Path) -> None:
    assert read(tmp_path / "none.toml") == Preferences()


def test_a_file_sets_theme_animation_and_keys(tmp_path: Path) -> None:
    path = tmp_path / "dashboard.toml"
    path.write_text('theme = "jarvis-safe"\nanimation = false\n[keys]\ninterrupt = "ctrl+x"\n')
    expected = Preferences(theme="jarvis-safe", animation=False, keys={"interrupt": "ctrl+x"})
    assert read(path) == expected


@pytest.mark.parametrize("text", ["theme = 3", "colour = 'red'", "theme =", "\xff"])
def test_a_wrong_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "dashboard.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(JarvisError, match=str(path)) as caught:
        read(path)
    assert caught.value.code == "preferences.invalid"


def test_the_file_lies_where_configuration_does() -> None:
    assert path_of({"HOME": "/h"}) == Path("/h/.config/jarvisctl/dashboard.toml")
    assert path_of({"XDG_CONFIG_HOME": "/x"}) == Path("/x/jarvisctl/dashboard.toml")
