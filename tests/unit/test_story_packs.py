"""Stories as files: out and in again, and every hostile ZIP refused with nothing left behind."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from core.errors import StoryError, StudioError
from core.models.asset import Kind, Recipe, Result
from core.models.catalog import load_catalog
from core.settings import load_settings
from core.store.workspace import Workspace
from core.studio import story_packs
from core.studio.context import Studio
from core.studio.orders import take_in
from core.studio.project_stories import open_story, story_slugs
from core.studio.story_files import read_story
from core.studio.story_packs import open_files, pack_story, start_story
from tests.standin.pictures import draw_picture

CATALOG = load_catalog()
PICTURE = draw_picture("1" * 64, (64, 48))
STORY = (
    b"title: T\nsources: {archive: pictures/a.png}\nsteps:\n  - {id: x, kind: scene, from: [archive], prompt: hill}\n"
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Studio(load_settings()).workspace(tmp_path / "p")


def zipped(entries: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return packed.getvalue()


def test_a_story_comes_in_from_a_zip(workspace: Workspace) -> None:
    """A ZIP's story is in the project with its starting image chosen for it."""
    slug = open_files(workspace, [("my.zip", zipped({"s.yaml": STORY, "pictures/a.png": PICTURE}))], CATALOG)
    assert (slug, story_slugs(workspace)) == ("s", ["s"])
    assert workspace.choices.read().asset_id("s", "archive") == "a"
    assert open_story(workspace, "s").story.sources[0].path == "../assets/a.png"


def test_a_story_comes_in_from_files(workspace: Workspace) -> None:
    """A story file chosen together with its picture does as well."""
    story = STORY.replace(b"pictures/", b"")
    assert open_files(workspace, [("a.png", PICTURE), ("s.yaml", story)], CATALOG) == "s"
    assert workspace.choices.read().asset_id("s", "archive") == "a"


def test_what_goes_out_runs_elsewhere(workspace: Workspace, tmp_path: Path) -> None:
    """A downloaded story has its picture beside it: whole in a folder of its own, and it comes in again."""
    open_files(workspace, [("my.zip", zipped({"s.yaml": STORY, "pictures/a.png": PICTURE}))], CATALOG)
    packed = pack_story(workspace, open_story(workspace, "s"))
    elsewhere = tmp_path / "elsewhere"
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        file.extractall(elsewhere)
    assert read_story(elsewhere / "story.yaml", CATALOG).step("x").prompt == "hill"
    assert open_files(workspace, [("back.zip", packed)], CATALOG) == "story"
    assert len(workspace.assets()) == 1


def test_an_opened_story_never_replaces_one(workspace: Workspace) -> None:
    """The same file opened twice is two stories; the first is untouched."""
    pack = ("my.zip", zipped({"s.yaml": STORY, "pictures/a.png": PICTURE}))
    assert [open_files(workspace, [pack], CATALOG) for _ in range(2)] == ["s", "s-2"]


@pytest.mark.parametrize(
    "name",
    ["../s.yaml", "/s.yaml", "a/../../s.yaml", "..\\s.yaml", "C:\\s.yaml", "C:s.yaml", "con.yaml", "a\nb.yaml", "./.."],
)
def test_a_zip_cannot_write_elsewhere(workspace: Workspace, tmp_path: Path, name: str) -> None:
    """A name that leads out of its folder, or that no file should have, refuses the whole ZIP."""
    before = {path for path in tmp_path.rglob("*") if "home" not in path.parts}
    with pytest.raises(StoryError):
        open_files(workspace, [("x.zip", zipped({name: STORY, "pictures/a.png": PICTURE}))], CATALOG)
    assert {path for path in tmp_path.rglob("*") if "home" not in path.parts} == before


def test_a_link_in_a_zip_is_refused(workspace: Workspace) -> None:
    """A symbolic link is not followed and not made."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        link = zipfile.ZipInfo("pictures/a.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")
        file.writestr("s.yaml", STORY)
    with pytest.raises(StoryError, match="link"):
        open_files(workspace, [("x.zip", packed.getvalue())], CATALOG)


def test_a_bomb_is_stopped_while_it_unpacks(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts is the bytes that come out, over all files, not what the ZIP says of itself."""
    monkeypatch.setattr(story_packs, "MOST_BYTES", 3_000_000)
    bomb = zipped({"s.yaml": STORY, "one.png": bytes(2_000_000), "two.png": bytes(2_000_000)})
    assert len(bomb) < 20_000
    with pytest.raises(StoryError, match="more than"):
        open_files(workspace, [("x.zip", bomb)], CATALOG)
    many = zipped({f"{n}.png": b"" for n in range(story_packs.MOST_FILES + 1)})
    with pytest.raises(StoryError, match="at most"):
        open_files(workspace, [("x.zip", many)], CATALOG)


