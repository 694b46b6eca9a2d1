"""Book pages from files: every kind, in order, one asset a page, each with where it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from core.errors import InvalidImageError
from core.models.asset import Kind, Origin
from core.store.importing import Imported
from core.store.workspace import Workspace
from core.studio.pages import documents, intake, kinds
from core.studio.pages.intake import Progress, bring_in_files, bring_in_uploads
from tests.documents import packed, pdf, scan_pdf, tiff
from tests.samples import encoded, files, ids, jpeg, keep, picture, png


def _ids(done: list[Imported]) -> list[str]:
    return [item.asset.id for item in done if item.asset]


def _origins(done: list[Imported]) -> list[Origin]:
    return [item.asset.recipe.origin or Origin() for item in done if item.asset]


def test_a_folder_comes_in_as_people_sort_it(workspace: Workspace, inbox: Path) -> None:
    """Page 2 comes before page 10, folders inside are taken, hidden files and others are not."""
    (inbox / "book" / "plates").mkdir(parents=True)
    for seed, name in enumerate(("p10.png", "p2.png", "plates/a.png", ".hidden.png", "notes.txt")):
        (inbox / "book" / name).write_bytes(png(seed))
    done = bring_in_files(workspace, [inbox / "book"])
    assert _ids(done) == ["p2", "p10", "a"]
    assert [(origin.title, origin.place, origin.page) for origin in _origins(done)] == [
        ("p2", "book", 1),
        ("p10", "book", 2),
        ("a", "book", 3),
    ]
    assert {item.asset.recipe.kind for item in done if item.asset} == {Kind.PAGE}
    assert not any(str(inbox) in str(item.asset) for item in done)


def test_a_bad_file_is_named_and_the_rest_goes_on(workspace: Workspace, inbox: Path) -> None:
    """Each file has its result in order; the one that is no picture has its name in its error."""
    for name, data in {"a.png": png(1), "b.jpg": b"\xff\xd8\xffcut", "c.pdf": b"%PDF-1.7 cut", "d.png": png(2)}.items():
        (inbox / name).write_bytes(data)
    done = bring_in_files(workspace, [inbox, inbox / "gone.png"])
    assert [item.asset.id if item.asset else "" for item in done] == ["a", "", "", "d", ""]
    for item, name in zip([done[1], done[2], done[4]], ("b.jpg", "c.pdf", "gone.png"), strict=True):
        assert isinstance(item.error, InvalidImageError)
        assert item.error.message.startswith(f"{(inbox / name).as_posix()}: ")
        assert item.error.message.count(name) == 1


def test_a_pdf_gives_its_pages_at_300_dots_an_inch(workspace: Workspace, inbox: Path) -> None:
    """One inch is 300 pixels; the pages are numbered, named by the document, and the document is kept once."""
    (inbox / "denver.pdf").write_bytes(pdf(12, title="Denver illustrated", author="W. Thayer"))
    done = bring_in_files(workspace, [inbox / "denver.pdf"])
    assert _ids(done) == [f"denver-p{number:03d}" for number in range(1, 13)]
    assert {(item.asset.result.width, item.asset.result.height) for item in done if item.asset} == {(300, 400)}
    assert _origins(done)[11] == Origin(
        title="Denver illustrated, p. 12", credit="W. Thayer", place="denver.pdf", page=12
    )
    assert [path for path in files(workspace.folder) if path.startswith("originals")] == ["originals/denver.pdf"]
    assert len({item.asset.digest for item in done if item.asset}) == 12


def test_the_same_document_again_is_the_same_pages(workspace: Workspace, inbox: Path) -> None:
    """Bringing a PDF in twice makes no second asset and no second original."""
    (inbox / "denver.pdf").write_bytes(pdf(2))
    first = bring_in_files(workspace, [inbox / "denver.pdf"])
    held = files(workspace.folder)
    again = bring_in_files(workspace, [inbox / "denver.pdf"])
    assert ([item.is_new for item in first], [item.is_new for item in again]) == ([True, True], [False, False])
    assert (_ids(again), files(workspace.folder)) == (_ids(first), held)


def test_a_scanned_page_keeps_the_pixels_of_its_scan(workspace: Workspace, inbox: Path) -> None:
    """A page that is one picture is drawn at that picture's size, neither more nor less, and as a JPEG."""
    (inbox / "scan.pdf").write_bytes(scan_pdf(picture(size=(450, 600)), (144, 192)))
    (done,) = bring_in_files(workspace, [inbox / "scan.pdf"])
    assert done.asset is not None
    assert (done.asset.result.width, done.asset.result.height, done.asset.result.mime) == (450, 600, "image/jpeg")


