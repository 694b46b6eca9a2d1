"""Finding objects on pages: one search in, one stored detection out; and the edits of what was found.

The ledger has every attempt before its call; a search that was made before is used again at no cost; an edit is a
detection of its own, so that nothing found is ever lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.engines.base import DetectionRequest, Finding, Findings, Observer, Reference
from core.errors import WorkspaceError
from core.models.asset import Asset, EngineName, Kind, Role
from core.models.catalog import Catalog
from core.models.region import Detection, DetectionSettings, Region, Wish
from core.models.repair import repair
from core.models.value import Value
from core.models.wishes import detection_price
from core.store.detections import mask_digest
from core.store.rescue import keep_rescued
from core.store.turns import making
from core.store.workspace import Workspace
from core.studio.attempts import Errand, LedgerObserver, Subject
from core.studio.context import Studio

SEARCH_VERSION = 1
_SAME_OBJECT = 0.5  # intersection over union from which two searches speak of one object


class Detector(Protocol):
    """Whatever finds objects on a page: an engine, or an engine in other processes."""

    async def detect(self, request: DetectionRequest, observer: Observer) -> Findings:
        """Find objects on a page."""
        ...


class Search(Value):
    """How pages are searched: for what, by whom, and with which settings. `model` "" is the engine's default."""

    wish: Wish = Wish()
    engine: EngineName
    model: str = ""
    settings: DetectionSettings = DetectionSettings()

    def fingerprint(self, digest: str) -> str:
        """Return what names this search of the page with that digest, sha256 in hex."""
        content = {"version": SEARCH_VERSION, "page": digest, **self.model_dump(mode="json", exclude_none=True)}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def made(self, detection: Detection) -> bool:
        """Tell whether a detection, or the one it was edited from, came of this search."""
        asked = (detection.wish, detection.engine, detection.model, detection.settings)
        return asked == (self.wish, self.engine, self.model, self.settings)

    def price(self, catalog: Catalog) -> float:
        """Return about what one page costs in USD, before it is searched."""
        return detection_price(catalog, self.engine, self.model, self.wish, self.settings)


@dataclass(frozen=True)
class Found:
    """What came of one search of one page: the detection, not stored yet, and the masks of its regions."""

    detection: Detection
    masks: tuple[bytes, ...]


async def resolved(studio: Studio, search: Search) -> Search:
    """Return a search with its model named and only the settings which that model honours.

    Raises:
        EngineError: the service does not accept the key.
        InvalidRequestError: a setting has a value the model does not have.
    """
    model = search.model or await studio.engine(search.engine).default_detection_model()
    if search.engine is EngineName.DRAFT:
        return search.model_copy(update={"model": model, "settings": DetectionSettings()})
    facts = studio.catalog.model(model)
    facts.check_detection(search.settings)
    return search.model_copy(update={"model": model, "settings": facts.honoured_detection(search.settings)})


def earlier(workspace: Workspace, page: Asset, search: Search, since: datetime | None = None) -> Detection | None:
    """Return what this very search found on the page before, with its edits, or None; the newest unless one is in use.

    With `since`, only what was made from then on counts.
    """
    fitting = [
        detection
        for detection in workspace.detections.read(page.id).readable
        if detection.digest == page.digest and search.made(detection) and _is_since(detection, since)
    ]
    current = workspace.detections.current(page.id)
    return current if current in fitting else fitting[-1] if fitting else None


async def detect_or_reuse(
    studio: Studio,
    workspace: Workspace,
    page: Asset,
    search: Search,
    errand: Errand,
    again_since: datetime | None = None,
    detector: Detector | None = None,
) -> tuple[Detection, bool]:
    """Return what is found on a page, and whether it was searched now; an identical earlier search is used again.

    With `again_since` only a search made from then on is used again: "search it again, from now". `detector` is the
    studio's engine unless another is given.

    Raises:
        EngineError: there is no answer, and why.
        BudgetExceededError: the call was not made.
        WorkspaceError: the page or the result cannot be read or written.
    """

    def reused() -> Detection | None:
        found = earlier(workspace, page, search, again_since)
        is_current = found is None or found == workspace.detections.current(page.id)
        return found if is_current or found is None else workspace.detections.choose(page.id, found.number)

    if (found := await asyncio.to_thread(reused)) is not None:
        return found, False
    async with making(studio.home, workspace.uuid, search.fingerprint(page.digest)):
        # another command may have searched it while this one waited
        if (found := await asyncio.to_thread(reused)) is not None:
            return found, False
        return await detect_page(studio, workspace, page, search, errand, detector), True


