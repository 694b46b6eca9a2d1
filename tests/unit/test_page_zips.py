"""ZIPs of pages: read in order, and never believed."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from core.store.workspace import Workspace
from core.studio.pages import archives
from core.studio.pages.archives import natural
from core.studio.pages.intake import bring_in_files
from tests.documents import packed, pdf, tiff
from tests.samples import files, ids, png


def _bring(workspace: Workspace, inbox: Path, data: bytes) -> tuple[list[str], list[str]]:
    """Bring a ZIP in; return the ids of its pages and the messages of its errors."""
    (inbox / "book.zip").write_bytes(data)
    done = bring_in_files(workspace, [inbox / "book.zip"])
    return [item.asset.id for item in done if item.asset], [item.error.message for item in done if item.error]


def test_members_come_in_natural_order_as_pages_of_the_zip(workspace: Workspace, inbox: Path) -> None:
    """Page 2 is before page 10; ids name the ZIP and the number, origins the member and the ZIP."""
    data = packed({"book/p10.png": png(1), "book/p2.png": png(2), "book/read me.txt": b"x", "__MACOSX/._p2.png": b"x"})
    assert _bring(workspace, inbox, data) == (["book-p001", "book-p002"], [])
    origins = [asset.recipe.origin for asset in workspace.assets()]
    assert [(o.title, o.place, o.page) for o in origins if o] == [("p2", "book.zip", 1), ("p10", "book.zip", 2)]


def test_documents_in_a_zip_give_their_pages(workspace: Workspace, inbox: Path) -> None:
    """A PDF and a TIFF of several pages inside a ZIP are taken page by page."""
    done, errors = _bring(workspace, inbox, packed({"a.pdf": pdf(2), "b.tif": tiff(2), "c.png": png(9)}))
    assert (done, errors) == (["a-p001", "a-p002", "b-p001", "b-p002", "book-p003"], [])


@pytest.mark.parametrize("name", ["../evil.png", "/etc/evil.png", "a/../../evil.png", "C:/evil.png", "a\\evil.png"])
def test_a_name_that_leads_outside_is_refused_and_written_nowhere(
    workspace: Workspace, inbox: Path, tmp_path: Path, name: str
) -> None:
    """The other members come in; no file appears but the project's."""
    done, errors = _bring(workspace, inbox, packed({name: png(1), "good.png": png(2)}))
    assert done == ["book-p001"]
    assert len(errors) == 1
    assert "leads out of the ZIP" in errors[0]
    assert not list(tmp_path.rglob("evil*"))


def test_a_link_is_not_followed(workspace: Workspace, inbox: Path) -> None:
    """A member that is a symbolic link is named and left alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        link = zipfile.ZipInfo("link.png")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd")
    done, errors = _bring(workspace, inbox, buffer.getvalue())
    assert (done, len(errors)) == ([], 1)
    assert "is a link" in errors[0]


def test_a_zip_in_a_zip_is_not_opened(workspace: Workspace, inbox: Path) -> None:
    """A nested ZIP is named, whatever suffix it hides behind, and the rest goes on."""
    inner = packed({"deep.png": png(5)})
    done, errors = _bring(workspace, inbox, packed({"a.png": inner, "b.zip": inner, "c.png": png(1)}))
    assert ids(workspace) == done == ["book-p002"]
    assert len(errors) == 2
    assert all("ZIP inside a ZIP" in error for error in errors)


def test_a_bomb_is_left_before_it_fills_the_disk(
    workspace: Workspace, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member that unpacks a thousandfold is stopped at the measure, not at what its header says."""
    monkeypatch.setattr(archives, "_UNSUSPICIOUS", 3_000_000)
    bomb = png() + bytes(8_000_000)
    data = bytearray(packed({"bomb.png": bomb, "good.png": png(1)}))
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 100)  # a lie about its size
    done, errors = _bring(workspace, inbox, bytes(data))
    assert done == ["book-p002"]
    assert len(errors) == 1


@pytest.mark.parametrize(("limit", "value"), [("LARGEST_MEMBER", 300), ("LARGEST_TOTAL", 500)])
def test_limits_hold_for_a_member_and_for_all(
    workspace: Workspace, inbox: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    """What is over is named; nothing of it is kept."""
    monkeypatch.setattr(archives, limit, value)
    small, large = png(1), png(2, (32, 32))
    assert len(small) < 300 < 500 < len(large)
    done, errors = _bring(workspace, inbox, packed({"a.png": small, "b.png": large}))
    assert (done, len(errors)) == (["book-p001"], 1)
    assert "more than is taken" in errors[0]


def test_a_list_of_files_that_would_fill_the_memory_is_not_read(
    workspace: Workspace, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many members are told by the end of the file, before the list is read."""

    def refuse(*args: object) -> None:
        raise AssertionError("the list was read")

    data = packed({f"{number}.png": b"x" for number in range(4)})
    monkeypatch.setattr(archives, "MOST_MEMBERS", 3)
    monkeypatch.setattr(zipfile, "ZipFile", refuse)
    done, errors = _bring(workspace, inbox, data)
    assert (done, len(errors)) == ([], 1)
    assert "more than 3 files" in errors[0]


def test_zip64_does_not_hide_the_count(workspace: Workspace, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The larger form of the end record is looked at too."""
    data = packed({"a.png": png(1)})
    end = data.index(b"PK\x05\x06")
    start, size = struct.unpack_from("<I", data, end + 16)[0], struct.unpack_from("<I", data, end + 12)[0]
    record = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 9999, 9999, size, start)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, end, 1)
    tail = data[end : end + 8] + struct.pack("<HHIIH", 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    done, errors = _bring(workspace, inbox, data[:end] + record + locator + tail)
    assert (done, len(errors)) == ([], 1)
    assert "more than 5000 files" in errors[0]


@pytest.mark.parametrize("kind", ["cut", "empty", "no pages", "encrypted", "junk"])
def test_a_zip_that_gives_nothing_says_why(workspace: Workspace, inbox: Path, kind: str) -> None:
    """Damaged, empty, locked and page-less ZIPs each end in one sentence, and nothing is stored."""
    whole = packed({"a.png": png(1)}, zipfile.ZIP_STORED)
    locked = bytearray(whole)
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    data = {
        "cut": whole[:-30],
        "empty": packed({}),
        "no pages": packed({"a.txt": b"x"}),
        "encrypted": bytes(locked),
        "junk": b"PK\x03\x04" + bytes(100),
    }[kind]
    done, errors = _bring(workspace, inbox, data)
    assert (done, len(errors)) == ([], 1)
    assert "book.zip" in errors[0]
    assert files(workspace.folder) == ["project.json"]


def test_names_sort_as_people_sort_them() -> None:
    """Numbers count as numbers wherever they stand, and odd digits break nothing."""
    names = ["p10", "p9", "P1", "a", "p9b2", "p9b10", "p²", "9" * 30]
    assert sorted(names, key=natural) == ["9" * 30, "a", "P1", "p9", "p9b2", "p9b10", "p10", "p²"]
