"""Story files that somebody else wrote, by mistake or in bad faith: one clear error, and at once."""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path

import pytest

from core.errors import CycleError, StoryError, UnknownSourceError
from core.models.catalog import load_catalog
from core.models.story import Story
from core.studio.story_aliases import LARGEST_STORY
from core.studio.story_files import parse_story, read_story
from core.studio.story_moving import with_source_paths
from tests.standin.pictures import draw_picture

HEAD = "title: T\nsources: {archive: SOURCE}\nsteps:\n"
STEP = "  - {id: a, kind: scene, from: [archive], prompt: hello"
LONG = "z" * 5000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "archive.png").write_bytes(draw_picture("archive", (32, 32)))
    return tmp_path


def _read(folder: Path, text: str) -> Story:
    (folder / "s.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    return read_story(folder / "s.yaml", load_catalog())


def _refused(folder: Path, text: str) -> StoryError:
    with pytest.raises(StoryError) as caught:
        _read(folder, text)
    return caught.value


def _story(source: str = "archive.png", more: str = "") -> str:
    return HEAD.replace("SOURCE", source) + STEP + more + "}\n"


def test_line_ends_and_a_byte_order_mark_do_not_matter(folder: Path) -> None:
    """A story typed on Windows is the same story."""
    windows = "\ufeff" + _story().replace("\n", "\r\n")
    assert _read(folder, windows) == _read(folder, _story())


def test_a_character_with_too_large_a_number_is_refused(folder: Path) -> None:
    """An escape beyond every character is invalid YAML, not a crash."""
    assert "not valid YAML" in _refused(folder, _story().replace("hello", '"\\UFFFFFFFF"')).message


@pytest.mark.parametrize("value", [".inf", "-.inf", ".nan", "1e999", "inf", "nan"])
@pytest.mark.parametrize("key", ["temperature", "top_p"])
def test_a_number_that_is_not_finite_is_refused(folder: Path, key: str, value: str) -> None:
    """Settings are finite numbers; the error names the setting and its line."""
    error = _refused(folder, _story(more=f", {key}: {value}"))
    assert f"`{key}`" in error.message
    assert error.line == 4


@pytest.mark.parametrize("name", ["../x", "'x?key=1'", "x y/z#q", '"x\\e[31m"', "modèle", "m" * 300])
@pytest.mark.parametrize("place", ["step", "defaults"])
def test_a_model_that_cannot_be_a_name_is_refused(folder: Path, name: str, place: str) -> None:
    """A model's name becomes part of an address: anything else is an error with its line."""
    text = _story(more=f", model: {name}") if place == "step" else f"defaults: {{model: {name}}}\n{_story()}"
    error = _refused(folder, text)
    assert "`model`" in error.message
    assert error.line == (4 if place == "step" else 1)


def test_a_models_name_may_have_a_path_and_a_version(folder: Path) -> None:
    """Names as Google writes them are taken."""
    name = "publishers/google/models/gemini-x@001"
    assert _read(folder, _story(more=f", model: {name}")).steps[0].model == name


def test_a_source_that_links_to_itself_is_refused(folder: Path) -> None:
    """A circle of links is one error with the source's line."""
    (folder / "loop.png").symlink_to("loop.png")
    error = _refused(folder, _story("loop.png"))
    assert error.line == 2
    assert "'archive'" in error.message


def test_a_source_that_is_a_folder_is_told_what_a_source_is(folder: Path) -> None:
    """A folder as a source asks for one image; the hint for imports, which take folders, is not given."""
    (folder / "shots.png").mkdir()
    error = _refused(folder, _story("shots.png"))
    assert "this is a folder. Name one image file." in error.message
    assert "folder of them" not in error.message


def test_a_source_that_is_a_pipe_is_refused(folder: Path) -> None:
    """A pipe as a source is not waited for."""
    os.mkfifo(folder / "pipe.png")
    assert "this is no file. Name one image file." in _refused(folder, _story("pipe.png")).message


@pytest.mark.parametrize("name", ["p" * 5000, '"a\\0b.png"', '""', "."])
def test_a_source_that_no_file_can_be_called_is_refused(folder: Path, name: str) -> None:
    """Names that no file has are an error with the source's line, and short."""
    error = _refused(folder, _story(name))
    assert error.line == 2
    assert len(error.message) < 400 + len(str(folder))


def test_a_story_that_is_a_pipe_or_a_folder_is_refused(folder: Path) -> None:
    """What is no file is neither waited for nor taken for a wrong name."""
    os.mkfifo(folder / "pipe.yaml")
    with pytest.raises(StoryError, match="this is no file"):
        read_story(folder / "pipe.yaml", load_catalog())
    with pytest.raises(StoryError, match="this is a folder"):
        read_story(folder, load_catalog())


def test_a_story_that_is_an_endless_device_is_refused(folder: Path) -> None:
    """A device is not read."""
    (folder / "endless.yaml").symlink_to("/dev/zero")
    with pytest.raises(StoryError, match="this is no file"):
        read_story(folder / "endless.yaml", load_catalog())


def test_a_file_that_is_too_long_is_refused(folder: Path) -> None:
    """What is over the limit is refused for its length."""
    (folder / "long.yaml").write_bytes(b"#" * (LARGEST_STORY + 1))
    with pytest.raises(StoryError, match="over 2 MB"):
        read_story(folder / "long.yaml", load_catalog())


@pytest.mark.parametrize(
    "text",
    [
        _story(more=f", {LONG}: x"),
        _story(more=f", aspect_ratio: {LONG}"),
        _story(more=f", temperature: {LONG}"),
        _story(more=f", seed: {'9' * 5000}"),
        _story().replace("id: a", f"id: {LONG}"),
        _story().replace("kind: scene", f"kind: {LONG}"),
        _story().replace("[archive]", f"[{LONG}]"),
        _story() + f"{LONG}: 1\n",
        _story() + f"defaults: {{model: {LONG}}}\n",
        _story() + f"x: *{LONG}\n",
        _story("../" + LONG),
        HEAD.replace("SOURCE", "archive.png")
        + "".join(f"  - {{id: step{n}, kind: scene, from: [nobody], prompt: x}}\n" for n in range(1500)),
    ],
)
def test_an_error_does_not_repeat_a_long_value(folder: Path, text: str) -> None:
    """However long what somebody wrote is, the message about it can be read."""
    assert len(_refused(folder, text).message) < 700 + len(str(folder))


@pytest.mark.parametrize("twice", ["[archive, archive]", "[archive, {id: archive, role: style}]"])
def test_a_source_named_twice_is_refused(folder: Path, twice: str) -> None:
    """A step is made from each picture once; the error names the line."""
    error = _refused(folder, _story().replace("[archive]", twice))
    assert "'archive' is named twice" in error.message
    assert error.line == 4


def test_too_many_sources_of_a_step_are_refused(folder: Path) -> None:
    """A step that names sources by the thousand is refused before any of them is looked at."""
    error = _refused(folder, _story().replace("[archive]", f"[{', '.join(f's{n}' for n in range(5000))}]"))
    assert "5000 images" in error.message
    assert error.line == 4


@pytest.mark.parametrize(
    "text",
    [
        _story() + "  - {id: b, kind: scene, prompt: &p " + "z" * 200_000 + "}\n"
        + "".join(f"  - {{id: c{n}, kind: scene, prompt: *p}}\n" for n in range(100)),
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}]\n" for a, b in itertools.pairwise("abcdefghij")),
        _story() + "  - &me {id: b, kind: scene, prompt: x, from: *me}\n",
    ],
    ids=["a long text", "lists of lists", "a circle"],
)  # fmt: skip
def test_aliases_that_swell_are_refused_at_once(folder: Path, text: str) -> None:
    """A small file that is a large story with its aliases written out is one error with a line, and fast."""
    began = time.monotonic()
    error = _refused(folder, text)
    assert ("has no end" if "&me" in text else "aliases written out") in error.message
    assert error.line
    assert time.monotonic() - began < 2


