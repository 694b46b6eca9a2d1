"""What the page says while there is nothing to show: what it is for, and where to begin."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.ui.plates.intake_part import show_intake
from core.ui.session import new_project_folder, open_project
from core.ui.texts import _
from core.ui.widgets import empty_place

PICTURE = Path(__file__).parents[1] / "components" / "book_pages.svg"


def show_no_project() -> None:
    """Say what will stand here, and begin a project for it."""
    empty_place(
        _("Pages belong to a project. Begin one, or open one in the sidebar."),
        _("Begin a project"),
        lambda: open_project(new_project_folder(_("Book pages")), _("Book pages")),
        str(PICTURE),
    )


def show_no_pages() -> None:
    """Teach what pages are for, and how they come in."""
    picture, form = st.columns([2, 3], gap="large")
    with picture:
        said = _("Photograph a page as it lies: tilted, curved, stained. Its pictures come out clean.")
        empty_place(said, picture=str(PICTURE))
    with form:
        show_intake(is_first=True)
