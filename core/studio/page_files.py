"""Searching files and folders of pages, with or without a project: one at a time in memory, a few side by side.

With a project each page is stored in it, what was found before is used again, and whatever stops the command, the same
command goes on where it stopped. Without one nothing is stored but the ledger's rows of calls that cost money.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from core.engines.draft_pool import DraftPool, Unrecorded
from core.errors import ConfigurationError, InvalidApiKeyError, QuotaExceededError, StudioError
from core.models.asset import EngineName, Kind
from core.models.region import Detection, DetectionSettings, Flag, Region, Wish
from core.settings import EngineChoice
from core.store.importing import image_files, import_file, read_image
from core.store.workspace import Workspace
from core.studio.attempts import Errand, LedgerObserver, NamedWaiting, Subject
from core.studio.context import Studio
from core.studio.detection import Detector, Search, detect_or_reuse, find, page_of_bytes, resolved
from core.studio.estimates import check_price, search_cost
from core.studio.pages.kinds import check_single
from core.studio.refusing import Refusing
from core.studio.runners import Runners
from core.studio.turns import work_through

# what is wrong with the account is wrong for every page
_HOPELESS = (InvalidApiKeyError, QuotaExceededError, ConfigurationError)


@dataclass(frozen=True)
class PagesOrder:
    """What a person asked for: files and folders, what to find on them and how; `workers` are draft processes."""

    paths: tuple[Path, ...]
    wish: Wish
    settings: DetectionSettings
    engine: EngineChoice | None = None
    model: str = ""
    project: Path | None = None
    is_again: bool = False
    workers: int = 1


@dataclass(frozen=True)
class PageResult:
    """What became of one file: its regions and whether they were found just now, or the error.

    `repairs` counts by flag what was wrong with the answer's boxes.
    """

    path: Path
    regions: tuple[Region, ...] = ()
    is_new: bool = True
    warnings: tuple[str, ...] = ()
    repairs: Mapping[Flag, int] = field(default_factory=dict)
    error: StudioError | None = None


def search_files(
    studio: Studio, order: PagesOrder, ended: Callable[[PageResult], None], waits: NamedWaiting | None = None
) -> list[PageResult]:
    """Search all pages of an order and return what became of them, in the order of the files.

    A bad file is a result with an error, and the rest goes on. `ended` is told each result as it comes, `waits` that a
    page's call waits.

    Raises:
        StudioError: bad input or configuration; nothing was searched.
    """
    files = image_files(order.paths)
    return asyncio.run(_search_all(studio, order, files, ended, waits)) if files else []


async def _search_all(
    studio: Studio,
    order: PagesOrder,
    files: list[Path],
    ended: Callable[[PageResult], None],
    waits: NamedWaiting | None,
) -> list[PageResult]:
    search = await _search_of(studio, order)
    workspace = studio.workspace(order.project) if order.project is not None else None
    again_since = datetime.now(UTC) if order.is_again else None
    if studio.limits.run is not None:
        check_price(studio, await asyncio.to_thread(search_cost, studio, workspace, files, search, again_since))
    runners = Runners(studio.home)
    is_recorded = workspace is not None or search.engine is EngineName.GEMINI
    desk = _Desk(
        studio=studio,
        workspace=workspace,
        search=search,
        run=f"detect-{uuid.uuid4().hex[:12]}",
        runner=runners.enlist() if is_recorded else "",
        again_since=again_since,
        pool=DraftPool(order.workers) if search.engine is EngineName.DRAFT and order.workers > 1 else None,
        waits=waits,
    )
    width = studio.settings.concurrency if search.engine is EngineName.GEMINI else order.workers
    try:
        return await work_through(files, width, desk.result, ended)
    finally:
        await desk.aclose()
        runners.retire()


async def _search_of(studio: Studio, order: PagesOrder) -> Search:
    """Return the search with its engine and model named.

    Raises:
        ConfigurationError: the draft engine is to use a model of another.
    """
    engine = studio.engine_name(order.engine)
    if engine is EngineName.DRAFT and order.model not in ("", await studio.engine(engine).default_detection_model()):
        raise ConfigurationError(
            f"The model {order.model!r} was asked for, but the draft engine would search these pages. "
            "Set GEMINI_API_KEY (or GOOGLE_CLOUD_PROJECT), or leave the model out."
        )
    return await resolved(studio, Search(wish=order.wish, engine=engine, model=order.model, settings=order.settings))


@dataclass
class _Desk:
    """Where the pages of one order are searched."""

    studio: Studio
    workspace: Workspace | None
    search: Search
    run: str
    runner: str
    again_since: datetime | None
    pool: DraftPool | None
    waits: NamedWaiting | None
    hopeless: StudioError | None = None
    importing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def aclose(self) -> None:
        """Close connections and processes."""
        if self.pool is not None:
            await self.pool.aclose()
        await self.studio.engine(self.search.engine).aclose()

    async def result(self, path: Path) -> PageResult:
        """Search one page; whatever happens is a result. Without hope, what was found before is found still."""
        if self.hopeless is not None and self.workspace is None:
            return PageResult(path, error=self.hopeless)
        try:
            detection, is_new = await self._detection(path)
        except _HOPELESS as error:
            self.hopeless = error
            return PageResult(path, error=error)
        except StudioError as error:
            return PageResult(path, error=error)
        except Exception as error:
            name = type(error).__name__
            surprise = StudioError(f"Something unforeseen went wrong ({name}). Search this page again.")
            return PageResult(path, error=surprise)
        return PageResult(path, detection.regions, is_new, detection.warnings, detection.repairs)

    async def _detection(self, path: Path) -> tuple[Detection, bool]:
        await asyncio.to_thread(check_single, path)
        waiting = partial(self.waits, path.name) if self.waits else None
        errand = Errand(self.run, self.runner, path.name, waiting)
        if self.workspace is not None:
            async with self.importing:  # of two copies of one picture the second is to find the first
                page = await asyncio.to_thread(import_file, self.workspace, path, Kind.PAGE)
            return await detect_or_reuse(
                self.studio, self.workspace, page, self.search, errand, self.again_since, self._detector
            )
        reference = page_of_bytes(path.name, *await asyncio.to_thread(read_image, path))
        if self.search.engine is EngineName.DRAFT:
            return (await find(self._detector, self.search, reference, Unrecorded())).detection, True
        fingerprint = self.search.fingerprint(reference.digest)
        subject = Subject("", "", fingerprint, str(self.search.engine), self.search.model)
        observer = LedgerObserver(self.studio, subject, errand)
        found = await find(self._detector, self.search, reference, observer)
        observer.confirm()
        return found.detection, True

    @property
    def _detector(self) -> Detector:
        if self.hopeless is not None:
            return Refusing(self.hopeless)
        return self.pool or self.studio.engine(self.search.engine)
