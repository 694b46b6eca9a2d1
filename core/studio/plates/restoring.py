"""Restoring files and folders of plates or pages from a terminal: one file at a time in memory, some side by side.

Every image is stored as soon as it is made, and what was made before is used again: whatever stops the command, the
same command goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from core.engines.draft_pool import DraftPool
from core.errors import (
    ConfigurationError,
    InvalidApiKeyError,
    InvalidImageError,
    InvalidRequestError,
    QuotaExceededError,
    StudioError,
)
from core.models.asset import Asset, EngineName, Kind, Recipe, Result
from core.models.plates import Chain, Framing
from core.models.region import Wish
from core.models.story import Step, Story
from core.settings import EngineChoice
from core.store.importing import as_imported, image_files, import_file
from core.store.turns import making
from core.store.workspace import Workspace
from core.studio.attempts import Errand, NamedWaiting
from core.studio.context import Studio
from core.studio.detection import Search, detect_or_reuse, resolved
from core.studio.estimates import check_price, search_cost, whole_cost
from core.studio.generation import generate_asset
from core.studio.pages.kinds import check_single
from core.studio.planning import Decision, Planner, RunOptions, StepStatus, check_draft_model, check_settings
from core.studio.plates.cutting import DEFAULT_MARGIN, Cut, cut_out, plates_slug, whole_slug
from core.studio.plates.fidelity import is_poor, measured
from core.studio.plates.holding import is_held
from core.studio.plates.matrix import keep_chain, plates_story, whole_story
from core.studio.plates.presets import preset, presets
from core.studio.plates.runs import masks_of
from core.studio.refusing import Refusing
from core.studio.runners import Runners
from core.studio.story_writing import write_story
from core.studio.turns import work_through

# short names for the presets people mean most often
_SHORT = {"restore": "restore-flat", "transform": "watercolour"}
# what is wrong with the account is wrong for every file
_HOPELESS = (InvalidApiKeyError, QuotaExceededError, ConfigurationError)


@dataclass(frozen=True)
class RestoreOrder:
    """What a person asked for: files and folders, steps by name, and how; `workers` are draft processes.

    With `finds` each file is a page: objects are found and cut out first. Else each file is a plate as it is. With
    `is_sent` no image is made: of each plate the first that is missing is got ready for a batch.
    `goes_on` further steps build on a picture that strays too. `framing` None is each step's own; with `has_cover`
    what lies over a picture is to be taken away.
    """

    paths: tuple[Path, ...]
    steps: tuple[str, ...]
    project: Path
    engine: EngineChoice | None = None
    model: str = ""
    finds: bool = False
    margin: int = DEFAULT_MARGIN
    workers: int = 1
    is_sent: bool = False
    goes_on: bool = False
    framing: Framing | None = None
    has_cover: bool = False


@dataclass(frozen=True)
class RestoredImage:
    """One image: the object it shows ("" for a whole file), its step as it was asked for, and the asset it became.

    It `strays` when it is not true to the picture it was made from. `asset` is None for a step that waits: the picture
    it would be made from strays.
    """

    object: str
    step: str
    asset: Asset | None = None
    is_new: bool = False
    strays: bool = False

    @property
    def status(self) -> StepStatus:
        """What became of the step."""
        if self.asset is None:
            return StepStatus.HELD
        return StepStatus.GENERATED if self.is_new else StepStatus.REUSED


@dataclass(frozen=True)
class RestoreResult:
    """What became of one file: its images in the order of the steps, and the error that stopped it, if any.

    `ready` are the images that can be sent as a batch, where none were to be made.
    """

    path: Path
    images: tuple[RestoredImage, ...] = ()
    error: StudioError | None = None
    ready: tuple[Recipe, ...] = ()


def chain_of(names: tuple[str, ...], framing: Framing | None = None, has_cover: bool = False) -> Chain:
    """Return the chain of steps with these names: presets, or short names for them.

    Raises:
        InvalidRequestError: a name is none of them, or none is given.
    """
    known = {found.id for found in presets()}
    ids = [_SHORT.get(name, name) for name in names]
    unknown = [name for name, preset_id in zip(names, ids, strict=True) if preset_id not in known]
    if unknown or not ids:
        listed = ", ".join([*_SHORT, *sorted(known)])
        raise InvalidRequestError(f"There is no step {', '.join(unknown) or '(none given)'!r}. Name any of: {listed}.")
    return Chain(
        steps=tuple(
            preset(name).step("en", _numbered(ids, place), framing, has_cover) for place, name in enumerate(ids)
        )
    )


def _numbered(ids: list[str], place: int) -> str:
    """Return a step's id; one that stands in the chain more than once has its number behind it."""
    earlier = ids[:place].count(ids[place])
    return f"{ids[place]}-{earlier + 1}" if earlier else ids[place]


