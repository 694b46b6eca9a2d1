"""Lineage: every image of the project and what it was made from, left to right."""

import streamlit as st

from core.ui.lineage.drawer import show_drawer
from core.ui.lineage.empty import show_nothing_found, show_nothing_yet
from core.ui.lineage.exports import show_exports
from core.ui.lineage.filters import show_filters, show_versions_switch, wants_all_versions
from core.ui.lineage.picture import show_graph
from core.ui.lineage.reading import read_project, wanted_graph
from core.ui.lineage.selection import selected_asset
from core.ui.lineage.trash import show_undo
from core.ui.session import studio
from core.ui.texts import _

st.title(_("Lineage"))
st.text(_("Every image and what it was made from. Click one to see its prompt, its sources and what became of it."))

if studio().project is None or not studio().workspace.assets():
    if studio().project is not None:
        show_undo()
    show_nothing_yet()
    st.stop()

reading = read_project(wants_all_versions())
with st.container(horizontal=True, vertical_alignment="center", key="lineage-bar"):
    filters = show_filters(reading)
    show_versions_switch()
    show_exports()
show_undo()

found = frozenset(asset.id for asset in reading.assets if filters.match(asset))
selected = selected_asset()
if not found:
    show_nothing_found(filters)
else:
    graph = wanted_graph(reading, found)
    with st.container(key="lineage-work"):
        graph_side, drawer_side = st.columns([5, 3], gap="medium")
    with graph_side:
        show_graph(graph, reading, found, selected)
    with drawer_side:
        if selected is not None:
            show_drawer(selected, graph, reading)
