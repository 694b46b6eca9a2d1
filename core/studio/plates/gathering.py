"""Gathering a project's plates for the exports, and writing one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import WorkspaceError
from core.models.asset import Asset, Kind
from core.models.plates import PLATE_KINDS
from core.models.region import Region
from core.store.plates import PlatesFile
from core.store.workspace import Workspace
from core.studio.exports.plates.archive import MOST_REFERENCES, write_plates_zip, write_reference_set
from core.studio.exports.plates.book import write_plate_book
from core.studio.exports.plates.records import PlateRecord
from core.studio.exports.plates.tables import write_coco, write_csv, write_label_studio
from core.studio.pages.origins import Origins
from core.studio.plates.cutting import cut_out_of, plates_slug
from core.studio.plates.matrix import cell_id

Write = Callable[[Workspace, Sequence[PlateRecord], Path, "Going"], object]
ENDINGS = {
    "zip": ".zip",
    "pdf": ".pdf",
    "csv": ".csv",
    "coco": ".json",
    "label-studio": ".json",
    "references": ".zip",
}


@dataclass(frozen=True)
class Going:
    """How plates go out: only those `chosen`, by "page/object" and in that order, or all where none is named.

    With `has_pages` a ZIP holds the pages too, so that its tables of boxes point to pictures. A book speaks a
    `language` of the interface ("en", "zh_CN").
    """

    chosen: tuple[str, ...] = ()
    has_pages: bool = True
    language: str = "en"


_WRITERS: dict[str, Write] = {
    "zip": lambda workspace, records, out, going: write_plates_zip(workspace, records, out, going.has_pages),
    "pdf": lambda workspace, records, out, going: write_plate_book(
        workspace, records, out, workspace.title, going.language
    ),
    "csv": lambda _workspace, records, out, _going: write_csv(records, out),
    "coco": lambda _workspace, records, out, _going: write_coco(records, out),
    "label-studio": lambda _workspace, records, out, _going: write_label_studio(records, out),
    "references": lambda workspace, records, out, going: write_reference_set(
        workspace, records if going.chosen else finished(records), out
    ),
}


def plate_records(workspace: Workspace, pages: Sequence[Asset] | None = None) -> list[PlateRecord]:
    """Return every object of the pages (all of the project's when none are named) with its chosen images in order.

    Raises:
        WorkspaceError: the project's notes, chain or choices are damaged.
    """
    chosen = pages_of(workspace) if pages is None else pages
    origins, steps = Origins(workspace), _steps(workspace)
    return [record for page in chosen for record in _of_page(workspace, page, origins, steps)]


def pages_of(workspace: Workspace) -> tuple[Asset, ...]:
    """Return the project's book pages, in the order they came in, each with its straightened one behind it.

    A picture that was in the project before it came in as a page is one too: it was searched, or has an origin.
    """
    marked = {*workspace.notes.origins(), *workspace.detections.pages()}
    found = [asset for asset in workspace.assets() if asset.recipe.kind is Kind.PAGE or asset.id in marked]
    places = {page.id: place for place, page in enumerate(found)}

    def place_of(page: Asset) -> tuple[int, int]:
        own = places[page.id]
        return min((places[name] for name in page.source_ids if name in places), default=own), own

    return tuple(sorted(found, key=place_of))


def objects_on(workspace: Workspace, pages: Sequence[Asset]) -> tuple[int, int]:
    """Return on how many of the pages something was found, and how many objects that are."""
    searched = set(workspace.detections.pages())
    found = (workspace.detections.current(page.id) for page in pages if page.id in searched)
    counts = [len(detection.regions) for detection in found if detection is not None and detection.regions]
    return len(counts), sum(counts)


def pages_size(workspace: Workspace, pages: Sequence[Asset]) -> int:
    """Return how many bytes the files of those pages have on which something was found."""
    searched = set(workspace.detections.pages())
    paths = [workspace.path(page) for page in pages if page.id in searched]
    return sum(path.stat().st_size for path in paths if path.is_file())


def write_plates(
    workspace: Workspace, form: str, out: Path, pages: Sequence[Asset] | None = None, going: Going | None = None
) -> int:
    """Write an export of the plates to a file and return how many plates are in it.

    Of references there are at most three: those chosen, or those that went farthest through the steps.

    Raises:
        WorkspaceError: there is nothing to write, a chosen plate is none, or it cannot be written.
        CorruptAssetError: a picture's file is damaged.
    """
    records = plate_records(workspace, pages)
    if not records:
        raise WorkspaceError("Nothing was found on these pages yet, so there is nothing to write. Find objects first.")
    going = going or Going()
    records = _chosen(records, going.chosen) if going.chosen else records
    _WRITERS[form](workspace, records, out, going)
    return min(len(records), MOST_REFERENCES) if form == "references" else len(records)


def _chosen(records: Sequence[PlateRecord], names: Sequence[str]) -> list[PlateRecord]:
    known = {record.name: record for record in records}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise WorkspaceError(
            f"There is no plate {unknown[0]!r} on these pages. Name one by its page and object, as {next(iter(known))}."
        )
    return [known[name] for name in dict.fromkeys(names)]


def _steps(workspace: Workspace) -> tuple[str, ...]:
    """Return the ids of the chain's steps; a project that was worked on in the terminal alone has no chain."""
    chain = PlatesFile(workspace.folder).read().chain
    return tuple(step.id for step in chain.steps) if chain else ()


def _of_page(workspace: Workspace, page: Asset, origins: Origins, steps: Sequence[str]) -> Iterator[PlateRecord]:
    detection = workspace.detections.current(page.id)
    for region in detection.regions if detection else ():
        crop = cut_out_of(workspace, page, region)
        yield PlateRecord(
            page=page,
            region=region,
            page_size=(page.result.width, page.result.height),
            images=(crop, *_made_of(workspace, page, region, crop, steps)) if crop else (),
            origin=origins.credit(page),
        )


def _made_of(workspace: Workspace, page: Asset, region: Region, crop: Asset, steps: Sequence[str]) -> Iterator[Asset]:
    """Yield the chosen images that were made of a cut-out, one from the other.

    Where two were made from one picture, that of the chain's step comes before that of a step taken out of the chain.
    """
    ranks = {cell_id(page, region.id, step): place for place, step in enumerate(steps)}
    chosen = workspace.choices.read().chosen.get(plates_slug(page), {})
    ranked = sorted(chosen.items(), key=lambda item: ranks.get(item[0], len(ranks)))
    made = [found for _, asset_id in ranked if (found := workspace.find(asset_id)) is not None]
    current = crop
    while following := next(
        (asset for asset in made if asset.recipe.kind in PLATE_KINDS and current.id in asset.source_ids), None
    ):
        yield following
        current = following


def finished(records: Sequence[PlateRecord]) -> list[PlateRecord]:
    """Return as many plates as a video model takes, those that went farthest through the steps first."""
    with_images = [record for record in records if record.images]
    return sorted(with_images, key=lambda record: -len(record.images))[:MOST_REFERENCES]
