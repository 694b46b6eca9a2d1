"""Putting an image away, and bringing it back with one click."""

from __future__ import annotations

import streamlit as st

from core.errors import StudioError
from core.models.asset import Asset
from core.ui.components.marks import name_of
from core.ui.lineage.selection import select
from core.ui.session import studio
from core.ui.texts import _
from core.ui.widgets import show_error

_PUT_AWAY, _WRONG = "lineage/put away", "lineage/wrong"


def put_away(asset: Asset) -> None:
    """Put an image into the trash and remember it for the undo button."""
    here = studio()
    try:
        here.workspace.trash(asset.id)
    except StudioError as error:
        here.notes[_WRONG] = error
        return
    here.notes[_PUT_AWAY] = (here.workspace.uuid, asset.id, name_of(asset))
    select("")


def show_undo() -> None:
    """Offer to bring back what was put away last, as long as this project is open."""
    here = studio()
    wrong = here.notes.pop(_WRONG, None)
    if wrong is not None:
        show_error(wrong)
    project, asset_id, name = here.notes.get(_PUT_AWAY, ("", "", ""))
    if project != here.workspace.uuid:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="lineage-undo"):
        st.text(_("{name} is in the trash.").format(name=name), width="stretch")
        st.button(_("Undo"), icon=":material/undo:", on_click=_bring_back, args=(asset_id,))


def _bring_back(asset_id: str) -> None:
    here = studio()
    del here.notes[_PUT_AWAY]
    try:
        select(here.workspace.restore(asset_id).id)
    except StudioError as error:
        here.notes[_WRONG] = error
