"""Files to import, one by one: every kind, odd names, and what is no file or no image at all."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest
from PIL import Image

from core.errors import InvalidImageError
from core.images import prepare
from core.models.asset import Kind
from core.store import importing
from core.store.importing import check_image, image_files, import_file, import_files
from core.store.workspace import Workspace
from tests import notebook
from tests.samples import bring_in, encoded, files, jpeg, open_project, picture, png


@pytest.mark.parametrize(
    ("name", "data", "stored"),
    [
        ("plate.png", png(), "plate.png"),
        ("plate.jpg", jpeg(), "plate.jpg"),
        ("plate.JPEG", jpeg(), "plate.jpg"),
        ("plate.webp", encoded(picture(), "WEBP", lossless=True), "plate.png"),
        ("plate.tif", encoded(picture(), "TIFF"), "plate.png"),
        ("plate.gif", encoded(picture(mode="P"), "GIF"), "plate.png"),
        ("plate.bmp", encoded(picture(), "BMP"), "plate.png"),
        ("lie.png", jpeg(), "lie.jpg"),
        ("lie.jpg", png(), "lie.png"),
        ("no suffix", png(), "no suffix.png"),
        ("wrong.txt", png(), "wrong.png"),
    ],
)
def test_every_kind_is_stored_by_what_it_is(
    workspace: Workspace, inbox: Path, name: str, data: bytes, stored: str
) -> None:
    """The content decides the kind, not the name; what had to be changed keeps its untouched original."""
    (inbox / name).write_bytes(data)
    asset = import_file(workspace, inbox / name)
    assert asset.file_name == stored
    assert (asset.recipe.kind, asset.recipe.name, asset.recipe.engine) == (Kind.ARCHIVE, asset.id, None)
    is_changed = prepare(data).is_changed
    originals = [path.read_bytes() for path in (workspace.folder / "originals").glob("*")]
    assert originals == ([data] if is_changed else [])
    assert (workspace.read(asset) == data) == (not is_changed)
    assert check_image(inbox / name) == asset.digest


def test_an_original_lost_in_a_crash_is_kept_by_the_next_import(workspace: Workspace, inbox: Path) -> None:
    """When the asset was stored and its untouched file was not, importing again brings that too."""
    (inbox / "plate.bmp").write_bytes(encoded(picture(), "BMP"))
    import_file(workspace, inbox / "plate.bmp")
    shutil.rmtree(workspace.folder / "originals")
    import_file(workspace, inbox / "plate.bmp")
    assert files(workspace.folder) == ["assets/plate.png", "originals/plate.bmp", "project.json"]


def test_two_files_that_become_one_picture_both_stay_as_originals(workspace: Workspace, inbox: Path) -> None:
    """A TIFF and a BMP of the same pixels are one asset, and neither file is lost."""
    for kind, suffix in (("TIFF", "tif"), ("BMP", "bmp")):
        (inbox / f"plate.{suffix}").write_bytes(encoded(picture(), kind))
    assets = bring_in(workspace, inbox)
    originals = {path.suffix for path in (workspace.folder / "originals").iterdir()}
    assert originals == {".tif", ".bmp"}
    assert len({asset.id for asset in assets.values()}) == len({prepare(p.read_bytes()).data for p in inbox.iterdir()})


def _unreadable(inbox: Path, kind: str) -> Path:
    path = inbox / "file.png"
    if kind == "missing":
        return path
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        place = os.open(inbox, os.O_RDONLY)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(f"/proc/self/fd/{place}/file.png")
        os.close(place)
    elif kind == "device":
        path.symlink_to("/dev/ptmx")  # reading it waits for ever
    elif kind == "circle":
        path.symlink_to(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "null byte":
        return inbox / "a\x00.png"
    elif kind == "too long":
        return inbox / ("x" * 300 + ".png")
    elif kind == "through a file":
        (inbox / "plain").write_bytes(png())
        return inbox / "plain" / "file.png"
    else:
        path.write_bytes({"empty": b"", "text": b"no picture", "cut": png()[:-9], "page": b"<html></html>"}[kind])
    return path


@pytest.mark.parametrize(
    "kind",
    [
        *("missing", "pipe", "socket", "device", "circle", "folder", "null byte", "too long", "through a file"),
        *("empty", "text", "cut", "page"),
    ],
)
def test_what_cannot_be_read_is_a_clear_error_and_never_a_hang(workspace: Workspace, inbox: Path, kind: str) -> None:
    """Pipes, devices, circles of links and files that are no image are refused by name; nothing is stored."""
    path = _unreadable(inbox, kind)
    for use in (lambda: import_file(workspace, path), lambda: check_image(path)):
        with pytest.raises(InvalidImageError) as caught:
            use()
        assert str(path) in caught.value.message
    assert files(workspace.folder) == ["project.json"]


def test_a_bad_file_does_not_stop_the_others(workspace: Workspace, inbox: Path) -> None:
    """Every file has its own result, in the order they were named."""
    (inbox / "a.png").write_bytes(b"")
    (inbox / "b.png").write_bytes(png(1))
    (inbox / "c.jpg").write_bytes(jpeg()[:200])
    (inbox / "d.jpg").write_bytes(jpeg())
    done = import_files(workspace, image_files([inbox]))
    assert [(item.path.name, item.asset is not None, item.is_new) for item in done] == [
        ("a.png", False, False),
        ("b.png", True, True),
        ("c.jpg", False, False),
        ("d.jpg", True, True),
    ]


@pytest.mark.parametrize(
    "stem",
    [
        "机器人",
        "\U0001f916" * 60,
        "x" * 200,
        "aux",
        "NUL.backup",
        "a\x1b[31mred\x07",
        "trailing ",
        "e\u0301",
        "-rf",
        "it's",
    ],
)
def test_odd_names_become_ids_and_keep_their_graph(workspace: Workspace, inbox: Path, stem: str) -> None:
    """Emoji, control characters, reserved and very long names come in, and what was made from them finds them."""
    notebook.write(inbox, stem, (), "root", picture(1))
    notebook.write(inbox, "scene", (stem,), "made", picture(2))
    done = bring_in(workspace, inbox)
    asset = done[f"{stem}.png"]
    assert workspace.get("scene").source_ids == (asset.id,)
    assert workspace.path(asset).is_file()
    assert not set(asset.id) & set("\x1b\x07/")
    assert open_project(workspace.folder).assets() == workspace.assets()


@pytest.mark.parametrize("pair", [("Robot", "robot"), ("\u00e9", "e\u0301"), ("STRASSE", "straße")])
def test_names_that_a_file_system_may_confuse_become_two_ids(
    workspace: Workspace, inbox: Path, pair: tuple[str, str]
) -> None:
    """Two pictures whose names differ only in case or composition both come in, and both keep what was made of them."""
    for seed, name in enumerate(pair):
        notebook.write(inbox, name, (), "root", picture(seed))
        notebook.write(inbox, f"scene {seed}", (name,), "made", picture(seed + 5))
    if len(list(inbox.iterdir())) < 4:
        pytest.skip("this file system takes the two names for one")
    bring_in(workspace, inbox)
    for seed in range(2):
        (source_id,) = workspace.get(f"scene {seed}").source_ids
        assert Image.open(workspace.path(workspace.get(source_id))).tobytes() == picture(seed).tobytes()


def test_a_name_that_is_no_text_comes_in(workspace: Workspace, inbox: Path) -> None:
    """A file name of bytes that are no UTF-8 is no reason to refuse the picture."""
    try:
        path = inbox / os.fsdecode(b"plate \xff.png")
        path.write_bytes(png())
    except OSError:
        pytest.skip("this file system takes no such name")
    asset = import_file(workspace, path)
    assert asset.id == "plate"


def test_only_the_images_of_a_folder_are_taken(inbox: Path) -> None:
    """A folder gives its own image files by name, once each; what is named by itself is taken whatever it is."""
    for name in ("b.png", "a.JPG", "note.txt", ".hidden", "c.webp"):
        (inbox / name).write_bytes(png())
    (inbox / "folder.png").mkdir()
    os.mkfifo(inbox / "pipe.png")
    named = [inbox / "a.JPG", inbox / "b.png", inbox / "c.webp"]
    assert image_files([inbox]) == named
    assert image_files([inbox / "b.png", inbox]) == [named[1], named[0], named[2]]
    assert image_files([inbox / "note.txt", inbox / "nobody"]) == [inbox / "note.txt", inbox / "nobody"]


def test_a_file_that_is_far_too_large_is_not_read(
    workspace: Workspace, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a gigabyte is refused by its size alone."""
    with (inbox / "big.png").open("wb") as file:
        file.truncate(importing.LARGEST_FILE + 1)

    def refuse(path: Path) -> bytes:
        raise AssertionError(f"{path} was read")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InvalidImageError, match="512 MB"):
        import_file(workspace, inbox / "big.png")


def test_one_picture_at_a_time_is_in_memory(workspace: Workspace, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture is stored before the next one is decoded, so that a large folder needs no large memory."""
    for seed in range(4):
        (inbox / f"{seed}.png").write_bytes(png(seed))
    stored: list[int] = []

    def counting(data: bytes) -> object:
        stored.append(len(list(workspace.assets_folder.glob("*.png"))))
        return prepare(data)

    monkeypatch.setattr(importing, "prepare", counting)
    bring_in(workspace, inbox)
    assert stored == [0, 1, 2, 3]
