"""Plates as files for others: whole, credited, and inert whatever somebody wrote into a caption."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pypdfium2 as pdfium
import pytest
from PIL import Image

from core.errors import CorruptAssetError, WorkspaceError
from core.models.asset import Asset, Kind, Origin, Recipe, Result, Role, Source
from core.models.region import Box, Region
from core.store import embedded
from core.store.workspace import Workspace
from core.studio.exports.plates.archive import write_plates_zip, write_reference_set
from core.studio.exports.plates.book import wrapped, write_plate_book
from core.studio.exports.plates.pdf_file import width_of
from core.studio.exports.plates.records import PlateRecord
from core.studio.exports.plates.tables import safe_cell, write_coco, write_csv, write_label_studio
from tests.samples import encoded, files, jpeg, picture, png

HOSTILE = '=HYPERLINK("http://x","y")\n(evil) Tj ET \\ <script>\x07\u202e'
ORIGIN = Origin(title="Denver, p. 12", source="City Library", credit="Gift of 1893", rights="Public domain", page=12)


def _record(
    workspace: Workspace, number: int = 1, data: tuple[bytes, ...] = (), page: str = "denver-p012", **said: Any
) -> PlateRecord:
    leaf = workspace.find(page) or workspace.save(
        Recipe(kind=Kind.PAGE, origin=ORIGIN), Result(), png(sum(page.encode()), (40, 60)), page
    )
    kinds = (Kind.CROP, Kind.RESTORATION, Kind.COLOURISATION)
    images: list[Asset] = []
    for kind, content in zip(kinds, data or (png(number),), strict=False):
        source = images[-1] if images else leaf
        named = (Source(asset_id=source.id, role=Role.PAGE, digest=source.digest),)
        images.append(
            workspace.save(Recipe(kind=kind, sources=named, prompt="Cut."), Result(), content, f"cut-{number}")
        )
    words = {"label": "mill", "caption": "The mill,\nby night", **said}
    region = Region(id=f"r{number}", box=Box(ymin=100, xmin=200, ymax=300, xmax=600), score=0.5, **words)
    return PlateRecord(leaf, region, (1000, 2000), tuple(images), ORIGIN)


def test_a_table_has_a_row_a_plate_and_no_formula(workspace: Workspace, tmp_path: Path) -> None:
    """Boxes are there on both scales, words as they are, and what a spreadsheet would run begins with a quote."""
    write_csv([_record(workspace), _record(workspace, 2, caption=HOSTILE, label="+1")], tmp_path / "plates.csv")
    text = (tmp_path / "plates.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [
        rows[0][key] for key in ("page", "label", "caption", "ymin", "left", "bottom", "credit", "page_number")
    ] == [
        *("denver-p012", "mill", "The mill,\nby night", "100.0", "200", "600", "Gift of 1893", "12"),
    ]
    assert rows[1]["caption"].startswith("'=HYPERLINK")
    assert rows[1]["label"] == "'+1"
    assert not set(text) & {"\x07", "\u202e", "\x00"}


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "＝1", " =1", "|a", "%0", "\r=1"])
def test_every_beginning_of_a_formula_is_defused(text: str) -> None:
    """Nothing is left that begins as a formula; plain words and numbers stay."""
    assert str(safe_cell(text)).startswith(("'", "1"))
    assert (safe_cell("a-b"), safe_cell(3), safe_cell("机器人")) == ("a-b", 3, "机器人")


def test_coco_has_pixels_categories_and_captions(workspace: Workspace, tmp_path: Path) -> None:
    """Two plates of one page are two annotations of one image; a plate without a label has a category too."""
    records = [_record(workspace), _record(workspace, 2, label=""), _record(workspace, 3, page="alps-p001")]
    write_coco(records, tmp_path / "coco.json")
    document = json.loads((tmp_path / "coco.json").read_text(encoding="utf-8"))
    assert [(image["file_name"], image["width"], image["height"]) for image in document["images"]] == [
        ("denver-p012.png", 1000, 2000),
        ("alps-p001.png", 1000, 2000),
    ]
    assert document["categories"] == [{"id": 1, "name": "mill"}, {"id": 2, "name": "object"}]
    first = document["annotations"][0]
    assert (first["bbox"], first["area"], first["iscrowd"]) == ([200, 200, 400, 400], 160_000, 0)
    assert [(item["image_id"], item["category_id"]) for item in document["annotations"]] == [(1, 1), (1, 2), (2, 1)]


def test_label_studio_has_a_task_a_page(workspace: Workspace, tmp_path: Path) -> None:
    """Boxes are in percent, with the caption as a text of the same region."""
    write_label_studio([_record(workspace), _record(workspace, 2, caption="")], tmp_path / "t.json", "/data/?d=")
    (task,) = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    assert task["data"]["image"] == "/data/?d=denver-p012.png"
    results = task["annotations"][0]["result"]
    assert [(item["id"], item["type"]) for item in results] == [
        ("r1", "rectanglelabels"),
        ("r1", "textarea"),
        ("r2", "rectanglelabels"),
    ]
    place = {"x": 20, "y": 10, "width": 40, "height": 20, "rotation": 0}
    assert results[0]["value"] == {**place, "rectanglelabels": ["mill"]}
    assert (results[0]["original_width"], results[0]["original_height"]) == (1000, 2000)


def test_nothing_found_gives_empty_files_that_open(tmp_path: Path) -> None:
    """No plate is a table with a head, and JSON without entries."""
    write_csv([], tmp_path / "a.csv")
    write_coco([], tmp_path / "a.json")
    write_label_studio([], tmp_path / "b.json")
    assert len((tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines()) == 1
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["annotations"] == []
    assert json.loads((tmp_path / "b.json").read_text(encoding="utf-8")) == []


def test_a_zip_holds_every_step_with_its_recipe(workspace: Workspace, tmp_path: Path) -> None:
    """Each picture is the stored file, byte for byte; two plates never share a name; the credits are there."""
    records = [
        _record(workspace, 1, (png(1), jpeg(2))),
        _record(workspace, 2, label="../../x", caption=HOSTILE),
        _record(workspace, 2, (png(9),), label="../../X"),
    ]
    write_plates_zip(workspace, records, tmp_path / "plates.zip")
    with zipfile.ZipFile(tmp_path / "plates.zip") as packed:
        names = packed.namelist()
        assert packed.testzip() is None
        assert {"plates.csv", "coco.json", "tasks.json", "credits.txt"} <= set(names)
        stem = "plates/denver-p012-r1-mill"
        assert [name for name in names if name.startswith(f"{stem}/")] == [
            f"{stem}/1-crop.png",
            f"{stem}/2-restoration.jpg",
            f"{stem}/plate.json",
        ]
        held = packed.read(f"{stem}/2-restoration.jpg")
        assert held == workspace.path(records[0].images[1]).read_bytes()
        assert embedded.read(held).document is not None
        document = json.loads(packed.read(f"{stem}/plate.json"))
        assert document["pictures"][0]["recipe"]["prompt"] == "Cut."
        assert document["origin"]["credit"] == "Gift of 1893"
        assert b"Gift of 1893" in packed.read("credits.txt")
    assert len({name.casefold() for name in names}) == len(names)
    assert not any(".." in Path(name).parts or name.startswith("/") for name in names)


def test_a_zip_holds_the_pages_its_boxes_are_on(workspace: Workspace, tmp_path: Path) -> None:
    """COCO and Label Studio find each page where their files name it, byte for byte; without pages names are plain."""
    records = [_record(workspace, label="a<b"), _record(workspace, 2), _record(workspace, 3, page="Alpes & co é")]
    write_plates_zip(workspace, records, tmp_path / "plates.zip")
    with zipfile.ZipFile(tmp_path / "plates.zip") as packed:
        coco = json.loads(packed.read("coco.json"))
        for image, page in zip(coco["images"], [records[0].page, records[2].page], strict=True):
            assert packed.read(image["file_name"]) == workspace.path(page).read_bytes()
        served = [task["data"]["image"].partition("?d=")[2] for task in json.loads(packed.read("tasks.json"))]
        assert [unquote(name) for name in served] == [image["file_name"] for image in coco["images"]]
        assert not set("&# ") & set("".join(served))
        said = packed.read("about.txt").decode()
        assert ElementTree.fromstring(said[said.index("<View>") :]).find(".//Label").get("value") == "a<b"
    write_plates_zip(workspace, records, tmp_path / "bare.zip", has_pages=False)
    with zipfile.ZipFile(tmp_path / "bare.zip") as packed:
        assert not [name for name in packed.namelist() if name.startswith("pages/")]
        assert json.loads(packed.read("coco.json"))["images"][0]["file_name"] == "denver-p012.png"


def test_a_damaged_picture_leaves_no_half_file(workspace: Workspace, tmp_path: Path) -> None:
    """What stood there before stays when a picture cannot be read."""
    record = _record(workspace)
    workspace.path(record.images[0]).write_bytes(b"broken")
    for write, name in ((write_plates_zip, "a.zip"), (write_plate_book, "a.pdf"), (write_reference_set, "b.zip")):
        (tmp_path / name).write_bytes(b"before")
        with pytest.raises(CorruptAssetError):
            write(workspace, [record], tmp_path / name)
        assert (tmp_path / name).read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def _images(path: Path) -> list[pdfium.PdfImage]:
    pdf = pdfium.PdfDocument(path)
    return [item for page in pdf for item in page.get_objects(filter=[3])]


def test_a_book_keeps_a_jpeg_byte_for_byte(workspace: Workspace, tmp_path: Path) -> None:
    """The JPEG inside the PDF is the picture's own, and the page shows caption and credit."""
    record = _record(workspace, 1, (jpeg(5, (64, 48)),))
    write_plate_book(workspace, [record], tmp_path / "book.pdf", "Mills")
    (image,) = _images(tmp_path / "book.pdf")
    assert bytes(image.get_data()) == workspace.read(record.images[0])
    pdf = pdfium.PdfDocument(tmp_path / "book.pdf")
    text = pdf[1].get_textpage().get_text_range()
    assert all(words in text for words in ("The mill,", "by night", "Gift of 1893", "Public domain"))
    assert "Mills" in pdf[0].get_textpage().get_text_range()
    assert pdf.get_metadata_dict()["Title"] == "Mills"


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1", "RGBA", "LA"])
def test_a_book_keeps_every_pixel_of_a_png(workspace: Workspace, tmp_path: Path, mode: str) -> None:
    """Grey, colour, palette and line pictures come out of the PDF as they went in; alpha lies beside them."""
    source = picture(3, (24, 16), "RGB").convert(mode)
    record = _record(workspace, 1, (encoded(source, "PNG"),))
    write_plate_book(workspace, [record], tmp_path / "book.pdf")
    (image,) = _images(tmp_path / "book.pdf")
    seen = image.get_bitmap(render=False).to_pil().convert("RGB")
    assert seen.size == (24, 16)
    assert seen.tobytes() == source.convert("RGB").tobytes()