def test_a_zip_that_lies_about_a_size_is_refused(workspace: Workspace) -> None:
    """A size field changed to be small does not let more through."""
    data = bytearray(zipped({"s.yaml": STORY, "one.png": bytes(100_000)}))
    for at in (data.find(b"PK\x01\x02", data.find(b"PK\x01\x02") + 1) + 24,):
        data[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(StudioError):
        open_files(workspace, [("x.zip", bytes(data))], CATALOG)


@pytest.mark.parametrize("data", [b"", b"no zip at all", zipped({"s.yaml": STORY})[:60]], ids=["empty", "text", "cut"])
def test_a_damaged_zip_says_so(workspace: Workspace, data: bytes) -> None:
    """What is no ZIP, or is cut short, is one sentence."""
    with pytest.raises(StoryError, match="cannot be opened"):
        open_files(workspace, [("x.zip", data)], CATALOG)


@pytest.mark.parametrize("how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damaged_data_in_a_zip_says_so(workspace: Workspace, how: int) -> None:
    """Flipped bytes in the middle of a compressed file are one sentence, whatever the compression."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", how) as file:
        file.writestr("s.yaml", STORY * 50)
    whole = packed.getvalue()
    for at in range(40, whole.find(b"PK\x01\x02") - 4, 7):
        data = bytearray(whole)
        data[at : at + 4] = b"\xff\xff\xff\xff"
        with pytest.raises(StoryError, match="cannot be opened"):
            open_files(workspace, [("x.zip", bytes(data))], CATALOG)
    assert story_slugs(workspace) == []


@pytest.mark.parametrize("error", [MemoryError, NotImplementedError, RuntimeError, EOFError])
def test_what_cannot_be_unpacked_says_so(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """An encrypted file, an unknown compression or one that wants all memory is one sentence."""

    def refuse(*_args: object) -> None:
        raise error

    packed = zipped({"s.yaml": STORY})
    monkeypatch.setattr(zipfile.ZipFile, "open", refuse)
    with pytest.raises(StoryError, match="cannot be opened"):
        open_files(workspace, [("x.zip", packed)], CATALOG)


def test_errors_name_files_as_their_owner_did(workspace: Workspace) -> None:
    """What is wrong with an opened story names its file, not the folder in which it was unpacked for a moment."""
    start_story(workspace, "x", workspace.save(Recipe(kind=Kind.IMAGE), Result(), PICTURE, "hare"), "hill")
    wrong = {
        "s.yaml": STORY.replace(b"scene", b"opera"),
        "inner/x.yaml": STORY.replace(b"pictures/a.png", b"gone.png"),
    }
    for name, story in wrong.items():
        with pytest.raises(StoryError) as caught:
            open_files(workspace, [("x.zip", zipped({name: story}))], CATALOG)
        assert caught.value.message.startswith(f"{name}, line ")
        assert caught.value.path == name
        assert "throughline-story-" not in str(caught.value.to_plain())


def test_no_story_takes_the_characters_name(workspace: Workspace) -> None:
    """The characters are the steps of a story without a file: no other story is called like it, however it comes."""
    hare = workspace.save(Recipe(kind=Kind.CHARACTER_SHEET), Result(), PICTURE, "hare")
    assert start_story(workspace, "Characters", hare, "x") == "Characters-2"
    pack = ("my.zip", zipped({"characters.yaml": STORY, "pictures/a.png": PICTURE}))
    assert open_files(workspace, [pack], CATALOG) == "characters-3"


def test_a_story_file_of_the_characters_name_is_run_under_another(tmp_path: Path, workspace: Workspace) -> None:
    """The terminal too keeps a story called like the characters apart from them."""
    (tmp_path / "a.png").write_bytes(PICTURE)
    path = tmp_path / "characters.yaml"
    path.write_bytes(STORY.replace(b"pictures/", b""))
    assert take_in(workspace, path, read_story(path, CATALOG))[0] == "characters-2"


def test_no_story_or_two_are_refused(workspace: Workspace) -> None:
    """There must be exactly one story file."""
    for entries in ({"a.png": PICTURE}, {"a.yaml": STORY, "b.yml": STORY}):
        with pytest.raises(StoryError, match="one story file"):
            open_files(workspace, [("x.zip", zipped(entries))], CATALOG)


def test_a_story_naming_pictures_outside_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    """A story that came in cannot name a file of this machine."""
    (tmp_path / "secret.png").write_bytes(PICTURE)
    story = STORY.replace(b"pictures/a.png", str(tmp_path / "secret.png").encode())
    with pytest.raises(StoryError, match="outside"):
        open_files(workspace, [("x.zip", zipped({"s.yaml": story}))], CATALOG)
    assert workspace.assets() == []


def test_a_story_begins_with_a_character(workspace: Workspace, tmp_path: Path) -> None:
    """A story begun in the browser names its character inside the project, and the terminal can read it."""
    recipe = Recipe(kind=Kind.CHARACTER_SHEET, name="The Hare")
    hare = workspace.save(recipe, Result(), PICTURE, "hare")
    slug = start_story(workspace, "A walk", hare, "- The Hare sets out.")
    story = read_story(workspace.folder / "stories" / f"{slug}.yaml", CATALOG)
    assert (story.title, story.sources[0].path) == ("A walk", "../assets/hare.png")
    assert story.steps[0].sources[0].id == story.sources[0].id
    assert workspace.choices.read().asset_id(slug, story.sources[0].id) == hare.id
    assert start_story(workspace, "a WALK", hare, "x") == "a WALK-2"
