"""A project's lineage as files: a page, a picture, JSON, and a contact sheet of all its images."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Callable
from pathlib import Path

from core.errors import StoryError
from core.models.asset import Asset
from core.store.workspace import Workspace
from core.studio.lineage import graph_json, lineage_graph
from core.studio.project_stories import open_story, story_slugs
from core.studio.versions import chosen_assets


def write_lineage(workspace: Workspace, form: str, out: Path | None) -> str:
    """Write the graph of the chosen versions as `html`, `png` or `json` and return its JSON text ("" for the others).

    Without `out` nothing is written.

    Raises:
        WorkspaceError: the file cannot be written.
    """
    if form == "json":
        text = json.dumps(graph_json(lineage_graph(chosen_assets(workspace), dangling="omit")), ensure_ascii=False)
        if out is not None:
            from core.studio.exports.files import write_whole

            write_whole(out, [f"{text}\n".encode("utf-8", "replace")])
        return text
    graph = lineage_graph(chosen_assets(workspace))
    if out is not None and form == "html":
        from core.studio.exports.graph_html import write_graph_html

        write_graph_html(graph, _thumbnails(workspace), out, workspace.title)
    elif out is not None:
        from core.studio.exports.graph_png import write_graph_png

        write_graph_png(graph, _thumbnails(workspace), out, workspace.title)
    return ""


def write_sheet(workspace: Workspace, out: Path) -> None:
    """Write a contact sheet of the chosen versions, in the order in which the stories tell them.

    Raises:
        WorkspaceError: the file cannot be written.
    """
    from core.studio.exports.contact_sheet import write_contact_sheet

    write_contact_sheet(_as_told(workspace, chosen_assets(workspace)), _thumbnails(workspace), out, workspace.title)


def _as_told(workspace: Workspace, assets: list[Asset]) -> list[Asset]:
    """Return assets in the order of the stories' sources and steps; what no story holds comes last, oldest first."""
    places: dict[tuple[str, str], int] = {}
    starting: dict[str, int] = {}
    chosen = workspace.choices.read()
    for slug in sorted(story_slugs(workspace)):
        with contextlib.suppress(StoryError):  # a story that somebody is writing costs its order, not the sheet
            story = open_story(workspace, slug).story
            for source in story.sources:
                starting.setdefault(chosen.asset_id(slug, source.id) or "", len(places) + len(starting))
            for step in story.steps:
                places[slug, step.id] = len(places) + len(starting)

    def place(asset: Asset) -> float:
        own = places.get((asset.recipe.story, asset.recipe.step))
        return starting.get(asset.id, math.inf) if own is None else own

    return sorted(assets, key=place)


def _thumbnails(workspace: Workspace) -> Callable[[str], bytes]:
    def read(asset_id: str) -> bytes:
        return workspace.thumbnail(workspace.get(asset_id)).read_bytes()

    return read
