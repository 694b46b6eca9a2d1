"""Hostile texts, each shown by every call that takes Markdown."""

import streamlit as st

from core.ui.widgets import plain
from tests.browser.hostile_texts import TEXTS

with st.container(key="shown"):
    for number, text in enumerate(TEXTS):
        st.subheader(plain(text), anchor=False)
        st.caption(plain(text))
        st.button(plain(text), key=f"button-{number}")
        st.error(plain(text))
        with st.popover(plain(text)):
            st.text("")
    st.table([[plain(text)] for text in TEXTS], hide_index=True, hide_header=True)
    st.pills("Pills", [plain(text) for text in TEXTS])
    st.progress(0.5, text=plain(" · ".join(TEXTS)))
for text in TEXTS[:2]:
    st.toast(plain(text), duration="infinite")
