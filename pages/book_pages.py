"""Book pages: find the pictures on a photographed page, cut them out, restore them and bring them to life."""

import streamlit as st

from core.ui.plates.cell_part import show_cell
from core.ui.plates.chain_part import show_chain
from core.ui.plates.detect_part import show_detection
from core.ui.plates.empty import show_no_pages, show_no_project
from core.ui.plates.exports_part import show_exports
from core.ui.plates.filmstrip import show_filmstrip
from core.ui.plates.intake_part import show_cut_off, show_intake, show_refused
from core.ui.plates.matrix_part import show_matrix
from core.ui.plates.objects_part import show_composite, show_editor, show_object, show_table, show_versions
from core.ui.plates.origin_part import show_origin
from core.ui.plates.progress_part import show_all_pages, show_progress
from core.ui.plates.straighten_part import show_straighten
from core.ui.plates.view import project_pages, read_view
from core.ui.session import studio
from core.ui.telling import show_said
from core.ui.texts import _

st.title(_("Book pages"))
st.text(_("Find the pictures on a photographed page, cut them out, restore them, and bring them to life."))
show_said()
if studio().project is None:
    show_no_project()
    st.stop()
show_refused()
show_cut_off()
pages = project_pages()
if not pages:
    show_no_pages()
    st.stop()

view = read_view(pages)
with st.container(horizontal=True, vertical_alignment="center"):
    show_detection(view)
    show_straighten(view)
    show_versions(view)
    with st.popover(_("More pages"), icon=":material/add:"):
        show_intake(is_first=False)
show_progress(view)
show_filmstrip(view)
page_side, objects_side = st.columns([3, 2], gap="medium")
with page_side:
    show_editor(view)
    show_origin(view)
with objects_side:
    show_table(view)
    show_object(view)

if view.regions:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(_("Plates"), anchor=False, width="content")
        show_exports(view)
    with st.expander(_("Steps"), icon=":material/tune:"):
        show_chain(view)
    show_matrix(view)
    show_all_pages(view)
    show_cell(view)
    with st.expander(_("All objects on white"), icon=":material/select_all:"):
        show_composite(view)
