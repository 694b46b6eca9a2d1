"""What a run of a page's plates needs: the page with its objects, and the run that makes cells, rows or columns."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import StoryError, WorkspaceError
from core.models.asset import Asset
from core.models.plates import Chain
from core.models.region import Region
from core.store.workspace import Workspace
from core.studio.boards import read_board
from core.studio.context import Studio
from core.studio.planning import RunOptions
from core.studio.plates.cutting import Cut, cut_out, plates_slug, whole_slug
from core.studio.plates.matrix import keep_chain, read_matrix, whole_story
from core.studio.project_stories import run_spec
from core.studio.specs import RunSpec
from core.studio.story_writing import write_story


@dataclass(frozen=True)
class Plate:
    """A page with the objects on it and their masks by digest."""

    page: Asset
    regions: tuple[Region, ...]
    masks: Mapping[str, bytes]


@dataclass(frozen=True)
class PlatesOrder:
    """What is to be made: the chain, how objects are cut out, and with what; `key` names a key kept for a session."""

    chain: Chain
    cut: Cut
    options: RunOptions
    key: str = ""


def read_plate(workspace: Workspace, page_id: str) -> Plate:
    """Return a page with what was found on it.

    Raises:
        WorkspaceError: the page is gone, or its detections are damaged.
    """
    page = workspace.get(page_id)
    detection = workspace.detections.current(page_id)
    regions = detection.regions if detection else ()
    return Plate(page, regions, masks_of(workspace, page, regions))


def masks_of(workspace: Workspace, page: Asset, regions: Sequence[Region]) -> dict[str, bytes]:
    """Return the masks of regions, by digest; an object whose mask is gone is cut out along its box."""
    found = {}
    for region in regions:
        if region.mask:
            with contextlib.suppress(WorkspaceError):
                found[region.mask] = workspace.detections.mask(page.id, region.mask)
    return found


def whole_spec(studio: Studio, workspace: Workspace, picture: Asset, order: PlatesOrder) -> RunSpec:
    """Return the run that takes a whole picture through the chain's steps, and write its story.

    Raises:
        StudioError: a model cannot do what a step asks, or the engine needs an account.
    """
    story = whole_story(picture, order.chain)
    slug = whole_slug(picture)
    workspace.save_story(slug, write_story(story))
    board = read_board(workspace, story, slug, order.options, studio.catalog)
    return run_spec(studio, workspace, board, order.options, key=order.key)


def plates_spec(
    studio: Studio,
    workspace: Workspace,
    plate: Plate,
    order: PlatesOrder,
    only: Sequence[str] = (),
    again: bool = False,
) -> RunSpec:
    """Cut out what is not cut out yet, write the page's story, and return the run that makes cells of it.

    `only` are cell ids, none means all; what is missing before a cell is made with it.

    Raises:
        StudioError: an object cannot be cut out, a model cannot do what a step asks, or the engine needs an account.
    """
    cut_out(workspace, plate.page, plate.regions, order.cut, plate.masks)
    matrix = read_matrix(
        workspace, plate.page, plate.regions, order.chain, order.cut, order.options, studio.catalog, None
    )
    if matrix.board is None:
        raise StoryError("There is nothing to make: no object on this page, or no step. Find objects first.")
    keep_chain(workspace, order.chain)
    workspace.save_story(plates_slug(plate.page), write_story(matrix.board.story))
    return run_spec(studio, workspace, matrix.board, order.options, tuple(only), again, order.key)
