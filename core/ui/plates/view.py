"""What the page shows at this moment: the pages, the one that is open, what was found on it, and its matrix."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import streamlit as st

from core.models.asset import Asset
from core.models.plates import Chain
from core.models.region import Detection, Region
from core.store.workspace import Workspace
from core.studio.background import RunView, latest_pages_run, latest_run
from core.studio.boards import Card
from core.studio.planning import RunOptions
from core.studio.plates.cutting import DEFAULT_MARGIN, MOST_MARGIN, Cut, plates_slug
from core.studio.plates.gathering import pages_of
from core.studio.plates.holding import held_cells
from core.studio.plates.matrix import Matrix, read_chain, read_matrix
from core.studio.plates.runs import Plate, PlatesOrder, masks_of
from core.studio.project_stories import story_options
from core.ui.session import kept_value, language, studio

PAGE, OBJECT, CELL = "page", "object", "cell"
MARGIN, BY_MASK = "plates/margin", "plates/by_mask"


@dataclass(frozen=True)
class View:
    """One reading of the project's pages for one showing of the page."""

    workspace: Workspace
    pages: tuple[Asset, ...]
    page: Asset
    detection: Detection | None
    matrix: Matrix
    options: RunOptions
    run: RunView | None
    pages_run: RunView | None

    @property
    def regions(self) -> tuple[Region, ...]:
        """The objects on the open page, in reading order."""
        return self.detection.regions if self.detection else ()

    @property
    def region(self) -> Region | None:
        """The object that is chosen, or None."""
        return next((region for region in self.regions if region.id == st.query_params.get(OBJECT)), None)

    @property
    def cell(self) -> Card | None:
        """The matrix's cell that is open, or None."""
        return self.matrix.board.card(st.query_params.get(CELL, "")) if self.matrix.board else None

    @property
    def is_running(self) -> bool:
        """True while a run of this page's plates is under way."""
        return self.run is not None and self.run.is_active

    @property
    def is_searching(self) -> bool:
        """True while pages are being searched, or their plates made, by a run over pages."""
        return self.pages_run is not None and self.pages_run.is_active

    @cached_property
    def unsearched(self) -> tuple[str, ...]:
        """The ids of the pages on which nothing was looked for yet."""
        searched = set(self.workspace.detections.pages())
        return tuple(page.id for page in self.pages if page.id not in searched)

    @cached_property
    def to_search(self) -> tuple[str, ...]:
        """The ids of the pages that a search of all takes: of a page that was straightened only the straight one."""
        bent = {source for page in self.pages for source in page.source_ids}
        return tuple(page for page in self.unsearched if page not in bent)

    @cached_property
    def held(self) -> dict[str, Card]:
        """The cells that wait for a look, each with the cell before it whose picture strays."""
        return held_cells(studio().studio, self.workspace, self.matrix.board) if self.matrix.board else {}

    @cached_property
    def plate(self) -> Plate:
        """The page with its objects and their masks, as runs take it."""
        return Plate(self.page, self.regions, masks_of(self.workspace, self.page, self.regions))

    @property
    def order(self) -> PlatesOrder:
        """What a run would make, and with what."""
        return PlatesOrder(self.matrix.chain, wanted_cut(), self.options, studio().key)


def project_pages() -> tuple[Asset, ...]:
    """Return the open project's book pages."""
    return pages_of(studio().workspace)


def wanted_cut() -> Cut:
    """Return how objects are cut out."""
    margin = kept_value(MARGIN, DEFAULT_MARGIN)
    pixels = int(margin) if isinstance(margin, (int, float)) else DEFAULT_MARGIN
    return Cut(margin=min(max(0, pixels), MOST_MARGIN), is_by_mask=bool(kept_value(BY_MASK, False)))


def read_view(pages: tuple[Asset, ...]) -> View:
    """Read the open page, or the first one.

    Raises:
        StudioError: the project cannot be read.
    """
    here = studio()
    workspace = here.workspace
    page = next((asset for asset in pages if asset.id == st.query_params.get(PAGE)), pages[0])
    detection = workspace.detections.current(page.id)
    options = story_options(here.studio, here.engine)
    run = latest_run(here.studio, str(workspace.folder), plates_slug(page))
    chain: Chain = read_chain(workspace, language())
    regions = detection.regions if detection else ()
    matrix = read_matrix(workspace, page, regions, chain, wanted_cut(), options, here.studio.catalog, run)
    over_pages = latest_pages_run(here.studio, str(workspace.folder))
    return View(workspace, pages, page, detection, matrix, options, run, over_pages)


def open_page(page_id: str) -> None:
    """Open another page; it stays in the address."""
    st.query_params[PAGE] = page_id
    for name in (OBJECT, CELL):
        st.query_params.pop(name, None)


def choose(name: str, value: str) -> None:
    """Choose an object or a cell; "" for none."""
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)
