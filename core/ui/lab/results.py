"""What came of the prompts: the image looked at with all its answer said, and the history below it."""

from __future__ import annotations

import streamlit as st

from core.models.asset import Asset
from core.ui.answers import show_answer
from core.ui.components.pictures import before_after, picture_strip, zoom_picture
from core.ui.lab.actions import show_actions, show_facts
from core.ui.lab.compare import compared_with, show_comparison, show_difference
from core.ui.lab.form import NAME
from core.ui.lab.stars import starred_ids, stars_of
from core.ui.session import kept_value, set_kept, studio
from core.ui.texts import _
from core.ui.widgets import empty_place

_TALLEST = 460
_MOST_SHOWN = 200


def show_results(made: list[Asset]) -> None:
    """Show the image that was made last, or the one picked from the history, which is `made`, newest first."""
    if not made:
        empty_place(_("Write a prompt, or begin with a template: what is made of it appears here and stays."))
        return
    wanted = kept_value(f"{NAME}/shown", "")
    shown = next((asset for asset in made if asset.id == wanted), made[0])
    other = compared_with(NAME, shown, made)
    _picture(shown, other)
    show_facts(shown)
    show_actions(NAME, shown, made[:_MOST_SHOWN])
    with st.expander(_("Prompt")):
        st.code(shown.recipe.composed, language=None, wrap_lines=True)
    show_answer(shown, NAME)
    _history(made[:_MOST_SHOWN], shown)


def _picture(shown: Asset, other: Asset | None) -> None:
    workspace = studio().workspace
    if other is not None:
        show_comparison(NAME, other, shown, max_height=_TALLEST)
        show_difference(NAME, other, shown)
        return
    before = workspace.find(shown.source_ids[0]) if shown.source_ids else None
    is_compared = before is not None and st.toggle(_("Beside its first reference"), key="lab-beside")
    if is_compared and before is not None:
        before_after(workspace, before, shown, key="lab-pair", max_height=_TALLEST)
    else:
        zoom_picture(workspace, shown, key="lab-picture", max_height=_TALLEST)


def _history(made: list[Asset], shown: Asset) -> None:
    stars = starred_ids()
    starred = [asset for asset in made if asset.id in stars]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("History, newest first"))
        is_starred_only = bool(starred) and st.toggle(_("Starred only"), key="lab-starred")
    picture_strip(
        studio().workspace,
        starred if is_starred_only else made,
        key="lab-history",
        selected=shown.id,
        marks=stars_of(starred),
        label=_("History, newest first"),
        on_pick=lambda asset_id: set_kept(f"{NAME}/shown", asset_id),
    )