def test_a_book_speaks_chinese_and_bears_hostile_words(workspace: Workspace, tmp_path: Path) -> None:
    """Chinese stands in the text as it was written; brackets, tags and commands are letters and nothing else."""
    records = [
        _record(workspace, 1, caption="老磨坊 (夜) and mill \U0001f916"),
        _record(workspace, 2, caption=HOSTILE),
        _record(workspace, 3, caption="word " * 900),
    ]
    write_plate_book(workspace, records, tmp_path / "book.pdf", "图版 (I) " + HOSTILE, "zh_CN")
    pdf = pdfium.PdfDocument(tmp_path / "book.pdf")
    texts = [page.get_textpage().get_text_range() for page in pdf]
    assert len(texts) == 4
    assert "图版 3 幅" in texts[0]
    assert "老磨坊" in texts[1]
    assert "(evil) Tj ET \\ <script>" in texts[2]
    assert "…" in texts[3]
    assert b"/URI" not in (tmp_path / "book.pdf").read_bytes()
    assert pdf[1].render(scale=0.5).to_pil().size == (298, 421)


def test_a_book_holds_one_picture_at_a_time(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read is on disk before the next picture is read; a plate without one has no page."""
    records = [_record(workspace, number, (jpeg(number, (200, 200)),)) for number in range(1, 5)]
    sizes: list[int] = []
    read = Workspace.read

    def counting(self: Workspace, asset: Asset) -> bytes:
        (part,) = tmp_path.glob(".*.part")
        with part.open("rb") as file:
            sizes.append(file.seek(0, 2))
        return read(self, asset)

    monkeypatch.setattr(Workspace, "read", counting)
    empty = PlateRecord(records[0].page, records[0].region, (10, 10))
    write_plate_book(workspace, [*records, empty], tmp_path / "book.pdf")
    assert len(pdfium.PdfDocument(tmp_path / "book.pdf")) == 5
    assert sizes == sorted(sizes)
    assert sizes[-1] > 2 * len(jpeg(1, (200, 200)))


def test_lines_of_a_book_fit_their_room() -> None:
    """No line is wider than its room, whatever script it is in; the last is cut with an ellipsis."""
    for text in ("word " * 200, "磨坊" * 300, "x" * 500, "mixed 磨坊 words " * 40):
        lines = wrapped(text, 13, 300, 4)
        assert len(lines) == 4
        assert all(width_of(line, 13) <= 300 for line in lines)
        assert lines[-1].endswith("…")
    assert wrapped("", 13, 300, 4) == []


def test_a_reference_set_names_its_pictures_and_their_roles(workspace: Workspace, tmp_path: Path) -> None:
    """Up to three last pictures and a text, as a folder or a ZIP; more, or none, is a sentence."""
    records = [_record(workspace, 1, (png(1), png(2))), _record(workspace, 2, (jpeg(3),), label="hare")]
    write_reference_set(workspace, records, tmp_path / "refs", ["the place\nof the shot"])
    write_reference_set(workspace, records, tmp_path / "refs.zip")
    assert files(tmp_path / "refs") == ["reference-1-mill.png", "reference-2-hare.jpg", "roles.txt"]
    assert (tmp_path / "refs" / "reference-1-mill.png").read_bytes() == workspace.read(records[0].images[1])
    roles = (tmp_path / "refs" / "roles.txt").read_text(encoding="utf-8").splitlines()
    assert roles[0].startswith("Reference image 1 (reference-1-mill.png): the place of the shot. The mill, by night")
    assert "the hare as it must look" in roles[1]
    with zipfile.ZipFile(tmp_path / "refs.zip") as packed:
        assert packed.namelist() == files(tmp_path / "refs")
        assert Image.open(io.BytesIO(packed.read("reference-2-hare.jpg"))).size == (32, 24)
    without = PlateRecord(records[0].page, records[0].region, (10, 10))
    for wrong in ([], records * 2, [without]):
        with pytest.raises(WorkspaceError):
            write_reference_set(workspace, wrong, tmp_path / "more")
    with pytest.raises(WorkspaceError, match="holds files already"):
        write_reference_set(workspace, records, tmp_path / "refs")
    assert not (tmp_path / "more").exists()