async def detect_page(
    studio: Studio, workspace: Workspace, page: Asset, search: Search, errand: Errand, detector: Detector | None = None
) -> Detection:
    """Search one page and store what was found; `detector` is the studio's engine unless another is given.

    A cancelled task stops the call; once the answer has arrived it is saved all the same.

    Raises:
        EngineError: there is no answer, and why.
        BudgetExceededError: the call was not made.
        WorkspaceError: the page or the result cannot be read or written.
    """
    data = await asyncio.to_thread(workspace.read, page)
    subject = Subject(
        project=workspace.uuid,
        project_title=workspace.title,
        fingerprint=search.fingerprint(page.digest),
        engine=str(search.engine),
        model=search.model,
    )
    observer = LedgerObserver(studio, subject, errand)
    reference = Reference(page.id, Role.PAGE, page.recipe.kind, data, page.result.mime, page.digest)
    found = await find(detector or studio.engine(search.engine), search, reference, observer)
    saving = asyncio.ensure_future(asyncio.to_thread(_save, studio, workspace, found, observer))
    try:
        return await asyncio.shield(saving)
    except asyncio.CancelledError:
        return await saving


async def find(detector: Detector, search: Search, page: Reference, observer: Observer) -> Found:
    """Search one page and return what was found, repaired and not stored.

    Raises:
        EngineError: there is no answer, and why.
        BudgetExceededError: the call was not made.
    """
    started = time.monotonic()
    findings = await detector.detect(DetectionRequest(page, search.wish, search.model, search.settings), observer)
    return await asyncio.to_thread(_found, page, search, findings, time.monotonic() - started)


def page_of_bytes(name: str, data: bytes, mime: str) -> Reference:
    """Return a page that belongs to no project."""
    return Reference(name, Role.PAGE, Kind.PAGE, data, mime, hashlib.sha256(data).hexdigest())


def edited(workspace: Workspace, detection: Detection, regions: Iterable[Region]) -> Detection:
    """Store a person's edit of a detection as a new one with that as its basis; without a change, return it as it is.

    Regions without an id, or with one that is taken, get the next free one; flags go where a person touched the box or
    the label.

    Raises:
        WorkspaceError: it cannot be written.
    """
    before = {region.id: region for region in detection.regions}
    touched = tuple(_touched(region, before.get(region.id)) for region in _with_own_ids(tuple(regions)))
    if touched == detection.regions:
        return detection
    changes = {
        "regions": touched,
        "basis": detection.number,
        "prompt": "",
        "repairs": {},
        "warnings": (),
        "cost_usd": 0.0,
        "seconds": 0.0,
        "created": None,
    }
    return workspace.detections.save(detection.model_copy(update=changes))


def begin_by_hand(workspace: Workspace, page: Asset) -> Detection:
    """Store the empty detection that boxes drawn by hand begin with, so that the first of them can be taken back.

    Raises:
        WorkspaceError: it cannot be written.
    """
    return workspace.detections.save(Detection(number=1, page=page.id, digest=page.digest))


def can_redo(workspace: Workspace, detection: Detection) -> bool:
    """Tell whether an edit was made from a detection, to go forward to."""
    return any(one.basis == detection.number for one in workspace.detections.read(detection.page).readable)


def undo(workspace: Workspace, page: str) -> Detection | None:
    """Go back to the detection the current one was edited from, and return it; None when it is no edit.

    Raises:
        WorkspaceError: that one is damaged, or nothing can be written.
    """
    current = workspace.detections.current(page)
    if current is None or current.basis is None:
        return None
    return workspace.detections.choose(page, current.basis)


