"""The lineage page with nothing to show: before the first image, and when the filters leave none."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.ui.lineage.filters import Filters, forget_filters
from core.ui.places import go_to
from core.ui.texts import _
from core.ui.widgets import empty_place

DRAWING = Path(__file__).parents[1] / "components" / "lineage.svg"


def show_nothing_yet() -> None:
    """Say what will stand here, and lead to where the first image comes from."""
    empty_place(
        _("Bring a picture in and make something from it. Every image will stand here, tied to what it was made from."),
        _("Make a character sheet"),
        lambda: go_to("character_sheet"),
        str(DRAWING),
    )


def show_nothing_found(filters: Filters) -> None:
    """Say that no image is left, and offer to show all again."""
    with st.container(border=True, horizontal_alignment="center"):
        st.text(_("No image is like that. Use fewer words, or show everything again."), width="content")
        st.button(_("Show everything"), on_click=forget_filters, args=(filters,), type="primary", key="lineage-all")