def restore_files(
    studio: Studio, order: RestoreOrder, ended: Callable[[RestoreResult], None], waits: NamedWaiting | None = None
) -> list[RestoreResult]:
    """Take every file through the steps and return what became of it, in the order of the files.

    A bad file is a result with an error, and the rest goes on. `ended` is told each result as it comes, `waits` that a
    picture's call waits.

    Raises:
        StudioError: bad input or configuration; nothing was made.
    """
    chain = chain_of(order.steps, order.framing, order.has_cover)
    files = image_files(order.paths)
    return asyncio.run(_restore_all(studio, order, chain, files, ended, waits)) if files else []


async def _restore_all(
    studio: Studio,
    order: RestoreOrder,
    chain: Chain,
    files: list[Path],
    ended: Callable[[RestoreResult], None],
    waits: NamedWaiting | None,
) -> list[RestoreResult]:
    options = await _options(studio, order)
    workspace = studio.workspace(order.project)
    check_settings(whole_story(_nothing(), chain), options, studio.catalog, "--steps")
    search = await resolved(studio, Search(engine=options.engine, wish=Wish())) if order.finds else None
    if studio.limits.run is not None:
        check_price(studio, _cost(studio, workspace, options, chain, files, search, order.is_sent))
    if search is not None:  # the studio shows the pages with the steps they were taken through
        keep_chain(workspace, chain)
    runners = Runners(studio.home)
    is_pooled = options.engine is EngineName.DRAFT and order.workers > 1
    bench = _Bench(
        studio=studio,
        workspace=workspace,
        chain=chain,
        names=order.steps,
        options=options,
        cut=Cut(margin=order.margin),
        search=search,
        run=f"restore-{uuid.uuid4().hex[:12]}",
        runner=runners.enlist(),
        pool=DraftPool(order.workers) if is_pooled else None,
        waits=waits,
        is_sent=order.is_sent,
        goes_on=order.goes_on,
    )
    width = studio.settings.concurrency if options.engine is EngineName.GEMINI else order.workers
    try:
        return await work_through(files, width, bench.result, ended)
    finally:
        await bench.aclose()
        runners.retire()


async def _options(studio: Studio, order: RestoreOrder) -> RunOptions:
    """Return what the steps are made with.

    Raises:
        ConfigurationError: the draft engine is to use a model of another.
    """
    engine = studio.engine_name(order.engine)
    check_draft_model(engine, order.model, "these images")
    if engine is EngineName.DRAFT:
        return RunOptions(engine=engine)
    default = studio.settings.model or await studio.engine(engine).default_model()
    return RunOptions(engine=engine, model=order.model, default_model=default)


def _cost(
    studio: Studio,
    workspace: Workspace,
    options: RunOptions,
    chain: Chain,
    files: list[Path],
    search: Search | None,
    is_sent: bool,
) -> float:
    """Return what searching files, or taking them through the steps, would cost; what is there is left out (USD).

    What is sent as a batch is priced when it is sent.
    """
    if search is not None:
        return search_cost(studio, workspace, files, search)
    if is_sent:
        return 0.0
    cost = 0.0
    for path in files:
        with contextlib.suppress(InvalidImageError):
            cost += whole_cost(studio, workspace, as_imported(workspace, path), chain, options)
    return cost


def _line_of(story: Story, source_id: str) -> set[str]:
    """Return the steps that are made from a source, one from the other."""
    line, before = set(), source_id
    while following := next((step.id for step in story.steps if step.sources[0].id == before), ""):
        line.add(following)
        before = following
    return line


def _nothing() -> Asset:
    return Asset(id="plate", digest="", recipe=Recipe(kind=Kind.ARCHIVE), result=Result())


@dataclass
class _SoFar:
    """What became of one file up to now."""

    images: list[RestoredImage] = field(default_factory=list)
    ready: list[Recipe] = field(default_factory=list)


