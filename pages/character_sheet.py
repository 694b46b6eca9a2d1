"""Character sheet: from a picture somebody owns to a character that stays the same in every scene."""

import streamlit as st

from core.ui.batching import show_batches_under_way
from core.ui.character.empty import show_no_picture, show_no_project
from core.ui.character.form import NAME, show_form, show_make_button
from core.ui.character.results import show_results
from core.ui.character.ways import ways_on_sheet
from core.ui.intake import take_picture
from core.ui.session import studio
from core.ui.telling import show_said
from core.ui.texts import _
from core.ui.tries import current_run, show_run

st.title(_("Character sheet"))
st.text(_("Pull a figure out of a picture you own, so that it stays itself in every scene."))
show_said()

if studio().project is None:
    show_no_project()
else:
    run = current_run(NAME)
    is_running = run is not None and run.is_active
    with st.container(key="picture-first"):
        form_side, picture_side = st.columns([2, 3], gap="medium")

    with form_side:
        picture = take_picture(NAME)
        wanted = show_form(picture) if picture else None
        if wanted:
            show_make_button(wanted, is_running)

    with picture_side, st.container(key="picture-side"):
        show_batches_under_way()
        show_run(NAME, run, ways_on_sheet)
        if picture and wanted:
            show_results(picture, wanted.order.name, is_running)
        else:
            show_no_picture(NAME)
