"""Making a project right where one is needed."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.ui.session import new_project_folder, open_project
from core.ui.texts import _


def show_first_project(sentence: str, drawing: Path, alt: str) -> None:
    """Say what a project is needed for, beside a drawing of ours, and make one."""
    with st.container(border=True, horizontal_alignment="center"):
        st.image(str(drawing), width=280, alt=alt)
        st.text(sentence, width="content")
        with st.form("first-project", border=False, width=420):
            title = st.text_input(_("Title"), max_chars=200, placeholder=_("What is it about?"))
            if st.form_submit_button(_("Make the project"), type="primary", width="stretch"):
                name = title.strip() or _("Untitled project")
                open_project(new_project_folder(name), name)
                st.rerun()
