"""Ledger: every attempt that was made, also failed, blocked and cancelled ones, with what it cost."""

import streamlit as st

from core.studio.spending import note_unknown
from core.ui.session import studio
from core.ui.spending.filters import choose_filter
from core.ui.spending.table import show_ledger, show_sums
from core.ui.texts import _

st.title(_("Ledger"))
st.text(_("Every attempt, made or not, with what it cost."))

note_unknown(studio().studio)
show_sums()
show_ledger(choose_filter())
