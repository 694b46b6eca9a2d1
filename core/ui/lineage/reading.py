"""What the lineage page reads of the project, once for each showing: images, their marks, the graph to draw."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import StudioError
from core.models.asset import Asset
from core.store.workspace import Workspace
from core.studio.boards import Board, CardState, read_board
from core.studio.lineage import Graph, lineage_graph, most_connected, surroundings, with_ancestors
from core.studio.project_stories import open_story, story_options, story_slugs
from core.studio.versions import chosen_assets
from core.ui.components.marks import Mark, mark_of
from core.ui.session import studio

MOST_AT_ONCE = 40
_MARKS = {
    CardState.STALE: Mark.STALE,
    CardState.LOCKED: Mark.LOCKED,
    CardState.RUNNING: Mark.RUNNING,
    CardState.FAILED: Mark.FAILED,
}


@dataclass(frozen=True)
class Reading:
    """The project's images, oldest first, and the marks of those whose story says more than how they came to be."""

    assets: tuple[Asset, ...]
    marks: Mapping[str, Mark]

    def mark(self, asset: Asset) -> Mark:
        """Return an image's mark."""
        return self.marks.get(asset.id) or mark_of(asset)


def read_project(all_versions: bool) -> Reading:
    """Read the open project; without `all_versions` only the chosen ones and what they were made from."""
    workspace = studio().workspace
    assets = workspace.assets() if all_versions else chosen_assets(workspace)
    return Reading(tuple(assets), _marks(workspace))


def wanted_graph(reading: Reading, wanted: frozenset[str]) -> Graph:
    """Return the graph of the wanted images with everything they were made from."""
    graph = lineage_graph(reading.assets)
    return graph if len(wanted) == len(reading.assets) else with_ancestors(graph, wanted)


def around(graph: Graph, asset_id: str) -> Graph:
    """Return an image's surroundings; without one, those of the image with the most sources and results."""
    centre = asset_id if asset_id in graph else most_connected(graph)
    return surroundings(graph, centre, MOST_AT_ONCE) if centre else graph


def _marks(workspace: Workspace) -> dict[str, Mark]:
    marks: dict[str, Mark] = {}
    for slug in story_slugs(workspace):
        with contextlib.suppress(StudioError):  # a story that cannot be read says so on its own page
            for card in _board(workspace, slug).cards:
                if card.asset is not None and card.state in _MARKS:
                    marks[card.asset.id] = _MARKS[card.state]
    return marks


def _board(workspace: Workspace, slug: str) -> Board:
    here = studio()
    story = open_story(workspace, slug).story
    options = story_options(here.studio, here.engine)
    return read_board(workspace, story, slug, options, here.studio.catalog)
