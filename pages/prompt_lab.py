"""Prompt lab: a prompt, its references and the model's real controls, with every result beside them."""

import streamlit as st

from core.ui.lab.empty import show_no_project
from core.ui.lab.modes import show_chosen_mode
from core.ui.session import studio
from core.ui.telling import show_said
from core.ui.texts import _

st.title(_("Prompt lab"))
st.text(_("Try a prompt, change a word, compare: every result stays, with all it was made from."))
show_said()

if studio().project is None:
    show_no_project()
else:
    show_chosen_mode()
