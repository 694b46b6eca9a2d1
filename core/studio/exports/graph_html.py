"""The lineage graph as one page that works from a disk: everything is inside, nothing is ever asked from outside.

pyvis builds the nodes and edges and brings the library that draws them. Its own page template is left out: that one
loads Bootstrap from a CDN and runs markup found in titles. Ours holds all data as JSON that no text can break out of,
shows every string as text, and forbids by its Content-Security-Policy any request and any script but its own two.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from pathlib import Path
from string import Template
from typing import Any

from core.models.asset import Asset
from core.studio.exports.captions import facts_of, kind_and_state, kind_of, name_of, states_of, summary_of
from core.studio.exports.files import write_whole
from core.studio.exports.network import DRAWING, network_of
from core.studio.exports.style import (
    DARK,
    HOW_TO_BEGIN,
    LIGHT,
    NOTHING_YET,
    STATE_COLOURS,
    STATE_WORDS,
    UNREADABLE,
)
from core.studio.exports.thumbnails import Inline, Thumbnails, read_inline
from core.studio.exports.vis import vis_library
from core.studio.lineage import Graph, asset_of, present
from core.studio.states import State, state_of

_PICTURE_EDGE, _SMALL_EDGE, _MANY = 384, 192, 150
_FONT = 'ui-sans-serif, system-ui, "Segoe UI", Roboto, sans-serif'


def write_graph_html(graph: Graph, thumbnails: Thumbnails, out: Path, title: str) -> None:
    """Write the graph as one HTML file with the pictures inside; over 150 of them are made smaller.

    `thumbnails` returns the encoded small picture of an asset; one that cannot be read becomes a tile that says so.

    Raises:
        WorkspaceError: `out` cannot be written.
    """
    edge = _PICTURE_EDGE if len(graph) <= _MANY else _SMALL_EDGE
    pictures = {node: read_inline(thumbnails, node, edge) for node in present(graph)}
    content = _content(graph, {node: picture for node, picture in pictures.items() if picture})
    write_whole(out, [_page(graph, content, title).encode("utf-8", "replace")])


def _content(graph: Graph, pictures: dict[str, Inline]) -> dict[str, Any]:
    """Return everything the page's script draws, as JSON values."""
    sizes = {node: picture.size for node, picture in pictures.items()}
    return {
        **network_of(graph, sizes, lambda node: _node(asset_of(graph, node), node, pictures.get(node))),
        "font": _FONT,
        "words": {"missing": STATE_WORDS[State.MISSING], "unreadable": UNREADABLE},
    }


def _node(asset: Asset | None, node: str, picture: Inline | None) -> dict[str, Any]:
    """Return what the page shows of one image."""
    return {
        "label": name_of(asset, node),
        "kind": kind_of(asset),
        "state": state_of(asset),
        "line": kind_and_state(asset),
        "picture": _data_uri(picture) if picture else "",
        "about": _about(asset, node),
    }


def _about(asset: Asset | None, node: str) -> dict[str, Any]:
    if asset is None:
        return {"id": node, "prompt": "", "composed": "", "facts": [], "text": "", "warnings": []}
    recipe = asset.recipe
    return {
        "id": node,
        "prompt": recipe.prompt,
        "composed": recipe.composed if recipe.composed != recipe.prompt else "",
        "facts": facts_of(asset),
        "text": asset.result.text,
        "warnings": asset.result.warnings,
    }


def _data_uri(picture: Inline) -> str:
    return f"data:{picture.mime};base64,{base64.b64encode(picture.data).decode('ascii')}"


def _page(graph: Graph, content: dict[str, Any], title: str) -> str:
    parts = DRAWING.parent
    library = vis_library().read_text(encoding="utf-8")
    script = "\n".join(file.read_text(encoding="utf-8") for file in (DRAWING, parts / "lineage.js"))
    states = states_of(asset_of(graph, node) for node in graph)
    return Template((parts / "lineage.html").read_text(encoding="utf-8")).substitute(
        policy=html.escape(_policy(library, script)),
        title=html.escape(title),
        summary=html.escape(summary_of(graph)),
        legend="".join(f'<li><span class="mark {state}"></span>{STATE_WORDS[state]}</li>' for state in states),
        nothing=NOTHING_YET,
        begin=HOW_TO_BEGIN,
        style=_tokens() + (parts / "lineage.css").read_text(encoding="utf-8"),
        data=_inert_json(content),
        library=library,
        script=script,
    )


def _policy(*scripts: str) -> str:
    """Allow these scripts by their digests, pictures inside the page, its styles, and nothing else."""
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii") for script in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _tokens() -> str:
    states = "".join(
        f"--{'absent' if state == State.MISSING else state}:{colour};" for state, colour in STATE_COLOURS.items()
    )
    return f":root{{{LIGHT.css()}{states}}}@media (prefers-color-scheme: dark){{:root{{{DARK.css()}}}}}"


def _inert_json(content: dict[str, Any]) -> str:
    """Return JSON in plain ASCII without any letter that could end or begin markup."""
    text = json.dumps(content, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
