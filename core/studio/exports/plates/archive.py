"""Plates as files: a ZIP of all their pictures with the recipes inside them, and references for a video model."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from core.errors import WorkspaceError
from core.models.asset import Asset
from core.store.ids import clean_id, folded, numbered
from core.store.workspace import Workspace
from core.studio.exports.files import whole_file, write_whole
from core.studio.exports.plates.records import PlateRecord, clean, line
from core.studio.exports.plates.tables import labels_of, write_coco, write_csv, write_label_studio

MOST_REFERENCES = 3
PAGES = "pages/"
# where Label Studio serves files of its own disk
_LOCAL = "/data/local-files/?d="
_ABOUT = f"""plates/      a folder a plate: its pictures in the order of the steps, and plate.json with their recipes
{PAGES}       the pages the plates were found on
plates.csv   a row a plate
coco.json    boxes in pixels of the pages (COCO object detection); file names count from this folder
tasks.json   the same boxes for Label Studio. Start it with LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true and
             LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT set to this folder, and give the project this interface:

<View>
  <Image name="image" value="$image"/>
  <RectangleLabels name="label" toName="image">
{{labels}}
  </RectangleLabels>
  <TextArea name="caption" toName="image" perRegion="true"/>
</View>
"""


def write_plates_zip(workspace: Workspace, records: Sequence[PlateRecord], out: Path, has_pages: bool = True) -> None:
    """Write a ZIP: a folder a plate with each step's picture as it is stored, tables beside them, and the credits.

    With `has_pages` the pages are in it, and the tables of boxes name them by where they lie there.

    Raises:
        CorruptAssetError: a picture's file is damaged.
        WorkspaceError: the file cannot be written.
    """
    names = _free([record.stem for record in records])
    with whole_file(out) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for record, name in zip(records, names, strict=True):
            for step, asset in enumerate(record.images, 1):
                workspace.read(asset)  # a damaged picture is told here, not by whoever opens the file
                stored = f"plates/{name}/{step}-{asset.recipe.kind}{Path(asset.file_name).suffix}"
                packed.write(workspace.path(asset), stored, zipfile.ZIP_STORED)
            document = json.dumps(_document(record), ensure_ascii=False, indent=2)
            packed.writestr(f"plates/{name}/plate.json", document)
        if has_pages:
            _add_pages(workspace, packed, records)
        _add_tables(packed, records, has_pages)
        if known := dict.fromkeys(_credits(records)):
            packed.writestr("credits.txt", "\n".join(known) + "\n")


def _add_pages(workspace: Workspace, packed: zipfile.ZipFile, records: Sequence[PlateRecord]) -> None:
    for page in {record.page.id: record.page for record in records}.values():
        workspace.read(page)
        packed.write(workspace.path(page), f"{PAGES}{page.file_name}", zipfile.ZIP_STORED)
    labels = "\n".join(f"    <Label value={quoteattr(label)}/>" for label in labels_of(records))
    packed.writestr("about.txt", _ABOUT.replace("{labels}", labels))


def _add_tables(packed: zipfile.ZipFile, records: Sequence[PlateRecord], has_pages: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="throughline-plates-") as name:
        folder = Path(name)
        write_csv(records, folder / "plates.csv")
        write_coco(records, folder / "coco.json", PAGES if has_pages else "")
        write_label_studio(records, folder / "tasks.json", f"{_LOCAL}{PAGES}" if has_pages else "")
        for table in ("plates.csv", "coco.json", "tasks.json"):
            packed.write(folder / table, table)


def write_reference_set(
    workspace: Workspace, records: Sequence[PlateRecord], out: Path, roles: Sequence[str] = ()
) -> None:
    """Write up to three pictures, each plate's last, and a text that says what each is for.

    `out` is a ZIP where it ends in .zip, else a new or empty folder. `roles` are in the order of the plates; a plate
    without one is called by its label.

    Raises:
        WorkspaceError: there are more than three, one has no picture, or it cannot be written.
        CorruptAssetError: a picture's file is damaged.
    """
    if not 1 <= len(records) <= MOST_REFERENCES:
        raise WorkspaceError(
            f"A video model takes one to {MOST_REFERENCES} reference pictures. Choose that many plates."
        )
    files = list(_references(workspace, records, roles))
    if out.suffix.lower() == ".zip":
        with whole_file(out) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
            for name, data in files:
                packed.writestr(name, data)
        return
    if out.is_dir() and any(out.iterdir()):
        raise WorkspaceError(f"{out} holds files already; nothing was written. Name an empty folder or a new one.")
    for name, data in files:
        write_whole(out / name, [data])


def _references(
    workspace: Workspace, records: Sequence[PlateRecord], roles: Sequence[str]
) -> Iterator[tuple[str, bytes]]:
    said = []
    for number, record in enumerate(records, 1):
        if not record.images:
            raise WorkspaceError(f"{record.label or record.region.id} has no picture yet. Cut it out first.")
        asset = record.images[-1]
        role = line(roles[number - 1]) if number <= len(roles) else ""
        name = f"reference-{number}-{clean_id(record.label or record.region.id)[:40]}{Path(asset.file_name).suffix}"
        yield name, workspace.read(asset)
        caption = line(record.region.caption)
        parts = (role or f"the {record.label or 'object'} as it must look in every shot", caption, record.credit)
        said.append(f"Reference image {number} ({name}): " + ". ".join(filter(None, parts)))
    yield "roles.txt", ("\n".join(said) + "\n").encode()


def _document(record: PlateRecord) -> dict[str, Any]:
    return {
        "page": record.page.id,
        "page_size": list(record.page_size),
        "region": record.region.model_dump(mode="json"),
        "origin": record.origin.model_dump(mode="json", exclude_none=True),
        "pictures": [_picture(asset) for asset in record.images],
    }


def _picture(asset: Asset) -> dict[str, Any]:
    recipe = asset.recipe.model_dump(mode="json", exclude_none=True)
    result = asset.result.model_dump(mode="json", exclude_none=True)
    return {"id": asset.id, "digest": asset.digest, "recipe": recipe, "result": result}


def _credits(records: Sequence[PlateRecord]) -> Iterator[str]:
    for record in records:
        if record.credit:
            yield f"{record.page.id}: {clean(record.credit)}"


def _free(stems: Sequence[str]) -> list[str]:
    """Return the stems so that no two are one name on any file system."""
    taken: set[str] = set()
    found = []
    for stem in stems:
        name = next(name for name in numbered(stem, "-") if folded(name) not in taken)
        taken.add(folded(name))
        found.append(name)
    return found