@dataclass
class _Bench:
    """Where the files of one order are worked on."""

    studio: Studio
    workspace: Workspace
    chain: Chain
    names: tuple[str, ...]
    options: RunOptions
    cut: Cut
    search: Search | None
    run: str
    runner: str
    pool: DraftPool | None
    waits: NamedWaiting | None
    is_sent: bool
    goes_on: bool = False
    hopeless: StudioError | None = None

    async def aclose(self) -> None:
        """Close connections and processes."""
        if self.pool is not None:
            await self.pool.aclose()
        await self.studio.engine(self.options.engine).aclose()

    async def result(self, path: Path) -> RestoreResult:
        """Work on one file; whatever happens is a result. Without hope, what was made before is used still."""
        so_far = _SoFar()
        try:
            await self._restore(path, so_far)
        except StudioError as error:
            if isinstance(error, _HOPELESS):
                self.hopeless = error
            return RestoreResult(path, tuple(so_far.images), error)
        except Exception as error:
            name = type(error).__name__
            surprise = StudioError(f"Something unforeseen went wrong ({name}). Restore this file again.")
            return RestoreResult(path, tuple(so_far.images), surprise)
        return RestoreResult(path, tuple(so_far.images), ready=tuple(so_far.ready))

    @property
    def _refusing(self) -> Refusing | None:
        return Refusing(self.hopeless) if self.hopeless is not None else None

    def _errand(self, step: str) -> Errand:
        return Errand(self.run, self.runner, step, partial(self.waits, step) if self.waits else None)

    async def _restore(self, path: Path, so_far: _SoFar) -> None:
        await asyncio.to_thread(check_single, path)
        kind = Kind.PAGE if self.search else Kind.ARCHIVE
        picture = await asyncio.to_thread(import_file, self.workspace, path, kind)
        if self.search is None:
            slug, story = whole_slug(picture), whole_story(picture, self.chain)
            await self._make(slug, story, {story.sources[0].id: picture}, so_far)
            return
        errand = self._errand(picture.id)
        maker = self._refusing or self.pool
        found, _ = await detect_or_reuse(self.studio, self.workspace, picture, self.search, errand, detector=maker)
        masks = masks_of(self.workspace, picture, found.regions)
        crops = await asyncio.to_thread(cut_out, self.workspace, picture, found.regions, self.cut, masks)
        if crops:
            story = plates_story(self.workspace, picture, found.regions, self.chain)
            await self._make(plates_slug(picture), story, crops, so_far)

    async def _make(self, slug: str, story: Story, made: dict[str, Asset], so_far: _SoFar) -> None:
        """Make a story's steps in their order; the first that fails ends it, a picture that strays its own row."""
        await asyncio.to_thread(self.workspace.save_story, slug, write_story(story))
        planner = Planner(self.workspace, story, slug, self.options, self.studio.catalog)
        for source in story.sources:
            # the steps of one object stand one after the other, in the order of the chain
            mine = [step for step in story.steps if step.id in _line_of(story, source.id)]
            await self._make_row(planner, mine, made[source.id], source.id if self.search else "", so_far)

    async def _make_row(self, planner: Planner, steps: list[Step], before: Asset, name: str, so_far: _SoFar) -> None:
        for place, step in enumerate(steps):
            decision = await asyncio.to_thread(planner.decide, step, [before])
            if decision.asset is None and await self._is_held(planner, before):
                so_far.images.extend(RestoredImage(name, waiting) for waiting in self.names[place:])
                return
            if decision.asset is None and self.is_sent:
                so_far.ready.append(decision.recipe)
                return
            asset, is_new = await self._step(planner, step, before, decision)
            strays = is_poor(self.studio, before, asset)
            so_far.images.append(RestoredImage(name, self.names[place], asset, is_new, strays))
            before = asset

    async def _is_held(self, planner: Planner, before: Asset) -> bool:
        if self.goes_on:
            return False
        return await asyncio.to_thread(is_held, self.studio, self.workspace, planner.slug, [before])

    async def _step(self, planner: Planner, step: Step, before: Asset, decision: Decision) -> tuple[Asset, bool]:
        asset, is_new = decision.asset, False
        if asset is None:
            asset, is_new = await self._reuse_or_make(planner, step, before, decision.recipe)
        await asyncio.to_thread(self.workspace.choices.choose, planner.slug, step.id, asset.id)
        await asyncio.to_thread(measured, self.studio, self.workspace, [before], asset)
        return asset, is_new

    async def _reuse_or_make(self, planner: Planner, step: Step, before: Asset, recipe: Recipe) -> tuple[Asset, bool]:
        async with making(self.studio.home, self.workspace.uuid, recipe.fingerprint):
            # another command may have made it while this one waited
            decision = await asyncio.to_thread(planner.decide, step, [before])
            if decision.asset is not None:
                return decision.asset, False
            errand, maker = self._errand(step.id), self._refusing or self.pool
            return await generate_asset(self.studio, self.workspace, recipe, errand, maker), True
