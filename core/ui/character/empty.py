"""The page before there is anything on it: no project, or no picture."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.studio.characters import SHEET_KINDS, list_characters
from core.studio.intake import take_sample
from core.studio.versions import chosen_assets
from core.ui.character.form import fill_form
from core.ui.components.pictures import picture_strip
from core.ui.intake import choose_picture
from core.ui.projects import show_first_project
from core.ui.session import studio
from core.ui.texts import _
from core.ui.widgets import empty_place

DRAWING = Path(__file__).parents[1] / "components" / "character.svg"


def show_no_project() -> None:
    """Offer to make a project right here."""
    show_first_project(
        _("A character lives in a project. Name one, and bring your picture in."),
        DRAWING,
        _("A picture, and the character pulled out of it"),
    )


def show_no_picture(name: str) -> None:
    """Say what a picture becomes, and offer the sample one for those who have none at hand."""
    _show_known()
    empty_place(
        _("Choose a picture with a figure in it: it becomes a character that stays the same in every scene."),
        _("Try it with the sample picture"),
        lambda: choose_picture(name, take_sample(studio().workspace).id),
        str(DRAWING),
    )


def _show_known() -> None:
    """Show the characters that the project has: the kept ones, and the sheets that stories begin with."""
    workspace = studio().workspace
    kept_ones = [character.asset for character in list_characters(workspace)]
    sheets = [asset for asset in chosen_assets(workspace) if asset.recipe.kind in SHEET_KINDS]
    known = {asset.id: asset for asset in [*kept_ones, *sheets] if asset.source_ids}
    if known:
        st.subheader(_("Characters of this project"), anchor=False)
        st.caption(_("Click one to make its sheet again, or another one like it."))
        picture_strip(
            workspace,
            list(known.values()),
            key="known-characters",
            label=_("Characters of this project"),
            on_pick=lambda asset_id: fill_form(known[asset_id]),
        )
