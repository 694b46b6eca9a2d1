"""Every picture made for a scene: compare two, bring one back, put in a file of one's own."""

from __future__ import annotations

import streamlit as st

from core.models.asset import Asset
from core.studio.boards import Card
from core.studio.step_versions import bring_back, replace_with_file
from core.ui.components.pictures import before_after, picture_strip
from core.ui.pictures import ORIGINAL, picture_url
from core.ui.sequencer.view import View
from core.ui.session import studio
from core.ui.telling import attempt, say
from core.ui.texts import _
from core.ui.widgets import ago, plain

_UPLOADS = ["png", "jpg", "jpeg", "webp", "tif", "tiff", "bmp", "gif"]


def show_versions(view: View, card: Card) -> None:
    """Show the versions, oldest first; picking one compares it with the chosen one."""
    if card.asset is not None:
        picked = _strip(view, card, card.asset)
        if picked is not None and picked.id != card.asset.id:
            _compare(view, card, card.asset, picked)
        st.link_button(
            _("Open the original file"),
            picture_url(view.workspace, card.asset, ORIGINAL),
            icon=":material/open_in_new:",
        )
    _own_file(view, card)


def _strip(view: View, card: Card, chosen: Asset) -> Asset | None:
    name = f"picked/{view.slug}/{card.step.id}"
    notes = studio().notes

    def pick(asset_id: str) -> None:
        notes[name] = asset_id

    shown = notes.get(name, chosen.id)
    picture_strip(
        view.workspace,
        card.versions,
        key=f"versions-{view.slug}-{card.step.id}",
        selected=shown,
        label=_("Versions"),
        look="versions",
        marks={chosen.id: _("chosen now")},
        on_pick=pick,
    )
    return next((asset for asset in card.versions if asset.id == notes.get(name)), None)


def _compare(view: View, card: Card, chosen: Asset, picked: Asset) -> None:
    labels = (_("Chosen now"), _("This version"))
    before_after(view.workspace, chosen, picked, key=f"compare-{card.step.id}", labels=labels, max_height=300)
    st.caption(_("Made {when}").format(when=plain(ago(picked.result.created))))
    if picked.recipe.prompt and picked.recipe.prompt != card.step.prompt:
        with st.expander(_("The prompt it was made with")):
            st.code(picked.recipe.prompt, language=None, wrap_lines=True)
    if st.button(_("Bring this version back"), key=f"back-{card.step.id}", icon=":material/history:"):
        attempt(lambda: _bring_back(view, card, picked))
        st.rerun()


def _bring_back(view: View, card: Card, picked: Asset) -> None:
    catalog = studio().studio.catalog
    if bring_back(view.workspace, view.board, card, picked, view.options, catalog):
        say(_("It was made from other pictures than the story has now, so it is locked: a run leaves it as it is."))


def _own_file(view: View, card: Card) -> None:
    with st.form(f"own-file-{view.slug}-{card.step.id}", clear_on_submit=True, border=True):
        st.text(_("Retouched it elsewhere? Upload the file: it becomes a new version, and is locked."))
        file = st.file_uploader(_("Your edited file"), type=_UPLOADS)
        if st.form_submit_button(_("Replace with my edited file")) and file is not None:
            attempt(lambda: replace_with_file(view.workspace, view.board, card, file.getvalue()))
            studio().notes.pop(f"picked/{view.slug}/{card.step.id}", None)
            st.rerun()
