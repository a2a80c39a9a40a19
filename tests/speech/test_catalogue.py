"""Files with a voice's name that are none: each is listed with its reason and holds nobody up."""

import os
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PosixPath

import pytest

from jarvisd.config.settings import SpeechSettings
from jarvisd.speech import catalogue, choice
from jarvisd.speech.engines import ENGINES, catalogue_of, settings_types
from jarvisd.speech.engines.settings import EngineSettings
from jarvisd.speech.files import open_regular, read_regular


def add_voice(folder: Path, voices_dir: Path, name: str) -> None:
    for ending in (".onnx", ".onnx.json"):
        shutil.copy(voices_dir / f"tiny{ending}", folder / f"{name}{ending}")


def read(folder: Path, voice: str = "") -> catalogue.Catalogue:
    settings = SpeechSettings(voice=voice)
    engines = {name: settings.engine(name) for name in ENGINES}
    engines["piper"] = settings_types()["piper"](voices_dir=str(folder))  # type: ignore[call-arg]
    return catalogue.read(settings, engines)


def reasons(folder: Path) -> dict[str, str]:
    return {voice.name: voice.reason for voice in read(folder).voices() if voice.engine == "piper"}


@contextmanager
def no_descriptors() -> Iterator[None]:
    """Nothing can be opened meanwhile."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_description_nested_without_end_hides_no_other_voice(
    tmp_path: Path, voices_dir: Path
) -> None:
    add_voice(tmp_path, voices_dir, "good")
    add_voice(tmp_path, voices_dir, "deep")
    (tmp_path / "deep.onnx.json").write_text("[" * 1_000_000)
    add_voice(tmp_path, voices_dir, "deeper")
    (tmp_path / "deeper.onnx.json").write_text('{"audio":' + "[" * 100_000)
    add_voice(tmp_path, voices_dir, "deepest")  # where nobody looks, and its reader recurses
    (tmp_path / "deepest.onnx.json").write_text('{"more":' + "[" * 100_000)

    found = reasons(tmp_path)

    assert found["good"] == ""
    assert all(found[name] for name in ("deep", "deeper"))
    assert found["deepest"] == "deepest.onnx.json is nested too deeply"


@pytest.mark.parametrize("ending", [".onnx", ".onnx.json"])
def test_a_fifo_is_no_voice_and_nobody_waits_for_it(
    tmp_path: Path, voices_dir: Path, ending: str
) -> None:
    add_voice(tmp_path, voices_dir, "pipe")
    (tmp_path / f"pipe{ending}").unlink()
    os.mkfifo(tmp_path / f"pipe{ending}")

    assert reasons(tmp_path) == {"pipe": f"pipe{ending} is not a regular file"}


@pytest.mark.parametrize("target", ["/dev/zero", "/proc", "."])
def test_a_link_to_what_is_no_file_is_no_voice(
    tmp_path: Path, voices_dir: Path, target: str
) -> None:
    add_voice(tmp_path, voices_dir, "link")
    (tmp_path / "link.onnx.json").unlink()
    (tmp_path / "link.onnx.json").symlink_to(target)

    assert reasons(tmp_path) == {"link": "link.onnx.json is not a regular file"}


def test_a_description_without_end_is_not_read_to_its_end(tmp_path: Path, voices_dir: Path) -> None:
    add_voice(tmp_path, voices_dir, "large")
    with (tmp_path / "large.onnx.json").open("r+b") as file:
        file.truncate(1 << 33)

    assert "larger than" in reasons(tmp_path)["large"]


def test_a_name_that_cannot_be_shown_is_listed_as_it_can(tmp_path: Path, voices_dir: Path) -> None:
    add_voice(tmp_path, voices_dir, "x")
    for name in (b"\xff.onnx", b"\x1b]0;x\x07.onnx"):
        shutil.copy(tmp_path / "x.onnx", os.fsencode(tmp_path) + b"/" + name)

    found = reasons(tmp_path)

    assert found.pop("x") == ""
    assert sorted(found) == ["?", "?]0;x?"]
    assert all("cannot be shown" in reason for reason in found.values())


class Replaced(PosixPath):
    """A regular file that becomes a FIFO as soon as somebody has looked."""

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        found = super().stat(follow_symlinks=follow_symlinks)
        self.unlink()
        os.mkfifo(self)
        return found


def test_a_fifo_that_replaces_a_file_meanwhile_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pipe").touch()
    with pytest.raises(ValueError, match="regular"):
        open_regular(Replaced(tmp_path / "pipe"))


def test_no_more_than_so_much_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")

    assert read_regular(tmp_path / "file", 5) == b"12345"
    with pytest.raises(ValueError, match="larger"):
        read_regular(tmp_path / "file", 4)


def test_a_lack_of_descriptors_passes_and_is_no_verdict(tmp_path: Path, voices_dir: Path) -> None:
    add_voice(tmp_path, voices_dir, "good")
    with no_descriptors():
        found = read(tmp_path)
    assert found.passing
    assert {"piper", "espeak"} <= found.absent.keys()

    assert not read(tmp_path).passing


def test_a_missing_folder_is_no_passing_trouble(tmp_path: Path) -> None:
    assert not read(tmp_path / "nowhere").passing


# --- which voice is wanted ----------------------------------------------------------------------


def chosen(found: catalogue.Catalogue) -> tuple[str, str]:
    """Who speaks, and why it is not the wanted voice."""
    unusable = {engine: status.reason for engine, status in found.absent.items()}
    made = choice.choose(found.find(""), choice.Candidates(found.voices(), unusable))
    assert made.fallback == bool(made.reason)
    return made.voice.engine, made.reason


def test_without_voices_of_a_better_engine_the_embedded_one_is_wanted(tmp_path: Path) -> None:
    assert chosen(read(tmp_path)) == ("espeak", "")


def test_where_every_voice_of_a_better_engine_is_broken_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "amy.onnx").write_text("garbage")

    engine, reason = chosen(read(tmp_path))

    assert engine == "espeak"
    assert "amy.onnx is not an ONNX model" in reason


def test_one_broken_voice_beside_one_that_works_is_no_fallback(
    tmp_path: Path, voices_dir: Path
) -> None:
    (tmp_path / "amy.onnx").write_text("garbage")
    add_voice(tmp_path, voices_dir, "eva")

    assert chosen(read(tmp_path)) == ("piper", "")


def test_voices_whose_engine_is_not_installed_are_missed(
    tmp_path: Path, voices_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_voice(tmp_path, voices_dir, "eva")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    found = read(tmp_path)

    assert found.find("").id == "piper:eva"
    assert "piper-tts is not installed" in found.absent["piper"].reason


# --- the registry -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_is_a_folder_with_settings_and_a_catalogue(name: str, tmp_path: Path) -> None:
    settings = settings_types()[name]().resolved(tmp_path)

    assert isinstance(settings, EngineSettings)
    assert settings.__doc__
    for known in (catalogue_of(name).guess(settings), catalogue_of(name).read(settings)):
        assert all(voice.id == f"{name}:{voice.name}" for voice in known.voices)
