"""Plates as tables and annotations: CSV, COCO and Label Studio.

Sources: the COCO data format (object detection); Label Studio's task format (RectangleLabels, TextArea).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from core.studio.exports.files import write_whole
from core.studio.exports.plates.records import PlateRecord, clean, line

_UNNAMED = "object"
# what spreadsheets take for the beginning of a formula, in every width it is typed in
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
_COLUMNS = (
    *("page", "region", "label", "caption", "ymin", "xmin", "ymax", "xmax", "left", "top", "right", "bottom"),
    *("score", "flags", "pictures", "title", "source", "credit", "rights", "place", "page_number"),
)


def write_csv(records: Iterable[PlateRecord], out: Path) -> None:
    """Write a table, one row a plate, that no spreadsheet takes for formulas.

    Raises:
        WorkspaceError: the file cannot be written.
    """
    write_whole(out, _csv_pieces(_row(record) for record in records))


def write_coco(records: Sequence[PlateRecord], out: Path, prefix: str = "") -> None:
    """Write the boxes as COCO object detection: pixels, categories by label, captions beside them.

    `prefix` goes before each page's file name: the folder it lies in.

    Raises:
        WorkspaceError: the file cannot be written.
    """
    write_whole(out, _coco(records, prefix))


def write_label_studio(records: Sequence[PlateRecord], out: Path, prefix: str = "") -> None:
    """Write the boxes as Label Studio tasks, one a page; `prefix` is the address before each page's file name.

    The labelling interface they fit has RectangleLabels called `label` and a per-region TextArea called `caption`.

    Raises:
        WorkspaceError: the file cannot be written.
    """
    tasks = (_task(group, prefix) for group in _by_page(records))
    write_whole(out, _json_list(tasks))


def labels_of(records: Sequence[PlateRecord]) -> list[str]:
    """Return the labels that boxes are written with, each once."""
    return sorted({record.label or _UNNAMED for record in records})


def safe_cell(value: Any) -> Any:
    """Return a value as a spreadsheet shows it and does not run it."""
    if not isinstance(value, str):
        return value
    text = clean(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _csv_pieces(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    yield "\ufeff".encode()  # Excel reads UTF-8 only when told
    yield _csv(_COLUMNS)
    for row in rows:
        yield _csv([safe_cell(value) for value in row])


def _csv(row: Sequence[Any]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(row)
    return buffer.getvalue().encode()


def _row(record: PlateRecord) -> Sequence[Any]:
    region, box, origin = record.region, record.region.box, record.origin
    score = "" if region.score is None else round(region.score, 4)
    number = "" if origin.page is None else origin.page
    return (
        *(record.page.id, region.id, region.label, region.caption),
        *(round(value, 2) for value in (box.ymin, box.xmin, box.ymax, box.xmax)),
        *record.pixels,
        *(score, " ".join(region.flags), " ".join(asset.id for asset in record.images)),
        *(origin.title, origin.source, origin.credit, origin.rights, origin.place, number),
    )


def _coco(records: Sequence[PlateRecord], prefix: str) -> Iterator[bytes]:
    categories = {label: number for number, label in enumerate(labels_of(records), 1)}
    pages = {record.page.id: record for record in records}
    images = {page_id: number for number, page_id in enumerate(pages, 1)}
    yield b'{"info": {"description": "Plates found with Throughline"}, "licenses": [], "images": '
    yield from _json_list(
        {
            "id": images[page_id],
            "file_name": f"{prefix}{record.page.file_name}",
            "width": record.page_size[0],
            "height": record.page_size[1],
            "credit": record.credit,
        }
        for page_id, record in pages.items()
    )
    yield b', "categories": '
    yield from _json_list({"id": number, "name": label} for label, number in categories.items())
    yield b', "annotations": '
    yield from _json_list(
        _annotation(number, record, images[record.page.id], categories[record.label or _UNNAMED])
        for number, record in enumerate(records, 1)
    )
    yield b"}\n"


def _annotation(number: int, record: PlateRecord, image: int, category: int) -> dict[str, Any]:
    left, top, right, bottom = record.pixels
    said: dict[str, Any] = {
        "id": number,
        "image_id": image,
        "category_id": category,
        "bbox": [left, top, right - left, bottom - top],
        "area": (right - left) * (bottom - top),
        "segmentation": [[left, top, right, top, right, bottom, left, bottom]],
        "iscrowd": 0,
        "caption": clean(record.region.caption),
        "region": record.region.id,
    }
    return said if record.region.score is None else {**said, "score": record.region.score}


def _by_page(records: Sequence[PlateRecord]) -> Iterator[list[PlateRecord]]:
    order = {page_id: number for number, page_id in enumerate(dict.fromkeys(record.page.id for record in records))}
    ranked = sorted(records, key=lambda record: order[record.page.id])
    for _, group in groupby(ranked, key=lambda record: record.page.id):
        yield list(group)


def _task(records: list[PlateRecord], prefix: str) -> dict[str, Any]:
    first = records[0]
    name = quote(first.page.file_name) if prefix else first.page.file_name
    return {
        "data": {"image": f"{prefix}{name}", "title": line(first.origin.title), "credit": first.credit},
        "annotations": [{"result": [item for record in records for item in _results(record)]}],
    }


def _results(record: PlateRecord) -> Iterator[dict[str, Any]]:
    width, height = record.page_size
    box = record.region.box
    place = {
        "x": round(box.xmin / 10, 4),
        "y": round(box.ymin / 10, 4),
        "width": round((box.xmax - box.xmin) / 10, 4),
        "height": round((box.ymax - box.ymin) / 10, 4),
        "rotation": 0,
    }
    whole = {
        "id": record.region.id,
        "to_name": "image",
        "original_width": width,
        "original_height": height,
        "image_rotation": 0,
    }
    labels = [record.label or _UNNAMED]
    yield {**whole, "from_name": "label", "type": "rectanglelabels", "value": {**place, "rectanglelabels": labels}}
    if record.region.caption:
        text = [clean(record.region.caption)]
        yield {**whole, "from_name": "caption", "type": "textarea", "value": {**place, "text": text}}


def _json_list(items: Iterable[Any]) -> Iterator[bytes]:
    yield b"["
    for number, item in enumerate(items):
        yield (b",\n" if number else b"\n") + json.dumps(item, ensure_ascii=False).encode()
    yield b"\n]"