def test_a_poster_is_drawn_no_larger_than_we_take(
    workspace: Workspace, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of many metres is drawn at fewer dots an inch: its longer side and its area are capped."""
    monkeypatch.setattr(documents, "LONGEST_SIDE", 500)
    (inbox / "poster.pdf").write_bytes(pdf(1, size=(14_000, 7_000)))
    (done,) = bring_in_files(workspace, [inbox / "poster.pdf"])
    assert done.asset is not None
    assert (done.asset.result.width, done.asset.result.height) == (500, 250)


def test_a_locked_pdf_says_so(workspace: Workspace, inbox: Path) -> None:
    """A password is told apart from damage."""
    (inbox / "locked.pdf").write_bytes(pdf(1, encrypt="secret"))
    (done,) = bring_in_files(workspace, [inbox / "locked.pdf"])
    assert done.error is not None
    assert "password" in done.error.message
    assert files(workspace.folder) == ["project.json"]


def test_a_tiff_gives_each_of_its_pages(workspace: Workspace, inbox: Path) -> None:
    """The pixels of every page are those of the file, in order; the file is kept once."""
    (inbox / "many.tif").write_bytes(tiff(3))
    done = bring_in_files(workspace, [inbox / "many.tif"])
    assert _ids(done) == ["many-p001", "many-p002", "many-p003"]
    for seed, item in enumerate(done):
        assert item.asset is not None
        with Image.open(workspace.path(item.asset)) as image:
            assert image.convert("RGB").tobytes() == picture(seed, (40, 30)).tobytes()
    assert [path for path in files(workspace.folder) if path.startswith("originals")] == ["originals/many.tif"]


def test_the_small_copies_in_a_pyramid_are_no_pages(workspace: Workspace, inbox: Path) -> None:
    """A TIFF that keeps a reduced copy of its page is one page, called like its file."""
    frames = [picture(0, (40, 30)), picture(0, (20, 15))]
    frames[1].encoderinfo = {"tiffinfo": _reduced()}
    (inbox / "plate.tif").write_bytes(encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:]))
    assert _ids(bring_in_files(workspace, [inbox / "plate.tif"])) == ["plate"]


def _reduced() -> ImageFileDirectory_v2:
    tags = ImageFileDirectory_v2()
    tags[254] = 1
    return tags


def test_a_damaged_page_of_a_tiff_does_not_stop_the_others(workspace: Workspace, inbox: Path) -> None:
    """The page whose pixels are broken is named with its number."""
    data = bytearray(tiff(3, (64, 64), compression="tiff_adobe_deflate"))
    with Image.open((inbox / "many.tif") if (inbox / "many.tif").write_bytes(data) else "") as image:
        image.seek(1)
        start = image.tag_v2[273][0]
    data[start : start + 400] = b"\xff" * 400
    (inbox / "many.tif").write_bytes(data)
    done = bring_in_files(workspace, [inbox / "many.tif"])
    assert [item.asset is not None for item in done] == [True, False, True]
    assert done[1].error is not None
    assert "many.tif, page 2: " in done[1].error.message


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_photographs_of_a_phone_come_in_upright_and_without_their_place(
    workspace: Workspace, inbox: Path, kind: str
) -> None:
    """HEIC and AVIF become PNG, turned as they say, no GPS position in them; the untouched file stays."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 7.0)}
    (inbox / "photo.heic").write_bytes(encoded(picture(size=(64, 48)), kind, exif=exif.tobytes()))
    (done,) = bring_in_files(workspace, [inbox / "photo.heic"])
    assert done.asset is not None
    with Image.open(workspace.path(done.asset)) as image:
        assert (image.format, image.size) == ("PNG", (48, 64))
        assert not image.getexif().get_ifd(0x8825)
    suffix = {"HEIF": "heic", "AVIF": "avif"}[kind]
    assert (workspace.folder / "originals" / f"photo.{suffix}").read_bytes() == (inbox / "photo.heic").read_bytes()


def test_uploads_have_names_and_no_paths(workspace: Workspace) -> None:
    """What a browser sends is called as the person's file was, whatever path it claims."""
    done = bring_in_uploads(
        workspace, [("C:\\scans\\page 7.png", png(1)), ("../../x.pdf", pdf(1)), ("note.txt", b"hello")]
    )
    assert _ids(done) == ["page 7", "x-p001"]
    assert done[2].error is not None
    assert done[2].error.message.startswith("note.txt: ")
    assert "throughline-" not in done[2].error.message


def test_progress_is_told_after_every_page(workspace: Workspace, inbox: Path) -> None:
    """A listener knows the file, its place among the files, and the page among its pages; an error of its ends it."""
    (inbox / "a.pdf").write_bytes(pdf(2))
    (inbox / "b.png").write_bytes(png())
    told: list[tuple[str, int, int, int, int]] = []

    def tell(progress: Progress) -> None:
        told.append((Path(progress.name).name, progress.page, progress.pages, progress.file, progress.files))

    bring_in_files(workspace, [inbox / "a.pdf", inbox / "b.png"], tell)
    assert told == [("a.pdf", 1, 2, 1, 2), ("a.pdf", 2, 2, 1, 2), ("b.png", 1, 1, 2, 2)]


def test_one_page_at_a_time_is_stored(workspace: Workspace, inbox: Path) -> None:
    """A page is an asset before the next is drawn, so that a book needs no more memory than a page."""
    (inbox / "a.pdf").write_bytes(pdf(4))
    stored: list[int] = []
    bring_in_files(workspace, [inbox / "a.pdf"], lambda _: stored.append(len(ids(workspace))))
    assert stored == [1, 2, 3, 4]


def test_a_listener_can_stop_an_intake(workspace: Workspace, inbox: Path) -> None:
    """What came in before the stop stays, and starting again completes it."""
    (inbox / "a.pdf").write_bytes(pdf(3))

    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring_in_files(workspace, [inbox / "a.pdf"], stop)
    assert ids(workspace) == ["a-p001"]
    assert [item.is_new for item in bring_in_files(workspace, [inbox / "a.pdf"])] == [False, True, True]


def test_a_picture_that_was_here_learns_where_it_is_from(workspace: Workspace, inbox: Path) -> None:
    """A page that is in the project already without an origin is that asset, and its origin is noted beside it."""
    known = keep(workspace, "plate", 7)
    (inbox / "x.zip").write_bytes(packed({"p.png": png(7)}))
    (done,) = bring_in_files(workspace, [inbox / "x.zip"])
    assert (done.asset, done.is_new) == (known, False)
    assert workspace.notes.origins()["plate"].place == "x.zip"


def test_a_recipe_inside_a_page_is_kept(workspace: Workspace, inbox: Path) -> None:
    """A picture of ours comes in as what it was made as."""
    made = keep(workspace, "robot", 3)
    (inbox / "robot.png").write_bytes(workspace.path(made).read_bytes())
    workspace.trash("robot")
    (done,) = bring_in_files(workspace, [inbox / "robot.png"])
    assert done.asset is not None
    assert (done.asset.recipe.kind, done.asset.recipe.prompt) == (made.recipe.kind, made.recipe.prompt)


def test_what_is_a_document_is_told_by_its_content(inbox: Path) -> None:
    """A PDF, a ZIP, JSON and a TIFF of two pages are documents whatever they are called; pictures are not."""
    data = {"pdf": pdf(1), "zip": packed({}), "json": b" {}", "tiff": tiff(2), "one": tiff(1), "png": png(), "": b"x"}
    for name, content in data.items():
        (inbox / f"file {name}").write_bytes(content)
    assert [name for name in data if kinds.is_document(inbox / f"file {name}")] == ["pdf", "zip", "json", "tiff"]


def test_a_file_of_gigabytes_is_refused_by_its_size(
    workspace: Workspace, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bytes are not read."""
    monkeypatch.setattr(intake, "LARGEST_DOCUMENT", 10)
    (inbox / "big.jpg").write_bytes(jpeg())
    (done,) = bring_in_files(workspace, [inbox / "big.jpg"])
    assert done.error is not None
    assert "2 GB" in done.error.message
