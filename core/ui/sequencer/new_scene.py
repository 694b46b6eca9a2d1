"""The form for a scene that follows the selected one."""

from __future__ import annotations

import streamlit as st

from core.models.asset import Kind
from core.models.story import Step
from core.studio.boards import Card
from core.studio.story_editing import add_after, following_sources, free_id
from core.ui.sequencer.actions import ADD, change
from core.ui.sequencer.continuity import continuity_fields
from core.ui.sequencer.view import View, select
from core.ui.session import forget_kept, kept, kept_value
from core.ui.telling import rescue, say
from core.ui.texts import _
from core.ui.widgets import plain

_FIELDS = ("name", "prompt", "changed", "gone", "light")


def leave_new_scene(view: View) -> None:
    """Leave the form when the scene it was to follow is gone; what was typed into it can be copied."""
    after = st.query_params.get(ADD, "")
    if not after or view.board.card(after) is not None:
        return
    rescue(str(kept_value(f"new/{view.slug}/{after}/prompt", "")))
    say(_("The scene this one was to follow was deleted elsewhere."))
    forget_kept(*(f"new/{view.slug}/{after}/{field}" for field in _FIELDS))
    del st.query_params[ADD]
    st.rerun()


def show_new_scene(view: View, card: Card) -> None:
    """Show the form; the new scene is made from the characters of the one before it, and from that one."""
    after, draft = card.step.id, f"new/{view.slug}/{card.step.id}"
    st.subheader(_("A scene after {name}").format(name=plain(card.step.label)))
    if card.following:
        st.caption(_("Another scene follows it already, so this one begins a new branch."))
    shows, changes = st.columns([1, 1], gap="large")
    with shows:
        name = kept(st.text_input, _("Name"), f"{draft}/name", "", max_chars=200)
        prompt = kept(
            st.text_area,
            _("What the picture shows"),
            f"{draft}/prompt",
            "",
            height=170,
            placeholder=_("Where are we? What happens? How close is the view?"),
        )
    with changes:
        lines = continuity_fields(draft)
    with st.container(horizontal=True):
        is_added = st.button(_("Add the scene"), key="add-scene", icon=":material/add:")
        if st.button(_("Leave it"), key="leave-scene"):
            del st.query_params[ADD]
            st.rerun()
    if not is_added:
        return
    if not prompt.strip():
        st.warning(_("Say what the picture shows, then add the scene."))
        return
    step = Step(
        id=free_id(view.opened.story, name.strip()),
        kind=Kind.SCENE,
        name=name.strip(),
        prompt="\n".join([prompt.strip(), *lines]),
        sources=following_sources(view.opened.story, after),
    )
    if change(view, lambda story: add_after(story, after, step), _("scene added")) is not None:
        forget_kept(*(f"{draft}/{field}" for field in _FIELDS))
        del st.query_params[ADD]
        select(step.id)
    st.rerun()
