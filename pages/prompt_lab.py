"""Prompt lab: a prompt, its references and the model's real controls, with every result beside them."""

import streamlit as st

from core.studio.lab import history
from core.ui.lab.empty import show_no_project
from core.ui.lab.form import NAME, show_form, show_make_button
from core.ui.lab.results import show_results
from core.ui.session import studio
from core.ui.telling import show_said
from core.ui.texts import _
from core.ui.tries import current_run, show_run

st.title(_("Prompt lab"))
st.text(_("Try a prompt, change a word, compare: every result stays, with all it was made from."))
show_said()

if studio().project is None:
    show_no_project()
else:
    run = current_run(NAME)
    made = history(studio().workspace)
    is_running = run is not None and run.is_active
    with st.container(key="picture-first"):
        form_side, picture_side = st.columns([2, 3], gap="medium")

    with form_side:
        wanted = show_form(is_first=not made)
        show_make_button(wanted, is_running)

    with picture_side, st.container(key="picture-side"):
        show_run(NAME, run)
        show_results(made)