def test_aliases_are_taken(folder: Path) -> None:
    """An ordinary story may say a thing once and use it again."""
    text = _story().replace("hello", "&p hello") + "  - {id: b, kind: scene, from: [a], prompt: *p}\n"
    assert [step.prompt for step in _read(folder, text).steps] == ["hello", "hello"]


def test_a_problem_without_a_place_names_no_line() -> None:
    """When YAML does not say where, neither do we."""
    with pytest.raises(StoryError) as caught:
        parse_story("a: \x07", "s.yaml", load_catalog())
    assert "None" not in caught.value.message


def _moved(text: str) -> str:
    story = parse_story(text, "s.yaml", load_catalog())
    paths = {source.id: f"../assets/{source.path}" for source in story.sources}
    moved = with_source_paths(story, text, "s.yaml", paths)
    again = parse_story(moved, "s.yaml", load_catalog())
    assert {source.id: source.path for source in again.sources} == paths
    assert (again.title, [step.prompt for step in again.steps]) == (story.title, [step.prompt for step in story.steps])
    return moved


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{archive: archive.png}  # mine", '{archive: "../assets/archive.png"}  # mine'),
        ("{archive: 'archive.png'}", '{archive: "../assets/archive.png"}'),
        ("\n  archive: >-\n    archive.png\n\n  other: b.png", None),
        ("\n  archive: |-\n    archive.png", '\n  archive: "../assets/archive.png"'),
        ("{archive: &x archive.png, other: *x}", '{archive: &x "../assets/archive.png", other: *x}'),
        ("{archive: !!str archive.png}", '{archive: !!str "../assets/archive.png"}'),
        ('{archive: "ar\\\n  chive.png"}', '{archive: "../assets/archive.png"}'),
    ],
)
def test_a_story_is_moved_to_the_letter(written: str, expected: str | None) -> None:
    """However YAML writes a path, only the path is replaced, and the comments beside it stay."""
    text = HEAD.replace("{archive: SOURCE}", written) + STEP + "}\n"
    expected = expected or '\n  archive: "../assets/archive.png"\n\n  other: "../assets/b.png"'
    assert _moved(text) == HEAD.replace("{archive: SOURCE}", expected) + STEP + "}\n"


