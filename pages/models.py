"""Models: what each can do, what it costs, until when, and whether this account has it."""

import streamlit as st

from core.ui.catalog.account import show_account
from core.ui.catalog.cards import show_models
from core.ui.texts import _

st.title(_("Models"))
st.text(_("What each model can do, what it costs, and whether this account has it."))

show_models(show_account())