def redo(workspace: Workspace, page: str) -> Detection | None:
    """Go forward to the newest edit of the current detection, and return it; None when there is none.

    Raises:
        WorkspaceError: nothing can be written.
    """
    current = workspace.detections.current(page)
    if current is None:
        return None
    edits = [one for one in workspace.detections.read(page).readable if one.basis == current.number]
    return workspace.detections.choose(page, edits[-1].number) if edits else None


def _is_since(detection: Detection, since: datetime | None) -> bool:
    return since is None or (detection.created is not None and detection.created >= since)


def _found(page: Reference, search: Search, findings: Findings, seconds: float) -> Found:
    done = repair(findings.found, search.wish)
    sources: Sequence[Finding] = [findings.found[origin] for origin in done.origins]
    regions = tuple(
        region.model_copy(update={"mask": mask_digest(source.mask)}) if source.mask else region
        for region, source in zip(done.regions, sources, strict=True)
    )
    detection = Detection(
        number=1,
        page=page.name,
        digest=page.digest,
        regions=regions,
        wish=search.wish,
        engine=search.engine,
        model=search.model,
        settings=search.settings,
        prompt=findings.prompt,
        repairs=done.counts,
        warnings=findings.warnings,
        cost_usd=findings.cost_usd,
        seconds=round(seconds, 3),
    )
    return Found(detection, tuple(source.mask for source in sources if source.mask))


def _save(studio: Studio, workspace: Workspace, found: Found, observer: LedgerObserver) -> Detection:
    """Store what was paid for; when the project cannot take it, keep it in the home and say where."""
    try:
        before = workspace.detections.current(found.detection.page)
        detection = with_known_ids(found.detection, before) if before else found.detection
        saved = workspace.detections.save(detection, found.masks)
    except WorkspaceError as error:
        document = found.detection.model_dump_json(indent=2).encode()
        kept = keep_rescued(studio.home, f"{found.detection.page}-{found.detection.digest[:8]}-found", document)
        observer.confirm(error.code)
        if kept is None:
            raise
        raise WorkspaceError(f"{error.message} What was found was kept as {kept}.") from None
    with contextlib.suppress(Exception):  # it is saved: a ledger that cannot be written leaves "unknown"
        observer.confirm()
    return saved


def with_known_ids(detection: Detection, before: Detection) -> Detection:
    """Give an object that was found before the id it had: its cut-out and what was made of it stay its own."""
    pairs = sorted(
        (
            (region.box.iou(known.box), place, known.id)
            for place, region in enumerate(detection.regions)
            for known in before.regions
        ),
        reverse=True,
    )
    names: dict[int, str] = {}
    for overlap, place, name in pairs:
        if overlap >= _SAME_OBJECT and place not in names and name not in names.values():
            names[place] = name
    taken = {known.id for known in before.regions}
    most = len(detection.regions) + len(before.regions) + 1
    fresh = (name for number in range(1, most + 1) if (name := f"r{number}") not in taken)
    regions = tuple(
        region.model_copy(update={"id": names.get(place) or next(fresh)})
        for place, region in enumerate(detection.regions)
    )
    return detection.model_copy(update={"regions": regions})


def _with_own_ids(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    """Give a free id to each region that has none, or one that an earlier region has."""
    taken = {region.id for region in regions}
    seen: set[str] = set()
    named = []
    number = 0
    for region in regions:
        name = region.id
        while not name or name in seen:
            number += 1
            name = f"r{number}" if f"r{number}" not in taken else ""
        taken.add(name)
        seen.add(name)
        named.append(region if name == region.id else region.model_copy(update={"id": name}))
    return tuple(named)


def _touched(region: Region, before: Region | None) -> Region:
    """Return a region without its flags when its box or label is another than before: a person has looked at it."""
    is_same = before is not None and (before.box, before.label) == (region.box, region.label)
    return region if is_same or not region.flags else region.model_copy(update={"flags": ()})
