"""Gathering a project's plates for the exports, and writing one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from core.errors import WorkspaceError
from core.models.asset import Asset, Kind
from core.models.plates import PLATE_KINDS
from core.store.workspace import Workspace
from core.studio.exports.plates.archive import MOST_REFERENCES, write_plates_zip, write_reference_set
from core.studio.exports.plates.book import write_plate_book
from core.studio.exports.plates.records import PlateRecord
from core.studio.exports.plates.tables import write_coco, write_csv, write_label_studio
from core.studio.pages.origins import Origins
from core.studio.plates.cutting import cut_out_of, plates_slug

Write = Callable[[Workspace, Sequence[PlateRecord], Path], None]
ENDINGS = {
    "zip": ".zip",
    "pdf": ".pdf",
    "csv": ".csv",
    "coco": ".json",
    "label-studio": ".json",
    "references": ".zip",
}
_WRITERS: dict[str, Write] = {
    "zip": write_plates_zip,
    "pdf": lambda workspace, records, out: write_plate_book(workspace, records, out, workspace.title),
    "csv": lambda _workspace, records, out: write_csv(records, out),
    "coco": lambda _workspace, records, out: write_coco(records, out),
    "label-studio": lambda _workspace, records, out: write_label_studio(records, out),
    "references": lambda workspace, records, out: write_reference_set(workspace, _finished(records), out),
}


def plate_records(workspace: Workspace, pages: Sequence[Asset] | None = None) -> list[PlateRecord]:
    """Return every object of the pages (all of the project's when none are named) with its chosen images in order.

    Raises:
        WorkspaceError: the project's notes or choices are damaged.
    """
    chosen = [asset for asset in workspace.assets() if asset.recipe.kind is Kind.PAGE] if pages is None else pages
    origins = Origins(workspace)
    return [record for page in chosen for record in _of_page(workspace, page, origins)]


def write_plates(workspace: Workspace, form: str, out: Path, pages: Sequence[Asset] | None = None) -> int:
    """Write an export of the plates to a file and return how many plates are in it.

    Raises:
        WorkspaceError: there is nothing to write, or it cannot be written.
        CorruptAssetError: a picture's file is damaged.
    """
    records = plate_records(workspace, pages)
    if not records:
        raise WorkspaceError("Nothing was found on these pages yet, so there is nothing to write. Find objects first.")
    _WRITERS[form](workspace, records, out)
    return min(len(records), MOST_REFERENCES) if form == "references" else len(records)


def _of_page(workspace: Workspace, page: Asset, origins: Origins) -> Iterator[PlateRecord]:
    detection = workspace.detections.current(page.id)
    for region in detection.regions if detection else ():
        crop = cut_out_of(workspace, page, region)
        yield PlateRecord(
            page=page,
            region=region,
            page_size=(page.result.width, page.result.height),
            images=(crop, *_made_of(workspace, page, crop)) if crop else (),
            origin=origins.credit(page),
        )


def _made_of(workspace: Workspace, page: Asset, crop: Asset) -> Iterator[Asset]:
    """Yield the chosen images that were made of a cut-out, one from the other."""
    chosen = workspace.choices.read().chosen.get(plates_slug(page), {})
    steps = [found for asset_id in chosen.values() if (found := workspace.find(asset_id)) is not None]
    current = crop
    while following := next(
        (step for step in steps if step.recipe.kind in PLATE_KINDS and current.id in step.source_ids), None
    ):
        yield following
        current = following


def _finished(records: Sequence[PlateRecord]) -> list[PlateRecord]:
    """Return as many plates as a video model takes, those that went farthest through the steps first."""
    with_images = [record for record in records if record.images]
    return sorted(with_images, key=lambda record: -len(record.images))[:MOST_REFERENCES]
