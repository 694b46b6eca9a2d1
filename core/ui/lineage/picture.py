"""The graph itself, whole or around the selected image."""

from __future__ import annotations

import streamlit as st

from core.models.asset import Asset
from core.studio.lineage import Graph
from core.ui.components.graph import lineage_graph_view
from core.ui.lineage.filters import show_whole_switch
from core.ui.lineage.reading import MOST_AT_ONCE, Reading, around
from core.ui.lineage.selection import select
from core.ui.session import studio
from core.ui.texts import _
from core.ui.widgets import images


def show_graph(graph: Graph, reading: Reading, found: frozenset[str], selected: Asset | None) -> None:
    """Show the graph; of a large one only the selected image's surroundings, unless all is wanted."""
    asset_id = selected.id if selected else ""
    shown = _part(graph, asset_id) if len(graph) > MOST_AT_ONCE else graph
    aside = [node for node in shown if node not in found]
    lineage_graph_view(
        studio().workspace,
        shown,
        key="lineage-graph",
        selected=asset_id,
        marks=reading.marks,
        aside=aside,
        on_pick=select,
    )


def _part(graph: Graph, asset_id: str) -> Graph:
    with st.container(horizontal=True, vertical_alignment="center"):
        is_whole = show_whole_switch()
        part = graph if is_whole else around(graph, asset_id)
        if not is_whole:
            shown = _("{shown} of {all}. Select one to see what is around it.")
            st.caption(shown.format(shown=len(part), all=images(len(graph))))
    return part