@pytest.mark.parametrize(
    "text",
    [
        HEAD.replace("title: T", "title: &x archive.png").replace("SOURCE", "*x") + STEP + "}\n",
        HEAD.replace("SOURCE", "&x archive.png") + STEP.replace("hello", "*x") + "}\n",
    ],
)
def test_a_path_that_says_something_else_too_is_written_out(text: str) -> None:
    """Where an alias shares a path with another value, only the source moves."""
    _moved(text)


_BLOCKS = """title: t
steps:
  - id: hill
    kind: scene
    from:
      - {first}
    prompt: a hill
  - id: lake
    kind: scene
    from:
      - id: hill
        role: scene
    prompt: a lake
"""


def test_an_unknown_source_is_told_with_the_line_of_its_entry() -> None:
    """In block style the line is the entry's, and the step itself is not offered as its own source."""
    with pytest.raises(UnknownSourceError) as caught:
        parse_story(_BLOCKS.format(first="moon"), "s.yaml", load_catalog())
    assert caught.value.line == 6
    assert caught.value.message.endswith("Known are: lake.")
    with pytest.raises(UnknownSourceError, match="There is none to name yet"):
        parse_story("steps: [{id: a, kind: scene, prompt: x, from: moon}]", "s.yaml", load_catalog())


def test_a_circle_is_told_with_the_line_of_one_of_its_entries() -> None:
    """The line of a circle is that of an entry to take out, not of the step's id."""
    with pytest.raises(CycleError) as caught:
        parse_story(_BLOCKS.format(first="lake"), "s.yaml", load_catalog())
    assert caught.value.line in (6, 11)
    assert f"s.yaml, line {caught.value.line}: These steps" in caught.value.message
