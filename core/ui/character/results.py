"""What came of a sheet: the tries under way, the one looked at, its siblings, and the one that is kept."""

from __future__ import annotations

import streamlit as st

from core.models.asset import Asset
from core.studio.characters import keep, kept_try, tries
from core.ui.answers import show_answer_quietly
from core.ui.character.form import NAME
from core.ui.components.marks import name_of
from core.ui.components.pictures import before_after, picture_strip, zoom_picture
from core.ui.places import go_to
from core.ui.session import kept, kept_value, set_kept, studio
from core.ui.texts import _

_RESULT, _COMPARE, _PICTURE = "result", "compare", "picture"
# CSS pixels: picture, buttons and variants fit a laptop screen together, and so do the rows of a run above them
_TALLEST, _TALLEST_IN_RUN = 520, 320


def show_results(source: Asset, name: str, is_running: bool) -> None:
    """Show the picture, and what was made of it so far under this name; smaller while a run is shown with it."""
    workspace, tallest = studio().workspace, _TALLEST_IN_RUN if is_running else _TALLEST
    made = tries(workspace, name)
    if not made:
        zoom_picture(workspace, source, key="sheet-source", max_height=tallest)
        return
    shown = _shown(made)
    _show_one(source, shown, tallest)
    _show_keeping(name, shown)
    picture_strip(
        workspace,
        made[::-1],
        key="sheet-tries",
        selected=shown.id,
        label=_("Variants, newest first"),
        look="versions",
        on_pick=lambda asset_id: set_kept(f"{NAME}/shown", asset_id),
    )
    show_answer_quietly(shown, NAME)


def _shown(made: list[Asset]) -> Asset:
    wanted = kept_value(f"{NAME}/shown", "")
    return next((asset for asset in made if asset.id == wanted), made[-1])


def _show_one(source: Asset, shown: Asset, tallest: int) -> None:
    workspace = studio().workspace
    titles = {_RESULT: _("Result"), _COMPARE: _("Before and after"), _PICTURE: _("Original")}
    way = kept(
        st.segmented_control,
        _("Show"),
        f"{NAME}/look",
        _RESULT,
        options=list(titles),
        format_func=titles.__getitem__,
        required=True,
        label_visibility="collapsed",
    )
    if way == _COMPARE:
        before_after(workspace, source, shown, key="sheet-compare", max_height=tallest)
    else:
        zoom_picture(workspace, source if way == _PICTURE else shown, key=f"sheet-{way or _RESULT}", max_height=tallest)


def _show_keeping(name: str, shown: Asset) -> None:
    workspace = studio().workspace
    current = kept_try(workspace, name)
    with st.container(horizontal=True, vertical_alignment="center"):
        if current is None or current.id != shown.id:
            label = _("Keep as character") if current is None else _("Keep this one instead")
            if st.button(label, icon=":material/bookmark_add:"):
                keep(workspace, shown)
                st.rerun()
        else:
            # beside the badge, not in it: a badge escapes brackets once more
            st.text(name_of(shown), width="content")
            st.badge(_("kept as a character"), icon=":material/bookmark_added:", color="green")
        if current is not None and st.button(_("Use in a scene"), icon=":material/arrow_forward:"):
            go_to("scene_sequencer")
