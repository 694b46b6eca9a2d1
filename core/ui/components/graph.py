"""The live lineage graph: drawn like the exported one, with pictures by URL; a click reaches Python at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from core.store.workspace import Workspace
from core.studio.exports.network import DRAWING, network_of
from core.studio.lineage import Graph, asset_of
from core.ui.components.component import asset_handler, front, registered
from core.ui.components.marks import Mark, mark_name, picture_data
from core.ui.components.pictures import lightbox_words
from core.ui.libraries import VIS_URL
from core.ui.texts import _
from core.ui.widgets import kind_name

_NO_PICTURE = (156, 88)
_graph = registered(
    "graph",
    *front("shared/base.css", "shared/marks.css", "shared/lightbox.css", "graph/view.css"),
    *front("graph/view.html", "shared/lightbox.html", "shared/zooming.js", "shared/lightbox.js"),
    DRAWING,
    *front("graph/view.js"),
)


def lineage_graph_view(
    workspace: Workspace,
    graph: Graph,
    *,
    key: str,
    selected: str = "",
    marks: Mapping[str, Mark] | None = None,
    aside: Collection[str] = (),
    on_pick: Callable[[str], object] | None = None,
) -> str | None:
    """Show a graph of images and return the asset id that was picked just now ("" for none any more), or None.

    A double click, or Enter on the picked image, opens its original pixels. `marks` are by asset id, the others follow
    from the assets; images in `aside` are drawn faintly. `on_pick` is called with the id before the page runs again.
    """

    def describe(node: str) -> dict[str, Any]:
        return {**_described(workspace, graph, node, (marks or {}).get(node)), "isAside": node in aside}

    sizes = {node: _size(graph, node) for node in graph}
    data = {
        **network_of(graph, sizes, describe),
        "selected": selected,
        "library": VIS_URL,
        "words": {**lightbox_words(), **_words()},
    }
    known = {*graph, ""}
    handler = asset_handler(key, "picked", known, on_pick or (lambda _picked: None))
    picked = _graph(key=key, data=data, on_picked_change=handler).get("picked")
    return picked if isinstance(picked, str) and picked in known else None


def _described(workspace: Workspace, graph: Graph, node: str, mark: Mark | None) -> dict[str, Any]:
    asset = asset_of(graph, node)
    if asset is None:
        missing = mark_name(Mark.MISSING)
        return {"label": node, "asset": node, "kind": missing, "state": Mark.MISSING, "line": missing, "picture": ""}
    picture = picture_data(workspace, asset, mark)
    return {
        "label": picture["name"],
        "asset": asset.id,
        "kind": kind_name(asset.recipe.kind),
        "state": picture["mark"],
        "line": picture["line"],
        "picture": picture["thumbnail"],
        "original": picture,
    }


def _size(graph: Graph, node: str) -> tuple[int, int]:
    asset = asset_of(graph, node)
    return (max(1, asset.result.width), max(1, asset.result.height)) if asset else _NO_PICTURE


def _words() -> dict[str, str]:
    return {
        "missing": mark_name(Mark.MISSING),
        "graph": _(
            "Which image was made from which, from left to right. "
            "Arrow keys go from image to image, Enter opens one, Escape puts it back."
        ),
        "whole": _("Show all"),
        "list": _("List of images"),
        "failed": _("The graph cannot be drawn in this browser. Use the list of images below."),
    }
