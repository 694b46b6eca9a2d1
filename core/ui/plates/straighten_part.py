"""The page made straight first, or left as it is."""

from __future__ import annotations

import streamlit as st

from core.studio.plates.straighten import straighten_page, straightened_page
from core.ui.plates.view import View, open_page
from core.ui.telling import attempt
from core.ui.texts import _


def show_straighten(view: View) -> None:
    """Show the button that makes the page straight, or leads to its straight version."""
    made = straightened_page(view.workspace, view.page)
    label = _("Open the straightened page") if made else _("Straighten the page · free")
    if st.button(label, icon=":material/crop_rotate:", key="plates/straighten"):
        attempt(lambda: open_page(straighten_page(view.workspace, view.page).id))
        st.rerun()
